//! What stands in a body: statements, talk, news, acts on requests, document changes, cards, vaults.
//!
//! A body is one byte that says how it is packed (0: plain, 1: by `secrets::packing`) and then CBOR,
//! fields by position. Where the header names an epoch, `secrets` has sealed all of that.
//! Later releases may add fields at the end and variants with new numbers: an old node ignores the
//! first and carries the second unread ([`Unreadable::Newer`]). Nothing here decides anything;
//! `authority`, `lifecycle` and `gate` do.

mod activity;
mod attachment;
mod ballot;
mod case;
mod key;
mod news;
mod profile;
mod series;
mod statement;
mod team;
mod vault;

pub use activity::{
    Activity, ActivityRole, Approval, Certificate, How, MarkKind, MarkRef, Plan, Presence, Sitting,
};
pub use attachment::{Attachment, BlobKey, Holding, Media};
pub use ballot::{Ballot, Choice, Count, Franchise, Mark, Opening, PollKey, Voter};
pub use case::{
    Ask, AskKind, Attach, Consent, Intake, Posted, Promise, Terms, Verdict, Visit, case_of,
};
pub use key::{BoxRef, Key, Sealed, SealedSecret, Wrapped, WrappedSecret};
pub use news::{Announcement, DutyRota, HandOver, News, NewsClass, OnDuty, Reach, Receipt};
pub use profile::{Profile, Skill, SkillKind, Thank};
pub use series::{Exception, RidePlan, RotaEdit, Series};
pub use statement::{
    Cut, GroupKind, History, KeyUse, Oversight, Place, Position, Proof, Role, Second,
    SignedStatement, Statement,
};
pub use team::{Attestation, Criterion, GroupSort, Listing, Team};
pub use vault::{Details, Erasure, Vault, VaultClass, VaultName};

use minicbor::{Decode, Encode};

use crate::{
    envelope::{Kind, VERSION},
    id::{DocumentId, EnvelopeId, PersonId, RequestId, short_hash},
    limits::{CHUNK_BYTES_MAX, NAME_BYTES_MAX, PLACE_DEPTH_MAX, TEXT_BYTES_MAX},
    secrets::packing,
};

/// Grows whenever this release reads a kind, variant or class that the last one did not: what a node
/// keeps as *newer* is judged again then.
pub const VOCABULARY: u32 = 5;

/// What one release reads. Two releases share a mesh: what the other reads besides is carried unread.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// Headers up to this version.
    pub version: u8,
    /// [`VOCABULARY`], as that release had it.
    pub vocabulary: u32,
    /// Which of the bodies that can be read.
    pub reads: fn(&Body) -> bool,
}

impl Release {
    /// This one reads all that it can.
    pub const THIS: Self = Self { version: VERSION, vocabulary: VOCABULARY, reads: |_| true };
}

/// A body in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Who may do what.
    Statement(SignedStatement),
    /// A message, its edit or its withdrawal.
    Talk(Talk),
    /// An act on a help request.
    Act(Act),
    /// One change of a document.
    Change(Change),
    /// Somebody's name and home.
    Card(Card),
    /// An epoch's secret, sealed.
    Key(Key),
    /// Private details of a request, or who opened them.
    Vault(Vault),
    /// A vault must be forgotten.
    Erasure(Erasure),
    /// Something announced, or said about it.
    News(News),
    /// What has come to somebody, and what he has opened.
    Receipt(Receipt),
    /// Which blobs are to be had from a box.
    Holding(Holding),
    /// Something of a vote.
    Ballot(Ballot),
    /// A skill, or thanks.
    Profile(Profile),
    /// What people do together, and the hours of it.
    Activity(Activity),
    /// Something of a team: how it is found, what it asks, who meets it.
    Team(Team),
}

