//! Skills that can be found offline, and thanks that both want to be read.
//!
//! A skill or a thank-you is named by its id or the beginning of it.

use crdt::{
    id::{EnvelopeId, RequestId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

/// Something about skills that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "skill", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum SkillCommand {
    /// "I can do this, and may be asked."
    Add(NewSkill),
    /// Takes it off every list.
    Withdraw { id: String },
    /// Who can help; all of them where nothing is said.
    Find {
        #[serde(default)]
        kind: Option<SkillWord>,
        /// Stand in what somebody wrote, or in the sort's name.
        #[serde(default)]
        words: Option<String>,
        #[serde(default)]
        place: Option<String>,
    },
}

/// A skill of whoever says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSkill {
    /// What sort.
    pub kind: SkillWord,
    /// In his own words; needed of the sort *other*.
    #[serde(default)]
    pub text: String,
    /// Where he is willing to help; everywhere where no place is named.
    #[serde(default)]
    pub place: Option<String>,
    /// Asked through the desk, and not by name?
    #[serde(default)]
    pub through_desk: bool,
    /// A number that every neighbour may read; none where it is empty.
    #[serde(default)]
    pub phone: String,
}

/// What sort of skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum SkillWord {
    Law,
    Nursing,
    Medicine,
    Veteran,
    SignLanguage,
    Languages,
    Electrics,
    Plumbing,
    Teaching,
    Counselling,
    Computers,
    Other,
}

impl SkillWord {
    /// All of them, in the order of lists.
    pub const ALL: [Self; 12] = [
        Self::Law,
        Self::Nursing,
        Self::Medicine,
        Self::Veteran,
        Self::SignLanguage,
        Self::Languages,
        Self::Electrics,
        Self::Plumbing,
        Self::Teaching,
        Self::Counselling,
        Self::Computers,
        Self::Other,
    ];

    /// Its word in commands and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Law => "law",
            Self::Nursing => "nursing",
            Self::Medicine => "medicine",
            Self::Veteran => "veteran",
            Self::SignLanguage => "sign_language",
            Self::Languages => "languages",
            Self::Electrics => "electrics",
            Self::Plumbing => "plumbing",
            Self::Teaching => "teaching",
            Self::Counselling => "counselling",
            Self::Computers => "computers",
            Self::Other => "other",
        }
    }

    /// The sort of this word; none where it is none.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code.trim())
    }
}

/// One line of `linli skill find --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillRow {
    /// Which.
    pub id: EnvelopeId,
    /// What sort.
    pub kind: SkillWord,
    /// In his own words.
    pub text: String,
    /// Where he is willing to help; empty for everywhere.
    pub place: String,
    /// Who, as neighbours know him; none where he is asked through the desk and the reader is not of it.
    pub name: Option<String>,
    /// His home; empty likewise.
    pub home: String,
    /// A number for every neighbour; empty where none is given.
    pub phone: String,
    /// Asked through the desk?
    pub through_desk: bool,
    /// Is it one's own?
    pub mine: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum SkillReply {
    Added { id: EnvelopeId },
    List { skills: Vec<SkillRow> },
}

/// Something about thanks that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "thanks", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum ThanksCommand {
    /// Whoever asked thanks somebody who helped; only the two can read it.
    Give {
        request: String,
        /// Whom, where several helped.
        #[serde(default)]
        to: Option<String>,
        text: String,
    },
    /// Whoever was thanked lets everybody read it.
    Publish { id: String },
    /// Either of the two takes it off every list.
    Withdraw { id: String },
    /// What is public, the newest first, and what waits for whoever asks.
    List,
}

/// One line of `linli thanks --json`: no number says how often anybody was thanked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThanksRow {
    /// Which.
    pub id: EnvelopeId,
    /// From whom, as neighbours know him.
    pub from: String,
    /// To whom.
    pub to: String,
    /// For what, for the two alone.
    pub request: Option<RequestId>,
    /// The words.
    pub text: String,
    /// When, by the writer's clock.
    pub claimed_ms: ClaimedTime,
    /// May everybody read it?
    pub public: bool,
    /// Is it for whoever asks to make it public?
    pub may_publish: bool,
    /// May he take it back?
    pub may_withdraw: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum ThanksReply {
    Given { id: EnvelopeId },
    List { thanks: Vec<ThanksRow> },
}
