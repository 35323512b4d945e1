//! Private details: who gets the key, at a cut too, who is told, and how they are forgotten.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, BoxRef, Key, VaultClass, VaultName},
    envelope::{Draft, Envelope, Kind},
    id::{EnvelopeId, RequestId},
    secrets::Keyring,
    time::Bucket,
};
use node::api::{
    ActVerb, CaseCommand, Command, ErrorKind, Keep, Private, Reply, RoleWord, RosterCommand,
    VaultPage, VaultWord,
};
use tests::world::{BEGIN, Who, World};

const PHONE: &str = "138 0013 8000";
const DOOR: &str = "5-2-301";
const DIAGNOSIS: &str = "dialysis, hepatitis B";

fn asks(world: &mut World, who: Who) -> RequestId {
    let text = |text: &str| text.to_owned();
    let private = Private {
        name: text("王秀英"),
        phone: text(PHONE),
        door: text(DOOR),
        details: text(DIAGNOSIS),
    };
    let (title, details) = (text("A ride to the hospital"), String::new());
    let ask = Command::Ask { group: None, title, details, urgent: false, private };
    match world.tell(who, ask) {
        Reply::Asked { id, .. } => id,
        other => panic!("asked, and heard {other:?}"),
    }
}

fn opens(
    world: &mut World,
    who: Who,
    request: RequestId,
    reason: &str,
) -> Result<VaultPage, ErrorKind> {
    let open = Command::OpenVault { id: request.to_hex(), reason: reason.to_owned() };
    match world.ask(who, open) {
        Ok(Reply::Vaults(page)) => Ok(*page),
        Ok(other) => panic!("opened, and saw {other:?}"),
        Err(error) => Err(error.kind),
    }
}

fn assigns(world: &mut World, who: Who, request: RequestId, person: &str) {
    world.tell(who, Command::Assign { id: request.to_hex(), person: person.to_owned() });
}

fn erases(world: &mut World, who: Who, request: RequestId) -> Result<Reply, ErrorKind> {
    let erase = Command::Erase { id: request.to_hex(), class: None };
    world.ask(who, erase).map_err(|error| error.kind)
}

/// To whom keys of vaults were sealed, ever, by anybody.
pub fn key_holders(world: &World) -> BTreeSet<String> {
    let everybody = world.everybody();
    let written = everybody.iter().flat_map(|who| world.home(*who).written());
    let keys: Vec<_> = written
        .filter(|it| it.header().kind == Kind::KEY)
        .filter_map(|it| match Body::decode(Kind::KEY, it.body()?) {
            Ok(Body::Key(key)) => Some((it.id(), key)),
            _ => None,
        })
        .collect();
    let is_vault = |(_, key): &&(EnvelopeId, Key)| matches!(key, Key::Vault { .. });
    let vaults: BTreeSet<EnvelopeId> = keys.iter().filter(is_vault).map(|(id, _)| *id).collect();
    let is_of_vault = |(id, key): &&(EnvelopeId, Key)| match key {
        Key::Share { epoch, .. } => vaults.contains(epoch),
        _ => vaults.contains(id),
    };
    let keys: Vec<&Key> = keys.iter().filter(is_of_vault).map(|(_, key)| key).collect();
    let holds = |who: &&Who| {
        let own = BoxRef::from(world.home(**who).key());
        keys.iter().any(|key| key.sealed().of(own).is_some())
    };
    everybody.iter().filter(holds).map(|who| world.name(*who).to_owned()).collect()
}

/// What stands in vaults, as it travels and lies on disks.
pub fn sealed_bytes(world: &World) -> Vec<Vec<u8>> {
    let everybody = world.everybody();
    let written = everybody.iter().flat_map(|who| world.home(*who).written());
    written
        .filter(|it| it.header().kind == Kind::VAULT)
        .filter_map(|it| it.body().map(<[u8]>::to_vec))
        .collect()
}

