//! What comes in, how much of it may be under way, and what a peer is known to have.
//!
//! The other direction is `outbox`.

use std::collections::{BTreeSet, VecDeque};

use super::{
    bounds::{KNOWN_MAX, WINDOW_BYTES},
    stream::{BadStream, StreamReader},
};
use crate::{envelope::Envelope, id::EnvelopeId};

/// Ids that one peer has shown to have, or has been sent. The oldest are forgotten, which costs an
/// announcement too many and nothing else.
#[derive(Debug, Default)]
pub(super) struct Known {
    order: VecDeque<u128>,
    ids: BTreeSet<u128>,
}

impl Known {
    pub fn insert(&mut self, id: &EnvelopeId) {
        let short = Self::short(id);
        if self.ids.insert(short) {
            self.order.push_back(short);
        }
        if self.order.len() > KNOWN_MAX {
            let oldest = self.order.pop_front().expect("longer than its bound");
            self.ids.remove(&oldest);
        }
    }

    pub fn contains(&self, id: &EnvelopeId) -> bool {
        self.ids.contains(&Self::short(id))
    }

    fn short(id: &EnvelopeId) -> u128 {
        u128::from_le_bytes(*id.as_bytes().first_chunk().expect("ids are longer"))
    }
}

/// Why what came in cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTransfer {
    /// The stream is broken.
    #[error(transparent)]
    Stream(#[from] BadStream),
    /// More than a window without waiting for an acknowledgement.
    #[error("more on its way than the window allows")]
    Overrun,
}

/// The other direction: from the peer to here.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    stream: StreamReader,
    received_bytes: u64,
    settled_bytes: u64,
    /// Envelopes received.
    received: u64,
    /// Where the stream stood at each batch that the store has not settled yet.
    unsettled: VecDeque<u64>,
}

impl Inbox {
    /// Takes the next stream bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Envelope>, BadTransfer> {
        self.received_bytes += bytes.len() as u64;
        if self.received_bytes - self.settled_bytes > WINDOW_BYTES {
            return Err(BadTransfer::Overrun);
        }
        let envelopes = self.stream.read(bytes)?;
        if !envelopes.is_empty() {
            self.unsettled.push_back(self.received_bytes);
            self.received += envelopes.len() as u64;
        }
        Ok(envelopes)
    }

    /// The store has dealt with the oldest batch; the bytes that can be acknowledged.
    pub fn settled(&mut self) -> Option<u64> {
        self.settled_bytes = self.unsettled.pop_front()?;
        Some(self.settled_bytes)
    }

    /// Is the store still busy with what came before this place of the stream?
    pub fn is_unsettled(&self, upto: u64) -> bool {
        self.unsettled.front().is_some_and(|bytes| *bytes <= upto)
    }

    /// Bytes of the stream so far.
    pub fn received_bytes(&self) -> u64 {
        self.received_bytes
    }

    /// Envelopes so far.
    pub fn received(&self) -> u64 {
        self.received
    }
}
