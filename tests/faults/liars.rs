//! One home in five says two things in one place, and writes into the past (promise 8).
//!
//! Its sessions are honest, so what it wrote gets everywhere; only the chains of a second writer, of
//! a program of its own, are not. What that tells one home it does not tell another. After everything
//! is mended the honest see the same. (A box that hears of rivals of its *own* writer takes itself
//! for copied and makes fresh keys; that is another story, `tests/stories/copies.rs`.)

use std::sync::atomic::{AtomicU64, Ordering};

use crdt::{
    body::{Act, Body, Deed, Part, Verb},
    envelope::{Draft, Envelope, Kind},
    id::RequestId,
    keys::Secret,
    time::{Bucket, ClaimedTime},
};
use node::api::{Command, KeyUseWord, RosterCommand};
use tests::world::{BEGIN, Who, World};

use crate::towns::{Town, live_all, seeds};

/// Lives of the short set.
const SEEDS: u64 = 100;

/// One home in so many lies.
const LIARS: usize = 5;

const YEAR_MS: u64 = 365 * 24 * 3_600 * 1_000;

#[test]
fn whoever_equivocates_or_dates_back_does_not_make_the_honest_differ() {
    let (lies, doubted) = (AtomicU64::new(0), AtomicU64::new(0));
    live_all(seeds(SEEDS), |seed| {
        let mut town = Town::drawn(seed);
        let everybody = town.world.everybody();
        // The office is honest: without it there is no community to agree in.
        let (honest, liars) = everybody.split_at(everybody.len() - everybody.len().div_ceil(LIARS));
        let mut programs: Vec<(Who, Program)> =
            liars.iter().map(|liar| (*liar, Program::certified(&mut town.world, *liar))).collect();
        town.world.settle();
        town.live(|town| {
            let at = town.world.chance().below(programs.len());
            let (liar, program) = &mut programs[at];
            let requests = town.requests.clone();
            program.speak(&mut town.world, *liar, &requests);
            lies.fetch_add(program.lie(&mut town.world, *liar).into(), Ordering::Relaxed);
        });
        town.mend();
        town.assert_all_see_the_same(honest);
        let status = town.world.status(honest[0]);
        doubted.fetch_add(status.quarantined + status.pending, Ordering::Relaxed);
    });
    let (lies, doubted) = (lies.into_inner(), doubted.into_inner());
    assert!(lies > 0 && doubted > 0, "{lies} lies were told, {doubted} were noticed");
}

/// A program of a liar's own, with a writer that his box has certified. It speaks when he speaks, of
/// rides and in the open, and says otherwise elsewhere; his box stays honest, and knows nothing of it.
struct Program {
    writer: Secret,
    /// What it has written in good order.
    chain: Vec<Envelope>,
}

impl Program {
    fn certified(world: &mut World, liar: Who) -> Self {
        let writer = Secret::from_seed(world.chance().bytes());
        let (key, key_use) = (writer.key().to_hex(), KeyUseWord::Writer);
        let certify = Command::Roster(RosterCommand::CertifyKey { key, key_use });
        world.ask(liar, certify).expect("whoever is in may have a second device");
        Self { writer, chain: Vec::new() }
    }

    /// Says something in good order.
    fn speak(&mut self, world: &mut World, liar: Who, requests: &[RequestId]) {
        let written = world.home(liar).written().to_vec();
        let words: Vec<_> =
            written.iter().filter(|it| it.header().kind != Kind::STATEMENT).collect();
        if words.is_empty() {
            return;
        }
        let words = words[world.chance().below(words.len())];
        let scope = words.header().scope;
        let before = self.chain.iter().rev().find(|it| it.header().scope == scope);
        let mut draft = beside(words, something(world, words.header().kind, requests));
        draft.tip = before.map(|it| (it.header().seq, it.id()));
        draft.lamport =
            1 + before.map_or(draft.lamport, |it| it.header().lamport.max(draft.lamport));
        let community = world.home(liar).community();
        self.chain.push(Envelope::write(draft, &self.writer, &community));
        world.slip(liar, self.chain.last().cloned().into_iter().collect());
    }

    /// Writes something else in the place of something that it wrote, and tells somebody.
    fn lie(&mut self, world: &mut World, liar: Who) -> bool {
        let everybody = world.everybody();
        if self.chain.is_empty() {
            return false;
        }
        let place = &self.chain[world.chance().below(self.chain.len())];
        let words = &self.chain[world.chance().below(self.chain.len())];
        let (header, kind) = (place.header(), place.header().kind);
        // Other words of the same kind, or the same words at another time.
        let words = Some(words).filter(|it| it.header().kind == kind).unwrap_or(place);
        let mut draft = beside(place, words.body().expect("it wrote it").to_vec());
        draft.tip = header.prev.map(|prev| (header.seq - 1, prev));
        draft.bucket = Bucket(header.bucket.0 + world.chance().below(3) as u16);
        draft.claimed = ClaimedTime(BEGIN.0 - world.chance().draw() % (10 * YEAR_MS));
        let forged = Envelope::write(draft, &self.writer, &world.home(liar).community());
        let whom = world.chance().one_of(&everybody);
        world.slip(whom, vec![forged]);
        true
    }
}

/// A message, or a claim of some request.
fn something(world: &mut World, kind: Kind, requests: &[RequestId]) -> Vec<u8> {
    let at = world.chance().below(requests.len().max(1));
    match requests.get(at).filter(|_| kind == Kind::ACT) {
        Some(request) => Body::Act(Act::Do(Deed {
            request: *request,
            verb: Verb::Claim,
            role: Part::Member,
            about: None,
            instead: None,
            other: None,
            offer: None,
            note: String::new(),
        }))
        .encode(),
        None => World::message_body(&format!("says {}", world.chance().draw() % 1_000)),
    }
}

/// What cites the same and stands under the same grant.
fn beside(words: &Envelope, body: Vec<u8>) -> Draft {
    let header = words.header();
    Draft {
        kind: header.kind,
        scope: header.scope,
        tip: None,
        deps: header.deps.clone(),
        auth: header.auth,
        lamport: header.lamport,
        bucket: header.bucket,
        claimed: header.claimed,
        epoch: None,
        body,
    }
}
