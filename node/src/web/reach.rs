//! 上传下达: how many homes an announcement reached, building by building, and whom to knock for.
//!
//! The node says who may see what: whoever looks after a place sees its counts, whoever is next to the
//! people their names, and nobody else either. Looking here is not reading: no receipt says so.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
};
use crate::api::{Command, NewsCommand, NewsReply, NewsRow, ReachedPage, Reply};

/// Places of one portion of the table.
const PLACES_SHOWN_MAX: usize = 15;

/// Homes to knock at in one portion.
const MISSING_SHOWN_MAX: usize = 20;

/// An announcement as a line.
struct Line {
    sort: String,
    class: &'static str,
    text: String,
    time: String,
}

/// A place and how far it got there.
struct Place {
    name: String,
    households: u64,
    reached: u64,
    seen: u64,
}

/// A home to knock at.
struct Missing {
    home: String,
    name: String,
    place: String,
    reached: bool,
}

#[derive(Template)]
#[template(path = "reach.html")]
struct Page {
    f: Frame,
    line: Line,
    places: Vec<Place>,
    missing: Vec<Missing>,
    /// What the address calls this announcement.
    id: String,
    /// Where the next places and the next homes begin.
    next_places: Option<usize>,
    next_missing: Option<usize>,
    shown: Shown,
}

/// Which portions.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    places: usize,
    from: usize,
}

fn line(visit: &Visit, row: &NewsRow) -> Line {
    Line {
        sort: visit.words.code("news", row.class.code()),
        class: row.class.code(),
        text: clip(&row.text, 2 * TITLE_CHARS_MAX),
        time: visit.moment(row.claimed_ms),
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let reached = app.handle.ask(Command::News(NewsCommand::Reached { id }));
    let (f, reached) = tokio::join!(Frame::load(&app, &visit), reached);
    let Reply::News(NewsReply::Reached(reached)) = reached? else {
        return Err(Failure::odd_reply());
    };
    Ok(show(&lay_out(f, &visit, *reached, shown)))
}

fn lay_out(f: Frame, visit: &Visit, reached: ReachedPage, shown: Shown) -> Page {
    let everywhere = visit.words.text("reach-everywhere", &[]);
    let place = |name: &str| match name {
        "" => everywhere.clone(),
        name => clip(name, TITLE_CHARS_MAX),
    };
    let (places, next_places) = portion(reached.places, shown.places, PLACES_SHOWN_MAX);
    let (missing, next_missing) = portion(reached.missing, shown.from, MISSING_SHOWN_MAX);
    Page {
        id: reached.id.to_hex(),
        line: line(visit, &reached.news),
        places: places
            .iter()
            .map(|it| Place {
                name: place(&it.place),
                households: it.households,
                reached: it.reached,
                seen: it.seen,
            })
            .collect(),
        missing: missing
            .iter()
            .map(|it| Missing {
                home: clip(&it.home, TITLE_CHARS_MAX),
                name: clip(&it.name, TITLE_CHARS_MAX),
                place: clip(&it.place, TITLE_CHARS_MAX),
                reached: it.reached,
            })
            .collect(),
        next_places,
        next_missing,
        shown,
        f,
    }
}
