//! Lists catch up with what was saved, and what follows from it is written.
//!
//! Whoever only looks does not bring this about again and again: where nothing was written to either
//! file since the lists last settled, there is nothing new in them. Only time passes by itself, so what
//! falls due by the clock is looked for once a second all the same.

use super::{Failed, Ledger};
use crate::store::{error::StoreError, views::Changes};

/// What both files have come to, and in which second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    second: u64,
    /// Rows that were written since each file was opened.
    writes: (u64, u64),
}

impl Ledger {
    /// Have the lists settled this second, and was nothing written since?
    pub(super) fn is_settled(&self) -> bool {
        self.behind == 0 && self.settled == Some(self.stand())
    }

    fn stand(&self) -> Stand {
        let writes = (self.truth.writes(), self.views.writes());
        Stand { second: self.claimed.0 / 1_000, writes }
    }

    /// Rule 6.
    pub(super) fn settle_if_possible(&mut self, changes: &mut Changes) {
        if let Err(failed) = self.settle(changes) {
            tracing::error!(reason = %failed, "The lists fell behind; they catch up later");
        }
    }

    pub(super) fn catch_up_if_behind(&mut self, changes: &mut Changes) -> Result<(), Failed> {
        if self.behind == 0 { Ok(()) } else { self.settle(changes) }
    }

    /// Brings the lists up to date, and writes what follows from new statements.
    fn settle(&mut self, changes: &mut Changes) -> Result<(), Failed> {
        let found = self.catch_up()?;
        let mut due = self.chores(&found.statements)?;
        if found.roster {
            due.extend(self.leavings()?);
        }
        let may_be_let_in = found.roster;
        self.note_news(&found.news, changes)?;
        let touched = found.requests.clone();
        changes.urgent.extend(self.urgent(&touched)?);
        changes.join(found);
        self.follow_up(changes, due, Self::do_chore)?;
        let receipts = self.receipts_due()?;
        self.follow_up(changes, receipts, Self::write_receipt)?;
        let postings = self.postings_due(&touched)?;
        self.follow_up(changes, postings, Self::follow_case)?;
        let gifts = self.vault_gifts(&touched)?;
        self.follow_up(changes, gifts, Self::hand_out)?;
        let closings = self.closings_due()?;
        self.follow_up(changes, closings, Self::close_by_default)?;
        let gifts = self.gifts()?;
        self.follow_up(changes, gifts, Self::hand_out)?;
        // Last: a fresh writer's first word has to be its certificate, and what is due is said by the old.
        if may_be_let_in {
            self.renew_where_let_in_again()?;
        }
        self.settled = Some(self.stand());
        Ok(())
    }

    /// Writes what follows from what was just saved, in a transaction of its own.
    fn follow_up<T>(
        &mut self,
        changes: &mut Changes,
        all: Vec<T>,
        mut write: impl FnMut(&mut Self, T) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        if all.is_empty() {
            return Ok(());
        }
        let before = self.written.len();
        self.truth.begin()?;
        for one in all {
            if let Err(failed) = self.in_savepoint(|ledger| write(ledger, one)) {
                tracing::warn!(reason = %failed, "What follows from a statement waits");
            }
        }
        if let Err(failed) = self.truth.commit() {
            self.written.truncate(before);
            self.keys.forget();
            return Err(failed.into());
        }
        changes.join(self.catch_up()?);
        Ok(())
    }

    /// Brings the lists up to date; what the gate did not let in becomes poison in the truth.
    pub(super) fn catch_up(&mut self) -> Result<Changes, StoreError> {
        self.truth.flush()?;
        while self.truth.go_on()? {}
        let mut all = self.views.catch_up(&self.truth)?;
        while !all.poison.is_empty() {
            let poison = std::mem::take(&mut all.poison);
            for id in &poison {
                self.truth.gate_refused(id)?;
            }
            all.join(self.views.catch_up(&self.truth)?);
            all.poison.retain(|id| !poison.contains(id));
        }
        self.row = self.truth.last_row();
        (self.behind, self.told_all) = (0, false);
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use crdt::time::ClaimedTime;

    use super::{
        super::tests::{founded, work},
        *,
    };
    use crate::{api::Command, ledger::Job};

    #[test]
    fn whoever_only_looks_finds_the_lists_settled_until_something_is_written_or_time_passes() {
        let mut ledger = founded(None);
        let settled = Ledger::is_settled;
        work(&mut ledger, Job::Command((), Command::Groups));
        assert!(settled(&ledger), "nobody wrote anything");
        ledger.claimed = ClaimedTime(ledger.claimed.0 + 1_000);
        assert!(!settled(&ledger), "something may be due");
        ledger.claimed = ClaimedTime(ledger.claimed.0 - 1_000);
        work(&mut ledger, Job::Keep((), "somebody".into(), b"read there".to_vec()));
        assert!(!settled(&ledger), "something was kept");
        work(&mut ledger, Job::Command((), Command::Groups));
        assert!(settled(&ledger), "and has been looked at");
    }
}
