//! Who may do what to a request, and whose word weighs more: the table of `domain.md`.
//!
//! Everything that is not in this table is denied. The same table judges the acts of others and
//! says what the own page may offer.

use crate::body::{Part, Verb};

use super::{Kind, Rank};

/// Whoever speaks for the person in need.
const FAMILY: [Part; 3] = [Part::Requester, Part::Subject, Part::Proxy];

/// The capacities in which this may be done.
pub const fn who_may(kind: Kind) -> &'static [Part] {
    use Part::{Captain, Desk, Member, Proxy, Requester, Subject};
    match kind {
        Kind::Submit(_) => &[Requester, Subject, Proxy, Desk],
        Kind::Remove | Kind::Verdict => &[Desk],
        Kind::Visit => &[Member, Desk],
        Kind::Attach => &[Desk, Requester, Subject, Proxy, Member],
        Kind::Series | Kind::Rota { .. } | Kind::Except { .. } => &[Desk, Captain],
        Kind::Do(verb) => match verb {
            Verb::Register
            | Verb::Hold
            | Verb::Resume
            | Verb::Refer
            | Verb::Decline
            | Verb::Duplicate
            | Verb::Post => &[Desk],
            Verb::Close => &[Desk, Captain],
            Verb::Publish => &[Desk, Captain, Requester],
            Verb::Claim
            | Verb::Withdraw
            | Verb::Offer
            | Verb::Accept
            | Verb::Ack
            | Verb::Depart
            | Verb::Arrive
            | Verb::Pickup
            | Verb::Done => &[Member],
            Verb::Grant | Verb::Revoke => &[Subject, Requester, Desk, Captain],
            Verb::Resolve => &[Member, Desk],
            Verb::Confirm | Verb::Reopen | Verb::Cancel => &FAMILY,
            // It joins tips and says nothing: there is no capacity in which it would count.
            Verb::Seen => &[],
        },
    }
}

/// Whose grant stands before whose, and who may revoke whose: only the own class or a lower one.
pub const fn power(part: Part) -> u8 {
    match part {
        Part::Subject => 4,
        Part::Requester => 3,
        Part::Desk => 2,
        Part::Captain => 1,
        Part::Member | Part::Proxy => 0,
    }
}

/// The standing that such an act gives, if it gives one by itself.
pub const fn rank_given(kind: Kind) -> Option<Rank> {
    match kind {
        Kind::Do(Verb::Claim) => Some(Rank::Claimed),
        Kind::Do(Verb::Grant) => Some(Rank::Granted),
        Kind::Do(Verb::Depart) => Some(Rank::Departed),
        Kind::Do(Verb::Arrive) => Some(Rank::Arrived),
        Kind::Do(Verb::Pickup | Verb::Done) => Some(Rank::PickedUp),
        _ => None,
    }
}
