//! Hostile changes, each made as its author would make it, and the verdict on it.
//!
//! Most are built with Automerge itself, from operations that no honest program writes; what it
//! would never encode is forged byte by byte.

use automerge::{
    ActorId, Automerge, ExpandedChange, ObjType, ROOT, ScalarValue,
    legacy::{Key, ObjectId, Op, OpId, OpType},
    transaction::Transactable,
};
use proptest::prelude::*;

use super::*;
use crate::{
    document::{Applied, DocumentState, Edit, Fact, FactEdit, Received, edit, genesis},
    limits::{CHANGE_OPS_MAX, CHUNK_BYTES_MAX, DOCUMENT_DEPTH_MAX},
};

const ABOUT: EnvelopeId = EnvelopeId::from_bytes([0x22; 32]);
const MALLORY: WriterId = WriterId::from_bytes([0x66; 32]);
const HONEST: EnvelopeId = EnvelopeId::from_bytes([0x33; 32]);

/// A document with one honest change, carried by [`HONEST`].
fn standing() -> DocumentState {
    let mut state = DocumentState::new(DocumentForm::Request, ABOUT);
    let writer = WriterId::from_bytes([0x11; 32]);
    let edits = [
        Edit::Request(FactEdit::Set(Fact::Title, "Ride".into())),
        Edit::Request(FactEdit::Set(Fact::Place, "5-2-301".into())),
    ];
    let edited = edit(&state, writer, &edits).expect("an honest edit");
    state.admit(HONEST, &edited.deps, writer, &edited.change).expect("an honest change");
    state
}

fn honest_change() -> automerge::Change {
    let state = DocumentState::new(DocumentForm::Request, ABOUT);
    let edits = [
        Edit::Request(FactEdit::Set(Fact::Title, "Ride".into())),
        Edit::Request(FactEdit::Set(Fact::Place, "5-2-301".into())),
    ];
    let edited = edit(&state, WriterId::from_bytes([0x11; 32]), &edits).expect("an honest edit");
    automerge::Change::try_from(edited.change.chunk.as_slice()).expect("a change")
}

fn put(key: &str, value: impl Into<ScalarValue>) -> Op {
    op(OpType::Put(value.into()), ObjectId::Root, key, vec![])
}

fn op(action: OpType, obj: ObjectId, key: &str, pred: Vec<OpId>) -> Op {
    Op { action, obj, key: Key::Map(key.into()), pred: pred.into(), insert: false }
}

/// A change by Mallory on the honest one that the gate would let in.
fn proper() -> ExpandedChange {
    let honest = honest_change();
    let document = document_of(DocumentForm::Request, &ABOUT);
    ExpandedChange {
        operations: vec![put("needs", "help into the car")],
        actor_id: ActorId::from(actor_of(&MALLORY, &document, 0)),
        hash: None,
        seq: 1,
        start_op: (honest.max_op() + 1).try_into().expect("not zero"),
        time: 0,
        message: None,
        deps: vec![honest.hash()],
        extra_bytes: Vec::new(),
        author: None,
    }
}

fn chunk(change: ExpandedChange) -> Vec<u8> {
    automerge::Change::from(change).raw_bytes().to_vec()
}

/// The proper change with something else about it.
fn with(alter: impl FnOnce(&mut ExpandedChange)) -> Vec<u8> {
    let mut change = proper();
    alter(&mut change);
    chunk(change)
}

fn with_ops(operations: Vec<Op>) -> Vec<u8> {
    with(|change| change.operations = operations)
}

fn offer(state: &mut DocumentState, chunk: Vec<u8>) -> Result<Applied, Rejected> {
    let document = document_of(DocumentForm::Request, &ABOUT);
    let change = Change { document, about: ABOUT, form: DocumentForm::Request, chunk };
    let id = EnvelopeId::from_bytes(*blake3::hash(&change.chunk).as_bytes());
    state.admit(id, &[HONEST], MALLORY, &change)
}

