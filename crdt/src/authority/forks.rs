//! Two envelopes at one place of a chain: what then counts (rules 7 and 9).
//!
//! Nothing from there on counts on either branch until its author, with the key that stands above
//! his devices, says which one is his, or a cut has chosen. Messages are shown all the same: a box
//! restored from a copy must not silence its household.

use crate::{body::Statement, id::EnvelopeId};

use super::{
    index::{Power, Spot},
    resolve::Resolver,
};

impl Resolver {
    /// Which envelope of a forked slot the person chose; of rival choices the lowest id holds.
    fn healed(&self, slot: (&Spot, u64), power: Power<'_>) -> Option<EnvelopeId> {
        let (spot, seq) = slot;
        let rivals = self.index.forks.get(&(spot.writer, spot.scope))?.get(&seq)?;
        self.index
            .heals
            .of(&(spot.writer, spot.scope, seq))
            .filter_map(|id| self.index.get(&id))
            .filter(|heal| self.signs_for(heal, power, true))
            .find_map(|heal| match heal.statement() {
                Some(Statement::Heal { keep, .. }) if rivals.contains(keep) => Some(*keep),
                _ => None,
            })
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
        let Some(forks) = self.index.forks.get(&(e.writer, e.scope)) else { return true };
        let mut before = forks.range(..=e.seq).peekable();
        if before.peek().is_none() || self.settled(e, power, true) {
            return true;
        }
        before.all(|(seq, rivals)| {
            let first = rivals.first().filter(|_| lowest).copied();
            let keep = self.healed((e, *seq), power).or(first);
            keep.zip(e.id).is_some_and(|(keep, id)| self.index.is_before(&keep, *seq, id))
        })
    }
}
