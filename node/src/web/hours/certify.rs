//! Making out a certificate of hours, for whoever leads the team, or looks after everybody.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::certificate_href;
use crate::{
    api::{Command, ErrorKind, HoursCommand, HoursReply, Reply},
    web::{
        App,
        error::{Failure, is_about_the_form, odd_reply, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
        group::one_line,
        join::given,
    },
};

/// Teams on the page; more than anybody leads.
const TEAMS_SHOWN_MAX: usize = 60;

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    person: String,
    team: String,
    from: String,
    until: String,
}

#[derive(Template)]
#[template(path = "hours_certify.html")]
struct Page {
    f: Frame,
    /// Id, name.
    teams: Vec<(String, String)>,
    typed: Typed,
    wrong_person: Option<String>,
    wrong_window: Option<String>,
}

async fn blank(app: &App, visit: &Visit, typed: Typed) -> Result<Page, Failure> {
    let (f, groups) = tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Groups));
    let Reply::Groups { groups } = groups? else { return Err(Failure::odd_reply()) };
    let joined = groups.iter().filter(|group| group.joined).take(TEAMS_SHOWN_MAX);
    let name = |name: &str| clip(&visit.words.group_name(name), TITLE_CHARS_MAX);
    let teams = joined.map(|group| (group.id.to_hex(), name(&group.name))).collect();
    Ok(Page { f, teams, typed, wrong_person: None, wrong_window: None })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    Ok(show(&blank(&app, &visit, Typed::default()).await?))
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let words = visit.words;
    let days = visit.day_begins(&typed.from).zip(visit.day_after(&typed.until));
    let nobody = given(&typed.person).is_none().then(|| words.text("field-empty", &[]));
    let no_window = days.is_none().then(|| words.text("case-no-time", &[]));
    let (wrong_person, wrong_window) = match (days, nobody, no_window) {
        (Some(days), None, None) => match certify(&app, &typed, days).await {
            Ok(number) => return Ok(Redirect::to(&certificate_href(&number)).into_response()),
            Err(Failure::Api(error)) if is_about_the_form(&error) => {
                let said = Some(one_line(&visit, &error));
                if error.kind == ErrorKind::BadWindow { (None, said) } else { (said, None) }
            }
            Err(failure) => return Err(failure),
        },
        (_, nobody, no_window) => (nobody, no_window),
    };
    let page = blank(&app, &visit, typed).await?;
    Ok(unprocessable(show(&Page { wrong_person, wrong_window, ..page })))
}

/// Its number.
async fn certify(app: &App, typed: &Typed, days: (u64, u64)) -> Result<String, Failure> {
    let (from_ms, until_ms) = days;
    let (person, team) = (typed.person.trim().to_owned(), given(&typed.team));
    let certify = HoursCommand::Certify { person, team, from_ms, until_ms };
    match app.handle.act(Command::Hours(certify)).await? {
        Reply::Hours(HoursReply::Certificate(page)) => Ok(page.number),
        _ => Err(odd_reply().into()),
    }
}
