//! Sealed files on their way between homes: from the sessions to the one machine that asks, and back.
//!
//! A link counts for files once the two were found equal on it: before, they have more urgent things
//! to tell each other.

use crdt::{
    sync::{
        self,
        files::{self, FileAsk, FileTalk},
    },
    time::Moment,
};

use super::{Core, LinkId, Output};

impl Core {
    /// The two were found equal on this link.
    pub(super) fn open_for_files(&mut self, id: LinkId, now: Moment) {
        let Some(link) = self.links.get_mut(&id).filter(|link| !link.has_files) else { return };
        link.has_files = true;
        let peer = link.peer;
        self.files.handle(files::Input::Up(id.0, peer), now);
    }

    /// What a peer says about a file: a question is for the store, the rest for whoever asked.
    pub(super) fn hear_of_file(&mut self, id: LinkId, talk: FileTalk, now: Moment) {
        match talk {
            FileTalk::Ask(ask) => self.outputs.push_back(Output::Serve(id, ask)),
            told => self.files.handle(files::Input::Heard(id.0, told), now),
        }
    }

    /// The store has answered a peer's question.
    pub(super) fn served(&mut self, id: LinkId, ask: FileAsk, talk: FileTalk, now: Moment) {
        let lacks = matches!(talk, FileTalk::State { here: false, .. });
        self.feed(id, sync::Input::File(talk), now);
        if lacks {
            self.files.handle(files::Input::Lacked(id.0, ask), now);
        }
    }

    /// Carries out what the machine wants; what it says to peers may lead to more.
    pub(super) fn drain_files(&mut self, now: Moment) {
        while let Some(wanted) = self.files.poll() {
            match wanted {
                files::Output::Say(link, talk) => {
                    self.feed(LinkId(link), sync::Input::File(talk), now);
                }
                errand => self.outputs.push_back(Output::File(errand)),
            }
        }
    }
}
