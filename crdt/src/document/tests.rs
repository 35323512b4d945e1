//! Stories and laws of documents: three homes, a cut, and what is there when they meet again.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::id::{from_hex, to_hex};

fn request() -> EnvelopeId {
    EnvelopeId::from_bytes([0x11; 32])
}

/// A change in its envelope, as far as documents care.
#[derive(Clone)]
struct Sent {
    id: EnvelopeId,
    deps: Vec<EnvelopeId>,
    writer: WriterId,
    change: Change,
}

impl Sent {
    fn new(writer: WriterId, edited: Edited) -> Self {
        let Edited { change, deps } = edited;
        let id = EnvelopeId::from_bytes(*blake3::hash(&change.chunk).as_bytes());
        Self { id, deps, writer, change }
    }

    fn received(&self) -> Received<'_> {
        let Self { id, deps, writer, change } = self;
        Received { id: *id, deps, writer: *writer, chunk: &change.chunk }
    }
}

/// One home: its copy of the document and all changes that it holds.
#[derive(Clone)]
struct Home {
    writer: WriterId,
    state: DocumentState,
    held: BTreeMap<EnvelopeId, Sent>,
}

impl Home {
    fn new(number: u8, form: DocumentForm) -> Self {
        let state = DocumentState::new(form, request());
        Self { writer: WriterId::from_bytes([number; 32]), state, held: BTreeMap::new() }
    }

    fn edit(&mut self, edit: Edit) -> Result<Sent, EditRefused> {
        let edited = super::edit(&self.state, self.writer, &[edit])?;
        let sent = Sent::new(self.writer, edited);
        self.take(&sent).expect("one's own change enters");
        Ok(sent)
    }

    fn set(&mut self, fact: Fact, text: &str) -> Sent {
        self.edit(Edit::Request(FactEdit::Set(fact, text.into()))).expect("a fact can be written")
    }

    fn add(&mut self, key: u8, text: &str) -> Sent {
        self.edit(Edit::Request(FactEdit::Add(item(key), text.into()))).expect("a new entry")
    }

    fn take(&mut self, sent: &Sent) -> Result<Applied, Rejected> {
        self.held.insert(sent.id, sent.clone());
        self.state.admit(sent.id, &sent.deps, sent.writer, &sent.change)
    }

    /// Takes whatever `other` holds, offering again what had to wait.
    fn meet(&mut self, other: &Self, backwards: bool) {
        let mut offered: Vec<&Sent> = other.held.values().collect();
        if backwards {
            offered.reverse();
        }
        for _ in 0..=offered.len() {
            offered.retain(|sent| matches!(self.take(sent), Err(Rejected::Waiting(_))));
        }
        assert!(offered.is_empty(), "a home holds what its changes build on");
    }
}

fn item(key: u8) -> ItemKey {
    ItemKey::from_random([key; 8])
}

fn texts(facts: &RequestFacts) -> Vec<&str> {
    facts.checklist.iter().map(|item| item.text.as_str()).collect()
}

#[test]
fn both_sides_of_a_cut_edit_one_request_and_find_one_list_afterwards() {
    let [mut office, mut wang, mut li] = [1, 2, 3].map(|n| Home::new(n, DocumentForm::Request));

    // Nobody has met anybody yet: each begins the document by itself.
    office.set(Fact::Title, "Ride to dialysis");
    office.add(1, "药店一");
    wang.set(Fact::Place, "5-2-301");
    wang.add(2, "药店二");
    li.set(Fact::Place, "5-2-303");
    li.set(Fact::Details, "by the side door");

    office.meet(&wang, false);
    office.meet(&li, true);
    wang.meet(&office, true);
    li.meet(&wang, false);
    let facts = office.state.facts();
    assert_eq!((wang.state.facts(), li.state.facts()), (facts.clone(), facts.clone()));
    assert_eq!(facts.text(Fact::Title), "Ride to dialysis");
    let listed = BTreeSet::from_iter(texts(&facts));
    assert_eq!(listed, BTreeSet::from(["药店一", "药店二"]), "one list, the entries of both sides");

    let conflicts = facts.conflicts();
    let [(Fact::Place, values)] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    let said: BTreeSet<_> = values.iter().map(|value| (value.text.as_str(), value.by)).collect();
    assert_eq!(said, BTreeSet::from([("5-2-301", wang.writer), ("5-2-303", li.writer)]));

    // The driver has called: writing it again settles it, even with a value that is there.
    office.set(Fact::Place, "5-2-303");
    li.meet(&office, false);
    assert_eq!(li.state.facts().conflicts(), []);
    assert_eq!(li.state.facts().text(Fact::Place), "5-2-303");
}

