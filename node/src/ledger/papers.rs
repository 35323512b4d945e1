//! Were the papers typed back? A word written down wrongly is found while the right one can still be
//! had: by founding or moving in once more, as long as nothing hangs on it.
//!
//! Kept per person beside the truth, as `me` is, and told to nobody: that a paper was checked, never
//! its words. A home from before this was asked counts as not checked, which it is; of the
//! community's papers only the box knows that made them.

use std::collections::BTreeSet;

use crdt::{
    id::{KeyId, PersonId},
    keys::Secret,
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::{After, Failed, Ledger, decide::say};
use crate::{
    api::{ApiError, ErrorKind, PaperCommand, PaperState, Reply},
    home,
};

/// What is kept of somebody's papers.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// His own was typed back.
    own: bool,
    /// Root keys that he made and that were not, in hexadecimal.
    roots: BTreeSet<String>,
}

fn kept_key(person: &PersonId) -> String {
    format!("papers/{}", person.to_hex())
}

impl Ledger {
    /// Carries out what is asked about papers.
    pub(super) fn papers(&mut self, command: &PaperCommand) -> Result<After, Failed> {
        if let PaperCommand::Check { words } = command {
            let paper = home::read_paper(words.words(), "1")?;
            self.check_paper(&paper)?;
        }
        Ok(say(Reply::Paper(self.paper_state()?)))
    }

    /// How the papers of whoever asks stand.
    pub(super) fn paper_state(&self) -> Result<PaperState, Failed> {
        let kept = self.kept_papers()?;
        Ok(PaperState { own: kept.own, roots_left: kept.roots.len() as u64 })
    }

    /// Somebody who comes back has typed his paper: it is right.
    ///
    /// # Errors
    ///
    /// Where it is another person's, or the disk says no.
    pub fn paper_in_hand(&mut self, paper: &Secret, claimed: ClaimedTime) -> Result<(), ApiError> {
        self.alone(claimed, |ledger| ledger.check_paper(paper))
    }

    /// These root keys were just made here, each to be written down.
    pub(super) fn roots_made(&mut self, roots: &[Secret]) -> Result<(), Failed> {
        let mut kept = self.kept_papers()?;
        kept.roots = roots.iter().map(|root| root.key().to_hex()).collect();
        self.keep_as(&kept_key(&self.person()?), &kept)
    }

    /// Notes that this paper is as it should be, whose ever of the two sorts it is.
    pub(super) fn check_paper(&mut self, paper: &Secret) -> Result<(), Failed> {
        let (me, key): (PersonId, KeyId) = (self.person()?, paper.key());
        let mut kept = self.kept_papers()?;
        if paper.person() == me {
            kept.own = true;
        } else if self.genesis.root_keys.contains(&key) {
            kept.roots.remove(&key.to_hex());
        } else {
            return Err(ApiError::new(ErrorKind::OtherPaper, []).into());
        }
        self.keep_as(&kept_key(&me), &kept)
    }

    fn kept_papers(&self) -> Result<Kept, Failed> {
        Ok(self.kept_as(&kept_key(&self.person()?))?.unwrap_or_default())
    }
}
