//! Whose phone this is, and how large he reads.
//!
//! Several people live on one box. Each phone acts as one of them: the choice stands in the session's
//! signed cookie, so that it is the phone's and nobody else's. Until somebody has chosen there is
//! nothing to see but the choice: nobody acts as another by default. Whoever has the box in his hands could
//! choose anybody (authority of a household is the household's); the page says so.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::id::PersonId;
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    language::own_path,
    session::set_cookie,
};
use crate::api::{Command, MePage, Reply, ResidentRow};

#[derive(Template)]
#[template(path = "me.html")]
struct Page {
    f: Frame,
    /// Id, name, is it this one?
    residents: Vec<(String, String, bool)>,
    elder: bool,
    card: String,
}

/// Whose phone this is, before anything else.
#[derive(Template)]
#[template(path = "whose.html")]
struct Whose {
    f: Frame,
    /// Id, name.
    residents: Vec<(String, String)>,
    /// Where to go then.
    back: String,
}

/// Whoever asks.
pub async fn asked(app: &App) -> Result<MePage, Failure> {
    match app.handle.ask(Command::Me).await? {
        Reply::Me(me) => Ok(*me),
        _ => Err(Failure::odd_reply()),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Failure> {
    let me = asked(&app).await?;
    let mut all = me.residents;
    all.sort_by(|one, other| one.name.cmp(&other.name));
    if visit.session.person.is_none() {
        let line = |row: &ResidentRow| (row.id.to_hex(), clip(&row.name, TITLE_CHARS_MAX));
        let residents = all.iter().map(line).collect();
        return Ok(show(&Whose { f: Frame::bare(&visit), residents, back: chosen.back }));
    }
    let f = Frame::load(&app, &visit).await;
    let line = |id: PersonId, name: &str| (id.to_hex(), clip(name, TITLE_CHARS_MAX), id == me.id);
    Ok(show(&Page {
        f,
        residents: all.iter().map(|row| line(row.id, &row.name)).collect(),
        elder: me.elder,
        card: format!("/people/{}", me.id.to_hex()),
    }))
}

/// What the form carries: somebody who lives here, or nothing about him.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    person: String,
    elder: String,
    back: String,
}

/// Another person has this phone from now on.
pub async fn choose(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    let me = asked(&app).await?;
    let found = me.residents.iter().find(|row| row.id.to_hex() == chosen.person);
    let person = found.ok_or(Failure::BadForm)?.id;
    app.config.phones.give(visit.session.id(), person);
    let cookie =
        set_cookie(app.config.port, visit.secure, &app.seal.cookie(&visit.session.of(person)));
    let back = Redirect::to(own_path(&chosen.back));
    Ok(([(header::SET_COOKIE, cookie)], back).into_response())
}

/// He reads large from now on, or does not.
pub async fn read_large(
    State(app): State<App>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    app.handle.ask(Command::Elder { on: !chosen.elder.is_empty() }).await?;
    Ok(Redirect::to("/me").into_response())
}
