//! One request, as it is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ActVerb, RequestRow, TimelineRow, VaultWord};

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
}
