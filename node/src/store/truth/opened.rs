//! Messages that were opened when they came, for the lists, which read each of them once soon after.
//!
//! # Rules
//!
//! 1. Messages only: what they say never changes, and is never taken out of a row again.
//! 2. Whoever reads the log takes them out. What is not here any more is opened anew.
//! 3. A bounded number of short ones: a newcomer's history comes faster than lists are written.

use std::{cell::RefCell, collections::BTreeMap};

use crdt::body::{Body, Talk};

/// Messages that are kept at most.
const MESSAGES_MAX: usize = 4_096;

/// Bytes of a text that is kept; longer ones are rare.
const TEXT_BYTES_MAX: usize = 1_024;

/// Bodies by their rows.
#[derive(Debug, Default)]
pub(super) struct Opened(RefCell<BTreeMap<i64, Body>>);

impl Opened {
    /// Keeps what was opened, if it is worth it.
    pub fn keep(&self, row: i64, body: Body) {
        let mut kept = self.0.borrow_mut();
        let is_short =
            matches!(&body, Body::Talk(Talk::Message { text, .. }) if text.len() <= TEXT_BYTES_MAX);
        if is_short && kept.len() < MESSAGES_MAX {
            kept.insert(row, body);
        }
    }

    /// Takes it out again.
    pub fn take(&self, row: i64) -> Option<Body> {
        self.0.borrow_mut().remove(&row)
    }
}
