//! The paper key typed back, while a word that was written down wrongly can still be mended.
//!
//! One form for every paper: the node knows whose key the words make. Words that look wrong are named
//! by number; what was typed stays in the form, and nowhere else.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, unprocessable},
    frame::{Frame, Visit, show},
    me,
    wrong::Wrong,
};
use crate::{
    api::{Command, PaperCommand, PaperState, Reply},
    passphrase::Passphrase,
};

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    words: String,
}

#[derive(Template)]
#[template(path = "papers.html")]
struct Page {
    f: Frame,
    papers: PaperState,
    typed: Typed,
    wrong: Wrong,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let papers = me::asked(&app).await?.papers;
    let f = Frame::load(&app, &visit).await;
    Ok(show(&Page { f, papers, typed: Typed::default(), wrong: Wrong::default() }))
}

pub async fn check(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let words = Passphrase::typed(&typed.words);
    match app.handle.ask(Command::Paper(PaperCommand::Check { words })).await {
        Ok(Reply::Paper(_)) => Ok(Redirect::to("/me/paper").into_response()),
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) => {
            let papers = me::asked(&app).await?.papers;
            let wrong = Wrong::said(&visit, &error, &[("words", "words")]);
            let f = Frame::load(&app, &visit).await;
            Ok(unprocessable(show(&Page { f, papers, typed, wrong })))
        }
    }
}
