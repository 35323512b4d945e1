//! Peers that lie, babble, never listen, or are nobody. One honest node, and a peer made of single
//! messages.

use std::sync::Arc;

use proptest::prelude::*;

use super::duel::{Duel, group, hello, invented, lie, somebody};
use super::world::{Author, COMMUNITY, Dice, Node, World, body, scope};
use crate::{
    envelope::Kind,
    id::{BlobId, CommunityId, EnvelopeId},
    sync::{
        Config, Input, Output, Parting, Session,
        bounds::{
            FRUITLESS_ROUNDS_MAX, IDS_MAX, PATIENCE_MS, QUEUE_PUSH_MAX, WINDOW_BYTES, YOURS_MAX,
        },
        files::{FileAsk, FileTalk, FileWish},
        message::{BadMessage, Hello, Message},
        narrow::BadNarrowing,
        session::{Closing, Fault},
        stream::{BadStream, StreamWriter},
        summary::{Child, Place},
        transfer::BadTransfer,
    },
    time::{Bucket, Moment},
};

/// Every message there is, each with something in it.
fn phrase_book() -> Vec<Message> {
    let (root, ids) = (lie(3), vec![invented(1), invented(2)]);
    let bucket = Bucket(2_900);
    let groups = vec![
        group(Place::Root, &[(Child::Scope(scope(1)), 1)]),
        group(Place::Scope(scope(1)), &[(Child::Bucket(bucket), 2)]),
        group(Place::Branch(9), &[]),
    ];
    let blob = BlobId::from_bytes([6; 32]);
    let ask_for = |wish| FileTalk::Ask(FileAsk { blob, bytes: 90_000, wish });
    let branches = vec![group(Place::Root, &[(Child::Branch(3), 1), (Child::Branch(200), 2)])];
    vec![
        hello(Some(7)),
        hello(None),
        Message::WhoAreYou { versions: (1, 1) },
        Message::Introduce(vec![somebody()]),
        Message::Goodbye(Parting::Stranger),
        Message::Compare { nonce: 300, root },
        Message::Compared { nonce: 300, root, then: Some(301) },
        Message::Compared { nonce: 1, root, then: None },
        Message::Ask(vec![Place::Root, Place::Branch(7), Place::Scope(scope(1))]),
        Message::Told { last: true, groups },
        Message::Told { last: false, groups: branches },
        Message::Open { job: 1, scope: scope(1), bucket, narrow: vec![0x61, 0, 0, 1] },
        Message::Round { job: 1, narrow: vec![0x61, 0, 0, 1] },
        Message::Reply { job: 1, narrow: vec![0x61, 0, 0, 1] },
        Message::Want { job: 1, ids: ids.clone() },
        Message::Want { job: 0, ids: ids.clone() },
        Message::Close { job: 1 },
        Message::SendAll(vec![(scope(1), None), (scope(1), Some(bucket))]),
        Message::Done { sending: 500 },
        Message::Drained,
        Message::Data(vec![1, 2, 3]),
        Message::Ack { upto: 4_000 },
        Message::Have(ids),
        Message::Yours(vec![somebody().without_body()]),
        Message::File(ask_for(FileWish::Hold)),
        Message::File(ask_for(FileWish::Fetch)),
        Message::File(ask_for(FileWish::Chunk(300))),
        Message::File(FileTalk::Chunk { blob, chunk: 300, bytes: vec![1, 2, 3] }),
        Message::File(FileTalk::State { blob, here: true }),
        Message::File(FileTalk::Here(blob)),
    ]
}

#[test]
fn every_message_reads_back() {
    for message in phrase_book() {
        assert_eq!(Message::decode(&message.encode()), Ok(message));
    }
}

/// The frames that `docs/protocol.md` promises to other implementations.
#[test]
fn frames_are_those_of_the_vectors() {
    let line = |message: &Message| {
        let shown = format!("{message:?}");
        let end = shown.find(|letter: char| !letter.is_alphabetic()).unwrap_or(shown.len());
        format!("{} {}\n", &shown[..end], crate::id::to_hex(&message.encode()))
    };
    let mut frames: String = phrase_book().iter().map(line).collect();
    let (mut author, mut stream, mut bytes) = (Author::new(1), StreamWriter::default(), Vec::new());
    let first = author.write(Kind::MESSAGE, scope(1), 2_900, None, b"one".to_vec());
    let head = Some((first.id(), 1));
    let second = author.write(Kind::MESSAGE, scope(1), 2_900, head, b"two".to_vec());
    [&first, &second].into_iter().for_each(|envelope| stream.write(envelope, &mut bytes));
    frames += &line(&Message::Data(bytes));
    assert_eq!(frames, include_str!("../../../../docs/vectors/sync.txt"), "{frames}");
}

