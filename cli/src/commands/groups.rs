//! `linli groups`: the groups that this node follows.

use node::api::{Command, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List the groups of the community
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Prints them.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
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
