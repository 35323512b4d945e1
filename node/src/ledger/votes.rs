//! Votes: who may open one, what is refused at posting, and what the page says. What counts is said by
//! `crdt::poll`.
//!
//! # Rules
//!
//! 1. A vote is opened by whoever rules over its place (steward and above), in a group that he can
//!    write in. It is shown only where that was so.
//! 2. The roll are the people of the group, as the opener's roster has it; over an area, those whose card
//!    says that they live there. It is frozen with the opening.
//! 3. At posting a ballot is refused from outside the roll, for a vote that is over, and where something
//!    was said for this voter before; unless it takes the place of all that.
//! 4. Reports come after the announced end by this home's clock, closings after the grace too, unless
//!    all have reported. Both are refused, never judged, by the clock.
//!    So is what nobody would look at: more than sixteen ballots by one person for one voter.
//! 5. What came out is told after the announced end, never before: nobody shall vote by what others did.

mod glance;
mod look;

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Ballot, Body, Choice, Franchise, Mark, Opening, Place, PollKey, Voter},
    id::{EnvelopeId, HouseholdId, PersonId},
    limits::{
        CHOICES_MAX, COUNTERS_MAX, INSTEAD_MAX, NAME_BYTES_MAX, SHEET_IDS_MAX, TEXT_BYTES_MAX,
        VOTERS_MAX,
    },
    poll::{self, Said, State, sealed},
};

use super::{
    After, Failed, Ledger,
    decide::{checked, not_for_looking, one_line, say, too_long},
};
use crate::{
    api::{ApiError, Command, ErrorKind, NewVote, Reply, VoteCommand, VoteReply},
    store::{truth::Deps, views::GroupLine},
};
pub(super) use glance::Glances;
use look::Polled;

/// How long desks are waited for where nothing is said, in milliseconds: a day.
const GRACE_MS: u64 = 24 * 60 * 60 * 1_000;

impl Ledger {
    /// Carries out what somebody wants about votes.
    pub(super) fn votes(&mut self, command: VoteCommand) -> Result<After, Failed> {
        use VoteCommand as Do;
        match command {
            Do::Open(new) => self.open_vote(*new),
            Do::Cast { id, choice, again } => self.cast(&id, &choice, again),
            Do::Enter { id, voter, choice, again } => self.enter_ballot(&id, voter, &choice, again),
            Do::Report { id } => self.report_vote(&id),
            Do::Close { id, reason } => self.close_vote(&id, &reason),
            Do::Cancel { id, reason } => self.cancel_vote(&id, reason),
            looking @ (Do::List { .. } | Do::Show { .. } | Do::Roll { .. }) => {
                Ok(After::Read(Command::Vote(looking)))
            }
        }
    }

    /// Answers what is only looked at.
    pub(super) fn tell_votes(&mut self, command: VoteCommand) -> Result<VoteReply, Failed> {
        match command {
            VoteCommand::List { all } => self.list_votes(all),
            VoteCommand::Roll { id } => self.tell_roll(&id),
            VoteCommand::Show { id } => {
                let polled = self.vote_named(&id)?;
                let mut page = self.vote_page(&polled)?;
                self.note_what_he_sees(&polled, &mut page)?;
                Ok(VoteReply::One(Box::new(page)))
            }
            _ => Err(not_for_looking()),
        }
    }

