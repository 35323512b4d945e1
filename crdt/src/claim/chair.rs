//! Chairs: the places that acts take in the line, for ever; and who leaves them.
//!
//! An act that gives its author or receiver a standing has a chair. An acceptance gives two people
//! one each, on two rides; per ride it is one, so that a chair has a number of its own beside the
//! act's. So has the chair that a series or a rota edit gives on each ride (`rota`).

use super::{
    Fold, Kind, Luck, Person, Rank,
    table::{power, rank_given},
};
use crate::body::Verb;

/// The number of the chair that an act takes.
pub(super) const fn of_act(act: usize) -> usize {
    act * 2
}

/// The number of the chair that an acceptance, a series or a rota edit gives on the ride at hand.
pub(super) const fn of_stand_in(act: usize) -> usize {
    act * 2 + 1
}

/// The act that takes this chair itself; `None` for a swap's or the rota's.
pub(super) fn act_of(chair: usize) -> Option<usize> {
    chair.is_multiple_of(2).then_some(chair / 2)
}

/// One standing: an act's, or what an acceptance gives to a partner of the swap, or the rota.
#[derive(Clone, Debug)]
pub(super) struct Chair {
    /// Its number: see [`of_act`] and [`of_stand_in`].
    pub id: usize,
    /// The act that it comes from.
    pub act: usize,
    /// Whose standing it is.
    pub to: Person,
    pub rank: Rank,
    /// Grants only: whose word it is.
    pub power: Option<u8>,
    pub luck: Luck,
}

/// Somebody gives up a place, or it is taken from him.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leave {
    pub act: usize,
    pub person: Person,
    pub power: u8,
}

/// Nobody outweighs a person who leaves by himself.
pub(super) const BY_HIMSELF: u8 = 9;

impl Leave {
    /// By another's word, not by his own.
    pub fn is_forced(&self) -> bool {
        self.power < BY_HIMSELF
    }
}

impl Fold<'_> {
    /// The chair that an act takes, if it gives a standing.
    pub(super) fn chair(&self, at: usize) -> Option<Chair> {
        let act = &self.acts[at];
        let (rank, to) = (rank_given(act.kind)?, act.to()?);
        let power = (rank == Rank::Granted).then(|| power(act.part));
        Some(Chair { id: of_act(at), act: at, to, rank, power, luck: self.luck[at] })
    }

    /// Has authority taken it away since?
    pub(super) fn is_struck(&self, chair: &Chair) -> bool {
        let unauthorised = self.acts[chair.act].unauthorised;
        unauthorised || (self.expelled.contains(&chair.to) && chair.rank < Rank::PickedUp)
    }

    /// Who leaves or is sent away by these acts; acceptances are added by the swap.
    pub(super) fn leaves(&self, here: &[usize]) -> Vec<Leave> {
        let leave = |at: &usize| {
            let act = &self.acts[*at];
            let (person, power) = match act.kind {
                Kind::Do(Verb::Withdraw) => (Some(act.who), BY_HIMSELF),
                Kind::Do(Verb::Revoke) => (act.about, power(act.part)),
                Kind::Do(Verb::Grant) => (act.instead, power(act.part)),
                _ => (None, 0),
            };
            person.map(|person| Leave { act: *at, person, power })
        };
        here.iter().filter_map(leave).collect()
    }
}
