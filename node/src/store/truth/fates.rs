//! What becomes of an envelope, and of those that waited for it.
//!
//! `crdt::judge` decides from what is held, so its answer can change only when
//!
//! 1. something that the envelope cites comes, or becomes sound: `waiting` names who asks;
//! 2. the roster says something else of its position: standings are compared after each change;
//! 3. a second envelope shows up at a place of its chain: the roster is told the chain's links;
//! 4. its body comes late, or its document's gate does not let it in;
//! 5. the secret of the epoch that its body is sealed under becomes known;
//! 6. its vault is erased.
//!
//! Each puts rows into a queue, and the queue is worked off until nothing changes any more. Since
//! every answer is a function of the set, the order of the queue leaves no trace.

use std::collections::BTreeMap;

use crdt::{
    authority::Fact,
    body::{Body, Unreadable},
    envelope::{Envelope, Header, Kind},
    id::{EnvelopeId, ScopeId, WriterId},
    judge::{self, Fate, Held, Judgement, Known, Position, Reason},
};
use rusqlite::OptionalExtension;

use super::{
    Reading, Truth, Work, authority,
    heads::Stream,
    row::{self, Gone, Row},
};
use crate::store::error::StoreError;

/// Rows fetched at once from the table of what is to be judged again.
const FETCHED_AT_ONCE: u16 = 1_024;

/// The outcome of one judgement, in the store's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub fate: Fate,
    /// The reason's short name.
    pub code: &'static str,
    pub sound: bool,
    /// What must come, or become sound, for another answer.
    pub waits_for: Vec<EnvelopeId>,
    /// Set where the body must go.
    pub unreadable: Option<Unreadable>,
}

/// What it was before.
pub(super) struct Before {
    pub fate: Fate,
    pub sound: bool,
}

struct Shelf(BTreeMap<EnvelopeId, Known>);

impl Held for Shelf {
    fn known(&self, id: &EnvelopeId) -> Option<Known> {
        self.0.get(id).copied()
    }
}

impl Truth {
    /// Marks a change that the gate of its document did not let in as poison, for good. Whoever
    /// calls this comes to the same conclusion on every node.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn gate_refused(&mut self, id: &EnvelopeId) -> Result<(), StoreError> {
        self.whole(|truth| {
            let mut work = truth.work();
            if let Some(cited) = work.cited(id)? {
                work.drop_body(&row::by_row(work.db, cited.row)?, Gone::Gate)?;
                work.memory.queue.insert(cited.row);
                work.settle()?;
            }
            Ok(())
        })
    }
}

