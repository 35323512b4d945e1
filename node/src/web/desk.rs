//! The duty officer's desk: what waits, by what is wrong with it; what a cut brought; who is out of
//! reach; and figures.
//!
//! # Rules
//!
//! 1. The lists are the node's own (`ledger`): this page shows one of them and counts the others.
//! 2. Figures stand in a table; the plots beside repeat it for the eye and say nothing more.
//! 3. Whoever does not work for the neighbourhood gets the node's refusal.

pub mod case;
pub mod duty;
mod figures;
pub mod intake;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use crdt::time::ClaimedTime;
use serde::Deserialize;

pub use figures::page as figures;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    requests::{Row, row},
};
use crate::{
    api::{
        CaseCommand, CaseReply, Command, CutPage, DeskList, DeskPage, DeskRows, MeshStrip, Reply,
        RosterCommand, RosterReply, SilentPlace,
    },
    words::Words,
};

/// Requests of one list on the page.
const QUEUE_SHOWN_MAX: usize = 18;

/// Where a portion of it may begin: a desk that is so far behind asks for help, not for page 400.
const QUEUE_FROM_MAX: usize = 10_000;

/// One list as a way to it.
pub struct Tab {
    pub code: &'static str,
    pub name: String,
    pub count: u64,
    pub here: bool,
}

/// The lists in numbers, for the first page.
pub struct Summary {
    pub tabs: Vec<Tab>,
    /// "While we were cut off"; empty where nothing came in late.
    pub cut: String,
}

/// What waits, in numbers.
pub async fn summary(app: &App, visit: &Visit) -> Result<Summary, Failure> {
    let desk = asked(app, None, 0).await?;
    Ok(Summary {
        tabs: desk.lists.iter().map(|rows| tab(visit.words, rows, None)).collect(),
        cut: desk.cut.map(|cut| cut_said(visit, &cut)).unwrap_or_default(),
    })
}

/// One list or all, so many requests of each; all are counted.
async fn asked(app: &App, list: Option<DeskList>, last: u32) -> Result<DeskPage, Failure> {
    let wanted = CaseCommand::Desk { list, last: Some(last) };
    match app.handle.ask(Command::Case(wanted)).await? {
        Reply::Case(reply) => match *reply {
            CaseReply::Desk(desk) => Ok(desk),
            _ => Err(Failure::odd_reply()),
        },
        _ => Err(Failure::odd_reply()),
    }
}

fn tab(words: Words, rows: &DeskRows, here: Option<DeskList>) -> Tab {
    Tab {
        code: rows.list.as_str(),
        name: words.code("desk-list", rows.list.as_str()),
        count: rows.count,
        here: here == Some(rows.list),
    }
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    f: Frame,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    /// How many more stand in the list, and where they begin.
    more: u64,
    next: Option<usize>,
    /// The list that is shown.
    here: &'static str,
    /// "While we were cut off"; empty where nothing came in late.
    cut: String,
    /// Who is out of reach; empty where all were heard.
    silent: String,
    /// Compounds and buildings of which nobody answers.
    silent_places: Vec<String>,
    /// Things that came in behind a removal.
    late: u64,
}

/// Which list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    list: String,
    from: usize,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let from = shown.from.min(QUEUE_FROM_MAX);
    let late = app.roster(RosterCommand::Late { removal: None });
    let (f, desk, mesh, late) = tokio::join!(
        Frame::load(&app, &visit),
        asked(&app, None, 0),
        app.handle.ask(Command::Strip),
        late,
    );
    let desk = desk?;
    let words = visit.words;
    let strip = match mesh {
        Ok(Reply::Strip(strip)) => strip,
        _ => MeshStrip::default(),
    };
    let named = DeskList::ALL.into_iter().find(|list| list.as_str() == shown.list);
    // Nobody in particular: the first list in which something stands.
    let first = desk.lists.iter().find(|rows| rows.count > 0).map(|rows| rows.list);
    let here = named.or(first).unwrap_or(DeskList::Unanswered);
    let tabs = desk.lists.iter().map(|rows| tab(words, rows, Some(here)));
    let shown = asked(&app, Some(here), (from + QUEUE_SHOWN_MAX) as u32).await?;
    let list = shown.lists.first();
    let requests = list.map(|it| it.requests.iter().skip(from).take(QUEUE_SHOWN_MAX));
    let rows: Vec<Row> = requests.into_iter().flatten().map(|line| row(&visit, line)).collect();
    let more = list.map_or(0, |it| it.count.saturating_sub((from + rows.len()) as u64));
    Ok(show(&Desk {
        tabs: tabs.collect(),
        next: (more > 0).then_some(from + rows.len()),
        here: here.as_str(),
        rows,
        more,
        cut: desk.cut.map(|cut| cut_said(&visit, &cut)).unwrap_or_default(),
        silent: silent_said(words, &strip),
        silent_places: silent_places_said(words, &strip),
        late: match late {
            Ok(RosterReply::Late { removals }) => removals.iter().map(|row| row.items).sum(),
            _ => 0,
        },
        f,
    }))
}

fn cut_said(visit: &Visit, cut: &CutPage) -> String {
    let args = [
        ("since", visit.moment(ClaimedTime(cut.since_ms)).into()),
        ("until", visit.moment(ClaimedTime(cut.until_ms)).into()),
        ("new", cut.new.into()),
        ("conflicts", cut.conflicts.into()),
        ("told", cut.told.into()),
    ];
    visit.words.text("desk-cut", &args)
}

/// How many homes are out of reach, and which one longest.
fn silent_said(words: Words, strip: &MeshStrip) -> String {
    let Some((home, ms)) = &strip.longest_silent else { return String::new() };
    let args =
        [("n", strip.silent.into()), ("home", home.clone().into()), ("ago", words.ago(*ms).into())];
    words.text("desk-silent", &args)
}

/// Where nobody answers, a line for each place.
fn silent_places_said(words: Words, strip: &MeshStrip) -> Vec<String> {
    let line = |it: &SilentPlace| {
        let path: Vec<String> =
            it.place.iter().map(|name| clip(&words.group_name(name), TITLE_CHARS_MAX)).collect();
        let args = [
            ("n", it.homes.into()),
            ("place", path.join(" › ").into()),
            ("ago", words.ago(it.heard_ms_ago).into()),
        ];
        words.text("desk-silent-place", &args)
    };
    let more = (strip.silent_places_more > 0)
        .then(|| words.text("desk-silent-more", &[("n", strip.silent_places_more.into())]));
    strip.silent_places.iter().map(line).chain(more).collect()
}
