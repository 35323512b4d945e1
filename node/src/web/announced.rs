//! What a page says above an announcement: its sort, whether it holds, where it was said first.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};

use super::{
    App,
    error::Failure,
    frame::{TITLE_CHARS_MAX, Visit, clip},
};
use crate::api::{Command, NewsCommand, NewsReply, NewsRow, NewsState, OriginalState, Reply};

/// The line above an announcement.
pub struct Announced {
    /// `alert`, `notice`, `answer`, `addressed`: the style's class.
    pub class: &'static str,
    /// The same in words.
    pub sort: String,
    /// Signed under an office role; a forward has its author's badge, not that of who showed it.
    pub official: bool,
    /// Not in force: why, in words. Empty where it holds.
    pub state: String,
    /// What it is about; empty for everybody.
    pub area: String,
    /// Until when, in words; empty where that is not said.
    pub until: String,
    /// Who said it first, where and when, if it is shown here by somebody else.
    pub first: String,
    /// Who took it back or settled it, in words.
    pub more: String,
    /// Its photos.
    pub photos: Vec<Shown>,
}

/// A photo under an announcement.
pub struct Shown {
    /// Address of its thumbnail.
    pub href: String,
    /// The thumbnail stands on the page; otherwise it is a tap away.
    pub here: bool,
    /// Where the whole one is, in words.
    pub state: String,
}

/// An announcement's line; `forwarded` where somebody showed it in another group.
pub fn announced(visit: &Visit, row: &NewsRow, forwarded: bool) -> Announced {
    let words = visit.words;
    let name = |text: &str| clip(text, TITLE_CHARS_MAX);
    let state = match row.state {
        NewsState::Holds => String::new(),
        state => words.code("news-state", state.code()),
    };
    let until = row.until_ms.map(|until| {
        let time = visit.moment(crdt::time::ClaimedTime(until));
        words.text("news-until", &[("time", time.into())])
    });
    let first = forwarded.then(|| {
        let args = [
            ("author", name(&row.author).into()),
            ("group", name(&words.group_name(&row.group)).into()),
            ("time", visit.moment(row.claimed_ms).into()),
        ];
        words.text("news-first", &args)
    });
    let more = match (&row.withdrawn_by, &row.settled_by) {
        (Some(by), _) => {
            let args = [("by", name(by).into()), ("reason", name(&row.reason).into())];
            words.text("news-withdrawn", &args)
        }
        (None, Some(by)) => words.text("news-settled", &[("by", name(by).into())]),
        (None, None) => String::new(),
    };
    Announced {
        class: row.class.code(),
        sort: words.code("news", row.class.code()),
        official: row.official && forwarded,
        state,
        area: name(&row.area),
        until: until.unwrap_or_default(),
        first: first.unwrap_or_default(),
        more,
        photos: (0..row.photos)
            .filter(|_| row.withdrawn_by.is_none())
            .map(|number| Shown {
                href: format!("/news/{}/photos/{number}", row.id.to_hex()),
                here: true,
                state: state_of(row, number)
                    .map_or_else(String::new, |state| words.code("original", state.code())),
            })
            .collect(),
    }
}

fn state_of(row: &NewsRow, number: u64) -> Option<OriginalState> {
    usize::try_from(number).ok().and_then(|at| row.originals.get(at)).copied()
}

/// A thumbnail. What an announcement shows never changes, so that a browser asks once.
pub async fn thumbnail(
    State(app): State<App>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<Response, Failure> {
    let photo = Command::News(NewsCommand::Photo { id, number });
    let Reply::News(NewsReply::Photo(row)) = app.handle.ask(photo).await? else {
        return Err(Failure::odd_reply());
    };
    let jpeg = data_encoding::HEXLOWER_PERMISSIVE.decode(row.thumbnail.as_bytes());
    let jpeg = jpeg.map_err(|_| Failure::odd_reply())?;
    let about = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
    ];
    Ok((about, jpeg).into_response())
}
