//! Bundles on the disk: what is held here goes into a file, and what a file brings goes in as if a
//! neighbour had sent it (`crdt::bundle` has the format).
//!
//! # Rules
//!
//! 1. Writing reads the database by itself, in portions, while the node runs or not. A file that is
//!    there is never written over, and half a bundle is none.
//! 2. Reading holds one section at a time. Every envelope is checked by the ledger as a peer's is.
//! 3. A file may not fill the disk with what nobody vouches for: after [`WAITING_MAX`] envelopes that
//!    wait or do not count, the rest of it is not taken in. Nothing that was taken in is lost.
//!
//! # Deliberately absent
//!
//! Addressing: a bundle is for whoever finds it. Bodies are sealed as they are on the disk.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crdt::{
    bundle::{BadBundle, BundleReader, BundleWriter, END_BYTES, FRONT_BYTES, HEAD_BYTES, Next},
    envelope::{Envelope, Kind},
    genesis::Genesis,
    id::{EnvelopeId, GroupId, ScopeId},
};

use crate::{
    api::{ApiError, ErrorKind},
    home,
    identity::read_genesis,
    ledger::TRUTH_FILE,
    store::truth::Reader,
};

/// Envelopes read from the database at once.
const PORTION: u32 = 1_000;

/// Rule 3. A neighbourhood's honest leftovers are dozens: late items of somebody removed, replies to
/// what is still on its way.
pub const WAITING_MAX: u64 = 20_000;

/// What goes into a bundle.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Only this group, and what a home needs to judge and open it; none: everything.
    pub group: Option<GroupId>,
    /// Only what came here after this one.
    pub since: Option<EnvelopeId>,
}

/// Writes a bundle of what the home in `data` holds; how many envelopes went in.
///
/// # Errors
///
/// Where there is no home or community, the file is there already, `since` is not here, or a disk
/// says no.
pub fn export(data: &Path, file: &Path, wanted: Wanted) -> Result<u64, ApiError> {
    let genesis = genesis_of(data)?;
    let truth =
        Reader::open(&data.join(TRUTH_FILE)).map_err(|error| home::trouble(data, &error))?;
    let mut row = 0;
    if let Some(since) = wanted.since {
        let found = truth.read().row_of(&since).map_err(|error| home::trouble(data, &error))?;
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", since.to_hex())]);
        row = found.ok_or_else(unknown)?;
    }
    let community = genesis.id();
    let scopes =
        wanted.group.map(|group| [group.scope(), community.roster(), community.directory()]);
    let (mut bundle, head) = BundleWriter::new(&community);
    let mut out = Out::new(file)?;
    out.write(&head)?;
    let mut count = 0;
    loop {
        let portion =
            truth.read().after(row, PORTION).map_err(|error| home::trouble(data, &error))?;
        let Some((last, _)) = portion.last() else { break };
        row = *last;
        for (_, envelope) in portion.iter().filter(|(_, it)| is_wanted(it, scopes.as_ref())) {
            count += 1;
            if let Some(section) = bundle.put(envelope) {
                out.write(&section)?;
            }
        }
    }
    out.write(&bundle.end())?;
    out.finish()?;
    Ok(count)
}

/// Keys go along with any group: an open one uses everybody's.
fn is_wanted(envelope: &Envelope, scopes: Option<&[ScopeId; 3]>) -> bool {
    let header = envelope.header();
    scopes.is_none_or(|scopes| header.kind == Kind::KEY || scopes.contains(&header.scope))
}

fn genesis_of(data: &Path) -> Result<Genesis, ApiError> {
    read_genesis(data)?.ok_or_else(|| ApiError::new(ErrorKind::NoCommunity, []))
}

