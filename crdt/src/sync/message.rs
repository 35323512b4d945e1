//! What two nodes say to each other: one message in one frame. Byte by byte in `docs/protocol.md`.
//!
//! # Rules
//!
//! 1. Any bytes give a message or a reason; nothing is reserved before it is seen to be there.
//! 2. The first byte is the kind. From 0x80 on, a kind that is not known is skipped; below, it ends
//!    the session. A later release can so add hints that old nodes do not need.
//! 3. Bytes after the known fields are refused, except in [`Hello`], which later releases extend.
//!
//! # Deliberately absent
//!
//! Nonces drawn at random: a link is authenticated and ordered, so counting is enough to tell which
//! question an answer belongs to.

use super::{
    bounds::{
        ASK_PLACES_MAX, FRAME_BYTES_MAX, IDS_MAX, INTRODUCTION_BYTES_MAX, YOURS_BYTES_MAX,
        YOURS_MAX,
    },
    files::FileTalk,
    fingerprint::Fingerprint,
    summary::{Child, Digest, Place},
};
use crate::{
    envelope::{Envelope, Malformed},
    id::{CommunityId, EnvelopeId, ScopeId},
    time::Bucket,
    wire::{Ended, Reader, put_bytes, put_varint},
};

/// The first words of whoever has admitted the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hello {
    /// Versions spoken, from and to.
    pub versions: (u16, u16),
    pub community: CommunityId,
    /// Number of the comparison that this opens.
    pub nonce: u64,
    pub root: Fingerprint,
    /// The other's comparison that this answers.
    pub answers: Option<u64>,
}

/// Why a node leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// It goes down, or has enough neighbours.
    Leaving,
    /// No common version, or another community.
    Incompatible,
    /// It does not know the other, and no introduction convinced it.
    Stranger,
    /// The invitation that the other came by was for one person, who has used it.
    Used,
    /// The other was in the community and was removed.
    Removed,
    /// Something that this release has no word for.
    Other(u8),
}

/// One line about one place below the one that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub child: Child,
    pub count: u64,
    pub digest: Digest,
}

/// What lies below one place, ascending; `whole` when nothing more follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub place: Place,
    pub whole: bool,
    pub lines: Vec<Line>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Hello(Hello),
    /// "I do not know you yet."
    WhoAreYou {
        versions: (u16, u16),
    },
    /// The statements that show who the sender is.
    Introduce(Vec<Envelope>),
    Goodbye(Parting),
    /// "This is all that I hold; and you?"
    Compare {
        nonce: u64,
        root: Fingerprint,
    },
    /// "At this instant I hold this"; `then` asks back.
    Compared {
        nonce: u64,
        root: Fingerprint,
        then: Option<u64>,
    },
    /// The leader asks what lies below these places.
    Ask(Vec<Place>),
    /// The answer, in one frame or several.
    Told {
        last: bool,
        groups: Vec<Group>,
    },
    /// The leader begins to narrow one drawer.
    Open {
        job: u64,
        scope: ScopeId,
        bucket: Bucket,
        narrow: Vec<u8>,
    },
    /// The leader narrows on.
    Round {
        job: u64,
        narrow: Vec<u8>,
    },
    /// The follower's answer to both.
    Reply {
        job: u64,
        narrow: Vec<u8>,
    },
    /// "Send me these": out of a drawer being narrowed, or of what was announced (job 0).
    Want {
        job: u64,
        ids: Vec<EnvelopeId>,
    },
    /// The leader needs no more about this drawer.
    Close {
        job: u64,
    },
    /// "Send me all of these": scopes, or single drawers.
    SendAll(Vec<(ScopeId, Option<Bucket>)>),
    /// The leader has asked for all that it needs, and is sending so many.
    Done {
        sending: u64,
    },
    /// Everything asked for before *done* has been sent.
    Drained,
    /// The next bytes of the stream of envelopes.
    Data(Vec<u8>),
    /// So many bytes of the stream are durable here.
    Ack {
        upto: u64,
    },
    /// New here; say if you want them.
    Have(Vec<EnvelopeId>),
    /// The newest that is held here of each writer on the other's box: header and signature, which
    /// nobody else could have made. Whoever does not hold it himself was restored or copied.
    Yours(Vec<Envelope>),
    /// About a sealed file.
    File(FileTalk),
    /// Of a later release, and can be skipped.
    Skipped,
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// Larger than a frame may be.
    #[error("frame larger than the limit")]
    TooLarge,
    /// Cut short, bytes to spare, or a list longer than allowed.
    #[error("message that cannot be read")]
    Ragged,
    /// A kind that may not be skipped and is not known.
    #[error("message of unknown kind {0}")]
    Unknown(u8),
    /// An introduction whose envelopes are not envelopes.
    #[error("introduction that cannot be read: {0}")]
    Introduction(#[from] Malformed),
}

