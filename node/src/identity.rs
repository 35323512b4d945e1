//! Who this installation is: the keys of one box and one writer, and what people call them.
//!
//! `identity.json` (mode 0600) is the one file that is not replicated and never leaves the box; a
//! copy of it on a second box would write one chain from two places. Paper keys are not in it: they
//! are shown once and belong on paper. `lock` keeps a second node off the same folder.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crdt::{
    genesis::Genesis,
    id::{PersonId, from_hex, to_hex},
    keys::Secret,
};
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, ErrorKind};

const IDENTITY: &str = "identity.json";
const GENESIS: &str = "community.genesis";
const LOCK: &str = "lock";

/// Who this installation is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What the neighbours call this home.
    pub home: String,
    /// What they call the person who writes here.
    pub person_name: String,
    /// Is it an office, which others prefer to connect to?
    pub office: bool,
    /// The box: its libp2p identity.
    pub box_key: Secret,
    /// The writer: one chain per scope.
    pub writer: Secret,
    /// The second signature of rank 3 and above.
    pub sealed: Secret,
    /// The person, once there is one: the public half of the paper key.
    pub person: Option<PersonId>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    home: String,
    person_name: String,
    office: bool,
    box_seed: String,
    writer_seed: String,
    sealed_seed: String,
    person: Option<PersonId>,
}

const SAVED_VERSION: u32 = 1;

/// A data folder that this process alone may write.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder where there is none, and takes its lock.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ForeignFolder`] where it holds something else, [`ErrorKind::Locked`] where a
    /// node runs on it, [`ErrorKind::Unwritable`] where the disk says no.
    pub fn make(path: &Path) -> Result<Self, ApiError> {
        let unwritable = |error: std::io::Error| unwritable(path, &error);
        if !path.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unwritable)?;
        }
        let mut names = fs::read_dir(path).map_err(unwritable)?;
        let is_ours = path.join(IDENTITY).exists() || path.join(LOCK).exists();
        if !is_ours && names.next().is_some() {
            return Err(about(ErrorKind::ForeignFolder, path));
        }
        Self::take(path)
    }

    /// Takes the lock of a folder that holds a home.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoHome`] where it holds none, and as [`Folder::make`].
    pub fn open(path: &Path) -> Result<Self, ApiError> {
        if !path.join(IDENTITY).exists() {
            return Err(about(ErrorKind::NoHome, path));
        }
        Self::take(path)
    }

    fn take(path: &Path) -> Result<Self, ApiError> {
        let lock = private_file(OpenOptions::new().create(true).truncate(false))
            .open(path.join(LOCK))
            .map_err(|error| unwritable(path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.into(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(about(ErrorKind::Locked, path)),
            Err(TryLockError::Error(error)) => Err(unwritable(path, &error)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads who this installation is; none where nobody has said yet.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or is not ours.
    pub fn identity(&self) -> Result<Option<Identity>, ApiError> {
        read_identity(&self.path)
    }

    /// Writes who this installation is, whole or not at all.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn keep_identity(&self, identity: &Identity) -> Result<(), ApiError> {
        let seed = |key: &Secret| to_hex(&key.to_seed());
        let saved = Saved {
            version: SAVED_VERSION,
            home: identity.home.clone(),
            person_name: identity.person_name.clone(),
            office: identity.office,
            box_seed: seed(&identity.box_key),
            writer_seed: seed(&identity.writer),
            sealed_seed: seed(&identity.sealed),
            person: identity.person,
        };
        let text = serde_json::to_vec_pretty(&saved).expect("plain values");
        self.replace(IDENTITY, &text)
    }

    /// Reads the founding record; none where this home is in no community yet.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or is of a later release.
    pub fn genesis(&self) -> Result<Option<Genesis>, ApiError> {
        let path = self.path.join(GENESIS);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&path).map_err(|error| unwritable(&self.path, &error))?;
        Genesis::decode(&bytes).map(Some).map_err(|_| about(ErrorKind::NewerData, &self.path))
    }

    /// Writes the founding record.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn keep_genesis(&self, genesis: &Genesis) -> Result<(), ApiError> {
        self.replace(GENESIS, &genesis.encode())
    }

    /// Writes beside, syncs, renames, syncs the folder: after a power cut there is the old file or
    /// the new one.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), ApiError> {
        let write = || -> std::io::Result<()> {
            let beside = self.path.join(format!("{name}.new"));
            let mut file =
                private_file(OpenOptions::new().create(true).truncate(true)).open(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, self.path.join(name))?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|error| unwritable(&self.path, &error))
    }
}

/// Reads who an installation is without taking its folder's lock.
///
/// # Errors
///
/// Where the file cannot be read, is damaged, or is of a later release.
pub fn read_identity(path: &Path) -> Result<Option<Identity>, ApiError> {
    let file = path.join(IDENTITY);
    if !file.exists() {
        return Ok(None);
    }
    let bytes = fs::read(&file).map_err(|error| unwritable(path, &error))?;
    let saved: Saved =
        serde_json::from_slice(&bytes).map_err(|_| about(ErrorKind::ForeignFolder, path))?;
    if saved.version != SAVED_VERSION {
        return Err(about(ErrorKind::NewerData, path));
    }
    let key = |seed: &str| {
        from_hex(seed).map(Secret::from_seed).map_err(|_| about(ErrorKind::ForeignFolder, path))
    };
    Ok(Some(Identity {
        box_key: key(&saved.box_seed)?,
        writer: key(&saved.writer_seed)?,
        sealed: key(&saved.sealed_seed)?,
        home: saved.home,
        person_name: saved.person_name,
        office: saved.office,
        person: saved.person,
    }))
}

fn private_file(options: &mut OpenOptions) -> &mut OpenOptions {
    options.write(true).mode(0o600)
}

fn about(kind: ErrorKind, path: &Path) -> ApiError {
    ApiError::new(kind, [("data", path.display().to_string())])
}

fn unwritable(path: &Path, error: &std::io::Error) -> ApiError {
    let args = [("data", path.display().to_string()), ("reason", error.to_string())];
    ApiError::new(ErrorKind::Unwritable, args)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        let key = |n| Secret::from_seed([n; 32]);
        Identity {
            home: "5-2-301".into(),
            person_name: "王".into(),
            office: false,
            box_key: key(1),
            writer: key(2),
            sealed: key(3),
            person: None,
        }
    }

    #[test]
    fn a_home_is_kept_and_a_second_node_is_turned_away() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::make(dir.path()).expect("an empty folder");
        folder.keep_identity(&identity()).expect("kept");
        let second = Folder::open(dir.path()).expect_err("locked");
        assert_eq!(second.kind, ErrorKind::Locked);
        drop(folder);
        let again = Folder::open(dir.path()).expect("free again");
        let read = again.identity().expect("readable").expect("there");
        assert_eq!((read.home, read.writer.key()), ("5-2-301".into(), identity().writer.key()));
    }

    #[test]
    fn somebody_elses_folder_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("thesis.doc"), "mine").expect("written");
        let refused = Folder::make(dir.path()).expect_err("foreign");
        assert_eq!(refused.kind, ErrorKind::ForeignFolder);
        assert_eq!(fs::read_dir(dir.path()).expect("readable").count(), 1, "nothing was touched");
        let none = Folder::open(&dir.path().join("nowhere")).expect_err("no home");
        assert_eq!(none.kind, ErrorKind::NoHome);
    }
}
