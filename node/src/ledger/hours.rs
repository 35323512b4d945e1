//! Volunteer hours: who writes what, and what is told of them.
//!
//! # Rules
//!
//! 1. Everybody in the group signs for himself; for others signs whoever leads the group. Paper is
//!    entered later, by him too, and marked.
//! 2. Whoever leads approves, and nobody his own. An approval names all approvals that it takes the
//!    place of.
//! 3. Nothing is refused for being twice, late or overlapping: it is kept, and `hours` flags it.
//! 4. A certificate of all hours is made out by the community's office, one of a team's by whoever leads
//!    the team. Any box verifies it without a network: by its number, or from the file.
//!
//! # Deliberately absent
//!
//! A ranking. Totals stand in the order of names.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    authority::{Spot, Verdict},
    body::{Activity, Approval, Body, Certificate, MarkKind, MarkRef, Presence, Sitting},
    envelope::{Envelope, Kind},
    hours::{self, Number, Said, Shift},
    id::{EnvelopeId, GroupId, PersonId, from_hex, to_hex},
    keys::Check,
    limits::{HOURS_LINES_MAX, NAME_BYTES_MAX},
    time::ClaimedTime,
};
use data_encoding::HEXLOWER_PERMISSIVE;

use super::{
    After, Failed, Ledger,
    activities::Gathering,
    decide::{not_for_looking, one_line, refuse_private, too_long},
};
use crate::{
    api::{
        ApiError, CertificatePage, Command, ErrorKind, HoursCommand, HoursPage, HoursReply,
        HowWord, MarkRow, SheetPage, ShiftRow, TimeRow, TotalRow, TotalsPage,
    },
    store::{
        truth::Deps,
        views::{ActivityLine, CertificateLine, Whose, might_certify},
    },
};

const MINUTE_MS: u64 = 60 * 1_000;

/// What a certificate's file begins with.
const FILE_HEAD: &str = "linli certificate 1";

/// A certificate's file in bytes: one envelope in hexadecimal.
const FILE_BYTES_MAX: usize = 16 * 1024;

/// One person at all activities, with what was said.
type Book = (BTreeMap<EnvelopeId, Shift>, Said);

impl Ledger {
    pub(super) fn keep_hours(&mut self, command: HoursCommand) -> Result<After, Failed> {
        use HoursCommand as Do;
        match command {
            Do::Sign { activity, out, people, at_ms, how } => {
                self.sign(&activity, out, &people, at_ms, how)
            }
            Do::Correct { activity, mark, at_ms } => self.correct_mark(&activity, &mark, at_ms),
            Do::Approve { activity, people, from_ms, until_ms, reason } => {
                self.approve_hours(&activity, &people, from_ms.zip(until_ms), &reason)
            }
            Do::Certify { person, team, from_ms, until_ms } => {
                self.certify_hours(&person, team.as_deref(), from_ms, until_ms)
            }
            looking => Ok(After::Read(Command::Hours(looking))),
        }
    }

    pub(super) fn tell_hours(&mut self, command: HoursCommand) -> Result<HoursReply, Failed> {
        match command {
            HoursCommand::Sheet { activity } => self.sheet(&activity),
            HoursCommand::Of { person } => self.hours_of(person.as_deref()),
            HoursCommand::Totals { team } => self.totals(team.as_deref()),
            HoursCommand::Certificate { number } => self.certificate(&number),
            HoursCommand::Verify { file } => self.verify_file(&file),
            _ => Err(not_for_looking()),
        }
    }

    /// Rule 1.
    fn sign(
        &mut self,
        text: &str,
        out: bool,
        people: &[String],
        at_ms: Option<u64>,
        how: HowWord,
    ) -> Result<After, Failed> {
        let Gathering { line, .. } = self.gathering(text)?;
        let me = self.person()?;
        let group = self.group(&line.group.to_hex())?;
        let mut who = BTreeSet::new();
        for name in people {
            let person = self.person_named(name)?;
            if self.truth.roster().best_auth(person, group.scope).is_none() {
                let args = [("name", name.clone()), ("group", group.name)];
                return Err(ApiError::new(ErrorKind::NotInGroup, args).into());
            }
            who.insert(person);
        }
        if people.is_empty() {
            who.insert(me);
        }
        let for_others = who.iter().any(|person| *person != me);
        let how = match how {
            HowWord::Code | HowWord::Qr if for_others => HowWord::List,
            how => how,
        };
        let leads = for_others || matches!(how, HowWord::List | HowWord::Paper);
        let at_min = at_ms.unwrap_or(self.claimed.0) / MINUTE_MS;
        let kind = if out { MarkKind::Out } else { MarkKind::In };
        let marks: Vec<Presence> = who
            .into_iter()
            .map(|person| Presence { person, kind, at_min, corrects: None })
            .collect();
        for marks in marks.chunks(HOURS_LINES_MAX) {
            let (activity, how, marks) = (line.id, how_of(how), marks.to_vec());
            self.say_of(&line, leads, Activity::Marks { activity, how, marks })?;
        }
        if leads { self.show_sheet(&line) } else { self.show_mine() }
    }

