//! The fate of an envelope: the same on every node that holds the same set and the same keys.
//!
//! | Fate | What | Kept | Shown |
//! |---|---|---|---|
//! | accepted | counts | yes | yes |
//! | pending | cites a grant, or something it builds on, that is not here yet | yes | no |
//! | quarantined | its author may not do this, or its chain or clock position is forged | yes | no |
//! | sealed | encrypted under a key that is not here, written by a later release, or erased | yes | no |
//! | poison | its body is not what it says; the *writer* is to blame, a relay could not know | header | no |
//! | refused | malformed, or not signed by its writer; whoever handed it over is to blame | no | no |
//!
//! Refused depends on the bytes alone and is decided before anything gets here
//! ([`Envelope::assemble`](crate::envelope::Envelope::assemble), signature). All others stay in
//! reconciliation and none is ever refused for being late.
//!
//! # Rules
//!
//! 1. `prev` is the same writer's envelope at `seq` − 1 in the same scope, `deps` are of the same
//!    scope, and `lamport` is exactly 1 + the highest of them: else quarantined.
//! 2. While something cited is not here, statements, acts, changes and ballots are pending: others
//!    build on them. Messages are shown meanwhile in their claimed place: a lost link of somebody's
//!    chain must not silence him. Alerts neither: they are to be read before the chat that came before
//!    them. Keys neither: who waits for an epoch must not wait for its
//!    author's older messages. Nor what is in a vault: whoever drives needs the phone number now.
//! 3. What stands on a forged envelope waits for ever, except messages.
//! 4. Then `authority` is asked whether the author may do this here.
//!
//! # Deliberately absent
//!
//! Quota. A home that writes too much goes to the back of a queue; its envelopes keep their fate.

use crate::{
    body::{Body, Unreadable},
    envelope::{Header, Kind},
    id::{EnvelopeId, ScopeId, WriterId},
};

/// What becomes of an envelope that is kept. The numbers stand in databases and are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fate {
    /// Counts.
    Accepted = 0,
    /// Waits for something that it cites.
    Pending = 1,
    /// Kept and reconciled, not shown.
    Quarantined = 2,
    /// Carried unread.
    Sealed = 3,
    /// Header kept, body dropped.
    Poison = 4,
}

impl Fate {
    /// Reads the number of a database row.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Accepted, Self::Pending, Self::Quarantined, Self::Sealed, Self::Poison]
            .into_iter()
            .find(|fate| *fate as u8 == number)
    }
}

/// Why an envelope has the fate that it has, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Nothing is wrong.
    #[error("counts")]
    Fine,
    /// `prev` names somebody else's envelope, or another place in the chain.
    #[error("its chain does not fit together")]
    BrokenChain,
    /// It cites an envelope of another scope.
    #[error("it cites something of another scope")]
    ForeignCitation,
    /// The lamport number is not 1 + the highest of what it cites.
    #[error("its place in the order is forged")]
    ForgedLamport,
    /// Something that it cites is not here.
    #[error("waits for something that it cites")]
    Waits,
    /// The body cannot be read, now or ever.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The document change was not let in by the gate.
    #[error("the change was not let into its document")]
    Gate,
    /// Authority says no.
    #[error("its author may not do this here ({0})")]
    NotAllowed(&'static str),
}

/// The outcome for one envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What becomes of it.
    pub fate: Fate,
    /// Why.
    pub reason: Reason,
    /// What is cited and not here: judge again when one of them arrives. Also set for messages that
    /// are shown already, since a forged place shows only then.
    pub waits_for: Vec<EnvelopeId>,
    /// Does the chain up to here fit together? What stands on an unsound one waits.
    pub sound: bool,
}

/// What must be known of a cited envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its writer.
    pub writer: WriterId,
    /// Its scope.
    pub scope: ScopeId,
    /// Its place in the writer's chain.
    pub seq: u64,
    /// Its lamport number.
    pub lamport: u64,
    /// Its own [`Judgement::sound`].
    pub sound: bool,
}

/// What this node holds.
pub trait Held {
    /// What is known of `id`; none where it is not held.
    fn known(&self, id: &EnvelopeId) -> Option<Known>;
}

/// What authority says of the author's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// He may.
    Counts,
    /// The grant that he cites is not here.
    Unknown(EnvelopeId),
    /// He may not; the reason's code.
    Void(&'static str),
}

