//! One person: why he may do what he may do, which devices act for him, and giving him a role.
//!
//! Every chain is told in whole sentences, the last one about the community's paper keys. Buttons
//! are offered to everybody: who may press them is decided by the node alone, which says why not.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::id::{KeyId, PersonId};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
    link::Link,
    people::{ROLES, role_typed},
    places,
    wrong::Wrong,
};
use crate::api::{
    ApiError, DeviceRow, ErrorKind, KeyUseWord, PlaceRow, RoleRow, RosterCommand, RosterReply,
    WhyPage, WhyRole, WhyStep,
};

/// Roles on one page, live ones first.
const ROLES_SHOWN_MAX: usize = 12;

/// Steps of one chain; a real one has two or three.
const STEPS_SHOWN_MAX: usize = 6;

/// Names in one sentence of a chain.
const NAMES_SHOWN_MAX: usize = 3;

/// Characters of a name within a sentence.
const NAME_CHARS_MAX: usize = 24;

/// Devices on the page, those in use first.
const DEVICES_SHOWN_MAX: usize = 20;

/// Places that a role may be given over.
const PLACES_OFFERED_MAX: usize = 60;

/// Digits of a key that people compare.
const KEY_DIGITS_SHOWN: usize = 16;

struct Role {
    name: String,
    live: bool,
    /// Why he does not have it, or who took it.
    note: String,
    steps: Vec<String>,
}

struct Device {
    name: String,
    digits: String,
    live: bool,
    state: String,
    since: String,
    /// Where to revoke it, unless that is done already or impossible here.
    revoke: Option<String>,
}

#[derive(Template)]
#[template(path = "person.html")]
struct Person {
    f: Frame,
    id: String,
    href: String,
    name: String,
    home: String,
    me: bool,
    roles: Vec<Role>,
    next: Option<usize>,
    devices: Vec<Device>,
    devices_hidden: u64,
    /// One's own number, as text and picture.
    number: Option<Link>,
    meeting: Meeting,
    form: GrantForm,
    /// With the form that says who was met, or with the one that gives a role.
    wrong: Wrong,
    link: Option<Link>,
}

/// Who has met the person, and the form that says so.
struct Meeting {
    by: u64,
    by_me: bool,
    typed: String,
}

/// The form that gives a role: value, words, chosen.
struct GrantForm {
    roles: Vec<(&'static str, String, bool)>,
    places: Vec<(String, String, bool)>,
    /// He was removed once: giving a role again must be meant.
    removed: bool,
    again: bool,
}

/// Which portion.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    from: usize,
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    role: String,
    over: String,
    again: String,
}

/// The address of a person's page.
pub fn href(person: PersonId) -> String {
    format!("/people/{}", person.to_hex())
}

/// An id in an address; names are for the command line.
pub fn person_id(text: &str) -> Result<PersonId, Failure> {
    text.parse().map_err(|_| Failure::NoPage)
}

/// A role and where it holds, as people say it.
pub fn role_at(visit: &Visit, row: &RoleRow) -> String {
    let role = visit.words.role(row.role);
    if row.over.is_empty() {
        return role;
    }
    let place = clip(&visit.words.group_name(&row.over), NAME_CHARS_MAX);
    visit.words.text("role-over", &[("role", role.into()), ("place", place.into())])
}

/// A key as people compare it.
pub fn key_digits(key: KeyId) -> String {
    let mut digits = key.to_hex();
    digits.truncate(KEY_DIGITS_SHOWN);
    digits
}

/// What a key is for, as people say it.
pub fn key_use(visit: &Visit, key_use: KeyUseWord) -> String {
    let key = match key_use {
        KeyUseWord::Writer => "device-writer",
        KeyUseWord::Box => "device-box",
        KeyUseWord::Sealed => "device-sealed",
    };
    visit.words.text(key, &[])
}

