//! Whose boxes hold a vault from the beginning, and whose word empties it.
//!
//! | Class | Held by the boxes of |
//! |---|---|
//! | contact | the households of whoever asked, is in need, speaks for him or wrote it down; whoever has rank 2 or more over the group or around it: captain, deputies, desk |
//! | sensitive | the same households; whoever has rank 3 or more over the group or around it: the desk |
//! | identity | the household of whose real name it is; whoever has rank 3 or more over the whole community: the desk |
//!
//! Nobody else: not the members of the group, not who sees it by its oversight, not a relay. To whom
//! *contact* is handed on later, and who is named for *sensitive*, is `vault`'s word.
//!
//! What was right when it was written goes on counting: of what details say, whom somebody named, and
//! who founded an epoch, the author's standing is asked for where he wrote it.
//!
//! An erasure counts from the household that asked, and from whoever had rank 2 or more over the group
//! or around it where he wrote it; of a real name, from its own household alone. Everybody else's changes
//! nothing.

use std::{collections::BTreeSet, sync::Arc};

use super::{index::Spot, policy, roster::Roster};
use crate::{
    body::{Place, Role, VaultClass},
    id::{GroupId, KeyId, PersonId},
};

impl Roster {
    /// Do these two live together, as boxes that both share say?
    pub fn live_together(&self, one: PersonId, other: PersonId) -> bool {
        one == other || self.household_of(one) == self.household_of(other)
    }

    /// Is this person duty staff somewhere? Then he acts as the desk.
    pub fn is_desk(&self, person: PersonId) -> bool {
        self.live_roles(person).iter().any(|role| role.role >= Role::Staff)
    }

    /// Does this person live with one of these?
    pub fn lives_with_any(&self, person: PersonId, home: &BTreeSet<PersonId>) -> bool {
        home.iter().any(|other| self.live_together(person, *other))
    }

    /// May this person hold a vault of this group's, apart from having been given it?
    pub fn holds_vault(
        &self,
        person: PersonId,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
        class: VaultClass,
    ) -> bool {
        let Some((place, least)) = self.guarded(group, class) else { return false };
        self.is_community_member(person)
            && (self.lives_with_any(person, home) || self.decides(person, &place, least))
    }

    /// Might the author hold it where he wrote this? His removal takes away only what stands behind its
    /// cut.
    pub fn held_vault_at(
        &self,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
        class: VaultClass,
        spot: &Spot,
    ) -> bool {
        let author = spot.auth.and_then(|auth| self.author(&auth));
        let (Some((place, least)), Some(person)) = (self.guarded(group, class), author) else {
            return false;
        };
        self.lives_with_any(person, home) || self.ranked_at(&place, least, spot)
    }

    /// From which rank on, over which place or around it, somebody holds vaults that are not of his home.
    fn guarded(&self, group: &GroupId, class: VaultClass) -> Option<(Place, u8)> {
        match class {
            VaultClass::Contact => Some((self.group(group)?.place, policy::OWNS)),
            VaultClass::Sensitive => Some((self.group(group)?.place, Role::Staff.rank())),
            VaultClass::Identity => Some((Place::community(), Role::Staff.rank())),
        }
    }

    fn decides(&self, person: PersonId, place: &Place, least: u8) -> bool {
        let index = &self.resolver().index;
        index.roles_of.of(&person).any(|id| {
            let power = index.gives(&id);
            power.is_some_and(|it| it.rank >= least && it.over.contains(place)) && self.is_live(&id)
        })
    }

    /// All who decide, looked for once until the roster changes: a thousand vaults ask the same.
    fn deciders(&self, place: Place, least: u8) -> Arc<BTreeSet<PersonId>> {
        let key = (place, least);
        if let Some(known) = self.resolver().memo.borrow().deciders.get(&key) {
            return Arc::clone(known);
        }
        let all = self.resolver().index.roles_of.keys().copied();
        let decide = all.filter(|person| self.decides(*person, &key.0, least));
        let found = Arc::new(decide.filter(|it| self.is_community_member(*it)).collect());
        self.resolver().memo.borrow_mut().deciders.insert(key, Arc::clone(&found));
        found
    }

    /// The boxes that should hold a vault from its making on.
    pub fn vault_boxes(
        &self,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
        class: VaultClass,
    ) -> BTreeSet<KeyId> {
        let Some((place, least)) = self.guarded(group, class) else { return BTreeSet::new() };
        let mates = self.housemates(home).into_iter();
        let mut people: BTreeSet<PersonId> =
            mates.filter(|person| self.is_community_member(*person)).collect();
        people.extend(self.deciders(place, least).iter());
        people.into_iter().flat_map(|person| self.boxes_of(person)).collect()
    }

    /// Does an erasure that stands here count? `home`: who asked, as far as that can be read, or whose
    /// real name it is.
    pub fn may_erase(
        &self,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
        class: VaultClass,
        spot: &Spot,
    ) -> bool {
        let (Some(group), Some(person)) =
            (self.group(group), spot.auth.and_then(|auth| self.author(&auth)))
        else {
            return false;
        };
        self.lives_with_any(person, home)
            || class != VaultClass::Identity && self.ruled_at(&group.place, spot)
    }
}
