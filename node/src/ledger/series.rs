//! Rides that recur, as desk and captain plan them and drivers speak of them.
//!
//! # Rules
//!
//! 1. Desk and captain plan; everybody in the group sees. Who is on the rota is in the group.
//! 2. What is written about a ride cites the heads of the ride and of its series; an exception those
//!    of both legs, an acceptance those of both rides. So everybody's words are judged by what he had
//!    really seen.
//! 3. Absence is a withdrawal, one for each leg that is his.
//! 4. A swap needs both: the one who says it first offers, the other accepts by saying the same.

use crdt::{
    body::{Act, Body, Deed, Exception, Part, RidePlan, RotaEdit, Series, Verb},
    code::Code,
    id::{EnvelopeId, PersonId, RequestId},
    lifecycle::{self, Case, Status},
    limits::{
        BACK_AFTER_MIN_MAX, CHECKS_PER_SERIES_MAX, NAME_BYTES_MAX, ROTA_MAX, RULE_BYTES_MAX,
        TEXT_BYTES_MAX, ZONE_BYTES_MAX,
    },
    rota::{LocalTime, Rule},
};

use super::{
    After, Failed, Ledger,
    cases::Before,
    decide::{checked, one_line, refuse_private, say, too_long},
};
use crate::{
    api::{
        self, ApiError, CaseVerb, Command, ErrorKind, NewSeries, PlanWord, Reply, SeriesCommand,
        SeriesReply,
    },
    store::{
        truth::Deps,
        views::{GroupLine, RideLine, SeriesLine, parts_of},
    },
};

/// What is shown once something about rides was written.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) enum Shown {
    /// These.
    Changed(Vec<RequestId>),
    /// Both rides of a swap that is done, or only offered.
    Swap { done: bool, mine: RequestId, theirs: RequestId },
}

impl Ledger {
    /// Carries out what changes something about series and rides.
    pub(super) fn plan_rides(&mut self, command: SeriesCommand) -> Result<After, Failed> {
        use SeriesCommand as Do;
        match command {
            Do::New(series) => self.plan_series(*series),
            Do::Rota { series, from, people, reason } => {
                self.set_drivers(&series, from.as_deref(), &people, &reason)
            }
            Do::Edit { series, date, plan, reason } => {
                self.except_ride(&series, &date, &plan, &reason)
            }
            Do::Absent { ride, date } => self.be_absent(&ride, date.as_deref()),
            Do::Swap { mine, theirs } => self.swap(&mine, &theirs),
            looking @ (Do::List | Do::Show { .. } | Do::Week { .. }) => {
                Ok(After::Read(Command::Series(looking)))
            }
        }
    }

    fn plan_series(&mut self, new: NewSeries) -> Result<After, Failed> {
        let group = self.group(&new.group)?;
        let role = self.planner(&group)?;
        let auth = self.auth_in(group.id, &group.name)?;
        let title = checked("title", one_line(&new.title), NAME_BYTES_MAX)?;
        if new.details.len() > TEXT_BYTES_MAX {
            return Err(too_long("details", TEXT_BYTES_MAX).into());
        }
        refuse_private(&title)?;
        refuse_private(&new.details)?;
        let back_fits = new.back_after_min.is_none_or(|after| after <= BACK_AFTER_MIN_MAX);
        if !back_fits || new.zone.len() > ZONE_BYTES_MAX || new.rule.len() > RULE_BYTES_MAX {
            return Err(bad_plan("rule", &new.rule));
        }
        let rule: Rule = new.rule.parse().map_err(|_| bad_plan("rule", &new.rule))?;
        let start: LocalTime = new.start.parse().map_err(|_| bad_plan("time", &new.start))?;
        if jiff::tz::TimeZone::get(&new.zone).is_err() {
            return Err(bad_plan("zone", &new.zone));
        }
        if rule.starts(start).is_empty() {
            return Err(bad_plan("rule", &new.rule));
        }
        if new.checks.len() > CHECKS_PER_SERIES_MAX {
            return Err(too_long("checks", CHECKS_PER_SERIES_MAX).into());
        }
        let checks = new.checks.iter().map(|check| {
            refuse_private(check)?;
            checked("checks", one_line(check), NAME_BYTES_MAX)
        });
        let series = Series {
            title,
            details: new.details,
            urgency: if new.urgent { 3 } else { 2 },
            start,
            zone: new.zone,
            rule: new.rule,
            back_after_min: new.back_after_min,
            rota: self.drivers(&group, &new.rota)?,
            checks: checks.collect::<Result<_, _>>()?,
            role,
            subject: new.subject.map(|name| self.person_named(&name)).transpose()?,
        };
        let series = Body::Act(Act::Series(series));
        let id = self.write(series, group.scope, Deps::Subject, Some(auth))?;
        let code = Code::of(&id).to_string();
        Ok(say(Reply::Series(SeriesReply::Planned { id, code })))
    }

