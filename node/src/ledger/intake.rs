//! What peers hand over: into the truth, and what this box must notice about it.

use super::{Done, Ledger, Plan, Taken};
use crate::store::{error::StoreError, truth::Parcel};

impl Ledger {
    pub(super) fn receive(&mut self, parcel: Parcel) -> Plan {
        let row = self.truth.last_row();
        match self.take_in(parcel) {
            Ok(taken) => {
                self.look_for_own(&taken);
                self.forgive(|ledger| ledger.note_late(&taken.new, row));
                Plan::Received(taken)
            }
            Err(error) => {
                tracing::error!(reason = %error, "Envelopes of a peer could not be kept");
                Plan::Ready(Done::Received(None))
            }
        }
    }

    /// Whoever brings what this box's keys wrote and this box does not know has met a copy of it.
    pub(super) fn look_for_own(&mut self, taken: &Taken) {
        if taken.new.iter().any(|it| self.identity.has_writer(&it.header().writer)) {
            self.found_a_copy();
        }
    }

    /// Puts envelopes into the truth.
    pub(super) fn take_in(&mut self, parcel: impl Into<Parcel>) -> Result<Taken, StoreError> {
        let (seed, parcel) = (self.dice.draw(), parcel.into());
        // Those that are known may bring a body along.
        self.behind += parcel.look(<[_]>::len);
        let received = self.truth.receive(parcel, seed)?;
        Ok(Taken { new: received.new, whole: received.whole, refused: received.refused.len() })
    }
}
