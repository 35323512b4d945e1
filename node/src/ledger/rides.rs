//! Rides among the requests: which are near, how each stands now, and whose week it is.
//!
//! What a ride comes to never depends on the present (`claim`); what is shown of it does. Everything
//! here that looks at the clock is shown and decides nothing.
//!
//! # Rules
//!
//! 1. Listed are the rides of the next [`WINDOW_DAYS`], and past ones that are not finished: those to
//!    which somebody did something as long as it takes, the others [`WINDOW_DAYS`] back.
//! 2. A ride for which nobody has said yes is offered to all from 24 hours before it begins.
//! 3. Where nobody has set off 30 minutes before, whoever stands by is named, and told that he is wanted:
//!    the first who waits, else the next on the rota.
//! 4. A ride is ready once everything has been looked at that its series names. A line counts as
//!    looked at where any entry of this text is ticked, so that both sides of a cut may tick it.

use std::{cmp::Reverse, collections::BTreeSet};

use crdt::{
    body::{Act, Body, Series, Verb},
    document::{FactEdit, ItemKey},
    id::{EnvelopeId, PersonId, RequestId},
    lifecycle::{Case, Rank, Ride, Status, What},
    rota::Rule,
    time::ClaimedTime,
};

use super::{After, Failed, Ledger, decide::not_for_looking};
use crate::{
    api::{
        ApiError, ChecklistItem, Command, DrivenRow, ErrorKind, OfferRow, RequestRow, RideRow,
        SeriesCommand, SeriesPage, SeriesReply, SeriesRow, WeekPage,
    },
    store::views::{Folded, RequestLine, RideLine, SeriesLine, kind_word, moment_ms, zone_of},
};

/// Days from now that rides are listed for.
pub(super) const WINDOW_DAYS: u32 = 14;

/// Days of one list at most: more is a calendar's.
const DAYS_MAX: u32 = 400;

const MINUTE_MS: i64 = 60 * 1_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// Rule 2.
const OFFERED_MS: i64 = DAY_MS;

/// Rule 3.
const LATE_MS: i64 = 30 * MINUTE_MS;

/// For so long after a ride should have begun somebody is still wanted for it.
const WANTED_MS: i64 = 2 * 60 * MINUTE_MS;

/// How the key of a line of the series begins, in commands about the checklist.
pub(super) const CHECK: &str = "check-";

impl Ledger {
    /// What this node's clock says, in milliseconds since 1970.
    pub(super) fn now_ms(&self) -> i64 {
        i64::try_from(self.claimed.0).unwrap_or(i64::MAX)
    }

    /// Answers what is only looked at.
    pub(super) fn tell_rides(&mut self, command: SeriesCommand) -> Result<SeriesReply, Failed> {
        match command {
            SeriesCommand::List => {
                let lines = self.views.series()?;
                let rows = lines.into_iter().map(|line| self.series_row(&line));
                Ok(SeriesReply::List { series: rows.collect::<Result<_, _>>()? })
            }
            SeriesCommand::Show { series, days } => self.series_page(&series, days),
            SeriesCommand::Week { days } => self.week(days),
            _ => Err(not_for_looking()),
        }
    }

    /// Rule 1: puts the near rides among the requests, and takes the far ones out.
    pub(super) fn with_rides(
        &self,
        mut lines: Vec<RequestLine>,
        all: bool,
    ) -> Result<Vec<RequestLine>, Failed> {
        let (from, to) = self.days_around(WINDOW_DAYS, WINDOW_DAYS);
        let near = self.views.rides_between(from, to)?;
        if !all {
            let far = self.views.far_rides(to)?;
            lines.retain(|line| !far.contains(&line.id));
        }
        let known: BTreeSet<RequestId> = lines.iter().map(|line| line.id).collect();
        for ride in near.iter().filter(|ride| !known.contains(&ride.occurrence.id())) {
            let line = self.request_line(&ride.occurrence.id())?;
            let is_over = ["closed", "cancelled", "declined", "referred"].contains(&&*line.status);
            if all || !is_over {
                lines.push(line);
            }
        }
        if !all {
            lines.sort_by_key(|line| Reverse(line.urgency));
        }
        Ok(lines)
    }

