//! Finding: an index over everything that is shown, newest first.
//!
//! Everything that can be found has a place in one row of numbers: the day on which its author says
//! it was written, and within the day the order in which it came here. The index is asked from the
//! highest number down and stops when the page is full, so a word that stands in every tenth
//! message costs no more than one that nobody ever wrote ([why](../../../../docs/decisions/0044-search.md)).
//!
//! # Rules
//!
//! 1. The index only proposes. Every proposal is read as it stands now and judged by
//!    [`Pieces::are_in`]; results are those of a look at every text, in the same order.
//! 2. A batch notes what stood in the index *before* it changed a text, and the index follows once,
//!    at the batch's end, in rising order: anything else would cut it into a thousand pieces.
//! 3. Who asks says what he may read; nothing is filtered by not being indexed.
//! 4. One question looks at a bounded number of texts, then says where to go on.
//!
//! # Deliberately absent
//!
//! Ranking. What is newest is what people look for, and two nodes must agree.

mod pieces;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use crdt::{
    body::DocumentForm,
    document::{DocumentState, Fact, RequestFacts},
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    time::ClaimedTime,
};
use rusqlite::{OptionalExtension, params};

use super::{Batch, Folded, Views, id_from, talk};
use crate::store::{error::StoreError, truth::Truth};

pub use pieces::{Pieces, likeness, words};

/// Places that one day has: sixteen million. A day with more goes on in the next.
const DAY_BITS: u32 = 24;

/// Days that are told apart: until the year 2149.
const DAYS_MAX: u64 = 65_535;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How many texts one question looks at.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// The newest, one by one: what is common is among them, and only what is rare is worth a
    /// question to the index.
    newest: u32,
    /// In all.
    all: u32,
}

const BOUNDS: Bounds = Bounds { newest: 256, all: 20_000 };

/// What can be found. The numbers stand in the file; a new kind takes the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A message, by its row in the truth.
    Message = 0,
    /// A request's title, facts and checklist, what came of visits, and what its files are called.
    Request = 1,
    /// What a group's board says.
    Board = 2,
    /// A question that the office has answered for everybody.
    Question = 3,
    /// What a vote is about, and what can be chosen.
    Vote = 4,
    /// What rides that recur are called.
    Series = 5,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Message, Self::Request, Self::Board, Self::Question, Self::Vote, Self::Series];
    /// Bits that a kind takes in the file, with room for more of them.
    const BITS: u32 = 4;
}

/// One thing that can be found: a kind, and its row in the kind's own table.
pub(super) type Thing = (Kind, i64);

/// A text as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Indexed {
    in_group: i64,
    author: Option<i64>,
    claimed: i64,
    text: String,
}

/// What somebody looks for.
#[derive(Clone, Debug)]
pub struct Sought {
    /// What must stand in it.
    pub pieces: Pieces,
    /// Only in this group.
    pub group: Option<GroupId>,
    /// Only by this person.
    pub author: Option<PersonId>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Not older, by the author's clock.
    pub since: Option<ClaimedTime>,
    /// Older, by the author's clock.
    pub until: Option<ClaimedTime>,
    /// So many at most.
    pub last: usize,
    /// Only behind this place, as [`Found::more`] said.
    pub before: Option<i64>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    /// What it is.
    pub kind: Kind,
    /// The message, the request, the answer, the vote, the series, or the group whose board it is.
    pub id: EnvelopeId,
    /// In which group.
    pub group: GroupId,
    /// Who wrote it; none where several did.
    pub author: Option<PersonId>,
    /// All that it says.
    pub text: String,
    /// What the author's clock said.
    pub claimed: ClaimedTime,
    /// Taken down by an owner of the group.
    pub taken_down: bool,
}

/// A page of what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Newest first.
    pub lines: Vec<FoundLine>,
    /// Where to go on; none where that is all.
    pub more: Option<i64>,
}

/// A change of the index; in the order in which the index wants them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    place: i64,
    enters: bool,
    grams: String,
}

impl Indexed {
    fn day(&self) -> u64 {
        (self.claimed.cast_unsigned() / DAY_MS).min(DAYS_MAX)
    }

    /// Everything by which the index finds it. No text can make up the last three.
    fn grams(&self, kind: Kind) -> String {
        let mut all: Vec<String> = pieces::grams(&self.text).into_iter().collect();
        all.push(group_gram(self.in_group));
        all.extend(self.author.map(author_gram));
        all.extend((kind != Kind::Message).then(|| kind_gram(kind)));
        all.join(" ")
    }
}

fn group_gram(number: i64) -> String {
    format!("\u{e000}g{number}")
}

fn author_gram(number: i64) -> String {
    format!("\u{e000}a{number}")
}

