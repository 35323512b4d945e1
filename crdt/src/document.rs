//! What several people edit together: a request's facts and checklist, a group's board.
//!
//! One small Automerge document per request or group. Envelopes carry its changes, one each; the
//! document itself is never sent or stored, it is built from them ([`DocumentState::from_changes`])
//! and kept loaded by whoever needs it often.
//!
//! # Rules
//!
//! 1. Both sides of a cut begin with the same bytes: the genesis change follows from form and
//!    document id alone, and makes the one checklist (or board) that there is (`schema`).
//! 2. Changes get in by the [`gate`] only, also one's own.
//! 3. Facts are plain strings, never Automerge texts: a place is replaced, not spliced.
//! 4. Who wrote something is the writer of its envelope, never a field.
//! 5. Reading is total: unknown keys, wrong types and oversized values are passed over.
//!
//! # Invariants
//!
//! - What is read is a function of the set of changes that were admitted.
//! - An entry of a list is gone only if somebody who had seen it removed it.
//!
//! # Deliberately absent
//!
//! Which of two conflicting places is true: both are shown (冲突) until somebody settles it by
//! writing again. Caching: the caller keeps the few documents that are open.

mod group;
mod request;
mod schema;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use automerge::Automerge;
pub use group::{BoardEdit, GroupBoard, Pin};
pub use request::{ChecklistItem, Fact, FactEdit, RequestFacts, Word};
pub use schema::{Field, ItemKey, Version, genesis};
pub use write::{Edit, EditRefused, Edited, edit};

use crate::{
    body::{Change, DocumentForm},
    gate::{self, Chunk, History, Judged, NodeIndex, Poison, Rejected},
    id::{DocumentId, EnvelopeId, WriterId},
};

/// A change as the store hands it out: the envelope's id, its deps and writer, and the chunk.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The envelope that carries it.
    pub id: EnvelopeId,
    /// What the envelope cites.
    pub deps: &'a [EnvelopeId],
    /// Who signed the envelope.
    pub writer: WriterId,
    /// One raw change.
    pub chunk: &'a [u8],
}

/// Where an admitted change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Part of the document.
    Entered,
    /// On the losing branch of a fork, or built on it.
    Beside,
    /// Built on two branches of one writer.
    Torn,
}

/// What admitting a change did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Changes that had entered and now stand beside, because this one has the lower id.
    pub displaced: Vec<EnvelopeId>,
}

/// One document, loaded.
#[derive(Clone, Debug)]
pub struct DocumentState {
    form: DocumentForm,
    about: EnvelopeId,
    document: DocumentId,
    history: History,
    entered: Vec<bool>,
    automerge: Automerge,
}

impl DocumentState {
    /// The document of a request or group that nobody has edited yet.
    pub fn new(form: DocumentForm, about: EnvelopeId) -> Self {
        let mut state = Self::unmade(form, about);
        state.rebuild();
        state
    }

    /// The same before its Automerge document is made.
    fn unmade(form: DocumentForm, about: EnvelopeId) -> Self {
        let document = gate::document_of(form, &about);
        let history = History::new(schema::first(form, &document));
        let (entered, automerge) = (Vec::new(), Automerge::new());
        Self { form, about, document, history, entered, automerge }
    }

