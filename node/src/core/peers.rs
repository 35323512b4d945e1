//! Whom to dial, and when: the redial schedule as a pure value.
//!
//! The mesh edge reports what happened and takes the next dials; this module decides. It never
//! gives up on a home it once had a link with, and it reacts to a hint at once.
//!
//! # Rules
//!
//! 1. A home without a link is dialled at once, then every 2 s ± 10 % for two minutes, then ever
//!    more slowly up to 30 s. The pace counts from the start of a dial, not from its end: dials
//!    overlap, so that a packet is under way at least every second when the cable comes back.
//! 2. A change of the network, a link going down, or a hint from the LAN starts the pace afresh.
//! 3. Offices first, then who was seen last, then strangers that only a hint named.
//! 4. So many neighbours are wanted ([`PeerBook::new`]); beyond that only offices and typed
//!    addresses are dialled, and once a minute somebody else by lot: nine homes that all know each
//!    other would else never look outside.
//! 5. An address that worked stays before one that somebody merely said; hints cannot crowd it out.
//! 6. A hint that leads nowhere for a minute is forgotten; mDNS repeats what is true.
//! 7. Who turned out to be of another community is left alone for ten minutes, whatever hints say.
//!
//! # Deliberately absent
//!
//! What an address looks like: it is text for the mesh edge. Who may connect to us: the edge has
//! limits, the session decides whom to believe. Wall-clock time: "seen last" is an order, not a date.

use std::collections::BTreeMap;

use crdt::{id::KeyId, time::Moment};

#[cfg(test)]
mod tests;

/// Between two dials of the same home, in ms, while the pace is fresh.
pub const PACE_MS: u64 = 2_000;

/// The slowest pace, in ms: a home that came back unannounced is found within this.
pub const PACE_MS_MAX: u64 = 30_000;

/// Dials at the fresh pace: about two minutes of them.
pub const EAGER_TRIES: u32 = 60;

/// Dials after which a hint that never led to a link is forgotten: about a minute of them.
pub const HINT_TRIES: u32 = 30;

/// A hint brings the next dial forward, but never this close (ms) to the one before.
pub const HINT_GAP_MS: u64 = 500;

/// Between two rounds of dials, in ms: spreads a long list over time.
pub const ROUND_MS: u64 = 200;

/// Dials in one round: a small box does not open forty handshakes at once.
pub const ROUND_DIALS: usize = 8;

/// Of these, homes that only a hint named: a flood of invented ones takes no more than its share.
pub const ROUND_STRANGERS: usize = 2;

/// Once a minute (ms) somebody beyond the wanted number is dialled.
pub const STRAY_MS: u64 = 60_000;

/// How long (ms) somebody of another community is left alone.
pub const PARKED_MS: u64 = 600_000;

/// Homes in the book. A node keeps about 8 links; ten times that survives a bad month.
pub const HOMES_MAX: usize = 128;

/// Addresses that somebody typed.
pub const TYPED_MAX: usize = 32;

/// Addresses of one home that worked, and as many that were only said.
pub const ADDRESSES_MAX: usize = 4;

/// A home as the store remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The key of its box.
    pub peer: KeyId,
    /// Where it was, the latest that worked first.
    pub addresses: Vec<String>,
    /// Whether it is a community office.
    pub office: bool,
}

/// A dial to start now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Who should answer; `None` for a typed address of whoever lives there.
    pub peer: Option<KeyId>,
    /// All at once; the first that answers wins.
    pub addresses: Vec<String>,
}

/// What a failed dial taught, as far as it changes the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// Nobody answered: the pace goes on.
    Unreachable,
    /// Somebody else lives at this address now.
    WrongPeer {
        /// Where.
        address: String,
        /// Who answered.
        found: KeyId,
    },
    /// The address is our own.
    Ourselves {
        /// Which one.
        address: String,
    },
    /// The address leads to this neighbour, with whom a link is up.
    Linked {
        /// Which one.
        address: String,
    },
    /// Another community or another program.
    Foreign,
}

/// When to try again.
#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    count: u32,
    last: Option<Moment>,
    next: Moment,
}

impl Tries {
    fn afresh(&mut self, now: Moment) {
        let soonest = self.last.map_or(now, |last| last + HINT_GAP_MS);
        *self = Self { count: 0, last: self.last, next: soonest.max(now) };
    }

