//! What everybody is shown: holders, waitlist, who must say yes, who is told what, incidents.
//!
//! # Invariants
//!
//! - Nobody is told twice, no holder is told that he lost, and whoever ever had a standing, does
//!   not hold and did not leave by himself is told.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Fold, Person, Rank, Slot, Status,
    chair::{Chair, act_of},
    set::Set,
    state::{Hearing, View},
};
use crate::body::{Part, Verb};

/// Why somebody who had a standing does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The one who asked has cancelled.
    Cancelled,
    /// It has been done and confirmed.
    Closed,
    /// The desk has declined it.
    Declined,
    /// The desk has merged it into another.
    Duplicate,
    /// The desk has passed it on.
    Referred,
    /// On the way, and so is another who holds; both go.
    AnotherGoesToo,
    /// On the way, and another holds.
    TurnBack,
    /// Was asked to, and another stands before him.
    Backup,
    /// Saw himself as holder, and another stands before him.
    Lost,
    /// Never saw himself as holder.
    Waitlisted,
    /// Has left the group or was removed.
    Removed,
    /// The place was taken from him.
    Revoked,
    /// It was reopened, and what he did belongs to the first time.
    Reopened,
    /// Another is on the rota for it now.
    RotaChanged,
}

impl Told {
    /// Its word in JSON, and the key of its translation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
            Self::Declined => "declined",
            Self::Duplicate => "duplicate",
            Self::Referred => "referred",
            Self::AnotherGoesToo => "another_goes_too",
            Self::TurnBack => "turn_back",
            Self::Backup => "backup",
            Self::Lost => "lost",
            Self::Waitlisted => "waitlisted",
            Self::Removed => "removed",
            Self::Revoked => "revoked",
            Self::Reopened => "reopened",
            Self::RotaChanged => "rota_changed",
        }
    }
}

/// Something the desk must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Incident {
    /// Picked up after he had been removed.
    LeftAfterRemoval,
    /// Revoked while on the way, which the revoker did not know.
    RevokedOnTheWay,
    /// On the way although another holds.
    TwoOnTheWay,
}

/// A remark beside the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// 挂起: the desk waits for something.
    OnHold,
    /// Cancelled when it was done already.
    CancellationNoted,
}

/// One request, as everybody shall see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How far it has come.
    pub status: Status,
    /// Who holds a place.
    pub holders: Vec<Person>,
    /// Holders who have not said yes since they became holders; the place is kept for them.
    pub awaiting: Vec<Person>,
    /// Who stands behind them, first to last.
    pub waitlist: Vec<Person>,
    /// Who must be told what, by person.
    pub told: Vec<(Person, Told)>,
    /// A holder whom nobody has granted the place yet.
    pub provisional: bool,
    /// What the desk must see.
    pub incidents: Vec<(Incident, Person)>,
    /// Remarks beside the status.
    pub notes: Vec<Note>,
    /// Everybody with a standing, first to last.
    pub line: Vec<(Person, Rank)>,
    /// Cancelled by the person in need, who alone may reopen it.
    pub subject_cancelled: bool,
    /// The exception that has effect on this ride, as its place in the fold.
    pub exception: Option<usize>,
    /// The series or rota edit that says who drives this ride, as its place in the fold.
    pub rota: Option<usize>,
    /// Who stands in the line by rota alone.
    pub by_rota: Vec<Person>,
    /// Closed by default: whoever asked has not said that it is solved.
    pub by_default: bool,
}

impl Fold<'_> {
    /// What all acts pushed so far come to; `None` where nobody asked for help in this slot.
    pub fn outcome(&mut self, slot: Slot) -> Option<Outcome> {
        let all: Set = (0..self.acts.len()).collect();
        let words = self.words(slot);
        let after: BTreeMap<usize, bool> = words
            .iter()
            .map(|word| {
                let state = self.state_at(&self.acts[*word].seen.with(*word), slot);
                (*word, self.states[state].holders.contains(&self.acts[*word].who))
            })
            .collect();
        let hearing = Hearing::open(self, &all, slot, View::Now)?;
        let (status, holders) = hearing.decide();
        let over = status.is_over() || status == Status::CancelRequested;
        let line = hearing.line.iter().map(|(person, _)| *person);
        let granted = hearing.granted();
        let waiting = |who: &Person| self.is_awaiting(*who, &after, hearing.exception);
        let asked_back = |at: &usize| self.acts[*at].part == Part::Subject;
        Some(Outcome {
            status,
            awaiting: holders.iter().copied().filter(waiting).collect(),
            waitlist: line.filter(|who| !over && !holders.contains(who)).collect(),
            told: hearing.told(status, &holders, &after),
            provisional: holders.iter().any(|who| !granted.contains(who)),
            incidents: hearing.incidents(status, &holders),
            notes: hearing.notes(status),
            exception: hearing.exception,
            rota: hearing.rota,
            by_rota: hearing.by_rota(),
            subject_cancelled: hearing.cancels().iter().any(asked_back),
            by_default: status == Status::Closed && !hearing.confirmed(),
            line: hearing.line,
            holders,
        })
    }

    /// The acts by which people speak of their own place.
    fn words(&self, slot: Slot) -> Vec<usize> {
        use Verb::{Accept, Ack, Arrive, Claim, Depart, Done, Pickup};
        let spoken = |at: &usize| {
            let act = &self.acts[*at];
            let own = [Claim, Ack, Depart, Arrive, Pickup, Done, Accept];
            act.slot == slot && own.into_iter().any(|verb| act.does(verb))
        };
        (0..self.acts.len()).filter(spoken).filter(|at| self.speaks(*at, View::Now)).collect()
    }

    /// Was his last word not written as a holder, or before he could know that it takes place at
    /// another time? `after` says per word whether it was.
    fn is_awaiting(
        &self,
        who: Person,
        after: &BTreeMap<usize, bool>,
        exception: Option<usize>,
    ) -> bool {
        let unaware = |at: usize| exception.is_some_and(|it| !self.acts[at].seen.contains(it));
        let mine = || after.iter().filter(|(at, _)| self.acts[**at].who == who);
        let answered = |at: usize| mine().any(|(later, _)| self.acts[*later].seen.contains(at));
        let mut last = mine().filter(|(at, _)| !answered(**at)).peekable();
        last.peek().is_none() || last.any(|(at, held)| !held || unaware(*at))
    }
}

