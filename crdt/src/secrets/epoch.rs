//! What an epoch secret does: it seals bodies, and it wraps the secrets of the epochs before it.

use chacha20poly1305::{
    ChaCha20Poly1305, Key, KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};

use super::packing;
use crate::{
    body::{Unreadable, WrappedSecret},
    envelope::Kind,
    id::{CommunityId, EnvelopeId, ScopeId, WriterId, short_hash},
};

/// Bytes of a nonce, which stands before the ciphertext.
const NONCE: usize = 24;

/// The secret of one epoch, with what is derived from it for every body.
#[derive(Clone, PartialEq, Eq)]
pub struct EpochSecret {
    secret: [u8; 32],
    bodies: [u8; 32],
    nonces: [u8; 32],
}

impl std::fmt::Debug for EpochSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EpochSecret")
    }
}

/// Where a sealed body stands: it opens nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Which community.
    pub community: CommunityId,
    /// In which scope.
    pub scope: ScopeId,
    /// In whose chain.
    pub writer: WriterId,
    /// At which place of it.
    pub seq: u64,
    /// As what.
    pub kind: Kind,
    /// Under which epoch.
    pub epoch: EnvelopeId,
}

impl Spot {
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(121);
        out.extend(self.community.as_bytes());
        out.extend(self.scope.as_bytes());
        out.extend(self.writer.as_bytes());
        out.extend(self.seq.to_be_bytes());
        out.push(self.kind.0);
        out.extend(self.epoch.as_bytes());
        out
    }
}

/// The body was not sealed under this secret at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("does not open under its epoch's key")]
pub struct DoesNotOpen;

impl From<DoesNotOpen> for Unreadable {
    fn from(_: DoesNotOpen) -> Self {
        Self::Malformed
    }
}

impl EpochSecret {
    /// Wraps 32 bytes that were drawn or opened.
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        let derive = |purpose| short_hash(purpose, &[&secret]);
        let (bodies, nonces) = (derive("linli/1 epoch bodies"), derive("linli/1 epoch nonces"));
        Self { secret, bodies, nonces }
    }

    /// The bytes, to be sealed to somebody.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.secret
    }

    /// What the epoch's first envelope says of the secret.
    pub fn check(&self) -> [u8; 32] {
        short_hash("linli/1 epoch check", &[&self.secret])
    }

    /// Packs and seals a body: nonce(24) ‖ ciphertext ‖ tag(16).
    pub fn seal(&self, spot: &Spot, body: Vec<u8>) -> Vec<u8> {
        self.seal_packed(spot, &packing::pack(body))
    }

    /// The same of what [`packing::pack`] has made of the body.
    pub fn seal_packed(&self, spot: &Spot, packed: &[u8]) -> Vec<u8> {
        let spot = spot.bytes();
        let mut hasher = blake3::Hasher::new_keyed(&self.nonces);
        hasher.update(&spot).update(packed);
        let mut nonce = [0; NONCE];
        hasher.finalize_xof().fill(&mut nonce);
        let payload = Payload { msg: packed, aad: &spot };
        let sealed = self.cipher().encrypt(&nonce.into(), payload);
        [nonce.as_slice(), &sealed.expect("a body is far shorter than the cipher takes")].concat()
    }

    /// Opens what [`EpochSecret::seal`] sealed; the body is packed still.
    ///
    /// # Errors
    ///
    /// Where a single bit of body or place is another.
    pub fn open(&self, spot: &Spot, sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>().ok_or(DoesNotOpen)?;
        let payload = Payload { msg: ciphertext, aad: &spot.bytes() };
        self.cipher().decrypt(&(*nonce).into(), payload).map_err(|_| DoesNotOpen)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.bodies))
    }

    /// Puts an earlier epoch's secret under this one. The key serves this one pair, so the nonce may
    /// be zero.
    pub fn wrap(&self, epoch: &EnvelopeId, secret: &Self) -> WrappedSecret {
        let wrapped = self.wrapper(epoch).encrypt(&[0; 12].into(), secret.secret.as_slice());
        let wrapped = wrapped.expect("32 bytes are few");
        wrapped.try_into().expect("32 bytes and a tag of 16")
    }

    /// Takes it out again.
    pub fn unwrap(&self, epoch: &EnvelopeId, wrapped: &WrappedSecret) -> Option<Self> {
        let secret = self.wrapper(epoch).decrypt(&[0; 12].into(), wrapped.as_slice()).ok()?;
        secret.try_into().ok().map(Self::from_bytes)
    }

    fn wrapper(&self, epoch: &EnvelopeId) -> ChaCha20Poly1305 {
        let key: [u8; 32] = short_hash("linli/1 epoch wrapping", &[&self.secret, epoch.as_bytes()]);
        ChaCha20Poly1305::new(&Key::from(key))
    }
}
