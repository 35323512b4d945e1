//! What a page says without being asked: how far one's own request has come, and an alert until it is read.

use crdt::time::ClaimedTime;
use node::api::{
    Command, HouseCommand, HouseReply, NewsCommand, NewsWord, Private, Reply, Telling, WayWord,
};
use tests::world::{BEGIN, Who, World};

use super::news::{HOUR, list, news, tells, told};

fn way(world: &mut World, who: Who, id: &str) -> Option<WayWord> {
    match world.tell(who, Command::Request { id: id.to_owned() }) {
        Reply::Request(page) => page.more.way,
        other => panic!("a request, and heard {other:?}"),
    }
}

fn only_here(world: &mut World, who: Who) -> Vec<String> {
    match world.tell(who, Command::House(HouseCommand::OnlyHere)) {
        Reply::House(HouseReply::OnlyHere(only)) => {
            only.items.into_iter().map(|row| row.title).collect()
        }
        other => panic!("what is only here, and heard {other:?}"),
    }
}

fn asks(world: &mut World, who: Who, title: &str) -> String {
    let ask = Command::Ask {
        title: title.to_owned(),
        details: String::new(),
        urgent: false,
        group: None,
        private: Private::default(),
    };
    match world.tell(who, ask) {
        Reply::Asked { id, .. } => id.to_hex(),
        other => panic!("asked, and heard {other:?}"),
    }
}

fn unread(world: &mut World, who: Who) -> Vec<String> {
    list(world, who, NewsCommand::Unread).into_iter().map(|row| row.text).collect()
}

/// A request is only here, then on its way, then at the desk; and what was at the desk once is never said to
/// be on its way again, whoever is in reach.
#[test]
fn a_request_says_how_far_it_has_come_and_never_goes_back() {
    let (mut world, people) = World::court(0x0115, &["Wang", "Chen"]);
    let (office, wang, chen) = (world.office(), people[0], people[1]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();

    world.chapter("Wang is alone, and asks");
    world.cut(&[wang], &[office, chen]);
    let lamp = asks(&mut world, wang, "A lamp is broken");
    assert_eq!(way(&mut world, wang, &lamp), Some(WayWord::OnlyHere));
    assert_eq!(only_here(&mut world, wang), ["A lamp is broken"]);

    world.chapter("He meets Chen; the office is out of reach of both");
    world.heal();
    world.cut(&[office], &[wang, chen]);
    world.settle();
    assert_eq!(way(&mut world, wang, &lamp), Some(WayWord::OnItsWay));
    assert!(only_here(&mut world, wang).is_empty());
    assert_eq!(way(&mut world, chen, &lamp), None, "of somebody else's nothing is said");

    world.chapter("The office is back");
    world.heal();
    world.settle();
    assert_eq!(way(&mut world, wang, &lamp), Some(WayWord::AtDesk));

    world.chapter("Wang is alone once more, his box starts anew, and he asks for something else");
    world.cut(&[wang], &[office, chen]);
    world.crash(wang);
    let lock = asks(&mut world, wang, "A lock is stuck");
    assert_eq!(way(&mut world, wang, &lamp), Some(WayWord::AtDesk));
    assert_eq!(way(&mut world, wang, &lock), Some(WayWord::OnlyHere));
    assert_eq!(only_here(&mut world, wang), ["A lock is stuck"]);
}

/// An alert is before whoever has not opened it, on either side of a cut: until he has, until it is taken
/// back, until it has run out; a notice never is, nor an alert of somebody who may raise none.
#[test]
fn an_alert_is_before_everybody_who_has_not_opened_it() {
    let (mut world, people) = World::court(0x0116, &["Wang", "Chen"]);
    let (office, wang, chen) = (world.office(), people[0], people[1]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    let say = |world: &mut World, who, class, text: &str| {
        tells(world, who, Telling { class, text: text.to_owned(), ..Telling::default() })
    };

    world.chapter("The office warns while Chen is cut off");
    world.cut(&[chen], &[office, wang]);
    let flood = say(&mut world, office, NewsWord::Alert, "The river rises");
    say(&mut world, office, NewsWord::Notice, "No water on Wednesday");
    world.settle();
    assert_eq!(unread(&mut world, wang), ["The river rises"]);
    assert!(unread(&mut world, office).is_empty(), "whoever raised it knows of it");
    assert!(unread(&mut world, chen).is_empty(), "it is not there yet");
    news(&mut world, wang, NewsCommand::Show { id: flood.to_hex() }).expect("he may read it");
    assert!(unread(&mut world, wang).is_empty(), "he has opened it");

    world.chapter("Chen is back, and hears of it although Wang has read it");
    world.heal();
    world.settle();
    assert_eq!(unread(&mut world, chen), ["The river rises"]);

    world.chapter("It is taken back while Chen is cut off once more");
    world.cut(&[chen], &[office, wang]);
    let back = NewsCommand::Withdraw { id: flood.to_hex(), reason: "It falls".into() };
    told(&mut world, office, back);
    world.settle();
    assert_eq!(unread(&mut world, chen), ["The river rises"]);
    world.heal();
    world.settle();
    assert!(unread(&mut world, chen).is_empty());

    world.chapter("Another one runs out by itself");
    say(&mut world, office, NewsWord::Alert, "Fire drill");
    world.settle();
    assert_eq!(unread(&mut world, chen), ["Fire drill"]);
    world.set_clock(chen, ClaimedTime(BEGIN.0 + 25 * HOUR));
    assert!(unread(&mut world, chen).is_empty(), "it held for a day");
}
