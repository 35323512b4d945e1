//! Looking for something together: a page of places, and one button that stops everybody.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, odd_reply, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    group::one_line,
    request::name_of,
};
use crate::api::{ApiError, Command, LookCommand, LookPage, Reply};

/// Places on the page; the command line has all of them.
const SHOWN_MAX: usize = 100;

struct Place {
    key: String,
    text: String,
    looked: Option<String>,
    found: Option<String>,
}

#[derive(Template)]
#[template(path = "look.html")]
struct Look {
    f: Frame,
    href: String,
    back: String,
    title: String,
    places: Vec<Place>,
    found: Option<String>,
    left: u64,
    typed: String,
    wrong: Option<String>,
}

async fn ask(app: &App, command: LookCommand) -> Result<LookPage, ApiError> {
    told(app.handle.ask(Command::Look(command)).await?)
}

fn told(reply: Reply) -> Result<LookPage, ApiError> {
    match reply {
        Reply::Look(page) => Ok(page),
        _ => Err(odd_reply()),
    }
}

async fn load(app: &App, visit: &Visit, about: String) -> Result<Look, Failure> {
    let asked = ask(app, LookCommand::Show { about });
    let (f, page) = tokio::join!(Frame::load(app, visit), asked);
    let page = page?;
    let by = |key: &str, name: Option<String>| {
        name.map(|name| f.with(key, &clip(&name, TITLE_CHARS_MAX)))
    };
    let places = page.places.into_iter().take(SHOWN_MAX).map(|place| Place {
        looked: by("look-nothing-by", place.looked_by),
        found: by("look-found-by", place.found_by),
        key: place.key,
        text: clip(&place.text, TITLE_CHARS_MAX),
    });
    let places = places.collect();
    let found = page.found.iter().take(SHOWN_MAX).map(|place| clip(place, TITLE_CHARS_MAX));
    let found = found.collect::<Vec<_>>().join(&f.t("list-comma"));
    let id = page.request.to_hex();
    Ok(Look {
        href: format!("/look/{id}"),
        back: format!("/requests/{id}"),
        title: clip(&page.title, TITLE_CHARS_MAX),
        places,
        found: (!found.is_empty()).then(|| f.with("look-found", &found)),
        left: page.left,
        typed: String::new(),
        wrong: None,
        f,
    })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, name_of(&id)?).await?))
}

/// What somebody did on the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Deed {
    verb: String,
    place: String,
    places: String,
}

pub async fn act(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(deed): Form<Deed>,
) -> Result<Response, Failure> {
    let about = name_of(&id)?;
    let looked = |found, undo| LookCommand::Looked {
        about: about.clone(),
        place: deed.place.clone(),
        found,
        undo,
    };
    let command = match deed.verb.as_str() {
        "nothing" => looked(false, false),
        "found" => looked(true, false),
        "lost" => looked(true, true),
        "add" => {
            let places = deed.places.lines().map(str::trim).filter(|line| !line.is_empty());
            LookCommand::Add { about: about.clone(), places: places.map(Into::into).collect() }
        }
        _ => return Err(Failure::BadForm),
    };
    match app.handle.act(Command::Look(command)).await.and_then(told) {
        Ok(_) => Ok(Redirect::to(&format!("/look/{about}")).into_response()),
        Err(error) if is_about_the_form(&error) => {
            let wrong = Some(one_line(&visit, &error));
            let page = load(&app, &visit, about).await?;
            Ok(unprocessable(show(&Look { typed: deed.places, wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}
