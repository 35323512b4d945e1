//! How many files at once, of which size, and what is tried again.

use super::*;

#[test]
fn a_size_that_somebody_else_names_does_not_stick() {
    let (blob, bytes) = file(3);
    let mut town = Town::of(&[Honest, Honest]);
    town.homes[1].whole.insert(blob, bytes.clone());
    town.feed(0, Input::Willing(u64::MAX));
    town.link(0, 1);
    let ask = FileAsk { blob, bytes: 100_000, wish: FileWish::Fetch };
    town.feed(0, Input::Lacked(1, ask));
    town.want(0, blob, bytes.len());
    let ask = FileAsk { bytes: 50_000, ..ask };
    town.feed(0, Input::Lacked(1, ask));
    town.run();
    assert!(town.has(0, &blob));
}

#[test]
fn what_the_store_could_not_do_is_tried_again() {
    let (blob, bytes) = file(3);
    let mut town = Town::of(&[Honest, Honest]);
    town.homes[1].whole.insert(blob, bytes.clone());
    town.homes[0].broken = true;
    town.link(0, 1);
    town.want(0, blob, bytes.len());
    town.run();
    let others: Vec<(BlobId, Vec<u8>)> = (4..10).map(file).collect();
    for (other, bytes) in &others {
        town.homes[1].whole.insert(*other, bytes.clone());
        town.want(0, *other, bytes.len());
    }
    town.run();
    town.homes[0].broken = false;
    town.feed(0, Input::Room);
    town.run();
    assert!(town.has(0, &blob) && others.iter().all(|it| town.has(0, &it.0)));
}

#[test]
fn one_neighbour_has_a_few_of_the_places_for_others_and_they_take_none_of_ours() {
    let mut files = Files::new(key(0));
    let blob = |n: u16| {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&n.to_be_bytes());
        BlobId::from_bytes(bytes)
    };
    files.handle(Input::Willing(u64::MAX), Moment(1));
    let links = (FILES_FOR_OTHERS_MAX / FILES_FOR_LINK_MAX + 1) as u64;
    let mut next = 0;
    for link in 0..links {
        files.handle(Input::Up(link, key(link as usize + 1)), Moment(1));
        for _ in 0..FILES_FOR_LINK_MAX + 2 {
            next += 1;
            let ask = FileAsk { blob: blob(next), bytes: 10, wish: FileWish::Fetch };
            files.handle(Input::Lacked(link, ask), Moment(1));
        }
        let most = (link as usize + 1) * FILES_FOR_LINK_MAX;
        assert_eq!(files.wanted().count(), most.min(FILES_FOR_OTHERS_MAX));
    }
    // Whoever has gone makes place.
    files.handle(Input::Down(0), Moment(1));
    assert_eq!(files.wanted().count(), FILES_FOR_OTHERS_MAX, "what came of it stays meanwhile");
    let ask = FileAsk { blob: blob(1_000), bytes: 10, wish: FileWish::Fetch };
    files.handle(Input::Lacked(links - 1, ask), Moment(1));
    assert!(files.wanted().any(|it| it.0 == blob(1_000)));
    for n in 0..FILES_WANTED_MAX as u16 + 5 {
        files.handle(Input::Want(blob(2_000 + n), 10), Moment(1));
    }
    assert_eq!(files.wanted().count(), FILES_FOR_OTHERS_MAX + FILES_WANTED_MAX);
    let begun = std::iter::from_fn(|| files.poll());
    let begun = begun.filter(|it| matches!(it, Output::Begin(..))).count();
    assert_eq!(begun, FILES_AT_ONCE + 1, "a few at once, and one that has given way since");
    // Of what a peer hopes for the latest is remembered.
    let hoped = FILES_HOPED_MAX as u16 + 3;
    for n in 0..hoped {
        let ask = FileAsk { blob: blob(2_000 + n), bytes: 10, wish: FileWish::Chunk(0) };
        files.handle(Input::Lacked(1, ask), Moment(1));
    }
    let last = blob(2_000 + hoped - 1);
    files.came(last);
    let told = Output::Say(1, FileTalk::Here(last));
    assert!(std::iter::from_fn(|| files.poll()).any(|it| it == told));
}

#[test]
fn that_all_were_asked_about_is_said_once() {
    let (blob, bytes) = file_for(&[1]);
    let mut files = Files::new(key(0));
    files.handle(Input::Up(1, key(1)), Moment(1));
    files.handle(Input::Spare(vec![spared(blob, &bytes)]), Moment(1));
    let said = |files: &mut Files| {
        std::iter::from_fn(|| files.poll()).filter(|it| *it == Output::AskedAbout).count()
    };
    assert_eq!(said(&mut files), 0);
    let lacks = FileTalk::State { blob, here: false };
    files.handle(Input::Heard(1, lacks), Moment(2));
    files.handle(Input::Wake, Moment(3));
    assert_eq!(said(&mut files), 1);
}
