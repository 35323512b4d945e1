//! Who is called, and how often: one notice for one item, and whoever stands by when somebody is missing.

use crdt::time::ClaimedTime;
use node::api::{
    ActivityCommand, ActivityReply, Command, ErrorKind, HoursCommand, NewActivity, NewRole,
    NewSeries, Notice, PlaceVerb, Reply, RequestRow, SearchQuery, SeriesCommand, SeriesReply,
};
use tests::world::{BEGIN, Who, World};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
const TEA: &str = "Tea for all";

fn plan(world: &mut World, who: Who, roles: &[&str]) {
    let roles = roles.iter().map(|name| NewRole { name: (*name).to_owned(), places: 1 });
    let new = NewActivity {
        group: "all".into(),
        title: TEA.into(),
        from_ms: BEGIN.0 + DAY_MS,
        until_ms: BEGIN.0 + DAY_MS + 120 * MINUTE_MS,
        roles: roles.collect(),
        ..NewActivity::default()
    };
    let told = world.tell(who, Command::Activity(ActivityCommand::New(Box::new(new))));
    assert!(matches!(told, Reply::Activity(ActivityReply::Planned { .. })));
    world.settle();
}

fn place(world: &mut World, who: Who, role: &str, verb: PlaceVerb) {
    let (activity, role) = (TEA.to_owned(), Some(role.to_owned()));
    let place = ActivityCommand::Place { activity, role, verb, person: None };
    world.tell(who, Command::Activity(place));
}

fn reasons(world: &mut World, who: Who) -> Vec<String> {
    world.notices(who).into_iter().map(|it| it.reason).collect()
}

fn clocks(world: &mut World, ms: u64) {
    for who in world.everybody() {
        world.set_clock(who, ClaimedTime(ms));
    }
}

/// Whoever has places in two roles reads once that there is nothing to come to, also where he took the
/// second place on the other side of a cut.
#[test]
fn two_places_at_one_activity_are_called_off_in_one_notice() {
    let (mut world, people) = World::court(0xCA11, &["Zhang", "Li"]);
    let world = &mut world;
    let (office, zhang, li) = (world.office(), people[0], people[1]);
    world.lan(&[office, zhang, li]);

    world.chapter("Three things to do; Zhang does two of them");
    plan(world, office, &["kettles", "chairs", "cups"]);
    place(world, zhang, "kettles", PlaceVerb::Join);
    place(world, li, "cups", PlaceVerb::Join);
    world.settle();

    world.chapter("A cut: he takes the second, and the office calls it off on the other side");
    world.cut(&[zhang], &[office, li]);
    place(world, zhang, "chairs", PlaceVerb::Join);
    let off = ActivityCommand::CallOff { activity: TEA.into(), reason: "rain".into() };
    world.tell(office, Command::Activity(off));
    world.settle();
    world.heal();
    world.settle();
    for who in [zhang, li] {
        assert_eq!(reasons(world, who), ["called_off"], "{}", world.name(who));
    }

    world.chapter("He has read it: that goes for both places, also after another cut");
    let told = world.notices(zhang);
    world.read_notices(zhang, &told);
    assert_eq!(world.notices(zhang), []);
    world.cut(&[zhang], &[office, li]);
    world.heal();
    world.settle();
    assert_eq!(world.notices(zhang), []);
    assert_eq!(reasons(world, li), ["called_off"], "nobody has read it for Li");
}

/// Need 24, of places: half an hour before it begins whoever waits is told that he is wanted, in words of
/// their own; not before, not once somebody is on the way, and not again once he has read it.
#[test]
fn whoever_waits_for_a_place_is_told_when_he_is_needed() {
    let (mut world, people) = World::court(0xCA12, &["Zhang", "Li", "Chen"]);
    let world = &mut world;
    let (office, [zhang, li, chen]) = (world.office(), [people[0], people[1], people[2]]);
    world.lan(&[office, zhang, li, chen]);
    plan(world, office, &["kettles", "chairs"]);
    for (who, role) in
        [(zhang, "kettles"), (li, "kettles"), (zhang, "chairs"), (li, "chairs"), (chen, "kettles")]
    {
        place(world, who, role, PlaceVerb::Join);
        world.settle();
    }
    // That they wait they know.
    for who in [li, chen] {
        let told = world.notices(who);
        world.read_notices(who, &told);
    }
    let begins = BEGIN.0 + DAY_MS;

    world.chapter(
        "31 minutes before nobody is called; at 30 Li is, once for both roles, and Chen is not",
    );
    clocks(world, begins - 31 * MINUTE_MS);
    assert_eq!(reasons(world, li), [""; 0]);
    clocks(world, begins - 30 * MINUTE_MS);
    assert_eq!(reasons(world, li), ["needed_now"]);
    assert_eq!((reasons(world, chen), reasons(world, zhang)), (vec![], vec![]));

    world.chapter("A cut: Zhang sets off, and Li cannot know; healed he is no longer called");
    world.cut(&[zhang, office], &[li, chen]);
    place(world, zhang, "kettles", PlaceVerb::Go);
    place(world, zhang, "chairs", PlaceVerb::Go);
    world.settle();
    assert_eq!(reasons(world, li), ["needed_now"]);
    world.heal();
    world.settle();
    assert_eq!(reasons(world, li), [""; 0], "somebody is on the way");
}

