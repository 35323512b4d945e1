//! A request's whole life: registered from a message, asked for somebody else, taken down by phone,
//! swapped, merged, visited, closed. Each story has a cut where two sides can act.

use node::api::{
    CaseCommand, CaseVerb, Command, ConsentWord, Deed, IntakeWord, NewCase, Private, Reply,
    RoleWord,
};
use tests::world::{Who, World};

const WEEK: u64 = 7 * 24 * 60 * 60 * 1_000;

/// An office, a second desk, and some homes on one network.
fn town(seed: u64, names: &[&str]) -> (World, Who, Who, Vec<Who>) {
    let mut world = World::seeded(seed);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let homes: Vec<Who> = names.iter().map(|name| world.move_in(name)).collect();
    let all: Vec<Who> = [office, desk].into_iter().chain(homes.iter().copied()).collect();
    world.lan(&all);
    world.settle();
    (world, office, desk, homes)
}

fn ride(title: &str) -> NewCase {
    NewCase { title: title.into(), ..NewCase::default() }
}

/// Needs 4 and 6: any message becomes a request, its number derives from it, both sides of a cut that
/// register it give one case, and the two link to each other.
#[test]
fn need_06_two_desks_register_one_message_and_it_is_one_case() {
    let (mut world, office, desk, homes) = town(0x0601, &["Wang", "Chen"]);
    let (wang, chen) = (homes[0], homes[1]);
    let message = world.post_id(wang, "我家水管爆了,谁能帮忙? The pipe burst");
    world.settle();

    world.chapter("the desks lose each other; both register it");
    world.cut(&[office, wang], &[desk, chen]);
    let one = world.registers(office, message, false);
    let other = world.registers(desk, message, true);
    assert_eq!(one, other, "the number derives from the message");
    assert_eq!(world.registers(desk, message, false), one, "saying it twice is once");
    assert_eq!(world.page(office, one).row.status, "registered");
    assert_eq!(world.page(desk, one).row.status, "open");
    world.settle();
    world.claim(chen, one);

    world.heal();
    world.settle();
    let everybody = world.everybody();
    for who in &everybody {
        let row = world.page(*who, one).row;
        assert_eq!((row.status.as_str(), row.requester.as_str()), ("assigned", "Wang"));
        let said = Command::Request { id: row.code.clone() };
        let found = matches!(world.ask(*who, said), Ok(Reply::Request(page)) if page.row.id == one);
        assert!(found && row.code.len() == 7, "{} finds it by what is said on the phone", row.code);
        let logged = world.log(*who, "all");
        let shown = logged.iter().find(|it| it.id == message).and_then(|it| it.request.clone());
        assert_eq!(shown, Some(row.code), "the message shows the request");
        assert_eq!(
            world.page(*who, one).more.message,
            Some(message),
            "and the request the message"
        );
    }
    assert_eq!(world.desk_list(office, node::api::DeskList::Provisional).len(), 1);
    world.assert_same_sight(&everybody);

    world.chapter("it is Wang's: she may say that it is solved, and nobody else");
    world.does(chen, one, CaseVerb::Depart);
    world.does(chen, one, CaseVerb::Done);
    world.settle();
    for who in [office, desk, chen] {
        let confirm = world.deed(who, Deed::of(&one.to_hex(), CaseVerb::Confirm));
        assert_eq!(confirm, Err("ask_somebody_else".into()), "{}", world.name(who));
    }
    world.does(wang, one, CaseVerb::Confirm);
    world.settle();
    insta::assert_snapshot!(world.life(chen, one));
}

