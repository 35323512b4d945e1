//! What is written down beside the acts: visits with their promises, what was said on the phone; and
//! closing by default what nobody answered for a week (默认结案).
//!
//! # Rules
//!
//! 1. A visit is written down by whoever holds the request, or by the desk; what he photographed there is
//!    added to the request, and the visit names it.
//! 2. 代录: what whoever asked said on the phone is the desk's word about it, never a confirmation.
//! 3. A request that was resolved [`SILENCE_MS`] ago, by the clock of a deputy's node, is closed by that
//!    node in the name of its deputy, naming the resolution: two deputies' closings are one. A clock
//!    that stands before the last act is not believed.
//! 4. Given to nobody by name, a request goes to the one who looks after its building, or else its
//!    compound. That is the roster's word, so it works in every home without a network.
//! 5. Deputies take turns, as they do with keys: usually one of them closes.

use std::collections::BTreeSet;

use crdt::{
    body::{Act, Deed as Written, Promise, VaultClass, Verb, Verdict, Visit},
    id::{EnvelopeId, PersonId, RequestId},
    lifecycle::{self, Case, Refusal, Status, What},
    limits::{NAME_BYTES_MAX, TEXT_BYTES_MAX},
    time::ClaimedTime,
};

use super::{
    After, Failed, Ledger,
    cases::{checked_list, not_now},
    decide::{checked, one_line, refuse_private, too_long},
    epochs::turn_in_ms,
};
use crate::{
    api::{ApiError, CaseCommand, ErrorKind, VerdictRow, VisitRow},
    store::views::Folded,
};

/// How long whoever asked may be silent after a resolution, in milliseconds: a week.
const SILENCE_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How long at most until it is looked again, as with vaults: timers stand still while a box sleeps.
const LOOK_MS: u64 = 60 * 60 * 1_000;

/// A request that nobody answered for a week, and who of this box closes it.
pub(super) struct Closing {
    request: RequestId,
    resolution: EnvelopeId,
    who: Option<usize>,
}

impl Ledger {
    /// Rules 1 and 2.
    pub(super) fn write_down(&mut self, command: CaseCommand) -> Result<After, Failed> {
        let (CaseCommand::Visit { id, .. } | CaseCommand::Note { id, .. }) = &command else {
            let args = [("reason", "not to be written down".to_owned())];
            return Err(ApiError::new(ErrorKind::Internal, args).into());
        };
        let request = self.request_id(id)?;
        let before = self.before(&request)?;
        let (verb, may) = match &command {
            CaseCommand::Visit { .. } => {
                ("visit", lifecycle::may_visit(&before.case, &before.person, &before.parts))
            }
            _ => ("note", lifecycle::may_note(&before.parts)),
        };
        let role = may.map_err(|refusal| not_now(&before.case, verb, &refusal))?;
        let act = match command {
            CaseCommand::Visit {
                at_ms,
                people,
                outcome,
                promise,
                follow_up_ms,
                photo,
                photos,
                ..
            } => {
                let at_ms = at_ms.unwrap_or(self.claimed.0);
                let what = promise.map(|what| checked("promise", one_line(&what), NAME_BYTES_MAX));
                let promise = match (what.transpose()?, follow_up_ms) {
                    (Some(what), due) => {
                        Some(Promise { what, due_ms: due.unwrap_or(at_ms + SILENCE_MS) })
                    }
                    (None, _) => None,
                };
                let people = checked_list(people)?;
                let outcome = open_words("outcome", outcome)?;
                let photo = match photos.as_slice() {
                    [] => photo,
                    photos => Some(self.attach(&request, photos)?),
                };
                Act::Visit(Visit { request, role, at_ms, people, outcome, promise, photo })
            }
            CaseCommand::Note { solved, words, .. } => {
                let words = open_words("words", words)?;
                Act::Verdict(Verdict { request, role, solved, words })
            }
            _ => unreachable!("looked at above"),
        };
        let person = before.person;
        let act = self.write_acts(before, None, vec![act])?;
        self.acted(request, act, &person)
    }

    /// Who looks after the place that a request is about.
    pub(super) fn wardens_of(&self, case: &Case) -> Vec<PersonId> {
        let area = case.terms.area.as_ref();
        area.map(|area| self.truth.roster().wardens(area)).unwrap_or_default()
    }

    /// The same by name.
    pub(super) fn warden_names(&self, case: &Case) -> Result<Vec<String>, Failed> {
        self.wardens_of(case).iter().map(|who| Ok(self.views.name_of(who)?)).collect()
    }

    /// Who was there, for a page.
    pub(super) fn visit_rows(&self, folded: &Folded) -> Result<Vec<VisitRow>, Failed> {
        let row = |(by, visit): &(PersonId, Visit)| -> Result<VisitRow, Failed> {
            let promise = visit.promise.as_ref();
            Ok(VisitRow {
                by: self.views.name_of(by)?,
                at_ms: visit.at_ms,
                people: visit.people.clone(),
                outcome: visit.outcome.clone(),
                promise: promise.map(|promise| promise.what.clone()),
                follow_up_ms: promise.map(|promise| promise.due_ms),
                photo: visit.photo,
            })
        };
        folded.case.visits.iter().map(row).collect()
    }

