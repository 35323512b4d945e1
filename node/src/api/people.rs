//! What can be asked and told about people: roles, removals, devices, doors of groups, places.
//!
//! Persons, groups and places may be named wherever one is wanted, as long as only one answers to
//! the name; ids always work. Places are groups and areas; none means the whole community.

use crdt::{
    id::{EnvelopeId, GroupId, KeyId, PersonId, WriterId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::{Command, GroupKindWord, RoleWord};

/// Something about people that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum RosterCommand {
    /// Why somebody may do what he may do: each role up to the paper keys.
    Why {
        person: String,
    },
    Grant {
        person: String,
        role: RoleWord,
        over: Option<String>,
        /// Also where the person was removed before: the new grant undoes that.
        again: bool,
    },
    /// Takes a role away, or all of them; `keep` says what of the person's own still counts.
    Remove {
        person: String,
        role: Option<RoleWord>,
        over: Option<String>,
        keep: Keep,
        /// Even where groups that the person founded vanish with it.
        anyway: bool,
    },
    /// Gives what somebody is to the person he is now, who stands here and reads out his number, and takes it
    /// from the one he was.
    Rebind {
        person: String,
        to: String,
        /// The 25 digits of the new person, spaced in any way.
        number: String,
        keep: Keep,
        /// Even where groups that the old person founded vanish with it.
        #[serde(default)]
        anyway: bool,
    },
    /// What came behind a cut, per removal; of one removal item by item.
    Late {
        removal: Option<String>,
    },
    Admit {
        removal: String,
        writer: Option<String>,
    },
    Devices {
        person: Option<String>,
    },
    RevokeKey {
        key: String,
        keep: Keep,
    },
    CertifyKey {
        key: String,
        key_use: KeyUseWord,
    },
    /// The person of this box stands before this one and has read his number.
    Meet {
        person: String,
        number: String,
    },
    Forks,
    /// Chooses the branch on which this envelope stands.
    Heal {
        keep: String,
    },
    Invite {
        role: RoleWord,
        group: Option<String>,
        once: bool,
        /// With the statements that a newcomer needs to judge it without a network.
        whole: bool,
    },
    Members {
        group: String,
    },
    Vouch {
        group: String,
        person: String,
    },
    Rules {
        group: String,
        kind: GroupKindWord,
        vouches: u8,
    },
    /// Lets somebody in who stands before a group's door; `exception` is why the rules do not fit.
    Approve {
        group: String,
        person: String,
        exception: Option<String>,
    },
    /// Leaves a group, or with none the community.
    Leave {
        group: Option<String>,
        /// Also where nobody could ever take the only administrator off the list.
        #[serde(default)]
        anyway: bool,
    },
    Places,
    PlaceNew {
        name: String,
        within: Option<String>,
    },
    /// An owner takes somebody's message down; it is kept for an appeal.
    TakeDown {
        id: EnvelopeId,
        reason: String,
    },
    /// An owner puts it back.
    PutBack {
        id: EnvelopeId,
    },
    /// Tells the owners of a group about a message.
    Report {
        id: EnvelopeId,
        reason: String,
    },
    Reports {
        group: String,
    },
    /// Hides a message on this box alone, or shows it again.
    Hide {
        id: EnvelopeId,
        hidden: bool,
    },
    /// Shows nothing of a group as unread on this box, or does so again.
    Mute {
        group: String,
        muted: bool,
    },
    /// What does not count, and why.
    Trouble {
        last: u32,
    },
    /// Something that only the community's paper keys can do.
    Root {
        what: RootAct,
        papers: Vec<PaperWords>,
    },
}

/// What of somebody's own still counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "keep", rename_all = "snake_case")]
pub enum Keep {
    /// Everything that is here.
    All,
    /// Nothing.
    None,
    /// Everything up to this moment, as the person's own clock said.
    Until {
        /// Milliseconds since 1970.
        claimed_ms: u64,
    },
    /// Everything up to this envelope, which still counts, and what was claimed before it.
    UpTo {
        /// Its id, or the beginning of it.
        id: String,
    },
}

/// What a key is for, as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum KeyUseWord {
    Writer,
    Box,
    Sealed,
}

/// An act of the community's paper keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "root", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum RootAct {
    Grant { person: String, role: RoleWord, over: Option<String>, again: bool },
    Remove { person: String, role: Option<RoleWord>, over: Option<String>, keep: Keep },
    RevokeKey { key: String, keep: Keep },
    Admit { removal: String, writer: Option<String> },
}

