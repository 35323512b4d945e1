//! A stick that is carried: two homes that never meet on a network come to the same, and a bad file
//! is told apart from a good one.

use std::path::{Path, PathBuf};

use crdt::{
    bundle::{BundleWriter, FRONT_BYTES, HEAD_BYTES},
    envelope::{Draft, Envelope, Kind},
    id::{CommunityId, EnvelopeId, ScopeId},
    keys::Secret,
    time::{Bucket, ClaimedTime},
};
use node::{
    api::{ApiError, Command, ErrorKind, GroupStatus, Reply, RoleWord, TakenIn},
    bundle::{Sections, Wanted, export},
    handle::Handle,
    home::{self, Roots},
    run,
};
use tempfile::TempDir;

/// One home, without any network.
struct Home {
    data: PathBuf,
    node: run::Running,
}

impl Home {
    async fn open(data: PathBuf) -> Self {
        let node = run::open(&data).await.expect("a home opens");
        Self { data, node }
    }

    fn handle(&self) -> &Handle {
        &self.node.handle
    }

    async fn says(&self, text: &str) {
        let (group, text) = ("all".to_owned(), text.to_owned());
        let post = Command::Post { group, text, reply_to: None };
        self.handle().ask(post).await.expect("a member may write");
    }

    async fn log(&self) -> Vec<String> {
        let log = Command::Log { group: "all".into(), last: 100, before: None };
        match self.handle().ask(log).await {
            Ok(Reply::Log { messages }) => messages.into_iter().map(|it| it.text).collect(),
            other => panic!("a log, and saw {other:?}"),
        }
    }

    async fn groups(&self) -> Vec<(String, u64, String, String)> {
        let row = |it: GroupStatus| (it.name, it.envelopes, it.fingerprint, it.state);
        match self.handle().ask(Command::Status).await {
            Ok(Reply::Status(status)) => status.groups.into_iter().map(row).collect(),
            other => panic!("a status, and saw {other:?}"),
        }
    }

    /// Writes a bundle.
    async fn packs(&self, file: &Path, wanted: Wanted) -> Result<u64, ApiError> {
        self.groups().await; // Whoever looks finds everything in the database.
        export(&self.data, file, wanted)
    }

    /// Takes one in; what came of it, and how the file ended.
    async fn unpacks(&self, file: &Path) -> Result<(TakenIn, Result<(), ApiError>), ApiError> {
        let mut sections = Sections::open(&self.data, file)?;
        let mut all = TakenIn::default();
        while let Some(section) = sections.next_section()? {
            match self.handle().ask(Command::TakeIn { section }).await? {
                Reply::TakenIn(taken) => all.add(&taken),
                other => panic!("a tally, and saw {other:?}"),
            }
        }
        Ok((all, sections.verdict()))
    }
}

/// An office and a home that walked in with a link, far from any network.
async fn office_and_home(folder: &TempDir) -> (Home, Home) {
    let (office, home) = (folder.path().join("office"), folder.path().join("home"));
    home::init(&office, "居委会", Some("李"), Some("润园"), Roots::TWO_OF_THREE).expect("founded");
    let office = Home::open(office).await;
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Ok(Reply::Invite { link }) = office.handle().ask(invite).await else { panic!("a link") };
    home::join(&home, &link, Some("王家"), Some("王")).expect("walked in");
    (office, Home::open(home).await)
}

/// Carries everything from one home to another; what was new there.
async fn carry(folder: &TempDir, from: &Home, to: &Home) -> TakenIn {
    let file = folder.path().join("stick.linli");
    from.packs(&file, Wanted::default()).await.expect("written");
    let (taken, whole) = to.unpacks(&file).await.expect("read");
    assert_eq!(whole, Ok(()));
    std::fs::remove_file(&file).expect("the stick is wiped");
    taken
}

#[tokio::test]
async fn a_stick_carries_what_no_network_does() {
    let folder = TempDir::new().expect("a folder");
    let (office, home) = office_and_home(&folder).await;
    office.says("粮食在居委会领").await;

    // The home shows that it walked in; the office answers with the keys.
    carry(&folder, &home, &office).await;
    carry(&folder, &office, &home).await;
    assert_eq!(home.log().await, ["粮食在居委会领"]);

    home.says("楼下水管破了").await;
    office.says("师傅在路上").await;
    carry(&folder, &home, &office).await;
    carry(&folder, &office, &home).await;
    assert_eq!(office.log().await.len(), 3);
    assert_eq!(home.log().await, office.log().await);
    assert_eq!(home.groups().await, office.groups().await);

    // The same stick once more brings nothing.
    let again = carry(&folder, &office, &home).await;
    assert_eq!((again.new, again.refused, again.pending), (0, 0, 0));
    assert!(again.known > 10);
}

