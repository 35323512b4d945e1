//! The daybook: power that goes between the daybook's sync and the database's commit.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crdt::{id::EnvelopeId, judge::Fate, keys::Secret, secrets::Keyring};

use super::{
    super::{Ticket, Truth},
    Strict, allow_commits, allow_rows, fate, refuse_commits, refuse_rows, snapshot,
    village::{Person, Village, genesis},
};

/// A home on a disk of its own, with somebody who posts.
pub(super) struct Desk {
    pub folder: tempfile::TempDir,
    pub village: Village,
    pub li: Person,
    pub join: EnvelopeId,
    pub truth: Truth,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let li = Person::named("li");
        let mut truth = open_as(folder.path(), std::slice::from_ref(&li.device));
        truth.sync_with(Box::<Strict>::default());
        let village = Village::found_in(&mut truth);
        let join = village.welcome(&mut truth, &li);
        Self { folder, village, li, join, truth }
    }

    /// Writes one line, whose row can wait.
    pub fn say(&mut self, text: &str) -> EnvelopeId {
        self.truth.defer_rows(true);
        let said = self.village.say(&mut self.truth, &self.li, self.join, text).id();
        self.truth.defer_rows(false);
        said
    }

    /// Posts one line, saved in the daybook.
    pub fn post(&mut self, text: &str) -> EnvelopeId {
        self.truth.begin().expect("begins");
        let said = self.say(text);
        self.truth.save().expect("saves");
        said
    }

    /// The same, but nobody has waited for the disk.
    pub fn lay(&mut self, text: &str) -> (EnvelopeId, Ticket) {
        self.truth.begin().expect("begins");
        let said = self.say(text);
        (said, self.truth.lay().expect("an envelope and nothing else"))
    }

    /// What a power cut leaves: the files as they are now, found by another process.
    pub fn after_a_power_cut(&self) -> Found {
        let left = tempfile::tempdir().expect("a folder for the test");
        for name in ["truth.db", "truth.db-wal", "truth.db-daybook"] {
            let from = self.folder.path().join(name);
            if from.exists() {
                fs::copy(from, left.path().join(name)).expect("copies");
            }
        }
        Found(left)
    }

    pub fn daybook(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("truth.db-daybook")).expect("reads")
    }
}

pub(super) struct Found(tempfile::TempDir);

impl Found {
    pub fn write_daybook(&self, bytes: &[u8]) {
        fs::write(self.0.path().join("truth.db-daybook"), bytes).expect("writes");
    }

    pub fn open(&self) -> Truth {
        self.open_as(&[Person::named("li").device])
    }

    /// The same where the key file has these.
    pub fn open_as(&self, kept: &[Secret]) -> Truth {
        open_as(self.0.path(), kept)
    }

    /// Files that hold what nobody could sign.
    pub fn aside(&self) -> Vec<PathBuf> {
        let files =
            fs::read_dir(self.0.path()).expect("a folder").map(|it| it.expect("reads").path());
        let is_aside = |it: &PathBuf| it.to_string_lossy().contains("-daybook-");
        files.filter(is_aside).collect()
    }
}

fn open_as(folder: &Path, kept: &[Secret]) -> Truth {
    let keyring = Keyring::new(genesis(1).id(), Vec::new());
    Truth::open_with(Some(&path_in(folder)), &genesis(1), keyring, kept).expect("opens")
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join("truth.db")
}

pub(super) fn holds(truth: &Truth, ids: &[EnvelopeId]) -> Vec<bool> {
    ids.iter().map(|id| truth.read().holds(id).expect("reads")).collect()
}

#[test]
fn what_was_saved_in_the_daybook_alone_is_there_after_a_power_cut() {
    let mut desk = Desk::new();
    let before = desk.truth.read().last_row().expect("reads");
    let said: Vec<EnvelopeId> = (0..20).map(|at| desk.post(&format!("line {at}"))).collect();
    let now = desk.truth.fingerprint(&desk.village.scope());
    let found = desk.after_a_power_cut();
    {
        // Without its daybook the database knows nothing of them: they were nowhere else.
        let bare = desk.after_a_power_cut();
        bare.write_daybook(&[]);
        assert_eq!(bare.open().read().last_row().expect("reads"), before);
    }
    let truth = found.open();
    assert_eq!(holds(&truth, &said), [true; 20]);
    assert_eq!(truth.fingerprint(&desk.village.scope()), now, "the fingerprint moved with them");
    assert_eq!(truth.read().integrity_check().expect("reads"), Vec::<String>::new());
    for id in &said {
        assert_eq!(fate(&truth, id).0, Fate::Accepted);
    }
    let rows = |truth: &Truth| -> Vec<i64> {
        said.iter()
            .map(|id| truth.read().verdict(id).expect("reads").expect("is held").row)
            .collect()
    };
    assert_eq!(rows(&truth), rows(&desk.truth), "in the order in which they were written");
    let mut truth = truth;
    let next = desk.village.say(&mut truth, &desk.li, desk.join, "next");
    assert_eq!(next.header().prev.as_ref(), said.last(), "the chain goes on where it was saved");
}

