//! `linli request ID`: all that is known of one request.

use node::api::{CaseMore, Command, FileRow, Reply, RequestPage};

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
    print_asked(ui, &page.more)?;
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
        let about = act.about.iter().map(|name| format!("  → {}", one_line(name)));
        let note = Some(one_line(&act.note)).filter(|note| !note.is_empty());
        let more: String = about.chain(note.map(|note| format!("  “{note}”"))).collect();
        ui.line(format_args!("  {time}  {who}  {did}{more}{counts}"))?;
    }
    print_followed(ui, &page.more)
}

/// What was said when asking.
fn print_asked(ui: &mut Ui<'_>, more: &CaseMore) -> Result<(), CliError> {
    let window = [more.from_ms, more.until_ms].map(|ms| ms.map(|ms| ui.time(ms)));
    let window = window.map(Option::unwrap_or_default).join(" – ");
    let said = [
        ("request-area", more.area.clone()),
        ("request-window", if window == " – " { String::new() } else { window }),
        ("request-needs", more.needs.join(", ")),
        ("request-for", more.subject.clone().unwrap_or_default()),
        ("request-proxy", more.proxy.clone().unwrap_or_default()),
        ("request-wardens", more.wardens.join(", ")),
    ];
    for (key, text) in said.into_iter().filter(|(_, text)| !text.is_empty()) {
        ui.say(key, &[("text", one_line(&text).into())])?;
    }
    let marks = [
        ("request-to-desk", more.to_desk),
        ("request-waits", more.waits_for_grant),
        ("request-early", more.early && !more.waits_for_grant),
        ("request-unconfirmed", more.unconfirmed),
        ("request-by-default", more.by_default),
    ];
    marks.into_iter().filter(|(_, is_so)| *is_so).try_for_each(|(key, _)| ui.say(key, &[]))
}

/// What came of it beside the acts.
fn print_followed(ui: &mut Ui<'_>, more: &CaseMore) -> Result<(), CliError> {
    for visit in &more.visits {
        let time = ui.time(visit.at_ms);
        let who = one_line(&visit.people.join(", "));
        let outcome = one_line(&visit.outcome);
        let args = [("time", time.into()), ("who", who.into()), ("outcome", outcome.into())];
        ui.say("request-visit", &args)?;
        if let (Some(promise), Some(due)) = (&visit.promise, visit.follow_up_ms) {
            let args = [("promise", one_line(promise).into()), ("time", ui.time(due).into())];
            ui.say("request-promise", &args)?;
        }
    }
    let mut number = more.photos;
    for file in &more.files {
        print_file(ui, file, file.number + 1)?;
    }
    for added in &more.added {
        let (by, time) = (one_line(&added.by), ui.time(added.claimed_ms.0));
        let args = [
            ("by", by.into()),
            ("time", time.into()),
            ("count", added.photos.into()),
            ("from", (number + 1).into()),
        ];
        ui.say("request-added", &args)?;
        added.files.iter().try_for_each(|file| print_file(ui, file, number + file.number + 1))?;
        number += added.photos;
    }
    for verdict in &more.verdicts {
        let key = if verdict.solved { "request-noted-solved" } else { "request-noted-unsolved" };
        let (by, words) = (one_line(&verdict.by), one_line(&verdict.words));
        ui.say(key, &[("by", by.into()), ("words", words.into())])?;
    }
    for posting in &more.postings {
        let row = in_one_line(ui, posting);
        let group = one_line(&posting.group_name);
        ui.say("request-posting", &[("group", group.into()), ("row", row.into())])?;
    }
    Ok(())
}

/// A file, with the number by which `linli photo` saves it.
pub(super) fn print_file(ui: &mut Ui<'_>, file: &FileRow, number: u64) -> Result<(), CliError> {
    let (name, kilobytes) = (one_line(&file.name), file.bytes.div_ceil(1024));
    let args = [("name", name.into()), ("kb", kilobytes.into()), ("number", number.into())];
    ui.say("request-file", &args)
}
