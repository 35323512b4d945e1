//! Writes and syncs the daybook beside the ledger: while the disk takes what was posted, the next posts are decided, and
//! get their rows. What is handed over while a sync runs is written together, and shares the next one.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Instant,
};

use super::{
    awake::Slot,
    place::{Place, Seat, Trial},
};
use crate::store::truth::{Broken, Disk, Ticket};

/// The way to the thread that writes; dropped, it ends the thread, which finishes what it has.
pub struct Syncer {
    desk: Arc<Desk>,
    put: Ticket,
    safe: Ticket,
    failed: bool,
    thread: Option<JoinHandle<()>>,
}

/// How far it has come, for whoever does not wait for it.
pub struct Progress(Arc<Desk>);

struct Desk {
    portions: Slot<Portion>,
    /// How far everything is safe, and why no further.
    outcomes: Slot<(Ticket, Option<io::Error>)>,
    /// Nobody has to wait for anything up to here.
    ended: AtomicU64,
    /// The core on which the thread sits, or [`NO_CORE`].
    core: AtomicUsize,
}

/// The thread sits anywhere.
const NO_CORE: usize = usize::MAX;

/// How many there are in this process.
static SYNCERS: AtomicUsize = AtomicUsize::new(0);

impl Default for Desk {
    fn default() -> Self {
        let (portions, outcomes) = (Slot::default(), Slot::default());
        Self { portions, outcomes, ended: AtomicU64::default(), core: NO_CORE.into() }
    }
}

/// What is written next, and the last ticket in it.
struct Portion {
    file: Arc<File>,
    at: usize,
    bytes: Vec<u8>,
    last: Ticket,
}

impl Portion {
    /// Adds what was handed over behind it, which begins where only its closing zeros stand.
    fn join(&mut self, later: Self) {
        debug_assert!(self.at <= later.at && later.at <= self.at + self.bytes.len());
        self.bytes.truncate(later.at.saturating_sub(self.at));
        self.bytes.extend(later.bytes);
        self.last = later.last;
    }

    fn write(&self) -> io::Result<()> {
        self.file.write_all_at(&self.bytes, self.at as u64)?;
        self.file.sync_data()
    }
}

/// Says that the thread has ended, however it did: nobody waits for it in vain.
struct Leaves<'a>(&'a Desk);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.outcomes.close();
        self.0.ended.store(Ticket::MAX, Ordering::Release);
    }
}

impl Syncer {
    /// Gives it its thread.
    ///
    /// # Panics
    ///
    /// Where the system has no thread to give.
    pub fn employ() -> Self {
        SYNCERS.fetch_add(1, Ordering::Relaxed);
        let desk = Arc::<Desk>::default();
        let its = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("syncer".into()).spawn(move || work(&its));
        let thread = Some(thread.expect("the system gives a thread"));
        Self { desk, put: 0, safe: 0, failed: false, thread }
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        Progress(Arc::clone(&self.desk))
    }
}

impl Progress {
    /// Is there no need to wait for what was handed over under this ticket? It is safe, or never will be.
    pub fn has_come_to(&self, ticket: Ticket) -> bool {
        self.0.ended.load(Ordering::Acquire) >= ticket
    }

    /// The core that whoever decides keeps off: where the thread sits that syncs, or tries to. None where it sits anywhere, and
    /// where several homes run in this process, whose deciding would come to share what is left.
    pub fn core(&self) -> Option<usize> {
        let core = self.0.core.load(Ordering::Relaxed);
        (core != NO_CORE && SYNCERS.load(Ordering::Relaxed) == 1).then_some(core)
    }
}

impl Disk for Syncer {
    fn put(&mut self, file: &Arc<File>, at: usize, bytes: &[u8]) -> Ticket {
        let was_idle = self.desk.ended.load(Ordering::Acquire) >= self.put;
        self.put += 1;
        let last = self.put;
        let portion = Portion { file: Arc::clone(file), at, bytes: bytes.to_vec(), last };
        self.desk.portions.change(|waiting| match waiting {
            Some(waiting) => waiting.join(portion),
            None => *waiting = Some(portion),
        });
        if was_idle {
            // It may look for this on the core of whoever puts it down.
            std::thread::yield_now();
        }
        last
    }

