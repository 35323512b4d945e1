//! Who are you? Until that is answered, nothing is said about what this node holds.
//!
//! # Rules
//!
//! 1. Whoever opened the link speaks first: *hello* to a box he knows, else *who are you*.
//! 2. The other answers in kind. *Hello* names everything one holds, so it is only said to a box
//!    that has been admitted.
//! 3. *Who are you* is answered with an introduction, by whoever has admitted the asker, and by
//!    whoever opened the link. So of two that do not know each other the caller goes first, and a
//!    stranger who calls learns nothing.
//! 4. The session is open once both have said hello.
//! 5. Where the two hellos differ, each names the newest that it holds of the other's writers. Who
//!    does not hold that himself was restored or copied: he needs a fresh writer before he writes.
//!    It is proof, not a claim (header and signature), so nobody can make others change keys.

use std::sync::Arc;

use super::{Closing, Fault, Output, Session};
use crate::{
    envelope::Envelope,
    sync::{
        bounds::{GREETING_MS, INTRODUCTION_BYTES_MAX, PROTOCOL},
        message::{Hello, Message, Parting},
        summary::Carried,
    },
    time::Moment,
};

/// How far the two have come in getting to know each other.
#[derive(Debug)]
pub(super) struct Greeting {
    admitted: bool,
    since: Option<Moment>,
    said_hello: bool,
    /// The comparison that the peer's hello opened.
    heard_hello: Option<u64>,
    asked_who: bool,
    was_asked_who: bool,
    introduced: bool,
    /// The introduction is being looked at.
    weighing: bool,
    /// The peer has said once what it holds of this box's writers.
    heard_yours: bool,
}

impl Greeting {
    pub const fn new(admitted: bool) -> Self {
        Self {
            admitted,
            since: None,
            said_hello: false,
            heard_hello: None,
            asked_who: false,
            was_asked_who: false,
            introduced: false,
            weighing: false,
            heard_yours: false,
        }
    }

    pub const fn is_open(&self) -> bool {
        self.said_hello && self.heard_hello.is_some()
    }

    pub fn deadline(&self) -> Option<(Moment, &'static str)> {
        let since = self.since.filter(|_| !self.is_open())?;
        Some((since + GREETING_MS, "nobody says who is there"))
    }
}

impl Session {
    pub(super) fn connected(&mut self, carried: &Carried, now: Moment) {
        self.greeting.since = Some(now);
        if self.config.initiator {
            self.greet(carried, now);
        }
    }

    /// The first words, or the next ones that admission allows.
    fn greet(&mut self, carried: &Carried, now: Moment) {
        if !self.greeting.admitted {
            if !self.greeting.asked_who {
                self.greeting.asked_who = true;
                self.send(&Message::WhoAreYou { versions: PROTOCOL });
            }
            return;
        }
        self.introduce();
        if !self.greeting.said_hello {
            self.greeting.said_hello = true;
            let hello = Hello {
                versions: PROTOCOL,
                community: self.config.community,
                nonce: self.comparing.begin(carried, now),
                root: *carried.root(),
                answers: self.greeting.heard_hello,
            };
            self.send(&Message::Hello(hello));
        }
    }

    fn introduce(&mut self) {
        let may = self.greeting.admitted || self.config.initiator;
        if may && self.greeting.was_asked_who && !self.greeting.introduced {
            self.greeting.introduced = true;
            let mut introduction = std::mem::take(&mut self.config.introduction);
            let mut room = INTRODUCTION_BYTES_MAX;
            introduction.retain(|envelope| {
                let bytes = Message::introduced_bytes(envelope);
                let fits = bytes <= room;
                room -= if fits { bytes } else { 0 };
                fits
            });
            self.send(&Message::Introduce(introduction));
        }
    }

    pub(super) fn hear_hello(
        &mut self,
        carried: &Carried,
        hello: &Hello,
        now: Moment,
    ) -> Result<(), Fault> {
        if self.greeting.heard_hello.is_some() {
            return Err(Fault::OutOfTurn);
        }
        if !self.check_versions(hello.versions) {
            return Ok(());
        }
        if hello.community != self.config.community {
            self.part(Parting::Incompatible, Closing::OtherCommunity);
            return Ok(());
        }
        self.greeting.heard_hello = Some(hello.nonce);
        self.answers += 1;
        let said = self.greeting.said_hello;
        self.greet(carried, now);
        if said {
            // What this side said before stands; the comparison that the peer opened is answered.
            self.answer_comparison(carried, hello.nonce, None);
        }
        if hello.root != *carried.root() {
            self.outputs.push_back(Output::NeedNewest);
        }
        match hello.answers {
            Some(nonce) => self.conclude(carried, nonce, hello.root, now),
            None => {
                self.note_root(carried, hello.root, now);
                Ok(())
            }
        }
    }

    /// The answer to [`Output::NeedNewest`].
    pub(super) fn name_newest(&mut self, newest: &[Arc<Envelope>]) {
        if self.is_open() && !newest.is_empty() {
            let newest = newest.iter().map(|envelope| (**envelope).clone().without_body());
            self.send(&Message::Yours(newest.collect()));
        }
    }

    /// Once a session: it is about what was before.
    pub(super) fn hear_yours(&mut self, newest: Vec<Envelope>) {
        if self.is_open() && !std::mem::replace(&mut self.greeting.heard_yours, true) {
            self.outputs.push_back(Output::Yours(newest));
        }
    }

    pub(super) fn hear_who(
        &mut self,
        carried: &Carried,
        versions: (u16, u16),
        now: Moment,
    ) -> Result<(), Fault> {
        if self.greeting.was_asked_who {
            return Err(Fault::OutOfTurn);
        }
        if self.check_versions(versions) {
            self.greeting.was_asked_who = true;
            self.introduce();
            self.greet(carried, now);
        }
        Ok(())
    }

    pub(super) fn hear_introduction(&mut self, introduced: Vec<Envelope>) -> Result<(), Fault> {
        if !self.greeting.asked_who || self.greeting.weighing {
            return Err(Fault::OutOfTurn);
        }
        self.greeting.weighing = true;
        self.outputs.push_back(Output::NeedAdmission { introduced });
        Ok(())
    }

    /// The caller has decided.
    pub(super) fn admit(&mut self, carried: &Carried, admitted: bool, now: Moment) {
        if !admitted {
            self.part(Parting::Stranger, Closing::Stranger);
        } else if !self.greeting.admitted {
            self.greeting.admitted = true;
            if self.greeting.asked_who || self.config.initiator {
                self.greet(carried, now);
            }
        }
    }

    /// Is there a version that both speak? Otherwise the session ends here.
    fn check_versions(&mut self, (from, to): (u16, u16)) -> bool {
        let common = from <= PROTOCOL.1 && PROTOCOL.0 <= to;
        if !common {
            self.part(Parting::Incompatible, Closing::Incompatible);
        }
        common
    }
}
