//! Who is on duty, and what waits for whom.
//!
//! Rotas and hand-overs are said in the group of everybody, so that the duty phone can be read in
//! every home with the network down. Who is on duty now is `crdt::news`' answer, a function of what
//! was said and of the clock.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, DutyRota, HandOver, News, OnDuty, Place, Reach, case_of},
    id::{EnvelopeId, PersonId},
    limits::PHONE_BYTES_MAX,
    news::{in_hands_of, on_duty, shift_ends_ms},
    time::ClaimedTime,
};

use super::{
    After, Failed, Ledger,
    decide::{one_line, say, too_long},
};
use crate::{
    api::{ApiError, DutyName, DutyRow, ErrorKind, NewsReply, Reply, UnansweredRow},
    store::{truth::Judged, views::Question},
};

/// Requests in these states have heard from nobody.
pub(super) const UNHEARD: [&str; 3] = ["submitted", "registered", "open"];

/// Requests that one list of waiting ones shows, and as many questions: neither crowds the other out.
const WAITING_MAX: usize = 100;

/// Letters of a question that such a list shows.
const GIST_CHARS: usize = 60;

/// A place's rota, and what was handed over, in order.
struct Duty {
    rota: DutyRota,
    overs: Vec<HandOver>,
}

impl Ledger {
    pub(super) fn set_rota(
        &mut self,
        place: Option<&str>,
        people: Vec<DutyName>,
        begins_ms: Option<u64>,
        shift_ms: u64,
    ) -> Result<After, Failed> {
        let place = self.place_named(place)?;
        self.must_rule(&place)?;
        let people = people.iter().map(|it| self.on_duty_named(it)).collect::<Result<_, _>>()?;
        let begins_ms = begins_ms.unwrap_or(self.claimed.0);
        self.say_duty(News::Rota(DutyRota { place, people, begins_ms, shift_ms }))
    }

    pub(super) fn hand_over(
        &mut self,
        place: Option<&str>,
        to: &DutyName,
        from_ms: Option<u64>,
        until_ms: Option<u64>,
    ) -> Result<After, Failed> {
        let place = self.place_named(place)?;
        let from_ms = from_ms.unwrap_or(self.claimed.0);
        let duty = self.duties(None)?.into_iter().find(|it| it.rota.place == place);
        let me = self.person()?;
        let is_on = |it: &Duty| it.rota.people.iter().any(|on| on.person == me);
        if !duty.as_ref().is_some_and(is_on) {
            self.must_rule(&place)?;
        }
        let ends = duty.as_ref().and_then(|it| shift_ends_ms(&it.rota, from_ms));
        let no_end = || ApiError::new(ErrorKind::BadWindow, []);
        let until_ms = until_ms.or(ends).filter(|until| *until > from_ms).ok_or_else(no_end)?;
        let to = self.on_duty_named(to)?;
        self.say_duty(News::HandOver(HandOver { place, to, from_ms, until_ms }))
    }

    fn say_duty(&mut self, news: News) -> Result<After, Failed> {
        let all = self.group("all")?;
        let auth = self.auth_in(all.id, &all.name)?;
        let id = self.write_news(news, all.scope, auth, Reach::Community)?;
        Ok(say(Reply::News(NewsReply::Told { id })))
    }

    fn must_rule(&self, place: &Place) -> Result<(), Failed> {
        let me = self.person()?;
        let may = self.truth.roster().may_found(me, place).is_some();
        let not = || ApiError::not_allowed("duty");
        may.then_some(()).ok_or_else(|| not().into())
    }

    fn on_duty_named(&self, it: &DutyName) -> Result<OnDuty, Failed> {
        let phone = one_line(&it.phone);
        if phone.len() > PHONE_BYTES_MAX {
            return Err(too_long("phone", PHONE_BYTES_MAX).into());
        }
        Ok(OnDuty { person: self.person_named(&it.person)?, phone })
    }

    pub(super) fn list_duty(&self, unanswered: bool) -> Result<NewsReply, Failed> {
        let now = self.claimed.0;
        let mut rows = Vec::new();
        for Duty { rota, overs } in self.duties(None)? {
            let Some(on) = on_duty(&rota, &overs, now) else { continue };
            let over = overs.iter().rev().find(|it| (it.from_ms..it.until_ms).contains(&now));
            let until_ms = over.map(|it| it.until_ms).or_else(|| shift_ends_ms(&rota, now));
            let next = until_ms.and_then(|until| on_duty(&rota, &overs, until));
            let next = next.map(|it| self.views.name_of(&it.person)).transpose()?;
            let unanswered = match unanswered && rota.place == Place::community() {
                true => self.unanswered(&rota, &overs)?,
                false => Vec::new(),
            };
            rows.push(DutyRow {
                place: self.place_name(&rota.place)?,
                person: on.person,
                name: self.views.name_of(&on.person)?,
                phone: on.phone.clone(),
                until_ms,
                me: Some(on.person) == self.identity.person,
                next,
                unanswered,
            });
        }
        Ok(NewsReply::Duty { duty: rows })
    }