#[test]
fn found_is_found_whoever_else_touched_the_entry() {
    let mut wang = Home::new(2, DocumentForm::Request);
    wang.add(1, "pharmacy");
    let mut li = Home::new(3, DocumentForm::Request);
    li.meet(&wang, false);
    let tick = |done| Edit::Request(FactEdit::Tick(item(1), done));
    wang.edit(tick(true)).expect("ticked");
    li.edit(tick(true)).expect("ticked");
    li.edit(tick(false)).expect("taken back on the other side of the cut");
    li.edit(Edit::Request(FactEdit::Reword(item(1), "pharmacy in the station".into())))
        .expect("said in other words");
    wang.meet(&li, true);
    let [found] = wang.state.facts().checklist.try_into().expect("one entry");
    let by: Vec<WriterId> = found.done.iter().map(|word| word.by).collect();
    assert_eq!(by, [wang.writer]);
    assert_eq!(found.added_by, wang.writer);
    assert_eq!(found.text, "pharmacy in the station");

    wang.edit(Edit::Request(FactEdit::Remove(item(1)))).expect("removed");
    assert_eq!(wang.state.facts().checklist, []);
    let gone = wang.edit(tick(true)).map(|sent| sent.id);
    assert_eq!(gone, Err(EditRefused::NoSuchItem));
}

#[test]
fn of_two_who_found_it_in_a_cut_neither_is_forgotten() {
    let [mut wang, mut li] = [2, 3].map(|n| Home::new(n, DocumentForm::Request));
    wang.add(1, "pharmacy");
    li.meet(&wang, false);
    let found = |so| Edit::Request(FactEdit::Found(item(1), so));
    let words = |home: &Home| home.state.facts().checklist[0].found.clone();
    let by = |home: &Home| words(home).iter().map(|word| word.by).collect::<BTreeSet<_>>();
    wang.edit(found(true)).expect("found");
    li.edit(found(true)).expect("found");
    wang.meet(&li, true);
    assert_eq!(by(&wang), BTreeSet::from([wang.writer, li.writer]));
    let again = wang.edit(found(true)).map(|sent| sent.id);
    assert_eq!(again, Err(EditRefused::Nothing), "said again it takes nobody's word");

    let before = words(&wang);
    wang.edit(found(false)).expect("it was not after all");
    assert_eq!(words(&wang), []);
    wang.edit(found(true)).expect("now it is");
    li.meet(&wang, false);
    let [word] = words(&li).try_into().expect("one word");
    assert!(word.by == wang.writer && !before.contains(&word), "another word: {word:?}");
}

#[test]
fn a_board_keeps_the_pins_of_both_sides() {
    let [mut owner, mut deputy] = [1, 2].map(|n| Home::new(n, DocumentForm::Group));
    let message = EnvelopeId::from_bytes([9; 32]);
    let pin =
        |key, text: &str, message| Edit::Group(BoardEdit::Pin(item(key), text.into(), message));
    owner.edit(Edit::Group(BoardEdit::Name("防汛 flood watch".into()))).expect("named");
    owner.edit(pin(1, "", Some(message))).expect("pinned");
    deputy.edit(pin(2, "Pump keys are at the gate", None)).expect("pinned");
    deputy.edit(Edit::Group(BoardEdit::Description("…".into()))).expect("described");
    owner.meet(&deputy, true);
    deputy.meet(&owner, false);
    let board = owner.state.board();
    assert_eq!(deputy.state.board(), board);
    assert_eq!((board.name.text(), board.description.text()), ("防汛 flood watch", "…"));
    let pins: Vec<_> = board.pins.iter().map(|pin| (pin.text.as_str(), pin.message)).collect();
    assert_eq!(pins.len(), 2);
    assert!(
        pins.contains(&("", Some(message))) && pins.contains(&("Pump keys are at the gate", None))
    );
    owner.edit(Edit::Group(BoardEdit::Unpin(item(2)))).expect("anybody's pin can be taken down");
    assert_eq!(owner.state.board().pins.len(), 1);
}

