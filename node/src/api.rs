//! What a node can be asked and told: the one vocabulary of CLI, page, tests and demo.
//!
//! A [`Command`] goes in, a [`Reply`] or an [`ApiError`] comes out; both are plain JSON, so the same
//! values cross the control socket and the inside of the process. The JSON of the replies is the
//! CLI contract: fields may be added, none is renamed or removed.
//!
//! Errors carry a stable [`ErrorKind`] and the values that belong in the sentence; the sentence and
//! the hint are put together at the edge, in the reader's language (`words`).

mod across;
mod activity;
mod care;
mod case;
mod error;
mod event;
mod files;
mod found;
mod hours;
mod house;
mod knock;
mod look;
mod me;
mod message;
mod name;
mod news;
mod paper;
mod peers;
mod people;
mod phone;
mod profile;
mod request;
mod sealed;
mod search;
mod seen;
mod series;
mod status;
mod team;
mod token;
mod vault;
mod vote;
mod way;

use crdt::id::{EnvelopeId, GroupId, RequestId};
use serde::{Deserialize, Serialize};

pub use across::*;
pub use activity::*;
pub use care::{Doctor, DoctorCheck, KeyState};
pub use case::*;
pub use error::{ApiError, ErrorKind};
pub use event::{Event, RingClass};
pub use files::*;
pub use found::{PaperSheet, RootPaper, RootsWord};
pub use hours::*;
pub use house::{DoorLine, HouseCommand, HouseReply, Inbox, InboxRow, KnockDoor, KnockFor};
pub use knock::{DoorRow, KnockPage, KnockRow, KnockState};
pub use look::{LookCommand, LookPage, LookRow};
pub use me::{MePage, ResidentRow};
pub use message::{GroupName, MessageMay, MessageRow, ShownRow};
pub use name::{NameCommand, NameOpening, NamePage, RealName};
pub use news::*;
pub use paper::{PaperCommand, PaperState};
pub use peers::{MeshPicture, MeshStrip, PeerRow, Seen, SilentPlace, people_wait_for};
pub use people::*;
pub use phone::{PhoneCommand, PhoneReply, PhoneRow};
pub use profile::*;
pub use request::{Acted, ChecklistItem, MinePage, RequestPage, RequestRow, TimelineRow};
pub use sealed::SealedFile;
pub use search::{FoundPage, FoundRow, FoundWord, SearchQuery};
pub use seen::mark_of;
pub use series::{
    DrivenRow, NewSeries, OfferRow, PlanWord, RideRow, SeriesCommand, SeriesPage, SeriesReply,
    SeriesRow, WeekPage,
};
pub use status::{BoardPage, GroupStatus, Pin, Status, TakenIn};
pub use team::*;
pub use token::{ScopeWord, TokenCommand, TokenReply, TokenRow, TokenText};
pub use vault::{EarlierRow, OpeningRow, Private, VaultPage, VaultWord};
pub use vote::*;
pub use way::{OnlyHere, OnlyHereRow, OnlyHereWord, WayWord};

use crate::passphrase::Passphrase;