    /// The rotas that count, each place's last, with the hand-overs that count; as if one of the rotas
    /// were not here.
    fn duties(&self, without: Option<&EnvelopeId>) -> Result<Vec<Duty>, Failed> {
        let roster = self.truth.roster();
        let ruled = |who: &PersonId| roster.ever_ruled(who);
        let mut found: Vec<Duty> = Vec::new();
        for line in
            self.views.duty(true, &ruled)?.into_iter().filter(|line| Some(&line.id) != without)
        {
            if found.iter().any(|it| it.rota.place == line.place) {
                continue;
            }
            let Some((held, News::Rota(rota))) = self.duty_said(&line.id)? else { continue };
            if roster.ruled_at(&rota.place, &held.spot()) {
                found.push(Duty { rota, overs: Vec::new() });
            }
        }
        let on: BTreeSet<PersonId> =
            found.iter().flat_map(|it| it.rota.people.iter().map(|on| on.person)).collect();
        let may = |who: &PersonId| on.contains(who) || ruled(who);
        for line in self.views.duty(false, &may)?.into_iter().rev() {
            let Some(duty) = found.iter_mut().find(|it| it.rota.place == line.place) else {
                continue;
            };
            let Some((held, News::HandOver(over))) = self.duty_said(&line.id)? else { continue };
            let author = held.header.auth.and_then(|auth| roster.author(&auth));
            let is_on = duty.rota.people.iter().any(|on| Some(on.person) == author);
            if is_on || roster.ruled_at(&over.place, &held.spot()) {
                duty.overs.push(over);
            }
        }
        found.sort_by(|one, other| one.rota.place.cmp(&other.rota.place));
        Ok(found)
    }

    /// For which hand-overs somebody here is to be woken because this came: for itself, or for those that
    /// came before the rota under which they count. Each has its moment once, in whatever order both come.
    pub(super) fn duty_to_ring(&self, id: &EnvelopeId) -> Result<Vec<EnvelopeId>, Failed> {
        let came: Vec<EnvelopeId> = match self.duty_said(id)? {
            Some((_, News::HandOver(_))) => vec![*id],
            Some((_, News::Rota(rota))) => {
                let roster = self.truth.roster();
                let on = |who: &PersonId| rota.people.iter().any(|on| on.person == *who);
                let may = |who: &PersonId| on(who) || roster.ever_ruled(who);
                let lines = self.views.duty(false, &may)?.into_iter();
                lines.filter(|line| line.place == rota.place).map(|line| line.id).collect()
            }
            _ => return Ok(Vec::new()),
        };
        let counts =
            |duties: &[Duty], over: &HandOver| duties.iter().any(|it| it.overs.contains(over));
        let (now, before) = (self.duties(None)?, self.duties(Some(id))?);
        let mut due = Vec::new();
        for over_id in came {
            let Some(over) = self.handed_to_us(&over_id)? else { continue };
            if counts(&now, &over) && (over_id == *id || !counts(&before, &over)) {
                due.push(over_id);
            }
        }
        Ok(due)
    }

    /// A hand-over of duty that has not ended, by somebody else to one of those who live here.
    fn handed_to_us(&self, id: &EnvelopeId) -> Result<Option<HandOver>, Failed> {
        let Some((held, News::HandOver(over))) = self.duty_said(id)? else { return Ok(None) };
        let author = held.header.auth.and_then(|auth| self.truth.roster().author(&auth));
        let here = self.identity.everybody();
        let is_for_us = here.contains(&over.to.person)
            && author.is_some_and(|author| !here.contains(&author))
            && self.claimed.0 < over.until_ms;
        Ok(is_for_us.then_some(over))
    }

    fn duty_said(&self, id: &EnvelopeId) -> Result<Option<(Judged, News)>, Failed> {
        let Some(held) = self.truth.read().verdict(id)? else { return Ok(None) };
        Ok(match held.read_body() {
            Ok(Body::News(news)) => Some((held, news)),
            _ => None,
        })
    }

    /// Requests, and what was said to the desk, that nobody has answered: the longest waiting first, and
    /// in whose hands they are.
    fn unanswered(
        &self,
        rota: &DutyRota,
        overs: &[HandOver],
    ) -> Result<Vec<UnansweredRow>, Failed> {
        let mut rows = self.unheard_requests()?;
        rows.extend(self.unheard_questions()?);
        rows.sort_by_key(|row| (row.claimed_ms, row.id));
        for row in &mut rows {
            let with = in_hands_of(rota, overs, row.claimed_ms.0, self.claimed.0);
            let with = with.map(|it| self.views.name_of(&it.person)).transpose()?;
            row.with = with.unwrap_or_default();
        }
        Ok(rows)
    }

    fn unheard_requests(&self) -> Result<Vec<UnansweredRow>, Failed> {
        let mut open = self.views.requests(false)?;
        open.retain(|line| UNHEARD.contains(&line.status.as_str()));
        open.sort_by_key(|line| (line.claimed, line.id));
        let mut rows = Vec::new();
        for line in open {
            if rows.len() >= WAITING_MAX {
                break;
            }
            if !self.views.answers_to(&line.id)?.is_empty() {
                continue;
            }
            rows.push(UnansweredRow {
                id: line.id,
                code: line.code,
                title: line.title,
                claimed_ms: line.claimed,
                with: String::new(),
                said_in: None,
            });
        }
        Ok(rows)
    }

    /// What was said to the desk in groups that whoever acts reads. What became a request stands among
    /// those.
    fn unheard_questions(&self) -> Result<Vec<UnansweredRow>, Failed> {
        let (me, roster) = (self.person()?, self.truth.roster());
        let mut rows = Vec::new();
        let waits = |it: &Question| {
            let may_read = roster.may_read(me, &it.group.scope());
            Ok(may_read && self.views.request(&case_of(&it.id))?.is_none())
        };
        for it in self.views.desk_questions(WAITING_MAX, &waits)? {
            rows.push(UnansweredRow {
                id: it.id,
                code: String::new(),
                title: one_line(&it.text).chars().take(GIST_CHARS).collect(),
                claimed_ms: ClaimedTime(it.claimed_ms),
                with: String::new(),
                said_in: Some(self.group(&it.group.to_hex())?.name),
            });
        }
        Ok(rows)
    }
}
