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
//! What gets its row later is signed later too, and stands here without its signature: key and header give the same one
//! whenever it is made, and the key is in this home.
//!
//! # Rules
//!
//! 1. An entry counts up to the first one whose check fails: what was cut off in the middle was not
//!    answered. The check is keyed by the community, and by whether the signature is there.
//! 2. Entries that are in the database already do no harm, since the truth is a set. So the file
//!    needs no numbers of its own, and nothing has to be synced when it begins again.
//! 3. The file has its full size from the beginning: a sync then concerns a page of data and nothing
//!    of the file system's own records.
//! 4. Once a write or sync has failed the file is not trusted again before the next opening;
//!    everything is committed in the database then.
//! 5. Entries are handed to the disk one after the other, and nobody waits for that ([`Disk`]): what was handed over
//!    while a sync runs shares the next one. Nobody is answered before the sync of his entry has ended; where one failed
//!    the database is committed instead.
//! 6. Unsigned stands here only what is by authors whose keys the key file has. Before one of them goes, what is his is
//!    written behind once more, signed; there is always room for that. An entry that nobody here can sign is laid aside in
//!    a file of its own, which is read at every opening: once the key is back it counts, before anything else is written.
//!
//! # Considered and rejected
//!
//! A table inside `truth.db` for what is new: its transaction costs two pages and the log's frames,
//! and everything that reads would have to look in two places.

mod entry;

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    ops::RangeInclusive,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crdt::{
    envelope::Envelope,
    id::{CommunityId, EnvelopeId, WriterId},
    keys::Secret,
};

use self::entry::{Keys, LeftOver, signed_bytes};
use super::{Memory, Truth, Work, pen::Pen};
use crate::store::error::StoreError;

