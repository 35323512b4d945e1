//! What one member can make everybody's node do: no more than a member's share.

use crdt::body::{Cut, ImportedLine, Place, Role, Statement};

use super::*;

/// More than anybody sends, and far too many for work that grows with the square.
const MANY: u64 = 4_000;

fn log(ledger: &mut Ledger) -> Vec<String> {
    let log = Command::Log { group: "all".into(), last: 9, before: None };
    let Reply::Log { messages } = ask(ledger, log) else { panic!("a log") };
    messages.into_iter().map(|message| message.text).collect()
}

#[test]
fn one_line_imported_four_thousand_times_shows_once_and_costs_no_more_than_as_many_lines() {
    let mut ledger = founded(None);
    let line = ImportedLine { number: 1, hash: [5; 32] };
    let copy = |n: u64| {
        let (text, imported) = (format!("copy {n}"), Some(line));
        Body::Talk(Talk::Message { text, reply_to: None, imported })
    };
    write(&mut ledger, (0..MANY).map(copy));
    assert_eq!(log(&mut ledger), ["copy 0"]);
    let Reply::Groups { groups } = ask(&mut ledger, Command::Groups) else { panic!("groups") };
    assert_eq!(groups[0].messages, 1);
}

#[test]
fn four_thousand_edits_of_one_message_cost_no_more_than_as_many_messages() {
    let mut ledger = founded(None);
    let Reply::Posted { id } = ask(&mut ledger, post("first")) else { panic!("an id") };
    let edit = |n: u64| Body::Talk(Talk::Edit { of: id, text: format!("edit {n}") });
    write(&mut ledger, (0..MANY).map(edit));
    assert_eq!(log(&mut ledger), [format!("edit {}", MANY - 1)]);
    write(&mut ledger, [Body::Talk(Talk::Withdraw { of: id }), edit(MANY)]);
    assert_eq!(log(&mut ledger), [""], "taken back is taken back");
}

#[test]
fn a_removal_that_never_counted_folds_no_request_again() {
    let mut ledger = founded(None);
    ask(&mut ledger, a_ride());
    let person = identity("Wang").person.expect("a person");
    let (role, over) = (Role::Member, Place::community());
    let removal = |cuts: Vec<Cut>| Statement::Remove { person, role, over: over.clone(), cuts };
    let admin = ledger.truth.roster().live_roles(ledger.person().expect("a person"));
    let admin = admin.iter().find(|role| role.role == Role::Admin).expect("an admin").grant;
    // Without the sealed key's signature it is void; with it, it counts.
    for (seconds, folded) in [(vec![], 0), (vec![key("sealed", "Chen")], 1)] {
        let seconds: Vec<&Secret> = seconds.iter().collect();
        ledger.truth.begin().expect("begins");
        ledger.state(removal(Vec::new()), Some(admin), &seconds).expect("writes");
        ledger.truth.commit().expect("commits");
        let changes = ledger.catch_up().expect("catches up");
        assert_eq!(changes.requests.len(), folded);
    }
}
