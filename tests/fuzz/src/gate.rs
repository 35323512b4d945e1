//! Changes on their way into a document that three people edit.
//!
//! An input is a list of changes. Each names its writer and what its envelope cites. Its chunk is
//! given whole, or as data to which the door adds frame and checksum, or is an honest edit of the
//! document as it stands, as it is or with some of its bytes changed.

use crdt::{
    body::{Change, DocumentForm},
    document::{DocumentState, Edit, EditRefused, Fact, FactEdit, ItemKey, Received, edit},
    gate::Rejected,
    id::{EnvelopeId, WriterId},
};
use sha2::{Digest, Sha256};

use super::bytes::Bytes;

const ABOUT: EnvelopeId = EnvelopeId::from_bytes([0x11; 32]);

/// Changes in one input: more only repeat what few can do.
const CHANGES_MAX: usize = 12;

/// What was let in, as the store would keep it.
#[derive(Clone)]
struct Kept {
    id: EnvelopeId,
    deps: Vec<EnvelopeId>,
    writer: WriterId,
    chunk: Vec<u8>,
}

/// A document that has been edited honestly, then whatever the input says.
pub fn gate(bytes: &[u8]) {
    thread_local! {
        static BEGUN: (DocumentState, Vec<Kept>) = begun();
    }
    let (mut state, mut kept) = BEGUN.with(Clone::clone);
    let mut bytes = Bytes::new(bytes);
    while !bytes.is_empty() && kept.len() < CHANGES_MAX {
        let (how, cited) = (bytes.byte(), bytes.byte());
        let writer = writer(how & 3);
        let chunk = chunk(&state, writer, how, &mut bytes);
        let deps = if how & 4 == 0 { state.heads() } else { some_of(&kept, cited) };
        let id = EnvelopeId::from_bytes([0; 32]);
        // Whatever it is: let in, or refused for a reason.
        let _ = offer(&mut state, &mut kept, Kept { id, deps, writer, chunk });
    }
    let _ = (state.facts(), state.board());
    go_on(&mut state, &mut kept);
    any_order_is_the_same(&state, &kept);
}

fn chunk(state: &DocumentState, writer: WriterId, how: u8, bytes: &mut Bytes<'_>) -> Vec<u8> {
    let part = bytes.part();
    match (how >> 4) & 3 {
        0 => framed(part),
        1 => part.to_vec(),
        honest => {
            let text = String::from_utf8_lossy(part).into_owned();
            let what = match how >> 6 {
                0 => FactEdit::Set(Fact::Place, text),
                1 => FactEdit::Add(ItemKey::from_random([how; 8]), text),
                2 => FactEdit::Remove(ItemKey::from_random([3; 8])),
                _ => FactEdit::Reword(ItemKey::from_random([3; 8]), text),
            };
            let Ok(edited) = edit(state, writer, &[Edit::Request(what)]) else { return Vec::new() };
            let chunk = edited.change.chunk;
            if honest == 2 { chunk } else { framed(&bytes.changed(data_of(&chunk))) }
        }
    }
}

fn some_of(kept: &[Kept], cited: u8) -> Vec<EnvelopeId> {
    let named = kept.iter().enumerate().filter(|(at, _)| cited >> (at % 8) & 1 == 1);
    named.map(|(_, it)| it.id).collect()
}

/// Two homes have said what the request is about.
fn begun() -> (DocumentState, Vec<Kept>) {
    let (mut state, mut kept) = (DocumentState::new(DocumentForm::Request, ABOUT), Vec::new());
    let edits = [
        (0, FactEdit::Set(Fact::Place, "East gate".into())),
        (1, FactEdit::Add(ItemKey::from_random([3; 8]), "wheelchair".into())),
        (0, FactEdit::Set(Fact::Place, "West gate".into())),
    ];
    for (who, what) in edits {
        write(&mut state, &mut kept, writer(who), what);
    }
    (state, kept)
}

/// After whatever came in, an honest edit still enters, or is refused in words.
fn go_on(state: &mut DocumentState, kept: &mut Vec<Kept>) {
    write(state, kept, writer(2), FactEdit::Set(Fact::Time, "08:00".into()));
    write(state, kept, writer(0), FactEdit::Tick(ItemKey::from_random([3; 8]), true));
}

fn write(state: &mut DocumentState, kept: &mut Vec<Kept>, writer: WriterId, what: FactEdit) {
    match edit(state, writer, &[Edit::Request(what)]) {
        Ok(edited) => {
            let (deps, chunk) = (edited.deps, edited.change.chunk);
            let new = Kept { id: EnvelopeId::from_bytes([0; 32]), deps, writer, chunk };
            let taken = offer(state, kept, new);
            assert_eq!(taken, Ok(()), "what is written here is let in here");
        }
        Err(
            EditRefused::Nothing
            | EditRefused::NoSuchItem
            | EditRefused::Full
            | EditRefused::Forked,
        ) => (),
        Err(other) => panic!("an ordinary edit is refused: {other}"),
    }
}

/// Shows a change to the gate; what is not poison is kept.
fn offer(state: &mut DocumentState, kept: &mut Vec<Kept>, mut new: Kept) -> Result<(), Rejected> {
    let label = [&[kept.len() as u8], new.writer.as_bytes().as_slice(), &new.chunk].concat();
    new.id = EnvelopeId::from_bytes(*blake3::hash(&label).as_bytes());
    let (document, about, form) = (state.document(), ABOUT, DocumentForm::Request);
    let change = Change { document, about, form, chunk: new.chunk.clone() };
    let taken = state.admit(new.id, &new.deps, new.writer, &change);
    if !matches!(taken, Err(Rejected::Poison(_))) {
        kept.push(new);
    }
    taken.map(|_| ())
}

/// The same changes from the last to the first give the same document.
fn any_order_is_the_same(state: &DocumentState, kept: &[Kept]) {
    let received = kept.iter().rev().map(|it| Received {
        id: it.id,
        deps: &it.deps,
        writer: it.writer,
        chunk: &it.chunk,
    });
    let (again, _) = DocumentState::from_changes(DocumentForm::Request, ABOUT, received);
    assert_eq!(again.facts(), state.facts());
    assert_eq!(again.heads(), state.heads());
}

fn writer(number: u8) -> WriterId {
    WriterId::from_bytes([0x44 + number; 32])
}

/// What stands behind magic, checksum, type and length.
fn data_of(chunk: &[u8]) -> &[u8] {
    let length = chunk[9..].iter().take_while(|byte| **byte >= 0x80).count() + 1;
    &chunk[9 + length..]
}

/// Magic, checksum, type and length around the data of a change.
fn framed(data: &[u8]) -> Vec<u8> {
    let mut body = vec![1];
    let mut length = data.len();
    while length >= 0x80 {
        body.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    body.push(length as u8);
    body.extend_from_slice(data);
    let sum = Sha256::digest(&body);
    [&[0x85, 0x6f, 0x4a, 0x83], &sum[..4], &body].concat()
}
