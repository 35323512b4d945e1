//! The pure core of Linli: bytes, time and randomness in; decisions and bytes out.
//!
//! Nothing here reads a clock, a disk or a network, so a whole neighbourhood runs inside one test.
//! Read in this order:
//!
//! 1. [`id`], [`time`], [`limits`] — the nouns, and every bound of the protocol;
//! 2. [`genesis`], [`keys`], [`envelope`], [`body`] — what a node keeps and passes on;
//! 3. [`claim`], [`lifecycle`], [`code`] — what the acts on a help request come to.

pub mod body;
pub mod claim;
pub mod code;
pub mod envelope;
pub mod genesis;
pub mod id;
pub mod keys;
pub mod lifecycle;
pub mod limits;
pub mod sync;
pub mod time;
pub mod wire;
