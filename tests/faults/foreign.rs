//! Envelopes that this release cannot read, that are harmful, or that nobody may send.
//!
//! What is unknown is kept and handed on; what is harmful meets the same fate in every home; what
//! strangers write is shown nowhere.

use crdt::{
    body::{Release, VOCABULARY},
    envelope::{Draft, Envelope, Kind},
    id::EnvelopeId,
    keys::Secret,
    time::Bucket,
};
use tests::world::{BEGIN, Who, World};

/// A line of five homes, so that everything must be handed on.
fn street(seed: u64) -> (World, Vec<Who>) {
    street_in(World::seeded(seed))
}

fn street_in(mut world: World) -> (World, Vec<Who>) {
    for name in ["Chen", "Zhao", "Sun", "Wu"] {
        world.move_in(name);
    }
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    world.part();
    world.line(&everybody);
    world.settle();
    (world, everybody)
}

/// An envelope as a program that is not ours would write it.
fn forged(world: &mut World, who: Who, kind: Kind, body: Vec<u8>) -> Draft {
    let scope = world.everybodys_group(Who(0)).scope();
    let auth: Option<EnvelopeId> = Some(world.home(who).join());
    let (tip, deps, bucket) = (None, Vec::new(), Bucket::week_of(BEGIN));
    Draft { kind, scope, tip, deps, auth, lamport: 1, bucket, claimed: BEGIN, epoch: None, body }
}

fn sign(world: &World, who: Who, draft: Draft) -> Envelope {
    let home = world.home(who);
    Envelope::write(draft, home.writer(), &home.community())
}

/// The same envelope as a later version would write it: with something appended to its header.
fn later_version(world: &World, who: Who, envelope: &Envelope) -> Envelope {
    let home = world.home(who);
    let mut header = envelope.header().clone();
    (header.version, header.extension) = (2, b"from 2031".to_vec());
    let bytes = header.encode();
    let signed = [b"linli/1".as_slice(), home.community().as_bytes(), &bytes].concat();
    let signature = home.writer().sign(&signed);
    let body = envelope.body().map(<[u8]>::to_vec);
    Envelope::assemble(bytes, signature, body).expect("a later version is canonical too")
}

#[test]
fn unknown_kinds_and_later_versions_are_kept_handed_on_and_read_after_an_upgrade() {
    let (mut world, everybody) = street_in(World::on_disk(0x2031));
    let (chen, zhao) = (everybody[1], everybody[2]);
    let draft = forged(&mut world, chen, Kind(200), b"a poll, perhaps".to_vec());
    let unknown = sign(&world, chen, draft);
    let draft = forged(&mut world, zhao, Kind::MESSAGE, World::message_body("2031"));
    let plain = sign(&world, zhao, draft);
    let later = later_version(&world, zhao, &plain);
    let ids = [unknown.id(), later.id()];
    assert_eq!(world.slip(chen, vec![unknown]), 0);
    assert_eq!(world.slip(zhao, vec![later]), 0);
    world.settle();
    for who in &everybody {
        assert_eq!(world.lacks(*who, &ids), [], "{} carries both", world.name(*who));
    }
    world.assert_same_sight(&everybody);
    world.post(everybody[4], "life goes on");
    world.settle();
    world.assert_same_sight(&everybody);
    for who in &everybody {
        assert_eq!(world.texts(*who), ["life goes on"]);
        let later = Release { version: 2, vocabulary: VOCABULARY + 1, ..Release::THIS };
        world.install(*who, later);
    }
    world.settle();
    world.assert_same_sight(&everybody);
    for who in &everybody {
        assert!(world.texts(*who).contains(&"2031".to_owned()), "{}", world.name(*who));
    }
}

