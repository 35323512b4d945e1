//! The swarm's task: one loop that turns libp2p's events into ours and our commands into its.
//!
//! # When somebody moves
//!
//! Silence shows a dead link after [`limits::SILENCE`]; most changes of address show it earlier.
//!
//! - An address of ours goes: links on it are closed, and so are those that we dialled, whose own
//!   end the library does not tell. On the other address they come back in a moment.
//! - mDNS says that a neighbour is at other addresses only than that of his link: `Doubted`.
//!
//! # Events to the node's loop
//!
//! Links speak for themselves (`link`), in order. What this loop reports waits in a short list
//! when the node is busy; hints are forgotten first. So a busy node never stops the swarm.

mod choosing;
mod dialling;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::IpAddr,
    sync::Arc,
};

use crdt::id::KeyId;
use dialling::reason_of;
use futures::StreamExt as _;
use libp2p::{
    Multiaddr, Stream, StreamProtocol, Swarm, connection_limits,
    core::ConnectedPoint,
    identify,
    identity::Keypair,
    swarm::{Config, ConnectionId, DialError, NetworkBehaviour, SwarmEvent},
};
use tokio::sync::{mpsc, watch};
use tokio_util::compat::Compat;

use super::{
    Cuts, DialFailure, DownReason, MeshConfig, MeshError, MeshEvent, NotAnAddress, Shared,
    Transport,
    address::{ip_of, key_of, split, transport_of, worth_keeping},
    breaker::Breaker,
    discovery::{Discovery, Hint},
    gate::Gate,
    lane::{LaneEvent, Lanes, Outcome},
    limits::{self, Limits},
    link::Pipe,
    transport,
};

/// What the handle asks for.
#[derive(Debug)]
pub(super) enum Command {
    Dial {
        peer: Option<KeyId>,
        addresses: Vec<String>,
    },
    Shutdown,
    #[cfg(test)]
    Fail,
}

/// What the links' tasks tell this loop.
enum Note {
    /// The arbiter gave its go-ahead on this connection.
    Chosen(ConnectionId, Box<Pipe<Compat<Stream>>>),
    /// The connection is of no further use.
    Done(ConnectionId),
    /// A spare was kept long enough.
    Stale(ConnectionId),
}

#[derive(NetworkBehaviour)]
struct Edge {
    // First, so that what is over the limit never reaches the others.
    limits: connection_limits::Behaviour,
    gate: Gate,
    lanes: Lanes,
    identify: identify::Behaviour,
}

/// A connection that stands.
struct Connection {
    peer: KeyId,
    outbound: bool,
    transport: Transport,
    address: Multiaddr,
    /// Our own end, where the library tells it.
    here: Option<IpAddr>,
    /// Whether it carries the link with this peer.
    carries: bool,
    /// Whether its stream is one at the door.
    door: bool,
    /// Whether the loop was told what became of it.
    told: bool,
}

/// A dial under way.
struct Target {
    peer: Option<KeyId>,
    address: Option<String>,
}

/// See the header.
pub(super) struct Engine {
    swarm: Swarm<Edge>,
    local: KeyId,
    limits: Limits,
    breaker: Breaker,
    shared: Arc<Shared>,
    events: mpsc::Sender<MeshEvent>,
    waiting: VecDeque<MeshEvent>,
    notes: mpsc::Receiver<Note>,
    note: mpsc::Sender<Note>,
    connections: BTreeMap<ConnectionId, Connection>,
    /// Connections that wait for a link in doubt, one for each peer.
    spares: BTreeMap<KeyId, (ConnectionId, Pipe<Compat<Stream>>)>,
    dials: BTreeMap<ConnectionId, Target>,
    discovery: Option<Discovery>,
    cuts: watch::Receiver<Cuts>,
    seen_cuts: Cuts,
}

