//! Photos and files for a request that exists already: who adds them, on both sides of a cut, and who opens
//! them.

use crdt::{
    body::BlobKey,
    id::{RequestId, to_hex},
    limits::{ADDED_PER_REQUEST_MAX, ATTACHMENTS_MAX},
    secrets::blob,
};
use node::{
    api::{
        CaseCommand, Command, ErrorKind, FilesCommand, FilesReply, NewCase, NewsCommand, NewsReply,
        OriginalRow, OriginalState, PhotoRow, Reply, RoleWord, Telling,
    },
    attached,
};
use tests::world::{Who, World};

const WORDS: &[u8] = "水费单 water bill\n2026-11\n".as_bytes();

/// A PDF on its way out.
fn pdf(number: u8) -> PhotoRow {
    let file = [b"%PDF-1.4\n".as_slice(), &[number; 90_000], b"\n%%EOF\n"].concat();
    attached::seal(&file, "通知.pdf", [number; 32]).expect("a file")
}

fn text(number: u8) -> PhotoRow {
    attached::seal(WORDS, "bill 13800138000.txt", [number; 32]).expect("a file")
}

/// What a neighbour's other program calls a PDF.
fn program() -> PhotoRow {
    let (blob, sealed) = blob::seal(&BlobKey([77; 32]), b"MZ\0\0 run me");
    let (key, bytes, sealed) = (to_hex(&[77; 32]), sealed.len() as u64, Some(sealed.into()));
    PhotoRow { blob, key, bytes, thumbnail: String::new(), name: "bill.pdf".into(), sealed }
}

fn adds(
    world: &mut World,
    who: Who,
    id: RequestId,
    photos: Vec<PhotoRow>,
) -> Result<(), ErrorKind> {
    let attach = Command::Case(CaseCommand::Attach { id: id.to_hex(), photos });
    world.ask(who, attach).map(|_| ()).map_err(|error| error.kind)
}

fn opened(
    world: &mut World,
    who: Who,
    id: &str,
    number: u64,
    fetch: bool,
) -> Result<OriginalRow, ErrorKind> {
    let id = id.to_owned();
    let command = match fetch {
        true => FilesCommand::Fetch { id, number },
        false => FilesCommand::Original { id, number, whole: true },
    };
    match world.ask(who, Command::Files(command)) {
        Ok(Reply::Files(FilesReply::Original(row))) => Ok(*row),
        Ok(other) => panic!("a file, and heard {other:?}"),
        Err(error) => Err(error.kind),
    }
}

/// Who added how many, as this home shows it.
fn added(world: &mut World, who: Who, id: RequestId) -> Vec<(String, u64, Vec<String>)> {
    let rows = world.page(who, id).more.added;
    let names = |row: &node::api::AddedRow| row.files.iter().map(|it| it.name.clone()).collect();
    let mut all: Vec<_> = rows.iter().map(|row| (row.by.clone(), row.photos, names(row))).collect();
    all.sort();
    all
}

fn refuses(world: &mut World, [wang, zhao, li]: [Who; 3], id: RequestId) {
    let written = [wang, zhao, li].map(|who| world.home(who).written().len());
    assert_eq!(adds(world, zhao, id, vec![pdf(1)]), Err(ErrorKind::NotNow), "he holds nothing");
    assert_eq!(adds(world, wang, id, vec![]), Err(ErrorKind::NoPhoto));
    let many = (0..=ATTACHMENTS_MAX as u8).map(pdf).collect();
    assert_eq!(adds(world, wang, id, many), Err(ErrorKind::BadText));
    let damaged = PhotoRow { sealed: Some(vec![0].into()), ..pdf(1) };
    assert_eq!(adds(world, wang, id, vec![damaged]), Err(ErrorKind::NoPhoto));
    let nowhere = PhotoRow { sealed: None, ..pdf(1) };
    assert_eq!(adds(world, wang, id, vec![nowhere]), Err(ErrorKind::NoPhoto), "it is not here");
    let passing = PhotoRow { thumbnail: "ffd8ffda0002".into(), ..pdf(1) };
    assert_eq!(adds(world, wang, id, vec![passing]), Err(ErrorKind::NoPhoto));
    let after = [wang, zhao, li].map(|who| world.home(who).written().len());
    assert_eq!(written, after, "what is refused writes nothing");
}

