//! A change goes over what its author saw, and over nothing else: also where a cut brings a second value.

use super::*;
use crate::api::{ErrorKind, mark_of};

fn place(id: &str, value: &str) -> Command {
    Command::EditFact { id: id.to_owned(), field: "place".to_owned(), value: value.to_owned() }
}

fn try_it(ledger: &mut Ledger, seen: &[&str], command: Command) -> Result<Reply, ApiError> {
    let command = Command::IfSeen { seen: mark_of(seen), command: command.into() };
    match work(ledger, Job::Command((), command)).0 {
        Done::Reply(reply) => reply,
        _ => panic!("a command has a reply"),
    }
}

fn refusal(ledger: &mut Ledger, seen: &[&str], command: Command) -> (ErrorKind, String, String) {
    let mut error = try_it(ledger, seen, command).expect_err("it is refused");
    let mut arg = |name: &str| error.args.remove(name).unwrap_or_default();
    let (now, name) = (arg("now"), arg("name"));
    (error.kind, now, name)
}

#[test]
fn what_was_written_behind_a_cut_is_told_before_it_is_written_over() {
    let (mut chen, mut bao, id) = neighbours_with_a_ride();

    // Nobody has said anything yet, and both say something, each on his side of a cut.
    try_it(&mut chen, &[], place(&id, "door five")).expect("it says what he saw");
    try_it(&mut bao, &[], place(&id, "the east gate")).expect("it says what he saw");
    everything_to(&bao, &mut chen);
    let (kind, now, name) = refusal(&mut chen, &["door five"], place(&id, "door six"));
    assert_eq!(kind, ErrorKind::Changed);
    assert!(now.contains("door five") && now.contains("the east gate"), "{now}");
    assert!(["Bao", "Chen"].contains(&name.as_str()), "{name}");
    let Reply::Request(page) = ask(&mut chen, Command::Request { id: id.clone() }) else {
        panic!("a request")
    };
    assert_eq!(page.facts["place"].len(), 2, "nothing was written: {:?}", page.facts);

    let both: Vec<&str> = page.facts["place"].iter().map(String::as_str).collect();
    try_it(&mut chen, &both, place(&id, "door six")).expect("he has read both");
    // What stands there already is no question, whatever one saw.
    try_it(&mut chen, &["long ago"], place(&id, "door six")).expect("both mean the same");
    let (kind, ..) = refusal(&mut chen, &[], Command::ChecklistAdd { id, text: "x".into() });
    assert_eq!(kind, ErrorKind::NotAllowed, "nothing else is asked so");
}
