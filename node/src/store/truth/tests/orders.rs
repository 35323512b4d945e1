//! The law of the store: the same set gives the same outcome, whatever the order and the portions.
//!
//! Histories are random and partly hostile: forged places in the order, gaps, grants that nobody has,
//! poison, letters from the future, two things in one place of a chain, removals with cuts, people
//! who speak before they have joined.

use std::collections::BTreeMap;

use crdt::{
    body::{Body, Change, Cut, DocumentForm, Position, SignedStatement, Statement},
    envelope::{Draft, Envelope, Kind},
    id::{EnvelopeId, GroupId, RequestId, ScopeId, WriterId},
    judge::Fate,
    keys::Secret,
};
use proptest::prelude::*;

use super::{
    super::Truth,
    village::{
        FOUNDED, NOW, Person, Village, ask, certificates, claim, everything, genesis, message,
    },
};

/// One step of a history: what, who, and two numbers that say how.
type Step = (u8, u8, u8, u8);

const PEOPLE: [&str; 4] = ["zhang", "li", "wang", "mal"];

/// The end of a chain: where, which, and its place in the order.
type Tip = (u64, EnvelopeId, u64);

/// Writes envelopes without any store, honestly or not.
struct Scribe {
    village: Village,
    people: Vec<Person>,
    joins: BTreeMap<usize, EnvelopeId>,
    tips: BTreeMap<(WriterId, ScopeId), Tip>,
    /// Everything written in each scope: id and place in the order.
    written: BTreeMap<ScopeId, Vec<(EnvelopeId, u64)>>,
    requests: Vec<RequestId>,
    out: Vec<Envelope>,
}

/// How an envelope departs from the truth.
#[derive(Clone, Copy, Default)]
struct Twist {
    lamport: u64,
    /// It is written and never handed over.
    lost: bool,
    /// Its author's chain goes on as if it had not been written.
    forked: bool,
    /// 1: it names something of another scope; 2: the one before it is somebody else's; 3: both.
    astray: u8,
}

impl Scribe {
    fn new() -> Self {
        let (village, truth) = Village::found();
        let mut scribe = Self {
            people: PEOPLE.into_iter().map(Person::named).collect(),
            joins: BTreeMap::new(),
            tips: BTreeMap::new(),
            written: BTreeMap::new(),
            requests: Vec::new(),
            out: Vec::new(),
            village,
        };
        for envelope in everything(&truth) {
            scribe.note(&envelope, Twist::default());
        }
        scribe
    }

    fn note(&mut self, envelope: &Envelope, twist: Twist) {
        let header = envelope.header();
        let tip = (header.seq, envelope.id(), header.lamport);
        if !twist.forked {
            self.tips.insert((header.writer, header.scope), tip);
        }
        let written = self.written.entry(header.scope).or_default();
        written.push((envelope.id(), header.lamport));
        if !twist.lost {
            self.out.push(envelope.clone());
        }
    }

    /// Writes an envelope that cites up to three others of its scope.
    fn write(
        &mut self,
        writer: &Secret,
        (kind, scope, auth): (Kind, ScopeId, Option<EnvelopeId>),
        body: Vec<u8>,
        (pick, twist): (u8, Twist),
    ) -> EnvelopeId {
        let tip = self.tips.get(&(writer.writer(), scope)).copied();
        let others = self.written.get(&scope).map_or(&[][..], Vec::as_slice);
        let cited: Vec<(EnvelopeId, u64)> = (0..pick % 4)
            .filter_map(|n| others.len().checked_sub(1 + usize::from(n * (pick / 16))))
            .map(|at| others[at])
            .collect();
        let (tip, cited) = self.lead_astray(scope, (tip, cited), (pick, twist));
        let highest = cited.iter().map(|it| it.1).chain(tip.map(|it| it.2)).max().unwrap_or(0);
        let draft = Draft {
            kind,
            scope,
            tip: tip.map(|(seq, id, _)| (seq, id)),
            deps: cited.iter().map(|it| it.0).collect(),
            auth,
            lamport: highest + 1 + twist.lamport,
            bucket: FOUNDED,
            claimed: NOW,
            epoch: None,
            body,
        };
        let envelope = Envelope::write(draft, writer, &self.village.genesis.id());
        self.note(&envelope, twist);
        envelope.id()
    }

    fn lead_astray(
        &self,
        scope: ScopeId,
        (tip, mut cited): (Option<Tip>, Vec<(EnvelopeId, u64)>),
        (pick, twist): (u8, Twist),
    ) -> (Option<Tip>, Vec<(EnvelopeId, u64)>) {
        let roster = self.village.genesis.id().roster();
        let any = |scope: &ScopeId| {
            let written = self.written.get(scope)?;
            written.get(usize::from(pick) % written.len()).copied()
        };
        if twist.astray & 1 == 1 {
            cited.extend(any(&roster).filter(|_| scope != roster));
        }
        match any(&scope).filter(|_| twist.astray & 2 == 2) {
            Some((id, lamport)) => (Some((1 + u64::from(pick % 3), id, lamport)), cited),
            None => (tip, cited),
        }
    }

