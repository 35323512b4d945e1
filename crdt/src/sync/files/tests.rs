//! Homes that pass a file on, some of which lie, on links that come and go.

mod places;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{keys::Secret, sync::bounds::FILE_PATIENCE_MS};

/// What a home does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Temper {
    Honest,
    /// Says that it has everything, and sends something else.
    Liar,
    /// Never answers.
    Mute,
    /// Sends one wrong chunk whenever a link is new, and then nothing.
    Staller,
}

struct Home {
    files: Files,
    temper: Temper,
    whole: BTreeMap<BlobId, Vec<u8>>,
    coming: BTreeMap<BlobId, Vec<u8>>,
    /// Chunks that were kept here, by who sent them last; never reset.
    kept: u64,
    gone: BTreeSet<BlobId>,
    room: bool,
    /// The store fails at whatever it is to keep.
    broken: bool,
    /// On which link a staller has sent his chunk.
    stalled: Option<LinkNumber>,
}

struct Town {
    homes: Vec<Home>,
    links: BTreeMap<LinkNumber, (usize, usize)>,
    last: LinkNumber,
    now: Moment,
    /// What is on its way to whom.
    on_its_way: VecDeque<(LinkNumber, usize, FileTalk)>,
    /// Chunks that each home was asked for.
    asked: BTreeMap<usize, u64>,
}

const CHUNK: usize = FILE_CHUNK_BYTES;

fn key(at: usize) -> KeyId {
    Secret::from_seed([u8::try_from(at).expect("few homes") + 1; 32]).key()
}

fn file(chunks: usize) -> (BlobId, Vec<u8>) {
    let bytes: Vec<u8> = (0..chunks * CHUNK - 5).map(|at| (at % 251) as u8).collect();
    (BlobId::from_bytes(*blake3::hash(&bytes).as_bytes()), bytes)
}

impl Town {
    fn of(tempers: &[Temper]) -> Self {
        let home = |(at, temper): (usize, &Temper)| Home {
            files: Files::new(key(at)),
            temper: *temper,
            whole: BTreeMap::new(),
            coming: BTreeMap::new(),
            kept: 0,
            gone: BTreeSet::new(),
            room: true,
            broken: false,
            stalled: None,
        };
        Self {
            homes: tempers.iter().enumerate().map(home).collect(),
            links: BTreeMap::new(),
            last: 0,
            now: Moment(1_000),
            on_its_way: VecDeque::new(),
            asked: BTreeMap::new(),
        }
    }

    fn link(&mut self, a: usize, b: usize) {
        if a == b || self.links.values().any(|it| *it == (a, b) || *it == (b, a)) {
            return;
        }
        self.last += 1;
        self.links.insert(self.last, (a, b));
        self.feed(a, Input::Up(self.last, key(b)));
        self.feed(b, Input::Up(self.last, key(a)));
    }

    fn cut(&mut self, link: LinkNumber) {
        let Some((a, b)) = self.links.remove(&link) else { return };
        self.on_its_way.retain(|it| it.0 != link);
        self.feed(a, Input::Down(link));
        self.feed(b, Input::Down(link));
    }

    fn want(&mut self, at: usize, blob: BlobId, bytes: usize) {
        self.feed(at, Input::Want(blob, bytes as u64));
    }

    /// A home forgets everything but its disk, and what it wants.
    fn restart(&mut self, at: usize) {
        let ends = |it: &(&LinkNumber, &(usize, usize))| it.1.0 == at || it.1.1 == at;
        let links: Vec<(LinkNumber, (usize, usize))> =
            self.links.iter().filter(ends).map(|(link, ends)| (*link, *ends)).collect();
        links.iter().for_each(|(link, _)| self.cut(*link));
        let wants: Vec<(BlobId, u64)> =
            self.homes[at].files.wants.iter().map(|(blob, want)| (*blob, want.bytes)).collect();
        self.homes[at].files = Files::new(key(at));
        wants.into_iter().for_each(|(blob, bytes)| self.feed(at, Input::Want(blob, bytes)));
        links.iter().for_each(|(_, (a, b))| self.link(*a, *b));
    }

    fn feed(&mut self, at: usize, input: Input) {
        self.homes[at].files.handle(input, self.now);
        while let Some(output) = self.homes[at].files.poll() {
            self.carry_out(at, output);
        }
    }

