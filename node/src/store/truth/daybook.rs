//! The daybook: what was written here is durable in one small write, long before its dozen database
//! pages are. Bookkeepers do the same: first into the daybook, then, in portions, into the ledger.
//!
//! An envelope of our own is put into the database within a transaction that stays open, and its
//! bytes into this file, which is synced. When there is enough, or somebody reads lists, or anything
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
//! 5. One sync at a time ([`Disk`]), and something else is done meanwhile: where one envelope is likely all that is to be
//!    saved, it gets its row ([`Truth::hasten`]); where more waits, the next ones are decided ([`Truth::lay`]).
//!    Nobody is answered before the sync has ended; where it failed the database is committed instead.
//! 6. What was begun with and then given up is struck out for good before anything else is saved: its
//!    author may sign another envelope for the same place.
//!
//! # Considered and rejected
//!
//! A table inside `truth.db` for what is new: its transaction costs two pages and the log's frames,
//! and everything that reads would have to look in two places.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crdt::{
    envelope::Envelope,
    id::{CommunityId, EnvelopeId},
};

use super::{Memory, Truth, Work};
use crate::store::error::StoreError;

/// Bytes of the file: about as many messages of the usual length as lists may be behind. What does not fit is
/// committed in the database, which is cheaper for so much anyway.
const FILE_BYTES: usize = 512 * 1024;

/// Length and check in front of each entry.
const FRONT_BYTES: usize = 4 + 16;

/// Who syncs the daybook, one sync at a time.
pub trait Disk: Send {
    /// Has the data of a file synced.
    fn start(&mut self, file: Arc<File>);

    /// What came of it; waits for that.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn wait(&mut self) -> io::Result<()>;
}

/// Whoever waits for the sync does it.
#[derive(Default)]
struct Here(Option<Arc<File>>);

impl Disk for Here {
    fn start(&mut self, file: Arc<File>) {
        self.0 = Some(file);
    }

    fn wait(&mut self) -> io::Result<()> {
        self.0.take().map_or(Ok(()), |file| file.sync_data())
    }
}

/// What is being synced (rule 5).
#[derive(Clone, Copy)]
enum UnderWay {
    /// One envelope behind the last entry, and how many bytes it has. It does not count yet.
    Ahead(EnvelopeId, usize),
    /// The entries from here on.
    Entries(usize),
}

