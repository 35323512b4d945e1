//! One group: its messages with the newest at the bottom, and a place to write.
//!
//! A page holds as many of the newest messages as fit its budget of bytes; older ones are a link
//! away. A message is clipped in the list where it is very long and shown whole on its own page.

pub mod board;

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::{
    body::case_of,
    id::{EnvelopeId, GroupId},
    limits::{TEXT_BYTES_MAX, THUMBNAIL_BYTES_MAX},
};
use serde::Deserialize;

use super::{
    App,
    announced::{Announced, announced},
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
    groups::href,
};
use crate::api::{ApiError, BoardPage, Command, GroupKindWord, MessageRow, Reply, ShownRow};

/// Messages on one page.
const MESSAGES_SHOWN_MAX: u32 = 40;

/// Characters of one message in the list; the rest is on its own page.
const MESSAGE_CHARS_MAX: usize = 600;

/// Bytes of HTML that the texts of one page may take, so that the whole stays under 60 KiB.
const TEXTS_BYTES_MAX: usize = 15 * 1024;

/// Characters of the message that a reply quotes.
const QUOTE_CHARS_MAX: usize = 60;

/// Pinned lines above the messages; the board's own page has them all.
const PINS_SHOWN_MAX: usize = 3;

/// One message as the page shows it.
pub struct Message {
    pub id: String,
    pub author: String,
    pub home: String,
    pub time: String,
    /// A line above it where a day begins.
    pub day: Option<String>,
    /// A line above it where the unread ones begin.
    pub first_unread: bool,
    pub text: String,
    pub clipped: bool,
    /// Who and what it answers.
    pub quote: Option<String>,
    pub official: bool,
    pub withdrawn: bool,
    /// That it was taken back or down, in words; what was taken down is there for its author and owners.
    pub gone: Option<String>,
    /// The request that was made of it: address and spoken code.
    pub request: Option<(String, String)>,
    /// Its author was removed since; it is here because somebody built on it.
    pub flagged: bool,
    pub edited: bool,
    pub imported: bool,
    pub mine: bool,
    pub sent: bool,
    /// The announcement that it is, or shows.
    pub news: Option<Announced>,
}

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage {
    f: Frame,
    href: String,
    board: BoardPage,
    kind: String,
    /// What recurs in this group.
    series: Vec<super::rota::Line>,
    messages: Vec<Message>,
    /// Older ones are before this one.
    older: Option<String>,
    /// Is this the newest portion?
    newest: bool,
    reply: Option<Quoted>,
    typed: String,
    wrong: Option<String>,
    /// A message that this box hides since a moment ago.
    hidden: Option<String>,
    /// Why a button did nothing.
    wrong_act: Option<(String, String)>,
}

/// The message that is being answered.
struct Quoted {
    id: String,
    line: String,
}

/// Which portion, and what is being answered.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    before: Option<String>,
    reply: Option<String>,
    hid: Option<String>,
}

/// An id in an address; names are for the command line.
pub fn id_of(text: &str) -> Result<GroupId, Failure> {
    text.parse().map_err(|_| Failure::NoPage)
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let page = load(&app, &visit, id_of(&group)?, &shown).await?;
    if page.newest && page.board.group.joined && page.board.group.unread > 0 {
        app.handle.ask(Command::MarkRead { group }).await?;
    }
    Ok(show(&page))
}