    fn carry_out(&mut self, at: usize, output: Output) {
        let home = &mut self.homes[at];
        match output {
            Output::Say(link, talk) => {
                let Some((a, b)) = self.links.get(&link) else { return };
                let to = if *a == at { *b } else { *a };
                self.on_its_way.push_back((link, to, talk));
            }
            Output::Begin(blob, _) => {
                let coming = home.coming.get(&blob).map_or(0, |it| (it.len() / CHUNK) as u64);
                let begun = match () {
                    () if home.whole.contains_key(&blob) => Begun::Here,
                    () if home.room => Begun::At(coming),
                    () => Begun::NoRoom,
                };
                self.feed(at, Input::Begun(blob, begun));
            }
            Output::Keep { blob, .. } if home.broken => self.feed(at, Input::Failed(blob)),
            Output::Keep { blob, chunk, bytes, last } => {
                let coming = home.coming.entry(blob).or_default();
                coming.truncate(chunk as usize * CHUNK);
                assert_eq!(coming.len(), chunk as usize * CHUNK, "a chunk is missing before it");
                coming.extend(bytes);
                home.kept += 1;
                if !last {
                    return self.feed(at, Input::Kept(blob, chunk + 1));
                }
                let all = home.coming.remove(&blob).unwrap_or_default();
                let good = *blake3::hash(&all).as_bytes() == *blob.as_bytes();
                if good {
                    home.whole.insert(blob, all);
                }
                self.feed(at, Input::Checked(blob, good));
            }
            Output::Drop(blob) => drop(home.coming.remove(&blob)),
            Output::Came(blob) => assert!(home.whole.contains_key(&blob)),
            Output::GaveUp(_) | Output::AskedAbout => (),
            Output::MayGo { blob, chunk, bytes } => {
                let mine =
                    home.whole.get(&blob).and_then(|it| it.chunks(CHUNK).nth(chunk as usize));
                if mine == Some(&bytes[..]) {
                    home.whole.remove(&blob);
                    home.gone.insert(blob);
                }
            }
        }
    }

    /// Delivers one message.
    fn step(&mut self) -> bool {
        let Some((link, to, talk)) = self.on_its_way.pop_front() else { return false };
        self.now = self.now + 1;
        let FileTalk::Ask(ask) = talk else {
            self.feed(to, Input::Heard(link, talk));
            return true;
        };
        let (blob, home) = (ask.blob, &self.homes[to]);
        let held =
            home.whole.get(&blob).filter(|it| it.len() as u64 == ask.bytes || ask.bytes == 0);
        let answer = match (home.temper, ask.wish, held) {
            (Mute, ..) => return true,
            (Staller, ..) if home.stalled == Some(link) => return true,
            (Liar | Staller, FileWish::Chunk(chunk), _) => {
                let bytes = vec![66; chunk_len(ask.bytes, chunk) as usize];
                FileTalk::Chunk { blob, chunk, bytes }
            }
            (_, FileWish::Chunk(chunk), Some(whole)) => {
                let bytes = whole.chunks(CHUNK).nth(chunk as usize).expect("asked within").to_vec();
                FileTalk::Chunk { blob, chunk, bytes }
            }
            (temper, _, held) => FileTalk::State { blob, here: held.is_some() || temper != Honest },
        };
        if matches!(answer, FileTalk::Chunk { .. }) && home.temper == Staller {
            self.homes[to].stalled = Some(link);
        }
        let lacks = matches!(answer, FileTalk::State { here: false, .. });
        *self.asked.entry(to).or_default() += u64::from(matches!(ask.wish, FileWish::Chunk(_)));
        let (a, b) = self.links[&link];
        self.on_its_way.push_back((link, if a == to { b } else { a }, answer));
        if lacks {
            self.feed(to, Input::Lacked(link, ask));
        }
        true
    }

    /// Runs until nothing is on its way and nobody waits for a time.
    fn run(&mut self) {
        for _ in 0..200_000 {
            if self.step() {
                continue;
            }
            let due = self
                .homes
                .iter()
                .enumerate()
                .filter_map(|(at, home)| Some((home.files.next_wakeup()?.0, at)));
            let Some((due, at)) = due.min() else { return };
            // Of two that are due together the second is called a moment late.
            self.now = self.now.max(due);
            self.feed(at, Input::Wake);
            let next = self.homes[at].files.next_wakeup();
            assert!(next.is_none_or(|(next, _)| next > self.now), "it is named for ever");
        }
        panic!("they never come to rest");
    }

