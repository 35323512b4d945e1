//! What this node carries, summed up so that two nodes can compare without listing anything.
//!
//! ```text
//! root ─ 256 branches by the first byte of the scope ─ scopes ─ drawers (weeks) ─ envelopes
//! ```
//!
//! Every place in this tree has a [`Fingerprint`]: the sum of all ids below it. Because an id is
//! the hash of a header that names scope and drawer, equal sums mean equal sets at every level;
//! nothing but sums has to be kept, and adding an envelope costs five additions whatever the
//! history. With 10,000 scopes the root is still one value that is always at hand.
//!
//! # Considered and rejected
//!
//! A Merkle tree of hashes: it would have to be rehashed along the path at every insertion and
//! says nothing that the sums do not say.

use std::collections::BTreeMap;

use super::{
    bounds::{FLAT_BUCKETS_MAX, FLAT_SCOPES_MAX},
    fingerprint::Fingerprint,
};
use crate::{
    id::{EnvelopeId, ScopeId},
    time::Bucket,
};

/// The first sixteen bytes of BLAKE3 over a fingerprint: what is said about a place on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// Of one set.
    pub fn of(set: &Fingerprint) -> Self {
        Self(crate::id::short_hash("linli/1 sync digest", &[&set.to_bytes()]))
    }
}

/// A place in the tree that can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Everything.
    Root,
    /// All scopes that begin with this byte.
    Branch(u8),
    /// One scope.
    Scope(ScopeId),
}

/// What lies directly below a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Child {
    /// A branch, below the root.
    Branch(u8),
    /// A scope, below the root or a branch.
    Scope(ScopeId),
    /// A drawer, below its scope.
    Bucket(Bucket),
}

/// The sums of one scope.
#[derive(Clone, Debug, Default)]
struct Shelf {
    all: Fingerprint,
    buckets: BTreeMap<Bucket, Fingerprint>,
}

/// The sums of everything that this node holds, kept in memory beside the store.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    root: Fingerprint,
    branches: BTreeMap<u8, Fingerprint>,
    scopes: BTreeMap<ScopeId, Shelf>,
    buckets: usize,
}

impl Carried {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one envelope, which must not be in here yet.
    pub fn add(&mut self, scope: ScopeId, bucket: Bucket, id: &EnvelopeId) {
        let mut one = Fingerprint::EMPTY;
        one.add(id);
        self.join(scope, bucket, &one);
    }

    /// Adds a whole drawer, or a further part of it, as the store remembers it.
    pub fn join(&mut self, scope: ScopeId, bucket: Bucket, part: &Fingerprint) {
        self.root.join(part);
        self.branches.entry(scope.as_bytes()[0]).or_default().join(part);
        let shelf = self.scopes.entry(scope).or_default();
        shelf.all.join(part);
        let before = shelf.buckets.len();
        shelf.buckets.entry(bucket).or_default().join(part);
        self.buckets += shelf.buckets.len() - before;
    }

    /// The fingerprint of everything.
    pub fn root(&self) -> &Fingerprint {
        &self.root
    }

    /// The fingerprint of one scope.
    pub fn scope(&self, scope: &ScopeId) -> Fingerprint {
        self.scopes.get(scope).map_or(Fingerprint::EMPTY, |shelf| shelf.all)
    }

    /// The fingerprint of one drawer.
    pub fn bucket(&self, scope: &ScopeId, bucket: Bucket) -> Fingerprint {
        let held = self.scopes.get(scope).and_then(|shelf| shelf.buckets.get(&bucket));
        held.copied().unwrap_or(Fingerprint::EMPTY)
    }

    /// The drawers of one scope with their fingerprints, oldest first.
    pub fn buckets(&self, scope: &ScopeId) -> impl Iterator<Item = (Bucket, Fingerprint)> + '_ {
        let held = self.scopes.get(scope).into_iter().flat_map(|shelf| &shelf.buckets);
        held.map(|(bucket, set)| (*bucket, *set))
    }

    /// The scopes with their fingerprints, ascending.
    pub fn scopes(&self) -> impl Iterator<Item = (ScopeId, Fingerprint)> + '_ {
        self.scopes.iter().map(|(scope, shelf)| (*scope, shelf.all))
    }

    /// May the root be described scope by scope?
    pub(super) fn is_flat(&self) -> bool {
        self.scopes.len() <= FLAT_SCOPES_MAX
    }

    /// May the drawers be told together with the scopes?
    pub(super) fn is_small(&self) -> bool {
        self.is_flat() && self.buckets <= FLAT_BUCKETS_MAX
    }

    /// What lies below `place`, ascending. Below the root: scopes where they are few or where
    /// `by_scope` asks for them, else branches.
    pub(super) fn below(
        &self,
        place: Place,
        by_scope: bool,
    ) -> Box<dyn Iterator<Item = (Child, Fingerprint)> + '_> {
        let scope = |(scope, shelf): (&ScopeId, &Shelf)| (Child::Scope(*scope), shelf.all);
        match place {
            Place::Root if by_scope => Box::new(self.scopes.iter().map(scope)),
            Place::Root => {
                Box::new(self.branches.iter().map(|(byte, set)| (Child::Branch(*byte), *set)))
            }
            Place::Branch(byte) => Box::new(self.scopes.range(branch(byte)).map(scope)),
            Place::Scope(scope) => {
                Box::new(self.buckets(&scope).map(|(bucket, set)| (Child::Bucket(bucket), set)))
            }
        }
    }
}

/// All scope ids that begin with `byte`.
fn branch(byte: u8) -> std::ops::RangeInclusive<ScopeId> {
    let (mut first, mut last) = ([0; ScopeId::BYTES], [0xff; ScopeId::BYTES]);
    (first[0], last[0]) = (byte, byte);
    ScopeId::from_bytes(first)..=ScopeId::from_bytes(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_level_sums_up_the_one_below(
            held in prop::collection::btree_set(any::<([u8; 2], u8, [u8; 32])>(), 0..60),
        ) {
            let mut carried = Carried::new();
            for (scope, bucket, id) in held {
                let mut label = [0; ScopeId::BYTES];
                label[..2].copy_from_slice(&scope);
                let scope = ScopeId::from_bytes(label);
                carried.add(scope, Bucket(u16::from(bucket)), &EnvelopeId::from_bytes(id));
            }
            let sum = |place, by_scope| {
                carried.below(place, by_scope).fold(Fingerprint::EMPTY, |mut sum, (_, set)| {
                    sum.join(&set);
                    sum
                })
            };
            prop_assert_eq!(sum(Place::Root, true), *carried.root());
            prop_assert_eq!(sum(Place::Root, false), *carried.root());
            for (child, set) in carried.below(Place::Root, false) {
                let Child::Branch(byte) = child else { unreachable!("asked for branches") };
                prop_assert_eq!(sum(Place::Branch(byte), true), set);
            }
            for (scope, set) in carried.scopes() {
                prop_assert_eq!(sum(Place::Scope(scope), true), set);
            }
        }
    }
}
