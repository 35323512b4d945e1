//! A node that is in no community yet: it waits for a link, or asks for one at the doors that it
//! finds on the LAN, and says so to whoever asks.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Config, asking::Asking};
use crate::{
    api::{
        ApiError, Command, ErrorKind, KnockPage, KnockState, MeshPicture, MeshStrip, PaperSheet,
        Reply, RootPaper, RootsWord, Status,
    },
    handle::Asked,
    home as homes,
    identity::Folder,
    phones::Phones,
};

/// Waits until somebody brings a link; false where the node stops before.
pub async fn wait(
    (folder, phones): (&Folder, &Phones),
    config: &Config,
    queue: &mut mpsc::Receiver<Asked>,
    stop: &CancellationToken,
) -> bool {
    let mut asking: Option<Asking> = None;
    let joined = loop {
        let asked = tokio::select! {
            biased;
            () = stop.cancelled() => break false,
            asked = queue.recv() => asked,
            Some(event) = Asking::event(&mut asking) => {
                asking.iter_mut().for_each(|asking| asking.take(event.clone()));
                continue;
            }
        };
        let Some(Asked { command, answer }) = asked else { break false };
        let reply = match command {
            Command::Knock { at, home, person } => {
                let names = (home.as_deref(), person.as_deref());
                knock(folder, config, &mut asking, at, names)
            }
            Command::Knocking => Ok(Reply::Knock(asking.as_mut().map_or_else(
                || KnockPage { state: KnockState::Resting, doors: Vec::new() },
                Asking::page,
            ))),
            Command::KnockStop => {
                if let Some(asking) = asking.take() {
                    asking.stop().await;
                }
                Ok(Reply::Done)
            }
            Command::Phone(command) => phones.answer(command),
            other => carry_out(folder, other),
        };
        let joined = matches!(reply, Ok(Reply::Joined { .. } | Reply::Founded { .. }));
        // Whoever went away does not need the answer.
        let _ = answer.send(reply);
        if joined {
            break true;
        }
    };
    if let Some(asking) = asking {
        asking.stop().await;
    }
    joined
}

/// Looks for a door, or says how far that is; walks in once somebody has opened.
fn knock(
    folder: &Folder,
    config: &Config,
    asking: &mut Option<Asking>,
    at: Option<String>,
    (home, person): (Option<&str>, Option<&str>),
) -> Result<Reply, ApiError> {
    let asking = match asking {
        Some(asking) => asking,
        None => {
            let identity = homes::prepare(folder, home, person)?;
            asking.insert(Asking::start(config, &identity)?)
        }
    };
    asking.choose(at);
    match asking.link() {
        Some(link) => walk_in(folder, &link, None, None),
        None => Ok(Reply::Knock(asking.page())),
    }
}

fn walk_in(
    folder: &Folder,
    link: &str,
    home: Option<&str>,
    person: Option<&str>,
) -> Result<Reply, ApiError> {
    let door = homes::doorway(link)?;
    let set_up = homes::walk_in(folder, door, home, person)?;
    let words = set_up.paper.into_iter().flat_map(|paper| paper.words);
    Ok(Reply::Joined {
        community: set_up.community_name,
        words: words.map(str::to_owned).collect(),
    })
}

/// Founds a community; the keys on paper are in the answer and nowhere else.
fn found(
    folder: &Folder,
    community: &str,
    (home, person): (Option<&str>, Option<&str>),
    roots: RootsWord,
) -> Result<Reply, ApiError> {
    let roots = match roots {
        RootsWord::OneOfOne => homes::Roots::ONE_OF_ONE,
        RootsWord::TwoOfThree => homes::Roots::TWO_OF_THREE,
    };
    let set_up = homes::found(folder, home, person, community, roots)?;
    let sheet = |key: homes::PaperKey| PaperSheet {
        root: match key.paper {
            homes::Paper::Root { number, of, threshold } => {
                Some(RootPaper { number, of, threshold })
            }
            homes::Paper::Person => None,
        },
        words: key.words.into_iter().map(str::to_owned).collect(),
    };
    let papers = set_up.paper.into_iter().map(sheet).collect();
    Ok(Reply::Founded { community: set_up.community_name, papers })
}

fn carry_out(folder: &Folder, command: Command) -> Result<Reply, ApiError> {
    match command {
        Command::Join { link, home, person } => {
            walk_in(folder, &link, home.as_deref(), person.as_deref())
        }
        Command::Found { community, home, person, roots } => {
            found(folder, &community, (home.as_deref(), person.as_deref()), roots)
        }
        Command::Recover { link, home, person, words } => {
            let (home, person) = (home.as_deref(), person.as_deref());
            let set_up = homes::recover_in(folder, &link, home, person, words.words())?;
            Ok(Reply::Joined { community: set_up.community_name, words: Vec::new() })
        }
        Command::Status => {
            let identity = folder.identity()?;
            let home = identity.as_ref().map(|it| it.home.clone()).unwrap_or_default();
            let node = identity.map(|it| it.box_key.key());
            Ok(Reply::Status(Box::new(Status { node, home, ..Status::default() })))
        }
        Command::Mesh => {
            let home = folder.identity()?.map(|it| it.home).unwrap_or_default();
            Ok(Reply::Mesh(MeshPicture { home, ..MeshPicture::default() }))
        }
        Command::Strip => {
            let home = folder.identity()?.map(|it| it.home).unwrap_or_default();
            Ok(Reply::Strip(MeshStrip { home, ..MeshStrip::default() }))
        }
        _ => Err(ApiError::new(ErrorKind::NoCommunity, [])),
    }
}
