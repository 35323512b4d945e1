//! A change that goes over what its author has not read is told to him instead of done.
//!
//! # Rules
//!
//! 1. The author's form carries the mark of what stood before him ([`mark_of`]). Where something else stands by
//!    now nothing is written; he is told what, and whose it is. With the mark of that he may decide again.
//! 2. Whoever would write what stands there already is not asked: both mean the same.
//! 3. This is courtesy between people of one reach. Both sides of a cut still write, and their documents merge.

use crdt::{
    document::{Fact, Field},
    id::{EnvelopeId, PersonId},
    team,
};

use super::{After, Failed, Ledger, answer::facts_shown};
use crate::{
    api::{
        ApiError, Command, ErrorKind, NameCommand, NewListing, NewsCommand, Reply, TeamCommand,
        mark_of,
    },
    store::views::settled,
};

/// What stands there, and who wrote it, as far as somebody is known.
struct Standing {
    texts: Vec<String>,
    by: String,
}

impl Standing {
    /// And whether the new text means what stands there.
    fn against(self, new: &str) -> (Self, bool) {
        let same = self.texts.len() <= 1 && self.texts.concat() == new;
        (self, same)
    }
}

impl Ledger {
    /// Carries the change out if its author saw what it changes.
    pub(super) fn if_seen(&mut self, seen: &str, command: Command) -> Result<After, Failed> {
        let (standing, same) = match &command {
            Command::EditFact { id, field, value } => self.fact_standing(id, field)?.against(value),
            Command::EditMessage { id, text } => self.message_standing(id)?.against(text),
            Command::Describe { group, text } => self.description_standing(group)?.against(text),
            Command::Name(NameCommand::Net { to }) => self.net_name_standing()?.against(to),
            Command::News(NewsCommand::Correct { id, text, until_ms }) => {
                let (standing, same) = self.news_standing(id)?.against(text);
                // That it holds for longer is said besides.
                (standing, same && until_ms.is_none())
            }
            Command::Team(TeamCommand::List(new)) => self.listing_standing(new)?,
            _ => return Err(ApiError::not_allowed("edit").into()),
        };
        let Standing { texts, by } = standing;
        if same || mark_of(&texts) == seen {
            return self.decide(command);
        }
        let args = [("now", texts.join(" / ")), ("name", by)];
        Err(ApiError::new(ErrorKind::Changed, args).into())
    }

    fn net_name_standing(&self) -> Result<Standing, Failed> {
        let name = self.views.name_of(&self.person()?)?;
        Ok(Standing { by: name.clone(), texts: vec![name] })
    }

    fn news_standing(&self, id: &str) -> Result<Standing, Failed> {
        let (_, line) = self.may_change(id)?;
        let by = self.views.name_of(&self.views.worded_by(&line)?)?;
        Ok(Standing { texts: vec![line.text], by })
    }

    /// As the team's desk shows it: what it is for and how many should vouch; nothing where it is not listed.
    /// What the form leaves as it is means the same.
    fn listing_standing(&self, new: &NewListing) -> Result<(Standing, bool), Failed> {
        let known = self.team(&new.group)?;
        let by = team::listed_by(&known.said).map(|who| self.views.name_of(&who)).transpose()?;
        let by = by.unwrap_or_default();
        let Some(now) = team::listing(&known.said) else {
            return Ok((Standing { texts: Vec::new(), by }, false));
        };
        let vouches = known.vouches_shown();
        let same = new.about.as_ref().is_none_or(|about| *about == now.about)
            && new.vouches.is_none_or(|wanted| wanted == now.vouches)
            && new.sort.is_none()
            && new.place.is_none();
        Ok((Standing { texts: vec![now.about.clone(), vouches.to_string()], by }, same))
    }

    fn fact_standing(&mut self, id: &str, field: &str) -> Result<Standing, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownField, [("field", field.to_owned())]);
        let fact = Fact::ALL.into_iter().find(|fact| fact.key() == field).ok_or_else(unknown)?;
        let id = self.request_id(id)?;
        let folded = self.case(&id)?;
        let facts = settled(&self.truth, &folded.case, self.facts_of(&id)?.facts());
        let shown = facts_shown(&facts, &folded.case.title, &folded.case.details);
        let texts = shown.get(fact.key()).cloned().unwrap_or_default();
        Ok(Standing { by: self.last_word(facts.get(fact), Some(folded.case.requester))?, texts })
    }

    fn message_standing(&mut self, id: &EnvelopeId) -> Result<Standing, Failed> {
        let Reply::Log { messages } = self.one_message(id)? else {
            return Err(ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_hex())]).into());
        };
        let said = messages.into_iter().map(|row| (row.text, row.author));
        let (texts, by): (Vec<String>, Vec<String>) = said.unzip();
        Ok(Standing { texts, by: by.concat() })
    }

    fn description_standing(&mut self, group: &str) -> Result<Standing, Failed> {
        let line = self.group(group)?;
        let board = self.board_of(&line.id)?.board();
        let by = self.last_word(&board.description, None)?;
        Ok(Standing { texts: vec![line.description], by })
    }

    /// Who wrote what stands in a field; where nobody did, whoever it was there from the beginning.
    fn last_word(&self, field: &Field, first: Option<PersonId>) -> Result<String, Failed> {
        let writer = field.now.as_ref().map(|now| now.by);
        let person = writer.and_then(|writer| self.truth.roster().person_of(writer)).or(first);
        Ok(person.map(|it| self.views.name_of(&it)).transpose()?.unwrap_or_default())
    }
}