fn kind_gram(kind: Kind) -> String {
    format!("\u{e000}k{}", kind as u8)
}

fn to_number((kind, row): Thing) -> i64 {
    (row << Kind::BITS) | i64::from(kind as u8)
}

fn from_number(number: i64) -> Option<Thing> {
    let kind = number & ((1 << Kind::BITS) - 1);
    let kind = Kind::ALL.into_iter().find(|it| i64::from(*it as u8) == kind)?;
    Some((kind, number >> Kind::BITS))
}

/// The first place of a day.
fn begin_of(day: u64) -> i64 {
    (day << DAY_BITS).cast_signed()
}

impl Views {
    /// Rule 2: notes what the index says of a thing, before the thing changes.
    pub(super) fn before_change(&self, thing: Thing, batch: &mut Batch) -> Result<(), StoreError> {
        if let Entry::Vacant(first) = batch.found.entry(thing) {
            first.insert(self.indexed(thing)?);
        }
        Ok(())
    }

    /// What is to be found of a thing now.
    fn indexed(&self, (kind, row): Thing) -> Result<Option<Indexed>, StoreError> {
        let sql = match kind {
            Kind::Message => {
                "SELECT in_group, author, claimed, text FROM messages WHERE row = ?1 AND state & 1"
            }
            _ => "SELECT in_group, author, claimed, text FROM texts WHERE ref = ?1",
        };
        let mut get = self.conn.prepare_cached(sql)?;
        let found = get.query_row([row], |row| {
            Ok(Indexed {
                in_group: row.get(0)?,
                author: row.get(1)?,
                claimed: row.get(2)?,
                text: row.get(3)?,
            })
        });
        Ok(found.optional()?.filter(|it| !it.text.is_empty()))
    }

    /// Writes what can be found of something that is not a message; nothing of it where there is no
    /// text. Whatever else becomes findable comes in here.
    pub(super) fn put_text(
        &mut self,
        kind: Kind,
        id: &EnvelopeId,
        says: Option<(GroupId, Option<PersonId>, ClaimedTime, String)>,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let mut find =
            self.conn.prepare_cached("SELECT ref FROM texts WHERE kind = ?1 AND id = ?2")?;
        let row: Option<i64> =
            find.query_row(params![kind as u8, id.as_bytes()], |row| row.get(0)).optional()?;
        drop(find);
        if let Some(row) = row {
            self.before_change((kind, row), batch)?;
        }
        let Some((group, author, claimed, text)) = says else {
            if let Some(row) = row {
                self.execute("DELETE FROM texts WHERE ref = ?1", [row])?;
            }
            return Ok(());
        };
        let author = author.map(|author| self.person(&author)).transpose()?;
        let in_group = self.groups[&group].number;
        let mut put = self.conn.prepare_cached(
            "INSERT INTO texts (kind, id, in_group, author, claimed, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (kind, id) DO UPDATE SET in_group = ?3, author = ?4, claimed = ?5, text = ?6
             RETURNING ref",
        )?;
        let claimed = claimed.0.cast_signed();
        let all = params![kind as u8, id.as_bytes(), in_group, author, claimed, text];
        let row: i64 = put.query_row(all, |row| row.get(0))?;
        drop(put);
        batch.found.entry((kind, row)).or_insert(None);
        Ok(())
    }

    /// What can be found of a request.
    pub(super) fn put_request_text(
        &mut self,
        id: &RequestId,
        asked: Option<(&Folded, &RequestFacts)>,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let says = asked.map(|(folded, facts)| {
            let mut lines = Vec::new();
            for (fact, first) in
                [(Fact::Title, &folded.case.title), (Fact::Details, &folded.case.details)]
            {
                if facts.get(fact).now.is_none() {
                    lines.push(first.clone());
                }
            }
            for fact in Fact::ALL.into_iter().filter(|fact| *fact != Fact::Phone) {
                let field = facts.get(fact);
                lines.push(field.text().to_owned());
                lines.extend(field.rivals.iter().map(|rival| rival.text.clone()));
            }
            lines.extend(facts.checklist.iter().map(|item| item.text.clone()));
            let case = &folded.case;
            lines.extend(case.visits.iter().map(|(_, visit)| visit.outcome.clone()));
            let first = case.terms.photos.iter().flatten();
            let files = first.chain(case.added.iter().flat_map(|added| &added.attachments));
            lines.extend(files.map(|file| file.name.clone()));
            let author = Some(folded.case.requester);
            (folded.group, author, folded.claimed, joined(&lines))
        });
        self.put_text(Kind::Request, id, says, batch)
    }