    /// In which capacity the one who acts plans rides in this group.
    fn planner(&self, group: &GroupLine) -> Result<Part, Failed> {
        let parts = parts_of(&self.truth, &self.person()?, &group.id);
        let planner = [Part::Desk, Part::Captain].into_iter().find(|part| parts.contains(part));
        let what = || ApiError::not_allowed("plan rides");
        planner.ok_or_else(|| what().into())
    }

    /// Rule 1: people of the group, by name.
    fn drivers(&self, group: &GroupLine, names: &[String]) -> Result<Vec<PersonId>, Failed> {
        if names.len() > ROTA_MAX {
            return Err(too_long("rota", ROTA_MAX).into());
        }
        let driver = |name: &String| {
            let person = self.person_named(name)?;
            let is_member = parts_of(&self.truth, &person, &group.id).contains(&Part::Member);
            let args = [("name", name.clone()), ("group", group.name.clone())];
            let stranger = || ApiError::new(ErrorKind::NotInGroup, args);
            if is_member { Ok(person) } else { Err(stranger().into()) }
        };
        names.iter().map(driver).collect()
    }

    fn set_drivers(
        &mut self,
        text: &str,
        from: Option<&str>,
        people: &[String],
        reason: &str,
    ) -> Result<After, Failed> {
        let (line, group) = self.series_named(text)?;
        let role = self.planner(&group)?;
        let rides = self.views.rides_of(&line.id)?;
        let first = match from {
            Some(date) => self.ride_of_date(&line, &rides, date)?,
            None => {
                let now = self.now_ms();
                let next = rides.iter().find(|ride| ride.begins_ms >= now);
                *next.or(rides.last()).ok_or_else(|| bad_plan("rule", &line.title))?
            }
        };
        let rota = self.drivers(&group, people)?;
        let note = self.reason(reason)?;
        let edit = RotaEdit { series: line.id, role, from_k: first.occurrence.k, rota, note };
        let before = self.before(&first.occurrence.id())?;
        self.write_acts(before, None, vec![Act::Rota(edit)])?;
        self.show_series(&line.id)
    }

    fn except_ride(
        &mut self,
        text: &str,
        date: &str,
        plan: &PlanWord,
        reason: &str,
    ) -> Result<After, Failed> {
        let (line, group) = self.series_named(text)?;
        let role = self.planner(&group)?;
        let rides = self.views.rides_of(&line.id)?;
        let ride = self.ride_of_date(&line, &rides, date)?;
        let plan = match plan {
            PlanWord::Off => RidePlan::Off {},
            PlanWord::AsPlanned => RidePlan::AsPlanned {},
            PlanWord::At(time) => RidePlan::At(time.parse().map_err(|_| bad_plan("time", time))?),
        };
        let note = self.reason(reason)?;
        let other = ride.occurrence.other_leg().id();
        let other = self.views.ride(&other)?.map(|leg| leg.occurrence.id());
        let (series, start) = (line.id, ride.occurrence.start);
        let exception = Exception { series, role, start, plan, note };
        let before = self.before(&ride.occurrence.id())?;
        self.write_acts(before, other, vec![Act::Except(exception)])?;
        self.show_series(&line.id)
    }

    /// Rule 3.
    fn be_absent(&mut self, text: &str, date: Option<&str>) -> Result<After, Failed> {
        let me = self.person()?;
        let legs = match date {
            None => vec![self.request_id(text)?],
            Some(date) => {
                let (line, _) = self.series_named(text)?;
                let rides = self.views.rides_of(&line.id)?;
                let ride = self.ride_of_date(&line, &rides, date)?;
                let legs = rides.iter().filter(|leg| leg.occurrence.k == ride.occurrence.k);
                let legs: Vec<RequestId> = legs.map(|leg| leg.occurrence.id()).collect();
                let mut mine = legs.clone();
                for leg in &legs {
                    if self.case(leg)?.case.standing(&me).is_none() {
                        mine.retain(|it| it != leg);
                    }
                }
                // Whose none is hears why.
                if mine.is_empty() { legs } else { mine }
            }
        };
        for leg in &legs {
            self.do_deed(&api::Deed::of(&leg.to_hex(), CaseVerb::Withdraw))?;
        }
        Ok(After::Rides(Shown::Changed(legs)))
    }

    /// Confirming one leg confirms the other, where that is done as well.
    pub(super) fn confirm_other_leg(&mut self, case: &Case, verb: Verb) -> Result<(), Failed> {
        let other = case.ride.as_ref().filter(|ride| ride.other_leg == Some(Status::Resolved));
        if let (Verb::Confirm, Some(ride)) = (verb, other) {
            let other = ride.occurrence.other_leg().id();
            self.do_deed(&api::Deed::of(&other.to_hex(), CaseVerb::Confirm))?;
        }
        Ok(())
    }