/// Offers a chunk and demands the verdict, that nothing changed, and that life goes on.
fn check(name: &str, chunk: Vec<u8>, verdict: Poison) {
    let mut state = standing();
    let before = state.facts();
    assert_eq!(offer(&mut state, chunk), Err(Rejected::Poison(verdict)), "{name}");
    assert_eq!(state.facts(), before, "{name}");
    assert_eq!(state.len(), 1, "{name}");
    assert_eq!(offer(&mut state, self::chunk(proper())), Ok(Applied::default()), "{name}");
}

/// A put by `writer` that builds on the changes with these chunks.
pub(crate) fn change_on(state: &DocumentState, writer: u8, chunks: &[Vec<u8>]) -> Change {
    let read = |chunk: &Vec<u8>| automerge::Change::try_from(chunk.as_slice()).expect("a change");
    let built: Vec<_> = chunks.iter().map(read).collect();
    let highest = built.iter().map(automerge::Change::max_op).max().expect("at least one");
    let (document, about, form) = (state.document(), state.about(), state.form());
    let writer = WriterId::from_bytes([writer; 32]);
    let change = ExpandedChange {
        actor_id: ActorId::from(actor_of(&writer, &document, 0)),
        start_op: (highest + 1).try_into().expect("not zero"),
        deps: built.iter().map(automerge::Change::hash).collect(),
        ..proper()
    };
    Change { document, about, form, chunk: chunk(change) }
}

/// Maps inside maps, `depth` of them.
fn nested(depth: u64) -> Vec<Op> {
    let change = proper();
    let name = |at: u64| OpId::new(change.start_op.get() + at, &change.actor_id);
    let into = |at: u64| match at {
        0 => ObjectId::Root,
        _ => ObjectId::Id(name(at - 1)),
    };
    (0..depth).map(|at| op(OpType::Make(ObjType::Map), into(at), "m", vec![])).collect()
}

#[test]
fn a_proper_change_enters() {
    let mut state = standing();
    assert_eq!(offer(&mut state, chunk(proper())), Ok(Applied::default()));
    assert_eq!(state.facts().text(Fact::Needs), "help into the car");
    let mut state = standing();
    let deep = with_ops(nested(DOCUMENT_DEPTH_MAX as u64));
    assert_eq!(offer(&mut state, deep), Ok(Applied::default()), "as deep as may be");
    let mut state = standing();
    let broad = with_ops((0..CHANGE_OPS_MAX).map(|at| put(&format!("k{at}"), 1)).collect());
    assert_eq!(offer(&mut state, broad), Ok(Applied::default()), "as many as may be");
}

#[test]
fn what_automerge_would_choke_on_never_reaches_it() {
    let far = u64::from(u32::MAX) - 5;
    check(
        "start_op near the end of 32 bits",
        with(|c| c.start_op = far.try_into().expect("not zero")),
        Poison::WrongStartOp,
    );
    check(
        "start_op behind its past",
        with(|c| c.start_op = 1.try_into().expect("not zero")),
        Poison::WrongStartOp,
    );
    check("2,000 nested maps", with_ops(nested(2_000)), Poison::TooDeep);
    check("one map too deep", with_ops(nested(DOCUMENT_DEPTH_MAX as u64 + 1)), Poison::TooDeep);
    let many = (0..=CHANGE_OPS_MAX).map(|at| put(&format!("k{at}"), 1)).collect();
    check("5,001 operations", with_ops(many), Poison::OpCount);
    check("no operation", with_ops(vec![]), Poison::OpCount);
    let large = with_ops(vec![put("needs", "x".repeat(CHUNK_BYTES_MAX))]);
    check("more than 256 KiB", large, Poison::TooLarge);
    let bomb = with_ops(vec![put("needs", "x".repeat(CHUNK_BYTES_MAX - 1_000))]);
    let mut bomb = automerge::Change::try_from(bomb.as_slice()).expect("a change");
    let deflated = bomb.bytes().into_owned();
    assert!(deflated.len() < 2_000 && deflated[8] == 2, "it is deflated");
    check("a deflate bomb", deflated, Poison::NotOneChange);
}

