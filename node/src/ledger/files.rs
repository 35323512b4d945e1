//! Whole photos: what this home fetches, keeps, lets go and hands on.
//!
//! # Rules
//!
//! 1. Whoever may read the announcement may ask for its photo; the policy of the home says whether it
//!    fetches at all, what it fetches by itself, and for neighbours.
//! 2. What is wanted is written down, so that a restart goes on with it; so is the policy.
//! 3. What comes from others leaves room for a file from here. To make room, for that or for what somebody
//!    here wants, the oldest go of which a neighbour says that he holds and keeps them; nothing goes for
//!    what only a neighbour wants.
//!    Those that could not go make place for the next ones, until all were asked about.
//! 4. What a neighbour calls a file and is neither a PDF nor a plain text is handed out to nobody.
//! 5. A neighbour who asks is given sealed bytes that are here, whoever he is in the community: without
//!    the key in the announcement they show nothing.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::Attachment,
    id::{BlobId, EnvelopeId, from_hex},
    limits::BLOB_BYTES_MAX,
    secrets::blob,
    sync::{
        bounds::{FILE_CHUNK_BYTES, FILES_SPARED_MAX, FILES_WANTED_MAX},
        files::{Begun, FileAsk, FileTalk, FileWish, Input, Output, Spared, chunk_len, chunks_of},
    },
};

use serde::{Deserialize, Serialize};

use super::{After, Failed, Ledger, decide::say};
use crate::{
    api::{
        ApiError, ComingRow, Command, ErrorKind, FetchWord, FilesCommand, FilesPage, FilesPolicy,
        FilesReply, NewsReply, NewsWord, OriginalRow, OriginalState, PhotoRow, Reply,
    },
    attached::sort_of,
    store::blobs::{BlobError, Blobs},
};

/// Under these names the truth keeps them.
const POLICY: &str = "files-policy";
const WANTED: &str = "files-wanted";

/// A mebibyte, in bytes.
const MB: u64 = 1024 * 1024;

/// The largest file there is, in mebibytes.
const FILE_MB_MAX: u64 = BLOB_BYTES_MAX / MB;

/// Room that what comes from others leaves to what is sent from here, in bytes: one file.
const OWN_BYTES: u64 = BLOB_BYTES_MAX;

/// The least room for files, in mebibytes: one from here, and one from somebody else.
const ROOM_MB_MIN: u64 = 2 * FILE_MB_MAX;

/// The most, in mebibytes: a terabyte.
const ROOM_MB_MAX: u64 = MB;

/// Files that are wanted by policy and not yet here: who announces without end does not keep people's
/// own wishes out, and the oldest give way.
const BY_POLICY_MAX: usize = FILES_WANTED_MAX / 2;

/// A file that is wanted, as the truth keeps it.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Wish {
    blob: BlobId,
    bytes: u64,
    /// With which announcement or request it came; unknown of what an earlier release kept.
    of: Option<EnvelopeId>,
    /// Nobody asked for it: rule 1.
    by_policy: bool,
}

/// The files of a home.
pub(super) struct Files {
    pub(super) blobs: Blobs,
    /// Bytes that are still to come of what has begun.
    begun: BTreeMap<BlobId, u64>,
    /// What waits for room.
    no_room: BTreeSet<BlobId>,
    /// The last one of which a neighbour was asked whether he keeps it, and how many are still to be asked
    /// about.
    offered: Option<BlobId>,
    left: usize,
    /// For the machine that asks the neighbours.
    pub out: Vec<Input>,
}

impl Files {
    pub fn new(blobs: Blobs) -> Self {
        Self {
            blobs,
            begun: BTreeMap::new(),
            no_room: BTreeSet::new(),
            offered: None,
            left: 0,
            out: Vec::new(),
        }
    }

    /// Is there less room than somebody here may want?
    fn is_short(&self) -> Result<bool, BlobError> {
        Ok(!self.no_room.is_empty() || !self.blobs.has_room(OWN_BYTES)?)
    }
}

