//! What people do together: places that both sides of a cut give away, and a cancellation.

use std::fmt::Write as _;

use node::api::{
    ActivityCommand, ActivityPage, ActivityReply, Command, ErrorKind, NewActivity, NewRole,
    PlaceVerb, Reply,
};
use tests::world::{BEGIN, Who, World};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

const WALL: &str = "Flood wall";

fn shown(world: &mut World, who: Who) -> ActivityPage {
    let show = ActivityCommand::Show { activity: WALL.into() };
    match world.tell(who, Command::Activity(show)) {
        Reply::Activity(ActivityReply::Page(page)) => *page,
        other => panic!("looked at the activity, and saw {other:?}"),
    }
}

fn place(verb: PlaceVerb) -> Command {
    let (activity, role, person) = (WALL.to_owned(), None, None);
    Command::Activity(ActivityCommand::Place { activity, role, verb, person })
}

fn plan(places: u16, checks: &[&str]) -> Command {
    Command::Activity(ActivityCommand::New(Box::new(NewActivity {
        group: "all".into(),
        title: WALL.into(),
        place: "North gate".into(),
        from_ms: BEGIN.0 + DAY_MS,
        until_ms: BEGIN.0 + DAY_MS + 120 * MINUTE_MS,
        roles: vec![NewRole { name: "sandbags".into(), places }],
        checks: checks.iter().map(|check| (*check).to_owned()).collect(),
        ..NewActivity::default()
    })))
}

/// Who has a place, who waits, who has still to say yes.
fn standings(page: &ActivityPage) -> [Vec<String>; 3] {
    let role = &page.roles[0];
    [role.holders.clone(), role.waitlist.clone(), role.awaiting.clone()]
}

fn write_down(story: &mut String, heading: &str, page: &ActivityPage) {
    let [holders, waitlist, awaiting] = standings(page);
    let role = &page.roles[0];
    writeln!(story, "{heading}\n  places   {}", holders.join(" ")).expect("a string grows");
    for (what, names) in [
        ("waits", waitlist),
        ("moved up", awaiting),
        ("wanted", role.standby.clone()),
        ("unaware", page.unaware.clone()),
    ] {
        if !names.is_empty() {
            writeln!(story, "  {what:8} {}", names.join(" ")).expect("a string grows");
        }
    }
}

/// All of these see the same places, and the same people in them.
fn agreed(world: &mut World, these: &[Who]) -> ActivityPage {
    let first = shown(world, these[0]);
    for who in &these[1..] {
        let other = shown(world, *who);
        assert_eq!(standings(&first), standings(&other), "{}", world.name(*who));
        assert_eq!(first.unaware, other.unaware, "{}", world.name(*who));
    }
    first
}