    fn state(
        &mut self,
        who: &Person,
        statement: Statement,
        auth: Option<EnvelopeId>,
        seconds: &[&Secret],
        how: (u8, Twist),
    ) -> EnvelopeId {
        let community = self.village.genesis.id();
        let (writer, scope) = (who.device.writer(), community.roster());
        let seq = self.tips.get(&(writer, scope)).map_or(1, |tip| tip.0 + 1);
        let at = Position { community, writer, scope, seq, auth };
        let signed = SignedStatement::sign(statement, &at, seconds);
        let body = Body::Statement(signed).encode();
        self.write(&who.device, (Kind::STATEMENT, scope, auth), body, how)
    }

    fn step(&mut self, (what, who, pick, how): Step) {
        let at = usize::from(who) % PEOPLE.len();
        let person = self.people[at].clone();
        let scope = self.village.scope();
        let auth = self.joins.get(&at).copied();
        let place = |kind| (kind, scope, auth);
        let honest = Twist::default();
        let talk = message(&format!("{what} {pick} {how}")).encode();
        match what % 14 {
            0 => self.enter(at, how),
            1..=3 => drop(self.write(&person.device, place(Kind::MESSAGE), talk, (pick, honest))),
            4 => {
                let body = ask(&format!("{pick}")).encode();
                let id = self.write(&person.device, place(Kind::ACT), body, (pick, honest));
                self.requests.push(id);
            }
            5 => {
                let Some(request) = self.requests.last() else { return };
                let body = claim(*request).encode();
                self.write(&person.device, place(Kind::ACT), body, (pick, honest));
            }
            6 => {
                let twist = Twist { lamport: u64::from(how % 2) * 7, lost: how % 3 == 0, ..honest };
                self.write(&person.device, place(Kind::MESSAGE), talk, (pick, twist));
            }
            7 => {
                let twist = Twist { forked: true, ..honest };
                let kind = if how.is_multiple_of(2) { Kind::MESSAGE } else { Kind::ACT };
                let body = if how.is_multiple_of(2) { talk } else { ask("forked").encode() };
                self.write(&person.device, place(kind), body, (pick, twist));
            }
            8 => {
                let body = if how.is_multiple_of(2) { vec![0, 0xff, how] } else { vec![9, how] };
                self.write(&person.device, place(Kind::MESSAGE), body, (pick, honest));
            }
            9 => {
                let unknown = Some(EnvelopeId::from_bytes([how; 32]));
                let place = (Kind(how % 13), scope, unknown);
                self.write(&person.device, place, talk, (pick, honest));
            }
            10 => self.remove(&person, how),
            11 => {
                let body = change(self.village.all, how).encode();
                let twist = Twist { lost: how % 3 == 0, ..honest };
                self.write(&person.device, place(Kind::CHANGE), body, (pick, twist));
            }
            12 => {
                let twist = Twist { astray: 1 + how % 3, lost: how % 4 == 0, ..honest };
                let kind = if pick % 2 == 0 { Kind::MESSAGE } else { Kind::ACT };
                let body = if pick % 2 == 0 { talk } else { ask("astray").encode() };
                self.write(&person.device, place(kind), body, (pick, twist));
            }
            _ => {
                let removal = self.village.removal(&person, Vec::new());
                let twist = Twist { forked: how.is_multiple_of(2), lost: how % 5 == 0, ..honest };
                self.state(&person, removal, auth, &[&person.sealed], (pick, twist));
            }
        }
    }

    /// Certificates and join; sometimes one of them gets lost, or comes twice in one place.
    fn enter(&mut self, at: usize, how: u8) {
        let person = self.people[at].clone();
        let twist = Twist { forked: how % 7 == 6, lost: how % 5 == 4, ..Twist::default() };
        for statement in certificates(&person) {
            self.state(&person, statement, None, &[&person.paper], (how, Twist::default()));
        }
        let join = self.village.join(&person);
        let join = self.state(&person, join, None, &[], (how, twist));
        self.joins.insert(at, join);
    }

    fn remove(&mut self, person: &Person, how: u8) {
        let chain = (person.device.writer(), self.village.scope());
        let tip = self.tips.get(&chain).filter(|_| how.is_multiple_of(2));
        let cut =
            tip.map(|(seq, id, _)| Cut { writer: chain.0, scope: chain.1, seq: *seq, id: *id });
        let removal = self.village.removal(person, cut.into_iter().collect());
        let (founder, admin) = (self.village.founder.clone(), self.village.admin);
        self.state(&founder, removal, Some(admin), &[&founder.sealed], (how, Twist::default()));
    }
}

fn change(group: GroupId, chunk: u8) -> Body {
    Body::Change(Change {
        document: group.board(),
        about: group,
        form: DocumentForm::Group,
        chunk: vec![chunk],
    })
}