    /// Builds a document from its changes, in whatever order they come.
    ///
    /// Returns with it whatever did not enter, and why.
    pub fn from_changes<'a>(
        form: DocumentForm,
        about: EnvelopeId,
        changes: impl IntoIterator<Item = Received<'a>>,
    ) -> (Self, Vec<(EnvelopeId, Rejected)>) {
        let mut state = Self::unmade(form, about);
        let mut refused = Vec::new();
        // By the first change that each one still misses.
        let mut waiting: BTreeMap<EnvelopeId, Vec<Received<'a>>> = BTreeMap::new();
        let mut ready: Vec<Received<'a>> = changes.into_iter().collect();
        while let Some(next) = ready.pop() {
            let history = &state.history;
            if history.find(&next.id).is_some() {
                continue;
            }
            // Before it is read: reading is what costs.
            if let Some(missing) = next.deps.iter().find(|id| history.find(id).is_none()) {
                waiting.entry(*missing).or_default().push(next);
                continue;
            }
            match state.judge(&next) {
                Ok(judged) => {
                    state.history.insert(judged);
                    ready.extend(waiting.remove(&next.id).unwrap_or_default());
                }
                Err(rejected) => refused.push((next.id, rejected)),
            }
        }
        for next in waiting.into_values().flatten() {
            let Err(rejected) = state.judge(&next) else {
                unreachable!("what it misses is not here")
            };
            refused.push((next.id, rejected));
        }
        state.rebuild();
        refused.extend(state.left_out());
        refused.sort_by_key(|(id, _)| *id);
        refused.dedup_by_key(|(id, _)| *id);
        (state, refused)
    }

    /// Lets one change in, if it may. Offering one again changes nothing.
    ///
    /// # Errors
    ///
    /// Why it did not enter; [`Rejected::Fork`] and [`Rejected::Torn`] are remembered here all the
    /// same, [`Rejected::Waiting`] and [`Rejected::Poison`] leave no trace.
    pub fn admit(
        &mut self,
        id: EnvelopeId,
        deps: &[EnvelopeId],
        writer: WriterId,
        change: &Change,
    ) -> Result<Applied, Rejected> {
        gate::check_names(change)?;
        if (change.form, change.about) != (self.form, self.about) {
            return Err(Poison::ForeignDocument.into());
        }
        if self.history.find(&id).is_none() {
            let judged = self.judge(&Received { id, deps, writer, chunk: &change.chunk })?;
            return self.take_in(id, judged);
        }
        self.verdict(&id).map(|()| Applied::default())
    }

    fn judge(&self, received: &Received<'_>) -> Result<Judged, Rejected> {
        let Received { id, deps, writer, chunk } = *received;
        let read = Chunk::read(chunk)?;
        if !gate::is_actor_of(&read.actor, &writer, &self.document) {
            return Err(Poison::WrongActor.into());
        }
        let change = gate::guarded(|| automerge::Change::try_from(chunk))?;
        if change.hash().0[..4] != read.checksum {
            return Err(Poison::Checksum.into());
        }
        self.history.judge(&read, id, deps, writer, change)
    }

    fn take_in(&mut self, id: EnvelopeId, judged: Judged) -> Result<Applied, Rejected> {
        if self.history.would_enter(&judged, &self.entered) {
            self.automerge = apply(self.automerge.clone(), vec![judged.change().clone()])?;
            self.history.insert(judged);
            self.entered.push(true);
            return Ok(Applied::default());
        }
        let (_, displaces) = self.history.insert(judged);
        if !displaces {
            self.entered.push(false);
            return self.verdict(&id).map(|()| Applied::default());
        }
        let before = std::mem::take(&mut self.entered);
        self.rebuild();
        let left = (0..before.len()).filter(|at| before[*at] && !self.entered[*at]);
        let displaced = left.filter_map(|at| self.history.node(at).id).collect();
        self.verdict(&id).map(|()| Applied { displaced })
    }

    /// Makes the Automerge document anew from the changes that enter, the genesis change first.
    fn rebuild(&mut self) {
        self.entered = self.history.entered();
        let all = || self.entering().map(|node| node.change.clone());
        self.automerge = apply(Automerge::new(), all().collect()).unwrap_or_else(|_| {
            // The net under the net: one by one, without whatever Automerge fails on.
            let one =
                |whole: Automerge, change| apply(whole.clone(), vec![change]).unwrap_or(whole);
            all().fold(Automerge::new(), one)
        });
    }

    fn entering(&self) -> impl Iterator<Item = &gate::Node> {
        let marked = self.history.nodes().iter().zip(&self.entered);
        marked.filter(|(_, entered)| **entered).map(|(node, _)| node)
    }

    fn left_out(&self) -> impl Iterator<Item = (EnvelopeId, Rejected)> {
        let ids = self.history.nodes().iter().filter_map(|node| node.id);
        ids.filter_map(|id| self.verdict(&id).err().map(|rejected| (id, rejected)))
    }

    fn verdict(&self, id: &EnvelopeId) -> Result<(), Rejected> {
        match self.standing(id) {
            Some(Standing::Entered) => Ok(()),
            Some(Standing::Beside) => Err(Rejected::Fork),
            Some(Standing::Torn) => Err(Rejected::Torn),
            None => Err(Rejected::Waiting(vec![*id])),
        }
    }

    /// Where a change stands; none where it is not here.
    pub fn standing(&self, id: &EnvelopeId) -> Option<Standing> {
        let at = self.history.find(id)?;
        Some(match self.entered[at] {
            true => Standing::Entered,
            false if self.history.is_torn(at) => Standing::Torn,
            false => Standing::Beside,
        })
    }

    /// The changes that nothing in the document builds on, by envelope: what the next one cites.
    pub fn heads(&self) -> Vec<EnvelopeId> {
        let mut heads: Vec<_> =
            self.tips().into_iter().filter_map(|at| self.history.node(at).id).collect();
        heads.sort_unstable();
        heads
    }

    fn tips(&self) -> Vec<NodeIndex> {
        let mut tips = self.entered.clone();
        for node in self.entering() {
            node.deps.iter().for_each(|dep| tips[*dep] = false);
        }
        (0..tips.len()).filter(|at| tips[*at]).collect()
    }

    /// Which kind of document it is.
    pub fn form(&self) -> DocumentForm {
        self.form
    }

    /// The request or group that it describes.
    pub fn about(&self) -> EnvelopeId {
        self.about
    }

    /// Its id.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// How many changes are here, entered or beside.
    pub fn len(&self) -> usize {
        self.history.nodes().len() - 1
    }

    /// Has nobody edited it yet?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is known about a request.
    pub fn facts(&self) -> RequestFacts {
        request::read(self)
    }

    /// What a group says about itself.
    pub fn board(&self) -> GroupBoard {
        group::read(self)
    }
}

/// Applies changes to a document that is lost where Automerge fails.
fn apply(mut whole: Automerge, changes: Vec<automerge::Change>) -> Result<Automerge, Poison> {
    gate::guarded(move || whole.apply_changes(changes).map(|()| whole))
}
