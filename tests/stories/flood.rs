//! One home sends ten times what all others send, over links that do not carry it.
//!
//! Four homes talk through the office to a reader on a slow link. The same life is lived twice, with
//! the flood and without; what the others' messages need to get to the reader is compared.

use crdt::{
    body::{Body, KeyUse, Position, SignedStatement, Statement},
    envelope::{Draft, Envelope, Kind},
    id::{EnvelopeId, GroupId},
    keys::Secret,
    time::Bucket,
};
use node::api::{Command, GroupKindWord, Reply, RoleWord};
use tests::world::{BEGIN, Who, World};

/// What every link carries, in bytes a millisecond: 1.6 Mbit/s.
const LINK_BYTES_A_MS: u64 = 200;

/// How long the life lasts that is measured, in milliseconds.
const LIFE_MS: u64 = 6_000;

/// So often, in milliseconds, three of the talkers say something, and a flood says ten times that.
const TURN_MS: u64 = 50;
const TALKERS: usize = 4;
const TALK_AT_ONCE: usize = 3;
const FLOOD_AT_ONCE: usize = 10 * TALK_AT_ONCE;

/// A text of ordinary length that nothing makes shorter.
fn text(number: u64) -> String {
    let noise = (0..6).map(|at| blake3::hash(format!("{number} {at}").as_bytes()).to_hex());
    noise.fold(format!("{number:>6}"), |text, hex| format!("{text} {hex}"))
}

/// Who floods.
#[derive(Clone, Copy, PartialEq)]
enum Flood {
    Nobody,
    OneHome,
    HundredDevices,
}

struct Court {
    world: World,
    reader: Who,
    steward: Who,
    talkers: Vec<Who>,
    flooder: Who,
    devices: Vec<Device>,
    all: GroupId,
}

/// One of a hundred installations of the flooding person.
struct Device {
    key: Secret,
    tip: Option<(u64, EnvelopeId)>,
}

impl Court {
    fn new(flood: Flood) -> Self {
        let mut world = World::seeded(0xF100D);
        world.set_bandwidth(LINK_BYTES_A_MS);
        let office = world.office();
        let steward = world.move_in_as("Steward", RoleWord::Steward);
        let talkers: Vec<Who> = (0..TALKERS).map(|at| world.move_in(&format!("T{at}"))).collect();
        let paper = Secret::from_seed([0xF1; 32]);
        let flooder = world.move_in_with("Flooder", &paper);
        let reader = world.move_in("Reader");
        for who in talkers.iter().chain([&steward, &flooder, &reader]) {
            world.wire(office, *who);
        }
        world.settle();
        let count = if flood == Flood::HundredDevices { 100 } else { 0 };
        let devices = (1..=count).map(|at| Device::certified(&mut world, flooder, &paper, at));
        let devices = devices.collect();
        world.settle();
        let all = world.everybodys_group(flooder);
        world.watch(reader);
        Self { world, reader, steward, talkers, flooder, devices, all }
    }

    fn flood(&mut self, flood: Flood, turn: u64) {
        for at in 0..FLOOD_AT_ONCE {
            let number = turn * FLOOD_AT_ONCE as u64 + at as u64;
            match flood {
                Flood::Nobody => (),
                Flood::OneHome => self.world.post(self.flooder, &text(number)),
                Flood::HundredDevices => {
                    let device = usize::try_from(number % 100).expect("below a hundred");
                    let envelope =
                        self.devices[device].says(&self.world, self.flooder, self.all, number);
                    assert_eq!(self.world.slip(self.flooder, vec![envelope]), 0);
                }
            }
        }
    }

    /// The same court, where nobody takes turns.
    fn without_turns(mut self) -> Self {
        self.world.without_turns();
        self
    }

