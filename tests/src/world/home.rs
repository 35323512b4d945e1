//! One home: a ledger and a core, and between them what `node::run` does, without its threads.
//!
//! Jobs gather until the disk has synced, as they do in the clerk; a crash loses those that gathered.

use std::{collections::BTreeMap, sync::Arc};

use crdt::{
    body::Release,
    envelope::Envelope,
    genesis::Genesis,
    id::{CommunityId, EnvelopeId, KeyId, PersonId},
    keys::Secret,
    sync::files::FileTalk,
    time::{ClaimedTime, Moment},
};
use node::{
    api::{ApiError, Command, Reply},
    core::{
        Core, Input, LinkId, Output,
        desk::{Desk, Source},
        peers::PeerBook,
    },
    identity::{Identity, Seal},
    ledger::{Done, Job, Ledger, Neighbour, Rests, Taken, Worked},
};

use super::{BEGIN, Chance, Event, Who, World};

/// How long the disk takes at most to sync, in milliseconds.
pub(super) const DISK_MS_MAX: usize = 4;

/// Whom an answer of the ledger is for.
#[derive(Clone, Copy)]
enum Whom {
    Asker,
    Link(LinkId),
    Slip,
    Nobody,
}

/// One home.
pub struct Home {
    /// What it is called.
    pub(super) name: String,
    /// Its truth and lists.
    pub(super) ledger: Ledger,
    /// Its sessions.
    pub(super) core: Core,
    /// The boxes that it knows as members'.
    neighbours: BTreeMap<KeyId, Neighbour>,
    /// What its wall clock said, and when.
    pub(super) clock_began: Option<(ClaimedTime, Moment)>,
    /// It never got in.
    pub(super) is_stranger: bool,
    /// What its people wrote since the beginning.
    pub(super) written: Vec<Arc<Envelope>>,
    /// It has a fresh box key and must meet the others anew.
    pub(super) renewed: bool,
    /// Every frame that it was sent, counted.
    pub(super) frames: u64,
    /// Does it learn who is a household?
    pub(super) turns: bool,
    /// Pieces of files that it handed on.
    pub(super) served: u64,
    /// What it was to ring for.
    pub(super) rings: Vec<EnvelopeId>,
    /// When what came over links was durable, once somebody watches.
    pub(super) came: Option<BTreeMap<EnvelopeId, Moment>>,
    desk: Desk<Job<Whom>>,
    links: BTreeMap<LinkId, Who>,
    syncing: bool,
    /// When the ledger's turn is to be planned, as it last said.
    pub(super) turn_in_ms: Option<u64>,
    /// What it reads.
    pub(super) release: Release,
    folder: Option<tempfile::TempDir>,
}

impl Home {
    pub(super) fn build(
        name: &str,
        paper: &Secret,
        genesis: &Genesis,
        on_disk: bool,
        chance: &mut Chance,
    ) -> Self {
        let mut key = || Secret::from_seed(chance.bytes());
        let identity = Identity {
            home: name.to_owned(),
            person_name: name.to_owned(),
            office: name == "Office",
            box_key: key(),
            writer: key(),
            sealed: Seal::bare(key()),
            person: Some(paper.person()),
            earlier: Vec::new(),
            others: Vec::new(),
            copied: false,
        };
        let folder = on_disk.then(|| tempfile::tempdir().expect("a folder"));
        let path = folder.as_ref().map(tempfile::TempDir::path);
        let ledger = Ledger::open(path, identity, genesis.clone(), chance.bytes())
            .expect("an empty home opens");
        Self::around(name, ledger, folder)
    }

    /// A home that was just switched on.
    fn around(name: &str, mut ledger: Ledger, folder: Option<tempfile::TempDir>) -> Self {
        let (core, neighbours) = core_of(&mut ledger);
        Self {
            name: name.to_owned(),
            ledger,
            core,
            neighbours,
            clock_began: None,
            is_stranger: false,
            written: Vec::new(),
            renewed: false,
            frames: 0,
            turns: true,
            came: None,
            rings: Vec::new(),
            served: 0,
            desk: Desk::default(),
            links: BTreeMap::new(),
            syncing: false,
            turn_in_ms: None,
            release: Release::THIS,
            folder,
        }
    }

