//! Rides that recur: a rota that outlives every cut, and the morning of an exam.

use std::fmt::Write as _;

use crdt::{id::RequestId, time::ClaimedTime};
use node::api::{
    ActVerb, Command, ErrorKind, NewSeries, PlanWord, Reply, RequestPage, RequestRow, RideRow,
    SeriesCommand, SeriesPage, SeriesReply, WeekPage,
};
use tests::world::{Who, World};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

/// What somebody's node shows of the series.
fn page(world: &mut World, who: Who) -> SeriesPage {
    let show = SeriesCommand::Show { series: "Dialysis".into(), days: 40 };
    match world.tell(who, Command::Series(show)) {
        Reply::Series(SeriesReply::Page(page)) => *page,
        other => panic!("looked at the series, and saw {other:?}"),
    }
}

fn week(world: &mut World, who: Who) -> WeekPage {
    match world.tell(who, Command::Series(SeriesCommand::Week { days: 40 })) {
        Reply::Series(SeriesReply::Week(week)) => week,
        other => panic!("looked at his rota, and saw {other:?}"),
    }
}

/// The ride of this leg and date, as somebody sees it.
fn ride(world: &mut World, who: Who, date: &str, leg: &str) -> RequestRow {
    let rides = page(world, who).rides;
    let is_it = |row: &RequestRow| {
        row.ride.as_ref().is_some_and(|ride| ride.date.starts_with(date) && ride.leg == leg)
    };
    rides.into_iter().find(is_it).unwrap_or_else(|| panic!("no ride {leg} on {date}"))
}

fn shown(row: &RequestRow) -> &RideRow {
    row.ride.as_ref().expect("a ride")
}

fn act(world: &mut World, who: Who, id: RequestId, verb: ActVerb) {
    world.tell(who, Command::Act { id: id.to_hex(), verb });
}

fn swap(world: &mut World, who: Who, mine: RequestId, theirs: RequestId) -> bool {
    let swap = SeriesCommand::Swap { mine: mine.to_hex(), theirs: theirs.to_hex() };
    match world.tell(who, Command::Series(swap)) {
        Reply::Series(SeriesReply::Swap { done, .. }) => done,
        other => panic!("said that he swaps, and heard {other:?}"),
    }
}

/// Every home's clock says this many milliseconds before the ride begins.
fn clocks_before(world: &mut World, row: &RequestRow, ms: u64) {
    let now = ClaimedTime(shown(row).begins_ms.0 - ms);
    for who in world.everybody() {
        world.set_clock(who, now);
    }
}

/// One line a ride, as somebody sees it.
fn lines(world: &mut World, who: Who) -> String {
    let mut lines = String::new();
    for row in page(world, who).rides {
        let (ride, holder) = (shown(&row), row.holder.as_deref().unwrap_or("nobody"));
        let marks = [(ride.said_yes, "yes"), (ride.offered, "offered"), (ride.moved, "moved")];
        let marks = marks.iter().filter(|(so, _)| *so).map(|(_, mark)| *mark);
        let marks = marks.collect::<Vec<_>>().join(" ");
        let line = format!("{} {:4} {:10} {holder:6} {marks}", ride.begins, ride.leg, row.status);
        writeln!(lines, "{}", line.trim_end()).expect("a string grows");
    }
    lines
}

fn ids(world: &mut World, who: Who) -> Vec<(RequestId, Option<String>, String)> {
    let rides = page(world, who).rides.into_iter();
    rides.map(|row| (row.id, row.holder, row.status)).collect()
}

fn dialysis(rota: &[&str], checks: &[&str]) -> Command {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Command::Series(SeriesCommand::New(Box::new(NewSeries {
        group: "all".into(),
        title: "Dialysis".into(),
        start: "2026-11-24 07:30".into(),
        zone: "Asia/Shanghai".into(),
        rule: "FREQ=WEEKLY;BYDAY=TU;COUNT=4".into(),
        back_after_min: Some(240),
        rota: names(rota),
        checks: names(checks),
        subject: Some("Wang".into()),
        ..NewSeries::default()
    })))
}

/// Who lives in the court of need 16, and the ways there of four Tuesdays.
struct Court {
    office: Who,
    zhang: Who,
    li: Who,
    chen: Who,
    wang: Who,
    outs: [RequestId; 4],
    story: String,
}

