//! People with keys, and a roster that they write in with real envelopes.

use std::collections::BTreeMap;

use crate::{
    authority::{Fact, Roster, Spot},
    body::{
        Body, Cut, GroupKind, KeyUse, Oversight, Place, Position, Proof, Role, SignedStatement,
        Statement,
    },
    envelope::{Draft, Envelope, Kind},
    genesis::{Genesis, RULES_VERSION},
    id::{EnvelopeId, GroupId, KeyId, PersonId, ScopeId, WriterId},
    keys::Secret,
    time::{Bucket, ClaimedTime},
};

#[derive(Clone)]
pub struct Person {
    pub paper: Secret,
    pub sealed: Secret,
    pub device: Secret,
}

impl Person {
    pub fn named(name: &str) -> Self {
        let key = |what: &str| {
            Secret::from_seed(*blake3::hash(format!("{what} of {name}").as_bytes()).as_bytes())
        };
        Self { paper: key("paper"), sealed: key("sealed"), device: key("device") }
    }

    pub fn with_new_writer(&self) -> Self {
        let mut seed = self.device.to_seed();
        seed[0] ^= 1;
        Self { device: Secret::from_seed(seed), ..self.clone() }
    }

    pub fn id(&self) -> PersonId {
        self.paper.person()
    }

    pub fn writer(&self) -> WriterId {
        self.device.writer()
    }

    pub fn spot(&self, scope: ScopeId, seq: u64, auth: EnvelopeId) -> Spot {
        Spot { writer: self.writer(), scope, seq, id: None, auth: Some(auth) }
    }
}

pub struct World {
    pub genesis: Genesis,
    pub roots: [Secret; 3],
    pub roster: Roster,
    pub facts: Vec<Fact>,
    tips: BTreeMap<WriterId, (u64, EnvelopeId)>,
}

impl World {
    pub fn new() -> Self {
        let roots = [1, 2, 3].map(|seed| Secret::from_seed([seed; 32]));
        let mut root_keys = roots.each_ref().map(Secret::key).to_vec();
        root_keys.sort_unstable();
        let genesis = Genesis {
            root_keys,
            threshold: 2,
            salt: [9; 16],
            rules: RULES_VERSION,
            founded: Bucket(2_900),
        };
        let roster = Roster::new(&genesis);
        Self { genesis, roots, roster, facts: Vec::new(), tips: BTreeMap::new() }
    }

    /// Writes a statement, without anybody taking it in.
    pub fn write(
        &self,
        who: &Person,
        statement: Statement,
        auth: Option<EnvelopeId>,
        seconds: &[&Secret],
    ) -> (Envelope, Body) {
        let signed = SignedStatement::sign(statement, &self.at(who, auth), seconds);
        self.seal(who, auth, signed)
    }

    /// Writes a statement under a second signature that `who` made up.
    pub fn write_forged(&self, who: &Person, statement: Statement, key: KeyId) -> (Envelope, Body) {
        let mut signed = SignedStatement::sign(statement, &self.at(who, None), &[&who.device]);
        signed.seconds[0].key = key;
        self.seal(who, None, signed)
    }

    fn at(&self, who: &Person, auth: Option<EnvelopeId>) -> Position {
        let community = self.genesis.id();
        let seq = self.tips.get(&who.writer()).map_or(0, |tip| tip.0) + 1;
        Position { community, writer: who.writer(), scope: community.roster(), seq, auth }
    }

    fn seal(
        &self,
        who: &Person,
        auth: Option<EnvelopeId>,
        signed: SignedStatement,
    ) -> (Envelope, Body) {
        let body = Body::Statement(signed);
        let tip = self.tips.get(&who.writer()).copied();
        let draft = Draft {
            kind: Kind::STATEMENT,
            scope: self.genesis.id().roster(),
            tip,
            deps: Vec::new(),
            auth,
            lamport: tip.map_or(0, |(seq, _)| seq) + 1,
            bucket: Bucket(2_900),
            claimed: ClaimedTime(0),
            epoch: None,
            body: body.encode(),
        };
        (Envelope::write(draft, &who.device, &self.genesis.id()), body)
    }

    /// Writes a statement and takes it in.
    pub fn say(
        &mut self,
        who: &Person,
        statement: Statement,
        auth: Option<EnvelopeId>,
        seconds: &[&Secret],
    ) -> EnvelopeId {
        let (envelope, body) = self.write(who, statement, auth, seconds);
        let fact = Fact::of(&envelope, &body, &self.genesis.id()).expect("an honest statement");
        self.tips.insert(who.writer(), (fact.seq, fact.id));
        self.facts.push(fact.clone());
        assert!(self.roster.insert(fact));
        envelope.id()
    }

    /// The paper key certifies the person's device and sealed key.
    pub fn certify(&mut self, who: &Person) {
        for (subject, key_use) in
            [(who.device.key(), KeyUse::Writer), (who.sealed.key(), KeyUse::Sealed)]
        {
            let said = Statement::Certify { subject, person: who.id(), key_use };
            self.say(who, said, None, &[&who.paper]);
        }
    }

    /// Two root keys make somebody admin.
    pub fn found(&mut self, who: &Person) -> EnvelopeId {
        self.certify(who);
        let [first, second, _] = self.roots.clone();
        let root = EnvelopeId::from(self.genesis.id());
        let said = grant(who, Role::Admin, Place::community());
        self.say(who, said, Some(root), &[&first, &second])
    }

    pub fn group(
        &mut self,
        who: &Person,
        auth: EnvelopeId,
        kind: GroupKind,
        everyone: bool,
    ) -> GroupId {
        let parent = Place::community();
        let oversight = if everyone { Oversight::Staff } else { Oversight::None };
        let said = Statement::Genesis { parent, kind, need: 1, oversight, everyone, history: None };
        self.say(who, said, Some(auth), &[&who.sealed])
    }

    pub fn join(
        &mut self,
        who: &Person,
        group: GroupId,
        invite: Option<(EnvelopeId, &Secret)>,
    ) -> EnvelopeId {
        let group = Place::community().below(group);
        let prove = |key| Proof::give(key, &self.genesis.id(), &who.id(), &group);
        let proof = invite.map(|(_, key)| prove(key));
        let invite = invite.map(|(id, _)| id);
        let said = Statement::Join { person: who.id(), group, invite, proof, vouches: Vec::new() };
        self.say(who, said, None, &[])
    }
}

pub fn grant(who: &Person, role: Role, over: Place) -> Statement {
    Statement::Grant { person: who.id(), role, over, undo: Vec::new(), confirms: Vec::new() }
}

pub fn remove(who: &Person, role: Role, over: Place, cuts: Vec<Cut>) -> Statement {
    Statement::Remove { person: who.id(), role, over, cuts }
}

pub fn invite(group: &GroupId, key: &Secret, once: bool) -> Statement {
    Statement::Invite { group: Place::community().below(*group), key: key.key(), once }
}