    /// Rule 4.
    fn swap(&mut self, mine: &str, theirs: &str) -> Result<After, Failed> {
        let (mine, theirs) = (self.request_id(mine)?, self.request_id(theirs)?);
        let me = self.person()?;
        let (mine_before, theirs_before) = (self.before(&mine)?, self.before(&theirs)?);
        let no_swap = || Failed::from(ApiError::new(ErrorKind::NoSwap, []));
        let same_group = mine_before.group.id == theirs_before.group.id && mine != theirs;
        let (Some(_), Some(ride), true) =
            (&mine_before.case.ride, &theirs_before.case.ride, same_group)
        else {
            return Err(no_swap());
        };
        let may = |before: &Before, verb| -> Result<Deed, Failed> {
            let plan = lifecycle::may(&before.case, &me, &before.parts, verb);
            plan.ok().and_then(|mut deeds| deeds.pop()).ok_or_else(no_swap)
        };
        let offer = may(&mine_before, Verb::Offer)?;
        let answered = ride.offers.iter().find(|it| (it.to, it.other) == (me, mine)).copied();
        if let Some(answered) = answered {
            // The acceptance stands on the ride that was offered.
            let accept = may(&theirs_before, Verb::Accept)?;
            let accept = Deed { other: Some(mine), offer: Some(answered.id), ..accept };
            self.write_deeds(theirs_before, vec![accept])?;
        } else {
            let mut holders = theirs_before.case.holders.iter().filter(|holder| **holder != me);
            let about = Some(*holders.next().ok_or_else(no_swap)?);
            self.write_deeds(mine_before, vec![Deed { about, other: Some(theirs), ..offer }])?;
        }
        Ok(After::Rides(Shown::Swap { done: answered.is_some(), mine, theirs }))
    }

    fn show_series(&self, id: &EnvelopeId) -> Result<After, Failed> {
        let show = SeriesCommand::Show { series: id.to_hex(), days: super::rides::WINDOW_DAYS };
        Ok(After::Read(Command::Series(show)))
    }

    fn reason(&self, text: &str) -> Result<String, Failed> {
        let reason = one_line(text);
        refuse_private(&reason)?;
        if reason.len() > NAME_BYTES_MAX {
            return Err(too_long("reason", NAME_BYTES_MAX).into());
        }
        Ok(reason)
    }

    fn ride_case(&self, ride: &RideLine) -> Result<Case, Failed> {
        Ok(self.case(&ride.occurrence.id())?.case)
    }

    /// The series of this title, code, or beginning of an id.
    pub(super) fn series_named(&self, text: &str) -> Result<(SeriesLine, GroupLine), Failed> {
        let text = text.trim();
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let digits = text.strip_prefix("env-").unwrap_or(text).to_lowercase();
        let all = self.views.series()?;
        let answers = |line: &&SeriesLine| {
            let prefix = digits.len() >= 4 && line.id.to_hex().starts_with(&digits);
            line.title == text || line.code == code || prefix
        };
        let found: Vec<&SeriesLine> = all.iter().filter(answers).collect();
        let line = match found.as_slice() {
            [one] => (*one).clone(),
            [] => {
                return Err(ApiError::new(ErrorKind::UnknownSeries, [("name", text.into())]).into());
            }
            many => {
                let ids: Vec<String> = many.iter().map(|line| line.code.clone()).collect();
                let args = [("name", text.to_owned()), ("candidates", ids.join(", "))];
                return Err(ApiError::new(ErrorKind::Ambiguous, args).into());
            }
        };
        let group = self.group(&line.group.to_hex())?;
        Ok((line, group))
    }

    /// The way there of this date: of the original start, else of the start that it was moved to.
    fn ride_of_date(
        &self,
        line: &SeriesLine,
        rides: &[RideLine],
        date: &str,
    ) -> Result<RideLine, Failed> {
        let date = date.trim();
        let unknown = || {
            let args = [("name", line.title.clone()), ("date", date.to_owned())];
            Failed::from(ApiError::new(ErrorKind::NoRideThen, args))
        };
        if date.len() < "2026-03-03".len() {
            return Err(unknown());
        }
        let on = |ride: &&RideLine| ride.occurrence.start.to_string().starts_with(date);
        if let Some(ride) = rides.iter().find(on) {
            return Ok(*ride);
        }
        for ride in rides {
            let moved = self.ride_case(ride)?.ride.filter(|ride| ride.moved);
            if moved.is_some_and(|ride| ride.starts.to_string().starts_with(date)) {
                return Ok(*ride);
            }
        }
        Err(unknown())
    }

    /// Rides as they are now that the lists have caught up.
    pub(super) fn show_rides(&mut self, shown: &Shown) -> Result<Reply, Failed> {
        let reply = match shown {
            Shown::Changed(rides) => {
                let rows = rides.iter().map(|ride| self.ride_request(ride));
                SeriesReply::Rides { rides: rows.collect::<Result<_, _>>()? }
            }
            Shown::Swap { done, mine, theirs } => SeriesReply::Swap {
                done: *done,
                mine: Box::new(self.ride_request(mine)?),
                theirs: Box::new(self.ride_request(theirs)?),
            },
        };
        Ok(Reply::Series(reply))
    }
}

fn bad_plan(what: &str, text: &str) -> Failed {
    let args = [("what", what.to_owned()), ("text", text.to_owned())];
    ApiError::new(ErrorKind::BadPlan, args).into()
}
