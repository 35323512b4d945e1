//! An activity beside its places: is it called off, who has still to read that, who stands by.
//!
//! Who holds a place and who waits is `lifecycle`'s word on the request of each role. Here is what the
//! plan adds to it.
//!
//! # Rules
//!
//! 1. Planned and called off by those who ruled over the group where they wrote it ([`Note::leads`]);
//!    whoever calls off must not have planned it. Once called off it stays so: a new plan is a new
//!    activity.
//! 2. Everybody who has a place or waits for one must say that he has read it, also who claimed on the
//!    other side of a cut and did not know ([`unaware`]).
//! 3. From half an hour before it begins whoever has not set off is no longer counted on: as many of
//!    those who wait are wanted as places have nobody on the way ([`standby`]). It is shown and decides
//!    nothing: the place stays his who holds it.
//!
//! # Deliberately absent
//!
//! Clocks: the caller says how long it is until it begins.

use std::collections::BTreeSet;

use crate::{
    body::Activity,
    id::{EnvelopeId, PersonId},
    lifecycle::{Case, Rank},
};

/// From so many minutes before the beginning whoever stands by is wanted (need 24).
pub const STANDBY_MIN: i64 = 30;

/// Something said about an activity, with authority's word on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The envelope.
    pub id: EnvelopeId,
    /// Who says it.
    pub by: PersonId,
    /// Did he rule over the group where he wrote it?
    pub leads: bool,
    /// What.
    pub said: Activity,
}

/// Why an activity does not take place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledOff {
    /// Who said so; of several the lowest id.
    pub by: PersonId,
    /// Why.
    pub reason: String,
    /// Who says that he has read it.
    pub heard: BTreeSet<PersonId>,
}

/// Rule 1: none where it takes place.
pub fn called_off(activity: &EnvelopeId, notes: &[Note]) -> Option<CalledOff> {
    let mut calls: Vec<(EnvelopeId, PersonId, &String)> = notes
        .iter()
        .filter_map(|note| match &note.said {
            Activity::CallOff { activity: of, reason } if of == activity && note.leads => {
                Some((note.id, note.by, reason))
            }
            _ => None,
        })
        .collect();
    calls.sort_unstable();
    let (_, by, reason) = calls.first()?;
    let heard = notes.iter().filter_map(|note| match &note.said {
        Activity::Heard { activity: of } if of == activity => Some(note.by),
        _ => None,
    });
    Some(CalledOff { by: *by, reason: (*reason).clone(), heard: heard.collect() })
}

/// Rule 2: who has a place or waits for one, and has not said that he has read it.
pub fn unaware<'a>(
    off: &CalledOff,
    roles: impl IntoIterator<Item = &'a Case>,
) -> BTreeSet<PersonId> {
    let standing = roles.into_iter().flat_map(|case| &case.standings);
    let standing = standing.map(|(person, _)| *person);
    // Whoever called it off knows it.
    standing.filter(|person| *person != off.by && !off.heard.contains(person)).collect()
}

/// Rule 3: whom of those who wait is wanted, so many minutes before it begins. `there` says who has
/// signed in: he is on the way, whatever he said about that.
pub fn standby(
    case: &Case,
    until_it_begins_min: i64,
    there: &dyn Fn(&PersonId) -> bool,
) -> Vec<PersonId> {
    if until_it_begins_min > STANDBY_MIN || case.status.is_over() {
        return Vec::new();
    }
    let comes = |person: &&PersonId| case.standing(person) >= Some(Rank::Departed) || there(person);
    let coming = case.holders.iter().filter(comes).count();
    let wanted = usize::from(case.places).saturating_sub(coming);
    case.waitlist.iter().filter(|person| !there(person)).take(wanted).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> EnvelopeId {
        EnvelopeId::from_bytes([byte; 32])
    }

    fn person(byte: u8) -> PersonId {
        PersonId::from_bytes([byte; 32])
    }

    fn note(n: u8, by: u8, leads: bool, said: Activity) -> Note {
        Note { id: id(n), by: person(by), leads, said }
    }

    #[test]
    fn who_leads_calls_off_and_nobody_else() {
        let call = |reason: &str| Activity::CallOff { activity: id(1), reason: reason.into() };
        let by_a_member = [note(2, 5, false, call("rain"))];
        assert_eq!(called_off(&id(1), &by_a_member), None);
        let of_another = [note(2, 5, true, call("rain"))];
        assert_eq!(called_off(&id(9), &of_another), None);
        let twice = [
            note(7, 5, true, call("wind")),
            note(3, 6, true, call("rain")),
            note(4, 8, false, Activity::Heard { activity: id(1) }),
        ];
        let off = called_off(&id(1), &twice).expect("called off");
        assert_eq!((off.by, off.reason.as_str()), (person(6), "rain"), "the lowest id says why");
        assert_eq!(off.heard, BTreeSet::from([person(8)]));
    }
}
