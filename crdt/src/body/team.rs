//! Teams: which are to be found, what they ask of whoever wants to drive for them, who meets it, and
//! what their captain decides: kind 15.
//!
//! `crate::team` says what it comes to. What a stranger to the team must read stands in the scope of
//! the group of everybody: the listing, the criteria, applications, refusals. What is said about a
//! member stands in the team's own scope, under its key. Who is in the team is the roster's word alone:
//! nothing here gives or takes a role.

use minicbor::{Decode, Encode};

use super::{Place, Sealed, is_name, is_text};
use crate::{
    id::{EnvelopeId, GroupId, PersonId},
    limits::{CRITERIA_MAX, LETTER_BOXES_MAX, LETTER_BYTES_MAX, PLACE_DEPTH_MAX},
};

/// Something said of a team. Numbers are for ever.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Team {
    /// An owner has it found by everybody; his last word holds.
    #[n(0)]
    List(#[n(0)] Listing),
    /// An owner writes down what whoever wants in should meet; the envelope's id names it.
    #[n(1)]
    Criterion(#[n(0)] Criterion),
    /// An owner asks for it no longer.
    #[n(2)]
    Drop {
        /// Of which team.
        #[n(0)]
        group: GroupId,
        /// Which criterion.
        #[n(1)]
        of: EnvelopeId,
    },
    /// The author asks to be let in; the envelope's id names the application.
    #[n(3)]
    Apply {
        /// Into which team.
        #[n(0)]
        group: GroupId,
        /// The criteria that he says he meets.
        #[n(1)]
        meets: Vec<EnvelopeId>,
    },
    /// An owner says no, and why, to the two whom it concerns.
    #[n(4)]
    Decline {
        /// Of which team.
        #[n(0)]
        group: GroupId,
        /// Which application.
        #[n(1)]
        of: EnvelopeId,
        /// The key of the words, for each box that may read them.
        #[n(2)]
        sealed: Sealed,
        /// The words, sealed as a blob is.
        #[cbor(n(3), with = "minicbor::bytes")]
        letter: Vec<u8>,
    },
    /// An owner has seen that somebody meets a criterion; the envelope's id names it.
    #[n(5)]
    Attest(#[n(0)] Attestation),
    /// An owner no longer stands by an attestation.
    #[n(6)]
    Retract {
        /// Which.
        #[n(0)]
        of: EnvelopeId,
    },
    /// An owner let somebody in who does not meet everything, and says why.
    #[n(7)]
    Exception {
        /// Whom.
        #[n(0)]
        person: PersonId,
        /// The required criteria that he did not meet.
        #[n(1)]
        unmet: Vec<EnvelopeId>,
        /// How many vouches were missing.
        #[n(2)]
        missing: u8,
        /// Why.
        #[n(3)]
        reason: String,
    },
    /// An owner takes somebody out for a while, and says why; the removal itself stands in the roster.
    #[n(8)]
    Suspend {
        /// Whom.
        #[n(0)]
        person: PersonId,
        /// Why.
        #[n(1)]
        reason: String,
    },
    /// An owner ends suspensions that he has seen; the new grant itself stands in the roster.
    #[n(9)]
    Lift {
        /// Which.
        #[n(0)]
        of: Vec<EnvelopeId>,
    },
}

/// What kind of group it is, for lists. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[expect(missing_docs, reason = "each is what it says; the words stand in the glossary")]
pub enum GroupSort {
    #[n(0)]
    Building,
    #[n(1)]
    Compound,
    #[n(2)]
    Team,
    #[n(3)]
    Role,
    #[n(4)]
    Other,
}

/// How a group stands in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Listing {
    /// Which group.
    #[n(0)]
    pub group: GroupId,
    /// Its name, for those who cannot read its board; empty: it is listed no longer.
    #[n(1)]
    pub name: String,
    /// What it is for.
    #[n(2)]
    pub about: String,
    /// What kind it is.
    #[n(3)]
    pub sort: GroupSort,
    /// For which part of the neighbourhood.
    #[n(4)]
    pub area: Place,
    /// How many members should vouch for a newcomer before the captain decides.
    #[n(5)]
    pub vouches: u8,
}

/// Something that whoever wants in should meet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Criterion {
    /// Of which team.
    #[n(0)]
    pub group: GroupId,
    /// In plain words: "five years' driving".
    #[n(1)]
    pub text: String,
    /// Is it asked for, or only liked? What is only liked never keeps anybody out.
    #[n(2)]
    pub required: bool,
}

