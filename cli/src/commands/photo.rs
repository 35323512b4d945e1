//! `linli photo`, and photos and files on their way into an announcement or request.

use std::path::{Path, PathBuf};

use crdt::{
    body::BlobKey,
    id::{BlobId, from_hex},
    secrets::blob,
};
use node::{
    api::{
        ApiError, CaseCommand, CaseReply, Command, ErrorKind, NewsCommand, NewsReply, PhotoRow,
        Reply,
    },
    attached::{self, sort_of},
    clock, photo,
    store::blobs::{BlobError, Blobs},
};

use serde_json::json;

use super::news::ask;
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Save a photo or file of an announcement or request
///
/// The whole photo where this home holds it, otherwise the thumbnail that came with the words. A PDF or text
/// has no thumbnail: it is saved where this home holds it, and `linli files get` asks the neighbours for it.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The announcement's id or the beginning of it, or the request's code
    id: String,

    /// Where to; nothing that is there is written over
    file: PathBuf,

    /// Which of its photos and files, from 1; of a request those added later come last
    #[arg(long, value_name = "N", default_value_t = 1)]
    number: u64,

    #[command(flatten)]
    json: Json,
}

/// Saves it, and says which of the two it was.
///
/// # Errors
///
/// Where there is no such announcement or photo, or the file cannot be written.
pub async fn run(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    args: Args,
) -> Result<(), CliError> {
    let number = args.number.saturating_sub(1);
    let row = named(door, args.id, number).await?;
    let sealed = Blobs::of(data).get(&row.blob).map_err(|error| refused(&error))?;
    let key = from_hex(&row.key).map(BlobKey).map_err(|_| CliError::Unexpected)?;
    let whole = sealed.and_then(|sealed| blob::open(&key, &sealed));
    let is_whole = whole.is_some();
    if !row.name.is_empty() {
        match whole.as_deref().map(sort_of) {
            None => return Err(no_photo("not_here")),
            Some(Err(_)) => return Err(no_photo("wrong_type")),
            Some(Ok(_)) => (),
        }
    }
    let (bytes, said) = match whole {
        Some(whole) if row.name.is_empty() => (whole, "photo-whole"),
        Some(whole) => (whole, "photo-file"),
        None => (
            data_encoding::HEXLOWER
                .decode(row.thumbnail.as_bytes())
                .map_err(|_| CliError::Unexpected)?,
            "photo-thumbnail",
        ),
    };
    let cannot = |error: std::io::Error| CliError::CannotWrite {
        path: args.file.display().to_string(),
        reason: error.to_string(),
    };
    let mut file = std::fs::File::create_new(&args.file).map_err(cannot)?;
    std::io::Write::write_all(&mut file, &bytes).map_err(cannot)?;
    if args.json.json {
        return ui.json(&json!({ "whole": is_whole, "bytes": bytes.len() }));
    }
    ui.note(said, &[])
}

/// A photo of an announcement, or else of a request.
async fn named(door: &mut Door, id: String, number: u64) -> Result<PhotoRow, CliError> {
    match ask(door, NewsCommand::Photo { id: id.clone(), number }).await {
        Ok(NewsReply::Photo(row)) => Ok(*row),
        Err(CliError::Refused(error)) if error.kind == ErrorKind::UnknownMessage => {
            let Reply::Case(reply) =
                door.ask(Command::Case(CaseCommand::Photo { id, number })).await?
            else {
                return Err(CliError::Unexpected);
            };
            let CaseReply::Photo(row) = *reply else { return Err(CliError::Unexpected) };
            Ok(row)
        }
        Err(error) => Err(error),
        _ => Err(CliError::Unexpected),
    }
}

/// Makes a file ready to go out, and keeps it sealed in this home's folder.
pub(super) fn put(data: &Path, file: &Path) -> Result<PhotoRow, CliError> {
    let bytes = std::fs::read(file).map_err(|error| CliError::CannotRead {
        path: file.display().to_string(),
        reason: error.to_string(),
    })?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut row = attached::seal(&bytes, &name, clock::random()).map_err(photo::refusal)?;
    let sealed = row.sealed.take().ok_or(CliError::Unexpected)?;
    Blobs::of(data).put(&sealed).map_err(|error| refused(&error))?;
    Ok(row)
}

/// Lets go of photos whose announcement was refused.
pub(super) fn forget(data: &Path, blobs: &[BlobId]) {
    for id in blobs {
        // What stays behind costs room and shows nothing.
        let _ = Blobs::of(data).forget(id);
    }
}

fn refused(error: &BlobError) -> CliError {
    match error {
        BlobError::TooLarge => no_photo("too_large"),
        BlobError::Full => no_photo("full"),
        BlobError::Disk(error) => {
            ApiError::new(ErrorKind::Storage, [("reason", error.to_string())]).into()
        }
    }
}

fn no_photo(photo: &str) -> CliError {
    ApiError::new(ErrorKind::NoPhoto, [("photo", photo.to_owned())]).into()
}
