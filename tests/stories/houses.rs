//! A building has groups of its own: its head founds them, and says once and for good who above may
//! look in.

use node::api::{
    Command, ErrorKind, GroupKindWord, GroupTerms, OversightWord, Reply, RoleWord, RosterCommand,
};
use tests::world::{Who, World};

const HOUSE: &str = "5栋";
const GROUP: &str = "5栋邻里";

fn founding(over: Option<&str>, terms: GroupTerms) -> Command {
    let over = over.map(str::to_owned);
    let (name, kind) = (GROUP.to_owned(), GroupKindWord::Invite);
    Command::GroupNew { name, kind, vouches: 0, terms: GroupTerms { over, ..terms } }
}

fn texts(world: &mut World, who: Who) -> Vec<String> {
    let log = Command::Log { group: GROUP.to_owned(), last: 100, before: None };
    match world.ask(who, log) {
        Ok(Reply::Log { messages }) => messages.into_iter().map(|it| it.text).collect(),
        _ => Vec::new(),
    }
}

fn say(world: &mut World, who: Who, text: &str) {
    let (group, text) = (GROUP.to_owned(), text.to_owned());
    world.tell(who, Command::Post { group, text, reply_to: None });
}

fn refusal(world: &mut World, who: Who, command: Command) -> ErrorKind {
    world.ask(who, command).expect_err("refused").kind
}

fn let_in(world: &mut World, who: Who, person: &str) {
    let (group, person) = (GROUP.to_owned(), person.to_owned());
    world.roster(who, RosterCommand::Approve { group, person, exception: None }).expect("he may");
}

/// Need 3: groups by building. The head of a building founds one while the office is cut off; what is
/// fixed at its founding holds on both sides.
#[test]
fn need_03_the_head_of_a_building_founds_its_group_while_the_office_is_away() {
    let (mut world, people) = World::court(0x0500, &["Wang", "Li", "Sun"]);
    let (office, wang, li, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let place = RosterCommand::PlaceNew { name: HOUSE.to_owned(), within: None };
    world.roster(office, place).expect("the office may");
    let (person, role) = ("Wang".to_owned(), RoleWord::Steward);
    let head = RosterCommand::Grant { person, role, over: Some(HOUSE.to_owned()), again: false };
    world.roster(office, head).expect("the office may");
    world.settle();

    world.chapter("The office is cut off; Wang founds a group for his building");
    world.cut(&[wang, li, sun], &[office]);
    let plain = GroupTerms::default();
    assert_eq!(
        refusal(&mut world, wang, founding(None, plain.clone())),
        ErrorKind::NotAllowed,
        "he has no role over the whole community"
    );
    assert_eq!(
        refusal(&mut world, sun, founding(Some(HOUSE), plain.clone())),
        ErrorKind::NotAllowed,
        "who has no role there founds nothing there"
    );
    assert_eq!(
        refusal(&mut world, wang, founding(Some("9栋"), plain)),
        ErrorKind::UnknownPlace,
        "nor where nothing is"
    );
    let terms = GroupTerms { oversight: Some(OversightWord::Staff), over: None };
    world.tell(wang, founding(Some(HOUSE), terms));
    world.settle();
    let_in(&mut world, wang, "Li");
    world.settle();
    say(&mut world, wang, "the lift is out of order");
    world.settle();
    assert_eq!(texts(&mut world, li), ["the lift is out of order"]);
    assert_eq!(texts(&mut world, sun), Vec::<String>::new(), "he is not in it");

    world.chapter("Sun is let in, and the office is back");
    let_in(&mut world, wang, "Sun");
    world.settle();
    say(&mut world, li, "it goes again");
    world.heal();
    world.settle();
    let both = ["the lift is out of order", "it goes again"];
    assert_eq!(texts(&mut world, sun), both);
    assert_eq!(texts(&mut world, office), both, "the office looks in without being a member");
    assert!(!world.names_in(office, GROUP).contains(&"Office".to_owned()));
    for who in [office, wang, li, sun] {
        assert_eq!(world.names_in(who, GROUP), ["Li", "Sun", "Wang"]);
    }
}