    /// Rules 1 and 2.
    fn open_vote(&mut self, new: NewVote) -> Result<After, Failed> {
        let me = self.person()?;
        let group = self.group(new.group.as_deref().unwrap_or("all"))?;
        let place = self.place_of_vote(&group, &new)?;
        if self.truth.roster().may_found(me, &place).is_none() {
            return Err(ApiError::not_allowed("open a vote").into());
        }
        let auth = self.auth_in(group.id, &group.name)?;
        let choices = self.choices(&new.choices)?;
        if new.ends_ms <= self.claimed.0 {
            return Err(ApiError::new(ErrorKind::BadWindow, []).into());
        }
        let details = new.details.trim().to_owned();
        if details.len() > TEXT_BYTES_MAX {
            return Err(too_long("details", TEXT_BYTES_MAX).into());
        }
        let counters = self.counters(&new.counters)?;
        let secret = new.secret.then(|| self.draw_vote_key(&counters)).transpose()?;
        let voters = self.voters(&group, &place, new.per_person)?;
        let count = u32::try_from(voters.len()).unwrap_or(u32::MAX);
        let all = count.saturating_add(new.on_paper);
        if all == 0 || all > VOTERS_MAX {
            return Err(refused("no_voters"));
        }
        let mut roll = Vec::new();
        for voters in sheets(voters) {
            let sheet = Body::Ballot(Ballot::Roll { voters });
            roll.push(self.write(sheet, group.scope, Deps::These(Vec::new()), Some(auth))?);
        }
        let franchise = if new.per_person { Franchise::Person } else { Franchise::Household };
        let opening = Opening {
            title: checked("title", one_line(&new.title), NAME_BYTES_MAX)?,
            details,
            choices,
            place,
            franchise,
            roll: roll.clone(),
            voters: count,
            on_paper: new.on_paper,
            counters,
            ends_ms: new.ends_ms,
            grace_ms: new.grace_ms.unwrap_or(GRACE_MS),
            secret,
        };
        let opening = Body::Ballot(Ballot::Open(opening));
        let id = self.write(opening, group.scope, Deps::These(roll), Some(auth))?;
        Ok(say(Reply::Vote(VoteReply::Opened { id, voters: all })))
    }

    fn place_of_vote(&self, group: &GroupLine, new: &NewVote) -> Result<Place, Failed> {
        if new.place.is_some() {
            return self.place_named(new.place.as_deref());
        }
        let known = self.truth.roster().group(&group.id);
        Ok(known.filter(|it| !it.everyone).map_or_else(Place::community, |it| it.place))
    }

    fn choices(&self, named: &[String]) -> Result<Vec<String>, Failed> {
        if !(2..=CHOICES_MAX).contains(&named.len()) {
            return Err(too_long("choices", CHOICES_MAX).into());
        }
        let choices: Vec<String> = named
            .iter()
            .map(|it| checked("choices", one_line(it), NAME_BYTES_MAX))
            .collect::<Result<_, _>>()?;
        let mut different = choices.clone();
        different.sort_unstable();
        different.dedup();
        let all = different.len() == choices.len();
        all.then_some(choices).ok_or_else(|| refused("same_choices"))
    }

    fn counters(&self, named: &[String]) -> Result<Vec<PersonId>, Failed> {
        let mut counters: Vec<PersonId> =
            named.iter().map(|it| self.person_named(it)).collect::<Result<_, _>>()?;
        if counters.is_empty() {
            counters.push(self.person()?);
        }
        counters.sort_unstable();
        counters.dedup();
        let few = counters.len() <= COUNTERS_MAX;
        few.then_some(counters).ok_or_else(|| too_long("counters", COUNTERS_MAX).into())
    }

    fn draw_vote_key(&mut self, counters: &[PersonId]) -> Result<PollKey, Failed> {
        let roster = self.truth.roster();
        let boxes: Vec<_> = counters.iter().flat_map(|who| roster.boxes_of(*who)).collect();
        sealed::draw(&boxes, self.dice.draw()).ok_or_else(|| refused("no_key"))
    }

    /// Rule 2: in an order that does not say who came when.
    fn voters(&self, group: &GroupLine, place: &Place, single: bool) -> Result<Vec<Voter>, Failed> {
        let roster = self.truth.roster();
        let mut people = roster.members(&group.id);
        let lies = roster.group(&group.id).map(|it| it.place);
        if !lies.is_some_and(|lies| place.contains(&lies)) {
            let cards = self.views.people()?.into_iter();
            let there: BTreeSet<PersonId> =
                cards.filter(|card| place.contains(&card.place)).map(|card| card.person).collect();
            people.retain(|who| there.contains(who));
        }
        if single {
            return Ok(people.into_iter().map(|who| Voter(vec![who])).collect());
        }
        let mut homes: BTreeMap<HouseholdId, Vec<PersonId>> = BTreeMap::new();
        for who in people {
            homes.entry(roster.household_of(who)).or_default().push(who);
        }
        Ok(homes.into_values().map(Voter).collect())
    }

    /// Rule 3.
    fn cast(&mut self, id: &str, choice: &str, again: bool) -> Result<After, Failed> {
        let (me, polled) = (self.person()?, self.vote_named(id)?);
        let voter = poll::number_of(&polled.roll, &me).ok_or_else(|| refused("not_on_roll"))?;
        if polled.is_over() {
            return Err(refused("over"));
        }
        let standing = polled.standing(voter);
        if !standing.is_empty() && !again {
            return Err(refused("voted"));
        }
        let instead: Vec<EnvelopeId> = standing.iter().map(|it| it.at.1).collect();
        polled.has_room(me, voter, true)?;
        self.mark(&polled, voter, choice, instead, Ballot::Cast)
    }

