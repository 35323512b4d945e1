//! One request: what is needed, who comes, what happened, and one big button for what is next.
//!
//! The node says what this person may do now ([`RequestPage::may`]); this page only chooses which of
//! it is big. Facts are changed one field at a time on a page of their own, because both sides of a
//! cut may have changed one: then both values are shown and somebody must say which is right.

pub mod erase;
mod facts;
pub mod photo;
pub mod private;

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::{id::RequestId, limits::NAME_BYTES_MAX};
use serde::Deserialize;

use super::{
    App,
    announced::{Shown, shown},
    desk::case::terms,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
    language::own_path,
    news,
    requests::{URGENT_FROM, class},
};
use crate::{
    api::{
        ApiError, CaseCommand, CaseVerb, Command, Deed, Reply, RequestPage, RequestRow, WayWord,
    },
    words::{Words, verb_code},
};

pub use facts::{fact, fact_page};

/// Lines of the timeline, the newest of them.
const TIMELINE_SHOWN_MAX: usize = 25;

/// Items of the checklist.
const CHECKLIST_SHOWN_MAX: usize = 50;

/// Names in one sentence about who waits.
const NAMES_SHOWN_MAX: usize = 12;

/// Characters of one fact; its own page shows all of it.
const FACT_CHARS_MAX: usize = 600;

/// Fields of a request's facts, in the order of the page.
const FIELDS: [&str; 5] = ["title", "time", "place", "needs", "details"];

struct Fact {
    field: &'static str,
    name: String,
    values: Vec<String>,
    conflict: bool,
}

struct Step {
    who: String,
    did: String,
    time: String,
    counts: bool,
}

struct Item {
    key: String,
    text: String,
    done: bool,
    found: bool,
}

/// A button: the verb's code and its words.
struct Button {
    verb: &'static str,
    words: String,
    /// Needs a second tap.
    careful: bool,
}

#[derive(Template)]
#[template(path = "request.html")]
struct Page {
    f: Frame,
    href: String,
    id: String,
    title: String,
    code: String,
    status: String,
    class: String,
    urgent: bool,
    requester: String,
    group: String,
    group_href: String,
    time: String,
    asked_by_me: bool,
    /// How far it has come, where the reader asked for it: signs, and the same in words.
    way: Option<(&'static str, String)>,
    standing: Option<String>,
    who: Vec<String>,
    /// What was said when asking, besides the facts.
    terms: Vec<(String, String)>,
    remarks: Vec<String>,
    facts: Vec<Fact>,
    checklist: Vec<Item>,
    /// Is there anything private that concerns the reader?
    private: bool,
    photos: Vec<Shown>,
    added: Vec<photo::Added>,
    /// What the office said to it.
    answers: Vec<news::Line>,
    may_attach: bool,
    timeline: Vec<Step>,
    hidden_steps: u64,
    big: Option<Button>,
    small: Vec<Button>,
    typed_item: String,
    wrong_item: Option<String>,
    wrong_act: Option<(String, String)>,
}

/// As many ticks as a messenger would show.
const fn signs(way: WayWord) -> &'static str {
    match way {
        WayWord::OnlyHere => "✓",
        WayWord::OnItsWay => "✓ →",
        WayWord::AtDesk => "✓✓",
    }
}

/// The address of a request's page, however it was named.
fn href(id: &str) -> String {
    format!("/requests/{id}")
}

/// A name of a request in an address: its id, the beginning of it, or its spoken code.
pub fn name_of(text: &str) -> Result<String, Failure> {
    let ok = !text.is_empty() && text.len() <= RequestId::BYTES * 2;
    if ok && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err(Failure::NoPage)
    }
}

async fn load(app: &App, visit: &Visit, id: &str) -> Result<Page, Failure> {
    let (f, request) = asked_for(app, visit, name_of(id)?).await?;
    Ok(lay_out(f, visit, &request))
}

/// A request, and the frame of the page that shows something of it.
pub async fn asked_for(
    app: &App,
    visit: &Visit,
    id: String,
) -> Result<(Frame, Box<RequestPage>), Failure> {
    let asked = app.handle.ask(Command::Request { id });
    match tokio::join!(Frame::load(app, visit), asked) {
        (f, Ok(Reply::Request(request))) => Ok((f, request)),
        (_, Ok(_)) => Err(Failure::odd_reply()),
        (_, Err(error)) => Err(error.into()),
    }
}

