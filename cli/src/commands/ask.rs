//! `linli ask`: a request for help.

use node::api::{Command, Reply};
use serde_json::json;

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Ask for help
///
/// Prints a code of seven digits that can be said on the phone. Everybody in the group reads what
/// you write: no diagnosis, no phone number, no door.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// What is wanted, in one line
    title: String,

    /// More words
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    details: String,

    /// It cannot wait
    #[arg(long)]
    urgent: bool,

    /// Ask this group instead of everybody
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Asks, and prints the code.
///
/// # Errors
///
/// Where the node refuses: private details, no such group, too many words.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Args { title, details, urgent, group, json } = args;
    let reply = door.ask(Command::Ask { group, title, details, urgent }).await?;
    let Reply::Asked { id, code } = reply else { return Err(CliError::Unexpected) };
    if json.json {
        return ui.json(&json!({ "id": id, "code": code }));
    }
    ui.note("ask-done", &[])?;
    ui.line(code)
}
