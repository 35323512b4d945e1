//! Writing envelopes of our own: the end of the chain, the heads of the stream, a signature as soon as somebody wants it,
//! and then the same way in as everybody's.
//!
//! An author cites only what counts and fits together, so nothing forged can make his own words wait.
//! Where there are more heads than an envelope may cite, messages and statements name the highest
//! sixteen and the next ones join the rest. An act on a request is refused until its author has
//! joined them with acts that say nothing (`Seen`): what he had seen decides who holds a place.
//!
//! A message gets its row, and its signature, after it was handed to the disk (`Work::owe`): what the next one has to
//! know of it stands in memory, its bytes are in the daybook, and whoever looks into the database gives all of them
//! their rows first.

use std::sync::Arc;

use crdt::{
    body::{Act, Body, Position, Talk, Unreadable},
    envelope::{Draft, Envelope, Kind},
    id::{EnvelopeId, ScopeId, WriterId},
    keys::Secret,
    limits::DEPS_MAX,
    secrets::{
        Spot,
        packing::{Packed, pack},
    },
    time::{Bucket, ClaimedTime},
};

use super::{Failure, Reading, Truth, Work, memory::Cited, receive::known};
use crate::store::error::StoreError;

/// What somebody wants to say.
#[derive(Clone, Debug)]
pub struct Intent {
    /// What.
    pub body: Body,
    /// Where.
    pub scope: ScopeId,
    /// What it builds on.
    pub deps: Deps,
    /// Under which grant.
    pub auth: Option<EnvelopeId>,
    /// The epoch that the body is sealed under; none leaves it plain.
    pub epoch: Option<EnvelopeId>,
}

/// What an envelope names as seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deps {
    /// The heads of its stream: all messages or statements of the scope, or the acts of its request.
    Subject,
    /// Exactly these: what a document change builds on.
    These(Vec<EnvelopeId>),
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The request has more heads than an act may cite: join these first, at most sixteen at a time.
    #[error("{} acts to be joined first", .0.len())]
    TooManyHeads(Vec<EnvelopeId>),
    /// More citations than an envelope may have.
    #[error("cites {0} envelopes, {DEPS_MAX} is the most")]
    TooManyCitations(usize),
    /// It would cite something that is not here.
    #[error("cites {0}, which is not here")]
    NotHeld(EnvelopeId),
    /// It would stand on something whose own chain does not fit together (yet).
    #[error("cites {0}, on which nothing can be built")]
    NotSound(EnvelopeId),
    /// It would cite something of another scope.
    #[error("cites {0}, which is of another scope")]
    ForeignCitation(EnvelopeId),
    /// It would be sealed under a key that is not here.
    #[error("the key of epoch {0} is not here")]
    NoKey(EnvelopeId),
    /// A text or list is longer than allowed.
    #[error("body: {0}")]
    Body(Unreadable),
    /// The place in the order is the last one there is.
    #[error("no place in the order is left")]
    NoPlaceLeft,
}

/// A text within its bounds, and nothing that could be read otherwise than it was meant: what everybody writes
/// most is not read again to find that out.
const fn is_message(body: &Body) -> bool {
    matches!(body, Body::Talk(Talk::Message { .. }))
}

/// Messages that may be without their rows: about as many as lists may be behind.
const OWED_MAX: usize = 1_024;

impl Truth {
    /// Writes what `writer` has to say, and judges it as everybody's is; what became of it is to be
    /// read from its [`verdict`](Reading::verdict).
    ///
    /// # Errors
    ///
    /// Where it cannot be said, or the disk fails; nothing is written then.
    pub fn write(
        &mut self,
        intent: Intent,
        writer: &Secret,
        claimed: ClaimedTime,
    ) -> Result<Arc<Envelope>, WriteError> {
        if self.begun {
            return self.write_here(intent, writer, claimed);
        }
        self.begin()?;
        match self.write_here(intent, writer, claimed) {
            Ok(envelope) => Ok(self.commit().map(|()| envelope)?),
            Err(error) => self.rollback().map_err(WriteError::from).and(Err(error)),
        }
    }

    /// The body of what is written next was packed already.
    pub fn hand_over(&mut self, packed: Option<Packed>) {
        self.packed = packed;
    }

