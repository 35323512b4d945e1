//! The daybook: power that goes between the daybook's sync and the database's commit.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crdt::{id::EnvelopeId, judge::Fate};

use super::{
    super::Truth,
    Strict, allow_commits, fate, refuse_commits,
    village::{Person, Village, genesis},
};

/// A home on a disk of its own, with somebody who posts.
struct Desk {
    folder: tempfile::TempDir,
    village: Village,
    li: Person,
    join: EnvelopeId,
    truth: Truth,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut truth =
            Truth::open(Some(&path_in(folder.path())), &genesis(1), Vec::new()).expect("opens");
        truth.sync_with(Box::<Strict>::default());
        let village = Village::found_in(&mut truth);
        let li = Person::named("li");
        let join = village.welcome(&mut truth, &li);
        Self { folder, village, li, join, truth }
    }

    /// Posts one line, saved in the daybook.
    fn post(&mut self, text: &str) -> EnvelopeId {
        self.truth.begin().expect("begins");
        let said = self.village.say(&mut self.truth, &self.li, self.join, text);
        self.truth.save().expect("saves");
        said.id()
    }

    /// What a power cut leaves: the files as they are now, found by another process.
    fn after_a_power_cut(&self) -> Found {
        let left = tempfile::tempdir().expect("a folder for the test");
        for name in ["truth.db", "truth.db-wal", "truth.db-daybook"] {
            let from = self.folder.path().join(name);
            if from.exists() {
                fs::copy(from, left.path().join(name)).expect("copies");
            }
        }
        Found(left)
    }

    fn daybook(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("truth.db-daybook")).expect("reads")
    }
}

struct Found(tempfile::TempDir);

impl Found {
    fn write_daybook(&self, bytes: &[u8]) {
        fs::write(self.0.path().join("truth.db-daybook"), bytes).expect("writes");
    }

    fn open(&self) -> Truth {
        Truth::open(Some(&path_in(self.0.path())), &genesis(1), Vec::new()).expect("opens again")
    }
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join("truth.db")
}

fn holds(truth: &Truth, ids: &[EnvelopeId]) -> Vec<bool> {
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
fn what_was_begun_with_is_saved_as_ever() {
    let mut desk = Desk::new();
    let mut said = vec![desk.post("first")];
    for text in ["alone", "alone again"] {
        desk.truth.begin().expect("begins");
        desk.truth.hasten();
        said.push(desk.village.say(&mut desk.truth, &desk.li, desk.join, text).id());
        // It is on its way, and nobody was told that it is saved.
        let here = holds(&desk.after_a_power_cut().open(), &said);
        assert!(here[..said.len() - 1].iter().all(|here| *here), "{here:?}");
        desk.truth.save().expect("saves");
        assert_eq!(holds(&desk.after_a_power_cut().open(), &said), vec![true; said.len()]);
    }
    // Where more came than was thought, all of it is saved.
    desk.truth.begin().expect("begins");
    desk.truth.hasten();
    for text in ["one", "and another"] {
        said.push(desk.village.say(&mut desk.truth, &desk.li, desk.join, text).id());
    }
    desk.truth.save().expect("saves");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &said), vec![true; said.len()]);
}

#[test]
fn what_was_begun_with_and_given_up_does_not_come_back_beside_what_was_said_instead() {
    for undo in [Truth::undo_savepoint, Truth::rollback] {
        let mut desk = Desk::new();
        desk.truth.begin().expect("begins");
        desk.truth.savepoint().expect("begins");
        desk.truth.hasten();
        let given_up = desk.village.say(&mut desk.truth, &desk.li, desk.join, "no").id();
        undo(&mut desk.truth).expect("undoes");
        // The database alone takes what is said instead.
        desk.truth.rollback().expect("undoes");
        desk.truth.begin().expect("begins");
        let instead = desk.village.say(&mut desk.truth, &desk.li, desk.join, "yes").id();
        desk.truth.commit().expect("commits");
        let found = desk.after_a_power_cut().open();
        assert_eq!(holds(&found, &[given_up, instead]), [false, true]);
    }
}

