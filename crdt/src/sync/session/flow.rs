//! Envelopes in both directions: stored, acknowledged, pushed, announced.
//!
//! # Rules
//!
//! 1. What comes in goes to the store, batch by batch; its bytes are acknowledged after the commit.
//! 2. What was written here goes out at once, to every peer that has not shown it.
//! 3. What came from elsewhere is announced by id; whoever lacks it asks for it. Until the two have
//!    been equal only so much of it is: a backlog is left to the comparison under way.
//! 4. What was neither pushed nor announced is looked for as soon as the comparison is over.

use std::sync::Arc;

use super::{Fault, Output, Session};
use crate::{
    envelope::Envelope,
    id::EnvelopeId,
    sync::{
        bounds::{EARLY_IDS_MAX, IDS_MAX, LOOKUPS_MAX},
        message::Message,
    },
};

impl Session {
    pub(super) fn hear_data(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let envelopes = self.inbox.take(bytes)?;
        if envelopes.is_empty() {
            return Ok(());
        }
        envelopes.iter().for_each(|envelope| self.known.insert(&envelope.id()));
        let count = envelopes.len() as u64;
        self.descent.iter_mut().for_each(|descent| descent.note_received(count));
        self.outputs.push_back(Output::Store(envelopes));
        Ok(())
    }

    /// The store has committed a batch of this peer.
    pub(super) fn settled(&mut self, new: usize, refused: usize) -> Result<(), Fault> {
        if refused > 0 {
            return Err(Fault::Refused(refused));
        }
        if let Some(upto) = self.inbox.settled() {
            self.send(&Message::Ack { upto });
        }
        self.new += new as u64;
        let (received, total) = &mut self.progress;
        if *received < *total {
            *received = (*received + new as u64).min(*total);
            let (received, total) = (*received, *total);
            self.outputs.push_back(Output::Progress { received, total });
        }
        Ok(())
    }

    /// A comparison has found out how much is missing.
    pub(super) fn differs(&mut self, missing_here: u64, missing_there: u64) {
        self.progress = (0, missing_here);
        self.outputs.push_back(Output::Differs { missing_here, missing_there });
    }

    /// Written here: out at once.
    pub(super) fn push(&mut self, new: &[Arc<Envelope>]) {
        if self.is_open() {
            new.iter().for_each(|envelope| self.outbox.push(envelope, &self.known));
        } else {
            self.comparing.passed_over();
        }
    }

    /// New here, whoever it came from: the peer may want it.
    pub(super) fn announce(&mut self, new: &[Arc<Envelope>]) {
        let is_news = |id: &EnvelopeId| !self.known.contains(id) && !self.outbox.is_pending(id);
        let news: Vec<&Arc<Envelope>> = new.iter().filter(|it| is_news(&it.id())).collect();
        let ids: Vec<EnvelopeId> = news.iter().map(|envelope| envelope.id()).collect();
        if self.name(&ids) {
            news.iter().for_each(|envelope| self.outbox.announce(envelope));
        }
    }

    /// Names what is held here, where the peer can follow: whoever lacks it, or lacks its body,
    /// asks for it.
    pub(super) fn name(&mut self, ids: &[EnvelopeId]) -> bool {
        let early = self.early + ids.len();
        if !self.is_open() || !(self.comparing.was_equal() || early <= EARLY_IDS_MAX) {
            self.comparing.passed_over();
            return false;
        }
        self.early = early;
        ids.chunks(IDS_MAX).for_each(|ids| self.send(&Message::Have(ids.to_vec())));
        true
    }

    pub(super) fn hear_have(&mut self, ids: Vec<EnvelopeId>) {
        ids.iter().for_each(|id| self.known.insert(id));
        if self.lookups < LOOKUPS_MAX && !ids.is_empty() {
            self.lookups += 1;
            self.outputs.push_back(Output::Lookup(ids));
        }
    }

    /// What of an announcement is not here, or what came from somebody without its body.
    pub(super) fn missing(&mut self, ids: Vec<EnvelopeId>) {
        self.lookups = self.lookups.saturating_sub(1);
        if !ids.is_empty() {
            self.send(&Message::Want { job: 0, ids });
        }
    }

    pub(super) fn hear_want(&mut self, ids: &[EnvelopeId]) {
        ids.iter().for_each(|id| self.outbox.send_wanted(*id));
    }
}
