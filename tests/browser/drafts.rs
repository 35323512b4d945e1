//! What was typed is not lost when the line breaks, and what arrived is not said twice: over plain http, where
//! no worker of the page helps.
//!
//! Each case is one household's box that goes out of reach at another moment: before the box has heard
//! anything, or after it did what it was asked and before the answer came back.

use std::{net::TcpListener, path::Path};

use node::{
    api::{Command, PhoneCommand, Reply},
    home::{Roots, init},
    run::{self, Config, Running},
};

use crate::window::{Driver, Size, Window};

const TEXT: &str = "停电了，谁家有蜡烛？";

/// Sends the form as a browser does, and never hears what came of it.
const SENT_UNHEARD: &str = "const done = arguments[0]; const form = document.querySelector('form.write'); \
    fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), \
    redirect: 'manual' }).then(() => done(true))";

async fn a_box(data: &Path, port: u16) -> Running {
    run::start(Config {
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        web: Some(format!("127.0.0.1:{port}").parse().expect("an address")),
        mdns: false,
        ..Config::new(data)
    })
    .await
    .expect("the box starts")
}

/// How often the sentence stands in everybody's group.
async fn said(node: &Running) -> usize {
    let log = Command::Log { group: "all".into(), last: 50, before: None };
    match node.handle.ask(log).await.expect("the log") {
        Reply::Log { messages } => messages.iter().filter(|it| it.text == TEXT).count(),
        other => panic!("a log, and heard {other:?}"),
    }
}

async fn everybody(node: &Running) -> String {
    match node.handle.ask(Command::Groups).await.expect("groups") {
        Reply::Groups { groups } => format!("/groups/{}", groups[0].id.to_hex()),
        other => panic!("groups, and heard {other:?}"),
    }
}

async fn kept(window: &Window) -> bool {
    let drafts = "return Object.keys(localStorage).some(it => it.startsWith('linli-draft'))";
    window.run(drafts, vec![]).await == true
}

async fn typed(window: &Window) -> String {
    let text = window.run("return document.querySelector('#text').value", vec![]).await;
    text.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_outlives_a_box_out_of_reach_and_is_said_once() {
    for heard in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("box");
        init(&data, "3-201", Some("林姐"), Some("榆树里"), Roots::ONE_OF_ONE).expect("founded");
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr();
        let port = port.expect("bound").port();
        let node = a_box(&data, port).await;
        let group = everybody(&node).await;
        let driver = Driver::start();
        let phone = driver.open(&format!("http://127.0.0.1:{port}"), Size::Phone, "zh-CN").await;
        phone.go(&group).await;
        phone.types("#text", TEXT).await;
        if heard {
            phone.run_and_wait(SENT_UNHEARD, vec![]).await;
        }
        assert_eq!(said(&node).await, usize::from(heard));
        node.stop().await;
        phone.tap(".write button.big").await;
        phone.sees("ERR_CONNECTION_REFUSED").await;

        let node = a_box(&data, port).await;
        phone.go("/").await;
        phone.sees("我要求助").await;
        assert!(kept(&phone).await, "heard {heard}: the page that was opened next forgot it");
        phone.go(&group).await;
        assert_eq!(typed(&phone).await, TEXT, "heard {heard}");
        phone.tap(".write button.big").await;
        phone.sees(TEXT).await;
        phone.go(&group).await;
        assert_eq!(typed(&phone).await, "", "heard {heard}: what was said is no draft any more");
        assert!(!kept(&phone).await, "heard {heard}");
        assert_eq!(said(&node).await, 1, "heard {heard}");
        phone.shut().await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_of_a_change_remembers_what_its_author_saw() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("box");
    init(&data, "3-201", Some("林姐"), Some("榆树里"), Roots::ONE_OF_ONE).expect("founded");
    let node = a_box(&data, 0).await;
    let ask = async |command| node.handle.ask(command).await.expect("the box does it");
    let post = Command::Post { group: "all".into(), text: "六点开会".into(), reply_to: None };
    let Reply::Posted { id } = ask(post).await else { panic!("not said") };
    let message = format!("{}/messages/{}", everybody(&node).await, id.to_hex());
    let driver = Driver::start();
    let page = node.page.clone().expect("a page");
    let phone = driver.open(&page, Size::Phone, "zh-CN").await;
    phone.go(&message).await;
    phone.types("#text", "六点半开会").await;
    phone.go("/").await;
    ask(Command::EditMessage { id, text: "七点开会".into() }).await;

    // What he sees now is not what he had before him when he wrote.
    phone.go(&message).await;
    assert_eq!(typed(&phone).await, "六点半开会");
    let save = "form[action$='/edit'] button.big";
    phone.tap(save).await;
    phone.sees("已经把它改成了“七点开会”").await;
    assert_eq!(typed(&phone).await, "六点半开会");
    phone.tap(save).await;
    phone.sees("六点半开会").await;
    phone.go(&message).await;
    assert_eq!(typed(&phone).await, "六点半开会");
    assert!(!kept(&phone).await, "what was saved is no draft any more");
    phone.shut().await;
    node.stop().await;
}

/// Types the code that stands beside the box, and comes back.
async fn pairs(phone: &Window, node: &Running) {
    phone.find("#code").await;
    let code = node.pairing.borrow().clone().expect("somebody stands at the door: there is a code");
    phone.types("#code", &code).await;
    phone.tap("main button.big").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_outlives_a_session_that_ended_and_comes_back_to_the_page_it_stood_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("box");
    init(&data, "3-201", Some("林姐"), Some("榆树里"), Roots::ONE_OF_ONE).expect("founded");
    let node = run::start(Config {
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        web: Some("0.0.0.0:0".parse().expect("an address")),
        mdns: false,
        ..Config::new(&data)
    })
    .await
    .expect("the box starts");
    let page = node.page.clone().expect("a page").replace("0.0.0.0", "127.0.0.1");
    let driver = Driver::start();
    let phone = driver.open(&page, Size::Phone, "zh-CN").await;
    let ask = "/ask?urgent=yes";
    phone.go(ask).await;
    pairs(&phone, &node).await;
    phone.find(".ask-form").await;
    assert_eq!(phone.path().await, ask, "to where he wanted to be");

    phone.types("#title", "借一架梯子").await;
    phone.types("#details", "换楼道的灯").await;
    node.handle.ask(Command::Phone(PhoneCommand::RevokeAll)).await.expect("all are turned out");
    phone.tap(".ask-form button.big").await;
    pairs(&phone, &node).await;
    phone.find(".ask-form").await;
    assert_eq!(phone.path().await, ask, "back to where he was");
    let value =
        "return ['#title', '#details'].map((it) => document.querySelector(it).value).join()";
    assert_eq!(phone.run(value, vec![]).await, "借一架梯子,换楼道的灯");

    phone.tap(".ask-form button.big").await;
    phone.sees("换楼道的灯").await;
    let all = node.handle.ask(Command::Requests { all: true }).await.expect("requests");
    let Reply::Requests { requests } = all else { panic!("requests, and heard {all:?}") };
    assert_eq!(requests.len(), 1, "asked once");
    assert!(!kept(&phone).await, "what was asked is no draft any more");
    phone.shut().await;
    node.stop().await;
}
