//! Chains that forked, and which branch counts: after a box was restored, or its keys were copied.
//!
//! Whoever the chain is of chooses, with his sealed key; everybody sees what there is to choose. The node
//! alone decides who may.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
    trouble::{Shown, group_name},
};
use crate::api::{Branch, Command, ForkRow, RosterCommand, RosterReply};

/// Forks on one page; a box that was restored has one for each group that it wrote in.
const FORKS_SHOWN_MAX: usize = 20;

/// Branches of one fork; there are two, or a thief is at work.
const BRANCHES_SHOWN_MAX: usize = 4;

/// Characters of what a branch says.
const TEXT_CHARS_MAX: usize = 160;

/// A place of a chain where two things stand.
struct Row {
    sentence: String,
    /// Whoever looks may choose.
    mine: bool,
    /// Somebody chose already.
    settled: bool,
    branches: Vec<Line>,
}

/// One of them.
struct Line {
    id: String,
    what: String,
    time: String,
    text: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "forks.html")]
struct Page {
    f: Frame,
    rows: Vec<Row>,
    next: Option<usize>,
    wrong: Option<(String, String)>,
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    keep: String,
}

async fn load(app: &App, visit: &Visit, from: usize) -> Result<Page, Failure> {
    let (f, forks) = tokio::join!(Frame::load(app, visit), app.roster(RosterCommand::Forks));
    let RosterReply::Forks { mut forks } = forks? else { return Err(Failure::odd_reply()) };
    // What waits for whoever looks stands first.
    let is_settled = |row: &ForkRow| row.branches.iter().any(|it| it.chosen);
    forks.sort_by_key(|row| (is_settled(row), !row.mine));
    let (rows, next) = portion(forks, from, FORKS_SHOWN_MAX);
    let rows = rows.iter().map(|row| Row {
        sentence: sentence(visit, row),
        mine: row.mine,
        settled: is_settled(row),
        branches: row.branches.iter().take(BRANCHES_SHOWN_MAX).map(|it| line(visit, it)).collect(),
    });
    Ok(Page { rows: rows.collect(), f, next, wrong: None })
}

fn sentence(visit: &Visit, row: &ForkRow) -> String {
    let args = [
        ("person", clip(&row.person, TITLE_CHARS_MAX).into()),
        ("group", group_name(visit, &row.group).into()),
    ];
    visit.words.text("forks-at", &args)
}

fn line(visit: &Visit, row: &Branch) -> Line {
    Line {
        id: row.id.to_hex(),
        what: visit.words.code("envelope", &row.kind),
        time: visit.moment(row.claimed_ms),
        text: clip(&row.text, TEXT_CHARS_MAX),
        chosen: row.chosen,
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, shown.from).await?))
}

pub async fn choose(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let heal = Command::Roster(RosterCommand::Heal { keep: typed.keep });
    match app.handle.act(heal).await {
        Ok(_) => Ok(Redirect::to("/forks").into_response()),
        Err(error) if is_about_the_form(&error) => {
            let wrong = Some(visit.words.error(&error));
            let page = load(&app, &visit, 0).await?;
            Ok(unprocessable(show(&Page { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}
