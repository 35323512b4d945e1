//! `linli people`: who is in the community, and why somebody may do what he may do.

use node::api::{Command, PersonRow, Reply, RoleRow, RosterCommand, RosterReply, WhyRole, WhyStep};

use super::devices;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
    words::Speech,
};

/// List the people of the community and what they may do
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Explain one person instead: each role, up to the community's paper keys
    #[arg(long, value_name = "PERSON")]
    why: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Say that you have met somebody in person
///
/// Whoever came in by a link is marked as introduced. Stand before the person and type the 25 digits
/// from that phone or box: `linli people --why` with the own name shows them there, and so does the
/// page.
#[derive(clap::Args, Clone, Debug)]
pub struct MeetArgs {
    /// Whom
    person: String,

    /// The 25 digits, spaced as you like
    #[arg(required = true, num_args = 1..)]
    number: Vec<String>,

    #[command(flatten)]
    json: Json,
}

/// Says so, and prints the person.
///
/// # Errors
///
/// Where the number is another's.
pub async fn meet(ui: &mut Ui<'_>, door: &mut Door, args: MeetArgs) -> Result<(), CliError> {
    let number = args.number.concat();
    let command = RosterCommand::Meet { person: args.person, number };
    let RosterReply::Why(page) = door.roster(command).await? else {
        return Err(CliError::Unexpected);
    };
    if args.json.json {
        return ui.json(&page.person);
    }
    let line = person_line(ui.speech(), &page.person);
    ui.line(line)
}

/// Prints them.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    if let Some(person) = args.why {
        return why(ui, door, person, args.json.json).await;
    }
    let reply = door.ask(Command::everybody()).await?;
    let Reply::People { people, .. } = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json_lines(&people);
    }
    for person in &people {
        let line = person_line(ui.speech(), person);
        ui.line(line)?;
    }
    Ok(())
}

fn person_line(speech: Speech, person: &PersonRow) -> String {
    let me = if person.me { "*" } else { " " };
    let (name, home) = (one_line(&person.name), one_line(&person.home));
    let roles = match person.roles.as_slice() {
        [] => speech.role(person.role),
        roles => roles.iter().map(|it| role(speech, it)).collect::<Vec<_>>().join(", "),
    };
    let devices = speech.text("people-devices", &[("count", person.devices.into())]);
    let met = match (person.me, person.met) {
        (true, _) => String::new(),
        (false, 0) => format!("  {}", speech.text("people-introduced", &[])),
        (false, met) => format!("  {}", speech.text("people-met", &[("count", met.into())])),
    };
    format!("{me} {name}  {home}  {roles}  {devices}{met}")
}

/// A role and where it holds.
pub fn role(speech: Speech, row: &RoleRow) -> String {
    let role = speech.role(row.role);
    match row.over.as_str() {
        "" => role,
        over => format!("{role} ({})", one_line(over)),
    }
}

async fn why(ui: &mut Ui<'_>, door: &mut Door, person: String, json: bool) -> Result<(), CliError> {
    let why = RosterCommand::Why { person };
    let RosterReply::Why(page) = door.roster(why).await? else {
        return Err(CliError::Unexpected);
    };
    if json {
        return ui.json(&page);
    }
    let line = person_line(ui.speech(), &page.person);
    ui.line(line)?;
    if let Some(number) = &page.number {
        ui.say("people-number", &[("number", number.into())])?;
    }
    for role in &page.roles {
        why_role(ui, role)?;
    }
    for device in &page.devices {
        let line = devices::line(ui, device);
        ui.line(format_args!("  {line}"))?;
    }
    Ok(())
}

fn why_role(ui: &mut Ui<'_>, row: &WhyRole) -> Result<(), CliError> {
    let speech = ui.speech();
    let named = role(speech, &row.role);
    let head = if row.live {
        named
    } else if row.removed_by.is_empty() {
        let reason = speech.reason(&row.reason);
        speech.text("why-void", &[("role", named.into()), ("reason", reason.into())])
    } else {
        let by = one_line(&row.removed_by.join(", "));
        speech.text("why-removed", &[("role", named.into()), ("by", by.into())])
    };
    ui.line(format_args!("  {head}"))?;
    for step in &row.steps {
        let line = why_step(speech, step);
        ui.line(format_args!("    {line}"))?;
    }
    Ok(())
}

fn why_step(speech: Speech, step: &WhyStep) -> String {
    let by = one_line(&step.by.join(", "));
    let as_role = step.as_role.as_ref().map(|row| role(speech, row)).unwrap_or_default();
    let args = [("by", by.into()), ("role", as_role.into())];
    speech.text(&format!("why-{}", step.how), &args)
}
