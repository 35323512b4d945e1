//! `linli invite`: a link or a file that lets somebody join.

use std::path::PathBuf;

use clap::ValueEnum;
use node::api::{Command, Reply, RoleWord, RosterCommand, RosterReply};
use qrcode::{QrCode, render::unicode::Dense1x2};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Make a link that lets somebody join
///
/// Hand the link on by any means, or let a phone read the picture. It is as good as a key until it
/// is used: give it to the person, not to a notice board. With `--out` it becomes a file for a
/// USB stick: with it a box without any network sees at once who is in the community.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// What the invited person may do
    #[arg(long, value_enum, default_value_t = Role::Member)]
    role: Role,

    /// Invite into this group as well
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,

    /// For one person only: the second who tries it is turned away
    #[arg(long)]
    once: bool,

    /// Write the invitation into this file, with all that is needed to judge it offline
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Invite a box that carries everything and can read nothing
    #[arg(long, conflicts_with_all = ["role", "group", "once", "out"])]
    relay: bool,

    #[command(flatten)]
    json: Json,
}

/// A role on the command line.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Role {
    /// Resident, volunteer, driver
    Member,
    /// Building head, grid worker, group owner
    Steward,
    /// Community office, duty desk
    Staff,
    /// Whoever runs the community
    Admin,
}

impl From<Role> for RoleWord {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Steward => Self::Steward,
            Role::Staff => Self::Staff,
            Role::Admin => Self::Admin,
        }
    }
}

/// Prints the link, and for people its picture.
///
/// # Errors
///
/// Where this person's role does not allow it, or the file cannot be written.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (link, file) = open_door(door, &args).await?;
    if let (Some(path), Some(file)) = (&args.out, file) {
        std::fs::write(path, file).map_err(|cause| CliError::CannotWrite {
            path: path.display().to_string(),
            reason: cause.to_string(),
        })?;
    }
    if args.json.json {
        return ui.json(&serde_json::json!({ "link": link }));
    }
    show_link(ui, &link)
}

/// The link, and the file's text where one was asked for.
async fn open_door(door: &mut Door, args: &Args) -> Result<(String, Option<String>), CliError> {
    if args.relay {
        let Reply::Invite { link } = door.ask(Command::InviteRelay).await? else {
            return Err(CliError::Unexpected);
        };
        return Ok((link, None));
    }
    let (role, group, once) = (args.role.into(), args.group.clone(), args.once);
    let invite = RosterCommand::Invite { role, group, once, whole: args.out.is_some() };
    let RosterReply::Invited { link, file } = door.roster(invite).await? else {
        return Err(CliError::Unexpected);
    };
    Ok((link, file))
}

/// Prints a link, and for people its picture.
///
/// # Errors
///
/// Where nobody reads any more.
pub fn show_link(ui: &mut Ui<'_>, link: &str) -> Result<(), CliError> {
    // A link that is too long for a picture is still a link.
    if ui.is_terminal()
        && let Ok(code) = QrCode::new(link)
    {
        ui.status(code.render::<Dense1x2>().build())?;
    }
    ui.line(link)
}
