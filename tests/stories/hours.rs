//! Volunteer hours: signed on separated nodes, approved, corrected, counted once; a certificate.

use std::{collections::BTreeMap, fmt::Write as _};

use node::{
    api::{
        ActivityCommand, CertificatePage, Command, ErrorKind, HoursCommand, HoursReply, HowWord,
        NewActivity, NewRole, Reply, RoleWord, SheetPage, TotalsPage,
    },
    hours::in_hours,
};
use tests::world::{BEGIN, Who, World};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

fn hours(world: &mut World, who: Who, command: HoursCommand) -> HoursReply {
    match world.tell(who, Command::Hours(command)) {
        Reply::Hours(reply) => reply,
        other => panic!("kept hours, and heard {other:?}"),
    }
}

fn plan(world: &mut World, who: Who, title: &str, from_ms: u64) {
    let new = NewActivity {
        group: "all".into(),
        title: title.into(),
        from_ms,
        until_ms: from_ms + 2 * HOUR_MS,
        roles: vec![NewRole { name: "help".into(), places: 600 }],
        ..NewActivity::default()
    };
    world.tell(who, Command::Activity(ActivityCommand::New(Box::new(new))));
}

fn sign(title: &str, out: bool, at_ms: u64, people: &[&str], how: HowWord) -> HoursCommand {
    let people = people.iter().map(|name| (*name).to_owned()).collect();
    HoursCommand::Sign { activity: title.into(), out, people, at_ms: Some(at_ms), how }
}

fn approve(title: &str, people: &[&str], times: Option<(u64, u64)>) -> HoursCommand {
    HoursCommand::Approve {
        activity: title.into(),
        people: people.iter().map(|name| (*name).to_owned()).collect(),
        from_ms: times.map(|(from, _)| from),
        until_ms: times.map(|(_, until)| until),
        reason: String::new(),
    }
}

fn totals(world: &mut World, who: Who) -> TotalsPage {
    match hours(world, who, HoursCommand::Totals { team: None }) {
        HoursReply::Totals(page) => *page,
        other => panic!("no totals: {other:?}"),
    }
}

fn sheet(world: &mut World, who: Who, title: &str) -> SheetPage {
    match hours(world, who, HoursCommand::Sheet { activity: title.into() }) {
        HoursReply::Sheet(page) => *page,
        other => panic!("no list: {other:?}"),
    }
}

fn lines(page: &SheetPage) -> String {
    let mut lines = String::new();
    for row in &page.rows {
        let (signed, counts) = (in_hours(row.signed_minutes), in_hours(row.minutes));
        let approved = if row.approved { "approved" } else { "-" };
        let line = format!("  {:6} signed {signed} counts {counts} {approved}", row.name);
        writeln!(lines, "{line} {}", row.flags.join(" ")).expect("a string grows");
    }
    lines
}

