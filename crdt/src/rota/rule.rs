//! RFC 5545's recurrence rules, as far as rides need them: every so many days, weeks, months, years.
//!
//! # Rules
//!
//! 1. Understood are `FREQ` (`DAILY`, `WEEKLY`, `MONTHLY`, `YEARLY`), `INTERVAL`, `COUNT`, `UNTIL`
//!    (wall-clock time, as the start), `BYMONTH`, `BYMONTHDAY`, `BYDAY`, `BYSETPOS`, `WKST`. What RFC
//!    5545 (section 3.3.10) forbids together is refused, and so is everything else it knows: hours
//!    and minutes (a ride is not every ten minutes), weeks and days of the year.
//! 2. The first start is where counting begins; it is a ride itself where it fits the rule.
//! 3. It ends after [`RIDES_PER_SERIES_MAX`] starts or [`SERIES_YEARS_MAX`] years at the latest,
//!    also where the rule has no end or never fits, as on every 30 February.
//!
//! # Considered and rejected
//!
//! The crate `rrule` here in the core: it stands on `chrono` with its clock and reads the machine's
//! zone. It is the measure in the tests instead: random rules come to the same starts.

use std::str::FromStr;

use super::local::{LocalTime, civil, days, days_in_month, weekday};
use crate::limits::{RIDES_PER_SERIES_MAX, SERIES_YEARS_MAX};

/// Numbers of one list of a rule at most: every day of a month, from both ends.
const LIST_MAX: usize = 62;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A recurrence rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    frequency: Frequency,
    interval: i64,
    count: Option<usize>,
    until: Option<LocalTime>,
    months: Vec<i64>,
    month_days: Vec<i64>,
    /// Which one of the month or year (0: every one), and the weekday from Monday 0.
    weekdays: Vec<(i64, i64)>,
    positions: Vec<i64>,
    week_start: i64,
}

/// Why a text is no rule for rides.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARule {
    /// Say how often.
    #[error("no FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")]
    NoFrequency,
    /// Leave it out.
    #[error("{0} is not understood")]
    Unknown(String),
    /// Write it differently.
    #[error("{0} does not have such a value, or not together with the rest")]
    Value(String),
}

impl Rule {
    /// The original starts: `first` and what follows it by the rule, ascending.
    pub fn starts(&self, first: LocalTime) -> Vec<LocalTime> {
        let last_day = first.day() + SERIES_YEARS_MAX * 366;
        let wanted = self.count.unwrap_or(usize::MAX).min(RIDES_PER_SERIES_MAX);
        let mut starts = Vec::new();
        for period in (0..).step_by(usize::try_from(self.interval).unwrap_or(usize::MAX)) {
            let (begins, days) = self.period(first.day(), period);
            if begins > last_day {
                break;
            }
            for day in days.into_iter().filter(|day| *day >= first.day()) {
                let Some(start) = first.on_day(day) else { return starts };
                let late = self.until.is_some_and(|until| start > until);
                if late || starts.len() == wanted {
                    return starts;
                }
                starts.push(start);
            }
        }
        starts
    }

    /// When the period (day, week, month, year) so many after the first begins, and its days.
    fn period(&self, first: i64, after: i64) -> (i64, Vec<i64>) {
        let (year, month, day) = civil(first);
        let (begins, mut found) = match self.frequency {
            Frequency::Daily => (first + after, vec![first + after]),
            Frequency::Weekly => {
                let monday = first - (weekday(first) - self.week_start).rem_euclid(7) + after * 7;
                let week = monday..monday + 7;
                let usual = weekday(first);
                let on = |day: &i64| {
                    if self.weekdays.is_empty() { weekday(*day) == usual } else { self.falls(*day) }
                };
                (monday, week.filter(on).collect())
            }
            Frequency::Monthly => {
                let months = year * 12 + i64::from(month) - 1 + after;
                let (year, month) = (months.div_euclid(12), number(months.rem_euclid(12) + 1));
                (days(year, month, 1), self.in_month(year, month, day))
            }
            Frequency::Yearly => {
                let year = year + after;
                (days(year, 1, 1), self.in_year(year, (month, day)))
            }
        };
        found.retain(|day| self.is_wanted(*day));
        (begins, self.by_position(found))
    }

    /// What limits every frequency.
    fn is_wanted(&self, day: i64) -> bool {
        let (year, month, of_month) = civil(day);
        let length = i64::from(days_in_month(year, month));
        let (month, of_month) = (i64::from(month), i64::from(of_month));
        let in_month = self.months.is_empty() || self.months.contains(&month);
        let on_day = |wanted: &i64| *wanted == of_month || *wanted == of_month - length - 1;
        let fits = self.month_days.is_empty() || self.month_days.iter().any(on_day);
        let daily = self.frequency != Frequency::Daily || self.weekdays.is_empty();
        in_month && fits && (daily || self.falls(day))
    }

    /// Is it one of the weekdays, whichever of the month?
    fn falls(&self, day: i64) -> bool {
        self.weekdays.iter().any(|(_, on)| *on == weekday(day))
    }

