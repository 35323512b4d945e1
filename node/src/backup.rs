//! Backups: everything that a fresh box needs to go on as the same people, shut by a passphrase.
//!
//! ```text
//! age( "linli-backup/1\n" ‖ length(4) ‖ head, JSON ‖ truth.db )
//! ```
//!
//! The head has the community, the home, and the sealed key of everybody who lives here; the truth is
//! a copy of one instant ([`store::snapshot`](crate::store::snapshot)). Neither the box's key nor any
//! writer is in it: two boxes restored from one backup must not write one chain. The sealed key
//! certifies the fresh writer of each.
//!
//! # Bounds
//!
//! Both ways in pieces of 64 KiB, whatever the size. Nothing that the file says is believed before
//! `age` has checked it, piece by piece; a file that ends early is not a shorter backup.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crdt::{
    genesis::Genesis,
    id::{PersonId, to_hex},
};
use serde::{Deserialize, Serialize};

use crate::{
    api::{ApiError, ErrorKind},
    home,
    identity::{
        Folder, Identity, Resident, SavedSeal, read_identity, reader_of_hex, reader_to_hex,
    },
    ledger::TRUTH_FILE,
    passphrase::{self, NotOpened, Passphrase},
    store::snapshot::snapshot,
};

const MAGIC: &[u8] = b"linli-backup/1\n";

/// How every release's backup begins.
const MAGIC_OF_ALL: &[u8] = b"linli-backup/";

/// The head in bytes: sixteen people with long names fit a hundred times.
const HEAD_BYTES_MAX: u32 = 1024 * 1024;

/// The copy of the truth on its way into a backup or out of one.
const COPY: &str = "truth.copy";

#[derive(Serialize, Deserialize)]
struct Head {
    home: String,
    office: bool,
    genesis: String,
    residents: Vec<SavedResident>,
    /// What opens the seals of the box and of those before it. It signs nothing.
    reads: Vec<String>,
    truth_bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct SavedResident {
    name: String,
    person: PersonId,
    sealed: SavedSeal,
}

/// What a restored home is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What it is called.
    pub home: String,
    /// Those who must unlock their sealed key before they can write.
    pub shut: Vec<String>,
}

/// Writes a backup of the home in `data` to the new file `file`, whether its node runs or not.
///
/// # Errors
///
/// Where there is no home or community, the file is there already, or a disk says no.
pub fn backup(data: &Path, file: &Path, passphrase: &Passphrase) -> Result<(), ApiError> {
    if !passphrase.is_fit() {
        let limit = ("limit", passphrase::CHARS_MIN.to_string());
        return Err(ApiError::new(ErrorKind::WeakPassphrase, [limit]));
    }
    if file.exists() {
        return Err(ApiError::of_file(ErrorKind::FileExists, file));
    }
    let no_home = || ApiError::new(ErrorKind::NoHome, [("data", data.display().to_string())]);
    let identity = read_identity(data)?.ok_or_else(no_home)?;
    let genesis = crate::identity::read_genesis(data)?;
    let genesis = genesis.ok_or_else(|| ApiError::new(ErrorKind::NoCommunity, []))?;
    let copy = Copy::beside(data);
    snapshot(&data.join(TRUTH_FILE), &copy.0).map_err(|error| home::trouble(data, &error))?;
    let written = write(&copy.0, file, &identity, &genesis, passphrase);
    if written.is_err() {
        // Half a backup is none.
        let _ = fs::remove_file(file);
    }
    written.map_err(|error| ApiError::unwritable(file, &error))
}

fn write(
    copy: &Path,
    file: &Path,
    identity: &Identity,
    genesis: &Genesis,
    passphrase: &Passphrase,
) -> io::Result<()> {
    let mut truth = File::open(copy)?;
    let first = (&identity.person_name, identity.person, &identity.sealed);
    let others = identity.others.iter().map(|it| (&it.name, it.person, &it.sealed));
    let residents = std::iter::once(first).chain(others).filter_map(|(name, person, seal)| {
        let sealed = SavedSeal::of(seal);
        Some(SavedResident { name: name.clone(), person: person?, sealed })
    });
    let head = Head {
        home: identity.home.clone(),
        office: identity.office,
        genesis: to_hex(&genesis.encode()),
        residents: residents.collect(),
        reads: identity.reads().iter().map(reader_to_hex).collect(),
        truth_bytes: truth.metadata()?.len(),
    };
    let head = serde_json::to_vec(&head).map_err(io::Error::other)?;
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    let mut out = passphrase::shutting(out, passphrase)?;
    out.write_all(MAGIC)?;
    out.write_all(&u32::try_from(head.len()).map_err(io::Error::other)?.to_be_bytes())?;
    out.write_all(&head)?;
    io::copy(&mut truth, &mut out)?;
    out.finish()?.sync_all()
}