/// What a peer holds of this box's writers is heard once, and only by whoever is being talked with.
#[test]
fn yours_is_bounded_and_heard_once() {
    let yours = Message::Yours(vec![somebody().without_body()]);
    let heard = |duel: &Duel| duel.said.iter().filter(|it| matches!(it, Output::Yours(_))).count();
    let mut stranger = Duel::new(false, false);
    stranger.hear(&yours);
    assert_eq!((heard(&stranger), stranger.fault()), (0, None));
    let mut duel = Duel::open(true);
    assert!(duel.said.iter().any(|it| matches!(it, Output::NeedNewest)), "the two differ");
    duel.hear(&yours);
    duel.hear(&yours);
    assert_eq!((heard(&duel), duel.fault()), (1, None));
    let five = Message::Yours(vec![somebody().without_body(); 5]).encode();
    let Ok(Message::Yours(read)) = Message::decode(&five) else { panic!("it is honest") };
    assert_eq!(read.len(), YOURS_MAX, "the sender leaves out what is too much");
    let one = &Message::Yours(vec![somebody().without_body()]).encode()[1..];
    assert!(Message::decode(&[&[0x81], one.repeat(5).as_slice()].concat()).is_err());
    assert!(Message::decode(&[[0x81].as_slice(), &[7; 9_000]].concat()).is_err());
}

#[test]
fn later_releases_may_say_more() {
    assert_eq!(Message::decode(&[0x9c, 1, 2, 3]), Ok(Message::Skipped));
    assert_eq!(Message::decode(&[0x7f, 1, 2, 3]), Err(BadMessage::Unknown(0x7f)));
    let mut longer = hello(None).encode();
    longer.extend([1, 2, 3]);
    assert_eq!(Message::decode(&longer), Ok(hello(None)));
    assert_eq!(Message::decode(&vec![0x11; 64 * 1024 + 1]), Err(BadMessage::TooLarge));
}

#[test]
fn without_a_common_version_or_community_they_part_in_peace() {
    let cases = [
        ((2, 9), COMMUNITY, Some(Closing::Incompatible)),
        ((1, 9), CommunityId::from_bytes([8; 32]), Some(Closing::OtherCommunity)),
        ((1, 9), COMMUNITY, None),
    ];
    for (versions, community, closing) in cases {
        let mut duel = Duel::new(false, true);
        let (nonce, root, answers) = (1, lie(0), None);
        duel.hear(&Message::Hello(Hello { versions, community, nonce, root, answers }));
        assert_eq!(duel.closing(), closing, "{versions:?}");
    }
}

/// A stranger calls and tries every message there is.
#[test]
fn a_stranger_hears_nothing_but_who_are_you() {
    for message in phrase_book() {
        let mut duel = Duel::new(false, false);
        duel.hear(&message);
        duel.hear(&message);
        duel.feed(Input::Compare);
        let written = Author::new(9).write(Kind::ALERT, scope(1), 2_900, None, body(9));
        duel.feed(Input::Written(&[Arc::clone(&written)]));
        duel.feed(Input::Stored(&[written]));
        duel.wait();
        for heard in &duel.heard {
            let nothing = matches!(heard, Message::WhoAreYou { .. } | Message::Goodbye(_));
            assert!(nothing, "{message:?} was answered by {heard:?}");
        }
        assert!(duel.fault().is_some() || duel.closing().is_some());
    }
}

#[test]
fn an_introduction_opens_the_door_or_does_not() {
    for (admits, admitted) in
        [(true, [true, false]), (true, [false, false]), (false, [true, false])]
    {
        let mut world = World::new(2, 3);
        world.share(20, scope(1), 2_900);
        world.write(1, Kind::MESSAGE, scope(1), 2_900);
        world.admits = admits;
        let introduce = |number| {
            let known = Author::new(number).write(Kind::STATEMENT, scope(0), 2_900, None, body(1));
            vec![known.as_ref().clone()]
        };
        let link = world.link_with(0, 1, admitted, [introduce(100), introduce(101)]);
        world.run();
        assert_eq!(world.is_equal(), admits, "{admitted:?}");
        assert_eq!(world.ends[link].equal_at().is_some(), admits);
        let ending = if admits { 0 } else { 2 };
        assert_eq!(world.endings().len(), ending, "{:?}", world.endings());
    }
}

