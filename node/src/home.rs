//! Setting up a home: its keys, and the community that it founds or joins.
//!
//! Everything here works without a network. The paper keys come back as words, once: they are
//! nowhere on the disk afterwards.

mod found;

use std::path::Path;

use crdt::{
    envelope::Envelope,
    genesis::Genesis,
    id::CommunityId,
    invitation::{FILE_BYTES_MAX, Invitation, NotAnInvitation, from_file, is_file},
    keys::Secret,
    limits::NAME_BYTES_MAX,
    paper::{self, NotPaper},
};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    api::{ApiError, ErrorKind},
    clock,
    identity::{Folder, Identity, Seal},
    ledger::{self, Ledger, TRUTH_FILE, VIEWS_FILE, one_line},
    store::{error::StoreError, views},
};

pub use found::{Roots, found, init, init_at};

/// The longest name that still fits a line on a phone has far fewer; this is the protocol's bound.
const NAME_MAX: usize = NAME_BYTES_MAX;

/// Which paper key these words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// One of the community's root keys: number, of how many, how many must sign together.
    Root {
        /// From 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// How many must sign together.
        threshold: u8,
    },
    /// The person's own.
    Person,
}

/// A key to be written down now: it is nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperKey {
    /// Which.
    pub paper: Paper,
    /// Its 24 words.
    pub words: Vec<&'static str>,
}

/// What setting up has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    /// Keys to be written down.
    pub paper: Vec<PaperKey>,
    /// The community that this home is in now.
    pub community: Option<CommunityId>,
    /// What its people call it.
    pub community_name: String,
}

/// Walks into the community of an invitation; makes this node's keys first where there are none.
///
/// # Errors
///
/// As [`init`], and where the link is none or this home is in a community already.
pub fn join(
    data: &Path,
    link: &str,
    home: Option<&str>,
    person: Option<&str>,
) -> Result<SetUp, ApiError> {
    let door = doorway(link)?;
    let folder = if data.join("identity.json").exists() {
        Folder::open(data)?
    } else {
        let home = name("home", home.unwrap_or_default())?;
        name("person", person.unwrap_or(&home))?;
        Folder::make(data)?
    };
    walk_in(&folder, door, home, person)
}

/// Comes back as the person of a paper key, on an empty box, through somebody's door: fresh keys,
/// which the paper key certifies. What the person was before, he is again once this box has heard
/// of it.
///
/// # Errors
///
/// As [`join`], and where the words are no paper key.
pub fn recover(
    data: &Path,
    link: &str,
    home: Option<&str>,
    person: Option<&str>,
    words: &str,
) -> Result<SetUp, ApiError> {
    let paper = read_paper(words, "1")?;
    let door = doorway(link)?;
    name("home", home.unwrap_or_default())?;
    let folder = Folder::make(data)?;
    if folder.identity()?.is_some() {
        let args = [("data", data.display().to_string())];
        return Err(ApiError::new(ErrorKind::AlreadyHome, args));
    }
    come_back(&folder, door, home, person, &paper)
}

/// The same in a folder whose lock is held: a node that runs without a community.
///
/// # Errors
///
/// As [`recover`], and [`ErrorKind::AlreadyInCommunity`].
pub fn recover_in(
    folder: &Folder,
    link: &str,
    home: Option<&str>,
    person: Option<&str>,
    words: &str,
) -> Result<SetUp, ApiError> {
    if folder.genesis()?.is_some() {
        return Err(ApiError::new(ErrorKind::AlreadyInCommunity, []));
    }
    let paper = read_paper(words, "1")?;
    come_back(folder, doorway(link)?, home, person, &paper)
}

/// Walks in under a key whose words were just typed back.
fn come_back(
    folder: &Folder,
    door: Doorway,
    home: Option<&str>,
    person: Option<&str>,
    paper: &Secret,
) -> Result<SetUp, ApiError> {
    let genesis = door.invitation.genesis.clone();
    let set_up = walk_in_as(folder, door, home, person, paper)?;
    let (identity, _) = residence(folder)?;
    open(folder.path(), &identity, &genesis)?.paper_in_hand(paper, clock::claimed())?;
    Ok(set_up)
}

