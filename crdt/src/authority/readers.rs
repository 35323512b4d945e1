//! Who may read what: which scope's epochs seal a scope's bodies, and whose boxes hold them.
//!
//! | Scope | Sealed under the epochs of | Held by the boxes of |
//! |---|---|---|
//! | the roster | nothing: ids, ranks and places only | – |
//! | the directory | the group of everybody | all members of the community |
//! | an open group from which no member of the community was removed | the group of everybody: whoever wants may enter | the same |
//! | any other group | its own | its members, and those above it whom its oversight lets in |
//!
//! # Deliberately absent
//!
//! Secrets. This says who *should* hold them; `secrets` knows who does.

use std::collections::BTreeSet;

use crate::{
    body::{GroupKind, History, KeyUse, Place, Statement},
    id::{GroupId, KeyId, PersonId, ScopeId},
};

use super::{index::Power, policy, roster::Roster};

impl Roster {
    /// The scope whose epochs seal the bodies of `scope`; none where they are plain, or where no
    /// founding says what the scope is.
    pub fn key_scope(&self, scope: &ScopeId) -> Option<ScopeId> {
        let community = &self.resolver.index.charter.community;
        let everybodys = self.everybody().map(|group| group.scope());
        if *scope == community.roster() {
            return None;
        }
        if *scope == community.directory() {
            return everybodys;
        }
        let group = self.group(self.resolver.index.geneses.get(scope)?)?;
        let is_open = group.kind == GroupKind::Open && !self.is_anybody_kept_out(&group.place);
        if is_open { everybodys.or(Some(*scope)) } else { Some(*scope) }
    }

    /// The group of everybody; of several the lowest id.
    pub fn everybody(&self) -> Option<GroupId> {
        self.resolver.everyone().iter().filter_map(Place::group).min()
    }

    /// Was anybody removed from the place who reads what the whole community reads? Looks at those
    /// alone whom a removal names: they are few, and members of a place may be thousands.
    fn is_anybody_kept_out(&self, place: &Place) -> bool {
        let index = &self.resolver.index;
        let removed = index.removals.keys().map(|(person, _)| *person);
        removed.collect::<BTreeSet<PersonId>>().into_iter().any(|person| {
            let mut roles = index.roles_of.of(&person);
            let is_out = roles.any(|id| {
                let is_there = index.gives(&id).is_some_and(|power| power.over == place);
                is_there && !self.resolver.removals(&id).is_empty()
            });
            is_out && self.is_community_member(person)
        })
    }

    /// What of a scope's past newcomers can read.
    pub fn history(&self, key_scope: &ScopeId) -> History {
        let index = &self.resolver.index;
        match index.geneses.get(key_scope).and_then(|id| index.statement(id)) {
            Some(Statement::Genesis { history: Some(history), .. }) => *history,
            _ => History::All,
        }
    }

    /// The boxes that should hold the epochs of a scope.
    pub fn readers(&self, key_scope: &ScopeId) -> BTreeSet<KeyId> {
        let Some(group) = self.resolver.index.geneses.get(key_scope) else {
            return BTreeSet::new();
        };
        let people = match self.everybody() {
            Some(everybody) if everybody == *group => self.community_members(),
            _ => self.readers_of(group),
        };
        people.into_iter().flat_map(|person| self.boxes_of(person)).collect()
    }

    /// Should this person be able to read what stands in a scope? His box may hold the keys for
    /// somebody else who lives there.
    pub fn may_read(&self, person: PersonId, scope: &ScopeId) -> bool {
        let key_scope = self.key_scope(scope);
        let group = key_scope.and_then(|it| self.resolver.index.geneses.get(&it));
        match (group, self.everybody()) {
            (None, _) => false,
            (Some(group), Some(everybody)) if everybody == *group => {
                self.is_community_member(person)
            }
            (Some(group), _) => self.readers_of(group).contains(&person),
        }
    }

    fn readers_of(&self, group: &GroupId) -> Vec<PersonId> {
        let index = &self.resolver.index;
        let Some(Statement::Genesis { parent, oversight, .. }) = index.statement(group) else {
            return Vec::new();
        };
        let mut people = self.members(group);
        if let Some(least) = policy::oversight(*oversight) {
            let above = (0..=parent.0.len()).map(|depth| Place(parent.0[..depth].to_vec()));
            let over = above.flat_map(|place| self.live_over(&place));
            let sees = over.filter(|power| power.rank >= least).map(|power| power.person);
            people.extend(sees.filter(|person| self.is_community_member(*person)));
        }
        people
    }

    pub(super) fn live_over(&self, place: &Place) -> Vec<Power<'_>> {
        let index = &self.resolver.index;
        let filed = index.roles_over.of(place).filter(|id| self.is_live(id));
        filed.filter_map(|id| index.gives(&id)).collect()
    }

    /// The boxes that act for a person now.
    pub fn boxes_of(&self, person: PersonId) -> BTreeSet<KeyId> {
        let boxes = self.claimed_keys(person).into_iter().filter(|it| it.1 == KeyUse::Box);
        let speaks = |key: &KeyId| self.resolver.speaks_now(*key, KeyUse::Box, person);
        boxes.map(|(key, _)| key).filter(speaks).collect()
    }

    /// May this person's boxes take part in reconciliation? All members of the community may, and
    /// whoever somebody let into any group: a relay carries everything and reads nothing of it.
    pub fn is_admitted(&self, person: PersonId) -> bool {
        self.is_community_member(person)
            || self.live_powers(person).any(|(_, power)| {
                let group = power.over.group().and_then(|id| self.group(&id));
                group.is_some_and(|it| it.place == *power.over && it.kind != GroupKind::Open)
            })
    }

    /// The boxes of everybody who takes part in reconciliation.
    pub fn boxes(&self) -> BTreeSet<KeyId> {
        let all = self.resolver.index.roles_of.keys();
        let admitted = all.filter(|person| self.is_admitted(**person));
        admitted.flat_map(|person| self.boxes_of(*person)).collect()
    }
}