    /// How long each message of the talkers, and each statement, took to the reader, in
    /// milliseconds, ascending.
    fn live(mut self, flood: Flood) -> (Vec<u64>, Vec<u64>) {
        let (mut messages, mut statements) = (Vec::new(), Vec::new());
        let began = self.world.now_ms();
        for turn in 0..LIFE_MS / TURN_MS {
            let now = turn * TURN_MS;
            self.flood(flood, turn);
            for at in 0..TALK_AT_ONCE {
                let who = self.talkers[(turn as usize + at) % TALKERS];
                let said = self.world.post_id(who, &text(1_000_000 + turn));
                messages.push((self.world.now_ms(), said));
            }
            if now % 1_000 == 550 {
                let name = format!("group {turn}");
                let found = Command::GroupNew {
                    name,
                    kind: GroupKindWord::Open,
                    vouches: 0,
                    terms: node::api::GroupTerms::default(),
                };
                let Reply::Group(made) = self.world.tell(self.steward, found) else {
                    panic!("a group")
                };
                statements.push((self.world.now_ms(), made.id));
            }
            self.world.run_for(began + now + TURN_MS - self.world.now_ms());
        }
        self.world.run_for(5_000);
        let took = |sent: Vec<(u64, EnvelopeId)>| {
            let came = |(at, id)| self.world.came_ms(self.reader, &id).map(|came| came - at);
            let mut all: Vec<u64> = sent.into_iter().map(|it| came(it).unwrap_or(99_999)).collect();
            all.sort_unstable();
            all
        };
        (took(messages), took(statements))
    }
}

impl Device {
    fn certified(world: &mut World, who: Who, paper: &Secret, number: u8) -> Self {
        let key = Secret::from_seed([number; 32]);
        let community = world.home(who).community();
        let scope = community.roster();
        let at = Position { community, writer: key.writer(), scope, seq: 1, auth: None };
        let (subject, person) = (key.key(), paper.person());
        let said = Statement::Certify { subject, person, key_use: KeyUse::Writer };
        let signed = SignedStatement::sign(said, &at, &[paper]);
        let draft = Draft {
            kind: Kind::STATEMENT,
            scope,
            tip: None,
            deps: Vec::new(),
            auth: None,
            lamport: 1,
            bucket: Bucket::week_of(BEGIN),
            claimed: BEGIN,
            epoch: None,
            body: Body::Statement(signed).encode(),
        };
        let envelope = Envelope::write(draft, &key, &community);
        assert_eq!(world.slip(who, vec![envelope]), 0);
        Self { key, tip: None }
    }

    fn says(&mut self, world: &World, who: Who, group: GroupId, number: u64) -> Envelope {
        let draft = Draft {
            kind: Kind::MESSAGE,
            scope: group.scope(),
            tip: self.tip,
            deps: Vec::new(),
            auth: Some(world.home(who).join()),
            lamport: self.tip.map_or(0, |(seq, _)| seq) + 1,
            bucket: Bucket::week_of(BEGIN),
            claimed: BEGIN,
            epoch: None,
            body: World::message_body(&text(number)),
        };
        let envelope = Envelope::write(draft, &self.key, &world.home(who).community());
        self.tip = Some((envelope.header().seq, envelope.id()));
        envelope
    }
}

fn p95(ascending: &[u64]) -> u64 {
    ascending[ascending.len() * 95 / 100]
}

#[test]
fn one_home_that_floods_delays_itself_and_nobody_else() {
    let (quiet, _) = Court::new(Flood::Nobody).live(Flood::Nobody);
    for flood in [Flood::OneHome, Flood::HundredDevices] {
        let (loud, statements) = Court::new(flood).live(flood);
        let what = match flood {
            Flood::OneHome => "one home",
            _ => "a hundred devices of one home",
        };
        let (before, now) = (p95(&quiet), p95(&loud));
        println!("{what}: p95 of the others {before} ms, in the flood {now} ms");
        println!("{what}: statements at most {} ms", statements.last().expect("some"));
        assert_eq!(quiet.len(), loud.len());
        assert!(now * 100 <= before * 120, "{what}: {before} ms became {now} ms");
        assert!(statements.last().is_some_and(|ms| *ms <= 2_000), "{what}: {statements:?}");
    }
    let flood = Flood::HundredDevices;
    let (unfair, _) = Court::new(flood).without_turns().live(flood);
    let (before, now) = (p95(&quiet), p95(&unfair));
    println!("without turns: p95 of the others {now} ms");
    assert!(now * 100 > before * 150, "the rule makes the difference: {before} ms, {now} ms");
}
