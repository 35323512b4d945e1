//! The line: who stands before whom within one rank.
//!
//! An act stands behind those that were live in the state its author had seen; among the ready
//! ones the lowest lottery number goes first. This is a topological order of the whole line: a
//! pairwise "causal, else lottery" comparison would not be transitive.
//!
//! Each waiter watches one act that it still waits for, the latest: looked at again only when that
//! one has taken its place, so that a long line costs little more than reading it once.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use super::{Luck, set::Set};

/// One who waits for a place in the line.
pub struct Waiter<'a> {
    /// The chair.
    pub chair: usize,
    /// The lottery number, and what decides between two of one person.
    pub turn: (Luck, u32),
    /// The chairs that it stands behind, in this line or in any other.
    pub behind: Cow<'a, Set>,
}

/// Lines them up; returns their places in `waiters`.
pub fn line_up(waiters: &[Waiter<'_>]) -> Vec<usize> {
    let mut turns: Vec<usize> = (0..waiters.len()).collect();
    turns.sort_unstable_by_key(|at| waiters[*at].turn);
    let mut left: Set = waiters.iter().map(|waiter| waiter.chair).collect();
    let mut line = Vec::with_capacity(waiters.len());
    let mut ready = BinaryHeap::with_capacity(waiters.len());
    let mut watching: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut looking: Vec<usize> = (0..turns.len()).collect();
    loop {
        for turn in looking {
            match waiters[turns[turn]].behind.last_common(&left) {
                None => ready.push(Reverse(turn)),
                Some(blocker) => watching.entry(blocker).or_default().push(turn),
            }
        }
        let Some(Reverse(turn)) = ready.pop() else { return line };
        let next = turns[turn];
        left.remove(waiters[next].chair);
        line.push(next);
        looking = watching.remove(&waiters[next].chair).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiter(chair: usize, luck: u8, behind: &[usize]) -> Waiter<'static> {
        let behind = Cow::Owned(behind.iter().copied().collect());
        Waiter { chair, turn: ([luck; 32], 0), behind }
    }

    #[test]
    fn luck_decides_among_the_ready_and_nobody_overtakes_whom_he_had_seen() {
        let beside = [waiter(1, 9, &[]), waiter(2, 1, &[1]), waiter(3, 5, &[])];
        assert_eq!(line_up(&beside), [2, 0, 1]);
        assert_eq!(line_up(&[waiter(4, 1, &[7, 300]), waiter(300, 2, &[7])]), [1, 0]);
    }
}
