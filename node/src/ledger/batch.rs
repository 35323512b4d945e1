//! A batch of jobs, from what has gathered to the last answer.
//!
//! ```text
//! jobs ─► decide, save ─► neighbours answered ─► lists catch up ─► people answered
//!          (work_off)                                (conclude)
//! ```
//!
//! What neighbours hand over and ask for needs no list, and they wait for the answer: a home whose lists take thirty
//! milliseconds to catch up would otherwise stop the other one for as long
//! ([why](../../../docs/decisions/0135-neighbours-do-not-wait-for-lists.md)).
//!
//! # Rules
//!
//! 1. Whoever needs lists that are behind waits until the batch is saved and the lists have caught up; so does every
//!    command behind it, and where it was a neighbour's, all of neighbours'. Commands are decided and answered in
//!    their order, and so is all that neighbours want.
//! 2. What a neighbour wants is answered as soon as the batch is saved; but from what brings statements or keys on only when
//!    the lists know them: the loop learns from these whose a box is.
//! 3. Lists catch up once, before anybody here is answered, however many commands wait.
//! 4. What was posted is written and synced by another thread while the next posts are decided: the disk is not idle
//!    while somebody waits for it. Whoever posts is answered as soon as his post is safe, in the order of the posts;
//!    nothing else is saved before all of them are
//!    ([why](../../../docs/decisions/0139-posts-are-handed-to-the-disk-one-after-the-other.md)).

use std::sync::Arc;

use crdt::{envelope::Envelope, sync::files, time::ClaimedTime};

use super::{Done, Failed, Job, LISTS_BEHIND_MAX, Ledger, job::Plan};
use crate::store::{truth::Ticket, views::Changes};

/// What a batch of jobs has done.
pub struct Worked<T> {
    /// The answers: to commands in their order, and to everything else in its order.
    pub done: Vec<(T, Done)>,
    /// What was written by this node in the batch, durable now.
    pub written: Vec<Arc<Envelope>>,
    /// What is different for whoever looks.
    pub changes: Changes,
    /// The last row that is durable.
    pub row: i64,
    /// This box has another key since: it must meet the others anew.
    pub renewed: bool,
    /// Hand over a [`Job::Turn`] after so many milliseconds.
    pub turn_in_ms: Option<u64>,
    /// For the machine that asks the neighbours for files.
    pub files: Vec<files::Input>,
}

/// What of a batch waits for the lists, and what it came to.
pub struct Rest<T> {
    /// What neighbours get as soon as it is saved (rule 2).
    ready: Vec<(T, Plan)>,
    plans: Vec<(T, Plan)>,
    /// Rule 1: not decided yet.
    waiting: Vec<Job<T>>,
    wants_lists: bool,
    /// Did the whole batch only look at lists?
    only_looks: bool,
    /// Does the disk take it, as far as is known?
    saved: bool,
    /// What this node had written in the batch before it began.
    before: usize,
    /// What it wrote in it, if that was laid.
    written: Vec<Arc<Envelope>>,
    /// If it was laid: under which ticket, and the row that is durable then.
    ticket: Ticket,
    row: i64,
}

/// When lists that are behind are to catch up, if nobody needs them before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rests {
    /// They are not behind, or cannot.
    Never,
    /// After a moment in which nobody wanted anything: more of the same may come.
    WhenQuiet,
    /// A neighbour has told all that he has: nothing more of it will come.
    AtOnce,
}

impl<T> Rest<T> {
    /// Under which ticket the disk has it, if it was laid.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// Was one post laid, and nothing else?
    pub fn is_one_post(&self) -> bool {
        self.written.len() == 1
    }
}

impl<T> Worked<T> {
    /// Adds what came later.
    pub fn join(&mut self, later: Self) {
        self.done.extend(later.done);
        self.written.extend(later.written);
        self.changes.join(later.changes);
        self.row = later.row;
        self.renewed |= later.renewed;
        self.turn_in_ms = later.turn_in_ms.or(self.turn_in_ms);
        self.files.extend(later.files);
    }
}

impl Ledger {
    /// Does all that has gathered; `claimed` is what the clock says.
    pub fn work<T>(
        &mut self,
        jobs: impl IntoIterator<Item = Job<T>>,
        claimed: ClaimedTime,
    ) -> Worked<T> {
        let (mut worked, rest) = self.work_off(jobs, claimed);
        worked.join(self.conclude(rest));
        worked
    }

