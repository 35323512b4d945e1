//! Everything that can be looked up, by the writer's connection or by a reader's.

use crdt::{
    authority::Spot,
    body::{Body, Unreadable},
    envelope::{Envelope, Header, Kind},
    id::{DocumentId, EnvelopeId, RequestId, ScopeId, WriterId},
    judge::Fate,
    sync::fingerprint::Fingerprint,
};
use rusqlite::{Connection, OptionalExtension, Params};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{
    Meta,
    memory::Memory,
    row::{self, Gone, Row},
};
use crate::store::error::StoreError;

/// Looks things up; cheap to make.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    pub(super) db: &'a Connection,
    memory: Option<&'a Memory>,
}

/// One verdict of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Its number: verdicts that change get a new, higher one.
    pub number: i64,
    /// The envelope's place in the order of arrival.
    pub row: i64,
    /// Which envelope.
    pub id: EnvelopeId,
    /// What became of it.
    pub fate: Fate,
    /// The short name of the reason; for messages that count with a mark, the mark.
    pub reason: String,
    /// Its header.
    pub header: Header,
    /// Its body as it is stored, sealed or plain, unless that is gone.
    pub body: Option<Vec<u8>>,
    read: Result<Body, Unreadable>,
}

impl Judged {
    /// What can be read of the body.
    ///
    /// # Errors
    ///
    /// Where it is gone, poison, under a key that is not here, or written by a later release.
    pub fn read_body(&self) -> Result<Body, Unreadable> {
        self.read.clone()
    }

    /// Where it stands, for questions to the roster.
    pub fn spot(&self) -> Spot {
        Spot::of(self.id, &self.header)
    }
}

/// How many envelopes of a scope have which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub held: u64,
    /// Those that count.
    pub accepted: u64,
    /// Those that wait.
    pub pending: u64,
    /// Those that do not count.
    pub quarantined: u64,
    /// Those that cannot be read here.
    pub sealed: u64,
    /// Those whose body was dropped.
    pub poison: u64,
}

/// One envelope that does not count, for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What is known of it.
    pub meta: Meta,
    /// What became of it.
    pub fate: Fate,
    /// The short name of the reason.
    pub reason: String,
}

/// How much a writer has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Envelopes after the row that was asked about.
    pub count: u64,
    /// His last row; 0 where there is none.
    pub last_row: i64,
}

/// Acts and changes that a look at what came in lately reads: more than a town does in a week's cut.
pub const WORK_SINCE_MAX: usize = 100_000;

/// Envelopes of a vault that are in memory at once: whoever looks very often fills a disk, not the memory.
const VAULT_PORTION: usize = 256;

/// Ballots that are in memory at once besides those that are looked at.
const BALLOT_PORTION: usize = 2_048;

