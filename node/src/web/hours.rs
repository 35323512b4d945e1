//! Volunteer hours: my own, signing in and out, the captain's list, the certificate to print.
//!
//! # Rules
//!
//! 1. The page that a picture at the door leads to has two buttons and nothing else to decide.
//! 2. The captain's list has one line a person: came, went, approve. What must be looked at stands in words
//!    beside it; correcting is a new entry with a reason.
//! 3. Nobody is ranked: lists stand in the order of names.

pub mod certify;

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App, activities,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
    link::{Picture, picture},
    print,
    request::name_of,
    wrong::{Wrong, named, wrong_time_if_given},
};
use crate::{
    api::{
        ActivityCommand, ActivityReply, ApiError, CertificatePage, Command, ErrorKind,
        HoursCommand, HoursReply, HowWord, Reply, ShiftRow,
    },
    hours::{as_csv, in_hours},
};

/// Lines of one page; the command line and the table have all of them.
const SHOWN_MAX: usize = 60;

/// Characters of a certificate's number in an address, blanks among them.
const NUMBER_CHARS_MAX: usize = 16;

/// One person at one activity, in words.
pub struct Shift {
    href: String,
    title: String,
    name: String,
    person: String,
    times: String,
    hours: String,
    approved: bool,
    signed: bool,
    here: bool,
    flags: Vec<String>,
    note: String,
    marks: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "hours.html")]
struct Mine {
    f: Frame,
    total: String,
    pending: Option<String>,
    shifts: Vec<Shift>,
    certificates: Vec<(String, String)>,
    next: Option<usize>,
    /// A code that names no activity.
    typed: String,
    wrong: Wrong,
}

impl Mine {
    /// Does he look after a place, or lead a team, as far as his highest role says?
    fn certifies(&self) -> bool {
        self.f.role >= crate::api::RoleWord::Steward
    }
}

#[derive(Template)]
#[template(path = "hours_sign.html")]
struct Sign {
    f: Frame,
    href: String,
    title: String,
    time: String,
    code: String,
    wrong: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "hours_sheet.html")]
struct Sheet {
    f: Frame,
    href: String,
    activity: String,
    title: String,
    time: String,
    code: String,
    total: String,
    picture: Option<Picture>,
    rows: Vec<Shift>,
    next: Option<usize>,
    leads: bool,
    /// What the form that was refused carried.
    typed: Deed,
    wrong: Wrong,
}

impl Sheet {
    /// Is it this one's hours whose correction was refused?
    fn was(&self, row: &Shift) -> bool {
        self.typed.verb == "approve" && self.typed.person == row.person
    }
}

#[derive(Template)]
#[template(path = "hours_certificate.html")]
struct Certified {
    f: Frame,
    page: CertificatePage,
    name: String,
    issuer: String,
    hours: String,
    window: String,
    issued: String,
    team: Option<String>,
    picture: Option<Picture>,
}

async fn ask(app: &App, command: HoursCommand) -> Result<HoursReply, ApiError> {
    told(app.handle.ask(Command::Hours(command)).await?)
}

async fn carry_out(app: &App, command: HoursCommand) -> Result<HoursReply, ApiError> {
    told(app.handle.act(Command::Hours(command)).await?)
}

fn told(reply: Reply) -> Result<HoursReply, ApiError> {
    match reply {
        Reply::Hours(reply) => Ok(reply),
        _ => Err(ApiError::new(ErrorKind::Internal, [("reason", "another reply".to_owned())])),
    }
}

fn shift(visit: &Visit, row: &ShiftRow) -> Shift {
    let words = visit.words;
    let times: Vec<String> =
        row.times.iter().map(|it| activities::window(visit, it.from_ms, it.until_ms)).collect();
    let since = row
        .since_ms
        .map(|since| words.text("hours-since", &[("time", visit.moment(since).into())]));
    let minutes = if row.approved { row.minutes } else { row.signed_minutes };
    let mark = |mark: &crate::api::MarkRow| {
        let key = if mark.out { "hours-went" } else { "hours-came" };
        let at = words.text(key, &[("time", visit.moment(mark.at_ms).into())]);
        (mark.name.clone(), at)
    };
    Shift {
        href: format!("/activities/{}", row.activity.to_hex()),
        title: clip(&row.title, TITLE_CHARS_MAX),
        name: clip(&row.name, TITLE_CHARS_MAX),
        person: row.person.to_hex(),
        times: times.into_iter().chain(since).collect::<Vec<_>>().join("、"),
        hours: in_hours(minutes),
        approved: row.approved,
        signed: !row.times.is_empty(),
        here: row.since_ms.is_some(),
        flags: row.flags.iter().map(|flag| words.code("hours-flag", flag)).collect(),
        note: clip(&row.note, TITLE_CHARS_MAX),
        marks: row.marks.iter().map(mark).collect(),
    }
}