pub fn stands_on_disk(world: &World, who: Who, bytes: &[u8]) -> bool {
    let files = world.home(who).files();
    files.iter().any(|file| file.windows(bytes.len()).any(|part| part == bytes))
}

fn names(these: &[&str]) -> BTreeSet<String> {
    these.iter().map(|name| (*name).to_owned()).collect()
}

struct Court {
    world: World,
    office: Who,
    wu: Who,
    chen: Who,
    zhao: Who,
    sun: Who,
    relay: Who,
}

/// An office, a captain, a mother who asks, two of the fleet, and a relay.
fn court(seed: u64) -> Court {
    let mut world = World::on_disk(seed);
    let office = world.office();
    let wu = world.move_in_as("Wu", RoleWord::Steward);
    let [chen, zhao, sun] = ["Chen", "Zhao", "Sun"].map(|name| world.move_in(name));
    world.lan(&[office, wu, chen, zhao, sun]);
    world.settle();
    let relay = world.move_in_as_relay("R7");
    world.wire(office, relay);
    world.wire(relay, chen);
    world.settle();
    Court { world, office, wu, chen, zhao, sun, relay }
}

#[test]
fn a_phone_number_goes_to_whoever_is_given_the_ride_and_to_nobody_else() {
    let Court { mut world, office, wu, chen, zhao, sun, relay } = court(0x7A01);
    let ride = asks(&mut world, chen);
    world.settle();
    assert_eq!(key_holders(&world), names(&["Chen", "Office", "Wu"]));
    let everybody = world.everybody();
    assert!(world.hold_the_same(&everybody), "keys and details travel as everything does");

    for (who, opens, erases) in [(chen, 2, 2), (office, 2, 2), (wu, 1, 2), (zhao, 0, 0)] {
        let page = world.page(who, ride);
        let offered = (page.may_open.len(), page.may_erase.len());
        assert_eq!(offered, (opens, erases), "{}", world.name(who));
    }

    world.chapter("the family reads it, the office says why, the captain sees no diagnosis");
    let page = opens(&mut world, chen, ride, "").expect("it is hers");
    assert_eq!((page.private.phone.as_str(), page.private.details.as_str()), (PHONE, DIAGNOSIS));
    assert_eq!(opens(&mut world, office, ride, ""), Err(ErrorKind::ReasonNeeded));
    let page = opens(&mut world, office, ride, "which hospital?").expect("with a reason");
    assert_eq!(page.private.details, DIAGNOSIS);
    let page = opens(&mut world, wu, ride, "who drives?").expect("the captain may");
    assert_eq!((page.private.door.as_str(), page.private.details.as_str()), (DOOR, ""));

    world.chapter("two of the fleet want the ride; a claim alone gives nothing");
    world.claim(zhao, ride);
    world.claim(sun, ride);
    world.settle();
    world.run_for(70_000);
    assert!(opens(&mut world, relay, ride, "I carry it").is_err());
    for who in [zhao, sun] {
        assert_eq!(opens(&mut world, who, ride, "I drive"), Err(ErrorKind::NoVault));
    }
    assert_eq!(key_holders(&world), names(&["Chen", "Office", "Wu"]));

    world.chapter("the office gives it to Zhao");
    assigns(&mut world, office, ride, "Zhao");
    world.settle();
    let page = opens(&mut world, zhao, ride, "").expect("he drives");
    assert_eq!((page.private.phone.as_str(), page.private.details.as_str()), (PHONE, ""));
    assert_eq!(opens(&mut world, sun, ride, ""), Err(ErrorKind::NoVault));
    assert_eq!(key_holders(&world), names(&["Chen", "Office", "Wu", "Zhao"]));

    world.chapter("the family sees who looked, and why");
    world.settle();
    let seen = opens(&mut world, chen, ride, "").expect("it is hers").openings;
    let said = |who: &str, reason: &str| {
        seen.iter().any(|it| it.who == who && it.reason == reason && it.released_to.is_none())
    };
    assert!(said("Office", "which hospital?") && said("Wu", "who drives?"), "{seen:?}");
    assert!(said("Zhao", ""), "{seen:?}");
    let to_zhao = seen.iter().filter(|it| it.released_to.as_deref() == Some("Zhao")).count();
    assert_eq!(to_zhao, 1, "once: {seen:?}");
    for who in world.everybody() {
        for word in [PHONE, DOOR, DIAGNOSIS] {
            assert!(!stands_on_disk(&world, who, word.as_bytes()), "{word} in the clear");
        }
    }
}

