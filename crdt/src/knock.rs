//! Asking to be let in, without a link: what two boxes on one LAN say to each other at the door.
//!
//! Whoever asks is unknown, and the network between the two may be somebody else's. So both boxes
//! show six digits, which their people compare by eye or on the phone; only whoever sees the same
//! is let in. The digits follow from both box keys and from a number that each has drawn, of which
//! the asking side promises its own before it hears the other's: somebody in between, who would
//! need the same digits on both sides, has one try in a million for each knock that people see.
//!
//! ```text
//! asks                                 is asked
//!   ask: home, person, promise  ──►
//!                               ◄──    here: neighbourhood, home, number
//!   number                      ──►    (people see home, person and digits)
//!                               ◄──    come in: a link for one person   | no
//! ```
//!
//! # Deliberately absent
//!
//! Anything about what the neighbourhood says or who is in it. A list kept anywhere: a knock lives
//! as long as its link.

use crate::{
    id::{KeyId, short_hash},
    limits::NAME_BYTES_MAX,
    wire::{Ended, Reader, put_bytes},
};

/// Versions of this conversation that are spoken here.
const VERSION: u8 = 1;

/// Bytes of a link at most; longer ones are not links.
const LINK_BYTES_MAX: usize = 4_096;

/// Whatever a side has drawn.
pub type Number = [u8; 16];

/// One frame of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// "I should like to come in."
    Ask {
        /// What the neighbours are to call the home.
        home: String,
        /// And the person.
        person: String,
        /// [`promise`] of the number that follows.
        promise: [u8; 32],
    },
    /// "This is who we are."
    Here {
        /// What its people call the neighbourhood.
        neighbourhood: String,
        /// The home that was asked.
        home: String,
        /// Can somebody here open the door?
        hears: bool,
        /// Drawn for this conversation.
        number: Number,
    },
    /// "And this is what I promised."
    Number(Number),
    /// A link for one person, to walk in by.
    ComeIn(String),
    /// Not now, or not you.
    No,
}

/// Bytes that are not a frame of this conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no knock that can be understood")]
pub struct NotAKnock;

impl From<Ended> for NotAKnock {
    fn from(_: Ended) -> Self {
        Self
    }
}

impl Frame {
    /// The bytes of one frame: version, kind, fields.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        match self {
            Self::Ask { home, person, promise } => {
                out.push(1);
                put_text(&mut out, home);
                put_text(&mut out, person);
                out.extend(promise);
            }
            Self::Here { neighbourhood, home, hears, number } => {
                out.push(2);
                put_text(&mut out, neighbourhood);
                put_text(&mut out, home);
                out.push(u8::from(*hears));
                out.extend(number);
            }
            Self::Number(number) => {
                out.push(3);
                out.extend(number);
            }
            Self::ComeIn(link) => {
                out.push(4);
                put_text(&mut out, link);
            }
            Self::No => out.push(5),
        }
        out
    }

    /// Reads one frame; total.
    ///
    /// # Errors
    ///
    /// Where it is none of this version, or a name is too long.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotAKnock> {
        let mut r = Reader::new(bytes);
        let [version, kind] = r.array()?;
        if version != VERSION {
            return Err(NotAKnock);
        }
        let frame = match kind {
            1 => Self::Ask {
                home: text(&mut r, NAME_BYTES_MAX)?,
                person: text(&mut r, NAME_BYTES_MAX)?,
                promise: r.array()?,
            },
            2 => Self::Here {
                neighbourhood: text(&mut r, NAME_BYTES_MAX)?,
                home: text(&mut r, NAME_BYTES_MAX)?,
                hears: match r.array()? {
                    [0] => false,
                    [1] => true,
                    _ => return Err(NotAKnock),
                },
                number: r.array()?,
            },
            3 => Self::Number(r.array()?),
            4 => Self::ComeIn(text(&mut r, LINK_BYTES_MAX)?),
            5 => Self::No,
            _ => return Err(NotAKnock),
        };
        if r.is_empty() { Ok(frame) } else { Err(NotAKnock) }
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

/// A name of another program may hold anything; what would move the cursor of a terminal is a space.
fn text(r: &mut Reader<'_>, most: usize) -> Result<String, NotAKnock> {
    let bytes = r.bytes()?;
    let text = std::str::from_utf8(bytes).map_err(|_| NotAKnock)?;
    if text.len() > most {
        return Err(NotAKnock);
    }
    Ok(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

/// What binds the asking side to its number before it hears the other's.
pub fn promise(asks: &KeyId, number: &Number) -> [u8; 32] {
    short_hash("linli/1 knock promise", &[asks.as_bytes(), number])
}

/// The six digits that both sides show.
pub fn digits(asks: &KeyId, asked: &KeyId, numbers: (&Number, &Number)) -> String {
    let parts: [&[u8]; 4] = [asks.as_bytes(), asked.as_bytes(), numbers.0, numbers.1];
    let drawn = u64::from_be_bytes(short_hash("linli/1 knock digits", &parts));
    format!("{:06}", drawn % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Vec<Frame> {
        vec![
            Frame::Ask { home: "5-2-301".into(), person: "老王".into(), promise: [7; 32] },
            Frame::Here {
                neighbourhood: "润园".into(),
                home: "居委会".into(),
                hears: true,
                number: [9; 16],
            },
            Frame::Number([3; 16]),
            Frame::ComeIn("linli:AbC".into()),
            Frame::No,
        ]
    }

    #[test]
    fn a_frame_reads_back_and_nothing_else_is_one() {
        for frame in frames() {
            let bytes = frame.encode();
            assert_eq!(Frame::decode(&bytes), Ok(frame));
            for cut in 0..bytes.len() {
                assert_eq!(Frame::decode(&bytes[..cut]), Err(NotAKnock));
            }
            assert_eq!(Frame::decode(&[&bytes[..], &[0]].concat()), Err(NotAKnock));
        }
        let long = Frame::ComeIn("x".repeat(LINK_BYTES_MAX + 1)).encode();
        assert_eq!(Frame::decode(&long), Err(NotAKnock));
        let rude = Frame::Ask { home: "\u{1b}[2J".into(), person: String::new(), promise: [0; 32] };
        let Ok(Frame::Ask { home, .. }) = Frame::decode(&rude.encode()) else { panic!("an ask") };
        assert_eq!(home, " [2J");
    }

    #[test]
    fn the_digits_depend_on_who_is_at_either_end_and_on_both_numbers() {
        let (asks, asked) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        let between = KeyId::from_bytes([3; 32]);
        let (one, two) = ([4; 16], [5; 16]);
        let same = digits(&asks, &asked, (&one, &two));
        assert!(same.len() == 6 && same.chars().all(|c| c.is_ascii_digit()));
        assert_ne!(same, digits(&asks, &between, (&one, &two)));
        assert_ne!(same, digits(&between, &asked, (&one, &two)));
        assert_ne!(same, digits(&asks, &asked, (&two, &two)));
        assert_ne!(same, digits(&asks, &asked, (&one, &one)));
        assert_ne!(promise(&asks, &one), promise(&between, &one));
    }
}
