//! Swaps: two holders exchange their rides, whole or not at all.
//!
//! An offer names the other ride and its holder; the acceptance completes it on both rides. Of
//! acceptances that did not know each other and share a ride, the first in the line takes it; the
//! other has no effect on either ride.

use std::borrow::Cow;

use super::{
    Act, Fold, Person, Rank, Slot,
    chair::{act_of, of_act},
    line::{Waiter, line_up},
    set::Set,
    state::View,
};
use crate::body::Verb;

/// A swap that happens.
pub(super) struct Swap {
    /// The acceptance.
    pub act: usize,
    /// Who offered, and his ride.
    offered: (Person, Slot),
    /// Who accepted, and his ride.
    accepted: (Person, Slot),
}

impl Swap {
    /// Per ride: who gives it and who takes it.
    pub fn hand_overs(&self) -> [(Slot, Person, Person); 2] {
        let ((offerer, his), (accepter, other)) = (self.offered, self.accepted);
        [(his, offerer, accepter), (other, accepter, offerer)]
    }

    fn touches(&self, other: &Self) -> bool {
        let rides = [other.offered.1, other.accepted.1];
        rides.contains(&self.offered.1) || rides.contains(&self.accepted.1)
    }
}

impl Fold<'_> {
    /// Both held their rides and neither had departed, as far as the acceptor knew.
    pub(super) fn swap_possible(&mut self, accept: &Act) -> bool {
        let Some(swap) = self.swap(accept, 0) else { return false };
        let offered = accept.offer.is_some_and(|offer| {
            let made = accept.seen.contains(offer) && self.counts(offer);
            made && self.acts[offer].about == Some(accept.who)
        });
        offered
            && swap.offered.1 != swap.accepted.1
            && [swap.offered, swap.accepted].into_iter().all(|(person, slot)| {
                let state = self.state_at(&accept.seen, slot);
                let state = &self.states[state];
                let staying = state.rank_of(person).is_some_and(|rank| rank < Rank::Departed);
                state.holders.contains(&person) && staying
            })
    }

    /// The acceptances that this one had seen, as it stands behind them.
    pub(super) fn acceptances(&self, accept: &Act) -> Set {
        let others = |at: &usize| {
            let act = &self.acts[*at];
            act.does(Verb::Accept) && act.who != accept.who && self.counts(*at)
        };
        accept.seen.iter().filter(others).map(of_act).collect()
    }

    /// The swaps that happen, each ride changing hands once per swap.
    pub(super) fn swaps(&self, seen: &Set, view: View) -> Vec<Swap> {
        let accepts = seen.iter().filter(|at| self.acts[*at].does(Verb::Accept));
        let waiter = |at: usize| Waiter {
            chair: of_act(at),
            turn: (self.luck[at], self.acts[at].tie),
            behind: Cow::Borrowed(&self.behind[at]),
        };
        let waiters: Vec<_> = accepts.filter(|at| self.counts(*at)).map(waiter).collect();
        let mut taken: Vec<Swap> = Vec::new();
        for at in line_up(&waiters).into_iter().filter_map(|place| act_of(waiters[place].chair)) {
            let Some(swap) = self.swap(&self.acts[at], at) else { continue };
            let free = |it: &Swap| self.acts[at].seen.contains(it.act) || !swap.touches(it);
            if taken.iter().all(free) && self.speaks(at, view) {
                taken.push(swap);
            }
        }
        taken
    }

    /// What an acceptance at this place says, if offer and acceptance name the same ride.
    fn swap(&self, accept: &Act, at: usize) -> Option<Swap> {
        let offer = self.acts.get(accept.offer?)?;
        let other = accept.other.filter(|other| Some(*other) == offer.other)?;
        let offered = (offer.does(Verb::Offer)).then_some((offer.who, offer.slot))?;
        Some(Swap { act: at, offered, accepted: (accept.who, other) })
    }
}
