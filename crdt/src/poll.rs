//! What a vote comes to: which ballots are in hand, what each voter said, whether that is final.
//!
//! A pure fold over what counts where it stands. No clock decides anything: the announced end is for
//! people and pages; what a ballot was too late for is said by those who count.
//!
//! # Rules
//!
//! 1. **Roll.** Who may vote was written down by whoever opened the vote, and does not change. A ballot
//!    from outside it never counts and is told apart.
//! 2. **In hand.** Whoever counts reports once which ballots he has in hand; of several reports of one
//!    person the first by (lamport, id) holds. Those of different people are joined. Until somebody
//!    has reported, everything that is here is in hand.
//! 3. **Late.** A ballot that no report names is late and does not count, whatever its clock says; one
//!    that a report names counts, whatever its clock says.
//! 4. **Final.** Until all who count have reported, or a closing has ended the wait, the result is
//!    暂定 provisional; so it is while something that a report names is not here. After closings the
//!    reports count that they name; of two closings on two sides of a cut, those of both. What was called
//!    final before is kept beside the result ([`Outcome::called`]): nothing changes without a word.
//! 5. **Paper.** A paper ballot counts when two different people entered the same. Whoever errs enters it
//!    again, naming his own first entry.
//! 6. **Once.** Of ballots of one voter that contradict one another none counts, until one names all of
//!    the others: no lottery, or whoever votes twice would lose nothing by it; and the household settles
//!    it, nobody for it. Ballots that say the same are one. One person's entry of a paper ballot
//!    contradicts nothing.
//! 7. **Secret.** Choices are sealed to the vote's key ([`sealed`]). Everybody sees who has voted; what
//!    came out is said by a closing, for exactly the reports that count. Two that say different things
//!    about the same reports are told apart and neither holds.
//! 8. **Bounded.** Of what one person said for one voter the first [`BALLOTS_PER_VOTER_MAX`] are looked at;
//!    the others are as good as not there.
//!
//! # Deliberately absent
//!
//! Quorums and majorities: the result sheet has the numbers, the community's own rules say what they
//! mean. Delegation of votes. Counting without anybody who can open a secret ballot.

pub mod sealed;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::{Ballot, Choice, Count, Mark, Opening, Voter},
    id::{EnvelopeId, PersonId},
    limits::BALLOTS_PER_VOTER_MAX,
};

/// Something said in a vote that counts where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place in the order.
    pub at: (u64, EnvelopeId),
    /// Who.
    pub who: PersonId,
    /// Does he rule over the vote's place?
    pub rules: bool,
    /// What.
    pub word: Ballot,
}

/// What a mark says, as far as it can be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// This choice.
    Choice(u32),
    /// None of the choices.
    Spoilt,
    /// Sealed to others.
    Sealed,
}

/// How far a vote is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody who counts has reported.
    Running,
    /// 暂定: it may still change.
    Provisional,
    /// All who count have reported, or the wait was ended.
    Final,
    /// Void.
    Cancelled,
}

/// What a closing called final, and is no longer what the vote comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Who.
    pub by: PersonId,
    /// Voters for each choice.
    pub votes: Vec<u32>,
    /// Voters of whom something was in hand; none where only a count of a secret vote tells of it.
    pub turnout: Option<u32>,
}

/// What a vote has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How far it is.
    pub state: State,
    /// Voters for each choice; none where only those who count can tell.
    pub votes: Option<Vec<u32>>,
    /// Voters of whom something is in hand.
    pub turnout: u32,
    /// Voters whose ballots contradict one another.
    pub contradicting: Vec<u32>,
    /// Voters whose paper ballot waits for a second person, or was entered in two ways.
    pub unconfirmed: Vec<u32>,
    /// Voters who chose nothing that can be chosen.
    pub spoilt: Vec<u32>,
    /// Ballots from outside the roll, here.
    pub outside: u32,
    /// Ballots that are here and that no report names.
    pub late: u32,
    /// Ballots that a report names and that are not here.
    pub missing: u32,
    /// Who has reported, of those who count.
    pub reported: BTreeSet<PersonId>,
    /// The reports that count.
    pub reports: BTreeSet<EnvelopeId>,
    /// Who ended the wait, and why.
    pub closed: Vec<(PersonId, String)>,
    /// What closings called final before they knew of one another, in their order.
    pub called: Vec<Called>,
    /// What was counted of a secret vote, once that is final.
    pub counted: Option<Count>,
    /// Two closings of a secret vote contradict one another.
    pub disputed: bool,
    /// Whoever can count here comes to something else than what was said to be counted.
    pub differs: bool,
    /// Why it is void.
    pub cancelled: Option<String>,
}

