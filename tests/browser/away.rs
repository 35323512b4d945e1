//! A phone that trusts the home's own authority leaves the house, asks and takes something on there, and
//! comes back when the box has another address: each is there exactly once.

use std::{net::TcpListener, path::Path, process::Command as Program};

use node::{
    api::{ActVerb, Command, Reply},
    home::{Roots, init},
    run::{self, Config, Running},
    trust::Trust,
};

use crate::window::{Driver, Size};

/// The port that the page is on all the time; free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}

async fn a_box(data: &Path, web: String) -> Running {
    run::start(Config {
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        web: Some(web.parse().expect("an address")),
        mdns: false,
        ..Config::new(data)
    })
    .await
    .expect("the box starts")
}

/// Has a browser that is at home in this folder trust the box, as a phone is told to.
fn take_in(home: &Path, root: &[u8]) {
    let folder = home.join(".pki/nssdb");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = home.join("linli.crt");
    std::fs::write(&file, root).expect("written");
    let store = format!("sql:{}", folder.display());
    let file = file.display().to_string();
    let take = ["-A", "-d", &store, "-t", "C,,", "-n", "linli", "-i", &file];
    for arguments in [&["-N", "-d", &store, "--empty-password"][..], &take] {
        let done = Program::new("certutil").args(arguments).status();
        assert!(done.expect("certutil runs (Debian: libnss3-tools)").success(), "{arguments:?}");
    }
}

async fn tell(node: &Running, person: &str, command: Command) -> Reply {
    let command = Command::As { person: person.into(), command: command.into() };
    node.handle.ask(command).await.expect("the box does it")
}

async fn titled(node: &Running, title: &str) -> usize {
    match tell(node, "林姐", Command::Requests { all: true }).await {
        Reply::Requests { requests } => requests.iter().filter(|row| row.title == title).count(),
        other => panic!("requests, and heard {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_and_taken_on_away_from_home_is_there_once_under_the_new_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, home) = (folder.path().join("box"), folder.path().join("phone"));
    init(&data, "3-201", Some("林姐"), Some("榆树里"), Roots::ONE_OF_ONE).expect("founded");
    // Before the box runs: it alone makes an authority where there is none.
    let root = Trust::open(&data).expect("kept").root(node::clock::claimed()).expect("issued");
    take_in(&home, &root);
    let port = free_port();
    let node = a_box(&data, format!("127.0.0.1:{port}")).await;
    let grandpa = Command::ResidentAdd { name: "爷爷".into(), link: None };
    tell(&node, "林姐", grandpa).await;
    let ride = Command::Ask {
        group: None,
        title: "明早去医院".into(),
        details: String::new(),
        urgent: false,
        private: node::api::Private::default(),
    };
    let Reply::Asked { id: ride, .. } = tell(&node, "爷爷", ride).await else {
        panic!("not asked")
    };
    let ride = ride.to_hex();
    let host = node.host().expect("a name");

    // Wherever this machine is just now, its name leads there.
    let named = format!("--host-resolver-rules=MAP {host} localhost");
    let driver = Driver::start_at(&home, &[&named]);
    let phone = driver.open(&format!("https://{host}:{port}"), Size::Phone, "zh-CN").await;
    phone.go("/").await;
    phone.sees("现在是谁在用").await;
    phone.tap_words("林姐").await;
    phone.sees("我要求助").await;
    let ready = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true))";
    phone.run_and_wait(ready, vec![]).await;
    for path in ["/", "/ask", &format!("/requests/{ride}")] {
        phone.go(path).await;
    }

    node.stop().await;
    phone.go("/ask").await;
    phone.types("#title", "帮忙搬两个箱子").await;
    phone.tap(".ask-form button.big").await;
    phone.sees("在这部手机上等着发出").await;
    let drafts =
        "return Object.keys(localStorage).filter(it => it.startsWith('linli-draft')).length";
    assert_eq!(phone.run(drafts, vec![]).await, 0, "what waits to be sent is no draft any more");
    phone.sees("帮忙搬两个箱子").await;
    phone.go(&format!("/requests/{ride}")).await;
    phone.tap("button[value=claim]").await;
    phone.sees("对一件求助的操作").await;
    phone.picture("waiting").await;

    let node = a_box(&data, format!("[::1]:{port}")).await;
    phone.go("/").await;
    phone.sees("帮忙搬两个箱子").await;
    phone.go(&format!("/requests/{ride}")).await;
    phone.sees("这单是您的").await;
    phone.go("/waiting").await;
    let left = "return document.querySelectorAll('#waiting li').length";
    assert_eq!(phone.run(left, vec![]).await, 0);
    assert_eq!(titled(&node, "帮忙搬两个箱子").await, 1);
    match tell(&node, "林姐", Command::Request { id: ride }).await {
        Reply::Request(page) => {
            let claims = page.timeline.iter().filter(|step| step.verb == "claim");
            assert_eq!(claims.count(), 1, "{page:?}");
            assert!(page.may.contains(&ActVerb::Withdraw), "it is hers");
        }
        other => panic!("a request, and heard {other:?}"),
    }
    phone.shut().await;
    node.stop().await;
}
