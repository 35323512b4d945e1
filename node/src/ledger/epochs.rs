//! Epoch keys in a node's daily life: under which one to write, who must be given one, and when a new
//! one is due.
//!
//! # Rules
//!
//! 1. What is written into a private scope is sealed. Where no epoch will do (there is none, or
//!    somebody holds it who may no longer read) a new one is made in the same transaction.
//! 2. Whoever removes or revokes makes new epochs at once; everybody else when he next writes.
//! 3. A box that lacks an epoch gets it at once from the node that let its person in. Everybody else
//!    who could give it waits his turn in an order that the keys draw, and gives it only if nobody
//!    has: so a newcomer is helped by whoever is there, and not by all at once.
//! 4. Where a group's newcomers read from their joining on, they get a new epoch instead. A further or later
//!    box of somebody who could read an epoch is no newcomer to it.
//! 5. The card of whoever has just walked in is written once it can be sealed.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Body, BoxRef, History, KeyUse, Statement, VaultName},
    envelope::Kind,
    id::{EnvelopeId, GroupId, KeyId, PersonId, ScopeId},
    secrets::Lacking,
};

use super::{Failed, Ledger};
use crate::{api::ApiError, store::truth::Deps};

/// How long whoever is first in line waits, and how much longer each next one, in milliseconds: a
/// share of the one before has arrived by then.
const TURN_MS: u64 = 1_500;

/// Places in the line that have a turn of their own; whoever stands behind comes last, together.
const TURNS_MAX: u64 = 40;

/// What the ledger remembers of keys between two batches.
#[derive(Default)]
pub(super) struct Keys {
    /// By scope: the versions of roster and keyring that a choice was made at, and the choice.
    chosen: BTreeMap<ScopeId, ((u64, u64), EnvelopeId)>,
    /// The versions at which everybody was last seen to.
    looked: Option<(u64, u64)>,
    /// The same, of vaults.
    looked_at_vaults: Option<(u64, u64)>,
    /// People whom this node let in since then.
    welcomed: BTreeSet<PersonId>,
    /// Did this node take something from somebody since then?
    removed: bool,
    /// Rule 3.
    turn: Turn,
    /// In how many milliseconds this node's turn comes; handed over once.
    pub turn_in_ms: Option<u64>,
}

/// Where this node stands in the line of those who could help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Turn {
    /// Nobody needs anything.
    #[default]
    None,
    /// Others come first.
    Waiting,
    /// Now.
    Mine,
}

impl Keys {
    /// Forgets what was chosen on ground that was rolled back.
    pub fn forget(&mut self) {
        self.chosen.clear();
        self.looked = None;
        self.looked_at_vaults = None;
    }

    /// Somebody was let in by this node.
    pub fn welcome(&mut self, person: PersonId) {
        self.welcomed.insert(person);
    }

    /// Takes note of what a statement of this node's means for keys.
    pub fn note(&mut self, statement: &Statement) {
        match statement {
            Statement::Remove { .. } | Statement::Revoke { .. } => self.removed = true,
            Statement::Grant { person, .. }
            | Statement::Certify { person, key_use: KeyUse::Box, .. } => self.welcome(*person),
            _ => (),
        }
    }

    /// Have people or keys changed since vaults were looked at, or is it this node's turn?
    pub fn looks_at_all_vaults(&mut self, versions: (u64, u64)) -> bool {
        self.looked_at_vaults.replace(versions) != Some(versions) || self.turn == Turn::Mine
    }

    /// Is it for this node to give something to these people, before anybody else does?
    pub fn gives_now(&self, people: &BTreeSet<PersonId>) -> bool {
        self.turn == Turn::Mine || people.iter().any(|person| self.welcomed.contains(person))
    }

    /// A vault is to be handed on in so many milliseconds.
    pub fn wait_for_turn(&mut self, wait_ms: Option<u64>) {
        self.turn_in_ms = self.turn_in_ms.into_iter().chain(wait_ms).min();
        if wait_ms.is_some() && self.turn == Turn::None {
            self.turn = Turn::Waiting;
        }
    }

    /// Something falls due in so many milliseconds that is nobody else's. Whoever stands in line looks
    /// then, and asks once more.
    pub fn look_again(&mut self, ms: Option<u64>) {
        if self.turn != Turn::Waiting {
            self.turn_in_ms = self.turn_in_ms.into_iter().chain(ms).min();
        }
    }

    /// This node's turn in line has come.
    pub fn turn_has_come(&mut self) {
        self.turn = Turn::Mine;
    }
}

/// Something to be written so that others can read.
pub(super) enum Gift {
    /// A new epoch of a scope.
    Epoch(ScopeId),
    /// An epoch of a scope, for boxes that lack it.
    Share(ScopeId, EnvelopeId, Vec<KeyId>),
    /// An epoch of a vault, for boxes that lack it, and the people to whom it is released.
    Vault {
        vault: VaultName,
        scope: ScopeId,
        epoch: EnvelopeId,
        boxes: Vec<KeyId>,
        people: BTreeSet<PersonId>,
    },
    /// A vault was kept long enough.
    Erasure(VaultName, GroupId),
    /// The card of one of those who live here.
    Card(Option<usize>),
}

