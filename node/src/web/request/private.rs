//! Private details of a request, on a page of their own: asked for by a button, since each opening is
//! written down and shown to the family.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;

use super::{asked_for, href, name_of};
use crate::{
    api::{ApiError, CaseCommand, Command, ErrorKind, Reply, VaultPage, VaultWord},
    web::{
        App,
        error::{Failure, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
        wrong::Wrong,
    },
};

#[derive(Template)]
#[template(path = "private.html")]
struct Page {
    f: Frame,
    href: String,
    reason: String,
    wrong: Wrong,
    /// There is something that the reader may open.
    may_open: bool,
    /// There is something that he may have forgotten.
    may_erase: bool,
    /// What was just done.
    done: Option<String>,
    is_open: bool,
    shown: Vec<(String, String)>,
    erased: Vec<String>,
    openings: Vec<String>,
    /// May the reader name somebody who reads it too?
    may_confide: bool,
    person: String,
}

/// Why somebody looks.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reason: String,
}

/// Nothing private on it yet.
async fn shut(app: &App, visit: &Visit, id: String, reason: String) -> Result<Page, Failure> {
    let href = href(&id);
    let (f, request) = asked_for(app, visit, id).await?;
    let (may_open, may_erase) = (!request.may_open.is_empty(), !request.may_erase.is_empty());
    Ok(Page {
        f,
        href,
        reason,
        wrong: Wrong::default(),
        may_open,
        may_erase,
        done: None,
        is_open: false,
        shown: Vec::new(),
        erased: Vec::new(),
        openings: Vec::new(),
        may_confide: false,
        person: String::new(),
    })
}

/// The shut page, with what was just done.
pub async fn shut_after(
    app: &App,
    visit: &Visit,
    id: String,
    done: String,
) -> Result<Response, Failure> {
    let page = shut(app, visit, id, String::new()).await?;
    Ok(show(&Page { done: Some(done), ..page }))
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = name_of(&id)?;
    let page = shut(&app, &visit, id, String::new()).await?;
    if !page.may_open && !page.may_erase {
        return Err(ApiError::new(ErrorKind::NoVault, []).into());
    }
    Ok(show(&page))
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
            let page = shut(&app, &visit, id, typed.reason).await?;
            Ok(show(&lay_out(page, &visit, &vault)))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::NoVault | ErrorKind::ReasonNeeded | ErrorKind::BadText
            ) =>
        {
            let wrong = wrong(&visit, &error, &[("reason", "reason")]);
            let page = shut(&app, &visit, id, typed.reason).await?;
            Ok(unprocessable(show(&Page { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}

/// Beside a field where the refusal names one.
fn wrong(visit: &Visit, error: &ApiError, fields: &[(&str, &str)]) -> Wrong {
    match (error.kind, fields.iter().find(|(node, _)| *node == "reason")) {
        // The general hint is for the command line.
        (ErrorKind::ReasonNeeded, Some((_, id))) => {
            let (sentence, _) = visit.words.error(error);
            let hint = visit.words.text("private-reason-say", &[]);
            Wrong::beside(id, format!("{sentence} {hint}"))
        }
        _ => Wrong::said(visit, error, fields),
    }
}

/// Whom the reader names, and why.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Named {
    person: String,
    reason: String,
}

pub async fn confide(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(Named { person, reason }): Form<Named>,
) -> Result<Response, Failure> {
    let id = name_of(&id)?;
    let names =
        CaseCommand::Confide { id: id.clone(), person: person.clone(), reason: reason.clone() };
    match app.handle.act(Command::Case(names)).await {
        Ok(_) => {
            let named = [("person", person.as_str().into())];
            shut_after(&app, &visit, id, visit.words.text("private-confide-done", &named)).await
        }
        Err(error)
            if matches!(
                error.kind,
                ErrorKind::ReasonNeeded
                    | ErrorKind::BadText
                    | ErrorKind::UnknownPerson
                    | ErrorKind::Ambiguous
                    | ErrorKind::NotInGroup
            ) =>
        {
            let page = shut(&app, &visit, id, reason).await?;
            let wrong = wrong(&visit, &error, &[("person", "person"), ("reason", "why")]);
            Ok(unprocessable(show(&Page { wrong, may_confide: true, person, ..page })))
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
            Some(to) if it.reason == crdt::vault::UNCONFIRMED => {
                ("private-released-unconfirmed", clip(to, TITLE_CHARS_MAX))
            }
            Some(to) if it.class == VaultWord::Sensitive => ("private-confided", {
                let (to, why) = (clip(to, TITLE_CHARS_MAX), clip(&it.reason, TITLE_CHARS_MAX));
                format!("{to} ({why})")
            }),
            Some(to) => ("private-released", clip(to, TITLE_CHARS_MAX)),
            None => ("private-opened", it.reason.clone()),
        };
        let team = it.team.as_ref().map(|team| clip(team, TITLE_CHARS_MAX));
        let more = [Some(more), team].into_iter().flatten().filter(|it| !it.is_empty());
        let more = more.collect::<Vec<_>>().join(" · ");
        words.text(key, &[("time", time.into()), ("who", who.into()), ("more", more.into())])
    });
    let earlier = vault.earlier.iter().map(|it| {
        let who = clip(&it.who, TITLE_CHARS_MAX);
        words.text("private-earlier", &[("who", who.into()), ("times", it.times.into())])
    });
    Page {
        is_open: true,
        shown: shown.map(|(key, text)| (words.text(key, &[]), text.clone())).collect(),
        erased: erased.collect(),
        openings: earlier.chain(openings).collect(),
        may_confide: vault.may_confide,
        ..page
    }
}