    fn start(&mut self, now: Moment, jitter: u64) {
        let slower = self.count.saturating_sub(EAGER_TRIES).min(32);
        let pace = (0..slower).fold(PACE_MS, |pace, _| (pace + pace / 4).min(PACE_MS_MAX));
        self.count = self.count.saturating_add(1);
        self.last = Some(now);
        self.next = now + (pace - pace / 10 + jitter % (pace / 5));
    }
}

/// Whom to dial first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Office,
    /// Had a link once, or somebody typed where it is.
    Known,
    /// Only a hint says that it exists.
    Stranger,
}

#[derive(Clone, Debug, Default)]
struct Home {
    proven: Vec<String>,
    said: Vec<String>,
    office: bool,
    /// Grows with every link; 0 = never had one.
    seen: u64,
    linked: bool,
    parked: Option<Moment>,
    tries: Tries,
}

impl Home {
    fn addresses(&self) -> Vec<String> {
        let fresh = self.said.iter().filter(|address| !self.proven.contains(address));
        self.proven.iter().chain(fresh).cloned().collect()
    }

    fn lasting(&self) -> bool {
        self.rank() < Rank::Stranger
    }

    fn rank(&self) -> Rank {
        match (self.office, self.seen > 0 || !self.proven.is_empty()) {
            (true, _) => Rank::Office,
            (false, true) => Rank::Known,
            (false, false) => Rank::Stranger,
        }
    }

    fn free(&self, now: Moment) -> bool {
        !self.linked && self.parked.is_none_or(|until| until <= now) && !self.addresses().is_empty()
    }
}

/// Puts `address` first, each once, the oldest dropped. `true` where it is news.
fn put_first(list: &mut Vec<String>, address: &str, most: usize) -> bool {
    let before = list.len();
    list.retain(|known| known != address);
    let news = list.len() == before;
    list.insert(0, address.to_owned());
    list.truncate(most);
    news
}

#[derive(Clone, Debug, Default)]
struct Typed {
    leads_to: Option<KeyId>,
    tries: Tries,
}

/// Everybody worth dialling. See the header.
#[derive(Clone, Debug)]
pub struct PeerBook {
    local: KeyId,
    wanted: usize,
    homes: BTreeMap<KeyId, Home>,
    typed: BTreeMap<String, Typed>,
    seen: u64,
    round: Moment,
    stray: Moment,
}

impl PeerBook {
    /// A book of what the store remembers, seen last first; `wanted` neighbours are enough.
    pub fn new(local: KeyId, wanted: usize, remembered: Vec<Remembered>) -> Self {
        let mut book = Self {
            local,
            wanted,
            homes: BTreeMap::new(),
            typed: BTreeMap::new(),
            seen: 0,
            round: Moment(0),
            stray: Moment(0),
        };
        for old in remembered.into_iter().take(HOMES_MAX).rev() {
            book.seen += 1;
            let mut proven = old.addresses;
            proven.truncate(ADDRESSES_MAX);
            let home = Home { proven, office: old.office, seen: book.seen, ..Home::default() };
            book.homes.insert(old.peer, home);
        }
        book.homes.remove(&local);
        book
    }

    /// What the store should remember, seen last first.
    pub fn remembered(&self) -> Vec<Remembered> {
        let mut lasting: Vec<_> = self.homes.iter().filter(|(_, home)| home.lasting()).collect();
        lasting.sort_by_key(|(_, home)| std::cmp::Reverse(home.seen));
        lasting
            .into_iter()
            .map(|(peer, home)| Remembered {
                peer: *peer,
                addresses: home.addresses().into_iter().take(ADDRESSES_MAX).collect(),
                office: home.office,
            })
            .collect()
    }

    /// Neighbours with a link at the moment.
    pub fn linked(&self) -> usize {
        self.homes.values().filter(|home| home.linked).count()
    }

    /// Somebody typed an address, or scanned it from a QR code.
    pub fn typed(&mut self, peer: Option<KeyId>, address: &str, now: Moment) {
        match peer {
            Some(peer) if peer != self.local => {
                if let Some(home) = self.home(peer) {
                    put_first(&mut home.proven, address, ADDRESSES_MAX);
                    home.parked = None;
                    home.tries.afresh(now);
                }
            }
            Some(_) => {}
            None if self.typed.len() < TYPED_MAX || self.typed.contains_key(address) => {
                self.typed.entry(address.to_owned()).or_default().tries.afresh(now);
            }
            None => {}
        }
    }

