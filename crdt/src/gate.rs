//! The gate: the only way by which bytes from outside get into an Automerge document.
//!
//! Automerge was written for friends. One change of 61 bytes can make every later write panic, one
//! of a few kilobytes can overflow the stack, one deflated chunk can fill the memory, and a second
//! change under a used sequence number is refused together with everything that came beside it. So
//! nothing reaches Automerge that was not read here first, completely, by a decoder of our own.
//!
//! # Rules
//!
//! 1. A body carries exactly one raw change chunk: no document, no bundle, nothing deflated, not a
//!    byte after it, at most [`CHUNK_BYTES_MAX`](crate::limits::CHUNK_BYTES_MAX) bytes, checksum
//!    right ([`Chunk::read`]).
//! 2. Nothing in it says what the envelope says already: no time, no message, no extra bytes; its
//!    actor is one that writer and document imply ([`actor_of`]).
//! 3. The vocabulary of today's forms is maps with string keys, and plain values in them: put, make
//!    a map, delete. At most [`CHANGE_OPS_MAX`](crate::limits::CHANGE_OPS_MAX) operations, maps at
//!    most [`DOCUMENT_DEPTH_MAX`](crate::limits::DOCUMENT_DEPTH_MAX) deep.
//! 4. `seq`, `start_op` and the dependencies are exactly as implied by the changes that the
//!    envelope builds on; every object and every predecessor that an operation names lies in that
//!    past, under the same key (`history`).
//! 5. Of two changes of one writer under one `seq` the lowest envelope id enters the document. What
//!    lost, and what was built on it, is kept beside it; a change built on both is torn.
//!
//! # Invariants
//!
//! - *Poison* depends on the envelope, its body and the changes that it builds on, never on what
//!   else is here: every node says the same.
//! - What entered is a function of the set of changes, never of the order of their arrival.
//!
//! # Deliberately absent
//!
//! Who may write (`authority`): the gate is shown only what counts. The copy in which a losing
//! branch can be read: it is kept, and not shown yet.
//!
//! # Considered and rejected
//!
//! Letting Automerge parse first and judging what it returns: it expands run lengths while it
//! verifies, so a chunk of 80 bytes that claims 2⁶⁰ operations would never come back. Letting all
//! of Automerge in: lists, texts, counters and marks have paths that panic on dangling ids; a later
//! form that needs them brings its own number, which older nodes carry unread.
//! Demanding Automerge's own canonical bytes: the verdict would hang on its version.

mod chunk;
mod column;
mod history;
#[cfg(test)]
pub(crate) mod tests;

pub use chunk::{Action, Chunk, Op, OpRef};
pub(crate) use history::{History, Judged, Node, NodeIndex};

use crate::{
    body::{Change, DocumentForm},
    id::{DocumentId, EnvelopeId, WriterId},
    limits::GENERATIONS_MAX,
};

/// An Automerge actor, as all of ours are.
pub type Actor = [u8; 16];

/// Why a change did not enter the document. Only [`Rejected::Poison`] is anybody's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Builds on changes that are not here; offer it again when they are.
    #[error("builds on {} changes that are not here", .0.len())]
    Waiting(Vec<EnvelopeId>),
    /// Never enters on any node: drop the body, keep the header, charge the writer.
    #[error("poison: {0}")]
    Poison(#[from] Poison),
    /// On the losing branch of a fork: kept beside the document.
    #[error("on the losing branch of a fork")]
    Fork,
    /// Builds on two branches of one writer: kept, never applied.
    #[error("builds on two branches of one writer")]
    Torn,
}

/// What is wrong with a change for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Poison {
    /// Document, form and what it is about do not belong together.
    #[error("names another document")]
    ForeignDocument,
    /// More bytes than a change may have.
    #[error("more bytes than a change may have")]
    TooLarge,
    /// Deflated, a whole document, a bundle, several chunks, or cut short.
    #[error("not exactly one raw change chunk")]
    NotOneChange,
    /// Bytes that do not decode, or not in their one form.
    #[error("does not decode")]
    Malformed,
    /// The checksum is of other bytes.
    #[error("checksum of other bytes")]
    Checksum,
    /// More operations than a change may have, or none.
    #[error("no operation, or more than a change may have")]
    OpCount,
    /// A list, a text, a counter, a mark: not in today's forms.
    #[error("an operation that this form does not know")]
    Vocabulary,
    /// Written as somebody else.
    #[error("not this writer's actor")]
    WrongActor,
    /// Builds on a change that its envelope does not cite.
    #[error("builds on what its envelope does not cite")]
    ForeignDependency,
    /// Not one more than the writer's changes that it builds on.
    #[error("sequence number not as implied")]
    WrongSeq,
    /// Not one more than the highest operation that it builds on.
    #[error("first operation not as implied")]
    WrongStartOp,
    /// An object or predecessor outside its past, or under another key.
    #[error("refers to what it does not build on")]
    UnknownReference,
    /// Maps inside maps inside maps.
    #[error("nested too deep")]
    TooDeep,
    /// The document has counted as many operations as it ever may.
    #[error("the document is full")]
    DocumentFull,
    /// Passed every rule above, and Automerge still failed: the net under the net.
    #[error("Automerge failed on it")]
    Automerge,
}

/// The document that a form of this request or group has.
pub fn document_of(form: DocumentForm, about: &EnvelopeId) -> DocumentId {
    match form {
        DocumentForm::Request => about.facts(),
        DocumentForm::Group => about.board(),
    }
}

/// Do document, form and what it is about belong together?
///
/// # Errors
///
/// [`Poison::ForeignDocument`] where they do not.
pub fn check_names(change: &Change) -> Result<(), Poison> {
    let own = change.document == document_of(change.form, &change.about);
    if own { Ok(()) } else { Err(Poison::ForeignDocument) }
}

/// The actor under which a writer edits a document: the first 16 bytes of
/// BLAKE3(writer ‖ document ‖ generation), the generation in four bytes, little-endian.
///
/// Everybody begins with generation 0. Whose changes ended beside the document (rule 5) goes on
/// with the next, so that nobody is shut out by having trusted a forked neighbour.
pub fn actor_of(writer: &WriterId, document: &DocumentId, generation: u32) -> Actor {
    let mut hasher = blake3::Hasher::new();
    hasher.update(writer.as_bytes()).update(document.as_bytes()).update(&generation.to_le_bytes());
    let mut actor = [0; 16];
    hasher.finalize_xof().fill(&mut actor);
    actor
}

/// May this writer use this actor in this document, in whatever generation?
pub fn is_actor_of(actor: &Actor, writer: &WriterId, document: &DocumentId) -> bool {
    (0..GENERATIONS_MAX).any(|generation| *actor == actor_of(writer, document, generation))
}

/// Runs what calls into Automerge; a panic in there becomes a verdict.
///
/// Whatever `work` was changing must be a copy: it may be half done.
pub(crate) fn guarded<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<T, Poison> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) | Err(_) => Err(Poison::Automerge),
    }
}
