//! Wall-clock time without a zone, in minutes, and the calendar that goes with it.
//!
//! The calendar is Howard Hinnant's (*chrono-Compatible Low-Level Date Algorithms*, 2013): days since
//! 1970 from year, month, day, and back. It is here, and not a crate, because every crate that knows
//! rules or dates also knows clocks and files, which the core must not.

use std::{fmt, str::FromStr};

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

const DAY_MIN: i64 = 24 * 60;

/// The last year that is written with four digits.
const YEAR_MAX: i64 = 9_999;

/// A wall clock's minute: minutes since 1970-01-01 00:00 of no particular zone.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(transparent)]
#[serde(into = "String", try_from = "String")]
pub struct LocalTime(#[n(0)] u32);

/// Text that is no date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time like 2026-03-03 07:30")]
pub struct NotATime;

impl LocalTime {
    /// Wraps minutes since 1970.
    pub const fn from_minutes(minutes: u32) -> Self {
        Self(minutes)
    }

    /// Minutes since 1970.
    pub const fn minutes(self) -> u32 {
        self.0
    }

    /// So many minutes later.
    pub const fn plus(self, minutes: u32) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// Year, month, day, hour, minute.
    pub fn civil(self) -> (i64, u32, u32, u32, u32) {
        let (year, month, day) = civil(self.day());
        let minute = self.minute_of_day();
        (year, month, day, minute / 60, minute % 60)
    }

    /// This time of day on another day; none where that is before 1970 or after 9999.
    pub(super) fn on_day(self, day: i64) -> Option<Self> {
        let minutes = day * DAY_MIN + i64::from(self.minute_of_day());
        let fits = civil(day).0 <= YEAR_MAX;
        u32::try_from(minutes).ok().filter(|_| fits).map(Self)
    }

    /// Days since 1970.
    pub(super) fn day(self) -> i64 {
        i64::from(self.0) / DAY_MIN
    }

    fn minute_of_day(self) -> u32 {
        self.0 % (24 * 60)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

impl From<LocalTime> for String {
    fn from(time: LocalTime) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for LocalTime {
    type Error = NotATime;

    fn try_from(text: String) -> Result<Self, NotATime> {
        text.parse()
    }
}

impl FromStr for LocalTime {
    type Err = NotATime;

    /// Reads `2026-03-03 07:30`, also with a `T` between date and time, and RFC 5545's
    /// `20260303T073000`.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        let digits: String = text.trim().chars().filter(char::is_ascii_digit).collect();
        let shape: String =
            text.trim().chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let known = ["0000-00-00 00:00", "0000-00-00T00:00", "00000000T000000"];
        if !known.contains(&shape.as_str()) {
            return Err(NotATime);
        }
        let number = |from: usize, to: usize| digits[from..to].parse::<u32>().map_err(|_| NotATime);
        let (year, month, day) = (i64::from(number(0, 4)?), number(4, 6)?, number(6, 8)?);
        let (hour, minute) = (number(8, 10)?, number(10, 12)?);
        let real = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60;
        let minutes = days(year, month, day) * DAY_MIN + i64::from(hour * 60 + minute);
        u32::try_from(minutes).ok().filter(|_| real).map(Self).ok_or(NotATime)
    }
}

/// Days since 1970 of a date; months and days from 1.
pub(super) fn days(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = i64::from(month);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of so many days since 1970.
pub(super) fn civil(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let small = |number: i64| u32::try_from(number).expect("months and days are small");
    (year, small(month), small(day))
}

/// How many days this month has.
pub(super) fn days_in_month(year: i64, month: u32) -> u32 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    u32::try_from(days(next_year, next, 1) - days(year, month, 1)).expect("a month is short")
}

/// 0 Monday … 6 Sunday.
pub(super) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_turn_into_each_other_for_four_centuries() {
        let mut before = civil(-1);
        assert_eq!(before, (1969, 12, 31));
        for day in 0..146_097 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
            let next = if before.2 < days_in_month(before.0, before.1) {
                (before.0, before.1, before.2 + 1)
            } else if before.1 < 12 {
                (before.0, before.1 + 1, 1)
            } else {
                (before.0 + 1, 1, 1)
            };
            assert_eq!((year, month, of_month), next);
            before = next;
        }
        assert_eq!(weekday(days(2026, 11, 28)), 5, "a Saturday");
        assert_eq!((days_in_month(2028, 2), days_in_month(2100, 2)), (29, 28));
    }

    #[test]
    fn a_time_reads_back_from_its_own_text_and_nonsense_is_refused() {
        for text in ["2026-03-03 07:30", "2026-03-03T07:30", "20260303T073000"] {
            let time: LocalTime = text.parse().expect("a time");
            assert_eq!(time.to_string(), "2026-03-03 07:30");
        }
        for text in
            ["2026-02-30 07:30", "2026-03-03", "2026-03-03 24:00", "1969-12-31 23:59", "下周二"]
        {
            assert_eq!(text.parse::<LocalTime>(), Err(NotATime), "{text}");
        }
    }
}
