//! What comes out of the ledger: answers to people leave from its thread, all else is reported to the loop.
//!
//! # Rules
//!
//! 1. Whoever waits for the ledger alone is answered before the loop is told.
//! 2. What was only posted waits for more of it for a moment, since waking the loop for every post takes as long as
//!    deciding one; anything else is handed in at once, and what was written before it with it, and so is all that waits
//!    before the ledger does anything that takes longer. Whoever wants the loop to know of all that was posted asks
//!    behind it.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use crdt::{authority::Households, envelope::Envelope, id::KeyId};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};

use crate::{
    api::{ApiError, Reply},
    core::{LinkId, porch::Plate},
    ledger::{Done, Ledger, Neighbour, Worked},
    store::views::Changes,
};

/// Reports that may wait for the loop; beyond, the ledger waits for it.
pub const REPORTS_WAITING_MAX: usize = 64;

/// How long what was posted may wait for more before the loop is told, which hands it to the neighbours.
const REPORT_WITHIN: Duration = Duration::from_millis(1);

/// Where an answer goes.
pub type Asker = oneshot::Sender<Result<Reply, ApiError>>;

/// Whom an answer is for.
pub enum Whom {
    /// Somebody who asked and waits.
    Asker(Asker),
    /// The same, but the loop adds to the answer what it knows of the peers.
    Peers(Asker),
    /// The same, as a picture of the mesh.
    Picture(Asker),
    /// The same, in one line.
    Strip(Asker),
    /// Somebody who waits for neighbours to be equal: from now on, with all that was posted before.
    Wait(Awaited, Asker),
    /// Somebody here who lets in whoever knocks on this link: the answer is an invitation.
    Door(LinkId, Asker),
    /// The session on this link.
    Link(LinkId),
    /// Nobody.
    Nobody,
}

/// What somebody waits for.
pub struct Awaited {
    /// So many peers to be equal.
    pub peers: u32,
    /// This one, if he named one.
    pub peer: Option<String>,
    /// At most so long, in milliseconds.
    pub timeout_ms: u64,
}

/// What a batch has come to, for the loop.
pub struct Report {
    /// The same as the ledger says, without what concerns nobody but whoever asked.
    pub worked: Worked<Whom>,
    /// Who is who, if the roster changed.
    pub people: Option<People>,
}

impl Report {
    /// Nothing, or only what neighbours are to get: that may wait for more of it for a moment.
    fn may_wait(&self) -> bool {
        let Self { worked, people } = self;
        let Worked { done, written: _, changes, renewed, turn_in_ms, files, row: _ } = worked;
        done.is_empty()
            && *changes == Changes::default()
            && !renewed
            && turn_in_ms.is_none()
            && files.is_empty()
            && people.is_none()
    }
}

/// What is on its way to the loop (rule 2).
pub struct Outbox {
    reports: mpsc::Sender<Report>,
    waiting: Option<(Instant, Report)>,
}

impl Outbox {
    /// Empty; what is handed in goes here.
    pub const fn new(reports: mpsc::Sender<Report>) -> Self {
        Self { reports, waiting: None }
    }

    /// Answers whoever waits for the ledger alone; the rest is for the loop.
    pub fn take(&mut self, ledger: &Ledger, worked: Worked<Whom>) {
        let report = tell(ledger, worked);
        let may_wait = report.may_wait();
        if !may_wait || !report.worked.written.is_empty() {
            self.add(report);
        }
        if !may_wait || self.is_due() {
            self.hand_in();
        }
    }

    fn add(&mut self, report: Report) {
        match &mut self.waiting {
            Some((_, waiting)) => {
                waiting.worked.join(report.worked);
                waiting.people = report.people.or_else(|| waiting.people.take());
            }
            None => self.waiting = Some((Instant::now(), report)),
        }
    }

    /// Has something waited long enough?
    fn is_due(&self) -> bool {
        self.waiting.as_ref().is_some_and(|(since, _)| since.elapsed() >= REPORT_WITHIN)
    }

    /// Nothing waits any longer.
    pub fn hand_in(&mut self) {
        let Some((_, report)) = self.waiting.take() else { return };
        // Where the loop has gone, what is queued is finished all the same.
        if let Err(TrySendError::Full(report)) = self.reports.try_send(report) {
            let _ = self.reports.blocking_send(report);
        }
    }
}

/// What the loop has to know of the roster.
pub struct People {
    /// The homes of members by their boxes.
    pub neighbours: BTreeMap<KeyId, Neighbour>,
    /// Who takes turns with whom.
    pub households: Arc<Households>,
    /// What stands on the door.
    pub plate: Plate,
    /// What shows a stranger who this node is.
    pub introduction: Vec<Envelope>,
}

/// Answers whoever waits for the ledger alone; the rest is for the loop.
fn tell(ledger: &Ledger, mut worked: Worked<Whom>) -> Report {
    for (whom, outcome) in std::mem::take(&mut worked.done) {
        match (whom, outcome) {
            // Whoever went away does not need the answer.
            (Whom::Asker(asker), Done::Reply(reply)) => drop(asker.send(reply)),
            (_, Done::Nothing) => (),
            (Whom::Nobody, outcome) if !matches!(outcome, Done::Files(_)) => (),
            (whom, outcome) => worked.done.push((whom, outcome)),
        }
    }
    let people = if worked.changes.roster { people(ledger) } else { None };
    Report { worked, people }
}

fn people(ledger: &Ledger) -> Option<People> {
    let (neighbours, plate) = (ledger.neighbours().ok()?, ledger.plate().ok()?);
    let (households, introduction) = (Arc::new(ledger.households()), ledger.introduction().ok()?);
    Some(People { neighbours, households, plate, introduction })
}
