//! How fast people are answered: by a person of the office, the cut told apart, place by place.

use std::fmt::Write as _;

use crdt::{id::RequestId, time::ClaimedTime};
use node::api::{
    CaseVerb, Command, Deed, Figures, FiguresPage, NewCase, RoleWord, RosterCommand, Spread,
};
use tests::world::{BEGIN, Who, World};

const HOUR: u64 = 60 * 60 * 1_000;
const WEEK: u64 = 7 * 24 * HOUR;

/// What the figures say, in one line; times are median and nine in ten, in minutes.
fn line(what: &str, it: &Figures) -> String {
    let minutes = |ms: Option<u64>| ms.map_or("–".to_owned(), |ms| (ms / 60_000).to_string());
    let times = |it: &Spread| {
        format!("{} in {}/{} min", it.count, minutes(it.median_ms), minutes(it.p90_ms))
    };
    let said = &it.satisfaction;
    format!(
        "{what}\n  asked {}, unanswered {}, skewed {}; answered {}, held up {}, resolved {}; confirmed {}, by default {}\n",
        it.asked,
        it.unanswered,
        it.skewed,
        times(&it.response),
        times(&it.cut_off),
        times(&it.resolution),
        said.confirmed,
        said.by_default
    )
}

fn near(ms: Option<u64>, hours: u64) {
    let ms = ms.expect("measured");
    assert!((hours * HOUR..hours * HOUR + 120_000).contains(&ms), "{ms} is not {hours} hours");
}

fn names_nobody(page: &FiguresPage, names: &[&str]) {
    let told = serde_json::to_string(page).expect("plain values");
    for name in names {
        assert!(!told.contains(name), "{told}");
    }
}

/// Need 2: only a person of the office stops the clock, and no receipt and no closing by itself does; a
/// clock that cannot be right is flagged and not averaged; what a cut added is told apart; figures are
/// counts without names.
#[test]
fn need_02_how_fast_people_are_answered() {
    let (mut world, people) = World::court(0x0201, &["Wang", "Li", "Zhao"]);
    let (office, wang, li, zhao) = (world.office(), people[0], people[1], people[2]);
    let question = world.post_id(wang, "When is the water back?");
    world.settle();
    let asked = world.registers(wang, question, false);
    let other = world.request(li, "A lamp in the stairs is broken");
    world.settle();

    world.chapter("a neighbour answers, a wrong clock asks: none of it counts");
    world.run_for(HOUR);
    let reply = |text: &str| Command::Post {
        group: "all".into(),
        text: text.into(),
        reply_to: Some(question),
    };
    world.tell(li, reply("tomorrow I think"));
    world.set_clock(zhao, ClaimedTime(BEGIN.0 + 72 * HOUR));
    let skewed = world.request(zhao, "From a wrong clock");
    world.settle();
    let all = world.figures(office).all;
    assert_eq!((all.asked, all.unanswered, all.response.count), (3, 3, 0));
    let mut story = line("a neighbour answers", &all);

    world.chapter("cut: the office answers what it has; heal");
    world.cut(&[office, wang, zhao], &[li]);
    world.tell(office, reply("at six this evening"));
    world.does(office, skewed, CaseVerb::Register);
    world.run_for(HOUR);
    world.does(office, other, CaseVerb::Register);
    world.heal();
    world.settle();
    let page = world.figures(office);
    let all = &page.all;
    assert_eq!((all.response.count, all.skewed, all.unanswered), (2, 1, 0));
    near(all.response.median_ms, 1);
    near(all.response.p90_ms, 2);
    assert_eq!((page.groups.len(), all.cut_off.count), (1, 0));
    story += &line("the office answers, on its side of a cut", all);
    names_nobody(&page, &["Wang", "Li", "Zhao", "lamp"]);
    assert!(world.page(office, asked).row.status == "submitted", "an answer closes nothing");

    asked_in_a_cut(&mut world, [office, wang, li, zhao], &mut story);
    confirmed_and_closed_by_itself(&mut world, [office, wang, li], other, &mut story);
    insta::assert_snapshot!("need_02", story);
}

/// Three hours under way and one hour with the office: the one is told apart from the other.
fn asked_in_a_cut(world: &mut World, [office, wang, li, zhao]: [Who; 4], story: &mut String) {
    world
        .chapter("cut: Li asks; it heals three hours later, and an hour after that he is answered");
    world.cut(&[li], &[office, wang, zhao]);
    let late = world.request(li, "Who can carry a wardrobe?");
    world.run_for(3 * HOUR);
    world.heal();
    world.settle();
    world.run_for(HOUR);
    world.does(office, late, CaseVerb::Register);
    world.settle();
    let all = world.figures(office).all;
    assert_eq!((all.response.count, all.cut_off.count), (3, 1));
    near(all.cut_off.median_ms, 3);
    near(all.response.median_ms, 1);
    near(all.response.p90_ms, 2);
    *story += &line("asked in a cut of three hours", &all);
}

