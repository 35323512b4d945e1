//! Which envelopes speak of which team. What it comes to is folded when somebody asks (`ledger::teams`).

use crdt::{
    body::Team,
    id::{EnvelopeId, GroupId},
};
use rusqlite::params;

use super::{Batch, Told, Views, id_from, visible};
use crate::store::error::StoreError;

/// Words of one person about one team that are read, the newest: what a captain of forty says in ten
/// years. Whoever writes more pushes out his own, and nobody else's.
const WORDS_PER_PERSON_MAX: u32 = 4_000;

impl Views {
    pub(super) fn take_team(
        &mut self,
        told: &Told<'_>,
        word: &Team,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(group) = self.group_of(&told.verdict.header.scope) else { return Ok(()) };
        let verdict = told.verdict;
        let changed = match told.person.filter(|_| told.accepted) {
            Some(person) => {
                let author = self.person(&person)?;
                let mut put = self.conn.prepare_cached(
                    "INSERT OR IGNORE INTO team_words (row, id, team, author, lamport)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?;
                put.execute(params![
                    verdict.row,
                    verdict.id.as_bytes(),
                    word.group().unwrap_or(group).as_bytes(),
                    author,
                    verdict.header.lamport.cast_signed(),
                ])?
            }
            None => {
                let gone = "DELETE FROM team_words WHERE row = ?1";
                self.execute(gone, [verdict.row])?
            }
        };
        if changed > 0 {
            batch.touched.entry(group).or_default();
            // Who waits, and what runs out, is told on pages that hear of these.
            (batch.changes.roster, batch.changes.notices) = (true, true);
            let seen = visible(&[b"team", verdict.id.as_bytes()]);
            let state = &mut self.group_mut(&group).state;
            if told.accepted { state.add(&seen) } else { state.remove(&seen) }
        }
        Ok(())
    }

    /// What was said of a team, the oldest first within a scope.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn team_words(&self, team: &GroupId) -> Result<Vec<EnvelopeId>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM (
                 SELECT id, lamport, ROW_NUMBER() OVER
                     (PARTITION BY author ORDER BY lamport DESC, id) AS nth
                 FROM team_words WHERE team = ?1
             ) WHERE nth <= ?2 ORDER BY lamport, id",
        )?;
        let rows = find.query_map(params![team.as_bytes(), WORDS_PER_PERSON_MAX], |row| {
            id_from(EnvelopeId::from_bytes, row, 0)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
