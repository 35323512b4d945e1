//! Where blobs lie: a folder, or memory for a home without one.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt, fs,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use crdt::id::BlobId;

/// What has not come whole yet ends so.
const COMING: &str = "coming";

/// A place for sealed bytes; what they are called is not checked here.
pub(super) trait Shelf: fmt::Debug + Send {
    fn write(&mut self, id: &BlobId, sealed: &[u8]) -> io::Result<()>;
    fn read(&self, id: &BlobId) -> io::Result<Option<Vec<u8>>>;
    fn bytes_of(&self, id: &BlobId) -> io::Result<Option<u64>>;
    fn part(&self, id: &BlobId, from: u64, bytes: u64) -> io::Result<Option<Vec<u8>>>;
    fn remove(&mut self, id: &BlobId) -> io::Result<()>;
    fn all(&self) -> io::Result<Vec<(BlobId, u64)>>;
    fn held_bytes(&self) -> io::Result<u64>;
    fn coming(&self, id: &BlobId) -> io::Result<u64>;
    fn append(&mut self, id: &BlobId, from: u64, bytes: &[u8]) -> io::Result<()>;
    fn read_coming(&self, id: &BlobId) -> io::Result<Option<Vec<u8>>>;
    fn name_coming(&mut self, id: &BlobId) -> io::Result<()>;
    fn drop_coming(&mut self, id: &BlobId) -> io::Result<()>;
    fn sweep(&mut self, but: &[BlobId]) -> io::Result<()>;
}

/// What is being written down from here ends so.
const PART: &str = "part";

/// A folder.
#[derive(Debug)]
pub(super) struct Folder {
    dir: PathBuf,
    /// What all files take together, in bytes, once they were looked at: a home may hold thousands.
    total: Cell<Option<u64>>,
}

impl Folder {
    pub fn at(dir: PathBuf) -> Self {
        Self { dir, total: Cell::new(None) }
    }

    fn path(&self, id: &BlobId) -> PathBuf {
        self.dir.join(id.to_hex())
    }

    fn coming_path(&self, id: &BlobId) -> PathBuf {
        self.path(id).with_extension(COMING)
    }

    fn files(&self) -> io::Result<Vec<(PathBuf, fs::Metadata)>> {
        let Some(entries) = if_there(fs::read_dir(&self.dir))? else { return Ok(Vec::new()) };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            // It may go while the folder is read: a command line beside this node writes here too.
            if let Some(about) = if_there(fs::metadata(&path))? {
                files.push((path, about));
            }
        }
        Ok(files)
    }
}

impl Shelf for Folder {
    fn write(&mut self, id: &BlobId, sealed: &[u8]) -> io::Result<()> {
        self.total.set(None);
        fs::create_dir_all(&self.dir)?;
        let (path, beside) = (self.path(id), self.path(id).with_extension(PART));
        let mut file = fs::File::create(&beside)?;
        file.write_all(sealed)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        fs::File::open(&self.dir)?.sync_all()
    }

    fn read(&self, id: &BlobId) -> io::Result<Option<Vec<u8>>> {
        if_there(fs::read(self.path(id)))
    }

    fn bytes_of(&self, id: &BlobId) -> io::Result<Option<u64>> {
        Ok(if_there(fs::metadata(self.path(id)))?.map(|about| about.len()))
    }

    fn part(&self, id: &BlobId, from: u64, bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(mut file) = if_there(fs::File::open(self.path(id)))? else { return Ok(None) };
        file.seek(SeekFrom::Start(from))?;
        let mut part = Vec::new();
        file.take(bytes).read_to_end(&mut part)?;
        Ok(Some(part))
    }

    fn remove(&mut self, id: &BlobId) -> io::Result<()> {
        self.total.set(None);
        if_there(fs::remove_file(self.path(id))).map(|_| ())
    }

    fn all(&self) -> io::Result<Vec<(BlobId, u64)>> {
        let mut all: Vec<(SystemTime, BlobId, u64)> = Vec::new();
        for (path, about) in self.files()? {
            let id = path.file_name().and_then(|name| name.to_str()?.parse().ok());
            if let Some(id) = id {
                all.push((about.modified()?, id, about.len()));
            }
        }
        all.sort_unstable();
        Ok(all.into_iter().map(|(_, id, bytes)| (id, bytes)).collect())
    }

    fn held_bytes(&self) -> io::Result<u64> {
        if let Some(total) = self.total.get() {
            return Ok(total);
        }
        let total = self.files()?.iter().map(|(_, about)| about.len()).sum();
        self.total.set(Some(total));
        Ok(total)
    }

