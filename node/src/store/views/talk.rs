//! Messages, their edits and withdrawals, and lines that were imported twice.

use crdt::{
    body::{Body, ImportedLine, Talk, case_of},
    id::{EnvelopeId, GroupId, PersonId},
    news::asks_desk,
};
use rusqlite::{OptionalExtension, params};

use super::{Batch, Told, Views, search::Kind, visible};
use crate::store::{
    error::StoreError,
    truth::{Judged, Truth},
};

/// The message is shown.
pub(super) const SHOWN: i64 = 1;
/// Its author took it back.
pub(super) const WITHDRAWN: i64 = 2;
/// Its author said it differently.
pub(super) const EDITED: i64 = 4;
/// Written under an office role.
pub(super) const OFFICIAL: i64 = 8;
/// Came from a file.
pub(super) const IMPORTED: i64 = 16;
/// Written by this installation.
pub(super) const MINE: i64 = 32;
/// An owner of the group took it down.
pub(super) const TAKEN_DOWN: i64 = 64;
/// Shown only because what counts cites it.
pub(super) const CITED: i64 = 128;
/// An announcement.
pub(super) const NEWS: i64 = 256;
/// An announcement of another group that somebody showed here; `reply_to` names it.
pub(super) const FORWARD: i64 = 512;
/// Whoever it was meant for said so.
pub(super) const SETTLED: i64 = 1024;

/// Said to the desk, by somebody who does not speak for it.
pub(super) const ASKS: i64 = 2048;

/// What adds to a group's state.
const VISIBLE: i64 = WITHDRAWN | EDITED | OFFICIAL | TAKEN_DOWN | CITED | NEWS | FORWARD | SETTLED;

/// A message that was said to the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which.
    pub id: EnvelopeId,
    /// Where it was said.
    pub group: GroupId,
    /// What the author's clock said, in milliseconds since 1970.
    pub claimed_ms: u64,
    /// As it reads now.
    pub text: String,
}

/// A message as it stands in the list.
pub(super) struct Row {
    pub row: i64,
    pub id: EnvelopeId,
    pub text: String,
    pub state: i64,
}

impl Row {
    /// What it adds to its group's state.
    fn visible(&self) -> EnvelopeId {
        let marks = (self.state & VISIBLE).to_le_bytes();
        visible(&[b"message", self.id.as_bytes(), self.text.as_bytes(), &marks])
    }
}

impl Views {
    pub(super) fn take_talk(
        &mut self,
        told: &Told<'_>,
        talk: &Talk,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(group) = self.group_of(&told.verdict.header.scope) else { return Ok(()) };
        match talk {
            Talk::Message { imported, .. } if !told.accepted => {
                self.drop_message(told.verdict.row, group, imported.as_ref(), batch)
            }
            Talk::Message { text, reply_to, imported } => {
                // An answer of the office: the request that was made of the question has waited no more.
                let asked = reply_to.as_ref().filter(|_| told.official).map(case_of);
                batch.changes.requests.extend(asked);
                self.put_message(told, group, (text, *reply_to, imported.is_some()), batch)?;
                match imported {
                    Some(line) => self.show_first_copy(told.verdict, group, line, batch),
                    None => Ok(()),
                }
            }
            Talk::Edit { of, text } => {
                self.put_amendment(told, of, Some(text))?;
                self.amend(of, group, truth, batch)
            }
            Talk::Withdraw { of } => {
                self.put_amendment(told, of, None)?;
                self.amend(of, group, truth, batch)
            }
            remark => self.take_remark(told, remark, group, truth, batch),
        }
    }

    fn put_message(
        &mut self,
        told: &Told<'_>,
        group: GroupId,
        (text, reply_to, imported): (&str, Option<EnvelopeId>, bool),
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(person) = told.person else { return Ok(()) };
        let counts = told.verdict.fate == crdt::judge::Fate::Accepted;
        let (now, marks) = self.amended(&told.verdict.id, &person, text)?;
        let asks = asks_desk(&now) && !told.official;
        let state = marks
            | if asks { ASKS } else { 0 }
            | if imported { IMPORTED } else { 0 }
            | if told.official { OFFICIAL } else { 0 }
            | if counts { 0 } else { CITED };
        self.put_row(told, group, (now, reply_to, state), batch)
    }

