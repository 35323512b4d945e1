//! One conversation with one peer, as a machine: inputs in, outputs out.
//!
//! The steps live beside this file: `greet` (who are you), `compare` (are we equal), `lead` and
//! `follow` (what differs, asked and answered), `flow` (envelopes both ways). This file owns the
//! state, the one dispatch function, and the clock: [`Session::next_wakeup`] says when the session
//! wants to be called again, and why.
//!
//! # Whoever drives it
//!
//! - feeds every input with the current [`Carried`], which already includes what was stored;
//! - after each input drains [`Session::poll`] to `None`, in order;
//! - answers `List`, `Fetch`, `Store` and `Lookup` with one input each, each kind in order;
//! - drops the link, and the session, after [`Output::Close`] or [`Output::Blame`].

mod compare;
mod files;
mod flow;
mod follow;
mod greet;
mod lead;

use std::{collections::VecDeque, sync::Arc};

use self::{compare::Comparing, files::Counter, follow::Follower, greet::Greeting, lead::Descent};
use super::{
    bounds::{FRUITLESS_ROUNDS_MAX, OVERSLEPT_MS, PATIENCE_MS, RESENT_MAX},
    files::FileTalk,
    fingerprint::Fingerprint,
    message::{BadMessage, Message, Parting},
    narrow::{BadNarrowing, Held},
    outbox::{Drawer, Errand, Outbox},
    summary::Carried,
    transfer::{BadTransfer, Inbox, Known},
};
use crate::{
    authority::Households,
    envelope::Envelope,
    id::{CommunityId, EnvelopeId, ScopeId},
    time::{Bucket, Moment},
};

/// What a session has to know from the start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Did this side open the link? It speaks first, and leads.
    pub initiator: bool,
    /// Whose envelopes.
    pub community: CommunityId,
    /// Is the peer's box known to belong to a member? Otherwise it hears nothing until
    /// [`Input::Admit`].
    pub admitted: bool,
    /// The statements that show who this node is, at most 32 KiB of them.
    pub introduction: Vec<Envelope>,
}

