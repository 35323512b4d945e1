//! Asking to be let in, on the page: who asks, and who opens.

use axum::http::StatusCode;
use node::api::{DoorRow, KnockPage, KnockRow, KnockState};

use crate::{
    actors::{Browser, at_home},
    fake::{Door, Fake},
};

const REFRESH: &str = r#"http-equiv="refresh""#;

/// A box in no community whose asking is this far.
fn asking(state: KnockState, doors: &[(&str, &str, Option<&str>)]) -> Fake {
    let door = |(neighbourhood, home, code): &(&str, &str, Option<&str>)| DoorRow {
        neighbourhood: (*neighbourhood).into(),
        home: (*home).into(),
        code: code.map(str::to_owned),
    };
    let knocking = Some(KnockPage { state, doors: doors.iter().map(door).collect() });
    Fake { community: false, door: Door { knocking, waiting: None }, ..Fake::new() }
}

/// An office before whose door these stand.
fn office(codes: &[&str]) -> Fake {
    let row = |code: &&str| KnockRow {
        code: (*code).into(),
        home: "5-2-301 <b>".into(),
        person: "Wang".into(),
        waiting_ms: 130_000,
    };
    let waiting = Some(codes.iter().map(row).collect());
    Fake { door: Door { knocking: None, waiting }, ..Fake::new() }
}

#[tokio::test]
async fn a_box_in_no_community_asks_by_its_name_and_can_stop() {
    for (language, offer, looking, stop) in [
        ("en", "Ask a home near you", "Looking for homes near you", "Stop asking"),
        ("zh-CN", "请附近的人家让您进来", "正在找附近的人家", "不问了"),
    ] {
        let pages = at_home(Fake { community: false, ..Fake::new() });
        let mut browser = Browser::new(&pages, language);
        browser.get("/").await.says(offer).says(r#"href="/knock""#);
        browser.get("/knock").await.says(r#"name="home""#).never_says(REFRESH);
        let page = browser.post("/knock", &[("home", " "), ("person", "王梅")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.says("data-failed").says("王梅");
        let page = browser.submit("/knock", &[("home", "3-201"), ("person", "")]).await;
        assert_eq!(page.location, "/knock");
        page.says(looking).says(REFRESH).says(stop);
        browser.submit("/knock/stop", &[]).await.says(r#"name="home""#);
    }
}

#[tokio::test]
async fn the_waiting_page_shows_the_digits_of_each_home_and_looks_again_by_itself() {
    let doors = [("润园", "居委会", Some("123456")), ("润园", "3-201", Some("654321"))];
    let pages = at_home(asking(KnockState::Waiting, &doors));
    let mut browser = Browser::new(&pages, "en");
    let page = browser.get("/knock").await;
    page.says("123 456").says("654 321").says("居委会").says("read them the digits").says(REFRESH);
}

#[tokio::test]
async fn where_several_neighbourhoods_answer_one_is_chosen_and_all_may_refuse() {
    let doors = [("润园", "居委会", None), ("Park Court", "Office", None)];
    let pages = at_home(asking(KnockState::Choose, &doors));
    let mut browser = Browser::new(&pages, "en");
    let page = browser.get("/knock").await;
    page.says(r#"name="at" value="润园""#).says(r#"value="Park Court""#).never_says(REFRESH);
    assert_eq!(browser.post("/knock", &[("at", "润园")]).await.location, "/knock");
    let pages = at_home(asking(KnockState::Refused, &[]));
    let mut browser = Browser::new(&pages, "en");
    browser.get("/knock").await.says("Nobody here lets you in").never_says(REFRESH);
}

#[tokio::test]
async fn whoever_is_let_in_goes_in_by_a_button_and_sees_the_paper_key_once() {
    let pages = at_home(asking(KnockState::Opened, &[("润园", "居委会", Some("123456"))]));
    let mut browser = Browser::new(&pages, "en");
    for _ in 0..2 {
        let page = browser.get("/knock").await;
        page.says("have let you in").says("Go in").never_says("abandon").never_says(REFRESH);
    }
    let page = browser.post("/knock", &[]).await;
    page.says("润园").says("abandon");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(browser.get("/knock").await.location, "/");
    browser.get("/").await.never_says("abandon").says("/ask");
}

#[tokio::test]
async fn whoever_may_open_sees_who_asks_compares_the_digits_and_answers() {
    let pages = at_home(office(&["123456", "654321"]));
    let mut browser = Browser::new(&pages, "en");
    browser.get("/").await.says("2 ask to be let in").says(r#"href="/approvals""#);
    let page = browser.get("/approvals").await;
    page.says("123 456").says("Wang").says("for 2 minutes").says("Not this one");
    page.never_says("5-2-301 <b>");
    let page = browser.post("/approvals", &[("code", "123456"), ("answer", "yes")]).await;
    page.says("The door is open").never_says("123 456").says("654 321");
    let page = browser.post("/approvals", &[("code", "123456"), ("answer", "yes")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("not waiting any more");
    let page = browser.post("/approvals", &[("code", "654321"), ("answer", "no")]).await;
    page.says("sent away").says("Nobody is asking");
    let page = browser.post("/approvals", &[("code", "654321"), ("answer", "maybe")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn whoever_may_not_open_is_shown_nobody_and_told_why() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/").await.never_says("/approvals");
    assert_eq!(browser.get("/approvals").await.status, StatusCode::FORBIDDEN);
}
