//! What the store asks authority, and nothing more.

use crdt::{
    body::Body,
    envelope::{Envelope, Header},
    genesis::Genesis,
    id::{EnvelopeId, ScopeId, WriterId},
    judge::Position,
};

/// The rules of who may do what, as a pure function of the statements that were put in.
pub trait Authority: Sized {
    /// A statement whose own and second signatures were checked.
    type Fact;

    /// Knows the community's genesis and nothing else.
    fn founded(genesis: &Genesis) -> Self;

    /// Reads a statement; none where something in it is forged, which makes its body poison.
    fn read(&self, envelope: &Envelope, body: &Body) -> Option<Self::Fact>;

    /// Takes in a statement of which everything that it cites is here.
    fn insert(&mut self, fact: Self::Fact);

    /// Learns one link of a chain that forked.
    fn link(&mut self, id: EnvelopeId, header: &Header);

    /// Learns that a writer acts under a grant.
    fn note_use(&mut self, writer: WriterId, auth: EnvelopeId);

    /// Everything that decides over envelopes of this writer, in this scope, under this grant, as
    /// text. While it stays the same, no envelope there has to be judged again.
    fn standing(&self, writer: WriterId, scope: ScopeId, auth: Option<EnvelopeId>) -> String;

    /// May the author of this envelope do what it says?
    fn position(&self, id: EnvelopeId, header: &Header) -> Position;
}
