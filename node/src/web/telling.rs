//! Telling the neighbourhood something, with a photo or without: a notice, an alert, words to one unit;
//! and what becomes of it afterwards: said differently, taken back, 我家的.
//!
//! Who may say what the node judges. The page offers an alert to whoever has a role, since an alert of
//! anybody else is a notice; and what may be done with an announcement it reads from its row.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::TEXT_BYTES_MAX;
use serde::Deserialize;

use super::{
    App,
    error::{Failure, has_passed, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
    group::id_of,
    groups::areas,
    join::given,
    news,
    photo::ready,
    seen::{beside, if_seen},
    upload::{Unpacking, Upload},
    wrong::Wrong,
};
use crate::api::{
    ApiError, Command, ErrorKind, NewsCommand, NewsReply, NewsWord, PhotoRow, Reply, RoleWord,
    Telling,
};

/// Groups that it can be said in; more than anybody is in.
const GROUPS_SHOWN_MAX: usize = 60;

/// What was typed.
#[derive(Default)]
struct Typed {
    class: String,
    text: String,
    area: String,
    group: String,
    until: String,
    forwardable: bool,
}

impl Typed {
    fn of(form: &Upload) -> Self {
        let text = |name| form.text(name).unwrap_or_default().trim().replace("\r\n", "\n");
        Self {
            class: text("class"),
            text: text("text"),
            area: text("area"),
            group: text("group"),
            until: text("until"),
            forwardable: form.text("forwardable").is_some(),
        }
    }

    fn class(&self) -> NewsWord {
        let all = [NewsWord::Alert, NewsWord::Addressed];
        all.into_iter().find(|class| class.code() == self.class).unwrap_or(NewsWord::Notice)
    }
}

/// What the node calls the fields, and their ids.
const FIELDS: [(&str, &str); 7] = [
    ("text", "text"),
    ("private", "text"),
    ("place", "area"),
    ("until", "until"),
    ("group", "group"),
    ("photo", "photo"),
    ("photos", "photo"),
];

#[derive(Template)]
#[template(path = "telling.html")]
struct New {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
    /// Where it can be said: id, name.
    groups: Vec<(String, String)>,
    /// Areas that it can be about.
    places: Vec<String>,
}

impl New {
    /// The sorts that whoever asks may say: value, name, hint, chosen.
    fn classes(&self) -> Vec<(&'static str, String, String, bool)> {
        let sorts = [
            (NewsWord::Notice, "tell-notice-hint"),
            (NewsWord::Alert, "tell-alert-hint"),
            (NewsWord::Addressed, "tell-addressed-hint"),
        ];
        let rules = self.f.role >= RoleWord::Steward;
        let offered = sorts.into_iter().filter(|(it, _)| rules || *it != NewsWord::Alert);
        let choice = |(it, hint): (NewsWord, &str)| {
            let name = self.f.words.code("news", it.code());
            (it.code(), name, self.f.t(hint), it == self.typed.class())
        };
        offered.map(choice).collect()
    }
}

async fn blank(app: &App, visit: &Visit, typed: Typed, wrong: Wrong) -> Result<New, Failure> {
    let (f, groups, places) =
        tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Groups), areas(app));
    let Reply::Groups { groups } = groups? else { return Err(Failure::odd_reply()) };
    let joined = groups.iter().filter(|group| group.joined).take(GROUPS_SHOWN_MAX);
    let name = |text: &str| clip(&visit.words.group_name(text), TITLE_CHARS_MAX);
    let groups = joined.map(|group| (group.id.to_hex(), name(&group.name))).collect();
    Ok(New { f, typed, wrong, groups, places })
}

/// What a link to the form fills in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    class: String,
}

/// The form.
pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let typed = Typed { class: wanted.class, ..Typed::default() };
    Ok(show(&blank(&app, &visit, typed, Wrong::default()).await?))
}

/// Says it.
pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Unpacking { form, turn: _turn }: Unpacking,
) -> Result<Response, Failure> {
    let typed = Typed::of(&form);
    let (until_ms, wrong) = looked_through(&visit, &typed);
    let wrong = if wrong.is_some() {
        wrong
    } else {
        match tell(&app, &form, &typed, until_ms).await {
            Ok(there) => return Ok(Redirect::to(&there).into_response()),
            Err(Failure::Api(error)) if is_about_the_form(&error) => {
                Wrong::said(&visit, &error, &FIELDS)
            }
            Err(failure) => return Err(failure),
        }
    };
    Ok(unprocessable(show(&blank(&app, &visit, typed, wrong).await?)))
}

