//! The set of envelopes that this node holds, and what it made of each: `truth.db`.
//!
//! Everything else that a node shows can be made again from here. The same set gives the same fates,
//! fingerprints and heads, whatever the order and the portions in which it arrived.
//!
//! # How an envelope gets in
//!
//! [`Truth::receive`] (from a peer or a file) or [`Truth::write`] (by us) → known already? → signature
//! → a row → `crdt::judge` with what it cites and what authority says → those that waited for it are
//! judged again → a number in the log of verdicts, from which the views are fed
//! ([`Reading::judged_since`]).
//!
//! # Rules
//!
//! 1. Nothing is saved before [`Truth::commit`] has returned. A job that fails inside
//!    [`Truth::savepoint`] takes nothing else with it.
//! 2. Fingerprints, fates, heads and the log of verdicts move in the transaction that inserts.
//! 3. A row is never deleted. A body may go (poison, erased); what went does not come back.
//! 4. After a failure of the disk the connection is opened anew and what stands in memory is read
//!    again: memory never runs ahead of the file.
//!
//! # Deliberately absent
//!
//! Threads, clocks, randomness: one thread owns a [`Truth`], and seeds and times are arguments. The
//! lock on the data folder, which its opener holds. What bodies mean, beyond what `crdt` says.
//!
//! # Considered and rejected
//!
//! A table keyed by hash `WITHOUT ROWID`: three to five times slower. The header as one blob beside
//! columns: a hundred bytes more per message. One question to authority per envelope after each
//! change of the roster: positions repeat, so it is asked once for each.

mod authority;
mod carried;
mod chains;
mod daybook;
mod drawers;
mod erase;
mod fates;
mod heads;
mod keep;
mod memory;
mod mend;
mod open;
mod opened;
mod parcel;
mod pen;
mod positions;
mod read;
mod receive;
mod row;
mod write;

#[cfg(test)]
pub(crate) mod tests;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use crdt::{
    authority::Roster,
    envelope::{Envelope, Kind, Malformed},
    genesis::Genesis,
    id::{CommunityId, EnvelopeId, ScopeId, WriterId},
    keys::Secret,
    secrets::{Keyring, packing::Packed},
    sync::fingerprint::Fingerprint,
    time::{Bucket, ClaimedTime},
};
use rusqlite::{Connection, Transaction};

pub use chains::End;
pub use daybook::{Broken, Disk, Ticket};
pub use open::Reader;
pub use parcel::Parcel;
pub use read::{Counts, Judged, Listed, Own, Reading};
pub use write::{Deps, Intent, WriteError};

use self::{daybook::Daybook, memory::Memory, pen::Pen};
use super::error::StoreError;

/// Envelopes judged again in one turn; the rest waits for [`Truth::go_on`], so that one arrival on
/// which a hundred thousand waited does not hold up everything else.
pub const REJUDGED_PER_TURN_MAX: usize = 10_000;

/// What is worth knowing of an envelope that came in, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Its place in the order of arrival.
    pub row: i64,
    /// Its id.
    pub id: EnvelopeId,
    /// What it belongs to.
    pub scope: ScopeId,
    /// Whose key signed it.
    pub writer: WriterId,
    /// What the body is.
    pub kind: Kind,
    /// Which drawer.
    pub bucket: Bucket,
    /// What the author's clock said.
    pub claimed: ClaimedTime,
}

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// Inserted now, in the order of their rows.
    pub new: Vec<Arc<Envelope>>,
    /// Held before, or given twice.
    pub known: u64,
    /// Held before without their bodies, and whole now.
    pub whole: Vec<EnvelopeId>,
    /// Dropped; whoever handed them over is to blame.
    pub refused: Vec<(EnvelopeId, Malformed)>,
}

