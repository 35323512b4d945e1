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
    api::{CaseCommand, Command, ErrorKind, NewCase, Reply},
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, Visit, show, wrong_text},
        group::one_line,
        photo::ready,
        requests::URGENT_FROM,
        upload::Unpacking,
    },
};

#[derive(Template)]
#[template(path = "ask_photo.html")]
struct Page {
    f: Frame,
    title: String,
    urgent: bool,
    wrong_title: Option<String>,
    wrong_photo: Option<String>,
    wrong: Option<(String, String)>,
}

async fn blank(app: &App, visit: &Visit, title: String, urgent: bool) -> Page {
    let f = Frame::load(app, visit).await;
    Page { f, title, urgent, wrong_title: None, wrong_photo: None, wrong: None }
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
    let has_words = !title.is_empty();
    let wrong_title = has_words.then(|| wrong_text(visit.words, &title, NAME_BYTES_MAX)).flatten();
    if wrong_title.is_some() {
        let page = blank(&app, &visit, title, urgent).await;
        return Ok(unprocessable(show(&Page { wrong_title, ..page })));
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
    let page = blank(&app, &visit, title, urgent).await;
    let page = match error.kind {
        ErrorKind::NoPhoto => Page { wrong_photo: Some(one_line(&visit, &error)), ..page },
        ErrorKind::Private => Page { wrong_title: Some(one_line(&visit, &error)), ..page },
        _ if is_about_the_form(&error) => Page { wrong: Some(visit.words.error(&error)), ..page },
        _ => return Err(error.into()),
    };
    Ok(unprocessable(show(&page)))
}
