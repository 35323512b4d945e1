//! Homes to measure with: a founder's folder with a history of fifty writers, and copies of it.
//!
//! The writers are real ones, each with keys, an invitation and a chain of his own; only their
//! ledgers stand in memory, and what they write is handed to the founder's ledger by value instead
//! of over a link. Everything that is measured afterwards happens on the disk.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crdt::{
    envelope::{Draft, Envelope, Kind},
    id::ScopeId,
    keys::Secret,
    time::Bucket,
};
use node::{
    api::{ApiError, Command, ErrorKind, Reply, RoleWord},
    clock,
    home::{self, invitation, residence},
    identity::{Folder, Identity, Seal},
    ledger::{Done, Job, Ledger, Taken},
};
use tempfile::TempDir;

use super::disk;
use crate::error::CliError;

/// People who wrote the history.
const WRITERS: u64 = 50;

/// Messages of one transaction.
const BATCH: usize = 1_000;

/// A kind that this release carries without reading it.
const CASE: Kind = Kind(200);

/// Bytes of such a body.
const CASE_BYTES: usize = 64;

/// The group that everybody is in.
pub const ALL: &str = "all";

/// A founder's home with a history, stopped.
pub struct Town {
    folder: TempDir,
    link: String,
}

impl Town {
    /// A town whose group `all` has `messages` messages.
    pub fn with_messages(messages: u64) -> Result<Self, CliError> {
        let town = Self::empty()?;
        let mut founder = open(&town.founder())?;
        let beginning = beginning(&mut founder)?;
        let each = messages.div_ceil(WRITERS).max(1);
        let mut written = 0;
        while written < messages {
            let count = each.min(messages - written);
            let mut writer = town.writer()?;
            let introduction = writer.introduction().map_err(|error| failed(error.to_string()))?;
            // The founder's node answers with the key that everything is sealed under.
            let key = receive(&mut founder, introduction)?;
            let mut envelopes = receive(&mut writer, [beginning.clone(), key].concat())?;
            for batch in texts(written, count).chunks(BATCH) {
                envelopes.extend(post_all(&mut writer, batch)?);
            }
            receive(&mut founder, envelopes)?;
            written += count;
        }
        founder.rest::<()>();
        Ok(town)
    }

    /// A town in which nobody has said anything.
    pub fn empty() -> Result<Self, CliError> {
        let folder = tempfile::Builder::new().prefix("linli-bench-").tempdir().map_err(disk)?;
        let founder = folder.path().join("founder");
        home::init(&founder, "居委会", Some("李"), Some("测速"), home::Roots::TWO_OF_THREE)?;
        let invite = Command::Invite { role: RoleWord::Member, group: None };
        let link = match command(&mut open(&founder)?, invite)? {
            Reply::Invite { link } => link,
            _ => return Err(CliError::Unexpected),
        };
        Ok(Self { folder, link })
    }

    /// Is what stands in its group written under an epoch? Its own words tell.
    pub fn is_sealed(&self) -> Result<bool, CliError> {
        let written = post_all(&mut open(&self.founder())?, &texts(0, 1))?;
        let mut messages = written.iter().filter(|it| it.header().kind == Kind::MESSAGE);
        Ok(messages.next().is_some_and(|it| it.header().epoch.is_some()))
    }

    /// The founder's folder.
    pub fn founder(&self) -> PathBuf {
        self.folder.path().join("founder")
    }

    /// A fresh home that has walked in and heard nothing yet.
    pub fn newcomer(&self, name: &str) -> Result<PathBuf, CliError> {
        let data = self.folder.path().join(name);
        forget(&data)?;
        home::join(&data, &self.link, Some(name), None)?;
        Ok(data)
    }

    /// A copy of a stopped home, for one run. The original is never run meanwhile.
    pub fn copy(&self, of: &Path, name: &str) -> Result<PathBuf, CliError> {
        let data = self.folder.path().join(name);
        forget(&data)?;
        let from = Folder::open(of)?;
        Folder::make(&data)?;
        for entry in fs::read_dir(from.path()).map_err(disk)? {
            let entry = entry.map_err(disk)?;
            if entry.file_type().map_err(disk)?.is_file() {
                fs::copy(entry.path(), data.join(entry.file_name())).map_err(disk)?;
            }
        }
        Ok(data)
    }

