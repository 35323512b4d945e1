//! What an author's own envelopes are signed with: the same signatures as `crdt` makes, in half the time.
//!
//! Ed25519 leaves nothing to chance (RFC 8032): key and message give one signature, whoever computes it. The
//! library that page and QUIC are encrypted with computes it twice as fast as the one that checks signatures by
//! the rules that all nodes share, and signing is the larger part of what writing a message costs.
//!
//! # Rules
//!
//! 1. Only signing is done here. What counts as a good signature says `crdt::keys` alone.
//! 2. What an author wrote may be signed later, and stand in the daybook without it, while the key file has his key: after
//!    a crash it is signed with that. Everybody else's is signed at once.

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::signature::Ed25519KeyPair;
use crdt::{envelope::Signer, id::WriterId, keys::Secret};

/// The keys of those who write here.
#[derive(Default)]
pub(super) struct Pen {
    /// Those that the key file has.
    kept: BTreeMap<WriterId, Arc<dyn Signer>>,
    /// Whoever wrote last of all others.
    other: Option<Arc<dyn Signer>>,
}

/// One key, and the same made ready.
struct Key {
    writer: WriterId,
    secret: Secret,
    quick: Option<Ed25519KeyPair>,
}

impl Key {
    fn of(writer: WriterId, secret: &Secret) -> Arc<dyn Signer> {
        let quick = Ed25519KeyPair::from_seed_unchecked(&secret.to_seed()).ok();
        Arc::new(Self { writer, secret: secret.clone(), quick })
    }
}

impl Signer for Key {
    fn writer(&self) -> WriterId {
        self.writer
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        let quick = self.quick.as_ref().map(|pair| pair.sign(message));
        let quick = quick.and_then(|signature| signature.as_ref().try_into().ok());
        quick.unwrap_or_else(|| self.secret.sign(message))
    }
}

impl Pen {
    /// The key file has these.
    pub fn of(kept: &[Secret]) -> Self {
        let mut pen = Self::default();
        pen.keep(kept);
        pen
    }

    /// The key file has these as well.
    pub fn keep(&mut self, kept: &[Secret]) {
        for secret in kept {
            let writer = secret.writer();
            self.kept.entry(writer).or_insert_with(|| Key::of(writer, secret));
        }
    }

    /// Whose key would be gone if the key file had only these?
    pub fn would_lose(&self, next: &[Secret]) -> Vec<WriterId> {
        let stays = |writer: &WriterId| next.iter().any(|secret| secret.writer() == *writer);
        self.kept.keys().copied().filter(|writer| !stays(writer)).collect()
    }

    /// The key file may lack this one's from now on.
    pub fn lose(&mut self, writer: &WriterId) {
        self.kept.remove(writer);
    }

    /// Who signs for the writer whose key the file has.
    pub fn kept(&self, writer: &WriterId) -> Option<&Arc<dyn Signer>> {
        self.kept.get(writer)
    }

    /// Who signs with this key.
    pub fn signer(&mut self, secret: &Secret) -> Arc<dyn Signer> {
        let writer = secret.writer();
        if let Some(signer) = self.kept.get(&writer) {
            return Arc::clone(signer);
        }
        let other = self.other.take_if(|it| it.writer() == writer);
        Arc::clone(self.other.insert(other.unwrap_or_else(|| Key::of(writer, secret))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_signs_as_everybody_does(
            seeds in prop::collection::vec(any::<[u8; 32]>(), 1..4),
            message in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            let mut pen = Pen::default();
            for secret in seeds.iter().chain(&seeds).map(|seed| Secret::from_seed(*seed)) {
                let signer = pen.signer(&secret);
                prop_assert_eq!(signer.writer(), secret.writer());
                prop_assert_eq!(signer.sign(&message), secret.sign(&message));
            }
        }
    }
}
