//! `linli rebind`: what somebody was, to the person he is now.

use node::api::{RoleRow, RosterCommand, RosterReply};

use super::{
    people::role,
    remove::{KeepArgs, compare_first},
};
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Give what somebody was to the person he is now, and take it from the old one
///
/// For whoever lost every device and the paper key, and came in again with a new box. Stand before him and
/// read the 25 digits from that box: `linli people --why` with his own name shows them there. This box first
/// compares with every neighbour in reach; then the new person has the roles, and the old one has none: both
/// or neither. Whoever still has the paper key needs none of this: `linli recover`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Who he was: a name or an id
    old: String,

    /// Who he is now: a name or an id
    new: String,

    /// The 25 digits of the new one, spaced as you like
    #[arg(required = true, num_args = 1..)]
    number: Vec<String>,

    #[command(flatten)]
    keep: KeepArgs,

    /// Even where groups that the old person founded vanish with it
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    json: Json,
}

/// Compares, gives, takes, and says what was given and what was not.
///
/// # Errors
///
/// Where the number is another's, or this person's role does not allow it: nothing is done then.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let keep = args.keep.keep(ui)?;
    compare_first(ui, door).await?;
    let (number, anyway) = (args.number.concat(), args.anyway);
    let rebind = RosterCommand::Rebind { person: args.old, to: args.new, number, keep, anyway };
    let reply = door.roster(rebind).await?;
    let RosterReply::Rebound { person, given, left, removals, kept, cut } = reply else {
        return Err(CliError::Unexpected);
    };
    if args.json.json {
        let told = serde_json::json!({ "person": person, "given": given, "left": left,
            "removals": removals, "kept": kept, "cut": cut });
        return ui.json(&told);
    }
    say(ui, "rebound-given", &given)?;
    say(ui, "rebound-left", &left)?;
    ui.note("removed", &[("kept", kept.into()), ("cut", cut.into())])
}

fn say(ui: &mut Ui<'_>, key: &str, roles: &[RoleRow]) -> Result<(), CliError> {
    for row in roles {
        let said = role(ui.speech(), row);
        ui.say(key, &[("role", said.into())])?;
    }
    Ok(())
}
