//! What an author's own envelopes are signed with: the same signatures as `crdt` makes, in half the time.
//!
//! Ed25519 leaves nothing to chance (RFC 8032): key and message give one signature, whoever computes it. The
//! library that page and QUIC are encrypted with computes it twice as fast as the one that checks signatures by
//! the rules that all nodes share, and signing is the larger part of what writing a message costs.
//!
//! # Rules
//!
//! 1. Only signing is done here. What counts as a good signature says `crdt::keys` alone.
//! 2. The key of whoever wrote last is kept ready, and nobody else's.

use aws_lc_rs::signature::Ed25519KeyPair;
use crdt::{id::WriterId, keys::Secret};

/// Keeps the key of whoever wrote last.
#[derive(Debug, Default)]
pub(super) struct Pen(Option<(WriterId, Ed25519KeyPair)>);

impl Pen {
    /// Signs `message` for `writer`.
    pub fn sign(&mut self, (writer, secret): (WriterId, &Secret), message: &[u8]) -> [u8; 64] {
        if self.0.as_ref().is_none_or(|(ready, _)| *ready != writer) {
            self.0 = Ed25519KeyPair::from_seed_unchecked(&secret.to_seed())
                .ok()
                .map(|pair| (writer, pair));
        }
        let quick = self.0.as_ref().map(|(_, pair)| pair.sign(message));
        let quick = quick.and_then(|signature| signature.as_ref().try_into().ok());
        quick.unwrap_or_else(|| secret.sign(message))
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
                let signature = pen.sign((secret.writer(), &secret), &message);
                prop_assert_eq!(signature, secret.sign(&message));
            }
        }
    }
}
