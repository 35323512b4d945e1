//! Which votes there are. What one comes to is folded when somebody asks (`ledger::votes`): a ballot adds
//! a row here and itself to its group's state, nothing else.

use crdt::{body::Ballot, id::EnvelopeId};
use rusqlite::params;

use super::{
    Batch, Told, Views, id_from,
    search::{Kind, joined},
    visible,
};
use crate::store::error::StoreError;

/// Openings that are looked through for a list, the newest. Those that count for nothing are among them, for
/// a role may come to be known later than what was said under it.
const VOTES_MAX: u32 = 1_000;

/// Which of the ballots of a vote count: as long as it is the same, the vote comes to the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    count: i64,
    newest: i64,
    sum: i64,
}

impl Views {
    /// The stamp of a vote.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn stamp_of(&self, poll: &EnvelopeId) -> Result<Stamp, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT count(*), coalesce(max(row), 0), coalesce(sum(row), 0)
             FROM ballots WHERE poll = ?1",
        )?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Stamp { count: row.get(0)?, newest: row.get(1)?, sum: row.get(2)? })
        };
        Ok(find.query_row([poll.as_bytes()], read)?)
    }

    pub(super) fn take_ballot(
        &mut self,
        told: &Told<'_>,
        ballot: &Ballot,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(group) = self.group_of(&told.verdict.header.scope) else { return Ok(()) };
        let verdict = told.verdict;
        let changed = if told.accepted {
            let mut put = self.conn.prepare_cached(
                "INSERT OR IGNORE INTO ballots (row, id, opens, lamport, poll)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            put.execute(params![
                verdict.row,
                verdict.id.as_bytes(),
                matches!(ballot, Ballot::Open(_)),
                verdict.header.lamport.cast_signed(),
                ballot.poll(verdict.id).as_ref().map(EnvelopeId::as_bytes),
            ])?
        } else {
            let gone = "DELETE FROM ballots WHERE row = ?1";
            self.execute(gone, [verdict.row])?
        };
        if changed > 0 {
            if let Ballot::Open(it) = ballot {
                let mut lines = vec![it.title.clone(), it.details.clone()];
                lines.extend(it.choices.iter().cloned());
                let says = (group, told.person, verdict.header.claimed, joined(&lines));
                let says = told.accepted.then_some(says);
                self.put_text(Kind::Vote, &verdict.id, says, batch)?;
            }
            batch.touched.entry(group).or_default();
            let seen = visible(&[b"ballot", verdict.id.as_bytes()]);
            let state = &mut self.group_mut(&group).state;
            if told.accepted { state.add(&seen) } else { state.remove(&seen) }
        }
        Ok(())
    }

    /// The votes that were opened where it counts, the newest first.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn votes(&self) -> Result<Vec<EnvelopeId>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM ballots WHERE opens ORDER BY lamport DESC, id LIMIT ?1",
        )?;
        let rows = find.query_map([VOTES_MAX], |row| id_from(EnvelopeId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
