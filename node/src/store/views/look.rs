//! Who is told that what he looks for was found.
//!
//! # Rules
//!
//! 1. Whoever listed a place, looked at one, asked, or has a standing on the request is told; whoever found
//!    it knows.
//! 2. He is told once however many found it: what he was told of before stands for what came beside it. Taken
//!    back and found somewhere else, it is told again.
//! 3. It takes no other notice's place: what becomes of a place or a claim is told as well.

use crdt::{
    document::{ChecklistItem, RequestFacts},
    id::{PersonId, WriterId},
    lifecycle::Case,
};

use super::{Views, notices::told_key};
use crate::store::{error::StoreError, truth::Truth};

/// What somebody is told who looks for what another has found; behind it stands where.
const FOUND: &str = "found";

impl Views {
    /// What `me` is told about what was looked for; nothing while it is not found.
    pub(super) fn to_stop(
        &self,
        truth: &Truth,
        case: &Case,
        facts: &RequestFacts,
        me: &PersonId,
    ) -> Result<Option<String>, StoreError> {
        let is_me = |writer: WriterId| truth.roster().person_of(writer) == Some(*me);
        let found = || facts.checklist.iter().filter(|item| item.found_by.is_some());
        let found_it = |item: &ChecklistItem| item.found_by.is_some_and(is_me);
        let looks = |item: &ChecklistItem| is_me(item.added_by) || item.done_by.is_some_and(is_me);
        let concerned = case.standing(me).is_some()
            || case.family.iter().any(|(who, _)| who == me)
            || facts.checklist.iter().any(looks);
        if found().any(found_it) || !concerned {
            return Ok(None);
        }
        let mut first = None;
        for item in found() {
            let reason = format!("{FOUND}/{}", item.key.as_str());
            if truth.read().kept(&told_key(me, &case.request, &reason))?.is_some() {
                return Ok(Some(reason));
            }
            first.get_or_insert(reason);
        }
        Ok(first)
    }
}
