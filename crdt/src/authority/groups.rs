//! Who may enter a group: open, by invitation, or vouched for (rule 8).
//!
//! A join speaks for itself and cites no grant; it gives rank 1 in that one group. What holds it up
//! is the group's rules, which its owners may tighten: who was confirmed before stays.

use std::collections::BTreeSet;

use crate::{
    body::{GroupKind, KeyUse, Place, Statement},
    id::{EnvelopeId, PersonId},
};

use super::{
    fact::Fact,
    index::Power,
    resolve::{Mode, Resolver, Rivals},
    verdict::Reason,
};

/// By which door somebody enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// An owner confirmed him; later rules and rivals do not matter.
    Confirmed,
    /// Nobody else is kept out by it.
    Free,
    /// By an invitation for one person.
    Once(EnvelopeId),
}

impl Resolver {
    /// Does a join count?
    pub fn join(&self, e: &Fact, mode: Mode) -> Result<(), Reason> {
        let Entry::Once(invite) = self.entry(e, mode)? else { return Ok(()) };
        let Some(Statement::Join { group, .. }) = e.statement() else {
            return Err(Reason::NotInvited);
        };
        let rivals = self.rivals(invite, group);
        if rivals.confirmed || rivals.lowest.is_some_and(|lowest| lowest < e.id) {
            return Err(Reason::InvitationUsed);
        }
        Ok(())
    }

    /// All of a join but its rivals on an invitation for one person.
    fn entry(&self, e: &Fact, mode: Mode) -> Result<Entry, Reason> {
        let Some(Statement::Join { person, group, .. }) = e.statement() else {
            return Err(Reason::NotInvited);
        };
        self.founded(group, mode)?;
        let spot = e.spot();
        let nobody_yet = Power { person: *person, rank: 0, over: group };
        if e.auth.is_some() {
            return Err(Reason::NotEntitled);
        }
        if e.scope != self.index.roster() && e.scope != group.scope(&self.index.charter.community) {
            return Err(Reason::WrongScope);
        }
        if !self.certified(e.writer.into(), KeyUse::Writer, spot, nobody_yet, mode, true) {
            return Err(Reason::NotCertified);
        }
        if mode == Mode::Strict && !self.unforked(&spot, nobody_yet, false) {
            return Err(Reason::Forked);
        }
        if self.is_confirmed(e.id, *person, group, mode) {
            return Ok(Entry::Confirmed);
        }
        let (kind, need) = self.rules(group);
        match kind {
            GroupKind::Open => Ok(Entry::Free),
            GroupKind::Invite => self.invited(e, mode),
            GroupKind::Vetted => self.vouched(e, usize::from(need.max(1)), mode),
        }
    }

    /// Was this group founded, at this very place, by somebody who may?
    fn founded(&self, group: &Place, mode: Mode) -> Result<(), Reason> {
        let (id, parent) = group.0.split_last().ok_or(Reason::NoSuchGroup)?;
        match self.index.statement(id) {
            Some(Statement::Genesis { parent: named, .. })
                if named.0 == parent && self.counts(id, mode) =>
            {
                Ok(())
            }
            _ => Err(Reason::NoSuchGroup),
        }
    }

    fn is_confirmed(
        &self,
        join: EnvelopeId,
        joined: PersonId,
        entered: &Place,
        mode: Mode,
    ) -> bool {
        self.index.confirms.of(&join).any(|id| {
            let is_his = match self.index.statement(&id) {
                Some(Statement::Rules { group, .. }) => group == entered,
                Some(Statement::Grant { person, over, .. }) => *person == joined && over == entered,
                _ => false,
            };
            is_his && self.counts(&id, mode)
        })
    }

