//! How people come into the community and into groups, and how they leave.
//!
//! Whoever wants to enter a group writes a join at once. If it does not count yet (too few vouch,
//! nobody invited him) it is his knock: members see it and vouch, an owner approves. Leaving is
//! said by the one who leaves; the roster's rules let nobody take his own role away, so the node of
//! an owner does it when it reads that (`chores`).

use crdt::{
    authority::{Group, Reason, Verdict},
    body::{Body, GroupKind, KeyUse, Place, Role, Statement, Talk},
    id::{EnvelopeId, PersonId},
    invitation::{Invitation, invitation_key, to_file},
    limits::{STATEMENT_LIST_MAX, TEXT_BYTES_MAX},
    sync::Parting,
};

use super::{
    After, Failed, Ledger,
    chores::Promise,
    decide::{checked, kind_of, role_of, say},
    teams::CAPTAIN_DECIDES,
};
use crate::{
    api::{
        ApiError, Command, ErrorKind, ExceptionRow, GroupKindWord, MemberRow, MembersPage,
        MissingWord, Reply, RoleWord, RosterCommand, RosterReply, WaitingRow,
    },
    store::{
        truth::Deps,
        views::{Does, GroupLine},
    },
};

/// Under this name stands the grant that let this home's person in again.
const BACK_KEPT: &str = "back";

impl Ledger {
    pub(super) fn invite(&mut self, role: RoleWord, group: Option<&str>) -> Result<After, Failed> {
        match self.open_door(role, group, false, false)? {
            RosterReply::Invited { link, .. } => Ok(say(Reply::Invite { link })),
            other => Ok(say(Reply::Roster(other))),
        }
    }

    /// Opens the community's door; what the invitation promises beyond membership (a role, another
    /// group) is kept here and given when somebody has walked in.
    pub(super) fn open_door(
        &mut self,
        role: RoleWord,
        group: Option<&str>,
        once: bool,
        whole: bool,
    ) -> Result<RosterReply, Failed> {
        let person = self.person()?;
        let not_allowed = || ApiError::not_allowed("invite");
        let extra = match group {
            Some(text) => Some(self.group(text)?.id),
            None => None,
        };
        let roster = self.truth.roster();
        let all =
            roster.groups().into_iter().find(|group| group.everyone).ok_or_else(not_allowed)?;
        let auth = roster.may_invite(person, &all.id).ok_or_else(not_allowed)?;
        let over = Place::community();
        let may_give =
            role == RoleWord::Member || roster.may_grant(person, role_of(role), &over).is_some();
        let may_add = match extra.filter(|extra| *extra != all.id) {
            Some(extra) => roster.may_invite(person, &extra).is_some(),
            None => true,
        };
        if !may_give {
            return Err(not_allowed().into());
        }
        if !may_add {
            let args = [("group", group.unwrap_or_default().to_owned())];
            return Err(ApiError::new(ErrorKind::NotAnOwner, args).into());
        }
        let secret = self.dice.draw();
        let key = invitation_key(&secret).key();
        let group = all.place.clone();
        // What makes its reader more than a member is for one person, wherever the link goes next.
        let once = once || role != RoleWord::Member;
        let invite = self.say(Statement::Invite { group: group.clone(), key, once }, auth)?;
        let group_too = extra.filter(|id| *id != all.id);
        self.keep_promise_for(invite, &Promise { role: role_of(role), group: group_too, once })?;
        let link = self.link(invite, group, secret)?;
        let file = if whole { Some(self.invitation_file(&link)?) } else { None };
        Ok(RosterReply::Invited { link, file })
    }

    fn link(&self, invite: EnvelopeId, group: Place, secret: [u8; 16]) -> Result<String, Failed> {
        let name = self.views.groups()?.into_iter().find(|line| Some(line.id) == group.group());
        let link = Invitation {
            genesis: self.genesis.clone(),
            name: name.map(|line| line.description).unwrap_or_default(),
            invite,
            group,
            secret,
            addresses: self.addresses.clone(),
        };
        Ok(link.to_link())
    }

