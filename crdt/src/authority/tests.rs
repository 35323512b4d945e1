//! Stories of one community with real keys and real signatures, and sets made to do harm.
//!
//! The rules themselves are compared with their executable model in `tests/model/authority.rs`.

mod hostile;
mod households;
mod keys;
mod policy;
mod town;
mod world;

use super::{Fact, Flag, NotAFact, Reason, Roster, Spot, Verdict};
use crate::{
    body::{Cut, GroupKind, KeyUse, Oversight, Place, Proof, Role, Statement},
    id::{EnvelopeId, GroupId},
    keys::Secret,
};
use world::{Person, World, grant, invite, remove};

/// A founder, the group of everybody, and one neighbour in it.
struct Street {
    world: World,
    founder: Person,
    admin: EnvelopeId,
    all: GroupId,
    wang: Person,
    join: EnvelopeId,
}

fn street() -> Street {
    let mut world = World::new();
    let founder = Person::named("founder");
    let admin = world.found(&founder);
    let all = world.group(&founder, admin, GroupKind::Invite, true);
    let door = Secret::from_seed([77; 32]);
    let opened = world.say(&founder, invite(&all, &door, false), Some(admin), &[&founder.sealed]);
    let wang = Person::named("wang");
    world.certify(&wang);
    let join = world.join(&wang, all, Some((opened, &door)));
    Street { world, founder, admin, all, wang, join }
}

#[test]
fn two_of_three_root_keys_make_an_admin_and_one_does_not() {
    let mut world = World::new();
    let li = Person::named("li");
    world.certify(&li);
    let root = Some(EnvelopeId::from(world.genesis.id()));
    let admin = || grant(&li, Role::Admin, Place::community());
    let [first, second, _] = world.roots.clone();
    let alone = world.say(&li, admin(), root, &[&first]);
    assert_eq!(world.roster.statement(&alone), Verdict::Void(Reason::NoSecondSignature));
    assert!(!world.roster.is_community_member(li.id()));
    let stranger = Secret::from_seed([99; 32]);
    let padded = world.say(&li, admin(), root, &[&first, &stranger]);
    assert_eq!(world.roster.statement(&padded), Verdict::Void(Reason::NoSecondSignature));
    let both = world.say(&li, admin(), root, &[&first, &second]);
    assert_eq!(world.roster.statement(&both), Verdict::Counts);
    assert!(world.roster.is_community_member(li.id()));
    let roles = world.roster.live_roles(li.id());
    assert_eq!(roles.iter().map(|it| it.role).collect::<Vec<_>>(), [Role::Admin]);
}

#[test]
fn a_neighbour_enters_by_the_invitation_and_is_heard() {
    let it = street();
    let roster = &it.world.roster;
    assert_eq!(roster.statement(&it.join), Verdict::Counts);
    assert!(roster.is_community_member(it.wang.id()));
    assert_eq!(roster.members(&it.all), [it.wang.id()]);
    assert_eq!(roster.best_auth(it.wang.id(), it.all.scope()), Some(it.join));
    assert_eq!(roster.author(&it.join), Some(it.wang.id()));
    assert_eq!(roster.person_of(it.wang.writer()), Some(it.wang.id()));
    let said = it.wang.spot(it.all.scope(), 1, it.join);
    assert_eq!(roster.position(&said), Verdict::Counts);
    let card = it.wang.spot(it.world.genesis.id().directory(), 1, it.join);
    assert_eq!(roster.position(&card), Verdict::Counts);
    let by_admin = it.founder.spot(it.all.scope(), 1, it.admin);
    assert_eq!(roster.position(&by_admin), Verdict::Counts, "staff see to the group of everybody");
    let groups = roster.groups();
    assert_eq!(groups.len(), 1);
    assert!(groups[0].everyone && groups[0].founder == it.founder.id());
}

#[test]
fn a_stranger_counts_nowhere() {
    let mut it = street();
    let mal = Person::named("mal");
    it.world.certify(&mal);
    let uninvited = it.world.join(&mal, it.all, None);
    assert_eq!(it.world.roster.statement(&uninvited), Verdict::Void(Reason::NotInvited));
    let opened = it.world.roster.invite(&Secret::from_seed([77; 32]).key()).expect("a door");
    let guess = Secret::from_seed([78; 32]);
    let guessed = it.world.join(&mal, it.all, Some((opened.invite, &guess)));
    assert_eq!(it.world.roster.statement(&guessed), Verdict::Void(Reason::NotInvited));
    let scope = it.all.scope();
    let said = |auth| it.world.roster.position(&mal.spot(scope, 1, auth));
    assert_eq!(said(uninvited), Verdict::Void(Reason::VoidGrant(uninvited)));
    assert_eq!(said(it.join), Verdict::Void(Reason::NotCertified), "a borrowed grant");
    let unknown = EnvelopeId::from_bytes([5; 32]);
    assert_eq!(said(unknown), Verdict::Pending(unknown));
    assert!(!it.world.roster.is_community_member(mal.id()));
}

