//! One message on its own page: all of it, and what whoever reads it may do with it.
//!
//! What is offered is what the node says this person may do now ([`MessageMay`]); the act is judged again
//! when it comes. What was typed comes back with a refusal, beside its field.
//!
//! 变成求助 is two taps from the group: to this page, and the one button. 撤下 takes a message out of
//! sight, and it is kept so that its author can ask for it back.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::{
    id::{EnvelopeId, GroupId},
    limits::TEXT_BYTES_MAX,
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, odd_reply, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
    group::{Message, id_of, message, one_line, request_of},
    groups::href,
    seen::{beside, if_seen},
};
use crate::api::{
    ApiError, CaseCommand, Command, MessageMay, MessageRow, NewsCommand, Reply, ReportRow,
    RosterCommand, RosterReply, mark_of,
};

/// Reports of one page; the others come up as these are seen to.
const REPORTS_SHOWN_MAX: usize = 30;

/// Characters of a message, and of a reason, in the list of reports.
const REPORT_CHARS_MAX: usize = 300;

#[derive(Template)]
#[template(path = "message.html")]
struct Page {
    f: Frame,
    back: String,
    href: String,
    message: Message,
    may: MessageMay,
    whole: String,
    /// The mark of what it says.
    seen: String,
    typed: Typed,
    wrong: Option<String>,
    /// Its owners were told a moment ago.
    reported: bool,
}

impl Page {
    /// What is wrong with the form of this act.
    fn wrong_with(&self, what: &str) -> Option<&String> {
        self.wrong.as_ref().filter(|_| self.typed.what == what)
    }

    /// What is wrong with an act that is one tap.
    fn wrong_tap(&self) -> Option<&String> {
        ["request", "put_back", "hide", "withdraw"].iter().find_map(|what| self.wrong_with(what))
    }

    /// Is it the form that was refused?
    fn open(&self, what: &str) -> bool {
        self.wrong_with(what).is_some()
    }
}

/// What the forms of the page carry.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    what: String,
    /// How its author says it now.
    text: String,
    seen: String,
    /// Why it is reported.
    report: String,
    /// Why it is taken down.
    reason: String,
    /// The group that it is shown in, and what is added.
    into: String,
    note: String,
}

/// What came of the last act.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Said {
    reported: String,
}

async fn load(app: &App, visit: &Visit, group: &str, id: &str) -> Result<Page, Failure> {
    let (group, id) = (id_of(group)?, id_of(id)?);
    let (f, rows) = tokio::join!(Frame::load(app, visit), one(app, id));
    let mut rows = rows?;
    if let Some(answered) = rows.first().and_then(|row| row.reply_to) {
        // What it answers may be gone, or not for everybody's eyes.
        rows.extend(one(app, answered).await.unwrap_or_default());
    }
    let row = rows.first().ok_or_else(Failure::odd_reply)?;
    let mut shown = message(visit, &rows, row);
    shown.time = visit.moment(row.claimed_ms);
    let mut may = row.may.as_deref().cloned().unwrap_or_default();
    for group in &mut may.forward {
        group.name = clip(&visit.words.group_name(&group.name), TITLE_CHARS_MAX);
    }
    Ok(Page {
        f,
        back: href(group),
        href: address(group, id),
        whole: row.text.clone(),
        seen: mark_of(&[&row.text]),
        typed: Typed { text: row.text.clone(), ..Typed::default() },
        message: shown,
        may,
        wrong: None,
        reported: false,
    })
}

fn address(group: GroupId, id: EnvelopeId) -> String {
    format!("{}/messages/{}", href(group), id.to_hex())
}

