//! Are we equal? Said only when both named the same fingerprint in one exchange.
//!
//! # Rules
//!
//! 1. Whoever asks names what he holds, the other answers with what he holds at that instant. Equal
//!    if that is what the asker held when he asked, or what he holds when the answer comes: sets
//!    only grow, so either way there was an instant when both held the same.
//! 2. The answer to an equal question asks back, so that both sides know it from an exchange that
//!    they began themselves.
//! 3. Where they differ, the leader finds out what; pauses between such findings double.
//! 4. After any change here the two are compared again within a second or so; at once, if the peer
//!    has not been told of it.
//! 5. Between two that were equal once, what is on its way anyhow is not looked into: while
//!    envelopes flow a difference waits, for ten seconds at most. Finding it costs bytes that
//!    others need while somebody floods the link.

use std::collections::VecDeque;

use super::{Fault, Output, Session};
use crate::{
    sync::{
        bounds::{
            BACKOFF_FIRST_MS, BACKOFF_LAST_MS, COMPARISONS_MAX, FLOWING_MS, FLOWING_MS_MAX,
            RECHECK_MS,
        },
        fingerprint::Fingerprint,
        message::Message,
        summary::Carried,
    },
    time::Moment,
};

/// A question under way.
#[derive(Debug)]
struct Asked {
    nonce: u64,
    at: Moment,
    root: Fingerprint,
}

/// The comparisons of one session.
#[derive(Debug, Default)]
pub(super) struct Comparing {
    last_nonce: u64,
    asked: VecDeque<Asked>,
    /// Another question waits for one of those to be answered.
    wanted: bool,
    due: Option<Moment>,
    /// What was held when a change was last looked for.
    seen: Fingerprint,
    /// Something new was neither pushed nor announced since the last question.
    passed_over: bool,
    /// What both held when they were last found equal.
    equal: Option<Fingerprint>,
    /// Differences found in a row, and when the next may be looked into.
    differences: u32,
    not_before: Moment,
    /// Since when a difference has been known and not looked into.
    differs_since: Option<Moment>,
}

impl Comparing {
    /// Notes a question; the caller sends it.
    pub fn begin(&mut self, carried: &Carried, now: Moment) -> u64 {
        self.last_nonce += 1;
        let root = *carried.root();
        self.asked.push_back(Asked { nonce: self.last_nonce, at: now, root });
        (self.seen, self.passed_over) = (root, false);
        self.last_nonce
    }

    /// Something new here can only be found by asking again.
    pub fn passed_over(&mut self) {
        self.passed_over = true;
    }

    /// When to ask again; not before the last question is answered.
    pub fn due(&self) -> Option<Moment> {
        self.due.filter(|_| self.asked.is_empty())
    }

    /// Is an answer missing?
    pub fn is_waiting(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Have the two been equal since the link came up?
    pub fn was_equal(&self) -> bool {
        self.equal.is_some()
    }

    fn due_at(&mut self, at: Moment) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// A difference has been looked into: the next one waits a little longer.
    pub fn looked_into(&mut self, now: Moment) {
        let pause = BACKOFF_FIRST_MS << self.differences.min(16);
        self.not_before = now + pause.min(BACKOFF_LAST_MS);
        self.differs_since = None;
        self.differences += 1;
    }
}

impl Session {
    /// Asks whether the two are equal.
    pub(super) fn compare(&mut self, carried: &Carried, now: Moment) {
        if !self.is_open() || self.comparing.asked.len() >= COMPARISONS_MAX {
            self.comparing.wanted = true;
            return;
        }
        let nonce = self.comparing.begin(carried, now);
        self.send(&Message::Compare { nonce, root: *carried.root() });
    }

    pub(super) fn hear_compare(
        &mut self,
        carried: &Carried,
        nonce: u64,
        root: Fingerprint,
        now: Moment,
    ) {
        let comparing = &self.comparing;
        let confirm =
            root == *carried.root() && comparing.equal != Some(root) && comparing.asked.is_empty();
        let then = confirm.then(|| self.comparing.begin(carried, now));
        self.answer_comparison(carried, nonce, then);
        self.note_root(carried, root, now);
    }

    pub(super) fn answer_comparison(&mut self, carried: &Carried, nonce: u64, then: Option<u64>) {
        self.send(&Message::Compared { nonce, root: *carried.root(), then });
    }

    pub(super) fn hear_compared(
        &mut self,
        carried: &Carried,
        nonce: u64,
        root: Fingerprint,
        then: Option<u64>,
        now: Moment,
    ) -> Result<(), Fault> {
        if let Some(back) = then {
            self.answer_comparison(carried, back, None);
        }
        self.conclude(carried, nonce, root, now)
    }

    /// The peer has answered one of this side's questions.
    pub(super) fn conclude(
        &mut self,
        carried: &Carried,
        nonce: u64,
        root: Fingerprint,
        now: Moment,
    ) -> Result<(), Fault> {
        let asked = self.comparing.asked.pop_front().filter(|asked| asked.nonce == nonce);
        let asked = asked.ok_or(Fault::OutOfTurn)?;
        self.answers += 1;
        if root != asked.root && root != *carried.root() {
            self.note_root(carried, root, now);
            return Ok(());
        }
        self.fruitless = 0;
        let comparing = &mut self.comparing;
        (comparing.equal, comparing.differences) = (Some(root), 0);
        comparing.differs_since = None;
        // Whatever of it came by another link is here as well: nothing is awaited of this peer.
        self.progress = (0, 0);
        if root == *carried.root() {
            comparing.due = None;
        } else if comparing.passed_over {
            comparing.due_at(now);
        }
        self.outputs.push_back(Output::Equal { at: asked.at, root });
        Ok(())
    }

    /// The peer has said what it holds. If that differs, the leader looks into it, though not
    /// without a pause.
    pub(super) fn note_root(&mut self, carried: &Carried, root: Fingerprint, now: Moment) {
        if root == *carried.root() || !self.config.initiator || self.descent.is_some() {
            return;
        }
        let flows = self.outbox.in_flight() > 0 || now.since_ms(self.data_at) < FLOWING_MS;
        let since = *self.comparing.differs_since.get_or_insert(now);
        let lately = now.since_ms(since) < FLOWING_MS_MAX;
        if now < self.comparing.not_before {
            let due = self.comparing.not_before;
            self.comparing.due_at(due);
        } else if flows && lately && self.comparing.was_equal() {
            self.comparing.due_at(now + FLOWING_MS);
        } else if self.is_open() {
            self.begin_descent();
        }
    }

    /// Asks again when something changed here, or when a pause is over.
    pub(super) fn compare_when_due(&mut self, carried: &Carried, now: Moment) {
        if *carried.root() != self.comparing.seen {
            self.comparing.seen = *carried.root();
            self.comparing.due_at(now + RECHECK_MS);
        }
        let idle = self.descent.is_none() && self.comparing.asked.is_empty();
        let due = self.comparing.due.is_some_and(|due| now >= due) && idle;
        let wanted = self.comparing.wanted && self.comparing.asked.len() < COMPARISONS_MAX;
        if due || wanted {
            (self.comparing.due, self.comparing.wanted) = (None, false);
            self.compare(carried, now);
        }
    }
}
