//! A need is posted to a team without saying whose it is.
//!
//! The posting is a request of its own in the team's group: what is needed, where about, when. Its id
//! follows from the case and the team, so two desks that post it name one request. Name, phone and door
//! go into a vault of the posting's, for whoever is granted the ride there; a diagnosis goes nowhere.
//!
//! # Rules
//!
//! 1. Whoever posted it speaks there for the person in need, and his node does what the case asks for:
//!    where the case is over the posting is called off, and whoever drives is told; where the case is
//!    opened again, so is what was called off for it. Another desk's node that is in the team declines it,
//!    so that it ends also on the side of a cut without the first.
//! 2. The home that asked holds the posting's vault as well: it reads who opened it there, and why.
//!
//! # Deliberately absent
//!
//! The case's title: it was written for neighbours and may say who it is. The desk writes another, or
//! the functional needs are the title.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Act, Ask, Body, Part, Posted, Terms, Vault, VaultClass, VaultName, Verb},
    code::Code,
    id::{GroupId, PersonId, RequestId},
    lifecycle::{self, Case, Status, What},
    limits::NAME_BYTES_MAX,
};

use super::{
    After, Failed, Ledger,
    cases::{Before, not_now},
    decide::{checked, one_line, refuse_private, say},
};
use crate::{
    api::{ApiError, ErrorKind, Reply, RequestRow},
    store::{truth::Deps, views::parts_on},
};

/// A posting that does not stand as its case does, and who of this box does something about it.
pub(super) struct Following {
    posting: RequestId,
    case: RequestId,
    who: Option<usize>,
    verb: Verb,
}

/// A posting as its case names it.
pub(super) struct PostedTo {
    pub posting: RequestId,
    pub team: GroupId,
    /// What the team was called when it was posted.
    pub name: String,
}

impl Ledger {
    /// Posts a case to a team; once is enough, whoever does it.
    pub(super) fn post_to_team(
        &mut self,
        text: &str,
        team: &str,
        title: Option<String>,
    ) -> Result<After, Failed> {
        let case = self.request_id(text)?;
        let team = self.group(team)?;
        let before = self.before(&case)?;
        let plan = lifecycle::may(&before.case, &before.person, &before.parts, Verb::Post)
            .map_err(|refusal| not_now(&before.case, "post", &refusal))?;
        if team.id == before.group.id {
            let args = [("verb", "post".to_owned()), ("lacks", "team".to_owned())];
            return Err(ApiError::new(ErrorKind::SayWhat, args).into());
        }
        let posted = Posted { case, team: team.id };
        let posting = posted.request();
        let asked = say(Reply::Asked { id: posting, code: Code::of(&posting).to_string() });
        if self.views.request(&posting)?.is_some() {
            return Ok(asked);
        }
        let auth = self.auth_in(team.id, &team.name)?;
        let ask = posting_of(&before, posted, title)?;
        self.write(Body::Act(Act::Ask(ask)), team.scope, Deps::Subject, Some(auth))?;
        self.hand_over_contact(&before, posting, (&team, auth))?;
        let note = team.name.clone();
        let plan = plan.into_iter().map(|deed| crdt::body::Deed {
            other: Some(posting),
            note: note.clone(),
            ..deed
        });
        self.write_deeds(before, plan.collect())?;
        Ok(asked)
    }

    /// Name, phone and door, as far as this node holds them; the family sees that they were taken.
    fn hand_over_contact(
        &mut self,
        before: &Before,
        posting: RequestId,
        (team, auth): (&crate::store::views::GroupLine, crdt::id::EnvelopeId),
    ) -> Result<(), Failed> {
        let vault = VaultName { request: before.case.request, class: VaultClass::Contact };
        let Some(epoch) = self.epoch_to_open(&vault, &before.group.id, &before.case)? else {
            return Ok(());
        };
        let Some(details) = self.details_in(&vault)? else { return Ok(()) };
        let opened = Vault::Opened { vault, reason: team.name.clone(), to: None };
        self.write_under(
            Body::Vault(opened),
            before.group.scope,
            Deps::Subject,
            Some(before.auth),
            Some(epoch),
        )?;
        let vault = VaultName { request: posting, class: VaultClass::Contact };
        let mut home = before.case.at_home();
        home.insert(before.person);
        self.put_into_vault(vault, (team.id, team.scope), (auth, &home), details)
    }

    /// Where a case was posted to, and how that stands, as far as this home may read it.
    pub(super) fn posting_rows(&self, case: &RequestId) -> Result<Vec<RequestRow>, Failed> {
        let mut rows = Vec::new();
        for posting in self.views.postings_of(case)? {
            if let Some(line) = self.views.request(&posting)? {
                rows.push(self.request_row(line)?);
            }
        }
        Ok(rows)
    }

