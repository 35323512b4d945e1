//! Who is on this LAN: mDNS, on a thread of its own.
//!
//! What it says are hints: an address worth dialling now. Nothing is disconnected because mDNS
//! fell silent, and nothing that it says is trusted: the handshake shows who answers.
//!
//! # Why a thread with its own runtime
//!
//! The library's list is bounded neither in length nor in time, one socket error silences an
//! interface for good, and its tasks outlive it. So the whole of it lives in a runtime that is
//! dropped and built afresh: every [`limits::MDNS_RENEW`], when the interfaces change, and when
//! its list grew beyond [`limits::MDNS_KNOWN_MAX`]. Each start asks at once, so a renewal is also
//! a fresh query; and everybody found is news again. A fault in it hurts nobody else.
//!
//! How often it asks depends on how lonely this home is ([`pace`]): all answer every query, and all
//! hear every answer, so a compound of a thousand homes must not ask as two homes may.
//!
//! IPv4 only: the library speaks either, and homes have that one.

use std::{future::poll_fn, task::Poll, time::Duration};

use libp2p::{
    Multiaddr, PeerId,
    core::transport::ListenerId,
    mdns,
    swarm::{FromSwarm, NetworkBehaviour as _, NewListenAddr, ToSwarm},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::limits;

/// What the swarm tells discovery.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    /// What to answer to others' queries.
    listening: Vec<Multiaddr>,
    /// Counts the changes of interfaces and cables.
    changes: u64,
    /// How often to ask.
    pace: Duration,
}

/// How often a home with so many links asks who else is there.
fn pace(links: usize) -> Duration {
    match links {
        0 => limits::MDNS_QUERY_ALONE,
        few if few < limits::MDNS_ENOUGH => limits::MDNS_QUERY_FEW,
        _ => limits::MDNS_QUERY_MANY,
    }
}

/// Somebody who answered.
pub(super) type Hint = (PeerId, Multiaddr);

/// Discovery at work; it ends when this is dropped.
pub(super) struct Discovery {
    wanted: watch::Sender<Wanted>,
    hints: mpsc::Receiver<Vec<Hint>>,
}

impl Discovery {
    /// Starts the thread. Without one there is no discovery; typed and remembered addresses work.
    pub(super) fn start(local: PeerId) -> Option<Self> {
        let nothing = Wanted { listening: Vec::new(), changes: 0, pace: pace(0) };
        let (wanted, wants) = watch::channel(nothing);
        let (found, hints) = mpsc::channel(limits::EVENTS_MAX);
        let thread = std::thread::Builder::new().name("mdns".into());
        match thread.spawn(move || work(local, wants, &found)) {
            Ok(_) => Some(Self { wanted, hints }),
            Err(error) => {
                tracing::warn!(%error, "No mDNS: its thread cannot start");
                None
            }
        }
    }

    /// What to tell the others.
    pub(super) fn listening(&self, addresses: Vec<Multiaddr>) {
        self.wanted.send_if_modified(|wanted| {
            let changed = wanted.listening != addresses;
            wanted.listening = addresses;
            changed
        });
    }

    /// How many links there are.
    pub(super) fn linked(&self, links: usize) {
        let pace = pace(links);
        self.wanted.send_if_modified(|wanted| std::mem::replace(&mut wanted.pace, pace) != pace);
    }

    /// Asks afresh: an interface or a cable changed.
    pub(super) fn renew(&self) {
        self.wanted.send_modify(|wanted| wanted.changes += 1);
    }

    /// The next ones found; never returns once the thread is gone.
    pub(super) async fn found(&mut self) -> Vec<Hint> {
        match self.hints.recv().await {
            Some(hints) => hints,
            None => std::future::pending().await,
        }
    }
}

/// Why one life of the responder ended.
enum End {
    Renew,
    Stop,
}

fn work(local: PeerId, mut wants: watch::Receiver<Wanted>, found: &mpsc::Sender<Vec<Hint>>) {
    loop {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::warn!(%error, "No mDNS: its runtime cannot start"),
        };
        // Dropping the runtime ends every task and closes every socket of this life.
        if let End::Stop = runtime.block_on(live(local, &mut wants, found)) {
            return;
        }
    }
}

async fn live(
    local: PeerId,
    wants: &mut watch::Receiver<Wanted>,
    found: &mpsc::Sender<Vec<Hint>>,
) -> End {
    let born = Instant::now();
    // Until we listen somewhere there is nothing to answer; addresses then come in a bunch.
    if wants.wait_for(|wanted| !wanted.listening.is_empty()).await.is_err() {
        return End::Stop;
    }
    if let End::Stop = rest(wants, limits::MDNS_BUNCH).await {
        return End::Stop;
    }
    let wanted = wants.borrow_and_update().clone();
    let config =
        mdns::Config { ttl: limits::MDNS_TTL, query_interval: wanted.pace, enable_ipv6: false };
    let mut responder = match mdns::tokio::Behaviour::new(config, local) {
        Ok(responder) => responder,
        Err(error) => {
            tracing::debug!(%error, "mDNS cannot watch the interfaces, trying again later");
            return rest(wants, limits::MDNS_RENEW).await;
        }
    };
    let listener_id = ListenerId::next();
    for addr in &wanted.listening {
        responder.on_swarm_event(FromSwarm::NewListenAddr(NewListenAddr { listener_id, addr }));
    }
    let old = tokio::time::sleep(limits::MDNS_RENEW);
    tokio::pin!(old);
    loop {
        tokio::select! {
            changed = wants.changed() => {
                if changed.is_err() {
                    return End::Stop;
                }
                break;
            }
            () = &mut old => break,
            hints = answers(&mut responder) => {
                // Full means that the swarm is busy; whoever is there will answer again.
                let _ = found.try_send(hints);
                if responder.discovered_nodes().len() > limits::MDNS_KNOWN_MAX {
                    break;
                }
            }
        }
    }
    rest(wants, limits::MDNS_RENEW_MIN.saturating_sub(born.elapsed())).await
}

/// Waits before the next life, unless the node stops.
async fn rest(wants: &watch::Receiver<Wanted>, pause: Duration) -> End {
    let mut wants = wants.clone();
    let stopped = async { while wants.changed().await.is_ok() {} };
    tokio::select! {
        () = stopped => End::Stop,
        () = tokio::time::sleep(pause) => End::Renew,
    }
}

async fn answers(responder: &mut mdns::tokio::Behaviour) -> Vec<Hint> {
    poll_fn(|cx| {
        loop {
            match responder.poll(cx) {
                Poll::Ready(ToSwarm::GenerateEvent(mdns::Event::Discovered(hints))) => {
                    return Poll::Ready(hints);
                }
                Poll::Ready(_) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lonely_ask_often_and_the_crowd_seldom() {
        let seconds: Vec<u64> = [0, 1, 7, 8, 90].map(|links| pace(links).as_secs()).to_vec();
        assert_eq!(seconds, [1, 2, 2, 30, 30]);
    }
}
