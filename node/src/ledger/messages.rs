//! What somebody may do with one message: what its page offers.
//!
//! # Rules
//!
//! 1. Asked of the same policy that judges the acts: nothing is offered that would be refused.
//! 2. Making a request of it, and reporting it, is for whoever may write in its group; hiding it is a
//!    matter of this box; taking it down and putting it back is for the group's owners.
//! 3. What was withdrawn or taken down is not made anything of. Of one's own one has no need to hide or
//!    report it.

use crdt::body::{Body, Talk};

use super::{Failed, Ledger};
use crate::{
    api::{GroupName, MessageMay, MessageRow},
    store::views::GroupLine,
};

impl Ledger {
    pub(super) fn message_may(
        &self,
        row: &MessageRow,
        group: &GroupLine,
        owner: bool,
    ) -> Result<MessageMay, Failed> {
        let held = match self.message(row.id) {
            Ok((held, _)) => held,
            // What shows something of another group is none of it.
            Err(Failed::Refused(_)) => return Ok(MessageMay::default()),
            Err(error) => return Err(error),
        };
        let is_talk = matches!(held.read_body(), Ok(Body::Talk(Talk::Message { .. })));
        let (stands, writes) = (!row.withdrawn && !row.taken_down, self.is_in(&group.id));
        let forward = if stands { self.groups_to_show_in(&row.id)? } else { Vec::new() };
        let forward = forward.into_iter().map(|it| GroupName { id: it.id, name: it.name });
        Ok(MessageMay {
            request: is_talk && stands && writes && row.request.is_none(),
            report: stands && writes && !row.mine,
            hide: !row.mine,
            take_down: stands && owner,
            put_back: row.taken_down && owner,
            forward: forward.collect(),
        })
    }
}