async fn load(
    app: &App,
    visit: &Visit,
    group: GroupId,
    shown: &Shown,
) -> Result<GroupPage, Failure> {
    let before = shown.before.as_deref().map(id_of).transpose()?;
    let name = group.to_hex();
    // One more than is shown tells whether there are older ones.
    let last = MESSAGES_SHOWN_MAX + 1;
    let (f, board, log, series) = tokio::join!(
        Frame::load(app, visit),
        app.handle.ask(Command::Board { group: name.clone() }),
        app.handle.ask(Command::Log { group: name, last, before }),
        super::rota::of_group(app, visit, group),
    );
    let (Reply::Board(mut board), Reply::Log { messages: rows }) = (board?, log?) else {
        return Err(Failure::odd_reply());
    };
    board.group.name = clip(&visit.words.group_name(&board.group.name), TITLE_CHARS_MAX);
    board.pins.truncate(PINS_SHOWN_MAX);
    for pin in &mut board.pins {
        pin.text = clip(&pin.text, QUOTE_CHARS_MAX);
    }
    let unread = if before.is_none() { board.group.unread } else { 0 };
    let (messages, older) = lay_out(visit, &rows, unread);
    let answered = shown.reply.as_deref().and_then(|id| id.parse().ok());
    Ok(GroupPage {
        href: href(group),
        kind: visit.words.group_kind(board.group.kind),
        series: series?,
        messages,
        older,
        newest: before.is_none(),
        reply: answered.and_then(|id| quoted(visit, &rows, id)),
        typed: String::new(),
        wrong: None,
        hidden: shown.hid.as_deref().map(id_of).transpose()?.map(|id| id.to_hex()),
        wrong_act: None,
        board,
        f,
    })
}

/// The group as it is now, and above it why a button did nothing.
pub async fn as_it_is(
    app: &App,
    visit: &Visit,
    group: GroupId,
    error: &ApiError,
) -> Result<Response, Failure> {
    let wrong_act = Some(visit.words.error(error));
    let page = load(app, visit, group, &Shown::default()).await?;
    Ok(unprocessable(show(&GroupPage { wrong_act, ..page })))
}

/// As many of the newest as fit, in order, with the lines between them.
fn lay_out(visit: &Visit, rows: &[MessageRow], unread: u64) -> (Vec<Message>, Option<String>) {
    let mut bytes = 0;
    let fitting = rows.iter().rev().take(MESSAGES_SHOWN_MAX as usize).take_while(|row| {
        let first = bytes == 0;
        bytes += escaped_bytes(&clip(&row.text, MESSAGE_CHARS_MAX));
        first || bytes <= TEXTS_BYTES_MAX
    });
    let skipped = rows.len() - fitting.count();
    let room = TEXTS_BYTES_MAX.saturating_sub(bytes) / THUMBNAIL_BYTES_MAX;
    let shown = &rows[skipped..];
    let unread_from = shown.len().saturating_sub(usize::try_from(unread).unwrap_or(usize::MAX));
    let messages = shown.iter().enumerate().map(|(at, row)| {
        let day_before = at.checked_sub(1).map(|at| shown[at].claimed_ms);
        let same_day = day_before.is_some_and(|day| visit.same_day(day, row.claimed_ms));
        let mut message = message(visit, rows, row);
        message.day = (!same_day).then(|| visit.day(row.claimed_ms));
        message.first_unread = unread > 0 && at == unread_from;
        message
    });
    let mut messages: Vec<Message> = messages.collect();
    // The newest photos, as many as a first load takes beside the texts.
    let photos = messages.iter_mut().rev().filter_map(|message| message.news.as_mut());
    photos.flat_map(|news| &mut news.photos).skip(room).for_each(|photo| photo.here = false);
    let older = (skipped > 0).then(|| shown.first().map(|row| row.id.to_hex())).flatten();
    (messages, older)
}

/// Where the request stands that was, or would be, made of a message.
pub fn request_of(message: EnvelopeId) -> String {
    format!("/requests/{}", case_of(&message).to_hex())
}

