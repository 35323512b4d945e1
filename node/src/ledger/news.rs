//! Announcements: said, corrected, shown in other groups, settled, found again.
//!
//! # Rules
//!
//! 1. An alert is for whoever has a role over its area, an answer for whoever speaks for an office.
//!    Notices and words to one unit are for every member of the group. What comes from elsewhere is
//!    read by the same rule: somebody else's alert is shown as a notice.
//! 2. What may go further is sealed under everybody's epoch, and so is all that is said about it.
//!    What may not is sealed as its group's talk is, and shown nowhere else.
//! 3. Words to one unit go to the group that the unit lies in, and to nobody else unless that is said.
//! 4. Each home is told of an announcement once, through however many groups it comes.
//!
//! What is shown elsewhere is `forward`'s, what was answered before `faq`'s, photos are `photos`',
//! what nobody may overlook is `alerts`'.

mod alerts;
mod faq;
mod forward;
mod photos;

use std::sync::Arc;

use crdt::{
    body::{Announcement, Body, News, NewsClass, Place, Reach},
    envelope::Kind,
    id::{EnvelopeId, GroupId, PersonId, ScopeId},
    limits::{ATTACHMENTS_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX},
    news::{Validity, validity},
};

pub(super) use alerts::AlertsKey;
pub(super) use photos::{attachment, file_rows, for_a_request};

use super::{
    After, Failed, Ledger,
    decide::{checked, not_for_looking, one_line, say, too_long},
    removal::gist,
};
use crate::{
    api::{
        ApiError, Command, ErrorKind, NewsCommand, NewsReply, NewsRow, NewsState, NewsWord, Reply,
        Telling,
    },
    store::{
        truth::{Deps, Judged},
        views::{GroupLine, NewsLine, NewsOf},
    },
};

/// How long an alert holds where nothing is said, in milliseconds: a day.
const ALERT_HOLDS_MS: u64 = 24 * 60 * 60 * 1_000;

/// How long an answer holds where nothing is said, in milliseconds: ninety days.
const ANSWER_HOLDS_MS: u64 = 90 * ALERT_HOLDS_MS;

/// Which announcement, who looks, and of which version of the roster.
pub(super) type Question = (u64, Option<PersonId>, EnvelopeId);

/// Of which version of the roster, who looks, in which minute, and whether at all of it.
pub(super) type ToldKey = (u64, Option<PersonId>, u64, bool);

const MINUTE_MS: u64 = 60_000;

/// An announcement's line, how it was said first, and how it is read.
pub(super) type Read = (NewsLine, Announcement, NewsRow);

impl Ledger {
    /// Carries out what writes.
    pub(super) fn announce(&mut self, command: NewsCommand) -> Result<After, Failed> {
        use NewsCommand as Do;
        match command {
            Do::Tell(telling) => self.tell_news(*telling),
            Do::Correct { id, text, until_ms } => {
                let text = checked("text", text, TEXT_BYTES_MAX)?;
                let (of, line) = self.may_change(&id)?;
                self.say_about(News::Correct { of, text, until_ms }, &line)
            }
            Do::Withdraw { id, reason } => {
                let reason = checked("reason", reason, TEXT_BYTES_MAX)?;
                let (of, line) = self.may_change(&id)?;
                self.say_about(News::Withdraw { of, reason }, &line)
            }
            Do::Forward { id, group, note } => self.forward(&id, &group, note),
            Do::Mine { id } => self.mine(&id),
            Do::Show { id } => self.open_news(&id),
            Do::Live { place } => self.live_at(&place),
            Do::SetRota { place, people, begins_ms, shift_ms } => {
                self.set_rota(place.as_deref(), people, begins_ms, shift_ms)
            }
            Do::HandOver { place, to, from_ms, until_ms } => {
                self.hand_over(place.as_deref(), &to, from_ms, until_ms)
            }
            looking => Ok(After::Read(Command::News(looking))),
        }
    }

