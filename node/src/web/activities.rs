//! What people do together: the list, one activity, planning one.
//!
//! One page serves everybody. Whoever is in the group finds his place on it; whoever leads the group
//! finds the whole list, who has still to say yes, and calling it off.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::{limits::NAME_BYTES_MAX, time::ClaimedTime};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show, wrong_text},
    request::name_of,
    wrong::Wrong,
};
use crate::api::{
    ActivityCommand, ActivityPage, ActivityReply, ActivityRow, ApiError, Command, NewActivity,
    NewRole, PlaceVerb, PlacesRow, Reply,
};

/// Activities on one page.
const SHOWN_MAX: usize = 30;

/// Names of one list on a page; the command line has all of them.
const NAMES_SHOWN_MAX: usize = 60;

/// Roles and lines to be looked at that the form has room for.
const LINES_MAX: usize = 16;

/// An activity as a line of a list.
pub struct Row {
    pub href: String,
    pub title: String,
    pub time: String,
    pub place: String,
    pub group: String,
    pub code: String,
    pub taken: String,
    /// As a class of the style, and in words.
    pub state: (&'static str, String),
    pub mine: Option<String>,
}

#[derive(Template)]
#[template(path = "activities.html")]
struct Activities {
    f: Frame,
    all: bool,
    rows: Vec<Row>,
    next: Option<usize>,
}

/// Which portion, and are those that are over wanted too?
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    all: String,
    from: usize,
}

/// What there is to do, and who does it.
struct Role {
    name: String,
    code: String,
    request: String,
    taken: String,
    holders: Option<String>,
    awaiting: Option<String>,
    waitlist: Option<String>,
    standby: Option<String>,
    mine: Option<String>,
    /// Buttons: the verb's code, its key, is it the big one?
    buttons: Vec<(&'static str, &'static str, bool)>,
}

struct Check {
    key: String,
    text: String,
    done: bool,
}

#[derive(Template)]
#[template(path = "activity.html")]
struct One {
    f: Frame,
    row: Row,
    details: String,
    by: String,
    roles: Vec<Role>,
    checks: Vec<Check>,
    called_off: Option<String>,
    unaware: Option<String>,
    must_hear: bool,
    leads: bool,
    over: bool,
    /// What the form that was refused carried.
    typed: Deed,
    wrong: Wrong,
}

impl One {
    /// Where somebody is named for a role.
    fn person_field(&self, role: &Role) -> String {
        format!("person-{}", role.request)
    }

    /// What was typed there, if that was refused.
    fn person_typed(&self, role: &Role) -> &str {
        if self.typed.verb == "grant" && self.typed.role == role.request {
            &self.typed.person
        } else {
            ""
        }
    }
}

async fn ask(app: &App, command: ActivityCommand) -> Result<ActivityReply, ApiError> {
    told(app.handle.ask(Command::Activity(command)).await?)
}

async fn carry_out(app: &App, command: ActivityCommand) -> Result<ActivityReply, ApiError> {
    told(app.handle.act(Command::Activity(command)).await?)
}

fn told(reply: Reply) -> Result<ActivityReply, ApiError> {
    match reply {
        Reply::Activity(reply) => Ok(reply),
        _ => Err(ApiError::new(
            crate::api::ErrorKind::Internal,
            [("reason", "another reply".to_owned())],
        )),
    }
}

pub async fn list(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let all = !shown.all.is_empty();
    let (f, reply) =
        tokio::join!(Frame::load(&app, &visit), ask(&app, ActivityCommand::List { all }));
    let ActivityReply::List { activities } = reply? else { return Err(Failure::odd_reply()) };
    let (activities, next) = portion(activities, shown.from, SHOWN_MAX);
    let rows = activities.iter().map(|activity| row(&visit, activity)).collect();
    Ok(show(&Activities { f, all, rows, next }))
}

/// An activity as a line of a list.
pub fn row(visit: &Visit, row: &ActivityRow) -> Row {
    let words = visit.words;
    let state = match () {
        () if row.called_off => ("over", "activity-called-off"),
        () if row.over => ("over", "activity-over"),
        () if row.ready => ("going", "activity-ready"),
        () => ("waiting", "activity-not-ready"),
    };
    Row {
        href: href(&row.id.to_hex()),
        title: clip(&row.title, TITLE_CHARS_MAX),
        time: window(visit, row.from_ms, row.until_ms),
        place: clip(&row.place, TITLE_CHARS_MAX),
        group: clip(&words.group_name(&row.group_name), TITLE_CHARS_MAX),
        code: row.code.clone(),
        taken: taken(visit, row.taken, row.places, row.waiting),
        state: (state.0, words.text(state.1, &[])),
        mine: row.mine.as_ref().map(|mine| words.code("place", mine)),
    }
}

