//! One help request as a pure fold of its acts: what a page, the CLI and the desk show of it.
//!
//! `claim` has the rules in numbers; this module brings ids, people and authority to them.
//!
//! # Rules
//!
//! 1. The envelope that asks founds the request. Several may found the same one (both sides of a cut
//!    register one message): the lowest id among those that count says what is asked for.
//!    `Ask{open: true}` by somebody who may publish also opens it. Whoever asked, and whom he named as
//!    requester, subject or proxy, has that capacity on this request.
//! 2. What an author had seen is the closure over the acts that his act cites.
//! 3. An act that authority does not count ([`Given::counts`]) has no say. If its author acted as
//!    a member it keeps its chair in the line, so that removing one member never changes the order
//!    of the others; in every other capacity it is as if it had never been written.
//! 4. A member who has lost that capacity holds nothing, whatever he claimed before; a pick-up that
//!    authority still counts is a fact and stays.
//! 5. New acts cite the [`Case::heads`]: acts that count and that no such act cites. A stranger's
//!    acts are therefore never in what honest people had seen.
//! 6. Visits, what was said on the phone, and photos and files that are added stand beside the acts; they
//!    change nothing. A phone verdict is never a confirmation.
//! 7. Beyond [`ACTS_PER_REQUEST_MAX`](crate::limits::ACTS_PER_REQUEST_MAX) acts, everybody's first
//!    acts are judged before anybody's next; the rest have no say. A flood silences nobody. Photos and
//!    files have turns of their own.
//!
//! # Invariants
//!
//! - Same acts, same authority ⇒ same case, in whatever order the acts came.
//! - No act is lost: each stands in the timeline, also if it does not count.
//!
//! # Deliberately absent
//!
//! Clocks and lamport times: the timeline is ordered by who had seen what, ties by id. The facts of
//! a request (place, time, needs) are its document's. Whether the acts may be read is `secrets`'.

mod arrange;
mod family;
mod policy;
mod ride;
mod timeline;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

pub use arrange::join_plan;
pub use family::family;
pub use policy::{Refusal, may, may_attach, may_note, may_visit};
pub use ride::{Offer, Ride};
pub use timeline::{Added, Entry, What};

pub use crate::claim::{Incident, Note, Rank, Status, Told};
use crate::{
    body::{Act, Ask, Deed, Exception, Part, RidePlan, Terms, Verb, Verdict, Visit},
    claim::{self, Fold, Kind, Luck, Need, Outcome, Person, Slot},
    code::Code,
    id::{EnvelopeId, PersonId, RequestId, short_hash},
    rota::Occurrence,
};
use arrange::Arranged;
use family::families;
use timeline::{added, entry};

/// One act as it lies in the store, with authority's word on it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Its envelope.
    pub id: EnvelopeId,
    /// Who acts: the subject of the grant that the envelope cites.
    pub who: PersonId,
    /// What it says.
    pub act: &'a Act,
    /// What it cites. Ids that are not among the given acts say nothing here: acts whose citations
    /// have not arrived are pending and are not given at all.
    pub deps: &'a [EnvelopeId],
    /// Does authority count it, now?
    pub counts: bool,
}

impl Given<'_> {
    /// The request, or the series, that it is about.
    pub fn request(&self) -> RequestId {
        self.act.request(self.id)
    }

    fn is_ask(&self) -> bool {
        matches!(self.act, Act::Ask(_))
    }

    /// Whom an ask names in which capacity; nobody for any other act.
    fn names(&self) -> Vec<(PersonId, Part)> {
        match self.act {
            Act::Ask(ask) => ask.names(self.who),
            _ => Vec::new(),
        }
    }

    /// Is it one of the acts that somebody must have seen who acts on this request? Those on it, and
    /// the acceptance by which its holder changed.
    fn concerns(&self, request: &RequestId) -> bool {
        let swaps = |deed: &Deed| deed.verb == Verb::Accept && deed.other == Some(*request);
        self.request() == *request || self.deed().is_some_and(swaps)
    }

    fn deed(&self) -> Option<&Deed> {
        match self.act {
            Act::Do(deed) => Some(deed),
            _ => None,
        }
    }

    fn part(&self) -> Part {
        self.act.part()
    }
}

