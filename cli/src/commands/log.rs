//! `linli log`: the newest messages of a group.

use node::api::{Command, Reply};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Show the newest messages of a group, oldest of them first
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The group's name or id
    group: String,

    /// How many
    #[arg(long, value_name = "N", default_value_t = 50)]
    last: u32,

    #[command(flatten)]
    json: Json,
}

/// Prints them.
///
/// # Errors
///
/// Where there is no such group.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Args { group, last, json } = args;
    let reply = door.ask(Command::Log { group, last, before: None }).await?;
    let Reply::Log { messages } = reply else { return Err(CliError::Unexpected) };
    if json.json {
        return ui.json_lines(&messages);
    }
    for message in &messages {
        let message = ui.message(message);
        ui.line(message)?;
    }
    Ok(())
}
