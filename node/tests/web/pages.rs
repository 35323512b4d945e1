//! Every page in both languages: its size, its words, hostile text, wrong input, wrong addresses.

use axum::http::StatusCode;
use node::api::MessageRow;

use crate::{
    actors::{Browser, at_home, at_home_with},
    fake::{self, Fake, id},
    roster::{Roster, steward},
};

/// First load of a page, style and script included, in bytes.
const FIRST_LOAD_BYTES_MAX: usize = 60 * 1024;

/// One address of every page.
pub fn every_page() -> Vec<(&'static str, String)> {
    let (group, request) = (id(1).to_hex(), id(41).to_hex());
    vec![
        ("home", "/".into()),
        ("groups", "/groups".into()),
        ("group-new", "/groups/new".into()),
        ("group", format!("/groups/{group}")),
        ("group-reply", format!("/groups/{group}?reply={}#newest", id(12).to_hex())),
        ("group-outside", format!("/groups/{}", id(4).to_hex())),
        ("message", format!("/groups/{group}/messages/{}", id(15).to_hex())),
        ("board", format!("/groups/{group}/board")),
        ("across", "/across".into()),
        ("directory", "/directory".into()),
        ("team", format!("/groups/{group}/team")),
        ("team-outside", format!("/groups/{}/team", id(4).to_hex())),
        ("ask", "/ask".into()),
        ("ask-urgent", "/ask?urgent=yes".into()),
        ("requests", "/requests?all=1".into()),
        ("request", format!("/requests/{request}")),
        ("request-lost", format!("/requests/{}", id(42).to_hex())),
        ("request-mine", format!("/requests/{}", id(43).to_hex())),
        ("fact", format!("/requests/{request}/facts/time")),
        ("desk", "/desk".into()),
        ("figures", "/desk/figures?days=30".into()),
        ("case", format!("/desk/cases/{request}")),
        ("intake", "/desk/intake".into()),
        ("news", "/news?all=1".into()),
        ("news-one", format!("/news/{}", id(90).to_hex())),
        ("me", "/me".into()),
        ("slip", format!("/requests/{request}/slip")),
        ("building", "/print/building".into()),
        ("doors", "/doors".into()),
        ("inbox", "/inbox".into()),
        ("request-photo", format!("/requests/{request}/photo")),
        ("emergency", "/print/emergency".into()),
        ("question", "/ask?kind=question".into()),
        ("reach", format!("/reach/{}", id(90).to_hex())),
        ("activities", "/activities?all=1".into()),
        ("activity-new", "/activities/new".into()),
        ("activity", format!("/activities/{}", id(120).to_hex())),
        ("activity-off", format!("/activities/{}", id(121).to_hex())),
        ("hours", "/hours".into()),
        ("look", format!("/look/{request}")),
        ("hours-sign", "/hours/sign/1234567".into()),
        ("hours-sheet", format!("/hours/sheet/{}", id(120).to_hex())),
        ("hours-certificate", "/hours/certificate/123456789012".into()),
        ("search", "/search?words=%E5%81%9C%E6%B0%B4".into()),
        ("people", "/people".into()),
        ("person", steward()),
        ("remove", format!("{}/remove", steward())),
        ("rebind", format!("{}/rebind", steward())),
        ("revoke", format!("{}/devices/{}/revoke", steward(), "02".repeat(32))),
        ("trouble", "/trouble".into()),
        ("late", format!("/late/{}", id(81).to_hex())),
        ("invite", "/invite".into()),
        ("network", "/network".into()),
        ("peer", format!("/network/homes/{}", "01".repeat(32))),
        ("not-found", "/nowhere".into()),
    ]
}

