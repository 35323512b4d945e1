//! What is urgent travels before chat, so that an author's chain may have a gap for a while.

use crdt::envelope::Kind;

use super::*;
use crate::store::truth::tests::village::everything;

/// `to` gets all that `from` holds, with its chat or without.
fn hand(from: &Ledger, to: &mut Ledger, with_chat: bool) {
    let mut all = everything(&from.truth);
    all.retain(|envelope| with_chat || envelope.header().kind != Kind::MESSAGE);
    work(to, Job::Receive((), all.into()));
}

fn set_place(ledger: &mut Ledger, id: &str, value: &str) {
    let (id, field, value) = (id.to_owned(), "place".to_owned(), value.to_owned());
    ask(ledger, Command::EditFact { id, field, value });
}

fn places(ledger: &mut Ledger, id: &str) -> Vec<String> {
    match ask(ledger, Command::Request { id: id.to_owned() }) {
        Reply::Request(it) => it.facts.get("place").cloned().unwrap_or_default(),
        _ => panic!("a request"),
    }
}

#[test]
fn a_fact_is_edited_although_what_its_last_editor_said_before_is_still_on_its_way() {
    let (mut chen, mut bao, id) = neighbours_with_a_ride();

    ask(&mut bao, post("a long story"));
    set_place(&mut bao, &id, "the east gate");
    hand(&bao, &mut chen, false);
    assert_eq!(places(&mut chen, &id), Vec::<String>::new(), "it waits for the story");
    set_place(&mut chen, &id, "door five");
    assert_eq!(places(&mut chen, &id), ["door five"]);

    hand(&bao, &mut chen, true);
    hand(&chen, &mut bao, true);
    let both = places(&mut chen, &id);
    assert_eq!(both.len(), 2, "two who did not know of one another: both are shown");
    assert_eq!(places(&mut bao, &id), both);
}
