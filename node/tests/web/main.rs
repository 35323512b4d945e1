//! The page, through its router, with a made-up node behind it: what people see, and who is kept
//! out.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test, which is its job")]

mod activities;
mod actors;
mod desk;
mod door;
mod fake;
mod forms;
mod homes;
mod households;
mod installed;
mod keys;
mod knock;
mod long;
mod look;
mod messages;
mod office;
mod pages;
mod phones;
mod photos;
mod print;
mod private;
mod refused;
mod rights;
mod roster;
mod rows;
mod series;
mod setup;
mod stale;
mod teams;
mod telling;
mod two;
mod walks;
