//! Groups as a directory shows them, and teams that look before they let somebody in.
//!
//! A criterion, an application, an attestation is named by its id or the beginning of it; a criterion
//! also by its words.

use crdt::id::{EnvelopeId, GroupId, PersonId};
use serde::{Deserialize, Serialize};

use super::GroupKindWord;

/// Something about teams and the directory that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "team", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum TeamCommand {
    /// All groups that this home may know of, joined or not.
    Directory,
    /// An owner has a group found by everybody.
    List(NewListing),
    /// An owner takes it out of the directory again.
    Unlist { group: String },
    /// An owner writes down what whoever wants in should meet.
    Criterion {
        group: String,
        text: String,
        /// Only liked: it keeps nobody out.
        #[serde(default)]
        preferred: bool,
    },
    /// An owner asks for it no longer.
    Drop { group: String, criterion: String },
    /// Whoever asks wants in, and says what he meets.
    Apply {
        group: String,
        #[serde(default)]
        meets: Vec<String>,
    },
    /// What the team asks for; for members and the captain also who applies, who meets what.
    Desk { group: String },
    /// An owner says no to whoever applied, and why.
    Decline { group: String, person: String, reason: String },
    /// An owner lets somebody in; with a reason also where he does not meet everything.
    Admit {
        group: String,
        person: String,
        #[serde(default)]
        exception: Option<String>,
    },
    /// An owner has seen that somebody meets a criterion.
    Attest {
        group: String,
        person: String,
        criterion: String,
        /// When; now where nothing is said.
        #[serde(default)]
        seen_ms: Option<u64>,
        /// From when on it holds no longer; never where nothing is said.
        #[serde(default)]
        until_ms: Option<u64>,
    },
    /// An owner no longer stands by an attestation.
    Retract { id: String },
    /// An owner takes somebody out for a while.
    Suspend { group: String, person: String, reason: String },
    /// An owner lets him in again.
    Lift { group: String, person: String },
}

/// How a group is to stand in the directory; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewListing {
    /// Which group.
    pub group: String,
    /// What it is for.
    #[serde(default)]
    pub about: Option<String>,
    /// What kind it is.
    #[serde(default)]
    pub sort: Option<SortWord>,
    /// For which part of the neighbourhood.
    #[serde(default)]
    pub place: Option<String>,
    /// How many members should vouch before the captain decides.
    #[serde(default)]
    pub vouches: Option<u8>,
}

/// What kind of group it is, for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum SortWord {
    Building,
    Compound,
    Team,
    Role,
    Other,
}

impl SortWord {
    /// All of them, in the order of lists.
    pub const ALL: [Self; 5] =
        [Self::Building, Self::Compound, Self::Team, Self::Role, Self::Other];

    /// Its word in commands and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Compound => "compound",
            Self::Team => "team",
            Self::Role => "role",
            Self::Other => "other",
        }
    }

    /// The kind of this word; none where it is none.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code.trim())
    }
}

/// One line of `linli groups --all --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryRow {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: GroupId,
    /// open, invite, vetted.
    pub kind: GroupKindWord,
    /// building, compound, team, role, other.
    pub sort: SortWord,
    /// For which part of the neighbourhood; empty for all of it.
    pub place: String,
    /// What it is for.
    pub about: String,
    /// What it asks for, in words.
    pub criteria: Vec<CriterionRow>,
    /// People in it.
    pub members: u64,
    /// Is whoever asks in it?
    pub joined: bool,
    /// Does he wait before its door?
    pub waiting: bool,
    /// Is he told nothing of it on this box?
    pub muted: bool,
    /// Does he see to it?
    pub owner: bool,
    /// Is it in the directory for everybody to find?
    pub listed: bool,
}

/// Something that a team asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionRow {
    /// Which.
    pub id: EnvelopeId,
    /// In plain words.
    pub text: String,
    /// Is it asked for, or only liked?
    pub required: bool,
}

