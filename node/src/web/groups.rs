//! The list of groups, entering one, founding one.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::{id::GroupId, limits::NAME_BYTES_MAX};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show, wrong_text},
    join::given,
    wrong::Wrong,
};
use crate::api::{
    Command, GroupKindWord, GroupRow, GroupTerms, OversightWord, Reply, RosterCommand, RosterReply,
};

/// Groups on one page; Runyuan, the reference neighbourhood, has thirteen.
const GROUPS_SHOWN_MAX: usize = 30;

/// Places that a form offers.
const PLACES_OFFERED_MAX: usize = 60;

/// Vouches that a vetted group may ask for; more would never be found.
pub const VOUCHES_MAX: u8 = 9;

struct Row {
    href: String,
    /// Only where a tap would let somebody in.
    join: Option<String>,
    name: String,
    kind: String,
    members: u64,
    unread: u64,
}

#[derive(Template)]
#[template(path = "groups.html")]
struct Groups {
    f: Frame,
    mine: Vec<Row>,
    others: Vec<Row>,
    next: Option<usize>,
}

/// Which portion.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    from: usize,
}

/// The address of a group's page.
pub fn href(group: GroupId) -> String {
    format!("/groups/{}", group.to_hex())
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let (f, groups) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(Command::Groups));
    let Reply::Groups { mut groups } = groups? else { return Err(Failure::odd_reply()) };
    groups.sort_by_key(|group| !group.joined);
    let (groups, next) = portion(groups, shown.from, GROUPS_SHOWN_MAX);
    let row = |group: &GroupRow| Row {
        href: href(group.id),
        join: (!group.joined && group.kind == GroupKindWord::Open)
            .then(|| format!("{}/join", href(group.id))),
        name: clip(&visit.words.group_name(&group.name), TITLE_CHARS_MAX),
        kind: visit.words.group_kind(group.kind),
        members: group.members,
        unread: group.unread,
    };
    let list =
        |joined: bool| groups.iter().filter(|group| group.joined == joined).map(row).collect();
    Ok(show(&Groups { mine: list(true), others: list(false), next, f }))
}

pub async fn join(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
) -> Result<Response, Failure> {
    let id = super::group::id_of(&group)?;
    match app.handle.act(Command::GroupJoin { group }).await {
        Ok(_) => Ok(Redirect::to(&href(id)).into_response()),
        Err(error) if is_about_the_form(&error) => {
            super::group::as_it_is(&app, &visit, id, &error).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What the form of a new group carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    kind: String,
    vouches: String,
    over: String,
    oversight: String,
}

#[derive(Template)]
#[template(path = "group_new.html")]
struct NewGroup {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
    vouches_max: u8,
    /// Areas and groups that it may lie in.
    places: Vec<String>,
}

/// Names of areas that a form offers; none where nobody can tell.
pub async fn areas(app: &App) -> Vec<String> {
    let Ok(RosterReply::Places { places }) = app.roster(RosterCommand::Places).await else {
        return Vec::new();
    };
    let areas = places.into_iter().filter(|it| it.kind == "area");
    areas.take(PLACES_OFFERED_MAX).map(|it| it.name).collect()
}

impl NewGroup {
    async fn blank(app: &App, visit: &Visit, typed: Typed) -> Self {
        let (f, places) = tokio::join!(Frame::load(app, visit), areas(app));
        Self { f, places, typed, wrong: Wrong::default(), vouches_max: VOUCHES_MAX }
    }

    /// Is anything chosen of what is rarely chosen?
    fn has_terms(&self) -> bool {
        let Typed { over, oversight, .. } = &self.typed;
        [over, oversight].iter().any(|it| !it.is_empty()) || self.wrong.at("over").is_some()
    }

    /// The choices with their words and explanations: value, name, hint, chosen.
    fn kinds(&self) -> [(&'static str, String, String, bool); 3] {
        let kind = |value: &'static str, kind| {
            let hint = self.f.words.text(&format!("kind-{value}-hint"), &[]);
            let chosen =
                self.typed.kind == value || (self.typed.kind.is_empty() && value == "open");
            (value, self.f.words.group_kind(kind), hint, chosen)
        };
        [
            kind("open", GroupKindWord::Open),
            kind("invite", GroupKindWord::Invite),
            kind("vetted", GroupKindWord::Vetted),
        ]
    }
}

pub async fn new_page(State(app): State<App>, Extension(visit): Extension<Visit>) -> Response {
    let typed = Typed { vouches: "2".into(), ..Typed::default() };
    show(&NewGroup::blank(&app, &visit, typed).await)
}

pub async fn found(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let kind = match typed.kind.as_str() {
        "invite" => GroupKindWord::Invite,
        "vetted" => GroupKindWord::Vetted,
        _ => GroupKindWord::Open,
    };
    let vouches = typed.vouches.trim().parse::<u8>().ok().filter(|n| (1..=VOUCHES_MAX).contains(n));
    let wrong_name = wrong_text(visit.words, &typed.name, NAME_BYTES_MAX);
    let wrong_vouches = (kind == GroupKindWord::Vetted && vouches.is_none())
        .then(|| visit.words.text("field-vouches", &[("n", u64::from(VOUCHES_MAX).into())]));
    let wrong = Wrong::seen([("name", wrong_name), ("vouches", wrong_vouches)]);
    if wrong.is_some() {
        let page = NewGroup::blank(&app, &visit, typed).await;
        return Ok(unprocessable(show(&NewGroup { wrong, ..page })));
    }
    let name = typed.name.trim().to_owned();
    let vouches = if kind == GroupKindWord::Vetted { vouches.unwrap_or(1) } else { 0 };
    let terms = GroupTerms {
        over: given(&typed.over),
        oversight: match typed.oversight.as_str() {
            "staff" => Some(OversightWord::Staff),
            "steward" => Some(OversightWord::Steward),
            _ => None,
        },
    };
    match app.handle.act(Command::GroupNew { name, kind, vouches, terms }).await {
        Ok(Reply::Group(group)) => Ok(Redirect::to(&href(group.id)).into_response()),
        Ok(_) => Ok(Redirect::to("/groups").into_response()),
        Err(error) if is_about_the_form(&error) => {
            let page = NewGroup::blank(&app, &visit, typed).await;
            let wrong = Wrong::said(&visit, &error, &[("name", "name"), ("place", "over")]);
            Ok(unprocessable(show(&NewGroup { wrong, ..page })))
        }
        Err(error) => Err(error.into()),
    }
}
