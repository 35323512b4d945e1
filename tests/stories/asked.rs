//! What is asked of the desk: answered before it is asked, waiting in the chat, shown elsewhere.

use crdt::{body::News, id::EnvelopeId, time::ClaimedTime};
use node::api::{
    CaseCommand, Command, ErrorKind, GroupKindWord, KindWord, MessageRow, NewCase, NewsCommand,
    NewsReply, NewsRow, NewsWord, Reply, Telling, UnansweredRow,
};
use tests::world::{BEGIN, Who, World};

use super::news::{HOUR, duty, let_in, list, news, on, reads, refused, tells, told, written_by};

const QUESTION: &str = "燃气卡怎么充值?";
const ANSWER: &str = "燃气卡在东门自助机充值,周一到周五。";

fn asks(world: &mut World, who: Who, title: &str, unless_answered: bool) -> Vec<NewsRow> {
    let (title, kind) = (title.to_owned(), KindWord::Question);
    let new = NewCase { title, kind, unless_answered, ..NewCase::default() };
    match world.tell(who, Command::Case(CaseCommand::Ask(Box::new(new)))) {
        Reply::Asked { .. } => Vec::new(),
        Reply::News(NewsReply::List { news }) => news,
        other => panic!("asked, and heard {other:?}"),
    }
}

fn answers(world: &mut World, who: Who, of: &str, faq: Option<&str>) -> EnvelopeId {
    let telling = Telling {
        class: NewsWord::Answer,
        text: ANSWER.to_owned(),
        answers: Some(of.to_owned()),
        question: faq.map(str::to_owned),
        until_ms: Some(BEGIN.0 + 100 * HOUR),
        ..Telling::default()
    };
    tells(world, who, telling)
}

