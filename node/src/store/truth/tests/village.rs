//! A community with real keys: a founder, a door, neighbours who walk in, and the means to forge.

use std::sync::Arc;

use crdt::{
    body::{
        Act, Ask, Body, Cut, Deed, GroupKind, KeyUse, Oversight, Part, Place, Proof, Role,
        SignedStatement, Statement, Talk, Verb,
    },
    envelope::{Draft, Envelope, Kind},
    genesis::{Genesis, RULES_VERSION},
    id::{EnvelopeId, GroupId, KeyId, RequestId, ScopeId},
    keys::Secret,
    time::{Bucket, ClaimedTime},
};

use crate::store::truth::{Deps, Intent, Truth};

/// The week that the community was founded in.
pub const FOUNDED: Bucket = Bucket(2_900);

/// What everybody's clock says.
pub const NOW: ClaimedTime = ClaimedTime(2_901 * crdt::time::WEEK_MS);

/// Somebody and his keys.
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
}

/// A community that a founder has begun, with a group of everybody and an open invitation.
pub struct Village {
    pub genesis: Genesis,
    pub founder: Person,
    pub admin: EnvelopeId,
    pub all: GroupId,
    door: Secret,
    opened: EnvelopeId,
}

impl Village {
    /// Founds it in a store in memory.
    pub fn found() -> (Self, Truth) {
        let genesis = genesis(1);
        let mut truth = Truth::open(None, &genesis, Vec::new()).expect("opens in memory");
        let village = Self::found_in(&mut truth);
        (village, truth)
    }

    /// Founds it in an empty store.
    pub fn found_in(truth: &mut Truth) -> Self {
        let founder = Person::named("founder");
        certify(truth, &founder);
        let root = Some(EnvelopeId::from(truth.genesis().id()));
        let admin = grant(&founder, Role::Admin, Place::community());
        let admin = state(truth, &founder, admin, root, &[&root_key()]);
        let founding = Statement::Genesis {
            parent: Place::community(),
            kind: GroupKind::Invite,
            need: 1,
            oversight: Oversight::Staff,
            everyone: true,
            history: None,
        };
        let all = state(truth, &founder, founding, Some(admin), &[&founder.sealed]);
        let door = Secret::from_seed([77; 32]);
        let group = Place::community().below(all);
        let opened = Statement::Invite { group, key: door.key(), once: false };
        let opened = state(truth, &founder, opened, Some(admin), &[&founder.sealed]);
        Self { genesis: truth.genesis().clone(), founder, admin, all, door, opened }
    }

    /// The scope of the group of everybody.
    pub fn scope(&self) -> ScopeId {
        self.all.scope()
    }

    /// Somebody walks in; his join is what he cites from then on.
    pub fn welcome(&self, truth: &mut Truth, who: &Person) -> EnvelopeId {
        certify(truth, who);
        state(truth, who, self.join(who), None, &[])
    }

    pub fn join(&self, who: &Person) -> Statement {
        let group = Place::community().below(self.all);
        let person = who.paper.person();
        let proof = Proof::give(&self.door, &self.genesis.id(), &person, &group);
        Statement::Join {
            person,
            group,
            invite: Some(self.opened),
            proof: Some(proof),
            vouches: Vec::new(),
        }
    }

    /// The founder removes somebody from the group of everybody; of his chain there `cut` counts.
    pub fn remove(&self, truth: &mut Truth, who: &Person, cuts: Vec<Cut>) -> EnvelopeId {
        let removal = self.removal(who, cuts);
        state(truth, &self.founder, removal, Some(self.admin), &[&self.founder.sealed])
    }

    pub fn removal(&self, who: &Person, cuts: Vec<Cut>) -> Statement {
        let over = Place::community().below(self.all);
        Statement::Remove { person: who.paper.person(), role: Role::Member, over, cuts }
    }

    /// Somebody says something to everybody.
    pub fn say(
        &self,
        truth: &mut Truth,
        who: &Person,
        auth: EnvelopeId,
        text: &str,
    ) -> Arc<Envelope> {
        write(truth, who, message(text), self.scope(), Some(auth))
    }
}