    /// All of it or nothing without a savepoint: until it is composed nothing has changed, and if what
    /// follows fails, nothing of the whole transaction is kept.
    fn write_here(
        &mut self,
        intent: Intent,
        writer: &Secret,
        claimed: ClaimedTime,
    ) -> Result<Arc<Envelope>, WriteError> {
        if self.undone {
            return Err(StoreError::Undone.into());
        }
        let packed = self.packed.take();
        let defers = self.defers && self.memory.goes_on_with_what_is_owed(&intent.scope);
        if !defers {
            self.give_rows()?;
        }
        let composed = self.work_ahead().compose(intent, packed, writer, claimed);
        self.undone |= composed.as_ref().is_err_and(Failure::is_of_the_disk);
        let (envelope, body) = composed?;
        let envelope = Arc::new(envelope);
        if defers && self.work_ahead().can_owe(&envelope, &body) {
            self.work_ahead().owe(&envelope, body);
            self.fresh.push(Arc::clone(&envelope));
            return Ok(envelope);
        }
        self.give_rows()?;
        let taken = self.work().take_own(&envelope, body);
        self.undone |= taken.is_err();
        taken?;
        self.fresh.push(Arc::clone(&envelope));
        Ok(envelope)
    }

    /// Where the next statement of `writer` will stand: what its second signatures must cover.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn position_of_next(
        &self,
        writer: &WriterId,
        scope: &ScopeId,
        auth: Option<EnvelopeId>,
    ) -> Result<Position, StoreError> {
        let seq = self.read().tip(writer, scope)?.map_or(1, |(seq, _)| seq + 1);
        Ok(Position { community: self.community, writer: *writer, scope: *scope, seq, auth })
    }
}