/// Need 23: signed in and out on both sides of a cut, the same person and shift counts once; approvals
/// and corrections on separated nodes come to the same minutes; bad entries are kept and flagged.
#[test]
fn need_23_volunteer_hours() {
    let (mut world, people) = World::court(0x23, &["Zhang", "Li", "Chen"]);
    let world = &mut world;
    let office = world.office();
    let captain = world.move_in_as("Captain", RoleWord::Steward);
    world.wire(office, captain);
    let [zhang, li, chen] = people[..] else { unreachable!("three moved in") };
    world.lan(&[office, captain, zhang, li, chen]);
    world.settle();
    let everybody = world.everybody();
    let mut story = String::new();
    let nine = BEGIN.0 - BEGIN.0 % HOUR_MS;
    plan(world, office, "Clean-up", nine);
    plan(world, office, "Tea", nine + HOUR_MS);
    world.settle();

    world.chapter("A cut: Zhang signs in by himself, and the captain has him on his list as well");
    world.cut(&[captain, li], &[office, zhang, chen]);
    hours(world, zhang, sign("Clean-up", false, nine, &[], HowWord::Code));
    hours(world, zhang, sign("Clean-up", true, nine + 2 * HOUR_MS, &[], HowWord::Qr));
    let list = ["Zhang", "Li"];
    hours(world, captain, sign("Clean-up", false, nine + 3 * MINUTE_MS, &list, HowWord::List));
    let at = nine + 2 * HOUR_MS + 4 * MINUTE_MS;
    hours(world, captain, sign("Clean-up", true, at, &list, HowWord::List));
    let refused = HoursCommand::Sign {
        activity: "Clean-up".into(),
        out: false,
        people: vec!["Zhang".into()],
        at_ms: None,
        how: HowWord::List,
    };
    let refused = world.ask(li, Command::Hours(refused)).expect_err("he leads nobody");
    assert_eq!(refused.kind, ErrorKind::NotAnOwner);

    world.settle();

    world.chapter("Both sides approve what they see; nobody approves his own");
    hours(world, captain, approve("Clean-up", &[], None));
    hours(world, office, approve("Clean-up", &["Zhang"], None));
    let own = approve("Clean-up", &["Captain"], Some((nine, nine + HOUR_MS)));
    let refused = world.ask(captain, Command::Hours(own)).expect_err("his own");
    assert_eq!(refused.kind, ErrorKind::NotAllowed);
    writeln!(story, "the captain, cut off\n{}", lines(&sheet(world, captain, "Clean-up")))
        .expect("a string grows");
    writeln!(story, "the office, cut off\n{}", lines(&sheet(world, office, "Clean-up")))
        .expect("a string grows");

    world.chapter("It heals: Zhang was there once");
    world.heal();
    world.settle();
    let page = sheet(world, office, "Clean-up");
    for who in &everybody {
        assert_eq!(sheet(world, *who, "Clean-up").rows, page.rows, "{}", world.name(*who));
    }
    let row = |page: &SheetPage, name: &str| {
        page.rows.iter().find(|row| row.name == name).cloned().expect("on the list")
    };
    let zhangs = row(&page, "Zhang");
    assert!([120, 121].contains(&zhangs.minutes), "one of the two approvals: {zhangs:?}");
    assert!(zhangs.flags.contains(&"double_sign_in".to_owned()), "{zhangs:?}");
    assert!(zhangs.flags.contains(&"approved_twice".to_owned()), "{zhangs:?}");
    assert_eq!(row(&page, "Li").minutes, 121);
    writeln!(story, "healed\n{}", lines(&page)).expect("a string grows");

    corrections_and_bad_entries(world, (office, captain), nine, &mut story);
    certificate(world, (office, chen), nine, &mut story);
    world.assert_same_sight(&everybody);
    insta::assert_snapshot!("need_23_volunteer_hours", story);
}

fn corrections_and_bad_entries(
    world: &mut World,
    (office, captain): (Who, Who),
    nine: u64,
    story: &mut String,
) {
    let everybody = world.everybody();
    world.chapter("The captain corrects: a new approval in the place of both");
    let times = Some((nine, nine + 2 * HOUR_MS));
    hours(world, captain, approve("Clean-up", &["Zhang"], times));
    world.chapter("An overlapping shift, a day of 26 hours, somebody who never signed out");
    let (from, until) = (nine + HOUR_MS, nine + 3 * HOUR_MS);
    hours(world, office, sign("Tea", false, from, &["Zhang"], HowWord::Paper));
    hours(world, office, sign("Tea", true, until, &["Zhang"], HowWord::Paper));
    hours(world, office, sign("Tea", false, from, &["Li", "Chen"], HowWord::Paper));
    hours(world, office, sign("Tea", true, from + 26 * HOUR_MS, &["Li"], HowWord::Paper));
    hours(world, office, approve("Tea", &[], None));
    world.settle();
    let page = sheet(world, captain, "Tea");
    let flags = |name: &str| {
        let row = page.rows.iter().find(|row| row.name == name).expect("on the list");
        (row.minutes, row.flags.join(" "))
    };
    assert_eq!(flags("Zhang"), (60, "overlaps from_paper".to_owned()));
    assert_eq!(flags("Li"), (0, "over_a_day from_paper".to_owned()));
    assert_eq!(flags("Chen"), (0, "not_signed_out from_paper".to_owned()));
    writeln!(story, "tea\n{}", lines(&page)).expect("a string grows");
    let all = totals(world, office);
    let minutes: BTreeMap<&str, u64> =
        all.people.iter().map(|row| (row.name.as_str(), row.minutes)).collect();
    assert_eq!(minutes, BTreeMap::from([("Zhang", 180), ("Li", 121), ("Chen", 0)]));
    for who in &everybody {
        assert_eq!(totals(world, *who), all, "{}", world.name(*who));
    }
}

