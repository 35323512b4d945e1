//! One Automerge change chunk, read completely and strictly before Automerge sees it.
//!
//! ```text
//! chunk = 85 6f 4a 83 ‖ checksum(4) ‖ type(1) ‖ length ‖ data
//! data  = deps ‖ actor ‖ seq ‖ start_op ‖ time ‖ message ‖ other actors ‖ column table ‖ columns
//! ```
//!
//! The reader is total: any bytes give a [`Chunk`] or a [`Poison`], at a cost bounded by the limits
//! and never by what the bytes claim. It checks form only; what the change refers to is compared
//! with the past in `history`. Values are checked and thrown away: reading them is Automerge's job.
//!
//! Stricter than Automerge where it is lax: integers in their shortest form, columns of exactly
//! one length, no column that the vocabulary of maps and plain values does not need.

use std::ops::Range;

use super::{
    Actor, Poison,
    column::{full, nullable, runs, signed, sums},
};
use crate::{
    limits::{CHANGE_OPS_MAX, CHANGE_PREDS_MAX, CHUNK_BYTES_MAX, DEPS_MAX},
    wire::Reader,
};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_CHANGE: u8 = 1;

/// Columns, by number: id × 16 + type.
mod spec {
    pub(super) const OBJECT_ACTOR: u64 = 0x01;
    pub(super) const OBJECT_COUNTER: u64 = 0x02;
    pub(super) const KEY: u64 = 0x15;
    pub(super) const INSERT: u64 = 0x34;
    pub(super) const ACTION: u64 = 0x42;
    pub(super) const VALUE_KIND: u64 = 0x56;
    pub(super) const VALUE: u64 = 0x57;
    pub(super) const PRED_COUNT: u64 = 0x70;
    pub(super) const PRED_ACTOR: u64 = 0x71;
    pub(super) const PRED_COUNTER: u64 = 0x73;
    /// In the order in which they stand in a chunk.
    pub(super) const ALL: [u64; 10] = [
        OBJECT_ACTOR,
        OBJECT_COUNTER,
        KEY,
        INSERT,
        ACTION,
        VALUE_KIND,
        VALUE,
        PRED_COUNT,
        PRED_ACTOR,
        PRED_COUNTER,
    ];
}

/// A change, read. Borrowed from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// The first four bytes of its hash, as claimed.
    pub checksum: [u8; 4],
    /// Hashes of the changes that it builds on; no two equal, at least one.
    pub deps: Vec<[u8; 32]>,
    /// Who wrote it.
    pub actor: Actor,
    /// Which of this actor's changes it is, from 1.
    pub seq: u64,
    /// The number of its first operation.
    pub start_op: u64,
    /// The other actors that its operations name, ascending.
    pub others: Vec<Actor>,
    /// Its operations, at least one.
    pub ops: Vec<Op<'a>>,
    /// All predecessors, which the operations share out.
    pub preds: Vec<OpRef>,
}

/// Names an operation within a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpRef {
    /// Its number.
    pub counter: u64,
    /// 0: the chunk's own actor; n: `others[n - 1]`.
    pub actor: usize,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op<'a> {
    /// In which map; none is the root.
    pub object: Option<OpRef>,
    /// Under which key.
    pub key: &'a str,
    /// What is done.
    pub action: Action,
    /// The values that it replaces, as a range of [`Chunk::preds`].
    pub preds: Range<usize>,
}

/// What an operation does. All else of Automerge is outside this vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A new map.
    MakeMap,
    /// A plain value.
    Put,
    /// Nothing, in place of what was there.
    Delete,
}

impl<'a> Chunk<'a> {
    /// Reads exactly one raw change.
    ///
    /// # Errors
    ///
    /// What is wrong with its form.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Poison> {
        let chunk = Self::read_genesis(bytes)?;
        if chunk.deps.is_empty() { Err(Poison::ForeignDependency) } else { Ok(chunk) }
    }

    /// The same for a change that may build on nothing, which only a document's first does.
    pub(super) fn read_genesis(bytes: &'a [u8]) -> Result<Self, Poison> {
        if bytes.len() > CHUNK_BYTES_MAX {
            return Err(Poison::TooLarge);
        }
        let (checksum, data) = frame(bytes).ok_or(Poison::NotOneChange)?;
        let mut reader = Reader::new(data);
        let deps = read_deps(&mut reader)?;
        let actor = read_actor(&mut reader)?;
        let (seq, start_op) = (reader.varint()?, reader.varint()?);
        let time = signed(&mut reader)?;
        let message = reader.bytes()?;
        if seq == 0 || start_op == 0 || time != 0 || !message.is_empty() {
            return Err(Poison::Malformed);
        }
        let others = read_others(&mut reader, &actor)?;
        let columns = Columns::read(&mut reader)?;
        let (ops, preds) = columns.ops(others.len() + 1)?;
        let chunk = Self { checksum, deps, actor, seq, start_op, others, ops, preds };
        if chunk.is_in_order() { Ok(chunk) } else { Err(Poison::Malformed) }
    }

    /// The actor that an operation is named by.
    pub fn actor(&self, op: OpRef) -> &Actor {
        op.actor.checked_sub(1).map_or(&self.actor, |at| &self.others[at])
    }

    /// Predecessors ascend and do not repeat, and every other actor is named by an operation.
    fn is_in_order(&self) -> bool {
        let mut named = vec![false; self.others.len() + 1];
        named[0] = true;
        for op in &self.ops {
            let preds = &self.preds[op.preds.clone()];
            op.object.iter().chain(preds).for_each(|op| named[op.actor] = true);
            let place = |op: &OpRef| (op.counter, *self.actor(*op));
            if !preds.is_sorted_by(|a, b| place(a) < place(b)) {
                return false;
            }
        }
        named.into_iter().all(|named| named)
    }
}

