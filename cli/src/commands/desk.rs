//! `linli desk` and `linli figures`: what the desk has to do, and how fast people are helped.

use node::api::{
    CaseCommand, CaseReply, Command, DeskList, DeskPage, Figures, FiguresPage, Reply, Spread,
};

use super::{case::moment, requests::in_one_line};
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List what the desk has to do, the most urgent first
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Only this list
    list: Option<List>,

    #[command(flatten)]
    json: Json,
}

/// A list of the desk.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum List {
    /// Nobody of the office has said anything yet
    Unanswered,
    /// Nobody has taken it
    Unclaimed,
    /// The time is over, or whoever holds it is silent
    Overdue,
    /// Written differently on both sides of a cut, or two on the way
    Conflicts,
    /// Done and not confirmed, or a promise that fell due
    CallBacks,
    /// Held by somebody whom nobody has confirmed
    Provisional,
}

/// Show how fast people are answered and helped: counts and times, no names
#[derive(clap::Args, Clone, Debug)]
pub struct FiguresArgs {
    /// Only of what was asked since then
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Prints the lists.
///
/// # Errors
///
/// Where the person does not work for the neighbourhood.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let list = args.list.map(|list| match list {
        List::Unanswered => DeskList::Unanswered,
        List::Unclaimed => DeskList::Unclaimed,
        List::Overdue => DeskList::Overdue,
        List::Conflicts => DeskList::Conflicts,
        List::CallBacks => DeskList::CallBacks,
        List::Provisional => DeskList::Provisional,
    });
    match question(door, CaseCommand::Desk { list, last: None }).await? {
        CaseReply::Desk(page) if args.json.json => ui.json(&page),
        CaseReply::Desk(page) => print(ui, &page),
        CaseReply::Figures(_) | CaseReply::Photo(_) => Err(CliError::Unexpected),
    }
}

/// Prints the figures.
///
/// # Errors
///
/// Where the person does not work for the neighbourhood.
pub async fn figures(ui: &mut Ui<'_>, door: &mut Door, args: FiguresArgs) -> Result<(), CliError> {
    let since_ms = moment(ui, "--since", args.since)?;
    match question(door, CaseCommand::Figures { since_ms }).await? {
        CaseReply::Figures(page) if args.json.json => ui.json(&page),
        CaseReply::Figures(page) => print_figures(ui, &page),
        CaseReply::Desk(_) | CaseReply::Photo(_) => Err(CliError::Unexpected),
    }
}

async fn question(door: &mut Door, command: CaseCommand) -> Result<CaseReply, CliError> {
    match door.ask(Command::Case(command)).await? {
        Reply::Case(reply) => Ok(*reply),
        _ => Err(CliError::Unexpected),
    }
}

fn print(ui: &mut Ui<'_>, page: &DeskPage) -> Result<(), CliError> {
    if let Some(cut) = &page.cut {
        let since = ui.time(cut.since_ms);
        let args = [
            ("since", since.into()),
            ("new", cut.new.into()),
            ("conflicts", cut.conflicts.into()),
            ("told", cut.told.into()),
        ];
        ui.say("desk-cut", &args)?;
    }
    for rows in &page.lists {
        let key = match rows.list {
            DeskList::Unanswered => "desk-unanswered",
            DeskList::Unclaimed => "desk-unclaimed",
            DeskList::Overdue => "desk-overdue",
            DeskList::Conflicts => "desk-conflicts",
            DeskList::CallBacks => "desk-call-backs",
            DeskList::Provisional => "desk-provisional",
        };
        ui.say(key, &[("count", rows.requests.len().into())])?;
        for request in &rows.requests {
            let row = in_one_line(ui, request);
            ui.line(format_args!("  {row}"))?;
        }
    }
    Ok(())
}

fn print_figures(ui: &mut Ui<'_>, page: &FiguresPage) -> Result<(), CliError> {
    print_one(ui, &page.all)?;
    for named in page.compounds.iter().chain(&page.buildings).chain(&page.groups) {
        ui.line(format_args!("— {}", one_line(&named.name)))?;
        print_one(ui, &named.figures)?;
    }
    Ok(())
}

fn print_one(ui: &mut Ui<'_>, figures: &Figures) -> Result<(), CliError> {
    let counts = [("asked", figures.asked.into()), ("unanswered", figures.unanswered.into())];
    ui.say("figures-asked", &counts)?;
    let times = [
        ("figures-response", figures.response),
        ("figures-cut-off", figures.cut_off),
        ("figures-resolution", figures.resolution),
    ];
    for (key, spread) in times.into_iter().filter(|(_, spread)| spread.count > 0) {
        let Spread { count, median_ms, p90_ms } = spread;
        let args = [
            ("count", count.into()),
            ("median", span(median_ms).into()),
            ("p90", span(p90_ms).into()),
        ];
        ui.say(key, &args)?;
    }
    let said = figures.satisfaction;
    let args = [
        ("confirmed", said.confirmed.into()),
        ("reopened", said.reopened.into()),
        ("silent", said.by_default.into()),
        ("solved", said.noted_solved.into()),
        ("unsolved", said.noted_unsolved.into()),
    ];
    ui.say("figures-satisfaction", &args)?;
    if figures.skewed > 0 {
        ui.say("figures-skewed", &[("count", figures.skewed.into())])?;
    }
    Ok(())
}

/// Hours and minutes, as `26:05`.
fn span(ms: Option<u64>) -> String {
    let minutes = ms.unwrap_or_default() / 60_000;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}
