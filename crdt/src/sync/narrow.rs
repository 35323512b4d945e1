//! Finding which envelopes of one drawer differ: range-based reconciliation by `negentropy`.
//!
//! The leader of a link asks, the follower answers; both work on a listing taken once, so that
//! envelopes that arrive meanwhile do not move the ground. Ids are ordered by what the author's
//! clock claimed, because what differs is mostly recent: about 35 bytes per differing envelope and
//! two or three round trips, whatever the drawer holds.
//!
//! # Considered and rejected
//!
//! Trusting the peer to finish: it may name ever new ids that do not exist. So it may never name
//! more than it said it holds, and rounds that name none are counted.

use negentropy::{Id, Negentropy, NegentropyStorageVector};

use super::bounds::{FRUITLESS_ROUNDS_MAX, IDLE_ANSWERS_MAX, NARROW_BYTES_MAX};
use crate::{
    envelope::{Envelope, Kind},
    id::{EnvelopeId, WriterId},
    time::ClaimedTime,
};

/// The latest time that takes part; `negentropy` uses the highest number as its own "end".
const CLAIMED_MAX: u64 = 1 << 53;

/// One envelope of a drawer, as the store lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub id: EnvelopeId,
    /// Who wrote it; decides on whose turn it travels.
    pub writer: WriterId,
    /// What the author's clock said.
    pub claimed: ClaimedTime,
    /// What it is; decides how soon it travels.
    pub kind: Kind,
    /// Its order within the scope.
    pub lamport: u64,
    /// About how much it weighs, in bytes: header and body.
    pub bytes: u32,
}

impl Held {
    /// What is to be said about an envelope.
    pub fn of(envelope: &Envelope) -> Self {
        let header = envelope.header();
        let body = if envelope.body().is_some() { header.body_len } else { 0 };
        Self {
            id: envelope.id(),
            writer: header.writer,
            claimed: header.claimed,
            kind: header.kind,
            lamport: header.lamport,
            bytes: body + 256,
        }
    }
}

/// Why narrowing had to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNarrowing {
    /// Not a message of this protocol.
    #[error("narrowing message that cannot be read")]
    Malformed,
    /// More ids than it said the drawer holds, or ours over again.
    #[error("more ids than the drawer holds")]
    TooMany,
    /// Round after round without a new id.
    #[error("rounds without a new id")]
    Fruitless,
}

impl From<negentropy::Error> for BadNarrowing {
    fn from(_: negentropy::Error) -> Self {
        Self::Malformed
    }
}

/// A drawer as it was when narrowing began.
struct Listing {
    /// Ascending by id.
    items: Vec<Held>,
    engine: Negentropy<'static, NegentropyStorageVector>,
}

impl Listing {
    fn new(mut items: Vec<Held>) -> Self {
        items.sort_unstable_by_key(|held| held.id);
        items.dedup_by_key(|held| held.id);
        let mut storage = NegentropyStorageVector::with_capacity(items.len());
        for held in &items {
            let id = Id::from_byte_array(*held.id.as_bytes());
            let claimed = held.claimed.0.min(CLAIMED_MAX);
            storage.insert(claimed, id).expect("not sealed before the next line");
        }
        storage.seal().expect("sealed once");
        let engine = Negentropy::owned(storage, NARROW_BYTES_MAX).expect("above the smallest");
        Self { items, engine }
    }

    fn find(&self, id: &EnvelopeId) -> Option<&Held> {
        let at = self.items.binary_search_by_key(id, |held| held.id).ok()?;
        self.items.get(at)
    }
}

/// What one round told the leader.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Here and not there.
    pub have: Vec<Held>,
    /// There and not here.
    pub need: Vec<EnvelopeId>,
    /// The next question; none when the drawer is done.
    pub next: Option<Vec<u8>>,
}

/// The leader's side of one drawer.
pub(super) struct Narrowing {
    listing: Listing,
    /// How many ids the peer may still name.
    may_need: u64,
    /// How many of ours may still be found missing there.
    may_have: usize,
    fruitless: u32,
}

impl Narrowing {
    /// Begins with this drawer, in which the peer may hold `most`.
    pub fn begin(items: Vec<Held>, most: u64) -> (Self, Vec<u8>) {
        let mut listing = Listing::new(items);
        let first = listing.engine.initiate().expect("initiated once, from a sealed listing");
        let may_have = listing.items.len();
        (Self { listing, may_need: most, may_have, fruitless: 0 }, first)
    }

