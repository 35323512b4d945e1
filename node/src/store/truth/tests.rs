//! The store, seen from outside: people write, batches arrive, disks fail.

mod daybook;
mod fates;
mod faults;
mod mend;
mod opening;
mod orders;
mod sealed;
mod unsigned;
mod vaults;
pub(crate) mod village;

use std::{collections::VecDeque, fs::File, io, os::unix::fs::FileExt as _, sync::Arc};

use crdt::{envelope::Envelope, id::EnvelopeId, judge::Fate};

use super::{Broken, Disk, Ticket, Truth};

/// A disk that does nothing before somebody waits for it, and may take nothing behind some ticket.
#[derive(Default)]
pub(crate) struct Strict {
    last: Option<Ticket>,
    put: Ticket,
    under_way: VecDeque<(Ticket, Arc<File>, usize, Vec<u8>)>,
}

impl Strict {
    /// Takes nothing.
    pub fn broken() -> Box<Self> {
        Self::broken_behind(0)
    }

    /// Takes what has this ticket, and nothing behind it.
    pub fn broken_behind(last: Ticket) -> Box<Self> {
        Box::new(Self { last: Some(last), ..Self::default() })
    }
}

impl Disk for Strict {
    fn put(&mut self, file: &Arc<File>, at: usize, bytes: &[u8]) -> Ticket {
        let before = self.under_way.back().map_or(0, |(_, _, at, _)| *at);
        assert!(before <= at, "it begins again with nothing under way");
        self.put += 1;
        self.under_way.push_back((self.put, Arc::clone(file), at, bytes.to_vec()));
        self.put
    }

    fn wait(&mut self, ticket: Ticket) -> Result<(), Broken> {
        assert!(ticket <= self.put, "nobody waits for nothing");
        let last = self.last.unwrap_or(Ticket::MAX);
        let taken = |it: &mut (Ticket, Arc<File>, usize, Vec<u8>)| it.0 <= ticket.min(last);
        while let Some((_, file, at, bytes)) = self.under_way.pop_front_if(taken) {
            file.write_all_at(&bytes, at as u64).expect("is written");
        }
        match ticket > last {
            true => Err(Broken { safe: last, error: io::Error::other("the disk is gone") }),
            false => Ok(()),
        }
    }
}

/// From here on the file takes no commit.
pub(crate) fn refuse_commits(disk: &rusqlite::Connection) {
    for on in ["INSERT", "UPDATE"] {
        let fails = format!(
            "CREATE TRIGGER no_{on} BEFORE {on} ON fingerprints BEGIN SELECT RAISE(ROLLBACK, 'no'); END;"
        );
        disk.execute_batch(&fails).expect("no commit from here");
    }
}

/// It takes them again.
pub(crate) fn allow_commits(disk: &rusqlite::Connection) {
    disk.execute_batch("DROP TRIGGER no_INSERT; DROP TRIGGER no_UPDATE").expect("it works again");
}

/// From here on it takes no row of an envelope: each fails by itself (`ABORT`), or undoes all (`ROLLBACK`).
pub(crate) fn refuse_rows(disk: &rusqlite::Connection, how: &str) {
    let fails = "CREATE TRIGGER no_rows BEFORE INSERT ON envelopes";
    let fails = format!("{fails} BEGIN SELECT RAISE({how}, 'no'); END");
    disk.execute_batch(&fails).expect("no rows from here on");
}

/// It takes them again.
pub(crate) fn allow_rows(disk: &rusqlite::Connection) {
    disk.execute_batch("DROP TRIGGER no_rows").expect("it works again");
}

/// What became of an envelope, and why.
fn fate(truth: &Truth, id: &EnvelopeId) -> (Fate, String) {
    let verdict = truth.read().verdict(id).expect("reads").expect("is held");
    (verdict.fate, verdict.reason)
}

/// Everything that is said of what is held.
fn snapshot(truth: &Truth) -> String {
    let read = truth.read();
    let log = read.judged_since(0, usize::MAX).expect("reads");
    let fingerprints: Vec<_> = truth.fingerprints().collect();
    let stored = read.fingerprints().expect("reads");
    let roster = truth.roster();
    format!("{log:?} {fingerprints:?} {} {:?}", stored.len(), roster.community_members())
}

/// Hands over envelopes, one batch, and judges until there is nothing left to judge.
fn receive(truth: &mut Truth, envelopes: impl IntoIterator<Item = Envelope>) -> usize {
    let all: Vec<_> = envelopes.into_iter().collect();
    let received = truth.receive(all, [5; 32]).expect("receives");
    while truth.go_on().expect("judges") {}
    received.new.len()
}