impl Court {
    fn tell(&mut self, world: &mut World, heading: &str, who: Who) {
        write!(self.story, "{heading}\n{}\n", lines(world, who)).expect("a string grows");
    }
}

fn rota(people: &[&str], from: Option<&str>) -> Command {
    Command::Series(SeriesCommand::Rota {
        series: "Dialysis".into(),
        from: from.map(str::to_owned),
        people: people.iter().map(|name| (*name).to_owned()).collect(),
        reason: "somebody moves away".into(),
    })
}

/// Need 16: both sides of a cut derive the same rides and drivers; a swap needs both; what is not
/// filled a day before is offered to all; a ride is not complete before the way back.
#[test]
fn need_16_recurring_rides_in_rotation() {
    let (mut world, people) = World::court(0x16, &["Zhang", "Li", "Chen", "Wang"]);
    let world = &mut world;
    let office = world.office();
    let [zhang, li, chen, wang] = people[..] else { unreachable!("four moved in") };
    world.lan(&[office, zhang, li, chen, wang]);
    let everybody = world.everybody();

    world.chapter("The desk plans four Tuesdays, there and back; Zhang and Li drive in turn");
    world.tell(office, dialysis(&["Zhang", "Li"], &[]));
    world.settle();
    let seen = ids(world, office);
    assert_eq!(seen.len(), 8, "nobody wrote a ride, and there are eight");
    for who in &everybody {
        assert_eq!(ids(world, *who), seen, "{} derives others", world.name(*who));
    }
    let refused = world.ask(li, rota(&["Li"], None)).expect_err("he is a driver");
    assert_eq!(refused.kind, ErrorKind::NotAllowed);
    let outs = ["11-24", "12-01", "12-08", "12-15"]
        .map(|date| ride(world, office, &format!("2026-{date}"), "out").id);
    let mut court = Court { office, zhang, li, chen, wang, outs, story: String::new() };
    court.tell(world, "planned", li);

    plan_and_promise_in_a_cut(world, &mut court);
    swap_two_rides(world, &court);
    offer_to_all_and_drive(world, &mut court);
    world.assert_same_sight(&everybody);
    insta::assert_snapshot!("need_16_recurring_rides_in_rotation", court.story);
}

fn plan_and_promise_in_a_cut(world: &mut World, court: &mut Court) {
    let Court { office, zhang, li, chen, wang, outs: [_, _, third, fourth], .. } = *court;
    world.chapter("Zhang and Wang are cut off; both sides go on planning and promising");
    world.cut(&[zhang, wang], &[office, li, chen]);
    let absent = SeriesCommand::Absent { ride: "Dialysis".into(), date: Some("2026-11-24".into()) };
    world.tell(zhang, Command::Series(absent));
    let third_back = ride(world, zhang, "2026-12-08", "back").id;
    for leg in [third, third_back] {
        act(world, zhang, leg, ActVerb::Claim);
    }
    world.tell(office, rota(&["Chen"], Some("2026-12-08")));
    for (date, at) in [("2026-12-08", "2026-12-09 10:00"), ("2026-12-15", "2026-12-16 09:00")] {
        let moved = SeriesCommand::Edit {
            series: "Dialysis".into(),
            date: date.into(),
            plan: PlanWord::At(at.into()),
            reason: String::new(),
        };
        world.tell(office, Command::Series(moved));
    }
    assert_eq!(world.holder(zhang, third).as_deref(), Some("Zhang"));
    assert_eq!(world.holder(office, third).as_deref(), Some("Chen"));
    court.tell(world, "the office, cut off", office);
    court.tell(world, "Zhang, cut off", zhang);

    world.chapter("The cut heals: one plan, and the claimed ride stands");
    world.heal();
    world.settle();
    let (everybody, seen) = (world.everybody(), ids(world, office));
    for who in &everybody {
        assert_eq!(ids(world, *who), seen, "{} sees another plan", world.name(*who));
    }
    assert_eq!(world.agreed_holder(&everybody, third), "Zhang", "he had said yes unseen");
    assert_eq!(world.agreed_holder(&everybody, fourth), "Chen", "the new rota");
    for (who, leg) in everybody.iter().flat_map(|who| [(*who, "out"), (*who, "back")]) {
        let row = ride(world, who, "2026-12-08", leg);
        let stands = (shown(&row).said_yes, shown(&row).moved, &shown(&row).begins[..10]);
        assert_eq!(stands, (true, false, "2026-12-08"), "what he claimed stands as it was");
    }
    let told = world.notices(chen);
    assert_eq!(told.len(), 2, "told once of each leg: {told:?}");
    assert!(told.iter().all(|it| it.reason == "waitlisted"), "{told:?}");
    assert!(told.iter().all(|it| [third, third_back].contains(&it.request)), "{told:?}");
    assert_eq!(world.notices(zhang), [], "whoever leaves by himself needs no telling");
    court.tell(world, "healed", chen);
}

