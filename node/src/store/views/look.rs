//! Where the list of places to look stands, and who is told that what he looks for was found.
//!
//! # Rules
//!
//! 1. Whoever listed a place, looked at one, asked, or has a standing is told; of an activity whoever has one
//!    in any of its roles. Whoever found it knows, also where another found it beside him.
//! 2. He is told once however many found it: what he was told of before, or has still to read, stands for what
//!    came beside it. Taken back and found again, there or elsewhere, is another word, and told again.
//! 3. It takes no other notice's place: what becomes of a place or a claim is told as well.
//! 4. Whoever leads a group plans what he likes. A plan counts for a request of its own group that was asked
//!    for places of an activity, and for no other.

use std::collections::BTreeSet;

use crdt::{
    body::{AskKind, Plan},
    document::{RequestFacts, Word},
    id::{EnvelopeId, GroupId, PersonId, RequestId, WriterId},
};

use super::{Folded, Views, notices::told_key};
use crate::store::{error::StoreError, truth::Truth};

/// What somebody is told who looks for what another has found; behind it stands whose word that is.
const FOUND: &str = "found";

impl Views {
    /// Rule 4: the activities that a request has places of, lowest id first.
    ///
    /// # Errors
    ///
    /// Where the disk says no; so for everything below.
    pub fn activities_for(&self, folded: &Folded) -> Result<Vec<EnvelopeId>, StoreError> {
        let mut counting = Vec::new();
        for id in self.activities_of(&folded.case.request)? {
            let line = self.activity(&id)?;
            if line.is_some_and(|line| has_places(folded, &line.group)) {
                counting.push(id);
            }
        }
        Ok(counting)
    }

    /// Their plans, as far as whoever made one might.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn plans_for(&self, truth: &Truth, folded: &Folded) -> Result<Vec<Plan>, StoreError> {
        let mut plans = Vec::new();
        for id in self.activities_for(folded)? {
            plans.extend(self.plan(truth, &id)?.map(|(plan, _)| plan));
        }
        Ok(plans)
    }

    /// The request whose checklist is that of a plan of this group: its first role's. One that has not arrived
    /// yet is waited for, one that is another group's is passed over.
    #[expect(clippy::missing_errors_doc, reason = "said once, above")]
    pub fn list_of(
        &self,
        truth: &Truth,
        group: &GroupId,
        plan: &Plan,
    ) -> Result<Option<RequestId>, StoreError> {
        for role in &plan.roles {
            let known = self.fold(truth, &role.request)?;
            if known.is_none_or(|folded| has_places(&folded, group)) {
                return Ok(Some(role.request));
            }
        }
        Ok(None)
    }

    /// These requests, and those that have the lists of their activities: who is told of what is found there
    /// follows from all the roles.
    pub(super) fn with_lists(
        &self,
        truth: &Truth,
        requests: &BTreeSet<RequestId>,
    ) -> Result<BTreeSet<RequestId>, StoreError> {
        let mut all = requests.clone();
        for id in requests {
            if self.activities_of(id)?.is_empty() {
                continue;
            }
            let Some(folded) = self.fold(truth, id)? else { continue };
            for plan in self.plans_for(truth, &folded)? {
                all.extend(self.list_of(truth, &folded.group, &plan)?);
            }
        }
        Ok(all)
    }

    /// What `me` is told about what was looked for; nothing while it is not found.
    pub(super) fn to_stop(
        &self,
        truth: &Truth,
        folded: &Folded,
        facts: &RequestFacts,
        me: &PersonId,
    ) -> Result<Option<String>, StoreError> {
        let case = &folded.case;
        let is_me = |writer: &WriterId| truth.roster().person_of(*writer) == Some(*me);
        let mine = |words: &[Word]| words.iter().any(|word| is_me(&word.by));
        let list = &facts.checklist;
        let found: Vec<&Word> = list.iter().flat_map(|item| &item.found).collect();
        if found.is_empty() || list.iter().any(|item| mine(&item.found)) {
            return Ok(None);
        }
        let concerned = case.standing(me).is_some()
            || case.family.iter().any(|(who, _)| who == me)
            || list.iter().any(|item| is_me(&item.added_by) || mine(&item.done))
            || self.stands_beside(truth, folded, me)?;
        if !concerned {
            return Ok(None);
        }
        let named = |word: &&Word| format!("{FOUND}/{}/{}", word.number, word.by.to_hex());
        let reasons: Vec<String> = found.iter().map(named).collect();
        for reason in &reasons {
            if truth.read().kept(&told_key(me, &case.request, reason))?.is_some() {
                return Ok(Some(reason.clone()));
            }
        }
        for reason in &reasons {
            if self.is_due(&case.request, me, reason)? {
                return Ok(Some(reason.clone()));
            }
        }
        Ok(reasons.into_iter().next())
    }

    /// Has this person a standing in another role of the same activity?
    fn stands_beside(
        &self,
        truth: &Truth,
        folded: &Folded,
        me: &PersonId,
    ) -> Result<bool, StoreError> {
        for plan in self.plans_for(truth, folded)? {
            for role in &plan.roles {
                let other = self.fold(truth, &role.request)?;
                let other = other.filter(|other| has_places(other, &folded.group));
                if other.is_some_and(|other| other.case.standing(me).is_some()) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Rule 4.
fn has_places(folded: &Folded, group: &GroupId) -> bool {
    folded.group == *group && folded.case.terms.kind == Some(AskKind::Activity)
}
