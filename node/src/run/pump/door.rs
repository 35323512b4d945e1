//! Whoever knocks: links at the door, and what the people here do about them.

use super::Pump;
use crate::{
    api::{
        ApiError, Command, ErrorKind, Event, KnockRow, Reply, RoleWord, RosterCommand, RosterReply,
    },
    clock,
    core::{LinkId, porch::Answer},
    ledger::Done,
    mesh::LinkUp,
    run::report::{Asker, Whom},
};

impl Pump {
    pub(super) fn came_to_the_door(&mut self, up: &LinkUp) {
        tracing::info!(link = %up.link, peer.id = %up.peer, "Somebody is at the door");
        let network = network_of(&up.address);
        let answers = self.porch.came(up.link, up.peer, network, self.clock.now());
        self.answer_the_door(answers);
    }

    pub(super) fn heard_at_the_door(&mut self, link: LinkId, bytes: &[u8]) {
        let answers = self.porch.heard(link, bytes, clock::random());
        self.answer_the_door(answers);
        // Nobody need be watching.
        let _ = self.world.events.send(Event::Door);
    }

    pub(super) fn left_the_door(&mut self, link: LinkId) {
        self.porch.left(link);
        // Nobody need be watching.
        let _ = self.world.events.send(Event::Door);
    }

    pub(super) fn answer_the_door(&mut self, answers: Vec<Answer>) {
        let Some(mesh) = &self.mesh else { return };
        for answer in answers {
            match answer {
                // Whoever does not even read this much is not waited for.
                Answer::Send(link, frame) => {
                    let _ = mesh.handle.send(link, frame);
                }
                Answer::Close(link) => mesh.handle.close(link),
            }
        }
    }

    /// Only whoever may open sees who waits.
    fn may_open(&self) -> Result<(), ApiError> {
        let not_allowed = || ApiError::new(ErrorKind::NotAllowed, [("what", "invite".to_owned())]);
        if self.porch.plate.opens { Ok(()) } else { Err(not_allowed()) }
    }

    pub(super) fn approvals(&self) -> Result<Reply, ApiError> {
        self.may_open()?;
        let row = |knock: crate::core::porch::Knock| KnockRow {
            code: knock.digits,
            home: knock.home,
            person: knock.person,
            waiting_ms: knock.since_ms,
        };
        let waiting = self.porch.knocks(self.clock.now()).into_iter().map(row).collect();
        Ok(Reply::Approvals { waiting })
    }

    fn knock_of(&self, code: &str) -> Result<LinkId, ApiError> {
        self.may_open()?;
        let unknown = || ApiError::new(ErrorKind::UnknownKnock, [("code", code.to_owned())]);
        self.porch.find(code).ok_or_else(unknown)
    }

    /// Has the ledger make a link for one person; [`Pump::invited`] hands it over.
    pub(super) fn approve(
        &mut self,
        code: &str,
        role: RoleWord,
        group: Option<String>,
        (person, asker): (Option<String>, Asker),
    ) {
        match self.knock_of(code) {
            Ok(link) => {
                let whom = Whom::Door(link, asker);
                let invite = RosterCommand::Invite { role, group, once: true, whole: false };
                let invite = Command::Roster(invite);
                let invite = match person {
                    Some(person) => Command::As { person, command: Box::new(invite) },
                    None => invite,
                };
                self.ask_ledger(invite, whom);
            }
            // Whoever went away does not need the answer.
            Err(error) => drop(asker.send(Err(error))),
        }
    }

    pub(super) fn invited(&mut self, link: LinkId, asker: Asker, done: Done) {
        let reply = match done {
            Done::Reply(Ok(Reply::Roster(RosterReply::Invited { link: invitation, .. })))
                if self.porch.has(link) =>
            {
                let answers = self.porch.let_in(link, invitation);
                self.answer_the_door(answers);
                Ok(Reply::Done)
            }
            Done::Reply(Ok(_)) => {
                Err(ApiError::new(ErrorKind::UnknownKnock, [("code", String::new())]))
            }
            Done::Reply(Err(error)) => Err(error),
            _ => Err(ApiError::new(ErrorKind::Busy, [])),
        };
        // Whoever went away does not need the answer.
        let _ = asker.send(reply);
    }

    pub(super) fn deny(&mut self, code: &str) -> Result<Reply, ApiError> {
        let link = self.knock_of(code)?;
        let answers = self.porch.refuse(link);
        self.answer_the_door(answers);
        Ok(Reply::Done)
    }
}

/// The host of an address: `/ip4/192.168.1.7/tcp/4001` is somebody at 192.168.1.7.
fn network_of(address: &str) -> &str {
    address.split('/').nth(2).unwrap_or(address)
}
