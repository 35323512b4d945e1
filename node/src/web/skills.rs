//! Skills and thanks on the page: who can help with what, how he is asked; thanks that both wanted to
//! be read.
//!
//! Thanks stand in the order of time. No page counts them, of anybody: `tests/stories/profiles.rs` looks.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    wrong::Wrong,
};
use crate::api::{
    Command, NewSkill, Reply, SkillCommand, SkillReply, SkillWord, ThanksCommand, ThanksReply,
};

/// Skills of one page; whoever looks for more says what he looks for.
const SKILLS_SHOWN_MAX: usize = 100;

/// Characters of thanks on the page.
const THANKS_CHARS_MAX: usize = 400;

/// A skill as a card.
struct Card {
    id: String,
    kind: String,
    text: String,
    place: String,
    name: Option<String>,
    home: String,
    phone: String,
    mine: bool,
}

/// What is looked for, or said.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    does: String,
    id: String,
    kind: String,
    words: String,
    text: String,
    place: String,
    phone: String,
    desk: String,
}

#[derive(Template)]
#[template(path = "skills.html")]
struct Page {
    f: Frame,
    typed: Typed,
    cards: Vec<Card>,
    more: u64,
    wrong: Wrong,
}

impl Page {
    /// The sorts: value, name, chosen.
    fn kinds(&self) -> Vec<(&'static str, String, bool)> {
        let kind = |kind: SkillWord| {
            let code = kind.code();
            (code, self.f.words.code("skill", code), self.typed.kind == code)
        };
        SkillWord::ALL.map(kind).into()
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

async fn put_together(
    app: &App,
    visit: &Visit,
    typed: Typed,
    wrong: Wrong,
) -> Result<Page, Failure> {
    let find = SkillCommand::Find {
        kind: SkillWord::from_code(&typed.kind),
        words: given(&typed.words),
        place: given(&typed.place).filter(|_| !wrong.is_some()),
    };
    let (f, reply) = tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Skill(find)));
    let Reply::Skill(SkillReply::List { skills }) = reply? else {
        return Err(Failure::odd_reply());
    };
    let shown = skills.iter().take(SKILLS_SHOWN_MAX);
    let cards = shown.map(|row| Card {
        id: row.id.to_hex(),
        kind: visit.words.code("skill", row.kind.code()),
        text: clip(&row.text, TITLE_CHARS_MAX),
        place: clip(&row.place, TITLE_CHARS_MAX),
        name: row.name.as_ref().map(|name| clip(name, TITLE_CHARS_MAX)),
        home: clip(&row.home, TITLE_CHARS_MAX),
        phone: row.phone.clone(),
        mine: row.mine,
    });
    let cards = cards.collect();
    let more = skills.len().saturating_sub(SKILLS_SHOWN_MAX) as u64;
    Ok(Page { f, typed, cards, more, wrong })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    Ok(show(&put_together(&app, &visit, typed, Wrong::default()).await?))
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let command = match typed.does.as_str() {
        "withdraw" => SkillCommand::Withdraw { id: typed.id.clone() },
        _ => SkillCommand::Add(NewSkill {
            kind: SkillWord::from_code(&typed.kind).unwrap_or(SkillWord::Other),
            text: typed.text.clone(),
            place: given(&typed.place),
            through_desk: !typed.desk.is_empty(),
            phone: typed.phone.trim().to_owned(),
        }),
    };
    match app.handle.act(Command::Skill(command)).await {
        Ok(_) => Ok(Redirect::to("/skills").into_response()),
        Err(error) if is_about_the_form(&error) => {
            let fields: &[(&str, &str)] = match typed.does.as_str() {
                "withdraw" => &[],
                _ => {
                    &[("text", "text"), ("private", "text"), ("place", "place"), ("phone", "phone")]
                }
            };
            let wrong = Wrong::said(&visit, &error, fields);
            let page = put_together(&app, &visit, typed, wrong).await?;
            Ok(unprocessable(show(&page)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Thanks as a card.
struct Thanks {
    id: String,
    sentence: String,
    text: String,
    time: String,
    public: bool,
    may_publish: bool,
    may_withdraw: bool,
}

#[derive(Template)]
#[template(path = "thanks.html")]
struct ThanksPage {
    f: Frame,
    public: Vec<Thanks>,
    waiting: Vec<Thanks>,
    request: String,
    typed: ThanksTyped,
    wrong: Wrong,
}

/// What is done about thanks.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ThanksTyped {
    does: String,
    id: String,
    request: String,
    to: String,
    text: String,
}

async fn thanks_together(
    app: &App,
    visit: &Visit,
    typed: ThanksTyped,
    wrong: Wrong,
) -> Result<ThanksPage, Failure> {
    let list = Command::Thanks(ThanksCommand::List);
    let (f, reply) = tokio::join!(Frame::load(app, visit), app.handle.ask(list));
    let Reply::Thanks(ThanksReply::List { thanks }) = reply? else {
        return Err(Failure::odd_reply());
    };
    let mut cards = Vec::new();
    for row in thanks {
        let names = [
            ("from", clip(&row.from, TITLE_CHARS_MAX).into()),
            ("to", clip(&row.to, TITLE_CHARS_MAX).into()),
        ];
        cards.push(Thanks {
            id: row.id.to_hex(),
            sentence: visit.words.text("thanks-line", &names),
            text: clip(&row.text, THANKS_CHARS_MAX),
            time: visit.moment(row.claimed_ms),
            public: row.public,
            may_publish: row.may_publish,
            may_withdraw: row.may_withdraw,
        });
    }
    let (public, waiting) = cards.into_iter().partition(|card| card.public);
    Ok(ThanksPage { f, public, waiting, request: typed.request.clone(), typed, wrong })
}

pub async fn thanks(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(typed): Query<ThanksTyped>,
) -> Result<Response, Failure> {
    Ok(show(&thanks_together(&app, &visit, typed, Wrong::default()).await?))
}

pub async fn say_thanks(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<ThanksTyped>,
) -> Result<Response, Failure> {
    let id = typed.id.clone();
    let command = match typed.does.as_str() {
        "publish" => ThanksCommand::Publish { id },
        "withdraw" => ThanksCommand::Withdraw { id },
        "give" => ThanksCommand::Give {
            request: typed.request.clone(),
            to: given(&typed.to),
            text: typed.text.clone(),
        },
        _ => return Err(Failure::BadForm),
    };
    match app.handle.act(Command::Thanks(command)).await {
        Ok(_) => Ok(Redirect::to("/thanks").into_response()),
        Err(error) if is_about_the_form(&error) => {
            let fields: &[(&str, &str)] = match typed.does.as_str() {
                "give" => &[("text", "text"), ("private", "text"), ("person", "to")],
                _ => &[],
            };
            let wrong = Wrong::said(&visit, &error, fields);
            Ok(unprocessable(show(&thanks_together(&app, &visit, typed, wrong).await?)))
        }
        Err(error) => Err(error.into()),
    }
}
