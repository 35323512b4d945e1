//! Who gets in: the visitor from elsewhere, the paired phone, foreign sites and made-up names.

use axum::http::StatusCode;
use node::web;

use crate::{
    actors::{self, Browser, at_home},
    fake::{self, Fake},
};

fn from_the_lan() -> (axum::Router, actors::Codes) {
    let (config, codes) = actors::config(true);
    (web::router(fake::run(Fake::new()), config), codes)
}

fn phone(pages: &axum::Router) -> Browser {
    let mut phone = Browser::new(pages, "zh-CN");
    phone.host = format!("192.168.1.23:{}", actors::PORT);
    phone.origin = Some(format!("http://{}", phone.host));
    phone
}

#[tokio::test]
async fn a_foreign_name_that_points_here_gets_nothing() {
    let pages = at_home(Fake::new());
    for host in [
        "evil.example:4180",
        "127.0.0.1.evil.example:4180",
        "192.168.1.23:4180",
        "localhost",
        "localhost:80",
        "127.0.0.1:4181",
        "",
    ] {
        let mut browser = Browser::new(&pages, "en");
        browser.host = host.into();
        let page = browser.get("/").await;
        assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        page.never_says("李");
    }
    for host in
        ["127.0.0.1:4180", "localhost:4180", "LOCALHOST:4180", "[::1]:4180", "127.9.9.9:4180"]
    {
        let mut browser = Browser::new(&pages, "en");
        browser.host = host.into();
        assert_eq!(browser.get("/").await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_not_accepted() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/ask").await;
    let ours = browser.origin.clone();
    for origin in [
        None,
        Some("null".to_owned()),
        Some("http://evil.example".to_owned()),
        Some("https://127.0.0.1:4180".to_owned()),
        Some("http://127.0.0.1:4181".to_owned()),
    ] {
        browser.origin = origin.clone();
        let page = browser.post("/ask", &[("title", "ladder")]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{origin:?}");
    }
    browser.origin = ours;
    assert_eq!(browser.post("/ask", &[("title", "ladder")]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_form_needs_the_token_of_its_own_session() {
    let pages = at_home(Fake::new());
    let (mut one, mut other) = (Browser::new(&pages, "en"), Browser::new(&pages, "en"));
    one.get("/ask").await;
    other.get("/ask").await;
    for path in [
        "/ask",
        "/notices/seen",
        "/groups/new",
        "/groups/0101/post",
        "/requests/4040/act",
        "/requests/4040/private",
        "/requests/4040/private/erase",
        "/invite",
        "/people/0202/meet",
        "/people/0202/grant",
        "/people/0202/remove",
        "/people/0202/devices/0202/revoke",
        "/late/5151/admit",
        "/network/dial",
        "/knock",
        "/found",
        "/recover",
        "/knock/stop",
        "/approvals",
        "/language",
        "/nowhere",
    ] {
        for token in [String::new(), "00".repeat(32), other.token.clone()] {
            one.token = token;
            let page = one.post(path, &[("title", "ladder")]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}

#[tokio::test]
async fn a_visitor_without_a_cookie_sees_the_pairing_form_and_no_name() {
    let (pages, _) = from_the_lan();
    for path in ["/", "/groups", "/requests", "/people", "/invite", "/network", "/live", "/nowhere"]
    {
        let page = phone(&pages).get(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(page.location.split('?').next(), Some("/pair"), "{path}");
    }
    let mut visitor = phone(&pages);
    visitor.get("/pair").await.says("配对").never_says("李").never_says("已连接");
    let page = visitor.post("/ask", &[("title", "ladder")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/pair"));
    visitor.origin = Some("http://evil.example".to_owned());
    let page = visitor.post("/ask", &[("title", "ladder")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.never_says("李");
}

#[tokio::test]
async fn a_phone_pairs_once_with_the_printed_code() {
    let (pages, codes) = from_the_lan();
    let code = codes.lock().unwrap().last().cloned().expect("printed at start");
    let mut mine = phone(&pages);
    mine.get(&format!("/pair?code={code}")).await.says(&code);
    let home = mine.submit("/pair", &[("code", &code)]).await;
    assert_eq!(home.status, StatusCode::OK);
    home.says("李家");
    mine.submit("/ask", &[("title", "借梯子")]).await.says("借梯子");

    let mut second = phone(&pages);
    second.get("/pair").await;
    let page = second.post("/pair", &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("配对码不对");
    assert_eq!(codes.lock().unwrap().len(), 2, "the next code was printed");
}

#[tokio::test]
async fn a_cookie_planted_before_pairing_opens_nothing_after_it() {
    let (pages, codes) = from_the_lan();
    let mut victim = phone(&pages);
    victim.get("/pair").await;
    let planted = victim.cookies.clone();
    let code = codes.lock().unwrap()[0].clone();
    victim.submit("/pair", &[("code", &code)]).await;
    let mut thief = phone(&pages);
    thief.cookies = planted;
    assert_eq!(thief.get("/").await.location, "/pair");
}

#[tokio::test]
async fn five_wrong_codes_kill_the_code_and_print_a_new_one() {
    let (pages, codes) = from_the_lan();
    let mut guesser = phone(&pages);
    guesser.get("/pair").await;
    for left in [4, 3, 2, 1] {
        guesser.post("/pair", &[("code", "x")]).await.says(&format!("还可以试 {left} 次"));
    }
    guesser.post("/pair", &[("code", "x")]).await.says("旧码作废").says("请等 10 秒");
    let printed = codes.lock().unwrap().clone();
    assert_eq!(printed.len(), 2);
    for code in &printed {
        assert_eq!(code.len(), 6, "short enough to be read out");
        guesser.post("/pair", &[("code", code)]).await.says("请等 10 秒");
    }
}

#[tokio::test]
async fn a_phone_without_a_camera_gets_in_by_the_digits_that_a_paired_one_shows() {
    let (pages, codes) = from_the_lan();
    let code = codes.lock().unwrap()[0].clone();
    let mut mine = phone(&pages);
    mine.get("/pair").await;
    mine.submit("/pair", &[("code", &code)]).await;
    let next = codes.lock().unwrap()[1].clone();
    let halves = format!("{} {}", &next[..3], &next[3..]);
    // Looked at again, as a live page does, it is the same.
    for _ in 0..2 {
        mine.get("/me/phones?another=yes").await.says("<svg class=\"qr\"").says(&halves);
    }
    let mut other = phone(&pages);
    other.get("/pair").await.says("六位数字");
    let sent = other.post("/pair", &[("code", &halves)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    // While somebody guesses, the digits rest and the picture stands.
    let mut guesser = phone(&pages);
    guesser.get("/pair").await;
    for _ in 0..5 {
        guesser.post("/pair", &[("code", "x")]).await;
    }
    mine.get("/me/phones?another=yes").await.says("<svg class=\"qr\"").says("暂时不能用");
}

#[tokio::test]
async fn on_the_lan_only_addresses_and_configured_names_are_ours() {
    let (pages, _) = from_the_lan();
    for (host, ours) in [
        ("192.168.1.23:4180", true),
        ("linli.local:4180", true),
        ("[fe80::1]:4180", true),
        ("evil.example:4180", false),
        ("192.168.1.23", false),
    ] {
        let mut browser = phone(&pages);
        browser.host = host.into();
        let found = browser.get("/pair").await.status == StatusCode::OK;
        assert_eq!(found, ours, "{host}");
    }
}

#[tokio::test]
async fn every_answer_forbids_other_hosts_and_inline_script() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    for path in ["/", "/assets/style.css", "/nowhere", "/pair"] {
        let page = browser.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["referrer-policy"], "same-origin");
        page.never_says("style=").never_says("onclick").never_says("https://");
    }
}

#[tokio::test]
async fn an_endless_form_is_cut_off() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/ask").await;
    let page = browser.post("/ask", &[("title", &"x".repeat(400_000))]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    page.says("too much at once");
}

/// Longer than an answer takes and shorter than a client may dawdle: the others must not wait for
/// those who do.
const AT_ONCE: std::time::Duration = std::time::Duration::from_secs(8);

#[tokio::test]
async fn one_who_opens_every_connection_and_does_nothing_keeps_nobody_else_out() {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpSocket},
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let (config, _) = actors::config(false);
    let serving = tokio::spawn(web::serve(listener, fake::run(Fake::new()), config, stop.clone()));
    let mut idle = Vec::new();
    for _ in 0..300 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        idle.push(socket.connect(address).await.unwrap());
    }
    let answered = tokio::time::timeout(AT_ONCE, async {
        let mut honest = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        honest.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        honest.read_to_string(&mut answer).await.unwrap();
        answer
    });
    assert!(answered.await.unwrap().starts_with("HTTP/1.1 200 OK"));
    drop(idle);
    stop.cancel();
    serving.await.unwrap().unwrap();
}
