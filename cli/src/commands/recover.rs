//! `linli recover`: the paper key typed back, on a fresh box.

use std::path::{Path, PathBuf};

use node::api::{Command, Reply};

use super::papers;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    node as library,
    ui::{Ui, one_line},
};

/// Come back with your paper key, after every device is lost
///
/// The 24 words of your paper are asked for, or read from stdin or a file. Do it in three steps:
///
/// 1. `linli recover LINK` on a new, empty box makes it yours: you are the same person as before, with
///    fresh keys. LINK is any invitation into your community; a neighbour makes one with `linli invite`.
///
/// 2. `linli up` starts it. Wait until it has what the others have: `linli status` says so.
///
/// 3. `linli recover --revoke-old` takes the rights from your lost devices. What they wrote until then
///    stays; what they write from then on does not count.
///
/// Whoever has lost the paper too comes in as somebody new, and is given what he was: `linli rebind`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// An invitation into your community, as `linli invite` printed it; not with --revoke-old
    #[arg(required_unless_present = "revoke_old", conflicts_with = "revoke_old")]
    link: Option<String>,

    /// What the neighbours call this home
    #[arg(long, value_name = "NAME")]
    home: Option<String>,

    /// What they call you [default: the home's name]
    #[arg(long, value_name = "NAME")]
    person: Option<String>,

    /// Take the rights from all your other devices; what this box has of theirs still counts
    #[arg(long)]
    revoke_old: bool,

    /// Read the words from this file instead of asking for them
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,

    #[command(flatten)]
    json: Json,
}

/// Comes back, or takes the old devices' rights.
///
/// # Errors
///
/// Where the words are no paper key (it says which look wrong), or are another person's.
pub async fn run(ui: &mut Ui<'_>, data: &Path, args: Args) -> Result<(), CliError> {
    let words = papers::words_of(ui, args.words.as_deref())?;
    let json = args.json.json;
    if args.revoke_old {
        return revoke(ui, data, &words, json).await;
    }
    let link = args.link.unwrap_or_default();
    let (home, person) = (args.home.as_deref(), args.person.as_deref());
    let set_up = library::recover(data, &link, home, person, &words)?;
    if json {
        let (community, name) = (set_up.community, set_up.community_name);
        return ui.json(&serde_json::json!({ "community": community, "name": name }));
    }
    ui.say("join-done", &[("community", one_line(&set_up.community_name).into())])?;
    ui.note("recover-next", &[])
}

async fn revoke(ui: &mut Ui<'_>, data: &Path, words: &str, json: bool) -> Result<(), CliError> {
    let mut door = Door::open(data).await?;
    let words = ::node::passphrase::Passphrase::typed(words);
    let reply = door.ask(Command::RevokeOld { words }).await;
    door.close().await;
    let Reply::Revoked { keys } = reply? else { return Err(CliError::Unexpected) };
    if json {
        return ui.json(&serde_json::json!({ "revoked": keys }));
    }
    ui.note("recover-revoked", &[("count", keys.into())])
}
