//! Photos between homes: asked for, cut in the middle, passed on, let go.

use crdt::{
    body::BlobKey,
    id::{EnvelopeId, to_hex},
    limits::THUMBNAIL_BYTES_MAX,
    secrets::blob,
    sync::files::chunks_of,
};
use node::api::{
    ApiError, Command, ErrorKind, FetchWord, FilesCommand, FilesPage, FilesReply, NewsCommand,
    NewsReply, NewsWord, OriginalRow, OriginalState, PhotoRow, Reply, Telling,
};
use tests::world::{Who, World};

const MB: usize = 1024 * 1024;

/// Bytes that no two photos share.
fn picture(number: u8, bytes: usize) -> Vec<u8> {
    let mut picture = vec![0; bytes];
    blake3::Hasher::new().update(&[number]).finalize_xof().fill(&mut picture);
    picture
}

/// A photo on its way out of a home.
fn photo(number: u8, plain: &[u8]) -> PhotoRow {
    let key = BlobKey([number; 32]);
    let (blob, sealed) = blob::seal(&key, plain);
    let mut thumbnail = vec![0xff, 0xd8, 0xff, 0xda, 0, 2];
    thumbnail.resize(THUMBNAIL_BYTES_MAX, number);
    PhotoRow {
        name: String::new(),
        blob,
        key: to_hex(&key.0),
        bytes: sealed.len() as u64,
        thumbnail: to_hex(&thumbnail),
        sealed: Some(sealed.into()),
    }
}

fn tells(world: &mut World, who: Who, class: NewsWord, photos: Vec<PhotoRow>) -> EnvelopeId {
    let telling = Telling { class, text: "水管爆了".to_owned(), photos, ..Telling::default() };
    match world.ask(who, Command::News(NewsCommand::Tell(Box::new(telling)))) {
        Ok(Reply::News(NewsReply::Told { id })) => id,
        other => panic!("told, and heard {other:?}"),
    }
}

fn files(world: &mut World, who: Who, command: FilesCommand) -> Result<FilesReply, ApiError> {
    match world.ask(who, Command::Files(command))? {
        Reply::Files(reply) => Ok(reply),
        other => panic!("files, and heard {other:?}"),
    }
}

fn page(world: &mut World, who: Who) -> FilesPage {
    match files(world, who, FilesCommand::Show) {
        Ok(FilesReply::Page(page)) => *page,
        other => panic!("a page, and heard {other:?}"),
    }
}

fn original(world: &mut World, who: Who, command: FilesCommand) -> OriginalRow {
    match files(world, who, command) {
        Ok(FilesReply::Original(row)) => *row,
        other => panic!("a photo, and heard {other:?}"),
    }
}

fn fetch(world: &mut World, who: Who, id: EnvelopeId) -> OriginalRow {
    original(world, who, FilesCommand::Fetch { id: id.to_hex(), number: 0 })
}

/// The whole photo, if it is here.
fn whole(world: &mut World, who: Who, id: EnvelopeId) -> Option<String> {
    original(world, who, FilesCommand::Original { id: id.to_hex(), number: 0, whole: true }).jpeg
}

fn policy(world: &mut World, who: Who, fetch: FetchWord, neighbours_mb: u64) {
    let (fetch, neighbours_mb) = (Some(fetch), Some(neighbours_mb));
    let (alerts_mb, news_mb, room_mb) = (Some(16), Some(16), Some(32));
    let said = FilesCommand::Policy { fetch, alerts_mb, news_mb, neighbours_mb, room_mb };
    files(world, who, said).expect("it is their box");
}

/// What a home has of a photo, in words.
fn seen(world: &mut World, who: Who, id: EnvelopeId) -> String {
    let look = FilesCommand::Original { id: id.to_hex(), number: 0, whole: true };
    let row = original(world, who, look);
    format!(
        "{:<7} {:<9} {:>3} %\n",
        world.name(who),
        row.state.code(),
        100 * row.here_bytes / row.bytes
    )
}

/// An office and four homes that have met, each linked to the next only: Ada, Bo, Cy, Dora, the office.
fn five_homes(mut world: World) -> (World, [Who; 5]) {
    let office = world.office();
    let [ada, bo, cy, dora] = ["Ada", "Bo", "Cy", "Dora"].map(|name| world.move_in(name));
    world.lan(&[office, ada, bo, cy, dora]);
    world.settle();
    world.part();
    (world, [ada, bo, cy, dora, office])
}

