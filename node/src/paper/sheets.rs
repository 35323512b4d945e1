//! What stands on each sheet, in the words of the page that shows the same.
//!
//! # Rules
//!
//! 1. A slip says the code, the title, where to ask; never a phone of a resident, a door or an illness.
//! 2. The building's list has names and doors, as neighbours know them, and no phones; who may have it is
//!    the business of whoever asks for it.
//! 3. What hangs on a wall is read by whoever passes: nothing there that was said to one group or one unit
//!    ([`for_the_wall`]), and what does not hold yet says so.
//! 4. Nobody's words push others off the paper: they are in one line and cut, instructions stand before them.
//! 5. A certificate bears its number as digits and as a picture: any box that holds its envelope checks it.

use std::collections::BTreeMap;

use crdt::time::ClaimedTime;
use jiff::tz::TimeZone;

use super::{Block, Format, Sheet};
use crate::{
    api::{
        ApiError, CertificatePage, DutyRow, ErrorKind, MePage, NewsRow, NewsState, PersonRow,
        RequestRow,
    },
    hours::in_hours,
    ledger::one_line,
    words::Words,
};

/// Characters of a name or title.
const NAME_CHARS_MAX: usize = 80;

/// Characters of an announcement.
const NEWS_CHARS_MAX: usize = 320;

/// Doors of one list: a compound's.
const DOORS_MAX: usize = 800;

/// Names behind one door.
const NAMES_MAX: usize = 12;

/// Announcements and duty phones on the sheet for the wall.
const NEWS_MAX: usize = 6;
const DUTY_MAX: usize = 8;

const HEADING: f32 = 20.0;
const LARGE: f32 = 14.0;
const PLAIN: f32 = 12.0;
const SMALL: f32 = 9.0;

/// In which language and by which clock a sheet is written.
#[derive(Clone, Copy, Debug)]
pub struct Printer<'a> {
    /// Its sentences.
    pub words: Words,
    /// What the clock of this box says.
    pub now: ClaimedTime,
    /// Where it hangs.
    pub zone: &'a TimeZone,
}

/// A row of a building's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// Its door; empty where somebody has said none.
    pub home: String,
    /// Who lives there, the first `NAMES_MAX`.
    pub names: Vec<String>,
    /// How many more.
    pub more: usize,
}

impl Home {
    /// The names in one line, and how many more there are.
    pub fn who(&self, words: Words) -> String {
        let names = self.names.join(&words.text("list-comma", &[]));
        if self.more == 0 { names } else { format!("{names} +{}", self.more) }
    }
}

/// The homes whose doors begin so, each with the names behind it; last, and each by himself, whoever has
/// said no door.
pub fn homes(people: &[PersonRow], beginning: &str) -> Vec<Home> {
    let mut homes = BTreeMap::<&str, Home>::new();
    let mut without = Vec::new();
    for row in people.iter().filter(|row| row.home.starts_with(beginning)) {
        let name = clip(&row.name, NAME_CHARS_MAX);
        if row.home.is_empty() {
            without.push(Home { names: vec![name], ..Home::default() });
            continue;
        }
        let home = homes.entry(row.home.as_str()).or_default();
        home.home.clone_from(&row.home);
        if home.names.len() < NAMES_MAX {
            home.names.push(name);
        } else {
            home.more += 1;
        }
    }
    homes.into_values().chain(without).collect()
}

/// May whoever this is have names and doors on paper? Who works for the neighbourhood may.
///
/// # Errors
///
/// [`ErrorKind::NotAllowed`] for everybody else.
pub fn may_list_homes(me: &MePage) -> Result<(), ApiError> {
    let not = || ApiError::new(ErrorKind::NotAllowed, [("what", "desk".into())]);
    if me.desk { Ok(()) } else { Err(not()) }
}

