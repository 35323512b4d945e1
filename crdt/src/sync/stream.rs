//! Envelopes in a row: each direction of a link is one stream of bytes that repeats nothing.
//!
//! A record is a length and an envelope. What the stream has said before is not said again: scopes,
//! writers and grants become numbers, `prev` and `seq` follow from the writer's last record, cited
//! envelopes are counted backwards, times are differences, body length and hash are recomputed. A
//! message of 120 bytes takes about 205, of which 64 are its signature. Byte by byte in
//! `docs/protocol.md`, "Sync".
//!
//! # Invariants
//!
//! - Writer and reader keep the same memory, changed by nothing but the records themselves.
//! - What the reader gives back is the header that was signed, byte for byte, or an error.
//! - Memory is bounded: tables forget the oldest entry, in the same order on both sides.
//!
//! # Deliberately absent
//!
//! Frames: the stream is cut anywhere, so that a body larger than a frame needs no rule of its own.
//! Signatures are carried, not checked.

use std::collections::{BTreeMap, VecDeque};

use super::bounds::RECORD_BYTES_MAX;
use crate::{
    envelope::{Envelope, Header, Kind, Malformed, VERSION},
    id::{EnvelopeId, ScopeId, WriterId},
    limits::{BODY_BYTES_MAX, DEPS_MAX, EXTENSION_BYTES_MAX},
    time::{Bucket, ClaimedTime},
    wire::{Ended, Reader, put_bytes, put_varint},
};

/// Scopes, writers and grants that are remembered, each.
const TABLE_MAX: usize = 1_024;

/// Records back that a citation may count.
const BACK_MAX: usize = 2_048;

/// Chains whose last record is remembered.
const CHAINS_MAX: usize = 2_048;

const SAME_SCOPE: u64 = 1;
const SAME_KIND: u64 = 1 << 1;
const SAME_BUCKET: u64 = 1 << 2;
const NEXT_IN_CHAIN: u64 = 1 << 3;
const SAME_AUTH: u64 = 1 << 4;
const HAS_BODY: u64 = 1 << 5;
const ONE_DEP: u64 = 1 << 6;
const HAS_AUTH: u64 = 1 << 7;
const HAS_EPOCH: u64 = 1 << 8;
const OTHER_VERSION: u64 = 1 << 9;
const ALL_FLAGS: u64 = (1 << 10) - 1;

/// Why a stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadStream {
    /// A record longer than any envelope.
    #[error("a record larger than any envelope")]
    TooLarge,
    /// A record that ends too early or has bytes to spare.
    #[error("a record that is cut short or has bytes to spare")]
    Ragged,
    /// A number that names nothing.
    #[error("a reference to nothing")]
    Dangling,
    /// The envelope itself is not one.
    #[error(transparent)]
    Envelope(#[from] Malformed),
}

impl From<Ended> for BadStream {
    fn from(_: Ended) -> Self {
        Self::Ragged
    }
}

/// Values with numbers; a new one takes the place of the oldest when all places are taken.
#[derive(Debug)]
struct Table<T> {
    slots: Vec<T>,
    numbers: BTreeMap<T, usize>,
    next: usize,
}

impl<T: Copy + Ord> Table<T> {
    const fn new() -> Self {
        Self { slots: Vec::new(), numbers: BTreeMap::new(), next: 0 }
    }

    fn insert(&mut self, value: T) {
        if self.numbers.contains_key(&value) {
            return;
        }
        if self.slots.len() < TABLE_MAX {
            self.slots.push(value);
        } else {
            let old = std::mem::replace(&mut self.slots[self.next], value);
            self.numbers.remove(&old);
        }
        self.numbers.insert(value, self.next);
        self.next = (self.next + 1) % TABLE_MAX;
    }

    fn put(&mut self, out: &mut Vec<u8>, value: T, bytes: &[u8]) {
        match self.numbers.get(&value) {
            Some(number) => put_varint(out, *number as u64 + 1),
            None => {
                out.push(0);
                out.extend(bytes);
                self.insert(value);
            }
        }
    }

    fn read<const N: usize>(
        &mut self,
        r: &mut Reader<'_>,
        of: impl Fn([u8; N]) -> T,
    ) -> Result<T, BadStream> {
        let number = r.varint()?;
        if number == 0 {
            let value = of(r.array()?);
            self.insert(value);
            return Ok(value);
        }
        let slot = usize::try_from(number - 1).map_err(|_| BadStream::Dangling)?;
        self.slots.get(slot).copied().ok_or(BadStream::Dangling)
    }
}

