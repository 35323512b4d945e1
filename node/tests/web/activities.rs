//! What the made-up node says about activities, and the pages that show it.

use axum::http::StatusCode;
use crdt::{id::PersonId, time::ClaimedTime};
use node::api::{
    ActivityCommand, ActivityPage, ActivityReply, ActivityRow, CertificatePage, ChecklistItem,
    Command, HoursCommand, HoursPage, HoursReply, HowWord, MarkRow, PlacesRow, Reply, SheetPage,
    ShiftRow, TimeRow, TotalsPage,
};

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, NOW, id},
};

fn row() -> ActivityRow {
    ActivityRow {
        id: id(120),
        code: "1234567".into(),
        title: "搬沙袋 <b>".into(),
        group: id(1),
        group_name: "all".into(),
        place: "北门".into(),
        from_ms: ClaimedTime(NOW.0 + 600_000),
        until_ms: ClaimedTime(NOW.0 + 7_800_000),
        places: 10,
        taken: 9,
        waiting: 1,
        ready: false,
        called_off: false,
        over: false,
        mine: Some("awaiting".into()),
        leads: true,
    }
}

/// Its answer to whatever a page asks about what people do together.
pub fn together(command: &Command) -> Reply {
    match command {
        Command::Activity(command) => Reply::Activity(answer(command)),
        Command::Hours(command) => Reply::Hours(hours(command)),
        Command::Look(command) => Reply::Look(crate::look::answer(command)),
        other => panic!("no page of these asks for {other:?}"),
    }
}

fn answer(command: &ActivityCommand) -> ActivityReply {
    match command {
        ActivityCommand::Calendar { activity } => {
            ActivityReply::Calendar { file: format!("BEGIN:VCALENDAR {}", activity.is_some()) }
        }
        ActivityCommand::List { .. } => ActivityReply::List { activities: vec![row()] },
        ActivityCommand::New(new) => {
            let roles: Vec<_> = new.roles.iter().map(|it| (it.name.as_str(), it.places)).collect();
            let planned = roles == [("wall", 10), ("tea", 2)]
                && new.checks == ["gloves"]
                && new.until_ms.checked_sub(new.from_ms) == Some(7_200_000);
            let id = if planned { id(120) } else { id(119) };
            ActivityReply::Planned { id, code: "1234567".into() }
        }
        ActivityCommand::Show { activity } if *activity == id(121).to_hex() => {
            let row = ActivityRow { called_off: true, leads: false, ..row() };
            ActivityReply::Page(Box::new(ActivityPage {
                reason: Some("雨太大".into()),
                unaware: vec!["陈师傅".into()],
                must_hear: true,
                ..page(row)
            }))
        }
        _ => ActivityReply::Page(Box::new(page(row()))),
    }
}

fn page(row: ActivityRow) -> ActivityPage {
    ActivityPage {
        row,
        details: "带手套".into(),
        by: "李梅".into(),
        roles: vec![PlacesRow {
            name: "沙袋".into(),
            request: id(122),
            code: "7654321".into(),
            places: 10,
            holders: vec!["陈师傅".into(), "王桂兰".into()],
            awaiting: vec!["王桂兰".into()],
            going: vec![],
            waitlist: vec!["Tom <i>".into()],
            standby: vec!["Tom <i>".into()],
            mine: Some("awaiting".into()),
        }],
        checks: vec![ChecklistItem {
            key: "check-0".into(),
            text: "手套".into(),
            done: false,
            found: false,
        }],
        reason: None,
        unaware: vec![],
        must_hear: false,
    }
}

#[tokio::test]
async fn whoever_moved_up_says_yes_on_the_activitys_page() {
    let words = [
        ("en", ["2 of 10 places taken, 1 waiting", "Yes, I will come", "Not everything"]),
        ("zh-CN", ["10 个名额，已有 2 人，1 人候补", "好，我来", "还没检查完"]),
    ];
    for (language, words) in words {
        let fake = Fake::new();
        let pages = at_home(fake);
        let mut browser = Browser::new(&pages, language);
        let href = format!("/activities/{}", id(120).to_hex());
        browser.get("/requests").await.says("/activities");
        browser.get("/activities").await.says(&href).says("&#60;b&#62;").never_says("搬沙袋 <b>");
        let page = browser.get(&href).await;
        words.iter().for_each(|words| {
            page.says(words);
        });
        page.says("Tom &#60;i&#62;").says(r#"value="tick""#).says(r#"value="call_off""#);
        let role = id(122).to_hex();
        let page =
            browser.submit(&format!("{href}/act"), &[("verb", "yes"), ("role", &role)]).await;
        assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, href.as_str()));
    }
}

