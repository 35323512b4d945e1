//! A case as the desk works on it: where it came from, what happened, and every act with the words
//! that it needs.
//!
//! The acts offered are those that the node says this person may do now ([`CaseMore::acts`]). What
//! was typed comes back with a refusal, and the case is shown as it is by then.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::time::ClaimedTime;
use serde::Deserialize;

use crate::{
    api::{
        CaseCommand, CaseMore, CaseVerb, Command, Deed, GroupKindWord, NewsCommand, NewsWord,
        Reply, RequestPage, Telling,
    },
    web::{
        App,
        error::{Failure, is_about_the_form, unprocessable},
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
        join::given,
        news,
        request::{asked_for, name_of},
        requests::{Row, row},
        wrong::{Wrong, named},
    },
};

/// Steps of the timeline, the newest of them.
const STEPS_SHOWN_MAX: usize = 60;

/// Visits, verdicts, postings: of each the newest.
const NOTES_SHOWN_MAX: usize = 20;

/// Characters of the message that a case was made of.
const ORIGIN_CHARS_MAX: usize = 1_000;

/// Teams that a need can be posted to.
const TEAMS_SHOWN_MAX: usize = 30;

/// What an act needs besides a tap.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Reason,
    Person,
    Other,
}

const fn needs(verb: CaseVerb) -> Needs {
    use CaseVerb::{Accept, Decline, Duplicate, Grant, Hold, Offer, Refer, Revoke};
    match verb {
        Hold | Refer | Decline => Needs::Reason,
        Grant | Revoke => Needs::Person,
        Duplicate => Needs::Other,
        // A swap is offered and accepted on the rota's page.
        Offer | Accept => Needs::Other,
        _ => Needs::Nothing,
    }
}

/// An act with a field beside it.
struct Asking {
    verb: &'static str,
    words: String,
    needs: Needs,
}

impl Asking {
    fn person(&self) -> bool {
        self.needs == Needs::Person
    }

    fn other(&self) -> bool {
        self.needs == Needs::Other
    }
}

struct Step {
    who: String,
    did: String,
    time: String,
    note: String,
    counts: bool,
}

#[derive(Template)]
#[template(path = "case.html")]
struct Page {
    f: Frame,
    href: String,
    request: String,
    title: String,
    code: String,
    status: String,
    class: String,
    /// The message that it was made of, and where it stands.
    origin: Option<(String, String, String)>,
    /// Kind, place, window, needs, who speaks for whom: name and words.
    about: Vec<(String, String)>,
    remarks: Vec<String>,
    plain: Vec<(&'static str, String)>,
    asking: Vec<Asking>,
    /// Who holds it or waits, for the fields that want a name.
    people: Vec<String>,
    private: bool,
    visits: Vec<String>,
    verdicts: Vec<String>,
    postings: Vec<Row>,
    teams: Vec<(String, String)>,
    /// What the office said to it.
    answers: Vec<news::Line>,
    steps: Vec<Step>,
    typed: Typed,
    wrong: Wrong,
}

/// What any of the forms carries.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// An act, or `visit`, `note`, `post`, `answer`.
    what: String,
    reason: String,
    person: String,
    other: String,
    outcome: String,
    promise: String,
    follow_up: String,
    solved: String,
    words: String,
    team: String,
    title: String,
    answer: String,
    until: String,
    faq: String,
    question: String,
}

pub fn href(id: &str) -> String {
    format!("/desk/cases/{id}")
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, &id).await?))
}

async fn load(app: &App, visit: &Visit, id: &str) -> Result<Page, Failure> {
    let id = name_of(id)?;
    let (asked, groups) = tokio::join!(asked_for(app, visit, id), app.handle.ask(Command::Groups));
    let ((f, request), Reply::Groups { groups }) = (asked?, groups?) else {
        return Err(Failure::odd_reply());
    };
    let origin = match request.more.message {
        Some(id) => match app.handle.ask(Command::Message { id }).await {
            Ok(Reply::Log { messages }) => messages.into_iter().next(),
            // It may have been said where this person does not read.
            _ => None,
        },
        None => None,
    };
    let group = super::super::groups::href(request.row.group);
    let origin = origin.map(|message| {
        let href = format!("{group}/messages/{}", message.id.to_hex());
        (message.author, clip(&message.text, ORIGIN_CHARS_MAX), href)
    });
    let words = visit.words;
    let teams = groups.iter().filter(|group| {
        group.kind == GroupKindWord::Vetted && group.joined && group.id != request.row.group
    });
    let teams = teams.take(TEAMS_SHOWN_MAX);
    let teams = teams.map(|team| (team.id.to_hex(), words.group_name(&team.name))).collect();
    Ok(lay_out(f, visit, &request, origin, teams))
}