/// Need 22: 10 places, 8 and 8 claims in a cut: the same ten and the same waiting list everywhere;
/// whoever moves up must say yes.
#[test]
fn need_22_ten_places_and_a_waiting_list() {
    let names: Vec<String> = (1..=16).map(|n| format!("V{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (mut world, people) = World::court(0x22, &names);
    let world = &mut world;
    let office = world.office();
    let (left, right) = people.split_at(8);
    let mut here = vec![office];
    here.extend(left);
    world.lan(&here);
    world.lan(right);
    let mut story = String::new();

    world.chapter("The office plans ten places; nobody else may");
    world.tell(office, plan(10, &[]));
    world.settle();
    let refused = world.ask(people[0], plan(1, &[])).expect_err("he does not lead the group");
    assert_eq!(refused.kind, ErrorKind::NotAnOwner);

    world.chapter("A cut through the court: eight join on each side, and all hold a place");
    world.cut(&here, right);
    for who in &people {
        world.tell(*who, place(PlaceVerb::Join));
        world.settle();
    }
    let (one, other) = (agreed(world, &here), agreed(world, right));
    assert_eq!((one.row.taken, other.row.taken), (8, 8));
    write_down(&mut story, "one side of the cut", &one);
    write_down(&mut story, "the other side", &other);

    world.chapter("It heals: the same ten, the same six behind them");
    world.heal();
    world.settle();
    let everybody = world.everybody();
    let page = agreed(world, &everybody);
    assert_eq!((page.row.taken, page.row.waiting), (10, 6));
    assert!(page.roles[0].awaiting.is_empty(), "whoever holds saw himself as holder before");
    write_down(&mut story, "healed", &page);

    world.chapter("Those who wait have read it: they know that they have no place");
    for who in &people {
        if page.roles[0].waitlist.iter().any(|name| name == world.name(*who)) {
            world.tell(*who, place(PlaceVerb::Yes));
        }
    }
    world.settle();
    assert_eq!(
        standings(&agreed(world, &everybody)),
        standings(&page),
        "it changes nobody's place"
    );

    who_moves_up_says_yes(world, &people, &mut story);
    world.assert_same_sight(&everybody);
    insta::assert_snapshot!("need_22_ten_places_and_a_waiting_list", story);
}

fn named(world: &World, people: &[Who], name: &str) -> Who {
    *people.iter().find(|who| world.name(**who) == name).expect("he lives here")
}

fn who_moves_up_says_yes(world: &mut World, people: &[Who], story: &mut String) {
    let everybody = world.everybody();
    world.chapter("Two give their places back, one on each side of another cut");
    let page = shown(world, people[0]);
    let on = |side: &[Who], world: &World| {
        let holds = |who: &&Who| page.roles[0].holders.iter().any(|it| it == world.name(**who));
        *side.iter().find(holds).expect("both sides have places")
    };
    let (left, right) = people.split_at(8);
    let leaving = [on(left, world), on(right, world)];
    let mut here = vec![world.office()];
    here.extend(left);
    world.cut(&here, right);
    for who in leaving {
        world.tell(who, place(PlaceVerb::Leave));
        world.settle();
    }
    let (one, other) = (agreed(world, &here), agreed(world, right));
    assert_eq!(
        one.roles[0].awaiting, other.roles[0].awaiting,
        "the first who waits, on both sides"
    );
    world.heal();
    world.settle();
    let page = agreed(world, &everybody);
    let before = page.roles[0].awaiting.clone();
    assert_eq!((page.row.taken, before.len()), (10, 2), "two moved up");
    write_down(story, "two gave their places back", &page);
    for name in &before {
        let who = named(world, people, name);
        let told: Vec<String> = world.notices(who).iter().map(|it| it.reason.clone()).collect();
        assert!(told.contains(&"awaiting".to_owned()), "{name} is told: {told:?}");
        assert_eq!(shown(world, who).row.mine.as_deref(), Some("awaiting"));
    }

    world.chapter("The first says yes; the second's place is kept for him");
    let first = named(world, people, &before[0]);
    world.tell(first, place(PlaceVerb::Yes));
    world.settle();
    let page = agreed(world, &everybody);
    assert_eq!(page.roles[0].awaiting, [before[1].clone()]);
    assert_eq!(shown(world, first).row.mine.as_deref(), Some("holder"));
    write_down(story, "the first says yes", &page);
}

/// An activity that both sides of a cut prepare: not green until everything is ticked; half an hour
/// before, whoever waits is wanted for whoever has not set off; called off, everybody says that he has
/// read it, also who joined on the other side and did not know.
#[test]
fn an_activity_is_made_ready_and_called_off() {
    let (mut world, people) = World::court(0x2224, &["Zhang", "Li", "Chen", "Wang"]);
    let world = &mut world;
    let office = world.office();
    let [zhang, li, chen, wang] = people[..] else { unreachable!("four moved in") };
    world.lan(&[office, zhang, li, chen, wang]);
    let everybody = world.everybody();
    let mut story = String::new();
    let tick = |check: &str| {
        let (activity, check) = (WALL.to_owned(), check.to_owned());
        Command::Activity(ActivityCommand::Tick { activity, check, done: true })
    };

    world.chapter("Two places, three who want to come, two things to look at");
    world.tell(office, plan(2, &["gloves", "first aid"]));
    world.settle();
    for who in [zhang, li, chen] {
        world.tell(who, place(PlaceVerb::Join));
        world.settle();
    }
    let page = agreed(world, &everybody);
    assert!(!page.row.ready);
    write_down(&mut story, "planned", &page);

    world.chapter("Both sides of a cut tick, and it is green after the heal and not before");
    world.cut(&[zhang, wang], &[office, li, chen]);
    world.tell(zhang, tick("gloves"));
    world.tell(office, tick("gloves"));
    world.tell(office, tick("check-1"));
    assert!(!shown(world, zhang).row.ready, "he has not heard of the first aid");
    world.heal();
    world.settle();
    let page = agreed(world, &everybody);
    assert!(page.row.ready);
    assert_eq!(page.checks.len(), 2, "ticked on both sides, listed once");

    world.chapter("Half an hour before, Zhang has set off and Li has not");
    let begins = page.row.from_ms.0;
    for (left, wanted) in [(31, &[][..]), (30, &["Chen"][..])] {
        for who in &everybody {
            world.set_clock(*who, crdt::time::ClaimedTime(begins - left * MINUTE_MS));
        }
        if left == 31 {
            world.tell(zhang, place(PlaceVerb::Go));
            world.settle();
        }
        for who in &everybody {
            assert_eq!(shown(world, *who).roles[0].standby, wanted, "{left} minutes before");
        }
    }
    write_down(&mut story, "half an hour before", &shown(world, wang));

    call_off_in_a_cut(world, [office, zhang, li, chen, wang], &mut story);
    world.assert_same_sight(&everybody);
    insta::assert_snapshot!("an_activity_is_made_ready_and_called_off", story);
}

fn call_off_in_a_cut(world: &mut World, people: [Who; 5], story: &mut String) {
    let [office, zhang, li, chen, wang] = people;
    let everybody = world.everybody();
    world.chapter("A cut: the office calls it off, Wang joins on the other side");
    world.cut(&[zhang, wang], &[office, li, chen]);
    world.tell(wang, place(PlaceVerb::Join));
    let by_li = ActivityCommand::CallOff { activity: WALL.into(), reason: "rain".into() };
    let refused = world.ask(li, Command::Activity(by_li.clone())).expect_err("he does not lead");
    assert_eq!(refused.kind, ErrorKind::NotAnOwner);
    world.tell(office, Command::Activity(by_li));
    world.settle();
    write_down(story, "called off, cut off", &shown(world, office));
    world.heal();
    world.settle();
    let heard = || Command::Activity(ActivityCommand::Heard { activity: WALL.into() });
    let page = agreed(world, &everybody);
    assert_eq!(page.unaware.len(), 4, "all who had a place, waited, or joined unaware");
    assert_eq!(page.reason.as_deref(), Some("rain"));
    for who in [zhang, li, chen, wang] {
        let told: Vec<String> = world.notices(who).iter().map(|it| it.reason.clone()).collect();
        assert_eq!(told, ["called_off"], "{}", world.name(who));
        assert!(shown(world, who).must_hear);
        world.tell(who, heard());
        assert_eq!(world.notices(who), [], "{} need not be told again", world.name(who));
        if who == li {
            world.settle();
            write_down(story, "Zhang and Li have read it", &shown(world, office));
        }
    }
    world.settle();
    assert!(agreed(world, &everybody).unaware.is_empty());
    let late = world.ask(wang, place(PlaceVerb::Join)).expect_err("it does not take place");
    assert_eq!(late.kind, ErrorKind::CalledOff);
}
