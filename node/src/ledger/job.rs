//! What the ledger is given to do, and what comes of it.

use std::sync::Arc;

use crdt::{
    body::{Body, Talk},
    envelope::{Envelope, Kind},
    id::{EnvelopeId, HouseholdId, KeyId, ScopeId},
    limits::TEXT_BYTES_MAX,
    secrets::packing::Packed,
    sync::{
        Held, Parting,
        files::{self, FileAsk, FileTalk},
    },
    time::Bucket,
};

use super::{After, Failed, Ledger};
use crate::{
    api::{ApiError, Command, ErrorKind, Reply},
    store::truth::Parcel,
};

/// A message, packed in the thread of whoever posts it: the ledger's has more to do.
pub struct Post {
    command: Command,
    packed: Option<Packed>,
}

impl Post {
    /// Packs a message.
    pub fn new(group: String, text: String, reply_to: Option<EnvelopeId>) -> Self {
        // What is too long is refused anyway.
        let packed = (text.len() <= TEXT_BYTES_MAX).then(|| {
            let text = text.clone();
            Packed::of(Body::Talk(Talk::Message { text, reply_to, imported: None }).encode())
        });
        Self { command: Command::Post { group, text, reply_to }, packed }
    }

    /// The command that it was made of.
    pub fn into_command(self) -> Command {
        self.command
    }
}

/// Something for the ledger to do; `T` says whom the answer is for.
pub enum Job<T> {
    /// A person wants something.
    Command(T, Command),
    /// A person says something.
    Post(T, Post),
    /// A peer sent envelopes.
    Receive(T, Parcel),
    /// A stranger introduces himself: the same, but kept only if it makes his box known.
    Introduce(T, KeyId, Vec<Envelope>),
    /// A neighbour has come: make ready what he will ask for.
    Greet(T),
    /// List a drawer.
    List(T, ScopeId, Bucket),
    /// Load envelopes.
    Fetch(T, Vec<EnvelopeId>),
    /// Which of these are not here?
    Lookup(T, Vec<EnvelopeId>),
    /// Which are here without the body that belongs to them?
    Bodiless(T),
    /// The newest of each writer on this box.
    Newest(T, KeyId),
    /// A peer holds these of this box's writers, without their bodies.
    Yours(T, Vec<Envelope>),
    /// A peer wants something of a sealed file.
    Serve(T, FileAsk),
    /// Something for the folder of sealed files.
    File(T, files::Output),
    /// Everything up to this row is held by this box too.
    Delivered(T, KeyId, i64),
    /// Remember something that is never sent.
    Keep(T, String, Vec<u8>),
    /// Remember an address that somebody typed.
    Typed(T, String),
    /// Other homes can reach this one here; goes into invitations.
    Addresses(T, Vec<String>),
    /// This node's turn has come to help boxes that lack a key, see [`Worked::turn_in_ms`](super::Worked::turn_in_ms).
    Turn(T),
}

impl<T> Job<T> {
    /// Does somebody here want it? Commands are decided in their order.
    pub(super) const fn is_command(&self) -> bool {
        matches!(self, Self::Command(..) | Self::Post(..))
    }

    /// Does somebody here only say something?
    pub const fn is_post(&self) -> bool {
        matches!(self, Self::Post(..) | Self::Command(_, Command::Post { .. }))
    }

    /// Does it only ask for what is here, and write nothing?
    pub const fn only_asks(&self) -> bool {
        matches!(
            self,
            Self::Greet(_)
                | Self::List(..)
                | Self::Newest(..)
                | Self::Fetch(..)
                | Self::Lookup(..)
                | Self::Bodiless(..)
                | Self::Serve(..)
        )
    }

