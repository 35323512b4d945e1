//! What the sessions and the book of peers need from the truth: what is held, whose boxes are
//! neighbours, which addresses somebody gave.

use std::collections::BTreeMap;

use crdt::{body::Place, id::KeyId, sync::Carried};

use super::{Failed, Ledger, Neighbour};
use crate::store::error::StoreError;

/// Typed addresses that are remembered.
const TYPED_MAX: usize = 16;

/// Under this name they are kept.
const TYPED_KEPT: &str = "typed";

impl Ledger {
    /// Remembers addresses that somebody typed, or that an invitation carried; the newest stay.
    pub(super) fn keep_typed(&mut self, addresses: &[String]) -> Result<(), Failed> {
        let mut all = self.typed_addresses()?;
        all.retain(|known| !addresses.contains(known));
        all.extend(addresses.iter().cloned());
        let surplus = all.len().saturating_sub(TYPED_MAX);
        let bytes = serde_json::to_vec(&all[surplus..]).expect("plain values");
        Ok(self.truth.keep(TYPED_KEPT, &bytes)?)
    }

    /// Addresses that somebody typed, or that an invitation carried.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn typed_addresses(&self) -> Result<Vec<String>, StoreError> {
        let kept = self.truth.read().kept(TYPED_KEPT)?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    /// What this node holds, in summary, for its sessions.
    pub fn carried(&self) -> Carried {
        let mut carried = Carried::new();
        for (scope, bucket, part) in self.truth.fingerprints() {
            carried.join(scope, bucket, &part);
        }
        carried
    }

    /// The boxes of everybody who is in the community now, and whose homes they are.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn neighbours(&self) -> Result<BTreeMap<KeyId, Neighbour>, StoreError> {
        let roster = self.truth.roster();
        let (mut all, mut places) = (BTreeMap::new(), BTreeMap::new());
        for key in roster.boxes() {
            let Some(person) = roster.box_person(key) else { continue };
            let card = self.views.card(&person)?;
            let card = card.map(|card| (card.home, card.office, card.place));
            let (home, office, place) = card.unwrap_or_default();
            let household = roster.household_of(person);
            if !places.contains_key(&place) {
                places.insert(place.clone(), self.path_names(&place)?);
            }
            let place = places[&place].clone();
            all.insert(key, Neighbour { home, office, household, place });
        }
        Ok(all)
    }

    /// The names of a place and of what it lies in, from the outside in.
    fn path_names(&self, place: &Place) -> Result<Vec<String>, StoreError> {
        (1..=place.0.len())
            .map(|depth| self.name_of_place(&Place(place.0[..depth].to_vec())))
            .collect()
    }
}
