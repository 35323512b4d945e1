//! The side that opened the link leads: it asks its way down to what differs.
//!
//! # Rules
//!
//! 1. Places are asked about in batches, one batch at a time; an answer is compared line by line
//!    with what is carried here *now*.
//! 2. What only the peer has is asked for whole; what only this side has is sent whole; what both
//!    have and differs is asked about one level further down, and a drawer is narrowed.
//! 3. Once nothing is left to ask, *done* is said; the peer answers *drained* when it has sent
//!    everything. With that stored here, and ours acknowledged, the two compare again.
//! 4. A peer that lies is bounded: so many frames an answer, so many places remembered, no more ids
//!    than it said it holds, and a pause while it owes too many envelopes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, Output, Session};
use crate::{
    id::ScopeId,
    sync::{
        bounds::{
            ASK_PLACES_MAX, GROWTH_MAX, IDS_MAX, JOBS_MAX, OWED_MAX, TODO_MAX, TOLD_FRAMES_MAX,
        },
        fingerprint::Fingerprint,
        message::{Group, Line, Message},
        narrow::{Held, Narrowing},
        outbox::Drawer,
        summary::{Carried, Child, Digest, Place},
    },
    time::{Bucket, Moment},
};

/// One drawer on its way to being equal.
enum Job {
    /// The store is listing it; the peer says that it holds so many.
    Listing(Drawer, u64),
    /// A question is under way.
    Asked(Drawer, Box<Narrowing>),
    /// The next question waits until the peer has sent what it owes.
    Paused(Drawer, Box<Narrowing>, Vec<u8>),
}

/// How far the end of a descent is.
#[derive(Clone, Copy)]
enum End {
    /// Still asking.
    Open,
    /// *Done* was said.
    Said,
    /// The peer has sent everything: up to here in its stream, and in ours once that is known.
    Drained { theirs: u64, ours: Option<u64> },
}

/// One walk down to what differs.
pub(super) struct Descent {
    todo: BTreeSet<Place>,
    asked: BTreeSet<Place>,
    /// The last frame of the answer is still to come.
    awaiting: bool,
    told_frames: u32,
    answered_any: bool,
    /// How far the group that continues in the next frame has been compared.
    cursor: Option<(Place, Child)>,
    drawers: BTreeMap<Drawer, u64>,
    jobs: BTreeMap<u64, Job>,
    send_all: Vec<(ScopeId, Option<Bucket>)>,
    missing_here: u64,
    missing_there: u64,
    /// Envelopes asked for by id and not received.
    owed: u64,
    moved_before: u64,
    end: End,
}

impl Descent {
    fn new(moved_before: u64) -> Self {
        Self {
            todo: BTreeSet::from([Place::Root]),
            asked: BTreeSet::new(),
            awaiting: false,
            told_frames: 0,
            answered_any: false,
            cursor: None,
            drawers: BTreeMap::new(),
            jobs: BTreeMap::new(),
            send_all: Vec::new(),
            missing_here: 0,
            missing_there: 0,
            owed: 0,
            moved_before,
            end: End::Open,
        }
    }

    pub fn owes_answer(&self) -> bool {
        self.awaiting || self.jobs.values().any(|job| matches!(job, Job::Asked(..)))
    }

    pub fn owes_envelopes(&self) -> bool {
        self.owed > 0 || matches!(self.end, End::Said)
    }

    /// Envelopes came in.
    pub fn note_received(&mut self, envelopes: u64) {
        self.owed = self.owed.saturating_sub(envelopes);
    }

    fn is_full(&self) -> bool {
        self.todo.len() + self.drawers.len() + self.send_all.len() >= TODO_MAX
    }

    fn look_into(&mut self, place: Place) {
        if !self.is_full() {
            self.todo.insert(place);
        }
    }

    fn want_all(&mut self, scope: ScopeId, bucket: Option<Bucket>, count: u64) {
        if !self.is_full() {
            self.send_all.push((scope, bucket));
            self.missing_here = self.missing_here.saturating_add(count);
        }
    }
}

impl Session {
    pub(super) fn begin_descent(&mut self) {
        self.descent = Some(Descent::new(self.moved()));
    }

    /// What only the follower says.
    pub(super) fn lead(&mut self, carried: &Carried, message: Message) -> Result<(), Fault> {
        self.answers += 1;
        match message {
            Message::Told { last, groups } => self.hear_told(carried, last, groups),
            Message::Reply { job, narrow } => self.hear_reply(job, &narrow),
            Message::Drained => self.hear_drained(),
            _ => Err(Fault::OutOfTurn),
        }
    }

