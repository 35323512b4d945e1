//! The loop: everything decided so far is handed over before anything new is let in.
//!
//! Handing over only queues. A neighbour who is slow fills his own queue and loses his link; a
//! ledger that is behind makes links close and callers hear "busy"; the loop itself never waits.

mod answers;
mod asked;
mod door;
mod memory;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crdt::{
    id::{CommunityId, KeyId},
    sync::files,
    time::Moment,
};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

use super::{
    Config, Start,
    clerk::{self, Clerk},
    lobby,
    ports::Ports,
    report::{Awaited, People, Report, Whom},
    start_mesh,
};
use crate::{
    api::{ApiError, Command, Event, Reply, RingClass},
    clock::{self, Clock},
    core::{
        Core, Input, LinkId, Output, WaitId,
        desk::Source,
        peers::{PeerBook, Remembered},
        porch::Porch,
    },
    handle::{Asked, Shortcut},
    identity::Identity,
    ledger::{Done, Job, Ledger, Neighbour, Taken},
    mesh::{MeshEvent, MeshHandle, read_address},
    phones::Phones,
};

/// A mesh that was started: the way in, and what comes out.
pub type Edge = (MeshHandle, mpsc::Receiver<MeshEvent>);

/// Neighbours that a home keeps links with; offices come on top (design.md, "Live").
const NEIGHBOURS_WANTED: usize = 8;

/// A link that lasts less long than this, in milliseconds, was turned away by one of the two.
const TURNED_AWAY_MS: u64 = 1_500;

/// How long to wait for a ledger that is behind, in milliseconds.
const BUSY_MS: u64 = 1_000;

/// How long the loop sleeps where nothing at all is due: an hour, in milliseconds.
const IDLE_MS: u64 = 3_600_000;

/// What the loop is given besides a home.
pub struct World {
    pub queue: mpsc::Receiver<Asked>,
    /// Asked of the node before it met the others anew: they come first.
    pub again: VecDeque<Asked>,
    pub events: broadcast::Sender<Event>,
    /// Posts go straight to the ledger.
    pub shortcut: Shortcut,
    pub addresses: watch::Sender<BTreeSet<String>>,
    pub phones: Phones,
    pub stop: CancellationToken,
}

/// The mesh of a home.
pub struct Mesh {
    handle: MeshHandle,
    events: mpsc::Receiver<MeshEvent>,
}

impl Mesh {
    /// Starts listening.
    pub fn start(
        config: &Config,
        identity: &Identity,
        community: &CommunityId,
        last: Ports,
    ) -> Result<Self, ApiError> {
        let (handle, events) = start_mesh(config, identity.box_key.to_seed(), community, last)?;
        Ok(Self { handle, events })
    }
}

impl World {
    /// Runs a node until it is stopped.
    pub async fn run(mut self, start: Start, config: Config) {
        let start = match start {
            Start::Lobby(folder) => {
                if !lobby::wait((&folder, &self.phones), &config, &mut self.queue, &self.stop).await
                {
                    return;
                }
                match Start::of(folder, Some(&config)).await {
                    Ok(start) => start,
                    Err(error) => {
                        tracing::error!(reason = %error, "Joined, but the home cannot be opened");
                        return;
                    }
                }
            }
            home @ Start::Home(..) => home,
        };
        let mut next = Some(start);
        while let Some(Start::Home(folder, ledger, mesh)) = next.take() {
            let met = mesh.is_some().then_some(&config);
            let ended = match Pump::new(self, *ledger, mesh, &config) {
                Ok(pump) => pump.run().await,
                Err(error) => {
                    tracing::error!(reason = %error, "The home cannot be opened");
                    return;
                }
            };
            // Free only now: whoever takes the folder next finds everything put down.
            let Some(world) = ended else { return drop(folder) };
            self = world;
            next = match Start::of(folder, met).await {
                Ok(start) => Some(start),
                Err(error) => {
                    tracing::error!(reason = %error, "The home cannot be opened with its fresh keys");
                    return;
                }
            };
        }
    }
}

