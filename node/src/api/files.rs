//! What can be asked and told about photos and files: what this home fetches and keeps, and the whole of
//! a photo or file.
//!
//! Sizes are in bytes, limits in mebibytes. A photo is named by its announcement and its number, from 0.

use crdt::id::BlobId;
use serde::{Deserialize, Serialize};

/// Something about photos and files that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "files", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum FilesCommand {
    /// What is here, what is on its way, and what this home fetches by itself.
    Show,
    /// What this home fetches and keeps from now on; what is not said stays as it is.
    Policy {
        fetch: Option<FetchWord>,
        alerts_mb: Option<u64>,
        news_mb: Option<u64>,
        neighbours_mb: Option<u64>,
        room_mb: Option<u64>,
    },
    /// Asks the neighbours for a whole photo.
    Fetch { id: String, number: u64 },
    /// Asks no longer; `id` may also be that of the file itself, as the list of what is on its way has it.
    Stop { id: String, number: u64 },
    /// Where a whole photo or file is, and with `whole` itself, if it is here.
    Original {
        id: String,
        number: u64,
        #[serde(default = "yes")]
        whole: bool,
    },
}

const fn yes() -> bool {
    true
}

/// What a home fetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchWord {
    /// Nothing.
    Never,
    /// What somebody here asks for.
    #[default]
    Asked,
    /// That, and by itself what comes with the announcements that its people read, up to the limits.
    Groups,
}

impl FetchWord {
    /// Its word in JSON and in the sentences.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Asked => "asked",
            Self::Groups => "groups",
        }
    }
}

/// What a home fetches and keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesPolicy {
    /// When.
    pub fetch: FetchWord,
    /// Of an alert by itself only what is not larger.
    pub alerts_mb: u64,
    /// The same of every other announcement.
    pub news_mb: u64,
    /// For neighbours who ask for it only what is not larger; 0: nothing.
    pub neighbours_mb: u64,
    /// What all of it may take.
    pub room_mb: u64,
}

/// Photos and files of this home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesPage {
    /// What it fetches and keeps.
    pub policy: FilesPolicy,
    /// How many are here whole.
    pub held: u64,
    /// What everything takes, also what is on its way.
    pub held_bytes: u64,
    /// What it may take.
    pub room_bytes: u64,
    /// What is asked for.
    pub coming: Vec<ComingRow>,
}

/// A file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComingRow {
    /// What its sealed bytes are called.
    pub blob: BlobId,
    /// How many they are.
    pub bytes: u64,
    /// How many of them are here.
    pub here_bytes: u64,
    /// Does it wait for room?
    pub no_room: bool,
}

/// Where a whole photo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginalState {
    /// Here.
    Here,
    /// Asked for.
    Coming,
    /// Asked for, and there is no room.
    NoRoom,
    /// Somewhere else, and not asked for.
    Elsewhere,
}

impl OriginalState {
    /// Its word in JSON and in the sentences.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Coming => "coming",
            Self::NoRoom => "no_room",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// A whole photo, as far as it is here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalRow {
    /// Where it is.
    pub state: OriginalState,
    /// Its sealed bytes.
    pub bytes: u64,
    /// How many of them are here.
    pub here_bytes: u64,
    /// The photo as JPEG, in hexadecimal, if it is here and was asked for.
    pub jpeg: Option<String>,
    /// What a file is called; empty for a photo.
    #[serde(default)]
    pub name: String,
    /// The file as it is, in hexadecimal, likewise.
    #[serde(default)]
    pub file: Option<String>,
}

impl std::fmt::Debug for OriginalRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} of {}", self.state, self.here_bytes, self.bytes)
    }
}

/// A file among photos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Its place among the photos and files of the same announcement or addition, from 0.
    pub number: u64,
    /// What it is called.
    pub name: String,
    /// Its sealed bytes.
    pub bytes: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "files", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum FilesReply {
    Page(Box<FilesPage>),
    Original(Box<OriginalRow>),
}
