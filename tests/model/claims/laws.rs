//! What must hold in every town: random people act and meet on the sides of moving cuts.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Part, Verb},
    id::PersonId,
    lifecycle::{Case, Rank, Status},
};
use proptest::prelude::*;

use crate::town::{Node, OTHERS, Town, name, parts_of, person};

/// Somebody saw himself as holder, on this ground.
struct Held {
    who: PersonId,
    rank: Rank,
    then: Node,
}

/// What a driver may think of, as often as people do.
const DRIVER: [Verb; 21] = {
    use Verb::{Ack, Arrive, Cancel, Claim, Depart, Done, Grant, Pickup, Resolve, Withdraw};
    [
        Claim, Claim, Claim, Claim, Claim, Claim, Depart, Depart, Depart, Depart, Arrive, Pickup,
        Done, Resolve, Withdraw, Withdraw, Ack, Ack, Grant, Cancel, Claim,
    ]
};

fn wish(town: &mut Town, who: &str) -> Verb {
    use Verb::{Cancel, Confirm, Decline, Grant, Hold, Refer, Reopen, Resolve, Revoke};
    let wishes: &[Verb] = match who {
        "li" | "he" => &[Grant, Revoke, Decline, Refer, Resolve, Hold],
        "cap" => &[Grant, Revoke],
        "ma" => &[Cancel, Confirm, Reopen, Grant, Revoke],
        "gran" => &[Cancel, Reopen, Grant],
        "son" => &[Confirm, Reopen, Cancel],
        _ => &DRIVER,
    };
    wishes[town.roll(wishes.len())]
}

/// A capacity in which he may do it, else now and then one that is not his.
fn capacity(town: &mut Town, who: &str, verb: Verb) -> Part {
    let mine = parts_of(&person(who));
    let may = crdt::claim::who_may(crdt::claim::Kind::Do(verb));
    let forged = [Part::Desk, Part::Requester, Part::Member][town.roll(3)];
    may.iter().copied().find(|part| mine.contains(part)).unwrap_or(forged)
}

/// A life of a request; returns the town and who held when.
fn live(seed: u64) -> (Town, Vec<Held>) {
    let mut town =
        Town::with(1 + u16::try_from(seed % 3).expect("small"), seed.is_multiple_of(2), seed);
    let crew: Vec<String> = (1..=6).map(|at| format!("d{at}")).collect();
    let people: Vec<&str> = OTHERS.iter().copied().chain(crew.iter().map(String::as_str)).collect();
    let mut nodes: BTreeMap<&str, Node> =
        people.iter().map(|who| (*who, town.all.clone())).collect();
    let mut held = Vec::new();
    let sides = 2 + town.roll(4);
    let mut side: BTreeMap<&str, usize> = BTreeMap::new();
    for step in 0..8 + town.roll(11) {
        if step % 6 == 0 {
            side = people.iter().map(|who| (*who, town.roll(sides))).collect();
        }
        let who = people[if town.roll(4) > 0 { 6 + town.roll(6) } else { town.roll(12) }];
        let verb = wish(&mut town, who);
        let part = capacity(&mut town, who, verb);
        let about = matches!(verb, Verb::Grant | Verb::Revoke).then(|| crew[town.roll(6)].clone());
        let instead =
            (verb == Verb::Grant && town.roll(3) == 0).then(|| crew[town.roll(6)].clone());
        let mut mine = nodes[who].clone();
        town.about(&mut mine, who, part, verb, about.as_deref(), instead.as_deref());
        let mut met = vec![who];
        for other in people.iter().copied().filter(|other| *other != who) {
            if side[other] == side[who] && town.roll(5) < 3 {
                mine.extend(&nodes[other]);
                met.push(other);
            }
        }
        for other in met {
            nodes.insert(other, mine.clone());
            remember(&town, other, &mine, &mut held);
        }
    }
    (town, held)
}