/// The envelopes of one community, on disk or in memory.
pub struct Truth {
    db: Connection,
    /// None: in memory.
    path: Option<PathBuf>,
    genesis: Genesis,
    community: CommunityId,
    memory: Memory,
    pen: Pen,
    daybook: Daybook,
    /// Does an open transaction hold what so far stands in the daybook alone?
    is_laid: bool,
    /// Written since [`Truth::begin`], for the daybook.
    fresh: Vec<Arc<Envelope>>,
    /// Was anything else done since then? Then the daybook is not enough.
    is_more_than_envelopes: bool,
    /// May messages that are written get their rows later?
    defers: bool,
    /// The body of what is written next, where somebody has packed it already.
    packed: Option<Packed>,
    /// Has somebody begun a transaction?
    begun: bool,
    /// For each open savepoint: had anything been changed before it, and how much was fresh?
    savepoints: Vec<(bool, usize)>,
    /// Did a failure undo it, or make the connection useless?
    undone: bool,
}

/// Errors of which the store knows whether the connection can be trusted after them.
trait Failure {
    /// Is the disk full, or broken?
    fn is_of_the_disk(&self) -> bool;
}

impl Failure for StoreError {
    fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Full | Self::Disk(_) | Self::Damaged(_))
    }
}

impl Failure for WriteError {
    fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_of_the_disk())
    }
}

/// What a job works with.
struct Work<'a> {
    db: &'a Connection,
    memory: &'a mut Memory,
    pen: &'a mut Pen,
    community: CommunityId,
    founded: Bucket,
}

impl Truth {
    /// The community whose envelopes these are.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Who may do what, by the statements held.
    pub fn roster(&self) -> &Roster {
        &self.memory.roster
    }

    /// This box has another key from now on.
    pub fn take_box(&mut self, box_key: &Secret) {
        self.memory.keyring.take_box(box_key);
    }

    /// Which epochs there are, and which secrets this box holds.
    pub fn keyring(&self) -> &Keyring {
        &self.memory.keyring
    }

    /// Rows that were written since the file was opened.
    pub fn writes(&self) -> u64 {
        self.db.total_changes()
    }

    /// The last row, with those of the open transaction.
    pub fn last_row(&self) -> i64 {
        self.memory.last_row + self.memory.owed.len() as i64
    }

