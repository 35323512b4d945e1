//! `linli passphrase`: what keeps the sealed key shut.

use node::{
    api::{Command, Reply},
    passphrase::Passphrase,
};

use crate::{args::Json, asked, door::Door, error::CliError, ui::Ui};

/// Set or change the passphrase that keeps your sealed key shut
///
/// Whoever has a role in the office signs its acts with the sealed key. With a passphrase it is shut
/// on the disk, and a stolen box is worth little. The passphrase is asked for, or read from stdin: the
/// old one first, if there is one, then the new one.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Print one that was drawn just now, six words of the list, and set nothing
    #[arg(long)]
    draw: bool,

    #[command(flatten)]
    json: Json,
}

/// Sets it.
///
/// # Errors
///
/// Where the old one is wrong, or the new one too short.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    if args.draw {
        let drawn = Passphrase::drawn(node::clock::random());
        return match args.json.json {
            true => ui.json(&serde_json::json!({ "passphrase": drawn })),
            false => ui.line(drawn.words()),
        };
    }
    let Reply::Key(key) = door.ask(Command::KeyState).await? else {
        return Err(CliError::Unexpected);
    };
    let old = match key.passphrase {
        true => Some(asked::passphrase(ui, "asked-old-passphrase")?),
        false => None,
    };
    let new = asked::new_passphrase(ui)?;
    let reply = door.ask(Command::SetPassphrase { old, new }).await?;
    let Reply::Key(key) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&key);
    }
    ui.note("passphrase-set", &[])
}