    /// The core begins from what the ledger holds.
    pub(super) fn wake_up(&mut self) {
        (self.core, self.neighbours) = core_of(&mut self.ledger);
        self.desk = Desk::default();
        self.links.clear();
        self.syncing = false;
        self.turn_in_ms = None;
    }

    pub(super) fn crash(&mut self, genesis: &Genesis, seed: [u8; 32]) {
        if let Some(folder) = &self.folder {
            let identity = self.ledger.identity().clone();
            // The old files are let go of before they are read again.
            let nothing = Ledger::open(None, identity.clone(), genesis.clone(), seed);
            drop(std::mem::replace(&mut self.ledger, nothing.expect("memory opens")));
            let (genesis, folder) = (genesis.clone(), Some(folder.path()));
            self.ledger = Ledger::open_as(self.release, folder, identity, genesis, seed)
                .expect("what was synced opens again");
        }
        self.wake_up();
    }

    /// A second box with the disk of this one, as it is now.
    pub(super) fn copied(&self, name: &str, genesis: &Genesis, seed: [u8; 32]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let from = self.folder.as_ref().expect("only what is on a disk can be copied");
        for file in std::fs::read_dir(from.path()).expect("readable") {
            let file = file.expect("readable");
            std::fs::copy(file.path(), folder.path().join(file.file_name())).expect("copied");
        }
        let identity = self.ledger.identity().clone();
        let ledger = Ledger::open(Some(folder.path()), identity, genesis.clone(), seed)
            .expect("a copied disk opens");
        let (written, turns) = (self.written.clone(), self.turns);
        Self { written, turns, ..Self::around(name, ledger, Some(folder)) }
    }

