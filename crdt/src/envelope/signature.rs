//! A writer's signature under an envelope of his own is made when somebody first wants it.
//!
//! Key and message give one signature, whoever computes it and whenever (Ed25519, RFC 8032). So what a home has written
//! is whole before that: it can be kept, and its author answered, while nobody has asked for the signature yet.

use std::sync::{Arc, OnceLock};

use super::signed_bytes;
use crate::id::{CommunityId, WriterId};

/// Signs for the one writer whose key it holds.
pub trait Signer: Send + Sync {
    /// For whom.
    fn writer(&self) -> WriterId;

    /// The Ed25519 signature (RFC 8032) under these bytes: the same every time.
    fn sign(&self, message: &[u8]) -> [u8; 64];
}

/// Made, or made when it is wanted.
#[derive(Clone)]
pub(super) enum Signature {
    Made([u8; 64]),
    Later { made: OnceLock<[u8; 64]>, signer: Arc<dyn Signer>, community: CommunityId },
}

impl Signature {
    /// To be made by this signer, for this community.
    pub fn later(signer: &Arc<dyn Signer>, community: &CommunityId) -> Self {
        Self::Later { made: OnceLock::new(), signer: Arc::clone(signer), community: *community }
    }

    /// The signature under this header.
    pub fn under(&self, header_bytes: &[u8]) -> &[u8; 64] {
        match self {
            Self::Made(made) => made,
            Self::Later { made, signer, community } => {
                made.get_or_init(|| signer.sign(&signed_bytes(community, header_bytes)))
            }
        }
    }

    /// Is there nothing left to compute?
    pub fn is_made(&self) -> bool {
        match self {
            Self::Made(_) => true,
            Self::Later { made, .. } => made.get().is_some(),
        }
    }
}
