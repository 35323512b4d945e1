//! An invitation as a link: all that a newcomer needs, and nothing that must be asked of a server.
//!
//! The link carries the community's founding record, the invitation's secret and a few addresses.
//! Whoever holds it can prove the invitation with the secret (`body::Proof`); the roster knows its
//! public half only. A checksum tells a mistyped or cut link from a wrong one.
//!
//! ```text
//! linli: ‖ base64url(version(1) ‖ CBOR ‖ four bytes of BLAKE3, derived from all before)
//! ```

mod file;

use data_encoding::BASE64URL_NOPAD;
use minicbor::{Decode, Encode};

use crate::{
    body::Place,
    genesis::{Genesis, NotAGenesis},
    id::{EnvelopeId, short_hash},
    keys::Secret,
};

pub use file::{FILE_BYTES_MAX, from_file, is_file, to_file};

const PREFIX: &str = "linli:";
const VERSION: u8 = 1;

/// Characters of a link; more is not a link.
const LINK_CHARS_MAX: usize = 4_096;

/// What stands in a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The community.
    pub genesis: Genesis,
    /// What its people call it.
    pub name: String,
    /// The statement that opened this door.
    pub invite: EnvelopeId,
    /// The group that it leads into.
    pub group: Place,
    /// What proves it.
    pub secret: [u8; 16],
    /// Where somebody can be reached who is in the community.
    pub addresses: Vec<String>,
}

/// Why a text is not an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnInvitation {
    /// Something else altogether.
    #[error("not a Linli link")]
    Foreign,
    /// Cut short or mistyped.
    #[error("the link is damaged")]
    Damaged,
    /// Made by a later release.
    #[error("the link was made by a newer release")]
    Newer,
}

#[derive(Encode, Decode)]
struct Packed {
    #[cbor(n(0), with = "minicbor::bytes")]
    genesis: Vec<u8>,
    #[n(1)]
    name: String,
    #[n(2)]
    invite: EnvelopeId,
    #[n(3)]
    group: Place,
    #[cbor(n(4), with = "minicbor::bytes")]
    secret: [u8; 16],
    #[n(5)]
    addresses: Vec<String>,
}

impl Invitation {
    /// The key that the invitation's statement names.
    pub fn key(&self) -> Secret {
        invitation_key(&self.secret)
    }

    /// The link.
    pub fn to_link(&self) -> String {
        let packed = Packed {
            genesis: self.genesis.encode(),
            name: self.name.clone(),
            invite: self.invite,
            group: self.group.clone(),
            secret: self.secret,
            addresses: self.addresses.clone(),
        };
        let mut bytes = vec![VERSION];
        minicbor::encode(packed, &mut bytes).expect("writing to memory cannot fail");
        let sum = checksum(&bytes);
        bytes.extend(sum);
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    /// Reads a link; white space around and inside it is forgiven, as chat programs break lines.
    ///
    /// # Errors
    ///
    /// Where it is none, is damaged, or is newer than this release.
    pub fn from_link(link: &str) -> Result<Self, NotAnInvitation> {
        if link.len() > LINK_CHARS_MAX {
            return Err(NotAnInvitation::Foreign);
        }
        let link: String = link.split_whitespace().collect();
        let text = link.strip_prefix(PREFIX).ok_or(NotAnInvitation::Foreign)?;
        let bytes =
            BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| NotAnInvitation::Damaged)?;
        let (rest, sum) = bytes.split_last_chunk::<4>().ok_or(NotAnInvitation::Damaged)?;
        if checksum(rest) != *sum {
            return Err(NotAnInvitation::Damaged);
        }
        let (version, cbor) = rest.split_first().ok_or(NotAnInvitation::Damaged)?;
        if *version != VERSION {
            return Err(NotAnInvitation::Newer);
        }
        let packed: Packed = minicbor::decode(cbor).map_err(|_| NotAnInvitation::Damaged)?;
        let genesis = Genesis::decode(&packed.genesis).map_err(|error| match error {
            NotAGenesis::NewerRules { .. } => NotAnInvitation::Newer,
            NotAGenesis::Malformed => NotAnInvitation::Damaged,
        })?;
        let Packed { name, invite, group, secret, addresses, .. } = packed;
        Ok(Self { genesis, name, invite, group, secret, addresses })
    }
}

/// The signing key that 16 secret bytes stand for.
pub fn invitation_key(secret: &[u8; 16]) -> Secret {
    Secret::from_seed(short_hash("linli/1 invitation key", &[secret]))
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    short_hash("linli/1 link checksum", &[bytes])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{genesis::RULES_VERSION, id::KeyId, time::Bucket};

    fn invitation() -> Invitation {
        Invitation {
            genesis: Genesis {
                root_keys: vec![KeyId::from_bytes([1; 32])],
                threshold: 1,
                salt: [2; 16],
                rules: RULES_VERSION,
                founded: Bucket(2_950),
            },
            name: "润园".into(),
            invite: EnvelopeId::from_bytes([3; 32]),
            group: Place::community().below(EnvelopeId::from_bytes([4; 32])),
            secret: [5; 16],
            addresses: vec!["/ip4/192.168.1.7/tcp/4001".into()],
        }
    }

    #[test]
    fn a_link_survives_being_broken_into_lines() {
        let link = invitation().to_link();
        let (head, tail) = link.split_at(60);
        assert_eq!(Invitation::from_link(&format!(" {head}\n  {tail}\n")), Ok(invitation()));
    }

    #[test]
    fn every_mistyped_letter_and_every_cut_is_noticed() {
        let link = invitation().to_link();
        for at in PREFIX.len()..link.len() {
            let mut typed = link.clone().into_bytes();
            typed[at] = if typed[at] == b'A' { b'B' } else { b'A' };
            let typed = String::from_utf8(typed).expect("letters");
            assert_eq!(Invitation::from_link(&typed), Err(NotAnInvitation::Damaged), "at {at}");
            assert_eq!(Invitation::from_link(&link[..at]), Err(NotAnInvitation::Damaged));
        }
        assert_eq!(Invitation::from_link("https://a.b/c"), Err(NotAnInvitation::Foreign));
    }
}
