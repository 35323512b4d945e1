//! What a person of this box must be told: each thing once, and no longer than it is so.

use crdt::id::{PersonId, RequestId};
use rusqlite::params;

use super::{Batch, Views, id_from};
use crate::store::{error::StoreError, truth::Truth};

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its row.
    pub number: i64,
    /// About which request.
    pub request: RequestId,
    /// Why, as `lifecycle` names it; behind a stroke, what of several it is about.
    pub reason: String,
}

impl NoticeRow {
    /// Why, without what it is about.
    pub fn word(&self) -> &str {
        self.reason.split('/').next().unwrap_or_default()
    }
}

/// Under this name the truth remembers that this person was told.
pub fn told_key(person: &PersonId, request: &RequestId, reason: &str) -> String {
    format!("told/{}/{}/{reason}", person.to_hex(), request.to_hex())
}

impl Views {
    /// Notes what `person` must be told of `request`; what is no longer so is taken back, and what
    /// was seen is never told again.
    pub(super) fn put_notices(
        &self,
        named: &RequestId,
        person: &PersonId,
        reasons: &[String],
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let told = |reason: &str| told_key(person, named, reason);
        let (request, person) = (named.as_bytes(), person.as_bytes());
        let mut lapse = self
            .conn
            .prepare_cached("UPDATE notices SET is_due = 0 WHERE request = ?1 AND person = ?2")?;
        lapse.execute(params![request, person])?;
        for reason in reasons {
            let was_told = truth.read().kept(&told(reason))?.is_some();
            let mut put = self.conn.prepare_cached(
                "INSERT INTO notices (request, person, reason, is_due, is_seen)
                 VALUES (?1, ?2, ?3, 1, ?4)
                 ON CONFLICT (request, person, reason) DO UPDATE SET is_due = 1",
            )?;
            put.execute(params![request, person, reason, was_told])?;
            batch.changes.notices = true;
        }
        Ok(())
    }

    /// Is this told of `request` now, read or not?
    pub(super) fn is_due(
        &self,
        request: &RequestId,
        person: &PersonId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT 1 FROM notices WHERE request = ?1 AND person = ?2 AND reason = ?3 AND is_due",
        )?;
        Ok(find.exists(params![request.as_bytes(), person.as_bytes(), reason])?)
    }

    /// What `person` has still to be told, oldest first.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn notices(&self, person: &PersonId) -> Result<Vec<NoticeRow>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT ref, request, reason FROM notices
             WHERE person = ?1 AND is_due AND NOT is_seen ORDER BY ref",
        )?;
        let rows = find.query_map([person.as_bytes()], |row| {
            let request = id_from(RequestId::from_bytes, row, 1)?;
            Ok(NoticeRow { number: row.get(0)?, request, reason: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// He has read these.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn notices_seen(&self, person: &PersonId, numbers: &[i64]) -> Result<(), StoreError> {
        let mut put = self
            .conn
            .prepare_cached("UPDATE notices SET is_seen = 1 WHERE ref = ?1 AND person = ?2")?;
        let mut seen = |number| put.execute(params![number, person.as_bytes()]).map(|_| ());
        numbers.iter().try_for_each(&mut seen)?;
        Ok(())
    }
}