impl Engine {
    /// Builds the swarm and listens.
    ///
    /// # Errors
    ///
    /// Where an address cannot be listened on.
    pub(super) fn new(
        config: &MeshConfig,
        key: &Keypair,
        shared: Arc<Shared>,
        events: mpsc::Sender<MeshEvent>,
    ) -> Result<Self, MeshError> {
        let unusable = |text: String| MeshError::Unusable(text);
        let local_peer = key.public().to_peer_id();
        let local = key_of(&local_peer).ok_or_else(|| unusable("not an Ed25519 key".into()))?;
        let transport = transport::build(key).map_err(|error| unusable(error.to_string()))?;
        let mut swarm = Swarm::new(
            transport,
            behaviour(config, key)?,
            local_peer,
            Config::with_tokio_executor()
                .with_idle_connection_timeout(limits::OPENING)
                .with_max_negotiating_inbound_streams(limits::STREAMS as usize),
        );
        for text in &config.listen {
            let address: Multiaddr = text
                .parse()
                .map_err(|_| NotAnAddress { text: text.chars().take(200).collect() })?;
            let reason = |error: &dyn std::fmt::Display| MeshError::Listen {
                address: text.clone(),
                reason: error.to_string(),
            };
            transport::check_free(&address).map_err(|error| reason(&error))?;
            swarm.listen_on(address).map_err(|error| reason(&error))?;
        }
        let (note, notes) = mpsc::channel(limits::COMMANDS_MAX);
        Ok(Self {
            swarm,
            local,
            limits: config.limits.clone(),
            breaker: config.breaker.clone(),
            shared,
            events,
            waiting: VecDeque::new(),
            notes,
            note,
            connections: BTreeMap::new(),
            spares: BTreeMap::new(),
            dials: BTreeMap::new(),
            discovery: config.mdns.then(|| Discovery::start(local_peer)).flatten(),
            cuts: config.breaker.subscribe(),
            seen_cuts: config.breaker.cuts(),
        })
    }

    /// Runs until it is told to stop, or everybody who could tell is gone.
    pub(super) async fn run(mut self, commands: &mut mpsc::Receiver<Command>) {
        let events = self.events.clone();
        loop {
            tokio::select! {
                permit = events.reserve(), if !self.waiting.is_empty() => {
                    let (Ok(permit), Some(event)) = (permit, self.waiting.pop_front()) else {
                        break;
                    };
                    permit.send(event);
                }
                command = commands.recv() => match command {
                    None | Some(Command::Shutdown) => break,
                    Some(Command::Dial { peer: Some(peer), addresses }) => {
                        self.dial_peer(peer, addresses);
                    }
                    Some(Command::Dial { peer: None, addresses }) => self.dial_typed(addresses),
                    #[cfg(test)]
                    Some(Command::Fail) => panic!("as the test asked"),
                },
                Some(note) = self.notes.recv() => self.take_note(note),
                Ok(()) = self.cuts.changed() => self.take_cuts(),
                hints = found(&mut self.discovery) => self.take_hints(hints),
                event = self.swarm.select_next_some() => self.take_event(event),
            }
            if let Some(discovery) = &self.discovery {
                discovery.linked(self.shared.links.count());
            }
        }
        self.stop().await;
    }

    /// Says goodbye: links close first, then the connections; nobody is waited for long.
    async fn stop(mut self) {
        self.discovery = None;
        self.shared.links.close_where(|_| true, &DownReason::Restarted);
        let all = std::mem::take(&mut self.connections);
        all.keys().for_each(|connection| {
            self.swarm.close_connection(*connection);
        });
        let mut open = all.len();
        let goodbye = async {
            while open > 0 {
                if let SwarmEvent::ConnectionClosed { .. } = self.swarm.select_next_some().await {
                    open -= 1;
                }
            }
        };
        // Whoever does not answer in time will notice by himself.
        let _ = tokio::time::timeout(limits::RESTART, goodbye).await;
    }

    fn tell(&mut self, event: MeshEvent) {
        if event == MeshEvent::NetworkChanged && self.waiting.contains(&event) {
            return;
        }
        if self.waiting.len() >= limits::HINTS_MAX {
            let hint = |event: &MeshEvent| {
                matches!(event, MeshEvent::Discovered { .. } | MeshEvent::DialFailed { .. })
            };
            let oldest = self.waiting.iter().position(hint).unwrap_or(0);
            self.waiting.remove(oldest);
        }
        self.waiting.push_back(event);
    }

    fn take_note(&mut self, note: Note) {
        match note {
            Note::Chosen(connection, pipe) => self.open(connection, *pipe, false),
            Note::Done(connection) => {
                let peer = self.connections.get(&connection).map(|it| it.peer);
                self.no_link(connection, DialFailure::Unreachable("not chosen".into()));
                peer.into_iter().for_each(|peer| self.use_spare(peer));
            }
            Note::Stale(connection) => {
                if self.forget_spare(connection) {
                    self.no_link(connection, DialFailure::Linked);
                }
            }
        }
    }