/// Something that a person wants done. Names may stand wherever an id is wanted, if unambiguous;
/// a request may also be named by its spoken code or the beginning of its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum Command {
    /// A command of one of the people on this box, by name or id; without it the first one acts.
    As {
        person: String,
        command: Box<Command>,
    },
    Status,
    /// Who is reachable, for the mesh picture.
    Mesh,
    /// The same in one line, for the strip on every page.
    Strip,
    /// Enters a community: only a node that is in none yet takes this. `home` and `person` where
    /// nobody has named them yet.
    Join {
        link: String,
        home: Option<String>,
        person: Option<String>,
    },
    /// Founds a community, whose administrator this person is: only a node that is in none yet takes
    /// this.
    Found {
        community: String,
        home: Option<String>,
        person: Option<String>,
        roots: RootsWord,
    },
    /// Comes back as the person of a paper key, through an invitation: as `Found`.
    Recover {
        link: String,
        home: Option<String>,
        person: Option<String>,
        words: Passphrase,
    },
    /// Looks for neighbourhoods on the LAN and asks one to be let in, or says how far that is: only
    /// a node that is in none yet takes this. `at` where there are several.
    Knock {
        at: Option<String>,
        home: Option<String>,
        person: Option<String>,
    },
    /// How far that is, without going in: changes nothing.
    Knocking,
    /// Leaves the doors; asking again begins afresh, with other names if wanted.
    KnockStop,
    /// Who asks to be let in.
    Approvals,
    /// Lets in whoever shows these six digits, by an invitation for one person.
    Approve {
        code: String,
        role: RoleWord,
        group: Option<String>,
    },
    /// Sends him away.
    Deny {
        code: String,
    },
    Groups,
    GroupNew {
        name: String,
        kind: GroupKindWord,
        vouches: u8,
        /// Where it lies, and what is fixed for good.
        #[serde(default)]
        terms: GroupTerms,
    },
    GroupJoin {
        group: String,
    },
    Post {
        group: String,
        text: String,
        reply_to: Option<EnvelopeId>,
    },
    EditMessage {
        id: EnvelopeId,
        text: String,
    },
    WithdrawMessage {
        id: EnvelopeId,
    },
    /// Some lines of a file, durable together; each remembers (line number, BLAKE3 of the line).
    Import {
        group: String,
        lines: Vec<ImportLine>,
    },
    /// A section of a bundle (`crdt::bundle`): envelopes, durable together.
    TakeIn {
        section: Vec<u8>,
    },
    /// The newest `last` messages, oldest of them first.
    Log {
        group: String,
        last: u32,
        before: Option<EnvelopeId>,
    },
    /// One message, as it reads now.
    Message {
        id: EnvelopeId,
    },
    MarkRead {
        group: String,
    },
    Ask {
        group: Option<String>,
        title: String,
        details: String,
        urgent: bool,
        /// What only a few may read.
        #[serde(default)]
        private: Private,
    },
    Requests {
        all: bool,
    },
    /// What concerns whoever asks among the requests: of his own and of what he holds so many at most.
    Mine {
        #[serde(default)]
        last: Option<u32>,
    },
    Request {
        id: String,
    },
    /// claim, depart, done, confirm, reopen, cancel.
    Act {
        id: String,
        verb: ActVerb,
    },
    /// The desk, the captain or the requester's home gives the ride to somebody.
    Assign {
        id: String,
        person: String,
    },
    /// Reads the private details; staff say why. It is noted, and the family sees it.
    OpenVault {
        id: String,
        reason: String,
    },
    /// Has the private details forgotten everywhere: one class, or both.
    Erase {
        id: String,
        class: Option<VaultWord>,
    },
    /// All else about requests: the desk's acts, visits, postings, lists, figures.
    Case(CaseCommand),
    /// One field of a request's facts: title, place, time, needs, details.
    EditFact {
        id: String,
        field: String,
        value: String,
    },
    ChecklistAdd {
        id: String,
        text: String,
    },
    ChecklistTick {
        id: String,
        item: String,
        done: bool,
    },
    Board {
        group: String,
    },
    Describe {
        group: String,
        text: String,
    },
    Pin {
        group: String,
        text: String,
    },
    Unpin {
        group: String,
        pin: String,
    },
    Invite {
        role: RoleWord,
        group: Option<String>,
    },
    /// A link for a box that carries everything and reads nothing.
    InviteRelay,
    /// Things that this home's people must be told, each once: a lost claim, a cancellation.
    Notices,
    NoticesSeen {
        ids: Vec<String>,
    },
    /// Whoever asks: who he is, what he looks after, how large he reads.
    Me,
    /// Whoever asks reads large from now on, or does not.
    Elder {
        on: bool,
    },
    /// Who is in the community, in the order of their ids: `last` of them behind the first `from`.
    People {
        #[serde(default)]
        from: u64,
        #[serde(default)]
        last: Option<u32>,
    },
    /// Roles, removals, devices, doors of groups, places.
    Roster(RosterCommand),
    /// Notices, alerts, answers, who has read them, who is on duty.
    News(NewsCommand),
    /// What somebody is called: among neighbours, and at the desk.
    Name(NameCommand),
    /// Rides that recur.
    Series(SeriesCommand),
    /// Votes: opening one, ballots, reports, the end.
    Vote(VoteCommand),
    /// Who can help with what.
    Skill(SkillCommand),
    /// Thanks that both want to be read.
    Thanks(ThanksCommand),
    /// Which groups there are, what teams ask for, who applies.
    Team(TeamCommand),
    /// What is carried between two neighbourhoods.
    Across(AcrossCommand),
    /// What people do together.
    Activity(ActivityCommand),
    /// Volunteer hours.
    Hours(HoursCommand),
    /// Looking for something together.
    Look(LookCommand),
    /// Whole photos and files: what is fetched, kept, here.
    Files(FilesCommand),
    /// Resolves once `peers` are connected and each was found equal in a comparison begun after
    /// this command, or after `timeout_ms`.
    Wait {
        peers: u32,
        peer: Option<String>,
        timeout_ms: u64,
    },
    /// Dials an address now and remembers it.
    Dial {
        address: String,
    },
    Doctor,
    /// Sets or changes the passphrase of the sealed key.
    SetPassphrase {
        old: Option<Passphrase>,
        new: Passphrase,
    },
    /// Opens the sealed key for a duty shift.
    Unlock {
        passphrase: Passphrase,
        hours: u32,
    },
    /// Shuts every sealed key on this box.
    Lock,
    /// How the sealed key of whoever asks stands.
    KeyState,
    /// With the words of the paper key: every other device of the person loses its rights.
    RevokeOld {
        words: Passphrase,
    },
    /// Somebody else moves in, with an invitation where the first person cannot make one.
    ResidentAdd {
        name: String,
        link: Option<String>,
    },
    /// How far a first sync has come.
    Progress,
    /// Looks for something in everything that whoever asks may read.
    Search(SearchQuery),
    /// The doors of a house.
    House(HouseCommand),
    /// Tokens for programs.
    Token(TokenCommand),
    /// Phones that are paired with the page.
    Phone(PhoneCommand),
    /// Paper keys typed back.
    Paper(PaperCommand),
    /// Carries a command out; under the same key it is not done again, and answered alike.
    Once {
        key: String,
        command: Box<Command>,
    },
    /// Changes a fact, a message, a description, one's net name, a team's listing, or corrects an announcement: only
    /// where it still says what its author saw ([`mark_of`]).
    IfSeen {
        seen: String,
        command: Box<Command>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum Reply {
    Done,
    Status(Box<Status>),
    Mesh(MeshPicture),
    Strip(MeshStrip),
    Groups {
        groups: Vec<GroupRow>,
    },
    Group(GroupRow),
    Posted {
        id: EnvelopeId,
    },
    /// How many of the lines were new here; the others had been imported before.
    Imported {
        new: u64,
        known: u64,
    },
    /// What became of the envelopes of a section.
    TakenIn(TakenIn),
    Log {
        messages: Vec<MessageRow>,
    },
    Asked {
        id: RequestId,
        code: String,
    },
    Requests {
        requests: Vec<RequestRow>,
    },
    Mine(Box<MinePage>),
    Request(Box<RequestPage>),
    Vaults(Box<VaultPage>),
    Acted(Acted),
    Case(Box<CaseReply>),
    Board(BoardPage),
    Invite {
        link: String,
    },
    Notices {
        notices: Vec<Notice>,
    },
    People {
        people: Vec<PersonRow>,
        /// How many there are in all.
        #[serde(default)]
        count: u64,
    },
    Roster(RosterReply),
    News(NewsReply),
    Name(Box<NamePage>),
    Series(SeriesReply),
    Vote(VoteReply),
    Skill(SkillReply),
    Thanks(ThanksReply),
    Team(TeamReply),
    Across(AcrossReply),
    Activity(ActivityReply),
    Hours(HoursReply),
    Look(LookPage),
    Files(FilesReply),
    Waited {
        equal: Vec<PeerRow>,
        missing: Vec<PeerRow>,
        enough: bool,
    },
    Doctor(Doctor),
    Me(Box<MePage>),
    Key(KeyState),
    /// So many keys lost their rights.
    Revoked {
        keys: u64,
    },
    /// Somebody moved in; his paper key, to be written down now.
    Resident {
        name: String,
        words: Vec<String>,
    },
    /// The person's paper key, to be written down now, and the community's name.
    Joined {
        community: String,
        words: Vec<String>,
    },
    /// The paper keys of a community that was just founded, each to be written down now.
    Founded {
        community: String,
        papers: Vec<PaperSheet>,
    },
    Knock(KnockPage),
    Approvals {
        waiting: Vec<KnockRow>,
    },
    Found(FoundPage),
    House(HouseReply),
    Token(TokenReply),
    Phone(PhoneReply),
    Paper(PaperState),
    Progress {
        received: u64,
        expected: u64,
        equal: bool,
        /// Why the others do not let this home in, where they said so.
        turned_away: Option<ErrorKind>,
    },
}

/// Who may enter a group, as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum GroupKindWord {
    Open,
    Invite,
    Vetted,
}

