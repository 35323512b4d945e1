//! Bits that flip on a disk: found by comparing, mended by whoever else holds the envelope.
//!
//! An id is the hash of a header, and a header names the hash of its body: whatever changed under us
//! no longer fits together, or its signature fails. Such an envelope is kept as one whose body was not
//! sent; the homes on the other links are asked for it as for every such body, and when it comes, all
//! of its row is written again (`take_late_body`). What was made of each is made once more. Fingerprints and heads stay: they speak of
//! ids, and the id is what is asked for.
//!
//! # Deliberately absent
//!
//! Damage to the pages of the database itself, which its own check finds (`linli doctor` says so): then
//! a backup or a fresh box helps, and the neighbours hold the rest.

use crdt::{id::EnvelopeId, keys::Check};

use super::{
    Truth, Work,
    row::{self, Gone, Row},
};
use crate::store::error::StoreError;

/// Rows that are looked at together, and their signatures checked in one go.
const ROWS_AT_ONCE: i64 = 1_000;

impl Truth {
    /// Looks at every envelope held, and gives up what no longer is what its id names; how many those
    /// are, with the ones that still wait to be mended. `seed` blinds the check of signatures.
    ///
    /// # Errors
    ///
    /// Where the disk fails, or a page of the database cannot be read.
    pub fn mend(&mut self, seed: [u8; 32]) -> Result<u64, StoreError> {
        self.give_rows()?;
        let found = self.work().damaged(seed)?;
        let lost = found.lost.len() as u64;
        self.whole(|truth| {
            let mut work = truth.work();
            found.misnamed.iter().try_for_each(|(row, id)| work.name(*row, id))?;
            found.lost.iter().try_for_each(|row| work.give_up(*row))?;
            work.judge_all_again()?;
            work.settle()
        })?;
        while self.go_on()? {}
        Ok(lost)
    }
}

/// What does not fit together.
#[derive(Default)]
struct Damage {
    /// Nothing of these rows is believed but the id.
    lost: Vec<i64>,
    /// All of these is well signed, and its id is another.
    misnamed: Vec<(i64, EnvelopeId)>,
}

impl Work<'_> {
    fn damaged(&self, seed: [u8; 32]) -> Result<Damage, StoreError> {
        let (mut damage, mut after) = (Damage::default(), Some(0));
        while let Some(row) = after {
            after = self.damaged_after(row, seed, &mut damage)?;
        }
        Ok(damage)
    }

    /// The last row that was looked at; none where there is none behind this one.
    fn damaged_after(
        &self,
        after: i64,
        seed: [u8; 32],
        damage: &mut Damage,
    ) -> Result<Option<i64>, StoreError> {
        let mut rows =
            self.db.prepare_cached(&row::select("e.row > ?1 ORDER BY e.row LIMIT ?2"))?;
        let mut rows = rows.query([after, ROWS_AT_ONCE])?;
        let (mut last, mut read) = (None, Vec::new());
        while let Some(sql) = rows.next()? {
            last = Some(sql.get(0)?);
            match Row::read(sql) {
                Ok(it) => read.push(it),
                Err(StoreError::DamagedEnvelope(_)) => damage.lost.extend(last),
                Err(error) => return Err(error),
            }
        }
        let whole = read.into_iter().filter_map(|it| match it.assembled() {
            Ok(envelope) => Some((it.row, it.id, envelope)),
            Err(_) => {
                damage.lost.push(it.row);
                None
            }
        });
        let whole: Vec<_> = whole.collect();
        let checks: Vec<Check> = whole.iter().map(|(.., it)| it.check(&self.community)).collect();
        for ((row, id, envelope), good) in whole.iter().zip(Check::all(&checks, seed)) {
            match (good, envelope.id() == *id) {
                (true, true) => (),
                (true, false) => damage.misnamed.push((*row, envelope.id())),
                (false, _) => damage.lost.push(*row),
            }
        }
        Ok(last)
    }

    fn name(&mut self, row: i64, id: &EnvelopeId) -> Result<(), StoreError> {
        self.memory.touched = true;
        self.memory.cited.clear();
        self.db
            .prepare_cached("UPDATE envelopes SET id = ?2 WHERE row = ?1")?
            .execute((row, id.as_bytes()))?;
        Ok(())
    }

    /// What was made of an envelope stands in columns of its own.
    fn judge_all_again(&mut self) -> Result<(), StoreError> {
        self.memory.touched = true;
        self.memory.unfinished = true;
        let put = "INSERT OR IGNORE INTO todo (row) SELECT row FROM envelopes";
        self.db.prepare_cached(put)?.execute([])?;
        Ok(())
    }

    /// What stands in this row is nothing any more but the id of something that others may hold.
    fn give_up(&mut self, row: i64) -> Result<(), StoreError> {
        self.memory.touched = true;
        self.memory.lacks_bodies = true;
        self.db
            .prepare_cached(
                "UPDATE envelopes SET body = NULL, gone = ?2, rest = ?3 WHERE row = ?1",
            )?
            .execute((row, Gone::NotSent as u8, row::rest_of_nothing()))?;
        Ok(())
    }
}
