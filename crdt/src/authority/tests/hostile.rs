//! Sets made to cost time, stack or trust. None of them needs a signature check: the facts are made
//! by hand, as if all signatures were good.

use proptest::prelude::*;

use super::town::{Town, bytes, grant, person, writer};
use crate::{
    authority::{Fact, Reason, Roster, Spot, Verdict, index::Charter, keyring::Keyring},
    body::{Cut, GroupKind, KeyUse, Place, Role, Statement},
    id::{EnvelopeId, KeyId, ScopeId},
    limits::STATEMENT_LIST_MAX,
};

#[test]
fn twenty_thousand_members_vouched_for_one_by_the_other_need_no_stack() {
    let mut town = Town::new();
    let admin = town.found();
    let group = town.group(admin, GroupKind::Vetted, true);
    let first = grant(1, Role::Member, group.clone());
    let mut role = town.say(writer(0), first, Some(admin), Some(person(0).into()));
    for n in 1..20_000 {
        town.certify(writer(n), writer(n), person(n), true);
        let vouch = Statement::Vouch { person: person(n + 1), group: group.clone() };
        let vouch = town.say(writer(n), vouch, Some(role), None);
        let joins = person(n + 1);
        town.certify(writer(n + 1), writer(n + 1), joins, true);
        let (invite, proof, vouches) = (None, None, vec![vouch]);
        let join = Statement::Join { person: joins, group: group.clone(), invite, proof, vouches };
        role = town.say(writer(n + 1), join, None, None);
    }
    assert_eq!(town.roster.statement(&role), Verdict::Counts);
    assert_eq!(town.roster.members(&group.0[0]).len(), 20_000);
}

#[test]
fn a_hundred_thousand_devices_certified_one_by_the_other_end_at_the_limit() {
    let mut town = Town::new();
    town.certify(writer(0), writer(0), person(0), true);
    for n in 0..100_000 {
        town.certify(writer(n), writer(n + 1), person(0), false);
    }
    assert!(town.roster.writes_for(writer(20), person(0)));
    assert!(!town.roster.writes_for(writer(100_000), person(0)));
    assert_eq!(town.roster.person_of(writer(99_999)), None);
}

#[test]
fn what_strangers_write_about_somebodys_keys_is_never_met_when_they_are_looked_up() {
    let mut town = Town::new();
    let sealed = KeyId::from_bytes(bytes(9, 0));
    town.certify(writer(0), writer(0), person(0), true);
    for n in 1..1_000 {
        // Some bear a stranger's second signature, some the signature of a key not certified yet.
        let second = [None, Some(person(n).into()), Some(sealed)][n as usize % 3];
        let (subject, key_use) = (writer(0).into(), KeyUse::Writer);
        let says = Statement::Certify { subject, person: person(0), key_use };
        town.say(writer(n), says, None, second);
    }
    let early = town.facts.len();
    let says = Statement::Certify { subject: sealed, person: person(0), key_use: KeyUse::Sealed };
    town.say(writer(5_000), says, None, Some(person(0).into()));

    let charter = Charter::of(&town.genesis);
    let mut keyring = Keyring::default();
    let met = |keyring: &Keyring| keyring.of(writer(0).into(), person(0)).count();
    town.facts[..early].iter().for_each(|fact| keyring.file(fact, &charter));
    assert_eq!(met(&keyring), 1);
    town.facts[early..].iter().for_each(|fact| keyring.file(fact, &charter));
    assert_eq!(met(&keyring), 1 + 333, "the sealed key's own, once it is known to be one");
    assert!(town.roster.writes_for(writer(0), person(0)));
}

#[test]
fn knots_of_devices_come_to_an_end() {
    let mut town = Town::new();
    town.certify(writer(0), writer(0), person(0), true);
    // Strangers that nobody certified, and devices of one person, each certifying all the others.
    for (low, who) in [(0, 0), (100, 1)] {
        for (a, b) in (0..30).flat_map(|a| (0..30).map(move |b| (a, b))) {
            town.certify(writer(low + a), writer(low + b), person(who), false);
        }
    }
    let revoke = Statement::Revoke {
        target: writer(0).into(),
        person: person(0),
        cuts: Vec::new(),
        key_use: KeyUse::Writer,
    };
    assert!(town.roster.writes_for(writer(29), person(0)));
    town.say(writer(0), revoke, None, Some(person(0).into()));
    assert!(!town.roster.writes_for(writer(29), person(0)), "revoked with all it certified");
    assert!(!town.roster.writes_for(writer(129), person(1)), "nobody certified the first of them");
}

