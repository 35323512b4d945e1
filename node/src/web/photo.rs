//! Photos and files on pages: sending one to a group, and looking at the whole of one.
//!
//! # Rules
//!
//! 1. A file is made again before it goes anywhere (`crate::photo`); unpacking is work, so few are
//!    unpacked at once, and never on the thread that answers.
//! 2. A file that is refused is told beside its field, with the limit; what was typed stays, and nothing
//!    is written.
//! 3. A whole photo that is not here says so, and can be asked for.
//! 4. A file that is no photo is saved, never shown: under a type that no browser opens by itself.
//! 5. The key that seals a photo follows from what makes its form count once, so that the same form sent
//!    again is the same command.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::limits::{ATTACHMENTS_MAX, TEXT_BYTES_MAX};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show, wrong_text},
    group::id_of,
    groups::href,
    upload::{Unpacking, Upload},
    wrong::Wrong,
};
use crate::{
    api::{
        ApiError, Command, ErrorKind, FilesCommand, FilesReply, NewsCommand, NewsWord, OriginalRow,
        OriginalState, PhotoRow, Reply, Telling,
    },
    attached, clock,
    photo::{self, NoPhoto},
};

#[derive(Template)]
#[template(path = "photo_new.html")]
struct NewPhoto {
    f: Frame,
    href: String,
    group: String,
    text: String,
    alert: bool,
    wrong: Wrong,
}

async fn blank(app: &App, visit: &Visit, group: &str) -> Result<NewPhoto, Failure> {
    let id = id_of(group)?;
    let board = app.handle.ask(Command::Board { group: group.to_owned() });
    let (f, board) = tokio::join!(Frame::load(app, visit), board);
    let Reply::Board(board) = board? else { return Err(Failure::odd_reply()) };
    Ok(NewPhoto {
        f,
        href: href(id),
        group: clip(&visit.words.group_name(&board.group.name), TITLE_CHARS_MAX),
        text: String::new(),
        alert: false,
        wrong: Wrong::default(),
    })
}

/// What a link to the form fills in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    alert: String,
}

/// The form.
pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let alert = !wanted.alert.is_empty();
    Ok(show(&NewPhoto { alert, ..blank(&app, &visit, &group).await? }))
}

