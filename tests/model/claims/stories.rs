//! What happens when both sides of a cut acted: `domain.md`'s table, one story a row.

use crdt::{
    body::{Act, Ask, Deed, Part, Verb},
    id::EnvelopeId,
    lifecycle::{Incident, Note, Status, Told, What, join_plan},
};

use crate::town::{Node, Town, incidents, line, names, person, told};

use Verb::{Ack, Arrive, Claim, Depart, Done, Grant, Pickup, Resolve, Revoke, Withdraw};

#[test]
fn two_claims_in_a_cut_have_one_holder_and_the_other_is_told() {
    let mut town = Town::new();
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, "d1", &[Claim]);
    town.driver(&mut b, "d2", &[Claim]);
    let [winner, loser] = town.by_luck(["d1", "d2"]);
    let end = town.end();
    assert_eq!(line(&end), format!("assigned [{winner}] {loser} lost"));
    assert_eq!((names(&end.waitlist), end.provisional), (vec![loser.to_owned()], true));
    assert_eq!((end.awaiting.len(), end.conflicts, end.rivals(&person(winner))), (0, 1, 1));
}

#[test]
fn whoever_saw_another_claim_stands_behind_it_whatever_the_lottery_says() {
    for late in ["d1", "d2", "d3", "d4"] {
        let mut town = Town::new();
        town.healed(|town, all| {
            town.driver(all, "d5", &[Claim]);
            town.driver(all, late, &[Claim]);
        });
        assert_eq!(line(&town.end()), format!("assigned [d5] {late} waitlisted"));
    }
}

#[test]
fn a_loser_who_withdraws_does_not_change_the_winner() {
    let mut town = Town::new();
    let [lucky, middle, last] = town.by_luck(["d1", "d2", "d3"]);
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, last, &[Claim]);
    town.driver(&mut a, lucky, &[Claim]);
    town.driver(&mut b, middle, &[Claim]);
    assert_eq!(names(&town.end().holders), [middle], "the lucky one had seen the last one");
    town.healed(|town, all| town.driver(all, last, &[Withdraw]));
    assert_eq!(names(&town.end().holders), [middle]);
    assert_eq!(names(&town.end().waitlist), [lucky]);
}

#[test]
fn removing_a_member_leaves_an_empty_chair_and_nobody_else_moves() {
    let mut town = Town::new();
    let [lucky, middle, last] = town.by_luck(["d1", "d2", "d3"]);
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, last, &[Claim]);
    town.driver(&mut a, lucky, &[Claim]);
    town.driver(&mut b, middle, &[Claim, Depart]);
    town.removed.insert(person(last));
    let end = town.end();
    assert_eq!((names(&end.holders), end.status), (vec![middle.to_owned()], Status::InProgress));
    assert_eq!(end.told_to(&person(last)), Some(Told::Removed));
    assert_eq!(names(&end.waitlist), [lucky]);
}

#[test]
fn a_cancelled_request_is_over_unless_somebody_is_on_the_way() {
    let mut town = Town::new();
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, "d1", &[Claim]);
    town.act(&mut b, "ma", Part::Requester, Verb::Cancel);
    assert_eq!(line(&town.end()), "cancelled [] d1 cancelled");

    let mut town = Town::new();
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, "d1", &[Claim, Depart]);
    town.act(&mut b, "ma", Part::Requester, Verb::Cancel);
    assert_eq!(line(&town.end()), "cancel_requested [d1]");
    town.healed(|town, all| town.driver(all, "d1", &[Ack]));
    assert_eq!(line(&town.end()), "cancelled [] d1 cancelled");
}

#[test]
fn of_two_on_the_way_one_turns_back_unless_minutes_count() {
    for (speed, why) in [(false, Told::TurnBack), (true, Told::AnotherGoesToo)] {
        let mut town = Town::with(1, speed, 2);
        let [mut a, mut b] = town.cut();
        town.driver(&mut a, "d1", &[Claim, Depart]);
        town.driver(&mut b, "d2", &[Claim, Depart]);
        let [winner, loser] = town.by_luck(["d1", "d2"]);
        let end = town.end();
        assert_eq!(names(&end.holders), [winner]);
        assert_eq!(told(&end), [(loser.to_owned(), why)]);
        assert_eq!(incidents(&end), [(loser.to_owned(), Incident::TwoOnTheWay)]);
    }
}

