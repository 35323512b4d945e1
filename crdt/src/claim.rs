//! Who holds a place that several volunteers claimed, who waits, and who must be told.
//!
//! Claims are made offline, so two drivers can each believe that the ride is theirs. Every node
//! must later name the same holder from the same acts, in whatever order they arrived. Nothing can
//! prevent a double claim during a cut: the promise is *detect, converge, tell*.
//!
//! # Rules
//!
//! 1. An act is judged once, against the state that its author had seen ([`Fold::push`]); no later
//!    act changes that judgement.
//! 2. What a person did outranks what anybody said ([`Rank`]): picked up or done > arrived >
//!    departed > granted > claimed. A pick-up is a fact, also from the waitlist.
//! 3. Within a rank an act stands behind those that were live in what its author had seen; among
//!    the ready ones a lottery decides (`line`). Grants go by whose word they are first.
//! 4. Order first, drop afterwards: an act that is withdrawn, revoked or unauthorised later leaves
//!    an empty chair, so that nobody else's place changes (`state`).
//! 5. The first N hold, the rest are the waitlist. Whoever had a standing, does not hold and did
//!    not leave by himself is told, once (`outcome`).
//! 6. A reopening starts the trip anew: departures and pick-ups that its author had seen no longer
//!    rank; claims and grants stand.
//!
//! # Shape
//!
//! Persons, slots and acts are small numbers here; `lifecycle` maps ids to them. Acts are pushed so
//! that each follows what its author had seen, which makes judging iterative: a hostile pile of
//! acts cannot exhaust the stack. One state per (slot, seen set) is computed and remembered.
//! A slot is one request (one place in a plan); acts of several may stand in one fold, for a swap
//! of two rides and for rings of duplicates.
//!
//! # Deliberately absent
//!
//! Clocks: shown to people, they decide nothing. Signatures and the roster: `authority` says which
//! acts are unauthorised and who has left. Which rides a series has: `rota` of the crate says that;
//! here a default holder is a chair without an act of his own, as a swap's is (`chair`).
//!
//! # Considered and rejected
//!
//! First come, first served: "first" needs one clock or one server, and a cut leaves neither.
//! Comparing claims in pairs, causal order first, lottery otherwise: it is not transitive.

mod chair;
mod duplicate;
mod line;
mod outcome;
mod rota;
mod set;
mod state;
mod status;
mod swap;
mod table;

use std::collections::{BTreeMap, BTreeSet};

pub use outcome::{Incident, Note, Outcome, Told};
pub use rota::Ride;
pub use set::Set;
pub use status::Status;
pub use table::{power, who_may};

use crate::body::{Part, Verb};
use state::{State, View};

/// A person, as a number in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person(pub usize);

/// A request, as a number in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(pub usize);

/// A lottery number: the lowest goes first.
pub type Luck = [u8; 32];

/// What gives a person a place, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Said that he would.
    Claimed,
    /// Was asked to, by somebody who decides.
    Granted,
    /// Is on the way.
    Departed,
    /// Is there.
    Arrived,
    /// Has picked up, or done it.
    PickedUp,
}

/// What an act is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Asks for help.
    Submit(Need),
    /// Says on the request itself that a member has left the group.
    Remove,
    /// Plans rides that recur; `rota` of the act says who drives in turn.
    Series,
    /// The same from some ride on.
    Rota {
        /// Counted over the original starts, from 0.
        from_k: u32,
    },
    /// Has a single ride take place or not, or at another time.
    Except {
        /// Which, counted over the original starts.
        k: u32,
        /// It does not take place.
        off: bool,
    },
    /// Anything else that can be done to a request.
    Do(Verb),
    /// Writes down that somebody was there; changes nothing.
    Visit,
    /// Writes down what was said on the phone; changes nothing.
    Verdict,
    /// Adds photos or files; changes nothing.
    Attach,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// How many may hold.
    pub places: usize,
    /// Whoever is on the way goes on, even if another holds.
    pub prefer_speed: bool,
    /// Open to claims at once, where the one who asks may publish.
    pub open: bool,
}