    fn wait(&mut self, ticket: Ticket) -> Result<(), Broken> {
        while self.safe < ticket {
            let outcome = if self.failed { None } else { self.desk.outcomes.take() };
            let ended = || Some(io::Error::other("the thread that syncs has ended"));
            let (safe, error) = outcome.unwrap_or_else(|| (self.safe, ended()));
            self.safe = safe;
            if let Some(error) = error {
                self.failed = true;
                return Err(Broken { safe, error });
            }
        }
        Ok(())
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        SYNCERS.fetch_sub(1, Ordering::Relaxed);
        self.desk.portions.close();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("The thread that syncs failed");
        }
    }
}

/// After a failure nothing more is written.
fn work(desk: &Desk) {
    let _leaves = Leaves(desk);
    let mut safe = 0;
    let seat = Seat::here();
    let mut trial = Trial::of(seat.cores());
    while let Some(portion) = desk.portions.take() {
        let start = Instant::now();
        if let Err(error) = portion.write() {
            desk.outcomes.put((safe, Some(error)));
            return;
        }
        let took = start.elapsed();
        safe = portion.last;
        desk.outcomes.put((safe, None));
        desk.ended.store(safe, Ordering::Release);
        if let Some(place) = trial.took(took) {
            let sits = seat.take(place);
            if !sits {
                trial.give_up();
            }
            let core = if let (true, Place::On(core)) = (sits, place) { core } else { NO_CORE };
            desk.core.store(core, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn everything_is_written_in_its_order_and_its_end_told() {
        let mut syncer = Syncer::employ();
        let progress = syncer.progress();
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("file");
        let file = Arc::new(File::create(&path).expect("a file in it"));
        let words = [(0, "one."), (3, "two."), (6, "three.")];
        let tickets = words.map(|(at, word)| syncer.put(&file, at, word.as_bytes()));
        assert!(syncer.wait(tickets[1]).is_ok());
        assert!(syncer.wait(tickets[2]).is_ok());
        assert!(syncer.wait(tickets[0]).is_ok(), "long since");
        assert_eq!(fs::read(&path).expect("reads"), b"onetwothree.");
        while !progress.has_come_to(tickets[2]) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_waits_for_the_disk_is_written_together() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("file");
        let file = Arc::new(File::create(&path).expect("a file in it"));
        let portion = |at: usize, word: &str, last| {
            let bytes = [word.as_bytes(), b".."].concat();
            Portion { file: Arc::clone(&file), at, bytes, last }
        };
        let mut waiting = portion(2, "one", 7);
        waiting.join(portion(5, "and two", 8));
        waiting.join(portion(12, "", 9));
        assert_eq!(waiting.last, 9);
        waiting.write().expect("writes");
        assert_eq!(fs::read(&path).expect("reads"), b"\0\0oneand two..");
    }

    #[test]
    fn what_the_system_says_is_told_and_nothing_is_written_behind_a_failure() {
        let mut syncer = Syncer::employ();
        let progress = syncer.progress();
        let null = File::options().write(true).open("/dev/null").expect("is everywhere");
        let first = syncer.put(&Arc::new(null), 0, b"one");
        let broken = syncer.wait(first).expect_err("nothing that could be synced");
        assert_eq!(broken.safe, 0);
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("file");
        let second = syncer.put(&Arc::new(File::create(&path).expect("a file in it")), 3, b"two");
        assert!(syncer.wait(second).is_err());
        assert_eq!(fs::read(&path).expect("reads"), b"");
        while !progress.has_come_to(second) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn nobody_waits_for_a_thread_that_has_ended() {
        let mut syncer = Syncer::employ();
        syncer.desk.portions.close();
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = Arc::new(File::create(folder.path().join("file")).expect("a file in it"));
        while !syncer.progress().has_come_to(1) {
            std::thread::yield_now();
        }
        let late = syncer.put(&file, 0, b"late");
        assert!(syncer.wait(late).is_err());
    }
}
