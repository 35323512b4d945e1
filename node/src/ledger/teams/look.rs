//! Teams as they are looked at: the directory, a team's desk, what runs out.
//!
//! # Rules
//!
//! 1. The directory shows what somebody is in, what everybody may read, and what its owners have listed.
//!    Any other group is nobody's business: not its name, not that it is there.
//! 2. What a team asks for is for everybody. Who applies is for its members, and each applicant sees
//!    himself; who meets what, of members, is for the captain and for each himself.
//! 3. That something has run out is said by this box's clock, to the captain and to whom it is about:
//!    thirty days ahead, and when it is so, each once. Nothing else follows from it.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::Role,
    id::{EnvelopeId, GroupId, PersonId},
    team::{self, Application, Credential},
};

use super::{Failed, Known, Ledger, sort_word};
use crate::{
    api::{
        ApplicationRow, CredentialNotice, CriterionRow, DirectoryRow, MeetsRow, MeetsWord, Notice,
        SortWord, SuspendedRow, TeamDesk, TeamExceptionRow, TeamMemberRow, TeamReply,
    },
    ledger::answer::kind_word_of,
    store::views::told_key,
};

/// How long before it runs out somebody is reminded.
const REMIND_MS: u64 = 30 * 24 * 3_600_000;

/// Reminders at once: a page of them.
const REMINDERS_MAX: usize = 100;

/// How the id of a reminder begins.
pub(in crate::ledger) const REMINDER: &str = "credential/";

type Credentials = BTreeMap<(PersonId, EnvelopeId), Credential>;

impl Ledger {
    /// Rule 1.
    pub(super) fn directory(&mut self) -> Result<TeamReply, Failed> {
        let me = self.person()?;
        let muted = self.muted_here()?;
        let mut groups = Vec::new();
        for line in self.views.groups()? {
            let Some(group) = self.truth.roster().group(&line.id) else { continue };
            let known = Known { said: self.said_of(&group)?, line, group };
            let (id, roster) = (known.group.id, self.truth.roster());
            let joined = self.belongs_to(&known, me);
            let listed = team::listing(&known.said);
            if !joined && listed.is_none() && !roster.may_read(me, &known.line.scope) {
                continue;
            }
            let waiting = roster.knocks(&id).iter().any(|knock| knock.person == me);
            let place = listed.map(|it| it.area.clone()).unwrap_or_default();
            groups.push(DirectoryRow {
                name: known.name(),
                id,
                kind: kind_word_of(&known.group),
                sort: listed.map_or(SortWord::Other, |it| sort_word(it.sort)),
                place: self.place_name(&place)?,
                about: listed.map_or_else(|| known.line.description.clone(), |it| it.about.clone()),
                criteria: criteria(&known),
                members: self.count_members(&known),
                joined,
                waiting,
                muted: muted.contains(&id),
                owner: roster.is_owner(&id, me),
                listed: listed.is_some(),
            });
        }
        groups.sort_by(|one, other| (one.sort, &one.name).cmp(&(other.sort, &other.name)));
        Ok(TeamReply::Directory { groups })
    }

    fn belongs_to(&self, known: &Known, who: PersonId) -> bool {
        let roster = self.truth.roster();
        let everyone = known.group.everyone && roster.is_community_member(who);
        everyone || roster.is_member(&known.group.id, who)
    }

    fn count_members(&self, known: &Known) -> u64 {
        let roster = self.truth.roster();
        let members = match known.group.everyone {
            true => roster.community_members(),
            false => roster.members(&known.group.id),
        };
        members.len() as u64
    }

    /// The group that is listed under this name, for those who cannot read its board.
    pub(in crate::ledger) fn listed_as(&self, name: &str) -> Result<Vec<GroupId>, Failed> {
        let mut found = Vec::new();
        for group in self.truth.roster().groups() {
            let said = self.said_of(&group)?;
            if team::listing(&said).is_some_and(|listing| listing.name == name) {
                found.push(group.id);
            }
        }
        Ok(found)
    }