    /// Rides of this code or beginning of an id to which nobody has done anything yet; of several those
    /// that are near, as a code is said of what is near.
    pub(super) fn find_rides(&self, text: &str) -> Result<Vec<RequestId>, Failed> {
        let prefix = text.strip_prefix("env-").unwrap_or(text).to_lowercase();
        let is_prefix = prefix.len() >= 4 && prefix.chars().all(|c| c.is_ascii_hexdigit());
        let found = self.views.find_rides(text, if is_prefix { &prefix } else { "" })?;
        if found.len() < 2 {
            return Ok(found);
        }
        let (from, to) = self.days_around(WINDOW_DAYS, WINDOW_DAYS);
        let near = self.views.rides_between(from, to)?;
        let is_near = |id: &&RequestId| near.iter().any(|ride| ride.occurrence.id() == **id);
        let nearest: Vec<RequestId> = found.iter().filter(is_near).copied().collect();
        Ok(if nearest.is_empty() { found } else { nearest })
    }

    pub(super) fn days_around(&self, back_days: u32, days: u32) -> (i64, i64) {
        let now = self.now_ms();
        let ms = |days: u32| i64::from(days.min(DAYS_MAX)) * DAY_MS;
        (now - ms(back_days), now.saturating_add(ms(days)))
    }

    /// A request's line; a ride has one also where nobody has done anything to it.
    pub(super) fn request_line(&self, id: &RequestId) -> Result<RequestLine, Failed> {
        if let Some(line) = self.views.request(id)? {
            return Ok(line);
        }
        let unknown = || ApiError::new(ErrorKind::UnknownRequest, [("id", id.to_hex())]);
        if self.views.ride(id)?.is_none() {
            return Err(unknown().into());
        }
        let group = self.group_of_request(id)?;
        let Folded { case, claimed, .. } = self.case(id)?;
        Ok(RequestLine {
            id: *id,
            group: group.id,
            group_name: group.name,
            code: case.code.to_string(),
            title: case.title,
            status: case.status.as_str().to_owned(),
            urgency: case.urgency,
            holder: case.holders.first().copied(),
            provisional: case.provisional,
            requester: case.requester,
            conflicts: 0,
            claimed,
            kind: kind_word(case.terms.kind).to_owned(),
            held: None,
        })
    }

    /// A ride as a line for people.
    pub(super) fn ride_request(&self, id: &RequestId) -> Result<RequestRow, Failed> {
        self.request_row(self.request_line(id)?)
    }

    /// What a request is as a ride; none where it is none.
    pub(super) fn ride_row(&self, id: &RequestId) -> Result<Option<RideRow>, Failed> {
        if self.views.ride(id)?.is_none() {
            return Ok(None);
        }
        let case = self.case(id)?.case;
        let Some(ride) = &case.ride else { return Ok(None) };
        let begins_ms = moment_ms(&zone_of(&ride.zone), ride.starts);
        let (offered, late) = self.is_wanting(&case, ride);
        let backup = self.backup(&case, ride)?;
        let checks = self.checks(&case, Vec::new())?;
        let done = case.status.is_over() && !ride.waits_for_other_leg();
        Ok(Some(RideRow {
            series: ride.occurrence.series,
            leg: ride.occurrence.leg.as_str().to_owned(),
            date: ride.occurrence.start.to_string(),
            begins: ride.starts.to_string(),
            begins_ms: ClaimedTime(u64::try_from(begins_ms).unwrap_or(0)),
            zone: ride.zone.clone(),
            moved: ride.moved,
            said_yes: has_said_yes(&case),
            offered,
            late,
            backup: backup.map(|person| self.views.name_of(&person)).transpose()?,
            ready: checks.iter().all(|check| check.done),
            complete: done,
            other_leg: ride.has_back.then(|| ride.occurrence.other_leg().id()),
        }))
    }

    /// Rules 2 and 3: is it offered to all, and has nobody set off although it is time?
    fn is_wanting(&self, case: &Case, ride: &Ride) -> (bool, bool) {
        let begins_ms = moment_ms(&zone_of(&ride.zone), ride.starts);
        let on_the_way = case.standings.iter().any(|(_, rank)| *rank >= Rank::Departed);
        let waits = matches!(case.status, Status::Open | Status::Assigned) && !on_the_way;
        let within = |ms: i64| waits && begins_ms.saturating_sub(self.now_ms()) <= ms;
        (within(OFFERED_MS) && !has_said_yes(case), within(LATE_MS))
    }

