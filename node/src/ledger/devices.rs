//! The keys that act for people: who has which, and how one is added or revoked.
//!
//! A person's own keys are revoked and certified with his sealed key; staff revoke anybody's, but
//! only against what was done under lower ranks than theirs. The sealed key itself is revoked and
//! renewed by paper alone.

use crdt::{
    authority::Device,
    body::{KeyUse, Statement},
    id::{KeyId, PersonId, WriterId},
};

use super::{
    Failed, Ledger,
    people::use_word,
    removal::{Cuts, Hand},
};
use crate::api::{ApiError, DeviceRow, ErrorKind, Keep, KeyUseWord, RosterReply};

impl Ledger {
    pub(super) fn list_devices(&mut self, person: Option<&str>) -> Result<RosterReply, Failed> {
        let person = match person {
            Some(text) => self.person_named(text)?,
            None => self.person()?,
        };
        Ok(RosterReply::Devices { devices: self.devices_of(person)? })
    }

    pub(super) fn devices_of(&self, person: PersonId) -> Result<Vec<DeviceRow>, Failed> {
        let name = self.views.name_of(&person)?;
        let devices = self.truth.roster().devices(person);
        let mut rows = Vec::new();
        for Device { key, key_use, certificate, live, revoked_by, .. } in devices {
            let revoked_by = match revoked_by.filter(|_| !live) {
                Some(revoke) => Some(self.sayer(&revoke)?),
                None => None,
            };
            rows.push(DeviceRow {
                key,
                key_use: use_word(key_use),
                person: name.clone(),
                live,
                here: self.is_here(key),
                revoked_by,
                since_ms: self.claimed_of(&certificate)?,
            });
        }
        rows.sort_by_key(|row| (!row.live, row.since_ms, row.key_use));
        Ok(rows)
    }

    fn is_here(&self, key: KeyId) -> bool {
        let own = [KeyId::from(self.identity.writer.writer()), self.identity.box_key.key()];
        own.contains(&key)
    }

    pub(super) fn revoke_key(&mut self, key: &str, keep: &Keep) -> Result<RosterReply, Failed> {
        self.revoke_key_by(Hand::Mine, key, keep)
    }

    pub(super) fn revoke_key_by(
        &mut self,
        hand: Hand<'_>,
        text: &str,
        keep: &Keep,
    ) -> Result<RosterReply, Failed> {
        let target = self.key_named(text)?;
        let unknown = || ApiError::new(ErrorKind::UnknownKey, [("key", text.to_owned())]);
        let (person, key_use) = self.truth.roster().owner_of_key(target).ok_or_else(unknown)?;
        let own = matches!(hand, Hand::Mine) && self.identity.person == Some(person);
        if own && (self.is_here(target) || key_use == KeyUse::Sealed) {
            let what = if key_use == KeyUse::Sealed { "revoke_sealed" } else { "revoke_self" };
            let args = [("what", what.to_owned())];
            return Err(ApiError::new(ErrorKind::NotFromHere, args).into());
        }
        let writers = match key_use {
            KeyUse::Writer => vec![WriterId::from_bytes(*target.as_bytes())],
            // What a sealed key signed stands in the chains of its person's installations.
            KeyUse::Sealed => self.truth.roster().writers_of(person),
            KeyUse::Box => Vec::new(),
        };
        let Cuts { cuts, kept, beyond } = self.cuts_of(&writers, keep)?;
        let statement = Statement::Revoke { target, person, cuts, key_use };
        let revoke = if own {
            self.state_sealed(statement, None)?
        } else {
            let args = [("what", "revoke".to_owned())];
            self.state_by(hand, statement, ApiError::new(ErrorKind::NotAllowed, args))?
        };
        Ok(RosterReply::Revoked { revoke, kept, cut: beyond })
    }

    /// "This key acts for me": another installation or box of the same person.
    pub(super) fn certify_key(
        &mut self,
        text: &str,
        key_use: KeyUseWord,
    ) -> Result<RosterReply, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownKey, [("key", text.to_owned())]);
        let subject: KeyId = text.trim().parse().map_err(|_| unknown())?;
        let person = self.person()?;
        let key_use = match key_use {
            KeyUseWord::Writer => KeyUse::Writer,
            KeyUseWord::Box => KeyUse::Box,
            KeyUseWord::Sealed => {
                let args = [("what", "certify_sealed".to_owned())];
                return Err(ApiError::new(ErrorKind::NotFromHere, args).into());
            }
        };
        self.state_sealed(Statement::Certify { subject, person, key_use }, None)?;
        Ok(RosterReply::Devices { devices: self.devices_of(person)? })
    }
}
