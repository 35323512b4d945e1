//! Is it worth looking at what a stranger brings?
//!
//! Whether his box becomes known is the roster's word, and asking it means to take his statements in
//! and, mostly, to undo that again: work that grows with the community. So he must first show,
//! within the few kilobytes that he brought, what only somebody with an invitation can have: a join
//! that proves one. A member's further box comes without; its certificate names the member, whom no
//! stranger has heard of.
//!
//! The invitation itself may be news here: whoever made it was on the other side of a cut, and the
//! newcomer is the first who comes across. So he brings it along, with what it was built on
//! ([why](../../../docs/decisions/0121-an-invitation-that-is-brought-along.md)). It opens the sieve only where
//! somebody known here signed it, under a role that is known here.
//!
//! This is a sieve and decides nothing: whoever passes is judged as everybody is.

use std::collections::{BTreeSet, VecDeque};

use crdt::{
    authority::Roster,
    body::{Body, GroupKind, KeyUse, Place, Statement},
    envelope::Envelope,
    id::{CommunityId, EnvelopeId, KeyId, PersonId},
    keys::Check,
    sync::{Parting, bounds::INTRODUCTION_BYTES_MAX, introduced_bytes},
};

use super::{Done, Ledger, Plan};
use crate::{api::ApiError, store::error::StoreError};

/// Statements behind an invitation that are brought along, nearest first: what a community's side writes
/// within weeks. Whoever lacks more than that hears it from an older neighbour.
const BEHIND_MAX: usize = 64;

impl Ledger {
    /// The invitation by which one's own joins came in, and what it was built on, in the order in which it can
    /// be judged; as much as an introduction has room for.
    pub(super) fn behind_invitation(&self, own: &[Envelope]) -> Result<Vec<Envelope>, StoreError> {
        let used: usize = own.iter().map(introduced_bytes).sum();
        let mut room = INTRODUCTION_BYTES_MAX.saturating_sub(used);
        let mut seen: BTreeSet<EnvelopeId> = own.iter().map(Envelope::id).collect();
        let mut next: VecDeque<EnvelopeId> = own.iter().filter_map(invited_by).collect();
        let mut behind = Vec::new();
        while let Some(id) = next.pop_front() {
            if behind.len() == BEHIND_MAX {
                break;
            }
            if !seen.insert(id) {
                continue;
            }
            let Some(envelope) = self.truth.read().envelope(&id)? else { continue };
            let bytes = introduced_bytes(&envelope);
            if bytes > room {
                break;
            }
            room -= bytes;
            let header = envelope.header();
            next.extend(header.prev.iter().chain(&header.auth).chain(&header.deps));
            behind.push(envelope);
        }
        behind.sort_by_key(|envelope| (envelope.header().lamport, envelope.id()));
        Ok(behind)
    }

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
                || said.iter().any(|join| opens_a_door(roster, community, *person, join, brought))
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

fn invited_by(envelope: &Envelope) -> Option<EnvelopeId> {
    match statement(envelope)? {
        Statement::Join { invite, .. } => invite,
        _ => None,
    }
}

/// An invitation and where it leads.
type Opened = (EnvelopeId, Place);

/// The invitation behind this key, where this is it and somebody known here signed it, under a role known here.
fn brought_door(
    roster: &Roster,
    community: &CommunityId,
    envelope: &Envelope,
    proof: &KeyId,
) -> Option<Opened> {
    let Statement::Invite { group, key, .. } = statement(envelope)? else { return None };
    let header = envelope.header();
    let person = roster.author(&header.auth?)?;
    let is_his = key == *proof && roster.person_of(header.writer) == Some(person);
    // One signature alone: there is nothing to be blinded.
    let is_signed = || Check::all(&[envelope.check(community)], [0; 32]) == [true];
    (is_his && is_signed()).then(|| (envelope.id(), group))
}

/// Does this join lead the person in, as far as can be seen before it is judged?
fn opens_a_door(
    roster: &Roster,
    community: &CommunityId,
    who: PersonId,
    join: &Statement,
    brought: &[Envelope],
) -> bool {
    let Statement::Join { person, group, invite, proof, .. } = join else { return false };
    let kind = group.group().and_then(|id| roster.group(&id)).map(|group| group.kind);
    *person == who
        && match (kind, proof) {
            (Some(GroupKind::Invite), Some(proof)) => {
                let known = roster.invite(&proof.key).map(|door| (door.invite, door.group));
                let news = |it| brought_door(roster, community, it, &proof.key);
                let opened = known.or_else(|| brought.iter().find_map(news));
                opened.is_some_and(|(door, to)| Some(door) == *invite && to == *group)
                    && proof.holds(community, person, group)
            }
            (kind, _) => matches!(kind, Some(GroupKind::Open | GroupKind::Vetted)),
        }
}
