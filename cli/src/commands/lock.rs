//! `linli lock`: the end of a duty shift.

use node::api::{Command, Reply};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Shut every sealed key on this box
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Shuts them.
///
/// # Errors
///
/// Where the node cannot be reached.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Reply::Key(key) = door.ask(Command::Lock).await? else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&key);
    }
    ui.note("lock-done", &[])
}
