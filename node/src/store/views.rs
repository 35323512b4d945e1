//! `views.db`: what pages and lists show, made from the log of verdicts and nothing else.
//!
//! The truth numbers its verdicts; this file remembers the last number that is in it and catches up
//! from there, so losing the end of it (it is written with `synchronous=NORMAL`) or all of it costs
//! time and never a word. `linli rebuild` deletes it.
//!
//! # Rules
//!
//! 1. A row shows what a pure fold over the accepted envelopes says; a verdict that changes takes
//!    its row away again.
//! 2. Every visible thing adds its hash to its group's *state*, and takes it out when it changes:
//!    two nodes show the same exactly where the states are equal.
//! 3. Of one line of one file, imported however often, the copy that comes first in the order of
//!    (lamport, id) is shown.
//! 4. An edit or withdrawal counts only if its author is the message's; a withdrawal beats edits.
//!
//! # Deliberately absent
//!
//! Rules about who may do what: a verdict has been passed before anything gets here.

mod activities;
mod ancestry;
mod cases;
mod groups;
mod hours;
mod lists;
mod look;
mod news;
mod notices;
mod profiles;
mod receipts;
mod remarks;
mod requests;
mod rides;
mod search;
mod talk;
mod teams;
mod votes;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use crdt::{
    body::{Act, Body, Card, DocumentForm, Place, Statement, VaultName},
    envelope::Kind,
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    judge::Fate,
    sync::fingerprint::Fingerprint,
};
use rusqlite::{Connection, Params, params};

use super::{
    error::StoreError,
    truth::{Judged, Truth},
};
use crate::memo::{Memo, Shelf};

pub use activities::{ActivityLine, CALLED_OFF};
pub use cases::{CaseLine, Measured, held_since, kind_word};
pub use groups::GroupRef;
pub use hours::{CertificateLine, Whose, might_certify};
pub use lists::{GroupLine, MessageLine, PersonLine, RequestLine};
pub use news::{DutyLine, NewsLine, NewsOf};
pub use notices::{NoticeRow, told_key};
pub use receipts::{DueReceipt, Mark};
pub use remarks::{Does, Met, Remark};
pub use requests::{Folded, document, parts_of, parts_on, settled};
pub use rides::{RideLine, SeriesLine, moment_ms, zone_of};
pub use search::{Found, FoundLine, Kind as FoundKind, Pieces, Sought, likeness, words};
pub use talk::Question;
pub use votes::Stamp;

/// Raised whenever `schema.sql` or the meaning of a row changes; older files are made anew.
const VIEWS_VERSION: i64 = 28;

/// Verdicts taken in at once, so that a first sync shows its newest messages early.
const VERDICTS_AT_ONCE: usize = 4_000;

/// Statements that are kept planned: more than there are different ones.
const STATEMENTS_MAX: usize = 256;

/// What is different since the last time, for pages that show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Groups whose talk or board changed.
    pub groups: BTreeSet<GroupId>,
    /// Requests that changed.
    pub requests: BTreeSet<RequestId>,
    /// Somebody must be told something.
    pub notices: bool,
    /// Announcements that came, or were shown in another group.
    pub news: BTreeSet<EnvelopeId>,
    /// Alerts that somebody should be woken for; the ledger says which.
    pub alerts: Vec<EnvelopeId>,
    /// Requests that somebody should be woken for.
    pub urgent: Vec<RequestId>,
    /// Duty that was handed over to somebody here; the ledger says which.
    pub duty: Vec<EnvelopeId>,
    /// People, groups or roles changed.
    pub roster: bool,
    /// Accepted statements, for chores that follow from them.
    pub statements: Vec<EnvelopeId>,
    /// Changes that the gate did not let in; the truth must be told.
    pub poison: BTreeSet<EnvelopeId>,
}

/// The lists of one node.
pub struct Views {
    conn: Connection,
    /// Everybody who lives here.
    residents: Vec<PersonId>,
    groups: BTreeMap<GroupId, GroupRef>,
    people: BTreeMap<PersonId, i64>,
    /// Differs as soon as a batch has touched a request.
    requests_version: u64,
    /// By group, reader and the row that he has read up to.
    unread: Shelf<(i64, i64, i64), u64>,
    /// What places are called.
    places: Shelf<Place, String>,
    /// The groups that an announcement is shown in.
    forwarded: Shelf<EnvelopeId, Vec<GroupId>>,
    open_cases: Memo<u64, Arc<[CaseLine]>>,
    /// Differs as soon as somebody's card has come.
    cards_version: u64,
}