impl Work<'_> {
    /// Judges an envelope against what is held now. `whole` gives the envelope itself, which only
    /// those that the roster is told of need.
    pub(super) fn judge(
        &mut self,
        (id, header): (EnvelopeId, &Header),
        body: Result<&Body, &Unreadable>,
        whole: impl FnOnce() -> Result<Envelope, StoreError>,
    ) -> Result<Verdict, StoreError> {
        let shelf = self.shelf(header)?;
        let mut body = body.map_err(|error| *error);
        let mut mark = None;
        let in_roster = header.scope == self.community.roster();
        if in_roster || (header.kind == Kind::STATEMENT && body.is_ok()) {
            let envelope = whole()?;
            let fact = authority::checked_fact(&envelope, body, &self.community);
            body = fact.as_ref().map_err(|error| *error).and(body);
            let form = judge::judge(header, body, &shelf, || Position::Counts);
            if in_roster && form.sound {
                let fact = fact.unwrap_or_else(|_| Fact::without_body(&envelope));
                self.memory.roster.insert(fact);
            }
        }
        let erases = self.erases(header, body)?;
        let roster = &self.memory.roster;
        let outcome = judge::judge(header, body, &shelf, || {
            let said = authority::say(roster, id, header);
            if said.position == Position::Counts
                && erases.is_some_and(|it| !it.is_allowed(roster, id, header))
            {
                return Position::Void("not_entitled");
            }
            mark = said.mark;
            said.position
        });
        Ok(Verdict {
            fate: outcome.fate,
            code: mark.unwrap_or_else(|| code_of(&outcome.reason)),
            sound: outcome.sound,
            waits_for: waits_for(header, &outcome, &shelf),
            unreadable: body.err().filter(|error| Gone::because(*error).is_some()),
        })
    }

    fn shelf(&mut self, header: &Header) -> Result<Shelf, StoreError> {
        let mut shelf = BTreeMap::new();
        for id in header.prev.iter().chain(&header.deps) {
            if let Some(cited) = self.cited(id)? {
                shelf.insert(*id, cited.known);
            }
        }
        Ok(Shelf(shelf))
    }

    /// What follows from a verdict that stands in its row by now.
    pub(super) fn take_effect(
        &mut self,
        row: i64,
        id: EnvelopeId,
        header: &Header,
        subject: Option<&[u8]>,
        before: Option<Before>,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let was = before.as_ref().map(|before| before.fate);
        if verdict.fate == Fate::Poison && was != Some(Fate::Poison) {
            let (writer, reason) = (header.writer, verdict.code);
            tracing::info!(envelope.id = %id, %writer, reason, "Poison: its header alone is kept");
        }
        for cited in &verdict.waits_for {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO waiting (cited, row) VALUES (?1, ?2)")?
                .execute((waiting_key(cited), row))?;
            self.memory.anybody_waits = true;
        }
        let became_sound = verdict.sound && before.as_ref().is_none_or(|before| !before.sound);
        if became_sound && header.kind == Kind::STATEMENT {
            let said = self.memory.roster.statement(&id);
            self.memory.statements.insert(id, (row, said));
        }
        if became_sound || before.is_none() {
            self.wake(&id)?;
        }
        let scope_ref = self.scope_ref(header.scope)?;
        if let Some(stream) = Stream::of(scope_ref, header.kind, subject) {
            self.move_heads((row, id), header, stream, before.as_ref(), verdict)?;
        }
        Ok(())
    }

    /// Tells the keyring of a key envelope and of whether it counts, and queues what is sealed under
    /// the secrets that come to be known by it.
    pub(super) fn note_key(
        &mut self,
        (id, scope): (EnvelopeId, ScopeId),
        body: Option<&Body>,
        fate: Fate,
    ) -> Result<(), StoreError> {
        let Some(Body::Key(key)) = body else { return Ok(()) };
        let learnt = self.memory.keyring.insert(id, scope, key, fate == Fate::Accepted);
        learnt.iter().try_for_each(|epoch| self.queue_sealed(epoch))
    }

    fn queue_sealed(&mut self, epoch: &EnvelopeId) -> Result<(), StoreError> {
        let Some(at) = self.memory.epochs.get(epoch) else { return Ok(()) };
        let queued = self
            .db
            .prepare_cached(
                "INSERT OR IGNORE INTO todo
                 SELECT row FROM envelopes WHERE epoch_ref = ?1 AND fate = 3",
            )?
            .execute([at])?;
        self.memory.unfinished |= queued > 0;
        Ok(())
    }

    /// Queues those who wait for `id`.
    fn wake(&mut self, id: &EnvelopeId) -> Result<(), StoreError> {
        if !self.memory.anybody_waits {
            return Ok(());
        }
        let key = waiting_key(id);
        let mut rows = self.db.prepare_cached("SELECT row FROM waiting WHERE cited = ?1")?;
        let mut any = false;
        for row in rows.query_map([key], |row| row.get(0))? {
            self.memory.queue.insert(row?);
            any = true;
        }
        if any {
            self.db.prepare_cached("DELETE FROM waiting WHERE cited = ?1")?.execute([key])?;
        }
        Ok(())
    }

    /// Works the queue off, as far as one turn goes, and writes what moved.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        let mut left = self.memory.turn;
        loop {
            while left > 0
                && let Some(row) = self.next_queued()?
            {
                left -= 1;
                self.judge_again(row)?;
            }
            let version = self.memory.roster.version();
            if self.memory.compared == version {
                break;
            }
            self.memory.compared = version;
            self.memory.queue.extend(&self.memory.erasures);
            self.compare_statements();
            self.compare_standings()?;
        }
        while let Some(row) = self.memory.queue.pop_first() {
            let put = "INSERT OR IGNORE INTO todo (row) VALUES (?1)";
            self.db.prepare_cached(put)?.execute([row])?;
            self.memory.unfinished = true;
        }
        self.find_stale_heads()
    }

    fn next_queued(&mut self) -> Result<Option<i64>, StoreError> {
        if self.memory.queue.is_empty() && self.memory.unfinished {
            let take =
                "DELETE FROM todo WHERE row IN (SELECT row FROM todo LIMIT ?1) RETURNING row";
            let mut rows = self.db.prepare_cached(take)?;
            for row in rows.query_map([FETCHED_AT_ONCE], |row| row.get(0))? {
                self.memory.queue.insert(row?);
            }
            self.memory.unfinished = self.memory.queue.len() == usize::from(FETCHED_AT_ONCE);
            self.memory.touched = true;
        }
        Ok(self.memory.queue.pop_first())
    }

    fn judge_again(&mut self, row: i64) -> Result<(), StoreError> {
        self.memory.touched = true;
        let held = row::by_row(self.db, row)?;
        let body = held.read_body(&self.memory.keyring);
        let mut verdict = self.judge((held.id, &held.header), body.as_ref(), || held.envelope())?;
        if held.gone == Some(Gone::Gate) && verdict.fate == Fate::Poison {
            verdict.code = code_of(&Reason::Gate);
        }
        if let (None, Some(gone)) = (held.gone, verdict.unreadable.and_then(Gone::because)) {
            self.drop_body(&held, gone)?;
        }
        let reason = self.memory.reason_ref(self.db, verdict.code)?;
        if held.fate != verdict.fate {
            self.memory.judged += 1;
            self.db
                .prepare_cached("UPDATE envelopes SET fate = ?2, judged = ?3 WHERE row = ?1")?
                .execute((row, verdict.fate as u8, self.memory.judged))?;
        }
        if (held.reason, held.sound) != (reason, verdict.sound) {
            self.db
                .prepare_cached("UPDATE envelopes SET reason = ?2, sound = ?3 WHERE row = ?1")?
                .execute((row, reason, verdict.sound))?;
            if let Some(cited) = self.memory.cited.get_mut(&held.id) {
                cited.known.sound = verdict.sound;
            }
        }
        let mut subject = held.subject;
        if let (None, Ok(body)) = (&subject, &body)
            && let Some(learnt) = super::receive::subject(held.id, body)
        {
            self.db
                .prepare_cached("UPDATE envelopes SET subject = ?2 WHERE row = ?1")?
                .execute((row, &learnt))?;
            subject = Some(learnt);
        }
        self.note_key((held.id, held.header.scope), body.as_ref().ok(), verdict.fate)?;
        self.note_erasure(row, body.as_ref().ok(), verdict.fate)?;
        let before = Before { fate: held.fate, sound: held.sound };
        self.take_effect(row, held.id, &held.header, subject.as_deref(), Some(before), &verdict)
    }

    pub(super) fn drop_body(&mut self, held: &Row, gone: Gone) -> Result<(), StoreError> {
        self.memory.touched = true;
        self.db
            .prepare_cached(
                "UPDATE envelopes SET body = NULL, gone = ?2, rest = ?3 WHERE row = ?1",
            )?
            .execute((held.row, gone as u8, row::rest_of(&held.header, false)))?;
        Ok(())
    }

    /// The end of a chain, remembered or looked up.
    pub(super) fn end_of(
        &self,
        chain: (WriterId, ScopeId),
    ) -> Result<Option<(u64, EnvelopeId)>, StoreError> {
        // Of a chain that forked nothing more is remembered.
        match self.memory.ends.get(&chain).filter(|_| !self.memory.forks.contains(&chain)) {
            Some(end) => Ok(Some(*end)),
            None => Reading::new(self.db).tip(&chain.0, &chain.1),
        }
    }

    /// Notices a second envelope at one place of a chain, and tells the roster that chain's links.
    /// In its own scope the roster sees everything, and notices by itself.
    pub(super) fn note_fork(&mut self, id: EnvelopeId, header: &Header) -> Result<(), StoreError> {
        let chain = (header.writer, header.scope);
        if header.scope == self.community.roster() {
            return Ok(());
        }
        if self.memory.forks.contains(&chain) {
            self.memory.tell_link(id, header);
            return Ok(());
        }
        // Places beyond the signed half stand before all others in the file, and are looked for.
        if i64::try_from(header.seq).is_ok() {
            let (end, here) = (self.end_of(chain)?, (header.seq, id));
            self.memory.remember_end(chain, end.map_or(here, |end| end.max(here)));
            if end.is_none_or(|(seq, _)| header.seq > seq) {
                return Ok(());
            }
        }
        let place = (chain.0.as_bytes(), chain.1.as_bytes(), header.seq.cast_signed());
        let second = self
            .db
            .prepare_cached(
                "SELECT 1 FROM positions p JOIN envelopes e ON e.position_ref = p.ref
                 WHERE p.writer = ?1 AND p.scope = ?2 AND e.seq = ?3 LIMIT 1",
            )?
            .query_row(place, |_| Ok(()))
            .optional()?;
        if second.is_some() {
            self.db
                .prepare_cached("INSERT INTO forks (writer, scope) VALUES (?1, ?2)")?
                .execute((place.0, place.1))?;
            self.memory.forks.insert(chain);
            self.memory.tell_links(self.db, chain)?;
            self.memory.tell_link(id, header);
        }
        Ok(())
    }
}

