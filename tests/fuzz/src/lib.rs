//! The doors through which bytes of strangers come in, each as one function that may not panic.
//!
//! A fuzzer calls whatever reaches new code (`tests/fuzz/run`); an ordinary test calls
//! them with everything that was ever kept under `corpus/` (`replay.rs`), so a crash that was found
//! once is looked for in every build, also where there is no fuzzer.
//!
//! # Rules
//!
//! 1. What a door lets in it also gives back: one value has one encoding.
//! 2. Where a checksum or a length would keep the fuzzer out, the door puts the right one in.
//! 3. A panic is a find even where the program would survive it (`gate::guarded`).

mod bundle;
mod bytes;
mod envelope;
mod gate;
mod session;
mod typed;

pub use bundle::bundle;
pub use envelope::{body, envelope};
pub use gate::gate;
pub use session::session;
pub use typed::typed;