/// Which portion.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    from: usize,
}

pub async fn mine(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    Ok(show(&my_page(&app, &visit, shown.from).await?))
}

async fn my_page(app: &App, visit: &Visit, from: usize) -> Result<Mine, Failure> {
    let (f, reply) =
        tokio::join!(Frame::load(app, visit), ask(app, HoursCommand::Of { person: None }));
    let HoursReply::Person(page) = reply? else { return Err(Failure::odd_reply()) };
    let (rows, next) = portion(page.shifts, from, SHOWN_MAX);
    let pending = in_hours(page.pending_minutes);
    Ok(Mine {
        f,
        total: in_hours(page.minutes),
        pending: (page.pending_minutes > 0).then_some(pending),
        shifts: rows.iter().map(|row| shift(visit, row)).collect(),
        certificates: page
            .certificates
            .into_iter()
            .map(|number| (certificate_href(&number), number))
            .collect(),
        next,
        typed: String::new(),
        wrong: Wrong::default(),
    })
}

fn certificate_href(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    format!("/hours/certificate/{digits}")
}

async fn sign_page(
    app: &App,
    visit: &Visit,
    id: &str,
    wrong: Option<(String, String)>,
) -> Result<Sign, Failure> {
    let show = Command::Activity(ActivityCommand::Show { activity: name_of(id)? });
    let (f, reply) = tokio::join!(Frame::load(app, visit), app.handle.ask(show));
    let Reply::Activity(ActivityReply::Page(page)) = reply? else {
        return Err(Failure::odd_reply());
    };
    let row = activities::row(visit, &page.row);
    let href = format!("/hours/sign/{}", page.row.code);
    Ok(Sign { f, href, title: row.title, time: row.time, code: row.code, wrong })
}

pub async fn sign_at(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&sign_page(&app, &visit, &id, None).await?))
}

/// What somebody does about hours on a page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Deed {
    verb: String,
    person: String,
    mark: String,
    at: String,
    from: String,
    until: String,
    reason: String,
    paper: String,
}

