//! What is to be had on paper: the slip of a request, the list of a building, the sheet for the day
//! when nothing works. Clean pages that any browser prints; the ways and bars stay off the paper.
//!
//! # Rules
//!
//! 1. A slip says the code, the title, where to ask; never a phone, a door or an illness.
//! 2. The building's list is for those who work for the neighbourhood: it has names and doors, as
//!    neighbours know them, and no phones.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
    link::{Picture, picture},
    news,
    request::{asked_for, name_of},
};
use crate::api::{ApiError, Command, ErrorKind, NewsCommand, NewsReply, Reply};

/// Homes on one list; a building has fewer, a compound is printed in portions.
const HOMES_SHOWN_MAX: usize = 50;

/// Names behind one door.
const NAMES_SHOWN_MAX: usize = 12;

/// Announcements on the emergency sheet.
const NEWS_SHOWN_MAX: usize = 6;

/// Duty phones on it.
const DUTY_SHOWN_MAX: usize = 8;

#[derive(Template)]
#[template(path = "slip.html")]
struct Slip {
    f: Frame,
    request: String,
    title: String,
    /// In two halves, as one says it.
    code: (String, String),
    picture: Option<Picture>,
    status: String,
    time: String,
    duty: String,
}

pub async fn slip(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (f, request) = asked_for(&app, &visit, name_of(&id)?).await?;
    let row = &request.row;
    let (one, other) = row.code.split_at(row.code.len() / 2);
    Ok(show(&Slip {
        request: format!("/requests/{}", row.id.to_hex()),
        title: clip(&row.title, TITLE_CHARS_MAX),
        code: (one.to_owned(), other.to_owned()),
        picture: picture(&row.code),
        status: visit.words.status(&row.status),
        time: visit.moment(row.claimed_ms),
        duty: f.strip.as_ref().map(|strip| strip.duty.clone()).unwrap_or_default(),
        f,
    }))
}

/// One door and who lives there.
struct Door {
    home: String,
    names: Vec<String>,
}

#[derive(Template)]
#[template(path = "building.html")]
struct Building {
    f: Frame,
    beginning: String,
    doors: Vec<Door>,
    next: Option<usize>,
    today: String,
}

/// Doors that begin so: "3-".
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    door: String,
    from: usize,
}

pub async fn building(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let (f, people) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(Command::People));
    if !f.desk {
        return Err(ApiError::new(ErrorKind::NotAllowed, [("what", "desk".into())]).into());
    }
    let Reply::People { people } = people? else { return Err(Failure::odd_reply()) };
    let beginning = shown.door.trim();
    let mut homes = std::collections::BTreeMap::<String, Vec<String>>::new();
    for row in people.iter().filter(|row| row.home.starts_with(beginning)) {
        let names = homes.entry(row.home.clone()).or_default();
        if names.len() < NAMES_SHOWN_MAX {
            names.push(clip(&row.name, TITLE_CHARS_MAX));
        }
    }
    let (doors, next) = portion(homes.into_iter().collect(), shown.from, HOMES_SHOWN_MAX);
    Ok(show(&Building {
        doors: doors
            .into_iter()
            .map(|(home, names)| Door { home: clip(&home, TITLE_CHARS_MAX), names })
            .collect(),
        beginning: clip(beginning, TITLE_CHARS_MAX),
        next,
        today: visit.day(visit.now()),
        f,
    }))
}

#[derive(Template)]
#[template(path = "emergency.html")]
struct Emergency {
    f: Frame,
    /// Place, name, phone.
    duty: Vec<(String, String, String)>,
    lines: Vec<news::Line>,
    today: String,
}

pub async fn emergency(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let on_duty = Command::News(NewsCommand::Duty { unanswered: false });
    let (f, duty, told) =
        tokio::join!(Frame::load(&app, &visit), app.handle.ask(on_duty), news::told(&app, false));
    let Reply::News(NewsReply::Duty { duty }) = duty? else { return Err(Failure::odd_reply()) };
    let clipped = |text: &str| clip(text, TITLE_CHARS_MAX);
    let duty = duty.iter().take(DUTY_SHOWN_MAX);
    let told = told?;
    let lines = told.iter().take(NEWS_SHOWN_MAX);
    Ok(show(&Emergency {
        duty: duty
            .map(|row| (clipped(&row.place), clipped(&row.name), clipped(&row.phone)))
            .collect(),
        lines: lines.map(|row| news::line(&visit, row, 4 * TITLE_CHARS_MAX)).collect(),
        today: visit.day(visit.now()),
        f,
    }))
}
