//! Programs at `/api/v1`, with a real node behind it: who is let in, for what, and that nothing that
//! is sent leads to anything but an answer that was announced.

#![expect(clippy::unwrap_used, reason = "whatever is missing fails the test, which is its job")]

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::{Body, BodyDataStream, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use crdt::time::ClaimedTime;
use futures::StreamExt as _;
use jiff::tz::TimeZone;
use node::{
    api::{Command, Reply, ScopeWord, TokenCommand, TokenReply},
    home::{self, Roots},
    run,
    web::{self, WebConfig},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

const PORT: u16 = 4181;

/// A home that is running, and a program's way in.
struct Home {
    folder: TempDir,
    node: run::Running,
    pages: Router,
    language: &'static str,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

impl Home {
    async fn founded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        home::init(
            &folder.path().join("home"),
            "3-201",
            Some("Li"),
            Some("Court"),
            Roots::TWO_OF_THREE,
        )
        .unwrap();
        Self::open(folder).await
    }

    async fn open(folder: TempDir) -> Self {
        let data: PathBuf = folder.path().join("home");
        let node = run::open(&data).await.unwrap();
        let config = WebConfig {
            lan: false,
            port: PORT,
            names: Vec::new(),
            trust: None,
            phones: node::phones::Phones::in_memory([7; 32]),
            clock: Arc::new(|| ClaimedTime(0)),
            zone: TimeZone::UTC,
            on_code: Arc::new(|_| ()),
        };
        let pages = web::router(node.handle.clone(), config);
        Self { folder, node, pages, language: "en" }
    }

    /// The same home after a restart.
    async fn restarted(self) -> Self {
        self.node.stop().await;
        Self::open(self.folder).await
    }

    async fn token(&self, scopes: &[ScopeWord]) -> String {
        let new = TokenCommand::New { name: "bot".into(), scopes: scopes.to_vec() };
        match self.node.handle.ask(Command::Token(new)).await.unwrap() {
            Reply::Token(TokenReply::Made { text, .. }) => text.0,
            other => panic!("a token, and saw {other:?}"),
        }
    }

    fn request(&self, method: &str, path: &str, token: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, format!("127.0.0.1:{PORT}"))
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.pages.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let json = serde_json::from_slice(&body).unwrap_or_default();
        assert!(parts.status.as_u16() < 500, "{}", String::from_utf8_lossy(&body));
        Answer { status: parts.status, headers: parts.headers, json }
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(self.request("GET", path, token).body(Body::empty()).unwrap()).await
    }

    async fn with(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let request = self.request(method, path, token);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn once(&self, key: &str, path: &str, token: &str, body: &Value) -> Answer {
        let request = self.request("POST", path, token).header("Idempotency-Key", key);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

#[tokio::test]
async fn a_program_reads_and_writes_within_its_scopes() {
    let home = Home::founded().await;
    let token = home.token(&[ScopeWord::Read, ScopeWord::Post]).await;
    let posted =
        home.with("POST", "/groups/all/messages", &token, &json!({ "text": "停水通知" })).await;
    assert_eq!(posted.status, StatusCode::OK, "{}", posted.json);
    let id = posted.json["id"].as_str().unwrap();

    let log = home.get("/groups/all/messages?last=10", &token).await;
    assert_eq!(log.json["messages"][0]["text"], "停水通知");
    assert_eq!(log.json["messages"][0]["author"], "Li");
    let found = home.get("/search?words=%E5%81%9C%E6%B0%B4&mine=true", &token).await;
    assert_eq!(found.json["found"][0]["id"], id);
    let edited =
        home.with("PUT", &format!("/messages/{id}"), &token, &json!({ "text": "明天停水" })).await;
    assert_eq!(edited.status, StatusCode::OK, "{}", edited.json);
    let one = home.get(&format!("/messages/{id}"), &token).await;
    assert_eq!(one.json["messages"][0]["text"], "明天停水");

    let ask = home.with("POST", "/requests", &token, &json!({ "title": "x", "details": "" })).await;
    assert_eq!((ask.status, &ask.json["kind"]), (StatusCode::FORBIDDEN, &json!("scope")));
}

#[tokio::test]
async fn without_a_token_nothing_is_told_but_what_the_interface_is() {
    let mut home = Home::founded().await;
    let token = home.token(&[ScopeWord::Read]).await;
    for wrong in ["", "linli_00", &token[..token.len() - 1], &format!("{token}0")] {
        let refused = home.get("/groups", wrong).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert_eq!(refused.headers[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(refused.headers[header::CONTENT_TYPE], "application/problem+json");
    }
    home.language = "zh-CN";
    let refused = home.get("/groups", "").await;
    assert_eq!(refused.json["title"], "需要令牌，而这不是本机认识的令牌。");
    let description = home.get("/openapi.json", "").await;
    assert_eq!(description.json["openapi"], "3.1.0");

    let foreign = Request::builder()
        .uri("/api/v1/groups")
        .header(header::HOST, format!("evil.example:{PORT}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let foreign = home.send(foreign.body(Body::empty()).unwrap()).await;
    assert_eq!(foreign.status, StatusCode::MISDIRECTED_REQUEST);
    let asked = home.request("OPTIONS", "/groups", &token).header(header::ORIGIN, "http://evil");
    let asked = home.send(asked.body(Body::empty()).unwrap()).await;
    assert_eq!(asked.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(asked.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
}

#[tokio::test]
async fn a_token_that_was_taken_back_opens_nothing() {
    let home = Home::founded().await;
    let token = home.token(&[ScopeWord::Read]).await;
    assert_eq!(home.get("/status", &token).await.status, StatusCode::OK);
    let home = home.restarted().await;
    assert_eq!(home.get("/status", &token).await.status, StatusCode::OK, "it survives a restart");
    let revoke = TokenCommand::Revoke { token: "bot".into() };
    home.node.handle.ask(Command::Token(revoke)).await.unwrap();
    assert_eq!(home.get("/status", &token).await.status, StatusCode::UNAUTHORIZED);
    for file in std::fs::read_dir(home.folder.path().join("home")).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!found, "{} holds the token", path.display());
    }
}

#[tokio::test]
async fn one_key_does_one_thing_also_after_a_restart() {
    let home = Home::founded().await;
    let token = home.token(&[ScopeWord::Read, ScopeWord::Post, ScopeWord::Requests]).await;
    let (path, body) = ("/groups/all/messages", json!({ "text": "once" }));
    let first = home.once("k-1", path, &token, &body).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.json);
    let ask = json!({ "title": "A ladder", "details": "", "urgent": false });
    let asked = home.once("k-2", "/requests", &token, &ask).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.json);
    let home = home.restarted().await;
    assert_eq!(home.once("k-1", path, &token, &body).await.json, first.json);
    assert_eq!(home.once("k-2", "/requests", &token, &ask).await.json, asked.json);
    let log = home.get("/groups/all/messages", &token).await;
    assert_eq!(log.status, StatusCode::BAD_REQUEST, "`last` is needed");
    let log = home.get("/groups/all/messages?last=9", &token).await;
    assert_eq!(log.json["messages"].as_array().unwrap().len(), 1);
    let other = home.once("k-1", path, &token, &json!({ "text": "other" })).await;
    assert_eq!((other.status, &other.json["kind"]), (StatusCode::CONFLICT, &json!("key_reused")));
    let again = home.once("k-3", path, &token, &body).await;
    assert_ne!(again.json["id"], first.json["id"], "another key is another message");
    for bad in ["", "with blank", &"x".repeat(129)] {
        assert_eq!(home.once(bad, path, &token, &body).await.status, StatusCode::BAD_REQUEST);
    }
}

/// Each is refused with the status that says why, and nothing is written.
#[tokio::test]
async fn whatever_is_sent_is_answered_below_five_hundred() {
    let home = Home::founded().await;
    let all = [ScopeWord::Read, ScopeWord::Post, ScopeWord::Desk, ScopeWord::People];
    let token = home.token(&all).await;
    let post = "/groups/all/messages";
    let deep = "[".repeat(100_000);
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(300_000));
    let raw = |kind: &str, body: &str| {
        let request = home.request("POST", post, &token).header(header::CONTENT_TYPE, kind);
        request.body(Body::from(body.to_owned())).unwrap()
    };
    let table = [
        (raw("application/json", "{"), 400),
        (raw("application/json", "[]"), 400),
        (raw("application/json", &deep), 400),
        (raw("application/json", r#"{"text":"a","nonsense":1}"#), 400),
        (raw("application/json", r#"{"text":7}"#), 400),
        (raw("application/json", r#"{"text":"a","do":"lock"}"#), 400),
        (raw("application/json", r#"{"text":"  "}"#), 422),
        (raw("text/plain", r#"{"text":"a"}"#), 415),
        (raw("application/json", &long), 413),
        (home.request("GET", "/nowhere", &token).body(Body::empty()).unwrap(), 404),
        (home.request("GET", "/messages/xyz", &token).body(Body::empty()).unwrap(), 400),
        (home.request("GET", "/groups/%ff/board", &token).body(Body::empty()).unwrap(), 400),
        (home.request("GET", "/groups/x/board", &token).body(Body::empty()).unwrap(), 404),
        (home.request("GET", "/search?words=a&words=b", &token).body(Body::empty()).unwrap(), 400),
        (home.request("GET", "/search?words=", &token).body(Body::empty()).unwrap(), 422),
        (home.request("GET", "/search?words=a&last=-1", &token).body(Body::empty()).unwrap(), 400),
        (home.request("GET", "/trouble?last=501", &token).body(Body::empty()).unwrap(), 400),
        // A list that no body holds was once called a fault of ours.
        (
            home.request("PUT", "/duty/rota", &token)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(r#"{"people":[],"shift_ms":0,"place":null}"#))
                .unwrap(),
            422,
        ),
        // A name that is cut in the middle of a character once ended the ledger.
        (
            home.request("POST", "/late/%C3%A9%F2%93%92%BB%C3%BE%EC%95%9B/admit", &token)
                .body(Body::empty())
                .unwrap(),
            404,
        ),
        (home.request("PATCH", post, &token).body(Body::empty()).unwrap(), 405),
    ];
    for (at, (request, status)) in table.into_iter().enumerate() {
        let answer = home.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "line {at}: {}", answer.json);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json", "line {at}");
        assert_eq!(answer.json["status"], status);
    }
    let log = home.get("/groups/all/messages?last=9", &token).await;
    assert_eq!(log.json["messages"], json!([]));
}

#[tokio::test]
async fn whoever_asks_too_often_waits() {
    let home = Home::founded().await;
    let (eager, calm) =
        (home.token(&[ScopeWord::Read]).await, home.token(&[ScopeWord::Read]).await);
    let mut last = home.get("/key", &eager).await;
    for _ in 0..2_000 {
        if last.status != StatusCode::OK {
            break;
        }
        last = home.get("/key", &eager).await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(last.headers[header::RETRY_AFTER], "1");
    assert_eq!(home.get("/key", &calm).await.status, StatusCode::OK);
}

/// The next event of a stream: its id and its data.
async fn next(stream: &mut BodyDataStream) -> (String, String) {
    let bytes = stream.next().await.unwrap().unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim().to_owned()
    };
    (field("id:"), field("data:"))
}

#[tokio::test]
async fn events_go_on_where_a_program_left_them() {
    let home = Home::founded().await;
    let token = home.token(&[ScopeWord::Read, ScopeWord::Post]).await;
    let listen = async |since: Option<&str>| {
        let mut request = home.request("GET", "/events", &token);
        if let Some(since) = since {
            request = request.header("Last-Event-ID", since);
        }
        let request = request.body(Body::empty()).unwrap();
        home.pages.clone().oneshot(request).await.unwrap().into_body().into_data_stream()
    };
    let post = json!({ "text": "hello" });
    let mut first = listen(None).await;
    home.with("POST", "/groups/all/messages", &token, &post).await;
    let (id, data) = next(&mut first).await;
    assert!(data.contains("\"changed\""), "{data}");
    assert!(!data.contains("hello"), "events say that, never what");
    drop(first);
    home.with("PUT", "/groups/all/description", &token, &json!({ "text": "Our court" })).await;
    let mut second = listen(Some(&id)).await;
    let (later, data) = next(&mut second).await;
    assert_ne!(later, id);
    assert!(!data.contains("all\""), "nothing was missed: {data}");
    let (_, data) = next(&mut listen(Some("elsewhere-7")).await).await;
    assert_eq!(data, r#"{"changed":"all"}"#);
}

/// A photo of a program's: the file is the body, the words stand in the query.
#[tokio::test]
async fn a_program_announces_with_a_photo() {
    let home = Home::founded().await;
    let token = home.token(&[ScopeWord::Post, ScopeWord::Read]).await;
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(60, 40, |x, y| image::Rgb([x as u8, y as u8, 9]));
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let send = |query: &str, kind: &str, file: Vec<u8>| {
        let request = home.request("POST", &format!("/photos?{query}"), &token);
        let request = request.header("Idempotency-Key", "burst").header(header::CONTENT_TYPE, kind);
        home.send(request.body(Body::from(file)).unwrap())
    };
    let large = vec![0xff; node::photo::FILE_BYTES_MAX + 1];
    let half = jpeg[..jpeg.len() / 2].to_vec();
    let table = [
        ("text=x", "image/gif", jpeg.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("text=x", "text/plain", b"MZ\0\x01".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        ("text=x", "image/jpeg", half, StatusCode::UNPROCESSABLE_ENTITY),
        ("text=x", "image/jpeg", large, StatusCode::PAYLOAD_TOO_LARGE),
        ("class=alert", "image/jpeg", jpeg.clone(), StatusCode::BAD_REQUEST),
        ("text=x&photos=y", "image/jpeg", jpeg.clone(), StatusCode::BAD_REQUEST),
    ];
    for (query, kind, file, status) in table {
        assert_eq!(send(query, kind, file).await.status, status, "{query} {kind}");
    }
    let none = home.get("/news?all=true", &token).await.json;
    assert!(!none.to_string().contains("burst"), "nothing was written: {none}");
    let told = send("text=burst&group=all", "image/jpeg", jpeg.clone()).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.json);
    let again = send("text=burst&group=all", "image/jpeg", jpeg).await;
    assert_eq!(again.json, told.json, "one key, one announcement");
    let id = told.json["id"].as_str().unwrap();
    let whole = home.get(&format!("/news/{id}/photos/0/original"), &token).await.json;
    assert_eq!(whole["state"], "here", "{whole}");
    assert!(whole["jpeg"].as_str().unwrap().starts_with("ffd8"));
    home.node.stop().await;
}

/// A file of a program's is added to a request as it is, also where it is larger than any JSON may be; once
/// under one key, and by nobody else.
#[tokio::test]
async fn a_program_adds_a_file_to_a_request() {
    let home = Home::founded().await;
    let token = home.token(&[ScopeWord::Requests, ScopeWord::Read]).await;
    let asked = home
        .with("POST", "/requests", &token, &json!({ "title": "x", "details": "", "urgent": false }))
        .await;
    let id = asked.json["id"].as_str().unwrap().to_owned();
    let pdf = [b"%PDF-1.4\n".as_slice(), &vec![b'x'; 3 << 20], b"\n%%EOF\n"].concat();
    let send = |path: &str, kind: &str, file: Vec<u8>| {
        let request = home.request("POST", path, &token);
        let request = request.header("Idempotency-Key", "form").header(header::CONTENT_TYPE, kind);
        home.send(request.body(Body::from(file)).unwrap())
    };
    let path = format!("/requests/{id}/files?file_name=form.pdf");
    let half = pdf[..pdf.len() / 2].to_vec();
    let refused = send(&path, "application/pdf", half).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let nobodys = format!("/requests/{}/files", "0".repeat(64));
    assert_eq!(send(&nobodys, "application/pdf", pdf.clone()).await.status, StatusCode::NOT_FOUND);
    let added = send(&path, "application/pdf", pdf.clone()).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.json);
    let again = send(&path, "application/pdf", pdf).await;
    assert_eq!(again.json, added.json, "one key, one addition");
    let page = home.get(&format!("/requests/{id}"), &token).await.json.to_string();
    assert_eq!(page.matches("form.pdf").count(), 1, "{page}");
    home.node.stop().await;
}
