//! What is carried between two neighbourhoods by somebody who is in both.

use crdt::id::RequestId;
use serde::{Deserialize, Serialize};

/// Something that is carried, or a neighbourhood next to this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "across", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum AcrossCommand {
    /// Takes a request on, to carry it over: a text without whose need it is.
    Carry {
        id: String,
        /// What is written over it there; the functional needs where nothing is said.
        #[serde(default)]
        title: Option<String>,
    },
    /// Asks for it here, in a team.
    Post { text: String, group: String },
    /// What came of it here: a text for where it was asked.
    Outcome { id: String },
    /// Does here what came of it there, in the name of whoever carried it.
    Take { text: String },
    /// Where the other homes of this box have their pages.
    Homes,
    /// Remembers one on this box.
    HomeAdd { name: String, address: String },
    /// Forgets it.
    HomeForget { name: String },
}

/// A neighbourhood next to this one, on the same box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextDoor {
    /// What whoever lives here calls it.
    pub name: String,
    /// Where its page is: `http://…` or `https://…`.
    pub address: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum AcrossReply {
    /// A text to carry over, and the request that it is about here.
    Text {
        text: String,
        request: RequestId,
    },
    Homes {
        homes: Vec<NextDoor>,
    },
}