    fn has(&self, at: usize, blob: &BlobId) -> bool {
        self.homes[at].whole.contains_key(blob)
    }
}

use Temper::{Honest, Liar, Mute, Staller};

#[test]
fn a_cut_and_a_restart_cost_no_chunk_that_was_kept() {
    let (blob, bytes) = file(20);
    let mut town = Town::of(&[Honest, Honest, Honest]);
    town.homes[1].whole.insert(blob, bytes.clone());
    town.homes[2].whole.insert(blob, bytes.clone());
    town.link(0, 1);
    town.want(0, blob, bytes.len());
    for _ in 0..20 {
        town.step();
    }
    let before = town.homes[0].kept;
    assert!((5..15).contains(&before), "{before}");
    town.cut(1);
    town.restart(0);
    town.run();
    assert!(!town.has(0, &blob), "nobody is there");
    town.link(0, 2);
    town.run();
    assert!(town.has(0, &blob));
    assert_eq!(town.homes[0].kept, 20, "each chunk came once");
}

#[test]
fn who_has_it_not_is_asked_to_fetch_it_and_does_as_he_will() {
    for willing in [0, 1_000_000] {
        let (blob, bytes) = file(3);
        let mut town = Town::of(&[Honest, Honest, Honest, Honest]);
        town.homes[2].whole.insert(blob, bytes.clone());
        town.link(0, 1);
        town.link(1, 2);
        town.link(1, 3);
        town.feed(1, Input::Willing(willing));
        town.want(0, blob, bytes.len());
        town.run();
        assert_eq!(town.has(0, &blob), willing > 0);
        assert_eq!(town.has(1, &blob), willing > 0);
        assert!(!town.has(3, &blob), "it asks nobody to fetch it for others");
        if willing == 0 {
            // Nothing was fetched for it; it hears of it all the same once it is there.
            town.want(1, blob, bytes.len());
            town.run();
            assert!(town.has(0, &blob));
        }
    }
}

#[test]
fn whoever_says_nothing_is_passed_over() {
    let (blob, bytes) = file(3);
    let mut town = Town::of(&[Honest, Mute, Honest]);
    town.homes[2].whole.insert(blob, bytes.clone());
    town.link(0, 1);
    town.link(0, 2);
    town.want(0, blob, bytes.len());
    town.run();
    assert!(town.has(0, &blob));
    assert!(town.now.0 < 1_100 + 2 * FILE_PATIENCE_MS, "{:?}", town.now);
}

#[test]
fn where_there_is_no_room_it_begins_when_there_is() {
    let (blob, bytes) = file(2);
    let mut town = Town::of(&[Honest, Honest]);
    town.homes[1].whole.insert(blob, bytes.clone());
    town.homes[0].room = false;
    town.link(0, 1);
    town.want(0, blob, bytes.len());
    town.run();
    assert!(!town.has(0, &blob));
    town.homes[0].room = true;
    town.feed(0, Input::Room);
    town.run();
    assert!(town.has(0, &blob));
}

#[test]
fn of_all_who_make_room_at_once_one_keeps_it() {
    let (blob, bytes) = file(2);
    let mut town = Town::of(&[Honest; 5]);
    for a in 0..5 {
        town.homes[a].whole.insert(blob, bytes.clone());
        (0..a).for_each(|b| town.link(a, b));
    }
    for at in 0..5 {
        town.feed(at, Input::Spare(vec![spared(blob, &bytes)]));
    }
    town.run();
    let left: Vec<usize> = (0..5).filter(|at| town.has(*at, &blob)).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    // The last one asks in vain for ever.
    town.feed(left[0], Input::Spare(vec![spared(blob, &bytes)]));
    town.run();
    assert!(town.has(left[0], &blob));
}

fn spared(blob: BlobId, bytes: &[u8]) -> Spared {
    Spared { blob, bytes: bytes.len() as u64, chunk: 1 }
}