/// Made out by the office, verified by number on another node, and from its file on one that has never
/// heard of it.
fn certificate(world: &mut World, (office, chen): (Who, Who), nine: u64, story: &mut String) {
    let page = |reply: HoursReply| -> CertificatePage {
        match reply {
            HoursReply::Certificate(page) => *page,
            other => panic!("no certificate: {other:?}"),
        }
    };
    world.chapter("The office certifies while Chen is cut off; he verifies it from the file");
    let others: Vec<Who> = world.everybody().into_iter().filter(|who| *who != chen).collect();
    world.cut(&[chen], &others);
    let certify = HoursCommand::Certify {
        person: "Zhang".into(),
        team: None,
        from_ms: nine - HOUR_MS,
        until_ms: nine + 48 * HOUR_MS,
    };
    let refused = world.ask(chen, Command::Hours(certify.clone())).expect_err("no office");
    assert_eq!(refused.kind, ErrorKind::NotAllowed);
    let made = page(hours(world, office, certify));
    assert_eq!((made.minutes, made.activities, made.valid), (180, 2, true));
    let by_number = HoursCommand::Certificate { number: made.number.clone() };
    let unknown = world.ask(chen, Command::Hours(by_number.clone())).expect_err("not here yet");
    assert_eq!(unknown.kind, ErrorKind::UnknownCertificate);
    let file = made.file.clone();
    let seen = page(hours(world, chen, HoursCommand::Verify { file: file.clone() }));
    assert_eq!(seen, made, "from the file alone");
    let forged = file.replace('a', "b");
    let refused = world.ask(chen, Command::Hours(HoursCommand::Verify { file: forged }));
    assert_eq!(refused.expect_err("it was changed").kind, ErrorKind::NoCertificate);

    world.chapter("It heals, and the number is enough");
    world.heal();
    world.settle();
    let seen = page(hours(world, chen, by_number));
    assert_eq!(seen, made);
    writeln!(story, "certificate: {} for {} hours", made.name, in_hours(made.minutes))
        .expect("a string grows");
}

/// Runyuan: 600 volunteers and 40 activities on three separated nodes. People sign in on one node and
/// out on another, lists are entered twice, approvals overlap: merged it is exactly 6,000.0 hours.
#[test]
fn runyuan_merges_to_exactly_6000_hours() {
    const VOLUNTEERS: usize = 600;
    const ACTIVITIES: usize = 40;
    const SHIFT_MIN: u64 = 150;
    let mut world = World::seeded(0x6000);
    let world = &mut world;
    let office = world.office();
    let nodes = [
        office,
        world.move_in_as("East", RoleWord::Steward),
        world.move_in_as("West", RoleWord::Steward),
    ];
    world.lan(&nodes);
    world.settle();

    world.chapter("600 volunteers are let in at the office; they have no wires");
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Reply::Invite { link } = world.tell(office, invite) else { panic!("an invitation") };
    let mut people = Vec::new();
    for n in 0..VOLUNTEERS {
        let who = world.move_in_by(&format!("V{n:03}"), &link);
        let (person, came_in) = (world.home(who).person(), world.home(who).introduction());
        assert_eq!(world.slip(office, came_in), 0);
        people.push(person.to_hex());
    }
    let begins = |k: usize| BEGIN.0 - BEGIN.0 % HOUR_MS + k as u64 * 3 * HOUR_MS;
    let title = |k: usize| format!("Activity {k:02}");
    for k in 0..ACTIVITIES {
        plan(world, office, &title(k), begins(k));
    }
    world.settle();

    world.chapter("Three separated nodes: in on one, out on another, approved on two");
    world.partition(&nodes.map(|who| vec![who]));
    for k in 0..ACTIVITIES {
        // Everybody helps four times, sixty at each activity.
        let here = (0..VOLUNTEERS).filter(|v| v % 10 == k % 10);
        let here: Vec<&str> = here.map(|v| people[v].as_str()).collect();
        let (from, until) = (begins(k), begins(k) + SHIFT_MIN * MINUTE_MS);
        let at = |n: usize| nodes[(k + n) % 3];
        hours(world, at(0), sign(&title(k), false, from, &here, HowWord::List));
        hours(world, at(1), sign(&title(k), true, until, &here, HowWord::Paper));
        hours(world, at(2), sign(&title(k), false, from, &here[..20], HowWord::Paper));
        hours(world, at(0), approve(&title(k), &here[..40], Some((from, until))));
        hours(world, at(2), approve(&title(k), &here[20..], Some((from, until))));
    }
    let apart: Vec<u64> = nodes.iter().map(|who| totals(world, *who).minutes).collect();
    assert!(apart.iter().all(|minutes| *minutes < 360_000), "each has its part: {apart:?}");

    world.chapter("They merge");
    world.heal();
    world.settle();
    let all = totals(world, office);
    assert_eq!((all.minutes, in_hours(all.minutes).as_str()), (360_000, "6000.0"));
    assert_eq!((all.people.len(), all.activities.len()), (VOLUNTEERS, ACTIVITIES));
    assert!(all.people.iter().all(|row| in_hours(row.minutes) == "10.0"));
    assert!(all.activities.iter().all(|row| in_hours(row.minutes) == "150.0"));
    for who in nodes {
        assert_eq!(totals(world, who), all, "{}", world.name(who));
    }
}
