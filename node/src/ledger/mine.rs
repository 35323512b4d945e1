//! The list of requests; and what of it concerns whoever asks: his own, how many wait, the ride he
//! might take.
//!
//! The first page is asked for more often than anything else; it never reads all requests.

use std::collections::BTreeSet;

use crdt::{
    body::GroupKind,
    id::{GroupId, RequestId},
    lifecycle::Status,
};

use super::{Failed, Ledger, rides::WINDOW_DAYS};
use crate::api::{MinePage, Reply};

/// Requests that somebody asked for, and that he holds, of each so many at most.
const MINE_MAX: u32 = 100;

impl Ledger {
    pub(super) fn list_requests(&self, all: bool) -> Result<Reply, Failed> {
        let lines = self.with_rides(self.views.requests(all)?, all)?;
        let rows = lines.into_iter().map(|line| self.request_row(line));
        Ok(Reply::Requests { requests: rows.collect::<Result<_, _>>()? })
    }

    pub(super) fn mine_page(&self, last: Option<u32>) -> Result<MinePage, Failed> {
        let mut page = MinePage::default();
        let Some(me) = self.identity.person else { return Ok(page) };
        let last = last.unwrap_or(MINE_MAX).min(MINE_MAX);
        let lines = self.with_rides(self.views.requests_concerning(&me, last)?, false)?;
        let mut near = Vec::new();
        for line in lines {
            let row = self.request_row(line)?;
            if row.mine || row.asked_by_me {
                page.requests.push(row);
            } else {
                near.push(row);
            }
        }
        let teams = self.teams_of_mine();
        let open = Status::Open.as_str();
        let (_, to) = self.days_around(WINDOW_DAYS, WINDOW_DAYS);
        let far = self.views.far_rides(to)?;
        let cases = self.views.open_cases()?;
        let waiting = || cases.iter().filter(|it| it.status == open && !far.contains(&it.id));
        let is_near: BTreeSet<RequestId> = near.iter().map(|row| row.id).collect();
        let counted = waiting().filter(|case| is_near.contains(&case.id)).map(|case| case.id);
        let counted: BTreeSet<RequestId> = counted.collect();
        let beside = || near.iter().filter(|row| row.status == open && !counted.contains(&row.id));
        page.open = (waiting().count() + beside().count()) as u64;
        let mut offered = waiting().filter(|case| teams.contains(&case.group));
        page.offered = match offered.next() {
            Some(case) => {
                self.views.request(&case.id)?.map(|it| self.request_row(it)).transpose()?
            }
            None => beside().find(|row| teams.contains(&row.group)).cloned(),
        };
        Ok(page)
    }

    /// Vetted teams of whoever asks.
    fn teams_of_mine(&self) -> BTreeSet<GroupId> {
        let (roster, me) = (self.truth.roster(), self.identity.person);
        let vetted = roster.groups().into_iter().filter(|group| group.kind == GroupKind::Vetted);
        let mine = |id: &GroupId| me.is_some_and(|me| roster.best_auth(me, id.scope()).is_some());
        vetted.map(|group| group.id).filter(mine).collect()
    }
}
