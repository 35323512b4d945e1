//! Turning what somebody typed into one change of a document.
//!
//! The result is what the gate demands: actor and `seq` follow from the writer and his changes
//! before, time and message stay empty, and it builds on at most [`DEPS_MAX`] changes. Where a
//! long cut has left more tips than that, the edit is made in the past of as many of them as may
//! be cited: those that hold what it touches, then the newest. Each such edit joins them into one.
//!
//! Roads not taken: Automerge's own `transaction_at`, which would number operations by the whole
//! document and change the actor where its own last change lies outside the chosen past.

use automerge::{
    ActorId, Automerge, AutomergeError, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue,
    transaction::{CommitOptions, Transactable, Transaction},
};

use super::{
    BoardEdit, DocumentState, Fact, FactEdit, ItemKey, apply, group, request,
    schema::{entries, place},
};
use crate::{
    body::{Change, DocumentForm},
    gate::{self, NodeIndex, Poison},
    id::{EnvelopeId, WriterId},
    limits::{
        DEPS_MAX, DOCUMENT_ITEMS_MAX, EDITS_MAX, GENERATIONS_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX,
    },
};

/// One edit of a document of either form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Of a request's facts.
    Request(FactEdit),
    /// Of a group's board.
    Group(BoardEdit),
}

/// A change that is ready to be put into an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The body.
    pub change: Change,
    /// What the envelope must cite: the changes that this one builds on.
    pub deps: Vec<EnvelopeId>,
}

/// Why nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditRefused {
    /// Everything is as the edit wants it.
    #[error("nothing to change")]
    Nothing,
    /// It was removed, or it never was there: show the list as it is now.
    #[error("no such entry")]
    NoSuchItem,
    /// The key of an entry that is there already: draw another.
    #[error("an entry has this key")]
    KeyTaken,
    /// Shorten it.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// Too many entries, or too many edits at once.
    #[error("more than {0} at once")]
    TooMany(usize),
    /// An edit of a board sent to a request, or the other way round.
    #[error("an edit of another kind of document")]
    WrongForm,
    /// This writer's changes ended beside the document again and again: write as a new writer.
    #[error("this writer has forked too often; write as a new one")]
    Forked,
    /// No further change can enter this document.
    #[error("the document is full")]
    Full,
}

/// Makes one change of all `edits` together, as `writer`, on what `state` holds.
///
/// The state itself stays as it is: admit the change under the id of the envelope that it is put in.
///
/// # Errors
///
/// Where the edits cannot be made, or would change nothing.
pub fn edit(
    state: &DocumentState,
    writer: WriterId,
    edits: &[Edit],
) -> Result<Edited, EditRefused> {
    if edits.len() > EDITS_MAX {
        return Err(EditRefused::TooMany(EDITS_MAX));
    }
    edits.iter().try_for_each(|edit| check(state, edit))?;
    let (actor, last) = state.next_actor(&writer).ok_or(EditRefused::Forked)?;
    let mut whole = state.citable(last, edits).with_actor(ActorId::from(actor));
    let mut draft = whole.transaction();
    for edit in edits {
        write(&mut draft, edit)?;
    }
    let (written, _) = draft.commit_with(CommitOptions::default().with_time(0));
    if written.is_none() {
        return Err(EditRefused::Nothing);
    }
    let change = whole.get_last_local_change().expect("it was committed just now");
    let deps = state.carriers(change.deps());
    let chunk = change.raw_bytes().to_vec();
    let (document, about, form) = (state.document, state.about, state.form);
    let edited = Edited { change: Change { document, about, form, chunk }, deps };
    match gate::Chunk::read(&edited.change.chunk) {
        Ok(_) => Ok(edited),
        Err(Poison::TooLarge | Poison::OpCount) => Err(EditRefused::TooMany(EDITS_MAX)),
        Err(_) => Err(EditRefused::Full),
    }
}

