//! The whole life of a request: what may be said when asking, every act, visits, what was said on the
//! phone, postings to teams, the desk's lists and figures.
//!
//! Persons, groups, areas and requests may be named wherever one is wanted, as long as only one
//! answers to the name; ids always work. Times are claimed milliseconds since 1970.

use crdt::{
    id::{EnvelopeId, RequestId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::{FileRow, NewsRow, PhotoRow, Private, RequestRow, WayWord};

/// Something about a request that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum CaseCommand {
    Ask(Box<NewCase>),
    /// Makes a request of a message, and takes note of it where the person is duty staff: whoever does
    /// it, it is the same request.
    Register {
        message: EnvelopeId,
        title: Option<String>,
        /// Also opens it to claims.
        publish: bool,
    },
    /// Any act of a request's life.
    Do(Deed),
    Visit {
        id: String,
        /// Now, where none is named.
        at_ms: Option<u64>,
        people: Vec<String>,
        outcome: String,
        promise: Option<String>,
        /// When somebody looks after the promise.
        follow_up_ms: Option<u64>,
        photo: Option<EnvelopeId>,
        /// Photos and files of it, made ready by [`crate::attached`]; `photo` then names them by itself.
        #[serde(default)]
        photos: Vec<PhotoRow>,
    },
    /// Adds photos and files to a request that exists already: who asked, holds it or is on duty.
    Attach {
        id: String,
        /// Made ready by [`crate::attached`].
        photos: Vec<PhotoRow>,
    },
    /// 代录: what whoever asked said on the phone. Never a confirmation.
    Note {
        id: String,
        solved: bool,
        words: String,
    },
    /// Posts a need to a team without saying whose it is.
    Post {
        id: String,
        team: String,
        title: Option<String>,
    },
    /// Lets somebody read what only the office reads, where he has to know it.
    Confide {
        id: String,
        person: String,
        reason: String,
    },
    /// One of its photos and files, from 0, first those of the request, then what was added; or, under the id
    /// of an addition, one of that.
    Photo {
        id: String,
        number: u64,
    },
    /// `last`: so many of each list; how many there are is always said.
    Desk {
        list: Option<DeskList>,
        #[serde(default)]
        last: Option<u32>,
    },
    /// How fast people are answered and helped, of what was asked since then.
    Figures {
        since_ms: Option<u64>,
    },
}

/// One act of a request's life, with all that it may say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// Which request.
    pub id: String,
    /// What is done.
    pub verb: CaseVerb,
    /// To or about whom: grant, revoke, offer. A grant to nobody goes to whoever looks after the building.
    #[serde(default)]
    pub person: Option<String>,
    /// Whom a grant replaces.
    #[serde(default)]
    pub instead: Option<String>,
    /// Another request: the duplicate, the other ride of a swap.
    #[serde(default)]
    pub other: Option<String>,
    /// Why, or where to.
    #[serde(default)]
    pub reason: String,
}

impl Deed {
    /// An act that says nothing but itself.
    pub fn of(id: &str, verb: CaseVerb) -> Self {
        let (id, reason) = (id.to_owned(), String::new());
        Self { id, verb, person: None, instead: None, other: None, reason }
    }
}

/// Every act of a request's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum CaseVerb {
    Register,
    Hold,
    Resume,
    Refer,
    Decline,
    Duplicate,
    Publish,
    Claim,
    Withdraw,
    Offer,
    Accept,
    Ack,
    Depart,
    Arrive,
    Pickup,
    Done,
    Grant,
    Revoke,
    Resolve,
    Confirm,
    Reopen,
    Cancel,
    Close,
}

impl CaseVerb {
    /// All of them, in the order of a request's life.
    pub const ALL: [Self; 23] = [
        Self::Register,
        Self::Publish,
        Self::Hold,
        Self::Resume,
        Self::Refer,
        Self::Decline,
        Self::Duplicate,
        Self::Claim,
        Self::Withdraw,
        Self::Grant,
        Self::Revoke,
        Self::Offer,
        Self::Accept,
        Self::Ack,
        Self::Depart,
        Self::Arrive,
        Self::Pickup,
        Self::Done,
        Self::Resolve,
        Self::Confirm,
        Self::Reopen,
        Self::Cancel,
        Self::Close,
    ];

    /// Its word in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Refer => "refer",
            Self::Decline => "decline",
            Self::Duplicate => "duplicate",
            Self::Publish => "publish",
            Self::Claim => "claim",
            Self::Withdraw => "withdraw",
            Self::Offer => "offer",
            Self::Accept => "accept",
            Self::Ack => "ack",
            Self::Depart => "depart",
            Self::Arrive => "arrive",
            Self::Pickup => "pickup",
            Self::Done => "done",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Resolve => "resolve",
            Self::Confirm => "confirm",
            Self::Reopen => "reopen",
            Self::Cancel => "cancel",
            Self::Close => "close",
        }
    }
}

