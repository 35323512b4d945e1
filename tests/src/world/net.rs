//! The wires: who can reach whom, how long it takes, and what breaks.
//!
//! A link is a stream: its frames arrive in order or the link breaks, as with QUIC and TCP. Frames
//! of different links overtake one another freely. A lost frame is a link that resets.

use std::collections::{BTreeMap, BTreeSet};

use crdt::time::Moment;
use node::core::{Input, LinkId};

use super::{Event, Who, World};

/// How long a frame takes at most, in milliseconds; at least one.
pub const LATENCY_MS_MAX: u64 = 30;

/// How long after a wire is mended its link comes back, in milliseconds.
pub const RELINK_MS: u64 = 200;

/// A link and its two ends.
#[derive(Clone, Copy)]
struct Cable {
    ends: (Who, Who),
    /// The earliest arrival of the next frame in each direction.
    next: [Moment; 2],
    /// When the last frame has left, in microseconds, in each direction.
    free_us: [u64; 2],
}

/// All wires and links.
#[derive(Default)]
pub(super) struct Net {
    wires: BTreeSet<(Who, Who)>,
    cut: BTreeSet<(Who, Who)>,
    cables: BTreeMap<LinkId, Cable>,
    links: u64,
    /// One frame in so many breaks its link; 0: none.
    loss: usize,
    /// How fast a link is, in bytes a millisecond; none: as fast as you like.
    bytes_a_ms: Option<u64>,
}

impl Net {
    /// The pairs that have a link now.
    pub(super) fn linked(&self) -> BTreeSet<(Who, Who)> {
        self.cables.values().map(|cable| cable.ends).collect()
    }

    fn is_open(&self, pair: (Who, Who)) -> bool {
        self.wires.contains(&pair) && !self.cut.contains(&pair)
    }
}

fn pair(a: Who, b: Who) -> (Who, Who) {
    (a.min(b), a.max(b))
}

impl World {
    /// Lays a wire between two homes.
    pub fn wire(&mut self, a: Who, b: Who) {
        self.net.wires.insert(pair(a, b));
        self.connect_all();
    }

    /// Wires everybody of these with everybody else of them.
    pub fn lan(&mut self, these: &[Who]) {
        for (at, a) in these.iter().enumerate() {
            for b in &these[at + 1..] {
                self.net.wires.insert(pair(*a, *b));
            }
        }
        self.connect_all();
    }

    /// A line: each knows only the one before and the one after.
    pub fn line(&mut self, these: &[Who]) {
        for two in these.windows(2) {
            self.net.wires.insert(pair(two[0], two[1]));
        }
        self.connect_all();
    }

    /// Takes every wire down for good, as when people who met in the office go home.
    pub fn part(&mut self) {
        self.net.wires.clear();
        let links: Vec<LinkId> = self.net.cables.keys().copied().collect();
        links.into_iter().for_each(|link| self.break_link(link));
        self.run_for(2 * RELINK_MS);
    }

    /// A second link over a wire that has one, as when both sides dial at once.
    pub fn link_twice(&mut self, a: Who, b: Who) {
        self.plan(1, Event::Link(a, b));
    }

    /// One frame in so many breaks its link; 0: none does.
    pub fn set_loss(&mut self, once_in: usize) {
        self.net.loss = once_in;
    }

    /// Every link carries so many bytes a millisecond each way; a frame waits for the one before.
    pub fn set_bandwidth(&mut self, bytes_a_ms: u64) {
        self.net.bytes_a_ms = Some(bytes_a_ms);
    }

    /// Takes every wire between the two sets down.
    pub fn cut(&mut self, these: &[Who], those: &[Who]) {
        let (these, those) = (Self::set(these), Self::set(those));
        self.chapter(&format!("cut: {these:?} | {those:?}"));
        let crosses = |&(a, b): &(Who, Who)| {
            (these.contains(&a) && those.contains(&b)) || (these.contains(&b) && those.contains(&a))
        };
        let cut: Vec<(Who, Who)> = self.net.wires.iter().copied().filter(crosses).collect();
        self.net.cut.extend(cut);
        let dead: Vec<LinkId> = self
            .net
            .cables
            .iter()
            .filter(|(_, cable)| crosses(&cable.ends))
            .map(|(id, _)| *id)
            .collect();
        dead.into_iter().for_each(|link| self.break_link(link));
    }

