//! How two nodes become equal: push is a hint, reconciliation is the guarantee.
//!
//! A [`Session`] is one conversation with one peer over one ordered, authenticated link. It has no
//! clock, socket or disk: whoever drives it feeds [`Input`]s and drains [`Session::poll`]. What it
//! wants from the store (a listing, envelopes, a commit) it asks for as an [`Output`] and gets back
//! as an [`Input`].
//!
//! # Rules
//!
//! 1. *Hello*: whoever has admitted the other says so with the fingerprint of all that he holds.
//!    Nobody else hears anything but "who are you?"; an introduction may answer that.
//! 2. *Compare*: equal is only said when both named the same fingerprint in one exchange. It takes
//!    one round trip and a few hundred bytes, whatever the history.
//! 3. *Summary*: where they differ, the one who opened the link leads, and asks its way down from
//!    scopes to drawers ([`summary`]).
//! 4. *Narrow*: drawers that both have are reconciled by range ([`narrow`]); a drawer that one
//!    lacks is sent whole.
//! 5. *Transfer*: urgent classes first, then households in turn ([`turns`]), of each the newest
//!    drawer first, no more under way than the link carries and at most a window of a mebibyte
//!    ([`transfer`], [`stream`]). A cut costs nothing but a new comparison.
//! 6. *Live*: what is written here goes out at once; what came from others is announced by id, and
//!    sent where it is missing. So an envelope crosses a link once, in a line as in a full mesh.
//! 7. After a transfer they compare again, with growing pauses, until they are equal.
//! 8. *Files* ([`files`]): sealed photos go over the same link, in chunks, to whoever asks for them, when
//!    nothing else wants to go.
//!
//! # Invariants
//!
//! - Any bytes from the peer end in an answer or in [`Output::Blame`]; never in a panic.
//! - What one peer can make this node remember is bounded ([`bounds`]), apart from listings of this
//!   node's own drawers.
//! - A peer without anything new is done with after sixteen rounds, one that owes an answer after
//!   thirty seconds.
//!
//! # Considered and rejected
//!
//! Pushing everything to everybody: in a full mesh of eight each envelope would cross most links
//! twice. Version vectors: nine kilobytes at 500 writers, and a forked writer breaks them.
//! Both sides leading: every difference would be found twice.

pub mod bounds;
pub mod files;
pub mod fingerprint;
mod message;
pub mod narrow;
mod outbox;
mod pace;
mod session;
pub mod stream;
pub mod summary;
pub mod transfer;
pub mod turns;

pub use fingerprint::Fingerprint;
pub use message::{BadMessage, Parting};
pub use narrow::Held;
pub use session::{Closing, Config, Fault, Input, Output, Session};
pub use summary::Carried;

/// Bytes that one envelope takes in an introduction, at most.
pub fn introduced_bytes(envelope: &crate::envelope::Envelope) -> usize {
    message::Message::introduced_bytes(envelope)
}

#[cfg(test)]
mod tests;