    /// The bytes of every file of this home's, if it has any: what a thief of the disk would read.
    pub fn files(&self) -> Vec<Vec<u8>> {
        let folder = self.folder.as_ref().expect("a world on disk");
        let mut folders = vec![folder.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the folder can be read") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => files.push(std::fs::read(path).expect("a file can be read")),
                }
            }
        }
        files
    }

    /// Who lives here, the first of them.
    pub fn person(&self) -> PersonId {
        self.ledger.identity().person.expect("whoever moved in is somebody")
    }

    /// The box's key.
    pub fn key(&self) -> KeyId {
        self.ledger.identity().box_key.key()
    }

    /// The key that writes here.
    pub fn writer(&self) -> &Secret {
        &self.ledger.identity().writer
    }

    /// Which community.
    pub fn community(&self) -> CommunityId {
        self.ledger.community()
    }

    /// The statement that let its person in.
    pub fn join(&self) -> EnvelopeId {
        self.ledger.introduction().expect("memory reads").last().expect("somebody joined").id()
    }

    /// The statements by which its person came in: what a neighbour needs to know of him.
    pub fn introduction(&self) -> Vec<Envelope> {
        self.ledger.introduction().expect("memory reads")
    }

    /// What its people wrote since the beginning, oldest first.
    pub fn written(&self) -> &[Arc<Envelope>] {
        &self.written
    }

    /// What it was told when somebody did not let it in.
    pub fn turned_away(&self) -> Option<crdt::sync::Parting> {
        self.core.turned_away
    }

    /// What somebody here was to be woken for, in order.
    pub fn rings(&self) -> &[EnvelopeId] {
        &self.rings
    }

    /// Pieces of files that it handed on so far.
    pub fn served(&self) -> u64 {
        self.served
    }

    /// Frames that came here so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    pub(super) fn links(&self) -> Vec<LinkId> {
        self.links.keys().copied().collect()
    }

    pub(super) fn link_to(&self, link: LinkId) -> Option<Who> {
        self.links.get(&link).copied()
    }

    pub(super) fn linked(&mut self, link: LinkId, who: Who) {
        self.links.insert(link, who);
    }

    pub(super) fn unlinked(&mut self, link: LinkId) {
        self.links.remove(&link);
    }

    fn claimed(&self, now: Moment) -> ClaimedTime {
        let (began, since) = self.clock_began.unwrap_or((BEGIN, Moment(0)));
        ClaimedTime(began.0 + now.since_ms(since))
    }

    pub(super) fn command(&mut self, command: Command, now: Moment) -> Result<Reply, ApiError> {
        let job = Job::Command(Whom::Asker, command);
        self.until_done(job.source(), job, now, |whom, done| match (whom, done) {
            (Whom::Asker, Done::Reply(reply)) => Some(reply),
            _ => None,
        })
    }

    pub(super) fn slip(&mut self, envelopes: Vec<Envelope>, now: Moment) -> usize {
        let job = Job::Receive(Whom::Slip, envelopes.into());
        let taken = self.until_done(Source::Home, job, now, |whom, done| match (whom, done) {
            (Whom::Slip, Done::Received(Some(taken))) => Some(taken),
            _ => None,
        });
        let row = self.ledger.row();
        self.core.handle(Input::Written { new: taken.new, row }, now);
        taken.refused
    }

    pub(super) fn lacks(&mut self, ids: Vec<EnvelopeId>, now: Moment) -> Vec<EnvelopeId> {
        let job = Job::Lookup(Whom::Slip, ids);
        self.until_done(Source::Home, job, now, |whom, done| match (whom, done) {
            (Whom::Slip, Done::Missing(ids)) => Some(ids),
            _ => None,
        })
    }

    /// Puts a job down and works until it is answered.
    fn until_done<T>(
        &mut self,
        source: Source,
        job: Job<Whom>,
        now: Moment,
        answer: impl Fn(Whom, Done) -> Option<T>,
    ) -> T {
        self.put(source, job);
        loop {
            let done = self.work(now).into_iter();
            if let Some(answer) = done.filter_map(|(whom, done)| answer(whom, done)).next() {
                return answer;
            }
        }
    }

    pub(super) fn take_turn(&mut self, now: Moment) {
        self.put(Source::Home, Job::Turn(Whom::Nobody));
        self.work(now);
    }

    pub(super) fn sync_disk(&mut self, now: Moment) {
        self.syncing = false;
        self.work(now);
    }

    fn put(&mut self, source: Source, job: Job<Whom>) {
        let (haste, bytes) = (job.haste(), job.bytes());
        let room = self.desk.put(source, haste, bytes, job);
        assert!(room.is_ok(), "{} has no room at its desk", self.name);
    }

    /// Whose turn a link's jobs are done in.
    fn source_of(&self, link: LinkId) -> Source {
        let neighbour = self.core.peer_of(link).and_then(|peer| self.neighbours.get(&peer));
        neighbour.map_or(Source::Stranger, |it| Source::Household(it.household))
    }

    /// Works off the next batch of what has gathered; what is for a link goes there.
    fn work(&mut self, now: Moment) -> Vec<(Whom, Done)> {
        let claimed = self.claimed(now);
        let mut worked = self.ledger.work(self.desk.take(), claimed);
        if self.ledger.rests() != Rests::Never {
            let rested: Worked<Whom> = self.ledger.rest();
            worked.changes.join(rested.changes);
            worked.written.extend(rested.written);
            worked.files.extend(rested.files);
            (worked.row, worked.turn_in_ms) = (rested.row, worked.turn_in_ms.or(rested.turn_in_ms));
        }
        self.rings.append(&mut worked.changes.alerts);
        self.rings.append(&mut worked.changes.urgent);
        self.rings.append(&mut worked.changes.duty);
        if worked.changes.roster {
            self.core.introduction = self.ledger.introduction().expect("memory reads");
            self.neighbours = self.ledger.neighbours().expect("memory reads");
            if self.turns {
                self.core.handle(Input::Households(Arc::new(self.ledger.households())), now);
            }
            self.core.handle(Input::Boxes(self.neighbours.keys().copied().collect()), now);
        }
        let row = worked.row;
        self.renewed |= worked.renewed;
        self.turn_in_ms = worked.turn_in_ms.or(self.turn_in_ms);
        if !worked.written.is_empty() {
            self.written.extend(worked.written.iter().cloned());
            self.core.handle(Input::Written { new: worked.written, row }, now);
        }
        self.core.handle(Input::Files(worked.files), now);
        let mut rest = Vec::new();
        for (whom, done) in worked.done {
            match whom {
                Whom::Link(link) => self.done(link, done, row, now),
                Whom::Nobody if matches!(done, Done::Files(_)) => {
                    let Done::Files(said) = done else { continue };
                    self.core.handle(Input::Files(said), now);
                }
                whom => rest.push((whom, done)),
            }
        }
        rest
    }

    fn done(&mut self, link: LinkId, done: Done, row: i64, now: Moment) {
        if let (Some(came), Done::Received(Some(taken))) = (&mut self.came, &done) {
            came.extend(taken.new.iter().map(|envelope| (envelope.id(), now)));
        }
        let input = match done {
            Done::Received(Some(Taken { new, whole, refused })) => {
                Input::Stored { from: link, new, whole, refused, row }
            }
            Done::Received(None) => Input::NotStored(link),
            Done::Listed(scope, bucket, items) => Input::Listed(link, scope, bucket, items),
            Done::Fetched(envelopes) => Input::Fetched(link, envelopes),
            Done::Missing(ids) => Input::Missing(link, ids),
            Done::Bodiless(ids) => Input::Bodiless(link, ids),
            Done::Newest(newest) => Input::Newest(link, newest),
            Done::Served(ask, talk) => {
                self.served += u64::from(matches!(talk, FileTalk::Chunk { .. }));
                Input::Served(link, ask, talk)
            }
            Done::Introduced(Err(why)) => return self.core.turn_away(link, why, now),
            Done::Introduced(Ok(())) | Done::Files(_) | Done::Reply(_) | Done::Nothing => return,
        };
        self.core.handle(input, now);
    }
}

