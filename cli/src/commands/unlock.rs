//! `linli unlock`: the sealed key for a duty shift.

use node::api::{Command, KeyState, Reply};

use crate::{args::Json, asked, door::Door, error::CliError, ui::Ui};

/// Open your sealed key for a duty shift
///
/// It stays in the running node's memory and is shut again by time, by `linli lock`, or when the node
/// stops. The passphrase is asked for, or read from stdin.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// How many hours, at most 24
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=24))]
    hours: u32,

    #[command(flatten)]
    json: Json,
}

/// Opens it.
///
/// # Errors
///
/// Where the passphrase is wrong, or there is none.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let passphrase = asked::passphrase(ui, "asked-passphrase")?;
    let reply = door.ask(Command::Unlock { passphrase, hours: args.hours }).await?;
    let Reply::Key(key) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&key);
    }
    let line = in_words(ui, &key);
    ui.line(line)
}

/// How somebody's sealed key stands.
pub fn in_words(ui: &Ui<'_>, key: &KeyState) -> String {
    let until = key.until_ms.map(|at| ui.time(at.0)).unwrap_or_default();
    let state = match (key.copied, key.passphrase, key.open) {
        (true, ..) => "key-copied",
        (_, false, _) => "key-bare",
        (_, true, true) => "key-open",
        (_, true, false) => "key-shut",
    };
    let person = crate::ui::one_line(&key.person);
    ui.speech().text(state, &[("person", person.into()), ("until", until.into())])
}
