//! One type per kind of id, so that a household can never be passed where a group is wanted.
//!
//! Ids are either hashes (BLAKE3, 32 bytes), Ed25519 public keys (32 bytes) or 16-byte labels that
//! say nothing about what they name. All are drawn by the caller or computed: this crate owns no
//! source of randomness. Logs show the first four bytes, files and JSON show all of them in hex.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Text that is not an id of the wanted kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not {wanted} hexadecimal digits")]
pub struct NotAnId {
    /// What was given, cut at 80 characters.
    pub text: String,
    /// How many hexadecimal digits an id of this kind has.
    pub wanted: usize,
}

/// Lower-case hexadecimal, two digits a byte.
pub fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Reads exactly `N` bytes of hexadecimal.
///
/// # Errors
///
/// Where the text has another length or another letter.
pub fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], NotAnId> {
    let refuse = || NotAnId { text: text.chars().take(80).collect(), wanted: N * 2 };
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return Err(refuse());
    }
    let digit = |at: usize| (digits[at] as char).to_digit(16).ok_or_else(refuse);
    let mut out = [0; N];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::try_from(digit(at * 2)? * 16 + digit(at * 2 + 1)?).map_err(|_| refuse())?;
    }
    Ok(out)
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// How many bytes such an id has.
            pub const BYTES: usize = $bytes;

            /// Wraps bytes that the caller drew or computed.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes themselves.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }

            /// Reads a slice of exactly the right length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// All of it, in hexadecimal.
            pub fn to_hex(&self) -> String {
                to_hex(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                from_hex(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}-{}", $prefix, to_hex(&self.0[..4]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.to_hex())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let bytes = d.bytes()?;
                Self::from_slice(bytes).ok_or_else(|| minicbor::decode::Error::message($prefix))
            }
        }
    };
}

typed_id! {
    /// BLAKE3 of an envelope's header. Also names what an envelope founds: a group, a request.
    EnvelopeId, 32, "env"
}
typed_id! {
    /// BLAKE3 of a blob's sealed bytes.
    BlobId, 32, "blob"
}
typed_id! {
    /// BLAKE3 of a community's genesis; root statements are written under it.
    CommunityId, 32, "community"
}
typed_id! {
    /// A person: the Ed25519 public key of the person's paper key.
    PersonId, 32, "person"
}
typed_id! {
    /// Persons who take turns together: those who share a box. Named by the lowest of them.
    HouseholdId, 32, "home"
}
typed_id! {
    /// An Ed25519 public key under which one installation writes.
    WriterId, 32, "writer"
}
typed_id! {
    /// Any other Ed25519 public key: a box, a sealed staff key, a root key, an invitation.
    KeyId, 32, "key"
}
typed_id! {
    /// What an envelope belongs to: roster, directory, one group, one case's vault.
    ScopeId, 16, "scope"
}
typed_id! {
    /// One Automerge document: a request's facts, a group's board.
    DocumentId, 16, "doc"
}

/// A request is named by the envelope that asked for help.
pub type RequestId = EnvelopeId;

/// A group is named by the envelope that founded it.
pub type GroupId = EnvelopeId;

impl From<CommunityId> for EnvelopeId {
    /// What a root statement cites as the grant that it is written under.
    fn from(community: CommunityId) -> Self {
        Self(community.0)
    }
}

impl From<WriterId> for KeyId {
    fn from(writer: WriterId) -> Self {
        Self(writer.0)
    }
}

impl From<PersonId> for KeyId {
    /// The person's paper key.
    fn from(person: PersonId) -> Self {
        Self(person.0)
    }
}

impl GroupId {
    /// The scope whose envelopes are this group's life.
    pub fn scope(&self) -> ScopeId {
        ScopeId(short_hash("linli/1 group scope", &[&self.0]))
    }

    /// The document that holds this group's name, description and pinned board.
    pub fn board(&self) -> DocumentId {
        DocumentId(short_hash("linli/1 group board", &[&self.0]))
    }

    /// The document that holds this request's facts and checklist.
    pub fn facts(&self) -> DocumentId {
        DocumentId(short_hash("linli/1 request facts", &[&self.0]))
    }
}

impl CommunityId {
    /// The scope of the roster: who may do what.
    pub fn roster(&self) -> ScopeId {
        ScopeId(short_hash("linli/1 roster scope", &[&self.0]))
    }

    /// The scope of the directory: names and doors.
    pub fn directory(&self) -> ScopeId {
        ScopeId(short_hash("linli/1 directory scope", &[&self.0]))
    }
}

/// The first `N` bytes of BLAKE3 in key-derivation mode, so that no two uses can collide.
pub(crate) fn short_hash<const N: usize>(context: &str, parts: &[&[u8]]) -> [u8; N] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    let mut out = [0; N];
    hasher.finalize_xof().fill(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_own_text() {
        let id = EnvelopeId::from_bytes([0xab; 32]);
        assert_eq!(id.to_hex().parse(), Ok(id));
        assert_eq!(format!("{id}"), "env-abababab");
        assert!("ab".parse::<EnvelopeId>().is_err());
        assert!("zz".repeat(32).parse::<EnvelopeId>().is_err());
    }

    #[test]
    fn every_use_of_a_group_id_has_its_own_label() {
        let group = GroupId::from_bytes([7; 32]);
        assert_ne!(group.board(), group.facts());
        assert_ne!(group.scope().as_bytes(), group.board().as_bytes());
    }
}
