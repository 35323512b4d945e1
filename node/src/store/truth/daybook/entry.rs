//! The bytes of the daybook: entries one behind the other, each with its length and a check.
//!
//! ```text
//! entry = length of the rest (u32, little-endian) ‖ check (16) ‖ header's length (u32) ‖ header ‖ signature (64)? ‖ body
//! ```
//!
//! Whether the signature is there says the key of the check.

use std::{collections::BTreeMap, sync::Arc};

use crdt::{
    envelope::{Envelope, Header, Signer, id_of},
    id::{CommunityId, EnvelopeId, WriterId},
};

/// Length and check in front of each entry.
const FRONT_BYTES: usize = 4 + CHECK_BYTES;

const CHECK_BYTES: usize = 16;

const SIGNATURE_BYTES: usize = 64;

/// What the checks of one community's entries are keyed with.
pub(super) struct Keys {
    community: CommunityId,
    signed: [u8; 32],
    unsigned: [u8; 32],
}

/// What stands in a file.
#[derive(Default)]
pub(in super::super) struct LeftOver {
    /// In the order in which it was written.
    pub envelopes: Vec<Envelope>,
    /// Unsigned, by authors whose keys are not here: the bytes of their entries.
    pub keyless: Vec<(EnvelopeId, Vec<u8>)>,
    /// Are these all of its bytes?
    pub is_whole: bool,
}

/// Bytes of an entry with its signature.
pub(super) fn signed_bytes(envelope: &Envelope) -> usize {
    let body = envelope.body().map_or(0, <[u8]>::len);
    FRONT_BYTES + 4 + envelope.header_bytes().len() + SIGNATURE_BYTES + body
}

impl Keys {
    /// Of this community.
    pub fn of(community: &CommunityId) -> Self {
        let key = |purpose| blake3::derive_key(purpose, community.as_bytes());
        let (signed, unsigned) = (key("linli/1 daybook"), key("linli/1 daybook unsigned"));
        Self { community: *community, signed, unsigned }
    }

    /// Adds an entry to `out`.
    pub fn put(&self, out: &mut Vec<u8>, envelope: &Envelope, signed: bool) {
        let length = |bytes: usize| u32::try_from(bytes).expect("envelopes are bounded");
        let (header, body) = (envelope.header_bytes(), envelope.body().unwrap_or_default());
        let mut entry = Vec::with_capacity(signed_bytes(envelope));
        entry.extend(length(header.len()).to_le_bytes());
        entry.extend(header);
        if signed {
            entry.extend(envelope.signature());
        }
        entry.extend(body);
        out.extend(length(CHECK_BYTES + entry.len()).to_le_bytes());
        out.extend(check(if signed { &self.signed } else { &self.unsigned }, &entry));
        out.extend(entry);
    }

    /// All entries up to the first one whose check fails; `signers` know who signs for an author. What nobody can sign and
    /// stands signed further behind is taken from there, and keeps its place.
    pub fn read<'a>(
        &self,
        mut bytes: &[u8],
        signers: impl Fn(&WriterId) -> Option<&'a Arc<dyn Signer>>,
    ) -> LeftOver {
        let (mut found, mut places) = (Vec::new(), BTreeMap::new());
        while let Some((entry, behind)) = self.first(bytes) {
            match self.envelope(&entry, &signers) {
                Some(Ok(envelope)) => match places.remove(&envelope.id()) {
                    Some(place) => found[place] = Ok(envelope),
                    None => found.push(Ok(envelope)),
                },
                Some(Err(id)) => {
                    places.insert(id, found.len());
                    found.push(Err((id, bytes[..bytes.len() - behind.len()].to_vec())));
                }
                None => break,
            }
            bytes = behind;
        }
        let mut left_over = LeftOver { is_whole: bytes.is_empty(), ..LeftOver::default() };
        for one in found {
            match one {
                Ok(envelope) => left_over.envelopes.push(envelope),
                Err(keyless) => left_over.keyless.push(keyless),
            }
        }
        left_over
    }

    fn first<'a>(&self, bytes: &'a [u8]) -> Option<(Entry<'a>, &'a [u8])> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (entry, behind) = rest.split_at_checked(length)?;
        let (said, entry) = entry.split_first_chunk::<CHECK_BYTES>()?;
        let is_signed = *said == check(&self.signed, entry);
        if !is_signed && *said != check(&self.unsigned, entry) {
            return None;
        }
        let (header, entry) = entry.split_first_chunk::<4>()?;
        let header = usize::try_from(u32::from_le_bytes(*header)).ok()?;
        let (header, body) = entry.split_at_checked(header)?;
        if !is_signed {
            return Some((Entry { header, signature: None, body }, behind));
        }
        let (signature, body) = body.split_first_chunk::<SIGNATURE_BYTES>()?;
        Some((Entry { header, signature: Some(signature), body }, behind))
    }

    /// The envelope of an entry, or its id where nobody can sign it; none where it is no envelope.
    fn envelope<'a>(
        &self,
        entry: &Entry<'_>,
        signers: impl Fn(&WriterId) -> Option<&'a Arc<dyn Signer>>,
    ) -> Option<Result<Envelope, EnvelopeId>> {
        let (header, body) = (entry.header.to_vec(), entry.body.to_vec());
        if let Some(signature) = entry.signature {
            return Envelope::assemble(header, *signature, Some(body)).ok().map(Ok);
        }
        let writer = Header::decode(&header).ok()?.writer;
        let Some(signer) = signers(&writer) else { return Some(Err(id_of(&header))) };
        Envelope::assemble_unsigned(header, body, &self.community, signer).ok().map(Ok)
    }
}

struct Entry<'a> {
    header: &'a [u8],
    signature: Option<&'a [u8; SIGNATURE_BYTES]>,
    body: &'a [u8],
}

fn check(key: &[u8; 32], entry: &[u8]) -> [u8; CHECK_BYTES] {
    let hash = blake3::keyed_hash(key, entry);
    *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
}
