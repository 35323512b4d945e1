//! `linli passphrase`: what keeps the sealed key shut.

use node::api::{Command, Reply};

use crate::{asked, door::Door, error::CliError, ui::Ui};

/// Set or change the passphrase that keeps your sealed key shut
///
/// Whoever has a role in the office signs its acts with the sealed key. With a passphrase it is shut
/// on the disk, and a stolen box is worth little. The passphrase is asked for, or read from stdin: the
/// old one first, if there is one, then the new one.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {}

/// Sets it.
///
/// # Errors
///
/// Where the old one is wrong, or the new one too short.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, _args: Args) -> Result<(), CliError> {
    let Reply::Key(key) = door.ask(Command::KeyState).await? else {
        return Err(CliError::Unexpected);
    };
    let old = match key.passphrase {
        true => Some(asked::passphrase(ui, "asked-old-passphrase")?),
        false => None,
    };
    let new = asked::new_passphrase(ui)?;
    door.ask(Command::SetPassphrase { old, new }).await?;
    ui.note("passphrase-set", &[])
}
