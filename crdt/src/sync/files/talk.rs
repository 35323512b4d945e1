//! What two nodes say to each other about sealed files. Byte by byte in `docs/protocol.md`.
//!
//! # Rules
//!
//! 1. One question at a time in each direction, and each has one answer: the chunk, or whether the
//!    file is here. *Here* is a hint besides.
//! 2. A file is named by the hash of its sealed bytes, so whoever passes it on needs no key; how many
//!    bytes it has is said by whoever asks, because he has read that, and checked by whoever answers.

use crate::{
    id::BlobId,
    sync::{bounds::FILE_CHUNK_BYTES, message::BadMessage},
    wire::{Reader, put_varint},
};

/// What somebody wants of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileWish {
    /// Only to hear whether it is there, whole.
    Hold,
    /// That the other fetches it from his own neighbours, if he is willing, and says so once it is there.
    Fetch,
    /// This chunk of it, from 0.
    Chunk(u64),
}

/// A question about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileAsk {
    /// Which.
    pub blob: BlobId,
    /// How many sealed bytes it has.
    pub bytes: u64,
    /// What is wanted.
    pub wish: FileWish,
}

/// One message about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileTalk {
    /// A question.
    Ask(FileAsk),
    /// The chunk that was asked for.
    Chunk {
        /// Of which file.
        blob: BlobId,
        /// Which, from 0.
        chunk: u64,
        /// Its sealed bytes, at most 8 KiB.
        bytes: Vec<u8>,
    },
    /// Any other answer: is it there, whole?
    State {
        /// Which.
        blob: BlobId,
        /// Is it?
        here: bool,
    },
    /// It has come, and was asked for before.
    Here(BlobId),
}

impl FileTalk {
    /// Which file it is about.
    pub fn blob(&self) -> BlobId {
        match self {
            Self::Ask(ask) => ask.blob,
            Self::Chunk { blob, .. } | Self::State { blob, .. } | Self::Here(blob) => *blob,
        }
    }

    pub(in crate::sync) const fn kind(&self) -> u8 {
        match self {
            Self::Ask(_) => 0x82,
            Self::Chunk { .. } => 0x83,
            Self::State { .. } => 0x84,
            Self::Here(_) => 0x85,
        }
    }

    pub(in crate::sync) fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.blob().as_bytes());
        match self {
            Self::Ask(ask) => {
                put_varint(out, ask.bytes);
                match ask.wish {
                    FileWish::Hold => out.push(0),
                    FileWish::Fetch => out.push(1),
                    FileWish::Chunk(chunk) => {
                        out.push(2);
                        put_varint(out, chunk);
                    }
                }
            }
            Self::Chunk { chunk, bytes, .. } => {
                put_varint(out, *chunk);
                out.extend(bytes);
            }
            Self::State { here, .. } => out.push(u8::from(*here)),
            Self::Here(_) => (),
        }
    }

    /// Reads what follows one of the four kinds.
    pub(in crate::sync) fn read(kind: u8, r: &mut Reader<'_>) -> Result<Self, BadMessage> {
        let blob = BlobId::from_bytes(r.array()?);
        Ok(match kind {
            0x82 => {
                let bytes = r.varint()?;
                let wish = match r.array()? {
                    [0] => FileWish::Hold,
                    [1] => FileWish::Fetch,
                    [2] => FileWish::Chunk(r.varint()?),
                    _ => return Err(BadMessage::Ragged),
                };
                Self::Ask(FileAsk { blob, bytes, wish })
            }
            0x83 => {
                let chunk = r.varint()?;
                let bytes = r.rest();
                if bytes.is_empty() || bytes.len() > FILE_CHUNK_BYTES {
                    return Err(BadMessage::TooLarge);
                }
                Self::Chunk { blob, chunk, bytes: bytes.to_vec() }
            }
            0x84 => match r.array()? {
                [0] => Self::State { blob, here: false },
                [1] => Self::State { blob, here: true },
                _ => return Err(BadMessage::Ragged),
            },
            _ => Self::Here(blob),
        })
    }
}
