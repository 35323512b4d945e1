//! What people ask about one another: who may do what, and why.
//!
//! `manage` carries out what is to be written and `tell` answers what is only looked at; both are
//! one table, so that nothing about people is decided anywhere else.

use std::sync::Arc;

use crdt::{
    authority::{Rests, Standing, Verdict},
    body::{KeyUse, Place, Role, Statement, Talk},
    id::{EnvelopeId, PersonId},
    introduction,
    time::ClaimedTime,
};

use super::{
    After, Failed, Ledger,
    answer::role_word,
    decide::{not_for_looking, say},
};
use crate::{
    api::{
        ApiError, Command, ErrorKind, KeyUseWord, PersonRow, Reply, RoleRow, RosterCommand,
        RosterReply, WhyPage, WhyRole, WhyStep,
    },
    store::views::{Met, PersonLine},
};

/// Steps of one chain of grants that are shown: ranks fall at each, and vouches need not be told
/// to the end.
const STEPS_MAX: usize = 16;

impl Ledger {
    /// Carries out what changes something about people.
    pub(super) fn manage(&mut self, command: RosterCommand) -> Result<After, Failed> {
        use RosterCommand as Do;
        let reply = match command {
            Do::Grant { person, role, over, again } => {
                self.give(&person, role, over.as_deref(), again)?
            }
            Do::Remove { person, role, over, keep, anyway } => {
                self.remove(&person, role, over.as_deref(), &keep, anyway)?
            }
            Do::Rebind { person, to, number, keep, anyway } => {
                self.rebind((&person, &to), &number, &keep, anyway)?
            }
            Do::Admit { removal, writer } => self.admit_late(&removal, writer.as_deref())?,
            Do::RevokeKey { key, keep } => self.revoke_key(&key, &keep)?,
            Do::CertifyKey { key, key_use } => self.certify_key(&key, key_use)?,
            Do::Meet { person, number } => return self.meet(&person, &number),
            Do::Heal { keep } => self.heal(&keep)?,
            Do::Invite { role, group, once, whole } => {
                self.open_door(role, group.as_deref(), once, whole)?
            }
            Do::Vouch { group, person } => return self.vouch(&group, &person),
            Do::Rules { group, kind, vouches } => return self.set_rules(&group, kind, vouches),
            Do::Approve { group, person, exception } => {
                return self.approve(&group, &person, exception);
            }
            Do::Leave { group, anyway } => return self.leave(group.as_deref(), anyway),
            Do::PlaceNew { name, within } => return self.name_place(name, within.as_deref()),
            Do::TakeDown { id, reason } => return self.take_down(id, reason),
            Do::PutBack { id } => return self.put_back(id),
            Do::Report { id, reason } => return self.report(id, reason),
            Do::Hide { id, hidden } => return self.hide(id, hidden),
            Do::Mute { group, muted } => return self.mute(&group, muted),
            Do::Root { what, papers } => self.root(what, &papers)?,
            looking => return Ok(After::Read(Command::Roster(looking))),
        };
        Ok(say(Reply::Roster(reply)))
    }

    /// Answers what is only looked at.
    pub(super) fn tell(&mut self, command: RosterCommand) -> Result<RosterReply, Failed> {
        use RosterCommand as Ask;
        match command {
            Ask::Why { person } => self.why(&person),
            Ask::Late { removal: None } => {
                Ok(RosterReply::Late { removals: self.late_rows()?.into_values().collect() })
            }
            Ask::Late { removal: Some(removal) } => self.late_items(&removal),
            Ask::Devices { person } => self.list_devices(person.as_deref()),
            Ask::Forks => self.list_forks(),
            Ask::Members { group } => self.members_page(&group),
            Ask::Places => self.list_places(),
            Ask::Reports { group } => self.list_reports(&group),
            Ask::Trouble { last } => self.trouble(last),
            _ => Err(not_for_looking()),
        }
    }