    /// Whoever leads corrects every mark, everybody his own.
    fn correct_mark(
        &mut self,
        text: &str,
        name: &str,
        at_ms: Option<u64>,
    ) -> Result<After, Failed> {
        let Gathering { line, .. } = self.gathering(text)?;
        let unknown =
            || ApiError::new(ErrorKind::BadEdit, [("reason", "no such entry".to_owned())]);
        let old = mark_named(name).ok_or_else(unknown)?;
        let said = self.views.hours(&self.truth, Whose::At(&line.id))?;
        let found = said.iter().find_map(|(person, said)| {
            let mark = said.marks.iter().find(|mark| mark.id == old)?;
            (mark.activity == line.id).then(|| (*person, mark.clone()))
        });
        let (person, mark) = found.ok_or_else(unknown)?;
        let (kind, at_min) = match at_ms {
            Some(ms) => (mark.kind, ms / MINUTE_MS),
            None => (MarkKind::Struck, mark.at_min),
        };
        let own = mark.by == self.person()?;
        let marks = vec![Presence { person, kind, at_min, corrects: Some(old) }];
        let said = Activity::Marks { activity: line.id, how: mark.how, marks };
        self.say_of(&line, !own, said)?;
        if own { self.show_mine() } else { self.show_sheet(&line) }
    }

    /// Rule 2.
    fn approve_hours(
        &mut self,
        text: &str,
        people: &[String],
        times: Option<(u64, u64)>,
        reason: &str,
    ) -> Result<After, Failed> {
        let Gathering { line, .. } = self.gathering(text)?;
        // Also where there is nothing to approve: silence would read as consent.
        self.must_lead(&self.group(&line.group.to_hex())?)?;
        let me = self.person()?;
        let note = one_line(reason);
        refuse_private(&note)?;
        if note.len() > NAME_BYTES_MAX {
            return Err(too_long("reason", NAME_BYTES_MAX).into());
        }
        let books = self.books(Whose::At(&line.id))?;
        let shift = |person: &PersonId| {
            books.get(person).and_then(|(shifts, _)| shifts.get(&line.id)).cloned()
        };
        let who: Vec<PersonId> = if people.is_empty() {
            let waits = |person: &&PersonId| {
                let shift = shift(person).unwrap_or_default();
                **person != me && shift.approved.is_none() && !shift.marked.is_empty()
            };
            books.keys().filter(waits).copied().collect()
        } else {
            people.iter().map(|name| self.person_named(name)).collect::<Result<_, _>>()?
        };
        // Of whom nothing was signed there is nothing to approve, unless somebody says from when to when.
        let is_said = |person: &PersonId| {
            times.is_some() || shift(person).is_some_and(|shift| !shift.marked.is_empty())
        };
        if who.contains(&me) {
            return Err(ApiError::not_allowed("approve_own").into());
        }
        let lines: Vec<Approval> = who
            .into_iter()
            .filter(is_said)
            .map(|person| {
                let shift = shift(&person).unwrap_or_default();
                let sittings = match times {
                    Some((from, until)) => {
                        vec![Sitting { from_min: from / MINUTE_MS, until_min: until / MINUTE_MS }]
                    }
                    None => shift.marked,
                };
                Approval { person, sittings, corrects: shift.approvals, note: note.clone() }
            })
            .collect();
        for lines in lines.chunks(HOURS_LINES_MAX) {
            let said = Activity::Approve { activity: line.id, lines: lines.to_vec() };
            self.say_of(&line, true, said)?;
        }
        self.show_sheet(&line)
    }

    fn show_sheet(&self, line: &ActivityLine) -> Result<After, Failed> {
        let activity = line.id.to_hex();
        Ok(After::Read(Command::Hours(HoursCommand::Sheet { activity })))
    }

    fn show_mine(&self) -> Result<After, Failed> {
        Ok(After::Read(Command::Hours(HoursCommand::Of { person: None })))
    }