    /// Answers what is only looked at.
    pub(super) fn look_at_news(&mut self, command: NewsCommand) -> Result<NewsReply, Failed> {
        match command {
            NewsCommand::List { all } => self.list_news(all),
            NewsCommand::Unread => self.unread_alerts(),
            NewsCommand::Show { id } => {
                let (_, line) = self.news_named(&id)?;
                self.news_row(line).map(|row| NewsReply::One(Box::new(row)))
            }
            NewsCommand::Photo { id, number } => self.photo(&id, number),
            NewsCommand::Reached { id } => self.reached(&id),
            NewsCommand::Faq { words } => self.faq(&words),
            NewsCommand::Answered { question } => {
                self.answers_for(&question).map(|news| NewsReply::List { news })
            }
            NewsCommand::Duty { unanswered } => self.list_duty(unanswered),
            _ => Err(not_for_looking()),
        }
    }

    fn tell_news(&mut self, telling: Telling) -> Result<After, Failed> {
        let text = checked("text", telling.text, TEXT_BYTES_MAX)?;
        if telling.photos.len() > ATTACHMENTS_MAX {
            return Err(too_long("photos", ATTACHMENTS_MAX).into());
        }
        let asked = telling.answers.as_deref().map(|id| self.question(id)).transpose()?;
        let area = self.place_named(telling.area.as_deref())?;
        let group =
            self.where_to_say(telling.group.as_deref(), telling.class, &area, asked.as_ref())?;
        let auth = self.auth_to_say(&group, telling.class, &area)?;
        let (from_ms, until_ms) = self.window(telling.class, telling.from_ms, telling.until_ms)?;
        let question = match (telling.question, &asked) {
            (Some(said), Some(asked)) if said.trim().is_empty() => Some(gist(asked)),
            (said, _) => said,
        };
        let question = question.map(|it| one_line(&it)).map(|it| clipped(&it));
        let question = question.map(|it| checked("text", it, NAME_BYTES_MAX)).transpose()?;
        // Whoever asks the same shall find it, in whatever group he is.
        let far = telling.forwardable || question.is_some();
        let reach = if far { Reach::Community } else { Reach::Group };
        let told = Announcement {
            class: class_of(telling.class),
            text,
            area,
            from_ms,
            until_ms,
            answers: asked.map(|asked| asked.id),
            question,
            reach,
            attachments: telling.photos.iter().map(attachment).collect::<Result<_, _>>()?,
            said_in: Some(group.name.clone()).filter(|name| far && !name.is_empty()),
        };
        let id = self.write_news(News::Tell(told), group.scope, auth, reach)?;
        self.keep_originals(&telling.photos)?;
        Ok(say(Reply::News(NewsReply::Told { id })))
    }

