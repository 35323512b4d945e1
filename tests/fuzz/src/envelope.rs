//! Headers, envelopes and bodies: what reads reads back to the same bytes.

use crdt::{
    body::{Body, Position, SignedStatement},
    envelope::{Envelope, Header, Kind},
    id::{CommunityId, EnvelopeId, ScopeId, WriterId},
    keys::{Check, verify},
};

const COMMUNITY: CommunityId = CommunityId::from_bytes([7; 32]);

/// Sound for a key of small order, which is nobody's; for any other key it is not.
const SIGNATURE: [u8; 64] = [0; 64];

/// A header; where it is sound, the envelope that it makes, and its signature.
pub fn envelope(bytes: &[u8]) {
    let Ok(header) = Header::decode(bytes) else { return };
    assert_eq!(header.encode(), bytes, "a header has one encoding");
    let envelope =
        Envelope::assemble(bytes.to_vec(), SIGNATURE, None).expect("its header is sound");
    assert_eq!(envelope.id(), EnvelopeId::from_bytes(*blake3::hash(bytes).as_bytes()));
    let (key, signed) =
        (header.writer.into(), [b"linli/1", COMMUNITY.as_bytes().as_slice(), bytes]);
    let alone = verify(&key, &signed.concat(), &SIGNATURE);
    let checks = [envelope.check(&COMMUNITY)];
    assert_eq!(Check::all(&checks, [1; 32]), [alone], "one signature rule, alone and in a batch");
}

/// The kind in one byte, then a body.
pub fn body(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let Ok(body) = Body::decode(Kind(*kind), bytes) else { return };
    let again = Body::decode(body.kind(), &body.encode());
    assert_eq!(again.as_ref(), Ok(&body), "what was read can be written");
    if let Body::Statement(statement) = body {
        check_seconds(&statement);
    }
}

fn check_seconds(statement: &SignedStatement) {
    let at = Position {
        community: COMMUNITY,
        writer: WriterId::from_bytes([1; 32]),
        scope: ScopeId::from_bytes([2; 16]),
        seq: 1,
        auth: None,
    };
    let _ = statement.seconds_hold(&at);
}
