//! Rides that recur: which there are, when they begin, and what each comes to.
//!
//! A series that is accepted has all its rides here, with their ids and codes, so that a ride can be
//! named before anybody has done anything to it. What a ride comes to is folded when somebody asks; a
//! ride to which somebody did something, or about which he wrote down a fact, stands among the requests
//! as every request does.
//!
//! # Rules
//!
//! 1. Nothing here depends on the present: the rows follow from the series, its exceptions and the
//!    acts on the ride.
//! 2. A ride is folded together with its other leg and with the rides that swaps tie to it, of which
//!    `ties` knows.
//! 3. When a series changes, those of its rides that stand among the requests are folded again, and
//!    those that an exception names.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Act, Body, Deed, DocumentForm, Part, Role, Series, Verb},
    code::Code,
    gate::document_of,
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    judge::Fate,
    lifecycle::{Given, What, fold_ride},
    limits::TIED_RIDES_MAX,
    rota::{Leg, LocalTime, Occurrence, ride_id, rides},
};
use jiff::{civil::DateTime, tz::TimeZone};
use rusqlite::{OptionalExtension, Row, params};

use super::{
    Batch, Folded, Views, id_from,
    requests::{parts_of, skewed},
    search::Kind,
    visible,
};
use crate::store::{
    error::StoreError,
    truth::{Judged, Truth},
};

/// A series in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesLine {
    /// Its id.
    pub id: EnvelopeId,
    /// The group that it was planned in.
    pub group: GroupId,
    /// The spoken code.
    pub code: String,
    /// One line.
    pub title: String,
}

/// A ride in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RideLine {
    /// Which.
    pub occurrence: Occurrence,
    /// When this leg begins, in milliseconds since 1970.
    pub begins_ms: i64,
}

const RIDE: &str = "SELECT s.id, r.k, r.start, r.leg, r.begins FROM rides AS r \
     JOIN series AS s ON s.ref = r.of_series ";

/// An act with its envelope.
type Held = (Judged, Act);