impl Outcome {
    /// What whoever can open a secret vote puts into its closing; none for everybody else.
    pub fn count(&self) -> Option<Count> {
        let len = |list: &Vec<u32>| u32::try_from(list.len()).unwrap_or(u32::MAX);
        Some(Count {
            votes: self.votes.clone()?,
            contradicting: len(&self.contradicting),
            unconfirmed: len(&self.unconfirmed),
            spoilt: len(&self.spoilt),
        })
    }
}

/// The number of a person on the roll, from 0.
pub fn number_of(roll: &[Voter], person: &PersonId) -> Option<u32> {
    let at = roll.iter().position(|voter| voter.0.contains(person))?;
    u32::try_from(at).ok()
}

/// A voter's marks that nothing has taken the place of, of all that was said in a vote.
pub fn standing_of<'a>(
    opening: &Opening,
    roll: &[Voter],
    said: &'a [Said],
    voter: u32,
) -> Vec<&'a Said> {
    let ours = |it: &Said, mark: &Mark| mark.voter == voter && on_roll(opening, roll, it, mark);
    standing(said.iter().filter_map(|it| Some((it, mark(it)?))).filter(|(it, mark)| ours(it, mark)))
}

/// Of one voter's marks those that nothing has taken the place of.
fn standing<'a>(ours: impl Iterator<Item = (&'a Said, &'a Mark)>) -> Vec<&'a Said> {
    let ours: Vec<_> = ours.collect();
    let replaced: BTreeSet<EnvelopeId> = ours
        .iter()
        .flat_map(|(by, mark)| mark.instead.iter().map(move |old| (by, old)))
        .filter(|(by, old)| ours.iter().any(|(it, _)| it.at.1 == **old && may_replace(by, it)))
        .map(|(_, old)| *old)
        .collect();
    ours.into_iter().map(|(it, _)| it).filter(|it| !replaced.contains(&it.at.1)).collect()
}

/// A voter's own ballot takes the place of all that was said for him; an entry only of one by the same
/// hand.
fn may_replace(by: &Said, old: &Said) -> bool {
    matches!(by.word, Ballot::Cast(_))
        || (matches!(old.word, Ballot::Enter(_)) && by.who == old.who)
}

fn mark(said: &Said) -> Option<&Mark> {
    match &said.word {
        Ballot::Cast(mark) | Ballot::Enter(mark) => Some(mark),
        _ => None,
    }
}

/// Rule 8: what is looked at, in order, each once.
pub fn within_bounds(mut said: Vec<Said>) -> Vec<Said> {
    said.sort_unstable_by_key(|it| it.at);
    said.dedup_by_key(|it| it.at.1);
    let mut seen: BTreeMap<(PersonId, u32, bool), usize> = BTreeMap::new();
    said.retain(|it| {
        let Some(mark) = mark(it) else { return true };
        let key = (it.who, mark.voter, matches!(it.word, Ballot::Cast(_)));
        let count = seen.entry(key).or_default();
        *count += 1;
        *count <= BALLOTS_PER_VOTER_MAX
    });
    said
}

/// Folds a vote, in whatever order it came. `read` opens the marks of a secret vote, where it can.
pub fn fold(
    opening: &Opening,
    roll: &[Voter],
    said: &[Said],
    read: impl Fn(&Said, &Mark) -> Read,
) -> Outcome {
    let order = within_bounds(said.to_vec());
    let vote = Counting { opening, roll, order: &order, read };
    let known: BTreeMap<EnvelopeId, &Said> = order.iter().map(|it| (it.at.1, it)).collect();
    let all = Reports::of(opening, &order);
    let named = all.named(&all.counting, &known);
    let missing = named.iter().filter(|id| !known.contains_key(id)).count();
    let mut outcome = Outcome {
        state: State::Running,
        votes: None,
        turnout: 0,
        contradicting: Vec::new(),
        unconfirmed: Vec::new(),
        spoilt: Vec::new(),
        outside: 0,
        late: 0,
        missing: small(missing),
        reported: all.first.keys().copied().collect(),
        reports: all.counting.clone(),
        closed: all.closed.iter().map(|it| (it.by, it.reason.clone())).collect(),
        called: Vec::new(),
        counted: None,
        disputed: false,
        differs: false,
        cancelled: all.cancelled.clone(),
    };
    vote.tally(&mut outcome, (!all.none()).then_some(&named));
    outcome.conclude(opening, &all);
    vote.look_back(&mut outcome, &all, &known);
    outcome
}

