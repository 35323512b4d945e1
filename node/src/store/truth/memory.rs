//! What a [`Truth`](super::Truth) keeps in memory: all of it can be read from the file again.
//!
//! After anything was rolled back it is, so that memory never says more than the file.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use crdt::{
    authority::{Charter, Fact, Roster, Verdict},
    body::Body,
    envelope::{Envelope, Header, Kind},
    genesis::Genesis,
    id::{CommunityId, EnvelopeId, ScopeId, WriterId},
    judge::{Fate, Known},
    secrets::Keyring,
    sync::fingerprint::Fingerprint,
    time::Bucket,
};
use rusqlite::Connection;

use super::{REJUDGED_PER_TURN_MAX, authority, opened::Opened, row};
use crate::store::error::StoreError;

/// Envelopes and positions remembered to spare a look-up, each; forgotten all at once beyond, but not while rows
/// are owed, which nobody could look up.
const RECENT_MAX: usize = 4_096;

/// A version that no roster has: compare with it, whatever it says.
const NEVER: u64 = u64::MAX;

/// A writer acting in a scope under a grant, and the row that stands for it.
pub(super) type PositionKey = (WriterId, ScopeId, Option<EnvelopeId>);

/// What is known of an envelope that may be cited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cited {
    pub row: i64,
    pub known: Known,
}

pub(super) struct Memory {
    /// What the roster begins with.
    charter: Charter,
    pub roster: Roster,
    pub keyring: Keyring,
    /// The roster's version when statements and positions were last compared with it.
    pub compared: u64,
    /// What the roster said of each statement in it: (row, answer).
    pub statements: BTreeMap<EnvelopeId, (i64, Verdict)>,
    pub fingerprints: BTreeMap<(i64, Bucket), Fingerprint>,
    /// Moved and not yet written.
    pub moved: BTreeSet<(i64, Bucket)>,
    pub scopes: BTreeMap<ScopeId, i64>,
    pub epochs: BTreeMap<EnvelopeId, i64>,
    pub reasons: BTreeMap<String, i64>,
    /// The same the other way round.
    pub codes: BTreeMap<i64, String>,
    /// Chains with two envelopes in one place, outside the roster's scope.
    pub forks: BTreeSet<(WriterId, ScopeId)>,
    /// The last number of the log of verdicts.
    pub judged: i64,
    /// The last row that was given.
    pub last_row: i64,
    /// How many envelopes are judged again in one turn.
    pub turn: usize,
    /// To be judged again in this turn.
    pub queue: BTreeSet<i64>,
    /// Are there more in the table?
    pub unfinished: bool,
    /// The only head of what is said in a scope, where that is known.
    pub sole_head: Option<(ScopeId, EnvelopeId)>,
    /// Streams whose heads must be found anew.
    pub stale_heads: BTreeSet<super::heads::Stream>,
    /// May there be anybody in `waiting`?
    pub anybody_waits: bool,
    /// May there be anything without the body that belongs to it?
    pub lacks_bodies: bool,
    /// Epochs of erased vaults; what is sealed under them is not kept.
    pub erased: BTreeSet<EnvelopeId>,
    /// The rows of all erasures: whether they count may change with the roster.
    pub erasures: BTreeSet<i64>,
    /// Was something erased whose bytes may still stand in a file?
    pub must_wipe: bool,
    pub positions: BTreeMap<PositionKey, i64>,
    /// The ends of chains written to lately: what is highest in (place, id).
    pub ends: BTreeMap<(WriterId, ScopeId), (u64, EnvelopeId)>,
    pub cited: HashMap<EnvelopeId, Cited>,
    /// Messages that were opened lately.
    pub opened: Opened,
    /// Messages of our own that have no rows yet, in their order: whoever looks gives them theirs first.
    pub owed: VecDeque<(Arc<Envelope>, Body)>,
    /// Was anything changed since the transaction or savepoint began?
    pub touched: bool,
}

