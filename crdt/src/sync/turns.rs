//! Whose turn is it? A queue in which classes go first and, within a class, whoever pays takes turns.
//!
//! # Rules
//!
//! 1. The lowest class that has anything goes first.
//! 2. Within a class the payer who has had the fewest bytes goes next. A payer who comes back to the
//!    queue starts where the others are: he has no claim to what he left unused, and whatever he
//!    took while nobody else wanted anything is not held against him.
//! 3. Within a payer's own items their rank decides.
//!
//! So whoever sends a thousand times his share waits behind himself, and only while others have
//! something to send; nothing is ever dropped for it here.
//!
//! # Bounds
//!
//! One number a payer who is here or was just served more than the others; nothing about anybody else.
//!
//! # Considered and rejected
//!
//! Deficit round robin: the same shares, but a newcomer waits for everybody's round. Tokens by the
//! clock: a quiet link would hold people back for nothing.

use std::collections::{BTreeMap, BTreeSet};

/// What one payer has here in one class.
#[derive(Debug)]
struct Lane<R, T> {
    served: u64,
    items: BTreeMap<R, (u32, T)>,
}

/// The payers of one class.
#[derive(Debug)]
struct Class<P, R, T> {
    lanes: BTreeMap<P, Lane<R, T>>,
    /// (bytes served, payer) of every lane.
    order: BTreeSet<(u64, P)>,
    /// Who has left after more than what the time is, and with how much.
    ahead: BTreeMap<P, u64>,
    /// The same, in the order in which time catches up.
    ahead_order: BTreeSet<(u64, P)>,
    /// What everybody here has been served, at least.
    time: u64,
}

impl<P: Copy + Ord, R: Ord, T> Class<P, R, T> {
    fn new() -> Self {
        Self {
            lanes: BTreeMap::new(),
            order: BTreeSet::new(),
            ahead: BTreeMap::new(),
            ahead_order: BTreeSet::new(),
            time: 0,
        }
    }

    fn lane(&mut self, payer: P) -> &mut Lane<R, T> {
        self.lanes.entry(payer).or_insert_with(|| {
            let ahead = self.ahead.remove(&payer);
            let served = ahead.map_or(self.time, |served| {
                self.ahead_order.remove(&(served, payer));
                served.max(self.time)
            });
            self.order.insert((served, payer));
            Lane { served, items: BTreeMap::new() }
        })
    }

    /// The first in turn of those who may.
    fn first(&self, mut may: impl FnMut(&P) -> bool) -> Option<(&P, &R, u32)> {
        let (_, payer) = self.order.iter().find(|(_, payer)| may(payer))?;
        let (rank, (bytes, _)) = self.lanes.get(payer)?.items.first_key_value()?;
        Some((payer, rank, *bytes))
    }

    fn pop(&mut self) -> Option<T> {
        let (_, payer) = *self.order.first()?;
        self.pop_of(payer)
    }

    /// Takes from one payer, whether it is his turn or not.
    fn pop_of(&mut self, payer: P) -> Option<T> {
        let (least, _) = *self.order.first()?;
        let lane = self.lanes.get_mut(&payer)?;
        let (_, (bytes, item)) = lane.items.pop_first()?;
        self.order.remove(&(lane.served, payer));
        lane.served += u64::from(bytes.max(1));
        let now = (lane.served, payer);
        if lane.items.is_empty() {
            self.lanes.remove(&payer);
            self.ahead.insert(payer, now.0);
            self.ahead_order.insert(now);
        } else {
            self.order.insert(now);
        }
        self.time = least;
        while let Some(caught_up) = self.ahead_order.first().copied().filter(|it| it.0 <= least) {
            self.ahead_order.remove(&caught_up);
            self.ahead.remove(&caught_up.1);
        }
        Some(item)
    }
}

/// See the module. `P` pays, `R` ranks what one payer has, `T` is queued.
#[derive(Debug)]
pub struct Turns<P, R, T> {
    classes: BTreeMap<u8, Class<P, R, T>>,
    len: usize,
}

/// The item whose turn it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Next<'a, P, R> {
    /// Its class.
    pub class: u8,
    /// Who pays.
    pub payer: &'a P,
    /// Its rank among that payer's.
    pub rank: &'a R,
    /// Its weight in bytes.
    pub bytes: u32,
}

impl<P, R, T> Default for Turns<P, R, T> {
    fn default() -> Self {
        Self { classes: BTreeMap::new(), len: 0 }
    }
}

impl<P: Copy + Ord, R: Ord, T> Turns<P, R, T> {
    /// Puts something in; ranks of one payer are unique.
    pub fn insert(&mut self, class: u8, payer: P, rank: R, bytes: u32, item: T) {
        let lane = self.classes.entry(class).or_insert_with(Class::new).lane(payer);
        self.len += usize::from(lane.items.insert(rank, (bytes, item)).is_none());
    }

