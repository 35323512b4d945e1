//! Header bytes: one canonical form, read by a total function.
//!
//! ```text
//! version(1) flags(1) kind(1) scope(16) writer(32) seq(varint) prev(32)? count(1) deps(32 each)
//! auth(32)? lamport(varint) bucket(2, big-endian) claimed(varint) epoch(32)? body_len(varint)
//! body_hash(32) extension(version > 1: all that is left)
//! ```
//!
//! `flags`: bit 0 = `auth` is there, bit 1 = `epoch` is there, the rest zero. `prev` is there exactly
//! where `seq` > 1. Integers are LEB128 in the fewest bytes. A header is carried with its length, so
//! a later version may end in an extension without this release having to understand it.

use super::{Header, Kind, VERSION};
use crate::{
    id::{EnvelopeId, ScopeId, WriterId},
    limits::{BODY_BYTES_MAX, DEPS_MAX, EXTENSION_BYTES_MAX},
    time::{Bucket, ClaimedTime},
    wire::{Reader, put_varint},
};

const HAS_AUTH: u8 = 1;
const HAS_EPOCH: u8 = 2;

/// Why bytes are not an envelope. All of these cost whoever handed them over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It ends too early, or an integer is not in its shortest form.
    #[error("header cut short or not canonical")]
    Truncated,
    /// Bytes are left over.
    #[error("bytes after the end of the header")]
    TrailingBytes,
    /// Version 0, or a flag that version 1 does not have.
    #[error("version or flags that cannot be")]
    BadVersion,
    /// `seq` 0, or more citations than allowed, or not in ascending order.
    #[error("chain position or citations that cannot be")]
    BadCitations,
    /// Body or extension longer than the limit.
    #[error("larger than the limit")]
    TooLarge,
    /// The body is not the one that the header names.
    #[error("body does not match its header")]
    ForeignBody,
    /// The writer did not sign this.
    #[error("signature does not match the writer")]
    BadSignature,
}

impl Header {
    /// The one canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(192 + self.deps.len() * 32);
        let flags = if self.auth.is_some() { HAS_AUTH } else { 0 }
            | if self.epoch.is_some() { HAS_EPOCH } else { 0 };
        out.extend([self.version, flags, self.kind.0]);
        out.extend(self.scope.as_bytes());
        out.extend(self.writer.as_bytes());
        put_varint(&mut out, self.seq);
        self.prev.iter().for_each(|prev| out.extend(prev.as_bytes()));
        out.push(u8::try_from(self.deps.len()).expect("at most sixteen citations"));
        self.deps.iter().for_each(|dep| out.extend(dep.as_bytes()));
        self.auth.iter().for_each(|auth| out.extend(auth.as_bytes()));
        put_varint(&mut out, self.lamport);
        out.extend(self.bucket.0.to_be_bytes());
        put_varint(&mut out, self.claimed.0);
        self.epoch.iter().for_each(|epoch| out.extend(epoch.as_bytes()));
        put_varint(&mut out, u64::from(self.body_len));
        out.extend(self.body_hash);
        out.extend(&self.extension);
        out
    }

    /// Reads a header; total: any bytes give a header or a reason.
    ///
    /// # Errors
    ///
    /// Where the bytes are not exactly what [`Header::encode`] writes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes);
        let [version, flags, kind] = r.array()?;
        if version == 0 || flags & !(HAS_AUTH | HAS_EPOCH) != 0 {
            return Err(Malformed::BadVersion);
        }
        let scope = ScopeId::from_bytes(r.array()?);
        let writer = WriterId::from_bytes(r.array()?);
        let seq = r.varint()?;
        let prev = read_id(&mut r, seq > 1)?;
        let deps = read_deps(&mut r)?;
        if seq == 0 {
            return Err(Malformed::BadCitations);
        }
        let auth = read_id(&mut r, flags & HAS_AUTH != 0)?;
        let lamport = r.varint()?;
        let bucket = Bucket(u16::from_be_bytes(r.array()?));
        let claimed = ClaimedTime(r.varint()?);
        let epoch = read_id(&mut r, flags & HAS_EPOCH != 0)?;
        let body_len = u32::try_from(r.varint()?).map_err(|_| Malformed::TooLarge)?;
        let body_hash = r.array()?;
        let extension = r.rest().to_vec();
        if version == VERSION && !extension.is_empty() {
            return Err(Malformed::TrailingBytes);
        }
        if body_len as usize > BODY_BYTES_MAX || extension.len() > EXTENSION_BYTES_MAX {
            return Err(Malformed::TooLarge);
        }
        Ok(Self {
            version,
            kind: Kind(kind),
            scope,
            writer,
            seq,
            prev,
            deps,
            auth,
            lamport,
            bucket,
            claimed,
            epoch,
            body_len,
            body_hash,
            extension,
        })
    }
}

