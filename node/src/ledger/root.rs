//! What only the community's paper keys can do: enough of them together, typed back as words.
//!
//! The keys are made from the words, sign one statement, and are forgotten with this call. They are
//! above every role and need no installation of their own: any box of the community will do.

use std::collections::BTreeMap;

use crdt::{id::KeyId, keys::Secret};

use super::{Failed, Ledger, removal::Hand};
use crate::{
    api::{ApiError, ErrorKind, PaperWords, RootAct, RosterReply},
    home::read_paper,
};

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
