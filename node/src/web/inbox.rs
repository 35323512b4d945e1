//! The relay inbox of whoever looks after a house: whom to knock for, who waits, whom to bring word to. The
//! node says what stands in it.

use askama::Template;
use axum::{Extension, extract::State, response::Response};

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
};
use crate::api::{Command, HouseCommand, HouseReply, InboxRow, KnockDoor, KnockFor, Reply};

/// Doors below one announcement: so many stand on the page, all of them are counted.
const DOORS_SHOWN_MAX: usize = 24;

/// Requests of each list.
const ROWS_SHOWN_MAX: usize = 30;

/// Letters of an announcement.
const TEXT_CHARS_MAX: usize = 120;

struct Door {
    home: String,
    names: String,
    reached: bool,
}

struct Knock {
    href: String,
    class: &'static str,
    sort: String,
    official: bool,
    text: String,
    time: String,
    count: String,
    doors: Vec<Door>,
}

struct Row {
    href: String,
    code: String,
    title: String,
    urgent: bool,
    whose: String,
    state: String,
    time: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page {
    f: Frame,
    knock: Vec<Knock>,
    unanswered: Vec<Row>,
    bring: Vec<Row>,
}

/// The page.
pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let asked = app.handle.ask(Command::House(HouseCommand::Inbox));
    let (f, inbox) = tokio::join!(Frame::load(&app, &visit), asked);
    let Reply::House(HouseReply::Inbox(inbox)) = inbox? else { return Err(Failure::odd_reply()) };
    let rows = |rows: &[InboxRow]| {
        rows.iter().take(ROWS_SHOWN_MAX).map(|row| one_row(&visit, row)).collect()
    };
    Ok(show(&Page {
        f,
        knock: inbox.knock.iter().map(|it| knock(&visit, it)).collect(),
        unanswered: rows(&inbox.unanswered),
        bring: rows(&inbox.bring),
    }))
}

fn knock(visit: &Visit, it: &KnockFor) -> Knock {
    let words = visit.words;
    let door = |door: &KnockDoor| Door {
        home: clip(&door.home, TITLE_CHARS_MAX / 2),
        names: clip(&door.people.join(&words.text("list-comma", &[])), TITLE_CHARS_MAX),
        reached: door.reached,
    };
    Knock {
        href: format!("/news/{}", it.id.to_hex()),
        class: it.class.code(),
        sort: words.code("news", it.class.code()),
        official: it.official,
        text: clip(&it.text, TEXT_CHARS_MAX),
        time: visit.moment(it.claimed_ms),
        count: words.text("inbox-doors", &[("n", it.count.into())]),
        doors: it.doors.iter().take(DOORS_SHOWN_MAX).map(door).collect(),
    }
}

fn one_row(visit: &Visit, row: &InboxRow) -> Row {
    let words = visit.words;
    let whose = [row.home.as_str(), row.place.as_str()];
    let whose: Vec<&str> = whose.into_iter().filter(|it| !it.is_empty()).collect();
    let status = words.status(&row.status);
    let state = match &row.holder {
        Some(holder) => {
            let holder = clip(holder, TITLE_CHARS_MAX);
            format!("{status} · {}", words.text("who-holds", &[("names", holder.into())]))
        }
        None => status,
    };
    Row {
        href: format!("/requests/{}", row.id.to_hex()),
        code: row.code.clone(),
        title: clip(&row.title, TITLE_CHARS_MAX),
        urgent: row.urgent,
        whose: clip(&whose.join(" · "), TITLE_CHARS_MAX),
        state,
        time: visit.moment(row.claimed_ms),
    }
}
