//! The side that was called follows: it answers what it holds, and sends what it is asked for.
//!
//! # Rules
//!
//! 1. Every question is answered from what is carried at that moment.
//! 2. An answer ends after sixteen frames, at the end of a place; the leader asks for the rest.
//! 3. Only envelopes that a listing named may be wanted out of a drawer.
//! 4. Questions that lead to no envelope either way are counted, drawer by drawer.

use std::collections::BTreeMap;

use super::{Fault, Session};
use crate::{
    id::{EnvelopeId, ScopeId},
    sync::{
        bounds::{FRAME_BYTES_MAX, FRUITLESS_ROUNDS_MAX, JOBS_MAX},
        message::{Group, Line, Message},
        narrow::{Answering, Held},
        outbox::Drawer,
        summary::{Carried, Digest, Place},
    },
    time::Bucket,
};

/// Frames of one answer, after which it stops at the end of a place.
const ANSWER_FRAMES_MAX: usize = 16;

/// Drawers that are not held here and may be asked about all the same, before an envelope moves.
const UNHELD_MAX: usize = 1_024;

/// One drawer that the leader narrows.
enum Job {
    /// The store is listing it; the question waits.
    Listing(Drawer, Vec<u8>),
    /// Questions are answered from the listing.
    Answering(Drawer, Box<Answering>),
}

/// What the following side remembers.
#[derive(Default)]
pub(super) struct Follower {
    jobs: BTreeMap<u64, Job>,
    /// How often each drawer was opened since an envelope last moved.
    openings: BTreeMap<(ScopeId, Bucket), u32>,
    moved: u64,
    /// Envelopes asked for in this descent.
    asked_for: u64,
    /// *Done* was heard; *drained* is said once everything has gone out.
    drain: bool,
}

impl Session {
    /// What only the leader says.
    pub(super) fn follow(&mut self, carried: &Carried, message: Message) -> Result<(), Fault> {
        match message {
            Message::Ask(places) => self.hear_ask(carried, &places),
            Message::Open { job, scope, bucket, narrow } => {
                self.hear_open(carried, job, scope, bucket, narrow)
            }
            Message::Round { job, narrow } => self.answer_round(job, &narrow),
            Message::Want { job, ids } => self.hear_want_of_job(job, &ids),
            Message::Close { job } => {
                self.follower.jobs.remove(&job).map(|_| ()).ok_or(Fault::OutOfTurn)
            }
            Message::SendAll(drawers) => {
                self.hear_send_all(carried, &drawers);
                Ok(())
            }
            Message::Done { sending } => {
                let asked_for = std::mem::take(&mut self.follower.asked_for);
                self.differs(sending, asked_for);
                self.follower.drain = true;
                Ok(())
            }
            _ => Err(Fault::OutOfTurn),
        }
    }

