//! Why somebody may do something, and why not: the roster in answers for people.
//!
//! Everything here only looks. Each answer is one step (a grant and who gave it, a key and what
//! vouches for it, a removal and whom it hits), so that a page can show the whole chain up to the
//! paper keys without the rules being written down a second time.

use std::collections::BTreeSet;

use crate::{
    body::{KeyUse, Place, Role, Statement},
    id::{EnvelopeId, GroupId, KeyId, PersonId, ScopeId, WriterId},
};

use super::{
    index::{Power, Spot},
    policy,
    resolve::Mode,
    roster::Roster,
    verdict::{Reason, Verdict},
};

/// A grant or join, whether it holds or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The statement that gives it.
    pub grant: EnvelopeId,
    /// To whom.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Over what.
    pub over: Place,
    /// On what it rests.
    pub rests: Rests,
    /// Does it count by itself?
    pub verdict: Verdict,
    /// The removals that took it away and that it does not undo.
    pub removed_by: Vec<EnvelopeId>,
}

impl Standing {
    /// Has the person this role now?
    pub fn is_live(&self) -> bool {
        self.verdict.counts() && self.removed_by.is_empty()
    }
}

/// What gives a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rests {
    /// The paper keys of the community.
    Root,
    /// The grant under which somebody gave it.
    Given(EnvelopeId),
    /// An invitation.
    Invited(EnvelopeId),
    /// The vouches of members.
    Vouched(Vec<EnvelopeId>),
    /// The group is open to everybody, or nothing speaks for it.
    Nothing,
}

/// A key that acts for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which.
    pub key: KeyId,
    /// As what.
    pub key_use: KeyUse,
    /// The certificate; of several the lowest id.
    pub certificate: EnvelopeId,
    /// Which installation wrote the certificate.
    pub by: WriterId,
    /// Does it act for the person now?
    pub live: bool,
    /// The lowest revocation that counts against it, if any.
    pub revoked_by: Option<EnvelopeId>,
}

/// A place of a chain where two envelopes stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// Whose installation.
    pub writer: WriterId,
    /// For whom it writes.
    pub person: Option<PersonId>,
    /// In which scope.
    pub scope: ScopeId,
    /// Where in the chain.
    pub seq: u64,
    /// What stands there.
    pub rivals: Vec<EnvelopeId>,
    /// Which of them the person chose, if he did.
    pub chosen: Option<EnvelopeId>,
}

/// Somebody who wants to enter a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knock {
    /// The join.
    pub join: EnvelopeId,
    /// Who.
    pub person: PersonId,
    /// Why it does not count yet.
    pub reason: Reason,
}

impl Roster {
    /// A statement, who made it as far as that can be told, and under which grant.
    pub fn said(
        &self,
        id: &EnvelopeId,
    ) -> Option<(&Statement, Option<PersonId>, Option<EnvelopeId>)> {
        let fact = self.resolver.index.get(id)?;
        let statement = fact.statement()?;
        let by = match statement {
            Statement::Join { person, .. } | Statement::Certify { person, .. } => Some(*person),
            _ => match fact.auth {
                Some(auth) => self.author(&auth),
                None => self.person_of(fact.writer),
            },
        };
        Some((statement, by, fact.auth))
    }

    /// A grant or join, whether it holds or not.
    pub fn standing(&self, grant: &EnvelopeId) -> Option<Standing> {
        let index = &self.resolver.index;
        let fact = index.get(grant)?;
        let power = index.gives(grant)?;
        let rests = match fact.statement()? {
            Statement::Grant { .. } => match fact.auth {
                Some(auth) if index.is_root(&auth) => Rests::Root,
                Some(auth) => Rests::Given(auth),
                None => Rests::Nothing,
            },
            Statement::Join { invite: Some(invite), .. } => Rests::Invited(*invite),
            Statement::Join { vouches, .. } if !vouches.is_empty() => {
                Rests::Vouched(vouches.clone())
            }
            _ => Rests::Nothing,
        };
        Some(Standing {
            grant: *grant,
            person: power.person,
            role: super::evaluate::role_of(power),
            over: power.over.clone(),
            rests,
            verdict: self.statement(grant),
            removed_by: self.resolver.removals(grant).to_vec(),
        })
    }

    /// All roles that a person ever was given or took, live or not.
    pub fn standings(&self, person: PersonId) -> Vec<Standing> {
        let filed = self.resolver.index.roles_of.of(&person);
        filed.filter_map(|id| self.standing(&id)).collect()
    }

