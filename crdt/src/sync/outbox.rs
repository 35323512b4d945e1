//! What goes out, in which order, and how much of it may be under way.
//!
//! # Rules
//!
//! 1. By class first (statements, then alerts and acts, then receipts, messages, media); within a
//!    class the households of those who wrote it take turns ([`super::turns`]); within a household
//!    what is new before the backlog; then the newest drawer, and in it the oldest first. Where more waits
//!    than is listed at once, what is urgent in the older drawers is listed all the same: the key of an old
//!    week must not wait for the talk of the newer ones, none of which can be read without it.
//! 2. No more under way than the link carries ([`super::pace`]), and never more than a window of
//!    stream bytes without an acknowledgement, the last part of which is kept for the two first
//!    classes.
//! 3. Nothing is sent that the peer is known to have, or has been sent, unless he asks for it.
//! 4. Envelopes are loaded a few at a time, just before they go: the backlog is ids only. Whoever
//!    has nothing loaded is loaded although there is enough of others'.
//!
//! # Deliberately absent
//!
//! Sending again. The link is reliable; what a cut took away, and what found no room here, is found
//! by the next comparison.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    bounds::{
        ANNOUNCED_MAX, CHUNK_BYTES, FETCH_MAX, QUEUE_HOUSEHOLD_MAX, QUEUE_LISTING_MAX,
        QUEUE_PUSH_MAX, QUEUE_SHARE, QUEUE_URGENT_MAX, READY_BYTES_MAX, READY_SHARE,
        READY_SHARED_BYTES_MAX, URGENT_RESERVE_BYTES, WINDOW_BYTES,
    },
    narrow::Held,
    pace::Pace,
    stream::StreamWriter,
    transfer::Known,
    turns::Turns,
};
use crate::{
    authority::Households,
    envelope::{Envelope, Kind},
    id::{EnvelopeId, HouseholdId, ScopeId},
    time::{Bucket, Moment},
};

/// Classes up to this one may use the whole window.
const URGENT_CLASS: u8 = 1;

/// On whose turn something goes: a household, or nobody's that is known.
type Payer = Option<HouseholdId>;

/// The place of an envelope among those of its class and household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    backlog: bool,
    bucket: Reverse<Bucket>,
    lamport: u64,
    id: EnvelopeId,
}

/// Something to be sent, before it is loaded.
#[derive(Clone, Copy, Debug)]
struct Item {
    class: u8,
    payer: Payer,
    rank: Rank,
    bytes: u32,
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

/// How much of a drawer is queued once it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// Its first two classes.
    Urgent,
    /// What that left.
    Rest,
}

impl Part {
    fn holds(self, kind: Kind) -> bool {
        match self {
            Self::Whole => true,
            Self::Urgent => kind.class() <= URGENT_CLASS,
            Self::Rest => kind.class() > URGENT_CLASS,
        }
    }
}

/// What a store is asked for on behalf of the outbox.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Errand {
    List(ScopeId, Bucket),
    Fetch(Vec<EnvelopeId>),
}

/// What was announced and may be asked for: its place, so that a flood that is asked for waits as a
/// flood that is pushed does.
#[derive(Debug, Default)]
struct Announced {
    items: BTreeMap<EnvelopeId, (u64, Item)>,
    /// The least urgent first, of them the oldest.
    order: BTreeSet<(Reverse<u8>, u64, EnvelopeId)>,
    count: u64,
}

impl Announced {
    fn insert(&mut self, item: Item) {
        self.take(&item.rank.id);
        self.count += 1;
        self.items.insert(item.rank.id, (self.count, item));
        self.order.insert((Reverse(item.class), self.count, item.rank.id));
        if self.items.len() > ANNOUNCED_MAX
            && let Some((_, _, id)) = self.order.pop_first()
        {
            self.items.remove(&id);
        }
    }

    fn take(&mut self, id: &EnvelopeId) -> Option<Item> {
        let (at, item) = self.items.remove(id)?;
        self.order.remove(&(Reverse(item.class), at, *id));
        Some(item)
    }
}

/// One direction of a link: from here to the peer.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    households: Arc<Households>,
    /// Of these nothing is queued yet.
    drawers: BTreeSet<Drawer>,
    /// Of these what is urgent is.
    rests: BTreeSet<Drawer>,
    listing: Option<(Drawer, Part)>,
    /// Ids to be loaded.
    queue: Turns<Payer, Rank, EnvelopeId>,
    announced: Announced,
    /// Whatever is queued, being loaded or loaded; true where it belongs to the backlog.
    pending: BTreeMap<EnvelopeId, bool>,
    backlog: usize,
    /// Asked of the store and not answered yet.
    fetching: Option<Vec<EnvelopeId>>,
    ready: Turns<Payer, Rank, Arc<Envelope>>,
    ready_bytes: usize,
    stream: StreamWriter,
    pace: Pace,
    /// Written to the stream and not yet in a frame.
    carry: Vec<u8>,
    sent_bytes: u64,
    acked_bytes: u64,
    sent: u64,
}

