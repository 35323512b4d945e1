//! The desk: postings without a name, complaints for the desk alone, release before the ride, its
//! lists after a cut.

use node::api::{
    CaseCommand, CaseVerb, Command, DeskList, ErrorKind, GroupKindWord, KindWord, NewCase,
    PreferWord, Private, Reply, RoleWord, VaultPage,
};
use tests::world::{BEGIN, Who, World};

const HOUR: u64 = 60 * 60 * 1_000;
const PHONE: &str = "138 0013 8000";
const DOOR: &str = "5-2-301";
const DIAGNOSIS: &str = "dialysis, hepatitis B";

fn private() -> Private {
    let text = |text: &str| text.to_owned();
    Private {
        name: text("王秀英"), phone: text(PHONE), door: text(DOOR), details: text(DIAGNOSIS)
    }
}

fn opens(
    world: &mut World,
    who: Who,
    request: crdt::id::RequestId,
) -> Result<VaultPage, ErrorKind> {
    let open = Command::OpenVault { id: request.to_hex(), reason: "I drive".into() };
    match world.ask(who, open) {
        Ok(Reply::Vaults(page)) => Ok(*page),
        Ok(other) => panic!("opened, and saw {other:?}"),
        Err(error) => Err(error.kind),
    }
}

fn posts(world: &mut World, who: Who, case: crdt::id::RequestId) -> crdt::id::RequestId {
    let (id, team) = (case.to_hex(), "fleet".to_owned());
    match world.tell(who, Command::Case(CaseCommand::Post { id, team, title: None })) {
        Reply::Asked { id, .. } => id,
        other => panic!("posted, and heard {other:?}"),
    }
}

/// An office, a second desk, a home that asks, and a fleet of two that both desks are in.
fn fleet(seed: u64) -> (World, [Who; 5]) {
    let mut world = World::on_disk(seed);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [wang, zhang, li] = ["Wang", "Zhang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, desk, wang, zhang, li]);
    world.settle();
    let (name, kind) = ("fleet".to_owned(), GroupKindWord::Invite);
    world.tell(
        office,
        Command::GroupNew { name, kind, vouches: 0, terms: node::api::GroupTerms::default() },
    );
    world.settle();
    for who in ["Desk 2", "Zhang", "Li"] {
        let (person, role) = (who.to_owned(), RoleWord::Member);
        let over = Some("fleet".to_owned());
        let grant = node::api::RosterCommand::Grant { person, role, over, again: false };
        world.roster(office, grant).expect("let in");
    }
    world.settle();
    world.run_for(120_000);
    world.settle();
    (world, [office, desk, wang, zhang, li])
}

/// Need 14: the team reads zone, time and what is needed, never who; two desks that post it post one;
/// whoever is granted it there gets phone and door; the case shows how it stands.
#[test]
fn need_14_the_desk_posts_a_need_to_the_fleet_without_a_name() {
    let (mut world, [office, desk, wang, zhang, li]) = fleet(0x1401);
    let (case, _) = world.asks(
        wang,
        NewCase {
            title: "Grandma Wang to her treatment".into(),
            area: "building 5".into(),
            from_ms: Some(BEGIN.0 + 48 * HOUR),
            needs: vec!["help into the car".into(), "visually impaired".into()],
            private: private(),
            ..NewCase::default()
        },
    );
    world.settle();

    world.chapter("a cut: both desks post it");
    world.cut(&[office, wang, zhang], &[desk, li]);
    let posting = posts(&mut world, office, case);
    assert_eq!(posts(&mut world, desk, case), posting);
    assert_eq!(posts(&mut world, desk, case), posting, "twice is once");
    world.settle();
    world.claim(zhang, posting);
    world.claim(li, posting);
    world.heal();
    world.settle();
    world.run_for(120_000);
    world.settle();
    let fleet = [office, desk, zhang, li];
    let winner = world.agreed_holder(&fleet, posting);
    let (won, lost) = if winner == "Zhang" { (zhang, li) } else { (li, zhang) };
    assert_eq!(world.notices(lost).len(), 1, "told once");
    let page = world.page(lost, posting);
    assert_eq!(page.more.needs, ["help into the car", "visually impaired"]);
    assert_eq!((page.more.area.as_str(), page.row.group_name.as_str()), ("building 5", "fleet"));
    assert_eq!(page.more.from_ms, Some(BEGIN.0 + 48 * HOUR), "zone and time");
    let shown = format!("{page:?}");
    for word in ["Grandma", "Wang", "王秀英", PHONE, DOOR, DIAGNOSIS] {
        assert!(!shown.contains(word), "{word}: {shown}");
    }
    assert_eq!(opens(&mut world, won, posting), Err(ErrorKind::NoVault), "a claim gives nothing");
    let standing = world.page(office, case).more.postings;
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].holder.as_deref(), Some(winner.as_str()));
    assert!(world.page(wang, case).more.postings.is_empty(), "the fleet's room is the fleet's");

    world.chapter("the desk grants it: phone and door go to the driver, the diagnosis to nobody");
    world.does_to(office, posting, CaseVerb::Grant, &winner);
    world.settle();
    let page = opens(&mut world, won, posting).expect("granted");
    assert_eq!((page.private.phone.as_str(), page.private.door.as_str()), (PHONE, DOOR));
    assert_eq!(page.private.details, "");
    assert_eq!(opens(&mut world, lost, posting), Err(ErrorKind::NoVault));
    for who in fleet {
        let files = world.home(who).files();
        for word in [PHONE, DOOR, DIAGNOSIS] {
            let stands = |file: &Vec<u8>| file.windows(word.len()).any(|it| it == word.as_bytes());
            assert!(!files.iter().any(stands), "{word} on the disk of {}", world.name(who));
        }
    }
    insta::assert_snapshot!([world.life(office, case), world.life(office, posting)].join("\n\n"));
}

