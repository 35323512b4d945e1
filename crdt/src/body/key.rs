//! Key envelopes: a new epoch secret for the boxes that may read, or an older one for a box that
//! came later. `secrets` makes and opens them.
//!
//! The lists are byte strings of entries of one size, ascending and without repetition: three
//! thousand of them in a body, and one encoding for one list.

use minicbor::{Decode, Encode};

use super::VaultName;
use crate::{
    id::{EnvelopeId, KeyId},
    limits::{DEPS_MAX, SEALED_MAX},
};

/// An epoch secret sealed to one box: HPKE's encapsulated key (32), ciphertext and tag (48).
pub type SealedSecret = [u8; 80];

/// An epoch secret under another one: ciphertext and tag.
pub type WrappedSecret = [u8; 48];

/// The first bytes of a box's key: enough to find one's own entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoxRef(pub [u8; 8]);

impl From<KeyId> for BoxRef {
    fn from(key: KeyId) -> Self {
        let (head, _) = key.as_bytes().split_first_chunk().expect("a key has 32 bytes");
        Self(*head)
    }
}

/// What a key envelope says. The numbers are for ever.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Key {
    /// A new epoch; the envelope's id names it.
    #[n(0)]
    Rekey {
        /// 1 + the highest of its parents.
        #[n(0)]
        generation: u64,
        /// The epochs that its author knew of and that no other one followed.
        #[n(1)]
        parents: Vec<EnvelopeId>,
        /// A hash of the secret: one epoch has one secret, whoever handed it on.
        #[cbor(n(2), with = "minicbor::bytes")]
        check: [u8; 32],
        /// The secret, for each box.
        #[n(3)]
        sealed: Sealed,
        /// The secrets of parents, for whoever has this one.
        #[n(4)]
        wrapped: Wrapped,
    },
    /// An epoch's secret for boxes that it was not sealed to.
    #[n(1)]
    Share {
        /// Which epoch.
        #[n(0)]
        epoch: EnvelopeId,
        /// Its secret, for each box.
        #[n(1)]
        sealed: Sealed,
    },
    /// An epoch of a vault: it seals the private details of one request, and nothing else.
    #[n(2)]
    Vault {
        /// Which.
        #[n(0)]
        vault: VaultName,
        /// A hash of the secret.
        #[cbor(n(1), with = "minicbor::bytes")]
        check: [u8; 32],
        /// The secret, for each box.
        #[n(2)]
        sealed: Sealed,
    },
}

impl Key {
    /// For whom it is sealed.
    pub fn sealed(&self) -> &Sealed {
        match self {
            Self::Rekey { sealed, .. }
            | Self::Share { sealed, .. }
            | Self::Vault { sealed, .. } => sealed,
        }
    }

    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Rekey { parents, sealed, wrapped, .. } => {
                sealed.0.is_whole()
                    && sealed.0.count() <= SEALED_MAX
                    && wrapped.0.is_whole()
                    && parents.len() <= DEPS_MAX
                    && wrapped.0.count() <= DEPS_MAX
            }
            Self::Share { sealed, .. } | Self::Vault { sealed, .. } => {
                sealed.0.is_whole() && sealed.0.count() <= SEALED_MAX
            }
        }
    }
}

/// Secrets by box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Sealed(#[n(0)] List<8, 80>);

impl Sealed {
    /// A list of these; of two entries for one box the first stays.
    pub fn new(entries: impl IntoIterator<Item = (BoxRef, SealedSecret)>) -> Self {
        Self(List::new(entries.into_iter().map(|(to, secret)| (to.0, secret))))
    }

    /// Is it a list as it should be, of at most so many?
    pub(super) fn is_within(&self, most: usize) -> bool {
        self.0.is_whole() && self.0.count() <= most
    }

    /// Whom it is sealed to, ascending.
    pub fn recipients(&self) -> impl Iterator<Item = BoxRef> {
        self.0.entries().map(|(to, _)| BoxRef(*to))
    }

