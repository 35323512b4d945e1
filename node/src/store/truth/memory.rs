//! What a [`Truth`](super::Truth) keeps in memory: all of it can be read from the file again.
//!
//! After anything was rolled back it is, so that memory never says more than the file.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    genesis::Genesis,
    id::{EnvelopeId, ScopeId, WriterId},
    judge::{Known, Position},
    sync::fingerprint::Fingerprint,
    time::Bucket,
};
use rusqlite::Connection;

use super::{Authority, row};
use crate::store::error::StoreError;

/// Envelopes and positions remembered to spare a look-up, each; forgotten all at once beyond.
const RECENT_MAX: usize = 4_096;

/// A writer acting in a scope under a grant, and the row that stands for it.
pub(super) type PositionKey = (WriterId, ScopeId, Option<EnvelopeId>);

/// What is known of an envelope that may be cited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cited {
    pub row: i64,
    pub known: Known,
}

pub(super) struct Memory<A> {
    pub authority: A,
    /// Has the roster changed since positions were last compared?
    pub roster_moved: bool,
    /// What authority said of each sound statement: (row, answer).
    pub statements: BTreeMap<EnvelopeId, (i64, Position)>,
    pub fingerprints: BTreeMap<(i64, Bucket), Fingerprint>,
    /// Moved and not yet written.
    pub moved: BTreeSet<(i64, Bucket)>,
    pub scopes: BTreeMap<ScopeId, i64>,
    pub reasons: BTreeMap<String, i64>,
    pub forks: BTreeMap<(WriterId, ScopeId), u64>,
    /// The last number of the log of verdicts.
    pub judged: i64,
    /// To be judged again in this turn.
    pub queue: BTreeSet<i64>,
    /// Are there more in the table?
    pub unfinished: bool,
    /// Streams whose heads must be found anew.
    pub stale_heads: BTreeSet<super::heads::Stream>,
    pub positions: BTreeMap<PositionKey, i64>,
    pub cited: BTreeMap<EnvelopeId, Cited>,
    /// Was anything changed since the transaction or savepoint began?
    pub touched: bool,
}

impl<A: Authority> Memory<A> {
    /// Reads everything from the file.
    pub fn read(db: &Connection, genesis: &Genesis) -> Result<Self, StoreError> {
        let mut memory = Self {
            authority: A::founded(genesis),
            roster_moved: false,
            statements: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
            moved: BTreeSet::new(),
            scopes: BTreeMap::new(),
            reasons: BTreeMap::new(),
            forks: BTreeMap::new(),
            judged: 0,
            queue: BTreeSet::new(),
            unfinished: false,
            stale_heads: BTreeSet::new(),
            positions: BTreeMap::new(),
            cited: BTreeMap::new(),
            touched: false,
        };
        memory.read_small_tables(db)?;
        memory.read_authority(db)?;
        Ok(memory)
    }

    fn read_small_tables(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut rows = db.prepare_cached("SELECT scope, ref FROM scopes")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (scope, at) = row?;
            self.scopes.insert(ScopeId::from_bytes(scope), at);
        }
        let mut rows = db.prepare_cached("SELECT code, ref FROM reasons")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (code, at) = row?;
            self.reasons.insert(code, at);
        }
        let mut rows = db.prepare_cached("SELECT scope_ref, bucket, value FROM fingerprints")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))? {
            let (scope, bucket, value): (i64, u16, [u8; 40]) = row?;
            self.fingerprints.insert((scope, Bucket(bucket)), Fingerprint::from_bytes(&value));
        }
        let mut rows = db.prepare_cached("SELECT writer, scope, seq FROM forks")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))? {
            let (writer, scope, seq): ([u8; 32], [u8; 16], i64) = row?;
            let chain = (WriterId::from_bytes(writer), ScopeId::from_bytes(scope));
            self.forks.insert(chain, seq.cast_unsigned());
        }
        let last = "SELECT coalesce(max(judged), 0), exists (SELECT 1 FROM todo) FROM envelopes";
        (self.judged, self.unfinished) =
            db.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(())
    }

    /// Tells authority every sound statement, use of a grant and link of a forked chain again.
    fn read_authority(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut rows = db.prepare_cached("SELECT writer, auth FROM positions WHERE auth <> x''")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (writer, auth) = row?;
            self.authority.note_use(WriterId::from_bytes(writer), EnvelopeId::from_bytes(auth));
        }
        drop(rows);
        let forked: Vec<_> = self.forks.keys().copied().collect();
        for chain in forked {
            self.tell_links(db, chain)?;
        }
        let mut rows = db.prepare_cached(&row::select("e.kind = 1 AND e.sound ORDER BY lamport"))?;
        let mut rows = rows.query([])?;
        while let Some(sql) = rows.next()? {
            let row = row::Row::read(sql)?;
            let Ok(body) = row.read_body() else { continue };
            let Some(fact) = self.authority.read(&row.envelope()?, &body) else { continue };
            self.authority.insert(fact);
            let said = Position::Counts;
            self.statements.insert(row.id, (row.row, said));
        }
        // What was said stands in the rows; ask once, so that the next change finds a difference.
        for (id, (row, said)) in &mut self.statements {
            let header = row::header_of(db, *row)?;
            *said = self.authority.position(*id, &header);
        }
        Ok(())
    }

    /// Tells authority every link of a chain that forked.
    pub fn tell_links(
        &mut self,
        db: &Connection,
        (writer, scope): (WriterId, ScopeId),
    ) -> Result<(), StoreError> {
        let of_chain = "p.writer = ?1 AND p.scope = ?2 ORDER BY seq, row";
        let mut rows = db.prepare_cached(&row::select(of_chain))?;
        let mut rows = rows.query([writer.as_bytes().as_slice(), scope.as_bytes()])?;
        while let Some(sql) = rows.next()? {
            let row = row::Row::read(sql)?;
            self.authority.link(row.id, &row.header);
        }
        Ok(())
    }

    /// Counts `id` into its drawer; written by [`Memory::write_fingerprints`].
    pub fn count_in(&mut self, scope_ref: i64, bucket: Bucket, id: &EnvelopeId) {
        self.fingerprints.entry((scope_ref, bucket)).or_default().add(id);
        self.moved.insert((scope_ref, bucket));
    }

    /// Writes the fingerprints that moved.
    pub fn write_fingerprints(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut put = db.prepare_cached(
            "INSERT INTO fingerprints (scope_ref, bucket, value) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET value = excluded.value",
        )?;
        while let Some(at) = self.moved.pop_first() {
            let value = self.fingerprints.get(&at).copied().unwrap_or_default().to_bytes();
            put.execute((at.0, at.1.0, value))?;
        }
        Ok(())
    }

    /// The row that stands for a reason.
    pub fn reason_ref(&mut self, db: &Connection, code: &str) -> Result<i64, StoreError> {
        if let Some(at) = self.reasons.get(code) {
            return Ok(*at);
        }
        db.execute("INSERT INTO reasons (code) VALUES (?1)", [code])?;
        let at = db.last_insert_rowid();
        self.reasons.insert(code.to_owned(), at);
        Ok(at)
    }

    /// Remembers what may soon be cited.
    pub fn remember(&mut self, id: EnvelopeId, cited: Cited) {
        if self.cited.len() >= RECENT_MAX {
            self.cited.clear();
        }
        self.cited.insert(id, cited);
    }

    /// Remembers the row of a position.
    pub fn remember_position(&mut self, key: PositionKey, at: i64) {
        if self.positions.len() >= RECENT_MAX {
            self.positions.clear();
        }
        self.positions.insert(key, at);
    }
}
