//! The ledger, seen from whoever asks: what was answered is found by the next one who reads, also
//! when the power goes in between.

use std::{collections::BTreeSet, path::Path};

use crdt::{
    genesis::{Genesis, RULES_VERSION},
    id::EnvelopeId,
    keys::Secret,
    time::{Bucket, ClaimedTime},
};

use super::super::{Done, Job, Ledger, Post, Rest, Rests, Worked};
use crate::{
    api::{Command, Reply},
    identity::{Identity, Seal},
    store::truth::tests::{Strict, allow_commits, allow_rows, refuse_commits, refuse_rows},
};

const NOW: ClaimedTime = ClaimedTime(2_901 * crdt::time::WEEK_MS);

fn key(number: u8) -> Secret {
    Secret::from_seed([number; 32])
}

fn genesis() -> Genesis {
    Genesis {
        root_keys: vec![key(1).key()],
        threshold: 1,
        salt: [9; 16],
        rules: RULES_VERSION,
        founded: Bucket(2_900),
    }
}

fn open(folder: &Path) -> Ledger {
    let identity = Identity {
        home: "5-301".to_owned(),
        person_name: "李".to_owned(),
        office: false,
        box_key: key(2),
        writer: key(3),
        sealed: Seal::bare(key(4)),
        person: Some(key(5).person()),
        earlier: Vec::new(),
        others: Vec::new(),
        copied: false,
    };
    Ledger::open(Some(folder), identity, genesis(), [7; 32]).expect("opens")
}

fn founded(folder: &Path) -> Ledger {
    let mut ledger = open(folder);
    ledger.begin_community(&[key(1)], &key(5), "测试", NOW).expect("founds");
    ledger
}

fn post(text: &str) -> Job<()> {
    Job::Command(
        (),
        Command::Post { group: "all".to_owned(), text: text.to_owned(), reply_to: None },
    )
}

fn log() -> Job<()> {
    Job::Command((), Command::Log { group: "all".to_owned(), last: 100, before: None })
}

/// Everything that is said in the answers of a log.
fn texts(worked: Worked<()>) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for (_, done) in worked.done {
        match done {
            Done::Reply(Ok(Reply::Log { messages })) => {
                all.push(messages.into_iter().map(|message| message.text).collect());
            }
            Done::Reply(Ok(Reply::Posted { .. })) => (),
            Done::Reply(other) => panic!("{other:?}"),
            _ => panic!("only commands were given"),
        }
    }
    all
}

#[test]
fn whoever_reads_finds_what_was_answered_before_although_lists_wait() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    assert_eq!(ledger.rests(), Rests::Never, "nothing was posted");
    let worked = ledger.work([post("one"), post("two")], NOW);
    assert!(worked.changes.groups.is_empty(), "the lists wait");
    assert_eq!(worked.written.len(), 2);
    assert_eq!(ledger.rests(), Rests::WhenQuiet);
    assert_eq!(texts(ledger.work([log()], NOW)), [["one", "two"]]);
    let mixed = ledger.work([post("three"), log(), post("four")], NOW);
    assert_eq!(texts(mixed), [["one", "two", "three", "four"]]);
    ledger.work([post("five")], NOW);
    let rested: Worked<()> = ledger.rest();
    assert_eq!(rested.changes.groups.len(), 1, "pages are told when the lists have caught up");
    assert_eq!(ledger.rests(), Rests::Never);
}

#[test]
fn lists_wait_for_no_more_once_a_neighbour_has_told_all_that_he_has() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    let told_all = |row| Job::Delivered((), key(7).key(), row);
    ledger.work([told_all(0)], NOW);
    assert_eq!(ledger.rests(), Rests::Never, "they are not behind");
    let row = ledger.work([post("one")], NOW).row;
    assert_eq!(ledger.rests(), Rests::WhenQuiet, "more may come");
    ledger.work([told_all(row)], NOW);
    assert_eq!(ledger.rests(), Rests::AtOnce);
    let rested: Worked<()> = ledger.rest();
    assert_eq!((rested.changes.groups.len(), ledger.rests()), (1, Rests::Never));
    ledger.work([post("two")], NOW);
    assert_eq!(ledger.rests(), Rests::WhenQuiet);
}

#[test]
fn what_was_answered_is_listed_after_a_power_cut() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    ledger.work([post("one")], NOW);
    assert_eq!(texts(ledger.work([log()], NOW)), [["one"]]);
    ledger.work([post("two"), post("three")], NOW);
    // Dropped as it is: the transaction of the last two was never committed.
    drop(ledger);
    let mut ledger = open(folder.path());
    assert_eq!(texts(ledger.work([log()], NOW)), [["one", "two", "three"]]);
    ledger.work([post("four")], NOW);
    assert_eq!(texts(ledger.work([log()], NOW)), [["one", "two", "three", "four"]]);
}

