//! Asking to be let in, as people on both sides of the door see it.

use serde::{Deserialize, Serialize};

/// How far a home is that asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnockPage {
    /// What it waits for.
    pub state: KnockState,
    /// The homes that can open, as far as they were found.
    pub doors: Vec<DoorRow>,
}

/// What a home that asks to be let in waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnockState {
    /// Nobody is asked.
    Resting,
    /// Nobody was found yet.
    Looking,
    /// Several neighbourhoods were found: which one?
    Choose,
    /// Somebody there must compare the digits and open.
    Waiting,
    /// All have said no.
    Refused,
    /// Somebody has opened: the next `Knock` goes in.
    Opened,
}

/// A home that can open its neighbourhood's door.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DoorRow {
    /// What its people call the neighbourhood.
    pub neighbourhood: String,
    /// The home.
    pub home: String,
    /// Six digits to be compared with what is shown there; none before it is asked.
    pub code: Option<String>,
}

/// Somebody who asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnockRow {
    /// Six digits to be compared with what is shown there.
    pub code: String,
    /// What the home is to be called.
    pub home: String,
    /// And the person.
    pub person: String,
    /// For how long.
    pub waiting_ms: u64,
}