    /// The link with all statements, so that the newcomer's box can judge it without a network.
    fn invitation_file(&self, link: &str) -> Result<String, Failed> {
        let roster = self.community.roster();
        let ids = self.truth.read().statements(&roster)?;
        let all = ids.iter().filter_map(|id| self.truth.read().envelope(id).ok().flatten());
        Ok(to_file(link, all))
    }

    /// A link that brings the box of somebody back who was let in again by this grant.
    pub(super) fn link_back(&self, grant: EnvelopeId) -> Result<String, Failed> {
        self.link(grant, Place::community(), [0; 16])
    }

    /// What a box that is let in nowhere is told about its person.
    pub(super) fn why_turned_away(&self, person: Option<PersonId>) -> Parting {
        let roster = self.truth.roster();
        let Some(person) = person else { return Parting::Stranger };
        let used = Verdict::Void(Reason::InvitationUsed);
        if !roster.removals_of(person).is_empty() {
            Parting::Removed
        } else if roster.standings(person).iter().any(|it| it.verdict == used) {
            Parting::Used
        } else {
            Parting::Stranger
        }
    }

    /// Is this invitation known here to be used up?
    pub(super) fn is_used_up(&self, door: &Invitation) -> bool {
        let known = self.truth.roster().invite(&door.key().key());
        known.is_some_and(|known| known.used)
    }

    /// Does this box know anybody but itself? Who was never let in may try another invitation.
    pub(super) fn is_alone(&self) -> bool {
        let members = self.truth.roster().community_members();
        members.iter().all(|person| Some(*person) == self.identity.person)
    }

    /// This installation writes for a person who was let in again: its key is fresh, since the old
    /// one wrote under what was taken away, and the sealed key vouches for it.
    pub(super) fn come_back(&mut self, grant: EnvelopeId) -> Result<(), Failed> {
        let person = self.person()?;
        let subject = self.identity.writer.key();
        let key_use = KeyUse::Writer;
        self.state_sealed(Statement::Certify { subject, person, key_use }, None)?;
        self.nobody_comes_back = false;
        Ok(self.truth.keep(BACK_KEPT, grant.as_bytes())?)
    }

    /// Whoever was let in again waits until the grant that says so is here: what he wrote under the
    /// old one would bar the fresh key as well.
    pub(super) fn must_be_back(&mut self) -> Result<(), Failed> {
        if self.nobody_comes_back {
            return Ok(());
        }
        self.truth.give_rows()?;
        let Some(kept) = self.truth.read().kept(BACK_KEPT)? else {
            self.nobody_comes_back = true;
            return Ok(());
        };
        let grant = EnvelopeId::from_slice(&kept);
        if grant.is_some_and(|grant| self.truth.roster().standing(&grant).is_none()) {
            return Err(ApiError::new(ErrorKind::NotYetBack, []).into());
        }
        Ok(self.truth.forget(BACK_KEPT)?)
    }

    /// Enters a group, or knocks at its door.
    pub(super) fn group_join(&mut self, text: &str) -> Result<After, Failed> {
        let person = self.person()?;
        let (line, group) = self.group_and_line(text)?;
        let read = || After::Group(group.id);
        if self.truth.roster().is_member(&group.id, person) {
            return Ok(read());
        }
        let (missing, have, need) = self.knock(person, &group)?;
        let Some(missing) = missing else { return Ok(read()) };
        let group = line.name;
        Ok(say(Reply::Roster(RosterReply::Knocked { group, missing, have, need })))
    }

