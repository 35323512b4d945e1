//! The store, seen from outside: people write, batches arrive, disks fail.

mod daybook;
mod fates;
mod faults;
mod mend;
mod opening;
mod orders;
mod sealed;
mod vaults;
pub(crate) mod village;

use std::{fs::File, io, sync::Arc};

use crdt::{envelope::Envelope, id::EnvelopeId, judge::Fate};

use super::{Disk, Truth};

/// A disk that minds who has not waited for it, and may be broken.
#[derive(Default)]
pub(crate) struct Strict {
    pub broken: bool,
    under_way: Option<Arc<File>>,
}

impl Strict {
    /// Syncs nothing.
    pub fn broken() -> Box<Self> {
        Box::new(Self { broken: true, under_way: None })
    }
}

impl Disk for Strict {
    fn start(&mut self, file: Arc<File>) {
        assert!(self.under_way.replace(file).is_none(), "one sync at a time");
    }

    fn wait(&mut self) -> io::Result<()> {
        let file = self.under_way.take().expect("nobody waits for nothing");
        if self.broken { Err(io::Error::other("the disk is gone")) } else { file.sync_data() }
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

/// What became of an envelope, and why.
fn fate(truth: &Truth, id: &EnvelopeId) -> (Fate, String) {
    let verdict = truth.read().verdict(id).expect("reads").expect("is held");
    (verdict.fate, verdict.reason)
}

/// Hands over envelopes, one batch, and judges until there is nothing left to judge.
fn receive(truth: &mut Truth, envelopes: impl IntoIterator<Item = Envelope>) -> usize {
    let all: Vec<_> = envelopes.into_iter().collect();
    let received = truth.receive(all, [5; 32]).expect("receives");
    while truth.go_on().expect("judges") {}
    received.new.len()
}
