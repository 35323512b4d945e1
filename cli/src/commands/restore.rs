//! `linli restore`: a home out of a backup, on a fresh box.

use std::path::{Path, PathBuf};

use crate::{asked, error::CliError, node, ui::Ui};

/// Make the home of a backup again, in the empty folder that `--data` names
///
/// The passphrase of the backup is asked for or read from stdin. The box and all that it writes with
/// are fresh, so the same backup can be restored twice, and the old box may still run.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The backup
    file: PathBuf,
}

/// Restores it.
///
/// # Errors
///
/// Where the folder is in use, the file is damaged, or the passphrase is wrong.
pub fn run(ui: &mut Ui<'_>, data: &Path, args: &Args) -> Result<(), CliError> {
    let passphrase = asked::passphrase(ui, "asked-passphrase")?;
    let restored = node::restore(&args.file, data, &passphrase)?;
    ui.note("restore-done", &[("home", crate::ui::one_line(&restored.home).into())])?;
    for person in restored.shut {
        ui.note("restore-shut", &[("person", crate::ui::one_line(&person).into())])?;
    }
    ui.note("join-next-up", &[])
}
