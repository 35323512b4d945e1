//! A team spans two neighbourhoods: a need crosses without a name, what came of it comes back, and neither
//! learns anything of the other's groups.

use crdt::{
    across::{Carried, Need},
    id::RequestId,
    keys::Secret,
};
use node::api::{
    AcrossCommand, AcrossReply, ActVerb, Command, ErrorKind, GroupKindWord, NewCase, Private,
    Reply, RoleWord, RosterCommand, TeamCommand,
};
use tests::world::{Who, World};

const FLEET: &str = "爱心车队";
const WHISPERS: &str = "百合花园自己人的悄悄话";
const GARAGE: &str = "车队内部排班只有队员知道";
const TITLE: &str = "送王桂芳阿姨去透析";
const PHONE: &str = "13800001234";
const NEED: &str = "扶上车，视力不好";

fn across(world: &mut World, who: Who, command: AcrossCommand) -> Result<Reply, ErrorKind> {
    world.ask(who, Command::Across(command)).map_err(|error| error.kind)
}

fn text(world: &mut World, who: Who, command: AcrossCommand) -> String {
    match across(world, who, command) {
        Ok(Reply::Across(AcrossReply::Text { text, .. })) => text,
        other => panic!("{} carries, and hears {other:?}", world.name(who)),
    }
}

fn post(world: &mut World, who: Who, text: &str) -> Result<RequestId, ErrorKind> {
    let (text, group) = (text.to_owned(), FLEET.to_owned());
    match across(world, who, AcrossCommand::Post { text, group })? {
        Reply::Asked { id, .. } => Ok(id),
        other => panic!("posted, and heard {other:?}"),
    }
}

fn take(world: &mut World, who: Who, text: &str) -> Result<(), ErrorKind> {
    across(world, who, AcrossCommand::Take { text: text.to_owned() }).map(|_| ())
}

/// A group that only these are in, with a text of its own.
fn private_group(world: &mut World, name: &str, members: &[&str], text: &str) {
    let (office, kind) = (world.office(), GroupKindWord::Invite);
    world.tell(
        office,
        Command::GroupNew {
            name: name.into(),
            kind,
            vouches: 0,
            terms: node::api::GroupTerms::default(),
        },
    );
    for person in members {
        let (group, person) = (name.to_owned(), (*person).to_owned());
        let approve = RosterCommand::Approve { group, person, exception: None };
        world.roster(office, approve).expect("the founder may");
    }
    world.settle();
    let (group, text) = (name.to_owned(), text.to_owned());
    world.tell(office, Command::Post { group, text, reply_to: None });
    world.settle();
}

/// Where in somebody's files a text stands.
fn stands(world: &World, who: Who, text: &str) -> bool {
    let files = world.home(who).files();
    files.iter().any(|it| it.windows(text.len()).any(|at| at == text.as_bytes()))
}

/// The lilies, where somebody needs a ride, and the fleet, a small neighbourhood of its own; Li is the same
/// person in both.
fn two() -> (World, [Who; 3], World, [Who; 4]) {
    let li_paper = Secret::from_seed([31; 32]);
    let mut lilies = World::on_disk(0x3101);
    let office = lilies.office();
    let wang = lilies.move_in("Wang");
    let li = lilies.move_in_with("Li", &li_paper);
    lilies.lan(&[office, wang, li]);
    lilies.settle();
    private_group(&mut lilies, "自己人", &["Wang", "Li"], WHISPERS);
    let mut fleet = World::on_disk(0x3102);
    let garage = fleet.office();
    let [zhang, zhou] = ["Zhang", "Zhou"].map(|name| fleet.move_in(name));
    let li_there = fleet.move_in_with("Li", &li_paper);
    fleet.lan(&[garage, zhang, zhou, li_there]);
    fleet.settle();
    private_group(&mut fleet, FLEET, &["Zhang", "Zhou", "Li"], GARAGE);
    (lilies, [office, wang, li], fleet, [garage, zhang, zhou, li_there])
}