impl Memory {
    /// Reads everything from the file; `keyring` is empty and knows whose it is.
    pub fn read(db: &Connection, genesis: &Genesis, keyring: Keyring) -> Result<Self, StoreError> {
        let mut memory = Self {
            charter: Charter::of(genesis),
            roster: Roster::new(genesis),
            keyring,
            compared: 0,
            statements: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
            moved: BTreeSet::new(),
            scopes: BTreeMap::new(),
            epochs: BTreeMap::new(),
            reasons: BTreeMap::new(),
            codes: BTreeMap::new(),
            forks: BTreeSet::new(),
            judged: 0,
            last_row: 0,
            turn: REJUDGED_PER_TURN_MAX,
            queue: BTreeSet::new(),
            unfinished: false,
            sole_head: None,
            stale_heads: BTreeSet::new(),
            anybody_waits: false,
            lacks_bodies: true,
            erased: BTreeSet::new(),
            erasures: BTreeSet::new(),
            must_wipe: false,
            positions: BTreeMap::new(),
            ends: BTreeMap::new(),
            cited: HashMap::new(),
            opened: Opened::default(),
            owed: VecDeque::new(),
            touched: false,
        };
        memory.read_small_tables(db)?;
        memory.read_keys(db)?;
        memory.read_erasures(db)?;
        memory.read_roster(db, genesis.id().roster())?;
        Ok(memory)
    }

