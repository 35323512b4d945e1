//! Paper over sealed over devices: whose key speaks for whom (rule 11).
//!
//! A writer counts for a person if the person's paper key certified it, or a sealed key that the
//! paper key certified, or a device so certified. Revoking a device takes with it what that device
//! certified, as far as the revocation's cuts do not keep it.
//!
//! # Bounds
//!
//! Anybody may write "this key acts for that person". Only certificates that a key of that person
//! gave at all are ever looked at ([`super::keyring`]), so strangers cost nothing. A person's own
//! devices may certify one another in knots; [`CERTIFICATION_STEPS_MAX`] ends the search, for all
//! nodes alike.

use std::sync::Arc;

use crate::{
    body::{KeyUse, Place, Statement},
    id::{EnvelopeId, KeyId, PersonId, WriterId},
    limits::{CERTIFICATION_DEPTH_MAX, CERTIFICATION_STEPS_MAX},
};

use super::{
    fact::Fact,
    index::{Power, Spot},
    resolve::{Ids, Mode, Resolver},
    verdict::Reason,
};

/// The search for a chain of certificates from a device up to a key.
struct Search<'a> {
    power: Power<'a>,
    mode: Mode,
    own: bool,
    /// The act, and the certificates between it and the device that is looked at: no revocation of
    /// that device may cut them off.
    must: Vec<Spot>,
    seen: Vec<KeyId>,
    steps: usize,
}

impl Resolver {
    /// Did the person's paper key sign it? The root's: enough of the root keys?
    pub fn on_paper(&self, seconds: &[KeyId], person: PersonId) -> bool {
        self.index.charter.is_on_paper(seconds, person)
    }

    /// Is this a sealed key that the person's paper key certified?
    fn is_sealed(&self, key: KeyId, person: PersonId) -> bool {
        self.index.keyring.speaks(key, KeyUse::Sealed, person)
    }

    /// The heard certificates of a key for a person.
    fn certificates(
        &self,
        key: KeyId,
        key_use: KeyUse,
        person: PersonId,
    ) -> impl Iterator<Item = &Fact> {
        let heard = self.index.keyring.of(key, person);
        heard.filter_map(|id| self.index.get(&id)).filter(move |it| match it.statement() {
            Some(Statement::Certify { key_use: certified, .. }) => *certified == key_use,
            _ => false,
        })
    }

    /// Did a key of the person sign it, revoked or not?
    fn once_signed_for(&self, x: &Fact, person: PersonId) -> bool {
        self.on_paper(&x.seconds, person)
            || x.seconds.iter().any(|key| self.is_sealed(*key, person))
    }

    /// Does a second signature on `x` count for the person?
    pub fn signs_for(&self, x: &Fact, power: Power<'_>, own: bool) -> bool {
        if self.on_paper(&x.seconds, power.person) {
            return true;
        }
        let spot = x.spot();
        x.seconds.iter().any(|key| {
            self.is_sealed(*key, power.person)
                && self
                    .revokes(*key, power, own)
                    .iter()
                    .all(|revoke| self.cut_allows(revoke, &spot))
        })
    }

    /// Revocations of a key of the person that count against acts under `power`; without `own` only
    /// those by others.
    pub fn revokes(&self, target: KeyId, power: Power<'_>, own: bool) -> Ids {
        if !self.index.revokes.has(&(target, power.person)) {
            return Arc::default();
        }
        let key = (target, power.person, power.rank, power.over.clone(), own);
        if let Some(known) = self.memo.borrow().revokes.get(&key) {
            return Arc::clone(known);
        }
        let filed = self.index.revokes.of(&(target, power.person));
        let found: Ids = filed.filter(|id| self.revoke_counts(id, target, power, own)).collect();
        self.memo.borrow_mut().revokes.insert(key, Arc::clone(&found));
        found
    }

    fn revoke_counts(&self, id: &EnvelopeId, target: KeyId, power: Power<'_>, own: bool) -> bool {
        let Some(revoke) = self.index.get(id) else { return false };
        let Some(auth) = revoke.auth else {
            return own
                && (self.on_paper(&revoke.seconds, power.person)
                    || (!self.is_sealed(target, power.person)
                        && self.signs_for(revoke, power, true)));
        };
        self.index.gives(&auth).is_some_and(|by| {
            by.rank >= super::policy::NEEDS_SECOND
                && by.rank > power.rank
                && by.over.contains(power.over)
                && self.counts(id, Mode::Strict)
        })
    }