/// A ride of Wang's that the office has posted to the fleet, and granted to Zhang there.
fn posted_and_granted(
    world: &mut World,
    [office, wang, zhang, li]: [Who; 4],
) -> [crdt::id::RequestId; 2] {
    let needs = vec!["help into the car".to_owned()];
    let asked = NewCase {
        title: "Grandma Wang to her treatment".into(),
        needs,
        private: private(),
        ..NewCase::default()
    };
    let (case, _) = world.asks(wang, asked);
    world.settle();
    let posting = posts(world, office, case);
    world.settle();
    world.claim(zhang, posting);
    world.settle();
    world.claim(li, posting);
    world.settle();
    world.does_to(office, posting, CaseVerb::Grant, "Zhang");
    world.settle();
    [case, posting]
}

/// Need 14: called off by the family, a ride is called off for the fleet too, on each side of a cut, and
/// whoever is on the way is told; opened again, it is his again.
#[test]
fn need_14_a_posting_ends_with_its_case_and_goes_on_with_it() {
    let (mut world, [office, desk, wang, zhang, li]) = fleet(0x1402);
    let [case, posting] = posted_and_granted(&mut world, [office, wang, zhang, li]);
    let told = |world: &mut World, who| -> Vec<String> {
        world.notices(who).into_iter().map(|it| it.reason).collect()
    };

    world.chapter("a cut: Zhang sets off on the office's side, Wang calls it off on the other");
    world.cut(&[office, zhang], &[desk, wang, li]);
    world.does(zhang, posting, CaseVerb::Depart);
    world.settle();
    world.does(wang, case, CaseVerb::Cancel);
    world.settle();
    assert_eq!(world.page(office, posting).row.status, "in_progress");
    assert_eq!(world.page(li, posting).row.status, "declined", "by the desk that is there");
    assert_eq!(told(&mut world, zhang), [""; 0]);

    world.chapter("it heals: he is told to turn back, and says that he knows");
    world.heal();
    world.settle();
    for who in [office, desk, zhang, li] {
        assert_eq!(world.page(who, posting).row.status, "cancel_requested");
    }
    assert_eq!(world.notices(li).len(), 1, "told once");
    world.does(zhang, posting, CaseVerb::Ack);
    world.settle();
    assert_eq!(world.page(office, posting).row.status, "cancelled");
    assert_eq!(told(&mut world, zhang), ["cancelled"]);

    world.chapter("she needs it after all; what the desk itself calls off stays so");
    world.does(wang, case, CaseVerb::Reopen);
    world.settle();
    for who in [office, desk, zhang, li] {
        assert_eq!(world.page(who, posting).row.status, "assigned");
        assert_eq!(world.holder(who, posting).as_deref(), Some("Zhang"));
    }
    world.does(office, posting, CaseVerb::Cancel);
    world.settle();
    world.edit(wang, case, "time", "09:00");
    world.settle();
    assert_eq!(world.page(zhang, posting).row.status, "cancelled");
    insta::assert_snapshot!([world.life(office, case), world.life(office, posting)].join("\n\n"));
}

