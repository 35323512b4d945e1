//! The daybook: what was written here is durable in one small write, long before its dozen database
//! pages are. Bookkeepers do the same: first into the daybook, then, in portions, into the ledger.
//!
//! An envelope of our own is put into the database within a transaction that stays open, and its
//! bytes into this file, which is synced; a plain message comes into the database a little later, before anybody looks
//! ([`Truth::defer_rows`]). When there is enough, or somebody reads lists, or anything
//! but envelopes is written, the transaction is committed and the file begins again at its start.
//! After a crash SQLite has undone what was not committed, and the file is read: what is in it and
//! not in the database gets its row now, in the same order.
//!
//! ```text
//! entry = length of the rest (u32, little-endian) ‖ check (16) ‖ header's length (u32) ‖ header ‖ signature (64) ‖ body
//! ```
//!
//! # Rules
//!
//! 1. An entry counts up to the first one whose check fails: what was cut off in the middle was not
//!    answered. The check is keyed by the community.
//! 2. Entries that are in the database already do no harm, since the truth is a set. So the file
//!    needs no numbers of its own, and nothing has to be synced when it begins again.
//! 3. The file has its full size from the beginning: a sync then concerns a page of data and nothing
//!    of the file system's own records.
//! 4. Once a write or sync has failed the file is not trusted again before the next opening;
//!    everything is committed in the database then.
//! 5. Entries are handed to the disk one after the other, and nobody waits for that ([`Disk`]): what was handed over
//!    while a sync runs shares the next one. Nobody is answered before the sync of his entry has ended; where one failed
//!    the database is committed instead.
//!
//! # Considered and rejected
//!
//! A table inside `truth.db` for what is new: its transaction costs two pages and the log's frames,
//! and everything that reads would have to look in two places.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io,
    ops::RangeInclusive,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crdt::{envelope::Envelope, id::CommunityId};

use super::{Memory, Truth, Work};
use crate::store::error::StoreError;

/// Bytes of the file: about as many messages of the usual length as lists may be behind. What does not fit is
/// committed in the database, which is cheaper for so much anyway.
const FILE_BYTES: usize = 512 * 1024;

/// Length and check in front of each entry.
const FRONT_BYTES: usize = 4 + 16;

/// Counts what was handed to the disk, from 1.
pub type Ticket = u64;

/// Who writes the daybook.
pub trait Disk: Send {
    /// Has these bytes written at this place of the file, over what stood there, and synced: behind all that was handed
    /// over before, and after a failure not at all.
    fn put(&mut self, file: &Arc<File>, at: usize, bytes: &[u8]) -> Ticket;

    /// Waits until everything up to this ticket is safe.
    ///
    /// # Errors
    ///
    /// What the system said of the first failure, and up to where everything is safe all the same.
    fn wait(&mut self, ticket: Ticket) -> Result<(), Broken>;
}

/// A disk that takes no more.
#[derive(Debug)]
pub struct Broken {
    /// What was handed over up to here is safe.
    pub safe: Ticket,
    /// Why nothing else is.
    pub error: io::Error,
}

/// Whoever waits does it.
#[derive(Default)]
struct Here {
    put: Ticket,
    safe: Ticket,
    /// Not synced yet.
    file: Option<Arc<File>>,
    failed: Option<io::Error>,
}

impl Disk for Here {
    fn put(&mut self, file: &Arc<File>, at: usize, bytes: &[u8]) -> Ticket {
        if self.failed.is_none() {
            self.failed = file.write_all_at(bytes, at as u64).err();
            self.file = Some(Arc::clone(file));
        }
        self.put += 1;
        self.put
    }

    fn wait(&mut self, _: Ticket) -> Result<(), Broken> {
        if let (None, Some(file)) = (&self.failed, self.file.take()) {
            self.failed = file.sync_data().err();
        }
        if let Some(error) = &self.failed {
            let error = io::Error::new(error.kind(), error.to_string());
            return Err(Broken { safe: self.safe, error });
        }
        self.safe = self.put;
        Ok(())
    }
}