    /// Somebody said where `peer` may be: mDNS, or the peer itself.
    pub fn hint(&mut self, peer: KeyId, addresses: &[String], now: Moment) {
        if peer == self.local {
            return;
        }
        let Some(home) = self.home(peer) else { return };
        for address in addresses.iter().take(ADDRESSES_MAX).rev() {
            put_first(&mut home.said, address, ADDRESSES_MAX);
        }
        if !home.linked {
            home.tries.afresh(now);
        }
    }

    /// Whether `peer` is a community office: always dialled, before others.
    pub fn set_office(&mut self, peer: KeyId, office: bool) {
        if let Some(home) = self.home(peer) {
            home.office = office;
        }
    }

    /// A link is up; `address` where this side dialled it.
    pub fn on_connected(&mut self, peer: KeyId, address: Option<&str>) {
        self.seen += 1;
        let seen = self.seen;
        if let Some(home) = self.home(peer) {
            (home.linked, home.seen, home.parked) = (true, seen, None);
            if let Some(address) = address {
                put_first(&mut home.proven, address, ADDRESSES_MAX);
            }
        }
        if let Some(typed) = address.and_then(|address| self.typed.get_mut(address)) {
            typed.leads_to = Some(peer);
        }
    }

    /// A link is down: dial again at once.
    pub fn on_down(&mut self, peer: KeyId, now: Moment) {
        if let Some(home) = self.homes.get_mut(&peer) {
            home.linked = false;
            home.tries.afresh(now);
        }
        for typed in self.typed.values_mut().filter(|typed| typed.leads_to == Some(peer)) {
            typed.tries.afresh(now);
        }
    }

    /// A link went down almost as soon as it was up: one of the two did not know the other. He may
    /// in a while; until then he is dialled at the ordinary pace, not at once.
    pub fn on_turned_away(&mut self, peer: KeyId, now: Moment) {
        if let Some(home) = self.homes.get_mut(&peer) {
            home.linked = false;
            let jitter = u64::from(peer.as_bytes()[0]);
            home.tries.start(now, jitter);
        }
        for typed in self.typed.values_mut().filter(|typed| typed.leads_to == Some(peer)) {
            typed.tries.start(now, 0);
        }
    }

    /// A dial led to no link.
    pub fn on_failed(&mut self, peer: Option<KeyId>, lesson: &Lesson, now: Moment) {
        match (lesson, peer) {
            (Lesson::Unreachable, Some(peer)) => self.forget_idle_hint(peer),
            (Lesson::Unreachable | Lesson::Foreign, None) => {}
            (Lesson::Foreign, Some(peer)) => self.park(peer, now),
            (Lesson::Ourselves { address }, _) => {
                self.typed.remove(address);
                self.strike(|_| true, address);
            }
            (Lesson::Linked { address }, peer) => {
                if let Some(typed) = self.typed.get_mut(address) {
                    typed.leads_to = peer;
                }
            }
            (Lesson::WrongPeer { address, found }, peer) => {
                self.strike(|known| Some(*known) == peer, address);
                if let Some(home) = peer.and_then(|peer| self.homes.get_mut(&peer)) {
                    home.tries.afresh(now);
                }
                self.hint(*found, std::slice::from_ref(address), now);
            }
        }
    }

    /// Leaves `peer` alone for a while: not one of us.
    pub fn park(&mut self, peer: KeyId, now: Moment) {
        if let Some(home) = self.homes.get_mut(&peer) {
            home.parked = Some(now + PARKED_MS);
        }
    }

    /// An interface changed, a cable was plugged, a cut healed: everybody is worth a dial now.
    pub fn network_changed(&mut self, now: Moment) {
        self.homes.values_mut().for_each(|home| home.tries.afresh(now));
        self.typed.values_mut().for_each(|typed| typed.tries.afresh(now));
    }

    /// The dials to start now; `draw` is a fresh random number.
    pub fn next_dials(&mut self, now: Moment, draw: u64) -> Vec<Dial> {
        if now < self.round {
            return Vec::new();
        }
        let mut lots = Lots(draw);
        let mut dials = self.dial_typed(now, &mut lots);
        for peer in self.due(now, &mut lots) {
            if dials.len() >= ROUND_DIALS {
                break;
            }
            if let Some(home) = self.homes.get_mut(&peer) {
                home.tries.start(now, lots.draw());
                dials.push(Dial { peer: Some(peer), addresses: home.addresses() });
            }
        }
        if !dials.is_empty() {
            self.round = now + ROUND_MS;
        }
        dials
    }

