//! 值班: who is on duty over what, handing it over for a while, and who is on duty in turn.
//!
//! The duty phone stands on every page. Who may change what the node judges; the page shows its forms to
//! whoever works for the neighbourhood or looks after a place.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::time::ClaimedTime;
use serde::Deserialize;

use crate::{
    api::{ApiError, Command, DutyName, DutyRow, ErrorKind, NewsCommand, NewsReply, Reply},
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
        group::one_line,
        groups::areas,
        join::given,
    },
};

/// Places with a rota of their own, on one page.
const DUTIES_SHOWN_MAX: usize = 30;

/// People on one rota that the page takes.
const PEOPLE_MAX: usize = 60;

const HOUR_MS: u64 = 3_600_000;

/// The longest shift, in hours: a year, as on the command line.
const SHIFT_HOURS_MAX: u64 = 8_760;

/// Who is on duty somewhere.
struct Line {
    place: String,
    name: String,
    phone: String,
    until: String,
    next: String,
}

#[derive(Template)]
#[template(path = "duty.html")]
struct Page {
    f: Frame,
    lines: Vec<Line>,
    places: Vec<String>,
    typed: Typed,
    wrong: Option<Wrong>,
}

/// What is wrong, and beside which field.
struct Wrong {
    field: &'static str,
    said: String,
}

impl Page {
    fn wrong_at(&self, field: &str) -> Option<&String> {
        self.wrong.as_ref().filter(|it| it.field == field).map(|it| &it.said)
    }
}

/// What the forms carry.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// `hand_over` or `rota`.
    what: String,
    place: String,
    person: String,
    phone: String,
    from: String,
    until: String,
    /// One on a line, with the phone at its end.
    people: String,
    begins: String,
    hours: String,
}

async fn load(app: &App, visit: &Visit, typed: Typed) -> Result<Page, Failure> {
    let duty = Command::News(NewsCommand::Duty { unanswered: false });
    let (f, duty, places) = tokio::join!(Frame::load(app, visit), app.handle.ask(duty), areas(app));
    let Reply::News(NewsReply::Duty { duty }) = duty? else { return Err(Failure::odd_reply()) };
    let shown = duty.iter().take(DUTIES_SHOWN_MAX);
    let lines = shown.map(|row| line(visit, row)).collect();
    Ok(Page { f, lines, places, typed, wrong: None })
}

fn line(visit: &Visit, row: &DutyRow) -> Line {
    let words = visit.words;
    let name = |text: &str| clip(text, TITLE_CHARS_MAX);
    let until = row.until_ms.map(|until| {
        let time = visit.moment(ClaimedTime(until));
        words.text("news-until", &[("time", time.into())])
    });
    let next =
        row.next.as_ref().map(|next| words.text("duty-next", &[("name", name(next).into())]));
    Line {
        place: match row.place.as_str() {
            "" => words.text("duty-everywhere", &[]),
            place => name(place),
        },
        name: name(&row.name),
        phone: name(&row.phone),
        until: until.unwrap_or_default(),
        next: next.unwrap_or_default(),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let typed = Typed { hours: "24".to_owned(), ..Typed::default() };
    Ok(show(&load(&app, &visit, typed).await?))
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let wrong = match command(&visit, &typed) {
        Ok(command) => match app.handle.act(Command::News(command)).await {
            Ok(_) => return Ok(Redirect::to("/desk/duty").into_response()),
            Err(error) if is_about_the_form(&error) => {
                Wrong { field: field_of(&typed, &error), said: one_line(&visit, &error) }
            }
            Err(error) => return Err(error.into()),
        },
        Err(None) => return Err(Failure::BadForm),
        Err(Some((field, key))) => Wrong { field, said: visit.words.text(key, &[]) },
    };
    let page = load(&app, &visit, typed).await?;
    Ok(unprocessable(show(&Page { wrong: Some(wrong), ..page })))
}

/// Beside which field a refusal belongs.
fn field_of(typed: &Typed, error: &ApiError) -> &'static str {
    let rota = typed.what == "rota";
    match error.kind {
        ErrorKind::BadWindow if rota => "hours",
        ErrorKind::BadWindow => "until",
        ErrorKind::UnknownPlace if rota => "rota-place",
        ErrorKind::UnknownPlace => "place",
        _ if rota => "people",
        _ => "person",
    }
}

/// What a form asks for; an error is a field and what is wrong with it, or none where it is none of ours.
fn command(
    visit: &Visit,
    typed: &Typed,
) -> Result<NewsCommand, Option<(&'static str, &'static str)>> {
    let moment = |field: &'static str, text: &str| match given(text) {
        Some(text) => visit.moment_typed(&text).map(Some).ok_or(Some((field, "case-no-time"))),
        None => Ok(None),
    };
    let place = given(&typed.place);
    match typed.what.as_str() {
        "hand_over" => {
            let person = given(&typed.person).ok_or(Some(("person", "field-empty")))?;
            let phone = given(&typed.phone).ok_or(Some(("phone", "field-empty")))?;
            Ok(NewsCommand::HandOver {
                place,
                to: DutyName { person, phone },
                from_ms: moment("from", &typed.from)?,
                until_ms: moment("until", &typed.until)?,
            })
        }
        "rota" => {
            let hours = typed.hours.trim().parse::<u64>().ok();
            let hours = hours.filter(|hours| (1..=SHIFT_HOURS_MAX).contains(hours));
            Ok(NewsCommand::SetRota {
                place,
                people: people(&typed.people).ok_or(Some(("people", "duty-people-wrong")))?,
                begins_ms: moment("begins", &typed.begins)?,
                shift_ms: hours.ok_or(Some(("hours", "duty-hours-wrong")))? * HOUR_MS,
            })
        }
        _ => Err(None),
    }
}

/// "王芳 13800000000" on each line; nothing where one has no phone, or nobody is named.
fn people(text: &str) -> Option<Vec<DutyName>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let named = |line: &str| {
        let (person, phone) = line.rsplit_once(char::is_whitespace)?;
        let is_phone = phone.chars().any(|it| it.is_ascii_digit());
        let (person, phone) = (person.trim().to_owned(), phone.to_owned());
        is_phone.then_some(DutyName { person, phone })
    };
    let people: Vec<DutyName> = lines.map(named).collect::<Option<_>>()?;
    (1..=PEOPLE_MAX).contains(&people.len()).then_some(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rota_is_a_name_and_a_phone_on_each_line() {
        let on =
            |person: &str, phone: &str| DutyName { person: person.into(), phone: phone.into() };
        let table = [
            ("王芳 138", Some(vec![on("王芳", "138")])),
            (
                " Li Mei  555-1 \r\n\n赵主任\t110",
                Some(vec![on("Li Mei", "555-1"), on("赵主任", "110")]),
            ),
            ("王芳", None),
            ("Li Mei", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(people(text), expected, "{text}");
        }
        assert_eq!(people(&"王芳 138\n".repeat(PEOPLE_MAX + 1)), None);
    }
}
