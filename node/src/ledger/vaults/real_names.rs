//! Net name among neighbours, real name at the desk.
//!
//! # Rules
//!
//! 1. The net name stands on the person's card, for the whole community. Whoever wants another writes
//!    a new card.
//! 2. The real name stands in a vault of the person's own, in the scope of the group of everybody, sealed
//!    to his household and to whoever works at the desk of the whole community. No list holds it.
//! 3. What the person says himself holds; the desk's word where he has said nothing, also when whoever
//!    wrote it has left the desk since. Each of the two comes under a fresh key, so whoever has left the
//!    desk reads no later name.
//! 4. Whoever reads another's real name says why; the person sees that.
//! 5. Who comes to the desk later is given the keys as with every vault: by one of those who hold them, in
//!    turn.
//! 6. The person alone has it forgotten, and for good.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, Details, Erasure, Vault, VaultName},
    id::{EnvelopeId, GroupId, KeyId, PersonId, ScopeId},
    limits::NAME_BYTES_MAX,
};

use crate::{
    api::{ApiError, ErrorKind, NameCommand, NameOpening, NamePage, RealName, Reply},
    ledger::{
        After, Failed, Ledger,
        decide::{checked, one_line, say, too_long},
        epochs::{Gift, turn_in_ms},
    },
    store::truth::Deps,
};

impl Ledger {
    /// Carries out what somebody wants about names.
    pub(in crate::ledger) fn names(&mut self, command: NameCommand) -> Result<After, Failed> {
        match command {
            NameCommand::Mine => {
                let me = self.person()?;
                self.told_name(&me)
            }
            NameCommand::Net { to } => self.rename(to),
            NameCommand::Real { person, to } => self.put_real_name(person.as_deref(), to),
            NameCommand::Open { person, reason } => self.open_real_name(&person, &reason),
            NameCommand::Forget => self.forget_real_name(),
        }
    }

    /// Rule 1.
    fn rename(&mut self, to: String) -> Result<After, Failed> {
        let name = checked("name", one_line(&to), NAME_BYTES_MAX)?;
        let (me, directory) = (self.person()?, self.community.directory());
        if name != self.identity.person_name && self.identity.names().contains(&name.as_str()) {
            return Err(ApiError::new(ErrorKind::NameTaken, [("name", name)]).into());
        }
        self.must_be_back()?;
        let auth = self.truth.roster().best_auth(me, directory);
        let auth = auth.ok_or_else(|| ApiError::not_allowed("write"))?;
        let was = std::mem::replace(&mut self.identity.person_name, name.clone());
        self.put_card(auth)?;
        let page = NamePage { net: name, ..self.name_page(&me)? };
        Ok(After::Renamed { was, reply: Box::new(Reply::Name(Box::new(page))) })
    }

    /// Rules 2 and 3.
    fn put_real_name(&mut self, person: Option<&str>, to: RealName) -> Result<After, Failed> {
        let name = checked("name", one_line(&to.0), NAME_BYTES_MAX)?;
        let me = self.person()?;
        let person = person.map_or(Ok(me), |text| self.person_named(text))?;
        let vault = VaultName::of_person(&person);
        let all = self.identity_scope(&person)?;
        if self.truth.keyring().is_erased(&vault) {
            return Err(ApiError::new(ErrorKind::NoVault, []).into());
        }
        let auth = self.auth_in(all.0, "all")?;
        let details = Details { name: name.clone(), ..Details::default() };
        self.put_into_vault(vault, all, (auth, &BTreeSet::from([person])), details)?;
        if self.truth.roster().live_together(me, person) {
            return self.told_name(&person);
        }
        // What stood there before is shown for a reason only.
        let (net, real) = (self.views.name_of(&person)?, RealName(name));
        let (openings, earlier) = (Vec::new(), Vec::new());
        let page = NamePage { person, net, real, forgotten: false, openings, earlier };
        Ok(say(Reply::Name(Box::new(page))))
    }

    /// Rule 4.
    fn open_real_name(&mut self, text: &str, reason: &str) -> Result<After, Failed> {
        let (me, person) = (self.person()?, self.person_named(text)?);
        let (vault, (group, scope)) =
            (VaultName::of_person(&person), self.identity_scope(&person)?);
        let home = BTreeSet::from([person]);
        let details = self.contents(&vault, &group, &home)?.epoch;
        let Some(epoch) = self.epoch_of_founder(&vault, (&group, &home), details) else {
            return self.told_name(&person);
        };
        let reason = one_line(reason);
        if reason.len() > NAME_BYTES_MAX {
            return Err(too_long("reason", NAME_BYTES_MAX).into());
        }
        if !self.truth.roster().live_together(me, person) {
            if reason.is_empty() {
                return Err(ApiError::new(ErrorKind::ReasonNeeded, []).into());
            }
            let auth = self.auth_in(group, "all")?;
            let opened = Body::Vault(Vault::Opened { vault, reason, to: None });
            self.write_under(opened, scope, Deps::Subject, Some(auth), Some(epoch))?;
        }
        self.told_name(&person)
    }