    fn coming(&self, id: &BlobId) -> io::Result<u64> {
        Ok(if_there(fs::metadata(self.coming_path(id)))?.map_or(0, |about| about.len()))
    }

    fn append(&mut self, id: &BlobId, from: u64, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let path = self.coming_path(id);
        let total = self.total.take();
        let mut file =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        let before = file.metadata()?.len();
        file.set_len(from)?;
        file.seek(SeekFrom::Start(from))?;
        file.write_all(bytes)?;
        let now = from + bytes.len() as u64;
        self.total.set(total.map(|total| (total + now).saturating_sub(before)));
        Ok(())
    }

    fn read_coming(&self, id: &BlobId) -> io::Result<Option<Vec<u8>>> {
        if_there(fs::read(self.coming_path(id)))
    }

    fn name_coming(&mut self, id: &BlobId) -> io::Result<()> {
        let path = self.coming_path(id);
        fs::File::open(&path)?.sync_all()?;
        fs::rename(path, self.path(id))?;
        fs::File::open(&self.dir)?.sync_all()
    }

    fn drop_coming(&mut self, id: &BlobId) -> io::Result<()> {
        self.total.set(None);
        if_there(fs::remove_file(self.coming_path(id))).map(|_| ())
    }

    fn sweep(&mut self, but: &[BlobId]) -> io::Result<()> {
        self.total.set(None);
        for (path, _) in self.files()? {
            let part = path.extension().is_some_and(|it| it == PART);
            let coming = path.extension().is_some_and(|it| it == COMING);
            if part || coming && !but.iter().any(|id| named(&path, id)) {
                if_there(fs::remove_file(path))?;
            }
        }
        Ok(())
    }
}

fn named(path: &Path, id: &BlobId) -> bool {
    path.file_stem().is_some_and(|stem| *stem == *id.to_hex())
}

fn if_there<T>(what: io::Result<T>) -> io::Result<Option<T>> {
    match what {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        what => what.map(Some),
    }
}

/// Memory.
#[derive(Debug, Default)]
pub(super) struct Memory {
    whole: BTreeMap<BlobId, Vec<u8>>,
    order: Vec<BlobId>,
    coming: BTreeMap<BlobId, Vec<u8>>,
}

impl Shelf for Memory {
    fn write(&mut self, id: &BlobId, sealed: &[u8]) -> io::Result<()> {
        if self.whole.insert(*id, sealed.to_vec()).is_none() {
            self.order.push(*id);
        }
        Ok(())
    }

    fn read(&self, id: &BlobId) -> io::Result<Option<Vec<u8>>> {
        Ok(self.whole.get(id).cloned())
    }

    fn bytes_of(&self, id: &BlobId) -> io::Result<Option<u64>> {
        Ok(self.whole.get(id).map(|sealed| sealed.len() as u64))
    }

    fn part(&self, id: &BlobId, from: u64, bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(sealed) = self.whole.get(id) else { return Ok(None) };
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(sealed.len());
        Ok(Some(sealed[place(from)..place(from.saturating_add(bytes))].to_vec()))
    }

    fn remove(&mut self, id: &BlobId) -> io::Result<()> {
        self.whole.remove(id);
        self.order.retain(|it| it != id);
        Ok(())
    }

    fn all(&self) -> io::Result<Vec<(BlobId, u64)>> {
        Ok(self.order.iter().map(|id| (*id, self.whole[id].len() as u64)).collect())
    }

    fn held_bytes(&self) -> io::Result<u64> {
        Ok(self.whole.values().chain(self.coming.values()).map(|it| it.len() as u64).sum())
    }

    fn coming(&self, id: &BlobId) -> io::Result<u64> {
        Ok(self.coming.get(id).map_or(0, |it| it.len() as u64))
    }

    fn append(&mut self, id: &BlobId, from: u64, bytes: &[u8]) -> io::Result<()> {
        let coming = self.coming.entry(*id).or_default();
        coming.resize(usize::try_from(from).unwrap_or(usize::MAX), 0);
        coming.extend(bytes);
        Ok(())
    }

    fn read_coming(&self, id: &BlobId) -> io::Result<Option<Vec<u8>>> {
        Ok(self.coming.get(id).cloned())
    }

    fn name_coming(&mut self, id: &BlobId) -> io::Result<()> {
        match self.coming.remove(id) {
            Some(sealed) => self.write(id, &sealed),
            None => Ok(()),
        }
    }

    fn drop_coming(&mut self, id: &BlobId) -> io::Result<()> {
        self.coming.remove(id);
        Ok(())
    }

    fn sweep(&mut self, but: &[BlobId]) -> io::Result<()> {
        self.coming.retain(|id, _| but.contains(id));
        Ok(())
    }
}
