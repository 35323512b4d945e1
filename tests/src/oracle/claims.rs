//! `claims.py`: one help request, its acts, and who holds it in the end.
//!
//! The model's ids are strings whose order matters, so they are numbered in that order; the lottery
//! numbers stand in the set, so that the model's hash need not be known here. A set may span
//! several requests (a swap of two rides, a series and its rides, which `rides` names); `expected` is
//! about the one named by `slot`, else the first. Beside what `expected` holds, the verdict on every single act (`counts`) is compared.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Part, Verb},
    claim::{Act, Fold, Incident, Kind, Luck, Need, Note, Outcome, Person, Ride, Set, Slot},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::first_difference;

/// What the model prints.
#[derive(Deserialize)]
struct Emitted {
    roles: BTreeMap<String, Vec<String>>,
    acts: Vec<Row>,
    expected: Value,
    slot: Option<String>,
    /// Lottery numbers of those who have no act of their own: (request, person, number).
    #[serde(default)]
    lottery: Vec<(String, String, String)>,
    /// Rides: (request, series, the how manieth start).
    #[serde(default)]
    rides: Vec<(String, String, u32)>,
}

/// One act as the model prints it.
#[derive(Deserialize)]
struct Row {
    id: String,
    who: String,
    role: String,
    kind: String,
    slot: String,
    about: Option<String>,
    more: BTreeMap<String, Value>,
    seen: Vec<String>,
    luck: String,
    counts: bool,
}

impl Row {
    fn more(&self, key: &str) -> Option<&str> {
        self.more.get(key).and_then(Value::as_str)
    }

    fn rota(&self) -> impl Iterator<Item = &str> {
        let rota = self.more.get("rota").and_then(Value::as_array);
        rota.into_iter().flatten().filter_map(Value::as_str)
    }

    fn about_person(&self) -> Option<&str> {
        self.about.as_deref().filter(|_| self.kind != "duplicate")
    }

    fn other_slot(&self) -> Option<&str> {
        self.about.as_deref().filter(|_| self.kind == "duplicate").or_else(|| self.more("other"))
    }
}

/// Judges the set; returns what it comes to here and where that first differs from the model.
///
/// # Errors
///
/// Says what about the input is not as the model prints it.
pub fn check(input: &str) -> Result<(Value, Option<String>), String> {
    let set: Emitted = serde_json::from_str(input).map_err(|error| error.to_string())?;
    let names = Names::of(&set);
    let luck = names.lottery(&set)?;
    let lottery =
        |slot: Slot, person: Person| luck.get(&(slot, person)).copied().unwrap_or([0; 32]);
    let member = |name: &&str| has_role(&set, name, "member");
    let members = names.persons.iter().filter(|(name, _)| member(name)).map(|(_, it)| *it);
    let mut fold =
        Fold::new(members.collect(), BTreeSet::new(), &lottery).with_rides(names.rides(&set));
    let mut places = BTreeMap::new();
    for row in in_order(&set.acts)? {
        let entitled = has_role(&set, &row.who, &row.role);
        let act = Act { entitled, ..names.act(row, &places)? };
        places.insert(row.id.as_str(), fold.push(act));
    }
    let slot = set.slot.as_deref().or(set.acts.first().map(|row| row.slot.as_str()));
    let slot = *names.slots.get(slot.unwrap_or_default()).ok_or("no act at all")?;
    let ours =
        fold.outcome(slot).map_or(Value::Null, |outcome| names.show(&outcome, &set.expected));
    let verdicts = set.acts.iter().find_map(|row| {
        let here = fold.counts(*places.get(row.id.as_str())?);
        let who = format!("{} by {}", row.kind, row.who);
        (here != row.counts).then(|| format!("counts of {} ({who}): here {here}", row.id))
    });
    let difference = verdicts.or_else(|| first_difference("expected", &ours, &set.expected));
    Ok((ours, difference))
}