#[test]
fn need_10_the_original_goes_on_after_a_cut_and_comes_through_a_third_home() {
    let (mut world, [ada, bo, cy, dora, office]) = five_homes(World::on_disk(0x0f11e));
    let plain = picture(1, 600_000);
    let sent = photo(1, &plain);
    let chunks = chunks_of(sent.bytes);
    let mut diary = String::new();
    world.line(&[ada, bo, cy, dora]);
    world.settle();
    policy(&mut world, bo, FetchWord::Groups, 0);
    policy(&mut world, dora, FetchWord::Never, 0);

    world.chapter(
        "Ada's photo is on its way to Bo, whose home fetches what comes with announcements",
    );
    let news = tells(&mut world, ada, NewsWord::Notice, vec![sent]);
    while world.home(ada).served() < chunks / 2 {
        world.run_for(10);
    }
    let half = page(&mut world, bo).coming[0].here_bytes;
    assert!(half > 0 && half < 600_000, "{half}");
    diary += &format!("on its way\n{}", seen(&mut world, bo, news));
    assert_eq!(whole(&mut world, bo, news), None, "half a photo is none");

    world.chapter("The wire is cut, and Bo's box loses its power");
    world.cut(&[ada], &[bo, cy, dora, office]);
    world.run_for(60_000);
    world.crash(bo);
    world.run_for(1_000);
    let kept = page(&mut world, bo).coming[0].here_bytes;
    assert!(kept >= half, "{kept} of {half}: what was here is here");
    diary += &format!("cut, and started again\n{}", seen(&mut world, bo, news));

    world.chapter("Healed, and Ada goes away");
    world.heal();
    world.settle();
    world.run_for(10_000);
    let hex = to_hex(&plain);
    assert_eq!(whole(&mut world, bo, news).as_ref(), Some(&hex));
    let served = world.home(ada).served();
    assert!(served <= chunks + 1, "{served} of {chunks}: it went on where it was");
    world.cut(&[ada], &[bo, cy, dora, office]);
    diary += "Ada has gone\n";
    for who in [bo, cy] {
        diary += &seen(&mut world, who, news);
    }
    assert_eq!(
        seen(&mut world, cy, news),
        "Cy      elsewhere   0 %\n",
        "nobody there asked for it"
    );

    world.chapter("Cy asks for it; Dora's home fetches nothing, until it does");
    assert_eq!(fetch(&mut world, cy, news).state, OriginalState::Coming);
    let why = files(&mut world, dora, FilesCommand::Fetch { id: news.to_hex(), number: 0 });
    assert_eq!(why.expect_err("her home fetches none").kind, ErrorKind::FilesOff);
    world.run_for(10_000);
    assert_eq!(whole(&mut world, cy, news).as_ref(), Some(&hex), "through Bo");
    assert_eq!(world.home(ada).served(), served, "Ada was away");
    policy(&mut world, dora, FetchWord::Asked, 0);
    fetch(&mut world, dora, news);
    world.run_for(10_000);
    for who in [cy, dora] {
        diary += &seen(&mut world, who, news);
    }
    assert_eq!(whole(&mut world, dora, news).as_ref(), Some(&hex));
    insta::assert_snapshot!("need_10_originals", diary);
}

#[test]
fn a_neighbour_fetches_for_others_only_as_its_own_policy_says() {
    for willing in [0, 16] {
        let (mut world, [ada, bo, cy, ..]) = five_homes(World::seeded(0x0f120 + willing));
        let plain = picture(2, 50_000);
        world.line(&[ada, bo, cy]);
        world.settle();
        policy(&mut world, bo, FetchWord::Asked, willing);
        let news = tells(&mut world, ada, NewsWord::Notice, vec![photo(2, &plain)]);
        world.settle();
        fetch(&mut world, cy, news);
        world.run_for(30_000);
        let came = whole(&mut world, cy, news).is_some();
        assert_eq!((came, page(&mut world, bo).held), (willing > 0, u64::from(willing > 0)));
        assert_eq!(page(&mut world, cy).coming.len(), usize::from(!came), "it goes on asking");
    }
}

#[test]
fn making_room_never_takes_what_nobody_else_is_known_to_hold() {
    let (mut world, homes) = five_homes(World::seeded(0x0f130));
    let [ada, bo, cy, dora, _] = homes;
    let four = [ada, bo, cy, dora];
    four.iter().for_each(|who| policy(&mut world, *who, FetchWord::Groups, 0));
    world.chapter(
        "Four photos, each of a third of what a home has for others', and everybody fetches all",
    );
    world.lan(&four);
    world.settle();
    let mut sent = Vec::new();
    for (number, who) in (10..).zip(four) {
        let plain = picture(number, 5 * MB);
        sent.push((tells(&mut world, who, NewsWord::Notice, vec![photo(number, &plain)]), plain));
        world.settle();
        world.run_for(60_000);
    }
    let holders = |world: &mut World, id: EnvelopeId| {
        four.iter().filter(|who| whole(world, **who, id).is_some()).count()
    };
    let mut diary = String::new();
    for (id, _) in &sent {
        let count = holders(&mut world, *id);
        assert!(count >= 1, "the last copy stays");
        diary += &format!("{count} of 4 hold it\n");
    }
    let held: u64 = four.iter().map(|who| page(&mut world, *who).held).sum();
    assert!(held < 16, "no room for all of them everywhere");
    four.iter().for_each(|who| assert!(page(&mut world, *who).held_bytes <= 32 * MB as u64));

    world.chapter("Everybody alone: nobody can say that he keeps anything, and nothing goes");
    world.partition(&four.map(|who| vec![who]));
    let before = four.map(|who| page(&mut world, who).held);
    for who in four {
        let mut number = 20;
        let why = loop {
            let photos = vec![photo(number, &picture(number, 5 * MB))];
            let telling = Telling { text: "又来了".into(), photos, ..Telling::default() };
            match world.ask(who, Command::News(NewsCommand::Tell(Box::new(telling)))) {
                Ok(_) => number += 1,
                Err(why) => break why,
            }
        };
        assert_eq!(why.kind, ErrorKind::NoPhoto, "there is no room, and nothing may go");
        assert!((21..26).contains(&number), "there was room for a few: {number}");
    }
    world.run_for(60_000);
    for (who, before) in four.iter().zip(before) {
        assert!(page(&mut world, *who).held >= before, "{} lost one", world.name(*who));
    }
    insta::assert_snapshot!("files_room", diary);
}
