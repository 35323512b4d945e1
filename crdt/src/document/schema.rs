//! The shape of the documents: their genesis change, and how a foreign one is read.
//!
//! The genesis change is made on every node by itself, from form and document id: fixed actor, no
//! time, the same operations in the same order, hence the same bytes and the same hash. It carries
//! the schema's version and the document's id, so that no change of one document can be built on
//! another, and it makes the one map of entries (`checklist` or `pins`). That map is read and
//! written by the id that the genesis change gave it: whatever somebody puts in its place under
//! the same key, the entries stay.
//!
//! Deliberately absent: `hydrate` and any other walk over whatever is there. A reader asks for the
//! keys that it knows, and takes nothing but the type that it expects.

use std::sync::LazyLock;

use automerge::{
    ActorId, Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value,
    transaction::{CommitOptions, Transactable},
};
use sha2::{Digest as _, Sha256};

use super::{DocumentState, Word};
use crate::{
    body::DocumentForm,
    id::{DocumentId, WriterId, to_hex},
    limits::{DOCUMENT_ITEMS_MAX, ITEM_KEY_BYTES_MAX},
};

/// The version of both forms in this release.
const SCHEMA: u64 = 1;

/// Written by no writer: 16 bytes that say what they are.
const GENESIS_ACTOR: [u8; 16] = *b"linli/1 genesis\0";

/// The operation by which the genesis change makes the map of entries.
const ENTRIES_OP: u64 = 3;

/// The key of the map of entries, for whoever looks at the document with other tools.
fn entries_key(form: DocumentForm) -> &'static str {
    match form {
        DocumentForm::Request => "checklist",
        DocumentForm::Group => "pins",
    }
}

/// A genesis change, and where in it the document's id stands.
struct Pattern {
    chunk: Vec<u8>,
    id_at: usize,
}

/// The document whose id no other bytes of a genesis change look like.
const PATTERN: [u8; 16] = *b"which document?\0";

/// Where a chunk has its checksum, and where that begins which it is taken of.
const CHECKSUM: std::ops::Range<usize> = 4..8;

impl Pattern {
    fn of(form: DocumentForm) -> &'static Self {
        static REQUEST: LazyLock<Pattern> = LazyLock::new(|| Pattern::make(DocumentForm::Request));
        static GROUP: LazyLock<Pattern> = LazyLock::new(|| Pattern::make(DocumentForm::Group));
        match form {
            DocumentForm::Request => &REQUEST,
            DocumentForm::Group => &GROUP,
        }
    }

    fn make(form: DocumentForm) -> Self {
        let chunk = made(form, &DocumentId::from_bytes(PATTERN)).raw_bytes().to_vec();
        let id_at = chunk.windows(PATTERN.len()).position(|bytes| bytes == PATTERN);
        Self { chunk, id_at: id_at.expect("the id is written as it is") }
    }
}

/// The genesis change of a document: the same bytes on every node.
pub fn genesis(form: DocumentForm, document: &DocumentId) -> Vec<u8> {
    let Pattern { chunk, id_at } = Pattern::of(form);
    let mut chunk = chunk.clone();
    chunk[*id_at..id_at + PATTERN.len()].copy_from_slice(document.as_bytes());
    let hash = Sha256::digest(&chunk[CHECKSUM.end..]);
    chunk[CHECKSUM].copy_from_slice(&hash[..CHECKSUM.len()]);
    chunk
}

/// The same, read.
pub(super) fn first(form: DocumentForm, document: &DocumentId) -> automerge::Change {
    genesis(form, document).as_slice().try_into().expect("made by this program")
}

/// The same as Automerge makes it, with about eight times the work.
fn made(form: DocumentForm, document: &DocumentId) -> automerge::Change {
    let mut whole = Automerge::new().with_actor(ActorId::from(GENESIS_ACTOR));
    let mut draft = whole.transaction();
    let known = "the root of an empty document takes any key";
    draft.put(ROOT, "schema", SCHEMA).expect(known);
    draft.put(ROOT, "document", document.as_bytes().to_vec()).expect(known);
    draft.put_object(ROOT, entries_key(form), ObjType::Map).expect(known);
    draft.commit_with(CommitOptions::default().with_time(0));
    whole.get_last_local_change().expect("it was committed just now")
}

/// The map of entries, as the genesis change named it.
pub(super) fn entries() -> ObjId {
    ObjId::Id(ENTRIES_OP, ActorId::from(GENESIS_ACTOR), 0)
}

