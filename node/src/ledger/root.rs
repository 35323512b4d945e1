//! What only the community's paper keys can do: enough of them together, typed back as words.
//!
//! The keys are made from the words, sign one statement, and are forgotten with this call. They are
//! above every role and need no installation of their own: any box of the community will do.

use std::collections::BTreeMap;

use crdt::{
    id::KeyId,
    keys::Secret,
    paper::{self, NotPaper, WORDS},
};

use super::{Failed, Ledger, removal::Hand};
use crate::api::{ApiError, ErrorKind, PaperWords, RootAct, RosterReply};

impl Ledger {
    pub(super) fn root(
        &mut self,
        what: RootAct,
        papers: &[PaperWords],
    ) -> Result<RosterReply, Failed> {
        let papers = self.root_keys(papers)?;
        let hand = Hand::Root(&papers);
        match what {
            RootAct::Grant { person, role, over, again } => {
                self.give_by(hand, &person, role, over.as_deref(), again)
            }
            RootAct::Remove { person, role, over, keep } => {
                self.remove_by(hand, &person, (role, over.as_deref()), &keep, false)
            }
            RootAct::RevokeKey { key, keep } => self.revoke_key_by(hand, &key, &keep),
            RootAct::Admit { removal, writer } => self.admit_by(hand, &removal, writer.as_deref()),
        }
    }

    /// The keys of these papers, if they are this community's and enough.
    fn root_keys(&self, papers: &[PaperWords]) -> Result<Vec<Secret>, Failed> {
        let mut found: BTreeMap<KeyId, Secret> = BTreeMap::new();
        for (at, words) in papers.iter().enumerate() {
            let number = (at + 1).to_string();
            let key = read_paper(&words.0, &number)?;
            if !self.genesis.root_keys.contains(&key.key()) {
                return Err(ApiError::new(ErrorKind::ForeignPaper, [("paper", number)]).into());
            }
            found.insert(key.key(), key);
        }
        let need = usize::from(self.genesis.threshold);
        if found.len() < need {
            let args = [("have", found.len().to_string()), ("need", need.to_string())];
            return Err(ApiError::new(ErrorKind::TooFewPapers, args).into());
        }
        Ok(found.into_values().take(need).collect())
    }
}

/// Reads the words of a paper key; says which of them look wrong.
///
/// # Errors
///
/// [`ErrorKind::BadPaper`].
pub fn read_paper(words: &str, number: &str) -> Result<Secret, ApiError> {
    paper::from_words(words).map_err(|error| {
        let (fault, numbers) = match error {
            NotPaper::Count { found } => ("count", format!("{found} / {WORDS}")),
            NotPaper::Unknown { wrong } => {
                let named = wrong.iter().map(|word| {
                    let near: String = word.near.iter().map(|near| format!(" → {near}?")).collect();
                    format!("{} “{}”{near}", word.number, word.typed)
                });
                ("unknown", named.collect::<Vec<_>>().join(", "))
            }
            NotPaper::Checksum => ("checksum", String::new()),
        };
        let args =
            [("paper", number.to_owned()), ("fault", fault.to_owned()), ("numbers", numbers)];
        ApiError::new(ErrorKind::BadPaper, args)
    })
}