#[test]
fn an_edit_that_cannot_be_made_says_why() {
    let mut home = Home::new(1, DocumentForm::Request);
    home.set(Fact::Title, "Insulin");
    home.add(1, "pharmacy");
    let long = "长".repeat(100);
    for (edit, reason) in [
        (Edit::Request(FactEdit::Set(Fact::Title, "Insulin".into())), EditRefused::Nothing),
        (Edit::Request(FactEdit::Set(Fact::Title, long)), EditRefused::TooLong(256)),
        (Edit::Request(FactEdit::Tick(item(9), true)), EditRefused::NoSuchItem),
        (Edit::Request(FactEdit::Add(item(1), "again".into())), EditRefused::KeyTaken),
        (Edit::Group(BoardEdit::Name("x".into())), EditRefused::WrongForm),
    ] {
        assert_eq!(home.edit(edit).map(|sent| sent.id), Err(reason));
    }
    let many = vec![Edit::Request(FactEdit::Set(Fact::Title, "x".into())); 101];
    let refused = edit(&home.state, home.writer, &many);
    assert_eq!(refused, Err(EditRefused::TooMany(100)));
    assert_eq!(edit(&home.state, home.writer, &[]), Err(EditRefused::Nothing));
}

#[test]
fn a_change_waits_for_what_it_builds_on_and_may_be_offered_twice() {
    let mut office = Home::new(1, DocumentForm::Request);
    let first = office.set(Fact::Title, "Ride");
    let second = office.set(Fact::Title, "Ride, urgent");
    let mut home = Home::new(2, DocumentForm::Request);
    assert_eq!(home.take(&second), Err(Rejected::Waiting(vec![first.id])));
    assert_eq!(home.take(&first), Ok(Applied::default()));
    assert_eq!(home.take(&second), Ok(Applied::default()));
    assert_eq!(home.take(&first), Ok(Applied::default()), "offered again");
    assert_eq!(home.state.heads(), [second.id]);
    assert_eq!(home.state.facts(), office.state.facts());
}

#[test]
fn forty_tips_are_joined_by_edits_that_cite_sixteen() {
    let mut office = Home::new(1, DocumentForm::Request);
    for number in 10..50 {
        let mut home = Home::new(number, DocumentForm::Request);
        home.add(number, "entry");
        office.meet(&home, false);
    }
    assert_eq!(office.state.heads().len(), 40);
    for number in 10..50 {
        let tick = Edit::Request(FactEdit::Tick(item(number), true));
        let sent = office.edit(tick).expect("whichever tip holds the entry is among those cited");
        assert!(sent.deps.len() <= 16);
    }
    assert_eq!(office.state.heads().len(), 1);
    let done = office.state.facts().checklist.iter().filter(|item| !item.done.is_empty()).count();
    assert_eq!(done, 40);
    let held = office.held.values().map(Sent::received);
    let (rebuilt, refused) = DocumentState::from_changes(DocumentForm::Request, request(), held);
    assert_eq!((rebuilt.facts(), refused), (office.state.facts(), vec![]));
}

/// A writer whose box was copied: both copies write number 2 on top of number 1.
fn forked() -> (Home, [Sent; 3]) {
    let mut copied = Home::new(7, DocumentForm::Request);
    let first = copied.set(Fact::Title, "Ride");
    let mut copy = copied.clone();
    let left = copied.set(Fact::Place, "left");
    let right = copy.set(Fact::Place, "right");
    let (low, high) = if left.id < right.id { (left, right) } else { (right, left) };
    (Home::new(2, DocumentForm::Request), [first, low, high])
}

