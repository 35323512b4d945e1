//! `linli approvals`, `approve`, `deny`: who asks to be let in, and the answer.

use node::api::{Command, Reply};

use super::invite::Role;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List who asks to be let in
///
/// Compare the six digits with what is shown there, by eye or on the phone, before you approve.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Let somebody in who asks, if the six digits are the same on both sides
#[derive(clap::Args, Clone, Debug)]
pub struct ApproveArgs {
    /// The six digits, as shown there
    code: String,

    /// What the person may do
    #[arg(long, value_enum, default_value_t = Role::Member)]
    role: Role,

    /// Let into this group as well
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
}

/// Send somebody away who asks to be let in
#[derive(clap::Args, Clone, Debug)]
pub struct DenyArgs {
    /// The six digits, as `linli approvals` shows them
    code: String,
}

/// Prints who waits.
///
/// # Errors
///
/// Where this person may not let anybody in.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let reply = door.ask(Command::Approvals).await?;
    let Reply::Approvals { waiting } = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json_lines(&waiting);
    }
    for knock in &waiting {
        let (home, person) = (one_line(&knock.home), one_line(&knock.person));
        let minutes = knock.waiting_ms / 60_000;
        let args = [
            ("code", knock.code.clone().into()),
            ("home", home.into()),
            ("person", person.into()),
            ("minutes", minutes.into()),
        ];
        ui.say("approvals-row", &args)?;
    }
    Ok(())
}

/// Opens the door.
///
/// # Errors
///
/// Where nobody with these digits waits, or this person may not let him in.
pub async fn approve(ui: &mut Ui<'_>, door: &mut Door, args: ApproveArgs) -> Result<(), CliError> {
    let ApproveArgs { code, role, group } = args;
    door.ask(Command::Approve { code, role: role.into(), group }).await?;
    ui.say("approved", &[])
}

/// Sends him away.
///
/// # Errors
///
/// Where nobody with these digits waits, or this person may not answer.
pub async fn deny(ui: &mut Ui<'_>, door: &mut Door, args: DenyArgs) -> Result<(), CliError> {
    door.ask(Command::Deny { code: args.code }).await?;
    ui.say("denied", &[])
}
