//! What people may do: scripts of `verb person`, and the answer to each step.

use crdt::{
    body::{Act, Part, Verb},
    lifecycle::may,
};

use crate::town::{Town, line, parts_of, person};

/// Plays a script; writes down what the request came to, or why the step was refused.
fn play(town: &mut Town, script: &str) -> String {
    let mut report = String::new();
    for step in script.split(',').map(str::trim) {
        let (verb, who) = step.split_once(' ').expect("a step is `verb person`");
        let case = town.end();
        let answer = match may(&case, &person(who), &parts_of(&person(who)), verb_named(verb)) {
            Err(refusal) => refusal.code().to_owned(),
            Ok(deeds) => {
                let verbs: Vec<Verb> = deeds.iter().map(|deed| deed.verb).collect();
                town.healed(|town, all| {
                    for deed in deeds {
                        town.write(all, who, Act::Do(deed));
                    }
                });
                let end = town.end();
                let counted = end.timeline.iter().rev().take(verbs.len()).all(|it| it.counted);
                assert!(counted, "{step}: what the policy allows must count");
                format!("{verbs:?} -> {}", line(&end))
            }
        };
        report.push_str(&format!("{step}: {answer}\n"));
    }
    report
}

fn verb_named(word: &str) -> Verb {
    match word {
        "register" => Verb::Register,
        "publish" => Verb::Publish,
        "hold" => Verb::Hold,
        "resume" => Verb::Resume,
        "decline" => Verb::Decline,
        "claim" => Verb::Claim,
        "withdraw" => Verb::Withdraw,
        "ack" => Verb::Ack,
        "depart" => Verb::Depart,
        "arrive" => Verb::Arrive,
        "pickup" => Verb::Pickup,
        "done" => Verb::Done,
        "resolve" => Verb::Resolve,
        "confirm" => Verb::Confirm,
        "reopen" => Verb::Reopen,
        "cancel" => Verb::Cancel,
        _ => panic!("no such verb: {word}"),
    }
}

/// A resident asks, other members go.
fn resident_asks() -> Town {
    Town::founded("d1", Part::Requester, (1, false, true), 4)
}

#[test]
fn a_request_from_asking_to_closing_and_back() {
    let report = play(
        &mut resident_asks(),
        "depart d2, confirm d1, claim d2, claim d2, claim d3, depart d3, depart d2, depart d2, \
         arrive d2, confirm d2, done d2, withdraw d2, done d3, confirm d1, confirm d1, claim d4, \
         reopen d2, reopen d1, reopen d1, depart d2, done d2, cancel d1, confirm d1",
    );
    insta::assert_snapshot!(report, @r"
    depart d2: claim_first
    confirm d1: cancel_instead
    claim d2: [Claim] -> assigned [d2]
    claim d2: hold_already
    claim d3: [Claim] -> assigned [d2] d3 waitlisted
    depart d3: wait_behind_another
    depart d2: [Depart] -> in_progress [d2] d3 waitlisted
    depart d2: said_already
    arrive d2: [Arrive] -> in_progress [d2] d3 waitlisted
    confirm d2: ask_somebody_else
    done d2: [Done, Resolve] -> resolved [d2] d3 waitlisted
    withdraw d2: cannot_undo_pickup
    done d3: reopen_first
    confirm d1: [Confirm] -> closed [d2] d3 closed
    confirm d1: said_already
    claim d4: reopen_first
    reopen d2: ask_somebody_else
    reopen d1: [Reopen] -> assigned [d2] d3 waitlisted
    reopen d1: still_going
    depart d2: [Depart] -> in_progress [d2] d3 waitlisted
    done d2: [Done, Resolve] -> resolved [d2] d3 waitlisted
    cancel d1: reopen_first
    confirm d1: [Confirm] -> closed [d2] d3 closed
    ");
}

#[test]
fn cancelling_before_and_after_somebody_set_out() {
    let report = play(
        &mut resident_asks(),
        "claim d2, cancel d3, cancel d1, claim d3, reopen d1, depart d2, cancel d1, cancel d1, \
         claim d3, depart d2, ack d2, reopen d1, withdraw d2, withdraw d2",
    );
    insta::assert_snapshot!(report, @r"
    claim d2: [Claim] -> assigned [d2]
    cancel d3: ask_somebody_else
    cancel d1: [Cancel] -> cancelled [] d2 cancelled
    claim d3: reopen_first
    reopen d1: [Reopen] -> assigned [d2]
    depart d2: [Depart] -> in_progress [d2]
    cancel d1: [Cancel] -> cancel_requested [d2]
    cancel d1: said_already
    claim d3: acknowledge_cancelling
    depart d2: acknowledge_cancelling
    ack d2: [Ack] -> cancelled [] d2 cancelled
    reopen d1: [Reopen] -> assigned [d2]
    withdraw d2: [Withdraw] -> open []
    withdraw d2: claim_first
    ");
}

#[test]
fn the_desk_publishes_what_was_not_opened() {
    let report = play(
        &mut Town::founded("d1", Part::Requester, (1, false, false), 5),
        "claim d2, register d2, register li, register li, claim d2, hold li, hold he, resume he, \
         resume he, publish li, publish li, claim d2, decline d2, resolve li, resolve li",
    );
    insta::assert_snapshot!(report, @r"
    claim d2: wait_until_published
    register d2: ask_somebody_else
    register li: [Register] -> registered []
    register li: said_already
    claim d2: wait_until_published
    hold li: [Hold] -> registered []
    hold he: said_already
    resume he: [Resume] -> registered []
    resume he: not_on_hold
    publish li: [Publish] -> open []
    publish li: said_already
    claim d2: [Claim] -> assigned [d2]
    decline d2: ask_somebody_else
    resolve li: [Resolve] -> resolved [d2]
    resolve li: reopen_first
    ");
}

#[test]
fn the_person_in_need_alone_takes_back_her_no() {
    let report = play(
        &mut Town::founded("li", Part::Desk, (1, false, true), 6),
        "cancel gran, reopen son, reopen ma, reopen gran, cancel son, reopen ma",
    );
    insta::assert_snapshot!(report, @r"
    cancel gran: [Cancel] -> cancelled []
    reopen son: ask_the_subject
    reopen ma: ask_the_subject
    reopen gran: [Reopen] -> open []
    cancel son: [Cancel] -> cancelled []
    reopen ma: [Reopen] -> open []
    ");
}

/// A refusal is told to people: each names a next step and has a name that stays.
#[test]
fn who_may_do_what_is_said_in_words() {
    let town = resident_asks();
    let refusal = may(&town.end(), &person("d2"), &parts_of(&person("d2")), Verb::Confirm);
    let refusal = refusal.expect_err("d2 did not ask");
    assert_eq!(
        refusal.to_string(),
        "not yours to do: ask the one who asked, or the person in need, or whoever asked for somebody else"
    );
    let nobody = may(&town.end(), &person("d9"), &std::collections::BTreeSet::new(), Verb::Claim);
    assert_eq!(nobody.map_err(|why| why.code()), Err("ask_somebody_else"));
    let seen = may(&town.end(), &person("d2"), &parts_of(&person("d2")), Verb::Seen);
    assert_eq!(seen.map(|deeds| deeds.len()), Ok(1));
}
