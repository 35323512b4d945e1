//! One stream per connection: who dialled opens it, who listened takes it.
//!
//! # Rules
//!
//! 1. The dialler asks for the stream as soon as the connection stands; the listener waits for it
//!    [`OPENING`] long. Without a stream in time the connection is of no use and is closed.
//! 2. A second stream on the same connection is dropped unread.
//! 3. The dialler speaks this node's own protocol. A listener also takes a stream at the *door*,
//!    from somebody who is in no community yet and asks to be let in.
//! 4. A stream is reported with the connection that carries it, so that exactly one of several
//!    connections between a pair can be chosen (see `engine`).
//!
//! # Considered and rejected
//!
//! `libp2p-stream`: it opens on any connection to the peer and does not say on which one a stream
//! arrived, so two sides cannot agree which connection stays; it drops inbound streams when its
//! reader is slow, and it keeps a channel for every connection that ever was.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::{
        Endpoint,
        transport::PortUse,
        upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo},
    },
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
        NetworkBehaviour, StreamUpgradeError, SubstreamProtocol, THandlerInEvent, THandlerOutEvent,
        ToSwarm,
        handler::{
            ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
        },
    },
};
use tokio::time::Sleep;

use super::limits::OPENING;

/// What became of a connection's stream.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The stream; at the door?
    Open(Stream, bool),
    /// The other side does not speak our protocol: another community, another program.
    Foreign,
    /// No stream came to be in time, or the connection broke.
    Failed,
}

/// Reported once per connection.
#[derive(Debug)]
pub(super) struct LaneEvent {
    pub connection: ConnectionId,
    pub outcome: Outcome,
}

/// The protocols of a stream: this node's own, and that of the door if it has one.
#[derive(Clone)]
pub(super) struct Spoken {
    own: StreamProtocol,
    door: Option<StreamProtocol>,
}

impl UpgradeInfo for Spoken {
    type Info = StreamProtocol;
    type InfoIter =
        std::iter::Chain<std::iter::Once<StreamProtocol>, std::option::IntoIter<StreamProtocol>>;

    fn protocol_info(&self) -> Self::InfoIter {
        std::iter::once(self.own.clone()).chain(self.door.clone())
    }
}

impl InboundUpgrade<Stream> for Spoken {
    type Output = (Stream, bool);
    type Error = Infallible;
    type Future = Ready<Result<(Stream, bool), Infallible>>;

    fn upgrade_inbound(self, stream: Stream, spoken: StreamProtocol) -> Self::Future {
        ready(Ok((stream, self.door == Some(spoken))))
    }
}

impl OutboundUpgrade<Stream> for Spoken {
    type Output = (Stream, bool);
    type Error = Infallible;
    type Future = Ready<Result<(Stream, bool), Infallible>>;

    fn upgrade_outbound(self, stream: Stream, _: StreamProtocol) -> Self::Future {
        ready(Ok((stream, false)))
    }
}

/// Gives each connection its [`Lane`].
pub(super) struct Lanes {
    protocol: Spoken,
    events: VecDeque<LaneEvent>,
}

impl Lanes {
    pub(super) fn new(own: StreamProtocol, door: Option<StreamProtocol>) -> Self {
        Self { protocol: Spoken { own, door }, events: VecDeque::new() }
    }

    fn lane(&self, dialled: bool) -> Lane {
        Lane {
            protocol: self.protocol.clone(),
            to_ask: dialled,
            dialled,
            deadline: Some(Box::pin(tokio::time::sleep(OPENING))),
            outcome: None,
        }
    }
}

impl NetworkBehaviour for Lanes {
    type ConnectionHandler = Lane;
    type ToSwarm = LaneEvent;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<Lane, ConnectionDenied> {
        Ok(self.lane(false))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<Lane, ConnectionDenied> {
        Ok(self.lane(true))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        connection: ConnectionId,
        outcome: THandlerOutEvent<Self>,
    ) {
        self.events.push_back(LaneEvent { connection, outcome });
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<LaneEvent, THandlerInEvent<Self>>> {
        match self.events.pop_front() {
            Some(event) => Poll::Ready(ToSwarm::GenerateEvent(event)),
            None => Poll::Pending,
        }
    }
}

/// One connection's side of the bargain.
pub(super) struct Lane {
    protocol: Spoken,
    dialled: bool,
    to_ask: bool,
    /// `None` once the outcome is known: it is told exactly once.
    deadline: Option<Pin<Box<Sleep>>>,
    outcome: Option<Outcome>,
}

impl Lane {
    fn settle(&mut self, outcome: Outcome) {
        if self.deadline.take().is_some() {
            self.outcome = Some(outcome);
        }
    }
}

impl ConnectionHandler for Lane {
    type FromBehaviour = Infallible;
    type ToBehaviour = Outcome;
    type InboundProtocol = Spoken;
    type OutboundProtocol = Spoken;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(self.protocol.clone(), ())
    }

    fn connection_keep_alive(&self) -> bool {
        self.deadline.is_some() || self.outcome.is_some()
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), Outcome>> {
        if std::mem::take(&mut self.to_ask) {
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: SubstreamProtocol::new(
                    Spoken { door: None, ..self.protocol.clone() },
                    (),
                ),
            });
        }
        if let Some(deadline) = &mut self.deadline
            && deadline.as_mut().poll(cx).is_ready()
        {
            self.settle(Outcome::Failed);
        }
        match self.outcome.take() {
            Some(outcome) => Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(outcome)),
            None => Poll::Pending,
        }
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol>,
    ) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (stream, at_the_door),
                ..
            }) if !self.dialled => self.settle(Outcome::Open(stream, at_the_door)),
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: (stream, _),
                ..
            }) => self.settle(Outcome::Open(stream, false)),
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, .. }) => {
                self.settle(match error {
                    StreamUpgradeError::NegotiationFailed => Outcome::Foreign,
                    _ => Outcome::Failed,
                });
            }
            _ => {}
        }
    }
}
