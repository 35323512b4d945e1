//! Ranks, cuts and removals: does a statement count? (rules 2 to 5)
//!
//! Answers are found on demand and remembered until the set changes. Every question goes to hash
//! citations or to higher ranks, so it ends after a few steps; the one kind of chain that can be
//! long, members vouched for by members, is walked without recursion ([`super::groups`]).

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    body::{GroupKind, Place, Statement},
    id::{EnvelopeId, KeyId, PersonId, ScopeId, WriterId},
};

use super::{
    fact::Fact,
    forks::{Branch, BranchKey},
    households::SharedHomes,
    index::{Index, Power, Spot},
    policy::{self, Removed},
    verdict::{Reason, Verdict},
};

/// Judged as things are, or as if nothing were forked on the way up (rule 7, messages).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Strict,
    Lax,
    /// As if nothing were forked or revoked either: "was it ever?" (rule 6).
    Once,
}

pub(super) type Ids = Arc<[EnvelopeId]>;

/// Revocations of a key, as seen from acts under a rank over a place.
pub(super) type RevokesKey = (KeyId, PersonId, u8, Place, bool);

/// What was found out about the set as it is now.
#[derive(Clone, Debug, Default)]
pub(super) struct Memo {
    pub counts: BTreeMap<(EnvelopeId, Mode), Result<(), Reason>>,
    pub removals: BTreeMap<EnvelopeId, Ids>,
    pub admits: BTreeMap<EnvelopeId, Ids>,
    pub revokes: BTreeMap<RevokesKey, Ids>,
    pub rules: BTreeMap<Place, (GroupKind, u8)>,
    pub rivals: BTreeMap<(EnvelopeId, Place), Rivals>,
    pub branches: BTreeMap<BranchKey, Branch>,
    pub everyone: Option<Arc<BTreeSet<Place>>>,
    pub homes: Option<Arc<SharedHomes>>,
    /// Who has at least this rank over a place or around it.
    pub deciders: BTreeMap<(Place, u8), Arc<BTreeSet<PersonId>>>,
    pub positions: BTreeMap<(WriterId, ScopeId, EnvelopeId), Verdict>,
}

/// The joins on one invitation for one person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rivals {
    pub confirmed: bool,
    pub lowest: Option<EnvelopeId>,
}

/// The rules over one set of facts.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    pub index: Index,
    pub memo: RefCell<Memo>,
}

impl Resolver {
    pub fn new(index: Index) -> Self {
        Self { index, memo: RefCell::default() }
    }

    pub fn forget(&mut self) {
        self.memo = RefCell::default();
    }

    pub fn counts(&self, id: &EnvelopeId, mode: Mode) -> bool {
        self.verdict(id, mode).is_ok()
    }

    /// Does this statement count, and if not, why?
    pub fn verdict(&self, id: &EnvelopeId, mode: Mode) -> Result<(), Reason> {
        let key = (*id, mode);
        if let Some(known) = self.memo.borrow().counts.get(&key) {
            return *known;
        }
        let Some(fact) = self.index.get(id) else { return Err(Reason::NoSuchGrant(*id)) };
        if fact.statement().is_some_and(is_door) {
            self.walk_vouches(*id, mode);
            if let Some(known) = self.memo.borrow().counts.get(&key) {
                return *known;
            }
        }
        self.judge(fact, mode)
    }

    /// Judges a statement now and remembers the outcome.
    pub fn judge(&self, fact: &Fact, mode: Mode) -> Result<(), Reason> {
        let key = (fact.id, mode);
        // Citations by hash cannot run in circles; if they did, nothing in the circle would count.
        self.memo.borrow_mut().counts.insert(key, Err(Reason::VoidGrant(fact.id)));
        let outcome = match fact.statement() {
            Some(Statement::Join { .. }) => self.join(fact, mode),
            Some(statement) => self.under_grant(fact, statement, mode),
            None => Err(Reason::NotAGrant(fact.id)),
        };
        self.memo.borrow_mut().counts.insert(key, outcome);
        outcome
    }