/// A limit as SQLite wants it.
fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl<'a> Reading<'a> {
    /// Of everything but what is sealed.
    pub(super) fn new(db: &'a Connection) -> Self {
        Self { db, memory: None }
    }

    pub(super) fn of(db: &'a Connection, memory: &'a Memory) -> Self {
        Self { db, memory: Some(memory) }
    }

    /// The log of verdicts after `number`, at most `limit` of them, in order. Of each envelope only
    /// the last verdict is in it.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn judged_since(&self, number: i64, limit: usize) -> Result<Vec<Judged>, StoreError> {
        self.judged("e.judged > ?1 ORDER BY e.judged LIMIT ?2", (number, at_most(limit)))
    }

    /// The last number of the log.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn last_judged(&self) -> Result<i64, StoreError> {
        self.number("SELECT coalesce(max(judged), 0) FROM envelopes", ())
    }

    /// All acts that name this request, whatever their fate and scope, in the order of arrival.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn acts_of(&self, request: &RequestId) -> Result<Vec<Judged>, StoreError> {
        let condition = "e.subject = ?1 AND e.kind = ?2 ORDER BY e.row";
        self.judged(condition, (request.as_bytes(), Kind::ACT.0))
    }

    /// Acts on requests and changes of documents that came after this row, whatever their fate, at most
    /// `WORK_SINCE_MAX`, in the order of arrival.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn case_work_since(&self, row: i64) -> Result<Vec<Judged>, StoreError> {
        let condition = "e.row > ?1 AND e.kind IN (?2, ?3) ORDER BY e.row LIMIT ?4";
        self.judged(condition, (row, Kind::ACT.0, Kind::CHANGE.0, at_most(WORK_SINCE_MAX)))
    }

    /// All changes of this document, whatever their fate and scope, in the order of arrival.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn changes_of(&self, document: &DocumentId) -> Result<Vec<Judged>, StoreError> {
        let condition = "e.subject = ?1 AND e.kind = ?2 ORDER BY e.row";
        self.judged(condition, (document.as_bytes(), Kind::CHANGE.0))
    }

    /// What is in the vaults of this request and came after this row, whatever its fate and scope, as far as
    /// it can be read here: the next `VAULT_PORTION`, in the order of arrival; none: that was all.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn vaults_of(&self, request: &RequestId, row: i64) -> Result<Vec<Judged>, StoreError> {
        let condition = "e.subject = ?1 AND e.kind = ?2 AND e.row > ?3 ORDER BY e.row LIMIT ?4";
        let portion = at_most(VAULT_PORTION);
        self.judged(condition, (request.as_bytes(), Kind::VAULT.0, row, portion))
    }

    /// What belongs to this vote and came after this row, whatever its fate and scope: the next
    /// `BALLOT_PORTION`, in the order of arrival; none: that was all.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn ballots_of(&self, poll: &EnvelopeId, row: i64) -> Result<Vec<Judged>, StoreError> {
        let condition = "e.subject = ?1 AND e.kind = ?2 AND e.row > ?3 ORDER BY e.row LIMIT ?4";
        let portion = at_most(BALLOT_PORTION);
        self.judged(condition, (poll.as_bytes(), Kind::BALLOT.0, row, portion))
    }

    /// One envelope with its verdict.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn verdict(&self, id: &EnvelopeId) -> Result<Option<Judged>, StoreError> {
        Ok(self.judged("e.id = ?1", [id.as_bytes()])?.pop())
    }

    pub(super) fn judged(
        &self,
        condition: &str,
        params: impl Params,
    ) -> Result<Vec<Judged>, StoreError> {
        let codes = self.codes()?;
        let mut rows = self.db.prepare_cached(&row::select(condition))?;
        let mut rows = rows.query(params)?;
        let mut out = Vec::new();
        while let Some(sql) = rows.next()? {
            let it = Row::read(sql)?;
            out.push(Judged {
                number: it.judged,
                row: it.row,
                id: it.id,
                fate: it.fate,
                reason: codes.get(&it.reason).cloned().unwrap_or_default(),
                read: self.body_of(&it),
                header: it.header,
                body: it.body,
            });
        }
        Ok(out)
    }

    fn body_of(&self, it: &Row) -> Result<Body, Unreadable> {
        let keys = self.memory.map(|memory| &memory.keyring);
        let opened = self.memory.and_then(|memory| memory.opened.take(it.row));
        opened.map_or_else(|| row::read_body(&it.header, it.gone, it.body.as_deref(), keys), Ok)
    }

    /// The short names of reasons, by number.
    fn codes(&self) -> Result<Cow<'a, BTreeMap<i64, String>>, StoreError> {
        if let Some(memory) = self.memory {
            return Ok(Cow::Borrowed(&memory.codes));
        }
        let mut rows = self.db.prepare_cached("SELECT ref, code FROM reasons")?;
        let found = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Cow::Owned(found.collect::<Result<_, _>>()?))
    }

    /// One envelope, to be passed on.
    ///
    /// # Errors
    ///
    /// Where the disk fails, or the row no longer says what its id names.
    pub fn envelope(&self, id: &EnvelopeId) -> Result<Option<Envelope>, StoreError> {
        let mut rows = self.db.prepare_cached(&row::select("e.id = ?1"))?;
        let mut rows = rows.query([id.as_bytes()])?;
        rows.next()?.map(|sql| Row::read(sql)?.envelope()).transpose()
    }

    /// Those of `ids` that are held, in the order asked for.
    ///
    /// # Errors
    ///
    /// Where the disk fails, or a row no longer says what its id names.
    pub fn envelopes(&self, ids: &[EnvelopeId]) -> Result<Vec<Arc<Envelope>>, StoreError> {
        let found = ids.iter().filter_map(|id| self.envelope(id).transpose());
        // One that is damaged keeps none of the others back.
        let is_whole = |it: &Result<_, _>| !matches!(it, Err(StoreError::DamagedEnvelope(_)));
        found.filter(is_whole).map(|envelope| envelope.map(Arc::new)).collect()
    }

    /// The first envelopes of a writer's chain in a scope, at most `limit`, in its order.
    ///
    /// # Errors
    ///
    /// Where the disk fails, or a row no longer says what its id names.
    pub fn first_of_chain(
        &self,
        writer: &WriterId,
        scope: &ScopeId,
        limit: usize,
    ) -> Result<Vec<Envelope>, StoreError> {
        let condition = "p.writer = ?1 AND p.scope = ?2 AND e.seq <= ?3 ORDER BY e.seq, e.row";
        let mut found = self.db.prepare_cached(&row::select(condition))?;
        let mut found = found.query((writer.as_bytes(), scope.as_bytes(), at_most(limit)))?;
        let mut out = Vec::new();
        while let Some(sql) = found.next()? {
            out.push(Row::read(sql)?.envelope()?);
        }
        Ok(out)
    }

    /// Is it held?
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn holds(&self, id: &EnvelopeId) -> Result<bool, StoreError> {
        let mut found = self.db.prepare_cached("SELECT 1 FROM envelopes WHERE id = ?1")?;
        Ok(found.exists([id.as_bytes()])?)
    }

    /// What came in after `row`, at most `limit`, in the order of arrival.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn arrived_since(&self, row: i64, limit: usize) -> Result<Vec<Meta>, StoreError> {
        self.metas("e.row > ?1 ORDER BY e.row LIMIT ?2", (row, at_most(limit)))
    }

    /// Is it here, with its body or with good reason to have none?
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn holds_whole(&self, id: &EnvelopeId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM envelopes WHERE id = ?1 AND gone IS NOT ?2";
        Ok(self.db.prepare_cached(sql)?.exists((id.as_bytes(), Gone::NotSent as u8))?)
    }

    /// Envelopes that came without a body which may still come, at most `limit`.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn without_body(&self, limit: usize) -> Result<Vec<Meta>, StoreError> {
        // The plus as in `quarantined_for`.
        let condition = "e.fate <> 0 AND e.gone = ?1 ORDER BY +e.row LIMIT ?2";
        self.metas(condition, (Gone::NotSent as u8, at_most(limit)))
    }

    fn metas(&self, condition: &str, params: impl Params) -> Result<Vec<Meta>, StoreError> {
        let mut rows = self.db.prepare_cached(&row::select(condition))?;
        let mut rows = rows.query(params)?;
        let mut out = Vec::new();
        while let Some(sql) = rows.next()? {
            let it = Row::read(sql)?;
            out.push(meta(it.row, it.id, &it.header));
        }
        Ok(out)
    }

    /// The heads of a stream, the highest in the order first: of a request's acts where a subject
    /// is given, else of the scope's messages or statements.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn heads(
        &self,
        scope: &ScopeId,
        kind: Kind,
        subject: Option<&RequestId>,
    ) -> Result<Vec<EnvelopeId>, StoreError> {
        let subject = subject.map_or(&[][..], |id| id.as_bytes());
        let mut rows = self.db.prepare_cached(
            "SELECT e.lamport, e.id FROM heads h JOIN envelopes e ON e.row = h.row
             WHERE h.scope_ref = (SELECT ref FROM scopes WHERE scope = ?1)
               AND h.kind = ?2 AND h.subject = ?3",
        )?;
        let found = rows.query_map((scope.as_bytes(), kind.0, subject), |row| {
            let lamport = row.get::<_, i64>(0)?.cast_unsigned();
            Ok((lamport, EnvelopeId::from_bytes(row.get(1)?)))
        })?;
        let mut heads = found.collect::<Result<Vec<_>, _>>()?;
        heads.sort_unstable_by(|a, b| b.cmp(a));
        Ok(heads.into_iter().map(|(_, id)| id).collect())
    }

    /// How many envelopes of a scope have which fate; of all scopes where none is named.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn counts(&self, scope: Option<&ScopeId>) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let scope = scope.map(|scope| scope.as_bytes());
        let of_scope = "?1 IS NULL OR scope_ref = (SELECT ref FROM scopes WHERE scope = ?1)";
        let held = format!("SELECT value FROM fingerprints WHERE {of_scope}");
        for value in self.db.prepare_cached(&held)?.query_map([scope], |row| row.get(0))? {
            counts.held += Fingerprint::from_bytes(&value?).count();
        }
        let fates = format!(
            "SELECT fate, count(*) FROM envelopes WHERE ({of_scope}) AND fate <> 0 GROUP BY fate"
        );
        let mut fates = self.db.prepare_cached(&fates)?;
        for row in fates.query_map([scope], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (fate, count): (u8, u32) = row?;
            let count = u64::from(count);
            match Fate::from_number(fate) {
                Some(Fate::Pending) => counts.pending = count,
                Some(Fate::Quarantined) => counts.quarantined = count,
                Some(Fate::Sealed) => counts.sealed = count,
                Some(Fate::Poison) => counts.poison = count,
                Some(Fate::Accepted) | None => (),
            }
        }
        let others = counts.pending + counts.quarantined + counts.sealed + counts.poison;
        counts.accepted = counts.held.saturating_sub(others);
        Ok(counts)
    }

    /// Envelopes with this fate, other than accepted, the latest arrivals first, at most `limit`.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn listed(&self, fate: Fate, limit: usize) -> Result<Vec<Listed>, StoreError> {
        let codes = self.codes()?;
        // The plus as in `quarantined_for`.
        let condition = "e.fate <> 0 AND e.fate = ?1 ORDER BY +e.row DESC LIMIT ?2";
        let mut rows = self.db.prepare_cached(&row::select(condition))?;
        let mut rows = rows.query((fate as u8, at_most(limit)))?;
        let mut out = Vec::new();
        while let Some(sql) = rows.next()? {
            let it = Row::read(sql)?;
            let reason = codes.get(&it.reason).cloned().unwrap_or_default();
            let meta = meta(it.row, it.id, &it.header);
            out.push(Listed { meta, fate: it.fate, reason });
        }
        Ok(out)
    }

    /// The newest of what a writer has written after `row`, over all scopes.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn own_after(
        &self,
        writer: &WriterId,
        row: i64,
        last: u32,
    ) -> Result<Vec<EnvelopeId>, StoreError> {
        let mut found = self.db.prepare_cached(
            "SELECT e.id FROM positions p JOIN envelopes e ON e.position_ref = p.ref
             WHERE p.writer = ?1 AND e.row > ?2 ORDER BY e.row DESC LIMIT ?3",
        )?;
        let rows =
            found.query_map((writer.as_bytes(), row, last), |row| row.get::<_, [u8; 32]>(0))?;
        Ok(rows.map(|id| id.map(EnvelopeId::from_bytes)).collect::<Result<_, _>>()?)
    }

    /// What a writer has written after `row`, over all scopes.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn own(&self, writer: &WriterId, row: i64) -> Result<Own, StoreError> {
        let mut found = self.db.prepare_cached(
            "SELECT count(*) FILTER (WHERE e.row > ?2), coalesce(max(e.row), 0)
             FROM positions p JOIN envelopes e ON e.position_ref = p.ref WHERE p.writer = ?1",
        )?;
        let own = found.query_row((writer.as_bytes(), row), |row| {
            Ok(Own { count: u64::from(row.get::<_, u32>(0)?), last_row: row.get(1)? })
        });
        Ok(own?)
    }

    /// The last row by the file's own word, against which stories hold [`super::Truth::last_row`].
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    #[cfg(test)]
    pub fn last_row(&self) -> Result<i64, StoreError> {
        self.number("SELECT coalesce(max(row), 0) FROM envelopes", ())
    }

    /// The end of a writer's chain in a scope: (seq, id).
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn tip(
        &self,
        writer: &WriterId,
        scope: &ScopeId,
    ) -> Result<Option<(u64, EnvelopeId)>, StoreError> {
        let all =
            self.tips_where("writer = ?1 AND scope = ?2", (writer.as_bytes(), scope.as_bytes()));
        Ok(all?.into_iter().map(|(_, seq, id)| (seq, id)).max())
    }

    /// The ends of all chains of a writer, to be compared with what a peer holds of them.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn tips(&self, writer: &WriterId) -> Result<Vec<(ScopeId, u64, EnvelopeId)>, StoreError> {
        let mut highest: BTreeMap<ScopeId, (u64, EnvelopeId)> = BTreeMap::new();
        for (scope, seq, id) in self.tips_where("writer = ?1", [writer.as_bytes()])? {
            let tip = highest.entry(scope).or_insert((seq, id));
            *tip = (*tip).max((seq, id));
        }
        Ok(highest.into_iter().map(|(scope, (seq, id))| (scope, seq, id)).collect())
    }

    fn tips_where(
        &self,
        condition: &str,
        params: impl Params,
    ) -> Result<Vec<(ScopeId, u64, EnvelopeId)>, StoreError> {
        let sql = format!("SELECT ref, scope FROM positions WHERE {condition}");
        let mut positions = self.db.prepare_cached(&sql)?;
        let positions = positions.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut tip = self.db.prepare_cached(
            "SELECT seq, id FROM envelopes WHERE position_ref = ?1 ORDER BY seq DESC LIMIT 1",
        )?;
        let mut out = Vec::new();
        for position in positions {
            let (at, scope): (i64, [u8; 16]) = position?;
            let found = tip.query_row([at], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
            if let Some((seq, id)) = found.optional()? {
                out.push((
                    ScopeId::from_bytes(scope),
                    seq.cast_unsigned(),
                    EnvelopeId::from_bytes(id),
                ));
            }
        }
        Ok(out)
    }

    /// What SQLite finds wrong with the file, nothing where all is well. Reads all of it.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        let mut rows = self.db.prepare("PRAGMA integrity_check")?;
        let found = rows.query_map([], |row| row.get::<_, String>(0))?;
        let found = found.collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().filter(|line| line != "ok").collect())
    }

    fn number(&self, sql: &str, params: impl Params) -> Result<i64, StoreError> {
        Ok(self.db.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
    }
}

fn meta(row: i64, id: EnvelopeId, header: &Header) -> Meta {
    Meta {
        row,
        id,
        scope: header.scope,
        writer: header.writer,
        kind: header.kind,
        bucket: header.bucket,
        claimed: header.claimed,
    }
}
