//! What people are called: the net name that neighbours read, and the real name that the desk keeps.

use crdt::{id::PersonId, time::ClaimedTime};
use serde::{Deserialize, Serialize};

use super::EarlierRow;

/// Something about names that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum NameCommand {
    /// The person's own names, and who at the desk has looked at the real one.
    Mine,
    /// What neighbours call the person from now on.
    Net { to: String },
    /// What the desk knows the person by: one's own, or written down by the desk for `person`.
    Real { person: Option<String>, to: RealName },
    /// The desk reads somebody's real name and says why; he sees that.
    Open { person: String, reason: String },
    /// Has one's own real name forgotten everywhere, for good.
    Forget,
}

/// A real name on its way; whatever prints a command must not print this.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RealName(pub String);

impl std::fmt::Debug for RealName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RealName")
    }
}

/// `linli name --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamePage {
    /// Whose.
    pub person: PersonId,
    /// What neighbours read.
    pub net: String,
    /// What the desk reads; empty where nobody has said it.
    pub real: RealName,
    /// Was it forgotten for good?
    pub forgotten: bool,
    /// Who has looked at it, oldest first.
    pub openings: Vec<NameOpening>,
    /// Who had looked at it before those: of very many only the latest are told one by one.
    #[serde(default)]
    pub earlier: Vec<EarlierRow>,
}

/// Somebody looked at a real name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameOpening {
    /// Who.
    pub who: String,
    /// Why.
    pub reason: String,
    /// What his clock said.
    pub claimed_ms: ClaimedTime,
}
