//! Bundles: envelopes in a file, for a stick that is carried to where no network reaches.
//!
//! ```text
//! bundle  = "linli-bundle/1\n" ‖ community (32) ‖ section… ‖ end
//! section = bytes (u32, not 0) ‖ check (16) ‖ records, a stream of its own (sync::stream)
//! end     = 0 (u32) ‖ check (16) ‖ sections (u32)
//! check   = first 16 bytes of BLAKE3, keyed by the community, of what follows it
//! ```
//!
//! Numbers are little-endian.
//!
//! # Rules
//!
//! 1. A section is read by itself: a scratch on the stick costs that section and no other, and a file
//!    that was cut off gives what stands before the cut.
//! 2. Whoever reads never holds more than one section, and none is longer than
//!    [`SECTION_BYTES_MAX`], whatever the file says.
//! 3. The check finds accidents. It protects against nobody: every envelope is signed, and judged as
//!    if a neighbour had sent it.
//!
//! # Deliberately absent
//!
//! Encryption: bodies are sealed already, so whoever finds the stick reads what a relay reads. Order
//! and completeness: truth is a set; what is missing is pending, or found by the next comparison.

use crate::{
    envelope::Envelope,
    id::CommunityId,
    sync::{
        bounds::RECORD_BYTES_MAX,
        stream::{StreamReader, StreamWriter},
    },
};

/// How every release's bundle begins.
const MAGIC_OF_ALL: &[u8] = b"linli-bundle/";

const MAGIC: &[u8; 15] = b"linli-bundle/1\n";

/// Bytes of the head: magic and community.
pub const HEAD_BYTES: usize = MAGIC.len() + CommunityId::BYTES;

/// Bytes in front of a section: its length and its check.
pub const FRONT_BYTES: usize = 4 + 16;

/// Bytes of the number behind the last front.
pub const END_BYTES: usize = 4;

/// A section is closed once it has so many bytes: a thousand messages, of which one scratch takes
/// no more.
const SECTION_BYTES: usize = 128 * 1024;

/// A section in bytes: what closes it, and the largest record on top.
pub const SECTION_BYTES_MAX: usize = SECTION_BYTES + RECORD_BYTES_MAX + 8;

/// Why a bundle cannot be read, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    /// Something else.
    #[error("not a bundle")]
    NotABundle,
    /// Of a later release.
    #[error("a bundle of a later release")]
    Newer,
    /// Of other people.
    #[error("another community's bundle")]
    OtherCommunity,
    /// It says nonsense about its own length: nothing behind it can be found.
    #[error("a bundle that is damaged")]
    Damaged,
}

/// Makes bundles.
#[derive(Debug)]
pub struct BundleWriter {
    key: [u8; 32],
    sections: u32,
    stream: StreamWriter,
    bytes: Vec<u8>,
}

impl BundleWriter {
    /// A bundle, and the bytes that it begins with.
    pub fn new(community: &CommunityId) -> (Self, Vec<u8>) {
        let head = [MAGIC.as_slice(), community.as_bytes()].concat();
        let key = key_of(community);
        (Self { key, sections: 0, stream: StreamWriter::default(), bytes: Vec::new() }, head)
    }

    /// Puts an envelope in; gives back a section once one is full.
    pub fn put(&mut self, envelope: &Envelope) -> Option<Vec<u8>> {
        self.stream.write(envelope, &mut self.bytes);
        (self.bytes.len() >= SECTION_BYTES).then(|| self.close())
    }

    /// The last bytes.
    pub fn end(mut self) -> Vec<u8> {
        let mut out = if self.bytes.is_empty() { Vec::new() } else { self.close() };
        let number = self.sections.to_le_bytes();
        out.extend(front(0, &self.key, &number));
        out.extend(number);
        out
    }

    fn close(&mut self) -> Vec<u8> {
        self.stream = StreamWriter::default();
        self.sections += 1;
        let bytes = std::mem::take(&mut self.bytes);
        let length = u32::try_from(bytes.len()).expect("sections are bounded");
        let mut out = front(length, &self.key, &bytes).to_vec();
        out.extend(bytes);
        out
    }
}

/// What comes next in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// So many bytes, for [`BundleReader::section`].
    Section(usize),
    /// [`END_BYTES`], for [`BundleReader::is_whole`]; nothing after that.
    End,
}

/// Reads bundles; whoever has the file hands it the pieces that it asks for.
#[derive(Debug)]
pub struct BundleReader {
    key: [u8; 32],
    check: [u8; 16],
    sections: u32,
}