/// What is fixed for good when a group is founded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupTerms {
    /// The place that it lies in: an area or group, by name or id. Without one the community.
    pub over: Option<String>,
    /// Who above the group may read and write in it without being a member. Without a word: nobody.
    pub oversight: Option<OversightWord>,
}

/// From which role on somebody above a group may read and write in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OversightWord {
    /// The office.
    Staff,
    /// Heads of buildings too.
    Steward,
}

/// A role that an invitation gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum RoleWord {
    Member,
    Steward,
    Staff,
    Admin,
}

/// What people do to a request from the command line and the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum ActVerb {
    Claim,
    /// Gives a claim back.
    Withdraw,
    Depart,
    Done,
    Confirm,
    Reopen,
    Cancel,
    /// "I have read that it was cancelled", "yes, I will come".
    Ack,
}

/// A line of an imported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// From 1.
    pub number: u64,
    /// BLAKE3 of the line's bytes, in hexadecimal.
    pub hash: String,
    /// The text to post.
    pub text: String,
}

/// One line of `linli groups --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: GroupId,
    /// open, invite, vetted.
    pub kind: GroupKindWord,
    /// People in it.
    pub members: u64,
    /// Messages that are shown.
    pub messages: u64,
    /// Messages since this home last read.
    pub unread: u64,
    /// Is the person of this box in it?
    pub joined: bool,
}

/// Something that a person of this box must be told, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Names it in `NoticesSeen`.
    pub id: String,
    /// The request it is about.
    pub request: RequestId,
    /// Its spoken code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// lost, waitlisted, backup, cancelled, revoked, turn_back, another_goes_too, …
    pub reason: String,
    /// Who holds it instead.
    pub holder: Option<String>,
    /// The next open request, so that goodwill is not wasted.
    pub next_open: Option<RequestRow>,
    /// Where it is about something that runs out: which team asks for it, and until when it holds.
    #[serde(default)]
    pub credential: Option<CredentialNotice>,
}