#[test]
fn a_removal_with_the_longest_list_of_cuts_and_unknown_ids_everywhere() {
    let mut town = Town::new();
    let admin = town.found();
    let paper = Some(person(0).into());
    let nowhere = EnvelopeId::from_bytes([200; 32]);
    let scope = ScopeId::from_bytes([201; 16]);
    let length = u32::try_from(STATEMENT_LIST_MAX).expect("a short list");
    let cut = |n| Cut { writer: writer(n), scope, seq: u64::MAX, id: nowhere };
    let cuts: Vec<Cut> = (0..length).map(cut).collect();
    let (role, over) = (Role::Member, Place::community().below(nowhere));
    let long = Statement::Remove { person: person(9), role, over: over.clone(), cuts };
    let long = town.say(writer(0), long, Some(admin), paper);
    assert_eq!(town.roster.statement(&long), Verdict::Counts);
    let unknown = vec![nowhere; STATEMENT_LIST_MAX];
    let (undo, confirms) = (unknown.clone(), unknown);
    let hopeful = Statement::Grant { person: person(9), role, over: over.clone(), undo, confirms };
    let hopeful = town.say(writer(0), hopeful, Some(admin), paper);
    assert_eq!(town.roster.statement(&hopeful), Verdict::Counts);
    assert_eq!(town.roster.live_roles(person(9)), [], "removed, and it does not cite that");
    let admit = Statement::Admit { removal: nowhere, cuts: Vec::new() };
    town.say(writer(0), admit, Some(admin), paper);
    town.say(writer(0), grant(8, role, over), Some(nowhere), paper);
    assert_eq!(town.roster.pending().len(), 1);
    assert_eq!(town.roster.void().len(), 1);
}

#[test]
fn a_chain_that_forks_at_every_step_is_walked_in_leaps() {
    let mut town = Town::new();
    let admin = town.found();
    let all = town.group(admin, GroupKind::Open, true);
    town.certify(writer(5), writer(5), person(5), true);
    let (invite, proof, vouches) = (None, None, Vec::new());
    let join = Statement::Join { person: person(5), group: all.clone(), invite, proof, vouches };
    let join = town.say(writer(5), join, None, None);
    let chain = (writer(5), all.0[0].scope());
    let id = |branch, n| EnvelopeId::from_bytes(bytes(branch, n));
    for n in 1..20_000 {
        let prev = (n > 1).then(|| id(50, n - 1));
        let at = (u64::from(n), u64::from(n));
        town.roster.insert(Fact::link(id(50, n), chain, at, prev));
        town.roster.insert(Fact::link(id(51, n), chain, at, prev));
    }
    let cuts = vec![Cut { writer: chain.0, scope: chain.1, seq: 19_999, id: id(50, 19_999) }];
    let gone = Statement::Remove { person: person(5), role: Role::Member, over: all, cuts };
    town.say(writer(0), gone, Some(admin), Some(person(0).into()));
    let at = |branch, n| Spot {
        writer: chain.0,
        scope: chain.1,
        seq: u64::from(n),
        id: Some(id(branch, n)),
        auth: Some(join),
    };
    for n in 1..20_000 {
        assert_eq!(town.roster.position(&at(50, n)), Verdict::Counts, "the cut chose at {n}");
        assert!(!town.roster.position(&at(51, n)).shows(), "the other branch at {n}");
    }
}

#[test]
fn a_statement_in_a_forged_place_is_void_and_what_follows_it_waits() {
    let mut town = Town::new();
    town.found();
    let first = town.facts[0].clone();
    let id = |n| EnvelopeId::from_bytes([n; 32]);
    let (seq, prev, lamport) = (2, Some(first.id), 900);
    let forged = Fact { id: id(90), seq, prev, lamport, ..first };
    let after = Fact { id: id(91), seq: 3, prev: Some(id(90)), lamport: 901, ..forged.clone() };
    town.roster.insert(after);
    town.roster.insert(forged);
    assert_eq!(town.roster.statement(&id(90)), Verdict::Void(Reason::ForgedPlace));
    assert_eq!(town.roster.statement(&id(91)), Verdict::Pending(id(90)));
    assert_eq!(town.roster.void(), [(id(90), Reason::ForgedPlace)]);
    assert_eq!(town.roster.pending(), [(id(91), id(90))]);
}

