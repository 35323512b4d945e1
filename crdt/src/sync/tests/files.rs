//! Files on one link: after everything else, one question at a time, nothing unasked.

use std::sync::Arc;

use super::{
    duel::{Duel, hello},
    world::{Author, body, scope},
};
use crate::{
    envelope::Kind,
    id::BlobId,
    sync::{
        Fault, Input, Output,
        files::{FileAsk, FileTalk, FileWish},
        message::{Hello, Message},
    },
};

const BLOB: BlobId = BlobId::from_bytes([6; 32]);

fn ask(wish: FileWish) -> Message {
    Message::File(FileTalk::Ask(FileAsk { blob: BLOB, bytes: 20_000, wish }))
}

fn chunk(chunk: u64) -> FileTalk {
    FileTalk::Chunk { blob: BLOB, chunk, bytes: vec![7; 100] }
}

/// A link on which the two have just been found equal.
fn equal() -> Duel {
    let mut duel = Duel::new(false, true);
    let root = *duel.node.carried.root();
    let Message::Hello(said) = hello(None) else { panic!("a hello") };
    duel.hear(&Message::Hello(Hello { root, ..said }));
    duel.hear(&Message::Compared { nonce: 1, root, then: None });
    assert!(duel.said.iter().any(|it| matches!(it, Output::Equal { .. })));
    duel.heard.clear();
    duel
}

fn chunks(duel: &Duel) -> usize {
    let is_chunk = |it: &&Message| matches!(it, Message::File(FileTalk::Chunk { .. }));
    duel.heard.iter().filter(is_chunk).count()
}

#[test]
fn a_chunk_waits_until_nothing_else_wants_to_go() {
    let mut duel = equal();
    duel.hear(&ask(FileWish::Chunk(2)));
    let alert = Author::new(9).write(Kind::ALERT, scope(1), 2_900, None, body(9));
    duel.node.keep([Arc::clone(&alert)]);
    duel.feed(Input::Written(&[alert]));
    duel.feed(Input::File(chunk(2)));
    assert_eq!(chunks(&duel), 0, "the alert is under way");
    let upto = duel.stream_bytes() as u64;
    assert!(upto > 0);
    duel.hear(&Message::Ack { upto });
    assert_eq!(chunks(&duel), 1);
    duel.feed(Input::File(chunk(2)));
    assert_eq!(chunks(&duel), 1, "once for each question");

    let mut differs = Duel::open(false);
    differs.hear(&ask(FileWish::Chunk(0)));
    differs.feed(Input::File(chunk(0)));
    assert_eq!((chunks(&differs), differs.fault()), (0, None), "their backlog comes first");
}

#[test]
fn one_question_at_a_time_and_nothing_unasked() {
    let state = |here| Message::File(FileTalk::State { blob: BLOB, here });
    let other = FileTalk::State { blob: BlobId::from_bytes([5; 32]), here: true };
    let mine = FileAsk { blob: BLOB, bytes: 20_000, wish: FileWish::Chunk(1) };
    let hints = vec![Message::File(FileTalk::Here(BLOB)); 3];
    let out_of_turn = Some(Fault::OutOfTurn);
    // What this node asked before, and what the peer says.
    let cases: [(&str, bool, Vec<Message>, Option<Fault>); 7] = [
        ("two", false, vec![ask(FileWish::Hold), ask(FileWish::Hold)], Some(Fault::TooMuch)),
        ("a chunk unasked", false, vec![Message::File(chunk(1))], out_of_turn),
        ("a state unasked", false, vec![state(true)], out_of_turn),
        ("hints", false, hints, None),
        ("another chunk", true, vec![Message::File(chunk(0))], out_of_turn),
        ("another file", true, vec![Message::File(other)], out_of_turn),
        ("the chunk", true, vec![Message::File(chunk(1))], None),
    ];
    for (what, asks, said, fault) in cases {
        let mut duel = equal();
        if asks {
            duel.feed(Input::File(FileTalk::Ask(mine)));
        }
        said.iter().for_each(|message| duel.hear(message));
        assert_eq!(duel.fault(), fault, "{what}");
    }
    let mut duel = equal();
    for wish in [FileWish::Hold, FileWish::Fetch, FileWish::Chunk(0)] {
        duel.hear(&ask(wish));
        duel.feed(Input::File(FileTalk::State { blob: BLOB, here: false }));
    }
    assert_eq!(duel.fault(), None, "a question that was answered makes room for the next");
}
