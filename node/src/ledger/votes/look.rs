//! A vote as it stands: folded from the truth, as a line, as a page, with its roll.

use std::collections::BTreeSet;

use crdt::{
    body::{Ballot, Body, Franchise, Opening, Voter},
    id::{EnvelopeId, PersonId},
    judge::Fate,
    limits::BALLOTS_PER_VOTER_MAX,
    poll::{self, Called, Outcome, Read, Said, State, sealed},
    secrets::BoxSecret,
};

use crate::{
    api::{
        ApiError, CalledRow, ChoiceRow, ClosedRow, CounterRow, ErrorKind, VotePage, VoteReply,
        VoteRow, VoteState, VoterRow,
    },
    ledger::{Failed, Ledger},
    store::{truth::Judged, views::GroupLine},
};

/// A vote, folded.
pub(super) struct Polled {
    pub held: Judged,
    pub group: GroupLine,
    pub opening: Opening,
    pub roll: Vec<Voter>,
    pub said: Vec<Said>,
    pub secret: Option<BoxSecret>,
    pub outcome: Outcome,
}

impl Polled {
    pub fn id(&self) -> EnvelopeId {
        self.held.id
    }

    /// What stands for a voter now.
    pub fn standing(&self, voter: u32) -> Vec<&Said> {
        poll::standing_of(&self.opening, &self.roll, &self.said, voter)
    }

    pub fn is_over(&self) -> bool {
        let done = matches!(self.outcome.state, State::Final | State::Cancelled);
        done || !self.outcome.closed.is_empty() || self.all_reported()
    }

    /// Is there room for one more ballot, or entry, of this person for this voter?
    pub fn has_room(&self, me: PersonId, voter: u32, casts: bool) -> Result<(), Failed> {
        let his = |it: &&Said| match &it.word {
            Ballot::Cast(mark) => casts && it.who == me && mark.voter == voter,
            Ballot::Enter(mark) => !casts && it.who == me && mark.voter == voter,
            _ => false,
        };
        let full = self.said.iter().filter(his).count() >= BALLOTS_PER_VOTER_MAX;
        if full { Err(super::refused("too_often")) } else { Ok(()) }
    }

    pub fn all_reported(&self) -> bool {
        self.opening.counters.iter().all(|it| self.outcome.reported.contains(it))
    }
}