fn remember(town: &Town, who: &str, node: &Node, held: &mut Vec<Held>) {
    let case = town.fold(node).expect("the request is known to all");
    if let (true, Some(rank)) = (case.holders.contains(&person(who)), case.standing(&person(who))) {
        held.push(Held { who: person(who), rank, then: node.clone() });
    }
}

fn shuffled(town: &mut Town) -> Vec<crdt::id::EnvelopeId> {
    let mut order: Vec<_> = town.all.iter().copied().collect();
    for at in (1..order.len()).rev() {
        let other = town.roll(at + 1);
        order.swap(at, other);
    }
    order
}

fn withdrew(case: &Case, who: PersonId) -> bool {
    let withdrawal = crdt::lifecycle::What::Did(Verb::Withdraw);
    case.timeline.iter().any(|it| it.who == who && it.what == withdrawal && it.counted)
}

/// Did the desk decline or refer it?
fn was_refused(case: &Case) -> bool {
    let refusal = |it: &crdt::lifecycle::Entry| {
        let refusals = [Verb::Decline, Verb::Refer].map(crdt::lifecycle::What::Did);
        it.counted && refusals.contains(&it.what)
    };
    case.timeline.iter().any(refusal)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// In whatever order the acts come, and however often: the same case.
    #[test]
    fn the_order_of_arrival_decides_nothing(seed in any::<u64>()) {
        let (mut town, _) = live(seed);
        let end = town.end();
        for _ in 0..3 {
            let mut order = shuffled(&mut town);
            order.extend(order.clone());
            let again = town.fold_in(&order);
            prop_assert_eq!(again.as_ref(), Some(&end));
        }
        prop_assert_eq!(end.timeline.len(), town.all.len(), "an act was lost");
    }

    /// Every place has one holder, who has claimed it or was granted it; nobody is told twice, and
    /// whoever lost a place that he had seen as his is told, unless he left by himself.
    #[test]
    fn one_holder_per_place_and_everybody_displaced_is_told(seed in any::<u64>()) {
        let (town, held) = live(seed);
        let end = town.end();
        let holders: BTreeSet<PersonId> = end.holders.iter().copied().collect();
        prop_assert_eq!(holders.len(), end.holders.len());
        prop_assert!(holders.len() <= usize::from(end.places));
        for who in &holders {
            let grounds = end.timeline.iter().any(|it| {
                let claimed = it.what == crdt::lifecycle::What::Did(Verb::Claim) && it.who == *who;
                let granted = it.what == crdt::lifecycle::What::Did(Verb::Grant) && it.about == Some(*who);
                it.counted && (claimed || granted)
            });
            prop_assert!(grounds, "{} holds without a claim or a grant", name(*who));
        }
        let told: BTreeSet<PersonId> = end.told.iter().map(|(who, _)| *who).collect();
        prop_assert_eq!(told.len(), end.told.len(), "told twice");
        prop_assert!(told.is_disjoint(&holders));
        for one in held.iter().filter(|one| !holders.contains(&one.who)) {
            prop_assert!(told.contains(&one.who) || withdrew(&end, one.who), "{} is not told", name(one.who));
        }
    }

    /// Only a reopening or another's pick-up displaces somebody who has picked up.
    #[test]
    fn a_pick_up_is_a_fact(seed in any::<u64>()) {
        let (town, held) = live(seed);
        let end = town.end();
        for one in held.iter().filter(|one| one.rank == Rank::PickedUp) {
            let displaced_by = |it: &crdt::lifecycle::Entry| match it.what {
                crdt::lifecycle::What::Did(Verb::Reopen) => true,
                crdt::lifecycle::What::Did(Verb::Pickup | Verb::Done) => it.who != one.who,
                _ => false,
            };
            let later = end.timeline.iter().filter(|it| it.counted && !one.then.contains(&it.id));
            prop_assert!(end.holders.contains(&one.who) || later.into_iter().any(displaced_by));
        }
    }

    /// Whoever knows the outcome cannot bend it: no press of his takes a place from a holder. A refusal
    /// of the desk holds back only while somebody has a grant that it did not know of: whoever gives
    /// that one up lets the desk's word stand, and bends nothing.
    #[test]
    fn whoever_knows_the_outcome_cannot_bend_it(seed in any::<u64>()) {
        let (town, _) = live(seed);
        let end = town.end();
        for who in ["d1", "d3", "d5"] {
            let holds = end.holders.contains(&person(who));
            let mut presses = vec![Verb::Claim, Verb::Depart, Verb::Arrive];
            if !holds {
                presses.push(Verb::Resolve);
            }
            if !holds && !was_refused(&end) {
                presses.push(Verb::Withdraw);
            }
            if end.status != Status::CancelRequested {
                presses.push(Verb::Ack);
            }
            for verb in presses {
                let mut late = town.clone();
                late.healed(|late, all| late.driver(all, who, &[verb]));
                let after: BTreeSet<PersonId> = late.end().holders.into_iter().collect();
                prop_assert!(end.holders.iter().all(|holder| after.contains(holder)), "{verb:?} by {who}");
            }
        }
    }

    /// Removing somebody moves nobody else against each other.
    #[test]
    fn a_removal_renumbers_nobody(seed in any::<u64>()) {
        let (mut town, _) = live(seed);
        let before = town.end();
        let gone = person("d2");
        town.removed.insert(gone);
        let after = town.end();
        let rank_kept = |who: &PersonId| *who != gone && before.standing(who) == after.standing(who);
        let line = |case: &Case| -> Vec<PersonId> {
            case.standings.iter().map(|(who, _)| *who).filter(rank_kept).collect()
        };
        prop_assert_eq!(line(&before), line(&after));
        prop_assert!(after.holders.iter().all(|who| *who != gone || after.standing(who) == Some(Rank::PickedUp)));
    }
}

