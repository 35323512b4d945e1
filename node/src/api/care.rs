//! How a box stands: is it well, and whose sealed key is open?

use crdt::time::ClaimedTime;
use serde::{Deserialize, Serialize};

/// One person's sealed key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyState {
    /// Whose.
    pub person: String,
    /// Has it a passphrase?
    pub passphrase: bool,
    /// Is it open, so that acts of rank 3 and above can be signed?
    pub open: bool,
    /// Until when it stays open; none where it is shut or has no passphrase.
    pub until_ms: Option<ClaimedTime>,
    /// Has another box the same keys, so that this person cannot write before it is unlocked?
    pub copied: bool,
}

/// `linli doctor --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doctor {
    /// Each check with its outcome.
    pub checks: Vec<DoctorCheck>,
    /// All of them passed.
    pub healthy: bool,
}

/// One check of [`Doctor`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorCheck {
    /// What was looked at.
    pub name: String,
    /// Is it well?
    pub ok: bool,
    /// What was found.
    pub found: String,
}