    pub(super) fn people(&mut self, from: u64, last: Option<u32>) -> Result<Reply, Failed> {
        let roster = self.truth.roster();
        let members = self
            .memos
            .everybody
            .get_or(&roster.version(), || Ok::<_, Failed>(Arc::from(roster.community_members())))?;
        let count = members.len() as u64;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let last = last.map_or(usize::MAX, |last| last as usize);
        let row = |id: PersonId| {
            let met = self.views.met(&id, self.identity.person.as_ref())?;
            self.person_row(id, self.views.card(&id)?.as_ref(), met)
        };
        let people = members.iter().copied().skip(from).take(last).map(row);
        Ok(Reply::People { people: people.collect::<Result<_, Failed>>()?, count })
    }

    fn person_row(
        &self,
        id: PersonId,
        card: Option<&PersonLine>,
        met: Met,
    ) -> Result<PersonRow, Failed> {
        let roster = self.truth.roster();
        let mut roles = roster.live_roles(id);
        roles.sort_unstable_by_key(|it| std::cmp::Reverse(it.role));
        let highest = roles.first().map_or(Role::Member, |it| it.role);
        let above: Result<Vec<RoleRow>, Failed> = roles
            .iter()
            .filter(|it| it.role > Role::Member)
            .map(|it| self.role_row(it.role, &it.over))
            .collect();
        let devices = roster.devices(id);
        let writes = devices.iter().filter(|it| it.live && it.key_use == KeyUse::Writer);
        Ok(PersonRow {
            id,
            name: card
                .map(|card| card.name.clone())
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| id.to_string()),
            home: card.map(|card| card.home.clone()).unwrap_or_default(),
            role: role_word(highest),
            me: self.identity.person == Some(id),
            roles: above?,
            devices: writes.count() as u64,
            met: met.by.into(),
            met_by_me: met.by_me,
        })
    }

    fn why(&mut self, text: &str) -> Result<RosterReply, Failed> {
        let person = self.person_named(text)?;
        let card = self.views.card(&person)?;
        let met = self.views.met(&person, self.identity.person.as_ref())?;
        let mine = self.identity.person == Some(person);
        let mut standings = self.truth.roster().standings(person);
        standings.sort_unstable_by_key(|it| (!it.is_live(), std::cmp::Reverse(it.role)));
        let roles: Result<Vec<WhyRole>, Failed> =
            standings.iter().map(|it| self.why_role(it)).collect();
        Ok(RosterReply::Why(Box::new(WhyPage {
            person: self.person_row(person, card.as_ref(), met)?,
            roles: roles?,
            devices: self.devices_of(person)?,
            number: mine.then(|| introduction::digits(&person)),
        })))
    }

    /// Says to everybody that this person was met; once is enough.
    fn meet(&mut self, text: &str, number: &str) -> Result<After, Failed> {
        let person = self.person_named(text)?;
        self.must_stand_here(person, number)?;
        self.has_met(person)?;
        Ok(After::Read(Command::Roster(RosterCommand::Why { person: person.to_hex() })))
    }

    /// Whoever has somebody before him reads that person's number there; nobody meets himself.
    pub(super) fn must_stand_here(&self, person: PersonId, number: &str) -> Result<(), Failed> {
        if person != self.person()? && introduction::is_number_of(&person, number) {
            return Ok(());
        }
        let args = [("name", self.views.name_of(&person)?)];
        Err(ApiError::new(ErrorKind::OtherNumber, args).into())
    }

    pub(super) fn has_met(&mut self, person: PersonId) -> Result<(), Failed> {
        let me = self.person()?;
        if !self.views.met(&person, Some(&me))?.by_me {
            let group = self.group("all")?;
            self.remark(&group, Talk::Met { person })?;
        }
        Ok(())
    }

    fn why_role(&self, standing: &Standing) -> Result<WhyRole, Failed> {
        let roster = self.truth.roster();
        let reason = match standing.verdict {
            Verdict::Void(reason) => reason.code(),
            Verdict::Pending(_) => "waits",
            _ if !standing.removed_by.is_empty() => "removed",
            _ => "",
        };
        let removers = standing.removed_by.iter().filter_map(|id| roster.said(id)?.1);
        let removed_by: Result<Vec<String>, Failed> =
            removers.map(|by| Ok(self.views.name_of(&by)?)).collect();
        Ok(WhyRole {
            role: self.role_row(standing.role, &standing.over)?,
            live: standing.is_live(),
            reason: reason.to_owned(),
            removed_by: removed_by?,
            steps: self.steps(standing.clone())?,
        })
    }

    /// What a role rests on, up to the paper keys.
    fn steps(&self, from: Standing) -> Result<Vec<WhyStep>, Failed> {
        let mut steps = Vec::new();
        let mut at = Some(from);
        while let Some(standing) = at.filter(|_| steps.len() < STEPS_MAX) {
            let (step, above) = self.step(&standing)?;
            steps.push(step);
            at = above.and_then(|grant| self.truth.roster().standing(&grant));
        }
        Ok(steps)
    }

    fn step(&self, standing: &Standing) -> Result<(WhyStep, Option<EnvelopeId>), Failed> {
        let roster = self.truth.roster();
        let said = |id: &EnvelopeId| roster.said(id).map(|(_, by, auth)| (by, auth));
        let (how, by, id, above) = match &standing.rests {
            Rests::Root => ("root", Vec::new(), standing.grant, None),
            Rests::Given(auth) => {
                let by = roster.author(auth);
                ("given", by.into_iter().collect(), standing.grant, Some(*auth))
            }
            Rests::Invited(invite) => {
                let (by, auth) = said(invite).unwrap_or_default();
                ("invited", by.into_iter().collect(), *invite, auth)
            }
            Rests::Vouched(vouches) => {
                let all: Vec<_> = vouches.iter().filter_map(said).collect();
                let by = all.iter().filter_map(|(by, _)| *by).collect();
                ("vouched", by, standing.grant, all.first().and_then(|(_, auth)| *auth))
            }
            Rests::Nothing => {
                let founding = standing.over.group();
                let (by, auth) = founding.as_ref().and_then(said).unwrap_or_default();
                let id = founding.unwrap_or(standing.grant);
                ("open", by.into_iter().collect(), id, auth)
            }
        };
        let as_role = match above.and_then(|grant| roster.standing(&grant)) {
            Some(above) => Some(self.role_row(above.role, &above.over)?),
            None => None,
        };
        let by: Result<Vec<String>, Failed> =
            by.iter().map(|person: &PersonId| Ok(self.views.name_of(person)?)).collect();
        let claimed_ms = self.claimed_of(&id)?;
        Ok((WhyStep { how: how.to_owned(), by: by?, as_role, id, claimed_ms }, above))
    }

    /// What the clock of an envelope's author said.
    pub(super) fn claimed_of(&self, id: &EnvelopeId) -> Result<ClaimedTime, Failed> {
        let held = self.truth.read().verdict(id)?;
        Ok(held.map(|held| held.header.claimed).unwrap_or_default())
    }

    /// Who made a statement, by name.
    pub(super) fn sayer(&self, id: &EnvelopeId) -> Result<String, Failed> {
        match self.truth.roster().said(id).and_then(|(_, by, _)| by) {
            Some(by) => Ok(self.views.name_of(&by)?),
            None => Ok(String::new()),
        }
    }

    /// The group that everybody is in.
    pub(super) fn everybody(&self) -> Option<Place> {
        let groups = self.truth.roster().groups();
        groups.into_iter().find(|group| group.everyone).map(|group| group.place)
    }
}

/// Whom a statement of removal is about, and what it took.
pub(super) fn taken(statement: &Statement) -> Option<(PersonId, Option<(Role, &Place)>)> {
    match statement {
        Statement::Remove { person, role, over, .. } => Some((*person, Some((*role, over)))),
        Statement::Revoke { person, .. } => Some((*person, None)),
        _ => None,
    }
}

pub(super) fn use_word(key_use: KeyUse) -> KeyUseWord {
    match key_use {
        KeyUse::Writer => KeyUseWord::Writer,
        KeyUse::Box => KeyUseWord::Box,
        KeyUse::Sealed => KeyUseWord::Sealed,
    }
}
