//! What a home remembers of its neighbourhood across restarts: whom to dial, where it listens, and
//! what a failed dial teaches.

use crdt::id::KeyId;

use super::Pump;
use crate::{
    core::peers::{Lesson, Remembered},
    ledger::Job,
    mesh::{DialFailure, peer_name},
    run::{ports, report::Whom},
};

/// Addresses that an invitation carries: a QR code must stay readable.
const INVITATION_ADDRESSES_MAX: usize = 4;

/// Under this name the ledger keeps whom to dial after a restart.
pub(super) const PEERS_KEPT: &str = "peers";

impl Pump {
    /// Invitations carry where this home can be reached.
    pub(super) fn tell_addresses(&self) {
        let name = peer_name(&self.me).unwrap_or_default();
        let mut all: Vec<String> = self.world.addresses.borrow().iter().cloned().collect();
        // An address on this machine alone helps nobody else, unless there is no other.
        all.sort_by_key(|address| (address.contains("/127."), address.contains("/ip6/")));
        all.truncate(INVITATION_ADDRESSES_MAX);
        let named = all.into_iter().map(|address| format!("{address}/p2p/{name}")).collect();
        self.note(Job::Addresses(Whom::Nobody, named));
    }

    pub(super) fn remember_port(&mut self, address: &str) {
        if let Some(ports) = &mut self.ports
            && ports.note(address)
        {
            let bytes = ports.to_bytes();
            self.note(Job::Keep(Whom::Nobody, ports::KEPT.to_owned(), bytes));
        }
    }

    pub(super) fn remember_peers(&mut self) {
        let now = self.core.book.remembered();
        if now != self.remembered {
            let rows: Vec<(KeyId, Vec<String>, bool)> =
                now.iter().map(|it| (it.peer, it.addresses.clone(), it.office)).collect();
            let bytes = serde_json::to_vec(&rows).expect("plain values");
            self.note(Job::Keep(Whom::Nobody, PEERS_KEPT.to_owned(), bytes));
            self.remembered = now;
        }
    }
}

/// What a failed dial teaches the book, if anything.
pub(super) fn lesson(address: Option<String>, reason: DialFailure) -> Option<Lesson> {
    match (reason, address) {
        (DialFailure::Unreachable(_), _) => Some(Lesson::Unreachable),
        (DialFailure::WrongPeer { found }, Some(address)) => {
            Some(Lesson::WrongPeer { address, found })
        }
        (DialFailure::Ourselves, Some(address)) => Some(Lesson::Ourselves { address }),
        (DialFailure::Linked, Some(address)) => Some(Lesson::Linked { address }),
        (DialFailure::Foreign, _) => Some(Lesson::Foreign),
        _ => None,
    }
}

/// What was remembered, as [`PEERS_KEPT`] has it.
pub(super) fn remembered(kept: Option<&[u8]>) -> Vec<Remembered> {
    let rows: Vec<(KeyId, Vec<String>, bool)> =
        kept.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    rows.into_iter()
        .map(|(peer, addresses, office)| Remembered { peer, addresses, office })
        .collect()
}