/// No text of either's groups is on the other's disks, and nothing of whose need it is.
fn look_into_every_file(lilies: &World, wang: Who, fleet: &World, zhang: Who) {
    for who in lilies.everybody() {
        assert!(!stands(lilies, who, GARAGE), "{}", lilies.name(who));
    }
    assert!(stands(lilies, wang, WHISPERS) && stands(fleet, zhang, GARAGE), "the search finds");
    for who in fleet.everybody() {
        for secret in [WHISPERS, TITLE, PHONE, "王桂芳"] {
            assert!(!stands(fleet, who, secret), "{secret} at {}", fleet.name(who));
        }
    }
}

/// Need 31: a driver of one neighbourhood takes a ride of another, over a cut; the one who is in both
/// carries it over and what came of it back, and no text of either's groups is on the other's disks.
#[test]
fn need_31_a_team_spans_two_neighbourhoods_and_shares_no_group() {
    let (mut lilies, [office, wang, li], mut fleet, [garage, zhang, zhou, li_there]) = two();
    lilies.chapter("Wang asks; Li takes it on and carries it over");
    let private = Private { name: "王桂芳".into(), phone: PHONE.into(), ..Private::default() };
    let new = NewCase {
        title: TITLE.into(),
        area: "东门附近".into(),
        needs: vec![NEED.into()],
        private,
        ..NewCase::default()
    };
    let (ride, _) = lilies.asks(wang, new);
    lilies.settle();
    let carried = text(&mut lilies, li, AcrossCommand::Carry { id: ride.to_hex(), title: None });
    let Ok(Carried::Need(Need { title, zone, .. })) = Carried::from_text(&carried) else {
        panic!("a need: {carried}")
    };
    assert_eq!((title.as_str(), zone.as_str()), (NEED, "东门附近"), "and nothing else of it");
    lilies.settle();
    assert_eq!(lilies.agreed_holder(&[office, wang, li], ride), "Li", "he answers for it");
    assert_eq!(
        post(&mut lilies, li, &carried),
        Err(ErrorKind::NotCarried),
        "not where it comes from"
    );

    fleet.chapter("a cut: Zhang and Zhou both take it");
    let there = post(&mut fleet, li_there, &carried).expect("he is in the team");
    fleet.settle();
    assert_eq!(post(&mut fleet, li_there, &carried), Ok(there), "twice is once");
    fleet.cut(&[garage, zhang], &[zhou, li_there]);
    fleet.claim(zhang, there);
    fleet.claim(zhou, there);
    fleet.heal();
    fleet.settle();
    let driver = fleet.agreed_holder(&[garage, zhang, zhou, li_there], there);
    let at = if driver == "Zhang" { zhang } else { zhou };
    let outcome =
        |fleet: &mut World| text(fleet, li_there, AcrossCommand::Outcome { id: there.to_hex() });
    let taken = outcome(&mut fleet);
    assert_eq!(take(&mut lilies, wang, &taken), Err(ErrorKind::NotCarried), "she carried nothing");
    take(&mut lilies, li, &taken).expect("he did");
    let held = lilies.holds(li);
    take(&mut lilies, li, &taken).expect("and twice is once");
    assert_eq!(lilies.holds(li), held, "nothing new is written");
    fleet.settle();
    assert!(fleet.try_act(at, there, ActVerb::Depart) && fleet.try_act(at, there, ActVerb::Done));
    fleet.settle();

    lilies.chapter("what came of it comes back while Li is cut off, and Wang confirms");
    let done = outcome(&mut fleet);
    lilies.cut(&[li], &[office, wang]);
    take(&mut lilies, li, &done).expect("he did");
    take(&mut lilies, li, &done).expect("and twice is once");
    lilies.heal();
    lilies.settle();
    let lives = [office, wang, li].map(|who| lilies.life(who, ride));
    assert!(lives.iter().all(|life| *life == lives[0]), "{lives:#?}");
    assert!(lilies.try_act(wang, ride, ActVerb::Confirm));
    lilies.settle();

    lilies.chapter("a look into every file");
    look_into_every_file(&lilies, wang, &fleet, zhang);
    insta::assert_snapshot!("need_31", [lives[0].clone(), fleet.life(zhang, there)].join("\n--\n"));
}

