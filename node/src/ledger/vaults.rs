//! Private details in a node's daily life: put away, given to whoever comes, opened, forgotten.
//!
//! # Rules
//!
//! 1. Whoever asks puts them into vaults of their own, sealed to whoever may hold them.
//! 2. Who should hold a vault and does not (the holder once it was granted to him, or where nothing
//!    waits for a grant any more, marked as unconfirmed; a new deputy) is
//!    given it by a holder's node: at once by the one that granted, by others in an order that the keys
//!    draw, and only if nobody has. To whom it was released stands in the vault.
//! 3. Whoever looks writes that he did before he sees anything. The home that asked and the holder say
//!    no reason; everybody else does.
//! 4. What only the office reads is read by whom the desk or the home that asked has named as well, with
//!    a reason that the family sees.
//! 5. The desk's or a deputy's node has a vault erased some time after the request was closed, and what
//!    was copied for a posting as soon as the case's is. It looks again when that falls due, also where
//!    nothing else happens.

mod confided;
mod founders;
mod real_names;

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Body, Details, Erasure, Vault, VaultClass, VaultName},
    id::{EnvelopeId, GroupId, KeyId, PersonId, RequestId, ScopeId},
    judge::Fate,
    lifecycle::{Case, Status},
    limits::{DEPS_MAX, NAME_BYTES_MAX, PHONE_BYTES_MAX, TEXT_BYTES_MAX},
    vault::{self, Contents, Folding, Given, Opening},
};

use super::{
    After, Failed, Ledger,
    decide::{say, too_long},
    epochs::{Gift, turn_in_ms},
    postings::PostedTo,
};
use crate::{
    api::{ApiError, EarlierRow, ErrorKind, OpeningRow, Private, Reply, VaultPage, VaultWord},
    store::{truth::Deps, views::Folded},
};

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How long at most until it is looked again what has been kept long enough: timers stand still while
/// a box sleeps, and clocks are put right.
const LOOK_MS: u64 = 60 * 60 * 1_000;

/// How long after its closing a vault is kept, in milliseconds: a phone number serves a question
/// about the ride, a diagnosis does not.
fn kept_ms(class: VaultClass) -> u64 {
    match class {
        VaultClass::Sensitive | VaultClass::Identity => 7 * DAY_MS,
        VaultClass::Contact => 30 * DAY_MS,
    }
}

/// A request with private details, and who stands how to it.
struct Around {
    group: GroupId,
    scope: ScopeId,
    folded: Folded,
}

impl Ledger {
    /// Rule 1.
    pub(super) fn put_away(
        &mut self,
        request: RequestId,
        group: (GroupId, ScopeId),
        by: (EnvelopeId, &BTreeSet<PersonId>),
        private: Private,
    ) -> Result<(), Failed> {
        let Private { name, phone, door, details } = private;
        let contact = Details { name, phone, door, note: String::new() };
        let sensitive = Details { note: details, ..Details::default() };
        let both = [(VaultClass::Contact, contact), (VaultClass::Sensitive, sensitive)];
        for (class, details) in both.into_iter().filter(|(_, details)| !details.is_empty()) {
            self.put_into_vault(VaultName { request, class }, group, by, details)?;
        }
        Ok(())
    }

    /// Makes a vault that the homes of these people hold, and whoever holds it by right.
    pub(super) fn put_into_vault(
        &mut self,
        vault: VaultName,
        (group, scope): (GroupId, ScopeId),
        (auth, home): (EnvelopeId, &BTreeSet<PersonId>),
        details: Details,
    ) -> Result<(), Failed> {
        // Whoever writes a request down holds it too: the intake's household counts as the requester's.
        // A real name concerns no other household.
        let intake = Some(self.person()?).filter(|_| vault.class != VaultClass::Identity);
        let home = home.iter().copied().chain(intake).collect();
        let boxes = self.truth.roster().vault_boxes(&group, &home, vault.class);
        let seed = self.dice.draw();
        let (key, rest) = self.truth.keyring().new_vault(vault, &scope, &boxes, seed);
        let epoch = self.write(Body::Key(key), scope, Deps::Subject, Some(auth))?;
        if self.truth.keyring().secret(&epoch).is_none() {
            return Err(ApiError::not_allowed("write").into());
        }
        self.share(scope, epoch, &rest)?;
        let body = Body::Vault(Vault::Details { vault, details });
        self.write_under(body, scope, Deps::Subject, Some(auth), Some(epoch)).map(|_| ())
    }