/// The file beside the database, if there is a database file.
pub(super) struct Daybook {
    path: Option<PathBuf>,
    key: [u8; 32],
    file: Option<Arc<File>>,
    /// Where the next entry goes; after an opening, how far entries may stand.
    end: usize,
    disk: Box<dyn Disk>,
    /// What the disk has and nobody has waited for yet, and where each of them ends.
    under_way: VecDeque<(Ticket, usize)>,
    /// How far entries are known to be safe.
    safe: usize,
    /// What was laid under these was saved nowhere.
    lost: RangeInclusive<Ticket>,
    /// Rule 4.
    failed: bool,
}

impl Daybook {
    /// The daybook of the database at `database`; none where that is in memory.
    pub fn beside(database: Option<&Path>, community: &CommunityId) -> Self {
        let path = database.map(|path| {
            let mut name = path.as_os_str().to_owned();
            name.push("-daybook");
            PathBuf::from(name)
        });
        let key = blake3::derive_key("linli/1 daybook", community.as_bytes());
        let disk = Box::<Here>::default();
        let (under_way, safe) = (VecDeque::new(), FILE_BYTES);
        Self {
            path,
            key,
            file: None,
            end: FILE_BYTES,
            disk,
            under_way,
            safe,
            lost: RangeInclusive::new(1, 0),
            failed: false,
        }
    }

