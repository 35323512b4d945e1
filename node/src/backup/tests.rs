//! A backup that is made while people write, restored twice; and files that somebody spoiled.

use super::*;
use crate::{
    api::{Command, Reply},
    ledger::{Done, Job, Ledger},
};
use crdt::time::ClaimedTime;

const NOW: ClaimedTime = ClaimedTime(1_795_000_000_000);

fn words() -> Passphrase {
    Passphrase::typed("四个不相干的词x")
}

fn tell(ledger: &mut Ledger, command: Command) -> Result<Reply, ApiError> {
    let mut worked = ledger.work(vec![Job::Command((), command)], NOW);
    match worked.done.pop() {
        Some(((), Done::Reply(reply))) => reply,
        _ => panic!("a command is answered"),
    }
}

fn post(ledger: &mut Ledger, text: &str) -> Result<Reply, ApiError> {
    tell(ledger, Command::Post { group: "all".into(), text: text.into(), reply_to: None })
}

fn texts(ledger: &mut Ledger) -> Vec<String> {
    match tell(ledger, Command::Log { group: "all".into(), last: 100, before: None }) {
        Ok(Reply::Log { messages }) => messages.into_iter().map(|it| it.text).collect(),
        other => panic!("a log, not {other:?}"),
    }
}

fn opened(data: &Path) -> Ledger {
    let folder = Folder::open(data).expect("a home");
    let (identity, genesis) = home::residence(&folder).expect("in a community");
    home::open(data, &identity, &genesis).expect("it opens")
}

/// A home with a message in it, and its backup made while its ledger is open.
fn home_with_backup(dir: &Path) -> (Ledger, std::path::PathBuf) {
    let data = dir.join("home");
    let roots = home::Roots::ONE_OF_ONE;
    home::init(&data, "5-2-301", Some("王"), Some("润园"), roots).expect("founded");
    let mut ledger = opened(&data);
    post(&mut ledger, "before").expect("posted");
    // Whoever looks finds everything in the database; so does `linli backup`, which looks first.
    assert_eq!(texts(&mut ledger), ["before"]);
    let file = dir.join("home.age");
    backup(&data, &file, &words()).expect("backed up while it is open");
    post(&mut ledger, "after").expect("nobody was kept waiting");
    (ledger, file)
}

#[test]
fn two_boxes_of_one_backup_have_nothing_in_common_but_the_person() {
    let dir = tempfile::tempdir().expect("a folder");
    let (first, file) = home_with_backup(dir.path());
    let mut restored = Vec::new();
    for name in ["one", "other"] {
        let data = dir.path().join(name);
        let home = restore(&file, &data, &words()).expect("restored");
        assert_eq!(home, Restored { home: "5-2-301".into(), shut: Vec::new() });
        let mut ledger = opened(&data);
        assert_eq!(texts(&mut ledger), ["before"]);
        post(&mut ledger, name).expect("certified, so it may write");
        assert_eq!(texts(&mut ledger), ["before", name]);
        restored.push(ledger);
    }
    let all = [&first, &restored[0], &restored[1]].map(Ledger::identity);
    for (at, a) in all.iter().enumerate() {
        for b in &all[at + 1..] {
            assert_eq!(a.person, b.person);
            assert_ne!(a.writer.key(), b.writer.key());
            assert_ne!(a.box_key.key(), b.box_key.key());
        }
    }
}

#[test]
fn a_shut_sealed_key_goes_along_shut() {
    let dir = tempfile::tempdir().expect("a folder");
    let (mut ledger, _) = home_with_backup(dir.path());
    let shift = Passphrase::typed("on duty tonight");
    assert_eq!(texts(&mut ledger).len(), 2);
    tell(&mut ledger, Command::SetPassphrase { old: None, new: shift.clone() }).expect("set");
    let file = dir.path().join("second.age");
    backup(&dir.path().join("home"), &file, &words()).expect("backed up");
    let data = dir.path().join("restored");
    let home = restore(&file, &data, &words()).expect("restored");
    assert_eq!(home.shut, ["王"]);
    let mut ledger = opened(&data);
    assert_eq!(texts(&mut ledger).len(), 2, "it reads");
    assert_eq!(post(&mut ledger, "too early").expect_err("shut").kind, ErrorKind::Copied);
    tell(&mut ledger, Command::Unlock { passphrase: shift, hours: 1 }).expect("unlocked");
    post(&mut ledger, "on duty").expect("certified by the sealed key");
    drop(ledger);
    post(&mut opened(&data), "and later").expect("the fresh writer was written down");
}

#[test]
fn a_backup_that_was_spoiled_or_is_another_file_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("a folder");
    let (_ledger, file) = home_with_backup(dir.path());
    let good = fs::read(&file).expect("it is there");
    let tampered = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let spoiled = [
        ("empty", Vec::new()),
        ("cut in the head", good[..100].to_vec()),
        ("cut in the truth", good[..good.len() / 2].to_vec()),
        ("cut at the end", good[..good.len() - 1].to_vec()),
        ("a bit in the truth", tampered(good.len() / 2)),
        ("a bit at the end", tampered(good.len() - 1)),
        ("a thesis", vec![7; 100_000]),
    ];
    for (what, bytes) in spoiled {
        let (spoiled, data) = (dir.path().join("spoiled"), dir.path().join("new"));
        fs::write(&spoiled, bytes).expect("written");
        assert_eq!(restore(&spoiled, &data, &words()).expect_err(what).kind, ErrorKind::BadBackup);
        assert!(read_identity(&data).expect("readable").is_none(), "{what}");
        assert!(!data.join(TRUTH_FILE).exists() && !data.join(COPY).exists(), "{what}");
    }
    let refused = |file: &Path, data: &str, words: &str| {
        let words = Passphrase::typed(words);
        restore(file, &dir.path().join(data), &words).expect_err("refused").kind
    };
    assert_eq!(refused(&file, "new", "another passphrase"), ErrorKind::WrongPassphrase);
    assert_eq!(refused(&file, "home", "四个不相干的词x"), ErrorKind::AlreadyHome);
    assert_eq!(refused(&dir.path().join("nowhere"), "new", "12345678"), ErrorKind::Unwritable);
    let data = dir.path().join("home");
    assert_eq!(backup(&data, &file, &words()).expect_err("there").kind, ErrorKind::FileExists);
    let short = Passphrase::typed("short");
    let weak = backup(&data, &dir.path().join("b"), &short).expect_err("weak").kind;
    assert_eq!(weak, ErrorKind::WeakPassphrase);
}

#[test]
fn no_key_of_the_box_is_in_a_backup() {
    let dir = tempfile::tempdir().expect("a folder");
    let (ledger, file) = home_with_backup(dir.path());
    let mut plain = Vec::new();
    let shut = File::open(&file).expect("it is there");
    let mut from = passphrase::opening(shut, &words()).unwrap_or_else(|_| panic!("it opens"));
    from.read_to_end(&mut plain).expect("whole");
    let identity = ledger.identity();
    let holds = |needle: &[u8]| plain.windows(needle.len()).any(|window| window == needle);
    for key in [&identity.box_key, &identity.writer] {
        assert!(!holds(&key.to_seed()) && !holds(to_hex(&key.to_seed()).as_bytes()));
    }
    let sealed = identity.sealed.secret().expect("no passphrase yet");
    assert!(holds(to_hex(&sealed.to_seed()).as_bytes()), "the search finds what is there");
}
