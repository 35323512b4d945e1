//! What a node does about its peers, as a machine without a socket, a disk or a clock.
//!
//! One [`Session`] a link, one book of peers, one summary of what is held. Inputs come in, outputs
//! are drained with [`Core::poll`]; `run` moves them between here and the world, the simulator moves
//! them between thirty of these in one process.
//!
//! # Rules
//!
//! 1. A box that the roster does not know is told nothing until a statement that it brought along
//!    shows whose it is. Until then it may send a bounded number of bytes. Only a newcomer, whose
//!    own box his roster does not know yet, listens to anybody: he has no secrets, cannot tell who
//!    is who, and everything that he hears is signed. Once he knows himself and has heard the peer
//!    out, he knows the peer too, or lets go of him.
//! 2. "Equal" is said of a named peer, at a time, and ceases as soon as anything new is held here.
//! 3. What was written here counts as sent once a peer was found equal afterwards.
//! 4. A peer that breaks the protocol loses its link and is not dialled for a while.
//! 5. A link in doubt is asked: who says nothing within a second has no link any more, and is dialled
//!    afresh. Silence alone shows a dead link much later.
//!
//! # Deliberately absent
//!
//! The order of dialling (`peers`), the conversation itself (`crdt::sync`), and any wall clock.

pub mod desk;
mod files;
pub mod peers;
pub mod porch;
mod waits;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    sync::Arc,
};

use crdt::{
    authority::Households,
    envelope::Envelope,
    id::{CommunityId, EnvelopeId, KeyId, ScopeId},
    sync::{
        self, Carried, Closing, Fingerprint, Held, Parting, Session,
        files::{FileAsk, FileTalk, Files},
    },
    time::{Bucket, Moment},
};

use peers::PeerBook;
use waits::Waiting;
pub use waits::{WAITS_MAX, WaitId};

/// What a stranger may send before he has shown who he is, in bytes.
pub const STRANGER_BYTES_MAX: u64 = 64 * 1024;

/// How long after something new the peers are compared with again, in milliseconds: long enough to
/// gather what comes together, short enough that "sent" is said while somebody still looks.
pub const COMPARE_AFTER_MS: u64 = 700;

/// How long after a difference was found the peers are compared with again, in milliseconds, if
/// nothing new has led to it before.
pub const RECHECK_AFTER_MS: u64 = 2_000;

/// How long a peer may take to say anything on a link that is in doubt, in milliseconds: a round
/// trip over a slow line between two busy boxes, and far less than silence takes to show by itself.
pub const DOUBT_MS: u64 = 1_000;

/// Bodies that one peer is asked for on one link: fewer than `RESENT_MAX` in `crdt`, an attack to him.
pub const BODIES_WANTED_MAX: usize = 8_000;

/// One link in the life of this node; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link-{}", self.0)
    }
}

