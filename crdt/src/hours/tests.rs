//! Hours against the rules one by one, and against a reference that knows nothing but minutes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{body::Approval, id::GroupId};

const ZHANG: PersonId = PersonId::from_bytes([1; 32]);
const LI: PersonId = PersonId::from_bytes([2; 32]);
const CAPTAIN: PersonId = PersonId::from_bytes([9; 32]);

fn id(n: u16) -> EnvelopeId {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    EnvelopeId::from_bytes(bytes)
}

fn place(n: u16) -> MarkRef {
    MarkRef { envelope: id(n), line: 0 }
}

fn times(pairs: &[(u64, u64)]) -> Vec<Sitting> {
    pairs
        .iter()
        .map(|(from_min, until_min)| Sitting { from_min: *from_min, until_min: *until_min })
        .collect()
}

#[derive(Default)]
struct Book(Said, u16);

impl Book {
    fn mark(&mut self, by: PersonId, kind: MarkKind, at_min: u64, corrects: Option<u16>) -> u16 {
        self.1 += 1;
        let mark = Presence { person: ZHANG, kind, at_min, corrects: corrects.map(place) };
        let how = if by == CAPTAIN { How::List } else { How::Code };
        let author = (by, by == CAPTAIN);
        self.0.marks.push(MarkSaid::of(place(self.1), id(1_000), author, how, &mark));
        self.1
    }

    fn approve(&mut self, by: PersonId, activity: u16, pairs: &[(u64, u64)], old: &[u16]) -> u16 {
        self.1 += 1;
        let corrects = old.iter().map(|n| id(*n)).collect();
        let (sittings, note) = (times(pairs), String::new());
        let approval = Approval { person: ZHANG, sittings, corrects, note };
        let author = (by, by == CAPTAIN);
        self.0.approvals.push(ApprovalSaid::of(id(self.1), id(activity), author, &approval));
        self.1
    }

    fn shift(&self, activity: u16) -> Shift {
        shifts(&ZHANG, &self.0).remove(&id(activity)).unwrap_or_default()
    }
}

fn flags(shift: &Shift) -> Vec<Flag> {
    shift.flags.iter().copied().collect()
}

#[test]
fn who_signs_in_twice_was_there_once() {
    let mut book = Book::default();
    book.mark(ZHANG, MarkKind::In, 100, None);
    book.mark(CAPTAIN, MarkKind::In, 103, None);
    book.mark(ZHANG, MarkKind::Out, 220, None);
    book.mark(CAPTAIN, MarkKind::Out, 225, None);
    let shift = book.shift(1_000);
    assert_eq!(shift.marked, times(&[(100, 220)]));
    assert_eq!(flags(&shift), [Flag::DoubleSignIn, Flag::DoubleSignOut]);
    assert_eq!((shift.marked_minutes(), shift.minutes), (120, 0), "nobody has approved it yet");
}

/// A second signing out was read as if he had never come.
#[test]
fn who_signs_out_twice_is_told_apart_from_who_never_signed_in() {
    let mut book = Book::default();
    book.mark(ZHANG, MarkKind::Out, 90, None);
    assert_eq!(flags(&book.shift(1_000)), [Flag::NotSignedIn]);
    let mut book = Book::default();
    for (kind, at) in [(MarkKind::In, 100), (MarkKind::Out, 220), (MarkKind::Out, 225)] {
        book.mark(ZHANG, kind, at, None);
    }
    let shift = book.shift(1_000);
    assert_eq!(shift.marked, times(&[(100, 220)]), "the first time counts");
    assert_eq!(flags(&shift), [Flag::DoubleSignOut]);
}

#[test]
fn who_goes_and_comes_again_has_two_times() {
    let mut book = Book::default();
    for (kind, at) in [(MarkKind::In, 100), (MarkKind::Out, 160), (MarkKind::In, 160)] {
        book.mark(ZHANG, kind, at, None);
    }
    let half = book.shift(1_000);
    assert_eq!((half.since_min, flags(&half)), (Some(160), vec![Flag::NotSignedOut]));
    book.mark(ZHANG, MarkKind::Out, 200, None);
    let shift = book.shift(1_000);
    assert_eq!(shift.marked, times(&[(100, 160), (160, 200)]));
    assert_eq!(flags(&shift), []);
}

/// In one minute whoever is not there comes before he goes, whatever his marks are called.
#[test]
fn who_comes_and_goes_within_a_minute_was_there_and_has_gone() {
    let both = [MarkKind::In, MarkKind::Out];
    for kinds in [both, [MarkKind::Out, MarkKind::In]] {
        let mut book = Book::default();
        for kind in kinds {
            book.mark(ZHANG, kind, 100, None);
        }
        let shift = book.shift(1_000);
        assert_eq!((shift.marked, shift.since_min), (times(&[(100, 100)]), None));
        assert!(shift.flags.is_empty(), "{:?}", shift.flags);
        for kind in kinds {
            book.mark(ZHANG, kind, 130, None);
        }
        book.mark(ZHANG, MarkKind::In, 120, None);
        let shift = book.shift(1_000);
        assert_eq!(shift.marked, times(&[(100, 100), (120, 130)]));
        assert_eq!(shift.since_min, Some(130), "and whoever is there goes before he comes");
    }
}

