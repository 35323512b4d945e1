//! The one place where a node's truth is read and written: many jobs, one transaction, one sync.
//!
//! The ledger has no thread and no clock of its own. Whoever runs it hands over whatever jobs have
//! gathered; all of them stand in one transaction, and the answers leave after the commit. Eight
//! people posting at once therefore cost one sync of the disk, and "saved" is said only of what is.
//!
//! ```text
//! jobs ─► decide (truth, in a savepoint each) ─► save ─► views catch up ─► answers, changes
//! ```
//!
//! Neighbours are answered as soon as it is saved (`batch`).
//!
//! A batch of posts, or of what peers send, does not wait for the lists: they catch up before anybody
//! reads or decides by them, or as soon as nobody wants anything ([`Ledger::rest`]). So a request of
//! which ten acts arrive one after another is folded once.
//!
//! # Rules
//!
//! 1. What a person wants is decided on the truth, inside the transaction, never on the views.
//! 2. A job that is refused undoes only itself.
//! 3. Whoever reads lists, or decides by them, finds in them everything that was answered before.
//! 4. The lists never run ahead of what is committed in the database.
//! 5. If the commit fails, every job of the batch fails and nothing of it is kept anywhere.
//! 6. What is saved is saved, counted and sent, whatever becomes of the lists: they catch up later.
//! 7. Who acts is said in one place, `Ledger::attempt`: for the length of a job the resident in
//!    whose name it was asked for is the one in `identity`.

mod across;
mod activities;
mod ahead;
mod answer;
mod batch;
mod bundles;
mod cases;
mod chores;
mod decide;
mod desk;
mod devices;
mod doors;
mod duty;
mod enter;
mod epochs;
mod files;
mod found;
mod hours;
mod house;
mod inbox;
mod intake;
mod job;
mod keys;
mod look;
mod me;
mod messages;
mod mine;
mod names;
mod news;
mod notices;
mod papers;
mod people;
mod pickup;
mod plate;
mod postings;
mod profiles;
mod reach;
mod rebind;
mod receipts;
mod relays;
mod remarks;
mod removal;
mod residents;
mod rides;
mod root;
mod search;
mod seen;
mod series;
mod settle;
mod stranger;
mod teams;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
mod trouble;
mod turns;
mod vaults;
mod visits;
mod votes;
mod way;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use crdt::{
    body::{Body, Release},
    document::EditRefused,
    envelope::Envelope,
    genesis::Genesis,
    id::{CommunityId, EnvelopeId, GroupId, PersonId, RequestId, ScopeId},
    secrets::Keyring,
    sync::bounds::IDS_MAX,
    time::ClaimedTime,
};

use self::epochs::Keys;
use crate::{
    api::{ApiError, Command, CutPage, ErrorKind, NewsRow, Reply},
    dice::Dice,
    identity::Identity,
    memo::{Memo, Shelf},
    store::{
        blobs::Blobs,
        error::StoreError,
        truth::{Deps, Disk, Intent, Truth, WriteError},
        views::{self, Views},
    },
};

pub use batch::{Rest, Rests, Worked};
pub(crate) use decide::one_line;
use job::Plan;
pub use job::{Done, Job, Neighbour, Post, Taken};

/// The file of envelopes in a data folder.
pub const TRUTH_FILE: &str = "truth.db";
/// The file of lists, which can be made again.
pub const VIEWS_FILE: &str = "views.db";

/// Statements that introduce a box: three certificates, a join, and more where a door was used up.
const INTRODUCTION_MAX: usize = 8;

/// Envelopes that the lists may be behind: what they take in within a few dozen milliseconds.
pub const LISTS_BEHIND_MAX: usize = 1_000;

/// Why a job was not done; the first is for the person, the second is ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// The person is told.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The disk said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was to be written could not be.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A document could not be edited so.
    #[error(transparent)]
    Edit(#[from] EditRefused),
}

impl From<Failed> for ApiError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(error) => error,
            Failed::Write(WriteError::Store(error)) | Failed::Store(error) => {
                Self::new(ErrorKind::Storage, [("reason", error.to_string())])
            }
            // What does not fit into a body was asked for so.
            Failed::Write(error @ WriteError::Body(_)) => {
                Self::new(ErrorKind::BadEdit, [("reason", error.to_string())])
            }
            Failed::Write(error) => Self::new(ErrorKind::Internal, [("reason", error.to_string())]),
            Failed::Edit(error) => Self::new(ErrorKind::BadEdit, [("reason", error.to_string())]),
        }
    }
}

