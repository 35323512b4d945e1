//! Syncs files beside the ledger: while the disk takes what was posted, the next posts are decided.
//!
//! # Rules
//!
//! 1. One file at a time; whoever started it waits for its end before he starts the next.
//! 2. It looks for work for a moment before it lies down, and so does whoever waits for it: being woken takes a
//!    third of what the sync of a small write does.

use std::{
    fs::File,
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How long either side looks for the other before it lies down.
const AWAKE: Duration = Duration::from_micros(250);

/// The way to the thread that syncs; dropped, it ends the thread.
pub struct Syncer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    /// Is there something to do? Said under the lock, for whoever looks without it.
    wanted: AtomicBool,
    /// Is it done? Said under the lock, likewise.
    done: AtomicBool,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    file: Option<Arc<File>>,
    outcome: Option<io::Result<()>>,
    /// Nothing more comes, from the one side or from the other.
    closed: bool,
    /// Somebody waits for the bell.
    lies_down: bool,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rule 2, until the flag is up and `found` finds something; none where nothing more comes.
    fn wait_for<T>(&self, flag: &AtomicBool, found: impl Fn(&mut State) -> Option<T>) -> Option<T> {
        let until = Instant::now() + AWAKE;
        while !flag.load(Ordering::Acquire) && Instant::now() < until {
            std::thread::yield_now();
        }
        let mut state = self.lock();
        loop {
            let found = found(&mut state);
            if found.is_some() || state.closed {
                flag.store(false, Ordering::Relaxed);
                return found;
            }
            state.lies_down = true;
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Changes the state, and rings where somebody waits for that.
    fn tell(&self, flag: &AtomicBool, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        flag.store(true, Ordering::Release);
        let lies_down = std::mem::take(&mut state.lies_down);
        drop(state);
        if lies_down {
            self.bell.notify_all();
        }
    }
}

/// Says that the thread has ended, however it did: nobody waits for it in vain.
struct Leaves<'a>(&'a Desk);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.tell(&self.0.done, |state| state.closed = true);
    }
}

impl Syncer {
    /// Gives it its thread.
    ///
    /// # Panics
    ///
    /// Where the system has no thread to give.
    pub fn employ() -> Self {
        let desk = Arc::<Desk>::default();
        let its = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("syncer".into()).spawn(move || work(&its));
        Self { desk, thread: Some(thread.expect("the system gives a thread")) }
    }

    /// Has a file's data synced.
    pub fn start(&self, file: Arc<File>) {
        self.desk.done.store(false, Ordering::Relaxed);
        self.desk.tell(&self.desk.wanted, |state| state.file = Some(file));
    }

    /// Is what was started at its end?
    pub fn is_done(&self) -> bool {
        self.desk.done.load(Ordering::Acquire)
    }

    /// What has come of it; waits for that.
    ///
    /// # Errors
    ///
    /// What the disk said, or that the thread has failed.
    pub fn wait(&self) -> io::Result<()> {
        let outcome = self.desk.wait_for(&self.desk.done, |state| state.outcome.take());
        outcome.unwrap_or_else(|| Err(io::Error::other("the thread that syncs has ended")))
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.desk.tell(&self.desk.wanted, |state| state.closed = true);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("The thread that syncs failed");
        }
    }
}

fn work(desk: &Desk) {
    let _leaves = Leaves(desk);
    while let Some(file) = desk.wait_for(&desk.wanted, |state| state.file.take()) {
        let outcome = file.sync_data();
        desk.tell(&desk.done, |state| state.outcome = Some(outcome));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_synced_and_its_end_told() {
        let syncer = Syncer::employ();
        let folder = tempfile::tempdir().expect("a folder for the test");
        for name in ["one", "two", "three"] {
            let file = File::create(folder.path().join(name)).expect("a file in it");
            syncer.start(Arc::new(file));
            assert!(syncer.wait().is_ok());
        }
    }

    #[test]
    fn nobody_waits_for_a_thread_that_has_ended() {
        let syncer = Syncer::employ();
        syncer.desk.tell(&syncer.desk.wanted, |state| state.closed = true);
        while syncer.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            std::thread::yield_now();
        }
        let folder = tempfile::tempdir().expect("a folder for the test");
        syncer.start(Arc::new(File::create(folder.path().join("file")).expect("a file in it")));
        assert!(syncer.wait().is_err());
    }
}
