//! Volunteer hours: what signing in and out, approvals and corrections come to.
//!
//! People sign in on whatever node is near, lists are entered from paper days later, captains approve
//! on both sides of a cut. Every node must come to the same minutes from the same entries, and count
//! nobody's minute twice.
//!
//! # Rules
//!
//! 1. A mark counts if its author is the volunteer himself, or led the group where he wrote it. A
//!    correction of a mark counts if its author led, or corrects his own; what a counting correction
//!    names no longer says anything.
//! 2. The marks that are left stand in the order of time; in one minute whoever is there goes before he
//!    comes again, and whoever is not comes before he goes. Coming while there, and going while not, is
//!    kept, flagged and changes nothing: signed in twice on separated nodes, somebody was there once. Who
//!    goes though he went already is told apart from who never came.
//! 3. Only approved minutes count. An approval says from when to when; it counts if its author led and
//!    is not the volunteer. Of approvals that did not know one another the lowest id holds, and it is
//!    flagged that they differ.
//! 4. A time that ends before it begins, or that is longer than a day, is kept, flagged and counts
//!    nothing until somebody corrects it.
//! 5. Nobody is in two places: minutes of one person that two approved times share count for the one
//!    that began first (then for the lower id of the activity), and the other is flagged. So nobody
//!    ever has more than 24 hours in a day.
//!
//! # Invariants
//!
//! - Same entries, same authority ⇒ same shifts, in whatever order they came.
//! - The minutes of a person are how many minutes his valid approved times cover.
//!
//! # Deliberately absent
//!
//! Fractions: minutes are whole, an hour has sixty, a tenth of an hour six.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{
    body::{Approval, Certificate, How, MarkKind, MarkRef, Presence, Sitting},
    code::{NotACode, digits_of, read},
    id::{EnvelopeId, PersonId, short_hash},
    limits::{MARKS_PER_SHIFT_MAX, SITTING_MIN_MAX},
};

/// A mark as it lies in the store, with authority's word on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarkSaid {
    /// Its name.
    pub id: MarkRef,
    /// At which activity.
    pub activity: EnvelopeId,
    /// Who wrote it.
    pub by: PersonId,
    /// Did he lead the group where he wrote it?
    pub leads: bool,
    /// How it came to be written down.
    pub how: How,
    /// What it says.
    pub kind: MarkKind,
    /// When, in minutes since 1970.
    pub at_min: u64,
    /// What it corrects.
    pub corrects: Option<MarkRef>,
}

/// An approval as it lies in the store, with authority's word on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApprovalSaid {
    /// The envelope.
    pub id: EnvelopeId,
    /// At which activity.
    pub activity: EnvelopeId,
    /// Who wrote it.
    pub by: PersonId,
    /// Did he lead the group where he wrote it?
    pub leads: bool,
    /// From when to when.
    pub sittings: Vec<Sitting>,
    /// The approvals that it takes the place of.
    pub corrects: Vec<EnvelopeId>,
    /// Why.
    pub note: String,
}

impl MarkSaid {
    /// The mark on this line of an envelope.
    pub fn of(
        id: MarkRef,
        activity: EnvelopeId,
        (by, leads): (PersonId, bool),
        how: How,
        mark: &Presence,
    ) -> Self {
        let Presence { kind, at_min, corrects, .. } = mark.clone();
        Self { id, activity, by, leads, how, kind, at_min, corrects }
    }
}

impl ApprovalSaid {
    /// The approval of one person in an envelope.
    pub fn of(
        id: EnvelopeId,
        activity: EnvelopeId,
        (by, leads): (PersonId, bool),
        approval: &Approval,
    ) -> Self {
        let Approval { sittings, corrects, note, .. } = approval.clone();
        Self { id, activity, by, leads, sittings, corrects, note }
    }
}

/// Everything that was said about one person's hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// When he came and went.
    pub marks: Vec<MarkSaid>,
    /// What was approved.
    pub approvals: Vec<ApprovalSaid>,
}

/// Something that a captain must look at. Kept, not counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Came while he was there.
    DoubleSignIn,
    /// Went though he had gone already.
    DoubleSignOut,
    /// Went and had never come.
    NotSignedIn,
    /// Came and has not gone.
    NotSignedOut,
    /// A time ends before it begins.
    Backwards,
    /// Longer than a day without a break.
    OverADay,
    /// Shares minutes with another activity, or with another time at this one.
    Overlaps,
    /// What was signed says something else than what was approved.
    Differs,
    /// Two approvals that did not know one another say different things.
    ApprovedTwice,
    /// Written down later, from paper.
    FromPaper,
    /// Something was corrected.
    Corrected,
}

