//! The lists as pages and commands read them. Every query has a limit and an index that serves it.

use crdt::{
    body::Place,
    id::{EnvelopeId, GroupId, PersonId, RequestId, ScopeId},
    time::ClaimedTime,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Views, fingerprint, id_from, remarks, talk};
use crate::store::error::StoreError;

/// Rows of one list at most; a page shows fewer and asks again.
pub const ROWS_MAX: u32 = 10_000;

/// Unread messages of one group that are counted: whoever has more reads "many".
pub const UNREAD_MAX: u32 = 999;

/// A group's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupLine {
    /// Its id.
    pub id: GroupId,
    /// Its scope.
    pub scope: ScopeId,
    /// Its name; empty until its board has arrived.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Messages that are shown.
    pub messages: u64,
    /// Over what is visible, in sixteen digits.
    pub state: String,
}

/// A message's line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "marks that a page shows, one by one")]
pub struct MessageLine {
    /// The envelope's row in the truth.
    pub row: i64,
    /// Its id.
    pub id: EnvelopeId,
    /// Who wrote it.
    pub person: PersonId,
    /// His name, if he has a card.
    pub author: String,
    /// His home.
    pub home: String,
    /// As it reads now.
    pub text: String,
    /// What his clock said.
    pub claimed: ClaimedTime,
    /// The message that it answers.
    pub reply_to: Option<EnvelopeId>,
    /// Written under an office role.
    pub official: bool,
    /// Taken back.
    pub withdrawn: bool,
    /// Taken down by an owner of the group.
    pub taken_down: bool,
    /// Shown only because what counts cites it.
    pub flagged: bool,
    /// Said differently since.
    pub edited: bool,
    /// Came from a file.
    pub imported: bool,
    /// Written by this installation.
    pub mine: bool,
    /// The announcement that it is.
    pub news: Option<EnvelopeId>,
    /// Somebody showed it here: it stands in another group.
    pub forwarded: bool,
}

/// A request's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// Its id.
    pub id: RequestId,
    /// Its group.
    pub group: GroupId,
    /// The group's name.
    pub group_name: String,
    /// The spoken code.
    pub code: String,
    /// What is wanted.
    pub title: String,
    /// As `lifecycle` names it.
    pub status: String,
    /// 1 … 4.
    pub urgency: u8,
    /// The first holder.
    pub holder: Option<PersonId>,
    /// Not granted yet.
    pub provisional: bool,
    /// Who asked.
    pub requester: PersonId,
    /// Facts that need a word.
    pub conflicts: u64,
    /// What the clock of whoever asked said.
    pub claimed: ClaimedTime,
    /// Its kind, as `lifecycle` names it.
    pub kind: String,
    /// Since when somebody holds it whom nobody has confirmed, in claimed milliseconds.
    pub held: Option<u64>,
}

/// A person's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Who.
    pub person: PersonId,
    /// The name that neighbours see.
    pub name: String,
    /// The home.
    pub home: String,
    /// Does the box stand in an office?
    pub office: bool,
    /// Where the home lies; the community where nobody said so.
    pub place: Place,
}

const MESSAGE: &str = "SELECT m.row, m.id, p.person, p.name, p.home, m.text, m.claimed, m.reply_to, \
     m.state, m.lamport FROM messages AS m JOIN people AS p ON p.ref = m.author ";

const REQUEST: &str = "SELECT r.id, g.id, g.name, r.code, r.title, r.status, r.urgency, r.holder, \
     r.provisional, r.requester, r.conflicts, r.claimed, c.kind, c.held \
     FROM requests AS r JOIN groups AS g ON g.ref = r.in_group \
     JOIN cases AS c ON c.request = r.id ";