/// The last record of one writer in one scope.
#[derive(Clone, Copy, Debug)]
struct ChainEnd {
    seq: u64,
    id: EnvelopeId,
    auth: Option<EnvelopeId>,
}

/// What both ends of a stream remember of it.
#[derive(Debug)]
struct Memory {
    scopes: Table<ScopeId>,
    writers: Table<WriterId>,
    grants: Table<EnvelopeId>,
    /// The ids of the last records, newest last, and where each stands in the whole stream.
    back: VecDeque<EnvelopeId>,
    places: BTreeMap<EnvelopeId, u64>,
    records: u64,
    chains: BTreeMap<(WriterId, ScopeId), ChainEnd>,
    chain_order: VecDeque<(WriterId, ScopeId)>,
    scope: ScopeId,
    kind: Kind,
    bucket: Bucket,
    lamport: u64,
    claimed: u64,
}

impl Memory {
    fn new() -> Self {
        Self {
            scopes: Table::new(),
            writers: Table::new(),
            grants: Table::new(),
            back: VecDeque::new(),
            places: BTreeMap::new(),
            records: 0,
            chains: BTreeMap::new(),
            chain_order: VecDeque::new(),
            scope: ScopeId::from_bytes([0; ScopeId::BYTES]),
            kind: Kind::MESSAGE,
            bucket: Bucket(0),
            lamport: 0,
            claimed: 0,
        }
    }

    fn note(&mut self, header: &Header, id: EnvelopeId) {
        self.back.push_back(id);
        self.places.insert(id, self.records);
        self.records += 1;
        if self.back.len() > BACK_MAX {
            let old = self.back.pop_front().expect("longer than its bound, so not empty");
            if self.places.get(&old).is_some_and(|at| at + BACK_MAX as u64 == self.records - 1) {
                self.places.remove(&old);
            }
        }
        let key = (header.writer, header.scope);
        let end = ChainEnd { seq: header.seq, id, auth: header.auth };
        if self.chains.insert(key, end).is_none() {
            self.chain_order.push_back(key);
        }
        if self.chain_order.len() > CHAINS_MAX {
            let oldest = self.chain_order.pop_front().expect("longer than its bound");
            self.chains.remove(&oldest);
        }
        (self.scope, self.kind, self.bucket) = (header.scope, header.kind, header.bucket);
        (self.lamport, self.claimed) = (header.lamport, header.claimed.0);
    }

    fn put_cited(&self, out: &mut Vec<u8>, id: &EnvelopeId) {
        match self.places.get(id) {
            Some(at) => put_varint(out, self.records - at),
            None => {
                out.push(0);
                out.extend(id.as_bytes());
            }
        }
    }

    fn read_cited(&self, r: &mut Reader<'_>) -> Result<EnvelopeId, BadStream> {
        let back = r.varint()?;
        if back == 0 {
            return Ok(EnvelopeId::from_bytes(r.array()?));
        }
        let back = usize::try_from(back).map_err(|_| BadStream::Dangling)?;
        let at = self.back.len().checked_sub(back).ok_or(BadStream::Dangling)?;
        Ok(self.back[at])
    }
}

/// Writes one direction of a link.
#[derive(Debug)]
pub struct StreamWriter(Memory);

impl Default for StreamWriter {
    fn default() -> Self {
        Self(Memory::new())
    }
}

impl StreamWriter {
    /// Appends one envelope to `out`.
    pub fn write(&mut self, envelope: &Envelope, out: &mut Vec<u8>) {
        let header = envelope.header();
        let mut record = Vec::with_capacity(160 + envelope.body().map_or(0, <[u8]>::len));
        let memory = &mut self.0;
        let chain = memory.chains.get(&(header.writer, header.scope)).copied();
        let flags = flags_of(memory, chain, envelope);
        put_varint(&mut record, flags);
        put_head(memory, flags, header, &mut record);
        put_varint(&mut record, zigzag(header.lamport, memory.lamport));
        put_varint(&mut record, zigzag(header.claimed.0, memory.claimed));
        record.extend(envelope.signature());
        match envelope.body() {
            Some(body) => record.extend(body),
            None => {
                put_varint(&mut record, u64::from(header.body_len));
                record.extend(header.body_hash);
            }
        }
        memory.note(header, envelope.id());
        put_bytes(out, &record);
    }
}

