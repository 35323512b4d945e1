//! Which epochs there are, which secrets this box holds, and what it must write so that others hold
//! them.
//!
//! Every key envelope goes in, whether it counts or not, and whether anything in it is for this box
//! or not: a relay's keyring knows all epochs and no secret. Whether an envelope counts may change,
//! a secret once learnt stays.
//!
//! # Rules
//!
//! 1. A secret is learnt from an entry for this box, or from a later epoch that wraps it, and only if
//!    its hash is the epoch's.
//! 2. Who holds an epoch: the boxes it was sealed or shared to by envelopes that count, and whoever
//!    holds a counting epoch that wraps it.
//! 3. An epoch whose generation is not 1 + the highest of its parents', or whose parents are not all
//!    here, is read and never written under.
//! 4. An epoch of a vault stands beside a scope's other epochs: nobody chooses it for anything else,
//!    nothing follows or wraps it, and once the vault is erased nobody here learns its secret again.

mod vaults;

use std::collections::{BTreeMap, BTreeSet};

use super::{BoxSecret, EpochSecret, Spot, boxes::seal_to};
use crate::{
    body::{
        Body, BoxRef, Key, Release, Sealed, SealedSecret, Unreadable, VaultName, Wrapped,
        WrappedSecret,
    },
    envelope::{Header, Kind},
    id::{CommunityId, EnvelopeId, KeyId, ScopeId},
    keys::{Secret, Stretched},
    limits::{DEPS_MAX, SEALED_MAX},
};

/// For which box of one's own, and what.
type Entry = (BoxRef, SealedSecret);

/// An epoch, as its first envelope has it.
#[derive(Clone, Debug)]
struct Epoch {
    scope: ScopeId,
    generation: u64,
    parents: Vec<EnvelopeId>,
    check: [u8; 32],
    recipients: Vec<BoxRef>,
    wrapped: Vec<(EnvelopeId, WrappedSecret)>,
    /// The entries for this box, each with its place in `own`.
    mine: Vec<Entry>,
    counts: bool,
    /// Rule 3.
    placed: bool,
    /// Rule 4.
    vault: Option<VaultName>,
}

/// A share of an epoch.
#[derive(Clone, Debug)]
struct Share {
    scope: ScopeId,
    recipients: Vec<BoxRef>,
    mine: Vec<Entry>,
    counts: bool,
}

/// A new epoch, before its envelope is written and gives it its id.
#[derive(Clone, Debug)]
pub struct NewEpoch {
    /// The body of its first envelope.
    pub body: Key,
    /// Boxes that did not fit into it: for shares, once the first envelope is written.
    pub rest: Vec<KeyId>,
}

/// An epoch that boxes should hold and do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Which epoch.
    pub epoch: EnvelopeId,
    /// Who lacks it.
    pub boxes: Vec<KeyId>,
}

/// What one box knows of epochs.
#[derive(Clone, Debug)]
pub struct Keyring {
    community: CommunityId,
    release: Release,
    /// This box first, then those whose place it took: it reads what was sealed to them.
    own: Vec<BoxSecret>,
    epochs: BTreeMap<EnvelopeId, Epoch>,
    by_scope: BTreeMap<ScopeId, BTreeSet<EnvelopeId>>,
    /// By the epoch that they share, then by their own id.
    shares: BTreeMap<EnvelopeId, BTreeMap<EnvelopeId, Share>>,
    /// Which epoch a share is of.
    shared: BTreeMap<EnvelopeId, EnvelopeId>,
    /// Epochs that wrap one, and that name it as their parent.
    wrapped_by: BTreeMap<EnvelopeId, BTreeSet<EnvelopeId>>,
    followed_by: BTreeMap<EnvelopeId, BTreeSet<EnvelopeId>>,
    vaults: BTreeMap<VaultName, BTreeSet<EnvelopeId>>,
    erased: BTreeSet<VaultName>,
    secrets: BTreeMap<EnvelopeId, EpochSecret>,
    /// Secrets that were known before, whatever becomes of the envelopes that brought them.
    remembered: BTreeMap<EnvelopeId, EpochSecret>,
    version: u64,
}

