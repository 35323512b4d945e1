//! A peer that says anything, to a node that holds sixty envelopes in three scopes.
//!
//! An input is three bits (who called, who is known) and a list of happenings: frames of the peer,
//! time that passes, something written here. A frame is given whole, or is what an honest peer says
//! to this node, as it is or with some of its bytes changed. Stores answer at once.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use crdt::{
    envelope::{Draft, Envelope, Kind},
    id::{CommunityId, EnvelopeId, ScopeId},
    keys::Secret,
    sync::{
        Carried, Config, Held, Input, Output, Session,
        bounds::FRAME_BYTES_MAX,
        files::{FileAsk, FileTalk, FileWish},
    },
    time::{Bucket, ClaimedTime, Moment},
};

use super::bytes::Bytes;

const COMMUNITY: CommunityId = CommunityId::from_bytes([7; 32]);

/// Happenings in one input: more only repeat what few can do.
const HAPPENINGS_MAX: usize = 200;

/// What one input may make the node keep, in envelopes; a real store takes what is signed.
const KEPT_MAX: usize = 2_000;

/// A node without a disk.
struct Node {
    held: BTreeMap<EnvelopeId, Arc<Envelope>>,
    carried: Carried,
    session: Session,
    now: Moment,
    over: bool,
    written: u64,
    /// What it said and nobody has heard yet.
    said: VecDeque<Vec<u8>>,
}

/// One conversation.
pub fn session(bytes: &[u8]) {
    let mut bytes = Bytes::new(bytes);
    let flags = bytes.byte();
    let (calls, admitted) = (flags & 1 == 1, flags & 2 == 0);
    let mut node = Node::new(calls, admitted, 0..60);
    let mut peer = Node::new(!calls, flags & 4 == 0, 30..90);
    peer.feed(Input::Connected);
    node.feed(Input::Connected);
    for _ in 0..HAPPENINGS_MAX {
        if bytes.is_empty() || node.over {
            break;
        }
        while let Some(frame) = node.said.pop_front() {
            peer.feed(Input::Received(&frame));
        }
        match bytes.byte() & 7 {
            0 => node.feed(Input::Received(bytes.part())),
            1..=3 => node.hear(peer.said.pop_front()),
            4 => node.hear(peer.said.pop_front().map(|frame| bytes.changed(&frame))),
            5 => node.pass_time(u64::from(bytes.byte())),
            6 => node.write(),
            _ => node.feed(Input::Compare),
        }
    }
    node.wait_for_the_end();
}

impl Node {
    fn new(initiator: bool, admitted: bool, holds: std::ops::Range<u64>) -> Self {
        let introduction = vec![message(9, 1).as_ref().clone()];
        let config = Config { initiator, community: COMMUNITY, admitted, introduction };
        let mut node = Self {
            held: BTreeMap::new(),
            carried: Carried::new(),
            session: Session::new(config),
            now: Moment(1_000),
            over: false,
            written: 1_000,
            said: VecDeque::new(),
        };
        for number in holds {
            node.keep(message((number % 3) as u8, number));
        }
        node
    }

    fn keep(&mut self, envelope: Arc<Envelope>) -> bool {
        let (id, header) = (envelope.id(), envelope.header());
        let is_new = self.held.len() < KEPT_MAX && !self.held.contains_key(&id);
        if is_new {
            self.carried.add(header.scope, header.bucket, &id);
            self.held.insert(id, envelope);
        }
        is_new
    }

    fn hear(&mut self, frame: Option<Vec<u8>>) {
        if let Some(frame) = frame {
            self.feed(Input::Received(&frame));
        }
    }

    fn feed(&mut self, input: Input<'_>) {
        self.session.handle(&self.carried, input, self.now);
        while let Some(output) = self.session.poll() {
            assert!(!self.over, "after the end it says {output:?}");
            self.serve(output);
        }
    }

    fn serve(&mut self, output: Output) {
        match output {
            Output::Send(frame) => {
                assert!(frame.len() <= FRAME_BYTES_MAX);
                self.said.push_back(frame);
            }
            Output::List { scope, bucket } => {
                let items = self.list(scope, bucket);
                self.feed(Input::Listed { scope, bucket, items });
            }
            Output::Fetch(ids) => {
                let found = ids.iter().filter_map(|id| self.held.get(id).cloned()).collect();
                self.feed(Input::Fetched(found));
            }
            Output::Lookup(mut ids) => {
                ids.retain(|id| !self.held.contains_key(id));
                self.feed(Input::Missing(ids));
            }
            Output::Store(envelopes) => self.store(envelopes),
            Output::NeedAdmission { introduced } => {
                self.feed(Input::Admit(!introduced.is_empty()));
            }
            Output::NeedNewest => {
                let newest = self.newest();
                self.feed(Input::Newest(&newest));
            }
            Output::File(talk) => self.answer_about_a_file(&talk),
            Output::Close(_) | Output::Blame(_) => self.over = true,
            Output::Equal { .. }
            | Output::Differs { .. }
            | Output::Progress { .. }
            | Output::Yours(_) => (),
        }
    }

