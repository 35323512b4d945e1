//! A month of requests: asked by a household, taken note of by the desk, claimed and driven by the
//! fleet, confirmed by whoever asked. Each stands somewhere else on this way.

use std::sync::Arc;

use crdt::{envelope::Envelope, id::RequestId, time::ClaimedTime};

use super::{
    super::{
        handed::{hand, introduction, tell},
        internal,
    },
    Making,
};
use crate::{
    api::{ActVerb, ApiError, CaseCommand, CaseVerb, Command, Deed, NewCase, Private, Reply},
    ledger::Ledger,
};

/// A quarter of an hour: how long each step takes.
const STEP_MS: u64 = 15 * 60 * 1_000;

/// How far a request has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Nobody has answered.
    Asked,
    /// The desk has taken note of it.
    Open,
    Claimed,
    Departed,
    /// Done, and not confirmed.
    Done,
    Confirmed,
}

impl Stage {
    /// Most are over; of those that are not, some of each.
    fn of(number: usize) -> Self {
        match number % 16 {
            0 => Self::Asked,
            5 => Self::Open,
            9 => Self::Claimed,
            11 => Self::Departed,
            14 => Self::Done,
            _ => Self::Confirmed,
        }
    }
}

/// A household that is in memory still: all that it has said, and its ledger.
pub(super) struct Kept {
    ledger: Ledger,
    said: Vec<Arc<Envelope>>,
}

impl Kept {
    /// With what it said since it walked in.
    pub fn new(ledger: Ledger, mut said: Vec<Arc<Envelope>>) -> Result<Self, ApiError> {
        said.splice(0..0, introduction(&ledger)?);
        Ok(Self { ledger, said })
    }

    /// Does some of it, and keeps what that wrote.
    fn tell(&mut self, command: Command, at: ClaimedTime) -> Result<Vec<Reply>, ApiError> {
        let (replies, written) = tell(&mut self.ledger, vec![command], at)?;
        self.said.extend(written);
        Ok(replies)
    }
}

/// One request on its way.
pub(super) struct Ride {
    id: RequestId,
    stage: Stage,
    begun: ClaimedTime,
    asker: Kept,
}

impl Ride {
    fn later(&self, steps: u64) -> ClaimedTime {
        ClaimedTime(self.begun.0 + steps * STEP_MS)
    }

    fn act(&self, verb: ActVerb) -> Command {
        Command::Act { id: self.id.to_hex(), verb }
    }
}

impl Making<'_> {
    /// What a home asks for.
    pub(super) fn ride(&self, number: usize, mut asker: Kept) -> Result<Ride, ApiError> {
        let (stage, part) = (Stage::of(number), number * 7_919 % self.plan.requests);
        // What is not over yet was asked today.
        let begun = if stage == Stage::Confirmed {
            self.moment(part, self.plan.requests)
        } else {
            ClaimedTime(self.now.0 - 8 * STEP_MS + part as u64)
        };
        let id = self.ask(number, &mut asker, begun)?;
        Ok(Ride { id, stage, begun, asker })
    }

    /// Each driver takes his share of the rides.
    pub(super) fn help(&mut self, rides: Vec<Ride>) -> Result<(), ApiError> {
        let mut drivers = std::mem::take(&mut self.drivers);
        let mut shares: Vec<Vec<Ride>> = drivers.iter().map(|_| Vec::new()).collect();
        for (at, ride) in rides.into_iter().enumerate() {
            self.hear(&ride.asker.said, ride.begun)?;
            let share = at % shares.len().max(1);
            if let Some(share) = shares.get_mut(share) {
                share.push(ride);
            }
        }
        for (at, (driver, share)) in drivers.iter_mut().zip(&mut shares).enumerate() {
            self.drive(driver, share, self.wish_for_a_place(at))?;
        }
        Ok(())
    }

    fn drive(
        &mut self,
        driver: &mut Kept,
        share: &mut [Ride],
        wish: Option<Command>,
    ) -> Result<(), ApiError> {
        // What whoever rests on a driver's word has to hold.
        let mut world = Vec::new();
        for ride in share.iter() {
            world.extend(ride.asker.said.iter().cloned());
            if ride.stage > Stage::Asked {
                let noted = CaseCommand::Do(Deed::of(&ride.id.to_hex(), CaseVerb::Register));
                self.say_at_desk(Command::Case(noted), ride.later(1))?;
            }
        }
        world.extend(self.desk_said.iter().cloned());
        hand(&mut driver.ledger, &world, self.now)?;
        for ride in share.iter() {
            let verbs = [ActVerb::Claim, ActVerb::Depart, ActVerb::Done];
            let stages = [Stage::Claimed, Stage::Departed, Stage::Done];
            for (step, (verb, stage)) in (2..).zip(verbs.into_iter().zip(stages)) {
                if ride.stage >= stage {
                    driver.tell(ride.act(verb), ride.later(step))?;
                }
            }
        }
        if let Some(wish) = wish {
            driver.tell(wish, self.now)?;
        }
        self.hear(&driver.said, self.now)?;
        world.extend(driver.said.iter().cloned());
        for ride in share.iter_mut().filter(|it| it.stage == Stage::Confirmed) {
            let (confirm, at) = (ride.act(ActVerb::Confirm), ride.later(5));
            hand(&mut ride.asker.ledger, &world, at)?;
            let (_, confirmed) = tell(&mut ride.asker.ledger, vec![confirm], at)?;
            self.hear(&confirmed, at)?;
        }
        Ok(())
    }

    fn ask(&self, number: usize, asker: &mut Kept, at: ClaimedTime) -> Result<RequestId, ApiError> {
        let (title, details, needs) = self.names.wish(number);
        let home = asker.ledger.identity().home.clone();
        let new = NewCase {
            title: title.to_owned(),
            details: details.to_owned(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            urgency: Some(if number.is_multiple_of(9) { 3 } else { 2 }),
            private: Private {
                phone: format!("555-{:04}", number % 10_000),
                door: home,
                ..Private::default()
            },
            ..NewCase::default()
        };
        let ask = Command::Case(CaseCommand::Ask(Box::new(new)));
        match asker.tell(ask, at)?.pop() {
            Some(Reply::Asked { id, .. }) => Ok(id),
            _ => Err(internal(&"not asked")),
        }
    }
}
