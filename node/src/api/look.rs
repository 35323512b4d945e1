//! Looking for something together, as commands and answers carry it.

use crdt::id::RequestId;
use serde::{Deserialize, Serialize};

/// What can be done with a list of places to look. `about` names a request, or an activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum LookCommand {
    Show {
        about: String,
    },
    /// More places to look; one that is on the list already is not added again.
    Add {
        about: String,
        places: Vec<String>,
    },
    /// "I have looked there": found or not. `undo` takes it back.
    Looked {
        about: String,
        place: String,
        found: bool,
        #[serde(default)]
        undo: bool,
    },
}

/// `linli look show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookPage {
    /// The request that the list belongs to.
    pub request: RequestId,
    /// Its code.
    pub code: String,
    /// What is looked for.
    pub title: String,
    /// Where, in the order in which the places were added.
    pub places: Vec<LookRow>,
    /// Where it was found; somebody may have found it in two places.
    pub found: Vec<String>,
    /// Places where nobody has looked.
    pub left: u64,
}

/// One place to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookRow {
    /// Names it.
    pub key: String,
    /// Where.
    pub text: String,
    /// Who looked and found nothing.
    pub looked_by: Option<String>,
    /// Who found it.
    pub found_by: Option<String>,
}