    /// Must the lists have caught up before (rule 3) and after?
    pub(super) fn wants_lists(&self) -> bool {
        match self {
            Self::Command(_, command) => decides_by_lists(command),
            // Who may do what, whose home a box is, and what can be read is of use at once.
            Self::Receive(_, parcel) => parcel.look(|envelopes| {
                let mut kinds = envelopes.iter().map(|it| it.header().kind);
                kinds.any(|kind| kind.class() == 0 || kind == Kind::CARD)
            }),
            Self::Introduce(..) | Self::Yours(..) | Self::Turn(_) => true,
            Self::Post(..)
            | Self::Greet(_)
            | Self::List(..)
            | Self::Newest(..)
            | Self::Fetch(..)
            | Self::Lookup(..)
            | Self::Bodiless(..)
            | Self::Serve(..)
            | Self::File(..)
            | Self::Delivered(..)
            | Self::Keep(..)
            | Self::Typed(..)
            | Self::Addresses(..) => false,
        }
    }
}

fn decides_by_lists(command: &Command) -> bool {
    match command {
        Command::As { command, .. }
        | Command::Once { command, .. }
        | Command::IfSeen { command, .. } => decides_by_lists(command),
        Command::Post { .. } | Command::Token(_) => false,
        _ => true,
    }
}

/// Somebody's home, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// What it is called.
    pub home: String,
    /// Does the box stand in an office?
    pub office: bool,
    /// With whom its links take turns.
    pub household: HouseholdId,
    /// Where it lies, as its card says: names from the outside in.
    pub place: Vec<String>,
}

/// What became of envelopes that a peer handed over.
pub struct Taken {
    /// What was new.
    pub new: Vec<Arc<Envelope>>,
    /// What was here without its body, and is whole now.
    pub whole: Vec<EnvelopeId>,
    /// How many were refused.
    pub refused: usize,
}

/// What came of a job.
pub enum Done {
    /// Of a command.
    Reply(Result<Reply, ApiError>),
    /// Of envelopes from a peer; none where the disk failed.
    Received(Option<Taken>),
    /// Of an introduction: is the box known now?
    Introduced(Result<(), Parting>),
    /// Of a listing.
    Listed(ScopeId, Bucket, Vec<Held>),
    /// Of a loading.
    Fetched(Vec<Arc<Envelope>>),
    /// Of a look-up: those that are not here, or not whole.
    Missing(Vec<EnvelopeId>),
    /// Those that are here without their body.
    Bodiless(Vec<EnvelopeId>),
    /// Of a question for the newest.
    Newest(Vec<Arc<Envelope>>),
    /// Of a question about a sealed file.
    Served(FileAsk, FileTalk),
    /// Of something for the folder of sealed files.
    Files(Vec<files::Input>),
    /// Of anything that has no answer.
    Nothing,
}

/// What a job has come to inside the transaction.
pub(super) enum Plan {
    /// As whom, and what came of it.
    Command(Option<usize>, Result<After, ApiError>),
    Received(Taken),
    Ready(Done),
}

impl Plan {
    /// Does somebody only look at lists?
    pub(super) const fn only_looks(&self) -> bool {
        matches!(self, Self::Command(_, Ok(After::Read(_))))
    }

    /// The disk did not take it. What only looks at lists does so all the same (rule 8 of the ledger).
    pub(super) fn fail(&mut self, failed: &Failed) {
        match self {
            Self::Received(_) => *self = Self::Ready(Done::Received(None)),
            Self::Command(_, Ok(after)) if !matches!(after, After::Read(_)) => {
                *self = Self::Command(None, Err(not_saved(failed)));
            }
            Self::Command(..) | Self::Ready(_) => (),
        }
    }
}

/// What a person hears of a disk that said no.
fn not_saved(failed: &Failed) -> ApiError {
    ApiError::new(ErrorKind::Storage, [("reason", failed.to_string())])
}

impl Ledger {
    pub(super) fn attempt_post(&mut self, Post { command, packed }: Post) -> Plan {
        self.truth.hand_over(packed);
        let plan = self.attempt(command);
        self.truth.hand_over(None);
        plan
    }

