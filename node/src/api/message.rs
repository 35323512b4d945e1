//! One line of a group's log.

use crdt::{
    id::{EnvelopeId, GroupId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::NewsRow;

/// One line of `linli log --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Its id.
    pub id: EnvelopeId,
    /// The author's name, or a short id where none is known.
    pub author: String,
    /// The author's home.
    pub home: String,
    /// What it says now; empty where it was withdrawn.
    pub text: String,
    /// What the author's clock said.
    pub claimed_ms: ClaimedTime,
    /// Written under an office role.
    pub official: bool,
    /// Taken back by its author.
    pub withdrawn: bool,
    /// Taken down by an owner of the group; only its author and the owners still read it.
    pub taken_down: bool,
    /// Shown only because what counts answers it: its author was removed.
    pub flagged: bool,
    /// Changed by its author.
    pub edited: bool,
    /// Written by a person of this box.
    pub mine: bool,
    /// Does another node hold it, as far as this one knows?
    pub sent: bool,
    /// The message that it answers.
    pub reply_to: Option<EnvelopeId>,
    /// The spoken code of the request that was made of it.
    #[serde(default)]
    pub request: Option<String>,
    /// Came from an imported file.
    pub imported: bool,
    /// The announcement that it is, or that somebody showed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<Box<NewsRow>>,
    /// Somebody showed something of another group here; `text` is what he adds.
    #[serde(default)]
    pub forwarded: bool,
    /// The message of another group that he showed, as it reads now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<Box<ShownRow>>,
    /// What whoever asks may do with it; said only where this one message is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may: Option<Box<MessageMay>>,
}

/// What somebody may do with a message, as the policy has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageMay {
    /// Make a request of it; whoever does, it is the same request.
    pub request: bool,
    /// Tell the owners of the group about it.
    pub report: bool,
    /// Hide it on this box alone.
    pub hide: bool,
    /// Take it down, as an owner of the group.
    pub take_down: bool,
    /// Put it back, as an owner of the group.
    pub put_back: bool,
    /// Where it may be shown and is not yet.
    pub forward: Vec<GroupName>,
}

/// A group that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupName {
    /// Its id.
    pub id: GroupId,
    /// What people call it.
    pub name: String,
}

/// A message as it is shown in a group that it was not said in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRow {
    /// The group that it was said in.
    pub group: String,
    /// What stands there.
    pub message: MessageRow,
}
