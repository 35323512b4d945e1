//! `linli request ID`: all that is known of one request.

use node::api::{Command, Reply, RequestPage};

use super::requests::in_one_line;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Show one request: its facts, its checklist, who holds it and what happened
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Show the private details as well; that is noted, and the family sees it
    #[arg(long)]
    private: bool,

    /// Why you open them; staff must say
    #[arg(
        long,
        value_name = "TEXT",
        requires = "private",
        default_value = "",
        hide_default_value = true
    )]
    reason: String,

    #[command(flatten)]
    json: Json,
}

/// Prints it.
///
/// # Errors
///
/// Where there is no such request, or several answer to the name.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    if args.private {
        return open(ui, door, args).await;
    }
    let reply = door.ask(Command::Request { id: args.id }).await?;
    let Reply::Request(page) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&page);
    }
    print(ui, &page)
}

async fn open(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let Args { id, reason, json, .. } = args;
    let reply = door.ask(Command::OpenVault { id, reason }).await?;
    let Reply::Vaults(page) = reply else { return Err(CliError::Unexpected) };
    if json.json { ui.json(&page) } else { super::vault::print(ui, &page) }
}

fn print(ui: &mut Ui<'_>, page: &RequestPage) -> Result<(), CliError> {
    let row = in_one_line(ui, &page.row);
    ui.line(row)?;
    if let Some(ride) = &page.row.ride {
        let when = super::series::when(ui, ride);
        ui.line(format_args!("  {when}"))?;
        super::series::wanting(ui, ride)?;
    }
    let requester = one_line(&page.row.requester);
    ui.say("request-by", &[("requester", requester.into())])?;
    for (field, values) in &page.facts {
        // Several values stand side by side: both sides of a cut wrote, and somebody must choose.
        let values: Vec<String> = values.iter().map(|value| one_line(value)).collect();
        if values.iter().any(|value| !value.is_empty()) {
            let field = one_line(&ui.speech().field(field));
            ui.line(format_args!("  {field}: {}", values.join(" | ")))?;
        }
    }
    for item in &page.checklist {
        let tick = if item.done { 'x' } else { ' ' };
        ui.line(format_args!("  [{tick}] {}  ({})", one_line(&item.text), one_line(&item.key)))?;
    }
    for (key, names) in [("request-waitlist", &page.waitlist), ("request-awaiting", &page.awaiting)]
    {
        if !names.is_empty() {
            ui.say(key, &[("names", one_line(&names.join(", ")).into())])?;
        }
    }
    for remark in &page.remarks {
        let remark = one_line(&ui.speech().remark(remark));
        ui.line(format_args!("  ! {remark}"))?;
    }
    for act in &page.timeline {
        let (time, who) = (ui.time(act.claimed_ms.0), one_line(&act.who));
        let counts = if act.counts { "" } else { "  (—)" };
        let did = one_line(&ui.speech().did(&act.verb));
        ui.line(format_args!("  {time}  {who}  {did}{counts}"))?;
    }
    Ok(())
}
