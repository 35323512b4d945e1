//! Dialling: from a command to a connection, or to the reason why there is none.
//!
//! A dial that is of no use is not started: a link stands, a connection is just becoming one, or
//! enough dials to this peer are under way. Every failure is told once, and none of a peer whose
//! link is up.

use crdt::id::KeyId;
use libp2p::{
    Multiaddr,
    swarm::{
        ConnectionId, DialError,
        dial_opts::{DialOpts, PeerCondition},
    },
};

use super::{Engine, Target};
use crate::mesh::{
    DialFailure, MeshEvent,
    address::{key_of, peer_of, read_address, transport_of},
    gate::Shut,
    limits,
};

impl Engine {
    pub(super) fn dial_peer(&mut self, peer: KeyId, addresses: Vec<String>) {
        // A link, or a connection that is just becoming one, or enough dials under way.
        let under_way = self.dials.values().filter(|dial| dial.peer == Some(peer)).count();
        if self.shared.links.has(&peer)
            || self.connections.values().any(|it| it.peer == peer && !it.told)
            || under_way >= limits::DIALS_PER_PEER
        {
            return;
        }
        let addresses: Vec<Multiaddr> = addresses
            .iter()
            .filter_map(|text| text.parse().ok())
            .filter(|address| transport_of(address).is_some())
            .take(limits::ADDRESSES_PER_PEER)
            .collect();
        let address = addresses.first().map(ToString::to_string).filter(|_| addresses.len() == 1);
        let target = Target { peer: Some(peer), address };
        match peer_of(&peer).filter(|_| !addresses.is_empty()) {
            None => self.failed(target, DialFailure::BadAddress),
            Some(name) => {
                let dial = DialOpts::peer_id(name)
                    .condition(PeerCondition::Always)
                    .addresses(addresses)
                    .allocate_new_port();
                self.dial(target, dial.build());
            }
        }
    }

    pub(super) fn dial_typed(&mut self, addresses: Vec<String>) {
        for text in addresses.into_iter().take(limits::ADDRESSES_PER_PEER) {
            let target = Target { peer: None, address: Some(text.clone()) };
            match read_address(&text).map(|(peer, address)| (peer, address.parse())) {
                Ok((Some(peer), Ok::<Multiaddr, _>(address))) => {
                    self.dial_peer(peer, vec![address.to_string()]);
                }
                Ok((None, Ok(address))) => {
                    let dial = DialOpts::unknown_peer_id().address(address).allocate_new_port();
                    self.dial(target, dial.build());
                }
                _ => self.failed(target, DialFailure::BadAddress),
            }
        }
    }

    fn dial(&mut self, target: Target, dial: DialOpts) {
        let connection = dial.connection_id();
        match self.swarm.dial(dial) {
            Ok(()) => {
                self.dials.insert(connection, target);
            }
            Err(error) => self.failed(target, reason_of(&error)),
        }
    }

    pub(super) fn failed(&mut self, target: Target, reason: DialFailure) {
        let Target { peer, address } = target;
        tracing::debug!(peer.id = ?peer, ?address, %reason, "A dial failed");
        self.tell(MeshEvent::DialFailed { peer, address, reason });
    }

    /// This connection carries no link and will not. Says why, once, if it was our dial.
    pub(super) fn no_link(&mut self, id: ConnectionId, reason: DialFailure) {
        self.swarm.close_connection(id);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let peer = connection.peer;
        if !std::mem::replace(&mut connection.told, true)
            && connection.outbound
            && !self.shared.links.has(&peer)
        {
            let address = Some(connection.address.to_string());
            self.failed(Target { peer: Some(peer), address }, reason);
        }
    }
}

/// What a failed dial means for the schedule.
pub(super) fn reason_of(error: &DialError) -> DialFailure {
    match error {
        // The swarm leaves out what it listens on itself; nothing else was left.
        DialError::LocalPeerId { .. } | DialError::NoAddresses => DialFailure::Ourselves,
        DialError::WrongPeerId { obtained, .. } => match key_of(obtained) {
            Some(found) => DialFailure::WrongPeer { found },
            None => DialFailure::Foreign,
        },
        DialError::Denied { cause } => DialFailure::Denied(match cause.downcast_ref::<Shut>() {
            Some(shut) => shut.to_string(),
            None => "too many connections".into(),
        }),
        other => DialFailure::Unreachable(other.to_string()),
    }
}
