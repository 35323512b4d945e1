//! What a node asks of the rules, one envelope or one person at a time.
//!
//! Facts go in, in any order; answers are worked out when asked for and remembered until something
//! goes in. Only the roster's own envelopes are kept here. Of everybody's messages this needs to
//! know two things: under which grants a writer ever acted ([`Roster::note_use`]), and, once a
//! chain forked, that chain link by link ([`Fact::link`]).

use std::collections::BTreeSet;

use crate::{
    body::{KeyUse, Place, Role, Statement},
    genesis::Genesis,
    id::{EnvelopeId, GroupId, KeyId, PersonId, ScopeId, WriterId},
};

use super::{
    evaluate::role_of,
    fact::Fact,
    index::{Charter, Index, Power, Spot},
    policy,
    resolve::{Mode, Resolver},
    verdict::{Door, Group, Reason, Verdict},
};

/// A role that somebody has now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LiveRole {
    /// As what.
    pub role: Role,
    /// Over what.
    pub over: Place,
    /// The grant or join that gives it, to be cited.
    pub grant: EnvelopeId,
}

/// Who may do what, as the statements that are here have it.
#[derive(Clone, Debug)]
pub struct Roster {
    pub(super) resolver: Resolver,
    version: u64,
}

impl Roster {
    /// An empty roster: the root keys and nobody else.
    pub fn new(genesis: &Genesis) -> Self {
        Self::under(Charter::of(genesis))
    }

    /// An empty roster under another charter.
    pub fn under(charter: Charter) -> Self {
        Self { resolver: Resolver::new(Index::new(charter)), version: 0 }
    }

    /// Takes in a fact of the roster's scope, whatever it is, or a link of a forked chain; false
    /// where it was known.
    ///
    /// An envelope whose body cannot be read here goes in too ([`Fact::without_body`]): the chain
    /// goes on behind it.
    pub fn insert(&mut self, fact: Fact) -> bool {
        let is_new = self.resolver.index.insert(fact);
        if is_new {
            self.changed();
        }
        is_new
    }

    /// Remembers that a writer acted under a grant; false where that was known. Told of every
    /// envelope of any scope, since who was removed and comes back needs a new writer.
    pub fn note_use(&mut self, writer: WriterId, auth: EnvelopeId) -> bool {
        let is_new = self.resolver.index.note_use(writer, auth);
        let undone = matches!(
            self.resolver.index.gives(&auth),
            Some(power) if self.resolver.index.removals.keys().any(|(who, _)| *who == power.person)
        );
        if is_new && undone {
            self.changed();
        }
        is_new
    }

    pub(super) fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    fn changed(&mut self) {
        self.resolver.forget();
        self.version += 1;
    }

    /// Grows whenever an answer may have changed.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Does content at this spot count? On top of rules 6, 7 and 10: what strangers write never does.
    pub fn position(&self, spot: &Spot) -> Verdict {
        let key = spot.auth.map(|auth| (spot.writer, spot.scope, auth));
        if let Some(key) = key
            && let Some(known) = self.resolver.memo.borrow().positions.get(&key)
        {
            return *known;
        }
        let verdict = match (self.resolver.content(spot), self.resolver.power(spot.auth)) {
            (verdict, Ok(power)) if verdict.shows() => {
                let belongs = self.resolver.belongs(power.person, Some(spot));
                if belongs { verdict } else { Verdict::Void(Reason::Stranger) }
            }
            (verdict, _) => verdict,
        };
        // What does not count is not remembered: junk must not fill the memory.
        if let Some(key) = key.filter(|_| verdict.shows() && self.resolver.is_even(spot)) {
            self.resolver.memo.borrow_mut().positions.insert(key, verdict);
        }
        verdict
    }

    /// Has every spot of this chain under this grant the same verdict? So it is wherever nothing was
    /// removed, revoked or forked.
    pub fn is_even(&self, spot: &Spot) -> bool {
        self.resolver.is_even(spot)
    }

