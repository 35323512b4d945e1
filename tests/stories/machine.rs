//! Random acts by random people on cut nodes, through the commands that page and command line send:
//! after the heal everybody sees the same, nobody is uninformed, and all of it is what the model says.
//!
//! `LINLI_SEEDS` draws more lives. Where the model or python3 is not here, the rest is still checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::PathBuf,
    process::{Command as Process, Stdio},
};

use crdt::{
    id::{EnvelopeId, RequestId, to_hex},
    lifecycle::lottery,
};
use node::api::{
    CaseCommand, CaseVerb, Command, Deed, KindWord, NewCase, RequestPage, TimelineRow,
};
use serde_json::{Value, json};
use tests::world::{Who, World};

/// Lives in a short run.
const LIVES: u64 = 6;

/// Steps of one life.
const STEPS: usize = 26;

const DESK: [CaseVerb; 8] = [
    CaseVerb::Grant,
    CaseVerb::Grant,
    CaseVerb::Revoke,
    CaseVerb::Hold,
    CaseVerb::Resume,
    CaseVerb::Decline,
    CaseVerb::Refer,
    CaseVerb::Resolve,
];
const ASKER: [CaseVerb; 5] =
    [CaseVerb::Cancel, CaseVerb::Confirm, CaseVerb::Reopen, CaseVerb::Grant, CaseVerb::Revoke];
const DRIVER: [CaseVerb; 12] = [
    CaseVerb::Claim,
    CaseVerb::Claim,
    CaseVerb::Claim,
    CaseVerb::Claim,
    CaseVerb::Depart,
    CaseVerb::Depart,
    CaseVerb::Arrive,
    CaseVerb::Pickup,
    CaseVerb::Resolve,
    CaseVerb::Withdraw,
    CaseVerb::Withdraw,
    CaseVerb::Ack,
];
const CREW: [&str; 4] = ["Zhang", "Li", "Sun", "Zhao"];

/// One life of one request.
struct Life {
    world: World,
    ride: RequestId,
    places: u16,
    office: Who,
    wang: Who,
    crew: Vec<Who>,
    /// Who ever saw himself as holder.
    saw_himself: BTreeSet<Who>,
}

impl Life {
    fn begin(seed: u64) -> Self {
        let mut world = World::seeded(seed);
        let office = world.office();
        let wang = world.move_in("Wang");
        let crew: Vec<Who> = CREW.iter().map(|name| world.move_in(name)).collect();
        let all: Vec<Who> = [office, wang].into_iter().chain(crew.iter().copied()).collect();
        world.lan(&all);
        world.settle();
        let places = [1, 1, 2][world.chance().below(3)];
        let asked = NewCase {
            title: "A ride".into(),
            kind: KindWord::Question,
            places: Some(places),
            ..NewCase::default()
        };
        let (ride, _) = world.asks(wang, asked);
        world.settle();
        world.does(office, ride, CaseVerb::Publish);
        world.settle();
        Self { world, ride, places, office, wang, crew, saw_himself: BTreeSet::new() }
    }

    fn step(&mut self, number: usize) {
        let all: Vec<Who> = self.world.everybody();
        if number.is_multiple_of(7) {
            self.world.heal();
            let (mut here, mut there) = (Vec::new(), Vec::new());
            for who in &all {
                if self.world.chance().below(2) == 0 { here.push(*who) } else { there.push(*who) }
            }
            self.world.cut(&here, &there);
        }
        let (who, verbs) = match self.world.chance().below(8) {
            0 => (self.office, &DESK[..]),
            1 => (self.wang, &ASKER[..]),
            _ => (self.crew[self.world.chance().below(CREW.len())], &DRIVER[..]),
        };
        if self.world.chance().below(12) == 0 {
            return self.visit(who);
        }
        let verb = verbs[self.world.chance().below(verbs.len())];
        let person = matches!(verb, CaseVerb::Grant | CaseVerb::Revoke)
            .then(|| CREW[self.world.chance().below(CREW.len())].to_owned());
        let reason = "because".to_owned();
        let deed = Deed { person, reason, ..Deed::of(&self.ride.to_hex(), verb) };
        // Refused where the state does not allow it: then nothing is written.
        let before = self.world.holds(who);
        if self.world.deed(who, deed).is_err() {
            assert_eq!(self.world.holds(who), before, "a refusal wrote something");
        }
        if self.world.chance().below(2) == 0 {
            self.world.settle();
        }
        for who in self.crew.clone() {
            let standing = self.world.page(who, self.ride).my_standing;
            if standing.as_deref() == Some("holder") {
                self.saw_himself.insert(who);
            }
        }
    }

