//! `linli bundle`: what a home holds in a file, for a stick that is carried where no network reaches.

use std::path::{Path, PathBuf};

use ::node::{
    api::{Command, Reply, TakenIn},
    bundle::{Sections, Wanted, export},
};
use crdt::id::EnvelopeId;

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Carry messages and requests to another home in a file
///
/// Works with the network down and with the node running or not. Whatever comes in by a bundle is
/// checked like what a neighbour sends, and nothing comes in twice. Whoever finds the file can read
/// no message in it.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum What {
    /// Write a bundle
    Export {
        /// The file to be made
        file: PathBuf,

        /// Only this group, and what is needed to read it
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,

        /// Only what came here after this message
        #[arg(long, value_name = "ID")]
        since: Option<EnvelopeId>,
    },
    /// Take in what a bundle holds
    Import {
        /// The file
        file: PathBuf,

        #[command(flatten)]
        json: Json,
    },
}

/// Writes or reads one.
///
/// # Errors
///
/// Where the file is there already, cannot be read or is not this community's, or a disk says no.
pub async fn run(
    ui: &mut Ui<'_>,
    data: &Path,
    door: &mut Door,
    args: Args,
) -> Result<(), CliError> {
    match args.what {
        What::Export { file, group, since } => {
            let group = match group {
                Some(name) => match door.ask(Command::Board { group: name }).await? {
                    Reply::Board(board) => Some(board.group.id),
                    _ => return Err(CliError::Unexpected),
                },
                None => {
                    // Whoever looks finds everything in the database that was answered before.
                    door.ask(Command::Status).await?;
                    None
                }
            };
            let count = export(data, &file, Wanted { group, since })?;
            let file = file.display().to_string();
            ui.note("bundle-written", &[("count", count.into()), ("file", file.into())])
        }
        What::Import { file, json } => import(ui, data, door, &file, json).await,
    }
}

async fn import(
    ui: &mut Ui<'_>,
    data: &Path,
    door: &mut Door,
    file: &Path,
    json: Json,
) -> Result<(), CliError> {
    let size_bytes = file.metadata().map_or(0, |about| about.len());
    let mut sections = Sections::open(data, file)?;
    let bar = ui.progress(size_bytes);
    let mut all = TakenIn::default();
    let outcome = loop {
        let section = match sections.next_section() {
            Ok(Some(section)) => section,
            Ok(None) => break sections.verdict(),
            Err(error) => break Err(error),
        };
        bar.inc(section.len() as u64);
        let Reply::TakenIn(taken) = door.ask(Command::TakeIn { section }).await? else {
            return Err(CliError::Unexpected);
        };
        all.add(&taken);
        if let Err(strange) = sections.check_waiting(all.pending + all.refused) {
            break Err(strange);
        }
    };
    bar.finish_and_clear();
    if json.json {
        ui.json(&all)?;
    } else {
        let args = [
            ("new", all.new.into()),
            ("known", all.known.into()),
            ("refused", all.refused.into()),
            ("pending", all.pending.into()),
        ];
        ui.say("bundle-read", &args)?;
    }
    Ok(outcome?)
}
