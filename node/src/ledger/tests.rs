//! The ledger by itself: what it says when a file fails, whom it lets in, and what one member can
//! make it do.

mod busy;
mod doors;
mod files;
mod gaps;
mod lists;
mod look;
mod once;
mod seen;
mod unsigned;
mod vaults;
mod wall;

use crdt::{
    body::Talk,
    genesis::{Genesis, RULES_VERSION},
    id::EnvelopeId,
    invitation::Invitation,
    keys::Secret,
    time::{Bucket, ClaimedTime},
};

use super::{
    job::{Done, Job},
    *,
};
use crate::{api::RoleWord, identity::Seal};

const NOW: ClaimedTime = ClaimedTime(1_750_000_000_000);

fn key(what: &str, of: &str) -> Secret {
    Secret::from_seed(*blake3::hash(format!("{what} of {of}").as_bytes()).as_bytes())
}

fn identity(name: &str) -> Identity {
    Identity {
        home: format!("{name}'s home"),
        person_name: name.into(),
        office: false,
        box_key: key("box", name),
        writer: key("writer", name),
        sealed: Seal::bare(key("sealed", name)),
        person: Some(key("paper", name).person()),
        earlier: Vec::new(),
        others: Vec::new(),
        copied: false,
    }
}

fn genesis() -> Genesis {
    Genesis {
        root_keys: vec![key("root", "all").key()],
        threshold: 1,
        salt: [7; 16],
        rules: RULES_VERSION,
        founded: Bucket::week_of(NOW),
    }
}

/// A community that Chen has founded, kept in `folder` or in memory.
pub(crate) fn founded(folder: Option<&Path>) -> Ledger {
    let mut ledger = Ledger::open(folder, identity("Chen"), genesis(), [1; 32]).expect("opens");
    let (root, paper) = (key("root", "all"), key("paper", "Chen"));
    ledger.begin_community(&[root], &paper, "Happy Lane", NOW).expect("founds");
    ledger
}

/// Somebody's ledger after he walked through a door, and his introduction.
fn newcomer(name: &str, door: &Invitation) -> (Ledger, Vec<Envelope>) {
    let mut ledger = Ledger::open(None, identity(name), genesis(), [2; 32]).expect("opens");
    ledger.walk_in(door, &key("paper", name), NOW).expect("walks in");
    let introduction = ledger.introduction().expect("reads");
    (ledger, introduction)
}

/// Lets a ledger do one thing.
pub(super) fn work(ledger: &mut Ledger, job: Job<()>) -> (Done, Worked<()>) {
    let mut worked = ledger.work(vec![job], NOW);
    let ((), done) = worked.done.pop().expect("one job, one answer");
    (done, worked)
}

fn ask(ledger: &mut Ledger, command: Command) -> Reply {
    match work(ledger, Job::Command((), command)).0 {
        Done::Reply(reply) => reply.expect("it may"),
        _ => panic!("a command has a reply"),
    }
}

fn post(text: &str) -> Command {
    Command::Post { group: "all".into(), text: text.into(), reply_to: None }
}

fn a_ride() -> Command {
    let (title, details) = ("a ride".into(), String::new());
    Command::Ask {
        group: None,
        title,
        details,
        urgent: false,
        private: crate::api::Private::default(),
    }
}

/// `to` gets all that `from` holds, and its turn to hand on keys.
fn everything_to(from: &Ledger, to: &mut Ledger) {
    let all = crate::store::truth::tests::village::everything(&from.truth);
    work(to, Job::Receive((), all.into()));
    work(to, Job::Turn(()));
}

/// Chen, whose ride it is, and Bao, whom she let in; both know of it, under this id.
fn neighbours_with_a_ride() -> (Ledger, Ledger, String) {
    let mut chen = founded(None);
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Reply::Invite { link } = ask(&mut chen, invite) else { panic!("a link") };
    let (mut bao, _) = newcomer("Bao", &Invitation::from_link(&link).expect("a sound link"));
    let Reply::Asked { id, .. } = ask(&mut chen, a_ride()) else { panic!("it is asked") };
    for _ in 0..3 {
        everything_to(&bao, &mut chen);
        everything_to(&chen, &mut bao);
    }
    (chen, bao, id.to_hex())
}

