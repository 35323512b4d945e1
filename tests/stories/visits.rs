//! Whose building it is, and who was there.

use node::api::{CaseCommand, CaseVerb, Command, Deed, DeskList, NewCase, RoleWord, RosterCommand};
use tests::world::{BEGIN, Who, World};

const PEOPLE: [&str; 2] = ["Zhao", "the electrician"];
const DAY: u64 = 24 * 60 * 60 * 1_000;

fn place(world: &mut World, office: Who, name: &str, within: Option<&str>) {
    let (name, within) = (name.to_owned(), within.map(str::to_owned));
    world.roster(office, RosterCommand::PlaceNew { name, within }).expect("the office may");
}

fn warden(world: &mut World, office: Who, person: &str, over: &str) {
    let (person, role, over) = (person.to_owned(), RoleWord::Steward, Some(over.to_owned()));
    let grant = RosterCommand::Grant { person, role, over, again: false };
    world.roster(office, grant).expect("the office may");
}

fn asks_in(world: &mut World, who: Who, area: &str) -> crdt::id::RequestId {
    let (title, area) = ("The stairs are dark".to_owned(), area.to_owned());
    world.asks(who, NewCase { title, area, ..NewCase::default() }).0
}

fn assigns(world: &mut World, who: Who, id: crdt::id::RequestId) -> Result<(), String> {
    world.deed(who, Deed::of(&id.to_hex(), CaseVerb::Grant))
}

fn visits(id: crdt::id::RequestId, follow_up_ms: u64) -> Command {
    Command::Case(CaseCommand::Visit {
        id: id.to_hex(),
        at_ms: Some(BEGIN.0 + 1),
        people: PEOPLE.map(str::to_owned).to_vec(),
        outcome: "a new lamp is needed".into(),
        promise: Some("a lamp".into()),
        follow_up_ms: Some(follow_up_ms),
        photo: Some(id),
        photos: Vec::new(),
    })
}

/// Need 8: from the building follows its grid worker, in every home and with every line down; two desks
/// on two sides of a cut give the case to the same one; the visit has time, people, outcome, photo and a
/// promise, and the desk is reminded when the promise is due.
#[test]
fn need_08_a_case_goes_to_the_worker_of_its_building_who_writes_down_the_visit() {
    let mut world = World::seeded(0x0801);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [zhao, qian, wang] = ["Zhao", "Qian", "Wang"].map(|name| world.move_in(name));
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    place(&mut world, office, "Lilies", None);
    place(&mut world, office, "Building 5", Some("Lilies"));
    place(&mut world, office, "Building 6", Some("Lilies"));
    place(&mut world, office, "Gate", None);
    warden(&mut world, office, "Zhao", "Building 5");
    warden(&mut world, office, "Qian", "Lilies");
    world.settle();
    let [five, six, gate] =
        ["Building 5", "Building 6", "Gate"].map(|area| asks_in(&mut world, wang, area));
    world.settle();

    world.chapter("every line is down: both desks know whose building it is");
    world.cut(&[office, zhao, qian], &[desk, wang]);
    world.cut(&[office], &[zhao, qian]);
    world.cut(&[zhao], &[qian]);
    for who in [office, desk] {
        assert_eq!(world.page(who, five).more.wardens, ["Zhao"]);
        assert_eq!(
            world.page(who, six).more.wardens,
            ["Qian"],
            "the compound's, where it has none"
        );
        assert_eq!(assigns(&mut world, who, five), Ok(()));
        assert_eq!(assigns(&mut world, who, six), Ok(()));
        assert!(assigns(&mut world, who, gate).is_err(), "nobody looks after it: say whom");
    }
    world.heal();
    world.settle();
    let everybody = world.everybody();
    assert_eq!(world.agreed_holder(&everybody, five), "Zhao");
    assert_eq!(world.agreed_holder(&everybody, six), "Qian");
    assert_eq!(world.notices(zhao).len(), 0, "he holds it");

    world.chapter("Zhao is cut off, goes there and writes it down");
    world.cut(&[zhao], &[office, desk, qian, wang]);
    let due = BEGIN.0 + 3 * DAY;
    assert!(world.ask(qian, visits(five, due)).is_err(), "the holder's, or the desk's");
    world.tell(zhao, visits(five, due));
    world.heal();
    world.settle();
    for who in world.everybody() {
        let page = world.page(who, five);
        let [row] = &page.more.visits[..] else { panic!("one visit on {}", world.name(who)) };
        let promise = row.promise.as_deref();
        assert_eq!((row.at_ms, row.people.join(", ")), (BEGIN.0 + 1, PEOPLE.join(", ")));
        assert_eq!((row.by.as_str(), row.outcome.as_str()), ("Zhao", "a new lamp is needed"));
        assert_eq!((promise, row.follow_up_ms), (Some("a lamp"), Some(due)));
        assert_eq!(row.photo, Some(five));
    }
    assert!(world.desk_list(office, DeskList::CallBacks).is_empty(), "not due yet");
    world.run_for(4 * DAY);
    assert_eq!(world.desk_list(office, DeskList::CallBacks).len(), 1, "the promise is due");
    insta::assert_snapshot!("need_08", world.life(office, five));
}