    /// Takes the follower's answer.
    pub fn take(&mut self, reply: &[u8]) -> Result<Findings, BadNarrowing> {
        let (mut have, mut need) = (Vec::new(), Vec::new());
        let next = self.listing.engine.reconcile_with_ids(reply, &mut have, &mut need)?;
        self.fruitless = if have.is_empty() && need.is_empty() { self.fruitless + 1 } else { 0 };
        if self.fruitless > FRUITLESS_ROUNDS_MAX {
            return Err(BadNarrowing::Fruitless);
        }
        self.may_need =
            self.may_need.checked_sub(need.len() as u64).ok_or(BadNarrowing::TooMany)?;
        self.may_have = self.may_have.checked_sub(have.len()).ok_or(BadNarrowing::TooMany)?;
        let id = |id: &Id| EnvelopeId::from_bytes(id.to_bytes());
        let have = have.iter().filter_map(|it| self.listing.find(&id(it)).copied()).collect();
        // The order in which the library names ids is that of a hash table.
        let mut need: Vec<EnvelopeId> = need.iter().map(id).collect();
        need.sort_unstable();
        Ok(Findings { have, need, next })
    }
}

/// The follower's side of one drawer.
pub(super) struct Answering {
    listing: Listing,
    /// Questions since an envelope last moved either way, and how many had moved then.
    idle: u32,
    moved: u64,
}

impl Answering {
    pub fn begin(items: Vec<Held>) -> Self {
        Self { listing: Listing::new(items), idle: 0, moved: 0 }
    }

    /// Answers one question; `moved` counts the envelopes that have moved on this link.
    pub fn answer(&mut self, question: &[u8], moved: u64) -> Result<Vec<u8>, BadNarrowing> {
        self.idle = if moved == self.moved { self.idle + 1 } else { 1 };
        self.moved = moved;
        if self.idle > IDLE_ANSWERS_MAX {
            return Err(BadNarrowing::Fruitless);
        }
        Ok(self.listing.engine.reconcile(question)?)
    }

    /// The envelope that the leader wants out of this drawer.
    pub fn find(&self, id: &EnvelopeId) -> Option<&Held> {
        self.listing.find(id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn held(number: u64, claimed: u64) -> Held {
        let id = *blake3::hash(&number.to_be_bytes()).as_bytes();
        Held {
            id: EnvelopeId::from_bytes(id),
            writer: WriterId::from_bytes([1; 32]),
            claimed: ClaimedTime(claimed),
            kind: Kind::MESSAGE,
            lamport: number,
            bytes: 300,
        }
    }

    fn ids(items: &[Held]) -> Vec<EnvelopeId> {
        let mut ids: Vec<_> = items.iter().map(|held| held.id).collect();
        ids.sort_unstable();
        ids
    }

    proptest! {
        #[test]
        fn both_differences_are_found_whatever_the_clocks_said(
            numbers in prop::collection::btree_map(0..3_000u64, (0..3u8, any::<u64>(), any::<bool>()), 0..300),
        ) {
            let side = |here: u8| -> Vec<Held> {
                let on = |(_, (side, ..)): &(&u64, &(u8, u64, bool))| *side == here || *side == 2;
                let one = |(number, (_, claimed, odd)): (&u64, &(u8, u64, bool))| {
                    held(*number, if *odd { u64::MAX } else { *claimed % 50 })
                };
                numbers.iter().filter(on).map(one).collect()
            };
            let (left, right) = (side(0), side(1));
            let only = |here: &[Held], there: &[Held]| {
                let there = ids(there);
                let mut only = ids(here);
                only.retain(|id| !there.contains(id));
                only
            };
            let (mut leader, mut question) = Narrowing::begin(left.clone(), right.len() as u64);
            let mut follower = Answering::begin(right.clone());
            let (mut have, mut need) = (Vec::new(), Vec::new());
            loop {
                let reply = follower.answer(&question, 0).expect("an honest question");
                let found = leader.take(&reply).expect("an honest answer");
                have.extend(found.have);
                need.extend(found.need);
                let Some(next) = found.next else { break };
                question = next;
            }
            need.sort_unstable();
            prop_assert_eq!(ids(&have), only(&left, &right));
            prop_assert_eq!(need, only(&right, &left));
        }

        #[test]
        fn garbage_is_refused_and_harms_nobody(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let items: Vec<Held> = (0..100).map(|number| held(number, number)).collect();
            let garbage = [&[0x61], bytes.as_slice()].concat();
            let _ = Answering::begin(items.clone()).answer(&garbage, 0);
            let _ = Narrowing::begin(items, 10).0.take(&garbage);
        }
    }

    #[test]
    fn a_peer_cannot_name_more_than_it_said_it_holds() {
        let (mut leader, question) = Narrowing::begin(Vec::new(), 1);
        let mut follower = Answering::begin(vec![held(1, 1), held(2, 2)]);
        let reply = follower.answer(&question, 0).expect("an honest question");
        assert_eq!(leader.take(&reply).map(|_| ()), Err(BadNarrowing::TooMany));
    }

    #[test]
    fn rounds_without_a_new_id_end() {
        let items: Vec<Held> = (0..100).map(|number| held(number, number)).collect();
        let (mut leader, _) = Narrowing::begin(items, 100);
        // "All of it differs", again and again: one fingerprint over everything.
        let differs = [&[0x61, 0, 0, 1], [7; 16].as_slice()].concat();
        let rounds = (1..).find(|_| leader.take(&differs).is_err());
        assert_eq!(rounds, Some(17));
    }
}