#[test]
fn a_member_who_is_not_known_to_the_one_he_calls_introduces_himself_both_ways() {
    // The caller does not know the one he calls, who knows him.
    let mut world = World::new(2, 4);
    let known = Author::new(102).write(Kind::STATEMENT, scope(0), 2_900, None, body(1));
    let introduction = vec![known.as_ref().clone()];
    let link = world.link_with(0, 1, [false, true], [Vec::new(), introduction]);
    world.run_for(20_000);
    // The caller stored what introduced the other; the comparison then brought it back to him.
    assert!(world.is_equal() && world.ends[link].equal_at().is_some());
}

#[test]
fn whoever_says_nothing_is_left_after_a_while() {
    for initiator in [true, false] {
        let mut duel = Duel::new(initiator, true);
        duel.wait();
        assert_eq!(duel.closing(), Some(Closing::Silent));
        assert!(duel.now <= Moment(PATIENCE_MS));
    }
}

#[test]
fn whoever_owes_an_answer_is_blamed_within_half_a_minute() {
    let mut duel = Duel::open(true);
    assert!(matches!(duel.heard.last(), Some(Message::Ask(_))), "{:?}", duel.heard);
    duel.wait();
    assert_eq!(duel.fault(), Some(Fault::Stalled("an answer")));
    assert!(duel.now <= Moment(PATIENCE_MS));
}

/// A suspended laptop: the peer may have answered long ago, to a link that is gone.
#[test]
fn whoever_slept_himself_blames_nobody_and_listens_once_more() {
    let mut duel = Duel::open(true);
    let (due, _) = duel.session.next_wakeup().expect("it waits for an answer");
    duel.now = due + 2 * PATIENCE_MS;
    duel.feed(Input::Wake);
    assert_eq!(duel.fault(), None);
    duel.wait();
    assert_eq!(duel.fault(), Some(Fault::Stalled("an answer")));
    assert!(duel.now <= due + 3 * PATIENCE_MS);
}