    /// Rule 6.
    fn forget_real_name(&mut self) -> Result<After, Failed> {
        let me = self.person()?;
        let vault = VaultName::of_person(&me);
        let (group, scope) = self.identity_scope(&me)?;
        let ring = self.truth.keyring();
        if !ring.is_erased(&vault) && !ring.keys_of_vault(&vault).is_empty() {
            let auth = self.auth_in(group, "all")?;
            let body = Body::Erasure(Erasure { vault });
            self.write(body, scope, Deps::These(Vec::new()), Some(auth))?;
        }
        self.told_name(&me)
    }

    /// The group in whose scope real names stand, for whoever may read this one.
    fn identity_scope(&self, person: &PersonId) -> Result<(GroupId, ScopeId), Failed> {
        let (me, roster) = (self.person()?, self.truth.roster());
        let group = roster.everybody().ok_or_else(|| ApiError::not_allowed("real name"))?;
        let (vault, home) = (VaultName::of_person(person), BTreeSet::from([*person]));
        let may = roster.holds_vault(me, &group, &home, vault.class);
        may.then(|| (group, group.scope())).ok_or_else(|| ApiError::not_allowed("real name").into())
    }

    fn told_name(&self, person: &PersonId) -> Result<After, Failed> {
        Ok(say(Reply::Name(Box::new(self.name_page(person)?))))
    }

    /// For the person's household and the desk alone: rule 2.
    fn name_page(&self, person: &PersonId) -> Result<NamePage, Failed> {
        let vault = VaultName::of_person(person);
        let (group, _) = self.identity_scope(person)?;
        let contents = self.contents(&vault, &group, &BTreeSet::from([*person]))?;
        let openings = contents.openings.into_iter().map(|it| {
            let (who, claimed_ms) = (self.views.name_of(&it.who)?, it.claimed);
            Ok(NameOpening { who, reason: it.reason, claimed_ms })
        });
        Ok(NamePage {
            person: *person,
            net: self.views.name_of(person)?,
            real: RealName(contents.details.map(|it| it.name).unwrap_or_default()),
            forgotten: self.truth.keyring().is_erased(&vault),
            openings: openings.collect::<Result<_, Failed>>()?,
            earlier: self.earlier_rows(contents.earlier)?,
        })
    }

    /// Rule 5: in how many milliseconds this node's turn comes to hand a real name's key on.
    pub(super) fn real_name_gift(
        &self,
        (vault, scope, epoch): (VaultName, ScopeId, EnvelopeId),
        person: PersonId,
        gifts: &mut Vec<Gift>,
    ) -> Option<u64> {
        let (roster, me) = (self.truth.roster(), self.identity.box_key.key());
        let all = roster.everybody()?;
        // Anybody can seal something and call it a name: only neighbours have one, and only here.
        if scope != all.scope() || !roster.is_community_member(person) {
            return None;
        }
        let home = BTreeSet::from([person]);
        let holders = roster.vault_boxes(&all, &home, vault.class);
        let boxes = self.truth.keyring().lacking_vault(&epoch, &holders).boxes;
        let owed = !boxes.is_empty() && holders.contains(&me);
        if !owed || !self.is_sound(&epoch, &vault, &all, &home) {
            return None;
        }
        let people = BTreeSet::new();
        if !self.keys.gives_now(&people) {
            return Some(turn_in_ms(&epoch, &me, &holders));
        }
        gifts.push(Gift::Vault { vault, scope, epoch, boxes, people });
        None
    }

    /// Rule 5, in the name of whoever on this box may.
    pub(super) fn give_real_name(
        &mut self,
        person: PersonId,
        (scope, epoch): (ScopeId, EnvelopeId),
        boxes: &[KeyId],
    ) -> Result<(), Failed> {
        let roster = self.truth.roster();
        let (home, all) = (BTreeSet::from([person]), roster.everybody());
        let class = VaultName::of_person(&person).class;
        let holds = |who: PersonId| {
            let may = all.is_some_and(|all| roster.holds_vault(who, &all, &home, class));
            may && roster.best_auth(who, scope).is_some()
        };
        let who = self.resident_who(holds).unwrap_or_default();
        self.in_the_name_of(who, |it| it.share(scope, epoch, boxes))
    }
}
