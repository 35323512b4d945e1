//! One row of `envelopes`, and the envelope that it stands for.
//!
//! The header's bytes are not stored: its one canonical form is put together from the columns, and
//! its hash is compared with the id whenever an envelope leaves the store, so a flipped bit on the
//! disk is noticed here and not by the peer who would be told. Bodies are stored as they came: what
//! is sealed stays sealed on the disk, and is opened for whoever reads it.

use crdt::{
    body::{Body, Unreadable},
    envelope::{Envelope, Header, Kind, VERSION},
    id::{EnvelopeId, ScopeId, WriterId},
    judge::Fate,
    secrets::Keyring,
    time::{Bucket, ClaimedTime},
    wire::{Ended, Reader, put_varint},
};
use rusqlite::Connection;

use crate::store::error::StoreError;

/// Why a row has no body. The numbers stand in databases and are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Gone {
    /// Whoever sent the envelope sent none; it may still come.
    NotSent = 1,
    /// Poison: not a body of its kind.
    Malformed = 2,
    /// Poison: longer than allowed.
    TooLong = 3,
    /// Poison: the gate of its document did not let it in.
    Gate = 4,
    /// Erased out of a vault, for good.
    Erased = 5,
}

impl Gone {
    fn from_number(number: u8) -> Option<Self> {
        [Self::NotSent, Self::Malformed, Self::TooLong, Self::Gate, Self::Erased]
            .into_iter()
            .find(|gone| *gone as u8 == number)
    }

    /// Why a body that was here must go.
    pub fn because(error: Unreadable) -> Option<Self> {
        match error {
            Unreadable::Newer | Unreadable::NoKey => None,
            Unreadable::Erased => Some(Self::Erased),
            Unreadable::Malformed => Some(Self::Malformed),
            Unreadable::TooLong => Some(Self::TooLong),
        }
    }
}

/// A row with its header put together.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub row: i64,
    pub id: EnvelopeId,
    pub header: Header,
    pub fate: Fate,
    pub reason: i64,
    pub sound: bool,
    pub judged: i64,
    pub subject: Option<Vec<u8>>,
    pub gone: Option<Gone>,
    pub signature: [u8; 64],
    pub body: Option<Vec<u8>>,
}

/// The statement that reads rows for which `condition` holds; `e` are the envelopes, `p` their
/// positions.
pub(super) fn select(condition: &str) -> String {
    format!(
        "SELECT e.row, e.id, e.scope_ref, e.bucket, e.kind, e.seq, e.lamport, e.claimed, e.fate,
                e.reason, e.sound, e.judged, e.subject, e.gone, e.cites, e.rest, e.signature,
                e.body, p.writer, p.scope, p.auth, k.epoch
         FROM envelopes e JOIN positions p ON p.ref = e.position_ref
         LEFT JOIN epochs k ON k.ref = e.epoch_ref WHERE {condition}"
    )
}

/// One row.
pub(super) fn by_row(db: &Connection, row: i64) -> Result<Row, StoreError> {
    let mut rows = db.prepare_cached(&select("e.row = ?1"))?;
    let mut rows = rows.query([row])?;
    let Some(sql) = rows.next()? else {
        return Err(StoreError::Damaged(format!("row {row} is gone")));
    };
    Row::read(sql)
}

impl Row {
    /// Reads the columns of [`select`].
    pub fn read(sql: &rusqlite::Row<'_>) -> Result<Self, StoreError> {
        let id = EnvelopeId::from_bytes(sql.get(1)?);
        let body: Option<Vec<u8>> = sql.get(17)?;
        let damaged = || StoreError::DamagedEnvelope(id);
        let gone: Option<u8> = sql.get(13)?;
        let auth = sql.get_ref(20)?.as_blob().map_err(|_| damaged())?;
        let seq = sql.get::<_, i64>(5)?.cast_unsigned();
        let (prev, deps) = split_cites(sql.get_ref(14)?.as_blob().map_err(|_| damaged())?, seq > 1);
        let rest = sql.get_ref(15)?.as_blob_or_null().map_err(|_| damaged())?;
        let rest = match rest {
            Some(bytes) => Rest::decode(bytes).map_err(|_| damaged())?,
            None => Rest::of_body(body.as_deref().ok_or_else(damaged)?),
        };
        let header = Header {
            version: rest.version,
            kind: Kind(sql.get(4)?),
            scope: ScopeId::from_bytes(sql.get(19)?),
            writer: WriterId::from_bytes(sql.get(18)?),
            seq,
            prev,
            deps,
            auth: EnvelopeId::from_slice(auth),
            lamport: sql.get::<_, i64>(6)?.cast_unsigned(),
            bucket: Bucket(sql.get(3)?),
            claimed: ClaimedTime(sql.get::<_, i64>(7)?.cast_unsigned()),
            epoch: sql.get::<_, Option<[u8; 32]>>(21)?.map(EnvelopeId::from_bytes).or(rest.epoch),
            body_len: rest.body_len,
            body_hash: rest.body_hash,
            extension: rest.extension,
        };
        Ok(Self {
            row: sql.get(0)?,
            id,
            header,
            fate: Fate::from_number(sql.get(8)?).ok_or_else(damaged)?,
            reason: sql.get(9)?,
            sound: sql.get(10)?,
            judged: sql.get(11)?,
            subject: sql.get(12)?,
            gone: gone.and_then(Gone::from_number),
            signature: sql.get(16)?,
            body,
        })
    }