    /// Somebody who has walked in, in memory.
    fn writer(&self) -> Result<Ledger, CliError> {
        let door = invitation(&self.link)?;
        let key = || Secret::from_seed(clock::random());
        let (paper, box_key, writer, sealed) = (key(), key(), key(), key());
        let person = Some(paper.person());
        let (home, person_name) = ("家".to_owned(), "邻居".to_owned());
        let office = false;
        let identity = Identity {
            home,
            person_name,
            office,
            box_key,
            writer,
            sealed: Seal::bare(sealed),
            person,
            earlier: Vec::new(),
            others: Vec::new(),
            copied: false,
        };
        let mut ledger = Ledger::open(None, identity, door.genesis.clone(), clock::random())
            .map_err(|error| failed(error.to_string()))?;
        ledger.walk_in(&door, &paper, clock::claimed())?;
        Ok(ledger)
    }
}

/// The ledger of a stopped home.
pub fn open(data: &Path) -> Result<Ledger, CliError> {
    let folder = Folder::open(data)?;
    let (identity, genesis) = residence(&folder)?;
    Ok(home::open(data, &identity, &genesis)?)
}

/// Has a stopped home write `count` messages, numbered from `first`; the bytes of their envelopes.
pub fn write(data: &Path, first: u64, count: u64) -> Result<u64, CliError> {
    let mut ledger = open(data)?;
    let mut written = 0;
    for batch in texts(first, count).chunks(BATCH) {
        written += post_all(&mut ledger, batch)?.iter().map(bytes_of).sum::<u64>();
    }
    Ok(written)
}

/// What an envelope takes as it is signed: header, signature and body.
pub fn bytes_of(envelope: &Envelope) -> u64 {
    let body = envelope.body().map_or(0, <[u8]>::len);
    (envelope.header_bytes().len() + envelope.signature().len() + body) as u64
}

/// Has a stopped home take in `count` scopes with one envelope each, of a kind that is carried and
/// not read: what as many closed cases are to a home that may not look into them.
pub fn fill_scopes(data: &Path, count: u64) -> Result<(), CliError> {
    let mut ledger = open(data)?;
    let community = ledger.community();
    let (writer, claimed) = (Secret::from_seed(clock::random()), clock::claimed());
    let case = |_| {
        let draft = Draft {
            kind: CASE,
            scope: ScopeId::from_bytes(clock::random()),
            tip: None,
            deps: Vec::new(),
            auth: None,
            lamport: 1,
            bucket: Bucket::week_of(claimed),
            claimed,
            epoch: None,
            body: clock::random::<CASE_BYTES>().to_vec(),
        };
        Envelope::write(draft, &writer, &community)
    };
    let cases: Vec<Envelope> = (0..count).map(case).collect();
    cases.chunks(BATCH).try_for_each(|batch| receive(&mut ledger, batch.to_vec()).map(|_| ()))
}

/// Has a ledger carry out some commands in one transaction; the bytes that this wrote, in envelopes.
pub fn commands(ledger: &mut Ledger, all: Vec<Command>) -> Result<(Vec<Reply>, u64), CliError> {
    let jobs = all.into_iter().map(|command| Job::Command((), command));
    let worked = ledger.work(jobs, clock::claimed());
    let written = worked.written.iter().map(|envelope| bytes_of(envelope)).sum();
    Ok((replies(worked.done)?, written))
}

/// Has a ledger carry out one command.
pub fn command(ledger: &mut Ledger, command: Command) -> Result<Reply, CliError> {
    commands(ledger, vec![command])?.0.pop().ok_or(CliError::Unexpected)
}

/// What went wrong in a benchmark itself.
pub fn failed(reason: impl Into<String>) -> CliError {
    ApiError::new(ErrorKind::Internal, [("reason", reason.into())]).into()
}