#[test]
fn a_neighbour_is_answered_before_the_lists_catch_up_and_commands_keep_their_order() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    ledger.work([post("one")], NOW);
    let unknown = EnvelopeId::from_bytes([7; 32]);
    let (at_once, rest) =
        ledger.work_off([log(), post("two"), Job::Lookup((), vec![unknown])], NOW);
    let [((), Done::Missing(missing))] = at_once.done.as_slice() else { panic!("he alone") };
    assert_eq!(*missing, [unknown]);
    assert_eq!(ledger.rests(), Rests::WhenQuiet, "the lists have not caught up yet");
    let later = ledger.conclude(rest);
    let order: Vec<bool> = later
        .done
        .iter()
        .map(|((), done)| matches!(done, Done::Reply(Ok(Reply::Posted { .. }))))
        .collect();
    assert_eq!(order, [false, true], "whoever looked first is answered first");
    assert_eq!(later.written.len(), 1);
    assert_eq!(texts(ledger.work([log()], NOW)), [["one", "two"]]);
}

#[test]
fn whose_a_box_is_is_known_before_its_neighbour_is_answered() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    let card = crate::store::truth::tests::village::everything(&ledger.truth);
    let known = || Job::Lookup((), vec![EnvelopeId::from_bytes([7; 32])]);
    let (at_once, rest) = ledger.work_off([known(), Job::Receive((), card.into()), known()], NOW);
    assert!(matches!(at_once.done.as_slice(), [((), Done::Missing(_))]), "the first question");
    let later = ledger.conclude(rest);
    let order = later.done.as_slice();
    assert!(matches!(order, [((), Done::Received(Some(_))), ((), Done::Missing(_))]));
}

/// The ids in the drawer of everybody's group, as a neighbour is told of them.
fn drawer_of_all(ledger: &mut Ledger) -> BTreeSet<EnvelopeId> {
    let (scope, bucket, _) = ledger
        .truth
        .read()
        .fullest_drawer_since(0, 100)
        .expect("reads")
        .expect("something is here");
    let mut listed = ledger.work([Job::List((), scope, bucket)], NOW).done;
    let Some(((), Done::Listed(_, _, items))) = listed.pop() else { panic!("a list") };
    items.into_iter().map(|it| it.id).collect()
}

#[test]
fn what_was_made_ready_for_a_neighbour_is_what_is_here_also_when_something_was_written_since() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    ledger.work([Job::Greet(())], NOW);
    assert!(ledger.ahead.is_none(), "nobody was ever met");
    let row = ledger.work([post("one")], NOW).row;
    ledger.work([Job::Delivered((), key(7).key(), row), Job::Greet(())], NOW);
    assert!(ledger.ahead.is_none(), "all is delivered");
    let posts = (2..9).map(|n| post(&format!("{n}")));
    ledger.work(posts, NOW);
    ledger.work([Job::Greet(())], NOW);
    assert!(ledger.ahead.is_some());
    let ready = drawer_of_all(&mut ledger);
    assert!(ledger.ahead.is_none(), "it was handed over");
    assert_eq!(ready, drawer_of_all(&mut ledger), "listed anew it is the same");
    ledger.work([Job::Greet(())], NOW);
    ledger.work([post("later")], NOW);
    assert_eq!(drawer_of_all(&mut ledger).len(), ready.len() + 1, "the old list is not told");
}

#[test]
fn what_was_made_ready_is_forgotten_with_a_batch_that_the_disk_did_not_take() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    let row = ledger.work([post("one")], NOW).row;
    ledger.work([Job::Delivered((), key(7).key(), row)], NOW);
    ledger.work([post("two")], NOW);
    ledger.work([Job::Greet(())], NOW);
    assert!(ledger.ahead.is_some());
    let _: Worked<()> = ledger.rest();
    let disk = rusqlite::Connection::open(folder.path().join("truth.db")).expect("opens");
    refuse_commits(&disk);
    ledger.sync_with(Strict::broken());
    let mut worked = ledger.work([post("three")], NOW);
    assert!(matches!(worked.done.pop(), Some(((), Done::Reply(Err(_))))), "it was not saved");
    assert!(ledger.ahead.is_none());
}

/// Was each of them posted?
fn posted(worked: &Worked<()>) -> Vec<bool> {
    let is_posted = |((), done): &((), Done)| matches!(done, Done::Reply(Ok(Reply::Posted { .. })));
    worked.done.iter().map(is_posted).collect()
}