/// The checksum and the data of a change chunk that fills its bytes exactly.
fn frame(bytes: &[u8]) -> Option<([u8; 4], &[u8])> {
    let mut reader = Reader::new(bytes);
    let magic = reader.array::<4>().ok()?;
    let checksum = reader.array::<4>().ok()?;
    let [kind] = reader.array::<1>().ok()?;
    let data = reader.bytes().ok()?;
    (magic == MAGIC && kind == TYPE_CHANGE && reader.is_empty()).then_some((checksum, data))
}

fn read_deps(reader: &mut Reader<'_>) -> Result<Vec<[u8; 32]>, Poison> {
    let count = reader.varint()?;
    if count > DEPS_MAX as u64 {
        return Err(Poison::Malformed);
    }
    let deps = (0..count).map(|_| reader.array()).collect::<Result<Vec<[u8; 32]>, _>>()?;
    let ascending = deps.is_sorted_by(|a, b| a < b);
    if ascending { Ok(deps) } else { Err(Poison::Malformed) }
}

fn read_actor(reader: &mut Reader<'_>) -> Result<Actor, Poison> {
    reader.bytes()?.try_into().map_err(|_| Poison::Malformed)
}

fn read_others(reader: &mut Reader<'_>, own: &Actor) -> Result<Vec<Actor>, Poison> {
    let count = reader.varint()?;
    let mut others: Vec<Actor> = Vec::new();
    for _ in 0..count {
        let next = read_actor(reader)?;
        if next == *own || others.last().is_some_and(|last| *last >= next) {
            return Err(Poison::Malformed);
        }
        others.push(next);
    }
    Ok(others)
}

/// The bytes of each column of [`spec::ALL`]; empty where it is missing.
struct Columns<'a>([&'a [u8]; spec::ALL.len()]);

impl<'a> Columns<'a> {
    /// Reads the table and cuts the rest of the chunk by it; nothing may be left over.
    fn read(reader: &mut Reader<'a>) -> Result<Self, Poison> {
        let count = reader.varint()?;
        let mut table: Vec<(usize, usize)> = Vec::new();
        for _ in 0..count {
            let (number, length) = (reader.varint()?, reader.varint()?);
            let at = spec::ALL.iter().position(|known| *known == number);
            let at = at.ok_or(Poison::Vocabulary)?;
            if length == 0 || table.last().is_some_and(|(last, _)| *last >= at) {
                return Err(Poison::Malformed);
            }
            table.push((at, usize::try_from(length).map_err(|_| Poison::Malformed)?));
        }
        let mut columns = [[].as_slice(); spec::ALL.len()];
        for (at, length) in table {
            columns[at] = reader.take(length)?;
        }
        if reader.is_empty() { Ok(Self(columns)) } else { Err(Poison::Malformed) }
    }

