//! People come, are trusted, are removed and come back: the scenarios of the rules, as commands.

use crdt::{
    envelope::{Draft, Envelope, Kind},
    id::EnvelopeId,
    sync::Parting,
    time::Bucket,
};
use node::api::{
    Command, ErrorKind, GroupKindWord, Keep, MissingWord, Reply, RoleWord, RosterCommand,
    RosterReply,
};
use tests::world::{BEGIN, Who, World};

fn grant(person: &str, role: RoleWord, over: Option<&str>) -> RosterCommand {
    let (person, over) = (person.to_owned(), over.map(str::to_owned));
    RosterCommand::Grant { person, role, over, again: false }
}

fn grant_again(person: &str, role: RoleWord, over: Option<&str>) -> RosterCommand {
    let (person, over) = (person.to_owned(), over.map(str::to_owned));
    RosterCommand::Grant { person, role, over, again: true }
}

fn remove(person: &str, over: Option<&str>) -> RosterCommand {
    let (person, over) = (person.to_owned(), over.map(str::to_owned));
    RosterCommand::Remove { person, role: None, over, keep: Keep::All, anyway: false }
}

fn new_group(world: &mut World, who: Who, name: &str, kind: GroupKindWord) {
    world.tell(
        who,
        Command::GroupNew {
            name: name.into(),
            kind,
            vouches: 2,
            terms: node::api::GroupTerms::default(),
        },
    );
}

fn join(world: &mut World, who: Who, group: &str) -> Reply {
    world.tell(who, Command::GroupJoin { group: group.into() })
}

fn post_in(world: &mut World, who: Who, group: &str, text: &str) {
    let (group, text) = (group.to_owned(), text.to_owned());
    world.tell(who, Command::Post { group, text, reply_to: None });
}

fn refused(world: &mut World, who: Who, command: RosterCommand) -> ErrorKind {
    let what = format!("{command:?}");
    world.roster(who, command).expect_err(&what).kind
}