#[test]
fn a_daybook_that_is_cut_off_anywhere_gives_the_entries_before_the_cut() {
    let mut desk = Desk::new();
    let said: Vec<EnvelopeId> = (0..3).map(|at| desk.post(&format!("line {at}"))).collect();
    let whole = desk.daybook();
    let used = whole.len() - whole.iter().rev().take_while(|byte| **byte == 0).count();
    let mut last = 0;
    for cut in (0..=used).step_by(7).chain([used]) {
        let found = desk.after_a_power_cut();
        found.write_daybook(&whole[..cut]);
        let here = holds(&found.open(), &said);
        let count = here.iter().filter(|here| **here).count();
        assert!(here[..count].iter().all(|here| *here), "no gap: {here:?} at {cut}");
        assert!(count >= last, "never fewer with more bytes");
        last = count;
    }
    assert_eq!(last, 3);
    for at in (0..used).step_by(31) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        let found = desk.after_a_power_cut();
        found.write_daybook(&bytes);
        let here = holds(&found.open(), &said);
        assert!(here.is_sorted_by(|a, b| a >= b) && here != [true; 3], "{here:?} at {at}");
    }
}

#[test]
fn a_daybook_begins_again_and_old_entries_do_no_harm() {
    let mut desk = Desk::new();
    let first = [desk.post("one"), desk.post("two"), desk.post("three")];
    let old = desk.daybook();
    desk.truth.flush().expect("commits");
    let second = desk.post("four");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[first[2], second]), [true, true]);
    desk.truth.keep("peer/1", b"192.168.1.7").expect("a note is committed at once");
    let found = desk.after_a_power_cut();
    found.write_daybook(&old);
    let truth = found.open();
    assert_eq!(
        truth.fingerprint(&desk.village.scope()),
        desk.truth.fingerprint(&desk.village.scope())
    );
    assert_eq!(holds(&truth, &[first[0], second]), [true, true]);
    assert!(truth.read().kept("peer/1").expect("reads").is_some());
}

#[test]
fn a_daybook_of_another_community_says_nothing() {
    let mut desk = Desk::new();
    let said = desk.post("ours");
    let theirs = tempfile::tempdir().expect("a folder for the test");
    drop(Truth::open(Some(&path_in(theirs.path())), &genesis(2), Vec::new()).expect("opens"));
    fs::write(theirs.path().join("truth.db-daybook"), desk.daybook()).expect("writes");
    let truth = Truth::open(Some(&path_in(theirs.path())), &genesis(2), Vec::new()).expect("opens");
    assert_eq!(holds(&truth, &[said]), [false]);
}

#[test]
fn more_than_the_daybook_takes_is_committed_in_the_database() {
    let mut desk = Desk::new();
    let long = "水位上涨 the water is rising ".repeat(250);
    let said: Vec<EnvelopeId> = (0..120).map(|_| desk.post(&long)).collect();
    assert_eq!(holds(&desk.after_a_power_cut().open(), &said), [true; 120]);
}

#[test]
fn a_refused_job_leaves_nothing_in_the_daybook_and_a_rollback_only_its_batch() {
    let mut desk = Desk::new();
    let saved = desk.post("saved");
    desk.truth.begin().expect("begins");
    let kept = desk.village.say(&mut desk.truth, &desk.li, desk.join, "kept");
    desk.truth.savepoint().expect("opens");
    let refused = desk.village.say(&mut desk.truth, &desk.li, desk.join, "refused");
    desk.truth.undo_savepoint().expect("undoes");
    desk.truth.save().expect("saves");
    desk.truth.begin().expect("begins");
    let given_up = desk.village.say(&mut desk.truth, &desk.li, desk.join, "given up");
    desk.truth.rollback().expect("rolls back");
    let ids = [saved, kept.id(), refused.id(), given_up.id()];
    assert_eq!(holds(&desk.truth, &ids), [true, true, false, false]);
    assert_eq!(holds(&desk.after_a_power_cut().open(), &ids), [true, true, false, false]);
    let next = desk.post("next");
    let found = desk.after_a_power_cut().open();
    let next = found.read().verdict(&next).expect("reads").expect("is held");
    assert_eq!(next.header.prev, Some(kept.id()));
}

#[test]
fn a_database_that_fails_after_the_daybook_loses_nothing_that_was_saved() {
    let mut desk = Desk::new();
    let said = [desk.post("one"), desk.post("two")];
    // What SQLite does by itself when a disk fails in the middle.
    desk.truth.db.execute_batch("ROLLBACK").expect("undoes");
    desk.truth.undone = true;
    let third = desk.post("three");
    assert_eq!(holds(&desk.truth, &said), [true, true]);
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[said[0], said[1], third]), [true; 3]);
}

