//! What a neighbour will ask for first, made ready while the two still greet one another.
//!
//! Whoever wrote something while he was alone differs from everybody in the drawers that it lies in. Both sides list
//! the fullest of them as soon as they have a link: listed only when asked for, one would wait for the other's
//! disk, and then the other for his.

use crdt::{id::ScopeId, sync::Held, time::Bucket};

use super::{Failed, Ledger};

/// Envelopes of which it is looked where they lie.
const ROWS_MAX: u32 = 4_096;

/// Entries of a drawer that is made ready: about two megabytes.
const ITEMS_MAX: u64 = 16_384;

/// A drawer as it was at a row.
pub(super) struct Ahead {
    scope: ScopeId,
    bucket: Bucket,
    row: i64,
    items: Vec<Held>,
}

impl Ledger {
    /// A neighbour has come. Nothing is done where all is delivered, or nothing ever was: what those who never
    /// met differ in cannot be known.
    pub(super) fn look_ahead(&mut self) -> Result<(), Failed> {
        let row = self.truth.last_row();
        let is_ready = self.ahead.as_ref().is_some_and(|it| it.row == row);
        if self.delivered == 0 || self.delivered >= row || is_ready {
            return Ok(());
        }
        let read = self.truth.read();
        let fullest = read.fullest_drawer_since(self.delivered, ROWS_MAX)?;
        self.ahead = match fullest {
            Some((scope, bucket, held)) if held <= ITEMS_MAX => {
                Some(Ahead { scope, bucket, row, items: read.items(&scope, bucket)? })
            }
            _ => None,
        };
        Ok(())
    }

    /// What is in a drawer.
    pub(super) fn list(&mut self, scope: &ScopeId, bucket: Bucket) -> Result<Vec<Held>, Failed> {
        let now = (*scope, bucket, self.truth.last_row());
        match self.ahead.take_if(|it| (it.scope, it.bucket, it.row) == now) {
            Some(ready) => Ok(ready.items),
            None => Ok(self.truth.read().items(scope, bucket)?),
        }
    }
}
