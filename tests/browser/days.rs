//! A captain's day, a volunteer's day and a vote: from the first tap to the paper at the end.

use node::{
    api::{
        ActivityCommand, ActivityReply, Command, HoursCommand, HoursReply, NewActivity, NewRole,
        NewVote, Reply, VoteCommand, VoteReply,
    },
    demo::{CHEN, Demo, LI, OFFICE, ZHANG},
};
use serde_json::json;

use crate::window::{Driver, Size, Window};

const HOUR_MS: i64 = 3_600_000;

/// Puts a moment into a field of date and time: so far from now, as the browser's own picker writes it.
async fn sets(window: &Window, css: &str, from_now_ms: i64) {
    let set = "const at = new Date(Date.now() + arguments[1]); \
        at.setMinutes(at.getMinutes() - at.getTimezoneOffset()); \
        document.querySelector(arguments[0]).value = at.toISOString().slice(0, 16);";
    window.find(css).await;
    window.run(set, vec![json!(css), json!(from_now_ms)]).await;
}

/// Reads a file as the browser does: its type, and how it begins.
async fn file(window: &Window, path: &str) -> (String, String) {
    let get = "const done = arguments[1]; fetch(arguments[0]).then(async (it) => \
        done([it.headers.get('content-type'), (await it.text()).slice(0, 5)]));";
    let got = window.run_and_wait(get, vec![json!(path)]).await;
    let text = |at: usize| got[at].as_str().unwrap_or_default().to_owned();
    (text(0), text(1))
}