    fn in_month(&self, year: i64, month: u32, usual: u32) -> Vec<i64> {
        let first = days(year, month, 1);
        let all = first..first + i64::from(days_in_month(year, month));
        if !self.weekdays.is_empty() {
            return self.on_weekdays(all);
        }
        if !self.month_days.is_empty() {
            return all.collect();
        }
        (usual <= days_in_month(year, month))
            .then(|| days(year, month, usual))
            .into_iter()
            .collect()
    }

    fn in_year(&self, year: i64, (month, day): (u32, u32)) -> Vec<i64> {
        let by_year = self.months.is_empty();
        if by_year && !self.weekdays.is_empty() && self.month_days.is_empty() {
            return self.on_weekdays(days(year, 1, 1)..days(year + 1, 1, 1));
        }
        let usual = by_year && self.month_days.is_empty();
        let months = (1..=12).filter(|it| match usual {
            true => *it == month,
            false => by_year || self.months.contains(&i64::from(*it)),
        });
        months.flat_map(|month| self.in_month(year, month, day)).collect()
    }

    /// The days of a span that are the weekdays named, or the so-many-th of them in it.
    fn on_weekdays(&self, span: std::ops::Range<i64>) -> Vec<i64> {
        let is_one = |day: &i64| {
            let on = weekday(*day);
            let from_front = (*day - span.start) / 7 + 1;
            let from_back = -((span.end - 1 - *day) / 7 + 1);
            self.weekdays.iter().any(|(nth, wanted)| {
                *wanted == on && (*nth == 0 || *nth == from_front || *nth == from_back)
            })
        };
        span.clone().filter(is_one).collect()
    }

    fn by_position(&self, days: Vec<i64>) -> Vec<i64> {
        if self.positions.is_empty() {
            return days;
        }
        let count = i64::try_from(days.len()).unwrap_or(i64::MAX);
        let numbered = (1..).zip(&days);
        let at = |place: i64| {
            self.positions.contains(&place) || self.positions.contains(&(place - count - 1))
        };
        numbered.filter(|(place, _)| at(*place)).map(|(_, day)| *day).collect()
    }
}

fn number(small: i64) -> u32 {
    u32::try_from(small).expect("a month's number is small")
}

impl FromStr for Rule {
    type Err = NotARule;

    /// Reads `FREQ=WEEKLY;BYDAY=TU,TH`, also with `RRULE:` before it.
    fn from_str(text: &str) -> Result<Self, NotARule> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut frequency = None;
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            positions: Vec::new(),
            week_start: 0,
        };
        let mut known: Vec<&str> = Vec::new();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let bad = || NotARule::Value(part.to_owned());
            let (key, value) = part.split_once('=').ok_or_else(bad)?;
            if known.contains(&key) {
                return Err(bad());
            }
            known.push(key);
            match key {
                "FREQ" => frequency = Some(frequency_named(value)?),
                "INTERVAL" => rule.interval = one(value, 1, 1_000).ok_or_else(bad)?,
                "COUNT" => {
                    let count = one(value, 1, i64::from(u32::MAX)).ok_or_else(bad)?;
                    rule.count = usize::try_from(count).ok();
                }
                "UNTIL" => rule.until = Some(until(value).ok_or_else(bad)?),
                "BYMONTH" => rule.months = list(value, 1, 12, false).ok_or_else(bad)?,
                "BYMONTHDAY" => rule.month_days = list(value, 1, 31, true).ok_or_else(bad)?,
                "BYSETPOS" => rule.positions = list(value, 1, 366, true).ok_or_else(bad)?,
                "BYDAY" => rule.weekdays = weekdays(value).ok_or_else(bad)?,
                "WKST" => rule.week_start = weekday_named(value).ok_or_else(bad)?,
                _ => return Err(NotARule::Unknown(key.to_owned())),
            }
        }
        rule.frequency = frequency.ok_or(NotARule::NoFrequency)?;
        rule.check()
    }
}

impl Rule {
    /// What RFC 5545 forbids together.
    fn check(self) -> Result<Self, NotARule> {
        let by_anything =
            !(self.months.is_empty() && self.month_days.is_empty() && self.weekdays.is_empty());
        let short = matches!(self.frequency, Frequency::Daily | Frequency::Weekly);
        let broken = [
            ("COUNT", self.count.is_some() && self.until.is_some()),
            ("BYMONTHDAY", self.frequency == Frequency::Weekly && !self.month_days.is_empty()),
            ("BYDAY", short && self.weekdays.iter().any(|(nth, _)| *nth != 0)),
            ("BYSETPOS", !self.positions.is_empty() && !by_anything),
        ];
        match broken.into_iter().find(|(_, is_broken)| *is_broken) {
            Some((key, _)) => Err(NotARule::Value(key.to_owned())),
            None => Ok(self),
        }
    }
}

fn frequency_named(word: &str) -> Result<Frequency, NotARule> {
    match word {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        _ => Err(NotARule::NoFrequency),
    }
}

fn one(text: &str, least: i64, most: i64) -> Option<i64> {
    text.parse().ok().filter(|number| (least..=most).contains(number))
}