#[test]
fn the_captain_releases_it_on_the_side_without_the_desk() {
    let Court { mut world, office, wu, chen, zhao, sun, relay } = court(0x7A02);
    let ride = asks(&mut world, chen);
    world.settle();
    world.chapter("the desk and the mother are cut off; Zhao claims and sets off");
    world.cut(&[office, relay, chen], &[wu, zhao, sun]);
    world.settle();
    world.claim(zhao, ride);
    assert!(world.try_act(zhao, ride, ActVerb::Depart));
    world.settle();
    world.run_for(10_000);
    world.settle();
    let page = opens(&mut world, zhao, ride, "").expect("the captain's node gave it");
    assert_eq!(page.private.phone, PHONE);
    world.heal();
    world.settle();
    let seen = opens(&mut world, chen, ride, "").expect("it is hers").openings;
    assert!(seen.iter().any(|it| it.who == "Wu" && it.released_to.as_deref() == Some("Zhao")));
}

/// Removed on one side of a cut, on the other he sets off for the ride that he had claimed: after the heal
/// nobody's node hands him the door.
#[test]
fn need_17_a_driver_who_was_removed_is_given_nothing() {
    let Court { mut world, office, wu, chen, zhao, sun, .. } = court(0x7A03);
    let ride = asks(&mut world, chen);
    world.settle();
    world.claim(zhao, ride);
    world.settle();
    world.cut(&[zhao], &[office, wu, chen, sun]);
    let remove = RosterCommand::Remove {
        person: "Zhao".into(),
        role: None,
        over: None,
        keep: Keep::All,
        anyway: true,
    };
    world.tell(office, Command::Roster(remove));
    world.settle();
    let assign = Command::Assign { id: ride.to_hex(), person: "Zhao".into() };
    let _ = world.ask(office, assign);
    world.settle();
    world.run_for(70_000);
    assert_eq!(key_holders(&world), names(&["Chen", "Office", "Wu"]));

    world.chapter("he has not heard of it and sets off; it heals");
    assert!(world.try_act(zhao, ride, ActVerb::Depart));
    world.heal();
    // What he wrote behind his removal is never everywhere.
    world.run_for(300_000);
    assert_eq!(world.holder(office, ride), None, "his departure is dropped");
    assert_eq!(key_holders(&world), names(&["Chen", "Office", "Wu"]));
    assert!(opens(&mut world, zhao, ride, "I drive").is_err());
}

#[test]
fn an_erasure_reaches_everybody_also_who_was_cut_off() {
    let Court { mut world, office, wu, chen, zhao, sun, relay } = court(0x7A04);
    let ride = asks(&mut world, chen);
    world.settle();
    assigns(&mut world, office, ride, "Zhao");
    world.settle();
    opens(&mut world, zhao, ride, "").expect("he drives");
    world.settle();
    let sealed = sealed_bytes(&world);
    assert!(sealed.iter().all(|bytes| stands_on_disk(&world, relay, bytes)), "it carries it");

    world.chapter("Sun is cut off with a copy; a driver may not erase, the mother may");
    world.cut(&[sun], &[office, wu, chen, zhao]);
    assert_eq!(erases(&mut world, zhao, ride), Err(ErrorKind::NotAllowed));
    erases(&mut world, chen, ride).expect("it is hers");
    erases(&mut world, chen, ride).expect("twice is once");
    world.settle();
    for who in [office, wu, chen, zhao, relay] {
        let name = world.name(who).to_owned();
        let left = sealed.iter().filter(|bytes| stands_on_disk(&world, who, bytes)).count();
        assert_eq!(left, 0, "{name} still has it");
    }
    let page = opens(&mut world, chen, ride, "").expect("it says that it is gone");
    assert_eq!(page.private, Private::default());
    assert_eq!(page.erased, [VaultWord::Contact, VaultWord::Sensitive]);

    world.chapter("Sun comes back, and nobody takes it from him");
    world.heal();
    world.settle();
    for who in world.everybody() {
        let name = world.name(who).to_owned();
        let left = sealed.iter().filter(|bytes| stands_on_disk(&world, who, bytes)).count();
        assert_eq!(left, 0, "{name} has it again");
    }
    let everybody = world.everybody();
    assert!(world.hold_the_same(&everybody), "headers stay");
    world.crash(zhao);
    world.settle();
    let page = opens(&mut world, office, ride, "after the restart").expect("may look");
    assert_eq!(page.private, Private::default());
}

