//! The state of one request after a set of acts: the chairs, the line, the holders, the status.
//!
//! # Rules
//!
//! 1. Every act that counts and gives a standing has a chair for ever. A chair is *live* unless it
//!    was withdrawn, revoked, reopened or removed ([`Hearing::is_void`]); only the live ones give a
//!    rank, all of them give the order.
//! 2. Revoke beats grant and claim unless their author had seen it; a departure that the revoker
//!    did not know of stands, and the desk is shown an incident.
//! 3. Open beats closed: a closing stands only if its author had seen every reopening. The
//!    subject's own cancel is reopened by the subject alone. A closing by default closes as a
//!    confirmation does, and is none.
//! 4. What authority has taken away since shows in [`View::Now`] alone. What an author had seen
//!    ([`View::Then`]) stays as it was, else removing one member would void another's departure.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    Fold, Kind, Need, Person, Rank, Slot, Status,
    chair::{BY_HIMSELF, Chair, Leave, act_of, of_stand_in},
    line::{Waiter, line_up},
    set::Set,
    swap::Swap,
    table::who_may,
};
use crate::body::{Part, Verb};

/// Whether what authority took away later is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// As its author saw it.
    Then,
    /// As everybody shall see it.
    Now,
}

/// What later judgements need of a state.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// None where nobody has asked for help.
    pub status: Option<Status>,
    pub holders: Vec<Person>,
    /// Everybody with a standing, first to last.
    pub line: Vec<(Person, Rank)>,
    pub places: usize,
    live: Set,
    /// Who sits on the live chairs, so that a newcomer never stands behind himself.
    sitting: Vec<(usize, Person)>,
}

impl State {
    pub fn rank_of(&self, who: Person) -> Option<Rank> {
        self.line.iter().find(|(person, _)| *person == who).map(|(_, rank)| *rank)
    }

    /// The live acts, without the chairs that a swap or the rota gives.
    pub fn live_acts(&self) -> impl Iterator<Item = usize> + '_ {
        self.live.iter().filter_map(act_of)
    }

    /// The live chairs of everybody else.
    pub fn live_but(&self, who: Option<Person>) -> Set {
        let mut others = self.live.clone();
        for (chair, _) in self.sitting.iter().filter(|(_, person)| Some(*person) == who) {
            others.remove(*chair);
        }
        others
    }

    /// Is he among the first, passing over those whom authority has removed since?
    pub fn would_hold(&self, who: Person, expelled: &BTreeSet<Person>) -> bool {
        let left = self.line.iter().filter(|(person, _)| !expelled.contains(person));
        matches!(self.status, Some(Status::Assigned | Status::InProgress))
            && left.take(self.places).any(|(person, _)| *person == who)
    }
}

/// One request, laid out for judging.
pub(super) struct Hearing<'f> {
    pub fold: &'f Fold<'f>,
    pub slot: Slot,
    pub view: View,
    /// What was asked for.
    pub need: Need,
    /// The acts on this slot that count and have a say.
    pub here: Vec<usize>,
    pub chairs: Vec<Chair>,
    pub leaves: Vec<Leave>,
    /// The acts that say that somebody left the group.
    pub removals: Vec<usize>,
    /// The reopenings that started the trip anew.
    reopened: Vec<usize>,
    pub live: Set,
    pub line: Vec<(Person, Rank)>,
    /// Chairs that an earlier rota gave.
    pub superseded: Set,
    /// What says who drives, on a ride of a series.
    pub rota: Option<usize>,
    /// What has effect on a single ride of a series.
    pub exception: Option<usize>,
    duplicate: bool,
}

impl Fold<'_> {
    pub(super) fn judge(&self, seen: &Set, slot: Slot, view: View) -> State {
        let Some(hearing) = Hearing::open(self, seen, slot, view) else {
            return State::default();
        };
        let (status, holders) = hearing.decide();
        let seated = hearing.chairs.iter().filter(|chair| hearing.live.contains(chair.id));
        State {
            status: Some(status),
            holders,
            sitting: seated.map(|chair| (chair.id, chair.to)).collect(),
            line: hearing.line,
            places: hearing.need.places,
            live: hearing.live,
        }
    }

    /// Does this act have a say in this view?
    pub(super) fn speaks(&self, at: usize, view: View) -> bool {
        self.counts(at) && (view == View::Then || !self.acts[at].unauthorised)
    }
}

