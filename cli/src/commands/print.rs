//! `linli print …`: sheets for paper, as PDF files.

use clap::Subcommand;
use node::{
    api::{Command, DutyRow, HoursCommand, HoursReply, NewsCommand, NewsReply, Reply},
    paper::{Sheet, may_list_homes},
};
use serde::Serialize;

use super::news::ask as ask_news;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Write a sheet for paper as a PDF file
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// Which one.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// The slip of a request: its code as digits and as a picture, nothing private
    Slip {
        /// A request's code or id
        id: String,

        #[command(flatten)]
        to: To,
    },
    /// The doors of a building and who lives there, to be ticked (whoever works for the neighbourhood)
    Building {
        /// Only doors that begin so: `3-`
        #[arg(long, value_name = "DOOR", default_value = "", hide_default_value = true)]
        door: String,

        #[command(flatten)]
        to: To,
    },
    /// The sheet for the day when nothing works: whom to call, what holds, what to do
    Emergency {
        #[command(flatten)]
        to: To,
    },
    /// A certificate of volunteer hours, with a number that any box checks
    Certificate {
        /// Its twelve digits
        number: String,

        #[command(flatten)]
        to: To,
    },
}

/// Where to.
#[derive(clap::Args, Clone, Debug)]
struct To {
    /// The file; one of this name is written over
    file: String,

    #[command(flatten)]
    json: Json,
}

/// What was written.
#[derive(Serialize)]
struct Printed {
    file: String,
    pages: usize,
}

/// Asks for what stands on it, and writes it.
///
/// # Errors
///
/// Where there is no such thing, the role does not allow it, or the file cannot be written.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (sheet, to) = match args.what {
        What::Slip { id, to } => {
            let Reply::Request(page) = door.ask(Command::Request { id }).await? else {
                return Err(CliError::Unexpected);
            };
            let duty = on_duty(door).await?;
            (ui.printer().slip(&page.row, &duty), to)
        }
        What::Building { door: beginning, to } => (building(ui, door, &beginning).await?, to),
        What::Emergency { to } => {
            let duty = on_duty(door).await?;
            let NewsReply::List { news } = ask_news(door, NewsCommand::List { all: false }).await?
            else {
                return Err(CliError::Unexpected);
            };
            (ui.printer().emergency(&duty, &news), to)
        }
        What::Certificate { number, to } => {
            let asked = Command::Hours(HoursCommand::Certificate { number });
            let Reply::Hours(HoursReply::Certificate(page)) = door.ask(asked).await? else {
                return Err(CliError::Unexpected);
            };
            (ui.printer().certificate(&page), to)
        }
    };
    write(ui, &sheet, to)
}

async fn on_duty(door: &mut Door) -> Result<Vec<DutyRow>, CliError> {
    match ask_news(door, NewsCommand::Duty { unanswered: false }).await? {
        NewsReply::Duty { duty } => Ok(duty),
        _ => Err(CliError::Unexpected),
    }
}

async fn building(ui: &Ui<'_>, door: &mut Door, beginning: &str) -> Result<Sheet, CliError> {
    let Reply::Me(me) = door.ask(Command::Me).await? else { return Err(CliError::Unexpected) };
    may_list_homes(&me)?;
    let Reply::People { people, .. } = door.ask(Command::everybody()).await? else {
        return Err(CliError::Unexpected);
    };
    Ok(ui.printer().building(&people, beginning.trim()))
}

fn write(ui: &mut Ui<'_>, sheet: &Sheet, to: To) -> Result<(), CliError> {
    let To { file, json } = to;
    if let Err(error) = std::fs::write(&file, sheet.to_pdf()) {
        return Err(CliError::CannotWrite { path: file, reason: error.to_string() });
    }
    let pages = sheet.pages();
    if json.json {
        return ui.json(&Printed { file, pages });
    }
    ui.say("printed", &[("file", one_line(&file).into()), ("pages", pages.into())])
}
