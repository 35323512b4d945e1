//! Several people on one box: who acts, and how another one moves in.
//!
//! Each has a writer, a sealed key and a paper key of his own, and is a member of the community in
//! his own right: he needs an invitation like everybody. Where the box's first person may invite,
//! the command makes one for him alone and uses it by itself.
//!
//! Whoever owns the box could write as anybody who lives on it; the page and the docs say so.

use crdt::{
    body::Statement,
    id::PersonId,
    invitation::{Invitation, NotAnInvitation, invitation_key},
    keys::Secret,
    limits::NAME_BYTES_MAX,
    paper,
};

use super::{After, Failed, Ledger, Plan};
use crate::{
    api::{ApiError, Command, ErrorKind, Reply},
    identity::{RESIDENTS_MAX, Resident, Seal},
};

impl Ledger {
    /// Rule 6 of the ledger: whoever the command names acts; nobody named, the box's first person.
    pub(super) fn attempt(&mut self, command: Command) -> Plan {
        let (who, command) = match self.who_acts(command) {
            Ok(acts) => acts,
            Err(error) => return Plan::Command(None, Err(error)),
        };
        // One envelope, which is written whole or not at all, and by which nobody becomes another.
        let is_post = matches!(command, Command::Post { .. });
        let before = (!is_post).then(|| self.identity.clone());
        let unlocks = matches!(command, Command::Unlock { .. });
        self.identity.trade_places(who);
        let outcome = match command {
            post if is_post => {
                self.truth.defer_rows(true);
                let decided = self.decide(post);
                self.truth.defer_rows(false);
                decided
            }
            command => self.in_savepoint(|ledger| ledger.decide(command)),
        };
        match outcome {
            Ok(after) => {
                self.identity.trade_places(who);
                self.catch_up_with_keys(unlocks);
                Plan::Command(who, Ok(after))
            }
            Err(failed) => {
                match before {
                    Some(before) => self.identity = before,
                    None => self.identity.trade_places(who),
                }
                Plan::Command(None, Err(failed.into()))
            }
        }
    }

    /// Whom a command names, and what he wants.
    pub(super) fn who_acts(&self, command: Command) -> Result<(Option<usize>, Command), ApiError> {
        match command {
            Command::As { person, command } => Ok((self.resident(&person)?, *command)),
            command => Ok((None, command)),
        }
    }

    /// The first of those who live here for whom this holds; none where it holds for nobody.
    pub(super) fn resident_who(&self, may: impl Fn(PersonId) -> bool) -> Option<Option<usize>> {
        let first = self.identity.person.into_iter().map(|person| (None, person));
        let others = self.identity.others.iter().enumerate();
        let others = others.filter_map(|(at, it)| Some((Some(at), it.person?)));
        first.chain(others).find(|(_, person)| may(*person)).map(|(who, _)| who)
    }

    /// Has something done as one of those who live here.
    pub(super) fn in_the_name_of<T>(
        &mut self,
        who: Option<usize>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.identity.trade_places(who);
        let done = work(self);
        self.identity.trade_places(who);
        done
    }

