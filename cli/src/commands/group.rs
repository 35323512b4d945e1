//! `linli group new` and `linli group join`.

use clap::{Subcommand, ValueEnum};
use node::api::{Command, GroupKindWord, Reply};

use crate::{
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Found a group, or enter an open one
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Found a group
    New {
        /// What it is called
        name: String,

        /// Who may enter
        #[arg(long, value_enum, default_value_t = Kind::Open)]
        kind: Kind,

        /// How many members must vouch for a newcomer (vetted groups)
        #[arg(long, value_name = "N", default_value_t = 2)]
        vouches: u8,
    },
    /// Enter an open group
    Join {
        /// Its name or id
        name: String,
    },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Kind {
    /// Everybody in the community
    Open,
    /// Whoever is invited
    Invite,
    /// Whoever members vouch for
    Vetted,
}

/// Founds or enters a group and prints its id.
///
/// # Errors
///
/// Where there is no such group, or the person's role does not allow it.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (key, command) = match args.what {
        What::New { name, kind, vouches } => {
            let kind = match kind {
                Kind::Open => GroupKindWord::Open,
                Kind::Invite => GroupKindWord::Invite,
                Kind::Vetted => GroupKindWord::Vetted,
            };
            ("group-made", Command::GroupNew { name, kind, vouches })
        }
        What::Join { name } => ("group-joined", Command::GroupJoin { group: name }),
    };
    match door.ask(command).await? {
        Reply::Group(group) => {
            ui.note(key, &[("name", one_line(&group.name).into())])?;
            ui.line(group.id.to_hex())
        }
        Reply::Done => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}
