//! A whole neighbourhood in one process: real ledgers and cores, virtual time, virtual wires.
//!
//! A home here is what `node::run` runs: the ledger (truth and lists) and the core (sessions with
//! its neighbours). Only the three edges are ours: the clock, the disk's delay and the wires.
//!
//! # Rules
//!
//! 1. Everything follows from one seed. The same seed is the same life, to the millisecond.
//! 2. Events that are due at the same moment happen in the order in which they were planned.
//! 3. A test that fails prints the seed and what happened to whom, and when.
//!
//! # Deliberately absent
//!
//! Dialling and discovery (`node::core::peers` has its own tests): a wire that lies between two
//! homes becomes a link by itself, a moment after it is laid or mended.

mod chance;
mod home;
mod net;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crdt::{
    body::Release,
    envelope::Envelope,
    genesis::{Genesis, RULES_VERSION},
    id::EnvelopeId,
    invitation::Invitation,
    keys::Secret,
    paper::to_words,
    time::{Bucket, ClaimedTime, Moment},
};
use node::{
    api::{ApiError, Command, PaperWords, Reply, RoleWord},
    core::{Input, LinkId},
};

pub use chance::Chance;
pub use home::Home;
use net::Net;
pub use net::{LATENCY_MS_MAX, RELINK_MS};

/// What every clock says at the beginning, unless it is wrong: November 2026.
pub const BEGIN: ClaimedTime = ClaimedTime(1_795_000_000_000);

/// How long a neighbourhood may take to become quiet, in virtual milliseconds.
const SETTLE_MS: u64 = 300_000;

/// A turn that is planned further ahead is no turn in a line: somebody looks whether something has
/// fallen due.
const LOOKS_SOON_MS: u64 = 120_000;

/// Who: an index into the homes, in the order in which they moved in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who(pub usize);

/// Something that will happen.
enum Event {
    /// A wire becomes a link.
    Link(Who, Who),
    /// A frame arrives.
    Frame(Who, LinkId, Vec<u8>),
    /// A link's end is noticed.
    Down(Who, LinkId),
    /// The disk has taken what had gathered.
    Disk(Who),
    /// It is somebody's turn to hand out keys.
    Turn(Who),
}

/// The neighbourhood.
pub struct World {
    seed: u64,
    chance: Chance,
    now: Moment,
    planned: BTreeMap<(Moment, u64), Event>,
    plans: u64,
    homes: Vec<Home>,
    net: Net,
    timeline: String,
    genesis: Genesis,
    /// The community's paper keys, in words.
    papers: Vec<PaperWords>,
    on_disk: bool,
    /// When the last link came up.
    linked_at: Moment,
    /// How fast every home takes in what it is sent, in bytes a millisecond.
    disk_bytes_a_ms: u64,
}

impl World {
    /// A community with one home in it, its office; the next one moves in with [`World::move_in`].
    pub fn seeded(seed: u64) -> Self {
        Self::build(seed, false)
    }

    /// The same, with every home's files in a folder of its own: a crash reads them again.
    pub fn on_disk(seed: u64) -> Self {
        Self::build(seed, true)
    }

    fn build(seed: u64, on_disk: bool) -> Self {
        let mut chance = Chance::new(seed);
        let mut roots: Vec<Secret> = (0..3).map(|_| Secret::from_seed(chance.bytes())).collect();
        roots.sort_by_key(Secret::key);
        let genesis = Genesis {
            root_keys: roots.iter().map(Secret::key).collect(),
            threshold: 2,
            salt: chance.bytes(),
            rules: RULES_VERSION,
            founded: Bucket::week_of(BEGIN),
        };
        let mut world = Self {
            seed,
            now: Moment(0),
            planned: BTreeMap::new(),
            plans: 0,
            homes: Vec::new(),
            net: Net::default(),
            timeline: String::new(),
            genesis,
            papers: roots.iter().map(|key| PaperWords(to_words(key).join(" "))).collect(),
            on_disk,
            linked_at: Moment(0),
            disk_bytes_a_ms: u64::MAX,
            chance,
        };
        let paper = Secret::from_seed(world.chance.bytes());
        let mut office = world.build_home("Office", &paper);
        office
            .ledger
            .begin_community(&roots, &paper, "The court", BEGIN)
            .expect("a community begins");
        office.wake_up();
        world.homes.push(office);
        world
    }

