//! Checks signatures beside the ledger: of what waits for it while it is at work, in the order in
//! which it will come to it.
//!
//! Whoever is not there in time is not waited for: the truth checks what nobody has checked. So this
//! thread may fall behind or fail, and nothing but time is lost.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use crdt::id::CommunityId;

use crate::{
    clock,
    core::desk::{Batch, Desk, Haste, Source},
    dice::Dice,
    store::truth::Parcel,
};

/// Envelopes that are checked together: enough for a batch to be cheap, few enough that the ledger
/// does not wait long for the one it wants next.
const AT_ONCE: usize = 128;

/// What waits to be checked.
#[derive(Default)]
pub struct Checker {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    desk: Desk<Parcel>,
    closed: bool,
}

impl Checker {
    /// The parcel waits for the ledger, which has other work: check it meanwhile. Where too many
    /// wait already, the ledger does it.
    pub fn put(&self, source: Source, bytes: u32, parcel: Parcel) {
        if self.lock().desk.put(source, Haste::Ordinary, bytes, parcel).is_ok() {
            self.bell.notify_one();
        }
    }

    /// Ends the thread.
    pub fn close(&self) {
        self.lock().closed = true;
        self.bell.notify_one();
    }

    /// Waits for parcels and takes some; none once it is closed.
    fn next(&self) -> Option<Vec<Parcel>> {
        let mut state = self.lock();
        while state.desk.is_empty() && !state.closed {
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return None;
        }
        let (mut batch, mut parcels, mut envelopes) = (Batch::default(), Vec::new(), 0);
        while envelopes < AT_ONCE
            && let Some(parcel) = state.desk.next(&mut batch)
        {
            envelopes += parcel.look(<[_]>::len);
            parcels.push(parcel);
        }
        Some(parcels)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a checker its thread, for envelopes of this community.
///
/// # Panics
///
/// Where the system has no thread to give.
pub fn employ(checker: Arc<Checker>, community: CommunityId) -> JoinHandle<()> {
    let mut dice = Dice::new(clock::random());
    std::thread::Builder::new()
        .name("checker".into())
        .spawn(move || {
            while let Some(parcels) = checker.next() {
                Parcel::check(&parcels, &community, dice.draw());
            }
        })
        .expect("the system gives a thread")
}