/// Need 17: the family sees who of the fleet opened phone and door, also what was opened beyond a cut; what
/// it has forgotten is forgotten at the fleet too.
#[test]
fn need_17_the_family_sees_who_of_the_fleet_looked_and_has_it_forgotten_there() {
    let (mut world, [office, desk, wang, zhang, li]) = fleet(0x1701);
    let [case, posting] = posted_and_granted(&mut world, [office, wang, zhang, li]);

    world.chapter("Wang is cut off; Zhang looks where to go");
    world.cut(&[wang], &[office, desk, zhang, li]);
    assert_eq!(opens(&mut world, zhang, posting).expect("granted").private.phone, PHONE);
    world.settle();
    let seen = |world: &mut World, who| -> Vec<(String, Option<String>)> {
        let all = opens(world, who, case).expect("the family and the desk may").openings;
        let there = all.into_iter().filter(|it| it.team.as_deref() == Some("fleet"));
        let mut there: Vec<_> = there.map(|it| (it.who, it.released_to)).collect();
        there.sort();
        there
    };
    let handed_on = ("Office".to_owned(), Some("Zhang".to_owned()));
    let looked = ("Zhang".to_owned(), None);
    assert_eq!(seen(&mut world, wang), std::slice::from_ref(&handed_on), "not yet");
    world.heal();
    world.settle();
    for who in [wang, desk] {
        assert_eq!(seen(&mut world, who), [handed_on.clone(), looked.clone()]);
    }
    assert_eq!(opens(&mut world, li, case), Err(ErrorKind::NoVault));

    world.chapter("she has it forgotten while Zhang is cut off; then he has it no more either");
    world.cut(&[zhang], &[office, desk, wang, li]);
    let erase = Command::Erase { id: case.to_hex(), class: None };
    world.tell(wang, erase);
    world.settle();
    world.run_for(70_000);
    assert_eq!(opens(&mut world, zhang, posting).expect("he has not heard").private.phone, PHONE);
    world.heal();
    world.settle();
    for who in [office, zhang] {
        let page = opens(&mut world, who, posting).expect("it says that it is gone");
        assert_eq!(page.private, Private::default(), "{}", world.name(who));
    }
}

