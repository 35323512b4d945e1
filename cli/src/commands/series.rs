//! `linli series …` and `linli rota`: rides that recur, and who drives when.

use clap::Subcommand;
use jiff::tz::TimeZone;
use node::api::{
    Command, NewSeries, PlanWord, Reply, RequestRow, RideRow, SeriesCommand, SeriesPage,
    SeriesReply, WeekPage,
};
use serde_json::json;

use super::requests::in_one_line;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Rides that recur: plan them, see who drives, change a single one
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to do with them.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Plan a ride that recurs (desk, or the captain of the group)
    New(New),
    /// List the series that are known here
    List {
        #[command(flatten)]
        json: Json,
    },
    /// Show a series: its rota, its next rides, and who drove how often
    Show {
        /// Its title, its spoken code, or the beginning of its id
        series: String,

        /// Rides of so many days from now
        #[arg(long, value_name = "N", default_value_t = 14)]
        days: u32,

        #[command(flatten)]
        json: Json,
    },
    /// Say who drives in turn, from some ride on
    ///
    /// Whoever has said yes to a ride keeps it.
    Rota {
        /// Its title, its spoken code, or the beginning of its id
        series: String,

        /// Who drives, in this order; nobody: every ride is claimed
        people: Vec<String>,

        /// From the ride of this date on; otherwise from the next one
        #[arg(long, value_name = "DATE")]
        from: Option<String>,

        /// Why, for everybody to read
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Call a single ride off, move it, or have it as planned after all
    ///
    /// A ride that somebody has said yes to, of which this home has not heard, stands as it was.
    Edit(Edit),
    /// Say that you cannot drive: a single ride, or both legs of a date
    Absent {
        /// A ride's code or id; with a date a series
        ride: String,

        /// The date, as `series show` has it: 2026-03-03
        date: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Offer your ride for another's; whoever holds that one says the same to accept
    Swap {
        /// Your ride's code or id
        mine: String,

        /// The other ride's
        theirs: String,

        #[command(flatten)]
        json: Json,
    },
}

/// A ride that recurs
#[derive(clap::Args, Clone, Debug)]
struct New {
    /// One line that everybody in the group reads; nothing private
    title: String,

    /// The group whose members drive
    #[arg(long, value_name = "NAME", default_value = "all")]
    group: String,

    /// When the first ride begins: "2026-03-03 07:30"
    #[arg(long, value_name = "TIME")]
    start: String,

    /// When it recurs, as RFC 5545 says it: FREQ=WEEKLY;BYDAY=TU,TH
    #[arg(long, value_name = "RULE", default_value = "FREQ=WEEKLY")]
    rule: String,

    /// The zone of all times; otherwise this machine's
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,

    /// There is a way back: so many minutes after the way there
    #[arg(long, value_name = "MINUTES")]
    back_after: Option<u32>,

    /// Who drives in turn: names, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    rota: Vec<String>,

    /// What is to be looked at before each departure; may be given several times
    #[arg(long, value_name = "TEXT")]
    check: Vec<String>,

    /// Whom it is for, where that is a member: confirms the rides and may call them off
    #[arg(long = "for", value_name = "NAME")]
    subject: Option<String>,

    /// More words; nothing private
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    details: String,

    /// It cannot wait
    #[arg(long)]
    urgent: bool,

    #[command(flatten)]
    json: Json,
}

/// A single ride
#[derive(clap::Args, Clone, Debug)]
struct Edit {
    /// The series: its title, its spoken code, or the beginning of its id
    series: String,

    /// The ride's date, as `series show` has it: 2026-03-03
    date: String,

    #[command(flatten)]
    plan: Plan,

    /// Why, for everybody to read
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    #[command(flatten)]
    json: Json,
}

/// What becomes of it.
#[derive(clap::Args, Clone, Debug)]
#[group(required = true, multiple = false)]
struct Plan {
    /// It does not take place
    #[arg(long)]
    off: bool,

    /// It begins then: "2026-03-04 09:00"
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// It is as the rule says, after all
    #[arg(long)]
    as_planned: bool,
}

/// My rides: this week's, those I stand by for, and swaps that others offer me
#[derive(clap::Args, Clone, Debug)]
pub struct RotaArgs {
    /// So many days from now
    #[arg(long, value_name = "N", default_value_t = 7)]
    days: u32,

    #[command(flatten)]
    json: Json,
}

/// Carries it out and prints what came of it.
///
/// # Errors
///
/// Where there is no such series or ride, or the role or state does not allow it.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (command, json) = match args.what {
        What::New(new) => {
            let json = new.json;
            (SeriesCommand::New(Box::new(planned(new))), json)
        }
        What::List { json } => (SeriesCommand::List, json),
        What::Show { series, days, json } => (SeriesCommand::Show { series, days }, json),
        What::Rota { series, people, from, reason, json } => {
            (SeriesCommand::Rota { series, from, people, reason }, json)
        }
        What::Edit(Edit { series, date, plan, reason, json }) => {
            let plan = match plan.to {
                Some(to) => PlanWord::At(to),
                None if plan.off => PlanWord::Off,
                None => PlanWord::AsPlanned,
            };
            (SeriesCommand::Edit { series, date, plan, reason }, json)
        }
        What::Absent { ride, date, json } => (SeriesCommand::Absent { ride, date }, json),
        What::Swap { mine, theirs, json } => (SeriesCommand::Swap { mine, theirs }, json),
    };
    let reply = door.ask(Command::Series(command)).await?;
    let Reply::Series(reply) = reply else { return Err(CliError::Unexpected) };
    if json.json { as_json(ui, &reply) } else { print(ui, &reply) }
}

