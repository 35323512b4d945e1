//! Who lives together, as far as queues are concerned: persons who share a box.
//!
//! A home may send as much as it likes, but where others want to send too it takes its turn with
//! them, and a hundred devices of one home have one turn. So a household is the unit of turns, and
//! nothing else hangs on it: no right, no fate.
//!
//! # Rules
//!
//! 1. A box binds a person to a household only if both agreed: a certificate of the box for that
//!    person that counts, and the box key's own second signature on a certificate of that pair. So
//!    nobody moves into another's home, or charges him with what he sends himself, by naming his box.
//! 2. Persons bound to the same box are one household, and so on from box to box.
//! 3. Everybody else is a household of his own. So it is with all certificates of the first release,
//!    which no box key signed.
//! 4. A writer counts for the household of its person; of several who claim it, for the one with the
//!    writer's own word. What no certificate leads to belongs to nobody, and all of nobody's writers
//!    have one turn together.
//!
//! # Deliberately absent
//!
//! Secrecy: sharing a box is visible to every relay, as it is in the roster anyhow.
//! Admission: who lets a hundred persons in has a hundred households; that is the door's business.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    body::KeyUse,
    id::{HouseholdId, KeyId, PersonId, WriterId},
};

use super::{resolve::Resolver, roster::Roster};

/// Whose turn it is on when a writer's envelope is sent: a copy of the roster's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Households(BTreeMap<WriterId, HouseholdId>);

impl Households {
    /// The household that a writer writes in; none where no certificate says so.
    pub fn of(&self, writer: &WriterId) -> Option<HouseholdId> {
        self.0.get(writer).copied()
    }
}

impl FromIterator<(WriterId, HouseholdId)> for Households {
    fn from_iter<T: IntoIterator<Item = (WriterId, HouseholdId)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// Who shares a home with others.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedHomes {
    /// The lowest person of somebody's household; the lowest himself is not in it.
    lowest: BTreeMap<PersonId, PersonId>,
    /// All others of the household, by the lowest.
    others: BTreeMap<PersonId, Vec<PersonId>>,
}

impl SharedHomes {
    fn lowest_of(&self, person: &PersonId) -> PersonId {
        self.lowest.get(person).copied().unwrap_or(*person)
    }
}

impl Roster {
    /// With whom this person shares a turn.
    pub fn household_of(&self, person: PersonId) -> HouseholdId {
        let lowest = self.resolver().shared_homes().lowest_of(&person);
        HouseholdId::from_bytes(*lowest.as_bytes())
    }

    /// These people, and all who live with one of them.
    pub(super) fn housemates(&self, home: &BTreeSet<PersonId>) -> BTreeSet<PersonId> {
        let shared = self.resolver().shared_homes();
        let lowest: BTreeSet<PersonId> = home.iter().map(|who| shared.lowest_of(who)).collect();
        let others = lowest.iter().filter_map(|who| shared.others.get(who)).flatten();
        others.chain(&lowest).copied().collect()
    }

    /// The household of every writer that a certificate leads to.
    pub fn households(&self) -> Households {
        let writers = self.resolver().writers();
        writers.into_iter().map(|(key, person)| (key, self.household_of(person))).collect()
    }
}

impl Resolver {
    fn shared_homes(&self) -> Arc<SharedHomes> {
        if let Some(known) = &self.memo.borrow().homes {
            return Arc::clone(known);
        }
        let keyring = &self.index.keyring;
        let claims: Vec<(KeyId, PersonId)> = keyring.claims().collect();
        let mut lowest: BTreeMap<PersonId, PersonId> = BTreeMap::new();
        for claimed in claims.chunk_by(|one, other| one.0 == other.0).filter(|it| it.len() > 1) {
            let lives_here = |&&(key, person): &&(KeyId, PersonId)| {
                keyring.agrees(key, KeyUse::Box, person)
                    && self.speaks_now(key, KeyUse::Box, person)
            };
            let housemates: Vec<_> = claimed.iter().filter(lives_here).collect();
            for two in housemates.windows(2) {
                let (one, other) = (find(&mut lowest, two[0].1), find(&mut lowest, two[1].1));
                if one != other {
                    lowest.insert(one.max(other), one.min(other));
                }
            }
        }
        let all: Vec<PersonId> = lowest.keys().copied().collect();
        let mut homes = SharedHomes::default();
        for person in all {
            let first = find(&mut lowest, person);
            homes.lowest.insert(person, first);
            homes.others.entry(first).or_default().push(person);
        }
        let homes = Arc::new(homes);
        self.memo.borrow_mut().homes = Some(Arc::clone(&homes));
        homes
    }

    /// The person of every writer that is or was one.
    fn writers(&self) -> BTreeMap<WriterId, PersonId> {
        let mut of: BTreeMap<WriterId, PersonId> = BTreeMap::new();
        let keyring = &self.index.keyring;
        for (key, person) in keyring.writers() {
            let writer = WriterId::from_bytes(*key.as_bytes());
            let rank = |who: PersonId| (!keyring.agrees(key, KeyUse::Writer, who), who);
            let held = of.entry(writer).or_insert(person);
            if *held != person && rank(person) < rank(*held) {
                *held = person;
            }
        }
        of
    }
}

/// Follows a person down to the lowest of his household, and shortens the way for the next time.
fn find(lowest: &mut BTreeMap<PersonId, PersonId>, person: PersonId) -> PersonId {
    let (mut at, mut passed) = (person, Vec::new());
    while let Some(lower) = lowest.get(&at) {
        passed.push(at);
        at = *lower;
    }
    for person in passed {
        lowest.insert(person, at);
    }
    at
}
