//! Which envelopes speak of skills and thanks. What is listed is folded when somebody asks
//! (`ledger::profiles`).

use crdt::id::EnvelopeId;
use rusqlite::params;

use super::{Batch, Told, Views, id_from, visible};
use crate::store::error::StoreError;

/// Envelopes of one list, the newest: three of everybody in a large neighbourhood's offices and fleets.
const PROFILES_MAX: u32 = 10_000;

impl Views {
    pub(super) fn take_profile(
        &mut self,
        told: &Told<'_>,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(group) = self.group_of(&told.verdict.header.scope) else { return Ok(()) };
        let verdict = told.verdict;
        let changed = if told.accepted {
            let put = "INSERT OR IGNORE INTO profiles (row, id, lamport) VALUES (?1, ?2, ?3)";
            let lamport = verdict.header.lamport.cast_signed();
            let values = params![verdict.row, verdict.id.as_bytes(), lamport];
            self.execute(put, values)?
        } else {
            let gone = "DELETE FROM profiles WHERE row = ?1";
            self.execute(gone, [verdict.row])?
        };
        if changed > 0 {
            batch.touched.entry(group).or_default();
            let seen = visible(&[b"profile", verdict.id.as_bytes()]);
            let state = &mut self.group_mut(&group).state;
            if told.accepted { state.add(&seen) } else { state.remove(&seen) }
        }
        Ok(())
    }

    /// Everything of skills and thanks that counts, the oldest first.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn profiles(&self) -> Result<Vec<EnvelopeId>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM (SELECT id, lamport FROM profiles ORDER BY lamport DESC, id LIMIT ?1)
             ORDER BY lamport, id",
        )?;
        let rows = find.query_map([PROFILES_MAX], |row| id_from(EnvelopeId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
