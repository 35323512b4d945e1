//! Acts in an order in which each follows what its author had seen, and what that was.
//!
//! The order is the lexically first by id, so that it is the same everywhere. Heads and the plan
//! for joining many of them are here too, as they are about citing and not about meaning.

use std::collections::{BTreeMap, BTreeSet};

use super::Given;
use crate::{
    body::Act,
    claim::Set,
    id::{EnvelopeId, PersonId, RequestId},
    limits::{ACTS_PER_PERSON_MAX, ACTS_PER_REQUEST_MAX, DEPS_MAX},
};

/// Acts, each once, each after those it cites.
pub struct Arranged<'a> {
    pub acts: Vec<&'a Given<'a>>,
    /// Per act: the places of those it cites.
    cited: Vec<Vec<usize>>,
    /// Per act: how many have a lower id.
    ties: Vec<u32>,
}

impl<'a> Arranged<'a> {
    /// Arranges them. Acts that cite each other in a circle cannot exist and are left out.
    pub fn of(given: &'a [Given<'a>]) -> Self {
        let by_id: BTreeMap<EnvelopeId, &Given<'_>> = given.iter().map(|it| (it.id, it)).collect();
        let ids: Vec<EnvelopeId> = by_id.keys().copied().collect();
        let number = |id: &EnvelopeId| ids.binary_search(id).ok();
        let cites: Vec<BTreeSet<usize>> =
            by_id.values().map(|it| it.deps.iter().filter_map(number).collect()).collect();
        let mut citing = vec![Vec::new(); ids.len()];
        for (at, cited) in cites.iter().enumerate() {
            cited.iter().for_each(|it| citing[*it].push(at));
        }
        let mut missing: Vec<usize> = cites.iter().map(BTreeSet::len).collect();
        let mut ready: BTreeSet<usize> = (0..ids.len()).filter(|at| missing[*at] == 0).collect();
        let mut order = Vec::with_capacity(ids.len());
        let mut place = vec![0; ids.len()];
        while let Some(next) = ready.pop_first() {
            place[next] = order.len();
            order.push(next);
            for at in &citing[next] {
                missing[*at] -= 1;
                if missing[*at] == 0 {
                    ready.insert(*at);
                }
            }
        }
        Self {
            acts: order.iter().map(|at| by_id[&ids[*at]]).collect(),
            cited: order
                .iter()
                .map(|at| cites[*at].iter().map(|it| place[*it]).collect())
                .collect(),
            ties: order.iter().map(|at| u32::try_from(*at).unwrap_or(u32::MAX)).collect(),
        }
    }

    /// The act with this id.
    pub fn find(&self, id: &EnvelopeId) -> Option<&'a Given<'a>> {
        self.acts.iter().copied().find(|it| it.id == *id)
    }

    /// How many acts have a lower id than this one.
    pub fn tie(&self, at: usize) -> u32 {
        self.ties[at]
    }

    /// The places of the acts to be judged, in order: those wanted, within the limits, and beyond
    /// them everybody's first acts before anybody's next.
    pub fn judged(&self, wanted: impl Fn(&Given<'_>) -> bool) -> Vec<usize> {
        let adds = |given: &Given<'_>| matches!(given.act, Act::Attach(_));
        // What is added to a request stands beside its acts: it takes nobody's turn, nor the adder's own.
        let acts = self.in_turns(|given| wanted(given) && !adds(given));
        let mut judged = self.in_turns(|given| wanted(given) && adds(given));
        judged.extend(acts);
        judged.sort_unstable();
        judged
    }

    /// Of the acts wanted so many, and so many of each person.
    fn in_turns(&self, wanted: impl Fn(&Given<'_>) -> bool) -> Vec<usize> {
        let mut shares: BTreeMap<PersonId, usize> = BTreeMap::new();
        let mut turns = Vec::new();
        for (at, given) in self.acts.iter().enumerate().filter(|(_, given)| wanted(given)) {
            let later = matches!(given.act, Act::Visit(_) | Act::Verdict(_) | Act::Do(_));
            let turn = shares.entry(given.who).or_default();
            turns.push((later, *turn, at));
            *turn += 1;
        }
        turns.retain(|(_, turn, _)| *turn < ACTS_PER_PERSON_MAX);
        if turns.len() > ACTS_PER_REQUEST_MAX {
            turns.sort_unstable();
            turns.truncate(ACTS_PER_REQUEST_MAX);
        }
        turns.into_iter().map(|(_, _, at)| at).collect()
    }

    /// Per act, what its author had seen of the judged ones, as places among these.
    pub fn seen(&self, judged: &[usize]) -> Vec<Set> {
        let mut seen: Vec<Set> = Vec::with_capacity(self.acts.len());
        for cited in &self.cited {
            let mut mine = Set::default();
            for at in cited {
                mine.extend(&seen[*at]);
                if let Ok(place) = judged.binary_search(at) {
                    mine.insert(place);
                }
            }
            seen.push(mine);
        }
        seen
    }

    /// The acts on these requests or series that count and that none such cites. What was only added
    /// to a request is cited by no act: who does not know such additions sees the same order.
    pub fn heads(&self, subjects: &[RequestId]) -> Vec<EnvelopeId> {
        let concerns = |at: usize| subjects.iter().any(|it| self.acts[at].concerns(it));
        let adds = |at: usize| matches!(self.acts[at].act, Act::Attach(_));
        let counts = |at: &usize| self.acts[*at].counts && !adds(*at) && concerns(*at);
        let all = || (0..self.acts.len()).filter(counts);
        let cited: BTreeSet<usize> = all().flat_map(|at| self.cited[at].iter().copied()).collect();
        let heads = all().filter(|at| !cited.contains(at)).map(|at| self.acts[at].id);
        heads.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// The joining acts ([`crate::body::Verb::Seen`]) to write before an act can cite all `heads`: one
/// per list, citing what it names.
///
/// Empty where the heads fit. Otherwise write them all and ask again with the heads as they are
/// then: up to 256 heads one round is enough.
pub fn join_plan(heads: &[EnvelopeId]) -> Vec<Vec<EnvelopeId>> {
    // A joining act takes sixteen heads away and is one itself.
    let too_many = heads.len().saturating_sub(DEPS_MAX);
    let joins = too_many.div_ceil(DEPS_MAX - 1);
    heads.chunks(DEPS_MAX).take(joins).map(<[EnvelopeId]>::to_vec).collect()
}