/// What comes back from a neighbourhood in which nobody does it gives the place free again.
#[test]
fn need_31_what_nobody_takes_there_is_free_again_here() {
    let paper = Secret::from_seed([32; 32]);
    let mut here = World::seeded(0x3103);
    let office = here.office();
    let li = here.move_in_with("Li", &paper);
    here.lan(&[office, li]);
    here.settle();
    let ride = here.request(office, "去医院");
    here.settle();
    let title = Some("去医院".to_owned());
    let carried = text(&mut here, li, AcrossCommand::Carry { id: ride.to_hex(), title });
    let mut there = World::seeded(0x3104);
    let garage = there.office();
    let li_there = there.move_in_with("Li", &paper);
    there.lan(&[garage, li_there]);
    there.settle();
    private_group(&mut there, FLEET, &["Li"], GARAGE);
    let asked = post(&mut there, li_there, &carried).expect("he is in the team");
    assert!(there.try_act(li_there, asked, ActVerb::Cancel));
    let over = text(&mut there, li_there, AcrossCommand::Outcome { id: asked.to_hex() });
    take(&mut here, li, &over).expect("he carried it");
    here.settle();
    assert_eq!(here.holder(office, ride), None);
    let damaged = &over[..over.len() - 2];
    assert_eq!(take(&mut here, li, damaged), Err(ErrorKind::NotCarried));
}

/// Several roles per person: who looks after a house, drives and leads a team loses one of them, on one side
/// of a cut, and keeps the others.
#[test]
fn need_31_one_person_has_several_roles_and_loses_one() {
    let (mut world, people) = World::court(0x3105, &["Zhang", "Wang"]);
    let (office, zhang, wang) = (world.office(), people[0], people[1]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let place = RosterCommand::PlaceNew { name: "5 栋".into(), within: None };
    world.roster(office, place).expect("the office may");
    for group in [FLEET, "合唱团"] {
        let kind = GroupKindWord::Vetted;
        world.tell(
            office,
            Command::GroupNew {
                name: group.into(),
                kind,
                vouches: 1,
                terms: node::api::GroupTerms::default(),
            },
        );
        for person in ["Zhang", "Wang"] {
            let (group, person) = (group.to_owned(), person.to_owned());
            let approve = RosterCommand::Approve { group, person, exception: None };
            world.roster(office, approve).expect("the founder may");
        }
    }
    for over in ["5 栋", "合唱团"] {
        let (person, over) = ("Zhang".to_owned(), Some(over.to_owned()));
        let grant = RosterCommand::Grant { person, role: RoleWord::Steward, over, again: false };
        world.roster(office, grant).expect("the office may");
    }
    world.settle();
    world.cut(&[office], &[zhang, wang]);
    let (group, person, reason) = (FLEET.into(), "Zhang".into(), "年检没过".into());
    world.tell(office, Command::Team(TeamCommand::Suspend { group, person, reason }));
    let say = |group: &str, text: &str| Command::Post {
        group: group.into(),
        text: text.into(),
        reply_to: None,
    };
    world.tell(zhang, say("合唱团", "周三排练"));
    world.heal();
    world.settle();
    for who in [office, wang] {
        assert_eq!(world.names_in(who, FLEET), ["Office", "Wang"]);
        assert!(world.names_in(who, "合唱团").contains(&"Zhang".to_owned()));
        let texts: Vec<String> = world.log(who, "合唱团").into_iter().map(|it| it.text).collect();
        assert_eq!(texts, ["周三排练"], "said while one role was taken, under another");
    }
    let why = RosterCommand::Why { person: "Zhang".into() };
    let Ok(node::api::RosterReply::Why(page)) = world.roster(wang, why) else { panic!("why") };
    let live = page.roles.iter().filter(|it| it.live && it.role.role == RoleWord::Steward);
    let mut over: Vec<&str> = live.map(|it| it.role.over.as_str()).collect();
    over.sort_unstable();
    assert_eq!(over, ["5 栋", "合唱团"]);
}
