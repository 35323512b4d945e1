//! Who asks to be let in, for whoever may open: six digits to be compared, yes or no.
//!
//! The answer to the form says what came of it. Whoever comes in this way comes in as a member; more
//! than that is given on his own page, once he is known.

use askama::Template;
use axum::{Extension, Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
};
use crate::api::{Command, ErrorKind, KnockRow, Reply, RoleWord};

/// One who waits.
struct Row {
    code: String,
    digits: String,
    person: String,
    home: String,
    minutes: u64,
}

#[derive(Template)]
#[template(path = "approvals.html")]
struct Page {
    f: Frame,
    rows: Vec<Row>,
    /// What was just done.
    done: Option<String>,
    wrong: Option<(String, String)>,
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
    answer: String,
}

/// Six digits as they are read aloud: in two threes.
pub fn spoken(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((three, more)) => format!("{three} {more}"),
        None => code.to_owned(),
    }
}

async fn load(app: &App, visit: &Visit) -> Result<Page, Failure> {
    let (f, waiting) = tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Approvals));
    let Reply::Approvals { waiting } = waiting? else { return Err(Failure::odd_reply()) };
    let row = |knock: KnockRow| Row {
        digits: spoken(&knock.code),
        code: knock.code,
        person: clip(&knock.person, TITLE_CHARS_MAX),
        home: clip(&knock.home, TITLE_CHARS_MAX),
        minutes: knock.waiting_ms / 60_000,
    };
    Ok(Page { f, rows: waiting.into_iter().map(row).collect(), done: None, wrong: None })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit).await?))
}

pub async fn answer(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let code = typed.code;
    let (command, key) = match typed.answer.as_str() {
        "yes" => {
            let role = RoleWord::Member;
            (Command::Approve { code, role, group: None }, "approvals-let-in")
        }
        "no" => (Command::Deny { code }, "approvals-sent-away"),
        _ => return Err(Failure::BadForm),
    };
    match app.handle.ask(command).await {
        Ok(Reply::Done) => {
            let done = Some(visit.words.text(key, &[]));
            Ok(show(&Page { done, ..load(&app, &visit).await? }))
        }
        Ok(_) => Err(Failure::odd_reply()),
        // He has gone away meanwhile, or somebody else has answered.
        Err(error) if error.kind == ErrorKind::UnknownKnock => {
            let gone = |key| visit.words.text(key, &[]);
            let wrong = Some((gone("approvals-gone"), gone("approvals-gone-hint")));
            Ok(unprocessable(show(&Page { wrong, ..load(&app, &visit).await? })))
        }
        Err(error) => Err(error.into()),
    }
}
