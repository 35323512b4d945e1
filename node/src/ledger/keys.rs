//! This box's own keys: the sealed ones that open and shut, and fresh ones where somebody else turns
//! out to have the same.
//!
//! # A copied disk, a restored box
//!
//! Two boxes that write with one key would make one chain fork. So whoever learns that an envelope
//! of his own writer is about that he does not hold himself (a peer names it after *hello*, or it
//! comes with a sync) makes a fresh writer, and a fresh box key with it, before he writes anything
//! more. The sealed key is the second signature under the certificates, so nobody else has to agree,
//! and it works without any peer. Whoever copied the disk does the same; what both wrote meanwhile
//! stays readable everywhere, flagged where the chain forks.
//!
//! # Rules
//!
//! 1. Proof, not word of mouth: only an envelope with this writer's own good signature counts.
//! 2. First what the old keys have left unsigned, then the key file, then the certificates. A crash before the
//!    last leaves a fresh writer whose chain in the roster is empty, which is certified at the next start.
//! 3. Only a writer that never said anything in the roster is certified by itself. One that was
//!    revoked stays so: a thief's box must not let itself in again.
//! 4. Where the sealed key is shut nothing can be certified: that person reads, and writes again once
//!    he has unlocked it.
//! 5. The old box key is not revoked. The other box may still need it, to come and learn the same.

use std::sync::Arc;

use crdt::{
    body::{Cut, KeyUse, Statement},
    envelope::Envelope,
    id::{EnvelopeId, KeyId, WriterId},
    keys::{Check, Secret},
    sync::bounds::YOURS_MAX,
    time::ClaimedTime,
};

use super::{After, Failed, INTRODUCTION_MAX, Ledger};
use crate::{
    api::{ApiError, ErrorKind, KeyState, Reply},
    home,
    identity::{self, HOURS_MAX, Identity},
    passphrase::{self, NotOpened, Passphrase},
    store::{error::StoreError, truth::Deps},
};

const HOUR_MS: u64 = 3_600_000;

/// Other writers whose first statements are part of an introduction: where the person came in.
const ANCHORS_MAX: usize = 2;

impl Ledger {
    /// The second signature of whoever acts.
    pub(super) fn sealed(&self) -> Result<Secret, Failed> {
        let person = ("person", self.identity.person_name.clone());
        let shut = || ApiError::new(ErrorKind::SealedShut, [person]);
        Ok(self.identity.sealed.secret().cloned().ok_or_else(shut)?)
    }

    /// Shuts the sealed keys whose time is over.
    pub(super) fn keep_shifts(&mut self) {
        let now = self.claimed;
        self.identity.sealed.keep_time(now);
        self.identity.others.iter_mut().for_each(|it| it.sealed.keep_time(now));
    }

    pub(super) fn set_passphrase(
        &mut self,
        old: Option<&Passphrase>,
        new: &Passphrase,
    ) -> Result<After, Failed> {
        if !new.is_fit() {
            let limit = ("limit", passphrase::CHARS_MIN.to_string());
            return Err(ApiError::new(ErrorKind::WeakPassphrase, [limit]).into());
        }
        let protected = self.identity.sealed.protect(old, new);
        protected.map_err(|error| not_opened(error, old))?;
        Ok(After::Keep(Box::new(Reply::Key(self.key_state()))))
    }

    pub(super) fn unlock(&mut self, words: &Passphrase, hours: u32) -> Result<After, Failed> {
        if !self.identity.sealed.has_passphrase() {
            return Err(ApiError::new(ErrorKind::NoPassphrase, []).into());
        }
        let hours = hours.clamp(1, HOURS_MAX);
        let until = ClaimedTime(self.claimed.0.saturating_add(u64::from(hours) * HOUR_MS));
        let unlocked = self.identity.sealed.unlock(words, self.claimed, until);
        unlocked.map_err(|error| not_opened(error, Some(words)))?;
        Ok(After::Keep(Box::new(Reply::Key(self.key_state()))))
    }

    /// Shuts everybody's.
    pub(super) fn lock(&mut self) -> After {
        self.identity.sealed.lock();
        self.identity.others.iter_mut().for_each(|it| it.sealed.lock());
        After::Say(Box::new(Reply::Key(self.key_state())))
    }

