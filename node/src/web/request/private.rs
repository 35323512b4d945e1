//! Private details of a request, on a page of their own: asked for by a button, since each opening is
//! written down and shown to the family.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;

use super::{href, name_of};
use crate::{
    api::{Command, ErrorKind, Reply, VaultPage, VaultWord},
    web::{
        App,
        error::{Failure, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    },
};

#[derive(Template)]
#[template(path = "private.html")]
struct Page {
    f: Frame,
    href: String,
    reason: String,
    wrong: Option<(String, String)>,
    is_open: bool,
    shown: Vec<(String, String)>,
    erased: Vec<String>,
    openings: Vec<String>,
}

/// Why somebody looks.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reason: String,
}

fn shut(f: Frame, id: &str, typed: Typed) -> Page {
    Page {
        f,
        href: href(id),
        reason: typed.reason,
        wrong: None,
        is_open: false,
        shown: Vec::new(),
        erased: Vec::new(),
        openings: Vec::new(),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = name_of(&id)?;
    Ok(show(&shut(Frame::load(&app, &visit).await, &id, Typed::default())))
}

pub async fn open(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = name_of(&id)?;
    let reason = typed.reason.clone();
    match app.handle.ask(Command::OpenVault { id: id.clone(), reason }).await {
        Ok(Reply::Vaults(vault)) => {
            let page = shut(Frame::load(&app, &visit).await, &id, typed);
            Ok(show(&lay_out(page, &visit, &vault)))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::NoVault | ErrorKind::ReasonNeeded | ErrorKind::BadText
            ) =>
        {
            let wrong = Some(visit.words.error(&error));
            let page = shut(Frame::load(&app, &visit).await, &id, typed);
            Ok(unprocessable(show(&Page { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}

fn lay_out(page: Page, visit: &Visit, vault: &VaultPage) -> Page {
    let (words, private) = (visit.words, &vault.private);
    let fields = [
        ("private-name", &private.name),
        ("private-phone", &private.phone),
        ("private-door", &private.door),
        ("private-details", &private.details),
    ];
    let shown = fields.into_iter().filter(|(_, text)| !text.is_empty());
    let erased = vault.erased.iter().map(|class| match class {
        VaultWord::Contact => words.text("private-erased-contact", &[]),
        VaultWord::Sensitive => words.text("private-erased-sensitive", &[]),
    });
    let openings = vault.openings.iter().map(|it| {
        let (time, who) = (visit.moment(it.claimed_ms), clip(&it.who, TITLE_CHARS_MAX));
        let (key, more) = match &it.released_to {
            Some(to) => ("private-released", clip(to, TITLE_CHARS_MAX)),
            None => ("private-opened", it.reason.clone()),
        };
        words.text(key, &[("time", time.into()), ("who", who.into()), ("more", more.into())])
    });
    Page {
        is_open: true,
        shown: shown.map(|(key, text)| (words.text(key, &[]), text.clone())).collect(),
        erased: erased.collect(),
        openings: openings.collect(),
        ..page
    }
}
