//! Private details of a request or a person, who opened them, and the word that they must go.
//!
//! Details and openings (kind 12) are sealed under an epoch of the request's vault, never under the
//! group's. An erasure (kind 10) is plain: it names a request and a class, and whoever carries the
//! vault unread must understand it too.

use minicbor::{Decode, Encode};

use super::{is_name, is_text};
use crate::{
    id::{PersonId, RequestId},
    limits::{NAME_BYTES_MAX, PHONE_BYTES_MAX},
};

/// How far private words may go. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum VaultClass {
    /// Name, phone, door: for whoever decides, and for the holder once it is granted.
    #[n(0)]
    Contact,
    /// Diagnosis, whom a complaint is about: for the home and the desk.
    #[n(1)]
    Sensitive,
    /// The real name of somebody who goes by another among his neighbours: for his home and the desk.
    /// Such a vault is a person's and no request's.
    #[n(2)]
    Identity,
}

impl VaultClass {
    /// Those of a request.
    pub const ALL: [Self; 2] = [Self::Contact, Self::Sensitive];

    /// Its name in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Sensitive => "sensitive",
            Self::Identity => "identity",
        }
    }
}

/// One class of private details of one request, or what the desk knows of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct VaultName {
    /// Which request; of the class [`VaultClass::Identity`], the bytes of the person's id.
    #[n(0)]
    pub request: RequestId,
    /// Which class.
    #[n(1)]
    pub class: VaultClass,
}

impl VaultName {
    /// Where a person's real name stands.
    pub const fn of_person(person: &PersonId) -> Self {
        let request = RequestId::from_bytes(*person.as_bytes());
        Self { request, class: VaultClass::Identity }
    }

    /// Whose real name stands here; none where the vault is a request's.
    pub fn person(&self) -> Option<PersonId> {
        let is_persons = self.class == VaultClass::Identity;
        is_persons.then(|| PersonId::from_bytes(*self.request.as_bytes()))
    }
}

/// What stands in a vault.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Vault {
    /// What is private; the latest holds.
    #[n(0)]
    Details {
        /// Where it belongs.
        #[n(0)]
        vault: VaultName,
        /// What.
        #[n(1)]
        details: Details,
    },
    /// The author opened it, or handed its key on.
    #[n(1)]
    Opened {
        /// What was opened.
        #[n(0)]
        vault: VaultName,
        /// Why; staff say so.
        #[n(1)]
        reason: String,
        /// To whom the key was handed on; none where the author himself looked.
        #[n(2)]
        to: Option<PersonId>,
    },
}

/// Private words about one person in need. Fields that are not used are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Details {
    /// The real name.
    #[n(0)]
    pub name: String,
    /// A telephone number.
    #[n(1)]
    pub phone: String,
    /// Building, unit, door.
    #[n(2)]
    pub door: String,
    /// More words.
    #[n(3)]
    pub note: String,
}

impl Details {
    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        [&self.name, &self.phone, &self.door, &self.note].iter().all(|text| text.is_empty())
    }

    /// Is every field short enough?
    pub fn is_within_limits(&self) -> bool {
        let is_short = |text: &str| text.is_empty() || is_name(text);
        is_short(&self.name)
            && is_short(&self.door)
            && self.phone.len() <= PHONE_BYTES_MAX
            && is_text(&self.note)
    }
}

/// The bodies and keys of a vault must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Erasure {
    /// Which.
    #[n(0)]
    pub vault: VaultName,
}

impl Vault {
    /// Where it belongs.
    pub fn vault(&self) -> VaultName {
        match self {
            Self::Details { vault, .. } | Self::Opened { vault, .. } => *vault,
        }
    }

    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Details { details, .. } => details.is_within_limits(),
            Self::Opened { reason, .. } => reason.len() <= NAME_BYTES_MAX,
        }
    }
}