/// Files of which these homes stand before home 0 in their order.
fn file_for(before: &[usize]) -> (BlobId, Vec<u8>) {
    let one = |n: u8| {
        let mut bytes = file(3).1;
        bytes[0] = n;
        (BlobId::from_bytes(*blake3::hash(&bytes).as_bytes()), bytes)
    };
    let fits = |it: &(BlobId, Vec<u8>)| {
        before.iter().all(|at| room::rank(&it.0, &key(*at)) < room::rank(&it.0, &key(0)))
    };
    (0..=255).map(one).find(fits).expect("one in a few")
}

#[test]
fn whoever_only_says_that_he_holds_it_makes_nobody_let_go() {
    let (blob, bytes) = file_for(&[1]);
    for (temper, gone) in [(Liar, false), (Staller, false), (Mute, false), (Honest, true)] {
        let mut town = Town::of(&[Honest, temper]);
        town.homes[0].whole.insert(blob, bytes.clone());
        if temper == Honest {
            town.homes[1].whole.insert(blob, bytes.clone());
        }
        town.link(0, 1);
        town.feed(0, Input::Spare(vec![spared(blob, &bytes)]));
        town.run();
        assert_eq!(!town.has(0, &blob), gone, "{temper:?}");
    }
}

#[test]
fn a_mute_neighbour_keeps_nobody_from_asking_others() {
    let (blob, bytes) = file_for(&[1, 2]);
    let mut town = Town::of(&[Honest, Mute, Honest, Honest]);
    town.homes[3].whole.insert(blob, bytes.clone());
    town.link(0, 1);
    town.link(0, 2);
    town.link(2, 3);
    town.feed(2, Input::Willing(u64::MAX));
    town.want(0, blob, bytes.len());
    town.run();
    assert!(town.has(0, &blob), "the second was asked to fetch it");
    assert!(town.has(2, &blob));
    town.feed(0, Input::Spare(vec![spared(blob, &bytes)]));
    town.run();
    assert!(!town.has(0, &blob), "and was asked whether he keeps it");
}

#[test]
fn whoever_holds_up_what_comes_from_him_alone_is_left() {
    let (blob, bytes) = file(6);
    let mut town = Town::of(&[Honest, Honest, Staller, Staller]);
    town.homes[1].whole.insert(blob, bytes.clone());
    (2..4).for_each(|at| town.link(0, at));
    town.want(0, blob, bytes.len());
    (0..8).for_each(|_| _ = town.step());
    town.link(0, 1);
    town.run();
    for link in town.links.keys().copied().collect::<Vec<_>>() {
        town.cut(link);
    }
    (1..4).rev().for_each(|at| town.link(0, at));
    town.run();
    assert!(town.has(0, &blob));
}

/// Rule 5: what comes after a wrong hash is not mixed again.
#[test]
fn after_a_wrong_hash_all_comes_from_one() {
    let (one, other) = (key(1), key(2));
    let chunk = vec![7; CHUNK];
    let mut want = Want::new(3 * CHUNK as u64);
    want.go_on_from(0);
    for (at, peer) in [one, other, one].into_iter().enumerate() {
        assert_eq!(want.take(peer, at as u64, &chunk), Some(at == 2));
        want.kept(at as u64 + 1);
    }
    assert!(want.was_wrong(), "nobody knows who lied");
    let free = [(1, one), (2, other)];
    assert_eq!(want.choose(&free, Moment(1)), Some((1, 0)));
    want.lost_question(1);
    assert_eq!(want.take(one, 0, &chunk), Some(false));
    want.kept(1);
    assert_eq!(want.choose(&free[1..], Moment(2)), None, "he is not asked");
    assert_eq!(want.take(other, 1, &chunk), None, "nor is believed what he sends");
    assert_eq!(want.take(one, 1, &chunk), Some(false));
}

#[test]
fn what_came_for_a_neighbour_is_there_when_he_comes_back() {
    let (blob, bytes) = file(20);
    let mut town = Town::of(&[Honest, Honest, Honest]);
    town.homes[2].whole.insert(blob, bytes.clone());
    town.feed(1, Input::Willing(u64::MAX));
    town.link(1, 2);
    town.link(0, 1);
    town.want(0, blob, bytes.len());
    (0..25).for_each(|_| _ = town.step());
    let before = town.homes[1].kept;
    assert!((3..18).contains(&before), "{before}");
    town.cut(2);
    town.run();
    town.link(0, 1);
    town.run();
    assert!(town.has(0, &blob));
    assert_eq!(town.homes[1].kept, 20, "each chunk came once");
}

