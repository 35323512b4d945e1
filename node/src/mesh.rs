//! The mesh edge: links to neighbours over QUIC and TCP, and nothing else.
//!
//! It moves frames of bytes, at most 64 KiB each, and knows neither envelopes nor who may say
//! what. The node's loop tells it whom to dial ([`crate::core::peers`] has the schedule), hands it
//! frames, and reads [`MeshEvent`]s. A peer is the Ed25519 key of its box; an address is text.
//!
//! # Rules
//!
//! 1. One link per pair of peers, whoever dialled, however many connections there were (`engine`).
//! 2. Nobody is waited for: a full queue is an answer ([`NotSent::Full`]), the caller then closes
//!    the link and the neighbour comes back when it can keep up (`link`).
//! 3. A dead link is noticed within 6 s, by us, on either transport (`link`); within one where there
//!    is a sign of it: an address that went, a neighbour who dials or is heard elsewhere (`engine`).
//! 4. Everything is bounded: connections, pending ones, frames, queues, hints (`limits`, `gate`).
//! 5. mDNS, identify and dials give hints; only the handshake says who somebody is (`discovery`).
//! 6. The swarm runs under a supervisor: a fault in it is logged, its links go down, it starts
//!    afresh.
//!
//! # Deliberately absent
//!
//! Gossip, DHT, relays (later). Deciding whom to trust: a fresh link may deliver
//! [`limits::Limits::first_bytes`] until [`MeshHandle::set_budget`] says otherwise. Ping: an empty
//! frame on the link itself shows that exactly this link works, with one timeout instead of three.

mod address;
mod breaker;
mod discovery;
mod engine;
mod gate;
mod lane;
pub mod limits;
mod link;
mod links;
mod traffic;
mod transport;

use std::{
    collections::BTreeSet,
    fmt,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};

use crdt::id::KeyId;
use futures::FutureExt as _;
use libp2p::{StreamProtocol, identity::Keypair};
use tokio::sync::{mpsc, watch};

pub use crate::core::LinkId;
pub use address::{NotAnAddress, peer_name, read_address};
pub use breaker::{Breaker, Cuts};
use engine::{Command, Engine};
use links::Links;
pub use traffic::Traffic;

/// What a mesh edge is made of.
#[derive(Clone, Debug)]
pub struct MeshConfig {
    /// Seed of the box's Ed25519 key: who this node is to its neighbours.
    pub seed: [u8; 32],
    /// Where to listen: `/ip4/0.0.0.0/udp/0/quic-v1`, `/ip4/0.0.0.0/tcp/0`.
    pub listen: Vec<String>,
    /// Whether to look for neighbours on the LAN by mDNS, and to answer them.
    pub mdns: bool,
    /// The stream's protocol, `/linli/1/sync` and the community's tag: others are never linked.
    pub protocol: String,
    /// A second protocol that is taken, not dialled: somebody who asks to be let in.
    pub door: Option<String>,
    /// What this node can afford.
    pub limits: limits::Limits,
    /// Cuts links below the session; all connected by default.
    pub breaker: Breaker,
}

impl MeshConfig {
    /// An edge that listens on every interface, QUIC and TCP, with mDNS.
    pub fn new(seed: [u8; 32], protocol: impl Into<String>) -> Self {
        Self {
            seed,
            listen: vec!["/ip4/0.0.0.0/udp/0/quic-v1".into(), "/ip4/0.0.0.0/tcp/0".into()],
            mdns: true,
            protocol: protocol.into(),
            door: None,
            limits: limits::Limits::default(),
            breaker: Breaker::default(),
        }
    }
}

/// Why the mesh edge cannot start.
#[derive(Debug, thiserror::Error)]
pub enum MeshError {
    /// The seed or the protocol's name is unusable.
    #[error("the mesh cannot start: {0}")]
    Unusable(String),
    /// Nobody could reach this node there.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// As configured.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// See [`NotAnAddress`].
    #[error(transparent)]
    Address(#[from] NotAnAddress),
}

/// What carries a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// QUIC version 1 over UDP.
    Quic,
    /// TCP with Noise and Yamux.
    Tcp,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quic => "quic",
            Self::Tcp => "tcp",
        })
    }
}

/// A link that came up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkUp {
    /// Its number.
    pub link: LinkId,
    /// Who is at the other end.
    pub peer: KeyId,
    /// What carries it.
    pub transport: Transport,
    /// Whether this side dialled; only then `address` can be dialled again.
    pub outbound: bool,
    /// Where the neighbour is.
    pub address: String,
    /// He stands at the door ([`MeshConfig::door`]): another conversation than among members.
    pub door: bool,
}

