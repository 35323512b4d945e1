//! An office and three homes go on talking through a cut, about everything that can be said.

use crdt::id::{RequestId, to_hex};
use node::api::{ActVerb, Command, ImportLine, Reply};
use tests::world::{Who, World};

fn lines(range: std::ops::Range<u64>) -> Vec<ImportLine> {
    let line = |number: u64| {
        let text = format!("第 {number} 行 of the old log");
        ImportLine { number, hash: to_hex(hash_of(&text).as_slice()), text }
    };
    range.map(line).collect()
}

fn hash_of(text: &str) -> [u8; 32] {
    // Any 32 bytes that follow from the line do here.
    let mut dice = node::dice::Dice::new(std::array::from_fn(|at| {
        text.as_bytes().get(at).copied().unwrap_or_default()
    }));
    dice.draw()
}

fn import(world: &mut World, who: Who, range: std::ops::Range<u64>) -> u64 {
    match world.tell(who, Command::Import { group: "all".into(), lines: lines(range) }) {
        Reply::Imported { new, .. } => new,
        other => panic!("imported, and heard {other:?}"),
    }
}

/// Everything of both sides is there, once.
fn sees_both_sides(world: &mut World, who: Who, errand: RequestId, ladder: RequestId) {
    let texts = world.texts(who);
    for number in 1..51 {
        let line = format!("第 {number} 行 of the old log");
        assert_eq!(texts.iter().filter(|text| **text == line).count(), 1, "{line}");
    }
    assert!(texts.contains(&"We are cut off".to_owned()));
    let page = world.page(who, errand);
    let mut places = page.facts["place"].clone();
    places.sort();
    assert_eq!(places, ["North gate", "South gate"], "a conflict is shown, not decided");
    assert_eq!(page.row.conflicts, 1);
    assert_eq!(page.facts["needs"], ["a cool bag"]);
    assert_eq!(page.facts["details"], ["twice a day"]);
    assert_eq!(page.checklist.len(), 2);
    assert_eq!(world.holder(who, ladder).as_deref(), Some("Zhao"));
    match world.tell(who, Command::Board { group: "all".into() }) {
        Reply::Board(board) => assert_eq!(board.pins.len(), 2),
        other => panic!("board, and saw {other:?}"),
    }
}

/// What both sides did to the same things stands side by side or becomes one, everywhere alike.
#[test]
fn a_court_talks_through_a_cut() {
    let (mut world, people) = World::court(0xC0117, &["Chen", "Zhao", "Sun"]);
    let (office, chen, zhao, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let errand = world.request(chen, "Medicine from the pharmacy");
    world.settle();

    world.chapter("Building 2 is cut off; both sides do the same and different things");
    world.cut(&[office, chen], &[zhao, sun]);
    assert_eq!(import(&mut world, office, 1..31), 30);
    assert_eq!(import(&mut world, zhao, 21..51), 30, "this side cannot know");
    world.edit(chen, errand, "place", "North gate");
    world.edit(zhao, errand, "place", "South gate");
    world.edit(office, errand, "needs", "a cool bag");
    world.edit(sun, errand, "details", "twice a day");
    for (who, item) in [(chen, "prescription"), (sun, "insurance card")] {
        let (id, text) = (errand.to_hex(), item.to_owned());
        world.tell(who, Command::ChecklistAdd { id, text });
    }
    for (who, text) in [(office, "Water is off until 15:00"), (zhao, "大家好")] {
        world.tell(who, Command::Pin { group: "all".into(), text: text.into() });
    }
    world.post(chen, "Is anybody there?");
    world.post(sun, "We are cut off");
    let ladder = world.request(sun, "A ladder");
    world.run_for(1_000);
    world.claim(zhao, ladder);
    world.run_for(3_600_000);

    world.chapter("The line is mended");
    world.heal();
    world.settle();
    world.assert_same_sight(&everybody);
    everybody.iter().for_each(|who| sees_both_sides(&mut world, *who, errand, ladder));

    world.chapter("Chen settles where to meet, and Zhao brings the ladder");
    world.edit(chen, errand, "place", "North gate");
    assert!(world.try_act(zhao, ladder, ActVerb::Done));
    world.settle();
    world.assert_same_sight(&everybody);
    for who in &everybody {
        assert_eq!(world.page(*who, errand).facts["place"], ["North gate"]);
        let status = world.page(*who, ladder).row.status;
        assert_eq!(status, "resolved");
    }
}
