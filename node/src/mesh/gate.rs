//! Who may connect at all: nobody beyond a cut, nobody without an Ed25519 name, and only so many
//! from one address.
//!
//! Stands in the behaviour beside `connection_limits`; both only say no. Caps per address do not
//! count this machine: the demo and the tests run whole neighbourhoods on it.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::IpAddr,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, ListenFailure,
        NetworkBehaviour, THandlerInEvent, THandlerOutEvent, ToSwarm, dummy,
    },
};

use super::{
    address::{ip_of, key_of},
    breaker::Breaker,
    limits::PER_ADDRESS,
};

/// Why the gate stayed shut.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Shut {
    #[error("the link is cut")]
    Cut,
    #[error("the peer's name is not an Ed25519 key")]
    Nameless,
    #[error("more than {PER_ADDRESS} connections from one address")]
    Crowded,
}

/// See the header.
pub(super) struct Gate {
    breaker: Breaker,
    inbound: BTreeMap<ConnectionId, IpAddr>,
    crowd: BTreeMap<IpAddr, usize>,
}

impl Gate {
    pub(super) fn new(breaker: Breaker) -> Self {
        Self { breaker, inbound: BTreeMap::new(), crowd: BTreeMap::new() }
    }

    fn check(&self, peer: &PeerId) -> Result<(), ConnectionDenied> {
        match key_of(peer) {
            None => Err(ConnectionDenied::new(Shut::Nameless)),
            Some(key) if self.breaker.is_cut(&key) => Err(ConnectionDenied::new(Shut::Cut)),
            Some(_) => Ok(()),
        }
    }

    fn arrive(&mut self, connection: ConnectionId, from: IpAddr) -> Result<(), Shut> {
        if from.is_loopback() {
            return Ok(());
        }
        let here = self.crowd.entry(from).or_default();
        if *here >= PER_ADDRESS {
            return Err(Shut::Crowded);
        }
        *here += 1;
        self.inbound.insert(connection, from);
        Ok(())
    }

    fn leave(&mut self, connection: ConnectionId) {
        let Some(from) = self.inbound.remove(&connection) else { return };
        let here = self.crowd.entry(from).or_default();
        *here = here.saturating_sub(1);
        if *here == 0 {
            self.crowd.remove(&from);
        }
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        if self.breaker.is_cut_off() {
            return Err(ConnectionDenied::new(Shut::Cut));
        }
        match ip_of(from) {
            Some(ip) => self.arrive(connection, ip).map_err(ConnectionDenied::new),
            None => Ok(()),
        }
    }

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<dummy::ConnectionHandler, ConnectionDenied> {
        self.check(&peer).map(|()| dummy::ConnectionHandler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        if self.breaker.is_cut_off() {
            return Err(ConnectionDenied::new(Shut::Cut));
        }
        peer.map_or(Ok(()), |peer| self.check(&peer)).map(|()| Vec::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<dummy::ConnectionHandler, ConnectionDenied> {
        self.check(&peer).map(|()| dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.leave(connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gets_so_many_places_and_gives_them_back() {
        let mut gate = Gate::new(Breaker::default());
        let far: IpAddr = "192.168.1.9".parse().expect("an address");
        let near: IpAddr = "127.0.0.1".parse().expect("an address");
        let id = ConnectionId::new_unchecked;
        for n in 0..PER_ADDRESS {
            assert_eq!(gate.arrive(id(n), far), Ok(()));
            assert_eq!(gate.arrive(id(1_000 + n), near), Ok(()));
        }
        assert_eq!(gate.arrive(id(500), far), Err(Shut::Crowded));
        assert_eq!(gate.arrive(id(1_500), near), Ok(()));
        gate.leave(id(500));
        assert_eq!(gate.arrive(id(501), far), Err(Shut::Crowded));
        (0..PER_ADDRESS).for_each(|n| gate.leave(id(n)));
        assert_eq!(gate.arrive(id(502), far), Ok(()));
        gate.leave(id(502));
        assert!(gate.crowd.is_empty() && gate.inbound.is_empty());
    }
}
