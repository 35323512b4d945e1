//! Syncs the daybook beside the ledger: while the disk takes what was posted, rows are made of it, and the next posts
//! are decided.

use std::{fs::File, io, sync::Arc, thread::JoinHandle};

use super::awake::Slot;
use crate::store::truth::Disk;

/// The way to the thread that syncs; dropped, it ends the thread.
pub struct Syncer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Desk {
    files: Slot<Arc<File>>,
    outcomes: Slot<io::Result<()>>,
}

/// Says that the thread has ended, however it did: nobody waits for it in vain.
struct Leaves<'a>(&'a Desk);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.outcomes.close();
    }
}

impl Syncer {
    /// Gives it its thread.
    ///
    /// # Panics
    ///
    /// Where the system has no thread to give.
    pub fn employ() -> Arc<Self> {
        let desk = Arc::<Desk>::default();
        let its = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("syncer".into()).spawn(move || work(&its));
        Arc::new(Self { desk, thread: Some(thread.expect("the system gives a thread")) })
    }

    /// Is what was started at its end?
    pub fn is_done(&self) -> bool {
        self.desk.outcomes.has_news()
    }
}

impl Disk for Arc<Syncer> {
    fn start(&mut self, file: Arc<File>) {
        self.desk.files.put(file);
    }

    fn wait(&mut self) -> io::Result<()> {
        let outcome = self.desk.outcomes.take();
        outcome.unwrap_or_else(|| Err(io::Error::other("the thread that syncs has ended")))
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.desk.files.close();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("The thread that syncs failed");
        }
    }
}

fn work(desk: &Desk) {
    let _leaves = Leaves(desk);
    while let Some(file) = desk.files.take() {
        desk.outcomes.put(file.sync_data());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_synced_and_its_end_told() {
        let mut syncer = Syncer::employ();
        let folder = tempfile::tempdir().expect("a folder for the test");
        for name in ["one", "two", "three"] {
            let file = File::create(folder.path().join(name)).expect("a file in it");
            syncer.start(Arc::new(file));
            assert!(syncer.wait().is_ok());
        }
    }

    #[test]
    fn what_the_system_says_is_told() {
        let mut syncer = Syncer::employ();
        let null = File::options().write(true).open("/dev/null").expect("is everywhere");
        syncer.start(Arc::new(null));
        assert!(syncer.wait().is_err(), "nothing that could be synced");
    }

    #[test]
    fn nobody_waits_for_a_thread_that_has_ended() {
        let mut syncer = Syncer::employ();
        syncer.desk.files.close();
        assert!(syncer.wait().is_err());
        let folder = tempfile::tempdir().expect("a folder for the test");
        syncer.start(Arc::new(File::create(folder.path().join("file")).expect("a file in it")));
        assert!(syncer.wait().is_err());
    }
}