/// Need 4: a message becomes a request by whoever hands it in, on both sides of a cut, and gives him no
/// say by it; the request links back, and the message to the request.
#[test]
fn need_04_a_neighbour_hands_in_anothers_message_and_it_stays_hers() {
    let (mut world, office, desk, homes) = town(0x0401, &["Wang", "Zhao", "Li"]);
    let [wang, zhao, li] = [homes[0], homes[1], homes[2]];
    let message = world.post_id(wang, "The lift is broken again");
    world.settle();

    world.chapter("a cut: Zhao hands it in here, Li there");
    world.cut(&[office, zhao], &[desk, wang, li]);
    let request = world.registers(zhao, message, false);
    assert_eq!(world.registers(li, message, false), request, "one request");
    world.settle();
    for who in [office, wang] {
        let row = world.page(who, request).row;
        assert_eq!((row.status.as_str(), row.requester.as_str()), ("submitted", "Wang"));
    }
    let cancel =
        |world: &mut World, who| world.deed(who, Deed::of(&request.to_hex(), CaseVerb::Cancel));
    for who in [zhao, li] {
        assert_eq!(cancel(&mut world, who), Err("ask_somebody_else".into()));
    }
    world.heal();
    world.settle();
    for who in world.everybody() {
        let page = world.page(who, request);
        assert_eq!(page.more.message, Some(message), "it links back");
        let log = world.log(who, "all");
        let shown = log.iter().find(|it| it.id == message).and_then(|it| it.request.as_ref());
        assert_eq!(shown, Some(&page.row.code), "and the message to it");
    }
    assert_eq!(world.registers(office, message, true), request);
    world.settle();
    assert_eq!(world.page(zhao, request).row.status, "open");
    for who in [zhao, li] {
        assert_eq!(cancel(&mut world, who), Err("ask_somebody_else".into()));
    }
    assert_eq!(cancel(&mut world, wang), Ok(()));
    world.settle();
    insta::assert_snapshot!(world.life(office, request));
}

/// Need 18: requester, subject and proxy are three people; the subject's own later word overrides.
#[test]
fn need_18_the_person_in_need_has_the_last_word() {
    let (mut world, office, desk, homes) = town(0x1801, &["Gran", "Son", "Zhang", "Li"]);
    let [gran, son, zhang, li] = [homes[0], homes[1], homes[2], homes[3]];
    let asked = NewCase {
        subject: Some("Gran".into()),
        requester: Some("Son".into()),
        proxy: Some("Son".into()),
        consent: Some(ConsentWord::ByPhone),
        intake: Some(IntakeWord::Phone),
        ..ride("To the eye clinic")
    };
    let refused = world.ask(zhang, Command::Case(CaseCommand::Ask(Box::new(asked.clone()))));
    assert!(refused.is_err(), "a neighbour asks in nobody's name");
    let (request, _) = world.asks(office, asked);
    world.settle();
    let page = world.page(li, request);
    assert_eq!(page.row.requester, "Son", "three fields");
    let more = page.more;
    assert_eq!((more.subject.as_deref(), more.proxy.as_deref()), (Some("Gran"), Some("Son")));
    assert_eq!(more.consent, Some(ConsentWord::ByPhone));

    world.chapter("a cut: the desk gives it to Zhang, Gran gives it to Li");
    world.cut(&[office, desk, zhang, son], &[gran, li]);
    world.does_to(office, request, CaseVerb::Grant, "Zhang");
    world.does_to(gran, request, CaseVerb::Grant, "Li");
    for (who, time) in [(son, "08:00"), (li, "09:00")] {
        world.edit(who, request, "time", time);
    }
    for (who, place) in [(son, "the north gate"), (gran, "the lift")] {
        world.edit(who, request, "place", place);
    }
    world.heal();
    world.settle();
    let everybody = world.everybody();
    for who in &everybody {
        let page = world.page(*who, request);
        assert_eq!(page.facts["place"], ["the lift"], "where to come is her word");
        assert_eq!(
            (page.facts["time"].len(), page.row.conflicts),
            (2, 1),
            "no word of hers on that"
        );
    }
    assert_eq!(world.agreed_holder(&everybody, request), "Li", "her own word");
    let told: Vec<String> = world.notices(zhang).into_iter().map(|it| it.reason).collect();
    assert_eq!(told, ["backup"], "told once");
    let instead = Deed {
        person: Some("Zhang".into()),
        instead: Some("Li".into()),
        ..Deed::of(&request.to_hex(), CaseVerb::Grant)
    };
    // The page lets the desk try; the fold does not let it displace whom Gran chose.
    let _ = world.deed(office, instead);
    world.settle();
    assert_eq!(world.agreed_holder(&everybody, request), "Li");

    world.chapter("she calls it off; her son cannot undo that, she can");
    world.does(gran, request, CaseVerb::Cancel);
    world.settle();
    let reopen = Deed::of(&request.to_hex(), CaseVerb::Reopen);
    assert_eq!(world.deed(son, reopen.clone()), Err("ask_the_subject".into()));
    assert_eq!(world.deed(gran, reopen), Ok(()));
    world.settle();
    insta::assert_snapshot!(world.life(office, request));
}