    /// The message or request that is answered, by its id or spoken code.
    fn question(&self, text: &str) -> Result<Judged, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", text.to_owned())]);
        let id = match self.envelope_named(text)? {
            Some(id) => id,
            None => self.request_id(text)?,
        };
        Ok(self.truth.read().verdict(&id)?.ok_or_else(unknown)?)
    }

    /// Rule 3, and the group of what is answered.
    fn where_to_say(
        &self,
        named: Option<&str>,
        class: NewsWord,
        area: &Place,
        asked: Option<&Judged>,
    ) -> Result<GroupLine, Failed> {
        let groups = self.views.groups()?;
        if let Some(named) = named {
            return self.group(named);
        }
        if let Some(asked) = asked {
            let found = groups.into_iter().find(|group| group.scope == asked.header.scope);
            let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", asked.id.to_hex())]);
            return found.ok_or_else(|| unknown().into());
        }
        if class == NewsWord::Addressed {
            let own = area.0.iter().rev().find_map(|id| groups.iter().find(|it| it.id == *id));
            let place = self.place_name(area)?;
            let none = || ApiError::new(ErrorKind::NoAudience, [("place", place)]);
            return own.cloned().ok_or_else(|| none().into());
        }
        self.group("all")
    }

    /// Rule 1.
    fn auth_to_say(
        &mut self,
        group: &GroupLine,
        class: NewsWord,
        area: &Place,
    ) -> Result<EnvelopeId, Failed> {
        let (me, office) = (self.person()?, self.office_auth_in(&group.scope)?);
        let not = |what: &str| ApiError::new(ErrorKind::NotAllowed, [("what", what.to_owned())]);
        match class {
            NewsWord::Answer if office.is_none() => return Err(not("answer").into()),
            NewsWord::Alert if self.truth.roster().may_found(me, area).is_none() => {
                return Err(not("alert").into());
            }
            _ => (),
        }
        match office {
            Some(office) => self.must_be_back().map(|()| office),
            None => self.auth_in(group.id, &group.name),
        }
    }

    fn office_auth_in(&self, scope: &ScopeId) -> Result<Option<EnvelopeId>, Failed> {
        Ok(self.truth.roster().office_auth(self.person()?, *scope))
    }

    fn window(
        &self,
        class: NewsWord,
        from_ms: Option<u64>,
        until_ms: Option<u64>,
    ) -> Result<(Option<u64>, Option<u64>), Failed> {
        let begins = from_ms.unwrap_or(self.claimed.0);
        let usual = match class {
            NewsWord::Alert => Some(begins.saturating_add(ALERT_HOLDS_MS)),
            NewsWord::Answer => Some(begins.saturating_add(ANSWER_HOLDS_MS)),
            NewsWord::Notice | NewsWord::Addressed => None,
        };
        let until = until_ms.or(usual);
        if until.is_some_and(|until| until <= begins || until <= self.claimed.0) {
            return Err(ApiError::new(ErrorKind::BadWindow, []).into());
        }
        Ok((from_ms, until))
    }

    /// Rule 2.
    pub(super) fn write_news(
        &mut self,
        news: News,
        scope: ScopeId,
        auth: EnvelopeId,
        reach: Reach,
    ) -> Result<EnvelopeId, Failed> {
        let body = Body::News(news);
        let everybody = self.truth.roster().everybody();
        match everybody.filter(|_| reach == Reach::Community) {
            Some(everybody) => {
                let epoch = self.epoch_for(Kind::ALERT, everybody.scope())?;
                self.write_under(body, scope, Deps::Subject, Some(auth), epoch)
            }
            None => self.write(body, scope, Deps::Subject, Some(auth)),
        }
    }

    /// An announcement by its id or the beginning of it.
    pub(super) fn news_named(&self, text: &str) -> Result<(EnvelopeId, NewsLine), Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", text.to_owned())]);
        let id = self.envelope_named(text)?.ok_or_else(unknown)?;
        let line = self.views.news_line(&id)?.ok_or_else(unknown)?;
        let (_, told) = self.told_as(&id)?.ok_or_else(unknown)?;
        let reads = self.truth.roster().may_read(self.person()?, &line.group.scope());
        let may = reads || told.reach == Reach::Community;
        may.then_some((id, line)).ok_or_else(|| unknown().into())
    }

    /// The author and the desk change it, nobody else.
    pub(super) fn may_change(&self, text: &str) -> Result<(EnvelopeId, NewsLine), Failed> {
        let (id, line) = self.news_named(text)?;
        if line.withdrawn_by.is_some() {
            return Err(ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_hex())]).into());
        }
        if line.person == self.person()? || self.office_auth_in(&line.group.scope())?.is_some() {
            return Ok((id, line));
        }
        Err(ApiError::not_allowed("edit").into())
    }

    fn say_about(&mut self, news: News, line: &NewsLine) -> Result<After, Failed> {
        let (scope, name) = (line.group.scope(), line.group_name.clone());
        let auth = match self.office_auth_in(&scope)? {
            Some(office) => office,
            None => self.auth_in(line.group, &name)?,
        };
        let reach = self.told_as(&line.id)?.map_or(Reach::Group, |told| told.1.reach);
        let id = self.write_news(news, scope, auth, reach)?;
        Ok(say(Reply::News(NewsReply::Told { id })))
    }

    /// It is said in a group where whoever says it can write and it can be read.
    fn mine(&mut self, id: &str) -> Result<After, Failed> {
        let (of, line) = self.news_named(id)?;
        let shown_in = self.views.forwarded_into(&of)?;
        let joined = std::iter::once(line.group).chain(shown_in).find(|group| self.is_in(group));
        let group = joined.unwrap_or(line.group);
        let auth = self.auth_in(group, &line.group_name)?;
        let reach = self.told_as(&of)?.map_or(Reach::Group, |told| told.1.reach);
        let id = self.write_news(News::Mine { of }, group.scope(), auth, reach)?;
        Ok(say(Reply::News(NewsReply::Told { id })))
    }

    /// Is whoever acts in that group?
    pub(super) fn is_in(&self, group: &GroupId) -> bool {
        let me = self.identity.person;
        me.is_some_and(|me| self.truth.roster().best_auth(me, group.scope()).is_some())
    }

    /// An announcement as it was first said.
    pub(super) fn told_as(
        &self,
        id: &EnvelopeId,
    ) -> Result<Option<(Judged, Announcement)>, Failed> {
        let Some(held) = self.truth.read().verdict(id)? else { return Ok(None) };
        Ok(match held.read_body() {
            Ok(Body::News(News::Tell(told))) => Some((held, told)),
            _ => None,
        })
    }

    /// Was it said, or shown, where whoever acts reads?
    pub(super) fn is_for_me(&self, line: &NewsLine) -> Result<bool, Failed> {
        let shown_in = self.views.forwarded_into(&line.id)?;
        Ok(std::iter::once(&line.group).chain(&shown_in).any(|group| self.is_in(group)))
    }

    fn list_news(&self, all: bool) -> Result<NewsReply, Failed> {
        let mut news = Vec::new();
        for read in self.told_here(all)?.iter() {
            let state = self.state_of(&read.0, &read.1);
            if all || matches!(state, NewsState::Holds | NewsState::NotYet) {
                news.push(self.as_it_is_now(read)?);
            }
        }
        Ok(NewsReply::List { news })
    }

    /// What was told to whoever looks, alerts first, then the newest: everything, or what nothing has ended
    /// when this was asked first in this minute. Every first page wants it, and few announcements end or
    /// begin in a minute; which do is for whoever looks to see.
    pub(super) fn told_here(&self, all: bool) -> Result<Arc<[Arc<Read>]>, Failed> {
        let minute = self.claimed.0 / MINUTE_MS;
        let question = (self.truth.roster().version(), self.identity.person, minute, all);
        self.memos.told.get_or(self.views.writes(), question, || {
            let mut told = Vec::new();
            for of in [NewsOf::Alerts, NewsOf::Any] {
                for line in self.views.news(of, self.claimed.0, all)? {
                    if self.is_for_me(&line)? {
                        let read = self.read_news(line)?;
                        let is_alert = read.2.class == NewsWord::Alert;
                        told.extend((is_alert == (of == NewsOf::Alerts)).then_some(read));
                    }
                }
            }
            Ok(told.into())
        })
    }

    /// An announcement as people read it.
    pub(super) fn news_row(&self, line: NewsLine) -> Result<NewsRow, Failed> {
        self.as_it_is_now(&*self.read_news(line)?)
    }

    fn read_news(&self, line: NewsLine) -> Result<Arc<Read>, Failed> {
        let question = (self.truth.roster().version(), self.identity.person, line.id);
        let read = || self.read_news_line(line).map(Arc::new);
        self.memos.news.get_or(self.views.writes(), question, read)
    }

    /// What depends on the hour and on files is looked up again.
    fn as_it_is_now(&self, (line, told, row): &Read) -> Result<NewsRow, Failed> {
        let (state, originals) = (self.state_of(line, told), self.originals(&told.attachments)?);
        Ok(NewsRow { state, originals, ..row.clone() })
    }

    fn read_news_line(&self, line: NewsLine) -> Result<Read, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", line.id.to_hex())]);
        let (held, told) = self.told_as(&line.id)?.ok_or_else(unknown)?;
        let card = self.views.card(&line.person)?;
        let name = |person: &_| self.views.name_of(person);
        let mut also_in = Vec::new();
        for group in self.views.forwarded_into(&line.id)?.into_iter().filter(|it| self.is_in(it)) {
            also_in.push(self.group(&group.to_hex())?.name);
        }
        let may_change = line.withdrawn_by.is_none()
            && (Some(line.person) == self.identity.person
                || self.office_auth_in(&line.group.scope()).is_ok_and(|auth| auth.is_some()));
        let far = told.reach == Reach::Community;
        let for_all = far || self.truth.roster().everybody() == Some(line.group);
        let row = NewsRow {
            class: self.class_told(&held, &told),
            for_all: for_all && told.class != NewsClass::Addressed,
            state: self.state_of(&line, &told),
            author: name(&line.person)?,
            home: card.map(|card| card.home).unwrap_or_default(),
            area: self.place_name(&told.area)?,
            withdrawn_by: line.withdrawn_by.as_ref().map(name).transpose()?,
            settled_by: line.settled_by.as_ref().map(name).transpose()?,
            forwardable: far,
            photos: told.attachments.len() as u64,
            files: file_rows(&told.attachments),
            originals: Vec::new(),
            from_ms: told.from_ms,
            answers: told.answers,
            claimed_ms: held.header.claimed,
            // Whoever is not in the group cannot read its board.
            group: match (line.group_name.is_empty(), &told.said_in) {
                (true, Some(said)) => said.clone(),
                _ => line.group_name.clone(),
            },
            id: line.id,
            text: line.text.clone(),
            official: line.official,
            also_in,
            until_ms: line.until_ms,
            corrected: line.corrected,
            reason: line.reason.clone(),
            question: line.question.clone(),
            may_change,
        };
        Ok((line, told, row))
    }

    /// Rule 1, of what anybody may have written.
    pub(super) fn class_told(&self, held: &Judged, told: &Announcement) -> NewsWord {
        match told.class {
            NewsClass::Alert if self.truth.roster().ruled_at(&told.area, &held.spot()) => {
                NewsWord::Alert
            }
            NewsClass::Alert | NewsClass::Notice => NewsWord::Notice,
            NewsClass::Answer => NewsWord::Answer,
            NewsClass::Addressed => NewsWord::Addressed,
        }
    }

    pub(super) fn state_of(&self, line: &NewsLine, told: &Announcement) -> NewsState {
        if line.withdrawn_by.is_some() {
            return NewsState::Withdrawn;
        }
        if line.settled_by.is_some() {
            return NewsState::Settled;
        }
        match validity(told.from_ms, line.until_ms, self.claimed.0) {
            Validity::NotYet => NewsState::NotYet,
            Validity::Holds => NewsState::Holds,
            Validity::Expired => NewsState::Expired,
        }
    }
}

/// A question as it is saved: at most as long as a title.
fn clipped(text: &str) -> String {
    let end = text.floor_char_boundary(NAME_BYTES_MAX);
    text[..end].to_owned()
}

fn class_of(word: NewsWord) -> NewsClass {
    match word {
        NewsWord::Alert => NewsClass::Alert,
        NewsWord::Notice => NewsClass::Notice,
        NewsWord::Answer => NewsClass::Answer,
        NewsWord::Addressed => NewsClass::Addressed,
    }
}
