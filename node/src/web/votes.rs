//! Votes on the page: the list, opening one, voting, what the desk does, the result sheet, the roll.
//!
//! # Rules
//!
//! 1. What may be done is asked of the node and offered only where it may; the node refuses the rest.
//! 2. Votes by choice are shown after the announced end and not before; whoever has not voted sees no
//!    trend.
//! 3. Result sheet and roll are clean pages that any browser prints. The sheet has no names but those of
//!    who counts.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::{limits::NAME_BYTES_MAX, time::ClaimedTime};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show, wrong_text},
    wrong::{Wrong, named},
};
use crate::api::{
    CalledRow, ChoiceRow, Command, NewVote, Reply, RoleWord, VoteCommand, VotePage, VoteReply,
    VoteRow, VoteState, VoterRow,
};

/// Lines of the roll on one sheet.
const VOTERS_SHOWN_MAX: usize = 200;

/// An hour in milliseconds.
const HOUR_MS: u64 = 3_600_000;

/// A vote in the list.
struct Line {
    href: String,
    title: String,
    group: String,
    state: String,
    class: &'static str,
    ends: String,
    turnout: String,
    awaits_me: bool,
    changed: bool,
}

#[derive(Template)]
#[template(path = "votes.html")]
struct List {
    f: Frame,
    open: Vec<Line>,
    over: Vec<Line>,
    may_open: bool,
}

fn line(visit: &Visit, row: &VoteRow) -> Line {
    let turnout = [("n", row.turnout.into()), ("all", row.voters.into())];
    Line {
        href: format!("/votes/{}", row.id.to_hex()),
        title: clip(&row.title, TITLE_CHARS_MAX),
        group: clip(&visit.words.group_name(&row.group_name), TITLE_CHARS_MAX),
        state: visit.words.code("vote", row.state.code()),
        class: row.state.code(),
        ends: visit.moment(ClaimedTime(row.ends_ms)),
        turnout: visit.words.text("vote-turnout", &turnout),
        awaits_me: row.awaits_me,
        changed: row.changed,
    }
}

pub async fn list(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let ask = Command::Vote(VoteCommand::List { all: true });
    let (f, reply) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(ask));
    let Reply::Vote(VoteReply::List { votes }) = reply? else { return Err(Failure::odd_reply()) };
    let over = |row: &&VoteRow| matches!(row.state, VoteState::Final | VoteState::Cancelled);
    Ok(show(&List {
        open: votes.iter().filter(|row| !over(row)).map(|row| line(&visit, row)).collect(),
        over: votes.iter().filter(over).map(|row| line(&visit, row)).collect(),
        may_open: f.role > RoleWord::Member,
        f,
    }))
}

/// How many votes wait for whoever looks, and of how many he has seen a result that is another one now.
pub async fn waiting(app: &App) -> (u64, u64) {
    let count =
        |votes: &[VoteRow], of: fn(&&VoteRow) -> bool| votes.iter().filter(of).count() as u64;
    match app.handle.ask(Command::Vote(VoteCommand::List { all: false })).await {
        Ok(Reply::Vote(VoteReply::List { votes })) => {
            (count(&votes, |row| row.awaits_me), count(&votes, |row| row.changed))
        }
        _ => (0, 0),
    }
}

/// What the form of a new vote carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    title: String,
    details: String,
    choices: String,
    group: String,
    place: String,
    ends: String,
    grace: String,
    counters: String,
    paper: String,
    person: String,
    secret: String,
}

#[derive(Template)]
#[template(path = "vote_new.html")]
struct New {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
}

pub async fn new_page(State(app): State<App>, Extension(visit): Extension<Visit>) -> Response {
    let f = Frame::load(&app, &visit).await;
    let typed = Typed { grace: "24".into(), paper: "0".into(), ..Typed::default() };
    show(&New { f, typed, wrong: Wrong::default() })
}