impl From<Ended> for BadMessage {
    fn from(_: Ended) -> Self {
        Self::Ragged
    }
}

const SKIPPABLE: u8 = 0x80;

impl Message {
    /// The bytes of one frame.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![self.kind()];
        match self {
            Self::Hello(hello) => hello.put(&mut out),
            Self::WhoAreYou { versions } => put_versions(&mut out, *versions),
            Self::Introduce(envelopes) => put_introduction(&mut out, envelopes),
            Self::Goodbye(parting) => out.push(parting.code()),
            Self::Compare { nonce, root } => {
                put_varint(&mut out, *nonce);
                out.extend(root.to_bytes());
            }
            Self::Compared { nonce, root, then } => {
                put_varint(&mut out, *nonce);
                out.extend(root.to_bytes());
                put_optional(&mut out, *then);
            }
            Self::Ask(places) => places.iter().for_each(|place| put_place(&mut out, *place)),
            Self::Told { last, groups } => {
                out.push(u8::from(*last));
                groups.iter().for_each(|group| group.put(&mut out));
            }
            Self::Open { job, scope, bucket, narrow } => {
                put_varint(&mut out, *job);
                out.extend(scope.as_bytes());
                out.extend(bucket.0.to_be_bytes());
                out.extend(narrow);
            }
            Self::Round { job, narrow } | Self::Reply { job, narrow } => {
                put_varint(&mut out, *job);
                out.extend(narrow);
            }
            Self::Want { job, ids } => {
                put_varint(&mut out, *job);
                ids.iter().for_each(|id| out.extend(id.as_bytes()));
            }
            Self::Have(ids) => ids.iter().for_each(|id| out.extend(id.as_bytes())),
            Self::SendAll(drawers) => put_drawers(&mut out, drawers),
            Self::Close { job: number }
            | Self::Done { sending: number }
            | Self::Ack { upto: number } => put_varint(&mut out, *number),
            Self::Data(bytes) => out.extend(bytes),
            Self::Yours(envelopes) => put_yours(&mut out, envelopes),
            Self::File(talk) => talk.put(&mut out),
            Self::Drained | Self::Skipped => (),
        }
        out
    }

    /// Bytes that one envelope takes in an introduction, at most.
    pub fn introduced_bytes(envelope: &Envelope) -> usize {
        envelope.header_bytes().len() + 64 + envelope.body().map_or(0, <[u8]>::len) + 6
    }

    const fn kind(&self) -> u8 {
        match self {
            Self::Hello(_) => 0x01,
            Self::WhoAreYou { .. } => 0x02,
            Self::Introduce(_) => 0x03,
            Self::Goodbye(_) => 0x04,
            Self::Compare { .. } => 0x05,
            Self::Compared { .. } => 0x06,
            Self::Ask(_) => 0x07,
            Self::Told { .. } => 0x08,
            Self::Open { .. } => 0x09,
            Self::Round { .. } => 0x0a,
            Self::Reply { .. } => 0x0b,
            Self::Want { .. } => 0x0c,
            Self::Close { .. } => 0x0d,
            Self::SendAll(_) => 0x0e,
            Self::Done { .. } => 0x0f,
            Self::Drained => 0x10,
            Self::Data(_) => 0x11,
            Self::Ack { .. } => 0x12,
            Self::Have(_) => 0x13,
            Self::Skipped => SKIPPABLE,
            Self::Yours(_) => 0x81,
            Self::File(talk) => talk.kind(),
        }
    }

    /// Reads one frame; total.
    ///
    /// # Errors
    ///
    /// Where it is not exactly one message.
    pub fn decode(frame: &[u8]) -> Result<Self, BadMessage> {
        if frame.len() > FRAME_BYTES_MAX {
            return Err(BadMessage::TooLarge);
        }
        let (kind, body) = frame.split_first().ok_or(BadMessage::Ragged)?;
        let mut r = Reader::new(body);
        let message = Self::read(*kind, &mut r)?;
        if r.is_empty() { Ok(message) } else { Err(BadMessage::Ragged) }
    }

    fn read(kind: u8, r: &mut Reader<'_>) -> Result<Self, BadMessage> {
        Ok(match kind {
            0x01 => Self::Hello(Hello::read(r)?),
            0x02 => {
                let versions = read_versions(r)?;
                r.rest();
                Self::WhoAreYou { versions }
            }
            0x03 => Self::Introduce(read_introduction(r)?),
            0x04 => Self::Goodbye(Parting::of(r.array::<1>()?[0])),
            0x05 => Self::Compare { nonce: r.varint()?, root: read_root(r)? },
            0x06 => {
                Self::Compared { nonce: r.varint()?, root: read_root(r)?, then: read_optional(r)? }
            }
            0x07 => Self::Ask(read_list(r, ASK_PLACES_MAX, read_place)?),
            0x08 => Self::Told {
                last: read_flag(r)?,
                groups: read_list(r, FRAME_BYTES_MAX, Group::read)?,
            },
            0x09 => Self::Open {
                job: r.varint()?,
                scope: ScopeId::from_bytes(r.array()?),
                bucket: Bucket(u16::from_be_bytes(r.array()?)),
                narrow: r.rest().to_vec(),
            },
            0x0a => Self::Round { job: r.varint()?, narrow: r.rest().to_vec() },
            0x0b => Self::Reply { job: r.varint()?, narrow: r.rest().to_vec() },
            0x0c => Self::Want { job: r.varint()?, ids: read_list(r, IDS_MAX, read_id)? },
            0x0d => Self::Close { job: r.varint()? },
            0x0e => Self::SendAll(read_list(r, ASK_PLACES_MAX, read_drawer)?),
            0x0f => Self::Done { sending: r.varint()? },
            0x10 => Self::Drained,
            0x11 => Self::Data(r.rest().to_vec()),
            0x12 => Self::Ack { upto: r.varint()? },
            0x13 => Self::Have(read_list(r, IDS_MAX, read_id)?),
            0x81 => Self::Yours(read_yours(r)?),
            0x82..=0x85 => Self::File(FileTalk::read(kind, r)?),
            SKIPPABLE.. => {
                r.rest();
                Self::Skipped
            }
            unknown => return Err(BadMessage::Unknown(unknown)),
        })
    }
}

