//! One household's node: the pure core of `crdt` with a disk, a mesh and a page around it.
//!
//! `web → handle → run → core → crdt`; `store`, `mesh` and `web` never import one another.

pub mod api;
pub mod handle;
pub mod web;
pub mod words;