/// All that the store says of a set, in an order of its own.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    fates: BTreeMap<EnvelopeId, (Fate, String, bool)>,
    fingerprints: Vec<String>,
    heads: Vec<Vec<EnvelopeId>>,
    members: usize,
}

fn outcome(truth: &Truth, scribe: &Scribe) -> Outcome {
    let read = truth.read();
    let log = read.judged_since(0, usize::MAX).expect("reads");
    let fates = log.iter().map(|it| (it.id, (it.fate, it.reason.clone(), it.body.is_some())));
    let (scope, roster) = (scribe.village.scope(), scribe.village.genesis.id().roster());
    let mut heads = vec![
        read.heads(&scope, Kind::MESSAGE, None).expect("reads"),
        read.heads(&roster, Kind::STATEMENT, None).expect("reads"),
    ];
    for request in &scribe.requests {
        heads.push(read.heads(&scope, Kind::ACT, Some(request)).expect("reads"));
    }
    let mut fingerprints: Vec<String> = truth
        .fingerprints()
        .map(|(scope, _, value)| format!("{scope} {}", value.short()))
        .collect();
    fingerprints.sort_unstable();
    Outcome {
        fates: fates.collect(),
        fingerprints,
        heads,
        members: truth.roster().community_members().len(),
    }
}

/// Hands the set over in this order and these portions; also replays the log as the views do.
fn play(scribe: &Scribe, order: &[usize], portions: &[usize], turn: usize) -> Outcome {
    let mut truth = Truth::open(None, &genesis(1), Vec::new()).expect("opens");
    truth.memory.turn = turn;
    let mut replayed: BTreeMap<EnvelopeId, Fate> = BTreeMap::new();
    let mut last = 0;
    let mut left = order;
    for portion in portions.iter().cycle() {
        let (now, rest) = left.split_at((*portion).min(left.len()));
        left = rest;
        let batch: Vec<_> = now.iter().map(|at| scribe.out[*at].clone()).collect();
        truth.receive(batch, [3; 32]).expect("receives");
        for judged in truth.read().judged_since(last, usize::MAX).expect("reads") {
            replayed.insert(judged.id, judged.fate);
            last = judged.number;
        }
        if left.is_empty() {
            break;
        }
    }
    while truth.go_on().expect("judges") {}
    for judged in truth.read().judged_since(last, usize::MAX).expect("reads") {
        replayed.insert(judged.id, judged.fate);
    }
    let outcome = outcome(&truth, scribe);
    let fates: BTreeMap<_, _> = outcome.fates.iter().map(|(id, it)| (*id, it.0)).collect();
    assert_eq!(replayed, fates, "whoever follows the log knows every fate");
    outcome
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_order_and_no_portion_leaves_a_trace(
        steps in prop::collection::vec(any::<Step>(), 1..30),
        keys in prop::collection::vec(any::<u32>(), 120),
        portions in prop::collection::vec(1..9usize, 1..5),
        turn in prop_oneof![1..4usize, Just(10_000)],
    ) {
        let mut scribe = Scribe::new();
        for step in steps {
            scribe.step(step);
        }
        let straight: Vec<usize> = (0..scribe.out.len()).collect();
        let mut shuffled = straight.clone();
        shuffled.sort_by_key(|at| keys[at % keys.len()].wrapping_mul(*at as u32 * 2 + 1));
        let backwards: Vec<usize> = straight.iter().rev().copied().collect();
        let reference = play(&scribe, &straight, &[straight.len()], 10_000);
        prop_assert_eq!(&play(&scribe, &shuffled, &portions, turn), &reference);
        prop_assert_eq!(&play(&scribe, &backwards, &portions, turn), &reference);
        prop_assert_eq!(reference.fates.len(), {
            let ids: std::collections::BTreeSet<_> = scribe.out.iter().map(Envelope::id).collect();
            ids.len()
        });
    }
}

#[test]
fn the_histories_reach_every_fate() {
    let mut scribe = Scribe::new();
    let script: [Step; 14] = [
        (0, 0, 0, 0),
        (0, 1, 0, 0),
        (1, 0, 1, 1),
        (2, 1, 3, 1),
        (4, 0, 1, 1),
        (5, 1, 1, 1),
        (6, 0, 1, 1),
        (6, 1, 1, 6),
        (5, 1, 1, 2),
        (8, 0, 1, 2),
        (8, 1, 0, 1),
        (9, 0, 0, 7),
        (7, 0, 1, 1),
        (10, 0, 0, 1),
    ];
    script.into_iter().for_each(|step| scribe.step(step));
    let order: Vec<usize> = (0..scribe.out.len()).collect();
    let outcome = play(&scribe, &order, &[3], 10_000);
    for fate in [Fate::Accepted, Fate::Pending, Fate::Quarantined, Fate::Sealed, Fate::Poison] {
        assert!(outcome.fates.values().any(|it| it.0 == fate), "{fate:?}");
    }
}
