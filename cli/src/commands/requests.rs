//! `linli requests`: who needs what.

use node::api::{Command, Reply, RequestRow};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List requests that still need somebody or something
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Also those that are closed or cancelled
    #[arg(long)]
    all: bool,

    /// Only what you asked for or hold
    #[arg(long, conflicts_with = "all")]
    mine: bool,

    #[command(flatten)]
    json: Json,
}

/// Prints them.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let wanted =
        if args.mine { Command::Mine { last: None } } else { Command::Requests { all: args.all } };
    let requests = match door.ask(wanted).await? {
        Reply::Mine(page) if args.json.json => return ui.json(&*page),
        Reply::Mine(page) => page.requests,
        Reply::Requests { requests } if args.json.json => return ui.json_lines(&requests),
        Reply::Requests { requests } => requests,
        _ => return Err(CliError::Unexpected),
    };
    if requests.is_empty() {
        return ui.note("requests-none", &[]);
    }
    for request in &requests {
        let row = in_one_line(ui, request);
        match &request.ride {
            Some(ride) => {
                let when = super::series::when(ui, ride);
                ui.line(format_args!("{row}  {when}"))?;
            }
            None => ui.line(row)?,
        }
    }
    Ok(())
}

/// A request as a line of a list.
pub fn in_one_line(ui: &Ui<'_>, request: &RequestRow) -> String {
    let speech = ui.speech();
    let status = speech.status(request.state());
    let mut line = format!("{}  {status}  {}", request.code, one_line(&request.title));
    if let Some(holder) = &request.holder {
        let key = if request.provisional { "holder-provisional" } else { "holder" };
        line += &format!("  {}", speech.text(key, &[("holder", one_line(holder).into())]));
    }
    if request.stale {
        line += &format!("  {}", speech.text("holder-stale", &[]));
    }
    if request.conflicts > 0 {
        let conflicts = speech.text("conflicts", &[("count", request.conflicts.into())]);
        line += &format!("  {conflicts}");
    }
    line
}
