//! Rides that recur: who has a place by rota, and single rides that are off or at another time.
//!
//! # Rules
//!
//! 1. Each act that says who drives (the series, a rota edit from that ride on) gives its person a
//!    chair on the ride, as a claim by the luckless: it stands behind claims that had not seen that
//!    act, and before those that had.
//! 2. Of these acts the latest holds; of edits that did not know each other the lowest id. The chairs
//!    of the others are empty, and keep their place as every empty chair does.
//! 3. An exception has effect only if its author had seen every standing that somebody has on the
//!    ride by more than the rota: the claimed ride stands as it was. Of those that have effect the
//!    latest holds, else the lowest id.
//! 4. A ride that is off is cancelled: whoever had departed, which its author knew, acknowledges. A
//!    ride that was moved has its holder say yes again.

use super::{
    Act, Fold, Kind, Luck, Person, Rank, Slot,
    chair::{Chair, act_of, of_stand_in},
    set::Set,
    state::{Hearing, View},
};

/// Which ride of which series a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ride {
    /// The slot of the series' own acts.
    pub series: Slot,
    /// The how manieth of its original starts, from 0.
    pub k: u32,
}

/// Behind all who are ready.
const LAST: Luck = [0xff; 32];

/// Does this act say who drives the k-th ride?
fn says(act: &Act, k: u32) -> bool {
    match act.kind {
        Kind::Series => true,
        Kind::Rota { from_k } => from_k <= k,
        _ => false,
    }
}

/// Who drives the k-th ride by what this act says.
fn turn(act: &Act, k: u32) -> Option<Person> {
    let place = usize::try_from(k).ok()?.checked_rem(act.rota.len())?;
    act.rota.get(place).copied().filter(|_| says(act, k))
}

impl Fold<'_> {
    /// The acts of this series, among these, that say who drives the ride.
    fn plans<'s>(&'s self, seen: &'s [usize], ride: Ride) -> impl Iterator<Item = usize> + 's {
        let says = move |act: &Act| act.slot == ride.series && says(act, ride.k);
        seen.iter().copied().filter(move |at| says(&self.acts[*at]))
    }

    /// Is this slot a ride of a series that is among these acts?
    pub(super) fn is_planned(&self, seen: &[usize], slot: Slot, view: View) -> bool {
        let Some(ride) = self.rides.get(&slot) else { return false };
        let mut plans = self.plans(seen, *ride);
        plans.any(|at| self.acts[at].kind == Kind::Series && self.speaks(at, view))
    }

    /// Rule 1: behind whom its chairs stand, settled as the act is pushed.
    pub(super) fn line_up_rota(&mut self, place: usize, act: &Act) {
        let turns = self.rides.iter().filter(|(_, ride)| ride.series == act.slot);
        let turns: Vec<(Slot, Person)> =
            turns.filter_map(|(slot, ride)| Some((*slot, turn(act, ride.k)?))).collect();
        for (slot, to) in turns {
            let before = self.state_at(&act.seen, slot);
            let behind = self.states[before].live_but(Some(to));
            self.rota_behind.insert((place, slot), behind);
        }
    }

    /// The latest of these; of those that did not know each other the one of the lowest id.
    fn latest(&self, acts: &[usize]) -> Option<usize> {
        let is_last = |at: &&usize| !acts.iter().any(|later| self.acts[*later].seen.contains(**at));
        acts.iter().filter(is_last).min_by_key(|at| self.acts[**at].tie).copied()
    }
}

impl Hearing<'_> {
    /// Rules 1 and 2.
    pub(super) fn seat_rota(&mut self, counted: &[usize]) {
        let fold = self.fold;
        let Some(ride) = fold.rides.get(&self.slot).copied() else { return };
        let plans: Vec<usize> =
            fold.plans(counted, ride).filter(|at| fold.speaks(*at, self.view)).collect();
        self.rota = fold.latest(&plans);
        for at in plans {
            let Some(to) = turn(&fold.acts[at], ride.k) else { continue };
            let id = of_stand_in(at);
            self.chairs.push(Chair {
                id,
                act: at,
                to,
                rank: Rank::Claimed,
                power: None,
                luck: LAST,
            });
            if Some(at) != self.rota {
                self.superseded.insert(id);
            }
        }
    }

    /// Who has a standing and no live chair but by rota.
    pub(super) fn by_rota(&self) -> Vec<Person> {
        let live = || self.chairs.iter().filter(|chair| self.live.contains(chair.id));
        let alone = |who: &Person| live().all(|it| it.to != *who || self.is_by_rota(it));
        self.line.iter().map(|(who, _)| *who).filter(alone).collect()
    }

    /// Has this chair come from the rota?
    pub(super) fn is_by_rota(&self, chair: &Chair) -> bool {
        let kind = self.fold.acts[chair.act].kind;
        act_of(chair.id).is_none() && matches!(kind, Kind::Series | Kind::Rota { .. })
    }

    /// Behind whom a chair by rota stands.
    pub(super) fn behind_by_rota(&self, chair: &Chair) -> Set {
        self.fold.rota_behind.get(&(chair.act, self.slot)).cloned().unwrap_or_default()
    }

    /// Rule 3: the exception that has effect.
    pub(super) fn find_exception(&self, counted: &[usize]) -> Option<usize> {
        let acts = &self.fold.acts;
        let ride = self.fold.rides.get(&self.slot)?;
        let is_about = |at: &usize| {
            let about = matches!(acts[*at].kind, Kind::Except { k, .. } if k == ride.k);
            about && acts[*at].slot == ride.series && self.fold.speaks(*at, self.view)
        };
        let knew_all = |at: &usize| {
            let mut live = self.chairs.iter().filter(|chair| self.live.contains(chair.id));
            live.all(|chair| self.is_by_rota(chair) || acts[*at].seen.contains(chair.act))
        };
        let counting = counted.iter().copied().filter(is_about).filter(knew_all);
        self.fold.latest(&counting.collect::<Vec<_>>())
    }

    /// The exception that calls the ride off, unless somebody has reopened it since.
    pub(super) fn called_off(&self) -> Option<usize> {
        let exception = self.exception?;
        let off = matches!(self.fold.acts[exception].kind, Kind::Except { off: true, .. });
        (off && self.stands(exception)).then_some(exception)
    }
}
