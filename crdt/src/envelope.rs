//! The envelope: what a node keeps, signs, passes on, and never changes.
//!
//! ```text
//! Envelope = Header ‖ body ‖ Ed25519 signature by the writer over "linli/1" ‖ community ‖ header
//! id       = BLAKE3(header)
//! ```
//!
//! A node's truth is a set of these. The header alone says where an envelope belongs, what its
//! author had seen and under which grant he acts; it names the body by hash, so that a body can be
//! erased (or dropped as poison) while the chain stays verifiable.
//!
//! # Rules
//!
//! 1. One encoding for one header: integers in the fewest bytes, `deps` ascending, no spare bits.
//!    What decodes encodes back to the same bytes; everything else is refused.
//! 2. `seq` starts at 1; `prev` is there from 2 on and names the same writer's envelope before.
//! 3. Every field of this version keeps its place in later ones, which may append an extension.
//!    A newer version is therefore kept and passed on by nodes that cannot read it.
//!
//! # Deliberately absent
//!
//! What a body means (`body`), whether it counts (`judge`, `authority`), and when it was written:
//! `claimed_ms` is what the author's clock said, and nothing is decided by it.

mod codec;
mod signature;

pub use codec::Malformed;
pub use signature::Signer;

use std::sync::Arc;

use self::signature::Signature;
use crate::{
    id::{CommunityId, EnvelopeId, KeyId, ScopeId, WriterId},
    keys::{Check, Secret},
    time::{Bucket, ClaimedTime},
};

/// The header version that this release writes.
pub const VERSION: u8 = 1;

/// What kind of thing a body is, as far as a relay must know it to put first things first.
///
/// Numbers are for ever; one that is not listed here is carried and not read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u8);

impl Kind {
    /// Who may do what.
    pub const STATEMENT: Self = Self(1);
    /// A notice, an alert, an answer, or what is said about it; who is on duty.
    pub const ALERT: Self = Self(2);
    /// An act on a help request.
    pub const ACT: Self = Self(3);
    /// A vote.
    pub const BALLOT: Self = Self(4);
    /// One change of an Automerge document.
    pub const CHANGE: Self = Self(5);
    /// "It has reached me", "I have opened it".
    pub const RECEIPT: Self = Self(6);
    /// A message, its edit or its withdrawal.
    pub const MESSAGE: Self = Self(7);
    /// Photos and files are to be had from a box.
    pub const MEDIA: Self = Self(8);
    /// An epoch key, sealed.
    pub const KEY: Self = Self(9);
    /// A body must be forgotten.
    pub const ERASURE: Self = Self(10);
    /// Somebody's name and home, for the directory.
    pub const CARD: Self = Self(11);

    /// Private details of a request, or who opened them.
    pub const VAULT: Self = Self(12);

    /// What somebody says of himself for everybody to find, and thanks.
    pub const PROFILE: Self = Self(14);
    /// What people do together: plans, who came and went, which hours count.
    pub const ACTIVITY: Self = Self(13);
    /// How teams are found, what they ask for, who meets it.
    pub const TEAM: Self = Self(15);

    /// In which order kinds travel: 0 first. The same on every node, whatever the kind.
    pub const fn class(self) -> u8 {
        match self {
            Self::STATEMENT | Self::KEY => 0,
            Self::ALERT
            | Self::ACT
            | Self::BALLOT
            | Self::CHANGE
            | Self::CARD
            | Self::VAULT
            | Self::ACTIVITY => 1,
            Self::RECEIPT => 2,
            Self::MEDIA => 4,
            _ => 3,
        }
    }
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match *self {
            Self::STATEMENT => "statement",
            Self::ALERT => "alert",
            Self::ACT => "act",
            Self::BALLOT => "ballot",
            Self::CHANGE => "change",
            Self::RECEIPT => "receipt",
            Self::MESSAGE => "message",
            Self::MEDIA => "media",
            Self::KEY => "key",
            Self::ERASURE => "erasure",
            Self::CARD => "card",
            Self::PROFILE => "profile",
            Self::ACTIVITY => "activity",
            Self::TEAM => "team",
            Self(other) => return write!(f, "kind-{other}"),
        };
        f.write_str(name)
    }
}