fn temper() -> impl Strategy<Value = Temper> {
    prop_oneof![3 => Just(Honest), 2 => Just(Liar), 1 => Just(Mute), 1 => Just(Staller)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever was cut, lied and restarted: in the end the file is here and right, and a liar has
    /// cost his share.
    #[test]
    fn it_comes_in_the_end_and_liars_cost_their_size_twice(
        tempers in prop::collection::vec(temper(), 1..5),
        chunks in 1..12usize,
        steps in prop::collection::vec((0..5u8, 0..8usize, 0..8usize), 0..60),
    ) {
        let (blob, bytes) = file(chunks);
        // Who wants it, who has it, and others.
        let tempers: Vec<Temper> = [Honest, Honest].into_iter().chain(tempers).collect();
        let count = tempers.len();
        let mut town = Town::of(&tempers);
        town.homes[1].whole.insert(blob, bytes.clone());
        (0..count).for_each(|at| town.feed(at, Input::Willing(u64::MAX)));
        town.want(0, blob, bytes.len());
        let mut restarts = 0;
        for (what, a, b) in steps {
            match what {
                0 => town.link(a % count, b % count),
                1 => if let Some(link) = town.links.keys().nth(a).copied() { town.cut(link) },
                2 if a < 2 => { town.restart(0); restarts += 1; }
                _ => for _ in 0..=b { town.step(); },
            }
        }
        (0..count).for_each(|at| town.link(0, at));
        town.run();
        // Whoever was silent once is asked again when his link is new.
        for link in town.links.keys().copied().collect::<Vec<_>>() {
            town.cut(link);
        }
        (0..count).for_each(|at| town.link(0, at));
        town.run();
        prop_assert!(town.has(0, &blob), "it never came");
        for (at, temper) in tempers.iter().enumerate().filter(|it| matches!(it.1, Liar | Staller)) {
            // One chunk may be on its way at each of many cuts; the rest is rule 5.
            let asked = town.asked.get(&at).copied().unwrap_or_default();
            let most = (2 * chunks as u64 + 60) * (restarts + 1) * count as u64;
            prop_assert!(asked <= most, "{temper:?} was asked for {asked} of {chunks}");
        }
        // Proved liars are not asked again.
        let before = town.asked.clone();
        if let Some(want) = town.homes[0].files.wants.get(&blob) {
            prop_assert!(want.chunks_here() == 0);
        }
        town.run();
        prop_assert_eq!(before, town.asked);
    }
}

#[test]
fn a_liar_costs_its_size_twice_and_is_not_asked_again() {
    let (blob, bytes) = file(10);
    let mut town = Town::of(&[Honest, Honest, Liar]);
    // The liar is the first that is asked.
    town.link(0, 2);
    town.want(0, blob, bytes.len());
    town.run();
    assert_eq!(town.asked.get(&2), Some(&10), "all of it came from there alone: that is enough");
    town.cut(1);
    town.link(0, 2);
    town.run();
    assert_eq!(town.asked.get(&2), Some(&10), "not after a new link either");
    town.homes[1].whole.insert(blob, bytes);
    town.link(0, 1);
    town.run();
    assert!(town.has(0, &blob));
    assert_eq!((town.asked.get(&1), town.asked.get(&2)), (Some(&10), Some(&10)));
}

#[test]
fn an_honest_neighbour_is_not_blamed_for_what_a_liar_mixed_in() {
    let (blob, bytes) = file(10);
    let mut town = Town::of(&[Honest, Honest, Liar]);
    town.homes[1].whole.insert(blob, bytes.clone());
    town.link(0, 2);
    town.want(0, blob, bytes.len());
    assert!((0..6).all(|_| town.step()));
    town.cut(1);
    town.link(0, 1);
    town.link(0, 2);
    town.run();
    assert!(town.has(0, &blob));
    assert!(town.asked[&2] <= 20 && town.asked[&1] <= 20, "{:?}", town.asked);
}