    /// The transaction could not even begin.
    pub(super) fn plan_without_a_disk<T>(&mut self, job: Job<T>, failed: &Failed) -> (T, Plan) {
        match job {
            Job::Command(whom, command) => (whom, self.read_without_a_disk(command, failed)),
            Job::Post(whom, post) => (whom, self.read_without_a_disk(post.command, failed)),
            Job::Newest(whom, _) => (whom, Plan::Ready(Done::Newest(Vec::new()))),
            Job::Yours(whom, _) => (whom, Plan::Ready(Done::Nothing)),
            Job::Receive(whom, _) => (whom, Plan::Ready(Done::Received(None))),
            Job::Introduce(whom, ..) => {
                (whom, Plan::Ready(Done::Introduced(Err(Parting::Stranger))))
            }
            Job::List(whom, scope, bucket) => {
                (whom, Plan::Ready(Done::Listed(scope, bucket, Vec::new())))
            }
            Job::Fetch(whom, _) => (whom, Plan::Ready(Done::Fetched(Vec::new()))),
            Job::Lookup(whom, _) => (whom, Plan::Ready(Done::Missing(Vec::new()))),
            Job::Serve(whom, ask) => {
                let talk = FileTalk::State { blob: ask.blob, here: false };
                (whom, Plan::Ready(Done::Served(ask, talk)))
            }
            Job::File(whom, errand) => {
                let failed = errand.blob().map(files::Input::Failed);
                (whom, Plan::Ready(Done::Files(failed.into_iter().collect())))
            }
            Job::Bodiless(whom)
            | Job::Greet(whom)
            | Job::Delivered(whom, ..)
            | Job::Turn(whom)
            | Job::Keep(whom, ..)
            | Job::Typed(whom, _)
            | Job::Addresses(whom, _) => (whom, Plan::Ready(Done::Nothing)),
        }
    }

    /// Rule 8 of the ledger.
    fn read_without_a_disk(&mut self, command: Command, failed: &Failed) -> Plan {
        let (who, command) = match self.who_acts(command) {
            Ok(acts) => acts,
            Err(error) => return Plan::Command(None, Err(error)),
        };
        match self.in_the_name_of(who, |it| it.answer(command)) {
            Ok(reply) => Plan::Ready(Done::Reply(Ok(reply))),
            Err(_) => Plan::Command(None, Err(not_saved(failed))),
        }
    }

    /// What is said once it is known whether the batch is durable.
    pub(super) fn finish(&mut self, plan: Plan) -> Done {
        match plan {
            Plan::Ready(done) => done,
            Plan::Received(taken) => Done::Received(Some(taken)),
            Plan::Command(_, Err(error)) => Done::Reply(Err(error)),
            Plan::Command(who, Ok(After::Read(command))) => {
                let answer = self.in_the_name_of(who, |it| it.answer(command));
                Done::Reply(answer.map_err(ApiError::from))
            }
            Plan::Command(_, Ok(After::Say(reply))) => Done::Reply(Ok(*reply)),
            Plan::Command(_, Ok(After::Keep(reply) | After::Renamed { reply, .. })) => {
                Done::Reply(self.keep_identity().map(|()| *reply))
            }
            Plan::Command(who, Ok(After::Opened(id))) => {
                let page = self.in_the_name_of(who, |it| it.vault_page(&id));
                let page = page.map_err(ApiError::from);
                Done::Reply(page.map(|page| Reply::Vaults(Box::new(page))))
            }
            Plan::Command(who, Ok(After::Rides(shown))) => {
                let reply = self.in_the_name_of(who, |it| it.show_rides(&shown));
                Done::Reply(reply.map_err(ApiError::from))
            }
            Plan::Command(_, Ok(After::Group(id))) => {
                Done::Reply(self.group_reply(&id).map_err(ApiError::from))
            }
        }
    }
}
