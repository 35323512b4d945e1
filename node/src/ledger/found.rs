//! How a home enters a community: by founding one, or through somebody's door.
//!
//! Both write the same kind of beginning into the roster: the person's paper key certifies this
//! installation's writer, its box and its sealed key. Then the root keys make the founder admin and
//! he opens the group of everybody, or the newcomer proves an invitation. The paper keys are signed
//! with here, handed back to be written down, and forgotten.

use crdt::{
    body::{
        Body, Card, DocumentForm, GroupKind, KeyUse, Oversight, Place, Proof, Role,
        SignedStatement, Statement,
    },
    document::{self, BoardEdit, DocumentState, Edit},
    id::{EnvelopeId, GroupId, KeyId},
    invitation::Invitation,
    keys::Secret,
};

use super::{Failed, Ledger};
use crate::{api::ApiError, store::truth::Deps};

impl Ledger {
    /// Founds the community: `roots` reach the threshold, `paper` is the founder's.
    pub(super) fn found(
        &mut self,
        roots: &[Secret],
        paper: &Secret,
        name: &str,
    ) -> Result<(), Failed> {
        self.certify(paper)?;
        self.roots_made(roots)?;
        let person = paper.person();
        let admin = Statement::Grant {
            person,
            role: Role::Admin,
            over: Place::community(),
            undo: Vec::new(),
            confirms: Vec::new(),
        };
        let root_grant = EnvelopeId::from(self.community);
        let signing: Vec<&Secret> =
            roots.iter().take(usize::from(self.genesis.threshold)).collect();
        let grant = self.state(admin, Some(root_grant), &signing)?;
        let everybody = Statement::Genesis {
            parent: Place::community(),
            kind: GroupKind::Invite,
            need: 0,
            oversight: Oversight::Staff,
            everyone: true,
            history: None,
        };
        let all = self.state_as_staff(everybody, grant)?;
        self.name_group(all, "all", name, grant)?;
        self.put_card(grant)
    }

    /// Whoever founds for a handful of neighbours is one of them, not their office: a member, who
    /// stands on the roll of a vote like everybody.
    pub(super) fn be_a_neighbour(&mut self) -> Result<(), Failed> {
        let (person, roster) = (self.person()?, self.truth.roster());
        let everybody = roster.everybody().and_then(|id| roster.group(&id));
        let Some(group) = everybody else { return Ok(()) };
        let auth = roster.may_grant(person, Role::Member, &group.place);
        let auth = auth.ok_or_else(|| ApiError::not_allowed("grant"))?;
        let (undo, confirms) = (Vec::new(), Vec::new());
        let member =
            Statement::Grant { person, role: Role::Member, over: group.place, undo, confirms };
        self.say(member, auth).map(|_| ())
    }

    /// Walks through the door of an invitation.
    pub(super) fn enter(&mut self, door: &Invitation, paper: &Secret) -> Result<(), Failed> {
        self.certify(paper)?;
        self.join_by(door)
    }

    /// Proves an invitation.
    pub(super) fn join_by(&mut self, door: &Invitation) -> Result<(), Failed> {
        let person = self.person()?;
        let proof = Proof::give(&door.key(), &self.community, &person, &door.group);
        let join = Statement::Join {
            person,
            group: door.group.clone(),
            invite: Some(door.invite),
            proof: Some(proof),
            vouches: Vec::new(),
        };
        // The card follows once a neighbour has handed over the key that it is sealed under.
        self.state(join, None, &[]).map(|_| ())
    }

    /// The paper key says which keys act for its person on this box. The box signs too: persons
    /// who share it take turns together, and nobody is to be made a housemate of theirs from afar.
    pub(super) fn certify(&mut self, paper: &Secret) -> Result<(), Failed> {
        let person = paper.person();
        let box_key = self.identity.box_key.clone();
        let keys: [(KeyId, KeyUse, &[&Secret]); 3] = [
            (KeyId::from(self.identity.writer.writer()), KeyUse::Writer, &[paper]),
            (box_key.key(), KeyUse::Box, &[paper, &box_key]),
            (self.identity.sealed.key(), KeyUse::Sealed, &[paper]),
        ];
        for (subject, key_use, seconds) in keys {
            self.state(Statement::Certify { subject, person, key_use }, None, seconds)?;
        }
        Ok(())
    }

    /// Writes a statement of rank 3 or above, with the sealed key's second signature.
    pub(super) fn state_as_staff(
        &mut self,
        statement: Statement,
        auth: EnvelopeId,
    ) -> Result<EnvelopeId, Failed> {
        self.state_sealed(statement, Some(auth))
    }

    /// Writes a statement that the sealed key signs too: of rank 3 or above, or about the person's
    /// own devices.
    pub(super) fn state_sealed(
        &mut self,
        statement: Statement,
        auth: Option<EnvelopeId>,
    ) -> Result<EnvelopeId, Failed> {
        let sealed = self.sealed()?;
        self.state(statement, auth, &[&sealed])
    }

    /// Writes a statement into the roster.
    pub(super) fn state(
        &mut self,
        statement: Statement,
        auth: Option<EnvelopeId>,
        seconds: &[&Secret],
    ) -> Result<EnvelopeId, Failed> {
        self.state_citing(statement, auth, seconds, Deps::Subject)
    }

    /// The same, upon these.
    pub(super) fn state_citing(
        &mut self,
        statement: Statement,
        auth: Option<EnvelopeId>,
        seconds: &[&Secret],
        deps: Deps,
    ) -> Result<EnvelopeId, Failed> {
        let roster = self.community.roster();
        let at = self.truth.position_of_next(&self.identity.writer.writer(), &roster, auth)?;
        self.keys.note(&statement);
        let signed = SignedStatement::sign(statement, &at, seconds);
        self.write(Body::Statement(signed), roster, deps, auth)
    }

    /// The name by which the neighbours know this home and its person.
    pub(super) fn put_card(&mut self, auth: EnvelopeId) -> Result<(), Failed> {
        let card = Card {
            name: self.identity.person_name.clone(),
            home: self.identity.home.clone(),
            office: self.identity.office,
            place: self.place_of_home()?,
        };
        let directory = self.community.directory();
        self.write(Body::Card(card), directory, Deps::Subject, Some(auth)).map(|_| ())
    }

    /// Gives a new group its name and says what it is for.
    pub(super) fn name_group(
        &mut self,
        group: GroupId,
        name: &str,
        description: &str,
        auth: EnvelopeId,
    ) -> Result<(), Failed> {
        let state = DocumentState::new(DocumentForm::Group, group);
        let edits = [
            Edit::Group(BoardEdit::Name(name.to_owned())),
            Edit::Group(BoardEdit::Description(description.to_owned())),
        ];
        let edited = document::edit(&state, self.identity.writer.writer(), &edits)?;
        let deps = Deps::These(edited.deps);
        self.write(Body::Change(edited.change), group.scope(), deps, Some(auth)).map(|_| ())
    }
}
