//! `docs/vectors/secrets.json` for whoever writes another implementation: a packed body, a new epoch
//! for two boxes, a share for a third, and a body sealed under it, from fixed seeds.
//!
//! The test makes everything anew and compares it with the file, and then reads the file as a box
//! would that has nothing else. What it makes is put beside the build where the two differ.

use crdt::{
    body::{Body, Details, Erasure, Key, Talk, Vault, VaultClass, VaultName},
    envelope::Kind,
    id::{CommunityId, EnvelopeId, KeyId, ScopeId, WriterId, from_hex, to_hex},
    keys::Secret,
    secrets::{BoxSecret, EpochSecret, Keyring, Spot, packing},
};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vectors/secrets.json");
const COMMUNITY: CommunityId = CommunityId::from_bytes([1; 32]);
const SCOPE: ScopeId = ScopeId::from_bytes([2; 16]);
const FIRST: EnvelopeId = EnvelopeId::from_bytes([3; 32]);
const SECOND: EnvelopeId = EnvelopeId::from_bytes([4; 32]);
const SPOT: Spot = Spot {
    community: COMMUNITY,
    scope: SCOPE,
    writer: WriterId::from_bytes([5; 32]),
    seq: 7,
    kind: Kind::MESSAGE,
    epoch: FIRST,
};

fn box_key(seed: u8) -> Secret {
    Secret::from_seed([seed; 32])
}

fn boxes(seeds: &[u8]) -> Vec<KeyId> {
    seeds.iter().map(|seed| box_key(*seed).key()).collect()
}

fn body() -> Body {
    let text = "楼下有热水，please bring a bottle".to_owned();
    Body::Talk(Talk::Message { text, reply_to: None, imported: None })
}

fn hex_of(key: Key) -> String {
    to_hex(&Body::Key(key).encode())
}

fn make() -> Value {
    let mut ring = Keyring::new(COMMUNITY, vec![BoxSecret::of(&box_key(11))]);
    let readers = boxes(&[11, 12]).into_iter().collect();
    let first = ring.rekey(&SCOPE, &readers, true, [21; 32]).body;
    ring.insert(FIRST, SCOPE, &first, true);
    let second = ring.rekey(&SCOPE, &readers, true, [22; 32]).body;
    ring.insert(SECOND, SCOPE, &second, true);
    let share = ring.share(&SECOND, &boxes(&[13]), [23; 32]).remove(0);
    let secret = ring.secret(&FIRST).expect("it is sealed to this box");
    let all_boxes = [11, 12, 13]
        .map(|seed| json!({ "seed": to_hex(&[seed; 32]), "key": box_key(seed).key().to_hex() }));
    json!({
        "community": COMMUNITY.to_hex(),
        "scope": SCOPE.to_hex(),
        "boxes": all_boxes,
        "body": to_hex(&body().encode()),
        "packed": to_hex(&packing::pack(body().encode())),
        "first": { "id": FIRST.to_hex(), "secret": to_hex(secret.as_bytes()), "body": hex_of(first) },
        "second": { "id": SECOND.to_hex(), "body": hex_of(second) },
        "share": hex_of(share),
        "vault": vault(&ring),
        "sealed": {
            "writer": SPOT.writer.to_hex(), "seq": SPOT.seq, "kind": SPOT.kind.0,
            "epoch": SPOT.epoch.to_hex(), "body": to_hex(&secret.seal(&SPOT, body().encode())),
        },
    })
}

/// The key envelope of a vault, and what may stand in it.
fn vault(ring: &Keyring) -> Value {
    let vault = VaultName { request: FIRST, class: VaultClass::Contact };
    let boxes = boxes(&[11, 12]).into_iter().collect();
    let (key, _) = ring.new_vault(vault, &SCOPE, &boxes, [24; 32]);
    let details = Details {
        name: "王秀英".to_owned(),
        phone: "138 0013 8000".to_owned(),
        door: "5-2-301".to_owned(),
        note: String::new(),
    };
    let details = Body::Vault(Vault::Details { vault, details });
    let opened = Vault::Opened { vault, reason: "which hospital?".to_owned(), to: None };
    json!({
        "key": hex_of(key),
        "details": to_hex(&details.encode()),
        "opened": to_hex(&Body::Vault(opened).encode()),
        "erasure": to_hex(&Body::Erasure(Erasure { vault }).encode()),
    })
}

fn file() -> Option<Value> {
    let text = std::fs::read_to_string(FILE).ok()?;
    serde_json::from_str(&text).ok()
}

#[test]
fn the_same_seeds_give_the_bytes_of_the_file() {
    let made = make();
    if file().as_ref() != Some(&made) {
        let beside = concat!(env!("CARGO_TARGET_TMPDIR"), "/secrets.json");
        let text = serde_json::to_string_pretty(&made).expect("plain values") + "\n";
        std::fs::write(beside, text).expect("the build folder can be written");
        panic!("{FILE} has other bytes than this release makes; those stand in {beside}");
    }
}

/// The third box has a share of the second epoch, which leads to the first.
#[test]
fn a_box_reads_the_file() {
    let file = file().expect("the vectors are in the repository");
    let bytes = |value: &Value| -> Vec<u8> {
        let text = value.as_str().expect("hexadecimal");
        let digits = |at| from_hex::<1>(&text[at..at + 2]).expect("hexadecimal")[0];
        (0..text.len()).step_by(2).map(digits).collect()
    };
    let mut ring = Keyring::new(COMMUNITY, vec![BoxSecret::of(&box_key(13))]);
    let share = EnvelopeId::from_bytes([9; 32]);
    for (id, body) in [
        (share, &file["share"]),
        (FIRST, &file["first"]["body"]),
        (SECOND, &file["second"]["body"]),
    ] {
        match Body::decode(Kind::KEY, &bytes(body)).expect("a sound body") {
            Body::Key(key) => ring.insert(id, SCOPE, &key, true),
            other => panic!("{other:?}"),
        };
    }
    let secret: &EpochSecret = ring.secret(&FIRST).expect("it is wrapped under the second");
    assert_eq!(to_hex(secret.as_bytes()), file["first"]["secret"]);
    let opened = secret.open(&SPOT, &bytes(&file["sealed"]["body"])).expect("it opens");
    assert_eq!(Body::decode(Kind::MESSAGE, &opened), Ok(body()));
    assert_eq!(Body::decode(Kind::MESSAGE, &bytes(&file["packed"])), Ok(body()));
    assert_eq!(Body::decode(Kind::MESSAGE, &bytes(&file["body"])), Ok(body()));
}