/// Prints my week.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn rota(ui: &mut Ui<'_>, door: &mut Door, args: RotaArgs) -> Result<(), CliError> {
    let reply = door.ask(Command::Series(SeriesCommand::Week { days: args.days })).await?;
    let Reply::Series(reply) = reply else { return Err(CliError::Unexpected) };
    if args.json.json { as_json(ui, &reply) } else { print(ui, &reply) }
}

fn planned(new: New) -> NewSeries {
    let here = || TimeZone::system().iana_name().unwrap_or("Asia/Shanghai").to_owned();
    NewSeries {
        group: new.group,
        title: new.title,
        details: new.details,
        start: new.start,
        zone: new.zone.unwrap_or_else(here),
        rule: new.rule,
        back_after_min: new.back_after,
        rota: new.rota,
        checks: new.check,
        subject: new.subject,
        urgent: new.urgent,
    }
}

fn as_json(ui: &mut Ui<'_>, reply: &SeriesReply) -> Result<(), CliError> {
    match reply {
        SeriesReply::Planned { id, code } => ui.json(&json!({ "id": id, "code": code })),
        SeriesReply::List { series } => ui.json_lines(series),
        SeriesReply::Page(page) => ui.json(page),
        SeriesReply::Rides { rides } => ui.json_lines(rides),
        SeriesReply::Swap { done, mine, theirs } => {
            ui.json(&json!({ "done": done, "mine": mine, "theirs": theirs }))
        }
        SeriesReply::Week(week) => ui.json(week),
    }
}

fn print(ui: &mut Ui<'_>, reply: &SeriesReply) -> Result<(), CliError> {
    match reply {
        SeriesReply::Planned { code, .. } => {
            ui.say("series-planned", &[("code", code.as_str().into())])
        }
        SeriesReply::List { series } if series.is_empty() => ui.note("series-none", &[]),
        SeriesReply::List { series } => series.iter().try_for_each(|row| {
            let (title, group) = (one_line(&row.title), one_line(&row.group_name));
            ui.line(format_args!("{}  {title}  ({group})", row.code))
        }),
        SeriesReply::Page(page) => print_page(ui, page),
        SeriesReply::Rides { rides } => rides.iter().try_for_each(|ride| print_ride(ui, ride)),
        SeriesReply::Swap { done, mine, theirs } => {
            ui.say(if *done { "swap-done" } else { "swap-offered" }, &[])?;
            print_ride(ui, mine)?;
            print_ride(ui, theirs)
        }
        SeriesReply::Week(week) => print_week(ui, week),
    }
}

fn print_page(ui: &mut Ui<'_>, page: &SeriesPage) -> Result<(), CliError> {
    let (title, rule) = (one_line(&page.row.title), one_line(&page.rule));
    let (start, zone) = (&page.start, one_line(&page.zone));
    ui.line(format_args!("{}  {title}  {rule}  {start} {zone}", page.row.code))?;
    if !page.understood {
        ui.say("series-not-understood", &[])?;
    }
    if !page.rota.is_empty() {
        ui.say("series-rota", &[("names", one_line(&page.rota.join(", ")).into())])?;
    }
    for check in &page.checks {
        ui.line(format_args!("  [ ] {}", one_line(check)))?;
    }
    page.rides.iter().try_for_each(|ride| print_ride(ui, ride))?;
    for row in &page.driven {
        let args = [("person", one_line(&row.person).into()), ("legs", row.legs.into())];
        ui.say("series-driven", &args)?;
    }
    Ok(())
}

fn print_week(ui: &mut Ui<'_>, week: &WeekPage) -> Result<(), CliError> {
    if week.mine.is_empty() && week.standby.is_empty() && week.offers.is_empty() {
        return ui.note("rota-nothing", &[]);
    }
    week.mine.iter().try_for_each(|ride| print_ride(ui, ride))?;
    if !week.standby.is_empty() {
        ui.say("rota-standby", &[])?;
        week.standby.iter().try_for_each(|ride| print_ride(ui, ride))?;
    }
    for offer in &week.offers {
        let args = [
            ("person", one_line(&offer.by).into()),
            ("mine", offer.mine.code.as_str().into()),
            ("theirs", offer.theirs.code.as_str().into()),
        ];
        ui.say("rota-offer", &args)?;
    }
    Ok(())
}

/// A ride: when, which way, who, and what is wanting.
fn print_ride(ui: &mut Ui<'_>, row: &RequestRow) -> Result<(), CliError> {
    let line = in_one_line(ui, row);
    let Some(ride) = &row.ride else { return ui.line(line) };
    ui.line(format_args!("{}  {}", when(ui, ride), line))?;
    wanting(ui, ride)
}

/// When it begins, and which way.
pub(super) fn when(ui: &Ui<'_>, ride: &RideRow) -> String {
    one_line(&ui.speech().shared().ride_begins(ride))
}

/// What is wanting before it begins.
pub(super) fn wanting(ui: &mut Ui<'_>, ride: &RideRow) -> Result<(), CliError> {
    let lines = ui.speech().shared().ride_lines(ride);
    lines.iter().try_for_each(|line| ui.line(format_args!("  ! {}", one_line(line))))
}