/// What has to come, or to become sound, before another judgement can differ.
///
/// Of what is not here anything may: it could turn out to be of another chain, which is said before
/// all else that is wrong. What is here and not sound matters only when the last such piece becomes
/// sound, so one of them stands for all.
fn waits_for(header: &Header, outcome: &Judgement, shelf: &Shelf) -> Vec<EnvelopeId> {
    let here = |id: &EnvelopeId| shelf.0.contains_key(id);
    let cited = header.prev.iter().chain(&header.deps);
    let mut missing: Vec<EnvelopeId> = cited.filter(|id| !here(id)).copied().collect();
    if missing.is_empty() {
        missing.extend(outcome.waits_for.iter().find(|id| here(id)));
    }
    missing
}

fn waiting_key(id: &EnvelopeId) -> i64 {
    let (head, _) = id.as_bytes().split_first_chunk::<8>().expect("an id has 32 bytes");
    i64::from_le_bytes(*head)
}

/// The short name of a reason: it stays, for JSON, for translations and in databases.
fn code_of(reason: &Reason) -> &'static str {
    match reason {
        Reason::Fine => "fine",
        Reason::BrokenChain => "broken_chain",
        Reason::ForeignCitation => "foreign_citation",
        Reason::ForgedLamport => "forged_lamport",
        Reason::Waits => "waits",
        Reason::Unreadable(Unreadable::Newer) => "newer",
        Reason::Unreadable(Unreadable::NoKey) => "no_key",
        Reason::Unreadable(Unreadable::Erased) => "erased",
        Reason::Unreadable(Unreadable::Malformed) => "malformed",
        Reason::Unreadable(Unreadable::TooLong) => "too_long",
        Reason::Gate => "gate",
        Reason::NotAllowed(code) => code,
    }
}