#[test]
fn of_a_forked_writers_changes_the_lowest_id_enters_in_any_order() {
    let (home, [first, low, high]) = forked();
    let mut early = home.clone();
    early.take(&first).expect("first");
    early.take(&low).expect("low");
    assert_eq!(early.take(&high), Err(Rejected::Fork));
    let mut late = home.clone();
    late.take(&first).expect("first");
    late.take(&high).expect("nothing speaks against it yet");

    // Somebody honest builds on the branch that will lose, somebody else on both.
    let mut honest = late.clone();
    honest.writer = WriterId::from_bytes([3; 32]);
    let built = honest.set(Fact::Needs, "a wheelchair");
    late.take(&built).expect("built on what was there");
    assert_eq!(late.take(&low), Ok(Applied { displaced: late_displaced(&high, &built) }));

    assert_eq!(early.take(&built), Err(Rejected::Fork));
    assert_eq!(early.state.facts(), late.state.facts());
    assert_eq!(late.state.facts().text(Fact::Place), text_of(&home, &[&first, &low]));
    assert_eq!(late.state.facts().text(Fact::Needs), "");
    assert_eq!(late.state.standing(&built.id), Some(Standing::Beside));

    // Whoever had built on the losing branch is not shut out.
    honest.take(&low).expect("the lower id");
    let again = honest.set(Fact::Needs, "a wheelchair");
    late.take(&again).expect("under his next actor");
    early.take(&again).expect("under his next actor");
    assert_eq!(early.state.facts().text(Fact::Needs), "a wheelchair");
    let by = early.state.facts().get(Fact::Needs).now.as_ref().map(|now| now.by);
    assert_eq!(by, Some(honest.writer), "whatever the generation");

    // All orders.
    let all = [&first, &low, &high, &built, &again];
    for shift in 0..all.len() {
        let rotated = all.iter().cycle().skip(shift).take(all.len()).map(|sent| sent.received());
        let (state, refused) =
            DocumentState::from_changes(DocumentForm::Request, request(), rotated);
        assert_eq!(state.facts(), early.state.facts());
        let mut beside = vec![(high.id, Rejected::Fork), (built.id, Rejected::Fork)];
        beside.sort_by_key(|(id, _)| *id);
        assert_eq!(refused, beside);
    }
}

fn late_displaced(high: &Sent, built: &Sent) -> Vec<EnvelopeId> {
    vec![high.id, built.id]
}

fn text_of(home: &Home, sent: &[&Sent]) -> String {
    let mut home = home.clone();
    sent.iter().for_each(|sent| drop(home.take(sent).expect("in causal order")));
    home.state.facts().text(Fact::Place).to_owned()
}

#[test]
fn a_change_on_two_branches_of_one_writer_is_torn() {
    let (home, [first, low, high]) = forked();
    // No honest node can write this: two honest changes, one on each branch, and one on both.
    let on = |branch: &Sent, writer: u8| {
        let mut home = home.clone();
        home.writer = WriterId::from_bytes([writer; 32]);
        home.take(&first).expect("first");
        home.take(branch).expect("a branch");
        home.set(Fact::Needs, "…")
    };
    let (left, right) = (on(&low, 4), on(&high, 5));
    let mut whole = home.clone();
    for sent in [&first, &low, &high, &left, &right] {
        let _ = whole.take(sent);
    }
    let torn =
        gate::tests::change_on(&whole.state, 6, &[&left, &right].map(|s| s.change.chunk.clone()));
    let deps = vec![left.id, right.id];
    let sent = Sent::new(WriterId::from_bytes([6; 32]), Edited { change: torn, deps });
    assert_eq!(whole.take(&sent), Err(Rejected::Torn));
    assert_eq!(whole.state.standing(&sent.id), Some(Standing::Torn));
    let held = whole.held.values().map(Sent::received);
    let (rebuilt, refused) = DocumentState::from_changes(DocumentForm::Request, request(), held);
    assert_eq!(rebuilt.facts(), whole.state.facts());
    assert!(refused.contains(&(sent.id, Rejected::Torn)));
}

