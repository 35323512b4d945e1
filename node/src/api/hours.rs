//! Volunteer hours, as commands and answers carry them.

use crdt::{
    id::{EnvelopeId, GroupId, PersonId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use super::ActivityRow;

/// What can be done with hours. An activity is named as for [`super::ActivityCommand`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum HoursCommand {
    /// Came, or went: whoever asks, or the people that a captain names. Now, where no time is given.
    Sign {
        activity: String,
        out: bool,
        #[serde(default)]
        people: Vec<String>,
        #[serde(default)]
        at_ms: Option<u64>,
        how: HowWord,
    },
    /// A new entry in the place of a mark; without a time the mark is struck out.
    Correct { activity: String, mark: String, at_ms: Option<u64> },
    /// A captain approves what was signed, of these people, or of all who have gone; with times those
    /// instead, also where hours were approved before.
    Approve {
        activity: String,
        #[serde(default)]
        people: Vec<String>,
        #[serde(default)]
        from_ms: Option<u64>,
        #[serde(default)]
        until_ms: Option<u64>,
        #[serde(default)]
        reason: String,
    },
    /// The captain's list of one activity.
    Sheet { activity: String },
    /// One person's hours; whoever asks, where nobody is named.
    Of { person: Option<String> },
    /// Totals of everybody and every activity, of one team or all.
    Totals { team: Option<String> },
    /// Makes out a certificate.
    Certify { person: String, team: Option<String>, from_ms: u64, until_ms: u64 },
    /// The certificate with this number.
    Certificate { number: String },
    /// A certificate that came as a file.
    Verify { file: String },
}

/// How a mark came to be written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowWord {
    /// By the volunteer himself, who knew the code.
    #[default]
    Code,
    /// By himself, from the picture that hangs there.
    Qr,
    /// By the captain, on his list.
    List,
    /// By the captain, later, from paper.
    Paper,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum HoursReply {
    Sheet(Box<SheetPage>),
    Person(Box<HoursPage>),
    Totals(Box<TotalsPage>),
    Certificate(Box<CertificatePage>),
}

/// `linli hours sheet --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetPage {
    /// The activity.
    pub activity: ActivityRow,
    /// Everybody who signed or has a place, by name.
    pub rows: Vec<ShiftRow>,
    /// What counts, of all together.
    pub minutes: u64,
}

/// One person at one activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftRow {
    /// The activity.
    pub activity: EnvelopeId,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Its group's name.
    pub group_name: String,
    /// Who.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// From when to when: as approved, else as signed.
    pub times: Vec<TimeRow>,
    /// Since when he is there.
    pub since_ms: Option<ClaimedTime>,
    /// Every mark that still says something, to be corrected by its name.
    pub marks: Vec<MarkRow>,
    /// Has a captain approved it?
    pub approved: bool,
    /// Minutes that count.
    pub minutes: u64,
    /// Minutes that were signed for.
    pub signed_minutes: u64,
    /// What a captain must look at.
    pub flags: Vec<String>,
    /// Why it was corrected.
    pub note: String,
}

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRow {
    /// From.
    pub from_ms: ClaimedTime,
    /// Until.
    pub until_ms: ClaimedTime,
}

/// Somebody came or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkRow {
    /// Names it: an id and a line.
    pub name: String,
    /// Went.
    pub out: bool,
    /// When.
    pub at_ms: ClaimedTime,
    /// How it came to be written down.
    pub how: HowWord,
}

/// `linli hours --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursPage {
    /// Whose.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// Activity by activity, the newest first.
    pub shifts: Vec<ShiftRow>,
    /// What counts.
    pub minutes: u64,
    /// What was signed for and nobody has approved.
    pub pending_minutes: u64,
    /// Certificates that were made out to him.
    pub certificates: Vec<String>,
}

/// `linli hours totals --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalsPage {
    /// What counts, of all together.
    pub minutes: u64,
    /// Per person, by name. Nobody is ranked.
    pub people: Vec<TotalRow>,
    /// Per team.
    pub teams: Vec<TotalRow>,
    /// Per activity.
    pub activities: Vec<TotalRow>,
    /// Every shift, for a table.
    pub shifts: Vec<ShiftRow>,
}

/// One total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalRow {
    /// Of whom or what.
    pub name: String,
    /// Its id.
    pub id: EnvelopeId,
    /// Minutes that count.
    pub minutes: u64,
}

/// `linli hours certificate --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificatePage {
    /// Its number.
    pub number: String,
    /// The envelope that says so.
    pub id: EnvelopeId,
    /// To whom.
    pub person: PersonId,
    /// What he was called then.
    pub name: String,
    /// What is counted: from here on.
    pub from_ms: ClaimedTime,
    /// Until here.
    pub until_ms: ClaimedTime,
    /// How long.
    pub minutes: u64,
    /// At how many activities.
    pub activities: u64,
    /// Only in this team.
    pub team: Option<GroupId>,
    /// The team's name.
    pub team_name: Option<String>,
    /// Who made it out.
    pub issuer: String,
    /// When, by his clock.
    pub issued_ms: ClaimedTime,
    /// Signed by a box of whom it names, who might make it out when he did.
    pub valid: bool,
    /// What this box itself counts for the same person and time; other boxes may know more.
    pub minutes_here: u64,
    /// To be handed on as a file; any box of the community verifies it without a network.
    pub file: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Command;

    /// Tags inside tags must not have one name: it read well in the process and not over the socket.
    #[test]
    fn what_is_said_of_hours_reads_back_from_its_json() {
        let words = || "Clean-up".to_owned();
        let how = HowWord::Paper;
        let people = vec![words()];
        let commands = [
            HoursCommand::Sign {
                activity: words(),
                out: true,
                people: people.clone(),
                at_ms: Some(7),
                how,
            },
            HoursCommand::Correct { activity: words(), mark: words(), at_ms: None },
            HoursCommand::Approve {
                activity: words(),
                people,
                from_ms: None,
                until_ms: Some(9),
                reason: words(),
            },
            HoursCommand::Sheet { activity: words() },
            HoursCommand::Of { person: None },
            HoursCommand::Totals { team: Some(words()) },
            HoursCommand::Certify { person: words(), team: None, from_ms: 1, until_ms: 2 },
            HoursCommand::Certificate { number: words() },
            HoursCommand::Verify { file: words() },
        ];
        for command in commands.map(Command::Hours) {
            let text = serde_json::to_string(&command).expect("it is said");
            assert_eq!(serde_json::from_str::<Command>(&text).expect(&text), command);
        }
    }
}
