//! Files of one home: what is wanted by itself, what gives way, whom room is made with.

use crdt::{
    body::{Attachment, BlobKey, Media},
    id::BlobId,
    limits::BLOB_BYTES_MAX,
    sync::{
        bounds::{FILES_SPARED_MAX, FILES_WANTED_MAX},
        files::{Input, Output},
    },
};

use super::*;
use crate::{
    api::{FilesCommand, FilesReply, NewsCommand, NewsReply, OriginalState, Telling},
    store::blobs::{self, Blobs},
};

fn blob(n: u16) -> BlobId {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    BlobId::from_bytes(bytes)
}

fn photo(n: u16, bytes: u64) -> Attachment {
    let (blob, key, thumbnail, name) = (blob(n), BlobKey([0; 32]), Vec::new(), String::new());
    Attachment { blob, key, bytes, media: Media::Photo, name, thumbnail }
}

fn coming(ledger: &mut Ledger) -> Vec<BlobId> {
    match ask(ledger, Command::Files(FilesCommand::Show)) {
        Reply::Files(FilesReply::Page(page)) => page.coming.iter().map(|row| row.blob).collect(),
        other => panic!("a page, not {other:?}"),
    }
}

#[test]
fn what_comes_by_itself_gives_way_to_the_latest_and_goes_with_its_announcement() {
    let mut ledger = founded(None);
    let (old, new) = (EnvelopeId::from_bytes([1; 32]), EnvelopeId::from_bytes([2; 32]));
    let most = FILES_WANTED_MAX as u16 / 2;
    ledger.truth.begin().expect("begins");
    for n in 0..most + 2 {
        let of = if n < most { old } else { new };
        ledger.want_by_itself(of, &photo(n, 10)).expect("written down");
    }
    ledger.want_by_itself(new, &photo(9_000, 0)).expect("nothing to want");
    ledger.truth.commit().expect("commits");
    assert!(
        ledger.files.out.iter().any(|it| matches!(it, Input::Unwant(gone) if *gone == blob(0)))
    );
    let wanted = coming(&mut ledger);
    assert_eq!(wanted.len(), usize::from(most));
    assert_eq!((wanted[0], wanted[wanted.len() - 1]), (blob(2), blob(most + 1)));

    ledger.truth.begin().expect("begins");
    ledger.want_no_more(&old).expect("written down");
    ledger.truth.commit().expect("commits");
    assert_eq!(coming(&mut ledger), [blob(most), blob(most + 1)]);
    let stop = FilesCommand::Stop { id: blob(most).to_hex(), number: 0 };
    ask(&mut ledger, Command::Files(stop));
    assert_eq!(coming(&mut ledger), [blob(most + 1)]);
}

#[test]
fn all_files_are_asked_about_a_few_at_a_time() {
    let mut ledger = founded(None);
    let large = usize::try_from(BLOB_BYTES_MAX).expect("it fits") / 20;
    ledger.files.blobs.room_bytes = BLOB_BYTES_MAX * 2;
    let count = FILES_SPARED_MAX as u8 + 6;
    for n in 0..count {
        ledger.files.blobs.put(&vec![n; large]).expect("there is room");
    }
    ledger.make_room_for_files().expect("memory");
    let asked = |said: &[Input]| match said {
        [Input::Spare(these)] => these.iter().map(|it| it.blob).collect(),
        [] => Vec::new(),
        other => panic!("{other:?}"),
    };
    let mut all = asked(&ledger.files.out);
    assert_eq!(all.len(), FILES_SPARED_MAX);
    all.extend(asked(&ledger.do_file(Output::AskedAbout)));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), usize::from(count), "each once");
    assert!(ledger.do_file(Output::AskedAbout).is_empty(), "and not for ever");
}

#[test]
fn a_file_goes_only_if_the_neighbour_showed_the_same_bytes() {
    let mut ledger = founded(None);
    ledger.files.blobs.room_bytes = BLOB_BYTES_MAX;
    let blob = ledger.files.blobs.put(b"sealed bytes").expect("there is room");
    for (bytes, here) in [(&b"another file"[..], true), (b"sealed", true), (b"sealed bytes", false)]
    {
        let may_go = Output::MayGo { blob, chunk: 0, bytes: bytes.to_vec() };
        ledger.do_file(may_go);
        let held = ledger.files.blobs.bytes_of(&blob).expect("memory").is_some();
        assert_eq!(held, here, "{}", String::from_utf8_lossy(bytes));
    }
}

/// A page looks at the length of a file alone, however often it is opened; what was damaged on this disk is
/// found when somebody wants the whole of it, goes, and is asked for again.
#[test]
fn a_page_reads_no_whole_file_and_a_damaged_copy_is_fetched_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = founded(None);
    ledger.files.blobs = Blobs::of(folder.path());
    let bill = b"%PDF-1.4\nbill\n%%EOF\n";
    let row = crate::attached::seal(bill, "bill.pdf", [7; 32]).expect("a file");
    let (blob, bytes) = (row.blob, row.bytes);
    let telling = Telling { text: "bill".into(), photos: vec![row], ..Telling::default() };
    let tell = Command::News(NewsCommand::Tell(Box::new(telling)));
    let Reply::News(NewsReply::Told { id }) = ask(&mut ledger, tell) else { panic!("told") };
    let look = |ledger: &mut Ledger, whole| {
        let original = FilesCommand::Original { id: id.to_hex(), number: 0, whole };
        match ask(ledger, Command::Files(original)) {
            Reply::Files(FilesReply::Original(row)) => row.state,
            other => panic!("a file, not {other:?}"),
        }
    };
    let damaged = vec![0; usize::try_from(bytes).expect("it fits")];
    let path = folder.path().join(blobs::FOLDER).join(blob.to_hex());
    std::fs::write(path, damaged).expect("writable");
    let show = Command::News(NewsCommand::Show { id: id.to_hex() });
    let Reply::News(NewsReply::One(shown)) = ask(&mut ledger, show) else { panic!("shown") };
    assert_eq!(shown.originals, [OriginalState::Here], "nobody has looked inside");
    assert_eq!(look(&mut ledger, false), OriginalState::Here, "nor here");
    assert_eq!(look(&mut ledger, true), OriginalState::Elsewhere);
    assert_eq!(ledger.files.blobs.bytes_of(&blob).expect("readable"), None, "offered to nobody");

    let fetch = FilesCommand::Fetch { id: id.to_hex(), number: 0 };
    ask(&mut ledger, Command::Files(fetch));
    assert_eq!(coming(&mut ledger), [blob]);
    assert_eq!(look(&mut ledger, false), OriginalState::Coming);
}