#[test]
fn what_is_not_one_raw_change_is_poison() {
    let mut whole = Automerge::new();
    let mut draft = whole.transaction();
    draft.put(ROOT, "title", "x").expect("a put");
    draft.commit();
    check("a document chunk", whole.save(), Poison::NotOneChange);
    let bundle = whole.bundle(whole.get_heads()).expect("a bundle").bytes().to_vec();
    assert_eq!(bundle[8], 3, "it is a bundle");
    check("a bundle", bundle, Poison::NotOneChange);
    let good = chunk(proper());
    check("two changes", [good.clone(), good.clone()].concat(), Poison::NotOneChange);
    check("a byte after it", [good.as_slice(), &[0]].concat(), Poison::NotOneChange);
    check("nothing at all", Vec::new(), Poison::NotOneChange);
    let extra = with(|c| c.extra_bytes = vec![1, 2, 3]);
    check("bytes after the columns", extra, Poison::Malformed);
    check("a time", with(|c| c.time = 1), Poison::Malformed);
    check("a message", with(|c| c.message = Some("x".into())), Poison::Malformed);
}

#[test]
fn a_change_is_exactly_what_its_envelope_implies() {
    let stranger = ActorId::from([7; 16]);
    check("somebody else's actor", with(|c| c.actor_id = stranger), Poison::WrongActor);
    let document = document_of(DocumentForm::Request, &ABOUT);
    let beyond = ActorId::from(actor_of(&MALLORY, &document, GENERATIONS_MAX));
    check("a generation too far", with(|c| c.actor_id = beyond), Poison::WrongActor);
    check("a short actor", with(|c| c.actor_id = ActorId::from([7; 3])), Poison::Malformed);
    check("seq too high", with(|c| c.seq = 2), Poison::WrongSeq);
    check("seq 0", with(|c| c.seq = 0), Poison::Malformed);
    let unknown = automerge::ChangeHash([9; 32]);
    let also = with(|c| c.deps.push(unknown));
    check("a dependency that the envelope does not cite", also, Poison::ForeignDependency);
    check("no dependency", with(|c| c.deps.clear()), Poison::ForeignDependency);
    let other = document_of(DocumentForm::Request, &HONEST);
    let foreign = genesis(DocumentForm::Request, &other);
    let foreign = automerge::Change::try_from(foreign.as_slice()).expect("a change").hash();
    let foreign = with(|c| c.deps = vec![foreign]);
    check("the genesis change of another document", foreign, Poison::ForeignDependency);
}

#[test]
fn operations_refer_to_their_past_alone() {
    let honest = honest_change();
    let title = OpId::new(honest.start_op().get(), honest.actor_id());
    let nobody = OpId::new(1, &ActorId::from([7; 16]));
    let put = |pred| op(OpType::Put("x".into()), ObjectId::Root, "title", vec![pred]);
    let mut state = standing();
    let replaced = offer(&mut state, with_ops(vec![put(title.clone())]));
    assert_eq!(replaced, Ok(Applied::default()), "what it builds on may be replaced");

    for (name, operation) in [
        ("an unknown predecessor", put(nobody.clone())),
        ("a predecessor to come", put(OpId::new(1_000, honest.actor_id()))),
        ("a predecessor under another key", {
            op(OpType::Put("x".into()), ObjectId::Root, "place", vec![title.clone()])
        }),
        ("a deletion of nothing", op(OpType::Delete, ObjectId::Root, "title", vec![])),
        ("an unknown map", op(OpType::Put("x".into()), ObjectId::Id(nobody), "k", vec![])),
        ("a map that is a text", op(OpType::Put("x".into()), ObjectId::Id(title), "k", vec![])),
    ] {
        check(name, with_ops(vec![operation]), Poison::UnknownReference);
    }
}

#[test]
fn a_deletion_cannot_be_replaced() {
    let honest = honest_change();
    let own = proper();
    let title = OpId::new(honest.start_op().get(), honest.actor_id());
    let deletion = OpId::new(own.start_op.get(), &own.actor_id);
    let on = |pred| op(OpType::Put("x".into()), ObjectId::Root, "title", vec![pred]);
    let delete = op(OpType::Delete, ObjectId::Root, "title", vec![title]);
    let chunk = with_ops(vec![delete, on(deletion)]);
    check("a predecessor that is a deletion", chunk, Poison::UnknownReference);
}

