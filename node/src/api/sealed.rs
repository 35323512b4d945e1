//! Sealed bytes on their way in: in JSON they are hexadecimal, and within the program one piece of memory that
//! is handed on and never copied.

use std::{fmt, ops::Deref, sync::Arc};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes that are made hexadecimal at once, so that a long file is never held twice.
const PORTION_BYTES: usize = 4 * 1024;

/// The sealed bytes of a photo or file.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedFile(Arc<Vec<u8>>);

impl From<Vec<u8>> for SealedFile {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(bytes))
    }
}

impl Deref for SealedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sealed bytes", self.len())
    }
}

impl fmt::Display for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks(PORTION_BYTES).try_for_each(|portion| f.write_str(&HEXLOWER.encode(portion)))
    }
}

impl Serialize for SealedFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SealedFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Hexadecimal)
    }
}

struct Hexadecimal;

impl de::Visitor<'_> for Hexadecimal {
    type Value = SealedFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hexadecimal digits")
    }

    fn visit_str<E: de::Error>(self, digits: &str) -> Result<SealedFile, E> {
        let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        // The sentence must not repeat what was sent.
        bytes.map(SealedFile::from).map_err(|_| E::custom("not hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_hexadecimal_in_json_and_one_piece_of_memory_elsewhere() {
        let bytes: Vec<u8> = (0..9_000_u32).map(|at| at as u8).collect();
        let file = SealedFile::from(bytes.clone());
        let json = serde_json::to_string(&file).expect("plain");
        assert_eq!(json, format!("\"{}\"", HEXLOWER.encode(&bytes)));
        let read: SealedFile = serde_json::from_str(&json).expect("the same");
        assert_eq!(read, file);
        let other = file.clone();
        assert_eq!(other.as_ptr(), file.as_ptr(), "handed on, not copied");
        assert!(serde_json::from_str::<SealedFile>("\"zz\"").is_err());
    }
}
