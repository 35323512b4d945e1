//! Who can read what, seen from the homes: newcomers, relays, cuts, and a search over the disks.

use node::api::{Command, GroupKindWord, Reply};
use tests::world::{Who, World};

/// Everything that people typed in these stories; none of it may stand on a relay's disk.
const TYPED: [&str; 6] =
    ["早上好，邻居们", "Medicine for Mrs Chen", "Chen", "The court", "North gate", "药房"];

fn private_group(world: &mut World, who: Who, name: &str) {
    let (name, kind, vouches) = (name.to_owned(), GroupKindWord::Invite, 0);
    world.tell(
        who,
        Command::GroupNew { name, kind, vouches, terms: node::api::GroupTerms::default() },
    );
}

fn post_in(world: &mut World, who: Who, group: &str, text: &str) {
    let (group, text) = (group.to_owned(), text.to_owned());
    world.tell(who, Command::Post { group, text, reply_to: None });
}

fn texts_in(world: &mut World, who: Who, group: &str) -> Vec<String> {
    let log = Command::Log { group: group.to_owned(), last: 1_000, before: None };
    match world.ask(who, log) {
        Ok(Reply::Log { messages }) => messages.into_iter().map(|it| it.text).collect(),
        _ => Vec::new(),
    }
}

/// Which of the words stand anywhere in the files of a home.
fn found(world: &World, who: Who) -> Vec<&'static str> {
    let files = world.home(who).files();
    let files: Vec<_> = files.iter().map(|file| String::from_utf8_lossy(file)).collect();
    let holds = |word: &&str| files.iter().any(|file| file.contains(word));
    TYPED.iter().copied().filter(holds).collect()
}

/// A relay between two homes that never meet holds and hands on everything, and knows nothing.
#[test]
fn a_relay_carries_everything_and_reads_nothing() {
    let mut world = World::on_disk(0x5EA1);
    let office = world.office();
    let chen = world.move_in("Chen");
    let sun = world.move_in("Sun");
    world.lan(&[office, chen, sun]);
    world.settle();
    let relay = world.move_in_as_relay("R7");
    world.wire(office, relay);
    world.settle();
    world.part();
    world.line(&[office, relay, chen]);
    world.wire(relay, sun);
    world.settle();

    world.chapter("they talk through the relay alone");
    world.post(chen, TYPED[0]);
    let errand = world.request(sun, TYPED[1]);
    world.settle();
    world.edit(office, errand, "place", TYPED[4]);
    private_group(&mut world, office, TYPED[5]);
    post_in(&mut world, office, TYPED[5], "for the office alone");
    world.claim(chen, errand);
    world.settle();
    let everybody = world.everybody();
    assert!(world.hold_the_same(&everybody));
    assert_eq!(world.agreed_holder(&[office, chen, sun], errand), "Chen");
    assert_eq!(world.texts(office), [TYPED[0]]);
    assert_eq!(world.texts(sun), [TYPED[0]]);

    world.chapter("the relay's disk is searched");
    let log = Command::Log { group: "all".into(), last: 9, before: None };
    assert!(world.ask(relay, log).is_err(), "it does not even know what the group is called");
    let status = world.status(relay);
    assert!(status.sealed > 0 && status.groups.iter().all(|group| group.sealed));
    assert_eq!(found(&world, relay), Vec::<&str>::new(), "and nothing is found");
    assert_eq!(found(&world, office), TYPED, "the same search on a member's");
    let read = world.page(chen, errand).facts;
    assert!(format!("{read:?}").contains(TYPED[4]), "{read:?}");
    assert_eq!(found(&world, chen), TYPED[..5], "not in the group, and reads nothing of it");
    world.crash(relay);
    world.settle();
    assert_eq!(found(&world, relay), Vec::<&str>::new(), "nor after a restart");
}

/// Somebody walks in and reads what was said before he came, and others learn his name.
#[test]
fn a_newcomer_reads_the_history_and_is_known_by_name() {
    let (mut world, people) = World::court(0x4E55, &["Chen", "Zhao"]);
    let (office, chen) = (world.office(), people[0]);
    world.post(chen, "before he came");
    world.settle();
    let new = world.move_in("New");
    world.settle();
    world.chapter("he meets one neighbour, and nobody else");
    world.part();
    world.wire(chen, new);
    world.settle();
    assert_eq!(world.texts(new), ["before he came"]);
    world.post(new, "hello");
    world.settle();
    world.wire(office, chen);
    world.settle();
    assert_eq!(world.texts(office), ["before he came", "hello"]);
    match world.tell(office, Command::everybody()) {
        Reply::People { people, .. } => assert!(people.iter().any(|person| person.name == "New")),
        other => panic!("people, and saw {other:?}"),
    }
}

/// Open groups are open: everybody reads them and knows their names, whether he has joined or not.
#[test]
fn an_open_group_can_be_found_by_its_name() {
    let (mut world, people) = World::court(0x09E4, &["Chen", "Zhao"]);
    let (chen, zhao) = (people[0], people[1]);
    let (name, kind, vouches) = ("chess".to_owned(), GroupKindWord::Open, 0);
    world.tell(
        world.office(),
        Command::GroupNew { name, kind, vouches, terms: node::api::GroupTerms::default() },
    );
    world.settle();
    world.tell(chen, Command::GroupJoin { group: "chess".into() });
    post_in(&mut world, chen, "chess", "tonight at eight");
    world.settle();
    assert_eq!(texts_in(&mut world, zhao, "chess"), ["tonight at eight"]);
    match world.tell(zhao, Command::Groups) {
        Reply::Groups { groups } => {
            assert!(groups.iter().any(|group| group.name == "chess" && !group.joined));
        }
        other => panic!("groups, and saw {other:?}"),
    }
}
