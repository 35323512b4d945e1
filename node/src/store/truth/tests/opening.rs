//! Files that are ours, and files that are not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crdt::{genesis::Genesis, judge::Fate};
use rusqlite::Connection;

use super::{
    super::{Reader, Truth, open},
    fate, snapshot,
    village::{Person, Village, ask, everything, genesis, write},
};
use crate::store::error::StoreError;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

#[test]
fn what_was_committed_is_there_after_a_crash_and_what_was_not_is_gone() {
    let folder = folder();
    let path = folder.path().join("truth.db");
    let mut truth = Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens");
    let village = Village::found_in(&mut truth);
    let li = Person::named("li");
    let join = village.welcome(&mut truth, &li);
    let saved = village.say(&mut truth, &li, join, "saved");
    truth.keep("peer/1", b"192.168.1.7").expect("keeps");
    let before = snapshot(&truth);
    truth.begin().expect("begins");
    let lost = village.say(&mut truth, &li, join, "lost");
    assert!(truth.read().holds(&lost.id()).expect("reads"));
    drop(truth);
    let mut truth = Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens again");
    assert_eq!(snapshot(&truth), before);
    assert!(!truth.read().holds(&lost.id()).expect("reads"));
    assert_eq!(truth.read().kept("peer/1").expect("reads").as_deref(), Some(&b"192.168.1.7"[..]));
    assert_eq!(fate(&truth, &saved.id()).0, Fate::Accepted);
    assert_eq!(truth.read().integrity_check().expect("reads"), Vec::<String>::new());
    let next = village.say(&mut truth, &li, join, "next");
    assert_eq!(next.header().prev, Some(saved.id()), "the chain goes on where it was saved");
}

#[test]
fn a_killed_process_leaves_a_log_that_the_next_one_reads() {
    let folder = folder();
    let path = folder.path().join("truth.db");
    let mut truth = Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens");
    Village::found_in(&mut truth);
    let before = snapshot(&truth);
    let left = folder.path().join("as it was found");
    fs::create_dir(&left).expect("makes a folder");
    for name in ["truth.db", "truth.db-wal"] {
        fs::copy(folder.path().join(name), left.join(name)).expect("copies while it is open");
    }
    let found = Truth::open(Some(&left.join("truth.db")), &genesis(1), Vec::new()).expect("opens");
    assert_eq!(snapshot(&found), before);
}

#[test]
fn a_newer_file_a_foreign_community_and_another_programs_file_stay_untouched() {
    let folder = folder();
    let ours = folder.path().join("truth.db");
    drop(Truth::open(Some(&ours), &genesis(1), Vec::new()).expect("opens"));
    let error = |path: &Path, salt: u8| {
        let before = fs::read(path).expect("is there");
        let error = Truth::open(Some(path), &genesis(salt), Vec::new()).err().expect("is refused");
        assert_eq!(fs::read(path).expect("is there"), before, "untouched");
        error
    };
    assert!(matches!(error(&ours, 2), StoreError::ForeignCommunity));
    Connection::open(&ours)
        .and_then(|db| {
            db.execute(
                "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                 VALUES (99, 'later', '2031-01-01T00:00:00Z', '1')",
                [],
            )
        })
        .expect("a later release was here");
    let newer = error(&ours, 1);
    assert!(matches!(newer, StoreError::NewerDatabase { found: 99, known: 3 }), "{newer}");
    let notes = folder.path().join("notes.txt");
    fs::write(&notes, "not a database at all, but long enough to be read as one ".repeat(20))
        .expect("writes");
    assert!(matches!(error(&notes, 1), StoreError::ForeignFile));
    let music = folder.path().join("music.db");
    Connection::open(&music)
        .and_then(|db| db.execute_batch("CREATE TABLE songs (name TEXT)"))
        .expect("another program's");
    assert!(matches!(error(&music, 1), StoreError::ForeignFile));
}