/// S1, S2 and S10: a driver is removed while he and a friend are cut off. He writes on and claims,
/// the friend answers him. Afterwards everybody sees the same: what was answered, with a mark; what
/// was not, only once the office admits it; and his claim never held.
#[test]
fn a_driver_is_removed_while_he_is_cut_off() {
    let (mut world, people) = World::court(0x51, &["Zhao", "Qian", "Sun"]);
    let (office, zhao, qian, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.post(zhao, "before");
    let ride = world.request(sun, "To the hospital");
    world.settle();

    world.chapter("Zhao and Qian are cut off; the office removes Zhao");
    world.cut(&[office, sun], &[zhao, qian]);
    let reply = world.roster(office, remove("Zhao", None)).expect("the office may");
    assert!(matches!(reply, RosterReply::Removed { cut: 0, .. }), "{reply:?}");
    world.post(zhao, "on my way");
    world.claim(zhao, ride);
    world.run_for(2_000);
    world.post(qian, "thank you, Zhao");
    world.run_for(2_000);
    world.post(zhao, "anybody there?");
    world.run_for(2_000);
    assert_eq!(world.holder(qian, ride).as_deref(), Some("Zhao"), "nobody there can know");

    world.chapter("Qian's line is mended");
    world.heal();
    world.cut(&[zhao], &[office, qian, sun]);
    world.settle();
    let honest = [office, qian, sun];
    world.assert_same_sight(&honest);
    for who in honest {
        assert_eq!(world.texts(who), ["before", "on my way", "thank you, Zhao"]);
        let flags: Vec<bool> = world.log(who, "all").iter().map(|row| row.flagged).collect();
        assert_eq!(flags, [false, true, false]);
        assert_eq!(world.holder(who, ride), None);
        assert_eq!(world.names_in(who, "all"), ["Office", "Qian", "Sun"]);
    }

    world.chapter("A steward cannot admit what the office cut off; the office can");
    world.roster(office, grant("Sun", RoleWord::Steward, None)).expect("the office may");
    world.settle();
    let late = world.late(sun);
    assert_eq!((late.len(), late[0].items, late[0].may_admit), (1, 3, false));
    let removal = late[0].removal.to_hex();
    let admit = RosterCommand::Admit { removal, writer: None };
    assert_eq!(refused(&mut world, sun, admit.clone()), ErrorKind::NotAllowed);
    let admitted = world.roster(office, admit.clone()).expect("the office may");
    assert!(matches!(admitted, RosterReply::Admitted { items: 3, .. }), "{admitted:?}");
    world.settle();
    world.assert_same_sight(&honest);
    assert_eq!(world.texts(sun).last().map(String::as_str), Some("anybody there?"));
    assert!(world.log(sun, "all").iter().all(|row| !row.flagged));
    assert!(world.late(office).is_empty());
    assert_eq!(refused(&mut world, office, admit), ErrorKind::NothingLate);
}

/// Whoever hears of a removal and of the return at once sees what those see who heard of one after
/// the other: the claim of a driver who is back stands again.
#[test]
fn a_driver_who_is_let_in_again_holds_what_he_held_for_everybody() {
    let (mut world, people) = World::court(0x5B, &["Zhao", "Qian", "Sun"]);
    let (office, zhao, qian, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let ride = world.request(qian, "To the hospital");
    world.settle();
    world.claim(zhao, ride);
    world.settle();
    world.cut(&[sun, zhao], &[office, qian]);
    world.roster(office, remove("Zhao", None)).expect("the office may");
    world.settle();
    assert_eq!(world.holder(qian, ride), None);
    world.roster(office, grant_again("Zhao", RoleWord::Member, None)).expect("the remover may");
    world.settle();
    world.heal();
    world.settle();
    world.assert_same_sight(&[office, qian, sun]);
    assert_eq!(world.agreed_holder(&[office, qian, sun], ride), "Zhao");
}

/// Somebody calls himself as another's id is shown. Whoever names the id means its owner.
#[test]
fn nobody_is_meant_who_calls_himself_by_anothers_id() {
    let (mut world, people) = World::court(0x5D, &["Qian"]);
    let (office, qian) = (world.office(), people[0]);
    let id = world.home(qian).person();
    let crook = world.move_in(&id.to_string());
    world.wire(office, crook);
    world.settle();
    let steward = grant(&id.to_string(), RoleWord::Steward, None);
    world.roster(office, steward).expect("the office may");
    let Ok(Reply::People { people, .. }) = world.ask(office, Command::everybody()) else {
        panic!("people")
    };
    let given: Vec<_> = people.iter().filter(|row| row.role == RoleWord::Steward).collect();
    assert_eq!(given.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
}

/// A page of people reads what it shows, and says how many there are in all.
#[test]
fn people_are_read_in_portions() {
    let (mut world, _) = World::court(0x5F, &["Zhao", "Qian"]);
    let office = world.office();
    let mut read = |from, last| match world.ask(office, Command::People { from, last }) {
        Ok(Reply::People { people, count }) => (people, count),
        _ => panic!("people"),
    };
    let (everybody, count) = read(0, None);
    assert_eq!((everybody.len() as u64, count), (3, 3));
    assert_eq!(read(1, Some(1)), (everybody[1..2].to_vec(), 3));
    assert_eq!(read(2, Some(40)), (everybody[2..].to_vec(), 3));
    assert_eq!(read(u64::MAX, Some(40)), (Vec::new(), 3));
}

/// Whoever was let in again writes with a key that the removal does not touch, without opening a link:
/// his box makes one when it hears of it. What he asks for is asked, and never lost in silence.
#[test]
fn what_somebody_asks_who_was_let_in_again_is_heard() {
    let (mut world, people) = World::court(0x5C, &["Zhao", "Qian"]);
    let (office, zhao, qian) = (world.office(), people[0], people[1]);
    world.post(zhao, "good morning");
    world.settle();
    world.roster(office, remove("Zhao", None)).expect("the office may");
    world.run_for(2_000);
    world.cut(&[zhao], &[office, qian]);
    world.settle();
    world.roster(office, grant_again("Zhao", RoleWord::Member, None)).expect("the remover may");
    world.settle();
    world.heal();
    world.settle();
    let ride = world.request(zhao, "To the hospital, please");
    world.settle();
    let seen: Vec<String> = match world.ask(qian, Command::Requests { all: false }) {
        Ok(Reply::Requests { requests }) => requests.into_iter().map(|it| it.title).collect(),
        other => panic!("requests, and heard {other:?}"),
    };
    assert_eq!(seen, ["To the hospital, please"]);
    world.claim(qian, ride);
    world.settle();
    assert_eq!(world.agreed_holder(&[office, zhao, qian], ride), "Qian");
}

/// A removed man's program writes an envelope with a place far beyond the end of his chain, so that a
/// cut there would let everything below it in. The cut stands where his chain fits together.
#[test]
fn a_number_out_of_the_sky_moves_no_cut() {
    let (mut world, people) = World::court(0x52, &["Zhao", "Qian"]);
    let (office, zhao) = (world.office(), people[0]);
    world.post(zhao, "honest");
    world.settle();
    let crooked = Draft {
        kind: Kind::MESSAGE,
        scope: world.status(office).groups[0].id.scope(),
        tip: Some((1 << 40, EnvelopeId::from_bytes([9; 32]))),
        deps: Vec::new(),
        auth: Some(world.home(zhao).join()),
        epoch: None,
        lamport: 1 << 41,
        bucket: Bucket::week_of(BEGIN),
        claimed: BEGIN,
        body: World::message_body("from the future"),
    };
    let home = world.home(zhao);
    let crooked = Envelope::write(crooked, home.writer(), &home.community());
    world.slip(office, vec![crooked]);
    assert_eq!(world.texts(office), ["honest", "from the future"], "a gap silences nobody");
    world.roster(office, remove("Zhao", None)).expect("the office may");
    assert_eq!(world.texts(office), ["honest"]);
    assert_eq!(world.late(office)[0].items, 1);
}

/// A restored copy wrote a second thing in one place. Claims of neither branch count until the owner
/// chooses; nobody can choose for him.
#[test]
fn only_the_owner_of_a_forked_chain_chooses() {
    let (mut world, people) = World::court(0x58, &["Zhao", "Qian"]);
    let (office, zhao, qian) = (world.office(), people[0], people[1]);
    world.post(zhao, "what I said");
    world.settle();
    let rival = Draft {
        kind: Kind::MESSAGE,
        scope: world.status(office).groups[0].id.scope(),
        tip: None,
        deps: Vec::new(),
        auth: Some(world.home(zhao).join()),
        epoch: None,
        lamport: 1,
        bucket: Bucket::week_of(BEGIN),
        claimed: BEGIN,
        body: World::message_body("what a copy of me said"),
    };
    let home = world.home(zhao);
    let rival = Envelope::write(rival, home.writer(), &home.community());
    world.slip(office, vec![rival]);
    world.settle();
    let forks = |world: &mut World, who, command| match world.roster(who, command) {
        Ok(RosterReply::Forks { forks }) => forks,
        other => panic!("forks, and heard {other:?}"),
    };
    let seen = forks(&mut world, qian, RosterCommand::Forks);
    assert_eq!((seen.len(), seen[0].mine, seen[0].person.as_str()), (1, false, "Zhao"));
    let said = |text: &str| seen[0].branches.iter().find(|it| it.text == text).expect(text).id;
    let heal = RosterCommand::Heal { keep: said("what I said").to_hex() };
    assert_eq!(refused(&mut world, qian, heal.clone()), ErrorKind::NotFromHere);
    assert!(forks(&mut world, zhao, heal)[0].mine);
    world.settle();
    let seen = forks(&mut world, office, RosterCommand::Forks);
    let chosen: Vec<(&str, bool)> =
        seen[0].branches.iter().map(|it| (it.text.as_str(), it.chosen)).collect();
    assert!(chosen.contains(&("what I said", true)), "{chosen:?}");
    assert!(chosen.contains(&("what a copy of me said", false)), "{chosen:?}");
    let everybody = world.everybody();
    world.assert_same_sight(&everybody);
}

/// Hiding and muting are nobody else's business.
#[test]
fn what_one_box_hides_others_still_see() {
    let (mut world, people) = World::court(0x4D, &["Zhao"]);
    let (office, zhao) = (world.office(), people[0]);
    world.post(office, "good morning");
    world.settle();
    let id = world.log(zhao, "all")[0].id;
    world.roster(zhao, RosterCommand::Hide { id, hidden: true }).expect("one's own box");
    let mute = |muted| RosterCommand::Mute { group: "all".into(), muted };
    assert_eq!(world.status(zhao).groups[0].unread, 1);
    world.roster(zhao, mute(true)).expect("one's own box");
    assert!(world.log(zhao, "all").is_empty());
    assert_eq!(world.status(zhao).groups[0].unread, 0);
    assert_eq!(world.texts(office), ["good morning"]);
    world.roster(zhao, RosterCommand::Hide { id, hidden: false }).expect("one's own box");
    world.roster(zhao, mute(false)).expect("one's own box");
    assert_eq!(world.texts(zhao), ["good morning"]);
    assert_eq!(world.status(zhao).groups[0].unread, 1);
    world.assert_same_sight(&[office, zhao]);
}

/// S6 and S7: what the office took, no steward gives back; another of the office does, by saying so.
/// Whoever removed him at the same time, unseen, is undone only by one more grant.
#[test]
fn only_an_equal_gives_back_what_was_taken() {
    let (mut world, people) = World::court(0x67, &["Gu", "Wang"]);
    let (office, gu, wang) = (world.office(), people[0], people[1]);
    let he = world.move_in_as("He", RoleWord::Staff);
    world.wire(office, he);
    world.settle();
    world.roster(office, grant("Wang", RoleWord::Steward, None)).expect("an admin may");
    world.settle();

    world.chapter("The office removes Gu; neither Wang nor a slip of the hand brings him back");
    world.roster(office, remove("Gu", None)).expect("the office may");
    world.cut(&[gu], &[office, wang, he]);
    world.settle();
    let member = RoleWord::Member;
    assert_eq!(
        refused(&mut world, wang, grant_again("Gu", member, None)),
        ErrorKind::WasRemoved,
        "a steward"
    );
    assert_eq!(refused(&mut world, office, grant("Gu", member, None)), ErrorKind::WasRemoved);
    let back = world.roster(office, grant_again("Gu", member, None)).expect("the remover may");
    let RosterReply::Granted { link: Some(link), .. } = back else { panic!("{back:?}") };
    assert!(link.starts_with("linli:"), "{link}");
    world.settle();
    assert!(world.names_in(wang, "all").contains(&"Gu".to_owned()));

    world.chapter("Two of the office, cut off from one another, decide differently");
    world.cut(&[office, wang], &[he]);
    world.roster(office, remove("Wang", None)).expect("an admin may");
    world.roster(office, grant_again("Wang", member, None)).expect("and takes it back");
    world.roster(he, remove("Wang", None)).expect("staff may");
    world.heal();
    world.cut(&[gu, wang], &[office, he]);
    world.settle();
    assert!(!world.names_in(he, "all").contains(&"Wang".to_owned()), "removed until granted again");
    world.roster(office, grant_again("Wang", member, None)).expect("an admin may");
    world.settle();
    assert!(world.names_in(he, "all").contains(&"Wang".to_owned()));
}

/// S14: an invitation for one person, used by two. The inviting home confirms the first that it sees;
/// the other is told why he is not let in, and tries another one.
#[test]
fn an_invitation_for_one_person_lets_one_in() {
    let (mut world, _) = World::court(0x14, &[]);
    let office = world.office();
    let invite =
        RosterCommand::Invite { role: RoleWord::Member, group: None, once: true, whole: true };
    let RosterReply::Invited { link, file: Some(file) } =
        world.roster(office, invite).expect("the office may")
    else {
        panic!("a link and a file")
    };
    assert!(file.starts_with("linli-invitation 1\nlinli:"), "{}", &file[..60]);
    let zhao = world.move_in_by("Zhao", &link);
    let thief = world.move_in_by("Thief", &link);
    world.wire(office, zhao);
    world.settle();
    world.wire(office, thief);
    world.run_for(5_000);
    assert_eq!(world.names_in(office, "all"), ["Office", "Zhao"]);
    assert_eq!(world.home(thief).turned_away(), Some(Parting::Used));
    world.cut(&[office], &[thief]);
    world.settle();
    world.assert_same_sight(&[office, zhao]);
}

/// S19 and S21: an open group becomes vetted. Who is in stays, who comes later needs two members of
/// that very group who vouch, each counted once; an owner may let somebody in with a recorded reason.
#[test]
fn an_open_group_becomes_vetted() {
    let names = ["Zhao", "Qian", "Sun", "Li", "Zhou"];
    let (mut world, people) = World::court(0x19, &names);
    let office = world.office();
    let [zhao, qian, sun, li, zhou] = people.as_slice() else { panic!("five") };
    new_group(&mut world, office, "fleet", GroupKindWord::Open);
    new_group(&mut world, office, "choir", GroupKindWord::Open);
    world.settle();
    for who in [*zhao, *qian] {
        join(&mut world, who, "fleet");
    }
    join(&mut world, *sun, "choir");
    world.settle();
    let rules = |vouches| RosterCommand::Rules {
        group: "fleet".into(),
        kind: GroupKindWord::Vetted,
        vouches,
    };
    assert_eq!(refused(&mut world, *zhao, rules(3)), ErrorKind::NotAnOwner);
    world.roster(office, rules(3)).expect("the founder may");
    world.roster(office, rules(2)).expect("rules replace rules");
    world.settle();
    assert_eq!(world.names_in(*sun, "fleet"), ["Office", "Qian", "Zhao"], "who is in stays");

    world.chapter("Li knocks; a stranger to the fleet cannot vouch, and one member counts once");
    let knocked = join(&mut world, *li, "fleet");
    assert!(
        matches!(
            knocked,
            Reply::Roster(RosterReply::Knocked {
                missing: MissingWord::Vouches,
                have: 0,
                need: 2,
                ..
            })
        ),
        "{knocked:?}"
    );
    world.settle();
    let vouch = || RosterCommand::Vouch { group: "fleet".into(), person: "Li".into() };
    assert_eq!(refused(&mut world, *sun, vouch()), ErrorKind::NotAMember);
    for _ in 0..2 {
        world.roster(*zhao, vouch()).expect("a member may");
    }
    world.settle();
    let waiting = world.members(*qian, "fleet").waiting;
    assert_eq!((waiting.len(), waiting[0].name.as_str()), (1, "Li"));
    assert_eq!(waiting[0].vouched_by, ["Zhao"]);
    world.roster(*qian, vouch()).expect("a member may");
    world.settle();
    assert!(world.names_in(*sun, "fleet").contains(&"Li".to_owned()), "his own node knocks again");

    world.chapter("Zhou drives an ambulance: the office makes an exception, and says why");
    join(&mut world, *zhou, "fleet");
    world.settle();
    let approve = RosterCommand::Approve {
        group: "fleet".into(),
        person: "Zhou".into(),
        exception: Some("drives an ambulance".into()),
    };
    assert_eq!(refused(&mut world, *zhao, approve.clone()), ErrorKind::NotAnOwner);
    world.roster(office, approve).expect("an owner may");
    world.settle();
    let page = world.members(*li, "fleet");
    assert_eq!(page.exceptions[0].reason, "drives an ambulance");
    assert_eq!(page.members.len(), 5);
    let everybody = world.everybody();
    world.assert_same_sight(&everybody);
}

/// No group dies with its founder: the office makes a member an owner, who moderates, lets people in
/// and takes off the list who leaves. What he took down before he was removed stays down.
#[test]
fn a_group_outlives_its_founder() {
    let (mut world, people) = World::court(0x0E, &["Zhao", "Qian", "Sun"]);
    let (office, zhao, qian, sun) = (world.office(), people[0], people[1], people[2]);
    world.roster(office, grant("Sun", RoleWord::Steward, None)).expect("an admin may");
    world.settle();
    new_group(&mut world, sun, "garden", GroupKindWord::Open);
    world.settle();
    for who in [zhao, qian] {
        join(&mut world, who, "garden");
    }
    world.settle();
    post_in(&mut world, zhao, "garden", "cheap eggs!!!");
    world.settle();
    let ad = world.log(qian, "garden")[0].id;
    let reason = || "advertising".to_owned();
    let down = || RosterCommand::TakeDown { id: ad, reason: reason() };
    assert_eq!(refused(&mut world, qian, down()), ErrorKind::NotAnOwner);
    world.roster(qian, RosterCommand::Report { id: ad, reason: reason() }).expect("anybody may");
    world.settle();

    world.chapter("The founder is removed; Qian becomes the garden's owner and acts on the report");
    world.roster(office, remove("Sun", None)).expect("an admin may");
    world.cut(&[sun], &[office, zhao, qian]);
    world.roster(office, grant("Qian", RoleWord::Steward, Some("garden"))).expect("an admin may");
    world.settle();
    let reports = RosterCommand::Reports { group: "garden".into() };
    let RosterReply::Reports { reports } = world.roster(qian, reports).expect("an owner reads")
    else {
        panic!("reports")
    };
    assert_eq!((reports[0].reason.as_str(), reports[0].taken_down), ("advertising", false));
    world.roster(qian, down()).expect("an owner may");
    world.settle();
    let seen = |world: &mut World, who| {
        let row = world.log(who, "garden").remove(0);
        (row.taken_down, row.text)
    };
    assert_eq!(seen(&mut world, office), (true, "cheap eggs!!!".into()), "above it: an owner");
    assert_eq!(seen(&mut world, zhao), (true, "cheap eggs!!!".into()), "its author can appeal");

    world.chapter("Zhao leaves; an owner's node takes him off the list, and what he wrote stays");
    world
        .roster(zhao, RosterCommand::Leave { group: Some("garden".into()), anyway: false })
        .expect("anybody may");
    world.settle();
    assert_eq!(world.names_in(office, "garden"), ["Qian"]);
    assert!(world.names_in(office, "all").contains(&"Zhao".to_owned()));
    assert_eq!(world.log(qian, "garden").len(), 1);

    world.chapter("Qian is removed in turn: what he took down stays down");
    world.roster(office, remove("Qian", Some("garden"))).expect("an admin may");
    world.settle();
    assert!(seen(&mut world, office).0);
    world.roster(office, RosterCommand::PutBack { id: ad }).expect_err("no oversight in there");
}

/// Roles nest with places: who rules over a building gives roles in it and nowhere else.
#[test]
fn roles_hold_over_a_place_and_what_lies_in_it() {
    let (mut world, people) = World::court(0x9A, &["Wang", "Sun"]);
    let (office, wang, sun) = (world.office(), people[0], people[1]);
    let place = |name: &str, within: Option<&str>| RosterCommand::PlaceNew {
        name: name.into(),
        within: within.map(str::to_owned),
    };
    world.roster(office, place("风尚水郡", None)).expect("an admin may");
    world.roster(office, place("5 栋", Some("风尚水郡"))).expect("an admin may");
    assert_eq!(
        refused(&mut world, office, place("6 栋", Some("nowhere"))),
        ErrorKind::UnknownPlace
    );
    world.settle();
    assert_eq!(refused(&mut world, wang, place("my own", None)), ErrorKind::NotAllowed);
    let staff_there = grant("Wang", RoleWord::Staff, Some("风尚水郡"));
    world.roster(office, staff_there).expect("an admin may");
    world.settle();
    world.roster(wang, grant("Sun", RoleWord::Steward, Some("5 栋"))).expect("it lies in there");
    assert_eq!(
        refused(&mut world, wang, grant("Sun", RoleWord::Steward, None)),
        ErrorKind::TooLow,
        "not over everybody"
    );
    world.settle();
    let why = RosterCommand::Why { person: "Sun".into() };
    let RosterReply::Why(page) = world.roster(sun, why).expect("anybody may ask") else {
        panic!("why")
    };
    let steps: Vec<(&str, Vec<String>)> =
        page.roles[0].steps.iter().map(|step| (step.how.as_str(), step.by.clone())).collect();
    let by = |name: &str| vec![name.to_owned()];
    assert_eq!(steps, [("given", by("Wang")), ("given", by("Office")), ("root", Vec::new())]);
    assert_eq!(page.roles[0].role.over, "5 栋");
    let everybody = world.everybody();
    world.assert_same_sight(&everybody);
}

/// Whatever is refused is refused for a reason that has words.
#[test]
fn every_refusal_has_its_reason() {
    let (mut world, people) = World::court(0xEE, &["Zhao", "Qian"]);
    let (office, zhao) = (world.office(), people[0]);
    world.post(zhao, "hello");
    world.settle();
    let id = world.log(office, "all")[0].id;
    let text = |text: &str| text.to_owned();
    use RosterCommand as Do;
    let member = RoleWord::Member;
    let table = [
        (zhao, grant("Qian", RoleWord::Steward, None), ErrorKind::TooLow),
        (office, grant("Qian", RoleWord::Admin, None), ErrorKind::TooLow),
        (office, grant("Nobody", member, None), ErrorKind::UnknownPerson),
        (office, grant("Zhao", member, None), ErrorKind::HasRole),
        (office, grant("Zhao", RoleWord::Steward, Some("moon")), ErrorKind::UnknownPlace),
        (zhao, remove("Qian", None), ErrorKind::TooLow),
        (office, remove("Office", None), ErrorKind::NotFromHere),
        (
            office,
            Do::Remove {
                person: text("Zhao"),
                role: Some(RoleWord::Steward),
                over: None,
                keep: Keep::All,
                anyway: false,
            },
            ErrorKind::HasNoRole,
        ),
        (office, Do::Admit { removal: id.to_hex(), writer: None }, ErrorKind::UnknownRemoval),
        (office, Do::RevokeKey { key: text("ffff"), keep: Keep::All }, ErrorKind::UnknownKey),
        (office, Do::Heal { keep: id.to_hex() }, ErrorKind::NotForked),
        (
            zhao,
            Do::Invite { role: member, group: None, once: true, whole: false },
            ErrorKind::NotAllowed,
        ),
        (zhao, Do::Vouch { group: text("all"), person: text("Zhao") }, ErrorKind::NotFromHere),
        (zhao, Do::TakeDown { id, reason: text("mine") }, ErrorKind::NotAnOwner),
        (zhao, Do::Report { id, reason: String::new() }, ErrorKind::BadText),
        (zhao, Do::Reports { group: text("all") }, ErrorKind::NotAnOwner),
        (zhao, Do::Members { group: text("moon") }, ErrorKind::UnknownGroup),
    ];
    for (who, command, kind) in table {
        let what = format!("{command:?}");
        let error = world.roster(who, command).expect_err(&what);
        assert_eq!(error.kind, kind, "{what}");
    }
    let before = world.holds(office);
    world.settle();
    assert_eq!(world.holds(office), before, "what is refused leaves nothing behind");
}
