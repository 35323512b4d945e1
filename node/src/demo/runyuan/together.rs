//! What people of Runyuan did together in a month: activities that are over, with the hours of whoever
//! helped, and some to come, with places to take.

use super::{BATCH, DAY_MS, Making, VOLUNTEERS};
use crate::api::{
    ActivityCommand, ActivityReply, ApiError, Command, HoursCommand, HowWord, NewActivity, NewRole,
    PlaceVerb, Reply,
};
use crdt::{id::EnvelopeId, time::ClaimedTime};

const MINUTE_MS: u64 = 60 * 1_000;

/// How long everybody stays at an activity: with [`TIMES`] of them, ten hours.
const SHIFT_MS: u64 = 150 * MINUTE_MS;

/// How often everybody has helped.
const TIMES: usize = 4;

/// Of ten activities, one is still to come.
const TO_COME: usize = 10;

/// Places of an activity that is to come; more drivers want one than there are.
const PLACES: u16 = 10;

impl Making<'_> {
    /// How many of the plan's activities are over.
    fn past(&self) -> usize {
        self.plan.activities - self.plan.activities / TO_COME
    }

    /// Activities are planned by the office; for those that are over, it enters its list and approves.
    pub(super) fn gather(&mut self) -> Result<(), ApiError> {
        let past = self.past();
        for number in 0..past {
            let begins = Self::whole_hour(self.moment(number, past));
            let id = self.plan_activity(number, begins)?;
            self.enter_hours(number, &id.to_hex(), begins)?;
        }
        for number in past..self.plan.activities {
            let days = 1 + (number - past) as u64;
            let begins = Self::whole_hour(ClaimedTime(self.now.0 + days * DAY_MS));
            let id = self.plan_activity(number, begins)?;
            self.to_come.push(id);
        }
        Ok(())
    }

    /// A driver, who is in memory anyway, takes a place at what is to come.
    pub(super) fn wish_for_a_place(&self, driver: usize) -> Option<Command> {
        let at = driver.checked_rem(self.to_come.len())?;
        Some(Command::Activity(ActivityCommand::Place {
            activity: self.to_come[at].to_hex(),
            role: None,
            verb: PlaceVerb::Join,
            person: None,
        }))
    }

    fn whole_hour(at: ClaimedTime) -> ClaimedTime {
        ClaimedTime(at.0 - at.0 % (60 * MINUTE_MS))
    }

    fn plan_activity(
        &mut self,
        number: usize,
        begins: ClaimedTime,
    ) -> Result<EnvelopeId, ApiError> {
        let (title, place, role, checks) = self.names.activity(number);
        let is_over = begins < self.now;
        let new = NewActivity {
            // Whoever lives here may come to what is still ahead.
            group: if is_over { self.groups[VOLUNTEERS].clone() } else { "all".to_owned() },
            title,
            place: place.to_owned(),
            from_ms: begins.0,
            until_ms: begins.0 + SHIFT_MS,
            roles: vec![NewRole { name: role.to_owned(), places: PLACES }],
            checks: checks.iter().map(|it| (*it).to_owned()).collect(),
            ..NewActivity::default()
        };
        let planned = ClaimedTime(begins.0.min(self.now.0) - DAY_MS / 2);
        let new = Command::Activity(ActivityCommand::New(Box::new(new)));
        let mut replies =
            if is_over { self.say(vec![new], planned)? } else { self.say_at_desk(new, planned)? };
        match replies.pop() {
            Some(Reply::Activity(ActivityReply::Planned { id, .. })) => Ok(id),
            _ => Err(super::internal(&"not planned")),
        }
    }

    /// Everybody helps [`TIMES`] times, at activities that lie equally far apart.
    fn enter_hours(
        &mut self,
        number: usize,
        id: &str,
        begins: ClaimedTime,
    ) -> Result<(), ApiError> {
        let (past, apart) = (self.past(), (self.past() / TIMES).max(1));
        let came =
            |at: usize| (0..TIMES.min(past)).any(|time| (at + time * apart) % past == number);
        let here = self.volunteers.iter().enumerate().filter(|(at, _)| came(*at));
        let here: Vec<String> = here.map(|(_, person)| person.to_hex()).collect();
        let ends = ClaimedTime(begins.0 + SHIFT_MS);
        for people in here.chunks(BATCH) {
            let sign = |out: bool, at: ClaimedTime| {
                Command::Hours(HoursCommand::Sign {
                    activity: id.to_owned(),
                    out,
                    people: people.to_vec(),
                    at_ms: Some(at.0),
                    how: HowWord::List,
                })
            };
            let approve = Command::Hours(HoursCommand::Approve {
                activity: id.to_owned(),
                people: people.to_vec(),
                from_ms: Some(begins.0),
                until_ms: Some(ends.0),
                reason: String::new(),
            });
            self.say(vec![sign(false, begins), sign(true, ends), approve], ends)?;
        }
        Ok(())
    }
}
