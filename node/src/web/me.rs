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
use crdt::{id::PersonId, limits::NAME_BYTES_MAX};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
    group::one_line,
    join::{self, given},
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
    /// Somebody else who lives here, as he was typed.
    newcomer: Newcomer,
    wrong_name: Option<String>,
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
    let mut all = me.residents.clone();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    if visit.session.person.is_none() {
        let line = |row: &ResidentRow| (row.id.to_hex(), clip(&row.name, TITLE_CHARS_MAX));
        let residents = all.iter().map(line).collect();
        return Ok(show(&Whose { f: Frame::bare(&visit), residents, back: chosen.back }));
    }
    let me = MePage { residents: all, ..me };
    Ok(show(&lay_out(Frame::load(&app, &visit).await, &me, Newcomer::default())))
}

fn lay_out(f: Frame, me: &MePage, newcomer: Newcomer) -> Page {
    let line = |id: PersonId, name: &str| (id.to_hex(), clip(name, TITLE_CHARS_MAX), id == me.id);
    Page {
        f,
        residents: me.residents.iter().map(|row| line(row.id, &row.name)).collect(),
        elder: me.elder,
        card: format!("/people/{}", me.id.to_hex()),
        newcomer,
        wrong_name: None,
    }
}

/// Somebody else who moves in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Newcomer {
    name: String,
    link: String,
}

/// Somebody else moves in; his paper key is the answer, this once.
pub async fn add(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Newcomer>,
) -> Result<Response, Failure> {
    let name = typed.name.trim().to_owned();
    let moves_in = Command::ResidentAdd { name, link: given(&typed.link) };
    let mut wrong_name = wrong_text(visit.words, &typed.name, NAME_BYTES_MAX);
    if wrong_name.is_none() {
        match app.handle.ask(moves_in).await {
            Ok(Reply::Resident { name, words }) => {
                let f = Frame::load(&app, &visit).await;
                return Ok(join::resident(f, clip(&name, TITLE_CHARS_MAX), words));
            }
            Ok(_) => return Err(Failure::odd_reply()),
            Err(error) if is_about_the_form(&error) => wrong_name = Some(one_line(&visit, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let me = asked(&app).await?;
    let page = lay_out(Frame::load(&app, &visit).await, &me, typed);
    Ok(unprocessable(show(&Page { wrong_name, ..page })))
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