    /// Rule 2.
    pub(super) fn team_desk(&mut self, text: &str) -> Result<TeamReply, Failed> {
        let (known, me) = (self.team(text)?, self.person()?);
        let roster = self.truth.roster();
        let (joined, id) = (self.belongs_to(&known, me), known.group.id);
        let owner = roster.is_owner(&id, me) && !known.group.everyone;
        let inside = joined || owner;
        let credentials = team::credentials(&known.said);
        let mut applications = Vec::new();
        // Who came in and left again asks anew: what he asked for once is over.
        let waiting: BTreeSet<PersonId> = roster.knocks(&id).iter().map(|it| it.person).collect();
        for it in team::applications(&known.said) {
            let is_over = !waiting.contains(&it.who);
            if !is_over && (inside || it.who == me) && roster.is_community_member(it.who) {
                applications.push(self.application_row(&known, &it, &credentials)?);
            }
        }
        let mut members = Vec::new();
        for who in roster.members(&id).into_iter().filter(|_| inside && !known.group.everyone) {
            let meets = self.meets_rows(&known, who, &[], &credentials)?;
            members.push(TeamMemberRow {
                person: who,
                name: self.views.name_of(&who)?,
                owner: roster.is_owner(&id, who),
                expired: meets.iter().any(|it| it.required && it.state == MeetsWord::Expired),
                meets: if owner || who == me { meets } else { Vec::new() },
            });
        }
        // What the captain does not see flagged for himself is not for everybody's eyes.
        members.iter_mut().for_each(|row| row.expired &= owner || row.person == me);
        let listing = team::listing(&known.said);
        Ok(TeamReply::Desk(Box::new(TeamDesk {
            group: known.name(),
            id,
            kind: kind_word_of(&known.group),
            about: listing.map_or_else(|| known.line.description.clone(), |it| it.about.clone()),
            vouches: known.vouches_shown(),
            criteria: criteria(&known),
            applications,
            members,
            suspended: self.suspended_rows(&known, me, inside)?,
            exceptions: if inside { self.exception_rows(&known)? } else { Vec::new() },
            owner,
            joined,
            listed: listing.is_some(),
        })))
    }

    fn application_row(
        &self,
        known: &Known,
        it: &Application<'_>,
        credentials: &Credentials,
    ) -> Result<ApplicationRow, Failed> {
        let vouched = self.truth.roster().vouches_for(it.who, &known.group.place);
        let vouched_by: Result<Vec<String>, Failed> =
            vouched.iter().map(|(by, _)| Ok(self.views.name_of(by)?)).collect();
        let vouched_by = vouched_by?;
        let meets = self.meets_rows(known, it.who, it.meets, credentials)?;
        let lacks = meets.iter().any(|row| row.required && row.state != MeetsWord::Met);
        let card = self.views.card(&it.who)?;
        let words = it.declined.and_then(|(_, sealed, letter)| {
            let group = &known.group.id;
            let read = |own| team::reason(group, &it.id, (sealed, letter), own);
            self.identity.reads().iter().find_map(read)
        });
        Ok(ApplicationRow {
            person: it.who,
            name: self.views.name_of(&it.who)?,
            home: card.map(|card| card.home).unwrap_or_default(),
            ready: !lacks && vouched_by.len() >= usize::from(known.vouches()),
            vouched_by,
            meets,
            declined_by: match it.declined {
                Some((by, ..)) => self.views.name_of(&by)?,
                None => String::new(),
            },
            reason: words.unwrap_or_default(),
            mine: self.identity.person == Some(it.who),
        })
    }

    /// How somebody stands with each criterion, by this box's clock.
    fn meets_rows(
        &self,
        known: &Known,
        who: PersonId,
        said: &[EnvelopeId],
        credentials: &Credentials,
    ) -> Result<Vec<MeetsRow>, Failed> {
        let mut rows = Vec::new();
        for (criterion, it) in team::criteria(&known.said) {
            let seen = credentials.get(&(who, criterion));
            rows.push(MeetsRow {
                criterion,
                text: it.text.clone(),
                required: it.required,
                said: said.contains(&criterion),
                state: match seen {
                    Some(seen) if seen.holds_at(self.claimed.0) => MeetsWord::Met,
                    Some(_) => MeetsWord::Expired,
                    None => MeetsWord::Unmet,
                },
                attestation: seen.map(|seen| seen.id),
                by: match seen {
                    Some(seen) => self.views.name_of(&seen.by)?,
                    None => String::new(),
                },
                seen_ms: seen.map(|seen| seen.seen.seen_ms),
                until_ms: seen.and_then(|seen| seen.seen.until_ms),
            });
        }
        Ok(rows)
    }