/// Why a link went down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownReason {
    /// [`MeshHandle::close`].
    #[error("closed here")]
    Closed,
    /// The neighbour closed it.
    #[error("closed by the neighbour")]
    Remote,
    /// A newer connection with the same neighbour took its place; it comes up next.
    #[error("replaced by a newer connection")]
    Replaced,
    /// Nothing was heard for [`limits::SILENCE`].
    #[error("silent")]
    Silent,
    /// The neighbour stopped reading.
    #[error("the neighbour stopped reading")]
    Stalled,
    /// The allowance was used up and nobody raised it.
    #[error("used up its allowance of bytes")]
    Budget,
    /// What arrived were no frames.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The [`Breaker`] cut it.
    #[error("cut")]
    Cut,
    /// The address of ours that it may have used is gone.
    #[error("this node's address is gone")]
    Moved,
    /// The transport failed.
    #[error("broken: {0}")]
    Broken(String),
    /// This node's mesh stops or starts afresh.
    #[error("the mesh stops here")]
    Restarted,
}

impl DownReason {
    /// Did whoever closed the link here log why?
    pub fn was_said(&self) -> bool {
        matches!(self, Self::Closed) || self.is_the_neighbours_fault()
    }

    /// Did the neighbour do something that no neighbour does?
    pub fn is_the_neighbours_fault(&self) -> bool {
        matches!(self, Self::Malformed(_) | Self::Budget | Self::Stalled)
    }
}

/// Why a dial led to no link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialFailure {
    /// Nobody answered there (yet).
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// Somebody else lives at this address now.
    #[error("{found} lives there")]
    WrongPeer {
        /// Who answered.
        found: KeyId,
    },
    /// It is one of our own addresses.
    #[error("that is this node")]
    Ourselves,
    /// Another program or another community.
    #[error("does not speak our protocol")]
    Foreign,
    /// A link with this peer is up already.
    #[error("linked already")]
    Linked,
    /// A limit or the [`Breaker`].
    #[error("denied here: {0}")]
    Denied(String),
    /// Not an address.
    #[error("not an address")]
    BadAddress,
}

/// What happens on the mesh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeshEvent {
    /// This node can be reached there.
    Listening(String),
    /// No longer there.
    NotListening(String),
    /// A listener failed after the start.
    ListenFailed(String),
    /// An address came or went, or a cut healed: dial afresh, now.
    NetworkChanged,
    /// A link is up. Frames may be sent and will come.
    LinkUp(LinkUp),
    /// A frame arrived, 1 … 65,536 bytes.
    Frame {
        /// On which link.
        link: LinkId,
        /// What the neighbour sent.
        bytes: Vec<u8>,
    },
    /// The link is down; nothing more comes from it.
    LinkDown {
        /// Which one.
        link: LinkId,
        /// Who was at the other end.
        peer: KeyId,
        /// Why.
        reason: DownReason,
    },
    /// A hint where a peer may be dialled.
    Discovered {
        /// Who says so: unproven until a link is up.
        peer: KeyId,
        /// Up to [`limits::ADDRESSES_PER_PEER`].
        addresses: Vec<String>,
    },
    /// A sign that the link with this peer may be dead: he dials anew, or is said to be elsewhere.
    /// Ask him over the link, and close it if he does not answer.
    Doubted {
        /// Whose link.
        peer: KeyId,
    },
    /// A dial led to no link. Of several that overlap the losers may say so just before the
    /// winner's `LinkUp`.
    DialFailed {
        /// Who was dialled, where that was known.
        peer: Option<KeyId>,
        /// What was dialled, where it was one address.
        address: Option<String>,
        /// Why it failed.
        reason: DialFailure,
    },
}

/// Why a frame was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The neighbour does not keep up: close the link, it will come back.
    #[error("the neighbour does not keep up")]
    Full,
    /// The link is down.
    #[error("the link is down")]
    Gone,
    /// A frame has 1 … 65,536 bytes.
    #[error("a frame of {bytes} bytes")]
    BadLength {
        /// What was given.
        bytes: usize,
    },
}

/// The mesh is busy or stopped; try again with the next dial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mesh is busy or stopped")]
pub struct Busy;

/// What the swarm's task, the links and the handle have in common.
#[derive(Default)]
struct Shared {
    links: Links,
    listeners: Mutex<BTreeSet<String>>,
}

impl Shared {
    fn listeners(&self) -> BTreeSet<String> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn listens(&self, address: String, listening: bool) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if listening {
            listeners.insert(address);
        } else {
            listeners.remove(&address);
        }
    }
}

/// The way to a running mesh edge; clones are the same edge. Nothing here waits, `shutdown` apart.
#[derive(Clone)]
pub struct MeshHandle {
    local: KeyId,
    breaker: Breaker,
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    stopped: watch::Receiver<bool>,
}