/// What one batch of verdicts has touched, folded once at its end.
#[derive(Default)]
struct Batch {
    changes: Changes,
    boards: BTreeSet<GroupId>,
    /// Series that were planned or changed.
    series: BTreeSet<EnvelopeId>,
    touched: BTreeMap<GroupId, Tally>,
    /// Groups in which something behind a cut may be shown or hidden again.
    restless: BTreeSet<GroupId>,
    /// What can be found and has changed, with what the index said of it before.
    found: BTreeMap<search::Thing, Option<search::Indexed>>,
}

/// A verdict with what the roster and the body say.
struct Told<'a> {
    verdict: &'a Judged,
    body: Body,
    accepted: bool,
    person: Option<PersonId>,
    /// Written under a grant of rank 3 or above.
    official: bool,
}

/// What a batch adds to one group.
#[derive(Clone, Copy, Default)]
struct Tally {
    messages: i64,
}

impl Views {
    /// Opens or makes the lists; in memory where there is no path. `residents` says whose they are.
    ///
    /// # Errors
    ///
    /// Where the disk says no. A file of another version, or one that cannot be read as what it is,
    /// is made anew.
    pub fn open(path: Option<&Path>, residents: Vec<PersonId>) -> Result<Self, StoreError> {
        match (Self::open_as_it_is(path, residents.clone()), path) {
            (Err(StoreError::ForeignFile | StoreError::Damaged(_)), Some(path)) => {
                tracing::warn!("The lists cannot be read; they are made anew from the envelopes");
                remove(path)?;
                Self::open_as_it_is(Some(path), residents)
            }
            (opened, _) => opened,
        }
    }