/// "Sunday, 22 November 9:00 – 11:30".
pub fn window(visit: &Visit, from: ClaimedTime, until: ClaimedTime) -> String {
    let end = match visit.same_day(from, until) {
        true => visit.clock(until),
        false => visit.moment(until),
    };
    format!("{} – {end}", visit.moment(from))
}

fn taken(visit: &Visit, taken: u64, places: u64, waiting: u64) -> String {
    let args = [("taken", taken.into()), ("places", places.into()), ("waiting", waiting.into())];
    visit.words.text("activity-taken", &args)
}

fn href(id: &str) -> String {
    format!("/activities/{id}")
}

async fn load(
    app: &App,
    visit: &Visit,
    id: &str,
    (typed, wrong): (Deed, Wrong),
) -> Result<One, Failure> {
    let ask = ask(app, ActivityCommand::Show { activity: name_of(id)? });
    let (f, reply) = tokio::join!(Frame::load(app, visit), ask);
    let ActivityReply::Page(page) = reply? else { return Err(Failure::odd_reply()) };
    let ActivityPage { row: line, details, by, roles, checks, reason, unaware, must_hear } = *page;
    let closed = line.called_off || line.over;
    Ok(One {
        f,
        row: row(visit, &line),
        details,
        by: clip(&by, TITLE_CHARS_MAX),
        roles: roles.iter().map(|role| lay_out(visit, role, closed)).collect(),
        checks: checks
            .into_iter()
            .map(|it| Check { key: it.key, text: it.text, done: it.done })
            .collect(),
        called_off: reason,
        unaware: together(visit, "activity-unaware", &unaware),
        must_hear,
        leads: line.leads,
        over: closed,
        typed,
        wrong,
    })
}

fn lay_out(visit: &Visit, role: &PlacesRow, closed: bool) -> Role {
    let buttons = match role.mine.as_deref() {
        _ if closed => vec![],
        None => vec![("join", "activity-join", true)],
        Some("awaiting") => {
            vec![("yes", "activity-yes", true), ("leave", "activity-leave", false)]
        }
        Some("holder") => vec![("go", "activity-go", true), ("leave", "activity-leave", false)],
        Some(_) => vec![("leave", "activity-leave", false)],
    };
    let places = u64::from(role.places);
    Role {
        name: clip(&role.name, TITLE_CHARS_MAX),
        code: role.code.clone(),
        request: role.request.to_hex(),
        taken: taken(visit, role.holders.len() as u64, places, role.waitlist.len() as u64),
        holders: together(visit, "activity-holders", &role.holders),
        awaiting: together(visit, "activity-awaiting", &role.awaiting),
        waitlist: together(visit, "activity-waitlist", &role.waitlist),
        standby: together(visit, "activity-standby", &role.standby),
        mine: role.mine.as_ref().map(|mine| visit.words.code("place", mine)),
        buttons,
    }
}

/// A sentence with names in it; none where there is nobody.
pub fn together(visit: &Visit, key: &str, names: &[String]) -> Option<String> {
    let shown = names.iter().take(NAMES_SHOWN_MAX).map(|name| clip(name, TITLE_CHARS_MAX));
    let mut shown = shown.collect::<Vec<_>>().join("、");
    if names.len() > NAMES_SHOWN_MAX {
        shown.push('…');
    }
    let args = [("names", shown.into()), ("n", (names.len() as u64).into())];
    (!names.is_empty()).then(|| visit.words.text(key, &args))
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, &id, Default::default()).await?))
}

/// One activity as a calendar file.
pub async fn one_calendar(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    calendar(&app, Some(name_of(&id)?)).await
}

/// Those in which whoever asks has a place.
pub async fn my_calendar(State(app): State<App>) -> Result<Response, Failure> {
    calendar(&app, None).await
}

async fn calendar(app: &App, activity: Option<String>) -> Result<Response, Failure> {
    let ActivityReply::Calendar { file } = ask(app, ActivityCommand::Calendar { activity }).await?
    else {
        return Err(Failure::odd_reply());
    };
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"linli.ics\""),
    ];
    Ok((headers, file).into_response())
}

/// What somebody did on the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Deed {
    verb: String,
    role: String,
    reason: String,
    check: String,
    done: String,
    person: String,
}

