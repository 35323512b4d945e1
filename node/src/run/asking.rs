//! A node that is in no community asks at the doors that it finds on the LAN (`crdt::knock`).
//!
//! # Rules
//!
//! 1. It calls whoever discovery names, and whoever it was told to dial, and again where nobody
//!    answered (`calls`); who answers at the door says which neighbourhood he is of.
//! 2. It asks to be let in by one neighbourhood: the only one, or the one that its person named.
//! 3. It shows the digits of every home there that can open, and takes the first link that comes.

mod calls;

use std::collections::{BTreeMap, BTreeSet};

use calls::{CALL_AGAIN_MS, Calls};

use crdt::{
    id::KeyId,
    knock::{Frame, Number, digits, promise},
    time::Moment,
};

use super::{Config, pump::Edge, start_door};
use crate::{
    api::{ApiError, DoorRow, KnockPage, KnockState},
    clock::{self, Clock},
    core::LinkId,
    identity::Identity,
    mesh::MeshEvent,
};

/// Doors that are asked at.
const DOORS_MAX: usize = 32;

/// After the first door answered, how long others are waited for, in milliseconds.
const LOOK_MS: u64 = 2_000;

struct Door {
    peer: KeyId,
    row: Option<(DoorRow, Number)>,
    hears: bool,
}

/// Somebody looking for a door.
pub struct Asking {
    edge: Edge,
    me: KeyId,
    home: String,
    person: String,
    number: Number,
    clock: Clock,
    typed: Vec<String>,
    calls: Calls,
    typed_at: Option<Moment>,
    doors: BTreeMap<LinkId, Door>,
    /// Boxes that have said no.
    refused: BTreeSet<KeyId>,
    first: Option<Moment>,
    at: Option<String>,
    link: Option<String>,
}

impl Asking {
    /// Starts to look.
    ///
    /// # Errors
    ///
    /// Where the mesh cannot start.
    pub fn start(config: &Config, identity: &Identity) -> Result<Self, ApiError> {
        Ok(Self {
            edge: start_door(config, identity.box_key.to_seed())?,
            me: identity.box_key.key(),
            home: identity.home.clone(),
            person: identity.person_name.clone(),
            number: clock::random(),
            clock: Clock::default(),
            typed: config.dial.clone(),
            calls: Calls::default(),
            typed_at: None,
            doors: BTreeMap::new(),
            refused: BTreeSet::new(),
            first: None,
            at: None,
            link: None,
        })
    }

    /// What the mesh says next.
    pub async fn event(asking: &mut Option<Self>) -> Option<MeshEvent> {
        match asking {
            Some(asking) => asking.edge.1.recv().await,
            None => std::future::pending().await,
        }
    }

    /// Takes what the mesh says.
    pub fn take(&mut self, event: MeshEvent) {
        match event {
            MeshEvent::Discovered { peer, addresses } => {
                self.calls.found(peer, addresses, self.clock.now());
                self.call();
            }
            MeshEvent::LinkUp(up) => self.came_to(up.link, up.peer),
            MeshEvent::Frame { link, bytes } => self.heard(link, &bytes),
            MeshEvent::LinkDown { link, .. } => {
                self.doors.remove(&link);
            }
            _ => (),
        }
    }

    /// Calls whoever is due.
    fn call(&mut self) {
        let (doors, refused) = (&self.doors, &self.refused);
        if doors.len() >= DOORS_MAX {
            return;
        }
        let wanted = |peer: &KeyId| {
            !refused.contains(peer) && !doors.values().any(|door| door.peer == *peer)
        };
        for (peer, addresses) in self.calls.due(self.clock.now(), wanted) {
            // A mesh that is busy is asked again the next time.
            let _ = self.edge.0.dial(Some(peer), addresses);
        }
    }

    fn call_typed(&mut self) {
        let now = self.clock.now();
        let lately = self.typed_at.is_some_and(|at| now.since_ms(at) < CALL_AGAIN_MS);
        let nobody = self.doors.is_empty() && self.refused.is_empty();
        if !lately && nobody && !self.typed.is_empty() {
            self.typed_at = Some(now);
            let _ = self.edge.0.dial(None, self.typed.clone());
        }
    }

