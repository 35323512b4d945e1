//! Ledgers that hand one another everything they hold, or everything but the keys.

use crdt::{
    body::{Body, BoxRef, Cut, GroupKind, History, KeyUse, Oversight, Place, Role, Statement},
    envelope::{Envelope, Kind},
    genesis::{Genesis, RULES_VERSION},
    id::{EnvelopeId, GroupId},
    invitation::Invitation,
    keys::Secret,
    time::{Bucket, ClaimedTime},
};

use super::*;
use crate::{
    api::{Command, Reply, RoleWord},
    identity::{Identity, Seal},
    ledger::{Done, Job, Worked},
    store::truth::tests::village::everything,
};

const NOW: ClaimedTime = ClaimedTime(1_795_000_000_000);

fn key(what: &str) -> Secret {
    Secret::from_seed(*blake3::hash(what.as_bytes()).as_bytes())
}

/// A home's ledger in memory, with keys that follow from its name.
fn home(name: &str) -> Ledger {
    let key = |what: &str| key(&format!("{what} of {name}"));
    let identity = Identity {
        home: name.to_owned(),
        person_name: name.to_owned(),
        office: false,
        box_key: key("box"),
        writer: key("writer"),
        sealed: Seal::bare(key("sealed")),
        earlier: Vec::new(),
        others: Vec::new(),
        copied: false,
        person: Some(key("paper").person()),
    };
    let seed = key("seed").to_seed();
    Ledger::open(None, identity, genesis(), seed).expect("memory opens")
}

fn genesis() -> Genesis {
    let (root_keys, founded) = (vec![key("root").key()], Bucket::week_of(NOW));
    Genesis { root_keys, threshold: 1, salt: [1; 16], rules: RULES_VERSION, founded }
}

fn founder() -> Ledger {
    let mut ledger = home("founder");
    let paper = key("paper of founder");
    ledger.begin_community(&[key("root")], &paper, "The court", NOW).expect("begins");
    ledger
}

/// Somebody walks in by an invitation of `host`'s, who hears of it.
fn walks_in(name: &str, host: &mut Ledger) -> Ledger {
    let mut ledger = arrives(name, host);
    meet(&mut ledger, host);
    ledger
}

/// Somebody takes an invitation of `host`'s, and has met nobody yet.
fn arrives(name: &str, host: &mut Ledger) -> Ledger {
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Reply::Invite { link } = tell(host, invite) else { panic!("a link") };
    let mut ledger = home(name);
    let door = Invitation::from_link(&link).expect("a sound link");
    ledger.walk_in(&door, &key(&format!("paper of {name}")), NOW).expect("walks in");
    ledger
}

fn work(ledger: &mut Ledger, jobs: Vec<Job<()>>) -> Worked<()> {
    ledger.work(jobs, NOW)
}

fn tell(ledger: &mut Ledger, command: Command) -> Reply {
    match work(ledger, vec![Job::Command((), command)]).done.pop() {
        Some(((), Done::Reply(reply))) => reply.expect("is not refused"),
        _ => panic!("a command is answered"),
    }
}

fn post(ledger: &mut Ledger, group: &str, text: &str) {
    let (group, text) = (group.to_owned(), text.to_owned());
    tell(ledger, Command::Post { group, text, reply_to: None });
}

fn texts(ledger: &mut Ledger, group: &str) -> Vec<String> {
    match tell(ledger, Command::Log { group: group.to_owned(), last: 100, before: None }) {
        Reply::Log { messages } => messages.into_iter().map(|it| it.text).collect(),
        other => panic!("{other:?}"),
    }
}

/// `to` gets all that `from` holds, except for kinds that are held back.
fn hand(from: &Ledger, to: &mut Ledger, but: Option<Kind>) -> Worked<()> {
    let mut all = everything(&from.truth);
    all.retain(|envelope| Some(envelope.header().kind) != but);
    work(to, vec![Job::Receive((), all.into())])
}

/// Two exchange until both hold the same.
fn meet(a: &mut Ledger, b: &mut Ledger) {
    while a.carried().root() != b.carried().root() {
        hand(a, b, None);
        hand(b, a, None);
    }
}

fn person(name: &str) -> PersonId {
    key(&format!("paper of {name}")).person()
}

