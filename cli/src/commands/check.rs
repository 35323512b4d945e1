//! `linli check`: the shared checklist of a request.

use clap::Subcommand;
use node::api::{Command, Reply};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Work on a request's shared checklist
///
/// Items of both sides of a cut come together; a tick stands for everybody.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The request's spoken code or id
    id: String,

    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Add an item
    Add {
        /// What must be done or found
        text: String,

        #[command(flatten)]
        json: Json,
    },
    /// Tick an item off
    Tick {
        /// Its name, as `linli request` shows it in brackets
        item: String,

        #[command(flatten)]
        json: Json,
    },
    /// Take a tick away
    Untick {
        /// Its name, as `linli request` shows it in brackets
        item: String,

        #[command(flatten)]
        json: Json,
    },
}

/// Writes the change.
///
/// # Errors
///
/// Where there is no such request or item.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let id = args.id;
    let (command, json) = match args.what {
        What::Add { text, json } => (Command::ChecklistAdd { id, text }, json),
        What::Tick { item, json } => (Command::ChecklistTick { id, item, done: true }, json),
        What::Untick { item, json } => (Command::ChecklistTick { id, item, done: false }, json),
    };
    match door.ask(command).await? {
        Reply::Request(page) if json.json => ui.json(&page),
        Reply::Done | Reply::Request(_) => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}