#[test]
fn what_another_writes_about_him_says_nothing() {
    let mut book = Book::default();
    book.mark(LI, MarkKind::In, 100, None);
    book.mark(ZHANG, MarkKind::In, 110, None);
    let listed = book.mark(CAPTAIN, MarkKind::Out, 200, None);
    book.mark(ZHANG, MarkKind::Out, 500, Some(listed));
    let shift = book.shift(1_000);
    assert_eq!(shift.marked, times(&[(110, 200)]), "nor does he correct the captain's list");
    book.approve(ZHANG, 1_000, &[(110, 900)], &[]);
    book.approve(LI, 1_000, &[(110, 900)], &[]);
    assert_eq!(
        book.shift(1_000).minutes,
        0,
        "and nobody approves his own, or another's, unless he leads"
    );
}

#[test]
fn a_correction_is_an_entry_that_names_what_it_corrects() {
    let mut book = Book::default();
    let came = book.mark(ZHANG, MarkKind::In, 100, None);
    let by_mistake = book.mark(ZHANG, MarkKind::In, 130, None);
    book.mark(ZHANG, MarkKind::Out, 160, None);
    book.mark(ZHANG, MarkKind::In, 90, Some(came));
    book.mark(CAPTAIN, MarkKind::Struck, 0, Some(by_mistake));
    let shift = book.shift(1_000);
    assert_eq!((shift.marked.clone(), flags(&shift)), (times(&[(90, 160)]), vec![Flag::Corrected]));
    let first = book.approve(CAPTAIN, 1_000, &[(90, 160)], &[]);
    assert_eq!(book.shift(1_000).minutes, 70);
    book.approve(CAPTAIN, 1_000, &[(100, 160)], &[first]);
    let shift = book.shift(1_000);
    assert_eq!((shift.minutes, shift.approvals.len()), (60, 1));
    assert_eq!(flags(&shift), [Flag::Differs, Flag::Corrected]);
}

#[test]
fn two_approvals_that_did_not_know_one_another_are_one() {
    let mut book = Book::default();
    let one = book.approve(CAPTAIN, 1_000, &[(100, 160)], &[]);
    let other = book.approve(CAPTAIN, 1_000, &[(100, 190)], &[]);
    let shift = book.shift(1_000);
    assert_eq!(
        (shift.minutes, flags(&shift)),
        (60, vec![Flag::ApprovedTwice]),
        "the lowest id holds"
    );
    book.approve(CAPTAIN, 1_000, &[(100, 190)], &[one, other]);
    assert_eq!(book.shift(1_000).minutes, 90);
}

#[test]
fn nobody_is_in_two_places() {
    let mut book = Book::default();
    book.approve(CAPTAIN, 1_000, &[(100, 160)], &[]);
    book.approve(CAPTAIN, 1_001, &[(130, 200)], &[]);
    let (first, second) = (book.shift(1_000), book.shift(1_001));
    assert_eq!((first.minutes, second.minutes), (60, 40));
    assert_eq!((flags(&first), flags(&second)), (vec![], vec![Flag::Overlaps]));
}

#[test]
fn what_cannot_be_is_kept_and_counts_nothing() {
    let mut book = Book::default();
    book.approve(CAPTAIN, 1_000, &[(200, 100)], &[]);
    book.approve(CAPTAIN, 1_001, &[(0, 1_441)], &[]);
    book.approve(CAPTAIN, 1_002, &[(5_000, 6_440)], &[]);
    let found = [1_000, 1_001, 1_002].map(|activity| book.shift(activity));
    assert_eq!(found.each_ref().map(|shift| shift.minutes), [0, 0, 1_440]);
    assert_eq!(flags(&found[0]), [Flag::Backwards]);
    assert_eq!(flags(&found[1]), [Flag::OverADay]);
    assert_eq!(flags(&found[2]), []);
}

#[test]
fn a_certificates_number_follows_from_what_it_says() {
    let certificate = Certificate {
        person: ZHANG,
        name: "Zhang".into(),
        from_min: 0,
        until_min: 100_000,
        minutes: 600,
        activities: 4,
        team: None,
    };
    let given = number(&certificate, &CAPTAIN);
    let text = given.to_string();
    assert_eq!((text.len(), text.parse()), (14, Ok(given)));
    assert_eq!(text.replace(' ', "-").parse(), Ok(given));
    let others = [
        Certificate { minutes: 601, ..certificate.clone() },
        Certificate { name: "Zhong".into(), ..certificate.clone() },
        Certificate { team: Some(GroupId::from_bytes([3; 32])), ..certificate.clone() },
    ];
    for other in others {
        assert_ne!(number(&other, &CAPTAIN), given);
    }
    assert_ne!(number(&certificate, &LI), given);
    let misread = text.replace(text.chars().next().expect("a digit"), "x");
    assert!(misread.parse::<Number>().is_err());
}

