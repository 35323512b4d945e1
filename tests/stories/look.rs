//! Looking for something together, on both sides of a cut.

use std::fmt::Write as _;

use node::api::{Command, LookCommand, LookPage, Private, Reply};
use tests::world::{Who, World};

fn look(world: &mut World, who: Who, command: LookCommand) -> LookPage {
    match world.tell(who, Command::Look(command)) {
        Reply::Look(page) => page,
        other => panic!("looked, and heard {other:?}"),
    }
}

fn told(world: &mut World, who: Who) -> Vec<String> {
    world.notices(who).iter().map(|notice| notice.reason.clone()).collect()
}

fn lines(page: &LookPage) -> String {
    let mut lines = String::new();
    for place in &page.places {
        let (looked, found) = (place.looked_by.as_deref(), place.found_by.as_deref());
        let line = format!("  {:6} looked {:6}", place.text, looked.unwrap_or("-"));
        writeln!(lines, "{line} found {}", found.unwrap_or("-")).expect("a string grows");
    }
    lines
}

/// Need 21: insulin in the pharmacies of the town. Both sides of a cut add places and tick them; both lists
/// merge as a union; found stops everybody who looks, and nobody else is told.
#[test]
#[expect(clippy::too_many_lines, reason = "one story, from the asking to the second finding")]
fn need_21_search_together() {
    let (mut world, people) = World::court(0x21, &["Zhang", "Li", "Chen", "Wang"]);
    let world = &mut world;
    let office = world.office();
    let [zhang, li, chen, wang] = people[..] else { unreachable!("four moved in") };
    world.lan(&[office, zhang, li, chen, wang]);
    let everybody = world.everybody();
    let mut story = String::new();

    world.chapter("Insulin is wanted; the office lists three pharmacies");
    let ask = Command::Ask {
        group: None,
        title: "Insulin".into(),
        details: String::new(),
        urgent: true,
        private: Private::default(),
    };
    let Reply::Asked { code, .. } = world.tell(office, ask) else { panic!("it is asked") };
    let about = || code.clone();
    let add = |places: &[&str]| LookCommand::Add {
        about: about(),
        places: places.iter().map(|place| (*place).to_owned()).collect(),
    };
    let looked = |place: &str, found, undo| {
        let (about, place) = (about(), place.to_owned());
        LookCommand::Looked { about, place, found, undo }
    };
    look(world, office, add(&["North", "South", "East"]));
    world.settle();

    world.chapter("A cut: both sides look, and both add the pharmacy in the west");
    world.cut(&[zhang, li], &[office, chen, wang]);
    look(world, zhang, looked("North", false, false));
    look(world, li, add(&["West", "Old town"]));
    look(world, chen, add(&["West", "Station"]));
    look(world, chen, looked("South", false, false));
    look(world, chen, looked("West", false, false));
    world.settle();
    let page = look(world, zhang, LookCommand::Show { about: about() });
    writeln!(story, "Zhang, cut off: {} left\n{}", page.left, lines(&page)).expect("it grows");
    assert_eq!((page.places.len(), page.left), (5, 4));

    world.chapter("Li finds it in the old town; his side stops, the other has not heard");
    look(world, li, looked("Old town", true, false));
    world.settle();
    assert_eq!(told(world, zhang), ["found"]);
    assert!(told(world, li).is_empty(), "who found it knows");
    assert!(told(world, chen).is_empty(), "he is cut off");

    world.chapter("It heals: a union, each place once, and everybody who looks stops");
    world.heal();
    world.settle();
    let page = look(world, office, LookCommand::Show { about: about() });
    for who in &everybody {
        let seen = look(world, *who, LookCommand::Show { about: about() });
        assert_eq!(seen, page, "{}", world.name(*who));
    }
    let names: Vec<&str> = page.places.iter().map(|place| place.text.as_str()).collect();
    for place in ["North", "South", "East", "West", "Old town", "Station"] {
        assert_eq!(names.iter().filter(|name| **name == place).count(), 1, "{place}: {names:?}");
    }
    assert_eq!((page.found.as_slice(), page.left), (&["Old town".to_owned()][..], 2));
    writeln!(story, "healed: {} left\n{}", page.left, lines(&page)).expect("it grows");
    assert_eq!(told(world, chen), ["found"]);
    assert_eq!(told(world, office), ["found"], "the office listed places");
    assert!(told(world, wang).is_empty(), "he did not look");
    for who in [office, zhang, chen] {
        let ids = world.notices(who).into_iter().map(|notice| notice.id).collect();
        world.tell(who, Command::NoticesSeen { ids });
    }

    world.chapter("It was the wrong kind: the search goes on");
    look(world, li, looked("Old town", true, true));
    world.settle();
    let page = look(world, chen, LookCommand::Show { about: about() });
    assert!(page.found.is_empty());
    assert!(told(world, chen).is_empty(), "there is nothing to stop for");

    world.chapter("Two find it at the same time: whoever looks stops again, once");
    world.cut(&[zhang, li], &[office, chen, wang]);
    look(world, li, looked("Old town", false, false));
    look(world, chen, looked("Station", true, false));
    world.settle();
    assert_eq!(told(world, office), ["found"]);
    let ids = world.notices(office).into_iter().map(|notice| notice.id).collect();
    world.tell(office, Command::NoticesSeen { ids });
    look(world, li, looked("East", true, false));
    world.heal();
    world.settle();
    let page = look(world, zhang, LookCommand::Show { about: about() });
    assert_eq!(page.found, ["East", "Station"]);
    assert_eq!(told(world, zhang), ["found"]);
    assert!(told(world, office).is_empty(), "it was told of one, which says it all");
    writeln!(story, "found twice: {} left\n{}", page.left, lines(&page)).expect("it grows");
    world.assert_same_sight(&everybody);
    insta::assert_snapshot!("need_21_search_together", story);
}