#[test]
fn a_title_as_long_as_a_book_is_passed_over() {
    let mut state = standing();
    let honest = honest_change();
    let title = OpId::new(honest.start_op().get(), honest.actor_id());
    let book = OpType::Put("长".repeat(10_000).as_str().into());
    let book = with_ops(vec![op(book, ObjectId::Root, "title", vec![title])]);
    assert_eq!(offer(&mut state, book), Ok(Applied::default()));
    assert_eq!(state.facts().text(Fact::Title), "");
}

#[test]
fn a_concurrent_operation_is_not_of_the_past() {
    let mut state = standing();
    let writer = WriterId::from_bytes([0x44; 32]);
    let title = Edit::Request(FactEdit::Set(Fact::Title, "Ride, urgent".into()));
    let edited = edit(&state, writer, &[title]).expect("an edit");
    let concurrent = automerge::Change::try_from(edited.change.chunk.as_slice()).expect("a change");
    let id = EnvelopeId::from_bytes([0x45; 32]);
    state.admit(id, &edited.deps, writer, &edited.change).expect("an honest change");
    let name = OpId::new(concurrent.start_op().get(), concurrent.actor_id());
    let mut change = proper();
    change.start_op = change.start_op.checked_add(1).expect("small");
    change.deps = proper().deps;
    change.operations = vec![put("k", 1)];
    assert_eq!(offer(&mut state, chunk(change)), Err(Poison::WrongStartOp.into()));
    let reach = with_ops(vec![op(OpType::Put("x".into()), ObjectId::Root, "title", vec![name])]);
    assert_eq!(offer(&mut state, reach), Err(Poison::UnknownReference.into()));
}

#[test]
fn only_maps_and_plain_values_are_spoken_here() {
    let counter = ScalarValue::counter(1);
    for (name, operation) in [
        ("a list", op(OpType::Make(ObjType::List), ObjectId::Root, "k", vec![])),
        ("a text", op(OpType::Make(ObjType::Text), ObjectId::Root, "k", vec![])),
        ("a table", op(OpType::Make(ObjType::Table), ObjectId::Root, "k", vec![])),
        ("a counter", put("k", counter)),
        ("a timestamp", put("k", ScalarValue::Timestamp(1))),
        ("an unknown type", put("k", ScalarValue::Unknown { type_code: 12, bytes: vec![1] })),
        ("an increment", op(OpType::Increment(1), ObjectId::Root, "k", vec![])),
        ("a mark", op(OpType::MarkEnd(true), ObjectId::Root, "k", vec![])),
        ("an insertion", Op { insert: true, ..put("k", 1) }),
        ("a place in a list", Op { key: Key::head(), ..put("k", 1) }),
    ] {
        check(name, with_ops(vec![operation]), Poison::Vocabulary);
    }
    check("an empty key", with_ops(vec![put("", 1)]), Poison::Malformed);
    let mut state = standing();
    let plain = with_ops(vec![
        put("a", ScalarValue::Null),
        put("b", true),
        put("c", u64::MAX),
        put("d", i64::MIN),
        put("e", 0.5),
        put("f", "text"),
        put("g", vec![1, 2, 3]),
        put("title", 7),
    ]);
    assert_eq!(offer(&mut state, plain), Ok(Applied::default()));
    assert_eq!(state.facts().text(Fact::Title), "Ride", "a title that is no text is passed over");
}

#[test]
fn nobody_can_put_something_else_in_place_of_the_checklist() {
    let mut state = standing();
    let document = document_of(DocumentForm::Request, &ABOUT);
    let add =
        Edit::Request(FactEdit::Add(crate::document::ItemKey::from_random([1; 8]), "药店".into()));
    let writer = WriterId::from_bytes([0x11; 32]);
    let edited = edit(&state, writer, std::slice::from_ref(&add)).expect("an edit");
    state
        .admit(EnvelopeId::from_bytes([0x46; 32]), &edited.deps, writer, &edited.change)
        .expect("in");
    let first = genesis(DocumentForm::Request, &document);
    let first = automerge::Change::try_from(first.as_slice()).expect("a change");
    let list = OpId::new(first.max_op(), first.actor_id());
    let grab = op(OpType::Put("mine".into()), ObjectId::Root, "checklist", vec![list]);
    assert_eq!(offer(&mut state, with_ops(vec![grab])), Ok(Applied::default()));
    assert_eq!(state.facts().checklist.len(), 1, "the entries stay");
    assert_eq!(edit(&state, writer, &[add]), Err(crate::document::EditRefused::KeyTaken));
}