fn lay_out(
    f: Frame,
    visit: &Visit,
    request: &RequestPage,
    origin: Option<(String, String, String)>,
    teams: Vec<(String, String)>,
) -> Page {
    let (line, more, words) = (&request.row, &request.more, visit.words);
    let id = line.id.to_hex();
    let offered = |wanted: fn(Needs) -> bool| {
        more.acts.iter().copied().filter(move |verb| wanted(needs(*verb)))
    };
    let button = |verb: CaseVerb| words.code("button", verb.as_str());
    let skipped = request.timeline.len().saturating_sub(STEPS_SHOWN_MAX);
    let postings = more.postings.iter().take(NOTES_SHOWN_MAX);
    Page {
        href: href(&id),
        request: format!("/requests/{id}"),
        title: clip(&line.title, 2 * TITLE_CHARS_MAX),
        code: line.code.clone(),
        status: words.status(line.state()),
        class: crate::web::requests::class(&line.status),
        origin,
        about: kind_of(visit, more).into_iter().chain(terms(visit, more)).collect(),
        remarks: request.remarks.iter().map(|remark| words.code("remark", remark)).collect(),
        plain: offered(|it| it == Needs::Nothing).map(|it| (it.as_str(), button(it))).collect(),
        asking: offered(|it| it != Needs::Nothing)
            .filter(|verb| !matches!(verb, CaseVerb::Offer | CaseVerb::Accept))
            .map(|verb| Asking { verb: verb.as_str(), words: button(verb), needs: needs(verb) })
            .collect(),
        people: request
            .holders
            .iter()
            .chain(&request.waitlist)
            .take(NOTES_SHOWN_MAX)
            .cloned()
            .collect(),
        private: !request.may_open.is_empty(),
        visits: visits(visit, more),
        verdicts: verdicts(visit, more),
        postings: postings.map(|posting| row(visit, posting)).collect(),
        teams,
        answers: news::answers(visit, &more.answers),
        steps: request.timeline[skipped..]
            .iter()
            .map(|step| Step {
                who: clip(&step.who, TITLE_CHARS_MAX),
                did: words.did(&step.verb),
                time: visit.moment(step.claimed_ms),
                note: clip(&step.note, 2 * TITLE_CHARS_MAX),
                counts: step.counts,
            })
            .collect(),
        typed: Typed::default(),
        wrong: Wrong::default(),
        f,
    }
}

fn kind_of(visit: &Visit, more: &CaseMore) -> Option<(String, String)> {
    let (words, kind) = (visit.words, more.kind.as_str());
    (!kind.is_empty()).then(|| (words.text("case-kind", &[]), words.code("ask-kind", kind)))
}

/// What was said when asking: names of the fields, and the texts that are not empty.
pub fn terms(visit: &Visit, more: &CaseMore) -> Vec<(String, String)> {
    let words = visit.words;
    let when = |ms: Option<u64>| ms.map(|ms| visit.moment(ClaimedTime(ms)));
    let window = match (when(more.from_ms), when(more.until_ms)) {
        (None, None) => String::new(),
        (from, until) => format!("{} – {}", from.unwrap_or_default(), until.unwrap_or_default()),
    };
    let places = if more.places > 1 { more.places.to_string() } else { String::new() };
    let fields = [
        ("case-area", more.area.clone()),
        ("case-window", window),
        ("case-needs", more.needs.join(&words.text("list-comma", &[]))),
        ("case-places", places),
        ("case-subject", more.subject.clone().unwrap_or_default()),
        ("case-proxy", more.proxy.clone().unwrap_or_default()),
    ];
    let said = fields.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(key, text)| (words.text(key, &[]), clip(&text, 2 * TITLE_CHARS_MAX))).collect()
}

fn visits(visit: &Visit, more: &CaseMore) -> Vec<String> {
    let skipped = more.visits.len().saturating_sub(NOTES_SHOWN_MAX);
    let said = more.visits[skipped..].iter().map(|row| {
        let promise = row.promise.as_ref().map(|promise| {
            let due = visit.moment(ClaimedTime(row.follow_up_ms.unwrap_or_default()));
            let args = [("what", clip(promise, TITLE_CHARS_MAX).into()), ("due", due.into())];
            visit.words.text("case-promise", &args)
        });
        let args = [
            ("time", visit.moment(ClaimedTime(row.at_ms)).into()),
            ("who", clip(&row.by, TITLE_CHARS_MAX).into()),
            ("outcome", clip(&row.outcome, 4 * TITLE_CHARS_MAX).into()),
            ("promise", promise.unwrap_or_default().into()),
        ];
        visit.words.text("case-visit", &args)
    });
    said.collect()
}

