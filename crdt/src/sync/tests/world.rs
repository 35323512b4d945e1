//! A few nodes with stores in memory and links between them; one seed decides who moves next.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    envelope::{Draft, Envelope, Kind},
    id::{CommunityId, EnvelopeId, ScopeId},
    keys::{Check, Secret},
    sync::{Carried, Config, Held, Input, Output, Session},
    time::{Bucket, ClaimedTime, Moment},
};

pub const COMMUNITY: CommunityId = CommunityId::from_bytes([7; 32]);

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((self.0 >> 33) % end as u64).expect("below a usize")
    }
}

pub fn scope(number: u16) -> ScopeId {
    let hash = *blake3::hash(&number.to_be_bytes()).as_bytes();
    ScopeId::from_slice(&hash[..16]).expect("sixteen bytes")
}

/// Someone who writes: one key, one chain in each scope.
pub struct Author {
    secret: Secret,
    tips: BTreeMap<ScopeId, (u64, EnvelopeId)>,
}

impl Author {
    pub fn new(number: u8) -> Self {
        Self { secret: Secret::from_seed([number; 32]), tips: BTreeMap::new() }
    }

    pub fn write(
        &mut self,
        kind: Kind,
        scope: ScopeId,
        bucket: u16,
        head: Option<(EnvelopeId, u64)>,
        body: Vec<u8>,
    ) -> Arc<Envelope> {
        let lamport = head.map_or(1, |(_, lamport)| lamport + 1);
        let draft = Draft {
            kind,
            scope,
            tip: self.tips.get(&scope).copied(),
            deps: head.iter().map(|(id, _)| *id).collect(),
            auth: Some(EnvelopeId::from_bytes(*self.secret.key().as_bytes())),
            lamport,
            bucket: Bucket(bucket),
            claimed: ClaimedTime(u64::from(bucket) * 604_800_000 + lamport * 7_919 % 604_800_000),
            epoch: None,
            body,
        };
        let envelope = Envelope::write(draft, &self.secret, &COMMUNITY);
        self.tips.insert(scope, (envelope.header().seq, envelope.id()));
        Arc::new(envelope)
    }
}

/// A message of 120 bytes, different each time.
pub fn body(number: u64) -> Vec<u8> {
    let mut body = Vec::new();
    blake3::Hasher::new().update(&number.to_be_bytes()).finalize_xof().fill({
        body.resize(128, 0);
        &mut body
    });
    body
}

#[derive(Default)]
pub struct Node {
    pub held: BTreeMap<EnvelopeId, Arc<Envelope>>,
    pub carried: Carried,
    heads: BTreeMap<ScopeId, (EnvelopeId, u64)>,
    drawers: BTreeMap<(ScopeId, Bucket), Vec<Held>>,
}

impl Node {
    /// Keeps what is new and says what that was.
    pub fn keep(
        &mut self,
        envelopes: impl IntoIterator<Item = Arc<Envelope>>,
    ) -> Vec<Arc<Envelope>> {
        let mut new = Vec::new();
        for envelope in envelopes {
            let header = envelope.header();
            if self.held.insert(envelope.id(), Arc::clone(&envelope)).is_none() {
                self.carried.add(header.scope, header.bucket, &envelope.id());
                let drawer = self.drawers.entry((header.scope, header.bucket)).or_default();
                drawer.push(Held::of(&envelope));
                let head = self.heads.entry(header.scope).or_insert((envelope.id(), 0));
                if header.lamport > head.1 {
                    *head = (envelope.id(), header.lamport);
                }
                new.push(envelope);
            }
        }
        new
    }

    pub fn head(&self, scope: ScopeId) -> Option<(EnvelopeId, u64)> {
        self.heads.get(&scope).copied()
    }

    pub fn list(&self, scope: ScopeId, bucket: Bucket) -> Vec<Held> {
        self.drawers.get(&(scope, bucket)).cloned().unwrap_or_default()
    }
}

/// One end of a link.
pub struct End {
    pub node: usize,
    pub session: Session,
    /// Frames on their way to this end.
    pub inbound: VecDeque<Vec<u8>>,
    errands: VecDeque<Output>,
    /// What was said to the caller, in order.
    pub said: Vec<Output>,
    pub bytes_in: usize,
    pub frames_in: usize,
    /// How often each envelope came in here.
    pub came: BTreeMap<EnvelopeId, u32>,
}

impl End {
    pub fn equal_at(&self) -> Option<Moment> {
        self.said.iter().rev().find_map(|output| match output {
            Output::Equal { at, .. } => Some(*at),
            _ => None,
        })
    }
}

