//! What a page says above an announcement: its sort, whether it holds, where it was said first.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};

use crdt::id::EnvelopeId;

use super::{
    App,
    error::Failure,
    frame::{TITLE_CHARS_MAX, Visit, clip},
};
use crate::api::{
    CaseCommand, CaseReply, Command, ErrorKind, FileRow, NewsCommand, NewsReply, NewsRow,
    NewsState, OriginalState, Reply,
};

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

/// A photo or file under an announcement or request.
pub struct Shown {
    /// Address of its thumbnail; `/whole` behind it is its page.
    pub href: String,
    /// The thumbnail stands on the page; otherwise it is a tap away.
    pub here: bool,
    /// Where the whole one is, in words.
    pub state: String,
    /// What a file is called and how large it is; empty for a photo.
    pub name: String,
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
        photos: match row.withdrawn_by {
            None => shown(visit, &row.id, (row.photos, &row.files), &row.originals),
            Some(_) => Vec::new(),
        },
    }
}

/// The photos and files that hang on something: how many and which are files, and where the whole of each
/// is as far as that is known.
pub fn shown(
    visit: &Visit,
    id: &EnvelopeId,
    (count, files): (u64, &[FileRow]),
    states: &[OriginalState],
) -> Vec<Shown> {
    let name = |number: u64| {
        let file = files.iter().find(|it| it.number == number);
        let kilobytes = |bytes: u64| bytes.div_ceil(1024);
        file.map_or_else(String::new, |it| {
            format!("{} ({} kB)", clip(&it.name, TITLE_CHARS_MAX), kilobytes(it.bytes))
        })
    };
    let state = |number: u64| usize::try_from(number).ok().and_then(|at| states.get(at));
    let one = |number: u64| Shown {
        name: name(number),
        href: format!("/news/{}/photos/{number}", id.to_hex()),
        here: true,
        state: state(number)
            .map_or_else(String::new, |state| visit.words.code("original", state.code())),
    };
    (0..count).map(one).collect()
}

/// A thumbnail, of an announcement or of a request. What is shown there never changes, so that a browser
/// asks once.
pub async fn thumbnail(
    State(app): State<App>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<Response, Failure> {
    let of_request = Command::Case(CaseCommand::Photo { id: id.clone(), number });
    let mut reply = app.handle.ask(Command::News(NewsCommand::Photo { id, number })).await;
    if matches!(&reply, Err(error) if error.kind == ErrorKind::UnknownMessage) {
        reply = app.handle.ask(of_request).await;
    }
    let row = match reply? {
        Reply::News(NewsReply::Photo(row)) => *row,
        Reply::Case(case) => match *case {
            CaseReply::Photo(row) => row,
            _ => return Err(Failure::odd_reply()),
        },
        _ => return Err(Failure::odd_reply()),
    };
    if row.thumbnail.is_empty() {
        return Err(Failure::NoPage);
    }
    let jpeg = data_encoding::HEXLOWER_PERMISSIVE.decode(row.thumbnail.as_bytes());
    let jpeg = jpeg.map_err(|_| Failure::odd_reply())?;
    let about = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
    ];
    Ok((about, jpeg).into_response())
}