    fn came_to(&mut self, link: LinkId, peer: KeyId) {
        let promise = promise(&self.me, &self.number);
        let (home, person) = (self.home.clone(), self.person.clone());
        self.say(link, &Frame::Ask { home, person, promise });
        self.doors.insert(link, Door { peer, row: None, hears: false });
    }

    fn heard(&mut self, link: LinkId, bytes: &[u8]) {
        let now = self.clock.now();
        let Some(door) = self.doors.get_mut(&link) else { return };
        match Frame::decode(bytes) {
            Ok(Frame::Here { neighbourhood, home, hears, number }) if door.row.is_none() => {
                door.row = Some((DoorRow { neighbourhood, home, code: None }, number));
                door.hears = hears;
                self.first.get_or_insert(now);
            }
            Ok(Frame::ComeIn(link))
                if door.row.as_ref().is_some_and(|(row, _)| row.code.is_some()) =>
            {
                self.link.get_or_insert(link);
            }
            Ok(Frame::No) => {
                self.refused.insert(door.peer);
                self.edge.0.close(link);
            }
            // Another who asks, or nothing that makes sense.
            _ => self.edge.0.close(link),
        }
    }

    fn say(&self, link: LinkId, frame: &Frame) {
        if self.edge.0.send(link, frame.encode()).is_err() {
            self.edge.0.close(link);
        }
    }

    /// Names the neighbourhood that is asked, where there are several.
    pub fn choose(&mut self, at: Option<String>) {
        self.at = at.or(self.at.take());
    }

    /// How far it is; asks at doors that were found meanwhile.
    pub fn page(&mut self) -> KnockPage {
        self.call();
        self.call_typed();
        let looked = self.first.is_some_and(|at| self.clock.now().since_ms(at) >= LOOK_MS);
        self.doors.retain(|_, door| !self.refused.contains(&door.peer));
        let open = self.doors.values().filter(|door| door.hears);
        let mut names: Vec<String> =
            open.filter_map(|door| Some(door.row.as_ref()?.0.neighbourhood.clone())).collect();
        names.sort_unstable();
        names.dedup();
        if let (true, None, [only]) = (looked, &self.at, names.as_slice()) {
            self.at = Some(only.clone());
        }
        let asked: Vec<LinkId> = match &self.at {
            Some(at) => self.ask_at(&at.clone()),
            None => Vec::new(),
        };
        let state = if self.link.is_some() {
            KnockState::Opened
        } else if !asked.is_empty() {
            KnockState::Waiting
        } else if !self.refused.is_empty() && names.is_empty() {
            KnockState::Refused
        } else if names.len() > 1 && looked {
            KnockState::Choose
        } else {
            KnockState::Looking
        };
        let rows = self.doors.values().filter(|door| door.hears);
        let mut doors: Vec<DoorRow> =
            rows.filter_map(|door| Some(door.row.as_ref()?.0.clone())).collect();
        doors.sort_unstable();
        KnockPage { state, doors }
    }

    /// Keeps the promise at every door of the neighbourhood; which links those are.
    fn ask_at(&mut self, at: &str) -> Vec<LinkId> {
        let (me, number) = (self.me, self.number);
        let (mut asked, mut fresh) = (Vec::new(), Vec::new());
        for (link, door) in &mut self.doors {
            let Some((row, theirs)) = &mut door.row else { continue };
            if !door.hears || row.neighbourhood != at {
                continue;
            }
            asked.push(*link);
            if row.code.is_none() {
                row.code = Some(digits(&me, &door.peer, (&number, theirs)));
                fresh.push(*link);
            }
        }
        fresh.into_iter().for_each(|link| self.say(link, &Frame::Number(number)));
        asked
    }

    /// The link that somebody has made for this home, once.
    pub fn link(&mut self) -> Option<String> {
        self.link.take()
    }

    /// Leaves all doors.
    pub async fn stop(self) {
        self.edge.0.shutdown().await;
    }
}
