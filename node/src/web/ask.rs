//! Asking for help: what, more words, is it urgent, and where.
//!
//! Where it is urgent 110, 119 and 120 come first: neighbours are no ambulance.

pub mod photo;

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::{NAME_BYTES_MAX, PHONE_BYTES_MAX, TEXT_BYTES_MAX};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
    join::given,
    wrong::{Wrong, wrong_if_given},
};
use crate::api::{
    CaseCommand, Command, KindWord, NewCase, NewsCommand, NewsReply, NewsRow, Private, Reply,
};

/// Groups that may be asked; the first one is everybody.
const GROUPS_OFFERED_MAX: usize = 50;

/// Letters of an answer that are shown above the form.
const ANSWER_CHARS_MAX: usize = 600;

/// What the form carries; also what a link to it may fill in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    title: String,
    details: String,
    urgent: String,
    group: String,
    name: String,
    phone: String,
    door: String,
    sensitive: String,
    /// `question`: for the desk to answer, not for neighbours to do.
    kind: String,
    /// For the desk alone.
    to_desk: String,
    /// The office's earlier answers were read; it shall be asked all the same.
    anyway: String,
}

impl Typed {
    fn is_question(&self) -> bool {
        self.kind == "question"
    }

    fn has_private(&self) -> bool {
        [&self.name, &self.phone, &self.door, &self.sensitive].iter().any(|it| !it.is_empty())
    }
}

/// What the page sees by itself.
fn wrong_in(visit: &Visit, typed: &Typed) -> Wrong {
    let long = |text: &str, bytes_max| wrong_if_given(visit, text, bytes_max);
    Wrong::seen([
        ("title", wrong_text(visit.words, &typed.title, NAME_BYTES_MAX)),
        ("details", long(&typed.details, TEXT_BYTES_MAX)),
        ("name", long(&typed.name, NAME_BYTES_MAX)),
        ("phone", long(&typed.phone, PHONE_BYTES_MAX)),
        ("door", long(&typed.door, NAME_BYTES_MAX)),
        ("sensitive", long(&typed.sensitive, TEXT_BYTES_MAX)),
    ])
}

/// What the node calls the fields, and their ids; where no group is to be chosen, without the first.
const FIELDS: [(&str, &str); 7] = [
    ("group", "group"),
    ("title", "title"),
    ("details", "details"),
    ("private", "details"),
    ("name", "name"),
    ("phone", "phone"),
    ("door", "door"),
];

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    f: Frame,
    typed: Typed,
    /// Address, name, chosen.
    groups: Vec<(String, String, bool)>,
    wrong: Wrong,
    /// What the office has answered before: question and answer.
    answers: Vec<(String, String)>,
}

impl AskPage {
    /// Is there more than one to choose from?
    fn offers_groups(&self) -> bool {
        !self.typed.is_question() && self.groups.len() > 1
    }
}

/// The groups to choose from: address, name, chosen.
pub async fn groups(
    app: &App,
    visit: &Visit,
    typed: &str,
) -> Result<Vec<(String, String, bool)>, Failure> {
    let Reply::Groups { groups } = app.handle.ask(Command::Groups).await? else {
        return Err(Failure::odd_reply());
    };
    let mine = groups.iter().filter(|group| group.joined).take(GROUPS_OFFERED_MAX);
    let groups = mine.map(|group| {
        let id = group.id.to_hex();
        let chosen = id == typed || (typed.is_empty() && group.name == "all");
        (id, clip(&visit.words.group_name(&group.name), TITLE_CHARS_MAX), chosen)
    });
    Ok(groups.collect())
}

async fn blank(app: &App, visit: &Visit, typed: Typed) -> Result<AskPage, Failure> {
    let (f, groups) = tokio::join!(Frame::load(app, visit), groups(app, visit, &typed.group));
    Ok(AskPage { groups: groups?, f, typed, wrong: Wrong::default(), answers: Vec::new() })
}

/// What the office has answered before, unless it cannot wait or was read already.
async fn answers(app: &App, typed: &Typed) -> Result<Vec<(String, String)>, Failure> {
    if !typed.urgent.is_empty() || !typed.anyway.is_empty() {
        return Ok(Vec::new());
    }
    let question = format!("{} {}", typed.title, typed.details);
    let asked = Command::News(NewsCommand::Answered { question });
    let Reply::News(NewsReply::List { news }) = app.handle.ask(asked).await? else {
        return Err(Failure::odd_reply());
    };
    let shown = |row: NewsRow| {
        let question = clip(&row.question.unwrap_or_default(), TITLE_CHARS_MAX);
        (question, clip(&row.text, ANSWER_CHARS_MAX))
    };
    Ok(news.into_iter().map(shown).collect())
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    Ok(show(&blank(&app, &visit, typed).await?))
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let wrong = wrong_in(&visit, &typed);
    if wrong.is_some() {
        let page = blank(&app, &visit, typed).await?;
        return Ok(unprocessable(show(&AskPage { wrong, ..page })));
    }
    let answers = answers(&app, &typed).await?;
    if !answers.is_empty() {
        let page = blank(&app, &visit, typed).await?;
        return Ok(show(&AskPage { answers, ..page }));
    }
    let asked = if typed.is_question() { question(&typed) } else { help(&typed) };
    match app.handle.act(asked).await {
        Ok(Reply::Asked { id, .. }) => {
            Ok(Redirect::to(&format!("/requests/{}", id.to_hex())).into_response())
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if is_about_the_form(&error) => {
            let page = blank(&app, &visit, typed).await?;
            let fields = if page.offers_groups() { &FIELDS[..] } else { &FIELDS[1..] };
            let wrong = Wrong::said(&visit, &error, fields);
            Ok(unprocessable(show(&AskPage { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}

/// For neighbours to do.
fn help(typed: &Typed) -> Command {
    Command::Ask {
        group: given(&typed.group),
        title: typed.title.trim().to_owned(),
        details: details(typed),
        urgent: !typed.urgent.is_empty(),
        private: Private {
            name: typed.name.clone(),
            phone: typed.phone.clone(),
            door: typed.door.clone(),
            details: typed.sensitive.replace("\r\n", "\n"),
        },
    }
}

/// For the desk to answer.
fn question(typed: &Typed) -> Command {
    let to_desk = !typed.to_desk.is_empty();
    Command::Case(CaseCommand::Ask(Box::new(NewCase {
        title: typed.title.trim().to_owned(),
        details: details(typed),
        kind: if to_desk { KindWord::Complaint } else { KindWord::Question },
        to_desk,
        ..NewCase::default()
    })))
}

fn details(typed: &Typed) -> String {
    typed.details.trim().replace("\r\n", "\n")
}