/// A neighbourhood in which everybody writes as much as he may, and means harm.
fn hostile() -> Fake {
    let evil = r#"</textarea><script>alert("x")</script><img src=x onerror='x'>&"#;
    let long = evil.repeat(16 * 1024 / evil.len());
    let mut fake = Fake::new();
    let template = fake.messages.remove(0);
    fake.messages = (0..200)
        .map(|n| MessageRow {
            id: id(n),
            text: long.clone(),
            author: evil.into(),
            home: evil.into(),
            mine: n % 2 == 0,
            reply_to: Some(id(n.saturating_sub(1))),
            ..template.clone()
        })
        .collect();
    for group in &mut fake.groups {
        group.name = evil.into();
    }
    fake.groups = fake.groups.iter().cycle().take(300).cloned().collect();
    fake.board.description = long;
    fake.board.pins = fake.board.pins.iter().cycle().take(60).cloned().collect();
    for request in &mut fake.requests {
        request.row.title = evil.into();
        request.row.requester = evil.into();
        request.waitlist = vec![evil.into(); 400];
        for field in ["title", "time", "details"] {
            request.facts.insert(field.into(), vec![evil.repeat(20), evil.into()]);
        }
        request.checklist = request.checklist.iter().cycle().take(500).cloned().collect();
        request.timeline = request.timeline.iter().cycle().take(500).cloned().collect();
    }
    fake.requests = fake.requests.iter().cycle().take(500).cloned().collect();
    fake.people = fake.people.iter().cycle().take(3_000).cloned().collect();
    fake.mesh.peers = fake.mesh.peers.iter().cycle().take(500).cloned().collect();
    fake.mesh.home = evil.into();
    (fake.me.name, fake.me.desk) = (evil.into(), true);
    for person in &mut fake.people {
        (person.name, person.home) = (evil.into(), evil.into());
    }
    harm(&mut fake.roster, evil);
    fake
}

/// People whose names mean harm, with as many roles, keys and late things as they like.
fn harm(roster: &mut Roster, evil: &str) {
    for role in &mut roster.roles {
        role.role.over = evil.into();
        role.steps = role.steps.iter().cycle().take(60).cloned().collect();
        for step in &mut role.steps {
            step.by = vec![evil.into(); 50];
        }
    }
    for row in &mut roster.trouble {
        (row.author, row.group, row.reason) = (evil.into(), evil.into(), evil.into());
    }
    for item in &mut roster.late {
        (item.group, item.text) = (evil.into(), evil.repeat(50));
    }
    roster.roles = roster.roles.iter().cycle().take(400).cloned().collect();
    roster.devices = roster.devices.iter().cycle().take(400).cloned().collect();
    roster.trouble = roster.trouble.iter().cycle().take(400).cloned().collect();
    roster.late = roster.late.iter().cycle().take(400).cloned().collect();
}

