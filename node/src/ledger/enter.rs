//! The first transaction of a home: founding, walking in, walking in again.
//!
//! All of it is done on a ledger that nobody works with yet, each in one transaction of its own.

use crdt::{envelope::Envelope, invitation::Invitation, keys::Secret, time::ClaimedTime};

use super::{Failed, Ledger};
use crate::api::{ApiError, ErrorKind};

impl Ledger {
    /// Writes the beginning of a community, in one transaction.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn begin_community(
        &mut self,
        roots: &[Secret],
        paper: &Secret,
        name: &str,
        claimed: ClaimedTime,
    ) -> Result<(), ApiError> {
        self.alone(claimed, |ledger| ledger.found(roots, paper, name))
    }

    /// Has the founder be a member too, beside running it.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn join_neighbours(&mut self, claimed: ClaimedTime) -> Result<(), ApiError> {
        self.alone(claimed, Self::be_a_neighbour)
    }

    /// Writes a newcomer's beginning, in one transaction.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn walk_in(
        &mut self,
        door: &Invitation,
        paper: &Secret,
        claimed: ClaimedTime,
    ) -> Result<(), ApiError> {
        self.walk_in_together(door, std::slice::from_ref(paper), claimed)
    }

    /// The same of a whole household: the paper keys of those who live here, the first person's first.
    ///
    /// # Errors
    ///
    /// As [`Ledger::walk_in`].
    pub fn walk_in_together(
        &mut self,
        door: &Invitation,
        papers: &[Secret],
        claimed: ClaimedTime,
    ) -> Result<(), ApiError> {
        self.alone(claimed, |ledger| {
            ledger.refuse_used(door)?;
            for (who, paper) in ledger.identity.turns().zip(papers) {
                ledger.in_the_name_of(who, |it| it.enter(door, paper))?;
            }
            ledger.keep_typed(&door.addresses)
        })
    }

    /// Takes in the statements that an invitation's file brought along.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn hear(&mut self, statements: Vec<Envelope>) -> Result<(), ApiError> {
        self.alone(ClaimedTime(0), |ledger| Ok(ledger.take_in(statements).map(|_| ())?))
    }

    /// Somebody who is in this community's files already comes by a link of it: he was removed and
    /// let in again, or his first invitation was used by somebody else.
    ///
    /// # Errors
    ///
    /// Where he is in it and stays in it, the new one was used too, or the disk says no.
    pub fn walk_in_again(
        &mut self,
        door: &Invitation,
        claimed: ClaimedTime,
    ) -> Result<(), ApiError> {
        self.alone(claimed, |ledger| {
            ledger.keep_typed(&door.addresses)?;
            if door.group.0.is_empty() {
                return ledger.come_back(door.invite);
            }
            if !ledger.is_alone() {
                return Err(ApiError::new(ErrorKind::AlreadyInCommunity, []).into());
            }
            ledger.refuse_used(door)?;
            ledger.join_by(door)
        })
    }

    fn refuse_used(&self, door: &Invitation) -> Result<(), Failed> {
        if self.is_used_up(door) {
            return Err(ApiError::new(ErrorKind::InvitationUsed, []).into());
        }
        Ok(())
    }

    pub(super) fn alone(
        &mut self,
        claimed: ClaimedTime,
        write: impl FnOnce(&mut Self) -> Result<(), Failed>,
    ) -> Result<(), ApiError> {
        self.claimed = claimed;
        self.truth.begin().map_err(Failed::from)?;
        if let Err(failed) = write(self) {
            self.keys.forget();
            self.truth.rollback().map_err(Failed::from)?;
            return Err(failed.into());
        }
        self.truth.commit().map_err(Failed::from)?;
        self.catch_up().map_err(Failed::from)?;
        self.written.clear();
        Ok(())
    }
}
