//! A box in no community becomes somebody's who has lost every other: his paper key typed back, and an
//! invitation into the same community.
//!
//! Words that look wrong are named, by number and never by what is right; what was typed stays in
//! the form, and nowhere else.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, unprocessable},
    frame::{Frame, Visit, show},
    join,
    wrong::Wrong,
};
use crate::{
    api::{Command, ErrorKind, Reply},
    passphrase::Passphrase,
};

/// Bytes of an invitation that come back with a mistake: a link does, a whole file need not.
const LINK_BYTES_MAX: usize = 8 * 1024;

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    words: String,
    link: String,
    home: String,
    person: String,
}

#[derive(Template)]
#[template(path = "recover.html")]
struct Coming {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
}

/// A form that sets a box up is for one that is in no community: whoever is in one is led home.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn for_an_empty_box<T: Template>(
    app: &App,
    visit: &Visit,
    form: impl FnOnce(Frame) -> T,
) -> Result<Response, Failure> {
    match app.handle.ask(Command::Knocking).await {
        Ok(_) => Ok(show(&form(Frame::load(app, visit).await))),
        Err(error) if error.kind == ErrorKind::AlreadyInCommunity => {
            Ok(Redirect::to("/").into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    for_an_empty_box(&app, &visit, |f| Coming {
        f,
        typed: Typed::default(),
        wrong: Wrong::default(),
    })
    .await
}

pub async fn recover(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(mut typed): Form<Typed>,
) -> Result<Response, Failure> {
    let asked = Command::Recover {
        link: typed.link.trim().to_owned(),
        home: join::given(&typed.home),
        person: join::given(&typed.person),
        words: Passphrase::typed(&typed.words),
    };
    let f = Frame::load(&app, &visit).await;
    match app.handle.ask(asked).await {
        Ok(Reply::Joined { community, .. }) => Ok(join::joined(f, community, Vec::new())),
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if error.kind == ErrorKind::AlreadyInCommunity => Err(error.into()),
        Err(error) => {
            if typed.link.len() > LINK_BYTES_MAX {
                typed.link.clear();
            }
            let fields =
                [("words", "words"), ("link", "link"), ("home", "home"), ("person", "person")];
            let wrong = Wrong::said(&visit, &error, &fields);
            Ok(unprocessable(show(&Coming { f, typed, wrong })))
        }
    }
}
