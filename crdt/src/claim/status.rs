//! How far a request has come: computed, never written down.

use serde::{Deserialize, Serialize};

/// How far a request has come, in the field's words (`domain.md`, "A request's life").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 待受理: asked, nobody has taken note.
    Submitted,
    /// 已受理: the desk has taken note.
    Registered,
    /// 待认领: may be claimed.
    Open,
    /// 已认领 or 已派单: somebody holds it.
    Assigned,
    /// 办理中: somebody is on the way or at it.
    InProgress,
    /// 待确认: done, says the holder.
    Resolved,
    /// 已结案: done, says the one who asked.
    Closed,
    /// Cancelled while somebody was on the way: he must acknowledge.
    CancelRequested,
    /// 撤回.
    Cancelled,
    /// 不予受理.
    Declined,
    /// 转办.
    Referred,
    /// 并案.
    Duplicate,
}

impl Status {
    /// Nobody need come any more (and nobody may claim).
    pub const fn is_over(self) -> bool {
        use Status::{Cancelled, Closed, Declined, Duplicate, Referred, Resolved};
        matches!(self, Resolved | Closed | Cancelled | Declined | Duplicate | Referred)
    }

    /// Its word in JSON, and the key of its translation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Registered => "registered",
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::CancelRequested => "cancel_requested",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Referred => "referred",
            Self::Duplicate => "duplicate",
        }
    }
}
