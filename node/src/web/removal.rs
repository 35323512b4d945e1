//! Taking something away: a role, everything, or a device; each after a page that says what follows.
//!
//! Before the cut is drawn all homes in reach are compared with, so that it is recent. The answer
//! to the form tells how many those were and what still counts: numbers that no address may claim.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::Response,
};
use crdt::id::{KeyId, PersonId};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    people::role_typed,
    person::{href, key_digits, key_use, person_id, role_at, why},
    wrong::Wrong,
};
use crate::{
    api::{
        Command, ErrorKind, Keep, KeyUseWord, Reply, RosterCommand, RosterReply, WhyPage, WhyRole,
    },
    words::role_code,
};

/// How long the comparison before a cut may take, in milliseconds.
const COMPARE_MS: u64 = 10_000;

/// Roles that may be taken one by one.
const ROLES_OFFERED_MAX: usize = 40;

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// `role:place`; empty for everything.
    what: String,
    keep: String,
    until: String,
    anyway: String,
}

#[derive(Template)]
#[template(path = "removal.html")]
struct Removal {
    f: Frame,
    back: String,
    name: String,
    /// Where the form goes.
    action: String,
    /// The device, where it is about one.
    device: Option<(String, String)>,
    is_sealed: bool,
    /// What may be taken: value, words, chosen.
    roles: Vec<(String, String, bool)>,
    typed: Typed,
    wrong: Wrong,
    /// Groups would vanish: doing it anyway must be meant.
    ask_anyway: bool,
}

impl Removal {
    fn keeps(&self) -> [(&'static str, String, bool); 3] {
        keeps(&self.f, &self.typed.keep)
    }
}

/// What may be kept of somebody's own: value, words, chosen.
pub fn keeps(f: &Frame, typed: &str) -> [(&'static str, String, bool); 3] {
    let choice = |value: &'static str, key| {
        let chosen = typed == value || (typed.is_empty() && value == "all");
        (value, f.t(key), chosen)
    };
    [choice("all", "keep-all"), choice("until", "keep-until"), choice("none", "keep-none")]
}

/// What is kept, as a form says it; nothing where its moment cannot be read.
pub fn keep_typed(visit: &Visit, keep: &str, until: &str) -> Option<Keep> {
    match keep {
        "none" => Some(Keep::None),
        "until" => visit.moment_typed(until).map(|claimed_ms| Keep::Until { claimed_ms }),
        _ => Some(Keep::All),
    }
}

/// What came of a removal, or of binding somebody anew.
#[derive(Template)]
#[template(path = "removed.html")]
pub struct Removed {
    /// What stands around the page.
    pub f: Frame,
    /// Whom it was about, and whose page that is.
    pub back: String,
    /// His name.
    pub name: String,
    /// With how many homes was compared before.
    pub compared: String,
    /// Roles that the person has now, where somebody was bound anew.
    pub given: Vec<String>,
    /// Roles that were not whoever acted's to give.
    pub left: Vec<String>,
    /// Envelopes that still count.
    pub kept: u64,
    /// Those that do not.
    pub cut: u64,
}

async fn load(
    app: &App,
    visit: &Visit,
    person: PersonId,
    key: Option<KeyId>,
    typed: Typed,
) -> Result<Removal, Failure> {
    let (f, why) = tokio::join!(Frame::load(app, visit), why(app, person));
    let why = why?;
    let device = match key {
        Some(key) => {
            let found = why.devices.iter().find(|row| row.key == key);
            Some(found.ok_or(Failure::NoPage)?)
        }
        None => None,
    };
    let back = href(person);
    let action = match key {
        Some(key) => format!("{back}/devices/{}/revoke", key.to_hex()),
        None => format!("{back}/remove"),
    };
    Ok(Removal {
        f,
        name: clip(&why.person.name, TITLE_CHARS_MAX),
        action,
        device: device.map(|row| (key_use(visit, row.key_use), key_digits(row.key))),
        is_sealed: device.is_some_and(|row| row.key_use == KeyUseWord::Sealed),
        roles: offered(visit, &why, &typed),
        typed,
        wrong: Wrong::default(),
        ask_anyway: false,
        back,
    })
}

fn offered(visit: &Visit, why: &WhyPage, typed: &Typed) -> Vec<(String, String, bool)> {
    let live = why.roles.iter().filter(|row| row.live).take(ROLES_OFFERED_MAX);
    let option = |row: &WhyRole| {
        let value = format!("{}:{}", role_code(row.role.role), row.role.over);
        let chosen = value == typed.what;
        (value, role_at(visit, &row.role), chosen)
    };
    live.map(option).collect()
}

pub async fn remove_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, person_id(&person)?, None, Typed::default()).await?))
}

