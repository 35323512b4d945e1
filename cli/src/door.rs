//! The way to a node: the one that runs on the data folder, or one opened for this command alone.
//!
//! A running node holds the folder, so it is asked first. Where none runs the same code opens the
//! folder without a mesh and without a page: reading and posting work with the node stopped.

use std::path::Path;

use ::node::{
    api::{Command, Reply, RosterCommand, RosterReply},
    control::{AskError, Client},
    export::Asks,
};

use crate::{error::CliError, node};

/// An open way to a node.
pub struct Door {
    way: Way,
    /// In whose name: one of the people on this box; none is the first.
    acting: Option<String>,
}

enum Way {
    /// To the node that runs on the folder.
    Running(Client),
    /// To one that was opened for this command.
    Opened(node::Running),
}

impl Door {
    /// Reaches the folder's node, or opens the folder.
    ///
    /// # Errors
    ///
    /// Where the folder holds no home, is somebody else's, or is of a later release.
    pub async fn open(data: &Path) -> Result<Self, CliError> {
        let way = match Client::connect(data).await {
            Some(client) => Way::Running(client),
            None => Way::Opened(node::open(data).await?),
        };
        Ok(Self { way, acting: None })
    }

    /// A way over a connection that is there.
    pub const fn over(client: Client) -> Self {
        Self { way: Way::Running(client), acting: None }
    }

    /// Has the folder been opened for this command alone?
    pub const fn is_opened(&self) -> bool {
        matches!(self.way, Way::Opened(_))
    }

    /// From now on in the name of this one of the people on the box.
    pub fn act_as(&mut self, person: Option<String>) {
        self.acting = person;
    }

    /// Reaches the folder's node for what only a running node can do.
    ///
    /// # Errors
    ///
    /// [`CliError::NoNode`] where none runs.
    pub async fn running(data: &Path) -> Result<Self, CliError> {
        Client::connect(data).await.map(Self::over).ok_or(CliError::NoNode)
    }

    /// Has the node carry out a command.
    ///
    /// # Errors
    ///
    /// What the node answers, or [`CliError::Lost`].
    pub async fn ask(&mut self, command: Command) -> Result<Reply, CliError> {
        let command = match &self.acting {
            Some(person) => Command::As { person: person.clone(), command: Box::new(command) },
            None => command,
        };
        match &mut self.way {
            Way::Running(client) => client.ask(&command).await.map_err(|error| match error {
                AskError::Refused(refused) => CliError::Refused(refused),
                AskError::Lost(_) => CliError::Lost,
            }),
            Way::Opened(opened) => Ok(opened.handle.ask(command).await?),
        }
    }

    /// Asks something about people that is answered by more than "done".
    ///
    /// # Errors
    ///
    /// As [`Door::ask`].
    pub async fn roster(&mut self, command: RosterCommand) -> Result<RosterReply, CliError> {
        match self.ask(Command::Roster(command)).await? {
            Reply::Roster(reply) => Ok(reply),
            _ => Err(CliError::Unexpected),
        }
    }

    /// Lets go: an opened node writes out what it has and frees the folder.
    pub async fn close(self) {
        match self.way {
            Way::Running(_) => (),
            Way::Opened(opened) => opened.stop().await,
        }
    }
}

impl Asks for Door {
    type Error = CliError;

    fn ask(&mut self, command: Command) -> impl Future<Output = Result<Reply, CliError>> + Send {
        Self::ask(self, command)
    }
}
