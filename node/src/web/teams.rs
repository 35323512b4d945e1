//! The directory of groups, and a team's desk: what it asks for, who applies, who meets what.
//!
//! Both are for everybody; what is for members or for the captain alone, the node leaves out. One form
//! for each kind of act, with whom it is about as a choice, so that a page with forty members stays small.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::time::ClaimedTime;
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    group::{id_of, one_line},
    groups::{VOUCHES_MAX, href},
    seen::{beside, if_seen},
    wrong::Wrong,
};
use crate::api::{
    ApplicationRow, Command, DirectoryRow, ErrorKind, GroupKindWord, MeetsRow, MeetsWord,
    NewListing, Reply, RosterCommand, SortWord, TeamCommand, TeamDesk, TeamReply, mark_of,
};

/// Groups of one page: those of a large neighbourhood several times over.
const GROUPS_SHOWN_MAX: usize = 80;

/// Applications of one page; the others come up as these are answered.
const APPLICATIONS_SHOWN_MAX: usize = 8;

/// Members of one page: the largest fleet has 37.
const MEMBERS_SHOWN_MAX: usize = 60;

/// Characters of a reason or description.
const TEXT_CHARS_MAX: usize = 300;

/// A group as a card of the directory.
struct Card {
    id: String,
    href: String,
    name: String,
    line: String,
    about: String,
    asks: String,
    waiting: bool,
    muted: bool,
    open: bool,
    /// Has it a desk to apply at? Else only an invitation leads in.
    team: bool,
}

#[derive(Template)]
#[template(path = "directory.html")]
struct Directory {
    f: Frame,
    count: u64,
    mine: Vec<Card>,
    others: Vec<Card>,
    wrong: Option<String>,
}

/// What is done in the directory, and about which group.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Does {
    does: String,
    group: String,
}

async fn put_together(
    app: &App,
    visit: &Visit,
    wrong: Option<String>,
) -> Result<Directory, Failure> {
    let asked = Command::Team(TeamCommand::Directory);
    let (f, reply) = tokio::join!(Frame::load(app, visit), app.handle.ask(asked));
    let Reply::Team(TeamReply::Directory { groups }) = reply? else {
        return Err(Failure::odd_reply());
    };
    let count = groups.len() as u64;
    let shown = groups.iter().take(GROUPS_SHOWN_MAX);
    let cards = shown.map(|row| (row.joined, card(visit, row)));
    let (mine, others): (Vec<_>, Vec<_>) = cards.partition(|(joined, _)| *joined);
    let cards = |all: Vec<(bool, Card)>| all.into_iter().map(|(_, card)| card).collect();
    Ok(Directory { f, count, mine: cards(mine), others: cards(others), wrong })
}

fn card(visit: &Visit, row: &DirectoryRow) -> Card {
    let members = visit.words.text("groups-members", &[("n", row.members.into())]);
    let sort = visit.words.code("sort", row.sort.code());
    let parts =
        [sort, clip(&row.place, TITLE_CHARS_MAX), visit.words.group_kind(row.kind), members];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let asks: Vec<String> = row
        .criteria
        .iter()
        .filter(|it| it.required)
        .map(|it| clip(&it.text, TITLE_CHARS_MAX))
        .collect();
    Card {
        id: row.id.to_hex(),
        href: href(row.id),
        name: clip(&visit.words.group_name(&row.name), TITLE_CHARS_MAX),
        line: parts.join(" · "),
        about: clip(&row.about, TEXT_CHARS_MAX),
        asks: asks.join("、"),
        waiting: row.waiting,
        muted: row.muted,
        open: row.kind == GroupKindWord::Open,
        team: row.kind == GroupKindWord::Vetted,
    }
}

pub async fn directory(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    Ok(show(&put_together(&app, &visit, None).await?))
}

