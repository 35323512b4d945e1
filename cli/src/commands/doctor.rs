//! `linli doctor`: is this home's node well?

use node::api::{Command, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Check this home's node: disk, data, clock, connections
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Prints each check.
///
/// # Errors
///
/// [`CliError::Unhealthy`] where one failed.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let reply = door.ask(Command::Doctor).await?;
    let Reply::Doctor(doctor) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        ui.json(&doctor)?;
    } else {
        for check in &doctor.checks {
            let key = if check.ok { "doctor-ok" } else { "doctor-bad" };
            let (name, found) = (one_line(&check.name), one_line(&check.found));
            ui.say(key, &[("name", name.into()), ("found", found.into())])?;
        }
    }
    match doctor.checks.iter().filter(|check| !check.ok).count() {
        0 => Ok(()),
        failed => Err(CliError::Unhealthy { failed }),
    }
}
