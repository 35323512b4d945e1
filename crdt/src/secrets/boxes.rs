//! Sealing a secret to a box: HPKE (RFC 9180) in base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305.
//!
//! A box has one key, that of its libp2p identity, and everybody knows it from its certificate. Its
//! sealing key is the same point in another form: the map from Ed25519 to X25519 that RFC 7748 and
//! every library have, so no further certificate is needed.

use curve25519_dalek::edwards::CompressedEdwardsY;
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use sha2::{Digest, Sha512};

use crate::{
    body::{BoxRef, SealedSecret},
    id::KeyId,
    keys::{Secret, Stretched},
};

/// The secret half of a box's sealing key.
#[derive(Clone)]
pub struct BoxSecret {
    private: <X25519HkdfSha256 as Kem>::PrivateKey,
    key: KeyId,
}

impl std::fmt::Debug for BoxSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BoxSecret({})", self.key)
    }
}

impl BoxSecret {
    /// The sealing key that belongs to a box's identity.
    pub fn of(box_key: &Secret) -> Self {
        let hash = Sha512::digest(box_key.to_seed());
        let private = Deserializable::from_bytes(&hash[..32]).expect("any 32 bytes are a key");
        Self { private, key: box_key.key() }
    }

    /// The same again, of what [`Self::to_bytes`] gave.
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let (private, key) = bytes.split_at(32);
        let private = Deserializable::from_bytes(private).expect("any 32 bytes are a key");
        Self { private, key: KeyId::from_slice(key).expect("half of 64 bytes") }
    }

    /// The private half, then the box's key. Opens what is sealed to the box, and signs nothing.
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.private.to_bytes());
        bytes[32..].copy_from_slice(self.key.as_bytes());
        bytes
    }

    /// Which entry of a list is this box's.
    pub fn reference(&self) -> BoxRef {
        self.key.into()
    }

    /// Opens what was sealed to this box for this purpose.
    pub fn open(&self, sealed: &SealedSecret, purpose: &[u8]) -> Option<[u8; 32]> {
        let (point, ciphertext) = sealed.split_at(32);
        let point = Deserializable::from_bytes(point).ok()?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &point,
            &info(purpose, &self.key),
            ciphertext,
            &[],
        );
        opened.ok()?.try_into().ok()
    }
}

/// Seals 32 bytes to a box for a purpose; none where its key is no point that anything can be sealed
/// to. `dice` must be fresh.
pub fn seal_to(
    key: &KeyId,
    purpose: &[u8],
    secret: &[u8; 32],
    dice: &mut Stretched,
) -> Option<SealedSecret> {
    let point = CompressedEdwardsY(*key.as_bytes()).decompress()?;
    if point.is_small_order() {
        return None;
    }
    let public = Deserializable::from_bytes(point.to_montgomery().as_bytes()).ok()?;
    let sealed = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &info(purpose, key),
        secret,
        &[],
        dice,
    );
    let (point, ciphertext) = sealed.ok()?;
    [point.to_bytes().as_slice(), &ciphertext].concat().try_into().ok()
}

fn info(purpose: &[u8], key: &KeyId) -> Vec<u8> {
    [purpose, key.as_bytes()].concat()
}