/// Need 19: four fields by phone, a code to say, and whoever has no box is a name in the vault.
#[test]
fn need_19_somebody_without_a_phone_of_his_own_is_taken_down_in_four_fields() {
    let (mut world, office, desk, homes) = town(0x1901, &["Zhang", "Li"]);
    let (zhang, li) = (homes[0], homes[1]);
    let private = Private {
        name: "王桂兰".into(),
        phone: "13800138000".into(),
        door: "5-2-301".into(),
        ..Private::default()
    };
    let call = NewCase {
        subject: Some("王桂兰".into()),
        intake: Some(IntakeWord::Phone),
        consent: Some(ConsentWord::ByPhone),
        private,
        ..ride("Rice for a week")
    };
    world.cut(&[office, zhang], &[desk, li]);
    let (request, code) = world.asks(office, call);
    assert_eq!(code.len(), 7);
    world.settle();
    world.claim(zhang, request);
    world.heal();
    world.settle();
    for who in [desk, li, zhang] {
        let id = code.clone();
        let page = match world.ask(who, Command::Request { id }) {
            Ok(Reply::Request(page)) => page,
            other => panic!("by its code: {other:?}"),
        };
        assert_eq!(page.row.holder.as_deref(), Some("Zhang"));
        assert_eq!(page.more.intake, Some(IntakeWord::Phone));
        let shown = format!("{page:?}");
        assert!(!shown.contains("王桂兰") && !shown.contains("13800138000"), "{shown}");
    }
    world.does_to(desk, request, CaseVerb::Grant, "Zhang");
    world.settle();
    let open = Command::OpenVault { id: request.to_hex(), reason: String::new() };
    match world.ask(zhang, open) {
        Ok(Reply::Vaults(page)) => assert_eq!(page.private.name, "王桂兰"),
        other => panic!("whoever is granted it reads the name: {other:?}"),
    }
    insta::assert_snapshot!(world.life(li, request));
}

/// Every act of the table has a command; what is refused says why and writes nothing.
#[test]
fn every_act_is_done_by_whom_it_belongs_to_and_refused_to_others() {
    let (mut world, office, _, homes) = town(0x0F01, &["Wang", "Zhang", "Li"]);
    let [wang, zhang, li] = [homes[0], homes[1], homes[2]];
    let (request, _) = world.asks(
        wang,
        NewCase { kind: node::api::KindWord::Question, ..ride("When does the office open?") },
    );
    world.settle();
    let id = request.to_hex();
    let of = |verb| Deed::of(&id, verb);
    let held = world.holds(zhang);
    for (who, deed, why) in [
        (zhang, of(CaseVerb::Register), "ask_somebody_else"),
        (zhang, of(CaseVerb::Claim), "wait_until_published"),
        (office, of(CaseVerb::Resume), "not_on_hold"),
        (office, of(CaseVerb::Refer), "SayWhat"),
        (office, of(CaseVerb::Decline), "SayWhat"),
        (office, of(CaseVerb::Duplicate), "SayWhat"),
        (office, of(CaseVerb::Grant), "SayWhat"),
        (office, Deed { person: Some("Li".into()), ..of(CaseVerb::Revoke) }, "nobodys_place"),
        (office, of(CaseVerb::Close), "not_resolved_yet"),
        (wang, of(CaseVerb::Reopen), "still_going"),
        (wang, of(CaseVerb::Confirm), "cancel_instead"),
        (li, of(CaseVerb::Cancel), "ask_somebody_else"),
    ] {
        let verb = deed.verb;
        assert_eq!(world.deed(who, deed), Err(why.to_owned()), "{} {verb:?}", world.name(who));
    }
    assert_eq!(world.holds(zhang), held, "nothing was written");
    for verb in [CaseVerb::Register, CaseVerb::Hold, CaseVerb::Resume, CaseVerb::Publish] {
        world.does(office, request, verb);
    }
    world.settle();
    world.does_to(office, request, CaseVerb::Grant, "Zhang");
    world.settle();
    let instead =
        Deed { person: Some("Li".into()), instead: Some("Zhang".into()), ..of(CaseVerb::Grant) };
    assert_eq!(world.deed(office, instead), Ok(()));
    world.settle();
    let told: Vec<String> = world.notices(zhang).into_iter().map(|it| it.reason).collect();
    assert_eq!(told, ["revoked"]);
    for verb in [CaseVerb::Ack, CaseVerb::Depart, CaseVerb::Arrive, CaseVerb::Pickup] {
        world.does(li, request, verb);
    }
    assert_eq!(world.deed(li, of(CaseVerb::Withdraw)), Err("cannot_undo_pickup".into()));
    world.does(li, request, CaseVerb::Resolve);
    world.settle();
    world.does(wang, request, CaseVerb::Reopen);
    let refer = Deed { reason: "the district office".into(), ..of(CaseVerb::Refer) };
    world.settle();
    assert_eq!(world.deed(office, refer), Ok(()));
    world.settle();
    insta::assert_snapshot!(world.life(wang, request));
}