impl Hello {
    fn put(&self, out: &mut Vec<u8>) {
        put_versions(out, self.versions);
        out.extend(self.community.as_bytes());
        put_varint(out, self.nonce);
        out.extend(self.root.to_bytes());
        put_optional(out, self.answers);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, BadMessage> {
        let hello = Self {
            versions: read_versions(r)?,
            community: CommunityId::from_bytes(r.array()?),
            nonce: r.varint()?,
            root: read_root(r)?,
            answers: read_optional(r)?,
        };
        r.rest();
        Ok(hello)
    }
}

impl Parting {
    const fn code(self) -> u8 {
        match self {
            Self::Leaving => 0,
            Self::Incompatible => 1,
            Self::Stranger => 2,
            Self::Used => 3,
            Self::Removed => 4,
            Self::Other(code) => code,
        }
    }

    const fn of(code: u8) -> Self {
        match code {
            0 => Self::Leaving,
            1 => Self::Incompatible,
            2 => Self::Stranger,
            3 => Self::Used,
            4 => Self::Removed,
            other => Self::Other(other),
        }
    }
}

const BRANCHES: u8 = 0;
const SCOPES: u8 = 1;
const BUCKETS: u8 = 2;

impl Group {
    /// Bytes that one line may take at most.
    pub const LINE_BYTES_MAX: usize = 16 + 10 + 16;