/// The rides of the series as somebody sees them.
fn rides(world: &mut World, who: Who) -> Vec<RequestRow> {
    let show = SeriesCommand::Show { series: "Dialysis".into(), days: 40 };
    match world.tell(who, Command::Series(show)) {
        Reply::Series(SeriesReply::Page(page)) => page.rides,
        other => panic!("looked at the series, and saw {other:?}"),
    }
}

fn needed(world: &mut World, who: Who) -> Vec<Notice> {
    let told = world.notices(who).into_iter();
    told.filter(|it| it.reason == "needed_now").collect()
}

/// What the rota gave to somebody is his, and nobody has said yes; and where he does not set off, whoever
/// stands by is told, on each side of a cut by what is known there.
#[test]
fn a_ride_by_rota_is_given_until_its_yes_and_calls_whoever_stands_by() {
    let (mut world, people) = World::court(0xCA13, &["Zhang", "Li", "Wang"]);
    let world = &mut world;
    let (office, [zhang, li, wang]) = (world.office(), [people[0], people[1], people[2]]);
    world.lan(&[office, zhang, li, wang]);
    world.chapter("Zhang and Li drive in turn");
    let new = NewSeries {
        group: "all".into(),
        title: "Dialysis".into(),
        start: "2026-11-24 07:30".into(),
        zone: "Asia/Shanghai".into(),
        rule: "FREQ=WEEKLY;BYDAY=TU;COUNT=2".into(),
        rota: vec!["Zhang".into(), "Li".into()],
        subject: Some("Wang".into()),
        ..NewSeries::default()
    };
    world.tell(office, Command::Series(SeriesCommand::New(Box::new(new))));
    world.settle();
    for who in world.everybody() {
        let row = rides(world, who).remove(0);
        assert_eq!((row.status.as_str(), row.holder.as_deref()), ("assigned", Some("Zhang")));
        assert_eq!(row.state(), "given", "nobody has said yes");
    }

    let ride = rides(world, office).remove(0);
    world.edit(office, ride.id, "place", "the kitchen door");
    world.settle();
    let found = |world: &mut World, who| -> Vec<Option<String>> {
        let query = SearchQuery { words: "kitchen".into(), ..SearchQuery::default() };
        let told = world.tell(who, Command::Search(query));
        let Reply::Found(page) = told else { panic!("searched, and heard {told:?}") };
        page.found.into_iter().map(|it| it.status).collect()
    };
    for who in world.everybody() {
        assert_eq!(found(world, who), [Some("given".to_owned())], "{}", world.name(who));
    }

    world.chapter("A cut: he says yes on one side, and the other does not know");
    world.cut(&[zhang, office], &[li, wang]);
    world.claim(zhang, ride.id);
    world.settle();
    let states =
        |world: &mut World| [zhang, li].map(|who| rides(world, who).remove(0).state().to_owned());
    assert_eq!(states(world), ["assigned", "given"]);
    let searched = [zhang, li].map(|who| found(world, who).remove(0).expect("a request"));
    assert_eq!(searched, ["assigned", "given"]);

    world.chapter("Half an hour before nobody has set off: Li is called, on his side too");
    let begins = ride.ride.as_ref().expect("a ride").begins_ms.0;
    clocks(world, begins - 31 * MINUTE_MS);
    assert_eq!(needed(world, li), []);
    clocks(world, begins - 30 * MINUTE_MS);
    let told = needed(world, li);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].request, told[0].next_open.is_some()), (ride.id, false));
    assert_eq!((needed(world, zhang), needed(world, wang)), (vec![], vec![]));
    world.heal();
    world.settle();
    assert_eq!(states(world), ["assigned", "assigned"]);
    assert_eq!(needed(world, li).len(), 1, "a yes is no setting off");
    world.read_notices(li, &told);
    assert_eq!(needed(world, li), [], "once");
}

/// Whoever does not lead was told nothing where there was nothing to approve, which reads as consent.
#[test]
fn approving_hours_is_refused_to_whoever_does_not_lead() {
    let (mut world, people) = World::court(0xCA14, &["Zhang"]);
    let world = &mut world;
    let (office, zhang) = (world.office(), people[0]);
    world.lan(&[office, zhang]);
    plan(world, office, &["kettles"]);
    let approve = |people: Vec<String>| {
        let (activity, reason) = (TEA.to_owned(), String::new());
        let (from_ms, until_ms) = (None, None);
        Command::Hours(HoursCommand::Approve { activity, people, from_ms, until_ms, reason })
    };
    let holds = world.holds(zhang);
    for people in [vec![], vec!["Zhang".to_owned()], vec!["Office".to_owned()]] {
        let refused = world.ask(zhang, approve(people)).expect_err("he does not lead");
        assert_eq!(refused.kind, ErrorKind::NotAnOwner);
    }
    assert_eq!(world.holds(zhang), holds, "refused acts write nothing");
    world.tell(office, approve(vec![]));
}
