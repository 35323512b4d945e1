//! The pure core of Linli: bytes, time and randomness in; decisions and bytes out.
//!
//! Nothing here reads a clock, a disk or a network, so a whole neighbourhood runs inside one test.
//! Read in this order:
//!
//! 1. [`id`], [`time`], [`limits`] — the nouns, and every bound of the protocol;
//! 2. [`genesis`], [`keys`], [`envelope`], [`body`] — what a node keeps and passes on.

pub mod body;
pub mod claim;
pub mod envelope;
pub mod genesis;
pub mod id;
pub mod keys;
pub mod limits;
pub mod sync;
pub mod time;
pub mod wire;