impl<'f> Hearing<'f> {
    /// None where nobody has asked for help in this slot.
    pub fn open(fold: &'f Fold<'f>, seen: &Set, slot: Slot, view: View) -> Option<Self> {
        let counted: Vec<usize> = seen.iter().filter(|at| fold.counts(*at)).collect();
        let on_slot = |at: &usize| fold.acts[*at].slot == slot;
        let here: Vec<usize> =
            counted.iter().copied().filter(on_slot).filter(|at| fold.speaks(*at, view)).collect();
        let first = here.iter().filter(|at| fold.is_submit(**at));
        let first = first.min_by_key(|at| fold.acts[**at].tie).map(|at| &fold.acts[*at]);
        let need = match first.map(|first| (first.kind, first.part)) {
            Some((Kind::Submit(need), part)) => {
                let may_publish = who_may(Kind::Do(Verb::Publish)).contains(&part);
                Need { open: need.open && may_publish, ..need }
            }
            _ if fold.is_planned(&counted, slot, view) => {
                Need { places: 1, prefer_speed: false, open: true }
            }
            _ => return None,
        };
        let does = |at: &usize, verb| fold.acts[*at].does(verb);
        let duplicate = here.iter().any(|at| does(at, Verb::Duplicate))
            && fold.duplicates(seen, view).contains_key(&slot);
        let mut hearing = Self {
            fold,
            slot,
            view,
            need,
            chairs: counted
                .iter()
                .filter(|at| on_slot(at))
                .filter_map(|at| fold.chair(*at))
                .collect(),
            leaves: fold.leaves(&here),
            removals: Vec::new(),
            reopened: here.iter().copied().filter(|at| fold.reopened.contains(*at)).collect(),
            live: Set::default(),
            line: Vec::new(),
            superseded: Set::default(),
            rota: None,
            exception: None,
            duplicate,
            here,
        };
        hearing.seat_rota(&counted);
        let is_removal = |at: &usize| fold.acts[*at].kind == Kind::Remove;
        hearing.removals.extend(counted.iter().copied().filter(is_removal));
        if counted.iter().any(|at| does(at, Verb::Accept)) {
            hearing.seat_swaps(&fold.swaps(seen, view));
        }
        let chairs = hearing.chairs.iter();
        hearing.live = chairs.filter(|it| !hearing.is_void(it)).map(|it| it.id).collect();
        hearing.line = hearing.seat_all();
        hearing.exception = hearing.find_exception(&counted);
        Some(hearing)
    }

    /// Each partner of a swap hands over his ride and receives the other's.
    fn seat_swaps(&mut self, swaps: &[Swap]) {
        for swap in swaps {
            for (slot, giver, taker) in swap.hand_overs() {
                if slot == self.slot {
                    let luck = (self.fold.lottery)(slot, taker);
                    let id = of_stand_in(swap.act);
                    let rank = Rank::Granted;
                    self.chairs.push(Chair {
                        id,
                        act: swap.act,
                        to: taker,
                        rank,
                        power: None,
                        luck,
                    });
                    self.leaves.push(Leave { act: swap.act, person: giver, power: BY_HIMSELF });
                }
            }
        }
    }

    /// Is the chair empty? It keeps its place in the line.
    fn is_void(&self, chair: &Chair) -> bool {
        let fold = self.fold;
        if self.superseded.contains(chair.id) || self.view == View::Now && fold.is_struck(chair) {
            return true;
        }
        if self.removals.iter().any(|at| self.is_removed_by(chair, *at)) {
            return true;
        }
        let on_the_way = chair.rank >= Rank::Departed;
        let anew = |reopening: &usize| fold.acts[*reopening].seen.contains(chair.act);
        if on_the_way && self.reopened.iter().any(anew) {
            return true;
        }
        let seen = &fold.acts[chair.act].seen;
        let mine = self.leaves.iter().filter(|it| it.person == chair.to && it.act != chair.act);
        mine.into_iter().any(|leave| match chair.rank {
            Rank::Claimed | Rank::Granted => {
                !seen.contains(leave.act) && leave.power >= chair.power.unwrap_or(0)
            }
            Rank::Departed | Rank::Arrived => fold.acts[leave.act].seen.contains(chair.act),
            Rank::PickedUp => false,
        })
    }

    /// Somebody removed is out, but for a pick-up that the remover had seen.
    fn is_removed_by(&self, chair: &Chair, removal: usize) -> bool {
        let removal = &self.fold.acts[removal];
        let known_fact = chair.rank == Rank::PickedUp && removal.seen.contains(chair.act);
        removal.about == Some(chair.to) && !known_fact
    }

    /// Everybody with a live chair, by rank, then by the line of the acts that gave that rank.
    fn seat_all(&self) -> Vec<(Person, Rank)> {
        const DOWNWARDS: [Rank; 5] =
            [Rank::PickedUp, Rank::Arrived, Rank::Departed, Rank::Granted, Rank::Claimed];
        let mut line: Vec<(Person, Rank)> = Vec::new();
        let mut seated = Set::default();
        for rank in DOWNWARDS {
            let level = || self.chairs.iter().filter(move |chair| chair.rank == rank);
            if !level().any(|chair| self.live.contains(chair.id)) {
                continue;
            }
            let powers = if rank == Rank::Granted { 0..=4 } else { 0..=0 };
            for power in powers.rev() {
                let group = level().filter(|chair| chair.power.unwrap_or(0) == power).collect();
                for chair in self.line_up(group) {
                    if self.live.contains(chair.id) && !seated.contains(chair.to.0) {
                        seated.insert(chair.to.0);
                        line.push((chair.to, rank));
                    }
                }
            }
        }
        line
    }

