//! The first page, by who looks at it: alerts and what must be told come first for everybody; then the
//! desk's lists, the doors of the house, the next ride, as he works there, heads it, drives; then three
//! wide ways on and my own requests as sentences.
//!
//! Each part is asked for only where it is shown, and a part that cannot be had is left out: the first
//! page always comes.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App, desk, doors,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    news, request, votes,
};
use crate::{
    api::{
        Command, GroupKindWord, GroupRow, MinePage, NewsCommand, NewsReply, NewsRow, Reply,
        RequestRow, RoleWord,
    },
    words::Words,
};

/// My requests, and the ones I said yes to, that the first page shows of each.
const MINE_SHOWN_MAX: usize = 10;

/// Alerts on the first page; the others stand under the announcements.
const ALERTS_SHOWN_MAX: usize = 2;

/// Characters of an alert on the first page.
const ALERT_CHARS_MAX: usize = 200;

/// Doors to knock at on the first page.
const DOORS_SHOWN_MAX: usize = 24;

/// One of my requests as a sentence.
struct Mine {
    href: String,
    code: String,
    sentence: String,
    /// Somebody says it is done: 已解决吗？
    ask_done: bool,
    urgent: bool,
}

/// The newest announcement, as a house's head needs it.
struct Doors {
    href: String,
    sentence: String,
    /// Door, name, has it arrived?
    missing: Vec<(String, String, bool)>,
}

/// A driver's next ride, and the one button for it.
struct Ride {
    href: String,
    code: String,
    sentence: String,
    big: Option<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
    alerts: Vec<news::Line>,
    /// Announcements that hold.
    in_force: u64,
    /// Who answers questions now.
    on_duty: String,
    desk: Option<desk::Summary>,
    doors: Option<Doors>,
    /// Does he look after a house; and where he warns it with a photo.
    heads: bool,
    alert: Option<String>,
    ride: Option<Ride>,
    unread: u64,
    open: u64,
    asked: Vec<Mine>,
    held: Vec<Mine>,
    /// How many ask to be let in, where the reader may open.
    knocks: u64,
    /// How many votes wait for the reader's ballot, and of how many the result has changed since he saw it.
    votes: u64,
    changed_votes: u64,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let (f, groups, requests, knocks, told, (votes, changed_votes)) = tokio::join!(
        Frame::load(&app, &visit),
        app.handle.ask(Command::Groups),
        app.handle.ask(Command::Mine { last: Some(MINE_SHOWN_MAX as u32) }),
        app.handle.ask(Command::Approvals),
        news::told(&app, false),
        votes::waiting(&app),
    );
    let (Reply::Groups { groups }, Reply::Mine(requests)) = (groups?, requests?) else {
        return Err(Failure::odd_reply());
    };
    let told = told.unwrap_or_default();
    let words = visit.words;
    let (desk, doors, ride) = tokio::join!(
        desk_of(&app, &visit, &f),
        doors_of(&app, &visit, &f, &told),
        ride_of(&app, &visit, &groups, &requests),
    );
    let mine = |keep: fn(&RequestRow) -> bool| {
        let kept = requests.requests.iter().filter(|row| keep(row)).take(MINE_SHOWN_MAX);
        kept.map(|row| mine(words, row)).collect()
    };
    let alerts = news::alerts(&told).take(ALERTS_SHOWN_MAX);
    Ok(show(&Home {
        alerts: news::with_few_photos(
            alerts.map(|row| news::line(&visit, row, ALERT_CHARS_MAX)).collect(),
        ),
        in_force: told.len() as u64,
        on_duty: f.strip.as_ref().map(|strip| strip.duty.clone()).unwrap_or_default(),
        desk,
        doors,
        heads: f.role >= RoleWord::Steward,
        alert: doors::alert_in(&groups),
        ride,
        unread: groups.iter().filter(|group| group.joined).map(|group| group.unread).sum(),
        open: requests.open,
        asked: mine(|row| row.asked_by_me),
        held: mine(|row| row.mine && !row.asked_by_me),
        // Whoever may not open is told of nobody.
        votes,
        changed_votes,
        knocks: match knocks {
            Ok(Reply::Approvals { waiting }) => waiting.len() as u64,
            _ => 0,
        },
        f,
    }))
}