impl Hearing<'_> {
    fn granted(&self) -> BTreeSet<Person> {
        let live = self.chairs.iter().filter(|chair| self.live.contains(chair.id));
        live.filter(|chair| chair.rank == Rank::Granted).map(|chair| chair.to).collect()
    }

    fn told(
        &self,
        status: Status,
        holders: &[Person],
        after: &BTreeMap<usize, bool>,
    ) -> Vec<(Person, Told)> {
        let everybody: BTreeSet<Person> = self.chairs.iter().map(|chair| chair.to).collect();
        let others = everybody.into_iter().filter(|who| !holders.contains(who));
        let why = |who: Person| {
            let rank = self.line.iter().find(|(person, _)| *person == who).map(|(_, rank)| *rank);
            match rank {
                Some(rank) => Some(self.why_not_holder(who, rank, status, holders, after)),
                None => self.why_no_standing(who),
            }
        };
        others.filter_map(|who| Some((who, why(who)?))).collect()
    }

    fn why_not_holder(
        &self,
        who: Person,
        rank: Rank,
        status: Status,
        holders: &[Person],
        after: &BTreeMap<usize, bool>,
    ) -> Told {
        let picked =
            |(person, rank): &(Person, Rank)| *rank == Rank::PickedUp && holders.contains(person);
        let saw_himself = || after.iter().any(|(at, held)| *held && self.fold.acts[*at].who == who);
        match status {
            Status::Cancelled | Status::CancelRequested => Told::Cancelled,
            Status::Closed => Told::Closed,
            Status::Declined => Told::Declined,
            Status::Duplicate => Told::Duplicate,
            Status::Referred => Told::Referred,
            _ if rank >= Rank::Departed => {
                let both = self.need.prefer_speed && !self.line.iter().any(picked);
                if both { Told::AnotherGoesToo } else { Told::TurnBack }
            }
            _ if rank == Rank::Granted => Told::Backup,
            _ if saw_himself() => Told::Lost,
            _ => Told::Waitlisted,
        }
    }

    /// Why every chair of his is empty; `None` where he left by himself.
    fn why_no_standing(&self, who: Person) -> Option<Told> {
        let acts = &self.fold.acts;
        let struck = self.chairs.iter().any(|it| it.to == who && self.fold.is_struck(it));
        let removed = self.removals.iter().any(|at| acts[*at].about == Some(who));
        let mut mine = self.leaves.iter().filter(|leave| leave.person == who).peekable();
        if struck || removed {
            return Some(Told::Removed);
        }
        if mine.peek().is_none() {
            let stands_in = |it: &Chair| it.to == who && act_of(it.id).is_none();
            let by_rota = self.chairs.iter().any(stands_in);
            return Some(if by_rota { Told::RotaChanged } else { Told::Reopened });
        }
        let taken = |at: usize| acts[at].who != who && !acts[at].does(Verb::Accept);
        mine.any(|leave| taken(leave.act)).then_some(Told::Revoked)
    }

    fn incidents(&self, status: Status, holders: &[Person]) -> Vec<(Incident, Person)> {
        let acts = &self.fold.acts;
        let mut found = BTreeSet::new();
        for (who, rank) in &self.line {
            if *rank >= Rank::Departed && !holders.contains(who) && !status.is_over() {
                found.insert((Incident::TwoOnTheWay, *who));
            }
        }
        for chair in &self.chairs {
            let unknown = |at: &usize| {
                acts[*at].about == Some(chair.to) && !acts[*at].seen.contains(chair.act)
            };
            let late = self.fold.is_struck(chair) || self.removals.iter().any(unknown);
            if chair.rank == Rank::PickedUp && late {
                found.insert((Incident::LeftAfterRemoval, chair.to));
            }
            let moving = matches!(chair.rank, Rank::Departed | Rank::Arrived);
            // Whoever was revoked, came to stand again and then departed had seen it.
            let unaware = self.leaves.iter().any(|leave| {
                let seen = &acts[chair.act].seen;
                leave.is_forced() && leave.person == chair.to && !seen.contains(leave.act)
            });
            if moving && unaware && self.live.contains(chair.id) {
                found.insert((Incident::RevokedOnTheWay, chair.to));
            }
        }
        found.into_iter().collect()
    }

    fn notes(&self, status: Status) -> Vec<Note> {
        use Status::{Assigned, Closed, InProgress, Open, Registered, Resolved, Submitted};
        let acts = &self.fold.acts;
        let goes_on = [Verb::Resume, Verb::Grant, Verb::Publish];
        let knew_all = |hold: usize| {
            goes_on.into_iter().all(|verb| self.of(verb).all(|at| acts[hold].seen.contains(at)))
        };
        let mut notes = Vec::new();
        if matches!(status, Assigned | Open | Registered | Submitted)
            && self.of(Verb::Hold).any(knew_all)
        {
            notes.push(Note::OnHold);
        }
        if matches!(status, Resolved | InProgress | Closed) && !self.cancels().is_empty() {
            notes.push(Note::CancellationNoted);
        }
        notes
    }
}
