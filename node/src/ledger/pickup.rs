//! When setting off is offered: from some time before the window on.
//!
//! # Rules
//!
//! 1. The page offers to set off from [`LEAD_MS`] before somebody is to be picked up. What comes of acts
//!    knows no window: a box without a clock must not lose its ride.
//! 2. Whoever set off sooner, by his own clock, is shown to the desk and to the home that asked: they may
//!    give the place to another.

use crdt::{
    body::Verb,
    id::PersonId,
    lifecycle::{Case, Rank, What},
    time::ClaimedTime,
    vault::LEAD_MS,
};

use crate::store::views::{Folded, moment_ms, zone_of};

/// When somebody is to be picked up; none where nothing was said of it.
pub(super) fn begins(case: &Case) -> Option<ClaimedTime> {
    let ride = case.ride.as_ref();
    let ride =
        ride.and_then(|ride| u64::try_from(moment_ms(&zone_of(&ride.zone), ride.starts)).ok());
    ride.or(case.terms.from_ms).map(ClaimedTime)
}

/// Rule 1.
pub(super) fn is_time(begins: ClaimedTime, now: ClaimedTime) -> bool {
    begins.0.saturating_sub(LEAD_MS) <= now.0
}

/// Rule 2.
pub(super) fn left_early(folded: &Folded, begins: Option<ClaimedTime>) -> bool {
    let (case, Some(begins)) = (&folded.case, begins) else { return false };
    let moving = |who: &PersonId| {
        matches!(case.standing(who), Some(Rank::Departed | Rank::Arrived)) && !case.status.is_over()
    };
    let departs =
        case.timeline.iter().filter(|it| it.counted && it.what == What::Did(Verb::Depart));
    departs.filter(|it| moving(&it.who)).any(|it| !is_time(begins, folded.claimed_of(&it.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_off_is_offered_two_hours_before() {
        let begins = ClaimedTime(10 * LEAD_MS);
        for (now, expected) in [(0, false), (9 * LEAD_MS - 1, false), (9 * LEAD_MS, true)] {
            assert_eq!(is_time(begins, ClaimedTime(now)), expected, "{now}");
        }
        assert!(is_time(begins, ClaimedTime(11 * LEAD_MS)), "late is not too late");
    }
}