    fn read_small_tables(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut rows = db.prepare_cached("SELECT scope, ref FROM scopes")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (scope, at) = row?;
            self.scopes.insert(ScopeId::from_bytes(scope), at);
        }
        let mut rows = db.prepare_cached("SELECT epoch, ref FROM epochs")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (epoch, at) = row?;
            self.epochs.insert(EnvelopeId::from_bytes(epoch), at);
        }
        let mut rows = db.prepare_cached("SELECT code, ref FROM reasons")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (code, at): (String, i64) = row?;
            self.codes.insert(at, code.clone());
            self.reasons.insert(code, at);
        }
        let mut rows = db.prepare_cached("SELECT scope_ref, bucket, value FROM fingerprints")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))? {
            let (scope, bucket, value): (i64, u16, [u8; 40]) = row?;
            self.fingerprints.insert((scope, Bucket(bucket)), Fingerprint::from_bytes(&value));
        }
        let mut rows = db.prepare_cached("SELECT writer, scope FROM forks")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (writer, scope) = row?;
            self.forks.insert((WriterId::from_bytes(writer), ScopeId::from_bytes(scope)));
        }
        let last = "SELECT coalesce(max(judged), 0), exists (SELECT 1 FROM todo),
                        exists (SELECT 1 FROM waiting),
                        (SELECT coalesce(max(row), 0) FROM envelopes)
                    FROM envelopes";
        (self.judged, self.unfinished, self.anybody_waits, self.last_row) =
            db.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(())
    }

    /// Puts every key envelope into the keyring, the latest first: one that is opened leads to those
    /// before it.
    fn read_keys(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut rows = db.prepare_cached(&row::select("e.kind = 9 ORDER BY e.row DESC"))?;
        let mut rows = rows.query([])?;
        while let Some(sql) = rows.next()? {
            let row = row::Row::read(sql)?;
            if let Ok(Body::Key(key)) = row.read_body(&self.keyring) {
                let counts = row.fate == Fate::Accepted;
                self.keyring.insert(row.id, row.header.scope, &key, counts);
            }
        }
        Ok(())
    }

    /// Tells the roster again what it was told before.
    fn read_roster(&mut self, db: &Connection, roster: ScopeId) -> Result<(), StoreError> {
        let mut rows = db.prepare_cached("SELECT writer, auth FROM positions WHERE auth <> x''")?;
        for row in rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (writer, auth) = row?;
            self.roster.note_use(WriterId::from_bytes(writer), EnvelopeId::from_bytes(auth));
        }
        let forked: Vec<_> = self.forks.iter().copied().collect();
        for chain in forked {
            self.tell_links(db, chain)?;
        }
        let Some(roster_ref) = self.scopes.get(&roster) else { return Ok(()) };
        let of_roster = "e.scope_ref = ?1 AND e.sound ORDER BY e.lamport";
        let mut rows = db.prepare_cached(&row::select(of_roster))?;
        let mut rows = rows.query([roster_ref])?;
        while let Some(sql) = rows.next()? {
            let row = row::Row::read(sql)?;
            self.roster.insert(authority::stored_fact(&row, &self.keyring)?);
            if row.header.kind == Kind::STATEMENT {
                self.statements.insert(row.id, (row.row, Verdict::Counts));
            }
        }
        // What was said stands in the rows already: ask once, so that the next change is noticed.
        for (id, (_, said)) in &mut self.statements {
            *said = self.roster.statement(id);
        }
        self.compared = self.roster.version();
        Ok(())
    }

    /// Makes the roster again from what the file says by now, for the rare case that something it
    /// was told without a body has one after all. Answers are compared at the end of the turn.
    pub fn read_roster_anew(
        &mut self,
        db: &Connection,
        community: CommunityId,
    ) -> Result<(), StoreError> {
        let before = std::mem::take(&mut self.statements);
        self.roster = Roster::under(self.charter.clone());
        self.read_roster(db, community.roster())?;
        self.statements.extend(before);
        self.compared = NEVER;
        Ok(())
    }

    /// Tells the roster every link of a chain that forked.
    pub fn tell_links(
        &mut self,
        db: &Connection,
        (writer, scope): (WriterId, ScopeId),
    ) -> Result<(), StoreError> {
        let of_chain = "p.writer = ?1 AND p.scope = ?2 ORDER BY e.seq, e.row";
        let mut rows = db.prepare_cached(&row::select(of_chain))?;
        let mut rows = rows.query([writer.as_bytes().as_slice(), scope.as_bytes()])?;
        while let Some(sql) = rows.next()? {
            let row = row::Row::read(sql)?;
            self.tell_link(row.id, &row.header);
        }
        Ok(())
    }

    /// Tells the roster one link of a chain that forked.
    pub fn tell_link(&mut self, id: EnvelopeId, header: &Header) {
        let chain = (header.writer, header.scope);
        self.roster.insert(Fact::link(id, chain, (header.seq, header.lamport), header.prev));
    }

    /// Counts `id` into its drawer; written by [`Memory::write_fingerprints`].
    pub fn count_in(&mut self, scope_ref: i64, bucket: Bucket, id: &EnvelopeId) {
        self.fingerprints.entry((scope_ref, bucket)).or_default().add(id);
        self.moved.insert((scope_ref, bucket));
    }

    /// Writes the fingerprints that moved, within the transaction in which they did.
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
        self.codes.insert(at, code.to_owned());
        Ok(at)
    }

    /// The short name of a stored reason.
    pub fn code_of(&self, reason: i64) -> &str {
        self.codes.get(&reason).map_or("", String::as_str)
    }

    /// Need nobody look up in this scope what has no row yet? Of one scope at a time rows are owed, and there memory
    /// knows the end of everything.
    pub fn goes_on_with_what_is_owed(&self, scope: &ScopeId) -> bool {
        self.owed.back().is_none_or(|(envelope, _)| envelope.header().scope == *scope)
    }

    /// Remembers what may soon be cited.
    pub fn remember(&mut self, id: EnvelopeId, cited: Cited) {
        if self.cited.len() >= RECENT_MAX && self.owed.is_empty() {
            self.cited.clear();
        }
        self.cited.insert(id, cited);
    }

    /// Remembers the end of a chain.
    pub fn remember_end(&mut self, chain: (WriterId, ScopeId), end: (u64, EnvelopeId)) {
        if self.ends.len() >= RECENT_MAX && self.owed.is_empty() {
            self.ends.clear();
        }
        self.ends.insert(chain, end);
    }

    /// Remembers the row of a position.
    pub fn remember_position(&mut self, key: PositionKey, at: i64) {
        if self.positions.len() >= RECENT_MAX {
            self.positions.clear();
        }
        self.positions.insert(key, at);
    }
}
