//! Alerts that whoever asks has not opened yet: every page says so until he has.
//!
//! # Rules
//!
//! 1. Only what reads as an alert here and holds now, is for him, and is not his own.
//! 2. Opened is opened by him: on its page, or with its group's log.
//! 3. Every page asks. The answer is kept while no row of the lists is written and nobody's role is
//!    another, and within a minute: so an alert that begins or ends by the clock is a minute late at most.

use crdt::id::PersonId;

use crate::{
    api::{NewsReply, NewsRow, NewsState, NewsWord},
    ledger::{Failed, Ledger},
};

/// Who asks, in which minute, and the version of the roster.
pub(in crate::ledger) type AlertsKey = (PersonId, u64, u64);

/// Alerts that are told; the next ones come up as these are read.
const UNREAD_ALERTS_MAX: usize = 5;

impl Ledger {
    pub(super) fn unread_alerts(&self) -> Result<NewsReply, Failed> {
        let Some(me) = self.identity.person else {
            return Ok(NewsReply::List { news: Vec::new() });
        };
        let key = (me, self.claimed.0 / super::MINUTE_MS, self.truth.roster().version());
        let look = || self.look_for_alerts(&me);
        let news = self.memos.alerts.get_or(self.views.writes(), key, look)?;
        Ok(NewsReply::List { news })
    }

    fn look_for_alerts(&self, me: &PersonId) -> Result<Vec<NewsRow>, Failed> {
        let mut rows = Vec::new();
        for read in self.told_here(false)?.iter() {
            let (line, told, row) = &**read;
            if rows.len() == UNREAD_ALERTS_MAX || row.class != NewsWord::Alert {
                break;
            }
            let counts = self.state_of(line, told) == NewsState::Holds && line.person != *me;
            if counts && !self.views.has_opened(me, &line.id)? {
                rows.push(self.as_it_is_now(read)?);
            }
        }
        Ok(rows)
    }
}