    /// Somebody writes down that he was there; refused where he is neither desk nor holder.
    fn visit(&mut self, who: Who) {
        let at_ms = Some(self.world.now_ms());
        let visit = CaseCommand::Visit {
            id: self.ride.to_hex(),
            at_ms,
            people: vec![self.world.name(who).to_owned()],
            outcome: "nobody at home".into(),
            promise: Some("to come again".into()),
            follow_up_ms: None,
            photo: None,
            photos: Vec::new(),
        };
        let before = self.world.holds(who);
        if self.world.ask(who, Command::Case(visit)).is_err() {
            assert_eq!(self.world.holds(who), before, "a refusal wrote something");
        }
    }

    fn end(&mut self) -> RequestPage {
        self.world.heal();
        self.world.settle();
        let everybody = self.world.everybody();
        self.world.assert_same_sight(&everybody);
        let seen = |page: &RequestPage| {
            let names = [&page.holders, &page.waitlist, &page.awaiting].map(Vec::clone);
            (page.row.status.clone(), names, page.more.visits.clone())
        };
        let first = self.world.page(self.office, self.ride);
        for who in everybody {
            let page = self.world.page(who, self.ride);
            assert_eq!(seen(&page), seen(&first), "{}", self.world.name(who));
        }
        first
    }

    /// Whoever saw himself as holder and is none was told once, unless he left by himself.
    fn nobody_is_uninformed(&mut self, end: &RequestPage) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        for who in self.crew.clone() {
            let name = self.world.name(who).to_owned();
            let standing = self.world.page(who, self.ride).my_standing;
            let notices = self.world.notices(who);
            let left = end
                .timeline
                .iter()
                .any(|act| act.who == name && act.verb == "withdraw" && act.counts);
            match standing.as_deref() {
                Some("holder") => assert_eq!(notices.len(), 0, "{name} holds it"),
                Some(why) => {
                    assert_eq!(notices.len(), 1, "{name} is told once: {notices:?}");
                    told.insert(name, why.to_owned());
                }
                None => {
                    let informed = left || !self.saw_himself.contains(&who);
                    assert!(informed, "{name} held it and was told nothing");
                }
            }
        }
        told
    }

    /// The acts as the model reads them.
    fn as_set(&self, end: &RequestPage) -> Value {
        let everybody = self.world.everybody();
        let deps = deps(&self.world);
        let modelled: Vec<&TimelineRow> = modelled(end).collect();
        let shown: BTreeSet<EnvelopeId> = modelled.iter().map(|act| act.id).collect();
        let mut acts: Vec<(usize, Value)> = Vec::new();
        for act in modelled {
            let seen = ancestors(&deps, &act.id);
            let seen: Vec<String> = seen.intersection(&shown).map(EnvelopeId::to_hex).collect();
            let to = act.about.as_ref().filter(|_| act.verb == "grant").unwrap_or(&act.who);
            let person = everybody.iter().find(|who| self.world.name(**who) == to);
            let person = self.world.home(*person.expect("at home")).person();
            let kind = if act.verb == "ask" { "submit" } else { &act.verb };
            let row = json!({
                "id": act.id.to_hex(), "who": act.who, "role": act.part, "kind": kind,
                "about": act.about, "seen": seen, "luck": to_hex(&lottery(&self.ride, &person)),
            });
            acts.push((seen.len(), row));
        }
        acts.sort_by_key(|(seen, _)| *seen);
        let rows: Vec<Value> = acts.into_iter().map(|(_, row)| row).collect();
        let crew = CREW.map(|name| (name.to_owned(), json!(["member"])));
        let roles: serde_json::Map<String, Value> = crew
            .into_iter()
            .chain([("Office".into(), json!(["desk", "captain", "member"]))])
            .chain([("Wang".into(), json!(["requester", "member"]))])
            .collect();
        json!({ "acts": rows, "roles": roles, "places": self.places })
    }
}