/// The words of one paper key, on their way to be signed with; never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaperWords(pub String);

impl std::fmt::Debug for PaperWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaperWords")
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum RosterReply {
    Why(Box<WhyPage>),
    /// The grant, and where the person was removed before, the link that brings his box back.
    Granted {
        grant: EnvelopeId,
        link: Option<String>,
    },
    Removed {
        removals: Vec<EnvelopeId>,
        kept: u64,
        cut: u64,
    },
    Rebound {
        /// Who has the roles now.
        person: PersonId,
        /// What was given to him.
        given: Vec<RoleRow>,
        /// What the old person had and whoever acted may not give: its owners let the new one in.
        left: Vec<RoleRow>,
        removals: Vec<EnvelopeId>,
        kept: u64,
        cut: u64,
    },
    Late {
        removals: Vec<LateRow>,
    },
    LateItems {
        removal: LateRow,
        items: Vec<LateItem>,
    },
    Admitted {
        admit: EnvelopeId,
        items: u64,
    },
    Devices {
        devices: Vec<DeviceRow>,
    },
    Revoked {
        revoke: EnvelopeId,
        kept: u64,
        cut: u64,
    },
    Forks {
        forks: Vec<ForkRow>,
    },
    /// `file`: the link and the statements, in the form of a file.
    Invited {
        link: String,
        file: Option<String>,
    },
    Members(Box<MembersPage>),
    Places {
        places: Vec<PlaceRow>,
    },
    Reports {
        reports: Vec<ReportRow>,
    },
    Trouble {
        rows: Vec<TroubleRow>,
        pending: u64,
        quarantined: u64,
        poison: u64,
    },
    /// The join is written, and what it still needs.
    Knocked {
        group: String,
        missing: MissingWord,
        have: u64,
        need: u64,
    },
}

/// What somebody before a group's door still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingWord {
    /// More members who vouch.
    Vouches,
    /// An owner who lets him in, or an invitation.
    Approval,
}

/// A role that somebody has, as `linli people` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRow {
    /// As what.
    pub role: RoleWord,
    /// The place's name; empty for the whole community.
    pub over: String,
}

/// Why somebody may do what he may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyPage {
    /// Who.
    pub person: PersonRow,
    /// Each role, live or lost, with the chain that gives it.
    pub roles: Vec<WhyRole>,
    /// The keys that act for him.
    pub devices: Vec<DeviceRow>,
    /// His own number, for whoever stands before him; only where it is the person of this box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// One role and the chain of grants behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyRole {
    /// The role.
    #[serde(flatten)]
    pub role: RoleRow,
    /// Does he have it now?
    pub live: bool,
    /// Why not, where he does not: a code, see `words`.
    pub reason: String,
    /// Who took it away, by name.
    pub removed_by: Vec<String>,
    /// What it rests on, step by step, the last one on the paper keys.
    pub steps: Vec<WhyStep>,
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyStep {
    /// `root`, `given`, `invited`, `vouched`, `open`.
    pub how: String,
    /// Who gave, invited or vouched, by name.
    pub by: Vec<String>,
    /// As what he did it.
    pub as_role: Option<RoleRow>,
    /// The statement.
    pub id: EnvelopeId,
    /// What its author's clock said.
    pub claimed_ms: ClaimedTime,
}

/// A removal or revocation, and how much lies behind its cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateRow {
    /// The removal.
    pub removal: EnvelopeId,
    /// Whom it is about.
    pub person: String,
    /// The role that it took; none where it revoked a key.
    pub role: Option<RoleRow>,
    /// Who did it.
    pub by: String,
    /// Items behind the cut.
    pub items: u64,
    /// From which installations they are.
    pub writers: Vec<WriterId>,
    /// May the person of this box admit them?
    pub may_admit: bool,
}

/// One thing that came behind a cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateItem {
    /// Which.
    pub id: EnvelopeId,
    /// From which installation.
    pub writer: WriterId,
    /// Where in its chain.
    pub seq: u64,
    /// `message`, `act`, `change`, `statement`, …
    pub kind: String,
    /// Its group.
    pub group: String,
    /// What it says, for whoever decides; empty where it cannot be read here.
    pub text: String,
    /// What its author's clock said.
    pub claimed_ms: ClaimedTime,
}

