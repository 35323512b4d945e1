//! The set of facts, filed under everything that the rules look things up by.
//!
//! Filing is rule 1 and nothing else: an envelope enters once all that it cites has, whatever order
//! things arrive in, and what entered never leaves. So the index grows by one fact at a time, and
//! two nodes with the same set have the same index.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::{Cut, Place, Role, Statement},
    envelope::Header,
    genesis::Genesis,
    id::{CommunityId, EnvelopeId, KeyId, PersonId, ScopeId, WriterId},
    limits::DEPS_MAX,
};

use super::{
    fact::{Fact, Says},
    keyring::Keyring,
};

/// Where every chain of grants begins.
#[derive(Clone, Debug)]
pub struct Charter {
    /// Which community.
    pub(super) community: CommunityId,
    /// As whom the root keys speak: nobody, or one person where a model says so.
    pub(super) root: PersonId,
    /// The root keys.
    pub(super) keys: BTreeSet<KeyId>,
    /// How many of them must sign together.
    pub(super) threshold: usize,
    /// Must a root statement's writer be certified, as everybody else's?
    pub(super) writers_certified: bool,
}

impl Charter {
    /// The charter that a genesis lays down: enough root keys under a statement make it count,
    /// whoever's chain it stands in.
    pub fn of(genesis: &Genesis) -> Self {
        let community = genesis.id();
        Self {
            community,
            root: PersonId::from_bytes(*community.as_bytes()),
            keys: genesis.root_keys.iter().copied().collect(),
            threshold: usize::from(genesis.threshold),
            writers_certified: false,
        }
    }

    /// Did the person's paper key sign it? The root's: enough of the root keys?
    pub(super) fn is_on_paper(&self, seconds: &[KeyId], person: PersonId) -> bool {
        if person == self.root {
            let signed = seconds.iter().filter(|key| self.keys.contains(key));
            signed.collect::<BTreeSet<_>>().len() >= self.threshold
        } else {
            seconds.contains(&KeyId::from(person))
        }
    }

    /// A charter with one root, a person whose writers are certified as everybody's are. Only the
    /// executable model of the rules founds communities like this.
    pub fn of_one_person(community: CommunityId, root: PersonId) -> Self {
        let keys = BTreeSet::from([KeyId::from(root)]);
        Self { community, root, keys, threshold: 1, writers_certified: true }
    }
}

/// Where an envelope stands, and under which grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Whose chain.
    pub writer: WriterId,
    /// In which scope.
    pub scope: ScopeId,
    /// Where in it.
    pub seq: u64,
    /// Which envelope; needed only where the chain forked.
    pub id: Option<EnvelopeId>,
    /// Under which grant.
    pub auth: Option<EnvelopeId>,
}

impl Spot {
    /// Where the envelope with this id and header stands.
    pub fn of(id: EnvelopeId, header: &Header) -> Self {
        let Header { writer, scope, seq, auth, .. } = *header;
        Self { writer, scope, seq, id: Some(id), auth }
    }
}

/// What a grant gives, read off and not yet judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Power<'a> {
    pub person: PersonId,
    /// As [`Role::rank`]; 0 where somebody acts without any grant.
    pub rank: u8,
    pub over: &'a Place,
}

/// Ids filed under a key, in order.
#[derive(Clone, Debug)]
pub(super) struct Many<K>(BTreeMap<K, BTreeSet<EnvelopeId>>);

impl<K: Ord> Many<K> {
    pub fn add(&mut self, key: K, id: EnvelopeId) {
        self.0.entry(key).or_default().insert(id);
    }

    pub fn of<'a>(&'a self, key: &K) -> impl Iterator<Item = EnvelopeId> + use<'a, K> {
        self.0.get(key).into_iter().flatten().copied()
    }

    pub fn range(&self, keys: std::ops::RangeInclusive<K>) -> impl Iterator<Item = &K> {
        self.0.range(keys).map(|(key, _)| key)
    }

    pub fn has(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// All that is filed, whatever under.
    pub fn ids(&self) -> impl Iterator<Item = EnvelopeId> {
        self.0.values().flatten().copied()
    }
}

impl<K> Default for Many<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

