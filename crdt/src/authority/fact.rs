//! What the rules need to know of an envelope: its place, what it cites, who signed, what it says.
//!
//! Everything that costs a signature check is settled here, once, so that the evaluation is about
//! words alone: a [`Fact`] whose second signatures or proof are forged is never made.

use crate::{
    body::{Body, SignedStatement, Statement},
    envelope::{Envelope, Kind},
    id::{CommunityId, EnvelopeId, KeyId, ScopeId, WriterId},
};

use super::index::Spot;

/// What an envelope says, as far as the rules tell it apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// Who may do what.
    Statement(Box<Statement>),
    /// Talk.
    Message,
    /// One change of a document.
    Change,
    /// A claim, or any other act on a request.
    Act,
    /// A vote.
    Ballot,
    /// Anything else that somebody writes: cards, receipts, what later releases bring.
    Other,
    /// Only its place in its writer's chain is known, see [`Fact::link`].
    Link,
}

/// One envelope, as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its id.
    pub id: EnvelopeId,
    /// Whose chain it stands in.
    pub writer: WriterId,
    /// What it belongs to.
    pub scope: ScopeId,
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// The one before it in the chain.
    pub prev: Option<EnvelopeId>,
    /// What its author had seen.
    pub deps: Vec<EnvelopeId>,
    /// The grant or join that its author acts under; none where a key speaks for itself.
    pub auth: Option<EnvelopeId>,
    /// Its place in the order of the scope.
    pub lamport: u64,
    /// Is the writer's signature good?
    pub signed: bool,
    /// Whose second signatures it carries, all of them good.
    pub seconds: Vec<KeyId>,
    /// What it says.
    pub says: Says,
}

/// Why an envelope is no fact: its writer is to blame, its body is poison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAFact {
    /// The body belongs to another kind of envelope.
    #[error("a body of another kind")]
    ForeignBody,
    /// A second signature is forged, repeated or out of order.
    #[error("a second signature does not hold")]
    ForgedSecond,
    /// The invitation's proof was made for somebody else.
    #[error("the proof of the invitation does not hold")]
    ForgedProof,
}

impl Fact {
    /// Reads an envelope whose own signature was checked before; checks all others.
    ///
    /// # Errors
    ///
    /// Where a second signature or a proof is forged.
    pub fn of(envelope: &Envelope, body: &Body, community: &CommunityId) -> Result<Self, NotAFact> {
        let header = envelope.header();
        if body.kind() != header.kind {
            return Err(NotAFact::ForeignBody);
        }
        let (says, seconds) = match body {
            Body::Statement(it) => said(envelope, it, community)?,
            Body::Talk(_) | Body::News(_) => (Says::Message, Vec::new()),
            Body::Change(_) => (Says::Change, Vec::new()),
            Body::Act(_) => (Says::Act, Vec::new()),
            Body::Ballot(_) => (Says::Ballot, Vec::new()),
            Body::Card(_)
            | Body::Key(_)
            | Body::Vault(_)
            | Body::Erasure(_)
            | Body::Receipt(_)
            | Body::Profile(_)
            | Body::Team(_)
            | Body::Holding(_)
            | Body::Activity(_) => (Says::Other, Vec::new()),
        };
        Ok(Self { says, seconds, ..Self::without_body(envelope) })
    }

    /// What can be said of an envelope whose body was erased, or is of a kind without rules.
    pub fn without_body(envelope: &Envelope) -> Self {
        let header = envelope.header();
        Self {
            id: envelope.id(),
            writer: header.writer,
            scope: header.scope,
            seq: header.seq,
            prev: header.prev,
            deps: header.deps.clone(),
            auth: header.auth,
            lamport: header.lamport,
            signed: true,
            seconds: Vec::new(),
            says: match header.kind {
                Kind::MESSAGE | Kind::ALERT => Says::Message,
                Kind::CHANGE => Says::Change,
                Kind::ACT => Says::Act,
                Kind::BALLOT => Says::Ballot,
                _ => Says::Other,
            },
        }
    }

    /// The bare place of an envelope in its chain. A roster is told of the whole chain, link by
    /// link, once that chain forked; of a chain that never did it needs nothing.
    pub fn link(
        id: EnvelopeId,
        (writer, scope): (WriterId, ScopeId),
        (seq, lamport): (u64, u64),
        prev: Option<EnvelopeId>,
    ) -> Self {
        Self {
            id,
            writer,
            scope,
            seq,
            prev,
            deps: Vec::new(),
            auth: None,
            lamport,
            signed: true,
            seconds: Vec::new(),
            says: Says::Link,
        }
    }

    /// The statement, if it is one.
    pub fn statement(&self) -> Option<&Statement> {
        match &self.says {
            Says::Statement(it) => Some(it),
            _ => None,
        }
    }

    /// Is it something that people see or that changes what they see?
    pub fn is_content(&self) -> bool {
        matches!(self.says, Says::Message | Says::Change | Says::Act | Says::Ballot)
    }

    pub(super) fn spot(&self) -> Spot {
        Spot {
            writer: self.writer,
            scope: self.scope,
            seq: self.seq,
            id: Some(self.id),
            auth: self.auth,
        }
    }
}

fn said(
    envelope: &Envelope,
    it: &SignedStatement,
    community: &CommunityId,
) -> Result<(Says, Vec<KeyId>), NotAFact> {
    let header = envelope.header();
    let at = crate::body::Position {
        community: *community,
        writer: header.writer,
        scope: header.scope,
        seq: header.seq,
        auth: header.auth,
    };
    if !it.seconds_hold(&at) {
        return Err(NotAFact::ForgedSecond);
    }
    if let Statement::Join { person, group, proof: Some(proof), .. } = &it.statement
        && !proof.holds(community, person, group)
    {
        return Err(NotAFact::ForgedProof);
    }
    let seconds = it.seconds.iter().map(|second| second.key).collect();
    Ok((Says::Statement(Box::new(it.statement.clone())), seconds))
}