/// The key of an entry in a checklist or on a board.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey(String);

impl ItemKey {
    /// A new entry's key, from eight bytes that the caller drew.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(to_hex(&bytes))
    }

    /// The key that a page or command sent back; none where no entry can have it.
    pub fn parse(text: &str) -> Option<Self> {
        let possible = !text.is_empty() && text.len() <= ITEM_KEY_BYTES_MAX;
        possible.then(|| Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One value that somebody gave to a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// What he wrote.
    pub text: String,
    /// Who wrote it.
    pub by: WriterId,
}

/// A field that may have been written on both sides of a cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What everybody shows; none where it was never written. The same on every node.
    pub now: Option<Version>,
    /// The other values that were written without knowing of it, if they say something else.
    pub rivals: Vec<Version>,
}

impl Field {
    /// The value that everybody shows, or nothing.
    pub fn text(&self) -> &str {
        self.now.as_ref().map_or("", |now| &now.text)
    }

    /// Do people have to settle which value is true (冲突)?
    pub fn is_in_conflict(&self) -> bool {
        !self.rivals.is_empty()
    }
}

impl DocumentState {
    /// A text field with all its concurrent values.
    pub(super) fn field(&self, object: &ObjId, key: &str, bytes_max: usize) -> Field {
        let mut versions: Vec<Version> = Vec::new();
        // Ascending by operation; the last is Automerge's own winner.
        for (value, by) in self.values(object, key).into_iter().rev() {
            let ScalarValue::Str(text) = value else { continue };
            let known = versions.iter().any(|version| *version.text == *text);
            if !known && text.len() <= bytes_max {
                versions.push(Version { text: text.to_string(), by });
            }
        }
        let mut versions = versions.into_iter();
        Field { now: versions.next(), rivals: versions.collect() }
    }

    /// All concurrent plain values under a key with their writers, Automerge's winner last.
    pub(super) fn values(&self, object: &ObjId, key: &str) -> Vec<(ScalarValue, WriterId)> {
        let values = self.automerge.get_all(object, key).unwrap_or_default();
        let plain = values.into_iter().filter_map(|(value, id)| match value {
            Value::Scalar(value) => Some((value.into_owned(), self.writer_of(&id)?)),
            Value::Object(_) => None,
        });
        plain.collect()
    }

    /// Everybody's word at hand under a key that it is so, the oldest first.
    pub(super) fn words(&self, object: &ObjId, key: &str) -> Vec<Word> {
        let values = self.automerge.get_all(object, key).unwrap_or_default();
        let so = values
            .into_iter()
            .filter(|(value, _)| value.as_scalar() == Some(&ScalarValue::Boolean(true)));
        let word = |(_, id): (_, ObjId)| {
            let (number, _) = place(&id)?;
            Some(Word { by: self.writer_of(&id)?, number })
        };
        so.filter_map(word).collect()
    }

    /// The maps among the entries, oldest first, with who made each.
    pub(super) fn items(&self) -> Vec<(ItemKey, ObjId, WriterId)> {
        let mut items = Vec::new();
        for key in self.automerge.keys(entries()).take(DOCUMENT_ITEMS_MAX) {
            let Some(key) = ItemKey::parse(&key) else { continue };
            let Some((object, by)) = self.item(&key) else { continue };
            items.push((key, object, by));
        }
        items.sort_by(|a, b| place(&a.1).cmp(&place(&b.1)));
        items
    }

    /// An entry by its key, if it is a map.
    pub(super) fn item(&self, key: &ItemKey) -> Option<(ObjId, WriterId)> {
        let values = self.automerge.get_all(entries(), key.as_str()).unwrap_or_default();
        let maps = values.into_iter().filter(|(value, _)| *value == Value::Object(ObjType::Map));
        let (_, id) = maps.last()?;
        let by = self.writer_of(&id)?;
        Some((id, by))
    }

    fn writer_of(&self, id: &ObjId) -> Option<WriterId> {
        place(id).and_then(|(_, actor)| self.history.writer(actor))
    }
}

/// When something was made, and by which actor: the same order on every node.
pub(super) fn place(id: &ObjId) -> Option<(u64, &[u8])> {
    match id {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some((*counter, actor.to_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_genesis_change_is_the_one_that_automerge_makes() {
        for form in [DocumentForm::Request, DocumentForm::Group] {
            for seed in 0..=255 {
                let document = DocumentId::from_bytes([seed; 16]);
                assert_eq!(first(form, &document), made(form, &document));
            }
        }
    }
}
