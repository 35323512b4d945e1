//! `linli hours …`: signing in and out, the captain's list, totals, certificates.

use std::path::Path;

use clap::{Subcommand, ValueEnum};
use node::{
    api::{
        CertificatePage, Command, HoursCommand, HoursPage, HoursReply, HowWord, Reply, SheetPage,
        ShiftRow, TotalRow, TotalsPage,
    },
    hours::{as_csv, in_hours},
};

use super::case::moment;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Volunteer hours: sign in and out, approve, totals, certificates
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,

    #[command(flatten)]
    json: Json,
}

/// What to do with them.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Sign in at an activity: yourself, or the people whom you name (whoever leads the group)
    In(Sign),
    /// Sign out
    Out(Sign),
    /// Correct a mark, by a new entry that takes its place
    Correct {
        /// Its title, its code, or the beginning of its id
        activity: String,

        /// The mark, as `hours sheet --json` names it
        mark: String,

        /// When it really was; left out, the mark is struck out
        #[arg(long, value_name = "TIME")]
        at: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Approve hours (whoever leads the group, and nobody his own)
    ///
    /// Without names: of everybody who has signed out and whom nobody has approved. With times these
    /// count, also in the place of what was approved before.
    Approve {
        /// Its title, its code, or the beginning of its id
        activity: String,

        /// Whose
        people: Vec<String>,

        /// From when: "2026-03-03 09:00"
        #[arg(long, value_name = "TIME", requires = "until")]
        from: Option<String>,

        /// Until when
        #[arg(long, value_name = "TIME", requires = "from")]
        until: Option<String>,

        /// Why, for whoever it is about
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Show the captain's list of an activity
    Sheet {
        /// Its title, its code, or the beginning of its id
        activity: String,

        #[command(flatten)]
        json: Json,
    },
    /// Show somebody's hours, activity by activity
    Show {
        /// Who; otherwise you
        person: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Show totals per person, team and activity
    Totals {
        /// Only this team's
        #[arg(long, value_name = "GROUP")]
        team: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Print every shift as CSV, for a spreadsheet
    Export {
        /// Only this team's
        #[arg(long, value_name = "GROUP")]
        team: Option<String>,
    },
    /// Make out a certificate (the office; of a team's hours whoever leads the team)
    Certify {
        /// To whom
        person: String,

        /// Activities that began from this time on
        #[arg(long, value_name = "TIME")]
        from: String,

        /// … and before this one
        #[arg(long, value_name = "TIME")]
        until: String,

        /// Only what was done in this team
        #[arg(long, value_name = "GROUP")]
        team: Option<String>,

        /// Also write it to a file that can be handed on
        #[arg(long, value_name = "FILE")]
        file: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Check a certificate, by its number or from its file; needs no network
    Verify {
        /// The twelve digits, or a file
        certificate: String,

        #[command(flatten)]
        json: Json,
    },
}

/// Who came or went
#[derive(clap::Args, Clone, Debug)]
struct Sign {
    /// Its code, its title, or the beginning of its id
    activity: String,

    /// Who; otherwise you
    people: Vec<String>,

    /// When: "2026-03-03 09:00"; otherwise now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// How it came to be known
    #[arg(long, value_name = "HOW", default_value = "code")]
    how: How,

    #[command(flatten)]
    json: Json,
}

/// How a mark came to be written down.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum How {
    /// By the code
    Code,
    /// From the picture at the door
    Qr,
    /// On the captain's list
    List,
    /// Later, from paper
    Paper,
}

/// Carries it out and prints what came of it.
///
/// # Errors
///
/// Where there is no such activity or certificate, or the role does not allow it; also where a
/// certificate is not valid.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let what = args.what.unwrap_or(What::Show { person: None, json: args.json });
    let mut file = None;
    let (command, json) = match what {
        What::In(sign) => signed(ui, sign, false)?,
        What::Out(sign) => signed(ui, sign, true)?,
        What::Correct { activity, mark, at, json } => {
            let at_ms = moment(ui, "--at", at)?;
            (HoursCommand::Correct { activity, mark, at_ms }, json)
        }
        What::Approve { activity, people, from, until, reason, json } => {
            let (from_ms, until_ms) = (moment(ui, "--from", from)?, moment(ui, "--until", until)?);
            (HoursCommand::Approve { activity, people, from_ms, until_ms, reason }, json)
        }
        What::Sheet { activity, json } => (HoursCommand::Sheet { activity }, json),
        What::Show { person, json } => (HoursCommand::Of { person }, json),
        What::Totals { team, json } => (HoursCommand::Totals { team }, json),
        What::Export { team } => return export(ui, door, team).await,
        What::Certify { person, from, until, team, file: to, json } => {
            file = to;
            let from_ms = moment(ui, "--from", Some(from))?.unwrap_or_default();
            let until_ms = moment(ui, "--until", Some(until))?.unwrap_or_default();
            (HoursCommand::Certify { person, team, from_ms, until_ms }, json)
        }
        What::Verify { certificate, json } => (verified(certificate)?, json),
    };
    let reply = door.ask(Command::Hours(command)).await?;
    let Reply::Hours(reply) = reply else { return Err(CliError::Unexpected) };
    if let (Some(path), HoursReply::Certificate(page)) = (file, &reply) {
        std::fs::write(&path, &page.file)
            .map_err(|error| CliError::CannotWrite { path, reason: error.to_string() })?;
    }
    if json.json { as_json(ui, &reply) } else { print(ui, &reply) }
}

fn signed(ui: &Ui<'_>, sign: Sign, out: bool) -> Result<(HoursCommand, Json), CliError> {
    let Sign { activity, people, at, how, json } = sign;
    let how = match how {
        How::Code => HowWord::Code,
        How::Qr => HowWord::Qr,
        How::List => HowWord::List,
        How::Paper => HowWord::Paper,
    };
    let at_ms = moment(ui, "--at", at)?;
    Ok((HoursCommand::Sign { activity, out, people, at_ms, how }, json))
}

/// A file where there is one of this name, else a number.
fn verified(certificate: String) -> Result<HoursCommand, CliError> {
    if !Path::new(&certificate).is_file() {
        return Ok(HoursCommand::Certificate { number: certificate });
    }
    let file = std::fs::read(&certificate)
        .map_err(|error| CliError::CannotRead { path: certificate, reason: error.to_string() })?;
    // The printed sheet is no text: the node says that it is no certificate, and that its number is enough.
    Ok(HoursCommand::Verify { file: String::from_utf8_lossy(&file).into_owned() })
}

async fn export(ui: &mut Ui<'_>, door: &mut Door, team: Option<String>) -> Result<(), CliError> {
    let reply = door.ask(Command::Hours(HoursCommand::Totals { team })).await?;
    let Reply::Hours(HoursReply::Totals(page)) = reply else { return Err(CliError::Unexpected) };
    let table = as_csv(&page.shifts, &|time| ui.time(time.0));
    ui.print(table)
}

fn as_json(ui: &mut Ui<'_>, reply: &HoursReply) -> Result<(), CliError> {
    match reply {
        HoursReply::Sheet(page) => ui.json(page),
        HoursReply::Person(page) => ui.json(page),
        HoursReply::Totals(page) => ui.json(page),
        HoursReply::Certificate(page) => ui.json(page),
    }
}

fn print(ui: &mut Ui<'_>, reply: &HoursReply) -> Result<(), CliError> {
    match reply {
        HoursReply::Sheet(page) => print_sheet(ui, page),
        HoursReply::Person(page) => print_person(ui, page),
        HoursReply::Totals(page) => print_totals(ui, page),
        HoursReply::Certificate(page) => print_certificate(ui, page),
    }
}

fn print_sheet(ui: &mut Ui<'_>, page: &SheetPage) -> Result<(), CliError> {
    let title = one_line(&page.activity.title);
    ui.line(format_args!("{}  {title}  {}", page.activity.code, in_hours(page.minutes)))?;
    page.rows.iter().try_for_each(|row| print_shift(ui, row, &row.name))
}

fn print_person(ui: &mut Ui<'_>, page: &HoursPage) -> Result<(), CliError> {
    let args = [
        ("name", one_line(&page.name).into()),
        ("hours", in_hours(page.minutes).into()),
        ("pending", in_hours(page.pending_minutes).into()),
    ];
    ui.say("hours-person", &args)?;
    page.shifts.iter().try_for_each(|row| print_shift(ui, row, &row.title))?;
    page.certificates.iter().try_for_each(|number| ui.line(format_args!("  № {number}")))
}

/// A shift: who or where, from when to when, what counts, what must be looked at.
fn print_shift(ui: &mut Ui<'_>, row: &ShiftRow, title: &str) -> Result<(), CliError> {
    let times: Vec<String> = row
        .times
        .iter()
        .map(|time| format!("{} – {}", ui.time(time.from_ms.0), ui.time(time.until_ms.0)))
        .collect();
    let (mark, minutes) = match row.approved {
        true => ("✓", row.minutes),
        false => ("○", row.signed_minutes),
    };
    let (title, times) = (one_line(title), times.join(", "));
    ui.line(format_args!("  {mark} {title}  {}  {times}", in_hours(minutes)))?;
    let flags: Vec<String> =
        row.flags.iter().map(|flag| ui.speech().shared().code("hours-flag", flag)).collect();
    flags.iter().try_for_each(|flag| ui.line(format_args!("    ! {}", one_line(flag))))
}

fn print_totals(ui: &mut Ui<'_>, page: &TotalsPage) -> Result<(), CliError> {
    ui.say("hours-all", &[("hours", in_hours(page.minutes).into())])?;
    for (key, rows) in [
        ("hours-by-person", &page.people),
        ("hours-by-team", &page.teams),
        ("hours-by-activity", &page.activities),
    ] {
        ui.say(key, &[])?;
        rows.iter().try_for_each(|row| print_total(ui, row))?;
    }
    Ok(())
}

fn print_total(ui: &mut Ui<'_>, row: &TotalRow) -> Result<(), CliError> {
    ui.line(format_args!("  {:>8}  {}", in_hours(row.minutes), one_line(&row.name)))
}

fn print_certificate(ui: &mut Ui<'_>, page: &CertificatePage) -> Result<(), CliError> {
    let args = [
        ("number", page.number.as_str().into()),
        ("name", one_line(&page.name).into()),
        ("hours", in_hours(page.minutes).into()),
        ("from", ui.time(page.from_ms.0).into()),
        ("until", ui.time(page.until_ms.0).into()),
        ("issuer", one_line(&page.issuer).into()),
        ("here", in_hours(page.minutes_here).into()),
    ];
    ui.say("hours-certificate", &args)?;
    ui.say(if page.valid { "hours-valid" } else { "hours-not-valid" }, &args)
}
