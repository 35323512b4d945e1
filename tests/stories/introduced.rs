//! Whoever came in by a link is introduced, until somebody stands before him and reads his number.

use node::api::{ApiError, Command, ErrorKind, PersonRow, Reply, RosterCommand, RosterReply};
use tests::world::{Who, World};

fn row(world: &mut World, who: Who, name: &str) -> PersonRow {
    let Reply::People { people, .. } = world.tell(who, Command::everybody()) else {
        panic!("people")
    };
    people.into_iter().find(|row| row.name == name).expect("somebody of this name")
}

fn met(world: &mut World, who: Who, name: &str) -> (u64, bool) {
    let row = row(world, who, name);
    (row.met, row.met_by_me)
}

/// What one's own page shows to whoever stands before it.
fn number(world: &mut World, who: Who) -> String {
    let person = world.name(who).to_owned();
    let why = world.roster(who, RosterCommand::Why { person }).expect("one's own page");
    let RosterReply::Why(page) = why else { panic!("a page") };
    page.number.expect("one's own number")
}

fn meet(world: &mut World, who: Who, person: &str, number: &str) -> Result<(), ApiError> {
    let (person, number) = (person.to_owned(), number.to_owned());
    world.roster(who, RosterCommand::Meet { person, number }).map(|_| ())
}

#[test]
fn somebody_who_was_let_in_is_introduced_until_a_neighbour_has_read_his_number() {
    let (mut world, people) = World::court(0x9E, &["Wang", "Li", "Chen"]);
    let (office, [wang, li, chen]) = (world.office(), people[..].try_into().expect("three"));
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    assert_eq!(met(&mut world, office, "Wang"), (0, false), "came in by a link");
    let page = world.roster(office, RosterCommand::Why { person: "Wang".into() });
    let Ok(RosterReply::Why(page)) = page else { panic!("a page") };
    assert_eq!(page.number, None, "a number is read from its owner's page, not from one's own");

    world.chapter("the stairs are cut off; Li and Chen meet Wang on either side of it");
    let wangs = number(&mut world, wang);
    world.cut(&[office, li], &[wang, chen]);
    let lis = number(&mut world, li);
    let wrong = meet(&mut world, li, "Wang", &lis).expect_err("the number of another");
    assert_eq!(wrong.kind, ErrorKind::OtherNumber);
    let own = meet(&mut world, wang, "Wang", &wangs).expect_err("oneself");
    assert_eq!(own.kind, ErrorKind::OtherNumber);
    assert_eq!(met(&mut world, li, "Wang"), (0, false), "nothing was written");
    meet(&mut world, li, "Wang", &wangs.replace(' ', "")).expect("the right number");
    meet(&mut world, chen, "Wang", &wangs).expect("the right number");
    meet(&mut world, chen, "Wang", &wangs).expect("said again");
    world.run_for(2_000);
    assert_eq!(met(&mut world, office, "Wang"), (1, false));

    world.chapter("it is mended");
    world.heal();
    world.settle();
    for (who, by_me) in [(office, false), (wang, false), (li, true), (chen, true)] {
        assert_eq!(met(&mut world, who, "Wang"), (2, by_me));
        assert_eq!(met(&mut world, who, "Chen"), (0, false));
    }
    world.assert_same_sight(&everybody);
}
