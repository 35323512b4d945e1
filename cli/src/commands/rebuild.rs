//! `linli rebuild`: makes the readable lists anew.

use std::path::Path;

use crate::{error::CliError, node, ui::Ui};

/// Make the readable lists anew from the signed envelopes
///
/// Needed only after damage to views.db; nothing that anybody wrote is touched. The node must be
/// stopped.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {}

/// Rebuilds.
///
/// # Errors
///
/// Where a node runs on the folder, or the disk says no.
pub fn run(ui: &mut Ui<'_>, data: &Path) -> Result<(), CliError> {
    node::rebuild(data)?;
    ui.note("done", &[])
}
