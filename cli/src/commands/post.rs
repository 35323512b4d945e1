//! `linli post`: one message.

use node::api::{Command, Reply};

use crate::{door::Door, error::CliError, ui::Ui};

/// Post a message to a group
///
/// Returns once the message is safe on this home's disk; neighbours get it when they are reachable.
/// Prints the message's id.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The group's name or id
    group: String,

    /// What to say
    text: String,
}

/// Posts it.
///
/// # Errors
///
/// Where there is no such group, the person is not in it, or the text is too long.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Args { group, text } = args;
    let reply = door.ask(Command::Post { group, text, reply_to: None }).await?;
    let Reply::Posted { id } = reply else { return Err(CliError::Unexpected) };
    ui.line(id.to_hex())
}
