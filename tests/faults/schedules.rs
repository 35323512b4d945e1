//! Random lives under random cuts, crashes, losses and double links (promises 7 and 9).
//!
//! A life is a list of deeds drawn from one seed. After it everything is mended; then everybody
//! holds the same envelopes within three rounds and one pause per hop, and sees the same.

use crdt::id::RequestId;
use node::api::{ActVerb, Command};
use tests::world::{LATENCY_MS_MAX, RELINK_MS, Who, World};

/// Lives of the short set.
const SEEDS: u64 = 12;

/// Deeds of one life.
const DEEDS: usize = 40;

/// A round: there and back, with a disk on both sides.
const ROUND_MS: u64 = 2 * (LATENCY_MS_MAX + 5);

/// Rounds per hop that healing may take.
const ROUNDS: u64 = 3;

/// The pause of a session before it asks again whether something has changed, in milliseconds: a
/// home that heals on several sides at once may need it at every hop.
const PAUSE_MS: u64 = 1_000;

fn seeds() -> u64 {
    std::env::var("LINLI_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS)
}

/// 5 to 12 homes in a line, a star, or each with everybody.
fn court(seed: u64) -> (World, u64) {
    let mut world = World::seeded(seed);
    let count = 4 + world.chance().below(8);
    for n in 0..count {
        world.move_in(&format!("Home {n}"));
    }
    let everybody = world.everybody();
    // They all fetch their invitation in the office.
    world.lan(&everybody);
    world.settle();
    world.part();
    let hops = match world.chance().below(3) {
        0 => {
            world.line(&everybody);
            everybody.len() as u64 - 1
        }
        1 => {
            everybody[1..].iter().for_each(|who| world.wire(everybody[0], *who));
            2
        }
        _ => {
            world.lan(&everybody);
            1
        }
    };
    world.settle();
    (world, hops)
}

/// One of the requests, by its id.
fn any(world: &mut World, requests: &[RequestId]) -> String {
    let at = world.chance().below(requests.len());
    requests.get(at).map(RequestId::to_hex).unwrap_or_default()
}

/// Somebody does something; a refusal is an answer too.
fn deed(world: &mut World, requests: &mut Vec<RequestId>) {
    let everybody = world.everybody();
    let who = world.chance().one_of(&everybody);
    let draw = world.chance().draw() % 1_000;
    let text = format!("{} says {draw}", world.name(who));
    let command = match world.chance().below(10) {
        0 => return requests.push(world.request(who, &text)),
        1 | 2 => {
            let verbs = [
                ActVerb::Claim,
                ActVerb::Withdraw,
                ActVerb::Depart,
                ActVerb::Done,
                ActVerb::Confirm,
                ActVerb::Reopen,
                ActVerb::Cancel,
                ActVerb::Ack,
            ];
            // Most people claim.
            let verb = if world.chance().once_in(2) {
                ActVerb::Claim
            } else {
                world.chance().one_of(&verbs)
            };
            Command::Act { id: any(world, requests), verb }
        }
        3 => {
            let field = world.chance().one_of(&["title", "place", "time", "needs", "details"]);
            Command::EditFact { id: any(world, requests), field: field.into(), value: text }
        }
        4 => Command::ChecklistAdd { id: any(world, requests), text },
        5 => Command::Pin { group: "all".into(), text },
        6 => Command::Describe { group: "all".into(), text },
        _ => Command::Post { group: "all".into(), text, reply_to: None },
    };
    // What the state does not allow is refused, and that is right.
    let _ = world.ask(who, command);
}

/// Something happens to the wires or to a home.
fn trouble(world: &mut World) {
    let everybody = world.everybody();
    let who = world.chance().one_of(&everybody);
    let other = world.chance().one_of(&everybody);
    match world.chance().below(7) {
        0 | 1 => {
            let side: Vec<bool> = everybody.iter().map(|_| world.chance().once_in(2)).collect();
            let part = |wanted: bool| -> Vec<Who> {
                everybody.iter().copied().filter(|who| side[who.0] == wanted).collect()
            };
            world.cut(&part(true), &part(false));
        }
        2 => world.heal(),
        3 => world.crash(who),
        4 if who != other => world.link_twice(who, other),
        5 => world.set_loss(20),
        _ => world.set_loss(0),
    }
}

fn live(seed: u64) {
    let (mut world, hops) = court(seed);
    let mut requests = Vec::new();
    for _ in 0..DEEDS {
        deed(&mut world, &mut requests);
        if world.chance().once_in(4) {
            trouble(&mut world);
        }
        let pause = world.chance().below(400) as u64;
        world.run_for(pause);
    }
    world.set_loss(0);
    // Whatever was cut has long been noticed.
    world.run_for(60_000);
    world.heal();
    let everybody = world.everybody();
    let took = world.until_equal(&everybody);
    let bound = 2 * RELINK_MS + hops * (ROUNDS * ROUND_MS + PAUSE_MS);
    assert!(took <= bound, "equal after {took} ms; {hops} hops allow {bound}");
    world.settle();
    world.assert_same_sight(&everybody);
    for request in requests {
        let pages: Vec<_> = everybody
            .iter()
            .map(|who| {
                let page = world.page(*who, request);
                (page.row.status, page.holders, page.waitlist, page.facts, page.checklist)
            })
            .collect();
        assert!(pages.windows(2).all(|two| two[0] == two[1]), "{pages:?}");
    }
}

#[test]
fn after_any_cuts_and_crashes_everybody_is_equal_within_three_rounds_a_hop() {
    for seed in 0..seeds() {
        live(seed);
    }
}
