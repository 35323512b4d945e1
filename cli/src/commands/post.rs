//! `linli post`: one message.

use crdt::news::asks_desk;
use node::api::{Command, NewsCommand, NewsReply, Reply};
use serde_json::json;

use super::{case::answered, news::ask};
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Post a message to a group
///
/// Returns once the message is safe on this home's disk; neighbours get it when they are reachable.
/// Prints the message's id. What is said to the desk (“@desk …”, “@红管家 …”) waits on the duty list until
/// somebody of the office answers; what the office has answered before is answered so, and not posted.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The group's name or id
    group: String,

    /// What to say
    text: String,

    /// Post also what the office has answered before
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    json: Json,
}

/// Posts it.
///
/// # Errors
///
/// Where there is no such group, the person is not in it, or the text is too long.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Args { group, text, anyway, json } = args;
    if asks_desk(&text) && !anyway {
        let question = NewsCommand::Answered { question: text.clone() };
        let NewsReply::List { news } = ask(door, question).await? else {
            return Err(CliError::Unexpected);
        };
        if !news.is_empty() {
            return answered(ui, &news, json);
        }
    }
    let reply = door.ask(Command::Post { group, text, reply_to: None }).await?;
    let Reply::Posted { id } = reply else { return Err(CliError::Unexpected) };
    if json.json { ui.json(&json!({ "id": id })) } else { ui.line(id.to_hex()) }
}
