//! Who takes turns with whom: boxes shared, boxes claimed, devices by the hundred.

use std::collections::BTreeSet;

use super::world::{Person, World, grant, remove};
use crate::{
    authority::{Fact, Roster},
    body::{Cut, GroupKind, KeyUse, Place, Role, Statement, VaultClass},
    id::{HouseholdId, KeyId, PersonId, WriterId},
    keys::Secret,
};

fn box_of(name: &str) -> Secret {
    Secret::from_seed(*blake3::hash(format!("box of {name}").as_bytes()).as_bytes())
}

impl World {
    /// A person says that a box is his; `agreed`: the box says so too.
    fn claim_box(&mut self, who: &Person, key: &Secret, agreed: bool) {
        let (subject, person, key_use) = (key.key(), who.id(), KeyUse::Box);
        let said = Statement::Certify { subject, person, key_use };
        let seconds = if agreed { vec![&who.paper, key] } else { vec![&who.paper] };
        self.say(who, said, None, &seconds);
    }

    fn home(&self, who: &Person) -> HouseholdId {
        self.roster.household_of(who.id())
    }

    fn home_of(&self, writer: WriterId) -> Option<HouseholdId> {
        self.roster.households().of(&writer)
    }
}

fn people<const N: usize>(world: &mut World, names: [&str; N]) -> [Person; N] {
    let people = names.map(Person::named);
    people.iter().for_each(|who| world.certify(who));
    people
}

#[test]
fn persons_who_share_a_box_share_a_turn_from_box_to_box() {
    let mut world = World::new();
    let [wang, li, zhao, chen] = people(&mut world, ["wang", "li", "zhao", "chen"]);
    let (hall, attic) = (box_of("hall"), box_of("attic"));
    for (who, key) in [(&wang, &hall), (&li, &hall), (&li, &attic), (&zhao, &attic)] {
        assert_ne!(world.home(who), world.home(&chen));
        world.claim_box(who, key, true);
    }
    assert_eq!(world.home(&wang), world.home(&zhao));
    assert_eq!(world.home(&wang), world.home(&li));
    assert_ne!(world.home(&wang), world.home(&chen));
    assert_eq!(world.home_of(zhao.writer()), Some(world.home(&wang)), "as do their writers");

    let revoke = Statement::Revoke {
        target: attic.key(),
        person: zhao.id(),
        cuts: Vec::new(),
        key_use: KeyUse::Box,
    };
    world.say(&zhao, revoke, None, &[&zhao.paper]);
    assert_ne!(world.home(&wang), world.home(&zhao), "he has moved out");
    assert_eq!(world.home(&wang), world.home(&li));
}

#[test]
fn nobody_moves_in_by_naming_the_box_of_others_and_nobody_is_dragged_in() {
    let mut world = World::new();
    let [wang, mal, old] = people(&mut world, ["wang", "mal", "old"]);
    let hall = box_of("hall");
    world.claim_box(&wang, &hall, true);
    world.claim_box(&mal, &hall, false);
    assert_ne!(world.home(&wang), world.home(&mal), "the box did not agree");

    let own = box_of("mal");
    world.claim_box(&mal, &own, true);
    let (subject, person, key_use) = (own.key(), wang.id(), KeyUse::Box);
    let dragged = Statement::Certify { subject, person, key_use };
    world.say(&mal, dragged, None, &[&mal.paper, &own]);
    assert_ne!(world.home(&wang), world.home(&mal), "Wang did not agree");

    let first_release = box_of("old");
    world.claim_box(&old, &first_release, false);
    assert_eq!(world.home(&old).as_bytes(), old.id().as_bytes(), "a household of his own");
    assert_eq!(world.home_of(old.writer()), Some(world.home(&old)));
}

#[test]
fn whoever_claims_the_writer_of_another_does_not_make_him_wait() {
    let mut world = World::new();
    let mal = Person { paper: Secret::from_seed([0; 32]), ..Person::named("mal") };
    let [wang] = people(&mut world, ["wang"]);
    world.certify(&mal);
    let (subject, person, key_use) = (wang.device.key(), mal.id(), KeyUse::Writer);
    world.say(&mal, Statement::Certify { subject, person, key_use }, None, &[&mal.paper]);
    assert_eq!(world.home_of(wang.writer()), Some(world.home(&wang)));
}

