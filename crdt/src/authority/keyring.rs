//! Certificates, sorted as they are filed: those that a person's own keys gave, and the others.
//!
//! Anybody may write "this key acts for that person", as often as they please. A certificate is
//! *heard* once the person's paper key signed it, or a sealed key that the paper key certified, or
//! once its writer is anchored, which a heard certificate makes it. All the others wait under the
//! keys that could still make them heard, where no question about the person meets them.
//!
//! Being heard is once and for all and the same in every order of arrival: revocations, forks and
//! cuts are weighed by those who look ([`super::keys`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::{KeyUse, Statement},
    id::{EnvelopeId, KeyId, PersonId},
};

use super::{
    fact::Fact,
    index::{Charter, Many},
};

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Keyring {
    heard: Many<(KeyId, PersonId)>,
    heard_ids: BTreeSet<EnvelopeId>,
    /// Sealed keys that the paper key certified, and writers that a heard certificate names.
    speaking: BTreeSet<(KeyId, KeyUse, PersonId)>,
    /// Not heard, by the key and its use that would make them so.
    unheard: BTreeMap<(KeyId, KeyUse, PersonId), Vec<Certificate>>,
    /// Keys that themselves said for whom they act.
    agreed: BTreeSet<(KeyId, KeyUse, PersonId)>,
    heard_of: Many<PersonId>,
}

#[derive(Clone, Copy, Debug)]
struct Certificate {
    id: EnvelopeId,
    subject: KeyId,
    key_use: KeyUse,
    on_paper: bool,
}

impl Keyring {
    /// Files a certificate of the roster; anything else is none.
    pub fn file(&mut self, fact: &Fact, charter: &Charter) {
        let Some(Statement::Certify { subject, person, key_use }) = fact.statement() else {
            return;
        };
        let (subject, person, key_use) = (*subject, *person, *key_use);
        if KeyId::from(fact.writer) == subject || fact.seconds.contains(&subject) {
            self.agreed.insert((subject, key_use, person));
        }
        let on_paper = charter.is_on_paper(&fact.seconds, person);
        let certificate = Certificate { id: fact.id, subject, key_use, on_paper };
        let seconds = fact.seconds.iter().map(|key| (*key, KeyUse::Sealed, person));
        let signers = seconds.chain([(fact.writer.into(), KeyUse::Writer, person)]);
        if on_paper || signers.clone().any(|signer| self.speaking.contains(&signer)) {
            self.hear(certificate, person);
        } else {
            for signer in signers {
                self.unheard.entry(signer).or_default().push(certificate);
            }
        }
    }

    /// Hears a certificate, and all that waited for the key that it names.
    fn hear(&mut self, certificate: Certificate, person: PersonId) {
        let mut fresh = vec![certificate];
        while let Some(Certificate { id, subject, key_use, on_paper }) = fresh.pop() {
            if !self.heard_ids.insert(id) {
                continue;
            }
            self.heard.add((subject, person), id);
            self.heard_of.add(person, id);
            let speaks = key_use == KeyUse::Writer || on_paper;
            if speaks && self.speaking.insert((subject, key_use, person)) {
                fresh.extend(self.unheard.remove(&(subject, key_use, person)).unwrap_or_default());
            }
        }
    }

    /// The heard certificates of a key for a person, in order.
    pub fn of(&self, key: KeyId, person: PersonId) -> impl Iterator<Item = EnvelopeId> + use<'_> {
        self.heard.of(&(key, person))
    }

    /// Did one of the person's own keys give this certificate?
    pub fn is_heard(&self, id: &EnvelopeId) -> bool {
        self.heard_ids.contains(id)
    }

    /// Is it a sealed key that the paper key certified, or a writer that some chain of certificates
    /// ever led to?
    pub fn speaks(&self, key: KeyId, key_use: KeyUse, person: PersonId) -> bool {
        self.speaking.contains(&(key, key_use, person))
    }

    /// Did the key itself say that it acts for the person?
    pub fn agrees(&self, key: KeyId, key_use: KeyUse, person: PersonId) -> bool {
        self.agreed.contains(&(key, key_use, person))
    }

    /// For whom a key may ever have acted.
    pub fn persons_of(&self, key: KeyId) -> impl Iterator<Item = PersonId> + use<'_> {
        let low = (key, PersonId::from_bytes([0; 32]));
        let high = (key, PersonId::from_bytes([255; 32]));
        self.heard.range(low..=high).map(|(_, person)| *person)
    }

    /// Every key that a certificate was heard for, with the person, ascending.
    pub fn claims(&self) -> impl Iterator<Item = (KeyId, PersonId)> + use<'_> {
        self.heard.keys().copied()
    }

    /// Every writer that some chain of certificates ever led to, with the person, ascending.
    pub fn writers(&self) -> impl Iterator<Item = (KeyId, PersonId)> + use<'_> {
        let writers = self.speaking.iter().filter(|(_, key_use, _)| *key_use == KeyUse::Writer);
        writers.map(|(key, _, person)| (*key, *person))
    }

    /// The heard certificates of all keys of a person.
    pub fn all_of(&self, person: PersonId) -> impl Iterator<Item = EnvelopeId> + use<'_> {
        self.heard_of.of(&person)
    }
}