/// Reads the words of a paper key that were typed back.
///
/// # Errors
///
/// [`ErrorKind::BadPaper`], with what looks wrong.
pub(crate) fn read_paper(words: &str, number: &str) -> Result<Secret, ApiError> {
    // Full-width letters are the same letters.
    let words: String = words.nfkc().collect();
    paper::from_words(&words).map_err(|error| {
        let (fault, numbers) = match error {
            NotPaper::Count { found } => ("count", format!("{found} / {}", paper::WORDS)),
            NotPaper::Unknown { wrong } => {
                let named = wrong.iter().map(|word| {
                    let near: String = word.near.iter().map(|near| format!(" → {near}?")).collect();
                    format!("{} “{}”{near}", word.number, word.typed)
                });
                ("unknown", named.collect::<Vec<_>>().join(", "))
            }
            NotPaper::Checksum => ("checksum", String::new()),
        };
        let args =
            [("paper", number.to_owned()), ("fault", fault.to_owned()), ("numbers", numbers)];
        ApiError::new(ErrorKind::BadPaper, args)
    })
}

/// The same in a folder whose lock is held: a node that runs without a community.
///
/// # Errors
///
/// As [`join`].
pub fn walk_in(
    folder: &Folder,
    Doorway { invitation: door, statements }: Doorway,
    home: Option<&str>,
    person: Option<&str>,
) -> Result<SetUp, ApiError> {
    if let Some(genesis) = folder.genesis()? {
        return walk_in_again(folder, &genesis, &door, statements);
    }
    walk_in_as(folder, Doorway { invitation: door, statements }, home, person, &fresh_key())
}

fn walk_in_as(
    folder: &Folder,
    Doorway { invitation: door, statements }: Doorway,
    home: Option<&str>,
    person: Option<&str>,
    paper: &Secret,
) -> Result<SetUp, ApiError> {
    clear_leftovers(folder.path())?;
    let mut identity = named(folder, home, person)?;
    identity.person = Some(paper.person());
    let mut ledger = open(folder.path(), &identity, &door.genesis)?;
    if !statements.is_empty() {
        ledger.hear(statements)?;
    }
    ledger.walk_in(&door, paper, clock::claimed())?;
    drop(ledger);
    folder.keep_identity(&identity)?;
    folder.keep_genesis(&door.genesis)?;
    let paper = vec![PaperKey { paper: Paper::Person, words: paper::to_words(paper) }];
    let community = Some(door.genesis.id());
    Ok(SetUp { paper, community, community_name: door.name.clone() })
}

/// The same for somebody whose home is in that community already: he was removed and let in again,
/// and takes a fresh writing key; or somebody else had used his first invitation.
fn walk_in_again(
    folder: &Folder,
    genesis: &Genesis,
    door: &Invitation,
    statements: Vec<Envelope>,
) -> Result<SetUp, ApiError> {
    let already = || ApiError::new(ErrorKind::AlreadyInCommunity, []);
    let mut identity = folder.identity()?.ok_or_else(already)?;
    if genesis.id() != door.genesis.id() {
        return Err(already());
    }
    let comes_back = door.group.0.is_empty();
    if comes_back {
        // What he wrote with the old key is signed with it.
        ledger::settle_daybook(folder.path(), &identity, genesis)
            .map_err(|error| trouble(folder.path(), &error))?;
        identity.writer = Secret::from_seed(clock::random());
    }
    let mut ledger = open(folder.path(), &identity, genesis)?;
    if !statements.is_empty() {
        ledger.hear(statements)?;
    }
    ledger.walk_in_again(door, clock::claimed())?;
    drop(ledger);
    // Where the power fails before this, the old key goes on and the link works once more.
    folder.keep_identity(&identity)?;
    let (paper, community) = (Vec::new(), Some(genesis.id()));
    Ok(SetUp { paper, community, community_name: door.name.clone() })
}

/// The longest line of an invitation's file is shorter: so near to the end, something was left out.
const FULL_BYTES: usize = 256 * 1024;

/// An invitation and the statements that came with it, if it was a file.
#[derive(Debug)]
pub struct Doorway {
    /// The link.
    pub invitation: Invitation,
    /// What shows its worth; nothing where a link came alone.
    pub statements: Vec<Envelope>,
}

/// Reads a link, or the text of an invitation's file.
///
/// # Errors
///
/// As [`invitation`], and [`ErrorKind::BadInvitationFile`] where a file does not hold what its own
/// link rests on.
pub fn doorway(text: &str) -> Result<Doorway, ApiError> {
    if !is_file(text) {
        return Ok(Doorway { invitation: invitation(text)?, statements: Vec::new() });
    }
    let bad = || ApiError::new(ErrorKind::BadInvitationFile, []);
    let (link, statements) = from_file(text).map_err(|error| match error {
        NotAnInvitation::Damaged => bad(),
        _ => not_an_invitation(&error),
    })?;
    let invitation = Invitation::from_link(&link).map_err(|error| match error {
        NotAnInvitation::Newer => not_an_invitation(&error),
        _ => bad(),
    })?;
    // A file that was full from the beginning may lack it without any harm.
    let is_full = text.len() + FULL_BYTES >= FILE_BYTES_MAX;
    if !is_full && !statements.iter().any(|it| it.id() == invitation.invite) {
        return Err(bad());
    }
    Ok(Doorway { invitation, statements })
}