    /// Rule 3, and the fork of rule 7.
    fn under_grant(&self, e: &Fact, statement: &Statement, mode: Mode) -> Result<(), Reason> {
        let a = self.power(e.auth)?;
        let removed = self.removed(statement)?;
        let demand = policy::demand(statement, removed, a.over).ok_or(Reason::NotEntitled)?;
        if !demand.is_met_by(&a) {
            return Err(Reason::NotEntitled);
        }
        if !self.is_home(e.scope, demand.home) {
            return Err(Reason::WrongScope);
        }
        let spot = e.spot();
        if a.rank >= policy::NEEDS_SECOND {
            let own = !self.settled(&spot, a, false);
            if !self.signs_for(e, a, own) {
                return Err(Reason::NoSecondSignature);
            }
        }
        self.position(&spot, &e.seconds, mode)?;
        if mode == Mode::Strict && !self.unforked(&spot, a, false) {
            return Err(Reason::Forked);
        }
        Ok(())
    }

    fn is_home(&self, scope: ScopeId, home: Option<&Place>) -> bool {
        scope == self.index.roster()
            || home.is_some_and(|home| scope == home.scope(&self.index.charter.community))
    }

    /// What an admission admits to.
    pub fn removed<'a>(&'a self, statement: &Statement) -> Result<Option<Removed<'a>>, Reason> {
        let Statement::Admit { removal, .. } = statement else { return Ok(None) };
        let cited = self.index.get(removal).ok_or(Reason::NoSuchRemoval)?;
        let by = cited.auth.and_then(|auth| self.index.gives(&auth));
        match (cited.statement(), by) {
            (Some(Statement::Remove { role, over, .. }), Some(by)) => {
                Ok(Some(Removed { by: by.rank, role: role.rank(), over }))
            }
            (Some(Statement::Revoke { .. }), Some(by)) => {
                Ok(Some(Removed { by: by.rank, role: 0, over: by.over }))
            }
            _ => Err(Reason::NoSuchRemoval),
        }
    }

    /// What the cited grant gives; whether it counts is another question.
    pub fn power(&self, auth: Option<EnvelopeId>) -> Result<Power<'_>, Reason> {
        let auth = auth.ok_or(Reason::NoGrant)?;
        self.index.gives(&auth).ok_or_else(|| match self.index.get(&auth) {
            Some(_) => Reason::NotAGrant(auth),
            None => Reason::NoSuchGrant(auth),
        })
    }

    /// May this writer act at this spot under the grant that it cites?
    pub fn position(&self, e: &Spot, seconds: &[KeyId], mode: Mode) -> Result<(), Reason> {
        let auth = e.auth.ok_or(Reason::NoGrant)?;
        let a = self.power(e.auth)?;
        if !self.index.is_root(&auth) && !self.counts(&auth, mode) {
            return Err(Reason::VoidGrant(auth));
        }
        let own = !self.settled(e, a, false);
        if !self.writes_for(e, seconds, a, mode, own) {
            let once = self.writes_for(e, seconds, a, Mode::Once, own);
            return Err(if once { Reason::Revoked } else { Reason::NotCertified });
        }
        for removal in self.removals(&auth).iter() {
            if !self.cut_allows(removal, e) {
                return Err(Reason::Cut(*removal));
            }
        }
        self.is_no_old_writer(&auth, a, e.writer)
    }

    /// Under a grant that undoes a removal, only writers count that never acted under a removed one.
    pub fn is_no_old_writer(
        &self,
        auth: &EnvelopeId,
        a: Power<'_>,
        writer: WriterId,
    ) -> Result<(), Reason> {
        let Some(Statement::Grant { undo, .. }) = self.index.statement(auth) else { return Ok(()) };
        for id in undo {
            let Some(removal) = self.index.get(id) else { continue };
            let remover = removal.auth.and_then(|auth| self.index.gives(&auth));
            let Some(remover) = remover.filter(|by| by.rank > a.rank) else { continue };
            if !hits(removal, a) || !self.counts(id, Mode::Strict) {
                continue;
            }
            let acted = self.index.used.get(&writer).into_iter().flatten().any(|used| {
                let power = self.index.get(used).and_then(|_| self.index.gives(used));
                power.is_some_and(|power| hits(removal, power))
                    && !self.undoes(used, removal, remover)
            });
            if acted || self.index.cuts_any_of(id, &writer) {
                return Err(Reason::OldWriter(*id));
            }
        }
        Ok(())
    }

    /// Removals of a grant or join that count and that it does not undo (rule 5).
    pub fn removals(&self, auth: &EnvelopeId) -> Ids {
        if let Some(known) = self.memo.borrow().removals.get(auth) {
            return Arc::clone(known);
        }
        let found: Ids = match self.index.get(auth).and_then(|_| self.index.gives(auth)) {
            Some(a) => self.removals_of(auth, a).into(),
            None => Arc::default(),
        };
        self.memo.borrow_mut().removals.insert(*auth, Arc::clone(&found));
        found
    }

    fn removals_of(&self, auth: &EnvelopeId, a: Power<'_>) -> Vec<EnvelopeId> {
        let role = match self.index.statement(auth) {
            Some(Statement::Grant { role, .. }) => *role,
            _ => crate::body::Role::Member,
        };
        let filed = self.index.removals.of(&(a.person, role));
        filed
            .filter(|id| {
                let Some(removal) = self.index.get(id) else { return false };
                let by = removal.auth.and_then(|auth| self.index.gives(&auth));
                by.filter(|by| by.rank > a.rank && hits(removal, a)).is_some_and(|by| {
                    !self.undoes(auth, removal, by) && self.counts(id, Mode::Strict)
                })
            })
            .collect()
    }

    /// Does the grant cite the removal, from rank and place no lower than the remover's?
    fn undoes(&self, grant: &EnvelopeId, removal: &Fact, remover: Power<'_>) -> bool {
        let Some(fact) = self.index.get(grant) else { return false };
        let Some(Statement::Grant { undo, .. }) = fact.statement() else { return false };
        let by = fact.auth.and_then(|auth| self.index.gives(&auth));
        let Some(Statement::Remove { over, .. }) = removal.statement() else { return false };
        undo.contains(&removal.id)
            && by.is_some_and(|by| by.rank >= remover.rank && by.over.contains(over))
    }

    /// Rule 4: is this spot within the cut of a removal or revocation, or of an admission to it?
    pub fn cut_allows(&self, removal: &EnvelopeId, x: &Spot) -> bool {
        let chain = (x.writer, x.scope);
        let within = |by: &EnvelopeId| {
            self.index.cut(by, chain).is_some_and(|end| self.index.is_on_chain(x, end))
        };
        within(removal) || self.admits(removal).iter().any(within)
    }

    fn admits(&self, removal: &EnvelopeId) -> Ids {
        if !self.index.admits.has(removal) {
            return Arc::default();
        }
        if let Some(known) = self.memo.borrow().admits.get(removal) {
            return Arc::clone(known);
        }
        let filed = self.index.admits.of(removal);
        let found: Ids = filed.filter(|id| self.counts(id, Mode::Strict)).collect();
        self.memo.borrow_mut().admits.insert(*removal, Arc::clone(&found));
        found
    }
}

/// Is this removal about that role of that person?
fn hits(removal: &Fact, a: Power<'_>) -> bool {
    match removal.statement() {
        Some(Statement::Remove { person, role, over, .. }) => {
            *person == a.person && role.rank() == a.rank && over.contains(a.over)
        }
        _ => false,
    }
}

/// A link of the one kind of chain that may be long.
fn is_door(statement: &Statement) -> bool {
    matches!(statement, Statement::Join { .. } | Statement::Vouch { .. })
}
