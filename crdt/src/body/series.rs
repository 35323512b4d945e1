//! Rides that recur: the series, who drives in turn, and single rides that are off or at another time.
//!
//! All of these are acts: immutable, each by somebody, each saying what its author had seen. What they
//! come to is `rota`'s (which rides there are) and `claim`'s (who drives).

use minicbor::{Decode, Encode};

use super::{Part, is_name, is_text};
use crate::{
    id::{EnvelopeId, PersonId},
    limits::{
        BACK_AFTER_MIN_MAX, CHECKS_PER_SERIES_MAX, NAME_BYTES_MAX, ROTA_MAX, RULE_BYTES_MAX,
        ZONE_BYTES_MAX,
    },
    rota::LocalTime,
};

/// A ride that recurs, as it was planned; the envelope's id names the series.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Series {
    /// One line.
    #[n(0)]
    pub title: String,
    /// More, if needed; never private.
    #[n(1)]
    pub details: String,
    /// 1 can wait … 4 life-threatening.
    #[n(2)]
    pub urgency: u8,
    /// When the first ride begins, by the wall clock of the zone.
    #[n(3)]
    pub start: LocalTime,
    /// The zone's name in the IANA database: `Asia/Shanghai`.
    #[n(4)]
    pub zone: String,
    /// When it recurs: a rule of RFC 5545, `FREQ=WEEKLY;BYDAY=TU`.
    #[n(5)]
    pub rule: String,
    /// The way back begins so many minutes after the way there; none where there is no way back.
    #[n(6)]
    pub back_after_min: Option<u32>,
    /// Who drives in turn; empty where every ride is claimed.
    #[n(7)]
    pub rota: Vec<PersonId>,
    /// What is to be looked at before each departure, a line each.
    #[n(8)]
    pub checks: Vec<String>,
    /// In which capacity the author plans it: desk or captain.
    #[n(9)]
    pub role: Part,
    /// Whom it is for, where that is a member: he confirms and cancels; else the author does.
    #[n(10)]
    pub subject: Option<PersonId>,
}

/// Who drives in turn from some ride on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RotaEdit {
    /// Of which series.
    #[n(0)]
    pub series: EnvelopeId,
    /// In which capacity.
    #[n(1)]
    pub role: Part,
    /// The first ride that it is about, counted over the original starts from 0.
    #[n(2)]
    pub from_k: u32,
    /// The k-th ride is the (k mod n)-th of these.
    #[n(3)]
    pub rota: Vec<PersonId>,
    /// A reason, for people.
    #[n(4)]
    pub note: String,
}

/// A single ride, both legs, that is not as the rule says.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Exception {
    /// Of which series.
    #[n(0)]
    pub series: EnvelopeId,
    /// In which capacity.
    #[n(1)]
    pub role: Part,
    /// Which ride: its original start.
    #[n(2)]
    pub start: LocalTime,
    /// What becomes of it.
    #[n(3)]
    pub plan: RidePlan,
    /// A reason, for people.
    #[n(4)]
    pub note: String,
}

/// What becomes of a single ride.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RidePlan {
    /// It is as the rule says, after all.
    #[n(0)]
    AsPlanned {},
    /// It does not take place.
    #[n(1)]
    Off {},
    /// It begins at another time.
    #[n(2)]
    At(#[n(0)] LocalTime),
}

impl Series {
    /// Is every text and list short enough? Whether the rule is one is not asked: a later release may
    /// understand more.
    pub(super) fn is_within_limits(&self) -> bool {
        is_name(&self.title)
            && is_text(&self.details)
            && (1..=4).contains(&self.urgency)
            && !self.zone.is_empty()
            && self.zone.len() <= ZONE_BYTES_MAX
            && self.rule.len() <= RULE_BYTES_MAX
            && self.back_after_min.is_none_or(|after| after <= BACK_AFTER_MIN_MAX)
            && self.rota.len() <= ROTA_MAX
            && self.checks.len() <= CHECKS_PER_SERIES_MAX
            && self.checks.iter().all(|check| is_name(check))
    }
}

impl RotaEdit {
    pub(super) fn is_within_limits(&self) -> bool {
        self.rota.len() <= ROTA_MAX && self.note.len() <= NAME_BYTES_MAX
    }
}

impl Exception {
    pub(super) fn is_within_limits(&self) -> bool {
        self.note.len() <= NAME_BYTES_MAX
    }
}

#[cfg(test)]
pub(super) fn samples() -> Vec<super::Body> {
    use super::{Act, Body};
    let series = EnvelopeId::from_bytes([4; 32]);
    let start = LocalTime::from_minutes(29_543_490);
    let people = vec![PersonId::from_bytes([5; 32]), PersonId::from_bytes([6; 32])];
    let (role, note) = (Part::Desk, "清明节".to_owned());
    let plans = [RidePlan::AsPlanned {}, RidePlan::Off {}, RidePlan::At(start.plus(60))];
    let planned = Series {
        title: "送王奶奶透析".into(),
        details: "help into the car".into(),
        urgency: 3,
        start,
        zone: "Asia/Shanghai".into(),
        rule: "FREQ=WEEKLY;BYDAY=TU".into(),
        back_after_min: Some(240),
        rota: people.clone(),
        checks: vec!["油 fuel".into()],
        role,
        subject: Some(people[0]),
    };
    let exception = |plan| Act::Except(Exception { series, role, start, plan, note: note.clone() });
    let rota = RotaEdit { series, role, from_k: 3, rota: people, note: note.clone() };
    let acts = [Act::Series(planned), Act::Rota(rota)].into_iter();
    acts.chain(plans.map(exception)).map(Body::Act).collect()
}
