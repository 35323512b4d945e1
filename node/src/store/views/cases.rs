//! What the desk counts and measures of a request: when it was asked, answered, resolved, closed and
//! how, what was promised, whose clock cannot be right.
//!
//! # Rules
//!
//! 1. The first answer is a person's of the office: an act as the desk, an official answer to the
//!    request, or a reply under an office role to the message that it was made of. What a node does by itself is none.
//! 2. Clocks say how long; they decide nothing. Where two contradict one another the case is marked,
//!    and whoever computes an average leaves it out.
//! 3. What the desk asked itself (a phone call taken down) waited for no answer; a posting to a team is
//!    counted where its case is.
//!
//! # Deliberately absent
//!
//! Sums: a list of lines is read and added up where it is asked for.

use std::sync::Arc;

use crdt::{
    body::{AskKind, Part, Verb},
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    lifecycle::{Case, Entry, Rank, Status, What},
    time::ClaimedTime,
};
use rusqlite::params;

use super::{Folded, Views, id_from, requests::is_over, talk};
use crate::store::error::StoreError;

/// Cases that one list or one figure is made of; a whole town asks less in years.
const CASES_MAX: u32 = 200_000;

/// One request as the desk counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseLine {
    /// Which.
    pub id: RequestId,
    /// The group that it was asked in.
    pub group: GroupId,
    /// As `lifecycle` names it.
    pub status: String,
    /// Nothing is left to be done.
    pub is_over: bool,
    /// 1 … 4.
    pub urgency: u8,
    /// Does anybody hold it?
    pub is_held: bool,
    /// By somebody whom nobody has granted it yet.
    pub provisional: bool,
    /// Facts that need a word.
    pub conflicts: u64,
    /// Its kind, as `lifecycle` names it.
    pub kind: String,
    /// Times and marks.
    pub measured: Measured,
}

/// What is measured of a case; times are claimed milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "marks that a list shows, one by one")]
pub struct Measured {
    /// The row in the truth of the envelope that founds it.
    pub row: i64,
    /// That envelope.
    pub founder: Option<EnvelopeId>,
    /// The ids of the area that it is about, outermost first.
    pub area: Vec<EnvelopeId>,
    /// When it was asked.
    pub asked: u64,
    /// The desk asked itself.
    pub at_desk: bool,
    /// Rule 1.
    pub answered: Option<u64>,
    /// When somebody said that it is done, where that still stands.
    pub resolved: Option<u64>,
    /// The act that says so.
    pub resolution: Option<EnvelopeId>,
    /// When it ended.
    pub ended: Option<u64>,
    /// Confirmed by whoever asked.
    pub confirmed: bool,
    /// Closed by default.
    pub by_default: bool,
    /// The last phone verdict: solved?
    pub verdict: Option<bool>,
    /// How often it was reopened.
    pub reopened: u64,
    /// Rule 2.
    pub skewed: bool,
    /// Until when it was wanted.
    pub until: Option<u64>,
    /// Since when somebody holds it whom nobody has confirmed.
    pub held: Option<u64>,
    /// When the last promise falls due.
    pub follow_up: Option<u64>,
    /// What a duty officer must see.
    pub incidents: u64,
    /// People who must be told that they do not hold it.
    pub told: u64,
    /// The case that this is a posting of.
    pub posted: Option<RequestId>,
    /// For the desk alone.
    pub private: bool,
}

/// The word of a kind of request, in JSON and as the key of its translation.
pub const fn kind_word(kind: Option<AskKind>) -> &'static str {
    match kind {
        Some(AskKind::Question) => "question",
        None | Some(AskKind::Help) => "help",
        Some(AskKind::Complaint) => "complaint",
        Some(AskKind::Report) => "report",
        Some(AskKind::Suggestion) => "suggestion",
        Some(AskKind::Activity) => "activity",
    }
}

