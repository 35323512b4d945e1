//! `linli notices`: what the people of this home must be told.

use node::api::{Command, Reply};

use super::requests::in_one_line;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Show what this home must be told: a claim that went to somebody else, a cancellation
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Having shown them, do not show these again
    #[arg(long)]
    seen: bool,

    #[command(flatten)]
    json: Json,
}

/// Prints them.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let reply = door.ask(Command::Notices).await?;
    let Reply::Notices { notices } = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        ui.json_lines(&notices)?;
    } else {
        for notice in &notices {
            let told = ui.speech().told(notice);
            ui.line(format_args!("{}  {}", notice.code, one_line(&told)))?;
            if let Some(next) = &notice.next_open {
                let next = in_one_line(ui, next);
                ui.say("notice-next", &[("request", next.into())])?;
            }
        }
    }
    if !args.seen || notices.is_empty() {
        return Ok(());
    }
    // Only what was really handed over counts as seen.
    ui.flush()?;
    let ids = notices.into_iter().map(|notice| notice.id).collect();
    door.ask(Command::NoticesSeen { ids }).await.map(drop)
}
