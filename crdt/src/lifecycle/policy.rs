//! What somebody may do to a request now, and which deeds doing it takes.
//!
//! Denied unless [`who_may`] names the capacity *and* the state allows it. The fold judges every
//! act by the same table, so an act that slips past this (an old page, another program) changes
//! nothing; here people get a sentence about what to do next instead.
//!
//! One press may take two deeds: whoever is done also resolves. Others become another deed: a
//! holder who was moved up says yes by claiming, which is an acknowledgement.

use std::collections::BTreeSet;

use super::{Case, Note, Rank, Ride, Status, What};
use crate::{
    body::{Deed, Part, Verb},
    claim::{Kind, who_may},
    id::PersonId,
};

/// Why somebody may not do this to this request now. Each says what would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Ask somebody with one of these capacities.
    #[error("not yours to do: ask {}", words(.may))]
    AskSomebodyElse {
        /// Who may.
        may: &'static [Part],
    },
    /// Ask the desk to publish it.
    #[error("not open yet: the desk publishes it first")]
    WaitUntilPublished,
    /// Ask whoever asked for help to reopen it.
    #[error("already {}: whoever asked may reopen it", .status.as_str())]
    ReopenFirst {
        /// How it ended.
        status: Status,
    },
    /// Acknowledge, and do not go.
    #[error("being cancelled: acknowledge that you know")]
    AcknowledgeCancelling,
    /// Nothing to do.
    #[error("you hold it already")]
    HoldAlready,
    /// Wait.
    #[error("you stand behind another: wait, or withdraw")]
    WaitBehindAnother,
    /// Claim it.
    #[error("you have no place on it: claim it first")]
    ClaimFirst,
    /// Nothing to do.
    #[error("you have said so already")]
    SaidAlready,
    /// Say that it is done, or ask the one who asked to reopen.
    #[error("you have picked up: a fact cannot be withdrawn")]
    CannotUndoPickup,
    /// Cancel, if it is not needed any more.
    #[error("nobody has taken it yet: cancel it if it is not needed any more")]
    CancelInstead,
    /// Nothing to do.
    #[error("not over: there is nothing to reopen")]
    StillGoing,
    /// Ask the person in need.
    #[error("cancelled by the person in need: that person alone reopens it")]
    AskTheSubject,
    /// Nothing to do.
    #[error("not on hold")]
    NotOnHold,
    /// Wait for the other leg.
    #[error("the other leg of this ride is not done: confirm when both are")]
    OtherLegFirst,
    /// Resolve it first.
    #[error("nobody has said yet that it is done")]
    NotResolvedYet,
    /// Wait, or call.
    #[error("whoever asked still has time to answer")]
    TooEarly,
    /// Name somebody who holds it.
    #[error("that person has no place on it")]
    NobodysPlace,
}

impl Refusal {
    /// A stable name, for JSON and as the key of its translation.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AskSomebodyElse { .. } => "ask_somebody_else",
            Self::WaitUntilPublished => "wait_until_published",
            Self::ReopenFirst { .. } => "reopen_first",
            Self::AcknowledgeCancelling => "acknowledge_cancelling",
            Self::HoldAlready => "hold_already",
            Self::WaitBehindAnother => "wait_behind_another",
            Self::ClaimFirst => "claim_first",
            Self::SaidAlready => "said_already",
            Self::CannotUndoPickup => "cannot_undo_pickup",
            Self::CancelInstead => "cancel_instead",
            Self::StillGoing => "still_going",
            Self::AskTheSubject => "ask_the_subject",
            Self::NotOnHold => "not_on_hold",
            Self::OtherLegFirst => "other_leg_first",
            Self::NotResolvedYet => "not_resolved_yet",
            Self::TooEarly => "too_early",
            Self::NobodysPlace => "nobodys_place",
        }
    }
}

fn words(may: &[Part]) -> String {
    let word = |part: &Part| match part {
        Part::Member => "a member of the group",
        Part::Captain => "the captain",
        Part::Desk => "the desk",
        Part::Requester => "the one who asked",
        Part::Subject => "the person in need",
        Part::Proxy => "whoever asked for somebody else",
    };
    may.iter().map(word).collect::<Vec<_>>().join(", or ")
}