    /// Writes a join that says what can be said for the person now; returns what is missing.
    pub(super) fn knock(
        &mut self,
        person: PersonId,
        group: &Group,
    ) -> Result<(Option<MissingWord>, u64, u64), Failed> {
        let roster = self.truth.roster();
        let vouched = roster.vouches_for(person, &group.place);
        let (have, need) = (vouched.len() as u64, u64::from(group.need.max(1)));
        let missing = match group.kind {
            GroupKind::Open => None,
            GroupKind::Invite => Some(MissingWord::Approval),
            GroupKind::Vetted if group.need == CAPTAIN_DECIDES => Some(MissingWord::Approval),
            GroupKind::Vetted => (have < need).then_some(MissingWord::Vouches),
        };
        let knocked = roster.knocks(&group.id).iter().any(|knock| knock.person == person);
        if missing.is_some() && knocked {
            return Ok((missing, have, need));
        }
        let vouches = vouched.into_iter().map(|(_, id)| id).take(STATEMENT_LIST_MAX).collect();
        let group = group.place.clone();
        let join = Statement::Join { person, group, invite: None, proof: None, vouches };
        self.state(join, None, &[])?;
        Ok((missing, have, need))
    }

    pub(super) fn group_and_line(&self, text: &str) -> Result<(GroupLine, Group), Failed> {
        let line = self.group(text)?;
        let unknown = || ApiError::new(ErrorKind::UnknownGroup, [("group", text.to_owned())]);
        let group = self.truth.roster().group(&line.id).ok_or_else(unknown)?;
        Ok((line, group))
    }

    pub(super) fn vouch(&mut self, group: &str, person: &str) -> Result<After, Failed> {
        let (line, group) = self.group_and_line(group)?;
        let person = self.person_named(person)?;
        let me = self.person()?;
        if person == me {
            let args = [("what", "vouch_self".to_owned())];
            return Err(ApiError::new(ErrorKind::NotFromHere, args).into());
        }
        let vouched = self.truth.roster().vouches_for(person, &group.place);
        if !vouched.iter().any(|(by, _)| *by == me) {
            let vouch = Statement::Vouch { person, group: group.place };
            let not_in = ApiError::new(ErrorKind::NotAMember, [("group", line.name)]);
            let auth = self.truth.roster().may(me, &vouch).map_err(|_| not_in)?;
            self.say(vouch, auth)?;
        }
        Ok(read_members(&line.id.to_hex()))
    }

    pub(super) fn set_rules(
        &mut self,
        text: &str,
        kind: GroupKindWord,
        vouches: u8,
    ) -> Result<After, Failed> {
        let (line, group) = self.group_and_line(text)?;
        let roster = self.truth.roster();
        let replaces = roster.rules_of(&group.place);
        // Who is in stays in, whatever comes.
        let mut confirms = roster.joins_of(&group.place);
        confirms.truncate(STATEMENT_LIST_MAX);
        let kind = kind_of(kind);
        let need = match kind {
            GroupKind::Vetted if self.keep_asking(text, vouches)? => CAPTAIN_DECIDES,
            GroupKind::Vetted => vouches.max(1),
            GroupKind::Open | GroupKind::Invite => 0,
        };
        let rules = Statement::Rules { group: group.place, kind, need, replaces, confirms };
        self.as_owner(rules, &line)?;
        Ok(read_members(&line.id.to_hex()))
    }

    /// Makes a statement that only an owner of the group may make.
    pub(super) fn as_owner(
        &mut self,
        statement: Statement,
        line: &GroupLine,
    ) -> Result<EnvelopeId, Failed> {
        let me = self.person()?;
        let not_mine = ApiError::new(ErrorKind::NotAnOwner, [("group", line.name.clone())]);
        let auth = self.truth.roster().may(me, &statement).map_err(|_| not_mine)?;
        self.say(statement, auth)
    }

    /// An owner lets somebody in; where the rules do not fit, the reason is recorded in the group.
    pub(super) fn approve(
        &mut self,
        text: &str,
        person: &str,
        exception: Option<String>,
    ) -> Result<After, Failed> {
        let (line, group) = self.group_and_line(text)?;
        let person = self.person_named(person)?;
        let roster = self.truth.roster();
        let read = read_members(&line.id.to_hex());
        if roster.is_member(&group.id, person) {
            return Ok(read);
        }
        if self.decide_on(text, person, exception.as_deref())?.is_some() {
            return Ok(read);
        }
        self.grant_entry(&line, &group, person)?;
        if let Some(reason) = exception {
            let reason = checked("reason", reason, TEXT_BYTES_MAX)?;
            let auth = self.auth_in(line.id, &line.name)?;
            let talk = Body::Talk(Talk::Exception { person, reason });
            self.write(talk, line.scope, Deps::Subject, Some(auth))?;
        }
        Ok(read)
    }