/// A request as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCase {
    /// Whom it is said to; everybody, where none is named.
    pub group: Option<String>,
    /// One line that everybody in the group reads.
    pub title: String,
    /// More, for everybody in the group.
    pub details: String,
    /// What kind of request.
    pub kind: KindWord,
    /// 1 can wait … 4 life-threatening; 2, where none is named.
    pub urgency: Option<u8>,
    /// How many people are needed; one, where none is named.
    pub places: Option<u16>,
    /// What counts where two come; speed where a life is at stake and nothing is named.
    pub prefer: Option<PreferWord>,
    /// Where about: an area by its name, else in words.
    pub area: String,
    /// From when on.
    pub from_ms: Option<u64>,
    /// Until when.
    pub until_ms: Option<u64>,
    /// What is needed, functionally.
    pub needs: Vec<String>,
    /// Who asked, where it is not the one who writes; the desk alone says so.
    pub requester: Option<String>,
    /// Whom it is for: somebody who is known here, or a name for the vault.
    pub subject: Option<String>,
    /// Who speaks for the subject, where it is not the one who writes.
    pub proxy: Option<String>,
    /// By what right somebody asks for somebody else.
    pub consent: Option<ConsentWord>,
    /// How it came to the desk.
    pub intake: Option<IntakeWord>,
    /// For the desk alone: title and details go into the vault, neighbours read neither.
    pub to_desk: bool,
    /// What only a few may read.
    pub private: Private,
    /// The message that it is made of.
    pub message: Option<EnvelopeId>,
    /// Photos that everybody in the group sees, made ready by [`crate::photo`]; with one the title may be
    /// empty. Their sealed bytes are in this home's folder.
    pub photos: Vec<PhotoRow>,
    /// Where the office has answered this before, that answer comes back and nothing is asked.
    pub unless_answered: bool,
}

/// What kind of request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum KindWord {
    Question,
    #[default]
    Help,
    Complaint,
    Report,
    Suggestion,
}

/// What counts where two come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreferWord {
    /// One alone: the page waits for a grant.
    Single,
    /// Whoever is first: nobody turns back.
    Speed,
}

/// By what right somebody asks for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum ConsentWord {
    OwnWord,
    ByPhone,
    Written,
    Guardian,
    Emergency,
}

/// How a request came to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum IntakeWord {
    Phone,
    Paper,
}

/// A list of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskList {
    /// 待受理: nobody of the office has said anything yet.
    Unanswered,
    /// 无人认领.
    Unclaimed,
    /// 超时: the window is over, or the office let it wait too long, or whoever holds it is silent.
    Overdue,
    /// 冲突待核.
    Conflicts,
    /// 待回访: done, or a promise fell due.
    CallBacks,
    /// A place that nobody has confirmed yet.
    Provisional,
}

impl DeskList {
    /// All of them, in the order of a duty officer's day.
    pub const ALL: [Self; 6] = [
        Self::Unanswered,
        Self::Unclaimed,
        Self::Overdue,
        Self::Conflicts,
        Self::CallBacks,
        Self::Provisional,
    ];

    /// Its word in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Unclaimed => "unclaimed",
            Self::Overdue => "overdue",
            Self::Conflicts => "conflicts",
            Self::CallBacks => "call_backs",
            Self::Provisional => "provisional",
        }
    }
}

/// What came of it, where it is more than a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum CaseReply {
    Photo(PhotoRow),
    Desk(DeskPage),
    Figures(FiguresPage),
}

/// `linli desk --json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskPage {
    /// The lists that were asked for; a request may stand in several.
    pub lists: Vec<DeskRows>,
    /// What came in late, after a cut; none where nothing did.
    pub cut: Option<CutPage>,
}

/// One list: the most urgent first, then who waits longest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskRows {
    /// Which.
    pub list: DeskList,
    /// All of it, or as many as were wanted.
    pub requests: Vec<RequestRow>,
    /// How many stand in it.
    #[serde(default)]
    pub count: u64,
}

/// "While we were cut off".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutPage {
    /// Since when: the oldest that came in late.
    pub since_ms: u64,
    /// When the last of it came.
    pub until_ms: u64,
    /// Requests that nobody here had heard of.
    pub new: u64,
    /// Requests of which both sides wrote something else, or sent somebody.
    pub conflicts: u64,
    /// People who must be told that another holds what they took.
    pub told: u64,
}

/// `linli figures --json`: counts and times, no names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresPage {
    /// Of everything.
    pub all: Figures,
    /// Of each area on the highest level that is named.
    pub compounds: Vec<NamedFigures>,
    /// Of each area below it.
    pub buildings: Vec<NamedFigures>,
    /// Of each group.
    pub groups: Vec<NamedFigures>,
}