    /// What stands in the file, in the order in which it was written: after an opening, what a crash
    /// left.
    pub fn left_over(&mut self) -> Result<Vec<Envelope>, StoreError> {
        self.give_up_what_is_not_safe();
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        match fs::read(path) {
            Ok(bytes) => Ok(entries(&bytes[..self.end.min(bytes.len())], &self.key)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(StoreError::Disk(error.to_string())),
        }
    }

    /// Hands `envelopes` to the disk. None where they do not belong here: then they are to be committed.
    pub fn lay(&mut self, envelopes: &[Arc<Envelope>]) -> Option<Ticket> {
        if self.path.is_none() || self.failed {
            return None;
        }
        let mut bytes = Vec::new();
        envelopes.iter().for_each(|envelope| put_entry(&mut bytes, envelope, &self.key));
        if !self.fits(bytes.len()) {
            return None;
        }
        let length = bytes.len();
        // Nothing counts that stood here before.
        bytes.extend([0; 4]);
        let file = match self.file() {
            Ok(file) => file,
            Err(error) => {
                self.fail(&error);
                return None;
            }
        };
        let ticket = self.disk.put(&file, self.end, &bytes);
        self.end += length;
        self.under_way.push_back((ticket, self.end));
        Some(ticket)
    }

    /// Waits until what was laid under this ticket is safe. False where it is to be committed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Undone`] where it was given up meanwhile.
    pub fn finish(&mut self, ticket: Ticket) -> Result<bool, StoreError> {
        if self.under_way.front().is_none_or(|(first, _)| *first > ticket) {
            return if self.lost.contains(&ticket) { Err(StoreError::Undone) } else { Ok(true) };
        }
        let broken = self.disk.wait(ticket).err();
        let safe = broken.as_ref().map_or(ticket, |broken| broken.safe);
        while let Some((_, end)) = self.under_way.pop_front_if(|(first, _)| *first <= safe) {
            self.safe = end;
        }
        let Some(Broken { error, .. }) = broken else { return Ok(true) };
        self.fail(&error);
        Ok(safe >= ticket)
    }

    fn file(&mut self) -> io::Result<Arc<File>> {
        let file = match (&mut self.file, &self.path) {
            (Some(file), _) => file,
            (file, Some(path)) => file.insert(Arc::new(make(path)?)),
            (None, None) => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(Arc::clone(file))
    }

    /// Rule 4.
    fn fail(&mut self, error: &io::Error) {
        if !std::mem::replace(&mut self.failed, true) {
            tracing::warn!(reason = %error, "The daybook cannot be written; the database is");
        }
    }

    /// Waits for all that is under way. Did the disk take it?
    fn settle(&mut self) -> bool {
        let Some((last, _)) = self.under_way.back() else { return true };
        let last = *last;
        matches!(self.finish(last), Ok(true))
    }

    /// What was laid is in the file, or nowhere.
    fn give_up_what_is_not_safe(&mut self) {
        if self.settle() {
            return;
        }
        if let (Some((first, _)), Some((last, _))) = (self.under_way.front(), self.under_way.back())
        {
            self.lost = *first..=*last;
        }
        self.under_way.clear();
        self.end = self.safe;
        self.close_at(self.end);
        // Their authors may sign something else for the same places.
        let _ = self.file.as_ref().map(|file| file.sync_data());
    }

    /// Four zeros behind the last entry end the file's story.
    fn fits(&self, bytes: usize) -> bool {
        self.end + bytes + 4 <= FILE_BYTES
    }

    /// Everything in it is committed: it begins again at its start.
    pub fn begin_again(&mut self) {
        self.settle();
        self.under_way.clear();
        if self.end > 0 {
            self.close_at(0);
        }
        (self.end, self.safe) = (0, 0);
    }

    /// Writes zeros over all of it: what was erased must not stay in it. True where none of it does.
    pub fn wipe(&mut self) -> bool {
        let Some(path) = self.path.as_ref().filter(|path| path.exists()) else { return true };
        let wiped = OpenOptions::new().write(true).open(path).and_then(|file| {
            file.write_all_at(&vec![0; FILE_BYTES], 0)?;
            file.sync_data()
        });
        wiped.is_ok()
    }

    /// Nothing counts from here on. Where even this fails, what was given up may be found after a
    /// crash, and what is known is found to be known.
    fn close_at(&self, end: usize) {
        let Some(path) = &self.path else { return };
        if let Ok(file) = OpenOptions::new().write(true).open(path) {
            let _ = file.write_all_at(&[0; 4], end as u64);
        }
    }
}

/// Opens the file at its full size, made where there is none. Only the owner may read it.
fn make(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    let file =
        options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if file.metadata()?.len() < FILE_BYTES as u64 {
        file.write_all_at(&vec![0; FILE_BYTES], 0)?;
        file.sync_all()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(file)
}

fn check(key: &[u8; 32], entry: &[u8]) -> [u8; 16] {
    let hash = blake3::keyed_hash(key, entry);
    *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
}

fn put_entry(out: &mut Vec<u8>, envelope: &Envelope, key: &[u8; 32]) {
    let length = |bytes: usize| u32::try_from(bytes).expect("envelopes are bounded").to_le_bytes();
    let (header, body) = (envelope.header_bytes(), envelope.body().unwrap_or_default());
    let mut entry = Vec::with_capacity(4 + header.len() + 64 + body.len());
    entry.extend(length(header.len()));
    entry.extend(header);
    entry.extend(envelope.signature());
    entry.extend(body);
    out.extend(length(16 + entry.len()));
    out.extend(check(key, &entry));
    out.extend(entry);
}

fn entries(mut bytes: &[u8], key: &[u8; 32]) -> Vec<Envelope> {
    let mut found = Vec::new();
    while let Some((envelope, rest)) = next_entry(bytes, key) {
        found.push(envelope);
        bytes = rest;
    }
    found
}

fn next_entry<'a>(bytes: &'a [u8], key: &[u8; 32]) -> Option<(Envelope, &'a [u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length < FRONT_BYTES {
        return None;
    }
    let (entry, behind) = rest.split_at_checked(length)?;
    let (said, entry) = entry.split_first_chunk::<16>()?;
    if *said != check(key, entry) {
        return None;
    }
    let (header, entry) = entry.split_first_chunk::<4>()?;
    let header = usize::try_from(u32::from_le_bytes(*header)).ok()?;
    let (header, entry) = entry.split_at_checked(header)?;
    let (signature, body) = entry.split_first_chunk::<64>()?;
    let envelope = Envelope::assemble(header.to_vec(), *signature, Some(body.to_vec())).ok()?;
    Some((envelope, behind))
}

impl Truth {
    /// Makes durable what was done since [`Truth::begin`], in the daybook where only envelopes of
    /// our own were written: the database follows with [`Truth::flush`], or with the next
    /// [`Truth::commit`].
    ///
    /// # Errors
    ///
    /// As [`Truth::commit`].
    pub fn save(&mut self) -> Result<(), StoreError> {
        if self.undone || self.db.is_autocommit() || self.is_more_than_envelopes {
            return self.commit();
        }
        if self.fresh.is_empty() && self.is_laid {
            self.begun = false;
            return Ok(());
        }
        match self.lay() {
            Some(ticket) => {
                // While the disk takes it. A failure harms nothing that is in the daybook by then.
                let _ = self.give_rows();
                let finished = self.finish(ticket);
                if finished.is_err() {
                    self.rollback()?;
                }
                finished
            }
            None => self.commit(),
        }
    }

