//! Clocks decide nothing: ten years off, or none at all (promise 19).

use crdt::time::ClaimedTime;
use tests::world::{BEGIN, World};

const TEN_YEARS_MS: u64 = 10 * 365 * 24 * 3_600 * 1_000;

/// The same life with other clocks; says who holds what, in which order people read, and how
/// everything stands.
fn life(clocks: [ClaimedTime; 4]) -> (Vec<String>, Vec<Vec<String>>, Vec<String>) {
    let (mut world, people) = World::court(0xC10C4, &["Chen", "Zhao", "Sun"]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    for (who, clock) in everybody.iter().zip(clocks) {
        world.set_clock(*who, clock);
    }
    let (chen, zhao, sun) = (people[0], people[1], people[2]);
    let ride = world.request(chen, "A ride");
    world.settle();
    world.cut(&[zhao], &[sun, chen, world.office()]);
    world.post(zhao, "first");
    // One side has seen the other's world: causes come before effects whatever clocks say.
    world.claim(zhao, ride);
    world.run_for(10_000);
    world.heal();
    world.settle();
    world.post(sun, "second");
    world.settle();
    world.post(zhao, "third");
    assert!(!world.try_act(sun, ride, node::api::ActVerb::Done), "it is not his");
    world.settle();
    world.assert_same_sight(&everybody);
    let holders = everybody.iter().filter_map(|who| world.holder(*who, ride)).collect();
    let texts = everybody.iter().map(|who| world.texts(*who)).collect();
    let statuses = everybody.iter().map(|who| world.page(*who, ride).row.status).collect();
    (holders, texts, statuses)
}

#[test]
fn ten_years_off_or_no_clock_at_all_changes_nothing_that_counts() {
    let right = life([BEGIN; 4]);
    let later = ClaimedTime(BEGIN.0 + TEN_YEARS_MS);
    let earlier = ClaimedTime(BEGIN.0 - TEN_YEARS_MS);
    let none = ClaimedTime(0);
    let never = ClaimedTime(u64::MAX / 2);
    for clocks in [
        [later, earlier, none, BEGIN],
        [BEGIN, none, later, earlier],
        [none; 4],
        [earlier, later, never, none],
    ] {
        assert_eq!(life(clocks), right, "{clocks:?}");
    }
}