    /// Everything that can be looked up.
    pub fn read(&self) -> Reading<'_> {
        let nothing_is_owed = self.undone || self.memory.owed.is_empty();
        debug_assert!(nothing_is_owed, "whoever looks has them given their rows first");
        Reading::of(&self.db, &self.memory)
    }

    /// Until this is dropped all reads see one stand, and the file is locked once for all of them.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn hold_still(&self) -> Result<Option<Transaction<'_>>, StoreError> {
        // Within the transaction of a batch it is so anyway.
        let own = self.db.is_autocommit().then(|| self.db.unchecked_transaction());
        Ok(own.transpose()?)
    }

    /// The fingerprint of every drawer, with what the open transaction has put in.
    pub fn fingerprints(&self) -> impl Iterator<Item = (ScopeId, Bucket, Fingerprint)> {
        let scopes: BTreeMap<i64, ScopeId> =
            self.memory.scopes.iter().map(|(scope, at)| (*at, *scope)).collect();
        self.memory
            .fingerprints
            .iter()
            .filter_map(move |((at, bucket), value)| Some((*scopes.get(at)?, *bucket, *value)))
    }

    /// The fingerprint of everything held of a scope.
    pub fn fingerprint(&self, scope: &ScopeId) -> Fingerprint {
        let mut whole = Fingerprint::EMPTY;
        if let Some(at) = self.memory.scopes.get(scope) {
            let drawers = (*at, Bucket(0))..=(*at, Bucket(u16::MAX));
            self.memory.fingerprints.range(drawers).for_each(|(_, part)| whole.join(part));
        }
        whole
    }

    /// Opens a transaction round the jobs that follow.
    ///
    /// # Errors
    ///
    /// Where the disk fails, or another program holds the file.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        if self.undone {
            self.recover()?;
        }
        assert!(!self.begun, "one transaction at a time");
        if !self.is_laid {
            self.run("BEGIN IMMEDIATE")?;
        }
        self.begun = true;
        self.savepoints.clear();
        self.fresh.clear();
        self.is_more_than_envelopes = false;
        self.packed = None;
        self.defers = false;
        self.memory.touched = false;
        Ok(())
    }

    /// From now on messages may (or may not) get their rows later: whoever looks for them calls [`Truth::give_rows`]
    /// first.
    pub fn defer_rows(&mut self, defers: bool) {
        self.defers = defers;
    }

    /// Makes durable what was done since [`Truth::begin`].
    ///
    /// # Errors
    ///
    /// Where the disk fails or an earlier failure undid the transaction: then nothing since
    /// [`Truth::begin`] is saved, and the next one starts from what the file says.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        if self.undone || self.db.is_autocommit() {
            self.rollback()?;
            return Err(StoreError::Undone);
        }
        if let Err(error) = self.commit_here() {
            self.rollback()?;
            return Err(error);
        }
        self.begun = false;
        Ok(())
    }

    fn commit_here(&mut self) -> Result<(), StoreError> {
        self.give_rows()?;
        if self.undone || self.db.is_autocommit() {
            self.undone = true;
            return Err(StoreError::Undone);
        }
        let committed = self.memory.write_fingerprints(&self.db).and_then(|()| self.run("COMMIT"));
        self.undone |= committed.is_err();
        committed?;
        self.is_laid = false;
        self.daybook.begin_again();
        self.wipe_what_is_erased();
        Ok(())
    }

    /// Forgets what was done since [`Truth::begin`].
    ///
    /// # Errors
    ///
    /// Where the file cannot be read again; the next [`Truth::begin`] tries once more.
    pub fn rollback(&mut self) -> Result<(), StoreError> {
        // What was saved before is undone with it, and comes back out of the daybook.
        self.undone |= self.is_laid;
        if std::mem::take(&mut self.begun) && self.db.is_autocommit() {
            self.undone = true;
        }
        if !self.db.is_autocommit() && self.run("ROLLBACK").is_err() {
            self.undone = true;
        }
        if self.undone {
            return self.recover();
        }
        if self.memory.touched {
            self.reload()?;
        }
        Ok(())
    }

    /// Opens a part of the transaction that can be undone by itself. Every one is ended by
    /// [`Truth::release_savepoint`] or [`Truth::undo_savepoint`]; they may stand inside one another.
    ///
    /// # Errors
    ///
    /// Where no transaction is open, or the disk failed in it.
    pub fn savepoint(&mut self) -> Result<(), StoreError> {
        if self.undone || !self.begun {
            return Err(StoreError::Undone);
        }
        // If it is undone, memory is read from the file, which must know what came before.
        self.give_rows()?;
        self.memory.write_fingerprints(&self.db)?;
        self.run("SAVEPOINT job")?;
        self.savepoints.push((std::mem::take(&mut self.memory.touched), self.fresh.len()));
        Ok(())
    }

    /// Keeps what was done since the last [`Truth::savepoint`] as part of the transaction.
    ///
    /// # Errors
    ///
    /// Where the disk failed meanwhile: nothing of the transaction is kept then.
    pub fn release_savepoint(&mut self) -> Result<(), StoreError> {
        let (before, _) = self.savepoints.pop().unwrap_or_default();
        if self.undone || self.db.is_autocommit() {
            // SQLite undid everything by itself: the disk is full or failed.
            self.undone = true;
            return Err(StoreError::Undone);
        }
        self.memory.touched |= before;
        self.run("RELEASE job")
    }

    /// Forgets what was done since the last [`Truth::savepoint`]. Where the disk failed the whole
    /// transaction is forgotten, which [`Truth::commit`] will say.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read again.
    pub fn undo_savepoint(&mut self) -> Result<(), StoreError> {
        let (before, fresh) = self.savepoints.pop().unwrap_or_default();
        if self.undone || self.db.is_autocommit() {
            self.undone = true;
            return Ok(());
        }
        self.run("ROLLBACK TO job")?;
        self.run("RELEASE job")?;
        self.fresh.truncate(fresh);
        if self.memory.touched {
            self.reload()?;
        }
        self.memory.touched = before;
        Ok(())
    }

    /// Does all of a job or nothing of it, in a transaction of its own where none is open. Where the
    /// disk fails in it, the transaction as a whole is undone. The daybook is not enough for it.
    fn whole<T, E: From<StoreError> + Failure>(
        &mut self,
        job: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let alone = !self.begun;
        if alone {
            self.begin()?
        } else {
            self.savepoint()?
        }
        self.is_more_than_envelopes = true;
        let outcome = match self.give_rows() {
            Ok(()) => job(self),
            Err(error) => Err(error.into()),
        };
        self.undone |= outcome.as_ref().is_err_and(Failure::is_of_the_disk);
        match (outcome, alone) {
            (Ok(done), true) => self.commit().map(|()| done).map_err(E::from),
            (Ok(done), false) => self.release_savepoint().map(|()| done).map_err(E::from),
            (Err(error), true) => self.rollback().map_err(E::from).and(Err(error)),
            (Err(error), false) => self.undo_savepoint().map_err(E::from).and(Err(error)),
        }
    }

    /// Goes on judging where the last turn had enough; true while there is more.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn go_on(&mut self) -> Result<bool, StoreError> {
        if !self.memory.unfinished {
            return Ok(false);
        }
        self.whole(|truth| truth.work().settle())?;
        Ok(self.memory.unfinished)
    }

    /// Envelopes that came without a body which may still come, at most `limit`; mostly none, which
    /// costs nothing.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn bodiless(&mut self, limit: usize) -> Result<Vec<EnvelopeId>, StoreError> {
        if !self.memory.lacks_bodies {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = self.read().without_body(limit)?.iter().map(|meta| meta.id).collect();
        self.memory.lacks_bodies = !ids.is_empty();
        Ok(ids)
    }

    /// Is there something left to judge?
    pub fn is_unfinished(&self) -> bool {
        self.memory.unfinished
    }

    /// Runs one statement that has no parameters.
    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.db.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Gives messages that were only written down their rows.
    ///
    /// # Errors
    ///
    /// Where the disk fails; what was saved is in the daybook, and the next [`Truth::begin`] reads it from there.
    pub fn give_rows(&mut self) -> Result<(), StoreError> {
        self.give_at_most(usize::MAX)
    }

    /// The same for the oldest of them. Was there one?
    ///
    /// # Errors
    ///
    /// As [`Truth::give_rows`].
    pub fn give_a_row(&mut self) -> Result<bool, StoreError> {
        let is_owed = !self.memory.owed.is_empty();
        self.give_at_most(1).map(|()| is_owed)
    }

    fn give_at_most(&mut self, most: usize) -> Result<(), StoreError> {
        if self.memory.owed.is_empty() {
            return Ok(());
        }
        // Outside the transaction, or behind a row that failed, they would count for nothing.
        if self.undone || self.db.is_autocommit() {
            self.undone = true;
            return Err(StoreError::Undone);
        }
        let given = self.work_ahead().give_rows(most);
        self.undone |= given.is_err();
        given.inspect_err(|error| {
            tracing::error!(reason = %error, "What was posted could not be given its rows yet");
        })
    }

    fn work(&mut self) -> Work<'_> {
        debug_assert!(self.memory.owed.is_empty(), "rows are given first");
        self.work_ahead()
    }

    /// For what needs no rows of messages that were only written down.
    fn work_ahead(&mut self) -> Work<'_> {
        Work {
            db: &self.db,
            memory: &mut self.memory,
            pen: &mut self.pen,
            community: self.community,
            founded: self.genesis.founded,
        }
    }
}
