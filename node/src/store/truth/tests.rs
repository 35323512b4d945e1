//! The store, seen from outside: people write, batches arrive, disks fail.

mod daybook;
mod fates;
mod faults;
mod mend;
mod opening;
mod orders;
mod sealed;
mod vaults;
pub(crate) mod village;

use crdt::{envelope::Envelope, id::EnvelopeId, judge::Fate};

use super::Truth;

/// What became of an envelope, and why.
fn fate(truth: &Truth, id: &EnvelopeId) -> (Fate, String) {
    let verdict = truth.read().verdict(id).expect("reads").expect("is held");
    (verdict.fate, verdict.reason)
}

/// Hands over envelopes, one batch, and judges until there is nothing left to judge.
fn receive(truth: &mut Truth, envelopes: impl IntoIterator<Item = Envelope>) -> usize {
    let all: Vec<_> = envelopes.into_iter().collect();
    let received = truth.receive(all, [5; 32]).expect("receives");
    while truth.go_on().expect("judges") {}
    received.new.len()
}
