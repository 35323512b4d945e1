//! `linli files`: whole photos and files, what this home fetches of them and keeps.

use clap::Subcommand;
use node::api::{Command, FetchWord, FilesCommand, FilesPage, FilesReply, OriginalRow, Reply};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Whole photos and files: what is here, what is on its way, what this home fetches
///
/// Thumbnails come with the words. A whole photo, a PDF, a text comes when somebody here asks for it, or by
/// itself where the policy says so, and in pieces: a cut costs nothing that is here already.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,

    #[command(flatten)]
    json: Json,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Ask the neighbours for a whole photo or a file
    Get {
        /// The announcement's id or the beginning of it, or a request's code
        id: String,

        /// Which of its photos and files, from 1
        #[arg(long, value_name = "N", default_value_t = 1)]
        number: u64,

        #[command(flatten)]
        json: Json,
    },
    /// Ask for it no longer
    Stop {
        /// The announcement's id or the beginning of it, or a request's code
        id: String,

        /// Which of its photos and files, from 1
        #[arg(long, value_name = "N", default_value_t = 1)]
        number: u64,

        #[command(flatten)]
        json: Json,
    },
    /// Say what this home fetches and keeps; what is not said stays as it is
    Policy {
        /// What is fetched at all
        #[arg(long, value_enum)]
        fetch: Option<Fetch>,

        /// Of an alert by itself only photos and files of at most so many MB
        #[arg(long, value_name = "MB")]
        alerts: Option<u64>,

        /// The same of every other announcement
        #[arg(long, value_name = "MB")]
        news: Option<u64>,

        /// For neighbours who ask for it photos and files of at most so many MB; 0: none
        #[arg(long, value_name = "MB")]
        neighbours: Option<u64>,

        /// All of it takes at most so many MB; the oldest that a neighbour keeps go first
        #[arg(long, value_name = "MB")]
        room: Option<u64>,

        #[command(flatten)]
        json: Json,
    },
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Fetch {
    /// Nothing
    Never,
    /// What somebody here asks for
    Asked,
    /// That, and by itself what comes with the announcements of this home's groups
    Groups,
}

impl From<Fetch> for FetchWord {
    fn from(fetch: Fetch) -> Self {
        match fetch {
            Fetch::Never => Self::Never,
            Fetch::Asked => Self::Asked,
            Fetch::Groups => Self::Groups,
        }
    }
}

/// Shows it, asks for a photo or file, sets the policy.
///
/// # Errors
///
/// Where there is no such photo or file, or this home fetches none.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (command, json) = match args.what {
        None => (FilesCommand::Show, args.json),
        Some(What::Get { id, number, json }) => {
            (FilesCommand::Fetch { id, number: number.saturating_sub(1) }, json)
        }
        Some(What::Stop { id, number, json }) => {
            (FilesCommand::Stop { id, number: number.saturating_sub(1) }, json)
        }
        Some(What::Policy { fetch, alerts, news, neighbours, room, json }) => {
            let policy = FilesCommand::Policy {
                fetch: fetch.map(Into::into),
                alerts_mb: alerts,
                news_mb: news,
                neighbours_mb: neighbours,
                room_mb: room,
            };
            (policy, json)
        }
    };
    let Reply::Files(reply) = door.ask(Command::Files(command)).await? else {
        return Err(CliError::Unexpected);
    };
    match reply {
        FilesReply::Page(page) if json.json => ui.json(&page),
        FilesReply::Page(page) => show(ui, &page),
        FilesReply::Original(row) if json.json => ui.json(&row),
        FilesReply::Original(row) => told(ui, &row),
    }
}

fn show(ui: &mut Ui<'_>, page: &FilesPage) -> Result<(), CliError> {
    let (here, room) = (page.held_bytes, page.room_bytes);
    let args = [
        ("count", page.held.into()),
        ("here", kilobytes(here).into()),
        ("room", kilobytes(room).into()),
    ];
    ui.say("files-held", &args)?;
    let fetch = ui.speech().code("files-fetch", page.policy.fetch.code());
    let args = [
        ("fetch", fetch.into()),
        ("alerts", page.policy.alerts_mb.into()),
        ("news", page.policy.news_mb.into()),
        ("neighbours", page.policy.neighbours_mb.into()),
    ];
    ui.say("files-policy", &args)?;
    for row in &page.coming {
        let args = [
            ("name", row.blob.to_string().into()),
            ("here", kilobytes(row.here_bytes).into()),
            ("all", kilobytes(row.bytes).into()),
        ];
        ui.say(if row.no_room { "files-no-room" } else { "files-coming" }, &args)?;
    }
    Ok(())
}

fn told(ui: &mut Ui<'_>, row: &OriginalRow) -> Result<(), CliError> {
    let state = ui.speech().code("original", row.state.code());
    let args = [
        ("state", state.into()),
        ("here", kilobytes(row.here_bytes).into()),
        ("all", kilobytes(row.bytes).into()),
    ];
    ui.say("files-original", &args)
}

/// Bytes in kilobytes, so that whatever is here is more than nothing.
const fn kilobytes(bytes: u64) -> u64 {
    bytes.div_ceil(1024)
}