    /// May the writer of `e` act for the person? Enough root keys need no writer of theirs.
    pub fn writes_for(
        &self,
        e: &Spot,
        seconds: &[KeyId],
        power: Power<'_>,
        mode: Mode,
        own: bool,
    ) -> bool {
        let charter = &self.index.charter;
        let stands_alone = power.person == charter.root && !charter.writers_certified;
        if stands_alone && self.on_paper(seconds, power.person) {
            let revokes = self.revokes(KeyId::from(e.writer), power, own);
            return mode == Mode::Once || revokes.iter().all(|id| self.cut_allows(id, e));
        }
        self.certified(KeyId::from(e.writer), KeyUse::Writer, *e, power, mode, own)
    }

    /// Does a chain of certificates lead from `key` to the person, which still holds for `act`?
    pub fn certified(
        &self,
        key: KeyId,
        key_use: KeyUse,
        act: Spot,
        power: Power<'_>,
        mode: Mode,
        own: bool,
    ) -> bool {
        let mut search = Search { power, mode, own, must: vec![act], seen: Vec::new(), steps: 0 };
        self.climb(key, key_use, &mut search)
    }

    fn climb(&self, key: KeyId, key_use: KeyUse, search: &mut Search<'_>) -> bool {
        search.steps += 1;
        if search.steps > CERTIFICATION_STEPS_MAX || search.seen.len() >= CERTIFICATION_DEPTH_MAX {
            return false;
        }
        let (power, mode, own) = (search.power, search.mode, search.own);
        if mode != Mode::Once {
            let revokes = self.revokes(key, power, own);
            let kept = |id: &EnvelopeId| search.must.iter().all(|x| self.cut_allows(id, x));
            if !revokes.iter().all(kept) {
                return false;
            }
        }
        let by_key = |it: &Fact| match mode {
            Mode::Once => self.once_signed_for(it, power.person),
            Mode::Strict | Mode::Lax => self.signs_for(it, power, own),
        };
        let mut certificates = self.certificates(key, key_use, power.person);
        if certificates.any(by_key) {
            return true;
        }
        for it in self.certificates(key, key_use, power.person) {
            let by = KeyId::from(it.writer);
            let known =
                by == key || search.seen.contains(&by) || !self.is_anchored(by, power.person);
            if known || (mode == Mode::Strict && !self.unforked(&it.spot(), power, false)) {
                continue;
            }
            search.must.push(it.spot());
            search.seen.push(key);
            let found = self.climb(by, KeyUse::Writer, search);
            search.must.pop();
            search.seen.pop();
            if found {
                return true;
            }
        }
        false
    }

    /// Did some chain of certificates ever lead to this writer from a key of the person?
    fn is_anchored(&self, writer: KeyId, person: PersonId) -> bool {
        self.index.keyring.speaks(writer, KeyUse::Writer, person)
    }

    /// For whom does this key act now? Whoever also has the key's own word comes first, so that
    /// nobody takes over another's device by claiming it.
    pub fn person_of(&self, key: KeyId, key_use: KeyUse, mode: Mode) -> Option<PersonId> {
        let everywhere = Place::community();
        let held = self.index.keyring.persons_of(key).filter(|person| {
            let power = Power { person: *person, rank: 0, over: &everywhere };
            self.certified(key, key_use, from_now_on(key, self.index.roster()), power, mode, true)
        });
        held.min_by_key(|person| (!self.index.keyring.agrees(key, key_use, *person), *person))
    }

    /// Does this key act for the person now?
    pub fn speaks_now(&self, key: KeyId, key_use: KeyUse, person: PersonId) -> bool {
        let everywhere = Place::community();
        let power = Power { person, rank: 0, over: &everywhere };
        let now = from_now_on(key, self.index.roster());
        self.certified(key, key_use, now, power, Mode::Lax, true)
    }

    /// For a statement that speaks for a key and cites no grant: did the person say it?
    pub fn spoken(&self, fact: &Fact) -> Option<Result<(), Reason>> {
        let said = match fact.statement()? {
            Statement::Certify { .. } => self.index.keyring.is_heard(&fact.id),
            Statement::Revoke { target, person, .. } if fact.auth.is_none() => {
                let everywhere = Place::community();
                let power = Power { person: *person, rank: 0, over: &everywhere };
                self.revokes(*target, power, true).contains(&fact.id)
            }
            Statement::Heal { writer, .. } => {
                let person = self.person_of((*writer).into(), KeyUse::Writer, Mode::Once);
                person.is_some_and(|person| self.once_signed_for(fact, person))
            }
            _ => return None,
        };
        let at_home = fact.scope == self.index.roster();
        Some(match (at_home, said) {
            (false, _) => Err(Reason::WrongScope),
            (true, false) => Err(Reason::NoSecondSignature),
            (true, true) => Ok(()),
        })
    }
}

/// A spot that no cut keeps: the key as it is now, not what it once did.
fn from_now_on(key: KeyId, roster: crate::id::ScopeId) -> Spot {
    let writer = WriterId::from_bytes(*key.as_bytes());
    Spot { writer, scope: roster, seq: u64::MAX, id: None, auth: None }
}
