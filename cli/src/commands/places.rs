//! `linli places` and `linli place`: areas that roles can be given over.

use clap::Subcommand;
use node::api::{Command, NewsCommand, PlaceRow, Reply, RosterCommand, RosterReply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List the areas and groups of the community, and who has a role over each
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Name a place that roles can be given over
#[derive(clap::Args, Clone, Debug)]
pub struct PlaceArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Name an area: a compound, a building, a staircase
    New {
        /// What it is called
        name: String,

        /// The area that it lies in [default: the community]
        #[arg(long = "in", value_name = "PLACE")]
        within: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Say that this home lies in an area: who looks after it is told when something was not read here
    Live {
        /// The building or unit
        place: String,
    },
}

/// Prints them.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let RosterReply::Places { places } = door.roster(RosterCommand::Places).await? else {
        return Err(CliError::Unexpected);
    };
    list(ui, &places, args.json.json)
}

/// Names one, and prints all of them.
///
/// # Errors
///
/// Where this person has no role over the place around it.
pub async fn place(ui: &mut Ui<'_>, door: &mut Door, args: PlaceArgs) -> Result<(), CliError> {
    let mut json = false;
    let command = match args.what {
        What::New { name, within, json: wanted } => {
            json = wanted.json;
            Command::Roster(RosterCommand::PlaceNew { name, within })
        }
        What::Live { place } => Command::News(NewsCommand::Live { place }),
    };
    match door.ask(command).await? {
        Reply::Roster(RosterReply::Places { places }) => list(ui, &places, json),
        Reply::Done => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}

fn list(ui: &mut Ui<'_>, places: &[PlaceRow], json: bool) -> Result<(), CliError> {
    if json {
        return ui.json_lines(places);
    }
    for place in places {
        let kind = ui.speech().text(&format!("place-{}", place.kind), &[]);
        let path: Vec<String> = place.path.iter().map(|name| one_line(name)).collect();
        let staff: Vec<String> = place.staff.iter().map(|name| one_line(name)).collect();
        let line = format!("{}  {kind}  {}", path.join(" / "), staff.join(", "));
        ui.line(line.trim_end())?;
    }
    Ok(())
}