#[test]
fn a_change_names_the_document_of_what_it_is_about() {
    let mut state = standing();
    let document = document_of(DocumentForm::Request, &ABOUT);
    let board = document_of(DocumentForm::Group, &ABOUT);
    for (document, about, form) in [
        (board, ABOUT, DocumentForm::Request),
        (document, HONEST, DocumentForm::Request),
        (document, ABOUT, DocumentForm::Group),
        (board, ABOUT, DocumentForm::Group),
        (document_of(DocumentForm::Request, &HONEST), HONEST, DocumentForm::Request),
    ] {
        let change = Change { document, about, form, chunk: chunk(proper()) };
        let verdict = state.admit(HONEST, &[], MALLORY, &change);
        assert_eq!(verdict, Err(Poison::ForeignDocument.into()), "{document} {form:?}");
    }
}

#[test]
fn no_prefix_and_no_flipped_bit_of_a_change_enters() {
    let good = chunk(proper());
    let mut state = standing();
    for cut in 0..good.len() {
        let verdict = offer(&mut state, good[..cut].to_vec());
        assert_eq!(verdict, Err(Poison::NotOneChange.into()), "cut at {cut}");
    }
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let verdict = offer(&mut state, bad);
        assert!(matches!(verdict, Err(Rejected::Poison(_))), "bit {bit}: {verdict:?}");
    }
    assert_eq!(state.len(), 1);
}

#[test]
fn a_panic_inside_automerge_is_a_verdict() {
    let caught: Result<(), _> = guarded(|| -> Result<(), ()> {
        std::panic::resume_unwind(Box::new("as Automerge would"));
    });
    assert_eq!(caught, Err(Poison::Automerge));
}

/// One column: its number and its bytes.
type Column = (u64, Vec<u8>);

/// The columns of two puts, `a` and `b`, each of the text `v`.
fn columns() -> Vec<Column> {
    vec![
        (0x15, vec![0x7e, 1, b'a', 1, b'b']),
        (0x34, vec![2]),
        (0x42, vec![2, 1]),
        (0x56, vec![2, 0x16]),
        (0x57, vec![b'v', b'v']),
        (0x70, vec![2, 0]),
    ]
}

/// A chunk of these columns, naming these other actors; its checksum is nothing.
fn forged(columns: &[Column], others: &[Actor]) -> Vec<u8> {
    use crate::wire::{put_bytes, put_varint};
    let mut data = vec![1];
    data.extend([9; 32]);
    put_bytes(&mut data, &[5; 16]);
    data.extend([1, 4, 0, 0]);
    put_varint(&mut data, others.len() as u64);
    others.iter().for_each(|other| put_bytes(&mut data, other));
    put_varint(&mut data, columns.len() as u64);
    for (number, bytes) in columns {
        put_varint(&mut data, *number);
        put_varint(&mut data, bytes.len() as u64);
    }
    columns.iter().for_each(|(_, bytes)| data.extend(bytes));
    let mut chunk = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
    put_bytes(&mut chunk, &data);
    chunk
}