#[tokio::test]
async fn a_bundle_may_begin_where_the_last_one_ended() {
    let folder = TempDir::new().expect("a folder");
    let (office, home) = office_and_home(&folder).await;
    office.says("一").await;
    carry(&folder, &home, &office).await;
    carry(&folder, &office, &home).await;
    office.says("二").await;
    let log = Command::Log { group: "all".into(), last: 9, before: None };
    let Ok(Reply::Log { messages }) = office.handle().ask(log).await else { panic!("a log") };
    office.says("三").await;

    let file = folder.path().join("later.linli");
    let since = Some(messages[1].id);
    let count = office.packs(&file, Wanted { group: None, since }).await.expect("written");
    assert_eq!(count, 1, "only what came after it");
    home.unpacks(&file).await.expect("read").1.expect("whole");
    let shown = home.log().await;
    assert!(shown.contains(&"三".to_owned()) && !shown.contains(&"二".to_owned()));

    let existing = office.packs(&file, Wanted::default()).await.expect_err("it is there");
    assert_eq!(existing.kind, ErrorKind::FileExists);
    let nowhere = Wanted { group: None, since: Some(EnvelopeId::from_bytes([9; 32])) };
    let unknown = office.packs(&folder.path().join("x"), nowhere).await.expect_err("unknown");
    assert_eq!(unknown.kind, ErrorKind::UnknownMessage);
    assert!(!folder.path().join("x").exists());
}

#[tokio::test]
async fn a_spoilt_or_foreign_bundle_says_so_and_costs_nothing_that_is_here() {
    let folder = TempDir::new().expect("a folder");
    let (office, home) = office_and_home(&folder).await;
    office.says("一").await;
    let file = folder.path().join("stick.linli");
    office.packs(&file, Wanted::default()).await.expect("written");
    let good = std::fs::read(&file).expect("readable");
    let before = home.groups().await;

    let mut scratched = good.clone();
    scratched[HEAD_BYTES + FRONT_BYTES + 40] ^= 1;
    std::fs::write(&file, &scratched).expect("writable");
    let (taken, whole) = home.unpacks(&file).await.expect("it is one");
    let spoilt = whole.expect_err("a section is spoilt");
    assert_eq!((spoilt.kind, spoilt.args["spoilt"].as_str()), (ErrorKind::DamagedBundle, "1"));
    assert_eq!(taken, TakenIn::default());

    std::fs::write(&file, &good[..good.len() - 3]).expect("writable");
    let (taken, whole) = home.unpacks(&file).await.expect("it is one");
    assert_eq!(whole.expect_err("cut off").kind, ErrorKind::DamagedBundle);
    assert!(taken.new > 0, "what stands before the cut is taken in");

    for (bytes, kind) in [
        (&b"PK\x03\x04"[..], ErrorKind::BadBundle),
        (b"linli-bundle/9\n", ErrorKind::ForeignBundle),
        (&[b"linli-bundle/1\n".as_slice(), &[7; 32]].concat(), ErrorKind::OthersBundle),
    ] {
        std::fs::write(&file, bytes).expect("writable");
        assert_eq!(home.unpacks(&file).await.expect_err("none of ours").kind, kind);
    }
    assert_ne!(home.groups().await, before, "the good part is here, and nothing was lost");
}

#[tokio::test]
async fn what_nobody_signed_is_refused_and_what_a_stranger_signed_counts_nowhere() {
    let folder = TempDir::new().expect("a folder");
    let (office, _) = office_and_home(&folder).await;
    let genesis = node::identity::read_genesis(&office.data).expect("readable").expect("founded");
    let (here, elsewhere) = (genesis.id(), CommunityId::from_bytes([9; 32]));
    let scope = ScopeId::from_bytes([3; 16]);
    let file = folder.path().join("stick.linli");
    for (signed_for, refused) in [(elsewhere, 3), (here, 0)] {
        let (mut bundle, mut bytes) = BundleWriter::new(&here);
        for at in 1..=3 {
            bytes.extend(bundle.put(&strange(at, scope, &signed_for)).unwrap_or_default());
        }
        bytes.extend(bundle.end());
        std::fs::write(&file, bytes).expect("writable");
        let (taken, whole) = office.unpacks(&file).await.expect("it is one");
        assert_eq!(whole, Ok(()));
        assert_eq!((taken.refused, taken.pending), (refused, 3 - refused));
    }
    assert!(office.log().await.is_empty());
    let sections = Sections::open(&office.data, &file).expect("it is one");
    assert!(sections.check_waiting(node::bundle::WAITING_MAX).is_ok());
    let strange = sections.check_waiting(node::bundle::WAITING_MAX + 1).expect_err("too many");
    assert_eq!(strange.kind, ErrorKind::StrangeBundle);
}

/// A message of somebody whom nobody let in.
fn strange(at: u8, scope: ScopeId, community: &CommunityId) -> Envelope {
    let sealed = EnvelopeId::from_bytes([at; 32]);
    let claimed = ClaimedTime(1_700_000_000_000);
    let draft = Draft {
        kind: Kind::MESSAGE,
        scope,
        tip: None,
        deps: Vec::new(),
        auth: None,
        lamport: 1,
        bucket: Bucket::week_of(claimed),
        claimed,
        // With a body that is none, and one that nobody can open.
        epoch: (at > 1).then_some(sealed),
        body: vec![0, at],
    };
    Envelope::write(draft, &Secret::from_seed([at; 32]), community)
}
