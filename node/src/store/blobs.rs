//! Photos and files that this home holds: sealed, one file each, named by the hash of its bytes.
//!
//! # Rules
//!
//! 1. A file is here whole or not at all: it is written beside, synced, and then given its name.
//! 2. What is read is checked against its name, so that a flipped bit is noticed here.
//! 3. All together take at most [`HELD_BYTES_MAX`]; what would not fit is refused.
//!
//! # Deliberately absent
//!
//! Keys: they stand in the announcements, and whoever has this folder alone sees no picture.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crdt::{id::BlobId, limits::BLOB_BYTES_MAX, secrets::blob};

/// The folder in a data folder.
pub const FOLDER: &str = "blobs";

/// What all blobs of a home may take, in bytes: a few hundred photos.
pub const HELD_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Why a blob is not kept.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Larger than a blob may be.
    #[error("more than {BLOB_BYTES_MAX} bytes")]
    TooLarge,
    /// The folder holds as much as it may.
    #[error("the photos of this home take more than {HELD_BYTES_MAX} bytes")]
    Full,
    /// The disk said no.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// The blobs of one home.
#[derive(Clone, Debug)]
pub struct Blobs(PathBuf);

impl Blobs {
    /// Those of this data folder; nothing is touched yet.
    pub fn of(data: &Path) -> Self {
        Self(data.join(FOLDER))
    }

    /// Keeps sealed bytes; those that are here already are kept once.
    ///
    /// # Errors
    ///
    /// Rule 3, and where the disk says no.
    pub fn put(&self, sealed: &[u8]) -> Result<BlobId, BlobError> {
        let id = blob::name(sealed);
        if self.get(&id)?.is_some() {
            return Ok(id);
        }
        if sealed.len() as u64 > BLOB_BYTES_MAX {
            return Err(BlobError::TooLarge);
        }
        fs::create_dir_all(&self.0)?;
        if self.held_bytes()? + sealed.len() as u64 > HELD_BYTES_MAX {
            return Err(BlobError::Full);
        }
        let path = self.path(&id);
        let beside = path.with_extension("part");
        let mut file = fs::File::create(&beside)?;
        file.write_all(sealed)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        fs::File::open(&self.0)?.sync_all()?;
        Ok(id)
    }

    /// The sealed bytes of one; none where it is not here, or is no longer what it was.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn get(&self, id: &BlobId) -> Result<Option<Vec<u8>>, BlobError> {
        match fs::read(self.path(id)) {
            Ok(sealed) => Ok(Some(sealed).filter(|sealed| blob::name(sealed) == *id)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets go of one that nothing names.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn forget(&self, id: &BlobId) -> Result<(), BlobError> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn held_bytes(&self) -> Result<u64, BlobError> {
        let mut all = 0;
        for entry in fs::read_dir(&self.0)? {
            all += entry?.metadata()?.len();
        }
        Ok(all)
    }

    fn path(&self, id: &BlobId) -> PathBuf {
        self.0.join(id.to_hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_here_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::of(folder.path());
        let id = blobs.put(b"sealed bytes").expect("there is room");
        assert_eq!(blobs.put(b"sealed bytes").expect("it is here"), id);
        assert_eq!(blobs.get(&id).expect("readable").as_deref(), Some(&b"sealed bytes"[..]));
        let large = vec![0; usize::try_from(BLOB_BYTES_MAX).expect("it fits") + 1];
        assert!(matches!(blobs.put(&large), Err(BlobError::TooLarge)));
        fs::write(blobs.path(&id), b"flipped").expect("writable");
        assert_eq!(blobs.get(&id).expect("readable"), None, "it is not what it was");
        blobs.forget(&id).expect("it goes");
        blobs.forget(&id).expect("and is gone");
        assert_eq!(fs::read_dir(folder.path().join(FOLDER)).expect("there").count(), 0);
    }
}