#[test]
fn whoever_departed_keeps_it_and_a_pick_up_is_a_fact() {
    let mut town = Town::new();
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, "d1", &[Claim, Depart]);
    town.driver(&mut b, "d2", &[Claim]);
    town.about(&mut b, "li", Part::Desk, Grant, Some("d2"), None);
    assert_eq!(line(&town.end()), "in_progress [d1] d2 backup");
    town.healed(|town, all| town.driver(all, "d2", &[Depart, Arrive]));
    assert_eq!(names(&town.end().holders), ["d1"], "he knew that he is not first");
    town.healed(|town, all| town.driver(all, "d2", &[Pickup]));
    assert_eq!(line(&town.end()), "in_progress [d2] d1 turn_back");
}

#[test]
fn of_two_grants_the_nearer_word_counts_and_a_later_one_replaces_by_naming() {
    let words = [
        ("gran", Part::Subject),
        ("ma", Part::Requester),
        ("li", Part::Desk),
        ("cap", Part::Captain),
    ];
    for (at, (near, part)) in words.into_iter().enumerate() {
        for (far, other) in words.into_iter().skip(at + 1) {
            let mut town = Town::new();
            let [mut a, mut b] = town.cut();
            town.about(&mut a, near, part, Grant, Some("d1"), None);
            town.about(&mut b, far, other, Grant, Some("d2"), None);
            assert_eq!(line(&town.end()), "assigned [d1] d2 backup", "{near} and {far}");
            assert!(!town.end().provisional);
        }
    }
    let mut town = Town::new();
    town.healed(|town, all| {
        town.about(all, "li", Part::Desk, Grant, Some("d1"), None);
        town.about(all, "he", Part::Desk, Grant, Some("d2"), Some("d1"));
    });
    assert_eq!(line(&town.end()), "assigned [d2] d1 revoked");
    assert_eq!(names(&town.end().awaiting), ["d2"], "he must say yes");
}

#[test]
fn an_assignment_beats_a_refusal_that_did_not_know_it() {
    for no in [Verb::Decline, Verb::Refer] {
        let mut town = Town::new();
        let [mut a, mut b] = town.cut();
        town.about(&mut a, "li", Part::Desk, Grant, Some("d1"), None);
        town.act(&mut b, "he", Part::Desk, no);
        assert_eq!(line(&town.end()), "assigned [d1]");
    }
    let mut town = Town::new();
    town.healed(|town, all| {
        town.about(all, "li", Part::Desk, Grant, Some("d1"), None);
        town.act(all, "he", Part::Desk, Verb::Decline);
    });
    assert_eq!(line(&town.end()), "declined [] d1 declined");
}

#[test]
fn what_is_done_is_not_cancelled() {
    let mut town = Town::new();
    town.healed(|town, all| town.driver(all, "d1", &[Claim]));
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, "d1", &[Depart, Pickup, Done, Resolve]);
    town.act(&mut b, "ma", Part::Requester, Verb::Cancel);
    assert_eq!(line(&town.end()), "resolved [d1]");
    assert_eq!(town.end().notes, [Note::CancellationNoted]);
}

#[test]
fn open_beats_closed_and_the_subjects_word_is_the_subjects() {
    let mut town = Town::new();
    town.healed(|town, all| town.driver(all, "d1", &[Claim, Depart, Done, Resolve]));
    let [mut a, mut b] = town.cut();
    town.act(&mut a, "ma", Part::Requester, Verb::Confirm);
    assert_eq!(line(&town.fold(&a).expect("there")), "closed [d1]");
    town.act(&mut b, "son", Part::Proxy, Verb::Reopen);
    assert_eq!(line(&town.end()), "assigned [d1]", "in charge, but on the way no more");

    let mut town = Town::new();
    town.healed(|town, all| {
        town.act(all, "gran", Part::Subject, Verb::Cancel);
        town.act(all, "son", Part::Proxy, Verb::Reopen);
    });
    assert_eq!((town.end().status, town.end().subject_cancelled), (Status::Cancelled, true));
    town.healed(|town, all| {
        town.act(all, "gran", Part::Subject, Verb::Reopen);
    });
    assert_eq!(town.end().status, Status::Open);
}

