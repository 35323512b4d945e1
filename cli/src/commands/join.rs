//! `linli join`: enters a community with a link, or asks for one at the doors on the LAN, and
//! watches the first sync where a node runs.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use node::{
    api::{ApiError, Command, ErrorKind, KnockPage, KnockState, Reply},
    control::Client,
};

use super::paper;
use crate::{
    door::Door,
    error::CliError,
    node::{self as library, Roots},
    ui::{Ui, one_line},
};

/// How long one look at the first sync lasts, in milliseconds; the bar moves that often.
const LOOK_MS: u64 = 500;

/// Looks without any progress before the person gets the prompt back: half a minute. The node goes
/// on by itself.
const IDLE_LOOKS_MAX: u32 = 60;

/// How often it is looked whether somebody has opened, in milliseconds.
const KNOCK_MS: u64 = 500;

/// Join a community with a link that somebody gave you, or ask to be let in
///
/// With --ask no link is needed: the neighbourhood is found on the LAN, and somebody there who may
/// invite approves, once both sides have compared six digits.
///
/// Works with the node running or stopped. With the node running it shows the first sync until
/// everything is here; Ctrl-C does no harm then, the node goes on by itself. Whoever was removed and
/// let in again, or whose invitation somebody else had used, joins once more with the new link, with
/// the node stopped.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The link, as `linli invite` printed it, or the file that `linli invite --out` wrote
    #[arg(value_name = "LINK|FILE", required_unless_present = "ask")]
    link: Option<String>,

    /// Ask the homes on the LAN to be let in
    #[arg(long, conflicts_with = "link")]
    ask: bool,

    /// The neighbourhood that is asked, where there are several
    #[arg(long, value_name = "NAME", requires = "ask")]
    at: Option<String>,

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
    let Args { link, at, home, person, papers, .. } = args;
    let papers = papers.as_deref();
    let Some(link) = link else {
        let knock = Command::Knock { at, home, person };
        return ask(ui, data, knock, papers).await;
    };
    let link = read_if_file(link)?;
    let Some(client) = Client::connect(data).await else {
        let set_up = library::join(data, &link, home.as_deref(), person.as_deref())?;
        if set_up.paper.is_empty() {
            ui.note("join-again", &[])?;
            return ui.note("join-next-up", &[]);
        }
        welcome(ui, &set_up.community_name)?;
        paper::print_all(ui, &paper::sheets(&set_up.paper), papers)?;
        return ui.note("join-next-up", &[]);
    };
    let mut door = Door::over(client);
    let reply = door.ask(Command::Join { link, home, person }).await?;
    let Reply::Joined { community, words } = reply else { return Err(CliError::Unexpected) };
    arrive(ui, &mut door, &community, words, papers).await
}

/// Says what must be written down; where a node runs, shows the first sync.
async fn arrive(
    ui: &mut Ui<'_>,
    door: &mut Door,
    community: &str,
    words: Vec<String>,
    papers: Option<&Path>,
) -> Result<(), CliError> {
    welcome(ui, community)?;
    paper::print_all(ui, &[paper::Sheet::of_person(words)], papers)?;
    if door.is_opened() {
        return ui.note("join-next-up", &[]);
    }
    ui.flush()?;
    ui.note("join-syncing", &[])?;
    let equal = follow(ui, door).await?;
    ui.note(if equal { "join-equal" } else { "join-alone" }, &[])
}

/// A file's text in place of its name; anything else is a link.
fn read_if_file(link: String) -> Result<String, CliError> {
    let path = Path::new(&link);
    if link.starts_with("linli:") || !path.is_file() {
        return Ok(link);
    }
    // What is no text is no invitation either, and is told as that.
    let bytes = std::fs::read(path)
        .map_err(|cause| CliError::CannotRead { path: link.clone(), reason: cause.to_string() })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Asks at the doors of the LAN until somebody opens or all have said no.
async fn ask(
    ui: &mut Ui<'_>,
    data: &Path,
    command: Command,
    papers: Option<&Path>,
) -> Result<(), CliError> {
    if let Command::Knock { home, person, .. } = &command
        && Client::connect(data).await.is_none()
        && !data.join("identity.json").exists()
    {
        let home = home.as_deref().unwrap_or_default();
        library::init(data, home, person.as_deref(), None, Roots::TWO_OF_THREE)?;
    }
    let mut door = Door::open(data).await?;
    let outcome = match knock(ui, &mut door, command).await {
        Ok((community, words)) => arrive(ui, &mut door, &community, words, papers).await,
        Err(error) => Err(error),
    };
    door.close().await;
    outcome
}

async fn knock(
    ui: &mut Ui<'_>,
    door: &mut Door,
    command: Command,
) -> Result<(String, Vec<String>), CliError> {
    let mut shown = None;
    loop {
        let page = match door.ask(command.clone()).await? {
            Reply::Joined { community, words } => return Ok((community, words)),
            Reply::Knock(page) => page,
            _ => return Err(CliError::Unexpected),
        };
        if shown.as_ref() != Some(&page) {
            show(ui, &page)?;
        }
        match page.state {
            KnockState::Refused => return Err(CliError::Refused(refusal())),
            KnockState::Choose => {
                let names = names_of(&page).join(", ");
                let args = [("name", "--at".to_owned()), ("candidates", names)];
                return Err(CliError::Refused(ApiError::new(ErrorKind::Ambiguous, args)));
            }
            KnockState::Resting
            | KnockState::Looking
            | KnockState::Waiting
            | KnockState::Opened => shown = Some(page),
        }
        tokio::time::sleep(Duration::from_millis(KNOCK_MS)).await;
    }
}

fn refusal() -> ApiError {
    ApiError::new(ErrorKind::NotAllowed, [("what", "join".to_owned())])
}

fn names_of(page: &KnockPage) -> Vec<String> {
    let mut names: Vec<String> = page.doors.iter().map(|it| it.neighbourhood.clone()).collect();
    names.dedup();
    names
}

/// Digits are what the person waits for: they go to stderr with the rest of what happens.
fn show(ui: &mut Ui<'_>, page: &KnockPage) -> Result<(), CliError> {
    if page.state == KnockState::Looking {
        return ui.note("knock-looking", &[]);
    }
    for row in &page.doors {
        if let Some((three, more)) = row.code.as_deref().and_then(|code| code.split_at_checked(3)) {
            let args = [
                ("code", format!("{three} {more}").into()),
                ("neighbourhood", one_line(&row.neighbourhood).into()),
                ("home", one_line(&row.home).into()),
            ];
            ui.note("knock-waiting", &args)?;
        }
    }
    Ok(())
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