    /// Shows what an envelope says in its group's log.
    pub(super) fn put_row(
        &mut self,
        told: &Told<'_>,
        group: GroupId,
        (text, reply_to, marks): (String, Option<EnvelopeId>, i64),
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let (verdict, Some(person)) = (told.verdict, told.person) else { return Ok(()) };
        let author = self.person(&person)?;
        let in_group = self.groups[&group].number;
        let mine = self.residents.contains(&person);
        let state = SHOWN | marks | if mine { MINE } else { 0 };
        let row = Row { row: verdict.row, id: verdict.id, text, state };
        let mut put = self.conn.prepare_cached(
            "INSERT OR IGNORE INTO messages
             (row, id, in_group, author, lamport, claimed, text, state, reply_to)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let fresh = put.execute(params![
            row.row,
            row.id.as_bytes(),
            in_group,
            author,
            verdict.header.lamport.cast_signed(),
            verdict.header.claimed.0.cast_signed(),
            row.text,
            row.state,
            reply_to.as_ref().map(EnvelopeId::as_bytes),
        ])?;
        drop(put);
        if fresh == 1 {
            batch.found.entry((Kind::Message, row.row)).or_insert(None);
            batch.touched.entry(group).or_default().messages += 1;
            self.group_mut(&group).state.add(&row.visible());
        }
        Ok(())
    }

    pub(super) fn drop_message(
        &mut self,
        row: i64,
        group: GroupId,
        imported: Option<&ImportedLine>,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(row) = self.message(row)? else { return Ok(()) };
        self.before_change((Kind::Message, row.row), batch)?;
        self.hide(&row, group, batch)?;
        self.execute("DELETE FROM messages WHERE row = ?1", [row.row])?;
        let Some(line) = imported else { return Ok(()) };
        self.execute("DELETE FROM imports WHERE row = ?1", [row.row])?;
        self.choose_copy(group, line, batch)
    }

    /// Rule 3: notes where the message comes from and shows the first copy only.
    fn show_first_copy(
        &mut self,
        verdict: &Judged,
        group: GroupId,
        line: &ImportedLine,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let mut put = self.conn.prepare_cached(
            "INSERT OR IGNORE INTO imports (row, in_group, number, hash, lamport, id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        put.execute(params![
            verdict.row,
            self.groups[&group].number,
            line.number.cast_signed(),
            line.hash,
            verdict.header.lamport.cast_signed(),
            verdict.id.as_bytes(),
        ])?;
        drop(put);
        self.choose_copy(group, line, batch)?;
        let is_first = self.first_copies(&group, line)?.first() == Some(&verdict.row);
        match self.message(verdict.row)? {
            Some(row) if !is_first => self.hide(&row, group, batch),
            _ => Ok(()),
        }
    }

    /// Is this line in the group already?
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn holds_line(&self, group: &GroupId, line: &ImportedLine) -> Result<bool, StoreError> {
        let Some(group) = self.groups.get(group) else { return Ok(false) };
        let mut find = self.conn.prepare_cached(
            "SELECT 1 FROM imports WHERE in_group = ?1 AND number = ?2 AND hash = ?3",
        )?;
        Ok(find.exists(params![group.number, line.number.cast_signed(), line.hash])?)
    }

    /// Shows the first copy, and no longer the second, which was the first until a moment ago.
    fn choose_copy(
        &mut self,
        group: GroupId,
        line: &ImportedLine,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        for (at, copy) in self.first_copies(&group, line)?.into_iter().enumerate() {
            let Some(row) = self.message(copy)? else { continue };
            match (at == 0, row.state & SHOWN != 0) {
                (true, false) => self.unhide(&row, group, batch)?,
                (false, true) => self.hide(&row, group, batch)?,
                _ => (),
            }
        }
        Ok(())
    }

