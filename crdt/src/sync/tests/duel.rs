//! A duel: one honest node, and a peer made of single messages that the test plays.

use std::sync::Arc;

use super::world::{Author, COMMUNITY, Node, body, scope};
use crate::{
    envelope::{Envelope, Kind},
    id::EnvelopeId,
    sync::{
        Config, Fingerprint, Input, Output, Session,
        message::{Group, Hello, Line, Message},
        session::{Closing, Fault},
        summary::{Child, Digest, Place},
    },
    time::Moment,
};

/// An honest node, and what it said to the peer that the test plays.
pub struct Duel {
    pub node: Node,
    pub session: Session,
    pub now: Moment,
    /// What it said since the test last looked.
    pub heard: Vec<Message>,
    pub said: Vec<Output>,
    pub admits: bool,
}

impl Duel {
    pub fn new(initiator: bool, admitted: bool) -> Self {
        let config =
            Config { initiator, community: COMMUNITY, admitted, introduction: vec![somebody()] };
        let mut node = Node::default();
        let mut author = Author::new(1);
        for number in 0..100 {
            let head = node.head(scope(1));
            node.keep([author.write(Kind::MESSAGE, scope(1), 2_900, head, body(number))]);
        }
        let (session, now) = (Session::new(config), Moment(0));
        let (heard, said) = (Vec::new(), Vec::new());
        let mut duel = Self { node, session, now, heard, said, admits: false };
        duel.feed(Input::Connected);
        duel
    }

    /// Both have said hello; the peer holds something else.
    pub fn open(initiator: bool) -> Self {
        let mut duel = Self::new(initiator, true);
        duel.hear(&hello(initiator.then_some(1)));
        duel
    }

    pub fn feed(&mut self, input: Input<'_>) {
        self.session.handle(&self.node.carried, input, self.now);
        while let Some(output) = self.session.poll() {
            self.serve(output);
        }
    }

    pub fn serve(&mut self, output: Output) {
        match output {
            Output::Send(frame) => self.heard.push(Message::decode(&frame).expect("it is honest")),
            Output::List { scope, bucket } => {
                let items = self.node.list(scope, bucket);
                self.feed(Input::Listed { scope, bucket, items });
            }
            Output::Fetch(ids) => {
                let found = ids.iter().filter_map(|id| self.node.held.get(id).cloned()).collect();
                self.feed(Input::Fetched(found));
            }
            Output::Lookup(mut ids) => {
                ids.retain(|id| !self.node.held.contains_key(id));
                self.feed(Input::Missing(ids));
            }
            Output::Store(envelopes) => {
                let new = self.node.keep(envelopes.into_iter().map(Arc::new)).len();
                self.feed(Input::Settled { new, refused: 0 });
            }
            Output::NeedAdmission { .. } => self.feed(Input::Admit(self.admits)),
            said => self.said.push(said),
        }
    }

    pub fn hear(&mut self, message: &Message) {
        self.feed(Input::Received(&message.encode()));
    }

    /// Lets time pass until the session is over or wants nothing.
    pub fn wait(&mut self) {
        while let Some((due, _)) = self.session.next_wakeup() {
            self.now = self.now.max(due);
            self.feed(Input::Wake);
        }
    }

    pub fn fault(&self) -> Option<Fault> {
        self.said.iter().find_map(|said| match said {
            Output::Blame(fault) => Some(*fault),
            _ => None,
        })
    }

    pub fn closing(&self) -> Option<Closing> {
        self.said.iter().find_map(|said| match said {
            Output::Close(closing) => Some(*closing),
            _ => None,
        })
    }

    pub fn stream_bytes(&self) -> usize {
        let bytes = |message: &Message| match message {
            Message::Data(bytes) => bytes.len(),
            _ => 0,
        };
        self.heard.iter().map(bytes).sum()
    }
}

pub fn somebody() -> Envelope {
    Author::new(77).write(Kind::STATEMENT, scope(0), 2_900, None, body(77)).as_ref().clone()
}

pub fn hello(answers: Option<u64>) -> Message {
    Message::Hello(Hello {
        versions: (1, 1),
        community: COMMUNITY,
        nonce: 1,
        root: lie(0),
        answers,
    })
}

/// The fingerprint of a set that nobody holds.
pub fn lie(number: u64) -> Fingerprint {
    let mut set = Fingerprint::EMPTY;
    set.add(&invented(number));
    set
}

pub fn invented(number: u64) -> EnvelopeId {
    EnvelopeId::from_bytes(*blake3::hash(&number.to_be_bytes()).as_bytes())
}

pub fn group(place: Place, lines: &[(Child, u64)]) -> Group {
    let line = |(child, number): &(Child, u64)| Line {
        child: *child,
        count: 10,
        digest: Digest::of(&lie(*number)),
    };
    Group { place, whole: true, lines: lines.iter().map(line).collect() }
}