/// Everything that is signed. Field by field in `docs/protocol.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// [`VERSION`], or a later one that this release carries unread.
    pub version: u8,
    /// What the body is.
    pub kind: Kind,
    /// What the envelope belongs to.
    pub scope: ScopeId,
    /// Whose key signed it.
    pub writer: WriterId,
    /// Its place in the writer's chain within the scope, from 1.
    pub seq: u64,
    /// The writer's envelope before it in the scope; none at `seq` 1.
    pub prev: Option<EnvelopeId>,
    /// What the author had seen, ascending, at most 16, all of the same scope.
    pub deps: Vec<EnvelopeId>,
    /// The grant or join that the author acts under; none where a key speaks for itself.
    pub auth: Option<EnvelopeId>,
    /// 1 + the highest of `prev` and `deps`: the order that people see things in.
    pub lamport: u64,
    /// Which drawer it is stored in.
    pub bucket: Bucket,
    /// What the author's clock said.
    pub claimed: ClaimedTime,
    /// Which epoch key the body is encrypted under; none where it is plain.
    pub epoch: Option<EnvelopeId>,
    /// Bytes of the body.
    pub body_len: u32,
    /// BLAKE3 of the body.
    pub body_hash: [u8; 32],
    /// What a later version appended; always empty in version 1.
    pub extension: Vec<u8>,
}

/// A header, its signature, and its body unless that was erased or dropped.
#[derive(Clone)]
pub struct Envelope {
    id: EnvelopeId,
    header: Header,
    header_bytes: Vec<u8>,
    signature: Signature,
    body: Option<Vec<u8>>,
}

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.body == other.body && self.signature() == other.signature()
    }
}

impl Eq for Envelope {}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {:?} #{} of {}",
            self.id, self.header.kind, self.header.seq, self.header.writer
        )
    }
}

/// What the author decides about an envelope; the rest follows from it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What the body is.
    pub kind: Kind,
    /// What it belongs to.
    pub scope: ScopeId,
    /// The end of the writer's chain in the scope: (seq, id).
    pub tip: Option<(u64, EnvelopeId)>,
    /// What the author had seen; sorted and freed of repetition here.
    pub deps: Vec<EnvelopeId>,
    /// Under which grant he acts.
    pub auth: Option<EnvelopeId>,
    /// 1 + the highest of the tip and `deps`.
    pub lamport: u64,
    /// Which drawer.
    pub bucket: Bucket,
    /// What his clock says.
    pub claimed: ClaimedTime,
    /// Under which epoch the body is sealed, if it is.
    pub epoch: Option<EnvelopeId>,
    /// The body, sealed already.
    pub body: Vec<u8>,
}

impl Envelope {
    /// Completes and signs a draft.
    ///
    /// # Panics
    ///
    /// Where the draft breaks a bound of `limits`, which its author was to check.
    pub fn write(draft: Draft, writer: &Secret, community: &CommunityId) -> Self {
        let unsigned = Self::complete(draft, writer.writer(), Signature::Made([0; 64]));
        let signature = writer.sign(&signed_bytes(community, &unsigned.header_bytes));
        Self { signature: Signature::Made(signature), ..unsigned }
    }

    /// Completes a draft, which `signer` signs for his writer when somebody first wants the signature.
    ///
    /// # Panics
    ///
    /// As [`Envelope::write`].
    pub fn write_unsigned(draft: Draft, community: &CommunityId, signer: &Arc<dyn Signer>) -> Self {
        Self::complete(draft, signer.writer(), Signature::later(signer, community))
    }