/// The announcements that hang where everybody passes (rule 3), as many as fit.
pub fn for_the_wall(news: &[NewsRow]) -> impl Iterator<Item = &NewsRow> {
    news.iter().filter(|row| row.for_all).take(NEWS_MAX)
}

/// In one line, and no longer than this.
fn clip(text: &str, chars_max: usize) -> String {
    crate::words::clip(&one_line(text), chars_max)
}

impl Printer<'_> {
    fn t(&self, key: &str) -> String {
        self.words.text(key, &[])
    }

    fn named(&self, key: &str, name: &str) -> String {
        self.words.text(key, &[("name", name.into())])
    }

    fn day(&self, time: ClaimedTime) -> String {
        self.words.day(time, self.now, self.zone)
    }

    fn moment(&self, time: ClaimedTime) -> String {
        self.words.moment(time, self.now, self.zone)
    }

    fn sheet(&self, format: Format, title: String) -> Sheet {
        let blocks = vec![Block::Words(title.clone(), HEADING), Block::Gap(SMALL)];
        let (language, cut) = (self.words.lang().code(), self.t("paper-cut"));
        Sheet { format, language, title, cut, blocks }
    }

    /// A request's code for whoever asked, to say on the phone or to show.
    pub fn slip(&self, row: &RequestRow, duty: &[DutyRow]) -> Sheet {
        let mut sheet = self.sheet(Format::A6, self.t("slip"));
        let (one, other) = row.code.split_at(row.code.len() / 2);
        let state = format!("{} · {}", self.words.status(row.state()), self.moment(row.claimed_ms));
        sheet.blocks.extend([
            Block::Words(clip(&row.title, NAME_CHARS_MAX), LARGE),
            Block::Words(format!("{one} {other}"), 2.0 * HEADING),
            Block::Gap(SMALL),
            Block::Picture(row.code.clone(), 120.0),
            Block::Gap(SMALL),
            Block::Words(state, PLAIN),
            Block::Words(format!("{} {}", self.t("slip-how"), self.words.on_duty(duty)), PLAIN),
        ]);
        sheet
    }

    /// The doors that begin so, who lives behind each, and a box to be ticked on the way.
    pub fn building(&self, people: &[PersonRow], beginning: &str) -> Sheet {
        let title = format!("{} {}", self.t("building"), clip(beginning, NAME_CHARS_MAX));
        let mut sheet = self.sheet(Format::A4, title.trim_end().to_owned());
        let row = |home: String, who: String, note: String, tick| {
            Block::Row(vec![(home, 0.3), (who, 0.55), (note, 0.15)], tick)
        };
        sheet.blocks.extend([
            Block::Words(self.day(self.now), PLAIN),
            Block::Gap(SMALL),
            row(self.t("building-home"), self.t("building-who"), self.t("building-note"), false),
        ]);
        let homes = homes(people, beginning);
        sheet.blocks.extend(homes.iter().take(DOORS_MAX).map(|home| {
            let door = if home.home.is_empty() { "–" } else { home.home.as_str() };
            row(clip(door, NAME_CHARS_MAX), home.who(self.words), String::new(), true)
        }));
        let more = homes.len().saturating_sub(DOORS_MAX);
        if more > 0 {
            let more = self.words.text("building-more", &[("n", more.into())]);
            sheet.blocks.push(Block::Words(more, PLAIN));
        }
        sheet
    }

    /// Whom to call, what holds and what to do without a network, for the wall.
    pub fn emergency(&self, duty: &[DutyRow], news: &[NewsRow]) -> Sheet {
        let mut sheet = self.sheet(Format::A4, self.t("sheet"));
        let large = |text: String| Block::Words(text, LARGE);
        let head = |key: &str| [Block::Gap(PLAIN), Block::Words(self.t(key), LARGE + 2.0)];
        sheet.blocks.extend([
            Block::Words(self.day(self.now), PLAIN),
            Block::Gap(SMALL),
            large(format!("110  {}", self.t("emergency-police"))),
            large(format!("119  {}", self.t("emergency-fire"))),
            large(format!("120  {}", self.t("emergency-ambulance"))),
        ]);
        sheet.blocks.extend(head("sheet-duty"));
        if duty.is_empty() {
            sheet.blocks.push(large(self.t("sheet-nobody")));
        }
        for row in duty.iter().take(DUTY_MAX) {
            let everywhere = self.t("reach-everywhere");
            let place = if row.place.is_empty() { &everywhere } else { &row.place };
            let [place, name, phone] =
                [place, &row.name, &row.phone].map(|text| clip(text, NAME_CHARS_MAX));
            sheet.blocks.push(large(format!("{place}: {name} {phone}")));
        }
        sheet.blocks.extend(head("sheet-cut"));
        for (at, key) in ["sheet-1", "sheet-2", "sheet-3"].iter().enumerate() {
            sheet.blocks.push(Block::Words(format!("{}. {}", at + 1, self.t(key)), PLAIN));
        }
        for (at, row) in for_the_wall(news).enumerate() {
            if at == 0 {
                sheet.blocks.extend(head("news"));
            }
            sheet.blocks.extend(self.announcement(row));
        }
        sheet
    }

    fn announcement(&self, row: &NewsRow) -> [Block; 4] {
        let until = row.until_ms.map(|until| {
            let time = self.moment(ClaimedTime(until));
            self.words.text("news-until", &[("time", time.into())])
        });
        let sort = self.words.code("news", row.class.code());
        let state = match row.state {
            NewsState::Holds => String::new(),
            state => self.words.code("news-state", state.code()),
        };
        let official = if row.official { self.t("official") } else { String::new() };
        let above =
            [sort, state, official, clip(&row.area, NAME_CHARS_MAX), until.unwrap_or_default()];
        let above: Vec<String> = above.into_iter().filter(|it| !it.is_empty()).collect();
        let by = format!("{} · {}", clip(&row.author, NAME_CHARS_MAX), self.moment(row.claimed_ms));
        [
            Block::Words(above.join(" · "), SMALL),
            Block::Words(clip(&row.text, NEWS_CHARS_MAX), PLAIN),
            Block::Words(by, SMALL),
            Block::Gap(SMALL / 2.0),
        ]
    }

    /// Somebody's hours, with the number that any box checks.
    pub fn certificate(&self, page: &CertificatePage) -> Sheet {
        let mut sheet = self.sheet(Format::A4, self.t("hours-certificate"));
        let activities = self.words.text("hours-activities", &[("n", page.activities.into())]);
        let team = page.team_name.as_ref();
        let team = team.map(|team| clip(&self.words.group_name(team), NAME_CHARS_MAX));
        let for_what: Vec<String> = [activities].into_iter().chain(team).collect();
        let issuer = self.named("hours-issuer", &clip(&page.issuer, NAME_CHARS_MAX));
        let valid = if page.valid { "hours-valid" } else { "hours-not-valid" };
        sheet.blocks.extend([
            Block::Gap(PLAIN),
            Block::Words(clip(&page.name, NAME_CHARS_MAX), HEADING),
            Block::Words(
                format!("{} – {}", self.day(page.from_ms), self.day(page.until_ms)),
                LARGE,
            ),
            Block::Gap(PLAIN),
            Block::Words(self.named("hours-amount", &in_hours(page.minutes)), 2.0 * LARGE),
            Block::Words(for_what.join(" · "), LARGE),
            Block::Gap(PLAIN),
            Block::Words(format!("{issuer} · {}", self.day(page.issued_ms)), LARGE),
            Block::Words(format!("{} {}", self.t("hours-number"), page.number), LARGE),
            Block::Gap(PLAIN),
            Block::Picture(page.number.clone(), 140.0),
            Block::Gap(PLAIN),
            Block::Words(self.t(valid), PLAIN),
            Block::Words(self.t("hours-verify-how"), SMALL),
        ]);
        sheet
    }
}