    /// When to ask for dials next, and why.
    pub fn next_wakeup(&self) -> Option<(Moment, &'static str)> {
        let full = self.is_full();
        let home = |home: &Home| {
            let free = !home.linked && !home.addresses().is_empty();
            let next = home.tries.next.max(home.parked.unwrap_or_default());
            free.then(|| if full && !home.office { next.max(self.stray) } else { next })
        };
        let homes = self.homes.values().filter_map(home);
        let typed = self.typed.iter().filter(|(address, typed)| !self.covered(address, typed));
        let next = homes.chain(typed.map(|(_, typed)| typed.tries.next)).min()?;
        Some((next.max(self.round), "a home without a link is to be dialled"))
    }

    /// Whether no more neighbours are wanted.
    fn is_full(&self) -> bool {
        self.linked() >= self.wanted
    }

    /// Whether a typed address needs no dial of its own: its home is linked, or dialled there.
    fn covered(&self, address: &String, typed: &Typed) -> bool {
        let home = typed.leads_to.and_then(|peer| self.homes.get(&peer));
        home.is_some_and(|home| home.linked || home.proven.contains(address))
    }

    fn dial_typed(&mut self, now: Moment, lots: &mut Lots) -> Vec<Dial> {
        let due = self
            .typed
            .iter()
            .filter(|(address, typed)| typed.tries.next <= now && !self.covered(address, typed));
        let due: Vec<String> =
            due.map(|(address, _)| address.clone()).take(ROUND_DIALS / 2).collect();
        for address in &due {
            if let Some(typed) = self.typed.get_mut(address) {
                typed.tries.start(now, lots.draw());
            }
        }
        due.into_iter().map(|address| Dial { peer: None, addresses: vec![address] }).collect()
    }

    /// Who is to be dialled now, the most promising first.
    fn due(&mut self, now: Moment, lots: &mut Lots) -> Vec<KeyId> {
        let due = |home: &Home| home.free(now) && home.tries.next <= now;
        let due = self.homes.iter().filter(|(_, home)| due(home));
        let mut due: Vec<_> =
            due.map(|(peer, home)| (home.rank(), std::cmp::Reverse(home.seen), *peer)).collect();
        due.sort();
        let known = due.partition_point(|(rank, ..)| *rank < Rank::Stranger);
        due.truncate(known + ROUND_STRANGERS);
        let offices = due.partition_point(|(rank, ..)| *rank == Rank::Office);
        let room = self.wanted.saturating_sub(self.linked());
        if due.len() > offices + room {
            let stray = due.get(offices + lots.below(due.len() - offices)).copied();
            due.truncate(offices + room);
            if room == 0 && self.stray <= now {
                self.stray = now + STRAY_MS;
                due.extend(stray);
            }
        }
        due.into_iter().map(|(.., peer)| peer).collect()
    }

    /// The page of `peer`; a fresh one where there is room, or where a mere hint can make room.
    fn home(&mut self, peer: KeyId) -> Option<&mut Home> {
        if !self.homes.contains_key(&peer) && self.homes.len() >= HOMES_MAX {
            let mere = |home: &Home| !home.linked && !home.lasting();
            let oldest = self.homes.iter().filter(|(_, home)| mere(home));
            let oldest = oldest.max_by_key(|(_, home)| home.tries.count).map(|(peer, _)| *peer);
            self.homes.remove(&oldest.or_else(|| self.longest_gone())?);
        }
        Some(self.homes.entry(peer).or_default())
    }

    fn longest_gone(&self) -> Option<KeyId> {
        let gone = self.homes.iter().filter(|(_, home)| !home.linked && !home.office);
        gone.min_by_key(|(_, home)| home.seen).map(|(peer, _)| *peer)
    }

    fn forget_idle_hint(&mut self, peer: KeyId) {
        let idle = |home: &Home| {
            !home.lasting()
                && !home.linked
                && home.parked.is_none()
                && home.tries.count > HINT_TRIES
        };
        if self.homes.get(&peer).is_some_and(idle) {
            self.homes.remove(&peer);
        }
    }

    fn strike(&mut self, whose: impl Fn(&KeyId) -> bool, address: &str) {
        for (_, home) in self.homes.iter_mut().filter(|(peer, _)| whose(peer)) {
            home.proven.retain(|known| known != address);
            home.said.retain(|known| known != address);
        }
    }
}

/// Numbers by lot from one random number (splitmix64; nothing secret depends on them).
struct Lots(u64);

impl Lots {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// `0 … most - 1`; `most` is not 0.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.draw() % most as u64).unwrap_or(0)
    }
}