    /// Rule 3: who stands by, where somebody is wanting.
    fn backup(&self, case: &Case, ride: &Ride) -> Result<Option<PersonId>, Failed> {
        if self.is_wanting(case, ride) == (false, false) {
            return Ok(None);
        }
        let group = self.group_of_request(&case.request)?;
        let here = |person: &&PersonId| {
            let away = case.timeline.iter().any(|entry| {
                let left = What::Did(Verb::Withdraw);
                entry.counted && entry.who == **person && entry.what == left
            });
            let is_member = self.truth.roster().best_auth(**person, group.scope).is_some();
            is_member && !away && !case.holders.contains(person)
        };
        let mut next = case.waitlist.iter().chain(&ride.next_by_rota);
        Ok(next.find(here).copied())
    }

    /// The rides that nobody has set off for although it is time, and for which this person stands by.
    pub(super) fn rides_wanting(&self, me: &PersonId) -> Result<Vec<RequestId>, Failed> {
        let now = self.now_ms();
        let mut wanting = Vec::new();
        for RideLine { occurrence, .. } in
            self.views.rides_between(now - WANTED_MS, now.saturating_add(LATE_MS))?
        {
            let case = self.case(&occurrence.id())?.case;
            let Some(ride) = &case.ride else { continue };
            let (_, late) = self.is_wanting(&case, ride);
            if late && self.backup(&case, ride)? == Some(*me) {
                wanting.push(case.request);
            }
        }
        Ok(wanting)
    }

    /// Rule 4: the checklist with the lines of the series first, each once.
    pub(super) fn checks(
        &self,
        case: &Case,
        mut listed: Vec<ChecklistItem>,
    ) -> Result<Vec<ChecklistItem>, Failed> {
        let Some(ride) = case.ride.as_ref().filter(|ride| !ride.checks.is_empty()) else {
            return Ok(listed);
        };
        let lines = self.check_lines(&case.request, &ride.checks)?;
        listed.retain(|item| !ride.checks.contains(&item.text));
        Ok(lines.into_iter().chain(listed).collect())
    }

    /// Lines that a plan has looked at, and how they stand in the checklist of this request.
    pub(super) fn check_lines(
        &self,
        request: &RequestId,
        texts: &[String],
    ) -> Result<Vec<ChecklistItem>, Failed> {
        let facts = self.facts_of(request)?.facts();
        let line = |(at, text): (usize, &String)| ChecklistItem {
            key: format!("{CHECK}{at}"),
            text: text.clone(),
            found: false,
            done: facts.checklist.iter().any(|item| item.text == *text && !item.done.is_empty()),
        };
        Ok(texts.iter().enumerate().map(line).collect())
    }

    /// Ticks an entry of a checklist, also a line of the series that has none on this ride yet.
    pub(super) fn tick(&mut self, text: &str, item: &str, done: bool) -> Result<After, Failed> {
        let unknown =
            || ApiError::new(ErrorKind::BadEdit, [("reason", "no such entry".to_owned())]);
        let Some(at) = item.strip_prefix(CHECK) else {
            let key = ItemKey::parse(item).ok_or_else(unknown)?;
            return self.edit_request(text, FactEdit::Tick(key, done));
        };
        let id = self.request_id(text)?;
        let checks = self.case(&id)?.case.ride.map(|ride| ride.checks).unwrap_or_default();
        let at = at.parse::<usize>().ok();
        let check = at.and_then(|at| checks.get(at)).ok_or_else(unknown)?;
        self.tick_text(&id, check, done)?;
        Ok(After::Read(Command::Request { id: id.to_hex() }))
    }

    /// Ticks every entry of this text in a request's checklist; where there is none it gets one.
    pub(super) fn tick_text(
        &mut self,
        request: &RequestId,
        text: &str,
        done: bool,
    ) -> Result<(), Failed> {
        let listed = self.facts_of(request)?.facts().checklist;
        let mut keys: Vec<ItemKey> =
            listed.into_iter().filter(|it| it.text == *text).map(|it| it.key).collect();
        let request = request.to_hex();
        if keys.is_empty() {
            let key = ItemKey::from_random(self.dice.draw());
            self.edit_request(&request, FactEdit::Add(key.clone(), text.to_owned()))?;
            keys.push(key);
        }
        for key in keys {
            self.edit_request(&request, FactEdit::Tick(key, done))?;
        }
        Ok(())
    }

