//! 替居民登记: somebody calls or comes by; four fields, and a slip with the number to say on the phone.
//!
//! Name, phone and door go into the vault; what everybody reads is what is needed.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::{NAME_BYTES_MAX, PHONE_BYTES_MAX};
use serde::Deserialize;

use crate::{
    api::{CaseCommand, Command, ConsentWord, IntakeWord, NewCase, Private, Reply},
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, Visit, show, wrong_text},
        join::given,
        wrong::{Wrong, wrong_if_given},
    },
};

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    title: String,
    name: String,
    phone: String,
    door: String,
    paper: String,
    urgent: String,
}

#[derive(Template)]
#[template(path = "intake.html")]
struct Page {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
}

pub async fn page(State(app): State<App>, Extension(visit): Extension<Visit>) -> Response {
    let f = Frame::load(&app, &visit).await;
    show(&Page { f, typed: Typed::default(), wrong: Wrong::default() })
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let mut wrong = Wrong::seen([
        ("title", wrong_text(visit.words, &typed.title, NAME_BYTES_MAX)),
        ("name", wrong_text(visit.words, &typed.name, NAME_BYTES_MAX)),
        ("phone", wrong_if_given(&visit, &typed.phone, PHONE_BYTES_MAX)),
        ("door", wrong_if_given(&visit, &typed.door, NAME_BYTES_MAX)),
    ]);
    if !wrong.is_some() {
        let asked = Command::Case(CaseCommand::Ask(Box::new(put_together(&typed))));
        match app.handle.act(asked).await {
            Ok(Reply::Asked { id, .. }) => {
                return Ok(Redirect::to(&format!("/requests/{}/slip", id.to_hex())).into_response());
            }
            Ok(_) => return Err(Failure::odd_reply()),
            Err(error) if is_about_the_form(&error) => {
                wrong = Wrong::said(&visit, &error, &[("title", "title"), ("private", "title")]);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let f = Frame::load(&app, &visit).await;
    Ok(unprocessable(show(&Page { f, typed, wrong })))
}

fn put_together(typed: &Typed) -> NewCase {
    let on_paper = !typed.paper.is_empty();
    let trimmed = |text: &str| given(text).unwrap_or_default();
    NewCase {
        title: trimmed(&typed.title),
        urgency: (!typed.urgent.is_empty()).then_some(3),
        // Who it is stands in the vault alone: a subject is named to the whole group.
        subject: None,
        consent: Some(if on_paper { ConsentWord::Written } else { ConsentWord::ByPhone }),
        intake: Some(if on_paper { IntakeWord::Paper } else { IntakeWord::Phone }),
        private: Private {
            name: trimmed(&typed.name),
            phone: trimmed(&typed.phone),
            door: trimmed(&typed.door),
            ..Private::default()
        },
        ..NewCase::default()
    }
}
