//! The desk's lists and figures, and what came in late after a cut.
//!
//! # Rules
//!
//! 1. The lists are whole: whatever is not answered, not claimed, overdue, in conflict, to be called
//!    back or to be settled stands in one, the most urgent first, then who waits longest.
//! 2. Figures are counts and times. Response, resolution and satisfaction are three things; what a cut
//!    added is told apart; a case whose clocks contradict one another is counted and not averaged.
//! 3. An act, or a change of facts, that comes over a link [`LATE_MS`] after it was written was held up by a cut. What comes in
//!    late together is one cut; the desk sees what it brought.
//!
//! # Deliberately absent
//!
//! Names in figures, and figures for whoever does not work for the neighbourhood.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crdt::{
    body::{Act, Body, Place, Role},
    envelope::{Envelope, Kind},
    id::{EnvelopeId, PersonId, RequestId},
    lifecycle::Status,
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::{Failed, Ledger};
use crate::{
    api::{
        ApiError, CaseCommand, CaseReply, CutPage, DeskList, DeskPage, DeskRows, ErrorKind,
        Figures, FiguresPage, NamedFigures, Reply, Spread,
    },
    store::views::CaseLine,
};

/// An act that is older than this when it comes over a link was held up, in milliseconds.
const LATE_MS: u64 = 10 * 60 * 1_000;

/// Late arrivals that follow one another within this time belong to one cut, in milliseconds.
const ONE_CUT_MS: u64 = 30 * 60 * 1_000;

/// The name under which the last cut is remembered.
const CUT: &str = "desk/cut";

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// How long a request of this urgency may wait for the office's first answer, in milliseconds.
const fn answer_within_ms(urgency: u8) -> u64 {
    match urgency {
        4.. => HOUR_MS / 2,
        3 => 4 * HOUR_MS,
        2 => 24 * HOUR_MS,
        _ => 72 * HOUR_MS,
    }
}

/// How long a claim is believed without another word, in milliseconds (久未确认 after it).
pub(super) const fn lease_ms(urgency: u8) -> u64 {
    match urgency {
        4.. => HOUR_MS / 2,
        3 => 2 * HOUR_MS,
        _ => 24 * HOUR_MS,
    }
}

/// The last cut, as this node saw its end.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Cut {
    since_ms: u64,
    until_ms: u64,
    /// The last row before anything of it came.
    row: i64,
}

fn late_key(id: &EnvelopeId) -> String {
    format!("late/{}", id.to_hex())
}

/// The requests in each of the desk's lists.
pub(super) type Standing = [(DeskList, Vec<RequestId>)];

impl Ledger {
    /// The desk's questions.
    pub(super) fn answer_case(&self, command: &CaseCommand) -> Result<Reply, Failed> {
        if let CaseCommand::Photo { id, number } = command {
            let row = self.photo_of_request(id, *number)?;
            return Ok(Reply::Case(Box::new(CaseReply::Photo(row))));
        }
        self.must_work_here()?;
        let reply = match command {
            CaseCommand::Desk { list, last } => {
                CaseReply::Desk(self.desk_page(*list, last.unwrap_or(u32::MAX))?)
            }
            CaseCommand::Figures { since_ms } => {
                CaseReply::Figures(self.figures(since_ms.unwrap_or(0))?)
            }
            _ => {
                let args = [("reason", "not a question".to_owned())];
                return Err(ApiError::new(ErrorKind::Internal, args).into());
            }
        };
        Ok(Reply::Case(Box::new(reply)))
    }

    fn must_work_here(&self) -> Result<(), Failed> {
        if self.works_here(self.person()?) {
            return Ok(());
        }
        Err(ApiError::not_allowed("desk").into())
    }

    pub(super) fn works_here(&self, who: PersonId) -> bool {
        self.truth.roster().live_roles(who).iter().any(|role| role.role >= Role::Steward)
    }

    fn desk_page(&self, wanted: Option<DeskList>, last: u32) -> Result<DeskPage, Failed> {
        let mut page = DeskPage { lists: Vec::new(), cut: self.cut_page()? };
        for (list, standing) in self.standing()?.iter() {
            if wanted.is_some_and(|it| it != *list) {
                continue;
            }
            let mut requests = Vec::new();
            for id in standing.iter().take(last as usize) {
                if let Some(line) = self.views.request(id)? {
                    requests.push(self.request_row(line)?);
                }
            }
            page.lists.push(DeskRows { list: *list, requests, count: standing.len() as u64 });
        }
        Ok(page)
    }