#[test]
fn an_open_group_makes_nobody_a_member_of_the_community() {
    let mut it = street();
    let chess = it.world.group(&it.founder, it.admin, GroupKind::Open, false);
    let mal = Person::named("mal");
    it.world.certify(&mal);
    let entered = it.world.join(&mal, chess, None);
    assert_eq!(it.world.roster.statement(&entered), Verdict::Counts);
    let said = it.world.roster.position(&mal.spot(chess.scope(), 1, entered));
    assert_eq!(said, Verdict::Void(Reason::Stranger));
    assert_eq!(it.world.roster.members(&chess), []);
    let wang = it.world.join(&it.wang, chess, None);
    let said = it.world.roster.position(&it.wang.spot(chess.scope(), 1, wang));
    assert_eq!(said, Verdict::Counts);
    assert_eq!(it.world.roster.members(&chess), [it.wang.id()]);
}

#[test]
fn only_an_admin_opens_a_second_door_to_the_community() {
    let mut it = street();
    let steward = grant(&it.wang, Role::Steward, Place::community());
    let steward = it.world.say(&it.founder, steward, Some(it.admin), &[&it.founder.sealed]);
    let chess = it.world.group(&it.wang, steward, GroupKind::Open, false);
    assert!(it.world.roster.group(&chess).is_some());
    let door = it.world.group(&it.wang, steward, GroupKind::Open, true);
    assert_eq!(it.world.roster.statement(&door), Verdict::Void(Reason::NotEntitled));
    let mal = Person::named("mal");
    it.world.certify(&mal);
    it.world.join(&mal, door, None);
    assert!(!it.world.roster.is_community_member(mal.id()));
}

#[test]
fn a_forged_second_signature_or_proof_is_no_fact() {
    let it = street();
    let community = it.world.genesis.id();
    let certify = Statement::Certify {
        subject: it.wang.writer().into(),
        person: it.founder.id(),
        key_use: KeyUse::Writer,
    };
    let forged = it.world.write_forged(&it.wang, certify, it.founder.id().into());
    assert_eq!(Fact::of(&forged.0, &forged.1, &community), Err(NotAFact::ForgedSecond));
    let door = Secret::from_seed([77; 32]);
    let place = Place::community().below(it.all);
    let proof = Proof::give(&door, &community, &it.founder.id(), &place);
    let join = Statement::Join {
        person: it.wang.id(),
        group: place,
        invite: None,
        proof: Some(proof),
        vouches: Vec::new(),
    };
    let carried = it.world.write(&it.wang, join, None, &[]);
    assert_eq!(Fact::of(&carried.0, &carried.1, &community), Err(NotAFact::ForgedProof));
}

#[test]
fn staff_speak_with_their_sealed_key_or_not_at_all() {
    let mut it = street();
    let staff = grant(&it.wang, Role::Staff, Place::community());
    let staff = it.world.say(&it.founder, staff, Some(it.admin), &[&it.founder.sealed]);
    let door = Secret::from_seed([80; 32]);
    let mut open = |seconds: &[&Secret]| {
        let id = it.world.say(&it.wang, invite(&it.all, &door, false), Some(staff), seconds);
        it.world.roster.statement(&id)
    };
    let missing = Verdict::Void(Reason::NoSecondSignature);
    assert_eq!(open(&[]), missing);
    assert_eq!(open(&[&it.founder.sealed]), missing, "somebody else's");
    assert_eq!(open(&[&Secret::from_seed([81; 32])]), missing, "nobody's");
    assert_eq!(open(&[&it.wang.paper]), Verdict::Counts);
    assert_eq!(open(&[&it.wang.sealed]), Verdict::Counts);
    assert!(it.world.roster.is_sealed_key(it.wang.sealed.key(), it.wang.id()));
    let revoke = Statement::Revoke {
        target: it.wang.sealed.key(),
        person: it.wang.id(),
        cuts: Vec::new(),
        key_use: KeyUse::Sealed,
    };
    let by_thief = it.world.say(&it.wang, revoke.clone(), None, &[&it.wang.sealed]);
    assert_ne!(it.world.roster.statement(&by_thief), Verdict::Counts, "it needs the paper key");
    assert!(it.world.roster.is_sealed_key(it.wang.sealed.key(), it.wang.id()));
    it.world.say(&it.wang, revoke, None, &[&it.wang.paper]);
    assert!(!it.world.roster.is_sealed_key(it.wang.sealed.key(), it.wang.id()));
}

