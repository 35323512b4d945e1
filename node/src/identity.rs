//! Who this installation is: the keys of one box, and of everybody who lives here.
//!
//! `identity.json` (mode 0600) is the one file that is not replicated and never leaves the box; a
//! copy of it on a second box would write one chain from two places (what happens then stands in
//! `ledger::keys`). Paper keys are not in it: they are shown once and belong on paper. `lock` keeps
//! a second node off the same folder.
//!
//! # Who acts
//!
//! A box may have several residents, each with a writer and a sealed key of his own. [`Identity`] is
//! always *somebody*: the fields `person_name`, `person`, `writer` and `sealed` are those of who acts
//! now, `others` are the rest. Outside of a job that is the box's first person;
//! [`Identity::trade_places`] puts another one there for the length of a job, and is its own undoing.

mod saved;
mod seal;

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use crdt::{
    genesis::{Genesis, NotAGenesis},
    id::{PersonId, WriterId},
    keys::Secret,
    secrets::BoxSecret,
};

pub(crate) use saved::{SavedSeal, reader_of_hex, reader_to_hex};
pub use seal::{HOURS_MAX, Seal};

use crate::api::{ApiError, ErrorKind};

/// The file of keys in a data folder.
pub const IDENTITY: &str = "identity.json";
const GENESIS: &str = "community.genesis";
const LOCK: &str = "lock";

/// People on one box, at most: a large household, not a second community.
pub const RESIDENTS_MAX: usize = 16;

/// How long a lock is waited for that somebody holds: a process that this one is just starting has a copy of all that
/// is open here until it runs its own program, also of what was shut meanwhile.
const LOCK_WITHIN: Duration = Duration::from_millis(300);

/// Boxes whose place one took, at most: what the oldest reads, the keys of a later one wrap.
const EARLIER_MAX: usize = 8;

/// Who this installation is, and who acts.
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
    /// The boxes whose place this one took, the latest first: it reads what was sealed to them.
    pub earlier: Vec<BoxSecret>,
    /// The writer: one chain per scope.
    pub writer: Secret,
    /// The second signature of rank 3 and above.
    pub sealed: Seal,
    /// The person, once there is one: the public half of the paper key.
    pub person: Option<PersonId>,
    /// Everybody else who lives here.
    pub others: Vec<Resident>,
    /// Does another box have these keys, and could no fresh ones be made yet?
    pub copied: bool,
}

/// One of the others who live here.
#[derive(Clone, Debug)]
pub struct Resident {
    /// What the neighbours call him.
    pub name: String,
    /// The person, once there is one.
    pub person: Option<PersonId>,
    /// His chains.
    pub writer: Secret,
    /// His second signature.
    pub sealed: Seal,
    /// As of [`Identity`].
    pub copied: bool,
}

impl Identity {
    /// Puts another resident in the acting one's place; the same again undoes it. Without a number
    /// everybody stays where he is.
    pub fn trade_places(&mut self, other: Option<usize>) {
        use std::mem::swap;
        let Some(other) = other.and_then(|number| self.others.get_mut(number)) else { return };
        swap(&mut self.person_name, &mut other.name);
        swap(&mut self.person, &mut other.person);
        swap(&mut self.writer, &mut other.writer);
        swap(&mut self.sealed, &mut other.sealed);
        swap(&mut self.copied, &mut other.copied);
    }

    /// A fresh key in place of the box's.
    pub fn take_box(&mut self, key: Secret) {
        let former = std::mem::replace(&mut self.box_key, key);
        self.earlier.insert(0, BoxSecret::of(&former));
        self.earlier.truncate(EARLIER_MAX);
    }

    /// Whose sealed secrets this box opens, its own first.
    pub fn reads(&self) -> Vec<BoxSecret> {
        let own = BoxSecret::of(&self.box_key);
        std::iter::once(own).chain(self.earlier.iter().cloned()).collect()
    }