impl Keyring {
    /// An empty keyring of a box and of those whose place it took; without any it holds no secret
    /// ever.
    pub fn new(community: CommunityId, own: Vec<BoxSecret>) -> Self {
        Self {
            community,
            release: Release::THIS,
            own,
            epochs: BTreeMap::new(),
            by_scope: BTreeMap::new(),
            shares: BTreeMap::new(),
            shared: BTreeMap::new(),
            wrapped_by: BTreeMap::new(),
            followed_by: BTreeMap::new(),
            vaults: BTreeMap::new(),
            erased: BTreeSet::new(),
            secrets: BTreeMap::new(),
            remembered: BTreeMap::new(),
            version: 0,
        }
    }

    /// The same keyring in a box of another release.
    #[must_use]
    pub fn of_release(self, release: Release) -> Self {
        Self { release, ..self }
    }

    /// What is read here.
    pub fn release(&self) -> Release {
        self.release
    }

    /// The same box's keyring before any envelope went in; secrets that this one held are known at
    /// once when their epochs come back.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let mut remembered = self.remembered.clone();
        remembered.extend(self.secrets.clone());
        let empty = Self::new(self.community, self.own.clone());
        Self { remembered, release: self.release, ..empty }
    }

    /// This box has another key from now on; what is sealed to the former one stays readable.
    pub fn take_box(&mut self, box_key: &Secret) {
        self.own.insert(0, BoxSecret::of(box_key));
        self.version += 1;
    }

    fn me(&self) -> Option<BoxRef> {
        self.own.first().map(BoxSecret::reference)
    }

    /// Grows whenever an answer of this may have changed.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The secret of an epoch, if this box holds it.
    pub fn secret(&self, epoch: &EnvelopeId) -> Option<&EpochSecret> {
        self.secrets.get(epoch)
    }

    /// Everything that this box holds, to be handed to the one that takes its place.
    pub fn secrets(&self) -> impl Iterator<Item = (&EnvelopeId, &EpochSecret)> {
        self.secrets.iter()
    }

    /// Does this box hold any secret of a scope? None where the scope has no epochs at all.
    pub fn reads(&self, scope: &ScopeId) -> Option<bool> {
        let epochs = self.by_scope.get(scope)?;
        Some(epochs.iter().any(|id| self.secrets.contains_key(id)))
    }

    /// Takes in a key envelope; returns the epochs whose secrets are known from now on.
    pub fn insert(
        &mut self,
        id: EnvelopeId,
        scope: ScopeId,
        body: &Key,
        counts: bool,
    ) -> Vec<EnvelopeId> {
        if self.epochs.contains_key(&id) || self.shared.contains_key(&id) {
            self.set_counts(&id, counts);
            return Vec::new();
        }
        let own = self.own.iter().map(BoxSecret::reference);
        let mine = own.filter_map(|own| Some((own, body.sealed().of(own)?))).collect();
        let recipients = body.sealed().recipients().collect();
        self.version += 1;
        match body {
            Key::Rekey { generation, parents, check, wrapped, .. } => {
                let epoch = Epoch {
                    scope,
                    generation: *generation,
                    parents: parents.clone(),
                    check: *check,
                    recipients,
                    wrapped: wrapped.entries().collect(),
                    mine,
                    counts,
                    placed: false,
                    vault: None,
                };
                self.by_scope.entry(scope).or_default().insert(id);
                self.begin(id, epoch)
            }
            Key::Vault { vault, check, .. } => {
                let epoch = Epoch {
                    scope,
                    generation: 0,
                    parents: Vec::new(),
                    check: *check,
                    recipients,
                    wrapped: Vec::new(),
                    mine,
                    counts,
                    placed: false,
                    vault: Some(*vault),
                };
                self.vaults.entry(*vault).or_default().insert(id);
                self.begin(id, epoch)
            }
            Key::Share { epoch, .. } => {
                let share = Share { scope, recipients, mine, counts };
                self.shared.insert(id, *epoch);
                self.shares.entry(*epoch).or_default().insert(id, share);
                self.learn(*epoch)
            }
        }
    }

    fn begin(&mut self, id: EnvelopeId, epoch: Epoch) -> Vec<EnvelopeId> {
        for (older, _) in &epoch.wrapped {
            self.wrapped_by.entry(*older).or_default().insert(id);
        }
        for parent in &epoch.parents {
            self.followed_by.entry(*parent).or_default().insert(id);
        }
        self.epochs.insert(id, epoch);
        self.place(id);
        self.learn(id)
    }

    /// Says whether a key envelope counts now.
    pub fn set_counts(&mut self, id: &EnvelopeId, counts: bool) {
        let of_share =
            self.shared.get(id).and_then(|epoch| self.shares.get_mut(epoch)?.get_mut(id));
        let held = match of_share {
            Some(share) => Some(&mut share.counts),
            None => self.epochs.get_mut(id).map(|epoch| &mut epoch.counts),
        };
        if let Some(held) = held
            && *held != counts
        {
            *held = counts;
            self.version += 1;
        }
    }

    /// Takes over a secret that another box of the same people held; returns what is known now.
    pub fn adopt(&mut self, epoch: EnvelopeId, secret: EpochSecret) -> Vec<EnvelopeId> {
        self.version += 1;
        self.remembered.insert(epoch, secret);
        self.learn(epoch)
    }

    /// Reads the body of an envelope; total.
    ///
    /// # Errors
    ///
    /// [`Unreadable::NoKey`] where the epoch's secret is not here, poison where it does not open, and
    /// as [`Body::decode`].
    pub fn read(&self, header: &Header, body: &[u8]) -> Result<Body, Unreadable> {
        if header.version > self.release.version {
            return Err(Unreadable::Newer);
        }
        let Some(epoch) = header.epoch else { return self.decode(header.kind, body) };
        // What keys are found by must be readable before there is a key.
        if matches!(header.kind, Kind::STATEMENT | Kind::KEY | Kind::ERASURE) {
            return Err(Unreadable::Newer);
        }
        let secret = self.secrets.get(&epoch).ok_or(Unreadable::NoKey)?;
        let spot = Spot {
            community: self.community,
            scope: header.scope,
            writer: header.writer,
            seq: header.seq,
            kind: header.kind,
            epoch,
        };
        self.decode(header.kind, &secret.open(&spot, body)?)
    }

    /// The same of a body that is not sealed.
    ///
    /// # Errors
    ///
    /// As [`Body::decode`].
    pub fn decode(&self, kind: Kind, bytes: &[u8]) -> Result<Body, Unreadable> {
        let body = Body::decode(kind, bytes)?;
        if (self.release.reads)(&body) { Ok(body) } else { Err(Unreadable::Newer) }
    }

    /// Rule 3, for an epoch and for those that waited for it.
    fn place(&mut self, id: EnvelopeId) {
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let Some(epoch) = self.epochs.get(&id).filter(|epoch| !epoch.placed) else { continue };
            let mut highest = Some(0);
            for parent in &epoch.parents {
                let parent = self.epochs.get(parent);
                let parent = parent.filter(|it| it.placed && it.scope == epoch.scope);
                highest = highest.max(parent.map(|it| it.generation)).filter(|_| parent.is_some());
                if highest.is_none() {
                    break;
                }
            }
            if highest.and_then(|it| it.checked_add(1)) == Some(epoch.generation) {
                self.epochs.get_mut(&id).expect("it was just read").placed = true;
                todo.extend(self.followed_by.get(&id).into_iter().flatten());
            }
        }
    }

    /// Rule 1: tries whatever there is for this epoch.
    fn learn(&mut self, id: EnvelopeId) -> Vec<EnvelopeId> {
        let Some(epoch) = self.epochs.get(&id).filter(|_| !self.secrets.contains_key(&id)) else {
            return Vec::new();
        };
        if epoch.vault.is_some_and(|vault| self.erased.contains(&vault)) {
            return Vec::new();
        }
        let fits = |secret: &EpochSecret| secret.check() == epoch.check;
        let known = self.remembered.get(&id).cloned().filter(fits);
        let from_later = || {
            let later = self.wrapped_by.get(&id).into_iter().flatten();
            later.filter_map(|later| self.unwrap(later, &id)).find(fits)
        };
        let shares = self.shares.get(&id).into_iter().flat_map(BTreeMap::values);
        let shares = shares.filter(|share| share.scope == epoch.scope).flat_map(|it| &it.mine);
        let purpose = self.purpose(&epoch.scope, epoch.generation, &epoch.check);
        let open = |(own, sealed): &Entry| {
            let own = self.own.iter().find(|it| it.reference() == *own)?;
            let secret = own.open(sealed, &purpose)?;
            Some(EpochSecret::from_bytes(secret)).filter(fits)
        };
        let found =
            known.or_else(from_later).or_else(|| epoch.mine.iter().chain(shares).find_map(open));
        found.map_or_else(Vec::new, |secret| self.spread(id, secret))
    }

    fn unwrap(&self, later: &EnvelopeId, id: &EnvelopeId) -> Option<EpochSecret> {
        let (by, epoch) = (self.secrets.get(later)?, self.epochs.get(later)?);
        let (_, wrapped) = epoch.wrapped.iter().find(|(older, _)| older == id)?;
        self.epochs.get(id).filter(|older| older.scope == epoch.scope && older.vault.is_none())?;
        by.unwrap(id, wrapped)
    }

    /// Keeps a secret, and those that it leads to.
    fn spread(&mut self, id: EnvelopeId, secret: EpochSecret) -> Vec<EnvelopeId> {
        let mut learnt = Vec::new();
        let mut todo = vec![(id, secret)];
        while let Some((id, secret)) = todo.pop() {
            let Some(epoch) = self.epochs.get(&id) else { continue };
            if epoch.check != secret.check() || self.secrets.contains_key(&id) {
                continue;
            }
            self.secrets.insert(id, secret);
            learnt.push(id);
            let older = epoch.wrapped.iter().map(|(older, _)| *older);
            todo.extend(older.filter_map(|older| Some((older, self.unwrap(&id, &older)?))));
        }
        learnt
    }

    /// What a secret is sealed for; it opens for nothing else.
    fn purpose(&self, scope: &ScopeId, generation: u64, check: &[u8; 32]) -> Vec<u8> {
        let generation = generation.to_be_bytes();
        let parts: [&[u8]; 5] =
            [b"linli/1 epoch", self.community.as_bytes(), scope.as_bytes(), &generation, check];
        parts.concat()
    }

    fn epochs_of(&self, scope: &ScopeId) -> impl Iterator<Item = (EnvelopeId, &Epoch)> {
        let ids = self.by_scope.get(scope).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.epochs.get(id)?)))
    }

    /// Rule 2: the boxes that can have its secret.
    pub fn holders(&self, id: &EnvelopeId) -> BTreeSet<BoxRef> {
        let mut holders = BTreeSet::new();
        let (mut todo, mut seen) = (vec![*id], BTreeSet::new());
        while let Some(id) = todo.pop() {
            let Some(epoch) = self.epochs.get(&id).filter(|epoch| epoch.counts) else { continue };
            if !seen.insert(id) {
                continue;
            }
            holders.extend(&epoch.recipients);
            let shares = self.shares.get(&id).into_iter().flat_map(BTreeMap::values);
            for share in shares.filter(|share| share.counts && share.scope == epoch.scope) {
                holders.extend(&share.recipients);
            }
            todo.extend(self.wrapped_by.get(&id).into_iter().flatten());
        }
        holders
    }

    /// The epoch to write under in a scope whose readers have these boxes; none where a new one must
    /// be made first.
    pub fn choose(&self, scope: &ScopeId, readers: &BTreeSet<KeyId>) -> Option<EnvelopeId> {
        let live: BTreeSet<BoxRef> = readers.iter().map(|key| BoxRef::from(*key)).collect();
        let mut fit: Vec<(std::cmp::Reverse<u64>, EnvelopeId)> = self
            .epochs_of(scope)
            .filter(|(id, it)| it.counts && it.placed && self.secrets.contains_key(id))
            .map(|(id, it)| (std::cmp::Reverse(it.generation), id))
            .collect();
        fit.sort_unstable();
        fit.into_iter().map(|(_, id)| id).find(|id| self.holders(id).is_subset(&live))
    }

    /// The epochs of a scope that some of its readers' boxes should hold and do not, as far as this
    /// box can help; later ones first, and none that another one on the list leads to.
    pub fn lacking(&self, scope: &ScopeId, readers: &BTreeSet<KeyId>) -> Vec<Lacking> {
        let mut held: Vec<(u64, EnvelopeId)> = self
            .epochs_of(scope)
            .filter(|(id, it)| it.counts && self.secrets.contains_key(id))
            .map(|(id, it)| (it.generation, id))
            .collect();
        held.sort_unstable();
        let (mut covered, mut lacking) = (BTreeSet::new(), Vec::new());
        while let Some((_, id)) = held.pop() {
            if !covered.contains(&id) {
                let holders = self.holders(&id);
                let lacks = |key: &&KeyId| !holders.contains(&BoxRef::from(**key));
                let boxes: Vec<KeyId> = readers.iter().filter(lacks).copied().collect();
                if !boxes.is_empty() {
                    lacking.push(Lacking { epoch: id, boxes });
                }
            }
            let older = self.epochs[&id].wrapped.iter().map(|(older, _)| *older);
            covered.extend(older.filter(|older| self.unwrap(&id, older).is_some()));
        }
        lacking
    }

    /// Makes a new epoch of a scope for these boxes, wrapping the secrets of those before it where
    /// newcomers may read them. `seed` must be fresh and secret: everything is drawn from it.
    pub fn rekey(
        &self,
        scope: &ScopeId,
        readers: &BTreeSet<KeyId>,
        with_history: bool,
        seed: [u8; 32],
    ) -> NewEpoch {
        let mut dice = Stretched::new(seed);
        let secret = EpochSecret::from_bytes(dice.draw());
        let parents = self.ends(scope);
        let highest = parents.iter().filter_map(|id| Some(self.epochs.get(id)?.generation)).max();
        let generation = highest.unwrap_or(0).saturating_add(1);
        let wrapped = parents.iter().filter(|_| with_history).filter_map(|parent| {
            let older = self.secrets.get(parent)?;
            Some((*parent, secret.wrap(parent, older)))
        });
        let wrapped = Wrapped::new(wrapped);
        let check = secret.check();
        let purpose = self.purpose(scope, generation, &check);
        let mut boxes: Vec<KeyId> = readers.iter().copied().collect();
        // Whoever writes must hold it from the first envelope on.
        let me = self.me();
        boxes.sort_by_key(|key| (Some(BoxRef::from(*key)) != me, *key));
        let rest = boxes.split_off(boxes.len().min(SEALED_MAX));
        let sealed = seal_all(&boxes, &purpose, &secret, &mut dice);
        let body = Key::Rekey { generation, parents, check, sealed, wrapped };
        NewEpoch { body, rest }
    }

    /// Seals an epoch's secret to more boxes; empty where this box does not hold it.
    pub fn share(&self, epoch: &EnvelopeId, boxes: &[KeyId], seed: [u8; 32]) -> Vec<Key> {
        let (Some(secret), Some(known)) = (self.secrets.get(epoch), self.epochs.get(epoch)) else {
            return Vec::new();
        };
        let mut dice = Stretched::new(seed);
        let purpose = self.purpose(&known.scope, known.generation, &known.check);
        let seal = |boxes: &[KeyId]| Key::Share {
            epoch: *epoch,
            sealed: seal_all(boxes, &purpose, secret, &mut dice),
        };
        boxes.chunks(SEALED_MAX).map(seal).collect()
    }

    /// The epochs that no other one follows, the highest first, as many as may be named.
    pub(super) fn ends(&self, scope: &ScopeId) -> Vec<EnvelopeId> {
        let is_followed = |id: &EnvelopeId| {
            let later = self.followed_by.get(id).into_iter().flatten();
            later.filter_map(|id| self.epochs.get(id)).any(|it| it.counts && it.placed)
        };
        let mut ends: Vec<(std::cmp::Reverse<u64>, EnvelopeId)> = self
            .epochs_of(scope)
            .filter(|(id, it)| it.counts && it.placed && !is_followed(id))
            .map(|(id, it)| (std::cmp::Reverse(it.generation), id))
            .collect();
        ends.sort_unstable();
        ends.into_iter().map(|(_, id)| id).take(DEPS_MAX).collect()
    }
}

fn seal_all(boxes: &[KeyId], purpose: &[u8], secret: &EpochSecret, dice: &mut Stretched) -> Sealed {
    let seal =
        |key: &KeyId| Some((BoxRef::from(*key), seal_to(key, purpose, secret.as_bytes(), dice)?));
    Sealed::new(boxes.iter().filter_map(seal).collect::<Vec<_>>())
}