#[test]
fn a_removal_keeps_what_was_written_before_its_cut_and_nothing_after() {
    let mut it = street();
    let (scope, writer) = (it.all.scope(), it.wang.writer());
    let third = EnvelopeId::from_bytes([3; 32]);
    let cut = Cut { writer, scope, seq: 3, id: third };
    let place = Place::community().below(it.all);
    let gone = remove(&it.wang, Role::Member, place.clone(), vec![cut]);
    let gone = it.world.say(&it.founder, gone, Some(it.admin), &[&it.founder.sealed]);
    let at = |seq, id| {
        let spot = Spot { id: Some(id), ..it.wang.spot(scope, seq, it.join) };
        it.world.roster.position(&spot)
    };
    let other = EnvelopeId::from_bytes([9; 32]);
    assert_eq!(at(1, other), Verdict::Counts);
    assert_eq!(at(3, third), Verdict::Counts);
    assert_eq!(at(3, other), Verdict::Void(Reason::Cut(gone)), "another envelope in its place");
    assert_eq!(at(4, other), Verdict::Void(Reason::Cut(gone)));
    assert!(!it.world.roster.is_community_member(it.wang.id()));

    let late = EnvelopeId::from_bytes([4; 32]);
    let cuts = vec![Cut { writer, scope, seq: 4, id: late }];
    let admit = Statement::Admit { removal: gone, cuts };
    it.world.say(&it.founder, admit, Some(it.admin), &[&it.founder.sealed]);
    let spot = Spot { id: Some(late), ..it.wang.spot(scope, 4, it.join) };
    assert_eq!(it.world.roster.position(&spot), Verdict::Counts, "a late item was admitted");

    let back = Statement::Grant {
        person: it.wang.id(),
        role: Role::Member,
        over: place,
        undo: vec![gone],
        confirms: Vec::new(),
    };
    let back = it.world.say(&it.founder, back, Some(it.admin), &[&it.founder.sealed]);
    it.world.roster.note_use(writer, it.join);
    assert!(it.world.roster.is_community_member(it.wang.id()));
    let old = it.world.roster.position(&it.wang.spot(scope, 5, back));
    assert_eq!(old, Verdict::Void(Reason::OldWriter(gone)));
    let new = it.wang.with_new_writer();
    it.world.certify(&new);
    assert_eq!(it.world.roster.position(&new.spot(scope, 1, back)), Verdict::Counts);
}

#[test]
fn a_forked_chain_is_shown_with_a_mark_until_its_person_chooses() {
    let mut it = street();
    let (scope, writer) = (it.all.scope(), it.wang.writer());
    let id = |n| EnvelopeId::from_bytes([n; 32]);
    for (n, seq, prev) in [(1, 1, None), (2, 2, Some(1)), (3, 2, Some(1)), (4, 3, Some(3))] {
        it.world.roster.insert(Fact::link(id(n), (writer, scope), (seq, seq), prev.map(id)));
    }
    let at = |roster: &Roster, n, seq| {
        roster.position(&Spot { id: Some(id(n)), ..it.wang.spot(scope, seq, it.join) })
    };
    let roster = &it.world.roster;
    assert_eq!(at(roster, 1, 1), Verdict::Counts);
    assert_eq!(at(roster, 2, 2), Verdict::Flagged(Flag::Fork));
    assert_eq!(at(roster, 3, 2), Verdict::Flagged(Flag::LosingBranch));
    assert_eq!(at(roster, 4, 3), Verdict::Flagged(Flag::LosingBranch));
    let heal = Statement::Heal { writer, chain: scope, seq: 2, keep: id(3) };
    let mal = Person::named("mal");
    it.world.certify(&mal);
    it.world.say(&mal, heal.clone(), None, &[&mal.paper]);
    assert_eq!(at(&it.world.roster, 4, 3), Verdict::Flagged(Flag::LosingBranch), "not his");
    let healed = it.world.say(&it.wang, heal, None, &[&it.wang.paper]);
    assert_eq!(it.world.roster.statement(&healed), Verdict::Counts);
    assert_eq!(at(&it.world.roster, 4, 3), Verdict::Counts);
    assert_eq!(at(&it.world.roster, 2, 2), Verdict::Flagged(Flag::LosingBranch));
}

