//! Bits flip on a disk; the neighbours hold the rest.

use crdt::judge::Fate;

use super::{
    super::Truth,
    fate, receive,
    village::{Person, Village, everything, genesis},
};

/// Twelve messages, on a disk of their own and at a neighbour's.
fn two_homes() -> (Truth, Truth, Village) {
    let mut here = Truth::open(None, &genesis(1), Vec::new()).expect("opens");
    let village = Village::found_in(&mut here);
    let li = Person::named("li");
    let join = village.welcome(&mut here, &li);
    for n in 0..12 {
        village.say(&mut here, &li, join, &format!("line {n}"));
    }
    let mut there = Truth::open(None, &genesis(1), Vec::new()).expect("opens");
    receive(&mut there, everything(&here));
    (here, there, village)
}

#[test]
fn whatever_flips_is_found_and_comes_back_from_a_neighbour() {
    for column in ["body", "signature", "cites", "claimed", "lamport", "seq", "bucket"] {
        let (mut here, there, village) = two_homes();
        let before = here.fingerprint(&village.scope());
        let flip = match column {
            "cites" => "UPDATE envelopes SET cites = zeroblob(32) WHERE row = 9".to_owned(),
            "body" | "signature" => format!(
                "UPDATE envelopes SET {column} =
                     CAST(X'FE' || substr({column}, 2) AS BLOB) WHERE row = 9"
            ),
            number => format!("UPDATE envelopes SET {number} = {number} + 1 WHERE row = 9"),
        };
        here.db.execute(&flip, []).expect("a bit flips");
        assert_eq!(here.mend([7; 32]).expect("looks"), 1, "{column}");
        assert_eq!(here.mend([7; 32]).expect("looks again"), 1, "{column}: it is not back yet");
        let lacking = here.bodiless(10).expect("reads");
        assert_eq!(lacking.len(), 1, "{column}: it is asked for");
        assert_eq!(here.fingerprint(&village.scope()), before, "{column}: the set is what it was");

        let sent = there.read().envelopes(&lacking).expect("the neighbour has it");
        receive(&mut here, sent.iter().map(|it| (**it).clone()));
        assert_eq!(here.mend([7; 32]).expect("looks"), 0, "{column}: mended");
        for envelope in everything(&there) {
            assert_eq!(fate(&here, &envelope.id()).0, Fate::Accepted, "{column}");
        }
    }
}

#[test]
fn an_id_that_flips_is_put_right_from_what_it_names() {
    let (mut here, there, _) = two_homes();
    let flip = "UPDATE envelopes SET id = CAST(X'FE' || substr(id, 2) AS BLOB) WHERE row = 9";
    here.db.execute(flip, []).expect("a bit flips");
    assert_eq!(here.mend([7; 32]).expect("looks"), 0, "all that was needed is here");
    assert_eq!(everything(&here), everything(&there));
}

#[test]
fn what_was_made_of_an_envelope_is_made_once_more() {
    for column in ["fate", "sound"] {
        let (mut here, there, _) = two_homes();
        let flip = format!("UPDATE envelopes SET {column} = 1 - {column} WHERE row = 9");
        here.db.execute(&flip, []).expect("a bit flips");
        assert_eq!(here.mend([7; 32]).expect("looks"), 0, "{column}");
        for envelope in everything(&there) {
            assert_eq!(fate(&here, &envelope.id()).0, Fate::Accepted, "{column}");
        }
    }
}

#[test]
fn one_that_is_damaged_keeps_no_other_back() {
    let (here, there, _) = two_homes();
    here.db
        .execute("UPDATE envelopes SET claimed = claimed + 1 WHERE row = 9", [])
        .expect("a bit flips");
    let ids: Vec<_> = everything(&there).iter().map(crdt::envelope::Envelope::id).collect();
    assert_eq!(here.read().envelopes(&ids).expect("reads").len(), ids.len() - 1);
}
