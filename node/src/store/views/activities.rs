//! Activities: their plans, the requests that have their places, and what else was said about them.
//!
//! # Rules
//!
//! 1. Every envelope about an activity that is accepted has a row with all that is needed to ask
//!    whether its author led the group where he wrote it; that is asked when it is looked at, since
//!    statements that arrive later have a say in it.
//! 2. Each such row adds to its group's state.
//! 3. The requests that a plan names are folded again when something is said about the activity: who
//!    must be told that it is called off follows from both.

use std::collections::BTreeSet;

use crdt::{
    activity::{self, CalledOff, Note},
    body::{Activity, AskKind, Body, Plan},
    code::Code,
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    judge::Fate,
    lifecycle::Told,
};
use rusqlite::{OptionalExtension, params};

use super::{Batch, Folded, Told as Judgement, Views, id_from, visible};
use crate::store::{
    error::StoreError,
    truth::{Judged, Truth},
};

/// A plan in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityLine {
    /// Its id.
    pub id: EnvelopeId,
    /// The group that it was planned in.
    pub group: GroupId,
    /// Its spoken code.
    pub code: String,
    /// One line.
    pub title: String,
    /// From when on, in claimed milliseconds.
    pub from_ms: u64,
    /// Until when, likewise.
    pub until_ms: u64,
}

/// What somebody is told who has a place at an activity that is called off.
pub const CALLED_OFF: &str = "called_off";

/// What somebody is told for whom a place came free.
const AWAITING: &str = "awaiting";

const LINE: &str = "SELECT a.id, g.id, a.code, a.title, a.from_ms, a.until_ms \
     FROM activities AS a JOIN groups AS g ON g.ref = a.in_group ";

