//! Who is on duty is not for somebody without a role to say, however often he says it.

use crdt::{
    body::{Body, DutyRota, News, OnDuty, Place},
    envelope::{Draft, Envelope},
    time::Bucket,
};
use node::api::NewsCommand;
use tests::world::{BEGIN, Who, World};

use super::news::{duty, on, told};

const HOUR: u64 = 60 * 60 * 1_000;

/// More than one list of rotas ever looks at.
const LIES: usize = 260;

/// Rotas that a crooked program writes, one after the other.
fn lies(world: &mut World, who: Who) -> Vec<Envelope> {
    let scope = world.everybodys_group(who).scope();
    let home = world.home(who);
    let me = OnDuty { person: home.person(), phone: "110".into() };
    let rota = DutyRota {
        place: Place::community(),
        people: vec![me],
        begins_ms: BEGIN.0,
        shift_ms: 8 * HOUR,
    };
    let body = Body::News(News::Rota(rota));
    let last = home.written().iter().rev().find(|it| it.header().scope == scope);
    let mut tip = last.map(|it| (it.header().seq, it.id(), it.header().lamport));
    let mut all = Vec::new();
    for _ in 0..LIES {
        let draft = Draft {
            kind: body.kind(),
            scope,
            tip: tip.map(|(seq, id, _)| (seq, id)),
            deps: Vec::new(),
            auth: Some(home.join()),
            epoch: None,
            lamport: tip.map_or(1, |(.., lamport)| lamport + 1),
            bucket: Bucket::week_of(BEGIN),
            claimed: BEGIN,
            body: body.encode(),
        };
        let envelope = Envelope::write(draft, home.writer(), &home.community());
        tip = Some((envelope.header().seq, envelope.id(), envelope.header().lamport));
        all.push(envelope);
    }
    all
}

#[test]
fn a_flood_of_rotas_by_somebody_without_a_role_hides_nobody_who_is_on_duty() {
    let (mut world, people) = World::court(0xd077, &["Zhao", "Qian"]);
    let (office, zhao, qian) = (world.office(), people[0], people[1]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    let people = vec![on("Office", "8000 0001"), on("Zhao", "8000 0002")];
    let (begins_ms, shift_ms) = (Some(BEGIN.0), 8 * HOUR);
    let rota = NewsCommand::SetRota { place: None, people, begins_ms, shift_ms };
    told(&mut world, office, rota);
    world.settle();
    let lies = lies(&mut world, qian);
    assert_eq!(world.slip(qian, lies), 0, "none is refused");
    world.settle();
    for who in [office, zhao, qian] {
        let row = duty(&mut world, who);
        assert_eq!((row.name.as_str(), row.phone.as_str()), ("Office", "8000 0001"));
    }
}