fn flags_of(memory: &Memory, chain: Option<ChainEnd>, envelope: &Envelope) -> u64 {
    let header = envelope.header();
    let next =
        |end: ChainEnd| end.seq.checked_add(1) == Some(header.seq) && header.prev == Some(end.id);
    let one_dep = header.deps.len() == 1;
    [
        (SAME_SCOPE, header.scope == memory.scope),
        (SAME_KIND, header.kind == memory.kind),
        (SAME_BUCKET, header.bucket == memory.bucket),
        (NEXT_IN_CHAIN, chain.is_some_and(next)),
        (SAME_AUTH, chain.is_some_and(|end| end.auth == header.auth)),
        (HAS_BODY, envelope.body().is_some()),
        (ONE_DEP, one_dep),
        (HAS_AUTH, header.auth.is_some()),
        (HAS_EPOCH, header.epoch.is_some()),
        (OTHER_VERSION, header.version != VERSION),
    ]
    .iter()
    .fold(0, |flags, (flag, set)| if *set { flags | flag } else { flags })
}

fn put_head(memory: &mut Memory, flags: u64, header: &Header, out: &mut Vec<u8>) {
    if flags & OTHER_VERSION != 0 {
        out.push(header.version);
        put_bytes(out, &header.extension);
    }
    if flags & SAME_KIND == 0 {
        out.push(header.kind.0);
    }
    if flags & SAME_BUCKET == 0 {
        out.extend(header.bucket.0.to_be_bytes());
    }
    if flags & SAME_SCOPE == 0 {
        memory.scopes.put(out, header.scope, header.scope.as_bytes());
    }
    memory.writers.put(out, header.writer, header.writer.as_bytes());
    if flags & NEXT_IN_CHAIN == 0 {
        put_varint(out, header.seq);
        header.prev.iter().for_each(|prev| memory.put_cited(out, prev));
    }
    if flags & ONE_DEP == 0 {
        out.push(u8::try_from(header.deps.len()).expect("at most sixteen citations"));
    }
    header.deps.iter().for_each(|dep| memory.put_cited(out, dep));
    if let (Some(auth), true) = (header.auth, flags & SAME_AUTH == 0) {
        memory.grants.put(out, auth, auth.as_bytes());
    }
    if let Some(epoch) = header.epoch {
        memory.grants.put(out, epoch, epoch.as_bytes());
    }
}

/// Reads one direction of a link.
#[derive(Debug)]
pub struct StreamReader {
    memory: Memory,
    /// The beginning of a record whose end is not here yet; bounded by the largest record.
    partial: Vec<u8>,
}

impl Default for StreamReader {
    fn default() -> Self {
        Self { memory: Memory::new(), partial: Vec::new() }
    }
}

