//! How a node stands, and what a group is for.

use crdt::id::{GroupId, KeyId};
use serde::{Deserialize, Serialize};

use super::{GroupRow, KeyState, PeerRow};

/// `linli status --json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The box's public key.
    pub node: Option<KeyId>,
    /// The home's name.
    pub home: String,
    /// The person who writes here.
    pub person: String,
    /// Everybody on this box, and how their sealed keys stand; the first person first.
    pub residents: Vec<KeyState>,
    /// The community's id in hexadecimal; empty before joining one.
    pub community: String,
    /// The community's name, as far as it is known here.
    pub community_name: String,
    /// One per group that this node follows.
    pub groups: Vec<GroupStatus>,
    /// Every peer that is known.
    pub peers: Vec<PeerRow>,
    /// Envelopes written here that no other node is known to hold yet.
    pub unsent: u64,
    /// Held, but waiting for what they cite.
    pub pending: u64,
    /// Held, but not counted.
    pub quarantined: u64,
    /// Carried, and not to be read here.
    #[serde(default)]
    pub sealed: u64,
    /// Header held, body dropped as harmful.
    pub poison: u64,
    /// Refused since the node started.
    pub refused: u64,
}

/// One group in [`Status`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStatus {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: GroupId,
    /// Messages that are shown.
    pub messages: u64,
    /// Envelopes that are held.
    pub envelopes: u64,
    /// Over all held envelopes.
    pub fingerprint: String,
    /// Messages since this home last read.
    pub unread: u64,
    /// Over what is visible: equal on two nodes exactly where people see the same.
    pub state: String,
    /// Carried here, and not to be read.
    #[serde(default)]
    pub sealed: bool,
}

/// A group's name, description and pinned board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardPage {
    /// The group.
    pub group: GroupRow,
    /// What it is for.
    pub description: String,
    /// What is pinned.
    pub pins: Vec<Pin>,
}

/// One pinned line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Names it in `Unpin`.
    pub key: String,
    /// What it says.
    pub text: String,
}

/// What became of envelopes that a bundle brought: `bundle import --json` prints it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenIn {
    /// Not held before.
    pub new: u64,
    /// Held before.
    pub known: u64,
    /// Dropped: not signed by whom they name.
    pub refused: u64,
    /// Of the new ones, those that wait for something or do not count.
    pub pending: u64,
}

impl TakenIn {
    /// The same of one section more.
    pub const fn add(&mut self, more: &Self) {
        self.new += more.new;
        self.known += more.known;
        self.refused += more.refused;
        self.pending += more.pending;
    }
}