/// Makes the home of a backup again in the empty folder `data`, with a fresh box and fresh writers.
///
/// # Errors
///
/// Where the folder is in use, the file is none of ours or damaged, the passphrase is wrong, or the
/// disk says no; the folder holds no home then.
pub fn restore(file: &Path, data: &Path, passphrase: &Passphrase) -> Result<Restored, ApiError> {
    let sealed = File::open(file).map_err(|error| ApiError::unwritable(file, &error))?;
    let folder = Folder::make(data)?;
    if folder.identity()?.is_some() {
        let args = [("data", data.display().to_string())];
        return Err(ApiError::new(ErrorKind::AlreadyHome, args));
    }
    home::clear_leftovers(data)?;
    let copy = Copy::beside(data);
    let head = read(sealed, &copy.0, passphrase).map_err(|error| match error {
        NotRestored::Newer => ApiError::of_file(ErrorKind::ForeignBackup, file),
        NotRestored::Shut(NotOpened::WrongPassphrase) => {
            ApiError::wrong_passphrase(Some(passphrase))
        }
        NotRestored::Shut(NotOpened::Damaged) => ApiError::of_file(ErrorKind::BadBackup, file),
        NotRestored::Shut(NotOpened::Io(error)) => ApiError::unwritable(file, &error),
        NotRestored::Disk(error) => ApiError::unwritable(data, &error),
    })?;
    let damaged = || ApiError::of_file(ErrorKind::BadBackup, file);
    let genesis = data_encoding::HEXLOWER.decode(head.genesis.as_bytes()).map_err(|_| damaged())?;
    let genesis = Genesis::decode(&genesis).map_err(|_| damaged())?;
    let identity = fresh(&head).ok_or_else(damaged)?;
    fs::rename(&copy.0, data.join(TRUTH_FILE))
        .map_err(|error| ApiError::unwritable(data, &error))?;
    drop(home::open(data, &identity, &genesis)?);
    folder.keep_genesis(&genesis)?;
    folder.keep_identity(&identity)?;
    let others = identity.others.iter().map(|it| (&it.name, it.copied));
    let all = std::iter::once((&identity.person_name, identity.copied)).chain(others);
    let shut = all.filter(|(_, shut)| *shut).map(|(name, _)| name.clone()).collect();
    Ok(Restored { home: identity.home, shut })
}

enum NotRestored {
    Newer,
    Shut(NotOpened),
    Disk(io::Error),
}

impl From<NotOpened> for NotRestored {
    fn from(error: NotOpened) -> Self {
        Self::Shut(error)
    }
}

const DAMAGED: NotRestored = NotRestored::Shut(NotOpened::Damaged);

/// Reads a backup; the truth goes into `copy`.
fn read(sealed: File, copy: &Path, passphrase: &Passphrase) -> Result<Head, NotRestored> {
    let mut from = passphrase::opening(sealed, passphrase)?;
    let mut magic = [0; MAGIC.len()];
    from.read_exact(&mut magic).map_err(|_| DAMAGED)?;
    if magic != MAGIC {
        let newer = magic.starts_with(MAGIC_OF_ALL);
        return Err(if newer { NotRestored::Newer } else { DAMAGED });
    }
    let mut length = [0; 4];
    from.read_exact(&mut length).map_err(|_| DAMAGED)?;
    let length = u32::from_be_bytes(length);
    if length > HEAD_BYTES_MAX {
        return Err(DAMAGED);
    }
    let mut head = Vec::new();
    (&mut from).take(u64::from(length)).read_to_end(&mut head).map_err(|_| DAMAGED)?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| DAMAGED)?;
    let mut out = OpenOptions::new();
    let mut out = out.write(true).create(true).truncate(true).mode(0o600).open(copy)?;
    let mut piece = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let read = from.read(&mut piece).map_err(|_| DAMAGED)?;
        if read == 0 {
            break;
        }
        out.write_all(&piece[..read])?;
        bytes += read as u64;
    }
    out.sync_all()?;
    if bytes == head.truth_bytes { Ok(head) } else { Err(DAMAGED) }
}

impl From<io::Error> for NotRestored {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// The same people with fresh keys. Whose sealed key is shut waits for it to be opened, as where a
/// disk was copied.
fn fresh(head: &Head) -> Option<Identity> {
    let mut residents = Vec::new();
    for saved in &head.residents {
        let sealed = saved.sealed.read().ok()?;
        residents.push(Resident {
            name: saved.name.clone(),
            person: Some(saved.person),
            writer: home::fresh_key(),
            copied: sealed.secret().is_none(),
            sealed,
        });
    }
    if residents.is_empty() {
        return None;
    }
    let first = residents.remove(0);
    Some(Identity {
        home: head.home.clone(),
        office: head.office,
        box_key: home::fresh_key(),
        earlier: head.reads.iter().map(|hex| reader_of_hex(hex)).collect::<Result<_, _>>().ok()?,
        person_name: first.name,
        person: first.person,
        writer: first.writer,
        sealed: first.sealed,
        copied: first.copied,
        others: residents,
    })
}

/// A file that is gone when it is done with.
struct Copy(std::path::PathBuf);

impl Copy {
    fn beside(data: &Path) -> Self {
        let path = data.join(COPY);
        // One that was left by a crash is in the way.
        let _ = fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // Renamed by now, or no longer wanted.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests;