async fn one(app: &App, id: EnvelopeId) -> Result<Vec<MessageRow>, ApiError> {
    match app.handle.ask(Command::Message { id }).await? {
        Reply::Log { messages } => Ok(messages),
        _ => Err(odd_reply()),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((group, message)): Path<(String, String)>,
    Query(said): Query<Said>,
) -> Result<Response, Failure> {
    let page = load(&app, &visit, &group, &message).await?;
    Ok(show(&Page { reported: !said.reported.is_empty(), ..page }))
}

/// Its author says it differently.
pub async fn edit(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((group, message)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (group_id, id) = (id_of(&group)?, id_of(&message)?);
    let typed = Typed { what: "edit".to_owned(), ..typed };
    let mut wrong = wrong_text(visit.words, &typed.text, TEXT_BYTES_MAX);
    if wrong.is_none() {
        let text = typed.text.trim().replace("\r\n", "\n");
        let edit = if_seen(typed.seen.clone(), Command::EditMessage { id, text });
        match app.handle.act(edit).await {
            Ok(_) => return Ok(Redirect::to(&href(group_id)).into_response()),
            Err(error) if is_about_the_form(&error) => wrong = Some(beside(&visit, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let page = load(&app, &visit, &group, &message).await?;
    Ok(unprocessable(show(&Page { typed, wrong, ..page })))
}

/// Its author takes it back.
pub async fn withdraw(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((group, message)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (group_id, id) = (id_of(&group)?, id_of(&message)?);
    match app.handle.act(Command::WithdrawMessage { id }).await {
        Ok(_) => Ok(Redirect::to(&href(group_id)).into_response()),
        Err(error) if is_about_the_form(&error) => {
            let (page, what) = (load(&app, &visit, &group, &message).await?, "withdraw".to_owned());
            let (wrong, text) = (Some(one_line(&visit, &error)), page.typed.text.clone());
            let typed = Typed { what, text, ..Typed::default() };
            Ok(unprocessable(show(&Page { typed, wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}

/// Which act a form stands for, and where it leads.
fn asked(typed: &Typed, group: GroupId, id: EnvelopeId) -> Option<(Command, String)> {
    let here = address(group, id);
    let trimmed = |text: &str| text.trim().replace("\r\n", "\n");
    let roster = |command| Command::Roster(command);
    Some(match typed.what.as_str() {
        "request" => {
            let register = CaseCommand::Register { message: id, title: None, publish: false };
            (Command::Case(register), request_of(id))
        }
        "forward" => {
            let (note, group) = (trimmed(&typed.note), id_of(&typed.into).ok()?);
            let forward = NewsCommand::Forward { id: id.to_hex(), group: group.to_hex(), note };
            (Command::News(forward), format!("{}#newest", href(group)))
        }
        "report" => {
            let reason = trimmed(&typed.report);
            (roster(RosterCommand::Report { id, reason }), format!("{here}?reported=yes"))
        }
        "hide" => {
            let back = format!("{}?hid={}", href(group), id.to_hex());
            (roster(RosterCommand::Hide { id, hidden: true }), back)
        }
        "show" => (roster(RosterCommand::Hide { id, hidden: false }), here),
        "take_down" => {
            let reason = trimmed(&typed.reason);
            (roster(RosterCommand::TakeDown { id, reason }), here)
        }
        "put_back" => (roster(RosterCommand::PutBack { id }), here),
        _ => return None,
    })
}

/// One of the other acts.
pub async fn act(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((group, message)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let (group_id, id) = (id_of(&group)?, id_of(&message)?);
    let mut wrong = match typed.what.as_str() {
        "report" => wrong_text(visit.words, &typed.report, TEXT_BYTES_MAX),
        "take_down" => wrong_text(visit.words, &typed.reason, TEXT_BYTES_MAX),
        _ => None,
    };
    if wrong.is_none() {
        let (command, there) = asked(&typed, group_id, id).ok_or(Failure::BadForm)?;
        match app.handle.act(command).await {
            Ok(_) => return Ok(Redirect::to(&there).into_response()),
            Err(error) if is_about_the_form(&error) => wrong = Some(one_line(&visit, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let page = load(&app, &visit, &group, &message).await?;
    let text = page.typed.text.clone();
    Ok(unprocessable(show(&Page { typed: Typed { text, ..typed }, wrong, ..page })))
}

/// What was reported in a group, for those who can do something about it.
#[derive(Template)]
#[template(path = "reports.html")]
struct Reports {
    f: Frame,
    back: String,
    rows: Vec<Report>,
}

struct Report {
    href: String,
    author: String,
    text: String,
    by: String,
    reason: String,
    taken_down: bool,
}

fn report(group: GroupId, row: &ReportRow) -> Report {
    Report {
        href: address(group, row.of),
        author: clip(&row.author, TITLE_CHARS_MAX),
        text: clip(&row.text, REPORT_CHARS_MAX),
        by: clip(&row.by, TITLE_CHARS_MAX),
        reason: clip(&row.reason, REPORT_CHARS_MAX),
        taken_down: row.taken_down,
    }
}

/// The newest of what was reported.
pub async fn reports(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
) -> Result<Response, Failure> {
    let id = id_of(&group)?;
    let asked = app.roster(RosterCommand::Reports { group: id.to_hex() });
    let (f, reply) = tokio::join!(Frame::load(&app, &visit), asked);
    let RosterReply::Reports { reports } = reply? else { return Err(Failure::odd_reply()) };
    // Whatever is seen to makes room.
    let (done, open): (Vec<_>, Vec<_>) = reports.iter().rev().partition(|it| it.taken_down);
    let rows = open.into_iter().chain(done).take(REPORTS_SHOWN_MAX);
    let rows = rows.map(|row| report(id, row)).collect();
    Ok(show(&Reports { f, back: href(id), rows }))
}