impl World {
    /// Carries out whatever a home's core has decided.
    pub(super) fn drain(&mut self, who: Who) {
        while let Some(output) = self.homes[who.0].core.poll() {
            let (link, job) = match output {
                Output::Send(link, frame) => {
                    self.send(who, link, frame);
                    continue;
                }
                Output::Close(link, reason) => {
                    self.note(who, &format!("closes {link}: {reason}"));
                    self.break_link(link);
                    continue;
                }
                Output::List(link, scope, bucket) => {
                    (Some(link), Job::List(Whom::Link(link), scope, bucket))
                }
                Output::Bodiless(link) => (Some(link), Job::Bodiless(Whom::Link(link))),
                Output::Newest(link, key) => (Some(link), Job::Newest(Whom::Link(link), key)),
                Output::Serve(link, ask) => (Some(link), Job::Serve(Whom::Link(link), ask)),
                Output::File(errand) => (None, Job::File(Whom::Nobody, errand)),
                Output::Yours(newest) => (None, Job::Yours(Whom::Nobody, newest)),
                Output::Fetch(link, ids) => (Some(link), Job::Fetch(Whom::Link(link), ids)),
                Output::Lookup(link, ids) => (Some(link), Job::Lookup(Whom::Link(link), ids)),
                Output::Store(link, envelopes) => {
                    (Some(link), Job::Receive(Whom::Link(link), envelopes.into()))
                }
                Output::Introduced(link, key, envelopes) => {
                    (Some(link), Job::Introduce(Whom::Link(link), key, envelopes))
                }
                Output::Delivered(key, row) => (None, Job::Delivered(Whom::Nobody, key, row)),
                Output::Budget(..) | Output::Waited(..) | Output::MeshChanged => continue,
            };
            let home = &mut self.homes[who.0];
            let source = link.map_or(Source::Home, |link| home.source_of(link));
            home.put(source, job);
        }
        if std::mem::take(&mut self.homes[who.0].renewed) {
            return self.meet_anew(who);
        }
        if let Some(ms) = self.homes[who.0].turn_in_ms.take() {
            self.plan(ms, Event::Turn(who));
        }
        let home = &mut self.homes[who.0];
        if !home.desk.is_empty() && !home.syncing {
            home.syncing = true;
            let busy = home.desk.batch_bytes() / self.disk_bytes_a_ms;
            let after = 1 + self.chance.below(DISK_MS_MAX) as u64 + busy;
            self.plan(after, Event::Disk(who));
        }
    }
}

fn core_of(ledger: &mut Ledger) -> (Core, BTreeMap<KeyId, Neighbour>) {
    let neighbours = ledger.neighbours().expect("memory reads");
    let me = ledger.identity().box_key.key();
    let book = PeerBook::new(me, 8, Vec::new());
    let mut core = Core::new(
        me,
        ledger.community(),
        ledger.introduction().expect("memory reads"),
        ledger.carried(),
        neighbours.keys().copied().collect(),
        book,
        ledger.row(),
    );
    core.handle(Input::Households(Arc::new(ledger.households())), Moment(0));
    let wishes = ledger.file_wishes().expect("memory reads");
    core.handle(Input::Files(wishes), Moment(0));
    (core, neighbours)
}
