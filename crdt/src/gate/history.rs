//! The past of one document: which changes there are, what each builds on, and which of them enter.
//!
//! A change is judged against its own past alone (the changes that it builds on, and theirs), so
//! that the verdict is the same wherever and whenever it is made. Which changes *enter* depends on
//! the whole set, and on nothing else: of several under one (actor, seq) the lowest envelope id
//! enters, and a change enters only if all that it builds on does.
//!
//! # Invariants
//!
//! - Nodes stand in causal order: what a node builds on has a lower index.
//! - Within the past of a whole (not torn) node every actor's changes form one chain, so an
//!   operation's number and actor name it without doubt.
//!
//! # Considered and rejected
//!
//! Choosing among those of a slot only the ones whose own past enters: two such choices can wait
//! for one another, and the rule of the model (`authority.py`, rule 7) is the plain lowest id.

use std::collections::{BTreeMap, BTreeSet};

use automerge::ChangeHash;

use super::{Action, Actor, Chunk, OpRef, Poison, Rejected};
use crate::{
    id::{EnvelopeId, WriterId},
    limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_OPS_MAX},
};

/// Where a change stands in the history.
pub(crate) type NodeIndex = usize;

/// An actor's place in the list of those seen; not the same on two nodes.
type ActorIndex = usize;

/// An operation within one unforked past.
type OpName = (u64, ActorIndex);

/// What later operations may refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OpRecord {
    /// The map that it stands in; none is the root.
    object: Option<OpName>,
    key: Box<str>,
    action: Action,
    /// How deep a map made by it lies; the root is 0.
    depth: usize,
}

/// A change that has passed the gate.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The envelope that carries it; none for the genesis change.
    pub(crate) id: Option<EnvelopeId>,
    actor: ActorIndex,
    seq: u64,
    /// The number of its last operation.
    pub(crate) last_op: u64,
    pub(crate) deps: Vec<NodeIndex>,
    /// The same actor's change before it.
    before: Option<NodeIndex>,
    /// Per actor the last change of this node's past, itself included; empty where torn.
    past: BTreeMap<ActorIndex, NodeIndex>,
    torn: bool,
    pub(crate) change: automerge::Change,
}

/// A change whose form and past are in order, not yet part of the history.
#[derive(Debug)]
pub(crate) struct Judged {
    node: Node,
    records: Vec<(u64, OpRecord)>,
    actor: Actor,
    writer: WriterId,
}

/// All changes of one document that passed, the genesis change first.
#[derive(Clone, Debug)]
pub(crate) struct History {
    nodes: Vec<Node>,
    by_id: BTreeMap<EnvelopeId, NodeIndex>,
    actors: BTreeMap<Actor, ActorIndex>,
    writers: Vec<Option<WriterId>>,
    /// By operation and change, since two branches may use one number.
    records: BTreeMap<(u64, ActorIndex, NodeIndex), OpRecord>,
    /// Who enters of those under one (actor, seq).
    slots: BTreeMap<(ActorIndex, u64), NodeIndex>,
    forked: BTreeSet<ActorIndex>,
}

impl Judged {
    /// The change itself.
    pub(crate) fn change(&self) -> &automerge::Change {
        &self.node.change
    }
}

impl History {
    /// Begins with the genesis change, which this program made itself.
    pub(crate) fn new(genesis: automerge::Change) -> Self {
        let chunk = genesis.raw_bytes().to_vec();
        let mut history = Self {
            nodes: Vec::new(),
            by_id: BTreeMap::new(),
            actors: BTreeMap::new(),
            writers: Vec::new(),
            records: BTreeMap::new(),
            slots: BTreeMap::new(),
            forked: BTreeSet::new(),
        };
        // The one change without dependencies, which the reader of foreign chunks would refuse.
        let chunk = Chunk::read_genesis(&chunk).expect("made by this program");
        let judged = history
            .judge_past(&chunk, &[], None, WriterId::from_bytes([0; 32]), genesis)
            .expect("a genesis change refers to itself alone");
        history.insert(judged);
        history.writers[0] = None;
        history
    }