/// Swap ∥ swap of one ride: one swap, whole; both rides change hands on every node.
#[test]
fn two_swaps_of_one_ride_are_one_swap_whole() {
    let (mut world, office, desk, homes) = town(0x5A01, &["Zhang", "Li", "Sun"]);
    let [zhang, li, sun] = [homes[0], homes[1], homes[2]];
    let rides: Vec<_> = ["A", "B", "C"].map(|name| world.asks(office, ride(name)).0).to_vec();
    world.settle();
    for (who, ride) in [(zhang, 0), (li, 1), (sun, 2)] {
        world.claim(who, rides[ride]);
    }
    world.settle();
    let swap = |world: &mut World, mine: usize, whose: &str, theirs: usize| {
        let offer = Deed {
            person: Some(whose.into()),
            other: Some(rides[theirs].to_hex()),
            ..Deed::of(&rides[mine].to_hex(), CaseVerb::Offer)
        };
        let who = [zhang, li, sun][mine];
        assert_eq!(world.deed(who, offer), Ok(()));
    };
    swap(&mut world, 0, "Li", 1);
    swap(&mut world, 0, "Sun", 2);
    world.settle();
    world.cut(&[office, li], &[desk, sun, zhang]);
    let accept = |world: &mut World, who, mine: usize| {
        let other = Some(rides[mine].to_hex());
        let deed = Deed { other, ..Deed::of(&rides[0].to_hex(), CaseVerb::Accept) };
        assert_eq!(world.deed(who, deed), Ok(()));
    };
    accept(&mut world, li, 1);
    accept(&mut world, sun, 2);
    assert_eq!(world.holder(li, rides[1]).as_deref(), Some("Zhang"));
    assert_eq!(world.holder(sun, rides[2]).as_deref(), Some("Zhang"));
    world.heal();
    world.settle();
    let everybody = world.everybody();
    let holders: Vec<String> =
        rides.iter().map(|ride| world.agreed_holder(&everybody, *ride)).collect();
    let whole = [["Li", "Zhang", "Sun"], ["Sun", "Li", "Zhang"]];
    assert!(whole.iter().any(|it| holders == *it), "{holders:?}");

    world.chapter("whoever took a ride by the swap may set off, and whoever gave it may not");
    let took = if holders[0] == "Li" { li } else { sun };
    world.does(took, rides[0], CaseVerb::Depart);
    world.settle();
    assert_eq!(world.page(office, rides[0]).row.status, "in_progress");
    world.assert_same_sight(&everybody);
}

/// A duplicate of B ∥ B a duplicate of A: one stays open.
#[test]
fn duplicates_of_each_other_leave_one_open_on_every_node() {
    let (mut world, office, desk, homes) = town(0xD001, &["Wang", "Li"]);
    let one = world.request(homes[0], "Power is out");
    let other = world.request(homes[1], "No power in building 5");
    world.settle();
    world.cut(&[office, homes[0]], &[desk, homes[1]]);
    let merge = |world: &mut World, who, a: crdt::id::RequestId, b: crdt::id::RequestId| {
        let deed = Deed { other: Some(b.to_hex()), ..Deed::of(&a.to_hex(), CaseVerb::Duplicate) };
        assert_eq!(world.deed(who, deed), Ok(()));
    };
    merge(&mut world, office, one, other);
    merge(&mut world, desk, other, one);
    world.heal();
    world.settle();
    for who in world.everybody() {
        let mut all = [one, other].map(|id| world.page(who, id).row.status);
        all.sort();
        assert_eq!(all, ["duplicate", "open"], "{}", world.name(who));
    }
}

