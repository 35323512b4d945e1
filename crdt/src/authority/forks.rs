//! Two envelopes at one place of a chain: what then counts (rules 7 and 9).
//!
//! Nothing from there on counts on either branch until its author, with the key that stands above
//! his devices, says which one is his, or a cut has chosen. Messages are shown all the same: a box
//! restored from a copy must not silence its household.
//!
//! Of a chain with many forks the chosen branches are looked at once: they fit together up to some
//! place, and from the first one that does not, nothing counts. After that any spot is settled by
//! the last fork before it.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    body::{Place, Statement},
    id::{EnvelopeId, PersonId},
};

use super::{
    index::{Chain, Power, Spot},
    resolve::Resolver,
};

/// Which envelope stays at each fork of a chain; none from where they do not fit together.
pub(super) type Branch = Arc<BTreeMap<u64, Option<EnvelopeId>>>;

/// The choices of one person, as seen from acts under a rank over a place; with or without the
/// lowest id standing in where he made none.
pub(super) type BranchKey = (Chain, PersonId, u8, Place, bool);

impl Resolver {
    /// Which envelope of a forked slot the person chose; of rival choices the lowest id holds.
    pub fn healed(&self, chain: Chain, seq: u64, power: Power<'_>) -> Option<EnvelopeId> {
        let rivals = self.index.forks.get(&chain)?.get(&seq)?;
        self.index
            .heals
            .of(&(chain.0, chain.1, seq))
            .filter_map(|id| self.index.get(&id))
            .filter(|heal| self.signs_for(heal, power, true))
            .find_map(|heal| match heal.statement() {
                Some(Statement::Heal { keep, .. }) if rivals.contains(keep) => Some(*keep),
                _ => None,
            })
    }

    /// The branch that was chosen, fork by fork.
    fn branch(&self, chain: Chain, power: Power<'_>, lowest: bool) -> Branch {
        let key = (chain, power.person, power.rank, power.over.clone(), lowest);
        if let Some(known) = self.memo.borrow().branches.get(&key) {
            return Arc::clone(known);
        }
        let mut branch = BTreeMap::new();
        let mut last: Option<(u64, EnvelopeId)> = None;
        for (seq, rivals) in self.index.forks.get(&chain).into_iter().flatten() {
            let first = rivals.first().filter(|_| lowest).copied();
            let keep = self.healed(chain, *seq, power).or(first);
            let fits = |keep: &EnvelopeId| {
                last.is_none_or(|(seq, id)| self.index.is_before(&id, seq, *keep))
            };
            let keep = keep.filter(fits);
            branch.insert(*seq, keep);
            let Some(keep) = keep else { break };
            last = Some((*seq, keep));
        }
        let branch = Arc::new(branch);
        self.memo.borrow_mut().branches.insert(key, Arc::clone(&branch));
        branch
    }

    /// Has a cut chosen the branch that this spot is on?
    pub fn settled(&self, e: &Spot, power: Power<'_>, own: bool) -> bool {
        let keeps = |id: &EnvelopeId| self.cut_allows(id, e);
        e.auth.is_some_and(|auth| self.removals(&auth).iter().any(keeps))
            || self.revokes(e.writer.into(), power, own).iter().any(keeps)
    }

    /// Is this spot on no fork, or on the branch that was chosen? With `lowest` the lowest id is
    /// chosen where nobody has: a document must have one history meanwhile.
    pub fn unforked(&self, e: &Spot, power: Power<'_>, lowest: bool) -> bool {
        let chain = (e.writer, e.scope);
        let Some(forks) = self.index.forks.get(&chain) else { return true };
        if forks.range(..=e.seq).next().is_none() || self.settled(e, power, true) {
            return true;
        }
        let branch = self.branch(chain, power, lowest);
        let Some((seq, keep)) = branch.range(..=e.seq).next_back() else { return true };
        keep.zip(e.id).is_some_and(|(keep, id)| self.index.is_before(&keep, *seq, id))
    }
}
