//! Callers who wait until peers are connected and equal.
//!
//! Equal with what is held when they are answered, found after they asked: whoever is told "equal
//! with three" finds the same on all three.

use crdt::{id::KeyId, sync, time::Moment};

use super::{Core, Output, Peer};

/// Waiting callers at once.
pub const WAITS_MAX: usize = 64;

/// A caller who waits for peers to be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitId(pub u64);

/// Somebody who waits.
pub(super) struct Waiting {
    id: WaitId,
    count: usize,
    peer: Option<KeyId>,
    since: Moment,
    /// When to give up.
    pub(super) until: Moment,
}

impl Core {
    pub(super) fn wait(
        &mut self,
        id: WaitId,
        count: usize,
        peer: Option<KeyId>,
        until: Moment,
        now: Moment,
    ) {
        if self.waits.len() >= WAITS_MAX {
            self.outputs.push_back(Output::Waited(id, false));
            return;
        }
        self.waits.push(Waiting { id, count, peer, since: now, until });
        self.feed_all(&|| sync::Input::Compare, now);
    }

    /// Answers whoever waited long enough, or has what he waited for.
    pub(super) fn answer_waits(&mut self, now: Moment) {
        let waits = std::mem::take(&mut self.waits);
        for wait in waits {
            // Equal with what is held *now*: whoever is told "equal with three" finds the same on
            // all three, not three answers from three moments.
            let equal = |(id, peer): (&KeyId, &Peer)| {
                wait.peer.is_none_or(|wanted| wanted == *id)
                    && peer.link.is_some()
                    && self.is_equal(peer)
                    && peer.compared.is_some_and(|at| at >= wait.since)
            };
            let enough = self.peers.iter().filter(|entry| equal(*entry)).count() >= wait.count;
            if enough || now >= wait.until {
                self.outputs.push_back(Output::Waited(wait.id, enough));
            } else {
                self.waits.push(wait);
            }
        }
    }
}