impl Views {
    /// The series that are known here, by title.
    ///
    /// # Errors
    ///
    /// Where the disk says no; so for everything below.
    pub fn series(&self) -> Result<Vec<SeriesLine>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT s.id, g.id, s.code, s.title FROM series AS s JOIN groups AS g ON g.ref = s.in_group
             ORDER BY s.title, s.id",
        )?;
        let rows = find.query_map([], |row| {
            Ok(SeriesLine {
                id: id_from(EnvelopeId::from_bytes, row, 0)?,
                group: id_from(GroupId::from_bytes, row, 1)?,
                code: row.get(2)?,
                title: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The ride of this id, if it is one.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn ride(&self, id: &RequestId) -> Result<Option<RideLine>, StoreError> {
        let mut get = self.conn.prepare_cached(&format!("{RIDE} WHERE r.id = ?1"))?;
        Ok(get.query_row([id.as_bytes()], ride_line).optional()?)
    }

    /// The rides of a series, in the order of their original starts.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn rides_of(&self, series: &EnvelopeId) -> Result<Vec<RideLine>, StoreError> {
        let sql = format!("{RIDE} WHERE s.id = ?1 ORDER BY r.k, r.leg");
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map([series.as_bytes()], ride_line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The rides that begin within this span of milliseconds, soonest first.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn rides_between(&self, from_ms: i64, to_ms: i64) -> Result<Vec<RideLine>, StoreError> {
        let sql = format!(
            "{RIDE} WHERE r.begins BETWEEN ?1 AND ?2 ORDER BY r.begins, r.id LIMIT {}",
            super::lists::ROWS_MAX
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map([from_ms, to_ms], ride_line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Rides that stand among the requests and begin later than this.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn far_rides(&self, after_ms: i64) -> Result<BTreeSet<RequestId>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT q.id FROM rides AS r JOIN requests AS q ON q.id = r.id WHERE r.begins > ?1",
        )?;
        let rows = find.query_map([after_ms], |row| id_from(RequestId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Rides whose code this is, or whose id begins with these hexadecimal digits; the first ten.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn find_rides(&self, text: &str, prefix: &str) -> Result<Vec<RequestId>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM rides WHERE code = ?1 UNION SELECT id FROM rides
             WHERE ?2 <> '' AND lower(hex(id)) LIKE ?2 || '%' LIMIT 10",
        )?;
        let rows = find.query_map([text, prefix], |row| id_from(RequestId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Who drove how many legs of a series that are done, by person.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn driven(&self, series: &EnvelopeId) -> Result<BTreeMap<PersonId, u64>, StoreError> {
        let mut find = self.conn.prepare_cached(
            "SELECT q.holder, count(*) FROM requests AS q JOIN rides AS r ON r.id = q.id
             JOIN series AS s ON s.ref = r.of_series
             WHERE s.id = ?1 AND q.holder IS NOT NULL AND q.status IN ('resolved', 'closed')
             GROUP BY q.holder",
        )?;
        let rows = find.query_map([series.as_bytes()], |row| {
            Ok((id_from(PersonId::from_bytes, row, 0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Folds a ride from the truth; none where nobody who may has planned its series. Beside it:
    /// everybody whose capacity has a say in it.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn fold_ride(
        &self,
        truth: &Truth,
        ride: &Occurrence,
        group: GroupId,
    ) -> Result<(BTreeSet<PersonId>, Option<Folded>), StoreError> {
        let rides = self.tied(ride)?;
        let planned = truth.read().verdict(&ride.series)?;
        let Some(planned) = planned else { return Ok((BTreeSet::new(), None)) };
        let (acts, roster) = (self.acts_on(truth, &rides, &planned)?, truth.roster());
        let given: Vec<Given<'_>> = acts
            .iter()
            .filter_map(|(judged, act)| {
                let who = roster.author(&judged.header.auth?)?;
                let (deps, counts) = (judged.header.deps.as_slice(), judged.fate == Fate::Accepted);
                Some(Given { id: judged.id, who, act, deps, counts })
            })
            .collect();
        let mut actors: BTreeSet<PersonId> = given.iter().map(|given| given.who).collect();
        actors.extend(acts.iter().flat_map(|(_, act)| on_rota(act)));
        let now = |person: &PersonId| parts_of(truth, person, &group);
        let once = |person: &PersonId| {
            let had = |role| roster.ever_had(&group, *person, role);
            let parts = [(Part::Captain, Role::Steward), (Part::Desk, Role::Staff)];
            parts.into_iter().filter(|(_, role)| had(*role)).map(|(part, _)| part).collect()
        };
        let folded = fold_ride(&rides, &given, &now, &once).map(|case| Folded {
            case,
            group,
            claimed: planned.header.claimed,
            lamport: planned.header.lamport,
            row: planned.row,
            claims: acts.iter().map(|(judged, _)| (judged.id, judged.header.claimed)).collect(),
            skewed: skewed(&acts),
        });
        Ok((actors, folded))
    }

    /// Rule 2: the ride, its other leg, and what swaps tie to these.
    fn tied(&self, ride: &Occurrence) -> Result<Vec<Occurrence>, StoreError> {
        let mut rides = vec![*ride];
        let mut known = BTreeSet::from([ride.id()]);
        if let Some(other) = self.ride(&ride.other_leg().id())? {
            known.insert(other.occurrence.id());
            rides.push(other.occurrence);
        }
        let mut find =
            self.conn.prepare_cached("SELECT other FROM ties WHERE request = ?1 ORDER BY other")?;
        let mut at = 0;
        while let Some(next) = rides.get(at).map(Occurrence::id) {
            at += 1;
            let others =
                find.query_map([next.as_bytes()], |row| id_from(RequestId::from_bytes, row, 0))?;
            for other in others.collect::<Result<Vec<_>, _>>()? {
                let is_new = rides.len() < TIED_RIDES_MAX && known.insert(other);
                if let (true, Some(line)) = (is_new, self.ride(&other)?) {
                    rides.push(line.occurrence);
                }
            }
        }
        Ok(rides)
    }

    /// The acts on these rides and on their series, each once.
    fn acts_on(
        &self,
        truth: &Truth,
        rides: &[Occurrence],
        planned: &Judged,
    ) -> Result<Vec<Held>, StoreError> {
        let series: BTreeSet<EnvelopeId> = rides.iter().map(|ride| ride.series).collect();
        let subjects = series.iter().copied().chain(rides.iter().map(Occurrence::id));
        let mut acts: BTreeMap<EnvelopeId, Held> = BTreeMap::new();
        for subject in subjects {
            for judged in truth.read().acts_of(&subject)? {
                let readable = matches!(judged.fate, Fate::Accepted | Fate::Quarantined)
                    && judged.header.scope == planned.header.scope;
                let Ok(Body::Act(act)) = judged.read_body() else { continue };
                if readable && is_about(&act, rides) {
                    acts.insert(judged.id, (judged, act));
                }
            }
        }
        Ok(acts.into_values().collect())
    }

    /// Notes that an offer, an acceptance or a mark of a duplicate ties two requests; all that it may
    /// change.
    pub(super) fn note_tie(&self, deed: &Deed) -> Result<BTreeSet<RequestId>, StoreError> {
        let (true, Some(other)) = (ties(deed), deed.other) else {
            return Ok(BTreeSet::new());
        };
        let mut put = self.conn.prepare_cached("INSERT OR IGNORE INTO ties VALUES (?1, ?2)")?;
        put.execute([deed.request.as_bytes(), other.as_bytes()])?;
        put.execute([other.as_bytes(), deed.request.as_bytes()])?;
        let mut all = BTreeSet::from([other]);
        if let Some(line) = self.ride(&deed.request)? {
            all.extend(self.tied(&line.occurrence)?.iter().map(Occurrence::id));
        }
        Ok(all)
    }

    /// Rule 3. Takes the series in, or out where it no longer counts.
    pub(super) fn refold_series(
        &mut self,
        id: EnvelopeId,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let acts = truth.read().acts_of(&id)?;
        let counting: Vec<Held> = acts
            .into_iter()
            .filter(|judged| judged.fate == Fate::Accepted)
            .filter_map(|judged| match judged.read_body() {
                Ok(Body::Act(act)) => Some((judged, act)),
                _ => None,
            })
            .collect();
        let planned = counting.iter().find_map(|(judged, act)| match act {
            Act::Series(series) if judged.id == id => Some((judged, series)),
            _ => None,
        });
        let group = planned.and_then(|(judged, _)| self.group_of(&judged.header.scope));
        let (Some((judged, series)), Some(group)) = (planned, group) else {
            return self.take_series_out(&id, batch);
        };
        let mut names: Vec<&[u8]> = vec![b"series"];
        let mut ids: Vec<EnvelopeId> = counting.iter().map(|(judged, _)| judged.id).collect();
        ids.sort_unstable();
        names.extend(ids.iter().map(|id| id.as_bytes().as_slice()));
        self.put_series(&id, group, judged, series, &visible(&names), batch)?;
        let excepted = counting.iter().filter_map(|(_, act)| match act {
            Act::Except(exception) => Some(exception.start),
            _ => None,
        });
        for start in excepted {
            let legs = [Leg::Out, Leg::Back].map(|leg| ride_id(&id, start, leg));
            batch.changes.requests.extend(legs);
        }
        let touched = "SELECT q.id FROM requests AS q JOIN rides AS r ON r.id = q.id
             JOIN series AS s ON s.ref = r.of_series WHERE s.id = ?1";
        self.refold_all(touched, [id.as_bytes()], batch)
    }

    fn put_series(
        &mut self,
        id: &EnvelopeId,
        group: GroupId,
        judged: &Judged,
        series: &Series,
        state: &EnvelopeId,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let known = self.series_state(id)?;
        if let Some(before) = known {
            self.group_mut(&group).state.remove(&before);
            let mut put = self.conn.prepare_cached("UPDATE series SET state = ?2 WHERE id = ?1")?;
            put.execute([id.as_bytes(), state.as_bytes()])?;
        } else {
            let mut put = self.conn.prepare_cached(
                "INSERT INTO series (id, in_group, code, title, lamport, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            put.execute(params![
                id.as_bytes(),
                self.groups[&group].number,
                Code::of(id).to_string(),
                series.title,
                judged.header.lamport.cast_signed(),
                state.as_bytes(),
            ])?;
            drop(put);
            self.put_rides(id, series)?;
            let says = (group, None, judged.header.claimed, series.title.clone());
            self.put_text(Kind::Series, id, Some(says), batch)?;
        }
        self.group_mut(&group).state.add(state);
        batch.touched.entry(group).or_default();
        Ok(())
    }

    fn put_rides(&self, id: &EnvelopeId, series: &Series) -> Result<(), StoreError> {
        let of_series = self.conn.last_insert_rowid();
        let zone = zone_of(&series.zone);
        let mut put = self.conn.prepare_cached(
            "INSERT OR IGNORE INTO rides (id, of_series, k, leg, start, begins, code)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for ride in rides(*id, series) {
            let after = if ride.leg == Leg::Back { series.back_after_min } else { None };
            let begins = ride.start.plus(after.unwrap_or(0));
            let name = ride.id();
            put.execute(params![
                name.as_bytes(),
                of_series,
                ride.k,
                ride.leg == Leg::Back,
                ride.start.minutes(),
                moment_ms(&zone, begins),
                Code::of(&name).to_string(),
            ])?;
        }
        Ok(())
    }

    fn series_state(&self, id: &EnvelopeId) -> Result<Option<EnvelopeId>, StoreError> {
        let mut get = self.conn.prepare_cached("SELECT state FROM series WHERE id = ?1")?;
        let state = get.query_row([id.as_bytes()], |row| id_from(EnvelopeId::from_bytes, row, 0));
        Ok(state.optional()?)
    }

    fn take_series_out(&mut self, id: &EnvelopeId, batch: &mut Batch) -> Result<(), StoreError> {
        let known = self.series()?.into_iter().find(|series| series.id == *id);
        let (Some(line), Some(state)) = (known, self.series_state(id)?) else { return Ok(()) };
        let rides = self.rides_of(id)?;
        for ride in &rides {
            self.take_out(&ride.occurrence.id(), batch)?;
        }
        self.group_mut(&line.group).state.remove(&state);
        let of = "(SELECT ref FROM series WHERE id = ?1)";
        let all = format!("DELETE FROM rides WHERE of_series = {of}");
        self.execute(&all, [id.as_bytes()])?;
        self.execute("DELETE FROM series WHERE id = ?1", [id.as_bytes()])?;
        self.put_text(Kind::Series, id, None, batch)?;
        batch.touched.entry(line.group).or_default();
        Ok(())
    }

    /// Folds a ride again: when it begins, and its line among the requests where somebody did
    /// something to it.
    pub(super) fn refold_ride(
        &mut self,
        line: &RideLine,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<Option<(BTreeSet<PersonId>, Folded)>, StoreError> {
        let ride = &line.occurrence;
        let Some(planned) = truth.read().verdict(&ride.series)? else { return Ok(None) };
        let Some(group) = self.group_of(&planned.header.scope) else { return Ok(None) };
        let (actors, Some(folded)) = self.fold_ride(truth, ride, group)? else { return Ok(None) };
        if let Some(now) = &folded.case.ride {
            let begins = moment_ms(&zone_of(&now.zone), now.starts);
            if begins != line.begins_ms {
                let mut put =
                    self.conn.prepare_cached("UPDATE rides SET begins = ?2 WHERE id = ?1")?;
                put.execute(params![ride.id().as_bytes(), begins])?;
                batch.touched.entry(group).or_default();
            }
        }
        let planned = |what| matches!(what, What::Planned | What::SetRota);
        let acted = folded.case.timeline.iter().any(|entry| !planned(entry.what));
        let touched = acted || has_facts(truth, &ride.id())?;
        Ok(touched.then_some((actors, folded)))
    }
}

/// Has somebody written down a fact about it?
fn has_facts(truth: &Truth, id: &RequestId) -> Result<bool, StoreError> {
    let changes = truth.read().changes_of(&document_of(DocumentForm::Request, id))?;
    Ok(changes.iter().any(|change| change.fate == Fate::Accepted))
}

fn ride_line(row: &Row<'_>) -> rusqlite::Result<RideLine> {
    let leg = if row.get(3)? { Leg::Back } else { Leg::Out };
    let (k, start) = (row.get(1)?, LocalTime::from_minutes(row.get(2)?));
    let series = id_from(EnvelopeId::from_bytes, row, 0)?;
    Ok(RideLine { occurrence: Occurrence { series, k, start, leg }, begins_ms: row.get(4)? })
}

fn ties(deed: &Deed) -> bool {
    matches!(deed.verb, Verb::Offer | Verb::Accept | Verb::Duplicate)
        && deed.other != Some(deed.request)
}

/// Exceptions of other rides have no say on these.
fn is_about(act: &Act, rides: &[Occurrence]) -> bool {
    let Act::Except(exception) = act else { return true };
    rides.iter().any(|ride| (ride.series, ride.start) == (exception.series, exception.start))
}

fn on_rota(act: &Act) -> &[PersonId] {
    match act {
        Act::Series(series) => &series.rota,
        Act::Rota(rota) => &rota.rota,
        _ => &[],
    }
}

/// A zone that this machine does not know is taken for UTC: times are shown wrongly, rides are the
/// same.
pub fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// When it is that time there, in milliseconds since 1970. A time that a change of clocks skips is as
/// much later.
pub fn moment_ms(zone: &TimeZone, time: LocalTime) -> i64 {
    let (year, month, day, hour, minute) = time.civil();
    let small = |number: u32| i8::try_from(number).unwrap_or(1);
    let year = i16::try_from(year).unwrap_or(i16::MAX);
    let civil = DateTime::new(year, small(month), small(day), small(hour), small(minute), 0, 0);
    let zoned = civil.and_then(|civil| civil.to_zoned(zone.clone()));
    zoned.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}
