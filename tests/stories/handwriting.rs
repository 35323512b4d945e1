//! A deaf elder: no sound anywhere, a photo of what she wrote by hand, a room of her own people.

use crdt::{
    body::BlobKey,
    id::{RequestId, to_hex},
    secrets::blob,
};
use node::api::{
    ActVerb, CaseCommand, CaseReply, Command, ErrorKind, GroupKindWord, NewCase, NewsCommand,
    NewsWord, PhotoRow, Reply, RoleWord, RosterCommand, SearchQuery, Telling,
};
use tests::world::{Who, World};

use super::news::{let_in, tells};

const SAID: &str = "我看见您写的字了,我去";

/// What her camera took: a JPEG as far as its frame goes.
fn strokes() -> Vec<u8> {
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xda, 0, 2];
    jpeg.extend((0..6_000_u32).map(|at| blake3::hash(&at.to_le_bytes()).as_bytes()[0]));
    jpeg
}

fn handwriting() -> PhotoRow {
    let (blob, sealed) = blob::seal(&BlobKey([5; 32]), &[9; 119_968]);
    PhotoRow {
        name: String::new(),
        blob,
        key: "05".repeat(32),
        bytes: sealed.len() as u64,
        thumbnail: to_hex(&strokes()),
        sealed: Some(sealed.into()),
    }
}

fn looks(world: &mut World, who: Who, id: RequestId) -> Result<String, ErrorKind> {
    let (id, number) = (id.to_hex(), 0);
    match world.ask(who, Command::Case(CaseCommand::Photo { id, number })) {
        Ok(Reply::Case(reply)) => match *reply {
            CaseReply::Photo(row) => Ok(row.thumbnail),
            other => panic!("a photo, not {other:?}"),
        },
        Ok(other) => panic!("a photo, not {other:?}"),
        Err(error) => Err(error.kind),
    }
}

fn finds(world: &mut World, who: Who, words: &str) -> usize {
    let query = SearchQuery { words: words.to_owned(), ..SearchQuery::default() };
    match world.tell(who, Command::Search(query)) {
        Reply::Found(page) => page.found.len(),
        other => panic!("found {other:?}"),
    }
}

fn stands_on_disk(world: &World, who: Who, bytes: &[u8]) -> bool {
    let files = world.home(who).files();
    files.iter().any(|file| file.windows(bytes.len()).any(|part| part == bytes))
}

/// Chen and two who sign have a room; Wu next door, the office and a relay are not in it.
fn room() -> (World, [Who; 6]) {
    let mut world = World::on_disk(0x2601);
    let office = world.office();
    let sun = world.move_in_as("Sun", RoleWord::Steward);
    let [chen, ma, wu] = ["Chen", "Ma", "Wu"].map(|name| world.move_in(name));
    world.lan(&[office, sun, chen, ma, wu]);
    world.settle();
    let relay = world.move_in_as_relay("R7");
    world.wire(office, relay);
    world.wire(relay, chen);
    let (name, kind) = ("手语小屋".to_owned(), GroupKindWord::Invite);
    world.tell(
        sun,
        Command::GroupNew { name, kind, vouches: 0, terms: node::api::GroupTerms::default() },
    );
    world.settle();
    for person in ["Chen", "Ma"] {
        let_in(&mut world, sun, "手语小屋", person);
    }
    let place = RosterCommand::PlaceNew { name: "Building 5".into(), within: None };
    world.roster(office, place).expect("the office may");
    world.settle();
    for who in [chen, ma] {
        world.tell(who, Command::News(NewsCommand::Live { place: "Building 5".into() }));
    }
    world.run_for(120_000);
    world.settle();
    (world, [office, sun, chen, ma, wu, relay])
}

fn in_the_room() -> NewCase {
    NewCase {
        group: Some("手语小屋".to_owned()),
        photos: vec![handwriting()],
        ..NewCase::default()
    }
}

