//! Having private details of a request forgotten everywhere, after a page that says what follows.
//!
//! Which of them is always chosen, never assumed: each kind is named in plain words, and nothing is
//! chosen beforehand where there are several.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;

use super::{asked_for, href, name_of, private};
use crate::{
    api::{ApiError, Command, ErrorKind, RequestPage, VaultWord},
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
        wrong::Wrong,
    },
};

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    class: String,
}

#[derive(Template)]
#[template(path = "erase.html")]
struct Page {
    f: Frame,
    back: String,
    title: String,
    /// Value, words, chosen.
    classes: Vec<(&'static str, String, bool)>,
    wrong: Wrong,
}

/// Value in the form, what it is called, and the sentence once it is gone.
const fn named(class: VaultWord) -> (&'static str, &'static str, &'static str) {
    match class {
        VaultWord::Contact => ("contact", "erase-contact", "private-erased-contact"),
        VaultWord::Sensitive => ("sensitive", "erase-sensitive", "private-erased-sensitive"),
    }
}

async fn load(app: &App, visit: &Visit, id: String) -> Result<(Page, Box<RequestPage>), Failure> {
    let back = format!("{}/private", href(&id));
    let (f, request) = asked_for(app, visit, id).await?;
    if request.may_erase.is_empty() {
        return Err(ApiError::new(ErrorKind::NoVault, []).into());
    }
    let only = request.may_erase.len() == 1;
    let class = |class: &VaultWord| {
        let (value, key, _) = named(*class);
        (value, visit.words.text(key, &[]), only)
    };
    let classes = request.may_erase.iter().map(class).collect();
    let title = clip(&request.row.title, TITLE_CHARS_MAX);
    Ok((Page { f, back, title, classes, wrong: Wrong::default() }, request))
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, name_of(&id)?).await?.0))
}

pub async fn erase(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = name_of(&id)?;
    let (page, request) = load(&app, &visit, id.clone()).await?;
    let chosen = request.may_erase.iter().find(|class| named(**class).0 == typed.class);
    let Some(class) = chosen.copied() else {
        let say = |key| visit.words.text(key, &[]);
        let wrong =
            Wrong::beside("class", format!("{} {}", say("erase-choose"), say("erase-choose-hint")));
        return Ok(unprocessable(show(&Page { wrong, ..page })));
    };
    match app.handle.ask(Command::Erase { id: id.clone(), class: Some(class) }).await {
        Ok(_) => private::shut_after(&app, &visit, id, visit.words.text(named(class).2, &[])).await,
        Err(error) if is_about_the_form(&error) => {
            let wrong = Wrong::said(&visit, &error, &[("role", "class")]);
            Ok(unprocessable(show(&Page { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}
