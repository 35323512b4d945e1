//! Rides that recur: a series of four Tuesdays, its rota, and what both sides of a cut make of them.
//!
//! `li` and `he` are the desk, `cap` a captain, `d1` … are drivers. A node is the set of acts that it
//! has; a cut is a copy, a heal a union.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Act, Deed, Exception, Part, RidePlan, RotaEdit, Series, Verb},
    id::{EnvelopeId, PersonId, RequestId},
    lifecycle::{Case, Given, Refusal, Status, fold_ride, may},
    rota::{Leg, LocalTime, Occurrence, rides},
};
use proptest::prelude::*;

use crate::town::{Node, Written, line, names, parts_of, person};

struct Plan {
    series: EnvelopeId,
    rides: Vec<Occurrence>,
    written: BTreeMap<EnvelopeId, Written>,
    all: Node,
    removed: BTreeSet<PersonId>,
    dice: u64,
}

fn start(text: &str) -> LocalTime {
    text.parse().expect("a time")
}

fn people(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| person(name)).collect()
}

impl Plan {
    /// Four Tuesdays there and back; `d1`, `d2`, `d3` drive in turn.
    fn new(seed: u64) -> Self {
        Self::by("li", Part::Desk, &["d1", "d2", "d3"], None, seed)
    }

    fn by(who: &str, role: Part, rota: &[&str], subject: Option<&str>, seed: u64) -> Self {
        let series = Series {
            title: "Dialysis".into(),
            details: String::new(),
            urgency: 3,
            start: start("2026-03-03 07:30"),
            zone: "Asia/Shanghai".into(),
            rule: "FREQ=WEEKLY;COUNT=4".into(),
            back_after_min: Some(240),
            rota: people(rota),
            checks: Vec::new(),
            role,
            subject: subject.map(person),
        };
        let mut plan = Self {
            series: EnvelopeId::from_bytes([0; 32]),
            rides: Vec::new(),
            written: BTreeMap::new(),
            all: Node::new(),
            removed: BTreeSet::new(),
            dice: seed,
        };
        let act = Act::Series(series.clone());
        plan.series = plan.write(&mut Node::new(), who, act, Vec::new());
        plan.rides = rides(plan.series, &series);
        plan
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits") % sides
    }

    fn write(&mut self, node: &mut Node, who: &str, act: Act, deps: Vec<EnvelopeId>) -> EnvelopeId {
        let bytes = std::array::from_fn(|_| u8::try_from(self.roll(256)).expect("a byte"));
        let id = EnvelopeId::from_bytes(bytes);
        self.written.insert(id, Written { who: person(who), act, deps });
        node.insert(id);
        self.all.insert(id);
        id
    }

    /// The way there of the k-th Tuesday.
    fn out(&self, k: usize) -> RequestId {
        self.rides[k * 2].id()
    }

    fn back(&self, k: usize) -> RequestId {
        self.rides[k * 2 + 1].id()
    }

    fn fold(&self, node: &Node, ride: RequestId) -> Case {
        self.fold_in(node.iter(), ride)
    }