    /// Who of the people on this box is meant; none is the first.
    pub(super) fn resident(&self, text: &str) -> Result<Option<usize>, ApiError> {
        let text = text.trim();
        let id = |person: Option<PersonId>| person.map(|it| it.to_hex());
        let is_meant = |name: &str, person| name == text || id(person).as_deref() == Some(text);
        let first = is_meant(&self.identity.person_name, self.identity.person);
        let others = self.identity.others.iter().enumerate();
        let others = others.filter(|(_, it)| is_meant(&it.name, it.person));
        let found: Vec<Option<usize>> =
            first.then_some(None).into_iter().chain(others.map(|(at, _)| Some(at))).collect();
        let names = ("candidates", self.identity.names().join(", "));
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(ApiError::new(ErrorKind::NotHere, [("name", text.to_owned()), names])),
            _ => Err(ApiError::new(ErrorKind::Ambiguous, [("name", text.to_owned()), names])),
        }
    }

    pub(super) fn add_resident(&mut self, name: &str, link: Option<&str>) -> Result<After, Failed> {
        let name = name.trim();
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            let args = [("what", "person".to_owned()), ("limit", NAME_BYTES_MAX.to_string())];
            return Err(ApiError::new(ErrorKind::BadText, args).into());
        }
        if self.identity.others.len() + 1 >= RESIDENTS_MAX {
            let limit = ("limit", RESIDENTS_MAX.to_string());
            return Err(ApiError::new(ErrorKind::HouseFull, [limit]).into());
        }
        if self.identity.names().contains(&name) {
            return Err(ApiError::new(ErrorKind::NameTaken, [("name", name.to_owned())]).into());
        }
        let door = match link {
            Some(link) => self.door_of(link)?,
            None => self.open_a_door()?,
        };
        let mut key = || Secret::from_seed(self.dice.draw());
        let (paper, writer, sealed) = (key(), key(), Seal::bare(key()));
        let person = Some(paper.person());
        let resident = Resident { name: name.to_owned(), person, writer, sealed, copied: false };
        let number = Some(self.identity.others.len());
        self.identity.others.push(resident);
        self.identity.trade_places(number);
        // Should it fail, `attempt` puts everybody back.
        self.enter(&door, &paper)?;
        self.identity.trade_places(number);
        self.views.set_residents(self.identity.everybody());
        let words = paper::to_words(&paper).into_iter().map(str::to_owned).collect();
        Ok(After::Keep(Box::new(Reply::Resident { name: name.to_owned(), words })))
    }

    /// What came to nothing after all must not stay in memory: whoever was to move in has not, and
    /// whoever was to be called otherwise is not.
    pub(super) fn take_back(&mut self, plan: &Plan) {
        let Plan::Command(who, Ok(after)) = plan else { return };
        match after {
            After::Keep(reply) => {
                if let Reply::Resident { name, .. } = &**reply {
                    self.identity.others.retain(|it| it.name != *name);
                    self.views.set_residents(self.identity.everybody());
                }
            }
            After::Renamed { was, .. } => {
                self.in_the_name_of(*who, |it| it.identity.person_name.clone_from(was));
            }
            _ => (),
        }
    }

    fn door_of(&self, link: &str) -> Result<Invitation, Failed> {
        let door = Invitation::from_link(link).map_err(|error| match error {
            NotAnInvitation::Newer => {
                ApiError::new(ErrorKind::NewerData, [("data", "link".to_owned())])
            }
            _ => ApiError::new(ErrorKind::BadLink, []),
        })?;
        if door.genesis.id() != self.community {
            return Err(ApiError::new(ErrorKind::BadLink, []).into());
        }
        Ok(door)
    }

    /// An invitation for one, made and used in the same transaction.
    fn open_a_door(&mut self) -> Result<Invitation, Failed> {
        let person = self.person()?;
        let roster = self.truth.roster();
        let all = roster.groups().into_iter().find(|group| group.everyone);
        let Some(all) = all else { return Err(ApiError::new(ErrorKind::NoCommunity, []).into()) };
        let Some(auth) = roster.may_invite(person, &all.id) else {
            let owners = roster.community_members();
            let owners = owners.into_iter().filter(|who| roster.is_owner(&all.id, *who));
            let names: Result<Vec<String>, _> =
                owners.map(|who| self.views.name_of(&who)).collect();
            let names = ("names", names?.join(", "));
            return Err(ApiError::new(ErrorKind::NeedsInvitation, [names]).into());
        };
        let (secret, group) = (self.dice.draw(), all.place);
        let key = invitation_key(&secret).key();
        let invite = self.say(Statement::Invite { group: group.clone(), key, once: true }, auth)?;
        let (genesis, name) = (self.genesis.clone(), String::new());
        Ok(Invitation { genesis, name, invite, group, secret, addresses: Vec::new() })
    }
}
