//! Activities: planned and called off by those who lead the group; their places claimed by everybody in
//! it.
//!
//! # Rules
//!
//! 1. A role is a request with as many places; what people do about a place is a deed on that request,
//!    and who holds one is `lifecycle`'s word.
//! 2. Who leads: whoever has rank 2 or more over the group or around it.
//! 3. What is to be looked at stands in the checklist of the first role's request, as with rides: a line
//!    counts as looked at where any entry of this text is ticked.
//! 4. What is near is shown and decides nothing: over, and who stands by, follow from this box's clock.

use std::collections::BTreeSet;

use crdt::{
    activity::{CalledOff, STANDBY_MIN, standby, unaware},
    body::{Act, Activity, ActivityRole, Ask, AskKind, Body, Part, Plan, Terms},
    code::Code,
    id::{EnvelopeId, PersonId, RequestId},
    lifecycle::{Case, Rank},
    limits::{ACTIVITY_CHECKS_MAX, NAME_BYTES_MAX, ROLES_MAX, TEXT_BYTES_MAX},
    time::ClaimedTime,
};

use super::{
    After, Failed, Ledger,
    decide::{checked, not_for_looking, one_line, refuse_private, say, too_long},
};
use crate::{
    api::{
        ActivityCommand, ActivityPage, ActivityReply, ActivityRow, ApiError, CaseVerb,
        ChecklistItem, Command, Deed, ErrorKind, NewActivity, NewRole, PlaceVerb, PlacesRow, Reply,
    },
    calendar::calendar,
    store::{
        truth::Deps,
        views::{ActivityLine, GroupLine},
    },
};

const MINUTE_MS: i64 = 60 * 1_000;

/// An activity with all that is said of it.
pub(super) struct Gathering {
    pub line: ActivityLine,
    pub plan: Plan,
    pub by: PersonId,
    pub roles: Vec<Case>,
    pub off: Option<CalledOff>,
}

impl Ledger {
    pub(super) fn run_activity(&mut self, command: ActivityCommand) -> Result<After, Failed> {
        use ActivityCommand as Do;
        match command {
            Do::New(new) => self.plan_activity(*new),
            Do::Place { activity, role, verb, person } => {
                self.take_place(&activity, role.as_deref(), verb, person)
            }
            Do::CallOff { activity, reason } => self.call_off(&activity, &reason),
            Do::Heard { activity } => self.heard(&activity),
            Do::Tick { activity, check, done } => self.tick_activity(&activity, &check, done),
            looking @ (Do::List { .. } | Do::Show { .. } | Do::Calendar { .. }) => {
                Ok(After::Read(Command::Activity(looking)))
            }
        }
    }

    pub(super) fn tell_activity(
        &mut self,
        command: ActivityCommand,
    ) -> Result<ActivityReply, Failed> {
        match command {
            ActivityCommand::List { all } => {
                Ok(ActivityReply::List { activities: self.activities(all)? })
            }
            ActivityCommand::Show { activity } => {
                let gathering = self.gathering(&activity)?;
                Ok(ActivityReply::Page(Box::new(self.activity_page(&gathering)?)))
            }
            ActivityCommand::Calendar { activity } => {
                let rows = self.calendar_rows(activity.as_deref())?;
                Ok(ActivityReply::Calendar { file: calendar(&rows, self.claimed) })
            }
            _ => Err(not_for_looking()),
        }
    }

    fn plan_activity(&mut self, new: NewActivity) -> Result<After, Failed> {
        let group = self.group(&new.group)?;
        self.must_lead(&group)?;
        let auth = self.auth_in(group.id, &group.name)?;
        let new = checked_activity(new)?;
        let mut roles = Vec::new();
        for role in &new.roles {
            let ask = Body::Act(Act::Ask(asks_for(&new, role)));
            let request = self.write(ask, group.scope, Deps::Subject, Some(auth))?;
            roles.push(ActivityRole { name: role.name.clone(), request });
        }
        let cites = roles.iter().map(|role| role.request).collect();
        let NewActivity { title, details, place, from_ms, until_ms, checks, .. } = new;
        let plan = Plan { title, details, place, from_ms, until_ms, roles, checks };
        let plan = Body::Activity(Activity::Plan(plan));
        let id = self.write(plan, group.scope, Deps::These(cites), Some(auth))?;
        let code = Code::of(&id).to_string();
        Ok(say(Reply::Activity(ActivityReply::Planned { id, code })))
    }

