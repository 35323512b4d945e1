//! How fast people are answered and helped, and how they find it: a table of counts and times, a plot
//! of each, no names. One table at a time, in portions: there may be three hundred buildings.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use crate::{
    api::{CaseCommand, CaseReply, Command, Figures, NamedFigures, Reply, Spread},
    web::{
        App,
        error::Failure,
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
        plot::{self, Bar},
    },
    words::Words,
};

/// Places and groups of one table; so many bars can still be told apart.
const ROWS_SHOWN_MAX: usize = 20;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
const HOUR_MS: f64 = 3_600_000.0;

/// Spans of time that the page offers, in days; 0 is all of it.
const SPANS: [u64; 3] = [7, 30, 0];

/// One line of a table.
struct Line {
    name: String,
    asked: u64,
    unanswered: u64,
    half: String,
    nine: String,
    resolved: String,
    confirmed: u64,
    by_default: u64,
    reopened: u64,
}

/// One table and its plot.
struct Part {
    title: String,
    /// The number of the first line.
    first: usize,
    lines: Vec<Line>,
    plot: String,
    next: Option<usize>,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct Page {
    f: Frame,
    /// Days, and is it this one?
    spans: Vec<(u64, bool)>,
    /// Tables that there are: as the address names it, its title, is it this one?
    tables: Vec<(&'static str, String, bool)>,
    days: u64,
    whole: Part,
    table: Option<Part>,
    of: &'static str,
    /// Under way because of a cut; empty where nothing was.
    cut_off: String,
    skewed: u64,
    noted: (u64, u64),
}

/// Of how many days.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    days: u64,
    of: String,
    from: usize,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let since = visit.now().0.saturating_sub(shown.days.saturating_mul(DAY_MS));
    let since_ms = (shown.days > 0).then_some(since);
    let wanted = Command::Case(CaseCommand::Figures { since_ms });
    let (f, reply) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(wanted));
    let figures = match reply? {
        Reply::Case(reply) => match *reply {
            CaseReply::Figures(figures) => figures,
            _ => return Err(Failure::odd_reply()),
        },
        _ => return Err(Failure::odd_reply()),
    };
    let words = visit.words;
    let all = [NamedFigures { name: String::new(), figures: figures.all.clone() }];
    let tables = [
        ("compounds", "figures-compounds", &figures.compounds),
        ("buildings", "figures-buildings", &figures.buildings),
        ("groups", "figures-groups", &figures.groups),
    ];
    let tables = || tables.iter().filter(|(.., rows)| !rows.is_empty());
    let here = tables().find(|(of, ..)| *of == shown.of).or(tables().next());
    let of = here.map(|(of, ..)| *of).unwrap_or_default();
    let said = figures.all.satisfaction;
    Ok(show(&Page {
        spans: SPANS.map(|days| (days, days == shown.days)).into(),
        tables: tables().map(|it| (it.0, words.text(it.1, &[]), it.0 == of)).collect(),
        days: shown.days,
        whole: part(words, "figures-all", &all, 0),
        table: here.map(|(_, title, rows)| part(words, title, rows, shown.from)),
        of,
        cut_off: match figures.all.cut_off {
            Spread { count: 0, .. } => String::new(),
            spread => {
                let half = long(words, spread.median_ms).into();
                words.text("figures-cut-off", &[("n", spread.count.into()), ("half", half)])
            }
        },
        skewed: figures.all.skewed,
        noted: (said.noted_solved, said.noted_unsolved),
        f,
    }))
}

fn part(words: Words, title: &str, rows: &[NamedFigures], from: usize) -> Part {
    let from = from.min(rows.len());
    let until = from.saturating_add(ROWS_SHOWN_MAX).min(rows.len());
    let shown = &rows[from..until];
    let hours = |ms: Option<u64>| ms.unwrap_or(0) as f64 / HOUR_MS;
    let bar = |row: &NamedFigures| {
        let of = row.figures.response;
        Bar { filled: hours(of.median_ms), outline: hours(of.p90_ms) }
    };
    // A single bar compares with nothing.
    let plot = match shown.len() {
        0 | 1 => String::new(),
        _ => plot::bars(&shown.iter().map(bar).collect::<Vec<_>>()),
    };
    Part {
        title: words.text(title, &[]),
        first: from,
        next: (until < rows.len()).then_some(until),
        lines: shown.iter().map(|row| line(words, &row.name, &row.figures)).collect(),
        plot,
    }
}

fn line(words: Words, name: &str, figures: &Figures) -> Line {
    Line {
        name: clip(&words.group_name(name), TITLE_CHARS_MAX),
        asked: figures.asked,
        unanswered: figures.unanswered,
        half: long(words, figures.response.median_ms),
        nine: long(words, figures.response.p90_ms),
        resolved: long(words, figures.resolution.median_ms),
        confirmed: figures.satisfaction.confirmed,
        by_default: figures.satisfaction.by_default,
        reopened: figures.satisfaction.reopened,
    }
}

/// "2.5 h"; a dash where nothing was measured.
fn long(words: Words, ms: Option<u64>) -> String {
    let Some(ms) = ms else { return "–".into() };
    let (key, tenths) = match ms {
        0..3_600_000 => ("figures-minutes", ms / 6_000),
        _ => ("figures-hours", ms / 360_000),
    };
    words.text(key, &[("n", format!("{}.{}", tenths / 10, tenths % 10).into())])
}
