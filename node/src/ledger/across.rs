//! A need goes from one neighbourhood to another, and what came of it comes back, in the hands of
//! somebody who is in both (`crdt::across`).
//!
//! # Rules
//!
//! 1. Whoever carries a request over holds it here: he has claimed it, and answers for it. So it is
//!    taken once, whatever the other neighbourhood does, and his household sees it among what it holds.
//! 2. There he asks for it, in his own name, in a team that he is in. Carried twice it is one request.
//! 3. What came of it he does here as his own acts: on the way, done, given back. The note names who
//!    really drives, as he is known there.
//! 4. Nothing private crosses: no name, phone, door, details; not the title, which may say who it is.

use crdt::{
    across::{Carried, Need, NotCarried, Outcome, Progress},
    body::{Act, Ask, Body, Part, Posted, Terms, Verb},
    code::Code,
    id::PersonId,
    lifecycle::{self, Case, Entry, Status, What},
    limits::NAME_BYTES_MAX,
};

use super::{
    After, Failed, Ledger,
    decide::{checked, not_for_looking, one_line, refuse_private, say},
};
use crate::{
    api::{
        AcrossCommand, AcrossReply, ApiError, CaseVerb, Command, Deed, ErrorKind, NextDoor, Reply,
    },
    store::truth::Deps,
};

/// Neighbourhoods that one box remembers besides its own.
const HOMES_MAX: usize = 16;

/// Characters of an address.
const ADDRESS_CHARS_MAX: usize = 200;

const HOMES_KEPT: &str = "next-door";

impl Ledger {
    /// Carries out what somebody wants who is in two neighbourhoods.
    pub(super) fn across(&mut self, command: AcrossCommand) -> Result<After, Failed> {
        match command {
            AcrossCommand::Carry { id, title } => self.carry_over(&id, title),
            AcrossCommand::Post { text, group } => self.post_carried(&text, &group),
            AcrossCommand::Take { text } => self.take_outcome(&text),
            AcrossCommand::HomeAdd { name, address } => {
                let name = checked("name", one_line(&name), NAME_BYTES_MAX)?;
                let address = one_line(&address);
                let is_page = address.starts_with("http://") || address.starts_with("https://");
                if !is_page || address.len() > ADDRESS_CHARS_MAX {
                    let args = [("address", address)];
                    return Err(ApiError::new(ErrorKind::BadPageAddress, args).into());
                }
                let mut homes = self.next_door()?;
                homes.retain(|home| home.name != name);
                homes.push(NextDoor { name, address });
                let surplus = homes.len().saturating_sub(HOMES_MAX);
                homes.drain(..surplus);
                self.keep_as(HOMES_KEPT, &homes)?;
                Ok(After::Read(Command::Across(AcrossCommand::Homes)))
            }
            AcrossCommand::HomeForget { name } => {
                let mut homes = self.next_door()?;
                homes.retain(|home| home.name != name.trim());
                self.keep_as(HOMES_KEPT, &homes)?;
                Ok(After::Read(Command::Across(AcrossCommand::Homes)))
            }
            looking => Ok(After::Read(Command::Across(looking))),
        }
    }

    /// Answers what is only looked at.
    pub(super) fn tell_across(&self, command: AcrossCommand) -> Result<AcrossReply, Failed> {
        match command {
            AcrossCommand::Outcome { id } => self.outcome_of(&id),
            AcrossCommand::Homes => Ok(AcrossReply::Homes { homes: self.next_door()? }),
            _ => Err(not_for_looking()),
        }
    }

    fn next_door(&self) -> Result<Vec<NextDoor>, Failed> {
        Ok(self.kept_as(HOMES_KEPT)?.unwrap_or_default())
    }

    /// Rules 1 and 4.
    fn carry_over(&mut self, text: &str, title: Option<String>) -> Result<After, Failed> {
        let id = self.request_id(text)?;
        let me = self.person()?;
        if !self.case(&id)?.case.holders.contains(&me) {
            self.do_deed(&Deed::of(&id.to_hex(), CaseVerb::Claim))?;
        }
        let case = self.case(&id)?.case;
        let title = title.unwrap_or_else(|| case.terms.needs.join("、"));
        let title = checked("title", one_line(&title), NAME_BYTES_MAX)?;
        refuse_private(&title)?;
        let Terms { kind, zone, from_ms, until_ms, needs, .. } = case.terms.clone();
        let need = Need {
            community: self.community,
            request: id,
            title,
            zone,
            from_ms,
            until_ms,
            needs,
            kind,
            urgency: case.urgency,
            places: case.places,
            prefer_speed: case.prefer_speed,
        };
        let text = Carried::Need(need).to_text();
        Ok(say(Reply::Across(AcrossReply::Text { text, request: id })))
    }