/// Numbers between `least` and `most`, counted from the end where they are below zero.
fn list(text: &str, least: i64, most: i64, from_the_end: bool) -> Option<Vec<i64>> {
    let number = |text: &str| {
        let number: i64 = text.parse().ok()?;
        let fits = (least..=most).contains(&number.abs()) && (from_the_end || number > 0);
        fits.then_some(number)
    };
    let numbers: Option<Vec<i64>> = text.split(',').map(number).collect();
    numbers.filter(|numbers| numbers.len() <= LIST_MAX)
}

fn weekdays(text: &str) -> Option<Vec<(i64, i64)>> {
    let entry = |text: &str| {
        let cut = text.len().checked_sub(2).filter(|cut| text.is_char_boundary(*cut))?;
        let (nth, day) = text.split_at(cut);
        let nth = if nth.is_empty() { 0 } else { *list(nth, 1, 53, true)?.first()? };
        Some((nth, weekday_named(day)?))
    };
    let entries: Option<Vec<_>> = text.split(',').map(entry).collect();
    entries.filter(|entries| entries.len() <= LIST_MAX)
}

fn weekday_named(word: &str) -> Option<i64> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    names.iter().position(|name| *name == word).and_then(|at| i64::try_from(at).ok())
}

/// A day is meant whole; a `Z` at the end is passed over, as there is no zone here.
fn until(text: &str) -> Option<LocalTime> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let whole = if text.len() == 8 { format!("{text}T235900") } else { text.to_owned() };
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(rule: &str, first: &str, many: usize) -> String {
        let rule: Rule = rule.parse().expect("a rule");
        let starts = rule.starts(first.parse().expect("a time"));
        let starts: Vec<String> = starts.iter().take(many).map(LocalTime::to_string).collect();
        starts.join(", ")
    }

    #[test]
    fn the_rules_people_say() {
        let table = [
            (
                "FREQ=WEEKLY",
                "2026-03-03 07:30",
                "2026-03-03 07:30, 2026-03-10 07:30, 2026-03-17 07:30",
            ),
            (
                "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3",
                "2026-03-03 07:30",
                "2026-03-03 07:30, 2026-03-05 07:30, 2026-03-10 07:30",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=MO",
                "2026-03-03 09:00",
                "2026-03-08 09:00, 2026-03-22 09:00, 2026-04-05 09:00",
            ),
            ("FREQ=DAILY;UNTIL=20260304", "2026-03-03 20:00", "2026-03-03 20:00, 2026-03-04 20:00"),
            (
                "RRULE:FREQ=MONTHLY;BYDAY=-1FR",
                "2026-01-01 08:00",
                "2026-01-30 08:00, 2026-02-27 08:00, 2026-03-27 08:00",
            ),
            (
                "FREQ=MONTHLY",
                "2026-01-31 08:00",
                "2026-01-31 08:00, 2026-03-31 08:00, 2026-05-31 08:00",
            ),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "2026-01-01 08:00",
                "2026-01-30 08:00, 2026-02-27 08:00, 2026-03-31 08:00",
            ),
            (
                "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=7,8",
                "2026-06-07 07:00",
                "2026-06-07 07:00, 2026-06-08 07:00, 2027-06-07 07:00",
            ),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01 07:00", ""),
        ];
        for (rule, first, wanted) in table {
            assert_eq!(starts(rule, first, 3), wanted, "{rule}");
        }
    }

    #[test]
    fn a_rule_without_an_end_ends() {
        let rule: Rule = "FREQ=DAILY".parse().expect("a rule");
        assert_eq!(rule.starts(LocalTime::from_minutes(0)).len(), RIDES_PER_SERIES_MAX);
        let rule: Rule = "FREQ=YEARLY".parse().expect("a rule");
        let years = usize::try_from(SERIES_YEARS_MAX).expect("small");
        assert_eq!(rule.starts(LocalTime::from_minutes(0)).len(), years + 1);
        let end = LocalTime::from_minutes(u32::MAX);
        assert!(rule.starts(end).len() <= 1, "beyond the calendar there is nothing");
    }

    #[test]
    fn what_is_no_rule_says_why() {
        let table = [
            ("BYDAY=MO", NotARule::NoFrequency),
            ("FREQ=HOURLY", NotARule::NoFrequency),
            ("FREQ=DAILY;BYHOUR=7", NotARule::Unknown("BYHOUR".into())),
            ("FREQ=DAILY;INTERVAL=0", NotARule::Value("INTERVAL=0".into())),
            ("FREQ=WEEKLY;BYDAY=2MO", NotARule::Value("BYDAY".into())),
            ("FREQ=DAILY;COUNT=2;UNTIL=20260304", NotARule::Value("COUNT".into())),
            ("FREQ=DAILY;COUNT=2;COUNT=3", NotARule::Value("COUNT=3".into())),
            ("FREQ=WEEKLY;BYDAY=周二", NotARule::Value("BYDAY=周二".into())),
        ];
        for (text, why) in table {
            assert_eq!(text.parse::<Rule>(), Err(why), "{text}");
        }
    }
}