#[test]
fn a_daybook_that_cannot_be_written_costs_speed_and_no_words() {
    let mut desk = Desk::new();
    fs::create_dir(desk.folder.path().join("truth.db-daybook")).expect("stands in the way");
    let said = desk.post("committed in the database");
    let left = tempfile::tempdir().expect("a folder for the test");
    for name in ["truth.db", "truth.db-wal"] {
        fs::copy(desk.folder.path().join(name), left.path().join(name)).expect("copies");
    }
    assert_eq!(holds(&Found(left).open(), &[said]), [true]);
}

#[test]
fn what_was_laid_counts_once_it_is_safe_and_the_next_is_laid_meanwhile() {
    let mut desk = Desk::new();
    let (laid, first) = desk.lay("laid");
    let (next, second) = desk.lay("next");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, next]), [false, false]);
    desk.truth.finish(first).expect("is safe");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, next]), [true, false]);
    desk.truth.finish(second).expect("is safe");
    desk.truth.finish(first).expect("long since");
    let last = desk.post("last");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, next, last]), [true; 3]);
    desk.truth.give_rows().expect("writes");
    assert_eq!(holds(&desk.truth, &[laid, next, last]), [true; 3]);
}

#[test]
fn what_could_not_be_synced_is_committed_in_the_database() {
    for is_begun in [false, true] {
        let mut desk = Desk::new();
        desk.truth.sync_with(Strict::broken());
        let (laid, first) = desk.lay("laid");
        let (next, second) = desk.lay("next");
        if is_begun {
            desk.truth.begin().expect("begins meanwhile");
            desk.say("begun");
        }
        desk.truth.finish(first).expect("the database takes it");
        let bare = desk.after_a_power_cut();
        bare.write_daybook(&[]);
        assert_eq!(holds(&bare.open(), &[laid, next]), [true, true]);
        desk.truth.finish(second).expect("it took the next one with it");
        if is_begun {
            desk.truth.save().expect("saves");
        }
        let last = desk.post("last");
        assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, next, last]), [true; 3]);
    }
}

#[test]
fn what_could_be_neither_synced_nor_committed_does_not_come_back_beside_what_was_said_instead() {
    for is_seen_at_once in [false, true] {
        let mut desk = Desk::new();
        let before = desk.post("before");
        desk.truth.sync_with(Strict::broken());
        let disk = rusqlite::Connection::open(path_in(desk.folder.path())).expect("opens");
        desk.truth.flush().expect("commits");
        refuse_commits(&disk);
        let (laid, first) = desk.lay("laid");
        let (next, second) = desk.lay("next");
        assert!(desk.truth.finish(first).is_err());
        let found = desk.after_a_power_cut().open();
        assert_eq!(
            holds(&found, &[before, laid, next]),
            [true, false, false],
            "struck out at once"
        );
        if is_seen_at_once {
            assert!(desk.truth.finish(second).is_err());
        }
        allow_commits(&disk);
        let instead = desk.post("instead");
        assert!(desk.truth.finish(second).is_err(), "also later on");
        let ids = [before, laid, next, instead];
        assert_eq!(holds(&desk.after_a_power_cut().open(), &ids), [true, false, false, true]);
    }
}

#[test]
fn what_is_committed_while_something_is_under_way_takes_that_with_it() {
    let mut desk = Desk::new();
    let (laid, ticket) = desk.lay("laid");
    desk.truth.keep("peer/1", b"192.168.1.7").expect("a note is committed at once");
    let bare = desk.after_a_power_cut();
    bare.write_daybook(&[]);
    assert_eq!(holds(&bare.open(), &[laid]), [true]);
    let (next, later) = desk.lay("next");
    desk.truth.finish(ticket).expect("is safe");
    desk.truth.finish(later).expect("is safe");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, next]), [true, true]);
}

#[test]
fn a_batch_that_is_given_up_takes_nothing_with_it_that_is_under_way() {
    for broken in [false, true] {
        let mut desk = Desk::new();
        if broken {
            desk.truth.sync_with(Strict::broken());
        }
        let (laid, ticket) = desk.lay("laid");
        desk.truth.begin().expect("begins");
        let given_up = desk.say("given up");
        desk.truth.rollback().expect("rolls back");
        assert_eq!(desk.truth.finish(ticket).is_ok(), !broken);
        let next = desk.post("next");
        let ids = [laid, given_up, next];
        assert_eq!(holds(&desk.truth, &ids), [!broken, false, true]);
        assert_eq!(holds(&desk.after_a_power_cut().open(), &ids), [!broken, false, true]);
    }
}

