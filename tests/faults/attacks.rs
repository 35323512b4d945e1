//! Changes on which Automerge would choke, under a real request, from a neighbour whose program is
//! not ours (promise 15): harmful in every home, and the request goes on.

use automerge::{
    ActorId, Change as Raw, ExpandedChange, ObjType,
    legacy::{Key, ObjectId, Op, OpId, OpType},
};
use crdt::{
    body::{Body, Change, DocumentForm},
    document::{Fact, genesis},
    envelope::{Draft, Envelope, Kind},
    gate::{actor_of, document_of},
    id::{EnvelopeId, RequestId},
    keys::Secret,
    time::Bucket,
};
use node::api::Command;
use tests::world::{BEGIN, Who, World};

/// How deep one of them nests its maps.
const DEEP: u64 = 2_000;

/// What one neighbour's own program makes of one request.
struct Mallory {
    who: Who,
    /// Of his own: his box takes itself for copied and makes itself another.
    writer: Secret,
    join: EnvelopeId,
    request: RequestId,
    tip: Option<(u64, EnvelopeId)>,
}

impl Mallory {
    /// The change that an honest program would make first, with something else about it.
    fn change(&self, alter: impl FnOnce(&mut ExpandedChange)) -> ExpandedChange {
        let document = document_of(DocumentForm::Request, &self.request);
        let begun = Raw::try_from(genesis(DocumentForm::Request, &document).as_slice());
        let begun = begun.expect("the beginning of every document");
        let writer = self.writer.writer();
        let mut change = ExpandedChange {
            operations: vec![put("needs", "help into the car")],
            actor_id: ActorId::from(actor_of(&writer, &document, 0)),
            hash: None,
            seq: 1,
            start_op: (begun.max_op() + 1).try_into().expect("not zero"),
            time: 0,
            message: None,
            deps: vec![begun.hash()],
            extra_bytes: Vec::new(),
            author: None,
        };
        alter(&mut change);
        change
    }

    /// Hands it to his own node as an envelope that is in order.
    fn slips(&mut self, world: &mut World, change: ExpandedChange) -> EnvelopeId {
        self.slips_bytes(world, Raw::from(change).raw_bytes().to_vec())
    }

    fn slips_bytes(&mut self, world: &mut World, chunk: Vec<u8>) -> EnvelopeId {
        let form = DocumentForm::Request;
        let document = document_of(form, &self.request);
        let body = Body::Change(Change { document, about: self.request, form, chunk }).encode();
        let scope = world.everybodys_group(Who(0)).scope();
        let home = world.home(self.who);
        let draft = Draft {
            kind: Kind::CHANGE,
            scope,
            tip: self.tip,
            deps: Vec::new(),
            auth: Some(self.join),
            lamport: self.tip.map_or(1, |tip| tip.0 + 1),
            bucket: Bucket::week_of(BEGIN),
            claimed: BEGIN,
            epoch: None,
            body,
        };
        let envelope = Envelope::write(draft, &self.writer, &home.community());
        self.tip = Some((envelope.header().seq, envelope.id()));
        let id = envelope.id();
        assert_eq!(world.slip(self.who, vec![envelope]), 0, "the envelope itself is in order");
        id
    }
}

fn put(key: &str, value: &str) -> Op {
    op(OpType::Put(value.into()), ObjectId::Root, key)
}

fn op(action: OpType, obj: ObjectId, key: &str) -> Op {
    Op { action, obj, key: Key::Map(key.into()), pred: Vec::new().into(), insert: false }
}

/// Maps inside maps.
fn nested(change: &mut ExpandedChange) {
    let (first, actor) = (change.start_op.get(), change.actor_id.clone());
    let into = |at: u64| match at {
        0 => ObjectId::Root,
        _ => ObjectId::Id(OpId::new(first + at - 1, &actor)),
    };
    change.operations = (0..DEEP).map(|at| op(OpType::Make(ObjType::Map), into(at), "m")).collect();
}

