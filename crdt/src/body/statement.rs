//! Statements: who may do what, as signed words. `authority` says which of them count.
//!
//! The roster carries ids, ranks and places only; names live in the directory.

use minicbor::{Decode, Encode};

use crate::{
    id::{CommunityId, EnvelopeId, GroupId, KeyId, PersonId, ScopeId, WriterId, short_hash},
    keys::{Secret, verify},
    limits::{PLACE_DEPTH_MAX, ROOT_KEYS_MAX, STATEMENT_LIST_MAX},
};

/// A place: the community itself (empty), or a path of areas and groups below it.
///
/// An area is named by a hash of its own choosing, a group by the envelope that founded it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Place(#[n(0)] pub Vec<EnvelopeId>);

impl Place {
    /// The whole community.
    pub fn community() -> Self {
        Self(Vec::new())
    }

    /// A group or area below this place.
    #[must_use]
    pub fn below(&self, id: EnvelopeId) -> Self {
        Self(self.0.iter().copied().chain([id]).collect())
    }

    /// Is this place `inner` or around it?
    pub fn contains(&self, inner: &Self) -> bool {
        inner.0.starts_with(&self.0)
    }

    /// The group that this place ends in, if it is not the community.
    pub fn group(&self) -> Option<GroupId> {
        self.0.last().copied()
    }

    /// The scope whose envelopes are about this place: the roster, or the group's own.
    pub fn scope(&self, community: &CommunityId) -> ScopeId {
        self.group().map_or_else(|| community.roster(), |group| group.scope())
    }
}

/// Ranks, lowest first; only a strictly higher one gives or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Resident, volunteer, vetted driver.
    #[n(1)]
    Member,
    /// 楼长, 网格员, group owner.
    #[n(2)]
    Steward,
    /// 居委会, duty desk.
    #[n(3)]
    Staff,
    /// Whoever runs the community.
    #[n(4)]
    Admin,
    /// The paper keys.
    #[n(5)]
    Root,
}

impl Role {
    /// 1 … 5.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Member => 1,
            Self::Steward => 2,
            Self::Staff => 3,
            Self::Admin => 4,
            Self::Root => 5,
        }
    }
}

/// Who may enter a group; the later ones are stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum GroupKind {
    /// Whoever joins.
    #[n(0)]
    Open,
    /// Whoever was invited.
    #[n(1)]
    Invite,
    /// Whoever others vouch for.
    #[n(2)]
    Vetted,
}

/// From which rank on somebody above a group may write in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Oversight {
    /// Members only.
    #[n(0)]
    None,
    /// Staff and above.
    #[n(1)]
    Staff,
    /// Stewards and above.
    #[n(2)]
    Steward,
}

/// What of a group's past somebody can read who comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum History {
    /// All of it.
    #[n(0)]
    All,
    /// What is written from then on.
    #[n(1)]
    FromJoin,
}

/// What a certified key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum KeyUse {
    /// Writes envelopes for the person.
    #[n(0)]
    Writer,
    /// A box: its libp2p identity.
    #[n(1)]
    Box,
    /// The sealed key of somebody of rank 3 or more.
    #[n(2)]
    Sealed,
}

/// The last envelope of one chain that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Cut {
    /// Whose chain.
    #[n(0)]
    pub writer: WriterId,
    /// In which scope.
    #[n(1)]
    pub scope: ScopeId,
    /// Its last position that counts.
    #[n(2)]
    pub seq: u64,
    /// Which envelope stands there.
    #[n(3)]
    pub id: EnvelopeId,
}

/// Shows that whoever joins was handed the invitation's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Proof {
    /// The public half of the invitation's key.
    #[n(0)]
    pub key: KeyId,
    /// That key's signature under community, person and group.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

impl Proof {
    /// Proves the invitation `key` for `person` and `group`.
    pub fn give(key: &Secret, community: &CommunityId, person: &PersonId, group: &Place) -> Self {
        let signature = key.sign(&Self::message(community, person, group));
        Self { key: key.key(), signature }
    }

    /// Was this proof made for this community, person and group?
    pub fn holds(&self, community: &CommunityId, person: &PersonId, group: &Place) -> bool {
        verify(&self.key, &Self::message(community, person, group), &self.signature)
    }

    fn message(community: &CommunityId, person: &PersonId, group: &Place) -> Vec<u8> {
        let place: Vec<&[u8]> = group.0.iter().map(|id| id.as_bytes().as_slice()).collect();
        let head = [b"linli/1 join".as_slice(), community.as_bytes(), person.as_bytes()].concat();
        [head, place.concat()].concat()
    }
}