    fn get(&self, number: u64) -> &'a [u8] {
        let at = spec::ALL.iter().position(|known| *known == number);
        at.map_or(&[], |at| self.0[at])
    }

    /// Puts the columns together; `actors` is how many the chunk names, its own included.
    fn ops(&self, actors: usize) -> Result<(Vec<Op<'a>>, Vec<OpRef>), Poison> {
        let actions = self.actions()?;
        let count = actions.len();
        let objects = self.objects(count, actors)?;
        let keys = full(self.get(spec::KEY), count, |reader| {
            std::str::from_utf8(reader.bytes()?).map_err(|_| Poison::Malformed)
        })?;
        if keys.iter().any(|key| key.is_empty()) {
            return Err(Poison::Malformed);
        }
        self.check_inserts(count)?;
        self.check_values(&actions)?;
        let (shares, preds) = self.preds(count, actors)?;
        let parts = actions.into_iter().zip(objects).zip(keys).zip(shares);
        let ops = parts.map(|(((action, object), key), preds)| Op { object, key, action, preds });
        Ok((ops.collect(), preds))
    }

    /// The column that says how many operations there are.
    fn actions(&self) -> Result<Vec<Action>, Poison> {
        let column = self.get(spec::ACTION);
        let actions = runs(column, CHANGE_OPS_MAX, Poison::OpCount, |reader| {
            Ok(match reader.varint()? {
                0 => Action::MakeMap,
                1 => Action::Put,
                3 => Action::Delete,
                _ => return Err(Poison::Vocabulary),
            })
        })?;
        if actions.is_empty() {
            return Err(Poison::OpCount);
        }
        actions.into_iter().collect::<Option<_>>().ok_or(Poison::Malformed)
    }

    fn objects(&self, count: usize, actors: usize) -> Result<Vec<Option<OpRef>>, Poison> {
        let number = |reader: &mut Reader<'a>| Ok(reader.varint()?);
        let owners = nullable(self.get(spec::OBJECT_ACTOR), count, number)?;
        let counters = nullable(self.get(spec::OBJECT_COUNTER), count, number)?;
        let pairs = owners.into_iter().zip(counters);
        pairs
            .map(|pair| match pair {
                (None, None) => Ok(None),
                (Some(actor), Some(counter)) => op_ref(counter, actor, actors).map(Some),
                _ => Err(Poison::Malformed),
            })
            .collect()
    }

    /// Nothing is inserted into a map: one run of `count` times "no".
    fn check_inserts(&self, count: usize) -> Result<(), Poison> {
        let mut reader = Reader::new(self.get(spec::INSERT));
        let none = reader.varint()? == count as u64 && reader.is_empty();
        if none { Ok(()) } else { Err(Poison::Vocabulary) }
    }

    /// Values are plain, well-formed, and there for puts alone; none is left over.
    fn check_values(&self, actions: &[Action]) -> Result<(), Poison> {
        let kinds = full(self.get(spec::VALUE_KIND), actions.len(), |reader| Ok(reader.varint()?))?;
        let mut values = Reader::new(self.get(spec::VALUE));
        for (action, kind) in actions.iter().zip(kinds) {
            if *action != Action::Put && kind != 0 {
                return Err(Poison::Malformed);
            }
            let length = usize::try_from(kind >> 4).map_err(|_| Poison::Malformed)?;
            check_value(kind & 0x0f, values.take(length)?)?;
        }
        if values.is_empty() { Ok(()) } else { Err(Poison::Malformed) }
    }

    fn preds(
        &self,
        count: usize,
        actors: usize,
    ) -> Result<(Vec<Range<usize>>, Vec<OpRef>), Poison> {
        let number = |reader: &mut Reader<'a>| Ok(reader.varint()?);
        let counts = full(self.get(spec::PRED_COUNT), count, number)?;
        let mut total = 0usize;
        let mut shares = Vec::with_capacity(count);
        for share in counts {
            let share = usize::try_from(share).map_err(|_| Poison::OpCount)?;
            if share > CHANGE_PREDS_MAX - total {
                return Err(Poison::OpCount);
            }
            shares.push(total..total + share);
            total += share;
        }
        let owners = full(self.get(spec::PRED_ACTOR), total, number)?;
        let counters = sums(self.get(spec::PRED_COUNTER), total)?;
        let pairs = owners.into_iter().zip(counters);
        let preds = pairs.map(|(actor, counter)| op_ref(counter, actor, actors));
        Ok((shares, preds.collect::<Result<_, _>>()?))
    }
}

fn op_ref(counter: u64, actor: u64, actors: usize) -> Result<OpRef, Poison> {
    // Operations are counted from 1; Automerge takes a map of number 0 for the root.
    let actor = usize::try_from(actor).ok().filter(|actor| *actor < actors && counter > 0);
    actor.map(|actor| OpRef { counter, actor }).ok_or(Poison::Malformed)
}

/// One value by its kind: null, no, yes, unsigned, signed, float, text, bytes.
fn check_value(kind: u64, bytes: &[u8]) -> Result<(), Poison> {
    let mut reader = Reader::new(bytes);
    match kind {
        0..=2 => (),
        3 => drop(reader.varint()?),
        4 => drop(signed(&mut reader)?),
        5 => drop(reader.array::<8>()?),
        6 => drop(std::str::from_utf8(reader.rest()).map_err(|_| Poison::Malformed)?),
        7 => drop(reader.rest()),
        _ => return Err(Poison::Vocabulary),
    }
    if reader.is_empty() { Ok(()) } else { Err(Poison::Malformed) }
}
