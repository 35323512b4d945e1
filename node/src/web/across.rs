//! Between my neighbourhoods: the pages of this box's other homes, a need that is carried over, and what
//! came of it.
//!
//! The text to carry is the answer to the form itself and part of no address.

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
    wrong::{Wrong, named},
};
use crate::api::{AcrossCommand, AcrossReply, Command, Reply};

/// Groups that a need may be asked in.
const GROUPS_OFFERED_MAX: usize = 50;

/// What is carried, or done about the list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    does: String,
    request: String,
    title: String,
    text: String,
    group: String,
    name: String,
    address: String,
}

#[derive(Template)]
#[template(path = "across.html")]
struct Page {
    f: Frame,
    typed: Typed,
    /// Name, address.
    homes: Vec<(String, String)>,
    /// Id, name, chosen.
    groups: Vec<(String, String, bool)>,
    /// A text to copy into the other neighbourhood's page.
    carried: Option<String>,
    wrong: Wrong,
}

async fn put_together(
    app: &App,
    visit: &Visit,
    typed: Typed,
    wrong: Wrong,
) -> Result<Page, Failure> {
    let asked = Command::Across(AcrossCommand::Homes);
    let (f, homes, groups) = tokio::join!(
        Frame::load(app, visit),
        app.handle.ask(asked),
        app.handle.ask(Command::Groups)
    );
    let Reply::Across(AcrossReply::Homes { homes }) = homes? else {
        return Err(Failure::odd_reply());
    };
    let Reply::Groups { groups } = groups? else { return Err(Failure::odd_reply()) };
    let homes = homes.into_iter().map(|it| (clip(&it.name, TITLE_CHARS_MAX), it.address));
    let groups = groups.iter().filter(|it| it.joined).take(GROUPS_OFFERED_MAX);
    let groups = groups.map(|it| {
        let name = clip(&visit.words.group_name(&it.name), TITLE_CHARS_MAX);
        let id = it.id.to_hex();
        let chosen = id == typed.group;
        (id, name, chosen)
    });
    let (homes, groups) = (homes.collect(), groups.collect());
    Ok(Page { f, typed, homes, groups, carried: None, wrong })
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    Ok(show(&put_together(&app, &visit, typed, Wrong::default()).await?))
}

fn command(typed: &Typed) -> Option<AcrossCommand> {
    let text = typed.text.clone();
    Some(match typed.does.as_str() {
        "carry" => {
            let title = Some(typed.title.trim().to_owned()).filter(|title| !title.is_empty());
            AcrossCommand::Carry { id: typed.request.clone(), title }
        }
        "outcome" => AcrossCommand::Outcome { id: typed.request.clone() },
        "post" => AcrossCommand::Post { text, group: typed.group.clone() },
        "take" => AcrossCommand::Take { text },
        "add" => {
            let (name, address) = (typed.name.clone(), typed.address.clone());
            AcrossCommand::HomeAdd { name, address }
        }
        "forget" => AcrossCommand::HomeForget { name: typed.name.clone() },
        _ => return None,
    })
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let command = command(&typed).ok_or(Failure::BadForm)?;
    let to_request = |id: String| Redirect::to(&format!("/requests/{id}")).into_response();
    match app.handle.act(Command::Across(command)).await {
        Ok(Reply::Across(AcrossReply::Text { text, .. })) => {
            let page = put_together(&app, &visit, typed, Wrong::default()).await?;
            Ok(show(&Page { carried: Some(text), ..page }))
        }
        Ok(Reply::Asked { id, .. }) => Ok(to_request(id.to_hex())),
        Ok(Reply::Request(page)) => Ok(to_request(page.row.id.to_hex())),
        Ok(_) => Ok(Redirect::to("/across").into_response()),
        // A code that names nothing, or a group that is gone: what was typed stays.
        Err(error)
            if is_about_the_form(&error) || matches!(named(&error), Some("request" | "group")) =>
        {
            let fields: &[(&str, &str)] = match typed.does.as_str() {
                "add" => &[("name", "name"), ("address", "address")],
                "carry" | "outcome" => {
                    &[("request", "request"), ("title", "title"), ("private", "title")]
                }
                "post" | "take" => &[("text", "text"), ("private", "text"), ("group", "group")],
                _ => &[],
            };
            let wrong = Wrong::said(&visit, &error, fields);
            Ok(unprocessable(show(&put_together(&app, &visit, typed, wrong).await?)))
        }
        Err(error) => Err(error.into()),
    }
}
