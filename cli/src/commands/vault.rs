//! `linli assign`, `linli confide` and `linli erase`, and private details on the screen.

use node::api::{CaseCommand, CaseVerb, Command, Deed, VaultPage, VaultWord};
use serde_json::json;

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Give a request to somebody: the desk, the captain, or the home that asked
///
/// Name, phone and door reach that person's home as well.
#[derive(clap::Args, Clone, Debug)]
pub struct Assign {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Whose it shall be: a name, or the beginning of an id [default: who looks after the building]
    person: Option<String>,

    /// Whom it is taken from at the same time
    #[arg(long, value_name = "PERSON")]
    instead: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Have private details of a request forgotten, on every home
///
/// For the home that asked, the office and the group's owners. Homes that are cut off forget when
/// they hear of it; what somebody has read he may remember.
#[derive(clap::Args, Clone, Debug)]
pub struct Erase {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Only these; all of them otherwise
    #[arg(long)]
    class: Option<Class>,

    #[command(flatten)]
    json: Json,
}

/// Let somebody read what only the office reads, where he has to know it
///
/// For the desk and the home that asked. He must be in the request's group. The family sees who was
/// named, by whom, and why; it cannot be taken back, since he may have read it.
#[derive(clap::Args, Clone, Debug)]
pub struct Confide {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Who: a name, or the beginning of an id
    person: String,

    /// Why he has to know
    #[arg(long)]
    reason: String,

    #[command(flatten)]
    json: Json,
}

/// Which private details.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Class {
    /// Name, phone, door
    Contact,
    /// What only the office reads
    Sensitive,
}

/// Gives it, and prints where the request stands now.
///
/// # Errors
///
/// Where there is no such request or person, or the role or state does not allow it.
pub async fn assign(ui: &mut Ui<'_>, door: &mut Door, args: Assign) -> Result<(), CliError> {
    let Assign { id, person, instead, json } = args;
    let deed = Deed { person, instead, ..Deed::of(&id, CaseVerb::Grant) };
    super::case::carry_out(ui, door, deed, json).await
}

/// Has it forgotten.
///
/// # Errors
///
/// Where there is no such request, or the person may not.
pub async fn erase(ui: &mut Ui<'_>, door: &mut Door, args: Erase) -> Result<(), CliError> {
    let class = args.class.map(|class| match class {
        Class::Contact => VaultWord::Contact,
        Class::Sensitive => VaultWord::Sensitive,
    });
    door.ask(Command::Erase { id: args.id, class }).await?;
    if args.json.json {
        return ui.json(&json!({ "erased": true }));
    }
    ui.say("erase-done", &[])
}

/// Names somebody.
///
/// # Errors
///
/// Where there is no such request or person, nothing that only the office reads, or the role does not
/// allow it.
pub async fn confide(ui: &mut Ui<'_>, door: &mut Door, args: Confide) -> Result<(), CliError> {
    let Confide { id, person, reason, json } = args;
    let told = one_line(&person);
    door.ask(Command::Case(CaseCommand::Confide { id, person, reason })).await?;
    if json.json {
        return ui.json(&json!({ "confided": true }));
    }
    ui.say("confide-done", &[("person", told.into())])
}

/// Prints private details, and who has opened them.
pub fn print(ui: &mut Ui<'_>, page: &VaultPage) -> Result<(), CliError> {
    let fields = [
        ("vault-name", &page.private.name),
        ("vault-phone", &page.private.phone),
        ("vault-door", &page.private.door),
        ("vault-details", &page.private.details),
    ];
    for (key, text) in fields.into_iter().filter(|(_, text)| !text.is_empty()) {
        ui.say(key, &[("text", one_line(text).into())])?;
    }
    for class in &page.erased {
        let key = match class {
            VaultWord::Contact => "vault-erased-contact",
            VaultWord::Sensitive => "vault-erased-sensitive",
        };
        ui.say(key, &[])?;
    }
    for it in &page.earlier {
        let who = one_line(&it.who);
        ui.say("vault-earlier", &[("who", who.into()), ("times", it.times.into())])?;
    }
    for it in &page.openings {
        let (time, who) = (ui.time(it.claimed_ms.0), one_line(&it.who));
        let to = it.released_to.as_deref().map(one_line);
        let (key, more) = match &to {
            Some(to) if it.reason == crdt::vault::UNCONFIRMED => {
                ("vault-released-unconfirmed", to.clone())
            }
            Some(to) if it.class == VaultWord::Sensitive => {
                ("vault-confided", format!("{to}  {}", one_line(&it.reason)))
            }
            Some(to) => ("vault-released", to.clone()),
            None => ("vault-opened", one_line(&it.reason)),
        };
        let team = it.team.as_deref().map(one_line);
        let more = [Some(more), team].into_iter().flatten().filter(|it| !it.is_empty());
        let more = more.collect::<Vec<_>>().join(" · ");
        ui.say(key, &[("time", time.into()), ("who", who.into()), ("more", more.into())])?;
    }
    Ok(())
}
