//! One file that is wanted: how far it is, who may have it, and whom to believe.

use std::collections::{BTreeMap, BTreeSet};

use super::{LinkNumber, chunk_len, chunks_of};
use crate::{
    id::KeyId,
    sync::bounds::{FILE_FETCH_MS, FILE_LIARS_MAX, FILE_PATIENCE_MS},
    time::Moment,
};

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The store is still to be asked.
    Waiting,
    /// The store is asked what is here.
    Beginning,
    /// There is no room.
    NoRoom,
    /// This chunk is the next.
    Next(u64),
    /// This one is being kept.
    Keeping(u64),
}

/// What is known of a neighbour; whoever is not listed may have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Has,
    Lacks,
    /// All of it came from there alone, and was wrong.
    Lied,
}

/// One file that is wanted.
#[derive(Debug)]
pub(super) struct Want {
    pub bytes: u64,
    pub state: State,
    /// Does somebody here want it?
    pub own: bool,
    /// Who else does.
    pub askers: BTreeSet<LinkNumber>,
    peers: BTreeMap<KeyId, Told>,
    /// Where a chunk was asked for, of whom, and when.
    asking: Option<(LinkNumber, KeyId, Moment)>,
    /// Who was asked to fetch it, and the last of them when.
    begged: BTreeSet<KeyId>,
    begging: Option<(LinkNumber, Moment)>,
    /// Rule 5: from one neighbour alone.
    alone: bool,
    /// Who sent what is here; unknown where it is from before a restart.
    senders: BTreeSet<KeyId>,
    unknown_senders: bool,
}

impl Want {
    pub fn new(bytes: u64) -> Self {
        Self {
            bytes,
            state: State::Waiting,
            own: false,
            askers: BTreeSet::new(),
            peers: BTreeMap::new(),
            asking: None,
            begged: BTreeSet::new(),
            begging: None,
            alone: false,
            senders: BTreeSet::new(),
            unknown_senders: false,
        }
    }

    /// Does anybody want it now?
    pub fn is_wanted(&self) -> bool {
        self.own || !self.askers.is_empty()
    }

    /// How many chunks are here.
    pub fn chunks_here(&self) -> u64 {
        match self.state {
            State::Waiting | State::Beginning | State::NoRoom => 0,
            State::Next(chunk) | State::Keeping(chunk) => chunk,
        }
    }

    /// What a restart left is here. A last chunk is never left: with it all is checked.
    pub fn go_on_from(&mut self, chunks: u64) {
        let chunks = chunks.min(chunks_of(self.bytes) - 1);
        self.unknown_senders = chunks > 0;
        self.state = State::Next(chunks);
    }

    /// A link to this neighbour is new.
    pub fn met_again(&mut self, peer: &KeyId) {
        if self.peers.get(peer) != Some(&Told::Lied) {
            self.peers.remove(peer);
        }
        self.begged.remove(peer);
    }

    pub fn told(&mut self, peer: KeyId, what: Told) {
        let known = self.peers.entry(peer).or_insert(what);
        if *known != Told::Lied {
            *known = what;
        }
    }

    pub fn lost(&mut self, link: LinkNumber) {
        self.lost_question(link);
        self.begging.take_if(|(begged, _)| *begged == link);
    }

    /// The question on this link is over.
    pub fn lost_question(&mut self, link: LinkNumber) {
        self.asking.take_if(|(asked, ..)| *asked == link);
    }

    /// Takes a chunk, if it is the next and as long as it should be; says whether it is the last.
    pub fn take(&mut self, peer: KeyId, chunk: u64, bytes: &[u8]) -> Option<bool> {
        let lied = self.peers.get(&peer) == Some(&Told::Lied);
        if self.state != State::Next(chunk) || lied {
            return None;
        }
        if bytes.len() as u64 != chunk_len(self.bytes, chunk) {
            self.peers.insert(peer, Told::Lied);
            return None;
        }
        if self.alone && self.senders.iter().any(|sender| *sender != peer) {
            return None;
        }
        self.senders.insert(peer);
        self.told(peer, Told::Has);
        self.state = State::Keeping(chunk);
        Some(chunk + 1 == chunks_of(self.bytes))
    }

