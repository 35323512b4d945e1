//! `linli phones`: the phones that may open this box's page.

use clap::Subcommand;
use node::api::{Command, PersonRow, PhoneCommand, PhoneReply, PhoneRow, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List the phones and browsers that are paired with this box's page
///
/// Each pairs once with a code that `linli up` prints, and stays paired. A lost one is turned out here
/// or on the page.
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
    /// Turn a phone out: it must pair again with a new code
    Revoke {
        /// Its id, as the list shows it
        #[arg(required_unless_present = "all")]
        id: Option<String>,

        /// Turn out all of them
        #[arg(long, conflicts_with = "id")]
        all: bool,

        #[command(flatten)]
        json: Json,
    },
}

/// Lists them, or turns some out.
///
/// # Errors
///
/// Where there is none of that id.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (command, json) = match args.what {
        None => (PhoneCommand::List, args.json),
        Some(What::Revoke { id: Some(id), json, .. }) => (PhoneCommand::Revoke { id }, json),
        Some(What::Revoke { json, .. }) => (PhoneCommand::RevokeAll, json),
    };
    let turned_out = !matches!(command, PhoneCommand::List);
    let reply = door.ask(Command::Phone(command)).await?;
    let Reply::Phone(PhoneReply::Phones { phones }) = reply else {
        return Err(CliError::Unexpected);
    };
    if json.json {
        return ui.json_lines(&phones);
    }
    if turned_out {
        return ui.say("paired-revoked", &[("n", (phones.len() as u64).into())]);
    }
    if phones.is_empty() {
        return ui.note("paired-none", &[]);
    }
    // A home in no community yet knows nobody.
    let people = match door.ask(Command::everybody()).await {
        Ok(Reply::People { people, .. }) => people,
        _ => Vec::new(),
    };
    phones.iter().try_for_each(|phone| {
        let line = in_words(ui, phone, &people);
        ui.line(line)
    })
}

fn in_words(ui: &Ui<'_>, phone: &PhoneRow, people: &[PersonRow]) -> String {
    let person = people.iter().find(|it| Some(it.id) == phone.person);
    let person = person.map_or_else(|| "—".to_owned(), |it| one_line(&it.name));
    let name = if phone.name.is_empty() { "—" } else { &phone.name };
    format!("{}  {}  {person}  {}", phone.id, ui.time(phone.seen_ms.0), one_line(name))
}
