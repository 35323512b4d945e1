//! Who founded an epoch of a vault, and under which of them a word on it is written.
//!
//! Any member can found an epoch for any vault and seal it to whomever he likes. What stands under it he
//! reads, and whoever he left out does not. So nothing is written under one, and nobody is given its key,
//! whose founder might not hold the vault where he founded it. What others wrote under it is still read:
//! an honest node of an earlier release may have, and the family shall see that.

use std::collections::BTreeSet;

use crdt::{
    body::VaultName,
    id::{EnvelopeId, GroupId, PersonId},
    judge::Fate,
    lifecycle::Case,
    vault,
};

use crate::ledger::{Failed, Ledger};

impl Ledger {
    /// Might its founder hold the vault where he founded this epoch?
    pub(super) fn is_sound(
        &self,
        epoch: &EnvelopeId,
        vault: &VaultName,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
    ) -> bool {
        let founded = self.truth.read().verdict(epoch).ok().flatten();
        founded.is_some_and(|it| {
            it.fate == Fate::Accepted
                && self.truth.roster().held_vault_at(group, home, vault.class, &it.spot())
        })
    }

    /// Is there anything of this vault here that somebody made who might?
    pub(super) fn has_sound_epoch(
        &self,
        vault: &VaultName,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
    ) -> bool {
        let here = self.truth.keyring().epochs_of_vault(vault);
        here.iter().any(|epoch| self.is_sound(epoch, vault, group, home))
    }

    /// Under which epoch it is written that somebody looks into a request's vault, or is named.
    pub(in crate::ledger) fn epoch_to_open(
        &self,
        vault: &VaultName,
        group: &GroupId,
        case: &Case,
    ) -> Result<Option<EnvelopeId>, Failed> {
        let home = case.at_home();
        let details = self.contents(vault, group, &home)?.epoch;
        Ok(self.epoch_of_founder(vault, (group, &home), details))
    }

    /// The same of any vault, where it is known under which epoch its details stand.
    pub(super) fn epoch_of_founder(
        &self,
        vault: &VaultName,
        (group, home): (&GroupId, &BTreeSet<PersonId>),
        details: Option<EnvelopeId>,
    ) -> Option<EnvelopeId> {
        let here = self.truth.keyring().epochs_of_vault(vault);
        vault::epoch_to_open(details, &here, &|epoch| self.is_sound(epoch, vault, group, home))
    }
}