    fn books(&self, whose: Whose<'_>) -> Result<BTreeMap<PersonId, Book>, Failed> {
        let said = self.views.hours(&self.truth, whose)?;
        let book =
            |(person, said): (PersonId, Said)| (person, (hours::shifts(&person, &said), said));
        Ok(said.into_iter().map(book).collect())
    }

    /// Who has signed in at an activity and is there.
    pub(super) fn there(&self, activity: &EnvelopeId) -> Result<BTreeSet<PersonId>, Failed> {
        let books = self.books(Whose::At(activity))?.into_iter();
        let is_there = |(person, (shifts, _)): (PersonId, Book)| {
            shifts.get(activity)?.since_min.map(|_| person)
        };
        Ok(books.filter_map(is_there).collect())
    }

    fn sheet(&mut self, text: &str) -> Result<HoursReply, Failed> {
        let gathering = self.gathering(text)?;
        let mut books = self.books(Whose::At(&gathering.line.id))?;
        for holder in gathering.roles.iter().flat_map(|case| &case.holders) {
            books.entry(*holder).or_default();
        }
        let mut rows = Vec::new();
        for (person, (shifts, said)) in &books {
            let shift = shifts.get(&gathering.line.id).cloned().unwrap_or_default();
            rows.push(self.shift_row(person, &gathering.line, &shift, said)?);
        }
        rows.sort_by(|one, other| (&one.name, one.person).cmp(&(&other.name, other.person)));
        Ok(HoursReply::Sheet(Box::new(SheetPage {
            activity: self.activity_row(&gathering)?,
            minutes: rows.iter().map(|row| row.minutes).sum(),
            rows,
        })))
    }

    fn shift_row(
        &self,
        person: &PersonId,
        line: &ActivityLine,
        shift: &Shift,
        said: &Said,
    ) -> Result<ShiftRow, Failed> {
        let times = if shift.approved.is_some() { &shift.sittings } else { &shift.marked };
        let named = |id: &MarkRef| said.marks.iter().find(|mark| mark.id == *id);
        let marks = shift.marks.iter().filter_map(named);
        let approved = said.approvals.iter().find(|it| Some(it.id) == shift.approved);
        Ok(ShiftRow {
            activity: line.id,
            code: line.code.clone(),
            title: line.title.clone(),
            group_name: self.group(&line.group.to_hex())?.name,
            person: *person,
            name: self.views.name_of(person)?,
            times: times
                .iter()
                .map(|it| TimeRow { from_ms: moment(it.from_min), until_ms: moment(it.until_min) })
                .collect(),
            since_ms: shift.since_min.map(moment),
            marks: marks
                .map(|mark| MarkRow {
                    name: format!("{}:{}", mark.id.envelope.to_hex(), mark.id.line),
                    out: mark.kind == MarkKind::Out,
                    at_ms: moment(mark.at_min),
                    how: how_word(mark.how),
                })
                .collect(),
            approved: shift.approved.is_some(),
            minutes: shift.minutes,
            signed_minutes: shift.marked_minutes(),
            flags: shift.flags.iter().map(|flag| flag.as_str().to_owned()).collect(),
            note: approved.map(|it| it.note.clone()).unwrap_or_default(),
        })
    }

    /// The rows of one person's shifts at activities whose plan counts, the newest first.
    fn rows_of(
        &self,
        person: &PersonId,
        book: &Book,
    ) -> Result<Vec<(ActivityLine, ShiftRow)>, Failed> {
        let mut rows = Vec::new();
        for (activity, shift) in &book.0 {
            let Some(line) = self.views.activity(activity)? else { continue };
            let row = self.shift_row(person, &line, shift, &book.1)?;
            rows.push((line, row));
        }
        rows.sort_by_key(|(line, _)| std::cmp::Reverse((line.from_ms, line.id)));
        Ok(rows)
    }

    fn hours_of(&mut self, name: Option<&str>) -> Result<HoursReply, Failed> {
        let person = match name {
            Some(name) => self.person_named(name)?,
            None => self.person()?,
        };
        let book = self.books(Whose::Of(&person))?.remove(&person).unwrap_or_default();
        let shifts: Vec<ShiftRow> =
            self.rows_of(&person, &book)?.into_iter().map(|(_, row)| row).collect();
        let pending = shifts.iter().filter(|row| !row.approved);
        Ok(HoursReply::Person(Box::new(HoursPage {
            person,
            name: self.views.name_of(&person)?,
            minutes: shifts.iter().map(|row| row.minutes).sum(),
            pending_minutes: pending.map(|row| row.signed_minutes).sum(),
            certificates: self.views.certificates_of(&self.truth, &person)?.into_iter().collect(),
            shifts,
        })))
    }