    fn hear_ask(&mut self, carried: &Carried, places: &[Place]) -> Result<(), Fault> {
        if !places.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(Fault::OutOfTurn);
        }
        let mut answer = Answer::default();
        for place in places {
            answer.describe(carried, *place, carried.is_flat());
            if *place == Place::Root && carried.is_small() {
                for (scope, _) in carried.scopes() {
                    answer.describe(carried, Place::Scope(scope), true);
                }
            }
            if answer.frames.len() >= ANSWER_FRAMES_MAX {
                break;
            }
        }
        answer.finish().into_iter().for_each(|message| self.send(&message));
        Ok(())
    }

    fn hear_open(
        &mut self,
        carried: &Carried,
        job: u64,
        scope: ScopeId,
        bucket: Bucket,
        question: Vec<u8>,
    ) -> Result<(), Fault> {
        let moved = self.moved();
        let follower = &mut self.follower;
        if job == 0 || follower.jobs.contains_key(&job) {
            return Err(Fault::OutOfTurn);
        }
        if moved != follower.moved {
            follower.moved = moved;
            follower.openings.clear();
        }
        let held = carried.bucket(&scope, bucket).count() > 0;
        if follower.jobs.len() >= JOBS_MAX || (!held && follower.openings.len() > UNHELD_MAX) {
            return Err(Fault::TooMuch);
        }
        let openings = follower.openings.entry((scope, bucket)).or_default();
        *openings += 1;
        if *openings > FRUITLESS_ROUNDS_MAX {
            return Err(Fault::Fruitless);
        }
        let drawer = Drawer::new(self.config.community.roster(), scope, bucket);
        follower.jobs.insert(job, Job::Listing(drawer, question));
        self.outputs.push_back(super::Output::List { scope, bucket });
        Ok(())
    }

    /// The store has listed a drawer that the leader narrows.
    pub(super) fn begin_answering(
        &mut self,
        drawer: Drawer,
        items: Vec<Held>,
    ) -> Result<(), Fault> {
        let waits = |job: &Job| matches!(job, Job::Listing(at, _) if *at == drawer);
        let waiting = self.follower.jobs.iter_mut().find(|(_, state)| waits(state));
        let Some((job, state)) = waiting else { return Ok(()) };
        let begun = Job::Answering(drawer, Box::new(Answering::begin(items)));
        match (*job, std::mem::replace(state, begun)) {
            (job, Job::Listing(_, question)) => self.answer_round(job, &question),
            (_, Job::Answering(..)) => Ok(()),
        }
    }

    fn answer_round(&mut self, job: u64, question: &[u8]) -> Result<(), Fault> {
        let moved = self.moved();
        match self.follower.jobs.get_mut(&job) {
            Some(Job::Answering(_, answering)) => {
                let narrow = answering.answer(question, moved)?;
                self.send(&Message::Reply { job, narrow });
                Ok(())
            }
            _ => Err(Fault::OutOfTurn),
        }
    }

    fn hear_want_of_job(&mut self, job: u64, ids: &[EnvelopeId]) -> Result<(), Fault> {
        let Some(Job::Answering(drawer, answering)) = self.follower.jobs.get_mut(&job) else {
            return Err(Fault::OutOfTurn);
        };
        self.follower.asked_for += ids.len() as u64;
        for id in ids {
            let held = answering.find(id).ok_or(Fault::OutOfTurn)?;
            self.outbox.send_held(drawer.bucket(), held, &self.known);
        }
        Ok(())
    }

    fn hear_send_all(&mut self, carried: &Carried, drawers: &[(ScopeId, Option<Bucket>)]) {
        for (scope, only) in drawers {
            for (bucket, set) in carried.buckets(scope) {
                if only.is_none_or(|only| only == bucket) {
                    let drawer = self.drawer(*scope, bucket);
                    self.outbox.send_drawer(drawer);
                    self.follower.asked_for += set.count();
                }
            }
        }
    }

    /// Says *drained* as soon as it is true.
    pub(super) fn follow_up(&mut self) {
        if self.follower.drain && self.outbox.is_drained() {
            self.follower.drain = false;
            self.send(&Message::Drained);
        }
    }
}

/// An answer being put into frames.
#[derive(Default)]
struct Answer {
    frames: Vec<Vec<Group>>,
    bytes: usize,
}

impl Answer {
    /// Bytes that a frame and a group need besides their lines.
    const ROOM_BYTES: usize = FRAME_BYTES_MAX - 64;

    fn describe(&mut self, carried: &Carried, place: Place, by_scope: bool) {
        let mut group = Group { place, whole: false, lines: Vec::new() };
        for (child, set) in carried.below(place, by_scope) {
            self.make_room(&mut group, Group::LINE_BYTES_MAX);
            let line = Line { child, count: set.count(), digest: Digest::of(&set) };
            group.lines.push(line);
            self.bytes += Group::LINE_BYTES_MAX;
        }
        group.whole = true;
        self.make_room(&mut group, 0);
        self.put(group);
    }

    /// Begins a new frame where this one is full, and takes what the group has so far into the old.
    fn make_room(&mut self, group: &mut Group, bytes: usize) {
        if self.bytes + bytes <= Self::ROOM_BYTES {
            return;
        }
        if !group.lines.is_empty() {
            let lines = std::mem::take(&mut group.lines);
            self.put(Group { whole: false, lines, ..*group });
        }
        self.frames.push(Vec::new());
        self.bytes = 0;
    }

    fn put(&mut self, group: Group) {
        if self.frames.is_empty() {
            self.frames.push(Vec::new());
        }
        self.bytes += 32;
        self.frames.last_mut().expect("made above where it was missing").push(group);
    }

    fn finish(self) -> Vec<Message> {
        let count = self.frames.len();
        let told = |(at, groups)| Message::Told { last: at + 1 == count, groups };
        self.frames.into_iter().enumerate().map(told).collect()
    }
}
