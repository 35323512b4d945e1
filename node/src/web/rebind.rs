//! Somebody lost every key and is somebody new: what he was, to the person he is now.
//!
//! The page says what will happen before it happens; the number is read from the new person's box, who stands
//! here. Compared is before the cut is drawn, as with every removal.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::Response,
};
use crdt::id::PersonId;
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    person::{href, person_id, role_at, why},
    removal::{Removed, compare, keep_typed, keeps},
    wrong::Wrong,
};
use crate::api::{ErrorKind, RoleRow, RosterCommand, RosterReply};

/// Roles that are shown.
const ROLES_SHOWN_MAX: usize = 40;

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The name or id of the new person.
    to: String,
    number: String,
    keep: String,
    until: String,
    anyway: String,
}

#[derive(Template)]
#[template(path = "rebind.html")]
struct Page {
    f: Frame,
    back: String,
    name: String,
    /// What the old person is.
    roles: Vec<String>,
    typed: Typed,
    wrong: Wrong,
    /// Groups would vanish: doing it anyway must be meant.
    ask_anyway: bool,
}

impl Page {
    fn keeps(&self) -> [(&'static str, String, bool); 3] {
        keeps(&self.f, &self.typed.keep)
    }
}

async fn load(app: &App, visit: &Visit, old: PersonId, typed: Typed) -> Result<Page, Failure> {
    let (f, why) = tokio::join!(Frame::load(app, visit), why(app, old));
    let why = why?;
    let live = why.roles.iter().filter(|row| row.live).take(ROLES_SHOWN_MAX);
    Ok(Page {
        f,
        back: href(old),
        name: clip(&why.person.name, TITLE_CHARS_MAX),
        roles: live.map(|row| role_at(visit, &row.role)).collect(),
        typed,
        wrong: Wrong::default(),
        ask_anyway: false,
    })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, person_id(&person)?, Typed::default()).await?))
}

pub async fn rebind(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let old = person_id(&person)?;
    let Some(keep) = keep_typed(&visit, &typed.keep, &typed.until) else {
        let mut page = load(&app, &visit, old, typed).await?;
        page.wrong = Wrong::beside("until", visit.words.text("keep-until-wrong", &[]));
        return Ok(unprocessable(show(&page)));
    };
    let compared = compare(&app, &visit).await?;
    let command = RosterCommand::Rebind {
        person: old.to_hex(),
        to: typed.to.clone(),
        number: typed.number.clone(),
        keep,
        anyway: !typed.anyway.is_empty(),
    };
    let error = match app.roster(command).await {
        Ok(RosterReply::Rebound { person, given, left, kept, cut, .. }) => {
            let (f, now) = tokio::join!(Frame::load(&app, &visit), why(&app, person));
            let said = |rows: Vec<RoleRow>| {
                rows.iter().take(ROLES_SHOWN_MAX).map(|row| role_at(&visit, row)).collect()
            };
            let name = clip(&now?.person.name, TITLE_CHARS_MAX);
            let (given, left) = (said(given), said(left));
            let back = href(person);
            return Ok(show(&Removed { f, back, name, compared, given, left, kept, cut }));
        }
        Ok(_) => return Err(Failure::odd_reply()),
        Err(error) => error,
    };
    if !is_about_the_form(&error) {
        return Err(error.into());
    }
    let mut page = load(&app, &visit, old, typed).await?;
    let fields = [("person", "to"), ("number", "number"), ("anyway", "anyway")];
    page.wrong = Wrong::said(&visit, &error, &fields);
    page.ask_anyway = error.kind == ErrorKind::CutsGroups;
    Ok(unprocessable(show(&page)))
}