    /// The first two copies of a line: all others are hidden, however many there are.
    fn first_copies(&self, group: &GroupId, line: &ImportedLine) -> Result<Vec<i64>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT row FROM imports WHERE in_group = ?1 AND number = ?2 AND hash = ?3
             ORDER BY lamport, id LIMIT 2",
        )?;
        let key = params![self.groups[group].number, line.number.cast_signed(), line.hash];
        let rows = find.query_map(key, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn hide(&mut self, row: &Row, group: GroupId, batch: &mut Batch) -> Result<(), StoreError> {
        if row.state & SHOWN == 0 {
            return Ok(());
        }
        self.before_change((Kind::Message, row.row), batch)?;
        self.set_state(row.row, row.state & !SHOWN, &row.text)?;
        batch.touched.entry(group).or_default().messages -= 1;
        self.group_mut(&group).state.remove(&row.visible());
        Ok(())
    }

    fn unhide(&mut self, row: &Row, group: GroupId, batch: &mut Batch) -> Result<(), StoreError> {
        self.before_change((Kind::Message, row.row), batch)?;
        self.set_state(row.row, row.state | SHOWN, &row.text)?;
        batch.touched.entry(group).or_default().messages += 1;
        self.group_mut(&group).state.add(&row.visible());
        Ok(())
    }

    fn set_state(&self, row: i64, state: i64, text: &str) -> Result<(), StoreError> {
        let mut put =
            self.conn.prepare_cached("UPDATE messages SET state = ?2, text = ?3 WHERE row = ?1")?;
        put.execute(params![row, state, text])?;
        Ok(())
    }

    pub(super) fn message(&self, row: i64) -> Result<Option<Row>, StoreError> {
        let mut get =
            self.conn.prepare_cached("SELECT row, id, text, state FROM messages WHERE row = ?1")?;
        let found = get.query_row([row], |row| {
            Ok(Row {
                row: row.get(0)?,
                id: super::id_from(EnvelopeId::from_bytes, row, 1)?,
                text: row.get(2)?,
                state: row.get(3)?,
            })
        });
        Ok(found.optional()?)
    }

    fn put_amendment(
        &self,
        told: &Told<'_>,
        of: &EnvelopeId,
        text: Option<&str>,
    ) -> Result<(), StoreError> {
        let verdict = told.verdict;
        let Some(person) = told.person.filter(|_| told.accepted) else {
            self.execute("DELETE FROM amendments WHERE row = ?1", [verdict.row])?;
            return Ok(());
        };
        let mut put = self.conn.prepare_cached(
            "INSERT OR IGNORE INTO amendments (row, id, of, person, lamport, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let lamport = verdict.header.lamport.cast_signed();
        let (id, of, person) = (verdict.id.as_bytes(), of.as_bytes(), person.as_bytes());
        put.execute(params![verdict.row, id, of, person, lamport, text])?;
        Ok(())
    }

    /// Rule 4: what a message of `person` reads as now, and the marks that say so.
    fn amended(
        &self,
        id: &EnvelopeId,
        person: &PersonId,
        original: &str,
    ) -> Result<(String, i64), StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT text FROM amendments WHERE of = ?1 AND person = ?2
             ORDER BY text IS NULL DESC, lamport DESC, id DESC LIMIT 1",
        )?;
        let found: Option<Option<String>> = find
            .query_row(params![id.as_bytes(), person.as_bytes()], |row| row.get(0))
            .optional()?;
        let down = if self.is_taken_down(id)? { TAKEN_DOWN } else { 0 };
        Ok(match found {
            None => (original.to_owned(), down),
            Some(Some(text)) => (text, down | EDITED),
            Some(None) => (String::new(), down | WITHDRAWN),
        })
    }

    /// Reads a message anew after something was said about it.
    pub(super) fn amend(
        &mut self,
        of: &EnvelopeId,
        group: GroupId,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(original) = truth.read().verdict(of)? else { return Ok(()) };
        let text = match original.read_body() {
            Ok(Body::Talk(Talk::Message { text, .. })) => text,
            Ok(Body::News(_)) => return self.retell(of, batch),
            _ => return Ok(()),
        };
        let author = original.header.auth.and_then(|auth| truth.roster().author(&auth));
        let (Some(person), Some(row)) = (author, self.message(original.row)?) else {
            return Ok(());
        };
        if original.header.scope != group.scope() {
            return Ok(());
        }
        let (now, marks) = self.amended(of, &person, &text)?;
        let asks = if asks_desk(&now) && row.state & OFFICIAL == 0 { ASKS } else { 0 };
        self.restate(&row, (now, marks | asks), group, batch)
    }

    /// What a row of the log says, and its marks, have changed.
    pub(super) fn restate(
        &mut self,
        row: &Row,
        (text, marks): (String, i64),
        group: GroupId,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let kept = row.state & !(EDITED | WITHDRAWN | TAKEN_DOWN | SETTLED | ASKS);
        let now = Row { row: row.row, id: row.id, text, state: kept | marks };
        if row.state & SHOWN != 0 {
            self.group_mut(&group).state.remove(&row.visible());
            self.group_mut(&group).state.add(&now.visible());
            batch.touched.entry(group).or_default();
        }
        self.before_change((Kind::Message, now.row), batch)?;
        // Where somebody showed it, it reads so too.
        batch.changes.groups.extend(self.forwarded_into(&now.id)?);
        self.set_state(now.row, now.state, &now.text)
    }

    /// What was said to the desk and nobody who speaks for it has answered, the longest waiting first:
    /// message, group, what the author's clock said, words. As many as `most` of those that `waits` keeps:
    /// what the reader may not see leaves no gap.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn desk_questions(
        &self,
        most: usize,
        waits: &dyn Fn(&Question) -> Result<bool, StoreError>,
    ) -> Result<Vec<Question>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT m.id, g.id, m.claimed, m.text FROM messages AS m
             JOIN groups AS g ON g.ref = m.in_group
             WHERE m.state & 2048 AND m.state & 211 = 1 AND NOT EXISTS (
                 SELECT 1 FROM messages AS a WHERE a.reply_to = m.id AND a.state & 587 = 9)
             ORDER BY m.claimed, m.id",
        )?;
        let rows = find.query_map([], |row| {
            Ok(Question {
                id: super::id_from(EnvelopeId::from_bytes, row, 0)?,
                group: super::id_from(GroupId::from_bytes, row, 1)?,
                claimed_ms: row.get::<_, i64>(2)?.cast_unsigned(),
                text: row.get(3)?,
            })
        })?;
        let mut found = Vec::new();
        for row in rows {
            let row = row?;
            if waits(&row)? {
                found.push(row);
            }
            if found.len() >= most {
                break;
            }
        }
        Ok(found)
    }
}
