//! Several homes that are connected while people write.

use proptest::prelude::*;

use super::world::{World, scope};
use crate::envelope::Kind;

fn line(nodes: usize) -> Vec<(usize, usize)> {
    (1..nodes).map(|node| (node - 1, node)).collect()
}

fn mesh(nodes: usize) -> Vec<(usize, usize)> {
    (0..nodes).flat_map(|one| (one + 1..nodes).map(move |other| (one, other))).collect()
}

fn ring(nodes: usize) -> Vec<(usize, usize)> {
    (0..nodes).map(|node| (node, (node + 1) % nodes)).collect()
}

#[test]
fn a_message_crosses_each_link_at_most_once() {
    for (shape, links) in [("line", line(5)), ("ring", ring(6)), ("mesh", mesh(6))] {
        let nodes = links.iter().map(|(one, other)| one.max(other) + 1).max().expect("links");
        let mut world = World::new(nodes, 11);
        world.share(50, scope(1), 2_900);
        for (one, other) in &links {
            world.link(*one, *other);
        }
        world.run();
        for number in 0..200 {
            world.write(number % nodes, Kind::MESSAGE, scope(1), 2_900);
            for _ in 0..world.dice.below(30) {
                world.step();
            }
        }
        // Pushing alone brings it everywhere; no timer has to help.
        world.run();
        assert!(world.is_equal(), "{shape}");
        let crossed: u32 = (0..links.len()).map(|link| world.crossings(link * 2).0).sum();
        let per_link = f64::from(crossed) / (200.0 * links.len() as f64);
        println!("{shape}: {per_link:.2} crossings of each link");
        assert!(per_link <= 1.3, "{shape}: {per_link}");
        for link in 0..links.len() {
            let (crossed, different) = world.crossings(link * 2);
            assert!(f64::from(crossed) <= 1.3 * different as f64, "{shape}: {crossed} {different}");
        }
    }
}

#[test]
fn after_the_last_push_everybody_knows_that_he_is_equal() {
    let mut world = World::new(5, 12);
    for (one, other) in line(5) {
        world.link(one, other);
    }
    world.run();
    world.now = world.now + 10_000;
    let written = world.now;
    world.write(0, Kind::ACT, scope(1), 2_900);
    world.run_for(5_000);
    assert!(world.ends.iter().all(|end| end.equal_at() > Some(written)));
}

/// Two neighbours bring a newcomer his history together; then he hears one message more.
#[test]
fn once_equal_nothing_is_said_to_be_on_its_way() {
    let mut world = World::new(3, 13);
    world.share(400, scope(1), 2_900);
    let newcomer = world.add_node();
    let links = [world.link(newcomer, 0), world.link(newcomer, 1), world.link(newcomer, 2)];
    world.run_for(5_000);
    assert!(world.is_equal());
    let parts = links.map(|link| world.progress_of(link));
    assert!(parts.iter().flatten().any(|(came, of)| came < of), "not shared out: {parts:?}");
    for node in 0..3 {
        world.write(node, Kind::MESSAGE, scope(1), 2_900);
    }
    world.run_for(5_000);
    assert_eq!(links.map(|link| world.progress_of(link)), parts, "a message is taken for history");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Links come and go while people write; once they stay, everybody ends equal.
    #[test]
    fn any_weather_ends_in_equality(
        events in prop::collection::vec((0..10u8, 0..4usize, 0..4usize, 0..40usize), 0..60),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(4, seed);
        let mut up: Vec<usize> = Vec::new();
        for (event, one, other, steps) in events {
            match event {
                0..5 => {
                    world.write(one, Kind::MESSAGE, scope(u16::from(event)), 2_900);
                }
                5..8 if one != other => up.push(world.link(one, other)),
                8.. if !up.is_empty() => world.cut(up.remove(steps % up.len())),
                _ => (),
            }
            for _ in 0..steps {
                world.step();
            }
        }
        up.drain(..).for_each(|link| world.cut(link));
        for (one, other) in line(4) {
            world.link(one, other);
        }
        world.run_for(30_000);
        prop_assert_eq!(world.endings(), []);
        prop_assert!(world.is_equal());
    }
}
