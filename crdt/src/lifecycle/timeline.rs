//! What a request's history tells, line by line, and what was added to it on the way.
//!
//! Lines stand in the order in which their authors had seen one another; nothing here decides anything.

use super::Given;
use crate::{
    body::{Act, Attachment, Part, RidePlan, Verb},
    id::{EnvelopeId, PersonId, RequestId},
    limits::ADDED_PER_REQUEST_MAX,
};

/// Photos and files that somebody added to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The envelope that holds them.
    pub id: EnvelopeId,
    /// Who added them.
    pub who: PersonId,
    /// What.
    pub attachments: Vec<Attachment>,
}

/// One line of a request's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The envelope.
    pub id: EnvelopeId,
    /// Who.
    pub who: PersonId,
    /// In which capacity.
    pub part: Part,
    /// What.
    pub what: What,
    /// To or about whom.
    pub about: Option<PersonId>,
    /// Which other request it names.
    pub other: Option<RequestId>,
    /// A reason or remark.
    pub note: String,
    /// Did it count?
    pub counted: bool,
}

/// What an entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Asked for help.
    Asked,
    /// Did something to the request.
    Did(Verb),
    /// Planned the series that it is a ride of.
    Planned,
    /// Said who drives in turn.
    SetRota,
    /// Called the ride off, moved it, or had it as planned after all.
    Excepted(RidePlan),
    /// Was there.
    Visited,
    /// Wrote down what was said on the phone.
    Noted,
    /// Added photos or files.
    Attached,
}

pub(super) fn entry(given: &Given<'_>, counted: bool) -> Entry {
    let (what, about, note) = match given.act {
        Act::Ask(_) => (What::Asked, None, String::new()),
        Act::Do(deed) => (What::Did(deed.verb), deed.about, deed.note.clone()),
        Act::Series(_) => (What::Planned, None, String::new()),
        Act::Rota(rota) => (What::SetRota, None, rota.note.clone()),
        Act::Except(it) => (What::Excepted(it.plan), None, it.note.clone()),
        Act::Visit(visit) => (What::Visited, None, visit.outcome.clone()),
        Act::Verdict(verdict) => (What::Noted, None, verdict.words.clone()),
        Act::Attach(_) => (What::Attached, None, String::new()),
    };
    let other = given.deed().and_then(|deed| deed.other);
    Entry { id: given.id, who: given.who, part: given.part(), what, about, other, note, counted }
}