    fn totals(&mut self, team: Option<&str>) -> Result<HoursReply, Failed> {
        let team = team.map(|team| self.group_id(team)).transpose()?;
        let mut sums: [BTreeMap<EnvelopeId, (String, u64)>; 3] = Default::default();
        let mut shifts = Vec::new();
        for (person, book) in self.books(Whose::All)? {
            for (line, row) in self.rows_of(&person, &book)? {
                if team.is_some_and(|team| team != line.group) {
                    continue;
                }
                let of = [
                    (EnvelopeId::from_bytes(*person.as_bytes()), row.name.clone()),
                    (line.group, row.group_name.clone()),
                    (line.id, row.title.clone()),
                ];
                for (sums, (id, name)) in sums.iter_mut().zip(of) {
                    sums.entry(id).or_insert((name, 0)).1 += row.minutes;
                }
                shifts.push(row);
            }
        }
        shifts.sort_by(|one, other| (&one.name, one.activity).cmp(&(&other.name, other.activity)));
        let [people, teams, activities] = sums.map(|sums| {
            let row = |(id, (name, minutes))| TotalRow { name, id, minutes };
            let mut rows: Vec<TotalRow> = sums.into_iter().map(row).collect();
            rows.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
            rows
        });
        let minutes = shifts.iter().map(|row| row.minutes).sum();
        let page = TotalsPage { minutes, people, teams, activities, shifts };
        Ok(HoursReply::Totals(Box::new(page)))
    }

    /// What this box counts of a person in a window, by when an activity began; at how many activities.
    fn counted(
        &self,
        person: &PersonId,
        team: Option<&GroupId>,
        (from_min, until_min): (u64, u64),
    ) -> Result<(u64, u32), Failed> {
        let book = self.books(Whose::Of(person))?.remove(person).unwrap_or_default();
        let (mut minutes, mut activities) = (0, 0);
        for (activity, shift) in &book.0 {
            let Some(line) = self.views.activity(activity)? else { continue };
            let within = (from_min..until_min).contains(&(line.from_ms / MINUTE_MS));
            let here = team.is_none_or(|team| *team == line.group);
            if within && here && shift.minutes > 0 {
                minutes += shift.minutes;
                activities += 1;
            }
        }
        Ok((minutes, activities))
    }

    /// Rule 4.
    fn certify_hours(
        &mut self,
        person: &str,
        team: Option<&str>,
        from_ms: u64,
        until_ms: u64,
    ) -> Result<After, Failed> {
        let me = self.person()?;
        let person = self.person_named(person)?;
        let team = team.map(|team| self.group_id(team)).transpose()?;
        let all = self.truth.roster().everybody();
        let all = all.ok_or_else(|| ApiError::new(ErrorKind::NoCommunity, []))?;
        let leads = self.truth.roster().is_owner(&team.unwrap_or(all), me);
        if !leads || me == person {
            return Err(ApiError::not_allowed("certify").into());
        }
        let (from_min, until_min) = (from_ms / MINUTE_MS, until_ms / MINUTE_MS);
        if until_min < from_min {
            return Err(ApiError::new(ErrorKind::BadWindow, []).into());
        }
        let (minutes, activities) = self.counted(&person, team.as_ref(), (from_min, until_min))?;
        let name = self.views.name_of(&person)?;
        let certificate =
            Certificate { person, name, from_min, until_min, minutes, activities, team };
        let number = hours::number(&certificate, &me).to_string();
        if self.views.certificates(&self.truth, &number)?.is_empty() {
            let line = self.group(&all.to_hex())?;
            let auth = self.auth_in(line.id, &line.name)?;
            let body = Body::Activity(Activity::Certify(certificate));
            self.write(body, line.scope, Deps::Subject, Some(auth))?;
        }
        Ok(After::Read(Command::Hours(HoursCommand::Certificate { number })))
    }

    fn certificate(&mut self, number: &str) -> Result<HoursReply, Failed> {
        let unknown = || {
            let args = [("code", number.trim().to_owned())];
            Failed::from(ApiError::new(ErrorKind::UnknownCertificate, args))
        };
        let read: Number = number.parse().map_err(|_| unknown())?;
        let mut lines = self.views.certificates(&self.truth, &read.to_string())?;
        // One that holds goes before one that somebody else wrote without the right to.
        lines.sort_by_key(|line| !line.valid);
        let line = lines.into_iter().next().ok_or_else(unknown)?;
        let envelope = self.truth.read().envelope(&line.id)?.ok_or_else(unknown)?;
        self.certificate_page(&line, &envelope)
    }

