//! `linli invite`: a link that lets somebody join.

use clap::ValueEnum;
use node::api::{Command, Reply, RoleWord};
use qrcode::{QrCode, render::unicode::Dense1x2};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Make a link that lets somebody join
///
/// Hand the link on by any means, or let a phone read the picture. Whoever has it can come in, as
/// often as it is used: give it to people, not to a notice board. A link that gives a role is for
/// one person.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// What the invited person may do
    #[arg(long, value_enum, default_value_t = Role::Member)]
    role: Role,

    /// Invite into this group as well
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// A role on the command line.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Role {
    Member,
    Steward,
    Staff,
    Admin,
}

/// Prints the link, and for people its picture.
///
/// # Errors
///
/// Where this person's role does not allow it.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let role = match args.role {
        Role::Member => RoleWord::Member,
        Role::Steward => RoleWord::Steward,
        Role::Staff => RoleWord::Staff,
        Role::Admin => RoleWord::Admin,
    };
    let reply = door.ask(Command::Invite { role, group: args.group }).await?;
    let Reply::Invite { link } = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&serde_json::json!({ "link": link }));
    }
    // A link that is too long for a picture is still a link.
    if ui.is_terminal()
        && let Ok(code) = QrCode::new(&link)
    {
        ui.status(code.render::<Dense1x2>().build())?;
    }
    ui.line(link)
}
