//! Announcements: notices, alerts, answers; what was said about them; where they were shown; duty.
//!
//! An announcement has a row here, as it reads now, and one in its group's log. A forward has a row in
//! the log of its own group only, which names the announcement: so what is corrected reads so wherever
//! it is shown.
//!
//! # Rules
//!
//! 1. Corrections and withdrawals count in the scope where the announcement stands; `crdt::news` says
//!    whose. 我家的 counts wherever whoever says it can write.
//! 2. The order in which all of it comes leaves no trace: what came too early waits in `news_said`.
//! 3. Lists are bounded, and what can be claimed decides nothing of who stands in one: alerts are looked for
//!    apart from everything else, each author has so many lines of a class, and what is dated ahead of this
//!    box's clock stands behind what is not.

use crdt::{
    body::{Announcement, News, NewsClass, Place, case_of},
    id::{EnvelopeId, GroupId, PersonId},
    news::{Said, Word, fold},
    time::ClaimedTime,
};
use rusqlite::{OptionalExtension, Row, params};

use super::{Batch, Told, Views, id_from, remarks, search::Kind, talk};
use crate::store::error::StoreError;

/// Announcements of one list at most.
const NEWS_MAX: u32 = 500;

/// Announcements of one class and author that are looked at, the newest: whoever writes more pushes out his
/// own, and nobody else's.
const NEWS_PER_AUTHOR_MAX: u32 = 100;

/// How far ahead of this box's clock, in milliseconds, an announcement may be dated and be believed: a day.
const AHEAD_MS: u64 = 24 * 60 * 60 * 1_000;

/// Saved answers that are looked through; the newest.
const ANSWERS_MAX: u32 = 2_000;

/// Rotas, and hand-overs, of one author that are looked at; the newest.
const HAND_OVERS_MAX: u32 = 200;

/// An announcement's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsLine {
    /// Which.
    pub id: EnvelopeId,
    /// Where it was said.
    pub group: GroupId,
    /// That group's name.
    pub group_name: String,
    /// Who.
    pub person: PersonId,
    /// Under an office role?
    pub official: bool,
    /// What the author's clock said, in milliseconds since 1970.
    pub claimed_ms: u64,
    /// Until when it holds now.
    pub until_ms: Option<u64>,
    /// As it reads now.
    pub text: String,
    /// The question, where it is saved to be found again.
    pub question: Option<String>,
    /// Said differently since.
    pub corrected: bool,
    /// Who took it back.
    pub withdrawn_by: Option<PersonId>,
    /// Why.
    pub reason: String,
    /// Whose it was.
    pub settled_by: Option<PersonId>,
}

/// A rota or a hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyLine {
    /// The envelope that says it.
    pub id: EnvelopeId,
    /// Over what.
    pub place: Place,
}

/// Which announcements somebody wants to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewsOf {
    /// All that was said as an alert.
    Alerts,
    /// Every class together.
    Any,
    /// What may be carried up the stairs: an answer is for whoever asked.
    ToCarry,
}

/// How a class stands in the file.
const fn class_number(class: NewsClass) -> u8 {
    match class {
        NewsClass::Notice => 0,
        NewsClass::Alert => 1,
        NewsClass::Answer => 2,
        NewsClass::Addressed => 3,
    }
}

const LINE: &str = "SELECT n.id, g.id, g.name, p.person, n.official, n.claimed, n.until_now, n.read, \
     n.question, n.corrected, n.withdrawn_by, n.reason, n.settled_by \
     FROM news AS n JOIN groups AS g ON g.ref = n.in_group JOIN people AS p ON p.ref = n.author ";

/// What can be said about an announcement; the numbers stand in the file.
const CORRECT: u8 = 1;
const WITHDRAW: u8 = 2;
const MINE: u8 = 3;

