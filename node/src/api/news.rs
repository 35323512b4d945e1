//! What can be asked and told about announcements: notices, alerts, answers, forwards, duty.
//!
//! Times are milliseconds since 1970, as clocks say it. An announcement is named by its id or the
//! beginning of it; a question also by a request's spoken code.

use crdt::{
    id::{BlobId, EnvelopeId, PersonId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::{FileRow, OriginalState, SealedFile};

/// Something about announcements that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum NewsCommand {
    /// Says something to a group about an area.
    Tell(Box<Telling>),
    /// The author or the desk says it differently.
    Correct { id: String, text: String, until_ms: Option<u64> },
    /// The author or the desk takes it back.
    Withdraw { id: String, reason: String },
    /// Shows it in another group.
    Forward { id: String, group: String, note: String },
    /// 我家的: closes every copy.
    Mine { id: String },
    /// What this home was told, alerts first; also what no longer holds, if wanted.
    List { all: bool },
    /// Alerts in force that whoever asks has not opened, his own left out.
    Unread,
    /// One of them, whole; notes that it was opened.
    Show { id: String },
    /// One of its photos and files, from 0: thumbnail, and what opens the whole one.
    Photo { id: String, number: u64 },
    /// How many homes it reached, by place, and whom to knock for.
    Reached { id: String },
    /// This home lies there.
    Live { place: String },
    /// Saved answers, those most like these words first; all of them without words.
    Faq { words: String },
    /// Saved answers in force that answer this question, the likeliest first: to be shown before it is
    /// asked.
    Answered { question: String },
    /// Who is on duty now, over each place that has a rota; also what nobody has answered, if wanted.
    Duty { unanswered: bool },
    /// Who is on duty from now on, in turn.
    SetRota { place: Option<String>, people: Vec<DutyName>, begins_ms: Option<u64>, shift_ms: u64 },
    /// Somebody else is on duty for a while; without an end, until the shift ends.
    HandOver { place: Option<String>, to: DutyName, from_ms: Option<u64>, until_ms: Option<u64> },
}

/// What is announced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// Where it is said; without one, `all`, or the building's own group where it goes to one unit.
    pub group: Option<String>,
    /// What sort.
    pub class: NewsWord,
    /// What it says.
    pub text: String,
    /// What it is about: a place; without one the whole community.
    #[serde(default)]
    pub area: Option<String>,
    /// From when it holds.
    #[serde(default)]
    pub from_ms: Option<u64>,
    /// Until when.
    #[serde(default)]
    pub until_ms: Option<u64>,
    /// The message or request that it answers.
    #[serde(default)]
    pub answers: Option<String>,
    /// The question to save it under; empty: as it was asked.
    #[serde(default)]
    pub question: Option<String>,
    /// May it be shown in other groups?
    #[serde(default)]
    pub forwardable: bool,
    /// Photos and files, made ready by [`crate::attached`].
    #[serde(default)]
    pub photos: Vec<PhotoRow>,
}

/// A photo or file on an announcement or request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRow {
    /// What its sealed bytes are called.
    pub blob: BlobId,
    /// What opens them, in hexadecimal.
    pub key: String,
    /// How many they are.
    pub bytes: u64,
    /// A small JPEG, in hexadecimal; empty for a file.
    pub thumbnail: String,
    /// What a file is called; empty for a photo.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its sealed bytes, in hexadecimal, on the way in; none where they are in this home's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedFile>,
}

impl std::fmt::Debug for PhotoRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.blob)
    }
}

/// What sort of announcement, as people say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum NewsWord {
    Alert,
    #[default]
    Notice,
    Answer,
    Addressed,
}

impl NewsWord {
    /// Its word in JSON and in the sentences.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Notice => "notice",
            Self::Answer => "answer",
            Self::Addressed => "addressed",
        }
    }
}

/// Where an announcement stands in its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewsState {
    /// It will hold later.
    NotYet,
    /// It holds.
    Holds,
    /// 已过期: its window has ended.
    Expired,
    /// It was taken back.
    Withdrawn,
    /// Whoever it was meant for said so.
    Settled,
}

impl NewsState {
    /// Its word in JSON and in the sentences.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::Holds => "holds",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Settled => "settled",
        }
    }
}

