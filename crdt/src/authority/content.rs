//! Messages, changes, acts and ballots: which of them count where they stand (rules 6, 7 and 10).

use crate::{
    body::{Place, Statement},
    id::{EnvelopeId, KeyId, PersonId, ScopeId},
};

use super::{
    index::{Power, Spot},
    policy,
    resolve::{Mode, Resolver},
    verdict::{Flag, Reason, Verdict},
};
use std::{collections::BTreeSet, sync::Arc};

impl Resolver {
    /// Rule 10: does a grant over this place reach into that scope?
    ///
    /// A group's scope is where its genesis says that it lies and nowhere else, or whoever rules
    /// over one corner could name the group of another as his own. A place without a genesis is an
    /// area, and only one directly below the community has a scope. The directory is everybody's.
    pub fn covers(&self, power: Power<'_>, scope: ScopeId) -> bool {
        let over = power.over;
        let community = &self.index.charter.community;
        let genesis = self.index.geneses.get(&scope);
        if let Some((id, Some(Statement::Genesis { parent, oversight, .. }))) =
            genesis.map(|id| (id, self.index.statement(id)))
        {
            let lies = parent.below(*id);
            let least = policy::oversight(*oversight);
            return *over == lies
                || (over.contains(&lies) && least.is_some_and(|least| power.rank >= least));
        }
        if scope == self.index.roster() {
            return *over == *self.index.community();
        }
        if scope == community.directory() {
            return *over == *self.index.community() || self.everyone().contains(over);
        }
        over.0.len() == 1 && over.scope(community) == scope
    }

    /// The groups whose door is the community's door.
    pub fn everyone(&self) -> Arc<BTreeSet<Place>> {
        if let Some(known) = &self.memo.borrow().everyone {
            return Arc::clone(known);
        }
        let live = self.index.everyone.iter().filter(|id| self.counts(id, Mode::Lax));
        let found: Arc<BTreeSet<Place>> =
            Arc::new(live.map(|id| self.index.community().below(*id)).collect());
        self.memo.borrow_mut().everyone = Some(Arc::clone(&found));
        found
    }

    /// May its author write at this spot, and does it count there?
    pub fn content(&self, e: &Spot) -> Verdict {
        let outcome = self.power(e.auth).and_then(|power| {
            if !self.covers(power, e.scope) {
                return Err(Reason::NotEntitled);
            }
            self.position(e, &[], Mode::Lax).map(|()| power)
        });
        match outcome {
            Ok(power) => self.mark(e, power),
            Err(Reason::NoSuchGrant(id)) => Verdict::Pending(id),
            Err(reason) => Verdict::Void(reason),
        }
    }

    /// What may be written, and whether a fork keeps it from counting.
    fn mark(&self, e: &Spot, power: Power<'_>) -> Verdict {
        if self.unforked(e, power, false) {
            return match self.position(e, &[], Mode::Strict) {
                Ok(()) => Verdict::Counts,
                Err(_) => Verdict::Flagged(Flag::ForkedGrant),
            };
        }
        let flag = if self.unforked(e, power, true) { Flag::Fork } else { Flag::LosingBranch };
        Verdict::Flagged(flag)
    }

    /// Is the person one of the community, as far as this spot goes? He is in the group of everybody
    /// or has a role over the community, and no removal from it cuts this off. Strangers never
    /// count, whatever group lets them in.
    pub fn belongs(&self, person: PersonId, at: Option<&Spot>) -> bool {
        let everyone = self.everyone();
        self.index.roles_of.of(&person).any(|id| {
            let over = self.index.gives(&id).map(|power| power.over);
            over.is_some_and(|over| *over == *self.index.community() || everyone.contains(over))
                && self.counts(&id, Mode::Lax)
                && self
                    .removals(&id)
                    .iter()
                    .all(|removal| at.is_some_and(|spot| self.cut_allows(removal, spot)))
        })
    }

    /// Does every spot of this chain under this grant have the same verdict? Wherever nothing was
    /// revoked, removed or forked, which is nearly everywhere.
    pub fn is_even(&self, e: &Spot) -> bool {
        let Some(power) = e.auth.and_then(|auth| self.index.gives(&auth)) else { return true };
        let untouched = |id: &EnvelopeId| self.removals(id).is_empty();
        !self.index.forks.contains_key(&(e.writer, e.scope))
            && !self.index.revoked.contains(&power.person)
            && e.auth.is_some_and(|auth| untouched(&auth))
            && self.index.roles_of.of(&power.person).all(|id| untouched(&id))
    }

    /// Was the writer ever certified, under a grant that counts and reaches here? (rule 6)
    pub fn was_able(&self, e: &Spot) -> bool {
        let (Some(auth), Ok(power)) = (e.auth, self.power(e.auth)) else { return false };
        self.covers(power, e.scope)
            && (self.index.is_root(&auth) || self.counts(&auth, Mode::Lax))
            && self.writes_for(e, &[] as &[KeyId], power, Mode::Once, true)
    }
}