/// Need 7: no resident's disk holds the text of a complaint to the desk, and no title gives it away.
#[test]
fn need_07_a_complaint_to_the_desk_alone_stands_on_no_neighbours_disk() {
    let mut world = World::on_disk(0x0701);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [wang, li] = ["Wang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, desk, wang, li]);
    world.settle();
    world.cut(&[wang, li], &[office, desk]);
    let (title, words) = ("楼上每晚打麻将", "Zhao in 5-2-401 plays mahjong till dawn");
    let (request, _) = world.asks(
        wang,
        NewCase {
            title: title.into(),
            details: words.into(),
            kind: KindWord::Complaint,
            to_desk: true,
            ..NewCase::default()
        },
    );
    world.settle();
    world.heal();
    world.settle();
    let page = world.page(li, request);
    assert_eq!((page.row.title.as_str(), page.row.kind.as_str()), ("—", "complaint"));
    assert_eq!(page.row.status, "submitted", "nobody claims it");
    assert!(page.may_open.is_empty());
    assert_eq!(opens(&mut world, li, request), Err(ErrorKind::NoVault));
    for who in world.everybody() {
        let files = world.home(who).files();
        for word in [title.as_bytes(), "mahjong".as_bytes()] {
            let stands = |file: &Vec<u8>| file.windows(word.len()).any(|it| it == word);
            assert!(!files.iter().any(stands), "on the disk of {}", world.name(who));
        }
    }
    for who in [office, desk, wang] {
        let page = opens(&mut world, who, request).expect("the desk, and whoever complains");
        assert!(page.private.details.contains(title) && page.private.details.contains(words));
    }
    world.does(desk, request, CaseVerb::Register);
    world.settle();
    insta::assert_snapshot!(world.life(li, request));
}

/// Where one alone shall come, the page waits for a grant until shortly before; then whoever holds the
/// vault hands it to the winner, marked, also on the side without the desk.
#[test]
fn before_the_ride_the_winner_is_given_the_door_without_a_grant() {
    let mut world = World::on_disk(0x1701);
    let office = world.office();
    let [wang, zhang, li] = ["Wang", "Zhang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, wang, zhang, li]);
    world.settle();
    let (ride, _) = world.asks(
        wang,
        NewCase {
            title: "To the eye clinic".into(),
            prefer: Some(PreferWord::Single),
            from_ms: Some(BEGIN.0 + 12 * HOUR),
            private: private(),
            ..NewCase::default()
        },
    );
    world.settle();
    world.claim(zhang, ride);
    world.settle();
    world.cut(&[office], &[wang, zhang, li]);
    let page = world.page(zhang, ride);
    assert!(page.more.waits_for_grant && !page.may.contains(&node::api::ActVerb::Depart));
    assert_eq!(opens(&mut world, zhang, ride), Err(ErrorKind::NoVault));
    world.run_for(9 * HOUR);
    assert_eq!(opens(&mut world, zhang, ride), Err(ErrorKind::NoVault), "three hours before");
    world.run_for(3 * HOUR / 2);
    let page = opens(&mut world, zhang, ride).expect("an hour and a half before");
    assert_eq!((page.private.phone.as_str(), page.private.details.as_str()), (PHONE, ""));
    assert_eq!(opens(&mut world, li, ride), Err(ErrorKind::NoVault));
    let page = world.page(zhang, ride);
    assert!(page.more.unconfirmed && page.may.contains(&node::api::ActVerb::Depart));
    let seen = opens(&mut world, wang, ride).expect("it is hers").openings;
    let given = seen.iter().filter(|it| it.released_to.as_deref() == Some("Zhang"));
    let reasons: Vec<&str> = given.map(|it| it.reason.as_str()).collect();
    assert_eq!(reasons, ["unconfirmed"], "once, and marked: {seen:?}");
}

/// The page offers to set off two hours before the window and not sooner; who sets off sooner all the same,
/// behind a cut, keeps the ride, and those who may give it to another see it.
#[test]
fn setting_off_much_too_early_is_not_offered_and_is_shown() {
    let (mut world, people) = World::court(0x1702, &["Wang", "Zhang"]);
    let (office, wang, zhang) = (world.office(), people[0], people[1]);
    world.lan(&[office, wang, zhang]);
    let from_ms = Some(BEGIN.0 + 12 * HOUR);
    let (ride, _) =
        world.asks(wang, NewCase { title: "A ride".into(), from_ms, ..NewCase::default() });
    world.settle();
    world.claim(zhang, ride);
    let offered = |world: &mut World| {
        let page = world.page(zhang, ride);
        (page.more.early, page.may.contains(&node::api::ActVerb::Depart))
    };
    assert_eq!(offered(&mut world), (true, false));
    let marked = |world: &mut World, who| {
        world.page(who, ride).remarks.contains(&"early_departure".to_owned())
    };
    world.cut(&[zhang], &[office, wang]);
    world.does(zhang, ride, CaseVerb::Depart);
    assert_eq!((marked(&mut world, office), marked(&mut world, wang)), (false, false));
    world.heal();
    world.settle();
    assert_eq!((marked(&mut world, office), marked(&mut world, wang)), (true, true));
    assert_eq!(world.page(office, ride).row.status, "in_progress", "he keeps it");
    world.does_to(wang, ride, CaseVerb::Revoke, "Zhang");
    world.settle();
    assert!(!marked(&mut world, office), "she called him back");

    world.chapter("two hours before it is offered, and no mark is made");
    let (late, _) =
        world.asks(wang, NewCase { title: "Again".into(), from_ms, ..NewCase::default() });
    world.settle();
    world.claim(zhang, late);
    world.run_for(10 * HOUR);
    let page = world.page(zhang, late);
    assert!(!page.more.early && page.may.contains(&node::api::ActVerb::Depart));
    world.does(zhang, late, CaseVerb::Depart);
    world.settle();
    assert_eq!(world.page(office, late).remarks, [""; 0]);
}

/// A claim whose lease ran out is shown, and others may claim behind it.
#[test]
fn a_silent_holder_is_shown_and_others_claim_behind_him() {
    let (mut world, people) = World::court(0x6001, &["Zhang", "Li"]);
    let (office, zhang, li) = (world.office(), people[0], people[1]);
    let ride = world.request(office, "Carry rice upstairs");
    let other = world.request(office, "Water the plants");
    world.settle();
    world.claim(zhang, ride);
    world.settle();
    assert!(!world.page(li, ride).row.stale);
    world.run_for(25 * HOUR);
    world.claim(li, ride);
    world.settle();
    let page = world.page(office, ride);
    assert!(page.row.stale && page.more.stale);
    assert_eq!((page.holders, page.waitlist), (vec!["Zhang".into()], vec!["Li".to_owned()]));
    assert!(world.desk_list(office, DeskList::Overdue).contains(&"Carry rice upstairs".to_owned()));
    let told = world.notices(li);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].next_open.as_ref().map(|row| row.id), Some(other));
}