/// Everything that is done on the page of one activity.
pub async fn act(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(deed): Form<Deed>,
) -> Result<Response, Failure> {
    let activity = name_of(&id)?;
    let place = |verb| ActivityCommand::Place {
        activity: activity.clone(),
        role: (!deed.role.is_empty()).then(|| deed.role.clone()),
        verb,
        person: (!deed.person.is_empty()).then(|| deed.person.clone()),
    };
    let command = match deed.verb.as_str() {
        "join" => place(PlaceVerb::Join),
        "leave" => place(PlaceVerb::Leave),
        "yes" => place(PlaceVerb::Yes),
        "go" => place(PlaceVerb::Go),
        "grant" => place(PlaceVerb::Grant),
        "heard" => ActivityCommand::Heard { activity: activity.clone() },
        "call_off" => {
            ActivityCommand::CallOff { activity: activity.clone(), reason: deed.reason.clone() }
        }
        "tick" => ActivityCommand::Tick {
            activity: activity.clone(),
            check: deed.check.clone(),
            done: !deed.done.is_empty(),
        },
        _ => return Err(Failure::NoPage),
    };
    match carry_out(&app, command).await {
        Ok(_) => Ok(Redirect::to(&href(&id)).into_response()),
        Err(error) if is_about_the_form(&error) => {
            let person = format!("person-{}", deed.role);
            let fields: &[(&str, &str)] = match deed.verb.as_str() {
                "grant" => &[("person", &person)],
                "call_off" => &[("reason", "reason")],
                _ => &[],
            };
            let wrong = Wrong::said(&visit, &error, fields);
            Ok(unprocessable(show(&load(&app, &visit, &id, (deed, wrong)).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the form of a new activity carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    group: String,
    title: String,
    place: String,
    from: String,
    until: String,
    /// One role a line: "flood wall 10".
    roles: String,
    /// One line to be looked at a line.
    checks: String,
    details: String,
}

#[derive(Template)]
#[template(path = "activity_new.html")]
struct New {
    f: Frame,
    typed: Typed,
    /// Address, name, chosen.
    groups: Vec<(String, String, bool)>,
    wrong: Wrong,
}

async fn blank(app: &App, visit: &Visit, typed: Typed, wrong: Wrong) -> Result<New, Failure> {
    let (f, groups) =
        tokio::join!(Frame::load(app, visit), super::ask::groups(app, visit, &typed.group));
    Ok(New { f, typed, groups: groups?, wrong })
}

pub async fn new_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    Ok(show(&blank(&app, &visit, typed, Wrong::default()).await?))
}

pub async fn plan(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let when =
        |text| visit.moment_typed(text).is_none().then(|| visit.words.text("case-no-time", &[]));
    let title = wrong_text(visit.words, &typed.title, NAME_BYTES_MAX);
    let fields = [("title", title), ("from", when(&typed.from)), ("until", when(&typed.until))];
    let wrong = Wrong::seen(fields);
    if wrong.is_some() {
        return Ok(unprocessable(show(&blank(&app, &visit, typed, wrong).await?)));
    }
    match carry_out(&app, ActivityCommand::New(Box::new(planned(&visit, &typed)))).await {
        Ok(ActivityReply::Planned { id, .. }) => {
            Ok(Redirect::to(&href(&id.to_hex())).into_response())
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if is_about_the_form(&error) => {
            let wrong = Wrong::said(&visit, &error, &NEW_FIELDS);
            Ok(unprocessable(show(&blank(&app, &visit, typed, wrong).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the node calls the fields of a new activity, and their ids.
const NEW_FIELDS: [(&str, &str); 8] = [
    ("title", "title"),
    ("private", "title"),
    ("place", "place"),
    ("until", "until"),
    ("roles", "roles"),
    ("places", "roles"),
    ("checks", "checks"),
    ("details", "details"),
];

/// Times that can be read; the page has looked at them.
fn planned(visit: &Visit, typed: &Typed) -> NewActivity {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.take(LINES_MAX + 1).map(ToOwned::to_owned).collect()
    };
    NewActivity {
        group: if typed.group.is_empty() { "all".into() } else { typed.group.clone() },
        title: typed.title.clone(),
        details: typed.details.replace("\r\n", "\n"),
        place: typed.place.clone(),
        from_ms: visit.moment_typed(&typed.from).unwrap_or_default(),
        until_ms: visit.moment_typed(&typed.until).unwrap_or_default(),
        roles: lines(&typed.roles).iter().map(|line| role_of(line)).collect(),
        checks: lines(&typed.checks),
    }
}

/// "flood wall 10", "防汛墙 10 人": what, and how many; one where no number is said.
fn role_of(line: &str) -> NewRole {
    let digits: String = line.chars().rev().skip_while(|c| !c.is_ascii_digit()).collect();
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    let number: String = digits.chars().rev().collect();
    let places = number.parse().unwrap_or(1);
    let name = match (number.is_empty(), line.rfind(&number)) {
        (false, Some(at)) => line[..at].trim_end_matches([' ', '\u{3000}', ':', '：', '×']),
        _ => line,
    };
    NewRole { name: name.trim().to_owned(), places }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_and_how_many() {
        let table = [
            ("flood wall 10", "flood wall", 10),
            ("防汛墙：10 人", "防汛墙", 10),
            ("登记", "登记", 1),
            ("gate 2: 5", "gate 2", 5),
        ];
        for (line, name, places) in table {
            assert_eq!(role_of(line), NewRole { name: name.into(), places }, "{line}");
        }
    }
}
