//! Why a command was not carried out: a stable kind for programs, and what belongs in the sentence
//! for people. The sentence itself is put together at the edge, in the reader's language.

use std::{collections::BTreeMap, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::passphrase::Passphrase;

/// Why a command was not carried out; nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The node is in no community yet. Args: none.
    NoCommunity,
    /// It is in one already. Args: none.
    AlreadyInCommunity,
    /// No group of this name or id. Args: `group`.
    UnknownGroup,
    /// No request of this id or code. Args: `id`.
    UnknownRequest,
    /// No message of this id. Args: `id`.
    UnknownMessage,
    /// No person or peer of this name. Args: `name`.
    UnknownPerson,
    /// Nobody with these digits asks to be let in. Args: `code`.
    UnknownKnock,
    /// This is not that person's number, or it is one's own. Args: `name`.
    OtherNumber,
    /// Several things answer to it. Args: `name`, `candidates`.
    Ambiguous,
    /// Too long or empty. Args: `what`, `limit`.
    BadText,
    /// Not a field of a request's facts. Args: `field`.
    UnknownField,
    /// No vote of this id. Args: `id`.
    UnknownVote,
    /// Not with this vote, or not now. Args: `vote` (`over`, `voted`, `not_on_roll`, …).
    VoteRefused,
    /// The person is not in this group. Args: `group`.
    NotAMember,
    /// The person's role does not allow it. Args: `what`.
    NotAllowed,
    /// The request's state does not allow it. Args: `verb`, `status`.
    NotNow,
    /// The act needs a word more: a reason, a person, another request. Args: `verb`, `what`.
    SayWhat,
    /// Not a join link, or a damaged one. Args: none.
    BadLink,
    /// An invitation's file that was cut short, or was put together from two. Args: none.
    BadInvitationFile,
    /// Not an address. Args: `address`.
    BadAddress,
    /// Not the address of a page. Args: `address`.
    BadPageAddress,
    /// The edit cannot be made. Args: `reason`.
    BadEdit,
    /// Private words do not belong where everybody reads. Args: `what`, of a new request.
    Private,
    /// Nothing private of this request may be read by this person. Args: none.
    NoVault,
    /// Staff say why they open private details. Args: none.
    ReasonNeeded,
    /// An import line cannot be read. Args: `line`, `reason`.
    BadLine,
    /// The disk is full or cannot be written. Args: `reason`.
    Storage,
    /// The node is busy or stopping. Args: none.
    Busy,
    /// The folder holds no home yet. Args: `data`.
    NoHome,
    /// The folder holds a home already. Args: `data`.
    AlreadyHome,
    /// The folder holds something else. Args: `data`.
    ForeignFolder,
    /// The folder cannot be read or written. Args: `data`, `reason`.
    Unwritable,
    /// Another node runs on this folder. Args: `data`.
    Locked,
    /// Written by a later release. Args: `data`.
    NewerData,
    /// A file of the home is missing or damaged. Args: `data`, `file`.
    FileGone,
    /// An address to listen on is taken or cannot be. Args: `address`, `reason`.
    PortBusy,
    /// A named time ran out. Args: `missing`.
    Timeout,
    /// The sealed key is shut. Args: `person`.
    SealedShut,
    /// Another box has this one's keys, and the sealed key is shut. Args: `person`.
    Copied,
    /// The passphrase is another one. Args: `looks` (what is odd about what was typed: `words`, `short`,
    /// `capitals`, or nothing), `numbers`.
    WrongPassphrase,
    /// The passphrase is too short or too long. Args: `limit`.
    WeakPassphrase,
    /// There is no passphrase to be asked for. Args: none.
    NoPassphrase,
    /// Nobody of this name lives on this box. Args: `name`, `candidates`.
    NotHere,
    /// As many people live on this box as can. Args: `limit`.
    HouseFull,
    /// Somebody on this box is called so. Args: `name`.
    NameTaken,
    /// Somebody else must invite. Args: `names`.
    NeedsInvitation,
    /// The file is there already. Args: `file`.
    FileExists,
    /// Not a backup, or a damaged one. Args: `file`.
    BadBackup,
    /// A backup of a later release. Args: `file`.
    ForeignBackup,
    /// Not a bundle. Args: `file`.
    BadBundle,
    /// A bundle of a later release. Args: `file`.
    ForeignBundle,
    /// Another community's bundle. Args: `file`.
    OthersBundle,
    /// Part of a bundle cannot be read; the rest was taken in. Args: `file`, `spoilt` (sections).
    DamagedBundle,
    /// Too much of a bundle is vouched for by nobody. Args: `file`, `limit`.
    StrangeBundle,
    /// No place or area of this name. Args: `place`.
    UnknownPlace,
    /// No key like this acts or acted for anybody. Args: `key`.
    UnknownKey,
    /// No removal of this id. Args: `id`.
    UnknownRemoval,
    /// The person's own role is not above the one in question, or not over that place. Args: `role`.
    TooLow,
    /// The other one has no such role. Args: `name`.
    HasNoRole,
    /// The other one has it already. Args: `name`, `role`.
    HasRole,
    /// The other one was removed, and nobody said that this is to be undone. Args: `name`, `by`.
    WasRemoved,
    /// Groups would vanish with what is cut off. Args: `groups`.
    CutsGroups,
    /// Nothing lies behind that cut. Args: none.
    NothingLate,
    /// An invitation for one person was used by somebody else. Args: none.
    InvitationUsed,
    /// Only whoever sees to the group may. Args: `group`.
    NotAnOwner,
    /// The team asks for nothing of these words or this id. Args: `text`.
    UnknownCriterion,
    /// Something that the team asks for is lacking. Args: `name`, `criteria`, `vouches` (missing).
    CriteriaUnmet,
    /// Nobody of this name waits for the captain's word. Args: `name`.
    NotApplied,
    /// The person is out of the team for a while. Args: `group`.
    Suspended,
    /// The person is not out for a while. Args: `name`.
    NotSuspended,
    /// Nothing that can be carried between neighbourhoods here. Args: `carried` (`foreign`, `damaged`, …).
    NotCarried,
    /// Nothing forks there. Args: `id`.
    NotForked,
    /// Only another device, the paper key or somebody else may. Args: `what`.
    NotFromHere,
    /// The words of a paper key are wrong. Args: `paper`, `fault` (`count`, `unknown`, `checksum`),
    /// `numbers`.
    BadPaper,
    /// A paper key, but not one of this community's. Args: `paper`.
    ForeignPaper,
    /// The only administrator leaves. Args: none.
    LastAdmin,
    /// A paper key, but neither of whoever asks nor of this community.
    OtherPaper,
    /// Too few paper keys together. Args: `have`, `need`.
    TooFewPapers,
    /// A file that does not go out as a photo, or none where one is wanted. Args: `photo` (`none`,
    /// `too_large`, `wrong_type`, `too_many_pixels`, `damaged`, `full`), `limit`.
    NoPhoto,
    /// This home fetches no whole photos. Args: none.
    FilesOff,
    /// As many whole photos are asked for as may be. Args: `limit`.
    FilesBusy,
    /// An announcement may not go beyond its group. Args: `group`.
    TooFar,
    /// Nobody in particular would read it: the place has no group. Args: `place`.
    NoAudience,
    /// The plan has this looked at before it begins: tick it there. Args: `text`.
    CheckedBefore,
    /// Somebody has looked there, and whoever says it again knows that. Args: `name`, `text`.
    LookedAlready,
    /// A window that ends before it begins, or has ended. Args: none.
    BadWindow,
    /// Only a stopped node can do this. Args: none.
    StopFirst,
    /// The others do not let this home in: its person was removed. Args: none.
    TurnedAway,
    /// Let in again, and not heard of it from the others yet. Args: none.
    NotYetBack,
    /// Let in again, and this box still has the key that it wrote with before. Args: none.
    OldKey,
    /// No series of this title, code or id. Args: `name`.
    UnknownSeries,
    /// No activity of this title, code or id. Args: `name`.
    UnknownActivity,
    /// No certificate of this number. Args: `code`.
    UnknownCertificate,
    /// No certificate of this community, or one that was changed. Args: none.
    NoCertificate,
    /// The activity does not take place. Args: `name`.
    CalledOff,
    /// The series has no ride of this date. Args: `name`, `date`.
    NoRideThen,
    /// A rule, time or zone of a series that is none. Args: `what`, `text`.
    BadPlan,
    /// Somebody on the rota is not in the group. Args: `name`, `group`.
    NotInGroup,
    /// A ride is confirmed once both legs are done. Args: none.
    OtherLegFirst,
    /// The two rides cannot be exchanged now. Args: none.
    NoSwap,
    /// No token of this box. Args: none.
    UnknownToken,
    /// No paired phone of this id. Args: `id`.
    UnknownPhone,
    /// The box has as many tokens as it takes. Args: `limit`.
    TokensFull,
    /// The key was used for another command. Args: none.
    KeyReused,
    /// It says something else by now. Args: `now`, `name` (whoever wrote it).
    Changed,
    /// A defect; the log has more. Args: `reason`.
    Internal,
}

