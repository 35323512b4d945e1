//! What has come to whom and what he has opened, and what this box has yet to say about it.

use std::collections::BTreeMap;

use crdt::{
    body::Receipt,
    id::{EnvelopeId, GroupId, PersonId},
};
use rusqlite::params;

use super::{Told, Views, id_from};
use crate::store::error::StoreError;

/// How far an item got with somebody. The numbers stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Mark {
    /// His home holds it.
    Reached = 1,
    /// He opened it.
    Seen = 2,
}

/// Something that a person of this box has yet to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueReceipt {
    /// About what.
    pub item: EnvelopeId,
    /// Who.
    pub person: PersonId,
    /// What.
    pub mark: Mark,
    /// Since when, as this box's clock said.
    pub since_ms: u64,
    /// Is somebody waiting for it?
    pub haste: bool,
}

/// Items of one group that opening its page counts as having opened; the newest.
const OPENED_AT_ONCE: u32 = 64;

/// Everything here fails only where the disk says no.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Views {
    pub(super) fn take_receipt(
        &mut self,
        told: &Told<'_>,
        receipt: &Receipt,
    ) -> Result<(), StoreError> {
        let row = told.verdict.row;
        let Some(person) = told.person.filter(|_| told.accepted) else {
            self.execute("DELETE FROM receipts WHERE row = ?1", [row])?;
            return Ok(());
        };
        let mut put = self.conn.prepare_cached(
            "INSERT OR IGNORE INTO receipts (row, item, person, mark) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let reached = receipt.reached.iter().map(|item| (item, Mark::Reached));
        let seen = receipt.seen.iter().map(|item| (item, Mark::Seen));
        // Whoever opened something holds it: the second mark of one receipt counts for more.
        for (item, mark) in seen.chain(reached) {
            put.execute(params![row, item.as_bytes(), person.as_bytes(), mark as u8])?;
        }
        Ok(())
    }

    /// How far an item got with whom.
    pub fn receipts(&self, item: &EnvelopeId) -> Result<BTreeMap<PersonId, Mark>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT person, max(mark) FROM receipts WHERE item = ?1 GROUP BY person",
        )?;
        let rows = find.query_map([item.as_bytes()], |row| {
            Ok((id_from(PersonId::from_bytes, row, 0)?, mark(row.get(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that a person of this box shall say so; what he has said, or shall say, is enough.
    pub fn owe_receipt(&self, due: &DueReceipt) -> Result<(), StoreError> {
        let said = "SELECT 1 FROM receipts WHERE item = ?1 AND person = ?2 AND mark >= ?3";
        let (item, person) = (due.item.as_bytes(), due.person.as_bytes());
        let mut said = self.conn.prepare_cached(said)?;
        if said.exists(params![item, person, due.mark as u8])? {
            return Ok(());
        }
        let mut put = self.conn.prepare_cached(
            "INSERT INTO receipts_due (item, person, mark, since_ms, haste)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET mark = max(mark, excluded.mark)",
        )?;
        let since = due.since_ms.cast_signed();
        put.execute(params![item, person, due.mark as u8, since, due.haste])?;
        Ok(())
    }

    /// Has somebody of this box opened it, whether that was told already or not?
    pub fn has_opened(&self, person: &PersonId, item: &EnvelopeId) -> Result<bool, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT 1 FROM receipts WHERE item = ?1 AND person = ?2 AND mark >= ?3
             UNION ALL
             SELECT 1 FROM receipts_due WHERE item = ?1 AND person = ?2 AND mark >= ?3",
        )?;
        Ok(find.exists(params![item.as_bytes(), person.as_bytes(), Mark::Seen as u8])?)
    }

    /// What this box has yet to say, oldest first.
    pub fn due_receipts(&self) -> Result<Vec<DueReceipt>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT item, person, mark, since_ms, haste FROM receipts_due
             ORDER BY person, since_ms, item LIMIT 1024",
        )?;
        let rows = find.query_map([], |row| {
            Ok(DueReceipt {
                item: id_from(EnvelopeId::from_bytes, row, 0)?,
                person: id_from(PersonId::from_bytes, row, 1)?,
                mark: mark(row.get(2)?),
                since_ms: row.get::<_, i64>(3)?.cast_unsigned(),
                haste: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// It was said.
    pub fn receipt_said(&self, person: &PersonId, item: &EnvelopeId) -> Result<(), StoreError> {
        let gone = "DELETE FROM receipts_due WHERE person = ?1 AND item = ?2";
        let mut gone = self.conn.prepare_cached(gone)?;
        gone.execute(params![person.as_bytes(), item.as_bytes()])?;
        Ok(())
    }

    /// The newest announcements that a group's log shows.
    pub fn news_in(&self, group: &GroupId) -> Result<Vec<EnvelopeId>, StoreError> {
        let Some(group) = self.groups.get(group) else { return Ok(Vec::new()) };
        let mut find = self.conn.prepare_cached(
            "SELECT id, claimed FROM news WHERE in_group = ?1
             UNION SELECT n.id, n.claimed FROM forwards AS f JOIN news AS n ON n.id = f.of
             WHERE f.in_group = ?1 ORDER BY claimed DESC LIMIT ?2",
        )?;
        let rows = find.query_map(params![group.number, OPENED_AT_ONCE], |row| {
            id_from(EnvelopeId::from_bytes, row, 0)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn mark(number: u8) -> Mark {
    if number >= Mark::Seen as u8 { Mark::Seen } else { Mark::Reached }
}