/// A home that was away gets everything at once, in three orders: nothing of it stays.
#[test]
fn erase_beats_keep_in_whatever_order_both_come() {
    for (seed, order) in [(0x7A05, "as written"), (0x7A06, "backwards"), (0x7A07, "erasure first")]
    {
        let Court { mut world, office, wu, chen, zhao, sun, relay } = court(seed);
        world.cut(&[sun], &[office, wu, chen, zhao, relay]);
        let ride = asks(&mut world, chen);
        world.settle();
        assigns(&mut world, office, ride, "Zhao");
        world.settle();
        let sealed = sealed_bytes(&world);
        let everybody = world.everybody();
        let all = everybody.iter().flat_map(|who| world.home(*who).written().to_vec());
        let mut sent: Vec<_> = all.collect();
        let whole = sent.len();
        erases(&mut world, chen, ride).expect("it is hers");
        let erasures = world.home(chen).written().to_vec();
        sent.extend(erasures.into_iter().filter(|it| it.header().kind == Kind::ERASURE));
        assert_eq!(sent.len(), whole + 2, "one a class");
        match order {
            "backwards" => sent.reverse(),
            "erasure first" => sent.rotate_left(whole),
            _ => (),
        }
        for envelope in sent {
            world.slip(sun, vec![(*envelope).clone()]);
        }
        world.run_for(1_000);
        let left = sealed.iter().filter(|bytes| stands_on_disk(&world, sun, bytes)).count();
        assert_eq!(left, 0, "{order}");
    }
}

fn confides(
    world: &mut World,
    who: Who,
    request: RequestId,
    (person, reason): (&str, &str),
) -> Result<Reply, ErrorKind> {
    let (id, person, reason) = (request.to_hex(), person.to_owned(), reason.to_owned());
    let confide = Command::Case(CaseCommand::Confide { id, person, reason });
    world.ask(who, confide).map_err(|error| error.kind)
}

#[test]
fn whoever_must_know_the_diagnosis_is_named_and_the_family_sees_by_whom() {
    let Court { mut world, office, wu, chen, zhao, sun, relay } = court(0x7A06);
    let ride = asks(&mut world, chen);
    world.settle();

    world.chapter("the mother is cut off; the office names the interpreter");
    world.partition(&[vec![office, wu, zhao, sun], vec![chen, relay]]);
    let why = ("Sun", "she interprets for the deaf");
    assert_eq!(opens(&mut world, sun, ride, "curious"), Err(ErrorKind::NoVault));
    for (who, named, expected) in [
        (wu, why, ErrorKind::NotAllowed),
        (zhao, ("Zhao", "I drive"), ErrorKind::NotAllowed),
        (office, ("Sun", " "), ErrorKind::ReasonNeeded),
        (office, ("Nobody", "x"), ErrorKind::UnknownPerson),
    ] {
        assert_eq!(confides(&mut world, who, ride, named), Err(expected), "{named:?}");
    }
    confides(&mut world, office, ride, why).expect("the desk may");
    let written = world.home(office).written().len();
    confides(&mut world, office, ride, why).expect("twice");
    assert_eq!(world.home(office).written().len(), written, "and it writes nothing");
    world.settle();
    let page = opens(&mut world, sun, ride, "what to say to the doctor").expect("she was named");
    assert_eq!((page.private.details.as_str(), page.private.phone.as_str()), (DIAGNOSIS, ""));
    assert!(!page.may_confide, "she names nobody else");
    assert_eq!(confides(&mut world, sun, ride, ("Zhao", "x")), Err(ErrorKind::NotAllowed));
    assert_eq!(opens(&mut world, zhao, ride, "curious"), Err(ErrorKind::NoVault));

    world.chapter("the mother is back, and sees it all");
    world.heal();
    world.settle();
    let page = opens(&mut world, chen, ride, "").expect("it is hers");
    let seen: Vec<_> = page
        .openings
        .iter()
        .map(|it| (it.who.as_str(), it.reason.as_str(), it.released_to.as_deref()))
        .collect();
    assert!(seen.contains(&("Office", "she interprets for the deaf", Some("Sun"))), "{seen:?}");
    assert!(seen.contains(&("Sun", "what to say to the doctor", None)), "{seen:?}");
}