    /// Kind and vouches by the owners' unreplaced rules, the strictest if several, or the genesis.
    pub fn rules(&self, group: &Place) -> (GroupKind, u8) {
        if let Some(known) = self.memo.borrow().rules.get(group) {
            return *known;
        }
        let filed = self.index.rules.of(group);
        let live: Vec<EnvelopeId> = filed.filter(|id| self.counts(id, Mode::Strict)).collect();
        let replaced: BTreeSet<EnvelopeId> = live
            .iter()
            .filter_map(|id| match self.index.statement(id) {
                Some(Statement::Rules { replaces, .. }) => Some(replaces),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        let now = live.iter().filter(|id| !replaced.contains(id)).chain(None);
        let strictest = |rules: Vec<(GroupKind, u8)>| {
            let kind = rules.iter().map(|(kind, _)| *kind).max()?;
            Some((kind, rules.iter().map(|(_, need)| *need).max()?))
        };
        let read = |id: &EnvelopeId| match self.index.statement(id) {
            Some(Statement::Rules { kind, need, .. } | Statement::Genesis { kind, need, .. }) => {
                Some((*kind, *need))
            }
            _ => None,
        };
        let rules = strictest(now.filter_map(read).collect())
            .or_else(|| group.group().as_ref().and_then(read))
            .unwrap_or((GroupKind::Vetted, u8::MAX));
        self.memo.borrow_mut().rules.insert(group.clone(), rules);
        rules
    }

    fn invited(&self, e: &Fact, mode: Mode) -> Result<Entry, Reason> {
        let Some(Statement::Join { group, invite: Some(invite), proof, .. }) = e.statement() else {
            return Err(Reason::NotInvited);
        };
        match self.index.statement(invite) {
            Some(Statement::Invite { group: into, key, once })
                if into == group
                    && proof.is_some_and(|proof| proof.key == *key)
                    && self.counts(invite, mode) =>
            {
                Ok(if *once { Entry::Once(*invite) } else { Entry::Free })
            }
            _ => Err(Reason::NotInvited),
        }
    }

    fn vouched(&self, e: &Fact, need: usize, mode: Mode) -> Result<Entry, Reason> {
        let Some(Statement::Join { person: joins, group: entered, vouches, .. }) = e.statement()
        else {
            return Err(Reason::TooFewVouches);
        };
        let vouching: BTreeSet<PersonId> = vouches
            .iter()
            .filter(|id| match self.index.statement(id) {
                Some(Statement::Vouch { person, group }) => {
                    group == entered && person == joins && self.counts(id, mode)
                }
                _ => false,
            })
            .filter_map(|id| self.index.gives(&self.index.get(id)?.auth?))
            .map(|by| by.person)
            .filter(|by| by != joins)
            .collect();
        if vouching.len() >= need { Ok(Entry::Free) } else { Err(Reason::TooFewVouches) }
    }

    /// Of the joins on an invitation for one person: those confirmed, else the lowest id.
    fn rivals(&self, invite: EnvelopeId, entered: &Place) -> Rivals {
        let key = (invite, entered.clone());
        if let Some(known) = self.memo.borrow().rivals.get(&key) {
            return *known;
        }
        let mut rivals = Rivals { confirmed: false, lowest: None };
        for join in self.index.joins_on.of(&invite).filter_map(|id| self.index.get(&id)) {
            let same =
                matches!(join.statement(), Some(Statement::Join { group, .. }) if group == entered);
            match same.then(|| self.entry(join, Mode::Strict)) {
                Some(Ok(Entry::Confirmed)) => rivals.confirmed = true,
                Some(Ok(Entry::Once(_))) => {
                    rivals.lowest = rivals.lowest.or(Some(join.id)).min(Some(join.id));
                }
                _ => (),
            }
        }
        self.memo.borrow_mut().rivals.insert(key, rivals);
        rivals
    }

    /// Did somebody enter by this invitation for one person?
    pub fn is_taken(&self, invite: EnvelopeId, entered: &Place) -> bool {
        let rivals = self.rivals(invite, entered);
        rivals.confirmed || rivals.lowest.is_some()
    }

    /// Judges, without recursion, the vouches and joins that `id` rests on, lowest first: a member
    /// vouched for by members vouched for by members may stand on a hundred thousand others.
    pub fn walk_vouches(&self, id: EnvelopeId, mode: Mode) {
        let mut todo = vec![(id, false)];
        let mut seen = BTreeSet::new();
        while let Some((at, ready)) = todo.pop() {
            let Some(fact) = self.index.get(&at) else { continue };
            if self.memo.borrow().counts.contains_key(&(at, mode)) {
                continue;
            }
            if ready {
                let _ = self.judge(fact, mode);
            } else if seen.insert(at) {
                todo.push((at, true));
                todo.extend(self.rests_on(fact).into_iter().map(|below| (below, false)));
            }
        }
    }

    fn rests_on(&self, fact: &Fact) -> Vec<EnvelopeId> {
        let is_door = |id: &EnvelopeId| {
            matches!(
                self.index.statement(id),
                Some(Statement::Join { .. } | Statement::Vouch { .. })
            )
        };
        match fact.statement() {
            Some(Statement::Join { vouches, .. }) => {
                vouches.iter().copied().filter(is_door).collect()
            }
            Some(Statement::Vouch { .. }) => fact.auth.into_iter().filter(is_door).collect(),
            _ => Vec::new(),
        }
    }
}
