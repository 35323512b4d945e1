//! The list of help requests.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
};
use crate::api::{Command, Reply, RequestRow};

/// From this urgency on a request is marked urgent; 4 is the highest.
pub const URGENT_FROM: u8 = 3;

/// Requests on one page.
const REQUESTS_SHOWN_MAX: usize = 20;

/// Which portion, and are closed ones wanted too?
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    all: String,
    from: usize,
}

/// A request as a line of a list.
pub struct Row {
    pub href: String,
    /// When it begins, where it is a ride of a series.
    pub begins: Option<String>,
    pub title: String,
    pub code: String,
    pub status: String,
    /// The status as a class of the style.
    pub class: String,
    pub urgent: bool,
    pub holder: Option<String>,
    pub provisional: bool,
    pub requester: String,
    pub group: String,
    pub time: String,
    pub conflicts: u64,
    pub mine: bool,
    pub asked_by_me: bool,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    f: Frame,
    all: bool,
    rows: Vec<Row>,
    next: Option<usize>,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let all = !shown.all.is_empty();
    let (f, requests) =
        tokio::join!(Frame::load(&app, &visit), app.handle.ask(Command::Requests { all }));
    let Reply::Requests { requests } = requests? else { return Err(Failure::odd_reply()) };
    let (requests, next) = portion(requests, shown.from, REQUESTS_SHOWN_MAX);
    let rows = requests.iter().map(|request| row(&visit, request)).collect();
    Ok(show(&Requests { f, all, rows, next }))
}

/// A request as a line of a list.
pub fn row(visit: &Visit, row: &RequestRow) -> Row {
    Row {
        href: format!("/requests/{}", row.id.to_hex()),
        begins: row.ride.as_ref().map(|ride| visit.words.ride_begins(ride)),
        title: clip(&row.title, TITLE_CHARS_MAX),
        code: row.code.clone(),
        status: visit.words.status(row.state()),
        class: class(&row.status),
        urgent: row.urgency >= URGENT_FROM,
        holder: row.holder.as_ref().map(|holder| clip(holder, TITLE_CHARS_MAX)),
        provisional: row.provisional,
        requester: clip(&row.requester, TITLE_CHARS_MAX),
        group: clip(&visit.words.group_name(&row.group_name), TITLE_CHARS_MAX),
        time: visit.moment(row.claimed_ms),
        conflicts: row.conflicts,
        mine: row.mine,
        asked_by_me: row.asked_by_me,
    }
}

/// `waiting`, `going`, `over`: three looks are enough, the words say the rest.
pub fn class(status: &str) -> String {
    let class = match status {
        "submitted" | "registered" | "open" | "cancel_requested" => "waiting",
        "assigned" | "in_progress" | "resolved" => "going",
        _ => "over",
    };
    class.to_owned()
}