    /// Judges a chunk that has been read, against the changes that its envelope cites.
    pub(crate) fn judge(
        &self,
        chunk: &Chunk<'_>,
        id: EnvelopeId,
        cited: &[EnvelopeId],
        writer: WriterId,
        change: automerge::Change,
    ) -> Result<Judged, Rejected> {
        let missing = cited.iter().filter(|id| !self.by_id.contains_key(id)).copied();
        let missing: Vec<_> = missing.collect();
        if !missing.is_empty() {
            return Err(Rejected::Waiting(missing));
        }
        let mut carried: BTreeMap<ChangeHash, NodeIndex> = BTreeMap::new();
        carried.insert(self.nodes[0].change.hash(), 0);
        for id in cited {
            let at = self.by_id[id];
            carried.insert(self.nodes[at].change.hash(), at);
        }
        let named = chunk.deps.iter().map(|hash| carried.get(&ChangeHash(*hash)).copied());
        let deps = named.collect::<Option<Vec<_>>>().ok_or(Poison::ForeignDependency)?;
        Ok(self.judge_past(chunk, &deps, Some(id), writer, change)?)
    }

    fn judge_past(
        &self,
        chunk: &Chunk<'_>,
        deps: &[NodeIndex],
        id: Option<EnvelopeId>,
        writer: WriterId,
        change: automerge::Change,
    ) -> Result<Judged, Poison> {
        let actor = self.actors.get(&chunk.actor).copied().unwrap_or(self.writers.len());
        let last_op = self.check_numbers(chunk, deps)?;
        let index = self.nodes.len();
        let mut node = Node {
            id,
            actor,
            seq: chunk.seq,
            last_op,
            deps: deps.to_vec(),
            before: None,
            past: BTreeMap::new(),
            torn: true,
            change,
        };
        let mut records = Vec::new();
        if let Some(mut past) = self.joined(deps) {
            node.before = past.get(&actor).copied();
            let seq = 1 + node.before.map_or(0, |before| self.nodes[before].seq);
            if chunk.seq != seq {
                return Err(Poison::WrongSeq);
            }
            records = self.check_ops(chunk, &past, actor)?;
            past.insert(actor, index);
            node.past = past;
            node.torn = false;
        }
        Ok(Judged { node, records, actor: chunk.actor, writer })
    }

    /// `start_op` is one more than the highest operation of the past; returns the last of its own.
    fn check_numbers(&self, chunk: &Chunk<'_>, deps: &[NodeIndex]) -> Result<u64, Poison> {
        let highest = deps.iter().map(|dep| self.nodes[*dep].last_op).max().unwrap_or(0);
        if chunk.start_op != highest + 1 {
            return Err(Poison::WrongStartOp);
        }
        let last_op = highest + chunk.ops.len() as u64;
        if last_op > DOCUMENT_OPS_MAX { Err(Poison::DocumentFull) } else { Ok(last_op) }
    }

    /// The past of a change that builds on `deps`; none where two branches of one actor meet.
    fn joined(&self, deps: &[NodeIndex]) -> Option<BTreeMap<ActorIndex, NodeIndex>> {
        let mut joined = BTreeMap::new();
        for dep in deps {
            let dep = &self.nodes[*dep];
            if dep.torn {
                return None;
            }
            for (actor, new) in &dep.past {
                let old = *joined.entry(*actor).or_insert(*new);
                let (low, high) = if self.nodes[old].seq <= self.nodes[*new].seq {
                    (old, *new)
                } else {
                    (*new, old)
                };
                if !self.follows(high, low) {
                    return None;
                }
                joined.insert(*actor, high);
            }
        }
        Some(joined)
    }

