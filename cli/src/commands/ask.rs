//! `linli ask`: a request for help.

use node::api::{Command, Private, Reply};
use serde_json::json;

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Ask for help
///
/// Prints a code of seven digits that can be said on the phone. Everybody in the group reads the
/// title. Name, phone and door are for the office, the group's captain and whoever is given the
/// request; details are for the office alone.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// What is wanted, in one line
    title: String,

    /// What only the office reads: a diagnosis, whom a complaint is about
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    details: String,

    /// Name of the person in need, for whoever comes
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    name: String,

    /// Phone number, for whoever comes
    #[arg(long, value_name = "NUMBER", default_value = "", hide_default_value = true)]
    phone: String,

    /// Building, unit and door, for whoever comes
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    door: String,

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
    let Args { title, details, name, phone, door: home, urgent, group, json } = args;
    let private = Private { name, phone, door: home, details };
    let details = String::new();
    let reply = door.ask(Command::Ask { group, title, details, urgent, private }).await?;
    let Reply::Asked { id, code } = reply else { return Err(CliError::Unexpected) };
    if json.json {
        return ui.json(&json!({ "id": id, "code": code }));
    }
    ui.note("ask-done", &[])?;
    ui.line(code)
}
