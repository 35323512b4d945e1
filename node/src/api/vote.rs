//! Votes: opening one, ballots on the page and on paper, what a desk had in hand, the end.
//!
//! A vote is named by its id or the beginning of it; a choice by its number, from 1, or its words; a
//! voter by his number on the roll, from 1. Times are milliseconds since 1970.

use crdt::{
    id::{EnvelopeId, GroupId},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

/// Something about votes that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "vote", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each field is the CLI's word for it, explained there")]
pub enum VoteCommand {
    /// Freezes the roll and opens a vote.
    Open(Box<NewVote>),
    /// The newest; `all`: also those that are over.
    List {
        #[serde(default)]
        all: bool,
    },
    Show {
        id: String,
    },
    /// The household's, or the person's own, ballot.
    Cast {
        id: String,
        choice: String,
        /// In place of whatever was said for this voter before.
        #[serde(default)]
        again: bool,
    },
    /// Enters a paper ballot; it counts once two people have entered the same.
    Enter {
        id: String,
        voter: u32,
        choice: String,
        /// In place of one's own entry, which was wrong.
        #[serde(default)]
        again: bool,
    },
    /// Says which ballots are in hand here, and takes no more.
    Report {
        id: String,
    },
    /// Ends the wait for desks that have not reported; of a secret vote, counts.
    Close {
        id: String,
        #[serde(default)]
        reason: String,
    },
    /// The vote is void.
    Cancel {
        id: String,
        reason: String,
    },
    /// Who stands on the roll under which number, for those who enter paper ballots.
    Roll {
        id: String,
    },
}

/// A vote to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewVote {
    /// Whose group votes; everybody where none is named.
    pub group: Option<String>,
    /// Only who lives there votes; everybody of the group where none is named.
    pub place: Option<String>,
    /// The question.
    pub title: String,
    /// More words.
    pub details: String,
    /// What can be chosen.
    pub choices: Vec<String>,
    /// One ballot for each person, instead of each household.
    pub per_person: bool,
    /// Only those who count can open a ballot.
    pub secret: bool,
    /// The announced end.
    pub ends_ms: u64,
    /// How long after it desks are waited for; a day where nothing is said.
    pub grace_ms: Option<u64>,
    /// Who counts, and must report; whoever opens it where nobody is named.
    pub counters: Vec<String>,
    /// Voters on the desk's paper list who have no box in the neighbourhood.
    pub on_paper: u32,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is named for the command that it answers")]
pub enum VoteReply {
    Opened { id: EnvelopeId, voters: u32 },
    List { votes: Vec<VoteRow> },
    One(Box<VotePage>),
    Roll { voters: Vec<VoterRow> },
}

/// How far a vote is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained in the glossary")]
pub enum VoteState {
    Running,
    /// The announced end has passed, and nobody has reported.
    Ended,
    Provisional,
    Final,
    Cancelled,
}

impl VoteState {
    /// Its word in JSON and in the words people read.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ended => "ended",
            Self::Provisional => "provisional",
            Self::Final => "final",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One line of `linli vote list --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteRow {
    /// Which.
    pub id: EnvelopeId,
    /// The question.
    pub title: String,
    /// Whose group votes.
    pub group: GroupId,
    /// That group's name.
    pub group_name: String,
    /// How far it is.
    pub state: VoteState,
    /// The announced end.
    pub ends_ms: u64,
    /// Voters on the roll.
    pub voters: u32,
    /// Voters of whom something is in hand.
    pub turnout: u32,
    /// May whoever asks vote, and has nobody voted for his household yet?
    pub awaits_me: bool,
    /// Whoever asks has seen a final result that is no longer so, and has not been told yet.
    #[serde(default)]
    pub changed: bool,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceRow {
    /// In words.
    pub text: String,
    /// Voters for it; none before the announced end, and where only those who count can tell.
    pub votes: Option<u32>,
}

/// Somebody who counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterRow {
    /// As neighbours know him.
    pub name: String,
    /// Has he reported?
    pub reported: bool,
}

/// Who ended the wait, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedRow {
    /// As neighbours know him.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A result that was final to somebody, and is no longer so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledRow {
    /// Who announced it; empty where it is what whoever asks saw first.
    pub name: String,
    /// Voters for each choice, in their order.
    pub votes: Vec<u32>,
    /// Voters of whom something was in hand, as far as that is known.
    pub turnout: Option<u32>,
}

/// `linli vote show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "marks that a page shows, one by one")]
pub struct VotePage {
    /// In a line.
    pub row: VoteRow,
    /// More words.
    pub details: String,
    /// What can be chosen.
    pub choices: Vec<ChoiceRow>,
    /// Over what it is held; empty for the whole community.
    pub place: String,
    /// One ballot for each person, instead of each household?
    pub per_person: bool,
    /// Can only those who count open a ballot?
    pub secret: bool,
    /// Who opened it.
    pub opened_by: String,
    /// When, by his clock.
    pub claimed_ms: ClaimedTime,
    /// How long after the end desks are waited for.
    pub grace_ms: u64,
    /// Of the voters, those on the desk's paper list alone.
    pub on_paper: u32,
    /// Who counts.
    pub counters: Vec<CounterRow>,
    /// Who ended the wait.
    pub closed: Vec<ClosedRow>,
    /// What was announced on several sides of a cut, where it is not what the vote has come to.
    #[serde(default)]
    pub called: Vec<CalledRow>,
    /// The final result that whoever asks saw first, where it is another one now.
    #[serde(default)]
    pub saw_before: Option<CalledRow>,
    /// Why it is void.
    pub cancelled: Option<String>,
    /// Voters whose ballots contradict one another.
    pub contradicting: u32,
    /// Paper ballots that wait for a second person, or were entered in two ways.
    pub unconfirmed: u32,
    /// Voters who chose nothing that can be chosen.
    pub spoilt: u32,
    /// Ballots from outside the roll.
    pub outside: u32,
    /// Ballots that no report names.
    pub late: u32,
    /// Ballots that a report names and that are not here yet.
    pub missing: u32,
    /// Two counts of a secret vote contradict one another.
    pub disputed: bool,
    /// Whoever can count here comes to something else.
    pub differs: bool,
    /// The number of whoever asks on the roll, from 1; none where he is not on it.
    pub my_number: Option<u32>,
    /// What was said for his household, as far as it can be read: several where it contradicts itself.
    pub my_choices: Vec<String>,
    /// Was anything said for his household?
    pub i_voted: bool,
    /// May he vote now?
    pub may_cast: bool,
    /// May he enter paper ballots?
    pub may_enter: bool,
    /// Is it for him to report now?
    pub may_report: bool,
    /// May he end the wait now?
    pub may_close: bool,
    /// May he declare it void?
    pub may_cancel: bool,
    /// For those who enter paper ballots: numbers on the roll whose ballots contradict one another.
    pub contradicting_numbers: Vec<u32>,
    /// The same of paper ballots that wait for a second person.
    pub unconfirmed_numbers: Vec<u32>,
}

/// A line of the roll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoterRow {
    /// Its number, from 1.
    pub number: u32,
    /// Who may vote under it, as neighbours know them; nobody on the paper list.
    pub names: Vec<String>,
    /// Their home.
    pub home: String,
    /// Is something in hand?
    pub voted: bool,
}
