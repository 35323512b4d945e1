//! How far what was written here has come: only here, on its way, at the desk.
//!
//! # Rules
//!
//! 1. Whatever a peer was found equal with is with that peer, from then on: what was said to be at the desk
//!    is never said to be on its way again, also where nobody is in reach.
//! 2. What the desk has taken note of or answered it has, however it came there; an office's own is there at once.
//! 3. What is only here is listed for whoever wrote it, and for nobody else of his home.

use crdt::{
    body::{Act, Body, News, Talk},
    id::{EnvelopeId, KeyId, RequestId},
    lifecycle::{Case, Status},
};

use super::{Failed, Ledger};
use crate::api::{OnlyHere, OnlyHereRow, OnlyHereWord, WayWord};

/// Up to which row others hold everything, and an office does, is kept under these names.
pub(super) const DELIVERED_KEPT: &str = "delivered";
pub(super) const AT_DESK_KEPT: &str = "delivered to an office";

/// Things that are listed, and that are looked at for them: much of what is written has no title.
const LISTED_MAX: usize = 20;
const LOOKED_AT_MAX: u32 = 200;

/// Characters of a title in the list.
const TITLE_CHARS_MAX: usize = 80;

impl Ledger {
    /// A peer was found equal.
    pub(super) fn note_delivered(&mut self, key: &KeyId, row: i64) -> Result<(), Failed> {
        if row > self.delivered {
            self.delivered = row;
            self.truth.keep(DELIVERED_KEPT, &row.to_be_bytes())?;
        }
        if row > self.at_desk && self.is_office(key)? {
            self.at_desk = row;
            self.truth.keep(AT_DESK_KEPT, &row.to_be_bytes())?;
        }
        Ok(())
    }

    fn is_office(&self, key: &KeyId) -> Result<bool, Failed> {
        let Some(person) = self.truth.roster().box_person(*key) else { return Ok(false) };
        Ok(self.views.card(&person)?.is_some_and(|card| card.office))
    }

    /// How far a request has come that somebody of this home asked for; nothing said of others'.
    pub(super) fn way_of(&self, id: &RequestId, case: &Case) -> Result<Option<WayWord>, Failed> {
        if Some(case.requester) != self.identity.person {
            return Ok(None);
        }
        let Some(held) = self.truth.read().verdict(id)? else { return Ok(None) };
        let noted = case.status == Status::Registered || !self.views.answers_to(id)?.is_empty();
        let at_desk = self.identity.office || noted || held.row <= self.at_desk;
        Ok(Some(match held.row <= self.delivered {
            _ if at_desk => WayWord::AtDesk,
            true => WayWord::OnItsWay,
            false => WayWord::OnlyHere,
        }))
    }

    /// What whoever asks wrote and no other home is known to hold, the newest first.
    pub(super) fn only_here(&self) -> Result<OnlyHere, Failed> {
        let writer = self.identity.writer.writer();
        let read = self.truth.read();
        let count = read.own(&writer, self.delivered)?.count;
        let mut items = Vec::new();
        for id in read.own_after(&writer, self.delivered, LOOKED_AT_MAX)? {
            if items.len() == LISTED_MAX {
                break;
            }
            items.extend(self.titled(id)?);
        }
        Ok(OnlyHere { count, items })
    }

    /// Whatever people would call by a title.
    fn titled(&self, id: EnvelopeId) -> Result<Option<OnlyHereRow>, Failed> {
        let Some(held) = self.truth.read().verdict(&id)? else { return Ok(None) };
        let (what, title) = match held.read_body() {
            Ok(Body::Talk(Talk::Message { text, .. })) => (OnlyHereWord::Message, text),
            Ok(Body::News(News::Tell(told))) => (OnlyHereWord::News, told.text),
            Ok(Body::Act(Act::Ask(ask))) => (OnlyHereWord::Request, ask.title),
            _ => return Ok(None),
        };
        let title = crate::words::clip(&title, TITLE_CHARS_MAX);
        Ok(Some(OnlyHereRow { id, what, title, claimed_ms: held.header.claimed }))
    }
}
