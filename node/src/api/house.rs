//! The doors of a house, for whoever looks after it.

use crdt::id::KeyId;
use serde::{Deserialize, Serialize};

/// Something about a house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum HouseCommand {
    /// Every door that whoever asks looks after.
    Doors,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum HouseReply {
    /// By label.
    Doors {
        /// By label.
        doors: Vec<DoorLine>,
    },
}

/// A door and who lives behind it; nothing private.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorLine {
    /// What the home calls itself: "3-201".
    pub home: String,
    /// Net names of all who live there.
    pub people: Vec<String>,
    /// Where it lies; empty where its card does not say.
    pub place: String,
    /// Requests of theirs that are not over.
    pub open: u64,
    /// One of them cannot wait.
    pub urgent: bool,
    /// Their boxes: who was heard when stands in the mesh picture.
    pub boxes: Vec<KeyId>,
}