    /// Cuts the neighbourhood into these parts.
    pub fn partition(&mut self, parts: &[Vec<Who>]) {
        for (at, part) in parts.iter().enumerate() {
            for other in &parts[at + 1..] {
                self.cut(part, other);
            }
        }
    }

    /// Mends every wire.
    pub fn heal(&mut self) {
        self.chapter("heal");
        self.net.cut.clear();
        self.connect_all();
    }

    /// Plans a link for every wire that is open and has none.
    pub(super) fn connect_all(&mut self) {
        let linked = self.net.linked();
        let missing: Vec<(Who, Who)> = self
            .net
            .wires
            .iter()
            .filter(|wire| self.net.is_open(**wire) && !linked.contains(wire))
            .copied()
            .collect();
        let planned: BTreeSet<(Who, Who)> = self
            .planned
            .values()
            .filter_map(|event| match event {
                Event::Link(a, b) => Some(pair(*a, *b)),
                _ => None,
            })
            .collect();
        for (a, b) in missing {
            if !planned.contains(&(a, b)) {
                let after = RELINK_MS + self.chance.below(RELINK_MS as usize) as u64;
                self.plan(after, Event::Link(a, b));
            }
        }
    }

    pub(super) fn link_up(&mut self, a: Who, b: Who) {
        if !self.net.is_open(pair(a, b)) {
            return;
        }
        self.net.links += 1;
        self.linked_at = self.now;
        let link = LinkId(self.net.links);
        let (dials, answers) = if self.chance.once_in(2) { (a, b) } else { (b, a) };
        self.net
            .cables
            .insert(link, Cable { ends: pair(a, b), next: [self.now; 2], free_us: [0; 2] });
        for (who, peer, outbound) in [(dials, answers, true), (answers, dials, false)] {
            let key = self.homes[peer.0].key();
            self.homes[who.0].linked(link, peer);
            let input = Input::LinkUp { link, peer: key, transport: "memory", outbound };
            self.homes[who.0].core.handle(input, self.now);
            self.drain(who);
        }
    }

    pub(super) fn send(&mut self, who: Who, link: LinkId, frame: Vec<u8>) {
        let Some(to) = self.homes[who.0].link_to(link) else { return };
        if self.net.loss > 0 && self.chance.once_in(self.net.loss) {
            return self.break_link(link);
        }
        // Random delays of frames that stay in order make any busy line slower than an idle one,
        // whatever is said on it: where speed is looked at, the delay is the same for all.
        let latency = match self.net.bytes_a_ms {
            Some(_) => LATENCY_MS_MAX / 2,
            None => 1 + self.chance.below(LATENCY_MS_MAX as usize) as u64,
        };
        let Some(cable) = self.net.cables.get_mut(&link) else { return };
        let direction = usize::from(who > to);
        let mut leaves = self.now;
        if let Some(bytes_a_ms) = self.net.bytes_a_ms {
            let free = &mut cable.free_us[direction];
            *free = (*free).max(self.now.0 * 1_000) + 1_000 * frame.len() as u64 / bytes_a_ms;
            leaves = Moment(free.div_ceil(1_000));
        }
        let arrives = (leaves + latency).max(cable.next[direction]);
        cable.next[direction] = arrives;
        self.homes[to.0].frames += 1;
        self.plan(arrives.since_ms(self.now), Event::Frame(to, link, frame));
    }

    /// Both ends notice, each in its own time; what was under way is lost.
    pub(super) fn break_link(&mut self, link: LinkId) {
        let Some(cable) = self.net.cables.remove(&link) else { return };
        self.planned.retain(|_, event| !matches!(event, Event::Frame(_, of, _) if *of == link));
        for who in [cable.ends.0, cable.ends.1] {
            self.homes[who.0].unlinked(link);
            let after = 1 + self.chance.below(LATENCY_MS_MAX as usize) as u64;
            self.plan(after, Event::Down(who, link));
        }
        self.connect_all();
    }
}

impl Event {
    /// Does it concern the inside of this home?
    pub(super) fn is_of(&self, who: Who) -> bool {
        match self {
            Self::Frame(of, ..) | Self::Down(of, _) | Self::Disk(of) | Self::Turn(of) => *of == who,
            Self::Link(..) => false,
        }
    }
}