/// The peer takes a backlog of two mebibytes and never acknowledges anything.
#[test]
fn without_acknowledgements_a_little_goes_out_and_something_urgent_still_finds_room() {
    let mut duel = Duel::new(false, true);
    let mut author = Author::new(2);
    for number in 0..200 {
        let large = vec![u8::try_from(number).expect("a byte"); 12_000];
        let head = duel.node.head(scope(2));
        duel.node.keep([author.write(Kind::MESSAGE, scope(2), 2_900, head, large)]);
    }
    duel.hear(&hello(None));
    duel.hear(&Message::Compared { nonce: 1, root: lie(0), then: None });
    duel.hear(&Message::SendAll(vec![(scope(2), None)]));
    let window = usize::try_from(WINDOW_BYTES).expect("a mebibyte");
    let backlog = duel.stream_bytes();
    assert!((48_000..96_000).contains(&backlog), "{backlog} bytes");
    // An alert still finds room; a thousand do not break the window.
    for number in 0..1_000 {
        let alert = author.write(Kind::ALERT, scope(3), 2_900, None, body(number));
        duel.feed(Input::Written(&[alert]));
    }
    assert!(duel.stream_bytes() > backlog + 40_000, "{} bytes", duel.stream_bytes());
    assert!(duel.stream_bytes() <= window, "{} bytes", duel.stream_bytes());
    duel.wait();
    assert_eq!(duel.fault(), Some(Fault::Stalled("an acknowledgement")));
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_is_blamed() {
    let mut duel = Duel::open(false);
    duel.hear(&Message::Ack { upto: 1 });
    assert_eq!(duel.fault(), Some(Fault::OutOfTurn));
}

#[test]
fn more_than_a_window_without_waiting_is_blamed() {
    let config =
        Config { initiator: false, community: COMMUNITY, admitted: true, introduction: Vec::new() };
    let mut session = Session::new(config);
    let node = Node::default();
    let mut fault = None;
    let mut hear = |message: &Message| {
        // The store is slow: nothing is ever settled.
        session.handle(&node.carried, Input::Received(&message.encode()), Moment(1));
        while let Some(output) = session.poll() {
            if let Output::Blame(found) = output {
                fault = Some(found);
            }
        }
        fault
    };
    hear(&hello(None));
    let (mut author, mut stream) = (Author::new(5), StreamWriter::default());
    let mut sent = 0;
    let fault = (0..).find_map(|_| {
        let mut bytes = Vec::new();
        stream.write(&author.write(Kind::CHANGE, scope(1), 1, None, vec![1; 60_000]), &mut bytes);
        sent += bytes.len() as u64;
        hear(&Message::Data(bytes))
    });
    assert_eq!(fault, Some(Fault::Transfer(BadTransfer::Overrun)));
    assert!((WINDOW_BYTES..WINDOW_BYTES + 64 * 1024).contains(&sent), "{sent} bytes");
}

#[test]
fn an_envelope_that_nobody_signed_costs_the_one_who_sent_it() {
    let mut duel = Duel::open(false);
    duel.feed(Input::Settled { new: 0, refused: 1 });
    assert_eq!(duel.fault(), Some(Fault::Refused(1)));
    let mut duel = Duel::open(false);
    duel.hear(&Message::Data(vec![0xff; 8]));
    let broken = Fault::Transfer(BadTransfer::Stream(BadStream::TooLarge));
    assert_eq!(duel.fault(), Some(broken));
}

/// How the peer of the next test answers a question.
type Liar = fn(&Message, u64) -> Vec<Message>;

/// Nothing differs in particular, and yet everything does.
fn vaguely(question: &Message, _: u64) -> Vec<Message> {
    match question {
        Message::Ask(places) => {
            let groups = places.iter().map(|place| group(*place, &[])).collect();
            vec![Message::Told { last: true, groups }]
        }
        _ => Vec::new(),
    }
}

/// There is another scope each time, of which nothing ever comes.
fn with_new_scopes(question: &Message, number: u64) -> Vec<Message> {
    match question {
        Message::Ask(places) => {
            let scopes = [(Child::Scope(scope(u16::try_from(number).expect("few"))), number)];
            let groups = places.iter().map(|place| group(*place, &scopes)).collect();
            vec![Message::Told { last: true, groups }]
        }
        _ => Vec::new(),
    }
}

/// The drawer differs, and it names other ids of it each time, of which none ever comes.
fn with_invented_ids(question: &Message, number: u64) -> Vec<Message> {
    match question {
        Message::Ask(_) => {
            let groups = vec![
                group(Place::Root, &[(Child::Scope(scope(1)), number)]),
                group(Place::Scope(scope(1)), &[(Child::Bucket(Bucket(2_900)), number)]),
            ];
            vec![Message::Told { last: true, groups }]
        }
        Message::Open { job, .. } => {
            let id = *invented(number).as_bytes();
            let narrow = [&[0x61, 0, 0, 2, 1], id.as_slice()].concat();
            vec![Message::Reply { job: *job, narrow }]
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_peer_that_always_differs_is_left_after_sixteen_comparisons() {
    let liars: [(&str, Liar); 3] =
        [("vague", vaguely), ("scopes", with_new_scopes), ("ids", with_invented_ids)];
    for (name, liar) in liars {
        let mut duel = Duel::open(true);
        let mut number = 100;
        let mut comparisons = 0;
        while duel.fault().is_none() {
            assert!(number < 10_000, "{name}: it never ends");
            let questions = std::mem::take(&mut duel.heard);
            if questions.is_empty() {
                let (due, _) = duel.session.next_wakeup().expect("it wants to compare again");
                duel.now = duel.now.max(due);
                duel.feed(Input::Wake);
            }
            for question in questions {
                number += 1;
                // Takes what it is sent, so that nothing but its lies is left to blame.
                let upto = duel.session.outbox.sent_bytes();
                let answers = match question {
                    Message::Data(_) => vec![Message::Ack { upto }],
                    Message::Done { .. } => vec![Message::Drained],
                    Message::Compare { nonce, .. } => {
                        comparisons += 1;
                        vec![Message::Compared { nonce, root: lie(number), then: None }]
                    }
                    other => liar(&other, number),
                };
                answers.iter().for_each(|answer| duel.hear(answer));
            }
        }
        assert_eq!(duel.fault(), Some(Fault::Fruitless), "{name}");
        assert!(duel.now <= Moment(30_000), "{name}: {:?}", duel.now);
        // One descent may have sent something, the others found nothing.
        assert!(comparisons <= 2 * (FRUITLESS_ROUNDS_MAX + 2), "{name}: {comparisons}");
    }
}

#[test]
fn a_peer_that_opens_one_drawer_again_and_again_is_left() {
    let mut duel = Duel::open(false);
    let (scope, bucket) = (scope(1), Bucket(2_900));
    let rounds = (1..).find(|job| {
        let narrow = vec![0x61, 0, 0, 2, 0];
        duel.hear(&Message::Open { job: *job, scope, bucket, narrow });
        duel.hear(&Message::Close { job: *job });
        duel.fault().is_some()
    });
    assert_eq!((rounds, duel.fault()), (Some(17), Some(Fault::Fruitless)));
}

#[test]
fn a_peer_that_narrows_for_ever_is_left() {
    let mut duel = Duel::open(false);
    let (scope, bucket) = (scope(1), Bucket(2_900));
    let narrow = [&[0x61, 0, 0, 1], [7; 16].as_slice()].concat();
    duel.hear(&Message::Open { job: 1, scope, bucket, narrow: narrow.clone() });
    while duel.fault().is_none() {
        assert!(duel.heard.len() < 200, "it never ends");
        duel.hear(&Message::Round { job: 1, narrow: narrow.clone() });
    }
    assert_eq!(duel.fault(), Some(Fault::Narrowing(BadNarrowing::Fruitless)));
}

#[test]
fn whoever_wants_without_end_is_remembered_up_to_a_bound() {
    let mut duel = Duel::open(false);
    let id =
        |number: usize| EnvelopeId::from_bytes(*blake3::hash(&number.to_le_bytes()).as_bytes());
    // The store is slow: nothing that it is asked for comes back meanwhile.
    for first in (0..2 * QUEUE_PUSH_MAX).step_by(IDS_MAX) {
        let ids = (first..first + IDS_MAX).map(id).collect();
        let want = Message::Want { job: 0, ids }.encode();
        duel.session.handle(&duel.node.carried, Input::Received(&want), duel.now);
        while let Some(output) = duel.session.poll() {
            // An honest one may want much after a long cut.
            assert!(!matches!(output, Output::Blame(_)));
        }
    }
    let remembered = (0..2 * QUEUE_PUSH_MAX).filter(|at| duel.session.outbox.is_pending(&id(*at)));
    let remembered = remembered.count();
    assert!(remembered <= QUEUE_PUSH_MAX + IDS_MAX, "{remembered}");
}

#[test]
fn only_what_a_listing_named_may_be_wanted_and_jobs_are_few() {
    let (scope, bucket) = (scope(1), Bucket(2_900));
    let open = |job| Message::Open { job, scope, bucket, narrow: vec![0x61, 0, 0, 2, 0] };
    let mut duel = Duel::open(false);
    duel.hear(&open(1));
    duel.hear(&Message::Want { job: 1, ids: vec![invented(1)] });
    assert_eq!(duel.fault(), Some(Fault::OutOfTurn));
    let mut duel = Duel::open(false);
    (1..=9).for_each(|job| duel.hear(&open(job)));
    assert_eq!(duel.fault(), Some(Fault::TooMuch));
}

/// The peer asks for everything, acknowledges it, and asks for everything again.
#[test]
fn a_peer_that_pretends_to_lack_everything_is_believed_once() {
    let mut duel = Duel::open(false);
    let mut author = Author::new(2);
    for number in 0..9_000 {
        let head = duel.node.head(scope(2));
        duel.node.keep([author.write(Kind::MESSAGE, scope(2), 2_900, head, body(number))]);
    }
    duel.hear(&Message::Compared { nonce: 1, root: lie(0), then: None });
    for _ in 0..100 {
        duel.hear(&Message::SendAll(vec![(scope(2), None)]));
        loop {
            let upto = duel.session.outbox.sent_bytes();
            if duel.session.outbox.in_flight() == 0 || duel.fault().is_some() {
                break;
            }
            duel.hear(&Message::Ack { upto });
        }
    }
    assert_eq!(duel.fault(), Some(Fault::TooMuch));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_a_message_or_a_reason(
        kind in 0..0x16u8, bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = Message::decode(&[&[kind], bytes.as_slice()].concat());
    }

    /// Whatever a member says, in whatever order, whole or damaged: this node answers or blames.
    #[test]
    fn babble_ends_in_an_answer_or_in_blame(
        initiator in any::<bool>(), greeted in any::<bool>(), seed in any::<u64>(),
        garbage in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut duel = if greeted { Duel::open(initiator) } else { Duel::new(initiator, true) };
        duel.admits = true;
        let (book, mut dice) = (phrase_book(), Dice(seed));
        for _ in 0..200 {
            let mut frame = book[dice.below(book.len())].encode();
            match dice.below(8) {
                0 => frame.truncate(dice.below(frame.len() + 1)),
                1 => frame.extend(&garbage),
                2 => {
                    let at = dice.below(frame.len());
                    frame[at] ^= 1 << dice.below(8);
                }
                _ => (),
            }
            duel.feed(Input::Received(&frame));
            duel.now = duel.now + dice.below(2_000) as u64;
            duel.feed(Input::Wake);
        }
    }
}