    /// What was said on the phone, for a page.
    pub(super) fn verdict_rows(&self, folded: &Folded) -> Result<Vec<VerdictRow>, Failed> {
        let noted = folded.case.timeline.iter().filter(|it| it.counted && it.what == What::Noted);
        let row = |(entry, (by, it)): (&lifecycle::Entry, &(PersonId, Verdict))| {
            let claimed_ms = folded.claimed_of(&entry.id);
            let (solved, words) = (it.solved, it.words.clone());
            Ok(VerdictRow { by: self.views.name_of(by)?, solved, words, claimed_ms })
        };
        noted.zip(&folded.case.verdicts).map(row).collect()
    }

    /// The resolution of this request that nobody has answered for a week.
    pub(super) fn silent_resolution(&self, id: &RequestId) -> Result<EnvelopeId, Failed> {
        let folded = self.case(id)?;
        let too_early = || Failed::from(not_now(&folded.case, "close", &Refusal::TooEarly));
        let silent = silence(&folded, self.claimed).filter(|(_, left_ms)| *left_ms == 0);
        silent.map(|(resolution, _)| resolution).ok_or_else(too_early)
    }

    /// Rules 3 and 5: what this node closes now; remembers when to look again.
    pub(super) fn closings_due(&mut self) -> Result<Vec<Closing>, Failed> {
        let (mut due, mut look_ms) = (Vec::new(), None);
        for line in self.views.cases_in(Status::Resolved)? {
            let (roster, group) = (self.truth.roster(), &line.group);
            let closes = |who: PersonId| roster.is_desk(who) || roster.is_owner(group, who);
            let Some(who) = self.resident_who(closes) else { continue };
            let times = line.measured.resolution.zip(line.measured.resolved);
            let Some((resolution, since)) = times else { continue };
            let passed = self.claimed.0.saturating_sub(since);
            if passed < SILENCE_MS {
                // Whose turn it is asks about everybody, and matters only afterwards.
                look_ms = look_ms.into_iter().chain([(SILENCE_MS - passed).min(LOOK_MS)]).min();
                continue;
            }
            let deputies = roster.vault_boxes(group, &BTreeSet::new(), VaultClass::Contact);
            let turn = turn_in_ms(&resolution, &self.identity.box_key.key(), &deputies);
            let left_ms = match (SILENCE_MS + turn).saturating_sub(passed) {
                // A clock that stands before the last act is not believed.
                0 => silence(&self.case(&line.id)?, self.claimed).map_or(0, |it| it.1),
                ms => ms,
            };
            if left_ms == 0 {
                due.push(Closing { request: line.id, resolution, who });
            } else {
                look_ms = look_ms.into_iter().chain([left_ms.min(LOOK_MS)]).min();
            }
        }
        self.keys.look_again(look_ms);
        Ok(due)
    }

    /// Writes a closing, in the name of whoever here may.
    pub(super) fn close_by_default(&mut self, closing: Closing) -> Result<(), Failed> {
        let Closing { request, resolution, who } = closing;
        self.in_the_name_of(who, |it| {
            let before = it.before(&request)?;
            let plan = lifecycle::may(&before.case, &before.person, &before.parts, Verb::Close);
            let Ok(plan) = plan else { return Ok(()) };
            let named = |deed: Written| Written { offer: Some(resolution), ..deed };
            it.write_deeds(before, plan.into_iter().map(named).collect()).map(|_| ())
        })
    }
}

/// The last resolution of a request that waits for an answer, and how long until a week is over.
fn silence(folded: &Folded, now: ClaimedTime) -> Option<(EnvelopeId, u64)> {
    if folded.case.status != Status::Resolved {
        return None;
    }
    let resolved = folded.case.timeline.iter().filter(|entry| entry.counted);
    let resolved = resolved.filter(|entry| entry.what == What::Did(Verb::Resolve));
    let since = resolved.map(|entry| (folded.claimed_of(&entry.id), entry.id)).max()?;
    let last = folded.claims.iter().map(|(_, claimed)| *claimed).max()?;
    let is_believed = now >= last;
    let passed = now.0.saturating_sub(since.0.0);
    let left_ms = if is_believed { SILENCE_MS.saturating_sub(passed) } else { LOOK_MS };
    Some((since.1, left_ms))
}

/// Words that everybody in the group reads.
fn open_words(what: &str, words: String) -> Result<String, Failed> {
    let words = words.trim().to_owned();
    if words.len() > TEXT_BYTES_MAX {
        return Err(too_long(what, TEXT_BYTES_MAX).into());
    }
    refuse_private(&words)?;
    Ok(words)
}