    /// Rule 2.
    pub(super) fn must_lead(&self, group: &GroupLine) -> Result<(), Failed> {
        if self.leads(group)? {
            return Ok(());
        }
        let args = [("group", group.name.clone())];
        Err(ApiError::new(ErrorKind::NotAnOwner, args).into())
    }

    pub(super) fn leads(&self, group: &GroupLine) -> Result<bool, Failed> {
        Ok(self.truth.roster().is_owner(&group.id, self.person()?))
    }

    fn take_place(
        &mut self,
        text: &str,
        role: Option<&str>,
        verb: PlaceVerb,
        person: Option<String>,
    ) -> Result<After, Failed> {
        let gathering = self.gathering(text)?;
        if gathering.off.is_some() && verb != PlaceVerb::Leave {
            let args = [("name", gathering.plan.title)];
            return Err(ApiError::new(ErrorKind::CalledOff, args).into());
        }
        let request = self.role_named(&gathering, role, verb)?;
        let verb = match verb {
            PlaceVerb::Join => CaseVerb::Claim,
            PlaceVerb::Leave => CaseVerb::Withdraw,
            PlaceVerb::Yes => CaseVerb::Ack,
            PlaceVerb::Go => CaseVerb::Depart,
            PlaceVerb::Grant => CaseVerb::Grant,
        };
        self.do_deed(&Deed { person, ..Deed::of(&request.to_hex(), verb) })?;
        self.show_activity(&gathering.line.id)
    }

    /// The role of this name or code; where none is named the only one, or the one in which whoever acts
    /// has a standing already.
    fn role_named(
        &self,
        gathering: &Gathering,
        role: Option<&str>,
        verb: PlaceVerb,
    ) -> Result<RequestId, Failed> {
        let me = self.person()?;
        let roles = || gathering.plan.roles.iter().map(|role| (&role.name, role.request));
        let found: Vec<RequestId> = match role {
            Some(text) => {
                let text = text.trim();
                let named = |(name, id): &(&String, RequestId)| {
                    *name == text || Code::of(id).to_string() == text || id.to_hex() == text
                };
                roles().filter(named).map(|(_, id)| id).collect()
            }
            None if roles().count() == 1 || matches!(verb, PlaceVerb::Join | PlaceVerb::Grant) => {
                roles().map(|(_, id)| id).collect()
            }
            None => {
                let mine = gathering.roles.iter().filter(|case| case.standing(&me).is_some());
                mine.map(|case| case.request).collect()
            }
        };
        match found.as_slice() {
            [one] => Ok(*one),
            _ => {
                let names: Vec<&str> = roles().map(|(name, _)| name.as_str()).collect();
                let name = role.unwrap_or_default().to_owned();
                let args = [("name", name), ("candidates", names.join(", "))];
                Err(ApiError::new(ErrorKind::Ambiguous, args).into())
            }
        }
    }

    fn call_off(&mut self, text: &str, reason: &str) -> Result<After, Failed> {
        let gathering = self.gathering(text)?;
        let reason = checked("reason", one_line(reason), NAME_BYTES_MAX)?;
        refuse_private(&reason)?;
        let id = gathering.line.id;
        if gathering.off.is_none() {
            self.say_of(&gathering.line, true, Activity::CallOff { activity: id, reason })?;
        }
        self.show_activity(&id)
    }

    fn heard(&mut self, text: &str) -> Result<After, Failed> {
        let Gathering { line, off, .. } = self.gathering(text)?;
        let me = self.person()?;
        let waits = off.as_ref().is_some_and(|off| !off.heard.contains(&me));
        if waits {
            self.say_of(&line, false, Activity::Heard { activity: line.id })?;
        }
        self.show_activity(&line.id)
    }

