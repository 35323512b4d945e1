//! Photos and files that this home holds: sealed, one file each, named by the hash of its bytes.
//!
//! # Rules
//!
//! 1. A file is here whole or not at all: it is written beside, synced, and then given its name. What
//!    comes from others grows beside too, chunk by chunk, and gets its name once its hash is right.
//! 2. What is opened here is checked against its name, so that a flipped bit is noticed.
//! 3. All together take at most what this home gives them; what would not fit is refused.
//!
//! # Deliberately absent
//!
//! Keys: they stand in the announcements, and whoever has this folder alone sees no picture. What may
//! go to make room: the neighbours are asked about that (`crdt::sync::files`).

mod shelf;

use std::path::Path;

use crdt::{id::BlobId, limits::BLOB_BYTES_MAX, secrets::blob};

use shelf::{Folder, Memory, Shelf};

/// The folder in a data folder.
pub const FOLDER: &str = "blobs";

/// What all blobs of a home may take unless it says otherwise, in bytes: a few hundred photos.
pub const HELD_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Why a blob is not kept.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Larger than a blob may be.
    #[error("more than {BLOB_BYTES_MAX} bytes")]
    TooLarge,
    /// The folder holds as much as it may.
    #[error("the photos of this home take all the room that it gives them")]
    Full,
    /// The disk said no.
    #[error(transparent)]
    Disk(#[from] std::io::Error),
}

/// The blobs of one home.
#[derive(Debug)]
pub struct Blobs {
    shelf: Box<dyn Shelf>,
    /// What all of them may take, in bytes.
    pub room_bytes: u64,
}

impl Blobs {
    /// Those of this data folder; nothing is touched yet.
    pub fn of(data: &Path) -> Self {
        Self { shelf: Box::new(Folder::at(data.join(FOLDER))), room_bytes: HELD_BYTES_MAX }
    }

    /// In memory, for a home without a folder.
    pub fn in_memory() -> Self {
        Self { shelf: Box::new(Memory::default()), room_bytes: HELD_BYTES_MAX }
    }

    /// Keeps sealed bytes; those that are here already are kept once.
    ///
    /// # Errors
    ///
    /// Rule 3, and where the disk says no.
    pub fn put(&mut self, sealed: &[u8]) -> Result<BlobId, BlobError> {
        let id = blob::name(sealed);
        if self.get(&id)?.is_some() {
            return Ok(id);
        }
        if sealed.len() as u64 > BLOB_BYTES_MAX {
            return Err(BlobError::TooLarge);
        }
        if !self.has_room(sealed.len() as u64)? {
            return Err(BlobError::Full);
        }
        self.shelf.write(&id, sealed)?;
        Ok(id)
    }

    /// Is there room for so many bytes more?
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn has_room(&self, bytes: u64) -> Result<bool, BlobError> {
        Ok(self.held_bytes()?.saturating_add(bytes) <= self.room_bytes)
    }