/// Judges an envelope whose bytes and signature were good.
///
/// `body` is what [`Body::decode`] said; `position` is what authority says of header and body.
pub fn judge(
    header: &Header,
    body: Result<&Body, Unreadable>,
    held: &impl Held,
    position: impl FnOnce() -> Position,
) -> Judgement {
    let form = form(header, held);
    let (sound, waits_for) = match &form {
        Form::Sound => (true, Vec::new()),
        Form::Waits(missing) => (false, missing.clone()),
        Form::Broken(_) => (false, Vec::new()),
    };
    let outcome = |fate, reason| Judgement { fate, reason, waits_for: waits_for.clone(), sound };
    match (form, body) {
        (Form::Broken(reason), _) => outcome(Fate::Quarantined, reason),
        (_, Err(error @ (Unreadable::Newer | Unreadable::NoKey | Unreadable::Erased))) => {
            outcome(Fate::Sealed, error.into())
        }
        (_, Err(error)) => outcome(Fate::Poison, error.into()),
        (Form::Waits(_), Ok(_)) if must_wait(header.kind) => outcome(Fate::Pending, Reason::Waits),
        _ => match position() {
            Position::Counts => outcome(Fate::Accepted, Reason::Fine),
            Position::Void(code) => outcome(Fate::Quarantined, Reason::NotAllowed(code)),
            Position::Unknown(grant) => Judgement {
                fate: Fate::Pending,
                reason: Reason::Waits,
                waits_for: waits_for.iter().copied().chain([grant]).collect(),
                sound,
            },
        },
    }
}

/// Does this kind of envelope wait until all that it stands on is here? Whatever others build on
/// does: nobody can cite what does not fit together yet.
fn must_wait(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::MESSAGE
            | Kind::ALERT
            | Kind::CARD
            | Kind::RECEIPT
            | Kind::MEDIA
            | Kind::KEY
            | Kind::VAULT
    )
}

enum Form {
    Sound,
    Waits(Vec<EnvelopeId>),
    Broken(Reason),
}

