//! What follows from what others said without anybody pressing a button.
//!
//! An invitation can promise more than the community's door: a role, or a group. The promise is
//! known to the node that made it; when somebody has walked in by that invitation, that node grants
//! what was promised and confirms the join, so that no later rival can displace it. A new vouch lets
//! the one who waits knock again. Somebody who says that he leaves is taken off the roster by the
//! node of whoever may do that, with everything that he wrote kept.

use crdt::{
    body::{Body, GroupKind, Place, Role, Statement},
    id::{EnvelopeId, GroupId, PersonId},
    judge::Fate,
};
use serde::{Deserialize, Serialize};

use super::{Failed, Ledger, removal::Hand};
use crate::{api::Keep, store::views::Does};

/// What an invitation gives beyond the community's door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    /// The role over the community.
    pub role: Role,
    /// Another group.
    pub group: Option<GroupId>,
    /// For one person: the first who walks in is confirmed.
    pub once: bool,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    rank: u8,
    group: Option<GroupId>,
    #[serde(default)]
    once: bool,
}

/// Something that has fallen due.
pub(super) enum Due {
    /// What an invitation promised to whoever walked in by it.
    Promise(Arrival),
    /// This person's knock at a group's door may count now.
    Knock(GroupId),
    /// Somebody leaves this group, or the community.
    Leaving(PersonId, Option<GroupId>),
}

/// Somebody who walked in.
pub(super) struct Arrival {
    person: PersonId,
    join: EnvelopeId,
    door: Place,
    promise: Promise,
}

fn key(invite: &EnvelopeId) -> String {
    format!("promise/{}", invite.to_hex())
}

impl Ledger {
    /// Remembers what an invitation promises.
    pub(super) fn keep_promise_for(
        &mut self,
        invite: EnvelopeId,
        promise: &Promise,
    ) -> Result<(), Failed> {
        if promise.role == Role::Member && promise.group.is_none() && !promise.once {
            return Ok(());
        }
        let Promise { role, group, once } = *promise;
        let kept = Kept { rank: role.rank(), group, once };
        let bytes = serde_json::to_vec(&kept).expect("plain values");
        Ok(self.truth.keep(&key(&invite), &bytes)?)
    }

    /// What these newly accepted statements make due, and who has said that he leaves.
    pub(super) fn chores(&mut self, statements: &[EnvelopeId]) -> Result<Vec<Due>, Failed> {
        let mut due = Vec::new();
        for id in statements {
            let Some(judged) = self.truth.read().verdict(id)? else { continue };
            let (Fate::Accepted, Ok(Body::Statement(signed))) = (judged.fate, judged.read_body())
            else {
                continue;
            };
            match signed.statement {
                Statement::Join { person, invite: Some(invite), group: door, .. } => {
                    let opened = self.truth.read().verdict(&invite)?;
                    let mine = self.identity.writer.writer();
                    if opened.is_some_and(|it| it.header.writer == mine) {
                        self.keys.welcome(person);
                    }
                    if let Some(promise) = self.promise(&invite)? {
                        let join = *id;
                        due.push(Due::Promise(Arrival { person, join, door, promise }));
                    }
                }
                Statement::Vouch { person, group } if Some(person) == self.identity.person => {
                    due.extend(group.group().map(Due::Knock));
                }
                _ => (),
            }
        }
        Ok(due)
    }

    /// Who said that he leaves and is still there, as far as this person may do something about it.
    pub(super) fn leavings(&mut self) -> Result<Vec<Due>, Failed> {
        let mut due = Vec::new();
        let Some(me) = self.identity.person else { return Ok(due) };
        for leave in self.views.remarks(Does::Leave, None)? {
            let Some(held) = self.truth.read().verdict(&leave.id)? else { continue };
            let roster = self.truth.roster();
            let group = roster.groups().into_iter().find(|it| it.id.scope() == held.header.scope);
            let grant = held.header.auth.and_then(|auth| roster.standing(&auth));
            let (Some(group), Some(grant)) = (group, grant) else { continue };
            let may = roster.may_grant(me, grant.role, &group.place).is_some();
            if grant.is_live() && may && leave.by != me {
                due.push(Due::Leaving(leave.by, Some(group.id).filter(|_| !group.everyone)));
            }
        }
        Ok(due)
    }

    pub(super) fn do_chore(&mut self, due: Due) -> Result<(), Failed> {
        match due {
            Due::Promise(arrival) => self.keep_promise(&arrival),
            Due::Knock(group) => self.knock_again(group),
            Due::Leaving(person, group) => {
                let (person, group) = (person.to_hex(), group.map(|id| id.to_hex()));
                let over = group.as_deref();
                self.remove_by(Hand::Mine, &person, (None, over), &Keep::All, true).map(|_| ())
            }
        }
    }

    /// Another member vouches: with enough of them the door opens.
    fn knock_again(&mut self, group: GroupId) -> Result<(), Failed> {
        let me = self.person()?;
        let roster = self.truth.roster();
        let Some(group) = roster.group(&group) else { return Ok(()) };
        let waits = roster.knocks(&group.id).iter().any(|knock| knock.person == me);
        let vouched = roster.vouches_for(me, &group.place).len();
        if waits && group.kind == GroupKind::Vetted && vouched >= usize::from(group.need) {
            self.knock(me, &group)?;
        }
        Ok(())
    }

    fn promise(&self, invite: &EnvelopeId) -> Result<Option<Promise>, Failed> {
        let Some(bytes) = self.truth.read().kept(&key(invite))? else { return Ok(None) };
        let Ok(kept) = serde_json::from_slice::<Kept>(&bytes) else { return Ok(None) };
        let roles = [Role::Member, Role::Steward, Role::Staff, Role::Admin];
        let role = roles.into_iter().find(|role| role.rank() == kept.rank);
        Ok(role.map(|role| Promise { role, group: kept.group, once: kept.once }))
    }

    /// Grants what was promised, unless the person has it already.
    fn keep_promise(&mut self, arrival: &Arrival) -> Result<(), Failed> {
        let me = self.person()?;
        let Arrival { person, door, promise, .. } = arrival;
        if promise.once {
            self.grant_on_arrival(me, arrival, Role::Member, door.clone())?;
        }
        if promise.role > Role::Member && !self.has(*person, promise.role, &Place::community()) {
            self.grant_on_arrival(me, arrival, promise.role, Place::community())?;
        }
        let group = promise.group.and_then(|id| self.truth.roster().group(&id));
        match group.filter(|group| !self.has(*person, Role::Member, &group.place)) {
            Some(group) => self.grant_on_arrival(me, arrival, Role::Member, group.place),
            None => Ok(()),
        }
    }

    fn has(&self, person: PersonId, role: Role, over: &Place) -> bool {
        let roles = self.truth.roster().live_roles(person);
        roles.iter().any(|it| it.role >= role && it.over == *over)
    }

    fn grant_on_arrival(
        &mut self,
        me: PersonId,
        arrival: &Arrival,
        role: Role,
        over: Place,
    ) -> Result<(), Failed> {
        let Some(auth) = self.truth.roster().may_grant(me, role, &over) else { return Ok(()) };
        let (person, confirms) = (arrival.person, vec![arrival.join]);
        self.say(Statement::Grant { person, role, over, undo: Vec::new(), confirms }, auth)?;
        Ok(())
    }
}