#[test]
fn revoke_beats_grant_but_not_a_departure_that_nobody_knew_of() {
    let mut town = Town::new();
    town.healed(|town, all| town.driver(all, "d1", &[Claim]));
    let [mut a, mut b] = town.cut();
    town.about(&mut a, "li", Part::Desk, Grant, Some("d1"), None);
    town.about(&mut b, "he", Part::Desk, Revoke, Some("d1"), None);
    assert_eq!(line(&town.end()), "open [] d1 revoked");

    let mut town = Town::new();
    town.healed(|town, all| town.driver(all, "d1", &[Claim]));
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, "d1", &[Depart]);
    town.about(&mut b, "he", Part::Desk, Revoke, Some("d1"), None);
    assert_eq!(line(&town.end()), "in_progress [d1]");
    assert_eq!(incidents(&town.end()), [("d1".to_owned(), Incident::RevokedOnTheWay)]);
}

#[test]
fn whoever_left_the_group_holds_nothing_but_what_he_had_picked_up() {
    let mut town = Town::new();
    town.healed(|town, all| town.driver(all, "d1", &[Claim, Depart]));
    town.removed.insert(person("d1"));
    assert_eq!(line(&town.end()), "open [] d1 removed");

    let mut town = Town::new();
    town.healed(|town, all| town.driver(all, "d1", &[Claim, Depart, Pickup]));
    town.removed.insert(person("d1"));
    assert_eq!(line(&town.end()), "in_progress [d1]", "the remover had seen the pick-up");

    town.uncounted = town.all.iter().copied().filter(|id| *id != town.request).collect();
    assert_eq!(line(&town.end()), "open [] d1 removed", "the remover had not");
    assert_eq!(incidents(&town.end()), [("d1".to_owned(), Incident::LeftAfterRemoval)]);
}

#[test]
fn somebody_removed_later_does_not_hold_up_whoever_goes_instead() {
    let mut town = Town::new();
    town.healed(|town, all| {
        town.driver(all, "d1", &[Claim]);
        town.driver(all, "d2", &[Claim]);
    });
    town.removed.insert(person("d1"));
    town.healed(|town, all| town.driver(all, "d2", &[Depart]));
    assert_eq!(line(&town.end()), "in_progress [d2] d1 removed");
}

#[test]
fn strangers_and_borrowed_capacities_change_nothing() {
    let mut town = Town::new();
    town.healed(|town, all| town.driver(all, "d1", &[Claim]));
    let before = town.end();
    let forged = [
        ("d2", Part::Desk, Verb::Decline),
        ("d2", Part::Requester, Verb::Cancel),
        ("d2", Part::Captain, Verb::Refer),
        ("ma", Part::Member, Verb::Seen),
        ("li", Part::Requester, Verb::Confirm),
    ];
    for (who, part, verb) in forged {
        town.healed(|town, all| {
            town.act(all, who, part, verb);
        });
        assert_eq!(line(&town.end()), line(&before), "{who} as {part:?}: {verb:?}");
    }
    let mut side = town.all.clone();
    town.removed.insert(person("d9"));
    let stranger = town.act(&mut side, "d9", Part::Member, Claim);
    town.uncounted.insert(stranger);
    assert!(!town.end().heads.contains(&stranger), "nobody cites what does not count");
    town.healed(|town, all| town.driver(all, "d1", &[Depart]));
    assert_eq!(town.end().holders, before.holders);
    assert_eq!(town.end().status, Status::InProgress);
}

#[test]
fn ten_places_are_the_same_ten_everywhere_and_who_moves_up_says_yes() {
    let mut town = Town::with(10, false, 3);
    let [mut a, mut b] = town.cut();
    for at in 1..=8 {
        town.driver(&mut a, &format!("d{at}"), &[Claim]);
        town.driver(&mut b, &format!("d{}", at + 8), &[Claim]);
    }
    let end = town.end();
    assert_eq!((end.holders.len(), end.waitlist.len(), end.awaiting.len()), (10, 6, 0));
    let mut lost = names(&end.waitlist);
    lost.sort_by_key(|who| person(who));
    assert_eq!(told(&end), lost.into_iter().map(|who| (who, Told::Lost)).collect::<Vec<_>>());

    let up = names(&end.waitlist)[0].clone();
    let out = names(&end.holders)[3].clone();
    town.healed(|town, all| {
        town.driver(all, &up, &[Ack]);
        town.driver(all, &out, &[Withdraw]);
    });
    let after = town.end();
    assert_eq!(
        names(&after.awaiting),
        std::slice::from_ref(&up),
        "his yes was not said as a holder"
    );
    assert_eq!(names(&after.holders).last(), Some(&up));
    assert!(!names(&after.holders).contains(&out) && after.told_to(&person(&out)).is_none());
    town.healed(|town, all| town.driver(all, &up, &[Ack]));
    assert!(town.end().awaiting.is_empty());
}