fn lay_out(f: Frame, visit: &Visit, request: &RequestPage) -> Page {
    let (row, words) = (&request.row, visit.words);
    let big = next_act(request, row.ride.is_some());
    let small = verbs(request).into_iter().filter(|verb| Some(*verb) != big);
    let hidden = request.timeline.len().saturating_sub(TIMELINE_SHOWN_MAX);
    Page {
        href: href(&row.id.to_hex()),
        id: row.id.to_hex(),
        title: clip(&row.title, 2 * TITLE_CHARS_MAX),
        code: row.code.clone(),
        status: words.status(row.state()),
        class: class(&row.status),
        urgent: row.urgency >= URGENT_FROM,
        requester: clip(&row.requester, TITLE_CHARS_MAX),
        group: clip(&words.group_name(&row.group_name), TITLE_CHARS_MAX),
        group_href: super::groups::href(row.group),
        time: visit.moment(row.claimed_ms),
        asked_by_me: row.asked_by_me,
        way: request.more.way.map(|way| (signs(way), words.code("way", way.code()))),
        standing: standing(words, request),
        who: who(words, request),
        terms: terms(visit, &request.more),
        remarks: request.remarks.iter().map(|remark| words.code("remark", remark)).collect(),
        facts: facts::all(words, request),
        checklist: request
            .checklist
            .iter()
            .take(CHECKLIST_SHOWN_MAX)
            .map(|item| Item {
                key: item.key.clone(),
                text: clip(&item.text, 2 * TITLE_CHARS_MAX),
                done: item.done,
                found: item.found,
            })
            .collect(),
        photos: shown(visit, &row.id, (request.more.photos, &request.more.files), &[]),
        added: photo::added(visit, &request.more.added),
        answers: news::answers(visit, &request.more.answers),
        may_attach: request.more.may_attach,
        private: !request.may_open.is_empty() || !request.may_erase.is_empty(),
        timeline: request
            .timeline
            .iter()
            .skip(hidden)
            .map(|step| Step {
                who: clip(&step.who, TITLE_CHARS_MAX),
                did: words.did(&step.verb),
                time: visit.moment(step.claimed_ms),
                counts: step.counts,
            })
            .collect(),
        hidden_steps: hidden as u64,
        big: big.map(|verb| Button {
            words: big_words(words, row, row.ride.is_some(), verb),
            ..button(words, verb)
        }),
        small: small.map(|verb| button(words, verb)).collect(),
        typed_item: String::new(),
        wrong_item: None,
        wrong_act: None,
        f,
    }
}

fn button(words: Words, verb: CaseVerb) -> Button {
    let careful = matches!(verb, CaseVerb::Cancel | CaseVerb::Withdraw);
    Button { verb: verb.as_str(), words: words.code("button", verb.as_str()), careful }
}

/// What the one button says: of a ride somebody is brought there, and on the way back one sets off again.
pub fn big_words(words: Words, row: &RequestRow, is_ride: bool, verb: CaseVerb) -> String {
    let leg = row.ride.as_ref().map(|ride| ride.leg.as_str());
    match (verb, leg) {
        (CaseVerb::Depart, Some("back")) => words.text("button-depart-back", &[]),
        (CaseVerb::Done, _) if is_ride => words.text("button-delivered", &[]),
        _ => words.code("button", verb.as_str()),
    }
}

/// Of all that may be done, what most likely comes next: saying yes before setting off, setting off
/// before being done. Whoever asked is only ever pressed to confirm; nobody to cancel or give back.
/// A ride also has an arrival and somebody who is picked up. Before it is time nobody arrives either.
pub fn next_act(request: &RequestPage, is_ride: bool) -> Option<CaseVerb> {
    use CaseVerb::{Ack, Arrive, Claim, Confirm, Depart, Done, Pickup};
    let (row, may) = (&request.row, verbs(request));
    let asker = row.asked_by_me && !row.mine;
    let waits = request.more.waits_for_grant || request.more.early;
    let order: &[CaseVerb] = match row.status.as_str() {
        "resolved" if row.asked_by_me => &[Confirm],
        _ if asker => &[Ack],
        status if waits && status != "in_progress" => &[Ack, Claim],
        _ if is_ride => &[Ack, Depart, Arrive, Pickup, Done, Claim],
        _ => &[Ack, Depart, Done, Claim],
    };
    order.iter().copied().find(|verb| may.contains(verb))
}

/// What everybody's page offers: the small vocabulary, and arriving and picking up on the way.
fn verbs(request: &RequestPage) -> Vec<CaseVerb> {
    let small = request.may.iter().filter_map(|verb| verb_of(verb_code(*verb)));
    let on_the_way = |verb: &CaseVerb| matches!(verb, CaseVerb::Arrive | CaseVerb::Pickup);
    small.chain(request.more.acts.iter().copied().filter(on_the_way)).collect()
}

/// Where the reader himself stands.
fn standing(words: Words, request: &RequestPage) -> Option<String> {
    let title = clip(&request.row.title, TITLE_CHARS_MAX);
    request.my_standing.as_deref().map(|standing| match standing {
        "holder" => words.text("standing-holder", &[]),
        "waitlist" => words.text("standing-waitlist", &[]),
        reason => words.told(reason, &title, request.row.holder.as_deref()),
    })
}

