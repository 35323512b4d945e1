//! `linli duty`: who is on duty, and what waits for whom.

use clap::Subcommand;
use node::api::{DutyName, DutyRow, NewsCommand, NewsReply};
use serde_json::json;

use super::news::{ask, moment};
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Milliseconds of an hour.
const HOUR_MS: u64 = 3_600_000;

/// Show who is on duty, with the phone number, and what nobody has answered yet
///
/// Works with the network down: the rota is on every home's disk.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,

    #[command(flatten)]
    json: Json,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Say who is on duty from now on, in turn: for whoever has a role over the place
    Set {
        /// Each with the phone to give out, in order: `NAME=PHONE`
        #[arg(required = true, value_name = "NAME=PHONE")]
        people: Vec<String>,

        /// How long a shift is, in hours
        #[arg(long, value_name = "HOURS", default_value_t = 24,
              value_parser = clap::value_parser!(u64).range(1..=8_760))]
        hours: u64,

        /// When the first shift begins [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<String>,

        /// Over which place [default: the whole community]
        #[arg(long, value_name = "PLACE")]
        over: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Let somebody else be on duty for a while: for whoever is on the rota or rules over the place
    HandOver {
        /// Who, and the phone to give out: `NAME=PHONE`
        #[arg(value_name = "NAME=PHONE")]
        to: String,

        /// From when [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<String>,

        /// Until when [default: the end of the shift]
        #[arg(long, value_name = "TIME")]
        until: Option<String>,

        /// Over which place [default: the whole community]
        #[arg(long, value_name = "PLACE")]
        over: Option<String>,

        #[command(flatten)]
        json: Json,
    },
}

/// Prints who is on duty, or changes it.
///
/// # Errors
///
/// Where the person may not, or nobody is called so.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (json, command) = match args.what {
        None => {
            let NewsReply::Duty { duty } =
                ask(door, NewsCommand::Duty { unanswered: true }).await?
            else {
                return Err(CliError::Unexpected);
            };
            return if args.json.json { ui.json_lines(&duty) } else { print(ui, &duty) };
        }
        Some(What::Set { people, hours, from, over, json }) => (
            json,
            NewsCommand::SetRota {
                place: over,
                people: people.iter().map(|it| named(ui, it)).collect::<Result<_, _>>()?,
                begins_ms: moment(ui, "--from", from.as_deref())?,
                shift_ms: hours.saturating_mul(HOUR_MS),
            },
        ),
        Some(What::HandOver { to, from, until, over, json }) => (
            json,
            NewsCommand::HandOver {
                place: over,
                to: named(ui, &to)?,
                from_ms: moment(ui, "--from", from.as_deref())?,
                until_ms: moment(ui, "--until", until.as_deref())?,
            },
        ),
    };
    match ask(door, command).await? {
        NewsReply::Told { id } if json.json => ui.json(&json!({ "id": id })),
        NewsReply::Told { .. } => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}

fn named(ui: &Ui<'_>, text: &str) -> Result<DutyName, CliError> {
    let (person, phone) =
        text.split_once('=').ok_or_else(|| CliError::bad_value("NAME=PHONE", text, ui.speech()))?;
    Ok(DutyName { person: person.trim().to_owned(), phone: phone.trim().to_owned() })
}

fn print(ui: &mut Ui<'_>, duty: &[DutyRow]) -> Result<(), CliError> {
    if duty.is_empty() {
        return ui.note("duty-none", &[]);
    }
    for row in duty {
        let until = row.until_ms.map(|until| ui.time(until)).unwrap_or_default();
        let args = [
            ("name", one_line(&row.name).into()),
            ("phone", one_line(&row.phone).into()),
            ("until", until.into()),
            ("next", one_line(row.next.as_deref().unwrap_or("-")).into()),
        ];
        let mut line = ui.speech().text("duty-row", &args);
        if !row.place.is_empty() {
            line = format!("{}: {line}", one_line(&row.place));
        }
        ui.line(line)?;
        for it in &row.unanswered {
            let (time, title) = (ui.time(it.claimed_ms.0), one_line(&it.title));
            let with = one_line(&it.with);
            let what = match &it.said_in {
                Some(group) => ui.speech().group_name(&one_line(group)),
                None => it.code.clone(),
            };
            ui.line(format_args!("    {what}  {time}  {title}  → {with}"))?;
        }
    }
    Ok(())
}
