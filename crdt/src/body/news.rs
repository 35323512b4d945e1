//! What is announced: notices, alerts, official answers, what is said about them, and who is on duty.
//!
//! They travel under a kind of their own (2), before any chat. An announcement that may go further is
//! sealed under the epoch of everybody, wherever it stands, and so is all that is said about it: then
//! a forward need only name it, and a correction reaches every copy. Whose word counts is
//! `crate::news`; here is only what stands in the bytes.

use minicbor::{Decode, Encode};

use super::{Attachment, Place, is_name, is_text};
use crate::{
    id::{EnvelopeId, PersonId},
    limits::{
        ATTACHMENTS_MAX, PHONE_BYTES_MAX, PLACE_DEPTH_MAX, RECEIPT_ITEMS_MAX, ROTA_PEOPLE_MAX,
    },
};

/// Something announced, or said about it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum News {
    /// A notice, an alert, an answer; the envelope's id names it.
    #[n(0)]
    Tell(#[n(0)] Announcement),
    /// The author or the desk says it differently.
    #[n(1)]
    Correct {
        /// Which.
        #[n(0)]
        of: EnvelopeId,
        /// What it shall say.
        #[n(1)]
        text: String,
        /// Until when it shall hold; none where that stays as it is.
        #[n(2)]
        until_ms: Option<u64>,
    },
    /// The author or the desk takes it back.
    #[n(2)]
    Withdraw {
        /// Which.
        #[n(0)]
        of: EnvelopeId,
        /// Why.
        #[n(1)]
        reason: String,
    },
    /// Shows it in the group in whose scope this stands.
    #[n(3)]
    Forward {
        /// Which.
        #[n(0)]
        of: EnvelopeId,
        /// What whoever forwards it adds; may be empty.
        #[n(1)]
        note: String,
    },
    /// 我家的: it was meant for me, and is settled.
    #[n(4)]
    Mine {
        /// Which.
        #[n(0)]
        of: EnvelopeId,
    },
    /// Who is on duty over a place, in turn.
    #[n(5)]
    Rota(#[n(0)] DutyRota),
    /// Somebody else takes a stretch of duty over.
    #[n(6)]
    HandOver(#[n(0)] HandOver),
}

/// What sort of announcement. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum NewsClass {
    /// 公告: to be read some time.
    #[n(0)]
    Notice,
    /// 预警: to be read now. Counts as one only from somebody with a role over its area.
    #[n(1)]
    Alert,
    /// The office answers a question.
    #[n(2)]
    Answer,
    /// To one unit or door: found keys, a car in the way.
    #[n(3)]
    Addressed,
}

/// How far an announcement may go. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Reach {
    /// No further than the group that it was said in: nobody else holds the key.
    #[n(0)]
    Group,
    /// Into any group of the community.
    #[n(1)]
    Community,
}

/// A notice, an alert, an answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Announcement {
    /// What sort.
    #[n(0)]
    pub class: NewsClass,
    /// What it says.
    #[n(1)]
    pub text: String,
    /// What it is about: the community, a compound, a building, a unit.
    #[n(2)]
    pub area: Place,
    /// From when it holds, in milliseconds since 1970.
    #[n(3)]
    pub from_ms: Option<u64>,
    /// Until when it holds.
    #[n(4)]
    pub until_ms: Option<u64>,
    /// The message or request that it answers.
    #[n(5)]
    pub answers: Option<EnvelopeId>,
    /// The question as others will ask it, where the answer shall be found again.
    #[n(6)]
    pub question: Option<String>,
    /// How far it may go.
    #[n(7)]
    pub reach: Reach,
    /// Photos and files.
    #[n(8)]
    pub attachments: Vec<Attachment>,
    /// What the group that it was said in is called, for readers who are not in it.
    #[n(9)]
    pub said_in: Option<String>,
}

/// Who is on duty over a place: each of them for a shift, in order, and round again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct DutyRota {
    /// Over what.
    #[n(0)]
    pub place: Place,
    /// In which order.
    #[n(1)]
    pub people: Vec<OnDuty>,
    /// When the first shift of the first of them begins, in milliseconds since 1970.
    #[n(2)]
    pub begins_ms: u64,
    /// How long a shift is, in milliseconds.
    #[n(3)]
    pub shift_ms: u64,
}

/// Somebody on duty, and the number that is given out for him.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OnDuty {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// The duty phone, which everybody may read.
    #[n(1)]
    pub phone: String,
}

/// Somebody else is on duty for a while.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HandOver {
    /// Over what.
    #[n(0)]
    pub place: Place,
    /// Who takes over.
    #[n(1)]
    pub to: OnDuty,
    /// From when, in milliseconds since 1970.
    #[n(2)]
    pub from_ms: u64,
    /// Until when.
    #[n(3)]
    pub until_ms: u64,
}

/// "It has reached my home", "I have opened it": one envelope for many items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    /// What came to the author's home.
    #[n(0)]
    pub reached: Vec<EnvelopeId>,
    /// What the author has opened.
    #[n(1)]
    pub seen: Vec<EnvelopeId>,
}