/// How somebody stands with one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetsRow {
    /// Which.
    pub criterion: EnvelopeId,
    /// In plain words.
    pub text: String,
    /// Is it asked for, or only liked?
    pub required: bool,
    /// Does he say himself that he meets it?
    pub said: bool,
    /// met, expired, unmet: by attestations, and this box's clock.
    pub state: MeetsWord,
    /// The attestation, if there is one.
    pub attestation: Option<EnvelopeId>,
    /// Who has seen it; empty where nobody has.
    pub by: String,
    /// When it was seen.
    pub seen_ms: Option<u64>,
    /// From when on it holds no longer.
    pub until_ms: Option<u64>,
}

/// Is a criterion met?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what it says")]
pub enum MeetsWord {
    Met,
    Expired,
    Unmet,
}

impl MeetsWord {
    /// Its word in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Expired => "expired",
            Self::Unmet => "unmet",
        }
    }
}

/// Somebody who wants in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationRow {
    /// Who.
    pub person: PersonId,
    /// His name among neighbours.
    pub name: String,
    /// His home.
    pub home: String,
    /// Who vouches for him.
    pub vouched_by: Vec<String>,
    /// How he stands with each criterion.
    pub meets: Vec<MeetsRow>,
    /// Is nothing that is asked for missing?
    pub ready: bool,
    /// Who declined it; empty where nobody did.
    pub declined_by: String,
    /// Why, for those who may read it.
    pub reason: String,
    /// Is it whoever asks?
    pub mine: bool,
}

/// Somebody in the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMemberRow {
    /// Who.
    pub person: PersonId,
    /// His name among neighbours.
    pub name: String,
    /// Does he see to the team?
    pub owner: bool,
    /// How he stands with each criterion; for the captain and himself.
    pub meets: Vec<MeetsRow>,
    /// Has something that is asked for run out?
    pub expired: bool,
}

/// Somebody who is out for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspendedRow {
    /// Who.
    pub person: PersonId,
    /// His name among neighbours.
    pub name: String,
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: String,
    /// A role of his over the group was taken with it: lifting lets him in as a member, and whoever wants
    /// him to see to the group again has to say so.
    #[serde(default)]
    pub led: bool,
}

/// Somebody who was let in without meeting everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamExceptionRow {
    /// Who.
    pub person: PersonId,
    /// His name among neighbours.
    pub name: String,
    /// Who let him in.
    pub by: String,
    /// What he did not meet.
    pub unmet: Vec<String>,
    /// How many vouches were missing.
    pub missing: u64,
    /// Why.
    pub reason: String,
}

/// A team's desk, as far as whoever asks may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamDesk {
    /// Its name.
    pub group: String,
    /// Its id.
    pub id: GroupId,
    /// Who may enter.
    pub kind: GroupKindWord,
    /// What it is for.
    pub about: String,
    /// How many members should vouch.
    pub vouches: u64,
    /// What it asks for.
    pub criteria: Vec<CriterionRow>,
    /// Who wants in: all of them for members, one's own for others.
    pub applications: Vec<ApplicationRow>,
    /// Who is in it; for members.
    pub members: Vec<TeamMemberRow>,
    /// Who is out for a while; for members, and himself.
    pub suspended: Vec<SuspendedRow>,
    /// Who was let in without meeting everything; for members.
    pub exceptions: Vec<TeamExceptionRow>,
    /// Does whoever asks see to it?
    pub owner: bool,
    /// Is he in it?
    pub joined: bool,
    /// Is it in the directory?
    pub listed: bool,
}

/// A credential that runs out, or has, for programs that remind of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialNotice {
    /// Which team asks for it.
    pub group: GroupId,
    /// From when on it holds no longer.
    pub until_ms: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum TeamReply {
    Directory { groups: Vec<DirectoryRow> },
    Desk(Box<TeamDesk>),
}