/// What happens to a node.
#[derive(Debug)]
pub enum Input {
    /// A link is up; the transport knows whose box is at the other end.
    LinkUp {
        /// Which.
        link: LinkId,
        /// Whose.
        peer: KeyId,
        /// `quic`, `tcp`, `memory`.
        transport: &'static str,
        /// Did this side open it?
        outbound: bool,
    },
    /// A frame came.
    Frame(LinkId, Vec<u8>),
    /// A link is gone.
    LinkDown(LinkId),
    /// A sign that the link with this peer may be dead.
    Doubted(KeyId),
    /// Answers [`Output::List`].
    Listed(LinkId, ScopeId, Bucket, Vec<Held>),
    /// Answers [`Output::Fetch`].
    Fetched(LinkId, Vec<Arc<Envelope>>),
    /// Answers [`Output::Bodiless`].
    Bodiless(LinkId, Vec<EnvelopeId>),
    /// Answers [`Output::Lookup`]: those that are not here, or not whole.
    Missing(LinkId, Vec<EnvelopeId>),
    /// Answers [`Output::Store`], after the commit.
    Stored {
        /// From whom.
        from: LinkId,
        /// What was new.
        new: Vec<Arc<Envelope>>,
        /// What was held without its body before.
        whole: Vec<EnvelopeId>,
        /// How many could not have been signed by anybody.
        refused: usize,
        /// The last row that is durable now.
        row: i64,
    },
    /// Answers [`Output::Serve`].
    Served(LinkId, FileAsk, FileTalk),
    /// Answers [`Output::File`], or what somebody here wants of files.
    Files(Vec<sync::files::Input>),
    /// The store could not keep what a peer sent: the link is closed, the peer comes back.
    NotStored(LinkId),
    /// Answers [`Output::Newest`].
    Newest(LinkId, Vec<Arc<Envelope>>),
    /// Written here and durable.
    Written {
        /// What.
        new: Vec<Arc<Envelope>>,
        /// The last row that is durable now.
        row: i64,
    },
    /// Answers [`Output::Introduced`], and comes after every change of the roster.
    Boxes(BTreeSet<KeyId>),
    /// Who takes turns with whom, at the beginning and after every change of the roster.
    Households(Arc<Households>),
    /// Somebody wants to hear when `count` peers (or this one) are connected and equal.
    Wait {
        /// Names the answer.
        wait: WaitId,
        /// How many.
        count: usize,
        /// This one only.
        peer: Option<KeyId>,
        /// When to give up.
        until: Moment,
    },
    /// The time that [`Core::next_wakeup`] named has come.
    Tick,
}

/// What a node wants done.
#[derive(Debug)]
pub enum Output {
    /// One frame to the peer; a link whose queue is full is closed.
    Send(LinkId, Vec<u8>),
    /// Close a link, for this reason.
    Close(LinkId, String),
    /// Bytes that may still come over a link; none: no bound.
    Budget(LinkId, Option<u64>),
    /// List a drawer.
    List(LinkId, ScopeId, Bucket),
    /// Load envelopes.
    Fetch(LinkId, Vec<EnvelopeId>),
    /// Which of these are not here?
    Lookup(LinkId, Vec<EnvelopeId>),
    /// What is here without its body? Somebody handed it over so; this peer may know better.
    Bodiless(LinkId),
    /// What is the newest that is held of each writer on this peer's box?
    Newest(LinkId, KeyId),
    /// A peer holds these of this box's own writers: does this box?
    Yours(Vec<Envelope>),
    /// Verify, judge and commit.
    Store(LinkId, Vec<Envelope>),
    /// Answer a peer's question about a sealed file.
    Serve(LinkId, FileAsk),
    /// Something for the folder of sealed files, never [`sync::files::Output::Say`].
    File(sync::files::Output),
    /// A stranger says who he is: take in what is sound of it, and answer with [`Input::Boxes`].
    Introduced(LinkId, KeyId, Vec<Envelope>),
    /// Everything up to this row is known to be held by this peer.
    Delivered(KeyId, i64),
    /// The answer to [`Input::Wait`]: enough, or what is missing.
    Waited(WaitId, bool),
    /// Who is reachable or equal has changed.
    MeshChanged,
}

/// One peer as it is known.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// The link to it, if there is one.
    pub link: Option<LinkId>,
    /// Over what.
    pub transport: &'static str,
    /// When it was last heard.
    pub heard: Option<Moment>,
    /// When the two last compared.
    pub compared: Option<Moment>,
    /// What both held when they were last found equal.
    pub equal: Option<Fingerprint>,
    /// At the last comparison: what the peer has and this node lacks.
    pub missing_here: u64,
    /// And what the peer lacks.
    pub missing_there: u64,
    /// (received, total) since that comparison, of what the peer has and this node lacked.
    pub progress: (u64, u64),
}

struct Link {
    peer: KeyId,
    session: Session,
    admitted: bool,
    /// Admitted by a newcomer, who could not know better.
    on_trust: bool,
    /// Until when something must be heard, if the link is in doubt.
    doubted: Option<Moment>,
    /// Bodies asked for, once each: nobody may have them any more.
    wanted: BTreeSet<EnvelopeId>,
    /// Were the two equal on it, so that files may follow?
    has_files: bool,
}

