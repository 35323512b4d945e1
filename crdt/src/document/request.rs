//! A request's facts and its checklist, read from its document.
//!
//! Title, place, time, needs, details and a phone number that everybody in the group may call; who
//! it concerns stays out of here (that belongs in a vault). The checklist is shared: "search 20
//! pharmacies" is a list of 20 entries that both sides of a cut tick and extend.
//!
//! # When both sides of a cut acted
//!
//! - Different facts merge. The same fact: the word of the person in need ([`RequestFacts::settle`]);
//!   else one value is shown, the same on every node; where it is
//!   place, time or phone, [`RequestFacts::conflicts`] says that somebody must ask by phone.
//! - Entries are a union. An entry is done, or found, if anybody's word at hand says so: found is found. Of
//!   two who said it without knowing of one another neither is forgotten; whoever says it again adds nothing.

use super::{DocumentState, Field, ItemKey, Version};
use crate::{
    id::WriterId,
    limits::{NAME_BYTES_MAX, TEXT_BYTES_MAX},
};

/// A fact of a request, under a key of its own at the root of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// One line.
    Title,
    /// Where to come.
    Place,
    /// When.
    Time,
    /// What is needed, functionally: "help into the car".
    Needs,
    /// More, if needed; never private.
    Details,
    /// Whom to call, for everybody in the group to see.
    Phone,
}

impl Fact {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 6] =
        [Self::Title, Self::Place, Self::Time, Self::Needs, Self::Details, Self::Phone];

    /// The key in the document, for ever; also the word for it in commands and forms.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Place => "place",
            Self::Time => "time",
            Self::Needs => "needs",
            Self::Details => "details",
            Self::Phone => "phone",
        }
    }

    /// How many bytes it may have.
    pub const fn bytes_max(self) -> usize {
        match self {
            Self::Title | Self::Place | Self::Time | Self::Phone => NAME_BYTES_MAX,
            Self::Needs | Self::Details => TEXT_BYTES_MAX,
        }
    }

    /// Must people be told if it was written differently on both sides of a cut? A driver who goes
    /// to the wrong door helps nobody; of two descriptions either will do.
    pub const fn must_be_settled(self) -> bool {
        matches!(self, Self::Place | Self::Time | Self::Phone)
    }
}

/// One edit of a request's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactEdit {
    /// Gives a fact a value, and settles a conflict about it.
    Set(Fact, String),
    /// Adds an entry to the checklist.
    Add(ItemKey, String),
    /// Says an entry in other words.
    Reword(ItemKey, String),
    /// Ticks an entry, or takes the tick away.
    Tick(ItemKey, bool),
    /// What is looked for was found there, or was not after all.
    Found(ItemKey, bool),
    /// Takes an entry off the list.
    Remove(ItemKey),
}

/// An entry of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// Its key, to name it in an edit.
    pub key: ItemKey,
    /// What it says.
    pub text: String,
    /// Who added it.
    pub added_by: WriterId,
    /// Everybody who ticked it, the oldest word first; nobody where it is open.
    pub done: Vec<Word>,
    /// Everybody who found there what is looked for, likewise.
    pub found: Vec<Word>,
}

/// Somebody's word that an entry is done, or that it is found there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Whose.
    pub by: WriterId,
    /// The number of the operation: taken back and said again it is another word.
    pub number: u64,
}

/// What is known about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFacts {
    fields: Vec<(Fact, Field)>,
    /// The checklist, oldest entry first.
    pub checklist: Vec<ChecklistItem>,
}

impl RequestFacts {
    /// One fact.
    pub fn get(&self, fact: Fact) -> &Field {
        const NEVER_WRITTEN: &Field = &Field { now: None, rivals: Vec::new() };
        let found = self.fields.iter().find(|(known, _)| *known == fact);
        found.map_or(NEVER_WRITTEN, |(_, field)| field)
    }

    /// One fact's value, or nothing.
    pub fn text(&self, fact: Fact) -> &str {
        self.get(fact).text()
    }

    /// The word of the person in need settles what was written differently on both sides of a cut: where
    /// exactly one of the values is hers, it stands alone. `is_hers` says of a writer whether he is.
    pub fn settle(&mut self, is_hers: &dyn Fn(&WriterId) -> bool) {
        for (_, field) in &mut self.fields {
            let versions = || field.now.iter().chain(&field.rivals);
            let hers: Vec<&Version> = versions().filter(|it| is_hers(&it.by)).collect();
            if let ([hers], true) = (hers.as_slice(), field.is_in_conflict()) {
                *field = Field { now: Some((*hers).clone()), rivals: Vec::new() };
            }
        }
    }

    /// The facts that people must settle (冲突), each with all its values.
    pub fn conflicts(&self) -> Vec<(Fact, Vec<&Version>)> {
        let open = self
            .fields
            .iter()
            .filter(|(fact, field)| fact.must_be_settled() && field.is_in_conflict());
        open.map(|(fact, field)| (*fact, field.now.iter().chain(&field.rivals).collect())).collect()
    }
}

pub(super) const TEXT: &str = "text";
pub(super) const DONE: &str = "done";
pub(super) const FOUND: &str = "found";

pub(super) fn read(state: &DocumentState) -> RequestFacts {
    let field = |fact: Fact| (fact, state.field(&automerge::ROOT, fact.key(), fact.bytes_max()));
    let items = state.items().into_iter().map(|(key, object, added_by)| {
        let text = state.field(&object, TEXT, TEXT_BYTES_MAX).text().to_owned();
        let (done, found) = (state.words(&object, DONE), state.words(&object, FOUND));
        ChecklistItem { key, text, added_by, done, found }
    });
    RequestFacts { fields: Fact::ALL.into_iter().map(field).collect(), checklist: items.collect() }
}
