//! Founding: a home's first keys, and the community that begins with them.

use std::path::Path;

use crdt::{
    genesis::{Genesis, RULES_VERSION},
    id::KeyId,
    keys::Secret,
    paper,
    time::{Bucket, ClaimedTime},
};

use super::{Paper, PaperKey, SetUp, clear_leftovers, fresh, fresh_key, name, open};
use crate::{
    api::{ApiError, ErrorKind},
    clock,
    identity::Folder,
};

/// The root keys that a community is founded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roots {
    /// How many there are, each on a paper of its own.
    pub keys: usize,
    /// How many must sign together.
    pub threshold: u8,
}

impl Roots {
    /// For a handful of neighbours: whoever has the paper can do everything, and if it is lost,
    /// admins can never be replaced.
    pub const ONE_OF_ONE: Self = Self { keys: 1, threshold: 1 };
    /// The usual: one paper may be lost, and a thief of one can do nothing.
    pub const TWO_OF_THREE: Self = Self { keys: 3, threshold: 2 };
}

/// Makes this node's keys; with `community`, founds one, whose admin this person is.
///
/// # Errors
///
/// Where the folder holds a home or something else, cannot be written, or a name is empty or long.
pub fn init(
    data: &Path,
    home: &str,
    person: Option<&str>,
    community: Option<&str>,
    roots: Roots,
) -> Result<SetUp, ApiError> {
    init_at(data, home, person, community, roots, clock::claimed())
}

/// The same, as if the clock said `claimed`: a neighbourhood with a past.
///
/// # Errors
///
/// As [`init`].
pub fn init_at(
    data: &Path,
    home: &str,
    person: Option<&str>,
    community: Option<&str>,
    roots: Roots,
    claimed: ClaimedTime,
) -> Result<SetUp, ApiError> {
    let names = Founding::of(home, person, community)?;
    let folder = Folder::make(data)?;
    if folder.identity()?.is_some() {
        let args = [("data", data.display().to_string())];
        return Err(ApiError::new(ErrorKind::AlreadyHome, args));
    }
    names.settle(&folder, roots, claimed)
}

/// The same in a folder whose lock is held, for a node that runs without a community: founds one.
///
/// # Errors
///
/// As [`init`], and [`ErrorKind::AlreadyInCommunity`].
pub fn found(
    folder: &Folder,
    home: Option<&str>,
    person: Option<&str>,
    community: &str,
    roots: Roots,
) -> Result<SetUp, ApiError> {
    if folder.genesis()?.is_some() {
        return Err(ApiError::new(ErrorKind::AlreadyInCommunity, []));
    }
    let known = folder.identity()?;
    let home = home.or(known.as_ref().map(|it| it.home.as_str())).unwrap_or_default();
    let person = person.or(known.as_ref().map(|it| it.person_name.as_str()));
    Founding::of(home, person.filter(|it| !it.is_empty()), Some(community))?.settle(
        folder,
        roots,
        clock::claimed(),
    )
}

/// Names that have been looked at, so that nothing is touched where one is no name.
struct Founding {
    home: String,
    person: String,
    community: Option<String>,
}

impl Founding {
    fn of(home: &str, person: Option<&str>, community: Option<&str>) -> Result<Self, ApiError> {
        let home = name("home", home)?;
        let person = name("person", person.unwrap_or(&home))?;
        let community = community.map(|text| name("community", text)).transpose()?;
        Ok(Self { home, person, community })
    }

    fn settle(
        self,
        folder: &Folder,
        roots: Roots,
        claimed: ClaimedTime,
    ) -> Result<SetUp, ApiError> {
        clear_leftovers(folder.path())?;
        let mut identity = fresh(self.home, self.person);
        let Some(community) = self.community else {
            folder.keep_identity(&identity)?;
            return Ok(SetUp { paper: Vec::new(), community: None, community_name: String::new() });
        };
        let mut keys: Vec<Secret> = (0..roots.keys).map(|_| fresh_key()).collect();
        keys.sort_by_key(Secret::key);
        let genesis = founding(&keys, roots.threshold, claimed);
        let paper = fresh_key();
        identity.person = Some(paper.person());
        identity.office = true;
        let mut ledger = open(folder.path(), &identity, &genesis)?;
        ledger.begin_community(&keys, &paper, &community, claimed)?;
        if roots.keys == 1 {
            ledger.join_neighbours(claimed)?;
        }
        drop(ledger);
        folder.keep_genesis(&genesis)?;
        folder.keep_identity(&identity)?;
        let mut papers: Vec<PaperKey> =
            keys.iter().enumerate().map(|(at, key)| root_paper(at, key, roots)).collect();
        papers.push(PaperKey { paper: Paper::Person, words: paper::to_words(&paper) });
        Ok(SetUp { paper: papers, community: Some(genesis.id()), community_name: community })
    }
}

fn founding(roots: &[Secret], threshold: u8, claimed: ClaimedTime) -> Genesis {
    Genesis {
        root_keys: roots.iter().map(Secret::key).collect::<Vec<KeyId>>(),
        threshold,
        salt: clock::random(),
        rules: RULES_VERSION,
        founded: Bucket::week_of(claimed),
    }
}

fn root_paper(at: usize, key: &Secret, roots: Roots) -> PaperKey {
    let paper = Paper::Root { number: at + 1, of: roots.keys, threshold: roots.threshold };
    PaperKey { paper, words: paper::to_words(key) }
}
