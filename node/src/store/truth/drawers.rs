//! Drawers, as neighbours compare them: what stands in which week of which scope.

use std::collections::{HashMap, hash_map::Entry};

use crdt::{
    envelope::Kind,
    id::{EnvelopeId, ScopeId, WriterId},
    sync::{Held, fingerprint::Fingerprint},
    time::{Bucket, ClaimedTime},
};
use rusqlite::OptionalExtension as _;

use super::Reading;
use crate::store::error::StoreError;

/// About how many bytes of a header and signature do not depend on what is cited and said.
const FIXED_BYTES: u32 = 200;

impl Reading<'_> {
    /// The fingerprint of every drawer.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn fingerprints(&self) -> Result<Vec<(ScopeId, Bucket, Fingerprint)>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT s.scope, f.bucket, f.value FROM fingerprints f
             JOIN scopes s ON s.ref = f.scope_ref ORDER BY s.scope, f.bucket",
        )?;
        let found = rows.query_map([], |row| {
            let value = Fingerprint::from_bytes(&row.get(2)?);
            Ok((ScopeId::from_bytes(row.get(0)?), Bucket(row.get(1)?), value))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What is in one drawer, to be compared with a peer's.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn items(&self, scope: &ScopeId, bucket: Bucket) -> Result<Vec<Held>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT id, claimed, kind, lamport, length(cites) + coalesce(length(body), 0), position_ref
             FROM envelopes
             WHERE scope_ref = (SELECT ref FROM scopes WHERE scope = ?1) AND bucket = ?2",
        )?;
        let mut rows = rows.query((scope.as_bytes(), bucket.0))?;
        // Thousands of envelopes stand at a few positions: each is looked up once.
        let (mut writers, mut items) = (HashMap::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let writer = match writers.entry(row.get(5)?) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(first) => {
                    let writer = self.writer_at(*first.key())?;
                    *first.insert(writer)
                }
            };
            items.push(Held {
                id: EnvelopeId::from_bytes(row.get(0)?),
                writer,
                claimed: ClaimedTime(row.get::<_, i64>(1)?.cast_unsigned()),
                kind: Kind(row.get(2)?),
                lamport: row.get::<_, i64>(3)?.cast_unsigned(),
                bytes: FIXED_BYTES + row.get::<_, u32>(4)?,
            });
        }
        Ok(items)
    }

    /// The drawer in which most of what came in after `row` lies, and how many envelopes it holds in all; at most
    /// `limit` of those that came are looked at.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn fullest_drawer_since(
        &self,
        row: i64,
        limit: u32,
    ) -> Result<Option<(ScopeId, Bucket, u64)>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT s.scope, f.bucket, f.value
             FROM (SELECT scope_ref, bucket, count(*) AS came
                   FROM (SELECT scope_ref, bucket FROM envelopes WHERE row > ?1 ORDER BY row LIMIT ?2)
                   GROUP BY scope_ref, bucket ORDER BY came DESC, scope_ref, bucket LIMIT 1) AS it
             JOIN fingerprints f ON f.scope_ref = it.scope_ref AND f.bucket = it.bucket
             JOIN scopes s ON s.ref = it.scope_ref",
        )?;
        let found = rows.query_row((row, limit), |row| {
            let held = Fingerprint::from_bytes(&row.get(2)?).count();
            Ok((ScopeId::from_bytes(row.get(0)?), Bucket(row.get(1)?), held))
        });
        Ok(found.optional()?)
    }

    /// Who writes at a position.
    fn writer_at(&self, position: i64) -> Result<WriterId, StoreError> {
        let mut found = self.db.prepare_cached("SELECT writer FROM positions WHERE ref = ?1")?;
        Ok(WriterId::from_bytes(found.query_row([position], |row| row.get(0))?))
    }
}