/// The machine.
pub struct Core {
    me: KeyId,
    community: CommunityId,
    /// What shows a stranger who this node is, from the next link on.
    pub introduction: Vec<Envelope>,
    carried: Carried,
    links: BTreeMap<LinkId, Link>,
    peers: BTreeMap<KeyId, Peer>,
    boxes: BTreeSet<KeyId>,
    households: Arc<Households>,
    waits: Vec<Waiting>,
    files: Files,
    /// Whom to dial, and when.
    pub book: PeerBook,
    newest_row: i64,
    delivered: BTreeMap<KeyId, i64>,
    compare_at: Option<Moment>,
    /// What this home was told when somebody did not let it in, until somebody does.
    pub turned_away: Option<Parting>,
    outputs: VecDeque<Output>,
}

impl Core {
    /// The node of box `me` that holds `carried`, introduces itself with `introduction`, and knows `boxes`.
    pub fn new(
        me: KeyId,
        community: CommunityId,
        introduction: Vec<Envelope>,
        carried: Carried,
        boxes: BTreeSet<KeyId>,
        book: PeerBook,
        newest_row: i64,
    ) -> Self {
        Self {
            me,
            community,
            introduction,
            carried,
            links: BTreeMap::new(),
            peers: BTreeMap::new(),
            boxes,
            households: Arc::default(),
            waits: Vec::new(),
            files: Files::new(me),
            book,
            newest_row,
            delivered: BTreeMap::new(),
            compare_at: None,
            turned_away: None,
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input; drain [`Core::poll`] afterwards.
    pub fn handle(&mut self, input: Input, now: Moment) {
        match input {
            Input::LinkUp { link, peer, transport, outbound } => {
                self.link_up(link, peer, transport, outbound, now);
            }
            Input::Frame(link, bytes) => self.frame(link, &bytes, now),
            Input::LinkDown(link) => self.link_down(link, now),
            Input::Doubted(peer) => self.doubt(peer, now),
            Input::Listed(link, scope, bucket, items) => {
                self.feed(link, sync::Input::Listed { scope, bucket, items }, now);
            }
            Input::Fetched(link, envelopes) => {
                self.feed(link, sync::Input::Fetched(envelopes), now);
            }
            Input::Missing(link, ids) => self.feed(link, sync::Input::Missing(ids), now),
            Input::Bodiless(link, ids) => self.want_bodies(link, ids, now),
            Input::Newest(link, newest) => {
                self.feed(link, sync::Input::Newest(&newest), now);
            }
            Input::Stored { from, new, whole, refused, row } => {
                self.stored(&new, &whole, row, now);
                self.feed(from, sync::Input::Settled { new: new.len(), refused }, now);
            }
            Input::Served(link, ask, talk) => self.served(link, ask, talk, now),
            Input::Files(said) => said.into_iter().for_each(|it| self.files.handle(it, now)),
            Input::NotStored(link) => self.close(link, "the disk did not take it".into(), now),
            Input::Written { new, row } => self.written(&new, row, now),
            Input::Boxes(boxes) => self.know(boxes, now),
            Input::Households(households) => {
                self.households = households;
                let all = Arc::clone(&self.households);
                self.feed_all(&|| sync::Input::Households(Arc::clone(&all)), now);
            }
            Input::Wait { wait, count, peer, until } => self.wait(wait, count, peer, until, now),
            Input::Tick => self.tick(now),
        }
        self.drain_files(now);
        self.answer_waits(now);
    }

    /// The next thing to be done, in order.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call with [`Input::Tick`], and what for.
    pub fn next_wakeup(&self) -> Option<(Moment, &'static str)> {
        let sessions = self.links.values().filter_map(|link| link.session.next_wakeup());
        let waits = self.waits.iter().map(|wait| (wait.until, "a caller's patience ends"));
        let compare = self.compare_at.map(|at| (at, "compare after something new"));
        let doubts = self.links.values().filter_map(|link| link.doubted);
        let doubts = doubts.map(|until| (until, "a link in doubt"));
        sessions.chain(waits).chain(compare).chain(doubts).chain(self.files.next_wakeup()).min()
    }

    /// Every peer that was met since the start, by its box.
    pub fn peers(&self) -> &BTreeMap<KeyId, Peer> {
        &self.peers
    }

    /// The box at the other end of a link.
    pub fn peer_of(&self, link: LinkId) -> Option<KeyId> {
        self.links.get(&link).map(|link| link.peer)
    }

    /// Is the peer known to hold exactly what this node holds?
    pub fn is_equal(&self, peer: &Peer) -> bool {
        peer.equal.as_ref() == Some(self.carried.root())
    }

    /// What this node holds, in summary.
    pub fn carried(&self) -> &Carried {
        &self.carried
    }

    fn link_up(
        &mut self,
        id: LinkId,
        peer: KeyId,
        transport: &'static str,
        outbound: bool,
        now: Moment,
    ) {
        let on_trust = !self.boxes.contains(&self.me) && !self.boxes.contains(&peer);
        let admitted = on_trust || self.boxes.contains(&peer);
        let session = Session::new(sync::Config {
            initiator: outbound,
            community: self.community,
            admitted,
            introduction: self.introduction.clone(),
        });
        let budget = (!admitted).then_some(STRANGER_BYTES_MAX);
        self.outputs.push_back(Output::Budget(id, budget));
        let (doubted, wanted, has_files) = (None, BTreeSet::new(), false);
        let link = Link { peer, session, admitted, on_trust, doubted, wanted, has_files };
        self.links.insert(id, link);
        let known = self.peers.entry(peer).or_default();
        (known.link, known.transport, known.heard) = (Some(id), transport, Some(now));
        self.outputs.push_back(Output::MeshChanged);
        self.feed(id, sync::Input::Households(Arc::clone(&self.households)), now);
        self.feed(id, sync::Input::Connected, now);
    }

    fn frame(&mut self, id: LinkId, bytes: &[u8], now: Moment) {
        let Some(link) = self.links.get_mut(&id) else { return };
        link.doubted = None;
        if let Some(peer) = self.peers.get_mut(&link.peer) {
            peer.heard = Some(now);
        }
        self.feed(id, sync::Input::Received(bytes), now);
    }

    fn link_down(&mut self, id: LinkId, now: Moment) {
        let Some(mut link) = self.links.remove(&id) else { return };
        self.files.handle(sync::files::Input::Down(id.0), now);
        link.session.handle(&self.carried, sync::Input::Disconnected, now);
        self.forget_link(id, link.peer);
    }

    /// Rule 5: asks for an answer, and notes until when it has to come.
    fn doubt(&mut self, peer: KeyId, now: Moment) {
        let link = self.links.iter_mut().find(|(_, link)| link.peer == peer);
        if let Some((id, link)) = link.filter(|(_, link)| link.doubted.is_none()) {
            link.doubted = Some(now + DOUBT_MS);
            let id = *id;
            self.feed(id, sync::Input::Compare, now);
        }
    }

    fn forget_link(&mut self, id: LinkId, peer: KeyId) {
        if let Some(known) = self.peers.get_mut(&peer).filter(|known| known.link == Some(id)) {
            (known.link, known.progress) = (None, (0, 0));
            // Of a stranger nothing was learnt, and any number of them may come by.
            if known.compared.is_none() && !self.boxes.contains(&peer) {
                self.peers.remove(&peer);
            }
        }
        self.outputs.push_back(Output::MeshChanged);
    }

    fn close(&mut self, id: LinkId, reason: String, now: Moment) {
        if let Some(link) = self.links.remove(&id) {
            self.files.handle(sync::files::Input::Down(id.0), now);
            self.outputs.push_back(Output::Close(id, reason));
            self.forget_link(id, link.peer);
        }
    }

    fn stored(&mut self, new: &[Arc<Envelope>], whole: &[EnvelopeId], row: i64, now: Moment) {
        self.carry(new, row, now);
        if !new.is_empty() {
            self.feed_all(&|| sync::Input::Stored(new), now);
        }
        // Whoever was asked for such a body and had none is not asked again: he is told.
        if !whole.is_empty() {
            self.feed_all(&|| sync::Input::Whole(whole), now);
        }
    }

    fn written(&mut self, new: &[Arc<Envelope>], row: i64, now: Moment) {
        self.carry(new, row, now);
        self.feed_all(&|| sync::Input::Written(new), now);
    }

    fn carry(&mut self, new: &[Arc<Envelope>], row: i64, now: Moment) {
        for envelope in new {
            let header = envelope.header();
            self.carried.add(header.scope, header.bucket, &envelope.id());
        }
        self.newest_row = self.newest_row.max(row);
        if !new.is_empty() && !self.links.is_empty() {
            self.compare_at.get_or_insert(now + COMPARE_AFTER_MS);
        }
    }

    /// The roster knows these boxes now: strangers among them are let in, and members that are no
    /// longer among them are told goodbye.
    fn know(&mut self, boxes: BTreeSet<KeyId>, now: Moment) {
        self.boxes = boxes;
        let links: Vec<LinkId> = self.links.keys().copied().collect();
        for id in links {
            let Some(link) = self.links.get_mut(&id) else { continue };
            let is_known = self.boxes.contains(&link.peer);
            let heard_out = self.peers.get(&link.peer).is_some_and(|peer| peer.equal.is_some());
            if is_known {
                link.on_trust = false;
            } else if link.on_trust && !(heard_out && self.boxes.contains(&self.me)) {
                continue;
            }
            if is_known && !link.admitted {
                link.admitted = true;
                self.outputs.push_back(Output::Budget(id, None));
                self.feed(id, sync::Input::Admit(true), now);
            } else if !is_known && link.admitted {
                self.close(id, "its box is no longer a member's".into(), now);
            }
        }
    }

    /// What a stranger brought did not make him known; he is told why.
    pub fn turn_away(&mut self, id: LinkId, why: Parting, now: Moment) {
        if self.links.get(&id).is_some_and(|link| !link.admitted) {
            self.feed(id, sync::Input::TurnAway(why), now);
        }
    }

    fn tick(&mut self, now: Moment) {
        if self.compare_at.is_some_and(|at| at <= now) {
            self.compare_at = None;
            self.feed_all(&|| sync::Input::Compare, now);
        }
        let silent = |link: &Link| link.doubted.is_some_and(|until| until <= now);
        let silent = self.links.iter().filter(|(_, link)| silent(link)).map(|(id, _)| *id);
        for id in silent.collect::<Vec<LinkId>>() {
            self.close(id, "it does not answer any more".into(), now);
        }
        let due = |link: &Link| link.session.next_wakeup().is_some_and(|(at, _)| at <= now);
        let links: Vec<LinkId> =
            self.links.iter().filter(|(_, link)| due(link)).map(|(id, _)| *id).collect();
        for id in links {
            self.feed(id, sync::Input::Wake, now);
        }
        self.files.handle(sync::files::Input::Wake, now);
    }

    fn feed_all<'a>(&mut self, input: &dyn Fn() -> sync::Input<'a>, now: Moment) {
        let links: Vec<LinkId> = self.links.keys().copied().collect();
        for id in links {
            self.feed(id, input(), now);
        }
    }

    /// Asks a peer for bodies that are missing here, each of them once.
    fn want_bodies(&mut self, id: LinkId, mut ids: Vec<EnvelopeId>, now: Moment) {
        let Some(link) = self.links.get_mut(&id) else { return };
        ids.retain(|body| link.wanted.len() < BODIES_WANTED_MAX && link.wanted.insert(*body));
        if !ids.is_empty() {
            self.feed(id, sync::Input::Missing(ids), now);
        }
    }

    /// Gives a session one input and carries out what it wants.
    fn feed(&mut self, id: LinkId, input: sync::Input<'_>, now: Moment) {
        let Some(link) = self.links.get_mut(&id) else { return };
        link.session.handle(&self.carried, input, now);
        while let Some(wanted) = self.links.get_mut(&id).and_then(|link| link.session.poll()) {
            self.carry_out(id, wanted, now);
        }
    }

    fn carry_out(&mut self, id: LinkId, wanted: sync::Output, now: Moment) {
        use sync::Output as Wanted;
        let Some(key) = self.links.get(&id).map(|link| link.peer) else { return };
        let peer = self.peers.entry(key).or_default();
        match wanted {
            Wanted::Send(frame) => self.outputs.push_back(Output::Send(id, frame)),
            Wanted::NeedAdmission { introduced } => {
                self.outputs.push_back(Output::Introduced(id, key, introduced));
            }
            Wanted::List { scope, bucket } => {
                self.outputs.push_back(Output::List(id, scope, bucket));
            }
            Wanted::Fetch(ids) => self.outputs.push_back(Output::Fetch(id, ids)),
            Wanted::Lookup(ids) => self.outputs.push_back(Output::Lookup(id, ids)),
            Wanted::NeedNewest => self.outputs.push_back(Output::Newest(id, key)),
            Wanted::File(talk) => self.hear_of_file(id, talk, now),
            Wanted::Yours(newest) => self.outputs.push_back(Output::Yours(newest)),
            Wanted::Store(envelopes) => self.outputs.push_back(Output::Store(id, envelopes)),
            Wanted::Equal { at, root } => {
                (peer.compared, peer.equal) = (Some(at), Some(root));
                (peer.missing_here, peer.missing_there, peer.progress) = (0, 0, (0, 0));
                self.outputs.push_back(Output::MeshChanged);
                self.delivered_up_to_now(key, &root);
                // Equal are the names of what both hold; a body can be missing all the same.
                self.outputs.push_back(Output::Bodiless(id));
                self.end_trust(id, now);
                self.open_for_files(id, now);
                self.turned_away = None;
            }
            Wanted::Differs { missing_here, missing_there } => {
                (peer.compared, peer.equal, peer.progress) = (Some(now), None, (0, missing_here));
                (peer.missing_here, peer.missing_there) = (missing_here, missing_there);
                // It may have been overtaken by what came meanwhile: ask again, rather than leave
                // two that are equal in doubt.
                self.compare_at.get_or_insert(now + RECHECK_AFTER_MS);
                self.outputs.push_back(Output::MeshChanged);
            }
            Wanted::Progress { received, total } => peer.progress = (received, total),
            Wanted::Close(why) => {
                if let Closing::Left(told @ (Parting::Used | Parting::Removed)) = why {
                    self.turned_away = Some(told);
                }
                self.close(id, format!("{why:?}"), now);
            }
            Wanted::Blame(fault) => {
                self.book.park(key, now);
                self.close(id, fault.to_string(), now);
            }
        }
    }

    /// Rule 1: a peer who was heard out and is still unknown to somebody who is known himself.
    fn end_trust(&mut self, id: LinkId, now: Moment) {
        let on_trust = self.links.get(&id).is_some_and(|link| link.on_trust);
        if on_trust && self.boxes.contains(&self.me) {
            self.close(id, "its box is nobody's".into(), now);
        }
    }

    /// Rule 3: the peer holds all that is held here, if what both held is what is held now.
    fn delivered_up_to_now(&mut self, key: KeyId, root: &Fingerprint) {
        if self.delivered.get(&key) < Some(&self.newest_row) && root == self.carried.root() {
            self.delivered.insert(key, self.newest_row);
            self.outputs.push_back(Output::Delivered(key, self.newest_row));
        }
    }
}

#[cfg(test)]
mod tests;
