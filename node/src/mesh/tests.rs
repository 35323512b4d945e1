//! Real swarms over loopback, and single links over a pipe in memory.
//!
//! Nothing sleeps: every step waits for the event it is about, and fails if it does not come.

use std::time::Duration;

use tokio::time::timeout;

use super::*;

mod one_link;
mod swarms;

/// Far longer than anything here takes; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// One home with a running mesh edge.
struct Home {
    handle: MeshHandle,
    events: mpsc::Receiver<MeshEvent>,
}

const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

fn config(seed: u8, listen: &[&str]) -> MeshConfig {
    MeshConfig {
        listen: listen.iter().map(ToString::to_string).collect(),
        mdns: false,
        ..MeshConfig::new([seed; 32], "/linli/1/sync/test")
    }
}

fn home_with(config: MeshConfig) -> Home {
    let (handle, events) = start(config).expect("the mesh starts");
    Home { handle, events }
}

fn home(seed: u8, listen: &[&str]) -> Home {
    home_with(config(seed, listen))
}

/// Two homes, the one with the lower key (the arbiter) first.
fn pair(listen: &[&str]) -> [Home; 2] {
    let mut homes = [home(1, listen), home(2, listen)];
    homes.sort_by_key(|home| home.handle.local());
    homes
}

impl Home {
    async fn until<T>(&mut self, mut wanted: impl FnMut(MeshEvent) -> Option<T>) -> T {
        let find = async {
            loop {
                let event = self.events.recv().await.expect("the mesh runs");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, find).await.expect("the event comes")
    }

    async fn address(&mut self) -> String {
        let listening = |event| match event {
            MeshEvent::Listening(address) => Some(address),
            _ => None,
        };
        self.until(listening).await
    }

    async fn addresses<const N: usize>(&mut self) -> [String; N] {
        let mut all = Vec::new();
        while all.len() < N {
            all.push(self.address().await);
        }
        all.try_into().expect("so many")
    }

    async fn up(&mut self) -> LinkUp {
        let up = |event| match event {
            MeshEvent::LinkUp(up) => Some(up),
            _ => None,
        };
        self.until(up).await
    }

    async fn down(&mut self) -> DownReason {
        let down = |event| match event {
            MeshEvent::LinkDown { reason, .. } => Some(reason),
            _ => None,
        };
        self.until(down).await
    }

    async fn failure(&mut self) -> DialFailure {
        let failed = |event| match event {
            MeshEvent::DialFailed { reason, .. } => Some(reason),
            _ => None,
        };
        self.until(failed).await
    }

    /// The next frame; a link that goes up or down before it fails the test.
    async fn frame(&mut self) -> (LinkId, Vec<u8>) {
        let frame = |event| match event {
            MeshEvent::Frame { link, bytes } => Some((link, bytes)),
            MeshEvent::LinkUp(_) | MeshEvent::LinkDown { .. } => panic!("flapping: {event:?}"),
            _ => None,
        };
        self.until(frame).await
    }

    fn dial(&self, other: &Home, addresses: &[String]) {
        let peer = Some(other.handle.local());
        self.handle.dial(peer, addresses.to_vec()).expect("room for a command");
    }
}
