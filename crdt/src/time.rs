//! Time as values. The core never reads a clock: whoever calls it says what time it is.

use std::ops::Add;

use serde::{Deserialize, Serialize};

/// Milliseconds on the caller's monotonic clock; only differences mean anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub u64);

impl Moment {
    /// How long ago `earlier` was; 0 where it lies in the future.
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<u64> for Moment {
    type Output = Self;

    /// `self` and so many milliseconds.
    fn add(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// What somebody's wall clock claimed: milliseconds since 1970. Shown to people, decides nothing.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ClaimedTime(pub u64);

/// A week, counted from 1970: where an envelope is stored, nothing more.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bucket(pub u16);

/// Milliseconds of a week.
pub const WEEK_MS: u64 = 7 * 24 * 3600 * 1000;

/// Fifty years of weeks: no bucket lies further from its community's founding.
const BUCKETS_MAX: u16 = 50 * 366 / 7;

impl Bucket {
    /// The week of `claimed`, wherever it lies: for the founding itself.
    pub fn week_of(claimed: ClaimedTime) -> Self {
        Self(u16::try_from(claimed.0 / WEEK_MS).unwrap_or(u16::MAX))
    }

    /// The week of `claimed`, clamped to `genesis` … `genesis` + 50 years: a wrong clock puts an
    /// envelope into an odd drawer and does no other harm.
    pub fn of(claimed: ClaimedTime, genesis: Self) -> Self {
        Self(Self::week_of(claimed).0.clamp(genesis.0, genesis.last().0))
    }

    /// The last bucket that a community founded in this one may use.
    pub const fn last(self) -> Self {
        Self(self.0.saturating_add(BUCKETS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_by_decades_stays_within_the_communitys_drawers() {
        let founded = Bucket(2_900);
        assert_eq!(Bucket::of(ClaimedTime(0), founded), founded);
        assert_eq!(Bucket::of(ClaimedTime(u64::MAX), founded), founded.last());
        assert_eq!(Bucket::of(ClaimedTime(2_950 * WEEK_MS + 5), founded), Bucket(2_950));
    }
}