pub(super) type Chain = (WriterId, ScopeId);

/// A fact that entered, and a shortcut down its chain.
#[derive(Clone, Debug)]
struct Entry {
    fact: Fact,
    jump: EnvelopeId,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub charter: Charter,
    roster: ScopeId,
    community: Place,
    entries: BTreeMap<EnvelopeId, Entry>,
    /// Not entered yet, by id, and who waits for whom.
    pub waiting: BTreeMap<EnvelopeId, Fact>,
    waiters: Many<EnvelopeId>,
    pub refused: BTreeSet<EnvelopeId>,
    slots: BTreeMap<(WriterId, ScopeId, u64), EnvelopeId>,
    pub forks: BTreeMap<Chain, BTreeMap<u64, BTreeSet<EnvelopeId>>>,
    /// The lowest cut of each removal, revocation or admission, by chain.
    cuts: BTreeMap<(EnvelopeId, WriterId, ScopeId), (u64, EnvelopeId)>,
    pub used: BTreeMap<WriterId, BTreeSet<EnvelopeId>>,
    pub keyring: Keyring,
    pub revokes: Many<(KeyId, PersonId)>,
    pub revoked: BTreeSet<PersonId>,
    pub removals: Many<(PersonId, Role)>,
    pub admits: Many<EnvelopeId>,
    pub heals: Many<(WriterId, ScopeId, u64)>,
    pub rules: Many<Place>,
    pub joins_on: Many<EnvelopeId>,
    pub vouches: Many<(PersonId, Place)>,
    pub confirms: Many<EnvelopeId>,
    /// Grants and joins by person, and by place.
    pub roles_of: Many<PersonId>,
    pub roles_over: Many<Place>,
    pub statements: BTreeSet<EnvelopeId>,
    pub geneses: BTreeMap<ScopeId, EnvelopeId>,
    pub everyone: BTreeSet<EnvelopeId>,
    pub invites: Many<KeyId>,
}

impl Index {
    pub fn new(charter: Charter) -> Self {
        Self {
            roster: charter.community.roster(),
            charter,
            community: Place::community(),
            entries: BTreeMap::new(),
            waiting: BTreeMap::new(),
            waiters: Many::default(),
            refused: BTreeSet::new(),
            slots: BTreeMap::new(),
            forks: BTreeMap::new(),
            cuts: BTreeMap::new(),
            used: BTreeMap::new(),
            keyring: Keyring::default(),
            revokes: Many::default(),
            revoked: BTreeSet::new(),
            removals: Many::default(),
            admits: Many::default(),
            heals: Many::default(),
            rules: Many::default(),
            joins_on: Many::default(),
            vouches: Many::default(),
            confirms: Many::default(),
            roles_of: Many::default(),
            roles_over: Many::default(),
            statements: BTreeSet::new(),
            geneses: BTreeMap::new(),
            everyone: BTreeSet::new(),
            invites: Many::default(),
        }
    }

    pub fn get(&self, id: &EnvelopeId) -> Option<&Fact> {
        self.entries.get(id).map(|entry| &entry.fact)
    }