    fn certificate_page(
        &self,
        line: &CertificateLine,
        envelope: &Envelope,
    ) -> Result<HoursReply, Failed> {
        let it = &line.certificate;
        let window = (it.from_min, it.until_min);
        let (minutes_here, _) = self.counted(&it.person, it.team.as_ref(), window)?;
        let team = it.team.map(|team| self.group(&team.to_hex())).transpose();
        Ok(HoursReply::Certificate(Box::new(CertificatePage {
            number: hours::number(it, &line.issuer).to_string(),
            id: line.id,
            person: it.person,
            name: it.name.clone(),
            from_ms: moment(it.from_min),
            until_ms: moment(it.until_min),
            minutes: it.minutes,
            activities: u64::from(it.activities),
            team: it.team,
            team_name: team.ok().flatten().map(|team| team.name),
            issuer: self.views.name_of(&line.issuer)?,
            issued_ms: line.issued,
            valid: line.valid,
            minutes_here,
            file: file_of(envelope),
        })))
    }

    /// Rule 4, of a file that came by any way: the envelope need not be here.
    fn verify_file(&mut self, file: &str) -> Result<HoursReply, Failed> {
        let bad = || Failed::from(ApiError::new(ErrorKind::NoCertificate, []));
        let envelope = read_file(file).ok_or_else(bad)?;
        let seed = self.dice.draw();
        let signed = Check::all(&[envelope.check(&self.community)], seed) == [true];
        let header = envelope.header();
        let body = envelope.body().ok_or_else(bad)?;
        let read = self.truth.keyring().read(header, body);
        let (true, Kind::ACTIVITY, Ok(Body::Activity(Activity::Certify(certificate)))) =
            (signed, header.kind, read)
        else {
            return Err(bad());
        };
        let spot = Spot::of(envelope.id(), header);
        let roster = self.truth.roster();
        let issuer = header.auth.and_then(|auth| roster.author(&auth)).ok_or_else(bad)?;
        let counts = roster.position(&spot) == Verdict::Counts;
        let valid = counts && might_certify(&self.truth, &spot, certificate.team.as_ref());
        let (id, issued) = (envelope.id(), header.claimed);
        let line = CertificateLine { id, certificate, issuer, issued, valid };
        self.certificate_page(&line, &envelope)
    }
}

fn moment(minute: u64) -> ClaimedTime {
    ClaimedTime(minute.saturating_mul(MINUTE_MS))
}

const fn how_of(how: HowWord) -> crdt::body::How {
    match how {
        HowWord::Code => crdt::body::How::Code,
        HowWord::Qr => crdt::body::How::Qr,
        HowWord::List => crdt::body::How::List,
        HowWord::Paper => crdt::body::How::Paper,
    }
}

const fn how_word(how: crdt::body::How) -> HowWord {
    match how {
        crdt::body::How::Code => HowWord::Code,
        crdt::body::How::Qr => HowWord::Qr,
        crdt::body::How::List => HowWord::List,
        crdt::body::How::Paper => HowWord::Paper,
    }
}

/// A mark by its name: the envelope's id and the line.
fn mark_named(text: &str) -> Option<MarkRef> {
    let (id, line) = text.trim().split_once(':')?;
    Some(MarkRef { envelope: id.parse().ok()?, line: line.parse().ok()? })
}

/// Four lines: what it is, and the envelope's header, signature and body.
fn file_of(envelope: &Envelope) -> String {
    let parts = [
        envelope.header_bytes(),
        envelope.signature().as_slice(),
        envelope.body().unwrap_or_default(),
    ];
    let lines: Vec<String> = parts.iter().map(|part| to_hex(part)).collect();
    format!("{FILE_HEAD}\n{}\n", lines.join("\n"))
}

fn read_file(text: &str) -> Option<Envelope> {
    if text.len() > FILE_BYTES_MAX {
        return None;
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let [head, header, signature, body] = lines.as_slice() else { return None };
    if *head != FILE_HEAD {
        return None;
    }
    let bytes = |hex: &str| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok();
    let (header, body) = (bytes(header)?, bytes(body)?);
    Envelope::assemble(header, from_hex(signature).ok()?, Some(body)).ok()
}