#[test]
fn harmful_bodies_meet_the_same_fate_everywhere() {
    let (mut world, everybody) = street(0xBAD);
    let kinds = [
        Kind::STATEMENT,
        Kind::ALERT,
        Kind::ACT,
        Kind::BALLOT,
        Kind::CHANGE,
        Kind::MESSAGE,
        Kind::CARD,
        Kind::KEY,
        Kind::ERASURE,
    ];
    let bodies: [&[u8]; 5] = [b"", b"\x01", b"\x01\xff\xff\xff", &[0x9f; 900], &[0; 64]];
    let author = everybody[1];
    let writer = world.home(author).writer().clone();
    let mut tip: Option<(u64, EnvelopeId)> = None;
    let mut sent = Vec::new();
    for kind in kinds {
        for body in bodies {
            let mut draft = forged(&mut world, author, kind, body.to_vec());
            draft.tip = tip;
            draft.lamport = sent.len() as u64 + 1;
            let envelope = Envelope::write(draft, &writer, &world.home(author).community());
            tip = Some((envelope.header().seq, envelope.id()));
            sent.push(envelope);
        }
    }
    let (before, count) = (world.holds(everybody[4]), sent.len() as u64);
    world.slip(author, sent);
    world.settle();
    for who in &everybody {
        // And fresh keys: the author's box takes itself for copied.
        assert!(world.holds(*who) >= before + count);
    }
    world.assert_same_sight(&everybody);
    assert!(world.status(everybody[4]).poison > 0, "unreadable bodies are known as harmful");
    assert_eq!(world.texts(everybody[4]), Vec::<String>::new(), "and nothing of it is shown");
    world.post(everybody[3], "life goes on");
    world.settle();
    for who in &everybody {
        assert_eq!(world.texts(*who), ["life goes on"]);
    }
}

#[test]
fn what_a_stranger_wrote_is_shown_nowhere_even_if_a_member_hands_it_on() {
    let (mut world, everybody) = street(0x57A);
    let stranger = Secret::from_seed([0x5A; 32]);
    let mallory = everybody[2];
    for auth in [None, Some(world.home(mallory).join())] {
        let body = World::message_body("Send money to this account");
        let mut draft = forged(&mut world, mallory, Kind::MESSAGE, body);
        draft.auth = auth;
        let envelope = Envelope::write(draft, &stranger, &world.home(mallory).community());
        world.slip(mallory, vec![envelope]);
        world.settle();
    }
    world.assert_same_sight(&everybody);
    for who in &everybody {
        assert_eq!(world.texts(*who), Vec::<String>::new());
        let status = world.status(*who);
        assert!(status.quarantined + status.pending > 0, "held, not counted: {status:?}");
    }
}

#[test]
fn a_body_that_somebody_kept_back_comes_from_whoever_has_it() {
    let (mut world, everybody) = street(0xB0D1E5);
    let (zhao, wu) = (everybody[2], everybody[4]);
    world.part();
    let draft = forged(&mut world, zhao, Kind::MESSAGE, World::message_body("all of it"));
    let whole = sign(&world, zhao, draft);
    // A neighbour hands on the header alone: what the two hold has the same names all the same.
    world.slip(wu, vec![whole.clone().without_body()]);
    world.slip(zhao, vec![whole]);
    world.line(&everybody);
    world.settle();
    world.assert_same_sight(&everybody);
    for who in &everybody {
        assert_eq!(world.texts(*who), ["all of it"], "{}", world.name(*who));
        assert_eq!(world.status(*who).poison, 0);
    }
}

#[test]
fn a_stranger_at_the_door_gets_nothing() {
    let (mut world, everybody) = street(0xD00);
    world.post(everybody[1], "for us alone");
    world.settle();
    let stranger = world.stranger("Mallory");
    let before = (world.holds(stranger), world.holds(everybody[0]));
    world.wire(everybody[0], stranger);
    world.run_for(120_000);
    assert_eq!(world.holds(everybody[0]), before.1, "nothing of his is kept");
    // The office says who it is, to anybody: three certificates and the roots' grant.
    assert!(world.holds(stranger) <= before.0 + 4, "and he is told nothing else");
    world.cut(&[stranger], &everybody);
    world.post(everybody[3], "life goes on");
    world.settle();
    world.assert_same_sight(&everybody);
}
