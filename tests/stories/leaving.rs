//! People go: out of the community by their own word, or out of an old person into a new one.

use node::api::{Command, ErrorKind, Keep, RoleWord, RosterCommand};
use tests::world::{Who, World};

fn leave(anyway: bool) -> RosterCommand {
    RosterCommand::Leave { group: None, anyway }
}

/// Who is there and what was said, as these see it.
fn sight(world: &mut World, these: &[Who]) -> String {
    let mut lines = Vec::new();
    for who in these {
        let (there, said) = (world.names_in(*who, "all"), texts(world, *who));
        lines.push(format!("{} sees {}: {}", world.name(*who), there.join(", "), said.join(" / ")));
    }
    lines.join("\n")
}

fn texts(world: &mut World, who: Who) -> Vec<String> {
    world.log(who, "all").into_iter().map(|row| row.text).collect()
}

/// Zhao says that he leaves while he is cut off. Nobody presses a button: once the administrator's node
/// hears it, his name is off the list; what he wrote before stays, and the others go on.
#[test]
fn whoever_leaves_the_community_is_off_the_list_and_what_he_wrote_stays() {
    let (mut world, people) = World::court(0x1EAF, &["Zhao", "Qian"]);
    let (office, zhao, qian) = (world.office(), people[0], people[1]);
    world.post(zhao, "my ladder is yours");
    world.settle();
    let refused = world.roster(office, leave(false)).expect_err("nobody could replace him");
    assert_eq!(refused.kind, ErrorKind::LastAdmin);
    let mut diary = vec![sight(&mut world, &[office, qian])];

    world.chapter("Zhao is cut off, and says that he leaves");
    world.cut(&[zhao], &[office, qian]);
    world.roster(zhao, leave(false)).expect("anybody may");
    world.run_for(2_000);
    assert!(world.names_in(office, "all").contains(&"Zhao".to_owned()), "nobody can know");
    diary.push(sight(&mut world, &[office, qian]));

    // Whoever was shown the door knocks again and again: time runs on, and nothing settles.
    world.chapter("The line is mended");
    world.heal();
    world.run_for(20_000);
    for who in [office, qian] {
        assert!(!world.names_in(who, "all").contains(&"Zhao".to_owned()), "{}", world.name(who));
        assert!(texts(&mut world, who).contains(&"my ladder is yours".to_owned()));
    }

    world.chapter("The others go on; he is not heard any more");
    world.post(qian, "good luck, Zhao");
    let late = "one more thing".to_owned();
    let post = Command::Post { group: "all".into(), text: late.clone(), reply_to: None };
    let _said_to_nobody = world.ask(zhao, post);
    world.run_for(20_000);
    world.cut(&[zhao], &[office, qian]);
    world.settle();
    for who in [office, qian] {
        assert!(texts(&mut world, who).contains(&"good luck, Zhao".to_owned()));
        assert!(!texts(&mut world, who).contains(&late), "{}", world.name(who));
    }
    world.assert_same_sight(&[office, qian]);
    diary.push(sight(&mut world, &[office, qian]));
    insta::assert_snapshot!("leaving_the_community", diary.join("\n──\n"));
}

/// Wang of the office has lost every device, the backup and the paper. He stands before the administrator
/// as somebody new, who gives him the old role and removes the old person: two acts, on any side of a cut.
#[test]
fn staff_who_lost_everything_are_bound_anew_in_person() {
    let (mut world, people) = World::court(0xB1D, &["Sun"]);
    let (office, sun) = (world.office(), people[0]);
    let wang = world.move_in_as("Wang", RoleWord::Staff);
    world.wire(office, wang);
    world.settle();
    let place = |name: &str| RosterCommand::PlaceNew { name: name.into(), within: None };
    world.roster(wang, place("5 栋")).expect("staff may");
    world.post(wang, "on duty until six");
    world.settle();

    world.chapter("His box is stolen; he comes with nothing, by a new invitation");
    world.cut(&[wang], &[office, sun]);
    let anew = world.move_in("Wang at the door");
    world.wire(office, anew);
    world.settle();
    let refused = world.roster(anew, place("6 栋")).expect_err("a newcomer");
    assert_eq!(refused.kind, ErrorKind::NotAllowed);
    let (person, role) = ("Wang at the door".to_owned(), RoleWord::Staff);
    world
        .roster(office, RosterCommand::Grant { person, role, over: None, again: false })
        .expect("an administrator may");
    let person = "Wang".to_owned();
    world
        .roster(
            office,
            RosterCommand::Remove {
                person,
                role: None,
                over: None,
                keep: Keep::All,
                anyway: false,
            },
        )
        .expect("an administrator may");
    world.post(wang, "the thief says hello");
    world.settle();

    world.chapter("The stolen box turns up again");
    world.heal();
    world.run_for(20_000);
    world.roster(anew, place("6 栋")).expect("the old role");
    world.run_for(20_000);
    world.cut(&[wang], &[office, sun, anew]);
    world.settle();
    for who in [office, sun, anew] {
        let said = texts(&mut world, who);
        assert!(said.contains(&"on duty until six".to_owned()), "what he wrote stays");
        assert!(!said.contains(&"the thief says hello".to_owned()), "{}", world.name(who));
        assert!(!world.names_in(who, "all").contains(&"Wang".to_owned()));
    }
    insta::assert_snapshot!("bound_anew", sight(&mut world, &[office, sun, anew]));
}
