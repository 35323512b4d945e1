//! The whole of the rules over a whole set: the function that the executable model is compared with.
//!
//! A node asks a [`Roster`](super::Roster) envelope by envelope instead; this is the same code, run
//! over everything at once, with what only shows when all content is at hand (rule 6, and the copies
//! and torn changes of rule 7).

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::{Place, Role},
    id::{EnvelopeId, PersonId},
};

use super::{
    fact::{Fact, Says},
    index::{Charter, Index, Power},
    resolve::{Mode, Resolver},
    verdict::{Flag, Verdict},
};

/// How a message or change is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// As any other.
    Ok,
    /// With a mark: something forked.
    Flagged,
    /// With a mark: only because what counts cites it.
    Ancestry,
    /// A change: in a copy beside the document.
    Copy,
    /// A change built on two branches: kept, never applied.
    Torn,
}

/// What a set of envelopes comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Who has which role where.
    pub roles: BTreeSet<(PersonId, Role, Place)>,
    /// The grants and joins that give these roles.
    pub live: BTreeSet<EnvelopeId>,
    /// Messages and changes that people see.
    pub shown: BTreeMap<EnvelopeId, Shown>,
    /// Acts and ballots that count.
    pub effective: BTreeSet<EnvelopeId>,
    /// Content that is kept and not shown.
    pub hidden: BTreeSet<EnvelopeId>,
    /// What waits for something that it cites.
    pub pending: BTreeSet<EnvelopeId>,
    /// What is malformed by itself, or in a forged place.
    pub refused: BTreeSet<EnvelopeId>,
    /// Statements that count.
    pub statements: BTreeSet<EnvelopeId>,
}

/// Evaluates a set; order and repetition do not matter.
pub fn evaluate(charter: Charter, facts: impl IntoIterator<Item = Fact>) -> Outcome {
    let mut index = Index::new(charter);
    facts.into_iter().for_each(|fact| {
        index.insert(fact);
    });
    let resolver = Resolver::new(index);
    let index = &resolver.index;
    let mut out = Outcome { refused: index.refused.clone(), ..Outcome::default() };
    resolver.standings(&mut out);
    resolver.contents(&mut out);
    let waits = |fact: &&Fact| {
        fact.auth.is_some_and(|auth| !index.is_root(&auth) && index.get(&auth).is_none())
    };
    let waiting: BTreeSet<EnvelopeId> = index.facts().filter(waits).map(|fact| fact.id).collect();
    out.hidden = index
        .facts()
        .filter(|fact| fact.is_content())
        .map(|fact| fact.id)
        .filter(|id| !out.shown.contains_key(id) && !out.effective.contains(id))
        .filter(|id| !waiting.contains(id))
        .collect();
    out.pending = index.waiting.keys().copied().chain(waiting).collect();
    out
}

impl Resolver {
    fn standings(&self, out: &mut Outcome) {
        let counting = self.index.statements.iter().filter(|id| self.counts(id, Mode::Strict));
        out.statements = counting.copied().collect();
        let live = out.statements.iter().filter_map(|id| Some((*id, self.index.gives(id)?)));
        for (id, power) in live.filter(|(id, _)| self.removals(id).is_empty()) {
            out.live.insert(id);
            out.roles.insert((power.person, role_of(power), power.over.clone()));
        }
    }

    fn contents(&self, out: &mut Outcome) {
        let mut lost = BTreeSet::new();
        for fact in self.index.facts().filter(|fact| fact.is_content()) {
            let verdict = self.content(&fact.spot());
            match (&fact.says, verdict) {
                (Says::Act | Says::Ballot, Verdict::Counts) => {
                    out.effective.insert(fact.id);
                }
                (Says::Act | Says::Ballot, _) | (_, Verdict::Pending(_) | Verdict::Void(_)) => (),
                (Says::Change, Verdict::Flagged(Flag::LosingBranch)) => {
                    lost.insert(fact.id);
                }
                (_, Verdict::Counts) => {
                    out.shown.insert(fact.id, Shown::Ok);
                }
                (_, Verdict::Flagged(_)) => {
                    out.shown.insert(fact.id, Shown::Flagged);
                }
            }
        }
        self.ancestry(&lost, out);
    }

    /// Rule 6, and what became of changes that stand on a losing branch.
    fn ancestry(&self, lost: &BTreeSet<EnvelopeId>, out: &mut Outcome) {
        let roots: Vec<EnvelopeId> = out.shown.keys().copied().collect();
        for id in roots {
            let below = self.reach(id);
            let is_change =
                |id: &EnvelopeId| self.index.get(id).is_some_and(|fact| fact.says == Says::Change);
            let losing: Vec<&EnvelopeId> = below.intersection(lost).collect();
            if is_change(&id) && !losing.is_empty() {
                let mut all = below.iter().chain([&id]);
                let torn = all.any(|y| losing.iter().any(|x| self.tear(x, y)));
                out.shown.insert(id, if torn { Shown::Torn } else { Shown::Copy });
            }
            for cited in below.iter().filter(|cited| **cited != id) {
                let says = self.index.get(cited).map(|fact| &fact.says);
                if matches!(says, Some(Says::Message | Says::Change)) {
                    let how = if lost.contains(cited) { Shown::Copy } else { Shown::Ancestry };
                    out.shown.entry(*cited).or_insert(how);
                }
            }
        }
    }

    /// What `id` reaches through `deps`, over content whose author was able to write it.
    fn reach(&self, id: EnvelopeId) -> BTreeSet<EnvelopeId> {
        let mut seen = BTreeSet::new();
        let mut todo = vec![id];
        while let Some(fact) = todo.pop().and_then(|id| self.index.get(&id)) {
            for dep in fact.deps.iter().filter_map(|dep| self.index.get(dep)) {
                if !seen.contains(&dep.id) && dep.is_content() && self.was_able(&dep.spot()) {
                    seen.insert(dep.id);
                    todo.push(dep.id);
                }
            }
        }
        seen
    }

    /// Are these two changes on two branches of one writer?
    fn tear(&self, x: &EnvelopeId, y: &EnvelopeId) -> bool {
        let (Some(x), Some(y)) = (self.index.get(x), self.index.get(y)) else { return false };
        let both = x.says == Says::Change && y.says == Says::Change && x.writer == y.writer;
        both && !self.index.is_before(&x.id, x.seq, y.id)
            && !self.index.is_before(&y.id, y.seq, x.id)
    }
}

/// The role whose rank a grant gives.
pub(super) fn role_of(power: Power<'_>) -> Role {
    match power.rank {
        5 => Role::Root,
        4 => Role::Admin,
        3 => Role::Staff,
        2 => Role::Steward,
        _ => Role::Member,
    }
}
