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

use crdt::id::PersonId;
use node::api::{
    Command, GroupKindWord, GroupRow, HoursCommand, HoursReply, MessageRow, NameCommand, Reply,
    RequestPage, RequestRow, SkillCommand, SkillReply, TeamCommand, TeamReply, ThanksCommand,
    ThanksReply, VoteCommand, VoteReply,
};
use serde::Serialize;
use serde_json::Value;

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
    let messages = messages(door, name, false).await?;
    let board = match door.ask(Command::Board { group: name.to_owned() }).await? {
        Reply::Board(board) => board,
        _ => return Err(CliError::Unexpected),
    };
    let id = board.group.id;
    let requests = requests(door, |row| row.group == id).await?;
    write(into, "board.jsonl", &[board])?;
    write(into, "messages.jsonl", &messages)?;
    write(into, "requests.jsonl", &requests)?;
    told(ui, messages.len(), requests.len(), into)
}

/// Writes everything of one's own, a file for each kind.
///
/// # Errors
///
/// Where the folder cannot be written.
pub async fn own(ui: &mut Ui<'_>, door: &mut Door, into: &Path) -> Result<(), CliError> {
    let parts = gathered(door).await?;
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

/// Those of the requests that are wanted, whole.
async fn requests(
    door: &mut Door,
    wanted: impl Fn(&RequestRow) -> bool,
) -> Result<Vec<RequestPage>, CliError> {
    let Reply::Requests { requests } = door.ask(Command::Requests { all: true }).await? else {
        return odd();
    };
    let mut pages = Vec::new();
    for row in requests.into_iter().filter(|row| wanted(row)) {
        let one = Command::Request { id: row.id.to_hex() };
        let Reply::Request(page) = door.ask(one).await? else { return odd() };
        pages.push(*page);
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

/// What is of one kind: the objects that `--json` prints.
struct Part {
    /// "messages": what a file of them is called.
    kind: &'static str,
    /// One by one.
    rows: Vec<Value>,
}

impl Part {
    fn of(kind: &'static str, rows: &[impl Serialize]) -> Self {
        let value = |row| serde_json::to_value(row).expect("plain values");
        Self { kind, rows: rows.iter().map(value).collect() }
    }
}

fn odd<T>() -> Result<T, CliError> {
    Err(CliError::Unexpected)
}

/// All that whoever asks wrote, asked for, held and earned, and what is said of him.
///
/// # Errors
///
/// Where the node does not answer.
async fn gathered(door: &mut Door) -> Result<Vec<Part>, CliError> {
    let Reply::Groups { groups } = door.ask(Command::Groups).await? else { return odd() };
    let joined: Vec<GroupRow> = groups.into_iter().filter(|group| group.joined).collect();
    let Reply::People { people } = door.ask(Command::People).await? else { return odd() };
    let me: Vec<_> = people.into_iter().filter(|person| person.me).collect();
    let Reply::Name(names) = door.ask(Command::Name(NameCommand::Mine)).await? else {
        return odd();
    };
    let mut said = Vec::new();
    for group in &joined {
        said.extend(messages(door, &group.id.to_hex(), true).await?);
    }
    let requests = requests(door, |row| row.asked_by_me || row.mine).await?;
    let mut all = vec![
        Part::of("person", &me),
        Part::of("names", &[names]),
        Part::of("groups", &joined),
        Part::of("messages", &said),
        Part::of("requests", &requests),
    ];
    all.push(private(door, &requests).await?);
    all.extend(hours(door).await?);
    all.push(credentials(door, &joined, &me.iter().map(|it| it.id).collect::<Vec<_>>()).await?);
    all.push(votes(door).await?);
    all.extend(skills(door).await?);
    Ok(all)
}

/// A group's messages, oldest first: one's own, or all.
///
/// # Errors
///
/// Where there is no such group.
async fn messages(door: &mut Door, group: &str, mine: bool) -> Result<Vec<MessageRow>, CliError> {
    let (mut pages, mut before) = (Vec::new(), None);
    loop {
        let log = Command::Log { group: group.to_owned(), last: PAGE, before };
        let Reply::Log { messages } = door.ask(log).await? else { return odd() };
        let Some(first) = messages.first() else { break };
        before = Some(first.id);
        pages.push(messages.into_iter().filter(|row| row.mine || !mine).collect::<Vec<_>>());
    }
    Ok(pages.into_iter().rev().flatten().collect())
}

/// The private details of one's own requests that are still there; the opening is noted there like
/// every other.
async fn private(door: &mut Door, requests: &[RequestPage]) -> Result<Part, CliError> {
    let mut rows = Vec::new();
    for page in requests.iter().filter(|page| page.row.asked_by_me) {
        let open = Command::OpenVault { id: page.row.id.to_hex(), reason: String::new() };
        // Most requests have none.
        if let Ok(Reply::Vaults(page)) = door.ask(open).await {
            rows.push(page);
        }
    }
    Ok(Part::of("private", &rows))
}

/// Hours, and the certificates of them.
async fn hours(door: &mut Door) -> Result<[Part; 2], CliError> {
    let of_mine = Command::Hours(HoursCommand::Of { person: None });
    let Reply::Hours(HoursReply::Person(page)) = door.ask(of_mine).await? else { return odd() };
    let mut certificates = Vec::new();
    for number in &page.certificates {
        let certificate = HoursCommand::Certificate { number: number.clone() };
        if let Reply::Hours(HoursReply::Certificate(it)) =
            door.ask(Command::Hours(certificate)).await?
        {
            certificates.push(it);
        }
    }
    Ok([Part::of("hours", &[page]), Part::of("certificates", &certificates)])
}

/// What one's own line says in every vetted team: what was attested, until when.
async fn credentials(
    door: &mut Door,
    joined: &[GroupRow],
    me: &[PersonId],
) -> Result<Part, CliError> {
    let mut rows = Vec::new();
    for group in joined.iter().filter(|group| group.kind == GroupKindWord::Vetted) {
        let desk = TeamCommand::Desk { group: group.id.to_hex() };
        let Reply::Team(TeamReply::Desk(desk)) = door.ask(Command::Team(desk)).await? else {
            return odd();
        };
        rows.extend(desk.members.into_iter().filter(|row| me.contains(&row.person)));
    }
    Ok(Part::of("credentials", &rows))
}

/// Every vote that one took part in; never for whom where it is secret, which nobody can tell.
async fn votes(door: &mut Door) -> Result<Part, CliError> {
    let list = Command::Vote(VoteCommand::List { all: true });
    let Reply::Vote(VoteReply::List { votes }) = door.ask(list).await? else { return odd() };
    let mut rows = Vec::new();
    for row in votes {
        let show = Command::Vote(VoteCommand::Show { id: row.id.to_hex() });
        let Reply::Vote(VoteReply::One(page)) = door.ask(show).await? else { return odd() };
        if page.i_voted {
            rows.push(page);
        }
    }
    Ok(Part::of("votes", &rows))
}

/// Skills, and thanks that one gave or was given.
async fn skills(door: &mut Door) -> Result<[Part; 2], CliError> {
    let find = SkillCommand::Find { kind: None, words: None, place: None };
    let Reply::Skill(SkillReply::List { mut skills }) = door.ask(Command::Skill(find)).await?
    else {
        return odd();
    };
    skills.retain(|row| row.mine);
    let list = Command::Thanks(ThanksCommand::List);
    let Reply::Thanks(ThanksReply::List { mut thanks }) = door.ask(list).await? else {
        return odd();
    };
    // The request is named to the two of them alone; both may take it back.
    thanks.retain(|row| row.may_withdraw);
    Ok([Part::of("skills", &skills), Part::of("thanks", &thanks)])
}