/// One statement. The numbers are for ever.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Statement {
    /// Founds a group below `parent`; the envelope's id names it.
    #[n(0)]
    Genesis {
        /// Where.
        #[n(0)]
        parent: Place,
        /// Who may enter.
        #[n(1)]
        kind: GroupKind,
        /// How many vouches a vetted group wants.
        #[n(2)]
        need: u8,
        /// Who above it may write in it.
        #[n(3)]
        oversight: Oversight,
        /// The group of everybody: its door is the community's door.
        #[n(4)]
        everyone: bool,
        /// What newcomers can read; all of it where nothing is said.
        #[n(5)]
        history: Option<History>,
    },
    /// Gives a person a role over a place.
    #[n(1)]
    Grant {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// As what.
        #[n(1)]
        role: Role,
        /// Over what.
        #[n(2)]
        over: Place,
        /// The removals that this undoes.
        #[n(3)]
        undo: Vec<EnvelopeId>,
        /// The joins that this confirms.
        #[n(4)]
        confirms: Vec<EnvelopeId>,
    },
    /// Takes it away; `cuts` say what of the person still counts.
    #[n(2)]
    Remove {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// As what.
        #[n(1)]
        role: Role,
        /// Over what.
        #[n(2)]
        over: Place,
        /// The last of each chain that counts.
        #[n(3)]
        cuts: Vec<Cut>,
    },
    /// Raises the cut of a removal or revocation: late items that are welcome.
    #[n(3)]
    Admit {
        /// Which.
        #[n(0)]
        removal: EnvelopeId,
        /// The last of each chain that counts.
        #[n(1)]
        cuts: Vec<Cut>,
    },
    /// "This key acts for this person."
    #[n(4)]
    Certify {
        /// Which key.
        #[n(0)]
        subject: KeyId,
        /// For whom.
        #[n(1)]
        person: PersonId,
        /// As what.
        #[n(2)]
        key_use: KeyUse,
    },
    /// "It no longer does."
    #[n(5)]
    Revoke {
        /// Which key.
        #[n(0)]
        target: KeyId,
        /// For whom it acted.
        #[n(1)]
        person: PersonId,
        /// The last of each chain that counts.
        #[n(2)]
        cuts: Vec<Cut>,
        /// What the key was for.
        #[n(3)]
        key_use: KeyUse,
    },
    /// Chooses a branch of a forked chain.
    #[n(6)]
    Heal {
        /// Whose chain.
        #[n(0)]
        writer: WriterId,
        /// In which scope.
        #[n(1)]
        chain: ScopeId,
        /// Where it forks.
        #[n(2)]
        seq: u64,
        /// Which envelope stays.
        #[n(3)]
        keep: EnvelopeId,
    },
    /// Changes who may enter a group.
    #[n(7)]
    Rules {
        /// Which.
        #[n(0)]
        group: Place,
        /// Who may enter.
        #[n(1)]
        kind: GroupKind,
        /// How many vouches.
        #[n(2)]
        need: u8,
        /// The rules that this replaces.
        #[n(3)]
        replaces: Vec<EnvelopeId>,
        /// The joins that stay whatever comes.
        #[n(4)]
        confirms: Vec<EnvelopeId>,
    },
    /// Opens a door: whoever proves the key may join.
    #[n(8)]
    Invite {
        /// Into which group.
        #[n(0)]
        group: Place,
        /// The public half of the key.
        #[n(1)]
        key: KeyId,
        /// For one person only?
        #[n(2)]
        once: bool,
    },
    /// "I know this person."
    #[n(9)]
    Vouch {
        /// Whom.
        #[n(0)]
        person: PersonId,
        /// For which group.
        #[n(1)]
        group: Place,
    },
    /// Enters a group.
    #[n(10)]
    Join {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Which group.
        #[n(1)]
        group: Place,
        /// By which invitation.
        #[n(2)]
        invite: Option<EnvelopeId>,
        /// That it was handed to him.
        #[n(3)]
        proof: Option<Proof>,
        /// Who knows him.
        #[n(4)]
        vouches: Vec<EnvelopeId>,
    },
}

