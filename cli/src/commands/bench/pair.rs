//! Two real nodes on loopback, cut from one another until a benchmark lets them meet.
//!
//! The switch stands below the session (`Breaker`): a cut closes the connection at once and lets no
//! new one through, so a meeting begins with a real dial and a real handshake. It is not a pulled
//! cable: nobody has to notice silence first. The scripts in `tests/lan` pull cables.
//!
//! # Rules
//!
//! 1. The clock of a meeting starts when the first of the two nodes says that the link is up.
//! 2. "Equal" is what `linli wait` says: a comparison that began after the question.
//! 3. A meeting counts only if both hold and show the same afterwards.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use node::{
    api::{ApiError, Command, ErrorKind, Event, GroupStatus, PeerRow, Reply, Status},
    mesh::{Breaker, peer_name},
};
use tokio::{sync::broadcast, time::timeout};

use super::town::{ALL, failed};
use crate::{
    error::CliError,
    node::{Config, Running, start},
};

/// Far longer than anything here takes; only a defect waits so long.
const PATIENCE: Duration = Duration::from_secs(240);

/// What carries the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP with Noise and Yamux.
    Tcp,
    /// QUIC.
    Quic,
}

impl Transport {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Tcp, Self::Quic];

    /// As `linli status` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Quic => "quic",
        }
    }

    const fn listen(self) -> &'static str {
        match self {
            Self::Tcp => "/ip4/127.0.0.1/tcp/0",
            Self::Quic => "/ip4/127.0.0.1/udp/0/quic-v1",
        }
    }

    /// On every interface.
    pub const fn listen_everywhere(self) -> &'static str {
        match self {
            Self::Tcp => "/ip4/0.0.0.0/tcp/0",
            Self::Quic => "/ip4/0.0.0.0/udp/0/quic-v1",
        }
    }
}

/// What both sides must show before a meeting is over.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// So many messages in `all`.
    Messages(u64),
    /// So many requests.
    Requests(usize),
}

impl Goal {
    /// Does it take another look where this happened?
    const fn concerns(self, event: &Event) -> bool {
        match self {
            Self::Messages(_) => matches!(event, Event::Group { .. }),
            Self::Requests(_) => matches!(event, Event::Request { .. }),
        }
    }
}

/// How a meeting went, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Meeting {
    /// From the healing to the link.
    pub linked_ms: f64,
    /// From the link until both show all.
    pub shown_ms: f64,
    /// From the link until both say that they are equal.
    pub equal_ms: f64,
    /// Bytes on our stream, both ways together.
    pub stream_bytes: u64,
    /// Bytes that this machine's loopback carried meanwhile, whoever sent them: packets, headers
    /// and acknowledgements included. None where the system does not tell.
    pub loopback_bytes: Option<u64>,
    /// Messages that the side which dialled got from the other: one for each round trip.
    pub answers: u64,
}

/// What a node showed before a meeting.
struct Before {
    reached: bool,
    /// From that look on.
    events: broadcast::Receiver<Event>,
}

/// One running node.
pub struct Node {
    /// It.
    pub running: Running,
    breaker: Breaker,
}

/// Two of them; the second dials the first.
pub struct Pair {
    /// Who listens.
    pub first: Node,
    /// Who dials.
    pub second: Node,
}

impl Pair {
    /// Starts both, cut.
    pub async fn start(first: &Path, second: &Path, by: Transport) -> Result<Self, CliError> {
        let mut first = Node::start(first, by, Vec::new()).await?;
        while first.running.addresses().is_empty() {
            first.running.addresses_changed().await.ok_or(CliError::Stopped)?;
        }
        let key = first.status().await?.node.ok_or(CliError::Unexpected)?;
        let name = peer_name(&key).ok_or(CliError::Unexpected)?;
        let address = first.running.addresses().swap_remove(0);
        let second = Node::start(second, by, vec![format!("{address}/p2p/{name}")]).await?;
        Ok(Self { first, second })
    }

    /// Lets them meet, and waits until both show the goal and say that they are equal.
    pub async fn meet(&self, goal: Goal) -> Result<Meeting, CliError> {
        let (one, two) = (&self.first, &self.second);
        let mut events = [one.running.handle.events(), two.running.handle.events()];
        let [ones, twos] = &mut events;
        let before = (one.look(goal).await?, two.look(goal).await?);
        let loopback = loopback_bytes();
        let together = async {
            tokio::try_join!(
                one.equal(), // Asked before the link is up, so that the first comparison counts.
                two.equal(),
                self.heal(),
                one.shown(goal, before.0),
                two.shown(goal, before.1),
                async {
                    tokio::select! { at = linked(ones) => at, at = linked(twos) => at }
                },
            )
        };
        let late = |_| ApiError::new(ErrorKind::Timeout, [("missing", "equality".to_owned())]);
        let (equal, equal_too, healed, shown, shown_too, linked) =
            timeout(PATIENCE, together).await.map_err(late)??;
        let rows = [one.peer().await?, two.peer().await?];
        let loopback_after = loopback_bytes();
        self.agree().await?;
        Ok(Meeting {
            linked_ms: ms(healed, linked),
            shown_ms: ms(linked, shown.max(shown_too)),
            equal_ms: ms(linked, equal.max(equal_too)),
            stream_bytes: rows.iter().map(|row| row.bytes_out).sum(),
            loopback_bytes: loopback.zip(loopback_after).map(|(before, after)| after - before),
            answers: rows[1].frames_in,
        })
    }

    /// Cuts them, and waits until both have seen it.
    pub async fn cut(&self) -> Result<(), CliError> {
        let nodes = [&self.first, &self.second];
        let mut events = nodes.map(|node| node.running.handle.events());
        nodes.iter().for_each(|node| node.breaker.cut_all());
        for (node, events) in nodes.iter().zip(&mut events) {
            while node.status().await?.peers.iter().any(|peer| peer.connected) {
                changed(events).await?;
            }
        }
        Ok(())
    }