/// What somebody does on one side of a cut.
#[derive(Clone, Debug)]
struct Deed {
    side: usize,
    activity: u16,
    at_min: u64,
    does: u8,
    heals: bool,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = (0..3_usize, 0..3_u16, 0..4_000_u64, 0..8_u8, prop::bool::weighted(0.15));
    let deed = deed.prop_map(|(side, activity, at_min, does, heals)| Deed {
        side,
        activity: 1_000 + activity,
        at_min,
        does,
        heals,
    });
    prop::collection::vec(deed, 1..60)
}

/// One entry, so that it can be passed around.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Presence(MarkSaid),
    Approval(ApprovalSaid),
}

fn said<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Said {
    let mut said = Said::default();
    for entry in entries {
        match entry {
            Entry::Presence(mark) => said.marks.push(mark.clone()),
            Entry::Approval(approval) => said.approvals.push(approval.clone()),
        }
    }
    said
}

/// What this side writes, given what it has seen.
fn written(deed: &Deed, n: u16, seen: &BTreeSet<Entry>) -> Entry {
    // Ids come in no order that anybody chose.
    let n = n.wrapping_mul(40_503);
    let shift = shifts(&ZHANG, &said(seen)).remove(&id(deed.activity)).unwrap_or_default();
    let mark = |by: PersonId, kind, corrects| {
        let mark = Presence { person: ZHANG, kind, at_min: deed.at_min, corrects };
        Entry::Presence(MarkSaid::of(
            place(n),
            id(deed.activity),
            (by, by == CAPTAIN),
            How::List,
            &mark,
        ))
    };
    let approve = |by: PersonId, sittings: Vec<Sitting>| {
        let (corrects, note) = (shift.approvals.clone(), String::new());
        let approval = Approval { person: ZHANG, sittings, corrects, note };
        let author = (by, by == CAPTAIN);
        Entry::Approval(ApprovalSaid::of(id(n), id(deed.activity), author, &approval))
    };
    let last = shift.marks.last().copied();
    match deed.does {
        0 => mark(ZHANG, MarkKind::In, None),
        1 => mark(ZHANG, MarkKind::Out, None),
        2 => mark(CAPTAIN, MarkKind::In, last),
        3 => mark(CAPTAIN, if last.is_some() { MarkKind::Struck } else { MarkKind::Out }, last),
        4 => approve(CAPTAIN, shift.marked.clone()),
        5 => approve(CAPTAIN, times(&[(deed.at_min, deed.at_min + 90)])),
        6 => approve(CAPTAIN, times(&[(deed.at_min, 2 * deed.at_min)])),
        _ => approve(LI, times(&[(0, 600)])),
    }
}

/// The minutes of which somebody whose word counts says that Zhang was there.
fn reference(entries: &BTreeSet<Entry>) -> BTreeSet<u64> {
    let mut minutes = BTreeSet::new();
    for activity in 1_000..1_003 {
        let counting: Vec<&ApprovalSaid> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Approval(it) if it.leads && it.activity == id(activity) => Some(it),
                _ => None,
            })
            .collect();
        let replaced =
            |it: &&&ApprovalSaid| counting.iter().any(|other| other.corrects.contains(&it.id));
        let holds = counting.iter().filter(|it| !replaced(it)).min_by_key(|it| it.id);
        for sitting in holds.into_iter().flat_map(|it| &it.sittings) {
            let span = sitting.from_min..sitting.until_min;
            if span.end.saturating_sub(span.start) <= 1_440 {
                minutes.extend(span);
            }
        }
    }
    minutes
}

proptest! {
    #[test]
    fn cut_nodes_come_to_the_minutes_of_the_reference(deeds in deeds()) {
        let mut sides: [BTreeSet<Entry>; 3] = Default::default();
        for (n, deed) in (1..).zip(&deeds) {
            let entry = written(deed, n, &sides[deed.side]);
            sides[deed.side].insert(entry);
            if deed.heals {
                let other = sides[(deed.side + 1) % 3].clone();
                sides[deed.side].extend(other);
            }
        }
        let all: BTreeSet<Entry> = sides.iter().flatten().cloned().collect();
        let forwards = shifts(&ZHANG, &said(&all));
        let backwards = shifts(&ZHANG, &said(all.iter().rev().chain(&sides[1])));
        prop_assert_eq!(&forwards, &backwards, "in whatever order, and however often, they came");
        let minutes: u64 = forwards.values().map(|shift| shift.minutes).sum();
        prop_assert_eq!(minutes, reference(&all).len() as u64);
        for shift in forwards.values() {
            prop_assert!(shift.sittings.is_empty() || shift.approved.is_some());
        }
    }
}
