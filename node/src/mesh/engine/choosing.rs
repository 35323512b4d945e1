//! Which connection becomes the link.
//!
//! Two homes that find each other dial at the same moment, and a dial to several addresses may
//! leave two connections. Both sides must keep the same one, without a second's flapping:
//!
//! 1. Of every pair the one with the lower key is the *arbiter*. It alone chooses.
//! 2. It takes the first connection whose stream opens and says so by sending an empty frame on
//!    it. The other side waits for that frame and follows: what carries the go-ahead is the link,
//!    and any older link between the two is closed.
//! 3. While a link is younger than [`limits::OVERLAP`] a further connection probably comes from
//!    dials that overlapped. The arbiter keeps it as a spare and says [`MeshEvent::Doubted`]: if the
//!    loop then closes the link because nobody answers on it, the spare takes its place at once;
//!    otherwise the spare is closed. When the link is older a new connection takes its place right
//!    away, because who dials does not hear us any more.
//!
//! No rule looks at who dialled: "the lower key's dial stays" would keep a dead connection against
//! the living one for as long as only one side knows.

use std::panic::AssertUnwindSafe;

use crdt::id::KeyId;
use futures::FutureExt as _;
use libp2p::{Stream, swarm::ConnectionId};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _};

use super::{Engine, Note};
use crate::mesh::{
    DownReason, LinkUp, MeshEvent, limits,
    link::{self, Pipe},
};

impl Engine {
    /// A stream is open: the arbiter decides, the other side waits for the decision.
    pub(super) fn choose(&mut self, id: ConnectionId, stream: Stream) {
        let Some(peer) = self.connections.get(&id).map(|connection| connection.peer) else {
            return;
        };
        let mut pipe = link::pipe(stream.compat());
        if self.local < peer {
            if self.shared.links.outdoes(&peer) {
                self.keep_spare(id, peer, pipe);
            } else {
                self.open(id, pipe, true);
            }
            return;
        }
        let note = self.note.clone();
        tokio::spawn(async move {
            let chosen = link::go_ahead(&mut pipe).await;
            let said = if chosen { Note::Chosen(id, Box::new(pipe)) } else { Note::Done(id) };
            // Not taken means that the swarm is gone, and the connection with it.
            let _ = note.send(said).await;
        });
    }

    /// See rule 3.
    fn keep_spare(&mut self, id: ConnectionId, peer: KeyId, pipe: Pipe<Compat<Stream>>) {
        if let Some((other, _)) = self.spares.insert(peer, (id, pipe)) {
            self.swarm.close_connection(other);
        }
        self.tell(MeshEvent::Doubted { peer });
        let note = self.note.clone();
        tokio::spawn(async move {
            tokio::time::sleep(limits::SPARE).await;
            // Not taken means that the swarm is gone, and the connection with it.
            let _ = note.send(Note::Stale(id)).await;
        });
    }

    /// A link is down: the connection that waited for its place takes it.
    pub(super) fn use_spare(&mut self, peer: KeyId) {
        if !self.shared.links.has(&peer)
            && let Some((id, pipe)) = self.spares.remove(&peer)
        {
            self.open(id, pipe, true);
        }
    }

    /// Whether this connection was a spare; it is none any more.
    pub(super) fn forget_spare(&mut self, id: ConnectionId) -> bool {
        let before = self.spares.len();
        self.spares.retain(|_, (spare, _)| *spare != id);
        self.spares.len() < before
    }

    pub(super) fn open(&mut self, id: ConnectionId, pipe: Pipe<Compat<Stream>>, arbiter: bool) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        (connection.told, connection.carries) = (true, true);
        let up = LinkUp {
            link: self.shared.links.fresh_id(),
            peer: connection.peer,
            transport: connection.transport,
            outbound: connection.outbound,
            address: connection.address.to_string(),
            door: connection.door,
        };
        let (link, peer) = (up.link, up.peer);
        tracing::debug!(link.id = %link, peer.id = %peer, transport = %up.transport, "Link up");
        let events = self.events.clone();
        let counters = pipe.get_ref().counters.clone();
        let links = &self.shared.links;
        let (task, down) = links.insert(up, arbiter, counters, &self.limits, events.clone());
        let (shared, note) = (self.shared.clone(), self.note.clone());
        tokio::spawn(async move {
            let run = task.run(pipe, || shared.links.remove(link));
            if AssertUnwindSafe(run).catch_unwind().await.is_err() {
                shared.links.remove(link);
                tracing::error!(link.id = %link, peer.id = %peer, "A link failed");
                let reason = DownReason::Broken("a fault of this node".into());
                let _ = events.send(MeshEvent::LinkDown { link, peer, reason }).await;
            }
            shared.links.remove(link);
            drop(down);
            let _ = note.send(Note::Done(id)).await;
        });
    }
}
