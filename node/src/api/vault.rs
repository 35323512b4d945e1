//! Private details of a request, as commands and answers carry them.

use crdt::{body::VaultClass, time::ClaimedTime};
use serde::{Deserialize, Serialize};

use crdt::id::RequestId;

/// What only a few may read. Empty fields are not there.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Private {
    /// The real name of whoever needs help.
    #[serde(default)]
    pub name: String,
    /// His telephone number.
    #[serde(default)]
    pub phone: String,
    /// Building, unit, door.
    #[serde(default)]
    pub door: String,
    /// What is sensitive: a diagnosis, whom a complaint is about.
    #[serde(default)]
    pub details: String,
}

/// Whatever prints a command must not print this.
impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Private")
    }
}

/// How far private words may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultWord {
    /// Name, phone, door.
    Contact,
    /// Diagnosis, whom a complaint is about.
    Sensitive,
}

impl From<VaultClass> for VaultWord {
    fn from(class: VaultClass) -> Self {
        match class {
            VaultClass::Contact => Self::Contact,
            // No request has a vault of the class identity; where one asks all the same, it is as private.
            VaultClass::Sensitive | VaultClass::Identity => Self::Sensitive,
        }
    }
}

impl From<VaultWord> for VaultClass {
    fn from(word: VaultWord) -> Self {
        match word {
            VaultWord::Contact => Self::Contact,
            VaultWord::Sensitive => Self::Sensitive,
        }
    }
}

/// `linli request ID --private --json`: what this person may read, and who has opened it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultPage {
    /// Which request.
    pub id: RequestId,
    /// Its code on the phone.
    pub code: String,
    /// What there is; a field that this person may not read is empty.
    pub private: Private,
    /// Who opened it, oldest first.
    pub openings: Vec<OpeningRow>,
    /// Who opened it before those: of very many only the latest are told one by one.
    #[serde(default)]
    pub earlier: Vec<EarlierRow>,
    /// What was erased.
    pub erased: Vec<VaultWord>,
    /// May this person name somebody who reads the details too?
    #[serde(default)]
    pub may_confide: bool,
}

/// How often somebody opened it before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierRow {
    /// Who.
    pub who: String,
    /// How often.
    pub times: u64,
}

/// One opening, as the family sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningRow {
    /// What was opened.
    pub class: VaultWord,
    /// Who.
    pub who: String,
    /// Why.
    pub reason: String,
    /// To whom it was handed on.
    pub released_to: Option<String>,
    /// What his clock said.
    pub claimed_ms: ClaimedTime,
    /// The team that the request was posted to, where it was opened there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}