#[test]
fn a_chain_healed_at_every_step_is_looked_at_once() {
    let mut town = Town::new();
    let admin = town.found();
    let all = town.group(admin, GroupKind::Open, true);
    town.certify(writer(5), writer(5), person(5), true);
    let (invite, proof, vouches) = (None, None, Vec::new());
    let join = Statement::Join { person: person(5), group: all.clone(), invite, proof, vouches };
    let join = town.say(writer(5), join, None, None);
    let (by, scope) = (writer(5), all.0[0].scope());
    let id = |branch, n| EnvelopeId::from_bytes(bytes(branch, n));
    for n in 1..5_000 {
        let prev = (n > 1).then(|| id(51, n - 1));
        let at = (u64::from(n), u64::from(n));
        town.roster.insert(Fact::link(id(50, n), (by, scope), at, prev));
        town.roster.insert(Fact::link(id(51, n), (by, scope), at, prev));
        let heal = Statement::Heal { writer: by, chain: scope, seq: at.0, keep: id(51, n) };
        town.say(by, heal, None, Some(person(5).into()));
    }
    let at = |branch, n| Spot {
        writer: by,
        scope,
        seq: u64::from(n),
        id: Some(id(branch, n)),
        auth: Some(join),
    };
    for n in 1..5_000 {
        assert_eq!(town.roster.position(&at(51, n)), Verdict::Counts, "chosen at {n}");
        assert!(!town.roster.position(&at(50, n)).counts(), "not chosen at {n}");
    }
}

/// A town where everything happens: groups of each kind, a removal, a fork, late and missing things.
fn lively() -> Town {
    let mut town = Town::new();
    let admin = town.found();
    let paper = Some(person(0).into());
    let all = town.group(admin, GroupKind::Open, true);
    let vetted = town.group(admin, GroupKind::Vetted, false);
    for n in 1..12 {
        town.certify(writer(n), writer(n), person(n), n % 3 != 0);
        let (invite, proof) = (None, None);
        let vouch = Statement::Vouch { person: person(n), group: vetted.clone() };
        let vouches = vec![town.say(writer(n - 1), vouch, Some(admin), paper)];
        for group in [&all, &vetted] {
            let (person, group, vouches) = (person(n), group.clone(), vouches.clone());
            let join = Statement::Join { person, group, invite, proof, vouches };
            town.say(writer(n), join, None, None);
        }
        let seat = grant(n, Role::Steward, vetted.clone());
        town.say(writer(0), seat, Some(admin), paper);
    }
    let role = Role::Steward;
    let gone = Statement::Remove { person: person(2), role, over: vetted, cuts: Vec::new() };
    town.say(writer(0), gone, Some(admin), paper);
    town.tips.insert(
        writer(4),
        (1, town.facts.iter().find(|it| it.writer == writer(4)).expect("one").id),
    );
    town.certify(writer(4), writer(3), person(4), true);
    town
}

fn answers(roster: &Roster) -> String {
    let people: Vec<_> = (0..13)
        .map(|n| {
            let roles = roster.live_roles(person(n));
            (roles, roster.is_community_member(person(n)), roster.person_of(writer(n)))
        })
        .collect();
    let groups = roster.groups();
    let members: Vec<_> = groups.iter().map(|group| roster.members(&group.id)).collect();
    for (group, members) in groups.iter().zip(&members) {
        let alone = roster.people_ever().filter(|who| roster.is_member(&group.id, *who));
        assert_eq!(alone.collect::<Vec<_>>(), *members, "one by one");
    }
    format!("{people:?} {groups:?} {members:?} {:?} {:?}", roster.pending(), roster.void())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_in_which_statements_arrive_does_not_matter(
        order in Just(lively().facts).prop_shuffle(),
        asked in any::<prop::sample::Index>(),
    ) {
        let town = lively();
        let mut roster = Roster::new(&town.genesis);
        for (n, fact) in order.iter().enumerate() {
            roster.insert(fact.clone());
            if n == asked.index(order.len()) {
                // What was worked out half-way must not stay.
                answers(&roster);
            }
        }
        prop_assert_eq!(answers(&roster), answers(&town.roster));
    }
}
