//! `linli leave`, and what everybody may do about a message: hide it, report it.

use std::path::PathBuf;

use crdt::id::EnvelopeId;
use node::api::{Command, Reply, RosterCommand};

use super::export;
use crate::{door::Door, error::CliError, ui::Ui};

/// Leave the community, and take your own data along
///
/// First writes everything of yours into a folder, as lines of JSON: who you are, your names, messages
/// and requests with their private details, hours and certificates, what was attested to you, the
/// votes you took part in, skills and thanks. Photos and files are not among them: save each with
/// `linli photo`. Then says to the others that you leave; the box of whoever may do so takes you off
/// the list as soon as it reads that. What you wrote stays.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The folder for your data
    #[arg(long, value_name = "DIR")]
    export: PathBuf,

    /// Only write the data; stay
    #[arg(long)]
    stay: bool,

    /// Also where you are the only administrator, whom only the papers can replace
    #[arg(long)]
    yes: bool,
}

/// Hide a message on this box alone
#[derive(clap::Args, Clone, Debug)]
pub struct HideArgs {
    /// The message's id
    id: EnvelopeId,

    /// Show it again
    #[arg(long)]
    undo: bool,
}

/// Tell the owners of a group about a message
#[derive(clap::Args, Clone, Debug)]
pub struct ReportArgs {
    /// The message's id
    id: EnvelopeId,

    /// What is wrong with it
    reason: String,
}

/// Writes the data, then leaves.
///
/// # Errors
///
/// Where the folder cannot be written; nothing was said then.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    export::own(ui, door, &args.export).await?;
    if args.stay {
        return Ok(());
    }
    match door.ask(Command::Roster(RosterCommand::Leave { group: None, anyway: args.yes })).await? {
        Reply::Done => ui.note("left", &[]),
        _ => Err(CliError::Unexpected),
    }
}

/// Hides a message, or shows it again.
///
/// # Errors
///
/// Where there is no such message.
pub async fn hide(ui: &mut Ui<'_>, door: &mut Door, args: HideArgs) -> Result<(), CliError> {
    let hide = RosterCommand::Hide { id: args.id, hidden: !args.undo };
    match door.ask(Command::Roster(hide)).await? {
        Reply::Done => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}

/// Reports a message.
///
/// # Errors
///
/// Where there is no such message, or this person is not in its group.
pub async fn report(ui: &mut Ui<'_>, door: &mut Door, args: ReportArgs) -> Result<(), CliError> {
    let report = RosterCommand::Report { id: args.id, reason: args.reason };
    match door.ask(Command::Roster(report)).await? {
        Reply::Done => ui.note("reported", &[]),
        _ => Err(CliError::Unexpected),
    }
}