#[test]
fn forged_columns_are_refused_before_they_cost_anything() {
    let read = |columns: &[Column], others: &[Actor]| {
        Chunk::read(&forged(columns, others)).map(|chunk| chunk.ops.len())
    };
    assert_eq!(read(&columns(), &[]), Ok(2), "what the others are variations of");
    let huge = vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 1];
    let replaced = |number: u64, bytes: Vec<u8>| {
        let mut columns = columns();
        let at = columns.iter().position(|(known, _)| *known >= number).expect("a place");
        if columns[at].0 == number {
            columns[at].1 = bytes
        } else {
            columns.insert(at, (number, bytes))
        }
        columns
    };
    let preds = |others: &[u8], numbers: &[u8]| {
        let mut columns = columns();
        columns.pop();
        columns.push((0x70, vec![0x7e, 2, 0]));
        columns.push((0x71, [&[0x7e], others].concat()));
        columns.push((0x73, [&[0x7e], numbers].concat()));
        columns
    };
    assert_eq!(read(&preds(&[0, 1], &[1, 1]), &[[7; 16]]), Ok(2), "two predecessors in order");
    for (name, columns, others, verdict) in [
        ("2^60 operations", replaced(0x42, huge.clone()), vec![], Poison::OpCount),
        ("2^60 predecessors", replaced(0x70, [&[2], &huge[..8]].concat()), vec![], Poison::OpCount),
        (
            "keys for 2^60",
            replaced(0x15, [&huge[..8], &[1, b'a']].concat()),
            vec![],
            Poison::Malformed,
        ),
        ("a key too few", replaced(0x15, vec![0x7f, 1, b'a']), vec![], Poison::Malformed),
        ("no keys", columns()[1..].to_vec(), vec![], Poison::Malformed),
        ("a key that is no text", replaced(0x15, vec![2, 1, 0xff]), vec![], Poison::Malformed),
        ("a value that is no text", replaced(0x57, vec![b'v', 0xff]), vec![], Poison::Malformed),
        ("a value too many", replaced(0x57, b"vvv".to_vec()), vec![], Poison::Malformed),
        ("a value too few", replaced(0x57, b"v".to_vec()), vec![], Poison::Malformed),
        ("a padded number", replaced(0x56, vec![2, 0x22]), vec![], Poison::Malformed),
        ("a map with a value", replaced(0x42, vec![2, 0]), vec![], Poison::Malformed),
        ("half an object", replaced(0x02, vec![2, 1]), vec![], Poison::Malformed),
        ("a deflated column", replaced(0x4a, vec![2, 1]), vec![], Poison::Vocabulary),
        ("an unknown column", replaced(0x25, vec![2, 1]), vec![], Poison::Vocabulary),
        ("an empty column", replaced(0x01, vec![]), vec![], Poison::Malformed),
        ("an actor that nothing names", columns(), vec![[7; 16]], Poison::Malformed),
        ("itself among the others", columns(), vec![[5; 16]], Poison::Malformed),
        ("an actor beyond the list", preds(&[0, 1], &[1, 1]), vec![], Poison::Malformed),
        ("predecessors out of order", preds(&[0, 1], &[2, 0x7f]), vec![[7; 16]], Poison::Malformed),
        ("one predecessor twice", preds(&[0, 0], &[1, 0]), vec![], Poison::Malformed),
        ("a number below zero", preds(&[0, 1], &[0x7f, 2]), vec![[7; 16]], Poison::Malformed),
    ] {
        assert_eq!(read(&columns, &others), Err(verdict), "{name}");
    }
    let mut twice = columns();
    twice.insert(1, twice[0].clone());
    assert_eq!(read(&twice, &[]), Err(Poison::Malformed), "a column twice");
    let unsorted = preds(&[1, 2], &[1, 1]);
    assert_eq!(read(&unsorted, &[[8; 16], [7; 16]]), Err(Poison::Malformed), "actors out of order");
}

/// Bytes with the checksum that fits them, where Automerge can read them at all.
fn with_checksum(mut bytes: Vec<u8>) -> Option<(Vec<u8>, automerge::Change)> {
    let change = automerge::Change::try_from(bytes.as_slice()).ok()?;
    bytes[4..8].copy_from_slice(&change.hash().0[..4]);
    Some((bytes, change))
}

