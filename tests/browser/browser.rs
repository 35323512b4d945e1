//! People with phones and desks: real browsers on the pages of real nodes.
//!
//! Run by name, since it needs Debian's `chromium` and `chromium-driver`:
//! `cargo test --workspace --test browser`; `tests/run` installs them where it may.

#![expect(clippy::panic, reason = "whatever is missing fails the test, with the page in its words")]

mod away;
mod axe;
mod days;
mod demo;
mod desk;
mod drafts;
mod pages;
mod rota;
mod setup;
mod states;
mod stories;
mod town;
mod walks;
mod window;