/// The file beside the database, if there is a database file.
pub(super) struct Daybook {
    path: Option<PathBuf>,
    key: [u8; 32],
    file: Option<Arc<File>>,
    /// Where the next entry goes; after an opening, how far entries may stand.
    end: usize,
    disk: Box<dyn Disk>,
    under_way: Option<UnderWay>,
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
        Self { path, key, file: None, end: FILE_BYTES, disk, under_way: None, failed: false }
    }

    /// What stands in the file, in the order in which it was written: after an opening, what a crash
    /// left.
    pub fn left_over(&self) -> Result<Vec<Envelope>, StoreError> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        match fs::read(path) {
            Ok(bytes) => Ok(entries(&bytes[..self.end.min(bytes.len())], &self.key)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(StoreError::Disk(error.to_string())),
        }
    }

    /// Writes an envelope where its entry will stand, and has the disk begin with it.
    pub fn begin_with(&mut self, envelope: &Envelope) {
        if self.under_way.is_none()
            && let Some(length) = self.write(std::iter::once(envelope))
        {
            self.under_way = Some(UnderWay::Ahead(envelope.id(), length));
        }
    }

    /// Writes and syncs `envelopes`; false where they do not belong here or the disk said no: then
    /// they are to be committed.
    pub fn take(&mut self, envelopes: &[Arc<Envelope>]) -> bool {
        self.lay(envelopes) && self.finish()
    }

    /// Writes `envelopes` and has the disk begin with them; [`Daybook::finish`] comes before anything else is
    /// done with the file. False as with [`Daybook::take`].
    pub fn lay(&mut self, envelopes: &[Arc<Envelope>]) -> bool {
        let ahead = match (self.under_way, envelopes) {
            (Some(UnderWay::Ahead(id, length)), [only]) if only.id() == id => Some(length),
            _ => None,
        };
        if ahead.is_none() {
            self.strike_out(envelopes);
            // More came than was thought: it is written and synced again.
            self.wait_for_what_is_ahead();
        }
        debug_assert!(ahead.is_some() || self.under_way.is_none(), "one sync at a time");
        let length = ahead.or_else(|| self.write(envelopes.iter().map(AsRef::as_ref)));
        let Some(length) = length else { return false };
        self.under_way = Some(UnderWay::Entries(self.end));
        self.end += length;
        true
    }

    /// Waits for the sync of what was laid; false where that is to be committed.
    pub fn finish(&mut self) -> bool {
        let Some(UnderWay::Entries(from)) = self.under_way else { return true };
        self.under_way = None;
        let Err(error) = self.disk.wait() else { return true };
        self.give_up(from, &error);
        self.end = from;
        false
    }

    /// Writes `envelopes` behind the last entry and has the disk begin with them; how many bytes they take, none
    /// where they do not belong here.
    fn write<'a>(&mut self, envelopes: impl Iterator<Item = &'a Envelope>) -> Option<usize> {
        if self.path.is_none() || self.failed {
            return None;
        }
        let mut bytes = Vec::new();
        envelopes.for_each(|envelope| put_entry(&mut bytes, envelope, &self.key));
        if !self.fits(bytes.len()) {
            return None;
        }
        let length = bytes.len();
        // Nothing counts that stood here before.
        bytes.extend([0; 4]);
        match self.write_bytes(&bytes) {
            Ok(file) => self.disk.start(file),
            Err(error) => {
                self.give_up(self.end, &error);
                return None;
            }
        }
        Some(length)
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<Arc<File>> {
        let file = match (&mut self.file, &self.path) {
            (Some(file), _) => file,
            (file, Some(path)) => file.insert(Arc::new(make(path)?)),
            (None, None) => return Err(io::ErrorKind::NotFound.into()),
        };
        file.write_all_at(bytes, self.end as u64)?;
        Ok(Arc::clone(file))
    }

    /// Rule 4.
    fn give_up(&mut self, from: usize, error: &io::Error) {
        tracing::warn!(reason = %error, "The daybook cannot be written; the database is");
        self.failed = true;
        self.close_at(from);
    }

    /// Rule 6: what was begun with and is not among `kept` counts no more, also after a crash.
    pub fn strike_out(&mut self, kept: &[Arc<Envelope>]) {
        let Some(UnderWay::Ahead(id, _)) = self.under_way else { return };
        if kept.iter().any(|envelope| envelope.id() == id) {
            return;
        }
        self.wait_for_what_is_ahead();
        self.close_at(self.end);
        if let Err(error) = self.file.as_ref().map_or(Ok(()), |file| file.sync_data()) {
            self.give_up(self.end, &error);
        }
    }

    fn wait_for_what_is_ahead(&mut self) {
        if matches!(self.under_way, Some(UnderWay::Ahead(..))) {
            self.under_way = None;
            if let Err(error) = self.disk.wait() {
                self.give_up(self.end, &error);
            }
        }
    }

    /// Four zeros behind the last entry end the file's story.
    fn fits(&self, bytes: usize) -> bool {
        self.end + bytes + 4 <= FILE_BYTES
    }

    /// Everything in it is committed: it begins again at its start.
    pub fn begin_again(&mut self) {
        self.wait_for_what_is_ahead();
        if self.end > 0 {
            self.close_at(0);
        }
        self.end = 0;
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
        let nothing = self.fresh.is_empty() && self.is_laid;
        if nothing || (!self.fresh.is_empty() && self.daybook.take(&self.fresh)) {
            self.daybook.strike_out(&[]);
            self.fresh.clear();
            self.is_laid = true;
            self.begun = false;
            return Ok(());
        }
        self.commit()
    }

    /// From now on `disk` syncs the daybook; until then whoever waits for that does it.
    pub fn sync_with(&mut self, disk: Box<dyn Disk>) {
        self.daybook.disk = disk;
    }

    /// Writes what was done since [`Truth::begin`] into the daybook and has it synced; false where anything but
    /// envelopes of our own was written, or there is no room. What comes next may be begun meanwhile, but not
    /// saved before [`Truth::finish`].
    pub fn lay(&mut self) -> bool {
        if self.undone || self.db.is_autocommit() || self.is_more_than_envelopes {
            return false;
        }
        let laid = !self.fresh.is_empty() && self.daybook.lay(&self.fresh);
        if laid {
            self.fresh.clear();
            self.is_laid = true;
            self.begun = false;
        }
        laid
    }

    /// Waits until what was laid is synced. Where that fails, all that was written so far is committed in the
    /// database.
    ///
    /// # Errors
    ///
    /// As [`Truth::commit`]; then nothing is saved of what was laid, nor of what was begun since.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        if self.daybook.finish() {
            return Ok(());
        }
        if self.undone || self.db.is_autocommit() {
            self.undone = true;
            return Err(StoreError::Undone);
        }
        self.commit_here()?;
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
        if self.begun || !self.is_laid {
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
