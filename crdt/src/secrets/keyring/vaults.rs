//! The epochs of vaults: made once for a request and a class, handed on to whoever may read later,
//! and forgotten for good.
//!
//! They stand in the scope of the request's group, so that they travel, are judged and are relayed as
//! everything there is; and beside its own epochs, so that no message is ever sealed under them.

use std::collections::BTreeSet;

use super::{Keyring, Lacking, seal_all};
use crate::{
    body::{BoxRef, Key, VaultName},
    id::{EnvelopeId, KeyId, ScopeId},
    keys::Stretched,
    limits::SEALED_MAX,
    secrets::EpochSecret,
};

impl Keyring {
    /// Makes an epoch for a vault, sealed to these boxes, and tells which did not fit. `seed` must be
    /// fresh and secret.
    pub fn new_vault(
        &self,
        vault: VaultName,
        scope: &ScopeId,
        boxes: &BTreeSet<KeyId>,
        seed: [u8; 32],
    ) -> (Key, Vec<KeyId>) {
        let mut dice = Stretched::new(seed);
        let secret = EpochSecret::from_bytes(dice.draw());
        let check = secret.check();
        let me = self.me();
        let mut boxes: Vec<KeyId> = boxes.iter().copied().collect();
        // Whoever writes must hold it from the first envelope on.
        boxes.sort_by_key(|key| (Some(BoxRef::from(*key)) != me, *key));
        let rest = boxes.split_off(boxes.len().min(SEALED_MAX));
        let sealed = seal_all(&boxes, &self.purpose(scope, 0, &check), &secret, &mut dice);
        (Key::Vault { vault, check, sealed }, rest)
    }

    /// The vaults of which this box holds a secret, and whose envelopes count.
    pub fn open_vaults(&self) -> impl Iterator<Item = (VaultName, ScopeId, EnvelopeId)> {
        self.vaults.keys().flat_map(|vault| {
            let open = self.epochs_of_vault(vault).into_iter();
            open.filter_map(|id| Some((*vault, self.epochs.get(&id)?.scope, id)))
        })
    }

    /// The epochs of a vault whose envelopes count and whose secrets are here, the lowest id first.
    pub fn epochs_of_vault(&self, vault: &VaultName) -> Vec<EnvelopeId> {
        let all = self.vaults.get(vault).into_iter().flatten();
        let counts = |id: &&EnvelopeId| self.epochs.get(id).is_some_and(|epoch| epoch.counts);
        all.filter(counts).filter(|id| self.secrets.contains_key(id)).copied().collect()
    }

    /// Whose epoch this is; none where it is not one of a vault.
    pub fn vault_of(&self, epoch: &EnvelopeId) -> Option<VaultName> {
        self.epochs.get(epoch)?.vault
    }

    /// The boxes of these that do not hold an epoch of a vault.
    pub fn lacking_vault(&self, epoch: &EnvelopeId, boxes: &BTreeSet<KeyId>) -> Lacking {
        let holders = self.holders(epoch);
        let lacks = |key: &&KeyId| !holders.contains(&BoxRef::from(**key));
        Lacking { epoch: *epoch, boxes: boxes.iter().filter(lacks).copied().collect() }
    }

    /// Every epoch of a vault that is here.
    pub fn keys_of_vault(&self, vault: &VaultName) -> Vec<EnvelopeId> {
        self.vaults.get(vault).into_iter().flatten().copied().collect()
    }

    /// The envelopes that hand an epoch on, whether it is here or not.
    pub fn shares_of(&self, epoch: &EnvelopeId) -> Vec<EnvelopeId> {
        self.shares.get(epoch).into_iter().flat_map(|it| it.keys()).copied().collect()
    }

    /// Is it to be forgotten?
    pub fn is_erased(&self, vault: &VaultName) -> bool {
        self.erased.contains(vault)
    }

    /// Forgets a vault's secrets, and never learns them again.
    pub fn erase(&mut self, vault: VaultName) {
        self.version += 1;
        self.erased.insert(vault);
        for epoch in self.vaults.get(&vault).into_iter().flatten() {
            self.secrets.remove(epoch);
            self.remembered.remove(epoch);
            if let Some(epoch) = self.epochs.get_mut(epoch) {
                epoch.mine.clear();
            }
            self.shares.get_mut(epoch).into_iter().flatten().for_each(|it| it.1.mine.clear());
        }
    }
}
