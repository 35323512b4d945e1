//! One ride of a series as a request: what the series adds to what `claim` says of it.
//!
//! # Rules
//!
//! 1. A ride has no act that asks for it: the series stands in, and everybody comes to its id alike.
//! 2. Who plans (series, rota, exceptions) must have had the capacity when authority counts the act;
//!    he keeps his say when he has left since. A recurring ride does not end with its planner.
//! 3. The family of a ride is whom the series is for, where that is a member; else whoever planned it.
//! 4. An act on a ride cites the heads of the ride and of its series, so that its author had seen who
//!    is on the rota; one that exchanges two rides cites the heads of both.
//! 5. Neither leg is confirmed before both are done.
//! 6. Offers stand until they are answered, or until one of the two no longer holds his ride.

use std::collections::BTreeSet;

use super::{Case, Given};
use crate::{
    body::{Act, Ask, Exception, Part, RidePlan, Series, Verb},
    claim::Status,
    id::{EnvelopeId, PersonId, RequestId},
    rota::{Leg, LocalTime, Occurrence},
};

/// What a request is as a ride of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ride {
    /// Which series, which of its rides, there or back.
    pub occurrence: Occurrence,
    /// When this leg begins now, by the wall clock of the zone.
    pub starts: LocalTime,
    /// It begins at another time than the rule says.
    pub moved: bool,
    /// The zone's name.
    pub zone: String,
    /// Is there a way back?
    pub has_back: bool,
    /// How far the other leg has come; none where there is none, or where it was not given.
    pub other_leg: Option<Status>,
    /// What is to be looked at before departure.
    pub checks: Vec<String>,
    /// Whom the series is for, where that is a member.
    pub subject: Option<PersonId>,
    /// Who drives in turn, from this ride on.
    pub rota: Vec<PersonId>,
    /// Who stands in the line by rota alone: he says yes by claiming.
    pub by_rota: Vec<PersonId>,
    /// Who is next by rota after whoever is on it for this ride, each once.
    pub next_by_rota: Vec<PersonId>,
    /// Offers to exchange this ride that still stand.
    pub offers: Vec<Offer>,
}

/// Somebody offers his ride for another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The act.
    pub id: EnvelopeId,
    /// Who offers this ride.
    pub by: PersonId,
    /// To whom.
    pub to: PersonId,
    /// For which ride.
    pub other: RequestId,
}

impl Ride {
    /// Must the other leg come first? A ride is not closed before both are done.
    pub fn waits_for_other_leg(&self) -> bool {
        self.other_leg.is_some_and(|status| !status.is_over())
    }
}

/// The series as if it asked for each of its rides.
pub(super) fn as_ask(series: &Series) -> Ask {
    Ask {
        title: series.title.clone(),
        details: series.details.clone(),
        urgency: series.urgency,
        places: 1,
        prefer_speed: false,
        open: true,
        role: if series.subject.is_some() { series.role } else { Part::Requester },
        message: None,
        terms: None,
    }
}

/// Rule 3.
pub(super) fn family(planned: &Given<'_>) -> BTreeSet<(PersonId, Part)> {
    let Act::Series(series) = planned.act else { return BTreeSet::new() };
    let named = series.subject.map(|subject| (subject, Part::Subject));
    BTreeSet::from([named.unwrap_or((planned.who, Part::Requester))])
}

/// The same of one person.
pub(super) fn is_family(planned: &Given<'_>, who: &PersonId, part: Part) -> bool {
    family(planned).contains(&(*who, part))
}

/// What the series says of this ride. `exception` has effect on it, `rota` is the one that holds.
pub(super) fn ride(
    occurrence: Occurrence,
    series: &Series,
    exception: Option<&Act>,
    rota: &[PersonId],
) -> Ride {
    let start = match exception {
        Some(Act::Except(Exception { plan: RidePlan::At(start), .. })) => *start,
        _ => occurrence.start,
    };
    let starts = match (occurrence.leg, series.back_after_min) {
        (Leg::Back, Some(after)) => start.plus(after),
        _ => start,
    };
    let turn = usize::try_from(occurrence.k).ok().and_then(|k| k.checked_rem(rota.len()));
    let next = rota.iter().cycle().skip(turn.map_or(0, |turn| turn + 1)).take(rota.len());
    let mut seen = BTreeSet::from_iter(turn.map(|turn| rota[turn]));
    Ride {
        occurrence,
        starts,
        moved: start != occurrence.start,
        zone: series.zone.clone(),
        has_back: series.back_after_min.is_some(),
        other_leg: None,
        checks: series.checks.clone(),
        subject: series.subject,
        rota: rota.to_vec(),
        by_rota: Vec::new(),
        next_by_rota: next.filter(|person| seen.insert(**person)).copied().collect(),
        offers: Vec::new(),
    }
}

/// Rule 6. `counted` says of each act whether it counts.
pub(super) fn offers(case: &Case, acts: &[(&Given<'_>, bool)]) -> Vec<Offer> {
    let counting = acts.iter().filter(|(_, counted)| *counted);
    let deeds = || {
        counting.clone().filter_map(|(given, _)| match given.act {
            Act::Do(deed) => Some((given, deed)),
            _ => None,
        })
    };
    let answered = |id: EnvelopeId| {
        deeds().any(|(_, deed)| deed.verb == Verb::Accept && deed.offer == Some(id))
    };
    let offers = deeds().filter(|(given, deed)| {
        let is_offer = deed.verb == Verb::Offer && deed.request == case.request;
        is_offer && case.holders.contains(&given.who) && !answered(given.id)
    });
    offers
        .filter_map(|(given, deed)| {
            Some(Offer { id: given.id, by: given.who, to: deed.about?, other: deed.other? })
        })
        .collect()
}

/// Who drives in turn, by a series or a rota edit.
pub(super) fn rota_of(act: &Act) -> &[PersonId] {
    match act {
        Act::Series(series) => &series.rota,
        Act::Rota(rota) => &rota.rota,
        _ => &[],
    }
}