async fn four_homes() -> Demo {
    let demo = Demo::start(None).await.expect("four homes on loopback");
    demo.town.agreed().await.expect("four homes that agree");
    demo
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_captain_plans_fills_the_places_signs_in_approves_and_certifies() {
    let demo = four_homes().await;
    let (town, driver) = (&demo.town, Driver::start());
    let captain = driver.open(&town.homes[OFFICE].page, Size::Desktop, "zh-CN").await;
    captain.go("/activities/new").await;
    captain.types("#title", "清扫河岸").await;
    captain.types("#place", "北门").await;
    captain.types("#roles", "捡垃圾 2").await;
    captain.types("#checks", "手套").await;
    sets(&captain, "#from", -2 * HOUR_MS).await;
    sets(&captain, "#until", HOUR_MS).await;
    captain.tap("main form button.big").await;
    captain.sees("还没检查完").await;
    let activity = captain.path().await;

    // Two places: whoever comes third waits, and moves up when a place comes free.
    let mut phones = Vec::new();
    for (home, language) in [(ZHANG, "zh-CN"), (LI, "en"), (CHEN, "zh-CN")] {
        town.agreed().await.expect("all four have heard of it");
        let phone = driver.open(&town.homes[home].page, Size::Phone, language).await;
        phone.go(&activity).await;
        phone.tap("button[value=join]").await;
        phone.find(".badge.me").await;
        phones.push(phone);
    }
    let [_, li, chen] = &phones[..] else { unreachable!("three phones") };
    chen.sees("您在候补").await;
    li.tap("button[value=leave]").await;
    town.agreed().await.expect("all four have heard that he cannot come");
    chen.go(&activity).await;
    chen.sees("轮到您了").await;
    chen.picture("volunteer-moves-up").await;
    chen.tap("button[value=yes]").await;
    chen.sees("您有名额").await;
    town.agreed().await.expect("and that she comes");
    captain.go(&activity).await;
    captain.tap("button[value=tick]").await;
    captain.sees("都准备好了").await;
    captain.picture("captain-activity").await;

    captain.tap_words("队长名单").await;
    for (verb, at_ms, says) in [("in", -2 * HOUR_MS, "正在现场"), ("out", -HOUR_MS / 2, "还没确认")]
    {
        captain.tap_words("补录纸质名单").await;
        captain.types("#names", town.homes[CHEN].person).await;
        sets(&captain, "#at", at_ms).await;
        captain.tap(&format!("form:has(#names) button[value={verb}]")).await;
        captain.sees(says).await;
    }
    captain.tap("button.big[value=approve]").await;
    captain.sees("已计 1.5 小时").await;
    captain.picture("captain-list").await;

    let person = town.homes[CHEN].person.to_owned();
    let until_ms = node::clock::claimed().0 + HOUR_MS.unsigned_abs();
    let certify = HoursCommand::Certify { person, team: None, from_ms: 0, until_ms };
    let certified = town.ask(OFFICE, Command::Hours(certify)).await;
    let Ok(Reply::Hours(HoursReply::Certificate(page))) = certified else {
        panic!("not certified: {certified:?}")
    };
    town.agreed().await.expect("her home has it");
    let paper = format!("/hours/certificate/{}", page.number.replace(' ', ""));
    chen.go(&paper).await;
    chen.sees("1.5 小时").await;
    chen.sees("签名属实").await;
    chen.picture("hours-certificate").await;
    let (kind, begins) = file(chen, &format!("{paper}/file.pdf")).await;
    assert_eq!((kind.as_str(), begins.as_str()), ("application/pdf", "%PDF-"));
    demo.stop().await;
}

/// What a volunteer of each language reads: with a place, signed in, signed out, approved.
const DAY: [(usize, &str, [&str; 4]); 2] = [
    (LI, "en", ["You have a place", "There now", "not approved yet", "2.0 hours count"]),
    (ZHANG, "zh-CN", ["您有名额", "正在现场", "还没确认", "已计 2.0 小时"]),
];

/// He corrects his own mark: it was an hour before he thought of the code.
async fn came_an_hour_ago(town: &node::demo::Town, home: usize, code: &str) {
    let mine = town.ask(home, Command::Hours(HoursCommand::Of { person: None })).await;
    let Ok(Reply::Hours(HoursReply::Person(page))) = mine else { panic!("no hours: {mine:?}") };
    let at_ms = node::clock::claimed().0 - HOUR_MS.unsigned_abs();
    let mark = page.shifts[0].marks[0].name.clone();
    let correct = HoursCommand::Correct { activity: code.to_owned(), mark, at_ms: Some(at_ms) };
    town.ask(home, Command::Hours(correct)).await.expect("his own mark");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_volunteer_finds_a_place_signs_in_by_code_and_sees_his_hours() {
    let demo = four_homes().await;
    let (town, driver) = (&demo.town, Driver::start());
    let now = node::clock::claimed().0;
    let hour = HOUR_MS.unsigned_abs();
    let plan = NewActivity {
        group: "all".into(),
        title: "送餐 · Meals".into(),
        from_ms: now - 3 * hour,
        until_ms: now + hour,
        roles: vec![NewRole { name: "送餐 · Carry".into(), places: 4 }],
        ..NewActivity::default()
    };
    let plan = Command::Activity(ActivityCommand::New(Box::new(plan)));
    let planned = town.ask(OFFICE, plan).await;
    let Ok(Reply::Activity(ActivityReply::Planned { id, code })) = planned else {
        panic!("not planned: {planned:?}")
    };
    town.agreed().await.expect("all four have heard of it");
    for (home, language, [place, here, pending, counted]) in DAY {
        let phone = driver.open(&town.homes[home].page, Size::Phone, language).await;
        phone.go("/activities").await;
        phone.tap_words("送餐").await;
        phone.tap("button[value=join]").await;
        phone.sees(place).await;
        for (verb, says) in [("in", here), ("out", pending)] {
            phone.go("/hours").await;
            phone.types("#mark", &code).await;
            phone.tap("form[action='/hours/sign'] button.big").await;
            phone.tap(&format!("button[value={verb}]")).await;
            phone.sees(says).await;
            if verb == "in" {
                came_an_hour_ago(town, home, &code).await;
            }
        }
        phone.picture(&format!("volunteer-hours-{language}")).await;
        town.agreed().await.expect("the captain has heard of it");
        let approve = HoursCommand::Approve {
            activity: id.to_hex(),
            people: vec![town.homes[home].person.to_owned()],
            from_ms: Some(now - 3 * hour),
            until_ms: Some(now - hour),
            reason: "和名单一致".into(),
        };
        town.ask(OFFICE, Command::Hours(approve)).await.expect("the captain approves");
        town.agreed().await.expect("and he hears of it");
        phone.go("/hours").await;
        phone.sees(counted).await;
    }
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_over_a_cut_is_provisional_until_both_desks_have_reported() {
    let demo = four_homes().await;
    let (town, driver) = (&demo.town, Driver::start());
    let counters = [OFFICE, LI].map(|at| town.homes[at].person.to_owned()).to_vec();
    let new = NewVote {
        title: "6 栋装电梯".into(),
        choices: vec!["同意 · Yes".into(), "不同意 · No".into()],
        ends_ms: node::clock::claimed().0 + 1_000,
        counters,
        ..NewVote::default()
    };
    let opened = town.ask(OFFICE, Command::Vote(VoteCommand::Open(Box::new(new)))).await;
    let Ok(Reply::Vote(VoteReply::Opened { id, .. })) = opened else {
        panic!("not opened: {opened:?}")
    };
    town.agreed().await.expect("all four have heard of it");
    town.cut_in_two();
    town.apart().await.expect("two halves");
    let path = format!("/votes/{}", id.to_hex());
    for (home, language, says) in [(ZHANG, "en", "and have voted"), (CHEN, "zh-CN", "已经投了")]
    {
        let phone = driver.open(&town.homes[home].page, Size::Phone, language).await;
        phone.go("/votes").await;
        phone.tap_words("6 栋装电梯").await;
        phone.tap("input[name=choice][value='1']").await;
        phone.tap("main form button.big").await;
        phone.sees(says).await;
        phone.picture(&format!("vote-cast-{language}")).await;
    }
    let office = driver.open(&town.homes[OFFICE].page, Size::Desktop, "zh-CN").await;
    office.go(&path).await;
    office.tap("button[value=report]").await;
    office.sees("暂定").await;
    office.sees("已投 1 / 3").await;
    office.picture("vote-provisional").await;

    town.heal();
    town.agreed().await.expect("one neighbourhood again");
    let li = driver.open(&town.homes[LI].page, Size::Phone, "en").await;
    li.go(&path).await;
    li.tap("button[value=report]").await;
    li.sees("2 of 3 have voted").await;
    li.sees("final").await;
    town.agreed().await.expect("all four have heard of the end");
    office.go(&format!("{path}/print")).await;
    office.sees("结果已定").await;
    office.sees("已投 2 / 3").await;
    office.picture("vote-sheet").await;
    demo.stop().await;
}
