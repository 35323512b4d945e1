//! Votes: who may vote, what is asked, ballots, what a desk had in hand, and the end.
//!
//! All of it stands in the scope of the group that votes, under the kind 4. `crate::poll` says what
//! counts; here is only what stands in the bytes.
//!
//! A roll of three thousand households and the ballots that a desk had in hand are longer than one
//! body may be, so both come in sheets. Whoever names sheets cites them in his header as well: what
//! is incomplete waits.

use minicbor::{Decode, Encode};

use super::{Place, Sealed, SealedSecret, is_name, is_text};
use crate::{
    id::{EnvelopeId, KeyId, PersonId},
    limits::{
        CHOICES_MAX, COUNTERS_MAX, DEPS_MAX, INSTEAD_MAX, PLACE_DEPTH_MAX, SHEET_IDS_MAX,
        SHEETS_MAX, VOTERS_MAX,
    },
};

/// Something of a vote. Numbers are for ever.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ballot {
    /// A sheet of a roll: the voters in order.
    #[n(0)]
    Roll {
        /// Each with the people who may vote for it: one person, or those of one household.
        #[n(0)]
        voters: Vec<Voter>,
    },
    /// Opens a vote; the envelope's id names it.
    #[n(1)]
    Open(#[n(0)] Opening),
    /// A voter votes.
    #[n(2)]
    Cast(#[n(0)] Mark),
    /// The desk enters a paper ballot; two people must have entered the same.
    #[n(3)]
    Enter(#[n(0)] Mark),
    /// A sheet of what a desk had in hand.
    #[n(4)]
    Sheet {
        /// The vote.
        #[n(0)]
        poll: EnvelopeId,
        /// Ballots cast and entries of paper ballots.
        #[n(1)]
        ballots: Vec<EnvelopeId>,
    },
    /// Whoever counts has these in hand, and takes no more.
    #[n(5)]
    Report {
        /// The vote.
        #[n(0)]
        poll: EnvelopeId,
        /// The sheets.
        #[n(1)]
        sheets: Vec<EnvelopeId>,
    },
    /// No further report is waited for; of a secret vote, the count.
    #[n(6)]
    Close {
        /// The vote.
        #[n(0)]
        poll: EnvelopeId,
        /// The reports that count.
        #[n(1)]
        reports: Vec<EnvelopeId>,
        /// What was counted in them; none where everybody can count.
        #[n(2)]
        count: Option<Count>,
        /// Why it was not waited for the others; empty where all have reported.
        #[n(3)]
        reason: String,
    },
    /// The vote is void.
    #[n(7)]
    Cancel {
        /// The vote.
        #[n(0)]
        poll: EnvelopeId,
        /// Why.
        #[n(1)]
        reason: String,
    },
}

/// Who may vote together: the people of one household, or one person.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Voter(#[n(0)] pub Vec<PersonId>);

/// Who has a ballot each. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Franchise {
    /// One ballot for each household.
    #[n(0)]
    Household,
    /// One ballot for each person.
    #[n(1)]
    Person,
}

/// What is asked, of whom, and how it ends.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Opening {
    /// The question.
    #[n(0)]
    pub title: String,
    /// More words.
    #[n(1)]
    pub details: String,
    /// What can be chosen.
    #[n(2)]
    pub choices: Vec<String>,
    /// Over what it is held: whoever rules there may close it.
    #[n(3)]
    pub place: Place,
    /// Who has a ballot each.
    #[n(4)]
    pub franchise: Franchise,
    /// The sheets of the roll, in order.
    #[n(5)]
    pub roll: Vec<EnvelopeId>,
    /// How many voters stand on them.
    #[n(6)]
    pub voters: u32,
    /// Voters who stand on the desk's paper list only; their numbers follow those of the roll.
    #[n(7)]
    pub on_paper: u32,
    /// Who counts, and must report.
    #[n(8)]
    pub counters: Vec<PersonId>,
    /// The announced end, in milliseconds since 1970.
    #[n(9)]
    pub ends_ms: u64,
    /// How long after it reports are waited for, in milliseconds.
    #[n(10)]
    pub grace_ms: u64,
    /// A secret vote's key; none where ballots are open.
    #[n(11)]
    pub secret: Option<PollKey>,
}

/// The key of a secret vote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PollKey {
    /// Ballots are sealed to it.
    #[n(0)]
    pub key: KeyId,
    /// Its secret, for each box of those who count.
    #[n(1)]
    pub sealed: Sealed,
}

/// One voter's choice.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Mark {
    /// The vote.
    #[n(0)]
    pub poll: EnvelopeId,
    /// The number on the roll, from 0.
    #[n(1)]
    pub voter: u32,
    /// What is chosen.
    #[n(2)]
    pub choice: Choice,
    /// Earlier marks of the same voter that this one takes the place of.
    #[n(3)]
    pub instead: Vec<EnvelopeId>,
}

/// What is chosen, for everybody to read or for those who count.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Choice {
    /// Which of the choices, from 0.
    #[n(0)]
    Open(#[n(0)] u32),
    /// The same, sealed to the vote's key.
    #[n(1)]
    Sealed(#[cbor(n(0), with = "minicbor::bytes")] SealedSecret),
}

/// What somebody counted of a secret vote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Count {
    /// Voters for each choice.
    #[n(0)]
    pub votes: Vec<u32>,
    /// Voters whose ballots contradict one another.
    #[n(1)]
    pub contradicting: u32,
    /// Paper ballots that one person entered, or two differently.
    #[n(2)]
    pub unconfirmed: u32,
    /// Ballots that name no choice.
    #[n(3)]
    pub spoilt: u32,
}

