//! What makes a page something that one takes along: how it is put on the home screen, the worker that
//! keeps it there, and what it shows while the box is out of reach.
//!
//! All of it is the same for everybody and is shown to everybody: nothing of this home stands in it.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::{
    App, assets,
    error::Failure,
    frame::{Frame, Visit, show},
};

/// How a phone puts the page on its home screen.
pub async fn manifest(Extension(visit): Extension<Visit>) -> Response {
    let icon = |size: u32| {
        json!({
            "src": format!("/assets/icon-{size}.png?v={}", *assets::VERSION),
            "sizes": format!("{size}x{size}"),
            "type": "image/png",
            "purpose": "any maskable",
        })
    };
    let name = visit.words.text("brand", &[]);
    let manifest = json!({
        "name": name,
        "short_name": name,
        "lang": visit.words.lang().code(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf6ee",
        "theme_color": "#a63a1c",
        "icons": [icon(192), icon(512)],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], manifest.to_string()).into_response()
}

/// The worker, with the version that it keeps.
pub async fn worker() -> Result<Response, Failure> {
    let code = assets::text("sw.js").ok_or(Failure::NoPage)?;
    let code = format!("const VERSION = \"{}\";\n{code}", *assets::VERSION);
    Ok(([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], code).into_response())
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct Waiting {
    f: Frame,
}

/// What waits on this phone; shown also where the box is out of reach.
pub async fn waiting(State(_): State<App>, Extension(visit): Extension<Visit>) -> Response {
    // Of whoever has the phone: the copy on it serves all of them.
    let f = Frame { who: String::new(), ..Frame::bare(&visit) };
    show(&Waiting { f })
}