    /// Removals of a person that count, whatever they touch.
    pub fn removals_of(&self, person: PersonId) -> Vec<EnvelopeId> {
        let index = &self.resolver.index;
        let roles = [Role::Member, Role::Steward, Role::Staff, Role::Admin];
        let filed = roles.into_iter().flat_map(|role| index.removals.of(&(person, role)));
        filed.filter(|id| self.resolver.counts(id, Mode::Strict)).collect()
    }

    /// All removals and revocations that count, as far as somebody said them under a grant.
    pub fn all_removals(&self) -> Vec<EnvelopeId> {
        let index = &self.resolver.index;
        let said = index.removals.ids().chain(index.revokes.ids());
        let counts = |id: &EnvelopeId| {
            let is_under_a_grant = index.get(id).is_some_and(|fact| fact.auth.is_some());
            is_under_a_grant && self.resolver.counts(id, Mode::Strict)
        };
        let all: BTreeSet<EnvelopeId> = said.filter(counts).collect();
        all.into_iter().collect()
    }

    /// Removals that a new grant of this role must undo to hold, and those of them that are by
    /// somebody whom `by` cannot overrule.
    pub fn removals_in_the_way(
        &self,
        person: PersonId,
        role: Role,
        over: &Place,
        by: &EnvelopeId,
    ) -> (Vec<EnvelopeId>, Vec<EnvelopeId>) {
        let index = &self.resolver.index;
        let hits = index.removals.of(&(person, role)).filter(|id| match index.statement(id) {
            Some(Statement::Remove { over: removed, .. }) => {
                removed.contains(over) && self.resolver.counts(id, Mode::Strict)
            }
            _ => false,
        });
        let mine = index.gives(by);
        hits.partition(|id| {
            let remover = index.get(id).and_then(|it| it.auth).and_then(|it| index.gives(&it));
            let place = match index.statement(id) {
                Some(Statement::Remove { over, .. }) => over,
                _ => return false,
            };
            match (mine, remover) {
                (Some(mine), Some(remover)) => {
                    mine.rank >= remover.rank && mine.over.contains(place)
                }
                _ => false,
            }
        })
    }

    /// The keys that ever acted for a person, with what became of them.
    pub fn devices(&self, person: PersonId) -> Vec<Device> {
        let index = &self.resolver.index;
        let mut seen = BTreeSet::new();
        let mut devices = Vec::new();
        let everywhere = Place::community();
        let power = Power { person, rank: 0, over: &everywhere };
        for id in index.keyring.all_of(person) {
            let Some(fact) = index.get(&id) else { continue };
            let Some(Statement::Certify { subject, key_use, .. }) = fact.statement() else {
                continue;
            };
            let is_his = matches!(self.resolver.spoken(fact), Some(Ok(())));
            if !is_his || !seen.insert((*subject, *key_use)) {
                continue;
            }
            devices.push(Device {
                key: *subject,
                key_use: *key_use,
                certificate: id,
                by: fact.writer,
                live: self.resolver.speaks_now(*subject, *key_use, person),
                revoked_by: self.resolver.revokes(*subject, power, true).first().copied(),
            });
        }
        devices
    }

    /// For whom a key was certified, and as what; whoever it acts for now comes first.
    pub fn owner_of_key(&self, key: KeyId) -> Option<(PersonId, KeyUse)> {
        let uses = [KeyUse::Writer, KeyUse::Box, KeyUse::Sealed];
        let found = uses.into_iter().filter_map(|key_use| {
            let person = self.resolver.person_of(key, key_use, Mode::Once)?;
            Some((person, key_use))
        });
        found.min_by_key(|(person, key_use)| !self.resolver.speaks_now(key, *key_use, *person))
    }

    /// Was the person let in again under a grant that this installation cannot write under, because
    /// it wrote there before?
    pub fn needs_fresh_writer(&self, person: PersonId, writer: WriterId) -> bool {
        let barred = |(id, power): (EnvelopeId, Power<'_>)| {
            self.resolver.is_no_old_writer(&id, power, writer).is_err()
        };
        self.live_powers(person).any(barred)
    }

    /// Would nothing count that this installation wrote under this grant, because it wrote before the
    /// removal that the grant undoes?
    pub fn bars_writer(&self, auth: &EnvelopeId, writer: WriterId) -> bool {
        let power = self.resolver.index.gives(auth);
        power.is_some_and(|it| self.resolver.is_no_old_writer(auth, it, writer).is_err())
    }

