//! What stands on this home's door, for whoever knocks.

use super::Ledger;
use crate::{core::porch::Plate, store::error::StoreError};

impl Ledger {
    /// The neighbourhood's name and this home's, and may its person let others in?
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn plate(&self) -> Result<Plate, StoreError> {
        let roster = self.truth.roster();
        let all = roster.groups().into_iter().find(|group| group.everyone).map(|group| group.id);
        let person = self.identity.person;
        let opens = all.zip(person).is_some_and(|(all, me)| roster.may_invite(me, &all).is_some());
        let line = self.views.groups()?.into_iter().find(|line| Some(line.id) == all);
        let neighbourhood = line.map(|line| line.description).unwrap_or_default();
        Ok(Plate { neighbourhood, home: self.identity.home.clone(), opens })
    }
}
