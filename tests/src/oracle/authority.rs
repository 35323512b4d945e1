//! The roster against the executable model of its rules.
//!
//! The model names things by short words; here they become ids whose order is that of the words,
//! since rivals are settled by the lowest id:
//!
//! | In the model | Here |
//! |---|---|
//! | envelope `0c3bd501c1d3` | those six bytes, then zeros |
//! | any other name of an area or envelope | six bytes `ff`, then its letters |
//! | `ROOT` | the community's own id |
//! | writer, invitation key | its letters, then zeros |
//! | person `zhao` | the letters of its paper key, `zhao$` |
//! | sealed key `zhao!`, which counts without a certificate | the same letters, and a certificate |
//! | scope `c`, `c/b3` | the roster, the scope of `b3` |

use std::collections::BTreeSet;

use crdt::{
    authority::{Charter, Fact, Outcome, Says, Shown, evaluate},
    body::{Cut, GroupKind, KeyUse, Oversight, Place, Proof, Role, Statement},
    id::{CommunityId, EnvelopeId, KeyId, PersonId, ScopeId, WriterId},
};
use serde_json::{Map, Value, json};

/// The community of the model.
pub const COMMUNITY: CommunityId = CommunityId::from_bytes([0xc0; 32]);

type Read<T> = Result<T, String>;

/// Judges the set that the model printed: what this implementation makes of it, and the first
/// difference, if any.
///
/// # Errors
///
/// Where the input is not what the model prints.
pub fn check(input: &str) -> Read<(Value, Option<String>)> {
    let set = Set::read(input)?;
    let ours = print(&evaluate(set.charter.clone(), set.facts.iter().cloned()));
    let difference = first_difference(&ours, &set.expected);
    Ok((ours, difference))
}

/// A set of facts, and what the model makes of it.
pub struct Set {
    /// Where its grants begin.
    pub charter: Charter,
    /// The envelopes.
    pub facts: Vec<Fact>,
    /// What the model says.
    pub expected: Value,
}

impl Set {
    /// Reads what the model printed.
    ///
    /// # Errors
    ///
    /// Where it is something else.
    pub fn read(input: &str) -> Read<Self> {
        let value: Value = serde_json::from_str(input).map_err(|error| error.to_string())?;
        let root = word(&value["root"])?;
        let envelopes = list(&value["envelopes"])?;
        let mut facts: Vec<Fact> = envelopes.iter().map(read_fact).collect::<Read<_>>()?;
        let by = envelopes.iter().filter_map(|envelope| envelope["by"].as_str());
        let sealed: BTreeSet<&str> = by.filter_map(|by| by.strip_suffix('!')).collect();
        facts.extend(sealed.into_iter().map(certificate));
        let charter = Charter::of_one_person(COMMUNITY, person(&root));
        Ok(Self { charter, facts, expected: value["expected"].clone() })
    }
}

/// What the model leaves unsaid: the paper key certified the first sealed key.
fn certificate(name: &str) -> Fact {
    let says = Statement::Certify {
        subject: key(&format!("{name}!")),
        person: person(name),
        key_use: KeyUse::Sealed,
    };
    Fact {
        id: other_id(&format!("sealed key of {name}")),
        writer: WriterId::from_bytes(letters(&format!("{name} at the start"))),
        scope: COMMUNITY.roster(),
        seq: 1,
        prev: None,
        deps: Vec::new(),
        auth: None,
        lamport: 1,
        signed: true,
        seconds: vec![KeyId::from(person(name))],
        says: Says::Statement(Box::new(says)),
    }
}

fn read_fact(value: &Value) -> Read<Fact> {
    Ok(Fact {
        id: id(&word(&value["id"])?),
        writer: WriterId::from_bytes(letters(&word(&value["writer"])?)),
        scope: scope(&word(&value["scope"])?),
        seq: number(&value["seq"])?,
        prev: value["prev"].as_str().map(id),
        deps: ids(&value["deps"])?,
        auth: value["auth"].as_str().map(id),
        lamport: number(&value["lamport"])?,
        signed: value["sig"].as_bool().ok_or("`sig` is no truth value")?,
        seconds: value["by"].as_str().map(key).into_iter().collect(),
        says: read_says(&word(&value["kind"])?, &value["body"])?,
    })
}

fn read_says(kind: &str, body: &Value) -> Read<Says> {
    Ok(match kind {
        "msg" => Says::Message,
        "change" => Says::Change,
        "claim" => Says::Act,
        "ballot" => Says::Ballot,
        _ => Says::Statement(Box::new(read_statement(kind, body)?)),
    })
}