    /// The paper key takes the rights of every other device of its person. What those devices did
    /// stays, as far as it is known here; what they do from now on does not count.
    pub(super) fn revoke_old(&mut self, words: &Passphrase) -> Result<After, Failed> {
        let paper = home::read_paper(words.words(), "1")?;
        let person = paper.person();
        if self.identity.person != Some(person) {
            return Err(ApiError::not_allowed("revoke").into());
        }
        self.check_paper(&paper)?;
        let own = [
            KeyId::from(self.identity.writer.writer()),
            self.identity.box_key.key(),
            self.identity.sealed.key(),
        ];
        let keys = self.truth.roster().live_keys(person);
        let mut ends = Vec::new();
        for (key, _) in keys.iter().filter(|(_, key_use)| *key_use == KeyUse::Writer) {
            let writer = WriterId::from_bytes(*key.as_bytes());
            let tips = self.truth.read().tips(&writer)?;
            ends.extend(tips.into_iter().map(|(scope, seq, id)| Cut { writer, scope, seq, id }));
        }
        ends.sort_unstable();
        let old: Vec<(KeyId, KeyUse)> =
            keys.into_iter().filter(|(key, _)| !own.contains(key)).collect();
        for (target, key_use) in &old {
            let (target, key_use) = (*target, *key_use);
            // What a sealed key has signed stands in the chains of its person's writers.
            let is_of = |cut: &&Cut| match key_use {
                KeyUse::Writer => KeyId::from(cut.writer) == target,
                KeyUse::Sealed => true,
                KeyUse::Box => false,
            };
            let cuts = ends.iter().filter(is_of).copied().collect();
            self.state(Statement::Revoke { target, person, cuts, key_use }, None, &[&paper])?;
        }
        Ok(After::Say(Box::new(Reply::Revoked { keys: old.len() as u64 })))
    }

    /// How the sealed key of whoever acts stands.
    pub(super) fn key_state(&self) -> KeyState {
        let seal = &self.identity.sealed;
        KeyState {
            person: self.identity.person_name.clone(),
            passphrase: seal.has_passphrase(),
            open: seal.secret().is_some(),
            until_ms: seal.until(),
            copied: self.identity.copied,
        }
    }

    /// The same of everybody on this box.
    pub(super) fn key_states(&mut self) -> Vec<KeyState> {
        let mut states = Vec::new();
        for who in self.identity.turns() {
            states.push(self.in_the_name_of(who, |it| it.key_state()));
        }
        states
    }

    /// Writes the key file.
    pub(super) fn keep_identity(&mut self) -> Result<(), ApiError> {
        let identity = self.identity.clone();
        Ok(self.keep_keys(&identity)?)
    }

    /// Writes the key file as that of `next`. Where that fails it may be the old one or the new one.
    fn keep_keys(&mut self, next: &Identity) -> Result<(), Failed> {
        let writers = next.writers();
        self.truth.before_keys(&writers)?;
        if let Some(folder) = &self.folder {
            identity::keep_identity(folder, next)?;
        }
        self.truth.after_keys(&writers);
        Ok(())
    }

    /// The newest envelope of each writer on that box, for its owner to compare.
    pub(super) fn newest_of(&self, key: KeyId) -> Result<Vec<Arc<Envelope>>, StoreError> {
        let (reading, mut newest) = (self.truth.read(), Vec::new());
        for writer in self.truth.roster().certified_by(key, KeyUse::Box).iter().take(YOURS_MAX) {
            let mut last: Option<(i64, EnvelopeId)> = None;
            for (_, _, id) in reading.tips(writer)? {
                let row = reading.verdict(&id)?.map(|verdict| (verdict.row, id));
                last = last.max(row);
            }
            newest.extend(last.map(|(_, id)| id));
        }
        reading.envelopes(&newest)
    }

    /// A peer holds these, he says, of this box's writers. Rule 1.
    pub(super) fn hear_of_own(&mut self, newest: &[Envelope]) {
        let is_foreign = |it: &&Envelope| {
            self.identity.has_writer(&it.header().writer)
                && !self.truth.read().holds(&it.id()).unwrap_or(true)
        };
        let checks: Vec<Check> =
            newest.iter().filter(is_foreign).map(|it| it.check(&self.community)).collect();
        let seed = self.dice.draw();
        if Check::all(&checks, seed).contains(&true) {
            self.found_a_copy();
        }
    }

    /// Somebody else writes with the keys of this box.
    pub(super) fn found_a_copy(&mut self) {
        let all_known = self.identity.copied && self.identity.others.iter().all(|it| it.copied);
        if self.identity.person.is_none() || all_known {
            return;
        }
        tracing::warn!("Another box has the keys of this one: fresh ones are made");
        self.identity.copied = true;
        self.identity.others.iter_mut().for_each(|it| it.copied = true);
        if let Err(failed) = self.make_fresh_keys() {
            tracing::error!(reason = %failed, "Fresh keys could not be made; nothing is written until they are");
        }
    }

    /// Somebody may have unlocked what was needed for fresh keys; whoever was let in again while his was
    /// shut gets his writer only then.
    pub(super) fn catch_up_with_keys(&mut self, unlocks: bool) {
        let may = |copied: bool, seal: &identity::Seal| copied && seal.secret().is_some();
        let first = may(self.identity.copied, &self.identity.sealed);
        if (first || self.identity.others.iter().any(|it| may(it.copied, &it.sealed)))
            && let Err(failed) = self.make_fresh_keys()
        {
            tracing::error!(reason = %failed, "Fresh keys could not be made yet");
        }
        if unlocks {
            if let Err(failed) = self.renew_where_let_in_again() {
                tracing::error!(reason = %failed, "A fresh writer could not be made yet");
            }
            self.certify_what_is_fresh();
        }
    }