    fn enter_ballot(
        &mut self,
        id: &str,
        number: u32,
        choice: &str,
        again: bool,
    ) -> Result<After, Failed> {
        let (me, polled) = (self.person()?, self.vote_named(id)?);
        if !self.works_on(&polled, me) {
            return Err(ApiError::not_allowed("enter ballots").into());
        }
        let voter = number.checked_sub(1).filter(|it| *it < polled.opening.roll_len());
        let voter = voter.ok_or_else(|| refused("not_on_roll"))?;
        if polled.is_over() {
            return Err(refused("over"));
        }
        let standing = polled.standing(voter);
        let mine = standing.iter().filter(|it| it.who == me);
        let mine: Vec<EnvelopeId> =
            mine.filter(|it| matches!(it.word, Ballot::Enter(_))).map(|it| it.at.1).collect();
        if !mine.is_empty() && !again {
            return Err(refused("entered"));
        }
        polled.has_room(me, voter, false)?;
        self.mark(&polled, voter, choice, mine, Ballot::Enter)
    }

    fn mark(
        &mut self,
        polled: &Polled,
        voter: u32,
        choice: &str,
        mut instead: Vec<EnvelopeId>,
        word: impl FnOnce(Mark) -> Ballot,
    ) -> Result<After, Failed> {
        let chosen = self.chosen(&polled.opening, choice)?;
        let (me, poll) = (self.person()?, polled.id());
        let choice = match &polled.opening.secret {
            None => Choice::Open(chosen),
            Some(it) => {
                let seed = self.dice.draw();
                let sealed = sealed::seal((&poll, &it.key), (voter, &me), chosen, seed);
                sealed.ok_or_else(|| refused("no_key"))?
            }
        };
        instead.truncate(INSTEAD_MAX);
        let deps = Deps::These([vec![poll], instead.clone()].concat());
        let auth = self.auth_in(polled.group.id, &polled.group.name)?;
        let body = Body::Ballot(word(Mark { poll, voter, choice, instead }));
        self.write(body, polled.group.scope, deps, Some(auth))?;
        Ok(After::Read(Command::Vote(VoteCommand::Show { id: poll.to_hex() })))
    }

    fn chosen(&self, opening: &Opening, text: &str) -> Result<u32, Failed> {
        let text = one_line(text);
        let named = opening.choices.iter().position(|choice| *choice == text);
        let number = text.parse::<usize>().ok().and_then(|it| it.checked_sub(1));
        let at = named.or(number.filter(|at| *at < opening.choices.len()));
        at.and_then(|at| u32::try_from(at).ok()).ok_or_else(|| refused("no_choice"))
    }

    /// Rule 4.
    fn report_vote(&mut self, id: &str) -> Result<After, Failed> {
        let (me, polled) = (self.person()?, self.vote_named(id)?);
        let poll = polled.id();
        if !polled.opening.counters.contains(&me) {
            return Err(ApiError::not_allowed("count ballots").into());
        }
        if polled.outcome.reported.contains(&me) {
            return Err(refused("reported"));
        }
        if polled.is_over() {
            return Err(refused("over"));
        }
        if self.claimed.0 < polled.opening.ends_ms {
            return Err(refused("not_ended"));
        }
        let auth = Some(self.auth_in(polled.group.id, &polled.group.name)?);
        let is_mark = |it: &&Said| matches!(it.word, Ballot::Cast(_) | Ballot::Enter(_));
        let ballots: Vec<EnvelopeId> =
            polled.said.iter().filter(is_mark).map(|it| it.at.1).collect();
        let mut sheets = Vec::new();
        for ballots in ballots.chunks(SHEET_IDS_MAX) {
            let sheet = Body::Ballot(Ballot::Sheet { poll, ballots: ballots.to_vec() });
            sheets.push(self.write(sheet, polled.group.scope, Deps::These(vec![poll]), auth)?);
        }
        let deps = Deps::These([vec![poll], sheets.clone()].concat());
        let report = Body::Ballot(Ballot::Report { poll, sheets });
        self.write(report, polled.group.scope, deps, auth)?;
        Ok(After::Read(Command::Vote(VoteCommand::Show { id: poll.to_hex() })))
    }

