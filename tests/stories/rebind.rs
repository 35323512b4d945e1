//! Somebody lost every key, and the office makes him again what he was.

use std::collections::BTreeSet;

use crdt::introduction;
use node::api::{ErrorKind, Keep, RoleWord, RosterCommand, RosterReply};
use tests::world::{Who, World};

/// What somebody is, as `who` sees it.
fn roles(world: &mut World, who: Who, person: Who) -> BTreeSet<(RoleWord, String)> {
    let person = world.home(person).person().to_hex();
    let Ok(RosterReply::Why(page)) = world.roster(who, RosterCommand::Why { person }) else {
        panic!("everybody may ask why");
    };
    let live = page.roles.into_iter().filter(|it| it.live);
    live.map(|it| (it.role.role, it.role.over)).collect()
}

fn rebind(world: &World, old: Who, new: Who, number_of: Who) -> RosterCommand {
    let id = |who: Who| world.home(who).person();
    RosterCommand::Rebind {
        person: id(old).to_hex(),
        to: id(new).to_hex(),
        number: introduction::digits(&id(number_of)),
        keep: Keep::All,
        anyway: false,
    }
}

/// Li is staff and looks after a group. His house burnt down with every device and the paper; he comes in as
/// somebody new and stands in the office. His old box, which somebody found, is on the other side of a cut.
#[test]
fn staff_who_lost_everything_is_bound_anew_in_person() {
    let (mut world, people) = World::court(0x4EB1, &["Zhang", "Li", "Wang"]);
    let world = &mut world;
    let (office, [zhang, li, wang]) = (world.office(), [people[0], people[1], people[2]]);
    world.lan(&[office, zhang, li, wang]);
    let staff = RosterCommand::Grant {
        person: "Li".into(),
        role: RoleWord::Staff,
        over: None,
        again: false,
    };
    world.roster(office, staff).expect("the office may");
    world.settle();
    let before = roles(world, wang, li);
    assert!(before.iter().any(|(role, _)| *role == RoleWord::Staff), "{before:?}");

    world.chapter("He comes in again; nothing happens for a wrong number, nor by whoever may not");
    let new = world.move_in("Li Fang");
    world.lan(&[office, new]);
    world.settle();
    let holds = world.holds(office);
    let wrong = rebind(world, li, new, zhang);
    let refused = world.roster(office, wrong).expect_err("that is Zhang's number");
    assert_eq!(refused.kind, ErrorKind::OtherNumber);
    let right = rebind(world, li, new, new);
    world.roster(zhang, right.clone()).expect_err("a member gives no roles");
    world.roster(new, right.clone()).expect_err("nobody gives them to himself");
    assert_eq!(world.holds(office), holds, "refused acts write nothing");
    assert_eq!(roles(world, wang, li), before);

    world.chapter(
        "A cut: the office binds him anew, the finder of the old box makes a friend steward",
    );
    world.cut(&[li, wang], &[office, zhang, new]);
    let friend = RosterCommand::Grant {
        person: "Wang".into(),
        role: RoleWord::Steward,
        over: None,
        again: false,
    };
    world.roster(li, friend).expect("he knows of nothing");
    let told = world.roster(office, right.clone()).expect("he stands there");
    let RosterReply::Rebound { person, given, left, cut, .. } = told else { panic!("rebound") };
    assert_eq!(person, world.home(new).person());
    assert!(given.iter().any(|row| row.role == RoleWord::Staff), "{given:?}");
    assert_eq!((left, cut), (vec![], 0), "everything was the office's to give");
    world.settle();
    assert_eq!(roles(world, zhang, new), before, "all that he was");
    assert_eq!(roles(world, zhang, li), BTreeSet::new());

    world.chapter("It heals: the same on every node, and what the finder did does not count");
    world.heal();
    // Nobody lets the old box in any more, and it goes on knocking.
    world.run_for(20_000);
    world.cut(&[li], &[office, zhang, new, wang]);
    world.settle();
    for who in [office, zhang, new, wang] {
        assert_eq!(roles(world, who, new), before, "{}", world.name(who));
        assert_eq!(roles(world, who, li), BTreeSet::new(), "{}", world.name(who));
        let wang = roles(world, who, wang);
        assert!(wang.iter().all(|(role, _)| *role == RoleWord::Member), "{wang:?}");
    }
    let again = world.roster(office, right).expect_err("done is done");
    assert_eq!(again.kind, ErrorKind::HasNoRole);
    let member = RosterCommand::Grant {
        person: "Zhang".into(),
        role: RoleWord::Steward,
        over: None,
        again: false,
    };
    world.roster(new, member).expect("he is staff again");
}
