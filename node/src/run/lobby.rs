//! A node that is in no community yet: it waits for a link, and says so to whoever asks.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    api::{ApiError, Command, ErrorKind, MeshPicture, Reply, Status},
    handle::Asked,
    home as homes,
    identity::Folder,
};

/// Waits until somebody brings a link; false where the node stops before.
pub async fn wait(
    folder: &Folder,
    queue: &mut mpsc::Receiver<Asked>,
    stop: &CancellationToken,
) -> bool {
    loop {
        let asked = tokio::select! {
            biased;
            () = stop.cancelled() => return false,
            asked = queue.recv() => asked,
        };
        let Some(Asked { command, answer }) = asked else { return false };
        let reply = carry_out(folder, command);
        let joined = matches!(reply, Ok(Reply::Joined { .. }));
        // Whoever went away does not need the answer.
        let _ = answer.send(reply);
        if joined {
            return true;
        }
    }
}

fn carry_out(folder: &Folder, command: Command) -> Result<Reply, ApiError> {
    match command {
        Command::Join { link, home, person } => {
            let door = homes::doorway(&link)?;
            let set_up = homes::walk_in(folder, door, home.as_deref(), person.as_deref())?;
            let words = set_up.paper.into_iter().flat_map(|paper| paper.words);
            Ok(Reply::Joined {
                community: set_up.community_name,
                words: words.map(str::to_owned).collect(),
            })
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
        _ => Err(ApiError::new(ErrorKind::NoCommunity, [])),
    }
}
