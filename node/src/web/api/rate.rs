//! How often a token may ask: a steady rate, and a burst before it counts.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crdt::time::Moment;

/// One question every so many milliseconds, in the long run.
const EVERY_MS: u64 = 20;

/// Questions that may come at once.
const BURST: u64 = 100;

/// When each token's next question would be due if it asked evenly.
#[derive(Default)]
pub struct Rate(Mutex<BTreeMap<String, u64>>);

impl Rate {
    /// Counts a question of a token that is known.
    ///
    /// # Errors
    ///
    /// The milliseconds after which it may ask again.
    pub fn ask(&self, token: &str, now: Moment) -> Result<(), u64> {
        let mut due = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = due.entry(token.to_owned()).or_default();
        let ahead = mine.saturating_sub(now.0);
        if ahead > (BURST - 1) * EVERY_MS {
            return Err(ahead - (BURST - 1) * EVERY_MS);
        }
        *mine = now.0.max(*mine) + EVERY_MS;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_one_at_a_time() {
        let rate = Rate::default();
        for _ in 0..BURST {
            assert_eq!(rate.ask("a", Moment(1_000)), Ok(()));
        }
        assert_eq!(rate.ask("a", Moment(1_000)), Err(EVERY_MS));
        assert_eq!(rate.ask("b", Moment(1_000)), Ok(()), "others have their own");
        assert_eq!(rate.ask("a", Moment(1_000 + EVERY_MS)), Ok(()));
        assert!(rate.ask("a", Moment(1_000 + EVERY_MS)).is_err());
    }
}