    /// The entry of one box.
    pub fn of(&self, to: BoxRef) -> Option<SealedSecret> {
        self.0.entries().find(|(at, _)| **at == to.0).map(|(_, secret)| *secret)
    }
}

/// Secrets by epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Wrapped(#[n(0)] List<32, 48>);

impl Wrapped {
    /// A list of these.
    pub fn new(entries: impl IntoIterator<Item = (EnvelopeId, WrappedSecret)>) -> Self {
        Self(List::new(entries.into_iter().map(|(epoch, secret)| (*epoch.as_bytes(), secret))))
    }

    /// Each epoch and its secret, ascending.
    pub fn entries(&self) -> impl Iterator<Item = (EnvelopeId, WrappedSecret)> {
        self.0.entries().map(|(epoch, secret)| (EnvelopeId::from_bytes(*epoch), *secret))
    }
}

/// Entries of a name and a value, end to end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
struct List<const NAME: usize, const VALUE: usize>(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>);

impl<const NAME: usize, const VALUE: usize> List<NAME, VALUE> {
    fn new(entries: impl IntoIterator<Item = ([u8; NAME], [u8; VALUE])>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by_key(|(name, _)| *name);
        entries.dedup_by_key(|(name, _)| *name);
        Self(entries.iter().flat_map(|(name, value)| name.iter().chain(value)).copied().collect())
    }

    fn entries(&self) -> impl Iterator<Item = (&[u8; NAME], &[u8; VALUE])> {
        self.0.chunks_exact(NAME + VALUE).filter_map(|entry| {
            let (name, value) = entry.split_first_chunk::<NAME>()?;
            Some((name, value.first_chunk::<VALUE>()?))
        })
    }

    fn count(&self) -> usize {
        self.0.len() / (NAME + VALUE)
    }

    fn is_whole(&self) -> bool {
        let mut names = self.entries().map(|(name, _)| name);
        let first = names.next();
        let ascends = names
            .try_fold(
                first,
                |before, name| if before < Some(name) { Ok(Some(name)) } else { Err(()) },
            )
            .is_ok();
        self.0.len().is_multiple_of(NAME + VALUE) && ascends
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{body::Body, envelope::Kind};

    fn rekey(sealed: Sealed) -> Key {
        let (parents, wrapped) = (Vec::new(), Wrapped::default());
        Key::Rekey { generation: 1, parents, check: [7; 32], sealed, wrapped }
    }

    #[test]
    fn a_list_is_whole_ascending_and_without_repetition() {
        let entry = |n: u8| (BoxRef([n; 8]), [n; 80]);
        let good = Sealed::new([entry(2), entry(1), entry(2)]);
        assert_eq!(good.recipients().collect::<Vec<_>>(), [BoxRef([1; 8]), BoxRef([2; 8])]);
        assert_eq!(good.of(BoxRef([2; 8])), Some([2; 80]));
        let bytes = Body::Key(rekey(good.clone())).encode();
        assert_eq!(Body::decode(Kind::KEY, &bytes), Ok(Body::Key(rekey(good.clone()))));

        let bytes = good.0.0;
        let swapped = [&bytes[88..], &bytes[..88]].concat();
        let repeated = [&bytes[..88], &bytes[..88]].concat();
        for list in [swapped, repeated, bytes[..87].to_vec()] {
            let bytes = Body::Key(rekey(Sealed(List(list)))).encode();
            assert!(Body::decode(Kind::KEY, &bytes).is_err());
        }
    }

    #[test]
    fn the_largest_list_fits_into_a_body() {
        let entry = |n: usize| (BoxRef((n as u64).to_be_bytes()), [1; 80]);
        let most = Body::Key(rekey(Sealed::new((0..SEALED_MAX).map(entry))));
        let bytes = most.encode();
        assert!(bytes.len() <= crate::limits::BODY_BYTES_MAX);
        assert_eq!(Body::decode(Kind::KEY, &bytes), Ok(most));
        let more = Body::Key(rekey(Sealed::new((0..=SEALED_MAX).map(entry)))).encode();
        assert!(Body::decode(Kind::KEY, &more).is_err());
    }
}
