//! What the evaluation says, in words that a person can read and codes that stay.

use crate::{
    body::{GroupKind, Oversight, Place},
    id::{EnvelopeId, GroupId, PersonId},
};

/// Does an envelope count?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Counts,
    /// Messages are shown, with a mark; statements, acts and ballots do not count.
    Flagged(Flag),
    /// The grant that it cites is not here.
    Pending(EnvelopeId),
    /// No.
    Void(Reason),
}

impl Verdict {
    /// Counts without any mark?
    pub fn counts(self) -> bool {
        self == Self::Counts
    }

    /// Is a message with this verdict shown?
    pub fn shows(self) -> bool {
        matches!(self, Self::Counts | Self::Flagged(_))
    }
}

impl From<Result<(), Reason>> for Verdict {
    fn from(outcome: Result<(), Reason>) -> Self {
        match outcome {
            Ok(()) => Self::Counts,
            Err(Reason::NoSuchGrant(id)) => Self::Pending(id),
            Err(reason) => Self::Void(reason),
        }
    }
}

/// Why something is shown with a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Its writer's chain forked, and this is the branch whose changes enter documents.
    Fork,
    /// Its writer's chain forked, and this is the losing branch: its changes stay in a copy.
    LosingBranch,
    /// Somebody's chain forked on the way from the root to its grant.
    ForkedGrant,
}

/// Why something does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Its place in the chain or in the order is not what it says.
    #[error("its place in the order is forged")]
    ForgedPlace,
    /// It should cite a grant.
    #[error("it names no grant")]
    NoGrant,
    /// The grant is not here; it may come.
    #[error("the grant that it names is not here yet")]
    NoSuchGrant(EnvelopeId),
    /// What it cites is something else.
    #[error("what it names is not a grant")]
    NotAGrant(EnvelopeId),
    /// The grant does not count.
    #[error("the grant that it names does not count")]
    VoidGrant(EnvelopeId),
    /// The role is too low, or over another place.
    #[error("that role may not do this, or not here")]
    NotEntitled,
    /// Written in a scope where those whom it concerns cannot read it.
    #[error("said in the wrong place")]
    WrongScope,
    /// The paper, sealed or root keys that it needs did not sign it.
    #[error("the second signature is missing")]
    NoSecondSignature,
    /// No key of the person speaks for the writer.
    #[error("written by a device that nobody vouches for")]
    NotCertified,
    /// The writer, or a key above it, was revoked.
    #[error("written by a device that was revoked")]
    Revoked,
    /// It stands after the cut of a removal.
    #[error("written after its author was removed")]
    Cut(EnvelopeId),
    /// The writer acted before its person was removed; a new grant wants a new writer.
    #[error("written by a device from before a removal")]
    OldWriter(EnvelopeId),
    /// The chain forked and nobody chose a branch.
    #[error("its author's device wrote two things in one place")]
    Forked,
    /// Its group was never founded, or not there.
    #[error("there is no such group")]
    NoSuchGroup,
    /// The invitation is missing, void or not proved.
    #[error("not invited")]
    NotInvited,
    /// Somebody else entered by the same invitation.
    #[error("the invitation was for one person, who has used it")]
    InvitationUsed,
    /// Too few members vouch.
    #[error("too few members vouch for this person")]
    TooFewVouches,
    /// What an admission cites is no removal.
    #[error("what it admits to was never removed")]
    NoSuchRemoval,
    /// The author is no member of the community.
    #[error("written by somebody who is not a member of the community")]
    Stranger,
}

impl Reason {
    /// A short name that stays, for JSON and for translations.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ForgedPlace => "forged_place",
            Self::NoGrant => "no_grant",
            Self::NoSuchGrant(_) => "no_such_grant",
            Self::NotAGrant(_) => "not_a_grant",
            Self::VoidGrant(_) => "void_grant",
            Self::NotEntitled => "not_entitled",
            Self::WrongScope => "wrong_scope",
            Self::NoSecondSignature => "no_second_signature",
            Self::NotCertified => "not_certified",
            Self::Revoked => "revoked",
            Self::Cut(_) => "cut",
            Self::OldWriter(_) => "old_writer",
            Self::Forked => "forked",
            Self::NoSuchGroup => "no_such_group",
            Self::NotInvited => "not_invited",
            Self::InvitationUsed => "invitation_used",
            Self::TooFewVouches => "too_few_vouches",
            Self::NoSuchRemoval => "no_such_removal",
            Self::Stranger => "stranger",
        }
    }
}

/// A group that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The envelope that founded it.
    pub id: GroupId,
    /// Where it lies.
    pub place: Place,
    /// Who may enter, by the rules that hold now.
    pub kind: GroupKind,
    /// How many vouches it wants, by the rules that hold now.
    pub need: u8,
    /// Who above it may write in it.
    pub oversight: Oversight,
    /// Is its door the community's door?
    pub everyone: bool,
    /// Who founded it.
    pub founder: PersonId,
}

/// An invitation that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The statement.
    pub invite: EnvelopeId,
    /// Into which group.
    pub group: Place,
    /// For one person only?
    pub once: bool,
    /// Has that one person entered?
    pub used: bool,
}
