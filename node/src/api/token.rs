//! Tokens: what lets a program act for a person of the box, and for what.

use crdt::{id::PersonId, time::ClaimedTime};
use serde::{Deserialize, Serialize};

/// Something about tokens that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum TokenCommand {
    /// Makes one for whoever asks; it is told this once.
    New { name: String, scopes: Vec<ScopeWord> },
    /// Those of whoever asks.
    List,
    /// Takes one back, by name or id.
    Revoke { token: String },
    /// Whose is it, and what may it do?
    Check { token: TokenText },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum TokenReply {
    /// `text` is the token itself, kept nowhere.
    Made {
        text: TokenText,
        token: TokenRow,
    },
    Tokens {
        tokens: Vec<TokenRow>,
    },
    Revoked {
        token: TokenRow,
    },
    Known {
        token: TokenRow,
    },
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRow {
    /// Eight hexadecimal digits.
    pub id: String,
    /// What it is for, as whoever made it says.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<ScopeWord>,
    /// In whose name it acts.
    pub person: PersonId,
    /// What the clock said when it was made.
    pub made_ms: ClaimedTime,
}

/// What a token allows. None lets anybody do more than his person may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeWord {
    /// Read what the person reads, private details not.
    Read,
    /// Write messages and boards, enter groups.
    Post,
    /// Ask for help, and act on requests.
    Requests,
    /// The desk's own: assign, open and erase private details.
    Desk,
    /// People: invitations, roles, removals, doors.
    People,
    /// This box: where it dials, shutting its keys.
    Home,
}

/// A token on its way; printing it shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenText(pub String);

impl std::fmt::Debug for TokenText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenText")
    }
}

impl From<String> for TokenText {
    fn from(text: String) -> Self {
        Self(text)
    }
}