/// Figures under the name of a place or group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFigures {
    /// Of the place or group.
    pub name: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// How fast people are answered and helped, and how they find it: three things, never one number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Requests that were asked.
    pub asked: u64,
    /// From the asking to the first answer by a person of the office.
    pub response: Spread,
    /// Of it, how long it was under way because of a cut, as far as this node saw.
    pub cut_off: Spread,
    /// Asked, and no answer by the office yet.
    pub unanswered: u64,
    /// From the asking until somebody said that it is done.
    pub resolution: Spread,
    /// What the people say.
    pub satisfaction: Satisfaction,
    /// Cases whose clocks contradict one another: counted here, and in no time above.
    pub skewed: u64,
}

/// Some times, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub count: u64,
    /// Half of them took no longer.
    pub median_ms: Option<u64>,
    /// Nine of ten took no longer.
    pub p90_ms: Option<u64>,
}

/// What the people say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Satisfaction {
    /// Confirmed by whoever asked.
    pub confirmed: u64,
    /// Opened again at least once.
    pub reopened: u64,
    /// 默认结案: nobody said anything.
    pub by_default: u64,
    /// 代录: said on the phone that it is solved, and has not confirmed it himself.
    pub noted_solved: u64,
    /// 代录: said on the phone that it is not.
    pub noted_unsolved: u64,
}

/// What a request's page says beyond its facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "marks that a page shows, one by one")]
pub struct CaseMore {
    /// question, help, complaint, report, suggestion.
    pub kind: String,
    /// How many people are needed.
    pub places: u16,
    /// single or speed, where one counts.
    pub prefer: Option<PreferWord>,
    /// Where about.
    pub area: String,
    /// From when on.
    pub from_ms: Option<u64>,
    /// Until when.
    pub until_ms: Option<u64>,
    /// What is needed, functionally.
    pub needs: Vec<String>,
    /// The message that it was made of.
    pub message: Option<EnvelopeId>,
    /// Whom it is for, where that is somebody who is known here.
    pub subject: Option<String>,
    /// Who speaks for him.
    pub proxy: Option<String>,
    /// By what right.
    pub consent: Option<ConsentWord>,
    /// How it came to the desk.
    pub intake: Option<IntakeWord>,
    /// For the desk alone.
    pub to_desk: bool,
    /// Closed by default.
    pub by_default: bool,
    /// Held by somebody who said so too long ago: others may claim behind him.
    pub stale: bool,
    /// The page waits for a grant; setting off is offered later.
    pub waits_for_grant: bool,
    /// It begins so late that the page does not offer to set off yet.
    pub early: bool,
    /// Whoever holds it may set off, and nobody has confirmed him.
    pub unconfirmed: bool,
    /// Everything that the person of this box may do now.
    pub acts: Vec<CaseVerb>,
    /// Who was there.
    pub visits: Vec<VisitRow>,
    /// What was said on the phone.
    pub verdicts: Vec<VerdictRow>,
    /// Where it was posted to, and how that stands.
    pub postings: Vec<RequestRow>,
    /// The case that it is a posting of, where that can be read here.
    pub posted_from: Option<RequestId>,
    /// How many photos and files were sent with it.
    #[serde(default)]
    pub photos: u64,
    /// Which of them are files and no photos.
    #[serde(default)]
    pub files: Vec<FileRow>,
    /// What was added later.
    #[serde(default)]
    pub added: Vec<AddedRow>,
    /// May the person of this box add photos and files?
    #[serde(default)]
    pub may_attach: bool,
    /// Who looks after the building that it is about, or else the compound: whom it goes to where it is
    /// granted to nobody by name.
    #[serde(default)]
    pub wardens: Vec<String>,
    /// What the office has answered, the first of it first.
    #[serde(default)]
    pub answers: Vec<NewsRow>,
    /// How far it has come, where the person of this box asked for it.
    #[serde(default)]
    pub way: Option<WayWord>,
}

/// Photos and files that were added to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedRow {
    /// The addition; its photos and files are numbered from 0.
    pub id: EnvelopeId,
    /// Who added them.
    pub by: String,
    /// What his clock said.
    pub claimed_ms: ClaimedTime,
    /// How many.
    pub photos: u64,
    /// Which of them are files and no photos.
    pub files: Vec<FileRow>,
}

/// Somebody was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRow {
    /// Who wrote it down.
    pub by: String,
    /// When it was.
    pub at_ms: u64,
    /// Who went.
    pub people: Vec<String>,
    /// What came of it.
    pub outcome: String,
    /// What was promised.
    pub promise: Option<String>,
    /// When somebody looks after it.
    pub follow_up_ms: Option<u64>,
    /// The envelope with a picture of it.
    pub photo: Option<EnvelopeId>,
}

/// 代录: what was said on the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictRow {
    /// Who wrote it down.
    pub by: String,
    /// Is it solved, was said?
    pub solved: bool,
    /// In his words.
    pub words: String,
    /// What the clock of whoever wrote it down said.
    pub claimed_ms: ClaimedTime,
}
