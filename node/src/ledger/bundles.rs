//! What a bundle brings is taken in as if a neighbour had sent it, and passed on as if it had been
//! written here: whoever is linked may be waiting for it.

use crdt::{envelope::Envelope, judge::Fate, sync::stream::StreamReader};

use super::{After, Failed, Ledger, decide::say};
use crate::api::{ApiError, ErrorKind, Reply, TakenIn};

impl Ledger {
    /// Takes in a section of a bundle, all of it or nothing.
    pub(super) fn take_in_section(&mut self, section: &[u8]) -> Result<After, Failed> {
        let mut stream = StreamReader::default();
        let damaged = || {
            let args = [("file", String::new()), ("spoilt", "1".to_owned())];
            ApiError::new(ErrorKind::DamagedBundle, args)
        };
        let envelopes = stream.read(section).map_err(|_| damaged())?;
        if stream.partial_bytes() > 0 {
            return Err(damaged().into());
        }
        let all = envelopes.len() as u64;
        let taken = self.take_in(envelopes)?;
        self.look_for_own(&taken);
        let mut pending = 0;
        for envelope in &taken.new {
            pending += u64::from(!self.is_vouched_for(envelope)?);
        }
        let (new, refused) = (taken.new.len() as u64, taken.refused as u64);
        self.written.extend(taken.new);
        let known = all.saturating_sub(new + refused);
        Ok(say(Reply::TakenIn(TakenIn { new, known, refused, pending })))
    }

    /// Does it count here or, where it cannot be read here, does somebody's key stand under it?
    fn is_vouched_for(&self, envelope: &Envelope) -> Result<bool, Failed> {
        Ok(match self.truth.read().fate_of(&envelope.id())? {
            Some(Fate::Accepted) => true,
            Some(Fate::Sealed) => self.truth.roster().person_of(envelope.header().writer).is_some(),
            _ => false,
        })
    }
}
