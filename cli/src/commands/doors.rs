//! `linli doors`: the doors of the house that somebody looks after.

use node::api::{Command, HouseCommand, HouseReply, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List the doors that you look after: who lives there, and how many requests are open
///
/// For the head of a house and those above: the homes whose cards name a place that your role covers.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Lists them.
///
/// # Errors
///
/// Where this person looks after no place.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let reply = door.ask(Command::House(HouseCommand::Doors)).await?;
    let Reply::House(HouseReply::Doors { doors }) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json_lines(&doors);
    }
    doors.iter().try_for_each(|line| {
        let sign = match (line.urgent, line.open) {
            (true, _) => "!",
            (false, 0) => " ",
            (false, _) => "+",
        };
        let names = one_line(&line.people.join(", "));
        ui.line(format!("{sign} {}  {names}  {}", one_line(&line.home), line.open))
    })
}
