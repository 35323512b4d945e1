//! Data to take along: a group's, or all that is one's own, as a folder of JSON lines.
//!
//! One file per kind, one object per line, the same objects that `--json` prints. What is there
//! already is never written over.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use node::api::{Command, GroupRow, MessageRow, Reply, RequestPage};
use serde::Serialize;

use crate::{door::Door, error::CliError, ui::Ui};

/// Messages that are asked for at once.
const PAGE: u32 = 1_000;

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
) -> Result<(), CliError> {
    let messages = messages(door, name, |_| true).await?;
    let board = match door.ask(Command::Board { group: name.to_owned() }).await? {
        Reply::Board(board) => board,
        _ => return Err(CliError::Unexpected),
    };
    let id = board.group.id;
    let requests = requests(door, |page| page.row.group == id).await?;
    write(into, "board.jsonl", &[board])?;
    write(into, "messages.jsonl", &messages)?;
    write(into, "requests.jsonl", &requests)?;
    told(ui, messages.len(), requests.len(), into)
}

/// Writes everything that the person of this box wrote, asked for or held, and what is said of him.
///
/// # Errors
///
/// Where the folder cannot be written.
pub async fn own(ui: &mut Ui<'_>, door: &mut Door, into: &Path) -> Result<(), CliError> {
    let Reply::Groups { groups } = door.ask(Command::Groups).await? else {
        return Err(CliError::Unexpected);
    };
    let joined: Vec<&GroupRow> = groups.iter().filter(|group| group.joined).collect();
    let mut all = Vec::new();
    for group in &joined {
        all.extend(messages(door, &group.id.to_hex(), |row| row.mine).await?);
    }
    let requests = requests(door, |page| page.row.asked_by_me || page.row.mine).await?;
    let Reply::People { people } = door.ask(Command::People).await? else {
        return Err(CliError::Unexpected);
    };
    let me: Vec<_> = people.into_iter().filter(|person| person.me).collect();
    write(into, "person.jsonl", &me)?;
    write(into, "groups.jsonl", &joined)?;
    write(into, "messages.jsonl", &all)?;
    write(into, "requests.jsonl", &requests)?;
    told(ui, all.len(), requests.len(), into)
}

fn told(ui: &mut Ui<'_>, messages: usize, requests: usize, into: &Path) -> Result<(), CliError> {
    let args = [
        ("messages", messages.into()),
        ("requests", requests.into()),
        ("path", into.display().to_string().into()),
    ];
    ui.note("exported", &args)
}

/// A group's messages, oldest first.
async fn messages(
    door: &mut Door,
    group: &str,
    wanted: impl Fn(&MessageRow) -> bool,
) -> Result<Vec<MessageRow>, CliError> {
    let (mut pages, mut before) = (Vec::new(), None);
    loop {
        let log = Command::Log { group: group.to_owned(), last: PAGE, before };
        let Reply::Log { messages } = door.ask(log).await? else {
            return Err(CliError::Unexpected);
        };
        let Some(first) = messages.first() else { break };
        before = Some(first.id);
        pages.push(messages);
    }
    Ok(pages.into_iter().rev().flatten().filter(|row| wanted(row)).collect())
}

async fn requests(
    door: &mut Door,
    wanted: impl Fn(&RequestPage) -> bool,
) -> Result<Vec<RequestPage>, CliError> {
    let Reply::Requests { requests } = door.ask(Command::Requests { all: true }).await? else {
        return Err(CliError::Unexpected);
    };
    let mut pages = Vec::new();
    for row in requests {
        let reply = door.ask(Command::Request { id: row.id.to_hex() }).await?;
        let Reply::Request(page) = reply else { return Err(CliError::Unexpected) };
        if wanted(&page) {
            pages.push(*page);
        }
    }
    Ok(pages)
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