#[tokio::test]
async fn whoever_had_a_place_says_that_he_has_read_that_it_is_called_off() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let page = browser.get(&format!("/activities/{}", id(121).to_hex())).await;
    page.says("雨太大").says(r#"value="heard""#).says("陈师傅").never_says(r#"value="call_off""#);
    page.never_says(r#"value="yes""#);
}

#[tokio::test]
async fn an_activity_is_planned_line_by_line() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/hours/calendar.ics").await.says("BEGIN:VCALENDAR false");
    browser.get("/activities/1234567/calendar.ics").await.says("BEGIN:VCALENDAR true");
    browser.get("/activities/new").await.says("One line each").says("datetime-local");
    let typed = [
        ("title", "Sandbags"),
        ("from", "2026-11-29T09:00"),
        ("until", "2026-11-29T11:00"),
        ("roles", "wall 10\r\ntea 2"),
        ("checks", "gloves"),
    ];
    let page = browser.submit("/activities/new", &typed).await;
    assert_eq!(page.location, format!("/activities/{}", id(120).to_hex()));
}

fn shift(number: u8, name: &str) -> ShiftRow {
    ShiftRow {
        activity: id(120),
        code: "1234567".into(),
        title: "搬沙袋 <b>".into(),
        group_name: "all".into(),
        person: PersonId::from_bytes([number; 32]),
        name: name.into(),
        times: vec![TimeRow {
            from_ms: ClaimedTime(NOW.0 - 7_200_000),
            until_ms: ClaimedTime(NOW.0 - 3_600_000),
        }],
        since_ms: None,
        marks: vec![MarkRow {
            name: format!("{}:0", id(123).to_hex()),
            out: false,
            at_ms: ClaimedTime(NOW.0 - 7_200_000),
            how: HowWord::Code,
        }],
        approved: number > 1,
        minutes: if number > 1 { 60 } else { 0 },
        signed_minutes: 60,
        flags: vec!["double_sign_in".into()],
        note: String::new(),
    }
}

fn hours(command: &HoursCommand) -> HoursReply {
    let shifts = vec![shift(1, "陈师傅"), shift(2, "=Tom <i>")];
    match command {
        HoursCommand::Totals { .. } => HoursReply::Totals(Box::new(TotalsPage {
            minutes: 60,
            people: vec![],
            teams: vec![],
            activities: vec![],
            shifts,
        })),
        HoursCommand::Certificate { .. } => HoursReply::Certificate(Box::new(CertificatePage {
            number: "1234 5678 9012".into(),
            id: id(124),
            person: PersonId::from_bytes([1; 32]),
            name: "陈师傅 <b>".into(),
            from_ms: ClaimedTime(NOW.0 - 86_400_000),
            until_ms: NOW,
            minutes: 210,
            activities: 2,
            team: None,
            team_name: None,
            issuer: "李梅".into(),
            issued_ms: NOW,
            valid: true,
            minutes_here: 210,
            file: String::new(),
        })),
        HoursCommand::Sheet { .. } | HoursCommand::Approve { .. } => {
            HoursReply::Sheet(Box::new(SheetPage { activity: row(), rows: shifts, minutes: 60 }))
        }
        _ => HoursReply::Person(Box::new(HoursPage {
            person: PersonId::from_bytes([1; 32]),
            name: "陈师傅".into(),
            shifts,
            minutes: 60,
            pending_minutes: 60,
            certificates: vec!["1234 5678 9012".into()],
        })),
    }
}

#[tokio::test]
async fn a_volunteer_signs_at_the_door_and_sees_what_counts() {
    for (language, words) in
        [("en", ["1.0 hours count", "I am here"]), ("zh-CN", ["已计 1.0 小时", "我到了"])]
    {
        let pages = at_home(Fake::new());
        let mut browser = Browser::new(&pages, language);
        browser.get("/hours").await.says(words[0]).says("/hours/certificate/123456789012");
        let page = browser.submit("/hours/sign", &[("mark", "1234 567")]).await;
        assert_eq!(page.location, "/hours/sign/1234567");
        browser.get(&page.location).await.says(words[1]).says(r#"value="out""#);
        let page = browser.submit("/hours/sign/1234567", &[("verb", "in")]).await;
        assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, "/hours"));
    }
}

#[tokio::test]
async fn the_captains_list_is_approved_corrected_and_printed() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let sheet = format!("/hours/sheet/{}", id(120).to_hex());
    let page = browser.get(&sheet).await;
    page.says("签到了两次，只算一次").says("<svg").says("确认所有").says("&#60;i&#62;");
    let page = browser.submit(&sheet, &[("verb", "approve")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, sheet.as_str()));
    let table = browser.get("/hours/table.csv").await;
    table.says("'=Tom <i>").says("2026-11-2").says(",60,60,1,double_sign_in,");
    let paper = browser.get("/hours/certificate/123456789012").await;
    paper.says("3.5 小时").says("1234 5678 9012").says("签名属实").never_says("陈师傅 <b>");
}