/// Every act once, after those that its author had seen. (Two devices of one person may write the
/// same act in the same breath: the model then prints it twice under one id.)
fn in_order(acts: &[Row]) -> Result<Vec<&Row>, String> {
    let mut rows: Vec<&Row> = acts.iter().collect();
    rows.sort_by_key(|row| (row.seen.len(), &row.id));
    rows.dedup_by_key(|row| &row.id);
    let mut known = BTreeSet::new();
    for row in &rows {
        if let Some(missing) = row.seen.iter().find(|id| !known.contains(*id)) {
            return Err(format!("act {} has seen {missing}, which is not before it", row.id));
        }
        known.insert(&row.id);
    }
    Ok(rows)
}

/// Names and their numbers.
struct Names<'a> {
    persons: BTreeMap<&'a str, Person>,
    slots: BTreeMap<&'a str, Slot>,
    ties: BTreeMap<&'a str, u32>,
}

impl<'a> Names<'a> {
    fn of(set: &'a Emitted) -> Self {
        let acted = set.acts.iter().flat_map(|row| {
            [Some(row.who.as_str()), row.about_person(), row.more("instead")].into_iter().flatten()
        });
        let on_rota = set.acts.iter().flat_map(Row::rota);
        let acted = acted.chain(on_rota);
        let persons: BTreeSet<&str> = acted.chain(set.roles.keys().map(String::as_str)).collect();
        let slots = set.acts.iter().flat_map(|row| [Some(row.slot.as_str()), row.other_slot()]);
        let rides = set.rides.iter().map(|(ride, _, _)| ride.as_str());
        let slots: BTreeSet<&str> = slots.flatten().chain(rides).collect();
        let ids: BTreeSet<&str> = set.acts.iter().map(|row| row.id.as_str()).collect();
        Self {
            persons: persons.into_iter().zip((0..).map(Person)).collect(),
            slots: slots.into_iter().zip((0..).map(Slot)).collect(),
            ties: ids.into_iter().zip(0..).collect(),
        }
    }

    fn rides(&self, set: &Emitted) -> BTreeMap<Slot, Ride> {
        let ride = |(slot, series, k): &(String, String, u32)| {
            let series = *self.slots.get(series.as_str())?;
            Some((*self.slots.get(slot.as_str())?, Ride { series, k: *k }))
        };
        set.rides.iter().filter_map(ride).collect()
    }

    /// The lottery numbers that the set names.
    fn lottery(&self, set: &Emitted) -> Result<BTreeMap<(Slot, Person), Luck>, String> {
        let of_acts = set.acts.iter().filter_map(|row| {
            let to = if row.kind == "grant" { row.about_person()? } else { row.who.as_str() };
            Some((row.slot.as_str(), to, row.luck.as_str()))
        });
        let of_others = set.lottery.iter().map(|(slot, to, luck)| (&**slot, &**to, &**luck));
        let known = |(slot, to, luck)| {
            Some(((*self.slots.get(slot)?, *self.persons.get(to)?), luck_named(luck)))
        };
        of_acts.chain(of_others).filter_map(known).map(|(key, luck)| Ok((key, luck?))).collect()
    }

    fn act(&self, row: &Row, places: &BTreeMap<&str, usize>) -> Result<Act, String> {
        let person = |name: Option<&str>| name.map(|name| self.persons[name]);
        let place = |id: &str| places.get(id).copied();
        Ok(Act {
            who: self.persons[row.who.as_str()],
            part: part_named(&row.role)?,
            kind: kind_of(row)?,
            slot: self.slots[row.slot.as_str()],
            about: person(row.about_person()),
            instead: person(row.more("instead")),
            other: row.other_slot().map(|slot| self.slots[slot]),
            offer: row.more("offer").and_then(place),
            rota: row.rota().map(|name| self.persons[name]).collect(),
            seen: row.seen.iter().filter_map(|id| place(id)).collect::<Set>(),
            tie: self.ties[row.id.as_str()],
            entitled: false,
            unauthorised: false,
        })
    }