impl BundleReader {
    /// Begins with the first bytes of a file.
    ///
    /// # Errors
    ///
    /// Where it is none of this community's, or none that this release reads.
    pub fn new(head: &[u8], community: &CommunityId) -> Result<Self, BadBundle> {
        let Some((magic, of)) = head.split_first_chunk::<15>() else {
            return Err(BadBundle::NotABundle);
        };
        if magic != MAGIC {
            let newer = magic.starts_with(MAGIC_OF_ALL);
            return Err(if newer { BadBundle::Newer } else { BadBundle::NotABundle });
        }
        if of != community.as_bytes() {
            return Err(BadBundle::OtherCommunity);
        }
        Ok(Self { key: key_of(community), check: [0; 16], sections: 0 })
    }

    /// Reads what stands in front of the next piece.
    ///
    /// # Errors
    ///
    /// Where the length is none: the rest of the file cannot be read.
    pub fn front(&mut self, front: &[u8; FRONT_BYTES]) -> Result<Next, BadBundle> {
        let (length, check) = front.split_first_chunk::<4>().ok_or(BadBundle::Damaged)?;
        self.check = *check.first_chunk().ok_or(BadBundle::Damaged)?;
        match usize::try_from(u32::from_le_bytes(*length)) {
            Ok(0) => Ok(Next::End),
            Ok(length) if length <= SECTION_BYTES_MAX => {
                self.sections = self.sections.saturating_add(1);
                Ok(Next::Section(length))
            }
            _ => Err(BadBundle::Damaged),
        }
    }

    /// Reads a section. Signatures are not checked.
    ///
    /// # Errors
    ///
    /// Where it is not what was written; the next one may be.
    pub fn section(&self, bytes: &[u8]) -> Result<Vec<Envelope>, BadBundle> {
        if self.check != check_of(&self.key, bytes) {
            return Err(BadBundle::Damaged);
        }
        let mut stream = StreamReader::default();
        let envelopes = stream.read(bytes).map_err(|_| BadBundle::Damaged)?;
        if stream.partial_bytes() == 0 { Ok(envelopes) } else { Err(BadBundle::Damaged) }
    }

    /// Did all sections come that were written?
    pub fn is_whole(&self, end: &[u8; END_BYTES]) -> bool {
        self.check == check_of(&self.key, end) && self.sections == u32::from_le_bytes(*end)
    }
}

fn key_of(community: &CommunityId) -> [u8; 32] {
    blake3::derive_key("linli/1 bundle", community.as_bytes())
}

fn check_of(key: &[u8; 32], bytes: &[u8]) -> [u8; 16] {
    let hash = blake3::keyed_hash(key, bytes);
    *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
}