/// Need 1: whoever asks what the office has answered before is shown that, on either side of a cut, and
/// nothing is asked; unless he wants it, or the answer is past its window, or it was quite another.
#[test]
fn need_01_what_was_answered_before_is_shown_before_it_is_asked() {
    let (mut world, people) = World::court(0x0102, &["Zhao", "Sun"]);
    let (office, zhao, sun) = (world.office(), people[0], people[1]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    let question = world.post_id(zhao, QUESTION);
    world.settle();
    let id = answers(&mut world, office, &question.to_hex(), Some(""));
    world.settle();

    world.chapter("Sun is cut off, nobody is on duty; he asks the same in other words");
    world.cut(&[sun], &[office, zhao]);
    let before = world.home(sun).written().len();
    let shown = asks(&mut world, sun, "请问燃气卡怎么充值", true);
    assert_eq!(shown.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    assert_eq!((shown[0].text.as_str(), shown[0].official), (ANSWER, true));
    assert_eq!(world.home(sun).written().len(), before, "nothing was asked");
    let like = |world: &mut World, question: &str| {
        let ask = NewsCommand::Answered { question: question.to_owned() };
        match news(world, sun, ask) {
            Ok(NewsReply::List { news }) => news.len(),
            other => panic!("a list, not {other:?}"),
        }
    };
    assert_eq!(like(&mut world, "燃气充值"), 1);
    assert_eq!(like(&mut world, "今晚停水吗"), 0, "quite another question");
    assert_eq!(like(&mut world, "充值"), 1);
    assert_eq!(like(&mut world, "怎么办居住证,周一到周五几点开门"), 0, "some words in common");
    assert!(asks(&mut world, sun, "今晚停水吗", true).is_empty(), "and that is asked");
    assert!(asks(&mut world, sun, QUESTION, false).is_empty(), "whoever wants to asks");

    world.chapter("Its window ends");
    world.set_clock(sun, ClaimedTime(BEGIN.0 + 101 * HOUR));
    assert!(asks(&mut world, sun, QUESTION, true).is_empty(), "asked, and no old answer shown");
    world.heal();
    world.settle();
    let open = world.desk_list(office, node::api::DeskList::Unanswered);
    assert_eq!(open.len(), 3, "what was asked is with the desk: {open:?}");
}

fn waiting(world: &mut World, who: Who, minutes: u64) -> Vec<UnansweredRow> {
    world.set_clock(who, ClaimedTime(BEGIN.0 + minutes * 60_000));
    duty(world, who).unanswered
}

fn with(rows: &[UnansweredRow]) -> Vec<(&str, Option<&str>)> {
    rows.iter().map(|row| (row.with.as_str(), row.said_in.as_deref())).collect()
}

/// Need 5, of the chat: what is said to the desk in any group waits on the duty list, goes to the next on
/// the rota, and waits no more once somebody of the office answers, on whichever side of a cut.
#[test]
fn need_05_what_the_chat_asks_the_desk_goes_to_the_next_on_the_rota() {
    let (mut world, people) = World::court(0x0502, &["Zhao", "Qian", "Sun"]);
    let (office, zhao, qian, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    let rota = vec![on("Office", "8000 0001"), on("Zhao", "8000 0002")];
    let (begins_ms, shift_ms) = (Some(BEGIN.0), 8 * HOUR);
    told(
        &mut world,
        office,
        NewsCommand::SetRota { place: None, people: rota, begins_ms, shift_ms },
    );
    let (name, kind) = ("Fleet".to_owned(), GroupKindWord::Invite);
    world.tell(
        office,
        Command::GroupNew { name, kind, vouches: 0, terms: node::api::GroupTerms::default() },
    );
    world.settle();
    let_in(&mut world, office, "Fleet", "Sun");
    world.settle();

    world.chapter("Zhao and Sun are cut off from the office");
    world.cut(&[office, qian], &[zhao, sun]);
    let asked = world.post_id(sun, "@红管家 今晚停水吗?");
    world.post(sun, "谁家的猫?");
    let closed =
        Command::Post { group: "Fleet".into(), text: "@desk who drives?".into(), reply_to: None };
    world.tell(sun, closed);
    world.settle();
    let early = waiting(&mut world, zhao, 20);
    assert_eq!(with(&early), [("Office", Some("all"))], "not the cat, not what he may not read");
    assert_eq!(early[0].id, asked);
    let late = waiting(&mut world, zhao, 40);
    assert_eq!(with(&late), [("Zhao", Some("all"))], "the next on the rota");
    assert_eq!(with(&waiting(&mut world, sun, 40)).len(), 2, "he reads the fleet's too");
    assert!(waiting(&mut world, qian, 40).is_empty(), "the other side cannot know yet");

    world.chapter("a neighbour answers, and that is no answer of the office");
    let reply = |text: &str| Command::Post {
        group: "all".into(),
        text: text.to_owned(),
        reply_to: Some(asked),
    };
    world.tell(zhao, reply("听说是的"));
    world.heal();
    world.settle();
    assert_eq!(with(&waiting(&mut world, qian, 70)), [("Office", Some("all"))]);
    world.tell(office, reply("不停水"));
    world.settle();
    for who in [office, zhao, qian, sun] {
        let left = waiting(&mut world, who, 80);
        let left: Vec<_> = left.iter().filter(|it| it.said_in.as_deref() == Some("all")).collect();
        assert!(left.is_empty(), "{}: {left:?}", world.name(who));
    }

    world.chapter("what is taken back waits no more; what is said to the desk afterwards does");
    let later = world.post_id(sun, "停电吗?");
    world.tell(sun, Command::EditMessage { id: later, text: "@值班 停电吗?".into() });
    world.settle();
    let rows = waiting(&mut world, qian, 90);
    assert_eq!(rows.iter().map(|it| it.id).collect::<Vec<_>>(), [later]);
    let id = world.registers(office, later, false);
    world.settle();
    let rows = waiting(&mut world, qian, 90);
    assert_eq!(rows.iter().map(|it| it.id).collect::<Vec<_>>(), [id], "once, as a request");
}

fn shown(world: &mut World, who: Who, group: &str) -> MessageRow {
    let log = world.log(who, group);
    let row = log.into_iter().rev().find(|row| row.forwarded).expect("the forward");
    row.shows.map_or_else(|| panic!("{} cannot read it", world.name(who)), |it| it.message)
}

/// Need 11, of chat messages: shown by naming them; edits, withdrawals and takings down reach every
/// copy, also over a cut; and never out of a room that not everybody reads.
#[test]
fn need_11_a_message_shown_in_another_group_follows_its_author() {
    let (mut world, people) = World::court(0x1102, &["Zhao", "Qian", "Sun", "Li"]);
    let (office, zhao, qian, sun, li) =
        (world.office(), people[0], people[1], people[2], people[3]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    for group in ["Team", "Garden"] {
        let (name, kind) = (group.to_owned(), GroupKindWord::Invite);
        world.tell(
            office,
            Command::GroupNew { name, kind, vouches: 0, terms: node::api::GroupTerms::default() },
        );
        world.settle();
        for person in ["Qian", "Sun"] {
            let_in(&mut world, office, group, person);
        }
        world.settle();
    }
    let said = world.post_id(zhao, "周六上午修自行车");
    let inside = Command::Post { group: "Team".into(), text: "内部".into(), reply_to: None };
    let Reply::Posted { id: inside } = world.tell(qian, inside) else { panic!("posted") };
    world.settle();
    let forward = |id: EnvelopeId, group: &str| NewsCommand::Forward {
        id: id.to_hex(),
        group: group.to_owned(),
        note: "看看".to_owned(),
    };

    world.chapter("Qian is cut off from Zhao and shows it to both groups");
    world.cut(&[zhao, office], &[qian, sun, li]);
    assert_eq!(refused(&mut world, qian, forward(inside, "Garden")), ErrorKind::TooFar);
    assert_eq!(refused(&mut world, qian, forward(inside, "all")), ErrorKind::TooFar);
    assert_eq!(refused(&mut world, li, forward(inside, "all")), ErrorKind::UnknownMessage);
    let note = "看看".to_owned();
    let out = written_by(&mut world, qian, News::Forward { of: inside, note });
    world.slip(qian, vec![out]);
    world.settle();
    let log = world.log(sun, "all").into_iter().filter(|row| row.forwarded);
    assert!(log.clone().count() > 0, "his program says so");
    assert!(log.into_iter().all(|row| row.shows.is_none()), "and shows nothing of it");
    told(&mut world, qian, forward(said, "Team"));
    told(&mut world, qian, forward(said, "Garden"));
    let again = told(&mut world, qian, forward(said, "Garden"));
    world.settle();
    for group in ["Team", "Garden"] {
        let copy = shown(&mut world, sun, group);
        let row = (copy.author.as_str(), copy.text.as_str(), copy.edited);
        assert_eq!(row, ("Zhao", "周六上午修自行车", false), "{group}");
    }
    let copies = world.log(sun, "Garden").into_iter().filter(|row| row.forwarded).count();
    assert_eq!((copies, again), (1, said), "twice into one group is once");

    world.chapter("meanwhile Zhao says it differently");
    world.tell(zhao, Command::EditMessage { id: said, text: "改到周日上午".into() });
    world.heal();
    world.settle();
    for (who, group) in [(sun, "Team"), (sun, "Garden"), (office, "Team")] {
        let copy = shown(&mut world, who, group);
        assert_eq!((copy.text.as_str(), copy.edited), ("改到周日上午", true), "{group}");
    }

    world.chapter("and takes it back");
    world.tell(zhao, Command::WithdrawMessage { id: said });
    world.settle();
    for group in ["Team", "Garden"] {
        let copy = shown(&mut world, sun, group);
        assert_eq!((copy.text.as_str(), copy.withdrawn), ("", true), "{group}");
    }
    assert_eq!(refused(&mut world, qian, forward(said, "all")), ErrorKind::UnknownMessage);
}

/// Need 3: an item that comes through five of my groups, and into each on both sides of a cut, is one
/// notice and one ring.
#[test]
fn need_03_an_item_forwarded_to_five_of_my_groups_notifies_me_once() {
    const FIVE: [&str; 5] = ["Chess", "Choir", "Dance", "Garden", "Stairs"];
    let mut world = World::on_disk(0x0303);
    let office = world.office();
    let [zhao, sun, li] = ["Zhao", "Sun", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, zhao, sun, li]);
    world.settle();
    for group in FIVE {
        let (name, kind) = (group.to_owned(), GroupKindWord::Invite);
        world.tell(
            office,
            Command::GroupNew { name, kind, vouches: 0, terms: node::api::GroupTerms::default() },
        );
        world.settle();
        for person in ["Zhao", "Sun"] {
            let_in(&mut world, office, group, person);
        }
    }
    world.settle();
    let rising = Telling {
        class: NewsWord::Alert,
        text: "河水上涨".to_owned(),
        forwardable: true,
        ..Telling::default()
    };
    let alert = tells(&mut world, office, rising);
    world.settle();

    world.chapter("a cut: the office and Zhao show it in all five groups, each on his side");
    world.cut(&[office, li], &[zhao, sun]);
    for group in FIVE {
        for who in [office, zhao] {
            let (id, note) = (alert.to_hex(), format!("by {}", world.name(who)));
            told(&mut world, who, NewsCommand::Forward { id, group: group.to_owned(), note });
        }
    }
    world.heal();
    world.settle();
    let mut story = String::new();
    for (who, through) in [(sun, &FIVE[..]), (zhao, &FIVE[..]), (li, &[][..])] {
        let rows = list(&mut world, who, NewsCommand::List { all: true });
        assert_eq!(rows.len(), 1, "one notice for {}: {rows:?}", world.name(who));
        assert_eq!(rows[0].also_in, through);
        assert_eq!(world.home(who).rings(), [alert], "one ring for {}", world.name(who));
        story += &format!("{:<5} {} — also in {:?}\n", world.name(who), reads(&rows[0]), through);
    }
    insta::assert_snapshot!("need_03", story);
}

/// Need 5, of the bell: a hand-over that comes before its rota rings when both are there, and once.
#[test]
fn need_05_a_hand_over_that_comes_before_its_rota_rings_when_both_are_there() {
    let mut world = World::on_disk(0x10B);
    let office = world.office();
    let [zhao, qian] = ["Zhao", "Qian"].map(|name| world.move_in(name));
    world.lan(&[office, zhao, qian]);
    world.settle();
    world.cut(&[qian], &[office, zhao]);
    let rota = |begins_ms: u64| NewsCommand::SetRota {
        place: None,
        people: vec![on("Office", "8000 0001"), on("Zhao", "8000 0002")],
        begins_ms: Some(begins_ms),
        shift_ms: 8 * HOUR,
    };
    let first = told(&mut world, office, rota(BEGIN.0));
    world.settle();
    let over = NewsCommand::HandOver {
        place: None,
        to: on("Qian", "8000 0003"),
        from_ms: Some(BEGIN.0),
        until_ms: Some(BEGIN.0 + 8 * HOUR),
    };
    let over = told(&mut world, zhao, over);
    let written = |world: &World, who: Who, id: EnvelopeId| {
        let written = world.home(who).written().iter();
        let found = written.filter(|it| it.id() == id).map(|it| (**it).clone());
        found.collect::<Vec<_>>()
    };
    let (over_first, rota_later) = (written(&world, zhao, over), written(&world, office, first));
    assert_eq!((over_first.len(), rota_later.len()), (1, 1));
    world.slip(qian, over_first);
    assert!(world.home(qian).rings().is_empty(), "nobody has said that Zhao is on duty");
    world.slip(qian, rota_later);
    assert_eq!(world.home(qian).rings(), [over]);
    world.heal();
    world.settle();
    told(&mut world, office, rota(BEGIN.0 + 1));
    world.settle();
    assert_eq!(world.home(qian).rings(), [over], "once, whatever rota comes after it");
    world.crash(qian);
    world.settle();
    told(&mut world, office, rota(BEGIN.0 + 2));
    world.settle();
    assert_eq!(world.home(qian).rings(), [over], "also after a restart");
}

/// Need 5: a hundred requests that wait do not hide what somebody asked the desk in the chat.
#[test]
fn need_05_many_requests_do_not_crowd_a_question_out() {
    let (mut world, people) = World::court(0x10C, &["Zhao"]);
    let (office, zhao) = (world.office(), people[0]);
    let people = vec![on("Office", "8000 0001")];
    let (begins_ms, shift_ms) = (Some(BEGIN.0), 8 * HOUR);
    let rota = NewsCommand::SetRota { place: None, people, begins_ms, shift_ms };
    told(&mut world, office, rota);
    for number in 0..101 {
        world.request(office, &format!("errand {number}"));
    }
    world.settle();
    let asked = world.post_id(zhao, "@desk is the water off?");
    world.settle();
    let rows = waiting(&mut world, office, 5);
    assert!(rows.iter().any(|row| row.id == asked));
    assert_eq!(rows.len(), 101, "as many requests as fit, and the question");
}
