//! Sealed files from home to home: who is asked for which chunk, and what is believed.
//!
//! One [`Files`] a node, over all of its links; what is said on one link is in `session`. A file is named
//! by the hash of its sealed bytes, which needs no key to check, so it may come from anybody.
//!
//! # Rules
//!
//! 1. Chunks come in order, and each is kept before the next is asked for. What is kept is what a cut or a
//!    restart leaves: the next neighbour goes on from there.
//! 2. A file is here when all of it is and its hash is right, and never before.
//! 3. Any neighbour may be asked; one that said it has the file, or just sent a chunk, comes first. One
//!    that has not got it is asked again when its link is new, or when it says that the file has come.
//! 4. If nobody linked has it, one after the other is asked to fetch it; who is asked that does as its
//!    own policy says, for so many files, and passes the question on to nobody.
//! 5. If the hash is wrong, somebody lied. From then on all of it comes from one neighbour alone, and whose
//!    file is wrong then, or who falls silent in the middle, is never asked for it again. So a liar costs
//!    its size twice, and an honest neighbour who answers is never taken for one.
//! 6. What is here goes, to make room, only if a neighbour says now that he holds it whole, shows a piece
//!    of it that this home picks, and his box stands before this one in the file's own order of boxes.
//!    Two who make room at the same moment cannot both rely on the other: of all who ever held it the
//!    first one keeps it.
//! 7. Whoever does not answer in time has not got it, until he says otherwise.
//! 8. How large a file is says whoever reads of it here. A neighbour who names another size is not
//!    listened to.
//!
//! # Deliberately absent
//!
//! Announcing to everybody who holds what: an envelope for each photo and home would lie on every
//! disk for ever, and be out of date. A question over a link is answered as it is.
//!
//! # Considered and rejected
//!
//! Trees of hashes, so that each chunk can be checked: the name would no longer be the plain hash, and
//! lies are rare. Several chunks of one file at once: photos are small, and a busy line has better to do.

mod room;
mod talk;
mod want;

use std::collections::{BTreeMap, VecDeque};

pub use talk::{FileAsk, FileTalk, FileWish};

use self::{
    room::Sparing,
    want::{State, Told, Want},
};
use super::bounds::{
    FILE_CHUNK_BYTES, FILES_AT_ONCE, FILES_FOR_LINK_MAX, FILES_FOR_OTHERS_MAX, FILES_HOPED_MAX,
    FILES_WANTED_MAX,
};
use crate::{
    id::{BlobId, KeyId},
    limits::BLOB_BYTES_MAX,
    time::Moment,
};

/// A link, by the number that its owner gave it.
pub type LinkNumber = u64;

/// What happens.
#[derive(Clone, Debug)]
pub enum Input {
    /// The two were found equal on a link for the first time.
    Up(LinkNumber, KeyId),
    /// A link is gone.
    Down(LinkNumber),
    /// Somebody here wants a file of so many sealed bytes.
    Want(BlobId, u64),
    /// Nobody here wants it any more.
    Unwant(BlobId),
    /// For others files of up to so many bytes are fetched; 0: none.
    Willing(u64),
    /// The peer has answered, or hinted.
    Heard(LinkNumber, FileTalk),
    /// The peer has asked for what is not here.
    Lacked(LinkNumber, FileAsk),
    /// Answers [`Output::Begin`].
    Begun(BlobId, Begun),
    /// Answers [`Output::Keep`]: so many chunks are kept now.
    Kept(BlobId, u64),
    /// Answers the last [`Output::Keep`]: was the hash right? If not, nothing of it is kept.
    Checked(BlobId, bool),
    /// Room is needed; these could go, the best first.
    Spare(Vec<Spared>),
    /// The store could not do what was last wanted for this one; tried again as where there is no room.
    Failed(BlobId),
    /// There is room again.
    Room,
    /// The time that [`Files::next_wakeup`] named has come.
    Wake,
}

/// A file that could go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spared {
    /// Which.
    pub blob: BlobId,
    /// How many sealed bytes it has.
    pub bytes: u64,
    /// Which of its chunks, from 0, whoever says that he holds it has to show. The store draws it.
    pub chunk: u64,
}