impl Views {
    /// Takes in what was said about an activity, or takes it out.
    pub(super) fn take_activity(
        &mut self,
        told: &Judgement<'_>,
        said: &Activity,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let (row, id) = (told.verdict.row, told.verdict.id);
        let Some(group) = self.group_of(&told.verdict.header.scope) else { return Ok(()) };
        let state = visible(&[b"activity", id.as_bytes()]);
        let out = self.execute("DELETE FROM activity_said WHERE row = ?1", [row])?;
        if out > 0 {
            self.group_mut(&group).state.remove(&state);
        }
        if let Activity::Plan(_) = said {
            self.execute("DELETE FROM activities WHERE id = ?1", [id.as_bytes()])?;
        }
        let about = said.about(id).unwrap_or(id);
        if told.accepted && told.person.is_some() {
            self.group_mut(&group).state.add(&state);
            let number = self.groups[&group].number;
            let mut put = self.conn.prepare_cached(
                "INSERT INTO activity_said (row, id, activity, does) VALUES (?1, ?2, ?3, ?4)",
            )?;
            let does = matches!(said, Activity::CallOff { .. } | Activity::Heard { .. });
            put.execute(params![row, id.as_bytes(), about.as_bytes(), does])?;
            drop(put);
            if let Activity::Plan(plan) = said {
                let mut put = self.conn.prepare_cached(
                    "INSERT INTO activities (id, in_group, code, title, from_ms, until_ms)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?;
                put.execute(params![
                    id.as_bytes(),
                    number,
                    Code::of(&id).to_string(),
                    plan.title,
                    plan.from_ms.cast_signed(),
                    plan.until_ms.cast_signed(),
                ])?;
                drop(put);
                let mut put = self.conn.prepare_cached(
                    "INSERT OR IGNORE INTO activity_roles (activity, request) VALUES (?1, ?2)",
                )?;
                for role in &plan.roles {
                    put.execute([id.as_bytes(), role.request.as_bytes()])?;
                }
            }
        }
        let number = self.groups[&group].number;
        self.take_hours(told, said, number)?;
        batch.touched.entry(group).or_default();
        let roles = "SELECT request FROM activity_roles WHERE activity = ?1";
        self.refold_all(roles, [about.as_bytes()], batch)
    }

    /// The plans that are known here, whether they count or not; those that end latest first.
    ///
    /// # Errors
    ///
    /// Where the disk says no; so for everything below.
    pub fn activities(&self) -> Result<Vec<ActivityLine>, StoreError> {
        let sql = format!("{LINE} ORDER BY a.until_ms DESC, a.id LIMIT {}", super::lists::ROWS_MAX);
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map([], line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The plans that begin no later than `from_ms` and end no sooner than `until_ms`.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn activities_around(
        &self,
        from_ms: u64,
        until_ms: u64,
    ) -> Result<Vec<ActivityLine>, StoreError> {
        let sql = format!(
            "{LINE} WHERE a.from_ms <= ?1 AND a.until_ms >= ?2 ORDER BY a.id LIMIT {}",
            super::lists::ROWS_MAX
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map([from_ms.cast_signed(), until_ms.cast_signed()], line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Those that are called so, have this code, or whose id begins with these hexadecimal digits; also
    /// the one that has a role with this code or id. The first ten.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn find_activities(&self, text: &str) -> Result<Vec<ActivityLine>, StoreError> {
        let prefix = text.strip_prefix("env-").unwrap_or(text).to_lowercase();
        let is_prefix = prefix.len() >= 4 && prefix.chars().all(|c| c.is_ascii_hexdigit());
        let like = if is_prefix { format!("{prefix}%") } else { String::new() };
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let sql = format!(
            "{LINE} WHERE a.title = ?1 OR a.code = ?2 OR lower(hex(a.id)) LIKE ?3
                 OR a.id IN (SELECT r.activity FROM activity_roles AS r
                     JOIN requests AS q ON q.id = r.request
                     WHERE q.code = ?2 OR lower(hex(q.id)) LIKE ?3)
             ORDER BY a.id LIMIT 10"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map([text, &code, &like], line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The plan of an activity and who made it; none where he who made it might not.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn plan(
        &self,
        truth: &Truth,
        id: &EnvelopeId,
    ) -> Result<Option<(Plan, PersonId)>, StoreError> {
        let judged = truth.read().verdict(id)?;
        Ok(match judged.and_then(|judged| self.note_of(truth, &judged)) {
            Some(Note { by, leads: true, said: Activity::Plan(plan), .. }) => Some((plan, by)),
            _ => None,
        })
    }

    /// Why an activity does not take place, and who has read that; none where it does.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn called_off(
        &self,
        truth: &Truth,
        activity: &EnvelopeId,
    ) -> Result<Option<CalledOff>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT id FROM activity_said WHERE activity = ?1 AND does = 1")?;
        let ids =
            find.query_map([activity.as_bytes()], |row| id_from(EnvelopeId::from_bytes, row, 0))?;
        let mut notes = Vec::new();
        for id in ids {
            if let Some(judged) = truth.read().verdict(&id?)? {
                notes.extend(self.note_of(truth, &judged));
            }
        }
        Ok(activity::called_off(activity, &notes))
    }

    /// Rule 1.
    fn note_of(&self, truth: &Truth, judged: &Judged) -> Option<Note> {
        let Ok(Body::Activity(said)) = judged.read_body() else { return None };
        let by = truth.roster().author(&judged.header.auth?)?;
        let leads = judged.fate == Fate::Accepted && self.led(truth, judged);
        Some(Note { id: judged.id, by, leads, said })
    }

    /// Did its author lead the group where he wrote it?
    pub(super) fn led(&self, truth: &Truth, judged: &Judged) -> bool {
        let group = self.group_of(&judged.header.scope);
        let group = group.and_then(|group| truth.roster().group(&group));
        group.is_some_and(|group| truth.roster().ruled_at(&group.place, &judged.spot()))
    }

    /// What somebody must be told of a request, also where it has the places of an activity.
    pub(super) fn to_tell(
        &self,
        truth: &Truth,
        folded: &Folded,
        me: &PersonId,
    ) -> Result<Option<&'static str>, StoreError> {
        let case = &folded.case;
        let told = case.told_to(me).map(Told::as_str);
        if case.terms.kind != Some(AskKind::Activity) {
            return Ok(told);
        }
        for activity in self.activities_for(folded)? {
            if let Some(off) = self.called_off(truth, &activity)? {
                let unaware = activity::unaware(&off, [case]).contains(me);
                return Ok(unaware.then_some(CALLED_OFF));
            }
        }
        Ok(if case.awaiting.contains(me) { Some(AWAITING) } else { told })
    }

    /// The activities that a request has places of.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn activities_of(&self, role: &RequestId) -> Result<BTreeSet<EnvelopeId>, StoreError> {
        let mut find =
            self.conn.prepare_cached("SELECT activity FROM activity_roles WHERE request = ?1")?;
        let rows =
            find.query_map([role.as_bytes()], |row| id_from(EnvelopeId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The activity that a request has places of; of several the lowest id.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn activity_of(&self, role: &RequestId) -> Result<Option<EnvelopeId>, StoreError> {
        Ok(self.activities_of(role)?.pop_first())
    }

    /// One plan's line.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn activity(&self, id: &EnvelopeId) -> Result<Option<ActivityLine>, StoreError> {
        let mut get = self.conn.prepare_cached(&format!("{LINE} WHERE a.id = ?1"))?;
        Ok(get.query_row([id.as_bytes()], line).optional()?)
    }
}

fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<ActivityLine> {
    Ok(ActivityLine {
        id: id_from(EnvelopeId::from_bytes, row, 0)?,
        group: id_from(GroupId::from_bytes, row, 1)?,
        code: row.get(2)?,
        title: row.get(3)?,
        from_ms: row.get::<_, i64>(4)?.cast_unsigned(),
        until_ms: row.get::<_, i64>(5)?.cast_unsigned(),
    })
}
