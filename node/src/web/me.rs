//! Whose phone this is, and how large he reads.
//!
//! Several people live on one box. Each phone acts as one of them: the choice stands in the session's
//! signed cookie, so that it is the phone's and nobody else's. Whoever has the box in his hands could
//! choose anybody (authority of a household is the household's); the page says so.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::id::PersonId;
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    session::set_cookie,
};
use crate::api::{Command, MePage, Reply};

#[derive(Template)]
#[template(path = "me.html")]
struct Page {
    f: Frame,
    /// Id, name, is it this one?
    residents: Vec<(String, String, bool)>,
    elder: bool,
    card: String,
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
) -> Result<Response, Failure> {
    let (f, me) = tokio::join!(Frame::load(&app, &visit), asked(&app));
    let me = me?;
    let mut all = me.residents;
    all.sort_by(|one, other| one.name.cmp(&other.name));
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
    let cookie = set_cookie(app.config.port, &app.seal.cookie(&visit.session.of(person)));
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// He reads large from now on, or does not.
pub async fn read_large(
    State(app): State<App>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Failure> {
    app.handle.ask(Command::Elder { on: !chosen.elder.is_empty() }).await?;
    Ok(Redirect::to("/me").into_response())
}
