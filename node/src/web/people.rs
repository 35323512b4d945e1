//! Who is in the community, and inviting somebody: a link, and the same as a picture to scan.
//!
//! The link lets its reader in, so it is never part of an address, where histories keep it: it is
//! the answer to the form itself. So is the file, which a box without any network can read.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    link::Link,
    person::{href, role_at},
    wrong::Wrong,
};
use crate::api::{Command, PersonRow, Reply, RoleWord, RosterCommand, RosterReply};

/// People on one page.
const PEOPLE_SHOWN_MAX: usize = 40;

/// Groups that an invitation may be for.
const GROUPS_OFFERED_MAX: usize = 50;

/// Roles named in one line.
const ROLES_SHOWN_MAX: usize = 3;

struct Row {
    href: String,
    name: String,
    home: String,
    roles: String,
    devices: u64,
    me: bool,
    /// Nobody has stood before him and read his number yet.
    introduced: bool,
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
    let last = Some(PEOPLE_SHOWN_MAX as u32);
    let asked = Command::People { from: shown.from as u64, last };
    let (f, people) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(asked));
    let Reply::People { people, count } = people? else { return Err(Failure::odd_reply()) };
    let next = shown.from.saturating_add(PEOPLE_SHOWN_MAX);
    let next = (count > next as u64).then_some(next);
    let rows = people.iter().map(|person| Row {
        name: clip(&person.name, TITLE_CHARS_MAX),
        home: clip(&person.home, TITLE_CHARS_MAX),
        href: href(person.id),
        roles: roles(&visit, person),
        devices: person.devices,
        me: person.me,
        introduced: person.met == 0 && !person.me,
    });
    Ok(show(&People { rows: rows.collect(), f, count, next }))
}

/// His roles and where they hold; that of everybody where he has no other.
fn roles(visit: &Visit, person: &PersonRow) -> String {
    if person.roles.is_empty() {
        return visit.words.role(person.role);
    }
    let shown = person.roles.iter().take(ROLES_SHOWN_MAX).map(|row| role_at(visit, row));
    let mut all = shown.collect::<Vec<_>>().join(&visit.words.text("list-comma", &[]));
    if person.roles.len() > ROLES_SHOWN_MAX {
        all.push('…');
    }
    all
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    role: String,
    group: String,
    /// `file` for one to be carried by hand, `relay` for a box that reads nothing; a link otherwise.
    form: String,
}

#[derive(Template)]
#[template(path = "invite.html")]
struct InvitePage {
    f: Frame,
    /// Value, words, chosen.
    roles: Vec<(&'static str, String, bool)>,
    groups: Vec<(String, String, bool)>,
    link: Option<Link>,
    wrong: Wrong,
}

/// The roles with their words in forms.
pub const ROLES: [(&str, RoleWord); 4] = [
    ("member", RoleWord::Member),
    ("steward", RoleWord::Steward),
    ("staff", RoleWord::Staff),
    ("admin", RoleWord::Admin),
];

/// The role that a form names.
pub fn role_typed(code: &str) -> Option<RoleWord> {
    ROLES.into_iter().find(|(known, _)| *known == code).map(|(_, role)| role)
}

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
    Ok(InvitePage {
        groups: groups.collect(),
        roles: roles.into(),
        f,
        link: None,
        wrong: Wrong::default(),
    })
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
    let role = role_typed(&typed.role).unwrap_or(RoleWord::Member);
    let group = Some(typed.group.clone()).filter(|group| !group.is_empty());
    let command = if typed.form == "file" {
        Command::Roster(RosterCommand::Invite { role, group, once: false, whole: true })
    } else if typed.form == "relay" {
        Command::InviteRelay
    } else {
        Command::Invite { role, group }
    };
    match app.handle.ask(command).await {
        Ok(Reply::Roster(RosterReply::Invited { file: Some(file), .. })) => Ok(download(file)),
        Ok(Reply::Invite { link }) => {
            let page = blank(&app, &visit, &typed).await?;
            let link = Some(Link::to(link));
            Ok(show(&InvitePage { link, ..page }))
        }
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if is_about_the_form(&error) => {
            let page = blank(&app, &visit, &typed).await?;
            let wrong = Wrong::said(&visit, &error, &[("role", "role"), ("group", "group")]);
            Ok(unprocessable(show(&InvitePage { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}

/// The file itself: the browser keeps it, the page stays.
fn download(file: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"linli-invitation.txt\""),
    ];
    (headers, file).into_response()
}
