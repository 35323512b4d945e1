//! Files on one link: a question at a time each way, and the chunk goes out last of all.
//!
//! # Rules
//!
//! 1. A chunk waits until the two have been equal once and nothing else wants to go out: a photo never
//!    stands before an alert, nor before anybody's backlog.
//! 2. The peer may have one question open. A second one is too much.
//! 3. What nobody asked for is out of turn, apart from the hint that something has come.

use super::{Fault, Output, Session};
use crate::{
    id::BlobId,
    sync::{
        files::{FileAsk, FileTalk, FileWish},
        message::Message,
    },
};

/// The files of one session.
#[derive(Debug, Default)]
pub(super) struct Counter {
    /// What the peer wants to know, until it is answered.
    answering: Option<FileAsk>,
    /// The chunk that is the answer, until the line is free.
    chunk: Option<FileTalk>,
    /// What was asked here, until the peer answers.
    asked: Option<FileAsk>,
}

impl Session {
    /// This node says something about a file: a question, the answer to one, or a hint.
    pub(super) fn say_of_file(&mut self, talk: FileTalk) {
        if !self.is_open() {
            return;
        }
        match &talk {
            FileTalk::Ask(ask) if self.counter.asked.is_none() => self.counter.asked = Some(*ask),
            FileTalk::Chunk { blob, chunk, .. } => {
                let wish = FileWish::Chunk(*chunk);
                if self.counter.answering.is_some_and(|it| it.blob == *blob && it.wish == wish) {
                    self.counter.chunk = Some(talk);
                }
                return;
            }
            FileTalk::State { blob, .. } if self.is_answering(blob) => {
                self.counter.answering = None;
            }
            FileTalk::Here(_) => (),
            FileTalk::Ask(_) | FileTalk::State { .. } => return,
        }
        self.send(&Message::File(talk));
    }

    fn is_answering(&self, blob: &BlobId) -> bool {
        self.counter.chunk.is_none() && self.counter.answering.is_some_and(|it| it.blob == *blob)
    }

    /// Rules 2 and 3.
    pub(super) fn hear_of_file(&mut self, talk: FileTalk) -> Result<(), Fault> {
        match &talk {
            FileTalk::Ask(_) if self.counter.answering.is_some() => return Err(Fault::TooMuch),
            FileTalk::Ask(ask) => self.counter.answering = Some(*ask),
            FileTalk::Chunk { blob, chunk, .. } => {
                let wish = FileWish::Chunk(*chunk);
                let asked = self.counter.asked.take();
                asked.filter(|it| it.blob == *blob && it.wish == wish).ok_or(Fault::OutOfTurn)?;
            }
            FileTalk::State { blob, .. } => {
                let asked = self.counter.asked.take();
                asked.filter(|it| it.blob == *blob).ok_or(Fault::OutOfTurn)?;
            }
            FileTalk::Here(_) => (),
        }
        self.outputs.push_back(Output::File(talk));
        Ok(())
    }

    /// Rule 1.
    pub(super) fn pump_file(&mut self) {
        let is_last = self.comparing.was_equal() && self.descent.is_none() && self.outbox.is_idle();
        if is_last && let Some(chunk) = self.counter.chunk.take() {
            self.counter.answering = None;
            self.send(&Message::File(chunk));
        }
    }
}
