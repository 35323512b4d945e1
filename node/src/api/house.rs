//! The doors of a house, and what waits to be carried to them, for whoever looks after it.

use crdt::{
    id::{EnvelopeId, KeyId, RequestId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::{NewsWord, OnlyHere};

/// Something about a house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum HouseCommand {
    /// Every door that whoever asks looks after.
    Doors,
    /// What waits for whoever looks after a house: to knock for, unanswered, to bring.
    Inbox,
    /// What whoever asks wrote and no other home is known to hold.
    OnlyHere,
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
    /// What waits.
    Inbox(Inbox),
    /// What is only here.
    OnlyHere(OnlyHere),
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

/// The relay inbox of whoever looks after a house.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// How many doors are left to this person.
    pub doors: u64,
    /// What holds now and has not got to some of them; alerts first, then the newest.
    pub knock: Vec<KnockFor>,
    /// What nobody has answered; what cannot wait first, then who waits longest.
    pub unanswered: Vec<InboxRow>,
    /// What moved on and whose owner sees no page.
    pub bring: Vec<InboxRow>,
}

/// An announcement that somebody has to be told of at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnockFor {
    /// Which.
    pub id: EnvelopeId,
    /// What sort.
    pub class: NewsWord,
    /// Said under an office role.
    pub official: bool,
    /// How it begins.
    pub text: String,
    /// What its author's clock said.
    pub claimed_ms: ClaimedTime,
    /// The doors, first those that it has not reached.
    pub doors: Vec<KnockDoor>,
    /// How many there are.
    pub count: u64,
}

/// A door to knock at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnockDoor {
    /// What the home calls itself: "3-201".
    pub home: String,
    /// Net names of all who live there.
    pub people: Vec<String>,
    /// It came to their box, and nobody has opened it.
    pub reached: bool,
}

/// A request that somebody asks about at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRow {
    /// Which.
    pub id: RequestId,
    /// Its spoken code.
    pub code: String,
    /// What is wanted.
    pub title: String,
    /// How far it has come.
    pub status: String,
    /// It cannot wait.
    pub urgent: bool,
    /// What the clock of whoever asked said.
    pub claimed_ms: ClaimedTime,
    /// Who holds it.
    pub holder: Option<String>,
    /// What the home of whoever asked calls itself; empty where it is none of those doors.
    pub home: String,
    /// Where that lies, or what it is about; empty where that is not said.
    pub place: String,
}