/// One line of `linli news --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsRow {
    /// Its id.
    pub id: EnvelopeId,
    /// What sort. Said as an alert by somebody without a role over its area, it is a notice.
    pub class: NewsWord,
    /// What it says now; empty where it was taken back.
    pub text: String,
    /// Who said it first.
    pub author: String,
    /// His home.
    pub home: String,
    /// Signed under an office role.
    pub official: bool,
    /// What the author's clock said.
    pub claimed_ms: ClaimedTime,
    /// Where it was said first.
    pub group: String,
    /// The groups that it was shown in since, of those that this person reads.
    pub also_in: Vec<String>,
    /// What it is about; empty for the whole community.
    pub area: String,
    /// From when it holds.
    pub from_ms: Option<u64>,
    /// Until when.
    pub until_ms: Option<u64>,
    /// Does it hold now?
    pub state: NewsState,
    /// Said differently since.
    pub corrected: bool,
    /// Why it was taken back.
    pub reason: String,
    /// By whom it was taken back.
    pub withdrawn_by: Option<String>,
    /// Whose it was.
    pub settled_by: Option<String>,
    /// The message or request that it answers.
    pub answers: Option<EnvelopeId>,
    /// The question that it is saved under.
    pub question: Option<String>,
    /// May it be shown in other groups?
    pub forwardable: bool,
    /// May this person correct it and take it back?
    pub may_change: bool,
    /// How many photos and files hang on it.
    #[serde(default)]
    pub photos: u64,
    /// Which of them are files and no photos.
    #[serde(default)]
    pub files: Vec<FileRow>,
    /// Where the whole of each is.
    #[serde(default)]
    pub originals: Vec<OriginalState>,
    /// May everybody of the community read it, so that it may hang on a wall: said to all or let further, and
    /// not meant for one unit.
    #[serde(default)]
    pub for_all: bool,
}

/// Somebody on duty, as he is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyName {
    /// A name, or the beginning of an id.
    pub person: String,
    /// The number that is given out for him.
    pub phone: String,
}

/// One line of `linli duty --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyRow {
    /// Over what; empty for the whole community.
    pub place: String,
    /// Who.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// The duty phone.
    pub phone: String,
    /// Until when.
    pub until_ms: Option<u64>,
    /// Is it the person of this box?
    pub me: bool,
    /// Who comes next.
    pub next: Option<String>,
    /// What nobody has answered, the longest waiting first.
    pub unanswered: Vec<UnansweredRow>,
}

/// Something that nobody has answered, and in whose hands it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnansweredRow {
    /// The request, or the message that was said to the desk.
    pub id: EnvelopeId,
    /// Its spoken code; empty of a message.
    pub code: String,
    /// What it says.
    pub title: String,
    /// What the clock of whoever asked said.
    pub claimed_ms: ClaimedTime,
    /// Who on the rota sees to it now.
    pub with: String,
    /// The group that a message was said in; none of a request.
    #[serde(default)]
    pub said_in: Option<String>,
}

/// `linli reached --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedPage {
    /// Which announcement.
    pub id: EnvelopeId,
    /// By place, from the whole community inwards; those that this person looks after.
    pub places: Vec<PlaceCount>,
    /// Whom to knock for; empty for whoever is not next to them.
    pub missing: Vec<MissingHome>,
    /// The announcement; to be told how far it got is not to have read it.
    pub news: NewsRow,
}

/// How far an announcement got in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceCount {
    /// Which; empty for the whole community.
    pub place: String,
    /// Households that it is for.
    pub households: u64,
    /// Of them, those whose box holds it.
    pub reached: u64,
    /// Of them, those where somebody opened it.
    pub seen: u64,
}

/// A home where nobody has read it yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingHome {
    /// The home's name: a door.
    pub home: String,
    /// Somebody there.
    pub name: String,
    /// Where it lies.
    pub place: String,
    /// Does its box hold it?
    pub reached: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum NewsReply {
    Told { id: EnvelopeId },
    List { news: Vec<NewsRow> },
    One(Box<NewsRow>),
    Reached(Box<ReachedPage>),
    Photo(Box<PhotoRow>),
    Duty { duty: Vec<DutyRow> },
}
