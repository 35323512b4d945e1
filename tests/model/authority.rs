//! The roster is what the executable model of its rules says, whatever order things arrive in.
//!
//! | Sets | Where from |
//! |---|---|
//! | `vectors/authority/scenarios/` | the stories S1 … S22 of the rules, one file each |
//! | `vectors/authority/seed_*.json` | random sets full of attacks, as the model printed them |
//! | fresh ones | the model itself, where it and Python are there |
//!
//! `LINLI_MODEL_SETS` says how many fresh sets (default 2,000), `LINLI_MODEL_SEED` the first.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crdt::{
    authority::{Fact, Flag, Outcome, Reason, Roster, Says, Shown, Spot, Verdict, evaluate},
    body::Statement,
    id::{EnvelopeId, PersonId},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tests::oracle::authority::{Set, check, first_difference, print};

/// Orders that each scenario is evaluated in.
const ORDERS: usize = 1_000;

/// Of so many fresh sets one is also asked about as a node does it.
const AS_A_NODE_EACH: u64 = 20;

/// Sets that one run of the model prints: more would only fill memory.
const SETS_AT_ONCE: usize = 1_000;

fn vectors(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(folder);
    let entries = fs::read_dir(&folder).expect("the vectors are in the repository");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn agrees(name: &str, input: &str) {
    match check(input) {
        Ok((_, None)) => (),
        Ok((_, Some(difference))) => panic!("{name}: {difference}"),
        Err(error) => panic!("{name}: {error}"),
    }
}

/// As it was printed, backwards, and in an order that nobody chose; some of them as a node does it.
fn agrees_in_other_orders(seed: u64, text: &str) {
    let name = format!("seed {seed}");
    agrees(&name, text);
    let set = Set::read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let backwards = set.facts.iter().rev().cloned().collect();
    for order in [backwards].into_iter().chain(orders(&set.facts, 1)) {
        let ours = print(&evaluate(set.charter.clone(), order));
        assert_eq!(first_difference(&ours, &set.expected), None, "{name}, in another order");
    }
    if seed.is_multiple_of(AS_A_NODE_EACH) {
        asks_one_by_one(&name, &set, 1);
    }
}

fn read(file: &Path) -> Set {
    let text = fs::read_to_string(file).expect("a readable vector");
    Set::read(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The same facts in `count` random orders, the same ones in every run.
fn orders(facts: &[Fact], count: usize) -> Vec<Vec<Fact>> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let shuffled = Just(facts.to_vec()).prop_shuffle();
    let draw = |runner: &mut TestRunner| shuffled.new_tree(runner).expect("an order").current();
    (0..count).map(|_| draw(&mut runner)).collect()
}

#[test]
fn every_scenario_comes_out_as_the_model_says_in_any_order() {
    let files = vectors("authority/scenarios");
    assert_eq!(files.len(), 33, "S1 … S22, some of them in parts");
    for file in &files {
        let set = read(file);
        for order in orders(&set.facts, ORDERS) {
            let ours = print(&evaluate(set.charter.clone(), order));
            assert_eq!(first_difference(&ours, &set.expected), None, "{}", file.display());
        }
    }
}

#[test]
fn random_sets_come_out_as_the_model_says() {
    let files = vectors("authority");
    assert_eq!(files.len(), 26);
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable vector");
        agrees(&file.display().to_string(), &text);
    }
}

#[test]
fn fresh_sets_come_out_as_the_model_says() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
    };
    let (first, count) = (number("LINLI_MODEL_SEED", 100_000), number("LINLI_MODEL_SETS", 2_000));
    let end = first + count;
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut folders = above.map(|folder| folder.join("shared/model"));
    let Some(folder) = folders.find(|it| it.join("authority.py").is_file()) else {
        println!("skipped: no folder above has shared/model/authority.py");
        return;
    };
    for first in (first..end).step_by(SETS_AT_ONCE) {
        let count = (SETS_AT_ONCE as u64).min(end - first);
        let Some(sets) = draw(&folder, first, count) else {
            println!("skipped: python3 is not installed");
            return;
        };
        assert_eq!(sets.lines().count() as u64, count);
        for (seed, text) in (first..).zip(sets.lines()) {
            agrees_in_other_orders(seed, text);
        }
    }
}