/// States something as a command of the release to come will.
fn state(ledger: &mut Ledger, statement: Statement) -> EnvelopeId {
    let me = ledger.identity.person.expect("somebody");
    let auth = ledger.truth.roster().may(me, &statement).expect("he may");
    ledger.truth.begin().expect("begins");
    let id = ledger.say(statement, auth).expect("is said");
    ledger.truth.commit().expect("commits");
    tell(ledger, Command::Groups);
    id
}

fn everybody(ledger: &Ledger) -> GroupId {
    ledger.truth.roster().everybody().expect("it is founded")
}

/// Takes somebody out of the group of everybody; what he wrote until now counts.
fn remove(ledger: &mut Ledger, name: &str) {
    let writer = key(&format!("writer of {name}")).writer();
    let tips = ledger.truth.read().tips(&writer).expect("reads");
    let cuts = tips.into_iter().map(|(scope, seq, id)| Cut { writer, scope, seq, id }).collect();
    let over = Place::community().below(everybody(ledger));
    let (person, role) = (person(name), Role::Member);
    state(ledger, Statement::Remove { person, role, over, cuts });
}

fn grant(ledger: &mut Ledger, name: &str, role: Role, over: Place) {
    let (undo, confirms) = (Vec::new(), Vec::new());
    state(ledger, Statement::Grant { person: person(name), role, over, undo, confirms });
}

/// The epochs that are sealed or shared to somebody's box.
fn sealed_to(ledger: &Ledger, name: &str) -> BTreeSet<EnvelopeId> {
    let his = BoxRef::from(key(&format!("box of {name}")).key());
    let is_his = |envelope: &&Envelope| match ledger.truth.read().verdict(&envelope.id()) {
        Ok(Some(judged)) => match judged.read_body() {
            Ok(Body::Key(it)) => it.sealed().recipients().any(|to| to == his),
            _ => false,
        },
        _ => false,
    };
    everything(&ledger.truth).iter().filter(is_his).map(Envelope::id).collect()
}

#[test]
fn who_is_let_in_by_a_home_that_has_no_keys_yet_gets_them_as_soon_as_it_has() {
    let mut founder = founder();
    post(&mut founder, "all", "welcome");
    let mut bo = arrives("bo", &mut founder);
    let chen = arrives("chen", &mut founder);
    hand(&bo, &mut founder, None);
    hand(&founder, &mut bo, Some(Kind::KEY));
    let box_of_chen = key("box of chen").key();
    let done = work(&mut bo, vec![Job::Introduce((), box_of_chen, everything(&chen.truth))]).done;
    assert!(matches!(done[..], [((), Done::Introduced(Ok(())))]));
    assert!(sealed_to(&bo, "chen").is_empty(), "bo cannot read himself");
    work(&mut founder, vec![Job::Turn(())]);
    hand(&founder, &mut bo, None);
    assert_eq!(texts(&mut bo, "all"), ["welcome"]);
    assert!(!sealed_to(&bo, "chen").is_empty(), "no turn of bo's has come, and chen has the keys");
}

/// Promise 22: nothing is sealed to a removed member's box, and he cannot read what came after.
#[test]
fn a_removed_member_reads_what_he_had_and_nothing_that_follows() {
    let mut founder = founder();
    let mut li = walks_in("li", &mut founder);
    let mut wang = walks_in("wang", &mut founder);
    post(&mut founder, "all", "for three");
    meet(&mut li, &mut founder);
    meet(&mut wang, &mut founder);
    let before = sealed_to(&founder, "wang");
    assert!(!before.is_empty());

    remove(&mut founder, "wang");
    assert_eq!(sealed_to(&founder, "wang"), before, "a new epoch was made at once, without him");
    meet(&mut li, &mut founder);
    post(&mut li, "all", "for two");
    post(&mut founder, "all", "for two as well");
    meet(&mut li, &mut founder);
    meet(&mut wang, &mut founder);
    assert_eq!(texts(&mut li, "all"), ["for three", "for two", "for two as well"]);
    assert_eq!(texts(&mut wang, "all"), ["for three"]);
    assert_eq!(sealed_to(&founder, "wang"), before);
    assert_eq!(wang.truth.read().counts(None).expect("reads").sealed, 2);
}