fn swap_two_rides(world: &mut World, court: &Court) {
    let Court { zhang, li, outs: [_, second, third, _], .. } = *court;
    let everybody = world.everybody();
    world.chapter("Li and Zhang swap: one word changes nothing, both words change both rides");
    assert!(!swap(world, li, second, third), "only offered");
    world.settle();
    assert_eq!(world.agreed_holder(&everybody, second), "Li");
    let offers = week(world, zhang).offers;
    assert_eq!((offers.len(), offers[0].by.as_str()), (1, "Li"));
    assert!(swap(world, zhang, third, second), "accepted");
    world.settle();
    assert_eq!(world.agreed_holder(&everybody, second), "Zhang");
    assert_eq!(world.agreed_holder(&everybody, third), "Li");
    assert_eq!(week(world, zhang).offers, []);
}

fn offer_to_all_and_drive(world: &mut World, court: &mut Court) {
    let Court { office, chen, wang, outs: [first, ..], .. } = *court;
    let everybody = world.everybody();
    world.chapter("Nobody drives on the first Tuesday: a day before it is offered to all");
    let out = ride(world, chen, "2026-11-24", "out");
    clocks_before(world, &out, 24 * HOUR_MS + MINUTE_MS);
    assert!(!shown(&ride(world, chen, "2026-11-24", "out")).offered, "not yet");
    clocks_before(world, &out, 24 * HOUR_MS);
    for who in &everybody {
        assert!(shown(&ride(world, *who, "2026-11-24", "out")).offered);
    }
    let back = ride(world, chen, "2026-11-24", "back").id;
    act(world, chen, first, ActVerb::Claim);
    act(world, chen, back, ActVerb::Claim);
    world.settle();
    assert!(!shown(&ride(world, wang, "2026-11-24", "out")).offered, "somebody said yes");

    world.chapter("There, and not complete before back again");
    act(world, chen, first, ActVerb::Depart);
    act(world, chen, first, ActVerb::Done);
    world.settle();
    let confirm = Command::Act { id: first.to_hex(), verb: ActVerb::Confirm };
    let early = world.ask(wang, confirm.clone()).expect_err("the way back is to come");
    assert_eq!(early.kind, ErrorKind::OtherLegFirst);
    assert!(!shown(&ride(world, wang, "2026-11-24", "out")).complete);
    act(world, chen, back, ActVerb::Depart);
    act(world, chen, back, ActVerb::Done);
    world.settle();
    world.tell(wang, confirm);
    world.settle();
    for leg in ["out", "back"] {
        let row = ride(world, office, "2026-11-24", leg);
        assert_eq!((row.status.as_str(), shown(&row).complete), ("closed", true), "{leg}");
    }
    court.tell(world, "a day before the first, driven", wang);
    for row in page(world, wang).driven {
        writeln!(court.story, "{} drove {}", row.person, row.legs).expect("a string grows");
    }
}

/// What somebody sees of one ride of need 24, in one line.
fn line(world: &World, who: Who, page: &RequestPage, what: &str) -> String {
    let ride = shown(&page.row);
    let checks = page.checklist.iter().map(|item| if item.done { "x" } else { "." });
    let marks = [(ride.ready, "ready"), (ride.offered, "offered"), (ride.late, "late")];
    let marks = marks.iter().filter(|(so, _)| *so).map(|(_, mark)| *mark);
    let (name, status) = (world.name(who), &page.row.status);
    let (checks, marks) = (checks.collect::<String>(), marks.collect::<Vec<_>>().join(" "));
    let backup = ride.backup.as_deref().unwrap_or("-");
    format!("{what:33} {name:6} {status:11} [{checks}] {marks} backup {backup}\n")
}

