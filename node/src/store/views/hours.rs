//! Who came and went, what was approved, which certificates were made out: line by line, as it was said.
//!
//! # Rules
//!
//! 1. A row for each line of each accepted envelope. What they come to is folded when somebody asks:
//!    whether an author led the group where he wrote depends on statements that may still arrive.
//! 2. A line counts only in the group that the activity was planned in, or whoever leads one group could
//!    write hours for another's.
//! 3. A certificate stands in the scope of everybody's group.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Activity, Approval, Body, Certificate, How, MarkKind, MarkRef, Place, Presence},
    hours::{self, ApprovalSaid, MarkSaid, Said},
    id::{EnvelopeId, GroupId, PersonId},
    judge::Fate,
    time::ClaimedTime,
};
use rusqlite::{Row, params};

use super::{Told, Views, id_from};
use crate::store::{
    error::StoreError,
    truth::{Judged, Truth},
};

/// Whose hours are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Everybody's.
    All,
    /// One person's.
    Of(&'a PersonId),
    /// Of everybody of whom something was said at this activity; all that was said of them.
    At(&'a EnvelopeId),
}

/// A certificate with who made it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateLine {
    /// The envelope.
    pub id: EnvelopeId,
    /// What it says.
    pub certificate: Certificate,
    /// Who.
    pub issuer: PersonId,
    /// When, by his clock.
    pub issued: ClaimedTime,
    /// Had he the right to, where he wrote it?
    pub valid: bool,
}

/// A row of a mark or an approval before authority was asked.
struct Line {
    person: PersonId,
    by: PersonId,
    activity: EnvelopeId,
    id: MarkRef,
}

/// Which rows: everybody's, one person's, or those of everybody at one activity.
const WHOSE: &str = "(?1 IS NULL OR h.person = ?1) AND (?2 IS NULL OR h.person IN (
     SELECT person FROM hours_marks WHERE activity = ?2
     UNION SELECT person FROM hours_approvals WHERE activity = ?2))";

impl Views {
    /// Takes the lines of an envelope in, or out.
    pub(super) fn take_hours(
        &mut self,
        told: &Told<'_>,
        said: &Activity,
        in_group: i64,
    ) -> Result<(), StoreError> {
        let (row, id) = (told.verdict.row, told.verdict.id);
        for table in ["hours_marks", "hours_approvals", "certificates"] {
            let sql = format!("DELETE FROM {table} WHERE row = ?1");
            self.execute(&sql, [row])?;
        }
        let Some(by) = told.person.filter(|_| told.accepted) else { return Ok(()) };
        match said {
            Activity::Marks { activity, how, marks } => {
                let mut put = self.conn.prepare_cached(
                    "INSERT INTO hours_marks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                )?;
                for (line, mark) in marks.iter().enumerate() {
                    put.execute(params![
                        row,
                        line as i64,
                        id.as_bytes(),
                        activity.as_bytes(),
                        in_group,
                        mark.person.as_bytes(),
                        by.as_bytes(),
                        how_number(*how),
                        kind_number(mark.kind),
                        mark.at_min.cast_signed(),
                        mark.corrects.as_ref().map(|old| *old.envelope.as_bytes()),
                        mark.corrects.map_or(0, |old| i64::from(old.line)),
                    ])?;
                }
            }
            Activity::Approve { activity, lines } => {
                let mut put = self.conn.prepare_cached(
                    "INSERT INTO hours_approvals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?;
                for (line, approval) in lines.iter().enumerate() {
                    put.execute(params![
                        row,
                        line as i64,
                        id.as_bytes(),
                        activity.as_bytes(),
                        in_group,
                        approval.person.as_bytes(),
                        by.as_bytes(),
                    ])?;
                }
            }
            Activity::Certify(certificate) => {
                let number = hours::number(certificate, &by).to_string();
                let person = certificate.person.as_bytes();
                let mut put =
                    self.conn.prepare_cached("INSERT INTO certificates VALUES (?1, ?2, ?3, ?4)")?;
                put.execute(params![row, id.as_bytes(), number, person])?;
            }
            Activity::Plan(_) | Activity::CallOff { .. } | Activity::Heard { .. } => (),
        }
        Ok(())
    }

    /// What was said about the hours of these people, with authority's word on it.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn hours(
        &self,
        truth: &Truth,
        whose: Whose<'_>,
    ) -> Result<BTreeMap<PersonId, Said>, StoreError> {
        let mut all: BTreeMap<PersonId, Said> = BTreeMap::new();
        let mut led: BTreeMap<EnvelopeId, Option<Judged>> = BTreeMap::new();
        let (person, activity) = match whose {
            Whose::All => (None, None),
            Whose::Of(person) => (Some(person.as_bytes()), None),
            Whose::At(activity) => (None, Some(activity.as_bytes())),
        };
        let mut find = self.conn.prepare_cached(&format!(
            "SELECT h.person, h.by, h.activity, h.id, h.line, h.how, h.kind, h.at_min, h.corrects,
                 h.corrects_line
             FROM hours_marks AS h
             JOIN activities AS a ON a.id = h.activity AND a.in_group = h.in_group WHERE {WHOSE}"
        ))?;
        let mut rows = find.query(params![person, activity])?;
        while let Some(row) = rows.next()? {
            let line = line(row)?;
            let mark = mark(row, line.person)?;
            let how = how_of(row.get(5)?);
            // Of his own mark nobody asks whether he led.
            let leads = (line.by != line.person || mark.corrects.is_some())
                && self.leads_in(truth, &line.id.envelope, &mut led)?;
            let said = MarkSaid::of(line.id, line.activity, (line.by, leads), how, &mark);
            all.entry(line.person).or_default().marks.push(said);
        }
        let mut find = self.conn.prepare_cached(&format!(
            "SELECT h.person, h.by, h.activity, h.id, h.line FROM hours_approvals AS h
             JOIN activities AS a ON a.id = h.activity AND a.in_group = h.in_group WHERE {WHOSE}"
        ))?;
        let mut rows = find.query(params![person, activity])?;
        while let Some(row) = rows.next()? {
            let line = line(row)?;
            let leads = self.leads_in(truth, &line.id.envelope, &mut led)?;
            let judged = led.get(&line.id.envelope).and_then(Option::as_ref);
            if let Some(approval) = judged.and_then(|it| approval(it, line.id.line)) {
                let (id, activity) = (line.id.envelope, line.activity);
                let said = ApprovalSaid::of(id, activity, (line.by, leads), &approval);
                all.entry(line.person).or_default().approvals.push(said);
            }
        }
        Ok(all)
    }

    /// Did the author of this envelope lead the group where he wrote it? Asked once per envelope.
    fn leads_in(
        &self,
        truth: &Truth,
        id: &EnvelopeId,
        known: &mut BTreeMap<EnvelopeId, Option<Judged>>,
    ) -> Result<bool, StoreError> {
        if !known.contains_key(id) {
            known.insert(*id, truth.read().verdict(id)?);
        }
        let judged = known.get(id).and_then(Option::as_ref);
        Ok(judged.is_some_and(|judged| self.led(truth, judged)))
    }

    /// The numbers of the certificates that were made out to somebody, and might be.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn certificates_of(
        &self,
        truth: &Truth,
        person: &PersonId,
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut find =
            self.conn.prepare_cached("SELECT number FROM certificates WHERE person = ?1")?;
        let rows = find.query_map([person.as_bytes()], |row| row.get::<_, String>(0))?;
        let mut numbers = BTreeSet::new();
        for number in rows {
            let number = number?;
            if self.certificates(truth, &number)?.iter().any(|line| line.valid) {
                numbers.insert(number);
            }
        }
        Ok(numbers)
    }

