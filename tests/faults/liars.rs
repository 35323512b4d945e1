//! One home in five says two things in one place, and writes into the past (promise 8).
//!
//! Its sessions are honest, so what it wrote gets everywhere; only its own chains are not. What it
//! tells one home it does not tell another. After everything is mended the honest see the same.

use std::sync::atomic::{AtomicU64, Ordering};

use crdt::{
    envelope::{Draft, Envelope},
    time::{Bucket, ClaimedTime},
};
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
        town.live(|town| {
            lies.fetch_add(lie(&mut town.world, liars).into(), Ordering::Relaxed);
        });
        town.mend();
        town.assert_all_see_the_same(honest);
        let status = town.world.status(honest[0]);
        doubted.fetch_add(status.quarantined + status.pending, Ordering::Relaxed);
    });
    let (lies, doubted) = (lies.into_inner(), doubted.into_inner());
    assert!(lies > 0 && doubted > 0, "{lies} lies were told, {doubted} were noticed");
}

/// A liar writes something else in the place of something that he wrote, and tells somebody.
fn lie(world: &mut World, liars: &[Who]) -> bool {
    let (liar, everybody) = (world.chance().one_of(liars), world.everybody());
    let written: Vec<_> = world.home(liar).written().to_vec();
    if written.is_empty() {
        return false;
    }
    let place = world.chance().below(written.len());
    let words = world.chance().below(written.len());
    let (place, kind) = (written[place].clone(), written[place].header().kind);
    // Other words of the same kind, or the same words at another time.
    let body = Some(&written[words]).filter(|it| it.header().kind == kind).unwrap_or(&place).body();
    let header = place.header();
    let draft = Draft {
        kind,
        scope: header.scope,
        tip: header.prev.map(|prev| (header.seq - 1, prev)),
        deps: header.deps.clone(),
        auth: header.auth,
        lamport: header.lamport,
        bucket: Bucket(header.bucket.0 + world.chance().below(3) as u16),
        claimed: ClaimedTime(BEGIN.0 - world.chance().draw() % (10 * YEAR_MS)),
        body: body.expect("it wrote it").to_vec(),
    };
    let home = world.home(liar);
    let forged = Envelope::write(draft, home.writer(), &home.community());
    let whom = world.chance().one_of(&everybody);
    world.slip(whom, vec![forged]);
    true
}
