//! `linli wait`: returns once this home is equal with others.

use std::path::Path;

use node::api::{ApiError, Command, Reply};

use super::status::in_words;
use crate::{door::Door, error::CliError, ui::Ui};

/// Wait until peers are connected and equal
///
/// Only a comparison that began after this call counts. Exit code 0 once enough peers are equal, 1
/// when the time is up, with what is missing.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How many peers
    #[arg(long, value_name = "N", default_value_t = 1)]
    peers: u32,

    /// This peer in any case: its home's name or its id
    #[arg(long, value_name = "ID")]
    peer: Option<String>,

    /// How many seconds at most
    #[arg(long, value_name = "S", default_value_t = 60)]
    timeout: u64,
}

/// Waits.
///
/// # Errors
///
/// [`CliError::NotEqual`] when the time is up, or why the others do not let this home in; [`CliError::NoNode`] where no node runs.
pub async fn run(ui: &mut Ui<'_>, data: &Path, args: Args) -> Result<(), CliError> {
    let Args { peers, peer, timeout } = args;
    let timeout_ms = timeout.saturating_mul(1000);
    let mut door = Door::running(data).await?;
    let reply = door.ask(Command::Wait { peers, peer, timeout_ms }).await?;
    let Reply::Waited { equal, missing, enough } = reply else { return Err(CliError::Unexpected) };
    for peer in equal.iter().chain(if enough { &[] } else { &missing[..] }) {
        let line = in_words(ui, peer);
        ui.line(line)?;
    }
    if enough {
        return Ok(());
    }
    // Where nobody lets this home in, waiting longer is no help: the reason is.
    if let Reply::Progress { turned_away: Some(kind), .. } = door.ask(Command::Progress).await? {
        return Err(ApiError::new(kind, []).into());
    }
    Err(CliError::NotEqual { equal: equal.len(), wanted: peers })
}