#[test]
fn a_box_belongs_to_whoever_certified_it_until_he_revokes_it() {
    let mut it = street();
    let box_key = Secret::from_seed([90; 32]);
    let certify = |who: &Person| Statement::Certify {
        subject: box_key.key(),
        person: who.id(),
        key_use: KeyUse::Box,
    };
    let mal = Person { paper: Secret::from_seed([0; 32]), ..Person::named("mal") };
    it.world.certify(&mal);
    it.world.say(&mal, certify(&mal), None, &[&mal.paper]);
    it.world.say(&it.wang, certify(&it.wang), None, &[&it.wang.paper, &box_key]);
    assert_eq!(it.world.roster.box_person(box_key.key()), Some(it.wang.id()));
    assert_eq!(it.world.roster.person_of(box_key.writer()), None, "a box does not write");
    let revoke = Statement::Revoke {
        target: box_key.key(),
        person: it.wang.id(),
        cuts: Vec::new(),
        key_use: KeyUse::Box,
    };
    it.world.say(&it.wang, revoke, None, &[&it.wang.paper]);
    assert_ne!(it.world.roster.box_person(box_key.key()), Some(it.wang.id()));
}

#[test]
fn who_may_say_what_is_a_table_and_nothing_else_is_allowed() {
    let mut it = street();
    let place = Place::community().below(it.all);
    let roster = &it.world.roster;
    let (admin, wang) = (it.founder.id(), it.wang.id());
    assert_eq!(roster.may_invite(admin, &it.all), Some(it.admin));
    assert_eq!(roster.may_invite(wang, &it.all), None);
    assert_eq!(roster.may_found(admin, &Place::community()), Some(it.admin));
    assert_eq!(roster.may_found(wang, &Place::community()), None);
    assert_eq!(roster.may_grant(admin, Role::Staff, &place), Some(it.admin));
    assert_eq!(roster.may_grant(admin, Role::Admin, &place), None, "only from above");
    let vouch = |person| Statement::Vouch { person, group: place.clone() };
    assert_eq!(roster.may(wang, &vouch(admin)), Ok(it.join));
    assert_eq!(roster.may(admin, &vouch(wang)), Err(Reason::NotEntitled), "not in that group");
    let heal =
        Statement::Heal { writer: it.wang.writer(), chain: it.all.scope(), seq: 1, keep: it.join };
    assert_eq!(roster.may(admin, &heal), Err(Reason::NotEntitled), "not said under a grant");
    assert!(roster.needs_second(&it.admin) && !roster.needs_second(&it.join));
    assert!(roster.is_owner(&it.all, admin) && !roster.is_owner(&it.all, wang));

    let steward = grant(&it.wang, Role::Steward, place);
    let steward = it.world.say(&it.founder, steward, Some(it.admin), &[&it.founder.sealed]);
    assert_eq!(it.world.roster.may_invite(wang, &it.all), Some(steward));
    let found = Statement::Genesis {
        parent: Place::community(),
        kind: GroupKind::Open,
        need: 0,
        oversight: Oversight::None,
        everyone: false,
        history: None,
    };
    assert_eq!(it.world.roster.may(wang, &found), Err(Reason::NotEntitled), "wider than his");
}

#[test]
fn nobody_reaches_into_a_group_by_naming_it_as_his_own_corner() {
    let mut it = street();
    let corner = Place::community().below(EnvelopeId::from_bytes([40; 32]));
    let staff = grant(&it.wang, Role::Staff, corner.clone());
    let staff = it.world.say(&it.founder, staff, Some(it.admin), &[&it.founder.sealed]);
    let secret = it.world.group(&it.founder, it.admin, GroupKind::Invite, false);
    let false_place = corner.below(secret);
    let inside = grant(&it.wang, Role::Member, false_place);
    let inside = it.world.say(&it.wang, inside, Some(staff), &[&it.wang.sealed]);
    assert_eq!(it.world.roster.statement(&inside), Verdict::Counts);
    let said = it.world.roster.position(&it.wang.spot(secret.scope(), 1, inside));
    assert_eq!(said, Verdict::Void(Reason::NotEntitled));
    assert_eq!(it.world.roster.members(&secret), []);
}
