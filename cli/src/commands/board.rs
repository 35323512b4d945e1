//! `linli board` and `linli pin`: what is pinned up in a group.

use node::api::{Command, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line, plain},
};

/// Show a group's description and what is pinned up
#[derive(clap::Args, Clone, Debug)]
pub struct BoardArgs {
    /// The group's name or id
    group: String,

    #[command(flatten)]
    json: Json,
}

/// Pin a line up in a group, or take one down
#[derive(clap::Args, Clone, Debug)]
pub struct PinArgs {
    /// The group's name or id
    group: String,

    /// What to pin up; with --remove the pin's name, as `linli board` shows it in brackets
    text: String,

    /// Take it down instead
    #[arg(long)]
    remove: bool,

    #[command(flatten)]
    json: Json,
}

/// Prints the board.
///
/// # Errors
///
/// Where there is no such group.
pub async fn show(ui: &mut Ui<'_>, door: &mut Door, args: BoardArgs) -> Result<(), CliError> {
    let reply = door.ask(Command::Board { group: args.group }).await?;
    let Reply::Board(board) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&board);
    }
    ui.line(one_line(&board.group.name))?;
    if !board.description.is_empty() {
        ui.line(plain(&board.description))?;
    }
    for pin in &board.pins {
        ui.line(format_args!("  * {}  ({})", one_line(&pin.text), one_line(&pin.key)))?;
    }
    Ok(())
}

/// Pins up or takes down.
///
/// # Errors
///
/// Where there is no such group or pin, or the person is not in the group.
pub async fn pin(ui: &mut Ui<'_>, door: &mut Door, args: PinArgs) -> Result<(), CliError> {
    let PinArgs { group, text, remove, json } = args;
    let command = match remove {
        false => Command::Pin { group, text },
        true => Command::Unpin { group, pin: text },
    };
    match door.ask(command).await? {
        Reply::Board(board) if json.json => ui.json(&board),
        Reply::Done | Reply::Board(_) => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}