    /// Where a case was posted to, as it says itself: also for whoever reads nothing of the team's.
    pub(super) fn posted_to(&self, case: &Case) -> Vec<PostedTo> {
        let posts = |it: &&lifecycle::Entry| it.counted && it.what == What::Did(Verb::Post);
        let all = case.timeline.iter().filter(posts);
        let named: BTreeMap<RequestId, &str> =
            all.filter_map(|it| Some((it.other?, it.note.as_str()))).collect();
        if named.is_empty() {
            return Vec::new();
        }
        let teams = self.truth.roster().groups().into_iter().map(|group| group.id);
        let found = teams.filter_map(|team| {
            let posting = Posted { case: case.request, team }.request();
            let name = (*named.get(&posting)?).to_owned();
            Some(PostedTo { posting, team, name })
        });
        found.collect()
    }

    /// Rule 1: what this node has to say to postings, now that these requests have changed; to all of
    /// them where it has just begun.
    pub(super) fn postings_due(
        &self,
        touched: &BTreeSet<RequestId>,
    ) -> Result<Vec<Following>, Failed> {
        let mut postings = BTreeSet::new();
        if self.settled.is_none() {
            postings.extend(self.views.postings_apart()?);
        }
        for id in touched {
            postings.extend(self.views.postings_of(id)?);
            postings.extend(self.views.case_of(id)?.map(|_| *id));
        }
        let mut due = Vec::new();
        for posting in postings {
            due.extend(self.following(posting)?);
        }
        Ok(due)
    }

    fn following(&self, posting: RequestId) -> Result<Option<Following>, Failed> {
        let Some(of) = self.views.case_of(&posting)? else { return Ok(None) };
        let fold = |id| self.views.fold(&self.truth, id);
        let (Some(there), Some(case)) = (fold(&posting)?, fold(&of)?) else { return Ok(None) };
        let verbs = verbs_due(&case.case, &there.case);
        let (false, Ok(group)) = (verbs.is_empty(), self.group_of_request(&posting)) else {
            return Ok(None);
        };
        let may = |who: &PersonId, verb| {
            let parts = parts_on(&self.truth, &there.case.family, who, &group.id);
            let writes = self.truth.roster().best_auth(*who, group.scope).is_some();
            writes && lifecycle::may(&there.case, who, &parts, verb).is_ok()
        };
        let first = verbs.iter().find_map(|verb| {
            let who = self.resident_who(|who| may(&who, *verb))?;
            Some(Following { posting, case: of, who, verb: *verb })
        });
        Ok(first)
    }

    /// Does it, in the name of whoever here may.
    pub(super) fn follow_case(&mut self, following: Following) -> Result<(), Failed> {
        let Following { posting, case, who, verb } = following;
        self.in_the_name_of(who, |it| {
            let before = it.before(&posting)?;
            let plan = lifecycle::may(&before.case, &before.person, &before.parts, verb);
            let Ok(plan) = plan else { return Ok(()) };
            let named = |deed| crdt::body::Deed { other: Some(case), ..deed };
            it.write_deeds(before, plan.into_iter().map(named).collect()).map(|_| ())
        })
    }
}

/// What a posting needs so that it stands as its case does, best first. Whoever is on the way is called back
/// once, and no decline would reach him. Only what was called off for the case is opened again with it.
fn verbs_due(case: &Case, posting: &Case) -> &'static [Verb] {
    use Status::{CancelRequested, Cancelled, Closed, Declined, Duplicate, InProgress, Referred};
    let said = [Verb::Cancel, Verb::Decline, Verb::Reopen].map(What::Did);
    let last = posting.timeline.iter().rev().find(|it| it.counted && said.contains(&it.what));
    let last = last.filter(|it| it.other == Some(case.request)).map(|it| it.what);
    let ended = matches!(case.status, Closed | Cancelled | Declined | Referred | Duplicate);
    let called_off = last.is_some_and(|what| what != What::Did(Verb::Reopen));
    match posting.status {
        CancelRequested | Cancelled | Declined if called_off && !case.status.is_over() => {
            &[Verb::Reopen]
        }
        CancelRequested => &[],
        InProgress if ended && last == Some(What::Did(Verb::Cancel)) => &[],
        InProgress if ended => &[Verb::Cancel],
        status if ended && !status.is_over() => &[Verb::Cancel, Verb::Decline],
        _ => &[],
    }
}

/// The posting: what is needed, where about, when; nothing that leads to a person.
fn posting_of(before: &Before, posted: Posted, title: Option<String>) -> Result<Ask, Failed> {
    let case = &before.case;
    let title = title.unwrap_or_else(|| case.terms.needs.join("、"));
    let title = checked("title", one_line(&title), NAME_BYTES_MAX)?;
    refuse_private(&title)?;
    let Terms { kind, prefer_single, area, zone, from_ms, until_ms, needs, .. } =
        case.terms.clone();
    let (posted, proxy) = (Some(posted), Some(before.person));
    let more = Terms { posted, proxy, ..Terms::default() };
    let terms = Terms { kind, prefer_single, area, zone, from_ms, until_ms, needs, ..more };
    Ok(Ask {
        title,
        details: String::new(),
        urgency: case.urgency,
        places: case.places,
        prefer_speed: case.prefer_speed,
        open: true,
        role: Part::Desk,
        message: None,
        terms: Some(terms),
    })
}