    /// Rule 4.
    fn close_vote(&mut self, id: &str, reason: &str) -> Result<After, Failed> {
        let (me, polled) = (self.person()?, self.vote_named(id)?);
        let reason = one_line(reason);
        if reason.len() > TEXT_BYTES_MAX {
            return Err(too_long("reason", TEXT_BYTES_MAX).into());
        }
        if let Some(why) = self.no_closing(&polled, me) {
            return Err(why);
        }
        if !polled.all_reported() && reason.is_empty() {
            return Err(ApiError::new(ErrorKind::ReasonNeeded, []).into());
        }
        let poll = polled.id();
        let reports: Vec<EnvelopeId> = polled.outcome.reports.iter().copied().collect();
        let count = polled.outcome.count().filter(|_| polled.opening.secret.is_some());
        if polled.opening.secret.is_some() && (count.is_none() || polled.outcome.missing > 0) {
            return Err(refused("missing"));
        }
        let deps = Deps::These([vec![poll], reports.clone()].concat());
        let auth = Some(self.auth_in(polled.group.id, &polled.group.name)?);
        let close = Body::Ballot(Ballot::Close { poll, reports, count, reason });
        self.write(close, polled.group.scope, deps, auth)?;
        Ok(After::Read(Command::Vote(VoteCommand::Show { id: poll.to_hex() })))
    }

    /// Why this person cannot end the wait now.
    fn no_closing(&self, polled: &Polled, me: PersonId) -> Option<Failed> {
        let now = self.claimed.0;
        let opening = &polled.opening;
        let secret = opening.secret.is_some();
        if !self.works_on(polled, me) {
            return Some(ApiError::not_allowed("close a vote").into());
        }
        match polled.outcome.state {
            State::Cancelled | State::Final => return Some(refused("over")),
            State::Provisional if !secret && !polled.outcome.closed.is_empty() => {
                return Some(refused("over"));
            }
            State::Running => return Some(refused("no_reports")),
            State::Provisional => (),
        }
        if now < opening.ends_ms {
            return Some(refused("not_ended"));
        }
        let grace_ends = opening.ends_ms.saturating_add(opening.grace_ms);
        if !polled.all_reported() && now < grace_ends {
            return Some(refused("grace"));
        }
        (secret && polled.secret.is_none()).then(|| refused("no_key"))
    }

    fn cancel_vote(&mut self, id: &str, reason: String) -> Result<After, Failed> {
        let (me, polled) = (self.person()?, self.vote_named(id)?);
        let reason = checked("reason", one_line(&reason), TEXT_BYTES_MAX)?;
        if self.truth.roster().may_found(me, &polled.opening.place).is_none() {
            return Err(ApiError::not_allowed("cancel a vote").into());
        }
        if polled.outcome.state == State::Cancelled {
            return Err(refused("over"));
        }
        let (poll, auth) = (polled.id(), self.auth_in(polled.group.id, &polled.group.name)?);
        let cancel = Body::Ballot(Ballot::Cancel { poll, reason });
        self.write(cancel, polled.group.scope, Deps::These(vec![poll]), Some(auth))?;
        Ok(After::Read(Command::Vote(VoteCommand::Show { id: poll.to_hex() })))
    }

    /// Does this person count, or rule over the place?
    fn works_on(&self, polled: &Polled, me: PersonId) -> bool {
        polled.opening.counters.contains(&me)
            || self.truth.roster().may_found(me, &polled.opening.place).is_some()
    }
}

/// A roll in sheets that a body takes.
fn sheets(voters: Vec<Voter>) -> Vec<Vec<Voter>> {
    let mut sheets: Vec<Vec<Voter>> = Vec::new();
    let mut room = 0;
    for voter in voters {
        let people = voter.0.len().max(1);
        match sheets.last_mut() {
            Some(sheet) if people <= room => sheet.push(voter),
            _ => {
                sheets.push(vec![voter]);
                room = SHEET_IDS_MAX;
            }
        }
        room = room.saturating_sub(people);
    }
    sheets
}

fn refused(why: &str) -> Failed {
    ApiError::new(ErrorKind::VoteRefused, [("vote", why.to_owned())]).into()
}