    /// What can be read of the body.
    pub fn read_body(&self, keys: &Keyring) -> Result<Body, Unreadable> {
        read_body(&self.header, self.gone, self.body.as_deref(), Some(keys))
    }

    /// The envelope as it was received or written.
    pub fn envelope(&self) -> Result<Envelope, StoreError> {
        let envelope = self.assembled()?;
        let is_it = envelope.id() == self.id;
        if is_it { Ok(envelope) } else { Err(StoreError::DamagedEnvelope(self.id)) }
    }

    /// The envelope that these columns make, whatever its id.
    pub fn assembled(&self) -> Result<Envelope, StoreError> {
        Envelope::assemble(self.header.encode(), self.signature, self.body.clone())
            .map_err(|_| StoreError::DamagedEnvelope(self.id))
    }
}

/// What can be read of a body, given why it may not be here.
pub(super) fn read_body(
    header: &Header,
    gone: Option<Gone>,
    body: Option<&[u8]>,
    keys: Option<&Keyring>,
) -> Result<Body, Unreadable> {
    match (gone, body, keys) {
        (Some(Gone::TooLong), ..) => Err(Unreadable::TooLong),
        (Some(Gone::Erased), ..) => Err(Unreadable::Erased),
        (Some(_), ..) | (None, None, _) => Err(Unreadable::Malformed),
        (None, Some(body), Some(keys)) => keys.read(header, body),
        (None, Some(_), None) if header.epoch.is_some() => Err(Unreadable::NoKey),
        (None, Some(_), None) if header.version > VERSION => Err(Unreadable::Newer),
        (None, Some(body), None) => Body::decode(header.kind, body),
    }
}

/// `prev`, where there is one, and `deps`, in one blob.
pub(super) fn join_cites(header: &Header) -> Vec<u8> {
    header.prev.iter().chain(&header.deps).flat_map(|id| id.as_bytes()).copied().collect()
}

/// What [`join_cites`] joined.
pub(super) fn split_cites(bytes: &[u8], has_prev: bool) -> (Option<EnvelopeId>, Vec<EnvelopeId>) {
    let mut ids = bytes.chunks_exact(EnvelopeId::BYTES).filter_map(EnvelopeId::from_slice);
    let prev = if has_prev { ids.next() } else { None };
    (prev, ids.collect())
}

/// The header fields that are the same, or follow from the body, in nearly every envelope.
struct Rest {
    version: u8,
    /// As the first release stored it; now it has a column.
    epoch: Option<EnvelopeId>,
    body_len: u32,
    body_hash: [u8; 32],
    extension: Vec<u8>,
}

/// The stored form of [`Rest`], none where all of it follows from the body.
pub(super) fn rest_of(header: &Header, has_body: bool) -> Option<Vec<u8>> {
    let usual = header.version == VERSION && header.extension.is_empty();
    if usual && has_body {
        return None;
    }
    let mut out = vec![header.version, 0];
    put_varint(&mut out, u64::from(header.body_len));
    out.extend(header.body_hash);
    out.extend(&header.extension);
    Some(out)
}

/// The same of a header that cannot be read any more.
pub(super) fn rest_of_nothing() -> Vec<u8> {
    let mut out = vec![VERSION, 0];
    put_varint(&mut out, 0);
    out.extend([0; 32]);
    out
}

impl Rest {
    fn of_body(body: &[u8]) -> Self {
        Self {
            version: VERSION,
            epoch: None,
            body_len: u32::try_from(body.len()).unwrap_or(u32::MAX),
            body_hash: *blake3::hash(body).as_bytes(),
            extension: Vec::new(),
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, Ended> {
        let mut reader = Reader::new(bytes);
        let [version, has_epoch] = reader.array()?;
        let epoch = if has_epoch == 1 { Some(reader.array()?) } else { None };
        Ok(Self {
            version,
            epoch: epoch.map(EnvelopeId::from_bytes),
            body_len: u32::try_from(reader.varint()?).map_err(|_| Ended)?,
            body_hash: reader.array()?,
            extension: reader.rest().to_vec(),
        })
    }
}