    fn fold_in<'a>(&self, order: impl Iterator<Item = &'a EnvelopeId>, ride: RequestId) -> Case {
        let given: Vec<Given<'_>> = order
            .map(|id| {
                let Written { who, act, deps } = &self.written[id];
                Given { id: *id, who: *who, act, deps, counts: true }
            })
            .collect();
        let at = self.rides.iter().position(|it| it.id() == ride).expect("a ride");
        let others = self.rides.iter().enumerate().filter(|(place, _)| *place != at);
        let rides: Vec<Occurrence> =
            std::iter::once(self.rides[at]).chain(others.map(|(_, ride)| *ride)).collect();
        let now = |who: &PersonId| match self.removed.contains(who) {
            true => BTreeSet::new(),
            false => parts_of(who),
        };
        fold_ride(&rides, &given, &now, &parts_of).expect("the series is there")
    }

    fn deed(&mut self, node: &mut Node, who: &str, verb: Verb, ride: RequestId) -> EnvelopeId {
        let role = match (verb, who) {
            (Verb::Confirm | Verb::Reopen | Verb::Cancel, "gran") => Part::Subject,
            (Verb::Confirm | Verb::Reopen | Verb::Cancel, _) => Part::Requester,
            _ => Part::Member,
        };
        self.deed_about(node, who, (verb, role), ride, (None, None, None))
    }

    fn deed_about(
        &mut self,
        node: &mut Node,
        who: &str,
        (verb, role): (Verb, Part),
        ride: RequestId,
        (about, other, offer): (Option<&str>, Option<RequestId>, Option<EnvelopeId>),
    ) -> EnvelopeId {
        let mut deps = self.fold(node, ride).heads;
        if let (Verb::Accept, Some(other)) = (verb, other) {
            deps.extend(self.fold(node, other).heads);
        }
        let (about, instead, note) = (about.map(person), None, String::new());
        let deed = Deed { request: ride, verb, role, about, instead, other, offer, note };
        self.write(node, who, Act::Do(deed), deps)
    }

    fn offer(
        &mut self,
        node: &mut Node,
        who: &str,
        mine: RequestId,
        to: &str,
        other: RequestId,
    ) -> EnvelopeId {
        self.deed_about(node, who, (Verb::Offer, Part::Member), mine, (Some(to), Some(other), None))
    }

    /// Accepts the offer of `mine` for `other`.
    fn accept(
        &mut self,
        node: &mut Node,
        who: &str,
        offer: EnvelopeId,
        ride: RequestId,
        other: RequestId,
    ) {
        let what = (Verb::Accept, Part::Member);
        self.deed_about(node, who, what, ride, (None, Some(other), Some(offer)));
    }

    fn rota(
        &mut self,
        node: &mut Node,
        who: &str,
        role: Part,
        from_k: u32,
        rota: &[&str],
    ) -> EnvelopeId {
        let deps = self.fold(node, self.out(0)).heads;
        let (series, rota, note) = (self.series, people(rota), String::new());
        self.write(node, who, Act::Rota(RotaEdit { series, role, from_k, rota, note }), deps)
    }

    fn except(&mut self, node: &mut Node, who: &str, k: usize, plan: RidePlan) -> EnvelopeId {
        let mut deps = self.fold(node, self.out(k)).heads;
        deps.extend(self.fold(node, self.back(k)).heads);
        let (series, role, start) = (self.series, Part::Desk, self.rides[k * 2].start);
        let exception = Exception { series, role, start, plan, note: String::new() };
        self.write(node, who, Act::Except(exception), deps)
    }

    fn cut(&self) -> [Node; 2] {
        [self.all.clone(), self.all.clone()]
    }

    fn holders(&self, node: &Node) -> Vec<String> {
        let outs = (0..4).map(|k| names(&self.fold(node, self.out(k)).holders).join("+"));
        outs.collect()
    }

    fn line(&self, ride: RequestId) -> String {
        line(&self.fold(&self.all, ride))
    }
}

/// The model's own scenario, step by step.
#[test]
fn a_series_with_a_rota_absence_and_swaps_comes_out_the_same_on_both_sides() {
    let mut plan = Plan::new(1);
    let ride: Vec<RequestId> = (0..4).map(|k| plan.out(k)).collect();
    let [mut a, mut b] = plan.cut();
    assert_eq!(plan.holders(&a), ["d1", "d2", "d3", "d1"]);
    assert_eq!(plan.holders(&a), plan.holders(&b));
    assert_eq!(names(&plan.fold(&a, ride[0]).awaiting), ["d1"], "he has not said yes yet");

    plan.deed(&mut a, "d4", Verb::Claim, ride[0]);
    assert_eq!(names(&plan.fold(&a, ride[0]).holders), ["d1"], "behind the rota");

    let yes = may(&plan.fold(&a, ride[3]), &person("d1"), &parts_of(&person("d1")), Verb::Claim);
    assert_eq!(yes.expect("he may")[0].verb, Verb::Claim, "on the rota one says yes by claiming");
    plan.deed(&mut a, "d1", Verb::Claim, ride[3]);
    plan.rota(&mut b, "li", Part::Desk, 3, &["d5", "d6"]);
    assert_eq!(names(&plan.fold(&b, ride[3]).holders), ["d6"]);
    assert_eq!(plan.line(ride[3]), "assigned [d1] d6 waitlisted", "the claimed ride stands");

    let mut all = plan.all.clone();
    plan.deed(&mut all, "d1", Verb::Withdraw, ride[0]);
    assert_eq!(plan.line(ride[0]), "assigned [d4]", "absent by himself: not told");

    let mut all = plan.all.clone();
    let first = plan.offer(&mut all, "d2", ride[1], "d3", ride[2]);
    let [mut a, mut b] = plan.cut();
    plan.accept(&mut a, "d3", first, ride[1], ride[2]);
    assert_eq!(plan.holders(&a)[1..3], ["d3", "d2"]);
    let second = plan.offer(&mut b, "d2", ride[1], "d4", ride[0]);
    plan.accept(&mut b, "d4", second, ride[1], ride[0]);
    let end = plan.holders(&plan.all);
    let whole = [["d4", "d3", "d2"], ["d2", "d4", "d3"]];
    assert!(whole.iter().any(|swap| end[..3] == *swap), "one of the swaps, whole: {end:?}");
}

