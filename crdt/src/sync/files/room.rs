//! What may go: whoever is asked says that he holds it, shows a piece of it, and stands before this box.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileAsk, FileWish, Link, LinkNumber, Spared};
use crate::{
    id::{BlobId, KeyId},
    sync::bounds::{FILE_PATIENCE_MS, FILES_SPARED_MAX},
    time::Moment,
};

/// What is asked about one file.
#[derive(Debug)]
struct Open {
    spared: Spared,
    /// Whom to ask about it.
    whom: BTreeSet<LinkNumber>,
    /// Who says that he holds it, and has to show a piece.
    says_here: Option<LinkNumber>,
    /// Who was asked, and when.
    asking: Option<(LinkNumber, Moment)>,
}

/// Questions that make room.
#[derive(Debug, Default)]
pub(super) struct Sparing {
    open: BTreeMap<BlobId, Open>,
    /// Was there anything to ask about since [`Sparing::is_done`] last said so?
    looked: bool,
}

impl Sparing {
    /// Which of these can go?
    pub fn look(&mut self, these: Vec<Spared>, links: &BTreeMap<LinkNumber, Link>, me: &KeyId) {
        for spared in these {
            if self.open.len() >= FILES_SPARED_MAX {
                return;
            }
            self.looked = true;
            let mine = rank(&spared.blob, me);
            let before = links.iter().filter(|(_, link)| rank(&spared.blob, &link.peer) < mine);
            let whom: BTreeSet<LinkNumber> = before.map(|(number, _)| *number).collect();
            if !whom.is_empty() {
                let open = Open { spared, whom, says_here: None, asking: None };
                self.open.entry(spared.blob).or_insert(open);
            }
        }
    }

    /// Has everything been asked about? Says so once.
    pub fn is_done(&mut self) -> bool {
        let done = self.looked && self.open.is_empty();
        self.looked &= !done;
        done
    }

    /// The questions for which there is a free link, at most one a link.
    pub fn next(
        &mut self,
        links: &BTreeMap<LinkNumber, Link>,
        now: Moment,
    ) -> Vec<(LinkNumber, FileAsk)> {
        let mut taken = BTreeSet::new();
        let mut next = Vec::new();
        // While one is asked the others need not be.
        for open in self.open.values_mut().filter(|open| open.asking.is_none()) {
            let free = |it: &&LinkNumber| {
                !taken.contains(*it) && links.get(*it).is_some_and(|link| link.asked.is_none())
            };
            let Spared { blob, bytes, chunk } = open.spared;
            let (link, wish) = match &open.says_here {
                Some(link) => (Some(link).filter(free), FileWish::Chunk(chunk)),
                None => (open.whom.iter().find(free), FileWish::Hold),
            };
            if let Some(link) = link.copied() {
                taken.insert(link);
                open.asking = Some((link, now));
                next.push((link, FileAsk { blob, bytes, wish }));
            }
        }
        next
    }

    /// Was this link asked about this file, to make room?
    pub fn is_asking(&self, link: LinkNumber, blob: &BlobId) -> bool {
        let asking = self.open.get(blob).and_then(|open| open.asking);
        asking.is_some_and(|(asked, _)| asked == link)
    }

    /// He says that he holds it.
    pub fn says_here(&mut self, link: LinkNumber, blob: &BlobId) {
        if let Some(open) = self.open.get_mut(blob) {
            (open.says_here, open.asking) = (Some(link), None);
        }
    }

    /// He has shown a piece of it: whoever compares it decides.
    pub fn shown(&mut self, blob: &BlobId) {
        self.open.remove(blob);
    }

    /// He has not got it.
    pub fn lacks(&mut self, link: LinkNumber, blob: &BlobId) {
        let Some(open) = self.open.get_mut(blob) else { return };
        open.give_up(link);
        if open.whom.is_empty() {
            self.open.remove(blob);
        }
    }

    pub fn lost(&mut self, link: LinkNumber) {
        self.open.values_mut().for_each(|open| open.give_up(link));
        self.open.retain(|_, open| !open.whom.is_empty());
    }

    /// Whoever was asked has had his time.
    pub fn lose_patience(&mut self, now: Moment) {
        let late = |open: &Open| {
            open.asking.filter(|(_, since)| now >= *since + FILE_PATIENCE_MS).map(|it| it.0)
        };
        for open in self.open.values_mut() {
            if let Some(link) = late(open) {
                open.give_up(link);
            }
        }
        self.open.retain(|_, open| !open.whom.is_empty());
    }

    /// When somebody has had his time.
    pub fn due(&self) -> Option<Moment> {
        let asking = self.open.values().filter_map(|open| open.asking);
        asking.map(|(_, since)| since + FILE_PATIENCE_MS).min()
    }
}

impl Open {
    fn give_up(&mut self, link: LinkNumber) {
        self.whom.remove(&link);
        self.says_here.take_if(|it| *it == link);
        self.asking.take_if(|it| it.0 == link);
    }
}

/// Where a box stands among those that hold a file; the same for everybody, and for each file different.
pub(super) fn rank(blob: &BlobId, key: &KeyId) -> [u8; 32] {
    *blake3::Hasher::new().update(blob.as_bytes()).update(key.as_bytes()).finalize().as_bytes()
}
