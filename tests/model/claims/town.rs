//! A town with one request: people, their nodes, and what the request comes to.
//!
//! A node is the set of acts that it has; a cut is a copy, a heal a union. `li` and `he` are the
//! desk, `cap` a captain, `ma` asked for `gran` with `son` as proxy, `d1` … `d37` are drivers.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Act, Ask, Deed, Part, Verb},
    id::{EnvelopeId, PersonId, RequestId},
    lifecycle::{Case, Given, Incident, Told, fold, lottery},
};

pub type Node = BTreeSet<EnvelopeId>;

/// An act as it was written.
#[derive(Clone, Debug)]
pub struct Written {
    pub who: PersonId,
    pub act: Act,
    pub deps: Vec<EnvelopeId>,
}

#[derive(Clone)]
pub struct Town {
    pub request: RequestId,
    pub written: BTreeMap<EnvelopeId, Written>,
    /// What everybody together has.
    pub all: Node,
    /// Members whom authority has removed.
    pub removed: BTreeSet<PersonId>,
    /// Acts that authority does not count.
    pub uncounted: BTreeSet<EnvelopeId>,
    dice: u64,
}

pub const OTHERS: [&str; 6] = ["li", "he", "cap", "ma", "gran", "son"];

pub fn person(name: &str) -> PersonId {
    let driver = || name.strip_prefix('d')?.parse::<u8>().ok();
    let number = match OTHERS.iter().position(|other| *other == name) {
        Some(at) => u8::try_from(at).expect("a small town"),
        None => 100 + driver().unwrap_or_else(|| panic!("no such person: {name}")),
    };
    PersonId::from_bytes([number; 32])
}

pub fn name(person: PersonId) -> String {
    let number = usize::from(person.as_bytes()[0]);
    OTHERS
        .get(number)
        .map_or_else(|| format!("d{}", number.saturating_sub(100)), |name| (*name).to_owned())
}

pub fn names(people: &[PersonId]) -> Vec<String> {
    people.iter().copied().map(name).collect()
}

pub fn parts_of(who: &PersonId) -> BTreeSet<Part> {
    let parts: &[Part] = match name(*who).as_str() {
        "li" | "he" => &[Part::Desk],
        "cap" => &[Part::Captain, Part::Member],
        "ma" => &[Part::Requester],
        "gran" => &[Part::Subject],
        "son" => &[Part::Proxy],
        _ => &[Part::Member],
    };
    parts.iter().copied().collect()
}

impl Town {
    /// The desk writes the request down and opens it.
    pub fn with(places: u16, prefer_speed: bool, seed: u64) -> Self {
        Self::founded("li", Part::Desk, (places, prefer_speed, true), seed)
    }

    pub fn founded(who: &str, role: Part, need: (u16, bool, bool), seed: u64) -> Self {
        let (places, prefer_speed, open) = need;
        let mut town = Self {
            request: RequestId::from_bytes([0; 32]),
            written: BTreeMap::new(),
            all: Node::new(),
            removed: BTreeSet::new(),
            uncounted: BTreeSet::new(),
            dice: seed,
        };
        let ask = Ask {
            title: "Ride to dialysis".into(),
            details: "Tuesday 08:00".into(),
            urgency: 2,
            places,
            prefer_speed,
            open,
            role,
            message: None,
            terms: None,
        };
        town.request = town.write(&mut Node::new(), who, Act::Ask(ask));
        town
    }

    pub fn new() -> Self {
        Self::with(1, false, 1)
    }

    /// A number that looks random, the same in every run.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits") % sides
    }

    pub fn write(&mut self, node: &mut Node, who: &str, act: Act) -> EnvelopeId {
        let bytes = std::array::from_fn(|_| u8::try_from(self.roll(256)).expect("a byte"));
        let id = EnvelopeId::from_bytes(bytes);
        let deps =
            self.fold(node).map_or_else(|| node.iter().copied().collect(), |case| case.heads);
        self.written.insert(id, Written { who: person(who), act, deps });
        node.insert(id);
        self.all.insert(id);
        id
    }

    /// What a node does where authority names nobody but the capacity.
    pub fn act(&mut self, node: &mut Node, who: &str, part: Part, verb: Verb) -> EnvelopeId {
        self.about(node, who, part, verb, None, None)
    }

    pub fn about(
        &mut self,
        node: &mut Node,
        who: &str,
        role: Part,
        verb: Verb,
        about: Option<&str>,
        instead: Option<&str>,
    ) -> EnvelopeId {
        let deed = Deed {
            request: self.request,
            verb,
            role,
            about: about.map(person),
            instead: instead.map(person),
            other: None,
            offer: None,
            note: String::new(),
        };
        self.write(node, who, Act::Do(deed))
    }

    /// An act by somebody who cites only what he likes to have seen.
    pub fn about_unseen(&mut self, seen: &Node, who: &str, verb: Verb) -> EnvelopeId {
        self.about(&mut seen.clone(), who, Part::Member, verb, None, None)
    }

    /// A driver does one thing after another.
    pub fn driver(&mut self, node: &mut Node, who: &str, verbs: &[Verb]) {
        for verb in verbs {
            self.act(node, who, Part::Member, *verb);
        }
    }

    /// Everybody has everything; the same again for each side of a cut.
    pub fn cut<const N: usize>(&self) -> [Node; N] {
        std::array::from_fn(|_| self.all.clone())
    }

    /// Something is done by somebody who has seen everything.
    pub fn healed(&mut self, act: impl FnOnce(&mut Self, &mut Node)) {
        let mut all = self.all.clone();
        act(self, &mut all);
    }

    pub fn fold(&self, node: &Node) -> Option<Case> {
        self.fold_in(&node.iter().copied().collect::<Vec<_>>())
    }

    /// The fold of acts that came in this order.
    pub fn fold_in(&self, order: &[EnvelopeId]) -> Option<Case> {
        let given: Vec<Given<'_>> = order
            .iter()
            .map(|id| {
                let Written { who, act, deps } = &self.written[id];
                Given { id: *id, who: *who, act, deps, counts: !self.uncounted.contains(id) }
            })
            .collect();
        fold(&self.request, &given, &|who| self.parts_now(who))
    }

    fn parts_now(&self, who: &PersonId) -> BTreeSet<Part> {
        if self.removed.contains(who) { BTreeSet::new() } else { parts_of(who) }
    }

    pub fn end(&self) -> Case {
        self.fold(&self.all).expect("the request is there")
    }

    /// These people, luckiest first.
    pub fn by_luck<const N: usize>(&self, mut people: [&'static str; N]) -> [&'static str; N] {
        people.sort_by_key(|who| lottery(&self.request, &person(who)));
        people
    }
}

/// Status, holders and who is told what, as one line.
pub fn line(case: &Case) -> String {
    let told = told(case);
    let told = told.iter().map(|(who, why)| format!(" {who} {}", why.as_str()));
    let told = told.collect::<Vec<_>>().join(",");
    format!("{} [{}]{told}", case.status.as_str(), names(&case.holders).join(" "))
}

pub fn told(case: &Case) -> Vec<(String, Told)> {
    case.told.iter().map(|(who, why)| (name(*who), *why)).collect()
}

pub fn incidents(case: &Case) -> Vec<(String, Incident)> {
    case.incidents.iter().map(|(who, what)| (name(*who), *what)).collect()
}