    /// What can be found of a group's board; its time is that of the newest change.
    pub(super) fn put_board_text(
        &mut self,
        group: GroupId,
        board: &DocumentState,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        if !self.groups.contains_key(&group) {
            return Ok(());
        }
        let document = crdt::gate::document_of(DocumentForm::Group, &group);
        let changes = truth.read().changes_of(&document)?;
        let newest = changes.iter().map(|change| change.header.claimed).max().unwrap_or_default();
        let board = board.board();
        let mut lines = vec![board.description.text().to_owned()];
        lines.extend(board.pins.iter().map(|pin| pin.text.clone()));
        self.put_text(Kind::Board, &group, Some((group, None, newest, joined(&lines))), batch)
    }

    /// Rule 2: has the index follow what the batch has changed.
    pub(super) fn index(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        let mut fresh: Vec<(u64, Thing, Indexed)> = Vec::new();
        let mut changes = BTreeSet::new();
        for (thing, was) in std::mem::take(&mut batch.found) {
            let now = self.indexed(thing)?;
            if now == was {
                continue;
            }
            let Some(was) = was else {
                fresh.extend(now.map(|now| (now.day(), thing, now)));
                continue;
            };
            let Some(place) = self.place_of(thing)? else { continue };
            changes.insert(Change { place, enters: false, grams: was.grams(thing.0) });
            match now {
                Some(now) if now.day() == was.day() => {
                    changes.insert(Change { place, enters: true, grams: now.grams(thing.0) });
                }
                now => {
                    self.execute("DELETE FROM found WHERE place = ?1", [place])?;
                    fresh.extend(now.map(|now| (now.day(), thing, now)));
                }
            }
        }
        fresh.sort_by_key(|(_, thing, now)| (now.claimed, *thing));
        let mut next = BTreeMap::new();
        for (day, thing, now) in fresh {
            let place = self.next_place(day, &mut next)?;
            let mut put =
                self.conn.prepare_cached("INSERT INTO found (place, thing) VALUES (?1, ?2)")?;
            put.execute([place, to_number(thing)])?;
            changes.insert(Change { place, enters: true, grams: now.grams(thing.0) });
        }
        for Change { place, enters, grams } in changes {
            let sql = match enters {
                true => "INSERT INTO grams (rowid, gram) VALUES (?1, ?2)",
                false => "INSERT INTO grams (grams, rowid, gram) VALUES ('delete', ?1, ?2)",
            };
            self.execute(sql, params![place, grams])?;
        }
        Ok(())
    }

    fn place_of(&self, thing: Thing) -> Result<Option<i64>, StoreError> {
        let mut get = self.conn.prepare_cached("SELECT place FROM found WHERE thing = ?1")?;
        Ok(get.query_row([to_number(thing)], |row| row.get(0)).optional()?)
    }

    /// A place of this day that nobody has; `next` remembers the next one of each day.
    fn next_place(&self, day: u64, next: &mut BTreeMap<u64, i64>) -> Result<i64, StoreError> {
        let mut day = day;
        loop {
            let place = match next.get(&day) {
                Some(place) => *place,
                None => {
                    let mut last = self.conn.prepare_cached(
                        "SELECT max(place) FROM found WHERE place >= ?1 AND place < ?2",
                    )?;
                    let last: Option<i64> =
                        last.query_row([begin_of(day), begin_of(day + 1)], |row| row.get(0))?;
                    last.map_or(begin_of(day), |last| last + 1)
                }
            };
            if place < begin_of(day + 1) {
                next.insert(day, place + 1);
                return Ok(place);
            }
            next.insert(day, place);
            day += 1;
        }
    }