    fn hear_told(
        &mut self,
        carried: &Carried,
        last: bool,
        groups: Vec<Group>,
    ) -> Result<(), Fault> {
        let descent = self.descent.as_mut().ok_or(Fault::OutOfTurn)?;
        descent.told_frames += 1;
        if !descent.awaiting {
            return Err(Fault::OutOfTurn);
        }
        if descent.told_frames > TOLD_FRAMES_MAX {
            return Err(Fault::TooMuch);
        }
        for group in groups {
            self.compare_group(carried, &group);
        }
        let descent = self.descent.as_mut().ok_or(Fault::OutOfTurn)?;
        if last {
            // What the answer had no room for is asked again.
            descent.todo.append(&mut descent.asked);
            (descent.cursor, descent.awaiting) = (None, false);
            if !descent.answered_any {
                return Err(Fault::Fruitless);
            }
        }
        Ok(())
    }

    /// Compares the lines of one group with what is carried here between its ends.
    fn compare_group(&mut self, carried: &Carried, group: &Group) {
        let Some(descent) = self.descent.as_mut() else { return };
        let place = group.place;
        if !descent.asked.contains(&place) && !descent.todo.contains(&place) {
            return;
        }
        let after = descent.cursor.filter(|(at, _)| *at == place).map(|(_, child)| child);
        let upto = group.lines.last().map(|line| line.child);
        descent.cursor = if group.whole { None } else { upto.map(|child| (place, child)) };
        if group.whole {
            descent.answered_any = true;
            descent.asked.remove(&place);
            descent.todo.remove(&place);
        }
        let by_scope = matches!(upto, Some(Child::Scope(_)));
        let ours = carried.below(place, by_scope).filter(|(child, _)| {
            after.is_none_or(|after| *child > after)
                && (group.whole || upto.is_some_and(|upto| *child <= upto))
        });
        let mut both: BTreeMap<Child, (Option<Fingerprint>, Option<&Line>)> =
            ours.map(|(child, set)| (child, (Some(set), None))).collect();
        for line in &group.lines {
            both.entry(line.child).or_default().1 = Some(line);
        }
        for (child, (ours, theirs)) in both {
            self.compare_line(carried, place, child, ours, theirs);
        }
    }

    fn compare_line(
        &mut self,
        carried: &Carried,
        place: Place,
        child: Child,
        ours: Option<Fingerprint>,
        theirs: Option<&Line>,
    ) {
        let same =
            matches!((&ours, theirs), (Some(set), Some(line)) if Digest::of(set) == line.digest);
        let Some(descent) = self.descent.as_mut().filter(|_| !same) else { return };
        let count = theirs.map_or(0, |line| line.count);
        match (child, place) {
            (Child::Branch(byte), _) if theirs.is_some() => descent.look_into(Place::Branch(byte)),
            (Child::Branch(byte), _) => {
                for (child, _) in carried.below(Place::Branch(byte), true) {
                    if let Child::Scope(scope) = child {
                        self.send_scope(carried, scope);
                    }
                }
            }
            (Child::Scope(scope), _) => match (ours, theirs) {
                (Some(_), Some(_)) => descent.look_into(Place::Scope(scope)),
                (None, _) => descent.want_all(scope, None, count),
                (Some(_), None) => self.send_scope(carried, scope),
            },
            (Child::Bucket(bucket), Place::Scope(scope)) => match (ours, theirs) {
                (Some(_), Some(_)) if descent.is_full() => (),
                (Some(_), Some(_)) => {
                    let drawer = self.drawer(scope, bucket);
                    self.descent.iter_mut().for_each(|it| {
                        it.drawers.insert(drawer, count);
                    });
                }
                (None, _) => descent.want_all(scope, Some(bucket), count),
                (Some(set), None) => self.send_bucket(scope, bucket, &set),
            },
            (Child::Bucket(_), Place::Root | Place::Branch(_)) => (),
        }
    }

    fn send_scope(&mut self, carried: &Carried, scope: ScopeId) {
        for (bucket, set) in carried.buckets(&scope) {
            self.send_bucket(scope, bucket, &set);
        }
    }

    fn send_bucket(&mut self, scope: ScopeId, bucket: Bucket, set: &Fingerprint) {
        let drawer = self.drawer(scope, bucket);
        self.outbox.send_drawer(drawer);
        self.descent.iter_mut().for_each(|it| it.missing_there += set.count());
    }

    /// The store has listed a drawer that is to be narrowed.
    pub(super) fn begin_narrowing(&mut self, drawer: Drawer, items: Vec<Held>) {
        let jobs = self.descent.iter_mut().flat_map(|descent| &mut descent.jobs);
        let waiting = jobs.map(|(job, state)| (*job, state)).find_map(|(job, state)| match state {
            Job::Listing(at, theirs) if *at == drawer => Some((job, *theirs, state)),
            _ => None,
        });
        if let Some((job, theirs, state)) = waiting {
            let most = theirs.saturating_mul(2).saturating_add(GROWTH_MAX);
            let (narrowing, question) = Narrowing::begin(items, most);
            *state = Job::Asked(drawer, Box::new(narrowing));
            let (scope, bucket) = (drawer.scope, drawer.bucket());
            self.send(&Message::Open { job, scope, bucket, narrow: question });
        }
    }

