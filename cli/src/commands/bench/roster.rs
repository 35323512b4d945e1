//! `roster`: a town's grants evaluated from scratch, and one more taken in.
//!
//! An administrator makes a hundred building heads, each of whom gives his share of the grants, to as
//! many people, in a building of his own. They are real statements in real envelopes; their
//! signatures are checked before the clock starts, as a node checks them once, at the door.
//!
//! *From scratch* begins with an empty roster and ends when it is said who has which role. *One
//! more* begins with a grant that nobody knew and ends when it is said what its person may do, and
//! that all who gave the others still may. *Everybody again* is what a node asks for after that
//! when it looks who is to be given keys: the roles of all.
//!
//! # Deliberately absent
//!
//! A floor: no other program evaluates these rules.

use std::collections::BTreeMap;

use crdt::{
    authority::{Charter, Fact, Roster, evaluate},
    body::{Body, KeyUse, Place, Position, Role, SignedStatement, Statement},
    envelope::{Draft, Envelope, Kind},
    genesis::{Genesis, RULES_VERSION},
    id::{EnvelopeId, PersonId, WriterId},
    keys::Secret,
    time::{Bucket, ClaimedTime},
};
use node::clock;

use super::{
    Case, Options,
    pair::{ms, now},
    town::failed,
};
use crate::{error::CliError, ui::Ui};

/// Grants in the roster, unless `--size` says otherwise.
const GRANTS: u64 = 20_000;

/// Building heads who give them.
const HEADS: u64 = 100;

/// The week in which all of it is said.
const WEEK: Bucket = Bucket(2_900);

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for size in options.sizes_or(&[GRANTS]) {
        ui.status(format_args!("writing {size} grants"))?;
        let town = Council::with_grants(size)?;
        let mut whole = Case::new(format!("{size} grants from scratch"), "ms").reach(1_000.0);
        let mut one = Case::new(format!("one more grant among {size}"), "ms").reach(5.0);
        let mut again = Case::new(format!("everybody again, with one more than {size}"), "ms");
        for run in 1..=options.runs {
            let whole_ms = town.whole(size)?;
            let (one_ms, again_ms) = town.one_more(size)?;
            whole.values.push(whole_ms);
            one.values.push(one_ms);
            again.values.push(again_ms);
            ui.status(format_args!(
                "{run}: {whole_ms:.0} ms from scratch, {one_ms:.3} ms for one"
            ))?;
        }
        all.extend([whole, one, again]);
    }
    Ok(all)
}

/// Somebody with keys.
struct Person {
    paper: Secret,
    device: Secret,
}

impl Person {
    fn new() -> Self {
        let key = || Secret::from_seed(clock::random());
        Self { paper: key(), device: key() }
    }
}

/// A community whose grants are written, and one that is held back.
struct Council {
    genesis: Genesis,
    facts: Vec<Fact>,
    more: Vec<(Fact, PersonId)>,
    tips: BTreeMap<WriterId, (u64, EnvelopeId)>,
}

impl Council {
    /// A community with an administrator, building heads, and `count` grants of theirs.
    fn with_grants(count: u64) -> Result<Self, CliError> {
        let (root, admin) = (Secret::from_seed(clock::random()), Person::new());
        let (threshold, salt) = (1, clock::random());
        let root_keys = vec![root.key()];
        let genesis = Genesis { root_keys, threshold, salt, rules: RULES_VERSION, founded: WEEK };
        let (facts, more, tips) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut town = Self { genesis, facts, more, tips };
        town.certify(&admin)?;
        let over_all = grant(admin.paper.person(), Role::Admin, Place::community());
        let first = EnvelopeId::from(town.genesis.id());
        let office = town.say(&admin, over_all, Some(first), &[&root])?;
        for head in 0..HEADS.min(count.max(1)) {
            let (steward, building) = (Person::new(), EnvelopeId::from_bytes(clock::random()));
            let place = Place::community().below(building);
            town.certify(&steward)?;
            let gives = grant(steward.paper.person(), Role::Steward, place.clone());
            let auth = town.say(&admin, gives, Some(office), &[&admin.paper])?;
            // One more of each: held back, to be taken in later.
            for _ in 0..=count / HEADS + u64::from(head < count % HEADS) {
                let neighbour = PersonId::from_bytes(clock::random());
                let gives = grant(neighbour, Role::Member, place.clone());
                town.say(&steward, gives, Some(auth), &[])?;
                town.more.truncate(usize::try_from(head).unwrap_or(usize::MAX));
                let last = town.facts.last().cloned().ok_or(CliError::Unexpected)?;
                town.more.push((last, neighbour));
            }
            town.facts.pop();
        }
        Ok(town)
    }