impl Work<'_> {
    /// A message need not be opened to know what it says.
    fn take_own(&mut self, envelope: &Envelope, body: Body) -> Result<(), StoreError> {
        if is_message(&body) {
            self.admit_read(envelope, None, Ok(body))?;
        } else if self.cited(&envelope.id())?.is_none() {
            self.admit(envelope)?;
        }
        self.settle()
    }

    /// Does the next one have to know no more of it than its place: does it go on alone with what stands in memory, under
    /// a grant that is known there, and nothing is to be judged again before it?
    fn can_owe(&self, envelope: &Envelope, body: &Body) -> bool {
        let (header, memory) = (envelope.header(), &self.memory);
        let chain = (header.writer, header.scope);
        let is_next = header.prev.is_some()
            && memory.ends.get(&chain).map(|(_, id)| *id) == header.prev
            && !memory.forks.contains(&chain);
        let joins = match header.deps.as_slice() {
            [head] => memory.sole_head == Some((header.scope, *head)),
            _ => false,
        };
        let position = (header.writer, header.scope, header.auth);
        let nothing_else = !memory.unfinished
            && memory.queue.is_empty()
            && memory.positions.contains_key(&position);
        is_message(body) && is_next && joins && nothing_else && memory.owed.len() < OWED_MAX
    }

    /// Gives it its row later.
    fn owe(&mut self, envelope: &Arc<Envelope>, body: Body) {
        let (id, header) = (envelope.id(), envelope.header());
        self.memory.touched = true;
        self.memory.owed.push_back((Arc::clone(envelope), body));
        let row = self.memory.last_row + self.memory.owed.len() as i64;
        self.memory.remember_end((header.writer, header.scope), (header.seq, id));
        self.memory.remember(id, Cited { row, known: known(header, true) });
        self.memory.sole_head = Some((header.scope, id));
    }

    /// Gives what is owed its rows, the oldest first, at most so many. They all go on with one head, and each with its
    /// chain: while they are put in memory is as it was before them.
    pub(super) fn give_rows(&mut self, most: usize) -> Result<(), StoreError> {
        let memory = &mut *self.memory;
        let owed: Vec<_> = memory.owed.drain(..most.min(memory.owed.len())).collect();
        let Some((first, _)) = owed.first() else { return Ok(()) };
        let (scope, newest) = (first.header().scope, memory.sole_head);
        memory.sole_head = first.header().deps.first().map(|head| (scope, *head));
        let mut ends = Vec::new();
        for header in owed.iter().rev().map(|(envelope, _)| envelope.header()) {
            let chain = (header.writer, scope);
            ends.extend(memory.ends.get(&chain).map(|end| (chain, *end)));
            if let Some(prev) = header.prev {
                memory.remember_end(chain, (header.seq - 1, prev));
            }
        }
        for (envelope, body) in owed {
            self.admit_read(&envelope, None, Ok(body))?;
        }
        self.settle()?;
        if !self.memory.owed.is_empty() {
            self.memory.sole_head = newest;
            ends.into_iter().rev().for_each(|(chain, end)| self.memory.remember_end(chain, end));
        }
        Ok(())
    }

    /// All of it but the signature, where that can be made later.
    fn compose(
        &mut self,
        intent: Intent,
        packed: Option<Packed>,
        writer: &Secret,
        claimed: ClaimedTime,
    ) -> Result<(Envelope, Body), WriteError> {
        let Intent { body, scope, deps, auth, epoch } = intent;
        let deps = match deps {
            Deps::These(ids) if ids.len() > DEPS_MAX => {
                return Err(WriteError::TooManyCitations(ids.len()));
            }
            Deps::These(ids) => ids,
            Deps::Subject => self.heads_for(&body, &scope)?,
        };
        let mut bytes = body.encode();
        if is_message(&body) {
            body.check().map_err(WriteError::Body)?;
        } else {
            self.memory.keyring.decode(body.kind(), &bytes).map_err(WriteError::Body)?;
        }
        let key = writer.writer();
        let tip = self.end_of((key, scope))?;
        if let Some(epoch) = epoch {
            let secret = self.memory.keyring.secret(&epoch).ok_or(WriteError::NoKey(epoch))?;
            let (community, kind) = (self.community, body.kind());
            let seq = tip.map_or(1, |(seq, _)| seq + 1);
            let spot = Spot { community, scope, writer: key, seq, kind, epoch };
            let packed = packed.and_then(|it| it.take(&bytes)).unwrap_or_else(|| pack(bytes));
            bytes = secret.seal_packed(&spot, &packed);
        }
        let draft = Draft {
            kind: body.kind(),
            scope,
            tip,
            lamport: self.next_lamport(&scope, tip, &deps)?,
            deps,
            auth,
            bucket: Bucket::of(claimed, self.founded),
            claimed,
            epoch,
            body: bytes,
        };
        let signer = self.pen.signer(writer);
        let envelope = Envelope::write_unsigned(draft, &self.community, &signer);
        if self.pen.kept(&key).is_none() {
            envelope.signature();
        }
        Ok((envelope, body))
    }

    /// The heads of the stream that `body` goes on with.
    fn heads_for(&mut self, body: &Body, scope: &ScopeId) -> Result<Vec<EnvelopeId>, WriteError> {
        let reading = Reading::new(self.db);
        let mut heads = match body {
            Body::Act(Act::Do(deed)) => {
                let heads = reading.heads(scope, Kind::ACT, Some(&deed.request))?;
                if heads.len() > DEPS_MAX {
                    return Err(WriteError::TooManyHeads(heads));
                }
                heads
            }
            Body::Talk(_) => return self.heads_of_talk(scope),
            Body::Statement(_) => reading.heads(scope, Kind::STATEMENT, None)?,
            // Announcements stand in the stream of talk: what was said before them is seen to be so.
            Body::News(_) => reading.heads(scope, Kind::MESSAGE, None)?,
            // It can be judged by whoever holds the request, and by nobody else. (Of a request that was
            // made of something else, whoever writes names the envelopes that found it.)
            Body::Erasure(erasure) => vec![erasure.vault.request],
            // What plans rides, and every act on a request, names what its author had seen.
            Body::Act(_)
            | Body::Change(_)
            | Body::Card(_)
            | Body::Key(_)
            | Body::Vault(_)
            | Body::Receipt(_)
            | Body::Ballot(_)
            | Body::Profile(_)
            | Body::Team(_)
            | Body::Holding(_)
            | Body::Activity(_) => Vec::new(),
        };
        heads.truncate(DEPS_MAX);
        Ok(heads)
    }

    /// Whoever says one thing after the other goes on from the last.
    fn heads_of_talk(&mut self, scope: &ScopeId) -> Result<Vec<EnvelopeId>, WriteError> {
        if let Some((_, head)) = self.memory.sole_head.filter(|(of, _)| of == scope) {
            return Ok(vec![head]);
        }
        let mut heads = Reading::new(self.db).heads(scope, Kind::MESSAGE, None)?;
        if let [sole] = heads.as_slice() {
            self.memory.sole_head = Some((*scope, *sole));
        }
        heads.truncate(DEPS_MAX);
        Ok(heads)
    }

    fn next_lamport(
        &mut self,
        scope: &ScopeId,
        tip: Option<(u64, EnvelopeId)>,
        deps: &[EnvelopeId],
    ) -> Result<u64, WriteError> {
        let mut highest = 0;
        for id in tip.iter().map(|(_, id)| id).chain(deps) {
            let known = self.cited(id)?.ok_or(WriteError::NotHeld(*id))?.known;
            if known.scope != *scope {
                return Err(WriteError::ForeignCitation(*id));
            }
            if !known.sound {
                return Err(WriteError::NotSound(*id));
            }
            highest = highest.max(known.lamport);
        }
        highest.checked_add(1).ok_or(WriteError::NoPlaceLeft)
    }
}
