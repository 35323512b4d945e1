//! The areas and groups that there are, in which of them this home lies, and naming a new one.
//!
//! Where a home lies decides who looks after it: whoever has a role over the building hears what was not
//! read here. Naming is for whoever has a role around the place; the node says so to everybody else.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::NAME_BYTES_MAX;
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show, wrong_text},
    join::given,
    me,
    trouble::Shown,
    wrong::Wrong,
};
use crate::api::{Command, NewsCommand, PlaceRow, RosterCommand, RosterReply};

/// Places on one page.
const PLACES_SHOWN_MAX: usize = 40;

/// Places that a form offers.
const PLACES_OFFERED_MAX: usize = 200;

/// Names of those who look after one place.
const STAFF_SHOWN_MAX: usize = 4;

#[derive(Template)]
#[template(path = "places.html")]
struct Page {
    f: Frame,
    lives_in: Option<String>,
    /// Path, who looks after it, is it a group?
    rows: Vec<(String, String, bool)>,
    next: Option<usize>,
    /// Areas that a home can lie in: id, path.
    areas: Vec<(String, String)>,
    typed: Typed,
    wrong: Wrong,
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    does: String,
    place: String,
    name: String,
    within: String,
}

/// What a place is called, behind the names of what it lies in.
pub fn path(visit: &Visit, row: &PlaceRow) -> String {
    let path: Vec<String> = row.path.iter().map(|name| visit.words.group_name(name)).collect();
    clip(&path.join(" › "), TITLE_CHARS_MAX)
}

fn staff(visit: &Visit, row: &PlaceRow) -> String {
    let names = row.staff.iter().take(STAFF_SHOWN_MAX).map(|name| clip(name, TITLE_CHARS_MAX));
    names.collect::<Vec<_>>().join(&visit.words.text("list-comma", &[]))
}

async fn load(
    app: &App,
    visit: &Visit,
    from: usize,
    (typed, wrong): (Typed, Wrong),
) -> Result<Page, Failure> {
    let places = app.roster(RosterCommand::Places);
    let (f, me, places) = tokio::join!(Frame::load(app, visit), me::asked(app), places);
    let RosterReply::Places { places } = places? else { return Err(Failure::odd_reply()) };
    let areas = places.iter().filter(|row| row.kind == "area").take(PLACES_OFFERED_MAX);
    let areas = areas.map(|row| (row.id.to_hex(), path(visit, row))).collect();
    let (rows, next) = portion(places, from, PLACES_SHOWN_MAX);
    let rows = rows.iter().map(|row| (path(visit, row), staff(visit, row), row.kind == "group"));
    let lives_in = me?.lives_in.map(|name| clip(&name, TITLE_CHARS_MAX));
    Ok(Page { f, lives_in, rows: rows.collect(), next, areas, typed, wrong })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, shown.from, Default::default()).await?))
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (command, fields) = match typed.does.as_str() {
        "live" => {
            let place = typed.place.clone();
            (Command::News(NewsCommand::Live { place }), [("place", "place"), ("", "")])
        }
        "new" => {
            if let Some(wrong) = wrong_text(visit.words, &typed.name, NAME_BYTES_MAX) {
                let wrong = Wrong::beside("name", wrong);
                return Ok(unprocessable(show(&load(&app, &visit, 0, (typed, wrong)).await?)));
            }
            let (name, within) = (typed.name.trim().to_owned(), given(&typed.within));
            let new = RosterCommand::PlaceNew { name, within };
            (Command::Roster(new), [("name", "name"), ("place", "within")])
        }
        _ => return Err(Failure::BadForm),
    };
    match app.handle.act(command).await {
        Ok(_) => Ok(Redirect::to("/places").into_response()),
        Err(error) if is_about_the_form(&error) => {
            let wrong = Wrong::said(&visit, &error, &fields);
            Ok(unprocessable(show(&load(&app, &visit, 0, (typed, wrong)).await?)))
        }
        Err(error) => Err(error.into()),
    }
}
