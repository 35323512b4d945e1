//! Answers that only the loop can give: who is reachable, who is equal, how far a transfer is.

use crdt::{id::KeyId, sync::Parting};

use super::{Pump, Waiter};
use crate::{
    api::{
        ApiError, ErrorKind, MeshPicture, MeshStrip, PeerRow, Reply, Seen, Status, people_wait_for,
    },
    core::{Input, Peer, WaitId},
    ledger::{Done, Job},
    mesh::read_address,
    run::report::{Asker, Awaited, Whom},
};

impl Pump {
    /// Every peer that is a member's: linked, met before, or only in the roster. Strangers are nobody's
    /// peers; to a newcomer, who cannot tell yet, everybody may be one.
    pub(super) fn peer_rows(&self) -> Vec<PeerRow> {
        let now = self.clock.now();
        let met = self.core.peers();
        let newcomer = !self.neighbours.contains_key(&self.me);
        let is_new = |key: &&KeyId| newcomer && !self.neighbours.contains_key(*key);
        let keys = self.neighbours.keys().chain(met.keys().filter(is_new)).copied();
        let mut others: Vec<KeyId> = keys.filter(|key| *key != self.me).collect();
        others.sort_unstable();
        let row = |key: KeyId| {
            let peer = met.get(&key).cloned().unwrap_or_default();
            let neighbour = self.neighbours.get(&key);
            let carried = peer.link.zip(self.mesh.as_ref());
            let carried = carried.map(|(link, mesh)| mesh.handle.traffic(link)).unwrap_or_default();
            let up_since = peer.link.and_then(|link| self.up_since.get(&link));
            PeerRow {
                id: key,
                home: neighbour.map(|it| it.home.clone()).unwrap_or_default(),
                office: neighbour.is_some_and(|it| it.office),
                connected: peer.link.is_some(),
                transport: if peer.link.is_some() { peer.transport } else { "" }.to_owned(),
                equal: self.core.is_equal(&peer),
                missing_here: peer.missing_here,
                missing_there: peer.missing_there,
                compared_ms_ago: peer.compared.map(|at| now.since_ms(at)),
                heard_ms_ago: peer.heard.map(|at| now.since_ms(at)),
                linked_ms: up_since.map(|at| now.since_ms(*at)),
                bytes_in: carried.bytes_in,
                bytes_out: carried.bytes_out,
                frames_in: carried.frames_in,
                frames_out: carried.frames_out,
            }
        };
        others.into_iter().map(row).collect()
    }

    pub(super) fn answer_with_peers(&self, asker: Asker, done: Done) {
        let reply = self.status(done).map(|status| Reply::Status(Box::new(status)));
        // Whoever went away does not need the answer.
        let _ = asker.send(reply);
    }

    pub(super) fn answer_picture(&self, asker: Asker, done: Done) {
        let picture = self.status(done).map(|status| {
            let heard = |row: &PeerRow| if row.office { row.heard_ms_ago } else { None };
            let office = self.neighbours.get(&self.me).is_some_and(|me| me.office);
            let office_heard_ms_ago = match office {
                true => Some(0),
                false => status.peers.iter().filter_map(heard).min(),
            };
            Reply::Mesh(MeshPicture {
                node: status.node,
                home: status.home,
                peers: status.peers,
                office_heard_ms_ago,
                unsent: status.unsent,
                addresses: self.world.addresses.borrow().iter().cloned().collect(),
            })
        });
        let _ = asker.send(picture);
    }