/// He and a friend who has not heard of it go on; afterwards the honest one is read by all.
#[test]
fn who_did_not_know_of_a_removal_is_read_and_not_followed() {
    let mut founder = founder();
    let mut li = walks_in("li", &mut founder);
    let mut wang = walks_in("wang", &mut founder);
    meet(&mut li, &mut founder);
    meet(&mut wang, &mut founder);
    remove(&mut founder, "wang");
    post(&mut founder, "all", "he is out");
    meet(&mut li, &mut wang);
    post(&mut li, "all", "to my friend");
    post(&mut wang, "all", "to my friend as well");
    meet(&mut li, &mut wang);

    meet(&mut li, &mut founder);
    meet(&mut wang, &mut founder);
    assert_eq!(texts(&mut founder, "all"), ["to my friend", "he is out"]);
    post(&mut li, "all", "without him");
    meet(&mut li, &mut founder);
    meet(&mut wang, &mut founder);
    assert!(texts(&mut founder, "all").contains(&"without him".to_owned()));
    assert!(!texts(&mut wang, "all").contains(&"without him".to_owned()));
}

/// The owner is cut off and removes one; on the other side somebody lets one in.
#[test]
fn a_group_without_its_owner_goes_on_and_comes_together() {
    let mut founder = founder();
    let mut li = walks_in("li", &mut founder);
    let mut wang = walks_in("wang", &mut founder);
    grant(&mut founder, "li", Role::Steward, Place::community());
    meet(&mut li, &mut founder);
    meet(&mut wang, &mut founder);

    remove(&mut founder, "wang");
    post(&mut founder, "all", "on the owner's side");
    let mut new = walks_in("new", &mut li);
    post(&mut li, "all", "on the other side");
    meet(&mut new, &mut li);
    meet(&mut wang, &mut li);
    post(&mut new, "all", "I am new");
    assert_eq!(texts(&mut new, "all"), ["on the other side", "I am new"]);

    meet(&mut li, &mut founder);
    // Nobody on the owner's side knew of the newcomer: whoever's turn it is gives him that epoch.
    work(&mut li, vec![Job::Turn(())]);
    meet(&mut new, &mut li);
    post(&mut new, "all", "together again");
    for _ in 0..2 {
        meet(&mut new, &mut li);
        meet(&mut li, &mut founder);
        meet(&mut wang, &mut founder);
    }
    let all = ["on the owner's side", "on the other side", "I am new", "together again"];
    for ledger in [&mut founder, &mut li, &mut new] {
        let mut read = texts(ledger, "all");
        read.sort_unstable();
        let mut all = all;
        all.sort_unstable();
        assert_eq!(read, all);
    }
    assert!(!texts(&mut wang, "all").contains(&"together again".to_owned()));
}

/// Two who have both heard of a removal make a new epoch each: both are read.
#[test]
fn two_new_epochs_at_once_are_both_read() {
    let mut founder = founder();
    let mut li = walks_in("li", &mut founder);
    let mut sun = walks_in("sun", &mut founder);
    let wang = walks_in("wang", &mut founder);
    for ledger in [&mut li, &mut sun] {
        meet(ledger, &mut founder);
    }
    remove(&mut founder, "wang");
    hand(&founder, &mut li, Some(Kind::KEY));
    hand(&founder, &mut sun, Some(Kind::KEY));
    post(&mut li, "all", "li's epoch");
    post(&mut sun, "all", "sun's epoch");
    meet(&mut li, &mut sun);
    for ledger in [&mut li, &mut sun] {
        meet(ledger, &mut founder);
    }
    meet(&mut li, &mut founder);
    let scope = everybody(&founder).scope();
    let chosen = |ledger: &Ledger| {
        let readers = ledger.truth.roster().readers(&scope);
        ledger.truth.keyring().choose(&scope, &readers).expect("one will do")
    };
    for ledger in [&mut founder, &mut li, &mut sun] {
        assert_eq!(texts(ledger, "all").len(), 2);
    }
    assert_eq!(chosen(&li), chosen(&sun));
    assert_eq!(chosen(&li), chosen(&founder));
    assert!(!sealed_to(&founder, "wang").contains(&chosen(&li)));
    drop(wang);
}

