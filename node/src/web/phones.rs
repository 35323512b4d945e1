//! Which phones are let in: what each says it is, whose it is, on which day it was last here. A lost
//! one is turned out, or all of them; whoever was turned out pairs again.
//!
//! Everybody of the household sees all of them: who may stand at the box may let phones in. Another one is let
//! in by a picture that its camera reads: a pass, good once, for ten minutes; or, without a camera, by the six
//! digits beside it (`pairing`). It says whose it is itself.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::id::to_hex;
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    link::{Picture, picture},
    me,
    pairing::code_to_read_out,
};
use crate::{
    api::{Command, PhoneCommand, PhoneReply, PhoneRow, Reply},
    clock,
    phones::Phones,
};

/// One of them, in words.
struct Line {
    id: String,
    name: String,
    person: String,
    when: String,
    /// The one that asks.
    here: bool,
}

#[derive(Template)]
#[template(path = "phones.html")]
struct Page {
    f: Frame,
    phones: Vec<Line>,
    /// What lets another phone in, and the same as a picture.
    another: Option<(String, Picture)>,
    /// The digits of the moment, for a phone without a camera; none while nobody may try.
    digits: Option<String>,
}

/// Is another one to be let in?
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    another: String,
}

/// A link for another phone, at the address by which this one came.
fn another(app: &App, visit: &Visit, headers: &HeaderMap) -> Option<(String, Picture)> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let pass = to_hex(&clock::random::<16>());
    let mut pairing = app.pairing.lock().expect("no panic while the lock is held");
    pairing.give_pass(&pass, None, app.moment());
    let scheme = if visit.secure { "https" } else { "http" };
    let link = format!("{scheme}://{host}/pair?code={pass}");
    let picture = picture(&link)?;
    Some((link, picture))
}

async fn ask(app: &App, command: PhoneCommand) -> Result<Vec<PhoneRow>, Failure> {
    match app.handle.ask(Command::Phone(command)).await? {
        Reply::Phone(PhoneReply::Phones { phones }) => Ok(phones),
        _ => Err(Failure::odd_reply()),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let list = ask(&app, PhoneCommand::List);
    let (f, me, phones) = tokio::join!(Frame::load(&app, &visit), me::asked(&app), list);
    let (me, phones) = (me?, phones?);
    let here = Phones::short(visit.session.id());
    let line = |row: PhoneRow| {
        let person = me.residents.iter().find(|it| Some(it.id) == row.person);
        let days =
            [("paired", visit.day(row.paired_ms).into()), ("seen", visit.day(row.seen_ms).into())];
        Line {
            here: row.id == here,
            id: row.id,
            name: clip(&row.name, TITLE_CHARS_MAX),
            person: person.map(|it| clip(&it.name, TITLE_CHARS_MAX)).unwrap_or_default(),
            when: visit.words.text("phones-when", &days),
        }
    };
    let is_wanted = !wanted.another.is_empty();
    let another = is_wanted.then(|| another(&app, &visit, &headers)).flatten();
    let digits = another.as_ref().and_then(|_| code_to_read_out(&app));
    Ok(show(&Page { f, phones: phones.into_iter().map(line).collect(), another, digits }))
}

/// What the form carries: one, or all.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    phone: String,
    all: String,
}

pub async fn revoke(
    State(app): State<App>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let one = PhoneCommand::Revoke { id: chosen.phone };
    ask(&app, if chosen.all.is_empty() { one } else { PhoneCommand::RevokeAll }).await?;
    Ok(Redirect::to("/me/phones").into_response())
}