    /// Stops both.
    pub async fn stop(self) {
        tokio::join!(self.first.running.stop(), self.second.running.stop());
    }

    async fn heal(&self) -> Result<Instant, CliError> {
        // Behind the question for equality in each queue: that one is registered now.
        for node in [&self.first, &self.second] {
            node.running.handle.ask(Command::Progress).await?;
        }
        let now = now();
        self.first.breaker.heal_all();
        self.second.breaker.heal_all();
        Ok(now)
    }

    /// Rule 3.
    async fn agree(&self) -> Result<(), CliError> {
        let (one, two) = (self.first.status().await?, self.second.status().await?);
        let seen = |status: Status| -> Vec<(String, u64, String, String)> {
            let row = |it: GroupStatus| (it.id.to_hex(), it.messages, it.fingerprint, it.state);
            status.groups.into_iter().map(row).collect()
        };
        if seen(one) == seen(two) { Ok(()) } else { Err(failed("the two nodes differ")) }
    }
}

impl Node {
    async fn start(data: &Path, by: Transport, dial: Vec<String>) -> Result<Self, CliError> {
        let breaker = Breaker::default();
        breaker.cut_all();
        let config = Config {
            listen: vec![by.listen().to_owned()],
            dial,
            web: None,
            mdns: false,
            breaker: breaker.clone(),
            ..Config::new(data)
        };
        Ok(Self { running: start(config).await?, breaker })
    }

    /// Writes `count` messages, numbered from `first`.
    pub async fn write(&self, first: u64, count: u64) -> Result<(), CliError> {
        for text in super::town::texts(first, count) {
            let post = Command::Post { group: ALL.to_owned(), text, reply_to: None };
            self.running.handle.ask(post).await?;
        }
        Ok(())
    }

    /// Messages in `all` that it shows.
    pub async fn messages(&self) -> Result<u64, CliError> {
        match self.running.handle.ask(Command::Groups).await? {
            Reply::Groups { groups } => {
                let all = groups.into_iter().find(|group| group.name == ALL);
                Ok(all.map(|group| group.messages).unwrap_or_default())
            }
            _ => Err(CliError::Unexpected),
        }
    }

    async fn status(&self) -> Result<Status, CliError> {
        match self.running.handle.ask(Command::Status).await? {
            Reply::Status(status) => Ok(*status),
            _ => Err(CliError::Unexpected),
        }
    }

    /// What it says about the other one.
    async fn peer(&self) -> Result<PeerRow, CliError> {
        let linked = |row: &PeerRow| row.connected;
        self.status().await?.peers.into_iter().find(linked).ok_or(CliError::Stopped)
    }

    /// When it says that it is equal with the other.
    async fn equal(&self) -> Result<Instant, CliError> {
        let timeout_ms = u64::try_from(PATIENCE.as_millis()).unwrap_or(u64::MAX);
        let wait = Command::Wait { peers: 1, peer: None, timeout_ms };
        match self.running.handle.ask(wait).await? {
            Reply::Waited { enough: true, .. } => Ok(now()),
            _ => Err(failed("the two nodes did not become equal")),
        }
    }

    async fn reached(&self, goal: Goal) -> Result<bool, CliError> {
        Ok(match goal {
            Goal::Messages(wanted) => self.messages().await? >= wanted,
            Goal::Requests(wanted) => self.requests().await? >= wanted,
        })
    }

    /// When it shows the goal: now, if it has been reached, or at one of the looks after an event.
    async fn shown(&self, goal: Goal, before: Before) -> Result<Instant, CliError> {
        let Before { reached: mut is_reached, mut events } = before;
        while !is_reached {
            // As whoever follows the events: he looks again where one says that this changed, once for all that did.
            while changed(&mut events).await?.is_some_and(|event| !goal.concerns(&event)) {}
            while events.try_recv().is_ok() {}
            is_reached = self.reached(goal).await?;
        }
        Ok(now())
    }

    /// Looks for the first time, before anything happens.
    async fn look(&self, goal: Goal) -> Result<Before, CliError> {
        let events = self.running.handle.events();
        Ok(Before { reached: self.reached(goal).await?, events })
    }

    async fn requests(&self) -> Result<usize, CliError> {
        match self.running.handle.ask(Command::Requests { all: true }).await? {
            Reply::Requests { requests } => Ok(requests.len()),
            _ => Err(CliError::Unexpected),
        }
    }
}

/// When the next link came up; nothing else happens to the mesh of a node that is cut.
async fn linked(events: &mut broadcast::Receiver<Event>) -> Result<Instant, CliError> {
    while changed(events).await? != Some(Event::Mesh) {}
    Ok(now())
}

/// The next change; none where so many came that some were left out.
pub async fn changed(events: &mut broadcast::Receiver<Event>) -> Result<Option<Event>, CliError> {
    match events.recv().await {
        Ok(event) => Ok(Some(event)),
        Err(broadcast::error::RecvError::Lagged(_)) => Ok(None),
        Err(broadcast::error::RecvError::Closed) => Err(CliError::Stopped),
    }
}

/// What the loopback interface has received since the machine started, in bytes.
fn loopback_bytes() -> Option<u64> {
    let about = fs::read_to_string("/proc/net/dev").ok()?;
    let line = about.lines().find_map(|line| line.trim().strip_prefix("lo:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The clock of every benchmark.
pub fn now() -> Instant {
    Instant::now()
}

/// From one moment to a later one, in milliseconds.
pub fn ms(from: Instant, until: Instant) -> f64 {
    until.saturating_duration_since(from).as_secs_f64() * 1_000.0
}
