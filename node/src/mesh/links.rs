//! The table of links that are up, shared by the swarm's task, the links' own tasks and the handle.
//!
//! One link per peer. Sending goes straight into the link's queue: it neither waits nor passes
//! through the swarm.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use crdt::id::KeyId;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

use super::{
    DownReason, LinkId, LinkUp, MeshEvent, NotSent,
    limits::{FRAME_BYTES_MAX, Limits, OVERLAP, QUEUE_FRAMES_MAX},
    link::{Link, Pace},
    traffic::{Counters, Traffic},
};

/// See the header.
#[derive(Default)]
pub(super) struct Links {
    entries: Mutex<BTreeMap<LinkId, Entry>>,
    last: AtomicU64,
}

struct Entry {
    peer: KeyId,
    since: Instant,
    queue: mpsc::Sender<Vec<u8>>,
    queued_bytes: Arc<AtomicUsize>,
    queue_bytes_max: usize,
    counters: Arc<Counters>,
    allowance: watch::Sender<Option<u64>>,
    close: Option<oneshot::Sender<DownReason>>,
    down: Option<oneshot::Receiver<()>>,
}

impl Links {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<LinkId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that no link of this node had since it started.
    pub(super) fn fresh_id(&self) -> LinkId {
        LinkId(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether a link with `peer` is up, and not just hanging up.
    pub(super) fn has(&self, peer: &KeyId) -> bool {
        self.lock().values().any(|entry| entry.peer == *peer && entry.close.is_some())
    }

    /// How many links are up.
    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Whether a connection that just opened is one too many: a link with the peer is up and so
    /// young that both come from dials that overlapped.
    pub(super) fn outdoes(&self, peer: &KeyId) -> bool {
        let young = |entry: &Entry| {
            entry.peer == *peer && entry.close.is_some() && entry.since.elapsed() < OVERLAP
        };
        self.lock().values().any(young)
    }

    /// Puts a link on the table, in the place of any other with the same peer. The sender is to
    /// be dropped when the link is down.
    pub(super) fn insert(
        &self,
        up: LinkUp,
        arbiter: bool,
        counters: Arc<Counters>,
        limits: &Limits,
        events: mpsc::Sender<MeshEvent>,
    ) -> (Link, oneshot::Sender<()>) {
        let after = self.take_over(&up.peer);
        let (queue, queued) = mpsc::channel(QUEUE_FRAMES_MAX);
        let (close, closed) = oneshot::channel();
        let (down_sender, down) = oneshot::channel();
        let allowance = watch::Sender::new(limits.first_bytes);
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let link = Link {
            up: up.clone(),
            pace: Pace::default(),
            arbiter,
            queue: queued,
            queued_bytes: queued_bytes.clone(),
            allowance: allowance.subscribe(),
            close: closed,
            after,
            events,
        };
        let entry = Entry {
            peer: up.peer,
            since: Instant::now(),
            queue,
            queued_bytes,
            queue_bytes_max: limits.queue_bytes,
            counters,
            allowance,
            close: Some(close),
            down: Some(down),
        };
        self.lock().insert(up.link, entry);
        (link, down_sender)
    }

    /// Closes the link with `peer`, if any; the receiver resolves when it is down.
    fn take_over(&self, peer: &KeyId) -> Option<oneshot::Receiver<()>> {
        let mut entries = self.lock();
        let old = *entries.iter().find(|(_, entry)| entry.peer == *peer)?.0;
        let mut entry = entries.remove(&old)?;
        hang_up(&mut entry, DownReason::Replaced);
        entry.down.take()
    }

    pub(super) fn remove(&self, link: LinkId) {
        self.lock().remove(&link);
    }

    /// Queues a frame.
    pub(super) fn send(&self, link: LinkId, frame: Vec<u8>) -> Result<(), NotSent> {
        let bytes = frame.len();
        if bytes == 0 || bytes > FRAME_BYTES_MAX {
            return Err(NotSent::BadLength { bytes });
        }
        let entries = self.lock();
        let entry = entries.get(&link).ok_or(NotSent::Gone)?;
        if entry.queued_bytes.load(Ordering::Relaxed) + bytes > entry.queue_bytes_max {
            return Err(NotSent::Full);
        }
        entry.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        entry.queue.try_send(frame).map_err(|refused| {
            entry.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
            match refused {
                mpsc::error::TrySendError::Full(_) => NotSent::Full,
                mpsc::error::TrySendError::Closed(_) => NotSent::Gone,
            }
        })
    }

    /// How many bytes wait for the neighbour.
    pub(super) fn queued_bytes(&self, link: LinkId) -> usize {
        self.lock().get(&link).map_or(0, |entry| entry.queued_bytes.load(Ordering::Relaxed))
    }

    /// What a link has carried so far; nothing where it is down.
    pub(super) fn traffic(&self, link: LinkId) -> Traffic {
        self.lock().get(&link).map(|entry| entry.counters.now()).unwrap_or_default()
    }

    /// How many bytes the link may deliver in its whole life.
    pub(super) fn allow(&self, link: LinkId, bytes: Option<u64>) {
        if let Some(entry) = self.lock().get(&link) {
            entry.allowance.send_replace(bytes);
        }
    }

    /// Closes one link.
    pub(super) fn close(&self, link: LinkId, reason: DownReason) {
        if let Some(entry) = self.lock().get_mut(&link) {
            hang_up(entry, reason);
        }
    }

    /// Closes the links with all peers of whom `which` is true.
    pub(super) fn close_where(&self, which: impl Fn(&KeyId) -> bool, reason: &DownReason) {
        for entry in self.lock().values_mut().filter(|entry| which(&entry.peer)) {
            hang_up(entry, reason.clone());
        }
    }
}

fn hang_up(entry: &mut Entry, reason: DownReason) {
    if let Some(close) = entry.close.take() {
        // The link may have ended by itself in this very moment.
        let _ = close.send(reason);
    }
}
