//! What is to be had on paper: the slip of a request, the list of a building, the sheet for the day
//! when nothing works. Clean pages that any browser prints, the ways and bars stay off the paper; beside each
//! the same as a PDF file (`paper`).
//!
//! # Rules
//!
//! 1. A slip says the code, the title, where to ask; never a phone, a door or an illness.
//! 2. The building's list is for those who work for the neighbourhood: it has names and doors, as
//!    neighbours know them, and no phones.
//! 3. What a page shows and what its file shows is chosen by `paper`.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse as _, Response},
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
use crate::{
    api::{Command, DutyRow, NewsCommand, NewsReply, NewsRow, PersonRow, Reply},
    paper::{Sheet, for_the_wall, homes, may_list_homes},
};

/// Homes on one list; a building has fewer, a compound is printed in portions.
const HOMES_SHOWN_MAX: usize = 50;

/// A sheet as the answer to whoever asks for its file.
pub fn file(sheet: &Sheet, name: &str) -> Response {
    let how = format!("inline; filename=\"{name}.pdf\"");
    let about =
        [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, how)];
    (about, sheet.to_pdf()).into_response()
}

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
        status: visit.words.status(row.state()),
        time: visit.moment(row.claimed_ms),
        duty: f.strip.as_ref().map(|strip| strip.duty.clone()).unwrap_or_default(),
        f,
    }))
}

pub async fn slip_file(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let asked = Command::Request { id: name_of(&id)? };
    let (request, duty) = tokio::join!(app.handle.ask(asked), on_duty(&app));
    let Reply::Request(request) = request? else { return Err(Failure::odd_reply()) };
    Ok(file(&visit.printer().slip(&request.row, &duty?), "slip"))
}

/// One door and who lives there.
struct Door {
    home: String,
    who: String,
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
    let (f, people) = tokio::join!(Frame::load(&app, &visit), neighbours(&app));
    let people = people?;
    let beginning = shown.door.trim();
    let (doors, next) = portion(homes(&people, beginning), shown.from, HOMES_SHOWN_MAX);
    Ok(show(&Building {
        doors: doors
            .into_iter()
            .map(|row| Door { who: row.who(visit.words), home: clip(&row.home, TITLE_CHARS_MAX) })
            .collect(),
        beginning: clip(beginning, TITLE_CHARS_MAX),
        next,
        today: visit.day(visit.now()),
        f,
    }))
}

/// Everybody, for whoever works for the neighbourhood.
async fn neighbours(app: &App) -> Result<Vec<PersonRow>, Failure> {
    let (me, people) =
        tokio::join!(app.handle.ask(Command::Me), app.handle.ask(Command::everybody()));
    let Reply::Me(me) = me? else { return Err(Failure::odd_reply()) };
    may_list_homes(&me)?;
    let Reply::People { people, .. } = people? else { return Err(Failure::odd_reply()) };
    Ok(people)
}

pub async fn building_file(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let people = neighbours(&app).await?;
    Ok(file(&visit.printer().building(&people, shown.door.trim()), "building"))
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
    let (f, known) = tokio::join!(Frame::load(&app, &visit), what_holds(&app));
    let (duty, told) = known?;
    let clipped = |text: &str| clip(text, TITLE_CHARS_MAX);
    let duty = duty.iter().take(DUTY_SHOWN_MAX);
    let lines = for_the_wall(&told);
    Ok(show(&Emergency {
        duty: duty
            .map(|row| (clipped(&row.place), clipped(&row.name), clipped(&row.phone)))
            .collect(),
        lines: lines.map(|row| news::line(&visit, row, 4 * TITLE_CHARS_MAX)).collect(),
        today: visit.day(visit.now()),
        f,
    }))
}

async fn on_duty(app: &App) -> Result<Vec<DutyRow>, Failure> {
    let asked = Command::News(NewsCommand::Duty { unanswered: false });
    let Reply::News(NewsReply::Duty { duty }) = app.handle.ask(asked).await? else {
        return Err(Failure::odd_reply());
    };
    Ok(duty)
}

async fn what_holds(app: &App) -> Result<(Vec<DutyRow>, Vec<NewsRow>), Failure> {
    tokio::try_join!(on_duty(app), news::told(app, false))
}

pub async fn emergency_file(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let (duty, told) = what_holds(&app).await?;
    Ok(file(&visit.printer().emergency(&duty, &told), "emergency"))
}
