//! 公告: what the neighbourhood was told and still holds, alerts first; and one of it, whole.
//!
//! Opening one says that this home has read it, which whoever looks after the place sees as a number.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};

use super::{
    App,
    announced::{Announced, announced},
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
    telling::Acted,
    wrong::Wrong,
};
use crate::api::{
    Command, NewsCommand, NewsReply, NewsRow, NewsState, NewsWord, Reply, RoleWord, mark_of,
};

/// Announcements in one portion of the list.
const NEWS_SHOWN_MAX: usize = 12;

/// Thumbnails in it, of 12 KiB each: the others are a tap away.
const PHOTOS_SHOWN_MAX: usize = 1;

/// Characters of one in the list; its own page shows all of it.
const NEWS_CHARS_MAX: usize = 200;

/// Official answers on a request's page, and characters of each; its own page shows all of it.
const ANSWERS_SHOWN_MAX: usize = 5;
const ANSWER_CHARS_MAX: usize = 1_200;

/// An announcement as the pages show it.
pub struct Line {
    pub href: String,
    pub reach: String,
    pub news: Announced,
    pub official: bool,
    pub author: String,
    pub time: String,
    pub text: String,
    /// There are photos that are not shown here.
    pub more_photos: bool,
}

#[derive(Template)]
#[template(path = "news.html")]
struct List {
    f: Frame,
    all: bool,
    lines: Vec<Line>,
    next: Option<usize>,
    /// Does he look after a place, so that he has something to tell?
    tells: bool,
}

#[derive(Template)]
#[template(path = "news_one.html")]
pub struct One {
    pub f: Frame,
    pub line: Line,
    /// Its address, for the forms.
    pub href: String,
    /// May it be said differently and taken back?
    pub may_change: bool,
    /// May somebody still say that it is his?
    pub may_be_mine: bool,
    pub typed: Acted,
    /// The mark of what it says, as the reader sees it.
    pub seen: String,
    pub wrong: Wrong,
}

impl One {
    /// Is it the form that was refused?
    fn open(&self, what: &str) -> bool {
        self.wrong.is_some() && self.typed.what == what
    }
}

/// At most so many characters of its text.
pub fn line(visit: &Visit, row: &NewsRow, chars_max: usize) -> Line {
    let id = row.id.to_hex();
    Line {
        href: format!("/news/{id}"),
        reach: format!("/reach/{id}"),
        news: announced(visit, row, false),
        official: row.official,
        author: clip(&row.author, TITLE_CHARS_MAX),
        time: visit.moment(row.claimed_ms),
        text: clip(&row.text, chars_max),
        more_photos: false,
    }
}

/// The same with as many thumbnails as fit a first load; the others are a tap away.
pub fn with_few_photos(mut lines: Vec<Line>) -> Vec<Line> {
    let mut room = PHOTOS_SHOWN_MAX;
    for line in &mut lines {
        line.more_photos = line.news.photos.len() > room;
        line.news.photos.truncate(room);
        room -= line.news.photos.len();
    }
    lines
}

/// What the office said to a request, the first of it first.
pub fn answers(visit: &Visit, rows: &[NewsRow]) -> Vec<Line> {
    let rows = rows.iter().take(ANSWERS_SHOWN_MAX);
    rows.map(|row| line(visit, row, ANSWER_CHARS_MAX)).collect()
}

/// What holds now, alerts first; also what no longer does, if wanted.
pub async fn told(app: &App, all: bool) -> Result<Vec<NewsRow>, Failure> {
    match app.handle.ask(Command::News(NewsCommand::List { all })).await? {
        Reply::News(NewsReply::List { news }) => Ok(news),
        _ => Err(Failure::odd_reply()),
    }
}

/// The alerts of this moment, for the first page.
pub fn alerts(news: &[NewsRow]) -> impl Iterator<Item = &NewsRow> {
    let is_alert = |row: &&NewsRow| row.class == NewsWord::Alert && row.state == NewsState::Holds;
    news.iter().filter(is_alert)
}

/// Also what no longer holds?
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Shown {
    all: String,
    from: usize,
}

pub async fn list(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    axum::extract::Query(shown): axum::extract::Query<Shown>,
) -> Result<Response, Failure> {
    let all = !shown.all.is_empty();
    let (f, news) = tokio::join!(Frame::load(&app, &visit), told(&app, all));
    let (news, next) = portion(news?, shown.from, NEWS_SHOWN_MAX);
    let lines = news.iter().map(|row| line(&visit, row, NEWS_CHARS_MAX)).collect();
    let lines = with_few_photos(lines);
    Ok(show(&List { lines, all, next, tells: f.role >= RoleWord::Steward, f }))
}

pub async fn one(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, id).await?))
}

/// One of them, whole.
pub async fn load(app: &App, visit: &Visit, id: String) -> Result<One, Failure> {
    let reply = app.handle.ask(Command::News(NewsCommand::Show { id })).await?;
    let Reply::News(NewsReply::One(row)) = reply else { return Err(Failure::odd_reply()) };
    // Only then: what was opened here is not announced above it.
    let f = Frame::load(app, visit).await;
    let stands = matches!(row.state, NewsState::Holds | NewsState::NotYet);
    let line = line(visit, &row, usize::MAX);
    Ok(One {
        f,
        href: line.href.clone(),
        may_change: row.may_change,
        may_be_mine: row.class == NewsWord::Addressed && stands,
        seen: mark_of(&[&row.text]),
        typed: Acted { text: row.text.clone(), ..Acted::default() },
        wrong: Wrong::default(),
        line,
    })
}
