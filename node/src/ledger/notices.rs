//! What somebody of this box must be told: what follows from the envelopes, and what the clock adds to it.
//!
//! # Rules
//!
//! 1. One notice per item: who has places in several roles of an activity that is called off is told so
//!    once, and has read it once.
//! 2. Whoever stands by is told that he is wanted now, once: from half an hour before it begins, while
//!    somebody is missing. That follows from this box's clock; it is shown and decides nothing.
//! 3. What was read is kept in the truth: lists that are made anew must not tell it again.

use std::collections::BTreeSet;

use crdt::id::{PersonId, RequestId};

use super::{Failed, Ledger};
use crate::{
    api::{Notice, Reply},
    store::views::{CALLED_OFF, NoticeRow, told_key},
};

/// How the id of a notice by the clock begins; what follows is the item.
const NEEDED: &str = "needed/";

/// What somebody is told who stands by and is wanted.
const NEEDED_NOW: &str = "needed_now";

/// Somebody who is wanted in place of others.
struct Needed {
    /// What is told once: the ride, or the activity whatever the role.
    item: RequestId,
    /// The request with the place.
    request: RequestId,
}

impl Needed {
    fn id(&self) -> String {
        format!("{NEEDED}{}", self.item.to_hex())
    }
}

impl Ledger {
    pub(super) fn notices(&mut self) -> Result<Reply, Failed> {
        let me = self.person()?;
        let (mut notices, mut told) = (Vec::new(), BTreeSet::new());
        for it in self.needed(me)? {
            notices.push(self.notice(it.id(), it.request, NEEDED_NOW)?);
        }
        for row in self.views.notices(&me)? {
            let item = self.item_of(&row)?;
            let was_told = self.truth.read().kept(&told_key(&me, &item, &row.reason))?.is_some();
            if was_told || !told.insert((item, row.reason.clone())) {
                continue;
            }
            if self.views.request(&row.request)?.is_some() {
                notices.push(self.notice(row.number.to_string(), row.request, row.word())?);
            }
        }
        notices.extend(self.reminders(me)?);
        Ok(Reply::Notices { notices })
    }

    fn notice(&self, id: String, request: RequestId, reason: &str) -> Result<Notice, Failed> {
        let row = self.request_row(self.request_line(&request)?)?;
        let next_open = match self.views.next_open(&request)? {
            // Whoever is wanted has something to do.
            Some(next) if reason != NEEDED_NOW => Some(self.request_row(next)?),
            _ => None,
        };
        Ok(Notice {
            id,
            request,
            code: row.code,
            title: row.title,
            reason: reason.to_owned(),
            holder: row.holder,
            next_open,
            credential: None,
        })
    }

    /// Rule 3.
    pub(super) fn notices_seen(&mut self, ids: &[String]) -> Result<Reply, Failed> {
        let numbers: BTreeSet<i64> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let me = self.person()?;
        let mut rows = Vec::new();
        for row in self.views.notices(&me)? {
            rows.push((self.item_of(&row)?, row));
        }
        let chosen = rows.iter().filter(|(_, row)| numbers.contains(&row.number));
        let read: BTreeSet<_> = chosen.map(|(item, row)| (*item, row.reason.clone())).collect();
        rows.retain(|(item, row)| read.contains(&(*item, row.reason.clone())));
        for (item, row) in &rows {
            for about in BTreeSet::from([*item, row.request]) {
                self.truth.keep(&told_key(&me, &about, &row.reason), &[1])?;
            }
        }
        let numbers: Vec<i64> = rows.iter().map(|(_, row)| row.number).collect();
        self.views.notices_seen(&me, &numbers)?;
        for it in self.needed(me)?.iter().filter(|it| ids.contains(&it.id())) {
            self.truth.keep(&told_key(&me, &it.item, NEEDED_NOW), &[1])?;
        }
        self.reminders_seen(ids)?;
        Ok(Reply::Done)
    }

    /// Rule 1: what is told once.
    fn item_of(&self, row: &NoticeRow) -> Result<RequestId, Failed> {
        let activity = match row.word() {
            CALLED_OFF => self.views.activity_of(&row.request)?,
            _ => None,
        };
        Ok(activity.unwrap_or(row.request))
    }

    /// Rule 2, and he has not read it.
    fn needed(&self, me: PersonId) -> Result<Vec<Needed>, Failed> {
        let rides = self.rides_wanting(&me)?.into_iter();
        let mut all: Vec<Needed> = rides.map(|id| Needed { item: id, request: id }).collect();
        let places = self.activities_wanting(&me)?.into_iter();
        all.extend(places.map(|(item, request)| Needed { item, request }));
        let mut unread = Vec::new();
        for it in all {
            if self.truth.read().kept(&told_key(&me, &it.item, NEEDED_NOW))?.is_none() {
                unread.push(it);
            }
        }
        Ok(unread)
    }
}