    pub fn statement(&self, id: &EnvelopeId) -> Option<&Statement> {
        self.get(id)?.statement()
    }

    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.entries.values().map(|entry| &entry.fact)
    }

    pub fn is_root(&self, auth: &EnvelopeId) -> bool {
        *auth == EnvelopeId::from(self.charter.community)
    }

    pub fn roster(&self) -> ScopeId {
        self.roster
    }

    pub fn community(&self) -> &Place {
        &self.community
    }

    /// What a grant or join gives. A join gives rank 1 in its group, whatever else it says.
    pub fn gives(&self, auth: &EnvelopeId) -> Option<Power<'_>> {
        if self.is_root(auth) {
            let person = self.charter.root;
            return Some(Power { person, rank: Role::Root.rank(), over: &self.community });
        }
        match self.statement(auth)? {
            Statement::Grant { person, role, over, .. } => {
                Some(Power { person: *person, rank: role.rank(), over })
            }
            Statement::Join { person, group, .. } => {
                Some(Power { person: *person, rank: Role::Member.rank(), over: group })
            }
            _ => None,
        }
    }

    /// Where `removal` (or an admission) cuts a chain.
    pub fn cut(&self, removal: &EnvelopeId, chain: Chain) -> Option<(u64, EnvelopeId)> {
        self.cuts.get(&(*removal, chain.0, chain.1)).copied()
    }

    /// Does `removal` name any chain of this writer?
    pub fn cuts_any_of(&self, removal: &EnvelopeId, writer: &WriterId) -> bool {
        let low = (*removal, *writer, ScopeId::from_bytes([0; 16]));
        let high = (*removal, *writer, ScopeId::from_bytes([255; 16]));
        self.cuts.range(low..=high).next().is_some()
    }

    /// Is anything known of this chain, link by link?
    pub fn knows_chain(&self, chain: Chain) -> bool {
        let low = (chain.0, chain.1, 0);
        self.slots.range(low..=(chain.0, chain.1, u64::MAX)).next().is_some()
    }

    /// Is `spot` at or before the envelope `end` on its chain? Of a chain that is not here link by
    /// link only the places are compared: nobody knows of a fork in it.
    pub fn is_on_chain(&self, spot: &Spot, (end_seq, end): (u64, EnvelopeId)) -> bool {
        if self.knows_chain((spot.writer, spot.scope)) {
            return spot.id.is_some_and(|id| self.is_before(&id, spot.seq, end));
        }
        spot.seq < end_seq || (spot.seq == end_seq && spot.id.is_none_or(|id| id == end))
    }

    /// Is `id`, which stands at `seq`, the envelope `end` or one before it on its chain?
    pub fn is_before(&self, id: &EnvelopeId, seq: u64, end: EnvelopeId) -> bool {
        let mut at = end;
        while let Some(entry) = self.entries.get(&at) {
            if entry.fact.seq <= seq {
                return at == *id;
            }
            let leap = self.seq_of(&entry.jump).filter(|to| *to >= seq && entry.jump != at);
            let Some(next) = leap.map(|_| entry.jump).or(entry.fact.prev) else { return false };
            at = next;
        }
        false
    }

    fn seq_of(&self, id: &EnvelopeId) -> Option<u64> {
        self.entries.get(id).map(|entry| entry.fact.seq)
    }

    /// The shortcut of a new link: with these, any place of a chain of n is log n leaps away
    /// (Myers, "An applicative random-access stack", 1983).
    fn jump_from(&self, fact: &Fact) -> EnvelopeId {
        let leap = || {
            let prev = fact.prev?;
            let first = self.entries.get(&prev)?;
            let second = self.entries.get(&first.jump)?;
            let third = self.seq_of(&second.jump)?;
            let even = first.fact.seq - second.fact.seq == second.fact.seq - third;
            Some(if even { second.jump } else { prev })
        };
        leap().unwrap_or(fact.id)
    }

    /// Takes a fact in; false where it was known.
    pub fn insert(&mut self, fact: Fact) -> bool {
        let id = fact.id;
        let known = self.entries.contains_key(&id) || self.waiting.contains_key(&id);
        if known || self.refused.contains(&id) {
            return false;
        }
        let mut ready = vec![fact];
        while let Some(fact) = ready.pop() {
            let id = fact.id;
            match self.form(&fact) {
                Form::Refused => {
                    self.refused.insert(id);
                }
                Form::Waits(cited) => {
                    self.waiters.add(cited, id);
                    self.waiting.insert(id, fact);
                }
                Form::Good => {
                    self.enter(fact);
                    let waiters = self.waiters.0.remove(&id).unwrap_or_default();
                    ready.extend(waiters.iter().filter_map(|waiter| self.waiting.remove(waiter)));
                }
            }
        }
        true
    }

    /// Rule 1.
    fn form(&self, fact: &Fact) -> Form {
        let begins = (fact.seq == 1) == fact.prev.is_none();
        if !fact.signed || fact.deps.len() > DEPS_MAX || fact.seq < 1 || !begins {
            return Form::Refused;
        }
        let cited = fact.prev.iter().chain(&fact.deps);
        if let Some(missing) = cited.clone().find(|id| !self.entries.contains_key(id)) {
            return Form::Waits(*missing);
        }
        let follows = fact.prev.and_then(|prev| self.get(&prev)).is_none_or(|prev| {
            (prev.writer, prev.scope, prev.seq) == (fact.writer, fact.scope, fact.seq - 1)
        });
        if fact.says == Says::Link {
            return if follows { Form::Good } else { Form::Refused };
        }
        let at_home = fact.deps.iter().filter_map(|id| self.get(id));
        let at_home = at_home.map(|dep| dep.scope).all(|scope| scope == fact.scope);
        let highest = cited.filter_map(|id| self.get(id)).map(|it| it.lamport).max().unwrap_or(0);
        let in_order = highest.checked_add(1) == Some(fact.lamport);
        if follows && at_home && in_order { Form::Good } else { Form::Refused }
    }

    fn enter(&mut self, fact: Fact) {
        let id = fact.id;
        let slot = (fact.writer, fact.scope, fact.seq);
        let first = *self.slots.entry(slot).or_insert(id);
        if first != id {
            let chain = self.forks.entry((fact.writer, fact.scope)).or_default();
            chain.entry(fact.seq).or_default().extend([first, id]);
        }
        if let Some(auth) = fact.auth {
            self.note_use(fact.writer, auth);
        }
        if let Says::Statement(statement) = &fact.says {
            self.statements.insert(id);
            self.file(&fact, statement);
        }
        let jump = self.jump_from(&fact);
        self.entries.insert(id, Entry { fact, jump });
    }

    /// Remembers that a writer acted under a grant; false where that was known.
    pub fn note_use(&mut self, writer: WriterId, auth: EnvelopeId) -> bool {
        self.used.entry(writer).or_default().insert(auth)
    }

    fn file(&mut self, fact: &Fact, statement: &Statement) {
        let id = fact.id;
        // Whose keys speak for whom is said in the roster alone, where everybody can read it.
        let in_roster = fact.scope == self.roster;
        match statement {
            Statement::Certify { .. } if in_roster => self.keyring.file(fact, &self.charter),
            Statement::Revoke { target, person, cuts, .. } if in_roster => {
                self.revokes.add((*target, *person), id);
                self.revoked.insert(*person);
                self.file_cuts(id, cuts);
            }
            Statement::Heal { writer, chain, seq, .. } if in_roster => {
                self.heals.add((*writer, *chain, *seq), id);
            }
            Statement::Certify { .. } | Statement::Revoke { .. } | Statement::Heal { .. } => (),
            Statement::Remove { person, role, cuts, .. } => {
                self.removals.add((*person, *role), id);
                self.file_cuts(id, cuts);
            }
            Statement::Admit { removal, cuts } => {
                self.admits.add(*removal, id);
                self.file_cuts(id, cuts);
            }
            Statement::Genesis { everyone, .. } => {
                self.geneses.insert(id.scope(), id);
                if *everyone {
                    self.everyone.insert(id);
                }
            }
            Statement::Grant { person, over, confirms, .. } => {
                self.roles_of.add(*person, id);
                self.roles_over.add(over.clone(), id);
                confirms.iter().for_each(|join| self.confirms.add(*join, id));
            }
            Statement::Rules { group, confirms, .. } => {
                self.rules.add(group.clone(), id);
                confirms.iter().for_each(|join| self.confirms.add(*join, id));
            }
            Statement::Join { person, group, invite, .. } => {
                self.roles_of.add(*person, id);
                self.roles_over.add(group.clone(), id);
                invite.iter().for_each(|invite| self.joins_on.add(*invite, id));
            }
            Statement::Invite { key, .. } => self.invites.add(*key, id),
            Statement::Vouch { person, group } => self.vouches.add((*person, group.clone()), id),
        }
    }

    fn file_cuts(&mut self, id: EnvelopeId, cuts: &[Cut]) {
        for cut in cuts {
            let at = self.cuts.entry((id, cut.writer, cut.scope)).or_insert((cut.seq, cut.id));
            *at = (*at).min((cut.seq, cut.id));
        }
    }
}

enum Form {
    Good,
    Waits(EnvelopeId),
    Refused,
}