/// What remains to be said once the transaction is durable.
enum After {
    Say(Box<Reply>),
    /// The same, once who lives here is written down too.
    Keep(Box<Reply>),
    /// The same: somebody is called otherwise, and was called this.
    Renamed {
        was: String,
        reply: Box<Reply>,
    },
    /// Read the reply from lists that have caught up.
    Read(Command),
    /// Show private details, now that it is written down who opened them.
    Opened(RequestId),
    /// The same of a group that was founded or entered.
    Group(GroupId),
    /// Show rides to which something was done.
    Rides(series::Shown),
}

/// One node's truth and lists.
pub struct Ledger {
    /// Who acts; during a job, the one who asked for it.
    identity: Identity,
    /// Where the key file is; none in memory.
    folder: Option<PathBuf>,
    /// Fresh keys were made and are not certified yet.
    uncertified: bool,
    /// The box has another key since the last batch.
    renewed: bool,
    genesis: Genesis,
    community: CommunityId,
    truth: Truth,
    views: Views,
    dice: Dice,
    claimed: ClaimedTime,
    written: Vec<Arc<Envelope>>,
    delivered: i64,
    /// The same of an office.
    at_desk: i64,
    row: i64,
    /// Envelopes that were written since the lists last caught up.
    behind: usize,
    /// What both files had come to when the lists last settled.
    settled: Option<settle::Stand>,
    /// Did the last [`Ledger::rest`] fail?
    rested_in_vain: bool,
    /// Has a neighbour told all that he has, and the lists do not know of it yet?
    told_all: bool,
    /// Is it known that nobody here waits to be back?
    nobody_comes_back: bool,
    ahead: Option<ahead::Ahead>,
    addresses: Vec<String>,
    keys: Keys,
    files: files::Files,
    /// Urgent requests that were rung for.
    rung: BTreeSet<RequestId>,
    /// What votes came to when somebody last looked.
    glances: votes::Glances,
    memos: Memos,
}

/// What every look at the first page and the desk asks for again.
#[derive(Default)]
struct Memos {
    /// Of the roster's version.
    everybody: Memo<u64, Arc<[PersonId]>>,
    /// Of the roster's version.
    members: Memo<u64, Arc<BTreeMap<GroupId, u64>>>,
    audience: Memo<receipts::AudienceKey, Arc<Vec<receipts::Home>>>,
    /// Of the last row here and the last that others hold.
    unsent: Memo<(i64, i64), u64>,
    /// Of the requests' version and the second.
    desk: Memo<(u64, u64), Arc<desk::Standing>>,
    /// Of the rows written to the lists, and who asks.
    alerts: Shelf<news::AlertsKey, Vec<NewsRow>>,
    /// Of the lists' rows.
    told: Shelf<news::ToldKey, Arc<[Arc<news::Read>]>>,
    /// Of the lists' rows; by the roster's version, who looks and what he looks at.
    news: Shelf<news::Question, Arc<news::Read>>,
    /// Of the requests' version, the cut's first row and its end.
    cut: Memo<(u64, i64, u64), CutPage>,
}

impl Ledger {
    /// Opens the truth and the lists in `folder`, or both in memory. The keys of `identity` are those of the folder's key
    /// file; before anybody posts they are.
    ///
    /// # Errors
    ///
    /// Where a disk says no, or a file is newer or another community's.
    pub fn open(
        folder: Option<&Path>,
        identity: Identity,
        genesis: Genesis,
        seed: [u8; 32],
    ) -> Result<Self, StoreError> {
        Self::open_as(Release::THIS, folder, identity, genesis, seed)
    }

