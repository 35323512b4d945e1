//! How a body is packed: as it is, or by zstd with a dictionary of what neighbours write.
//!
//! A message of seventy characters has little in itself to compress; with a dictionary that has seen
//! such messages it loses a seventh or more. Dictionary and packing are part of the protocol for ever: a better
//! one would get a new number. Numbers that are not known here are a later release's.
//!
//! zstd's frame header begins with four bytes that are always the same; they are left out.

use std::{cell::RefCell, sync::LazyLock};

use zstd::{
    bulk::{Compressor, Decompressor},
    dict::{DecoderDictionary, EncoderDictionary},
    zstd_safe::{CParameter, get_frame_content_size},
};

use crate::{body::Unreadable, limits::BODY_BYTES_MAX};

/// Packed as it is.
pub const PLAIN: u8 = 0;

/// Packed by zstd with dictionary 1.
pub const ZSTD_1: u8 = 1;

/// Trained on text of our own making, in both languages.
static DICTIONARY_1: &[u8] = include_bytes!("dictionary-1.zdict");

/// What every zstd frame begins with.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Small bodies gain nothing from the higher ones. The one below takes half as long for messages of a hundred bytes
/// and makes them up to a twentieth longer.
const LEVEL: i32 = 6;

static FOR_PACKING: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static FOR_UNPACKING: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    // Scratch memory of zstd's, which costs more to make than a message to pack.
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A body and what it was packed to: whoever has time makes it ready for whoever has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    plain: Vec<u8>,
    packed: Vec<u8>,
}

impl Packed {
    /// Packs a body, which begins with [`PLAIN`].
    pub fn of(plain: Vec<u8>) -> Self {
        Self { packed: pack(plain.clone()), plain }
    }

    /// What this body is packed to, if it is the one.
    pub fn take(self, plain: &[u8]) -> Option<Vec<u8>> {
        (self.plain == plain).then_some(self.packed)
    }
}

/// Makes a body shorter where that is possible; `plain` begins with [`PLAIN`].
pub fn pack(plain: Vec<u8>) -> Vec<u8> {
    match plain.split_first().and_then(|(_, content)| compress(content)) {
        Some(packed) if packed.len() < plain.len() => packed,
        _ => plain,
    }
}

/// None where zstd has no memory: then the body stays as it is.
fn compress(content: &[u8]) -> Option<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            let mut new = Compressor::with_prepared_dictionary(&FOR_PACKING).ok()?;
            new.set_parameter(CParameter::DictIdFlag(false)).ok()?;
            *packer = Some(new);
        }
        let frame = packer.as_mut()?.compress(content).ok()?;
        let rest = frame.strip_prefix(&MAGIC)?;
        Some([&[ZSTD_1], rest].concat())
    })
}

/// The content of a body, without the byte that says how it is packed.
///
/// # Errors
///
/// [`Unreadable::Newer`] for a packing of a later release; poison where it does not unpack, or to
/// more than a body may have.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let (packing, content) = bytes.split_first().ok_or(Unreadable::Malformed)?;
    match *packing {
        PLAIN => Ok(content.to_vec()),
        ZSTD_1 => decompress(content),
        _ => Err(Unreadable::Newer),
    }
}

fn decompress(rest: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let frame = [&MAGIC, rest].concat();
    // A frame that does not say how long it is would have to be unpacked to be found too long.
    let Ok(Some(length)) = get_frame_content_size(&frame) else {
        return Err(Unreadable::Malformed);
    };
    if length > BODY_BYTES_MAX as u64 {
        return Err(Unreadable::TooLong);
    }
    UNPACKER.with_borrow_mut(|unpacker| {
        if unpacker.is_none() {
            *unpacker = Decompressor::with_prepared_dictionary(&FOR_UNPACKING).ok();
        }
        let unpacker = unpacker.as_mut().ok_or(Unreadable::Malformed)?;
        let content = unpacker.decompress(&frame, BODY_BYTES_MAX);
        content.map_err(|_| Unreadable::Malformed)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_neighbours_write_gets_shorter_and_the_rest_no_longer() {
        let text = "楼下有饮用水和面包，can share two boxes · 在群里回复 reply here soon · 512";
        let plain = [&[PLAIN], text.as_bytes()].concat();
        let packed = pack(plain.clone());
        assert!(packed.len() * 10 < plain.len() * 9, "{} of {}", packed.len(), plain.len());
        assert_eq!(unpack(&packed).as_deref(), Ok(text.as_bytes()));
        let noise = [&[PLAIN], blake3::hash(b"noise").as_bytes().as_slice()].concat();
        assert_eq!(pack(noise.clone()), noise);
    }

    #[test]
    fn what_was_packed_beforehand_is_good_for_that_body_alone() {
        let plain = [&[PLAIN], "楼下有饮用水".as_bytes()].concat();
        let ready = Packed::of(plain.clone());
        assert_eq!(ready.clone().take(&plain), Some(pack(plain.clone())));
        assert_eq!(ready.take(&plain[..plain.len() - 1]), None);
    }

    #[test]
    fn a_frame_that_grows_beyond_a_body_is_not_unpacked() {
        let large = vec![0; BODY_BYTES_MAX + 1];
        let bomb = compress(&large).expect("zeros pack well");
        assert!(bomb.len() < 100);
        assert_eq!(unpack(&bomb), Err(Unreadable::TooLong));
        assert_eq!(unpack(&[]), Err(Unreadable::Malformed));
        assert_eq!(unpack(&[9, 1]), Err(Unreadable::Newer));
    }

    proptest! {
        #[test]
        fn bodies_come_back_and_nothing_else_harms(content in prop::collection::vec(0..40u8, 0..300), cut in 0..300usize) {
            let packed = pack([&[PLAIN], content.as_slice()].concat());
            prop_assert_eq!(unpack(&packed), Ok(content));
            let mut broken = packed.clone();
            let at = cut % broken.len();
            broken[at] ^= 1;
            let _ = unpack(&broken);
            let _ = unpack(&packed[..at]);
        }
    }
}