    /// Everybody by turns: none is the one who acts now, then the others.
    pub fn turns(&self) -> impl Iterator<Item = Option<usize>> + use<> {
        std::iter::once(None).chain((0..self.others.len()).map(Some))
    }

    /// The names of all who live here, the one who acts first.
    pub fn names(&self) -> Vec<&str> {
        let others = self.others.iter().map(|it| it.name.as_str());
        std::iter::once(self.person_name.as_str()).chain(others).collect()
    }

    /// The keys of all who write here, first his who acts.
    pub fn writers(&self) -> Vec<Secret> {
        let others = self.others.iter().map(|it| it.writer.clone());
        std::iter::once(self.writer.clone()).chain(others).collect()
    }

    /// Is this one of the writers here?
    pub fn has_writer(&self, writer: &WriterId) -> bool {
        let others = self.others.iter().map(|it| &it.writer);
        std::iter::once(&self.writer).chain(others).any(|it| it.writer() == *writer)
    }

    /// All who live here, the one who acts first.
    pub fn everybody(&self) -> Vec<PersonId> {
        let others = self.others.iter().map(|it| it.person);
        std::iter::once(self.person).chain(others).flatten().collect()
    }
}

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
        let unwritable = |error: std::io::Error| ApiError::unwritable(path, &error);
        if !path.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unwritable)?;
        }
        let mut names = fs::read_dir(path).map_err(unwritable)?;
        if !Self::is_one(path) && names.next().is_some() {
            return Err(about(ErrorKind::ForeignFolder, path));
        }
        Self::take(path)
    }

    /// Has a node been here before?
    pub fn is_one(path: &Path) -> bool {
        path.join(IDENTITY).exists() || path.join(LOCK).exists()
    }

    /// Takes the lock of a folder that holds a home.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoHome`] where it holds none, and as [`Folder::make`].
    pub fn open(path: &Path) -> Result<Self, ApiError> {
        match path.join(IDENTITY).try_exists() {
            Ok(true) => Self::take(path),
            Ok(false) => Err(about(ErrorKind::NoHome, path)),
            Err(error) => Err(ApiError::unwritable(path, &error)),
        }
    }

    fn take(path: &Path) -> Result<Self, ApiError> {
        let lock = private_file(OpenOptions::new().create(true).truncate(false))
            .open(path.join(LOCK))
            .map_err(|error| ApiError::unwritable(path, &error))?;
        let lock = match lock.try_lock() {
            Ok(()) => lock,
            Err(TryLockError::WouldBlock) => {
                wait_for(lock).ok_or_else(|| about(ErrorKind::Locked, path))?
            }
            Err(TryLockError::Error(error)) => return Err(ApiError::unwritable(path, &error)),
        };
        Ok(Self { path: path.into(), _lock: lock })
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
        keep_identity(&self.path, identity)
    }

    /// Reads the founding record; none where this home is in no community yet.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, is damaged, or is of a later release.
    pub fn genesis(&self) -> Result<Option<Genesis>, ApiError> {
        read_genesis(&self.path)
    }

    /// What is said where one of the folder's files is missing or damaged.
    pub fn gone(&self, file: &str) -> ApiError {
        gone(&self.path, file)
    }

    /// Writes the founding record.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn keep_genesis(&self, genesis: &Genesis) -> Result<(), ApiError> {
        replace(&self.path, GENESIS, &genesis.encode())
    }
}

/// Writes who this installation is, whole or not at all; for whoever works for a [`Folder`]'s holder.
///
/// # Errors
///
/// Where the disk says no.
pub fn keep_identity(path: &Path, identity: &Identity) -> Result<(), ApiError> {
    replace(path, IDENTITY, &saved::write(identity))
}