/// Has one run of the model print as many sets; none where Python is not there.
fn draw(folder: &Path, first: u64, count: u64) -> Option<String> {
    let script = format!(
        "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1])\n\
         import authority\n\
         for seed in range({first}, {}): print(authority.emit(seed))",
        first + count
    );
    let out = Command::new("python3").args(["-c", &script]).arg(folder).output().ok()?;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).expect("the model prints text"))
}

/// What has all that it cites, down to the beginning.
fn complete(facts: &[Fact], whole: &Outcome) -> BTreeSet<EnvelopeId> {
    let mut ids: BTreeSet<EnvelopeId> = facts.iter().map(|fact| fact.id).collect();
    ids.retain(|id| !whole.refused.contains(id));
    loop {
        let lacks = |fact: &&Fact| fact.prev.iter().chain(&fact.deps).any(|id| !ids.contains(id));
        let lacking: Vec<EnvelopeId> = facts.iter().filter(lacks).map(|fact| fact.id).collect();
        if !lacking.iter().any(|id| ids.contains(id)) {
            return ids;
        }
        lacking.iter().for_each(|id| {
            ids.remove(id);
        });
    }
}

/// A node's roster holds the statements, and of everybody's content only where it stands.
fn as_a_node_does(set: &Set, facts: &[Fact], whole: &Outcome) -> Roster {
    let complete = complete(facts, whole);
    let mut roster = Roster::under(set.charter.clone());
    for fact in facts {
        if !fact.is_content() {
            roster.insert(fact.clone());
        } else if complete.contains(&fact.id) {
            let chain = (fact.writer, fact.scope);
            roster.insert(Fact::link(fact.id, chain, (fact.seq, fact.lamport), fact.prev));
            fact.auth.iter().for_each(|auth| {
                roster.note_use(fact.writer, *auth);
            });
        }
    }
    roster
}

fn people(facts: &[Fact]) -> BTreeSet<PersonId> {
    facts
        .iter()
        .filter_map(|fact| match fact.statement()? {
            Statement::Grant { person, .. } | Statement::Join { person, .. } => Some(*person),
            _ => None,
        })
        .collect()
}

#[test]
fn a_node_that_asks_one_by_one_hears_the_same() {
    for file in vectors("authority/scenarios").into_iter().chain(vectors("authority")) {
        asks_one_by_one(&file.display().to_string(), &read(&file), 3);
    }
}

/// A roster that is told one statement after the other says what all of them at once say.
fn asks_one_by_one(name: &str, set: &Set, count: usize) {
    let whole = evaluate(set.charter.clone(), set.facts.iter().cloned());
    for order in orders(&set.facts, count) {
        let roster = as_a_node_does(set, &order, &whole);
        let live: BTreeSet<EnvelopeId> = people(&order)
            .into_iter()
            .flat_map(|person| roster.live_roles(person))
            .map(|role| role.grant)
            .collect();
        assert_eq!(live, whole.live, "{name}");
        for fact in order.iter().filter(|fact| fact.is_content()) {
            hears_the_same(&roster, fact, &whole);
        }
    }
}

/// What stands between them: a node also keeps strangers out, and leaves ancestry to its lists.
fn hears_the_same(roster: &Roster, fact: &Fact, whole: &Outcome) {
    if whole.refused.contains(&fact.id) || whole.pending.contains(&fact.id) {
        return;
    }
    let spot = Spot {
        writer: fact.writer,
        scope: fact.scope,
        seq: fact.seq,
        id: Some(fact.id),
        auth: fact.auth,
    };
    let verdict = roster.position(&spot);
    let shown = whole.shown.get(&fact.id);
    let by_itself = matches!(shown, Some(Shown::Ok | Shown::Flagged));
    match (&fact.says, verdict) {
        (_, Verdict::Void(Reason::Stranger)) => (),
        (Says::Act | Says::Ballot, _) => {
            assert_eq!(verdict.counts(), whole.effective.contains(&fact.id), "{fact:?}");
        }
        (Says::Message, Verdict::Counts) => assert_eq!(shown, Some(&Shown::Ok), "{fact:?}"),
        (Says::Message, _) => assert_eq!(verdict.shows(), by_itself, "{fact:?}"),
        // Whether a change ends in a copy depends on what it is built on.
        (_, Verdict::Void(_) | Verdict::Flagged(Flag::LosingBranch)) => {
            assert!(!by_itself, "{fact:?}")
        }
        _ => assert!(shown.is_some(), "{fact:?}"),
    }
}