    /// Decides and saves what has gathered, in one transaction; answers whoever needs no list. The rest is
    /// for [`Ledger::conclude`], before anything else is worked off.
    pub fn work_off<T>(
        &mut self,
        jobs: impl IntoIterator<Item = Job<T>>,
        claimed: ClaimedTime,
    ) -> (Worked<T>, Rest<T>) {
        let decided = self.decide_all(jobs, claimed);
        self.save_off(decided)
    }

    /// Decides what has gathered. It is for [`Ledger::save_off`] or [`Ledger::lay`].
    pub fn decide_all<T>(
        &mut self,
        jobs: impl IntoIterator<Item = Job<T>>,
        claimed: ClaimedTime,
    ) -> Rest<T> {
        self.claimed = claimed;
        self.rested_in_vain = false;
        self.keep_shifts();
        self.plan_all(jobs, true)
    }

    /// Saves what was decided, and answers as [`Ledger::work_off`] does.
    pub fn save_off<T>(&mut self, mut rest: Rest<T>) -> (Worked<T>, Rest<T>) {
        self.save(&mut rest);
        let ready = std::mem::take(&mut rest.ready);
        let done = self.finish_all(ready);
        (self.worked(done, Changes::default(), rest.saved), rest)
    }

    /// Hands what was decided to the disk (rule 4); false where anything but posts was decided. Otherwise `rest` is for
    /// [`Ledger::conclude_laid`].
    pub fn lay<T>(&mut self, rest: &mut Rest<T>) -> bool {
        let plain = rest.saved && rest.ready.is_empty() && rest.waiting.is_empty();
        let room = self.behind + self.written.len() <= LISTS_BEHIND_MAX;
        if !plain || rest.wants_lists || !room || self.renewed {
            return false;
        }
        let Some(ticket) = self.truth.lay() else { return false };
        rest.ticket = ticket;
        rest.row = self.truth.last_row();
        rest.written = std::mem::take(&mut self.written);
        self.behind += rest.written.len();
        true
    }

    /// Waits until what was laid is safe, and answers whoever waits for it too. In the order in which it was laid.
    pub fn conclude_laid<T>(&mut self, mut rest: Rest<T>) -> Worked<T> {
        match self.truth.finish(rest.ticket) {
            Ok(()) => self.row = rest.row,
            Err(error) => {
                self.behind -= rest.written.len().min(self.behind);
                rest.written.clear();
                // What was decided since is not saved either, as its own save will say.
                self.undo(self.written.len(), rest.plans.iter_mut(), &error.into());
            }
        }
        let (done, changes) = (self.finish_all(rest.plans), Changes::default());
        let (written, row) = (rest.written, self.row);
        Worked { done, written, changes, row, renewed: false, turn_in_ms: None, files: Vec::new() }
    }

    /// Brings the lists up to date where somebody needs them, and answers him.
    pub fn conclude<T>(&mut self, rest: Rest<T>) -> Worked<T> {
        let mut changes = Changes::default();
        self.settle_for(&rest, &mut changes);
        let Rest { plans, waiting, mut saved, .. } = rest;
        let mut done = self.finish_all(plans);
        if !waiting.is_empty() {
            let mut rest = self.plan_all(waiting, false);
            self.save(&mut rest);
            self.settle_for(&rest, &mut changes);
            saved &= rest.saved;
            done.extend(self.finish_all(rest.ready));
            done.extend(self.finish_all(rest.plans));
        }
        self.worked(done, changes, saved)
    }

    /// Uses a quiet moment: commits what so far was only written down, and brings the lists up to
    /// date. What fails is tried again with the next job.
    pub fn rest<T>(&mut self) -> Worked<T> {
        let mut changes = Changes::default();
        if let Err(failed) = self.catch_up_if_behind(&mut changes) {
            tracing::error!(reason = %failed, "The lists could not catch up");
            self.rested_in_vain = true;
        }
        self.worked(Vec::new(), changes, false)
    }

    /// When [`Ledger::rest`] is of use, if nobody wants anything.
    pub const fn rests(&self) -> Rests {
        match (self.behind > 0 && !self.rested_in_vain, self.told_all) {
            (false, _) => Rests::Never,
            (true, true) => Rests::AtOnce,
            (true, false) => Rests::WhenQuiet,
        }
    }

