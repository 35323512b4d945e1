//! What somebody says of himself for everybody to find, and thanks: kind 14.
//!
//! `crate::profile` says what is shown. A thank-you is written in two steps: whoever thanks seals the
//! words to the boxes of the two whom they concern; whoever is thanked makes them public, or leaves it.

use minicbor::{Decode, Encode};

use super::{Place, Sealed, is_name};
use crate::{
    id::{EnvelopeId, PersonId, RequestId},
    limits::{
        LETTER_BOXES_MAX, LETTER_BYTES_MAX, NAME_BYTES_MAX, PHONE_BYTES_MAX, PLACE_DEPTH_MAX,
    },
};

/// Something said of oneself, or to somebody. Numbers are for ever.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Profile {
    /// "I can do this, and may be asked"; the envelope's id names it.
    #[n(0)]
    Skill(#[n(0)] Skill),
    /// The author takes back something of his own: a skill, thanks given or received.
    #[n(1)]
    Withdraw {
        /// Which.
        #[n(0)]
        of: EnvelopeId,
    },
    /// Thanks that only the two can read; the envelope's id names them.
    #[n(2)]
    Thank(#[n(0)] Thank),
    /// Whoever was thanked makes it public.
    #[n(3)]
    Publish {
        /// Which.
        #[n(0)]
        of: EnvelopeId,
        /// The words, which must be those that were sealed.
        #[n(1)]
        text: String,
        /// What was hashed with them.
        #[cbor(n(2), with = "minicbor::bytes")]
        salt: [u8; 32],
    },
}

/// What sort of skill. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[expect(missing_docs, reason = "each is what it says; the words stand in the glossary")]
pub enum SkillKind {
    #[n(0)]
    Law,
    #[n(1)]
    Nursing,
    #[n(2)]
    Medicine,
    #[n(3)]
    Veteran,
    #[n(4)]
    SignLanguage,
    #[n(5)]
    Languages,
    #[n(6)]
    Electrics,
    #[n(7)]
    Plumbing,
    #[n(8)]
    Teaching,
    #[n(9)]
    Counselling,
    #[n(10)]
    Computers,
    #[n(11)]
    Other,
}

/// What somebody can do, and how he is asked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Skill {
    /// What sort.
    #[n(0)]
    pub kind: SkillKind,
    /// In his own words; may be empty, except of the sort *other*.
    #[n(1)]
    pub text: String,
    /// Where he is willing to help: the community, a compound, a building.
    #[n(2)]
    pub area: Place,
    /// Asked through the desk, and not by name?
    #[n(3)]
    pub through_desk: bool,
    /// A number that everybody may read; empty where none is given.
    #[n(4)]
    pub phone: String,
}

/// Thanks, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Thank {
    /// Who is thanked.
    #[n(0)]
    pub to: PersonId,
    /// For what.
    #[n(1)]
    pub request: RequestId,
    /// A hash of salt and words: neither can put others in their place.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub digest: [u8; 32],
    /// The key of the words, for each box of the two.
    #[n(3)]
    pub sealed: Sealed,
    /// Salt and words, sealed as a blob is.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub letter: Vec<u8>,
}

impl Profile {
    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Skill(it) => it.is_within_limits(),
            Self::Withdraw { .. } => true,
            Self::Thank(it) => {
                it.sealed.is_within(LETTER_BOXES_MAX) && it.letter.len() <= LETTER_BYTES_MAX + 64
            }
            Self::Publish { text, .. } => text.len() <= LETTER_BYTES_MAX,
        }
    }
}

impl Skill {
    fn is_within_limits(&self) -> bool {
        let named = self.kind != SkillKind::Other || is_name(&self.text);
        named
            && self.text.len() <= NAME_BYTES_MAX
            && self.area.0.len() <= PLACE_DEPTH_MAX
            && self.phone.len() <= PHONE_BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Body, BoxRef, Unreadable};

    fn a_skill() -> Skill {
        Skill {
            kind: SkillKind::SignLanguage,
            text: "手语翻译".into(),
            area: Place::community(),
            through_desk: false,
            phone: "138 0000 1234".into(),
        }
    }

    #[test]
    fn profiles_read_back_and_no_prefix_does() {
        let of = EnvelopeId::from_bytes([4; 32]);
        let thank = Thank {
            to: PersonId::from_bytes([5; 32]),
            request: of,
            digest: [6; 32],
            sealed: Sealed::new([(BoxRef([1; 8]), [2; 80])]),
            letter: vec![7; 60],
        };
        let all = [
            Profile::Skill(a_skill()),
            Profile::Withdraw { of },
            Profile::Thank(thank),
            Profile::Publish { of, text: "谢谢".into(), salt: [8; 32] },
        ];
        crate::body::tests::read_back_and_no_prefix_does(all.map(Body::Profile).to_vec());
    }

    #[test]
    fn what_is_beyond_a_limit_is_poison() {
        let table = [
            Skill { kind: SkillKind::Other, text: String::new(), ..a_skill() },
            Skill { text: "长".repeat(100), ..a_skill() },
            Skill { phone: "1".repeat(PHONE_BYTES_MAX + 1), ..a_skill() },
        ];
        for skill in table {
            let body = Body::Profile(Profile::Skill(skill));
            assert_eq!(Body::decode(body.kind(), &body.encode()), Err(Unreadable::TooLong));
        }
    }
}