    /// Writes something about an activity; `leads`: only whoever leads its group may.
    pub(super) fn say_of(
        &mut self,
        line: &ActivityLine,
        leads: bool,
        said: Activity,
    ) -> Result<EnvelopeId, Failed> {
        let group = self.group(&line.group.to_hex())?;
        if leads {
            self.must_lead(&group)?;
        }
        let auth = self.auth_in(group.id, &group.name)?;
        self.write(Body::Activity(said), group.scope, Deps::Subject, Some(auth))
    }

    fn tick_activity(&mut self, text: &str, check: &str, done: bool) -> Result<After, Failed> {
        let Gathering { line, plan, .. } = self.gathering(text)?;
        let unknown =
            || ApiError::new(ErrorKind::BadEdit, [("reason", "no such entry".to_owned())]);
        let by_key = check.strip_prefix(super::rides::CHECK).and_then(|at| at.parse().ok());
        let by_key = by_key.and_then(|at: usize| plan.checks.get(at));
        let named = by_key.or_else(|| plan.checks.iter().find(|it| it.as_str() == check.trim()));
        let named = named.ok_or_else(unknown)?.clone();
        let list = self.views.list_of(&self.truth, &line.group, &plan)?.ok_or_else(unknown)?;
        self.tick_text(&list, &named, done)?;
        self.show_activity(&line.id)
    }

    fn show_activity(&self, id: &EnvelopeId) -> Result<After, Failed> {
        let show = ActivityCommand::Show { activity: id.to_hex() };
        Ok(After::Read(Command::Activity(show)))
    }

    /// The activity of this title, code, or beginning of an id.
    pub(super) fn gathering(&self, text: &str) -> Result<Gathering, Failed> {
        let text = text.trim();
        let unknown =
            || Failed::from(ApiError::new(ErrorKind::UnknownActivity, [("name", text.to_owned())]));
        let mut found = Vec::new();
        for line in self.views.find_activities(text)? {
            if let Some((plan, by)) = self.views.plan(&self.truth, &line.id)? {
                found.push((line, plan, by));
            }
        }
        match found.len() {
            0 => Err(unknown()),
            1 => {
                let (line, plan, by) = found.pop().ok_or_else(unknown)?;
                self.gather(line, plan, by)
            }
            _ => {
                let codes: Vec<String> = found.iter().map(|(line, ..)| line.code.clone()).collect();
                let args = [("name", text.to_owned()), ("candidates", codes.join(", "))];
                Err(ApiError::new(ErrorKind::Ambiguous, args).into())
            }
        }
    }

    fn gather(&self, line: ActivityLine, plan: Plan, by: PersonId) -> Result<Gathering, Failed> {
        let mut roles = Vec::new();
        for role in &plan.roles {
            // What cannot be read, or was named and is no request, has no places.
            if let Some(folded) = self.views.fold(&self.truth, &role.request)? {
                roles.push(folded.case);
            }
        }
        let off = self.views.called_off(&self.truth, &line.id)?;
        Ok(Gathering { line, plan, by, roles, off })
    }

    fn activities(&self, all: bool) -> Result<Vec<ActivityRow>, Failed> {
        let mut activities = Vec::new();
        let now = self.claimed.0;
        for line in self.views.activities()? {
            if !all && line.until_ms < now {
                continue;
            }
            if let Some((plan, by)) = self.views.plan(&self.truth, &line.id)? {
                let gathering = self.gather(line, plan, by)?;
                activities.push(self.activity_row(&gathering)?);
            }
        }
        activities.sort_by_key(|row| (row.from_ms, row.id));
        Ok(activities)
    }

    /// This activity, or those in which whoever asks has a place, also called off.
    fn calendar_rows(&mut self, activity: Option<&str>) -> Result<Vec<ActivityRow>, Failed> {
        if let Some(text) = activity {
            let gathering = self.gathering(text)?;
            return Ok(vec![self.activity_row(&gathering)?]);
        }
        let mut rows = self.activities(true)?;
        rows.retain(|row| matches!(row.mine.as_deref(), Some("holder" | "awaiting")));
        Ok(rows)
    }

