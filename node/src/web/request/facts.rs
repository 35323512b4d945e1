//! One field of a request's facts, on a page of its own.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::TEXT_BYTES_MAX;
use serde::Deserialize;

use super::{FACT_CHARS_MAX, FIELDS, Fact, asked_for, href, name_of};
use crate::{
    api::{Command, RequestPage, mark_of},
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
        seen::{beside, if_seen},
    },
    words::Words,
};

/// Values of one conflict that are offered; a cut has rarely more than two sides.
const VALUES_SHOWN_MAX: usize = 4;

/// All fields as the request's page shows them, empty ones too: an empty field asks to be filled.
pub fn all(words: Words, request: &RequestPage) -> Vec<Fact> {
    FIELDS
        .into_iter()
        .map(|field| {
            let values = request.facts.get(field).map_or(&[][..], Vec::as_slice);
            Fact {
                field,
                name: words.code("field", field),
                conflict: values.len() > 1,
                values: values
                    .iter()
                    .filter(|value| !value.is_empty())
                    .take(VALUES_SHOWN_MAX)
                    .map(|value| clip(value, FACT_CHARS_MAX))
                    .collect(),
            }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "fact.html")]
struct Page {
    f: Frame,
    href: String,
    title: String,
    field: &'static str,
    name: String,
    /// More than one: a conflict.
    values: Vec<String>,
    typed: String,
    /// The mark of the values, as the reader sees them.
    seen: String,
    wrong: Option<String>,
}

fn known(field: &str) -> Result<&'static str, Failure> {
    FIELDS.into_iter().find(|known| *known == field).ok_or(Failure::NoPage)
}

async fn load(app: &App, visit: &Visit, id: &str, field: &str) -> Result<Page, Failure> {
    let field = known(field)?;
    let (f, request) = asked_for(app, visit, name_of(id)?).await?;
    let mut values = request.facts.get(field).cloned().unwrap_or_default();
    let seen = mark_of(&values);
    values.truncate(VALUES_SHOWN_MAX);
    Ok(Page {
        f,
        href: href(&request.row.id.to_hex()),
        title: clip(&request.row.title, TITLE_CHARS_MAX),
        field,
        name: visit.words.code("field", field),
        typed: if values.len() == 1 { values[0].clone() } else { String::new() },
        values,
        seen,
        wrong: None,
    })
}

pub async fn fact_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((id, field)): Path<(String, String)>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, &id, &field).await?))
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    value: String,
    seen: String,
}

pub async fn fact(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((id, field)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (name, field) = (name_of(&id)?, known(&field)?);
    // Only the title must say something; other fields may be emptied.
    let check = field == "title" || !typed.value.trim().is_empty();
    let mut wrong = check.then(|| wrong_text(visit.words, &typed.value, TEXT_BYTES_MAX)).flatten();
    if wrong.is_none() {
        let value = typed.value.trim().replace("\r\n", "\n");
        let edit = Command::EditFact { id: name.clone(), field: field.into(), value };
        match app.handle.act(if_seen(typed.seen, edit)).await {
            Ok(_) => return Ok(Redirect::to(&format!("{}#facts", href(&name))).into_response()),
            Err(error) if is_about_the_form(&error) => wrong = Some(beside(&visit, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let page = load(&app, &visit, &name, field).await?;
    Ok(unprocessable(show(&Page { typed: typed.value, wrong, ..page })))
}