    /// It holds every file that there is, and wants the next chunk of whatever came.
    fn answer_about_a_file(&mut self, talk: &FileTalk) {
        let (blob, bytes) = (talk.blob(), 20_000);
        let answer = match talk {
            FileTalk::Ask(FileAsk { wish: FileWish::Chunk(chunk), .. }) => {
                FileTalk::Chunk { blob, chunk: *chunk, bytes: vec![1; 40] }
            }
            FileTalk::Ask(_) => FileTalk::State { blob, here: true },
            FileTalk::Chunk { chunk, .. } => {
                let wish = FileWish::Chunk(chunk.saturating_add(1));
                FileTalk::Ask(FileAsk { blob, bytes, wish })
            }
            FileTalk::State { .. } | FileTalk::Here(_) => {
                FileTalk::Ask(FileAsk { blob, bytes, wish: FileWish::Chunk(0) })
            }
        };
        self.feed(Input::File(answer));
    }

    fn list(&self, scope: ScopeId, bucket: Bucket) -> Vec<Held> {
        let here = |it: &&Arc<Envelope>| {
            let header = it.header();
            header.scope == scope && header.bucket == bucket
        };
        self.held.values().filter(here).map(|it| Held::of(it)).collect()
    }

    /// As if every writer lived on the peer's box.
    fn newest(&self) -> Vec<Arc<Envelope>> {
        let mut newest = BTreeMap::new();
        for it in self.held.values() {
            let header = it.header();
            let kept = newest.entry(header.writer).or_insert_with(|| Arc::clone(it));
            if kept.header().seq < header.seq {
                *kept = Arc::clone(it);
            }
        }
        newest.into_values().collect()
    }

    fn store(&mut self, envelopes: Vec<Envelope>) {
        let new: Vec<Arc<Envelope>> = envelopes.into_iter().map(Arc::new).collect();
        let new: Vec<Arc<Envelope>> =
            new.into_iter().filter(|it| self.keep(Arc::clone(it))).collect();
        if !new.is_empty() {
            self.feed(Input::Stored(&new));
        }
        self.feed(Input::Settled { new: new.len(), refused: 0 });
    }

    fn write(&mut self) {
        self.written += 1;
        let new = message(1, self.written);
        self.keep(Arc::clone(&new));
        self.feed(Input::Written(&[new]));
    }

    /// A few hundredths of a second, or as long as the session wants to wait.
    fn pass_time(&mut self, hundredths: u64) {
        let due = self.session.next_wakeup().map(|(due, _)| due);
        let later = self.now + hundredths * 10;
        self.now = match due {
            Some(due) if hundredths == 0 => self.now.max(due),
            _ => later,
        };
        self.feed(Input::Wake);
    }

    /// A peer that falls silent is left, or owes nothing; either way the session comes to rest.
    fn wait_for_the_end(&mut self) {
        for _ in 0..10_000 {
            match self.session.next_wakeup() {
                Some((due, _)) if !self.over => {
                    self.now = self.now.max(due);
                    self.feed(Input::Wake);
                }
                _ => return,
            }
        }
        panic!("it never rests: {:?}", self.session.next_wakeup());
    }
}

/// A message, not signed anew in every run: signing is slow.
fn message(group: u8, number: u64) -> Arc<Envelope> {
    thread_local! {
        static WRITTEN: RefCell<BTreeMap<(u8, u64), Arc<Envelope>>> = const { RefCell::new(BTreeMap::new()) };
    }
    let write = || {
        let draft = Draft {
            kind: if number.is_multiple_of(7) { Kind::ACT } else { Kind::MESSAGE },
            scope: ScopeId::from_bytes([group; 16]),
            tip: None,
            deps: Vec::new(),
            auth: None,
            epoch: None,
            lamport: 1,
            bucket: Bucket(2_900 + (number % 4) as u16),
            claimed: ClaimedTime(1_795_000_000_000 + number),
            body: vec![number as u8; 40],
        };
        Arc::new(Envelope::write(draft, &Secret::from_seed([5; 32]), &COMMUNITY))
    };
    WRITTEN
        .with_borrow_mut(|written| Arc::clone(written.entry((group, number)).or_insert_with(write)))
}