    /// Decides these jobs in one transaction.
    fn plan_all<T>(&mut self, jobs: impl IntoIterator<Item = Job<T>>, may_wait: bool) -> Rest<T> {
        let before = self.written.len();
        let saved = self.truth.begin().map_err(Failed::from);
        if saved.is_ok() {
            self.certify_what_is_fresh();
        }
        let (mut ready, mut plans, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        let (mut wants_lists, mut neighbours_need_lists, mut a_neighbour_waits) =
            (false, false, false);
        // Also what comes while these are worked on.
        for job in jobs {
            let (needs_lists, of_neighbour) = (job.wants_lists(), !job.is_command());
            let is_behind = self.behind > 0 && needs_lists;
            let behind_others = if of_neighbour { a_neighbour_waits } else { !waiting.is_empty() };
            if may_wait && saved.is_ok() && (is_behind || behind_others) {
                a_neighbour_waits |= of_neighbour;
                waiting.push(job);
                continue;
            }
            wants_lists |= needs_lists;
            neighbours_need_lists |= of_neighbour && needs_lists;
            let at_once = of_neighbour && !neighbours_need_lists;
            let plan = match &saved {
                Ok(()) => self.plan(job),
                Err(error) => self.plan_without_a_disk(job, error),
            };
            if at_once { &mut ready } else { &mut plans }.push(plan);
        }
        if let Err(failed) = &saved {
            self.undo(before, ready.iter_mut().chain(&mut plans), failed);
        }
        let only_looks = ready.is_empty() && plans.iter().all(|(_, plan)| plan.only_looks());
        let (saved, written, ticket, row) = (saved.is_ok(), Vec::new(), 0, self.row);
        Rest { ready, plans, waiting, wants_lists, only_looks, saved, before, written, ticket, row }
    }

    /// What was decided is safe, and the lists do not know of it; or nothing of it is kept.
    fn save<T>(&mut self, rest: &mut Rest<T>) {
        if !rest.saved {
            return;
        }
        if let Err(error) = self.truth.save() {
            rest.saved = false;
            let plans = rest.ready.iter_mut().chain(&mut rest.plans);
            self.undo(rest.before, plans, &error.into());
            return;
        }
        self.behind += self.written.len() - rest.before;
        self.row = self.truth.last_row();
    }

    /// The disk did not take it: nothing of the batch is kept anywhere.
    fn undo<'a, T: 'a>(
        &mut self,
        before: usize,
        plans: impl DoubleEndedIterator<Item = &'a mut (T, Plan)>,
        failed: &Failed,
    ) {
        tracing::error!(reason = %failed, "The disk did not take a batch; nothing of it is kept");
        self.written.truncate(before);
        self.uncertified = true;
        self.nobody_comes_back = false;
        self.keys.forget();
        // It may list what was just undone, and the next batch counts its rows from there again.
        self.ahead = None;
        // The last first: each puts back what was before it.
        for (_, plan) in plans.rev() {
            self.take_back(plan);
            plan.fail(failed);
        }
    }

    /// Will the lists be brought up to date before this is answered?
    pub fn settles_for<T>(&self, rest: &Rest<T>) -> bool {
        let wanted = rest.wants_lists || !rest.waiting.is_empty();
        let due = rest.saved && (wanted || self.behind > LISTS_BEHIND_MAX);
        due && !(rest.only_looks && self.is_settled())
    }

    /// Brings the lists up to date where what was decided needs that.
    fn settle_for<T>(&mut self, rest: &Rest<T>, changes: &mut Changes) {
        if self.settles_for(rest) {
            self.settle_if_possible(changes);
        }
    }

    fn finish_all<T>(&mut self, plans: Vec<(T, Plan)>) -> Vec<(T, Done)> {
        plans.into_iter().map(|(whom, plan)| (whom, self.finish(plan))).collect()
    }

    /// What has come of it, with all that has gathered for the loop.
    fn worked<T>(&mut self, done: Vec<(T, Done)>, changes: Changes, saved: bool) -> Worked<T> {
        let written = std::mem::take(&mut self.written);
        let renewed = saved && std::mem::take(&mut self.renewed);
        let turn_in_ms = self.keys.turn_in_ms.take();
        let files = std::mem::take(&mut self.files.out);
        Worked { done, written, changes, row: self.row, renewed, turn_in_ms, files }
    }
}