fn read_statement(kind: &str, b: &Value) -> Read<Statement> {
    let who = |name: &str| word(&b[name]).map(|name| person(&name));
    let at = |name: &str| word(&b[name]).map(|name| place(&name));
    Ok(match kind {
        "genesis" => Statement::Genesis {
            parent: at("parent")?,
            kind: group_kind(&b["type"])?,
            need: need(&b["need"])?,
            oversight: oversight(&b["oversight"])?,
            everyone: false,
            history: None,
        },
        "grant" => Statement::Grant {
            person: who("person")?,
            role: role(&b["role"])?,
            over: at("over")?,
            undo: ids(&b["undo"])?,
            confirms: ids(&b["confirms"])?,
        },
        "remove" => Statement::Remove {
            person: who("person")?,
            role: role(&b["role"])?,
            over: at("over")?,
            cuts: cuts(&b["cuts"])?,
        },
        "admit" => Statement::Admit { removal: id(&word(&b["removal"])?), cuts: cuts(&b["cuts"])? },
        "rules" => Statement::Rules {
            group: at("group")?,
            kind: group_kind(&b["type"])?,
            need: need(&b["need"])?,
            replaces: ids(&b["replaces"])?,
            confirms: ids(&b["confirms"])?,
        },
        "invite" => Statement::Invite {
            group: at("group")?,
            key: key(&word(&b["key"])?),
            once: b["once"].as_bool().ok_or("`once` is no truth value")?,
        },
        "vouch" => Statement::Vouch { person: who("person")?, group: at("group")? },
        "join" => Statement::Join {
            person: who("person")?,
            group: at("group")?,
            invite: b["invite"].as_str().map(id),
            proof: b["proof"].as_str().map(|text| Proof { key: key(text), signature: [0; 64] }),
            vouches: ids(&b["vouches"])?,
        },
        _ => read_about_keys(kind, b)?,
    })
}

fn read_about_keys(kind: &str, b: &Value) -> Read<Statement> {
    let use_of = |key: &str, person: &str| {
        if key.starts_with(&format!("{person}!")) { KeyUse::Sealed } else { KeyUse::Writer }
    };
    Ok(match kind {
        "certify" => {
            let (subject, name) = (word(&b["subject"])?, word(&b["person"])?);
            let key_use = use_of(&subject, &name);
            Statement::Certify { subject: key(&subject), person: person(&name), key_use }
        }
        "revoke" => {
            let (target, name) = (word(&b["target"])?, word(&b["person"])?);
            Statement::Revoke {
                target: key(&target),
                person: person(&name),
                cuts: cuts(&b["cuts"])?,
                key_use: use_of(&target, &name),
            }
        }
        "heal" => Statement::Heal {
            writer: WriterId::from_bytes(letters(&word(&b["writer"])?)),
            chain: scope(&word(&b["chain"])?),
            seq: number(&b["seq"])?,
            keep: id(&word(&b["keep"])?),
        },
        _ => return Err(format!("no kind `{kind}` is known")),
    })
}

fn word(value: &Value) -> Read<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{value} is no text"))
}

fn number(value: &Value) -> Read<u64> {
    value.as_u64().ok_or_else(|| format!("{value} is no number"))
}

fn list(value: &Value) -> Read<&[Value]> {
    match value {
        Value::Null => Ok(&[]),
        _ => value.as_array().map(Vec::as_slice).ok_or_else(|| format!("{value} is no list")),
    }
}

fn ids(value: &Value) -> Read<Vec<EnvelopeId>> {
    list(value)?.iter().map(|it| word(it).map(|it| id(&it))).collect()
}

fn need(value: &Value) -> Read<u8> {
    u8::try_from(number(value)?).map_err(|error| error.to_string())
}

fn cuts(value: &Value) -> Read<Vec<Cut>> {
    let whole = list(value)?.iter().filter(|cut| !cut[3].is_null());
    whole
        .map(|cut| {
            Ok(Cut {
                writer: WriterId::from_bytes(letters(&word(&cut[0])?)),
                scope: scope(&word(&cut[1])?),
                seq: number(&cut[2])?,
                id: id(&word(&cut[3])?),
            })
        })
        .collect()
}

/// The letters themselves, then zeros.
fn letters(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out[..text.len()].copy_from_slice(text.as_bytes());
    out
}

fn key(text: &str) -> KeyId {
    KeyId::from_bytes(letters(text))
}

fn person(name: &str) -> PersonId {
    PersonId::from_bytes(letters(&format!("{name}$")))
}