/// Takes photos and words, and says them to the group.
pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(group): Path<String>,
    Unpacking { form, turn: _turn }: Unpacking,
) -> Result<Response, Failure> {
    let id = id_of(&group)?;
    let text = form.text("text").unwrap_or_default().trim().replace("\r\n", "\n");
    let alert = form.text("alert").is_some();
    let mut wrong = Wrong::seen([("text", wrong_text(visit.words, &text, TEXT_BYTES_MAX))]);
    if !wrong.is_some() {
        match said(&app, &form, &group, &text, alert).await {
            Ok(()) => return Ok(Redirect::to(&format!("{}#newest", href(id))).into_response()),
            Err(error) if is_about_the_form(&error) => {
                wrong = Wrong::said(&visit, &error, &FIELDS);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let page = blank(&app, &visit, &group).await?;
    Ok(unprocessable(show(&NewPhoto { text, alert, wrong, ..page })))
}

/// What the node calls the fields, and their ids.
const FIELDS: [(&str, &str); 4] =
    [("text", "text"), ("private", "text"), ("photo", "photo"), ("photos", "photo")];

/// Makes the photos ready and says them.
async fn said(
    app: &App,
    form: &Upload,
    group: &str,
    text: &str,
    alert: bool,
) -> Result<(), ApiError> {
    let telling = Telling {
        group: Some(group.to_owned()),
        class: if alert { NewsWord::Alert } else { NewsWord::Notice },
        text: text.to_owned(),
        photos: ready(form).await?,
        ..Telling::default()
    };
    let tell = Command::News(NewsCommand::Tell(Box::new(telling)));
    app.handle.act(tell).await.map(|_| ())
}

/// The photos and files of a form, made ready and sealed.
pub async fn ready(form: &Upload) -> Result<Vec<PhotoRow>, ApiError> {
    if form.is_cut {
        return Err(photo::refusal(NoPhoto::TooLarge));
    }
    let files = form.files("photo").len();
    if files == 0 {
        return Err(ApiError::new(ErrorKind::NoPhoto, [("photo", "none".to_owned())]));
    }
    if files > ATTACHMENTS_MAX {
        let args = [("what", "photos".to_owned()), ("limit", ATTACHMENTS_MAX.to_string())];
        return Err(ApiError::new(ErrorKind::BadText, args));
    }
    // The body is handed on, not copied.
    let form = form.clone();
    let work = move || {
        let one = |(name, file): (&str, &[u8])| {
            attached::seal(file, name, key_for(form.once(), file)).map_err(photo::refusal)
        };
        form.files("photo").into_iter().map(one).collect()
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(photo::refusal(NoPhoto::Damaged)))
}

/// Rule 5. What makes a form count once has 128 bits that nobody outside this page knows.
fn key_for(once: &str, file: &[u8]) -> [u8; 32] {
    if once.is_empty() {
        return clock::random();
    }
    let mut hasher = blake3::Hasher::new_derive_key("linli/1 photo of a form");
    hasher.update(once.as_bytes()).update(file);
    *hasher.finalize().as_bytes()
}

#[derive(Template)]
#[template(path = "photo.html")]
struct PhotoPage {
    f: Frame,
    /// Its address.
    href: String,
    here: bool,
    /// What a file is called; empty for a photo.
    name: String,
    /// Can it be asked for?
    elsewhere: bool,
    /// Where it is, in words.
    state: String,
    /// How much of it is here, in percent.
    percent: u64,
}

/// The page of a whole photo.
pub async fn whole_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<Response, Failure> {
    let href = format!("/news/{}/photos/{number}", id_of(&id)?.to_hex());
    let look = FilesCommand::Original { id, number, whole: false };
    let (f, row) = tokio::join!(Frame::load(&app, &visit), original(&app, look));
    let row = row?;
    Ok(show(&PhotoPage {
        f,
        href,
        here: row.state == OriginalState::Here,
        name: clip(&row.name, TITLE_CHARS_MAX),
        elsewhere: row.state == OriginalState::Elsewhere,
        state: visit.words.code("original", row.state.code()),
        percent: 100 * row.here_bytes / row.bytes.max(1),
    }))
}

/// The whole photo itself.
pub async fn whole(
    State(app): State<App>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<Response, Failure> {
    let row = original(&app, FilesCommand::Original { id, number, whole: true }).await?;
    let jpeg = bytes_of(row.jpeg)?;
    let about = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable"),
    ];
    Ok((about, jpeg).into_response())
}

/// A file itself, to be saved; rule 4.
pub async fn file(
    State(app): State<App>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<Response, Failure> {
    let row = original(&app, FilesCommand::Original { id, number, whole: true }).await?;
    let bytes = bytes_of(row.file)?;
    let about = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, saved_as(&row.name)),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable".to_owned()),
    ];
    Ok((about, bytes).into_response())
}

/// Under which name a browser saves it (RFC 6266): every byte that is no letter or digit escaped.
fn saved_as(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let escape = |byte: u8| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    format!("attachment; filename*=UTF-8''{}", name.bytes().map(escape).collect::<String>())
}

fn bytes_of(hex: Option<String>) -> Result<Vec<u8>, Failure> {
    let hex = hex.ok_or(Failure::NoPage)?;
    data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| Failure::odd_reply())
}

/// Asks the neighbours for it.
pub async fn fetch(
    State(app): State<App>,
    Path((id, number)): Path<(String, u64)>,
) -> Result<Response, Failure> {
    let back = format!("/news/{}/photos/{number}/whole", id_of(&id)?.to_hex());
    original(&app, FilesCommand::Fetch { id, number }).await?;
    Ok(Redirect::to(&back).into_response())
}

async fn original(app: &App, command: FilesCommand) -> Result<OriginalRow, Failure> {
    match app.handle.ask(Command::Files(command)).await? {
        Reply::Files(FilesReply::Original(row)) => Ok(*row),
        _ => Err(Failure::odd_reply()),
    }
}