    /// Rule 2.
    fn post_carried(&mut self, text: &str, group: &str) -> Result<After, Failed> {
        let Carried::Need(need) = read(text)? else { return Err(not_carried("outcome").into()) };
        if need.community == self.community {
            return Err(not_carried("own").into());
        }
        let group = self.group(group)?;
        let auth = self.auth_in(group.id, &group.name)?;
        [&need.title, &need.zone]
            .into_iter()
            .chain(&need.needs)
            .try_for_each(|it| refuse_private(it))?;
        let posted = Posted { case: need.request, team: group.id };
        let posting = posted.request();
        if self.views.request(&posting)?.is_none() {
            let Need { kind, zone, from_ms, until_ms, needs, .. } = need;
            let posted = Some(posted);
            let more = Terms::default();
            let terms = Terms { kind, zone, from_ms, until_ms, needs, posted, ..more };
            let ask = Ask {
                title: one_line(&need.title),
                details: String::new(),
                urgency: need.urgency,
                places: need.places,
                prefer_speed: need.prefer_speed,
                open: true,
                role: Part::Requester,
                message: None,
                terms: Some(terms),
            };
            self.write(Body::Act(Act::Ask(ask)), group.scope, Deps::Subject, Some(auth))?;
        }
        let code = Code::of(&posting).to_string();
        Ok(say(Reply::Asked { id: posting, code }))
    }

    fn outcome_of(&self, text: &str) -> Result<AcrossReply, Failed> {
        let id = self.request_id(text)?;
        let case = self.case(&id)?.case;
        let posted = case.terms.posted.ok_or_else(|| not_carried("nothing"))?;
        let by = case.holders.first().map(|who| self.views.name_of(who)).transpose()?;
        let progress = match case.status {
            Status::Assigned => Progress::Taken,
            Status::InProgress => Progress::UnderWay,
            Status::Resolved | Status::Closed => Progress::Done,
            Status::Cancelled | Status::CancelRequested | Status::Declined => Progress::Over,
            _ => Progress::Waiting,
        };
        let by = by.unwrap_or_default();
        let outcome = Outcome { request: posted.case, progress, by };
        let text = Carried::Outcome(outcome).to_text();
        Ok(AcrossReply::Text { text, request: id })
    }

    /// Rule 3. What was done already is not done again.
    fn take_outcome(&mut self, text: &str) -> Result<After, Failed> {
        let Carried::Outcome(outcome) = read(text)? else { return Err(not_carried("need").into()) };
        let Outcome { request, progress, by } = outcome;
        let id = request.to_hex();
        let case = self.case(&request)?.case;
        let me = self.person()?;
        if !case.holders.contains(&me) {
            return Err(not_carried("not_holder").into());
        }
        let verbs: &[(Verb, CaseVerb)] = match progress {
            Progress::Waiting => &[],
            Progress::Taken => &[(Verb::Ack, CaseVerb::Ack)],
            Progress::UnderWay => &[(Verb::Depart, CaseVerb::Depart)],
            Progress::Done => &[(Verb::Depart, CaseVerb::Depart), (Verb::Done, CaseVerb::Done)],
            Progress::Over => &[(Verb::Withdraw, CaseVerb::Withdraw)],
        };
        for (verb, word) in verbs {
            let before = self.before(&request)?;
            if *verb == Verb::Ack && last_ack(&before.case, &me) == Some(one_line(&by).as_str()) {
                continue;
            }
            if lifecycle::may(&before.case, &before.person, &before.parts, *verb).is_ok() {
                let reason = one_line(&by);
                self.do_deed(&Deed { reason, ..Deed::of(&id, *word) })?;
            }
        }
        Ok(After::Read(Command::Request { id }))
    }
}

/// Who drives, as whoever carried it over said it last.
fn last_ack<'a>(case: &'a Case, me: &PersonId) -> Option<&'a str> {
    let said = |it: &&Entry| it.who == *me && it.what == What::Did(Verb::Ack) && it.counted;
    case.timeline.iter().rev().find(said).map(|it| it.note.as_str())
}

fn read(text: &str) -> Result<Carried, Failed> {
    Carried::from_text(text).map_err(|error| {
        let why = match error {
            NotCarried::Foreign => "foreign",
            NotCarried::Damaged => "damaged",
            NotCarried::Newer => "newer",
        };
        not_carried(why).into()
    })
}

fn not_carried(why: &str) -> ApiError {
    ApiError::new(ErrorKind::NotCarried, [("carried", why.to_owned())])
}