fn read_id(r: &mut Reader<'_>, there: bool) -> Result<Option<EnvelopeId>, Malformed> {
    if there { Ok(Some(EnvelopeId::from_bytes(r.array()?))) } else { Ok(None) }
}

fn read_deps(r: &mut Reader<'_>) -> Result<Vec<EnvelopeId>, Malformed> {
    let [count] = r.array()?;
    if usize::from(count) > DEPS_MAX {
        return Err(Malformed::BadCitations);
    }
    let mut deps: Vec<EnvelopeId> = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let dep = EnvelopeId::from_bytes(r.array()?);
        if deps.last().is_some_and(|last| *last >= dep) {
            return Err(Malformed::BadCitations);
        }
        deps.push(dep);
    }
    Ok(deps)
}

impl From<crate::wire::Ended> for Malformed {
    fn from(_: crate::wire::Ended) -> Self {
        Self::Truncated
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_header()(
            version in prop_oneof![9 => Just(VERSION), 1 => 2..=255u8],
            kind in any::<u8>(),
            ids in any::<([u8; 16], [u8; 32], [u8; 32])>(),
            seq in prop_oneof![1..4u64, 1..=u64::MAX],
            deps in prop::collection::btree_set(any::<[u8; 32]>(), 0..=DEPS_MAX),
            auth in any::<Option<[u8; 32]>>(),
            epoch in any::<Option<[u8; 32]>>(),
            numbers in any::<(u64, u16, u64)>(),
            body_len in 0..=u32::try_from(BODY_BYTES_MAX).expect("fits"),
            body_hash in any::<[u8; 32]>(),
            extension in prop::collection::vec(any::<u8>(), 0..9),
        ) -> Header {
            Header {
                version,
                kind: Kind(kind),
                scope: ScopeId::from_bytes(ids.0),
                writer: WriterId::from_bytes(ids.1),
                seq,
                prev: (seq > 1).then(|| EnvelopeId::from_bytes(ids.2)),
                deps: deps.into_iter().map(EnvelopeId::from_bytes).collect(),
                auth: auth.map(EnvelopeId::from_bytes),
                lamport: numbers.0,
                bucket: Bucket(numbers.1),
                claimed: ClaimedTime(numbers.2),
                epoch: epoch.map(EnvelopeId::from_bytes),
                body_len,
                body_hash,
                extension: if version == VERSION { Vec::new() } else { extension },
            }
        }
    }

    proptest! {
        #[test]
        fn every_header_reads_back_and_no_prefix_of_it_does(header in any_header()) {
            let bytes = header.encode();
            prop_assert_eq!(Header::decode(&bytes), Ok(header.clone()));
            let end = bytes.len() - header.extension.len();
            for cut in 0..end {
                prop_assert!(Header::decode(&bytes[..cut]).is_err(), "{} of {}", cut, end);
            }
        }

        #[test]
        fn what_decodes_encodes_to_the_same_bytes(
            header in any_header(), at in any::<prop::sample::Index>(), bit in 0..8u8,
        ) {
            let mut bytes = header.encode();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(other) = Header::decode(&bytes) {
                prop_assert_eq!(other.encode(), bytes);
            }
        }

        #[test]
        fn any_bytes_give_a_header_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Header::decode(&bytes);
        }
    }
}
