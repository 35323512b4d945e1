//! What only the office reads, and whom it names to read it too: the interpreter who must know the
//! diagnosis, the nurse who comes along.
//!
//! Naming somebody hands him the key and stands in the vault, with its reason, where the family sees it.
//! It is not taken back: he has read it.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, Vault, VaultClass, VaultName},
    id::{GroupId, KeyId, PersonId},
    lifecycle::Case,
    limits::NAME_BYTES_MAX,
};

use super::Around;
use crate::{
    api::{ApiError, ErrorKind},
    ledger::{
        After, Failed, Ledger,
        decide::{one_line, say, too_long},
    },
    store::truth::Deps,
};

impl Ledger {
    /// Rule 4 of the vaults; naming somebody twice writes nothing.
    pub(in crate::ledger) fn confide(
        &mut self,
        text: &str,
        person: &str,
        reason: &str,
    ) -> Result<After, Failed> {
        let id = self.request_id(text)?;
        let around = self.around(&id)?;
        let vault = VaultName { request: id, class: VaultClass::Sensitive };
        let reason = one_line(reason);
        if reason.len() > NAME_BYTES_MAX {
            return Err(too_long("reason", NAME_BYTES_MAX).into());
        }
        if !self.may_confide(self.person()?, &vault, &around) {
            return Err(ApiError::not_allowed("confide").into());
        }
        let epoch = self.epoch_to_open(&vault, &around.group, &around.folded.case)?;
        let epoch = epoch.ok_or_else(|| ApiError::new(ErrorKind::NoVault, []))?;
        if reason.is_empty() {
            return Err(ApiError::new(ErrorKind::ReasonNeeded, []).into());
        }
        let person = self.person_named(person)?;
        let line = self.group_of_request(&id)?;
        if self.truth.roster().best_auth(person, around.scope).is_none() {
            let args = [("name", self.views.name_of(&person)?), ("group", line.name)];
            return Err(ApiError::new(ErrorKind::NotInGroup, args).into());
        }
        let named = self.named(&vault, &around.group, &around.folded.case)?;
        if named.contains(&person) || self.may_confide(person, &vault, &around) {
            return Ok(say(crate::api::Reply::Done));
        }
        let boxes: Vec<KeyId> = self.truth.roster().boxes_of(person).into_iter().collect();
        self.share(around.scope, epoch, &boxes)?;
        let auth = self.auth_in(around.group, &line.name)?;
        let body = Body::Vault(Vault::Opened { vault, reason, to: Some(person) });
        self.write_under(body, around.scope, Deps::Subject, Some(auth), Some(epoch))?;
        Ok(say(crate::api::Reply::Done))
    }

    /// Whoever holds it by right may name others, while it is there.
    pub(super) fn may_confide(&self, who: PersonId, vault: &VaultName, around: &Around) -> bool {
        let (roster, home) = (self.truth.roster(), around.folded.case.at_home());
        !self.truth.keyring().epochs_of_vault(vault).is_empty()
            && roster.holds_vault(who, &around.group, &home, vault.class)
    }

    /// Who was named, as far as this box can read it.
    pub(super) fn named(
        &self,
        vault: &VaultName,
        group: &GroupId,
        case: &Case,
    ) -> Result<BTreeSet<PersonId>, Failed> {
        if self.truth.keyring().epochs_of_vault(vault).is_empty() {
            return Ok(BTreeSet::new());
        }
        Ok(self.contents(vault, group, &case.at_home())?.named)
    }
}