/// May this person do this to this request now? If so: the deeds that it takes, to be written in
/// this order, each citing the one before. Whom a grant, a revocation or an offer is about, the
/// other request and a remark are the caller's to fill in.
///
/// `parts`: the person's capacities in the request's group, by authority. Having asked is added.
///
/// # Errors
///
/// What would help instead.
pub fn may(
    case: &Case,
    person: &PersonId,
    parts: &BTreeSet<Part>,
    verb: Verb,
) -> Result<Vec<Deed>, Refusal> {
    let parts = case.parts_of(person, parts);
    let caller = Caller {
        case,
        holds: case.holders.contains(person),
        awaiting: case.awaiting.contains(person),
        rank: case.standing(person),
        told: case.told_to(person).is_some(),
        by_rota: case.ride.as_ref().is_some_and(|ride| ride.by_rota.contains(person)),
    };
    let table = who_may(Kind::Do(verb));
    let capable = table.iter().copied().filter(|part| parts.contains(part));
    if verb == Verb::Seen {
        let part = parts.first().copied().ok_or(Refusal::AskSomebodyElse { may: table })?;
        return Ok(vec![deed(case, part, verb)]);
    }
    let mut refusal = Refusal::AskSomebodyElse { may: table };
    for part in capable {
        match caller.deeds(part, verb) {
            Ok(verbs) => return Ok(verbs.iter().map(|verb| deed(case, part, *verb)).collect()),
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

/// In which capacity this person may write down a visit: the desk, or whoever holds the request.
///
/// # Errors
///
/// What would help instead.
pub fn may_visit(case: &Case, person: &PersonId, parts: &BTreeSet<Part>) -> Result<Part, Refusal> {
    if parts.contains(&Part::Desk) {
        Ok(Part::Desk)
    } else if parts.contains(&Part::Member) && case.holders.contains(person) {
        Ok(Part::Member)
    } else {
        Err(Refusal::AskSomebodyElse { may: who_may(Kind::Visit) })
    }
}

/// In which capacity this person may write down what was said on the phone.
///
/// # Errors
///
/// What would help instead.
pub fn may_note(parts: &BTreeSet<Part>) -> Result<Part, Refusal> {
    let may = who_may(Kind::Verdict);
    let capable = may.iter().copied().find(|part| parts.contains(part));
    capable.ok_or(Refusal::AskSomebodyElse { may })
}

/// In which capacity this person may add photos and files: the desk, whoever speaks for the person in
/// need, or whoever holds the request. Once it is over, the desk alone; what was resolved may still be
/// shown, as it is or as it is not.
///
/// # Errors
///
/// What would help instead.
pub fn may_attach(case: &Case, person: &PersonId, parts: &BTreeSet<Part>) -> Result<Part, Refusal> {
    let (parts, may) = (case.parts_of(person, parts), who_may(Kind::Attach));
    let holds = case.holders.contains(person);
    let can = |part: &Part| parts.contains(part) && (*part != Part::Member || holds);
    let part = may.iter().copied().find(can).ok_or(Refusal::AskSomebodyElse { may })?;
    match case.status {
        status if status.is_over() && status != Status::Resolved && part != Part::Desk => {
            Err(Refusal::ReopenFirst { status })
        }
        _ => Ok(part),
    }
}

fn deed(case: &Case, role: Part, verb: Verb) -> Deed {
    Deed {
        request: case.request,
        verb,
        role,
        about: None,
        instead: None,
        other: None,
        offer: None,
        note: String::new(),
    }
}

/// One person before one request.
struct Caller<'a> {
    case: &'a Case,
    holds: bool,
    awaiting: bool,
    rank: Option<Rank>,
    told: bool,
    by_rota: bool,
}

impl Caller<'_> {
    /// The state's word on it; the table's was asked before.
    fn deeds(&self, part: Part, verb: Verb) -> Result<&'static [Verb], Refusal> {
        match verb {
            Verb::Claim => self.claim(),
            Verb::Withdraw => self.withdraw(),
            Verb::Depart => self.set_out(),
            Verb::Arrive => self
                .going()
                .and(self.held())
                .and(once(self.rank < Some(Rank::Arrived), &[Verb::Arrive])),
            Verb::Pickup => {
                self.going().and(self.placed()).and(once(!self.picked(), &[Verb::Pickup]))
            }
            Verb::Done => self.done(),
            Verb::Resolve if part == Part::Desk => self.going().map(|()| &[Verb::Resolve][..]),
            Verb::Resolve => self.going().and(self.held()).map(|()| &[Verb::Resolve][..]),
            Verb::Ack => self.acknowledge(),
            Verb::Offer => self.going().and(self.held()).and(once(self.staying(), &[Verb::Offer])),
            Verb::Accept => self.going().map(|()| &[Verb::Accept][..]),
            Verb::Confirm => self.confirm(),
            Verb::Reopen => self.reopen(part),
            Verb::Cancel => self.cancel(),
            Verb::Grant => self.going().map(|()| &[Verb::Grant][..]),
            Verb::Revoke => self.going().map(|()| &[Verb::Revoke][..]),
            Verb::Register => self.going().and(once(!self.registered(), &[Verb::Register])),
            Verb::Publish => self.going().and(once(self.publishable(), &[Verb::Publish])),
            Verb::Hold => self.going().and(once(!self.on_hold(), &[Verb::Hold])),
            Verb::Resume if self.on_hold() => Ok(&[Verb::Resume]),
            Verb::Resume => Err(Refusal::NotOnHold),
            Verb::Refer => self.going().map(|()| &[Verb::Refer][..]),
            Verb::Decline => self.going().map(|()| &[Verb::Decline][..]),
            Verb::Duplicate => self.going().map(|()| &[Verb::Duplicate][..]),
            Verb::Post => self.going().map(|()| &[Verb::Post][..]),
            Verb::Close if self.is(Status::Resolved) => Ok(&[Verb::Close]),
            Verb::Close => self.going().and(Err(Refusal::NotResolvedYet)),
            Verb::Seen => Ok(&[Verb::Seen]),
        }
    }

    fn claim(&self) -> Result<&'static [Verb], Refusal> {
        self.going()?;
        match self.case.status {
            Status::Submitted | Status::Registered => Err(Refusal::WaitUntilPublished),
            Status::CancelRequested => Err(Refusal::AcknowledgeCancelling),
            // Whoever is on the rota says yes by claiming: then no change of the rota displaces him.
            _ if self.holds && self.by_rota => Ok(&[Verb::Claim]),
            _ if self.awaiting => Ok(&[Verb::Ack]),
            _ if self.holds => Err(Refusal::HoldAlready),
            _ if self.rank.is_some() => Err(Refusal::WaitBehindAnother),
            _ => Ok(&[Verb::Claim]),
        }
    }

    fn withdraw(&self) -> Result<&'static [Verb], Refusal> {
        self.placed()?;
        if self.picked() { Err(Refusal::CannotUndoPickup) } else { Ok(&[Verb::Withdraw]) }
    }

    fn set_out(&self) -> Result<&'static [Verb], Refusal> {
        self.going()?;
        if self.is(Status::CancelRequested) {
            return Err(Refusal::AcknowledgeCancelling);
        }
        self.held()?;
        once(self.staying(), &[Verb::Depart])
    }

    /// Whoever is done also resolves, unless another has picked up: then the fact alone is noted.
    fn done(&self) -> Result<&'static [Verb], Refusal> {
        self.going()?;
        self.placed()?;
        let picked = self.case.standings.iter().any(|(_, rank)| *rank == Rank::PickedUp);
        Ok(if self.holds || !picked { &[Verb::Done, Verb::Resolve] } else { &[Verb::Done] })
    }

    fn acknowledge(&self) -> Result<&'static [Verb], Refusal> {
        if self.rank.is_some() || self.told { Ok(&[Verb::Ack]) } else { Err(Refusal::ClaimFirst) }
    }

    fn confirm(&self) -> Result<&'static [Verb], Refusal> {
        if self.case.ride.as_ref().is_some_and(Ride::waits_for_other_leg) {
            return Err(Refusal::OtherLegFirst);
        }
        match self.case.status {
            Status::Submitted | Status::Registered | Status::Open => Err(Refusal::CancelInstead),
            Status::Closed => Err(Refusal::SaidAlready),
            Status::Resolved => Ok(&[Verb::Confirm]),
            _ => self.going().map(|()| &[Verb::Confirm][..]),
        }
    }

    fn reopen(&self, part: Part) -> Result<&'static [Verb], Refusal> {
        let status = self.case.status;
        if !status.is_over() && status != Status::CancelRequested {
            Err(Refusal::StillGoing)
        } else if self.case.subject_cancelled && part != Part::Subject {
            Err(Refusal::AskTheSubject)
        } else {
            Ok(&[Verb::Reopen])
        }
    }

    fn cancel(&self) -> Result<&'static [Verb], Refusal> {
        self.going()?;
        once(!self.is(Status::CancelRequested), &[Verb::Cancel])
    }

    fn going(&self) -> Result<(), Refusal> {
        let status = self.case.status;
        if status.is_over() { Err(Refusal::ReopenFirst { status }) } else { Ok(()) }
    }

    fn held(&self) -> Result<(), Refusal> {
        self.placed()?;
        if self.holds { Ok(()) } else { Err(Refusal::WaitBehindAnother) }
    }

    fn placed(&self) -> Result<(), Refusal> {
        self.rank.map(|_| ()).ok_or(Refusal::ClaimFirst)
    }

    fn staying(&self) -> bool {
        self.rank < Some(Rank::Departed)
    }

    fn picked(&self) -> bool {
        self.rank == Some(Rank::PickedUp)
    }

    fn publishable(&self) -> bool {
        matches!(self.case.status, Status::Submitted | Status::Registered) || self.on_hold()
    }

    fn on_hold(&self) -> bool {
        self.case.notes.contains(&Note::OnHold)
    }

    /// Has the desk taken note of it? What was opened by whoever asked it may take up as well.
    fn registered(&self) -> bool {
        let register = What::Did(Verb::Register);
        self.case.timeline.iter().any(|entry| entry.counted && entry.what == register)
    }

    fn is(&self, status: Status) -> bool {
        self.case.status == status
    }
}

/// Said once is enough.
fn once(first: bool, verbs: &'static [Verb]) -> Result<&'static [Verb], Refusal> {
    if first { Ok(verbs) } else { Err(Refusal::SaidAlready) }
}