    pub(super) fn answer_strip(&self, asker: Asker, done: Done) {
        let strip = match done {
            Done::Reply(Ok(Reply::Status(status))) => {
                // Of thousands of homes a few were met; the others are at most known to be offices.
                let now = self.clock.now();
                let newcomer = !self.neighbours.contains_key(&self.me);
                let seen = |(key, peer): (&KeyId, &Peer)| {
                    let neighbour = self.neighbours.get(key);
                    (*key != self.me && (newcomer || neighbour.is_some())).then(|| Seen {
                        home: neighbour.map_or("", |it| it.home.as_str()),
                        office: neighbour.is_some_and(|it| it.office),
                        connected: peer.link.is_some(),
                        heard_ms_ago: peer.heard.map(|at| now.since_ms(at)),
                        place: neighbour.map_or(&[], |it| it.place.as_slice()),
                    })
                };
                let me = self.neighbours.get(&self.me);
                let is = me.map_or((false, &[][..]), |me| (me.office, me.place.as_slice()));
                let met = self.core.peers().iter().filter_map(seen);
                let mut strip = MeshStrip::of(status.home, is, status.unsent, met);
                strip.arriving = Some(self.coming()).filter(people_wait_for).unwrap_or_default();
                strip.office_known =
                    strip.office_known || self.neighbours.values().any(|it| it.office);
                Ok(Reply::Strip(strip))
            }
            Done::Reply(Err(error)) => Err(error),
            _ => Err(ApiError::new(ErrorKind::Busy, [])),
        };
        let _ = asker.send(strip);
    }

    fn status(&self, done: Done) -> Result<Status, ApiError> {
        match done {
            Done::Reply(Ok(Reply::Status(status))) => {
                Ok(Status { peers: self.peer_rows(), refused: self.refused, ..*status })
            }
            Done::Reply(Err(error)) => Err(error),
            _ => Err(ApiError::new(ErrorKind::Busy, [])),
        }
    }

    pub(super) fn wait(&mut self, awaited: Awaited, asker: Asker) {
        let Awaited { peers, peer, timeout_ms } = awaited;
        let wanted = match peer.as_deref().map(|text| self.peer_named(text)).transpose() {
            Ok(wanted) => wanted,
            Err(error) => {
                let _ = asker.send(Err(error));
                return;
            }
        };
        self.waits += 1;
        let wait = WaitId(self.waits);
        let now = self.clock.now();
        let (count, until) = (peers as usize, now + timeout_ms);
        self.waiters.insert(wait, Waiter { answer: asker, peers, peer, until });
        self.core.handle(Input::Wait { wait, count, peer: wanted, until }, now);
    }

    /// The peer of this home's name, or of this (beginning of an) id.
    fn peer_named(&self, text: &str) -> Result<KeyId, ApiError> {
        let found: Vec<PeerRow> = self
            .peer_rows()
            .into_iter()
            .filter(|row| {
                row.home == text || (text.len() >= 4 && row.id.to_hex().starts_with(text))
            })
            .collect();
        match found.as_slice() {
            [one] => Ok(one.id),
            [] => Err(ApiError::new(ErrorKind::UnknownPerson, [("name", text.to_owned())])),
            many => {
                let ids: Vec<String> = many.iter().map(|row| row.id.to_hex()).collect();
                let args = [("name", text.to_owned()), ("candidates", ids.join(", "))];
                Err(ApiError::new(ErrorKind::Ambiguous, args))
            }
        }
    }

    pub(super) fn dial(&mut self, text: &str) -> Result<Reply, ApiError> {
        let bad = |_| ApiError::new(ErrorKind::BadAddress, [("address", text.to_owned())]);
        let (peer, address) = read_address(text).map_err(bad)?;
        self.core.book.typed(peer, &address, self.clock.now());
        self.note(Job::Typed(Whom::Nobody, text.to_owned()));
        Ok(Reply::Done)
    }

    /// How much has come of what this home lacked, and of how much. What comes is counted with the
    /// neighbour who brought it first; what is lacking is mostly the same with all of them.
    fn coming(&self) -> (u64, u64) {
        let running = self.core.peers().values().map(|peer| peer.progress);
        let (received, lacked) =
            running.fold((0, 0), |(got, all), (received, total)| (got + received, all.max(total)));
        (received.min(lacked), lacked)
    }

    pub(super) fn progress(&self) -> Reply {
        let (received, expected) = self.coming();
        let linked = self.core.peers().values().filter(|peer| peer.link.is_some());
        let equal =
            linked.clone().next().is_some() && linked.clone().any(|it| self.core.is_equal(it));
        let turned_away = match self.core.turned_away {
            Some(Parting::Used) => Some(ErrorKind::InvitationUsed),
            Some(Parting::Removed) => Some(ErrorKind::TurnedAway),
            _ => None,
        };
        Reply::Progress { received, expected, equal, turned_away }
    }
}