    /// What stands in each list, this second.
    fn standing(&self) -> Result<Arc<Standing>, Failed> {
        let key = (self.views.requests_version(), self.claimed.0 / 1_000);
        self.memos.desk.get_or(&key, || {
            let cases = self.views.open_cases()?;
            let now = self.claimed;
            let of = |list| cases.iter().filter(move |case| stands_in(list, case, now));
            let lists = DeskList::ALL.into_iter();
            Ok(lists.map(|list| (list, of(list).map(|case| case.id).collect())).collect())
        })
    }

    fn cut_page(&self) -> Result<Option<CutPage>, Failed> {
        let Some(cut) = self.kept_as::<Cut>(CUT)? else { return Ok(None) };
        let key = (self.views.requests_version(), cut.row, cut.until_ms);
        self.memos.cut.get_or(&key, || self.cut_brought(cut)).map(Some)
    }

    /// What came in late with this cut, and since.
    fn cut_brought(&self, cut: Cut) -> Result<CutPage, Failed> {
        let mut page =
            CutPage { since_ms: cut.since_ms, until_ms: cut.until_ms, ..CutPage::default() };
        let mut touched = BTreeSet::new();
        for judged in self.truth.read().case_work_since(cut.row)? {
            match judged.read_body() {
                Ok(Body::Act(act)) => touched.insert(act.request(judged.id)),
                Ok(Body::Change(change)) => touched.insert(change.about),
                _ => false,
            };
        }
        for id in &touched {
            let Some(case) = self.views.case(id)? else { continue };
            page.new += u64::from(case.measured.row > cut.row);
            page.conflicts += u64::from(case.conflicts + case.measured.incidents > 0);
            page.told += case.measured.told;
        }
        Ok(page)
    }

    /// Rule 3: takes note of what came in late, on boxes of those who work for the neighbourhood.
    pub(super) fn note_late(&mut self, new: &[Arc<Envelope>], row: i64) -> Result<(), Failed> {
        let now = self.claimed.0;
        let is_late = |it: &&Arc<Envelope>| {
            let header = it.header();
            matches!(header.kind, Kind::ACT | Kind::CHANGE)
                && header.claimed.0.saturating_add(LATE_MS) < now
        };
        let late: Vec<EnvelopeId> = new.iter().filter(is_late).map(|it| it.id()).collect();
        let oldest = new.iter().filter(is_late).map(|it| it.header().claimed.0).min();
        let Some(oldest) =
            oldest.filter(|_| self.resident_who(|who| self.works_here(who)).is_some())
        else {
            return Ok(());
        };
        let before: Option<Cut> = self.kept_as(CUT)?;
        let same = before.filter(|cut| now.saturating_sub(cut.until_ms) <= ONE_CUT_MS);
        let begun = same.unwrap_or(Cut { since_ms: oldest, until_ms: now, row });
        let cut = Cut { since_ms: begun.since_ms.min(oldest), until_ms: now, ..begun };
        self.keep_as(CUT, &cut)?;
        for id in late {
            let held = self.truth.read().verdict(&id)?;
            if held.is_some_and(|it| matches!(it.read_body(), Ok(Body::Act(Act::Ask(_))))) {
                self.truth.keep(&late_key(&id), &now.to_be_bytes())?;
            }
        }
        Ok(())
    }

    /// For how long a case was under way because of a cut, as far as this node saw.
    fn held_up_ms(&self, case: &CaseLine) -> Result<Option<u64>, Failed> {
        let Some(founder) = case.measured.founder else { return Ok(None) };
        let came = self.truth.read().kept(&late_key(&founder))?;
        let came = came.and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
        Ok(came.map(|came| came.saturating_sub(case.measured.asked)))
    }

    /// Rule 2.
    fn figures(&self, since_ms: u64) -> Result<FiguresPage, Failed> {
        let mut sums: BTreeMap<(Level, String), Sums> = BTreeMap::new();
        let names: BTreeMap<_, _> =
            self.views.groups()?.into_iter().map(|group| (group.id, group.name)).collect();
        let mut places: BTreeMap<Vec<EnvelopeId>, String> = BTreeMap::new();
        for case in self.views.cases()? {
            if case.measured.posted.is_some() || case.measured.asked < since_ms {
                continue;
            }
            let held_up = self.held_up_ms(&case)?;
            let group = names.get(&case.group).cloned().unwrap_or_default();
            let mut of = vec![(Level::All, String::new()), (Level::Group, group)];
            for (depth, level) in [(1, Level::Compound), (2, Level::Building)] {
                if let Some(path) = case.measured.area.get(..depth) {
                    if !places.contains_key(path) {
                        let name = self.place_name(&Place(path.to_vec()))?;
                        places.insert(path.to_vec(), name);
                    }
                    of.push((level, places[path].clone()));
                }
            }
            of.into_iter().for_each(|key| sums.entry(key).or_default().add(&case, held_up));
        }
        let mut page = FiguresPage::default();
        for ((level, name), sums) in sums {
            let figures = sums.figures();
            match level {
                Level::All => page.all = figures,
                Level::Compound => page.compounds.push(NamedFigures { name, figures }),
                Level::Building => page.buildings.push(NamedFigures { name, figures }),
                Level::Group => page.groups.push(NamedFigures { name, figures }),
            }
        }
        Ok(page)
    }