    /// Does a statement count? One that speaks for a key counts where the key's owner said it.
    pub fn statement(&self, id: &EnvelopeId) -> Verdict {
        let index = &self.resolver.index;
        if let Some(waiting) = index.waiting.get(id) {
            let mut cited = waiting.prev.iter().chain(&waiting.deps);
            let missing = cited.find(|cited| index.get(cited).is_none()).unwrap_or(id);
            return Verdict::Pending(*missing);
        }
        if index.refused.contains(id) {
            return Verdict::Void(Reason::ForgedPlace);
        }
        let Some(fact) = index.get(id) else { return Verdict::Pending(*id) };
        if let Some(spoken) = self.resolver.spoken(fact) {
            return spoken.into();
        }
        self.resolver.verdict(id, Mode::Strict).into()
    }

    /// Statements that wait for something that they cite, and for what.
    pub fn pending(&self) -> Vec<(EnvelopeId, EnvelopeId)> {
        let index = &self.resolver.index;
        let all = index.statements.iter().chain(index.waiting.keys());
        all.filter_map(|id| match self.statement(id) {
            Verdict::Pending(missing) => Some((*id, missing)),
            _ => None,
        })
        .collect()
    }

    /// Statements that do not count, and why.
    pub fn void(&self) -> Vec<(EnvelopeId, Reason)> {
        let index = &self.resolver.index;
        let all = index.statements.iter().chain(&index.refused);
        all.filter_map(|id| match self.statement(id) {
            Verdict::Void(reason) => Some((*id, reason)),
            _ => None,
        })
        .collect()
    }

    pub(super) fn is_live(&self, grant: &EnvelopeId) -> bool {
        self.resolver.counts(grant, Mode::Strict) && self.resolver.removals(grant).is_empty()
    }