    fn open_as_it_is(path: Option<&Path>, residents: Vec<PersonId>) -> Result<Self, StoreError> {
        let mut conn = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        own(&conn)?;
        let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if let (Some(path), true) = (path, version != VIEWS_VERSION && version != 0) {
            drop(conn);
            remove(path)?;
            conn = Connection::open(path)?;
            own(&conn)?;
        }
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;",
        )?;
        if version != VIEWS_VERSION {
            let tx = conn.transaction()?;
            tx.execute_batch(include_str!("views/schema.sql"))?;
            tx.pragma_update(None, "user_version", VIEWS_VERSION)?;
            tx.commit()?;
        }
        conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // Plans are made once, whatever is bound: a partial index would have them made every time.
        conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let mut views = Self {
            conn,
            residents,
            groups: BTreeMap::new(),
            people: BTreeMap::new(),
            requests_version: 0,
            unread: Shelf::default(),
            places: Shelf::default(),
            forwarded: Shelf::default(),
            open_cases: Memo::default(),
            cards_version: 0,
        };
        views.remember()?;
        Ok(views)
    }

    /// Differs from what it was where a request may read otherwise than it did.
    pub const fn requests_version(&self) -> u64 {
        self.requests_version
    }

    /// Differs from what it was where somebody's card may.
    pub const fn cards_version(&self) -> u64 {
        self.cards_version
    }

    /// Does to the file what a story wants done to it.
    #[cfg(test)]
    pub fn tamper(&self, sql: &str) {
        self.conn.execute_batch(sql).expect("tampers");
    }

    /// Rows that were written since the file was opened.
    pub fn writes(&self) -> u64 {
        self.conn.total_changes()
    }

    /// Somebody moved in.
    pub fn set_residents(&mut self, residents: Vec<PersonId>) {
        self.residents = residents;
    }

    /// Takes in every verdict that is not in here yet.
    ///
    /// # Errors
    ///
    /// Where a disk says no; the next call starts again at the same verdict.
    pub fn catch_up(&mut self, truth: &Truth) -> Result<Changes, StoreError> {
        let mut all = Changes::default();
        loop {
            let after = self.applied()?;
            let verdicts = truth.read().judged_since(after, VERDICTS_AT_ONCE)?;
            let Some(last) = verdicts.last().map(|verdict| verdict.number) else {
                return Ok(all);
            };
            let _still = truth.hold_still()?;
            self.execute("BEGIN IMMEDIATE", [])?;
            let batch = self.take_in(&verdicts, truth).and_then(|batch| {
                self.execute("UPDATE applied SET judged = ?1", [last])?;
                self.execute("COMMIT", [])?;
                self.requests_version += u64::from(!batch.changes.requests.is_empty());
                Ok(batch)
            });
            match batch {
                Ok(batch) => all.join(batch.changes),
                Err(error) => {
                    // The rows in memory may name what was rolled back.
                    let _ = self.conn.execute_batch("ROLLBACK");
                    self.remember()?;
                    return Err(error);
                }
            }
        }
    }

    fn take_in(&mut self, verdicts: &[Judged], truth: &Truth) -> Result<Batch, StoreError> {
        let mut batch = Batch::default();
        if verdicts.iter().any(|verdict| verdict.header.kind == Kind::STATEMENT) {
            self.refresh_groups(truth, &mut batch)?;
        }
        let mut owners_may_differ = false;
        for verdict in verdicts {
            self.note_hidden(verdict, &mut batch, truth)?;
            let Ok(body) = verdict.read_body() else { continue };
            let auth = verdict.header.auth;
            let told = Told {
                verdict,
                body,
                accepted: verdict.fate == Fate::Accepted,
                person: auth.and_then(|auth| truth.roster().author(&auth)),
                official: auth.is_some_and(|auth| truth.roster().needs_second(&auth)),
            };
            owners_may_differ |= matches!(told.body, Body::Statement(_));
            self.take_one(&told, truth, &mut batch)?;
        }
        if owners_may_differ {
            self.recount_remarks(truth, &mut batch)?;
        }
        self.bring_back(truth, &mut batch)?;
        for group in std::mem::take(&mut batch.boards) {
            let (board, poison) = document(truth, DocumentForm::Group, group)?;
            batch.changes.poison.extend(poison);
            self.put_board(group, &board, &mut batch)?;
            self.put_board_text(group, &board, truth, &mut batch)?;
        }
        for series in std::mem::take(&mut batch.series) {
            self.refold_series(series, truth, &mut batch)?;
        }
        batch.changes.requests = self.with_tied(&batch.changes.requests)?;
        batch.changes.requests = self.with_lists(truth, &batch.changes.requests)?;
        for request in batch.changes.requests.clone() {
            self.refold_request(request, truth, &mut batch)?;
        }
        self.index(&mut batch)?;
        self.settle(&mut batch)?;
        Ok(batch)
    }

    fn take_one(
        &mut self,
        told: &Told<'_>,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        match &told.body {
            Body::Talk(talk) => self.take_talk(told, talk, truth, batch)?,
            Body::Act(Act::Series(_)) => {
                batch.series.insert(told.verdict.id);
            }
            Body::Act(Act::Rota(rota)) => {
                batch.series.insert(rota.series);
            }
            Body::Act(Act::Except(exception)) => {
                batch.series.insert(exception.series);
            }
            Body::Act(act) => {
                if let Act::Do(deed) = act {
                    batch.changes.requests.extend(self.note_tie(deed)?);
                }
                batch.changes.requests.insert(act.request(told.verdict.id));
            }
            Body::Change(change) if change.form == DocumentForm::Group => {
                batch.boards.insert(change.about);
            }
            Body::Change(change) => {
                batch.changes.requests.insert(change.about);
            }
            Body::Card(card) if told.accepted => self.put_card(told, card, batch)?,
            Body::Vault(it) => batch.changes.note_vault(&it.vault()),
            Body::Erasure(it) => batch.changes.note_vault(&it.vault),
            Body::News(it) => self.take_news(told, it, batch)?,
            Body::Receipt(it) => self.take_receipt(told, it)?,
            Body::Ballot(it) => self.take_ballot(told, it, batch)?,
            Body::Profile(_) => self.take_profile(told, batch)?,
            Body::Team(it) => self.take_team(told, it, batch)?,
            Body::Activity(it) => self.take_activity(told, it, batch)?,
            Body::Card(_) | Body::Key(_) | Body::Holding(_) => (),
            Body::Statement(signed) => {
                batch.changes.roster = true;
                if told.accepted {
                    batch.changes.statements.push(told.verdict.id);
                }
                let narrows = matches!(
                    signed.statement,
                    Statement::Remove { .. } | Statement::Revoke { .. } | Statement::Admit { .. }
                );
                if narrows && self.note_narrowing(told)? {
                    self.every_request(batch)?;
                }
                if let Statement::Grant { person, .. } | Statement::Join { person, .. } =
                    &signed.statement
                {
                    self.requests_of(person, batch)?;
                }
            }
        }
        Ok(())
    }

    /// Notes a removal that counts, or that no longer does; false where nothing is different, as
    /// with one that anybody may write and that never counted.
    fn note_narrowing(&self, told: &Told<'_>) -> Result<bool, StoreError> {
        let sql = match told.accepted {
            true => "INSERT OR IGNORE INTO narrowings (row) VALUES (?1)",
            false => "DELETE FROM narrowings WHERE row = ?1",
        };
        Ok(self.execute(sql, [told.verdict.row])? > 0)
    }

    /// Who may do what has shrunk: every case may come out differently.
    fn every_request(&self, batch: &mut Batch) -> Result<(), StoreError> {
        self.refold_all("SELECT id FROM requests", [], batch)
    }

    /// Writes what the batch added to each group, once.
    fn settle(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        let mut put = self.conn.prepare_cached(
            "UPDATE groups SET messages = messages + ?2, state = ?3 WHERE ref = ?1",
        )?;
        for (id, tally) in &batch.touched {
            let Some(group) = self.groups.get(id) else { continue };
            let state = group.state.to_bytes();
            put.execute(params![group.number, tally.messages, state])?;
            batch.changes.groups.insert(*id);
        }
        Ok(())
    }

    /// Reads again what is kept in memory beside the file.
    fn remember(&mut self) -> Result<(), StoreError> {
        self.groups = groups::read(&self.conn)?;
        let mut people = self.conn.prepare("SELECT person, ref FROM people")?;
        let rows = people.query_map([], |row| Ok((row.get::<_, [u8; 32]>(0)?, row.get(1)?)))?;
        self.people = rows
            .map(|row| row.map(|(person, number)| (PersonId::from_bytes(person), number)))
            .collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Carries out a statement that is planned once and kept; how many rows it changed.
    fn execute(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        Ok(self.conn.prepare_cached(sql)?.execute(params)?)
    }

    /// The row of a person, made where there is none.
    fn person(&mut self, person: &PersonId) -> Result<i64, StoreError> {
        if let Some(number) = self.people.get(person) {
            return Ok(*number);
        }
        self.execute(
            "INSERT INTO people (person, name, home, office, lamport, card)
             VALUES (?1, '', '', 0, 0, X'')",
            [person.as_bytes()],
        )?;
        let number = self.conn.last_insert_rowid();
        self.people.insert(*person, number);
        Ok(number)
    }

    /// A later card of a person replaces an earlier one, by (lamport, id).
    fn put_card(
        &mut self,
        told: &Told<'_>,
        card: &Card,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let (verdict, Some(person)) = (told.verdict, told.person) else { return Ok(()) };
        let number = self.person(&person)?;
        let mut put = self.conn.prepare_cached(
            "UPDATE people SET name = ?2, home = ?3, office = ?4, lamport = ?5, card = ?6, place = ?7
             WHERE ref = ?1 AND (lamport, card) < (?5, ?6)",
        )?;
        let lamport = verdict.header.lamport.cast_signed();
        let id = verdict.id.as_bytes();
        let place = card.place.as_ref().map(news::place_bytes).unwrap_or_default();
        put.execute(params![number, card.name, card.home, card.office, lamport, id, place])?;
        batch.changes.roster = true;
        self.cards_version += 1;
        Ok(())
    }
}

