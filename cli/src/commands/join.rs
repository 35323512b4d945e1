//! `linli join`: enters a community with a link, and watches the first sync where a node runs.

use std::path::{Path, PathBuf};

use node::{
    api::{ApiError, Command, Reply},
    control::Client,
};

use super::paper;
use crate::{
    door::Door,
    error::CliError,
    node as library,
    ui::{Ui, one_line},
};

/// How long one look at the first sync lasts, in milliseconds; the bar moves that often.
const LOOK_MS: u64 = 500;

/// Looks without any progress before the person gets the prompt back: half a minute. The node goes
/// on by itself.
const IDLE_LOOKS_MAX: u32 = 60;

/// Join a community with a link that somebody gave you
///
/// Works with the node running or stopped. With the node running it shows the first sync until
/// everything is here; Ctrl-C does no harm then, the node goes on by itself. Whoever was removed and
/// let in again, or whose invitation somebody else had used, joins once more with the new link, with
/// the node stopped.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The link, as `linli invite` printed it, or the file that `linli invite --out` wrote
    #[arg(value_name = "LINK|FILE")]
    link: String,

    /// What the neighbours call this home, where `linli init` has not said so yet
    #[arg(long, value_name = "NAME")]
    home: Option<String>,

    /// What they call the person who writes here [default: the home's name]
    #[arg(long, value_name = "NAME")]
    person: Option<String>,

    /// Also write the paper key into this file, as a page to be printed
    #[arg(long, value_name = "FILE")]
    papers: Option<PathBuf>,
}

/// Joins, and follows the first sync.
///
/// # Errors
///
/// Where the link is not good, or this home is in a community already.
pub async fn run(ui: &mut Ui<'_>, data: &Path, args: Args) -> Result<(), CliError> {
    let Args { link, home, person, papers } = args;
    let link = read_if_file(link)?;
    let Some(client) = Client::connect(data).await else {
        let set_up = library::join(data, &link, home.as_deref(), person.as_deref())?;
        if set_up.paper.is_empty() {
            ui.note("join-again", &[])?;
            return ui.note("join-next-up", &[]);
        }
        welcome(ui, &set_up.community_name)?;
        paper::print_all(ui, &paper::sheets(&set_up.paper), papers.as_deref())?;
        return ui.note("join-next-up", &[]);
    };
    let mut door = Door::over(client);
    let reply = door.ask(Command::Join { link, home, person }).await?;
    let Reply::Joined { community, words } = reply else { return Err(CliError::Unexpected) };
    welcome(ui, &community)?;
    paper::print_all(ui, &[paper::Sheet::of_person(words)], papers.as_deref())?;
    ui.flush()?;
    ui.note("join-syncing", &[])?;
    let equal = follow(ui, &mut door).await?;
    ui.note(if equal { "join-equal" } else { "join-alone" }, &[])
}

/// A file's text in place of its name; anything else is a link.
fn read_if_file(link: String) -> Result<String, CliError> {
    let path = Path::new(&link);
    if link.starts_with("linli:") || !path.is_file() {
        return Ok(link);
    }
    std::fs::read_to_string(path)
        .map_err(|cause| CliError::CannotRead { path: link.clone(), reason: cause.to_string() })
}

fn welcome(ui: &mut Ui<'_>, community: &str) -> Result<(), CliError> {
    ui.say("join-done", &[("community", one_line(community).into())])
}

/// Shows the first sync until a peer is equal, or nothing has come for a while.
async fn follow(ui: &Ui<'_>, door: &mut Door) -> Result<bool, CliError> {
    let bar = ui.progress(0);
    let (mut seen, mut idle) = (0, 0);
    while idle < IDLE_LOOKS_MAX {
        let reply = door.ask(Command::Progress).await?;
        let Reply::Progress { received, expected, equal, turned_away } = reply else {
            return Err(CliError::Unexpected);
        };
        if let Some(kind) = turned_away {
            bar.finish_and_clear();
            return Err(ApiError::new(kind, []).into());
        }
        bar.set_length(expected.max(received));
        bar.set_position(received);
        if equal {
            bar.finish_and_clear();
            return Ok(true);
        }
        idle = if received > seen { 0 } else { idle + 1 };
        seen = received;
        // Returns early once equal: the next look then says so.
        door.ask(Command::Wait { peers: 1, peer: None, timeout_ms: LOOK_MS }).await?;
    }
    bar.finish_and_clear();
    Ok(false)
}
