//! What a peer handed over, on its way to the truth. Its signatures are checked by whoever comes to
//! it first: a helper beside the ledger's thread, or the truth itself.
//!
//! The lock is the claim: whoever checks a parcel holds it, and who wants it meanwhile waits for
//! what the other is about to know. A helper that fails leaves a parcel that nobody has checked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crdt::{envelope::Envelope, id::CommunityId, keys::Check};

/// Envelopes whose signatures may have been checked already; a clone is the same parcel.
#[derive(Clone)]
pub struct Parcel(Arc<Mutex<Content>>);

struct Content {
    envelopes: Vec<Envelope>,
    /// Whose signature is good, in their order, once somebody checked.
    good: Option<Vec<bool>>,
}

impl From<Vec<Envelope>> for Parcel {
    fn from(envelopes: Vec<Envelope>) -> Self {
        Self(Arc::new(Mutex::new(Content { envelopes, good: None })))
    }
}

impl Parcel {
    /// What a look at the envelopes says.
    pub fn look<T>(&self, look: impl FnOnce(&[Envelope]) -> T) -> T {
        look(&self.lock().envelopes)
    }

    /// Takes everything out, with what is known of the signatures.
    pub(super) fn open(&self) -> (Vec<Envelope>, Option<Vec<bool>>) {
        let mut content = self.lock();
        (std::mem::take(&mut content.envelopes), content.good.take())
    }

    /// Checks the signatures in those parcels that nobody has opened or holds, all at once. `seed`
    /// as in [`Check::all`].
    pub fn check(parcels: &[Self], community: &CommunityId, seed: [u8; 32]) {
        let mut held: Vec<_> = parcels
            .iter()
            .filter_map(|parcel| parcel.0.try_lock().ok())
            .filter(|content| content.good.is_none() && !content.envelopes.is_empty())
            .collect();
        let checks: Vec<Check> = held
            .iter()
            .flat_map(|content| content.envelopes.iter().map(|it| it.check(community)))
            .collect();
        let mut good = Check::all(&checks, seed).into_iter();
        for content in &mut held {
            let of_this = good.by_ref().take(content.envelopes.len()).collect();
            content.good = Some(of_this);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        // Whoever panicked left the envelopes as they were, and nothing said about them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