pub async fn open(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let ends_ms = visit.moment_typed(&typed.ends);
    let mut wrong = wrong_new(&visit, &typed);
    if let (Some(ends_ms), false) = (ends_ms, wrong.is_some()) {
        let new = Box::new(put_together(&typed, ends_ms));
        match app.handle.act(Command::Vote(VoteCommand::Open(new))).await {
            Ok(Reply::Vote(VoteReply::Opened { id, .. })) => {
                return Ok(Redirect::to(&format!("/votes/{}", id.to_hex())).into_response());
            }
            Ok(_) => return Err(Failure::odd_reply()),
            Err(error) if named(&error) == Some("group") || is_about_the_form(&error) => {
                wrong = Wrong::said(&visit, &error, &NEW_FIELDS);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let f = Frame::load(&app, &visit).await;
    Ok(unprocessable(show(&New { f, typed, wrong })))
}

/// What the node calls the fields of a new vote, and their ids.
const NEW_FIELDS: [(&str, &str); 9] = [
    ("title", "title"),
    ("private", "title"),
    ("details", "details"),
    ("choices", "choices"),
    ("until", "ends"),
    ("group", "group"),
    ("place", "place"),
    ("counters", "counters"),
    ("person", "counters"),
];

/// What the page sees by itself.
fn wrong_new(visit: &Visit, typed: &Typed) -> Wrong {
    let words = visit.words;
    let not_a_number = |text: &str| {
        let text = text.trim();
        (!text.is_empty() && text.parse::<u32>().is_err()).then(|| words.text("field-number", &[]))
    };
    let two = typed.choices.lines().filter(|it| !it.trim().is_empty()).nth(1).is_some();
    Wrong::seen([
        ("title", wrong_text(words, &typed.title, NAME_BYTES_MAX)),
        ("choices", (!two).then(|| words.text("vote-two-choices", &[]))),
        ("ends", visit.moment_typed(&typed.ends).is_none().then(|| words.text("vote-when", &[]))),
        ("grace", not_a_number(&typed.grace)),
        ("paper", not_a_number(&typed.paper)),
    ])
}

fn put_together(typed: &Typed, ends_ms: u64) -> NewVote {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    let named = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let grace: Option<u64> = typed.grace.trim().parse().ok();
    NewVote {
        group: named(&typed.group),
        place: named(&typed.place),
        title: typed.title.trim().to_owned(),
        details: typed.details.clone(),
        choices: lines(&typed.choices),
        per_person: !typed.person.is_empty(),
        secret: !typed.secret.is_empty(),
        ends_ms,
        grace_ms: grace.map(|hours| hours.saturating_mul(HOUR_MS)),
        counters: lines(&typed.counters),
        on_paper: typed.paper.trim().parse().unwrap_or(0),
    }
}

/// A choice and what it got, as a line of the sheet.
struct Choice {
    number: usize,
    text: String,
    votes: Option<u32>,
    mine: bool,
}

#[derive(Template)]
#[template(path = "vote.html")]
struct Page {
    f: Frame,
    v: View,
    typed: Does,
    wrong: Wrong,
}

impl Page {
    /// Was this choice marked in the form that was refused?
    fn chose(&self, does: &str, number: &usize) -> bool {
        self.typed.does == does && self.typed.choice == number.to_string()
    }
}

#[derive(Template)]
#[template(path = "vote_print.html")]
struct Sheet {
    f: Frame,
    v: View,
    today: String,
}

/// A vote as both pages show it.
struct View {
    href: String,
    line: Line,
    page: VotePage,
    choices: Vec<Choice>,
    /// What was announced: whose ballots, open or secret.
    rules: Vec<String>,
    /// What does not count, in sentences.
    aside: Vec<String>,
    counters: Vec<(String, bool)>,
    mine: Option<String>,
    /// Numbers that the desk has to look after.
    settle: Option<String>,
    /// Results that were announced before, in sentences.
    called: Vec<String>,
    /// The one that the reader saw first.
    saw_before: Option<String>,
}

/// "同意 12 · 不同意 3 · 已投 15 / 20"
fn in_words(visit: &Visit, page: &VotePage, row: &CalledRow) -> String {
    let choice = |(choice, votes): (&ChoiceRow, &u32)| {
        format!("{} {votes}", clip(&choice.text, TITLE_CHARS_MAX / 2))
    };
    let turnout = row.turnout.map(|turnout| {
        let args = [("n", turnout.into()), ("all", page.row.voters.into())];
        visit.words.text("vote-turnout", &args)
    });
    let parts = page.choices.iter().zip(&row.votes).map(choice).chain(turnout);
    parts.collect::<Vec<_>>().join(" · ")
}

fn view(visit: &Visit, page: VotePage) -> View {
    let words = visit.words;
    let n = |key: &str, n: u32| (n > 0).then(|| words.text(key, &[("n", n.into())]));
    let list = |numbers: &[u32]| {
        let shown: Vec<String> = numbers.iter().take(30).map(u32::to_string).collect();
        shown.join(" ")
    };
    let whose = if page.per_person { "vote-per-person" } else { "vote-per-household" };
    let how = if page.secret { "vote-is-secret" } else { "vote-is-open" };
    let grace = [("n", (page.grace_ms / HOUR_MS).into())];
    let aside = [
        n("vote-contradicting", page.contradicting),
        n("vote-unconfirmed", page.unconfirmed),
        n("vote-spoilt", page.spoilt),
        n("vote-outside", page.outside),
        n("vote-late", page.late),
        n("vote-missing", page.missing),
        page.disputed.then(|| words.text("vote-disputed", &[])),
        page.differs.then(|| words.text("vote-differs", &[])),
    ];
    let mine = page.my_number.map(|number| {
        let key = match (page.i_voted, page.my_choices.len()) {
            (false, _) => "vote-mine-none",
            (true, 0 | 1) => "vote-mine",
            (true, _) => "vote-mine-contradicts",
        };
        words.text(key, &[("number", number.to_string().into())])
    });
    let numbers = [&page.contradicting_numbers, &page.unconfirmed_numbers];
    let settle = numbers.iter().any(|it| !it.is_empty()).then(|| {
        let args =
            [("contradicting", list(numbers[0]).into()), ("unconfirmed", list(numbers[1]).into())];
        words.text("vote-settle", &args)
    });
    let choices = page.choices.iter().enumerate().map(|(at, row)| Choice {
        number: at + 1,
        text: clip(&row.text, 2 * TITLE_CHARS_MAX),
        votes: row.votes,
        mine: page.my_choices.contains(&row.text),
    });
    let called = page.called.iter().map(|row| {
        let name = clip(&row.name, TITLE_CHARS_MAX);
        let args = [("name", name.into()), ("result", in_words(visit, &page, row).into())];
        words.text("vote-called", &args)
    });
    let saw_before = page.saw_before.as_ref().map(|row| {
        words.text("vote-saw-before", &[("result", in_words(visit, &page, row).into())])
    });
    View {
        called: called.collect(),
        saw_before,
        href: format!("/votes/{}", page.row.id.to_hex()),
        line: line(visit, &page.row),
        choices: choices.collect(),
        rules: vec![words.text(whose, &[]), words.text(how, &[]), words.text("vote-grace", &grace)],
        aside: aside.into_iter().flatten().collect(),
        counters: page
            .counters
            .iter()
            .map(|it| (clip(&it.name, TITLE_CHARS_MAX), it.reported))
            .collect(),
        mine,
        settle,
        page,
    }
}

async fn shown(app: &App, id: String) -> Result<VotePage, Failure> {
    match app.handle.ask(Command::Vote(VoteCommand::Show { id })).await? {
        Reply::Vote(VoteReply::One(page)) => Ok(*page),
        _ => Err(Failure::odd_reply()),
    }
}

pub async fn one(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (f, page) = tokio::join!(Frame::load(&app, &visit), shown(&app, id));
    Ok(show(&Page { f, v: view(&visit, page?), typed: Does::default(), wrong: Wrong::default() }))
}

/// What is done to a vote.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Does {
    does: String,
    choice: String,
    voter: String,
    again: String,
    reason: String,
}

pub async fn act(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(does): Form<Does>,
) -> Result<Response, Failure> {
    let command = command(&id, &does).ok_or(Failure::BadForm)?;
    let is_number = does.does != "enter" || does.voter.trim().parse::<u32>().is_ok();
    let wrong = match is_number {
        false => Wrong::beside("voter", visit.words.text("field-number", &[])),
        true => match app.handle.act(Command::Vote(command)).await {
            Ok(_) => return Ok(Redirect::to(&format!("/votes/{id}")).into_response()),
            Err(error) if is_about_the_form(&error) => {
                Wrong::said(&visit, &error, does_fields(&does.does))
            }
            Err(error) => return Err(error.into()),
        },
    };
    let (f, page) = tokio::join!(Frame::load(&app, &visit), shown(&app, id));
    Ok(unprocessable(show(&Page { f, v: view(&visit, page?), typed: does, wrong })))
}

/// What a form asks for; none where it is none of ours.
fn command(id: &str, does: &Does) -> Option<VoteCommand> {
    let (id, again) = (id.to_owned(), !does.again.is_empty());
    let (choice, reason) = (does.choice.clone(), does.reason.clone());
    Some(match does.does.as_str() {
        "cast" => VoteCommand::Cast { id, choice, again },
        "enter" => {
            let voter = does.voter.trim().parse().unwrap_or(0);
            VoteCommand::Enter { id, voter, choice, again }
        }
        "report" => VoteCommand::Report { id },
        "close" => VoteCommand::Close { id, reason },
        "cancel" => VoteCommand::Cancel { id, reason },
        _ => return None,
    })
}

/// What the node calls the fields of one of the forms, and their ids.
fn does_fields(does: &str) -> &'static [(&'static str, &'static str)] {
    match does {
        "cast" => &[("choice", "choice")],
        "enter" => &[("voter", "voter"), ("choice", "paper-choice"), ("again", "voter")],
        "close" => &[("reason", "close-reason")],
        "cancel" => &[("reason", "cancel-reason")],
        _ => &[],
    }
}

pub async fn print(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (f, page) = tokio::join!(Frame::load(&app, &visit), shown(&app, id));
    let today = visit.day(visit.now());
    Ok(show(&Sheet { f, v: view(&visit, page?), today }))
}

/// Which portion of the roll.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    from: usize,
}

#[derive(Template)]
#[template(path = "vote_roll.html")]
struct Roll {
    f: Frame,
    href: String,
    title: String,
    voters: Vec<VoterRow>,
    next: Option<usize>,
}

pub async fn roll(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, Failure> {
    let ask = app.handle.ask(Command::Vote(VoteCommand::Roll { id: id.clone() }));
    let (f, page, reply) = tokio::join!(Frame::load(&app, &visit), shown(&app, id), ask);
    let Reply::Vote(VoteReply::Roll { voters }) = reply? else { return Err(Failure::odd_reply()) };
    let row = page?.row;
    let (mut voters, next) = portion(voters, from.from, VOTERS_SHOWN_MAX);
    for voter in &mut voters {
        voter.home = clip(&voter.home, TITLE_CHARS_MAX);
        voter.names.iter_mut().for_each(|name| *name = clip(name, TITLE_CHARS_MAX));
    }
    let (href, title) = (format!("/votes/{}", row.id.to_hex()), clip(&row.title, TITLE_CHARS_MAX));
    Ok(show(&Roll { f, href, title, voters, next }))
}