    /// The identity with a fresh writer for everybody of this box who needs one and whose sealed key is
    /// open; beside it, whether there was anybody.
    fn with_fresh_writers(&mut self, needs: impl Fn(&Self, &Identity) -> bool) -> (Identity, bool) {
        let (mut fresh, mut made) = (self.identity.clone(), false);
        for who in self.identity.turns() {
            fresh.trade_places(who);
            if fresh.sealed.secret().is_some() && needs(self, &fresh) {
                fresh.writer = Secret::from_seed(self.dice.draw());
                (fresh.copied, made) = (false, true);
            }
            fresh.trade_places(who);
        }
        (fresh, made)
    }

    /// Fresh keys for all whose keys are elsewhere too and whose sealed key is open.
    pub(super) fn make_fresh_keys(&mut self) -> Result<(), Failed> {
        let none_yet = self.identity.copied && self.identity.others.iter().all(|it| it.copied);
        let (mut fresh, made) = self.with_fresh_writers(|_, it| it.copied);
        if made && none_yet {
            fresh.take_box(Secret::from_seed(self.dice.draw()));
        }
        self.keep_keys(&fresh)?;
        self.renewed |= made && none_yet;
        if fresh.box_key.key() != self.identity.box_key.key() {
            self.truth.take_box(&fresh.box_key);
        }
        self.identity = fresh;
        self.uncertified = true;
        self.certify_what_is_fresh();
        Ok(())
    }

    /// Whoever was let into a group again writes under that grant only with a writer that never wrote
    /// under the one that was taken. Where his sealed key is shut he reads, until he has unlocked it.
    pub(super) fn renew_where_let_in_again(&mut self) -> Result<(), Failed> {
        let (fresh, made) = self.with_fresh_writers(|ledger, it| {
            let (roster, writer) = (ledger.truth.roster(), it.writer.writer());
            !it.copied && it.person.is_some_and(|me| roster.needs_fresh_writer(me, writer))
        });
        if made {
            self.keep_keys(&fresh)?;
            self.identity = fresh;
            self.uncertified = true;
        }
        Ok(())
    }

    /// Certifies writers that have said nothing yet, and the box with them; inside a transaction.
    pub(super) fn certify_what_is_fresh(&mut self) {
        if !std::mem::take(&mut self.uncertified) {
            return;
        }
        for who in self.identity.turns() {
            let outcome = self.in_the_name_of(who, |it| it.in_savepoint(Self::certify_by_sealed));
            if let Err(failed) = outcome {
                self.uncertified = true;
                tracing::error!(reason = %failed, "A fresh writer could not be certified yet");
            }
        }
    }

    /// Rule 3.
    fn certify_by_sealed(&mut self) -> Result<(), Failed> {
        let Some(person) = self.identity.person.filter(|_| !self.identity.copied) else {
            return Ok(());
        };
        let (writer, roster) = (self.identity.writer.writer(), self.community.roster());
        let is_silent = self.truth.read().tip(&writer, &roster)?.is_none();
        let sealed = self.identity.sealed.secret().cloned();
        let counts = |key: &Secret| self.truth.roster().is_sealed_key(key.key(), person);
        let Some(sealed) = sealed.filter(counts).filter(|_| is_silent) else { return Ok(()) };
        let box_key = self.identity.box_key.clone();
        let keys: [(KeyId, KeyUse, &[&Secret]); 2] = [
            (writer.into(), KeyUse::Writer, &[&sealed]),
            (box_key.key(), KeyUse::Box, &[&sealed, &box_key]),
        ];
        for (subject, key_use, seconds) in keys {
            // It cites nothing: whoever lacks what this box alone had heard of must be able to judge
            // it all the same, or nobody whom it meets would let it in.
            let certificate = Statement::Certify { subject, person, key_use };
            self.state_citing(certificate, None, seconds, Deps::These(Vec::new()))?;
        }
        Ok(())
    }

    /// What a start has left to do: see rule 2.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn settle_in(&mut self, claimed: ClaimedTime) -> Result<(), ApiError> {
        self.alone(claimed, |ledger| {
            ledger.renew_where_let_in_again()?;
            ledger.certify_what_is_fresh();
            Ok(())
        })
    }

    /// The statements that show a stranger who this node is: its keys' certificates and its join.
    /// A fresh writer shows also where its person came in; whoever was invited, what stands behind that.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn introduction(&self) -> Result<Vec<Envelope>, StoreError> {
        let (own, roster) = (self.identity.writer.writer(), self.community.roster());
        let anchors = self.truth.roster().certified_by(self.identity.sealed.key(), KeyUse::Sealed);
        let anchors = anchors.into_iter().filter(|writer| *writer != own).take(ANCHORS_MAX);
        let mut statements = Vec::new();
        for writer in anchors.chain(std::iter::once(own)) {
            statements.extend(self.truth.read().first_of_chain(
                &writer,
                &roster,
                INTRODUCTION_MAX,
            )?);
        }
        let mut behind = self.behind_invitation(&statements)?;
        behind.append(&mut statements);
        Ok(behind)
    }
}

fn not_opened(error: NotOpened, typed: Option<&Passphrase>) -> ApiError {
    match error {
        NotOpened::WrongPassphrase => ApiError::wrong_passphrase(typed),
        other => ApiError::new(ErrorKind::Internal, [("reason", other.to_string())]),
    }
}
