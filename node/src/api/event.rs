//! What changed, for pages that are open: the event says *that*, never what.

use crdt::id::{EnvelopeId, GroupId, RequestId};
use serde::{Deserialize, Serialize};

/// Something changed; a page that shows it may ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "changed", rename_all = "snake_case")]
pub enum Event {
    /// Messages or the board of a group.
    Group {
        /// Which.
        id: GroupId,
    },
    /// A request.
    Request {
        /// Which.
        id: RequestId,
    },
    /// Who is reachable, who is equal.
    Mesh,
    /// People, groups, roles.
    Roster,
    /// Something to tell.
    Notice,
    /// Who asks to be let in.
    Door,
    /// Something that somebody should be woken for came from another home.
    Ring {
        /// What.
        id: EnvelopeId,
        /// What sort.
        class: RingClass,
    },
}

/// What somebody is woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingClass {
    /// An alert for where this home lies.
    Alert,
    /// An urgent request that nobody has claimed.
    Request,
    /// Duty was handed over to somebody who lives here.
    Duty,
}

impl RingClass {
    /// Its word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Request => "request",
            Self::Duty => "duty",
        }
    }
}