/// The keys of a home that is in no community yet, made now where there are none.
///
/// # Errors
///
/// Where it is in a community, has no name and none is given, or the disk says no.
pub fn prepare(
    folder: &Folder,
    home: Option<&str>,
    person: Option<&str>,
) -> Result<Identity, ApiError> {
    if folder.genesis()?.is_some() {
        return Err(ApiError::new(ErrorKind::AlreadyInCommunity, []));
    }
    let identity = named(folder, home, person)?;
    folder.keep_identity(&identity)?;
    Ok(identity)
}

/// Who is kept in the folder, or a home with fresh keys, under the names that are given.
fn named(folder: &Folder, home: Option<&str>, person: Option<&str>) -> Result<Identity, ApiError> {
    let mut identity = match folder.identity()? {
        Some(identity) => identity,
        None => fresh(name("home", home.unwrap_or_default())?, String::new()),
    };
    if let Some(home) = home {
        identity.home = name("home", home)?;
    }
    if let Some(person) = person {
        identity.person_name = name("person", person)?;
    }
    if identity.person_name.is_empty() {
        identity.person_name.clone_from(&identity.home);
    }
    Ok(identity)
}

/// Reads a link.
///
/// # Errors
///
/// [`ErrorKind::BadLink`], or [`ErrorKind::NewerData`] where it was made by a later release.
pub fn invitation(link: &str) -> Result<Invitation, ApiError> {
    Invitation::from_link(link).map_err(|error| not_an_invitation(&error))
}

fn not_an_invitation(error: &NotAnInvitation) -> ApiError {
    match error {
        NotAnInvitation::Newer => {
            ApiError::new(ErrorKind::NewerData, [("data", "link".to_owned())])
        }
        _ => ApiError::new(ErrorKind::BadLink, []),
    }
}

/// Makes the lists of a stopped node again from its truth.
///
/// # Errors
///
/// Where there is no home or community, a node runs on it, or the disk says no.
pub fn rebuild(data: &Path) -> Result<(), ApiError> {
    let folder = Folder::open(data)?;
    let (identity, genesis) = residence(&folder)?;
    ledger::rebuild(data, identity, genesis).map_err(|error| trouble(data, &error))
}

/// Who lives here, and in which community.
///
/// Whoever is in a community has written already: beginning an empty truth with the same keys would
/// write the same chains a second time, and every node would see them forked.
///
/// # Errors
///
/// [`ErrorKind::NoHome`], [`ErrorKind::NoCommunity`], [`ErrorKind::FileGone`] where the envelopes of
/// this home are not there, or what the disk says.
pub fn residence(folder: &Folder) -> Result<(Identity, Genesis), ApiError> {
    let no_home =
        || ApiError::new(ErrorKind::NoHome, [("data", folder.path().display().to_string())]);
    let identity = folder.identity()?.ok_or_else(no_home)?;
    let genesis = folder.genesis()?.ok_or_else(|| ApiError::new(ErrorKind::NoCommunity, []))?;
    let truth = folder.path().join(TRUTH_FILE).metadata();
    if identity.person.is_some() && !truth.is_ok_and(|file| file.len() > 0) {
        return Err(folder.gone(TRUTH_FILE));
    }
    Ok((identity, genesis))
}

/// Opens the ledger of a home.
///
/// # Errors
///
/// In the words of a person: newer, somebody else's, damaged, full.
pub fn open(data: &Path, identity: &Identity, genesis: &Genesis) -> Result<Ledger, ApiError> {
    let opened = Ledger::open(Some(data), identity.clone(), genesis.clone(), clock::random());
    let mut ledger = opened.map_err(|error| trouble(data, &error))?;
    ledger.settle_in(clock::claimed())?;
    Ok(ledger)
}

pub(crate) fn trouble(data: &Path, error: &StoreError) -> ApiError {
    let place = ("data", data.display().to_string());
    match error {
        StoreError::NewerDatabase { .. } => ApiError::new(ErrorKind::NewerData, [place]),
        StoreError::ForeignCommunity | StoreError::ForeignFile => {
            ApiError::new(ErrorKind::ForeignFolder, [place])
        }
        StoreError::Unwritable(reason) => {
            ApiError::new(ErrorKind::Unwritable, [place, ("reason", reason.clone())])
        }
        other => ApiError::new(ErrorKind::Storage, [("reason", other.to_string())]),
    }
}

