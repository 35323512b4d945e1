//! Codes of what neighbours decide, can do, and thank for.

pub const FAMILIES: [(&str, &[&str]); 6] = [
    ("hours-flag", HOURS_FLAGS),
    ("place", &["holder", "awaiting", "waiting"]),
    (
        "envelope",
        &[
            "statement",
            "message",
            "news",
            "act",
            "change",
            "card",
            "ballot",
            "receipt",
            "media",
            "activity",
            "other",
        ],
    ),
    (
        "skill",
        &[
            "law",
            "nursing",
            "medicine",
            "veteran",
            "sign_language",
            "languages",
            "electrics",
            "plumbing",
            "teaching",
            "counselling",
            "computers",
            "other",
        ],
    ),
    ("vote", &["running", "ended", "provisional", "final", "cancelled"]),
    (
        "vote-no",
        &[
            "over",
            "voted",
            "not_on_roll",
            "no_voters",
            "same_choices",
            "no_key",
            "entered",
            "reported",
            "not_ended",
            "no_reports",
            "grace",
            "missing",
            "no_choice",
        ],
    ),
];

/// What a captain must look at.
const HOURS_FLAGS: &[&str] = &[
    "double_sign_in",
    "not_signed_in",
    "not_signed_out",
    "backwards",
    "over_a_day",
    "overlaps",
    "differs",
    "approved_twice",
    "from_paper",
    "corrected",
];
