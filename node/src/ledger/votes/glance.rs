//! Votes at a glance: what each came to is folded once and kept until something about it changes; and who has
//! seen a result that is no longer so.
//!
//! # Rules
//!
//! 1. A line is kept as long as the same ballots count and the same statements are known. What the clock says
//!    is put in when it is told.
//! 2. Whoever has looked at a final result hears once that it is another one now; the page shows him both.

use std::collections::BTreeMap;

use crdt::{
    id::{EnvelopeId, PersonId},
    poll::State,
    sync::fingerprint::Fingerprint,
};

use super::look::Polled;
use crate::{
    api::{CalledRow, VotePage, VoteReply, VoteRow, VoteState},
    ledger::{Failed, Ledger},
    store::views::Stamp,
};

/// Votes of one list, the newest.
const VOTES_SHOWN_MAX: usize = 20;

/// Lines that are kept: the votes of a list, for everybody in a household.
const GLANCES_MAX: usize = 512;

/// What they were folded from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct From {
    ballots: Stamp,
    statements: Fingerprint,
}

/// A line, and the result as it is kept for comparison; none where whoever asks may not see the vote.
type Line = Option<(VoteRow, Option<String>)>;

/// What votes came to when somebody last looked, by vote and person.
#[derive(Debug, Default)]
pub struct Glances(BTreeMap<(EnvelopeId, PersonId), (From, Line)>);

/// The name under which is kept which final result somebody saw first.
fn first_key(person: &PersonId, poll: &EnvelopeId) -> String {
    format!("vote/{}/{}/first", person.to_hex(), poll.to_hex())
}

/// The same of what he saw last.
fn last_key(person: &PersonId, poll: &EnvelopeId) -> String {
    format!("vote/{}/{}/last", person.to_hex(), poll.to_hex())
}

/// A result in one line, for comparison: turnout, then the votes; none before it is final.
fn result(polled: &Polled) -> Option<String> {
    let outcome = &polled.outcome;
    let votes = outcome.votes.as_ref().filter(|_| outcome.state == State::Final)?;
    let votes: Vec<String> = votes.iter().map(u32::to_string).collect();
    Some(format!("{} {}", outcome.turnout, votes.join(" ")))
}

/// Reads it back.
fn read(result: &str) -> Option<CalledRow> {
    let mut numbers = result.split(' ').map(|it| it.parse::<u32>().ok());
    let turnout = numbers.next()?;
    Some(CalledRow { name: String::new(), votes: numbers.collect::<Option<_>>()?, turnout })
}

impl Ledger {
    pub(super) fn list_votes(&mut self, all: bool) -> Result<VoteReply, Failed> {
        let mut votes = Vec::new();
        for id in self.views.votes()? {
            let Some(row) = self.glance(&id)? else { continue };
            let over = matches!(row.state, VoteState::Final | VoteState::Cancelled);
            if all || !over || row.changed {
                votes.push(row);
            }
            if votes.len() == VOTES_SHOWN_MAX {
                break;
            }
        }
        Ok(VoteReply::List { votes })
    }

    /// Rule 1.
    fn glance(&mut self, id: &EnvelopeId) -> Result<Option<VoteRow>, Failed> {
        let me = self.person()?;
        let statements = self.truth.fingerprint(&self.community.roster());
        let from = From { ballots: self.views.stamp_of(id)?, statements };
        let kept = self.glances.0.get(&(*id, me)).filter(|(known, _)| *known == from);
        let line = match kept {
            Some((_, line)) => line.clone(),
            None => {
                let polled = self.polled(id)?;
                let line = polled.as_ref().map(|it| (self.vote_row(it), result(it)));
                if self.glances.0.len() >= GLANCES_MAX {
                    self.glances.0.clear();
                }
                self.glances.0.insert((*id, me), (from, line.clone()));
                line
            }
        };
        let Some((mut row, result)) = line else { return Ok(None) };
        if row.state == VoteState::Running && self.claimed.0 >= row.ends_ms {
            row.state = VoteState::Ended;
        }
        row.changed = self.saw_another(&me, id, result.as_deref())?;
        Ok(Some(row))
    }

    /// Rule 2: has he seen a final result, and nothing of this one yet?
    fn saw_another(
        &self,
        me: &PersonId,
        poll: &EnvelopeId,
        now: Option<&str>,
    ) -> Result<bool, Failed> {
        let last = self.truth.read().kept(&last_key(me, poll))?;
        Ok(last.is_some_and(|last| last != now.unwrap_or_default().as_bytes()))
    }

    /// Rule 2: remembers which result he saw, and puts the first one beside another.
    pub(super) fn note_what_he_sees(
        &mut self,
        polled: &Polled,
        page: &mut VotePage,
    ) -> Result<(), Failed> {
        let (me, poll, now) = (self.person()?, polled.id(), result(polled));
        let first = self.truth.read().kept(&first_key(&me, &poll))?;
        let first = first.and_then(|bytes| String::from_utf8(bytes).ok());
        page.row.changed = self.saw_another(&me, &poll, now.as_deref())?;
        match (first, &now) {
            (None, None) => return Ok(()),
            (None, Some(now)) => self.truth.keep(&first_key(&me, &poll), now.as_bytes())?,
            (Some(first), _) if Some(&first) != now.as_ref() => page.saw_before = read(&first),
            (Some(_), _) => (),
        }
        self.truth.keep(&last_key(&me, &poll), now.unwrap_or_default().as_bytes())?;
        Ok(())
    }
}