/// All that a count needs.
struct Counting<'a, R> {
    opening: &'a Opening,
    roll: &'a [Voter],
    order: &'a [Said],
    read: R,
}

impl<R: Fn(&Said, &Mark) -> Read> Counting<'_, R> {
    /// Counts the ballots that are in hand; where nobody has reported, all that are here.
    fn tally(&self, outcome: &mut Outcome, in_hand: Option<&BTreeSet<EnvelopeId>>) {
        let mut by_voter: BTreeMap<u32, Vec<Said>> = BTreeMap::new();
        for it in self.order {
            let Some(mark) = mark(it) else { continue };
            match on_roll(self.opening, self.roll, it, mark) {
                false => outcome.outside += 1,
                true if in_hand.is_some_and(|named| !named.contains(&it.at.1)) => outcome.late += 1,
                true => by_voter.entry(mark.voter).or_default().push(it.clone()),
            }
        }
        outcome.votes = Some(vec![0; self.opening.choices.len()]);
        outcome.turnout = small(by_voter.len());
        for (voter, marks) in &by_voter {
            let read = |it: &Said| mark(it).map_or(Read::Spoilt, |mark| (self.read)(it, mark));
            outcome.take(*voter, vote_of(marks, read));
        }
    }

    /// What each closing called final by the reports that it named, where that is something else than what
    /// the vote has come to.
    fn look_back(&self, outcome: &mut Outcome, all: &Reports, known: &BTreeMap<EnvelopeId, &Said>) {
        let mut called = Vec::new();
        for closing in all.closed.iter().filter(|it| it.reports != all.counting) {
            let said = match (&self.opening.secret, &closing.count) {
                (Some(_), Some(count)) => Some((count.votes.clone(), None)),
                (Some(_), None) => None,
                (None, _) => {
                    let named = all.named(&closing.reports, known);
                    let mut then = outcome.clone();
                    self.tally(&mut then, Some(&named));
                    let reported =
                        |id| all.first.values().any(|(report, _): &(EnvelopeId, _)| report == id);
                    let here = closing.reports.iter().all(reported)
                        && named.iter().all(|id| known.contains_key(id));
                    then.votes.filter(|_| here).map(|votes| (votes, Some(then.turnout)))
                }
            };
            let Some((votes, turnout)) = said else { continue };
            let same = outcome.votes.as_ref() == Some(&votes)
                && turnout.is_none_or(|turnout| turnout == outcome.turnout);
            if !same {
                called.push(Called { by: closing.by, votes, turnout });
            }
        }
        outcome.called = called;
    }
}

/// Somebody ended the wait.
struct Closing {
    by: PersonId,
    reason: String,
    reports: BTreeSet<EnvelopeId>,
    count: Option<Count>,
}

/// Rules 2 and 4: who has reported, and which reports count.
struct Reports {
    /// Of each who counts, his first report with its sheets.
    first: BTreeMap<PersonId, (EnvelopeId, Vec<EnvelopeId>)>,
    counting: BTreeSet<EnvelopeId>,
    closed: Vec<Closing>,
    cancelled: Option<String>,
}

impl Reports {
    fn of(opening: &Opening, order: &[Said]) -> Self {
        let (mut first, mut closed, mut cancelled) = (BTreeMap::new(), Vec::new(), None);
        for it in order {
            let counts_votes = opening.counters.contains(&it.who);
            match &it.word {
                Ballot::Report { sheets, .. } if counts_votes => {
                    first.entry(it.who).or_insert_with(|| (it.at.1, sheets.clone()));
                }
                Ballot::Close { reports, count, reason, .. } if it.rules || counts_votes => {
                    closed.push(Closing {
                        by: it.who,
                        reason: reason.clone(),
                        reports: reports.iter().copied().collect(),
                        count: count.clone(),
                    });
                }
                Ballot::Cancel { reason, .. } if it.rules => {
                    cancelled.get_or_insert_with(|| reason.clone());
                }
                _ => (),
            }
        }
        let ended = |id: &EnvelopeId| closed.iter().any(|it: &Closing| it.reports.contains(id));
        let ids = first.values().map(|(id, _): &(EnvelopeId, _)| *id);
        let counting = ids.filter(|id| closed.is_empty() || ended(id)).collect();
        Self { first, counting, closed, cancelled }
    }

    /// Has nobody reported, nor ended the wait?
    fn none(&self) -> bool {
        self.first.is_empty() && self.closed.is_empty()
    }

