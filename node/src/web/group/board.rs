//! A group's board: what it is for, and what is pinned.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::TEXT_BYTES_MAX;
use serde::Deserialize;

use super::id_of;
use crate::{
    api::{BoardPage, Command, Reply, mark_of},
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
        groups::href,
        seen::{beside, if_seen},
    },
};

/// Pinned lines that the page shows; more is no board any more.
const PINS_SHOWN_MAX: usize = 30;

/// Characters of one pinned line on the page.
const PIN_CHARS_MAX: usize = 600;

/// Characters of the description on the page; the form below it has all of them.
const DESCRIPTION_CHARS_MAX: usize = 1_200;

/// Which of the page's two fields a complaint belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Description,
    Pin,
}

#[derive(Template)]
#[template(path = "board.html")]
struct Page {
    f: Frame,
    href: String,
    board: BoardPage,
    typed_description: String,
    /// The mark of the description.
    seen: String,
    typed_pin: String,
    wrong_description: Option<String>,
    wrong_pin: Option<String>,
    /// Why a button did nothing.
    wrong: Option<(String, String)>,
}

async fn load(app: &App, visit: &Visit, group: &str) -> Result<Page, Failure> {
    let id = id_of(group)?;
    let asked = Command::Board { group: id.to_hex() };
    let (f, board) = tokio::join!(Frame::load(app, visit), app.handle.ask(asked));
    let Reply::Board(mut board) = board? else { return Err(Failure::odd_reply()) };
    board.group.name = clip(&visit.words.group_name(&board.group.name), TITLE_CHARS_MAX);
    board.pins.truncate(PINS_SHOWN_MAX);
    for pin in &mut board.pins {
        pin.text = clip(&pin.text, PIN_CHARS_MAX);
    }
    let typed_description = board.description.clone();
    let seen = mark_of(&[&typed_description]);
    board.description = clip(&board.description, DESCRIPTION_CHARS_MAX);
    Ok(Page {
        f,
        href: href(id),
        typed_description,
        seen,
        board,
        typed_pin: String::new(),
        wrong_description: None,
        wrong_pin: None,
        wrong: None,
    })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, &group).await?))
}

/// What the board's forms carry.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    text: String,
    pin: String,
    seen: String,
}

pub async fn describe(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let text = typed.text.trim().replace("\r\n", "\n");
    let command = if_seen(typed.seen, Command::Describe { group: group.clone(), text });
    write(&app, &visit, &group, (Field::Description, typed.text), command).await
}

pub async fn pin(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let text = typed.text.trim().replace("\r\n", "\n");
    let command = Command::Pin { group: group.clone(), text };
    write(&app, &visit, &group, (Field::Pin, typed.text), command).await
}

async fn write(
    app: &App,
    visit: &Visit,
    group: &str,
    (field, typed): (Field, String),
    command: Command,
) -> Result<Response, Failure> {
    let id = id_of(group)?;
    let mut wrong = wrong_text(visit.words, &typed, TEXT_BYTES_MAX);
    if wrong.is_none() {
        match app.handle.act(command).await {
            Ok(_) => {
                return Ok(Redirect::to(&format!("{}/board", href(id))).into_response());
            }
            Err(error) if is_about_the_form(&error) => wrong = Some(beside(visit, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let mut page = load(app, visit, group).await?;
    match field {
        Field::Description => (page.typed_description, page.wrong_description) = (typed, wrong),
        Field::Pin => (page.typed_pin, page.wrong_pin) = (typed, wrong),
    }
    Ok(unprocessable(show(&page)))
}

pub async fn unpin(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = id_of(&group)?;
    match app.handle.act(Command::Unpin { group: group.clone(), pin: typed.pin }).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/board", href(id))).into_response()),
        // Somebody else was quicker: the board as it is now.
        Err(error) if is_about_the_form(&error) => {
            let wrong = Some(visit.words.error(&error));
            let page = load(&app, &visit, &group).await?;
            Ok(unprocessable(show(&Page { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}