    /// Is it held by somebody whose word is too old?
    pub(super) fn is_stale(&self, urgency: u8, held_since: Option<u64>) -> bool {
        held_since.is_some_and(|since| since.saturating_add(lease_ms(urgency)) < self.claimed.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    All,
    Compound,
    Building,
    Group,
}

/// Rule 1.
fn stands_in(list: DeskList, case: &CaseLine, now: ClaimedTime) -> bool {
    let it = &case.measured;
    let done = case.status == Status::Resolved.as_str();
    let unanswered = it.answered.is_none() && !it.at_desk && it.posted.is_none();
    let passed = |at: Option<u64>| at.is_some_and(|at| at < now.0);
    match list {
        DeskList::Unanswered => unanswered,
        DeskList::Unclaimed => case.status == Status::Open.as_str(),
        DeskList::Overdue => {
            let answer_by = it.asked.saturating_add(answer_within_ms(case.urgency));
            let lease = it.held.map(|since| since.saturating_add(lease_ms(case.urgency)));
            !done && (passed(it.until) || passed(lease) || (unanswered && answer_by < now.0))
        }
        DeskList::Conflicts => case.conflicts + it.incidents > 0,
        DeskList::CallBacks => done || passed(it.follow_up),
        DeskList::Provisional => case.is_held && case.provisional && !done,
    }
}

/// Times and counts of some cases.
#[derive(Default)]
struct Sums {
    counts: Figures,
    response: Vec<u64>,
    cut_off: Vec<u64>,
    resolution: Vec<u64>,
}

impl Sums {
    fn add(&mut self, case: &CaseLine, held_up: Option<u64>) {
        let it = &case.measured;
        self.counts.asked += 1;
        self.counts.skewed += u64::from(it.skewed);
        self.counts.unanswered += u64::from(it.answered.is_none() && !it.at_desk && !case.is_over);
        let said = &mut self.counts.satisfaction;
        said.confirmed += u64::from(it.confirmed);
        said.by_default += u64::from(it.by_default);
        said.reopened += u64::from(it.reopened > 0);
        said.noted_solved += u64::from(it.verdict == Some(true) && !it.confirmed);
        said.noted_unsolved += u64::from(it.verdict == Some(false) && !it.confirmed);
        if it.skewed {
            return;
        }
        if let Some(answered) = it.answered {
            let whole = answered.saturating_sub(it.asked);
            // What the cut added was in nobody's hands; it is told apart. What was answered before it came
            // here was answered over there, where nothing held it up.
            let cut_off = held_up.filter(|ms| *ms <= whole);
            self.cut_off.extend(cut_off);
            self.response.push(whole - cut_off.unwrap_or(0));
        }
        self.resolution.extend(it.resolved.map(|resolved| resolved.saturating_sub(it.asked)));
    }

    fn figures(self) -> Figures {
        Figures {
            response: spread(self.response),
            cut_off: spread(self.cut_off),
            resolution: spread(self.resolution),
            ..self.counts
        }
    }
}

/// Median and the nearest rank of nine in ten.
fn spread(mut times: Vec<u64>) -> Spread {
    times.sort_unstable();
    let rank = |tenths: usize| {
        let at = (times.len() * tenths).div_ceil(10).saturating_sub(1);
        times.get(at).copied()
    };
    Spread { count: times.len() as u64, median_ms: rank(5), p90_ms: rank(9) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_nine_tenths_are_times_that_were_measured() {
        let of = |times: &[u64]| spread(times.to_vec());
        assert_eq!(of(&[]), Spread::default());
        assert_eq!((of(&[7]).median_ms, of(&[7]).p90_ms), (Some(7), Some(7)));
        let ten: Vec<u64> = (1..=10).rev().collect();
        assert_eq!((of(&ten).median_ms, of(&ten).p90_ms), (Some(5), Some(9)));
    }
}