/// Rule 1, and what keeps it from being decided.
fn form(header: &Header, held: &impl Held) -> Form {
    let mut missing = Vec::new();
    let mut highest = 0;
    let cites = header.prev.iter().map(|id| (id, true));
    for (id, is_prev) in cites.chain(header.deps.iter().map(|id| (id, false))) {
        let Some(known) = held.known(id) else {
            missing.push(*id);
            continue;
        };
        let of_chain =
            known.writer == header.writer && Some(known.seq) == header.seq.checked_sub(1);
        if is_prev && !(of_chain && known.scope == header.scope) {
            return Form::Broken(Reason::BrokenChain);
        }
        if known.scope != header.scope {
            return Form::Broken(Reason::ForeignCitation);
        }
        if !known.sound {
            missing.push(*id);
        }
        highest = highest.max(known.lamport);
    }
    if !missing.is_empty() {
        return Form::Waits(missing);
    }
    match highest.checked_add(1) {
        Some(lamport) if lamport == header.lamport => Form::Sound,
        _ => Form::Broken(Reason::ForgedLamport),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        body::{Change, DocumentForm, Talk},
        id::DocumentId,
        time::{Bucket, ClaimedTime},
    };

    const SCOPE: ScopeId = ScopeId::from_bytes([1; 16]);
    const ZHANG: WriterId = WriterId::from_bytes([2; 32]);
    const LI: WriterId = WriterId::from_bytes([3; 32]);

    #[derive(Default)]
    struct Shelf(BTreeMap<EnvelopeId, Known>);

    impl Held for Shelf {
        fn known(&self, id: &EnvelopeId) -> Option<Known> {
            self.0.get(id).copied()
        }
    }

    fn id(n: u8) -> EnvelopeId {
        EnvelopeId::from_bytes([n; 32])
    }

    fn shelf() -> Shelf {
        let known =
            |writer, scope, seq, lamport, sound| Known { writer, scope, seq, lamport, sound };
        Shelf(BTreeMap::from([
            (id(1), known(ZHANG, SCOPE, 1, 1, true)),
            (id(2), known(LI, SCOPE, 1, 7, true)),
            (id(3), known(LI, ScopeId::from_bytes([9; 16]), 1, 1, true)),
            (id(4), known(LI, SCOPE, 2, 8, false)),
        ]))
    }

    fn header(kind: Kind, seq: u64, prev: Option<u8>, deps: &[u8], lamport: u64) -> Header {
        Header {
            version: 1,
            kind,
            scope: SCOPE,
            writer: ZHANG,
            seq,
            prev: prev.map(id),
            deps: deps.iter().copied().map(id).collect(),
            auth: Some(id(200)),
            lamport,
            bucket: Bucket(0),
            claimed: ClaimedTime(0),
            epoch: None,
            body_len: 0,
            body_hash: [0; 32],
            extension: Vec::new(),
        }
    }

    fn fate(header: &Header, position: Position) -> (Fate, Reason) {
        let body = Body::Talk(Talk::Withdraw { of: id(1) });
        let it = judge(header, Ok(&body), &shelf(), || position);
        (it.fate, it.reason)
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table, one row a fate")]
    fn each_fate_is_reached_for_its_own_reason() {
        use Position::{Counts, Unknown, Void};
        let (message, act, change) = (Kind::MESSAGE, Kind::ACT, Kind::CHANGE);
        let table = [
            ("in order", header(act, 2, Some(1), &[2], 8), Counts, Fate::Accepted, Reason::Fine),
            (
                "no grant here",
                header(act, 2, Some(1), &[], 2),
                Unknown(id(9)),
                Fate::Pending,
                Reason::Waits,
            ),
            (
                "may not",
                header(act, 2, Some(1), &[], 2),
                Void("stranger"),
                Fate::Quarantined,
                Reason::NotAllowed("stranger"),
            ),
            (
                "forged order",
                header(message, 2, Some(1), &[2], 9),
                Counts,
                Fate::Quarantined,
                Reason::ForgedLamport,
            ),
            (
                "another's chain",
                header(act, 2, Some(2), &[], 8),
                Counts,
                Fate::Quarantined,
                Reason::BrokenChain,
            ),
            (
                "a gap in the chain",
                header(act, 3, Some(1), &[], 2),
                Counts,
                Fate::Quarantined,
                Reason::BrokenChain,
            ),
            (
                "foreign scope",
                header(act, 2, Some(1), &[3], 2),
                Counts,
                Fate::Quarantined,
                Reason::ForeignCitation,
            ),
            (
                "an act waits for its chain",
                header(act, 9, Some(77), &[], 2),
                Counts,
                Fate::Pending,
                Reason::Waits,
            ),
            (
                "a message does not",
                header(message, 9, Some(77), &[78], 2),
                Counts,
                Fate::Accepted,
                Reason::Fine,
            ),
            (
                "a change waits for what it builds on",
                header(change, 2, Some(1), &[78], 2),
                Counts,
                Fate::Pending,
                Reason::Waits,
            ),
            (
                "and for its chain, since others will build on it",
                header(change, 9, Some(77), &[], 2),
                Counts,
                Fate::Pending,
                Reason::Waits,
            ),
            (
                "an act on forged ground waits",
                header(act, 2, Some(1), &[4], 9),
                Counts,
                Fate::Pending,
                Reason::Waits,
            ),
        ];
        for (what, header, position, wanted, why) in table {
            assert_eq!(fate(&header, position), (wanted, why), "{what}");
        }
    }

    #[test]
    fn bodies_that_cannot_be_read_are_sealed_or_poison() {
        let header = header(Kind::CHANGE, 2, Some(1), &[], 2);
        let of = |error| judge(&header, Err(error), &shelf(), || Position::Counts).fate;
        assert_eq!(of(Unreadable::Newer), Fate::Sealed);
        assert_eq!(of(Unreadable::NoKey), Fate::Sealed);
        assert_eq!(of(Unreadable::Malformed), Fate::Poison);
        assert_eq!(of(Unreadable::TooLong), Fate::Poison);
    }

    #[test]
    fn a_message_shown_early_is_judged_again_when_the_gap_closes() {
        let body = Body::Change(Change {
            document: DocumentId::from_bytes([0; 16]),
            about: id(1),
            form: DocumentForm::Group,
            chunk: Vec::new(),
        });
        let early = header(Kind::MESSAGE, 2, Some(1), &[78], 3);
        let it = judge(&early, Ok(&body), &shelf(), || Position::Counts);
        assert_eq!((it.fate, it.waits_for, it.sound), (Fate::Accepted, vec![id(78)], false));
    }

    #[test]
    fn the_highest_number_there_is_cannot_be_passed() {
        let mut shelf = shelf();
        let end = Known { writer: LI, scope: SCOPE, seq: 3, lamport: u64::MAX, sound: true };
        shelf.0.insert(id(5), end);
        let body = Body::Talk(Talk::Withdraw { of: id(1) });
        let it = judge(&header(Kind::MESSAGE, 2, Some(1), &[5], 0), Ok(&body), &shelf, || {
            Position::Counts
        });
        assert_eq!(it.reason, Reason::ForgedLamport);
    }
}