/// What can be said about an edit before a document is copied for it.
fn check(state: &DocumentState, edit: &Edit) -> Result<(), EditRefused> {
    let form = match edit {
        Edit::Request(_) => DocumentForm::Request,
        Edit::Group(_) => DocumentForm::Group,
    };
    if form != state.form {
        return Err(EditRefused::WrongForm);
    }
    let (text, most) = match edit {
        Edit::Request(FactEdit::Set(fact, text)) => (text.as_str(), fact.bytes_max()),
        Edit::Request(FactEdit::Add(_, text) | FactEdit::Reword(_, text)) => {
            (text.as_str(), TEXT_BYTES_MAX)
        }
        Edit::Request(FactEdit::Tick(..) | FactEdit::Found(..) | FactEdit::Remove(_)) => ("", 0),
        Edit::Group(BoardEdit::Name(text)) => (text.as_str(), NAME_BYTES_MAX),
        Edit::Group(BoardEdit::Description(text) | BoardEdit::Pin(_, text, _)) => {
            (text.as_str(), TEXT_BYTES_MAX)
        }
        Edit::Group(BoardEdit::Unpin(_)) => ("", 0),
    };
    if text.len() > most { Err(EditRefused::TooLong(most)) } else { Ok(()) }
}

/// The entry that an edit needs to find.
fn touched(edit: &Edit) -> Option<&ItemKey> {
    match edit {
        Edit::Request(
            FactEdit::Reword(key, _)
            | FactEdit::Tick(key, _)
            | FactEdit::Found(key, _)
            | FactEdit::Remove(key),
        )
        | Edit::Group(BoardEdit::Unpin(key)) => Some(key),
        Edit::Request(FactEdit::Set(..) | FactEdit::Add(..)) | Edit::Group(_) => None,
    }
}

impl DocumentState {
    /// The first of the writer's actors of which no change stands beside, and its last change.
    fn next_actor(&self, writer: &WriterId) -> Option<(gate::Actor, Option<NodeIndex>)> {
        (0..GENERATIONS_MAX).find_map(|generation| {
            let actor = gate::actor_of(writer, &self.document, generation);
            let (last, beside) = self.history.last_of(&actor, &self.entered);
            (!beside).then_some((actor, last))
        })
    }

    /// The document as far as one change may build on it.
    fn citable(&self, last: Option<NodeIndex>, edits: &[Edit]) -> Automerge {
        let tips = self.tips();
        // Automerge cites the actor's own change before, also where a tip covers it.
        let room = DEPS_MAX - 1;
        if tips.len() <= room {
            return self.automerge.clone();
        }
        let items = edits.iter().filter_map(touched).filter_map(|key| {
            let (id, _) = self.item(key)?;
            let (counter, actor) = place(&id)?;
            self.history.holder_of(counter, actor, &self.entered)
        });
        let needed: Vec<NodeIndex> = last.into_iter().chain(items).collect();
        let needs = |tip: NodeIndex| needed.iter().any(|node| self.history.covers(tip, *node));
        let mut tips = tips;
        tips.sort_by_key(|tip| (!needs(*tip), std::cmp::Reverse(self.history.node(*tip).last_op)));
        tips.truncate(room);
        self.past_of(&tips)
    }

    /// The document of what these changes build on, and themselves.
    fn past_of(&self, tips: &[NodeIndex]) -> Automerge {
        let mut wanted = vec![false; self.entered.len()];
        wanted[0] = true;
        tips.iter().for_each(|tip| wanted[*tip] = true);
        for at in (0..wanted.len()).rev() {
            if wanted[at] {
                self.history.node(at).deps.iter().for_each(|dep| wanted[*dep] = true);
            }
        }
        let past = (0..wanted.len()).filter(|at| wanted[*at]);
        let past = past.map(|at| self.history.node(at).change.clone()).collect();
        let begin = || Self::new(self.form, self.about).automerge;
        apply(Automerge::new(), past).unwrap_or_else(|_| begin())
    }

