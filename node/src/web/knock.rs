//! A box that is in no community asks at the doors near it, and waits until somebody opens.
//!
//! # Rules
//!
//! 1. Opening the page changes nothing: it only looks how far the asking is, again every few seconds.
//! 2. Whoever is let in goes in by a button, since the paper key that is shown then is shown once.
//! 3. Asking is left by a button; the names may be corrected then.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    approvals::spoken,
    error::{Failure, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    join::{given, joined},
    wrong::Wrong,
};
use crate::api::{Command, DoorRow, ErrorKind, KnockPage, KnockState, Reply};

/// Doors on one page; nobody reads more digits than that aloud.
const DOORS_SHOWN_MAX: usize = 8;

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    home: String,
    person: String,
    /// The neighbourhood, where there are several.
    at: String,
}

#[derive(Template)]
#[template(path = "knock.html")]
struct Asking {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
}

/// One home that may open: digits in two threes, its name, its neighbourhood's.
struct Door {
    digits: String,
    home: String,
    neighbourhood: String,
}

#[derive(Template)]
#[template(path = "knocking.html")]
struct Knocking {
    f: Frame,
    state: KnockState,
    doors: Vec<Door>,
    /// Neighbourhoods to choose from: as they are, and as they are shown.
    names: Vec<(String, String)>,
}

impl Knocking {
    fn is(&self, state: &str) -> bool {
        state
            == match self.state {
                KnockState::Resting => "resting",
                KnockState::Looking => "looking",
                KnockState::Choose => "choose",
                KnockState::Waiting => "waiting",
                KnockState::Refused => "refused",
                KnockState::Opened => "opened",
            }
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let (f, knocking) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(Command::Knocking));
    match knocking {
        Ok(Reply::Knock(page)) if page.state == KnockState::Resting => {
            Ok(show(&Asking { f, typed: Typed::default(), wrong: Wrong::default() }))
        }
        Ok(Reply::Knock(page)) => Ok(show(&lay_out(f, page))),
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if error.kind == ErrorKind::AlreadyInCommunity => Ok(to("/")),
        Err(error) => Err(error.into()),
    }
}

fn lay_out(f: Frame, page: KnockPage) -> Knocking {
    let mut names: Vec<String> = page.doors.iter().map(|it| it.neighbourhood.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(DOORS_SHOWN_MAX);
    let door = |row: &DoorRow| {
        Some(Door {
            digits: spoken(row.code.as_deref()?),
            home: clip(&row.home, TITLE_CHARS_MAX),
            neighbourhood: clip(&row.neighbourhood, TITLE_CHARS_MAX),
        })
    };
    let doors = page.doors.iter().filter_map(door).take(DOORS_SHOWN_MAX).collect();
    let shown = |name: String| (name.clone(), clip(&name, TITLE_CHARS_MAX));
    Knocking { f, state: page.state, doors, names: names.into_iter().map(shown).collect() }
}

pub async fn knock(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (at, home, person) = (given(&typed.at), given(&typed.home), given(&typed.person));
    match app.handle.ask(Command::Knock { at, home, person }).await {
        Ok(Reply::Knock(_)) => Ok(to("/knock")),
        Ok(Reply::Joined { community, words }) => {
            Ok(joined(Frame::load(&app, &visit).await, community, words))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if error.kind == ErrorKind::AlreadyInCommunity => Ok(to("/")),
        Err(error) => {
            let wrong = Wrong::said(&visit, &error, &[("home", "home"), ("person", "person")]);
            let f = Frame::load(&app, &visit).await;
            Ok(unprocessable(show(&Asking { f, typed, wrong })))
        }
    }
}

pub async fn stop(State(app): State<App>) -> Result<Response, Failure> {
    match app.handle.ask(Command::KnockStop).await {
        Ok(_) => Ok(to("/knock")),
        Err(error) if error.kind == ErrorKind::AlreadyInCommunity => Ok(to("/")),
        Err(error) => Err(error.into()),
    }
}

fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
