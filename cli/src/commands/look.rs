//! `linli look …`: looking for something together, place by place.

use clap::Subcommand;
use node::api::{Command, LookCommand, LookPage, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Look for something together: a list of places that everybody extends and ticks; found stops everybody
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to do with it.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Show where was looked and where not
    Show {
        /// A request's code or id, or an activity
        about: String,

        #[command(flatten)]
        json: Json,
    },
    /// Add places to look
    Add {
        /// A request's code or id, or an activity
        about: String,

        /// Where
        #[arg(required = true)]
        places: Vec<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Say that you looked there and found nothing
    Nothing(Looked),
    /// Say that you found it there: everybody who looks is told to stop
    Found(Looked),
}

/// A place where somebody looked
#[derive(clap::Args, Clone, Debug)]
struct Looked {
    /// A request's code or id, or an activity
    about: String,

    /// Where, as `look show` has it
    place: String,

    /// It is not so after all
    #[arg(long)]
    undo: bool,

    #[command(flatten)]
    json: Json,
}

/// Carries it out and prints the list.
///
/// # Errors
///
/// Where there is no such request or place.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let said = |looked: Looked, found| {
        let Looked { about, place, undo, json } = looked;
        (LookCommand::Looked { about, place, found, undo }, json)
    };
    let (command, json) = match args.what {
        What::Show { about, json } => (LookCommand::Show { about }, json),
        What::Add { about, places, json } => (LookCommand::Add { about, places }, json),
        What::Nothing(looked) => said(looked, false),
        What::Found(looked) => said(looked, true),
    };
    let Reply::Look(page) = door.ask(Command::Look(command)).await? else {
        return Err(CliError::Unexpected);
    };
    if json.json { ui.json(&page) } else { print(ui, &page) }
}

fn print(ui: &mut Ui<'_>, page: &LookPage) -> Result<(), CliError> {
    ui.line(format_args!("{}  {}", page.code, one_line(&page.title)))?;
    if !page.found.is_empty() {
        ui.say("look-found", &[("places", one_line(&page.found.join(", ")).into())])?;
    }
    for place in &page.places {
        let (mark, by) = match (&place.found_by, &place.looked_by) {
            (Some(by), _) => ("✓", by.as_str()),
            (None, Some(by)) => ("✗", by.as_str()),
            (None, None) => ("○", ""),
        };
        ui.line(format_args!("  {mark} {}  {}", one_line(&place.text), one_line(by)))?;
    }
    Ok(())
}
