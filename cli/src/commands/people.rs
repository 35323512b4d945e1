//! `linli people`: who is in the community.

use node::api::{Command, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List the people of the community and what they may do
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Prints them.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let reply = door.ask(Command::People).await?;
    let Reply::People { people } = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json_lines(&people);
    }
    for person in &people {
        let me = if person.me { "*" } else { " " };
        let (name, home) = (one_line(&person.name), one_line(&person.home));
        let role = ui.speech().role(person.role);
        ui.line(format_args!("{me} {name}  {home}  {role}"))?;
    }
    Ok(())
}
