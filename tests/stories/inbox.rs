//! What waits for whoever looks after a house, on his side of a cut.

use crdt::{
    id::{EnvelopeId, RequestId},
    time::ClaimedTime,
};
use node::api::{
    ActVerb, CaseCommand, CaseVerb, Command, Deed, ErrorKind, HouseCommand, HouseReply, Inbox,
    KnockFor, NewCase, NewsCommand, NewsReply, NewsWord, PhotoRow, Reply, Telling,
};
use tests::world::{BEGIN, Who, World};

use super::news::{HOUR, building_five, news, tells};

/// Opens an alert.
pub fn told_opened(world: &mut World, who: Who, id: EnvelopeId) {
    match news(world, who, NewsCommand::Show { id: id.to_hex() }) {
        Ok(NewsReply::One(row)) => assert_eq!(row.class, NewsWord::Alert),
        other => panic!("it is here, and heard {other:?}"),
    }
}

/// The same as a camera writes it: with a segment that says where it was taken.
pub fn with_a_place(photo: PhotoRow) -> PhotoRow {
    let thumbnail = photo.thumbnail.replacen("ffd8", "ffd8ffe100024750", 1);
    PhotoRow { thumbnail, ..photo }
}

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

/// What is announced to everybody, by this text.
fn notice(text: &str) -> Telling {
    Telling { text: text.to_owned(), ..Telling::default() }
}

/// Qian's clock is a year ahead and he announces without end; the office answers all day. Whoever looks after
/// the house is still told of the alert first, and of what the office announced.
#[test]
fn an_alert_is_pushed_out_by_no_number_of_other_announcements() {
    let (mut world, [office, zhao, qian, ..]) = building_five();
    let off = Telling {
        class: NewsWord::Alert,
        area: Some("Building 5".to_owned()),
        until_ms: Some(BEGIN.0 + 9_000 * HOUR),
        ..notice("停气,请勿用火")
    };
    let alert = tells(&mut world, zhao, off);
    let flats = tells(&mut world, office, notice("周三量血压"));
    world.settle();
    world.set_clock(qian, ClaimedTime(BEGIN.0 + 8_760 * HOUR));
    let question = world.post_id(qian, "燃气卡在哪里充值?");
    world.settle();
    for at in 0..205 {
        tells(&mut world, qian, notice(&format!("第 {at} 次甩卖")));
        let answers = Some(question.to_hex());
        let answer = Telling { class: NewsWord::Answer, answers, ..notice("东门") };
        tells(&mut world, office, answer);
    }
    world.settle();
    let knock = inbox(&mut world, zhao).knock;
    let first: Vec<_> = knock.iter().take(2).map(|it| it.id).collect();
    assert_eq!(first, [alert, flats], "{knock:#?}");
    let NewsReply::List { news } =
        news(&mut world, zhao, NewsCommand::List { all: false }).expect("a list")
    else {
        panic!("a list")
    };
    assert_eq!(news[0].id, alert);
    let at = |id| news.iter().position(|row| row.id == id);
    let dated_ahead = news.iter().position(|row| row.text.contains("甩卖"));
    assert!(at(flats) < dated_ahead, "what is dated ahead stands behind");
}

/// Grandma Liu has no box: Zhao wrote down what she needs. That the desk declined it, somebody has to tell
/// her, and after two weeks somebody has.
#[test]
fn what_the_desk_declined_is_brought_to_whoever_has_no_box() {
    let (mut world, [office, zhao, ..]) = building_five();
    let liu = asks(&mut world, zhao, "A new roof for Grandma Liu", 1, Some("Grandma Liu"));
    let own = asks(&mut world, zhao, "A shelf", 1, None);
    world.settle();
    for id in [liu, own] {
        let deed = Deed { reason: "Not ours".into(), ..Deed::of(&id.to_hex(), CaseVerb::Decline) };
        world.tell(office, Command::Case(CaseCommand::Do(deed)));
    }
    world.settle();
    let bring = inbox(&mut world, zhao).bring;
    assert_eq!(codes(&bring), [("A new roof for Grandma Liu", "declined")], "his own he sees");
    world.set_clock(zhao, ClaimedTime(BEGIN.0 + 15 * 24 * HOUR));
    assert!(inbox(&mut world, zhao).bring.is_empty());
}
