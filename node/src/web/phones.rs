//! Which phones are let in: what each says it is, whose it is, on which day it was last here. A lost
//! one is turned out, or all of them; whoever was turned out pairs again.
//!
//! Everybody of the household sees all of them: who may stand at the box may let phones in.

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
    me,
};
use crate::{
    api::{Command, PhoneCommand, PhoneReply, PhoneRow, Reply},
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
    Ok(show(&Page { f, phones: phones.into_iter().map(line).collect() }))
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
