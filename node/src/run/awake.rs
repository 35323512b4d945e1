//! Waiting for another thread that is about to be ready: being woken takes a third of what the disk does for a small
//! write, so whoever waits looks for a moment before he lies down, and lets others have the core meanwhile.
//! A core on which somebody looks does not sleep either, so what the disk reports is noticed at once.

use std::{
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// How long somebody looks: longer than an answer takes to its asker and the next job back, on a machine whose
/// cores sleep deeply, and than a small write takes on a disk of a computer. Whoever posts line after line
/// finds everybody awake.
const AWAKE: Duration = Duration::from_micros(250);

/// How often somebody looks before he lets others have the core, which takes ten times as long as looking.
const LOOKS: usize = 16;

/// Looks for a moment whether something has happened.
pub fn look_until(happened: impl Fn() -> bool) {
    let until = Instant::now() + AWAKE;
    while !looks(&happened) && Instant::now() < until {
        std::thread::yield_now();
    }
}

/// Looks whether something has happened, some times.
fn looks(mut happened: impl FnMut() -> bool) -> bool {
    (0..LOOKS).any(|_| {
        std::hint::spin_loop();
        happened()
    })
}

/// Where one thread puts something down for another, one thing at a time.
pub struct Slot<T> {
    state: Mutex<State<T>>,
    /// Is there something, or does nothing more come? Said under the lock, for whoever looks without it.
    news: AtomicBool,
    bell: Condvar,
}

struct State<T> {
    thing: Option<T>,
    closed: bool,
    /// Somebody waits for the bell.
    lies_down: bool,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        let state = State { thing: None, closed: false, lies_down: false };
        Self { state: Mutex::new(state), news: AtomicBool::default(), bell: Condvar::new() }
    }
}

impl<T> Slot<T> {
    /// Puts something down; what nobody has taken yet is gone.
    pub fn put(&self, thing: T) {
        self.change(|it| *it = Some(thing));
    }

    /// Puts something down, together with what nobody has taken yet.
    pub fn change(&self, change: impl FnOnce(&mut Option<T>)) {
        self.tell(|state| change(&mut state.thing));
    }

    /// Nothing more comes.
    pub fn close(&self) {
        self.tell(|state| state.closed = true);
    }

    /// Is there something, or does nothing more come?
    pub fn has_news(&self) -> bool {
        self.news.load(Ordering::Acquire)
    }

    /// Waits for something and takes it; none where nothing more comes.
    pub fn take(&self) -> Option<T> {
        look_until(|| self.has_news());
        let mut state = self.lock();
        while state.thing.is_none() && !state.closed {
            state.lies_down = true;
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let thing = state.thing.take();
        self.news.store(state.closed, Ordering::Relaxed);
        thing
    }

    /// Rings only where somebody waits for that: the bell costs a call of the system.
    fn tell(&self, change: impl FnOnce(&mut State<T>)) {
        let mut state = self.lock();
        change(&mut state);
        self.news.store(true, Ordering::Release);
        let lies_down = std::mem::take(&mut state.lies_down);
        drop(state);
        if lies_down {
            self.bell.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_down_is_taken_once_and_nobody_waits_for_what_does_not_come() {
        let slot = Slot::default();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                slot.put("one");
                while slot.has_news() {
                    std::thread::yield_now();
                }
                slot.put("two");
                slot.close();
            });
            assert_eq!([slot.take(), slot.take(), slot.take()], [Some("one"), Some("two"), None]);
            assert_eq!(slot.take(), None);
        });
    }
}