/// What happens to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// The link is up.
    Connected,
    /// One frame from the peer.
    Received(&'a [u8]),
    /// Answers [`Output::NeedAdmission`], or follows from a statement that came another way.
    Admit(bool),
    /// The introduction did not convince, and this is what the peer is told.
    TurnAway(Parting),
    /// Answers [`Output::List`].
    Listed {
        /// Which scope.
        scope: ScopeId,
        /// Which drawer of it.
        bucket: Bucket,
        /// All that is held there.
        items: Vec<Held>,
    },
    /// Answers [`Output::Fetch`]: those that are still there.
    Fetched(Vec<Arc<Envelope>>),
    /// Answers [`Output::Store`], after the commit.
    Settled {
        /// How many were new here.
        new: usize,
        /// How many had a header, signature or body hash that cannot be.
        refused: usize,
    },
    /// Answers [`Output::Lookup`]: those that are not here, or without the body that belongs to
    /// them. May come unasked, where such bodies are missing.
    Missing(Vec<EnvelopeId>),
    /// New here, from this peer or any other; goes to every session.
    Stored(&'a [Arc<Envelope>]),
    /// Held before without their bodies, and whole now; goes to every session.
    Whole(&'a [EnvelopeId]),
    /// Written here; goes to every session.
    Written(&'a [Arc<Envelope>]),
    /// Answers [`Output::NeedNewest`].
    Newest(&'a [Arc<Envelope>]),
    /// Who takes turns with whom has changed; at the beginning nobody is known.
    Households(Arc<Households>),
    /// Something about a file for the peer: a question, the answer to an [`Output::File`], a hint.
    File(FileTalk),
    /// Somebody wants to know whether the two are equal now.
    Compare,
    /// This node hangs up.
    Leave,
    /// The time that [`Session::next_wakeup`] named has come.
    Wake,
    /// The link is down.
    Disconnected,
}

/// What a session wants done.
#[derive(Debug)]
pub enum Output {
    /// One frame to the peer.
    Send(Vec<u8>),
    /// Is whoever wrote these a member, with the box that the transport knows? Verify and store
    /// them if so, and answer with [`Input::Admit`].
    NeedAdmission {
        /// What the peer said about himself.
        introduced: Vec<Envelope>,
    },
    /// List a drawer.
    List {
        /// Which scope.
        scope: ScopeId,
        /// Which drawer of it.
        bucket: Bucket,
    },
    /// Load these envelopes.
    Fetch(Vec<EnvelopeId>),
    /// Verify, judge and commit these.
    Store(Vec<Envelope>),
    /// Which of these are not here?
    Lookup(Vec<EnvelopeId>),
    /// What is the newest that is held of each writer on the peer's box? The two differ, so it may
    /// be more than he knows of himself.
    NeedNewest,
    /// The peer holds these of this box's writers; bodies are not along, signatures not yet checked.
    Yours(Vec<Envelope>),
    /// The peer said this about a file; a question is to be answered with one [`Input::File`].
    File(FileTalk),
    /// Found equal, in a comparison begun at `at`.
    Equal {
        /// When this node asked.
        at: Moment,
        /// What both hold.
        root: Fingerprint,
    },
    /// What a comparison found, once it is known in full.
    Differs {
        /// Envelopes that the peer has and this node has not.
        missing_here: u64,
        /// Envelopes that this node has and the peer has not.
        missing_there: u64,
    },
    /// How far the transfer to this node is.
    Progress {
        /// Envelopes stored since the difference was known.
        received: u64,
        /// Envelopes that were missing then.
        total: u64,
    },
    /// The conversation is over, and nobody is at fault.
    Close(Closing),
    /// The peer broke the protocol: close the link and remember it.
    Blame(Fault),
}

/// Why a conversation ended in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// No version of the protocol is spoken by both.
    Incompatible,
    /// The peer belongs to another community.
    OtherCommunity,
    /// One does not know the other.
    Stranger,
    /// The peer said goodbye.
    Left(Parting),
    /// This node hung up.
    Leaving,
    /// Nobody said a word.
    Silent,
}

/// How a peer broke the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A frame that is not a message.
    #[error(transparent)]
    Message(#[from] BadMessage),
    /// Narrowing that cannot be, or that leads nowhere.
    #[error(transparent)]
    Narrowing(#[from] BadNarrowing),
    /// A stream that cannot be read, or too much of it.
    #[error(transparent)]
    Transfer(#[from] BadTransfer),
    /// A message that cannot come now, or from this side.
    #[error("message out of turn")]
    OutOfTurn,
    /// Asks for more than a session has room for.
    #[error("more at once than the protocol allows")]
    TooMuch,
    /// Differs again and again, and never with anything new.
    #[error("sixteen comparisons without anything new")]
    Fruitless,
    /// Owes an answer, an acknowledgement or an envelope for too long.
    #[error("owes {0} for half a minute")]
    Stalled(&'static str),
    /// Sent an envelope that nobody could have signed.
    #[error("sent {0} envelopes that are refused everywhere")]
    Refused(usize),
}

/// Something that the peer owes, and since when. The clock starts again whenever `paid` moves,
/// and for whoever overslept.
#[derive(Debug, Default)]
struct Debt {
    since: Option<Moment>,
    paid: u64,
}

impl Debt {
    fn watch(&mut self, owed: bool, paid: u64, now: Moment) {
        let overslept = self.due().is_some_and(|due| now.since_ms(due) > OVERSLEPT_MS);
        if !owed || paid != self.paid || overslept {
            self.since = None;
        }
        self.paid = paid;
        if owed && self.since.is_none() {
            self.since = Some(now);
        }
    }

    fn due(&self) -> Option<Moment> {
        self.since.map(|since| since + PATIENCE_MS)
    }
}

/// One conversation with one peer about the envelopes that both carry.
pub struct Session {
    config: Config,
    greeting: Greeting,
    comparing: Comparing,
    /// On the side that opened the link, while something differs.
    descent: Option<Descent>,
    /// On the other side.
    follower: Follower,
    pub(super) outbox: Outbox,
    inbox: Inbox,
    known: Known,
    lookups: usize,
    /// Ids announced so far.
    early: usize,
    last_job: u64,
    /// Answers of the peer so far.
    answers: u64,
    /// Envelopes of the peer that were new here.
    new: u64,
    /// When envelopes of the peer last came.
    data_at: Moment,
    debts: [Debt; 3],
    counter: Counter,
    progress: (u64, u64),
    fruitless: u32,
    outputs: VecDeque<Output>,
    over: bool,
}

const DEBTS: [&str; 3] = ["an answer", "an acknowledgement", "envelopes"];

impl Session {
    /// A conversation that has not begun.
    pub fn new(config: Config) -> Self {
        Self {
            greeting: Greeting::new(config.admitted),
            config,
            comparing: Comparing::default(),
            descent: None,
            follower: Follower::default(),
            outbox: Outbox::default(),
            inbox: Inbox::default(),
            known: Known::default(),
            lookups: 0,
            early: 0,
            last_job: 0,
            answers: 0,
            new: 0,
            data_at: Moment(0),
            debts: Default::default(),
            counter: Counter::default(),
            progress: (0, 0),
            fruitless: 0,
            outputs: VecDeque::new(),
            over: false,
        }
    }

    /// Takes one input; what it leads to is then waiting in [`Session::poll`].
    pub fn handle(&mut self, carried: &Carried, input: Input<'_>, now: Moment) {
        if self.over {
            return;
        }
        let taken = self.dispatch(carried, input, now).and_then(|()| self.advance(carried, now));
        if let Err(fault) = taken {
            self.outputs.push_back(Output::Blame(fault));
            self.over = true;
        }
    }

    /// The next thing to be done, in order.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call again with [`Input::Wake`], and what for.
    pub fn next_wakeup(&self) -> Option<(Moment, &'static str)> {
        if self.over {
            return None;
        }
        let debts =
            self.debts.iter().zip(DEBTS).filter_map(|(debt, what)| Some((debt.due()?, what)));
        let compare = self.comparing.due().filter(|_| self.is_open() && self.descent.is_none());
        let compare = compare.map(|due| (due, "compare again"));
        debts.chain(compare).chain(self.greeting.deadline()).min()
    }

    /// May the two talk about envelopes?
    pub fn is_open(&self) -> bool {
        self.greeting.is_open() && !self.over
    }

    fn dispatch(&mut self, carried: &Carried, input: Input<'_>, now: Moment) -> Result<(), Fault> {
        match input {
            Input::Connected => self.connected(carried, now),
            Input::Received(frame) => return self.received(carried, frame, now),
            Input::Admit(admitted) => self.admit(carried, admitted, now),
            Input::TurnAway(Parting::Stranger) => self.part(Parting::Stranger, Closing::Stranger),
            // Whoever hangs up at once is not heard. The peer does, or the greeting's time runs out.
            Input::TurnAway(parting) => self.send(&Message::Goodbye(parting)),
            Input::Listed { scope, bucket, items } => self.listed(scope, bucket, items)?,
            Input::Fetched(envelopes) => self.outbox.fetched(envelopes),
            Input::Settled { new, refused } => self.settled(new, refused)?,
            Input::Missing(ids) => self.missing(ids),
            Input::Stored(new) => self.announce(new),
            Input::Whole(ids) => {
                self.name(ids);
            }
            Input::Written(new) => self.push(new),
            Input::Newest(newest) => self.name_newest(newest),
            Input::Households(households) => self.outbox.set_households(households),
            Input::File(talk) => self.say_of_file(talk),
            Input::Compare => self.compare(carried, now),
            Input::Leave => self.part(Parting::Leaving, Closing::Leaving),
            Input::Wake => (),
            Input::Disconnected => self.over = true,
        }
        Ok(())
    }

    fn received(&mut self, carried: &Carried, frame: &[u8], now: Moment) -> Result<(), Fault> {
        let message = Message::decode(frame)?;
        match message {
            Message::Hello(hello) => return self.hear_hello(carried, &hello, now),
            Message::WhoAreYou { versions } => return self.hear_who(carried, versions, now),
            Message::Introduce(envelopes) => return self.hear_introduction(envelopes),
            Message::Goodbye(parting) => {
                self.close(Closing::Left(parting));
                return Ok(());
            }
            Message::Skipped => return Ok(()),
            Message::Yours(newest) => {
                self.hear_yours(newest);
                return Ok(());
            }
            _ if !self.is_open() => return Err(Fault::OutOfTurn),
            _ => (),
        }
        match message {
            Message::Compare { nonce, root } => self.hear_compare(carried, nonce, root, now),
            Message::Compared { nonce, root, then } => {
                return self.hear_compared(carried, nonce, root, then, now);
            }
            Message::Data(bytes) => {
                self.data_at = now;
                return self.hear_data(&bytes);
            }
            Message::Ack { upto } if self.outbox.acked(upto, now) => (),
            Message::Have(ids) => self.hear_have(ids),
            Message::Want { job: 0, ids } => self.hear_want(&ids),
            Message::File(talk) => return self.hear_of_file(talk),
            other if self.config.initiator => return self.lead(carried, other),
            other => return self.follow(carried, other),
        }
        Ok(())
    }

    /// Whatever time or the last input made possible.
    fn advance(&mut self, carried: &Carried, now: Moment) -> Result<(), Fault> {
        if self.over {
            return Ok(());
        }
        if self.greeting.deadline().is_some_and(|(deadline, _)| now >= deadline) {
            self.part(Parting::Leaving, Closing::Silent);
            return Ok(());
        }
        if !self.is_open() {
            return Ok(());
        }
        if self.config.initiator {
            self.pump_descent(carried, now)?;
        }
        self.pump_outbox(now);
        self.follow_up();
        self.pump_file();
        self.compare_when_due(carried, now);
        if self.outbox.sent() > carried.root().count() * 2 + RESENT_MAX {
            return Err(Fault::TooMuch);
        }
        self.watch_debts(now)
    }

    fn watch_debts(&mut self, now: Moment) -> Result<(), Fault> {
        let descent = self.descent.as_ref();
        let answer = self.comparing.is_waiting() || descent.is_some_and(Descent::owes_answer);
        let busy = self.inbox.is_unsettled(u64::MAX);
        let envelopes = !busy && descent.is_some_and(Descent::owes_envelopes);
        let watched = [
            (answer, self.answers),
            (self.outbox.in_flight() > 0, self.outbox.acked_bytes()),
            (envelopes, self.inbox.received()),
        ];
        for ((debt, (owed, paid)), what) in self.debts.iter_mut().zip(watched).zip(DEBTS) {
            debt.watch(owed, paid, now);
            if debt.due().is_some_and(|due| now >= due) {
                return Err(Fault::Stalled(what));
            }
        }
        Ok(())
    }

    /// Envelopes that have moved either way; questions that move none are counted.
    fn moved(&self) -> u64 {
        self.outbox.sent() + self.new
    }

    /// Counts how often in a row nothing came of it.
    fn note_outcome(&mut self, fruitful: bool) -> Result<(), Fault> {
        self.fruitless = if fruitful { 0 } else { self.fruitless + 1 };
        if self.fruitless > FRUITLESS_ROUNDS_MAX { Err(Fault::Fruitless) } else { Ok(()) }
    }

    fn send(&mut self, message: &Message) {
        self.outputs.push_back(Output::Send(message.encode()));
    }

    /// Sends what is loaded, then asks for what comes after it: the store loads while frames travel.
    fn pump_outbox(&mut self, now: Moment) {
        loop {
            while let Some(chunk) = self.outbox.next_chunk(&mut self.known, now) {
                self.send(&Message::Data(chunk));
            }
            let Some(errand) = self.outbox.errand() else { return };
            self.outputs.push_back(match errand {
                Errand::List(scope, bucket) => Output::List { scope, bucket },
                Errand::Fetch(ids) => Output::Fetch(ids),
            });
        }
    }

    /// A listing goes to whoever waits for that drawer.
    fn listed(&mut self, scope: ScopeId, bucket: Bucket, items: Vec<Held>) -> Result<(), Fault> {
        let drawer = self.drawer(scope, bucket);
        self.outbox.listed(drawer, &items, &self.known);
        match &mut self.descent {
            Some(_) => self.begin_narrowing(drawer, items),
            None => self.begin_answering(drawer, items)?,
        }
        Ok(())
    }

    fn drawer(&self, scope: ScopeId, bucket: Bucket) -> Drawer {
        Drawer::new(self.config.community.roster(), scope, bucket)
    }

    /// Says goodbye, and why.
    fn part(&mut self, parting: Parting, closing: Closing) {
        self.send(&Message::Goodbye(parting));
        self.close(closing);
    }

    fn close(&mut self, closing: Closing) {
        self.outputs.push_back(Output::Close(closing));
        self.over = true;
    }
}