#[test]
fn readers_see_what_is_committed_and_cannot_write() {
    let folder = folder();
    let path = folder.path().join("truth.db");
    let mut truth = Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens");
    let village = Village::found_in(&mut truth);
    let reader = Reader::open(&path).expect("opens");
    let rows = reader.read().last_row().expect("reads");
    assert_eq!(rows, truth.last_row());
    truth.begin().expect("begins");
    let said = village.say(&mut truth, &village.founder, village.admin, "not yet");
    assert!(!reader.read().holds(&said.id()).expect("reads"));
    truth.commit().expect("commits");
    assert!(reader.read().holds(&said.id()).expect("reads"));
    assert!(reader.read().db.execute("DELETE FROM envelopes", []).is_err());
}

#[test]
fn notes_are_kept_replaced_listed_and_forgotten() {
    let (_, mut truth) = Village::found();
    truth.keep("peer/b", b"2").expect("keeps");
    truth.keep("peer/a", b"1").expect("keeps");
    truth.keep("peer/a", b"3").expect("keeps");
    truth.keep("read/x", b"9").expect("keeps");
    let peers = truth.read().kept_under("peer/").expect("reads");
    assert_eq!(peers, [("peer/a".into(), b"3".to_vec()), ("peer/b".into(), b"2".to_vec())]);
    truth.forget("peer/a").expect("forgets");
    assert_eq!(truth.read().kept("peer/a").expect("reads"), None);
}

#[test]
fn one_job_of_many_is_undone_by_itself() {
    let (village, mut truth) = Village::found();
    let li = Person::named("li");
    let join = village.welcome(&mut truth, &li);
    truth.begin().expect("begins");
    let kept = village.say(&mut truth, &li, join, "kept");
    truth.savepoint().expect("opens");
    let wang = Person::named("wang");
    let joined = village.welcome(&mut truth, &wang);
    village.say(&mut truth, &wang, joined, "undone");
    assert!(truth.roster().is_community_member(wang.paper.person()));
    truth.undo_savepoint().expect("undoes");
    assert!(!truth.roster().is_community_member(wang.paper.person()), "memory follows the file");
    let after = village.say(&mut truth, &li, join, "after");
    truth.commit().expect("commits");
    assert_eq!(after.header().deps, [kept.id()]);
    assert_eq!(truth.fingerprint(&village.scope()).count(), 2);
    truth.begin().expect("begins");
    village.say(&mut truth, &li, join, "given up");
    truth.rollback().expect("rolls back");
    assert_eq!(truth.fingerprint(&village.scope()).count(), 2);
    assert_eq!(everything(&truth).last().map(crdt::envelope::Envelope::id), Some(after.id()));
}

#[test]
fn a_flipped_bit_is_noticed_before_it_is_passed_on() {
    let (village, mut truth) = Village::found();
    let said = village.say(&mut truth, &village.founder, village.admin, "as it was");
    truth
        .db
        .execute("UPDATE envelopes SET lamport = lamport + 1 WHERE id = ?1", [said.id().as_bytes()])
        .expect("damages");
    let passed_on = truth.read().envelope(&said.id());
    assert!(matches!(passed_on, Err(StoreError::DamagedEnvelope(id)) if id == said.id()));
}