/// What a store says to a file that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is here.
    Here,
    /// So many chunks of it are.
    At(u64),
    /// There is no room for it.
    NoRoom,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Say this to the peer.
    Say(LinkNumber, FileTalk),
    /// Make room for a file of so many bytes, and say what is here of it.
    Begin(BlobId, u64),
    /// Keep a chunk; with the last one, check all of it.
    Keep {
        /// Of which file.
        blob: BlobId,
        /// Which, from 0.
        chunk: u64,
        /// What it is.
        bytes: Vec<u8>,
        /// Is it the last one?
        last: bool,
    },
    /// Let go of what is here of a file that is not whole.
    Drop(BlobId),
    /// It is here, and right.
    Came(BlobId),
    /// Too many lied about it: nobody is asked any more.
    GaveUp(BlobId),
    /// Somebody else says that he holds it, keeps it, and sent this chunk: if it is the same here, the file
    /// may go.
    MayGo {
        /// Which file.
        blob: BlobId,
        /// Which chunk, from 0.
        chunk: u64,
        /// What he sent.
        bytes: Vec<u8>,
    },
    /// All that was to be spared has been asked about.
    AskedAbout,
}

impl Output {
    /// Which file it is about, where the store has something to do for one.
    pub fn blob(&self) -> Option<BlobId> {
        match self {
            Self::Say(..) | Self::AskedAbout => None,
            Self::Begin(blob, _)
            | Self::Keep { blob, .. }
            | Self::Drop(blob)
            | Self::Came(blob)
            | Self::GaveUp(blob)
            | Self::MayGo { blob, .. } => Some(*blob),
        }
    }
}

/// One link, as far as files are concerned.
#[derive(Debug)]
struct Link {
    peer: KeyId,
    /// What was asked and is not answered.
    asked: Option<FileAsk>,
    /// What the peer asked for and this node had not, the latest last.
    hoped: VecDeque<BlobId>,
}

/// The machine.
#[derive(Debug)]
pub struct Files {
    me: KeyId,
    willing_bytes: u64,
    links: BTreeMap<LinkNumber, Link>,
    wants: BTreeMap<BlobId, Want>,
    sparing: Sparing,
    outputs: VecDeque<Output>,
}