    fn line_up<'c>(&self, group: Vec<&'c Chair>) -> Vec<&'c Chair> {
        if group.len() < 2 {
            return group;
        }
        let acts = &self.fold.acts;
        let waiter = |chair: &&Chair| {
            let behind = if act_of(chair.id).is_some() {
                Cow::Borrowed(&self.fold.behind[chair.act])
            } else if self.is_by_rota(chair) {
                Cow::Owned(self.behind_by_rota(chair))
            } else {
                let seen = &acts[chair.act].seen;
                let known = |it: &&&Chair| it.to != chair.to && seen.contains(it.act);
                Cow::Owned(group.iter().filter(known).map(|it| it.id).collect())
            };
            Waiter { chair: chair.id, turn: (chair.luck, acts[chair.act].tie), behind }
        };
        let waiters: Vec<Waiter<'_>> = group.iter().map(waiter).collect();
        line_up(&waiters).into_iter().map(|at| group[at]).collect()
    }

    /// The acts of this kind that have a say.
    pub fn of(&self, verb: Verb) -> impl Iterator<Item = usize> + '_ {
        self.here.iter().copied().filter(move |at| self.fold.acts[*at].does(verb))
    }

    /// A closing stands only if its author had seen every reopening.
    pub fn stands(&self, closing: usize) -> bool {
        let closing = &self.fold.acts[closing];
        let hers = closing.does(Verb::Cancel) && closing.part == Part::Subject;
        !self.of(Verb::Reopen).any(|at| {
            let foreign = hers && self.fold.acts[at].part != Part::Subject;
            !closing.seen.contains(at) && !foreign
        })
    }

    /// The cancellations that stand, by the family and by calling a single ride off.
    pub fn cancels(&self) -> Vec<usize> {
        let stands = self.of(Verb::Cancel).filter(|at| self.stands(*at));
        stands.chain(self.called_off()).collect()
    }

    /// Did whoever asked say that it is solved, and has nobody reopened it unseen?
    pub fn confirmed(&self) -> bool {
        self.of(Verb::Confirm).any(|at| self.stands(at))
    }

    /// Status and holders. Facts beat intentions, open beats closed.
    pub fn decide(&self) -> (Status, Vec<Person>) {
        let first = || self.line.iter().take(self.need.places);
        let holders = || first().map(|(person, _)| *person).collect();
        if self.confirmed() || self.of(Verb::Close).any(|at| self.stands(at)) {
            let picked = first().filter(|(_, rank)| *rank == Rank::PickedUp);
            return (Status::Closed, picked.map(|(person, _)| *person).collect());
        }
        if self.of(Verb::Resolve).any(|at| self.stands(at)) {
            return (Status::Resolved, holders());
        }
        let picked = self.line.iter().any(|(_, rank)| *rank == Rank::PickedUp);
        let cancels = self.cancels();
        let moving = self.moving(&cancels);
        if !cancels.is_empty() && !picked {
            let status =
                if moving.is_empty() { Status::Cancelled } else { Status::CancelRequested };
            return (status, moving.into_iter().take(self.need.places).collect());
        }
        if let (Some(status), false, true) = (self.refusal(), picked, moving.is_empty()) {
            return (status, Vec::new());
        }
        let on_the_way = first().any(|(_, rank)| *rank >= Rank::Departed);
        let status = match () {
            () if on_the_way => Status::InProgress,
            () if first().next().is_some() => Status::Assigned,
            () if self.need.open || self.of(Verb::Publish).next().is_some() => Status::Open,
            () if self.of(Verb::Register).next().is_some() => Status::Registered,
            () => Status::Submitted,
        };
        (status, holders())
    }

    /// Who is on the way and has not acknowledged a cancellation.
    fn moving(&self, cancels: &[usize]) -> Vec<Person> {
        let acts = &self.fold.acts;
        let knows = |at: usize| cancels.iter().any(|cancel| acts[at].seen.contains(*cancel));
        let acked = |who| self.of(Verb::Ack).any(|at| acts[at].who == who && knows(at));
        let on_the_way = |rank| matches!(rank, Rank::Departed | Rank::Arrived);
        let moving = self.line.iter().filter(|(who, rank)| on_the_way(*rank) && !acked(*who));
        moving.map(|(who, _)| *who).collect()
    }

    /// The desk's no, where it had seen every grant that is live.
    fn refusal(&self) -> Option<Status> {
        let acts = &self.fold.acts;
        let informed = |no: usize| {
            let mut grants = self.live.iter().filter_map(act_of);
            grants.all(|at| !acts[at].does(Verb::Grant) || acts[no].seen.contains(at))
        };
        let no = |verb| self.of(verb).any(|at| self.stands(at) && informed(at));
        if no(Verb::Decline) {
            Some(Status::Declined)
        } else if self.duplicate && no(Verb::Duplicate) {
            Some(Status::Duplicate)
        } else {
            no(Verb::Refer).then_some(Status::Referred)
        }
    }
}