fn refuses_what_is_no_photo(world: &mut World, chen: Who) {
    let ask = |new: NewCase| Command::Case(CaseCommand::Ask(Box::new(new)));
    let camera = PhotoRow {
        thumbnail: handwriting().thumbnail.replacen("ffd8", "ffd8ffe100024750", 1),
        ..handwriting()
    };
    for (wrong, kind) in [
        (NewCase { photos: vec![camera], ..in_the_room() }, ErrorKind::NoPhoto),
        (NewCase { photos: vec![handwriting(); 5], ..in_the_room() }, ErrorKind::BadText),
        (NewCase { to_desk: true, ..in_the_room() }, ErrorKind::Private),
        (NewCase { photos: Vec::new(), ..in_the_room() }, ErrorKind::BadText),
    ] {
        let before = world.home(chen).written().len();
        assert_eq!(world.ask(chen, ask(wrong)).map_err(|it| it.kind), Err(kind));
        assert_eq!(world.home(chen).written().len(), before, "nothing is written");
    }
}

fn nobody_outside_reads_it(
    world: &mut World,
    [office, sun, chen, ma, wu, relay]: [Who; 6],
    id: RequestId,
) {
    world.chapter("and nobody outside the room reads a word or a stroke of it");
    let title = world.page(chen, id).row.title;
    for who in [sun, chen, ma] {
        assert_eq!(looks(world, who, id), Ok(handwriting().thumbnail));
        assert_eq!(finds(world, who, "手写"), 1);
        assert!(stands_on_disk(world, who, title.as_bytes()), "what is read stands in lists");
    }
    for who in [office, wu, relay] {
        let name = world.name(who).to_owned();
        assert!(looks(world, who, id).is_err(), "{name} looks");
        assert!(!stands_on_disk(world, who, title.as_bytes()), "{name} has the title");
        assert!(!stands_on_disk(world, who, SAID.as_bytes()), "{name} has the talk");
    }
    for who in world.everybody() {
        let name = world.name(who);
        assert!(!stands_on_disk(world, who, &strokes()[..64]), "{name} has it in the clear");
    }
    for who in [office, wu] {
        assert_eq!(finds(world, who, "手写"), 0);
        let Reply::Requests { requests } = world.tell(who, Command::Requests { all: true }) else {
            panic!("a list")
        };
        assert!(requests.iter().all(|row| row.id != id), "{}", world.name(who));
    }
}

/// Need 26: from asking to confirming nothing is said or heard; the photo of her handwriting says what
/// she needs; an alert reaches her as a command, which may be a lamp; and nobody outside the room reads
/// a word or a stroke of it, on either side of a cut. (That the type is large, the page's own tests see.)
#[test]
fn need_26_a_deaf_elder_asks_by_a_photo_of_her_handwriting_in_a_room_of_her_own() {
    let (mut world, [office, sun, chen, ma, wu, relay]) = room();
    refuses_what_is_no_photo(&mut world, chen);
    let (id, _) = world.asks(chen, in_the_room());
    world.settle();

    world.chapter("a cut: both who sign read the photo, each on his side, and want to come");
    world.cut(&[office, sun, chen, relay], &[ma, wu]);
    for who in [sun, ma] {
        assert_eq!(looks(&mut world, who, id), Ok(handwriting().thumbnail));
        assert_eq!(world.page(who, id).more.photos, 1);
        world.claim(who, id);
        let (group, text) = ("手语小屋".to_owned(), SAID.to_owned());
        world.tell(who, Command::Post { group, text, reply_to: None });
    }
    let alert = Telling {
        class: NewsWord::Alert,
        text: "停气".to_owned(),
        area: Some("Building 5".to_owned()),
        ..Telling::default()
    };
    let alert = tells(&mut world, office, alert);
    world.settle();
    assert!(world.home(chen).rings().contains(&alert), "a command is run: a lamp will do");
    world.heal();
    world.settle();

    world.chapter("one of the two comes, the other is told in words; she confirms by herself");
    let winner = world.agreed_holder(&[sun, chen, ma], id);
    let (comes, other) = if winner == "Sun" { (sun, ma) } else { (ma, sun) };
    assert_eq!(world.notices(other).len(), 1, "told once");
    for (who, verb) in [(comes, ActVerb::Depart), (comes, ActVerb::Done), (chen, ActVerb::Confirm)]
    {
        assert!(world.try_act(who, id, verb), "{verb:?}");
        world.settle();
    }
    let page = world.page(chen, id);
    assert_eq!((page.row.status.as_str(), page.more.verdicts.len()), ("closed", 0));
    assert!(page.more.intake.is_none(), "nobody telephoned");

    nobody_outside_reads_it(&mut world, [office, sun, chen, ma, wu, relay], id);
    insta::assert_snapshot!("need_26", world.life(chen, id));
}