/// Writes as the ledger's own person, in one transaction, whatever a command would allow.
fn write(ledger: &mut Ledger, bodies: impl IntoIterator<Item = Body>) {
    let group = ledger.truth.roster().groups().remove(0);
    let scope = group.id.scope();
    let auth = ledger.truth.roster().best_auth(ledger.person().expect("a person"), scope);
    ledger.truth.begin().expect("begins");
    for body in bodies {
        ledger.write(body, scope, Deps::Subject, auth).expect("writes");
    }
    ledger.truth.commit().expect("commits");
    ledger.catch_up().expect("catches up");
}

#[test]
fn what_the_truth_has_is_saved_although_the_lists_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = founded(Some(folder.path()));
    let before = ledger.row();
    ledger.views.tamper("ALTER TABLE applied RENAME TO gone");
    let (done, worked) = work(&mut ledger, Job::Command((), a_ride()));
    assert!(matches!(done, Done::Reply(Ok(Reply::Asked { .. }))), "it is in the truth");
    assert!(!worked.written.is_empty(), "neighbours get it, and it counts when they compare");
    assert!(worked.row > before);
    ledger.views.tamper("ALTER TABLE gone RENAME TO applied");
    drop(ledger);
    let mut again =
        Ledger::open(Some(folder.path()), identity("Chen"), genesis(), [1; 32]).expect("opens");
    let Reply::Requests { requests } = ask(&mut again, Command::Requests { all: true }) else {
        panic!("requests")
    };
    assert_eq!(requests.len(), 1, "the lists have caught up");
}

#[test]
fn lists_that_cannot_be_read_are_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = founded(Some(folder.path()));
    ask(&mut ledger, post("the power is out"));
    drop(ledger);
    std::fs::write(folder.path().join(VIEWS_FILE), [0x5a; 9_000]).expect("breaks the lists");
    let mut again =
        Ledger::open(Some(folder.path()), identity("Chen"), genesis(), [1; 32]).expect("opens");
    let log = Command::Log { group: "all".into(), last: 9, before: None };
    let Reply::Log { messages } = ask(&mut again, log) else { panic!("a log") };
    assert_eq!(messages.len(), 1);
}

#[test]
fn a_name_that_the_disk_did_not_take_is_nobodys() {
    let mut ledger = founded(None);
    let net = |to: &str| Command::Name(crate::api::NameCommand::Net { to: to.into() });
    ledger.truth.begin().expect("begins");
    let plans = ["Rose", "Lily"].map(|to| ledger.attempt(net(to)));
    assert_eq!(ledger.identity().person_name, "Lily");
    ledger.truth.rollback().expect("nothing of it is kept");
    plans.iter().rev().for_each(|plan| ledger.take_back(plan));
    ledger.keys.forget();
    assert_eq!(ledger.identity().person_name, "Chen");
    let Reply::Name(page) = ask(&mut ledger, net("Rose")) else { panic!("names") };
    assert_eq!((page.net.as_str(), ledger.identity().person_name.as_str()), ("Rose", "Rose"));
}

#[test]
fn whoever_founds_or_enters_a_group_is_told_which() {
    let mut ledger = founded(None);
    let found = |name: &str| {
        let (kind, vouches) = (crate::api::GroupKindWord::Open, 0);
        Command::GroupNew {
            name: name.into(),
            kind,
            vouches,
            terms: crate::api::GroupTerms::default(),
        }
    };
    let Reply::Group(made) = ask(&mut ledger, found("Building 5")) else { panic!("a group") };
    assert_eq!((made.name.as_str(), made.members), ("Building 5", 1));
    let enter = Command::GroupJoin { group: "Building 5".into() };
    let Reply::Group(entered) = ask(&mut ledger, enter) else { panic!("a group") };
    assert_eq!(entered.id, made.id);
    // Another group of that name takes nothing away from everybody's.
    ask(&mut ledger, found("all"));
    ask(&mut ledger, post("to everybody"));
    let Reply::Groups { groups } = ask(&mut ledger, Command::Groups) else { panic!("groups") };
    assert_eq!(groups.iter().map(|group| group.messages).collect::<Vec<_>>(), [1, 0, 0]);
}