    pub(super) fn activity_row(&self, gathering: &Gathering) -> Result<ActivityRow, Failed> {
        let Gathering { line, plan, roles, off, .. } = gathering;
        let group = self.group(&line.group.to_hex())?;
        let taken = roles.iter().map(|case| case.holders.len() as u64).sum();
        let waiting = roles.iter().map(|case| case.waitlist.len() as u64).sum();
        let me = self.identity.person;
        let mine = me.and_then(|me| roles.iter().filter_map(|case| stands(case, &me)).min());
        Ok(ActivityRow {
            id: line.id,
            code: line.code.clone(),
            title: plan.title.clone(),
            group: group.id,
            leads: self.leads(&group)?,
            group_name: group.name,
            place: plan.place.clone(),
            from_ms: ClaimedTime(plan.from_ms),
            until_ms: ClaimedTime(plan.until_ms),
            places: roles.iter().map(|case| u64::from(case.places)).sum(),
            taken,
            waiting,
            ready: self.is_ready(gathering)?,
            called_off: off.is_some(),
            over: plan.until_ms < self.claimed.0,
            mine: mine.map(str::to_owned),
        })
    }

    /// Rule 3.
    fn is_ready(&self, gathering: &Gathering) -> Result<bool, Failed> {
        Ok(self.checks_of(gathering)?.iter().all(|line| line.done))
    }

    fn checks_of(&self, gathering: &Gathering) -> Result<Vec<ChecklistItem>, Failed> {
        let Gathering { line, plan, .. } = gathering;
        if plan.checks.is_empty() {
            return Ok(Vec::new());
        }
        match self.views.list_of(&self.truth, &line.group, plan)? {
            Some(list) => self.check_lines(&list, &plan.checks),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn activity_page(&self, gathering: &Gathering) -> Result<ActivityPage, Failed> {
        let Gathering { plan, by, roles, off, .. } = gathering;
        let me = self.person()?;
        let waits: BTreeSet<PersonId> =
            off.as_ref().map(|off| unaware(off, roles)).unwrap_or_default();
        let rows = plan.roles.iter().filter_map(|role| {
            let case = roles.iter().find(|case| case.request == role.request)?;
            Some(self.places_row(gathering, &role.name, case, &me))
        });
        Ok(ActivityPage {
            row: self.activity_row(gathering)?,
            details: plan.details.clone(),
            by: self.views.name_of(by)?,
            roles: rows.collect::<Result<_, _>>()?,
            checks: self.checks_of(gathering)?,
            reason: off.as_ref().map(|off| off.reason.clone()),
            must_hear: waits.contains(&me),
            unaware: self.called(waits.iter())?,
        })
    }

    fn places_row(
        &self,
        gathering: &Gathering,
        name: &str,
        case: &Case,
        me: &PersonId,
    ) -> Result<PlacesRow, Failed> {
        let wanted = self.called_up(gathering, case)?;
        let going = case.holders.iter().filter(|who| case.standing(who) >= Some(Rank::Departed));
        Ok(PlacesRow {
            name: name.to_owned(),
            request: case.request,
            code: case.code.to_string(),
            places: case.places,
            holders: self.called(&case.holders)?,
            awaiting: self.called(&case.awaiting)?,
            going: self.called(going)?,
            waitlist: self.called(&case.waitlist)?,
            standby: self.called(&wanted)?,
            mine: stands(case, me).map(str::to_owned),
        })
    }

    /// Who of those who wait is wanted now.
    fn called_up(&self, gathering: &Gathering, case: &Case) -> Result<Vec<PersonId>, Failed> {
        let begins = i64::try_from(gathering.plan.from_ms).unwrap_or(i64::MAX);
        // A minute that has begun still counts whole.
        let left_min = -self.now_ms().saturating_sub(begins).div_euclid(MINUTE_MS);
        if gathering.off.is_some() || left_min > STANDBY_MIN {
            return Ok(Vec::new());
        }
        let there = self.there(&gathering.line.id)?;
        Ok(standby(case, left_min, &|person| there.contains(person)))
    }

    /// The activities that begin within half an hour or are going on and want this person, who waits
    /// for a place; beside each the first role that does.
    pub(super) fn activities_wanting(
        &self,
        me: &PersonId,
    ) -> Result<Vec<(EnvelopeId, RequestId)>, Failed> {
        let now = self.claimed.0;
        let soon = now.saturating_add((STANDBY_MIN * MINUTE_MS).unsigned_abs());
        let mut wanting = Vec::new();
        for line in self.views.activities_around(soon, now)? {
            let Some((plan, by)) = self.views.plan(&self.truth, &line.id)? else { continue };
            let gathering = self.gather(line, plan, by)?;
            for case in gathering.roles.iter().filter(|case| case.waitlist.contains(me)) {
                if self.called_up(&gathering, case)?.contains(me) {
                    wanting.push((gathering.line.id, case.request));
                    break;
                }
            }
        }
        Ok(wanting)
    }

    pub(super) fn called<'a>(
        &self,
        people: impl IntoIterator<Item = &'a PersonId>,
    ) -> Result<Vec<String>, Failed> {
        people.into_iter().map(|person| Ok(self.views.name_of(person)?)).collect()
    }
}

/// Where somebody stands, in one word; the words are in the order of how much they matter.
fn stands(case: &Case, who: &PersonId) -> Option<&'static str> {
    match () {
        () if case.awaiting.contains(who) => Some("awaiting"),
        () if case.holders.contains(who) => Some("holder"),
        () if case.waitlist.contains(who) => Some("waiting"),
        () => None,
    }
}