    /// The same as a release does that reads more or less than this one.
    ///
    /// # Errors
    ///
    /// As [`Ledger::open`].
    pub fn open_as(
        release: Release,
        folder: Option<&Path>,
        identity: Identity,
        genesis: Genesis,
        seed: [u8; 32],
    ) -> Result<Self, StoreError> {
        let path = folder.map(|dir| dir.join(TRUTH_FILE));
        let keyring = Keyring::new(genesis.id(), identity.reads()).of_release(release);
        let truth = Truth::open_with(path.as_deref(), &genesis, keyring, &identity.writers())?;
        let residents = identity.everybody();
        let views = Views::open(folder.map(|dir| dir.join(VIEWS_FILE)).as_deref(), residents)?;
        let kept = |key: &str| truth.read().kept(key).map(|it| it.map_or(0, |it| number(&it)));
        let (delivered, at_desk) = (kept(way::DELIVERED_KEPT)?, kept(way::AT_DESK_KEPT)?);
        let row = truth.last_row();
        let mut ledger = Self {
            community: genesis.id(),
            identity,
            folder: folder.map(Path::to_owned),
            uncertified: true,
            renewed: false,
            genesis,
            truth,
            views,
            dice: Dice::new(seed),
            claimed: ClaimedTime(0),
            written: Vec::new(),
            delivered,
            at_desk,
            row,
            behind: 0,
            settled: None,
            rested_in_vain: false,
            told_all: false,
            nobody_comes_back: false,
            ahead: None,
            addresses: Vec::new(),
            glances: votes::Glances::default(),
            keys: Keys::default(),
            files: files::Files::new(folder.map_or_else(Blobs::in_memory, Blobs::of)),
            rung: BTreeSet::new(),
            memos: Memos::default(),
        };
        ledger.catch_up()?;
        Ok(ledger)
    }

