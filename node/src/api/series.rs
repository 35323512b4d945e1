//! Rides that recur, as commands and answers carry them.

use crdt::{
    id::{EnvelopeId, GroupId, RequestId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::RequestRow;

/// What can be done with series. A series is named by its title, its spoken code, or the beginning of
/// its id; a ride as every request; a date is `2026-03-03`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum SeriesCommand {
    New(Box<NewSeries>),
    List,
    /// With its rides from yesterday on.
    Show {
        series: String,
        days: u32,
    },
    /// Who drives in turn from the ride of this date on; from the next one where none is given.
    Rota {
        series: String,
        from: Option<String>,
        people: Vec<String>,
        reason: String,
    },
    /// A single ride: off, at another time (`2026-03-04 09:00`), or as planned after all.
    Edit {
        series: String,
        date: String,
        plan: PlanWord,
        reason: String,
    },
    /// "I cannot": of a series both legs of this date; without a date a single ride.
    Absent {
        ride: String,
        date: Option<String>,
    },
    /// Offers one's own ride for another's; where that one has offered just this, accepts it.
    Swap {
        mine: String,
        theirs: String,
    },
    /// My rides, those I stand by for, and what others offer me.
    Week {
        days: u32,
    },
}

/// A series to be planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSeries {
    /// The group that it is for.
    pub group: String,
    /// One line.
    pub title: String,
    /// More words; never private.
    #[serde(default)]
    pub details: String,
    /// When the first ride begins: `2026-03-03 07:30`, by the wall clock of the zone.
    pub start: String,
    /// The zone's name: `Asia/Shanghai`.
    pub zone: String,
    /// A rule of RFC 5545: `FREQ=WEEKLY;BYDAY=TU`.
    pub rule: String,
    /// The way back begins so many minutes after the way there.
    #[serde(default)]
    pub back_after_min: Option<u32>,
    /// Who drives in turn, by name or id.
    #[serde(default)]
    pub rota: Vec<String>,
    /// What is to be looked at before each departure.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Whom it is for, where that is a member: he confirms and cancels.
    #[serde(default)]
    pub subject: Option<String>,
    /// Can it not wait?
    #[serde(default)]
    pub urgent: bool,
}

/// What becomes of a single ride.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanWord {
    /// It does not take place.
    Off,
    /// It begins then.
    At(String),
    /// It is as the rule says, after all.
    AsPlanned,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum SeriesReply {
    Planned {
        id: EnvelopeId,
        code: String,
    },
    List {
        series: Vec<SeriesRow>,
    },
    Page(Box<SeriesPage>),
    /// The rides that were changed, as they are now.
    Rides {
        rides: Vec<RequestRow>,
    },
    /// The swap is offered, or done.
    Swap {
        done: bool,
        mine: Box<RequestRow>,
        theirs: Box<RequestRow>,
    },
    Week(WeekPage),
}

/// One line of `linli series list --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesRow {
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
}

/// `linli series show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesPage {
    /// The same as in the list.
    #[serde(flatten)]
    pub row: SeriesRow,
    /// More words.
    pub details: String,
    /// The rule, as it was written.
    pub rule: String,
    /// Does this release understand the rule?
    pub understood: bool,
    /// When the first ride begins.
    pub start: String,
    /// The zone of all its times.
    pub zone: String,
    /// Minutes until the way back begins.
    pub back_after_min: Option<u32>,
    /// Who drives in turn, as it is for the next ride.
    pub rota: Vec<String>,
    /// What is to be looked at before each departure.
    pub checks: Vec<String>,
    /// The next rides.
    pub rides: Vec<RequestRow>,
    /// Who drove how many legs that are done: everybody on the rota, and whoever drove.
    pub driven: Vec<DrivenRow>,
}

/// How often somebody drove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrivenRow {
    /// Who.
    pub person: String,
    /// Legs that are done.
    pub legs: u64,
}

/// `linli rota --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekPage {
    /// Rides that are mine.
    pub mine: Vec<RequestRow>,
    /// Rides whose driver has not said yes or has not set off, and for which I am next.
    pub standby: Vec<RequestRow>,
    /// Rides that others offer me for mine.
    pub offers: Vec<OfferRow>,
}

/// Somebody offers his ride for mine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRow {
    /// Who.
    pub by: String,
    /// His ride.
    pub theirs: RequestRow,
    /// Mine.
    pub mine: RequestRow,
}

/// What a request is as a ride of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RideRow {
    /// Which series.
    pub series: EnvelopeId,
    /// `out` or `back`.
    pub leg: String,
    /// The original start of the way there, by which the ride is named.
    pub date: String,
    /// When this leg begins now, by the wall clock of the zone.
    pub begins: String,
    /// The same on every clock.
    pub begins_ms: ClaimedTime,
    /// The zone.
    pub zone: String,
    /// It begins at another time than the rule says.
    pub moved: bool,
    /// The driver has said that he comes.
    pub said_yes: bool,
    /// Nobody has said yes and it begins within 24 hours: it is offered to all.
    pub offered: bool,
    /// Nobody has set off and it begins within 30 minutes: whoever stands by is wanted.
    pub late: bool,
    /// Who stands by: the next on the waiting list, else the next on the rota.
    pub backup: Option<String>,
    /// Has everything been looked at that is to be before departure?
    pub ready: bool,
    /// Are both legs done?
    pub complete: bool,
    /// The request that the other leg is.
    pub other_leg: Option<RequestId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Command, Reply};

    /// Tags inside tags must not have one name: it read well in the process and not over the socket.
    #[test]
    fn what_is_said_of_series_reads_back_from_its_json() {
        let words = || "Dialysis".to_owned();
        let commands = [
            SeriesCommand::New(Box::default()),
            SeriesCommand::List,
            SeriesCommand::Show { series: words(), days: 3 },
            SeriesCommand::Rota {
                series: words(),
                from: None,
                people: vec![words()],
                reason: words(),
            },
            SeriesCommand::Edit {
                series: words(),
                date: words(),
                plan: PlanWord::At(words()),
                reason: words(),
            },
            SeriesCommand::Absent { ride: words(), date: Some(words()) },
            SeriesCommand::Swap { mine: words(), theirs: words() },
            SeriesCommand::Week { days: 7 },
        ];
        for command in commands.map(Command::Series) {
            let text = serde_json::to_string(&command).expect("it is said");
            assert_eq!(serde_json::from_str::<Command>(&text).expect(&text), command);
        }
        let id = EnvelopeId::from_bytes([7; 32]);
        let replies = [
            SeriesReply::Planned { id, code: words() },
            SeriesReply::List { series: Vec::new() },
            SeriesReply::Rides { rides: Vec::new() },
        ];
        for reply in replies.map(Reply::Series) {
            let text = serde_json::to_string(&reply).expect("it is said");
            assert_eq!(serde_json::from_str::<Reply>(&text).expect(&text), reply);
        }
    }
}