impl Ballot {
    /// The vote that this belongs to; none for a sheet of a roll, which is written before it.
    pub fn poll(&self, own: EnvelopeId) -> Option<EnvelopeId> {
        match self {
            Self::Roll { .. } => None,
            Self::Open(_) => Some(own),
            Self::Cast(mark) | Self::Enter(mark) => Some(mark.poll),
            Self::Sheet { poll, .. }
            | Self::Report { poll, .. }
            | Self::Close { poll, .. }
            | Self::Cancel { poll, .. } => Some(*poll),
        }
    }

    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Roll { voters } => {
                let people = voters.iter().map(|voter| voter.0.len()).sum::<usize>();
                people <= SHEET_IDS_MAX && voters.len() <= SHEET_IDS_MAX
            }
            Self::Open(it) => it.is_within_limits(),
            Self::Cast(mark) | Self::Enter(mark) => mark.instead.len() <= INSTEAD_MAX,
            Self::Sheet { ballots, .. } => ballots.len() <= SHEET_IDS_MAX,
            Self::Report { sheets, .. } => sheets.len() <= SHEETS_MAX,
            Self::Close { reports, count, reason, .. } => {
                let counted = count.as_ref().is_none_or(|it| it.votes.len() <= CHOICES_MAX);
                reports.len() < DEPS_MAX && counted && is_text(reason)
            }
            Self::Cancel { reason, .. } => is_text(reason),
        }
    }
}

impl Opening {
    /// How many may vote.
    pub const fn roll_len(&self) -> u32 {
        self.voters.saturating_add(self.on_paper)
    }

    fn is_within_limits(&self) -> bool {
        is_name(&self.title)
            && is_text(&self.details)
            && (2..=CHOICES_MAX).contains(&self.choices.len())
            && self.choices.iter().all(|choice| is_name(choice))
            && self.place.0.len() <= PLACE_DEPTH_MAX
            && self.roll.len() <= SHEETS_MAX
            && self.voters.checked_add(self.on_paper).is_some_and(|all| all <= VOTERS_MAX)
            && (1..=COUNTERS_MAX).contains(&self.counters.len())
            && self.secret.as_ref().is_none_or(|it| it.sealed.is_within(SHEET_IDS_MAX / 4))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::body::{Body, BoxRef, Unreadable};

    pub(crate) fn an_opening() -> Opening {
        let sheet = EnvelopeId::from_bytes([4; 32]);
        let sealed = Sealed::new([(BoxRef([1; 8]), [2; 80])]);
        Opening {
            title: "6 栋装电梯 a lift for building 6".into(),
            details: "每户一票".into(),
            choices: vec!["同意".into(), "不同意".into()],
            place: Place::community().below(sheet),
            franchise: Franchise::Household,
            roll: vec![sheet],
            voters: 1,
            on_paper: 2,
            counters: vec![PersonId::from_bytes([5; 32])],
            ends_ms: 1_795_000_000_000,
            grace_ms: 1,
            secret: Some(PollKey { key: KeyId::from_bytes([6; 32]), sealed }),
        }
    }

    fn samples() -> Vec<Body> {
        let poll = EnvelopeId::from_bytes([4; 32]);
        let voters = vec![Voter(vec![PersonId::from_bytes([5; 32])])];
        let count = Count { votes: vec![1, 2], contradicting: 1, unconfirmed: 0, spoilt: 0 };
        let mark = |choice| Mark { poll, voter: 3, choice, instead: vec![poll] };
        let all = [
            Ballot::Roll { voters },
            Ballot::Open(an_opening()),
            Ballot::Cast(mark(Choice::Open(1))),
            Ballot::Enter(mark(Choice::Sealed([7; 80]))),
            Ballot::Sheet { poll, ballots: vec![poll] },
            Ballot::Report { poll, sheets: vec![poll] },
            Ballot::Close {
                poll, reports: vec![poll], count: Some(count), reason: "断网".into()
            },
            Ballot::Cancel { poll, reason: "写错了".into() },
        ];
        all.into_iter().map(Body::Ballot).collect()
    }

    #[test]
    fn ballots_read_back_and_no_prefix_does() {
        crate::body::tests::read_back_and_no_prefix_does(samples());
    }

    #[test]
    fn what_is_beyond_a_limit_is_poison_and_the_largest_sheet_fits() {
        let poll = EnvelopeId::from_bytes([4; 32]);
        let fine = an_opening();
        let openings = [
            Opening { choices: vec!["是".into()], ..fine.clone() },
            Opening { choices: vec!["是".into(); CHOICES_MAX + 1], ..fine.clone() },
            Opening { title: " ".into(), ..fine.clone() },
            Opening { counters: Vec::new(), ..fine.clone() },
            Opening { voters: VOTERS_MAX, ..fine.clone() },
            Opening { voters: u32::MAX, ..fine },
        ];
        let long = Ballot::Sheet { poll, ballots: vec![poll; SHEET_IDS_MAX + 1] };
        let close =
            Ballot::Close { poll, reports: vec![poll; 16], count: None, reason: String::new() };
        for it in openings.map(Ballot::Open).into_iter().chain([long, close]) {
            let body = Body::Ballot(it);
            assert_eq!(Body::decode(body.kind(), &body.encode()), Err(Unreadable::TooLong));
        }
        let person = PersonId::from_bytes([255; 32]);
        let roll = Body::Ballot(Ballot::Roll { voters: vec![Voter(vec![person]); SHEET_IDS_MAX] });
        let bytes = roll.encode();
        assert!(bytes.len() <= crate::limits::BODY_BYTES_MAX);
        assert_eq!(Body::decode(roll.kind(), &bytes), Ok(roll));
    }
}