impl StreamReader {
    /// Takes in the next bytes and gives back every envelope that they complete.
    ///
    /// # Errors
    ///
    /// Where the stream is broken; nothing after that can be read.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<Envelope>, BadStream> {
        let mut buffer = std::mem::take(&mut self.partial);
        buffer.extend(bytes);
        let mut left = buffer.as_slice();
        let mut envelopes = Vec::new();
        while let Some((record, rest)) = next_record(left)? {
            envelopes.push(self.record(record)?);
            left = rest;
        }
        self.partial = left.to_vec();
        Ok(envelopes)
    }

    /// Bytes of an unfinished record.
    pub fn partial_bytes(&self) -> usize {
        self.partial.len()
    }

    fn record(&mut self, record: &[u8]) -> Result<Envelope, BadStream> {
        let mut r = Reader::new(record);
        let flags = r.varint()?;
        if flags & !ALL_FLAGS != 0 {
            return Err(BadStream::Ragged);
        }
        let mut header = self.read_head(flags, &mut r)?;
        header.lamport = unzigzag(r.varint()?, self.memory.lamport);
        header.claimed = ClaimedTime(unzigzag(r.varint()?, self.memory.claimed));
        let signature = r.array()?;
        let body = if flags & HAS_BODY != 0 {
            let body = r.rest();
            header.body_len = body_len(body.len())?;
            header.body_hash = *blake3::hash(body).as_bytes();
            Some(body.to_vec())
        } else {
            header.body_len = u32::try_from(r.varint()?).map_err(|_| BadStream::TooLarge)?;
            header.body_hash = r.array()?;
            None
        };
        if !r.is_empty() {
            return Err(BadStream::Ragged);
        }
        let envelope = Envelope::assemble(header.encode(), signature, body)?;
        self.memory.note(envelope.header(), envelope.id());
        Ok(envelope)
    }

    fn read_head(&mut self, flags: u64, r: &mut Reader<'_>) -> Result<Header, BadStream> {
        let memory = &mut self.memory;
        let has = |flag: u64| flags & flag != 0;
        let (version, extension) = if has(OTHER_VERSION) {
            let [version] = r.array()?;
            let extension = r.bytes()?;
            if version == VERSION || extension.len() > EXTENSION_BYTES_MAX {
                return Err(BadStream::TooLarge);
            }
            (version, extension.to_vec())
        } else {
            (VERSION, Vec::new())
        };
        let kind = if has(SAME_KIND) { memory.kind } else { Kind(r.array::<1>()?[0]) };
        let bucket =
            if has(SAME_BUCKET) { memory.bucket } else { Bucket(u16::from_be_bytes(r.array()?)) };
        let scope = if has(SAME_SCOPE) {
            memory.scope
        } else {
            memory.scopes.read(r, ScopeId::from_bytes)?
        };
        let writer = memory.writers.read(r, WriterId::from_bytes)?;
        let chain = memory.chains.get(&(writer, scope)).copied();
        let (seq, prev) = read_place(memory, chain, has(NEXT_IN_CHAIN), r)?;
        let count = if has(ONE_DEP) { 1 } else { usize::from(r.array::<1>()?[0]) };
        if count > DEPS_MAX {
            return Err(Malformed::BadCitations.into());
        }
        let deps = (0..count).map(|_| memory.read_cited(r)).collect::<Result<_, _>>()?;
        let auth = match (has(HAS_AUTH), has(SAME_AUTH)) {
            (_, true) => chain.ok_or(BadStream::Dangling)?.auth,
            (true, false) => Some(memory.grants.read(r, EnvelopeId::from_bytes)?),
            (false, false) => None,
        };
        let epoch = if has(HAS_EPOCH) {
            Some(memory.grants.read(r, EnvelopeId::from_bytes)?)
        } else {
            None
        };
        Ok(Header {
            version,
            kind,
            scope,
            writer,
            seq,
            prev,
            deps,
            auth,
            lamport: 0,
            bucket,
            claimed: ClaimedTime(0),
            epoch,
            body_len: 0,
            body_hash: [0; 32],
            extension,
        })
    }
}

/// A position in the writer's chain: spelt out, or the one after his last record.
fn read_place(
    memory: &Memory,
    chain: Option<ChainEnd>,
    next: bool,
    r: &mut Reader<'_>,
) -> Result<(u64, Option<EnvelopeId>), BadStream> {
    if next {
        let end = chain.ok_or(BadStream::Dangling)?;
        return Ok((end.seq.checked_add(1).ok_or(BadStream::Dangling)?, Some(end.id)));
    }
    let seq = r.varint()?;
    Ok((seq, if seq > 1 { Some(memory.read_cited(r)?) } else { None }))
}

fn body_len(bytes: usize) -> Result<u32, BadStream> {
    if bytes > BODY_BYTES_MAX {
        return Err(BadStream::TooLarge);
    }
    u32::try_from(bytes).map_err(|_| BadStream::TooLarge)
}

/// A record, and what follows it.
type Split<'a> = (&'a [u8], &'a [u8]);

/// The next whole record; none while its end is missing.
fn next_record(bytes: &[u8]) -> Result<Option<Split<'_>>, BadStream> {
    let mut r = Reader::new(bytes);
    let length = match r.varint() {
        Ok(length) => length,
        // No length that is allowed here takes more than three bytes.
        Err(Ended) if bytes.len() < 4 => return Ok(None),
        Err(Ended) => return Err(BadStream::TooLarge),
    };
    let length = usize::try_from(length).map_err(|_| BadStream::TooLarge)?;
    if length > RECORD_BYTES_MAX {
        return Err(BadStream::TooLarge);
    }
    Ok(r.take(length).ok().map(|record| (record, r.rest())))
}

/// The difference to what came before, small numbers for small steps either way.
fn zigzag(value: u64, before: u64) -> u64 {
    let step = value.wrapping_sub(before).cast_signed();
    ((step << 1) ^ (step >> 63)).cast_unsigned()
}

fn unzigzag(coded: u64, before: u64) -> u64 {
    let step = (coded >> 1) ^ (coded & 1).wrapping_neg();
    before.wrapping_add(step)
}