/// A second signature on a statement: a paper, sealed or root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Second {
    /// Which key.
    #[n(0)]
    pub key: KeyId,
    /// Its signature under position and statement.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// A statement and the second signatures that it carries.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedStatement {
    /// What is said.
    #[n(0)]
    pub statement: Statement,
    /// Who else signed it, ascending by key.
    #[n(1)]
    pub seconds: Vec<Second>,
}

/// The place of a statement in its writer's chain, which its second signatures cover: they can
/// not be carried to another chain, another position or another grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which community.
    pub community: CommunityId,
    /// Whose chain.
    pub writer: WriterId,
    /// In which scope.
    pub scope: ScopeId,
    /// Where in it.
    pub seq: u64,
    /// Under which grant.
    pub auth: Option<EnvelopeId>,
}

impl SignedStatement {
    /// Has `seconds` sign `statement` for this position.
    pub fn sign(statement: Statement, at: &Position, seconds: &[&Secret]) -> Self {
        let message = Self::message(&statement, at);
        let mut seconds: Vec<Second> = seconds
            .iter()
            .map(|secret| Second { key: secret.key(), signature: secret.sign(&message) })
            .collect();
        seconds.sort_unstable();
        Self { statement, seconds }
    }

    /// Are all second signatures good, each key once, ascending?
    pub fn seconds_hold(&self, at: &Position) -> bool {
        let message = Self::message(&self.statement, at);
        self.seconds.windows(2).all(|pair| pair[0].key < pair[1].key)
            && self.seconds.iter().all(|second| verify(&second.key, &message, &second.signature))
    }

    /// What a second signature stands under.
    fn message(statement: &Statement, at: &Position) -> Vec<u8> {
        let mut out = b"linli/1 second".to_vec();
        out.extend(at.community.as_bytes());
        out.extend(at.writer.as_bytes());
        out.extend(at.scope.as_bytes());
        out.extend(at.seq.to_be_bytes());
        out.extend(at.auth.map_or([0; 32], |auth| *auth.as_bytes()));
        let mut cbor = Vec::new();
        minicbor::encode(statement, &mut cbor).expect("writing to memory cannot fail");
        out.extend(short_hash::<32>("linli/1 statement", &[&cbor]));
        out
    }

    pub(super) fn is_within_limits(&self) -> bool {
        self.seconds.len() <= ROOT_KEYS_MAX && self.statement.is_within_limits()
    }
}

impl Statement {
    fn is_within_limits(&self) -> bool {
        let place = |place: &Place| place.0.len() <= PLACE_DEPTH_MAX;
        let list = |length: usize| length <= STATEMENT_LIST_MAX;
        match self {
            Self::Genesis { parent, .. } => parent.0.len() < PLACE_DEPTH_MAX,
            Self::Grant { over, undo, confirms, .. } => {
                place(over) && list(undo.len()) && list(confirms.len())
            }
            Self::Remove { over, cuts, .. } => place(over) && list(cuts.len()),
            Self::Admit { cuts, .. } | Self::Revoke { cuts, .. } => list(cuts.len()),
            Self::Certify { .. } | Self::Heal { .. } => true,
            Self::Rules { group, replaces, confirms, .. } => {
                place(group) && list(replaces.len()) && list(confirms.len())
            }
            Self::Invite { group, .. } | Self::Vouch { group, .. } => place(group),
            Self::Join { group, vouches, .. } => place(group) && list(vouches.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_signature_cannot_be_carried_elsewhere() {
        let key = Secret::from_seed([3; 32]);
        let at = Position {
            community: CommunityId::from_bytes([1; 32]),
            writer: WriterId::from_bytes([2; 32]),
            scope: ScopeId::from_bytes([3; 16]),
            seq: 4,
            auth: None,
        };
        let said = Statement::Certify {
            subject: KeyId::from_bytes([9; 32]),
            person: key.person(),
            key_use: KeyUse::Writer,
        };
        let signed = SignedStatement::sign(said, &at, &[&key]);
        assert!(signed.seconds_hold(&at));
        assert!(!signed.seconds_hold(&Position { seq: 5, ..at }));
        let other = Position { community: CommunityId::from_bytes([7; 32]), ..at };
        assert!(!signed.seconds_hold(&other));
    }

    #[test]
    fn places_nest() {
        let compound = Place::community().below(EnvelopeId::from_bytes([1; 32]));
        let building = compound.below(EnvelopeId::from_bytes([2; 32]));
        assert!(Place::community().contains(&building));
        assert!(compound.contains(&building) && !building.contains(&compound));
    }
}