/// The file that is being made; where it is not finished it is taken away.
struct Out {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Out {
    fn new(path: &Path) -> Result<Self, ApiError> {
        let made = OpenOptions::new().write(true).create_new(true).open(path);
        let file = made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => ApiError::of_file(ErrorKind::FileExists, path),
            _ => ApiError::unwritable(path, &error),
        })?;
        Ok(Self { path: path.to_owned(), file: Some(BufWriter::new(file)) })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|error| ApiError::unwritable(&self.path, &error))
    }

    fn finish(mut self) -> Result<(), ApiError> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let synced = file.into_inner().map_err(io::IntoInnerError::into_error);
        let synced = synced.and_then(|file| file.sync_all());
        if let Err(error) = &synced {
            let _ = fs::remove_file(&self.path);
            return Err(ApiError::unwritable(&self.path, error));
        }
        Ok(())
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Whoever was told of the failure does not need this one.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The sections of a bundle, one after the other.
pub struct Sections {
    path: PathBuf,
    file: BufReader<File>,
    reader: BundleReader,
    spoilt: u64,
    end: Option<bool>,
}

impl Sections {
    /// Opens a bundle for the home in `data`.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or is no bundle of this home's community.
    pub fn open(data: &Path, path: &Path) -> Result<Self, ApiError> {
        let genesis = genesis_of(data)?;
        let opened = File::open(path).map_err(|error| ApiError::unwritable(path, &error))?;
        let mut file = BufReader::new(opened);
        let mut head = Vec::new();
        let read = file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head);
        read.map_err(|error| ApiError::unwritable(path, &error))?;
        let reader = BundleReader::new(&head, &genesis.id()).map_err(|bad| match bad {
            BadBundle::Newer => ApiError::of_file(ErrorKind::ForeignBundle, path),
            BadBundle::OtherCommunity => ApiError::of_file(ErrorKind::OthersBundle, path),
            BadBundle::NotABundle | BadBundle::Damaged => {
                ApiError::of_file(ErrorKind::BadBundle, path)
            }
        })?;
        Ok(Self { path: path.to_owned(), file, reader, spoilt: 0, end: None })
    }

    /// The next section that can be read, for [`Command::TakeIn`](crate::api::Command::TakeIn); none
    /// at the end, whatever ended it.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn next_section(&mut self) -> Result<Option<Vec<u8>>, ApiError> {
        while self.end.is_none() {
            let Some(front) = self.piece(FRONT_BYTES)? else { break };
            let front = front.first_chunk().ok_or_else(|| self.damaged())?;
            let piece = match self.reader.front(front) {
                Ok(Next::Section(length)) => self.piece(length)?,
                Ok(Next::End) => {
                    let end = self.piece(END_BYTES)?;
                    let whole = end.is_some_and(|end| {
                        end.first_chunk().is_some_and(|end| self.reader.is_whole(end))
                    });
                    self.end = Some(whole);
                    None
                }
                Err(_) => None,
            };
            let Some(section) = piece else { break };
            match self.reader.section(&section) {
                Ok(_) => return Ok(Some(section)),
                Err(_) => self.spoilt += 1,
            }
        }
        self.end.get_or_insert(false);
        Ok(None)
    }

    /// After the last one: did everything arrive that was written?
    ///
    /// # Errors
    ///
    /// With how many sections were spoilt, where it did not.
    pub fn verdict(&self) -> Result<(), ApiError> {
        if self.end == Some(true) && self.spoilt == 0 { Ok(()) } else { Err(self.damaged()) }
    }

    /// Rule 3, with how many there are so far.
    ///
    /// # Errors
    ///
    /// Where there are too many.
    pub fn check_waiting(&self, waiting: u64) -> Result<(), ApiError> {
        if waiting <= WAITING_MAX {
            return Ok(());
        }
        let args = [("file", self.path.display().to_string()), ("limit", WAITING_MAX.to_string())];
        Err(ApiError::new(ErrorKind::StrangeBundle, args))
    }

    fn damaged(&self) -> ApiError {
        let spoilt = ("spoilt", self.spoilt.to_string());
        ApiError::new(ErrorKind::DamagedBundle, [("file", self.path.display().to_string()), spoilt])
    }

    /// The next bytes; none where the file ends before.
    fn piece(&mut self, bytes: usize) -> Result<Option<Vec<u8>>, ApiError> {
        let mut piece = Vec::new();
        let read = self.file.by_ref().take(bytes as u64).read_to_end(&mut piece);
        read.map_err(|error| ApiError::unwritable(&self.path, &error))?;
        Ok((piece.len() == bytes).then_some(piece))
    }
}
