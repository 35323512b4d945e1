//! `linli attach`: photos and files for a request that exists already.

use std::path::{Path, PathBuf};

use crdt::id::BlobId;
use node::api::{CaseCommand, PhotoRow};

use super::{case::acted, photo};
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Add photos or files to a request
///
/// Whoever asked, speaks for that person, holds the request or is on duty may add them, and everybody who
/// reads the request sees them. Photos go out without place and time; a PDF (at most 10 MB) or a plain text
/// (1 MB) goes out as it is.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Photos (JPEG, PNG, WebP), PDFs, plain texts; four at most
    #[arg(required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    json: Json,
}

/// Adds them.
///
/// # Errors
///
/// Where a file does not go out, or the node refuses.
pub async fn run(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    args: Args,
) -> Result<(), CliError> {
    let Args { id, files, json } = args;
    let photos = put_all(data, &files)?;
    let blobs: Vec<BlobId> = photos.iter().map(|it| it.blob).collect();
    let done = acted(ui, door, CaseCommand::Attach { id, photos }, json).await;
    if matches!(done, Err(CliError::Refused(_))) {
        photo::forget(data, &blobs);
    }
    done
}

/// Makes files ready to go out; those before one that is refused are let go.
pub(super) fn put_all(data: &Path, files: &[PathBuf]) -> Result<Vec<PhotoRow>, CliError> {
    let mut rows: Vec<PhotoRow> = Vec::new();
    for file in files {
        match photo::put(data, file) {
            Ok(row) => rows.push(row),
            Err(error) => {
                photo::forget(data, &rows.iter().map(|it| it.blob).collect::<Vec<_>>());
                return Err(error);
            }
        }
    }
    Ok(rows)
}