    /// The sealed bytes of one; none where it is not here. What is no longer what it was goes, so that it can
    /// be had from a neighbour again.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn get(&mut self, id: &BlobId) -> Result<Option<Vec<u8>>, BlobError> {
        let held = self.shelf.read(id)?;
        if held.as_ref().is_some_and(|sealed| blob::name(sealed) != *id) {
            tracing::warn!(blob = %id, "A file was damaged on this disk");
            self.shelf.remove(id)?;
            return Ok(None);
        }
        Ok(held)
    }

    /// How many bytes it has, if it is here; not checked against its name.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn bytes_of(&self, id: &BlobId) -> Result<Option<u64>, BlobError> {
        Ok(self.shelf.bytes_of(id)?)
    }

    /// Some bytes of one that is here; not checked, whoever asked checks the whole.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn part(&self, id: &BlobId, from: u64, bytes: u64) -> Result<Option<Vec<u8>>, BlobError> {
        Ok(self.shelf.part(id, from, bytes)?)
    }

    /// How many bytes have come of one that is not whole.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn coming_bytes(&self, id: &BlobId) -> Result<u64, BlobError> {
        Ok(self.shelf.coming(id)?)
    }

    /// Keeps the next bytes of one that comes, from this place on.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn append(&mut self, id: &BlobId, from: u64, bytes: &[u8]) -> Result<(), BlobError> {
        Ok(self.shelf.append(id, from, bytes)?)
    }

    /// All of it has come: it is here now, if it is what it is called. Otherwise it is let go.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn finish(&mut self, id: &BlobId) -> Result<bool, BlobError> {
        let good = self.shelf.read_coming(id)?.is_some_and(|sealed| blob::name(&sealed) == *id);
        if good {
            self.shelf.name_coming(id)?;
        } else {
            self.shelf.drop_coming(id)?;
        }
        Ok(good)
    }

    /// Lets go of what has come of one.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn drop_coming(&mut self, id: &BlobId) -> Result<(), BlobError> {
        Ok(self.shelf.drop_coming(id)?)
    }

    /// Lets go of one.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn forget(&mut self, id: &BlobId) -> Result<(), BlobError> {
        Ok(self.shelf.remove(id)?)
    }

    /// Everything that is here whole, the oldest first, with its bytes.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn all(&self) -> Result<Vec<(BlobId, u64)>, BlobError> {
        Ok(self.shelf.all()?)
    }

    /// Lets go of what has come of everything but these.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn sweep(&mut self, but: &[BlobId]) -> Result<(), BlobError> {
        Ok(self.shelf.sweep(but)?)
    }

    /// What all of it takes, whole and coming, in bytes.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn held_bytes(&self) -> Result<u64, BlobError> {
        Ok(self.shelf.held_bytes()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_here_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut blobs = Blobs::of(folder.path());
        let id = blobs.put(b"sealed bytes").expect("there is room");
        assert_eq!(blobs.put(b"sealed bytes").expect("it is here"), id);
        assert_eq!(blobs.get(&id).expect("readable").as_deref(), Some(&b"sealed bytes"[..]));
        let large = vec![0; usize::try_from(BLOB_BYTES_MAX).expect("it fits") + 1];
        assert!(matches!(blobs.put(&large), Err(BlobError::TooLarge)));
        let path = folder.path().join(FOLDER).join(id.to_hex());
        std::fs::write(path, b"flipped").expect("writable");
        assert_eq!(blobs.get(&id).expect("readable"), None, "it is not what it was");
        assert_eq!(blobs.bytes_of(&id).expect("readable"), None, "and is offered to nobody");
        blobs.forget(&id).expect("it is gone");
        assert_eq!(std::fs::read_dir(folder.path().join(FOLDER)).expect("there").count(), 0);
    }

    #[test]
    fn what_all_of_it_takes_is_known_without_looking_at_every_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut blobs = Blobs::of(folder.path());
        let id = blobs.put(b"sealed bytes").expect("there is room");
        let other = BlobId::from_bytes([9; 32]);
        let check = |blobs: &Blobs| {
            let files = std::fs::read_dir(folder.path().join(FOLDER)).expect("there");
            let sizes =
                files.map(|file| file.expect("an entry").metadata().expect("readable").len());
            assert_eq!(blobs.held_bytes().expect("readable"), sizes.sum::<u64>());
        };
        check(&blobs);
        for (from, bytes) in [(0, &b"abc"[..]), (3, b"defg"), (2, b"x"), (0, b"longer than before")]
        {
            blobs.append(&other, from, bytes).expect("kept");
            check(&blobs);
        }
        blobs.drop_coming(&other).expect("it goes");
        check(&blobs);
        blobs.forget(&id).expect("it goes");
        check(&blobs);
    }

    #[test]
    fn what_a_crash_left_half_written_goes_at_the_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut blobs = Blobs::of(folder.path());
        let id = blobs.put(b"sealed bytes").expect("there is room");
        let half = folder
            .path()
            .join(FOLDER)
            .join(format!("{}.part", BlobId::from_bytes([8; 32]).to_hex()));
        std::fs::write(&half, b"half").expect("writable");
        blobs.sweep(&[]).expect("sweeps");
        assert!(!half.exists());
        assert_eq!(blobs.held_bytes().expect("readable"), 12);
        assert!(blobs.get(&id).expect("readable").is_some());
    }
}