    /// Says that this person leaves a group; of the community's own, that he leaves altogether. The
    /// only administrator is warned: nobody but the paper keys could take him off or replace him.
    pub(super) fn leave(&mut self, text: Option<&str>, anyway: bool) -> Result<After, Failed> {
        let (line, group) = self.group_and_line(text.unwrap_or("all"))?;
        if group.everyone && !anyway && self.is_last_admin(self.person()?) {
            return Err(ApiError::new(ErrorKind::LastAdmin, []).into());
        }
        let auth = self.auth_in(line.id, &line.name)?;
        self.write(Body::Talk(Talk::Leave {}), line.scope, Deps::Subject, Some(auth))?;
        Ok(say(Reply::Done))
    }

    fn is_last_admin(&self, me: PersonId) -> bool {
        let roster = self.truth.roster();
        let members = roster.community_members();
        let rules = |who: PersonId| roster.live_roles(who).iter().any(|it| it.role == Role::Admin);
        rules(me) && !members.into_iter().any(|who| who != me && rules(who))
    }

    pub(super) fn members_page(&mut self, text: &str) -> Result<RosterReply, Failed> {
        let (line, group) = self.group_and_line(text)?;
        let roster = self.truth.roster();
        let members =
            if group.everyone { roster.community_members() } else { roster.members(&group.id) };
        let leaving = self.views.remarks(Does::Leave, Some(&group.id))?;
        let mut rows = Vec::new();
        for id in members {
            let card = self.views.card(&id)?;
            rows.push(MemberRow {
                id,
                name: self.views.name_of(&id)?,
                home: card.map(|card| card.home).unwrap_or_default(),
                owner: roster.is_owner(&group.id, id),
                leaving: leaving.iter().any(|it| it.by == id),
            });
        }
        let exceptions = self.views.remarks(Does::Exception, Some(&group.id))?;
        let exceptions: Result<Vec<ExceptionRow>, Failed> = exceptions
            .into_iter()
            .map(|it| {
                Ok(ExceptionRow {
                    person: self.views.name_of(&PersonId::from_bytes(it.about))?,
                    by: self.views.name_of(&it.by)?,
                    reason: it.text,
                })
            })
            .collect();
        let me = self.identity.person;
        let owner = me.is_some_and(|me| roster.is_owner(&group.id, me));
        Ok(RosterReply::Members(Box::new(MembersPage {
            waiting: self.waiting(&group)?,
            kind: self.group_row(line.clone()).kind,
            group: line.name,
            id: group.id,
            need: self.team(text)?.vouches().into(),
            members: rows,
            owner,
            exceptions: exceptions?,
        })))
    }

    fn waiting(&self, group: &Group) -> Result<Vec<WaitingRow>, Failed> {
        let roster = self.truth.roster();
        let mut knocks = roster.knocks(&group.id);
        knocks.sort_unstable_by_key(|knock| (knock.person, knock.join));
        knocks.dedup_by_key(|knock| knock.person);
        let mut rows = Vec::new();
        for knock in knocks {
            let vouched = roster.vouches_for(knock.person, &group.place);
            let vouched_by: Result<Vec<String>, Failed> =
                vouched.iter().map(|(by, _)| Ok(self.views.name_of(by)?)).collect();
            let card = self.views.card(&knock.person)?;
            rows.push(WaitingRow {
                id: knock.person,
                name: self.views.name_of(&knock.person)?,
                home: card.map(|card| card.home).unwrap_or_default(),
                reason: knock.reason.code().to_owned(),
                vouched_by: vouched_by?,
            });
        }
        Ok(rows)
    }
}

fn read_members(group: &str) -> After {
    After::Read(Command::Roster(RosterCommand::Members { group: group.to_owned() }))
}
