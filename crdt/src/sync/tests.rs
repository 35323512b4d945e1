//! The sync session, tested as a conversation: real signed envelopes, several nodes in one process,
//! a network that delivers in any order between links and in order on each, and virtual time.

mod adversary;
mod duel;
mod files;
mod live;
mod stories;
mod streams;
mod world;