fn front(length: u32, key: &[u8; 32], bytes: &[u8]) -> [u8; FRONT_BYTES] {
    let mut front = [0; FRONT_BYTES];
    front[..4].copy_from_slice(&length.to_le_bytes());
    front[4..].copy_from_slice(&check_of(key, bytes));
    front
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        envelope::{Draft, Kind},
        id::ScopeId,
        keys::Secret,
        time::{Bucket, ClaimedTime},
    };

    const HERE: CommunityId = CommunityId::from_bytes([7; 32]);

    /// A chain of envelopes with bodies of so many bytes.
    fn chain(bodies: &[usize]) -> Vec<Envelope> {
        let writer = Secret::from_seed([1; 32]);
        let mut tip = None;
        let write = |(at, bytes): (usize, &usize)| {
            let claimed = ClaimedTime(1_000 + at as u64);
            let draft = Draft {
                kind: Kind::MESSAGE,
                scope: ScopeId::from_bytes([3; 16]),
                tip,
                deps: Vec::new(),
                auth: None,
                lamport: at as u64 + 1,
                bucket: Bucket::week_of(claimed),
                claimed,
                epoch: None,
                body: vec![at as u8; *bytes],
            };
            let envelope = Envelope::write(draft, &writer, &HERE);
            tip = Some((at as u64 + 1, envelope.id()));
            envelope
        };
        bodies.iter().enumerate().map(write).collect()
    }

    fn bundle(envelopes: &[Envelope]) -> Vec<u8> {
        let (mut writer, mut bytes) = BundleWriter::new(&HERE);
        for envelope in envelopes {
            bytes.extend(writer.put(envelope).unwrap_or_default());
        }
        bytes.extend(writer.end());
        bytes
    }

    /// What a careful reader gets out of any bytes: envelopes, spoilt sections, and is it whole?
    fn read(bytes: &[u8]) -> Result<(Vec<Envelope>, usize, bool), BadBundle> {
        let (head, mut rest) = bytes.split_at(bytes.len().min(HEAD_BYTES));
        let mut reader = BundleReader::new(head, &HERE)?;
        let (mut all, mut spoilt) = (Vec::new(), 0);
        while let Some((front, behind)) = rest.split_first_chunk::<FRONT_BYTES>() {
            match reader.front(front) {
                Ok(Next::Section(length)) if length <= behind.len() => {
                    match reader.section(&behind[..length]) {
                        Ok(envelopes) => all.extend(envelopes),
                        Err(_) => spoilt += 1,
                    }
                    rest = &behind[length..];
                }
                Ok(Next::End) => {
                    let whole = behind.first_chunk().is_some_and(|end| reader.is_whole(end));
                    return Ok((all, spoilt, whole && spoilt == 0));
                }
                _ => break,
            }
        }
        Ok((all, spoilt, false))
    }

    #[test]
    fn what_went_in_comes_out_in_its_order() {
        let envelopes = chain(&[100; 3_000]);
        let bytes = bundle(&envelopes);
        assert!(bytes.len() > 3 * SECTION_BYTES, "several sections");
        assert_eq!(read(&bytes), Ok((envelopes, 0, true)));
        assert_eq!(read(&bundle(&[])), Ok((Vec::new(), 0, true)));
    }

    #[test]
    fn a_scratch_costs_one_section_and_a_cut_what_stands_behind_it() {
        let envelopes = chain(&[100; 3_000]);
        let bytes = bundle(&envelopes);
        let mut scratched = bytes.clone();
        scratched[HEAD_BYTES + FRONT_BYTES + 5_000] ^= 1;
        let (left, spoilt, whole) = read(&scratched).expect("it is one");
        assert_eq!((spoilt, whole), (1, false));
        assert_eq!(left[..], envelopes[envelopes.len() - left.len()..]);
        assert!(left.len() > 1_000);
        let (left, _, whole) = read(&bytes[..bytes.len() - 200]).expect("it is one");
        assert!(!whole && envelopes.starts_with(&left) && left.len() > 1_000);
    }

    #[test]
    fn a_section_that_was_taken_out_is_missed() {
        let envelopes = chain(&[60_000; 6]);
        let bytes = bundle(&envelopes);
        let front = bytes[HEAD_BYTES..].first_chunk::<FRONT_BYTES>().expect("there is one");
        let mut reader = BundleReader::new(&bytes[..HEAD_BYTES], &HERE).expect("ours");
        let Ok(Next::Section(length)) = reader.front(front) else { panic!("a section") };
        let without = [&bytes[..HEAD_BYTES], &bytes[HEAD_BYTES + FRONT_BYTES + length..]].concat();
        assert!(matches!(read(&without), Ok((left, 0, false)) if left.len() < 6));
    }

    #[test]
    fn other_files_are_told_apart() {
        let bytes = bundle(&chain(&[10]));
        let there = CommunityId::from_bytes([8; 32]);
        let head = &bytes[..HEAD_BYTES];
        let of = |head: &[u8], community| BundleReader::new(head, community).map(|_| ());
        assert_eq!(of(head, &there), Err(BadBundle::OtherCommunity));
        assert_eq!(of(&head[..20], &HERE), Err(BadBundle::OtherCommunity));
        assert_eq!(of(b"linli-bundle/2\n and so on", &HERE), Err(BadBundle::Newer));
        assert_eq!(of(b"PK\x03\x04 and so on and on", &HERE), Err(BadBundle::NotABundle));
        assert_eq!(of(b"", &HERE), Err(BadBundle::NotABundle));
    }

    #[test]
    fn a_section_of_ten_gigabytes_is_not_even_asked_for() {
        let head = [MAGIC.as_slice(), HERE.as_bytes()].concat();
        let mut reader = BundleReader::new(&head, &HERE).expect("ours");
        let most = u32::try_from(SECTION_BYTES_MAX).expect("small");
        for length in [most + 1, u32::MAX] {
            let front = front(length, &key_of(&HERE), &[]);
            assert_eq!(reader.front(&front), Err(BadBundle::Damaged));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_behind_a_head_end_somewhere(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&[MAGIC.as_slice(), HERE.as_bytes(), &bytes].concat());
        }

        /// Whatever single byte is turned over: what comes out went in.
        #[test]
        fn nothing_comes_out_that_did_not_go_in(at in any::<prop::sample::Index>(), turn in 1u8..) {
            let envelopes = chain(&[20; 30]);
            let mut bytes = bundle(&envelopes);
            let at = at.index(bytes.len());
            bytes[at] ^= turn;
            if let Ok((left, _, whole)) = read(&bytes) {
                prop_assert!(left.iter().all(|it| envelopes.contains(it)));
                prop_assert!(!whole);
            }
        }
    }
}