/// A box carried what a later release had written; then it got that release itself. What it kept as newer
/// is read: a message is shown, an act is found by its request again.
#[test]
fn what_was_newer_is_judged_again_after_an_upgrade_and_once() {
    let folder = folder();
    let path = folder.path().join("truth.db");
    let open = || Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens");
    let mut truth = open();
    let village = Village::found_in(&mut truth);
    let li = Person::named("li");
    let join = village.welcome(&mut truth, &li);
    let message = village.say(&mut truth, &li, join, "a new way to say it").id();
    let act = write(&mut truth, &li, ask("a new way to ask"), village.scope(), Some(join)).id();
    let before = truth.read().verdict(&act).expect("reads").expect("is held").row;
    drop(truth);
    // As the earlier release left it.
    let file = Connection::open(&path).expect("opens");
    file.execute_batch(
        "INSERT OR IGNORE INTO reasons (code) VALUES ('newer');
         UPDATE about SET value = CAST('0.0.1 1' AS BLOB) WHERE key = 'release';",
    )
    .expect("writes");
    for id in [message, act] {
        let sealed = "UPDATE envelopes SET fate = 3, subject = NULL,
             reason = (SELECT ref FROM reasons WHERE code = 'newer') WHERE id = ?1";
        assert_eq!(file.execute(sealed, [id.as_bytes()]).expect("writes"), 1);
    }
    drop(file);
    let mut truth = open();
    while truth.go_on().expect("judges") {}
    for id in [message, act] {
        assert_eq!(fate(&truth, &id).0, Fate::Accepted);
    }
    let log = truth.read().judged_since(before, usize::MAX).expect("reads");
    assert!([message, act].iter().all(|id| log.iter().any(|it| it.id == *id)), "lists hear of it");
    drop(truth);
    let file = Connection::open(&path).expect("opens");
    let found: i64 = file
        .query_row("SELECT count(*) FROM envelopes WHERE subject = ?1", [act.as_bytes()], |row| {
            row.get(0)
        })
        .expect("reads");
    assert_eq!(found, 1, "an act is looked up by its request");
    let sealed = "UPDATE envelopes SET fate = 3,
         reason = (SELECT ref FROM reasons WHERE code = 'newer') WHERE id = ?1";
    file.execute(sealed, [message.as_bytes()]).expect("writes");
    drop(file);
    let mut truth = open();
    while truth.go_on().expect("judges") {}
    assert_eq!(fate(&truth, &message).0, Fate::Sealed, "once in each release is enough");
}

/// A file as the first release left it, in `folder`, brought as far as version `upto`; and its genesis.
fn saved_by_an_old_release(folder: &Path, upto: u32) -> (PathBuf, Genesis) {
    let saved = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let path = folder.join(format!("truth-{upto}.db"));
    fs::copy(saved.join("truth-1.db"), &path).expect("copies");
    let genesis = fs::read(saved.join("truth-1.genesis")).expect("reads");
    let mut db = Connection::open(&path).expect("opens");
    db.pragma_update(None, "journal_mode", "WAL").expect("logs");
    open::migrate_to(&mut db, upto).expect("migrates");
    (path, Genesis::decode(&genesis).expect("a genesis"))
}

#[test]
fn a_file_of_any_earlier_release_is_brought_up_to_date_and_nothing_of_it_is_lost() {
    let folder = folder();
    let mut seen = Vec::new();
    for upto in 1..=open::newest() {
        let (path, genesis) = saved_by_an_old_release(folder.path(), upto);
        for _start in 0..2 {
            let mut truth = Truth::open(Some(&path), &genesis, Vec::new()).expect("opens");
            while truth.go_on().expect("judges") {}
            assert_eq!(truth.read().integrity_check().expect("reads"), Vec::<String>::new());
            let log = truth.read().judged_since(0, usize::MAX).expect("reads");
            assert!(log.iter().all(|it| it.fate == Fate::Accepted), "{log:?}");
            let fingerprints: Vec<_> = truth.fingerprints().collect();
            let counted: u64 = fingerprints.iter().map(|(_, _, all)| all.count()).sum();
            assert_eq!((log.len(), counted), (9, 9), "nine envelopes, from version {upto}");
            let texts: Vec<_> = log.iter().filter_map(|it| it.read_body().ok()).collect();
            assert_eq!(texts.len(), 9, "all of them can be read");
            seen.push(format!("{fingerprints:?} {:?}", truth.roster().community_members()));
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "the same from every version and at every start");
}

#[test]
fn whoever_is_killed_while_a_file_is_brought_up_to_date_starts_again_from_what_is_there() {
    let folder = folder();
    let (path, genesis) = saved_by_an_old_release(folder.path(), 1);
    let half = Connection::open(&path).expect("opens");
    let step = "BEGIN; CREATE TABLE epochs (ref INTEGER PRIMARY KEY);";
    half.execute_batch(step).expect("half of the second version");
    let killed = folder.path().join("killed.db");
    for end in ["", "-wal"] {
        let name = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        if name(&path).exists() {
            fs::copy(name(&path), name(&killed)).expect("copies what a dead process leaves");
        }
    }
    let truth = Truth::open(Some(&killed), &genesis, Vec::new()).expect("opens");
    assert_eq!(truth.read().judged_since(0, usize::MAX).expect("reads").len(), 9);
    assert_eq!(truth.read().integrity_check().expect("reads"), Vec::<String>::new());
}