impl Ledger {
    /// The vote of this id, or beginning of an id, where whoever asks may read it.
    pub(super) fn vote_named(&self, text: &str) -> Result<Polled, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownVote, [("id", text.to_owned())]);
        let id = self.envelope_named(text)?.ok_or_else(unknown)?;
        self.polled(&id)?.ok_or_else(|| unknown().into())
    }

    pub(super) fn polled(&self, id: &EnvelopeId) -> Result<Option<Polled>, Failed> {
        let Some(held) = self.truth.read().verdict(id)? else { return Ok(None) };
        let Ok(Body::Ballot(Ballot::Open(opening))) = held.read_body() else { return Ok(None) };
        let roster = self.truth.roster();
        let rules = |it: &Judged| roster.ruled_at(&opening.place, &it.spot());
        let scope = held.header.scope;
        let reads = roster.may_read(self.person()?, &scope);
        if held.fate != Fate::Accepted || !rules(&held) || !reads {
            return Ok(None);
        }
        let groups = self.views.groups()?;
        let Some(group) = groups.into_iter().find(|group| group.scope == scope) else {
            return Ok(None);
        };
        let mut roll = Vec::new();
        for sheet in &opening.roll {
            let sheet = self.truth.read().verdict(sheet)?;
            if let Some(Ok(Body::Ballot(Ballot::Roll { voters }))) = sheet.map(|it| it.read_body())
            {
                roll.extend(voters);
            }
        }
        let (mut said, mut row) = (Vec::new(), 0);
        loop {
            let portion = self.truth.read().ballots_of(id, row)?;
            let Some(last) = portion.last() else { break };
            row = last.row;
            for it in portion {
                let who = it.header.auth.and_then(|auth| roster.author(&auth));
                let counts = it.fate == Fate::Accepted && it.header.scope == scope;
                if let (true, Some(who), Ok(Body::Ballot(word))) = (counts, who, it.read_body()) {
                    // Whether he rules matters for nobody's own ballot.
                    let rules = !matches!(word, Ballot::Cast(_)) && rules(&it);
                    said.push(Said { at: (it.header.lamport, it.id), who, rules, word });
                }
            }
            // Who votes without end is read in portions and never held whole.
            said = poll::within_bounds(said);
        }
        let secret = opening
            .secret
            .as_ref()
            .and_then(|key| self.identity.reads().iter().find_map(|own| sealed::open(key, own)));
        let outcome = poll::fold(&opening, &roll, &said, |said, mark| {
            sealed::read(&opening, mark, &said.who, secret.as_ref())
        });
        Ok(Some(Polled { held, group, opening, roll, said, secret, outcome }))
    }

    pub(super) fn vote_row(&self, polled: &Polled) -> VoteRow {
        let opening = &polled.opening;
        let mine = self.identity.person.and_then(|me| poll::number_of(&polled.roll, &me));
        let state = match polled.outcome.state {
            State::Running if self.claimed.0 >= opening.ends_ms => VoteState::Ended,
            State::Running => VoteState::Running,
            State::Provisional => VoteState::Provisional,
            State::Final => VoteState::Final,
            State::Cancelled => VoteState::Cancelled,
        };
        VoteRow {
            id: polled.id(),
            title: opening.title.clone(),
            group: polled.group.id,
            group_name: polled.group.name.clone(),
            state,
            ends_ms: opening.ends_ms,
            voters: opening.roll_len(),
            turnout: polled.outcome.turnout,
            awaits_me: !polled.is_over()
                && mine.is_some_and(|voter| polled.standing(voter).is_empty()),
            changed: false,
        }
    }

    pub(super) fn vote_page(&self, polled: &Polled) -> Result<VotePage, Failed> {
        let (me, opening, outcome) = (self.person()?, &polled.opening, &polled.outcome);
        let row = self.vote_row(polled);
        let name = |who: &PersonId| self.views.name_of(who);
        // Rule 5.
        let told = outcome.votes.as_ref().filter(|_| row.state != VoteState::Running);
        let choices = opening.choices.iter().enumerate().map(|(at, text)| ChoiceRow {
            text: text.clone(),
            votes: told.and_then(|votes| votes.get(at)).copied(),
        });
        let counter = |who: &PersonId| -> Result<CounterRow, Failed> {
            Ok(CounterRow { name: name(who)?, reported: outcome.reported.contains(who) })
        };
        let closed = |(who, reason): &(PersonId, String)| -> Result<ClosedRow, Failed> {
            Ok(ClosedRow { name: name(who)?, reason: reason.clone() })
        };
        let called = |it: &Called| -> Result<CalledRow, Failed> {
            Ok(CalledRow { name: name(&it.by)?, votes: it.votes.clone(), turnout: it.turnout })
        };
        let author = polled.held.header.auth.and_then(|auth| self.truth.roster().author(&auth));
        let works = self.works_on(polled, me);
        let mine = poll::number_of(&polled.roll, &me);
        let said = mine.map(|voter| polled.standing(voter)).unwrap_or_default();
        let announced = outcome.counted.as_ref();
        let len = |list: &[u32]| u32::try_from(list.len()).unwrap_or(u32::MAX);
        let numbers = |list: &[u32]| list.iter().map(|it| it + 1).collect();
        let count = polled.opening.counters.contains(&me);
        let ended = row.state != VoteState::Running;
        Ok(VotePage {
            details: opening.details.clone(),
            choices: choices.collect(),
            place: self.place_name(&opening.place)?,
            per_person: opening.franchise == Franchise::Person,
            secret: opening.secret.is_some(),
            opened_by: author.as_ref().map(name).transpose()?.unwrap_or_default(),
            claimed_ms: polled.held.header.claimed,
            grace_ms: opening.grace_ms,
            on_paper: opening.on_paper,
            counters: opening.counters.iter().map(counter).collect::<Result<_, _>>()?,
            closed: outcome.closed.iter().map(closed).collect::<Result<_, _>>()?,
            called: outcome.called.iter().map(called).collect::<Result<_, _>>()?,
            saw_before: None,
            cancelled: outcome.cancelled.clone(),
            contradicting: announced
                .map_or_else(|| len(&outcome.contradicting), |it| it.contradicting),
            unconfirmed: announced.map_or_else(|| len(&outcome.unconfirmed), |it| it.unconfirmed),
            spoilt: announced.map_or_else(|| len(&outcome.spoilt), |it| it.spoilt),
            outside: outcome.outside,
            late: outcome.late,
            missing: outcome.missing,
            disputed: outcome.disputed,
            differs: outcome.differs,
            my_number: mine.map(|it| it + 1),
            my_choices: self.my_choices(polled, &said),
            i_voted: !said.is_empty(),
            may_cast: mine.is_some() && !polled.is_over(),
            may_enter: works && !polled.is_over(),
            may_report: count && ended && !polled.is_over() && !outcome.reported.contains(&me),
            may_close: self.no_closing(polled, me).is_none(),
            may_cancel: outcome.state != State::Cancelled
                && self.truth.roster().may_found(me, &opening.place).is_some(),
            contradicting_numbers: if works { numbers(&outcome.contradicting) } else { Vec::new() },
            unconfirmed_numbers: if works { numbers(&outcome.unconfirmed) } else { Vec::new() },
            row,
        })
    }

    fn my_choices(&self, polled: &Polled, said: &[&Said]) -> Vec<String> {
        let mut chosen: Vec<u32> = Vec::new();
        for it in said {
            let (Ballot::Cast(mark) | Ballot::Enter(mark)) = &it.word else { continue };
            // Also whoever counts reads his own home's ballot no differently from others.
            if let Read::Choice(choice) = poll::in_the_open(&polled.opening, mark) {
                chosen.push(choice);
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        let choices = &polled.opening.choices;
        chosen.into_iter().filter_map(|at| choices.get(at as usize).cloned()).collect()
    }

    pub(super) fn tell_roll(&self, id: &str) -> Result<VoteReply, Failed> {
        let (me, polled) = (self.person()?, self.vote_named(id)?);
        if !self.works_on(&polled, me) {
            return Err(ApiError::not_allowed("enter ballots").into());
        }
        let voted: BTreeSet<u32> = polled
            .said
            .iter()
            .filter_map(|it| match &it.word {
                Ballot::Cast(mark) | Ballot::Enter(mark) => Some(mark.voter),
                _ => None,
            })
            .collect();
        let mut voters = Vec::new();
        for number in 0..polled.opening.roll_len() {
            let people = polled.roll.get(number as usize).map(|it| it.0.as_slice());
            let people = people.unwrap_or_default();
            let card = people.first().map(|who| self.views.card(who)).transpose()?.flatten();
            voters.push(VoterRow {
                number: number + 1,
                names: people
                    .iter()
                    .map(|who| self.views.name_of(who))
                    .collect::<Result<_, _>>()?,
                home: card.map(|it| it.home).unwrap_or_default(),
                voted: voted.contains(&number),
            });
        }
        Ok(VoteReply::Roll { voters })
    }
}