fn checked_activity(mut new: NewActivity) -> Result<NewActivity, Failed> {
    new.title = checked("title", one_line(&new.title), NAME_BYTES_MAX)?;
    new.place = one_line(&new.place);
    if new.details.len() > TEXT_BYTES_MAX {
        return Err(too_long("details", TEXT_BYTES_MAX).into());
    }
    if new.place.len() > NAME_BYTES_MAX {
        return Err(too_long("place", NAME_BYTES_MAX).into());
    }
    if new.until_ms < new.from_ms {
        return Err(ApiError::new(ErrorKind::BadWindow, []).into());
    }
    if !(1..=ROLES_MAX).contains(&new.roles.len()) {
        return Err(too_long("roles", ROLES_MAX).into());
    }
    if new.checks.len() > ACTIVITY_CHECKS_MAX {
        return Err(too_long("checks", ACTIVITY_CHECKS_MAX).into());
    }
    for role in &mut new.roles {
        role.name = checked("roles", one_line(&role.name), NAME_BYTES_MAX)?;
        if !(1..=1_000).contains(&role.places) {
            return Err(too_long("places", 1_000).into());
        }
    }
    for check in &mut new.checks {
        *check = checked("checks", one_line(check), NAME_BYTES_MAX)?;
    }
    let names: BTreeSet<&String> = new.roles.iter().map(|role| &role.name).collect();
    if names.len() < new.roles.len() {
        return Err(too_long("roles", ROLES_MAX).into());
    }
    let shown = [&new.title, &new.details, &new.place].into_iter().chain(names).chain(&new.checks);
    shown.into_iter().try_for_each(|text| refuse_private(text))?;
    Ok(new)
}

/// Rule 1: the request that has the places of a role.
fn asks_for(new: &NewActivity, role: &NewRole) -> Ask {
    let both = format!("{} · {}", new.title, role.name);
    let terms = Terms {
        kind: Some(AskKind::Activity),
        zone: new.place.clone(),
        from_ms: Some(new.from_ms),
        until_ms: Some(new.until_ms),
        ..Terms::default()
    };
    Ask {
        title: if both.len() > NAME_BYTES_MAX { new.title.clone() } else { both },
        details: String::new(),
        urgency: 1,
        places: role.places,
        prefer_speed: false,
        open: true,
        role: Part::Requester,
        message: None,
        terms: Some(terms),
    }
}