    /// The certificates with this number, the lowest id first.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn certificates(
        &self,
        truth: &Truth,
        number: &str,
    ) -> Result<Vec<CertificateLine>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT id FROM certificates WHERE number = ?1 ORDER BY id")?;
        let ids = find.query_map([number], |row| id_from(EnvelopeId::from_bytes, row, 0))?;
        let mut lines = Vec::new();
        for id in ids {
            if let Some(judged) = truth.read().verdict(&id?)? {
                lines.extend(certificate_in(truth, &judged));
            }
        }
        Ok(lines)
    }
}

/// What an envelope certifies, and whether its author might.
fn certificate_in(truth: &Truth, judged: &Judged) -> Option<CertificateLine> {
    let Ok(Body::Activity(Activity::Certify(certificate))) = judged.read_body() else {
        return None;
    };
    let header = &judged.header;
    let issuer = truth.roster().author(&header.auth?)?;
    let valid = judged.fate == Fate::Accepted
        && might_certify(truth, &judged.spot(), certificate.team.as_ref());
    Some(CertificateLine { id: judged.id, certificate, issuer, issued: header.claimed, valid })
}

/// The community's office certifies everything, whoever leads a team what was done in it; both in the
/// scope of everybody.
pub fn might_certify(truth: &Truth, spot: &crdt::authority::Spot, team: Option<&GroupId>) -> bool {
    let roster = truth.roster();
    let for_all = roster.everybody().is_some_and(|all| all.scope() == spot.scope);
    let place = match team {
        None => Some(Place::community()),
        Some(team) => roster.group(team).map(|group| group.place),
    };
    for_all && place.is_some_and(|place| roster.ruled_at(&place, spot))
}

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let line: i64 = row.get(4)?;
    Ok(Line {
        person: id_from(PersonId::from_bytes, row, 0)?,
        by: id_from(PersonId::from_bytes, row, 1)?,
        activity: id_from(EnvelopeId::from_bytes, row, 2)?,
        id: MarkRef {
            envelope: id_from(EnvelopeId::from_bytes, row, 3)?,
            line: u16::try_from(line).unwrap_or(u16::MAX),
        },
    })
}

fn mark(row: &Row<'_>, person: PersonId) -> rusqlite::Result<Presence> {
    let old: Option<[u8; 32]> = row.get(8)?;
    let line = u16::try_from(row.get::<_, i64>(9)?).unwrap_or(u16::MAX);
    Ok(Presence {
        person,
        kind: kind_of(row.get(6)?),
        at_min: row.get::<_, i64>(7)?.cast_unsigned(),
        corrects: old.map(|old| MarkRef { envelope: EnvelopeId::from_bytes(old), line }),
    })
}

fn approval(judged: &Judged, line: u16) -> Option<Approval> {
    match judged.read_body() {
        Ok(Body::Activity(Activity::Approve { mut lines, .. })) => {
            let at = usize::from(line);
            (at < lines.len()).then(|| lines.swap_remove(at))
        }
        _ => None,
    }
}

const fn how_number(how: How) -> u8 {
    match how {
        How::Code => 0,
        How::Qr => 1,
        How::List => 2,
        How::Paper => 3,
    }
}

const fn how_of(number: u8) -> How {
    match number {
        1 => How::Qr,
        2 => How::List,
        3 => How::Paper,
        _ => How::Code,
    }
}

const fn kind_number(kind: MarkKind) -> u8 {
    match kind {
        MarkKind::In => 0,
        MarkKind::Out => 1,
        MarkKind::Struck => 2,
    }
}

const fn kind_of(number: u8) -> MarkKind {
    match number {
        1 => MarkKind::Out,
        2 => MarkKind::Struck,
        _ => MarkKind::In,
    }
}
