//! Net names among neighbours, real names at the desk.

use node::api::{
    Command, ErrorKind, Keep, NameCommand, NamePage, RealName, Reply, RoleWord, RosterCommand,
};
use tests::world::{Who, World};

use super::vaults::key_holders;

/// What Wang says she is called, and what somebody at the desk misheard on the phone.
const REAL: &str = "王秀英";
const MISHEARD: &str = "汪秀莹";
const LATER: &str = "王秀英（户口本）";

fn try_names(world: &mut World, who: Who, command: NameCommand) -> Result<NamePage, ErrorKind> {
    match world.ask(who, Command::Name(command)) {
        Ok(Reply::Name(page)) => Ok(*page),
        Ok(other) => panic!("names were wanted, and {other:?} came"),
        Err(error) => Err(error.kind),
    }
}

fn names(world: &mut World, who: Who, command: NameCommand) -> NamePage {
    try_names(world, who, command).expect("may")
}

fn says(world: &mut World, who: Who, person: Option<&str>, name: &str) -> NamePage {
    let person = person.map(str::to_owned);
    names(world, who, NameCommand::Real { person, to: RealName(name.into()) })
}

fn opens(world: &mut World, who: Who, reason: &str) -> Result<String, ErrorKind> {
    let (person, reason) = ("阳台的花".to_owned(), reason.to_owned());
    try_names(world, who, NameCommand::Open { person, reason }).map(|page| page.real.0)
}

/// Everything that `linli export` and the lists of a home say, in one text.
fn exported(world: &mut World, who: Who) -> String {
    let ask = |world: &mut World, command: Command| {
        let reply = world.tell(who, command);
        serde_json::to_string(&reply).expect("plain data")
    };
    let all = || "all".to_owned();
    let mut text = ask(world, Command::everybody());
    text += &ask(world, Command::Log { group: all(), last: 1_000, before: None });
    text += &ask(world, Command::Board { group: all() });
    text += &ask(world, Command::Roster(RosterCommand::Members { group: all() }));
    let Reply::Requests { requests } = world.tell(who, Command::Requests { all: true }) else {
        panic!("a list")
    };
    for row in requests {
        text += &ask(world, Command::Request { id: row.id.to_hex() });
    }
    text
}

fn stands_on_disk(world: &World, who: Who, word: &str) -> bool {
    let files = world.home(who).files();
    files.iter().any(|file| file.windows(word.len()).any(|it| it == word.as_bytes()))
}