/// For whoever works for the neighbourhood.
async fn desk_of(app: &App, visit: &Visit, f: &Frame) -> Option<desk::Summary> {
    if f.desk { desk::summary(app, visit).await.ok() } else { None }
}

/// For the head of a house: who has not read the newest alert, else the newest notice.
async fn doors_of(app: &App, visit: &Visit, f: &Frame, told: &[NewsRow]) -> Option<Doors> {
    let newest = news::alerts(told).next().or(told.first())?;
    if f.role < RoleWord::Steward {
        return None;
    }
    let id = newest.id.to_hex();
    let asked = Command::News(NewsCommand::Reached { id: id.clone() });
    let Ok(Reply::News(NewsReply::Reached(page))) = app.handle.ask(asked).await else {
        return None;
    };
    let counts = page.places.last()?;
    let args = [
        ("text", clip(&newest.text, TITLE_CHARS_MAX / 2).into()),
        ("seen", counts.seen.into()),
        ("households", counts.households.into()),
    ];
    let missing = page.missing.iter().take(DOORS_SHOWN_MAX);
    let clipped = |text: &str| clip(text, TITLE_CHARS_MAX);
    Some(Doors {
        href: format!("/reach/{id}"),
        sentence: visit.words.text("home-doors-read", &args),
        missing: missing.map(|it| (clipped(&it.home), clipped(&it.name), it.reached)).collect(),
    })
}

/// For whoever is in a vetted team: the ride he holds, else the first open one of his team.
async fn ride_of(app: &App, visit: &Visit, groups: &[GroupRow], mine: &MinePage) -> Option<Ride> {
    let drives = |row: &RequestRow| {
        groups.iter().any(|group| {
            group.id == row.group && group.joined && group.kind == GroupKindWord::Vetted
        })
    };
    let holds = mine.requests.iter().find(|row| row.mine && !row.asked_by_me && drives(row));
    let row = holds.or(mine.offered.as_ref())?;
    let asked = app.handle.ask(Command::Request { id: row.id.to_hex() });
    let Ok(Reply::Request(page)) = asked.await else { return None };
    let words = visit.words;
    let begins = row.ride.as_ref().map(|ride| words.ride_begins(ride)).unwrap_or_default();
    let title = clip(&row.title, TITLE_CHARS_MAX);
    let said = if holds.is_some() { sentence(words, row, &title) } else { title };
    Some(Ride {
        href: format!("/requests/{}", row.id.to_hex()),
        code: row.code.clone(),
        sentence: format!("{begins} {said}").trim().to_owned(),
        big: request::next_act(&page, true)
            .map(|verb| (verb.as_str(), request::big_words(words, &page.row, true, verb))),
    })
}

fn mine(words: Words, row: &RequestRow) -> Mine {
    let title = clip(&row.title, TITLE_CHARS_MAX);
    Mine {
        href: format!("/requests/{}", row.id.to_hex()),
        code: row.code.clone(),
        sentence: sentence(words, row, &title),
        ask_done: row.asked_by_me && row.status == "resolved",
        urgent: row.urgency >= super::requests::URGENT_FROM,
    }
}

/// "王师傅 is on the way: …" A status without a sentence of its own is named.
fn sentence(words: Words, row: &RequestRow, title: &str) -> String {
    let side = if row.asked_by_me { "mine" } else { "held" };
    let holder = row.holder.as_ref().map(|it| clip(it, TITLE_CHARS_MAX));
    let holder = holder.unwrap_or_else(|| words.text("somebody", &[]));
    let status = words.status(row.state());
    let args = [("title", title.into()), ("holder", holder.into()), ("status", status.into())];
    words
        .sentence(side, row.state(), &args)
        .or_else(|| words.sentence(side, "other", &args))
        .unwrap_or_default()
}

/// A notice that was read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    id: String,
    back: String,
}

pub async fn seen(State(app): State<App>, Form(seen): Form<Seen>) -> Result<Response, Failure> {
    app.handle.ask(Command::NoticesSeen { ids: vec![seen.id] }).await?;
    Ok(Redirect::to(super::language::own_path(&seen.back)).into_response())
}