/// A message among those that it may answer.
pub fn message(visit: &Visit, rows: &[MessageRow], row: &MessageRow) -> Message {
    // A forward says what it shows, beneath whatever was added to it.
    let text = match row.news.as_ref().filter(|_| row.forwarded) {
        Some(news) => format!("{}\n{}", row.text, news.text).trim().to_owned(),
        None if row.shows.is_some() => row.text.clone(),
        None if row.forwarded => visit.words.text("news-not-here", &[]),
        None => row.text.clone(),
    };
    Message {
        id: row.id.to_hex(),
        author: clip(&row.author, TITLE_CHARS_MAX),
        home: clip(&row.home, TITLE_CHARS_MAX),
        time: visit.clock(row.claimed_ms),
        day: None,
        first_unread: false,
        text: clip(&text, MESSAGE_CHARS_MAX),
        clipped: text.chars().nth(MESSAGE_CHARS_MAX).is_some(),
        quote: row.shows.as_deref().map(|it| first_said(visit, it)).or_else(|| {
            row.reply_to.map(|id| {
                quoted(visit, rows, id)
                    .map_or_else(|| visit.words.text("reply-to-older", &[]), |quoted| quoted.line)
            })
        }),
        official: row.official,
        withdrawn: row.withdrawn,
        gone: gone(visit, row),
        request: row.request.clone().map(|code| (request_of(row.id), code)),
        flagged: row.flagged,
        edited: row.edited,
        imported: row.imported,
        mine: row.mine,
        sent: row.sent,
        news: row.news.as_ref().map(|news| announced(visit, news, row.forwarded)),
    }
}

/// Who took it away: its author, or an owner of the group.
fn gone(visit: &Visit, row: &MessageRow) -> Option<String> {
    let key = match (row.withdrawn, row.taken_down) {
        (true, _) => "message-withdrawn",
        (false, true) => "message-taken-down",
        (false, false) => return None,
    };
    Some(visit.words.text(key, &[]))
}

fn quoted(visit: &Visit, rows: &[MessageRow], id: EnvelopeId) -> Option<Quoted> {
    let row = rows.iter().find(|row| row.id == id)?;
    let text = gone(visit, row).unwrap_or_else(|| clip(&row.text, QUOTE_CHARS_MAX));
    let author = clip(&row.author, TITLE_CHARS_MAX);
    let args = [("name", author.into()), ("text", text.into())];
    Some(Quoted { id: id.to_hex(), line: visit.words.text("reply-quote", &args) })
}

/// A message of another group, as it reads now, with who said it first, where and when.
fn first_said(visit: &Visit, shown: &ShownRow) -> String {
    let it = &shown.message;
    let name = |text: &str| clip(text, TITLE_CHARS_MAX);
    let args = [
        ("author", name(&it.author).into()),
        ("group", name(&visit.words.group_name(&shown.group)).into()),
        ("time", visit.moment(it.claimed_ms).into()),
    ];
    let text = gone(visit, it).unwrap_or_else(|| clip(&it.text, MESSAGE_CHARS_MAX));
    format!("{}: {text}", visit.words.text("news-first", &args))
}

/// What a text takes once the five dangerous characters are written out.
fn escaped_bytes(text: &str) -> usize {
    text.bytes()
        .map(|byte| if matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'') { 5 } else { 1 })
        .sum()
}

/// What the forms around a message carry.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    text: String,
    reply_to: String,
}

pub async fn post(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let id = id_of(&group)?;
    let mut wrong = wrong_text(visit.words, &typed.text, TEXT_BYTES_MAX);
    if wrong.is_none() {
        let text = typed.text.trim().replace("\r\n", "\n");
        let reply_to = typed.reply_to.parse().ok();
        match app.handle.act(Command::Post { group, text, reply_to }).await {
            Ok(_) => return Ok(Redirect::to(&format!("{}#newest", href(id))).into_response()),
            Err(error) if is_about_the_form(&error) => wrong = Some(one_line(&visit, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let shown = Shown { reply: Some(typed.reply_to), ..Shown::default() };
    let page = load(&app, &visit, id, &shown).await?;
    Ok(unprocessable(show(&GroupPage { typed: typed.text, wrong, ..page })))
}

/// Sentence and hint beside a field.
pub fn one_line(visit: &Visit, error: &ApiError) -> String {
    let (sentence, hint) = visit.words.error(error);
    format!("{sentence} {hint}")
}