    /// Every installation that ever wrote for a person.
    pub fn writers_of(&self, person: PersonId) -> Vec<WriterId> {
        let writers = self.devices(person).into_iter().filter(|it| it.key_use == KeyUse::Writer);
        writers.map(|device| WriterId::from_bytes(*device.key.as_bytes())).collect()
    }

    /// Which removal or revocation cuts this spot off, if one does.
    pub fn cut_by(&self, e: &Spot) -> Option<EnvelopeId> {
        let resolver = &self.resolver;
        let auth = e.auth?;
        let a = resolver.power(e.auth).ok()?;
        let beyond = |id: &&EnvelopeId| !resolver.cut_allows(id, e);
        let roles = resolver.index.roles_of.of(&a.person);
        let mut removals = std::iter::once(auth).chain(roles).map(|id| resolver.removals(&id));
        let removed = removals.find_map(|all| all.iter().find(beyond).copied());
        removed.or_else(|| {
            let above = self.keys_above(e.writer, a.person);
            let mut all = above.into_iter().map(|key| resolver.revokes(key, a, true));
            all.find_map(|all| all.iter().find(beyond).copied())
        })
    }

    /// A writer and the devices that certified it, and those that certified them.
    fn keys_above(&self, writer: WriterId, person: PersonId) -> Vec<KeyId> {
        let index = &self.resolver.index;
        let mut keys = vec![KeyId::from(writer)];
        let mut at = 0;
        while let Some(key) = keys.get(at).copied() {
            at += 1;
            for id in index.keyring.of(key, person) {
                let by = index.get(&id).map(|fact| KeyId::from(fact.writer));
                keys.extend(by.filter(|by| !keys.contains(by)));
            }
            if keys.len() > crate::limits::CERTIFICATION_STEPS_MAX {
                break;
            }
        }
        keys
    }

    /// Chains in which two envelopes stand in one place, and what their authors chose.
    pub fn forks(&self) -> Vec<Fork> {
        let index = &self.resolver.index;
        let mut forks = Vec::new();
        for ((writer, scope), places) in &index.forks {
            let person = self.person_of(*writer);
            for (seq, rivals) in places {
                let everywhere = Place::community();
                let chosen = person.and_then(|person| {
                    let power = Power { person, rank: 0, over: &everywhere };
                    self.resolver.healed((*writer, *scope), *seq, power)
                });
                let rivals = rivals.iter().copied().collect();
                forks.push(Fork {
                    writer: *writer,
                    person,
                    scope: *scope,
                    seq: *seq,
                    rivals,
                    chosen,
                });
            }
        }
        forks
    }