#[test]
fn what_is_safe_stays_so_where_the_disk_breaks_behind_it() {
    let mut desk = Desk::new();
    desk.post("first");
    desk.truth.flush().expect("commits");
    desk.truth.sync_with(Strict::broken_behind(1));
    let disk = rusqlite::Connection::open(path_in(desk.folder.path())).expect("opens");
    refuse_commits(&disk);
    let (safe, first) = desk.lay("safe");
    let (lost, second) = desk.lay("lost");
    assert!(desk.truth.finish(second).is_err());
    desk.truth.finish(first).expect("that one is in the daybook");
    allow_commits(&disk);
    let instead = desk.post("instead");
    let ids = [safe, lost, instead];
    assert_eq!(holds(&desk.truth, &ids), [true, false, true]);
    assert_eq!(holds(&desk.after_a_power_cut().open(), &ids), [true, false, true]);
}

#[test]
fn what_is_safe_stays_so_where_a_batch_is_given_up_and_the_disk_breaks_behind_it() {
    let mut desk = Desk::new();
    desk.truth.sync_with(Strict::broken_behind(1));
    let (safe, first) = desk.lay("safe");
    let (lost, second) = desk.lay("lost");
    desk.truth.begin().expect("begins");
    desk.truth.rollback().expect("rolls back");
    desk.truth.finish(first).expect("the disk took it");
    assert!(desk.truth.finish(second).is_err());
    let ids = [safe, lost];
    assert_eq!(holds(&desk.truth, &ids), [true, false]);
    assert_eq!(holds(&desk.after_a_power_cut().open(), &ids), [true, false]);
}

#[test]
fn a_row_that_cannot_be_given_is_not_forgotten_with_the_next_commit() {
    for how in ["ABORT", "ROLLBACK"] {
        for gives in [Truth::give_rows, |truth: &mut Truth| truth.give_a_row().map(|_| ())] {
            let mut desk = Desk::new();
            let first = desk.post("first");
            desk.truth.flush().expect("commits");
            let disk = rusqlite::Connection::open(path_in(desk.folder.path())).expect("opens");
            refuse_rows(&disk, how);
            let laid = ["one", "two"].map(|text| {
                let (id, ticket) = desk.lay(text);
                desk.truth.finish(ticket).expect("is safe, and answered");
                id
            });
            assert!(gives(&mut desk.truth).is_err());
            // Whoever tries again puts nothing beside the transaction.
            let _ = gives(&mut desk.truth);
            assert!(desk.truth.flush().is_err(), "nothing is committed without them");
            assert!(desk.truth.begin().is_err());
            let ids = [first, laid[0], laid[1]];
            allow_rows(&disk);
            assert_eq!(holds(&desk.after_a_power_cut().open(), &ids), [true; 3]);
            let last = desk.post("last");
            assert_eq!(holds(&desk.truth, &ids), [true; 3]);
            let last = desk.truth.read().verdict(&last).expect("reads").expect("is held");
            assert_eq!(last.header.prev, Some(laid[1]));
            assert_eq!(desk.truth.read().integrity_check().expect("reads"), Vec::<String>::new());
        }
    }
}

#[test]
fn rows_are_given_one_by_one_or_all_at_once_and_the_same_comes_of_it() {
    let mut desks = [(); 3].map(|()| Desk::new());
    // The first of a chain is never deferred.
    for desk in &mut desks {
        desk.post("first");
    }
    let [mut one_by_one, mut all_at_once, mut never_deferred] = desks;
    let mut said = Vec::new();
    for text in ["one", "two", "three", "four"] {
        let (id, ticket) = one_by_one.lay(text);
        one_by_one.truth.finish(ticket).expect("is safe");
        if text != "one" {
            assert!(one_by_one.truth.give_a_row().expect("writes"));
        }
        said.push(id);
    }
    assert!(one_by_one.truth.give_a_row().expect("writes"), "it was one behind");
    assert!(!one_by_one.truth.give_a_row().expect("writes"));
    for text in ["one", "two", "three", "four"] {
        all_at_once.lay(text);
        never_deferred.truth.begin().expect("begins");
        let desk = &mut never_deferred;
        desk.village.say(&mut desk.truth, &desk.li, desk.join, text);
        desk.truth.save().expect("saves");
    }
    all_at_once.truth.give_rows().expect("writes");
    let snapshots = [one_by_one, all_at_once, never_deferred].map(|mut desk| {
        assert_eq!(holds(&desk.truth, &said), [true; 4]);
        let next = desk.post("next");
        let next = desk.truth.read().verdict(&next).expect("reads").expect("is held");
        assert_eq!(next.header.prev.as_ref(), said.last());
        snapshot(&desk.truth)
    });
    assert_eq!(snapshots[0], snapshots[2]);
    assert_eq!(snapshots[1], snapshots[2]);
}
