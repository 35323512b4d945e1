//! What somebody is called: the net name that neighbours read, the real name that the desk keeps.
//!
//! # Rules
//!
//! 1. Nothing real stands on the page before it is asked for. One's own is shown by a button; the desk says
//!    why it looks, and the person reads that here.
//! 2. Forgetting is for good, so it is meant twice: the box is ticked, then the button pressed.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::Response,
};
use crdt::id::PersonId;
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    me,
    person::{href, person_id, why},
    seen::if_seen,
    wrong::Wrong,
};
use crate::api::{ApiError, Command, ErrorKind, NameCommand, NamePage, RealName, Reply, mark_of};

#[derive(Template)]
#[template(path = "name.html")]
struct Page {
    f: Frame,
    href: String,
    net: String,
    /// The mark of the net name, as the reader sees it.
    seen: String,
    /// Is it the reader's own?
    own: bool,
    /// What was asked for; none before.
    shown: Option<Shown>,
    typed: Typed,
    wrong: Wrong,
}

struct Shown {
    /// Empty where nobody has said it.
    real: String,
    forgotten: bool,
    openings: Vec<String>,
}

/// What the form carries.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// `show`, `open`, `net`, `real` or `forget`.
    what: String,
    name: String,
    seen: String,
    reason: String,
    sure: String,
}

async fn shut(app: &App, visit: &Visit, id: PersonId) -> Result<Page, Failure> {
    let (f, me, why) = tokio::join!(Frame::load(app, visit), me::asked(app), why(app, id));
    let own = me?.id == id;
    if !own && !f.desk {
        return Err(ApiError::new(ErrorKind::NotAllowed, [("what", "real name".into())]).into());
    }
    let net = why?.person.name;
    Ok(Page {
        href: href(id),
        seen: mark_of(&[&net]),
        net: clip(&net, TITLE_CHARS_MAX),
        own,
        shown: None,
        typed: Typed::default(),
        wrong: Wrong::default(),
        f,
    })
}

/// Nothing real on it yet.
pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&shut(&app, &visit, person_id(&person)?).await?))
}

/// Shows names, or changes one.
pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = person_id(&person)?;
    let own = me::asked(&app).await?.id == id;
    let named = match wanted(typed.clone(), id, own)? {
        Some(command @ NameCommand::Net { .. }) => {
            app.handle.ask(if_seen(typed.seen.clone(), Command::Name(command))).await
        }
        Some(command) => app.handle.ask(Command::Name(command)).await,
        // Forgetting was not meant twice.
        None => {
            let wrong = Wrong::beside("sure", visit.words.text("leaving-tick", &[]));
            let page = shut(&app, &visit, id).await?;
            return Ok(unprocessable(show(&Page { typed, wrong, ..page })));
        }
    };
    match named {
        Ok(Reply::Name(names)) => {
            let page = shut(&app, &visit, id).await?;
            Ok(show(&Page {
                shown: Some(shown(&visit, &names)),
                net: clip(&names.net, TITLE_CHARS_MAX),
                ..page
            }))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if is_about_the_form(&error) && error.kind != ErrorKind::NotAllowed => {
            let page = shut(&app, &visit, id).await?;
            let wrong = match (error.kind, typed.what.as_str()) {
                // The general hint is for the command line.
                (ErrorKind::ReasonNeeded, _) => {
                    let (sentence, _) = visit.words.error(&error);
                    let hint = visit.words.text("name-reason-say", &[]);
                    Wrong::beside("reason", format!("{sentence} {hint}"))
                }
                (ErrorKind::Changed, _) => {
                    let now = error.args.get("now").map(|now| clip(now, TITLE_CHARS_MAX));
                    let now = [("name", now.unwrap_or_default().into())];
                    Wrong::beside("net", visit.words.text("name-changed", &now))
                }
                (_, "net") => Wrong::said(&visit, &error, &[("name", "net")]),
                (_, "real") => Wrong::said(&visit, &error, &[("name", "real")]),
                _ => Wrong::said(&visit, &error, &[("reason", "reason")]),
            };
            Ok(unprocessable(show(&Page { typed, wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}

/// What a button stands for; none where it was not meant.
fn wanted(typed: Typed, id: PersonId, own: bool) -> Result<Option<NameCommand>, Failure> {
    let of = (!own).then(|| id.to_hex());
    Ok(Some(match (typed.what.as_str(), own) {
        ("show", true) => NameCommand::Mine,
        ("net", true) => NameCommand::Net { to: typed.name },
        ("real", _) => NameCommand::Real { person: of, to: RealName(typed.name) },
        ("open", false) => NameCommand::Open { person: id.to_hex(), reason: typed.reason },
        ("forget", true) if typed.sure.is_empty() => return Ok(None),
        ("forget", true) => NameCommand::Forget,
        _ => return Err(Failure::BadForm),
    }))
}

fn shown(visit: &Visit, names: &NamePage) -> Shown {
    let words = visit.words;
    let earlier = names.earlier.iter().map(|it| {
        let who = clip(&it.who, TITLE_CHARS_MAX);
        words.text("private-earlier", &[("who", who.into()), ("times", it.times.into())])
    });
    let openings = names.openings.iter().map(|it| {
        let (time, who) = (visit.moment(it.claimed_ms), clip(&it.who, TITLE_CHARS_MAX));
        let more = clip(&it.reason, TITLE_CHARS_MAX);
        words.text(
            "private-opened",
            &[("time", time.into()), ("who", who.into()), ("more", more.into())],
        )
    });
    Shown {
        real: names.real.0.clone(),
        forgotten: names.forgotten,
        openings: earlier.chain(openings).collect(),
    }
}