    /// The owners' rules of a group that nobody replaced.
    pub fn rules_of(&self, group: &Place) -> Vec<EnvelopeId> {
        let index = &self.resolver.index;
        let counting = |id: &EnvelopeId| self.resolver.counts(id, Mode::Strict);
        let live: Vec<EnvelopeId> = index.rules.of(group).filter(counting).collect();
        let replaced: BTreeSet<EnvelopeId> = live
            .iter()
            .filter_map(|id| match index.statement(id) {
                Some(Statement::Rules { replaces, .. }) => Some(replaces.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        live.into_iter().filter(|id| !replaced.contains(id)).collect()
    }

    /// Joins of a group that count, for rules that keep them whatever comes.
    pub fn joins_of(&self, group: &Place) -> Vec<EnvelopeId> {
        let index = &self.resolver.index;
        let is_join = |id: &EnvelopeId| matches!(index.statement(id), Some(Statement::Join { .. }));
        let filed = index.roles_over.of(group).filter(is_join);
        filed.filter(|id| self.standing(id).is_some_and(|it| it.is_live())).collect()
    }

    /// Who stands before a group's door: joins that do not count yet, of people who are not in it.
    pub fn knocks(&self, group: &GroupId) -> Vec<Knock> {
        let Some(place) = self.group(group).map(|group| group.place) else { return Vec::new() };
        let inside: BTreeSet<PersonId> = self.members(group).into_iter().collect();
        let index = &self.resolver.index;
        let knock = |join: EnvelopeId| {
            let Some(Statement::Join { person, .. }) = index.statement(&join) else { return None };
            let waits = !inside.contains(person) && self.is_community_member(*person);
            match self.statement(&join) {
                Verdict::Void(reason) if waits => Some(Knock { join, person: *person, reason }),
                _ => None,
            }
        };
        index.roles_over.of(&place).filter_map(knock).collect()
    }

    /// Members of that very group who vouch for a person, each once, with what they said.
    pub fn vouches_for(&self, person: PersonId, group: &Place) -> Vec<(PersonId, EnvelopeId)> {
        let index = &self.resolver.index;
        let mut all: Vec<(PersonId, EnvelopeId)> = index
            .vouches
            .of(&(person, group.clone()))
            .filter(|id| self.resolver.counts(id, Mode::Strict))
            .filter_map(|id| Some((self.author(&index.get(&id)?.auth?)?, id)))
            .filter(|(by, _)| *by != person)
            .collect();
        all.sort_unstable();
        all.dedup_by_key(|(by, _)| *by);
        all
    }

    /// Who may see to a group: its stewards, and whoever is above it.
    pub fn owners(&self, group: &GroupId) -> Vec<PersonId> {
        let all = self.resolver.index.roles_of.keys();
        all.filter(|person| self.is_owner(group, **person)).copied().collect()
    }

    /// Had the author a rank of 2 or higher over this place, or around it, where he wrote this? His
    /// removal takes away only what stands behind its cut.
    pub fn ruled_at(&self, place: &Place, e: &Spot) -> bool {
        self.ranked_at(place, policy::OWNS, e)
    }

    /// Had this person ever a rank of 2 or higher, over whatever place? What he said about places is then
    /// worth being looked at.
    pub fn ever_ruled(&self, person: &PersonId) -> bool {
        let index = &self.resolver.index;
        index.roles_of.of(person).any(|id| {
            index.gives(&id).is_some_and(|power| power.rank >= policy::OWNS)
                && self.resolver.counts(&id, Mode::Lax)
        })
    }

    /// The same of any rank from `least` on.
    pub(super) fn ranked_at(&self, place: &Place, least: u8, e: &Spot) -> bool {
        let index = &self.resolver.index;
        let Some(person) = e.auth.and_then(|auth| self.author(&auth)) else { return false };
        index.roles_of.of(&person).any(|id| {
            let owns = index
                .gives(&id)
                .is_some_and(|power| power.rank >= least && power.over.contains(place));
            let holds = |removal: &EnvelopeId| self.resolver.cut_allows(removal, e);
            owns && self.resolver.counts(&id, Mode::Lax)
                && self.resolver.removals(&id).iter().all(holds)
        })
    }

    /// Could its author write here once, whatever became of him? What counts brings such content
    /// back by citing it (rule 6).
    pub fn was_able(&self, e: &Spot) -> bool {
        self.resolver.was_able(e)
    }

    /// Who has a rank of 2 or higher over exactly this place.
    pub fn rulers(&self, place: &Place) -> Vec<PersonId> {
        let index = &self.resolver.index;
        let filed = index.roles_over.of(place).filter(|id| self.is_live(id));
        let powers = filed.filter_map(|id| index.gives(&id));
        let mut people: Vec<PersonId> =
            powers.filter(|power| power.rank >= policy::OWNS).map(|power| power.person).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// Who looks after a place: those who rule over it, or else over the nearest place around it. Nobody,
    /// where only the whole community has rulers.
    pub fn wardens(&self, place: &Place) -> Vec<PersonId> {
        let inwards = (1..=place.0.len()).rev();
        let rulers = inwards.map(|depth| self.rulers(&Place(place.0[..depth].to_vec())));
        rulers.into_iter().find(|people| !people.is_empty()).unwrap_or_default()
    }

    /// Everybody who was ever given or took a role.
    pub fn people_ever(&self) -> impl Iterator<Item = PersonId> {
        self.resolver.index.roles_of.keys().copied()
    }

    /// Was he ever given a role, or did he take one?
    pub fn was_ever(&self, person: &PersonId) -> bool {
        self.resolver.index.roles_of.has(person)
    }

    /// Every key that somebody ever certified for himself, ascending.
    pub fn keys_ever(&self) -> impl Iterator<Item = KeyId> {
        self.resolver.index.keyring.claims().map(|(key, _)| key)
    }

    /// Groups that were founded under one of these grants: what a removal without a cut would hide.
    pub fn founded_under(&self, grants: &[EnvelopeId]) -> Vec<GroupId> {
        let index = &self.resolver.index;
        let under = |id: &GroupId| {
            index.get(id).and_then(|fact| fact.auth).is_some_and(|auth| grants.contains(&auth))
        };
        let all = index.geneses.values().copied();
        all.filter(|id| under(id) && self.group(id).is_some()).collect()
    }
}
