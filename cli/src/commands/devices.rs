//! `linli devices`: the keys that act for somebody.

use clap::{Subcommand, ValueEnum};
use node::api::{DeviceRow, KeyUseWord, RosterCommand, RosterReply};

use super::remove::{KeepArgs, compare_first};
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List the devices that act for you, or for somebody else
///
/// A lost phone is revoked from another device of yours, or by the office.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Whose [default: your own]
    person: Option<String>,

    #[command(flatten)]
    json: Json,

    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Revoke a device: what it writes from now on counts no more, nor what it certified
    Revoke {
        /// Its key, or the beginning of it, as the list shows it
        key: String,

        #[command(flatten)]
        keep: KeepArgs,

        #[command(flatten)]
        json: Json,
    },
    /// Let another device act for you
    Certify {
        /// Its key, all of it
        key: String,

        /// What it may do for you
        #[arg(long = "use", value_enum, default_value_t = Use::Writer)]
        key_use: Use,

        #[command(flatten)]
        json: Json,
    },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Use {
    /// Write in your name
    Writer,
    /// Be reached as your box
    Box,
}

/// Lists, revokes or certifies.
///
/// # Errors
///
/// Where there is no such key or person, or this person may not.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (list, json) = match args.what {
        None => (RosterCommand::Devices { person: args.person }, args.json),
        Some(What::Certify { key, key_use, json }) => {
            let key_use = match key_use {
                Use::Writer => KeyUseWord::Writer,
                Use::Box => KeyUseWord::Box,
            };
            (RosterCommand::CertifyKey { key, key_use }, json)
        }
        Some(What::Revoke { key, keep, json }) => {
            return revoke(ui, door, key, &keep, json.json).await;
        }
    };
    let RosterReply::Devices { devices } = door.roster(list).await? else {
        return Err(CliError::Unexpected);
    };
    if json.json {
        return ui.json_lines(&devices);
    }
    for device in &devices {
        let line = line(ui, device);
        ui.line(line)?;
    }
    Ok(())
}

async fn revoke(
    ui: &mut Ui<'_>,
    door: &mut Door,
    key: String,
    keep: &KeepArgs,
    json: bool,
) -> Result<(), CliError> {
    let keep = keep.keep(ui)?;
    compare_first(ui, door).await?;
    let reply = door.roster(RosterCommand::RevokeKey { key, keep }).await?;
    told_revoked(ui, &reply, json)
}

/// Says what a revocation kept.
///
/// # Errors
///
/// Where the node answered something else.
pub fn told_revoked(ui: &mut Ui<'_>, reply: &RosterReply, json: bool) -> Result<(), CliError> {
    let RosterReply::Revoked { revoke, kept, cut } = reply else {
        return Err(CliError::Unexpected);
    };
    if json {
        let told = serde_json::json!({ "revoke": revoke, "kept": kept, "cut": cut });
        return ui.json(&told);
    }
    ui.note("removed", &[("kept", (*kept).into()), ("cut", (*cut).into())])?;
    ui.line(revoke.to_hex())
}

/// One device, for people.
pub fn line(ui: &Ui<'_>, row: &DeviceRow) -> String {
    let speech = ui.speech();
    let what = match row.key_use {
        KeyUseWord::Writer => "device-writer",
        KeyUseWord::Box => "device-box",
        KeyUseWord::Sealed => "device-sealed",
    };
    let state = match (&row.revoked_by, row.live) {
        (_, true) if row.here => speech.text("device-here", &[]),
        (_, true) => speech.text("device-live", &[]),
        (Some(by), false) => speech.text("device-revoked", &[("by", one_line(by).into())]),
        (None, false) => speech.text("device-void", &[]),
    };
    let since = ui.time(row.since_ms.0);
    format!("{}  {}  {since}  {state}", &row.key.to_hex()[..16], speech.text(what, &[]))
}