#[test]
fn what_automerge_would_choke_on_is_harmful_in_every_home_and_the_request_goes_on() {
    let (mut world, people) = World::court(0xA77AC, &["Chen", "Mallory", "Sun"]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let request = world.request(people[0], "A ride");
    world.settle();
    world.part();
    world.line(&everybody);
    world.settle();
    let home = world.home(people[1]);
    let (writer, join) = (home.writer().clone(), home.join());
    let mut mallory = Mallory { who: people[1], writer, join, request, tip: None };
    let before = world.status(people[2]).poison;

    world.chapter("what no honest program writes");
    let far = u64::from(u32::MAX) - 5;
    let attacks = [
        mallory.change(|it| it.start_op = far.try_into().expect("not zero")),
        mallory.change(nested),
        mallory.change(|it| it.seq = 7),
        mallory.change(|it| it.time = 1),
    ];
    for attack in attacks {
        mallory.slips(&mut world, attack);
    }
    let bomb = mallory.change(|it| it.operations = vec![put("needs", &"x".repeat(200_000))]);
    let packed = Raw::from(bomb).bytes().into_owned();
    assert!(packed.len() < 2_000, "two hundred kilobytes in {}", packed.len());
    mallory.slips_bytes(&mut world, packed);
    world.settle();
    for who in &everybody {
        let status = world.status(*who);
        assert_eq!(status.poison, before + 5, "{}: {status:?}", world.name(*who));
        assert_eq!(needs(&mut world, *who, request), "", "nothing of it is in the document");
    }
    world.assert_same_sight(&everybody);

    world.chapter("the same number twice: one of the two counts, the same one everywhere");
    for text in ["help into the car", "a wheelchair"] {
        let change = mallory.change(|it| it.operations = vec![put("needs", text)]);
        mallory.slips(&mut world, change);
    }
    world.settle();
    let shown = needs(&mut world, people[2], request);
    assert!(["help into the car", "a wheelchair"].contains(&shown.as_str()), "{shown:?}");
    world.assert_same_sight(&everybody);

    world.chapter("and whoever writes on is read");
    let (id, field, value) =
        (request.to_hex(), Fact::Needs.key().to_owned(), "two bags".to_owned());
    world.tell(people[2], Command::EditFact { id, field, value });
    world.settle();
    for who in &everybody {
        assert_eq!(needs(&mut world, *who, request), "two bags", "{}", world.name(*who));
    }
    world.assert_same_sight(&everybody);
}

/// What somebody reads under "needs".
fn needs(world: &mut World, who: Who, request: RequestId) -> String {
    let page = world.page(who, request);
    page.facts.get(Fact::Needs.key()).map(|values| values.join(" / ")).unwrap_or_default()
}

#[test]
fn a_box_that_makes_itself_fresh_keys_again_and_again_is_still_let_in() {
    let (mut world, people) = World::court(0xF4E5, &["Chen", "Zhao"]);
    world.part();
    world.settle();
    for _copy in 0..6 {
        // Whoever has a copy of the disk writes with its keys.
        let (scope, auth) =
            (world.everybodys_group(Who(0)).scope(), Some(world.home(people[1]).join()));
        let draft = Draft {
            kind: Kind::MESSAGE,
            scope,
            tip: None,
            deps: Vec::new(),
            auth,
            lamport: 1,
            bucket: Bucket::week_of(BEGIN),
            claimed: BEGIN,
            epoch: None,
            body: World::message_body("from the copy"),
        };
        let home = world.home(people[1]);
        let envelope = Envelope::write(draft, home.writer(), &home.community());
        world.slip(people[1], vec![envelope]);
    }
    world.wire(people[1], world.office());
    world.wire(people[0], world.office());
    world.settle();
    world.post(people[1], "I am here");
    world.settle();
    assert!(world.texts(people[0]).contains(&"I am here".to_owned()));
    assert_eq!(world.home(people[1]).turned_away(), None);
}
