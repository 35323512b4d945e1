//! A need is posted to a team without saying whose it is.
//!
//! The posting is a request of its own in the team's group: what is needed, where about, when. Its id
//! follows from the case and the team, so two desks that post it name one request. Name, phone and door
//! go into a vault of the posting's, for whoever is granted the ride there; a diagnosis goes nowhere.
//!
//! # Deliberately absent
//!
//! The case's title: it was written for neighbours and may say who it is. The desk writes another, or
//! the functional needs are the title.

use std::collections::BTreeSet;

use crdt::{
    body::{Act, Ask, Body, Part, Posted, Terms, Vault, VaultClass, VaultName, Verb},
    code::Code,
    id::RequestId,
    lifecycle,
    limits::NAME_BYTES_MAX,
};

use super::{
    After, Failed, Ledger,
    cases::{Before, not_now},
    decide::{checked, one_line, refuse_private, say},
};
use crate::{
    api::{ApiError, ErrorKind, Reply, RequestRow},
    store::truth::Deps,
};

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
        let home = BTreeSet::from([before.person]);
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
}

/// The posting: what is needed, where about, when; nothing that leads to a person.
fn posting_of(before: &Before, posted: Posted, title: Option<String>) -> Result<Ask, Failed> {
    let case = &before.case;
    let title = title.unwrap_or_else(|| case.terms.needs.join("、"));
    let title = checked("title", one_line(&title), NAME_BYTES_MAX)?;
    refuse_private(&title)?;
    let Terms { kind, prefer_single, area, zone, from_ms, until_ms, needs, .. } =
        case.terms.clone();
    let posted = Some(posted);
    let more = Terms::default();
    let terms = Terms { kind, prefer_single, area, zone, from_ms, until_ms, needs, posted, ..more };
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