    fn build_home(&mut self, name: &str, paper: &Secret) -> Home {
        Home::build(name, paper, &self.genesis, self.on_disk, &mut self.chance)
    }

    /// The home that founded the community.
    pub fn office(&self) -> Who {
        Who(0)
    }

    /// The words on these papers of the community's, counted from 0; two together stand above everybody.
    pub fn papers(&self, these: &[usize]) -> Vec<PaperWords> {
        these.iter().map(|at| self.papers[*at].clone()).collect()
    }

    /// Everybody.
    pub fn everybody(&self) -> Vec<Who> {
        (0..self.homes.len()).map(Who).collect()
    }

    /// Somebody moves in with an invitation of the office's; he has met nobody yet.
    pub fn move_in(&mut self, name: &str) -> Who {
        self.move_in_as(name, RoleWord::Member)
    }

    /// The same, with a role.
    pub fn move_in_as(&mut self, name: &str, role: RoleWord) -> Who {
        self.walk_in(name, Command::Invite { role, group: None })
    }

    /// A box that carries everything and reads nothing moves in.
    pub fn move_in_as_relay(&mut self, name: &str) -> Who {
        self.walk_in(name, Command::InviteRelay)
    }

    fn walk_in(&mut self, name: &str, invite: Command) -> Who {
        let Reply::Invite { link } = self.tell(Who(0), invite) else { panic!("an invitation") };
        self.move_in_by(name, &link)
    }

    /// Somebody moves in with a paper key that the story knows.
    pub fn move_in_with(&mut self, name: &str, paper: &Secret) -> Who {
        let invite = Command::Invite { role: RoleWord::Member, group: None };
        let Reply::Invite { link } = self.tell(Who(0), invite) else { panic!("an invitation") };
        self.move_in_as_person(name, &link, paper)
    }

    /// The same, with a link that somebody handed him.
    pub fn move_in_by(&mut self, name: &str, link: &str) -> Who {
        let paper = Secret::from_seed(self.chance.bytes());
        self.move_in_as_person(name, link, &paper)
    }

    fn move_in_as_person(&mut self, name: &str, link: &str, paper: &Secret) -> Who {
        let door = Invitation::from_link(link).expect("a link");
        let mut home = self.build_home(name, paper);
        home.ledger.walk_in(&door, paper, BEGIN).expect("the door is open");
        home.wake_up();
        self.homes.push(home);
        let who = Who(self.homes.len() - 1);
        self.note(who, "moves in");
        who
    }

    /// A box that claims to be in the community and has no invitation that anybody gave.
    pub fn stranger(&mut self, name: &str) -> Who {
        let paper = Secret::from_seed(self.chance.bytes());
        let mut home = self.build_home(name, &paper);
        let door = Invitation {
            genesis: self.genesis.clone(),
            name: String::new(),
            invite: EnvelopeId::from_bytes([7; 32]),
            group: crdt::body::Place::community(),
            secret: self.chance.bytes(),
            addresses: Vec::new(),
        };
        home.ledger.walk_in(&door, &paper, BEGIN).expect("nobody checks at his own door");
        home.wake_up();
        home.is_stranger = true;
        self.homes.push(home);
        Who(self.homes.len() - 1)
    }

    /// A heading in the timeline.
    pub fn chapter(&mut self, heading: &str) {
        writeln!(self.timeline, "── {heading}").expect("a string grows");
    }

    /// What somebody's wall clock says from now on.
    pub fn set_clock(&mut self, who: Who, claimed: ClaimedTime) {
        self.homes[who.0].clock_began = Some((claimed, self.now));
    }

    /// From now on every home takes so long over what it is sent; before, only over the sync.
    pub fn set_disks(&mut self, bytes_a_ms: u64) {
        self.disk_bytes_a_ms = bytes_a_ms;
    }

    /// Nobody learns who is a household: all take one turn together, as if there were no turns.
    pub fn without_turns(&mut self) {
        for at in 0..self.homes.len() {
            let nobody = Input::Households(Default::default());
            self.homes[at].turns = false;
            self.homes[at].core.handle(nobody, self.now);
        }
    }

    /// Virtual milliseconds since the beginning.
    pub fn now_ms(&self) -> u64 {
        self.now.0
    }