/// A caller that waits for peers to be equal, and what he asked.
struct Waiter {
    answer: oneshot::Sender<Result<Reply, ApiError>>,
    peers: u32,
    peer: Option<String>,
    until: Moment,
}

struct Pump {
    world: World,
    core: Core,
    clerk: Clerk,
    mesh: Option<Mesh>,
    clock: Clock,
    me: KeyId,
    community: CommunityId,
    neighbours: BTreeMap<KeyId, Neighbour>,
    waiters: BTreeMap<WaitId, Waiter>,
    waits: u64,
    remembered: Vec<Remembered>,
    /// Where this home listens, if that was left to it.
    ports: Option<Ports>,
    refused: u64,
    /// When this node's turn comes to help boxes that lack a key.
    turn_at: Option<Moment>,
    porch: Porch,
    /// Since when each link is up: one that goes down at once was no link.
    up_since: BTreeMap<LinkId, Moment>,
    /// The box has another key: everything but the people's queue begins anew.
    renewed: bool,
}

impl Pump {
    fn new(
        world: World,
        mut ledger: Ledger,
        mesh: Option<Mesh>,
        config: &Config,
    ) -> Result<Self, crate::store::error::StoreError> {
        let clock = Clock::default();
        let me = ledger.identity().box_key.key();
        let community = ledger.community();
        let neighbours = ledger.neighbours()?;
        let remembered = memory::remembered(ledger.kept(memory::PEERS_KEPT)?.as_deref());
        let mut book = PeerBook::new(me, NEIGHBOURS_WANTED, remembered.clone());
        for (key, neighbour) in &neighbours {
            book.set_office(*key, neighbour.office);
        }
        for address in config.dial.iter().chain(&ledger.typed_addresses()?) {
            match read_address(address) {
                Ok((peer, address)) => book.typed(peer, &address, clock.now()),
                Err(error) => tracing::warn!(reason = %error, "An address cannot be dialled"),
            }
        }
        let mut core = Core::new(
            me,
            ledger.community(),
            ledger.introduction()?,
            ledger.carried(),
            neighbours.keys().copied().collect(),
            book,
            ledger.row(),
        );
        core.handle(Input::Households(Arc::new(ledger.households())), clock.now());
        match ledger.file_wishes() {
            Ok(wishes) => core.handle(Input::Files(wishes), clock.now()),
            Err(error) => tracing::warn!(reason = %error, "No files are asked for"),
        }
        let mut porch = Porch::new(me);
        porch.plate = ledger.plate()?;
        let clerk = clerk::employ(ledger);
        let way = clerk.jobs.way();
        world.shortcut.leads_to(move |asked| way.post(asked));
        Ok(Self {
            world,
            core,
            clerk,
            mesh,
            clock,
            me,
            community,
            neighbours,
            waiters: BTreeMap::new(),
            waits: 0,
            remembered,
            ports: config.listen.is_empty().then(Ports::default),
            refused: 0,
            turn_at: None,
            porch,
            up_since: BTreeMap::new(),
            renewed: false,
        })
    }

    /// Runs until it is stopped; the world comes back where the box has a fresh key and must meet
    /// the others anew.
    async fn run(mut self) -> Option<World> {
        while let Some(asked) = self.world.again.pop_front() {
            self.asked(asked);
        }
        while !self.renewed {
            self.hand_over();
            let wakeup = self.sleep();
            tokio::select! {
                biased; // Stopping and local work come before whatever strangers send.
                () = self.world.stop.cancelled() => break,
                Some(report) = self.clerk.reports.recv() => self.report(report),
                Some(asked) = self.world.queue.recv() => self.asked(asked),
                Some(event) = event_of(&mut self.mesh) => self.mesh_event(event),
                () = tokio::time::sleep_until(wakeup) => {
                    self.take_turn();
                    let now = self.clock.now();
                    self.core.handle(Input::Tick, now);
                    let answers = self.porch.tick(now);
                    self.answer_the_door(answers);
                }
            }
        }
        if let Some(mesh) = self.mesh.take() {
            mesh.handle.shutdown().await;
        }
        let on_their_way = self.clerk.dismiss().await;
        if !self.renewed {
            return None;
        }
        let now = self.clock.now();
        let wait = |Awaited { peers, peer, timeout_ms }, answer| {
            let command = Command::Wait { peers, peer, timeout_ms };
            Asked { command, answer }
        };
        let waiters = self.waiters.into_values().map(|it| {
            let Waiter { answer, peers, peer, until } = it;
            wait(Awaited { peers, peer, timeout_ms: until.since_ms(now) }, answer)
        });
        let on_their_way = on_their_way.into_iter().map(|(awaited, answer)| wait(awaited, answer));
        self.world.again.extend(waiters.chain(on_their_way));
        self.world.addresses.send_replace(BTreeSet::new());
        Some(self.world)
    }