pub struct World {
    pub now: Moment,
    pub nodes: Vec<Node>,
    /// Pairs of ends: 2n opened the link, 2n+1 was called.
    pub ends: Vec<End>,
    pub dice: Dice,
    /// Answers of the world to somebody who introduces himself.
    pub admits: bool,
    next_body: u64,
    pub authors: Vec<Author>,
}

impl World {
    pub fn new(nodes: usize, seed: u64) -> Self {
        Self {
            now: Moment(1_000),
            nodes: (0..nodes).map(|_| Node::default()).collect(),
            ends: Vec::new(),
            dice: Dice(seed),
            admits: true,
            next_body: 0,
            authors: (1..=50).map(Author::new).collect(),
        }
    }

    /// Writes at `node` and tells its sessions.
    pub fn write(&mut self, node: usize, kind: Kind, scope: ScopeId, bucket: u16) -> EnvelopeId {
        self.next_body += 1;
        let body = body(self.next_body);
        self.write_body(node, kind, scope, bucket, body)
    }

    pub fn write_body(
        &mut self,
        node: usize,
        kind: Kind,
        scope: ScopeId,
        bucket: u16,
        body: Vec<u8>,
    ) -> EnvelopeId {
        let author = self.author(node);
        let head = self.nodes[node].head(scope);
        let envelope = self.authors[author].write(kind, scope, bucket, head, body);
        let new = self.nodes[node].keep([envelope]);
        for end in 0..self.ends.len() {
            if self.ends[end].node == node {
                self.feed(end, Input::Written(&new));
            }
        }
        new[0].id()
    }

    /// Authors live at one node each, so that nobody forks.
    fn author(&mut self, node: usize) -> usize {
        let each = self.authors.len() / self.nodes.len();
        node * each + self.dice.below(each)
    }

    /// The same envelopes at all nodes, before any link exists.
    pub fn share(&mut self, count: usize, scope: ScopeId, bucket: u16) {
        for _ in 0..count {
            let id = self.write(0, Kind::MESSAGE, scope, bucket);
            let envelope = Arc::clone(&self.nodes[0].held[&id]);
            for node in 1..self.nodes.len() {
                self.nodes[node].keep([Arc::clone(&envelope)]);
            }
        }
    }

