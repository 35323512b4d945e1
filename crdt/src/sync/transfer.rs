//! What goes out, in which order, and how much of it may be under way.
//!
//! # Rules
//!
//! 1. By class first (statements, then alerts and acts, then receipts, messages, media); within a
//!    class what is new before the backlog; then the newest drawer, and in it the oldest first.
//! 2. Never more than a window of stream bytes without an acknowledgement, and the last part of the
//!    window is kept for the two first classes.
//! 3. Nothing is sent that the peer is known to have, or has been sent, unless he asks for it.
//! 4. Envelopes are loaded a few at a time, just before they go: the backlog is ids only.
//!
//! # Deliberately absent
//!
//! Sending again. The link is reliable; what a cut took away is found by the next comparison.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::{
    bounds::{
        FETCH_MAX, FRAME_BYTES_MAX, KNOWN_MAX, QUEUE_LISTING_MAX, QUEUE_PUSH_MAX, READY_BYTES_MAX,
        URGENT_RESERVE_BYTES, WINDOW_BYTES,
    },
    narrow::Held,
    stream::{BadStream, StreamReader, StreamWriter},
};
use crate::{
    envelope::{Envelope, Kind},
    id::{EnvelopeId, ScopeId},
    time::Bucket,
};

/// Classes up to this one may use the whole window.
const URGENT_CLASS: u8 = 1;

/// Stream bytes in one frame; one more byte says that they are stream.
const CHUNK_BYTES: usize = FRAME_BYTES_MAX - 1;

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

/// The place of an envelope in the order of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    class: u8,
    backlog: bool,
    bucket: Reverse<Bucket>,
    lamport: u64,
    id: EnvelopeId,
}

impl Rank {
    fn of(envelope: &Envelope, backlog: bool) -> Self {
        let header = envelope.header();
        Self {
            class: header.kind.class(),
            backlog,
            bucket: Reverse(header.bucket),
            lamport: header.lamport,
            id: envelope.id(),
        }
    }
}

/// A drawer to be sent whole. The roster goes before the rest, because nothing else counts
/// without it; then the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Drawer {
    later: bool,
    bucket: Reverse<Bucket>,
    pub scope: ScopeId,
}

impl Drawer {
    pub fn new(roster: ScopeId, scope: ScopeId, bucket: Bucket) -> Self {
        Self { later: scope != roster, bucket: Reverse(bucket), scope }
    }

    pub fn bucket(&self) -> Bucket {
        self.bucket.0
    }
}

/// What a store is asked for on behalf of the outbox.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Errand {
    List(ScopeId, Bucket),
    Fetch(Vec<EnvelopeId>),
}

/// One direction of a link: from here to the peer.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    drawers: BTreeSet<Drawer>,
    listing: Option<Drawer>,
    /// Ids to be loaded, with their weight in bytes.
    queue: BTreeMap<Rank, u32>,
    /// Whatever is queued, being loaded or loaded; true where it belongs to the backlog.
    pending: BTreeMap<EnvelopeId, bool>,
    backlog: usize,
    /// Asked of the store and not answered yet.
    fetching: Option<Vec<EnvelopeId>>,
    ready: BTreeMap<Rank, Arc<Envelope>>,
    ready_bytes: usize,
    stream: StreamWriter,
    /// Written to the stream and not yet in a frame.
    carry: Vec<u8>,
    sent_bytes: u64,
    acked_bytes: u64,
    sent: u64,
}

impl Outbox {
    /// A whole drawer is to be sent.
    pub fn send_drawer(&mut self, drawer: Drawer) {
        if self.listing != Some(drawer) {
            self.drawers.insert(drawer);
        }
    }

    /// The store has listed a drawer; is of no interest if it was not this outbox that asked.
    pub fn listed(&mut self, drawer: Drawer, items: &[Held], known: &Known) {
        if self.listing == Some(drawer) {
            self.listing = None;
            items.iter().for_each(|held| self.send_held(drawer.bucket(), held, known));
        }
    }

    /// One envelope of the backlog is to be sent.
    pub fn send_held(&mut self, bucket: Bucket, held: &Held, known: &Known) {
        let rank = Rank {
            class: held.kind.class(),
            backlog: true,
            bucket: Reverse(bucket),
            lamport: held.lamport,
            id: held.id,
        };
        self.enqueue(rank, held.bytes, known);
    }

    /// One envelope that the peer asks for by its id is to be sent, also where he has shown that he
    /// knows it: he may have got it without its body. What there is no room for comes with the next
    /// comparison.
    pub fn send_wanted(&mut self, id: EnvelopeId) {
        if self.queue.len() >= QUEUE_PUSH_MAX || !self.note(id, false) {
            return;
        }
        let rank = Rank {
            class: Kind::ACT.class(),
            backlog: false,
            bucket: Reverse(Bucket(u16::MAX)),
            lamport: 0,
            id,
        };
        self.queue.insert(rank, 512);
    }

    fn enqueue(&mut self, rank: Rank, bytes: u32, known: &Known) {
        if !known.contains(&rank.id) && self.note(rank.id, rank.backlog) {
            self.queue.insert(rank, bytes);
        }
    }