/// What every envelope that was written in this world cites.
pub fn deps(world: &World) -> BTreeMap<EnvelopeId, Vec<EnvelopeId>> {
    let everybody = world.everybody();
    let written = everybody.iter().flat_map(|who| world.home(*who).written());
    written.map(|it| (it.id(), it.header().deps.clone())).collect()
}

/// All that the author of this one had seen.
pub fn ancestors(
    deps: &BTreeMap<EnvelopeId, Vec<EnvelopeId>>,
    of: &EnvelopeId,
) -> BTreeSet<EnvelopeId> {
    let mut seen = BTreeSet::new();
    let mut next = deps[of].clone();
    while let Some(id) = next.pop() {
        if seen.insert(id) {
            next.extend(deps.get(&id).into_iter().flatten());
        }
    }
    seen
}

/// The model knows acts; a visit gives nobody a place.
fn modelled(end: &RequestPage) -> impl Iterator<Item = &TimelineRow> {
    end.timeline.iter().filter(|act| act.verb != "visit")
}

/// What the model makes of these sets, where it is here.
pub fn model(sets: &[Value]) -> Option<Vec<Value>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let beside = ["../../shared/model", "../../../shared/model"].map(|path| root.join(path));
    let folder = beside.into_iter().find(|folder| folder.join("claims.py").exists())?;
    let mut python = Process::new("python3")
        .arg(root.join("stories/machine.py"))
        .env("PYTHONPATH", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = python.stdin.take().expect("a pipe");
    for set in sets {
        writeln!(input, "{set}").expect("the model reads");
    }
    drop(input);
    let output = python.wait_with_output().expect("the model ends");
    assert!(output.status.success(), "the model fails");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    Some(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

#[test]
fn random_lives_end_as_the_model_says_and_nobody_is_uninformed() {
    let lives = std::env::var("LINLI_SEEDS").ok().and_then(|count| count.parse().ok());
    let (mut sets, mut ends) = (Vec::new(), Vec::new());
    for seed in 0..lives.unwrap_or(LIVES) {
        let mut life = Life::begin(0x3A_0000 + seed);
        (0..STEPS).for_each(|number| life.step(number));
        let end = life.end();
        let told = life.nobody_is_uninformed(&end);
        sets.push(life.as_set(&end));
        ends.push((end, told));
    }
    let Some(outcomes) = model(&sets) else {
        println!("skipped: no ../shared/model/claims.py or python3 here");
        return;
    };
    assert_eq!(outcomes.len(), ends.len());
    for (seed, (outcome, (end, told))) in outcomes.into_iter().zip(ends).enumerate() {
        let mut awaiting = end.awaiting.clone();
        awaiting.sort();
        let told: Vec<[String; 2]> = told.into_iter().map(|(who, why)| [who, why]).collect();
        let counts: BTreeMap<String, bool> =
            modelled(&end).map(|act| (act.id.to_hex(), act.counts)).collect();
        let ours = json!({
            "status": end.row.status, "holders": end.holders, "waitlist": end.waitlist,
            "awaiting": awaiting, "told": told, "counts": counts,
        });
        assert_eq!(ours, outcome, "life {seed}");
    }
}