#[test]
fn genesis_changes_and_actors_are_those_of_the_vectors() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vectors/documents.json");
    let text = std::fs::read_to_string(file).expect("the vectors are in the repository");
    let vectors: serde_json::Value = serde_json::from_str(&text).expect("they are JSON");
    let word = |case: &serde_json::Value, key: &str| -> String {
        case[key].as_str().unwrap_or_else(|| panic!("{key} is missing")).to_owned()
    };
    let cases = vectors["documents"].as_array().expect("a list");
    assert_eq!(cases.len(), 2);
    for case in cases {
        let form = match word(case, "form").as_str() {
            "request" => DocumentForm::Request,
            "group" => DocumentForm::Group,
            other => panic!("no form {other}"),
        };
        let about: EnvelopeId = word(case, "about").parse().expect("an id");
        let document = gate::document_of(form, &about);
        assert_eq!(document.to_hex(), word(case, "document"));
        assert_eq!(to_hex(&genesis(form, &document)), word(case, "genesis"));
        let writer = WriterId::from_bytes(from_hex(&word(case, "writer")).expect("a key"));
        for (generation, key) in [(0, "actor_0"), (1, "actor_1")] {
            assert_eq!(to_hex(&gate::actor_of(&writer, &document, generation)), word(case, key));
        }
    }
}

/// What the people of a home do while it is cut off.
#[derive(Clone, Debug)]
enum Step {
    Set(Fact, u8),
    Add(u8),
    Tick(u8, bool),
    Meet(usize),
}

fn any_step() -> impl Strategy<Value = (usize, Step)> {
    let step = prop_oneof![
        (0..6usize, any::<u8>()).prop_map(|(fact, value)| Step::Set(Fact::ALL[fact], value)),
        any::<u8>().prop_map(Step::Add),
        (any::<u8>(), any::<bool>()).prop_map(|(key, done)| Step::Tick(key, done)),
        (0..3usize).prop_map(Step::Meet),
    ];
    (0..3usize, step)
}

proptest! {
    /// Three homes edit one request while apart, meeting now and then. In whatever order their
    /// changes come together, all read the same, and no entry is lost.
    #[test]
    fn homes_agree_in_any_order(
        steps in prop::collection::vec(any_step(), 0..24),
        seed in any::<u64>(),
    ) {
        let mut homes = [1, 2, 3].map(|number| Home::new(number, DocumentForm::Request));
        let mut added = BTreeSet::new();
        for (home, step) in steps {
            match step {
                Step::Set(fact, value) => {
                    let edit = FactEdit::Set(fact, format!("{value}"));
                    let _ = homes[home].edit(Edit::Request(edit));
                }
                Step::Add(key) => {
                    let key = ItemKey::from_random([key, home as u8, 0, 0, 0, 0, 0, 0]);
                    let edit = FactEdit::Add(key.clone(), "entry".into());
                    if homes[home].edit(Edit::Request(edit)).is_ok() {
                        added.insert(key);
                    }
                }
                Step::Tick(at, done) => {
                    let list = homes[home].state.facts().checklist;
                    if let Some(item) = list.get(usize::from(at) % list.len().max(1)) {
                        let edit = FactEdit::Tick(item.key.clone(), done);
                        let _ = homes[home].edit(Edit::Request(edit));
                    }
                }
                Step::Meet(other) => {
                    let other = homes[other].clone();
                    homes[home].meet(&other, seed % 2 == 0);
                }
            }
        }
        let [mut left, middle, mut right] = homes;
        left.meet(&middle, false);
        left.meet(&right, true);
        right.meet(&left, seed % 3 == 0);
        let facts = left.state.facts();
        prop_assert_eq!(&right.state.facts(), &facts, "order decided the outcome");

        let mut changes: Vec<_> = left.held.values().map(Sent::received).collect();
        changes.sort_by_key(|change| {
            *blake3::keyed_hash(&[seed as u8; 32], change.id.as_bytes()).as_bytes()
        });
        let all = changes.iter().copied();
        let (rebuilt, refused) = DocumentState::from_changes(DocumentForm::Request, request(), all);
        prop_assert_eq!(refused, vec![]);
        prop_assert_eq!(&rebuilt.facts(), &facts);
        prop_assert_eq!(rebuilt.heads(), left.state.heads());
        let listed: BTreeSet<_> = facts.checklist.into_iter().map(|item| item.key).collect();
        prop_assert_eq!(listed, added, "an entry was lost");
    }
}
