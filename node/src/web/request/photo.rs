//! Photos and files for a request that exists already: by whoever asked, holds it, or is on duty.
//!
//! Everybody who reads the request sees them, so the page says that before they are sent.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{asked_for, href, name_of};
use crate::{
    api::{AddedRow, ApiError, CaseCommand, Command},
    web::{
        App,
        announced::{Shown, shown},
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
        photo::ready,
        upload::{Unpacking, Upload},
        wrong::Wrong,
    },
};

/// What somebody added, as the request's page shows it.
pub struct Added {
    /// Who.
    pub by: String,
    /// When.
    pub time: String,
    /// What.
    pub photos: Vec<Shown>,
}

/// The same of all that was added.
pub fn added(visit: &Visit, rows: &[AddedRow]) -> Vec<Added> {
    let one = |row: &AddedRow| Added {
        by: clip(&row.by, TITLE_CHARS_MAX),
        time: visit.moment(row.claimed_ms),
        photos: shown(visit, &row.id, (row.photos, &row.files), &[]),
    };
    rows.iter().map(one).collect()
}

#[derive(Template)]
#[template(path = "request_photo.html")]
struct Page {
    f: Frame,
    href: String,
    title: String,
    wrong: Wrong,
}

async fn blank(app: &App, visit: &Visit, id: &str) -> Result<Page, Failure> {
    let (f, request) = asked_for(app, visit, name_of(id)?).await?;
    let href = href(&request.row.id.to_hex());
    let title = clip(&request.row.title, TITLE_CHARS_MAX);
    Ok(Page { f, href, title, wrong: Wrong::default() })
}

/// The form.
pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&blank(&app, &visit, &id).await?))
}

/// Takes photos and files.
pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Unpacking { form, turn: _turn }: Unpacking,
) -> Result<Response, Failure> {
    let name = name_of(&id)?;
    let error = match add(&app, &name, &form).await {
        Ok(()) => return Ok(Redirect::to(&format!("{}#photos", href(&name))).into_response()),
        Err(error) if is_about_the_form(&error) => error,
        Err(error) => return Err(error.into()),
    };
    // How many stand there already is about the photos, too.
    let fields = [("photo", "photo"), ("photos", "photo"), ("additions", "photo")];
    let wrong = Wrong::said(&visit, &error, &fields);
    let page = blank(&app, &visit, &id).await?;
    Ok(unprocessable(show(&Page { wrong, ..page })))
}

async fn add(app: &App, id: &str, form: &Upload) -> Result<(), ApiError> {
    let command = CaseCommand::Attach { id: id.to_owned(), photos: ready(form).await? };
    app.handle.act(Command::Case(command)).await.map(|_| ())
}