#[test]
fn of_rota_edits_in_a_cut_one_holds_and_the_others_are_told_where_they_had_a_place() {
    let mut plan = Plan::new(2);
    let [mut a, mut b] = plan.cut();
    let one = plan.rota(&mut a, "li", Part::Desk, 1, &["d4"]);
    let other = plan.rota(&mut b, "cap", Part::Captain, 2, &["d5"]);
    let both = if one < other { ["d1", "d4", "d4", "d4"] } else { ["d1", "d4", "d5", "d5"] };
    assert_eq!(plan.holders(&plan.all), both, "of two that did not know each other the lowest id");
    let lost = if one < other { "d5" } else { "d4" };
    let line = plan.line(plan.out(2));
    assert!(
        line.contains("d3 rota_changed") && line.contains(&format!("{lost} rota_changed")),
        "{line}"
    );
    let mut all = plan.all.clone();
    plan.rota(&mut all, "he", Part::Desk, 2, &["d6"]);
    assert_eq!(plan.holders(&plan.all), ["d1", "d4", "d6", "d6"], "whoever had seen both says it");
}

#[test]
fn nobody_but_desk_and_captain_plans_and_a_plan_outlives_its_planner() {
    let mut plan = Plan::new(3);
    let mut all = plan.all.clone();
    plan.rota(&mut all, "d5", Part::Member, 0, &["d5"]);
    plan.rota(&mut all, "d5", Part::Desk, 0, &["d5"]);
    assert_eq!(plan.holders(&plan.all), ["d1", "d2", "d3", "d1"]);
    plan.removed.insert(person("li"));
    assert_eq!(
        plan.holders(&plan.all),
        ["d1", "d2", "d3", "d1"],
        "recurrence does not end with its maker"
    );
    plan.removed.insert(person("d2"));
    assert_eq!(plan.line(plan.out(1)), "open [] d2 removed", "whoever has left drives no more");
}

#[test]
fn a_ride_is_called_off_unless_somebody_had_said_yes_unseen() {
    let mut plan = Plan::new(4);
    let [mut a, mut b] = plan.cut();
    plan.except(&mut a, "li", 0, RidePlan::Off {});
    plan.except(&mut a, "li", 1, RidePlan::Off {});
    plan.deed(&mut b, "d2", Verb::Claim, plan.out(1));
    assert_eq!(plan.line(plan.out(0)), "cancelled [] d1 cancelled");
    assert_eq!(plan.line(plan.out(1)), "assigned [d2]", "the claimed leg stands");
    assert_eq!(plan.line(plan.back(1)), "cancelled [] d2 cancelled", "the other is off");
    assert_eq!(plan.holders(&plan.all)[2..], ["d3", "d1"], "nobody else's turn moves");

    let mut all = plan.all.clone();
    plan.except(&mut all, "he", 1, RidePlan::Off {});
    assert_eq!(plan.line(plan.out(1)), "cancelled [] d2 cancelled", "said by who knew of him");
    plan.except(&mut all, "he", 1, RidePlan::AsPlanned {});
    assert_eq!(plan.line(plan.out(1)), "assigned [d2]");

    plan.deed(&mut all, "d3", Verb::Claim, plan.out(2));
    plan.deed(&mut all, "d3", Verb::Depart, plan.out(2));
    plan.except(&mut all, "li", 2, RidePlan::Off {});
    assert_eq!(plan.line(plan.out(2)), "cancel_requested [d3]", "he has departed: he acknowledges");
    plan.deed(&mut all, "d3", Verb::Ack, plan.out(2));
    assert_eq!(plan.line(plan.out(2)), "cancelled [] d3 cancelled");
}

#[test]
fn after_a_move_the_driver_says_yes_again_and_both_legs_move() {
    let mut plan = Plan::new(5);
    let mut all = plan.all.clone();
    plan.deed(&mut all, "d1", Verb::Claim, plan.out(0));
    assert!(plan.fold(&all, plan.out(0)).awaiting.is_empty());
    plan.except(&mut all, "li", 0, RidePlan::At(start("2026-03-04 09:00")));
    let case = plan.fold(&all, plan.out(0));
    assert_eq!(
        (names(&case.holders), names(&case.awaiting)),
        (vec!["d1".into()], vec!["d1".into()])
    );
    let begins = |case: Case| case.ride.expect("a ride").starts.to_string();
    assert_eq!(begins(case), "2026-03-04 09:00");
    assert_eq!(begins(plan.fold(&all, plan.back(0))), "2026-03-04 13:00");
    let yes =
        may(&plan.fold(&all, plan.out(0)), &person("d1"), &parts_of(&person("d1")), Verb::Claim);
    assert_eq!(yes.expect("he may")[0].verb, Verb::Ack);
    plan.deed(&mut all, "d1", Verb::Ack, plan.out(0));
    assert!(plan.fold(&all, plan.out(0)).awaiting.is_empty());
}

