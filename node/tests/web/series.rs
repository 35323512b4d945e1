//! What the made-up node says about rides that recur, and the pages that show it.

use axum::http::StatusCode;
use crdt::time::ClaimedTime;
use node::api::{
    DrivenRow, OfferRow, RequestRow, RideRow, SeriesCommand, SeriesPage, SeriesReply, SeriesRow,
    WeekPage,
};

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, NOW, id},
    rows::request,
};

pub fn ride(number: u8, leg: &str, holder: Option<&str>) -> RequestRow {
    let ride = RideRow {
        series: id(90),
        leg: leg.into(),
        date: "2026-12-01 07:30".into(),
        begins: if leg == "out" { "2026-12-02 09:00".into() } else { "2026-12-02 13:00".into() },
        begins_ms: ClaimedTime(NOW.0 + 1_200_000),
        zone: "Asia/Shanghai".into(),
        moved: true,
        said_yes: holder.is_some(),
        offered: holder.is_none(),
        late: true,
        backup: Some("李师傅 <b>".into()),
        ready: false,
        complete: false,
        other_leg: None,
    };
    let row = request(number, "送王奶奶透析", "assigned").row;
    RequestRow { holder: holder.map(str::to_owned), ride: Some(ride), ..row }
}

/// The same an hour ago.
fn past(number: u8, holder: Option<&str>) -> RequestRow {
    let mut row = ride(number, "out", holder);
    if let Some(ride) = &mut row.ride {
        ride.begins_ms = ClaimedTime(NOW.0 - 3_600_000);
    }
    row
}

/// Its answer to whatever a page asks about series.
pub fn answer(command: &SeriesCommand) -> SeriesReply {
    let row = SeriesRow {
        id: id(90),
        code: "1234567".into(),
        title: "送王奶奶透析".into(),
        group: id(1),
        group_name: "all".into(),
    };
    match command {
        SeriesCommand::List => SeriesReply::List { series: vec![row] },
        SeriesCommand::Week { .. } => SeriesReply::Week(WeekPage {
            mine: vec![ride(91, "out", None), past(94, None)],
            standby: vec![ride(92, "back", Some("张师傅"))],
            offers: vec![OfferRow {
                by: "陈师傅".into(),
                theirs: ride(93, "out", Some("陈师傅")),
                mine: ride(91, "back", None),
            }],
        }),
        SeriesCommand::Swap { .. } => SeriesReply::Swap {
            done: true,
            mine: Box::new(ride(91, "out", None)),
            theirs: Box::new(ride(93, "out", None)),
        },
        _ => SeriesReply::Page(Box::new(SeriesPage {
            row,
            details: String::new(),
            rule: "FREQ=WEEKLY".into(),
            understood: true,
            start: "2026-11-24 07:30".into(),
            zone: "Asia/Shanghai".into(),
            back_after_min: Some(240),
            rota: vec!["张师傅".into(), "李师傅".into()],
            checks: vec!["油".into()],
            rides: vec![
                ride(91, "out", None),
                ride(92, "back", Some("张师傅")),
                past(95, Some("张师傅")),
            ],
            driven: vec![DrivenRow { person: "张师傅".into(), legs: 3 }],
        })),
    }
}

#[tokio::test]
async fn a_driver_sees_his_week_says_yes_and_swaps() {
    for (language, words) in [
        (
            "en",
            [
                "My rota",
                "2026-12-02 09:00 there",
                "Nobody has set off",
                "I will drive",
                "Yes, swap",
            ],
        ),
        ("zh-CN", ["我的轮值", "2026-12-02 09:00 去程", "还没有人出发", "我去", "好，换"]),
    ] {
        let pages = at_home(Fake::new());
        let mut browser = Browser::new(&pages, language);
        let page = browser.get("/rota").await;
        words.iter().for_each(|words| {
            page.says(words);
        });
        page.says("&#60;b&#62;").never_says("李师傅 <b>").says(r#"value="withdraw""#);
        let (mine, theirs) = (id(91).to_hex(), id(93).to_hex());
        let page = browser.submit("/rota/swap", &[("mine", &mine), ("theirs", &theirs)]).await;
        assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, "/rota"));
    }
}

#[tokio::test]
async fn a_series_stands_on_its_groups_page_and_says_who_drove_how_often() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let href = format!("/series/{}", id(90).to_hex());
    browser.get(&format!("/groups/{}", id(1).to_hex())).await.says(&href).says("送王奶奶透析");
    browser.get(&href).await.says("轮值：张师傅、李师傅").says("3 程").says("FREQ=WEEKLY");
    browser.get("/requests").await.says("/rota");
}

#[tokio::test]
async fn a_driver_offers_a_swap_for_a_ride_of_somebody_else_and_gives_up_both_ways_of_a_day() {
    let fake = Fake::new();
    let asked = fake.asked.clone();
    let pages = at_home(fake);
    let mut driver = Browser::new(&pages, "zh-CN");
    let mine = id(91).to_hex();
    let rota = driver.get("/rota").await;
    rota.says(&format!("/rota/swap?mine={mine}")).says("换班");
    // What lies behind him is listed until it is done, and nobody swaps it.
    rota.says(&id(94).to_hex()).never_says(&format!("/rota/swap?mine={}", id(94).to_hex()));
    let page = driver.get(&format!("/rota/swap?mine={mine}")).await;
    page.says("张师傅").says("对方同意以后才换").says(&id(92).to_hex());
    page.never_says(&id(95).to_hex());
    let none = driver.post("/rota/swap", &[("mine", &mine), ("chosen", "yes")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    none.says(r#"id="wrong-theirs""#);
    let theirs = id(92).to_hex();
    let fields = [("mine", mine.as_str()), ("theirs", theirs.as_str()), ("chosen", "yes")];
    assert_eq!(driver.post("/rota/swap", &fields).await.location, "/rota");
    driver.get("/rota?offered=yes").await.says("已经问了对方");
    assert_eq!(driver.get("/rota/swap").await.location, "/rota");
    let gone = format!("/rota/swap?mine={}", id(99).to_hex());
    assert_eq!(driver.get(&gone).await.status, StatusCode::NOT_FOUND);
    let series = id(90).to_hex();
    let off = [("series", series.as_str()), ("date", "2026-12-01 07:30")];
    assert_eq!(driver.post("/rota/absent", &off).await.location, "/rota");
    let heard = format!("{:?}", asked.lock().unwrap());
    assert!(heard.contains("Absent { ride: ") && heard.contains("2026-12-01 07:30"), "{heard}");
}