async fn assets(browser: &mut Browser) -> usize {
    let mut bytes = 0;
    for name in ["style.css", "page.js", "icon.svg"] {
        let asset = browser.get(&format!("/assets/{name}")).await;
        assert_eq!(asset.status, StatusCode::OK, "{name}");
        assert!(asset.headers["cache-control"].to_str().unwrap().contains("immutable"));
        bytes += asset.html.len();
    }
    bytes
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages_and_small() {
    let mut fake = Fake::new();
    fake.me.desk = true;
    let pages = at_home(fake);
    for language in ["en", "zh-CN"] {
        let mut browser = Browser::new(&pages, language);
        let around = assets(&mut browser).await;
        for (name, path) in every_page() {
            let page = browser.get(path.split('#').next().unwrap()).await;
            let expected = if name == "not-found" { StatusCode::NOT_FOUND } else { StatusCode::OK };
            assert_eq!(page.status, expected, "{name}");
            page.says(&format!(r#"lang="{language}""#)).says("</html>").says(r#"id="strip""#);
            let bytes = page.html.len() + around;
            assert!(bytes <= FIRST_LOAD_BYTES_MAX, "{name} is {bytes} bytes");
        }
    }
}

#[tokio::test]
async fn hostile_text_stays_text_and_pages_stay_small() {
    let pages = at_home(hostile());
    let mut browser = Browser::new(&pages, "zh-CN");
    let around = assets(&mut browser).await;
    for (name, path) in every_page() {
        let page = browser.get(path.split('#').next().unwrap()).await;
        page.never_says("<script>").never_says("</textarea><script").never_says("<img");
        let bytes = page.html.len() + around;
        let whole = matches!(name, "message" | "board" | "fact");
        assert!(whole || bytes <= FIRST_LOAD_BYTES_MAX, "{name} is {bytes} bytes");
    }
}

#[tokio::test]
async fn wrong_addresses_get_a_friendly_page() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let gone = "ee".repeat(32);
    for path in [
        "/nowhere".to_owned(),
        "/groups/xyz".into(),
        format!("/groups/{gone}"),
        format!("/groups/{}/messages/{gone}", id(1).to_hex()),
        format!("/requests/{gone}"),
        "/requests/..".into(),
        "/requests/%3Cscript%3E".into(),
        format!("/requests/{}/facts/owner", id(41).to_hex()),
        "/assets/../Cargo.toml".into(),
        "/assets/nothing.css".into(),
        "/language".into(),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.says("回首页").never_says("<script>");
    }
    for path in ["/requests?from=x", "/people?from=-1"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        page.says("回首页");
    }
}

#[tokio::test]
async fn a_form_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/ask").await;
    let long = "长".repeat(6_000);
    let (group, request) = (id(1).to_hex(), id(41).to_hex());
    type Fields<'a> = Vec<(&'a str, &'a str)>;
    let table: Vec<(String, Fields<'_>, &str, &str)> = vec![
        ("/ask".into(), vec![("title", " "), ("details", "留着")], "这里还没有写", "留着"),
        ("/ask".into(), vec![("title", &long[..900])], "太长了", &long[..900]),
        ("/ask".into(), vec![("title", "搬家"), ("details", "电话 139")], "隐私内容", "搬家"),
        ("/groups/new".into(), vec![("name", "")], "这里还没有写", "建群"),
        (
            "/groups/new".into(),
            vec![("name", "车队"), ("kind", "vetted"), ("vouches", "0")],
            "1 到 9",
            "车队",
        ),
        (format!("/groups/{group}/post"), vec![("text", "\n ")], "这里还没有写", "在群里说"),
        (format!("/groups/{group}/board/pin"), vec![("text", "")], "这里还没有写", "公告板"),
        (format!("/requests/{request}/facts/title"), vec![("value", "")], "这里还没有写", "保存"),
        (format!("/requests/{request}/checklist"), vec![("text", "")], "这里还没有写", "经过"),
        ("/network/dial".into(), vec![("address", "hier")], "不是一个地址", "hier"),
    ];
    for (path, fields, complaint, kept) in table {
        let page = browser.post(&path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        page.says(complaint).says(kept).says("data-failed");
    }
}

#[tokio::test]
async fn a_box_in_no_community_takes_an_invitation_and_shows_the_paper_key_once() {
    for (language, words, wrong) in [
        ("en", "not in a community yet", "not a join link"),
        ("zh-CN", "还没有加入社区", "不是邀请链接"),
    ] {
        let pages = at_home(Fake { community: false, ..Fake::new() });
        let mut browser = Browser::new(&pages, language);
        let page = browser.get("/requests").await;
        assert_eq!(page.status, StatusCode::OK);
        page.says(words).says(r#"action="/join""#);
        let page = browser.post("/join", &[("link", "hello"), ("home", "3-202")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.says(wrong).says("hello").says("3-202");
        let page = browser.post("/join", &[("link", "linli:join/abc"), ("home", "3-202")]).await;
        page.says("润园").says("abandon").says(r#"<svg class="qr print-only""#);
        assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, ""));
        assert_eq!(page.headers["cache-control"], "no-store");
        browser.get("/").await.never_says("abandon").says("/ask");
    }
}

#[tokio::test]
async fn older_messages_are_a_link_away_and_none_is_skipped() {
    let mut fake = Fake::new();
    let template = fake.messages[0].clone();
    fake.messages = (0..90)
        .map(|n| MessageRow { id: id(n), text: format!("line {n}."), ..template.clone() })
        .collect();
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "en");
    let group = format!("/groups/{}", id(1).to_hex());
    let (mut path, mut seen) = (group.clone(), vec![]);
    loop {
        let page = browser.get(&path).await;
        let shown: Vec<_> = (0..90).filter(|n| page.html.contains(&format!("line {n}."))).collect();
        seen.splice(0..0, shown);
        let Some((_, rest)) = page.html.split_once(&format!("href=\"{group}?before=")) else {
            break;
        };
        path = format!("{group}?before={}", rest.split('"').next().unwrap());
    }
    assert_eq!(seen, (0..90).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stopped_node_still_has_a_page_that_says_so() {
    let (handle, queue, _) = node::handle::Handle::new();
    drop(queue);
    let page = Browser::new(&at_home_with(handle), "zh-CN").get("/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.says("机器正忙");
}

#[tokio::test]
async fn a_change_reaches_an_open_page() {
    use axum::{body::Body, http::Request};
    use futures::StreamExt as _;
    use tower::ServiceExt as _;

    let pages = at_home_with(fake::run(Fake::new()));
    let request =
        Request::get("/live").header("host", "127.0.0.1:4180").body(Body::empty()).unwrap();
    let response = pages.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut live = response.into_body().into_data_stream();
    let mut browser = Browser::new(&pages, "en");
    browser.get("/ask").await;
    browser.post(&format!("/groups/{}/post", id(1).to_hex()), &[("text", "secret")]).await;
    let told = live.next().await.unwrap().unwrap();
    let told = String::from_utf8(told.to_vec()).unwrap();
    assert!(told.contains(r#""changed":"group""#), "{told}");
    assert!(!told.contains("secret"));
}