/// Who let somebody in gives him the key at once; the others only when their turn comes, and then
/// only if nobody has.
#[test]
fn others_help_when_their_turn_comes() {
    let mut founder = founder();
    let mut li = walks_in("li", &mut founder);
    let group = Command::GroupNew {
        name: "board".into(),
        kind: crate::api::GroupKindWord::Invite,
        vouches: 0,
        terms: crate::api::GroupTerms::default(),
    };
    tell(&mut founder, group);
    let board = founder.group("board").expect("it is named").id;
    let over = Place::community().below(board);
    grant(&mut founder, "li", Role::Member, over.clone());
    post(&mut founder, "board", "in private");
    meet(&mut li, &mut founder);
    assert_eq!(texts(&mut li, "board"), ["in private"]);

    let mut sun = walks_in("sun", &mut founder);
    let shares = |ledger: &Ledger| sealed_to(ledger, "sun").len();
    meet(&mut li, &mut founder);
    let before = shares(&founder);
    grant(&mut founder, "sun", Role::Member, over);
    assert_eq!(shares(&founder), before + 1, "at once");
    let heard = hand(&founder, &mut li, Some(Kind::KEY));
    assert_eq!(shares(&li), before, "not at once");
    let wait = heard.turn_in_ms.expect("but later");
    assert!(wait <= TURN_MS * (TURNS_MAX + 1));
    work(&mut li, vec![Job::Turn(())]);
    assert_eq!(shares(&li), before + 1);
    meet(&mut sun, &mut li);
    assert_eq!(texts(&mut sun, "board"), ["in private"]);

    let mut late = walks_in("late", &mut founder);
    meet(&mut li, &mut founder);
    assert_eq!(hand(&founder, &mut li, None).turn_in_ms, None);
    work(&mut li, vec![Job::Turn(())]);
    meet(&mut late, &mut li);
    assert_eq!(sealed_to(&li, "late").len(), 1, "the founder did, and nobody again");
}

/// A group whose newcomers read from their joining on.
#[test]
fn a_newcomer_reads_what_the_groups_history_allows() {
    let mut founder = founder();
    let mut li = walks_in("li", &mut founder);
    let founding = Statement::Genesis {
        parent: Place::community(),
        kind: GroupKind::Invite,
        need: 0,
        oversight: Oversight::None,
        everyone: false,
        history: Some(History::FromJoin),
    };
    let me = person("founder");
    let auth = founder.truth.roster().may_found(me, &Place::community()).expect("an admin may");
    founder.truth.begin().expect("begins");
    let group = founder.say(founding, auth).expect("is founded");
    founder.truth.commit().expect("commits");
    tell(&mut founder, Command::Groups);
    let over = Place::community().below(group);
    grant(&mut founder, "founder", Role::Member, over.clone());
    let id = group.to_hex();
    post(&mut founder, &id, "before");
    grant(&mut founder, "li", Role::Member, over);
    post(&mut founder, &id, "after");
    meet(&mut li, &mut founder);
    assert_eq!(texts(&mut founder, &id), ["before", "after"]);
    assert_eq!(texts(&mut li, &id), ["after"]);

    // Sun comes later still; then Li has a second box, which reads what the first does.
    let mut sun = walks_in("sun", &mut founder);
    let over = Place::community().below(group);
    grant(&mut founder, "sun", Role::Member, over);
    post(&mut founder, &id, "later");
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Reply::Invite { link } = tell(&mut founder, invite) else { panic!("a link") };
    let mut second = home("li's second box");
    second.identity.person = Some(person("li"));
    let door = Invitation::from_link(&link).expect("a sound link");
    second.walk_in(&door, &key("paper of li"), NOW).expect("comes back");
    meet(&mut second, &mut founder);
    meet(&mut sun, &mut founder);
    assert_eq!(texts(&mut second, &id), ["after", "later"]);
    assert_eq!(texts(&mut sun, &id), ["later"]);
}

/// A box that was revoked gets nothing any more, though its person stays.
#[test]
fn a_revoked_box_is_sealed_out() {
    let mut founder = founder();
    let mut li = walks_in("li", &mut founder);
    meet(&mut li, &mut founder);
    let before = sealed_to(&founder, "li");
    let (target, cuts) = (key("box of li").key(), Vec::new());
    let revoke = Statement::Revoke { target, person: person("li"), cuts, key_use: KeyUse::Box };
    state(&mut founder, revoke);
    post(&mut founder, "all", "not for that box");
    meet(&mut li, &mut founder);
    assert_eq!(sealed_to(&founder, "li"), before);
    assert!(texts(&mut li, "all").is_empty());
    let refused = li.work(
        vec![Job::Command(
            (),
            Command::Post { group: "all".into(), text: "?".into(), reply_to: None },
        )],
        NOW,
    );
    assert!(matches!(refused.done.as_slice(), [((), Done::Reply(Err(_)))]));
}
