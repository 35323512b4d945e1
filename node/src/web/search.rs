//! Looking for something: a box with words, and what was found, newest first.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    group::{id_of, one_line},
    groups::href,
};
use crate::api::{Command, FoundPage, FoundRow, FoundWord, Reply, SearchQuery};

/// Things on one page.
const FOUND_SHOWN_MAX: u32 = 30;

/// Characters of what is typed that the page gives back.
const WORDS_CHARS_MAX: usize = 100;

/// What is looked for, as the address of the page says it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    words: String,
    group: String,
    before: String,
}

struct Row {
    href: String,
    kind: String,
    author: Option<String>,
    group: String,
    time: String,
    text: String,
    code: Option<String>,
    status: Option<String>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    f: Frame,
    words: String,
    /// The id of the only group that is searched.
    group: Option<String>,
    rows: Vec<Row>,
    asked: bool,
    wrong: Option<String>,
    /// The address of the next page.
    next: Option<String>,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let group = Some(asked.group).filter(|group| !group.is_empty());
    let group = group.map(|group| id_of(&group)).transpose()?.map(|id| id.to_hex());
    let words = clip(&asked.words, WORDS_CHARS_MAX);
    let query = SearchQuery {
        words: asked.words.clone(),
        group: group.clone(),
        last: FOUND_SHOWN_MAX,
        before: Some(asked.before).filter(|before| !before.is_empty()),
        ..SearchQuery::default()
    };
    let is_asked = !asked.words.trim().is_empty();
    let f = Frame::load(&app, &visit).await;
    let (mut found, mut wrong) = (FoundPage::default(), None);
    if is_asked {
        match app.handle.ask(Command::Search(query)).await {
            Ok(Reply::Found(page)) => found = page,
            Ok(_) => return Err(Failure::odd_reply()),
            Err(error) if is_about_the_form(&error) => wrong = Some(one_line(&visit, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    let next = found.more.map(|more| address(&words, group.as_deref(), &more));
    let rows = found.found.iter().map(|found| row(&visit, found)).collect();
    Ok(show(&Search { f, words, group, rows, asked: is_asked, wrong, next }))
}

fn row(visit: &Visit, found: &FoundRow) -> Row {
    let href = match found.kind {
        FoundWord::Message => format!("{}/messages/{}", href(found.group), found.id.to_hex()),
        FoundWord::Request => format!("/requests/{}", found.id.to_hex()),
        FoundWord::Board => format!("{}/board", href(found.group)),
        FoundWord::Question => format!("/news/{}", found.id.to_hex()),
        FoundWord::Vote => format!("/votes/{}", found.id.to_hex()),
        FoundWord::Series => format!("/series/{}", found.id.to_hex()),
    };
    Row {
        href,
        kind: visit.words.found(found.kind),
        author: found.author.as_ref().map(|author| clip(author, TITLE_CHARS_MAX)),
        group: clip(&visit.words.group_name(&found.group_name), TITLE_CHARS_MAX),
        time: visit.moment(found.claimed_ms),
        text: found.text.clone(),
        code: found.code.clone(),
        status: found.status.as_ref().map(|status| visit.words.status(status)),
    }
}

/// Where the next page is: what a form with these fields would ask for.
fn address(words: &str, group: Option<&str>, before: &str) -> String {
    let mut address = String::from("/search?words=");
    for byte in words.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            byte => address += &format!("%{byte:02X}"),
        }
    }
    if let Some(group) = group {
        address += &format!("&group={group}");
    }
    format!("{address}&before={before}")
}