/// Until when, and what is wrong before the node is asked.
fn looked_through(visit: &Visit, typed: &Typed) -> (Option<u64>, Wrong) {
    let words = visit.words;
    let until_ms = visit.moment_typed(&typed.until);
    let missing = typed.class() == NewsWord::Addressed && typed.area.is_empty();
    let bad = !typed.until.is_empty() && until_ms.is_none();
    let wrong = Wrong::seen([
        ("text", wrong_text(words, &typed.text, TEXT_BYTES_MAX)),
        ("area", missing.then(|| words.text("tell-no-area", &[]))),
        ("until", bad.then(|| words.text("case-no-time", &[]))),
    ]);
    (until_ms, wrong)
}

/// Where it stands then.
async fn tell(
    app: &App,
    form: &Upload,
    typed: &Typed,
    until_ms: Option<u64>,
) -> Result<String, Failure> {
    let telling = Telling {
        // Words to one unit go to the group that it lies in.
        group: given(&typed.group).filter(|_| typed.class() != NewsWord::Addressed),
        class: typed.class(),
        text: typed.text.clone(),
        area: given(&typed.area),
        until_ms,
        forwardable: typed.forwardable,
        photos: photos(form).await?,
        ..Telling::default()
    };
    let tell = Command::News(NewsCommand::Tell(Box::new(telling)));
    match app.handle.act(tell).await? {
        Reply::News(NewsReply::Told { id }) => Ok(format!("/news/{}", id.to_hex())),
        _ => Err(Failure::odd_reply()),
    }
}

/// Photos are welcome here and never asked for.
async fn photos(form: &Upload) -> Result<Vec<PhotoRow>, ApiError> {
    match form.files("photo").is_empty() && !form.is_cut {
        true => Ok(Vec::new()),
        false => ready(form).await,
    }
}

/// What is done about an announcement.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Acted {
    pub what: String,
    pub text: String,
    pub until: String,
    pub reason: String,
    pub seen: String,
}

/// Said differently, taken back, or 我家的.
pub async fn act(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(typed): Form<Acted>,
) -> Result<Response, Failure> {
    let id = id_of(&id)?.to_hex();
    let wrong = match command(&visit, &id, &typed) {
        Ok(command) => match app.handle.act(command).await {
            Ok(_) => return Ok(Redirect::to(&format!("/news/{id}")).into_response()),
            Err(error) if has_passed(&error) => refused(&visit, &typed.what, &error),
            Err(error) => return Err(error.into()),
        },
        Err(None) => return Err(Failure::BadForm),
        Err(Some(wrong)) => wrong,
    };
    let page = news::load(&app, &visit, id).await?;
    Ok(unprocessable(show(&news::One { typed, wrong, ..page })))
}

/// The node's refusal, beside the field of the form that was sent.
fn refused(visit: &Visit, what: &str, error: &ApiError) -> Wrong {
    match (error.kind, what) {
        (ErrorKind::Changed, _) => Wrong::beside("text", beside(visit, error)),
        (_, "correct") => Wrong::said(visit, error, &FIELDS),
        _ => Wrong::said(visit, error, &[("reason", "reason"), ("private", "reason")]),
    }
}

/// What a form asks for; an error says what is wrong, or nothing where the form is none of ours.
fn command(visit: &Visit, id: &str, typed: &Acted) -> Result<Command, Option<Wrong>> {
    let text = |field: &str, text: &str| match wrong_text(visit.words, text, TEXT_BYTES_MAX) {
        None => Ok(text.trim().replace("\r\n", "\n")),
        Some(wrong) => Err(Some(Wrong::beside(field, wrong))),
    };
    let id = id.to_owned();
    match typed.what.as_str() {
        "correct" => {
            let until_ms = given(&typed.until).map(|until| {
                let wrong = || Wrong::beside("until", visit.words.text("case-no-time", &[]));
                visit.moment_typed(&until).ok_or_else(|| Some(wrong()))
            });
            let (text, until_ms) = (text("text", &typed.text)?, until_ms.transpose()?);
            let correct = Command::News(NewsCommand::Correct { id, text, until_ms });
            Ok(if_seen(typed.seen.clone(), correct))
        }
        "withdraw" => {
            let reason = text("reason", &typed.reason)?;
            Ok(Command::News(NewsCommand::Withdraw { id, reason }))
        }
        "mine" => Ok(Command::News(NewsCommand::Mine { id })),
        _ => Err(None),
    }
}
