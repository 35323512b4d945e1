//! Times as people say them: "14:05", "22 November", "5 minutes ago".
//!
//! What is shown is what somebody's clock claimed, in the time zone of this box. A clock may be off
//! by decades or absent: such a time is shown as unknown, never as an error.

use crdt::time::ClaimedTime;
use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::Words;

const MINUTE_MS: u64 = 60 * 1000;
const TWO_MINUTES_MS: u64 = 2 * MINUTE_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

impl Words {
    /// The hour and minute: "14:05".
    pub fn clock(self, time: ClaimedTime, zone: &TimeZone) -> String {
        match local(time, zone) {
            Some(local) => format!("{}:{:02}", local.hour(), local.minute()),
            None => self.text("time-unknown", &[]),
        }
    }

    /// The day: "Sunday, 22 November"; with the year where it is not the one of `now`.
    pub fn day(self, time: ClaimedTime, now: ClaimedTime, zone: &TimeZone) -> String {
        let Some(local) = local(time, zone) else { return self.text("time-unknown", &[]) };
        let this_year = self::local(now, zone).is_some_and(|now| now.year() == local.year());
        let key = if this_year { "time-day" } else { "time-day-year" };
        self.text(
            key,
            &[
                ("weekday", i64::from(local.weekday().to_monday_one_offset()).into()),
                ("day", i64::from(local.day()).into()),
                ("month", i64::from(local.month()).into()),
                // As text: a year has no thousands separator.
                ("year", local.year().to_string().into()),
            ],
        )
    }

    /// The day and the clock, or the clock alone where it was today.
    pub fn moment(self, time: ClaimedTime, now: ClaimedTime, zone: &TimeZone) -> String {
        if same_day(time, now, zone) {
            return self.clock(time, zone);
        }
        let day = self.day(time, now, zone);
        match local(time, zone) {
            Some(_) => format!("{day} {}", self.clock(time, zone)),
            None => day,
        }
    }

    /// How long ago: "just now", "5 minutes ago".
    pub fn ago(self, ms: u64) -> String {
        let (key, number) = match ms {
            0..MINUTE_MS => ("ago-now", 0),
            MINUTE_MS..HOUR_MS => ("ago-minutes", ms / MINUTE_MS),
            HOUR_MS..DAY_MS => ("ago-hours", ms / HOUR_MS),
            _ => ("ago-days", ms / DAY_MS),
        };
        self.text(key, &[("n", number.into())])
    }

    /// How long somebody has to wait: "20 seconds", from two minutes on "3 minutes"; never too short.
    pub fn rest(self, ms: u64) -> String {
        let (key, number) = match ms {
            0..=TWO_MINUTES_MS => ("rest-seconds", ms.div_ceil(1_000)),
            _ => ("rest-minutes", ms.div_ceil(MINUTE_MS)),
        };
        self.text(key, &[("n", number.into())])
    }
}

/// Do both fall on one day of this zone? Unknown times are a day of their own.
pub fn same_day(one: ClaimedTime, other: ClaimedTime, zone: &TimeZone) -> bool {
    local(one, zone).map(|time| time.date()) == local(other, zone).map(|time| time.date())
}

/// The first moment of the day of this zone that a time falls on; an unknown time stays as it is.
pub fn day_of(time: ClaimedTime, zone: &TimeZone) -> ClaimedTime {
    let start = local(time, zone).and_then(|local| local.start_of_day().ok());
    let ms = start.and_then(|start| u64::try_from(start.timestamp().as_millisecond()).ok());
    ms.map_or(time, ClaimedTime)
}

/// As a table has it: "2026-11-22 14:05"; empty where the clock was off by ages.
pub fn written(time: ClaimedTime, zone: &TimeZone) -> String {
    local(time, zone).map(|time| time.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

fn local(time: ClaimedTime, zone: &TimeZone) -> Option<Zoned> {
    let ms = i64::try_from(time.0).ok()?;
    Some(Timestamp::from_millisecond(ms).ok()?.to_zoned(zone.clone()))
}
