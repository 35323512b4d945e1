//! The fingerprint of a set of envelopes: how many, and the sum of their ids modulo 2²⁵⁶.
//!
//! Two nodes that hold the same set have the same fingerprint; it is kept inside the transaction
//! that inserts, so comparing costs nothing whatever the history. Never XOR: 257 chosen ids collide
//! there by linear algebra, while a sum needs a search (pitfalls.md, "Set reconciliation").

use serde::Serialize;

use crate::id::{EnvelopeId, to_hex};

/// A set of envelopes in 40 bytes. Adding is commutative, so arrival order leaves no trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// Little-endian limbs of the sum.
    sum: [u64; 4],
    /// How many ids are in it.
    count: u64,
}

impl Fingerprint {
    /// The empty set's.
    pub const EMPTY: Self = Self { sum: [0; 4], count: 0 };

    /// How many envelopes are in the set.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Adds one envelope, which must not be in the set yet.
    pub fn add(&mut self, id: &EnvelopeId) {
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().zip(id.as_bytes().chunks_exact(8)) {
            *limb = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        }
        self.join(&Self { sum: limbs, count: 1 });
    }

    /// The fingerprint of two sets that share nothing.
    pub fn join(&mut self, other: &Self) {
        let mut carry = false;
        for (limb, more) in self.sum.iter_mut().zip(other.sum) {
            let (sum, over) = limb.overflowing_add(more);
            let (sum, over_carry) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, over || over_carry);
        }
        self.count = self.count.wrapping_add(other.count);
    }

    /// Takes out one envelope, which must be in the set.
    pub fn remove(&mut self, id: &EnvelopeId) {
        let mut one = Self::EMPTY;
        one.add(id);
        let mut borrow = false;
        for (limb, less) in self.sum.iter_mut().zip(one.sum) {
            let (rest, under) = limb.overflowing_sub(less);
            let (rest, under_borrow) = rest.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (rest, under || under_borrow);
        }
        self.count = self.count.wrapping_sub(1);
    }

    /// Forty bytes: the sum, then the count, little-endian.
    pub fn to_bytes(&self) -> [u8; 40] {
        let mut out = [0; 40];
        for (at, limb) in self.sum.iter().chain([&self.count]).enumerate() {
            out[at * 8..at * 8 + 8].copy_from_slice(&limb.to_le_bytes());
        }
        out
    }

    /// Reads what [`Fingerprint::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8; 40]) -> Self {
        let limb = |at: usize| {
            u64::from_le_bytes(bytes[at * 8..at * 8 + 8].try_into().expect("eight bytes"))
        };
        Self { sum: [limb(0), limb(1), limb(2), limb(3)], count: limb(4) }
    }

    /// Sixteen hexadecimal digits that stand for sum and count, to be compared by people.
    pub fn short(&self) -> String {
        to_hex(&blake3::hash(&self.to_bytes()).as_bytes()[..8])
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.short())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_order_and_any_split_give_the_same(ids in prop::collection::vec(any::<[u8; 32]>(), 0..20), at in 0..20usize) {
            let of = |ids: &[[u8; 32]]| {
                let mut sum = Fingerprint::EMPTY;
                ids.iter().for_each(|id| sum.add(&EnvelopeId::from_bytes(*id)));
                sum
            };
            let whole = of(&ids);
            let mut backwards = ids.clone();
            backwards.reverse();
            prop_assert_eq!(of(&backwards), whole);
            let (left, right) = ids.split_at(at.min(ids.len()));
            let mut joined = of(left);
            joined.join(&of(right));
            prop_assert_eq!(joined, whole);
            prop_assert_eq!(Fingerprint::from_bytes(&whole.to_bytes()), whole);
            let mut emptied = whole;
            ids.iter().for_each(|id| emptied.remove(&EnvelopeId::from_bytes(*id)));
            prop_assert_eq!(emptied, Fingerprint::EMPTY);
        }
    }

    #[test]
    fn the_carry_runs_through_all_limbs() {
        let mut sum = Fingerprint::EMPTY;
        sum.add(&EnvelopeId::from_bytes([0xff; 32]));
        let mut one = [0; 32];
        one[0] = 1;
        sum.add(&EnvelopeId::from_bytes(one));
        assert_eq!(sum, Fingerprint { sum: [0; 4], count: 2 });
    }
}