fn verdicts(visit: &Visit, more: &CaseMore) -> Vec<String> {
    let skipped = more.verdicts.len().saturating_sub(NOTES_SHOWN_MAX);
    let said = more.verdicts[skipped..].iter().map(|row| {
        let key = if row.solved { "case-said-solved" } else { "case-said-unsolved" };
        let args = [
            ("time", visit.moment(row.claimed_ms).into()),
            ("who", clip(&row.by, TITLE_CHARS_MAX).into()),
            ("words", clip(&row.words, 4 * TITLE_CHARS_MAX).into()),
        ];
        visit.words.text(key, &args)
    });
    said.collect()
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let name = name_of(&id)?;
    let wrong = match command(&visit, &name, &typed) {
        Ok(command) => match app.handle.act(command).await {
            Ok(_) => return Ok(Redirect::to(&href(&name)).into_response()),
            Err(error) if is_about_the_form(&error) || named(&error).is_some() => {
                Wrong::said(&visit, &error, &fields(&typed.what))
            }
            Err(error) => return Err(error.into()),
        },
        Err(None) => return Err(Failure::BadForm),
        Err(Some(wrong)) => wrong,
    };
    let page = load(&app, &visit, &name).await?;
    Ok(unprocessable(show(&Page { typed, wrong, ..page })))
}

/// What the node calls the fields of one of the forms, and their ids.
fn fields(what: &str) -> Vec<(&'static str, &str)> {
    match what {
        "visit" => vec![("outcome", "outcome"), ("private", "outcome"), ("promise", "promise")],
        "note" => vec![("words", "words"), ("private", "words")],
        "answer" => vec![("text", "answer"), ("private", "answer"), ("until", "until")],
        "post" => vec![
            ("team", "team"),
            ("group", "team"),
            ("title", "post-title"),
            ("private", "post-title"),
        ],
        // One act has one field, called like it.
        verb => ["reason", "person", "request", "private"].map(|node| (node, verb)).into(),
    }
}

/// What a form asks for; an error is what is wrong with it, or none where the form is none of ours.
fn command(visit: &Visit, name: &str, typed: &Typed) -> Result<Command, Option<Wrong>> {
    let id = name.to_owned();
    let wrong = |field: &str, key: &str| Some(Wrong::beside(field, visit.words.text(key, &[])));
    let given_at = |field: &str, text: &str| given(text).ok_or_else(|| wrong(field, "field-empty"));
    let case = match typed.what.as_str() {
        "answer" => return answer(visit, id, typed),
        "visit" => {
            let outcome = given_at("outcome", &typed.outcome)?;
            let promise = given(&typed.promise);
            let follow_up_ms = match given(&typed.follow_up) {
                Some(text) => Some(
                    visit.moment_typed(&text).ok_or_else(|| wrong("follow_up", "case-no-time"))?,
                ),
                None => None,
            };
            let (at_ms, people, photo) = (None, Vec::new(), None);
            let photos = Vec::new();
            CaseCommand::Visit { id, at_ms, people, outcome, promise, follow_up_ms, photo, photos }
        }
        "note" => {
            let words = given_at("words", &typed.words)?;
            CaseCommand::Note { id, solved: typed.solved == "yes", words }
        }
        "post" => {
            let team = given_at("team", &typed.team)?;
            CaseCommand::Post { id, team, title: given(&typed.title) }
        }
        what => {
            let verb = CaseVerb::ALL.into_iter().find(|verb| verb.as_str() == what).ok_or(None)?;
            CaseCommand::Do(Deed {
                person: given(&typed.person),
                other: given(&typed.other),
                reason: typed.reason.trim().to_owned(),
                ..Deed::of(name, verb)
            })
        }
    };
    Ok(Command::Case(case))
}

/// What the office says to it, until the end of a day if one is named, and saved if that is wanted.
fn answer(visit: &Visit, id: String, typed: &Typed) -> Result<Command, Option<Wrong>> {
    let wrong = |field: &str, key: &str| Some(Wrong::beside(field, visit.words.text(key, &[])));
    let text = given(&typed.answer).ok_or_else(|| wrong("answer", "field-empty"))?;
    let until_ms = given(&typed.until)
        .map(|until| visit.day_after(&until).ok_or_else(|| wrong("until", "case-no-time")));
    let question = (typed.faq == "yes").then(|| typed.question.trim().to_owned());
    Ok(Command::News(NewsCommand::Tell(Box::new(Telling {
        class: NewsWord::Answer,
        text: text.replace("\r\n", "\n"),
        until_ms: until_ms.transpose()?,
        answers: Some(id),
        question,
        ..Telling::default()
    }))))
}