    fn series_row(&self, line: &SeriesLine) -> Result<SeriesRow, Failed> {
        let group_name = self.group(&line.group.to_hex())?.name;
        Ok(SeriesRow {
            group: line.group,
            id: line.id,
            code: line.code.clone(),
            title: line.title.clone(),
            group_name,
        })
    }

    fn series_page(&mut self, text: &str, days: u32) -> Result<SeriesReply, Failed> {
        let (line, _) = self.series_named(text)?;
        let series = self.series_body(&line.id)?;
        let (from, to) = self.days_around(1, days);
        let rides = self.views.rides_of(&line.id)?;
        let near = rides.iter().filter(|ride| (from..=to).contains(&ride.begins_ms));
        let rows: Result<Vec<RequestRow>, Failed> =
            near.map(|ride| self.ride_request(&ride.occurrence.id())).collect();
        let now = self.now_ms();
        let next = rides.iter().find(|ride| ride.begins_ms >= now).or(rides.last());
        let rota = match next {
            Some(next) => self.case(&next.occurrence.id())?.case.ride.map(|ride| ride.rota),
            None => None,
        };
        let rota = rota.unwrap_or_else(|| series.rota.clone());
        let mut driven = self.views.driven(&line.id)?;
        for person in &rota {
            driven.entry(*person).or_default();
        }
        let driven = driven.iter().map(|(person, legs)| -> Result<DrivenRow, Failed> {
            Ok(DrivenRow { person: self.views.name_of(person)?, legs: *legs })
        });
        let mut driven = driven.collect::<Result<Vec<_>, _>>()?;
        driven.sort_by(|one, other| one.person.cmp(&other.person));
        let rota = rota.iter().map(|person| Ok(self.views.name_of(person)?));
        Ok(SeriesReply::Page(Box::new(SeriesPage {
            row: self.series_row(&line)?,
            understood: series.rule.parse::<Rule>().is_ok(),
            details: series.details,
            rule: series.rule,
            start: series.start.to_string(),
            zone: series.zone,
            back_after_min: series.back_after_min,
            rota: rota.collect::<Result<_, Failed>>()?,
            checks: series.checks,
            rides: rows?,
            driven,
        })))
    }

    fn series_body(&self, id: &EnvelopeId) -> Result<Series, Failed> {
        let planned = self.truth.read().verdict(id)?;
        match planned.map(|planned| planned.read_body()) {
            Some(Ok(Body::Act(Act::Series(series)))) => Ok(series),
            _ => Err(ApiError::new(ErrorKind::UnknownSeries, [("name", id.to_hex())]).into()),
        }
    }

    /// My rides until then, those that I stand by for, and what others offer me.
    fn week(&mut self, days: u32) -> Result<SeriesReply, Failed> {
        let me = self.person()?;
        let (from, to) = self.days_around(WINDOW_DAYS, days);
        let mut page = WeekPage { mine: Vec::new(), standby: Vec::new(), offers: Vec::new() };
        for RideLine { occurrence, .. } in self.views.rides_between(from, to)? {
            let id = occurrence.id();
            let case = self.case(&id)?.case;
            let offers = case.ride.as_ref().map(|ride| ride.offers.clone()).unwrap_or_default();
            for offer in offers.iter().filter(|offer| offer.to == me) {
                page.offers.push(OfferRow {
                    by: self.views.name_of(&offer.by)?,
                    theirs: self.ride_request(&id)?,
                    mine: self.ride_request(&offer.other)?,
                });
            }
            if case.status.is_over() {
                continue;
            }
            if case.holders.contains(&me) {
                page.mine.push(self.ride_request(&id)?);
                continue;
            }
            let ride = case.ride.as_ref();
            let backup = ride.map(|ride| self.backup(&case, ride)).transpose()?.flatten();
            if backup == Some(me) {
                page.standby.push(self.ride_request(&id)?);
            }
        }
        Ok(SeriesReply::Week(page))
    }
}

fn has_said_yes(case: &Case) -> bool {
    case.holders.iter().any(|holder| !case.awaiting.contains(holder))
}
