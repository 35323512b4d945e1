//! What stands on this home's door, for whoever knocks.

use super::Ledger;
use crate::{core::porch::Plate, store::error::StoreError};

impl Ledger {
    /// The neighbourhood's name and this home's, and may somebody who lives here let others in?
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn plate(&self) -> Result<Plate, StoreError> {
        let roster = self.truth.roster();
        let all = roster.groups().into_iter().find(|group| group.everyone).map(|group| group.id);
        let may = |all| self.resident_who(|who| roster.may_invite(who, &all).is_some());
        let opens = all.and_then(may).is_some();
        let line = self.views.groups()?.into_iter().find(|line| Some(line.id) == all);
        let neighbourhood = line.map(|line| line.description).unwrap_or_default();
        Ok(Plate { neighbourhood, home: self.identity.home.clone(), opens })
    }
}
