//! Recurring rides: when they take place, and what each is called, computed on every node alike.
//!
//! A series says a rule (RFC 5545), when the first ride is, how much later the way back begins, and
//! who drives in turn. Nothing else is ever written about a ride that goes as planned: no job makes
//! next week's rides, so none can stop making them, and both sides of a cut have the same.
//!
//! # Rules
//!
//! 1. Rides are counted over the *original* starts, those called off or moved included: the k-th
//!    ride is the k-th of them for ever, whatever was changed since.
//! 2. A ride's id follows from the series, the original start and the leg ([`Occurrence::id`]). The
//!    two legs are two requests: each may have a driver of its own.
//! 3. All of this is wall-clock time of the series' zone ([`LocalTime`]). The zone says when that is
//!    on other clocks, which is shown and decides nothing: nodes with different zone tables have the
//!    same rides.
//! 4. A series ends: after [`RIDES_PER_SERIES_MAX`] starts at the latest, see [`Rule`].
//!
//! # Deliberately absent
//!
//! Who drives: that is `claim`'s, where the rota gives chairs. The present: which rides are near is
//! for whoever shows them.

mod local;
mod rule;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

pub use local::{LocalTime, NotATime};
pub use rule::{NotARule, Rule};

use crate::{
    body::Series,
    id::{EnvelopeId, RequestId, short_hash},
    limits::RIDES_PER_SERIES_MAX,
};

/// There or back.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// There.
    #[n(0)]
    Out,
    /// Back home.
    #[n(1)]
    Back,
}

impl Leg {
    /// Its word in JSON and commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Back => "back",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Out => Self::Back,
            Self::Back => Self::Out,
        }
    }
}

/// One leg of one ride of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Which series.
    pub series: EnvelopeId,
    /// The how manieth of its original starts, from 0.
    pub k: u32,
    /// The original start of the way there.
    pub start: LocalTime,
    /// There or back.
    pub leg: Leg,
}

impl Occurrence {
    /// The id of the request that it is.
    pub fn id(&self) -> RequestId {
        ride_id(&self.series, self.start, self.leg)
    }

    /// The other leg of the same ride.
    pub fn other_leg(&self) -> Self {
        Self { leg: self.leg.other(), ..*self }
    }
}

/// The id of a ride: BLAKE3 over series, original start (minutes, big-endian) and leg, under its own
/// label.
pub fn ride_id(series: &EnvelopeId, start: LocalTime, leg: Leg) -> RequestId {
    let leg = [match leg {
        Leg::Out => 0,
        Leg::Back => 1,
    }];
    let start = start.minutes().to_be_bytes();
    EnvelopeId::from_bytes(short_hash("linli/1 instance", &[series.as_bytes(), &start, &leg]))
}

/// Every ride of a series, both legs, in order; none where its rule is not understood here.
pub fn rides(id: EnvelopeId, series: &Series) -> Vec<Occurrence> {
    let legs: &[Leg] = match series.back_after_min {
        Some(_) => &[Leg::Out, Leg::Back],
        None => &[Leg::Out],
    };
    let starts =
        series.rule.parse::<Rule>().map(|rule| rule.starts(series.start)).unwrap_or_default();
    let numbered = (0..).zip(starts.into_iter().take(RIDES_PER_SERIES_MAX));
    numbered
        .flat_map(|(k, start)| {
            legs.iter().map(move |leg| Occurrence { series: id, k, start, leg: *leg })
        })
        .collect()
}
