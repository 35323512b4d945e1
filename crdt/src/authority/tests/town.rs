//! People made of numbers, and a roster fed with facts made by hand, as if all signatures were good.

use std::collections::BTreeMap;

use crate::{
    authority::{Fact, Roster, Says},
    body::{GroupKind, KeyUse, Oversight, Place, Role, Statement},
    genesis::{Genesis, RULES_VERSION},
    id::{EnvelopeId, KeyId, PersonId, WriterId},
    time::Bucket,
};

pub fn bytes(kind: u8, n: u32) -> [u8; 32] {
    let mut out = [kind; 32];
    out[..4].copy_from_slice(&n.to_be_bytes());
    out
}

pub fn writer(n: u32) -> WriterId {
    WriterId::from_bytes(bytes(1, n))
}

pub fn person(n: u32) -> PersonId {
    PersonId::from_bytes(bytes(2, n))
}

/// A town of facts: envelope `n` is the `n`th that was said.
pub struct Town {
    pub genesis: Genesis,
    pub roster: Roster,
    pub facts: Vec<Fact>,
    pub tips: BTreeMap<WriterId, (u64, EnvelopeId)>,
}

impl Town {
    pub fn new() -> Self {
        let genesis = Genesis {
            root_keys: vec![KeyId::from_bytes([7; 32])],
            threshold: 1,
            salt: [0; 16],
            rules: RULES_VERSION,
            founded: Bucket(2_900),
        };
        let roster = Roster::new(&genesis);
        Self { genesis, roster, facts: Vec::new(), tips: Default::default() }
    }

    pub fn say(
        &mut self,
        by: WriterId,
        statement: Statement,
        auth: Option<EnvelopeId>,
        second: Option<KeyId>,
    ) -> EnvelopeId {
        let n = u32::try_from(self.facts.len()).expect("a town is small");
        let id = EnvelopeId::from_bytes(bytes(3, n));
        let tip = self.tips.get(&by).copied();
        let seq = tip.map_or(1, |(seq, _)| seq + 1);
        self.tips.insert(by, (seq, id));
        let fact = Fact {
            id,
            writer: by,
            scope: self.genesis.id().roster(),
            seq,
            prev: tip.map(|(_, id)| id),
            deps: Vec::new(),
            auth,
            lamport: seq,
            signed: true,
            seconds: second.into_iter().collect(),
            says: Says::Statement(Box::new(statement)),
        };
        self.facts.push(fact.clone());
        self.roster.insert(fact);
        id
    }

    pub fn certify(&mut self, by: WriterId, subject: WriterId, who: PersonId, paper: bool) {
        let says =
            Statement::Certify { subject: subject.into(), person: who, key_use: KeyUse::Writer };
        self.say(by, says, None, paper.then(|| who.into()));
    }

    /// Person 0 becomes admin, writing with device 0 and signing with the paper key.
    pub fn found(&mut self) -> EnvelopeId {
        self.certify(writer(0), writer(0), person(0), true);
        let root = EnvelopeId::from(self.genesis.id());
        let says = grant(0, Role::Admin, Place::community());
        self.say(writer(0), says, Some(root), Some(KeyId::from_bytes([7; 32])))
    }

    pub fn group(&mut self, admin: EnvelopeId, kind: GroupKind, everyone: bool) -> Place {
        let (parent, oversight) = (Place::community(), Oversight::Staff);
        let says = Statement::Genesis { parent, kind, need: 1, oversight, everyone, history: None };
        let id = self.say(writer(0), says, Some(admin), Some(person(0).into()));
        Place::community().below(id)
    }
}

pub fn grant(who: u32, role: Role, over: Place) -> Statement {
    Statement::Grant { person: person(who), role, over, undo: Vec::new(), confirms: Vec::new() }
}