impl Flag {
    /// Its word in JSON, and the key of its translation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DoubleSignIn => "double_sign_in",
            Self::DoubleSignOut => "double_sign_out",
            Self::NotSignedIn => "not_signed_in",
            Self::NotSignedOut => "not_signed_out",
            Self::Backwards => "backwards",
            Self::OverADay => "over_a_day",
            Self::Overlaps => "overlaps",
            Self::Differs => "differs",
            Self::ApprovedTwice => "approved_twice",
            Self::FromPaper => "from_paper",
            Self::Corrected => "corrected",
        }
    }
}

/// One person at one activity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// From when to when, by the marks; what a captain is offered to approve.
    pub marked: Vec<Sitting>,
    /// The marks that still say something, by time.
    pub marks: Vec<MarkRef>,
    /// Since when he is there and has not gone.
    pub since_min: Option<u64>,
    /// The approval that holds.
    pub approved: Option<EnvelopeId>,
    /// All approvals that still say something; a correction names them all.
    pub approvals: Vec<EnvelopeId>,
    /// From when to when, as approved.
    pub sittings: Vec<Sitting>,
    /// The minutes that count.
    pub minutes: u64,
    /// What a captain must look at.
    pub flags: BTreeSet<Flag>,
}

impl Shift {
    /// Minutes that were signed for, whether approved or not.
    pub fn marked_minutes(&self) -> u64 {
        let valid = self.marked.iter().filter(|sitting| fault(sitting).is_none());
        valid.map(|sitting| sitting.until_min - sitting.from_min).sum()
    }
}

/// What was said about one person, by activity.
pub fn shifts(person: &PersonId, said: &Said) -> BTreeMap<EnvelopeId, Shift> {
    let mut shifts: BTreeMap<EnvelopeId, Shift> = BTreeMap::new();
    let marked = said.marks.iter().map(|mark| mark.activity);
    for activity in marked.chain(said.approvals.iter().map(|it| it.activity)) {
        shifts.entry(activity).or_default();
    }
    for (activity, shift) in &mut shifts {
        let marks = said.marks.iter().filter(|mark| mark.activity == *activity);
        attend(shift, person, marks.collect());
        let approvals = said.approvals.iter().filter(|it| it.activity == *activity);
        approve(shift, person, approvals.collect());
    }
    count(&mut shifts);
    shifts
}

/// Rules 1 and 2.
fn attend(shift: &mut Shift, person: &PersonId, marks: Vec<&MarkSaid>) {
    let by_id: BTreeMap<MarkRef, &MarkSaid> = marks.iter().map(|mark| (mark.id, *mark)).collect();
    let speaks = |mark: &&MarkSaid| mark.leads || mark.by == *person;
    let corrected: BTreeSet<MarkRef> = by_id
        .values()
        .filter(|mark| speaks(mark))
        .filter_map(|mark| {
            let old = by_id.get(&mark.corrects?)?;
            (mark.leads || mark.by == old.by).then_some(old.id)
        })
        .collect();
    // A correction of something that it may not correct says nothing at all.
    let in_vain = |mark: &MarkSaid| mark.corrects.is_some_and(|old| !corrected.contains(&old));
    let mut live: Vec<&MarkSaid> = by_id
        .values()
        .copied()
        .filter(|mark| speaks(mark) && !corrected.contains(&mark.id) && !in_vain(mark))
        .filter(|mark| mark.kind != MarkKind::Struck)
        .collect();
    live.sort_by_key(|mark| (mark.at_min, mark.kind == MarkKind::In, mark.id));
    live.truncate(MARKS_PER_SHIFT_MAX);
    in_turn(&mut live);
    if !corrected.is_empty() {
        shift.flags.insert(Flag::Corrected);
    }
    for mark in live {
        shift.marks.push(mark.id);
        if mark.how == How::Paper {
            shift.flags.insert(Flag::FromPaper);
        }
        match (mark.kind, shift.since_min) {
            (MarkKind::In, None) => shift.since_min = Some(mark.at_min),
            (MarkKind::In, Some(_)) => {
                shift.flags.insert(Flag::DoubleSignIn);
            }
            (_, Some(from_min)) => {
                shift.marked.push(Sitting { from_min, until_min: mark.at_min });
                shift.since_min = None;
            }
            (_, None) => {
                let was_there = !shift.marked.is_empty();
                let flag = if was_there { Flag::DoubleSignOut } else { Flag::NotSignedIn };
                shift.flags.insert(flag);
            }
        }
    }
    if shift.since_min.is_some() {
        shift.flags.insert(Flag::NotSignedOut);
    }
    shift.flags.extend(shift.marked.iter().filter_map(fault));
}