/// Need 30: neighbours read a net name; the real one is for the person's home and the desk, on both
/// sides of a cut; an export from a neighbour's node holds no real names, and nor does any disk.
#[test]
fn need_30_a_net_name_among_neighbours_and_the_real_one_at_the_desk() {
    let mut world = World::on_disk(0x3001);
    let office = world.office();
    let steward = world.move_in_as("Wu", RoleWord::Steward);
    let [wang, li, late] = ["Wang", "Li", "Desk 2"].map(|name| world.move_in(name));
    world.lan(&[office, steward, wang, li, late]);
    world.settle();
    names(&mut world, wang, NameCommand::Net { to: "阳台的花".into() });
    world.asks(wang, node::api::NewCase { title: "carry rice".into(), ..Default::default() });
    world.settle();

    world.chapter("a cut: the desk writes down what it heard, Wang says it herself");
    world.cut(&[office, steward], &[wang, li, late]);
    says(&mut world, office, Some("阳台的花"), MISHEARD);
    says(&mut world, wang, None, REAL);
    // Much is said on the desk's side: whose word holds is no matter of who wrote more.
    for _ in 0..5 {
        opens(&mut world, office, "is it spelt so?").expect("it wrote it down");
    }
    world.settle();
    assert_eq!(opens(&mut world, li, "curious"), Err(ErrorKind::NotAllowed));
    world.heal();
    world.settle();
    world.run_for(120_000);
    world.settle();
    assert_eq!(opens(&mut world, office, ""), Err(ErrorKind::ReasonNeeded));
    assert_eq!(opens(&mut world, office, "a form to fill in"), Ok(REAL.into()), "her own word");
    for who in [steward, li, late] {
        assert_eq!(opens(&mut world, who, "curious"), Err(ErrorKind::NotAllowed));
        let real =
            NameCommand::Real { person: Some("阳台的花".into()), to: RealName("x".into()) };
        assert_eq!(try_names(&mut world, who, real), Err(ErrorKind::NotAllowed));
    }

    world.chapter("who comes to the desk later reads it too; she sees who looked, and why");
    let (person, role) = ("Desk 2".to_owned(), RoleWord::Staff);
    let grant = RosterCommand::Grant { person, role, over: None, again: false };
    world.roster(office, grant).expect("an administrator may");
    world.settle();
    world.run_for(120_000);
    world.settle();
    assert_eq!(opens(&mut world, late, "night duty"), Ok(REAL.into()));
    world.settle();
    let mine = names(&mut world, wang, NameCommand::Mine);
    assert_eq!((mine.net.as_str(), mine.real.0.as_str()), ("阳台的花", REAL));
    let looked = mine.openings.iter().map(|it| format!("{}: {}", it.who, it.reason));
    insta::assert_snapshot!("need_30", looked.collect::<Vec<_>>().join("\n"));

    world.chapter("no neighbour's export holds it, and no disk");
    says(&mut world, wang, None, LATER);
    world.settle();
    for who in world.everybody() {
        let name = world.name(who).to_owned();
        let text = exported(&mut world, who);
        assert!(text.contains("阳台的花"), "{name} knows her by it: {text}");
        for word in ["秀英", "秀莹"] {
            assert!(!text.contains(word), "{word} in the export of {name}");
            assert!(!stands_on_disk(&world, who, word), "{word} on the disk of {name}");
        }
    }
    let held = key_holders(&world);
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    assert_eq!(held, ["Desk 2", "Office", "Wang"]);

    world.chapter("she alone has it forgotten, and for good");
    world.cut(&[late], &[office, steward, wang, li]);
    names(&mut world, wang, NameCommand::Forget);
    world.heal();
    world.settle();
    for who in [office, late] {
        assert_eq!(opens(&mut world, who, "is it still there?"), Ok(String::new()));
    }
    assert!(names(&mut world, wang, NameCommand::Mine).forgotten);
    let again = NameCommand::Real { person: None, to: RealName(REAL.into()) };
    assert_eq!(try_names(&mut world, wang, again), Err(ErrorKind::NoVault));
}

/// Whoever wrote a name down at the desk leaves it: the name stays, what he writes afterwards does not
/// count.
#[test]
fn what_the_desk_wrote_down_stays_when_its_writer_leaves_the_desk() {
    let mut world = World::seeded(0x3002);
    let office = world.office();
    let [wang, desk] = ["Wang", "Desk 2"].map(|name| world.move_in(name));
    world.lan(&[office, wang, desk]);
    world.settle();
    names(&mut world, wang, NameCommand::Net { to: "阳台的花".into() });
    let (person, role) = ("Desk 2".to_owned(), RoleWord::Staff);
    let grant = RosterCommand::Grant { person, role, over: None, again: false };
    world.roster(office, grant).expect("an administrator may");
    world.settle();
    says(&mut world, desk, Some("阳台的花"), REAL);
    world.settle();
    assert_eq!(opens(&mut world, office, "a form to fill in"), Ok(REAL.into()));

    world.chapter("a cut: he leaves the desk, and writes another name on his side");
    world.cut(&[desk], &[office, wang]);
    let leave = RosterCommand::Remove {
        person: "Desk 2".into(),
        role: Some(RoleWord::Staff),
        over: None,
        keep: Keep::All,
        anyway: true,
    };
    world.roster(office, leave).expect("an administrator may");
    assert_eq!(opens(&mut world, office, "again"), Ok(REAL.into()), "he left, the name stays");
    says(&mut world, desk, Some("阳台的花"), MISHEARD);
    world.heal();
    world.settle();
    world.run_for(120_000);
    world.settle();
    assert_eq!(opens(&mut world, office, "once more"), Ok(REAL.into()));
    assert_eq!(names(&mut world, wang, NameCommand::Mine).real.0, REAL);
}