    /// The envelopes that carry these changes, ascending; the genesis change needs none.
    fn carriers(&self, hashes: &[ChangeHash]) -> Vec<EnvelopeId> {
        let carrying = self.entering().filter(|node| hashes.contains(&node.change.hash()));
        let mut ids: Vec<_> = carrying.filter_map(|node| node.id).collect();
        ids.sort_unstable();
        ids
    }
}

fn write(draft: &mut Transaction<'_>, edit: &Edit) -> Result<(), EditRefused> {
    match edit {
        Edit::Request(FactEdit::Set(fact, text)) => set_fact(draft, *fact, text),
        Edit::Request(FactEdit::Add(key, text)) => {
            let item = make_item(draft, key)?;
            put(draft.put(&item, request::TEXT, text.as_str()))
        }
        Edit::Request(FactEdit::Reword(key, text)) => {
            let item = find_item(draft, key)?;
            set(draft, &item, request::TEXT, text)
        }
        Edit::Request(FactEdit::Tick(key, done)) => {
            let item = find_item(draft, key)?;
            say(draft, &item, request::DONE, *done)
        }
        Edit::Request(FactEdit::Found(key, found)) => {
            let item = find_item(draft, key)?;
            say(draft, &item, request::FOUND, *found)
        }
        Edit::Group(BoardEdit::Name(text)) => set(draft, &ROOT, group::NAME, text),
        Edit::Group(BoardEdit::Description(text)) => set(draft, &ROOT, group::DESCRIPTION, text),
        Edit::Group(BoardEdit::Pin(key, text, message)) => {
            let item = make_item(draft, key)?;
            if let Some(message) = message {
                put(draft.put(&item, group::MESSAGE, message.as_bytes().to_vec()))?;
            }
            put(draft.put(&item, group::TEXT, text.as_str()))
        }
        Edit::Request(FactEdit::Remove(key)) | Edit::Group(BoardEdit::Unpin(key)) => {
            find_item(draft, key)?;
            put(draft.delete(entries(), key.as_str()))
        }
    }
}

fn set_fact(draft: &mut Transaction<'_>, fact: Fact, text: &str) -> Result<(), EditRefused> {
    set(draft, &ROOT, fact.key(), text)
}

/// Writes a text, unless it stands there already and nothing contradicts it.
fn set(
    draft: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    text: &str,
) -> Result<(), EditRefused> {
    let there = draft.get_all(object, key).unwrap_or_default();
    if let [(value, _)] = there.as_slice()
        && value.as_str() == Some(text)
    {
        return Ok(());
    }
    put(draft.put(object, key, text))
}

/// Says whether it is so. Where somebody's word is already that it is, saying it again would take the words of all
/// who said it before.
fn say(
    draft: &mut Transaction<'_>,
    object: &ObjId,
    key: &str,
    so: bool,
) -> Result<(), EditRefused> {
    let there = draft.get_all(object, key).unwrap_or_default();
    if so && there.iter().any(|(value, _)| value.as_scalar() == Some(&ScalarValue::Boolean(true))) {
        return Ok(());
    }
    put(draft.put(object, key, so))
}

fn make_item(draft: &mut Transaction<'_>, key: &ItemKey) -> Result<ObjId, EditRefused> {
    if draft.get(entries(), key.as_str()).ok().flatten().is_some() {
        return Err(EditRefused::KeyTaken);
    }
    if draft.length(entries()) >= DOCUMENT_ITEMS_MAX {
        return Err(EditRefused::TooMany(DOCUMENT_ITEMS_MAX));
    }
    draft.put_object(entries(), key.as_str(), ObjType::Map).map_err(|_| EditRefused::Full)
}

fn find_item(draft: &Transaction<'_>, key: &ItemKey) -> Result<ObjId, EditRefused> {
    let there = draft.get_all(entries(), key.as_str()).unwrap_or_default();
    let maps = there.into_iter().filter(|(value, _)| value.is_object());
    maps.last().map(|(_, id)| id).ok_or(EditRefused::NoSuchItem)
}

fn put(written: Result<(), AutomergeError>) -> Result<(), EditRefused> {
    written.map_err(|_| EditRefused::Full)
}