    /// When something is due, at the latest.
    fn sleep(&self) -> Instant {
        let now = self.clock.now();
        let book = if self.mesh.is_some() { self.core.book.next_wakeup() } else { None };
        let due = self.core.next_wakeup().into_iter().chain(book).map(|(at, _)| at);
        let due = due.chain(self.turn_at).chain(self.porch.next_wakeup()).min();
        let ms = due.map_or(IDLE_MS, |at| at.since_ms(now));
        Instant::now() + Duration::from_millis(ms)
    }

    /// Carries out everything that was decided.
    fn hand_over(&mut self) {
        while let Some(output) = self.core.poll() {
            self.carry_out(output);
        }
        let now = self.clock.now();
        if let Some(mesh) = &self.mesh {
            for dial in self.core.book.next_dials(now, u64::from_le_bytes(clock::random())) {
                if mesh.handle.dial(dial.peer, dial.addresses).is_err() {
                    tracing::debug!("The mesh is busy; a dial waits for its next turn");
                }
            }
        }
        self.remember_peers();
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Send(link, frame) => {
                let sent =
                    self.mesh.as_ref().is_some_and(|mesh| mesh.handle.send(link, frame).is_ok());
                if !sent {
                    self.close(link, "its queue is full");
                }
            }
            Output::Close(link, reason) => self.close(link, &reason),
            Output::Budget(link, bytes) => {
                if let Some(mesh) = &self.mesh {
                    mesh.handle.set_budget(link, bytes);
                }
            }
            Output::List(link, scope, bucket) => {
                self.job(link, Job::List(Whom::Link(link), scope, bucket));
            }
            Output::Fetch(link, ids) => self.job(link, Job::Fetch(Whom::Link(link), ids)),
            Output::Lookup(link, ids) => self.job(link, Job::Lookup(Whom::Link(link), ids)),
            Output::Bodiless(link) => self.job(link, Job::Bodiless(Whom::Link(link))),
            Output::Newest(link, key) => self.job(link, Job::Newest(Whom::Link(link), key)),
            Output::Serve(link, ask) => self.job(link, Job::Serve(Whom::Link(link), ask)),
            Output::File(errand) => {
                let failed = errand.blob().map(files::Input::Failed);
                if self.clerk.jobs.put(Source::Home, Job::File(Whom::Nobody, errand)).is_err() {
                    let said = Input::Files(failed.into_iter().collect());
                    self.core.handle(said, self.clock.now());
                }
            }
            Output::Yours(newest) => self.note(Job::Yours(Whom::Nobody, newest)),
            Output::Store(link, envelopes) => {
                self.job(link, Job::Receive(Whom::Link(link), envelopes.into()));
            }
            Output::Introduced(link, key, envelopes) => {
                self.job(link, Job::Introduce(Whom::Link(link), key, envelopes));
            }
            Output::Delivered(key, row) => self.note(Job::Delivered(Whom::Nobody, key, row)),
            Output::Waited(wait, enough) => self.waited(wait, enough),
            Output::MeshChanged => {
                // Nobody may be looking.
                let _ = self.world.events.send(Event::Mesh);
            }
        }
    }

    fn take_turn(&mut self) {
        if self.turn_at.is_some_and(|at| at <= self.clock.now()) {
            // A ledger that is behind is asked again.
            let taken = self.clerk.jobs.put(Source::Home, Job::Turn(Whom::Nobody)).is_ok();
            self.turn_at = if taken { None } else { Some(self.clock.now() + BUSY_MS) };
        }
    }

    /// A job for a link: without room for it the link is closed, and the peer comes back.
    fn job(&mut self, link: LinkId, job: Job<Whom>) {
        let household = self.core.peer_of(link).and_then(|peer| self.neighbours.get(&peer));
        let source = household.map_or(Source::Stranger, |it| Source::Household(it.household));
        if self.clerk.jobs.put(source, job).is_err() {
            self.close(link, "the ledger is behind");
        }
    }

    /// A job for nobody: without room for it, it is left out.
    fn note(&self, job: Job<Whom>) {
        if self.clerk.jobs.put(Source::Home, job).is_err() {
            tracing::debug!("The ledger is behind; a note was left out");
        }
    }

    fn close(&mut self, link: LinkId, reason: &str) {
        tracing::info!(%link, reason, "Link closed here");
        if let Some(mesh) = &self.mesh {
            mesh.handle.close(link);
        }
        self.core.handle(Input::LinkDown(link), self.clock.now());
    }

    fn report(&mut self, report: Report) {
        let now = self.clock.now();
        let Report { worked, people } = report;
        self.renewed |= worked.renewed;
        if let Some(People { neighbours, households, plate, introduction }) = people {
            (self.porch.plate, self.core.introduction) = (plate, introduction);
            for (key, neighbour) in &neighbours {
                self.core.book.set_office(*key, neighbour.office);
            }
            self.core.handle(Input::Households(households), now);
            self.core.handle(Input::Boxes(neighbours.keys().copied().collect()), now);
            self.neighbours = neighbours;
        }
        if let Some(ms) = worked.turn_in_ms {
            let at = now + ms;
            self.turn_at = Some(self.turn_at.map_or(at, |earlier| earlier.min(at)));
        }
        if !worked.written.is_empty() {
            self.core.handle(Input::Written { new: worked.written, row: worked.row }, now);
        }
        if !worked.files.is_empty() {
            self.core.handle(Input::Files(worked.files), now);
        }
        for (whom, done) in worked.done {
            self.done(whom, done, worked.row, now);
        }
        let changes = worked.changes;
        let groups = changes.groups.into_iter().map(|id| Event::Group { id });
        let requests = changes.requests.into_iter().map(|id| Event::Request { id });
        let roster = changes.roster.then_some(Event::Roster);
        let notices = changes.notices.then_some(Event::Notice);
        let ring = |class| move |id| Event::Ring { id, class };
        let alerts = changes.alerts.into_iter().map(ring(RingClass::Alert));
        let urgent = changes.urgent.into_iter().map(ring(RingClass::Request));
        let duty = changes.duty.into_iter().map(ring(RingClass::Duty));
        let rings = alerts.chain(urgent).chain(duty);
        for event in groups.chain(requests).chain(roster).chain(notices).chain(rings) {
            // Nobody may be looking.
            let _ = self.world.events.send(event);
        }
    }

    fn done(&mut self, whom: Whom, done: Done, row: i64, now: Moment) {
        let link = match whom {
            Whom::Link(link) => link,
            Whom::Peers(asker) => return self.answer_with_peers(asker, done),
            Whom::Picture(asker) => return self.answer_picture(asker, done),
            Whom::Strip(asker) => return self.answer_strip(asker, done),
            Whom::Wait(awaited, asker) => return self.wait(awaited, asker),
            Whom::Door(link, asker) => return self.invited(link, asker, done),
            Whom::Nobody => {
                if let Done::Files(said) = done {
                    self.core.handle(Input::Files(said), now);
                }
                return;
            }
            Whom::Asker(_) => return,
        };
        let input = match done {
            Done::Received(Some(Taken { new, whole, refused })) => {
                self.refused += refused as u64;
                Input::Stored { from: link, new, whole, refused, row }
            }
            Done::Received(None) => Input::NotStored(link),
            Done::Listed(scope, bucket, items) => Input::Listed(link, scope, bucket, items),
            Done::Fetched(envelopes) => Input::Fetched(link, envelopes),
            Done::Missing(ids) => Input::Missing(link, ids),
            Done::Bodiless(ids) => Input::Bodiless(link, ids),
            Done::Newest(newest) => Input::Newest(link, newest),
            Done::Served(ask, talk) => Input::Served(link, ask, talk),
            Done::Introduced(known) => {
                if let Err(why) = known {
                    self.core.turn_away(link, why, now);
                }
                return;
            }
            Done::Files(_) | Done::Reply(_) | Done::Nothing => return,
        };
        self.core.handle(input, now);
    }

    fn mesh_event(&mut self, event: MeshEvent) {
        let now = self.clock.now();
        match event {
            MeshEvent::Listening(address) => {
                self.remember_port(&address);
                self.world.addresses.send_if_modified(|all| all.insert(address));
                self.tell_addresses();
            }
            MeshEvent::NotListening(address) => {
                self.world.addresses.send_if_modified(|all| all.remove(&address));
                self.tell_addresses();
            }
            MeshEvent::ListenFailed(reason) => tracing::warn!(reason, "A listener failed"),
            MeshEvent::NetworkChanged => self.core.book.network_changed(now),
            MeshEvent::LinkUp(up) if up.door => self.came_to_the_door(&up),
            MeshEvent::LinkUp(up) => {
                let dialled = up.outbound.then_some(up.address.as_str());
                self.core.book.on_connected(up.peer, dialled);
                self.up_since.insert(up.link, now);
                tracing::info!(link = %up.link, peer.id = %up.peer, "Linked");
                let transport = match up.transport {
                    crate::mesh::Transport::Quic => "quic",
                    crate::mesh::Transport::Tcp => "tcp",
                };
                let (link, peer, outbound) = (up.link, up.peer, up.outbound);
                self.core.handle(Input::LinkUp { link, peer, transport, outbound }, now);
                if self.neighbours.contains_key(&peer) {
                    self.note(Job::Greet(Whom::Nobody));
                }
            }
            MeshEvent::Frame { link, bytes } if self.porch.has(link) => {
                self.heard_at_the_door(link, &bytes);
            }
            MeshEvent::LinkDown { link, .. } if self.porch.has(link) => self.left_the_door(link),
            MeshEvent::Frame { link, bytes } => self.core.handle(Input::Frame(link, bytes), now),
            MeshEvent::LinkDown { link, peer, reason } => {
                // One line for each reason.
                if !reason.was_said() {
                    tracing::info!(%link, peer.id = %peer, %reason, "Link down");
                }
                let since = self.up_since.remove(&link).unwrap_or(now);
                if now.since_ms(since) < TURNED_AWAY_MS {
                    self.core.book.on_turned_away(peer, now);
                } else {
                    self.core.book.on_down(peer, now);
                }
                self.core.handle(Input::LinkDown(link), now);
            }
            MeshEvent::Discovered { peer, addresses } => {
                self.core.book.hint(peer, &addresses, now);
            }
            MeshEvent::Doubted { peer } => self.core.handle(Input::Doubted(peer), now),
            MeshEvent::DialFailed { peer, address, reason } => {
                if let Some(lesson) = memory::lesson(address, reason) {
                    self.core.book.on_failed(peer, &lesson, now);
                }
            }
        }
    }

    fn waited(&mut self, wait: WaitId, enough: bool) {
        if let Some(Waiter { answer: asker, .. }) = self.waiters.remove(&wait) {
            let rows = self.peer_rows();
            let (equal, missing) = rows.into_iter().partition(|row| row.equal && row.connected);
            // Whoever went away does not need the answer.
            let _ = asker.send(Ok(Reply::Waited { equal, missing, enough }));
        }
    }
}

async fn event_of(mesh: &mut Option<Mesh>) -> Option<MeshEvent> {
    match mesh {
        Some(mesh) => mesh.events.recv().await,
        None => std::future::pending().await,
    }
}
