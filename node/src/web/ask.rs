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
    wrong::{Wrong, wrong_if_given, wrong_time_if_given},
};
use crate::api::{
    CaseCommand, Command, ConsentWord, KindWord, NewCase, NewsCommand, NewsReply, NewsRow, Private,
    Reply,
};

/// Groups that may be asked; the first one is everybody.
const GROUPS_OFFERED_MAX: usize = 50;

/// Letters of an answer that are shown above the form.
const ANSWER_CHARS_MAX: usize = 600;

/// Somebody is needed within the hour.
const URGENT: u8 = 3;

/// By what right somebody asks for somebody else: the words of the form, and their sentences.
const CONSENTS: [(ConsentWord, &str, &str); 5] = [
    (ConsentWord::OwnWord, "own_word", "ask-consent-own-word"),
    (ConsentWord::ByPhone, "by_phone", "ask-consent-by-phone"),
    (ConsentWord::Written, "written", "ask-consent-written"),
    (ConsentWord::Guardian, "guardian", "ask-consent-guardian"),
    (ConsentWord::Emergency, "emergency", "ask-consent-emergency"),
];

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
    /// Where about.
    area: String,
    /// From when on, and until when.
    from: String,
    until: String,
    /// What is needed, one thing a line.
    needs: String,
    /// How many people.
    places: String,
    /// For whom, if it is for somebody else, and by what right.
    subject: String,
    consent: String,
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

    /// Is there more to show than most people say?
    fn has_terms(&self) -> bool {
        let all = [&self.area, &self.from, &self.until, &self.needs, &self.places, &self.subject];
        all.iter().any(|it| !it.is_empty())
    }

    fn has_private(&self) -> bool {
        [&self.name, &self.phone, &self.door, &self.sensitive].iter().any(|it| !it.is_empty())
    }
}

/// What the page sees by itself.
fn wrong_in(visit: &Visit, typed: &Typed) -> Wrong {
    let long = |text: &str, bytes_max| wrong_if_given(visit, text, bytes_max);
    let places = given(&typed.places).filter(|it| it.parse::<u16>().is_err());
    Wrong::seen([
        ("title", wrong_text(visit.words, &typed.title, NAME_BYTES_MAX)),
        ("details", long(&typed.details, TEXT_BYTES_MAX)),
        ("name", long(&typed.name, NAME_BYTES_MAX)),
        ("phone", long(&typed.phone, PHONE_BYTES_MAX)),
        ("door", long(&typed.door, NAME_BYTES_MAX)),
        ("sensitive", long(&typed.sensitive, TEXT_BYTES_MAX)),
        ("from", wrong_time_if_given(visit, &typed.from)),
        ("until", wrong_time_if_given(visit, &typed.until)),
        ("places", places.map(|_| visit.words.text("ask-no-number", &[]))),
        ("subject", long(&typed.subject, NAME_BYTES_MAX)),
    ])
}

/// What the node calls the fields, and their ids; where no group is to be chosen, without the first.
const FIELDS: [(&str, &str); 12] = [
    ("group", "group"),
    ("title", "title"),
    ("details", "details"),
    ("private", "details"),
    ("name", "name"),
    ("phone", "phone"),
    ("door", "door"),
    ("place", "area"),
    ("until", "until"),
    ("needs", "needs"),
    ("places", "places"),
    ("person", "subject"),
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
    /// Word, sentence, chosen.
    fn consents(&self) -> Vec<(&'static str, String, bool)> {
        let row = |(_, code, key): (ConsentWord, &'static str, &str)| {
            (code, self.f.t(key), self.typed.consent == code)
        };
        CONSENTS.into_iter().map(row).collect()
    }

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
    let asked = if typed.is_question() { question(&typed) } else { help(&visit, &typed) };
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

/// For neighbours to do. Times and numbers that can be read; the page has looked at them.
fn help(visit: &Visit, typed: &Typed) -> Command {
    let subject = given(&typed.subject);
    // Whoever is nobody here is a name that only a few may read.
    let name = given(&typed.name).or_else(|| subject.clone()).unwrap_or_default();
    let needs = typed.needs.lines().filter_map(given);
    Command::Case(CaseCommand::Ask(Box::new(NewCase {
        group: given(&typed.group),
        title: typed.title.trim().to_owned(),
        details: details(typed),
        urgency: (!typed.urgent.is_empty()).then_some(URGENT),
        places: given(&typed.places).and_then(|it| it.parse().ok()),
        area: typed.area.trim().to_owned(),
        from_ms: visit.moment_typed(&typed.from),
        until_ms: visit.moment_typed(&typed.until),
        needs: needs.collect(),
        consent: subject.is_some().then(|| consent(typed)),
        subject,
        private: Private {
            name,
            phone: typed.phone.clone(),
            door: typed.door.clone(),
            details: typed.sensitive.replace("\r\n", "\n"),
        },
        ..NewCase::default()
    })))
}

/// By what right; the first that is offered, where none of them was chosen.
fn consent(typed: &Typed) -> ConsentWord {
    let chosen = CONSENTS.into_iter().find(|(_, code, _)| *code == typed.consent);
    chosen.map_or(ConsentWord::OwnWord, |(word, ..)| word)
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