    /// The ballots that these reports name.
    fn named(
        &self,
        reports: &BTreeSet<EnvelopeId>,
        known: &BTreeMap<EnvelopeId, &Said>,
    ) -> BTreeSet<EnvelopeId> {
        let reports = self.first.values().filter(|(id, _)| reports.contains(id));
        let sheets = reports.flat_map(|(_, sheets)| sheets).filter_map(|id| known.get(id));
        let ballots = sheets.filter_map(|it| match &it.word {
            Ballot::Sheet { ballots, .. } => Some(ballots),
            _ => None,
        });
        ballots.flatten().copied().collect()
    }
}

/// Rules 1 and 5: may this mark stand for its voter?
fn on_roll(opening: &Opening, roll: &[Voter], it: &Said, mark: &Mark) -> bool {
    match it.word {
        Ballot::Cast(_) => {
            let voter = roll.get(mark.voter as usize).filter(|_| mark.voter < opening.voters);
            voter.is_some_and(|voter| voter.0.contains(&it.who))
        }
        _ => mark.voter < opening.roll_len() && (it.rules || opening.counters.contains(&it.who)),
    }
}

/// What one voter said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vote {
    For(u32),
    Contradicting,
    Unconfirmed,
    Spoilt,
    Sealed,
}

/// Rules 5 and 6.
fn vote_of(marks: &[Said], read: impl Fn(&Said) -> Read) -> Vote {
    let standing = standing(marks.iter().filter_map(|it| Some((it, mark(it)?))));
    let (cast, entered): (Vec<&Said>, Vec<&Said>) =
        standing.into_iter().partition(|it| matches!(it.word, Ballot::Cast(_)));
    let mut said: BTreeSet<Read> = cast.into_iter().map(&read).collect();
    let people: BTreeSet<PersonId> = entered.iter().map(|it| it.who).collect();
    let on_paper: BTreeSet<Read> = entered.iter().map(|it| read(it)).collect();
    let confirmed = people.len() > 1 && on_paper.len() == 1;
    if confirmed {
        said.extend(on_paper.iter().copied());
    }
    let sealed = said.contains(&Read::Sealed) || on_paper.contains(&Read::Sealed);
    match said.iter().copied().collect::<Vec<_>>().as_slice() {
        _ if sealed => Vote::Sealed,
        [] => Vote::Unconfirmed,
        [Read::Choice(choice)] => Vote::For(*choice),
        [_] => Vote::Spoilt,
        _ => Vote::Contradicting,
    }
}

impl Outcome {
    fn take(&mut self, voter: u32, vote: Vote) {
        match vote {
            Vote::For(choice) => {
                let votes = self.votes.as_mut();
                if let Some(place) = votes.and_then(|it| it.get_mut(choice as usize)) {
                    *place += 1;
                }
            }
            Vote::Contradicting => self.contradicting.push(voter),
            Vote::Unconfirmed => self.unconfirmed.push(voter),
            Vote::Spoilt => self.spoilt.push(voter),
            Vote::Sealed => self.votes = None,
        }
    }

    /// Rules 4 and 7.
    fn conclude(&mut self, opening: &Opening, all: &Reports) {
        let complete = opening.counters.iter().all(|it| all.first.contains_key(it));
        let ended = !all.closed.is_empty() || complete;
        let mut ready = ended && self.missing == 0;
        if opening.secret.is_some() {
            let fits = all.closed.iter().filter(|it| it.reports == all.counting);
            let mut counts: Vec<&Count> = fits.filter_map(|it| it.count.as_ref()).collect();
            counts.dedup();
            self.disputed = counts.len() > 1;
            ready = counts.len() == 1;
            if let [count] = counts.as_slice() {
                self.differs = self.missing == 0 && self.count().is_some_and(|it| it != **count);
                self.votes = Some(count.votes.clone());
                self.counted = Some((*count).clone());
            }
        }
        self.state = match () {
            () if self.cancelled.is_some() => State::Cancelled,
            () if ready => State::Final,
            () if all.none() => State::Running,
            () => State::Provisional,
        };
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What everybody reads of a mark: of an open vote all of it.
pub fn in_the_open(opening: &Opening, mark: &Mark) -> Read {
    match (&opening.secret, &mark.choice) {
        (None, Choice::Open(choice)) if (*choice as usize) < opening.choices.len() => {
            Read::Choice(*choice)
        }
        (Some(_), Choice::Sealed(_)) => Read::Sealed,
        _ => Read::Spoilt,
    }
}

#[cfg(test)]
mod tests;