impl Changes {
    /// Something private was put away, opened or forgotten.
    fn note_vault(&mut self, vault: &VaultName) {
        match vault.person() {
            Some(_) => self.roster = true,
            None => {
                self.requests.insert(vault.request);
            }
        }
    }

    /// Adds what another batch has changed.
    pub fn join(&mut self, other: Self) {
        self.groups.extend(other.groups);
        self.requests.extend(other.requests);
        self.statements.extend(other.statements);
        self.poison.extend(other.poison);
        self.news.extend(other.news);
        self.alerts.extend(other.alerts);
        self.urgent.extend(other.urgent);
        self.duty.extend(other.duty);
        self.notices |= other.notices;
        self.roster |= other.roster;
    }
}

/// What one visible thing adds to its group's state.
fn visible(parts: &[&[u8]]) -> EnvelopeId {
    let mut hasher = blake3::Hasher::new_derive_key("linli/1 visible");
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    EnvelopeId::from_bytes(*hasher.finalize().as_bytes())
}

/// Keeps the file for this connection: nobody else reads the lists, and so not every statement has to
/// ask the system for a lock and give it back.
fn own(conn: &Connection) -> Result<(), StoreError> {
    Ok(conn.pragma_update(None, "locking_mode", "exclusive")?)
}

/// Deletes the lists at `path`; the next opening makes them anew.
///
/// # Errors
///
/// Where the disk says no.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Unwritable(error.to_string()));
            }
            _ => (),
        }
    }
    Ok(())
}

fn fingerprint(bytes: &[u8]) -> Fingerprint {
    bytes.try_into().map(Fingerprint::from_bytes).unwrap_or_default()
}

fn id_from<const N: usize, T>(
    wrap: fn([u8; N]) -> T,
    row: &rusqlite::Row<'_>,
    at: usize,
) -> rusqlite::Result<T> {
    row.get::<_, [u8; N]>(at).map(wrap)
}
