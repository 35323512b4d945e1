//! What may go: whoever is asked says that he holds it, and stands before this box.

use std::collections::{BTreeMap, BTreeSet};

use super::{Link, LinkNumber};
use crate::{
    id::{BlobId, KeyId},
    sync::bounds::FILES_SPARED_MAX,
};

/// Questions that make room.
#[derive(Debug, Default)]
pub(super) struct Sparing {
    /// Whom to ask about each.
    open: BTreeMap<BlobId, BTreeSet<LinkNumber>>,
}

impl Sparing {
    /// Which of these can go?
    pub fn look(&mut self, blobs: Vec<BlobId>, links: &BTreeMap<LinkNumber, Link>, me: &KeyId) {
        for blob in blobs {
            if self.open.len() >= FILES_SPARED_MAX {
                return;
            }
            let mine = rank(&blob, me);
            let before = links.iter().filter(|(_, link)| rank(&blob, &link.peer) < mine);
            let before: BTreeSet<LinkNumber> = before.map(|(number, _)| *number).collect();
            if !before.is_empty() {
                self.open.entry(blob).or_insert(before);
            }
        }
    }

    /// The questions for which there is a free link, at most one a link.
    pub fn next(&mut self, links: &BTreeMap<LinkNumber, Link>) -> Vec<(LinkNumber, BlobId)> {
        let mut taken = BTreeSet::new();
        let mut next = Vec::new();
        for (blob, open) in &mut self.open {
            let free = |it: &&LinkNumber| {
                !taken.contains(*it) && links.get(*it).is_some_and(|link| link.asked.is_none())
            };
            // While one is asked the others need not be.
            let asking = |it: &LinkNumber| {
                let asked = links.get(it).and_then(|link| link.asked.as_ref());
                asked.is_some_and(|ask| ask.blob == *blob && ask.wish == super::FileWish::Hold)
            };
            if open.iter().any(asking) {
                continue;
            }
            if let Some(link) = open.iter().find(free).copied() {
                taken.insert(link);
                next.push((link, *blob));
            }
        }
        next
    }

    /// Whoever was asked has answered. May it go?
    pub fn answered(&mut self, link: LinkNumber, blob: &BlobId, here: bool) -> bool {
        let Some(open) = self.open.get_mut(blob) else { return false };
        let asked = open.remove(&link);
        if here || open.is_empty() {
            self.open.remove(blob);
        }
        asked && here
    }

    pub fn lost(&mut self, link: LinkNumber) {
        self.open.retain(|_, open| {
            open.remove(&link);
            !open.is_empty()
        });
    }
}

/// Where a box stands among those that hold a file; the same for everybody, and for each file different.
pub(super) fn rank(blob: &BlobId, key: &KeyId) -> [u8; 32] {
    *blake3::Hasher::new().update(blob.as_bytes()).update(key.as_bytes()).finalize().as_bytes()
}
