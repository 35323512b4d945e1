//! What the roster is told and asked.
//!
//! It is told every envelope of its own scope whose chain fits together; of all others only who acts
//! under which grant, and, once a chain forked, that chain link by link. Statements outside the
//! roster's scope are kept for a later release and count for nothing in this one: the roster would
//! have to hold all messages of that scope to know their place.
//!
//! Where a chain forked, acts and statements of neither branch count. Messages and changes do, with a
//! mark: which of two changes enters a document is decided there, by the same lowest id.
//!
//! Its answers are the same for all envelopes of a position, except where something was removed,
//! revoked or forked: there each envelope is asked about by itself.

use crdt::{
    authority::{Fact, Flag, Roster, Says, Spot, Verdict},
    body::{Body, Unreadable},
    envelope::{Envelope, Header, Kind},
    id::{CommunityId, EnvelopeId},
    judge::Position,
    secrets::Keyring,
};

use super::{Work, memory::PositionKey, row, row::Row};
use crate::store::error::StoreError;

/// What authority says of one envelope, and the mark that people see where it counts in part.
pub(super) struct Said {
    pub position: Position,
    pub mark: Option<&'static str>,
}

/// An envelope of the roster's scope, with its second signatures checked.
///
/// # Errors
///
/// Where one of them is forged: the body is poison.
pub(super) fn checked_fact(
    envelope: &Envelope,
    body: Result<&Body, Unreadable>,
    community: &CommunityId,
) -> Result<Fact, Unreadable> {
    match body {
        Ok(body) => Fact::of(envelope, body, community).map_err(|_| Unreadable::Malformed),
        Err(error) => Err(error),
    }
}

/// The same from a row, where it stands because it was checked before.
pub(super) fn stored_fact(row: &Row, keys: &Keyring) -> Result<Fact, StoreError> {
    let place = Fact::without_body(&row.envelope()?);
    Ok(match row.read_body(keys) {
        Ok(Body::Statement(it)) => Fact {
            seconds: it.seconds.iter().map(|second| second.key).collect(),
            says: Says::Statement(Box::new(it.statement)),
            ..place
        },
        Ok(_) | Err(_) => place,
    })
}

/// May the author of this envelope do what it says?
pub(super) fn say(roster: &Roster, id: EnvelopeId, header: &Header) -> Said {
    let verdict = match header.kind {
        Kind::STATEMENT => roster.statement(&id),
        _ => roster.position(&Spot::of(id, header)),
    };
    let strict = matches!(header.kind, Kind::STATEMENT | Kind::ACT | Kind::BALLOT | Kind::ERASURE);
    let position = match verdict {
        Verdict::Counts => Position::Counts,
        Verdict::Flagged(_) if strict => Position::Void("forked"),
        Verdict::Flagged(flag) => {
            return Said { position: Position::Counts, mark: Some(mark(flag)) };
        }
        Verdict::Pending(grant) => Position::Unknown(grant),
        Verdict::Void(reason) => Position::Void(reason.code()),
    };
    Said { position, mark: None }
}

fn mark(flag: Flag) -> &'static str {
    match flag {
        Flag::Fork => "fork",
        Flag::LosingBranch => "losing_branch",
        Flag::ForkedGrant => "forked_grant",
    }
}

/// How positions are compared: the answer where all envelopes there share it, else [`UNEVEN`].
pub(super) fn standing(roster: &Roster, (writer, scope, auth): PositionKey) -> String {
    let spot = Spot { writer, scope, seq: 1, id: None, auth };
    if !roster.is_even(&spot) {
        return UNEVEN.to_owned();
    }
    match roster.position(&spot) {
        Verdict::Counts => "counts".to_owned(),
        Verdict::Flagged(flag) => mark(flag).to_owned(),
        Verdict::Pending(grant) => grant.to_hex(),
        Verdict::Void(reason) => reason.code().to_owned(),
    }
}

/// The standing of a position where each envelope must be asked about by itself.
pub(super) const UNEVEN: &str = "uneven";

impl Work<'_> {
    /// Queues the statements of which the roster says something else now.
    pub(super) fn compare_statements(&mut self) {
        let memory = &mut *self.memory;
        for (id, (row, said)) in &mut memory.statements {
            let now = memory.roster.statement(id);
            if now != *said {
                *said = now;
                memory.queue.insert(*row);
            }
        }
    }

    /// Queues the envelopes of an uneven position of which the roster says something else now.
    pub(super) fn compare_each(&mut self, position_ref: i64) -> Result<(), StoreError> {
        let mut rows = self.db.prepare_cached(&row::select("e.position_ref = ?1"))?;
        let mut rows = rows.query([position_ref])?;
        while let Some(sql) = rows.next()? {
            let row = Row::read(sql)?;
            let code = self.memory.code_of(row.reason);
            let said = say(&self.memory.roster, row.id, &row.header);
            let same = match said.position {
                Position::Counts => code == said.mark.unwrap_or("fine"),
                Position::Void(now) => code == now,
                Position::Unknown(_) => code == "waits",
            };
            if !same {
                self.memory.queue.insert(row.row);
            }
        }
        Ok(())
    }
}