/// Writes beside, syncs, renames, syncs the folder: after a power cut there is the old file or the
/// new one.
pub(crate) fn replace(path: &Path, name: &str, bytes: &[u8]) -> Result<(), ApiError> {
    let write = || -> std::io::Result<()> {
        let beside = path.join(format!("{name}.new"));
        let mut file =
            private_file(OpenOptions::new().create(true).truncate(true)).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path.join(name))?;
        File::open(path)?.sync_all()
    };
    write().map_err(|error| ApiError::unwritable(path, &error))
}

/// Reads the founding record without taking the folder's lock.
///
/// # Errors
///
/// As [`read_identity`].
pub fn read_genesis(path: &Path) -> Result<Option<Genesis>, ApiError> {
    let file = path.join(GENESIS);
    if !file.exists() {
        return Ok(None);
    }
    let bytes = fs::read(&file).map_err(|error| ApiError::unwritable(path, &error))?;
    Genesis::decode(&bytes).map(Some).map_err(|error| match error {
        NotAGenesis::NewerRules { .. } => about(ErrorKind::NewerData, path),
        NotAGenesis::Malformed => gone(path, GENESIS),
    })
}

fn gone(path: &Path, file: &str) -> ApiError {
    let args = [("data", path.display().to_string()), ("file", file.to_owned())];
    ApiError::new(ErrorKind::FileGone, args)
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
    let bytes = fs::read(&file).map_err(|error| ApiError::unwritable(path, &error))?;
    saved::read(&bytes).map(Some).map_err(|kind| about(kind, path))
}

/// The file, locked; none where somebody keeps it. Whoever waits in vain gives back at once what he gets too late.
fn wait_for(lock: File) -> Option<File> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        if lock.lock().is_ok() {
            // Nobody may be waiting any longer.
            let _ = tell.send(lock);
        }
    });
    told.recv_timeout(LOCK_WITHIN).ok()
}

fn private_file(options: &mut OpenOptions) -> &mut OpenOptions {
    options.write(true).mode(0o600)
}

fn about(kind: ErrorKind, path: &Path) -> ApiError {
    ApiError::new(kind, [("data", path.display().to_string())])
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
            sealed: Seal::bare(key(3)),
            person: None,
            earlier: Vec::new(),
            others: Vec::new(),
            copied: false,
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
    fn processes_that_are_just_being_started_keep_no_home_shut() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Folder::make(dir.path()).expect("an empty folder");
        home.keep_identity(&identity()).expect("kept");
        drop(home);
        let done = std::sync::atomic::AtomicBool::new(false);
        let is_done = || done.load(std::sync::atomic::Ordering::Relaxed);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !is_done() {
                        std::process::Command::new("true").status().expect("starts");
                    }
                });
            }
            let opened = (0..2_000).all(|_| Folder::open(dir.path()).is_ok());
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(opened);
        });
    }

    #[test]
    fn whoever_acts_trades_places_and_back() {
        let mut identity = identity();
        let (name, writer) = ("李".to_owned(), Secret::from_seed([5; 32]));
        let sealed = Seal::bare(Secret::from_seed([6; 32]));
        let person = Some(Secret::from_seed([7; 32]).person());
        identity.others.push(Resident { name, person, writer, sealed, copied: false });
        let before = format!("{identity:?}");
        identity.trade_places(Some(0));
        assert_eq!((identity.person_name.as_str(), identity.names()[1]), ("李", "王"));
        assert_eq!(identity.writer.key(), Secret::from_seed([5; 32]).key());
        identity.trade_places(Some(0));
        assert_eq!(format!("{identity:?}"), before);
        identity.trade_places(None);
        assert_eq!(format!("{identity:?}"), before);
    }

    #[test]
    fn a_damaged_founding_record_is_not_called_a_newer_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::make(dir.path()).expect("an empty folder");
        let newer = [&[255; 2][..], &[0; 20]].concat();
        for (bytes, kind) in [(&[][..], ErrorKind::FileGone), (&newer, ErrorKind::NewerData)] {
            fs::write(dir.path().join(GENESIS), bytes).expect("written");
            assert_eq!(folder.genesis().expect_err("no genesis").kind, kind);
        }
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
