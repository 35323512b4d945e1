//! Two homes that meet: with nothing new, after a cut, for the first time, in the middle of it.

use std::sync::Arc;

use proptest::prelude::*;

use super::world::{Author, World, scope};
use crate::{
    envelope::Kind,
    sync::{Carried, Config, Input, Output, Session},
    time::{Bucket, Moment},
};

#[test]
fn nothing_new_is_one_round_trip_and_a_few_bytes() {
    let mut world = World::new(2, 1);
    world.share(200, scope(1), 2_900);
    let link = world.link(0, 1);
    world.run();
    assert!(world.ends[link].equal_at().is_some() && world.ends[link + 1].equal_at().is_some());
    // Hello, hello, and the answer that the second hello asked for.
    assert_eq!(world.frames(link), 3);
    assert!(world.bytes(link) < 300, "{} bytes", world.bytes(link));
}

#[test]
fn ten_thousand_scopes_cost_no_more_than_one() {
    let mut carried = Carried::new();
    for number in 0..10_000 {
        let id = *blake3::hash(&u16::to_le_bytes(number)).as_bytes();
        carried.add(scope(number), Bucket(2_900), &crate::id::EnvelopeId::from_bytes(id));
    }
    let config = |initiator| Config {
        initiator,
        community: super::world::COMMUNITY,
        admitted: true,
        introduction: Vec::new(),
    };
    let mut ends = [Session::new(config(true)), Session::new(config(false))];
    let (mut bytes, mut equal) = (0, 0);
    ends[1].handle(&carried, Input::Connected, Moment(5));
    ends[0].handle(&carried, Input::Connected, Moment(5));
    for turn in 0..4 {
        while let Some(output) = ends[turn % 2].poll() {
            match output {
                Output::Send(frame) => {
                    bytes += frame.len();
                    ends[(turn + 1) % 2].handle(&carried, Input::Received(&frame), Moment(6));
                }
                Output::Equal { at, .. } if at == Moment(5) || at == Moment(6) => equal += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(equal, 2);
    assert!(bytes < 300, "{bytes} bytes");
}

/// Both wrote five hundred messages while apart.
#[test]
fn after_a_cut_only_what_differs_crosses_and_only_once() {
    let mut world = World::new(2, 2);
    world.share(10_000, scope(1), 2_900);
    for _ in 0..500 {
        world.write(0, Kind::MESSAGE, scope(1), 2_900);
        world.write(1, Kind::MESSAGE, scope(1), 2_900);
    }
    let link = world.link(0, 1);
    world.run();
    assert!(world.is_equal() && world.ends[link].equal_at().is_some());
    assert!(world.ends[link + 1].equal_at().is_some());
    assert_eq!(world.crossings(link), (1_000, 1_000));
    let bytes = world.bytes(link);
    println!("catch-up: {bytes} bytes in {} frames", world.frames(link));
    assert!(bytes <= 350_000, "{bytes} bytes");
    let told = world.ends[link + 1]
        .said
        .iter()
        .any(|said| matches!(said, Output::Differs { missing_here: 500, missing_there: 500 }));
    assert!(told, "the one who was called knows as well how many were missing");
}

#[test]
fn a_newcomer_gets_everything_statements_first() {
    let mut world = World::new(2, 3);
    for number in 0..3_000u16 {
        let kind = if number % 100 == 0 { Kind::STATEMENT } else { Kind::MESSAGE };
        world.write(0, kind, scope(number % 7), 2_900 + number / 600);
    }
    let link = world.link(1, 0);
    world.run();
    assert!(world.is_equal());
    assert_eq!(world.crossings(link), (3_000, 3_000));
    println!("join: {} bytes per message", world.bytes(link) / 3_000);
    assert!(world.bytes(link) <= 230 * 3_000, "{} bytes", world.bytes(link));
}

#[test]
fn a_body_larger_than_a_frame_arrives_whole() {
    for (from, to) in [(0, 1), (1, 0)] {
        let mut world = World::new(2, 4);
        for _ in 0..6 {
            world.write_body(0, Kind::CHANGE, scope(1), 2_900, vec![0xab; 200_000]);
            world.write(0, Kind::MESSAGE, scope(1), 2_900);
        }
        world.link(from, to);
        world.run();
        assert!(world.is_equal());
    }
}

#[test]
fn a_cut_in_the_middle_costs_nothing_that_had_arrived() {
    let mut world = World::new(2, 5);
    for number in 0..4_000u16 {
        world.write(usize::from(number % 2), Kind::MESSAGE, scope(number % 3), 2_900 + number % 4);
    }
    let (mut crossed, mut cuts) = (0, 0);
    while !world.is_equal() {
        let link = world.link(cuts % 2, 1 - cuts % 2);
        for _ in 0..30 + 10 * cuts {
            world.step();
        }
        crossed += world.crossings(link).0;
        world.cut(link);
        world.run();
        cuts += 1;
        assert!(cuts < 100, "no progress");
    }
    assert!(cuts > 1, "the cuts came too late to test anything");
    // Only what the store had not committed yet comes again: less than a window each time.
    println!("resume: {crossed} crossings with {cuts} cuts");
    assert!(crossed < 4_000 + 200 * u32::try_from(cuts).expect("few"), "{crossed} crossings");
}

#[test]
fn among_thousands_of_scopes_the_one_that_differs_is_found() {
    let mut world = World::new(2, 6);
    for number in 0..3_000 {
        world.share(1, scope(number), 2_900 + number % 3);
    }
    world.write(0, Kind::MESSAGE, scope(77), 2_900);
    world.write(1, Kind::MESSAGE, scope(78), 2_901);
    world.write(1, Kind::MESSAGE, scope(9_000), 2_901);
    let link = world.link(0, 1);
    world.run();
    assert!(world.is_equal());
    assert_eq!(world.crossings(link), (3, 3));
    println!("one of 3000 scopes: {} bytes", world.bytes(link));
    assert!(world.bytes(link) < 10_000, "{} bytes", world.bytes(link));
}

#[test]
fn thousands_of_scopes_are_learnt_by_a_newcomer_on_either_side() {
    for newcomer in [0, 1] {
        let mut world = World::new(2, 7);
        for number in 0..9_000 {
            world.write(1 - newcomer, Kind::MESSAGE, scope(number), 2_900);
        }
        world.link(0, 1);
        world.run_for(10_000);
        assert!(world.is_equal(), "newcomer {newcomer}");
    }
}

#[test]
fn equal_is_said_of_a_comparison_begun_after_the_question() {
    let mut world = World::new(2, 8);
    world.share(10, scope(1), 2_900);
    let link = world.link(0, 1);
    world.run();
    for end in [link, link + 1] {
        world.now = world.now + 500;
        world.feed(end, Input::Compare);
        world.run();
        assert_eq!(world.ends[end].equal_at(), Some(world.now));
    }
}

#[test]
fn two_who_never_stop_writing_neither_spin_nor_blame() {
    let mut world = World::new(2, 9);
    world.share(10, scope(1), 2_900);
    let link = world.link(0, 1);
    for _ in 0..2_000 {
        world.write(0, Kind::MESSAGE, scope(1), 2_900);
        world.step();
        world.write(1, Kind::MESSAGE, scope(1), 2_900);
        world.step();
        world.now = world.now + 10;
        for end in [link, link + 1] {
            world.feed(end, Input::Wake);
        }
    }
    world.run_for(5_000);
    assert_eq!(world.endings(), []);
    assert!(world.is_equal());
    let (crossed, different) = world.crossings(link);
    assert!(crossed as usize <= different * 23 / 20, "{crossed} crossings of {different}");
    // Forty seconds: a few comparisons a second at most.
    let compared =
        world.ends[link].said.iter().filter(|said| matches!(said, Output::Differs { .. }));
    assert!(compared.count() < 100);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever two nodes hold, and whoever calls, they end equal, nothing crosses twice, and the
    /// order in which frames and the store's answers come decides nothing.
    #[test]
    fn any_two_sets_become_equal(
        writes in prop::collection::vec((0..3u8, 0..100u16, 0..3u16, 0..5u8, any::<bool>()), 0..150),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(2, seed);
        let mut author = Author::new(99);
        let mut missing = 0;
        for (number, (side, scope_number, bucket, kind, large)) in writes.into_iter().enumerate() {
            let bytes = vec![u8::try_from(number % 251).expect("a byte"); if large { 30_000 } else { 50 }];
            let kind = [Kind::MESSAGE, Kind::STATEMENT, Kind::ACT, Kind(200), Kind::CHANGE][usize::from(kind)];
            let head = world.nodes[0].head(scope(scope_number));
            let mut envelope = author.write(kind, scope(scope_number), 2_900 + bucket, head, bytes);
            if number % 10 == 3 {
                envelope = Arc::new(envelope.as_ref().clone().without_body());
            }
            missing += usize::from(side < 2);
            if side != 1 {
                world.nodes[0].keep([Arc::clone(&envelope)]);
            }
            if side != 0 {
                world.nodes[1].keep([envelope]);
            }
        }
        let link = world.link(0, 1);
        world.run();
        prop_assert!(world.is_equal());
        prop_assert!(world.ends[link].equal_at().is_some() && world.ends[link + 1].equal_at().is_some());
        prop_assert_eq!(world.crossings(link), (u32::try_from(missing).expect("few"), missing));
    }
}