    /// Rule 3.
    pub(super) fn open_vault(&mut self, text: &str, reason: &str) -> Result<After, Failed> {
        let id = self.request_id(text)?;
        let around = self.around(&id)?;
        let (me, classes) =
            (self.person()?, self.classes_for_me(&id, &around.group, &around.folded.case)?);
        if classes.is_empty() {
            return Err(ApiError::new(ErrorKind::NoVault, []).into());
        }
        let reason = reason.trim();
        if reason.len() > NAME_BYTES_MAX {
            return Err(too_long("reason", NAME_BYTES_MAX).into());
        }
        let home = around.folded.case.at_home();
        let is_given = around.folded.case.holders.contains(&me);
        if reason.is_empty() && !is_given && !self.truth.roster().lives_with_any(me, &home) {
            return Err(ApiError::new(ErrorKind::ReasonNeeded, []).into());
        }
        let auth = self.auth_in(around.group, "")?;
        for class in classes {
            let vault = VaultName { request: id, class };
            let epoch = self.epoch_to_open(&vault, &around.group, &around.folded.case)?;
            let reason = reason.to_owned();
            let opened = Body::Vault(Vault::Opened { vault, reason, to: None });
            if let Some(epoch) = epoch {
                self.write_under(opened, around.scope, Deps::Subject, Some(auth), Some(epoch))?;
            }
        }
        Ok(After::Opened(id))
    }

    /// What whoever has just said that he opens it may see.
    pub(super) fn vault_page(&self, id: &RequestId) -> Result<VaultPage, Failed> {
        let around = self.around(id)?;
        let (mut private, mut openings) = (Private::default(), Vec::new());
        let (home, mut earlier) = (around.folded.case.at_home(), BTreeMap::new());
        for class in self.classes_for_me(id, &around.group, &around.folded.case)? {
            let vault = VaultName { request: *id, class };
            let contents = self.contents(&vault, &around.group, &home)?;
            for (who, times) in contents.earlier {
                *earlier.entry(who).or_default() += times;
            }
            for it in contents.openings {
                openings.push(self.opening_row(class, it, None)?);
            }
            let Some(details) = contents.details else { continue };
            match class {
                VaultClass::Contact => {
                    (private.name, private.phone, private.door) =
                        (details.name, details.phone, details.door);
                }
                VaultClass::Sensitive => private.details = details.note,
                VaultClass::Identity => (),
            }
        }
        for (it, team) in self.openings_at_teams(&around, &mut earlier)? {
            openings.push(self.opening_row(VaultClass::Contact, it, Some(team))?);
        }
        let erased = |class: &VaultClass| {
            self.truth.keyring().is_erased(&VaultName { request: *id, class: *class })
        };
        let sensitive = VaultName { request: *id, class: VaultClass::Sensitive };
        Ok(VaultPage {
            may_confide: self.may_confide(self.person()?, &sensitive, &around),
            id: *id,
            code: around.folded.case.code.to_string(),
            private,
            openings,
            earlier: self.earlier_rows(earlier)?,
            erased: VaultClass::ALL.into_iter().filter(erased).map(VaultWord::from).collect(),
        })
    }

    fn opening_row(
        &self,
        class: VaultClass,
        it: Opening,
        team: Option<String>,
    ) -> Result<OpeningRow, Failed> {
        Ok(OpeningRow {
            class: class.into(),
            who: self.views.name_of(&it.who)?,
            reason: it.reason,
            released_to: it.to.map(|to| self.views.name_of(&to)).transpose()?,
            claimed_ms: it.claimed,
            team,
        })
    }