/// The community as its founder has written it: without it nobody knows of any group.
fn beginning(founder: &mut Ledger) -> Result<Vec<Envelope>, CliError> {
    let community = founder.community();
    let week = Bucket::week_of(clock::claimed());
    let Reply::Groups { groups } = command(founder, Command::Groups)? else {
        return Err(CliError::Unexpected);
    };
    // A group's name stands in its own board.
    let boards = groups.iter().map(|group| group.id.scope());
    let scopes: Vec<_> =
        [community.roster(), community.directory()].into_iter().chain(boards).collect();
    let mut all = Vec::new();
    for scope in scopes {
        let listed = founder.work(vec![Job::List((), scope, week)], clock::claimed());
        let Some(((), Done::Listed(_, _, held))) = listed.done.into_iter().next() else {
            return Err(CliError::Unexpected);
        };
        let ids = held.into_iter().map(|held| held.id).collect();
        let fetched = founder.work(vec![Job::Fetch((), ids)], clock::claimed());
        let Some(((), Done::Fetched(envelopes))) = fetched.done.into_iter().next() else {
            return Err(CliError::Unexpected);
        };
        all.extend(copies(&envelopes));
    }
    Ok(all)
}

fn post_all(ledger: &mut Ledger, texts: &[String]) -> Result<Vec<Envelope>, CliError> {
    let post =
        |text: &String| Command::Post { group: ALL.to_owned(), text: text.clone(), reply_to: None };
    let jobs = texts.iter().map(|text| Job::Command((), post(text)));
    let worked = ledger.work(jobs, clock::claimed());
    replies(worked.done)?;
    Ok(copies(&worked.written))
}

fn copies(envelopes: &[Arc<Envelope>]) -> Vec<Envelope> {
    envelopes.iter().map(|envelope| envelope.as_ref().clone()).collect()
}

fn replies(done: Vec<((), Done)>) -> Result<Vec<Reply>, CliError> {
    let reply = |((), done)| match done {
        Done::Reply(reply) => Ok(reply?),
        _ => Err(CliError::Unexpected),
    };
    done.into_iter().map(reply).collect()
}

/// Hands over envelopes; returns what the home writes in answer.
fn receive(ledger: &mut Ledger, envelopes: Vec<Envelope>) -> Result<Vec<Envelope>, CliError> {
    let worked = ledger.work(vec![Job::Receive((), envelopes)], clock::claimed());
    match worked.done.into_iter().next() {
        Some(((), Done::Received(Some(Taken { refused: 0, .. })))) => Ok(copies(&worked.written)),
        _ => Err(failed("a home did not take what was written elsewhere")),
    }
}

fn forget(data: &Path) -> Result<(), CliError> {
    if data.exists() { fs::remove_dir_all(data).map_err(disk) } else { Ok(()) }
}

/// What neighbours write: about 70 characters, Chinese and English mixed, no two alike.
pub fn texts(first: u64, count: u64) -> Vec<String> {
    (first..first + count).map(text).collect()
}

fn text(number: u64) -> String {
    const WHAT: [&str; 7] = [
        "楼下有饮用水和面包，can share two boxes",
        "老人需要送药，blood pressure tablets",
        "三号楼电梯停了，please take the stairs",
        "谁有发电机？we need power for one hour",
        "幼儿园今天关门，looking after kids at noon",
        "雨很大，地下车库进水，move your cars",
        "顺风车去医院，two seats free this morning",
    ];
    const WHO: [&str; 5] = [
        "找王阿姨 ask at the door",
        "在群里回复 reply here soon",
        "东门集合 meet at the east gate",
        "请带手电 bring a torch with you",
        "随时可以 any time is fine today",
    ];
    // The factors spread both parts evenly and apart from one another.
    let pick = |from: &[&'static str], factor: u64| {
        let at = number.wrapping_mul(factor) % from.len() as u64;
        from[usize::try_from(at).expect("a small number")]
    };
    format!("{} · {} · {number}", pick(&WHAT, 3), pick(&WHO, 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_about_seventy_characters_and_no_two_are_alike() {
        let all = texts(0, 1_000);
        let mean = all.iter().map(|text| text.chars().count()).sum::<usize>() / all.len();
        assert!((60..=80).contains(&mean), "{mean}");
        let mut apart = all.clone();
        apart.sort_unstable();
        apart.dedup();
        assert_eq!(apart.len(), all.len());
    }

    #[test]
    fn a_town_says_of_itself_whether_its_words_are_sealed() {
        let town = Town::empty().expect("a town");
        assert!(town.is_sealed().expect("it writes"));
    }
}
