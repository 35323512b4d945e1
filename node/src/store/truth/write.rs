//! Writing envelopes of our own: the end of the chain, the heads of the stream, a signature, and then
//! the same way in as everybody's.
//!
//! An author cites only what counts and fits together, so nothing forged can make his own words wait.
//! Where there are more heads than an envelope may cite, an act on a request is preceded by acts that
//! say nothing and join them ([`Verb::Seen`]): what its author had seen decides who holds a place.
//! Messages and statements cite the highest sixteen, and the next ones join the rest.

use crdt::{
    body::{Act, Body, Deed, Part, Position, SignedStatement, Statement, Unreadable, Verb},
    envelope::{Draft, Envelope, Kind},
    id::{EnvelopeId, RequestId, ScopeId},
    judge::Fate,
    keys::Secret,
    limits::DEPS_MAX,
    time::{Bucket, ClaimedTime},
};

use super::{Meta, Reading, Truth, Work, receive, row};
use crate::store::error::StoreError;

/// What somebody wants to say.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Where.
    pub scope: ScopeId,
    /// What.
    pub content: Content,
    /// What it builds on.
    pub cites: Cites,
    /// Under which grant.
    pub auth: Option<EnvelopeId>,
    /// What the clock says.
    pub claimed: ClaimedTime,
}

/// A body, or what makes one once the place in the chain is known.
#[derive(Clone, Debug)]
pub enum Content {
    /// As it is.
    Body(Body),
    /// A statement, to be signed also by these keys, whose signatures cover the place in the chain.
    Statement {
        /// What is said.
        statement: Statement,
        /// Paper, sealed or root keys.
        seconds: Vec<Secret>,
    },
}

/// What an envelope names as seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cites {
    /// The heads of its stream: all messages or statements of the scope, the acts of the request.
    Heads,
    /// Exactly these: what a document change builds on.
    Exactly(Vec<EnvelopeId>),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The envelope.
    pub meta: Meta,
    /// What the same rules as for everybody's made of it: whoever is told "accepted" but not
    /// [`Fate::Accepted`] would be told wrong.
    pub fate: Fate,
    /// The short name of the reason.
    pub reason: String,
    /// Acts that had to go before it, to join heads.
    pub joined: Vec<Meta>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It would cite something that is not here.
    #[error("cites {0}, which is not here")]
    NotHeld(EnvelopeId),
    /// It would stand on something whose own chain does not fit together (yet).
    #[error("cites {0}, which nothing can be built on")]
    NotSound(EnvelopeId),
    /// It would cite something of another scope.
    #[error("cites {0}, which is of another scope")]
    ForeignCitation(EnvelopeId),
    /// More citations than an envelope may have.
    #[error("cites {0} envelopes, {DEPS_MAX} is the most")]
    TooManyCitations(usize),
    /// A text or list is longer than allowed.
    #[error("body: {0}")]
    Body(Unreadable),
    /// The place in the order is the last one there is.
    #[error("no place in the order is left")]
    NoPlaceLeft,
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Truth {
    /// Writes what `writer` has to say and judges it like everybody's.
    ///
    /// # Errors
    ///
    /// Where it cannot be said, or the disk fails; nothing is written then.
    pub fn write(&mut self, intent: Intent, writer: &Secret) -> Result<Written, WriteError> {
        self.savepoint(|truth| {
            let mut work = truth.work();
            let (meta, joined) = work.write(intent, writer)?;
            work.settle()?;
            let held = row::by_row(work.db, meta.row)?;
            let reason = work.memory.code_of(held.reason).to_owned();
            Ok(Written { meta, fate: held.fate, reason, joined })
        })
    }
}

impl Work<'_> {
    fn write(
        &mut self,
        intent: Intent,
        writer: &Secret,
    ) -> Result<(Meta, Vec<Meta>), WriteError> {
        let mut joined = Vec::new();
        let deps = match &intent.cites {
            Cites::Exactly(ids) => ids.clone(),
            Cites::Heads => self.deps(&intent, writer, &mut joined)?,
        };
        let meta = self.sign_and_admit(&intent, deps, writer)?;
        Ok((meta, joined))
    }

    /// The heads of the stream, after joining some where there are too many.
    fn deps(
        &mut self,
        intent: &Intent,
        writer: &Secret,
        joined: &mut Vec<Meta>,
    ) -> Result<Vec<EnvelopeId>, WriteError> {
        let (kind, act) = match &intent.content {
            Content::Statement { .. } => (Kind::STATEMENT, None),
            Content::Body(Body::Act(Act::Ask(_))) => return Ok(Vec::new()),
            Content::Body(Body::Act(Act::Do(deed))) => (Kind::ACT, Some(deed)),
            Content::Body(body) => (body.kind(), None),
        };
        let subject = act.map(|deed| &deed.request);
        let mut heads = Reading::new(self.db).heads(&intent.scope, kind, subject)?;
        if let Some(deed) = act {
            while heads.len() > DEPS_MAX {
                let seen = heads.split_off(heads.len() - DEPS_MAX);
                let meta = self.sign_and_admit(&join(intent, deed), seen, writer)?;
                heads.insert(0, meta.id);
                joined.push(meta);
            }
        }
        heads.truncate(DEPS_MAX);
        Ok(heads)
    }

    fn sign_and_admit(
        &mut self,
        intent: &Intent,
        deps: Vec<EnvelopeId>,
        writer: &Secret,
    ) -> Result<Meta, WriteError> {
        if deps.len() > DEPS_MAX {
            return Err(WriteError::TooManyCitations(deps.len()));
        }
        let tip = Reading::new(self.db).tip(&writer.writer(), &intent.scope)?;
        let seq = tip.map_or(1, |(seq, _)| seq + 1);
        let body = match &intent.content {
            Content::Body(body) => body.clone(),
            Content::Statement { statement, seconds } => {
                let at = Position {
                    community: self.community,
                    writer: writer.writer(),
                    scope: intent.scope,
                    seq,
                    auth: intent.auth,
                };
                let seconds: Vec<&Secret> = seconds.iter().collect();
                Body::Statement(SignedStatement::sign(statement.clone(), &at, &seconds))
            }
        };
        let bytes = body.encode();
        Body::decode(body.kind(), &bytes).map_err(WriteError::Body)?;
        let draft = Draft {
            kind: body.kind(),
            scope: intent.scope,
            tip,
            lamport: self.next_lamport(&intent.scope, tip, &deps)?,
            deps,
            auth: intent.auth,
            bucket: Bucket::of(intent.claimed, self.founded),
            claimed: intent.claimed,
            body: bytes,
        };
        let envelope = Envelope::write(draft, writer, &self.community);
        if let Some(cited) = self.cited(&envelope.id())? {
            // The same words in the same place: only a copy of this folder can have said them.
            return Ok(receive::meta(cited.row, envelope.id(), envelope.header()));
        }
        Ok(self.admit(&envelope)?)
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

/// An act that says nothing but what its author has seen, in the same capacity.
fn join(intent: &Intent, deed: &Deed) -> Intent {
    let seen = seen(deed.request, deed.role);
    Intent { content: Content::Body(seen), cites: Cites::Heads, ..intent.clone() }
}

fn seen(request: RequestId, role: Part) -> Body {
    Body::Act(Act::Do(Deed {
        request,
        verb: Verb::Seen,
        role,
        about: None,
        instead: None,
        other: None,
        offer: None,
        note: String::new(),
    }))
}