impl Views {
    /// Writes a case's line beside its request's.
    pub(super) fn put_case(&self, id: &RequestId, folded: &Folded) -> Result<(), StoreError> {
        let it = self.measure(folded)?;
        let area: Vec<u8> = it.area.iter().flat_map(|id| *id.as_bytes()).collect();
        let outcome = match (it.confirmed, it.by_default) {
            (true, _) => "confirmed",
            (_, true) => "by_default",
            _ => "",
        };
        let time = |ms: Option<u64>| ms.map(u64::cast_signed);
        let mut put = self.conn.prepare_cached(
            "INSERT OR REPLACE INTO cases VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
             ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
        )?;
        put.execute(params![
            id.as_bytes(),
            it.row,
            it.founder.unwrap_or(*id).as_bytes(),
            kind_word(folded.case.terms.kind),
            area,
            it.asked.cast_signed(),
            it.at_desk,
            time(it.answered),
            time(it.resolved),
            it.resolution.as_ref().map(EnvelopeId::as_bytes),
            time(it.ended),
            outcome,
            it.verdict,
            it.reopened.cast_signed(),
            it.skewed,
            time(it.until),
            time(it.held),
            time(it.follow_up),
            it.incidents.cast_signed(),
            it.told.cast_signed(),
            it.posted.as_ref().map(RequestId::as_bytes),
            it.private,
        ])?;
        Ok(())
    }

    fn measure(&self, folded: &Folded) -> Result<Measured, StoreError> {
        let case = &folded.case;
        let asked = folded.claimed.0;
        let at_desk = case.asked_by.1 == Part::Desk && case.message.is_none();
        let (answered, wrong) = self.first_answer(folded, at_desk)?;
        let last = |verbs: &[Verb]| last_of(case, verbs).map(|entry| entry.id);
        let claimed = |id: EnvelopeId| folded.claimed_of(&id).0;
        let done = matches!(case.status.as_str(), "resolved" | "closed");
        let resolution = last(&[Verb::Resolve]).filter(|_| done);
        let ends =
            [Verb::Confirm, Verb::Close, Verb::Cancel, Verb::Decline, Verb::Refer, Verb::Duplicate];
        let ended = last(&ends).filter(|_| is_over(case.status)).map(claimed);
        let resolved = resolution.map(claimed);
        let before = |ms: Option<u64>| ms.is_some_and(|ms| ms < asked);
        let promise = case.visits.last().and_then(|(_, visit)| visit.promise.as_ref());
        let closed = case.status == Status::Closed;
        Ok(Measured {
            row: folded.row,
            founder: case.founders.first().copied(),
            area: case.terms.area.as_ref().map(|area| area.0.clone()).unwrap_or_default(),
            asked,
            at_desk,
            answered,
            resolved,
            resolution,
            ended,
            confirmed: closed && !case.by_default,
            by_default: case.by_default,
            verdict: case.verdicts.last().map(|(_, verdict)| verdict.solved),
            reopened: did(case, &[Verb::Reopen]).count() as u64,
            skewed: wrong || before(answered) || before(resolved) || before(ended),
            until: case.terms.until_ms,
            held: held_since(folded).map(|held| held.0),
            follow_up: promise.map(|promise| promise.due_ms),
            incidents: case.incidents.len() as u64,
            told: case.told.len() as u64,
            posted: case.terms.posted.map(|posted| posted.case),
            private: case.terms.to_desk,
        })
    }

    /// Rule 1, and whether the clock that says so contradicts what its owner had seen.
    fn first_answer(
        &self,
        folded: &Folded,
        at_desk: bool,
    ) -> Result<(Option<u64>, bool), StoreError> {
        if at_desk || folded.case.terms.posted.is_some() {
            return Ok((None, false));
        }
        let acts = folded.case.timeline.iter().filter(|entry| is_human_answer(entry));
        let acts = acts.map(|entry| {
            let wrong = folded.skewed.binary_search(&entry.id).is_ok();
            (folded.claimed_of(&entry.id).0, wrong)
        });
        let asked = [Some(folded.case.request), folded.case.message];
        let mut replies = Vec::new();
        for question in asked.iter().flatten() {
            replies.extend(self.official_reply(question)?);
        }
        let first = acts.chain(replies.into_iter().map(|ms| (ms, false))).min();
        Ok((first.map(|(ms, _)| ms), first.is_some_and(|(_, wrong)| wrong)))
    }