pub fn genesis(salt: u8) -> Genesis {
    Genesis {
        root_keys: vec![root_key().key()],
        threshold: 1,
        salt: [salt; 16],
        rules: RULES_VERSION,
        founded: FOUNDED,
    }
}

pub fn root_key() -> Secret {
    Secret::from_seed([1; 32])
}

pub fn message(text: &str) -> Body {
    Body::Talk(Talk::Message { text: text.into(), reply_to: None, imported: None })
}

pub fn ask(title: &str) -> Body {
    Body::Act(Act::Ask(Ask {
        title: title.into(),
        details: String::new(),
        urgency: 2,
        places: 1,
        prefer_speed: false,
        open: true,
        role: Part::Requester,
        message: None,
        terms: None,
    }))
}

pub fn claim(request: RequestId) -> Body {
    Body::Act(Act::Do(Deed {
        request,
        verb: Verb::Claim,
        role: Part::Member,
        about: None,
        instead: None,
        other: None,
        offer: None,
        note: String::new(),
    }))
}

pub fn grant(who: &Person, role: Role, over: Place) -> Statement {
    let person = who.paper.person();
    Statement::Grant { person, role, over, undo: Vec::new(), confirms: Vec::new() }
}

/// The paper key certifies device and sealed key.
pub fn certify(truth: &mut Truth, who: &Person) {
    for statement in certificates(who) {
        state(truth, who, statement, None, &[&who.paper]);
    }
}

pub fn certificates(who: &Person) -> [Statement; 2] {
    let person = who.paper.person();
    let device = KeyId::from(who.device.writer());
    [(device, KeyUse::Writer), (who.sealed.key(), KeyUse::Sealed)]
        .map(|(subject, key_use)| Statement::Certify { subject, person, key_use })
}

/// Writes a statement into the roster.
pub fn state(
    truth: &mut Truth,
    who: &Person,
    statement: Statement,
    auth: Option<EnvelopeId>,
    seconds: &[&Secret],
) -> EnvelopeId {
    let roster = truth.genesis().id().roster();
    let at = truth.position_of_next(&who.device.writer(), &roster, auth).expect("reads");
    let signed = SignedStatement::sign(statement, &at, seconds);
    write(truth, who, Body::Statement(signed), roster, auth).id()
}

pub fn write(
    truth: &mut Truth,
    who: &Person,
    body: Body,
    scope: ScopeId,
    auth: Option<EnvelopeId>,
) -> Arc<Envelope> {
    let intent = Intent { body, scope, deps: Deps::Subject, auth, epoch: None };
    truth.write(intent, &who.device, NOW).expect("writes")
}

/// An envelope as somebody might make it who does not use this program.
pub struct Forgery {
    pub draft: Draft,
    pub writer: Secret,
    pub genesis: Genesis,
}

impl Forgery {
    /// A message that would be in order as the first of its chain.
    pub fn begin(village: &Village, who: &Person, auth: EnvelopeId) -> Self {
        let draft = Draft {
            kind: Kind::MESSAGE,
            scope: village.scope(),
            tip: None,
            deps: Vec::new(),
            auth: Some(auth),
            lamport: 1,
            bucket: FOUNDED,
            claimed: NOW,
            epoch: None,
            body: message("早上好 good morning").encode(),
        };
        Self { draft, writer: who.device.clone(), genesis: village.genesis.clone() }
    }

    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Draft)) -> Self {
        change(&mut self.draft);
        self
    }

    pub fn sign(&self) -> Envelope {
        Envelope::write(self.draft.clone(), &self.writer, &self.genesis.id())
    }
}

/// Everything that a store holds, in the order of arrival.
pub fn everything(truth: &Truth) -> Vec<Envelope> {
    let all = truth.read().arrived_since(0, usize::MAX).expect("reads");
    let ids: Vec<EnvelopeId> = all.iter().map(|meta| meta.id).collect();
    let held = truth.read().envelopes(&ids).expect("reads");
    held.iter().map(|envelope| Envelope::clone(envelope)).collect()
}