    fn put(&self, out: &mut Vec<u8>) {
        put_place(out, self.place);
        let form = match self.lines.first().map(|line| line.child) {
            Some(Child::Branch(_)) => BRANCHES,
            Some(Child::Scope(_)) | None => SCOPES,
            Some(Child::Bucket(_)) => BUCKETS,
        };
        out.push(form << 1 | u8::from(self.whole));
        put_varint(out, self.lines.len() as u64);
        for line in &self.lines {
            match line.child {
                Child::Branch(byte) => out.push(byte),
                Child::Scope(scope) => out.extend(scope.as_bytes()),
                Child::Bucket(bucket) => out.extend(bucket.0.to_be_bytes()),
            }
            put_varint(out, line.count);
            out.extend(line.digest.0);
        }
    }

    /// The children of a place are of the kind that it can have, and ascend.
    fn read(r: &mut Reader<'_>) -> Result<Self, BadMessage> {
        let place = read_place(r)?;
        let [form] = r.array()?;
        let whole = form & 1 != 0;
        let form = form >> 1;
        let count = r.varint()?;
        let mut lines: Vec<Line> = Vec::new();
        for _ in 0..count {
            let child = match (form, place) {
                (BRANCHES, Place::Root) => Child::Branch(r.array::<1>()?[0]),
                (SCOPES, Place::Root | Place::Branch(_)) => {
                    Child::Scope(ScopeId::from_bytes(r.array()?))
                }
                (BUCKETS, Place::Scope(_)) => Child::Bucket(Bucket(u16::from_be_bytes(r.array()?))),
                _ => return Err(BadMessage::Ragged),
            };
            if let (Place::Branch(byte), Child::Scope(scope)) = (place, child)
                && scope.as_bytes()[0] != byte
            {
                return Err(BadMessage::Ragged);
            }
            if lines.last().is_some_and(|last| last.child >= child) {
                return Err(BadMessage::Ragged);
            }
            lines.push(Line { child, count: r.varint()?, digest: Digest(r.array()?) });
        }
        Ok(Self { place, whole, lines })
    }
}

fn put_place(out: &mut Vec<u8>, place: Place) {
    match place {
        Place::Root => out.push(0),
        Place::Branch(byte) => out.extend([1, byte]),
        Place::Scope(scope) => {
            out.push(2);
            out.extend(scope.as_bytes());
        }
    }
}

fn read_place(r: &mut Reader<'_>) -> Result<Place, BadMessage> {
    match r.array()? {
        [0] => Ok(Place::Root),
        [1] => Ok(Place::Branch(r.array::<1>()?[0])),
        [2] => Ok(Place::Scope(ScopeId::from_bytes(r.array()?))),
        _ => Err(BadMessage::Ragged),
    }
}

fn put_drawers(out: &mut Vec<u8>, drawers: &[(ScopeId, Option<Bucket>)]) {
    for (scope, bucket) in drawers {
        out.push(u8::from(bucket.is_some()));
        out.extend(scope.as_bytes());
        bucket.iter().for_each(|bucket| out.extend(bucket.0.to_be_bytes()));
    }
}

fn read_drawer(r: &mut Reader<'_>) -> Result<(ScopeId, Option<Bucket>), BadMessage> {
    let one = read_flag(r)?;
    let scope = ScopeId::from_bytes(r.array()?);
    let bucket = if one { Some(Bucket(u16::from_be_bytes(r.array()?))) } else { None };
    Ok((scope, bucket))
}

fn put_introduction(out: &mut Vec<u8>, envelopes: &[Envelope]) {
    for envelope in envelopes {
        put_bytes(out, envelope.header_bytes());
        out.extend(envelope.signature());
        put_bytes(out, envelope.body().unwrap_or_default());
    }
}

/// An introduction is statements, and those have bodies.
fn read_introduction(r: &mut Reader<'_>) -> Result<Vec<Envelope>, BadMessage> {
    let bytes = r.rest();
    if bytes.len() > INTRODUCTION_BYTES_MAX {
        return Err(BadMessage::TooLarge);
    }
    read_list(&mut Reader::new(bytes), INTRODUCTION_BYTES_MAX, |r| {
        let header = r.bytes()?.to_vec();
        let signature = r.array()?;
        let body = r.bytes()?.to_vec();
        Ok(Envelope::assemble(header, signature, Some(body))?)
    })
}

/// As many as fit: the rest is a hint less.
fn put_yours(out: &mut Vec<u8>, envelopes: &[Envelope]) {
    let mut room = YOURS_BYTES_MAX;
    for envelope in envelopes.iter().take(YOURS_MAX) {
        let mut one = Vec::new();
        put_bytes(&mut one, envelope.header_bytes());
        one.extend(envelope.signature());
        if one.len() <= room {
            room -= one.len();
            out.extend(one);
        }
    }
}

fn read_yours(r: &mut Reader<'_>) -> Result<Vec<Envelope>, BadMessage> {
    let bytes = r.rest();
    if bytes.len() > YOURS_BYTES_MAX {
        return Err(BadMessage::TooLarge);
    }
    read_list(&mut Reader::new(bytes), YOURS_MAX, |r| {
        let header = r.bytes()?.to_vec();
        Ok(Envelope::assemble(header, r.array()?, None)?)
    })
}

fn put_versions(out: &mut Vec<u8>, (from, to): (u16, u16)) {
    out.extend(from.to_be_bytes());
    out.extend(to.to_be_bytes());
}

fn read_versions(r: &mut Reader<'_>) -> Result<(u16, u16), BadMessage> {
    Ok((u16::from_be_bytes(r.array()?), u16::from_be_bytes(r.array()?)))
}

fn read_root(r: &mut Reader<'_>) -> Result<Fingerprint, BadMessage> {
    Ok(Fingerprint::from_bytes(&r.array()?))
}

fn put_optional(out: &mut Vec<u8>, number: Option<u64>) {
    out.push(u8::from(number.is_some()));
    number.iter().for_each(|number| put_varint(out, *number));
}

fn read_optional(r: &mut Reader<'_>) -> Result<Option<u64>, BadMessage> {
    if read_flag(r)? { Ok(Some(r.varint()?)) } else { Ok(None) }
}

fn read_flag(r: &mut Reader<'_>) -> Result<bool, BadMessage> {
    match r.array()? {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(BadMessage::Ragged),
    }
}

fn read_id(r: &mut Reader<'_>) -> Result<EnvelopeId, BadMessage> {
    Ok(EnvelopeId::from_bytes(r.array()?))
}

/// As many as there are until the bytes end, at most `max`.
fn read_list<T>(
    r: &mut Reader<'_>,
    max: usize,
    mut one: impl FnMut(&mut Reader<'_>) -> Result<T, BadMessage>,
) -> Result<Vec<T>, BadMessage> {
    let mut list = Vec::new();
    while !r.is_empty() {
        if list.len() == max {
            return Err(BadMessage::Ragged);
        }
        list.push(one(r)?);
    }
    Ok(list)
}