    /// Incidents and notes are shown where the model's `expected` names them.
    fn show(&self, outcome: &Outcome, expected: &Value) -> Value {
        let names: Vec<&str> = self.persons.keys().copied().collect();
        let all = |persons: &[Person]| persons.iter().map(|it| names[it.0]).collect::<Vec<_>>();
        let told = outcome.told.iter().map(|(person, why)| (names[person.0], why.as_str()));
        let mut shown = json!({
            "status": outcome.status.as_str(),
            "holders": all(&outcome.holders),
            "awaiting": all(&outcome.awaiting),
            "waitlist": all(&outcome.waitlist),
            "told": told.collect::<Vec<_>>(),
            "provisional": outcome.provisional,
        });
        let incidents = outcome.incidents.iter().map(|(what, who)| (incident(*what), names[who.0]));
        if expected.get("incidents").is_some() {
            shown["incidents"] = json!(incidents.collect::<Vec<_>>());
        }
        if expected.get("notes").is_some() {
            shown["notes"] = json!(outcome.notes.iter().map(note).collect::<Vec<_>>());
        }
        shown
    }
}

fn luck_named(digits: &str) -> Result<Luck, String> {
    let mut number = [0; 32];
    for (byte, pair) in number.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|error| error.to_string())?;
        *byte = u8::from_str_radix(pair, 16).map_err(|error| error.to_string())?;
    }
    Ok(number)
}

fn incident(incident: Incident) -> &'static str {
    match incident {
        Incident::LeftAfterRemoval => "left after removal",
        Incident::RevokedOnTheWay => "revoked on the way",
        Incident::TwoOnTheWay => "two on the way",
    }
}

fn note(note: &Note) -> &'static str {
    match note {
        Note::OnHold => "on hold",
        Note::CancellationNoted => "cancellation noted",
    }
}

fn has_role(set: &Emitted, who: &str, role: &str) -> bool {
    set.roles.get(who).is_some_and(|roles| roles.iter().any(|it| it == role))
}

fn part_named(role: &str) -> Result<Part, String> {
    Ok(match role {
        "member" => Part::Member,
        "captain" => Part::Captain,
        "desk" => Part::Desk,
        "requester" => Part::Requester,
        "subject" => Part::Subject,
        "proxy" => Part::Proxy,
        _ => return Err(format!("role `{role}` is not of this release")),
    })
}

fn kind_of(row: &Row) -> Result<Kind, String> {
    let verb = match row.kind.as_str() {
        "submit" => {
            let places = row.more.get("places").map_or(Some(1), Value::as_u64);
            let places = places.and_then(|places| usize::try_from(places).ok());
            let places = places.ok_or("places is not a number")?;
            let prefer_speed = row.more("mode") == Some("prefer_speed");
            return Ok(Kind::Submit(Need { places, prefer_speed, open: false }));
        }
        "remove" => return Ok(Kind::Remove),
        "series" => return Ok(Kind::Series),
        "rota" => {
            let from_k = row.more.get("from_k").and_then(Value::as_u64);
            let from_k = from_k.and_then(|from_k| u32::try_from(from_k).ok());
            return Ok(Kind::Rota { from_k: from_k.ok_or("from_k is not a number")? });
        }
        "register" => Verb::Register,
        "hold" => Verb::Hold,
        "resume" => Verb::Resume,
        "refer" => Verb::Refer,
        "decline" => Verb::Decline,
        "duplicate" => Verb::Duplicate,
        "publish" => Verb::Publish,
        "claim" => Verb::Claim,
        "withdraw" => Verb::Withdraw,
        "offer" => Verb::Offer,
        "accept" => Verb::Accept,
        "ack" => Verb::Ack,
        "depart" => Verb::Depart,
        "arrive" => Verb::Arrive,
        "pickup" => Verb::Pickup,
        "done" => Verb::Done,
        "grant" => Verb::Grant,
        "revoke" => Verb::Revoke,
        "resolve" => Verb::Resolve,
        "confirm" => Verb::Confirm,
        "reopen" => Verb::Reopen,
        "cancel" => Verb::Cancel,
        kind => return Err(format!("`{kind}` is not an act of this release")),
    };
    Ok(Kind::Do(verb))
}
