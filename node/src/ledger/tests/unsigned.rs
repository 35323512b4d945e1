//! Posts that were answered and not signed yet when the power went: which keys are there afterwards.

use std::fs;

use super::*;
use crate::{
    identity::{self, IDENTITY},
    store::truth::tests::Strict,
};

/// Chen's home on a disk, with the key file in it.
struct Home {
    folder: tempfile::TempDir,
    ledger: Ledger,
}

impl Home {
    fn of_chen() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        identity::keep_identity(folder.path(), &identity("Chen")).expect("kept");
        let mut ledger = founded(Some(folder.path()));
        ledger.truth.sync_with(Box::<Strict>::default());
        ask(&mut ledger, post("the first of a chain is signed at once"));
        ledger.rest::<()>();
        Self { folder, ledger }
    }

    /// Posts one line, which is answered once the disk has it.
    fn post(&mut self, command: Command) {
        let job = Job::Command((), command);
        let mut decided = self.ledger.decide_all(vec![job], NOW);
        assert!(self.ledger.lay(&mut decided), "one post and nothing else");
        let mut worked = self.ledger.conclude_laid(decided);
        let Some(((), Done::Reply(Ok(Reply::Posted { .. })))) = worked.done.pop() else {
            panic!("it is posted")
        };
    }

    /// What a power cut leaves, in another folder.
    fn after_a_power_cut(&self) -> tempfile::TempDir {
        let left = tempfile::tempdir().expect("a folder");
        for name in ["truth.db", "truth.db-wal", "truth.db-daybook", IDENTITY] {
            let from = self.folder.path().join(name);
            if from.exists() {
                fs::copy(from, left.path().join(name)).expect("copies");
            }
        }
        left
    }
}

/// What the home in this folder shows, with the keys of its key file.
fn texts_in(folder: &Path) -> Vec<String> {
    let mine = identity::read_identity(folder).expect("reads").expect("is there");
    let mut ledger = Ledger::open(Some(folder), mine, genesis(), [1; 32]).expect("opens");
    let log = Command::Log { group: "all".into(), last: 9, before: None };
    let Reply::Log { messages } = ask(&mut ledger, log) else { panic!("a log") };
    messages.into_iter().skip(1).map(|message| message.text).collect()
}

#[test]
fn they_are_signed_with_the_key_of_the_key_file() {
    let mut home = Home::of_chen();
    for text in ["one", "two"] {
        home.post(post(text));
    }
    assert_eq!(texts_in(home.after_a_power_cut().path()), ["one", "two"]);
}

#[test]
fn lists_that_are_made_anew_show_them() {
    let mut home = Home::of_chen();
    for text in ["one", "two"] {
        home.post(post(text));
    }
    let left = home.after_a_power_cut();
    rebuild(left.path(), identity("Chen"), genesis()).expect("makes them anew");
    assert_eq!(texts_in(left.path()), ["one", "two"]);
}

#[test]
fn fresh_keys_in_the_middle_of_a_batch_leave_none_of_them_behind() {
    let mut home = Home::of_chen();
    for text in ["one", "two"] {
        home.post(post(text));
    }
    home.ledger.truth.begin().expect("begins");
    home.ledger.found_a_copy();
    assert_ne!(home.ledger.identity.writer.key(), identity("Chen").writer.key());
    let left = home.after_a_power_cut();
    let kept = identity::read_identity(left.path()).expect("reads").expect("is there");
    assert_eq!(kept.writer.key(), home.ledger.identity.writer.key(), "the key file has it already");
    assert_eq!(texts_in(left.path()), ["one", "two"]);
}

#[test]
fn whose_key_could_not_be_kept_is_signed_for_at_once() {
    let mut home = Home::of_chen();
    let in_the_way = home.folder.path().join(format!("{IDENTITY}.new"));
    fs::create_dir(&in_the_way).expect("stands in the way");
    let moves_in = Command::ResidentAdd { name: "Grandma".into(), link: None };
    let (done, _) = work(&mut home.ledger, Job::Command((), moves_in));
    assert!(matches!(done, Done::Reply(Err(_))), "the key file could not be written");
    let says = |text: &str| Command::As { person: "Grandma".into(), command: Box::new(post(text)) };
    ask(&mut home.ledger, says("the first of her chain"));
    home.ledger.rest::<()>();
    for text in ["one", "two"] {
        home.post(says(text));
    }
    let left = home.after_a_power_cut();
    assert_eq!(texts_in(left.path()), ["the first of her chain", "one", "two"]);
    fs::remove_dir(&in_the_way).expect("is out of the way");
}
