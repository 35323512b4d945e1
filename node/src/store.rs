//! What a node keeps on its disk.
//!
//! | Where | What | If it is lost |
//! |---|---|---|
//! | `truth.db` ([`truth`]) | the set of envelopes, and what this node made of each | gone, unless a peer has it |
//! | `truth.db-daybook` | what was posted and is not committed yet | the same |
//! | `blobs/` ([`blobs`]) | photos and files, sealed | the thumbnails stay |
//! | `views.db` | lists, threads, search | rebuilt from `truth.db` |
//!
//! Everything here is synchronous and single-threaded: one thread owns the writing connection and
//! commits whatever has queued up, readers open connections of their own that cannot write. Nothing
//! here knows of the mesh, the page or the clock.

pub mod blobs;
pub mod error;
pub mod snapshot;
pub mod truth;
pub mod views;
