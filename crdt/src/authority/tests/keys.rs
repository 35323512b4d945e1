//! Corners of the rules about devices, doors and places, one story each.

use super::town::{Town, grant, person, writer};
use crate::{
    authority::{Fact, Flag, Reason, Spot, Verdict},
    body::{Cut, GroupKind, KeyUse, Place, Role, Statement},
    id::{EnvelopeId, ScopeId},
};

/// A town with an open group of everybody, where person 1 writes with device 10.
struct Home {
    town: Town,
    admin: EnvelopeId,
    scope: ScopeId,
    join: EnvelopeId,
}

fn home() -> Home {
    let mut town = Town::new();
    let admin = town.found();
    let all = town.group(admin, GroupKind::Open, true);
    town.certify(writer(10), writer(10), person(1), true);
    let join = join(&mut town, &all, None, Vec::new());
    Home { town, admin, scope: all.0[0].scope(), join }
}

fn join(
    town: &mut Town,
    group: &Place,
    auth: Option<EnvelopeId>,
    vouches: Vec<EnvelopeId>,
) -> EnvelopeId {
    let (invite, proof, group) = (None, None, group.clone());
    let says = Statement::Join { person: person(1), group, invite, proof, vouches };
    town.say(writer(10), says, auth, None)
}

impl Home {
    fn position(&self, device: u32, seq: u64) -> Verdict {
        let (writer, scope) = (writer(device), self.scope);
        self.town.roster.position(&Spot { writer, scope, seq, id: None, auth: Some(self.join) })
    }

    fn tip(&self, device: u32) -> Cut {
        let (seq, id) = self.town.tips[&writer(device)];
        Cut { writer: writer(device), scope: self.town.genesis.id().roster(), seq, id }
    }
}

fn revoke(device: u32, cuts: Vec<Cut>) -> Statement {
    let (target, person) = (writer(device).into(), person(1));
    Statement::Revoke { target, person, cuts, key_use: KeyUse::Writer }
}

#[test]
fn a_revoked_device_takes_along_what_it_certified_unless_the_cut_keeps_both() {
    let mut it = home();
    it.town.certify(writer(10), writer(11), person(1), false);
    let kept = it.tip(10);
    it.town.certify(writer(10), writer(12), person(1), false);
    assert!(it.position(11, 9).counts() && it.position(12, 1).counts());
    let content = |device| Cut {
        writer: writer(device),
        scope: it.scope,
        seq: 5,
        id: EnvelopeId::from_bytes([9; 32]),
    };
    let cuts = vec![kept, content(11), content(12)];
    it.town.say(writer(10), revoke(10, cuts), None, Some(person(1).into()));
    assert_eq!(it.position(11, 3), Verdict::Counts, "certificate and message were kept");
    assert_eq!(it.position(11, 9), Verdict::Void(Reason::Revoked), "written after the cut");
    assert_eq!(it.position(12, 3), Verdict::Void(Reason::Revoked), "certified after the cut");
}

#[test]
fn a_device_certified_on_a_fork_is_shown_with_a_mark() {
    let mut it = home();
    let before = it.town.tips[&writer(10)];
    it.town.certify(writer(10), writer(11), person(1), false);
    assert_eq!(it.position(11, 1), Verdict::Counts);
    it.town.tips.insert(writer(10), before);
    it.town.certify(writer(10), writer(12), person(1), false);
    assert_eq!(it.position(11, 1), Verdict::Flagged(Flag::ForkedGrant));
    assert_eq!(it.position(12, 1), Verdict::Flagged(Flag::ForkedGrant));
}

#[test]
fn staff_of_a_corner_revoke_for_that_corner_only() {
    let mut it = home();
    let corner = Place::community().below(EnvelopeId::from_bytes([40; 32]));
    let paper = |n| Some(person(n).into());
    let staff =
        it.town.say(writer(0), grant(2, Role::Staff, corner.clone()), Some(it.admin), paper(0));
    let there = grant(1, Role::Member, corner.clone());
    let there = it.town.say(writer(0), there, Some(it.admin), paper(0));
    let scope = corner.scope(&it.town.genesis.id());
    it.town.certify(writer(20), writer(20), person(2), true);
    let says = it.town.say(writer(20), revoke(10, Vec::new()), Some(staff), paper(2));
    assert_eq!(it.town.roster.statement(&says), Verdict::Counts);
    assert_eq!(it.position(10, 1), Verdict::Counts);
    let spot = Spot { writer: writer(10), scope, seq: 1, id: None, auth: Some(there) };
    assert_eq!(it.town.roster.position(&spot), Verdict::Void(Reason::Revoked));
}

#[test]
fn nobody_vouches_for_himself_and_no_join_borrows_a_grant() {
    let mut it = home();
    let group = it.town.group(it.admin, GroupKind::Vetted, false);
    let role = grant(1, Role::Member, group.clone());
    let role = it.town.say(writer(0), role, Some(it.admin), Some(person(0).into()));
    let vouch = Statement::Vouch { person: person(1), group: group.clone() };
    let vouch = it.town.say(writer(10), vouch, Some(role), None);
    assert_eq!(it.town.roster.statement(&vouch), Verdict::Counts);
    let himself = join(&mut it.town, &group, None, vec![vouch]);
    assert_eq!(it.town.roster.statement(&himself), Verdict::Void(Reason::TooFewVouches));
    let open = it.town.group(it.admin, GroupKind::Open, false);
    let borrowed = join(&mut it.town, &open, Some(role), Vec::new());
    assert_eq!(it.town.roster.statement(&borrowed), Verdict::Void(Reason::NotEntitled));
}

#[test]
fn a_statement_that_cites_another_scope_stands_in_a_forged_place() {
    let mut it = home();
    let elsewhere = EnvelopeId::from_bytes([60; 32]);
    let chain = (writer(10), it.scope);
    it.town.roster.insert(Fact::link(elsewhere, chain, (1, 1), None));
    let tip = it.tip(10);
    let last = it.town.facts.iter().find(|fact| fact.id == tip.id).expect("said before");
    let cites = Fact {
        id: EnvelopeId::from_bytes([61; 32]),
        seq: tip.seq + 1,
        prev: Some(tip.id),
        lamport: last.lamport + 1,
        deps: vec![elsewhere],
        ..last.clone()
    };
    let id = cites.id;
    it.town.roster.insert(cites);
    assert_eq!(it.town.roster.statement(&id), Verdict::Void(Reason::ForgedPlace));
}
