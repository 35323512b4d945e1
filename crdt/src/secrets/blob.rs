//! A photo or file, sealed under a key of its own, piece by piece.
//!
//! ```text
//! sealed = piece ‖ piece ‖ …       piece = ChaCha20-Poly1305(key; nonce; up to 65,536 bytes) ‖ tag(16)
//! nonce  = number of the piece, from 0 (8, little-endian) ‖ 1 at the last piece, otherwise 0 ‖ 0 0 0
//! id     = BLAKE3(sealed)
//! ```
//!
//! A key seals one blob and no other, so no nonce is used twice. Whoever has the key can tell of every
//! piece whether it is right; whoever has none, of the whole.

use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::Aead};

use crate::{body::BlobKey, id::BlobId};

/// Bytes of one piece before it is sealed.
pub const PIECE_BYTES: usize = 64 * 1024;

/// What sealing adds to a piece.
const TAG_BYTES: usize = 16;

/// Seals a blob; its name and its bytes.
///
/// # Panics
///
/// Never: a piece is far shorter than the cipher allows.
pub fn seal(key: &BlobKey, plain: &[u8]) -> (BlobId, Vec<u8>) {
    let cipher = ChaCha20Poly1305::new((&key.0).into());
    let count = plain.len().div_ceil(PIECE_BYTES).max(1);
    let mut sealed = Vec::with_capacity(plain.len() + count * TAG_BYTES);
    for at in 0..count {
        let piece = &plain[at * PIECE_BYTES..plain.len().min((at + 1) * PIECE_BYTES)];
        let nonce = nonce(at, at + 1 == count);
        sealed.extend(cipher.encrypt((&nonce).into(), piece).expect("a short piece"));
    }
    (name(&sealed), sealed)
}

/// Opens a blob; none where a piece is not what was sealed, or one is missing.
pub fn open(key: &BlobKey, sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = ChaCha20Poly1305::new((&key.0).into());
    let count = sealed.len().div_ceil(PIECE_BYTES + TAG_BYTES);
    let mut plain = Vec::with_capacity(sealed.len());
    for (at, piece) in sealed.chunks(PIECE_BYTES + TAG_BYTES).enumerate() {
        let nonce = nonce(at, at + 1 == count);
        plain.extend(cipher.decrypt((&nonce).into(), piece).ok()?);
    }
    (count > 0).then_some(plain)
}

/// What sealed bytes are called.
pub fn name(sealed: &[u8]) -> BlobId {
    BlobId::from_bytes(*blake3::hash(sealed).as_bytes())
}

fn nonce(at: usize, is_last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&(at as u64).to_le_bytes());
    nonce[8] = u8::from(is_last);
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: BlobKey = BlobKey([7; 32]);

    #[test]
    fn blobs_open_again_and_nothing_else_does() {
        for bytes in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES] {
            let plain: Vec<u8> = (0..bytes).map(|at| (at % 251) as u8).collect();
            let (id, sealed) = seal(&KEY, &plain);
            assert_eq!(id, name(&sealed));
            assert_eq!(open(&KEY, &sealed).as_ref(), Some(&plain), "{bytes}");
            assert_eq!(open(&BlobKey([8; 32]), &sealed), None);
            assert_eq!(open(&KEY, &sealed[..sealed.len() - 1]), None, "cut short");
            let mut changed = sealed.clone();
            changed[bytes / 2] ^= 1;
            assert_eq!(open(&KEY, &changed), None, "changed");
        }
        let (_, two) = seal(&KEY, &[1; PIECE_BYTES + 1]);
        assert_eq!(open(&KEY, &two[..PIECE_BYTES + TAG_BYTES]), None, "without its last piece");
        assert_eq!(open(&KEY, &[]), None);
    }
}