/// One request as everybody shall see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Which.
    pub request: RequestId,
    /// Its code on the phone.
    pub code: Code,
    /// How far it has come.
    pub status: Status,
    /// 1 can wait … 4 life-threatening.
    pub urgency: u8,
    /// How many may hold.
    pub places: u16,
    /// Whoever is on the way goes on, even if another holds.
    pub prefer_speed: bool,
    /// One line.
    pub title: String,
    /// More.
    pub details: String,
    /// Who asked: whoever is named as that, else the author.
    pub requester: PersonId,
    /// Who wrote it down, and in which capacity.
    pub asked_by: (PersonId, Part),
    /// The message that it was made of.
    pub message: Option<EnvelopeId>,
    /// What else was said when asking.
    pub terms: Terms,
    /// Everybody who has a capacity on this request by having asked or having been named.
    pub family: BTreeSet<(PersonId, Part)>,
    /// The envelopes that found it, ascending; of a ride its series.
    pub founders: Vec<EnvelopeId>,
    /// Who holds a place.
    pub holders: Vec<PersonId>,
    /// Holders who have not said yes since they became holders.
    pub awaiting: Vec<PersonId>,
    /// Who stands behind them, first to last.
    pub waitlist: Vec<PersonId>,
    /// Everybody with a standing, first to last, and what it rests on.
    pub standings: Vec<(PersonId, Rank)>,
    /// Who must be told what, by person.
    pub told: Vec<(PersonId, Told)>,
    /// A holder whom nobody who decides has granted the place yet.
    pub provisional: bool,
    /// What the desk must see.
    pub incidents: Vec<(PersonId, Incident)>,
    /// Remarks beside the status.
    pub notes: Vec<Note>,
    /// How many people stand behind another although each could think the place was his.
    pub conflicts: usize,
    /// Cancelled by the person in need, who alone may reopen it.
    pub subject_cancelled: bool,
    /// Closed by default, and not because whoever asked said that it is solved.
    pub by_default: bool,
    /// Who was there, oldest first as far as authors had seen one another.
    pub visits: Vec<(PersonId, Visit)>,
    /// What was said on the phone (代录), likewise.
    pub verdicts: Vec<(PersonId, Verdict)>,
    /// Photos and files that were added later, likewise.
    pub added: Vec<Added>,
    /// The acts that the next act must cite (through [`join_plan`] where they are many).
    pub heads: Vec<EnvelopeId>,
    /// Everything that was done, each after what its author had seen.
    pub timeline: Vec<Entry>,
    /// What it is as a ride of a series.
    pub ride: Option<Ride>,
}

impl Case {
    /// What somebody's standing rests on, if he has one.
    pub fn standing(&self, who: &PersonId) -> Option<Rank> {
        self.standings.iter().find(|(person, _)| person == who).map(|(_, rank)| *rank)
    }

    /// How many others want the same places.
    pub fn rivals(&self, who: &PersonId) -> usize {
        self.standings.iter().filter(|(person, _)| person != who).count()
    }

    /// What somebody must be told, if anything.
    pub fn told_to(&self, who: &PersonId) -> Option<Told> {
        self.told.iter().find(|(person, _)| person == who).map(|(_, why)| *why)
    }

    /// Somebody's capacities on this request: authority's, and that of having asked or been named. Of a
    /// ride only its own family speaks.
    pub fn parts_of(&self, who: &PersonId, parts: &BTreeSet<Part>) -> BTreeSet<Part> {
        let speaks = |(person, part): &&(PersonId, Part)| person == who && *part != Part::Desk;
        let named = self.family.iter().filter(speaks).map(|(_, part)| *part);
        let family = [Part::Requester, Part::Subject, Part::Proxy];
        let others = parts.iter().copied();
        let others = others.filter(|part| self.ride.is_none() || !family.contains(part));
        others.chain(named).collect()
    }

