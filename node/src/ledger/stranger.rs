//! Is it worth looking at what a stranger brings?
//!
//! Whether his box becomes known is the roster's word, and asking it means to take his statements in
//! and, mostly, to undo that again: work that grows with the community. So he must first show,
//! within the few kilobytes that he brought, what only somebody with an invitation can have: a join
//! that proves one. A member's further box comes without; its certificate names the member, whom no
//! stranger has heard of.
//!
//! This is a sieve and decides nothing: whoever passes is judged as everybody is.

use crdt::{
    authority::Roster,
    body::{Body, GroupKind, KeyUse, Statement},
    envelope::Envelope,
    id::{CommunityId, KeyId, PersonId},
    sync::Parting,
};

use super::{Done, Ledger, Plan};
use crate::api::ApiError;

impl Ledger {
    /// Keeps what a stranger brings only if it makes his box a member's or a relay's: a stranger must not be
    /// able to fill the disk.
    pub(super) fn introduce(&mut self, key: KeyId, envelopes: Vec<Envelope>) -> Plan {
        // Undoing what was taken in costs a look at the whole roster, and anybody may knock.
        if !may_become_known(self.truth.roster(), &self.community, key, &envelopes) {
            tracing::info!(peer.id = %key, "A stranger without an invitation was turned away");
            let person = self.truth.roster().box_person(key);
            return Plan::Ready(Done::Introduced(Err(self.why_turned_away(person))));
        }
        let mut why = Parting::Stranger;
        let attempt = self.in_savepoint(|ledger| {
            let new = ledger.take_in(envelopes)?.new;
            match ledger.truth.roster().box_person(key) {
                Some(person) if ledger.truth.roster().is_admitted(person) => {
                    ledger.keys.welcome(person);
                    Ok(new)
                }
                person => {
                    why = ledger.why_turned_away(person);
                    Err(ApiError::not_allowed("join").into())
                }
            }
        });
        match attempt {
            Ok(new) => {
                // Like something written here: every other peer is told.
                self.written.extend(new);
                Plan::Ready(Done::Introduced(Ok(())))
            }
            Err(failed) => {
                tracing::info!(peer.id = %key, reason = %failed, "A stranger was turned away");
                Plan::Ready(Done::Introduced(Err(why)))
            }
        }
    }
}

/// Could these statements make the box `key` a member's?
pub(super) fn may_become_known(
    roster: &Roster,
    community: &CommunityId,
    key: KeyId,
    brought: &[Envelope],
) -> bool {
    let said: Vec<Statement> = brought.iter().filter_map(statement).collect();
    said.iter().any(|statement| match statement {
        Statement::Certify { subject, person, key_use: KeyUse::Box } if *subject == key => {
            roster.is_admitted(*person)
                || said.iter().any(|join| opens_a_door(roster, community, *person, join))
        }
        _ => false,
    })
}

fn statement(envelope: &Envelope) -> Option<Statement> {
    match Body::decode(envelope.header().kind, envelope.body()?) {
        Ok(Body::Statement(signed)) => Some(signed.statement),
        _ => None,
    }
}

/// Does this join lead the person in, as far as can be seen before it is judged?
fn opens_a_door(roster: &Roster, community: &CommunityId, who: PersonId, join: &Statement) -> bool {
    let Statement::Join { person, group, invite, proof, .. } = join else { return false };
    let kind = group.group().and_then(|id| roster.group(&id)).map(|group| group.kind);
    *person == who
        && match (kind, proof) {
            (Some(GroupKind::Invite), Some(proof)) => {
                let door = roster.invite(&proof.key);
                door.is_some_and(|door| Some(door.invite) == *invite && door.group == *group)
                    && proof.holds(community, person, group)
            }
            (kind, _) => matches!(kind, Some(GroupKind::Open | GroupKind::Vetted)),
        }
}