/// Need 29: whatever was asked during a cut stands in the desk's list after it, with what the cut
/// brought; need 2: the figures tell what the cut added apart.
#[test]
fn need_29_nothing_unanswered_is_lost_over_a_cut() {
    let (mut world, people) = World::court(0x2901, &["Wang", "Zhang", "Li"]);
    let (office, wang, zhang, li) = (world.office(), people[0], people[1], people[2]);
    world.lan(&[office, wang, zhang, li]);
    world.settle();
    let before = world.request(li, "Before the cut");
    world.settle();
    world.does(office, before, CaseVerb::Register);
    let ride = world.request(li, "A ride");
    world.settle();

    world.chapter("six hours without each other: both sides ask, edit and claim");
    world.cut(&[office, zhang], &[wang, li]);
    for n in 0..14 {
        let urgency = Some(if n == 7 { 4 } else { 2 });
        let title = format!("Asked in the cut {n}");
        world.asks(wang, NewCase { title, urgency, ..NewCase::default() });
        world.run_for(60_000);
    }
    world.edit(office, before, "place", "the north gate");
    world.edit(li, before, "place", "the south gate");
    world.claim(zhang, ride);
    world.claim(li, ride);
    world.run_for(6 * HOUR);
    assert_eq!(world.desk_list(office, DeskList::Unanswered), ["A ride"]);
    world.heal();
    world.settle();

    let unanswered = world.desk_list(office, DeskList::Unanswered);
    assert_eq!(unanswered.len(), 15);
    assert_eq!(unanswered[0], "Asked in the cut 7", "the most urgent first");
    assert_eq!(unanswered[1], "A ride", "then who waits longest");
    assert_eq!(world.desk_list(office, DeskList::Conflicts), ["Before the cut"]);
    assert_eq!(world.desk_list(office, DeskList::Provisional), ["A ride"]);
    assert_eq!(world.desk_list(office, DeskList::Unclaimed).len(), 15);
    let cut = world.desk(office, None).cut.expect("something came in late");
    assert_eq!((cut.new, cut.conflicts, cut.told), (14, 1, 1), "{cut:?}");
    let asked = |who| Command::Case(CaseCommand::Desk { list: who, last: None });
    let refused = world.ask(wang, asked(None)).map_err(|error| error.kind);
    assert_eq!(refused, Err(ErrorKind::NotAllowed), "a resident has no desk");

    world.chapter("the office answers one of them ten minutes after the heal");
    world.run_for(HOUR / 6);
    let first = world.desk(office, Some(DeskList::Unanswered)).lists[0].requests[0].id;
    world.does(office, first, CaseVerb::Register);
    let all = world.figures(office).all;
    assert_eq!((all.asked, all.unanswered), (16, 14));
    assert_eq!(all.response.count, 2);
    let p90 = all.response.p90_ms.expect("two were answered");
    assert!((HOUR / 6..HOUR / 5).contains(&p90), "{p90}: the cut is not in it");
    let cut_off = all.cut_off.median_ms.expect("one was held up");
    assert!(cut_off > 6 * HOUR, "{cut_off}: it is told apart");
    insta::assert_snapshot!(unanswered.join("\n"));
}