#[test]
fn a_hold_shows_until_something_goes_on() {
    let mut town = Town::new();
    town.healed(|town, all| {
        town.act(all, "li", Part::Desk, Verb::Hold);
    });
    assert_eq!((town.end().status, town.end().notes), (Status::Open, vec![Note::OnHold]));
    town.healed(|town, all| {
        town.act(all, "he", Part::Desk, Verb::Resume);
    });
    assert!(town.end().notes.is_empty());
}

#[test]
fn the_timeline_keeps_every_act_after_what_its_author_had_seen() {
    let mut town = Town::new();
    let [mut a, mut b] = town.cut();
    town.driver(&mut a, "d1", &[Claim, Depart]);
    town.driver(&mut b, "d2", &[Depart]);
    let end = town.end();
    let shown: Vec<_> = end.timeline.iter().map(|entry| (entry.what, entry.counted)).collect();
    assert_eq!(shown[0], (What::Asked, true));
    assert_eq!(shown.len(), 4);
    assert!(shown.contains(&(What::Did(Depart), false)), "never claimed, yet shown");
    let place = |verb| shown.iter().position(|it| *it == (What::Did(verb), true));
    assert!(place(Claim) < place(Depart));
    assert_eq!(end.heads.len(), 2, "both sides' last acts");
}

#[test]
fn duplicates_of_each_other_leave_one_case_open() {
    let mut town = Town::new();
    let first = town.request;
    let ask = |town: &Town| match &town.written[&first].act {
        Act::Ask(ask) => Act::Ask(Ask { title: "The same ride".into(), ..ask.clone() }),
        _ => unreachable!("the town was founded by asking"),
    };
    let (mut a, ask) = (town.all.clone(), ask(&town));
    let second = town.write(&mut a, "he", ask);
    let mark = |request, other| Deed {
        request,
        verb: Verb::Duplicate,
        role: Part::Desk,
        about: None,
        instead: None,
        other: Some(other),
        offer: None,
        note: String::new(),
    };
    let [mut b, mut c]: [Node; 2] = town.cut();
    town.write(&mut b, "li", Act::Do(mark(first, second)));
    town.request = second;
    town.write(&mut c, "he", Act::Do(mark(second, first)));
    assert_eq!(town.end().status, Status::Duplicate, "its asker knew the first");
    town.request = first;
    assert_eq!(town.end().status, Status::Open);
}

#[test]
fn many_tips_are_joined_before_an_act_cites_them() {
    let ids = |count: u16| -> Vec<EnvelopeId> {
        let id = |at: u16| {
            EnvelopeId::from_bytes(std::array::from_fn(|byte| at.to_be_bytes()[byte % 2]))
        };
        (0..count).map(id).collect()
    };
    for (heads, joins) in [(0, 0), (16, 0), (17, 1), (31, 1), (32, 2), (256, 16)] {
        let plan = join_plan(&ids(heads));
        assert_eq!(plan.len(), joins, "{heads} heads");
        let joined: usize = plan.iter().map(Vec::len).sum();
        assert!(plan.iter().all(|cited| cited.len() <= 16));
        assert!(usize::from(heads) - joined + joins <= 16, "{heads} heads fit afterwards");
    }
    let mut heads = ids(5_000);
    let mut rounds = 0;
    while !join_plan(&heads).is_empty() {
        let plan = join_plan(&heads);
        heads.retain(|head| !plan.iter().flatten().any(|cited| cited == head));
        heads.extend(ids(u16::try_from(plan.len()).expect("few")).into_iter().map(|id| {
            EnvelopeId::from_bytes(std::array::from_fn(|at| id.as_bytes()[at] ^ (0x80 + rounds)))
        }));
        rounds += 1;
    }
    assert!(heads.len() <= 16 && rounds <= 4);
}