/// "I have seen it": never the document, never its number.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Attestation {
    /// Of whom.
    #[n(0)]
    pub person: PersonId,
    /// What he meets.
    #[n(1)]
    pub criterion: EnvelopeId,
    /// When it was seen, in ms since 1970.
    #[n(2)]
    pub seen_ms: u64,
    /// From when on it holds no longer, in ms since 1970; none: for good.
    #[n(3)]
    pub until_ms: Option<u64>,
}

impl Team {
    /// Does it stand in the scope of the group of everybody? The rest stands in the team's own.
    pub fn is_for_everybody(&self) -> bool {
        matches!(
            self,
            Self::List(_)
                | Self::Criterion(_)
                | Self::Drop { .. }
                | Self::Apply { .. }
                | Self::Decline { .. }
        )
    }

    /// The team that it names; none where the scope does.
    pub fn group(&self) -> Option<GroupId> {
        match self {
            Self::List(it) => Some(it.group),
            Self::Criterion(it) => Some(it.group),
            Self::Drop { group, .. } | Self::Apply { group, .. } | Self::Decline { group, .. } => {
                Some(*group)
            }
            _ => None,
        }
    }

    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::List(it) => {
                let named = it.name.is_empty() || is_name(&it.name);
                named && is_text(&it.about) && it.area.0.len() <= PLACE_DEPTH_MAX
            }
            Self::Criterion(it) => is_name(&it.text),
            Self::Apply { meets: list, .. } | Self::Lift { of: list } => list.len() <= CRITERIA_MAX,
            Self::Decline { sealed, letter, .. } => {
                sealed.is_within(LETTER_BOXES_MAX) && letter.len() <= LETTER_BYTES_MAX + 64
            }
            Self::Exception { unmet, reason, .. } => unmet.len() <= CRITERIA_MAX && is_text(reason),
            Self::Suspend { reason, .. } => is_text(reason),
            Self::Drop { .. } | Self::Attest(_) | Self::Retract { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Body, BoxRef, Unreadable};

    const GROUP: GroupId = GroupId::from_bytes([3; 32]);
    const OF: EnvelopeId = EnvelopeId::from_bytes([4; 32]);
    const WHO: PersonId = PersonId::from_bytes([5; 32]);

    fn listing() -> Listing {
        Listing {
            group: GROUP,
            name: "爱心车队".into(),
            about: "接送就医".into(),
            sort: GroupSort::Team,
            area: Place::community(),
            vouches: 2,
        }
    }

    #[test]
    fn what_is_said_of_teams_reads_back_and_no_prefix_does() {
        let text = "五年驾龄".to_owned();
        let sealed = Sealed::new([(BoxRef([1; 8]), [2; 80])]);
        let seen = Attestation { person: WHO, criterion: OF, seen_ms: 7, until_ms: Some(9) };
        let all = [
            Team::List(listing()),
            Team::Criterion(Criterion { group: GROUP, text, required: true }),
            Team::Drop { group: GROUP, of: OF },
            Team::Apply { group: GROUP, meets: vec![OF] },
            Team::Decline { group: GROUP, of: OF, sealed, letter: vec![7; 60] },
            Team::Attest(seen),
            Team::Retract { of: OF },
            Team::Exception { person: WHO, unmet: vec![OF], missing: 1, reason: "急".into() },
            Team::Suspend { person: WHO, reason: "驾照过期".into() },
            Team::Lift { of: vec![OF] },
        ];
        crate::body::tests::read_back_and_no_prefix_does(all.map(Body::Team).to_vec());
    }

    #[test]
    fn what_is_beyond_a_limit_is_poison() {
        let many = vec![OF; CRITERIA_MAX + 1];
        let long = "长".repeat(100);
        let table = [
            Team::List(Listing { name: long.clone(), ..listing() }),
            Team::Criterion(Criterion { group: GROUP, text: long, required: true }),
            Team::Criterion(Criterion { group: GROUP, text: String::new(), required: true }),
            Team::Apply { group: GROUP, meets: many.clone() },
            Team::Exception { person: WHO, unmet: many, missing: 0, reason: String::new() },
        ];
        for word in table {
            let body = Body::Team(word);
            assert_eq!(Body::decode(body.kind(), &body.encode()), Err(Unreadable::TooLong));
        }
    }
}
