//! `linli facts`: changes one fact of a request.

use node::api::{Command, Reply};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Change one fact of a request
///
/// Where both sides of a cut changed the same fact both values show until somebody writes it again.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The request's spoken code or id
    id: String,

    /// Which fact: title, place, time, needs or details
    field: String,

    /// What it says from now on
    value: String,

    #[command(flatten)]
    json: Json,
}

/// Writes it.
///
/// # Errors
///
/// Where there is no such request or field.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Args { id, field, value, json } = args;
    match door.ask(Command::EditFact { id, field, value }).await? {
        Reply::Request(page) if json.json => ui.json(&page),
        Reply::Done | Reply::Request(_) => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}