    pub(super) fn live_powers(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = (EnvelopeId, Power<'_>)> {
        let index = &self.resolver.index;
        let filed = index.roles_of.of(&person).filter(|id| self.is_live(id));
        filed.filter_map(|id| Some((id, index.gives(&id)?)))
    }

    /// The roles that a person has now, by grant.
    pub fn live_roles(&self, person: PersonId) -> Vec<LiveRole> {
        self.live_powers(person)
            .map(|(grant, power)| LiveRole {
                role: role_of(power),
                over: power.over.clone(),
                grant,
            })
            .collect()
    }

    /// Has the person a role over the community, or is in the group of everybody?
    pub fn is_community_member(&self, person: PersonId) -> bool {
        self.resolver.belongs(person, None)
    }

    /// All who are members of the community.
    pub fn community_members(&self) -> Vec<PersonId> {
        let all = self.resolver.index.roles_of.keys();
        all.filter(|person| self.is_community_member(**person)).copied().collect()
    }

    /// The groups that count, by id.
    pub fn groups(&self) -> Vec<Group> {
        let mut ids: Vec<GroupId> = self.resolver.index.geneses.values().copied().collect();
        ids.sort_unstable();
        ids.iter().filter_map(|id| self.group(id)).collect()
    }

    /// One group, if it counts.
    pub fn group(&self, id: &GroupId) -> Option<Group> {
        let fact = self.resolver.index.get(id)?;
        let Some(Statement::Genesis { parent, oversight, everyone, .. }) = fact.statement() else {
            return None;
        };
        if !self.resolver.counts(id, Mode::Lax) {
            return None;
        }
        let place = parent.below(*id);
        let (kind, need) = self.resolver.rules(&place);
        let founder = self.author(&fact.auth?)?;
        Some(Group {
            id: *id,
            place,
            kind,
            need,
            oversight: *oversight,
            everyone: *everyone,
            founder,
        })
    }

    /// Where that group lies, itself included; none where nothing here says that it was founded.
    fn place_of(&self, group: &GroupId) -> Option<Place> {
        match self.resolver.index.statement(group) {
            Some(Statement::Genesis { parent, .. }) => Some(parent.below(*group)),
            _ => None,
        }
    }

    /// Who of the community has a role over exactly that group, ascending. A stranger may enter an
    /// open group, and still nobody sees or counts him.
    pub fn members(&self, group: &GroupId) -> Vec<PersonId> {
        let Some(place) = self.place_of(group) else { return Vec::new() };
        let mut people: Vec<PersonId> =
            self.live_over(&place).iter().map(|power| power.person).collect();
        people.sort_unstable();
        people.dedup();
        people.retain(|person| self.is_community_member(*person));
        people
    }

    /// Is this person one of [`Roster::members`]? Looks at his roles alone.
    pub fn is_member(&self, group: &GroupId, person: PersonId) -> bool {
        let Some(place) = self.place_of(group) else { return false };
        self.live_powers(person).any(|(_, power)| *power.over == place)
            && self.is_community_member(person)
    }

    /// May this person see to that group: tighten its door, invite, confirm?
    pub fn is_owner(&self, group: &GroupId, person: PersonId) -> bool {
        let Some(place) = self.place_of(group) else { return false };
        self.live_powers(person)
            .any(|(_, power)| power.rank >= policy::OWNS && power.over.contains(&place))
    }

    /// Had the person ever a role of at least this rank over exactly that group or around it, as if
    /// nothing had been removed or revoked since? A rank over the community is around every group.
    pub fn ever_had(&self, group: &GroupId, person: PersonId, role: Role) -> bool {
        let Some(place) = self.place_of(group) else { return false };
        let index = &self.resolver.index;
        let mut filed = index.roles_of.of(&person).filter_map(|id| Some((id, index.gives(&id)?)));
        filed.any(|(id, power)| {
            let high = power.rank >= role.rank() && power.over.contains(&place);
            high && self.resolver.counts(&id, Mode::Once)
        })
    }

    /// As whom somebody acts who cites this grant.
    pub fn author(&self, auth: &EnvelopeId) -> Option<PersonId> {
        self.resolver.index.gives(auth).map(|power| power.person)
    }

    /// Whose installation this writer is, also where it was revoked since.
    pub fn person_of(&self, writer: WriterId) -> Option<PersonId> {
        self.resolver.person_of(writer.into(), KeyUse::Writer, Mode::Once)
    }

    /// Whose box this is now.
    pub fn box_person(&self, key: KeyId) -> Option<PersonId> {
        self.resolver.person_of(key, KeyUse::Box, Mode::Lax)
    }

    /// The keys that act for the person now, the paper key aside, each with its use.
    pub fn live_keys(&self, person: PersonId) -> BTreeSet<(KeyId, KeyUse)> {
        let claimed = self.claimed_keys(person).into_iter();
        claimed.filter(|(key, key_use)| self.resolver.speaks_now(*key, *key_use, person)).collect()
    }

    /// Every key that was ever certified for a person by one of his own, with its use.
    pub(super) fn claimed_keys(&self, person: PersonId) -> BTreeSet<(KeyId, KeyUse)> {
        let index = &self.resolver.index;
        let certified = index.keyring.all_of(person).filter_map(|id| index.statement(&id));
        let claimed = certified.filter_map(|statement| match statement {
            Statement::Certify { subject, key_use, .. } => Some((*subject, *key_use)),
            _ => None,
        });
        claimed.collect()
    }

    /// Who certified this key for that use, as far as it counts, ascending: a box's writers, each
    /// for his person.
    pub fn certified_by(&self, key: KeyId, key_use: KeyUse) -> BTreeSet<WriterId> {
        let index = &self.resolver.index;
        let claimed = index.keyring.persons_of(key);
        let mut by = BTreeSet::new();
        for person in claimed.filter(|person| self.resolver.speaks_now(key, key_use, *person)) {
            let certificates = index.keyring.of(key, person);
            let said = |fact: &&Fact| matches!(self.resolver.spoken(fact), Some(Ok(())));
            let facts = certificates.filter_map(|id| index.get(&id)).filter(said);
            by.extend(facts.map(|fact| fact.writer));
        }
        by
    }

    /// Does this writer act for the person now?
    pub fn writes_for(&self, writer: WriterId, person: PersonId) -> bool {
        self.resolver.speaks_now(writer.into(), KeyUse::Writer, person)
    }

    /// Is this a sealed key of the person, not revoked?
    pub fn is_sealed_key(&self, key: KeyId, person: PersonId) -> bool {
        self.resolver.speaks_now(key, KeyUse::Sealed, person)
    }

    /// Which grant a person cites to write in a scope: one over exactly that place if he has it,
    /// else from above; the highest rank first.
    pub fn best_auth(&self, person: PersonId, scope: ScopeId) -> Option<EnvelopeId> {
        let community = &self.resolver.index.charter.community;
        self.live_powers(person)
            .filter(|(_, power)| self.resolver.covers(*power, scope))
            .max_by_key(|(id, power)| {
                (power.over.scope(community) == scope, power.rank, std::cmp::Reverse(*id))
            })
            .map(|(id, _)| id)
    }

    /// Which grant a person cites to write in a scope in the name of an office; none who has none.
    pub fn office_auth(&self, person: PersonId, scope: ScopeId) -> Option<EnvelopeId> {
        self.live_powers(person)
            .filter(|(_, power)| power.rank >= policy::NEEDS_SECOND)
            .filter(|(_, power)| self.resolver.covers(*power, scope))
            .max_by_key(|(id, power)| (power.rank, std::cmp::Reverse(*id)))
            .map(|(id, _)| id)
    }

    /// Which grant a person cites to say this: the lowest that suffices.
    ///
    /// # Errors
    ///
    /// Where he may not, or where this is not said under a grant at all.
    pub fn may(&self, person: PersonId, statement: &Statement) -> Result<EnvelopeId, Reason> {
        let removed = || self.resolver.removed(statement);
        removed()?;
        self.live_powers(person)
            .filter(|(_, power)| {
                policy::demand(statement, removed().ok().flatten(), power.over)
                    .is_some_and(|demand| demand.is_met_by(power))
            })
            .min_by_key(|(id, power)| (power.rank, *id))
            .map(|(id, _)| id)
            .ok_or(Reason::NotEntitled)
    }

    /// Which grant a person cites to invite into a group, or to change its rules.
    pub fn may_invite(&self, person: PersonId, group: &GroupId) -> Option<EnvelopeId> {
        let place = self.group(group)?.place;
        let key = KeyId::from_bytes([0; 32]);
        self.may(person, &Statement::Invite { group: place, key, once: false }).ok()
    }

    /// Which grant a person cites to found a group below a place.
    pub fn may_found(&self, person: PersonId, parent: &Place) -> Option<EnvelopeId> {
        let lowest = |(id, power): &(EnvelopeId, Power<'_>)| (power.rank, *id);
        self.live_powers(person)
            .filter(|(_, power)| power.rank >= policy::OWNS && power.over.contains(parent))
            .min_by_key(lowest)
            .map(|(id, _)| id)
    }

    /// Which grant a person cites to give or take a role over a place.
    pub fn may_grant(&self, person: PersonId, role: Role, over: &Place) -> Option<EnvelopeId> {
        let (undo, confirms) = (Vec::new(), Vec::new());
        let grant = Statement::Grant { person, role, over: over.clone(), undo, confirms };
        self.may(person, &grant).ok()
    }

    /// Does a statement under this grant need a sealed or paper key as well?
    pub fn needs_second(&self, auth: &EnvelopeId) -> bool {
        let power = self.resolver.index.gives(auth);
        power.is_some_and(|power| power.rank >= policy::NEEDS_SECOND)
    }

    /// The invitation behind a key, if it counts; of several the lowest id.
    pub fn invite(&self, key: &KeyId) -> Option<Door> {
        let mut filed = self.resolver.index.invites.of(key);
        let invite = filed.find(|id| self.resolver.counts(id, Mode::Strict))?;
        match self.resolver.index.statement(&invite)? {
            Statement::Invite { group, once, .. } => {
                let used = *once && self.resolver.is_taken(invite, group);
                Some(Door { invite, group: group.clone(), once: *once, used })
            }
            _ => None,
        }
    }
}
