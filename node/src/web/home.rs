//! The first page: three wide ways on, what must be told, my own requests as sentences.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
};
use crate::{
    api::{Command, Reply, RequestRow},
    words::Words,
};

/// My requests, and the ones I said yes to, that the first page shows of each.
const MINE_SHOWN_MAX: usize = 10;

/// One of my requests as a sentence.
struct Mine {
    href: String,
    code: String,
    sentence: String,
    /// Somebody says it is done: 已解决吗？
    ask_done: bool,
    urgent: bool,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
    unread: u64,
    open: u64,
    asked: Vec<Mine>,
    held: Vec<Mine>,
    /// How many ask to be let in, where the reader may open.
    knocks: u64,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let (f, groups, requests, knocks) = tokio::join!(
        Frame::load(&app, &visit),
        app.handle.ask(Command::Groups),
        app.handle.ask(Command::Requests { all: false }),
        app.handle.ask(Command::Approvals),
    );
    let (Reply::Groups { groups }, Reply::Requests { requests }) = (groups?, requests?) else {
        return Err(Failure::odd_reply());
    };
    let words = visit.words;
    let mine = |keep: fn(&RequestRow) -> bool| {
        let kept = requests.iter().filter(|row| keep(row)).take(MINE_SHOWN_MAX);
        kept.map(|row| mine(words, row)).collect()
    };
    Ok(show(&Home {
        unread: groups.iter().filter(|group| group.joined).map(|group| group.unread).sum(),
        open: requests.iter().filter(|row| row.status == "open").count() as u64,
        asked: mine(|row| row.asked_by_me),
        held: mine(|row| row.mine && !row.asked_by_me),
        // Whoever may not open is told of nobody.
        knocks: match knocks {
            Ok(Reply::Approvals { waiting }) => waiting.len() as u64,
            _ => 0,
        },
        f,
    }))
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
    let holder = row.holder.clone().unwrap_or_else(|| words.text("somebody", &[]));
    let status = words.status(&row.status);
    let args = [("title", title.into()), ("holder", holder.into()), ("status", status.into())];
    words
        .sentence(side, &row.status, &args)
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
