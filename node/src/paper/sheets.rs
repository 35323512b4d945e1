//! What stands on each sheet, in the words of the page that shows the same.
//!
//! # Rules
//!
//! 1. A slip says the code, the title, where to ask; never a phone of a resident, a door or an illness.
//! 2. The building's list has names and doors, as neighbours know them, and no phones; who may have it is
//!    the business of whoever asks for it.
//! 3. A certificate bears its number as digits and as a picture: any box that holds its envelope checks it.

use std::collections::BTreeMap;

use crdt::time::ClaimedTime;
use jiff::tz::TimeZone;

use super::{Block, Format, Sheet};
use crate::{
    api::{CertificatePage, DutyRow, NewsRow, PersonRow, RequestRow},
    hours::in_hours,
    words::{Words, clip},
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

/// The homes whose doors begin so, each with the names behind it.
pub fn homes(people: &[PersonRow], beginning: &str) -> BTreeMap<String, Vec<String>> {
    let mut homes = BTreeMap::<String, Vec<String>>::new();
    for row in people.iter().filter(|row| row.home.starts_with(beginning)) {
        let names = homes.entry(row.home.clone()).or_default();
        if names.len() < NAMES_MAX {
            names.push(clip(&row.name, NAME_CHARS_MAX));
        }
    }
    homes
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
        Sheet { format, language: self.words.lang().code(), title, blocks }
    }

    /// A request's code for whoever asked, to say on the phone or to show.
    pub fn slip(&self, row: &RequestRow, duty: &[DutyRow]) -> Sheet {
        let mut sheet = self.sheet(Format::A6, self.t("slip"));
        let (one, other) = row.code.split_at(row.code.len() / 2);
        let state = format!("{} · {}", self.words.status(&row.status), self.moment(row.claimed_ms));
        sheet.blocks.extend([
            Block::Words(clip(&row.title, NAME_CHARS_MAX), LARGE),
            Block::Words(format!("{one} {other}"), 2.0 * HEADING),
            Block::Gap(SMALL),
            Block::Picture(row.code.clone(), 90.0),
            Block::Gap(SMALL),
            Block::Words(state, PLAIN),
            Block::Words(format!("{} {}", self.t("slip-how"), self.words.on_duty(duty)), PLAIN),
        ]);
        sheet
    }

    /// The doors that begin so, who lives behind each, and a box to be ticked on the way.
    pub fn building(&self, people: &[PersonRow], beginning: &str) -> Sheet {
        let beginning = clip(beginning, NAME_CHARS_MAX);
        let title = format!("{} {beginning}", self.t("building"));
        let mut sheet = self.sheet(Format::A4, title.trim_end().to_owned());
        let row =
            |home: String, who: String, tick| Block::Row(vec![(home, 0.35), (who, 0.65)], tick);
        sheet.blocks.extend([
            Block::Words(self.day(self.now), PLAIN),
            Block::Gap(SMALL),
            row(self.t("building-home"), self.t("building-who"), false),
        ]);
        let doors = homes(people, &beginning).into_iter().take(DOORS_MAX);
        sheet.blocks.extend(doors.map(|(home, names)| {
            let home = if home.is_empty() { "–".to_owned() } else { clip(&home, NAME_CHARS_MAX) };
            row(home, names.join(&self.t("list-comma")), true)
        }));
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
        if !news.is_empty() {
            sheet.blocks.extend(head("news"));
        }
        for row in news.iter().take(NEWS_MAX) {
            sheet.blocks.extend(self.announcement(row));
        }
        sheet.blocks.extend(head("sheet-cut"));
        for (at, key) in ["sheet-1", "sheet-2", "sheet-3"].iter().enumerate() {
            sheet.blocks.push(Block::Words(format!("{}. {}", at + 1, self.t(key)), PLAIN));
        }
        sheet
    }

    fn announcement(&self, row: &NewsRow) -> [Block; 4] {
        let until = row.until_ms.map(|until| {
            let time = self.moment(ClaimedTime(until));
            self.words.text("news-until", &[("time", time.into())])
        });
        let sort = self.words.code("news", row.class.code());
        let official = if row.official { self.t("official") } else { String::new() };
        let above = [sort, official, clip(&row.area, NAME_CHARS_MAX), until.unwrap_or_default()];
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
            Block::Picture(page.number.clone(), 110.0),
            Block::Gap(PLAIN),
            Block::Words(self.t(valid), PLAIN),
            Block::Words(self.t("hours-verify-how"), SMALL),
        ]);
        sheet
    }
}
