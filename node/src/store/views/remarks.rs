//! What people say about messages, about one another's leaving, and about places.
//!
//! Taking down, putting back and exceptions count only from an owner of the group, and naming an
//! area only from somebody who rules over the place around it: not by what he is now, but by what he
//! was where he wrote it. When a statement changes that, all of them are asked about again; there
//! are few.

use crdt::{
    body::{Place, Talk, area_id},
    id::{EnvelopeId, GroupId, PersonId},
};
use rusqlite::{ToSql, params};

use super::{Batch, Told, Views, id_from};
use crate::store::{
    error::StoreError,
    truth::{Judged, Truth},
};

/// What a remark does. The numbers stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Does {
    /// Takes a message down.
    TakeDown = 1,
    /// Puts it back.
    PutBack = 2,
    /// Tells the owners about it.
    Report = 3,
    /// Leaves the group.
    Leave = 4,
    /// Records an exception.
    Exception = 5,
    /// Names an area.
    Area = 6,
    /// Stood before a person and read his number.
    Met = 7,
}

/// One remark that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The envelope.
    pub id: EnvelopeId,
    /// Who.
    pub by: PersonId,
    /// The message, the person, or the area that it is about.
    pub about: [u8; 32],
    /// The reason, or the area's name.
    pub text: String,
    /// Where an area lies.
    pub within: Place,
}

/// How many people have met somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// So many others.
    pub by: u32,
    /// One of them is whoever asks.
    pub by_me: bool,
}

/// A remark whose worth depends on who owned what.
struct Owned {
    row: i64,
    id: EnvelopeId,
    group: GroupId,
    does: u8,
    about: [u8; 32],
    within: Place,
    counted: bool,
}

/// Remarks of one list at most.
const REMARKS_MAX: u32 = 2_000;

impl Views {
    /// Takes in a remark of a group.
    pub(super) fn take_remark(
        &mut self,
        told: &Told<'_>,
        talk: &Talk,
        group: GroupId,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some((does, about, text, within)) = parts(talk, told.person) else { return Ok(()) };
        let row = told.verdict.row;
        let Some(person) = told.person.filter(|_| told.accepted) else {
            self.execute("DELETE FROM remarks WHERE row = ?1", [row])?;
            return self.after_remark(does, about, group, truth, batch);
        };
        let counts = counts(truth, &group, does, &within, told.verdict);
        let author = self.person(&person)?;
        let mut put = self.conn.prepare_cached(
            "INSERT OR REPLACE INTO remarks
             (row, id, in_group, does, author, about, text, within, lamport, counts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        put.execute(params![
            row,
            told.verdict.id.as_bytes(),
            self.groups[&group].number,
            does as u8,
            author,
            about,
            text,
            within.0.iter().flat_map(|id| *id.as_bytes()).collect::<Vec<u8>>(),
            told.verdict.header.lamport.cast_signed(),
            counts,
        ])?;
        drop(put);
        self.after_remark(does, about, group, truth, batch)
    }

    fn after_remark(
        &mut self,
        does: Does,
        about: [u8; 32],
        group: GroupId,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        match does {
            Does::TakeDown | Does::PutBack => {
                self.amend(&EnvelopeId::from_bytes(about), group, truth, batch)
            }
            Does::Area | Does::Leave | Does::Exception | Does::Met => {
                batch.changes.roster = true;
                Ok(())
            }
            Does::Report => {
                batch.changes.groups.insert(group);
                Ok(())
            }
        }
    }

    /// A statement changed who owns what: asks again about every remark that needs an owner.
    pub(super) fn recount_remarks(
        &mut self,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let mut all = self.conn.prepare_cached(
            "SELECT r.row, r.id, g.id, r.does, r.about, r.within, r.counts FROM remarks AS r
             JOIN groups AS g ON g.ref = r.in_group WHERE r.does IN (1, 2, 5, 6)",
        )?;
        let rows = all.query_map([], |row| {
            let within: Vec<u8> = row.get(5)?;
            Ok(Owned {
                row: row.get(0)?,
                id: id_from(EnvelopeId::from_bytes, row, 1)?,
                group: id_from(GroupId::from_bytes, row, 2)?,
                does: row.get(3)?,
                about: row.get(4)?,
                within: place(&within),
                counted: row.get(6)?,
            })
        })?;
        let rows: Vec<Owned> = rows.collect::<Result<_, _>>()?;
        drop(all);
        for Owned { row, id, group, does, about, within, counted } in rows {
            let (Some(verdict), Some(does)) = (truth.read().verdict(&id)?, does_of(does)) else {
                continue;
            };
            let now = counts(truth, &group, does, &within, &verdict);
            if now != counted {
                let put = "UPDATE remarks SET counts = ?2 WHERE row = ?1";
                self.execute(put, params![row, now])?;
                self.after_remark(does, about, group, truth, batch)?;
            }
        }
        Ok(())
    }

    /// Is a message taken down now? The last word of an owner holds.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn is_taken_down(&self, of: &EnvelopeId) -> Result<bool, StoreError> {
        let mut last = self.conn.prepare_cached(
            "SELECT does FROM remarks WHERE about = ?1 AND does IN (1, 2) AND counts
             ORDER BY lamport DESC, id DESC LIMIT 1",
        )?;
        let mut rows = last.query([of.as_bytes()])?;
        Ok(rows.next()?.map(|row| row.get::<_, u8>(0)).transpose()? == Some(Does::TakeDown as u8))
    }

    /// How many others say that they have met him, and whether `me` is one of them.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn met(&self, person: &PersonId, me: Option<&PersonId>) -> Result<Met, StoreError> {
        let me = self.number_of(me);
        let mut find = self.conn.prepare_cached(
            "SELECT COUNT(DISTINCT r.author), COALESCE(MAX(r.author = ?2), 0) FROM remarks AS r
             JOIN people AS p ON p.ref = r.author
             WHERE r.about = ?3 AND r.does = ?1 AND r.counts AND p.person <> r.about",
        )?;
        let all = params![Does::Met as u8, me, person.as_bytes()];
        Ok(find.query_row(all, |row| Ok(Met { by: row.get(0)?, by_me: row.get(1)? }))?)
    }