/// 37 drivers on five sides of a cut: one holder, 36 people told, and departing at once keeps it.
#[test]
fn a_race_of_a_whole_fleet_has_one_winner() {
    let mut winners = BTreeSet::new();
    for seed in 0..8 {
        let mut town = Town::with(1, false, seed);
        let mut sides: [Node; 5] = town.cut();
        for at in 1..=37 {
            town.driver(&mut sides[(at * 7) % 5], &format!("d{at}"), &[Verb::Claim]);
        }
        let end = town.end();
        assert_eq!((end.holders.len(), end.told.len(), end.waitlist.len()), (1, 36, 36));
        winners.insert(end.holders[0]);
        town.driver(&mut sides[7 % 5], "d1", &[Verb::Depart]);
        assert_eq!(town.end().holders, [person("d1")], "first on his side, and on the way");
    }
    assert!(winners.len() > 1, "a lottery, not a rank");
}

/// More acts than are ever judged: the flood has no say beyond its share, and nobody is silenced.
#[test]
fn a_flood_of_acts_silences_nobody() {
    let mut flooded = Town::new();
    let ask = flooded.all.clone();
    for _ in 0..3_000 {
        flooded.about_unseen(&ask, "d9", Verb::Ack);
    }
    let mut honest = ask.clone();
    flooded.driver(&mut honest, "d1", &[Verb::Claim, Verb::Depart]);
    let end = flooded.end();
    assert_eq!(end.holders, [person("d1")]);
    assert_eq!((end.status, end.timeline.len()), (Status::InProgress, 3_003));
    let counted = end.timeline.iter().filter(|it| it.counted && it.who == person("d9")).count();
    assert_eq!(counted, crdt::limits::ACTS_PER_PERSON_MAX);
}

/// The desk refers a request without knowing that the captain gave it to somebody: it goes on, for whoever
/// held it by a grant that the desk knew, until the captain's choice gives his up.
#[test]
fn a_refusal_waits_for_the_grant_that_it_did_not_know_of() {
    let (town, _) = live(11_731_695_404_273_827_272);
    let end = town.end();
    assert!(was_refused(&end) && end.status == Status::Assigned);
    let mut late = town;
    late.healed(|late, all| late.driver(all, "d1", &[Verb::Withdraw]));
    assert_eq!((late.end().status, late.end().holders), (Status::Referred, Vec::new()));
}
