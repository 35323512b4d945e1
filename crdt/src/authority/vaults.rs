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
//! An erasure counts from the household that asked, and from whoever had rank 2 or more over the group
//! or around it where he wrote it; of a real name, from its own household alone. Everybody else's changes
//! nothing.

use std::collections::BTreeSet;

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
        let least = match class {
            VaultClass::Contact => policy::OWNS,
            VaultClass::Sensitive | VaultClass::Identity => Role::Staff.rank(),
        };
        let place = match class {
            VaultClass::Identity => Some(Place::community()),
            _ => self.group(group).map(|group| group.place),
        };
        let Some(place) = place else { return false };
        let roles = || self.live_roles(person);
        let decides =
            || roles().iter().any(|it| it.role.rank() >= least && it.over.contains(&place));
        self.is_community_member(person) && (self.lives_with_any(person, home) || decides())
    }

    /// The boxes that should hold a vault from its making on.
    pub fn vault_boxes(
        &self,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
        class: VaultClass,
    ) -> BTreeSet<KeyId> {
        let people = self.community_members().into_iter();
        let may = people.filter(|person| self.holds_vault(*person, group, home, class));
        may.flat_map(|person| self.boxes_of(person)).collect()
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