/// Who asked, holds it or is on duty adds photos and files, each on his side of a cut: all of it is there
/// afterwards, on every home alike, and changes nothing else. A neighbour adds nothing; what is neither
/// photo, PDF nor text is handed out to nobody, whatever it is called.
#[test]
fn photos_and_files_are_added_to_a_request_on_both_sides_of_a_cut() {
    let mut world = World::seeded(0xa11a);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [wang, li, zhao] = ["Wang", "Li", "Zhao"].map(|name| world.move_in(name));
    world.lan(&[office, desk, wang, li, zhao]);
    world.settle();
    let (id, _) = world.asks(wang, NewCase { title: "The pipe".into(), ..NewCase::default() });
    world.settle();
    refuses(&mut world, [wang, zhao, li], id);

    world.chapter("a cut: Wang and Zhao here; Li, who claims it, and the desk there");
    world.cut(&[office, wang, zhao], &[desk, li]);
    world.claim(li, id);
    assert_eq!(adds(&mut world, wang, id, vec![pdf(1), text(2)]), Ok(()));
    assert_eq!(adds(&mut world, li, id, vec![text(3)]), Ok(()), "he holds it");
    assert_eq!(adds(&mut world, desk, id, vec![pdf(4)]), Ok(()));
    world.heal();
    world.settle();
    let quiet = "bill ···········.txt".to_owned();
    let all = vec![
        ("Desk 2".to_owned(), 1, vec!["通知.pdf".to_owned()]),
        ("Li".to_owned(), 1, vec![quiet.clone()]),
        ("Wang".to_owned(), 2, vec!["通知.pdf".to_owned(), quiet]),
    ];
    let everybody = world.everybody();
    for who in everybody.clone() {
        assert_eq!(added(&mut world, who, id), all, "{}", world.name(who));
    }
    assert_eq!(world.agreed_holder(&everybody, id), "Li", "nothing else has changed");

    world.chapter("Zhao asks for Wang's words, and reads them");
    let of = world.page(zhao, id).more.added.into_iter().find(|row| row.by == "Wang");
    let of = of.expect("added").id.to_hex();
    opened(&mut world, zhao, &of, 1, true).expect("asked for");
    world.run_for(60_000);
    let row = opened(&mut world, zhao, &of, 1, false).expect("told");
    assert_eq!((row.state, row.jpeg), (OriginalState::Here, None));
    assert_eq!(row.file, Some(to_hex(WORDS)));

    world.chapter("what is called a PDF and is none is handed out to nobody");
    assert_eq!(adds(&mut world, li, id, vec![program()]), Ok(()), "sealed, nobody sees what it is");
    world.settle();
    let of = world.page(li, id).more.added.into_iter().filter(|row| row.by == "Li");
    let last = of.max_by_key(|row| row.claimed_ms).expect("added").id.to_hex();
    assert_eq!(opened(&mut world, li, &last, 0, false), Err(ErrorKind::NoPhoto));

    world.chapter("a visit with a photo; and so often, and no more");
    let visit = Command::Case(CaseCommand::Visit {
        id: id.to_hex(),
        at_ms: None,
        people: vec![],
        outcome: "a new seal is needed".into(),
        promise: None,
        follow_up_ms: None,
        photo: None,
        photos: vec![text(9)],
    });
    world.tell(li, visit);
    world.settle();
    let page = world.page(wang, id);
    let photo = page.more.visits[0].photo.expect("it is named");
    assert!(page.more.added.iter().any(|row| row.id == photo), "and stands among what was added");
    for number in page.more.added.len()..ADDED_PER_REQUEST_MAX {
        assert_eq!(adds(&mut world, wang, id, vec![text(number as u8)]), Ok(()));
    }
    assert_eq!(adds(&mut world, wang, id, vec![text(99)]), Err(ErrorKind::BadText));
    insta::assert_snapshot!("attachments", world.life(wang, id));
}

/// A file on an announcement: everybody in the group reads its name, and saves it once it is here.
#[test]
fn a_file_hangs_on_an_announcement() {
    let mut world = World::seeded(0xa11b);
    let office = world.office();
    let wang = world.move_in("Wang");
    world.lan(&[office, wang]);
    world.settle();
    world.cut(&[office], &[wang]);
    let telling =
        Telling { text: "停水通知".into(), photos: vec![pdf(1)], ..Telling::default() };
    let tell = Command::News(NewsCommand::Tell(Box::new(telling)));
    let Reply::News(NewsReply::Told { id }) = world.tell(office, tell) else { panic!("told") };
    world.heal();
    world.settle();
    let show = Command::News(NewsCommand::Show { id: id.to_hex() });
    let Reply::News(NewsReply::One(row)) = world.tell(wang, show) else { panic!("shown") };
    assert_eq!((row.photos, row.files[0].name.as_str()), (1, "通知.pdf"));
    let asked = opened(&mut world, wang, &id.to_hex(), 0, true).expect("asked for");
    assert_eq!(asked.state, OriginalState::Coming);
    world.run_for(60_000);
    let row = opened(&mut world, wang, &id.to_hex(), 0, false).expect("told");
    assert!(row.file.is_some_and(|hex| hex.starts_with(&to_hex(b"%PDF-"))), "as it was");
}
