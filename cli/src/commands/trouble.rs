//! `linli trouble`: what does not count here, and why.

use node::api::{RosterCommand, RosterReply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List what is held here and does not count, each with its reason
///
/// Waiting: something that it builds on is not here yet. Not counted: its author may not do this, or
/// no longer. Harmful: it is not what it says, and only its header was kept.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// At most so many of each kind, the latest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    last: u32,

    #[command(flatten)]
    json: Json,
}

/// Prints it.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let reply = door.roster(RosterCommand::Trouble { last: args.last }).await?;
    let RosterReply::Trouble { rows, pending, quarantined, poison } = reply else {
        return Err(CliError::Unexpected);
    };
    if args.json.json {
        return ui.json_lines(&rows);
    }
    let counts = [
        ("pending", pending.into()),
        ("quarantined", quarantined.into()),
        ("poison", poison.into()),
    ];
    ui.note("trouble-counts", &counts)?;
    for row in &rows {
        let speech = ui.speech();
        let (at, author) = (ui.time(row.claimed_ms.0), one_line(&row.author));
        let (fate, group) = (speech.fate(&row.fate), one_line(&row.group));
        let id = &row.id.to_hex()[..12];
        ui.line(format_args!("{id}  {at}  {fate}  {author}  {group}  {}", row.kind))?;
        ui.line(format_args!("    {}", speech.reason(&row.reason)))?;
        if !row.waits_for.is_empty() {
            let waits: Vec<String> =
                row.waits_for.iter().map(|id| id.to_hex()[..12].to_owned()).collect();
            let args = [("ids", waits.join(", ").into())];
            let line = ui.speech().text("trouble-waits", &args);
            ui.line(format_args!("    {line}"))?;
        }
    }
    Ok(())
}