/// All that the node knows about why.
pub async fn why(app: &App, person: PersonId) -> Result<WhyPage, Failure> {
    match app.roster(RosterCommand::Why { person: person.to_hex() }).await? {
        RosterReply::Why(page) => Ok(*page),
        _ => Err(Failure::odd_reply()),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let typed = Typed::default();
    Ok(show(&load(&app, &visit, person_id(&person)?, shown.from, &typed).await?))
}

async fn load(
    app: &App,
    visit: &Visit,
    id: PersonId,
    from: usize,
    typed: &Typed,
) -> Result<Person, Failure> {
    let (f, why, places) =
        tokio::join!(Frame::load(app, visit), why(app, id), app.roster(RosterCommand::Places));
    let (why, RosterReply::Places { places }) = (why?, places?) else {
        return Err(Failure::odd_reply());
    };
    let removed = why.roles.iter().any(|row| !row.removed_by.is_empty());
    let (roles, next) = portion(why.roles, from, ROLES_SHOWN_MAX);
    let hidden = why.devices.len().saturating_sub(DEVICES_SHOWN_MAX) as u64;
    let devices = why.devices.iter().take(DEVICES_SHOWN_MAX);
    Ok(Person {
        f,
        id: id.to_hex(),
        href: href(id),
        name: clip(&why.person.name, TITLE_CHARS_MAX),
        home: clip(&why.person.home, TITLE_CHARS_MAX),
        me: why.person.me,
        roles: roles.iter().map(|row| role(visit, row)).collect(),
        next,
        devices: devices.map(|row| device(visit, id, why.person.me, row)).collect(),
        devices_hidden: hidden,
        number: why.number.map(Link::to),
        meeting: Meeting { by: why.person.met, by_me: why.person.met_by_me, typed: String::new() },
        form: form(visit, &places, removed, typed),
        wrong: Wrong::default(),
        link: None,
    })
}

fn role(visit: &Visit, row: &WhyRole) -> Role {
    let note = match (row.live, row.removed_by.as_slice()) {
        (true, _) => String::new(),
        (false, []) => visit.words.reason(&row.reason),
        (false, by) => visit.words.text("why-removed", &[("by", names(visit, by).into())]),
    };
    let steps = row.steps.iter().take(STEPS_SHOWN_MAX);
    Role {
        name: role_at(visit, &row.role),
        live: row.live,
        note,
        steps: steps.map(|step| sentence(visit, step)).collect(),
    }
}

fn names(visit: &Visit, names: &[String]) -> String {
    let shown: Vec<String> =
        names.iter().take(NAMES_SHOWN_MAX).map(|name| clip(name, NAME_CHARS_MAX)).collect();
    let all = shown.join(&visit.words.text("list-comma", &[]));
    if names.len() <= NAMES_SHOWN_MAX {
        return all;
    }
    all + &visit.words.text("list-more", &[("n", (names.len() as u64).into())])
}

/// One step of a chain as a sentence.
fn sentence(visit: &Visit, step: &WhyStep) -> String {
    let role = step.as_role.as_ref().map(|row| role_at(visit, row)).unwrap_or_default();
    let day = visit.day(step.claimed_ms);
    let args = [("by", names(visit, &step.by).into()), ("role", role.into()), ("day", day.into())];
    visit.words.sentence("why", &step.how, &args).unwrap_or_else(|| step.how.clone())
}

fn device(visit: &Visit, person: PersonId, me: bool, row: &DeviceRow) -> Device {
    let state = match (&row.revoked_by, row.live) {
        (_, true) if row.here => visit.words.text("device-here", &[]),
        (_, true) => visit.words.text("device-live", &[]),
        (Some(by), false) => {
            let by = clip(by, NAME_CHARS_MAX);
            visit.words.text("device-revoked", &[("by", by.into())])
        }
        (None, false) => visit.words.text("device-void", &[]),
    };
    // What the node would refuse for certain is not offered.
    let stays = row.here || (me && row.key_use == KeyUseWord::Sealed);
    Device {
        name: key_use(visit, row.key_use),
        digits: key_digits(row.key),
        live: row.live,
        state,
        since: visit.day(row.since_ms),
        revoke: (row.live && !stays)
            .then(|| format!("{}/devices/{}/revoke", href(person), row.key.to_hex())),
    }
}

fn form(visit: &Visit, places: &[PlaceRow], removed: bool, typed: &Typed) -> GrantForm {
    let wanted = if typed.role.is_empty() { "steward" } else { &typed.role };
    let roles = ROLES.map(|(code, role)| (code, visit.words.role(role), code == wanted));
    let places = places.iter().take(PLACES_OFFERED_MAX).map(|place| {
        let id = place.id.to_hex();
        let chosen = id == typed.over;
        (id, places::path(visit, place), chosen)
    });
    GrantForm {
        roles: roles.into(),
        places: places.collect(),
        removed,
        again: !typed.again.is_empty(),
    }
}

/// What the form of a meeting carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Read {
    number: String,
}

/// Digits of a number that come back with a mistake, and a few to spare.
const NUMBER_BYTES_MAX: usize = 64;

/// Whoever stands before somebody says so with the number that he reads there.
pub async fn meet(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
    Form(read): Form<Read>,
) -> Result<Response, Failure> {
    let id = person_id(&person)?;
    let mut typed = read.number;
    typed.truncate(typed.floor_char_boundary(NUMBER_BYTES_MAX));
    let command = RosterCommand::Meet { person: id.to_hex(), number: typed.clone() };
    let error = match app.roster(command).await {
        Ok(_) => return Ok(Redirect::to(&href(id)).into_response()),
        Err(error) if error.kind == ErrorKind::OtherNumber => error,
        Err(error) => return Err(error.into()),
    };
    let mut page = load(&app, &visit, id, 0, &Typed::default()).await?;
    page.meeting.typed = typed;
    page.wrong = Wrong::said(&visit, &error, &[("number", "number")]);
    Ok(unprocessable(show(&page)))
}

pub async fn grant(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(person): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = person_id(&person)?;
    let role = role_typed(&typed.role).ok_or(Failure::BadForm)?;
    let over = Some(typed.over.clone()).filter(|over| !over.is_empty());
    let again = !typed.again.is_empty();
    match app.roster(RosterCommand::Grant { person: id.to_hex(), role, over, again }).await {
        Ok(RosterReply::Granted { link: None, .. }) => Ok(Redirect::to(&href(id)).into_response()),
        Ok(RosterReply::Granted { link: Some(link), .. }) => {
            let page = load(&app, &visit, id, 0, &Typed::default()).await?;
            Ok(show(&Person { link: Some(Link::to(link)), ..page }))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if is_about_the_form(&error) => refused(&app, &visit, id, &typed, &error).await,
        Err(error) => Err(error.into()),
    }
}

async fn refused(
    app: &App,
    visit: &Visit,
    id: PersonId,
    typed: &Typed,
    error: &ApiError,
) -> Result<Response, Failure> {
    let mut page = load(app, visit, id, 0, typed).await?;
    let fields = [("role", "role"), ("place", "over"), ("again", "again")];
    page.wrong = Wrong::said(visit, error, &fields);
    page.form.removed |= error.kind == ErrorKind::WasRemoved;
    Ok(unprocessable(show(&page)))
}
