//! Data to take along: a group's, or all that is one's own, as a folder of JSON lines.
//!
//! One file per kind, one object per line, the same objects that `--json` prints. What is there
//! already is never written over. What is one's own is gathered by the same questions that the other
//! commands ask; photos and files as they are stay out of it.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use node::{
    api::{Command, Reply},
    export,
};
use serde::Serialize;
use serde_json::json;

use crate::{door::Door, error::CliError, ui::Ui};

/// Writes a group's messages and requests.
///
/// # Errors
///
/// Where there is no such group, or the folder cannot be written.
pub async fn group(
    ui: &mut Ui<'_>,
    door: &mut Door,
    name: &str,
    into: &Path,
    json: bool,
) -> Result<(), CliError> {
    let messages = export::messages(door, name, false).await?;
    let board = match door.ask(Command::Board { group: name.to_owned() }).await? {
        Reply::Board(board) => board,
        _ => return Err(CliError::Unexpected),
    };
    let id = board.group.id;
    let requests = export::requests(door, |row| row.group == id).await?;
    write(into, "board.jsonl", &[board])?;
    write(into, "messages.jsonl", &messages)?;
    write(into, "requests.jsonl", &requests)?;
    if json {
        let (messages, requests) = (messages.len(), requests.len());
        let told = json!({ "group": id, "path": into, "messages": messages, "requests": requests });
        return ui.json(&told);
    }
    told(ui, messages.len(), requests.len(), into)
}

/// Writes everything of one's own, a file for each kind.
///
/// # Errors
///
/// Where the folder cannot be written.
pub async fn own(ui: &mut Ui<'_>, door: &mut Door, into: &Path) -> Result<(), CliError> {
    let parts = export::own(door).await?;
    for part in &parts {
        write(into, &format!("{}.jsonl", part.kind), &part.rows)?;
    }
    let count = |kind| parts.iter().find(|it| it.kind == kind).map_or(0, |it| it.rows.len());
    told(ui, count("messages"), count("requests"), into)
}

fn told(ui: &mut Ui<'_>, messages: usize, requests: usize, into: &Path) -> Result<(), CliError> {
    let args = [
        ("messages", messages.into()),
        ("requests", requests.into()),
        ("path", into.display().to_string().into()),
    ];
    ui.note("exported", &args)
}

fn write(into: &Path, name: &str, rows: &[impl Serialize]) -> Result<(), CliError> {
    let path = into.join(name);
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(into)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        for row in rows {
            let line = serde_json::to_string(row)?;
            writeln!(file, "{line}")?;
        }
        file.sync_all()
    };
    write().map_err(|cause| CliError::CannotWrite {
        path: path.display().to_string(),
        reason: cause.to_string(),
    })
}
