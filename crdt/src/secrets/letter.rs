//! A few words for a few boxes: a fresh key, sealed to each of them, and the words under that key.
//!
//! What a letter is about stands in its purpose: sealed for one, it opens for no other.

use crate::{
    body::{BlobKey, BoxRef, Sealed},
    id::KeyId,
    keys::Stretched,
};

use super::{BoxSecret, blob, seal_to};

/// Seals bytes to boxes; none where there is none that anything can be sealed to. `key` and `dice` must
/// be fresh.
pub fn seal(
    purpose: &[u8],
    plain: &[u8],
    boxes: &[KeyId],
    key: [u8; 32],
    dice: &mut Stretched,
) -> Option<(Sealed, Vec<u8>)> {
    let shares = boxes
        .iter()
        .filter_map(|one| Some((BoxRef::from(*one), seal_to(one, purpose, &key, dice)?)));
    let sealed = Sealed::new(shares);
    let any = sealed.recipients().next().is_some();
    any.then(|| (sealed, blob::seal(&BlobKey(key), plain).1))
}

/// Opens what was sealed to this box.
pub fn open(purpose: &[u8], sealed: &Sealed, letter: &[u8], own: &BoxSecret) -> Option<Vec<u8>> {
    let key = own.open(&sealed.of(own.reference())?, purpose)?;
    blob::open(&BlobKey(key), letter)
}
