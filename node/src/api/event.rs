//! What changed, for pages that are open: the event says *that*, never what.

use crdt::id::{GroupId, RequestId};
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
}