    /// Rule 2: whatever fails undoes only itself.
    fn in_savepoint<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        self.truth.savepoint()?;
        let before = self.written.len();
        let outcome = work(self);
        if outcome.is_ok() {
            self.truth.release_savepoint()?;
        } else {
            self.written.truncate(before);
            self.nobody_comes_back = false;
            self.keys.forget();
            self.truth.undo_savepoint()?;
        }
        outcome
    }

    fn plan<T>(&mut self, job: Job<T>) -> (T, Plan) {
        // Whoever looked behind rows that are missing would find his own words unknown.
        if !job.is_post()
            && let Err(error) = self.truth.give_rows()
        {
            return self.plan_without_a_disk(job, &error.into());
        }
        match job {
            Job::Command(whom, command) => (whom, self.attempt(command)),
            Job::Post(whom, post) => (whom, self.attempt_post(post)),
            Job::Newest(whom, key) => {
                let newest = self.newest_of(key).unwrap_or_default();
                (whom, Plan::Ready(Done::Newest(newest)))
            }
            Job::Yours(whom, newest) => {
                self.hear_of_own(&newest);
                (whom, Plan::Ready(Done::Nothing))
            }
            Job::Receive(whom, parcel) => (whom, self.receive(parcel)),
            Job::Introduce(whom, key, envelopes) => (whom, self.introduce(key, envelopes)),
            Job::Serve(whom, ask) => {
                let talk = self.serve_file(&ask);
                (whom, Plan::Ready(Done::Served(ask, talk)))
            }
            Job::File(whom, errand) => (whom, Plan::Ready(Done::Files(self.do_file(errand)))),
            Job::List(whom, scope, bucket) => {
                let items = self.list(&scope, bucket).unwrap_or_default();
                (whom, Plan::Ready(Done::Listed(scope, bucket, items)))
            }
            Job::Fetch(whom, ids) => {
                let envelopes = self.truth.read().envelopes(&ids).unwrap_or_default();
                (whom, Plan::Ready(Done::Fetched(envelopes)))
            }
            Job::Lookup(whom, mut ids) => {
                ids.retain(|id| !self.truth.read().holds_whole(id).unwrap_or(false));
                (whom, Plan::Ready(Done::Missing(ids)))
            }
            Job::Bodiless(whom) => {
                let ids = self.truth.bodiless(IDS_MAX).unwrap_or_default();
                (whom, Plan::Ready(Done::Bodiless(ids)))
            }
            Job::Delivered(whom, key, row) => {
                (self.told_all, self.ahead) = (self.behind > 0, None);
                self.forgive(|ledger| ledger.note_delivered(&key, row));
                (whom, Plan::Ready(Done::Nothing))
            }
            Job::Greet(whom) => {
                self.forgive(Self::look_ahead);
                (whom, Plan::Ready(Done::Nothing))
            }
            Job::Typed(whom, address) => {
                self.forgive(|ledger| ledger.keep_typed(&[address]));
                (whom, Plan::Ready(Done::Nothing))
            }
            Job::Addresses(whom, addresses) => {
                self.addresses = addresses;
                (whom, Plan::Ready(Done::Nothing))
            }
            Job::Turn(whom) => {
                self.keys.turn_has_come();
                (whom, Plan::Ready(Done::Nothing))
            }
            Job::Keep(whom, key, value) => {
                self.forgive(|ledger| Ok(ledger.truth.keep(&key, &value)?));
                (whom, Plan::Ready(Done::Nothing))
            }
        }
    }

    /// Uses a moment in which the disk is busy and nobody wants anything. Was there something to do?
    pub fn gives_a_row(&mut self) -> bool {
        // Where that fails the next batch begins with what the daybook holds.
        self.truth.give_a_row().unwrap_or(false)
    }

    /// Notes that are worth having and not worth failing for.
    fn forgive(&mut self, note: impl FnOnce(&mut Self) -> Result<(), Failed>) {
        if let Err(failed) = note(self) {
            tracing::warn!(reason = %failed, "A note to itself could not be kept");
        }
    }

    /// Writes one envelope of whoever acts.
    fn write(
        &mut self,
        body: Body,
        scope: ScopeId,
        deps: Deps,
        auth: Option<EnvelopeId>,
    ) -> Result<EnvelopeId, Failed> {
        let epoch = self.epoch_for(body.kind(), scope)?;
        self.write_under(body, scope, deps, auth, epoch)
    }

    /// The same under this epoch, or in the clear.
    fn write_under(
        &mut self,
        body: Body,
        scope: ScopeId,
        deps: Deps,
        auth: Option<EnvelopeId>,
        epoch: Option<EnvelopeId>,
    ) -> Result<EnvelopeId, Failed> {
        if self.identity.copied {
            let args = [("person", self.identity.person_name.clone())];
            return Err(ApiError::new(ErrorKind::Copied, args).into());
        }
        let writer = self.identity.writer.writer();
        if auth.is_some_and(|auth| self.truth.roster().bars_writer(&auth, writer)) {
            return Err(ApiError::new(ErrorKind::OldKey, []).into());
        }
        let intent = Intent { body, scope, deps, auth, epoch };
        let envelope = self.truth.write(intent, &self.identity.writer, self.claimed)?;
        let id = envelope.id();
        self.written.push(envelope);
        Ok(id)
    }

    /// From now on `disk` syncs what is posted; until then the ledger does.
    pub fn sync_with(&mut self, disk: Box<dyn Disk>) {
        self.truth.sync_with(disk);
    }

    /// The last row that is durable.
    pub fn row(&self) -> i64 {
        self.row
    }

    /// Which community this is.
    pub fn community(&self) -> CommunityId {
        self.community
    }

    /// Who this installation is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What was kept under this name.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.truth.read().kept(key)
    }
}

fn number(bytes: &[u8]) -> i64 {
    bytes.try_into().map(i64::from_be_bytes).unwrap_or_default()
}

/// Has what a crash left in the daybook of a data folder get its rows.
///
/// # Errors
///
/// Where a disk says no.
pub fn settle_daybook(
    folder: &Path,
    identity: &Identity,
    genesis: &Genesis,
) -> Result<(), StoreError> {
    let mut truth = open_truth(folder, identity, genesis)?;
    // Opening alone goes on where the disk is full.
    truth.begin()?;
    truth.commit()
}

fn open_truth(folder: &Path, identity: &Identity, genesis: &Genesis) -> Result<Truth, StoreError> {
    let keyring = Keyring::new(genesis.id(), identity.reads());
    let path = folder.join(TRUTH_FILE);
    Truth::open_with(Some(&path), genesis, keyring, &identity.writers())
}

/// Deletes the lists of a data folder and makes them again from the truth.
///
/// # Errors
///
/// Where a disk says no.
pub fn rebuild(folder: &Path, identity: Identity, genesis: Genesis) -> Result<(), StoreError> {
    // What cannot be read could not be listed anew either.
    drop(open_truth(folder, &identity, &genesis)?);
    views::remove(&folder.join(VIEWS_FILE))?;
    Ledger::open(Some(folder), identity, genesis, [0; 32]).map(|_| ())
}