/// One act, in numbers.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who acts.
    pub who: Person,
    /// In which capacity.
    pub part: Part,
    /// Has he that capacity, by authority's word or by having asked?
    pub entitled: bool,
    /// What.
    pub kind: Kind,
    /// On which request.
    pub slot: Slot,
    /// To or about whom.
    pub about: Option<Person>,
    /// Whom a grant replaces.
    pub instead: Option<Person>,
    /// The duplicate, or the other ride of a swap.
    pub other: Option<Slot>,
    /// The offer that an acceptance answers, or the resolution that a closing closes, as its place in
    /// the fold.
    pub offer: Option<usize>,
    /// Who drives in turn; of a series and a rota edit only.
    pub rota: Vec<Person>,
    /// All acts that the author had seen, as their places in the fold.
    pub seen: Set,
    /// The rank of its id among all ids: decides between acts of equal luck.
    pub tie: u32,
    /// Authority no longer counts it: it keeps its chair and has no say.
    pub unauthorised: bool,
}

impl Act {
    /// Whose standing it is about: the receiver's for a grant, else the author's.
    fn to(&self) -> Option<Person> {
        if self.kind == Kind::Do(Verb::Grant) { self.about } else { Some(self.who) }
    }

    fn does(&self, verb: Verb) -> bool {
        self.kind == Kind::Do(verb)
    }
}

/// Judges acts as they are pushed; ask for an [`Outcome`] when all are in.
pub struct Fold<'a> {
    lottery: &'a dyn Fn(Slot, Person) -> Luck,
    members: BTreeSet<Person>,
    expelled: BTreeSet<Person>,
    acts: Vec<Act>,
    luck: Vec<Luck>,
    counted: Set,
    reopened: Set,
    behind: Vec<Set>,
    rides: BTreeMap<Slot, Ride>,
    /// Per series or rota edit and ride: behind whom the chair that it gives stands.
    rota_behind: BTreeMap<(usize, Slot), Set>,
    states: Vec<State>,
    known: BTreeMap<(Slot, Set), usize>,
}