#[test]
fn the_family_of_a_ride_confirms_it_and_no_other() {
    let mut plan = Plan::by("li", Part::Desk, &["d1"], Some("gran"), 6);
    let mut all = plan.all.clone();
    let ride = plan.out(0);
    for verb in [Verb::Claim, Verb::Depart, Verb::Done, Verb::Resolve] {
        plan.deed(&mut all, "d1", verb, ride);
    }
    let case = plan.fold(&all, ride);
    assert_eq!(case.status, Status::Resolved);
    for who in ["ma", "d2", "li", "son"] {
        let refused = may(&case, &person(who), &parts_of(&person(who)), Verb::Confirm);
        assert!(matches!(refused, Err(Refusal::AskSomebodyElse { .. })), "{who}: {refused:?}");
    }
    plan.deed(&mut all, "ma", Verb::Confirm, ride);
    assert_eq!(
        plan.fold(&all, ride).status,
        Status::Resolved,
        "an act that slips past counts nothing"
    );
    let grandmother = |plan: &Plan, all: &Node| {
        may(&plan.fold(all, ride), &person("gran"), &parts_of(&person("gran")), Verb::Confirm)
    };
    assert_eq!(grandmother(&plan, &all), Err(Refusal::OtherLegFirst), "not before the way back");
    let back = plan.back(0);
    for verb in [Verb::Claim, Verb::Depart, Verb::Done, Verb::Resolve] {
        plan.deed(&mut all, "d1", verb, back);
    }
    assert!(grandmother(&plan, &all).is_ok());
    plan.deed(&mut all, "gran", Verb::Confirm, ride);
    assert_eq!(plan.fold(&all, ride).status, Status::Closed);
}

#[test]
fn an_offer_stands_until_it_is_answered_or_its_ride_is_gone() {
    let mut plan = Plan::new(7);
    let mut all = plan.all.clone();
    let (mine, theirs) = (plan.out(0), plan.out(1));
    let offer = plan.offer(&mut all, "d1", mine, "d2", theirs);
    let offers = |plan: &Plan, ride| plan.fold(&plan.all, ride).ride.expect("a ride").offers;
    let standing = offers(&plan, mine);
    assert_eq!((standing.len(), standing[0].id, standing[0].to), (1, offer, person("d2")));
    let [mut a, mut b] = plan.cut();
    plan.deed(&mut a, "d1", Verb::Withdraw, mine);
    plan.accept(&mut b, "d2", offer, mine, theirs);
    assert_eq!(offers(&plan, mine), []);
    assert_eq!(
        plan.holders(&plan.all)[..2],
        ["d2", "d1"],
        "the swap stands: nobody had seen him leave"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Both sides of a cut act at random; whatever order the acts come in, everybody names the same.
    #[test]
    fn rides_and_holders_are_the_same_in_any_order(seed in any::<u64>()) {
        let mut plan = Plan::new(seed);
        let mut sides = plan.cut();
        for _ in 0..14 {
            let side = plan.roll(2);
            let mut node = sides[side].clone();
            let (k, driver) = (plan.roll(4), format!("d{}", 1 + plan.roll(5)));
            let leg = if plan.roll(2) == 0 { plan.out(k) } else { plan.back(k) };
            match plan.roll(8) {
                0 => { plan.rota(&mut node, "li", Part::Desk, u32::try_from(k).expect("small"), &[&driver, "d2"]); }
                1 => { plan.except(&mut node, "he", k, RidePlan::Off {}); }
                2 => { plan.except(&mut node, "li", k, RidePlan::At(start("2026-03-08 10:00"))); }
                3 => { plan.deed(&mut node, &driver, Verb::Withdraw, leg); }
                4 => { plan.deed(&mut node, &driver, Verb::Depart, leg); }
                _ => { plan.deed(&mut node, &driver, Verb::Claim, leg); }
            }
            sides[side] = node;
        }
        for ride in plan.rides.clone() {
            let whole = plan.fold(&plan.all, ride.id());
            let mut order: Vec<EnvelopeId> = plan.all.iter().copied().collect();
            for at in (1..order.len()).rev() {
                let other = plan.roll(at + 1);
                order.swap(at, other);
            }
            prop_assert_eq!(&plan.fold_in(order.iter(), ride.id()), &whole);
            let told: BTreeSet<PersonId> = whole.told.iter().map(|(who, _)| *who).collect();
            prop_assert_eq!(told.len(), whole.told.len(), "told once");
            prop_assert!(whole.holders.iter().all(|who| !told.contains(who)));
        }
    }
}

#[test]
fn the_two_legs_and_every_start_have_ids_of_their_own() {
    let plan = Plan::new(8);
    let ids: BTreeSet<RequestId> = plan.rides.iter().map(Occurrence::id).collect();
    assert_eq!(ids.len(), 8);
    assert_eq!(plan.rides[0].other_leg().id(), plan.back(0));
    assert_eq!(plan.rides[7].leg, Leg::Back);
}
