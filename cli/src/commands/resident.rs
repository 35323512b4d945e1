//! `linli resident`: the people who live on this box.

use std::path::PathBuf;

use clap::Subcommand;
use node::api::{Command, Reply};

use super::{paper, unlock::in_words};
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// The people who live on this box
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Let another person of this household write from this box
    ///
    /// He gets a paper key of his own, shown this once. His commands are those with `--as NAME`.
    /// Whoever owns the box could write as anybody who lives on it.
    Add {
        /// What the neighbours call him
        name: String,

        /// An invitation, where the box's first person may not let anybody in
        #[arg(long, value_name = "LINK")]
        link: Option<String>,

        /// Also write the paper key into this file, as a page to be printed
        #[arg(long, value_name = "FILE")]
        papers: Option<PathBuf>,
    },
    /// Who lives here, and whose sealed key is open
    List {
        #[command(flatten)]
        json: Json,
    },
}

/// Lists or adds.
///
/// # Errors
///
/// Where nobody may let him in, or the box is full.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    match args.what {
        What::Add { name, link, papers } => {
            let reply = door.ask(Command::ResidentAdd { name, link }).await?;
            let Reply::Resident { name, words } = reply else { return Err(CliError::Unexpected) };
            ui.say("resident-added", &[("name", one_line(&name).into())])?;
            paper::print_all(ui, &[paper::Sheet::of_person(words)], papers.as_deref())
        }
        What::List { json } => {
            let reply = door.ask(Command::Status).await?;
            let Reply::Status(status) = reply else { return Err(CliError::Unexpected) };
            if json.json {
                return ui.json_lines(&status.residents);
            }
            for key in &status.residents {
                let line = in_words(ui, key);
                ui.line(line)?;
            }
            Ok(())
        }
    }
}
