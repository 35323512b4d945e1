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
    time::{Bucket, ClaimedTime, WEEK_MS},
};
use node::{
    api::{ApiError, Command, ErrorKind, Reply, RoleWord},
    clock,
    demo::handed::{beginning, hand, introduction, move_in, tell},
    home::{self, invitation, residence},
    identity::Folder,
    ledger::Ledger,
};
use tempfile::TempDir;

use super::disk;
use crate::error::CliError;

/// People who wrote the history.
const WRITERS: u64 = 50;

/// Messages of one week, in a busy neighbourhood: a longer history is an older one.
const WEEKLY: u64 = 10_000;

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
    /// A town whose group `all` has `messages` messages, of so many weeks up to this one.
    pub fn with_messages(messages: u64) -> Result<Self, CliError> {
        Self::of_weeks(messages, messages.div_ceil(WEEKLY).max(1))
    }

    fn of_weeks(messages: u64, weeks: u64) -> Result<Self, CliError> {
        let week = |at: u64| ClaimedTime(clock::claimed().0 - (weeks - 1 - at) * WEEK_MS);
        let town = Self::founded(week(0))?;
        let mut founder = open(&town.founder())?;
        let beginning = beginning(&mut founder, week(0))?;
        let door = invitation(&town.link)?;
        let each = messages.div_ceil(WRITERS).max(1);
        let mut written = 0;
        while written < messages {
            let count = each.min(messages - written);
            let mut writer = move_in(&door, "家", &["邻居".to_owned()], week(0))?;
            let introduction = introduction(&writer)?;
            // The founder's node answers with the key that everything is sealed under.
            let key = receive(&mut founder, &introduction, week(0))?;
            let mut envelopes = receive(&mut writer, &[&beginning[..], &key].concat(), week(0))?;
            for at in 0..weeks {
                let (from, to) = (count * at / weeks, count * (at + 1) / weeks);
                for batch in texts(written + from, to - from).chunks(BATCH) {
                    envelopes.extend(post_all(&mut writer, batch, week(at))?);
                }
            }
            receive(&mut founder, &envelopes, week(weeks - 1))?;
            written += count;
        }
        founder.rest::<()>();
        Ok(town)
    }

    /// A town in which nobody has said anything.
    pub fn empty() -> Result<Self, CliError> {
        Self::founded(clock::claimed())
    }

    fn founded(claimed: ClaimedTime) -> Result<Self, CliError> {
        let folder = tempfile::Builder::new().prefix("linli-bench-").tempdir().map_err(disk)?;
        let founder = folder.path().join("founder");
        let roots = home::Roots::TWO_OF_THREE;
        home::init_at(&founder, "居委会", Some("李"), Some("测速"), roots, claimed)?;
        let invite = Command::Invite { role: RoleWord::Member, group: None };
        let link = match tell(&mut open(&founder)?, vec![invite], claimed)?.0.pop() {
            Some(Reply::Invite { link }) => link,
            _ => return Err(CliError::Unexpected),
        };
        Ok(Self { folder, link })
    }

    /// Is what stands in its group written under an epoch? Its own words tell.
    pub fn is_sealed(&self) -> Result<bool, CliError> {
        let written = post_all(&mut open(&self.founder())?, &texts(0, 1), clock::claimed())?;
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
                let copied = data.join(entry.file_name());
                fs::copy(entry.path(), &copied).map_err(disk)?;
                // Old history is on the disk; else the first sync of a run would take it there.
                fs::File::open(&copied).and_then(|file| file.sync_all()).map_err(disk)?;
            }
        }
        Ok(data)
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
        written += post_all(&mut ledger, batch, clock::claimed())?
            .iter()
            .map(|it| bytes_of(it))
            .sum::<u64>();
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
    let cases: Vec<Arc<Envelope>> = (0..count).map(|at| Arc::new(case(at))).collect();
    let take = |batch: &[Arc<Envelope>]| receive(&mut ledger, batch, claimed).map(drop);
    cases.chunks(BATCH).try_for_each(take)
}

/// Has a ledger carry out some commands in one transaction; the bytes that this wrote, in envelopes.
pub fn commands(ledger: &mut Ledger, all: Vec<Command>) -> Result<(Vec<Reply>, u64), CliError> {
    let (replies, written) = tell(ledger, all, clock::claimed())?;
    Ok((replies, written.iter().map(|envelope| bytes_of(envelope)).sum()))
}

/// Has a ledger carry out one command.
pub fn command(ledger: &mut Ledger, command: Command) -> Result<Reply, CliError> {
    commands(ledger, vec![command])?.0.pop().ok_or(CliError::Unexpected)
}

/// What went wrong in a benchmark itself.
pub fn failed(reason: impl Into<String>) -> CliError {
    ApiError::new(ErrorKind::Internal, [("reason", reason.into())]).into()
}

fn post_all(
    ledger: &mut Ledger,
    texts: &[String],
    claimed: ClaimedTime,
) -> Result<Vec<Arc<Envelope>>, CliError> {
    let post =
        |text: &String| Command::Post { group: ALL.to_owned(), text: text.clone(), reply_to: None };
    Ok(tell(ledger, texts.iter().map(post).collect(), claimed)?.1)
}

/// Hands over envelopes; returns what the home writes in answer.
fn receive(
    ledger: &mut Ledger,
    envelopes: &[Arc<Envelope>],
    claimed: ClaimedTime,
) -> Result<Vec<Arc<Envelope>>, CliError> {
    Ok(hand(ledger, envelopes, claimed)?)
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
    use std::collections::BTreeSet;

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

    #[test]
    fn a_longer_history_is_an_older_one() {
        let town = Town::of_weeks(120, 3).expect("a town");
        let command = Command::Log { group: ALL.to_owned(), last: 200, before: None };
        let log = super::command(&mut open(&town.founder()).expect("opens"), command);
        let Ok(Reply::Log { messages }) = log else { panic!("no log: {log:?}") };
        let weeks: BTreeSet<u16> =
            messages.iter().map(|it| Bucket::week_of(it.claimed_ms).0).collect();
        let last = *weeks.last().expect("somebody wrote");
        assert_eq!(messages.len(), 120);
        assert_eq!(weeks.into_iter().collect::<Vec<_>>(), [last - 2, last - 1, last]);
    }
}
