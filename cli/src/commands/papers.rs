//! `linli paper`: was the paper key written down rightly?

use std::path::{Path, PathBuf};

use ::node::passphrase::Passphrase;
use clap::Subcommand;
use node::api::{Command, PaperCommand, PaperState, Reply};

use crate::{args::Json, asked, door::Door, error::CliError, ui::Ui};

/// Say whether your paper key was checked, and check it
///
/// A paper is checked by typing its 24 words back: only then is it sure that they were written down
/// rightly.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(flatten)]
    json: Json,

    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Type the words of one paper back: your own, or one of the community's
    ///
    /// They are asked for or read from stdin, compared with the key, and forgotten. What looks wrong is
    /// named by its number.
    Check {
        /// Read the words from this file instead of asking for them
        #[arg(long, value_name = "FILE")]
        words: Option<PathBuf>,

        #[command(flatten)]
        json: Json,
    },
}

/// Says how the papers stand, after comparing one.
///
/// # Errors
///
/// Where the words are no paper key (it says which look wrong), or another's.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (command, json) = match args.what {
        None => (PaperCommand::State, args.json),
        Some(What::Check { words, json }) => {
            let words = Passphrase::typed(&words_of(ui, words.as_deref())?);
            (PaperCommand::Check { words }, json)
        }
    };
    let Reply::Paper(papers) = door.ask(Command::Paper(command)).await? else {
        return Err(CliError::Unexpected);
    };
    if json.json { ui.json(&papers) } else { say(ui, papers) }
}

fn say(ui: &mut Ui<'_>, papers: PaperState) -> Result<(), CliError> {
    ui.say(if papers.own { "papers-checked" } else { "papers-unchecked" }, &[])?;
    match papers.roots_left {
        0 => Ok(()),
        left => ui.say("papers-roots-left", &[("count", left.into())]),
    }
}

/// The words of one paper: from a file, or asked for.
///
/// # Errors
///
/// Where the file cannot be read, or nobody answers.
pub fn words_of(ui: &mut Ui<'_>, file: Option<&Path>) -> Result<String, CliError> {
    match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| CliError::CannotRead {
            path: file.display().to_string(),
            reason: error.to_string(),
        }),
        None => asked::secret(ui, "asked-paper"),
    }
}