#[test]
fn a_hundred_devices_of_one_person_are_one_household_and_what_nobody_certified_is_nobodys() {
    let mut world = World::new();
    let [wang] = people(&mut world, ["wang"]);
    let home = Some(world.home(&wang));
    for number in 1..=100u8 {
        let device = Secret::from_seed([number; 32]);
        assert_eq!(world.home_of(device.writer()), None);
        let (subject, person, key_use) = (device.key(), wang.id(), KeyUse::Writer);
        world.say(&wang, Statement::Certify { subject, person, key_use }, None, &[&wang.paper]);
        assert_eq!(world.home_of(device.writer()), home);
    }
}

#[test]
fn households_do_not_depend_on_the_order_in_which_statements_came() {
    let mut world = World::new();
    let [wang, li, zhao] = people(&mut world, ["wang", "li", "zhao"]);
    let (hall, attic) = (box_of("hall"), box_of("attic"));
    for (who, key) in [(&zhao, &attic), (&wang, &hall), (&li, &attic), (&li, &hall)] {
        world.claim_box(who, key, true);
    }
    world.claim_box(&Person::named("mal"), &hall, false);
    let whole = world.roster.households();
    let mut facts: Vec<Fact> = world.facts.clone();
    for turn in 0..facts.len() {
        facts.rotate_left(turn);
        let mut roster = Roster::new(&world.genesis);
        for fact in &facts {
            roster.insert(fact.clone());
        }
        assert_eq!(roster.households(), whole);
    }
}

/// The boxes of a vault are found by who decides and who lives at home; here by asking about everybody.
#[test]
fn the_boxes_of_a_vault_are_those_of_whoever_may_hold_it() {
    let mut world = World::new();
    let founder = Person::named("founder");
    let admin = world.found(&founder);
    let all = world.group(&founder, admin, GroupKind::Open, true);
    let neighbours = people(&mut world, ["wang", "li", "zhao", "chen", "sun"]);
    let hall = box_of("hall");
    for (at, who) in neighbours.iter().enumerate() {
        world.join(who, all, None);
        world.claim_box(who, &box_of(&at.to_string()), true);
        if at < 2 {
            world.claim_box(who, &hall, true);
        }
    }
    world.claim_box(&founder, &box_of("founder"), true);
    let [wang, _, zhao, chen, _] = &neighbours;
    for (who, role) in [(zhao, Role::Staff), (chen, Role::Steward)] {
        world.say(&founder, grant(who, role, Place::community()), Some(admin), &[&founder.sealed]);
    }
    let slowly = |world: &World, home: &BTreeSet<PersonId>, class| -> BTreeSet<KeyId> {
        let all_people = world.roster.community_members().into_iter();
        let may = all_people.filter(|who| world.roster.holds_vault(*who, &all, home, class));
        may.flat_map(|who| world.roster.boxes_of(who)).collect()
    };
    let check = |world: &World, sizes: [usize; 3]| {
        for (home, size) in [(Some(wang), sizes[0]), (Some(zhao), sizes[1]), (None, sizes[2])] {
            let home = home.map(Person::id).into_iter().collect();
            for class in [VaultClass::Contact, VaultClass::Sensitive, VaultClass::Identity] {
                let found = world.roster.vault_boxes(&all, &home, class);
                assert_eq!(found, slowly(world, &home, class));
            }
            let boxes = world.roster.vault_boxes(&all, &home, VaultClass::Contact);
            assert_eq!(boxes.len(), size);
        }
    };
    check(&world, [6, 3, 3]);

    let spot = |seq| zhao.spot(all.scope(), seq, world.facts[0].id);
    assert!(!world.roster.held_vault_at(&all, &BTreeSet::new(), VaultClass::Contact, &spot(1)));
    let live = world.roster.live_roles(zhao.id());
    let staff = live.iter().find(|it| it.role == Role::Staff).expect("granted").grant;
    let (writer, id) = (zhao.writer(), crate::id::EnvelopeId::from_bytes([3; 32]));
    let cut = Cut { writer, scope: all.scope(), seq: 3, id };
    let leaves = remove(zhao, Role::Staff, Place::community(), vec![cut]);
    world.say(&founder, leaves, Some(admin), &[&founder.sealed]);
    check(&world, [5, 3, 2]);
    for (seq, counts) in [(1, true), (2, true), (4, false)] {
        let spot = zhao.spot(all.scope(), seq, staff);
        let held = |class| world.roster.held_vault_at(&all, &BTreeSet::new(), class, &spot);
        assert_eq!([held(VaultClass::Sensitive), held(VaultClass::Identity)], [counts; 2]);
    }
}