impl Outbox {
    /// Who takes turns with whom from now on.
    pub fn set_households(&mut self, households: Arc<Households>) {
        self.households = households;
    }

    /// A whole drawer is to be sent.
    pub fn send_drawer(&mut self, drawer: Drawer) {
        let is_listed = self.listing.is_some_and(|(listed, _)| listed == drawer);
        if !is_listed && !self.rests.contains(&drawer) {
            self.drawers.insert(drawer);
        }
    }

    /// The store has listed a drawer; is of no interest if it was not this outbox that asked.
    pub fn listed(&mut self, drawer: Drawer, items: &[Held], known: &Known) {
        let Some((_, part)) = self.listing.take_if(|(listed, _)| *listed == drawer) else { return };
        let goes = |held: &&Held| part.holds(held.kind);
        items.iter().filter(goes).for_each(|held| self.send_held(drawer.bucket(), held, known));
        if part == Part::Urgent && !items.iter().all(|held| part.holds(held.kind)) {
            self.rests.insert(drawer);
        }
    }

    /// One envelope of the backlog is to be sent.
    pub fn send_held(&mut self, bucket: Bucket, held: &Held, known: &Known) {
        let (lamport, id) = (held.lamport, held.id);
        let item = Item {
            class: held.kind.class(),
            payer: self.households.of(&held.writer),
            rank: Rank { backlog: true, bucket: Reverse(bucket), lamport, id },
            bytes: held.bytes,
        };
        if !known.contains(&item.rank.id) {
            self.enqueue(item);
        }
    }

    /// An envelope is announced: this is its place, should the peer ask for it.
    pub fn announce(&mut self, envelope: &Envelope) {
        let item = self.item(envelope, false);
        self.announced.insert(item);
    }

    /// One envelope that the peer asks for by its id is to be sent, also where he has shown that he
    /// knows it: he may have got it without its body. What there is no room for comes with the next
    /// comparison.
    pub fn send_wanted(&mut self, id: EnvelopeId) {
        let forgotten = Item {
            class: Kind::ACT.class(),
            payer: None,
            rank: Rank { backlog: false, bucket: Reverse(Bucket(u16::MAX)), lamport: 0, id },
            bytes: 512,
        };
        let item = self.announced.take(&id).unwrap_or(forgotten);
        if !self.is_full() {
            self.enqueue(item);
        }
    }

    fn enqueue(&mut self, item: Item) {
        let Item { class, payer, rank, bytes } = item;
        let full = self.queue.len_of(class, payer) >= QUEUE_HOUSEHOLD_MAX;
        if !full && self.note(rank.id, rank.backlog) {
            self.queue.insert(class, payer, rank, bytes, rank.id);
        }
    }

    /// Is there no room for more ids that are not of the backlog?
    fn is_full(&self) -> bool {
        let is_long = self.queue.len() >= QUEUE_PUSH_MAX;
        is_long && self.queue.len_in_shares(QUEUE_SHARE) >= QUEUE_PUSH_MAX
    }

    /// A new envelope is to be sent at once.
    pub fn push(&mut self, envelope: &Arc<Envelope>, known: &Known) {
        let item = self.item(envelope, false);
        if known.contains(&item.rank.id) {
            return;
        }
        let loaded = self.ready.len_of(item.class, item.payer);
        if self.has_room(self.ready_bytes, READY_BYTES_MAX, loaded) {
            if self.note(item.rank.id, false) {
                self.make_ready(item, Arc::clone(envelope));
            }
        } else if !self.is_full() {
            self.enqueue(item);
        }
    }

    /// Is there room for one more in memory, for whoever has so many loaded?
    fn has_room(&self, bytes: usize, enough: usize, loaded: usize) -> bool {
        bytes < enough || (loaded < READY_SHARE && bytes < READY_SHARED_BYTES_MAX)
    }

    /// Is it on its way out?
    pub fn is_pending(&self, id: &EnvelopeId) -> bool {
        self.pending.contains_key(id)
    }

