//! Whoever asks, as far as a page needs to know him: who he is, what he looks after, how large he
//! reads, and who else lives here.

use crdt::id::PersonId;
use serde::{Deserialize, Serialize};

use super::{PaperState, RoleWord};

/// The person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MePage {
    /// Who.
    pub id: PersonId,
    /// His name.
    pub name: String,
    /// The highest role, wherever it holds.
    pub role: RoleWord,
    /// Does he work for the neighbourhood: may he see the desk's lists?
    pub desk: bool,
    /// Large type and large targets.
    pub elder: bool,
    /// In which area this home lies, by name, where that was said.
    #[serde(default)]
    pub lives_in: Option<String>,
    /// Which of his papers were typed back.
    pub papers: PaperState,
    /// Everybody on this box, the first person first.
    pub residents: Vec<ResidentRow>,
}

/// Somebody who lives here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentRow {
    /// Who.
    pub id: PersonId,
    /// His name.
    pub name: String,
}