/// What our reader and Automerge's both say of one operation.
fn same(chunk: &Chunk<'_>, ours: &super::Op<'_>, theirs: &Op) -> bool {
    let named = |name: &OpRef| OpId::new(name.counter, &ActorId::from(*chunk.actor(*name)));
    let object = ours.object.map_or(ObjectId::Root, |name| ObjectId::Id(named(&name)));
    let preds: Vec<_> = chunk.preds[ours.preds.clone()].iter().map(named).collect();
    let action = match &theirs.action {
        OpType::Make(ObjType::Map) => ours.action == Action::MakeMap,
        OpType::Put(_) => ours.action == Action::Put,
        OpType::Delete => ours.action == Action::Delete,
        _ => false,
    };
    let key = theirs.key == Key::Map(ours.key.into());
    action && key && theirs.obj == object && theirs.pred.iter().eq(&preds) && !theirs.insert
}

/// A change of many shapes, to be damaged.
fn rich() -> Vec<u8> {
    let honest = honest_change();
    let own = proper();
    let title = OpId::new(honest.start_op().get(), honest.actor_id());
    let map = OpId::new(own.start_op.get(), &own.actor_id);
    with_ops(vec![
        op(OpType::Make(ObjType::Map), ObjectId::Root, "map", vec![]),
        op(OpType::Put("inside".into()), ObjectId::Id(map.clone()), "key", vec![]),
        op(OpType::Put(7.into()), ObjectId::Id(map), "key", vec![]),
        op(OpType::Put("new".into()), ObjectId::Root, "title", vec![title]),
        put("needs", true),
        put("time", true),
        put("time2", -7),
    ])
}

/// No panic, and what our reader accepts Automerge reads as the very same operations.
fn is_read_alike_or_refused(bytes: &[u8]) {
    let mut state = standing();
    let Ok(ours) = Chunk::read(bytes) else {
        assert!(offer(&mut state, bytes.to_vec()).is_err());
        return;
    };
    let (summed, change) = with_checksum(bytes.to_vec()).expect("we are the stricter reader");
    let theirs = change.decode();
    assert_eq!(change.len(), ours.ops.len());
    assert_eq!(theirs.seq, ours.seq);
    assert_eq!(theirs.start_op.get(), ours.start_op);
    for (ours_op, theirs_op) in ours.ops.iter().zip(&theirs.operations) {
        assert!(same(&ours, ours_op, theirs_op), "{ours_op:?} {theirs_op:?}");
    }
    // Reached with a right checksum, it enters or is refused, and the document lives on.
    let verdict = offer(&mut state, summed);
    assert!(!matches!(verdict, Err(Rejected::Poison(Poison::Automerge))));
    let _ = (state.facts(), state.board());
    let id = EnvelopeId::from_bytes([0x47; 32]);
    let writer = WriterId::from_bytes([0x48; 32]);
    let edits = [Edit::Request(FactEdit::Set(Fact::Details, "on we go".into()))];
    let edited = edit(&state, writer, &edits).expect("an honest edit");
    state.admit(id, &edited.deps, writer, &edited.change).expect("an honest change");
}

#[test]
fn every_single_damaged_byte_is_read_alike_or_refused() {
    let whole = rich();
    for at in 9..whole.len() {
        // Among them a map of number 0, which Automerge takes for the root.
        for byte in [0, 1, 2, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            is_read_alike_or_refused(&bytes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever is done to the bytes: no panic, and what our reader accepts Automerge reads as the
    /// very same operations.
    #[test]
    fn damaged_changes_are_read_alike_or_refused(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = rich();
        for (at, byte) in hits {
            let at = 9 + at.index(bytes.len() - 9);
            bytes[at] = byte;
        }
        is_read_alike_or_refused(&bytes);
    }

    #[test]
    fn random_bytes_are_refused(tail in prop::collection::vec(any::<u8>(), 0..300), framed in any::<bool>()) {
        let mut bytes = tail;
        if framed {
            let mut frame = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
            crate::wire::put_bytes(&mut frame, &bytes);
            bytes = frame;
        }
        prop_assert!(Chunk::read(&bytes).is_err());
        let received = Received { id: HONEST, deps: &[], writer: MALLORY, chunk: &bytes };
        let (state, refused) = DocumentState::from_changes(DocumentForm::Request, ABOUT, [received]);
        prop_assert!(state.is_empty());
        prop_assert!(matches!(refused.as_slice(), [(HONEST, Rejected::Poison(_))]));
    }
}