    fn complete(draft: Draft, writer: WriterId, signature: Signature) -> Self {
        let Draft { kind, scope, tip, mut deps, auth, lamport, bucket, claimed, epoch, body } =
            draft;
        deps.sort_unstable();
        deps.dedup();
        let header = Header {
            version: VERSION,
            kind,
            scope,
            writer,
            seq: tip.map_or(1, |(seq, _)| seq + 1),
            prev: tip.map(|(_, id)| id),
            deps,
            auth,
            lamport,
            bucket,
            claimed,
            epoch,
            body_len: u32::try_from(body.len()).expect("bodies are bounded"),
            body_hash: *blake3::hash(&body).as_bytes(),
            extension: Vec::new(),
        };
        let header_bytes = header.encode();
        let id = id_of(&header_bytes);
        Self { id, header, header_bytes, signature, body: Some(body) }
    }

    /// Puts together what came from outside. The signature is checked separately, by
    /// [`Envelope::check`], so that many can be checked at once.
    ///
    /// # Errors
    ///
    /// Where the header is not canonical, or the body is not the one that it names.
    pub fn assemble(
        header_bytes: Vec<u8>,
        signature: [u8; 64],
        body: Option<Vec<u8>>,
    ) -> Result<Self, Malformed> {
        Self::assemble_under(header_bytes, Signature::Made(signature), body)
    }

    /// Puts together what was written here and not signed yet.
    ///
    /// # Errors
    ///
    /// As [`Envelope::assemble`], and [`Malformed::BadSignature`] where `signer` is another writer's.
    pub fn assemble_unsigned(
        header_bytes: Vec<u8>,
        body: Vec<u8>,
        community: &CommunityId,
        signer: &Arc<dyn Signer>,
    ) -> Result<Self, Malformed> {
        let later = Signature::later(signer, community);
        let envelope = Self::assemble_under(header_bytes, later, Some(body))?;
        if envelope.header.writer != signer.writer() {
            return Err(Malformed::BadSignature);
        }
        Ok(envelope)
    }

    fn assemble_under(
        header_bytes: Vec<u8>,
        signature: Signature,
        body: Option<Vec<u8>>,
    ) -> Result<Self, Malformed> {
        let header = Header::decode(&header_bytes)?;
        if let Some(body) = &body {
            let named = body.len() == header.body_len as usize
                && *blake3::hash(body).as_bytes() == header.body_hash;
            if !named {
                return Err(Malformed::ForeignBody);
            }
        }
        Ok(Self { id: id_of(&header_bytes), header, header_bytes, signature, body })
    }

    /// The check of this envelope's signature.
    pub fn check(&self, community: &CommunityId) -> Check {
        let key = KeyId::from(self.header.writer);
        Check::new(&key, &signed_bytes(community, &self.header_bytes), self.signature())
    }

    /// BLAKE3 of the header.
    pub fn id(&self) -> EnvelopeId {
        self.id
    }

    /// The header, read.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The header as it was signed.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header_bytes
    }

    /// The writer's signature, made now where nobody has wanted it before.
    pub fn signature(&self) -> &[u8; 64] {
        self.signature.under(&self.header_bytes)
    }

    /// Was it made?
    pub fn is_signed(&self) -> bool {
        self.signature.is_made()
    }

    /// The body, unless it was erased or dropped.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The same envelope without its body.
    pub fn without_body(self) -> Self {
        Self { body: None, ..self }
    }
}

/// The id of the envelope that has this header.
pub fn id_of(header_bytes: &[u8]) -> EnvelopeId {
    EnvelopeId::from_bytes(*blake3::hash(header_bytes).as_bytes())
}

/// What a writer signs: the purpose and the community stand in front, so that a signature can
/// never be carried into another community or another protocol.
fn signed_bytes(community: &CommunityId, header_bytes: &[u8]) -> Vec<u8> {
    [b"linli/1".as_slice(), community.as_bytes(), header_bytes].concat()
}