    /// A new envelope is to be sent at once.
    pub fn push(&mut self, envelope: &Arc<Envelope>, known: &Known) {
        let id = envelope.id();
        let full = self.queue.len() >= QUEUE_PUSH_MAX;
        if full || known.contains(&id) || !self.note(id, false) {
            return;
        }
        let rank = Rank::of(envelope, false);
        if self.ready_bytes >= READY_BYTES_MAX {
            self.queue.insert(rank, Held::of(envelope).bytes);
        } else {
            self.make_ready(rank, Arc::clone(envelope));
        }
    }

    /// Is it on its way out?
    pub fn is_pending(&self, id: &EnvelopeId) -> bool {
        self.pending.contains_key(id)
    }

    fn note(&mut self, id: EnvelopeId, backlog: bool) -> bool {
        let fresh = !self.pending.contains_key(&id);
        if fresh {
            self.pending.insert(id, backlog);
            self.backlog += usize::from(backlog);
        }
        fresh
    }

    fn forget(&mut self, id: &EnvelopeId) -> Option<bool> {
        let backlog = self.pending.remove(id)?;
        self.backlog -= usize::from(backlog);
        Some(backlog)
    }

    fn make_ready(&mut self, rank: Rank, envelope: Arc<Envelope>) {
        self.ready_bytes += weight(&envelope);
        self.ready.insert(rank, envelope);
    }

    /// What the store should do next, if anything.
    pub fn errand(&mut self) -> Option<Errand> {
        if self.listing.is_none()
            && self.queue.len() < QUEUE_LISTING_MAX
            && let Some(drawer) = self.drawers.pop_first()
        {
            self.listing = Some(drawer);
            return Some(Errand::List(drawer.scope, drawer.bucket()));
        }
        let room = self.in_flight() < WINDOW_BYTES && self.ready_bytes < READY_BYTES_MAX / 2;
        if self.fetching.is_some() || !room || self.queue.is_empty() {
            return None;
        }
        let (mut ids, mut bytes) = (Vec::new(), self.ready_bytes);
        while let Some((rank, weight)) = self.queue.pop_first() {
            ids.push(rank.id);
            bytes += weight as usize;
            if ids.len() >= FETCH_MAX || bytes >= READY_BYTES_MAX {
                break;
            }
        }
        self.fetching = Some(ids.clone());
        Some(Errand::Fetch(ids))
    }

    /// The store has loaded what it was asked for; what is not there any more is not sent.
    pub fn fetched(&mut self, envelopes: Vec<Arc<Envelope>>) {
        let asked = self.fetching.take().unwrap_or_default();
        for envelope in envelopes {
            if let Some(backlog) = self.pending.get(&envelope.id()) {
                self.make_ready(Rank::of(&envelope, *backlog), envelope);
            }
        }
        let ready: BTreeSet<EnvelopeId> = self.ready.keys().map(|rank| rank.id).collect();
        for id in asked.iter().filter(|id| !ready.contains(id)) {
            self.forget(id);
        }
    }

    /// The next stream bytes, if there are any and the window has room.
    pub fn next_chunk(&mut self, known: &mut Known) -> Option<Vec<u8>> {
        let mut chunk = std::mem::take(&mut self.carry);
        while chunk.len() < CHUNK_BYTES
            && let Some(entry) = self.ready.first_entry()
        {
            let reserve = if entry.key().class <= URGENT_CLASS { 0 } else { URGENT_RESERVE_BYTES };
            let in_flight = self.sent_bytes - self.acked_bytes + chunk.len() as u64;
            if in_flight >= WINDOW_BYTES - reserve {
                break;
            }
            let envelope = entry.remove();
            self.ready_bytes -= weight(&envelope);
            self.stream.write(&envelope, &mut chunk);
            self.sent += 1;
            let id = envelope.id();
            self.forget(&id);
            known.insert(&id);
        }
        let room = usize::try_from(WINDOW_BYTES - self.in_flight()).unwrap_or(CHUNK_BYTES);
        self.carry = chunk.split_off(chunk.len().min(room).min(CHUNK_BYTES));
        self.sent_bytes += chunk.len() as u64;
        (!chunk.is_empty()).then_some(chunk)
    }

    /// Takes an acknowledgement; false where it is not one of anything sent.
    pub fn acked(&mut self, upto: u64) -> bool {
        let possible = (self.acked_bytes..=self.sent_bytes).contains(&upto);
        if possible {
            self.acked_bytes = upto;
        }
        possible
    }

    /// Bytes sent and not acknowledged.
    pub fn in_flight(&self) -> u64 {
        self.sent_bytes - self.acked_bytes
    }

    /// Bytes of the stream so far.
    pub fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    /// Bytes of the stream that the peer has made durable.
    pub fn acked_bytes(&self) -> u64 {
        self.acked_bytes
    }

    /// Envelopes sent so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Envelopes of the backlog that have not been sent.
    pub fn backlog(&self) -> usize {
        self.backlog
    }

    /// Has the whole backlog been put into frames?
    pub fn is_drained(&self) -> bool {
        self.drawers.is_empty()
            && self.listing.is_none()
            && self.backlog == 0
            && self.carry.is_empty()
    }
}

fn weight(envelope: &Envelope) -> usize {
    envelope.header_bytes().len() + envelope.body().map_or(0, <[u8]>::len)
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
