//! What follows from new statements without anybody pressing a button.
//!
//! An invitation can promise more than the community's door: a role, or a group. The promise is
//! known to the node that made it; when somebody has walked in by that invitation, that node grants
//! what was promised and confirms the join, so that no later rival can displace it.

use crdt::{
    body::{Body, Place, Role, Statement},
    id::{EnvelopeId, GroupId, PersonId},
    judge::Fate,
};
use serde::{Deserialize, Serialize};

use super::{Failed, Ledger};

/// What an invitation gives beyond the community's door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    /// The role over the community.
    pub role: Role,
    /// Another group.
    pub group: Option<GroupId>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    rank: u8,
    group: Option<GroupId>,
}

/// A promise that has fallen due.
pub(super) struct Due {
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
        if promise.role == Role::Member && promise.group.is_none() {
            return Ok(());
        }
        let kept = Kept { rank: promise.role.rank(), group: promise.group };
        let bytes = serde_json::to_vec(&kept).expect("plain values");
        Ok(self.truth.keep(&key(&invite), &bytes)?)
    }

    /// Which promises these newly accepted statements make due.
    pub(super) fn chores(&mut self, statements: &[EnvelopeId]) -> Result<Vec<Due>, Failed> {
        let mut due = Vec::new();
        for id in statements {
            let Some(judged) = self.truth.read().verdict(id)? else { continue };
            let (Fate::Accepted, Ok(Body::Statement(signed))) = (judged.fate, judged.read_body())
            else {
                continue;
            };
            let Statement::Join { person, invite: Some(invite), group: door, .. } =
                signed.statement
            else {
                continue;
            };
            if let Some(promise) = self.promise(&invite)? {
                due.push(Due { person, join: *id, door, promise });
            }
        }
        Ok(due)
    }

    fn promise(&self, invite: &EnvelopeId) -> Result<Option<Promise>, Failed> {
        let Some(bytes) = self.truth.read().kept(&key(invite))? else { return Ok(None) };
        let Ok(kept) = serde_json::from_slice::<Kept>(&bytes) else { return Ok(None) };
        let roles = [Role::Member, Role::Steward, Role::Staff, Role::Admin];
        let role = roles.into_iter().find(|role| role.rank() == kept.rank);
        Ok(role.map(|role| Promise { role, group: kept.group }))
    }

    /// Grants what was promised, unless the person has it already. A role is for the first one who
    /// came: his join is confirmed, so that nobody displaces him with a lower id.
    pub(super) fn keep_promise(&mut self, due: Due) -> Result<(), Failed> {
        let me = self.person()?;
        let role = due.promise.role;
        if role > Role::Member && !self.has(due.person, role, &Place::community()) {
            self.grant(me, &due, Role::Member, due.door.clone())?;
            self.grant(me, &due, role, Place::community())?;
        }
        let group = due.promise.group.and_then(|id| self.truth.roster().group(&id));
        match group.filter(|group| !self.has(due.person, Role::Member, &group.place)) {
            Some(group) => self.grant(me, &due, Role::Member, group.place),
            None => Ok(()),
        }
    }

    fn has(&self, person: PersonId, role: Role, over: &Place) -> bool {
        let roles = self.truth.roster().live_roles(person);
        roles.iter().any(|it| it.role >= role && it.over == *over)
    }

    fn grant(&mut self, me: PersonId, due: &Due, role: Role, over: Place) -> Result<(), Failed> {
        let Some(auth) = self.truth.roster().may_grant(me, role, &over) else { return Ok(()) };
        let (person, confirms) = (due.person, vec![due.join]);
        self.say(Statement::Grant { person, role, over, undo: Vec::new(), confirms }, auth)?;
        Ok(())
    }
}