/// An error on its way to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind:?} {args:?}")]
pub struct ApiError {
    /// What went wrong, for programs.
    pub kind: ErrorKind,
    /// What belongs in the sentence, for people.
    pub args: BTreeMap<String, String>,
}

impl ApiError {
    /// An error about a file.
    pub fn of_file(kind: ErrorKind, file: &Path) -> Self {
        Self::new(kind, [("file", file.display().to_string())])
    }

    /// A folder or file that cannot be read or written.
    pub fn unwritable(path: &Path, error: &io::Error) -> Self {
        let args = [("data", path.display().to_string()), ("reason", error.to_string())];
        Self::new(ErrorKind::Unwritable, args)
    }

    /// A passphrase that opens nothing, with what looks odd about it.
    pub fn wrong_passphrase(typed: Option<&Passphrase>) -> Self {
        let (looks, numbers) = typed.map(Passphrase::looks).unwrap_or_default();
        let args = [("looks", looks.to_owned()), ("numbers", numbers)];
        Self::new(ErrorKind::WrongPassphrase, args)
    }

    /// Whoever asks may not do this.
    pub fn not_allowed(what: &str) -> Self {
        Self::new(ErrorKind::NotAllowed, [("what", what.to_owned())])
    }

    /// An error with what belongs in its sentence.
    pub fn new<const N: usize>(kind: ErrorKind, args: [(&str, String); N]) -> Self {
        Self { kind, args: args.into_iter().map(|(name, value)| (name.into(), value)).collect() }
    }
}