    pub fn kept(&mut self, chunks: u64) {
        if matches!(self.state, State::Keeping(_)) {
            self.state = State::Next(chunks);
        }
    }

    /// The hash was wrong. May anybody still be asked?
    pub fn was_wrong(&mut self) -> bool {
        if let (1, false, Some(sender)) =
            (self.senders.len(), self.unknown_senders, self.senders.first())
        {
            self.peers.insert(*sender, Told::Lied);
        }
        self.alone = true;
        self.start_over();
        self.peers.values().filter(|told| **told == Told::Lied).count() < FILE_LIARS_MAX
    }

    fn start_over(&mut self) {
        self.senders.clear();
        self.unknown_senders = false;
        self.state = State::Next(0);
    }

    /// Rule 5: whoever it came from alone has gone, or says that he has it no more. What came is of no
    /// use then: nobody could say who lied. Starts over, and says that it did.
    pub fn is_forsaken(&mut self, mut linked: impl Iterator<Item = KeyId>) -> bool {
        let Some(sender) = self.senders.first().copied().filter(|_| self.alone) else {
            return false;
        };
        let forsaken = matches!(self.state, State::Next(_))
            && !(self.may_have(&sender) && linked.any(|peer| peer == sender));
        if forsaken {
            self.start_over();
        }
        forsaken
    }

    /// Whoever was asked has had his time: the next one may be. A late answer is still taken, but for rule
    /// 5: who holds up what comes from him alone could do so for ever.
    pub fn lose_patience(&mut self, now: Moment) {
        let late = self.asking.take_if(|(.., since)| now >= *since + FILE_PATIENCE_MS);
        if let Some((_, peer, _)) = late {
            let held_up = self.alone && self.senders.contains(&peer);
            self.told(peer, if held_up { Told::Lied } else { Told::Lacks });
        }
        self.begging.take_if(|(_, since)| now >= *since + FILE_FETCH_MS);
    }

    /// Is a chunk under way, or being kept?
    pub fn is_busy(&self) -> bool {
        matches!(self.state, State::Keeping(_)) || self.asking.is_some()
    }

    /// When somebody else may be asked.
    pub fn due(&self) -> Option<Moment> {
        let asking = self.asking.map(|(.., since)| since + FILE_PATIENCE_MS);
        let begging = self.begging.map(|(_, since)| since + FILE_FETCH_MS);
        asking.into_iter().chain(begging).min()
    }

    pub fn may_have(&self, peer: &KeyId) -> bool {
        !matches!(self.peers.get(peer), Some(Told::Lacks | Told::Lied))
    }

    /// Of these, who is to be asked for which chunk now.
    pub fn choose(
        &mut self,
        free: &[(LinkNumber, KeyId)],
        now: Moment,
    ) -> Option<(LinkNumber, u64)> {
        let State::Next(chunk) = self.state else { return None };
        if self.asking.is_some() {
            return None;
        }
        let sender = self.senders.first().filter(|_| self.alone);
        let may = |peer: &KeyId| self.may_have(peer) && sender.is_none_or(|it| it == peer);
        let has = |peer: &KeyId| self.peers.get(peer) == Some(&Told::Has);
        let of = |only: bool| free.iter().find(|it| may(&it.1) && (!only || has(&it.1)));
        let (link, peer) = of(true).or_else(|| of(false))?;
        self.asking = Some((*link, *peer, now));
        Some((*link, chunk))
    }

    /// Of these, who is to be asked to fetch it.
    pub fn choose_to_fetch(
        &mut self,
        free: &[(LinkNumber, KeyId)],
        now: Moment,
    ) -> Option<LinkNumber> {
        if !self.own || self.begging.is_some() || !matches!(self.state, State::Next(_)) {
            return None;
        }
        let may = |peer: &KeyId| {
            self.peers.get(peer) == Some(&Told::Lacks) && !self.begged.contains(peer)
        };
        let (link, peer) = free.iter().find(|it| may(&it.1))?;
        self.begged.insert(*peer);
        self.begging = Some((*link, now));
        Some(*link)
    }
}