    fn official_reply(&self, message: &EnvelopeId) -> Result<Option<u64>, StoreError> {
        let marks = talk::SHOWN | talk::OFFICIAL;
        let mut find = self.conn.prepare_cached(
            "SELECT min(claimed) FROM (
                 SELECT claimed FROM messages WHERE reply_to = ?1 AND state & ?2 = ?2
                 UNION ALL SELECT claimed FROM news WHERE answers = ?1 AND official)",
        )?;
        let first: Option<i64> =
            find.query_row(params![message.as_bytes(), marks], |row| row.get(0))?;
        Ok(first.map(i64::cast_unsigned))
    }

    /// All cases; the most urgent first, then who waits longest.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn cases(&self) -> Result<Vec<CaseLine>, StoreError> {
        self.cases_where("c.kind <> 'activity'", &[])
    }

    /// Those that are not over, in the same order. They are read once and kept until a batch touches a
    /// request: every look at the desk counts all of them.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn open_cases(&self) -> Result<Arc<[CaseLine]>, StoreError> {
        self.open_cases.get_or(&self.requests_version, || {
            let open = "r.is_over = 0 AND c.kind <> 'activity'";
            self.cases_where(open, &[]).map(Arc::from)
        })
    }

    /// The cases that ended since then without whoever asked saying so: declined, or closed by default.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn ended_unsaid(&self, since_ms: u64) -> Result<Vec<CaseLine>, StoreError> {
        let ended = "r.is_over = 1 AND c.ended >= ?1 AND c.kind <> 'activity' \
             AND (r.status = ?2 OR c.outcome = 'by_default')";
        let since = i64::try_from(since_ms).unwrap_or(i64::MAX);
        self.cases_where(ended, &[&since, &Status::Declined.as_str()])
    }

    /// The line of one case.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn case(&self, id: &RequestId) -> Result<Option<CaseLine>, StoreError> {
        let one = "r.id = ?1 AND c.kind <> 'activity'";
        Ok(self.cases_where(one, &[&id.as_bytes()])?.pop())
    }

    /// The cases of this status.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn cases_in(&self, status: Status) -> Result<Vec<CaseLine>, StoreError> {
        self.cases_where("r.status = ?1", &[&status.as_str()])
    }

    fn cases_where(
        &self,
        condition: &str,
        params: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<CaseLine>, StoreError> {
        let sql = format!(
            "SELECT r.id, g.id, r.status, r.is_over, r.urgency, r.holder, r.provisional, r.conflicts,
                 c.kind, c.row, c.founder, c.area, c.asked, c.at_desk, c.answered, c.resolved,
                 c.resolution, c.ended, c.outcome, c.verdict, c.reopened, c.skewed, c.until, c.held,
                 c.follow_up, c.incidents, c.told, c.posted, c.private
             FROM requests AS r JOIN groups AS g ON g.ref = r.in_group
             JOIN cases AS c ON c.request = r.id WHERE {condition}
             ORDER BY r.urgency DESC, c.asked, r.id LIMIT {CASES_MAX}"
        );
        let mut find = self.conn.prepare_cached(&sql)?;
        let rows = find.query_map(params, case_line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where a case was posted to.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn postings_of(&self, case: &RequestId) -> Result<Vec<RequestId>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT request FROM cases WHERE posted = ?1 ORDER BY request")?;
        let rows =
            find.query_map([case.as_bytes()], |row| id_from(RequestId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The case that a request is a posting of.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn case_of(&self, posting: &RequestId) -> Result<Option<RequestId>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT posted FROM cases WHERE request = ?1 AND posted IS NOT NULL")?;
        let mut rows =
            find.query_map([posting.as_bytes()], |row| id_from(RequestId::from_bytes, row, 0))?;
        Ok(rows.next().transpose()?)
    }

    /// Postings that go on although their case is over, or the other way round.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn postings_apart(&self) -> Result<Vec<RequestId>, StoreError> {
        let sql = "SELECT c.request FROM cases AS c JOIN requests AS r ON r.id = c.request
             JOIN requests AS o ON o.id = c.posted WHERE r.is_over <> o.is_over ORDER BY c.request";
        let mut find = self.conn.prepare_cached(sql)?;
        let rows = find.query_map([], |row| id_from(RequestId::from_bytes, row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The code of a request, if it is in the list.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn code_of(&self, id: &RequestId) -> Result<Option<String>, StoreError> {
        use rusqlite::OptionalExtension as _;
        let mut get = self.conn.prepare_cached("SELECT code FROM requests WHERE id = ?1")?;
        Ok(get.query_row([id.as_bytes()], |row| row.get(0)).optional()?)
    }
}

/// Since when the first holder holds it by his claim alone.
pub fn held_since(folded: &Folded) -> Option<ClaimedTime> {
    let case = &folded.case;
    let holder: &PersonId = case.holders.first()?;
    if case.standing(holder) != Some(Rank::Claimed) || case.status.is_over() {
        return None;
    }
    let words = did(case, &[Verb::Claim, Verb::Ack]).filter(|entry| entry.who == *holder);
    words.map(|entry| folded.claimed_of(&entry.id)).max()
}

fn did<'a>(case: &'a Case, verbs: &'a [Verb]) -> impl DoubleEndedIterator<Item = &'a Entry> {
    let is_one = |what: What| matches!(what, What::Did(verb) if verbs.contains(&verb));
    case.timeline.iter().filter(move |entry| entry.counted && is_one(entry.what))
}

fn last_of<'a>(case: &'a Case, verbs: &'a [Verb]) -> Option<&'a Entry> {
    did(case, verbs).next_back()
}

/// Did a person of the office do that?
fn is_human_answer(entry: &Entry) -> bool {
    let by_itself = matches!(entry.what, What::Did(Verb::Close | Verb::Seen));
    entry.counted && entry.part == Part::Desk && !by_itself
}

fn case_line(row: &rusqlite::Row<'_>) -> rusqlite::Result<CaseLine> {
    let time = |at: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(at)?.map(i64::cast_unsigned))
    };
    let number = |at: usize| -> rusqlite::Result<u64> { Ok(row.get::<_, i64>(at)?.unsigned_abs()) };
    let id = |at: usize| -> rusqlite::Result<Option<EnvelopeId>> {
        Ok(row.get::<_, Option<[u8; 32]>>(at)?.map(EnvelopeId::from_bytes))
    };
    let area: Vec<u8> = row.get(11)?;
    let outcome: String = row.get(18)?;
    let measured = Measured {
        row: row.get(9)?,
        founder: id(10)?,
        area: area.chunks_exact(32).filter_map(EnvelopeId::from_slice).collect(),
        asked: row.get::<_, i64>(12)?.cast_unsigned(),
        at_desk: row.get(13)?,
        answered: time(14)?,
        resolved: time(15)?,
        resolution: id(16)?,
        ended: time(17)?,
        confirmed: outcome == "confirmed",
        by_default: outcome == "by_default",
        verdict: row.get(19)?,
        reopened: number(20)?,
        skewed: row.get(21)?,
        until: time(22)?,
        held: time(23)?,
        follow_up: time(24)?,
        incidents: number(25)?,
        told: number(26)?,
        posted: id(27)?,
        private: row.get(28)?,
    };
    Ok(CaseLine {
        id: id_from(RequestId::from_bytes, row, 0)?,
        group: id_from(GroupId::from_bytes, row, 1)?,
        status: row.get(2)?,
        is_over: row.get(3)?,
        urgency: row.get(4)?,
        is_held: row.get::<_, Option<Vec<u8>>>(5)?.is_some(),
        provisional: row.get(6)?,
        conflicts: number(7)?,
        kind: row.get(8)?,
        measured,
    })
}
