//! Signing and checking. Ed25519 under the rules of ZIP 215, where a signature that passes alone
//! also passes in a batch: two nodes that check differently can never disagree about the same bytes
//! (`docs/decisions/0002-one-signature-rule.md`).

use std::convert::Infallible;

use ed25519_zebra::{SigningKey, VerificationKeyBytes, batch};
use rand_core::{TryCryptoRng, TryRng};

use crate::id::{KeyId, PersonId, WriterId};

/// A secret key. Leaves this type only through [`Secret::to_seed`], for a key file or for paper.
#[derive(Clone)]
pub struct Secret(SigningKey);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({})", self.key())
    }
}

impl Secret {
    /// Makes a key of 32 bytes that the caller drew.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from(seed))
    }

    /// The 32 bytes that make this key again.
    pub fn to_seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half, as a key of no particular use.
    pub fn key(&self) -> KeyId {
        KeyId::from_bytes(VerificationKeyBytes::from(&self.0).into())
    }

    /// The public half of a key under which an installation writes.
    pub fn writer(&self) -> WriterId {
        WriterId::from_bytes(*self.key().as_bytes())
    }

    /// The public half of a paper key, which is the person.
    pub fn person(&self) -> PersonId {
        PersonId::from_bytes(*self.key().as_bytes())
    }

    /// Signs `message`; whoever calls puts the purpose in front of it.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Does `signature` stand under `message`?
pub fn verify(key: &KeyId, message: &[u8], signature: &[u8; 64]) -> bool {
    item(key, message, signature).verify_single().is_ok()
}

/// One signature to check, detached from the message that it stands under.
pub struct Check(batch::Item);

impl Check {
    /// Prepares the check of `signature` under `message`.
    pub fn new(key: &KeyId, message: &[u8], signature: &[u8; 64]) -> Self {
        Self(item(key, message, signature))
    }

    /// Checks them all, in order: true where the signature is good.
    ///
    /// All at once first, which costs a third; one by one only where somebody lied. `seed` blinds
    /// the batch and must not be known to those who signed.
    pub fn all(checks: &[Self], seed: [u8; 32]) -> Vec<bool> {
        let mut verifier = batch::Verifier::new();
        checks.iter().for_each(|check| verifier.queue(check.0.clone()));
        if verifier.verify(Stretched::new(seed)).is_ok() {
            return vec![true; checks.len()];
        }
        checks.iter().map(|check| check.0.clone().verify_single().is_ok()).collect()
    }
}

fn item(key: &KeyId, message: &[u8], signature: &[u8; 64]) -> batch::Item {
    let key = VerificationKeyBytes::from(*key.as_bytes());
    batch::Item::from((key, ed25519_zebra::Signature::from(*signature), message))
}

/// BLAKE3 read as a stream of random bytes: the caller brings the randomness, this stretches it.
pub(crate) struct Stretched(blake3::OutputReader);

impl Stretched {
    /// The stream that begins with a fresh seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(blake3::Hasher::new_keyed(&seed).finalize_xof())
    }

    /// The next bytes of it.
    pub fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill(&mut out);
        out
    }
}

impl TryRng for Stretched {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.draw()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.draw()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Stretched {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_names_the_one_bad_signature() {
        let key = Secret::from_seed([1; 32]);
        let good = key.sign(b"good");
        let mut bad = good;
        bad[3] ^= 1;
        let checks: Vec<Check> =
            [good, bad, good].iter().map(|s| Check::new(&key.key(), b"good", s)).collect();
        assert_eq!(Check::all(&checks, [5; 32]), [true, false, true]);
        assert!(verify(&key.key(), b"good", &good));
        assert!(!verify(&key.key(), b"other", &good));
    }
}
