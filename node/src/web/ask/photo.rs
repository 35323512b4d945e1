//! Asking with a photo: a page of handwriting, a broken pipe. A title may be left out, the photo says it.
//!
//! The photo is seen by everybody who reads the request, so the page says that before it is sent; what is
//! private is written on the form without photos.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::NAME_BYTES_MAX;

use crate::{
    api::{CaseCommand, Command, NewCase, Reply},
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, Visit, show},
        photo::ready,
        requests::URGENT_FROM,
        upload::Unpacking,
        wrong::{Wrong, wrong_if_given},
    },
};

#[derive(Template)]
#[template(path = "ask_photo.html")]
struct Page {
    f: Frame,
    title: String,
    urgent: bool,
    wrong: Wrong,
}

/// What the node calls the fields, and their ids.
const FIELDS: [(&str, &str); 3] = [("title", "title"), ("photo", "photo"), ("photos", "photo")];

async fn blank(app: &App, visit: &Visit, title: String, urgent: bool) -> Page {
    let f = Frame::load(app, visit).await;
    Page { f, title, urgent, wrong: Wrong::default() }
}

/// The form.
pub async fn page(State(app): State<App>, Extension(visit): Extension<Visit>) -> Response {
    show(&blank(&app, &visit, String::new(), false).await)
}

/// Takes photos and, if there are any, words.
pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Unpacking { form, turn: _turn }: Unpacking,
) -> Result<Response, Failure> {
    let title = form.text("title").unwrap_or_default().trim().to_owned();
    let urgent = form.text("urgent").is_some();
    let wrong = Wrong::seen([("title", wrong_if_given(&visit, &title, NAME_BYTES_MAX))]);
    if wrong.is_some() {
        let page = blank(&app, &visit, title, urgent).await;
        return Ok(unprocessable(show(&Page { wrong, ..page })));
    }
    let asked = match ready(&form).await {
        Ok(photos) => {
            let urgency = urgent.then_some(URGENT_FROM);
            let new = NewCase { title: title.clone(), urgency, photos, ..NewCase::default() };
            app.handle.act(Command::Case(CaseCommand::Ask(Box::new(new)))).await
        }
        Err(error) => Err(error),
    };
    let error = match asked {
        Ok(Reply::Asked { id, .. }) => {
            return Ok(Redirect::to(&format!("/requests/{}", id.to_hex())).into_response());
        }
        Ok(_) => return Err(Failure::odd_reply()),
        Err(error) => error,
    };
    if !is_about_the_form(&error) {
        return Err(error.into());
    }
    let wrong = Wrong::said(&visit, &error, &FIELDS);
    let page = blank(&app, &visit, title, urgent).await;
    Ok(unprocessable(show(&Page { wrong, ..page })))
}