    fn take_hints(&mut self, hints: Vec<Hint>) {
        let mut by_peer: BTreeMap<KeyId, Vec<String>> = BTreeMap::new();
        let mut seen_at: BTreeMap<KeyId, Vec<Option<IpAddr>>> = BTreeMap::new();
        for (peer, address) in hints {
            let (_, address) = split(address);
            if let Some(peer) = key_of(&peer)
                && transport_of(&address).is_some()
                && peer != self.local
                && !self.breaker.is_cut(&peer)
            {
                seen_at.entry(peer).or_default().push(ip_of(&address));
                let addresses = by_peer.entry(peer).or_default();
                if addresses.len() < limits::ADDRESSES_PER_PEER {
                    addresses.push(address.to_string());
                }
            }
        }
        for (peer, addresses) in by_peer {
            self.tell(MeshEvent::Discovered { peer, addresses });
        }
        for (peer, at) in seen_at {
            let link = self.connections.values().find(|it| it.peer == peer && it.carries);
            if link.is_some_and(|link| !at.contains(&ip_of(&link.address))) {
                self.tell(MeshEvent::Doubted { peer });
            }
        }
    }

    fn take_cuts(&mut self) {
        let cuts = self.cuts.borrow_and_update().clone();
        let breaker = self.breaker.clone();
        self.shared.links.close_where(|peer| breaker.is_cut(peer), &DownReason::Cut);
        let cut = |connection: &Connection| breaker.is_cut(&connection.peer);
        let closing: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, c)| cut(c)).map(|(id, _)| *id).collect();
        for connection in closing {
            self.swarm.close_connection(connection);
        }
        let healed =
            (self.seen_cuts.all && !cuts.all) || !self.seen_cuts.peers.is_subset(&cuts.peers);
        self.seen_cuts = cuts;
        if healed {
            self.network_changed();
        }
    }

    fn network_changed(&mut self) {
        if let Some(discovery) = &self.discovery {
            discovery.renew();
        }
        self.tell(MeshEvent::NetworkChanged);
    }

    fn take_event(&mut self, event: SwarmEvent<EdgeEvent>) {
        match event {
            SwarmEvent::Behaviour(EdgeEvent::Lanes(event)) => self.take_lane(event),
            SwarmEvent::Behaviour(EdgeEvent::Identify(identify::Event::Received {
                connection_id,
                info,
                ..
            })) => self.take_identity(connection_id, info.listen_addrs),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                let (_, address) = split(endpoint.get_remote_address().clone());
                let outbound = endpoint.is_dialer();
                match (key_of(&peer_id), transport_of(&address)) {
                    (Some(peer), Some(transport)) => {
                        let here = match &endpoint {
                            // QUIC names what it is bound to, which may be every address.
                            ConnectedPoint::Listener { local_addr, .. } => {
                                ip_of(local_addr).filter(|ip| !ip.is_unspecified())
                            }
                            ConnectedPoint::Dialer { .. } => None,
                        };
                        let (carries, door, told) = (false, false, false);
                        let connection = Connection {
                            peer,
                            outbound,
                            transport,
                            address,
                            here,
                            carries,
                            door,
                            told,
                        };
                        self.connected(connection_id, connection);
                    }
                    _ => {
                        self.swarm.close_connection(connection_id);
                    }
                }
            }
            SwarmEvent::ConnectionClosed { connection_id, .. } => {
                self.no_link(connection_id, DialFailure::Unreachable("hung up".into()));
                self.connections.remove(&connection_id);
                self.forget_spare(connection_id);
            }
            SwarmEvent::OutgoingConnectionError { connection_id, error, .. } => {
                if let Some(mut target) = self.dials.remove(&connection_id)
                    && !target.peer.is_some_and(|peer| self.shared.links.has(&peer))
                {
                    if let DialError::WrongPeerId { address, .. } = &error {
                        target.address = Some(split(address.clone()).1.to_string());
                    }
                    self.failed(target, reason_of(&error));
                }
            }
            SwarmEvent::IncomingConnectionError { error, .. } => {
                tracing::debug!(%error, "An inbound connection failed");
            }
            SwarmEvent::NewListenAddr { address, .. } => self.listens(&address, true),
            SwarmEvent::ExpiredListenAddr { address, .. } => self.listens(&address, false),
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                addresses.iter().for_each(|address| self.listens(address, false));
                if let Err(error) = reason {
                    tracing::warn!(%error, "A listener failed");
                    self.tell(MeshEvent::ListenFailed(error.to_string()));
                }
            }
            SwarmEvent::ListenerError { error, .. } => {
                tracing::debug!(%error, "A listener stumbled");
            }
            _ => {}
        }
    }

    fn listens(&mut self, address: &Multiaddr, listening: bool) {
        let text = address.to_string();
        tracing::debug!(address = text, listening, "Listening changed");
        self.shared.listens(text.clone(), listening);
        if let Some(discovery) = &self.discovery {
            discovery.listening(self.swarm.listeners().cloned().collect());
        }
        self.tell(if listening {
            MeshEvent::Listening(text)
        } else {
            MeshEvent::NotListening(text)
        });
        let Some(ip) = ip_of(address).filter(|ip| !ip.is_loopback()) else { return };
        self.tell(MeshEvent::NetworkChanged);
        if !listening && !self.swarm.listeners().any(|left| ip_of(left) == Some(ip)) {
            self.moved_from(ip);
        }
    }

    /// An address of ours is gone, and with it whatever used it: links, and connections that wait.
    fn moved_from(&mut self, gone: IpAddr) {
        let near =
            |it: &Connection| ip_of(&it.address).is_some_and(|address| address.is_loopback());
        let dead = |it: &Connection| it.here.is_none_or(|here| here == gone) && !near(it);
        let dead = self.connections.iter().filter(|(_, it)| dead(it));
        let dead: Vec<_> = dead.map(|(id, it)| (*id, it.peer, it.carries)).collect();
        let mut peers = BTreeSet::new();
        for (connection, peer, carries) in dead {
            if carries {
                peers.insert(peer);
            } else {
                self.forget_spare(connection);
                self.swarm.close_connection(connection);
            }
        }
        self.shared.links.close_where(|peer| peers.contains(peer), &DownReason::Moved);
    }

    fn connected(&mut self, id: ConnectionId, connection: Connection) {
        let peer = connection.peer;
        let target = self.dials.remove(&id);
        self.connections.insert(id, connection);
        // Somebody typed the address of a neighbour we have a link with.
        if let Some(Target { peer: None, address }) = target
            && self.shared.links.has(&peer)
        {
            self.failed(Target { peer: Some(peer), address }, DialFailure::Linked);
            self.no_link(id, DialFailure::Linked);
        }
    }

    fn take_identity(&mut self, connection: ConnectionId, said: Vec<Multiaddr>) {
        let Some(connection) = self.connections.get(&connection) else { return };
        let addresses = worth_keeping(said, ip_of(&connection.address));
        if !addresses.is_empty() {
            self.tell(MeshEvent::Discovered { peer: connection.peer, addresses });
        }
    }

    fn take_lane(&mut self, LaneEvent { connection: id, outcome }: LaneEvent) {
        match outcome {
            Outcome::Open(stream, door) => {
                self.connections.get_mut(&id).into_iter().for_each(|it| it.door = door);
                self.choose(id, stream);
            }
            Outcome::Foreign => self.no_link(id, DialFailure::Foreign),
            Outcome::Failed => {
                self.no_link(id, DialFailure::Unreachable("no stream came to be".into()));
            }
        }
    }
}

