//! The ends of each stream: what a new envelope cites, so that its author's view can be told.
//!
//! A stream is all messages and announcements of a scope, all statements of a scope, or all acts on one request. A
//! head is an envelope that counts (accepted, and its chain fits together) and that no other one of
//! its stream that counts names in its deps. Only these are cited by us: what stands on something
//! forged would wait for ever.
//!
//! Heads usually move by one step: what is cited goes, what cites comes. Where an envelope changes
//! its fate after others built on it, its stream is read again from the beginning; that is rare.

use std::collections::BTreeSet;

use crdt::{
    envelope::{Header, Kind},
    id::EnvelopeId,
    judge::Fate,
};

use super::{
    Work,
    fates::{Before, Verdict},
    row,
};
use crate::store::error::StoreError;

/// Envelopes that cite one another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stream {
    pub scope_ref: i64,
    pub kind: u8,
    /// Empty where the kind has no subjects.
    pub subject: Vec<u8>,
}

impl Stream {
    /// The stream that an envelope is part of; changes name what they build on themselves, and
    /// other kinds build on nothing.
    pub fn of(scope_ref: i64, kind: Kind, subject: Option<&[u8]>) -> Option<Self> {
        let (kind, subject) = match kind {
            Kind::MESSAGE | Kind::ALERT => (Kind::MESSAGE, Vec::new()),
            Kind::STATEMENT => (kind, Vec::new()),
            Kind::ACT => (kind, subject?.to_vec()),
            _ => return None,
        };
        Some(Self { scope_ref, kind: kind.0, subject })
    }
}

impl Work<'_> {
    pub(super) fn move_heads(
        &mut self,
        (row, id): (i64, EnvelopeId),
        header: &Header,
        stream: Stream,
        before: Option<&Before>,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let counted = before.is_some_and(|it| it.sound && it.fate == Fate::Accepted);
        let counts = verdict.sound && verdict.fate == Fate::Accepted;
        if counted == counts {
            return Ok(());
        }
        self.memory.sole_head = match (self.memory.sole_head, header.deps.as_slice()) {
            (Some(sole), [dep])
                if sole == (header.scope, *dep)
                    && counts
                    && before.is_none()
                    && stream.kind == Kind::MESSAGE.0 =>
            {
                Some((header.scope, id))
            }
            _ => None,
        };
        // While it was not sound nobody who counts could build on it; afterwards somebody may have.
        if before.is_some_and(|before| before.sound) {
            self.memory.stale_heads.insert(stream);
            return Ok(());
        }
        for dep in &header.deps {
            let Some(cited) = self.cited(dep)? else { continue };
            self.db
                .prepare_cached(
                    "DELETE FROM heads
                     WHERE scope_ref = ?1 AND kind = ?2 AND subject = ?3 AND row = ?4",
                )?
                .execute((stream.scope_ref, stream.kind, &stream.subject, cited.row))?;
        }
        self.add_head(&stream, row)
    }

    fn add_head(&mut self, stream: &Stream, row: i64) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO heads (scope_ref, kind, subject, row) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((stream.scope_ref, stream.kind, &stream.subject, row))?;
        Ok(())
    }

    /// Finds the heads of the streams in which somebody changed his fate late.
    pub(super) fn find_stale_heads(&mut self) -> Result<(), StoreError> {
        while let Some(stream) = self.memory.stale_heads.pop_first() {
            self.memory.sole_head = None;
            let (mut ends, mut cited) = (Vec::new(), BTreeSet::new());
            self.each_that_counts(&stream, |row, id, deps| {
                ends.push((row, id));
                cited.extend(deps);
            })?;
            self.db
                .prepare_cached(
                    "DELETE FROM heads WHERE scope_ref = ?1 AND kind = ?2 AND subject = ?3",
                )?
                .execute((stream.scope_ref, stream.kind, &stream.subject))?;
            for (row, id) in ends {
                if !cited.contains(&id) {
                    self.add_head(&stream, row)?;
                }
            }
        }
        Ok(())
    }

    fn each_that_counts(
        &self,
        stream: &Stream,
        mut each: impl FnMut(i64, EnvelopeId, Vec<EnvelopeId>),
    ) -> Result<(), StoreError> {
        // Two statements, since one condition for both would use neither index.
        let of_subject = "SELECT row, id, seq, cites FROM envelopes
             WHERE scope_ref = ?1 AND kind IN (?2, ?4) AND subject = ?3 AND fate = 0 AND sound";
        let of_scope = "SELECT row, id, seq, cites FROM envelopes
             WHERE scope_ref = ?1 AND kind IN (?2, ?4) AND ?3 = x'' AND fate = 0 AND sound";
        let sql = if stream.subject.is_empty() { of_scope } else { of_subject };
        let mut rows = self.db.prepare_cached(sql)?;
        let also = if stream.kind == Kind::MESSAGE.0 { Kind::ALERT.0 } else { stream.kind };
        let mut rows = rows.query((stream.scope_ref, stream.kind, &stream.subject, also))?;
        while let Some(sql) = rows.next()? {
            let has_prev = sql.get::<_, i64>(2)? != 1;
            let cites: Vec<u8> = sql.get(3)?;
            let (_, deps) = row::split_cites(&cites, has_prev);
            each(sql.get(0)?, EnvelopeId::from_bytes(sql.get(1)?), deps);
        }
        Ok(())
    }
}
