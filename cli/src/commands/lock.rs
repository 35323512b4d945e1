//! `linli lock`: the end of a duty shift.

use node::api::{Command, Reply};

use crate::{door::Door, error::CliError, ui::Ui};

/// Shut every sealed key on this box
#[derive(clap::Args, Clone, Debug)]
pub struct Args {}

/// Shuts them.
///
/// # Errors
///
/// Where the node cannot be reached.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, _args: Args) -> Result<(), CliError> {
    let Reply::Key(_) = door.ask(Command::Lock).await? else { return Err(CliError::Unexpected) };
    ui.note("lock-done", &[])
}
