//! Leaving the neighbourhood: what it means, everything of one's own to take along, and a form with a
//! tick.
//!
//! The file is JSON lines: on each the kind and the object, as the command line's export has them file
//! by file. The only administrator is warned first: nobody could take him off the list.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, Visit, show},
    wrong::Wrong,
};
use crate::{
    api::{ApiError, Command, ErrorKind, Reply, RosterCommand},
    export::{self, Asks},
};

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    sure: String,
    anyway: String,
}

#[derive(Template)]
#[template(path = "leaving.html")]
struct Page {
    f: Frame,
    /// It was said.
    left: bool,
    /// The only administrator is asked once more.
    last: bool,
    wrong: Wrong,
}

/// Whoever has the phone, asking.
struct Mine<'a>(&'a App);

impl Asks for Mine<'_> {
    type Error = ApiError;

    fn ask(&mut self, command: Command) -> impl Future<Output = Result<Reply, ApiError>> + Send {
        self.0.handle.ask(command)
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let f = Frame::load(&app, &visit).await;
    Ok(show(&Page { f, left: false, last: false, wrong: Wrong::default() }))
}

/// Everything of one's own as one file.
pub async fn file(State(app): State<App>) -> Result<Response, Failure> {
    let mut lines = String::new();
    for part in export::own(&mut Mine(&app)).await? {
        for row in part.rows {
            lines.push_str(&json!({ "kind": part.kind, "value": row }).to_string());
            lines.push('\n');
        }
    }
    let name = "attachment; filename=\"linli.jsonl\"";
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl; charset=utf-8"),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, lines).into_response())
}

pub async fn leave(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let f = Frame::load(&app, &visit).await;
    if typed.sure.is_empty() {
        let wrong = Wrong::beside("sure", visit.words.text("leaving-tick", &[]));
        return Ok(unprocessable(show(&Page { f, left: false, last: false, wrong })));
    }
    let leave = RosterCommand::Leave { group: None, anyway: !typed.anyway.is_empty() };
    match app.handle.ask(Command::Roster(leave)).await {
        Ok(_) => Ok(show(&Page { f, left: true, last: false, wrong: Wrong::default() })),
        Err(error) if is_about_the_form(&error) => {
            let last = error.kind == ErrorKind::LastAdmin;
            let wrong = Wrong::said(&visit, &error, &[("anyway", "anyway")]);
            Ok(unprocessable(show(&Page { f, left: false, last, wrong })))
        }
        Err(error) => Err(error.into()),
    }
}
