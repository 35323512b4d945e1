//! Looking for something together, on both sides of a cut.

use std::fmt::Write as _;

use node::api::{
    ActivityCommand, Command, ErrorKind, LookCommand, LookPage, NewActivity, NewRole, PlaceVerb,
    Private, Reply,
};
use tests::world::{BEGIN, Who, World};

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
    world.settle();
    let held = world.holds(li);
    let again = world.ask(li, Command::Look(looked("North", false, false))).expect_err("he knows");
    assert_eq!((again.kind, again.args["name"].as_str()), (ErrorKind::LookedAlready, "Zhang"));
    assert_eq!(world.holds(li), held, "nothing is written over Zhang's word");
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

fn insulin(world: &mut World, who: Who, places: &[&str]) -> String {
    let ask = Command::Ask {
        group: None,
        title: "Insulin".into(),
        details: String::new(),
        urgent: true,
        private: Private::default(),
    };
    let Reply::Asked { code, .. } = world.tell(who, ask) else { panic!("it is asked") };
    look(world, who, add(&code, places));
    world.settle();
    code
}

fn add(about: &str, places: &[&str]) -> LookCommand {
    let places = places.iter().map(|place| (*place).to_owned()).collect();
    LookCommand::Add { about: about.to_owned(), places }
}

fn says(about: &str, place: &str, found: bool, undo: bool) -> LookCommand {
    LookCommand::Looked { about: about.to_owned(), place: place.to_owned(), found, undo }
}

fn read(world: &mut World, who: Who) {
    let ids = world.notices(who).into_iter().map(|notice| notice.id).collect();
    world.tell(who, Command::NoticesSeen { ids });
}

/// Two look at the same place without knowing of one another: both are told when it is found; two find it
/// at the same place: neither is told to stop.
#[test]
fn of_two_at_one_place_neither_is_forgotten() {
    let (mut world, people) = World::court(0x24, &["Zhang", "Chen", "Li"]);
    let world = &mut world;
    let office = world.office();
    let [zhang, chen, li] = people[..] else { unreachable!("three moved in") };
    world.lan(&[office, zhang, chen, li]);
    let mut story = String::new();
    let code = insulin(world, office, &["North", "South", "East"]);

    world.chapter("A cut: Zhang and Chen both look in the north");
    world.cut(&[zhang, li], &[office, chen]);
    look(world, zhang, says(&code, "North", false, false));
    look(world, chen, says(&code, "North", false, false));
    world.settle();
    world.heal();
    world.settle();
    let page = look(world, li, LookCommand::Show { about: code.clone() });
    writeln!(story, "looked at from both sides\n{}", lines(&page)).expect("it grows");

    world.chapter("Li finds it in the south: both stop");
    look(world, li, says(&code, "South", true, false));
    world.settle();
    assert_eq!(
        (told(world, zhang), told(world, chen)),
        (vec!["found".into()], vec!["found".into()])
    );
    for who in [zhang, chen, office] {
        read(world, who);
    }
    look(world, li, says(&code, "South", true, true));
    world.settle();

    world.chapter("It was not there: in another cut Zhang and Chen both find it in the east");
    world.cut(&[zhang, li], &[office, chen]);
    look(world, zhang, says(&code, "East", true, false));
    look(world, chen, says(&code, "East", true, false));
    world.settle();
    world.heal();
    world.settle();
    assert!(told(world, zhang).is_empty() && told(world, chen).is_empty(), "both found it");
    assert_eq!(told(world, office), ["found"]);
    let page = look(world, li, LookCommand::Show { about: code });
    writeln!(story, "found from both sides\n{}", lines(&page)).expect("it grows");
    world.assert_same_sight(&[office, zhang, chen, li]);
    insta::assert_snapshot!("of_two_at_one_place_neither_is_forgotten", story);
}

/// Read, taken back, and an hour later really found at the same place: told again. Found in a second place
/// before anybody has read of the first: the same notice.
#[test]
fn found_again_at_the_same_place_is_told_again() {
    let (mut world, people) = World::court(0x25, &["Zhang", "Li"]);
    let world = &mut world;
    let office = world.office();
    let [zhang, li] = people[..] else { unreachable!("two moved in") };
    world.lan(&[office, zhang, li]);
    let code = insulin(world, office, &["North", "South"]);

    world.chapter("Found in the south, then, before anybody has read it, in the north as well");
    look(world, zhang, says(&code, "South", true, false));
    world.settle();
    let first = world.notices(office);
    assert_eq!(first.len(), 1);
    look(world, li, says(&code, "North", true, false));
    world.settle();
    assert_eq!(world.notices(office), first, "it has this to read already");
    read(world, office);

    world.chapter("Neither was right; later it is really found in the south");
    look(world, zhang, says(&code, "South", true, true));
    look(world, li, says(&code, "North", true, true));
    world.settle();
    assert!(told(world, office).is_empty());
    look(world, zhang, says(&code, "South", true, false));
    world.settle();
    assert_eq!(told(world, office), ["found"]);
    read(world, office);
    look(world, li, says(&code, "South", true, false));
    world.settle();
    assert!(told(world, office).is_empty(), "the same word");
}

/// A search with two roles: whoever helps in the second stops too, also who joins when it is found already.
#[test]
fn volunteers_of_every_role_are_told_to_stop() {
    let (mut world, people) = World::court(0x26, &["Zhang", "Li", "Chen", "Wang"]);
    let world = &mut world;
    let office = world.office();
    let [zhang, li, chen, wang] = people[..] else { unreachable!("four moved in") };
    world.lan(&[office, zhang, li, chen, wang]);
    let search = "Search for grandpa";
    let new = NewActivity {
        group: "all".into(),
        title: search.into(),
        from_ms: BEGIN.0 + 3_600_000,
        until_ms: BEGIN.0 + 7_200_000,
        roles: ["north", "south"].map(|name| NewRole { name: name.into(), places: 3 }).into(),
        ..NewActivity::default()
    };
    world.tell(office, Command::Activity(ActivityCommand::New(Box::new(new))));
    look(world, office, add(search, &["Park", "Station"]));
    world.settle();
    let join = |role: &str| {
        let (activity, role) = (search.to_owned(), Some(role.to_owned()));
        Command::Activity(ActivityCommand::Place {
            activity,
            role,
            verb: PlaceVerb::Join,
            person: None,
        })
    };
    world.tell(zhang, join("north"));
    world.tell(li, join("south"));
    world.settle();

    world.chapter("Zhang finds him in the park");
    look(world, zhang, says(search, "Park", true, false));
    world.settle();
    let stops = |world: &mut World, who| told(world, who).contains(&"found".to_owned());
    assert!(stops(world, li), "he helps in the south");
    assert!(!stops(world, zhang) && !stops(world, chen) && !stops(world, wang));

    world.chapter("Wang, cut off, joins the south, and hears that it is over");
    world.cut(&[wang], &[office, zhang, li, chen]);
    world.tell(wang, join("south"));
    world.settle();
    world.heal();
    world.settle();
    assert!(stops(world, wang) && !stops(world, chen));
}
