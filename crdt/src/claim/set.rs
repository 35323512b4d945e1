//! A set of small numbers: which acts an author had seen, which chairs were live.
//!
//! The first 128 members need no memory of their own, which is nearly every request there is. No
//! zero word ever stands at the end, so that equal sets are equal values and can be looked up.

/// Bits per word.
const WORD: usize = 128;

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set {
    low: u128,
    high: Vec<u128>,
}

impl Set {
    /// Puts `member` in.
    pub fn insert(&mut self, member: usize) {
        let (at, bit) = (member / WORD, 1 << (member % WORD));
        match at {
            0 => self.low |= bit,
            _ => {
                if self.high.len() < at {
                    self.high.resize(at, 0);
                }
                self.high[at - 1] |= bit;
            }
        }
    }

    /// Takes `member` out.
    pub fn remove(&mut self, member: usize) {
        let (at, bit) = (member / WORD, 1 << (member % WORD));
        if at == 0 {
            self.low &= !bit;
        } else if let Some(word) = self.high.get_mut(at - 1) {
            *word &= !bit;
            while self.high.last() == Some(&0) {
                self.high.pop();
            }
        }
    }

    /// Is `member` in it?
    pub fn contains(&self, member: usize) -> bool {
        self.word(member / WORD) & (1 << (member % WORD)) != 0
    }

    /// Puts in all members of `other`.
    pub fn extend(&mut self, other: &Self) {
        self.low |= other.low;
        if self.high.len() < other.high.len() {
            self.high.resize(other.high.len(), 0);
        }
        for (mine, theirs) in self.high.iter_mut().zip(&other.high) {
            *mine |= theirs;
        }
    }

    /// This set and one more.
    #[must_use]
    pub fn with(&self, member: usize) -> Self {
        let mut more = self.clone();
        more.insert(member);
        more
    }

    /// The greatest number that is in both.
    pub fn last_common(&self, other: &Self) -> Option<usize> {
        (0..=self.high.len().min(other.high.len())).rev().find_map(|at| {
            let common = self.word(at) & other.word(at);
            (common != 0).then(|| at * WORD + common.ilog2() as usize)
        })
    }

    /// All members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..=self.high.len()).flat_map(|at| {
            let mut left = self.word(at);
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.checked_sub(1)?;
                Some(at * WORD + bit)
            })
        })
    }

    fn word(&self, at: usize) -> u128 {
        if at == 0 { self.low } else { self.high.get(at - 1).copied().unwrap_or(0) }
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(members: I) -> Self {
        let mut set = Self::default();
        for member in members {
            set.insert(member);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set(puts in prop::collection::vec(0..600usize, 0..40), takes in prop::collection::vec(0..600usize, 0..40), others in prop::collection::btree_set(0..600usize, 0..40)) {
            let mut set: Set = puts.iter().copied().collect();
            let mut model: BTreeSet<usize> = puts.iter().copied().collect();
            for take in &takes {
                set.remove(*take);
                model.remove(take);
            }
            let other: Set = others.iter().copied().collect();
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), model.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(&set, &model.iter().copied().collect::<Set>(), "equal sets are equal values");
            prop_assert_eq!(set.last_common(&other), model.intersection(&others).last().copied());
            let both = model.union(&others).copied().collect::<Set>();
            let mut joined = set.clone();
            joined.extend(&other);
            prop_assert_eq!(joined, both);
            prop_assert!((0..600).all(|at| set.contains(at) == model.contains(&at)));
        }
    }
}
