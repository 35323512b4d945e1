//! The only place where clocks and randomness are read.
//!
//! Everything inward gets them as arguments, so that a test can say what time it is.

use std::time::Instant;

use crdt::time::{ClaimedTime, Moment};

/// One node's clock: monotonic for decisions, wall time for people.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Default for Clock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock {
    /// Milliseconds since this clock was made.
    pub fn now(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// What the wall clock says; before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
pub fn claimed() -> ClaimedTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let ms = since.map(|since| since.as_millis()).unwrap_or(0);
    ClaimedTime(u64::try_from(ms).unwrap_or(u64::MAX))
}

/// Random bytes from the operating system.
///
/// # Panics
///
/// Where the system has no randomness to give; no key could be made safely.
pub fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    getrandom::fill(&mut out).expect("the system gives randomness");
    out
}
