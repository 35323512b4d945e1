//! The stream gives back exactly what was signed, however it is cut.

use proptest::prelude::*;

use super::world::{Author, body, scope};
use crate::{
    envelope::{Envelope, Header, Kind},
    id::{EnvelopeId, ScopeId, WriterId},
    sync::{
        bounds::RECORD_BYTES_MAX,
        stream::{BadStream, StreamReader, StreamWriter},
    },
    time::{Bucket, ClaimedTime},
};

prop_compose! {
    /// Envelopes of few writers and scopes that cite each other, and now and then break every
    /// habit: the stream must carry those as well.
    fn any_envelope()(
        (scope, writer, kind, bucket) in (0..3u8, 0..3u8, 1..4u8, 0..3u16),
        (seq, lamport, claimed) in (
            prop_oneof![1..5u64, any::<u64>().prop_map(|seq| seq.max(1))],
            prop_oneof![0..90u64, any::<u64>()],
            prop_oneof![0..90u64, any::<u64>()],
        ),
        prev in 0..30u8, deps in prop::collection::btree_set(0..30u8, 0..=16),
        auth in any::<Option<bool>>(), epoch in any::<Option<bool>>(),
        later in prop::collection::vec(any::<u8>(), 0..4), odd in 0..12u8,
        body in prop::collection::vec(any::<u8>(), 0..40),
    ) -> Envelope {
        let id = |number: u8| EnvelopeId::from_bytes(*blake3::hash(&[number]).as_bytes());
        let mut deps: Vec<EnvelopeId> = deps.into_iter().map(id).collect();
        deps.sort_unstable();
        let header = Header {
            version: if odd == 0 { 2 } else { 1 },
            kind: Kind(kind),
            scope: ScopeId::from_bytes([scope; 16]),
            writer: WriterId::from_bytes([writer; 32]),
            seq,
            prev: (seq > 1).then(|| id(prev)),
            deps,
            auth: auth.map(|which| id(u8::from(which))),
            lamport,
            bucket: Bucket(bucket),
            claimed: ClaimedTime(claimed),
            epoch: epoch.map(|which| id(u8::from(which) + 2)),
            body_len: u32::try_from(body.len()).expect("short"),
            body_hash: *blake3::hash(&body).as_bytes(),
            extension: if odd == 0 { later } else { Vec::new() },
        };
        let body = (odd != 1).then_some(body);
        Envelope::assemble(header.encode(), [writer; 64], body).expect("a header that can be")
    }
}

proptest! {
    #[test]
    fn what_goes_in_comes_out_wherever_it_is_cut(
        envelopes in prop::collection::vec(any_envelope(), 0..40), cut in 1..300usize,
    ) {
        let (mut writer, mut reader) = (StreamWriter::default(), StreamReader::default());
        let mut bytes = Vec::new();
        envelopes.iter().for_each(|envelope| writer.write(envelope, &mut bytes));
        let mut back = Vec::new();
        for piece in bytes.chunks(cut) {
            back.extend(reader.read(piece).expect("an honest stream"));
        }
        prop_assert_eq!(back, envelopes);
        prop_assert_eq!(reader.partial_bytes(), 0);
    }

    #[test]
    fn a_damaged_stream_gives_envelopes_or_a_reason(
        envelopes in prop::collection::vec(any_envelope(), 1..10),
        at in any::<prop::sample::Index>(), bit in 0..8u8,
        garbage in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let (mut writer, mut bytes) = (StreamWriter::default(), Vec::new());
        envelopes.iter().for_each(|envelope| writer.write(envelope, &mut bytes));
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let _ = StreamReader::default().read(&bytes);
        let _ = StreamReader::default().read(&garbage);
    }
}

#[test]
fn a_record_larger_than_any_envelope_is_refused_before_it_is_read() {
    let mut length = Vec::new();
    crate::wire::put_varint(&mut length, RECORD_BYTES_MAX as u64 + 1);
    assert_eq!(StreamReader::default().read(&length), Err(BadStream::TooLarge));
}

/// More writers, scopes, chains and records than are remembered: both ends forget alike.
#[test]
fn tables_that_overflow_forget_the_same_on_both_sides() {
    let (mut writer, mut reader) = (StreamWriter::default(), StreamReader::default());
    let mut head = None;
    let mut author = Author::new(1);
    for number in 0..5_000u16 {
        let at = scope(number.wrapping_mul(31) % 2_500);
        let envelope = author.write(Kind::MESSAGE, at, 2_900, head, body(u64::from(number)));
        head = Some((envelope.id(), envelope.header().lamport));
        let mut bytes = Vec::new();
        writer.write(&envelope, &mut bytes);
        assert_eq!(reader.read(&bytes), Ok(vec![envelope.as_ref().clone()]), "{number}");
    }
}
