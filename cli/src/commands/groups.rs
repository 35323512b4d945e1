//! `linli groups`: the groups that this home follows, or all that it may know of.

use node::api::{Command, Reply, TeamCommand, TeamReply};

use super::team::print_directory;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List the groups of the community
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Also those that you are not in: what they are for, what they ask for
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    json: Json,
}

/// Prints them.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    if args.all {
        let asked = Command::Team(TeamCommand::Directory);
        return match door.ask(asked).await? {
            Reply::Team(TeamReply::Directory { groups }) if args.json.json => {
                ui.json_lines(&groups)
            }
            Reply::Team(TeamReply::Directory { groups }) => {
                groups.iter().try_for_each(|row| print_directory(ui, row))
            }
            _ => Err(CliError::Unexpected),
        };
    }
    let reply = door.ask(Command::Groups).await?;
    let Reply::Groups { groups } = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json_lines(&groups);
    }
    for group in &groups {
        let kind = ui.speech().group_kind(group.kind);
        ui.say(
            "groups-row",
            &[
                ("name", one_line(&group.name).into()),
                ("kind", kind.into()),
                ("members", group.members.into()),
                ("messages", group.messages.into()),
                ("unread", group.unread.into()),
            ],
        )?;
    }
    Ok(())
}
