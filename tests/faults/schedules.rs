//! Random lives under random cuts, crashes, losses and double links (promises 7 and 9).
//!
//! A life is a list of deeds drawn from one seed. After it everything is mended; from when the last
//! link is up, everybody holds the same envelopes within three rounds per hop, and sees the same.
//! The whole conversation is in those rounds: who are you, what differs, here it is, on to the next.

use tests::world::LATENCY_MS_MAX;

use crate::towns::{Town, live_all, seeds};

/// Lives of the short set.
const SEEDS: u64 = 300;

/// A round: there and back on the slowest wire, with a disk on both sides.
const ROUND_MS: u64 = 2 * (LATENCY_MS_MAX + 5);

/// Rounds per hop that healing may take.
const ROUNDS: u64 = 3;

#[test]
fn after_any_cuts_and_crashes_everybody_is_equal_within_three_rounds_a_hop() {
    live_all(seeds(SEEDS), |seed| {
        let mut town = Town::drawn(seed);
        town.live(|_| ());
        let took = town.mend();
        let (hops, everybody) = (town.hops, town.world.everybody());
        let bound = hops * ROUNDS * ROUND_MS;
        assert!(took <= bound, "equal after {took} ms; {hops} hops allow {bound}");
        town.assert_all_see_the_same(&everybody);
    });
}