impl Files {
    /// The files of this box.
    pub fn new(me: KeyId) -> Self {
        Self {
            me,
            willing_bytes: 0,
            links: BTreeMap::new(),
            wants: BTreeMap::new(),
            sparing: Sparing::default(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input; what it leads to is then waiting in [`Files::poll`].
    pub fn handle(&mut self, input: Input, now: Moment) {
        match input {
            Input::Up(link, peer) => self.up(link, peer),
            Input::Down(link) => self.down(link),
            Input::Want(blob, bytes) => self.want(blob, bytes, None),
            Input::Unwant(blob) => self.unwant(&blob, |want| want.own = false),
            Input::Willing(bytes) => self.willing_bytes = bytes,
            Input::Heard(link, talk) => self.heard(link, talk),
            Input::Lacked(link, ask) => self.lacked(link, ask),
            Input::Begun(blob, begun) => self.begun(blob, begun),
            Input::Kept(blob, chunks) => self.kept(&blob, chunks),
            Input::Checked(blob, good) => self.checked(blob, good),
            Input::Spare(these) => self.sparing.look(these, &self.links, &self.me),
            Input::Failed(blob) => {
                if let Some(want) = self.wants.get_mut(&blob) {
                    want.state = State::NoRoom;
                }
            }
            Input::Room => self.begin_again(),
            Input::Wake => (),
        }
        self.pump(now);
    }

    /// The next thing to be done, in order.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call with [`Input::Wake`], and what for.
    pub fn next_wakeup(&self) -> Option<(Moment, &'static str)> {
        let due = self.wants.values().filter_map(Want::due).chain(self.sparing.due()).min();
        due.map(|at| (at, "a file from somebody else"))
    }

    /// What is wanted here, and how many chunks of how many have come.
    pub fn wanted(&self) -> impl Iterator<Item = (BlobId, u64, u64)> + '_ {
        self.wants.iter().map(|(blob, want)| (*blob, want.chunks_here(), chunks_of(want.bytes)))
    }

    fn up(&mut self, link: LinkNumber, peer: KeyId) {
        self.links.insert(link, Link { peer, asked: None, hoped: VecDeque::new() });
        self.wants.values_mut().for_each(|want| want.met_again(&peer));
        self.begin_again();
    }

    fn down(&mut self, link: LinkNumber) {
        self.links.remove(&link);
        self.sparing.lost(link);
        self.wants.values_mut().for_each(|want| want.lost(link));
        // What came of it stays until others need the place: whoever asked may come back.
        self.wants.values_mut().for_each(|want| _ = want.askers.remove(&link));
    }

    /// Wants a file, for somebody here or for whoever asked on a link.
    fn want(&mut self, blob: BlobId, bytes: u64, asker: Option<LinkNumber>) {
        if bytes == 0 || bytes > BLOB_BYTES_MAX {
            return;
        }
        if self.wants.get(&blob).is_some_and(|want| want.bytes != bytes) {
            if asker.is_some() {
                return;
            }
            // Rule 8.
            self.wants.remove(&blob);
            self.outputs.push_back(Output::Drop(blob));
        }
        if !self.has_place(&blob, asker) {
            return;
        }
        let want = self.wants.entry(blob).or_insert_with(|| Want::new(bytes));
        want.own |= asker.is_none();
        want.askers.extend(asker);
    }

    /// Is there a place for one more? What nobody waits for any more makes it.
    fn has_place(&mut self, blob: &BlobId, asker: Option<LinkNumber>) -> bool {
        let known = self.wants.contains_key(blob);
        let Some(link) = asker else {
            let own = self.wants.values().filter(|want| want.own).count();
            return known || own < FILES_WANTED_MAX;
        };
        let others = || self.wants.iter().filter(|it| !it.1.own);
        if others().filter(|it| it.1.askers.contains(&link)).count() >= FILES_FOR_LINK_MAX {
            return false;
        }
        if known || others().count() < FILES_FOR_OTHERS_MAX {
            return true;
        }
        let orphan = others().find(|it| !it.1.is_wanted()).map(|it| *it.0);
        if let Some(orphan) = orphan {
            self.wants.remove(&orphan);
            self.outputs.push_back(Output::Drop(orphan));
        }
        orphan.is_some()
    }

    /// Takes somebody's wish back; a file that nobody wants is let go.
    fn unwant(&mut self, blob: &BlobId, take_back: impl FnOnce(&mut Want)) {
        let Some(want) = self.wants.get_mut(blob) else { return };
        take_back(want);
        if !want.is_wanted() {
            self.wants.remove(blob);
            self.outputs.push_back(Output::Drop(*blob));
        }
    }

    fn begin_again(&mut self) {
        let stalled = self.wants.values_mut().filter(|want| want.state == State::NoRoom);
        stalled.for_each(|want| want.state = State::Waiting);
    }

    /// Asks the store about those that have not begun, a few at a time.
    fn begin(&mut self) {
        let beginning = self.wants.values().filter(|want| want.state == State::Beginning).count();
        let mut left = FILES_AT_ONCE.saturating_sub(beginning);
        for own in [true, false] {
            let waiting = self.wants.iter_mut().filter(|(_, want)| {
                want.own == own && want.is_wanted() && want.state == State::Waiting
            });
            for (blob, want) in waiting.take(left) {
                want.state = State::Beginning;
                left -= 1;
                self.outputs.push_back(Output::Begin(*blob, want.bytes));
            }
        }
    }

    fn begun(&mut self, blob: BlobId, begun: Begun) {
        let Some(want) = self.wants.get_mut(&blob).filter(|it| it.state == State::Beginning) else {
            return;
        };
        match begun {
            Begun::Here => self.came(blob),
            Begun::At(chunks) => want.go_on_from(chunks),
            Begun::NoRoom => want.state = State::NoRoom,
        }
    }

    fn heard(&mut self, link: LinkNumber, talk: FileTalk) {
        let Some(known) = self.links.get_mut(&link) else { return };
        let (peer, blob) = (known.peer, talk.blob());
        if let FileTalk::Here(_) = talk {
            if let Some(want) = self.wants.get_mut(&blob) {
                want.told(peer, Told::Has);
            }
            return;
        }
        let asked = known.asked.take_if(|asked| asked.blob == blob);
        let Some(asked) = asked else { return };
        if self.sparing.is_asking(link, &blob) {
            match talk {
                FileTalk::Chunk { chunk, bytes, .. } if asked.wish == FileWish::Chunk(chunk) => {
                    self.sparing.shown(&blob);
                    self.outputs.push_back(Output::MayGo { blob, chunk, bytes });
                }
                FileTalk::State { here: true, .. } if asked.wish == FileWish::Hold => {
                    self.sparing.says_here(link, &blob);
                }
                _ => self.sparing.lacks(link, &blob),
            }
            return;
        }
        match (asked.wish, talk) {
            (FileWish::Chunk(_), FileTalk::Chunk { chunk, bytes, .. }) => {
                let Some(want) = self.wants.get_mut(&blob) else { return };
                want.lost_question(link);
                if let Some(last) = want.take(peer, chunk, &bytes) {
                    self.outputs.push_back(Output::Keep { blob, chunk, bytes, last });
                }
            }
            (wish, FileTalk::State { here, .. }) => {
                let Some(want) = self.wants.get_mut(&blob) else { return };
                match wish {
                    FileWish::Chunk(_) => {
                        want.lost_question(link);
                        want.told(peer, Told::Lacks);
                    }
                    _ if here => want.told(peer, Told::Has),
                    // It may be looking.
                    _ => (),
                }
            }
            _ => (),
        }
    }

    /// Rule 4, at the other end.
    fn lacked(&mut self, link: LinkNumber, ask: FileAsk) {
        let Some(known) = self.links.get_mut(&link) else { return };
        if ask.wish == FileWish::Hold {
            return;
        }
        if !known.hoped.contains(&ask.blob) {
            if known.hoped.len() >= FILES_HOPED_MAX {
                known.hoped.pop_front();
            }
            known.hoped.push_back(ask.blob);
        }
        if ask.wish == FileWish::Fetch && ask.bytes <= self.willing_bytes {
            self.want(ask.blob, ask.bytes, Some(link));
        }
    }

    fn kept(&mut self, blob: &BlobId, chunks: u64) {
        if let Some(want) = self.wants.get_mut(blob) {
            want.kept(chunks);
        }
    }

    /// Rules 2 and 5.
    fn checked(&mut self, blob: BlobId, good: bool) {
        let Some(want) = self.wants.get_mut(&blob) else { return };
        if good {
            self.came(blob);
        } else if !want.was_wrong() {
            self.wants.remove(&blob);
            self.outputs.push_back(Output::GaveUp(blob));
        }
    }

    fn came(&mut self, blob: BlobId) {
        self.wants.remove(&blob);
        for (link, known) in &mut self.links {
            if known.hoped.contains(&blob) {
                known.hoped.retain(|hoped| *hoped != blob);
                self.outputs.push_back(Output::Say(*link, FileTalk::Here(blob)));
            }
        }
        self.outputs.push_back(Output::Came(blob));
    }

    /// Asks whatever can be asked now: what makes room, then what somebody here wants, then the rest.
    fn pump(&mut self, now: Moment) {
        self.wants.values_mut().for_each(|want| want.lose_patience(now));
        self.sparing.lose_patience(now);
        for (link, ask) in self.sparing.next(&self.links, now) {
            self.ask(link, ask);
        }
        if self.sparing.is_done() && !self.links.is_empty() {
            self.outputs.push_back(Output::AskedAbout);
        }
        self.begin();
        let busy = self.wants.values().filter(|want| want.is_busy()).count();
        let mut left = FILES_AT_ONCE.saturating_sub(busy);
        for own in [true, false] {
            let blobs: Vec<BlobId> = self
                .wants
                .iter()
                .filter(|it| it.1.own == own && it.1.is_wanted())
                .map(|it| *it.0)
                .collect();
            for blob in blobs {
                left -= usize::from(left > 0 && self.ask_for(blob, now));
                if left == 0 {
                    return;
                }
            }
        }
    }

    /// Asks somebody for the next chunk of a file, or to fetch it. Is a chunk under way now?
    fn ask_for(&mut self, blob: BlobId, now: Moment) -> bool {
        let Some(want) = self.wants.get_mut(&blob) else { return false };
        let bytes = want.bytes;
        if want.is_forsaken(self.links.values().map(|link| link.peer)) {
            self.outputs.push_back(Output::Drop(blob));
        }
        let free: Vec<(LinkNumber, KeyId)> = self
            .links
            .iter()
            .filter(|(_, link)| link.asked.is_none())
            .map(|(number, link)| (*number, link.peer))
            .collect();
        if let Some((link, chunk)) = want.choose(&free, now) {
            self.ask(link, FileAsk { blob, bytes, wish: FileWish::Chunk(chunk) });
            return true;
        }
        let nobody = self.links.values().all(|link| !want.may_have(&link.peer));
        if nobody && let Some(link) = want.choose_to_fetch(&free, now) {
            self.ask(link, FileAsk { blob, bytes, wish: FileWish::Fetch });
        }
        false
    }

    fn ask(&mut self, link: LinkNumber, ask: FileAsk) {
        if let Some(known) = self.links.get_mut(&link) {
            known.asked = Some(ask);
            self.outputs.push_back(Output::Say(link, FileTalk::Ask(ask)));
        }
    }
}

/// How many chunks so many bytes are.
pub const fn chunks_of(bytes: u64) -> u64 {
    bytes.div_ceil(FILE_CHUNK_BYTES as u64)
}

/// How long one of them is.
pub const fn chunk_len(bytes: u64, chunk: u64) -> u64 {
    let size = FILE_CHUNK_BYTES as u64;
    let before = chunk.saturating_mul(size);
    let left = bytes.saturating_sub(before);
    if left < size { left } else { size }
}

#[cfg(test)]
mod tests;
