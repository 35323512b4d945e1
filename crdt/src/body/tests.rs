//! Every body reads back, no prefix of it does, and any bytes give a body or a reason.

use proptest::prelude::*;

use super::{packing::PLAIN, *};

fn samples() -> Vec<Body> {
    let id = EnvelopeId::from_bytes([4; 32]);
    let person = PersonId::from_bytes([5; 32]);
    let ask = Ask {
        title: "带王奶奶去透析".into(),
        details: "Tuesday 08:00".into(),
        urgency: 3,
        places: 1,
        prefer_speed: false,
        open: true,
        role: Part::Requester,
        message: None,
        terms: None,
    };
    let deed = Deed {
        request: id,
        verb: Verb::Grant,
        role: Part::Desk,
        about: Some(person),
        instead: None,
        other: None,
        offer: None,
        note: String::new(),
    };
    let imported = Some(ImportedLine { number: 7, hash: [1; 32] });
    vec![
        Body::Talk(Talk::Message {
            text: "停电了 power is out".into(), reply_to: None, imported
        }),
        Body::Talk(Talk::Edit { of: id, text: "来电了".into() }),
        Body::Talk(Talk::Withdraw { of: id }),
        Body::Talk(Talk::TakeDown { of: id, reason: "广告".into() }),
        Body::Talk(Talk::PutBack { of: id }),
        Body::Talk(Talk::Report { of: id, reason: "spam".into() }),
        Body::Talk(Talk::Leave {}),
        Body::Talk(Talk::Exception { person, reason: "drives an ambulance".into() }),
        Body::Talk(Talk::Area { within: Place::community(), name: "风尚水郡".into() }),
        Body::Talk(Talk::Met { person }),
        Body::Act(Act::Ask(ask)),
        Body::Act(Act::Do(deed)),
        Body::Vault(Vault::Details {
            vault: VaultName { request: id, class: VaultClass::Contact },
            details: Details { phone: "138 0013 8000".into(), ..Details::default() },
        }),
        Body::Vault(Vault::Opened {
            vault: VaultName { request: id, class: VaultClass::Sensitive },
            reason: "visit".into(),
            to: Some(person),
        }),
        Body::Erasure(Erasure { vault: VaultName { request: id, class: VaultClass::Sensitive } }),
        Body::Card(Card { name: "李".into(), home: "5-2-301".into(), office: false, place: None }),
    ]
}

/// Each reads back, and none of its beginnings does.
pub(super) fn read_back_and_no_prefix_does(bodies: Vec<Body>) {
    for body in bodies {
        let bytes = body.encode();
        assert_eq!(Body::decode(body.kind(), &bytes).as_ref(), Ok(&body));
        for cut in 0..bytes.len() {
            assert!(Body::decode(body.kind(), &bytes[..cut]).is_err(), "{body:?} at {cut}");
        }
    }
}

#[test]
fn bodies_read_back_and_no_prefix_does() {
    read_back_and_no_prefix_does(samples().into_iter().chain(series::samples()).collect());
}

#[test]
fn a_later_release_is_carried_and_nonsense_is_poison() {
    let newer = [PLAIN, 0x82, 0x18, 99, 0x80];
    assert_eq!(Body::decode(Kind::MESSAGE, &newer), Err(Unreadable::Newer));
    // Whatever its first byte: 1 would be packed text in a kind that is read here.
    for first in 0..=u8::MAX {
        assert_eq!(Body::decode(Kind(200), &[first, 2, 3]), Err(Unreadable::Newer));
    }
    assert_eq!(Body::decode(Kind(200), &[]), Err(Unreadable::Newer));
    assert_eq!(Body::decode(Kind::MESSAGE, &[2, 2, 3]), Err(Unreadable::Newer));
    assert_eq!(Body::decode(Kind::MESSAGE, &[PLAIN, 0xff]), Err(Unreadable::Malformed));
    let long = Talk::Edit { of: EnvelopeId::from_bytes([4; 32]), text: "长".repeat(6_000) };
    let long = Body::Talk(long).encode();
    assert_eq!(Body::decode(Kind::MESSAGE, &long), Err(Unreadable::TooLong));
}

proptest! {
    #[test]
    fn any_bytes_give_a_body_or_a_reason(kind in 0..12u8, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let plain = [&[PLAIN], bytes.as_slice()].concat();
        let _ = Body::decode(Kind(kind), &plain);
    }
}
