//! What is said about an activity: its plan, that it is called off and who has read that, who came and
//! went, which hours were approved, and the certificate of somebody's hours.
//!
//! # Rules
//!
//! 1. The envelope of a plan names the activity. Each of its roles is a request of its own, founded
//!    beside the plan and cited by it: places, waiting lists and who holds them are those of every
//!    request.
//! 2. Nothing is changed afterwards. A correction is a new entry that names what it corrects
//!    ([`Presence::corrects`], [`Approval::corrects`]).
//! 3. Times are whole minutes since 1970, so that sums of hours are exact.
//!
//! # Deliberately absent
//!
//! Meaning: [`crate::activity`] says who must still read a calling-off, [`crate::hours`] what marks and
//! approvals come to.

use minicbor::{Decode, Encode};

use super::{is_name, is_text};
use crate::{
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    limits::{ACTIVITY_CHECKS_MAX, HOURS_LINES_MAX, NAME_BYTES_MAX, ROLES_MAX, SITTINGS_MAX},
};

/// One thing said about an activity.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Activity {
    /// Plans one; the envelope's id names it.
    #[n(0)]
    Plan(#[n(0)] Plan),
    /// It does not take place.
    #[n(1)]
    CallOff {
        /// Which.
        #[n(0)]
        activity: EnvelopeId,
        /// Why, for everybody.
        #[n(1)]
        reason: String,
    },
    /// The author has read that it does not take place.
    #[n(2)]
    Heard {
        /// Which.
        #[n(0)]
        activity: EnvelopeId,
    },
    /// Who came and went.
    #[n(3)]
    Marks {
        /// Where.
        #[n(0)]
        activity: EnvelopeId,
        /// How it came to be written down.
        #[n(1)]
        how: How,
        /// Line by line.
        #[n(2)]
        marks: Vec<Presence>,
    },
    /// Which hours count.
    #[n(4)]
    Approve {
        /// Where.
        #[n(0)]
        activity: EnvelopeId,
        /// Person by person.
        #[n(1)]
        lines: Vec<Approval>,
    },
    /// How long somebody helped, for others to rely on.
    #[n(5)]
    Certify(#[n(0)] Certificate),
}

/// What people do together, and when.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Plan {
    /// One line.
    #[n(0)]
    pub title: String,
    /// More words; never private.
    #[n(1)]
    pub details: String,
    /// Where, in words.
    #[n(2)]
    pub place: String,
    /// From when on, in claimed milliseconds.
    #[n(3)]
    pub from_ms: u64,
    /// Until when, in claimed milliseconds.
    #[n(4)]
    pub until_ms: u64,
    /// What there is to do, and the request that has the places for it.
    #[n(5)]
    pub roles: Vec<ActivityRole>,
    /// What is to be looked at before it begins.
    #[n(6)]
    pub checks: Vec<String>,
}

/// One thing to do at an activity.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ActivityRole {
    /// What.
    #[n(0)]
    pub name: String,
    /// The request that people claim a place of.
    #[n(1)]
    pub request: RequestId,
}

/// How a mark came to be written down. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum How {
    /// By the volunteer himself, who knew the code.
    #[n(0)]
    Code,
    /// By himself, from the picture that hangs there.
    #[n(1)]
    Qr,
    /// By the captain, on his list.
    #[n(2)]
    List,
    /// By the captain, later, from paper.
    #[n(3)]
    Paper,
}

/// What a mark says. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum MarkKind {
    /// Came.
    #[n(0)]
    In,
    /// Went.
    #[n(1)]
    Out,
    /// What it corrects is struck out.
    #[n(2)]
    Struck,
}

/// Somebody came or went.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Presence {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// What.
    #[n(1)]
    pub kind: MarkKind,
    /// When, in minutes since 1970.
    #[n(2)]
    pub at_min: u64,
    /// The mark that this one takes the place of.
    #[n(3)]
    pub corrects: Option<MarkRef>,
}

/// Names a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct MarkRef {
    /// The envelope.
    #[n(0)]
    pub envelope: EnvelopeId,
    /// Which of its lines, from 0.
    #[n(1)]
    pub line: u16,
}

/// Somebody was there from one minute to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Sitting {
    /// From, in minutes since 1970.
    #[n(0)]
    pub from_min: u64,
    /// Until, likewise.
    #[n(1)]
    pub until_min: u64,
}

/// Which hours of one person count.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Approval {
    /// Whose.
    #[n(0)]
    pub person: PersonId,
    /// From when to when; none: nothing counts.
    #[n(1)]
    pub sittings: Vec<Sitting>,
    /// The approvals of this person at this activity that this one takes the place of.
    #[n(2)]
    pub corrects: Vec<EnvelopeId>,
    /// Why, where it corrects something.
    #[n(3)]
    pub note: String,
}

/// How long somebody helped. Its number follows from it ([`crate::hours::number`]).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Certificate {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// What he was called when it was made out.
    #[n(1)]
    pub name: String,
    /// What is counted: hours from this minute on.
    #[n(2)]
    pub from_min: u64,
    /// Until this minute.
    #[n(3)]
    pub until_min: u64,
    /// How many minutes.
    #[n(4)]
    pub minutes: u64,
    /// At how many activities.
    #[n(5)]
    pub activities: u32,
    /// Only what he did in this team; none: all of it.
    #[n(6)]
    pub team: Option<GroupId>,
}

impl Activity {
    /// The activity that it is about, where `envelope` carries it; a certificate is about none.
    pub fn about(&self, envelope: EnvelopeId) -> Option<EnvelopeId> {
        match self {
            Self::Plan(_) => Some(envelope),
            Self::CallOff { activity, .. }
            | Self::Heard { activity }
            | Self::Marks { activity, .. }
            | Self::Approve { activity, .. } => Some(*activity),
            Self::Certify(_) => None,
        }
    }

    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Plan(it) => it.is_within_limits(),
            Self::CallOff { reason, .. } => is_text(reason),
            Self::Heard { .. } => true,
            Self::Marks { marks, .. } => {
                let fits =
                    |mark: &Presence| mark.kind != MarkKind::Struck || mark.corrects.is_some();
                (1..=HOURS_LINES_MAX).contains(&marks.len()) && marks.iter().all(fits)
            }
            Self::Approve { lines, .. } => {
                let fits = |line: &Approval| {
                    line.sittings.len() <= SITTINGS_MAX
                        && line.corrects.len() <= SITTINGS_MAX
                        && line.note.len() <= NAME_BYTES_MAX
                };
                (1..=HOURS_LINES_MAX).contains(&lines.len()) && lines.iter().all(fits)
            }
            Self::Certify(it) => is_name(&it.name) && it.from_min <= it.until_min,
        }
    }
}

impl Plan {
    fn is_within_limits(&self) -> bool {
        is_name(&self.title)
            && is_text(&self.details)
            && self.place.len() <= NAME_BYTES_MAX
            && self.from_ms <= self.until_ms
            && (1..=ROLES_MAX).contains(&self.roles.len())
            && self.roles.iter().all(|role| is_name(&role.name))
            && self.checks.len() <= ACTIVITY_CHECKS_MAX
            && self.checks.iter().all(|check| is_name(check))
    }
}
