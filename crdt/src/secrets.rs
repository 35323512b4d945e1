//! Who can read what: epoch secrets, the boxes that hold them, and bodies sealed under them.
//!
//! ```text
//! box key (Ed25519) ─► sealing key (X25519)
//!                          │ HPKE
//! Rekey, Share (kind 9) ───┴─► epoch secret ─► body key, nonce key, wrapping key
//!                                   │ wraps its parents
//!                                   ▼
//!                              older epochs
//! ```
//!
//! A scope that is not everybody's business has *epochs*: random secrets, each sealed to every box
//! whose person may read the scope. A new epoch follows whenever somebody may no longer read. Who
//! may read is said by `authority` and handed in here as a list of boxes: this module knows nothing
//! of groups, so a case's vault is just another scope with another list.
//!
//! # Rules
//!
//! 1. An epoch has one secret: its first envelope carries a hash of it, and what does not fit the
//!    hash is not learnt. So a body that does not open under a secret that is here is wrong on every
//!    node, and its writer is to blame.
//! 2. For reading any epoch serves, whoever made it: what honest people wrote under a key that a
//!    removed member made stays readable. For writing only one that counts, and all of whose holders
//!    may read now.
//! 3. A nonce is a keyed hash of the place and the content. A copied disk that writes other words at
//!    the same place uses another nonce.
//! 4. Bodies are compressed first, with a dictionary that is part of the protocol.
//! 5. What is learnt depends on the set of key envelopes and not on their order.
//!
//! # Deliberately absent
//!
//! Forward secrecy: newcomers must be able to read. Rotation by date. Trial of keys: a header names
//! its epoch.

pub mod blob;
mod boxes;
mod epoch;
mod keyring;
pub(crate) mod letter;
pub mod packing;

pub use boxes::BoxSecret;
pub(crate) use boxes::seal_to;
pub use epoch::{DoesNotOpen, EpochSecret, Spot};
pub use keyring::{Keyring, Lacking, NewEpoch};

#[cfg(test)]
mod tests;