/// Who comes, who waits, who has yet to say yes; and what "provisional" means for them.
fn who(words: Words, request: &RequestPage) -> Vec<String> {
    let names = |list: &[String]| {
        let shown: Vec<_> =
            list.iter().take(NAMES_SHOWN_MAX).map(|name| clip(name, TITLE_CHARS_MAX)).collect();
        let mut names = shown.join(&words.text("list-comma", &[]));
        if list.len() > NAMES_SHOWN_MAX {
            names.push_str(&words.text("list-more", &[("n", (list.len() as u64).into())]));
        }
        names
    };
    let ride = request.row.ride.as_ref();
    let begins = ride.map(|ride| words.ride_begins(ride));
    let mut lines: Vec<String> = begins.into_iter().collect();
    lines.extend(ride.map(|ride| words.ride_lines(ride)).unwrap_or_default());
    let mut line = |key: &str, list: &[String]| {
        if !list.is_empty() {
            lines.push(words.text(key, &[("names", names(list).into())]));
        }
    };
    line("who-holds", &request.holders);
    line("who-awaiting", &request.awaiting);
    line("who-waits", &request.waitlist);
    if request.row.provisional && !request.holders.is_empty() {
        lines.push(words.text("who-provisional", &[]));
    }
    let more = &request.more;
    for (key, is_so) in [
        ("who-nobody", request.holders.is_empty() && request.row.status == "open"),
        ("who-waits-for-grant", more.waits_for_grant),
        ("who-early", more.early && !more.waits_for_grant),
        ("who-unconfirmed", more.unconfirmed),
    ] {
        lines.extend(is_so.then(|| words.text(key, &[])));
    }
    lines
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (f, request) = asked_for(&app, &visit, name_of(&id)?).await?;
    if request.more.kind == "activity" {
        // Places at an activity are looked at where the activity is.
        let activity = format!("/activities/{}", request.row.id.to_hex());
        return Ok(Redirect::to(&activity).into_response());
    }
    Ok(show(&lay_out(f, &visit, &request)))
}

/// Which act a button stands for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Act {
    verb: String,
    /// Where to go afterwards; nowhere named: the request itself.
    back: String,
}

pub async fn act(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(act): Form<Act>,
) -> Result<Response, Failure> {
    let name = name_of(&id)?;
    let verb = verb_of(&act.verb).ok_or(Failure::BadForm)?;
    let back = if act.back.is_empty() { href(&name) } else { own_path(&act.back).to_owned() };
    let deed = Command::Case(CaseCommand::Do(Deed::of(&name, verb)));
    match app.handle.act(deed).await {
        Ok(_) => Ok(Redirect::to(&back).into_response()),
        // The state changed while the page was open: show it as it is now, and say so.
        Err(error) if is_about_the_form(&error) => as_it_is(&app, &visit, &name, &error).await,
        Err(error) => Err(error.into()),
    }
}

fn verb_of(code: &str) -> Option<CaseVerb> {
    CaseVerb::ALL.into_iter().find(|verb| verb.as_str() == code)
}

/// What the checklist's forms carry.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Ticked {
    text: String,
    /// The key of a line that is done now,
    tick: String,
    /// or of one that is not after all.
    undo: String,
}

pub async fn checklist_add(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(typed): Form<Ticked>,
) -> Result<Response, Failure> {
    let name = name_of(&id)?;
    let mut wrong = wrong_text(visit.words, &typed.text, NAME_BYTES_MAX);
    if wrong.is_none() {
        let text = typed.text.trim().to_owned();
        match app.handle.act(Command::ChecklistAdd { id: name.clone(), text }).await {
            Ok(_) => {
                return Ok(Redirect::to(&format!("{}#checklist", href(&name))).into_response());
            }
            Err(error) if is_about_the_form(&error) => {
                wrong = Some(super::group::one_line(&visit, &error));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let page = load(&app, &visit, &name).await?;
    Ok(unprocessable(show(&Page { typed_item: typed.text, wrong_item: wrong, ..page })))
}

pub async fn checklist_tick(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Form(ticked): Form<Ticked>,
) -> Result<Response, Failure> {
    let name = name_of(&id)?;
    let done = !ticked.tick.is_empty();
    let item = if done { ticked.tick } else { ticked.undo };
    match app.handle.act(Command::ChecklistTick { id: name.clone(), item, done }).await {
        Ok(_) => Ok(Redirect::to(&format!("{}#checklist", href(&name))).into_response()),
        Err(error) if is_about_the_form(&error) => as_it_is(&app, &visit, &name, &error).await,
        Err(error) => Err(error.into()),
    }
}

/// The request as it is now, and above it why a button did nothing.
async fn as_it_is(
    app: &App,
    visit: &Visit,
    name: &str,
    error: &ApiError,
) -> Result<Response, Failure> {
    let wrong_act = Some(visit.words.error(error));
    let page = load(app, visit, name).await?;
    Ok(unprocessable(show(&Page { wrong_act, ..page })))
}