/// Need 24: a checklist before departure, not green until ticked; whoever has not set off half an hour
/// before is backed up.
#[test]
fn need_24_exam_day_reliability() {
    let (mut world, people) = World::court(0x24, &["Zhang", "Li", "Wang"]);
    let world = &mut world;
    let office = world.office();
    let [zhang, li, wang] = people[..] else { unreachable!("three moved in") };
    world.lan(&[office, zhang, li, wang]);
    let everybody = world.everybody();

    world.chapter("The ride of the exam, with what is to be looked at before");
    world.tell(office, dialysis(&["Zhang", "Li"], &["fuel", "admission ticket"]));
    world.settle();
    let out = ride(world, office, "2026-11-24", "out");
    let tick = |item: &str| {
        let (id, item) = (out.code.clone(), item.to_owned());
        Command::ChecklistTick { id, item, done: true }
    };
    act(world, zhang, out.id, ActVerb::Claim);
    world.settle();
    let seen = world.page(wang, out.id);
    assert!(!shown(&seen.row).ready, "nothing has been looked at");
    let mut story = line(world, wang, &seen, "planned, Zhang says yes");

    world.chapter("Zhang is cut off: both sides look at the fuel, the office at the ticket");
    world.cut(&[zhang], &[office, li, wang]);
    world.tell(zhang, tick("check-0"));
    world.tell(office, tick("check-0"));
    let half = world.page(zhang, out.id);
    assert!(!shown(&half.row).ready, "one of two");
    story += &line(world, zhang, &half, "cut off, he looks at the fuel");
    world.tell(office, tick("check-1"));

    story += &half_an_hour_before(world, [office, zhang, li, wang], &out);
    for who in &everybody {
        let page = world.page(*who, out.id);
        let (ride, name) = (shown(&page.row), world.name(*who));
        assert_eq!((page.checklist.len(), ride.ready), (2, true), "{name}: {:?}", page.checklist);
        assert_eq!((ride.late, ride.backup.as_deref()), (false, None), "{name}");
        assert_eq!(page.row.holder.as_deref(), Some("Zhang"), "{name}");
    }
    story += &back_with_whoever_stands_by(world, [office, zhang, li]);
    world.assert_same_sight(&everybody);
    insta::assert_snapshot!("need_24_exam_day_reliability", story);
}

fn half_an_hour_before(world: &mut World, people: [Who; 4], out: &RequestRow) -> String {
    let [office, zhang, li, wang] = people;
    world.chapter("Half an hour before, as far as the others know nobody has set off");
    clocks_before(world, out, 30 * MINUTE_MS + 1_000);
    let early = world.page(office, out.id);
    assert!(!shown(&early.row).late, "there is still time");
    clocks_before(world, out, 30 * MINUTE_MS);
    let late = world.page(office, out.id);
    let ride = shown(&late.row);
    assert_eq!((ride.late, ride.backup.as_deref()), (true, Some("Li")));
    let mut story = line(world, office, &late, "half an hour before");
    let standby: Vec<RequestId> = week(world, li).standby.iter().map(|row| row.id).collect();
    assert!(standby.contains(&out.id), "Li is asked to stand by: {standby:?}");
    assert_eq!(week(world, wang).standby, []);
    act(world, zhang, out.id, ActVerb::Depart);

    world.chapter("The cut heals: all is looked at, and he is on his way");
    world.heal();
    world.settle();
    let end = world.page(li, out.id);
    story += &line(world, li, &end, "healed, Zhang had set off");
    story
}

fn back_with_whoever_stands_by(world: &mut World, [office, zhang, li]: [Who; 3]) -> String {
    world.chapter("The way back: Zhang does not come, the desk gives it to whoever stands by");
    let back = ride(world, office, "2026-11-24", "back");
    clocks_before(world, &back, 20 * MINUTE_MS);
    let late = world.page(office, back.id);
    let mut story = line(world, office, &late, "back, twenty minutes before");
    let backup = shown(&late.row).backup.clone().expect("somebody stands by");
    assert_eq!(backup, "Li");
    world.tell(office, Command::Assign { id: back.code.clone(), person: backup });
    world.settle();
    let everybody = world.everybody();
    assert_eq!(world.agreed_holder(&everybody, back.id), "Li");
    act(world, li, back.id, ActVerb::Depart);
    world.settle();
    let gone = world.page(zhang, back.id);
    assert!(!shown(&gone.row).late);
    story += &line(world, zhang, &gone, "back, Li has set off");
    story
}