impl Views {
    /// The last verdict that is in here.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn applied(&self) -> Result<i64, StoreError> {
        let mut find = self.conn.prepare_cached("SELECT judged FROM applied")?;
        Ok(find.query_row([], |row| row.get(0))?)
    }

    /// All groups, in the order in which they came to be known here.
    ///
    /// # Errors
    ///
    /// Where the disk says no; so for every list below.
    pub fn groups(&self) -> Result<Vec<GroupLine>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id, scope, name, description, messages, state FROM groups ORDER BY ref",
        )?;
        let rows = find.query_map([], |row| {
            let state: Vec<u8> = row.get(5)?;
            Ok(GroupLine {
                id: id_from(GroupId::from_bytes, row, 0)?,
                scope: id_from(ScopeId::from_bytes, row, 1)?,
                name: row.get(2)?,
                description: row.get(3)?,
                messages: row.get::<_, i64>(4)?.unsigned_abs(),
                state: fingerprint(&state).short(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The newest `last` shown messages of a group, oldest of them first; before `before`, if given.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn log(
        &self,
        group: &GroupId,
        last: u32,
        before: Option<&EnvelopeId>,
    ) -> Result<Vec<MessageLine>, StoreError> {
        let Some(in_group) = self.groups.get(group).map(|group| group.number) else {
            return Ok(Vec::new());
        };
        log_of(&self.conn, in_group, last, before)
    }

    /// The message in this row of the truth, where it is shown.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn message_in(&self, row: i64) -> Result<Option<MessageLine>, StoreError> {
        let sql = format!("{MESSAGE} WHERE m.row = ?1 AND m.state & 1");
        Ok(self.conn.prepare_cached(&sql)?.query_row([row], message_line).optional()?)
    }

    /// The message of a group that came here last: its row in the truth; 0 where there is none.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn newest_in(&self, group: &GroupId) -> Result<i64, StoreError> {
        let Some(group) = self.groups.get(group) else { return Ok(0) };
        let sql = "SELECT coalesce(max(row), 0) FROM messages WHERE in_group = ?1 AND state & 1";
        let mut find = self.conn.prepare_cached(sql)?;
        Ok(find.query_row([group.number], |row| row.get(0))?)
    }

    /// How many messages of others came to a group behind this row, counted up to `UNREAD_MAX`.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn unread_in(
        &self,
        group: &GroupId,
        reader: Option<&PersonId>,
        behind: i64,
    ) -> Result<u64, StoreError> {
        let Some(group) = self.groups.get(group) else { return Ok(0) };
        let own = reader.and_then(|reader| self.people.get(reader)).copied().unwrap_or_default();
        self.unread.get_or(self.writes(), (group.number, own, behind), || {
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM messages
                 WHERE in_group = ?1 AND row > ?2 AND author <> ?3 AND state & 1 LIMIT {UNREAD_MAX})"
            );
            let mut find = self.conn.prepare_cached(&sql)?;
            let count: i64 = find.query_row([group.number, behind, own], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    /// Requests, most urgent first, then longest waiting; also those that are over, if wanted.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn requests(&self, all: bool) -> Result<Vec<RequestLine>, StoreError> {
        let sql = format!(
            "{REQUEST} WHERE r.is_over <= ?1 AND c.kind <> 'activity' \
             ORDER BY r.is_over, r.urgency DESC, r.lamport, r.id LIMIT {ROWS_MAX}"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map([all], request_line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What somebody asked for, and what he holds of others', so many of each; neither is over. Most
    /// urgent first, then longest waiting.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn requests_concerning(
        &self,
        person: &PersonId,
        last: u32,
    ) -> Result<Vec<RequestLine>, StoreError> {
        let mut lines = Vec::new();
        for his in ["r.requester = ?1", "r.holder = ?1 AND r.requester <> ?1"] {
            let sql = format!(
                "{REQUEST} WHERE r.is_over = 0 AND {his} AND c.kind <> 'activity' \
                 ORDER BY r.urgency DESC, r.lamport, r.id LIMIT ?2"
            );
            let mut find = self.conn.prepare_cached(&sql)?;
            for line in find.query_map(params![person.as_bytes(), last], request_line)? {
                lines.push(line?);
            }
        }
        Ok(lines)
    }

    /// One request.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn request(&self, id: &RequestId) -> Result<Option<RequestLine>, StoreError> {
        let mut get = self.conn.prepare_cached(&format!("{REQUEST} WHERE r.id = ?1"))?;
        Ok(get.query_row([id.as_bytes()], request_line).optional()?)
    }

    /// The most urgent request that is open and not `other`: what to offer to whoever lost a claim.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn next_open(&self, other: &RequestId) -> Result<Option<RequestLine>, StoreError> {
        let sql = format!(
            "{REQUEST} WHERE r.is_over = 0 AND r.status = 'open' AND r.id <> ?1 \
             AND c.kind <> 'activity' \
             ORDER BY r.urgency DESC, r.lamport, r.id LIMIT 1"
        );
        let mut get = self.conn.prepare_cached(&sql)?;
        Ok(get.query_row([other.as_bytes()], request_line).optional()?)
    }

    /// Requests whose spoken code this is, or whose id begins with these hexadecimal digits.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn find_requests(&self, text: &str) -> Result<Vec<RequestId>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM requests WHERE code = ?1 OR lower(hex(id)) LIKE ?2 LIMIT 10",
        )?;
        let prefix = text.strip_prefix("env-").unwrap_or(text).to_lowercase();
        let hexadecimal = prefix.len() >= 4 && prefix.chars().all(|c| c.is_ascii_hexdigit());
        let like = if hexadecimal { format!("{prefix}%") } else { String::new() };
        let rows =
            find.query_map(params![text, like], |row| id_from(RequestId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everybody who has a card.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn people(&self) -> Result<Vec<PersonLine>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT person, name, home, office, place FROM people ORDER BY home, name, ref",
        )?;
        let rows = find.query_map([], person_line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a group is called, as far as it is known here; empty until its board has come.
    pub fn group_name(&self, group: &GroupId) -> Option<&str> {
        self.groups.get(group).map(|it| it.name.as_str())
    }

    /// What is pinned to a group's board, in its order: keys and texts.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn pins(&self, group: &GroupId) -> Result<Vec<(String, String)>, StoreError> {
        let Some(group) = self.groups.get(group) else { return Ok(Vec::new()) };
        let mut find = self
            .conn
            .prepare_cached("SELECT key, text FROM pins WHERE in_group = ?1 ORDER BY place")?;
        let rows = find.query_map([group.number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whoever calls himself so, ascending by home.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn people_called(&self, name: &str) -> Result<Vec<PersonId>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT person FROM people WHERE name = ?1 ORDER BY home, ref")?;
        let rows = find.query_map([name], |row| id_from(PersonId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One person's card.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn card(&self, person: &PersonId) -> Result<Option<PersonLine>, StoreError> {
        let mut get = self.conn.prepare_cached(
            "SELECT person, name, home, office, place FROM people WHERE person = ?1",
        )?;
        Ok(get.query_row([person.as_bytes()], person_line).optional()?)
    }

    /// What one person is called: the name, or the beginning of the id.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn name_of(&self, person: &PersonId) -> Result<String, StoreError> {
        let name = self.card(person)?.map(|card| card.name).unwrap_or_default();
        Ok(if name.is_empty() { person.to_string() } else { name })
    }
}

fn log_of(
    conn: &Connection,
    in_group: i64,
    last: u32,
    before: Option<&EnvelopeId>,
) -> Result<Vec<MessageLine>, StoreError> {
    let end: Option<(i64, Vec<u8>)> = match before {
        None => None,
        Some(id) => {
            let mut get = conn.prepare_cached(
                "SELECT lamport, id FROM messages WHERE in_group = ?1 AND id = ?2 LIMIT 1",
            )?;
            get.query_row(params![in_group, id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?
        }
    };
    let (lamport, id) = end.unwrap_or((i64::MAX, vec![0xff; 33]));
    let sql = format!(
        "{MESSAGE} WHERE m.in_group = ?1 AND m.state & 1 AND m.lamport <= ?2 \
         AND (m.lamport, m.id) < (?2, ?3) ORDER BY m.lamport DESC, m.id DESC LIMIT ?4"
    );
    let mut find = conn.prepare_cached(&sql)?;
    let limit = last.min(ROWS_MAX);
    let rows = find.query_map(params![in_group, lamport, id, limit], message_line)?;
    let mut lines: Vec<MessageLine> = rows.collect::<Result<_, _>>()?;
    lines.reverse();
    Ok(lines)
}

fn message_line(row: &rusqlite::Row<'_>) -> rusqlite::Result<MessageLine> {
    let state: i64 = row.get(8)?;
    let reply_to: Option<[u8; 32]> = row.get(7)?;
    let person = id_from(PersonId::from_bytes, row, 2)?;
    let name: String = row.get(3)?;
    let id = id_from(EnvelopeId::from_bytes, row, 1)?;
    let reply_to = reply_to.map(EnvelopeId::from_bytes);
    let forwarded = state & talk::FORWARD != 0;
    let is_news = state & talk::NEWS != 0;
    Ok(MessageLine {
        row: row.get(0)?,
        id,
        person,
        author: if name.is_empty() { person.to_string() } else { name },
        home: row.get(4)?,
        text: row.get(5)?,
        claimed: ClaimedTime(row.get::<_, i64>(6)?.cast_unsigned()),
        reply_to: reply_to.filter(|_| !forwarded),
        news: if forwarded { reply_to } else { Some(id).filter(|_| is_news) },
        forwarded,
        official: state & talk::OFFICIAL != 0,
        withdrawn: state & talk::WITHDRAWN != 0,
        taken_down: state & talk::TAKEN_DOWN != 0,
        flagged: state & talk::CITED != 0,
        edited: state & talk::EDITED != 0,
        imported: state & talk::IMPORTED != 0,
        mine: state & talk::MINE != 0,
    })
}

fn request_line(row: &rusqlite::Row<'_>) -> rusqlite::Result<RequestLine> {
    let holder: Option<[u8; 32]> = row.get(7)?;
    Ok(RequestLine {
        id: id_from(RequestId::from_bytes, row, 0)?,
        group: id_from(GroupId::from_bytes, row, 1)?,
        group_name: row.get(2)?,
        code: row.get(3)?,
        title: row.get(4)?,
        status: row.get(5)?,
        urgency: row.get(6)?,
        holder: holder.map(PersonId::from_bytes),
        provisional: row.get(8)?,
        requester: id_from(PersonId::from_bytes, row, 9)?,
        conflicts: row.get::<_, i64>(10)?.unsigned_abs(),
        claimed: ClaimedTime(row.get::<_, i64>(11)?.cast_unsigned()),
        kind: row.get(12)?,
        held: row.get::<_, Option<i64>>(13)?.map(i64::cast_unsigned),
    })
}

fn person_line(row: &rusqlite::Row<'_>) -> rusqlite::Result<PersonLine> {
    Ok(PersonLine {
        person: id_from(PersonId::from_bytes, row, 0)?,
        name: row.get(1)?,
        home: row.get(2)?,
        office: row.get(3)?,
        place: remarks::place(&row.get::<_, Vec<u8>>(4)?),
    })
}
