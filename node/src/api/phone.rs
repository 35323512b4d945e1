//! The phones and browsers that are paired with this box's page.

use crdt::{id::PersonId, time::ClaimedTime};
use serde::{Deserialize, Serialize};

/// Something about the phones of this box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum PhoneCommand {
    /// All of them, the one seen last first.
    List,
    /// One must pair again, by its id.
    Revoke { id: String },
    /// All must.
    RevokeAll,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum PhoneReply {
    /// All of them, or those that were revoked.
    Phones {
        /// The one seen last first.
        phones: Vec<PhoneRow>,
    },
}

/// A paired phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneRow {
    /// Eight hexadecimal digits; says nothing about its cookie.
    pub id: String,
    /// What it says it is: "Android · Chrome"; empty where it says nothing known.
    pub name: String,
    /// Whose it is, once somebody said so.
    pub person: Option<PersonId>,
    /// The first moment of the day on which it was paired.
    pub paired_ms: ClaimedTime,
    /// The first moment of the day on which it was last seen.
    pub seen_ms: ClaimedTime,
}
