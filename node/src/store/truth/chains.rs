//! Chains as people cut them: where they end here, and what lies beyond.
//!
//! The end of a chain is the highest place up to which it *fits together*. A number out of the sky,
//! whose predecessors nobody has, moves no cut: everything below it would count for ever after.

use crdt::{
    envelope::Kind,
    id::{EnvelopeId, ScopeId, WriterId},
    judge::Fate,
};
use rusqlite::OptionalExtension;

use super::{Reading, read::Judged};
use crate::store::error::StoreError;

/// The end of a chain in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// In which scope.
    pub scope: ScopeId,
    /// Its last place.
    pub seq: u64,
    /// What stands there.
    pub id: EnvelopeId,
}

impl Reading<'_> {
    /// Where a writer's chains end as far as they fit together; with `until`, before the first
    /// place that claims to be later than that.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn chain_ends(
        &self,
        writer: &WriterId,
        until: Option<u64>,
    ) -> Result<Vec<End>, StoreError> {
        let mut scopes =
            self.db.prepare_cached("SELECT DISTINCT scope FROM positions WHERE writer = ?1")?;
        let scopes = scopes.query_map([writer.as_bytes()], |row| row.get::<_, [u8; 16]>(0))?;
        let mut first_later = self.db.prepare_cached(
            "SELECT min(e.seq) FROM positions p JOIN envelopes e ON e.position_ref = p.ref
             WHERE p.writer = ?1 AND p.scope = ?2 AND e.claimed > ?3",
        )?;
        let mut last = self.db.prepare_cached(
            "SELECT e.seq, e.id FROM positions p JOIN envelopes e ON e.position_ref = p.ref
             WHERE p.writer = ?1 AND p.scope = ?2 AND e.sound AND e.seq < ?3
             ORDER BY e.seq DESC, e.id DESC LIMIT 1",
        )?;
        let mut ends = Vec::new();
        for scope in scopes {
            let scope = scope?;
            let end: Option<i64> = match until {
                Some(until) => {
                    let until = i64::try_from(until).unwrap_or(i64::MAX);
                    first_later.query_row((writer.as_bytes(), scope, until), |row| row.get(0))?
                }
                None => None,
            };
            let key = (writer.as_bytes(), scope, end.unwrap_or(i64::MAX));
            let found = last.query_row(key, |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
            if let Some((seq, id)) = found.optional()? {
                let (scope, seq) = (ScopeId::from_bytes(scope), seq.cast_unsigned());
                ends.push(End { scope, seq, id: EnvelopeId::from_bytes(id) });
            }
        }
        ends.sort_unstable();
        Ok(ends)
    }

    /// Envelopes that do not count for one of these reasons, the latest arrivals first, at most
    /// `limit`.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn quarantined_for(&self, codes: &[&str], limit: usize) -> Result<Vec<Judged>, StoreError> {
        let mut found = Vec::new();
        for code in codes {
            // The plus keeps SQLite with the index of the few that are not accepted: without it all rows
            // are gone through in their order.
            let condition = "e.fate <> 0 AND e.fate = ?1 \
                 AND e.reason = (SELECT ref FROM reasons WHERE code = ?2) \
                 ORDER BY +e.row DESC LIMIT ?3";
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            found.extend(self.judged(condition, (Fate::Quarantined as u8, code, limit))?);
        }
        found.sort_unstable_by_key(|it| std::cmp::Reverse(it.row));
        found.truncate(limit);
        Ok(found)
    }

    /// The held envelopes whose id begins with these hexadecimal digits, at most two.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn with_prefix(&self, digits: &str) -> Result<Vec<EnvelopeId>, StoreError> {
        // Whatever somebody typed: where no half of it is text, it is no digits.
        let Some(even) = digits.get(..digits.len() & !1) else { return Ok(Vec::new()) };
        let low: Option<Vec<u8>> = (0..even.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(even.get(at..at + 2)?, 16).ok())
            .collect();
        let Some(low) = low.filter(|low| !low.is_empty() && low.len() <= 32) else {
            return Ok(Vec::new());
        };
        let mut high = low.clone();
        high.resize(33, 0xff);
        let mut rows = self.db.prepare_cached(
            "SELECT id FROM envelopes WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT 1000",
        )?;
        let found = rows.query_map((low, high), |row| Ok(EnvelopeId::from_bytes(row.get(0)?)))?;
        let mut ids = found.collect::<Result<Vec<_>, _>>()?;
        ids.retain(|id| id.to_hex().starts_with(digits));
        ids.truncate(2);
        Ok(ids)
    }

    /// All statements of the roster's scope, in the order of arrival: what a newcomer is handed.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn statements(&self, roster: &ScopeId) -> Result<Vec<EnvelopeId>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT id FROM envelopes WHERE kind = ?2
               AND scope_ref = (SELECT ref FROM scopes WHERE scope = ?1) ORDER BY row",
        )?;
        let found = rows.query_map((roster.as_bytes(), Kind::STATEMENT.0), |row| {
            Ok(EnvelopeId::from_bytes(row.get(0)?))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What the messages and changes of a scope that count cite, from this place in the order on.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn cited_by_counting(
        &self,
        scope: &ScopeId,
        from_lamport: u64,
    ) -> Result<Vec<EnvelopeId>, StoreError> {
        let condition = "e.scope_ref = (SELECT ref FROM scopes WHERE scope = ?1)
             AND e.lamport >= ?2 AND e.fate = 0 AND e.kind IN (?3, ?4, ?5)";
        let from = from_lamport.cast_signed();
        let kinds = (Kind::MESSAGE.0, Kind::ALERT.0, Kind::CHANGE.0);
        let all = self.judged(condition, (scope.as_bytes(), from, kinds.0, kinds.1, kinds.2))?;
        Ok(all.into_iter().flat_map(|it| it.header.deps).collect())
    }
}
