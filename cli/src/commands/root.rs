//! `linli root`: what only the community's paper keys can do.
//!
//! The papers come in by the standard input: typed, or piped. They are nowhere on the command line,
//! where histories keep them.

use std::io::Read as _;

use clap::Subcommand;
use node::api::{PaperWords, RootAct, RosterCommand, RosterReply};

use super::{
    devices::told_revoked,
    grant,
    invite::Role,
    late,
    remove::{KeepArgs, compare_first, told_removed},
};
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Words of a paper key.
const WORDS: usize = 24;

/// Bytes of all papers together: nine of them with numbers and room to spare.
const PAPERS_BYTES_MAX: u64 = 64 * 1024;

/// Use the community's paper keys: make, remove and save administrators
///
/// Bring enough of the papers together (2 of 3, if nothing else was chosen) and type the words of
/// each, an empty line after each paper; Ctrl-D ends. Any box of the community will do. With fewer
/// papers left than that, administrators can never be replaced.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Revoke a device, or a stolen sealed key
    Revoke {
        /// The key, or the beginning of it, as `linli devices PERSON` shows it
        key: String,

        #[command(flatten)]
        keep: KeepArgs,

        #[command(flatten)]
        json: Json,
    },
    /// Give somebody a role
    Grant {
        /// Who: a name or an id
        person: String,

        /// As what
        #[arg(value_enum)]
        role: Role,

        /// Over this area or group only
        #[arg(long, value_name = "PLACE")]
        over: Option<String>,

        /// Undo an earlier removal
        #[arg(long)]
        again: bool,

        #[command(flatten)]
        json: Json,
    },
    /// Take a role away
    Remove {
        /// Who: a name or an id
        person: String,

        /// From which role [default: from every role there]
        #[arg(long, value_enum)]
        role: Option<Role>,

        /// Only from this group or area
        #[arg(long, visible_alias = "over", value_name = "GROUP")]
        group: Option<String>,

        #[command(flatten)]
        keep: KeepArgs,

        #[command(flatten)]
        json: Json,
    },
    /// Let late items of a removal by the paper keys count after all
    Admit {
        /// The removal, as `linli late` names it
        removal: String,

        /// Only what this device wrote
        #[arg(long, value_name = "DEVICE")]
        writer: Option<String>,

        #[command(flatten)]
        json: Json,
    },
}

/// Reads the papers and carries it out.
///
/// # Errors
///
/// Where words of a paper are wrong, a paper is another community's, or there are too few.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (what, json) = match args.what {
        What::Revoke { key, keep, json } => {
            (RootAct::RevokeKey { key, keep: keep.keep(ui)? }, json.json)
        }
        What::Grant { person, role, over, again, json } => {
            (RootAct::Grant { person, role: role.into(), over, again }, json.json)
        }
        What::Remove { person, role, group, keep, json } => {
            let (role, keep) = (role.map(Into::into), keep.keep(ui)?);
            (RootAct::Remove { person, role, over: group, keep }, json.json)
        }
        What::Admit { removal, writer, json } => (RootAct::Admit { removal, writer }, json.json),
    };
    if matches!(what, RootAct::RevokeKey { .. } | RootAct::Remove { .. }) {
        compare_first(ui, door).await?;
    }
    ui.note("root-papers", &[])?;
    let mut typed = String::new();
    let stdin = std::io::stdin().take(PAPERS_BYTES_MAX);
    std::io::BufReader::new(stdin).read_to_string(&mut typed).map_err(CliError::Machinery)?;
    let papers = papers(&typed);
    match door.roster(RosterCommand::Root { what, papers }).await? {
        reply @ RosterReply::Revoked { .. } => told_revoked(ui, &reply, json),
        RosterReply::Removed { removals, kept, cut } => {
            told_removed(ui, &removals, (kept, cut), json)
        }
        RosterReply::Granted { grant, link } => grant::told(ui, grant, link.as_deref(), json),
        RosterReply::Admitted { admit, items } => late::told_admitted(ui, admit, items, json),
        _ => Err(CliError::Unexpected),
    }
}

/// Papers stand apart by an empty line; without one, by the number of their words.
fn papers(typed: &str) -> Vec<PaperWords> {
    let blocks: Vec<String> = typed
        .split("\n\n")
        .map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|block| !block.is_empty())
        .collect();
    if let [one] = blocks.as_slice() {
        let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit() || c == '.');
        let words: Vec<&str> = one.split(' ').filter(|word| !is_number(word)).collect();
        if words.len() > WORDS {
            return words.chunks(WORDS).map(|paper| PaperWords(paper.join(" "))).collect();
        }
    }
    blocks.into_iter().map(PaperWords).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_told_apart_by_empty_lines_or_by_their_words() {
        let words = |count: usize| vec!["zoo"; count].join(" ");
        let lengths = |typed: &str| {
            let count = |paper: &PaperWords| paper.0.split(' ').count();
            papers(typed).iter().map(count).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&format!("{}\n\n{}\n", words(24), words(23))), [24, 23]);
        assert_eq!(lengths(&format!("{}\n{}\n", words(24), words(24))), [24, 24]);
        assert_eq!(lengths(&format!("{}\n{}\n", words(12), words(12))), [24]);
        assert_eq!(lengths(" 1 zoo  2 zoo\n"), [4]);
        assert!(lengths("\n\n").is_empty());
    }
}
