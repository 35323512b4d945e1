//! What was done under a key is not done again, whoever else is busy meanwhile.

use super::*;

/// Of one way, as many as are remembered.
const REMEMBERED: usize = 512;

fn once(ledger: &mut Ledger, key: &str, command: Command) {
    ask(ledger, Command::Once { key: key.to_owned(), command: command.into() });
}

fn said(ledger: &mut Ledger) -> usize {
    let log = Command::Log { group: "all".into(), last: 50, before: None };
    match ask(ledger, log) {
        Reply::Log { messages } => messages.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_program_pushes_out_no_key_of_the_page_and_the_page_its_own_oldest() {
    let mut ledger = founded(None);
    // An earlier release kept keys in one heap.
    ledger.keep_as("once/abcdef", &1).expect("keeps");
    once(&mut ledger, "page/first/00", post("hello"));
    assert_eq!(ledger.truth.read().kept("once/abcdef").expect("reads"), None);
    for number in 0..2 * REMEMBERED {
        once(&mut ledger, &format!("token/{number}"), Command::Elder { on: number % 2 == 0 });
    }
    once(&mut ledger, "page/first/00", post("hello"));
    assert_eq!(said(&mut ledger), 1, "a program was busy meanwhile");

    for number in 1..REMEMBERED {
        once(&mut ledger, &format!("page/{number}/00"), Command::Elder { on: true });
    }
    once(&mut ledger, "page/first/00", post("hello"));
    assert_eq!(said(&mut ledger), 1, "the last that is still remembered");
    once(&mut ledger, "page/one more/00", Command::Elder { on: true });
    once(&mut ledger, "page/first/00", post("hello"));
    assert_eq!(said(&mut ledger), 2, "there is a bound");
    let kept = ledger.truth.read().kept_under("once/").expect("reads");
    assert_eq!(kept.len(), 2 * REMEMBERED, "of each way so many and no more");
}