/// An epoch of somebody else's vault that a crooked program founds: read by its own home and by `for_whom`,
/// with an id below `below`.
fn founds(
    world: &mut World,
    who: Who,
    vault: VaultName,
    for_whom: &[Who],
    below: EnvelopeId,
) -> Envelope {
    let scope = world.everybodys_group(who).scope();
    let home = world.home(who);
    let boxes = for_whom.iter().chain([&who]).map(|who| world.home(*who).key()).collect();
    let ring = Keyring::new(home.community(), Vec::new());
    let last = home.written().iter().rev().find(|it| it.header().scope == scope);
    let tip = last.map(|it| (it.header().seq, it.id()));
    let lamport = last.map_or(1, |it| it.header().lamport + 1);
    let tries = (0..=u8::MAX).map(|seed| {
        let (key, _) = ring.new_vault(vault, &scope, &boxes, [seed; 32]);
        let draft = Draft {
            kind: Kind::KEY,
            scope,
            tip,
            deps: Vec::new(),
            auth: Some(home.join()),
            epoch: None,
            lamport,
            bucket: Bucket::week_of(BEGIN),
            claimed: BEGIN,
            body: Body::Key(key).encode(),
        };
        Envelope::write(draft, home.writer(), &home.community())
    });
    tries.into_iter().find(|it| it.id() < below).expect("one in a few is below")
}

/// Which epoch of a class somebody founded for a vault.
fn founded_by(world: &World, who: Who, of: VaultName) -> EnvelopeId {
    let keys = world.home(who).written().iter().filter(|it| it.header().kind == Kind::KEY);
    let mut founded = keys.filter_map(|it| match Body::decode(Kind::KEY, it.body()?) {
        Ok(Body::Key(Key::Vault { vault, .. })) if vault == of => Some(it.id()),
        _ => None,
    });
    founded.next().expect("the vault was made here")
}