impl Drop for Engine {
    /// However it ends: no link outlives the swarm that carries it.
    fn drop(&mut self) {
        self.shared.links.close_where(|_| true, &DownReason::Restarted);
        for address in self.shared.listeners() {
            self.shared.listens(address, false);
        }
    }
}

fn behaviour(config: &MeshConfig, key: &Keypair) -> Result<Edge, MeshError> {
    let named = |name: String| {
        StreamProtocol::try_from_owned(name).map_err(|error| MeshError::Unusable(error.to_string()))
    };
    let protocol = named(config.protocol.clone())?;
    let door = config.door.clone().map(named).transpose()?;
    let most = config.limits.connections;
    let caps = connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits::PENDING_IN))
        .with_max_pending_outgoing(Some(limits::PENDING_OUT))
        .with_max_established_per_peer(Some(limits::PER_PEER))
        .with_max_established_incoming(Some(most - most / 4))
        .with_max_established(Some(most));
    let identity = identify::Config::new("/linli/1".into(), key.public())
        .with_agent_version(concat!("linli/", env!("CARGO_PKG_VERSION")).into())
        .with_push_listen_addr_updates(true)
        .with_cache_size(0);
    Ok(Edge {
        limits: connection_limits::Behaviour::new(caps),
        gate: Gate::new(config.breaker.clone()),
        lanes: Lanes::new(protocol, door),
        identify: identify::Behaviour::new(identity),
    })
}

async fn found(discovery: &mut Option<Discovery>) -> Vec<Hint> {
    match discovery {
        Some(discovery) => discovery.found().await,
        None => std::future::pending().await,
    }
}
