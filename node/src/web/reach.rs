//! 上传下达: how many homes an announcement reached, building by building, and whom to knock for.
//!
//! The node says who may see what: whoever looks after a place sees its counts, whoever is next to the
//! people their names, and nobody else either. Looking here is not reading: no receipt says so.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
};
use crate::api::{Command, NewsCommand, NewsReply, NewsRow, ReachedPage, Reply};

/// Places of one table.
const PLACES_SHOWN_MAX: usize = 60;

/// Homes to knock at; the next ones come when these were seen to.
const MISSING_SHOWN_MAX: usize = 100;

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
    more: u64,
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
) -> Result<Response, Failure> {
    let reached = app.handle.ask(Command::News(NewsCommand::Reached { id }));
    let (f, reached) = tokio::join!(Frame::load(&app, &visit), reached);
    let Reply::News(NewsReply::Reached(reached)) = reached? else {
        return Err(Failure::odd_reply());
    };
    Ok(show(&lay_out(f, &visit, &reached.news, &reached)))
}

fn lay_out(f: Frame, visit: &Visit, row: &NewsRow, reached: &ReachedPage) -> Page {
    let everywhere = visit.words.text("reach-everywhere", &[]);
    let place = |name: &str| match name {
        "" => everywhere.clone(),
        name => clip(name, TITLE_CHARS_MAX),
    };
    let missing = reached.missing.iter().take(MISSING_SHOWN_MAX);
    Page {
        line: line(visit, row),
        places: reached
            .places
            .iter()
            .take(PLACES_SHOWN_MAX)
            .map(|it| Place {
                name: place(&it.place),
                households: it.households,
                reached: it.reached,
                seen: it.seen,
            })
            .collect(),
        missing: missing
            .map(|it| Missing {
                home: clip(&it.home, TITLE_CHARS_MAX),
                name: clip(&it.name, TITLE_CHARS_MAX),
                place: clip(&it.place, TITLE_CHARS_MAX),
                reached: it.reached,
            })
            .collect(),
        more: reached.missing.len().saturating_sub(MISSING_SHOWN_MAX) as u64,
        f,
    }
}