fn confirmed_and_closed_by_itself(
    world: &mut World,
    [office, wang, li]: [Who; 3],
    lamp: RequestId,
    story: &mut String,
) {
    world.chapter("the lamp is mended, and Li says so; a drill is lent, and nobody says anything");
    let resolve = Deed::of(&lamp.to_hex(), CaseVerb::Resolve);
    assert_eq!(world.deed(office, resolve), Ok(()));
    world.settle();
    world.does(li, lamp, CaseVerb::Confirm);
    let drill = world.request(li, "Who has a drill?");
    world.settle();
    world.claim(wang, drill);
    for verb in [CaseVerb::Depart, CaseVerb::Done] {
        world.does(wang, drill, verb);
    }
    world.run_for(WEEK + 2 * HOUR);
    world.settle();
    let page = world.page(office, drill);
    assert_eq!((page.row.status.as_str(), page.more.by_default), ("closed", true));
    let all = world.figures(office).all;
    assert_eq!((all.asked, all.unanswered, all.response.count), (5, 0, 3), "that was no answer");
    let said = (all.satisfaction.confirmed, all.satisfaction.by_default, all.resolution.count);
    assert_eq!(said, (1, 1, 2));
    *story += &line("one confirmed, one closed by itself", &all);
}

fn asks_in(world: &mut World, who: Who, area: Option<&str>) -> RequestId {
    let (title, area) = ("A lamp".to_owned(), area.unwrap_or_default().to_owned());
    world.asks(who, NewCase { title, area, ..NewCase::default() }).0
}

/// Need 2: what is asked in a building counts for it and for its compound, on both sides of a cut; what
/// is asked nowhere in particular counts for no place.
#[test]
fn need_02_figures_stand_beside_their_compound_and_building() {
    let mut world = World::seeded(0x0202);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [wang, li] = ["Wang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, desk, wang, li]);
    world.settle();
    let places = [
        ("Lilies", None),
        ("Building 5", Some("Lilies")),
        ("Building 6", Some("Lilies")),
        ("5-2-301", Some("Building 5")),
        ("Harbour", None),
    ];
    for (name, within) in places {
        let (name, within) = (name.to_owned(), within.map(str::to_owned));
        world.roster(office, RosterCommand::PlaceNew { name, within }).expect("the office may");
    }
    world.settle();

    world
        .chapter("a cut: three are asked on one side and four on the other; each desk answers one");
    world.cut(&[office, wang], &[desk, li]);
    let five = asks_in(&mut world, wang, Some("Building 5"));
    asks_in(&mut world, wang, Some("5-2-301"));
    asks_in(&mut world, wang, None);
    let six = asks_in(&mut world, li, Some("Building 6"));
    for area in ["Building 5", "Lilies", "Harbour"] {
        asks_in(&mut world, li, Some(area));
    }
    world.settle();
    world.run_for(HOUR);
    world.does(office, five, CaseVerb::Register);
    world.run_for(HOUR);
    world.does(desk, six, CaseVerb::Register);
    let here = world.figures(office);
    let counts = |page: &FiguresPage| -> Vec<(String, u64, u64)> {
        let rows = page.compounds.iter().chain(&page.buildings);
        rows.map(|it| (it.name.clone(), it.figures.asked, it.figures.response.count)).collect()
    };
    assert_eq!(counts(&here).len(), 2, "only what was asked here: {:?}", counts(&here));
    world.heal();
    world.settle();
    let page = world.figures(office);
    assert_eq!(counts(&page), counts(&world.figures(desk)), "the same at both desks");
    let asked: Vec<(String, u64, u64)> = counts(&page);
    let of = |name: &str| {
        let row = asked.iter().find(|(it, ..)| it.ends_with(name)).expect("it has figures");
        (row.1, row.2)
    };
    assert_eq!((of("Lilies"), of("Harbour")), ((5, 2), (1, 0)));
    assert_eq!((of("Building 5"), of("Building 6")), ((3, 1), (1, 1)));
    assert_eq!((page.compounds.len(), page.buildings.len(), page.all.asked), (2, 2, 7));
    let lilies = page.compounds.iter().find(|it| it.name == "Lilies").expect("it has figures");
    near(lilies.figures.response.median_ms, 1);
    near(lilies.figures.response.p90_ms, 2);
    assert_eq!(page.all.cut_off.count, 0, "each was answered where it was asked");
    assert_eq!(page.all.response, world.figures(desk).all.response);
    names_nobody(&page, &["Wang", "Li\"", "lamp"]);
    let mut story = line("all", &page.all);
    for row in page.compounds.iter().chain(&page.buildings) {
        write!(story, "{}", line(&row.name, &row.figures)).expect("a string grows");
    }
    insta::assert_snapshot!("need_02_places", story);
}
