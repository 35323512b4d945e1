//! Looking for something: what is asked, and what is found.

use crdt::{
    id::{EnvelopeId, GroupId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

/// What somebody looks for. Everything that is named must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchQuery {
    /// All of these must stand in it. Of Chinese any part of a word, of other scripts how a word
    /// begins.
    pub words: String,
    /// Only in this group, by name or id.
    pub group: Option<String>,
    /// Only by this person, by name or id.
    pub by: Option<String>,
    /// Only what whoever asks wrote.
    pub mine: bool,
    /// Only things of this kind.
    pub kind: Option<FoundWord>,
    /// Not older, in milliseconds since 1970 by the author's clock.
    pub since: Option<ClaimedTime>,
    /// Older than this.
    pub until: Option<ClaimedTime>,
    /// So many at most; 0 stands for 20, and 100 is the most.
    pub last: u32,
    /// Go on where [`FoundPage::more`] said.
    pub before: Option<String>,
}

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundWord {
    /// What somebody wrote in a group.
    Message,
    /// A request for help: its title, facts and checklist, what came of visits, names of its files.
    Request,
    /// What a group has pinned, and what it is for.
    Board,
    /// A question that the office has answered for everybody.
    Question,
    /// What a vote is about, and what can be chosen.
    Vote,
    /// Rides that recur.
    Series,
}

/// One page of what was found, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPage {
    /// The things.
    pub found: Vec<FoundRow>,
    /// Where to go on looking; none where that is all. There may be more even where nothing stands
    /// on this page.
    pub more: Option<String>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRow {
    /// What it is.
    pub kind: FoundWord,
    /// The message, the request, or the group whose board it is.
    pub id: EnvelopeId,
    /// In which group.
    pub group: GroupId,
    /// What that group is called.
    pub group_name: String,
    /// Who wrote it; none where several did.
    pub author: Option<String>,
    /// Did whoever asks write it?
    pub mine: bool,
    /// The part of it in which the words stand.
    pub text: String,
    /// What the author's clock said.
    pub claimed_ms: ClaimedTime,
    /// A request's spoken code.
    pub code: Option<String>,
    /// How a request stands; `given` where the rota gave it to somebody who has not said yes.
    pub status: Option<String>,
}