    /// His number in these lists; one that nobody has where he is not known in them.
    fn number_of(&self, person: Option<&PersonId>) -> i64 {
        person.and_then(|person| self.people.get(person)).copied().unwrap_or(-1)
    }

    /// The remarks of a kind that count, oldest first; in one group, or everywhere.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn remarks(&self, does: Does, group: Option<&GroupId>) -> Result<Vec<Remark>, StoreError> {
        let in_group = group.and_then(|id| self.groups.get(id)).map(|group| group.number);
        let which = "(?2 IS NULL OR r.in_group = ?2)";
        self.remarks_where(which, params![does as u8, in_group])
    }

    /// What counts and was said about one subject, oldest first.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn remarks_on(&self, does: Does, about: &[u8; 32]) -> Result<Vec<Remark>, StoreError> {
        self.remarks_where("r.about = ?2", params![does as u8, about])
    }

    /// What an area is called; the beginning of its id, which is the last of the place, where nobody
    /// has named it.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn area_name(&self, place: &Place, id: &GroupId) -> Result<String, StoreError> {
        self.places.get_or(self.writes(), place.clone(), || {
            let named = self.remarks_on(Does::Area, id.as_bytes())?;
            let names = named.into_iter().filter(|it| it.within.below(*id) == *place);
            Ok(names.map(|it| it.text).min().unwrap_or_else(|| id.to_string()))
        })
    }

    fn remarks_where(&self, which: &str, of: &[&dyn ToSql]) -> Result<Vec<Remark>, StoreError> {
        let sql = format!(
            "SELECT r.id, p.person, r.about, r.text, r.within FROM remarks AS r
             JOIN people AS p ON p.ref = r.author WHERE r.does = ?1 AND r.counts AND {which}
             ORDER BY r.lamport, r.id LIMIT {REMARKS_MAX}"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map(of, |row| {
            let within: Vec<u8> = row.get(4)?;
            Ok(Remark {
                id: id_from(EnvelopeId::from_bytes, row, 0)?,
                by: id_from(PersonId::from_bytes, row, 1)?,
                about: row.get(2)?,
                text: row.get(3)?,
                within: place(&within),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What a remark is about: kind, subject, text, place.
fn parts(talk: &Talk, author: Option<PersonId>) -> Option<(Does, [u8; 32], String, Place)> {
    let nowhere = Place::community;
    Some(match talk {
        Talk::TakeDown { of, reason } => {
            (Does::TakeDown, *of.as_bytes(), reason.clone(), nowhere())
        }
        Talk::PutBack { of } => (Does::PutBack, *of.as_bytes(), String::new(), nowhere()),
        Talk::Report { of, reason } => (Does::Report, *of.as_bytes(), reason.clone(), nowhere()),
        Talk::Leave {} => (Does::Leave, *author?.as_bytes(), String::new(), nowhere()),
        Talk::Exception { person, reason } => {
            (Does::Exception, *person.as_bytes(), reason.clone(), nowhere())
        }
        Talk::Area { within, name } => {
            let id = area_id(within, name);
            (Does::Area, *id.as_bytes(), name.trim().to_owned(), within.clone())
        }
        Talk::Met { person } => (Does::Met, *person.as_bytes(), String::new(), nowhere()),
        Talk::Message { .. } | Talk::Edit { .. } | Talk::Withdraw { .. } => return None,
    })
}

/// Does a remark count where it stands?
fn counts(truth: &Truth, group: &GroupId, does: Does, within: &Place, verdict: &Judged) -> bool {
    let spot = verdict.spot();
    let roster = truth.roster();
    match does {
        Does::Report | Does::Leave | Does::Met => true,
        Does::Area => roster.ruled_at(within, &spot),
        Does::TakeDown | Does::PutBack | Does::Exception => {
            roster.group(group).is_some_and(|group| roster.ruled_at(&group.place, &spot))
        }
    }
}

fn does_of(number: u8) -> Option<Does> {
    use Does as D;
    let all = [D::TakeDown, D::PutBack, D::Report, D::Leave, D::Exception, D::Area, D::Met];
    all.into_iter().find(|does| *does as u8 == number)
}

/// A place from the ids of its path, one after the other.
pub(super) fn place(bytes: &[u8]) -> Place {
    Place(bytes.chunks_exact(32).filter_map(EnvelopeId::from_slice).collect())
}
