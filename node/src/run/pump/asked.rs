//! What people want of the node: what the loop knows it answers, all else is the ledger's.

use super::Pump;
use crate::{
    api::{ApiError, Command, ErrorKind},
    handle::Asked,
    home,
    ledger::Job,
    run::report::{Awaited, Whom},
};

impl Pump {
    pub(super) fn asked(&mut self, asked: Asked) {
        self.asked_by(None, asked);
    }

    /// In whose name, where somebody is named: most of what the loop answers it answers everybody.
    fn asked_by(&mut self, person: Option<String>, asked: Asked) {
        let Asked { command, answer } = asked;
        match command {
            Command::As { person, command } if is_for_the_loop(&command) => {
                self.asked_by(Some(person), Asked { command: *command, answer });
            }
            Command::Once { command, .. } if is_for_the_loop(&command) => {
                self.asked_by(person, Asked { command: *command, answer });
            }
            Command::Status => self.ask_ledger(Command::Status, Whom::Peers(answer)),
            Command::Mesh => self.ask_ledger(Command::Status, Whom::Picture(answer)),
            Command::Strip => self.ask_ledger(Command::Status, Whom::Strip(answer)),
            Command::Wait { peers, peer, timeout_ms } => {
                // Behind what was posted before, of which the loop may not know yet.
                let whom = Whom::Wait(Awaited { peers, peer, timeout_ms }, answer);
                self.put(Job::Lookup(whom, Vec::new()));
            }
            Command::Dial { address } => {
                // Whoever went away does not need the answer.
                let _ = answer.send(self.dial(&address));
            }
            Command::Approvals => {
                let _ = answer.send(self.approvals());
            }
            Command::Approve { code, role, group } => {
                self.approve(&code, role, group, (person, answer));
            }
            Command::Deny { code } => {
                let _ = answer.send(self.deny(&code));
            }
            Command::Phone(command) => {
                let _ = answer.send(self.world.phones.answer(command));
            }
            Command::Progress => {
                let _ = answer.send(Ok(self.progress()));
            }
            Command::Join { link, .. } => {
                // A link that brings this box back, or a second try, needs fresh keys at rest.
                let door = home::doorway(&link);
                let ours = door.is_ok_and(|door| door.invitation.genesis.id() == self.community);
                let kind = if ours { ErrorKind::StopFirst } else { ErrorKind::AlreadyInCommunity };
                let _ = answer.send(Err(ApiError::new(kind, [])));
            }
            Command::Knock { .. }
            | Command::Knocking
            | Command::KnockStop
            | Command::Found { .. }
            | Command::Recover { .. } => {
                let _ = answer.send(Err(ApiError::new(ErrorKind::AlreadyInCommunity, [])));
            }
            other => self.ask_ledger(other, Whom::Asker(answer)),
        }
    }

    pub(super) fn ask_ledger(&self, command: Command, whom: Whom) {
        self.put(Job::Command(whom, command));
    }

    fn put(&self, job: Job<Whom>) {
        let Err(refused) = self.clerk.jobs.put(job.source(), job) else { return };
        if let Job::Command(whom, _) | Job::Lookup(whom, _) = *refused
            && let Whom::Asker(asker)
            | Whom::Peers(asker)
            | Whom::Picture(asker)
            | Whom::Strip(asker)
            | Whom::Wait(_, asker)
            | Whom::Door(_, asker) = whom
        {
            let _ = asker.send(Err(ApiError::new(ErrorKind::Busy, [])));
        }
    }
}

/// Is it answered here, and not by the ledger?
fn is_for_the_loop(command: &Command) -> bool {
    if let Command::As { command, .. } | Command::Once { command, .. } = command {
        return is_for_the_loop(command);
    }
    matches!(
        command,
        Command::Status
            | Command::Mesh
            | Command::Strip
            | Command::Wait { .. }
            | Command::Dial { .. }
            | Command::Progress
            | Command::Phone(_)
            | Command::Join { .. }
            | Command::Found { .. }
            | Command::Recover { .. }
            | Command::Knock { .. }
            | Command::Knocking
            | Command::KnockStop
            | Command::Approvals
            | Command::Approve { .. }
            | Command::Deny { .. }
    )
}