    /// What comes next, left where it is.
    pub fn peek(&self) -> Option<Next<'_, P, R>> {
        self.peek_where(|_, _| true)
    }

    /// The same, without those who may not go now; they do not hold up the others.
    pub fn peek_where(&self, mut may: impl FnMut(u8, &P) -> bool) -> Option<Next<'_, P, R>> {
        self.classes.iter().find_map(|(class, of)| {
            let (payer, rank, bytes) = of.first(|payer| may(*class, payer))?;
            Some(Next { class: *class, payer, rank, bytes })
        })
    }

    /// Takes what comes next.
    pub fn pop(&mut self) -> Option<T> {
        let item = self.classes.values_mut().find_map(Class::pop);
        self.len -= usize::from(item.is_some());
        item
    }

    /// Takes what comes next of one payer in a class.
    pub fn pop_of(&mut self, class: u8, payer: P) -> Option<T> {
        let item = self.classes.get_mut(&class)?.pop_of(payer);
        self.len -= usize::from(item.is_some());
        item
    }

    /// Items here.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is nothing here?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Items that one payer has here in a class.
    pub fn len_of(&self, class: u8, payer: P) -> usize {
        let lane = self.classes.get(&class).and_then(|of| of.lanes.get(&payer));
        lane.map_or(0, |lane| lane.items.len())
    }

    /// Items here, of which each payer's count up to `share` in each class: so long a queue would
    /// it be if everybody had had no more than that.
    pub fn len_in_shares(&self, share: usize) -> usize {
        let lanes = self.classes.values().flat_map(|of| of.lanes.values());
        lanes.map(|lane| lane.items.len().min(share)).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Takes everything out; who was served, in order.
    fn served(turns: &mut Turns<u8, u32, u8>) -> Vec<u8> {
        std::iter::from_fn(|| turns.pop()).collect()
    }

    fn queue(items: &[(u8, u8, u32)]) -> Turns<u8, u32, u8> {
        let mut turns = Turns::default();
        for (at, (class, payer, bytes)) in (0..).zip(items) {
            turns.insert(*class, *payer, at, *bytes, *payer);
        }
        turns
    }

    /// What is put in, and in which order payers are served.
    type Case = (&'static [(u8, u8, u32)], &'static [u8]);

    #[test]
    fn classes_go_first_and_payers_take_turns_by_bytes() {
        let cases: [Case; 4] = [
            (&[(3, 1, 100), (3, 1, 100), (3, 1, 100), (3, 2, 100)], &[1, 2, 1, 1]),
            (&[(3, 1, 100), (0, 2, 100), (1, 3, 100)], &[2, 3, 1]),
            (&[(3, 1, 300), (3, 1, 300), (3, 2, 100), (3, 2, 100), (3, 2, 100)], &[1, 2, 2, 2, 1]),
            (&[(3, 1, 0), (3, 1, 0), (3, 2, 0), (3, 2, 0)], &[1, 2, 1, 2]),
        ];
        for (items, order) in cases {
            assert_eq!(served(&mut queue(items)), order, "{items:?}");
        }
    }

    #[test]
    fn whoever_had_the_queue_to_himself_owes_nobody_and_whoever_waited_has_saved_nothing() {
        let mut turns = queue(&[(3, 1, 100); 50]);
        (0..40).for_each(|_| assert_eq!(turns.pop(), Some(1)));
        for rank in 100..103 {
            turns.insert(3, 2, rank, 100, 2);
        }
        assert_eq!(served(&mut turns)[..7], [2, 1, 2, 1, 2, 1, 1]);
    }

    #[test]
    fn coming_and_going_gives_nobody_a_second_turn() {
        let mut turns = queue(&[(3, 2, 100); 20]);
        turns.insert(3, 1, 100, 100, 1);
        let mut first = 0;
        for rank in 101..121 {
            if turns.pop() == Some(1) {
                first += 1;
                turns.insert(3, 1, rank, 100, 1);
            }
        }
        assert!((9..=11).contains(&first), "{first} of 20");
    }

    proptest! {
        #[test]
        fn while_two_wait_neither_gets_more_than_one_item_ahead(
            items in prop::collection::vec((0..4u8, 1..1_000u32), 1..200),
        ) {
            let mut turns = Turns::default();
            let mut left = [0u64; 4];
            for (rank, (payer, bytes)) in (0u32..).zip(&items) {
                turns.insert(3, *payer, rank, *bytes, (*payer, *bytes));
                left[usize::from(*payer)] += 1;
            }
            prop_assert_eq!(turns.len(), items.len());
            let mut had = [0u64; 4];
            while let Some((payer, bytes)) = turns.pop() {
                had[usize::from(payer)] += u64::from(bytes);
                left[usize::from(payer)] -= 1;
                for other in (0..4).filter(|other| left[*other] > 0) {
                    prop_assert!(had[usize::from(payer)] <= had[other] + 1_000);
                }
            }
            prop_assert!(turns.is_empty() && left == [0; 4]);
            prop_assert!(turns.classes[&3].ahead.len() <= 4);
        }
    }
}