/// A ledger whose database holds one post, and another way to its file.
fn with_its_file(folder: &Path) -> (Ledger, rusqlite::Connection) {
    let mut ledger = founded(folder);
    ledger.work([post("before")], NOW);
    let _: Worked<()> = ledger.rest();
    (ledger, rusqlite::Connection::open(folder.join("truth.db")).expect("opens"))
}

/// A post that the disk has, and nobody has waited for.
fn laid(ledger: &mut Ledger, text: &str) -> Rest<()> {
    let mut laid = ledger.decide_all([post(text)], NOW);
    assert!(ledger.lay(&mut laid), "a post and nothing else");
    laid
}

#[test]
fn posts_are_decided_while_others_are_synced_and_answered_when_they_are_safe() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    let before = ledger.row();
    let laid = ["one", "two"].map(|text| laid(&mut ledger, text));
    let mut next = ledger.decide_all([post("three"), log()], NOW);
    assert!(!ledger.lay(&mut next), "somebody wants to look");
    for (at, laid) in (1..).zip(laid) {
        let worked = ledger.conclude_laid(laid);
        assert_eq!((posted(&worked), worked.written.len()), (vec![true], 1));
        assert_eq!(worked.row, before + at, "what was decided since is not durable yet");
    }
    let (worked, rest) = ledger.save_off(next);
    assert!(worked.done.is_empty());
    let later = ledger.conclude(rest);
    assert_eq!(later.written.len() + worked.written.len(), 1);
    assert_eq!(texts(later), [["one", "two", "three"]]);
}

#[test]
fn where_the_sync_beside_the_ledger_fails_posts_are_committed_in_the_database() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    ledger.sync_with(Strict::broken());
    let laid = ["one", "two"].map(|text| laid(&mut ledger, text));
    let next = ledger.decide_all([post("three")], NOW);
    for laid in laid {
        assert_eq!(posted(&ledger.conclude_laid(laid)), [true]);
    }
    assert_eq!(posted(&ledger.save_off(next).0), [false; 0]);
    drop(ledger);
    let mut ledger = open(folder.path());
    assert_eq!(texts(ledger.work([log()], NOW)), [["one", "two", "three"]]);
}

#[test]
fn where_that_fails_too_nobody_is_told_that_it_was_saved_and_nothing_is_kept() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let (mut ledger, disk) = with_its_file(folder.path());
    refuse_commits(&disk);
    ledger.sync_with(Strict::broken());
    let before = ledger.row();
    let laid = ["one", "two"].map(|text| laid(&mut ledger, text));
    let next = ledger.decide_all([post("three")], NOW);
    for laid in laid {
        let worked = ledger.conclude_laid(laid);
        assert_eq!((posted(&worked), worked.written.len(), worked.row), (vec![false], 0, before));
    }
    let (worked, rest) = ledger.save_off(next);
    let later = ledger.conclude(rest);
    assert_eq!((posted(&later), worked.written.len() + later.written.len()), (vec![false], 0));
    allow_commits(&disk);
    assert_eq!(posted(&ledger.work([post("four")], NOW)), [true]);
    drop(ledger);
    let mut ledger = open(folder.path());
    assert_eq!(texts(ledger.work([log()], NOW)), [["before", "four"]]);
}

#[test]
fn a_neighbour_is_not_asked_for_what_was_said_here_where_its_row_could_not_be_given() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let (mut ledger, disk) = with_its_file(folder.path());
    refuse_rows(&disk, "ABORT");
    let laid = laid(&mut ledger, "said");
    let said = ledger.conclude_laid(laid).written[0].id();
    let decided = ledger.decide_all([Job::Lookup((), vec![said])], NOW);
    let (worked, _) = ledger.save_off(decided);
    let Some(((), Done::Missing(missing))) = worked.done.first() else { panic!("an answer") };
    assert_eq!(missing, &[]);
    allow_rows(&disk);
    assert_eq!(texts(ledger.work([log()], NOW)), [["before", "said"]]);
}

#[test]
fn what_was_packed_by_whoever_posts_it_is_the_same_message() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut ledger = founded(folder.path());
    let say = |text: &str| Job::Post((), Post::new("all".to_owned(), text.to_owned(), None));
    assert_eq!(posted(&ledger.work([say("one"), post("two"), say("three")], NOW)), [true; 3]);
    assert_eq!(posted(&ledger.work([say("")], NOW)), [false], "refused as ever");
    drop(ledger);
    assert_eq!(texts(open(folder.path()).work([log()], NOW)), [["one", "two", "three"]]);
}
