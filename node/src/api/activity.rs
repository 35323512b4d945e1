//! Activities, as commands and answers carry them.

use crdt::{
    id::{EnvelopeId, GroupId, RequestId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::ChecklistItem;

/// What can be done with activities. An activity is named by its title, its spoken code, or the
/// beginning of its id; also by the code of one of its roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum ActivityCommand {
    New(Box<NewActivity>),
    /// Those to come, also those that are over, if wanted.
    List {
        all: bool,
    },
    Show {
        activity: String,
    },
    /// Takes a place, gives it back, says yes, sets off; grants it to somebody.
    Place {
        activity: String,
        role: Option<String>,
        verb: PlaceVerb,
        #[serde(default)]
        person: Option<String>,
    },
    /// It does not take place.
    CallOff {
        activity: String,
        reason: String,
    },
    /// As a calendar file: this one, or all in which whoever asks has a place.
    Calendar {
        activity: Option<String>,
    },
    /// "I have read that it does not take place."
    Heard {
        activity: String,
    },
    /// One of the lines to be looked at before it begins.
    Tick {
        activity: String,
        check: String,
        done: bool,
    },
}

/// What somebody does about a place at an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceVerb {
    /// Takes one, or stands behind those who have.
    Join,
    /// Gives it back.
    Leave,
    /// Says yes to a place that came free.
    Yes,
    /// Is on the way.
    Go,
    /// Gives it to somebody.
    Grant,
}

/// An activity to be planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewActivity {
    /// The group that it is for.
    pub group: String,
    /// One line.
    pub title: String,
    /// More words; never private.
    #[serde(default)]
    pub details: String,
    /// Where, in words.
    #[serde(default)]
    pub place: String,
    /// From when on, in milliseconds since 1970.
    pub from_ms: u64,
    /// Until when, likewise.
    pub until_ms: u64,
    /// What there is to do, and how many are wanted for it.
    pub roles: Vec<NewRole>,
    /// What is to be looked at before it begins.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// One thing to do at an activity that is planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRole {
    /// What.
    pub name: String,
    /// How many are wanted.
    pub places: u16,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum ActivityReply {
    Planned { id: EnvelopeId, code: String },
    List { activities: Vec<ActivityRow> },
    Page(Box<ActivityPage>),
    Calendar { file: String },
}

/// One line of `linli activity list --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "marks that a page shows, one by one")]
pub struct ActivityRow {
    /// Its id.
    pub id: EnvelopeId,
    /// Six digits and a check digit that can be said on the phone.
    pub code: String,
    /// One line.
    pub title: String,
    /// The group.
    pub group: GroupId,
    /// The group's name.
    pub group_name: String,
    /// Where, in words.
    pub place: String,
    /// From when on.
    pub from_ms: ClaimedTime,
    /// Until when.
    pub until_ms: ClaimedTime,
    /// How many are wanted, for all roles together.
    pub places: u64,
    /// How many of these places are taken.
    pub taken: u64,
    /// How many wait for one.
    pub waiting: u64,
    /// Has everything been looked at that is to be before it begins?
    pub ready: bool,
    /// It does not take place.
    pub called_off: bool,
    /// It has ended, by this box's clock.
    pub over: bool,
    /// Where whoever asks stands: `holder`, `awaiting` (a place came free: say yes), `waiting`.
    pub mine: Option<String>,
    /// May whoever asks plan, grant, call off?
    pub leads: bool,
}

/// `linli activity show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityPage {
    /// The same as in the list.
    #[serde(flatten)]
    pub row: ActivityRow,
    /// More words.
    pub details: String,
    /// Who planned it.
    pub by: String,
    /// What there is to do, and who does it.
    pub roles: Vec<PlacesRow>,
    /// What is to be looked at before it begins.
    pub checks: Vec<ChecklistItem>,
    /// Why it does not take place.
    pub reason: Option<String>,
    /// Who has a place or waits for one, and has not said that he has read that.
    pub unaware: Vec<String>,
    /// Whoever asks is among them.
    pub must_hear: bool,
}

/// One thing to do at an activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacesRow {
    /// What.
    pub name: String,
    /// The request that has its places.
    pub request: RequestId,
    /// Its code.
    pub code: String,
    /// How many are wanted.
    pub places: u16,
    /// Who has a place.
    pub holders: Vec<String>,
    /// Of them, who moved up and has not said yes.
    pub awaiting: Vec<String>,
    /// Who is on the way.
    pub going: Vec<String>,
    /// Who stands behind them, first to last.
    pub waitlist: Vec<String>,
    /// It begins within half an hour and places have nobody on the way: who is wanted for them.
    pub standby: Vec<String>,
    /// Where whoever asks stands: `holder`, `awaiting`, `waiting`.
    pub mine: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Command, Reply};

    /// Tags inside tags must not have one name: it read well in the process and not over the socket.
    #[test]
    fn what_is_said_of_activities_reads_back_from_its_json() {
        let words = || "Clean-up".to_owned();
        let commands = [
            ActivityCommand::New(Box::default()),
            ActivityCommand::List { all: true },
            ActivityCommand::Show { activity: words() },
            ActivityCommand::Place {
                activity: words(),
                role: None,
                verb: PlaceVerb::Join,
                person: None,
            },
            ActivityCommand::CallOff { activity: words(), reason: words() },
            ActivityCommand::Heard { activity: words() },
            ActivityCommand::Calendar { activity: None },
            ActivityCommand::Tick { activity: words(), check: words(), done: true },
        ];
        for command in commands.map(Command::Activity) {
            let text = serde_json::to_string(&command).expect("it is said");
            assert_eq!(serde_json::from_str::<Command>(&text).expect(&text), command);
        }
        let id = EnvelopeId::from_bytes([7; 32]);
        let replies = [
            ActivityReply::Planned { id, code: words() },
            ActivityReply::List { activities: Vec::new() },
        ];
        for reply in replies.map(Reply::Activity) {
            let text = serde_json::to_string(&reply).expect("it is said");
            assert_eq!(serde_json::from_str::<Reply>(&text).expect(&text), reply);
        }
    }
}