    fn certify(&mut self, who: &Person) -> Result<(), CliError> {
        let (subject, person) = (who.device.key(), who.paper.person());
        let said = Statement::Certify { subject, person, key_use: KeyUse::Writer };
        self.say(who, said, None, &[&who.paper]).map(|_| ())
    }

    /// Writes a statement as its author would, and checks it as whoever receives it would.
    fn say(
        &mut self,
        who: &Person,
        statement: Statement,
        auth: Option<EnvelopeId>,
        seconds: &[&Secret],
    ) -> Result<EnvelopeId, CliError> {
        let (community, writer) = (self.genesis.id(), who.device.writer());
        let (scope, tip) = (community.roster(), self.tips.get(&writer).copied());
        let seq = tip.map_or(1, |(seq, _)| seq + 1);
        let at = Position { community, writer, scope, seq, auth };
        let body = Body::Statement(SignedStatement::sign(statement, &at, seconds));
        let draft = Draft {
            kind: Kind::STATEMENT,
            scope,
            tip,
            deps: Vec::new(),
            auth,
            lamport: seq,
            bucket: WEEK,
            claimed: ClaimedTime(0),
            epoch: None,
            body: body.encode(),
        };
        let envelope = Envelope::write(draft, &who.device, &community);
        let fact = Fact::of(&envelope, &body, &community);
        self.facts.push(fact.map_err(|_| failed("a statement does not pass its own check"))?);
        self.tips.insert(writer, (seq, envelope.id()));
        Ok(envelope.id())
    }

    fn whole(&self, grants: u64) -> Result<f64, CliError> {
        let facts = self.facts.clone();
        let start = now();
        let outcome = evaluate(Charter::of(&self.genesis), facts);
        let took = ms(start, now());
        // The administrator and the heads have roles as well.
        let heads = HEADS.min(grants.max(1));
        let wanted = usize::try_from(grants + heads + 1).map_err(|_| CliError::Unexpected)?;
        if outcome.live.len() == wanted { Ok(took) } else { Err(failed("not every grant counts")) }
    }

    /// One more, and then everybody again, in milliseconds.
    fn one_more(&self, grants: u64) -> Result<(f64, f64), CliError> {
        let mut roster = Roster::new(&self.genesis);
        for fact in &self.facts {
            roster.insert(fact.clone());
        }
        // As a node that runs: everything was asked once before.
        all_roles(&roster, &self.facts);
        let (fact, neighbour) = self.more.last().cloned().ok_or(CliError::Unexpected)?;
        let start = now();
        roster.insert(fact);
        let gained = roster.live_roles(neighbour).len();
        let heads = self.more.iter().filter_map(|(fact, _)| roster.author(&fact.auth?));
        let standing = heads.filter(|head| !roster.live_roles(*head).is_empty()).count();
        let (took, start) = (ms(start, now()), now());
        all_roles(&roster, &self.facts);
        let again = ms(start, now());
        let lost = u64::try_from(standing).ok() != Some(HEADS.min(grants.max(1)));
        if gained != 1 || lost { Err(failed("a grant does not count")) } else { Ok((took, again)) }
    }
}

/// Has the roster say everybody's roles; how many there are.
fn all_roles(roster: &Roster, facts: &[Fact]) -> usize {
    let granted = facts.iter().filter_map(|fact| match fact.statement() {
        Some(Statement::Grant { person, .. }) => Some(*person),
        _ => None,
    });
    granted.map(|person| roster.live_roles(person).len()).sum()
}

fn grant(person: PersonId, role: Role, over: Place) -> Statement {
    Statement::Grant { person, role, over, undo: Vec::new(), confirms: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grant_of_a_measured_town_counts_and_so_does_the_one_that_was_held_back() {
        for size in [1, 250] {
            let town = Council::with_grants(size).expect("honest statements");
            assert!(town.whole(size).is_ok(), "{size}");
            assert!(town.one_more(size).is_ok(), "{size}");
        }
    }
}
