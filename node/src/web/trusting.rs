//! Helps a phone to trust this box by its name, so that its page can be taken along: the authority as a
//! file, the steps, what to compare, and the way over.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use crdt::id::to_hex;

use super::{
    App,
    error::Failure,
    frame::{Frame, Visit, show},
};
use crate::{clock, trust};

#[derive(Template)]
#[template(path = "trust.html")]
struct Page {
    f: Frame,
    /// What to compare; empty where there is no authority, and why.
    fingerprint: String,
    host: String,
    /// This page is open over https already.
    secure: bool,
    /// Opens the page by the box's name, and lets this phone in there.
    over: String,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let f = Frame::load(&app, &visit).await;
    let root = app.config.trust.as_ref().and_then(|it| it.root(visit.now()).ok());
    let host = app.config.trust.as_ref().map(|it| it.host()).unwrap_or_default();
    let pass = to_hex(&clock::random::<16>());
    if root.is_some() && !visit.secure {
        let mut pairing = app.pairing.lock().expect("no panic while the lock is held");
        pairing.give_pass(&pass, visit.session.person, app.moment());
    }
    Ok(show(&Page {
        f,
        fingerprint: root.map(|root| trust::fingerprint(&root)).unwrap_or_default(),
        secure: visit.secure,
        over: format!("https://{host}:{}/pair?code={pass}", app.config.port),
        host,
    }))
}

/// The authority as phones take it in: Android a certificate, iPhones a profile.
pub async fn file(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let trust = app.config.trust.as_ref().ok_or(Failure::NoPage)?;
    let root = trust.root(visit.now()).map_err(|_| Failure::NoPage)?;
    let as_file = |kind: &'static str| {
        let named = format!("attachment; filename=\"{name}\"");
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, named)]
    };
    match name.as_str() {
        "linli.crt" => Ok((as_file("application/x-x509-ca-cert"), root).into_response()),
        "linli.mobileconfig" => {
            let profile = trust::profile(&root, &trust.host());
            Ok((as_file("application/x-apple-aspen-config"), profile).into_response())
        }
        _ => Err(Failure::NoPage),
    }
}
