//! A photo or file that hangs on an announcement: what it is, its key, and a thumbnail.
//!
//! The thumbnail travels inside, so it comes with the words. The original is a blob: sealed under a
//! key of its own, named by the hash of its sealed bytes, fetched by whoever wants it. Whoever can read
//! the announcement has the key; whoever passes the blob on needs none.

use minicbor::{Decode, Encode};

use crate::{
    id::BlobId,
    limits::{BLOB_BYTES_MAX, NAME_BYTES_MAX, THUMBNAIL_BYTES_MAX},
};

/// One photo or file.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Attachment {
    /// BLAKE3 of the sealed bytes.
    #[n(0)]
    pub blob: BlobId,
    /// What opens them.
    #[n(1)]
    pub key: BlobKey,
    /// How many they are.
    #[n(2)]
    pub bytes: u64,
    /// What is inside.
    #[n(3)]
    pub media: Media,
    /// What a file is called; empty for a photo.
    #[n(4)]
    pub name: String,
    /// A small JPEG; empty for a file.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub thumbnail: Vec<u8>,
}

/// What is inside a blob. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Media {
    /// A photo, as JPEG.
    #[n(0)]
    Photo,
    /// Anything else, to be saved and never shown in place.
    #[n(1)]
    File,
}

/// The key of one blob; never printed.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct BlobKey(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

impl std::fmt::Debug for BlobKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlobKey")
    }
}

/// A box says that it holds blobs, or no longer does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Holding {
    /// Whole, and to be had from here.
    #[n(0)]
    pub has: Vec<BlobId>,
    /// No longer here.
    #[n(1)]
    pub gone: Vec<BlobId>,
}

impl Attachment {
    pub(super) fn is_within_limits(&self) -> bool {
        self.bytes <= BLOB_BYTES_MAX
            && self.name.len() <= NAME_BYTES_MAX
            && self.thumbnail.len() <= THUMBNAIL_BYTES_MAX
    }
}

impl Holding {
    pub(super) fn is_within_limits(&self) -> bool {
        self.has.len() + self.gone.len() <= crate::limits::RECEIPT_ITEMS_MAX
    }
}
