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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::claim::Need;

    const PARTS: [Part; 6] =
        [Part::Member, Part::Captain, Part::Desk, Part::Requester, Part::Subject, Part::Proxy];

    /// The numbers that verbs have, or may have one day.
    const NUMBERS: std::ops::Range<u8> = 0..200;

    /// Named so that a new kind does not compile without a row here.
    fn name(kind: Kind) -> String {
        match kind {
            Kind::Submit(_) => "submit".to_owned(),
            Kind::Remove => "note that a member has left".to_owned(),
            Kind::Series => "plan rides that recur".to_owned(),
            Kind::Rota { .. } => "plan them anew".to_owned(),
            Kind::Except { .. } => "plan one of them".to_owned(),
            Kind::Visit => "write down a visit".to_owned(),
            Kind::Verdict => "write down what was said".to_owned(),
            Kind::Attach => "add photos and files".to_owned(),
            Kind::Do(verb) => format!("{verb:?}").to_lowercase(),
        }
    }

    fn every_kind() -> Vec<Kind> {
        let verbs = NUMBERS.filter_map(|number| {
            let written = minicbor::to_vec(number).expect("memory writes");
            minicbor::decode::<Verb>(&written).ok()
        });
        let need = Need { places: 1, prefer_speed: false, open: false };
        let others = [
            Kind::Submit(need),
            Kind::Remove,
            Kind::Series,
            Kind::Rota { from_k: 0 },
            Kind::Except { k: 0, off: false },
            Kind::Visit,
            Kind::Verdict,
            Kind::Attach,
        ];
        others.into_iter().chain(verbs.map(Kind::Do)).collect()
    }

    /// The whole table, written out: a change of it is seen where it is reviewed.
    #[test]
    fn who_may_do_what_to_a_request_is_this_table() {
        let mut table = format!("{:<29}", "in the capacity of");
        PARTS.iter().for_each(|part| {
            let part = format!("{part:?}").to_lowercase();
            write!(table, " {part:<9}").expect("a string grows");
        });
        for kind in every_kind() {
            write!(table, "\n{:<29}", name(kind)).expect("a string grows");
            for part in PARTS {
                let may = if who_may(kind).contains(&part) { "yes" } else { "-" };
                write!(table, " {may:<9}").expect("a string grows");
            }
        }
        let table: Vec<&str> = table.lines().map(str::trim_end).collect();
        assert_eq!(table.join("\n") + "\n", include_str!("table.txt"));
    }
}