    /// From now on `disk` syncs the daybook; until then whoever waits for that does it.
    pub fn sync_with(&mut self, disk: Box<dyn Disk>) {
        self.daybook.disk = disk;
    }

    /// Hands what was done since [`Truth::begin`] to the disk, as entries of the daybook; none where anything but
    /// envelopes of our own was written, or there is no room. What comes next may be begun, and laid, meanwhile.
    pub fn lay(&mut self) -> Option<Ticket> {
        if self.undone || self.db.is_autocommit() || self.is_more_than_envelopes {
            return None;
        }
        if self.fresh.is_empty() {
            return None;
        }
        let ticket = self.daybook.lay(&self.fresh)?;
        self.fresh.clear();
        self.is_laid = true;
        self.begun = false;
        Some(ticket)
    }

    /// Waits until what was laid is safe. Where the disk did not take it, all that was written so far is committed in
    /// the database.
    ///
    /// # Errors
    ///
    /// As [`Truth::commit`]; then nothing is saved of what was laid under this ticket, of later ones what the disk took
    /// all the same, and nothing of what was begun since.
    pub fn finish(&mut self, ticket: Ticket) -> Result<(), StoreError> {
        if self.daybook.finish(ticket)? {
            return Ok(());
        }
        if let Err(error) = self.commit_here() {
            // Where something was begun its own save comes next, and does this.
            if !self.begun {
                self.recover()?;
            }
            return Err(error);
        }
        if self.begun {
            let begun = self.run("BEGIN IMMEDIATE");
            // Then what was begun cannot be saved, which its own save will say.
            self.undone |= begun.is_err();
        }
        Ok(())
    }

    /// Commits what so far stands in the daybook alone.
    ///
    /// # Errors
    ///
    /// Where the disk fails: what was saved stays saved, and the next [`Truth::begin`] tries again.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        if self.begun {
            return Ok(());
        }
        if self.undone && self.is_laid {
            return self.recover();
        }
        if !self.is_laid {
            return Ok(());
        }
        let committed = self.commit_here();
        if committed.is_err() {
            self.recover()?;
        }
        committed
    }

    /// Gives rows to what a crash left in the daybook.
    pub(super) fn post_the_daybook(&mut self) -> Result<(), StoreError> {
        let left_over = self.daybook.left_over()?;
        if !left_over.is_empty() {
            self.run("BEGIN IMMEDIATE")?;
            let posted = self.work().post(&left_over).and_then(|()| self.run("COMMIT"));
            if let Err(error) = posted {
                if !self.db.is_autocommit() {
                    self.run("ROLLBACK")?;
                }
                self.memory = Memory::read(&self.db, &self.genesis, self.memory.keyring.emptied())?;
                return Err(error);
            }
        }
        self.daybook.begin_again();
        Ok(())
    }
}

impl Work<'_> {
    fn post(&mut self, envelopes: &[Envelope]) -> Result<(), StoreError> {
        for envelope in envelopes {
            if self.cited(&envelope.id())?.is_none() {
                self.admit(envelope)?;
                self.settle()?;
            }
        }
        self.memory.write_fingerprints(self.db)
    }
}
