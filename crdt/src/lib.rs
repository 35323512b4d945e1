//! The pure core of Linli: bytes, time and randomness in; decisions and bytes out.
//!
//! Nothing here reads a clock, a disk or a network, so a whole neighbourhood runs inside one test.
//! Read in this order:
//!
//! 1. [`id`], [`time`], [`limits`] — the nouns, and every bound of the protocol;
//! 2. [`genesis`], [`keys`], [`envelope`], [`body`] — what a node keeps and passes on;
//! 3. [`judge`], [`authority`] — what becomes of an envelope, and who may do what;
//! 4. [`claim`], [`lifecycle`], [`rota`], [`code`] — what the acts on a help request come to;
//!    [`news`] — what an announcement does, and who is on duty; [`poll`] — what a vote comes to; [`profile`] — skills and
//!    thanks; [`activity`], [`hours`] — what people do together, and for how long; [`team`] — whom a
//!    team lets in;
//! 5. [`gate`], [`document`] — what several people edit together, and what may get into it;
//! 6. [`secrets`], [`vault`] — who can read what, how a body is sealed, what is private;
//! 7. [`sync`] — how two nodes become equal; [`invitation`], [`paper`], [`introduction`] — how people
//!    come in, and know each other; [`across`] — what is carried into another neighbourhood.

pub mod across;
pub mod activity;
pub mod authority;
pub mod body;
pub mod bundle;
pub mod claim;
pub mod code;
pub mod document;
pub mod envelope;
pub mod gate;
pub mod genesis;
pub mod hours;
pub mod id;
pub mod introduction;
pub mod invitation;
pub mod judge;
pub mod keys;
pub mod knock;
pub mod lifecycle;
pub mod limits;
pub mod news;
pub mod paper;
pub mod poll;
pub mod profile;
pub mod rota;
pub mod secrets;
pub mod sync;
pub mod team;
pub mod time;
pub mod vault;
pub mod wire;
