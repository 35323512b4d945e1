//! Messages that are shown only because what counts answers them (authority rule 6).
//!
//! Somebody was removed; before his neighbour knew, he answered a text that lies behind the cut. The
//! answer counts, so what it answers is shown with a mark, and whatever that one answers in turn.
//! What nobody cites stays hidden, and so do the claims of whoever was removed.
//!
//! Only groups in which something lies behind a cut are looked at, and of those the part since the
//! first such message. It is done anew whenever something there changes, so that the order of
//! arrival decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Body, Talk},
    envelope::Kind,
    id::{EnvelopeId, GroupId},
    judge::Fate,
};
use rusqlite::{OptionalExtension, params};

use super::{Batch, Told, Views, id_from};
use crate::store::{
    error::StoreError,
    truth::{Judged, Truth},
};

impl Views {
    /// Notes of each verdict whether its group must be looked at again.
    pub(super) fn note_hidden(
        &mut self,
        verdict: &Judged,
        batch: &mut Batch,
        truth: &Truth,
    ) -> Result<(), StoreError> {
        if !is_content(verdict.header.kind) {
            return Ok(());
        }
        let Some(group) = self.group_of(&verdict.header.scope) else { return Ok(()) };
        let number = self.groups[&group].number;
        if verdict.fate == Fate::Quarantined && truth.roster().was_able(&verdict.spot()) {
            let mut put = self.conn.prepare_cached(
                "INSERT OR IGNORE INTO hidden (row, id, in_group, lamport, shown)
                 VALUES (?1, ?2, ?3, ?4, 0)",
            )?;
            let lamport = verdict.header.lamport.cast_signed();
            put.execute(params![verdict.row, verdict.id.as_bytes(), number, lamport])?;
            batch.restless.insert(group);
            return Ok(());
        }
        let mut gone =
            self.conn.prepare_cached("DELETE FROM hidden WHERE row = ?1 RETURNING shown")?;
        let was_shown: Option<bool> = gone.query_row([verdict.row], |row| row.get(0)).optional()?;
        drop(gone);
        if let Some(was_shown) = was_shown {
            batch.restless.insert(group);
            if was_shown {
                // Whatever becomes of it now, the mark goes.
                self.show_cited(&verdict.id, false, group, truth, batch)?;
            }
        }
        if verdict.fate == Fate::Accepted && self.cites_hidden(&verdict.header.deps)? {
            batch.restless.insert(group);
        }
        Ok(())
    }

    fn cites_hidden(&self, deps: &[EnvelopeId]) -> Result<bool, StoreError> {
        let mut find = self.conn.prepare_cached("SELECT 1 FROM hidden WHERE id = ?1")?;
        for dep in deps {
            if find.exists([dep.as_bytes()])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Shows what is cited by what counts, and hides again what no longer is.
    pub(super) fn bring_back(
        &mut self,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        for group in std::mem::take(&mut batch.restless) {
            let hidden = self.hidden_in(&group)?;
            let cited = cited(truth, &group, &hidden)?;
            for (id, (row, was_shown)) in &hidden {
                let shown = cited.contains(id);
                if shown == *was_shown {
                    continue;
                }
                self.execute("UPDATE hidden SET shown = ?2 WHERE row = ?1", params![row, shown])?;
                self.show_cited(id, shown, group, truth, batch)?;
            }
        }
        Ok(())
    }

    fn hidden_in(&self, group: &GroupId) -> Result<BTreeMap<EnvelopeId, (i64, bool)>, StoreError> {
        let mut all =
            self.conn.prepare_cached("SELECT id, row, shown FROM hidden WHERE in_group = ?1")?;
        let rows = all.query_map([self.groups[group].number], |row| {
            let id = id_from(EnvelopeId::from_bytes, row, 0)?;
            Ok((id, (row.get(1)?, row.get(2)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn show_cited(
        &mut self,
        id: &EnvelopeId,
        shown: bool,
        group: GroupId,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(verdict) = truth.read().verdict(id)? else { return Ok(()) };
        let Ok(Body::Talk(talk @ Talk::Message { .. })) = verdict.read_body() else {
            return Ok(());
        };
        let auth = verdict.header.auth;
        let told = Told {
            verdict: &verdict,
            body: Body::Talk(talk.clone()),
            accepted: shown,
            person: auth.and_then(|auth| truth.roster().author(&auth)),
            official: auth.is_some_and(|auth| truth.roster().needs_second(&auth)),
        };
        if batch.changes.groups.insert(group) {
            batch.touched.entry(group).or_default();
        }
        self.take_talk(&told, &talk, truth, batch)
    }
}

/// What of `hidden` the group's counting talk reaches through its citations.
fn cited(
    truth: &Truth,
    group: &GroupId,
    hidden: &BTreeMap<EnvelopeId, (i64, bool)>,
) -> Result<BTreeSet<EnvelopeId>, StoreError> {
    let mut found = BTreeSet::new();
    if hidden.is_empty() {
        return Ok(found);
    }
    let reading = truth.read();
    let mut deps: BTreeMap<EnvelopeId, Vec<EnvelopeId>> = BTreeMap::new();
    let mut first = u64::MAX;
    for id in hidden.keys() {
        let Some(verdict) = reading.verdict(id)? else { continue };
        first = first.min(verdict.header.lamport);
        deps.insert(*id, verdict.header.deps);
    }
    let mut todo = reading.cited_by_counting(&group.scope(), first)?;
    while let Some(id) = todo.pop() {
        if let Some(below) = deps.get(&id)
            && found.insert(id)
        {
            todo.extend(below.iter().copied());
        }
    }
    Ok(found)
}

/// The changes of a document behind a cut on which counting ones build: without them these could not
/// be read.
pub(super) fn cited_changes(truth: &Truth, changes: &[Judged]) -> BTreeSet<EnvelopeId> {
    let able = |it: &&Judged| it.fate == Fate::Quarantined && truth.roster().was_able(&it.spot());
    let hidden: BTreeMap<EnvelopeId, &Judged> =
        changes.iter().filter(able).map(|it| (it.id, it)).collect();
    let counting = changes.iter().filter(|it| it.fate == Fate::Accepted);
    let mut todo: Vec<EnvelopeId> = counting.flat_map(|it| it.header.deps.clone()).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if let Some(cited) = hidden.get(&id)
            && found.insert(id)
        {
            todo.extend(cited.header.deps.iter().copied());
        }
    }
    found
}

fn is_content(kind: Kind) -> bool {
    matches!(kind, Kind::MESSAGE | Kind::ALERT | Kind::CHANGE | Kind::ACT | Kind::BALLOT)
}
