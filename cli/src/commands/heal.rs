//! `linli heal`: chains that forked, and which branch their owner chooses.

use node::api::{RosterCommand, RosterReply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List devices that wrote two things in one place, or choose what counts
///
/// It happens when a box is restored from a copy, or a thief copies its keys. Until its owner
/// chooses, claims and decisions of neither branch count; messages are shown with a mark.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The branch that is yours, as the list names it
    keep: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Lists forks, after choosing where something was chosen.
///
/// # Errors
///
/// Where nothing forks there, or it is somebody else's device.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let command = match args.keep {
        Some(keep) => RosterCommand::Heal { keep },
        None => RosterCommand::Forks,
    };
    let RosterReply::Forks { forks } = door.roster(command).await? else {
        return Err(CliError::Unexpected);
    };
    if args.json.json {
        return ui.json_lines(&forks);
    }
    if forks.is_empty() {
        return ui.note("forks-none", &[]);
    }
    for fork in &forks {
        let mine = if fork.mine { "*" } else { " " };
        let (person, group) = (one_line(&fork.person), one_line(&fork.group));
        ui.line(format_args!("{mine} {person}  {group}  #{}", fork.seq))?;
        for branch in &fork.branches {
            let at = ui.time(branch.claimed_ms.0);
            let chosen =
                if branch.chosen { ui.speech().text("fork-chosen", &[]) } else { String::new() };
            let (id, text) = (&branch.id.to_hex()[..12], one_line(&branch.text));
            let line = format!("    {id}  {at}  {}  {text} {chosen}", branch.kind);
            ui.line(line.trim_end())?;
        }
    }
    Ok(())
}