pub async fn remove(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = person_id(&person)?;
    let (role, over) = match typed.what.split_once(':') {
        None if typed.what.is_empty() => (None, None),
        None => return Err(Failure::BadForm),
        Some((role, over)) => {
            let role = role_typed(role).ok_or(Failure::BadForm)?;
            (Some(role), Some(over.to_owned()).filter(|over| !over.is_empty()))
        }
    };
    let anyway = !typed.anyway.is_empty();
    let command = |keep| RosterCommand::Remove { person: id.to_hex(), role, over, keep, anyway };
    take(&app, &visit, (id, None), typed, command).await
}

pub async fn revoke_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((person, key)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let key = key.parse().map_err(|_| Failure::NoPage)?;
    Ok(show(&load(&app, &visit, person_id(&person)?, Some(key), Typed::default()).await?))
}

pub async fn revoke(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((person, key)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let key: KeyId = key.parse().map_err(|_| Failure::NoPage)?;
    let command = |keep| RosterCommand::RevokeKey { key: key.to_hex(), keep };
    take(&app, &visit, (person_id(&person)?, Some(key)), typed, command).await
}

/// Compares with everybody in reach, takes away, and says what was kept.
async fn take(
    app: &App,
    visit: &Visit,
    (person, key): (PersonId, Option<KeyId>),
    typed: Typed,
    command: impl FnOnce(Keep) -> RosterCommand,
) -> Result<Response, Failure> {
    let Some(keep) = keep_typed(visit, &typed.keep, &typed.until) else {
        let mut page = load(app, visit, person, key, typed).await?;
        page.wrong = Wrong::beside("until", visit.words.text("keep-until-wrong", &[]));
        return Ok(unprocessable(show(&page)));
    };
    let compared = compare(app, visit).await?;
    match app.roster(command(keep)).await {
        Ok(RosterReply::Removed { kept, cut, .. } | RosterReply::Revoked { kept, cut, .. }) => {
            let (f, why) = tokio::join!(Frame::load(app, visit), why(app, person));
            let name = clip(&why?.person.name, TITLE_CHARS_MAX);
            let (given, left) = (Vec::new(), Vec::new());
            let back = href(person);
            Ok(show(&Removed { f, back, name, compared, given, left, kept, cut }))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if is_about_the_form(&error) => {
            let mut page = load(app, visit, person, key, typed).await?;
            let fields = [("role", "what"), ("anyway", "anyway")];
            page.wrong = Wrong::said(visit, &error, &fields[usize::from(key.is_some())..]);
            page.ask_anyway = error.kind == ErrorKind::CutsGroups;
            Ok(unprocessable(show(&page)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Compares with every home in reach, for a bounded time, and says with how many that went.
pub async fn compare(app: &App, visit: &Visit) -> Result<String, Failure> {
    let Reply::Strip(strip) = app.handle.ask(Command::Strip).await? else {
        return Err(Failure::odd_reply());
    };
    let linked = strip.connected;
    let Some(peers) = u32::try_from(linked).ok().filter(|peers| *peers > 0) else {
        return Ok(visit.words.text("compared-nobody", &[]));
    };
    let wait = Command::Wait { peers, peer: None, timeout_ms: COMPARE_MS };
    let Reply::Waited { equal, .. } = app.handle.ask(wait).await? else {
        return Err(Failure::odd_reply());
    };
    let args = [("equal", (equal.len() as u64).into()), ("linked", linked.into())];
    Ok(visit.words.text("compared-homes", &args))
}