    fn item(&self, envelope: &Envelope, backlog: bool) -> Item {
        let (header, id) = (envelope.header(), envelope.id());
        let rank = Rank { backlog, bucket: Reverse(header.bucket), lamport: header.lamport, id };
        let payer = self.households.of(&header.writer);
        Item { class: header.kind.class(), payer, rank, bytes: Held::of(envelope).bytes }
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

    fn make_ready(&mut self, item: Item, envelope: Arc<Envelope>) {
        self.ready_bytes += weight(&envelope);
        self.ready.insert(item.class, item.payer, item.rank, item.bytes, envelope);
    }

    /// What the store should do next, if anything.
    pub fn errand(&mut self) -> Option<Errand> {
        if self.listing.is_none()
            && let Some((drawer, part)) = self.next_to_list()
        {
            self.listing = Some((drawer, part));
            return Some(Errand::List(drawer.scope, drawer.bucket()));
        }
        if self.fetching.is_some() || self.in_flight() >= WINDOW_BYTES {
            return None;
        }
        let ids = self.next_to_load();
        if ids.is_empty() {
            return None;
        }
        self.fetching = Some(ids.clone());
        Some(Errand::Fetch(ids))
    }

    fn next_to_list(&mut self) -> Option<(Drawer, Part)> {
        if self.drawers.is_empty() && self.rests.is_empty() {
            return None;
        }
        let waiting = self.queue.len_in_shares(QUEUE_SHARE);
        if waiting < QUEUE_LISTING_MAX {
            let first =
                self.drawers.first().into_iter().chain(self.rests.first()).min().copied()?;
            let is_rest = self.rests.remove(&first);
            self.drawers.remove(&first);
            return Some((first, if is_rest { Part::Rest } else { Part::Whole }));
        }
        let first = (waiting < QUEUE_URGENT_MAX).then(|| self.drawers.pop_first()).flatten()?;
        Some((first, Part::Urgent))
    }

    fn next_to_load(&mut self) -> Vec<EnvelopeId> {
        let (mut ids, mut bytes) = (Vec::new(), self.ready_bytes);
        let mut loading: BTreeMap<(u8, Payer), usize> = BTreeMap::new();
        while ids.len() < FETCH_MAX {
            let enough = if ids.is_empty() { READY_BYTES_MAX / 2 } else { READY_BYTES_MAX };
            let next = self.queue.peek_where(|class, payer| {
                let more = loading.get(&(class, *payer)).copied().unwrap_or_default();
                self.has_room(bytes, enough, self.ready.len_of(class, *payer) + more)
            });
            let Some(next) = next else { break };
            let (class, payer, weight) = (next.class, *next.payer, next.bytes as usize);
            *loading.entry((class, payer)).or_default() += 1;
            bytes += weight;
            ids.extend(self.queue.pop_of(class, payer));
        }
        ids
    }

    /// The store has loaded what it was asked for; what is not there any more is not sent.
    pub fn fetched(&mut self, envelopes: Vec<Arc<Envelope>>) {
        let mut gone: BTreeSet<EnvelopeId> =
            self.fetching.take().unwrap_or_default().into_iter().collect();
        for envelope in envelopes {
            gone.remove(&envelope.id());
            if let Some(backlog) = self.pending.get(&envelope.id()) {
                self.make_ready(self.item(&envelope, *backlog), envelope);
            }
        }
        for id in gone {
            self.forget(&id);
        }
    }

    /// The next stream bytes, if there are any and the window has room.
    pub fn next_chunk(&mut self, known: &mut Known, now: Moment) -> Option<Vec<u8>> {
        let mut chunk = std::mem::take(&mut self.carry);
        let piece = self.pace.piece();
        while chunk.len() < piece
            && let Some(class) = self.ready.peek().map(|next| next.class)
        {
            let under_way = self.in_flight() + chunk.len() as u64;
            if under_way >= self.room_for(class) {
                break;
            }
            let envelope = self.ready.pop().expect("it was just seen");
            self.ready_bytes -= weight(&envelope);
            self.stream.write(&envelope, &mut chunk);
            self.sent += 1;
            let id = envelope.id();
            self.forget(&id);
            known.insert(&id);
        }
        // What stands in the stream goes on whatever the pace: half an envelope is never answered.
        let room = usize::try_from(WINDOW_BYTES - self.in_flight()).unwrap_or(CHUNK_BYTES);
        self.carry = chunk.split_off(chunk.len().min(room).min(CHUNK_BYTES));
        if chunk.is_empty() {
            return None;
        }
        self.sent_bytes += chunk.len() as u64;
        self.pace.sent(self.sent_bytes, now);
        Some(chunk)
    }

    /// How much may be under way before something of this class follows: what is more urgent finds
    /// room even where the link has stopped for a moment.
    fn room_for(&self, class: u8) -> u64 {
        let room = self.pace.room();
        match class {
            0 => (4 * room).min(WINDOW_BYTES),
            class if class <= URGENT_CLASS => (2 * room).min(WINDOW_BYTES),
            _ => room.min(WINDOW_BYTES - URGENT_RESERVE_BYTES),
        }
    }

    /// Takes an acknowledgement; false where it is not one of anything sent.
    pub fn acked(&mut self, upto: u64, now: Moment) -> bool {
        let possible = (self.acked_bytes..=self.sent_bytes).contains(&upto);
        if possible {
            self.acked_bytes = upto;
            self.pace.acked(upto, now);
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

    /// Ids that wait here, of no household more than its share.
    pub fn load(&self) -> usize {
        self.queue.len_in_shares(QUEUE_SHARE)
    }

    /// Is nothing waiting, and nothing under way?
    pub fn is_idle(&self) -> bool {
        self.is_drained() && self.pending.is_empty() && self.in_flight() == 0
    }

    /// Has the whole backlog been put into frames?
    pub fn is_drained(&self) -> bool {
        self.drawers.is_empty()
            && self.rests.is_empty()
            && self.listing.is_none()
            && self.backlog == 0
            && self.carry.is_empty()
    }
}

fn weight(envelope: &Envelope) -> usize {
    envelope.header_bytes().len() + envelope.body().map_or(0, <[u8]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::WriterId, time::ClaimedTime};

    const ALL: ScopeId = ScopeId::from_bytes([1; 16]);

    /// So many homes that talk, each a household of its own.
    const HOMES: u8 = 9;

    fn held(number: u64, kind: Kind) -> Held {
        let writer = u8::try_from(number % u64::from(HOMES)).expect("small");
        Held {
            id: EnvelopeId::from_bytes(*blake3::hash(&number.to_be_bytes()).as_bytes()),
            writer: WriterId::from_bytes([writer; 32]),
            claimed: ClaimedTime(number),
            kind,
            lamport: number,
            bytes: 300,
        }
    }

    /// An outbox that is to send three weeks, the oldest of which holds the key of all.
    fn three_weeks() -> (Outbox, [Drawer; 3], [Vec<Held>; 3]) {
        let mut outbox = Outbox::default();
        let of = |home| (WriterId::from_bytes([home; 32]), HouseholdId::from_bytes([home; 32]));
        outbox.set_households(Arc::new((0..HOMES).map(of).collect()));
        let roster = ScopeId::from_bytes([0; 16]);
        let drawers = [3, 2, 1].map(|week| Drawer::new(roster, ALL, Bucket(week)));
        drawers.into_iter().for_each(|drawer| outbox.send_drawer(drawer));
        let week =
            |from: u64, much: u64| (from..from + much).map(|it| held(it, Kind::MESSAGE)).collect();
        let mut weeks: [Vec<Held>; 3] = [week(200_000, 70_000), week(100_000, 10_000), week(0, 50)];
        weeks[2].push(held(99_999, Kind::KEY));
        (outbox, drawers, weeks)
    }

    fn asked(outbox: &mut Outbox) -> Option<Bucket> {
        match outbox.errand()? {
            Errand::List(_, bucket) => Some(bucket),
            Errand::Fetch(_) => None,
        }
    }

    #[test]
    fn the_key_of_an_old_week_does_not_wait_for_the_talk_of_a_newer_one() {
        let (mut outbox, drawers, weeks) = three_weeks();
        let known = Known::default();
        for (drawer, items) in drawers.iter().zip(&weeks) {
            assert_eq!(asked(&mut outbox), Some(drawer.bucket()));
            outbox.listed(*drawer, items, &known);
        }
        assert!(!outbox.is_drained());
        let next = outbox.next_to_load();
        assert_eq!(next.first(), weeks[2].last().map(|key| &key.id), "the key goes first");
        assert!(
            next.iter().skip(1).all(|id| weeks[0].iter().any(|held| held.id == *id)),
            "the newest follows"
        );
        assert_eq!(
            outbox.rests.len(),
            2,
            "the talk of the older weeks is listed when there is room"
        );
    }

    #[test]
    fn what_was_left_of_a_week_is_listed_once_there_is_room_and_nothing_goes_twice() {
        let (mut outbox, drawers, weeks) = three_weeks();
        let mut known = Known::default();
        let mut sent = BTreeSet::new();
        while let Some(errand) = outbox.errand() {
            match errand {
                Errand::List(_, bucket) => {
                    let at =
                        drawers.iter().position(|it| it.bucket() == bucket).expect("asked for");
                    outbox.listed(drawers[at], &weeks[at], &known);
                }
                Errand::Fetch(ids) => {
                    outbox.fetched(Vec::new());
                    for id in ids {
                        assert!(sent.insert(id), "twice");
                        known.insert(&id);
                    }
                }
            }
        }
        assert_eq!(sent.len(), weeks.iter().map(Vec::len).sum::<usize>());
        assert!(outbox.is_drained());
    }
}
