//! `linli grant`: gives somebody a role.

use crdt::id::EnvelopeId;
use node::api::{RosterCommand, RosterReply};

use super::invite::{self, Role};
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Give somebody a role, over the whole community or over one place
///
/// A person may have several roles, each over a compound, a building or a group. Only a higher role
/// gives one. Somebody who was removed is let in again with `--again`: his box then needs a new
/// writing key, so hand him the link that is printed; `linli join LINK` on his box does the rest.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Who: a name or an id
    person: String,

    /// As what
    #[arg(value_enum)]
    role: Role,

    /// Over this area or group only
    #[arg(long, value_name = "PLACE")]
    over: Option<String>,

    /// Undo an earlier removal
    #[arg(long)]
    again: bool,

    #[command(flatten)]
    json: Json,
}

/// Gives the role.
///
/// # Errors
///
/// Where this person's role does not allow it, or the other one was removed before.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Args { person, role, over, again, json } = args;
    let grant = RosterCommand::Grant { person, role: role.into(), over, again };
    let RosterReply::Granted { grant, link } = door.roster(grant).await? else {
        return Err(CliError::Unexpected);
    };
    told(ui, grant, link.as_deref(), json.json)
}

/// Says that it was given, and where the person was removed before, the link that brings his box back.
///
/// # Errors
///
/// Where nobody reads any more.
pub fn told(
    ui: &mut Ui<'_>,
    grant: EnvelopeId,
    link: Option<&str>,
    json: bool,
) -> Result<(), CliError> {
    match link {
        link if json => ui.json(&serde_json::json!({ "grant": grant, "link": link })),
        Some(link) => {
            ui.note("granted-again", &[])?;
            invite::show_link(ui, link)
        }
        None => ui.note("done", &[]),
    }
}