impl Views {
    pub(super) fn take_news(
        &mut self,
        told: &Told<'_>,
        news: &News,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(group) = self.group_of(&told.verdict.header.scope) else { return Ok(()) };
        match news {
            News::Tell(it) if told.accepted => self.put_news(told, group, it, batch),
            News::Tell(_) => {
                let gone = "DELETE FROM news WHERE row = ?1";
                self.execute(gone, [told.verdict.row])?;
                self.put_text(Kind::Question, &told.verdict.id, None, batch)?;
                self.drop_message(told.verdict.row, group, None, batch)
            }
            News::Forward { of, note } => self.take_forward(told, group, (of, note), batch),
            News::Rota(it) => self.take_duty(told, &it.place, true, batch),
            News::HandOver(it) => self.take_duty(told, &it.place, false, batch),
            News::Correct { of, text, until_ms } => {
                self.put_said(told, group, (of, CORRECT, text, *until_ms), batch)
            }
            News::Withdraw { of, reason } => {
                self.put_said(told, group, (of, WITHDRAW, reason, None), batch)
            }
            News::Mine { of } => self.put_said(told, group, (of, MINE, "", None), batch),
        }
    }

    fn put_news(
        &mut self,
        told: &Told<'_>,
        group: GroupId,
        it: &Announcement,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let (verdict, Some(person)) = (told.verdict, told.person) else { return Ok(()) };
        let author = self.person(&person)?;
        let mut put = self.conn.prepare_cached(
            "INSERT OR IGNORE INTO news (row, id, in_group, author, official, lamport, claimed,
                 until_ms, text, until_now, read, answers, question, corrected, reason, told, class)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?8, ?9, ?10, ?11, 0, '', 0, ?12)",
        )?;
        let fresh = put.execute(params![
            verdict.row,
            verdict.id.as_bytes(),
            self.groups[&group].number,
            author,
            told.official,
            verdict.header.lamport.cast_signed(),
            sql_ms(verdict.header.claimed.0),
            it.until_ms.map(sql_ms),
            it.text,
            it.answers.as_ref().map(EnvelopeId::as_bytes),
            it.question,
            class_number(it.class),
        ])?;
        drop(put);
        // A request that was answered, or whose message was, has waited no more.
        batch.changes.requests.extend(it.answers);
        batch.changes.requests.extend(it.answers.as_ref().map(case_of));
        if fresh == 0 {
            return Ok(());
        }
        batch.changes.news.insert(verdict.id);
        let marks = talk::NEWS | if told.official { talk::OFFICIAL } else { 0 };
        self.put_row(told, group, (it.text.clone(), it.answers, marks), batch)?;
        self.retell(&verdict.id, batch)
    }

    fn take_forward(
        &mut self,
        told: &Told<'_>,
        group: GroupId,
        (of, note): (&EnvelopeId, &str),
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let row = told.verdict.row;
        batch.changes.news.insert(*of);
        if !told.accepted {
            self.execute("DELETE FROM forwards WHERE row = ?1", [row])?;
            return self.drop_message(row, group, None, batch);
        }
        let put = "INSERT OR IGNORE INTO forwards (row, of, in_group) VALUES (?1, ?2, ?3)";
        let number = self.groups[&group].number;
        self.execute(put, params![row, of.as_bytes(), number])?;
        self.put_row(told, group, (note.to_owned(), Some(*of), talk::FORWARD), batch)
    }

    fn take_duty(
        &self,
        told: &Told<'_>,
        place: &Place,
        is_rota: bool,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        batch.changes.roster = true;
        let verdict = told.verdict;
        batch.changes.news.insert(verdict.id);
        if !told.accepted {
            let gone = "DELETE FROM duty WHERE row = ?1";
            self.execute(gone, [verdict.row])?;
            return Ok(());
        }
        let Some(author) = told.person else { return Ok(()) };
        let put = "INSERT OR IGNORE INTO duty (row, id, place, lamport, is_rota, author)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (id, lamport) = (verdict.id.as_bytes(), verdict.header.lamport.cast_signed());
        let author = author.as_bytes();
        let values = params![verdict.row, id, place_bytes(place), lamport, is_rota, author];
        self.execute(put, values)?;
        Ok(())
    }

    fn put_said(
        &mut self,
        told: &Told<'_>,
        group: GroupId,
        (of, does, text, until_ms): (&EnvelopeId, u8, &str, Option<u64>),
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let verdict = told.verdict;
        let Some(person) = told.person.filter(|_| told.accepted) else {
            let gone = "DELETE FROM news_said WHERE row = ?1";
            self.execute(gone, [verdict.row])?;
            return self.retell(of, batch);
        };
        let mut put = self.conn.prepare_cached(
            "INSERT OR IGNORE INTO news_said
             (row, id, of, in_group, person, official, does, text, until_ms, lamport)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        put.execute(params![
            verdict.row,
            verdict.id.as_bytes(),
            of.as_bytes(),
            self.groups[&group].number,
            person.as_bytes(),
            told.official,
            does,
            text,
            until_ms.map(sql_ms),
            verdict.header.lamport.cast_signed(),
        ])?;
        drop(put);
        self.retell(of, batch)
    }

    /// Reads an announcement anew after something was said about it.
    pub(super) fn retell(&mut self, of: &EnvelopeId, batch: &mut Batch) -> Result<(), StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT n.row, n.in_group, g.id, p.person, n.text, n.until_ms FROM news AS n
             JOIN groups AS g ON g.ref = n.in_group JOIN people AS p ON p.ref = n.author
             WHERE n.id = ?1",
        )?;
        let found = find.query_row([of.as_bytes()], |row| {
            let author = id_from(PersonId::from_bytes, row, 3)?;
            let group = id_from(GroupId::from_bytes, row, 2)?;
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, group, author))
        });
        let Some((row, in_group, group, author)) = found.optional()? else { return Ok(()) };
        drop(find);
        let said = self.said_of(of, in_group)?;
        let (text, until_ms) = self.as_told(row)?;
        let now = fold(&author, until_ms, &said);
        let read =
            if now.withdrawn.is_some() { String::new() } else { now.text.clone().unwrap_or(text) };
        let (withdrawn_by, reason) = now.withdrawn.clone().unzip();
        let mut put = self.conn.prepare_cached(
            "UPDATE news SET read = ?2, until_now = ?3, corrected = ?4, withdrawn_by = ?5,
                 reason = ?6, settled_by = ?7 WHERE row = ?1",
        )?;
        put.execute(params![
            row,
            read,
            now.until_ms.map(sql_ms),
            now.text.is_some(),
            withdrawn_by.map(|it| *it.as_bytes()),
            reason.unwrap_or_default(),
            now.settled_by.map(|it| *it.as_bytes()),
        ])?;
        drop(put);
        self.put_question(row, of, (group, author), batch)?;
        let Some(shown) = self.message(row)? else { return Ok(()) };
        let marks = [
            (now.text.is_some(), talk::EDITED),
            (now.withdrawn.is_some(), talk::WITHDRAWN),
            (now.settled_by.is_some(), talk::SETTLED),
            (self.is_taken_down(of)?, talk::TAKEN_DOWN),
        ];
        let marks =
            marks.into_iter().filter(|(is_so, _)| *is_so).fold(0, |all, (_, bit)| all | bit);
        self.restate(&shown, (read, marks), group, batch)
    }

    /// A question that the office has answered is found as it was asked, as long as the answer stands.
    fn put_question(
        &mut self,
        row: i64,
        of: &EnvelopeId,
        (group, author): (GroupId, PersonId),
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let mut get = self.conn.prepare_cached(
            "SELECT question, claimed FROM news
             WHERE row = ?1 AND question IS NOT NULL AND official AND withdrawn_by IS NULL",
        )?;
        let asked = get.query_row([row], |row| Ok((row.get::<_, String>(0)?, ms(row.get(1)?))));
        let asked = asked.optional()?;
        drop(get);
        let says = asked.map(|(question, claimed)| {
            (group, Some(author), ClaimedTime(claimed.unwrap_or_default()), question)
        });
        self.put_text(Kind::Question, of, says, batch)
    }

    /// Whose words it says now: those of whoever corrected it last, the author's where nobody did.
    pub fn worded_by(&self, line: &NewsLine) -> Result<PersonId, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT s.person FROM news_said AS s JOIN news AS n ON n.id = s.of
             WHERE s.of = ?1 AND s.does = ?2 AND s.in_group = n.in_group
                 AND (s.official OR s.person = ?3)
             ORDER BY s.lamport DESC, s.id DESC LIMIT 1",
        )?;
        let author = line.person;
        let corrects = params![line.id.as_bytes(), CORRECT, author.as_bytes()];
        let last = find.query_row(corrects, |row| id_from(PersonId::from_bytes, row, 0));
        Ok(last.optional()?.unwrap_or(author))
    }

    fn as_told(&self, row: i64) -> Result<(String, Option<u64>), StoreError> {
        let mut get = self.conn.prepare_cached("SELECT text, until_ms FROM news WHERE row = ?1")?;
        Ok(get.query_row([row], |row| Ok((row.get(0)?, ms(row.get(1)?))))?)
    }

    /// Rule 1.
    fn said_of(&self, of: &EnvelopeId, in_group: i64) -> Result<Vec<Said>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id, person, official, does, text, until_ms, lamport FROM news_said
             WHERE of = ?1 AND (in_group = ?2 OR does = 3)",
        )?;
        let rows = find.query_map(params![of.as_bytes(), in_group], |row| {
            let (does, text): (u8, String) = (row.get(3)?, row.get(4)?);
            let word = match does {
                CORRECT => Word::Correct(text, ms(row.get(5)?)),
                WITHDRAW => Word::Withdraw(text),
                _ => Word::Mine,
            };
            Ok(Said {
                at: (
                    row.get::<_, i64>(6)?.cast_unsigned(),
                    id_from(EnvelopeId::from_bytes, row, 0)?,
                ),
                who: id_from(PersonId::from_bytes, row, 1)?,
                official: row.get(2)?,
                word,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Questions about announcements; all of them fail only where the disk says no.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
impl Views {
    /// One announcement.
    pub fn news_line(&self, id: &EnvelopeId) -> Result<Option<NewsLine>, StoreError> {
        let mut get = self.conn.prepare_cached(&format!("{LINE} WHERE n.id = ?1"))?;
        Ok(get.query_row([id.as_bytes()], news_line).optional()?)
    }

    /// Announcements by rule 3, the newest first; where `all` is not said, only what was neither taken back
    /// nor settled and has not run out. Of an alert that whoever said it may not say, it is the reader who
    /// knows.
    pub fn news(&self, of: NewsOf, now_ms: u64, all: bool) -> Result<Vec<NewsLine>, StoreError> {
        let (class, last) = match of {
            NewsOf::Alerts => (format!("class = {}", class_number(NewsClass::Alert)), u32::MAX),
            NewsOf::Any => ("TRUE".to_owned(), NEWS_MAX),
            NewsOf::ToCarry => (format!("class <> {}", class_number(NewsClass::Answer)), NEWS_MAX),
        };
        let sql = format!(
            "{LINE} JOIN (
                 SELECT row AS held, ROW_NUMBER() OVER
                     (PARTITION BY class, author ORDER BY claimed > ?1, claimed DESC, id) AS nth
                 FROM news WHERE {class} AND (?2 IS NULL OR (withdrawn_by IS NULL
                     AND settled_by IS NULL AND (until_now IS NULL OR until_now > ?2)))
             ) ON held = n.row WHERE nth <= {NEWS_PER_AUTHOR_MAX}
             ORDER BY n.claimed > ?1, n.claimed DESC, n.id LIMIT {last}"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let believed = sql_ms(now_ms.saturating_add(AHEAD_MS));
        let standing_at = (!all).then(|| sql_ms(now_ms));
        let lines = find.query_map(params![believed, standing_at], news_line)?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// Official answers that are saved to be found again and were not taken back, newest first.
    pub fn saved_answers(&self) -> Result<Vec<NewsLine>, StoreError> {
        let sql = format!(
            "{LINE} WHERE n.question IS NOT NULL AND n.official AND n.withdrawn_by IS NULL \
             ORDER BY n.claimed DESC, n.id LIMIT {ANSWERS_MAX}"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        Ok(find.query_map([], news_line)?.collect::<Result<_, _>>()?)
    }

    /// Official answers to a message or request, the first first.
    pub fn answers_to(&self, id: &EnvelopeId) -> Result<Vec<NewsLine>, StoreError> {
        let sql = format!(
            "{LINE} WHERE n.answers = ?1 AND n.official AND n.withdrawn_by IS NULL \
             ORDER BY n.lamport, n.id LIMIT {NEWS_MAX}"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        Ok(find.query_map([id.as_bytes()], news_line)?.collect::<Result<_, _>>()?)
    }

    /// The groups in which somebody showed it.
    pub fn forwarded_into(&self, of: &EnvelopeId) -> Result<Vec<GroupId>, StoreError> {
        self.forwarded.get_or(self.writes(), *of, || {
            let mut find = self.conn.prepare_cached(
                "SELECT DISTINCT g.id FROM forwards AS f JOIN groups AS g ON g.ref = f.in_group
                 WHERE f.of = ?1 ORDER BY g.ref LIMIT 200",
            )?;
            let rows =
                find.query_map([of.as_bytes()], |row| id_from(GroupId::from_bytes, row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Is this home told of it for the first time? Notes that it was.
    pub fn tell_once(&self, id: &EnvelopeId) -> Result<bool, StoreError> {
        let put = "UPDATE news SET told = 1 WHERE id = ?1 AND NOT told";
        Ok(self.execute(put, [id.as_bytes()])? > 0)
    }

    /// The rotas of every place, or the hand-overs, by those whose word on it may count; the last first, and
    /// of each author so many. Whoever may not say it takes no place from those who may.
    pub fn duty(
        &self,
        is_rota: bool,
        may: &dyn Fn(&PersonId) -> bool,
    ) -> Result<Vec<DutyLine>, StoreError> {
        let mut authors = self.conn.prepare_cached(
            "SELECT DISTINCT author FROM duty WHERE is_rota = ?1 ORDER BY author",
        )?;
        let authors = authors
            .query_map([is_rota], |row| id_from(PersonId::from_bytes, row, 0))?
            .collect::<Result<Vec<_>, _>>()?;
        let mut find = self.conn.prepare_cached(
            "SELECT id, place, lamport FROM duty WHERE is_rota = ?1 AND author = ?2
             ORDER BY lamport DESC, id DESC LIMIT ?3",
        )?;
        let mut lines: Vec<(i64, DutyLine)> = Vec::new();
        for author in authors.iter().filter(|author| may(author)) {
            let values = params![is_rota, author.as_bytes(), HAND_OVERS_MAX];
            let rows = find.query_map(values, |row| {
                let place: Vec<u8> = row.get(1)?;
                let id = id_from(EnvelopeId::from_bytes, row, 0)?;
                Ok((row.get(2)?, DutyLine { id, place: remarks::place(&place) }))
            })?;
            lines.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        lines.sort_by(|(one, it), (other, that)| (other, that.id).cmp(&(one, it.id)));
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }
}

fn news_line(row: &Row<'_>) -> rusqlite::Result<NewsLine> {
    let person = |at| row.get::<_, Option<[u8; 32]>>(at).map(|it| it.map(PersonId::from_bytes));
    Ok(NewsLine {
        id: id_from(EnvelopeId::from_bytes, row, 0)?,
        group: id_from(GroupId::from_bytes, row, 1)?,
        group_name: row.get(2)?,
        person: id_from(PersonId::from_bytes, row, 3)?,
        official: row.get(4)?,
        claimed_ms: row.get::<_, i64>(5)?.cast_unsigned(),
        until_ms: ms(row.get(6)?),
        text: row.get(7)?,
        question: row.get(8)?,
        corrected: row.get(9)?,
        withdrawn_by: person(10)?,
        reason: row.get(11)?,
        settled_by: person(12)?,
    })
}

/// A moment as SQLite holds it: what lies beyond its numbers is the end of time.
fn sql_ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn ms(sql: Option<i64>) -> Option<u64> {
    sql.map(i64::cast_unsigned)
}

/// The ids of a place's path, one after the other.
pub(super) fn place_bytes(place: &Place) -> Vec<u8> {
    place.0.iter().flat_map(|id| *id.as_bytes()).collect()
}
