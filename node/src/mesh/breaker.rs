//! A switch that cuts the transport between this node and chosen peers.
//!
//! The demo and the tests pull cables with it. It works below the session: a cut peer's
//! connections close at once, and no new one gets through in either direction, so that everything
//! above sees exactly what it sees when a cable is gone. In an ordinary node all is connected.

use std::{collections::BTreeSet, sync::Arc};

use crdt::id::KeyId;
use tokio::sync::watch;

/// What is cut at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Nobody is reachable: the whole home is cut off.
    pub all: bool,
    /// These peers are not reachable, whatever `all` says.
    pub peers: BTreeSet<KeyId>,
}

/// The switch; clones are the same switch.
#[derive(Clone, Debug)]
pub struct Breaker(Arc<watch::Sender<Cuts>>);

impl Default for Breaker {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Cuts::default())))
    }
}

impl Breaker {
    /// Cuts the link to `peer`.
    pub fn cut(&self, peer: KeyId) {
        self.0.send_if_modified(|cuts| cuts.peers.insert(peer));
    }

    /// Heals the link to `peer`; a node that is cut off as a whole stays so.
    pub fn heal(&self, peer: KeyId) {
        self.0.send_if_modified(|cuts| cuts.peers.remove(&peer));
    }

    /// Cuts this node off from everybody.
    pub fn cut_all(&self) {
        self.0.send_if_modified(|cuts| !std::mem::replace(&mut cuts.all, true));
    }

    /// Takes [`Self::cut_all`] back; links cut one by one stay cut.
    pub fn heal_all(&self) {
        self.0.send_if_modified(|cuts| std::mem::replace(&mut cuts.all, false));
    }

    /// What is cut at the moment.
    pub fn cuts(&self) -> Cuts {
        self.0.borrow().clone()
    }

    /// Whether nothing may pass between this node and `peer`.
    pub fn is_cut(&self, peer: &KeyId) -> bool {
        let cuts = self.0.borrow();
        cuts.all || cuts.peers.contains(peer)
    }

    /// Whether nothing may pass between this node and anybody.
    pub fn is_cut_off(&self) -> bool {
        self.0.borrow().all
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Cuts> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn healing_a_home_leaves_its_single_cuts() {
        let breaker = Breaker::default();
        let (li, wang) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        breaker.cut(li);
        breaker.cut_all();
        assert!(breaker.is_cut(&li) && breaker.is_cut(&wang) && breaker.is_cut_off());
        breaker.heal_all();
        assert!(breaker.is_cut(&li) && !breaker.is_cut(&wang));
        breaker.heal(li);
        assert_eq!(breaker.cuts(), Cuts::default());
    }
}
