//! A bundle on a stick that somebody found: sections as they stand, and sections whose check fits.

use crdt::{
    bundle::{BundleReader, BundleWriter, END_BYTES, FRONT_BYTES, HEAD_BYTES, Next},
    envelope::Envelope,
    id::CommunityId,
};

const COMMUNITY: CommunityId = CommunityId::from_bytes([7; 32]);

/// What stands behind the head of a bundle; and the records of one section.
pub fn bundle(bytes: &[u8]) {
    let (_, head) = BundleWriter::new(&COMMUNITY);
    read(&[&head, bytes].concat());
    let key = blake3::derive_key("linli/1 bundle", COMMUNITY.as_bytes());
    let length = u32::try_from(bytes.len()).expect("a fuzzer's input is short").to_le_bytes();
    let check = blake3::keyed_hash(&key, bytes);
    let checked = [head.as_slice(), &length, &check.as_bytes()[..16], bytes].concat();
    let envelopes = read(&checked);
    let (mut again, mut written) = BundleWriter::new(&COMMUNITY);
    for envelope in &envelopes {
        written.extend(again.put(envelope).unwrap_or_default());
    }
    written.extend(again.end());
    assert_eq!(read(&written), envelopes, "what was read can be written");
}

/// As whoever imports a file reads it.
fn read(bytes: &[u8]) -> Vec<Envelope> {
    let (head, mut rest) = bytes.split_at(bytes.len().min(HEAD_BYTES));
    let Ok(mut reader) = BundleReader::new(head, &COMMUNITY) else { return Vec::new() };
    let mut all = Vec::new();
    while let Some((front, behind)) = rest.split_first_chunk::<FRONT_BYTES>() {
        match reader.front(front) {
            Ok(Next::Section(length)) if length <= behind.len() => {
                all.extend(reader.section(&behind[..length]).unwrap_or_default());
                rest = &behind[length..];
            }
            Ok(Next::End) => {
                let _ = behind.first_chunk::<END_BYTES>().map(|end| reader.is_whole(end));
                break;
            }
            _ => break,
        }
    }
    all
}
