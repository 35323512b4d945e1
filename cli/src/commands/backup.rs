//! `linli backup`: everything that a fresh box needs, in one file.

use std::path::{Path, PathBuf};

use ::node::api::Command;

use crate::{asked, door::Door, error::CliError, node, ui::Ui};

/// Write a backup of this home, with its node running or not
///
/// The file is shut by a passphrase, which is asked for or read from stdin; the program `age` opens
/// it too. It holds what this home holds and the sealed keys of its people, and neither the box's own
/// key nor those it writes with: a box that is restored from it makes fresh ones.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The file to be made
    file: PathBuf,
}

/// Writes it.
///
/// # Errors
///
/// Where the file is there already, the passphrase is too short, or the disk says no.
pub async fn run(ui: &mut Ui<'_>, data: &Path, args: &Args) -> Result<(), CliError> {
    let passphrase = asked::new_passphrase(ui)?;
    // Whoever looks at lists finds everything in the database that was answered before.
    let mut door = Door::open(data).await?;
    let asked = door.ask(Command::Status).await;
    door.close().await;
    asked?;
    node::backup(data, &args.file, &passphrase)?;
    ui.note("backup-done", &[("file", args.file.display().to_string().into())])
}