impl MeshHandle {
    /// This node's own box key.
    pub fn local(&self) -> KeyId {
        self.local
    }

    /// The switch given with the configuration.
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Dials `peer` at all its addresses at once, keeping the first connection; or, where nobody
    /// knows who lives there, each address by itself. Ends in `LinkUp` or `DialFailed`, and in
    /// neither where a link with the peer is up or on its way, or enough dials are.
    ///
    /// # Errors
    ///
    /// [`Busy`] where too many commands wait.
    pub fn dial(&self, peer: Option<KeyId>, addresses: Vec<String>) -> Result<(), Busy> {
        self.commands.try_send(Command::Dial { peer, addresses }).map_err(|_| Busy)
    }

    /// Queues a frame of 1 … 65,536 bytes.
    ///
    /// # Errors
    ///
    /// See [`NotSent`]; on [`NotSent::Full`] close the link.
    pub fn send(&self, link: LinkId, frame: Vec<u8>) -> Result<(), NotSent> {
        self.shared.links.send(link, frame)
    }

    /// Bytes that wait in a link's queue: 0 means that everything was given to the transport.
    pub fn queued_bytes(&self, link: LinkId) -> usize {
        self.shared.links.queued_bytes(link)
    }

    /// What a link has carried since it came up; nothing where it is down.
    pub fn traffic(&self, link: LinkId) -> Traffic {
        self.shared.links.traffic(link)
    }

    /// Closes a link; `LinkDown` follows.
    pub fn close(&self, link: LinkId) {
        self.shared.links.close(link, DownReason::Closed);
    }

    /// How many bytes a link may deliver in its whole life, `None` = any number. A link that used
    /// up its allowance is read no further, and closed after 10 s if nobody raises it.
    pub fn set_budget(&self, link: LinkId, bytes: Option<u64>) {
        self.shared.links.allow(link, bytes);
    }

    /// Where this node can be reached at the moment.
    pub fn listeners(&self) -> BTreeSet<String> {
        self.shared.listeners()
    }

    /// Says goodbye to all neighbours and stops; returns when that is done (about a second).
    pub async fn shutdown(&self) {
        // Not sent means that it stopped already.
        let _ = self.commands.send(Command::Shutdown).await;
        let _ = self.stopped.clone().wait_for(|stopped| *stopped).await;
    }

    /// Makes the swarm's task panic, to see that it starts afresh.
    #[cfg(test)]
    fn fail(&self) {
        self.commands.try_send(Command::Fail).expect("room for a command");
    }
}

/// Starts the edge on the current tokio runtime.
///
/// # Errors
///
/// Where an address cannot be listened on (a busy port, no such interface) or makes no sense.
pub fn start(config: MeshConfig) -> Result<(MeshHandle, mpsc::Receiver<MeshEvent>), MeshError> {
    let unusable = |error: &dyn fmt::Display| MeshError::Unusable(error.to_string());
    let key = Keypair::ed25519_from_bytes(config.seed).map_err(|error| unusable(&error))?;
    let local = address::key_of(&key.public().to_peer_id())
        .ok_or_else(|| unusable(&"the key is not an Ed25519 key"))?;
    StreamProtocol::try_from_owned(config.protocol.clone()).map_err(|error| unusable(&error))?;
    let shared = Arc::new(Shared::default());
    let (commands, inbox) = mpsc::channel(limits::COMMANDS_MAX);
    let (events, outbox) = mpsc::channel(limits::EVENTS_MAX);
    let (stop, stopped) = watch::channel(false);
    let breaker = config.breaker.clone();
    let first = Engine::new(&config, &key, shared.clone(), events.clone())?;
    let again = {
        let shared = shared.clone();
        move || Engine::new(&config, &key, shared.clone(), events.clone())
    };
    tokio::spawn(async move {
        supervise(first, again, inbox).await;
        stop.send_replace(true);
    });
    Ok((MeshHandle { local, breaker, shared, commands, stopped }, outbox))
}

/// Runs the engine; where it fails, says so and starts another.
async fn supervise(
    first: Engine,
    again: impl Fn() -> Result<Engine, MeshError>,
    mut inbox: mpsc::Receiver<Command>,
) {
    let mut engine = Some(first);
    loop {
        if let Some(engine) = engine.take()
            && AssertUnwindSafe(engine.run(&mut inbox)).catch_unwind().await.is_ok()
        {
            return;
        }
        tracing::error!("The mesh failed; it starts afresh");
        tokio::time::sleep(limits::RESTART).await;
        engine = again().inspect_err(|error| tracing::error!(%error, "The mesh cannot start")).ok();
    }
}

#[cfg(test)]
mod tests;