    /// Those whose homes hold what is private from the beginning: whoever asked or wrote it down at
    /// the desk, is in need, or speaks for him.
    pub fn at_home(&self) -> BTreeSet<PersonId> {
        self.family.iter().map(|(person, _)| *person).collect()
    }
}

/// Folds the acts of one request, in any order. Acts of other requests may be among them, where a
/// swap or a duplicate ties them together.
///
/// `parts` is authority's word on who has which capacity in the request's group, now. `None` where
/// nobody who may has asked for help under this id.
pub fn fold(
    request: &RequestId,
    given: &[Given<'_>],
    parts: &dyn Fn(&PersonId) -> BTreeSet<Part>,
) -> Option<Case> {
    judge(request, &[], given, parts, parts)
}

/// Folds one ride of a series: the first of `rides`; the others are those that swaps tie to it. Given
/// are the acts on all of these and on their series.
///
/// `once` is authority's word on who ever had which capacity in the group, beside `parts`, which is
/// about now. `None` where nobody who may has planned the series.
pub fn fold_ride(
    rides: &[Occurrence],
    given: &[Given<'_>],
    parts: &dyn Fn(&PersonId) -> BTreeSet<Part>,
    once: &dyn Fn(&PersonId) -> BTreeSet<Part>,
) -> Option<Case> {
    judge(&rides.first()?.id(), rides, given, parts, once)
}

fn judge(
    request: &RequestId,
    rides: &[Occurrence],
    given: &[Given<'_>],
    parts: &dyn Fn(&PersonId) -> BTreeSet<Part>,
    once: &dyn Fn(&PersonId) -> BTreeSet<Part>,
) -> Option<Case> {
    let arranged = Arranged::of(given);
    let cast = Cast::of(request, rides, &arranged, parts, once);
    let lottery =
        |slot: Slot, person: Person| lottery(&cast.slots[slot.0], &cast.persons[person.0]);
    let mut fold =
        Fold::new(cast.members.clone(), cast.expelled.clone(), &lottery).with_rides(cast.rides());
    let judged = arranged.judged(|given| cast.has_say_or_chair(given));
    let seen = arranged.seen(&judged);
    for at in &judged {
        let find =
            |id: &EnvelopeId| judged.iter().position(|other| arranged.acts[*other].id == *id);
        fold.push(cast.act(arranged.acts[*at], arranged.tie(*at), seen[*at].clone(), &find));
    }
    let slot = cast.slot(request)?;
    let outcome = fold.outcome(slot)?;
    let other = rides.first().and_then(|ride| cast.slot(&ride.other_leg().id()));
    let other_leg = other.and_then(|slot| fold.outcome(slot)).map(|outcome| outcome.status);
    let counted: BTreeSet<usize> = judged
        .iter()
        .enumerate()
        .filter(|(place, _)| fold.counts(*place))
        .map(|(_, at)| *at)
        .collect();
    let at = |place: usize| arranged.acts[judged[place]].act;
    let (exception, rota) = (outcome.exception.map(at), outcome.rota.map(at));
    let by_rota = outcome.by_rota.clone();
    let founders: Vec<&Given<'_>> = match rides.first() {
        Some(ride) => arranged.find(&ride.series).into_iter().collect(),
        None => {
            let all = arranged.acts.iter().enumerate();
            let founds = |at: usize, it: &Given<'_>| {
                it.is_ask() && it.request() == *request && it.counts && counted.contains(&at)
            };
            let founding = all.filter(|(at, it)| founds(*at, it)).map(|(_, it)| (it.id, *it));
            founding.collect::<BTreeMap<_, _>>().into_values().collect()
        }
    };
    let mut case = cast.case(request, &founders, outcome)?;
    let subjects: Vec<RequestId> =
        [*request].into_iter().chain(rides.first().map(|ride| ride.series)).collect();
    case.heads = arranged.heads(&subjects);
    let all = arranged.acts.iter().enumerate();
    let judged: Vec<(&Given<'_>, bool)> =
        all.map(|(at, given)| (*given, given.counts && counted.contains(&at))).collect();
    let here = judged.iter().filter(|(given, _)| is_about(given, request, rides.first()));
    case.timeline = here.clone().map(|(given, counted)| entry(given, *counted)).collect();
    for (given, _) in here.filter(|(_, counted)| *counted) {
        match given.act {
            Act::Visit(visit) => case.visits.push((given.who, visit.clone())),
            Act::Verdict(verdict) => case.verdicts.push((given.who, verdict.clone())),
            _ => (),
        }
    }
    case.added = added(&judged, request);
    if let (Some(occurrence), Act::Series(series)) = (rides.first(), founders.first()?.act) {
        let rota = rota.map_or(&[][..], ride::rota_of);
        let mut ride = ride::ride(*occurrence, series, exception, rota);
        ride.offers = ride::offers(&case, &judged);
        ride.by_rota = by_rota.iter().map(|person| cast.persons[person.0]).collect();
        ride.other_leg = other_leg.filter(|_| ride.has_back);
        case.ride = Some(ride);
    }
    Some(case)
}

/// Does it belong into the history of this request?
fn is_about(given: &Given<'_>, request: &RequestId, ride: Option<&Occurrence>) -> bool {
    let ride = ride.filter(|ride| given.request() == ride.series);
    match (given.act, ride) {
        (Act::Rota(rota), Some(ride)) => rota.from_k <= ride.k,
        (Act::Except(exception), Some(ride)) => exception.start == ride.start,
        (Act::Series(_), Some(_)) => true,
        _ => given.concerns(request) && !is_silent(given.act),
    }
}

/// The lottery number of a person for a request: BLAKE3 over both, under its own label.
pub fn lottery(request: &RequestId, person: &PersonId) -> Luck {
    short_hash("linli/1 lottery", &[request.as_bytes(), person.as_bytes()])
}

fn is_silent(act: &Act) -> bool {
    matches!(act, Act::Do(deed) if deed.verb == Verb::Seen)
}

/// Who and what takes part: ids and their numbers, capacities.
struct Cast<'a> {
    request: RequestId,
    persons: Vec<PersonId>,
    slots: Vec<RequestId>,
    parts: Vec<BTreeSet<Part>>,
    members: BTreeSet<Person>,
    expelled: BTreeSet<Person>,
    /// Who planned which series.
    planned: BTreeMap<RequestId, &'a Given<'a>>,
    /// Who has which capacity on which request by having asked or been named.
    family: BTreeMap<RequestId, BTreeSet<(PersonId, Part)>>,
    /// Which requests are rides.
    rides: BTreeMap<RequestId, Occurrence>,
    /// The capacities that each ever had.
    once: Vec<BTreeSet<Part>>,
}

impl<'a> Cast<'a> {
    fn of(
        request: &RequestId,
        rides: &[Occurrence],
        arranged: &Arranged<'a>,
        parts: &dyn Fn(&PersonId) -> BTreeSet<Part>,
        once: &dyn Fn(&PersonId) -> BTreeSet<Part>,
    ) -> Self {
        let rides: BTreeMap<RequestId, Occurrence> =
            rides.iter().map(|ride| (ride.id(), *ride)).collect();
        let (mut persons, mut slots) =
            (BTreeSet::new(), rides.keys().copied().collect::<BTreeSet<_>>());
        let (mut planned, mut acted) = (BTreeMap::new(), BTreeSet::new());
        for given in &arranged.acts {
            persons.insert(given.who);
            slots.insert(given.request());
            if given.part() == Part::Member {
                acted.insert(given.who);
            }
            match given.act {
                Act::Ask(_) => persons.extend(given.names().into_iter().map(|(who, _)| who)),
                Act::Do(deed) => {
                    persons.extend(deed.about.into_iter().chain(deed.instead));
                    slots.extend(deed.other);
                }
                Act::Series(_) | Act::Rota(_) => {
                    if let Act::Series(_) = given.act {
                        planned.insert(given.id, *given);
                    }
                    let rota = ride::rota_of(given.act);
                    persons.extend(rota);
                    acted.extend(rota.iter().copied());
                }
                Act::Except(_) | Act::Visit(_) | Act::Verdict(_) | Act::Attach(_) => (),
            }
        }
        let persons: Vec<PersonId> = persons.into_iter().collect();
        let parts: Vec<BTreeSet<Part>> = persons.iter().map(parts).collect();
        let once = if rides.is_empty() { Vec::new() } else { persons.iter().map(once).collect() };
        let is_desk = |who: &PersonId| {
            let at = persons.binary_search(who);
            at.is_ok_and(|at| parts[at].contains(&Part::Desk))
        };
        let family = families(&arranged.acts, &is_desk);
        let is_member = |at: &usize| parts[*at].contains(&Part::Member);
        let was_member = |at: &usize| is_member(at) || acted.contains(&persons[*at]);
        let members = (0..persons.len()).filter(was_member).map(Person).collect();
        let gone = (0..persons.len()).filter(|at| was_member(at) && !is_member(at));
        let expelled = gone.map(Person).collect();
        let slots = slots.into_iter().collect();
        let request = *request;
        Self { request, persons, slots, parts, members, expelled, planned, family, rides, once }
    }

    fn rides(&self) -> BTreeMap<Slot, claim::Ride> {
        let ride = |(id, it): (&RequestId, &Occurrence)| {
            Some((self.slot(id)?, claim::Ride { series: self.slot(&it.series)?, k: it.k }))
        };
        self.rides.iter().filter_map(ride).collect()
    }

    fn person(&self, id: &PersonId) -> Option<Person> {
        self.persons.binary_search(id).ok().map(Person)
    }

    fn slot(&self, id: &RequestId) -> Option<Slot> {
        self.slots.binary_search(id).ok().map(Slot)
    }

    /// Rule 3: what is not counted matters only where it may have taken a chair.
    fn has_say_or_chair(&self, given: &Given<'_>) -> bool {
        (given.counts || given.part() == Part::Member) && !is_silent(given.act)
    }

    /// Has the author the capacity he acts in? Members who left had it (rule 4).
    fn entitled(&self, given: &Given<'_>) -> bool {
        let part = given.part();
        let Some(who) = self.person(&given.who) else { return false };
        let held = self.parts[who.0].contains(&part);
        if matches!(given.act, Act::Series(_) | Act::Rota(_) | Act::Except(_)) {
            return held || self.once.get(who.0).is_some_and(|once| once.contains(&part));
        }
        if let Some(ride) = self.rides.get(&given.request())
            && matches!(part, Part::Requester | Part::Subject | Part::Proxy)
        {
            let planned = self.planned.get(&ride.series);
            return planned.is_some_and(|planned| ride::is_family(planned, &given.who, part));
        }
        match part {
            Part::Member => self.members.contains(&who),
            Part::Desk | Part::Captain => held,
            Part::Requester | Part::Subject | Part::Proxy => {
                let named = self.family.get(&given.request());
                given.is_ask()
                    || named.is_some_and(|named| named.contains(&(given.who, part)))
                    || (held && given.request() == self.request)
            }
        }
    }

    fn act(
        &self,
        given: &Given<'_>,
        tie: u32,
        seen: claim::Set,
        find: &dyn Fn(&EnvelopeId) -> Option<usize>,
    ) -> claim::Act {
        let deed = given.deed();
        let person = |id: Option<PersonId>| id.and_then(|id| self.person(&id));
        claim::Act {
            who: self.person(&given.who).expect("whoever acts is in the cast"),
            part: given.part(),
            entitled: self.entitled(given),
            kind: match given.act {
                Act::Ask(ask) => Kind::Submit(need(ask)),
                Act::Do(deed) => Kind::Do(deed.verb),
                Act::Series(_) => Kind::Series,
                Act::Rota(rota) => Kind::Rota { from_k: rota.from_k },
                Act::Except(exception) => self.excepts(exception),
                Act::Visit(_) => Kind::Visit,
                Act::Verdict(_) => Kind::Verdict,
                Act::Attach(_) => Kind::Attach,
            },
            slot: self.slot(&given.request()).expect("every request acted on is in the cast"),
            about: person(deed.and_then(|deed| deed.about)),
            instead: person(deed.and_then(|deed| deed.instead)),
            other: deed.and_then(|deed| deed.other).and_then(|other| self.slot(&other)),
            offer: deed.and_then(|deed| deed.offer).and_then(|offer| find(&offer)),
            rota: ride::rota_of(given.act).iter().filter_map(|id| self.person(id)).collect(),
            seen,
            tie,
            unauthorised: !given.counts,
        }
    }

    /// An exception of a ride that is not at hand excepts none.
    fn excepts(&self, exception: &Exception) -> Kind {
        let mut rides = self.rides.values();
        let ride = rides.find(|it| (it.series, it.start) == (exception.series, exception.start));
        let off = exception.plan == RidePlan::Off {};
        Kind::Except { k: ride.map_or(u32::MAX, |ride| ride.k), off }
    }

    /// None where nothing founds it.
    fn case(&self, request: &RequestId, founders: &[&Given<'_>], outcome: Outcome) -> Option<Case> {
        let first = founders.first()?;
        let (ask, family) = match first.act {
            Act::Ask(ask) => {
                (Cow::Borrowed(ask), self.family.get(request).cloned().unwrap_or_default())
            }
            Act::Series(series) => (Cow::Owned(ride::as_ask(series)), ride::family(first)),
            _ => return None,
        };
        let id = |person: &Person| self.persons[person.0];
        let ids = |persons: &[Person]| persons.iter().map(id).collect();
        let collides = |why: &Told| {
            matches!(why, Told::Lost | Told::Backup | Told::TurnBack | Told::AnotherGoesToo)
        };
        Some(Case {
            request: *request,
            code: Code::of(request),
            status: outcome.status,
            urgency: ask.urgency,
            places: ask.places,
            prefer_speed: ask.prefer_speed,
            title: ask.title.clone(),
            details: ask.details.clone(),
            requester: ask.requester(first.who),
            asked_by: (first.who, ask.role),
            message: ask.message,
            terms: ask.terms.clone().unwrap_or_default(),
            family,
            founders: founders.iter().map(|it| it.id).collect(),
            holders: ids(&outcome.holders),
            awaiting: ids(&outcome.awaiting),
            waitlist: ids(&outcome.waitlist),
            standings: outcome.line.iter().map(|(person, rank)| (id(person), *rank)).collect(),
            conflicts: outcome.told.iter().filter(|(_, why)| collides(why)).count(),
            told: outcome.told.iter().map(|(person, why)| (id(person), *why)).collect(),
            provisional: outcome.provisional,
            incidents: outcome.incidents.iter().map(|(what, person)| (id(person), *what)).collect(),
            notes: outcome.notes,
            subject_cancelled: outcome.subject_cancelled,
            by_default: outcome.by_default,
            visits: Vec::new(),
            verdicts: Vec::new(),
            added: Vec::new(),
            heads: Vec::new(),
            timeline: Vec::new(),
            ride: None,
        })
    }
}

fn need(ask: &Ask) -> Need {
    Need { places: usize::from(ask.places), prefer_speed: ask.prefer_speed, open: ask.open }
}
