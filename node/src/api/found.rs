//! Founding a community, as it is asked and answered.

use serde::{Deserialize, Serialize};

/// How many root keys on paper a community has, and how many of them must sign together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RootsWord {
    /// A handful of neighbours: one paper, which alone can do everything.
    #[serde(rename = "1of1")]
    OneOfOne,
    /// Three papers in three places; one may be lost, and one alone can do nothing.
    #[default]
    #[serde(rename = "2of3")]
    TwoOfThree,
}

/// A key on paper: it is nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSheet {
    /// Which of the community's root keys; none where it is the person's own.
    pub root: Option<RootPaper>,
    /// Its 24 words.
    pub words: Vec<String>,
}

/// Which root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootPaper {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// How many must sign together.
    pub threshold: u8,
}