fn id(text: &str) -> EnvelopeId {
    if text == "ROOT" {
        return EnvelopeId::from(COMMUNITY);
    }
    let padded = format!("{text}{}", "0".repeat(52));
    match padded.parse() {
        Ok(id) if text.len() == 12 => id,
        _ => other_id(text),
    }
}

fn other_id(text: &str) -> EnvelopeId {
    let mut out = [0xff; 32];
    out[6..].copy_from_slice(&letters(text)[..26]);
    EnvelopeId::from_bytes(out)
}

fn place(text: &str) -> Place {
    Place(text.split('/').skip(1).map(id).collect())
}

fn scope(text: &str) -> ScopeId {
    place(text).scope(&COMMUNITY)
}

fn role(value: &Value) -> Read<Role> {
    Ok(match word(value)?.as_str() {
        "root" => Role::Root,
        "admin" => Role::Admin,
        "staff" => Role::Staff,
        "steward" => Role::Steward,
        "member" => Role::Member,
        other => return Err(format!("no role `{other}` is known")),
    })
}

fn group_kind(value: &Value) -> Read<GroupKind> {
    Ok(match word(value)?.as_str() {
        "open" => GroupKind::Open,
        "invite" => GroupKind::Invite,
        "vetted" => GroupKind::Vetted,
        other => return Err(format!("no kind of group `{other}` is known")),
    })
}

fn oversight(value: &Value) -> Read<Oversight> {
    Ok(match word(value)?.as_str() {
        "none" => Oversight::None,
        "staff" => Oversight::Staff,
        "steward" => Oversight::Steward,
        other => return Err(format!("no oversight `{other}` is known")),
    })
}

/// An outcome in the words of the model.
pub fn print(outcome: &Outcome) -> Value {
    let ids = |set: &BTreeSet<EnvelopeId>| set.iter().map(print_id).collect::<Vec<_>>();
    let mut roles: Vec<[String; 3]> = outcome
        .roles
        .iter()
        .map(|(person, role, over)| [print_person(person), print_role(*role), print_place(over)])
        .collect();
    roles.sort();
    let shown: Map<String, Value> = outcome
        .shown
        .iter()
        .map(|(id, shown)| (print_id(id), Value::from(print_shown(*shown))))
        .collect();
    json!({
        "roles": roles,
        "live": ids(&outcome.live),
        "shown": shown,
        "effective": ids(&outcome.effective),
        "hidden": ids(&outcome.hidden),
        "pending": ids(&outcome.pending),
        "refused": ids(&outcome.refused),
        "statements": ids(&outcome.statements),
    })
}

fn print_id(id: &EnvelopeId) -> String {
    let hex = id.to_hex();
    if hex.starts_with("ffffffffffff") { unpad(&id.as_bytes()[6..]) } else { hex[..12].to_owned() }
}

fn unpad(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
}

fn print_person(person: &PersonId) -> String {
    unpad(person.as_bytes()).trim_end_matches('$').to_owned()
}

fn print_place(place: &Place) -> String {
    let steps: Vec<String> = place.0.iter().map(|id| format!("/{}", print_id(id))).collect();
    format!("c{}", steps.concat())
}

fn print_role(role: Role) -> String {
    match role {
        Role::Root => "root",
        Role::Admin => "admin",
        Role::Staff => "staff",
        Role::Steward => "steward",
        Role::Member => "member",
    }
    .to_owned()
}

fn print_shown(shown: Shown) -> &'static str {
    match shown {
        Shown::Ok => "ok",
        Shown::Flagged => "flagged",
        Shown::Ancestry => "ancestry",
        Shown::Copy => "copy",
        Shown::Torn => "torn",
    }
}

/// Where two outcomes first differ, section by section and id by id.
pub fn first_difference(ours: &Value, theirs: &Value) -> Option<String> {
    let sections = ["refused", "pending", "statements", "live", "roles", "shown", "effective"];
    sections.into_iter().chain(["hidden"]).find_map(|section| {
        let (mine, other) = (entries(&ours[section]), entries(&theirs[section]));
        let entry = mine.symmetric_difference(&other).next()?;
        let side = if mine.contains(entry) { "only here" } else { "only in the model" };
        Some(format!("{section}: {entry} is {side}"))
    })
}

fn entries(section: &Value) -> BTreeSet<String> {
    match section {
        Value::Object(map) => map.iter().map(|(key, value)| format!("{key} {value}")).collect(),
        Value::Array(list) => list.iter().map(Value::to_string).collect(),
        _ => BTreeSet::new(),
    }
}