/// What people say in a group.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Talk {
    /// Something said.
    #[n(0)]
    Message {
        /// What, in UTF-8.
        #[n(0)]
        text: String,
        /// The message that this answers.
        #[n(1)]
        reply_to: Option<EnvelopeId>,
        /// Where it was imported from, so that a line shows once.
        #[n(2)]
        imported: Option<ImportedLine>,
    },
    /// The author says it differently.
    #[n(1)]
    Edit {
        /// The message.
        #[n(0)]
        of: EnvelopeId,
        /// What it shall say.
        #[n(1)]
        text: String,
    },
    /// The author takes it back.
    #[n(2)]
    Withdraw {
        /// The message.
        #[n(0)]
        of: EnvelopeId,
    },
    /// An owner of the group takes somebody's message down; it is kept for an appeal.
    #[n(3)]
    TakeDown {
        /// The message.
        #[n(0)]
        of: EnvelopeId,
        /// Why, for whoever wrote it.
        #[n(1)]
        reason: String,
    },
    /// An owner puts it back.
    #[n(4)]
    PutBack {
        /// The message.
        #[n(0)]
        of: EnvelopeId,
    },
    /// Somebody tells the owners about a message.
    #[n(5)]
    Report {
        /// The message.
        #[n(0)]
        of: EnvelopeId,
        /// What is wrong with it.
        #[n(1)]
        reason: String,
    },
    /// The author leaves the group; an owner's node then takes the membership away.
    #[n(6)]
    Leave {},
    /// An owner let somebody in though the group's rules did not fit, and says why.
    #[n(7)]
    Exception {
        /// Who was let in.
        #[n(0)]
        person: PersonId,
        /// Why.
        #[n(1)]
        reason: String,
    },
    /// Names an area: part of the community that roles can be given over.
    #[n(8)]
    Area {
        /// Where it lies.
        #[n(0)]
        within: Place,
        /// Its name, from which its id follows.
        #[n(1)]
        name: String,
    },
    /// The author stood before this person and read his number ([`crate::introduction`]).
    #[n(30)]
    Met {
        /// Whom.
        #[n(0)]
        person: PersonId,
    },
}

/// The id of the area of this name in that place: whoever names it comes to the same.
pub fn area_id(within: &Place, name: &str) -> EnvelopeId {
    let path: Vec<&[u8]> = within.0.iter().map(|id| id.as_bytes().as_slice()).collect();
    let within = path.concat();
    EnvelopeId::from_bytes(short_hash("linli/1 area", &[&within, name.trim().as_bytes()]))
}

/// A line of a file: the same line of the same file shows once, however often it is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct ImportedLine {
    /// Its number, from 1.
    #[n(0)]
    pub number: u64,
    /// BLAKE3 of its bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

