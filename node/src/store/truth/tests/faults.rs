//! Disks that are full.

use super::{
    super::{Deps, Intent, Truth, WriteError},
    fate,
    village::{NOW, Person, Village, genesis, message},
};
use crate::store::error::StoreError;
use crdt::judge::Fate;

#[test]
fn a_full_disk_loses_nothing_that_was_saved_and_says_so_of_the_rest() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("truth.db");
    let mut truth = Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens");
    let village = Village::found_in(&mut truth);
    let li = Person::named("li");
    let join = village.welcome(&mut truth, &li);
    let pages: i64 = truth.db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("counts");
    let mut saved = Vec::new();
    let mut refused = 0;
    for room in 0..12 {
        truth.db.pragma_update(None, "max_page_count", pages + room).expect("shrinks the disk");
        truth.begin().expect("begins");
        let mut written = Vec::new();
        let outcome = (0..8).try_for_each(|_| {
            let body = message(&"水位上涨 the water is rising ".repeat(40));
            let (scope, auth) = (village.scope(), Some(join));
            let intent = Intent { body, scope, deps: Deps::Subject, auth, epoch: None };
            written.push(truth.write(intent, &li.device, NOW)?.id());
            Ok::<(), WriteError>(())
        });
        match (outcome, truth.commit()) {
            (Ok(()), Ok(())) => saved.extend(written),
            (Err(WriteError::Store(StoreError::Full)), Err(StoreError::Undone))
            | (Ok(()), Err(StoreError::Full)) => refused += 1,
            other => panic!("{other:?}"),
        }
        let held = truth.fingerprint(&village.scope()).count();
        assert_eq!(held, saved.len() as u64, "memory says what the file says");
    }
    assert!(refused > 0, "the disk was full at least once");
    drop(truth);
    let mut truth = Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens again");
    for id in &saved {
        assert_eq!(fate(&truth, id).0, Fate::Accepted);
    }
    assert_eq!(truth.fingerprint(&village.scope()).count(), saved.len() as u64);
    assert_eq!(truth.read().integrity_check().expect("reads"), Vec::<String>::new());
    village.say(&mut truth, &li, join, "room again");
}

#[test]
fn after_a_failure_nothing_can_be_added_to_what_was_undone() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("truth.db");
    let mut truth = Truth::open(Some(&path), &genesis(1), Vec::new()).expect("opens");
    let village = Village::found_in(&mut truth);
    truth.begin().expect("begins");
    // What SQLite does by itself when a disk fails in the middle.
    truth.db.execute_batch("ROLLBACK").expect("undoes");
    assert!(matches!(truth.commit(), Err(StoreError::Undone)));
    let said = village.say(&mut truth, &village.founder, village.admin, "as if nothing had been");
    assert_eq!(fate(&truth, &said.id()).0, Fate::Accepted);
}