fn visit(id: String, outcome: &str, promise: Option<&str>) -> Command {
    Command::Case(CaseCommand::Visit {
        id,
        at_ms: None,
        people: vec!["Li".into(), "the plumber".into()],
        outcome: outcome.into(),
        promise: promise.map(str::to_owned),
        follow_up_ms: None,
        photo: None,
        photos: Vec::new(),
    })
}

/// Needs 8 and 9: visits with promises; staff cannot confirm; a phone verdict is marked and confirms
/// nothing; a week's silence closes by default, once; close ∥ reopen is open.
#[test]
fn need_09_silence_closes_by_default_and_a_reopening_beats_it() {
    let (mut world, office, desk, homes) = town(0x0901, &["Wang", "Li"]);
    let (wang, li) = (homes[0], homes[1]);
    let request = world.request(wang, "The drain is blocked");
    world.settle();
    world.claim(li, request);
    world.does(li, request, CaseVerb::Depart);
    world.tell(li, visit(request.to_hex(), "cleared by hand", Some("a new grating")));
    assert!(world.ask(wang, visit(request.to_hex(), "?", None)).is_err(), "holder or desk");
    world.does(li, request, CaseVerb::Done);
    world.settle();
    let note = |solved, words: &str| {
        let (id, words) = (request.to_hex(), words.to_owned());
        Command::Case(CaseCommand::Note { id, solved, words })
    };
    assert!(world.ask(li, note(true, "says it works")).is_err(), "the desk alone");
    world.tell(office, note(true, "says it works"));
    world.settle();
    let page = world.page(wang, request);
    assert_eq!(page.row.status, "resolved", "a phone verdict confirms nothing");
    assert!(page.more.verdicts[0].solved && page.more.verdicts[0].by == "Office");
    assert_eq!(page.more.visits[0].promise.as_deref(), Some("a new grating"));
    let confirm = Deed::of(&request.to_hex(), CaseVerb::Confirm);
    assert_eq!(world.deed(office, confirm), Err("ask_somebody_else".into()));
    let close = Deed::of(&request.to_hex(), CaseVerb::Close);
    assert_eq!(world.deed(office, close), Err("too_early".into()));

    world.chapter("a week of silence, cut in two: each desk's node closes by itself, Wang reopens");
    world.cut(&[office, li], &[desk, wang]);
    world.run_for(6 * WEEK / 7);
    assert_eq!(world.page(office, request).row.status, "resolved");
    world.run_for(WEEK / 7 + 2 * 60 * 60 * 1_000);
    for who in [office, desk] {
        let page = world.page(who, request);
        assert_eq!(page.row.status, "closed", "{}", world.name(who));
        assert!(page.more.by_default);
    }
    world.heal();
    world.settle();
    let closed = world.figures(office).all.satisfaction;
    assert_eq!(
        (closed.by_default, closed.confirmed),
        (1, 0),
        "two closings are one, counted apart"
    );
    assert_eq!(closed.noted_solved, 1);

    world.chapter("she reopens; on the other side of a cut it is closed again unseen");
    world.does(wang, request, CaseVerb::Reopen);
    world.settle();
    assert_eq!(world.page(office, request).row.status, "assigned");
    world.does(office, request, CaseVerb::Resolve);
    world.settle();
    world.cut(&[office, li, desk], &[wang]);
    world.does(wang, request, CaseVerb::Reopen);
    world.run_for(WEEK + 2 * 60 * 60 * 1_000);
    assert_eq!(world.page(office, request).row.status, "closed");
    world.heal();
    world.settle();
    for who in world.everybody() {
        assert_ne!(world.page(who, request).row.status, "closed", "open beats closed");
    }
    insta::assert_snapshot!(world.life(wang, request));
}