impl News {
    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Tell(it) => it.is_within_limits(),
            Self::Correct { text, .. } => is_text(text),
            Self::Withdraw { reason, .. } => is_text(reason),
            Self::Forward { note, .. } => is_text(note),
            Self::Mine { .. } => true,
            Self::Rota(it) => {
                is_place(&it.place)
                    && (1..=ROTA_PEOPLE_MAX).contains(&it.people.len())
                    && it.people.iter().all(OnDuty::is_within_limits)
                    && it.shift_ms > 0
            }
            Self::HandOver(it) => {
                is_place(&it.place) && it.to.is_within_limits() && it.from_ms < it.until_ms
            }
        }
    }

    /// The announcement that it says something about, if it does.
    pub fn of(&self) -> Option<EnvelopeId> {
        match self {
            Self::Correct { of, .. }
            | Self::Withdraw { of, .. }
            | Self::Forward { of, .. }
            | Self::Mine { of } => Some(*of),
            Self::Tell(_) | Self::Rota(_) | Self::HandOver(_) => None,
        }
    }
}

impl Announcement {
    fn is_within_limits(&self) -> bool {
        let question = self.question.as_deref();
        is_text(&self.text)
            && is_place(&self.area)
            && question.is_none_or(is_name)
            && self.from_ms.zip(self.until_ms).is_none_or(|(from, until)| from < until)
            && self.said_in.as_deref().is_none_or(is_name)
            && self.attachments.len() <= ATTACHMENTS_MAX
            && self.attachments.iter().all(Attachment::is_within_limits)
    }
}

impl OnDuty {
    fn is_within_limits(&self) -> bool {
        self.phone.len() <= PHONE_BYTES_MAX
    }
}

impl Receipt {
    pub(super) fn is_within_limits(&self) -> bool {
        self.reached.len() + self.seen.len() <= RECEIPT_ITEMS_MAX
    }
}

fn is_place(place: &Place) -> bool {
    place.0.len() <= PLACE_DEPTH_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        body::{BlobKey, Body, Media, Unreadable},
        id::BlobId,
        limits::THUMBNAIL_BYTES_MAX,
    };

    pub(crate) fn samples() -> Vec<Body> {
        let of = EnvelopeId::from_bytes([4; 32]);
        let on = OnDuty { person: PersonId::from_bytes([5; 32]), phone: "8000 1234".into() };
        let photo = Attachment {
            blob: BlobId::from_bytes([6; 32]),
            key: BlobKey([7; 32]),
            bytes: 90_000,
            media: Media::Photo,
            name: String::new(),
            thumbnail: vec![0xff, 0xd8],
        };
        let told = Announcement {
            class: NewsClass::Alert,
            text: "水管爆了 a pipe has burst".into(),
            area: Place::community().below(of),
            from_ms: None,
            until_ms: Some(1_795_000_000_000),
            answers: None,
            question: None,
            reach: Reach::Community,
            attachments: vec![photo],
            said_in: Some("5 栋".into()),
        };
        let place = Place::community();
        let rota =
            DutyRota { place: place.clone(), people: vec![on.clone()], begins_ms: 1, shift_ms: 2 };
        let over = HandOver { place, to: on, from_ms: 1, until_ms: 2 };
        vec![
            Body::News(News::Tell(told)),
            Body::News(News::Correct { of, text: "修好了".into(), until_ms: None }),
            Body::News(News::Withdraw { of, reason: "搞错了".into() }),
            Body::News(News::Forward { of, note: String::new() }),
            Body::News(News::Mine { of }),
            Body::News(News::Rota(rota)),
            Body::News(News::HandOver(over)),
            Body::Receipt(Receipt { reached: vec![of], seen: vec![] }),
            Body::Holding(crate::body::Holding {
                has: vec![BlobId::from_bytes([6; 32])],
                gone: vec![],
            }),
        ]
    }

    #[test]
    fn announcements_read_back_and_no_prefix_does() {
        crate::body::tests::read_back_and_no_prefix_does(samples());
    }

    #[test]
    fn what_is_beyond_a_limit_is_poison() {
        let Some(Body::News(News::Tell(fine))) = samples().into_iter().next() else { panic!() };
        let id = EnvelopeId::from_bytes([4; 32]);
        let photo = fine.attachments[0].clone();
        let large = Attachment { thumbnail: vec![0; THUMBNAIL_BYTES_MAX + 1], ..photo.clone() };
        let table = [
            Announcement { area: Place(vec![id; PLACE_DEPTH_MAX + 1]), ..fine.clone() },
            Announcement { from_ms: Some(9), until_ms: Some(9), ..fine.clone() },
            Announcement { question: Some(String::new()), ..fine.clone() },
            Announcement { attachments: vec![photo; ATTACHMENTS_MAX + 1], ..fine.clone() },
            Announcement { attachments: vec![large], ..fine },
        ];
        let poison = |body: Body| {
            let read = Body::decode(body.kind(), &body.encode());
            assert_eq!(read, Err(Unreadable::TooLong), "{body:?}");
        };
        table.into_iter().for_each(|it| poison(Body::News(News::Tell(it))));
        let many = vec![id; RECEIPT_ITEMS_MAX];
        poison(Body::Receipt(Receipt { reached: many, seen: vec![id] }));
    }
}