pub async fn sign(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(deed): Form<Deed>,
) -> Result<Response, Failure> {
    let (activity, out) = (name_of(&id)?, deed.verb == "out");
    let (people, at_ms, how) = (Vec::new(), None, HowWord::Qr);
    match carry_out(&app, HoursCommand::Sign { activity, out, people, at_ms, how }).await {
        Ok(_) => Ok(Redirect::to("/hours").into_response()),
        Err(error) if is_about_the_form(&error) => {
            let wrong = Some(visit.words.error(&error));
            Ok(unprocessable(show(&sign_page(&app, &visit, &id, wrong).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

/// To sign at the code that somebody was told.
pub async fn sign_by_code(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Deed>,
) -> Result<Response, Failure> {
    let code: String = typed.mark.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let wrong = match name_of(&code) {
        Err(_) => Wrong::beside("mark", visit.words.text("hours-no-code", &[])),
        Ok(activity) => {
            let show = Command::Activity(ActivityCommand::Show { activity });
            match app.handle.ask(show).await {
                Ok(_) => return Ok(Redirect::to(&format!("/hours/sign/{code}")).into_response()),
                Err(error) if is_about_the_form(&error) || named(&error).is_some() => {
                    Wrong::beside("mark", visit.words.text("hours-no-code", &[]))
                }
                Err(error) => return Err(error.into()),
            }
        }
    };
    let page = my_page(&app, &visit, 0).await?;
    Ok(unprocessable(show(&Mine { typed: typed.mark, wrong, ..page })))
}

async fn sheet_page(
    app: &App,
    (visit, headers): (&Visit, &HeaderMap),
    (id, from): (&str, usize),
    (typed, wrong): (Deed, Wrong),
) -> Result<Sheet, Failure> {
    let asked = ask(app, HoursCommand::Sheet { activity: name_of(id)? });
    let (f, reply) = tokio::join!(Frame::load(app, visit), asked);
    let HoursReply::Sheet(page) = reply? else { return Err(Failure::odd_reply()) };
    let row = activities::row(visit, &page.activity);
    let (rows, next) = portion(page.rows, from, SHOWN_MAX);
    // What a phone at the door opens: this box by the name under which it was called.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let link = format!("http://{host}/hours/sign/{}", row.code);
    Ok(Sheet {
        f,
        href: format!("/hours/sheet/{}", page.activity.id.to_hex()),
        activity: row.href,
        title: row.title,
        time: row.time,
        code: row.code,
        total: in_hours(page.minutes),
        picture: picture(&link),
        rows: rows.iter().map(|row| shift(visit, row)).collect(),
        next,
        leads: page.activity.leads,
        typed,
        wrong,
    })
}

pub async fn sheet(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    Ok(show(&sheet_page(&app, (&visit, &headers), (&id, shown.from), Default::default()).await?))
}

/// Everything that a captain does on his list.
pub async fn keep(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(deed): Form<Deed>,
) -> Result<Response, Failure> {
    let activity = name_of(&id)?;
    let people: Vec<String> = deed
        .person
        .split(['、', ',', '，'])
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(Into::into)
        .collect();
    let at_ms = visit.moment_typed(&deed.at);
    let how = if deed.paper.is_empty() { HowWord::List } else { HowWord::Paper };
    let command = match deed.verb.as_str() {
        "in" | "out" => {
            HoursCommand::Sign { activity, out: deed.verb == "out", people, at_ms, how }
        }
        "correct" => HoursCommand::Correct { activity, mark: deed.mark.clone(), at_ms },
        "approve" => HoursCommand::Approve {
            activity,
            people,
            from_ms: visit.moment_typed(&deed.from),
            until_ms: visit.moment_typed(&deed.until),
            reason: deed.reason.clone(),
        },
        _ => return Err(Failure::NoPage),
    };
    let mut wrong = wrong_times(&visit, &deed);
    if !wrong.is_some() {
        match carry_out(&app, command).await {
            Ok(_) => return Ok(Redirect::to(&format!("/hours/sheet/{id}")).into_response()),
            Err(error) if is_about_the_form(&error) => {
                let [until, reason] = ["until", "reason"].map(|it| format!("{it}-{}", deed.person));
                let fields: &[(&str, &str)] = match deed.verb.as_str() {
                    "approve" if !deed.from.is_empty() => &[("until", &until), ("reason", &reason)],
                    "in" | "out" if !deed.paper.is_empty() => &[("person", "names")],
                    _ => &[],
                };
                wrong = Wrong::said(&visit, &error, fields);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let page = sheet_page(&app, (&visit, &headers), (&id, 0), (deed, wrong)).await?;
    Ok(unprocessable(show(&page)))
}

fn wrong_times(visit: &Visit, deed: &Deed) -> Wrong {
    let unread = |text: &str| wrong_time_if_given(visit, text);
    let [from, until] = ["from", "until"].map(|it| format!("{it}-{}", deed.person));
    Wrong::seen([
        ("at", unread(&deed.at)),
        (&from, unread(&deed.from)),
        (&until, unread(&deed.until)),
    ])
}

/// Everybody's hours as a table.
pub async fn table(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let HoursReply::Totals(page) = ask(&app, HoursCommand::Totals { team: None }).await? else {
        return Err(Failure::odd_reply());
    };
    let csv = as_csv(&page.shifts, &|ms| visit.moment_written(ms));
    let name = "attachment; filename=\"hours.csv\"";
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, csv).into_response())
}

/// The certificate of this number.
async fn certified(app: &App, number: String) -> Result<Box<CertificatePage>, Failure> {
    if number.len() > NUMBER_CHARS_MAX {
        return Err(Failure::NoPage);
    }
    match ask(app, HoursCommand::Certificate { number }).await? {
        HoursReply::Certificate(page) => Ok(page),
        _ => Err(Failure::odd_reply()),
    }
}

pub async fn certificate_file(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let page = certified(&app, number).await?;
    Ok(print::file(&visit.printer().certificate(&page), "certificate"))
}

pub async fn certificate(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let (f, page) = tokio::join!(Frame::load(&app, &visit), certified(&app, number));
    let page = page?;
    Ok(show(&Certified {
        f,
        name: clip(&page.name, TITLE_CHARS_MAX),
        issuer: clip(&page.issuer, TITLE_CHARS_MAX),
        hours: in_hours(page.minutes),
        window: format!("{} – {}", visit.day(page.from_ms), visit.day(page.until_ms)),
        issued: visit.day(page.issued_ms),
        team: page
            .team_name
            .as_ref()
            .map(|team| clip(&visit.words.group_name(team), TITLE_CHARS_MAX)),
        picture: picture(&page.number),
        page: *page,
    }))
}