impl From<BlobError> for Failed {
    fn from(error: BlobError) -> Self {
        let args = [("reason", error.to_string())];
        ApiError::new(ErrorKind::Storage, args).into()
    }
}

impl Ledger {
    /// What the machine that asks the neighbours has to know at the start.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn file_wishes(&mut self) -> Result<Vec<Input>, ApiError> {
        let (policy, wanted) = (self.files_policy()?, self.wanted()?);
        let blobs: Vec<BlobId> = wanted.iter().map(|wish| wish.blob).collect();
        self.files.blobs.room_bytes = policy.room_mb * MB;
        self.files.blobs.sweep(&blobs).map_err(Failed::from)?;
        let wishes = wanted.into_iter().map(|wish| Input::Want(wish.blob, wish.bytes));
        Ok(std::iter::once(Input::Willing(policy.neighbours_mb * MB)).chain(wishes).collect())
    }

    fn files_policy(&self) -> Result<FilesPolicy, Failed> {
        let kept = self.kept(POLICY)?;
        let policy = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(policy.unwrap_or_else(|| usual(self.identity.office)))
    }

    fn wanted(&self) -> Result<Vec<Wish>, Failed> {
        let Some(bytes) = self.kept(WANTED)? else { return Ok(Vec::new()) };
        let earlier = || serde_json::from_slice::<Vec<(BlobId, u64)>>(&bytes).unwrap_or_default();
        let of_earlier = |(blob, bytes)| Wish { blob, bytes, of: None, by_policy: false };
        Ok(serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| earlier().into_iter().map(of_earlier).collect()))
    }

    fn keep_wanted(&mut self, wanted: &[Wish]) -> Result<(), Failed> {
        let bytes = serde_json::to_vec(wanted).expect("plain values");
        Ok(self.truth.keep(WANTED, &bytes)?)
    }

    /// Carries out what changes something.
    pub(super) fn manage_files(&mut self, command: FilesCommand) -> Result<After, Failed> {
        match command {
            FilesCommand::Policy { fetch, alerts_mb, news_mb, neighbours_mb, room_mb } => {
                let old = self.files_policy()?;
                let policy = FilesPolicy {
                    fetch: fetch.unwrap_or(old.fetch),
                    alerts_mb: alerts_mb.unwrap_or(old.alerts_mb).min(FILE_MB_MAX),
                    news_mb: news_mb.unwrap_or(old.news_mb).min(FILE_MB_MAX),
                    neighbours_mb: neighbours_mb.unwrap_or(old.neighbours_mb).min(FILE_MB_MAX),
                    room_mb: room_mb.unwrap_or(old.room_mb).clamp(ROOM_MB_MIN, ROOM_MB_MAX),
                };
                self.set_files_policy(policy)?;
                self.files_page().map(|page| say(Reply::Files(page)))
            }
            FilesCommand::Fetch { id, number } => {
                let photo = self.photo_row(&id, number)?;
                if self.files_policy()?.fetch == FetchWord::Never {
                    return Err(ApiError::new(ErrorKind::FilesOff, []).into());
                }
                self.want_asked_for(&id, &photo)?;
                let row = self.original(&photo, false)?;
                Ok(say(Reply::Files(FilesReply::Original(Box::new(row)))))
            }
            FilesCommand::Stop { id, number } => {
                if let Some(blob) = self.is_wanted(&id)? {
                    self.unwant(&blob)?;
                    self.files.out.push(Input::Unwant(blob));
                    return self.files_page().map(|page| say(Reply::Files(page)));
                }
                let photo = self.photo_row(&id, number)?;
                self.unwant(&photo.blob)?;
                self.files.out.push(Input::Unwant(photo.blob));
                let row = self.original(&photo, false)?;
                Ok(say(Reply::Files(FilesReply::Original(Box::new(row)))))
            }
            looking => Ok(After::Read(Command::Files(looking))),
        }
    }

    /// Answers what is only looked at.
    pub(super) fn read_files(&mut self, command: &FilesCommand) -> Result<FilesReply, Failed> {
        match command {
            FilesCommand::Original { id, number, whole } => {
                let photo = self.photo_row(id, *number)?;
                self.original(&photo, *whole).map(|row| FilesReply::Original(Box::new(row)))
            }
            _ => self.files_page(),
        }
    }

    fn set_files_policy(&mut self, policy: FilesPolicy) -> Result<(), Failed> {
        let bytes = serde_json::to_vec(&policy).expect("plain values");
        self.truth.keep(POLICY, &bytes)?;
        self.files.blobs.room_bytes = policy.room_mb * MB;
        self.files.out.push(Input::Willing(policy.neighbours_mb * MB));
        self.files.out.push(Input::Room);
        self.make_room_for_files()
    }

    /// Rule 3, if there is need.
    pub(super) fn make_room_for_files(&mut self) -> Result<(), Failed> {
        if self.files.is_short()? {
            let oldest = self.spare(true)?;
            self.files.out.extend(oldest);
        }
        Ok(())
    }

    /// What may go, the oldest first: a few at a time, after those that were asked about before. `anew`:
    /// all are asked about once more.
    fn spare(&mut self, anew: bool) -> Result<Option<Input>, Failed> {
        let all = self.files.blobs.all()?;
        if anew {
            self.files.left = all.len();
        }
        let at = |last: BlobId| all.iter().position(|(blob, _)| *blob == last);
        let from = self.files.offered.and_then(at).map_or(0, |at| at + 1);
        let count = FILES_SPARED_MAX.min(self.files.left).min(all.len());
        let mut these = Vec::new();
        for (blob, bytes) in all.iter().copied().cycle().skip(from).take(count) {
            let drawn = u64::from_be_bytes(self.dice.draw());
            these.push(Spared { blob, bytes, chunk: drawn % chunks_of(bytes).max(1) });
        }
        self.files.left -= count;
        self.files.offered = these.last().map(|it| it.blob).or(self.files.offered);
        Ok((!these.is_empty()).then_some(Input::Spare(these)))
    }

    fn files_page(&mut self) -> Result<FilesReply, Failed> {
        let policy = self.files_policy()?;
        let mut coming = Vec::new();
        for Wish { blob, bytes, .. } in self.wanted()? {
            let here_bytes = self.files.blobs.coming_bytes(&blob)?;
            let no_room = self.files.no_room.contains(&blob);
            coming.push(ComingRow { blob, bytes, here_bytes, no_room });
        }
        Ok(FilesReply::Page(Box::new(FilesPage {
            policy,
            held: self.files.blobs.all()?.len() as u64,
            held_bytes: self.files.blobs.held_bytes()?,
            room_bytes: policy.room_mb * MB,
            coming,
        })))
    }

    fn photo_row(&self, id: &str, number: u64) -> Result<PhotoRow, Failed> {
        match self.photo(id, number) {
            Ok(NewsReply::Photo(row)) => Ok(*row),
            Ok(_) => Err(no_photo("none").into()),
            Err(Failed::Refused(error)) if error.kind == ErrorKind::UnknownMessage => {
                self.photo_of_request(id, number)
            }
            Err(failed) => Err(failed),
        }
    }

    /// Where the whole of each photo is.
    pub(super) fn originals(&self, photos: &[Attachment]) -> Result<Vec<OriginalState>, Failed> {
        if photos.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = self.wanted()?;
        let one = |photo: &Attachment| self.state_of_original(&photo.blob, &wanted);
        photos.iter().map(one).collect()
    }

    fn state_of_original(&self, blob: &BlobId, wanted: &[Wish]) -> Result<OriginalState, Failed> {
        Ok(match () {
            () if self.files.blobs.bytes_of(blob)?.is_some() => OriginalState::Here,
            () if self.files.no_room.contains(blob) => OriginalState::NoRoom,
            () if wanted.iter().any(|wish| wish.blob == *blob) => OriginalState::Coming,
            () => OriginalState::Elsewhere,
        })
    }

    /// Where a whole photo is, and itself if it is here and wanted.
    fn original(&mut self, photo: &PhotoRow, whole: bool) -> Result<OriginalRow, Failed> {
        let (blob, bytes) = (photo.blob, photo.bytes);
        let mut state = self.state_of_original(&blob, &self.wanted()?)?;
        let here = state == OriginalState::Here;
        let opened = if here && whole { self.opened(photo)? } else { None };
        if here && whole && opened.is_none() {
            // What is there and cannot be opened was damaged on this disk.
            state = OriginalState::Elsewhere;
        }
        let here_bytes = if here { bytes } else { self.files.blobs.coming_bytes(&blob)? };
        let name = photo.name.clone();
        let (jpeg, file) = if name.is_empty() { (opened, None) } else { (None, opened) };
        Ok(OriginalRow { state, bytes, here_bytes, jpeg, name, file })
    }

    fn opened(&mut self, photo: &PhotoRow) -> Result<Option<String>, Failed> {
        let Some(sealed) = self.files.blobs.get(&photo.blob)? else { return Ok(None) };
        let key = from_hex(&photo.key).ok().map(crdt::body::BlobKey);
        let plain = key.and_then(|key| blob::open(&key, &sealed));
        if !photo.name.is_empty() && plain.as_ref().is_some_and(|it| sort_of(it).is_err()) {
            return Err(no_photo("wrong_type").into());
        }
        Ok(plain.map(|plain| data_encoding::HEXLOWER.encode(&plain)))
    }

    /// Keeps the originals of an announcement that was just written. One that is neither brought along nor
    /// here already nobody could ever open.
    pub(super) fn keep_originals(&mut self, photos: &[PhotoRow]) -> Result<(), Failed> {
        for photo in photos {
            let Some(sealed) = &photo.sealed else {
                if self.files.blobs.bytes_of(&photo.blob)? != Some(photo.bytes) {
                    return Err(no_photo("none").into());
                }
                continue;
            };
            if blob::name(sealed) != photo.blob || sealed.len() as u64 != photo.bytes {
                return Err(no_photo("damaged").into());
            }
            self.files.blobs.put(sealed).map_err(|error| match error {
                BlobError::TooLarge => no_photo("too_large").into(),
                BlobError::Full => no_photo("full").into(),
                BlobError::Disk(_) => Failed::from(error),
            })?;
        }
        if photos.is_empty() { Ok(()) } else { self.make_room_for_files() }
    }

    /// Somebody here asks for it: he knows best how large it is, and gets it before what comes by itself.
    fn want_asked_for(&mut self, id: &str, photo: &PhotoRow) -> Result<(), Failed> {
        let (blob, bytes) = (photo.blob, photo.bytes);
        if bytes == 0 || bytes > BLOB_BYTES_MAX {
            return Err(no_photo("damaged").into());
        }
        if self.files.blobs.bytes_of(&blob)?.is_some() {
            return Ok(());
        }
        let mut wanted = self.wanted()?;
        wanted.retain(|wish| wish.blob != blob);
        if wanted.len() >= FILES_WANTED_MAX {
            let args = [("limit", FILES_WANTED_MAX.to_string())];
            return Err(ApiError::new(ErrorKind::FilesBusy, args).into());
        }
        wanted.push(Wish { blob, bytes, of: id.parse().ok(), by_policy: false });
        self.keep_wanted(&wanted)?;
        self.files.out.push(Input::Want(blob, bytes));
        Ok(())
    }

    /// Rule 1, of what comes by itself: the oldest of it gives way.
    pub(super) fn want_by_itself(
        &mut self,
        of: EnvelopeId,
        photo: &Attachment,
    ) -> Result<(), Failed> {
        let (blob, bytes) = (photo.blob, photo.bytes);
        let mut wanted = self.wanted()?;
        let known = wanted.iter().any(|wish| wish.blob == blob);
        if known || bytes == 0 || self.files.blobs.bytes_of(&blob)?.is_some() {
            return Ok(());
        }
        if wanted.iter().filter(|wish| wish.by_policy).count() >= BY_POLICY_MAX
            && let Some(oldest) = wanted.iter().position(|wish| wish.by_policy)
        {
            let gone = wanted.remove(oldest).blob;
            self.files.no_room.remove(&gone);
            self.files.begun.remove(&gone);
            self.files.out.push(Input::Unwant(gone));
        }
        if wanted.len() >= FILES_WANTED_MAX {
            return Ok(());
        }
        wanted.push(Wish { blob, bytes, of: Some(of), by_policy: true });
        self.keep_wanted(&wanted)?;
        self.files.out.push(Input::Want(blob, bytes));
        Ok(())
    }

    /// What came with this was taken back: it is not asked for any more.
    pub(super) fn want_no_more(&mut self, of: &EnvelopeId) -> Result<(), Failed> {
        let wanted = self.wanted()?.into_iter();
        for wish in wanted.filter(|wish| wish.of == Some(*of)) {
            self.unwant(&wish.blob)?;
            self.files.out.push(Input::Unwant(wish.blob));
        }
        Ok(())
    }

    /// Is this the name of a file that is wanted here?
    fn is_wanted(&self, id: &str) -> Result<Option<BlobId>, Failed> {
        let Ok(blob) = id.trim().parse::<BlobId>() else { return Ok(None) };
        Ok(self.wanted()?.iter().any(|wish| wish.blob == blob).then_some(blob))
    }

    fn unwant(&mut self, blob: &BlobId) -> Result<(), Failed> {
        self.files.no_room.remove(blob);
        self.files.begun.remove(blob);
        let mut wanted = self.wanted()?;
        let before = wanted.len();
        wanted.retain(|wish| wish.blob != *blob);
        if wanted.len() < before { self.keep_wanted(&wanted) } else { Ok(()) }
    }

    /// Rule 1: an announcement has come that somebody here reads.
    pub(super) fn want_by_policy(&mut self, id: &EnvelopeId) -> Result<(), Failed> {
        let policy = self.files_policy()?;
        let Some((held, told)) = self.told_as(id)?.filter(|_| policy.fetch == FetchWord::Groups)
        else {
            return Ok(());
        };
        let is_alert = self.class_told(&held, &told) == NewsWord::Alert;
        let most = MB * if is_alert { policy.alerts_mb } else { policy.news_mb };
        for photo in told.attachments.iter().filter(|photo| photo.bytes <= most) {
            self.want_by_itself(*id, photo)?;
        }
        Ok(())
    }

    /// Rule 5.
    pub(super) fn serve_file(&mut self, ask: &FileAsk) -> FileTalk {
        let (blob, blobs) = (ask.blob, &mut self.files.blobs);
        let held = blobs.bytes_of(&blob).ok().flatten();
        let right = held.is_some_and(|bytes| bytes == ask.bytes);
        match ask.wish {
            // Somebody makes room because of this word: it is given on a copy that was looked at.
            FileWish::Hold => {
                FileTalk::State { blob, here: blobs.get(&blob).ok().flatten().is_some() }
            }
            FileWish::Fetch => FileTalk::State { blob, here: right },
            FileWish::Chunk(chunk) => {
                let len = chunk_len(ask.bytes, chunk);
                let from = chunk.saturating_mul(FILE_CHUNK_BYTES as u64);
                let part = blobs.part(&blob, from, len).ok().flatten();
                match part.filter(|part| right && len > 0 && part.len() as u64 == len) {
                    Some(bytes) => FileTalk::Chunk { blob, chunk, bytes },
                    None => FileTalk::State { blob, here: false },
                }
            }
        }
    }

    /// Carries out what the machine that asks the neighbours wants of the folder.
    pub(super) fn do_file(&mut self, errand: Output) -> Vec<Input> {
        let blob = errand.blob();
        self.try_file(errand).unwrap_or_else(|failed| {
            tracing::error!(?blob, reason = %failed, "A file cannot be kept");
            blob.map(Input::Failed).into_iter().collect()
        })
    }

    fn try_file(&mut self, errand: Output) -> Result<Vec<Input>, Failed> {
        let blobs = &mut self.files.blobs;
        match errand {
            Output::Begin(blob, bytes) => return self.begin_file(blob, bytes),
            Output::Keep { blob, chunk, bytes, last } => {
                let from = chunk * FILE_CHUNK_BYTES as u64;
                blobs.append(&blob, from, &bytes)?;
                if !last {
                    return Ok(vec![Input::Kept(blob, chunk + 1)]);
                }
                return Ok(vec![Input::Checked(blob, blobs.finish(&blob)?)]);
            }
            Output::Drop(blob) => {
                blobs.drop_coming(&blob)?;
                self.files.begun.remove(&blob);
                self.files.no_room.remove(&blob);
            }
            Output::Came(blob) => {
                self.unwant(&blob)?;
                if self.files.is_short()? {
                    return Ok(self.spare(true)?.into_iter().collect());
                }
            }
            Output::GaveUp(blob) => {
                blobs.drop_coming(&blob)?;
                self.unwant(&blob)?;
            }
            Output::MayGo { blob, chunk, bytes } => {
                let from = chunk.saturating_mul(FILE_CHUNK_BYTES as u64);
                let len = chunk_len(blobs.bytes_of(&blob)?.unwrap_or_default(), chunk);
                let same = len > 0 && blobs.part(&blob, from, len)? == Some(bytes);
                if same && self.files.is_short()? {
                    tracing::info!(%blob, "A file that a neighbour keeps makes room");
                    self.files.blobs.forget(&blob)?;
                    return Ok(vec![Input::Room]);
                }
            }
            Output::AskedAbout => {
                if self.files.left > 0 && self.files.is_short()? {
                    return Ok(self.spare(false)?.into_iter().collect());
                }
            }
            Output::Say(..) => (),
        }
        Ok(Vec::new())
    }

    /// Is there room? Otherwise rule 3.
    fn begin_file(&mut self, blob: BlobId, bytes: u64) -> Result<Vec<Input>, Failed> {
        let wanted = self.wanted()?.iter().any(|wish| wish.blob == blob);
        let files = &mut self.files;
        if files.blobs.bytes_of(&blob)?.is_some() {
            return Ok(vec![Input::Begun(blob, Begun::Here)]);
        }
        let here = files.blobs.coming_bytes(&blob)?.min(bytes);
        let mut to_come = bytes - here;
        for (other, bytes) in files.begun.iter().filter(|it| *it.0 != blob) {
            to_come += bytes.saturating_sub(files.blobs.coming_bytes(other)?);
        }
        if files.blobs.has_room(to_come + OWN_BYTES)? {
            files.no_room.remove(&blob);
            files.begun.insert(blob, bytes);
            let chunks = here / FILE_CHUNK_BYTES as u64;
            return Ok(vec![Input::Begun(blob, Begun::At(chunks))]);
        }
        let mut said = vec![Input::Begun(blob, Begun::NoRoom)];
        if wanted {
            files.no_room.insert(blob);
            said.extend(self.spare(true)?);
        }
        Ok(said)
    }
}

fn no_photo(why: &str) -> ApiError {
    ApiError::new(ErrorKind::NoPhoto, [("photo", why.to_owned())])
}

/// What a home does that was told nothing: an office has room and keeps what its people announce.
fn usual(office: bool) -> FilesPolicy {
    if office {
        FilesPolicy {
            fetch: FetchWord::Groups,
            alerts_mb: FILE_MB_MAX,
            news_mb: FILE_MB_MAX,
            neighbours_mb: FILE_MB_MAX,
            room_mb: 4 * 1024,
        }
    } else {
        FilesPolicy {
            fetch: FetchWord::Asked,
            alerts_mb: 4,
            news_mb: 1,
            neighbours_mb: 0,
            room_mb: 512,
        }
    }
}
