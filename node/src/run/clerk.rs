//! The ledger's own thread: takes whatever jobs have gathered, works them off together, reports.
//!
//! While one batch is being synced to the disk the next one gathers by itself; nothing waits on
//! purpose. Answers to people leave from here, straight after the commit. When nobody wants anything
//! for a moment, the lists catch up with what was posted.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use crdt::{envelope::Envelope, id::KeyId};
use tokio::sync::{mpsc, oneshot};

use crate::{
    api::{ApiError, Reply},
    clock,
    core::LinkId,
    ledger::{Done, Job, Ledger, Neighbour, Worked},
    store::views::Changes,
};

/// Jobs that may wait for the ledger; a link whose job finds no room is closed and comes back.
pub const JOBS_WAITING_MAX: usize = 1_024;

/// Jobs of one transaction: enough that many small ones share a sync, few enough that the first of
/// them does not wait long for the last.
pub const JOBS_AT_ONCE: usize = 256;

/// How long nobody must have wanted anything before the lists catch up: longer than somebody takes
/// who posts line after line, shorter than a page takes to notice.
const QUIET: Duration = Duration::from_millis(3);

/// Whom an answer is for.
pub enum Whom {
    /// Somebody who asked and waits.
    Asker(oneshot::Sender<Result<Reply, ApiError>>),
    /// The same, but the loop adds to the answer what it knows of the peers.
    Peers(oneshot::Sender<Result<Reply, ApiError>>),
    /// The same, as a picture of the mesh.
    Picture(oneshot::Sender<Result<Reply, ApiError>>),
    /// The session on this link.
    Link(LinkId),
    /// Nobody.
    Nobody,
}

/// What a batch has come to, for the loop.
pub struct Report {
    /// Answers for sessions, and for askers whom the loop answers.
    pub done: Vec<(Whom, Done)>,
    /// What this node wrote.
    pub written: Vec<Arc<Envelope>>,
    /// What is different.
    pub changes: Changes,
    /// The last durable row.
    pub row: i64,
    /// This box has another key since.
    pub renewed: bool,
    /// Hand over a turn after so many milliseconds.
    pub turn_in_ms: Option<u64>,
    /// The homes of members by their boxes, if the roster changed.
    pub neighbours: Option<BTreeMap<KeyId, Neighbour>>,
}

/// The ledger at work.
pub struct Clerk {
    /// Jobs go in here.
    pub jobs: SyncSender<Job<Whom>>,
    /// Reports come out here.
    pub reports: mpsc::Receiver<Report>,
    thread: JoinHandle<()>,
}

/// Gives a ledger its thread.
///
/// # Panics
///
/// Where the system has no thread to give.
pub fn employ(ledger: Ledger) -> Clerk {
    let (jobs, queue) = sync_channel(JOBS_WAITING_MAX);
    let (out, reports) = mpsc::channel(JOBS_WAITING_MAX);
    let thread = std::thread::Builder::new()
        .name("ledger".into())
        .spawn(move || work(ledger, &queue, &out))
        .expect("the system gives a thread");
    Clerk { jobs, reports, thread }
}

impl Clerk {
    /// Lets the ledger finish what it has and put its files down.
    pub async fn dismiss(self) {
        drop(self.jobs);
        drop(self.reports);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("The ledger's thread failed");
        }
    }
}

fn work(mut ledger: Ledger, queue: &Receiver<Job<Whom>>, out: &mpsc::Sender<Report>) {
    loop {
        let next = if ledger.may_rest() {
            queue.recv_timeout(QUIET)
        } else {
            queue.recv().map_err(RecvTimeoutError::from)
        };
        let worked = match next {
            Ok(job) => {
                // Also what comes while the first ones are worked on: it shares their sync.
                let jobs = std::iter::once(job).chain(queue.try_iter()).take(JOBS_AT_ONCE);
                ledger.work(jobs, clock::claimed())
            }
            Err(RecvTimeoutError::Timeout) => ledger.rest(),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let report = tell(&ledger, worked);
        // Where the loop has gone, what is queued is finished all the same.
        let _ = out.blocking_send(report);
    }
    // Nobody is left who could be told what changed.
    let _: Worked<Whom> = ledger.rest();
}

/// Answers whoever waits for the ledger alone; the rest is for the loop.
fn tell(ledger: &Ledger, mut worked: Worked<Whom>) -> Report {
    let neighbours = if worked.changes.roster { ledger.neighbours().ok() } else { None };
    let mut done = Vec::new();
    for (whom, outcome) in std::mem::take(&mut worked.done) {
        match (whom, outcome) {
            // Whoever went away does not need the answer.
            (Whom::Asker(asker), Done::Reply(reply)) => drop(asker.send(reply)),
            (Whom::Nobody, _) | (_, Done::Nothing) => (),
            (whom, outcome) => done.push((whom, outcome)),
        }
    }
    let Worked { written, changes, row, renewed, turn_in_ms, .. } = worked;
    Report { done, written, changes, row, renewed, turn_in_ms, neighbours }
}