/// What was added to this request and counts: the first [`ADDED_PER_REQUEST_MAX`] times of it, each after
/// what its author had seen.
pub(super) fn added(judged: &[(&Given<'_>, bool)], request: &RequestId) -> Vec<Added> {
    let counted = judged.iter().filter(|(given, counted)| *counted && given.request() == *request);
    let all = counted.filter_map(|(given, _)| match given.act {
        Act::Attach(it) => {
            Some(Added { id: given.id, who: given.who, attachments: it.attachments.clone() })
        }
        _ => None,
    });
    all.take(ADDED_PER_REQUEST_MAX).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        body::{Ask, Attach, BlobKey, Deed, Media},
        id::BlobId,
        lifecycle::{Case, Refusal, fold, may_attach},
    };

    const ASKER: u8 = 1;
    const DRIVER: u8 = 2;
    const NEIGHBOUR: u8 = 3;
    const DESK: u8 = 4;

    fn person(byte: u8) -> PersonId {
        PersonId::from_bytes([byte; 32])
    }

    fn envelope(number: u16) -> EnvelopeId {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        EnvelopeId::from_bytes(bytes)
    }

    fn parts(who: &PersonId) -> BTreeSet<Part> {
        let desk = (*who == person(DESK)).then_some(Part::Desk);
        [Part::Member].into_iter().chain(desk).collect()
    }

    fn ask() -> Act {
        let title = "A flooded cellar".into();
        let (details, message, terms) = (String::new(), None, None);
        let (urgency, places, prefer_speed, open) = (2, 1, false, true);
        let role = Part::Requester;
        Act::Ask(Ask { title, details, urgency, places, prefer_speed, open, role, message, terms })
    }

    fn claim() -> Act {
        Act::Do(Deed {
            request: envelope(1),
            verb: Verb::Claim,
            role: Part::Member,
            about: None,
            instead: None,
            other: None,
            offer: None,
            note: String::new(),
        })
    }

    fn adds(role: Part) -> Act {
        let blob = BlobId::from_bytes([9; 32]);
        let (key, bytes, media) = (BlobKey([8; 32]), 9, Media::File);
        let file =
            Attachment { blob, key, bytes, media, name: "a.pdf".into(), thumbnail: Vec::new() };
        Act::Attach(Attach { request: envelope(1), role, attachments: vec![file] })
    }

    /// Acts by whom, each after all before it that are cited.
    fn folded(acts: &[(u8, Act)]) -> Case {
        let ids: Vec<EnvelopeId> = (1..=acts.len()).map(|at| envelope(at as u16)).collect();
        let given: Vec<Given<'_>> = acts
            .iter()
            .enumerate()
            .map(|(at, (who, act))| Given {
                id: ids[at],
                who: person(*who),
                act,
                deps: &ids[..at],
                counts: true,
            })
            .collect();
        fold(&envelope(1), &given, &parts).expect("somebody asked")
    }

    #[test]
    fn those_who_ask_hold_or_are_on_duty_add_and_nobody_else() {
        let case = folded(&[
            (ASKER, ask()),
            (ASKER, adds(Part::Requester)),
            (DRIVER, adds(Part::Member)),
            (DRIVER, claim()),
            (DRIVER, adds(Part::Member)),
            (NEIGHBOUR, adds(Part::Member)),
            (NEIGHBOUR, adds(Part::Requester)),
            (NEIGHBOUR, adds(Part::Desk)),
            (DESK, adds(Part::Desk)),
        ]);
        let added: Vec<EnvelopeId> = case.added.iter().map(|it| it.id).collect();
        assert_eq!(added, [2, 5, 9].map(envelope));
        let lines = case.timeline.iter().filter(|it| it.what == What::Attached);
        assert_eq!(lines.count(), 7, "what does not count is told, too");
        let may = |who| may_attach(&case, &person(who), &parts(&person(who)));
        let table = [(ASKER, Part::Requester), (DRIVER, Part::Member), (DESK, Part::Desk)];
        table.into_iter().for_each(|(who, part)| assert_eq!(may(who), Ok(part)));
        assert!(matches!(may(NEIGHBOUR), Err(Refusal::AskSomebodyElse { .. })));
    }

    #[test]
    fn what_is_added_changes_nothing_and_is_cited_by_no_act() {
        let with = folded(&[(ASKER, ask()), (ASKER, adds(Part::Requester)), (DRIVER, claim())]);
        assert_eq!(with.heads, [envelope(3)]);
        assert_eq!(with.holders, [person(DRIVER)]);
        let last = folded(&[(ASKER, ask()), (ASKER, adds(Part::Requester))]);
        assert_eq!(last.heads, [envelope(1)], "the next act cites the ask");
    }

    #[test]
    fn what_somebody_adds_takes_no_turn_of_his_acts() {
        let flood = std::iter::repeat_with(|| (DRIVER, adds(Part::Member)));
        let acts: Vec<(u8, Act)> = std::iter::once((ASKER, ask()))
            .chain(flood.take(crate::limits::ACTS_PER_PERSON_MAX))
            .chain([(DRIVER, claim())])
            .collect();
        assert_eq!(folded(&acts).holders, [person(DRIVER)]);
    }

    #[test]
    fn so_many_additions_are_read_and_no_more() {
        let flood = std::iter::repeat_with(|| (ASKER, adds(Part::Requester)));
        let acts: Vec<(u8, Act)> =
            [(ASKER, ask())].into_iter().chain(flood.take(ADDED_PER_REQUEST_MAX + 3)).collect();
        assert_eq!(folded(&acts).added.len(), ADDED_PER_REQUEST_MAX);
    }
}
