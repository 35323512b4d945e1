//! `linli invite`: a link or a file that lets somebody join.
//!
//! A link says where this home can be reached. A node that has only just started does not know that
//! yet; the command gives it a moment (`PATIENCE`). A link that holds no address all the same is
//! still good (boxes on one network find each other), but whoever hands it on has to know.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use crdt::invitation::Invitation;
use node::api::{Command, Reply, RoleWord, RosterCommand, RosterReply};
use qrcode::{QrCode, render::unicode::Dense1x2};

use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// How long a node that has just started may take until it knows where it listens.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often it is asked in the meantime.
const PAUSE: Duration = Duration::from_millis(50);

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
    wait_for_an_address(door).await?;
    let (link, file) = open_door(door, &args).await?;
    if let (Some(path), Some(file)) = (&args.out, file) {
        std::fs::write(path, file).map_err(|cause| CliError::CannotWrite {
            path: path.display().to_string(),
            reason: cause.to_string(),
        })?;
    }
    if Invitation::from_link(&link).is_ok_and(|it| it.addresses.is_empty()) {
        let why = if door.is_opened() { "invite-stopped" } else { "invite-nowhere" };
        ui.note(why, &[])?;
    }
    if args.json.json {
        return ui.json(&serde_json::json!({ "link": link }));
    }
    show_link(ui, &link)
}

/// Until a running node listens somewhere, for as long as [`PATIENCE`] goes.
async fn wait_for_an_address(door: &mut Door) -> Result<(), CliError> {
    let asked = Instant::now();
    while !door.is_opened() && asked.elapsed() < PATIENCE {
        match door.ask(Command::Mesh).await {
            Ok(Reply::Mesh(mesh)) if mesh.addresses.is_empty() => tokio::time::sleep(PAUSE).await,
            // Whatever else it says: the invitation itself will tell.
            Ok(_) | Err(CliError::Refused(_)) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
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