/// In one minute whoever is there goes before he comes again, and whoever is not comes before he goes.
fn in_turn(marks: &mut [&MarkSaid]) {
    let mut there = false;
    for minute in marks.chunk_by_mut(|one, next| one.at_min == next.at_min) {
        if !there {
            minute.sort_by_key(|mark| (mark.kind != MarkKind::In, mark.id));
        }
        there = minute.last().is_some_and(|mark| mark.kind == MarkKind::In);
    }
}

/// Rule 3.
fn approve(shift: &mut Shift, person: &PersonId, approvals: Vec<&ApprovalSaid>) {
    let counting = approvals.into_iter().filter(|it| it.leads && it.by != *person);
    let counting: BTreeMap<EnvelopeId, &ApprovalSaid> = counting.map(|it| (it.id, it)).collect();
    let corrected: BTreeSet<EnvelopeId> =
        counting.values().flat_map(|it| it.corrects.iter().copied()).collect();
    let mut live = counting.clone();
    live.retain(|id, _| !corrected.contains(id));
    let Some((id, first)) = live.first_key_value() else { return };
    let sorted = |it: &ApprovalSaid| {
        let mut sittings = it.sittings.clone();
        sittings.sort_unstable();
        sittings
    };
    shift.approved = Some(*id);
    shift.approvals = live.keys().copied().collect();
    shift.sittings = sorted(first);
    if live.values().any(|it| sorted(it) != shift.sittings) {
        shift.flags.insert(Flag::ApprovedTwice);
    }
    if counting.len() > live.len() {
        shift.flags.insert(Flag::Corrected);
    }
    if !shift.marked.is_empty() && shift.marked != shift.sittings {
        shift.flags.insert(Flag::Differs);
    }
    shift.flags.extend(shift.sittings.iter().filter_map(fault));
}

/// Rules 4 and 5.
fn count(shifts: &mut BTreeMap<EnvelopeId, Shift>) {
    let mut all: Vec<(Sitting, EnvelopeId)> = shifts
        .iter()
        .flat_map(|(activity, shift)| shift.sittings.iter().map(|it| (*it, *activity)))
        .filter(|(sitting, _)| fault(sitting).is_none())
        .collect();
    all.sort_unstable_by_key(|(it, activity)| (it.from_min, *activity, it.until_min));
    let mut counted_until = 0;
    for (sitting, activity) in all {
        let shift = shifts.get_mut(&activity).expect("it came from there");
        if sitting.from_min < counted_until {
            shift.flags.insert(Flag::Overlaps);
        }
        let from = sitting.from_min.max(counted_until);
        shift.minutes += sitting.until_min.saturating_sub(from);
        counted_until = counted_until.max(sitting.until_min);
    }
}

/// Why a time counts nothing.
fn fault(sitting: &Sitting) -> Option<Flag> {
    match sitting.until_min.checked_sub(sitting.from_min) {
        None => Some(Flag::Backwards),
        Some(minutes) if minutes > SITTING_MIN_MAX => Some(Flag::OverADay),
        Some(_) => None,
    }
}

/// Digits of a certificate's number, the check digit among them.
const NUMBER_DIGITS: usize = 12;

/// The number of a certificate: it follows from what the certificate says and from who says it, so that
/// every node comes to the same, and no digit of it can be misread unnoticed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Number([u8; NUMBER_DIGITS]);

/// The number of a certificate that this person has made out.
pub fn number(certificate: &Certificate, issuer: &PersonId) -> Number {
    let Certificate { person, name, from_min, until_min, minutes, activities, team } = certificate;
    let times = [*from_min, *until_min, *minutes, u64::from(*activities)];
    let times: Vec<u8> = times.iter().flat_map(|number| number.to_be_bytes()).collect();
    let in_team = [u8::from(team.is_some())];
    let team: &[u8] = team.as_ref().map_or(&[], |team| team.as_bytes());
    let (person, issuer) = (person.as_bytes().as_slice(), issuer.as_bytes().as_slice());
    let parts = [person, issuer, &times, &in_team, team, name.as_bytes()];
    let bytes = short_hash::<8>("linli/1 hours certificate", &parts);
    Number(digits_of(u64::from_be_bytes(bytes)))
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.0.iter().enumerate() {
            let gap = if at > 0 && at % 4 == 0 { " " } else { "" };
            write!(f, "{gap}{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate-{self}")
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for Number {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}

impl FromStr for Number {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        read(text).map(Self)
    }
}

#[cfg(test)]
mod tests;