impl Ledger {
    /// The epoch under which something is written into a scope, made now if need be; none where
    /// bodies are plain.
    pub(super) fn epoch_for(
        &mut self,
        kind: Kind,
        scope: ScopeId,
    ) -> Result<Option<EnvelopeId>, Failed> {
        if matches!(kind, Kind::STATEMENT | Kind::KEY | Kind::ERASURE) {
            return Ok(None);
        }
        if let Some((versions, epoch)) = self.keys.chosen.get(&scope)
            && *versions == self.versions()
        {
            return Ok(Some(*epoch));
        }
        let roster = self.truth.roster();
        let Some(key_scope) = roster.key_scope(&scope) else {
            return Err(ApiError::not_allowed("write").into());
        };
        let readers = roster.readers(&key_scope);
        let epoch = match self.truth.keyring().choose(&key_scope, &readers) {
            Some(epoch) => epoch,
            None => self.make_epoch(key_scope)?,
        };
        let versions = self.versions();
        self.keys.chosen.insert(scope, (versions, epoch));
        Ok(Some(epoch))
    }

    /// Rule 1.
    fn make_epoch(&mut self, scope: ScopeId) -> Result<EnvelopeId, Failed> {
        let not_allowed = || ApiError::not_allowed("write");
        let person = self.person()?;
        let seed = self.dice.draw();
        let roster = self.truth.roster();
        let auth = roster.best_auth(person, scope).ok_or_else(not_allowed)?;
        let readers = roster.readers(&scope);
        let with_history = roster.history(&scope) == History::All;
        let new = self.truth.keyring().rekey(&scope, &readers, with_history, seed);
        let epoch = self.write(Body::Key(new.body), scope, Deps::Subject, Some(auth))?;
        // Whose box was revoked would write what nobody can read.
        if self.truth.keyring().secret(&epoch).is_none() {
            return Err(not_allowed().into());
        }
        self.share(scope, epoch, &new.rest)?;
        Ok(epoch)
    }

    pub(super) fn share(
        &mut self,
        scope: ScopeId,
        epoch: EnvelopeId,
        boxes: &[KeyId],
    ) -> Result<(), Failed> {
        let person = self.person()?;
        let seed = self.dice.draw();
        let Some(auth) = self.truth.roster().best_auth(person, scope) else { return Ok(()) };
        for body in self.truth.keyring().share(&epoch, boxes, seed) {
            self.write(Body::Key(body), scope, Deps::Subject, Some(auth))?;
        }
        Ok(())
    }

    fn versions(&self) -> (u64, u64) {
        (self.truth.roster().version(), self.truth.keyring().version())
    }

    /// Rules 2 to 5: what is to be written now. Looks only where people or keys have changed.
    pub(super) fn gifts(&mut self) -> Result<Vec<Gift>, Failed> {
        let versions = self.versions();
        let my_turn = self.keys.turn == Turn::Mine;
        if self.keys.looked == Some(versions) && !self.keys.removed && !my_turn {
            return Ok(Vec::new());
        }
        self.keys.looked = Some(versions);
        let (mut gifts, mut wait_ms) = (Vec::new(), None);
        if my_turn {
            self.keys.turn = Turn::None;
        }
        for scope in self.key_scopes() {
            let wait = self.gifts_in(scope, my_turn, &mut gifts);
            wait_ms = wait_ms.into_iter().chain(wait).min();
        }
        for who in self.identity.turns() {
            let due = self.in_the_name_of(who, |it| it.is_card_due());
            gifts.extend(due?.then_some(Gift::Card(who)));
        }
        if !self.is_blind_somewhere() {
            self.keys.welcomed.clear();
        }
        self.keys.removed = false;
        if wait_ms.is_some() && self.keys.turn == Turn::None {
            self.keys.turn = Turn::Waiting;
            self.keys.turn_in_ms = wait_ms;
        }
        Ok(gifts)
    }

    /// The scopes that have epochs of their own.
    fn key_scopes(&self) -> BTreeSet<ScopeId> {
        let roster = self.truth.roster();
        let scopes = roster.groups().into_iter().map(|group| group.id.scope());
        scopes.filter_map(|scope| roster.key_scope(&scope)).collect()
    }

    /// May this node read something whose key has not come yet? Then whom it let in meanwhile waits
    /// for it to come.
    fn is_blind_somewhere(&self) -> bool {
        let (roster, ring) = (self.truth.roster(), self.truth.keyring());
        let me = self.identity.box_key.key();
        let is_blind = |scope: &ScopeId| {
            ring.reads(scope) != Some(true) && roster.readers(scope).contains(&me)
        };
        self.key_scopes().iter().any(is_blind)
    }