/// Any member can found an epoch and call it a vault's. Why the office looks is read by the family, and not
/// by him; nobody hands his key on.
#[test]
fn a_vault_that_a_neighbour_founds_beside_the_real_one_holds_no_reason() {
    let Court { mut world, office, wu, chen, zhao, sun, relay } = court(0x7A08);
    let ride = asks(&mut world, chen);
    world.settle();
    let contact = VaultName { request: ride, class: VaultClass::Contact };
    let real = founded_by(&world, chen, contact);

    world.chapter(
        "the mother is cut off; Zhao founds a vault that the office reads, and she does not",
    );
    world.cut(&[chen], &[office, wu, zhao, sun, relay]);
    let false_one = founds(&mut world, zhao, contact, &[office], real);
    assert_eq!(world.slip(zhao, vec![false_one.clone()]), 0);
    world.settle();
    let page = opens(&mut world, office, ride, "which hospital?").expect("the office may");
    assert_eq!(page.private.phone, PHONE);
    let why = ("Sun", "she interprets");
    confides(&mut world, office, ride, why).expect("the desk may");
    assigns(&mut world, office, ride, "Sun");
    world.settle();
    world.run_for(70_000);
    world.heal();
    world.settle();
    world.run_for(70_000);

    let under = |world: &World, kind: Kind, epoch: EnvelopeId| {
        let everybody = world.everybody();
        let written = everybody.iter().flat_map(|who| world.home(*who).written());
        written
            .filter(|it| it.header().kind == kind)
            .filter(|it| match it.body().map(|body| Body::decode(kind, body)) {
                Some(Ok(Body::Key(Key::Share { epoch: of, .. }))) => of == epoch,
                _ => it.header().epoch == Some(epoch),
            })
            .count()
    };
    assert_eq!(under(&world, Kind::VAULT, false_one.id()), 0, "nothing is written where he reads");
    assert_eq!(under(&world, Kind::KEY, false_one.id()), 0, "nor is his key handed on");
    assert!(under(&world, Kind::VAULT, real) > 1);
    let seen = opens(&mut world, chen, ride, "").expect("it is hers").openings;
    assert!(seen.iter().any(|it| it.reason == "which hospital?"), "{seen:?}");
    let page = opens(&mut world, sun, ride, "").expect("she drives and interprets");
    assert_eq!((page.private.phone.as_str(), page.private.details.as_str()), (PHONE, DIAGNOSIS));

    world
        .chapter("of what nobody put away there is nothing to open, whoever founds a vault for it");
    let bare = world.request(chen, "carry water");
    world.settle();
    let secret = VaultName { request: bare, class: VaultClass::Sensitive };
    let highest = EnvelopeId::from_bytes([0xFF; 32]);
    let junk = founds(&mut world, sun, secret, &[office, chen], highest);
    assert_eq!(world.slip(sun, vec![junk]), 0);
    world.settle();
    assert!(world.page(office, bare).may_open.is_empty());
    assert_eq!(opens(&mut world, office, bare, "curious"), Err(ErrorKind::NoVault));
}

/// The office's deputy names an interpreter and leaves the desk: what was right when it was written stays
/// so; what she names afterwards does not count.
#[test]
fn who_was_named_goes_on_reading_when_whoever_named_him_leaves_the_desk() {
    let Court { mut world, office, wu, chen, zhao, sun, relay } = court(0x7A09);
    let ride = asks(&mut world, chen);
    let staff = RosterCommand::Grant {
        person: "Zhao".into(),
        role: RoleWord::Staff,
        over: None,
        again: false,
    };
    world.roster(office, staff).expect("the office may");
    world.settle();
    world.run_for(70_000);
    confides(&mut world, zhao, ride, ("Sun", "she interprets")).expect("she is at the desk");
    world.settle();
    assert!(opens(&mut world, sun, ride, "what to say").is_ok());

    world.chapter("a cut: she leaves the desk on one side and names another on the other");
    world.cut(&[zhao], &[office, wu, chen, sun, relay]);
    let leave = RosterCommand::Remove {
        person: "Zhao".into(),
        role: Some(RoleWord::Staff),
        over: None,
        keep: Keep::All,
        anyway: true,
    };
    world.roster(office, leave).expect("the office may");
    confides(&mut world, zhao, ride, ("Wu", "he asked me")).expect("she has not heard of it");
    world.heal();
    world.settle();
    let page = opens(&mut world, sun, ride, "at the doctor's").expect("she was named");
    assert_eq!(page.private.details, DIAGNOSIS);
    let page = opens(&mut world, wu, ride, "who drives?").expect("the captain reads the contact");
    assert_eq!(page.private.details, "", "named by nobody who might");
    let page = opens(&mut world, chen, ride, "").expect("it is hers");
    let named = |who: &str| page.openings.iter().any(|it| it.released_to.as_deref() == Some(who));
    assert!(named("Sun") && named("Wu"), "the family sees both: {:?}", page.openings);
}