/// A key that acts for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// Which.
    pub key: KeyId,
    /// As what.
    pub key_use: KeyUseWord,
    /// For whom.
    pub person: String,
    /// Does it act for him now?
    pub live: bool,
    /// Is it of this very box?
    pub here: bool,
    /// Who revoked it, if somebody did.
    pub revoked_by: Option<String>,
    /// When it was certified, as the clock of whoever did it said.
    pub since_ms: ClaimedTime,
}

/// A place of a chain where two envelopes stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkRow {
    /// Whose.
    pub person: String,
    /// Can the person of this box choose?
    pub mine: bool,
    /// Which installation.
    pub writer: WriterId,
    /// The group, or `roster`.
    pub group: String,
    /// Where in the chain.
    pub seq: u64,
    /// The branches.
    pub branches: Vec<Branch>,
}

/// One branch of a fork.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Its first envelope: what `linli heal` is given.
    pub id: EnvelopeId,
    /// What kind of envelope that is.
    pub kind: String,
    /// What it says, where it can be read here.
    pub text: String,
    /// What its author's clock said.
    pub claimed_ms: ClaimedTime,
    /// Was it chosen?
    pub chosen: bool,
}

/// Who is in a group, who sees to it, and who stands before its door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersPage {
    /// The group's name.
    pub group: String,
    /// Its id.
    pub id: GroupId,
    /// Who may enter.
    pub kind: GroupKindWord,
    /// How many vouches a vetted group wants.
    pub need: u64,
    /// The members.
    pub members: Vec<MemberRow>,
    /// Who wants to enter.
    pub waiting: Vec<WaitingRow>,
    /// May the person of this box let people in?
    pub owner: bool,
    /// Recorded exceptions to the rules, newest last.
    pub exceptions: Vec<ExceptionRow>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Who.
    pub id: PersonId,
    /// By name.
    pub name: String,
    /// Of which home.
    pub home: String,
    /// Does he see to the group?
    pub owner: bool,
    /// He has said that he leaves.
    pub leaving: bool,
}

/// Somebody before a group's door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRow {
    /// Who.
    pub id: PersonId,
    /// By name.
    pub name: String,
    /// Of which home.
    pub home: String,
    /// Why he is not in: a code, see `words`.
    pub reason: String,
    /// Who vouches for him already.
    pub vouched_by: Vec<String>,
}

/// Somebody who was let in though the rules did not fit, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRow {
    /// Who was let in.
    pub person: String,
    /// Who decided.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// An area or a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRow {
    /// Its id.
    pub id: EnvelopeId,
    /// Its name.
    pub name: String,
    /// From the outermost place down to it.
    pub path: Vec<String>,
    /// `area` or `group`.
    pub kind: String,
    /// Who has a role over exactly this place, rank 2 or higher.
    pub staff: Vec<String>,
}

/// A message that somebody reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// The message.
    pub of: EnvelopeId,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub text: String,
    /// Who reported it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Did an owner take it down?
    pub taken_down: bool,
}

/// Something that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TroubleRow {
    /// Which.
    pub id: EnvelopeId,
    /// `pending`, `quarantined`, `poison`, `sealed`.
    pub fate: String,
    /// Why: a code, see `words`.
    pub reason: String,
    /// What kind of envelope it is.
    pub kind: String,
    /// As whom it was written, by name; the beginning of the key where nobody is known.
    pub author: String,
    /// Its group, or `roster`.
    pub group: String,
    /// What it waits for, where it does.
    pub waits_for: Vec<EnvelopeId>,
    /// What its author's clock said.
    pub claimed_ms: ClaimedTime,
}

impl Command {
    /// Everybody who is in the community.
    pub const fn everybody() -> Self {
        Self::People { from: 0, last: None }
    }
}

/// Somebody in the community.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// The name that neighbours see.
    pub name: String,
    /// The home.
    pub home: String,
    /// The highest role, wherever it holds.
    pub role: RoleWord,
    /// Is it the person of this box?
    pub me: bool,
    /// Every role above that of a member, and where it holds.
    pub roles: Vec<RoleRow>,
    /// Installations that write for the person now.
    pub devices: u64,
    /// So many others have stood before the person and read his number; 0: introduced, by a link or
    /// by whoever opened the door.
    #[serde(default)]
    pub met: u64,
    /// The person of this box is one of them.
    #[serde(default)]
    pub met_by_me: bool,
}