/// One person's act on one request. Who acts is the subject of the grant that the header cites.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Act {
    /// Asks for help; [`Ask::request`] names the request.
    #[n(0)]
    Ask(#[n(0)] Ask),
    /// Anything that happens to a request afterwards.
    #[n(1)]
    Do(#[n(0)] Deed),
    /// Plans a ride that recurs; the envelope's id names the series.
    #[n(2)]
    Series(#[n(0)] Series),
    /// Says who drives in turn.
    #[n(3)]
    Rota(#[n(0)] RotaEdit),
    /// Calls a single ride off, moves it, or has it as planned after all.
    #[n(4)]
    Except(#[n(0)] Exception),
    /// Somebody was there.
    #[n(8)]
    Visit(#[n(0)] Visit),
    /// 代录: what whoever asked said on the phone, written down by the desk.
    #[n(9)]
    Verdict(#[n(0)] Verdict),
    /// Photos and files for a request that exists already.
    #[n(10)]
    Attach(#[n(0)] Attach),
}

/// One deed on a request.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Deed {
    /// Which request.
    #[n(0)]
    pub request: RequestId,
    /// What is done.
    #[n(1)]
    pub verb: Verb,
    /// In which capacity.
    #[n(2)]
    pub role: Part,
    /// To or about whom: grant, revoke, offer.
    #[n(3)]
    pub about: Option<PersonId>,
    /// A grant that replaces somebody names him.
    #[n(4)]
    pub instead: Option<PersonId>,
    /// Another request: the duplicate, the other ride of a swap.
    #[n(5)]
    pub other: Option<RequestId>,
    /// The offer that an acceptance answers; the resolution that a closing by default closes.
    #[n(6)]
    pub offer: Option<EnvelopeId>,
    /// A reason or remark, for people.
    #[n(7)]
    pub note: String,
}

/// The capacity somebody acts in on a request (domain.md, "A request's life").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Part {
    /// Whoever may claim: a member of the group.
    #[n(0)]
    Member,
    /// The leader of the team that the request was published to.
    #[n(1)]
    Captain,
    /// The duty staff of the home desk.
    #[n(2)]
    Desk,
    /// Whoever asked.
    #[n(3)]
    Requester,
    /// Whom it is for.
    #[n(4)]
    Subject,
    /// Whoever asks for somebody else.
    #[n(5)]
    Proxy,
}

/// What can be done to a request. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[expect(missing_docs, reason = "each is the word of domain.md, explained in the glossary")]
pub enum Verb {
    #[n(0)]
    Register,
    #[n(1)]
    Hold,
    #[n(2)]
    Resume,
    #[n(3)]
    Refer,
    #[n(4)]
    Decline,
    #[n(5)]
    Duplicate,
    #[n(6)]
    Publish,
    #[n(7)]
    Claim,
    #[n(8)]
    Withdraw,
    #[n(9)]
    Offer,
    #[n(10)]
    Accept,
    #[n(11)]
    Ack,
    #[n(12)]
    Depart,
    #[n(13)]
    Arrive,
    #[n(14)]
    Pickup,
    #[n(15)]
    Done,
    #[n(16)]
    Grant,
    #[n(17)]
    Revoke,
    #[n(18)]
    Resolve,
    #[n(19)]
    Confirm,
    #[n(20)]
    Reopen,
    #[n(21)]
    Cancel,
    /// Joins tips when there are more than an envelope may cite; says nothing else.
    #[n(22)]
    Seen,
    /// 默认结案: whoever asked has said nothing for a week.
    #[n(30)]
    Close,
    /// A need without a name was posted to a team: `other` names what came of it there.
    #[n(31)]
    Post,
}

/// One Automerge change of one document.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Change {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// What it describes: the request or group that the document belongs to.
    #[n(1)]
    pub about: EnvelopeId,
    /// What kind of document it is; its schema and its genesis change follow from it.
    #[n(2)]
    pub form: DocumentForm,
    /// One raw Automerge change chunk, not deflated.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub chunk: Vec<u8>,
}

/// The kinds of documents that this release knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum DocumentForm {
    /// A request's facts and its checklist.
    #[n(0)]
    Request,
    /// A group's name, description and pinned board.
    #[n(1)]
    Group,
}

/// Somebody's name and home, in the directory. The latest of a person holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Card {
    /// The name that neighbours see.
    #[n(0)]
    pub name: String,
    /// The home or office that the box stands in.
    #[n(1)]
    pub home: String,
    /// Is it an office, which others prefer to connect to?
    #[n(2)]
    pub office: bool,
    /// Where the home lies on the map: a building, a unit. It says who is asked to knock there, and
    /// gives nobody a right.
    #[n(3)]
    pub place: Option<Place>,
}

/// Why a body cannot be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Written by a later release: carried as it is.
    #[error("written by a newer release")]
    Newer,
    /// Under an epoch whose secret is not here: carried as it is, read when the secret comes.
    #[error("sealed under a key that is not here")]
    NoKey,
    /// Taken out of a vault for good.
    #[error("erased")]
    Erased,
    /// Not what its kind says: poison.
    #[error("not a body of its kind")]
    Malformed,
    /// Longer than `limits` allow: poison.
    #[error("a text or list longer than the limit")]
    TooLong,
}

impl Body {
    /// Under which kind it travels.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Statement(_) => Kind::STATEMENT,
            Self::Talk(_) => Kind::MESSAGE,
            Self::Act(_) => Kind::ACT,
            Self::Change(_) => Kind::CHANGE,
            Self::Card(_) => Kind::CARD,
            Self::Key(_) => Kind::KEY,
            Self::Vault(_) => Kind::VAULT,
            Self::Erasure(_) => Kind::ERASURE,
            Self::News(_) => Kind::ALERT,
            Self::Receipt(_) => Kind::RECEIPT,
            Self::Holding(_) => Kind::MEDIA,
            Self::Ballot(_) => Kind::BALLOT,
            Self::Profile(_) => Kind::PROFILE,
            Self::Activity(_) => Kind::ACTIVITY,
            Self::Team(_) => Kind::TEAM,
        }
    }

    /// The bytes of the body.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Statement(it) => pack(it),
            Self::Talk(it) => pack(it),
            Self::Act(it) => pack(it),
            Self::Change(it) => pack(it),
            Self::Card(it) => pack(it),
            Self::Key(it) => pack(it),
            Self::Vault(it) => pack(it),
            Self::Erasure(it) => pack(it),
            Self::News(it) => pack(it),
            Self::Receipt(it) => pack(it),
            Self::Holding(it) => pack(it),
            Self::Ballot(it) => pack(it),
            Self::Profile(it) => pack(it),
            Self::Activity(it) => pack(it),
            Self::Team(it) => pack(it),
        }
    }

    /// Reads the body of an envelope of this kind; total.
    ///
    /// # Errors
    ///
    /// [`Unreadable::Newer`] for what a later release may understand, otherwise poison.
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, Unreadable> {
        let body = match kind {
            Kind::STATEMENT => Self::Statement(unpack(bytes)?),
            Kind::MESSAGE => Self::Talk(unpack(bytes)?),
            Kind::ACT => Self::Act(unpack(bytes)?),
            Kind::CHANGE => Self::Change(unpack(bytes)?),
            Kind::CARD => Self::Card(unpack(bytes)?),
            Kind::KEY => Self::Key(unpack(bytes)?),
            Kind::VAULT => Self::Vault(unpack(bytes)?),
            Kind::ERASURE => Self::Erasure(unpack(bytes)?),
            Kind::ALERT => Self::News(unpack(bytes)?),
            Kind::RECEIPT => Self::Receipt(unpack(bytes)?),
            Kind::MEDIA => Self::Holding(unpack(bytes)?),
            Kind::BALLOT => Self::Ballot(unpack(bytes)?),
            Kind::PROFILE => Self::Profile(unpack(bytes)?),
            Kind::ACTIVITY => Self::Activity(unpack(bytes)?),
            Kind::TEAM => Self::Team(unpack(bytes)?),
            _ => return Err(Unreadable::Newer),
        };
        body.check()?;
        Ok(body)
    }

    /// Are its texts and lists within their bounds?
    ///
    /// # Errors
    ///
    /// [`Unreadable::TooLong`] where they are not.
    pub fn check(&self) -> Result<(), Unreadable> {
        if self.is_within_limits() { Ok(()) } else { Err(Unreadable::TooLong) }
    }

    fn is_within_limits(&self) -> bool {
        match self {
            Self::Statement(it) => it.is_within_limits(),
            Self::Talk(Talk::Message { text, .. } | Talk::Edit { text, .. }) => is_text(text),
            Self::Talk(
                Talk::Withdraw { .. } | Talk::PutBack { .. } | Talk::Leave {} | Talk::Met { .. },
            ) => true,
            Self::Talk(
                Talk::TakeDown { reason, .. }
                | Talk::Report { reason, .. }
                | Talk::Exception { reason, .. },
            ) => is_text(reason),
            Self::Talk(Talk::Area { within, name }) => {
                within.0.len() < PLACE_DEPTH_MAX && is_name(name)
            }
            Self::Act(it) => it.is_within_limits(),
            Self::Change(it) => it.chunk.len() <= CHUNK_BYTES_MAX,
            Self::Card(it) => {
                let depth = it.place.as_ref().map_or(0, |place| place.0.len());
                is_name(&it.name) && it.home.len() <= NAME_BYTES_MAX && depth <= PLACE_DEPTH_MAX
            }
            Self::Key(it) => it.is_within_limits(),
            Self::Vault(it) => it.is_within_limits(),
            Self::Erasure(_) => true,
            Self::News(it) => it.is_within_limits(),
            Self::Receipt(it) => it.is_within_limits(),
            Self::Holding(it) => it.is_within_limits(),
            Self::Ballot(it) => it.is_within_limits(),
            Self::Profile(it) => it.is_within_limits(),
            Self::Activity(it) => it.is_within_limits(),
            Self::Team(it) => it.is_within_limits(),
        }
    }
}

fn is_text(text: &str) -> bool {
    text.len() <= TEXT_BYTES_MAX
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= NAME_BYTES_MAX
}

fn pack<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut out = vec![packing::PLAIN];
    minicbor::encode(value, &mut out).expect("writing to memory cannot fail");
    out
}

/// An unknown number of a variant means a later release; anything else that does not fit is poison.
/// How the kinds of a later release are packed is not for this one to judge: only what it reads comes
/// here.
fn unpack<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, Unreadable> {
    let cbor = packing::unpack(bytes)?;
    let mut decoder = minicbor::Decoder::new(&cbor);
    match decoder.decode() {
        Ok(value) if decoder.position() == cbor.len() => Ok(value),
        Ok(_) => Err(Unreadable::Malformed),
        Err(error) if error.is_unknown_variant() => Err(Unreadable::Newer),
        Err(_) => Err(Unreadable::Malformed),
    }
}

#[cfg(test)]
mod tests;
