//! The page that is taken along: https by the box's own name, what everybody may see of it, and forms
//! that count once.

use std::sync::Arc;

use axum::http::StatusCode;
use futures_rustls::TlsConnector;
use node::{trust::Trust, web};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::{
    compat::{FuturesAsyncReadCompatExt as _, TokioAsyncReadCompatExt as _},
    sync::CancellationToken,
};

use crate::{
    actors::{self, Browser, at_home},
    fake::{self, Fake, NOW},
};

/// Asks for a page on an open connection, and reads until the box hangs up.
async fn asks(
    mut wire: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    host: &str,
) -> String {
    let request = format!("GET /pair HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    wire.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // Who hangs up without a farewell in TLS has still said everything.
    let _ = wire.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn one_port_speaks_https_by_the_boxs_name_and_plain_http_by_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let trust = Arc::new(Trust::open(folder.path()).unwrap());
    let (mut config, _) = actors::config(true);
    config.trust = Some(Arc::clone(&trust));
    config.names.push(trust.host());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(web::serve(listener, fake::run(Fake::new()), config, stop.clone()));

    let plain = asks(TcpStream::connect(address).await.unwrap(), &address.to_string()).await;
    assert!(plain.starts_with("HTTP/1.1 200 OK"), "{plain}");
    assert!(plain.contains(&format!("set-cookie: linli-{}=", address.port())), "{plain}");
    assert!(!plain.contains("; Secure"));

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(trust.root(NOW).unwrap())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(client));
    let connect = async |name: String| {
        let wire = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        connector.connect(name, wire.compat()).await
    };
    let wire = connect(trust.host()).await.expect("a phone that trusts the box");
    let host = format!("{}:{}", trust.host(), address.port());
    let secure = asks(wire.compat(), &host).await;
    assert!(secure.starts_with("HTTP/1.1 200 OK"), "{secure}");
    assert!(secure.contains(&format!("set-cookie: linli-{}-s=", address.port())), "{secure}");
    assert!(secure.contains("; Secure"));
    assert!(connect("linli-other.local".into()).await.is_err(), "by another name it is nobody");
    stop.cancel();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_phone_is_helped_to_trust_and_goes_over_with_a_pass_that_is_good_once() {
    let folder = tempfile::tempdir().unwrap();
    let trust = Arc::new(Trust::open(folder.path()).unwrap());
    let (mut config, codes) = actors::config(true);
    config.trust = Some(Arc::clone(&trust));
    config.names.push(trust.host());
    let pages = web::router(fake::run(Fake::new()), config);
    let phone = || {
        let mut phone = Browser::new(&pages, "zh-CN");
        phone.host = format!("192.168.1.23:{}", actors::PORT);
        phone.origin = Some(format!("http://{}", phone.host));
        phone
    };
    let mut mine = phone();
    mine.get("/pair").await;
    let code = codes.lock().unwrap().last().cloned().unwrap();
    mine.submit("/pair", &[("code", &code)]).await;
    let page = mine.get("/trust").await;
    let root = trust.root(NOW).unwrap();
    page.says(&trust.host()).says(&node::trust::fingerprint(&root));
    let certificate = mine.get("/trust/linli.crt").await;
    assert_eq!(certificate.bytes, root);
    assert_eq!(certificate.headers["content-type"], "application/x-x509-ca-cert");
    mine.get("/trust/linli.mobileconfig").await.says("com.apple.security.root");
    assert_eq!(mine.get("/trust/else").await.status, StatusCode::NOT_FOUND);

    let (_, link) = page.html.split_once("/pair?code=").expect("the way over");
    let pass: String = link.chars().take_while(char::is_ascii_hexdigit).collect();
    let (mut over, mut thief) = (phone(), phone());
    over.get(&format!("/pair?code={pass}")).await.says(&pass);
    let form = [("code", pass.as_str())];
    over.submit("/pair", &form).await.says("我要求助");
    thief.get("/pair").await;
    assert_eq!(thief.post("/pair", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn before_the_box_knows_the_time_the_page_says_so_and_works() {
    let folder = tempfile::tempdir().unwrap();
    let (mut config, _) = actors::config(false);
    config.trust = Some(Arc::new(Trust::open(folder.path()).unwrap()));
    config.clock = Arc::new(|| crdt::time::ClaimedTime(0));
    let pages = web::router(fake::run(Fake::new()), config);
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/trust").await.says("还不知道现在几点").never_says("linli.crt");
    assert_eq!(browser.get("/trust/linli.crt").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_stands_outside_gets_what_a_phone_keeps_and_no_name() {
    let (config, _) = actors::config(true);
    let pages = web::router(fake::run(Fake::new()), config);
    let mut phone = Browser::new(&pages, "zh-CN");
    phone.host = format!("192.168.1.23:{}", actors::PORT);
    let manifest = phone.get("/manifest.webmanifest").await;
    assert_eq!(manifest.headers["content-type"], "application/manifest+json");
    let manifest: serde_json::Value = serde_json::from_str(&manifest.html).unwrap();
    assert_eq!((&manifest["start_url"], &manifest["display"]), (&"/".into(), &"standalone".into()));
    for icon in manifest["icons"].as_array().unwrap() {
        let icon = phone.get(icon["src"].as_str().unwrap()).await;
        assert_eq!(icon.headers["content-type"], "image/png");
    }
    let worker = phone.get("/sw.js").await;
    worker.says("const VERSION = \"");
    let policy = worker.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"));
    phone.get("/waiting").await.says("在这部手机上等着发出").never_says("李");
}

/// The key of the forms of a page.
fn once(page: &actors::Page) -> String {
    let (_, rest) =
        page.html.split_once(r#"name="once" value=""#).expect("a form that counts once");
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_form_counts_once_however_often_it_is_sent_and_what_was_changed_is_another() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let key = once(&browser.get("/ask").await);
    let form = [("title", "借一把梯子"), ("once", key.as_str())];
    let first = browser.post("/ask", &form).await.location;
    assert_eq!(browser.post("/ask", &form).await.location, first, "sent again, the same");
    let other = [("title", "借两把梯子"), ("once", key.as_str())];
    assert_ne!(browser.post("/ask", &other).await.location, first, "what was changed is another");
    let next = once(&browser.get("/ask").await);
    let again = [("title", "借一把梯子"), ("once", next.as_str())];
    assert_ne!(browser.post("/ask", &again).await.location, first, "another page, another form");
    let list = browser.get("/requests").await;
    assert_eq!(list.html.matches("借一把梯子").count(), 2);
}
