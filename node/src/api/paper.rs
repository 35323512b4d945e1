//! Paper keys typed back: whether what was written down is what the key says.

use serde::{Deserialize, Serialize};

use crate::passphrase::Passphrase;

/// Something about papers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum PaperCommand {
    /// How the papers of whoever asks stand.
    State,
    /// Compares the words of one paper, typed back, with the key that they should be.
    Check {
        /// Its 24 words; they are compared and forgotten.
        words: Passphrase,
    },
}

/// What of the papers of somebody on this box was typed back: `linli paper --json` prints it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperState {
    /// The person's own paper was.
    pub own: bool,
    /// So many of the community's papers that were made here were not.
    pub roots_left: u64,
}

impl PaperState {
    /// Was everything?
    pub const fn is_whole(self) -> bool {
        self.own && self.roots_left == 0
    }
}