    /// What somebody looks for, newest first, as far as `may_read` lets him.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn search(
        &self,
        sought: &Sought,
        may_read: impl Fn(&FoundLine) -> bool,
    ) -> Result<Found, StoreError> {
        self.search_within(BOUNDS, sought, may_read)
    }

    fn search_within(
        &self,
        bounds: Bounds,
        sought: &Sought,
        may_read: impl Fn(&FoundLine) -> bool,
    ) -> Result<Found, StoreError> {
        let day_of = |at: ClaimedTime| (at.0 / DAY_MS).min(DAYS_MAX);
        let since = sought.since.map_or(0, |at| begin_of(day_of(at)));
        let until = sought.until.map_or(i64::MAX, |at| begin_of(day_of(at) + 1));
        let before = sought.before.unwrap_or(i64::MAX).min(until);
        let (lines, looked, last) = (Vec::new(), 0, None);
        let mut page = Page { views: self, sought, may_read, lines, looked, last };
        let newest = "SELECT place FROM found WHERE place < ?1 AND place >= ?2 ORDER BY place DESC";
        let mut is_all = page.walk(newest, params![before, since], bounds.newest)?;
        if let (false, false, Some(last)) = (is_all, page.is_full(), page.last) {
            let proposed = "SELECT rowid FROM grams WHERE grams MATCH ?3 AND rowid < ?1 \
                            AND rowid >= ?2 ORDER BY rowid DESC";
            is_all = match self.asked(sought) {
                Some(asked) => page.walk(proposed, params![last, since, asked], bounds.all)?,
                None => true,
            };
        }
        Ok(Found { more: page.last.filter(|_| !is_all), lines: page.lines })
    }

    /// The question in the index's language; none where somebody is meant who never wrote here.
    fn asked(&self, sought: &Sought) -> Option<String> {
        let mut all = sought.pieces.asked();
        if let Some(group) = &sought.group {
            all.push(format!("\"{}\"", group_gram(self.groups.get(group)?.number)));
        }
        if let Some(author) = &sought.author {
            all.push(format!("\"{}\"", author_gram(*self.people.get(author)?)));
        }
        if let Some(kind) = sought.kind.filter(|kind| *kind != Kind::Message) {
            all.push(format!("\"{}\"", kind_gram(kind)));
        }
        Some(all.join(" AND "))
    }

    /// What stands at a place, as it reads now.
    fn line_at(&self, place: i64) -> Result<Option<FoundLine>, StoreError> {
        let mut get = self.conn.prepare_cached("SELECT thing FROM found WHERE place = ?1")?;
        let thing: Option<i64> = get.query_row([place], |row| row.get(0)).optional()?;
        let Some((kind, row)) = thing.and_then(from_number) else { return Ok(None) };
        let sql = match kind {
            Kind::Message => {
                "SELECT m.id, g.id, p.person, m.text, m.claimed, m.state FROM messages AS m
                 JOIN groups AS g ON g.ref = m.in_group JOIN people AS p ON p.ref = m.author
                 WHERE m.row = ?1 AND m.state & 1"
            }
            _ => {
                "SELECT t.id, g.id, p.person, t.text, t.claimed, 0 FROM texts AS t
                 JOIN groups AS g ON g.ref = t.in_group LEFT JOIN people AS p ON p.ref = t.author
                 WHERE t.ref = ?1"
            }
        };
        let mut get = self.conn.prepare_cached(sql)?;
        let line = get.query_row([row], |row| {
            let author: Option<[u8; 32]> = row.get(2)?;
            Ok(FoundLine {
                kind,
                id: id_from(EnvelopeId::from_bytes, row, 0)?,
                group: id_from(GroupId::from_bytes, row, 1)?,
                author: author.map(PersonId::from_bytes),
                text: row.get(3)?,
                claimed: ClaimedTime(row.get::<_, i64>(4)?.cast_unsigned()),
                taken_down: row.get::<_, i64>(5)? & talk::TAKEN_DOWN != 0,
            })
        });
        Ok(line.optional()?)
    }
}

/// A page as it fills.
struct Page<'a, F> {
    views: &'a Views,
    sought: &'a Sought,
    may_read: F,
    lines: Vec<FoundLine>,
    looked: u32,
    last: Option<i64>,
}

impl<F: Fn(&FoundLine) -> bool> Page<'_, F> {
    fn is_full(&self) -> bool {
        self.lines.len() >= self.sought.last
    }

    /// Goes down a list of places until the page is full, or so many were looked at; was that all?
    fn walk(
        &mut self,
        sql: &str,
        params: impl rusqlite::Params,
        looked_max: u32,
    ) -> Result<bool, StoreError> {
        let mut find = self.views.conn.prepare_cached(sql)?;
        let mut rows = find.query(params)?;
        while let Some(row) = rows.next()? {
            if self.is_full() || self.looked >= looked_max {
                return Ok(false);
            }
            let place = row.get(0)?;
            (self.last, self.looked) = (Some(place), self.looked + 1);
            let line = self.views.line_at(place)?;
            self.lines.extend(line.filter(|it| self.sought.takes(it) && (self.may_read)(it)));
        }
        Ok(true)
    }
}

impl Sought {
    /// Rule 1: is this what is looked for?
    fn takes(&self, line: &FoundLine) -> bool {
        self.kind.is_none_or(|kind| kind == line.kind)
            && self.group.is_none_or(|group| group == line.group)
            && self.author.is_none_or(|author| Some(author) == line.author)
            && self.since.is_none_or(|since| line.claimed >= since)
            && self.until.is_none_or(|until| line.claimed < until)
            && self.pieces.are_in(&line.text)
    }
}

pub(super) fn joined(lines: &[String]) -> String {
    let mut all: Vec<&str> = lines.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    let mut seen = BTreeSet::new();
    all.retain(|line| seen.insert(*line));
    all.join("\n")
}