    /// Who opened name, phone and door where the case was posted to, and as a member of which team: for the
    /// home that asked, and whoever decides.
    fn openings_at_teams(
        &self,
        around: &Around,
        earlier: &mut BTreeMap<PersonId, u64>,
    ) -> Result<Vec<(Opening, String)>, Failed> {
        let (me, case) = (self.person()?, &around.folded.case);
        let (home, class) = (case.at_home(), VaultClass::Contact);
        if !self.truth.roster().holds_vault(me, &around.group, &home, class) {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for PostedTo { posting, team, name } in self.posted_to(case) {
            let contents = self.contents(&VaultName { request: posting, class }, &team, &home)?;
            for (who, times) in contents.earlier {
                *earlier.entry(who).or_default() += times;
            }
            all.extend(contents.openings.into_iter().map(|it| (it, name.clone())));
        }
        Ok(all)
    }

    /// Has private details forgotten; saying it twice does nothing.
    pub(super) fn erase(&mut self, text: &str, word: Option<VaultWord>) -> Result<After, Failed> {
        let id = self.request_id(text)?;
        let around = self.around(&id)?;
        if !self.may_erase(self.person()?, &around.group, &around.folded.case) {
            return Err(ApiError::not_allowed("erase").into());
        }
        let classes = VaultClass::ALL.into_iter();
        for class in classes.filter(|class| word.is_none_or(|word| word == (*class).into())) {
            let vault = VaultName { request: id, class };
            if self.is_there_to_erase(&vault) {
                self.write_erasure(vault, around.group, &around.folded.case)?;
            }
        }
        Ok(say(Reply::Done))
    }

    fn may_erase(&self, me: PersonId, group: &GroupId, case: &Case) -> bool {
        let roster = self.truth.roster();
        roster.lives_with_any(me, &case.at_home()) || roster.is_owner(group, me)
    }

    fn is_there_to_erase(&self, vault: &VaultName) -> bool {
        let ring = self.truth.keyring();
        !ring.keys_of_vault(vault).is_empty() && !ring.is_erased(vault)
    }

    /// What the one who acts may open, and what he may have forgotten, of what there is.
    pub(super) fn private_here(
        &self,
        id: &RequestId,
        group: &GroupId,
        case: &Case,
    ) -> Result<(Vec<VaultWord>, Vec<VaultWord>), Failed> {
        let Some(me) = self.identity.person else { return Ok(Default::default()) };
        let opens = self.classes_for_me(id, group, case)?.into_iter().map(VaultWord::from);
        let may_erase = self.may_erase(me, group, case);
        let erases = VaultClass::ALL.into_iter().filter(|class| {
            may_erase && self.is_there_to_erase(&VaultName { request: *id, class: *class })
        });
        Ok((opens.collect(), erases.map(VaultWord::from).collect()))
    }

    /// It cites what founds the request: whoever judges it must know who asked.
    fn write_erasure(
        &mut self,
        vault: VaultName,
        group: GroupId,
        case: &Case,
    ) -> Result<(), Failed> {
        let auth = self.auth_in(group, "")?;
        let body = Body::Erasure(Erasure { vault });
        let founders = case.founders.iter().copied().take(DEPS_MAX).collect();
        self.write(body, group.scope(), Deps::These(founders), Some(auth)).map(|_| ())
    }

    fn around(&self, id: &RequestId) -> Result<Around, Failed> {
        let line = self.group_of_request(id)?;
        Ok(Around { group: line.id, scope: line.scope, folded: self.case(id)? })
    }

    /// The classes that the one who acts may read now, of those that are here or were.
    fn classes_for_me(
        &self,
        id: &RequestId,
        group: &GroupId,
        case: &Case,
    ) -> Result<Vec<VaultClass>, Failed> {
        let me = self.person()?;
        let (roster, ring) = (self.truth.roster(), self.truth.keyring());
        let home = case.at_home();
        let may = |class: &VaultClass| {
            roster.holds_vault(me, group, &home, *class)
                || vault::released_to(case, *class, self.claimed).contains(&me)
        };
        let mut classes = Vec::new();
        for class in VaultClass::ALL.into_iter().filter(may) {
            let vault = VaultName { request: *id, class };
            if ring.is_erased(&vault) || self.has_sound_epoch(&vault, group, &home) {
                classes.push(class);
            }
        }
        let sensitive = VaultName { request: *id, class: VaultClass::Sensitive };
        if !classes.contains(&sensitive.class) && self.named(&sensitive, group, case)?.contains(&me)
        {
            classes.push(sensitive.class);
        }
        Ok(classes)
    }

    fn contents(
        &self,
        vault: &VaultName,
        group: &GroupId,
        home: &BTreeSet<PersonId>,
    ) -> Result<Contents, Failed> {
        let (roster, ring) = (self.truth.roster(), self.truth.keyring());
        let (mut folding, mut row) = (Folding::of(*vault), 0);
        loop {
            let held = self.truth.read().vaults_of(&vault.request, row)?;
            let Some(last) = held.last() else { return Ok(folding.contents()) };
            row = last.row;
            for it in held.iter().filter(|it| it.fate == Fate::Accepted) {
                let Ok(Body::Vault(body)) = it.read_body() else { continue };
                let author = it.header.auth.and_then(|auth| roster.author(&auth));
                let epoch = it.header.epoch.and_then(|id| Some((id, ring.vault_of(&id)?)));
                let (Some(who), Some((epoch, under))) = (author, epoch) else { continue };
                folding.take(&Given {
                    at: (it.header.lamport, it.id),
                    claimed: it.header.claimed,
                    who,
                    body: &body,
                    epoch,
                    under,
                    decides: roster.held_vault_at(group, home, vault.class, &it.spot()),
                });
            }
        }
    }

    /// What a class says now, where the one who acts may hold it by right.
    pub(super) fn details_in(&self, vault: &VaultName) -> Result<Option<Details>, Failed> {
        let around = self.around(&vault.request)?;
        let (me, home) = (self.person()?, around.folded.case.at_home());
        if !self.truth.roster().holds_vault(me, &around.group, &home, vault.class) {
            return Ok(None);
        }
        Ok(self.contents(vault, &around.group, &home)?.details)
    }

    fn earlier_rows(&self, earlier: BTreeMap<PersonId, u64>) -> Result<Vec<EarlierRow>, Failed> {
        let rows = earlier.into_iter();
        rows.map(|(who, times)| Ok(EarlierRow { who: self.views.name_of(&who)?, times })).collect()
    }

    /// Rules 2 and 5: what is due for the vaults of these requests, or of all where people or keys
    /// have changed.
    pub(super) fn vault_gifts(
        &mut self,
        changed: &BTreeSet<RequestId>,
    ) -> Result<Vec<Gift>, Failed> {
        let all = self
            .keys
            .looks_at_all_vaults((self.truth.roster().version(), self.truth.keyring().version()));
        let open = self.truth.keyring().open_vaults();
        let open: Vec<_> =
            open.filter(|(vault, ..)| all || changed.contains(&vault.request)).collect();
        let (mut gifts, mut wait_ms, mut look_ms) = (Vec::new(), None, None);
        for (vault, scope, epoch) in open {
            if let Some(person) = vault.person() {
                let wait = self.real_name_gift((vault, scope, epoch), person, &mut gifts);
                wait_ms = wait_ms.into_iter().chain(wait).min();
                continue;
            }
            let Ok(around) = self.around(&vault.request) else { continue };
            match self.outdated_in_ms(vault.class, &around) {
                Some(0) => {
                    gifts.push(Gift::Erasure(vault, around.group));
                    continue;
                }
                ms => look_ms = look_ms.into_iter().chain(ms).min(),
            }
            look_ms =
                look_ms.into_iter().chain(self.lead_in_ms(vault.class, &epoch, &around)).min();
            let wait = self.vault_gift((vault, scope, epoch), &around, &mut gifts);
            wait_ms = wait_ms.into_iter().chain(wait).min();
        }
        self.keys.wait_for_turn(wait_ms);
        self.keys.look_again(look_ms);
        Ok(gifts)
    }

    /// In how long nothing waits for a grant any more, and it is this node's turn; none where nothing
    /// does, or it has come.
    fn lead_in_ms(&self, class: VaultClass, epoch: &EnvelopeId, around: &Around) -> Option<u64> {
        let (case, me) = (&around.folded.case, self.identity.box_key.key());
        let begins = vault::lead_begins(case).filter(|_| !case.status.is_over())?;
        let left_ms = begins.0.checked_sub(self.claimed.0).filter(|left_ms| *left_ms > 0)?;
        let first = self.truth.roster().vault_boxes(&around.group, &case.at_home(), class);
        let turn = first.contains(&me).then(|| turn_in_ms(epoch, &me, &first))?;
        // By then it is past: a timer may run a little fast.
        Some((left_ms + turn).min(LOOK_MS))
    }

    fn vault_gift(
        &self,
        (vault, scope, epoch): (VaultName, ScopeId, EnvelopeId),
        around: &Around,
        gifts: &mut Vec<Gift>,
    ) -> Option<u64> {
        let (roster, me) = (self.truth.roster(), self.identity.box_key.key());
        let case = &around.folded.case;
        let first = roster.vault_boxes(&around.group, &case.at_home(), vault.class);
        if !first.contains(&me) {
            return None;
        }
        let mut people = vault::released_to(case, vault.class, self.claimed);
        if vault.class == VaultClass::Sensitive && !case.status.is_over() {
            // What names them stands already; a new box of theirs lacks the key.
            people.extend(self.named(&vault, &around.group, case).unwrap_or_default());
        }
        people.retain(|person| roster.best_auth(*person, scope).is_some());
        let given = people.iter().flat_map(|person| roster.boxes_of(*person));
        let asked = self.boxes_that_asked(case, &vault);
        let boxes: BTreeSet<KeyId> = given.chain(first.iter().copied()).chain(asked).collect();
        let lacking = self.truth.keyring().lacking_vault(&epoch, &boxes).boxes;
        let home = case.at_home();
        if lacking.is_empty() || !self.is_sound(&epoch, &vault, &around.group, &home) {
            return None;
        }
        let lacks = |person: &PersonId| {
            let boxes = roster.boxes_of(*person);
            boxes.iter().any(|key| lacking.contains(key) && !first.contains(key))
        };
        people.retain(lacks);
        if !self.keys.gives_now(&people) {
            return Some(turn_in_ms(&epoch, &me, &first));
        }
        gifts.push(Gift::Vault { vault, scope, epoch, boxes: lacking, people });
        None
    }

    /// The boxes of the home whose case this is a posting of; none of any other request.
    fn boxes_that_asked(&self, posting: &Case, vault: &VaultName) -> BTreeSet<KeyId> {
        let case = posting.terms.posted.map(|posted| self.around(&posted.case));
        let Some(Ok(of)) = case else { return BTreeSet::new() };
        self.truth.roster().vault_boxes(&of.group, &of.folded.case.at_home(), vault.class)
    }

    /// Rule 2, in the name of whoever on this box holds the vault by right.
    pub(super) fn give_vault(
        &mut self,
        vault: VaultName,
        (scope, epoch): (ScopeId, EnvelopeId),
        boxes: &[KeyId],
        people: BTreeSet<PersonId>,
    ) -> Result<(), Failed> {
        if let Some(person) = vault.person() {
            return self.give_real_name(person, (scope, epoch), boxes);
        }
        let around = self.around(&vault.request)?;
        let (roster, case) = (self.truth.roster(), &around.folded.case);
        let home = case.at_home();
        let holds = |who: PersonId| {
            roster.holds_vault(who, &around.group, &home, vault.class)
                && roster.best_auth(who, scope).is_some()
        };
        let who = self.resident_who(holds).unwrap_or_default();
        self.in_the_name_of(who, |it| {
            it.share(scope, epoch, boxes)?;
            let auth = it.truth.roster().best_auth(it.person()?, scope);
            let unnamed = |_: &PersonId| vault.class != VaultClass::Sensitive;
            for person in people.into_iter().filter(unnamed) {
                let confirmed = vault::is_confirmed(case, &person);
                let reason = if confirmed { "" } else { vault::UNCONFIRMED }.to_owned();
                let body = Vault::Opened { vault, reason, to: Some(person) };
                it.write_under(Body::Vault(body), scope, Deps::Subject, auth, Some(epoch))?;
            }
            Ok(())
        })
    }

    /// Who on this box may have something of this group erased that is nobody's here.
    fn owner_here(&self, group: &GroupId) -> Option<Option<usize>> {
        self.resident_who(|who| self.truth.roster().is_owner(group, who))
    }

    /// Rule 5: in how many milliseconds to look again whether a vault was kept long enough, 0 where it
    /// was; none where it is not for this node, or not yet at its end. A clock that stands before the
    /// last act of the request is not believed.
    fn outdated_in_ms(&self, class: VaultClass, around: &Around) -> Option<u64> {
        let Folded { case, claims, .. } = &around.folded;
        let is_mine = self.owner_here(&around.group).is_some();
        let copied = case.terms.posted.map(|posted| VaultName { request: posted.case, class });
        if is_mine && copied.is_some_and(|of| self.truth.keyring().is_erased(&of)) {
            return Some(0);
        }
        let ends = [Status::Closed, Status::Cancelled, Status::Declined, Status::Duplicate];
        let last = claims.iter().map(|(_, claimed)| claimed.0).max().unwrap_or_default();
        let since = self.claimed.0.checked_sub(last);
        let left = since.map_or(LOOK_MS, |ms| kept_ms(class).saturating_sub(ms).min(LOOK_MS));
        (is_mine && ends.contains(&case.status)).then_some(left)
    }

    /// Carries an erasure out that has fallen due, in the name of whoever here may.
    pub(super) fn erase_outdated(
        &mut self,
        vault: VaultName,
        group: GroupId,
    ) -> Result<(), Failed> {
        let who = self.owner_here(&group).unwrap_or_default();
        let case = self.case(&vault.request)?.case;
        self.in_the_name_of(who, |it| it.write_erasure(vault, group, &case))
    }
}

/// Is every field short enough? Names, numbers and doors stand in one line.
pub(super) fn checked_private(mut private: Private) -> Result<Private, Failed> {
    for text in [&mut private.name, &mut private.phone, &mut private.door] {
        *text = super::one_line(text);
    }
    private.details = private.details.trim().to_owned();
    let bounds = [
        ("name", &private.name, NAME_BYTES_MAX),
        ("phone", &private.phone, PHONE_BYTES_MAX),
        ("door", &private.door, NAME_BYTES_MAX),
        ("details", &private.details, TEXT_BYTES_MAX),
    ];
    for (what, text, limit) in bounds {
        if text.len() > limit {
            return Err(too_long(what, limit).into());
        }
    }
    Ok(private)
}
