//! Requests, as they are answered: a line, a page, what came of an act.

use std::collections::BTreeMap;

use crdt::{
    id::{EnvelopeId, GroupId, RequestId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::{ActVerb, CaseMore, RideRow, VaultWord};

/// `linli requests --mine --json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinePage {
    /// What he asked for or holds and is not over, most urgent first.
    pub requests: Vec<RequestRow>,
    /// How many of all requests wait for somebody.
    pub open: u64,
    /// The most urgent that waits for somebody of a vetted team of his.
    pub offered: Option<RequestRow>,
}

/// One line of `linli requests --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// Its id.
    pub id: RequestId,
    /// Six digits and a check digit that can be said on the phone.
    pub code: String,
    /// What is wanted, as its facts say now.
    pub title: String,
    /// `submitted`, `open`, `assigned`, `in_progress`, `resolved`, `closed`, `cancelled`, …
    pub status: String,
    /// 1 … 4.
    pub urgency: u8,
    /// The name of whoever holds it.
    pub holder: Option<String>,
    /// No desk or household has granted it yet: another claim may surface after a cut.
    pub provisional: bool,
    /// The name of whoever asked.
    pub requester: String,
    /// Facts that were changed on both sides of a cut and need a word.
    pub conflicts: u64,
    /// Its group.
    pub group: GroupId,
    /// The group's name.
    pub group_name: String,
    /// Does the person of this box hold it?
    pub mine: bool,
    /// Did the person of this box ask?
    pub asked_by_me: bool,
    /// What the clock of whoever asked said.
    pub claimed_ms: ClaimedTime,
    /// question, help, complaint, report, suggestion.
    #[serde(default)]
    pub kind: String,
    /// 久未确认: whoever holds it said so too long ago; others may claim behind him.
    #[serde(default)]
    pub stale: bool,
    /// What it is as a ride of a series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ride: Option<RideRow>,
}

impl RequestRow {
    /// Its status as it reads to people: a ride that the rota gave to somebody who has not said yes is
    /// `given`.
    pub fn state(&self) -> &str {
        match &self.ride {
            Some(ride) if self.status == "assigned" && !ride.said_yes => "given",
            _ => &self.status,
        }
    }
}

/// One act of a request's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// Which act.
    pub id: EnvelopeId,
    /// ask, claim, depart, …
    pub verb: String,
    /// Who.
    pub who: String,
    /// What his clock said.
    pub claimed_ms: ClaimedTime,
    /// Did it count, judged by what its author had seen?
    pub counts: bool,
    /// In which capacity: member, captain, desk, requester, subject, proxy.
    #[serde(default)]
    pub part: String,
    /// To or about whom.
    #[serde(default)]
    pub about: Option<String>,
    /// A reason or remark.
    #[serde(default)]
    pub note: String,
}

/// The answer to an act: `claim --json` prints `id`, `claim`, `provisional`, `rivals_known`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// The request.
    pub id: RequestId,
    /// The act that was written.
    pub claim: EnvelopeId,
    /// Nobody has granted it yet.
    pub provisional: bool,
    /// Other claims that this node knows of; more may surface when a cut heals.
    pub rivals_known: u64,
    /// The request's status after it.
    pub status: String,
    /// Who holds it now.
    pub holder: Option<String>,
}

/// `linli request ID --json`: all that is known of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPage {
    /// The same as in the list.
    #[serde(flatten)]
    pub row: RequestRow,
    /// More words, as its facts say now.
    pub details: String,
    /// title, place, time, needs, details: what each says now. Several values: a conflict.
    pub facts: BTreeMap<String, Vec<String>>,
    /// What must be done or found.
    pub checklist: Vec<ChecklistItem>,
    /// Everybody who holds a place.
    pub holders: Vec<String>,
    /// Everybody who waits behind them, in order.
    pub waitlist: Vec<String>,
    /// Holders who have yet to say yes.
    pub awaiting: Vec<String>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineRow>,
    /// What the person of this box may do now.
    pub may: Vec<ActVerb>,
    /// Private details that he may open, or might before they were erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_open: Vec<VaultWord>,
    /// Private details that he may have forgotten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_erase: Vec<VaultWord>,
    /// Lines that a duty officer must read: two on the way, cancellation noted.
    pub remarks: Vec<String>,
    /// Where the person of this box stands: `holder`, `waitlist`, or the reason he was told.
    pub my_standing: Option<String>,
    /// What was said when asking, visits, postings, all that may be done.
    #[serde(default)]
    pub more: CaseMore,
}

/// One item of a shared checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// Names it in `ChecklistTick`.
    pub key: String,
    /// What.
    pub text: String,
    /// Is it done?
    pub done: bool,
    /// Was found there what everybody looks for? Then `look` says by whom, and takes it back.
    #[serde(default)]
    pub found: bool,
}