    fn hear_reply(&mut self, job: u64, reply: &[u8]) -> Result<(), Fault> {
        let descent = self.descent.as_mut().ok_or(Fault::OutOfTurn)?;
        let Some(Job::Asked(drawer, mut narrowing)) = descent.jobs.remove(&job) else {
            return Err(Fault::OutOfTurn);
        };
        let found = narrowing.take(reply)?;
        descent.missing_there += found.have.len() as u64;
        descent.missing_here += found.need.len() as u64;
        for held in &found.have {
            self.outbox.send_held(drawer.bucket(), held, &self.known);
        }
        descent.owed += found.need.len() as u64;
        if let Some(next) = found.next {
            descent.jobs.insert(job, Job::Paused(drawer, narrowing, next));
        }
        let closed = !descent.jobs.contains_key(&job);
        for ids in found.need.chunks(IDS_MAX) {
            self.send(&Message::Want { job, ids: ids.to_vec() });
        }
        if closed {
            self.send(&Message::Close { job });
        }
        Ok(())
    }

    fn hear_drained(&mut self) -> Result<(), Fault> {
        let theirs = self.inbox.received_bytes();
        match &mut self.descent {
            Some(descent) if matches!(descent.end, End::Said) => {
                descent.end = End::Drained { theirs, ours: None };
                // What it has not sent by now it does not have.
                descent.owed = 0;
                Ok(())
            }
            _ => Err(Fault::OutOfTurn),
        }
    }

    /// Asks whatever can be asked now, and ends the descent when nothing is left.
    pub(super) fn pump_descent(&mut self, carried: &Carried, now: Moment) -> Result<(), Fault> {
        let Some(mut descent) = self.descent.take() else { return Ok(()) };
        self.ask_places(&mut descent);
        self.ask_drawers(&mut descent);
        self.say_done(&mut descent);
        if self.is_finished(&mut descent) {
            let fruitful = self.moved() > descent.moved_before;
            self.comparing.looked_into(now);
            self.compare(carried, now);
            return self.note_outcome(fruitful);
        }
        self.descent = Some(descent);
        Ok(())
    }

    fn ask_places(&mut self, descent: &mut Descent) {
        if !descent.awaiting && !descent.todo.is_empty() {
            while descent.asked.len() < ASK_PLACES_MAX
                && let Some(place) = descent.todo.pop_first()
            {
                descent.asked.insert(place);
            }
            (descent.told_frames, descent.answered_any) = (0, false);
            descent.awaiting = true;
            self.send(&Message::Ask(descent.asked.iter().copied().collect()));
        }
        for chunk in std::mem::take(&mut descent.send_all).chunks(ASK_PLACES_MAX) {
            self.send(&Message::SendAll(chunk.to_vec()));
        }
    }

    fn ask_drawers(&mut self, descent: &mut Descent) {
        let paused: Vec<u64> = descent
            .jobs
            .iter()
            .filter_map(|(job, state)| matches!(state, Job::Paused(..)).then_some(*job))
            .collect();
        let full = descent.owed > OWED_MAX || self.outbox.load() as u64 > OWED_MAX;
        for job in paused.into_iter().filter(|_| !full) {
            if let Some(Job::Paused(drawer, narrowing, next)) = descent.jobs.remove(&job) {
                descent.jobs.insert(job, Job::Asked(drawer, narrowing));
                self.send(&Message::Round { job, narrow: next });
            }
        }
        while descent.jobs.len() < JOBS_MAX
            && let Some((drawer, theirs)) = descent.drawers.pop_first()
        {
            self.last_job += 1;
            descent.jobs.insert(self.last_job, Job::Listing(drawer, theirs));
            let (scope, bucket) = (drawer.scope, drawer.bucket());
            self.outputs.push_back(Output::List { scope, bucket });
        }
    }

    fn say_done(&mut self, descent: &mut Descent) {
        let asking = !descent.todo.is_empty()
            || descent.awaiting
            || !descent.drawers.is_empty()
            || !descent.jobs.is_empty();
        if asking || !matches!(descent.end, End::Open) {
            return;
        }
        descent.end = End::Said;
        let (missing_here, missing_there) = (descent.missing_here, descent.missing_there);
        self.differs(missing_here, missing_there);
        self.send(&Message::Done { sending: missing_there });
    }

    /// Is everything of theirs stored here, and everything of ours there?
    fn is_finished(&self, descent: &mut Descent) -> bool {
        let End::Drained { theirs, ours } = &mut descent.end else { return false };
        if ours.is_none() && self.outbox.is_drained() {
            *ours = Some(self.outbox.sent_bytes());
        }
        let stored = !self.inbox.is_unsettled(*theirs);
        stored && ours.is_some_and(|ours| self.outbox.acked_bytes() >= ours)
    }
}