    /// Is `low` on the chain that ends in `high`? Both are of one actor.
    fn follows(&self, high: NodeIndex, low: NodeIndex) -> bool {
        let wanted = self.nodes[low].seq;
        if !self.forked.contains(&self.nodes[low].actor) {
            return wanted <= self.nodes[high].seq;
        }
        let mut at = high;
        while self.nodes[at].seq > wanted {
            match self.nodes[at].before {
                Some(before) => at = before,
                None => return false,
            }
        }
        at == low
    }

    /// Every object and predecessor lies in the past, under the same key, and nothing lies too deep.
    fn check_ops(
        &self,
        chunk: &Chunk<'_>,
        past: &BTreeMap<ActorIndex, NodeIndex>,
        own: ActorIndex,
    ) -> Result<Vec<(u64, OpRecord)>, Poison> {
        let mut records: Vec<(u64, OpRecord)> = Vec::with_capacity(chunk.ops.len());
        for op in &chunk.ops {
            let find = |name: OpRef| -> Result<(OpName, &OpRecord), Poison> {
                let within = name.counter.checked_sub(chunk.start_op);
                let found = match within.filter(|_| name.actor == 0) {
                    Some(at) => {
                        let at = usize::try_from(at).map_err(|_| Poison::UnknownReference)?;
                        records.get(at).map(|(_, record)| ((name.counter, own), record))
                    }
                    None => self.in_past(past, name.counter, chunk.actor(name)),
                };
                found.ok_or(Poison::UnknownReference)
            };
            let (object, above) = match op.object {
                None => (None, 0),
                Some(name) => {
                    let (name, record) = find(name)?;
                    if record.action != Action::MakeMap {
                        return Err(Poison::UnknownReference);
                    }
                    (Some(name), record.depth)
                }
            };
            let preds = &chunk.preds[op.preds.clone()];
            if op.action == Action::Delete && preds.is_empty() {
                return Err(Poison::UnknownReference);
            }
            for pred in preds {
                let (_, record) = find(*pred)?;
                let same = record.object == object && *record.key == *op.key;
                if !same || record.action == Action::Delete {
                    return Err(Poison::UnknownReference);
                }
            }
            let depth = above + usize::from(op.action == Action::MakeMap);
            if depth > DOCUMENT_DEPTH_MAX {
                return Err(Poison::TooDeep);
            }
            let counter = chunk.start_op + records.len() as u64;
            records
                .push((counter, OpRecord { object, key: op.key.into(), action: op.action, depth }));
        }
        Ok(records)
    }

    /// An operation by its name, if it lies in that past.
    fn in_past(
        &self,
        past: &BTreeMap<ActorIndex, NodeIndex>,
        counter: u64,
        actor: &Actor,
    ) -> Option<(OpName, &OpRecord)> {
        let actor = *self.actors.get(actor)?;
        let last = *past.get(&actor)?;
        let named = self.records.range((counter, actor, 0)..=(counter, actor, NodeIndex::MAX));
        let mut found = named.filter(|((_, _, node), _)| self.follows(last, *node));
        found.next().map(|(_, record)| ((counter, actor), record))
    }

    /// Takes in what was judged against this very history; returns its index, and whether it took
    /// the place of one that held its (actor, seq).
    pub(crate) fn insert(&mut self, judged: Judged) -> (NodeIndex, bool) {
        let Judged { node, records, actor, writer } = judged;
        let index = self.nodes.len();
        if node.actor == self.writers.len() {
            self.actors.insert(actor, node.actor);
            self.writers.push(Some(writer));
        }
        if let Some(id) = node.id {
            self.by_id.insert(id, index);
        }
        let records = records.into_iter();
        self.records.extend(records.map(|(number, record)| ((number, node.actor, index), record)));
        let displaces = !node.torn && self.take_slot(index, &node);
        self.nodes.push(node);
        (index, displaces)
    }

