//! An administrator turns on his neighbours. Above him stand the papers of three of them.

use node::api::{ErrorKind, Keep, PaperWords, RoleWord, RootAct, RosterCommand, RosterReply};
use tests::world::{Who, World};

fn root(what: RootAct, papers: Vec<PaperWords>) -> RosterCommand {
    RosterCommand::Root { what, papers }
}

fn role_of(world: &mut World, who: Who, person: &str) -> Option<RoleWord> {
    let why = RosterCommand::Why { person: person.to_owned() };
    let RosterReply::Why(page) = world.roster(who, why).expect("everybody may ask why") else {
        panic!("why");
    };
    page.roles.iter().filter(|it| it.live).map(|it| it.role.role).max()
}

/// He removes the captain and a mother while they are cut off, makes his friend staff, and goes on after
/// the others have met again. Two papers of three, typed in at any home, undo what he did and nothing
/// else: nobody who was honest loses a word or a role, and he writes on for himself alone.
#[test]
fn a_malicious_administrator_is_undone_by_two_papers_of_three() {
    let mut world = World::seeded(0xAD01);
    let office = world.office();
    let wu = world.move_in_as("Wu", RoleWord::Steward);
    let [chen, zhao, sun] = ["Chen", "Zhao", "Sun"].map(|name| world.move_in(name));
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    let last_honest = world.post_id(office, "good evening");
    world.settle();

    world.chapter("Wu and Chen are cut off; the administrator turns on them");
    world.cut(&[office, zhao, sun], &[wu, chen]);
    for person in ["Wu", "Chen"] {
        let (person, keep) = (person.to_owned(), Keep::None);
        let remove = RosterCommand::Remove { person, role: None, over: None, keep, anyway: true };
        world.roster(office, remove).expect("an administrator may");
    }
    let friend = RosterCommand::Grant {
        person: "Zhao".into(),
        role: RoleWord::Staff,
        over: None,
        again: false,
    };
    world.roster(office, friend).expect("an administrator may");
    world.post(chen, "the lift is stuck");
    let ride = world.request(chen, "To the hospital");
    world.post(wu, "I am coming");
    world.run_for(3_000);

    // Whoever is removed is turned away, and tries again: nothing settles from here on.
    world.chapter("The line is mended: the removals are everywhere");
    world.heal();
    world.run_for(20_000);
    assert_eq!(world.names_in(sun, "all"), ["Office", "Sun", "Zhao"]);

    world.chapter("Sun's home: one paper is too few, two are enough");
    let until = RootAct::Remove {
        person: "Office".into(),
        role: None,
        over: None,
        keep: Keep::UpTo { id: last_honest.to_hex() },
    };
    let one = world.papers(&[0]);
    let refused = world.roster(sun, root(until.clone(), one)).expect_err("one of three");
    assert_eq!(refused.kind, ErrorKind::TooFewPapers);
    let two = world.papers(&[0, 2]);
    world.roster(sun, root(until, two.clone())).expect("two of three may");
    let captain =
        RootAct::Grant { person: "Wu".into(), role: RoleWord::Admin, over: None, again: false };
    world.run_for(20_000);
    world.roster(sun, root(captain, two)).expect("and name another");
    world.run_for(20_000);

    let honest = [wu, chen, zhao, sun];
    for who in honest {
        assert_eq!(world.names_in(who, "all"), ["Chen", "Sun", "Wu", "Zhao"]);
        assert_eq!(role_of(&mut world, who, "Wu"), Some(RoleWord::Admin));
        assert_eq!(role_of(&mut world, who, "Zhao"), Some(RoleWord::Member), "no friend's gift");
        let texts = world.texts(who);
        for said in ["good evening", "the lift is stuck", "I am coming"] {
            assert!(texts.iter().any(|text| text == said), "{said} in {texts:?}");
        }
        assert_eq!(world.page(who, ride).row.title, "To the hospital");
    }
    world.assert_same_sight(&honest);

    world.chapter("He writes on, and nobody hears him");
    world.post(office, "I am still in charge");
    world.run_for(20_000);
    for who in honest {
        assert!(!world.texts(who).iter().any(|text| text.contains("in charge")));
    }
}