    /// Asks for something that may be refused.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub fn ask(&mut self, who: Who, command: Command) -> Result<Reply, ApiError> {
        let now = self.now;
        let reply = self.homes[who.0].command(command, now);
        self.drain(who);
        reply
    }

    /// Asks for something that is expected to be done.
    pub fn tell(&mut self, who: Who, command: Command) -> Reply {
        let what = format!("{command:?}");
        let reply = self.ask(who, command);
        match reply {
            Ok(reply) => {
                if !what.starts_with("Status") {
                    self.note(who, &what);
                }
                reply
            }
            Err(error) => panic!("{} was refused: {error}: {what}", self.name(who)),
        }
    }

    /// Puts envelopes into somebody's home as if a bad program had written them there.
    pub fn slip(&mut self, who: Who, envelopes: Vec<Envelope>) -> usize {
        let now = self.now;
        let refused = self.homes[who.0].slip(envelopes, now);
        self.drain(who);
        refused
    }

    /// Takes a home's power away and gives it back: what was not synced is lost, links break.
    pub fn crash(&mut self, who: Who) {
        self.note(who, "crashes and starts again");
        for link in self.homes[who.0].links() {
            self.break_link(link);
        }
        let seed = self.chance.bytes();
        self.homes[who.0].crash(&self.genesis, seed);
        self.planned.retain(|_, event| !event.is_of(who));
        self.connect_all();
    }

    /// A home is switched off and on again with what another release reads; only in a world on disk.
    pub fn install(&mut self, who: Who, release: Release) {
        assert!(self.on_disk, "what is not on a disk is not opened again");
        self.note(who, &format!("reads vocabulary {} from now on", release.vocabulary));
        self.homes[who.0].release = release;
        self.crash(who);
    }

    /// Somebody copies a home's disk into a second box, which has met nobody yet.
    pub fn copy_disk(&mut self, who: Who, name: &str) -> Who {
        self.note(who, "is copied");
        let seed = self.chance.bytes();
        let copy = self.homes[who.0].copied(name, &self.genesis, seed);
        self.homes.push(copy);
        Who(self.homes.len() - 1)
    }

    /// A home that has a fresh box key begins anew, as its node does.
    pub(crate) fn meet_anew(&mut self, who: Who) {
        self.note(who, "has fresh keys");
        for link in self.homes[who.0].links() {
            self.break_link(link);
        }
        self.homes[who.0].wake_up();
        self.planned.retain(|_, event| !event.is_of(who));
        self.connect_all();
    }

    /// Lets time pass.
    pub fn run_for(&mut self, ms: u64) {
        let until = self.now + ms;
        while self.step(until) {}
        self.now = until;
    }

    /// Runs until everybody holds what his linked neighbours hold and nothing is under way; returns
    /// how long that took, in virtual milliseconds.
    pub fn settle(&mut self) -> u64 {
        let (began, until) = (self.now, self.now + SETTLE_MS);
        while !self.is_quiet() {
            if !self.step(until) {
                let trouble = self.unequal();
                panic!("the neighbourhood does not settle: {trouble}");
            }
        }
        self.now.since_ms(began)
    }

    /// Runs until all of these hold the same envelopes; returns how long that took from when the last
    /// link was up, in virtual milliseconds.
    pub fn until_equal(&mut self, these: &[Who]) -> u64 {
        let (began, until) = (self.now, self.now + SETTLE_MS);
        while !self.hold_the_same(these) {
            assert!(self.step(until), "they never hold the same: {}", self.unequal());
        }
        self.now.since_ms(began.max(self.linked_at))
    }

    /// Do all of these hold the same envelopes?
    pub fn hold_the_same(&self, these: &[Who]) -> bool {
        let root = |who: &Who| *self.homes[who.0].core.carried().root();
        these.windows(2).all(|two| root(&two[0]) == root(&two[1]))
    }

    /// What somebody is called.
    pub fn name(&self, who: Who) -> &str {
        &self.homes[who.0].name
    }

    /// How many envelopes somebody holds.
    pub fn holds(&self, who: Who) -> u64 {
        self.homes[who.0].core.carried().root().count()
    }

    /// Which of these a home does not hold, or not whole.
    pub fn lacks(&mut self, who: Who, ids: &[EnvelopeId]) -> Vec<EnvelopeId> {
        let now = self.now;
        self.homes[who.0].lacks(ids.to_vec(), now)
    }

    /// From now on it is noted when each envelope comes to somebody.
    pub fn watch(&mut self, who: Who) {
        self.homes[who.0].came = Some(BTreeMap::new());
    }

    /// When an envelope came to somebody who is watched, in virtual milliseconds.
    pub fn came_ms(&self, who: Who, id: &EnvelopeId) -> Option<u64> {
        self.homes[who.0].came.as_ref()?.get(id).map(|at| at.0)
    }

    /// The home itself, for what a story has no word for.
    pub fn home(&self, who: Who) -> &Home {
        &self.homes[who.0]
    }

    /// A dice of this world's, for schedules.
    pub fn chance(&mut self) -> &mut Chance {
        &mut self.chance
    }

    fn note(&mut self, who: Who, what: &str) {
        let (at, name) = (self.now.0, &self.homes[who.0].name);
        writeln!(self.timeline, "{at:>8} ms  {name:<12} {what}").expect("a string grows");
    }

    fn plan(&mut self, after_ms: u64, event: Event) {
        self.plans += 1;
        self.planned.insert((self.now + after_ms, self.plans), event);
    }

    /// Lets the next thing happen, unless it lies after `until`.
    fn step(&mut self, until: Moment) -> bool {
        let wake = |(index, home): (usize, &Home)| Some((home.core.next_wakeup()?.0, index));
        let wakeup = self.homes.iter().enumerate().filter_map(wake).min();
        let next = self.planned.first_key_value().map(|(key, _)| key.0);
        match (next, wakeup) {
            (Some(at), wakeup) if wakeup.is_none_or(|(wake, _)| at <= wake) && at <= until => {
                let (_, event) = self.planned.pop_first().expect("it was just seen");
                self.now = self.now.max(at);
                self.happen(event);
            }
            (_, Some((at, index))) if at <= until => {
                self.now = self.now.max(at);
                self.homes[index].core.handle(Input::Tick, self.now);
                self.drain(Who(index));
            }
            _ => return false,
        }
        true
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Link(a, b) => self.link_up(a, b),
            Event::Frame(who, link, bytes) => {
                self.homes[who.0].core.handle(Input::Frame(link, bytes), self.now);
                self.drain(who);
            }
            Event::Down(who, link) => {
                self.homes[who.0].core.handle(Input::LinkDown(link), self.now);
                self.drain(who);
            }
            Event::Turn(who) => {
                self.homes[who.0].take_turn(self.now);
                self.drain(who);
            }
            Event::Disk(who) => {
                self.homes[who.0].sync_disk(self.now);
                self.drain(who);
            }
        }
    }

    /// Nothing happens any more. A node that will look again in an hour is quiet until then.
    fn is_quiet(&self) -> bool {
        let soon = self.now + LOOKS_SOON_MS;
        let later = |((at, _), event): (&(Moment, u64), &Event)| {
            matches!(event, Event::Turn(_)) && *at > soon
        };
        self.planned.iter().all(later) && self.unequal().is_empty()
    }

    /// Who holds something else than whom, though they are linked and both are in the community.
    fn unequal(&self) -> String {
        let root = |who: Who| *self.homes[who.0].core.carried().root();
        let is_member = |who: Who| !self.homes[who.0].is_stranger;
        let differ = |&(a, b): &(Who, Who)| is_member(a) && is_member(b) && root(a) != root(b);
        let pairs = self.net.linked().into_iter().filter(differ);
        let words = pairs.map(|(a, b)| {
            let (one, other) = (self.name(a), self.name(b));
            format!("{one} ({}) and {other} ({})", self.holds(a), self.holds(b))
        });
        words.collect::<Vec<_>>().join("; ")
    }

    /// Everybody of a set, as a set.
    fn set(these: &[Who]) -> BTreeSet<Who> {
        these.iter().copied().collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {:#x} at commit {}\n{}", self.seed, commit(), self.timeline);
        }
    }
}

/// What was built, for whoever reads about a failure later.
fn commit() -> String {
    let git = std::process::Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let name =
        git.ok().filter(|it| it.status.success()).and_then(|it| String::from_utf8(it.stdout).ok());
    name.map_or_else(|| "unknown".into(), |name| name.trim().to_owned())
}