    fn take_slot(&mut self, index: NodeIndex, node: &Node) -> bool {
        let slot = (node.actor, node.seq);
        let Some(held) = self.slots.get(&slot).copied() else {
            self.slots.insert(slot, index);
            return false;
        };
        self.forked.insert(node.actor);
        let lower = node.id < self.nodes[held].id;
        if lower {
            self.slots.insert(slot, index);
        }
        lower
    }

    /// Would this change enter as things stand, taking nobody's place?
    pub(crate) fn would_enter(&self, judged: &Judged, entered: &[bool]) -> bool {
        let node = &judged.node;
        let free = !self.slots.contains_key(&(node.actor, node.seq));
        !node.torn && free && node.deps.iter().all(|dep| entered[*dep])
    }

    /// Which changes enter: a function of the set alone.
    pub(crate) fn entered(&self) -> Vec<bool> {
        let mut entered: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let holds = self.slots.get(&(node.actor, node.seq)) == Some(&index);
            entered.push(holds && node.deps.iter().all(|dep| entered[*dep]));
        }
        entered
    }

    /// A change by the envelope that carries it.
    pub(crate) fn find(&self, id: &EnvelopeId) -> Option<NodeIndex> {
        self.by_id.get(id).copied()
    }

    /// The change at an index.
    pub(crate) fn node(&self, at: NodeIndex) -> &Node {
        &self.nodes[at]
    }

    /// All changes, in causal order.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Was it built on two branches?
    pub(crate) fn is_torn(&self, at: NodeIndex) -> bool {
        self.nodes[at].torn
    }

    /// The writer behind an Automerge actor.
    pub(crate) fn writer(&self, actor: &[u8]) -> Option<WriterId> {
        let actor: &Actor = actor.try_into().ok()?;
        self.writers[*self.actors.get(actor)?]
    }

    /// The last of this actor's changes that entered, and whether others of it wait beside.
    pub(crate) fn last_of(&self, actor: &Actor, entered: &[bool]) -> (Option<NodeIndex>, bool) {
        let Some(actor) = self.actors.get(actor) else { return (None, false) };
        let own = self.nodes.iter().enumerate().filter(|(_, node)| node.actor == *actor);
        let (mut last, mut beside) = (None, false);
        for (index, _) in own {
            if entered[index] { last = Some(index) } else { beside = true }
        }
        (last, beside)
    }

    /// Is `old` in the past of `new` (or the same)? Both have entered.
    pub(crate) fn covers(&self, new: NodeIndex, old: NodeIndex) -> bool {
        let last = self.nodes[new].past.get(&self.nodes[old].actor);
        last.is_some_and(|last| self.follows(*last, old))
    }

    /// The change that holds an operation and has entered.
    pub(crate) fn holder_of(
        &self,
        counter: u64,
        actor: &[u8],
        entered: &[bool],
    ) -> Option<NodeIndex> {
        let actor: &Actor = actor.try_into().ok()?;
        let actor = *self.actors.get(actor)?;
        let named = self.records.range((counter, actor, 0)..=(counter, actor, NodeIndex::MAX));
        let mut holders = named.map(|((_, _, node), _)| *node);
        holders.find(|node| entered[*node])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{body::DocumentForm, document::genesis, id::DocumentId};

    #[test]
    fn a_document_that_has_counted_all_its_operations_takes_no_more() {
        let bytes = genesis(DocumentForm::Request, &DocumentId::from_bytes([1; 16]));
        let first = automerge::Change::try_from(bytes.as_slice()).expect("a change");
        let mut history = History::new(first);
        let mut chunk = Chunk::read_genesis(&bytes).expect("a change");
        for (highest, verdict) in [
            (DOCUMENT_OPS_MAX - 3, Ok(DOCUMENT_OPS_MAX)),
            (DOCUMENT_OPS_MAX - 2, Err(Poison::DocumentFull)),
        ] {
            history.nodes[0].last_op = highest;
            chunk.start_op = highest + 1;
            assert_eq!(history.check_numbers(&chunk, &[0]), verdict);
        }
    }
}
