//! One household's node: the pure core of `crdt` with a disk, a mesh and a page around it.
//!
//! `web → handle → run → core → crdt`; `store`, `mesh` and `web` never import one another.

pub mod answering;
pub mod api;
pub mod attached;
pub mod backup;
pub mod bundle;
pub mod calendar;
pub mod clock;
pub mod control;
pub mod core;
pub mod demo;
pub mod dice;
pub mod export;
pub mod handle;
pub mod home;
pub mod hours;
pub mod identity;
pub mod ledger;
#[cfg(test)]
mod logged;
mod memo;
pub mod mesh;
pub mod paper;
pub mod passphrase;
pub mod phones;
pub mod photo;
pub mod ring;
pub mod run;
pub mod store;
pub mod trust;
pub mod web;
pub mod words;
