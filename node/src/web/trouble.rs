//! What is held here and does not count, and why; and what came in late, for whoever may admit it.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::id::{EnvelopeId, WriterId};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
    person::role_at,
};
use crate::api::{LateItem, LateRow, RosterCommand, RosterReply, TroubleRow};

/// Of each fate the newest so many can be paged through; the command line shows more.
const TROUBLE_ASKED_MAX: u32 = 200;

/// Rows on one page.
const ROWS_SHOWN_MAX: usize = 25;

/// Characters of what a late item says.
const TEXT_CHARS_MAX: usize = 160;

/// Devices that can be admitted one by one; a home has a few.
const WRITERS_OFFERED_MAX: usize = 10;

/// Digits of an id that people compare.
const DIGITS_SHOWN: usize = 12;

/// One thing that does not count.
struct Row {
    fate: String,
    what: String,
    author: String,
    group: String,
    time: String,
    reason: String,
    waits_for: Vec<String>,
}

#[derive(Template)]
#[template(path = "uncounted.html")]
struct Uncounted {
    f: Frame,
    pending: u64,
    quarantined: u64,
    poison: u64,
    late: Vec<Late>,
    rows: Vec<Row>,
    next: Option<usize>,
}

/// A removal with something behind its cut.
struct Late {
    href: String,
    sentence: String,
    items: u64,
    may_admit: bool,
}

#[derive(Template)]
#[template(path = "late.html")]
struct LatePage {
    f: Frame,
    late: Late,
    /// Id, digits, how many.
    writers: Vec<(String, String, u64)>,
    items: Vec<Item>,
    next: Option<usize>,
    wrong: Option<(String, String)>,
}

struct Item {
    what: String,
    group: String,
    device: String,
    time: String,
    text: String,
}

/// Which portion.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// From which row on.
    pub from: usize,
}

fn digits(hex: &str) -> String {
    hex.chars().take(DIGITS_SHOWN).collect()
}

/// A group's name, or what the lists that are no group are called.
pub fn group_name(visit: &Visit, name: &str) -> String {
    match name {
        "roster" => visit.words.text("scope-roster", &[]),
        "directory" => visit.words.text("scope-directory", &[]),
        name => clip(&visit.words.group_name(name), TITLE_CHARS_MAX),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let (f, trouble, late) = tokio::join!(
        Frame::load(&app, &visit),
        app.roster(RosterCommand::Trouble { last: TROUBLE_ASKED_MAX }),
        app.roster(RosterCommand::Late { removal: None }),
    );
    let (
        RosterReply::Trouble { rows, pending, quarantined, poison },
        RosterReply::Late { removals },
    ) = (trouble?, late?)
    else {
        return Err(Failure::odd_reply());
    };
    let (rows, next) = portion(rows, shown.from, ROWS_SHOWN_MAX);
    let late = removals.iter().filter(|row| row.items > 0).take(ROWS_SHOWN_MAX);
    Ok(show(&Uncounted {
        f,
        pending,
        quarantined,
        poison,
        late: late.map(|row| late_line(&visit, row)).collect(),
        rows: rows.iter().map(|row| uncounted(&visit, row)).collect(),
        next,
    }))
}

fn uncounted(visit: &Visit, row: &TroubleRow) -> Row {
    Row {
        fate: visit.words.fate(&row.fate),
        what: visit.words.code("envelope", &row.kind),
        author: clip(&row.author, TITLE_CHARS_MAX),
        group: group_name(visit, &row.group),
        time: visit.moment(row.claimed_ms),
        reason: visit.words.reason(&row.reason),
        waits_for: row.waits_for.iter().map(|id| digits(&id.to_hex())).collect(),
    }
}

fn late_line(visit: &Visit, row: &LateRow) -> Late {
    let person = ("person", clip(&row.person, TITLE_CHARS_MAX).into());
    let by = ("by", clip(&row.by, TITLE_CHARS_MAX).into());
    let sentence = match &row.role {
        Some(role) => {
            let role = ("role", role_at(visit, role).into());
            visit.words.text("late-removal", &[person, by, role])
        }
        None => visit.words.text("late-revoked", &[person, by]),
    };
    Late {
        href: format!("/late/{}", row.removal.to_hex()),
        sentence,
        items: row.items,
        may_admit: row.may_admit,
    }
}

async fn load(
    app: &App,
    visit: &Visit,
    removal: EnvelopeId,
    from: usize,
) -> Result<LatePage, Failure> {
    let wanted = RosterCommand::Late { removal: Some(removal.to_hex()) };
    let (f, late) = tokio::join!(Frame::load(app, visit), app.roster(wanted));
    let RosterReply::LateItems { removal, items } = late? else {
        return Err(Failure::odd_reply());
    };
    let count = |writer: &WriterId| items.iter().filter(|it| it.writer == *writer).count() as u64;
    let writers = removal.writers.iter().take(WRITERS_OFFERED_MAX);
    let writers =
        writers.map(|writer| (writer.to_hex(), digits(&writer.to_hex()), count(writer))).collect();
    let (items, next) = portion(items, from, ROWS_SHOWN_MAX);
    Ok(LatePage {
        f,
        late: late_line(visit, &removal),
        writers,
        items: items.iter().map(|row| item(visit, row)).collect(),
        next,
        wrong: None,
    })
}

fn item(visit: &Visit, row: &LateItem) -> Item {
    Item {
        what: visit.words.code("envelope", &row.kind),
        group: group_name(visit, &row.group),
        device: digits(&row.writer.to_hex()),
        time: visit.moment(row.claimed_ms),
        text: clip(&row.text, TEXT_CHARS_MAX),
    }
}

fn removal_id(text: &str) -> Result<EnvelopeId, Failure> {
    text.parse().map_err(|_| Failure::NoPage)
}

pub async fn late_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(removal): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, removal_id(&removal)?, shown.from).await?))
}

/// What the form carries: one device, or none for all.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    writer: String,
}

pub async fn admit(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(removal): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = removal_id(&removal)?;
    let writer = Some(typed.writer).filter(|writer| !writer.is_empty());
    match app.roster(RosterCommand::Admit { removal: id.to_hex(), writer }).await {
        Ok(_) => Ok(Redirect::to(&format!("/late/{}", id.to_hex())).into_response()),
        Err(error) if is_about_the_form(&error) => {
            let wrong = Some(visit.words.error(&error));
            let page = load(&app, &visit, id, 0).await?;
            Ok(unprocessable(show(&LatePage { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}