pub async fn act(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Does>,
) -> Result<Response, Failure> {
    let group = id_of(&typed.group)?.to_hex();
    let command = match typed.does.as_str() {
        "join" => Command::GroupJoin { group },
        "ask" => Command::Team(TeamCommand::Apply { group, meets: Vec::new() }),
        "mute" => Command::Roster(RosterCommand::Mute { group, muted: true }),
        "unmute" => Command::Roster(RosterCommand::Mute { group, muted: false }),
        _ => return Err(Failure::BadForm),
    };
    match app.handle.ask(command).await {
        Ok(_) => Ok(Redirect::to("/directory").into_response()),
        Err(error) if is_about_the_form(&error) => {
            let wrong = Some(one_line(&visit, &error));
            Ok(unprocessable(show(&put_together(&app, &visit, wrong).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

/// How somebody stands with one criterion, as a line.
struct Meets {
    text: String,
    sign: &'static str,
    line: String,
    said: bool,
}

/// Somebody who wants in.
struct Applicant {
    person: String,
    name: String,
    vouched: String,
    meets: Vec<Meets>,
    ready: bool,
    declined: Option<(String, String)>,
}

/// Somebody in the team.
struct Member {
    name: String,
    owner: bool,
    expired: bool,
    meets: Vec<Meets>,
}

#[derive(Template)]
#[template(path = "team.html")]
struct Page {
    f: Frame,
    href: String,
    desk: TeamDesk,
    /// Criteria: id, words, what the team says of it.
    criteria: Vec<(String, String, String)>,
    applicants: Vec<Applicant>,
    members: Vec<Member>,
    suspended: Vec<(String, String)>,
    exceptions: Vec<String>,
    /// Whom the captain may see to: id, name.
    people: Vec<(String, String)>,
    /// Has whoever looks an application that waits?
    applied: bool,
    /// What it is for, all of it; and the mark of how it is listed.
    about: String,
    seen: String,
    /// What the form that was refused carried.
    typed: Typed,
    wrong: Wrong,
}

impl Page {
    /// The kinds of groups: value, name.
    fn sorts(&self) -> [(&'static str, String); 5] {
        SortWord::ALL.map(|sort| (sort.code(), self.f.words.code("sort", sort.code())))
    }

    /// Who may enter: value, name, chosen.
    fn kinds(&self) -> [(&'static str, String, bool); 3] {
        let kind = |value: &'static str, kind| {
            let now = if self.was(&["rules"]) {
                self.typed.kind == value
            } else {
                self.desk.kind == kind
            };
            (value, self.f.words.group_kind(kind), now)
        };
        [
            kind("open", GroupKindWord::Open),
            kind("invite", GroupKindWord::Invite),
            kind("vetted", GroupKindWord::Vetted),
        ]
    }

    /// Was it one of these that was refused?
    fn was(&self, does: &[&str]) -> bool {
        does.contains(&self.typed.does.as_str())
    }

    /// Where one says why somebody is let in or not.
    fn why_field(&self, one: &Applicant) -> String {
        format!("why-{}", one.person)
    }

    /// What was typed there, if that was refused.
    fn why_typed(&self, one: &Applicant) -> &str {
        let his = self.was(&["admit", "decline"]) && self.typed.person == one.person;
        if his { &self.typed.reason } else { "" }
    }

    /// Was this chosen where the captain sees to somebody?
    fn chose(&self, person: &str) -> bool {
        self.was(&["attest", "retract", "suspend"]) && self.typed.person == person
    }

    /// Is applying what this group's door is for?
    fn may_apply(&self) -> bool {
        let shut = self.desk.kind != GroupKindWord::Open;
        shut && !self.desk.joined && !self.applied && self.desk.suspended.is_empty()
    }
}

/// What is done at a team's desk.
#[derive(Default)]
struct Typed {
    does: String,
    person: String,
    criterion: String,
    meets: String,
    text: String,
    reason: String,
    until: String,
    liked: String,
    sort: String,
    vouches: String,
    kind: String,
    seen: String,
}

async fn load(
    app: &App,
    visit: &Visit,
    group: &str,
    (typed, wrong): (Typed, Wrong),
) -> Result<Page, Failure> {
    let group = id_of(group)?.to_hex();
    let asked = Command::Team(TeamCommand::Desk { group });
    let (f, reply) = tokio::join!(Frame::load(app, visit), app.handle.ask(asked));
    let Reply::Team(TeamReply::Desk(desk)) = reply? else { return Err(Failure::odd_reply()) };
    let mut desk = *desk;
    desk.group = clip(&visit.words.group_name(&desk.group), TITLE_CHARS_MAX);
    let about = std::mem::take(&mut desk.about);
    desk.about = clip(&about, TEXT_CHARS_MAX);
    let listed: [&str; 2] = [&about, &desk.vouches.to_string()];
    let seen = mark_of(if desk.listed { &listed } else { &[] });
    // Whoever was refused does not keep the others from the page.
    desk.applications.sort_by_key(|it| !it.declined_by.is_empty());
    let words = visit.words;
    let criteria = desk.criteria.iter().map(|it| {
        let key = if it.required { "team-required" } else { "team-preferred" };
        (it.id.to_hex(), clip(&it.text, TITLE_CHARS_MAX), words.text(key, &[]))
    });
    let applications = desk.applications.iter().take(APPLICATIONS_SHOWN_MAX);
    let applicants: Vec<Applicant> = applications.map(|it| applicant(visit, it)).collect();
    let members: Vec<Member> = desk
        .members
        .iter()
        .take(MEMBERS_SHOWN_MAX)
        .map(|it| Member {
            name: clip(&it.name, TITLE_CHARS_MAX),
            owner: it.owner,
            expired: it.expired,
            meets: it
                .meets
                .iter()
                .filter(|it| it.attestation.is_some())
                .map(|it| meets(visit, it))
                .collect(),
        })
        .collect();
    let shown = desk.members.iter().take(MEMBERS_SHOWN_MAX);
    let people = shown.map(|it| (it.person.to_hex(), clip(&it.name, TITLE_CHARS_MAX)));
    let waiting = applicants.iter().filter(|it| it.declined.is_none());
    let people = waiting.map(|it| (it.person.clone(), it.name.clone())).chain(people).collect();
    Ok(Page {
        criteria: criteria.collect(),
        people,
        suspended: desk
            .suspended
            .iter()
            .map(|it| {
                let args = [
                    ("name", clip(&it.name, TITLE_CHARS_MAX).into()),
                    ("by", clip(&it.by, TITLE_CHARS_MAX).into()),
                    ("reason", clip(&it.reason, TEXT_CHARS_MAX).into()),
                ];
                let led =
                    if it.led { words.text("team-suspended-led", &[]) } else { String::new() };
                let line = words.text("team-suspended-line", &args);
                (it.person.to_hex(), format!("{line} {led}").trim_end().to_owned())
            })
            .collect(),
        exceptions: exceptions(visit, &desk),
        applied: desk.applications.iter().any(|it| it.mine && it.declined_by.is_empty()),
        href: href(desk.id),
        applicants,
        members,
        desk,
        about,
        seen,
        typed,
        wrong,
        f,
    })
}

fn applicant(visit: &Visit, row: &ApplicationRow) -> Applicant {
    let names: Vec<String> = row.vouched_by.iter().map(|it| clip(it, TITLE_CHARS_MAX)).collect();
    let vouched = match names.is_empty() {
        true => visit.words.text("team-vouched-nobody", &[]),
        false => visit.words.text("team-vouched", &[("name", names.join("、").into())]),
    };
    let reason = match row.reason.is_empty() {
        true => visit.words.text("team-declined-sealed", &[]),
        false => clip(&row.reason, TEXT_CHARS_MAX),
    };
    let by = clip(&row.declined_by, TITLE_CHARS_MAX);
    Applicant {
        person: row.person.to_hex(),
        name: clip(&row.name, TITLE_CHARS_MAX),
        vouched,
        meets: row.meets.iter().map(|it| meets(visit, it)).collect(),
        ready: row.ready,
        declined: (!by.is_empty())
            .then(|| (visit.words.text("team-declined", &[("name", by.into())]), reason)),
    }
}

fn meets(visit: &Visit, row: &MeetsRow) -> Meets {
    let words = visit.words;
    let mut parts = vec![words.code("meets", row.state.code())];
    if !row.by.is_empty() {
        let by = clip(&row.by, TITLE_CHARS_MAX);
        parts.push(words.text("team-seen-by", &[("name", by.into())]));
    }
    if let Some(until_ms) = row.until_ms {
        // The day before the moment from which it holds no longer.
        let day = visit.day(ClaimedTime(until_ms.saturating_sub(1)));
        let key = if row.state == MeetsWord::Expired { "team-until-was" } else { "team-until" };
        parts.push(words.text(key, &[("name", day.into())]));
    }
    if !row.required {
        parts.push(words.text("team-preferred", &[]));
    }
    Meets {
        text: clip(&row.text, TITLE_CHARS_MAX),
        sign: match row.state {
            MeetsWord::Met => "✓",
            MeetsWord::Expired => "⚠",
            MeetsWord::Unmet => "○",
        },
        line: parts.join(" · "),
        said: row.said,
    }
}

fn exceptions(visit: &Visit, desk: &TeamDesk) -> Vec<String> {
    let words = visit.words;
    let line = |it: &crate::api::TeamExceptionRow| {
        let mut unmet: Vec<String> = it.unmet.iter().map(|it| clip(it, TITLE_CHARS_MAX)).collect();
        if it.missing > 0 {
            unmet.push(words.text("team-exception-vouches", &[("n", it.missing.into())]));
        }
        let args = [
            ("name", clip(&it.name, TITLE_CHARS_MAX).into()),
            ("by", clip(&it.by, TITLE_CHARS_MAX).into()),
            ("unmet", unmet.join("、").into()),
            ("reason", clip(&it.reason, TEXT_CHARS_MAX).into()),
        ];
        words.text("team-exception-line", &args)
    };
    desk.exceptions.iter().take(MEMBERS_SHOWN_MAX).map(line).collect()
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, &group, Default::default()).await?))
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a form of the desk asks of the node; none for a form that is not ours.
fn command(visit: &Visit, group: String, typed: &Typed) -> Option<Command> {
    use TeamCommand as Do;
    let (person, reason) = (typed.person.clone(), typed.reason.clone());
    Some(Command::Team(match typed.does.as_str() {
        "apply" => {
            let meets = typed.meets.split_whitespace().map(str::to_owned).collect();
            Do::Apply { group, meets }
        }
        "vouch" => return Some(Command::Roster(RosterCommand::Vouch { group, person })),
        "leave" => {
            return Some(Command::Roster(RosterCommand::Leave {
                group: Some(group),
                anyway: false,
            }));
        }
        "attest" => {
            let criterion = typed.criterion.clone();
            // A credential holds to the end of the day that stands on it.
            let until_ms = visit.day_after(&typed.until);
            Do::Attest { group, person, criterion, seen_ms: None, until_ms }
        }
        "admit" => Do::Admit { group, person, exception: given(&typed.reason) },
        "decline" => Do::Decline { group, person, reason },
        "suspend" => Do::Suspend { group, person, reason },
        "lift" => Do::Lift { group, person },
        "criterion" => {
            let preferred = !typed.liked.is_empty();
            Do::Criterion { group, text: typed.text.clone(), preferred }
        }
        "drop" => Do::Drop { group, criterion: typed.criterion.clone() },
        "list" => Do::List(NewListing {
            group,
            about: Some(typed.text.trim().to_owned()),
            sort: SortWord::from_code(&typed.sort),
            place: None,
            vouches: typed.vouches.trim().parse().ok(),
        }),
        "unlist" => Do::Unlist { group },
        "rules" => return Some(rules(group, typed)),
        _ => return None,
    }))
}

/// Where the rules of a vetted group name no number of members.
fn wrong_number(visit: &Visit, typed: &Typed) -> Option<Wrong> {
    let is_vetted = typed.does == "rules" && typed.kind == "vetted";
    let fits = |typed: u8| (1..=VOUCHES_MAX).contains(&typed);
    let is_wrong = is_vetted && !typed.vouches.trim().parse().is_ok_and(fits);
    is_wrong.then(|| {
        let args = [("n", u64::from(VOUCHES_MAX).into())];
        Wrong::beside("rules-vouches", visit.words.text("field-vouches", &args))
    })
}

/// Who may enter from now on; whoever is in stays in.
fn rules(group: String, typed: &Typed) -> Command {
    let kind = match typed.kind.as_str() {
        "invite" => GroupKindWord::Invite,
        "vetted" => GroupKindWord::Vetted,
        _ => GroupKindWord::Open,
    };
    let vouches = typed.vouches.trim().parse().unwrap_or_default();
    Command::Roster(RosterCommand::Rules { group, kind, vouches })
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let id = id_of(&group)?;
    let typed = typed_of(fields);
    let command = match typed.does.as_str() {
        "retract" => retract(&app, &id.to_hex(), &typed).await?,
        _ => command(&visit, id.to_hex(), &typed),
    };
    let command = command.ok_or(Failure::BadForm)?;
    let bad_date = typed.does == "attest"
        && !typed.until.trim().is_empty()
        && visit.day_after(&typed.until).is_none();
    if bad_date {
        let wrong = Wrong::beside("until", visit.words.text("vote-when", &[]));
        return Ok(unprocessable(show(&load(&app, &visit, &group, (typed, wrong)).await?)));
    }
    if let Some(wrong) = wrong_number(&visit, &typed) {
        return Ok(unprocessable(show(&load(&app, &visit, &group, (typed, wrong)).await?)));
    }
    let command = if_seen(typed.seen.clone(), command);
    match app.handle.act(command).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/team", href(id))).into_response()),
        Err(error) if is_about_the_form(&error) => {
            let why = format!("why-{}", typed.person);
            let wrong = match error.kind {
                ErrorKind::Changed => Wrong::beside("listing-about", beside(&visit, &error)),
                _ => Wrong::said(&visit, &error, &called(&typed.does, &why)),
            };
            Ok(unprocessable(show(&load(&app, &visit, &group, (typed, wrong)).await?)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the node calls the fields of one of the forms, and their ids.
fn called<'a>(does: &str, why: &'a str) -> Vec<(&'static str, &'a str)> {
    match does {
        "admit" | "decline" => vec![("reason", why), ("private", why)],
        "attest" => vec![("until", "until"), ("criterion", "criterion"), ("person", "person")],
        "suspend" => {
            vec![("reason", "pause-reason"), ("private", "pause-reason"), ("person", "person")]
        }
        "criterion" => vec![("text", "criterion-text"), ("criteria", "criterion-text")],
        "list" => vec![("about", "listing-about"), ("private", "listing-about")],
        _ => Vec::new(),
    }
}

/// Takes back what stands of somebody and a criterion; none where nothing does.
async fn retract(app: &App, group: &str, typed: &Typed) -> Result<Option<Command>, Failure> {
    let asked = Command::Team(TeamCommand::Desk { group: group.to_owned() });
    let Reply::Team(TeamReply::Desk(desk)) = app.handle.ask(asked).await? else {
        return Err(Failure::odd_reply());
    };
    let members = desk.members.iter().map(|it| (it.person, &it.meets));
    let all = members.chain(desk.applications.iter().map(|it| (it.person, &it.meets)));
    let his = all.filter(|(person, _)| person.to_hex() == typed.person);
    let mut stands = his.flat_map(|(_, meets)| meets.iter());
    let found = stands.find(|it| it.criterion.to_hex() == typed.criterion);
    let id = found.and_then(|it| it.attestation).map(|id| id.to_hex());
    Ok(id.map(|id| Command::Team(TeamCommand::Retract { id })))
}

/// A form in which one field, what somebody meets, may come several times.
fn typed_of(fields: Vec<(String, String)>) -> Typed {
    let mut typed = Typed::default();
    for (name, value) in fields {
        match name.as_str() {
            "does" => typed.does = value,
            "person" => typed.person = value,
            "criterion" => typed.criterion = value,
            "meets" => typed.meets = format!("{} {value}", typed.meets),
            "text" => typed.text = value,
            "reason" => typed.reason = value,
            "until" => typed.until = value,
            "liked" => typed.liked = value,
            "sort" => typed.sort = value,
            "vouches" => typed.vouches = value,
            "kind" => typed.kind = value,
            "seen" => typed.seen = value,
            _ => (),
        }
    }
    typed
}
