//! What somebody who is in two neighbourhoods carries from one to the other: a need without a name, and
//! what came of it.
//!
//! Two communities share no envelope, no key and no group. So it travels as a text, in the hands of a
//! person who is in both and who answers for it in each under his own name:
//!
//! ```text
//! linli-carry: ‖ base64url(version(1) ‖ CBOR ‖ four bytes of BLAKE3, derived from all before)
//! ```
//!
//! # Rules
//!
//! 1. A need says what is needed, where about, when; nothing that leads to a person, and no text of any
//!    group. Its request is named by its id, which says nothing to whoever does not hold it.
//! 2. Whoever carries a need over a second time, or a second person who does, names the same request
//!    there: its id follows from the two ids (`body::Posted`).
//! 3. What came of it says how far it is and who does it, as he is known there. It changes nothing by
//!    itself: the same person acts on it at home, in his own name.
//!
//! # Deliberately absent
//!
//! A signature. Whoever types a need into the other neighbourhood is the one who asks there, whatever the
//! text says of its origin.

use data_encoding::BASE64URL_NOPAD;
use minicbor::{Decode, Encode};

use crate::{
    body::AskKind,
    id::{CommunityId, RequestId, short_hash},
    limits::{NAME_BYTES_MAX, NEEDS_MAX},
};

const PREFIX: &str = "linli-carry:";
const VERSION: u8 = 1;

/// Characters of a text that is carried; more is none.
const CHARS_MAX: usize = 16 * 1024;

/// What is carried.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Carried {
    /// A need, out of its neighbourhood.
    #[n(0)]
    Need(#[n(0)] Need),
    /// What came of it, back into it.
    #[n(1)]
    Outcome(#[n(0)] Outcome),
}

/// What is needed, without whose need it is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Need {
    /// Where it was asked.
    #[n(0)]
    pub community: CommunityId,
    /// The request there.
    #[n(1)]
    pub request: RequestId,
    /// One line that says nothing of anybody.
    #[n(2)]
    pub title: String,
    /// Where about, in words.
    #[n(3)]
    pub zone: String,
    /// From when on, in claimed milliseconds.
    #[n(4)]
    pub from_ms: Option<u64>,
    /// Until when, in claimed milliseconds.
    #[n(5)]
    pub until_ms: Option<u64>,
    /// What is needed, functionally.
    #[n(6)]
    pub needs: Vec<String>,
    /// What kind of request.
    #[n(7)]
    pub kind: Option<AskKind>,
    /// 1 can wait … 4 life-threatening.
    #[n(8)]
    pub urgency: u8,
    /// How many people are needed.
    #[n(9)]
    pub places: u16,
    /// Do minutes count more than a wasted trip?
    #[n(10)]
    pub prefer_speed: bool,
}

/// How far it is, over there. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Progress {
    /// Nobody has taken it.
    #[n(0)]
    Waiting,
    /// Somebody has.
    #[n(1)]
    Taken,
    /// He is on his way.
    #[n(2)]
    UnderWay,
    /// It is done.
    #[n(3)]
    Done,
    /// Nobody there does it: called off, or declined.
    #[n(4)]
    Over,
}

/// What came of a need.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Outcome {
    /// The request where it was asked.
    #[n(0)]
    pub request: RequestId,
    /// How far it is.
    #[n(1)]
    pub progress: Progress,
    /// Who does it, as he is known there; empty where nobody does.
    #[n(2)]
    pub by: String,
}

/// Why a text is none that is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCarried {
    /// Something else altogether.
    #[error("nothing that is carried between neighbourhoods")]
    Foreign,
    /// Cut short or mistyped.
    #[error("the text is damaged")]
    Damaged,
    /// Made by a later release.
    #[error("the text was made by a newer release")]
    Newer,
}

impl Carried {
    /// The text.
    pub fn to_text(&self) -> String {
        let mut bytes = vec![VERSION];
        minicbor::encode(self, &mut bytes).expect("writing to memory cannot fail");
        let sum = checksum(&bytes);
        bytes.extend(sum);
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    /// Reads a text; white space around and inside it is forgiven, as chat programs break lines.
    ///
    /// # Errors
    ///
    /// Where it is none, is damaged, or is newer than this release.
    pub fn from_text(text: &str) -> Result<Self, NotCarried> {
        if text.len() > CHARS_MAX {
            return Err(NotCarried::Foreign);
        }
        let text: String = text.split_whitespace().collect();
        let text = text.strip_prefix(PREFIX).ok_or(NotCarried::Foreign)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| NotCarried::Damaged)?;
        let (rest, sum) = bytes.split_last_chunk::<4>().ok_or(NotCarried::Damaged)?;
        if checksum(rest) != *sum {
            return Err(NotCarried::Damaged);
        }
        let (version, cbor) = rest.split_first().ok_or(NotCarried::Damaged)?;
        if *version != VERSION {
            return Err(NotCarried::Newer);
        }
        let carried: Self = minicbor::decode(cbor).map_err(|_| NotCarried::Damaged)?;
        if carried.is_within_limits() { Ok(carried) } else { Err(NotCarried::Damaged) }
    }

    fn is_within_limits(&self) -> bool {
        let short = |text: &String| text.len() <= NAME_BYTES_MAX;
        match self {
            Self::Need(it) => {
                let needs = it.needs.len() <= NEEDS_MAX && it.needs.iter().all(short);
                needs
                    && !it.title.trim().is_empty()
                    && short(&it.title)
                    && short(&it.zone)
                    && (1..=4).contains(&it.urgency)
                    && it.places > 0
            }
            Self::Outcome(it) => short(&it.by),
        }
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    short_hash("linli/1 carried checksum", &[bytes])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn need() -> Need {
        Need {
            community: CommunityId::from_bytes([1; 32]),
            request: RequestId::from_bytes([2; 32]),
            title: "扶上车，视力不好".into(),
            zone: "东门附近".into(),
            from_ms: Some(5),
            until_ms: None,
            needs: vec!["扶上车".into()],
            kind: Some(AskKind::Help),
            urgency: 2,
            places: 1,
            prefer_speed: false,
        }
    }

    #[test]
    fn what_is_carried_reads_back_however_a_chat_breaks_it() {
        let (request, by) = (RequestId::from_bytes([2; 32]), "王师傅".to_owned());
        let outcome = Carried::Outcome(Outcome { request, progress: Progress::Taken, by });
        for carried in [Carried::Need(need()), outcome] {
            let text = carried.to_text();
            assert_eq!(Carried::from_text(&text), Ok(carried.clone()));
            let broken = format!(" {}\n{}\r\n", &text[..30], &text[30..]);
            assert_eq!(Carried::from_text(&broken), Ok(carried));
        }
    }

    #[test]
    fn a_damaged_or_foreign_text_says_so() {
        let text = Carried::Need(need()).to_text();
        assert_eq!(Carried::from_text(&text[..text.len() - 3]), Err(NotCarried::Damaged));
        assert_eq!(Carried::from_text("linli:abc"), Err(NotCarried::Foreign));
        let long = Need { title: "长".repeat(100), ..need() };
        assert_eq!(Carried::from_text(&Carried::Need(long).to_text()), Err(NotCarried::Damaged));
        let nobody = Need { places: 0, ..need() };
        assert_eq!(Carried::from_text(&Carried::Need(nobody).to_text()), Err(NotCarried::Damaged));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = Carried::from_text(&text);
            let _ = Carried::from_text(&format!("{PREFIX}{text}"));
        }
    }
}
