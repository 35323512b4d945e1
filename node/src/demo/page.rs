//! The demo's one page: the picture, the switches, and what each home shows.
//!
//! # Rules
//!
//! 1. Loopback only, called by a name of this machine; a POST comes from this page and carries the
//!    token of this run. The same checks and headers as on a home's own page.
//! 2. Without JavaScript each button still works: the answer is the page again.
//! 3. Everything is embedded; style and script are files of their own, none is inline.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use askama::Template;
use axum::{
    Form, Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use crdt::id::to_hex;
use serde::Deserialize;
use tokio::net::TcpListener;

use super::{
    PACE, Show,
    picture::{self, Picture},
    story,
};
use crate::{
    clock, web,
    words::{Lang, Words},
};

/// Bytes of a form; the longest is a message.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// How long a form may take to arrive and be carried out.
const FORM_WITHIN: Duration = Duration::from_secs(15);

const STYLE: &str = include_str!("page.css");
const ICON: &str = include_str!("../../assets/icon.svg");
const SCRIPT: &str = include_str!("page.js");

/// What every handler shares.
#[derive(Clone)]
struct Desk {
    show: Arc<Show>,
    port: u16,
    token: Arc<str>,
}

/// Serves the page until the demo ends.
pub async fn serve(listener: TcpListener, port: u16, show: Arc<Show>) {
    let stop = show.stop.clone();
    let desk = Desk { show, port, token: to_hex(&clock::random::<16>()).into() };
    web::serve_pages(listener, router(desk), None, stop).await;
}

fn router(desk: Desk) -> Router {
    let style = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    let script = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    let icon = [(header::CONTENT_TYPE, "image/svg+xml")];
    Router::new()
        .route("/", get(page))
        .route("/picture", get(draw))
        .route("/do", post(act))
        .route("/demo.css", get(move || async move { (style, STYLE) }))
        .route("/icon.svg", get(move || async move { (icon, ICON) }))
        .route("/demo.js", get(move || async move { (script, SCRIPT) }))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(desk.clone(), guard))
        .with_state(desk)
}

/// The first and the last to touch a request.
async fn guard(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let host = web::host_of(&request);
    let ours = host.filter(|host| web::is_this_machine(host, desk.port, false, &[]));
    let mut response = match ours {
        None => StatusCode::MISDIRECTED_REQUEST.into_response(),
        Some(host) if request.method() == Method::POST && !is_from(&host, request.headers()) => {
            StatusCode::FORBIDDEN.into_response()
        }
        Some(_) => tokio::time::timeout(FORM_WITHIN, next.run(request))
            .await
            .unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response()),
    };
    response.headers_mut().extend(web::ALWAYS);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Does a form come from the page itself?
fn is_from(host: &str, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.and_then(|origin| origin.strip_prefix("http://")) == Some(host)
}

fn words_of(headers: &HeaderMap) -> Words {
    Words::of(web::wanted_language(headers))
}

#[derive(Template)]
#[template(path = "demo.html")]
struct Page {
    words: Words,
    token: String,
    homes: Vec<Card>,
    /// First and second home of each link.
    links: Vec<(usize, usize)>,
}

struct Card {
    at: usize,
    name: &'static str,
    person: &'static str,
    page: String,
    write: String,
}

impl Page {
    fn t(&self, key: &str) -> String {
        self.words.text(key, &[])
    }

    fn code(&self) -> &'static str {
        self.words.lang().code()
    }

    fn other(&self) -> Lang {
        other_than(self.words.lang())
    }
}

async fn page(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let town = &desk.show.town;
    let words = words_of(&headers);
    let card = |(at, home): (usize, &super::Home)| {
        let (name, person, page) = (home.name, home.person, home.page.clone());
        let write = words.text("demo-write", &[("person", person.into())]);
        Card { at, name, person, page, write }
    };
    web::show(&Page {
        words,
        token: desk.token.to_string(),
        homes: town.homes.iter().enumerate().map(card).collect(),
        links: town.links().collect(),
    })
}

async fn draw(State(desk): State<Desk>, headers: HeaderMap) -> Json<Picture> {
    Json(picture::draw(&desk.show, words_of(&headers)).await)
}

/// What a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Cuts or heals the link of `pair`.
    Link,
    /// Cuts `home` off or reconnects it.
    Home,
    /// Cuts the neighbourhood in two, or heals everything.
    Split,
    /// Heals everything.
    Heal,
    /// Tells the story.
    Story,
    /// Lets the homes write by themselves, or not.
    Trickle,
    /// Posts `text` as `home`.
    Post,
    /// The other language.
    Language,
}

#[derive(Deserialize)]
struct Pressed {
    what: What,
    token: String,
    /// The home it is about.
    #[serde(default)]
    home: usize,
    /// The two homes of a link, as `02`.
    #[serde(default)]
    pair: String,
    #[serde(default)]
    text: String,
}

async fn act(State(desk): State<Desk>, headers: HeaderMap, Form(form): Form<Pressed>) -> Response {
    let show = &desk.show;
    // Hashes are compared in the same time wherever they differ.
    if blake3::hash(form.token.as_bytes()) != blake3::hash(desk.token.as_bytes()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let link = show.town.links().find(|(a, b)| form.pair == format!("{a}{b}"));
    if form.home >= show.town.homes.len() || (form.what == What::Link) != link.is_some() {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    match form.what {
        What::Language => return switch(words_of(&headers)),
        What::Post => {
            if let Err(error) = show.town.post(form.home, &form.text).await {
                let (sentence, _) = words_of(&headers).error(&error);
                return (StatusCode::UNPROCESSABLE_ENTITY, sentence).into_response();
            }
        }
        what => pull(show, what, form.home, link),
    }
    Redirect::to("/").into_response()
}

/// The switches that do at once what they say.
fn pull(show: &Arc<Show>, what: What, home: usize, link: Option<(usize, usize)>) {
    let town = &show.town;
    match what {
        What::Link => {
            if let Some((a, b)) = link {
                town.set_cut(a, b, !town.is_cut(a, b));
            }
        }
        What::Home => town.set_off(home, !town.is_off(home)),
        What::Split if town.is_anything_cut() => town.heal(),
        What::Split => town.cut_in_two(),
        What::Heal => town.heal(),
        What::Trickle => {
            show.trickle.fetch_not(Ordering::Relaxed);
        }
        What::Story => {
            let show = show.clone();
            tokio::spawn(async move { story::tell(&show, PACE).await });
        }
        What::Post | What::Language => (),
    }
}

fn switch(words: Words) -> Response {
    let cookie = web::choice_cookie(other_than(words.lang()));
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

/// The language to switch to.
fn other_than(here: Lang) -> Lang {
    Lang::ALL.into_iter().find(|lang| *lang != here).unwrap_or_default()
}