    fn suspended_rows(
        &self,
        known: &Known,
        me: PersonId,
        inside: bool,
    ) -> Result<Vec<SuspendedRow>, Failed> {
        let roster = self.truth.roster();
        let members = roster.members(&known.group.id);
        let mut rows = Vec::new();
        for (who, all) in team::suspensions(&known.said) {
            let Some((_, by, reason)) = all.last() else { continue };
            if members.contains(&who) || !(inside || who == me) {
                continue;
            }
            rows.push(SuspendedRow {
                person: who,
                name: self.views.name_of(&who)?,
                by: self.views.name_of(by)?,
                reason: (*reason).to_owned(),
                led: !roster.is_owner(&known.group.id, who)
                    && roster.ever_had(&known.group.id, who, Role::Steward),
            });
        }
        Ok(rows)
    }

    fn exception_rows(&self, known: &Known) -> Result<Vec<TeamExceptionRow>, Failed> {
        // What was dropped since was asked for then.
        let ever = team::criteria_ever(&known.said);
        let mut rows = Vec::new();
        for it in team::exceptions(&known.said) {
            let named = |id: &EnvelopeId| ever.get(id).map(|criterion| criterion.text.clone());
            rows.push(TeamExceptionRow {
                person: it.person,
                name: self.views.name_of(&it.person)?,
                by: self.views.name_of(&it.by)?,
                unmet: it.unmet.iter().filter_map(named).collect(),
                missing: it.missing.into(),
                reason: it.reason.to_owned(),
            });
        }
        Ok(rows)
    }

    /// Rule 3: what `me` must be told and has not seen yet.
    pub(in crate::ledger) fn reminders(&self, me: PersonId) -> Result<Vec<Notice>, Failed> {
        let mut notices = Vec::new();
        let roster = self.truth.roster();
        for group in roster.groups() {
            let owner = roster.is_owner(&group.id, me);
            if !owner && !roster.is_member(&group.id, me) {
                continue;
            }
            let said = self.said_of(&group)?;
            let asked: BTreeMap<_, _> = team::criteria(&said).into_iter().collect();
            for ((who, criterion), it) in team::credentials(&said) {
                let (Some(criterion), Some(until_ms)) = (asked.get(&criterion), it.seen.until_ms)
                else {
                    continue;
                };
                let is_due = until_ms.saturating_sub(self.claimed.0) <= REMIND_MS;
                if !is_due || !(owner || who == me) || !roster.is_member(&group.id, who) {
                    continue;
                }
                let reason = reason_of(who == me, it.holds_at(self.claimed.0));
                if self.truth.read().kept(&told_key(&me, &it.id, reason))?.is_none() {
                    let holder = Some(self.views.name_of(&who)?);
                    notices.push(Notice {
                        id: format!("{REMINDER}{}/{reason}", it.id.to_hex()),
                        request: it.id,
                        code: String::new(),
                        title: criterion.text.clone(),
                        reason: reason.to_owned(),
                        holder,
                        next_open: None,
                        credential: Some(CredentialNotice { group: group.id, until_ms }),
                    });
                }
            }
        }
        notices.truncate(REMINDERS_MAX);
        Ok(notices)
    }

    /// He has read these reminders; what is none is passed over.
    pub(in crate::ledger) fn reminders_seen(&mut self, ids: &[String]) -> Result<(), Failed> {
        let me = self.person()?;
        let shown: Vec<Notice> = self.reminders(me)?;
        for notice in shown.iter().filter(|notice| ids.contains(&notice.id)) {
            self.truth.keep(&told_key(&me, &notice.request, &notice.reason), &[1])?;
        }
        Ok(())
    }
}

fn reason_of(mine: bool, holds: bool) -> &'static str {
    match (mine, holds) {
        (true, true) => "credential_mine_soon",
        (true, false) => "credential_mine_expired",
        (false, true) => "credential_soon",
        (false, false) => "credential_expired",
    }
}

fn criteria(known: &Known) -> Vec<CriterionRow> {
    let row = |(id, it): (EnvelopeId, &crdt::body::Criterion)| CriterionRow {
        id,
        text: it.text.clone(),
        required: it.required,
    };
    team::criteria(&known.said).into_iter().map(row).collect()
}
