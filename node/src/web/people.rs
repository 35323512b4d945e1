//! Who is in the community, and inviting somebody: a link, and the same as a picture to scan.
//!
//! The link lets its reader in, so it is never part of an address, where histories keep it: it is
//! the answer to the form itself.

use std::fmt::Write as _;

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    response::Response,
};
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
};
use crate::api::{Command, Reply, RoleWord};

/// People on one page.
const PEOPLE_SHOWN_MAX: usize = 60;

/// Groups that an invitation may be for.
const GROUPS_OFFERED_MAX: usize = 50;

/// Empty modules around the code; readers need four.
const QUIET_MODULES: usize = 4;

struct Row {
    name: String,
    home: String,
    role: String,
    me: bool,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    f: Frame,
    count: u64,
    rows: Vec<Row>,
    next: Option<usize>,
}

/// Which portion.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    from: usize,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let (f, people) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(Command::People));
    let Reply::People { people } = people? else { return Err(Failure::odd_reply()) };
    let count = people.len() as u64;
    let (people, next) = portion(people, shown.from, PEOPLE_SHOWN_MAX);
    let rows = people.iter().map(|person| Row {
        name: clip(&person.name, TITLE_CHARS_MAX),
        home: clip(&person.home, TITLE_CHARS_MAX),
        role: visit.words.role(person.role),
        me: person.me,
    });
    Ok(show(&People { rows: rows.collect(), f, count, next }))
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    role: String,
    group: String,
}

#[derive(Template)]
#[template(path = "invite.html")]
struct InvitePage {
    f: Frame,
    /// Value, words, chosen.
    roles: Vec<(&'static str, String, bool)>,
    groups: Vec<(String, String, bool)>,
    link: Option<Link>,
    wrong: Option<(String, String)>,
}

struct Link {
    text: String,
    /// None where the link is too long for a picture.
    picture: Option<Picture>,
}

/// A QR code as one SVG path.
struct Picture {
    side: usize,
    path: String,
}

const ROLES: [(&str, RoleWord); 4] = [
    ("member", RoleWord::Member),
    ("steward", RoleWord::Steward),
    ("staff", RoleWord::Staff),
    ("admin", RoleWord::Admin),
];

async fn blank(app: &App, visit: &Visit, typed: &Typed) -> Result<InvitePage, Failure> {
    let (f, groups) = tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Groups));
    let Reply::Groups { groups } = groups? else { return Err(Failure::odd_reply()) };
    let roles = ROLES.map(|(code, role)| {
        let chosen = code == typed.role || (typed.role.is_empty() && role == RoleWord::Member);
        (code, visit.words.role(role), chosen)
    });
    let joined = groups.iter().filter(|group| group.joined).take(GROUPS_OFFERED_MAX);
    let groups = joined.map(|group| {
        let id = group.id.to_hex();
        let chosen = id == typed.group;
        (id, clip(&visit.words.group_name(&group.name), TITLE_CHARS_MAX), chosen)
    });
    Ok(InvitePage { groups: groups.collect(), roles: roles.into(), f, link: None, wrong: None })
}

pub async fn invite_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    Ok(show(&blank(&app, &visit, &Typed::default()).await?))
}

pub async fn invite(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let role = ROLES.into_iter().find(|(code, _)| *code == typed.role);
    let role = role.map_or(RoleWord::Member, |(_, role)| role);
    let group = Some(typed.group.clone()).filter(|group| !group.is_empty());
    match app.handle.ask(Command::Invite { role, group }).await {
        Ok(Reply::Invite { link }) => {
            let page = blank(&app, &visit, &typed).await?;
            let link = Some(Link { picture: picture(&link), text: link });
            Ok(show(&InvitePage { link, ..page }))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if is_about_the_form(&error) => {
            let page = blank(&app, &visit, &typed).await?;
            let wrong = Some(visit.words.error(&error));
            Ok(unprocessable(show(&InvitePage { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}

/// Runs of dark modules, row by row, as one path: no style, no script, small.
fn picture(link: &str) -> Option<Picture> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L).ok()?;
    let (width, modules) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            if run[0] == Color::Dark {
                let (left, top, length) = (x + QUIET_MODULES, y + QUIET_MODULES, run.len());
                let _ = write!(path, "M{left} {top}h{length}v1h-{length}z");
            }
            x += run.len();
        }
    }
    Some(Picture { side: width + 2 * QUIET_MODULES, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_small_picture_and_too_long_a_one_none() {
        let small = picture(&format!("linli:{}", "a".repeat(200))).expect("fits a QR code");
        assert!(small.side > 2 * QUIET_MODULES);
        assert!(small.path.starts_with("M4 4h7v1h-7z"), "the finder pattern's upper edge");
        assert!(small.path.len() < 20 * 1024);
        assert!(picture(&"a".repeat(4_000)).is_none());
    }
}