/// Bytes of the file: about as many messages of the usual length as lists may be behind, twice. What does not fit is
/// committed in the database, which is cheaper for so much anyway.
const FILE_BYTES: usize = 1024 * 1024;

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
    keys: Keys,
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
    /// What stands in it without a signature, where each of them ends, and the bytes that they take signed.
    unsigned: Vec<(usize, Arc<Envelope>)>,
    reserved: usize,
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
        Self {
            path,
            keys: Keys::of(community),
            file: None,
            end: FILE_BYTES,
            disk: Box::<Here>::default(),
            under_way: VecDeque::new(),
            safe: FILE_BYTES,
            lost: RangeInclusive::new(1, 0),
            unsigned: Vec::new(),
            reserved: 0,
            failed: false,
        }
    }

    /// What stands in the file, in the order in which it was written: after an opening, what a crash
    /// left. What was not signed is by whoever has the key.
    pub fn left_over(&mut self, pen: &Pen) -> Result<LeftOver, StoreError> {
        self.give_up_what_is_not_safe();
        let Some(path) = &self.path else { return Ok(LeftOver::default()) };
        match fs::read(path) {
            Ok(bytes) => {
                let bytes = &bytes[..self.end.min(bytes.len())];
                Ok(self.keys.read(bytes, |author| pen.kept(author)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(LeftOver::default()),
            Err(error) => Err(StoreError::Disk(error.to_string())),
        }
    }

    /// What was laid aside, file by file.
    pub fn laid_aside(&self, pen: &Pen) -> Result<Vec<(PathBuf, LeftOver)>, StoreError> {
        let mut files = Vec::new();
        let Some(path) = &self.path else { return Ok(files) };
        let prefix = aside_prefix(path);
        let mut read = || {
            for file in fs::read_dir(folder_of(path))? {
                let file = file?;
                if file.file_name().to_string_lossy().starts_with(&prefix) {
                    let bytes = fs::read(file.path())?;
                    files.push((file.path(), self.keys.read(&bytes, |author| pen.kept(author))));
                }
            }
            Ok(())
        };
        read().map_err(|error: io::Error| StoreError::Disk(error.to_string()))?;
        Ok(files)
    }

    /// Hands `envelopes` to the disk. None where they do not belong here: then they are to be committed.
    pub fn lay(&mut self, envelopes: &[Arc<Envelope>]) -> Option<Ticket> {
        if self.path.is_none() || self.failed {
            return None;
        }
        let (mut bytes, mut unsigned) = (Vec::new(), Vec::new());
        for envelope in envelopes {
            let signed = envelope.is_signed();
            self.keys.put(&mut bytes, envelope, signed);
            if !signed {
                unsigned.push((self.end + bytes.len(), Arc::clone(envelope)));
            }
        }
        let reserved: usize = unsigned.iter().map(|(_, it)| signed_bytes(it)).sum();
        if !self.fits(bytes.len() + self.reserved + reserved) {
            return None;
        }
        let ticket = self.put(bytes)?;
        self.unsigned.extend(unsigned);
        self.reserved += reserved;
        Some(ticket)
    }

    /// Four zeros behind the last entry end the file's story.
    fn fits(&self, bytes: usize) -> bool {
        self.end + bytes + 4 <= FILE_BYTES
    }

    fn put(&mut self, mut bytes: Vec<u8>) -> Option<Ticket> {
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

    /// Rule 6: what stands here unsigned by these authors does so signed as well.
    ///
    /// # Errors
    ///
    /// Where the disk does not take it.
    pub fn sign(&mut self, authors: &[WriterId]) -> Result<(), StoreError> {
        let is_his = |it: &Envelope| authors.contains(&it.header().writer);
        let mut bytes = Vec::new();
        for (_, envelope) in self.unsigned.iter().filter(|(_, it)| is_his(it)) {
            self.keys.put(&mut bytes, envelope, true);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let refused = || StoreError::Disk("the daybook could not be signed".into());
        if self.failed {
            return Err(refused());
        }
        debug_assert!(self.fits(bytes.len()), "it was reserved");
        let ticket = self.put(bytes).ok_or_else(refused)?;
        if !self.finish(ticket)? {
            return Err(refused());
        }
        self.forget_unsigned(|_, it| is_his(it));
        Ok(())
    }

    /// Keeps what nobody here can sign in a file of its own.
    fn lay_aside(&self, keyless: &[(EnvelopeId, Vec<u8>)]) -> Result<(), StoreError> {
        let (Some(path), Some((first, _))) = (&self.path, keyless.first()) else { return Ok(()) };
        let name = format!("{}{}", aside_prefix(path), &first.to_hex()[..12]);
        let name = path.with_file_name(name);
        let write = || {
            let mut file = private().truncate(true).open(&name)?;
            keyless.iter().try_for_each(|(_, entry)| file.write_all(entry))?;
            file.sync_all()?;
            sync_folder_of(&name)
        };
        write().map_err(|error: io::Error| StoreError::Disk(error.to_string()))?;
        tracing::error!(
            file = %name.display(), entries = keyless.len(),
            "What was posted last was not signed yet, and the author's key is gone: it is laid aside"
        );
        Ok(())
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
        let safe = self.end;
        self.forget_unsigned(|end, _| end > safe);
        self.close_at(self.end);
        // Their authors may sign something else for the same places.
        let _ = self.file.as_ref().map(|file| file.sync_data());
    }

    fn forget_unsigned(&mut self, which: impl Fn(usize, &Envelope) -> bool) {
        self.unsigned.retain(|(end, envelope)| !which(*end, envelope));
        self.reserved = self.unsigned.iter().map(|(_, it)| signed_bytes(it)).sum();
    }

    /// Everything in it is committed: it begins again at its start.
    pub fn begin_again(&mut self) {
        self.settle();
        self.under_way.clear();
        self.forget_unsigned(|_, _| true);
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

/// How the names of files begin that hold what nobody here could sign.
fn aside_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    format!("{}-", name.to_string_lossy())
}

/// Opens the file at its full size, made where there is none.
fn make(path: &Path) -> io::Result<File> {
    let file = private().truncate(false).open(path)?;
    if file.metadata()?.len() < FILE_BYTES as u64 {
        file.write_all_at(&vec![0; FILE_BYTES], 0)?;
        file.sync_all()?;
        sync_folder_of(path)?;
    }
    Ok(file)
}

/// Only the owner may read it.
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(0o600);
    options
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
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
        let mut envelopes = Vec::new();
        let mut aside = self.daybook.laid_aside(&self.pen)?;
        aside.iter_mut().for_each(|(_, it)| envelopes.append(&mut it.envelopes));
        let LeftOver { envelopes: left_over, keyless, .. } = self.daybook.left_over(&self.pen)?;
        envelopes.extend(left_over);
        if !envelopes.is_empty() {
            self.run("BEGIN IMMEDIATE")?;
            let posted = self.work().post(&envelopes).and_then(|()| self.run("COMMIT"));
            if let Err(error) = posted {
                if !self.db.is_autocommit() {
                    self.run("ROLLBACK")?;
                }
                self.memory = Memory::read(&self.db, &self.genesis, self.memory.keyring.emptied())?;
                return Err(error);
            }
        }
        let lost = self.not_known(keyless)?;
        self.daybook.lay_aside(&lost)?;
        self.daybook.begin_again();
        for (file, LeftOver { keyless, is_whole, .. }) in aside {
            // One that stays is read with every opening; what is known by then does no harm.
            if is_whole && self.not_known(keyless)?.is_empty() {
                drop(fs::remove_file(file));
            }
        }
        Ok(())
    }

    fn not_known<T>(
        &mut self,
        entries: Vec<(EnvelopeId, T)>,
    ) -> Result<Vec<(EnvelopeId, T)>, StoreError> {
        let mut unknown = Vec::new();
        for (id, entry) in entries {
            if self.work().cited(&id)?.is_none() {
                unknown.push((id, entry));
            }
        }
        Ok(unknown)
    }

    /// The key file is about to be written with the keys of these authors: of whoever is not among them, all that stands
    /// in the daybook is signed before, and so is all that he writes from now on.
    ///
    /// # Errors
    ///
    /// Where the disk does not take it: then the key file has to stay as it is.
    pub fn before_keys(&mut self, next: &[Secret]) -> Result<(), StoreError> {
        let leaving = self.pen.would_lose(next);
        if leaving.is_empty() {
            return Ok(());
        }
        if self.undone {
            return Err(StoreError::Undone);
        }
        self.fresh.iter().for_each(|envelope| {
            envelope.signature();
        });
        self.daybook.sign(&leaving)?;
        leaving.iter().for_each(|writer| self.pen.lose(writer));
        Ok(())
    }

    /// The key file was written with the keys of these authors.
    pub fn after_keys(&mut self, kept: &[Secret]) {
        self.pen.keep(kept);
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