    /// What this node gives in one scope; returns in how many milliseconds its turn comes to give
    /// more.
    fn gifts_in(&self, scope: ScopeId, my_turn: bool, gifts: &mut Vec<Gift>) -> Option<u64> {
        let (roster, ring) = (self.truth.roster(), self.truth.keyring());
        let me = self.identity.box_key.key();
        let readers = roster.readers(&scope);
        if !readers.contains(&me) || ring.reads(&scope) != Some(true) {
            return None;
        }
        let current = ring.choose(&scope, &readers);
        if current.is_none() && self.keys.removed {
            gifts.push(Gift::Epoch(scope));
            return None;
        }
        let from_join = roster.history(&scope) == History::FromJoin;
        let mut wait = None;
        for Lacking { epoch, boxes } in ring.lacking(&scope, &readers) {
            let may_read = |key: &KeyId| !from_join || self.has_read(&epoch, *key);
            let is_due = |key: &KeyId| Some(epoch) == current || may_read(key);
            let is_mine = |key: &KeyId| {
                let person = roster.box_person(*key);
                my_turn || person.is_some_and(|person| self.keys.welcomed.contains(&person))
            };
            let (now, later): (Vec<KeyId>, Vec<KeyId>) =
                boxes.into_iter().filter(is_due).partition(is_mine);
            if !later.is_empty() {
                wait = wait.into_iter().chain([turn_in_ms(&epoch, &me, &readers)]).min();
            }
            let (known, new): (Vec<KeyId>, Vec<KeyId>) = now.into_iter().partition(may_read);
            gifts.extend((!known.is_empty()).then_some(Gift::Share(scope, epoch, known)));
            gifts.extend((!new.is_empty()).then_some(Gift::Epoch(scope)));
        }
        wait
    }

    /// Rule 4: could the person of this box read it already, on whatever box of his?
    fn has_read(&self, epoch: &EnvelopeId, key: KeyId) -> bool {
        let (roster, holders) = (self.truth.roster(), self.truth.keyring().holders(epoch));
        let devices = roster.box_person(key).map(|person| roster.devices(person));
        let boxes = devices.into_iter().flatten().filter(|it| it.key_use == KeyUse::Box);
        boxes.map(|it| BoxRef::from(it.key)).any(|it| holders.contains(&it))
    }

    /// Rule 5.
    fn is_card_due(&self) -> Result<bool, Failed> {
        let (roster, ring) = (self.truth.roster(), self.truth.keyring());
        let directory = self.community.directory();
        let person = self.identity.person.filter(|person| roster.is_community_member(*person));
        let (Some(person), Some(scope)) = (person, roster.key_scope(&directory)) else {
            return Ok(false);
        };
        let can_seal = ring.choose(&scope, &roster.readers(&scope)).is_some();
        Ok(can_seal && self.views.card(&person)?.is_none())
    }

    /// Writes it.
    pub(super) fn hand_out(&mut self, gift: Gift) -> Result<(), Failed> {
        match gift {
            Gift::Epoch(scope) => {
                let who = self.who_writes_in(&scope);
                self.in_the_name_of(who, |it| it.make_epoch(scope)).map(|_| ())
            }
            Gift::Share(scope, epoch, boxes) => {
                let who = self.who_writes_in(&scope);
                self.in_the_name_of(who, |it| it.share(scope, epoch, &boxes))
            }
            Gift::Vault { vault, scope, epoch, boxes, people } => {
                self.give_vault(vault, (scope, epoch), &boxes, people)
            }
            Gift::Erasure(vault, group) => self.erase_outdated(vault, group),
            Gift::Card(who) => self.in_the_name_of(who, Self::put_own_card),
        }
    }

    /// A box reads for all who live on it; keys are handed on by the first of them who may write there.
    fn who_writes_in(&self, scope: &ScopeId) -> Option<usize> {
        let roster = self.truth.roster();
        self.resident_who(|who| roster.best_auth(who, *scope).is_some()).unwrap_or_default()
    }

    fn put_own_card(&mut self) -> Result<(), Failed> {
        let (person, directory) = (self.person()?, self.community.directory());
        match self.truth.roster().best_auth(person, directory) {
            Some(auth) => self.put_card(auth),
            None => Ok(()),
        }
    }
}

/// When a box's turn comes to hand out an epoch: the keys draw the order.
pub(super) fn turn_in_ms(epoch: &EnvelopeId, me: &KeyId, all: &BTreeSet<KeyId>) -> u64 {
    let lot = |key: &KeyId| {
        let mut hasher = blake3::Hasher::new_derive_key("linli/1 turn to share");
        *hasher.update(epoch.as_bytes()).update(key.as_bytes()).finalize().as_bytes()
    };
    let mine = lot(me);
    let before = all.iter().filter(|key| lot(key) < mine).count() as u64;
    TURN_MS * (1 + before.min(TURNS_MAX))
}

#[cfg(test)]
mod tests;