#[test]
fn what_was_laid_counts_once_it_is_synced_and_what_was_begun_meanwhile_is_saved_as_ever() {
    let mut desk = Desk::new();
    desk.truth.begin().expect("begins");
    let say = |truth: &mut Truth, text| desk.village.say(truth, &desk.li, desk.join, text).id();
    let laid = say(&mut desk.truth, "laid");
    assert!(desk.truth.lay(), "an envelope and nothing else");
    desk.truth.begin().expect("begins meanwhile");
    let next = say(&mut desk.truth, "next");
    desk.truth.finish().expect("is safe");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, next]), [true, false]);
    desk.truth.save().expect("saves");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, next]), [true, true]);
}

#[test]
fn what_could_not_be_synced_is_committed_in_the_database() {
    for is_begun in [false, true] {
        let mut desk = Desk::new();
        desk.truth.sync_with(Strict::broken());
        desk.truth.begin().expect("begins");
        let laid = desk.village.say(&mut desk.truth, &desk.li, desk.join, "laid").id();
        assert!(desk.truth.lay(), "an envelope and nothing else");
        if is_begun {
            desk.truth.begin().expect("begins meanwhile");
            desk.village.say(&mut desk.truth, &desk.li, desk.join, "next");
        }
        desk.truth.finish().expect("the database takes it");
        let bare = desk.after_a_power_cut();
        bare.write_daybook(&[]);
        assert_eq!(holds(&bare.open(), &[laid]), [true]);
        if is_begun {
            desk.truth.save().expect("saves");
        }
        let last = desk.post("last");
        assert_eq!(holds(&desk.after_a_power_cut().open(), &[laid, last]), [true, true]);
    }
}

#[test]
fn what_was_begun_with_and_could_not_be_synced_is_committed_in_the_database() {
    let mut desk = Desk::new();
    desk.truth.sync_with(Strict::broken());
    desk.truth.begin().expect("begins");
    desk.truth.hasten();
    let said = desk.village.say(&mut desk.truth, &desk.li, desk.join, "alone").id();
    desk.truth.save().expect("the database takes it");
    let bare = desk.after_a_power_cut();
    bare.write_daybook(&[]);
    assert_eq!(holds(&bare.open(), &[said]), [true]);
    let last = desk.post("last");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[said, last]), [true, true]);
}

#[test]
fn what_was_begun_with_and_could_not_be_committed_does_not_come_back() {
    let mut desk = Desk::new();
    let disk = rusqlite::Connection::open(path_in(desk.folder.path())).expect("opens");
    refuse_commits(&disk);
    desk.truth.begin().expect("begins");
    desk.truth.hasten();
    let given_up = desk.village.say(&mut desk.truth, &desk.li, desk.join, "no").id();
    // Something joined it that the daybook does not take.
    desk.truth.is_more_than_envelopes = true;
    assert!(desk.truth.save().is_err());
    allow_commits(&disk);
    desk.truth.begin().expect("begins");
    let instead = desk.village.say(&mut desk.truth, &desk.li, desk.join, "yes").id();
    desk.truth.commit().expect("commits");
    assert_eq!(holds(&desk.after_a_power_cut().open(), &[given_up, instead]), [false, true]);
}

#[test]
fn what_was_begun_with_and_given_up_is_struck_out_also_where_more_comes_than_fits() {
    let mut desk = Desk::new();
    desk.truth.begin().expect("begins");
    desk.truth.savepoint().expect("begins");
    desk.truth.hasten();
    let given_up = desk.village.say(&mut desk.truth, &desk.li, desk.join, "no").id();
    desk.truth.undo_savepoint().expect("undoes");
    let long = "水位上涨 the water is rising ".repeat(400);
    let mut say = |_| desk.village.say(&mut desk.truth, &desk.li, desk.join, &long).id();
    let said: Vec<EnvelopeId> = (0..200).map(&mut say).collect();
    desk.truth.is_more_than_envelopes = false;
    desk.truth.save().expect("the database takes them");
    let found = desk.after_a_power_cut().open();
    assert_eq!(holds(&found, &[given_up, said[0], said[199]]), [false, true, true]);
}