impl<'a> Fold<'a> {
    /// An empty fold.
    ///
    /// `members`: who may be granted a place. `expelled`: those of them whom authority has removed
    /// since. Their standings are dropped, except a pick-up that still counts; their chairs stay.
    pub fn new(
        members: BTreeSet<Person>,
        expelled: BTreeSet<Person>,
        lottery: &'a dyn Fn(Slot, Person) -> Luck,
    ) -> Self {
        Self {
            lottery,
            members,
            expelled,
            acts: Vec::new(),
            luck: Vec::new(),
            counted: Set::default(),
            reopened: Set::default(),
            behind: Vec::new(),
            rides: BTreeMap::new(),
            rota_behind: BTreeMap::new(),
            states: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// The slots that are rides of series; to be said before the first act.
    #[must_use]
    pub fn with_rides(mut self, rides: BTreeMap<Slot, Ride>) -> Self {
        self.rides = rides;
        self
    }

    /// Judges one act against what its author had seen, once and for all; returns its place.
    ///
    /// All of `act.seen` must have been pushed, and be closed under itself.
    pub fn push(&mut self, act: Act) -> usize {
        let place = self.acts.len();
        let before = self.may_count(&act).then(|| self.state_at(&act.seen, act.slot));
        let counts = before.is_some_and(|before| self.counts_after(&act, before));
        let mut behind = Set::default();
        if let (true, Some(before)) = (counts, before) {
            self.counted.insert(place);
            self.line_up_rota(place, &act);
            let before = &self.states[before];
            if act.does(Verb::Reopen) && before.status.is_some_and(Status::is_over) {
                self.reopened.insert(place);
            }
            if act.does(Verb::Accept) {
                behind = self.acceptances(&act);
            } else if table::rank_given(act.kind).is_some() {
                behind = before.live_but(act.to());
            }
        }
        let luck = act.to().map_or([0xff; 32], |to| (self.lottery)(act.slot, to));
        self.behind.push(behind);
        self.luck.push(luck);
        self.acts.push(act);
        place
    }

    /// Did this act count when its author wrote it?
    pub fn counts(&self, place: usize) -> bool {
        self.counted.contains(place)
    }

    /// What cannot change with the state: the table, the author's capacity, a request to act on.
    fn may_count(&self, act: &Act) -> bool {
        let founds = matches!(act.kind, Kind::Submit(_) | Kind::Series);
        let removed = act.part == Part::Member && self.removed(&act.seen, act.who);
        who_may(act.kind).contains(&act.part)
            && act.entitled
            && (founds || act.seen.iter().any(|at| self.is_submit(at) || self.is_series(at)))
            && !removed
    }

    fn counts_after(&mut self, act: &Act, before: usize) -> bool {
        let verb = match act.kind {
            Kind::Submit(_)
            | Kind::Remove
            | Kind::Series
            | Kind::Rota { .. }
            | Kind::Except { .. } => return true,
            Kind::Do(verb) => verb,
            Kind::Visit | Kind::Verdict | Kind::Attach => return self.may_write_down(act, before),
        };
        if verb == Verb::Accept {
            return self.swap_possible(act);
        }
        let before = &self.states[before];
        let Some(status) = before.status else { return false };
        let holds = before.holders.contains(&act.who);
        let rank = before.rank_of(act.who);
        match verb {
            Verb::Claim => {
                !status.is_over()
                    && !matches!(status, Status::Submitted | Status::Registered)
                    && !self.has_own_chair(before, act.who)
            }
            Verb::Grant => {
                let closed =
                    matches!(status, Status::Resolved | Status::Closed | Status::Cancelled);
                let member = act.about.is_some_and(|about| {
                    self.members.contains(&about) && !self.removed(&act.seen, about)
                });
                !closed && member && self.outweighs(act, act.instead, before)
            }
            Verb::Revoke => self.outweighs(act, act.about, before),
            Verb::Withdraw => rank.is_some_and(|rank| rank < Rank::PickedUp),
            Verb::Depart | Verb::Arrive => {
                !status.is_over() && (holds || before.would_hold(act.who, &self.expelled))
            }
            Verb::Pickup | Verb::Done => rank.is_some() && !status.is_over(),
            Verb::Resolve => !status.is_over() && (act.part == Part::Desk || holds),
            Verb::Confirm => !matches!(status, Status::Closed | Status::Cancelled),
            Verb::Reopen => status.is_over() || status == Status::CancelRequested,
            Verb::Offer => holds && rank.is_some_and(|rank| rank < Rank::Departed),
            Verb::Close => status == Status::Resolved && self.closes_a_resolution(act),
            _ => true,
        }
    }

    /// A visit is written down by the desk, or by whoever holds the request as far as he knew; what is
    /// added also by those who speak for the person in need.
    fn may_write_down(&self, act: &Act, before: usize) -> bool {
        let before = &self.states[before];
        before.status.is_some() && (act.part != Part::Member || before.holders.contains(&act.who))
    }

    /// A closing by default names the resolution that nobody answered, so that two deputies' closings
    /// are one.
    fn closes_a_resolution(&self, act: &Act) -> bool {
        act.offer.is_some_and(|at| {
            let resolution = &self.acts[at];
            act.seen.contains(at)
                && self.counts(at)
                && resolution.does(Verb::Resolve)
                && resolution.slot == act.slot
        })
    }

    /// Grants are taken back by their own class or a higher one only.
    fn outweighs(&self, act: &Act, over: Option<Person>, before: &State) -> bool {
        before.live_acts().all(|at| {
            let grant = &self.acts[at];
            !grant.does(Verb::Grant)
                || over.is_none()
                || grant.to() != over
                || power(act.part) >= power(grant.part)
        })
    }

    fn has_own_chair(&self, before: &State, who: Person) -> bool {
        before.live_acts().any(|at| self.acts[at].to() == Some(who))
    }

    fn is_submit(&self, at: usize) -> bool {
        matches!(self.acts[at].kind, Kind::Submit(_))
    }

    fn is_series(&self, at: usize) -> bool {
        self.acts[at].kind == Kind::Series
    }

    fn removed(&self, seen: &Set, who: Person) -> bool {
        self.removals(seen).any(|removal| removal.about == Some(who))
    }

    fn removals<'s>(&'s self, seen: &'s Set) -> impl Iterator<Item = &'s Act> {
        let counted = seen.iter().filter(|at| self.counts(*at)).map(|at| &self.acts[at]);
        counted.filter(|act| act.kind == Kind::Remove)
    }

    /// The state of `slot` after `seen`, as those saw it who had seen just that; remembered.
    fn state_at(&mut self, seen: &Set, slot: Slot) -> usize {
        let key = (slot, seen.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let state = self.judge(seen, slot, View::Then);
        self.states.push(state);
        self.known.insert(key, self.states.len() - 1);
        self.states.len() - 1
    }
}