fn fresh(home: String, person_name: String) -> Identity {
    let (box_key, writer, sealed) = (fresh_key(), fresh_key(), fresh_key());
    Identity {
        home,
        person_name,
        office: false,
        box_key,
        earlier: Vec::new(),
        writer,
        sealed: Seal::bare(sealed),
        person: None,
        others: Vec::new(),
        copied: false,
    }
}

/// A key that nobody else has.
pub(crate) fn fresh_key() -> Secret {
    Secret::from_seed(clock::random())
}

/// An earlier setting-up that was cut short has left files that nobody was told of.
pub(crate) fn clear_leftovers(data: &Path) -> Result<(), ApiError> {
    for file in [TRUTH_FILE, VIEWS_FILE] {
        views::remove(&data.join(file)).map_err(|error| trouble(data, &error))?;
    }
    Ok(())
}

fn name(what: &str, text: &str) -> Result<String, ApiError> {
    let text = one_line(text);
    if text.is_empty() || text.len() > NAME_MAX {
        let args = [("what", what.to_owned()), ("limit", NAME_MAX.to_string())];
        return Err(ApiError::new(ErrorKind::BadText, args));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        api::{Command, Reply, RoleWord, RosterCommand, RosterReply},
        ledger::{Done, Job},
    };

    /// A community's home and the file of an invitation for one person into it.
    fn with_invitation(community: &str) -> (tempfile::TempDir, String) {
        let dir = tempfile::tempdir().expect("a folder");
        init(dir.path(), "office", None, Some(community), Roots::TWO_OF_THREE).expect("founded");
        let folder = Folder::open(dir.path()).expect("a home");
        let identity = folder.identity().expect("readable").expect("kept");
        let genesis = folder.genesis().expect("readable").expect("kept");
        let mut ledger = open(dir.path(), &identity, &genesis).expect("opened");
        let invite =
            RosterCommand::Invite { role: RoleWord::Member, group: None, once: true, whole: true };
        let job = Job::Command((), Command::Roster(invite));
        let mut worked = ledger.work([job], clock::claimed());
        let Some(((), Done::Reply(Ok(Reply::Roster(RosterReply::Invited { file, .. }))))) =
            worked.done.pop()
        else {
            panic!("a file")
        };
        (dir, file.expect("a file"))
    }

    #[test]
    fn an_invitations_file_that_was_cut_or_put_together_from_two_is_told_as_that() {
        let ((_one, file), (_two, other)) = (with_invitation("Lane"), with_invitation("Court"));
        doorway(&file).expect("whole");
        let lines: Vec<&str> = file.lines().collect();
        let mixed: Vec<&str> = lines[..2].iter().copied().chain(other.lines().skip(2)).collect();
        let cut_line = &file[..file.len() - 9];
        let without_last = lines[..lines.len() - 1].join("\n");
        let link_alone = lines[..2].join("\n");
        for bad in [&mixed.join("\n"), cut_line, &without_last, &link_alone, &file[..90]] {
            let dir = tempfile::tempdir().expect("a folder");
            let data = dir.path().join("home");
            let error = join(&data, bad, Some("5-2-301"), None).expect_err("not whole");
            assert_eq!(error.kind, ErrorKind::BadInvitationFile, "{} bytes", bad.len());
            assert!(!data.exists(), "nothing was touched");
        }
    }

    #[test]
    fn a_home_whose_envelopes_are_gone_begins_no_second_chain() {
        let dir = tempfile::tempdir().expect("a folder");
        init(dir.path(), "5-2-301", None, Some("Lane"), Roots::TWO_OF_THREE).expect("founded");
        let truth = dir.path().join(TRUTH_FILE);
        let kept = std::fs::read(&truth).expect("readable");
        let refused = |step: &str| {
            let folder = Folder::open(dir.path()).expect("a home");
            let error = residence(&folder).expect_err(step);
            assert_eq!(
                (error.kind, error.args["file"].as_str()),
                (ErrorKind::FileGone, TRUTH_FILE)
            );
        };
        std::fs::remove_file(&truth).expect("removed");
        refused("missing");
        assert!(!truth.exists(), "nothing was begun");
        std::fs::write(&truth, []).expect("written");
        refused("empty");
        std::fs::write(&truth, kept).expect("written");
        residence(&Folder::open(dir.path()).expect("a home")).expect("it is back");
    }
}