    /// A home that holds nothing yet; its number.
    pub fn add_node(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    /// How much of what was missing one end said last to have got, and of how much.
    pub fn progress_of(&self, end: usize) -> Option<(u64, u64)> {
        self.ends[end].said.iter().rev().find_map(|output| match output {
            Output::Progress { received, total } => Some((*received, *total)),
            _ => None,
        })
    }

    /// Opens a link between two members; the number of its first end.
    pub fn link(&mut self, from: usize, to: usize) -> usize {
        self.link_with(from, to, [true, true], [Vec::new(), Vec::new()])
    }

    pub fn link_with(
        &mut self,
        from: usize,
        to: usize,
        admitted: [bool; 2],
        introductions: [Vec<Envelope>; 2],
    ) -> usize {
        let first = self.ends.len();
        let sides = [from, to].into_iter().zip(admitted).zip(introductions).enumerate();
        for (side, ((node, admitted), introduction)) in sides {
            let config =
                Config { initiator: side == 0, community: COMMUNITY, admitted, introduction };
            self.ends.push(End {
                node,
                session: Session::new(config),
                inbound: VecDeque::new(),
                errands: VecDeque::new(),
                said: Vec::new(),
                bytes_in: 0,
                frames_in: 0,
                came: BTreeMap::new(),
            });
        }
        self.feed(first + 1, Input::Connected);
        self.feed(first, Input::Connected);
        first
    }

    /// Cuts a link; whatever was on its way is lost.
    pub fn cut(&mut self, first: usize) {
        for end in [first, first + 1] {
            self.feed(end, Input::Disconnected);
            self.ends[end].inbound.clear();
            self.ends[end].errands.clear();
        }
    }

    pub fn feed(&mut self, end: usize, input: Input<'_>) {
        let node = self.ends[end].node;
        self.ends[end].session.handle(&self.nodes[node].carried, input, self.now);
        while let Some(output) = self.ends[end].session.poll() {
            match output {
                Output::Send(frame) => self.ends[end ^ 1].inbound.push_back(frame),
                Output::Equal { .. }
                | Output::Differs { .. }
                | Output::Progress { .. }
                | Output::NeedNewest
                | Output::Yours(_)
                | Output::File(_)
                | Output::Close(_)
                | Output::Blame(_) => self.ends[end].said.push(output),
                errand => self.ends[end].errands.push_back(errand),
            }
        }
    }

    /// One thing happens somewhere; false if there is nothing to do.
    pub fn step(&mut self) -> bool {
        let busy: Vec<(usize, bool)> = (0..self.ends.len())
            .flat_map(|end| [(end, true), (end, false)])
            .filter(|(end, frames)| {
                let end = &self.ends[*end];
                if *frames { !end.inbound.is_empty() } else { !end.errands.is_empty() }
            })
            .collect();
        if busy.is_empty() {
            return false;
        }
        let at = self.dice.below(busy.len());
        match busy[at] {
            (end, true) => self.deliver(end),
            (end, false) => self.run_errand(end),
        }
        true
    }

    pub fn deliver(&mut self, end: usize) {
        if let Some(frame) = self.ends[end].inbound.pop_front() {
            assert!(frame.len() <= 64 * 1024, "a frame of {} bytes", frame.len());
            self.ends[end].bytes_in += frame.len();
            self.ends[end].frames_in += 1;
            self.feed(end, Input::Received(&frame));
        }
    }

    fn run_errand(&mut self, end: usize) {
        let errand = self.ends[end].errands.pop_front().expect("chosen because it has one");
        let node = self.ends[end].node;
        match errand {
            Output::List { scope, bucket } => {
                let items = self.nodes[node].list(scope, bucket);
                self.feed(end, Input::Listed { scope, bucket, items });
            }
            Output::Fetch(ids) => {
                let held = &self.nodes[node].held;
                let found = ids.iter().filter_map(|id| held.get(id).cloned()).collect();
                self.feed(end, Input::Fetched(found));
            }
            Output::Lookup(mut ids) => {
                ids.retain(|id| !self.nodes[node].held.contains_key(id));
                self.feed(end, Input::Missing(ids));
            }
            Output::Store(envelopes) => self.store(end, node, envelopes),
            Output::NeedAdmission { introduced } => {
                let admits = self.admits && !introduced.is_empty();
                if admits {
                    self.nodes[node].keep(introduced.into_iter().map(Arc::new));
                }
                self.feed(end, Input::Admit(admits));
            }
            other => panic!("{other:?} is not an errand"),
        }
    }

    fn store(&mut self, end: usize, node: usize, envelopes: Vec<Envelope>) {
        for envelope in &envelopes {
            *self.ends[end].came.entry(envelope.id()).or_default() += 1;
        }
        let checks: Vec<Check> = envelopes.iter().map(|it| it.check(&COMMUNITY)).collect();
        let refused = Check::all(&checks, [9; 32]).into_iter().filter(|good| !good).count();
        let new = self.nodes[node].keep(envelopes.into_iter().map(Arc::new));
        let count = new.len();
        for other in 0..self.ends.len() {
            if self.ends[other].node == node && !new.is_empty() {
                self.feed(other, Input::Stored(&new));
            }
        }
        self.feed(end, Input::Settled { new: count, refused });
    }

    /// Runs until nobody has anything to do, without letting time pass.
    pub fn run(&mut self) {
        for _ in 0..2_000_000 {
            if !self.step() {
                return;
            }
        }
        panic!("it never ends");
    }

    /// Runs for so many milliseconds of virtual time.
    pub fn run_for(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            self.run();
            let wakeups = self
                .ends
                .iter()
                .enumerate()
                .filter_map(|(at, end)| end.session.next_wakeup().map(|(due, _)| (due, at)));
            match wakeups.min().filter(|(due, _)| *due <= end) {
                Some((due, at)) => {
                    self.now = self.now.max(due);
                    self.feed(at, Input::Wake);
                }
                None => break,
            }
        }
        self.now = end;
    }

    /// How conversations ended, for those that did.
    pub fn endings(&self) -> Vec<(usize, String)> {
        let endings = self.ends.iter().enumerate().filter_map(|(at, end)| {
            let last = end.said.iter().find(|it| matches!(it, Output::Close(_) | Output::Blame(_)));
            last.map(|last| (at, format!("{last:?}")))
        });
        endings.collect()
    }

    pub fn is_equal(&self) -> bool {
        self.nodes.windows(2).all(|pair| pair[0].carried.root() == pair[1].carried.root())
    }

    /// Bytes in both directions of a link.
    pub fn bytes(&self, first: usize) -> usize {
        self.ends[first].bytes_in + self.ends[first + 1].bytes_in
    }

    pub fn frames(&self, first: usize) -> usize {
        self.ends[first].frames_in + self.ends[first + 1].frames_in
    }

    /// How often envelopes crossed a link, and how many different ones.
    pub fn crossings(&self, first: usize) -> (u32, usize) {
        let (here, there) = (&self.ends[first].came, &self.ends[first + 1].came);
        let different: BTreeSet<_> = here.keys().chain(there.keys()).collect();
        (here.values().chain(there.values()).sum(), different.len())
    }
}
