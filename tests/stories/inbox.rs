//! What waits for whoever looks after a house, on his side of a cut.

use crdt::id::RequestId;
use node::api::{
    ActVerb, CaseVerb, Command, ErrorKind, HouseCommand, HouseReply, Inbox, KnockFor, NewCase,
    NewsCommand, NewsWord, Reply, Telling,
};
use tests::world::{Who, World};

use super::news::{building_five, news, tells, told_opened};

fn inbox(world: &mut World, who: Who) -> Inbox {
    match world.tell(who, Command::House(HouseCommand::Inbox)) {
        Reply::House(HouseReply::Inbox(inbox)) => inbox,
        other => panic!("an inbox, and heard {other:?}"),
    }
}

/// Doors to knock at: label, and whether the words have come there.
fn doors(it: &KnockFor) -> Vec<(&str, bool)> {
    it.doors.iter().map(|door| (door.home.as_str(), door.reached)).collect()
}

fn codes(rows: &[node::api::InboxRow]) -> Vec<(&str, &str)> {
    rows.iter().map(|row| (row.title.as_str(), row.status.as_str())).collect()
}

fn asks(world: &mut World, who: Who, title: &str, urgency: u8, subject: Option<&str>) -> RequestId {
    let (title, subject) = (title.to_owned(), subject.map(str::to_owned));
    world.asks(who, NewCase { title, subject, urgency: Some(urgency), ..NewCase::default() }).0
}

/// Zhao looks after building 5 and is cut off with it from the office: whom he has to knock for, who there
/// waits for an answer, and to whom he has to bring word, he sees on his own box; each line goes by itself
/// when it is done, and the office has no line of his house.
#[test]
fn the_head_of_a_house_sees_what_waits_to_be_carried_on_also_while_cut_off() {
    let (mut world, [office, zhao, qian, sun, li, wu]) = building_five();
    let refused = world.ask(qian, Command::House(HouseCommand::Inbox)).map_err(|it| it.kind);
    assert!(matches!(refused, Err(ErrorKind::NotAllowed)), "he looks after nothing");

    let liu = asks(&mut world, zhao, "Medicine for Grandma Liu", 2, Some("Grandma Liu"));
    world.settle();
    world.does(office, liu, CaseVerb::Publish);
    world.settle();

    world.chapter("Zhao, Qian and Sun here; the office, Li and Wu there; the gas is turned off");
    world.cut(&[zhao, qian, sun], &[office, li, wu]);
    let off = Telling {
        class: NewsWord::Alert,
        text: "停气,请勿用火".to_owned(),
        area: Some("Building 5".to_owned()),
        ..Telling::default()
    };
    let alert = tells(&mut world, zhao, off);
    let later = asks(&mut world, sun, "A shelf", 1, None);
    let stuck = asks(&mut world, qian, "The lift is stuck", 4, None);
    world.settle();
    told_opened(&mut world, sun, alert);
    world.run_for(120_000);
    world.settle();
    let found = inbox(&mut world, zhao);
    assert_eq!((found.knock.len(), found.knock[0].id), (1, alert));
    assert_eq!(doors(&found.knock[0]), [("Li", false), ("Qian", true)], "Sun has read it");
    assert_eq!(codes(&found.unanswered), [("The lift is stuck", "open"), ("A shelf", "open")]);
    assert!(found.bring.is_empty(), "nothing has moved yet");

    world.chapter("Sun takes the medicine up, Qian's lift is seen to");
    world.claim(sun, liu);
    world.claim(sun, stuck);
    world.settle();
    let found = inbox(&mut world, zhao);
    assert_eq!(codes(&found.unanswered), [("A shelf", "open")]);
    assert_eq!(codes(&found.bring), [("Medicine for Grandma Liu", "assigned")]);
    assert_eq!(found.bring[0].holder.as_deref(), Some("Sun"));

    world.chapter("the cut heals: Li reads it, and everything is done");
    world.heal();
    world.settle();
    told_opened(&mut world, li, alert);
    told_opened(&mut world, qian, alert);
    world.claim(li, later);
    for (who, verb) in [(sun, ActVerb::Depart), (sun, ActVerb::Done), (zhao, ActVerb::Confirm)] {
        world.settle();
        assert!(world.try_act(who, liu, verb), "{verb:?}");
    }
    world.run_for(120_000);
    world.settle();
    let found = inbox(&mut world, zhao);
    assert_eq!((found.knock.len(), found.unanswered.len(), found.bring.len()), (0, 0, 0));
    for who in [office, wu] {
        assert_eq!(inbox(&mut world, who).doors, 0, "his house is his");
    }

    world.chapter("what is taken back needs no knocking");
    let tonight = Telling { text: "今晚开会".to_owned(), ..Telling::default() };
    let notice = tells(&mut world, zhao, tonight);
    world.settle();
    assert_eq!(inbox(&mut world, zhao).knock[0].id, notice);
    let withdraw = NewsCommand::Withdraw { id: notice.to_hex(), reason: "改期".to_owned() };
    news(&mut world, zhao, withdraw).expect("it is his");
    assert!(inbox(&mut world, zhao).knock.is_empty());
}
