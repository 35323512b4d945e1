//! How far what was written here has come.

use crdt::{id::EnvelopeId, time::ClaimedTime};
use serde::{Deserialize, Serialize};

/// How far one's own request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayWord {
    /// 已存本机: no other home is known to hold it.
    OnlyHere,
    /// Another home holds it, the desk is not known to.
    OnItsWay,
    /// 已送达值班台.
    AtDesk,
}

impl WayWord {
    /// Its word in JSON and in the sentences.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OnlyHere => "only_here",
            Self::OnItsWay => "on_its_way",
            Self::AtDesk => "at_desk",
        }
    }
}

/// What whoever asks wrote and no other home is known to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlyHere {
    /// How many envelopes, those without a title too.
    pub count: u64,
    /// The newest of what has a title.
    pub items: Vec<OnlyHereRow>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlyHereRow {
    /// Which.
    pub id: EnvelopeId,
    /// What sort.
    pub what: OnlyHereWord,
    /// How it begins.
    pub title: String,
    /// What this box's clock said.
    pub claimed_ms: ClaimedTime,
}

/// What sort of thing has a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for what it is")]
pub enum OnlyHereWord {
    Message,
    Request,
    News,
}

impl OnlyHereWord {
    /// Its word in JSON and in the sentences.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Request => "request",
            Self::News => "news",
        }
    }
}
